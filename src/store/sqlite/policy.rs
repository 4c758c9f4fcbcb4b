//! What the site has decided, in the settings.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::authority::{Admins, authorize_all};
use super::{damaged, failed, record};
use crate::domain::authority::{Action, Refusal};
use crate::domain::credential::Cost;
use crate::domain::policy::{Policy, Setting};
use crate::store::{Mandate, Result};

const PREFIX: &str = "policy.";
const DEAREST: &str = "dearest_argon2";

/// What has been decided, over what holds otherwise.
pub fn read(connection: &Connection, otherwise: Policy) -> Result<Policy> {
    let mut policy = otherwise;
    for setting in Setting::ALL {
        if let Some(value) = value(connection, &format!("{PREFIX}{}", setting.name()))? {
            policy.set(setting, &value).map_err(|invalid| damaged(&invalid))?;
        }
    }
    if let Some(dearest) = value(connection, DEAREST)?.as_deref().and_then(Cost::read) {
        policy.dearest = policy.dearest.dearer(dearest);
    }
    Ok(policy)
}

/// Whether operators may act without signing in.
pub fn lets_operators_in(connection: &Connection) -> Result<bool> {
    let decided = value(connection, &format!("{PREFIX}{}", Setting::OperatorAccess.name()))?;
    Ok(decided.as_deref() != Some("off"))
}

/// Writes one decision. Operators are not shut out where nobody else could come in.
pub fn write(
    transaction: &Transaction<'_>,
    by: &Mandate,
    setting: Setting,
    before: &Policy,
    after: &Policy,
) -> Result<()> {
    authorize_all(transaction, by, Action::SetPolicy)?;
    if !after.operator_access && !Admins::there(transaction, by.at)?.lasting {
        return Err(Refusal::NoAdmin.into());
    }
    let (was, is) = (before.value(setting), after.value(setting));
    put(transaction, &format!("{PREFIX}{}", setting.name()), &is)?;
    put(transaction, DEAREST, &after.dearest.to_string())?;
    record::append(
        transaction,
        &by.done(Action::SetPolicy.name(), None, format!("{}: {is}, was {was}", setting.name())),
    )
}

fn value(connection: &Connection, key: &str) -> Result<Option<String>> {
    connection
        .prepare_cached("SELECT value FROM settings WHERE key = ?1")
        .and_then(|mut statement| statement.query_row([key], |row| row.get(0)).optional())
        .map_err(failed)
}

fn put(transaction: &Transaction<'_>, key: &str, value: &str) -> Result<()> {
    transaction
        .execute("INSERT OR REPLACE INTO settings (key, value) VALUES (?1, ?2)", params![key, value])
        .map_err(failed)?;
    Ok(())
}
