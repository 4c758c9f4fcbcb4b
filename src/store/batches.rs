//! Many accounts in one transaction, each decided on its own.

use std::collections::HashMap;

use super::accounts::{as_seen, make, reset_password};
use super::tx::Tx;
use super::{NewTemporary, Result, StoreError, record};
use crate::domain::account::{AccountId, Revision};
use crate::domain::actor::Actor;
use crate::domain::audit::Entry;
use crate::domain::authority::Action;
use crate::domain::change::{Change, Changed};
use crate::domain::target::Target;

/// Resets each account of a batch, whatever its revision is by now. A refusal undoes only its own reset.
pub fn reset_passwords(tx: &mut Tx<'_>, by: &Actor, batch: &[(AccountId, NewTemporary)]) -> Result<Vec<Result<()>>> {
    each(tx, by, Action::Reset, batch, |tx, new| reset_one(tx, by, new.0, &new.1))
}

fn reset_one(tx: &mut Tx<'_>, by: &Actor, id: AccountId, new: &NewTemporary) -> Result<()> {
    let account = tx
        .account(&Target::Id(id))?
        .ok_or_else(|| StoreError::Conflict("the account has just been deleted for good".into()))?;
    reset_password(tx, by, id, account.revision, new)
}

/// Makes one change to each account of a batch. A refusal undoes only its own change.
pub fn change(
    tx: &mut Tx<'_>,
    by: &Actor,
    it: Change,
    batch: &[(AccountId, Revision)],
) -> Result<Vec<Result<Changed>>> {
    // All are looked up together: a server may be far away. Each is taken once, since its change makes it another.
    let targets: Vec<_> = batch.iter().map(|(id, _)| Target::Id(*id)).collect();
    let there = tx.accounts(&targets)?.into_iter().map(|account| (account.id, account));
    let mut there: HashMap<_, _> = there.collect();
    each(tx, by, it.action(), batch, |tx, &(id, seen)| {
        let was = match there.remove(&id) {
            Some(account) => Some(account),
            None => tx.account(&Target::Id(id))?,
        };
        make(tx, by, it, &as_seen(was, seen)?)
    })
}

/// What a batch has for one account.
trait Item {
    /// The account.
    fn id(&self) -> AccountId;
}

impl<T> Item for (AccountId, T) {
    fn id(&self) -> AccountId {
        self.0
    }
}

/// Does some work for each account, and records each refusal. All events are written together at the end.
fn each<I: Item, T>(
    tx: &mut Tx<'_>,
    by: &Actor,
    action: Action,
    batch: &[I],
    mut work: impl FnMut(&mut Tx<'_>, &I) -> Result<T>,
) -> Result<Vec<Result<T>>> {
    record::gathered(tx, |tx| {
        batch
            .iter()
            .map(|item| match tx.attempt(|tx| work(tx, item))? {
                Err(StoreError::Refused(why)) => {
                    let target = tx.account(&Target::Id(item.id()))?;
                    let target = target.as_ref().map(Into::into);
                    record::append(tx, &Entry::refused(by, action.name(), target, why.reason()))?;
                    Ok(Err(why.into()))
                }
                // After these errors nothing more can be written.
                Err(error @ (StoreError::Busy | StoreError::Away(_) | StoreError::Unusable { .. })) => Err(error),
                outcome => Ok(outcome),
            })
            .collect()
    })
}
