//! What the site has decided.

use rusqlite::{Connection, Row, Transaction};

use super::admins::Admins;
use super::authority::authorize_all;
use super::errors::{damaged, failed};
use super::{record, settings};
use crate::domain::authority::{Action, Refusal};
use crate::domain::credential::Cost;
use crate::domain::policy::{Policy, Setting};
use crate::store::{Mandate, Result, events};

/// Far more than a site comes to have had. Each takes its time at every sign-in, and somebody who writes the store could
/// make up any number.
const MOST_COSTS: u32 = 16;

/// From `m=` to whatever is behind it, a step at a time.
const STORED_COSTS: &str = "
    WITH RECURSIVE costs (cost) AS (
        SELECT 'm='
        UNION ALL
        SELECT (SELECT min(hash_cost) FROM accounts WHERE hash_cost > cost AND hash_cost < 'm>')
        FROM costs WHERE cost IS NOT NULL
    )
    SELECT cost FROM costs WHERE cost > 'm=' LIMIT ?1";

/// What has been decided, over what holds otherwise.
pub fn read(connection: &Connection, otherwise: Policy) -> Result<Policy> {
    let mut policy = otherwise;
    for setting in Setting::ALL {
        if let Some(value) = settings::value(connection, setting)? {
            policy.set(setting, &value).map_err(|invalid| damaged(&invalid))?;
        }
    }
    policy.costs = stored_costs(connection)?;
    if !policy.costs.contains(&policy.cost) {
        policy.costs.push(policy.cost);
    }
    Ok(policy)
}

/// What the stored hashes cost, each once: one step of an index for each, however many accounts there are. What is damaged
/// or immoderate is never evaluated.
fn stored_costs(connection: &Connection) -> Result<Vec<Cost>> {
    // A damaged one need not be text.
    let read = |row: &Row<'_>| Ok(std::str::from_utf8(row.get_ref(0)?.as_bytes()?).ok().and_then(Cost::of_stored));
    let costs = connection
        .prepare_cached(STORED_COSTS)
        .and_then(|mut statement| statement.query_map([MOST_COSTS], read)?.collect::<rusqlite::Result<Vec<_>>>());
    Ok(costs.map_err(failed)?.into_iter().flatten().collect())
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
    use super::super::bound::Bounded;
    use super::super::open;
    use super::*;

    fn with_hash(phc: &str) -> Bounded {
        let connection = open::in_memory().unwrap();
        let sql = "INSERT INTO accounts (username, display_name, search_text, roles, state, must_change, password_hash,
                                         created_at)
                   VALUES ('alice', '', '', 0, 'active', FALSE, ?1, 0)";
        connection.execute(sql, [phc]).unwrap();
        connection
    }

    #[test]
    fn a_sign_in_evaluates_what_is_stored_and_what_is_decided_each_once() {
        let other = Cost { memory_kib: 65_536, passes: 1, lanes: 1 };
        for (stored, costs) in [(Cost::DEFAULT, vec![Cost::DEFAULT]), (other, vec![other, Cost::DEFAULT])] {
            let connection = with_hash(&format!("$argon2id$v=19${stored}$c2FsdHNhbHRzYWx0$0000"));
            assert_eq!(read(&connection, Policy::default()).unwrap().costs, costs);
        }
    }

    #[test]
    fn no_row_has_a_sign_in_evaluate_what_is_no_hash_or_immoderate() {
        for phc in
            ["", "x", "$argon2id$v=19$", "$argon2id$v=19$m=4194304,t=2,p=1$x$y", "$argon2id$v=19$m=8,t=0,p=1$x$y"]
        {
            assert_eq!(read(&with_hash(phc), Policy::default()).unwrap().costs, [Cost::DEFAULT], "{phc}");
        }
    }

    #[test]
    fn a_hash_that_is_not_even_text_keeps_nobody_else_out() {
        let connection = with_hash("");
        for damaged in ["x'6dff'", "x'246172676f6e32696424763d313924ff24'", "x'246172676f6e32696424763d3139246d3dff24'"]
        {
            connection.execute(&format!("UPDATE accounts SET password_hash = CAST({damaged} AS TEXT)"), []).unwrap();
            assert_eq!(read(&connection, Policy::default()).unwrap().costs, [Cost::DEFAULT], "{damaged}");
        }
    }

    #[test]
    fn the_costs_are_found_by_an_index() {
        let connection = open::in_memory().unwrap();
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {STORED_COSTS}")).unwrap();
        let lines = statement.query_map([MOST_COSTS], |row| row.get(3)).unwrap();
        let plan = lines.collect::<rusqlite::Result<Vec<String>>>().unwrap().join("\n");
        assert!(plan.contains("accounts_by_hash_cost (hash_cost>? AND hash_cost<?)"), "{plan}");
        assert!(!plan.contains("SCAN accounts"), "{plan}");
    }
}
