//! Many resets in one transaction.

use super::accounts::reset_password;
use super::tx::Tx;
use super::{NewTemporary, Result, StoreError, record};
use crate::domain::account::AccountId;
use crate::domain::actor::Actor;
use crate::domain::audit::Entry;
use crate::domain::authority::Action;
use crate::domain::target::Target;

/// Resets each account of a batch, whatever its revision is by now. A refusal undoes only its own reset.
pub fn reset_passwords(tx: &mut Tx<'_>, by: &Actor, batch: &[(AccountId, NewTemporary)]) -> Result<Vec<Result<()>>> {
    batch
        .iter()
        .map(|(id, new)| match tx.attempt(|tx| reset_one(tx, by, *id, new))? {
            Err(StoreError::Refused(why)) => {
                let target = tx.account(&Target::Id(*id))?;
                record::append(
                    tx,
                    &Entry::refused(by, Action::Reset.name(), target.as_ref().map(Into::into), why.reason()),
                )?;
                Ok(Err(why.into()))
            }
            // After these errors nothing more can be written.
            Err(error @ (StoreError::Busy | StoreError::Away(_) | StoreError::Unusable { .. })) => Err(error),
            outcome => Ok(outcome),
        })
        .collect()
}

fn reset_one(tx: &mut Tx<'_>, by: &Actor, id: AccountId, new: &NewTemporary) -> Result<()> {
    let account = tx
        .account(&Target::Id(id))?
        .ok_or_else(|| StoreError::Conflict("the account has just been deleted for good".into()))?;
    reset_password(tx, by, id, account.revision, new)
}
