//! The rows of a store, as every engine with SQL keeps them: which columns there are, which statements read and write
//! them. An engine runs the statements, and says where its SQL differs.

mod accounts;
pub mod lists;
mod pieces;
pub mod record;
mod rows;
mod sign_ins;

use std::borrow::Cow;

pub use self::accounts::{HASH, cells, compute_again, hash_cells, written};
#[cfg(test)]
pub use self::rows::HASH_SCHEMES;
pub use self::rows::SqlRows;
use super::engine::{Kept, NewRow};
use super::{Result, StoreError};
use crate::domain::account::AccountId;
use crate::domain::clock::Timestamp;
use crate::domain::name::Username;

/// A value that is written, or that a row is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell<'a> {
    /// A number, or none.
    Integer(Option<i64>),
    /// Yes or no.
    Flag(bool),
    /// A text, or none.
    Text(Option<Cow<'a, str>>),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(Some(number))
    }
}

impl From<Option<i64>> for Cell<'_> {
    fn from(number: Option<i64>) -> Self {
        Self::Integer(number)
    }
}

impl From<Timestamp> for Cell<'_> {
    fn from(moment: Timestamp) -> Self {
        moment.as_second().into()
    }
}

impl From<Option<Timestamp>> for Cell<'_> {
    fn from(moment: Option<Timestamp>) -> Self {
        moment.map(Timestamp::as_second).into()
    }
}

impl From<bool> for Cell<'_> {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Some(text.into()))
    }
}

impl<'a> From<Option<&'a str>> for Cell<'a> {
    fn from(text: Option<&'a str>) -> Self {
        Self::Text(text.map(Cow::Borrowed))
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Text(Some(text.into()))
    }
}

impl<'a> From<&'a [u8]> for Cell<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl From<Vec<u8>> for Cell<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

/// A row that was found. Columns are counted from 0. A value that passdesk would not write is
/// [`StoreError::Unusable`].
pub trait Cells {
    /// A number, or none.
    fn integer(&self, column: usize) -> Result<Option<i64>>;
    /// Yes or no.
    fn flag(&self, column: usize) -> Result<bool>;
    /// A text, or none.
    fn text(&self, column: usize) -> Result<Option<&str>>;
    /// Bytes. A text is its bytes. `None` if it is neither.
    fn bytes(&self, column: usize) -> Option<&[u8]>;

    /// A number that is never missing.
    fn number(&self, column: usize) -> Result<i64> {
        self.integer(column)?.ok_or_else(|| wrong(column, "a number is missing"))
    }

    /// A count that is never missing, and not large.
    fn count(&self, column: usize) -> Result<u32> {
        u32::try_from(self.number(column)?).map_err(|error| wrong(column, error))
    }

    /// Some bits of a small set, or none.
    fn bits(&self, column: usize) -> Result<Option<u8>> {
        self.integer(column)?.map(u8::try_from).transpose().map_err(|error| wrong(column, error))
    }

    /// A text that is never missing.
    fn string(&self, column: usize) -> Result<&str> {
        self.text(column)?.ok_or_else(|| wrong(column, "a text is missing"))
    }

    /// A text that somebody may have tampered with. Invalid UTF-8 is replaced.
    fn lossy(&self, column: usize) -> Option<String> {
        self.bytes(column).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// A moment, or none.
    fn moment(&self, column: usize) -> Result<Option<Timestamp>> {
        self.integer(column)?.map(Timestamp::from_second).transpose().map_err(|error| wrong(column, error))
    }

    /// A moment, or one long ago if the value is invalid. So an invalid value keeps nobody from anything.
    fn moment_or_long_ago(&self, column: usize) -> Timestamp {
        self.moment(column).ok().flatten().unwrap_or_default()
    }

    /// A username.
    fn username(&self, column: usize) -> Result<Username> {
        self.string(column)?.parse().map_err(|error| wrong(column, error))
    }
}

/// The error for a value that passdesk would not write.
pub fn wrong(column: usize, why: impl std::fmt::Display) -> StoreError {
    StoreError::damaged(format!(
        "the store is damaged: a row has a value that passdesk does not write: value {column}: {why}"
    ))
}

/// What differs between the SQL of engines.
pub struct Dialect {
    /// The function that finds a text within another: the place from 1 on, or 0.
    pub place_in: &'static str,
    /// The table of accounts, read in the order of usernames.
    pub by_username: &'static str,
    /// The table of accounts, read in the order of names.
    pub by_name: &'static str,
    /// How many rows one statement writes. With one, an error names its row.
    pub together: usize,
    /// A condition for the accounts that have a role. An index finds them.
    pub has_role: fn(u8) -> String,
}

/// An open transaction of an engine. Parameters of a statement are written `?1`, `?2` and so on.
pub trait Sql {
    /// How this engine's SQL differs.
    const DIALECT: Dialect;

    /// Calls `seen` for the rows of a query, until it returns true.
    fn each(&self, sql: &str, values: &[Cell<'_>], seen: &mut dyn FnMut(&dyn Cells) -> Result<bool>) -> Result<()>;

    /// Runs a statement. Returns how many rows it changed.
    fn execute(&self, sql: &str, values: &[Cell<'_>]) -> Result<usize>;

    /// Makes accounts, as [`super::engine::Rows::insert`] says.
    fn insert_accounts(
        &self,
        new: &mut dyn Iterator<Item = NewRow>,
        made: &mut dyn FnMut(Kept<AccountId>) -> Result<()>,
    ) -> Result<()>;

    /// Writes rows of a table.
    fn insert_rows(&self, table: &str, columns: &str, rows: &[Vec<Cell<'_>>]) -> Result<()>;

    /// The highest number that a row of a table ever had, or 0.
    fn given(&self, table: &str) -> Result<i64>;

    /// Has later rows of a table get numbers above this one.
    fn give(&self, table: &str, number: i64) -> Result<()>;

    /// All rows of a query.
    fn all<T>(&self, sql: &str, values: &[Cell<'_>], read: impl Fn(&dyn Cells) -> Result<T>) -> Result<Vec<T>> {
        let mut all = Vec::new();
        self.each(sql, values, &mut |row| {
            all.push(read(row)?);
            Ok(false)
        })?;
        Ok(all)
    }

    /// The row of a query that finds one row at most.
    fn one<T>(&self, sql: &str, values: &[Cell<'_>], read: impl Fn(&dyn Cells) -> Result<T>) -> Result<Option<T>> {
        self.all(sql, values, read).map(|mut rows| rows.pop())
    }
}

/// Conditions joined by AND, and their values.
#[derive(Clone, Default)]
pub struct Conditions<'a> {
    sql: String,
    values: Vec<Cell<'a>>,
}

impl<'a> Conditions<'a> {
    /// Adds a condition. Each `?` in it is one of the values, in their order.
    fn and<const N: usize>(&mut self, condition: &str, values: [Cell<'a>; N]) {
        if !self.sql.is_empty() {
            self.sql.push_str(" AND ");
        }
        let mut parts = condition.split('?');
        self.sql.push_str(parts.next().unwrap_or_default());
        for (part, value) in parts.zip(values) {
            let parameter = self.parameter(value);
            self.sql.push_str(&parameter);
            self.sql.push_str(part);
        }
    }

    /// Adds a value. Returns what stands for it in the statement.
    fn parameter(&mut self, value: Cell<'a>) -> String {
        self.values.push(value);
        format!("?{}", self.values.len())
    }

    /// The conditions, or one that is always true.
    fn sql(&self) -> &str {
        if self.sql.is_empty() { "TRUE" } else { &self.sql }
    }
}
