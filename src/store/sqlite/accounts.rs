//! The rows of accounts.

use std::borrow::Cow;

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params};

use super::statement::{all, execute, moment, wrong};
use crate::domain::account::{Account, AccountId, LastReset, Lifecycle, Revision};
use crate::domain::clock::Timestamp;
use crate::domain::credential::PasswordRevision;
use crate::domain::email::Email;
use crate::domain::folding::sort_key;
use crate::domain::hash::StoredHash;
use crate::domain::name::{DisplayName, Username};
use crate::domain::role::Roles;
use crate::domain::throttle::Tries;
use crate::store::engine::WrittenAccount;
use crate::store::{Result, search_text};

/// The columns of an account, which [`cells`] fills.
pub const WRITTEN: &str = "\
    revision, username, display_name, email, email_key, search_text, roles, state, must_change, temporary_until, \
    temporary_lapsed, password_changed_at, password_revision, reset_at, reset_by, created_at, removed_at, tries_failed, \
    tried_at, tries_untold, locked_at, name_key";

/// A query of accounts. [`read`] reads each row.
pub fn select(from: &str) -> String {
    format!("SELECT {WRITTEN}, id, password_hash IS NOT NULL FROM {from}")
}

/// A query of all accounts. [`read_written`] reads each row.
pub fn select_written() -> String {
    format!("SELECT {WRITTEN}, id, password_hash IS NOT NULL, password_hash FROM accounts")
}

pub fn read_written(row: &Row<'_>) -> rusqlite::Result<WrittenAccount> {
    let text = |column| row.get::<_, Option<String>>(column).unwrap_or_default();
    Ok(WrittenAccount {
        id: AccountId(row.get(22)?),
        account: read(row).ok(),
        username: text(1).unwrap_or_default(),
        email_key: text(4),
        hash: text(24).map(StoredHash::from_store),
    })
}

/// The values of an account for its columns.
pub fn cells(account: &Account) -> [Value; 22] {
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
        account.email_key().map(Cow::into_owned).into(),
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
        sort_key(account.display_name.as_str()).into(),
    ]
}

/// One account from a row of [`select`].
pub fn read(row: &Row<'_>) -> rusqlite::Result<Account> {
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
        id: AccountId(row.get(22)?),
        has_password: row.get(23)?,
    })
}

pub fn username(row: &Row<'_>, column: usize) -> rusqlite::Result<Username> {
    row.get_ref(column)?.as_str()?.parse().map_err(|error| wrong(column, error))
}

/// Writes again what is computed from the names of each account. An earlier passdesk may have computed it differently.
/// A damaged row is left as it is. If two addresses turn out to be one mailbox, only one account gets its key. `store
/// check` names the other.
pub fn compute_again(connection: &Connection) -> Result<()> {
    const BATCH: usize = 1_000;
    let mut last = i64::MIN;
    loop {
        let sql = select(&format!("accounts WHERE id > ?1 ORDER BY id LIMIT {BATCH}"));
        let rows = all(connection, &sql, [last], |row| Ok((row.get::<_, i64>(22)?, read(row).ok())))?;
        for (id, account) in &rows {
            last = *id;
            let Some(account) = account else { continue };
            let search = search_text(&account.username, &account.display_name, account.email.as_ref());
            let name = sort_key(account.display_name.as_str());
            execute(
                connection,
                "UPDATE OR IGNORE accounts SET search_text = ?2, name_key = ?3 WHERE id = ?1",
                params![id, search, name],
            )?;
            if let Some(key) = account.email_key() {
                let sql = "UPDATE OR IGNORE accounts SET email_key = ?2 WHERE id = ?1 AND email_key <> ?2";
                execute(connection, sql, params![id, key])?;
            }
        }
        if rows.len() < BATCH {
            return Ok(());
        }
    }
}
