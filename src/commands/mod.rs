//! A file a command. Each reads as it is described: resolve, authorize, decide, deliver, record.

mod actor;
pub mod audit;
mod bulk;
pub mod completions;
pub mod demo;
mod hashing;
pub mod init;
pub mod man;
pub mod me;
mod paging;
pub mod policy;
pub mod recover;
pub mod store;
pub mod tokens;
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
use crate::domain::clock::{Timestamp, Zone};
use crate::domain::name::Email;
use crate::domain::policy::Policy;
use crate::domain::target::Target;
use crate::failure::{Failure, Kind, Result};
use crate::input::{self, Input};
use crate::named_file;
use crate::sign_in_files::SignInFiles;
use crate::store::{Store, StoreFile, Stores};
use crate::terminal::clipboard::Clipboard;
use crate::terminal::format::{Cell, Format, RecordWriter};
use crate::terminal::output::{self, Output};
use crate::terminal::records;
use crate::terminal::{Phase, Terminal};
use crate::token_source::TokenSource;

/// Everything a command works with. `lib.rs` puts the real things in, tests put in others.
pub struct Desk<'a> {
    /// Where the store comes from.
    pub stores: &'a dyn Stores,
    /// Where sign-ins are kept.
    pub sign_ins: &'a SignInFiles,
    /// The person in front of it.
    pub terminal: &'a mut dyn Terminal,
    /// Where results go.
    pub output: &'a mut dyn Output,
    /// Where a secret can be copied to.
    pub clipboard: &'a mut dyn Clipboard,
    /// Random numbers.
    pub rng: &'a mut dyn CryptoRng,
    /// Where people here read times.
    pub zone: Zone,
    /// Who runs this.
    pub operator: Operator,
    /// Whether they do it as another user, through sudo.
    pub through_sudo: bool,
    /// What the site has decided; until a store is open, what holds where nothing has been decided.
    pub policy: Policy,
    /// Where a token is.
    pub token: TokenSource,
    /// What every command takes.
    pub global: Global,
}

impl<'a> Desk<'a> {
    /// The file that the store is kept in.
    fn store_file(&self) -> Result<&'a dyn StoreFile> {
        let nowhere = || Failure::new(Kind::Usage, "this store is not kept in a file").hint("name a file with --store");
        self.stores.file().ok_or_else(nowhere)
    }
}

impl Desk<'_> {
    /// What time it is where the store is.
    fn now(&self) -> Result<Timestamp> {
        Ok(self.stores.now()?)
    }

    /// Opens the store, and takes over what has been decided in it.
    fn open(&mut self) -> Result<Store> {
        let store = self.stores.open()?;
        self.reread_policy(&store)?;
        Ok(store)
    }

    /// The same for a command that may be a dry run: it leaves the store as it is, and an older one is not brought up to
    /// date.
    fn open_unless_dry(&mut self, is_dry: bool) -> Result<Store> {
        if !is_dry {
            return self.open();
        }
        let store = self.stores.open_as_it_is()?;
        self.reread_policy(&store)?;
        Ok(store)
    }

    /// Takes over what has been decided since: while a question stood, it may have been anything.
    fn reread_policy(&mut self, store: &Store) -> Result<()> {
        self.policy = store.policy(std::mem::take(&mut self.policy))?;
        Ok(())
    }

    /// Whether a file is one that passdesk keeps for itself: the store's, or one with somebody's sign-in.
    #[must_use]
    pub fn keeps(&self, file: &Metadata) -> bool {
        self.stores.file().is_some_and(|store| store.has(file)) || self.sign_ins.have(file)
    }

    /// Whether a file of this path would be one of those.
    fn claims(&self, path: &Path) -> bool {
        self.stores.file().is_some_and(|store| store.claims(path)) || self.sign_ins.claim(path)
    }

    /// Refuses a file that is named by somebody who comes through sudo: it would be opened with the rights of the user whom
    /// they borrow. What they redirect has been opened with their own.
    fn refuse_through_sudo(&self, flag: &str, instead: &str) -> Result<()> {
        if !self.through_sudo {
            return Ok(());
        }
        Err(not_through_sudo(flag, instead))
    }

    /// Refuses a file to be read that is named by somebody who comes through sudo.
    fn refuse_to_read_through_sudo(&self, flag: &str, path: &Path) -> Result<()> {
        if input::is_stdin(path) {
            return Ok(());
        }
        self.refuse_through_sudo(flag, &format!("redirect it: sudo … passdesk … {flag} - <FILE"))
    }

    /// Reads what somebody hands in.
    fn read(&self, path: &Path) -> Result<Input> {
        input::read(path, |file| self.keeps(file))
    }

    /// Makes a change. From here on a signal waits until what holds then has been said.
    fn commit<T, E>(
        &mut self,
        change: impl FnOnce(&mut Self) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.terminal.enter(Phase::Committing);
        let changed = change(self);
        self.terminal.enter(if changed.is_ok() { Phase::Telling } else { Phase::Idle });
        changed
    }

    fn format(&self) -> Format {
        self.global.format
    }

    /// Prints a result that is text for people.
    fn print(&mut self, text: &str) -> Result<()> {
        output::print(self.output, text.as_bytes()).map(|_| ())
    }

    /// Prints records in a machine format; `array` tells JSON whether there could be several.
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

    /// Prints accounts that have been changed, as [`Self::print_done`] does.
    fn print_changed(&mut self, accounts: &[Account], array: bool) -> Result<()> {
        let now = self.now().map_err(done)?;
        self.print_done(records::ACCOUNT, accounts.iter().map(|account| records::account(account, now)), array)
    }

    /// Prints in a machine format what has been done; in text it is no result.
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

/// What to say of a failure that comes after what was to be done is done.
fn done(failure: Failure) -> Failure {
    Failure { message: format!("it is done, but {}", failure.message), ..failure }
}

/// What to say of a file that is named by somebody who comes through sudo.
#[must_use]
pub fn not_through_sudo(flag: &str, instead: &str) -> Failure {
    Failure::new(Kind::Usage, format!("{flag} opens no file through sudo")).hint(instead)
}

/// Refuses standard streams that are files passdesk keeps for itself. What is written into the store damages it, and to
/// close any of them lets go of the locks on it. Nothing of the store has been opened yet.
pub fn refuse_own_streams(is_kept: &dyn Fn(&Metadata) -> bool) -> Result<()> {
    let is_own = |stream: BorrowedFd<'_>| {
        named_file::is_kept_stream(stream, is_kept).context("a standard stream cannot be used")
    };
    if is_own(io::stderr().as_fd())? {
        // Whatever is said from here on is said to nobody.
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

/// The account somebody pointed at.
fn find(store: &Store, target: &Target) -> Result<Account> {
    store.account(target)?.ok_or_else(|| Failure::no_such_account(target))
}

/// An e-mail address that may be left out; an empty one is none.
fn email(text: Option<&str>) -> Result<Option<Email>> {
    Ok(text.filter(|text| !text.is_empty()).map(str::parse).transpose()?)
}

#[cfg(test)]
mod tests;
