//! Runs the statements of a transaction on a server.

use std::cell::{Cell as Slot, RefCell};
use std::collections::BTreeSet;
use std::time::Duration;

use bytes::BytesMut;
use tokio_postgres::Row;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::errors::Trouble;
use super::outcome::EventMark;
use super::session::Session;
use crate::domain::account::AccountId;
use crate::store::engine::{Kept, NewRow, Taken};
use crate::store::sql::record::{EVENTS, LINK, SEQUENCE};
use crate::store::sql::{Cell, Cells, Dialect, HASH, Sql, cells, hash_cells, written, wrong};
use crate::store::{Result, StoreError};

/// How many accounts are written with one statement.
const TOGETHER: usize = 1_000;

/// An open transaction.
pub struct Statements<'a> {
    pub session: &'a Session,
    /// How long a statement may take.
    pub within: Duration,
    /// Whether a statement was refused. The server does nothing more then, until the transaction goes back to a mark.
    is_broken: Slot<bool>,
    /// The last event that was appended, and the one at each mark before.
    last_events: RefCell<Vec<Option<EventMark>>>,
}

impl<'a> Statements<'a> {
    /// The statements of a transaction that has just begun.
    pub fn new(session: &'a Session, within: Duration) -> Self {
        Self { session, within, is_broken: Slot::new(false), last_events: RefCell::new(vec![None]) }
    }

    /// Fails if a statement was refused. A commit would answer success then, and undo all.
    pub fn may_be_committed(&self) -> Result<()> {
        let broken = || StoreError::Failed(anyhow::anyhow!("a statement failed, and nothing is done"));
        if self.is_broken.get() { Err(broken()) } else { Ok(()) }
    }

    /// The last event that was appended.
    pub fn last_event(&self) -> Option<EventMark> {
        self.last_events.borrow().last().copied().flatten()
    }

    /// Follows a mark, so that an event that is undone does not count.
    fn follow(&self, sql: &str) {
        let mut events = self.last_events.borrow_mut();
        match sql.split(' ').next() {
            Some("SAVEPOINT") => {
                let last = events.last().copied().flatten();
                events.push(last);
            }
            // What was appended since the mark stays.
            Some("RELEASE") => {
                let last = events.pop().flatten();
                events.pop();
                events.push(last);
            }
            Some("ROLLBACK") => {
                events.pop();
                let before = events.last().copied().flatten();
                events.push(before);
            }
            _ => {}
        }
    }
}

type Values<'a> = Vec<(&'a (dyn ToSql + Sync), Type)>;

impl Statements<'_> {
    /// A refused statement is remembered.
    fn noted<T>(&self, done: std::result::Result<T, Trouble>) -> Result<T> {
        done.map_err(|trouble| {
            self.is_broken.set(true);
            trouble.into()
        })
    }

    fn rows(&self, sql: &str, values: &[(&(dyn ToSql + Sync), Type)]) -> Result<Vec<Row>> {
        self.noted(self.session.query(sql, values, self.within))
    }

    /// The usernames and keys of addresses that belong to accounts already.
    fn taken(&self, new: &[NewRow]) -> Result<[BTreeSet<String>; 2]> {
        let usernames: Vec<&str> = new.iter().map(|(account, _)| account.username.as_str()).collect();
        let keys: Vec<_> =
            new.iter().filter_map(|(account, _)| account.email_key()).map(std::borrow::Cow::into_owned).collect();
        let of = |column: &str, names: &(dyn ToSql + Sync)| -> Result<BTreeSet<String>> {
            let sql = format!("SELECT {column} FROM accounts WHERE {column} = ANY ($1)");
            let rows = self.rows(&sql, &[(names, Type::TEXT_ARRAY)])?;
            rows.iter().map(|row| row.try_get(0).map_err(|error| wrong(0, error))).collect()
        };
        Ok([of("username", &usernames)?, of("email_key", &keys)?])
    }

    /// Writes accounts that are known to be free of conflicts. Returns their numbers.
    fn write(&self, new: &[NewRow]) -> Result<Vec<AccountId>> {
        let sql = "SELECT nextval('account_ids') FROM generate_series(1, $1)";
        let count = i64::try_from(new.len()).unwrap_or(i64::MAX);
        let numbers = self.rows(sql, &[(&count, Type::INT8)])?;
        let ids: Vec<i64> =
            numbers.iter().map(|row| row.try_get(0).map_err(|error| wrong(0, error))).collect::<Result<_>>()?;
        let rows: Vec<Vec<Cell<'_>>> = new
            .iter()
            .zip(&ids)
            .map(|((account, hash), id)| {
                [Cell::from(*id)].into_iter().chain(hash_cells(hash.as_ref())).chain(cells(account)).collect()
            })
            .collect();
        self.insert_rows("accounts", &format!("id, {HASH}, {}", written()), &rows)?;
        Ok(ids.into_iter().map(AccountId).collect())
    }
}

