//! The embedded engine: one SQLite file, of mode 0600 from its first byte, in WAL mode.

#![expect(clippy::disallowed_types, reason = "this is the room of the engine")]

mod accounts;
mod admins;
mod authority;
mod backup;
mod batches;
mod bound;
mod changes;
mod errors;
mod examine;
mod ground;
mod imports;
mod line;
mod lists;
mod open;
mod pages;
mod policy;
mod record;
mod repeats;
mod schema;
mod settings;
mod sign_ins;
mod stores;
mod tables;
mod tokens;
mod tries;
mod undo;
mod unplaced;
mod writer;

use std::ops::Deref;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Transaction, TransactionBehavior};

use self::authority::{Present, authorize_all};
use self::bound::Bounded;
use self::errors::failed;
use self::line::Line;
pub use self::stores::SqliteStores;
use self::undo::savepoint;
use super::{
    Edit, EventFilter, FailedTry, Filter, Import, Imported, Mandate, Namesakes, NewAccount, NewSignIn, NewTemporary,
    NewToken, Newcomer, Page, PassedTry, PreparedStore, Result, SignIn, Store, StoreError, Watch, events,
};
use crate::domain::account::{Account, AccountId, Revision};
use crate::domain::audit::{self, Entry, Event, Repeat};
use crate::domain::authority::Action;
use crate::domain::credential::{Credential, PasswordRevision, StoredHash};
use crate::domain::name::Username;
use crate::domain::policy::{Policy, Setting};
use crate::domain::sign_in::{SignInDigest, SignInId};
use crate::domain::target::Target;
use crate::domain::throttle::{Throttle, TriesNow, TryId};
use crate::domain::token::{Token, TokenTarget};
use crate::gate::{Gate, Pass};

/// An open store.
pub struct SqliteStore {
    connection: Bounded,
    line: Line,
    /// Whether this one stands at the head of the line.
    stands: bool,
    /// How long to wait for others that write.
    patience: Duration,
    gate: Gate,
    /// Held while the connection is closed, which may write.
    closing: Option<Pass>,
}

/// The connection, to read with: no signal is acted on meanwhile, since who reads may hold up who writes.
struct Reading<'a> {
    connection: &'a Bounded,
    _pass: Pass,
}

impl Deref for Reading<'_> {
    type Target = Bounded;

    fn deref(&self) -> &Bounded {
        self.connection
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.closing = Some(self.gate.pass());
    }
}

impl SqliteStore {
    /// An open store; one without a path is one that nobody else knows of.
    fn new(connection: Bounded, path: Option<&Path>, gate: &Gate) -> Self {
        let (line, gate) = (path.map(Line::of).unwrap_or_default(), gate.clone());
        Self { connection, line, stands: false, patience: open::PATIENCE, gate, closing: None }
    }

    /// An empty store in memory.
    #[cfg(test)]
    fn in_memory() -> Self {
        Self::new(open::in_memory().unwrap(), None, &Gate::default())
    }

    /// Closes a store that nobody else knows of. All of it is in its one file then.
    fn close(self) -> Result<()> {
        let is_busy: bool =
            self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(failed)?;
        if is_busy { Err(StoreError::Busy) } else { Ok(()) }
    }

    fn reading(&self) -> Reading<'_> {
        Reading { _pass: self.gate.pass(), connection: &self.connection }
    }

    /// Does all of it at the head of the line, and lets no signal come between.
    fn in_line<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.stands {
            return work(self);
        }
        let _pass = self.gate.pass_to_write();
        let turn = self.line.wait(self.patience);
        self.connection.busy_timeout(turn.patience).map_err(failed)?;
        self.stands = true;
        let done = work(self);
        self.stands = false;
        drop(turn);
        self.connection.busy_timeout(open::PATIENCE).map_err(failed)?;
        done
    }

    /// Runs one writing transaction. It is immediate: one that reads first and writes later would fail at once when
    /// another process wrote in between.
    fn write<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        self.in_line(|store| {
            let transaction =
                store.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
            let value = work(&transaction)?;
            transaction.commit().map_err(failed)?;
            Ok(value)
        })
    }

    /// Runs what replaces a password hash, and takes the old one out of the write-ahead log as well. Readers may keep that
    /// from happening now; the next writer, or the last process to leave, does it then.
    fn and_forget<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.in_line(|store| {
            let done = work(store)?;
            // Nobody waits for readers.
            let _ = store
                .connection
                .busy_timeout(Duration::ZERO)
                .and_then(|()| store.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
            Ok(done)
        })
    }

    /// Runs a change. If it is refused, nothing has changed, and the refusal is recorded in the same transaction.
    fn change<T>(
        &mut self,
        by: &Mandate,
        action: &'static str,
        target: impl FnOnce() -> Option<audit::Target>,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let outcome = self.write(|transaction| {
            savepoint(transaction, "SAVEPOINT")?;
            match work(transaction) {
                Err(StoreError::Refused(why)) => {
                    savepoint(transaction, "ROLLBACK TO")?;
                    record::append(transaction, &by.refused(action, target(), &why))?;
                    Ok(Err(why))
                }
                done => done.map(Ok),
            }
        });
        outcome?.map_err(StoreError::Refused)
    }

    fn change_of<T>(
        &mut self,
        by: &Mandate,
        action: Action,
        id: AccountId,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let target = self.account(&Target::Id(id))?.as_ref().map(Into::into);
        self.change(by, action.name(), || target, work)
    }

    /// Does what nobody need wait for while another process writes.
    fn without_waiting<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.patience = Duration::ZERO;
        let done = work(self);
        self.patience = open::PATIENCE;
        done
    }
}

