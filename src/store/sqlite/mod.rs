//! The embedded engine: one SQLite file in WAL mode. It has mode 0600 from its first byte.

#![expect(clippy::disallowed_types, reason = "this is the room of the engine")]

mod backup;
mod bound;
mod errors;
mod examine;
mod ground;
mod line;
mod open;
mod pages;
mod place;
#[cfg(test)]
mod plans;
mod restore;
mod schema;
mod statement;
mod stores;
mod tables;
mod unplaced;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use self::bound::Bounded;
use self::errors::{failed, may_be_in_log};
use self::line::Line;
use self::place::Place;
use self::statement::Statements;
pub use self::stores::SqliteStores;
use self::unplaced::Unplaced;
use super::engine::{Copies, Engine, Reads, Rows, Unfinished, Writing};
use super::sql::SqlRows;
use super::{Purpose, Result, StoreError, Watch};
use crate::domain::clock::Clock;
use crate::gate::{Gate, Pass};

/// An open file.
pub struct SqliteEngine {
    connection: Bounded,
    line: Line,
    /// Where it was when it was opened. `None` for a store that nobody else knows.
    place: Option<Place>,
    clock: Arc<dyn Clock>,
    gate: Gate,
    /// Held while the connection is closed. Closing may write.
    closing: Option<Pass>,
}

/// What is left of the wait for the turn to write.
struct Wait<'a> {
    patience: Duration,
    /// Whether a signal has come that ends the program.
    is_to_end: &'a dyn Fn() -> bool,
}

impl Drop for SqliteEngine {
    fn drop(&mut self) {
        self.closing = Some(self.gate.pass());
    }
}

impl SqliteEngine {
    /// An open store. A store without a place is known to nobody else.
    fn new(connection: Bounded, place: Option<Place>, clock: &Arc<dyn Clock>, gate: &Gate) -> Self {
        let line = place.as_ref().map(|place| Line::of(place.path())).unwrap_or_default();
        let (clock, gate) = (Arc::clone(clock), gate.clone());
        Self { connection, line, place, clock, gate, closing: None }
    }

    /// Fails if this is no longer the store that was opened. The first read of a transaction fixes what it sees.
    fn stands(&self, connection: &Connection) -> Result<()> {
        self.place.as_ref().map_or(Ok(()), |place| place.stands(connection))
    }

    /// An empty store in memory.
    #[cfg(test)]
    fn in_memory(clock: impl Clock + 'static) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(clock);
        Self::new(open::in_memory().unwrap(), None, &clock, &Gate::default())
    }

    /// Does all the work at the head of the line. It gets the rest of the wait. No signal is acted on meanwhile. A
    /// signal that ends the program ends the wait.
    fn in_line(&mut self, patience: Duration, work: impl FnOnce(&mut Self, Wait<'_>) -> Result<()>) -> Result<()> {
        let pass = self.gate.pass_to_write();
        let is_to_end = self.gate.ends_from_now();
        let done = self.line.wait(patience, &is_to_end).and_then(|turn| {
            self.connection.busy_timeout(Duration::ZERO).map_err(failed)?;
            let done = work(self, Wait { patience: turn.patience, is_to_end: &is_to_end });
            drop(turn);
            self.connection.busy_timeout(open::PATIENCE).map_err(failed)?;
            done
        });
        if matches!(done, Err(StoreError::Stopped)) {
            pass.give_way();
        }
        done
    }

    /// Begins to write. Waits for a writer that does not stand in line, such as another program.
    #[expect(clippy::disallowed_methods, reason = "how long somebody waits is no time that is stored")]
    fn begin(&self, wait: &Wait<'_>) -> Result<Transaction<'_>> {
        let began = Instant::now();
        loop {
            // The transaction is immediate. A transaction that reads first and writes later would fail at once if another
            // process wrote in between.
            match Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate).map_err(failed) {
                Err(StoreError::Busy) if (wait.is_to_end)() => return Err(StoreError::Stopped),
                Err(StoreError::Busy) if began.elapsed() < wait.patience => thread::sleep(line::LOOK_EVERY),
                opened => return opened,
            }
        }
    }

    fn write_now(&self, wait: &Wait<'_>, work: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()> {
        let bound = self.connection.bound();
        let transaction = self.begin(wait)?;
        if let Some(place) = &self.place {
            place.stands(&transaction)?;
        }
        let sql = Statements { connection: &transaction, bound };
        work(&mut SqlRows { sql, now: self.clock.now() })?;
        let committed = transaction.commit();
        committed.map_err(|error| self.not_committed(error))
    }

    /// The error of a commit. If all of it is in the log, and only the last step failed, it is in force for whoever reads
    /// the log anew. An empty log rules that out.
    fn not_committed(&self, error: rusqlite::Error) -> StoreError {
        if may_be_in_log(&error) && !matches!(self.forget(Duration::ZERO), Ok(false)) {
            return StoreError::Unknown(None);
        }
        failed(error)
    }

    /// Removes replaced data from the log. Returns whether another process keeps it there.
    fn forget(&self, patience: Duration) -> Result<bool> {
        self.connection.busy_timeout(patience).map_err(failed)?;
        empty_log(&self.connection).map_err(failed)
    }

    fn set_room(&self, kib: i64) -> Result<()> {
        let _pass = self.gate.pass();
        self.connection.pragma_update(None, "cache_size", -kib).map_err(failed)
    }
}

/// Puts the log into the file of the store, and empties it. Returns whether another process keeps something there.
fn empty_log(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
}

/// The memory for pages during large writes, in KiB. The entries of an index come in any order. SQLite's usual 2 MiB
/// would write and read a page again for nearly every entry.
const ROOM_KIB: i64 = 128 * 1024;
/// SQLite's usual memory: <https://www.sqlite.org/pragma.html#pragma_cache_size>.
const USUAL_ROOM_KIB: i64 = 2_000;

impl Copies for SqliteEngine {
    fn begin_copy(&self, place: &Path) -> Result<Box<dyn Unfinished>> {
        Ok(Box::new(Unplaced::create(place, Purpose::Backup)?))
    }

