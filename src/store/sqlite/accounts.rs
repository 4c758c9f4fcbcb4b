//! Reading accounts.

use jiff::Timestamp;
use rusqlite::types::{ToSql, Type, Value};
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params_from_iter};

use super::failed;
use crate::domain::account::{Account, AccountId, LastReset, Lifecycle, Revision, State};
use crate::domain::credential::{Credential, PasswordRevision, StoredHash};
use crate::domain::name::{DisplayName, Email, Username, folded};
use crate::domain::role::Roles;
use crate::domain::target::Target;
use crate::domain::throttle::Tries;
use crate::store::{Filter, Page, Result, Sort, StoreError};

pub const COLUMNS: &str = "id, revision, username, display_name, email, roles, state, must_change, temporary_until, \
                       password_changed_at, reset_at, reset_by, created_at, password_hash, removed_at, tries_failed, \
                       tries_pending, tried_at, locked_at, temporary_lapsed, tries_untold, password_revision";

pub fn find(connection: &Connection, target: &Target) -> Result<Option<Account>> {
    let (condition, key): (_, &dyn ToSql) = match target {
        Target::Id(id) => ("id = ?1", &id.0),
        Target::Username(username) => ("username = ?1", &username.as_str()),
        Target::Email(email) => ("email_key = ?1", &email.key()),
    };
    one(connection, condition, key, account)
}

/// The account, if it is still the one that was seen.
pub fn seen_account(transaction: &Transaction<'_>, id: AccountId, seen: Revision) -> Result<Account> {
    find(transaction, &Target::Id(id))?
        .filter(|account| account.revision == seen)
        .ok_or_else(|| StoreError::Conflict("somebody else has changed the account meanwhile".into()))
}

/// The account, if it is in use and still has the password that its owner has proved to know.
pub fn proved_account(transaction: &Transaction<'_>, id: AccountId, proved: PasswordRevision) -> Result<Account> {
    let found = one(transaction, "id = ?1", &id.0, with_credential)?;
    found
        .filter(|(account, credential)| {
            account.is_open() && credential.as_ref().is_some_and(|one| one.revision == proved)
        })
        .map(|(account, _)| account)
        .ok_or_else(|| StoreError::Conflict("the password has been reset, or the account disabled, meanwhile".into()))
}

pub fn credential(connection: &Connection, username: &Username) -> Result<Option<(Account, Option<Credential>)>> {
    one(connection, "username = ?1", &username.as_str(), with_credential)
}

fn with_credential(row: &Row<'_>) -> rusqlite::Result<(Account, Option<Credential>)> {
    let account = account(row)?;
    let hash: Option<String> = row.get(13)?;
    let temporary_until = account.temporary_until;
    let revision = PasswordRevision(row.get(21)?);
    let credential = hash.map(|hash| Credential { hash: StoredHash::from_store(hash), revision, temporary_until });
    Ok((account, credential))
}

fn one<T>(
    connection: &Connection,
    condition: &str,
    key: &dyn ToSql,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM accounts WHERE {condition}"))
        .and_then(|mut statement| statement.query_row([key], read).optional())
        .map_err(failed)
}

/// Conditions joined by AND, and the values they are about.
struct Conditions {
    sql: String,
    values: Vec<Value>,
}

impl Conditions {
    fn of(filter: &Filter, now: Timestamp) -> Self {
        let mut all = Self { sql: "TRUE".into(), values: Vec::new() };
        if let Some(search) = &filter.search {
            all.and("instr(search_text, ?) > 0", [folded(search).into()]);
        }
        if let Some(role) = filter.role {
            all.and("roles & ? != 0", [i64::from(Roles::from_iter([role]).bits()).into()]);
        }
        if filter.must_change {
            all.and("must_change", []);
        }
        let now = Value::from(now.as_second());
        if filter.state != Some(State::Removed) {
            all.and("removed_at IS NULL", []);
        }
        match filter.state {
            None => {}
            Some(State::Removed) => all.and("removed_at IS NOT NULL", []),
            Some(State::Disabled) => all.and("state = 'disabled'", []),
            Some(State::Locked) => all.and("state = 'active' AND locked_at IS NOT NULL", []),
            Some(State::Active) => all.and("state = 'active' AND locked_at IS NULL AND NOT must_change", []),
            Some(State::MustChange) => {
                all.and("state = 'active' AND locked_at IS NULL AND must_change", []);
                all.and("(temporary_until IS NULL OR (temporary_until > ? AND NOT temporary_lapsed))", [now]);
            }
            Some(State::TemporaryExpired) => {
                all.and("state = 'active' AND locked_at IS NULL", []);
                all.and("(temporary_until <= ? OR temporary_lapsed)", [now]);
            }
        }
        all
    }

