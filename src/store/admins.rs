//! Whether an admin who can be counted on is left, looked up inside the transaction that writes.

use super::Result;
use super::engine::Rows;
use crate::domain::account::{Account, AccountId};
use crate::domain::admins::Admins;
use crate::domain::authority::Refusal;
use crate::domain::clock::Timestamp;

/// The admins there are.
pub fn there(rows: &mut dyn Rows, now: Timestamp) -> Result<Admins> {
    others(rows, AccountId(0), now)
}

/// The admins there are besides one account. No account has the number 0.
pub fn others(rows: &mut dyn Rows, but: AccountId, now: Timestamp) -> Result<Admins> {
    let mut admins = Admins::default();
    rows.global_admins(&mut |account| {
        if account.id != but {
            admins = admins.with(account, now);
        }
        // More there cannot be.
        admins.lasting
    })?;
    Ok(admins)
}

/// Refuses what would leave no admin to count on.
pub fn stay(rows: &mut dyn Rows, was: &Account, is: &Account, now: Timestamp) -> Result<()> {
    if !was.is_usable_admin(now) {
        return Ok(());
    }
    let others = others(rows, was.id, now)?;
    if others.with(was, now).are_missed_in(others.with(is, now)) {
        return Err(Refusal::LastAdmin { username: was.username.clone() }.into());
    }
    Ok(())
}

/// Whether one account is all the lasting admins there are.
pub fn is_last(rows: &mut dyn Rows, id: AccountId) -> Result<bool> {
    // Whose way in does not expire has it at any time.
    let ever = Timestamp::UNIX_EPOCH;
    Ok(there(rows, ever)?.lasting && !others(rows, id, ever)?.lasting)
}