/// A column of many rows.
enum Column<'a> {
    Integers(Vec<Option<i64>>),
    Flags(Vec<bool>),
    Texts(Vec<Option<&'a str>>),
    Bytes(Vec<&'a [u8]>),
}

impl<'a> Column<'a> {
    fn of(rows: &'a [Vec<Cell<'a>>], at: usize) -> Result<Self> {
        let mut column = match rows.first().and_then(|row| row.get(at)) {
            Some(Cell::Flag(_)) => Self::Flags(Vec::new()),
            Some(Cell::Text(_)) => Self::Texts(Vec::new()),
            Some(Cell::Bytes(_)) => Self::Bytes(Vec::new()),
            Some(Cell::Integer(_)) | None => Self::Integers(Vec::new()),
        };
        for cell in rows.iter().filter_map(|row| row.get(at)) {
            match (&mut column, cell) {
                (Self::Integers(all), Cell::Integer(number)) => all.push(*number),
                (Self::Flags(all), Cell::Flag(flag)) => all.push(*flag),
                (Self::Texts(all), Cell::Text(text)) => all.push(text.as_deref()),
                (Self::Bytes(all), Cell::Bytes(bytes)) => all.push(bytes),
                _ => return Err(wrong(at, "the values of a column are of several kinds")),
            }
        }
        Ok(column)
    }

    fn value(&self) -> (&(dyn ToSql + Sync), Type) {
        match self {
            Self::Integers(all) => (all, Type::INT8_ARRAY),
            Self::Flags(all) => (all, Type::BOOL_ARRAY),
            Self::Texts(all) => (all, Type::TEXT_ARRAY),
            Self::Bytes(all) => (all, Type::BYTEA_ARRAY),
        }
    }
}

impl ToSql for Cell<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Integer(number) => number.to_sql(kind, out),
            Self::Flag(flag) => flag.to_sql(kind, out),
            Self::Text(text) => text.as_deref().to_sql(kind, out),
            Self::Bytes(bytes) => bytes.as_ref().to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn typed<'a>(values: &'a [Cell<'a>]) -> Values<'a> {
    let kind = |cell: &Cell<'_>| match cell {
        Cell::Integer(_) => Type::INT8,
        Cell::Flag(_) => Type::BOOL,
        Cell::Text(_) => Type::TEXT,
        Cell::Bytes(_) => Type::BYTEA,
    };
    values.iter().map(|cell| (cell as &(dyn ToSql + Sync), kind(cell))).collect()
}

/// A server writes `$1` where passdesk writes `?1`.
fn in_its_words(sql: &str) -> String {
    sql.replace('?', "$")
}

impl Cells for Row {
    fn integer(&self, column: usize) -> Result<Option<i64>> {
        self.try_get(column).map_err(|error| wrong(column, error))
    }

    fn flag(&self, column: usize) -> Result<bool> {
        self.try_get(column).map_err(|error| wrong(column, error))
    }

    fn text(&self, column: usize) -> Result<Option<&str>> {
        self.try_get(column).map_err(|error| wrong(column, error))
    }

    fn bytes(&self, column: usize) -> Option<&[u8]> {
        self.try_get(column).ok().or_else(|| self.try_get::<_, &str>(column).ok().map(str::as_bytes))
    }
}

/// The sequence that numbers the rows of a table.
fn numbers_of(table: &str) -> &'static str {
    if table == "accounts" { "account_ids" } else { "sign_in_ids" }
}