    fn and<const N: usize>(&mut self, condition: &str, values: [Value; N]) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.values.extend(values);
    }
}

pub fn page(connection: &Connection, page: &Page<'_>) -> Result<Vec<Account>> {
    let mut conditions = Conditions::of(page.filter, page.now);
    let (comparison, direction) = if page.reverse { ("<", "DESC") } else { (">", "ASC") };
    let order = match page.sort {
        Sort::Id => format!("id {direction}"),
        Sort::Username => format!("username {direction}"),
        Sort::Name => format!("display_name {direction}, id {direction}"),
    };
    if let Some(last) = page.after {
        let id = Value::from(last.id.0);
        match page.sort {
            Sort::Id => conditions.and(&format!("id {comparison} ?"), [id]),
            Sort::Username => {
                conditions.and(&format!("username {comparison} ?"), [last.username.as_str().to_owned().into()]);
            }
            Sort::Name => {
                let name = last.display_name.as_str().to_owned().into();
                conditions.and(&format!("(display_name, id) {comparison} (?, ?)"), [name, id]);
            }
        }
    }
    let Conditions { sql, mut values } = conditions;
    values.push(i64::try_from(page.limit).unwrap_or(i64::MAX).into());
    let mut statement = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM accounts WHERE {sql} ORDER BY {order} LIMIT ?"))
        .map_err(failed)?;
    let rows = statement.query_map(params_from_iter(values), account).map_err(failed)?;
    rows.collect::<rusqlite::Result<_>>().map_err(failed)
}

pub fn count(connection: &Connection, filter: &Filter, now: Timestamp) -> Result<u64> {
    let Conditions { sql, values } = Conditions::of(filter, now);
    connection
        .query_row(&format!("SELECT count(*) FROM accounts WHERE {sql}"), params_from_iter(values), |row| {
            row.get::<_, i64>(0)
        })
        .map(|count| u64::try_from(count).unwrap_or(0))
        .map_err(failed)
}

/// One account from a row of [`COLUMNS`].
pub fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    let username: String = row.get(2)?;
    let state: String = row.get(6)?;
    let last_reset = match (moment(row, 10)?, row.get(11)?) {
        (Some(at), Some(by)) => Some(LastReset { at, by }),
        _ => None,
    };
    Ok(Account {
        id: AccountId(row.get(0)?),
        revision: Revision(row.get(1)?),
        username: username.parse().map_err(|error| wrong(2, error))?,
        display_name: DisplayName::from_store(row.get(3)?),
        email: row.get::<_, Option<String>>(4)?.map(Email::from_store),
        roles: Roles::from_bits(row.get(5)?),
        lifecycle: match state.as_str() {
            "active" => Lifecycle::Active,
            "disabled" => Lifecycle::Disabled,
            other => return Err(wrong(6, anyhow::anyhow!("the state {other:?} is unknown"))),
        },
        must_change: row.get(7)?,
        temporary_until: moment(row, 8)?,
        temporary_lapsed: row.get(19)?,
        password_changed_at: moment(row, 9)?,
        removed_at: moment(row, 14)?,
        tries: Tries { failed: row.get(15)?, pending: row.get(16)?, last_at: moment(row, 17)? },
        untold_failures: row.get(20)?,
        locked_at: moment(row, 18)?,
        last_reset,
        created_at: moment(row, 12)?.unwrap_or(Timestamp::UNIX_EPOCH),
    })
}

pub(super) fn moment(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    let seconds: Option<i64> = row.get(column)?;
    seconds.map(|seconds| Timestamp::from_second(seconds).map_err(|error| wrong(column, error))).transpose()
}

pub(super) fn wrong(column: usize, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into())
}
