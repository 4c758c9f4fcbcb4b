//! Many resets in one transaction.

use rusqlite::Transaction;

use super::changes::reset_password;
use super::undo::savepoint;
use super::{accounts, record};
use crate::domain::account::AccountId;
use crate::domain::authority::Action;
use crate::domain::target::Target;
use crate::store::{Mandate, NewTemporary, Result, StoreError};

/// Resets each of a batch as it is by now. What one refusal undoes is that one.
pub fn reset_passwords(
    transaction: &Transaction<'_>,
    by: &Mandate,
    batch: &[(AccountId, NewTemporary)],
) -> Result<Vec<Result<()>>> {
    batch
        .iter()
        .map(|(id, new)| {
            savepoint(transaction, "SAVEPOINT")?;
            let outcome = match reset_one(transaction, by, *id, new) {
                // The engine has undone all of them, as it may when the disk is full: there is nothing to go back to.
                Err(error) if transaction.is_autocommit() => return Err(error),
                outcome => outcome,
            };
            if outcome.is_err() {
                savepoint(transaction, "ROLLBACK TO")?;
            }
            savepoint(transaction, "RELEASE")?;
            if let Err(StoreError::Refused(why)) = &outcome {
                let target = accounts::find(transaction, &Target::Id(*id))?;
                record::append(transaction, &by.refused(Action::Reset.name(), target.as_ref().map(Into::into), why))?;
            }
            match outcome {
                // Nothing can be written any more, whatever it is.
                Err(error @ (StoreError::Busy | StoreError::Unusable { .. })) => Err(error),
                one => Ok(one),
            }
        })
        .collect()
}

fn reset_one(transaction: &Transaction<'_>, by: &Mandate, id: AccountId, new: &NewTemporary) -> Result<()> {
    let account = accounts::find(transaction, &Target::Id(id))?
        .ok_or_else(|| StoreError::Conflict("the account has been purged meanwhile".into()))?;
    reset_password(transaction, by, id, account.revision, new)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use rusqlite::TransactionBehavior;

    use super::super::open;
    use super::*;
    use crate::domain::actor::{Actor, Operator};
    use crate::domain::credential::StoredHash;

    #[test]
    fn what_has_the_engine_undo_all_of_a_batch_is_what_is_said() {
        let mut connection = open::in_memory().unwrap();
        connection
            .execute_batch(
                "INSERT INTO accounts (username, display_name, search_text, roles, state, must_change, created_at)
                 VALUES ('alice', '', '', 0, 'active', TRUE, 0), ('bob', '', '', 0, 'active', TRUE, 0);
                 CREATE TEMP TRIGGER full BEFORE UPDATE OF password_hash ON accounts WHEN old.username = 'bob'
                 BEGIN SELECT RAISE(ROLLBACK, 'there is no room'); END",
            )
            .unwrap();
        let at = Timestamp::from_second(1_700_000_000).unwrap();
        let operator = Operator { uid: 0, os_user: "root".into(), sudo_caller: None };
        let by = Mandate { actor: Actor::Operator(operator), at };
        let new = || NewTemporary {
            hash: StoredHash::from_store("$argon2id$x".into()),
            until: at + jiff::SignedDuration::from_hours(1),
        };
        let batch = [(AccountId(1), new()), (AccountId(2), new())];
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        let undone = reset_passwords(&transaction, &by, &batch);
        assert!(matches!(&undone, Err(StoreError::Failed(why)) if format!("{why:#}").contains("there is no room")));
        drop(transaction);
        for what in ["accounts WHERE password_hash IS NOT NULL", "audit_events"] {
            let count = connection.query_row(&format!("SELECT count(*) FROM {what}"), [], |row| row.get::<_, i64>(0));
            assert_eq!(count.unwrap(), 0, "{what}");
        }
    }
}
