//! The schema, as a list of steps that is only ever appended to. `user_version` says how many have been taken.

use rusqlite::{Connection, TransactionBehavior};

use super::errors::{damaged, failed};
use super::tables;
use crate::store::{Result, StoreError};

/// `PDSK` in the file's header: this is a store of passdesk.
pub const APPLICATION_ID: i32 = 0x5044_534B;

/// The schema this program knows.
pub const NEWEST: u32 = 7;

const STEPS: [&str; NEWEST as usize] = [
    include_str!("schema_1.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
    include_str!("schema_4.sql"),
    include_str!("schema_5.sql"),
    include_str!("schema_6.sql"),
    include_str!("schema_7.sql"),
];

/// Takes the steps that are missing, inside one exclusive transaction. What is not as passdesk has made it is refused
/// before.
pub fn bring_up_to_date(connection: &mut Connection) -> Result<()> {
    if version(connection)? == NEWEST {
        return tables::check(connection, NEWEST);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive).map_err(failed)?;
    // Read again: another process may have been here first.
    let taken = version(&transaction)?;
    if taken == 0 && holds_something(&transaction)? {
        return Err(damaged(&"it has tables and no schema version"));
    }
    if taken > NEWEST {
        return Err(too_new(taken));
    }
    tables::check(&transaction, taken)?;
    for step in &STEPS[taken as usize..] {
        transaction.execute_batch(step).map_err(|error| match failed(error) {
            StoreError::Failed(why) => damaged(&why),
            other => other,
        })?;
    }
    transaction.pragma_update(None, "user_version", NEWEST).map_err(failed)?;
    transaction.commit().map_err(failed)
}

/// Takes so many steps in an empty database, to see what comes of them.
pub fn taken_to(connection: &Connection, version: u32) -> rusqlite::Result<()> {
    STEPS.iter().take(version as usize).try_for_each(|step| connection.execute_batch(step))
}

/// What to say of a store that a later passdesk has written.
pub fn too_new(version: u32) -> StoreError {
    StoreError::Unusable {
        message: format!("the store has schema {version}, and this passdesk knows none newer than {NEWEST}"),
        hint: "use the passdesk that wrote it, or a later one".into(),
    }
}

fn holds_something(connection: &Connection) -> Result<bool> {
    connection.query_row("SELECT count(*) > 0 FROM sqlite_schema", [], |row| row.get(0)).map_err(failed)
}

pub fn version(connection: &Connection) -> Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)
}
