//! The engine for several hosts: tables on a PostgreSQL server.
//!
//! All writers stand in line for one lock, so that their transactions have the same effect as if they ran one after the
//! other. The time is the server's. Nothing outlives a transaction on a connection: a pool may stand in between.

pub mod address;
mod errors;
mod examine;
mod files;
#[cfg(test)]
#[path = "../../../tests/servers/tools/ground.rs"]
#[expect(dead_code, clippy::disallowed_methods, reason = "a tool of tests")]
mod ground;
mod outcome;
mod passwords;
mod schema;
#[cfg(test)]
#[path = "../../../tests/servers/tools/server.rs"]
#[expect(dead_code, clippy::zombie_processes, reason = "a tool of tests")]
mod server;
mod services;
mod session;
mod sources;
mod statements;
mod stores;
#[cfg(test)]
mod tests;
mod tls;
mod url;

use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::errors::Trouble;
pub use self::passwords::redacted;
use self::session::{ANSWER, Ended, PATIENCE, STATEMENT, Session};
use self::statements::Statements;
pub use self::stores::PostgresStores;
use self::stores::Shared;
use super::engine::{Engine, Reads, Rows, Writing};
use super::sql::SqlRows;
use super::{Result, StoreError};
use crate::domain::clock::Timestamp;
use crate::gate::Pass;

/// How long to try again after a connection was lost.
const RECOVERY: Duration = Duration::from_mins(1);
/// How long to wait for the answer to a COMMIT. It waits for the standby.
const COMMIT: Duration = Duration::from_secs(10);
/// How long one statement about many rows may take.
const MANY: Duration = Duration::from_mins(5);

/// A connection to a server, which is made again if it is lost.
pub struct PostgresEngine {
    shared: Arc<Shared>,
    session: RefCell<Option<Session>>,
}

impl PostgresEngine {
    fn new(shared: Arc<Shared>, session: Session) -> Self {
        Self { shared, session: RefCell::new(Some(session)) }
    }

    /// A connection: the one of the transaction before, or another one. No transaction is open meanwhile, so a signal may
    /// be acted on.
    fn connected(&self, patience: Duration) -> Result<(Session, bool)> {
        match self.session.take().filter(|session| !session.is_over()) {
            Some(session) => Ok((session, true)),
            None => Ok((self.shared.connect(patience)?, false)),
        }
    }

    /// Begins a transaction, behind the gate. A connection that was lost is made again: nothing has been done with it.
    /// A signal that ends the program ends the wait of a writer.
    fn begin(&self, writes: bool, sql: &str, within: Duration, patience: Duration) -> Result<Begun> {
        let gate = &self.shared.gate;
        let ends = gate.ends_from_now();
        let is_to_end = || writes && ends();
        loop {
            let (session, was_kept) = self.connected(patience)?;
            let pass = if writes { gate.pass_to_write() } else { gate.pass() };
            let checked = match session.batch_unless(sql, within, &is_to_end) {
                Ok(row) => {
                    let [version, now] = row.unwrap_or_default();
                    schema::is_known(&version).and_then(|()| self.shared.time_of(&now))
                }
                Err(Trouble::Lost(_)) if is_to_end() => {
                    pass.give_way();
                    return Err(StoreError::Stopped);
                }
                Err(Trouble::Lost(_)) if was_kept => continue,
                Err(trouble) => Err(trouble.into()),
            };
            match checked {
                Ok(now) => return Ok(Begun { session, now, _pass: pass }),
                Err(error) => {
                    if session.batch("ROLLBACK", ANSWER).is_ok() {
                        self.session.replace(Some(session));
                    }
                    return Err(error);
                }
            }
        }
    }

    fn begin_to_write(&self, how: Writing, patience: Duration) -> Result<Begun> {
        // What is not worth waiting for does not wait for a standby either.
        let (lock, wait, confirmed) = match how {
            Writing::IfIdle => ("NOWAIT", Duration::ZERO, "SET LOCAL synchronous_commit TO off;"),
            _ => ("", PATIENCE.min(patience), CONFIRMED),
        };
        let sql = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; {SETTINGS} {confirmed}
             SET LOCAL lock_timeout TO {}; LOCK TABLE writer IN EXCLUSIVE MODE {lock}; {}",
            wait.as_millis(),
            schema::VERSION_AND_TIME
        );
        self.begin(true, &sql, wait + ANSWER, patience).map_err(|error| match error {
            StoreError::Busy if how != Writing::IfIdle => {
                StoreError::Away("another change has been under way for long; it may be waiting for a standby".into())
            }
            other => other,
        })
    }
}

