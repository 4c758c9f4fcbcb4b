//! Finds out how a commit has ended, after the server went away.

use std::thread::sleep;
use std::time::{Duration, Instant};

use tokio_postgres::types::{ToSql, Type};

use super::session::{ANSWER, Ended, STATEMENT, Session};
use super::stores::Shared;
use super::{COMMIT, PostgresEngine, RECOVERY, schema};
use crate::store::engine::Writing;
use crate::store::{Result, StoreError};

/// The sequence number and the link of an event.
pub type EventMark = (i64, [u8; 32]);

/// How long to wait until a server is asked again.
const PAUSE: Duration = Duration::from_millis(500);

/// Asks again and again, for a minute. What cannot be told by then is [`StoreError::Unknown`], whatever the reason.
#[expect(clippy::disallowed_methods, reason = "how long somebody waits is no time that is stored")]
fn told(ask: impl Fn(Duration) -> Result<bool>) -> Result<bool> {
    let began = Instant::now();
    loop {
        let left = RECOVERY.saturating_sub(began.elapsed());
        if left.is_zero() {
            return Err(StoreError::Unknown(None));
        }
        if let Ok(answer) = ask(left) {
            return Ok(answer);
        }
        sleep(PAUSE);
    }
}

/// Whether a transaction that makes the tables is in force.
///
/// The lock of those who change the schema tells that the transaction has ended. If there are no tables, an empty schema
/// is left, which a standby has confirmed. So they do not appear later.
pub fn was_made(shared: &Shared, last_event: Option<EventMark>) -> Result<bool> {
    told(|left| {
        let session = shared.connect(left)?;
        let _pass = shared.gate.pass_to_write();
        schema::begin(&session, left)?;
        let is_made = schema::version(&session)?.is_some();
        let is_ours = is_made && has(&session, last_event)?;
        let write =
            if is_made { TOUCH } else { "CREATE SCHEMA IF NOT EXISTS passdesk; COMMENT ON SCHEMA passdesk IS ''" };
        session.batch(write, STATEMENT)?;
        if matches!(session.commit(COMMIT), Ended::Done) { Ok(is_ours) } else { Err(StoreError::Busy) }
    })
}

/// Writes a row as it is. Any row will do.
const TOUCH: &str = "UPDATE passdesk.settings SET value = value WHERE key = 'store_name'";

/// Whether an event is in the record.
fn has(session: &Session, event: Option<EventMark>) -> Result<bool> {
    let (sequence, link) = event.unwrap_or_default();
    let link = link.as_slice();
    let sql = "SELECT sequence FROM passdesk.audit_events WHERE sequence = $1 AND link = $2";
    let values: [(&(dyn ToSql + Sync), Type); 2] = [(&sequence, Type::INT8), (&link, Type::BYTEA)];
    Ok(!session.query(sql, &values, STATEMENT)?.is_empty())
}

impl PostgresEngine {
    /// Whether the transaction that appended this event is in force. If that cannot be told for a minute, the answer is
    /// [`StoreError::Unknown`].
    ///
    /// The lock of the writers tells that the transaction has ended. The event tells how. But a server that shows the
    /// event may be about to be replaced by one that never got it. Only a commit of its own, which a standby has
    /// confirmed, tells that all before it are there as well.
    ///
    /// A transaction without an event only counts tries and refusals. It is done again, and may count one too many.
    pub fn was_done(&self, last_event: Option<EventMark>) -> Result<bool> {
        told(|left| {
            let begun = self.begin_to_write(Writing::Few, left)?;
            let is_there = has(&begun.session, last_event)?;
            if self.confirm(begun.session)? { Ok(is_there) } else { Err(StoreError::Busy) }
        })
    }

    /// Commits a transaction with a row of its own. Whether a standby has confirmed it, and all before it.
    pub fn confirm(&self, session: Session) -> Result<bool> {
        let written = session.execute(TOUCH, &[], ANSWER)?;
        // Without a row, there would be nothing to confirm.
        let is_confirmed = written == 1 && matches!(session.commit(COMMIT), Ended::Done);
        if is_confirmed {
            self.session.replace(Some(session));
        }
        Ok(is_confirmed)
    }
}
