//! The place of a store on a server, where it is opened, checked or made.

use std::ffi::OsString;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::address::Address;
use super::session::{Ended, Facts, PATIENCE, STATEMENT, Session};
use super::statements::Statements;
use super::{COMMIT, MANY, PostgresEngine, RECOVERY, examine, outcome, schema};
use crate::domain::actor::{Actor, DatabaseRole, Operator};
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::delivery::{Delivered, Undelivered};
use crate::domain::finding::Finding;
use crate::domain::hash::StoredHash;
use crate::domain::operation::OperationId;
use crate::gate::Gate;
use crate::made::Made;
use crate::store::engine::Rows;
use crate::store::sql::SqlRows;
use crate::store::tx::Tx;
use crate::store::{
    NewAccount, NewStore, NewTemporary, PreparedStore, Purpose, Result, Store, StoreError, StoreFile, Stores, Watch,
    accounts, is_first,
};

/// What all engines of one place share.
pub struct Shared {
    address: Address,
    pub gate: Gate,
    /// A connection that is not in use.
    idle: Mutex<Option<Session>>,
    /// Whether the last try to connect has failed.
    is_lost: AtomicBool,
    /// What the server said when it was connected to last.
    facts: Mutex<Option<Facts>>,
    /// The clock that tests set.
    clock: Option<Arc<dyn Clock>>,
}

impl Shared {
    /// A connection: the one that is not in use, or a new one.
    pub fn connect(&self, patience: Duration) -> Result<Session> {
        let idle = lock(&self.idle).take().filter(|session| !session.is_over());
        let connected = idle.map_or_else(|| Session::connect(&self.address, patience), Ok);
        self.is_lost.store(connected.is_err(), Ordering::Relaxed);
        let session = connected?;
        *lock(&self.facts) = Some(session.facts.clone());
        Ok(session)
    }

    /// How long to try to connect. Who was connected before waits once until another server has taken over.
    pub fn patience(&self) -> Duration {
        let was_connected = lock(&self.facts).is_some();
        if was_connected && !self.is_lost.load(Ordering::Relaxed) { RECOVERY } else { PATIENCE }
    }

    /// Which database of which servers this is.
    pub fn place(&self) -> Option<String> {
        lock(&self.facts).as_ref().map(|facts| facts.place.clone())
    }

    /// Keeps a connection for the next use.
    pub fn keep(&self, session: Session) {
        *lock(&self.idle) = Some(session);
    }

    /// What the server says of this connection.
    fn facts(&self) -> Result<Facts> {
        if let Some(facts) = &*lock(&self.facts) {
            return Ok(facts.clone());
        }
        let _pass = self.gate.pass();
        let session = self.connect(self.patience())?;
        let facts = session.facts.clone();
        self.keep(session);
        Ok(facts)
    }

