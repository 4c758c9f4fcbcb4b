//! What the site has decided.

use rusqlite::{Connection, Transaction};

use super::admins::Admins;
use super::authority::authorize_all;
use super::errors::{damaged, failed};
use super::{record, settings};
use crate::domain::authority::{Action, Refusal};
use crate::domain::credential::MOST_WORK;
use crate::domain::policy::{Policy, Setting};
use crate::store::{Mandate, Result, events};

/// What has been decided, over what holds otherwise.
pub fn read(connection: &Connection, otherwise: Policy) -> Result<Policy> {
    let mut policy = otherwise;
    for setting in Setting::ALL {
        if let Some(value) = settings::value(connection, setting)? {
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
    settings::decide(transaction, setting, &is)?;
    record::append(transaction, &events::decided(by, setting, &is, &was))?;
    Ok(was)
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
