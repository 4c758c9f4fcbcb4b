//! One file per command. Each reads like its description: resolve, authorize, decide, deliver, record.

mod actor;
pub mod audit;
mod bulk;
pub mod completions;
pub mod demo;
mod hashing;
pub mod init;
mod keys;
pub mod man;
pub mod me;
mod paging;
mod pam;
pub mod policy;
pub mod recover;
pub mod store;
pub mod tokens;
pub mod usernames;
pub mod users;
pub mod verify;
mod way_in;
mod way_out;

use std::fs::{File, Metadata};
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::path::Path;

use anyhow::Context as _;
use rand::CryptoRng;

use crate::cli::Global;
use crate::domain::account::Account;
use crate::domain::actor::Operator;
use crate::domain::authority::Refusal;
use crate::domain::clock::{Timestamp, Zone};
use crate::domain::email::Email;
use crate::domain::operation::OperationId;
use crate::domain::pam::PamFacts;
use crate::domain::policy::Policy;
use crate::domain::target::Target;
use crate::domain::text::{neutral, quoted};
use crate::failure::{Failure, Kind, Result};
use crate::files::Files;
use crate::input;
use crate::named_file;
use crate::sign_in_files::SignIns;
use crate::store::{Store, Stores};
use crate::terminal::clipboard::Clipboard;
use crate::terminal::format::{Cell, Format, RecordWriter};
use crate::terminal::output::{self, Output};
use crate::terminal::records;
use crate::terminal::{Phase, Terminal};

/// Everything a command works with. `lib.rs` puts in the real things, and tests put in others.
pub struct Desk<'a> {
    /// Where the store comes from.
    pub stores: &'a dyn Stores,
    /// The stores at other places, by their locations.
    pub places: &'a dyn Fn(&Path) -> Result<Box<dyn Stores>>,
    /// The folder in which something is made for a caller at the other end of the door, before it is sent there.
    pub workshop: Option<&'a Path>,
    /// Where sign-ins are kept.
    pub sign_ins: &'a dyn SignIns,
    /// The files that the caller names.
    pub files: &'a dyn Files,
    /// The person at the terminal.
    pub terminal: &'a mut dyn Terminal,
    /// Where results go.
    pub output: &'a mut dyn Output,
    /// Where a secret can be copied to.
    pub clipboard: &'a mut dyn Clipboard,
    /// Random numbers.
    pub rng: &'a mut dyn CryptoRng,
    /// The time zone in which people here read times.
    pub zone: Zone,
    /// What this run is called in the record and in its output.
    pub operation: OperationId,
    /// The operating-system user who runs this.
    pub operator: Operator,
    /// Whether the operator runs this as another user, through sudo.
    pub through_sudo: bool,
    /// The policy of the site. Until a store is open, this holds the defaults.
    pub policy: Policy,
    /// What PAM says, if it is PAM that asks: with `--pam`. Only an operator is believed.
    pub pam: Option<PamFacts>,
    /// The flags that every command takes.
    pub global: Global,
}

impl Desk<'_> {
    /// The time, by the clock of the store.
    fn now(&self) -> Result<Timestamp> {
        Ok(self.stores.now()?)
    }

    /// Opens the store, and reads its policy.
    fn open(&mut self) -> Result<Store> {
        let store = self.stores.open()?;
        self.meet(store)
    }

    /// The same for a command that only reads. It also works where the store cannot be written.
    fn open_to_read(&mut self) -> Result<Store> {
        let store = self.stores.open_to_read()?;
        self.meet(store)
    }

    /// The same for a command that may be a dry run. A dry run leaves the store as it is, and does not upgrade an older
    /// one.
    fn open_unless_dry(&mut self, is_dry: bool) -> Result<Store> {
        if !is_dry {
            return self.open();
        }
        let store = self.stores.open_as_it_is()?;
        self.meet(store)
    }

    /// Reads the policy of a store, and how the store sees whoever runs this.
    fn meet(&mut self, mut store: Store) -> Result<Store> {
        self.operator = self.stores.operator(&self.operator)?;
        self.policy = store.meet(&self.policy)?;
        self.operation = store.operation();
        Ok(store)
    }

    /// Reads the policy again. It may have changed while a question waited for its answer.
    fn reread_policy(&mut self, store: &Store) -> Result<()> {
        self.policy = store.policy(&self.policy)?;
        Ok(())
    }

    /// Refuses a named file if the caller comes through sudo. The file would be opened with the rights of the borrowed
    /// user. A redirected file is fine: the caller's own rights opened it.
    fn refuse_through_sudo(&self, flag: &str, instead: &str) -> Result<()> {
        if !self.through_sudo {
            return Ok(());
        }
        Err(not_through_sudo(flag, instead))
    }

    /// Refuses to read a named file if the caller comes through sudo.
    fn refuse_to_read_through_sudo(&self, flag: &str, path: &Path) -> Result<()> {
        if input::is_stdin(path) {
            return Ok(());
        }
        self.refuse_through_sudo(flag, &format!("redirect it: sudo … passdesk … {flag} - <FILE"))
    }

    /// Makes a change. From here on a signal waits until the answer has been given.
    fn commit<T, E>(
        &mut self,
        change: impl FnOnce(&mut Self) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.terminal.enter(Phase::Committing);
        let changed = change(self);
        self.terminal.enter(if changed.is_ok() { Phase::Telling } else { Phase::Idle });
        changed
    }

    /// Fails for whoever is no operator, where signing in does not help.
    fn operating(&self) -> Result<()> {
        self.operator.let_in().map_err(|refusal| match refusal {
            Refusal::Guest => Failure::from(refusal).hint("run it as root, for example with sudo"),
            other => other.into(),
        })
    }

    fn format(&self) -> Format {
        self.global.format
    }

    /// Prints a result that is text for people.
    fn print(&mut self, text: &str) -> Result<()> {
        output::print(self.output, text.as_bytes()).map(|_| ())
    }

    /// Prints records in a machine format. `array` says whether there could be several, which matters to JSON.
    fn print_records<'r>(
        &mut self,
        columns: &'static [&'static str],
        records: impl IntoIterator<Item = Vec<Cell<'r>>>,
        array: bool,
    ) -> Result<()> {
        let mut rows = RecordWriter::new(self.format(), array, columns);
        let mut bytes = Vec::new();
        for record in records {
            rows.append(&record, &mut bytes)?;
        }
        bytes.extend(rows.end());
        output::print(self.output, &bytes).map(|_| ())
    }

    /// Prints accounts that were changed, as [`Self::print_done`] does.
    fn print_changed(&mut self, accounts: &[Account], array: bool) -> Result<()> {
        let now = self.now().map_err(done)?;
        self.print_done(records::ACCOUNT, accounts.iter().map(|account| records::account(account, now)), array)
    }

    /// Prints in a machine format what was done. In text format this prints nothing.
    fn print_done<'r>(
        &mut self,
        columns: &'static [&'static str],
        records: impl IntoIterator<Item = Vec<Cell<'r>>>,
        array: bool,
    ) -> Result<()> {
        if self.format() == Format::Text {
            return Ok(());
        }
        self.print_records(columns, records, array).map_err(done)
    }
}

