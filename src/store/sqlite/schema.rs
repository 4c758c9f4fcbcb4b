//! The schema, as a list of steps. Steps are only ever appended. `user_version` says how many have been taken.

use std::borrow::Cow;

use rusqlite::{Connection, TransactionBehavior};

use super::bound::Bounded;
use super::errors::{broken, damaged, failed};
use super::statement::Statements;
use super::tables::{self, Found};
use crate::store::sql::compute_again;
use crate::store::{Result, StoreError};

/// `PDSK` in the file's header identifies a store of passdesk.
pub const APPLICATION_ID: i32 = 0x5044_534B;

/// The newest schema that this program knows.
pub const NEWEST: u32 = 9;

const STEPS: [&str; NEWEST as usize] = [
    include_str!("schema_1.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
    include_str!("schema_4.sql"),
    include_str!("schema_5.sql"),
    include_str!("schema_6.sql"),
    include_str!("schema_7.sql"),
    include_str!("schema_8.sql"),
    include_str!("schema_9.sql"),
];

/// The engine's list of the objects of a store of the newest schema, in its order.
const AS_MADE: &str = include_str!("schema.sql");
/// The text between two statements.
const BETWEEN: &str = ";\n\n";
/// The text after the last statement.
const END: &str = ";\n";

/// Takes the missing steps, inside one exclusive transaction. A store that is not as passdesk makes it is refused
/// first.
pub fn bring_up_to_date(connection: &mut Bounded) -> Result<()> {
    if version(connection)? == NEWEST {
        return check(connection, NEWEST);
    }
    let bound = connection.bound();
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive).map_err(failed)?;
    // The version is read again, since another process may have been here first.
    let taken = version(&transaction)?;
    if taken == 0 && holds_something(&transaction)? {
        return Err(damaged(&"it has tables and no schema version"));
    }
    if taken > NEWEST {
        return Err(too_new(taken));
    }
    check(&transaction, taken)?;
    // A new column would have the engine check all rows. A damaged one stays as it is, and 'store check' names it.
    transaction.pragma_update(None, "ignore_check_constraints", true).map_err(failed)?;
    // Nor does a view of the site keep a column from being replaced.
    transaction.pragma_update(None, "legacy_alter_table", true).map_err(failed)?;
    for step in &STEPS[taken as usize..] {
        transaction.execute_batch(step).map_err(|error| match failed(error) {
            StoreError::Failed(why) => broken("it cannot be brought up to date", &why.root_cause()),
            other => other,
        })?;
    }
    compute_again(&Statements { connection: &transaction, bound })?;
    transaction.pragma_update(None, "legacy_alter_table", false).map_err(failed)?;
    transaction.pragma_update(None, "ignore_check_constraints", false).map_err(failed)?;
    transaction.pragma_update(None, "user_version", NEWEST).map_err(failed)?;
    transaction.commit().map_err(failed)
}

/// Refuses a store of this schema that is not as passdesk makes it. This happens before any row is read.
pub fn check(connection: &Connection, version: u32) -> Result<()> {
    compare(connection, version)?.refusal().map_or(Ok(()), Err)
}

/// Compares the tables of a store of this schema.
pub fn compare(connection: &Connection, version: u32) -> Result<Found> {
    tables::compare(connection, &made(version)?)
}

/// The error for a store that a later passdesk wrote.
pub fn too_new(version: u32) -> StoreError {
    StoreError::Unusable {
        message: format!("the store has schema {version}, and this passdesk knows schema {NEWEST} at most"),
        hint: "use the passdesk that wrote it, or a later one".into(),
    }
}

fn holds_something(connection: &Connection) -> Result<bool> {
    connection.query_row("SELECT count(*) > 0 FROM sqlite_schema", [], |row| row.get(0)).map_err(failed)
}

pub fn version(connection: &Connection) -> Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)
}

/// The statements that passdesk makes a store with, as the engine keeps them.
fn made(version: u32) -> Result<Vec<Cow<'static, str>>> {
    if version == NEWEST {
        return Ok(AS_MADE.strip_suffix(END).unwrap_or(AS_MADE).split(BETWEEN).map(Cow::Borrowed).collect());
    }
    let fresh = Connection::open_in_memory().map_err(failed)?;
    let mut steps = STEPS.iter().take(version as usize);
    steps.try_for_each(|step| fresh.execute_batch(step)).and_then(|()| statements(&fresh)).map_err(failed)
}

/// Whether passdesk makes a table of this name.
pub fn is_own(table: &str) -> bool {
    AS_MADE.split(BETWEEN).any(|sql| sql.starts_with("CREATE TABLE") && tables::name_in(sql) == table)
}

/// The statements in the engine's list, in its order.
fn statements(connection: &Connection) -> rusqlite::Result<Vec<Cow<'static, str>>> {
    let mut statement = connection.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid")?;
    statement.query_map([], |row| row.get::<_, String>(0).map(Cow::Owned))?.collect()
}

#[cfg(test)]
mod tests {
    use super::super::open;
    use super::*;

    #[test]
    fn the_schema_that_is_written_down_is_the_one_that_the_steps_make() {
        let fresh = open::in_memory().unwrap();
        let made = statements(&fresh).unwrap().join(BETWEEN) + END;
        assert!(AS_MADE == made, "src/store/sqlite/schema.sql is to be:\n{made}");
        assert_eq!(compare(&fresh, NEWEST).unwrap().faults, [""; 0]);
    }

    #[test]
    fn each_statement_has_a_name_of_its_own() {
        let made = made(NEWEST).unwrap();
        let mut names: Vec<_> = made.iter().map(|sql| tables::name_in(sql)).collect();
        assert!(["accounts", "sqlite_sequence", "credentials"].iter().all(|name| names.contains(name)), "{names:?}");
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), made.len());
    }
}