impl Store for SqliteStore {
    fn name(&self) -> Result<String> {
        settings::store_name(&self.reading())
    }

    fn policy(&self, otherwise: Policy) -> Result<Policy> {
        let reading = self.reading();
        // All of it at one moment, and one look at the log.
        let _moment = reading.unchecked_transaction().map_err(failed)?;
        policy::read(&reading, otherwise)
    }

    fn set_policy(&mut self, by: &Mandate, otherwise: Policy, setting: Setting, decided: &str) -> Result<String> {
        self.change(
            by,
            Action::SetPolicy.name(),
            || None,
            |transaction| policy::write(transaction, by, otherwise, setting, decided),
        )
    }

    fn account(&self, target: &Target) -> Result<Option<Account>> {
        accounts::find(&self.reading(), target)
    }

    fn credential(&self, username: &Username) -> Result<Option<(Account, Option<Credential>)>> {
        accounts::credential(&self.reading(), username)
    }

    fn is_last_admin(&self, id: AccountId) -> Result<bool> {
        admins::is_last_admin(&self.reading(), id)
    }

    fn page(&self, page: &Page<'_>) -> Result<Vec<Account>> {
        lists::page(&self.reading(), page)
    }

    fn suggestions(&self, text: &str, limit: usize, now: Timestamp) -> Result<Vec<Account>> {
        lists::suggestions(&self.reading(), text, limit, now)
    }

    fn count(&self, filter: &Filter, now: Timestamp) -> Result<u64> {
        lists::count(&self.reading(), filter, now)
    }

    fn add_account(&mut self, by: &Mandate, new: &NewAccount) -> Result<AccountId> {
        let target = || Some(audit::Target { id: None, username: new.username.clone() });
        self.change(by, Action::Add.name(), target, |transaction| changes::add(transaction, by, new))
    }

    fn namesakes(&self, of: &[Newcomer]) -> Result<Vec<Namesakes>> {
        imports::namesakes(&self.reading(), of)
    }

    fn import(&mut self, by: &Mandate, import: Import<'_>, go_on: &mut dyn FnMut(u64) -> bool) -> Result<Imported> {
        imports::with_room(&self.reading())?;
        let bound = self.connection.bound();
        let go_on = &mut |written| {
            bound.renew();
            go_on(written)
        };
        let imported = self.change(
            by,
            Action::Import.name(),
            || None,
            |transaction| imports::import(transaction, by, import, go_on),
        );
        imports::with_usual_room(&self.reading())?;
        imported
    }

    fn edit_account(&mut self, by: &Mandate, id: AccountId, seen: Revision, edit: &Edit) -> Result<()> {
        let account = self.account(&Target::Id(id))?;
        let action = account.map_or(Action::Edit, |account| edit.action(&account));
        self.change_of(by, action, id, |transaction| changes::edit(transaction, by, id, seen, edit))
    }

    fn reset_password(&mut self, by: &Mandate, id: AccountId, seen: Revision, new: &NewTemporary) -> Result<()> {
        self.and_forget(|store| {
            store
                .change_of(by, Action::Reset, id, |transaction| changes::reset_password(transaction, by, id, seen, new))
        })
    }