/// Begins a transaction that sees one moment, and answers the version and the time.
fn begin_to_read() -> String {
    format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {SETTINGS} {}", schema::VERSION_AND_TIME)
}

/// A transaction that has begun.
struct Begun {
    session: Session,
    /// Its time.
    now: Timestamp,
    /// No signal is acted on until it ends.
    _pass: Pass,
}

/// A commit is confirmed by a standby, if the server has one. Nothing less is done.
const CONFIRMED: &str = "
    SELECT set_config('synchronous_commit', 'on', TRUE)
    WHERE current_setting('synchronous_commit') IN ('off', 'local');";

/// What holds within each transaction. A client that was stopped must not keep the lock. Each page is found by an index
/// in the wanted order: until the server has counted the rows of a new table, it would sort all of them for every page.
const SETTINGS: &str = "
    SET LOCAL search_path TO passdesk, pg_temp;
    SET LOCAL enable_sort TO off;
    SET LOCAL jit TO off;
    SET LOCAL idle_in_transaction_session_timeout TO '5s';
    SET LOCAL statement_timeout TO '600s';";

/// The connection stays for the next use.
impl Drop for PostgresEngine {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            self.shared.keep(session);
        }
    }
}

impl Engine for PostgresEngine {
    #[expect(clippy::disallowed_methods, reason = "how long somebody waits is no time that is stored")]
    fn read(&self, work: &mut dyn FnMut(&mut dyn Reads) -> Result<()>) -> Result<()> {
        let sql = begin_to_read();
        let began = Instant::now();
        loop {
            let left = self.shared.patience().saturating_sub(began.elapsed());
            let Begun { session, now, _pass } = self.begin(false, &sql, ANSWER, left)?;
            let done = work(&mut SqlRows { sql: Statements::new(&session, STATEMENT), now });
            if session.batch("COMMIT", ANSWER).is_ok() {
                self.session.replace(Some(session));
                return done.map_err(errors::on_a_server);
            }
            // The connection is lost. What was read so far may be read again from another server.
            let is_lost = matches!(done, Err(StoreError::Away(_)));
            if !is_lost || began.elapsed() >= RECOVERY {
                return done.map_err(errors::on_a_server);
            }
        }
    }

    fn close(self: Box<Self>) -> Result<()> {
        Ok(())
    }

    fn identity(&self) -> Option<String> {
        self.shared.place()
    }

    fn settle(&mut self) -> Result<()> {
        let begun = self.begin_to_write(Writing::Few, self.shared.patience())?;
        let unconfirmed = || StoreError::Away("the server does not confirm that it keeps what is written".into());
        if self.confirm(begun.session)? { Ok(()) } else { Err(unconfirmed()) }
    }

    #[expect(clippy::disallowed_methods, reason = "how long somebody waits is no time that is stored")]
    fn write(&mut self, how: Writing, work: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()> {
        let within = if how == Writing::Many { MANY } else { STATEMENT };
        let (mut began, mut patience) = (None, self.shared.patience());
        loop {
            let Begun { session, now, _pass } = self.begin_to_write(how, patience)?;
            let began: &mut Instant = began.get_or_insert_with(Instant::now);
            let mut rows = SqlRows { sql: Statements::new(&session, within), now };
            let done = work(&mut rows);
            let (commit, last_event) = (rows.sql.may_be_committed(), rows.sql.last_event());
            let lost = match done.and(commit) {
                Ok(()) => match session.commit(COMMIT) {
                    Ended::Done => {
                        self.session.replace(Some(session));
                        return Ok(());
                    }
                    Ended::Not(error) => error,
                    // Nobody asks how it has ended.
                    Ended::Unknown if how == Writing::IfIdle => return Err(StoreError::Busy),
                    Ended::Unknown => {
                        drop(session);
                        if self.was_done(last_event)? {
                            return Ok(());
                        }
                        StoreError::Away("the server went away".into())
                    }
                },
                Err(error) => {
                    if session.batch("ROLLBACK", STATEMENT).is_ok() {
                        self.session.replace(Some(session));
                        return Err(errors::on_a_server(error));
                    }
                    error
                }
            };
            // The connection is lost, and nothing is in force. So the work can be done again, on another server.
            let is_lost = matches!(lost, StoreError::Away(_));
            if !is_lost || how == Writing::IfIdle || began.elapsed() >= RECOVERY {
                return Err(errors::on_a_server(lost));
            }
            patience = RECOVERY.saturating_sub(began.elapsed());
        }
    }
}