    /// The open connection is used. Closing a file of the store would release all locks of this process on it.
    fn fill(&mut self, copy: &Path, watch: &mut dyn Watch) -> Result<()> {
        backup::fill(&self.connection, copy, watch)?;
        // The copying has kept replaced data in the log.
        self.in_line(open::PATIENCE, |engine, _| {
            let _ = engine.forget(Duration::ZERO);
            Ok(())
        })
    }
}

impl Engine for SqliteEngine {
    fn copies(&mut self) -> Option<&mut dyn Copies> {
        Some(self)
    }

    fn close(self: Box<Self>) -> Result<()> {
        if self.forget(open::PATIENCE)? { Err(StoreError::Busy) } else { Ok(()) }
    }

    fn read(&self, work: &mut dyn FnMut(&mut dyn Reads) -> Result<()>) -> Result<()> {
        // No signal is acted on meanwhile, since a reader may hold up a writer.
        let _pass = self.gate.pass();
        let bound = self.connection.bound();
        // The whole transaction sees one state of the log. The first read fixes that state, and the time is taken then.
        let connection = self.connection.unchecked_transaction().map_err(failed)?;
        schema::version(&connection)?;
        self.stands(&connection)?;
        let sql = Statements { connection: &connection, bound };
        work(&mut SqlRows { sql, now: self.clock.now() })
    }

