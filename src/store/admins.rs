//! Whether a lasting admin is left, or a usable one where none is lasting. It is looked up inside the transaction that
//! writes.

use super::Result;
use super::engine::Reads;
use super::tx::Tx;
use crate::domain::account::{Account, AccountId};
use crate::domain::admins::Admins;
use crate::domain::authority::Refusal;
use crate::domain::clock::Timestamp;
use crate::domain::role::Role;

/// The kinds of admins that exist.
pub fn there(reads: &mut dyn Reads, now: Timestamp) -> Result<Admins> {
    others(reads, AccountId(0), now)
}

/// The kinds of admins that exist besides one account. No account has the number 0.
pub fn others(reads: &mut dyn Reads, but: AccountId, now: Timestamp) -> Result<Admins> {
    let mut admins = Admins::default();
    reads.holders(Role::GlobalAdmin, &mut |account| {
        if account.id != but {
            admins = admins.with(account, now);
        }
        // A lasting admin is the best result, so the search stops there.
        admins.lasting
    })?;
    Ok(admins)
}

/// Refuses a change that would leave no lasting admin, or no usable one.
pub fn stay(tx: &mut Tx<'_>, was: &Account, is: &Account) -> Result<()> {
    let now = tx.now();
    if !was.is_usable_admin(now) {
        return Ok(());
    }
    let others = others(tx.reads(), was.id, now)?;
    if others.with(was, now).are_missed_in(others.with(is, now)) {
        return Err(Refusal::LastAdmin { username: was.username.clone() }.into());
    }
    Ok(())
}

/// Whether the account is the only lasting admin.
pub fn is_last(reads: &mut dyn Reads, id: AccountId) -> Result<bool> {
    // A way in that does not expire exists at any time, so any moment will do.
    let ever = Timestamp::UNIX_EPOCH;
    Ok(there(reads, ever)?.lasting && !others(reads, id, ever)?.lasting)
}
