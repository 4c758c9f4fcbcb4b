//! The rows of accounts.

use rusqlite::types::{ToSql, Value};
use rusqlite::{Connection, Row, params_from_iter};

use super::bound::Bound;
use super::errors::failed;
use super::statement::{all, each, kept, moment, one, wrong};
use crate::domain::account::{Account, AccountId, LastReset, Lifecycle, Revision};
use crate::domain::clock::Timestamp;
use crate::domain::credential::{PasswordRevision, StoredHash};
use crate::domain::name::{DisplayName, Email, Username};
use crate::domain::role::{Role, Roles};
use crate::domain::target::Target;
use crate::domain::throttle::Tries;
use crate::store::engine::{Kept, WrittenAccount};
use crate::store::{Result, StoreError, search_text};

/// What is written of an account, by [`cells`].
const WRITTEN: &str = "\
    revision, username, display_name, email, email_key, search_text, roles, state, must_change, temporary_until, \
    temporary_lapsed, password_changed_at, password_revision, reset_at, reset_by, created_at, removed_at, tries_failed, \
    tried_at, tries_untold, locked_at";

/// A query of accounts, each of which is read by [`account`].
pub fn select(from: &str) -> String {
    format!("SELECT {WRITTEN}, id, password_hash IS NOT NULL FROM {from}")
}

pub fn find(connection: &Connection, target: &Target) -> Result<Option<Account>> {
    let (column, key): (_, &dyn ToSql) = match target {
        Target::Id(id) => ("id", &id.0),
        Target::Username(username) => ("username", &username.as_str()),
        Target::Email(email) => ("email_key", &email.key()),
    };
    one(connection, &select(&format!("accounts WHERE {column} = ?1")), [key], account)
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
    all(connection, HASH_COSTS, [most], read)
}

pub fn holders(connection: &Connection, role: Role, seen: &mut dyn FnMut(&Account) -> bool) -> Result<()> {
    // A number, and no parameter, for the index of those who have it.
    let bits = Roles::from_iter([role]).bits();
    let sql = select(&format!("accounts WHERE roles & {bits} ORDER BY id"));
    each(connection, &sql, |row| Ok(account(row).is_ok_and(|holder| seen(&holder))))
}

pub fn written(connection: &Connection, seen: &mut dyn FnMut(&WrittenAccount) -> Result<()>) -> Result<()> {
    let sql = format!("SELECT {WRITTEN}, id, password_hash IS NOT NULL, password_hash FROM accounts");
    each(connection, &sql, |row| {
        let text = |column: &str| row.get::<_, Option<String>>(column).unwrap_or_default();
        seen(&WrittenAccount {
            id: AccountId(row.get("id").map_err(failed)?),
            account: account(row).ok(),
            username: text("username").unwrap_or_default(),
            email_key: text("email_key"),
            hash: text("password_hash").map(StoredHash::from_store),
        })?;
        Ok(false)
    })
}

pub fn insert(
    connection: &Connection,
    bound: &Bound,
    new: &mut dyn Iterator<Item = Account>,
    made: &mut dyn FnMut(Kept<AccountId>) -> Result<()>,
) -> Result<()> {
    let marks = WRITTEN.split(", ").map(|_| "?").collect::<Vec<_>>().join(", ");
    let sql = format!("INSERT INTO accounts ({WRITTEN}) VALUES ({marks})");
    let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
    for account in new {
        bound.renew();
        made(kept(statement.insert(params_from_iter(cells(&account))).map(AccountId))?)?;
    }
    Ok(())
}

