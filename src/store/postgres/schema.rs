//! The schema on a server, as a list of steps. Steps are only ever appended.

use std::time::Duration;

use super::session::{ANSWER, Ended, STATEMENT, Session};
use super::{CONFIRMED, MANY, SETTINGS, errors};
use crate::store::{Result, StoreError};

/// The steps. The number of those that were taken is the version of the schema.
pub const STEPS: &[&str] = &[include_str!("schema_1.sql"), include_str!("schema_2.sql")];

/// Answers the version and the time.
pub const VERSION_AND_TIME: &str = "SELECT version, extract(epoch FROM clock_timestamp())::bigint FROM schema_version;";

/// Migrations stand in line for this lock: `PDSK` in ASCII. It exists before any table does.
const LINE: i64 = 0x5044_534B;

/// How long to wait for others who change the schema.
pub const WAIT: Duration = Duration::from_mins(1);

/// The newest version that this program knows.
pub fn newest() -> usize {
    STEPS.len()
}

/// Refuses another version than the newest.
pub fn is_known(version: &str) -> Result<()> {
    match version.parse::<usize>() {
        Ok(version) if version == newest() => Ok(()),
        Ok(version) if version > newest() => Err(too_new(version)),
        _ => Err(StoreError::Unusable {
            message: format!("the store has schema {version}, and this passdesk needs schema {}", newest()),
            hint: "any command that may change the tables brings it up to date".into(),
        }),
    }
}

fn too_new(version: usize) -> StoreError {
    StoreError::Unusable {
        message: format!("the store has schema {version}, and this passdesk knows schema {} at most", newest()),
        hint: "use the passdesk that wrote it, or a later one".into(),
    }
}

/// The version of the store, or `None` without a store.
pub fn version(session: &Session) -> Result<Option<usize>> {
    let exists = "SELECT to_regclass('passdesk.schema_version')::text, ''";
    let [name, _] = session.batch(exists, STATEMENT)?.unwrap_or_default();
    if name.is_empty() {
        return Ok(None);
    }
    let [version, _] = session.batch("SELECT version, '' FROM passdesk.schema_version", STATEMENT)?.unwrap_or_default();
    Ok(version.parse().ok())
}

/// Takes the missing steps in one transaction, one program after the other.
pub fn bring_up_to_date(session: &Session) -> Result<()> {
    match version(session)? {
        Some(version) if version == newest() => Ok(()),
        Some(version) if version > newest() => Err(too_new(version)),
        None => Err(errors::missing()),
        Some(_) => migrate(session, STEPS),
    }
}

pub fn migrate(session: &Session, steps: &[&str]) -> Result<()> {
    begin(session, WAIT)?;
    // Whoever writes by the old schema comes to an end first.
    session.batch("LOCK TABLE writer IN EXCLUSIVE MODE", WAIT + ANSWER)?;
    let taken = version(session)?.unwrap_or_default();
    for step in steps.iter().skip(taken) {
        session.batch(step, MANY)?;
    }
    session.batch(&format!("UPDATE schema_version SET version = {}", steps.len()), STATEMENT)?;
    match session.commit(MANY) {
        Ended::Done => Ok(()),
        Ended::Not(error) => Err(error),
        Ended::Unknown => Err(StoreError::Unknown(None)),
    }
}

/// Begins a transaction that changes the schema, and answers its time, in seconds. Others wait for its end.
pub fn begin(session: &Session, wait: Duration) -> Result<String> {
    let sql = format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; {SETTINGS} {CONFIRMED}
         SET LOCAL lock_timeout TO {}; SELECT pg_advisory_xact_lock({LINE});
         SELECT extract(epoch FROM clock_timestamp())::bigint, ''",
        wait.as_millis()
    );
    let [now, _] = session.batch(&sql, wait + ANSWER)?.unwrap_or_default();
    Ok(now)
}

/// Makes the tables in a transaction that has begun. Fails with [`StoreError::Conflict`] if they are there.
pub fn make(session: &Session) -> Result<()> {
    if version(session)?.is_some() {
        return Err(StoreError::Conflict("the database has a store already".into()));
    }
    let encoding = "SELECT current_setting('server_encoding'), ''";
    let [encoding, _] = session.batch(encoding, STATEMENT)?.unwrap_or_default();
    if encoding != "UTF8" {
        return Err(StoreError::Unusable {
            message: format!("the database has the encoding {encoding}, and passdesk needs UTF8"),
            hint: "make one with: createdb --encoding UTF8 --template template0 NAME".into(),
        });
    }
    session.batch("CREATE SCHEMA IF NOT EXISTS passdesk", STATEMENT)?;
    for step in STEPS {
        session.batch(step, STATEMENT)?;
    }
    let sql = format!(
        "CREATE TABLE schema_version (version bigint NOT NULL);
         INSERT INTO schema_version VALUES ({});
         INSERT INTO settings VALUES ('store_name', replace(gen_random_uuid()::text, '-', '')), ('sign_in_tries', '0')",
        newest()
    );
    session.batch(&sql, STATEMENT)?;
    Ok(())
}
