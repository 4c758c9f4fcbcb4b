//! Sign-ins: how they begin, are found by their digest, and end. A sign-in with a label is a token. The next event
//! deletes expired sign-ins. Until then they are not found.

use super::engine::{Reads, SignInRow};
use super::tx::Tx;
use super::{NewSignIn, Result, SignIn, StoreError, authority, events, record};
use crate::domain::account::{Account, AccountId};
use crate::domain::actor::Actor;
use crate::domain::credential::PasswordRevision;
use crate::domain::role::Roles;
use crate::domain::sign_in::{SignInDigest, SignInId};
use crate::domain::target::Target;

/// Begins a sign-in for an owner who has just chosen a password, and records it.
pub fn begin(tx: &mut Tx<'_>, id: AccountId, proved: PasswordRevision, new: &NewSignIn) -> Result<()> {
    let account = authority::proved(tx, id, proved)?;
    if account.must_change {
        return Err(StoreError::Conflict("a new password has just been required".into()));
    }
    let by = Actor::owner(&account, proved);
    record::append(tx, &events::signed_in(&by, &account, new))?;
    add(tx, id, new)
}

/// Begins a sign-in.
pub fn add(tx: &mut Tx<'_>, account: AccountId, new: &NewSignIn) -> Result<()> {
    let (id, expires_at) = (SignInId(0), new.until);
    let row = SignInRow { id, account, created_at: tx.now(), expires_at, label: None, roles: None, last_used_at: None };
    Ok(tx.insert_sign_in(new.digest, &row)??)
}

/// The sign-in with this digest, if it has not expired and its account is in use.
pub fn find(reads: &mut dyn Reads, digest: SignInDigest) -> Result<Option<SignIn>> {
    let now = reads.now();
    let Some(row) = reads.sign_in(digest)?.filter(|row| row.expires_at > now) else { return Ok(None) };
    let account = reads.account(&Target::Id(row.account))?.filter(|account: &Account| account.is_open(now));
    Ok(account.map(|account| SignIn {
        id: row.id,
        account: Account { roles: account.roles.limited(row.roles), ..account },
        token: row.label,
    }))
}

/// Ends a sign-in. Returns `false` if there was none.
pub fn end(tx: &mut Tx<'_>, digest: SignInDigest) -> Result<bool> {
    // A token does not count as a sign-in here. It cannot end a token, not even itself, wherever its secret comes from.
    let Some(row) = tx.sign_in(digest)?.filter(|row| row.label.is_none()) else { return Ok(false) };
    tx.delete_sign_in(row.id)?;
    if let Some(account) = tx.account(&Target::Id(row.account))? {
        record::append(tx, &events::signed_out(&account, row.id))?;
    }
    Ok(true)
}

/// Ends all sign-ins and tokens of an account on behalf of its owner. Returns how many there were.
pub fn end_everywhere(tx: &mut Tx<'_>, by: &Actor, account: &Account) -> Result<usize> {
    let ended = end_of(tx, account.id, None)?;
    record::append(tx, &events::signed_out_everywhere(by, account, ended))?;
    Ok(ended)
}

/// Ends the sign-ins and tokens of an account, except one. Returns how many of them had not expired.
pub fn end_of(tx: &mut Tx<'_>, id: AccountId, keep: Option<SignInId>) -> Result<usize> {
    let now = tx.now();
    tx.delete_sign_ins_until(now)?;
    tx.delete_sign_ins(id, keep)
}

/// What an edit means for the sign-ins and tokens of an account.
pub fn keep_to(tx: &mut Tx<'_>, was: &Account, is: &Account) -> Result<()> {
    if was.has_expired(tx.now()) && !is.has_expired(tx.now()) {
        // What had begun before the account ended does not go on.
        end_of(tx, is.id, None)?;
    }
    restrict_tokens(tx, is.id, is.roles)
}

/// Removes from the tokens of an account the roles that it has lost. If the account gets a role back, its tokens do not.
pub fn restrict_tokens(tx: &mut Tx<'_>, id: AccountId, roles: Roles) -> Result<()> {
    for token in tx.tokens(Some(id))? {
        let left = token.roles.map(|had| had.and(roles.covered()));
        if left != token.roles {
            tx.save_sign_in(&SignInRow { roles: left, ..token })?;
        }
    }
    Ok(())
}