    fn reset_passwords(&mut self, by: &Mandate, batch: &[(AccountId, NewTemporary)]) -> Result<Vec<Result<()>>> {
        self.and_forget(|store| store.write(|transaction| batches::reset_passwords(transaction, by, batch)))
    }

    fn was_reset(&self, id: AccountId, until: Timestamp) -> Result<bool> {
        record::has_reset(&self.reading(), id, until)
    }

    fn require_change(&mut self, by: &Mandate, id: AccountId, seen: Revision) -> Result<()> {
        self.change_of(by, Action::RequireChange, id, |transaction| changes::require_change(transaction, by, id, seen))
    }

    fn unlock(&mut self, by: &Mandate, id: AccountId, seen: Revision) -> Result<()> {
        self.change_of(by, Action::Unlock, id, |transaction| changes::unlock(transaction, by, id, seen))
    }

    fn disable(&mut self, by: &Mandate, id: AccountId, seen: Revision) -> Result<()> {
        self.change_of(by, Action::Disable, id, |transaction| changes::disable(transaction, by, id, seen))
    }

    fn enable(&mut self, by: &Mandate, id: AccountId, seen: Revision) -> Result<()> {
        self.change_of(by, Action::Enable, id, |transaction| changes::enable(transaction, by, id, seen))
    }

    fn remove(&mut self, by: &Mandate, id: AccountId, seen: Revision) -> Result<()> {
        self.change_of(by, Action::Remove, id, |transaction| changes::remove(transaction, by, id, seen))
    }

    fn restore(&mut self, by: &Mandate, id: AccountId, seen: Revision) -> Result<()> {
        self.change_of(by, Action::Restore, id, |transaction| changes::restore(transaction, by, id, seen))
    }

    fn purge(&mut self, by: &Mandate, removed_until: Timestamp) -> Result<u64> {
        self.and_forget(|store| {
            let purge = |transaction: &Transaction<'_>| changes::purge(transaction, by, removed_until);
            store.change(by, Action::Purge.name(), || None, purge)
        })
    }

    fn recover(&mut self, by: &Mandate, id: AccountId, seen: Revision, new: &NewTemporary) -> Result<()> {
        self.and_forget(|store| store.write(|transaction| changes::recover(transaction, by, id, seen, new)))
    }

    fn record(&mut self, entry: &Entry) -> Result<()> {
        self.write(|transaction| record::append(transaction, entry))
    }

    fn turn_away(&mut self, entry: &Entry) -> Result<()> {
        self.write(|transaction| repeats::append(transaction, entry, &events::kind_of(entry), 1))
    }

    fn repeats(&self) -> Result<Vec<Repeat>> {
        repeats::pending(&self.reading())
    }

    fn events(&self, filter: &EventFilter, after: Option<u64>, limit: usize) -> Result<Vec<Event>> {
        record::page(&self.reading(), filter, after, limit)
    }

    fn replace_password(
        &mut self,
        id: AccountId,
        proved: PasswordRevision,
        hash: &StoredHash,
        at: Timestamp,
        keep: Option<SignInId>,
    ) -> Result<PasswordRevision> {
        self.and_forget(|store| {
            store.write(|transaction| changes::replace_password(transaction, id, proved, hash, at, keep))
        })
    }

    fn begin_try(&mut self, username: Option<&Username>, at: Timestamp, throttle: Throttle) -> Result<Option<TryId>> {
        self.write(|transaction| tries::begin(transaction, username, at, throttle))
    }

    fn fail_try(&mut self, tried: &FailedTry<'_>, at: Timestamp, throttle: Throttle) -> Result<()> {
        self.write(|transaction| tries::fail(transaction, tried, at, throttle))
    }

    fn pass_try(&mut self, passed: &PassedTry<'_>, at: Timestamp) -> Result<Account> {
        let pass = |store: &mut Self| store.write(|transaction| tries::pass(transaction, passed, at));
        if passed.renewed.is_some() { self.and_forget(pass) } else { pass(self) }
    }

    fn tries(&self, account: &Account, now: Timestamp) -> Result<TriesNow> {
        tries::standing(&self.reading(), account, now)
    }

    fn note_told(&mut self, id: AccountId, failures: u32) -> Result<()> {
        self.write(|transaction| tries::note_told(transaction, id, failures))
    }

    fn begin_sign_in(&mut self, id: AccountId, proved: PasswordRevision, new: &NewSignIn, at: Timestamp) -> Result<()> {
        self.write(|transaction| sign_ins::begin(transaction, id, proved, new, at))
    }

