//! The embedded engine: one SQLite file, of mode 0600 from its first byte, in WAL mode.

#![expect(clippy::disallowed_types, reason = "this is the room of the engine")]

mod accounts;
mod backup;
mod bound;
mod errors;
mod examine;
mod ground;
mod line;
mod lists;
mod open;
mod pages;
mod record;
mod rows;
mod schema;
mod sign_ins;
mod stores;
mod tables;
mod unplaced;
mod writer;

use std::ops::Deref;
use std::path::Path;
use std::time::Duration;

use rusqlite::TransactionBehavior;

use self::bound::Bounded;
use self::errors::failed;
use self::line::Line;
use self::rows::SqliteRows;
pub use self::stores::SqliteStores;
use super::engine::{Engine, Rows};
use super::{PreparedStore as _, Result, StoreError, Watch};
use crate::gate::{Gate, Pass};

/// An open file.
pub struct SqliteEngine {
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

impl Drop for SqliteEngine {
    fn drop(&mut self) {
        self.closing = Some(self.gate.pass());
    }
}

impl SqliteEngine {
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
}

/// The pages that are kept in memory while much is written, in KiB. The entries of an index come in any order: with the
/// 2 MiB that SQLite takes otherwise, nearly each of them would have a page written and read again.
const ROOM_KIB: i64 = 128 * 1024;
/// What SQLite takes otherwise: <https://www.sqlite.org/pragma.html#pragma_cache_size>.
const USUAL_ROOM_KIB: i64 = 2_000;

impl Engine for SqliteEngine {
    fn read<T>(&self, work: impl FnOnce(&mut dyn Rows) -> Result<T>) -> Result<T> {
        let reading = self.reading();
        // One look at the log for all of it.
        let connection = reading.unchecked_transaction().map_err(failed)?;
        work(&mut SqliteRows { connection: &connection, bound: self.connection.bound() })
    }

    /// It is immediate: a transaction that reads first and writes later would fail at once when another process wrote in
    /// between.
    fn write<T>(&mut self, work: impl FnOnce(&mut dyn Rows) -> Result<T>) -> Result<T> {
        self.in_line(|engine| {
            let bound = engine.connection.bound();
            let transaction =
                engine.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
            let value = work(&mut SqliteRows { connection: &transaction, bound })?;
            transaction.commit().map_err(failed)?;
            Ok(value)
        })
    }

    fn write_many<T>(&mut self, work: impl FnOnce(&mut dyn Rows) -> Result<T>) -> Result<T> {
        let room = |engine: &Self, kib: i64| engine.reading().pragma_update(None, "cache_size", -kib).map_err(failed);
        room(self, ROOM_KIB)?;
        let written = self.write(work);
        room(self, USUAL_ROOM_KIB)?;
        written
    }

    fn and_forget<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.in_line(|engine| {
            let done = work(engine)?;
            // Nobody waits for readers.
            let _ = engine
                .connection
                .busy_timeout(Duration::ZERO)
                .and_then(|()| engine.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
            Ok(done)
        })
    }

    fn without_waiting<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.patience = Duration::ZERO;
        let done = work(self);
        self.patience = open::PATIENCE;
        done
    }

    fn copy(
        &mut self,
        place: &Path,
        watch: &mut dyn Watch,
        announce: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<Result<()>> {
        let unplaced = backup::begin(place)?;
        announce(self)?;
        Ok(backup::fill(&self.connection, unplaced.path(), watch)
            .and_then(|()| Box::new(unplaced).put_in_place())
            .map_err(|error| backup::of_it(place, error)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::domain::actor::{Actor, Operator};
    use crate::domain::authority::Refusal;
    use crate::domain::clock::Timestamp;
    use crate::domain::credential::StoredHash;
    use crate::domain::role::Role;
    use crate::domain::target::Target;
    use crate::domain::throttle::Throttle;
    use crate::store::ruled::{Ruled, change};
    use crate::store::{EventFilter, Mandate, NewAccount, NewTemporary, Store as _};

    crate::store::contract::laws!(Ruled(SqliteEngine::in_memory()));
    crate::store::contract::laws_at_once!(in_a_folder());

    #[test]
    fn a_refusal_found_while_writing_is_recorded_in_the_transaction_that_refuses() {
        let mut store = Ruled(SqliteEngine::in_memory());
        let commits = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&commits);
        let hook = move || {
            counted.fetch_add(1, Ordering::Relaxed);
            false
        };
        store.0.connection.commit_hook(Some(hook)).unwrap();
        let operator = Operator { uid: 0, os_user: "root".into(), sudo_caller: None };
        let by = Mandate { actor: Actor::Operator(operator), at: Timestamp::UNIX_EPOCH };
        let refusal = || Refusal::NoAdmin;
        let refused = change(&mut store.0, &by, "set-policy", None, |rows| {
            rows.set("store_name", "")?;
            Err::<(), _>(refusal().into())
        });
        assert!(matches!(refused, Err(StoreError::Refused(Refusal::NoAdmin))));
        assert_eq!(commits.load(Ordering::Relaxed), 1);
        assert!(!store.name().unwrap().is_empty(), "what was written before is undone");
        let events = store.events(&EventFilter::default(), None, 10).unwrap();
        assert_eq!(events.last().map(|event| event.detail.as_str()), Some(refusal().to_string().as_str()));
    }

    #[test]
    fn what_is_damaged_of_some_accounts_is_mended_by_a_reset_and_keeps_nobody_else_out() {
        let mut store = Ruled(SqliteEngine::in_memory());
        let at = Timestamp::from_second(1_700_000_000).unwrap();
        let operator = Operator { uid: 0, os_user: "root".into(), sudo_caller: None };
        let by = Mandate { actor: Actor::Operator(operator), at };
        let temporary = |text: &str| NewTemporary {
            hash: StoredHash::from_store(text.into()),
            until: at + jiff::SignedDuration::from_hours(1),
        };
        let new = |username: &str, roles: &[Role]| NewAccount {
            username: username.parse().unwrap(),
            display_name: "".parse().unwrap(),
            email: None,
            roles: roles.iter().copied().collect(),
            temporary: temporary("$first"),
        };
        store.add_account(&by, &new("root", &[Role::GlobalAdmin])).unwrap();
        let alice = store.add_account(&by, &new("alice", &[])).unwrap();
        let damage = "UPDATE accounts SET password_hash = CAST(x'ff24' AS TEXT) WHERE username = 'alice';
                      INSERT INTO tries (account_id, id, began_at) VALUES (2, 99, 9223372036854775807);
                      INSERT INTO accounts (id, username, display_name, search_text, roles, state, must_change, created_at)
                      VALUES (9, 'no name', '', '', 8, 'active', FALSE, 0)";
        store.0.connection.execute_batch(damage).unwrap();
        let throttle = Throttle { after: 5, lock_after: 100 };
        assert!(store.begin_try(Some(&"root".parse().unwrap()), at, throttle).unwrap().is_some());
        let revision = store.account(&Target::Id(alice)).unwrap().unwrap().revision;
        store.reset_password(&by, alice, revision, &temporary("$second")).unwrap();
        let (_, credential) = store.credential(&"alice".parse().unwrap()).unwrap().unwrap();
        assert_eq!(credential.unwrap().hash.as_str(), "$second");
    }

    fn in_a_folder() -> (tempfile::TempDir, SqliteStores) {
        let folder = tempfile::tempdir().unwrap();
        let stores = SqliteStores::at(&folder.path().join("store.db")).unwrap();
        (folder, stores)
    }
}