impl Sql for Statements<'_> {
    const DIALECT: Dialect = Dialect {
        place_in: "strpos",
        by_username: "accounts",
        by_name: "accounts",
        together: TOGETHER,
        has_role: |bits| format!("roles & {bits} <> 0"),
    };

    fn each(&self, sql: &str, values: &[Cell<'_>], seen: &mut dyn FnMut(&dyn Cells) -> Result<bool>) -> Result<()> {
        // Rows that are passed on are not kept. `all` keeps them anyway.
        let done = self.session.each(&in_its_words(sql), &typed(values), self.within, &mut |row| seen(row));
        if done.is_err() {
            self.is_broken.set(true);
        }
        done
    }

    fn execute(&self, sql: &str, values: &[Cell<'_>]) -> Result<usize> {
        if values.is_empty() {
            self.follow(sql);
            if sql.starts_with("SAVEPOINT") || sql.starts_with("RELEASE") {
                self.session.defer(sql);
                return Ok(0);
            }
            self.noted(self.session.batch(sql, self.within))?;
            if sql.starts_with("ROLLBACK TO") {
                self.is_broken.set(false);
            }
            return Ok(0);
        }
        let changed = self.noted(self.session.execute(&in_its_words(sql), &typed(values), self.within))?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    /// All rows are written with one statement.
    fn insert_rows(&self, table: &str, columns: &str, rows: &[Vec<Cell<'_>>]) -> Result<()> {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(()) };
        let columns_of = (0..first.len()).map(|at| Column::of(rows, at)).collect::<Result<Vec<Column<'_>>>>()?;
        let marks: Vec<String> = (1..=first.len()).map(|at| format!("${at}")).collect();
        let sql = format!("INSERT INTO {table} ({columns}) SELECT * FROM unnest({})", marks.join(", "));
        let values: Values<'_> = columns_of.iter().map(Column::value).collect();
        self.noted(self.session.execute(&sql, &values, self.within))?;
        if table == EVENTS
            && let (Some(Cell::Integer(Some(sequence))), Some(Cell::Bytes(link))) = (last.get(SEQUENCE), last.get(LINK))
            && let Some(now) = self.last_events.borrow_mut().last_mut()
        {
            *now = <[u8; 32]>::try_from(link.as_ref()).ok().map(|link| (*sequence, link));
        }
        Ok(())
    }

    fn given(&self, table: &str) -> Result<i64> {
        let query = format!(
            "SELECT greatest((SELECT coalesce(max(id), 0) FROM {table}),
                             (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {}))",
            numbers_of(table)
        );
        self.one(&query, &[], |row| row.number(0)).map(Option::unwrap_or_default)
    }

    fn give(&self, table: &str, number: i64) -> Result<()> {
        if number == 0 {
            return Ok(());
        }
        let query = format!("SELECT setval('{}', ?1)", numbers_of(table));
        self.one(&query, &[number.into()], |row| row.number(0)).map(drop)
    }

    fn insert_accounts(
        &self,
        new: &mut dyn Iterator<Item = NewRow>,
        made: &mut dyn FnMut(Kept<AccountId>) -> Result<()>,
    ) -> Result<()> {
        loop {
            let batch: Vec<NewRow> = new.take(TOGETHER).collect();
            if batch.is_empty() {
                return Ok(());
            }
            let [mut usernames, mut keys] = self.taken(&batch)?;
            let mut rest = batch.as_slice();
            while !rest.is_empty() {
                let conflict = |(account, _): &NewRow| {
                    let is_new = usernames.insert(account.username.as_str().to_owned());
                    match account.email_key() {
                        _ if !is_new => Some(Taken::Username),
                        Some(key) if !keys.insert(key.clone().into_owned()) => Some(Taken::Email),
                        _ => None,
                    }
                };
                let found = rest.iter().map(conflict).enumerate().find_map(|(at, taken)| Some((at, taken?)));
                let (free, after) = rest.split_at(found.as_ref().map_or(rest.len(), |(at, _)| *at));
                for id in self.write(free)? {
                    made(Ok(id))?;
                }
                if let Some((_, taken)) = found {
                    made(Err(taken))?;
                }
                rest = after.get(1..).unwrap_or_default();
            }
        }
    }
}
