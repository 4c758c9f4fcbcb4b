//! Prepared statements, and their results.

use rusqlite::types::{Type, Value};
use rusqlite::{Connection, ErrorCode, Params, Row};

use super::errors::failed;
use crate::domain::clock::Timestamp;
use crate::store::Result;
use crate::store::engine::{Kept, Taken};

/// All rows of a query.
pub fn all<T>(
    connection: &Connection,
    sql: &str,
    values: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.query_map(values, read)?.collect())
        .map_err(failed)
}

/// The row of a query that finds one row at most.
pub fn one<T>(
    connection: &Connection,
    sql: &str,
    values: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>> {
    all(connection, sql, values, read).map(|mut rows| rows.pop())
}

/// Calls `seen` for the rows of a query until it returns true.
pub fn each(connection: &Connection, sql: &str, mut seen: impl FnMut(&Row<'_>) -> Result<bool>) -> Result<()> {
    let mut statement = connection.prepare_cached(sql).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        if seen(row)? {
            break;
        }
    }
    Ok(())
}

/// Runs a statement. Returns how many rows it changed.
pub fn execute(connection: &Connection, sql: &str, values: impl Params) -> Result<usize> {
    connection.prepare_cached(sql).and_then(|mut statement| statement.execute(values)).map_err(failed)
}

/// A violated UNIQUE constraint means that a value is taken.
pub fn kept<T>(written: rusqlite::Result<T>) -> Result<Kept<T>> {
    let uniques = [
        ("accounts.username", Taken::Username),
        ("accounts.email_key", Taken::Email),
        ("sign_ins.label", Taken::Label),
    ];
    written.map(Ok).or_else(|error| {
        let text = error.to_string();
        let broken = |(unique, _): &(&str, Taken)| text.contains(unique);
        match uniques.into_iter().find(broken) {
            Some((_, taken)) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => Ok(Err(taken)),
            _ => Err(failed(error)),
        }
    })
}

/// Conditions joined by AND, and their values.
#[derive(Clone)]
pub struct Conditions {
    pub sql: String,
    pub values: Vec<Value>,
}

impl Default for Conditions {
    fn default() -> Self {
        Self { sql: "TRUE".into(), values: Vec::new() }
    }
}

impl Conditions {
    /// Adds a condition.
    pub fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.values.extend(values);
    }
}

/// A moment, if there is one.
pub fn moment(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    let seconds: Option<i64> = row.get(column)?;
    seconds.map(|seconds| Timestamp::from_second(seconds).map_err(|error| wrong(column, error))).transpose()
}

/// A moment, or one long ago if the value is invalid. So an invalid value keeps nobody from anything.
pub fn moment_or_long_ago(row: &Row<'_>, column: usize) -> Timestamp {
    moment(row, column).ok().flatten().unwrap_or_default()
}

/// The error for a value that passdesk would not write.
pub fn wrong(column: usize, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into())
}