    fn sign_in(&self, digest: SignInDigest, now: Timestamp) -> Result<Option<SignIn>> {
        sign_ins::find(&self.reading(), digest, now)
    }

    fn end_sign_in(&mut self, digest: SignInDigest, at: Timestamp) -> Result<bool> {
        self.write(|transaction| sign_ins::end(transaction, digest, at))
    }

    fn end_all_sign_ins(&mut self, by: &Mandate, owner: &Account) -> Result<usize> {
        self.change(
            by,
            "sign-out",
            || Some(owner.into()),
            |transaction| {
                Present::look_up(transaction, by)?;
                sign_ins::end_everywhere(transaction, by, owner)
            },
        )
    }

    fn create_token(&mut self, by: &Mandate, owner: AccountId, new: &NewToken) -> Result<()> {
        self.change_of(by, Action::CreateToken, owner, |transaction| tokens::create(transaction, by, owner, new))
    }

    fn tokens(&self, owner: Option<AccountId>, now: Timestamp) -> Result<Vec<Token>> {
        tokens::list(&self.reading(), owner, now)
    }

    fn token(&self, target: &TokenTarget, own: Option<AccountId>, now: Timestamp) -> Result<Option<Token>> {
        tokens::find(&self.reading(), target, own, now)
    }

    fn revoke_token(&mut self, by: &Mandate, owner: AccountId, id: SignInId) -> Result<bool> {
        self.change_of(by, Action::RevokeToken, owner, |transaction| tokens::revoke(transaction, by, owner, id))
    }

    fn note_use(&mut self, id: SignInId, at: Timestamp) -> Result<()> {
        let note = |store: &mut Self| store.write(|transaction| tokens::note_use(transaction, id, at));
        match tokens::noteworthy_use(&self.reading(), id, at)? {
            None => Ok(()),
            Some(tokens::Use::First) => note(self),
            Some(tokens::Use::Another) => self.without_waiting(note),
        }
    }

    fn back_up(&mut self, by: &Mandate, place: &Path, watch: &mut dyn Watch) -> Result<()> {
        let unplaced = backup::begin(place)?;
        self.change(
            by,
            Action::Backup.name(),
            || None,
            |transaction| {
                authorize_all(transaction, by, Action::Backup)?;
                record::append(transaction, &events::backed_up(by, place))
            },
        )?;
        let made = backup::fill(&self.connection, unplaced.path(), watch)
            .and_then(|()| Box::new(unplaced).put_in_place())
            .map_err(|error| backup::of_it(place, error));
        if let Err(why) = &made {
            // That none came of it is what whoever asked is told in any case.
            let _ = self.record(&events::not_backed_up(by, place, why));
        }
        self.and_forget(|_| made)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::domain::actor::{Actor, Operator};
    use crate::domain::authority::Refusal;

    crate::store::contract::laws!(SqliteStore::in_memory());
    crate::store::contract::laws_at_once!(in_a_folder());

    #[test]
    fn a_refusal_found_while_writing_is_recorded_in_the_transaction_that_refuses() {
        let mut store = SqliteStore::in_memory();
        let commits = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&commits);
        let hook = move || {
            counted.fetch_add(1, Ordering::Relaxed);
            false
        };
        store.connection.commit_hook(Some(hook)).unwrap();
        let operator = Operator { uid: 0, os_user: "root".into(), sudo_caller: None };
        let by = Mandate { actor: Actor::Operator(operator), at: Timestamp::UNIX_EPOCH };
        let refusal = || Refusal::NoAdmin;
        let refused = store.change(
            &by,
            "set-policy",
            || None,
            |transaction| {
                transaction.execute("DELETE FROM settings", []).map_err(failed)?;
                Err::<(), _>(refusal().into())
            },
        );
        assert!(matches!(refused, Err(StoreError::Refused(Refusal::NoAdmin))));
        assert_eq!(commits.load(Ordering::Relaxed), 1);
        assert!(!store.name().unwrap().is_empty(), "what was written before is undone");
        let events = store.events(&EventFilter::default(), None, 10).unwrap();
        assert_eq!(events.last().map(|event| event.detail.as_str()), Some(refusal().to_string().as_str()));
    }

    fn in_a_folder() -> (tempfile::TempDir, SqliteStores) {
        let folder = tempfile::tempdir().unwrap();
        let stores = SqliteStores::at(&folder.path().join("store.db")).unwrap();
        (folder, stores)
    }
}