    /// The time of a transaction, which the server gave in seconds.
    pub fn time_of(&self, seconds: &str) -> Result<Timestamp> {
        let read = || seconds.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        let told = read().ok_or_else(|| StoreError::Failed(anyhow::anyhow!("the server tells no time")))?;
        Ok(self.clock.as_ref().map_or(told, |clock| clock.now()))
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The store in one database of a server.
pub struct PostgresStores {
    pub(super) shared: Arc<Shared>,
    operation: OperationId,
}

impl PostgresStores {
    /// The store that an address names, for an operation. Nothing is connected to yet.
    #[must_use]
    pub fn at(address: Address, operation: OperationId) -> Self {
        let shared = Shared {
            address,
            gate: Gate::default(),
            idle: Mutex::default(),
            is_lost: AtomicBool::default(),
            facts: Mutex::default(),
            clock: None,
        };
        Self { shared: Arc::new(shared), operation }
    }

    /// The same, behind a gate that holds signals back.
    #[must_use]
    pub fn behind(mut self, gate: &Gate) -> Self {
        if let Some(shared) = Arc::get_mut(&mut self.shared) {
            shared.gate = gate.clone();
        }
        self
    }

    /// The same, with a clock instead of the server's. Tests set the time with it.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock + 'static) -> Self {
        if let Some(shared) = Arc::get_mut(&mut self.shared) {
            shared.clock = Some(Arc::new(clock));
        }
        self
    }

    fn opened(&self, prepare: fn(&Session) -> Result<()>) -> Result<Store> {
        let session = self.shared.connect(self.shared.patience())?;
        let _pass = self.shared.gate.pass();
        prepare(&session)?;
        Ok(Store::new(PostgresEngine::new(Arc::clone(&self.shared), session), self.operation))
    }

    /// Makes a store in one transaction, and puts it in force unless this is a trial.
    fn make(&self, is_trial: bool, fill: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()> {
        let session = self.shared.connect(self.shared.patience())?;
        let _pass = self.shared.gate.pass_to_write();
        let now = self.shared.time_of(&schema::begin(&session, schema::WAIT)?)?;
        schema::make(&session)?;
        let mut rows = SqlRows { sql: Statements::new(&session, MANY), now };
        fill(&mut rows)?;
        rows.sql.may_be_committed()?;
        let last_event = rows.sql.last_event();
        if is_trial {
            session.batch("ROLLBACK", STATEMENT)?;
            self.shared.keep(session);
            return Ok(());
        }
        match session.commit(COMMIT) {
            Ended::Done => {
                self.shared.keep(session);
                Ok(())
            }
            Ended::Not(error) => Err(error),
            Ended::Unknown => {
                drop(session);
                let made = outcome::was_made(&self.shared, last_event)?;
                if made { Ok(()) } else { Err(StoreError::Away("the server went away, and there is no store".into())) }
            }
        }
    }

    fn add_first<H>(&self, is_trial: bool, by: &Actor, first: &NewAccount<H>) -> Result<()>
    where
        H: Deref<Target = StoredHash>,
    {
        self.make(is_trial, &mut |rows| accounts::add(&mut Tx::new(rows, self.operation), by, first).map(drop))
    }
}

impl Stores for PostgresStores {
    fn location(&self) -> OsString {
        self.shared.address.shown().into()
    }

    fn open(&self) -> Result<Store> {
        self.opened(schema::bring_up_to_date)
    }

    fn open_to_read(&self) -> Result<Store> {
        self.opened(schema::bring_up_to_date)
    }

    fn open_as_it_is(&self) -> Result<Store> {
        self.opened(|_| Ok(()))
    }

    /// The server is asked once. After that, this host counts the seconds.
    fn now(&self) -> Result<Timestamp> {
        let facts = self.shared.facts()?;
        let now = facts.now.as_second().saturating_add_unsigned(facts.at.elapsed().as_secs());
        self.shared.time_of(&now.to_string())
    }

    fn operator(&self, here: &Operator) -> Result<Operator> {
        let Facts { role, from, is_operator, .. } = self.shared.facts()?;
        Ok(Operator { role: Some(DatabaseRole { name: role, from, is_operator }), ..here.clone() })
    }

    fn grants(&self) -> Option<&'static str> {
        Some(include_str!("grants.sql"))
    }

    fn examine(&self, watch: &mut dyn Watch) -> Result<Vec<Finding>> {
        let _pass = self.shared.gate.pass();
        examine::examine(&self.shared, watch)
    }

    fn begin(&self, _: Purpose) -> Result<Box<dyn NewStore + '_>> {
        // A place that is taken, or a missing right, shows before anything is read.
        self.make(true, &mut |_| Ok(()))?;
        Ok(Box::new(NewTables(self)))
    }

    /// Nothing is made yet: there is no place on a server that others cannot see.
    fn prepare(
        &self,
        by: &Actor,
        first: &NewAccount<Undelivered<StoredHash>>,
        _: &mut dyn FnMut(Made),
    ) -> Result<Box<dyn PreparedStore>> {
        self.add_first(true, by, first)?;
        let NewAccount { username, display_name, email, roles, public_key, temporary } = first;
        let temporary = NewTemporary { hash: Box::new(StoredHash::clone(&temporary.hash)), until: temporary.until };
        let (username, display_name, email) = (username.clone(), display_name.clone(), email.clone());
        let (roles, public_key) = (*roles, public_key.clone());
        let first = NewAccount { username, display_name, email, roles, public_key, temporary };
        let stores = Self { shared: Arc::clone(&self.shared), operation: self.operation };
        Ok(Box::new(Prepared { stores, by: by.clone(), first }))
    }

    fn file(&self) -> Option<&dyn StoreFile> {
        None
    }
}

/// A database that gets a store.
struct NewTables<'a>(&'a PostgresStores);

impl NewStore for NewTables<'_> {
    fn location(&self) -> OsString {
        self.0.location()
    }

    fn make(self: Box<Self>, fill: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()> {
        self.0.make(false, fill)
    }
}

/// A store that can be made, and its first account.
struct Prepared {
    stores: PostgresStores,
    by: Actor,
    first: NewAccount<Box<StoredHash>>,
}

impl PreparedStore for Prepared {
    fn put_in_place(self: Box<Self>, first: &Delivered<StoredHash>) -> Result<()> {
        is_first(&self.first.temporary.hash, first)?;
        self.stores.add_first(false, &self.by, &self.first)
    }
}