    fn write(&mut self, how: Writing, work: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()> {
        let patience = if how == Writing::IfIdle { Duration::ZERO } else { open::PATIENCE };
        if how == Writing::Many {
            self.set_room(ROOM_KIB)?;
        }
        let written = self.in_line(patience, |engine, wait| {
            engine.write_now(&wait, work)?;
            if how == Writing::Forgetting {
                // A writer does not wait for readers.
                let _ = engine.forget(Duration::ZERO);
            }
            Ok(())
        });
        if how == Writing::Many {
            self.set_room(USUAL_ROOM_KIB)?;
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::domain::actor::{Actor, Operator};
    use crate::domain::audit::Detail;
    use crate::domain::authority::Refusal;
    use crate::domain::delivery::made_up::delivered;
    use crate::domain::hash::StoredHash;
    use crate::domain::policy::Policy;
    use crate::domain::role::{Role, Roles};
    use crate::domain::target::Target;
    use crate::domain::throttle::Throttle;
    use crate::store::contract::{OPERATION, SetClock, at_once};
    use crate::store::operations::Whom;
    use crate::store::{EventFilter, NewAccount, NewTemporary, Store, Stores as _};

    crate::store::contract::laws!(in_memory());
    crate::store::contract::laws_of_a_file!(in_a_folder());
    crate::store::contract::laws_at_once!(in_a_folder());
    crate::store::contract::laws_of_copies!(in_a_folder());

    #[test]
    fn a_refusal_found_while_writing_is_recorded_in_the_transaction_that_refuses() {
        let mut engine = SqliteEngine::in_memory(SetClock);
        let commits = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&commits);
        let hook = move || {
            counted.fetch_add(1, Ordering::Relaxed);
            false
        };
        engine.connection.commit_hook(Some(hook)).unwrap();
        let mut store = Store::new(engine, OPERATION);
        let operator = Operator { uid: 0, os_user: "root".into(), sudo_caller: None, role: None, is_guest: false };
        let by = Actor::Operator(operator);
        let refusal = || Refusal::NoAdmin;
        let refused = store.change(Writing::Few, &by, "set-policy", &Whom::Nobody, |tx| {
            tx.set("store_name", "")?;
            Err::<(), _>(refusal().into())
        });
        assert!(matches!(refused, Err(StoreError::Refused(Refusal::NoAdmin))));
        assert_eq!(commits.load(Ordering::Relaxed), 1);
        assert!(!store.name().unwrap().is_empty(), "what was written before is undone");
        let events = store.events(&EventFilter::default(), None, 10).unwrap();
        let said = Detail::of(refusal().reason()).to_json();
        assert_eq!(events.last().map(|event| &event.detail), Some(&said));
    }

    #[test]
    fn of_no_operation_a_file_says_that_it_has_begun_there() {
        let mut store = in_memory();
        store.meet(&Policy::default()).unwrap();
        assert_eq!(store.operation(), OPERATION);
        assert!(!store.has_begun(store.operation()).unwrap());
    }

    #[test]
    fn a_file_needs_no_roles_of_a_server() {
        assert_eq!(in_a_folder().1.grants(), None);
    }

    #[test]
    fn what_is_damaged_of_some_accounts_is_mended_by_a_reset_and_keeps_nobody_else_out() {
        let (_folder, stores) = in_a_folder();
        let at = SetClock.now();
        let operator = Operator { uid: 0, os_user: "root".into(), sudo_caller: None, role: None, is_guest: false };
        let by = Actor::Operator(operator);
        let temporary = |text: &str| NewTemporary {
            hash: delivered(StoredHash::from_store(text.into())),
            until: at + jiff::SignedDuration::from_hours(1),
        };
        let mut store = at_once::opened(&stores);
        let mut add = |username: &str, role| {
            let (username, temporary) = (username.parse().unwrap(), temporary("$first"));
            let (display_name, roles) = ("".parse().unwrap(), Roles::from_iter(role));
            store
                .add_account(
                    &by,
                    &NewAccount { username, display_name, email: None, roles, public_key: None, temporary },
                )
                .unwrap()
        };
        add("root", Some(Role::GlobalAdmin));
        let alice = add("alice", None);
        let damage = "UPDATE accounts SET password_hash = CAST(x'ff24' AS TEXT) WHERE username = 'alice';
                      INSERT INTO tries (account_id, id, began_at) VALUES (3, 99, 9223372036854775807);
                      INSERT INTO accounts (id, username, display_name, search_text, roles, state, must_change, created_at)
                      VALUES (9, 'no name', '', '', 8, 'active', FALSE, 0)";
        Connection::open(stores.path()).unwrap().execute_batch(damage).unwrap();
        let throttle = Throttle { after: 5, lock_after: 100 };
        assert!(store.begin_try(Some(&"root".parse().unwrap()), throttle).unwrap().is_some());
        let revision = store.account(&Target::Id(alice)).unwrap().unwrap().revision;
        store.reset_password(&by, alice, revision, &temporary("$second")).unwrap();
        let (_, credential) = store.credential(&"alice".parse().unwrap()).unwrap().unwrap();
        assert_eq!(credential.unwrap().hash.as_str(), "$second");
    }

    fn in_memory() -> Store {
        Store::new(SqliteEngine::in_memory(SetClock), OPERATION)
    }

    fn in_a_folder() -> (tempfile::TempDir, SqliteStores) {
        let folder = tempfile::tempdir().unwrap();
        let stores = SqliteStores::at(&folder.path().join("store.db"), SetClock, OPERATION).unwrap();
        (folder, stores)
    }
}
