//! The rows of accounts.

use rusqlite::types::{ToSql, Type, Value};
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Row, params, params_from_iter};

use super::bound::Bound;
use super::errors::failed;
use crate::domain::account::{Account, AccountId, LastReset, Lifecycle, Revision};
use crate::domain::clock::Timestamp;
use crate::domain::credential::PasswordRevision;
use crate::domain::hash::StoredHash;
use crate::domain::name::{DisplayName, Email, Username};
use crate::domain::role::{Role, Roles};
use crate::domain::target::Target;
use crate::domain::throttle::Tries;
use crate::store::engine::{Kept, NewRow, Password, Taken};
use crate::store::{Result, StoreError, search_text};

/// What [`account`] reads.
pub(super) const COLUMNS: &str = "\
    id, revision, username, display_name, email, roles, state, must_change, temporary_until, password_changed_at, \
    reset_at, reset_by, created_at, removed_at, tries_failed, tried_at, locked_at, temporary_lapsed, tries_untold, \
    password_hash IS NOT NULL";

pub fn find(connection: &Connection, target: &Target) -> Result<Option<Account>> {
    let (condition, key): (_, &dyn ToSql) = match target {
        Target::Id(id) => ("id = ?1", &id.0),
        Target::Username(username) => ("username = ?1", &username.as_str()),
        Target::Email(email) => ("email_key = ?1", &email.key()),
    };
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM accounts WHERE {condition}"))
        .and_then(|mut statement| statement.query_row([key], account).optional())
        .map_err(failed)
}

pub fn password(connection: &Connection, id: AccountId) -> Result<Option<Password>> {
    let read = |row: &Row<'_>| {
        let hash: Option<String> = row.get(0)?;
        Ok(Password { hash: hash.map(StoredHash::from_store), revision: PasswordRevision(row.get(1)?) })
    };
    connection
        .prepare_cached("SELECT password_hash, password_revision FROM accounts WHERE id = ?1")
        .and_then(|mut statement| statement.query_row([id.0], read).optional())
        .map_err(failed)
}

/// From `m=` to whatever is behind it, a step of an index at a time, however many accounts there are.
const HASH_COSTS: &str = "
    WITH RECURSIVE costs (cost) AS (
        SELECT 'm='
        UNION ALL
        SELECT (SELECT min(hash_cost) FROM accounts WHERE hash_cost > cost AND hash_cost < 'm>')
        FROM costs WHERE cost IS NOT NULL
    )
    SELECT cost FROM costs WHERE cost > 'm=' LIMIT ?1";

pub fn hash_costs(connection: &Connection, most: u32) -> Result<Vec<String>> {
    // A damaged one need not be text.
    let read = |row: &Row<'_>| Ok(String::from_utf8_lossy(row.get_ref(0)?.as_bytes()?).into_owned());
    connection
        .prepare_cached(HASH_COSTS)
        .and_then(|mut statement| statement.query_map([most], read)?.collect())
        .map_err(failed)
}

pub fn holders(connection: &Connection, role: Role, seen: &mut dyn FnMut(&Account) -> bool) -> Result<()> {
    // A number, and no parameter, for the index of those who have it.
    let bits = Roles::from_iter([role]).bits();
    let sql = format!("SELECT {COLUMNS} FROM accounts WHERE roles & {bits} ORDER BY id");
    let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        if account(row).is_ok_and(|holder| seen(&holder)) {
            break;
        }
    }
    Ok(())
}

pub fn insert(
    connection: &Connection,
    bound: &Bound,
    new: &mut dyn Iterator<Item = NewRow<'_>>,
    made: &mut dyn FnMut(Kept<AccountId>) -> Result<()>,
) -> Result<()> {
    let sql = "INSERT INTO accounts (username, display_name, email, email_key, search_text, roles, state, must_change,
                                     created_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let mut statement = connection.prepare_cached(sql).map_err(failed)?;
    for NewRow { username, display_name, email, roles, lifecycle, must_change, created_at } in new {
        bound.renew();
        let inserted = statement.insert(params![
            username.as_str(),
            display_name.as_str(),
            email.map(Email::as_str),
            email.map(Email::key),
            search_text(username, display_name, email),
            roles.bits(),
            state(lifecycle),
            must_change,
            created_at.as_second(),
        ]);
        made(kept(inserted.map(AccountId))?)?;
    }
    Ok(())
}

/// Writes the columns that are different: each index of a column that is written costs a page.
pub fn save(connection: &Connection, is: &Account) -> Result<Kept<()>> {
    let gone = || StoreError::Failed(anyhow::anyhow!("the store failed: the account is gone"));
    let was = find(connection, &Target::Id(is.id))?.ok_or_else(gone)?;
    let changed: Vec<_> =
        cells(&was).into_iter().zip(cells(is)).filter(|(was, is)| was != is).map(|(_, is)| is).collect();
    if changed.is_empty() {
        return Ok(Ok(()));
    }
    let sets: Vec<_> = changed.iter().map(|(column, _)| format!("{column} = ?")).collect();
    let sql = format!("UPDATE accounts SET {} WHERE id = ?", sets.join(", "));
    let values = changed.into_iter().map(|(_, value)| value).chain([is.id.0.into()]);
    let saved = connection.prepare_cached(&sql).and_then(|mut statement| statement.execute(params_from_iter(values)));
    kept(saved.map(drop))
}

