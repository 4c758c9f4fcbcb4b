//! Many resets in one transaction.

use super::accounts::reset_password;
use super::engine::Rows;
use super::{Mandate, NewTemporary, Result, StoreError, record};
use crate::domain::account::AccountId;
use crate::domain::authority::Action;
use crate::domain::target::Target;

/// Resets each of a batch as it is by now. What one refusal undoes is that one.
pub fn reset_passwords(
    rows: &mut dyn Rows,
    by: &Mandate,
    batch: &[(AccountId, NewTemporary)],
) -> Result<Vec<Result<()>>> {
    batch
        .iter()
        .map(|(id, new)| match rows.attempt(&mut |rows| reset_one(rows, by, *id, new))? {
            Err(StoreError::Refused(why)) => {
                let target = rows.account(&Target::Id(*id))?;
                record::append(rows, &by.refused(Action::Reset.name(), target.as_ref().map(Into::into), &why))?;
                Ok(Err(why.into()))
            }
            // Nothing can be written any more, whatever it is.
            Err(error @ (StoreError::Busy | StoreError::Unusable { .. })) => Err(error),
            outcome => Ok(outcome),
        })
        .collect()
}

fn reset_one(rows: &mut dyn Rows, by: &Mandate, id: AccountId, new: &NewTemporary) -> Result<()> {
    let account = rows
        .account(&Target::Id(id))?
        .ok_or_else(|| StoreError::Conflict("the account has been purged meanwhile".into()))?;
    reset_password(rows, by, id, account.revision, new)
}