/// The failure to report if the change itself has succeeded already.
fn done(failure: Failure) -> Failure {
    Failure { message: format!("it is done, but {}", failure.message), ..failure }
}

/// The failure for a file named by a caller who comes through sudo.
#[must_use]
pub fn not_through_sudo(flag: &str, instead: &str) -> Failure {
    Failure::new(Kind::Usage, format!("{flag} opens no file through sudo")).hint(instead)
}

/// Refuses standard streams that are files passdesk keeps for itself. Writing to the store's file damages it. Closing
/// it lets go of the locks on it. At this point nothing of the store is open yet.
pub fn refuse_own_streams(is_kept: &dyn Fn(&Metadata) -> bool) -> Result<()> {
    let is_own = |stream: BorrowedFd<'_>| {
        named_file::is_kept_stream(stream, is_kept).context("a standard stream cannot be used")
    };
    if is_own(io::stderr().as_fd())? {
        // From here on, all messages go nowhere.
        let null = File::options().write(true).open("/dev/null").context("there is no null device")?;
        rustix::stdio::dup2_stderr(null).context("standard error cannot be replaced")?;
        return Err(written_to_own("standard error"));
    }
    if is_own(io::stdout().as_fd())? {
        return Err(written_to_own("standard output"));
    }
    if is_own(io::stdin().as_fd())? { Err(input::kept("standard input")) } else { Ok(()) }
}

fn written_to_own(stream: &str) -> Failure {
    Failure::new(Kind::NotDelivered, format!("{stream} is one of passdesk's own files"))
        .hint("write to a terminal, a pipe or another file")
}

/// The accounts that the targets name, as [`find`] finds them one by one.
fn find_all(store: &Store, targets: &[Target]) -> Result<Vec<Result<Account>>> {
    let there = store.accounts(targets)?;
    let found = targets.iter().zip(there).map(|(target, account)| match account {
        Some(account) => Ok(account),
        None => find(store, target),
    });
    Ok(found.collect())
}

/// The account that the target names. If no account has an address, it names the removed one that had it.
fn find(store: &Store, target: &Target) -> Result<Account> {
    if let Some(account) = store.account(target)? {
        return Ok(account);
    }
    let nobody = Failure::no_such_account(target);
    Err(match target {
        Target::Id(_) => nobody,
        Target::Username(username) => match store.formerly(username)? {
            Some(account) => nobody.hint(format!("the account of that name is now {}", account.username)),
            None => nobody,
        },
        Target::Email(email) => match store.removed_with(email)?.as_slice() {
            [] => nobody,
            [account] => return Ok(account.clone()),
            several => {
                let ids: Vec<_> = several.iter().map(|account| account.id.to_string()).collect();
                let message = format!("{} removed accounts had the address {}", several.len(), quoted(email.as_str()));
                Failure::new(Kind::Conflict, message).hint(format!("name one by its id: {}", ids.join(", ")))
            }
        },
    })
}

/// What a removed account that came back has lost, if another account has its address by now.
fn lost_address(was: &Account, is: &Account) -> Option<String> {
    let email = was.email.as_ref().filter(|_| is.email.is_none())?;
    Some(format!("without its address {}: another account has it by now.", neutral(email.as_str())))
}

/// An optional e-mail address. An empty text means none.
fn email(text: Option<&str>) -> Result<Option<Email>> {
    Ok(text.filter(|text| !text.is_empty()).map(str::parse).transpose()?)
}

#[cfg(test)]
mod tests;
