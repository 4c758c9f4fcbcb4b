//! What the site has decided, in the settings.

use rusqlite::{Connection, OptionalExtension as _, Transaction};

use super::authority::{Admins, authorize_all};
use super::errors::{damaged, failed};
use super::record;
use crate::domain::authority::{Action, Refusal};
use crate::domain::credential::MOST_WORK;
use crate::domain::policy::{Policy, Setting};
use crate::store::{Mandate, Result, events};

/// What has been decided, over what holds otherwise.
pub fn read(connection: &Connection, otherwise: Policy) -> Result<Policy> {
    let mut policy = otherwise;
    for setting in Setting::ALL {
        if let Some(value) = value(connection, setting)? {
            policy.set(setting, &value).map_err(|invalid| damaged(&invalid))?;
        }
    }
    let dearest: Option<i64> =
        connection.query_row("SELECT max(hash_work) FROM accounts", [], |row| row.get(0)).map_err(failed)?;
    let dearest = dearest.and_then(|work| u64::try_from(work).ok()).unwrap_or(0);
    // More is never evaluated, whatever a damaged row says.
    policy.most_work = policy.cost.work().max(dearest.min(MOST_WORK));
    Ok(policy)
}

/// Whether operators may act without signing in.
pub fn lets_operators_in(connection: &Connection) -> Result<bool> {
    Ok(value(connection, Setting::OperatorAccess)?.as_deref() != Some("off"))
}

/// Writes one decision, and says what was decided before. Operators are not shut out where nobody else could come in.
pub fn write(
    transaction: &Transaction<'_>,
    by: &Mandate,
    otherwise: Policy,
    setting: Setting,
    decided: &str,
) -> Result<String> {
    authorize_all(transaction, by, Action::SetPolicy)?;
    let mut policy = read(transaction, otherwise)?;
    let was = policy.value(setting);
    policy.set(setting, decided).map_err(anyhow::Error::new)?;
    if setting == Setting::OperatorAccess && !policy.operator_access && !Admins::there(transaction, by.at)?.lasting {
        return Err(Refusal::NoAdmin.into());
    }
    let is = policy.value(setting);
    transaction
        .execute("INSERT OR REPLACE INTO settings (key, value) VALUES (?1, ?2)", [&key(setting), &is])
        .map_err(failed)?;
    record::append(transaction, &events::decided(by, setting, &is, &was))?;
    Ok(was)
}

fn key(setting: Setting) -> String {
    format!("policy.{}", setting.name())
}

fn value(connection: &Connection, setting: Setting) -> Result<Option<String>> {
    connection
        .prepare_cached("SELECT value FROM settings WHERE key = ?1")
        .and_then(|mut statement| statement.query_row([key(setting)], |row| row.get(0)).optional())
        .map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::super::open;
    use super::*;

    #[test]
    fn no_row_has_a_sign_in_take_longer_than_the_dearest_hash_that_is_evaluated() {
        let connection = open::in_memory().unwrap();
        for (stored, work) in [(i64::MAX, MOST_WORK), (-1, Policy::default().cost.work())] {
            let sql = "INSERT OR REPLACE INTO accounts (id, username, display_name, search_text, roles, state,
                                                        must_change, hash_work, created_at)
                       VALUES (1, 'alice', '', '', 0, 'active', FALSE, ?1, 0)";
            connection.execute(sql, [stored]).unwrap();
            assert_eq!(read(&connection, Policy::default()).unwrap().most_work, work, "{stored}");
        }
    }
}