/// Writes the columns that are different: each index of a column that is written costs a page.
pub fn save(connection: &Connection, is: &Account) -> Result<Kept<()>> {
    let gone = || StoreError::Failed(anyhow::anyhow!("the store failed: the account is gone"));
    let was = find(connection, &Target::Id(is.id))?.ok_or_else(gone)?;
    let cells = WRITTEN.split(", ").zip(cells(&was).into_iter().zip(cells(is)));
    let (columns, mut values): (Vec<_>, Vec<_>) =
        cells.filter(|(_, (was, is))| was != is).map(|(column, (_, is))| (format!("{column} = ?"), is)).unzip();
    if columns.is_empty() {
        return Ok(Ok(()));
    }
    values.push(is.id.0.into());
    let sql = format!("UPDATE accounts SET {} WHERE id = ?", columns.join(", "));
    kept(connection.prepare_cached(&sql).and_then(|mut statement| statement.execute(params_from_iter(values))))
        .map(|saved| saved.map(drop))
}

/// What is written of an account.
fn cells(account: &Account) -> [Value; 21] {
    let at = |moment: Option<Timestamp>| moment.map(Timestamp::as_second).into();
    let text = |text: Option<&str>| text.map(str::to_owned).into();
    let (email, reset) = (account.email.as_ref(), account.last_reset.as_ref());
    let state = match account.lifecycle {
        Lifecycle::Active => "active",
        Lifecycle::Disabled => "disabled",
    };
    [
        account.revision.0.into(),
        text(Some(account.username.as_str())),
        text(Some(account.display_name.as_str())),
        text(email.map(Email::as_str)),
        email.map(|email| email.key().into_owned()).into(),
        search_text(&account.username, &account.display_name, email).into(),
        i64::from(account.roles.bits()).into(),
        text(Some(state)),
        account.must_change.into(),
        at(account.temporary_until),
        account.temporary_lapsed.into(),
        at(account.password_changed_at),
        account.password_revision.0.into(),
        at(reset.map(|reset| reset.at)),
        text(reset.map(|reset| reset.by.as_str())),
        at(Some(account.created_at)),
        at(account.removed_at),
        i64::from(account.tries.failed).into(),
        at(account.tries.last_at),
        i64::from(account.untold_failures).into(),
        at(account.locked_at),
    ]
}

pub fn delete_removed(connection: &Connection, until: Timestamp) -> Result<Vec<(AccountId, Username)>> {
    let sql = "DELETE FROM accounts WHERE removed_at <= ?1 RETURNING id, username";
    let read = |row: &Row<'_>| Ok((AccountId(row.get(0)?), username(row, 1)?));
    let mut deleted = all(connection, sql, [until.as_second()], read)?;
    deleted.sort_unstable_by_key(|(id, _)| *id);
    Ok(deleted)
}

/// One account from a row of [`select`].
pub fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    let last_reset = match (moment(row, 13)?, row.get(14)?) {
        (Some(at), Some(by)) => Some(LastReset { at, by }),
        _ => None,
    };
    Ok(Account {
        revision: Revision(row.get(0)?),
        username: username(row, 1)?,
        display_name: DisplayName::from_store(row.get(2)?),
        email: row.get::<_, Option<String>>(3)?.map(Email::from_store),
        roles: Roles::from_bits(row.get(6)?),
        lifecycle: match row.get_ref(7)?.as_str()? {
            "active" => Lifecycle::Active,
            "disabled" => Lifecycle::Disabled,
            other => return Err(wrong(7, anyhow::anyhow!("the state {other:?} is unknown"))),
        },
        must_change: row.get(8)?,
        temporary_until: moment(row, 9)?,
        temporary_lapsed: row.get(10)?,
        password_changed_at: moment(row, 11)?,
        password_revision: PasswordRevision(row.get(12)?),
        last_reset,
        created_at: moment(row, 15)?.unwrap_or_default(),
        removed_at: moment(row, 16)?,
        tries: Tries { failed: row.get(17)?, last_at: moment(row, 18)? },
        untold_failures: row.get(19)?,
        locked_at: moment(row, 20)?,
        id: AccountId(row.get(21)?),
        has_password: row.get(22)?,
    })
}

fn username(row: &Row<'_>, column: usize) -> rusqlite::Result<Username> {
    row.get_ref(column)?.as_str()?.parse().map_err(|error| wrong(column, error))
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