fn state(lifecycle: Lifecycle) -> &'static str {
    match lifecycle {
        Lifecycle::Active => "active",
        Lifecycle::Disabled => "disabled",
    }
}

/// What is written of an account that is there.
fn cells(account: &Account) -> [(&'static str, Value); 19] {
    let at = |moment: Option<Timestamp>| moment.map(Timestamp::as_second).into();
    let text = |text: Option<&str>| text.map(str::to_owned).into();
    let (email, reset) = (account.email.as_ref(), account.last_reset.as_ref());
    [
        ("revision", account.revision.0.into()),
        ("username", text(Some(account.username.as_str()))),
        ("display_name", text(Some(account.display_name.as_str()))),
        ("email", text(email.map(Email::as_str))),
        ("email_key", email.map(|email| email.key().into_owned()).into()),
        ("search_text", search_text(&account.username, &account.display_name, email).into()),
        ("roles", i64::from(account.roles.bits()).into()),
        ("state", text(Some(state(account.lifecycle)))),
        ("must_change", account.must_change.into()),
        ("temporary_until", at(account.temporary_until)),
        ("temporary_lapsed", account.temporary_lapsed.into()),
        ("password_changed_at", at(account.password_changed_at)),
        ("reset_at", at(reset.map(|reset| reset.at))),
        ("reset_by", text(reset.map(|reset| reset.by.as_str()))),
        ("removed_at", at(account.removed_at)),
        ("tries_failed", i64::from(account.tries.failed).into()),
        ("tried_at", at(account.tries.last_at)),
        ("tries_untold", i64::from(account.untold_failures).into()),
        ("locked_at", at(account.locked_at)),
    ]
}

pub fn delete_removed(connection: &Connection, until: Timestamp) -> Result<Vec<(AccountId, Username)>> {
    let read = |row: &Row<'_>| Ok((AccountId(row.get(0)?), text(row, 1)?.parse().map_err(|error| wrong(1, error))?));
    let mut deleted: Vec<(AccountId, Username)> = connection
        .prepare("DELETE FROM accounts WHERE removed_at <= ?1 RETURNING id, username")
        .and_then(|mut statement| statement.query_map([until.as_second()], read)?.collect())
        .map_err(failed)?;
    deleted.sort_unstable_by_key(|(id, _)| *id);
    Ok(deleted)
}

/// A broken uniqueness is a name that is taken.
fn kept<T>(written: rusqlite::Result<T>) -> Result<Kept<T>> {
    let taken = |error: &rusqlite::Error| {
        let text = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) if text.contains("accounts.username") => Some(Taken::Username),
            Some(ErrorCode::ConstraintViolation) if text.contains("accounts.email_key") => Some(Taken::Email),
            _ => None,
        }
    };
    match written {
        Ok(value) => Ok(Ok(value)),
        Err(error) => taken(&error).map(Err).ok_or_else(|| failed(error)),
    }
}

/// One account from a row of [`COLUMNS`].
pub(super) fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    let last_reset = match (moment(row, 10)?, row.get(11)?) {
        (Some(at), Some(by)) => Some(LastReset { at, by }),
        _ => None,
    };
    Ok(Account {
        id: AccountId(row.get(0)?),
        revision: Revision(row.get(1)?),
        username: text(row, 2)?.parse().map_err(|error| wrong(2, error))?,
        display_name: DisplayName::from_store(row.get(3)?),
        email: row.get::<_, Option<String>>(4)?.map(Email::from_store),
        roles: Roles::from_bits(row.get(5)?),
        lifecycle: match text(row, 6)? {
            "active" => Lifecycle::Active,
            "disabled" => Lifecycle::Disabled,
            other => return Err(wrong(6, anyhow::anyhow!("the state {other:?} is unknown"))),
        },
        has_password: row.get(19)?,
        must_change: row.get(7)?,
        temporary_until: moment(row, 8)?,
        temporary_lapsed: row.get(17)?,
        password_changed_at: moment(row, 9)?,
        removed_at: moment(row, 13)?,
        tries: Tries { failed: row.get(14)?, last_at: moment(row, 15)? },
        untold_failures: row.get(18)?,
        locked_at: moment(row, 16)?,
        last_reset,
        created_at: moment(row, 12)?.unwrap_or(Timestamp::UNIX_EPOCH),
    })
}

/// Text as it stands in the row, without a copy of it.
fn text<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<&'r str> {
    Ok(row.get_ref(column)?.as_str()?)
}

pub(super) fn moment(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    let seconds: Option<i64> = row.get(column)?;
    seconds.map(|seconds| Timestamp::from_second(seconds).map_err(|error| wrong(column, error))).transpose()
}

pub(super) fn wrong(column: usize, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into())
}

#[cfg(test)]
mod tests {
    use super::super::open;
    use super::*;

    #[test]
    fn the_costs_are_found_by_an_index() {
        let connection = open::in_memory().unwrap();
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {HASH_COSTS}")).unwrap();
        let lines = statement.query_map([1], |row| row.get(3)).unwrap();
        let plan = lines.collect::<rusqlite::Result<Vec<String>>>().unwrap().join("\n");
        assert!(plan.contains("accounts_by_hash_cost (hash_cost>? AND hash_cost<?)"), "{plan}");
        assert!(!plan.contains("SCAN accounts"), "{plan}");
    }
}
