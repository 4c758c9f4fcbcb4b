//! A file a command. Each reads as it is described: resolve, authorize, decide, deliver, record.

mod actor;
pub mod audit;
mod bulk;
pub mod completions;
pub mod demo;
mod handover;
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

use std::fs::Metadata;

use rand::CryptoRng;

use crate::cli::Global;
use crate::domain::account::Account;
use crate::domain::actor::Operator;
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::name::Email;
use crate::domain::policy::Policy;
use crate::domain::target::Target;
use crate::failure::{Failure, Result};
use crate::sign_in_files::SignInFiles;
use crate::store::{Store, Stores};
use crate::terminal::clipboard::Clipboard;
use crate::terminal::format::{Format, Record, Rows};
use crate::terminal::output::{self, Output};
use crate::terminal::records::AccountRecord;
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
    /// The time.
    pub clock: &'a dyn Clock,
    /// Random numbers.
    pub rng: &'a mut dyn CryptoRng,
    /// Who runs this.
    pub operator: Operator,
    /// What the site has decided; until a store is open, what holds where nothing has been decided.
    pub policy: Policy,
    /// Where a token is.
    pub token: TokenSource,
    /// What every command takes.
    pub global: Global,
}

impl Desk<'_> {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Opens the store, and takes over what has been decided in it.
    fn open(&mut self) -> Result<Box<dyn Store>> {
        let store = self.stores.open()?;
        self.reread_policy(&*store)?;
        Ok(store)
    }

    /// The same for a command that may be a dry run: it leaves the store as it is, and an older one is not brought up to
    /// date.
    fn open_unless_dry(&mut self, is_dry: bool) -> Result<Box<dyn Store>> {
        if !is_dry {
            return self.open();
        }
        let store = self.stores.open_as_it_is()?;
        self.reread_policy(&*store)?;
        Ok(store)
    }

    /// Takes over what has been decided since: while a question stood, it may have been anything.
    fn reread_policy(&mut self, store: &dyn Store) -> Result<()> {
        self.policy = store.policy(std::mem::take(&mut self.policy))?;
        Ok(())
    }

    /// Whether a file is one that passdesk keeps for itself: the store's, or one with somebody's sign-in.
    fn keeps(&self, file: &Metadata) -> bool {
        self.stores.has(file) || self.sign_ins.have(file)
    }

    /// Whether a file is not to be read for whoever runs this: one of those, or one that only the user may read as whom they
    /// run it through sudo.
    fn hides(&self, file: &Metadata) -> bool {
        self.keeps(file) || self.sign_ins.shield(file)
    }

    /// Makes a change. From here on a signal waits until what holds then has been said.
    fn commit<T, E>(
        &mut self,
        change: impl FnOnce(&mut Self) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.terminal.enter(Phase::Committing);
        let changed = change(self);
        self.terminal.enter(if changed.is_ok() { Phase::Between } else { Phase::Idle });
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
    fn print_records<R: Record>(&mut self, records: &[R], array: bool) -> Result<()> {
        let mut rows = Rows::new::<R>(self.format(), array);
        let mut bytes = Vec::new();
        for record in records {
            rows.append(record, &mut bytes)?;
        }
        bytes.extend(rows.end());
        output::print(self.output, &bytes).map(|_| ())
    }

    /// Prints accounts that have been changed, as [`Self::print_done`] does.
    fn print_changed(&mut self, accounts: &[Account], array: bool) -> Result<()> {
        let now = self.now();
        let records: Vec<_> = accounts.iter().map(|account| AccountRecord::new(account, now)).collect();
        self.print_done(&records, array)
    }

    /// Prints in a machine format what has been done; in text it is no result.
    fn print_done<R: Record>(&mut self, records: &[R], array: bool) -> Result<()> {
        if self.format() == Format::Text {
            return Ok(());
        }
        self.print_records(records, array).map_err(done)
    }
}

/// What to say of a failure that comes after what was to be done is done.
fn done(failure: Failure) -> Failure {
    Failure { message: format!("it is done, but {}", failure.message), ..failure }
}

/// The account somebody pointed at.
fn find(store: &dyn Store, target: &Target) -> Result<Account> {
    store.account(target)?.ok_or_else(|| Failure::no_such_account(target))
}

/// An e-mail address that may be left out; an empty one is none.
fn email(text: Option<&str>) -> Result<Option<Email>> {
    Ok(text.filter(|text| !text.is_empty()).map(str::parse).transpose()?)
}

#[cfg(test)]
mod tests;
