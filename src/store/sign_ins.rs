//! Sign-ins: begun, found by their digest, ended. One with a label is a token. Those whose end has come are deleted by the
//! next event; until then they are not found.

use super::engine::{Rows, SignInRow};
use super::{Mandate, NewSignIn, Result, SignIn, StoreError, accounts, events, record};
use crate::domain::account::{Account, AccountId};
use crate::domain::clock::Timestamp;
use crate::domain::credential::PasswordRevision;
use crate::domain::role::Roles;
use crate::domain::sign_in::{SignInDigest, SignInId};
use crate::domain::target::Target;

/// Begins one for somebody who has just chosen a password, and records it.
pub fn begin(
    rows: &mut dyn Rows,
    id: AccountId,
    proved: PasswordRevision,
    new: &NewSignIn,
    at: Timestamp,
) -> Result<()> {
    let account = accounts::proved(rows, id, proved, at)?;
    if account.must_change {
        return Err(StoreError::Conflict("a change of the password has been required meanwhile".into()));
    }
    let by = Mandate::of(&account, proved, at);
    record::append(rows, &events::signed_in(&by, &account, new))?;
    add(rows, id, new, at)
}

/// Begins one.
pub fn add(rows: &mut dyn Rows, account: AccountId, new: &NewSignIn, at: Timestamp) -> Result<()> {
    let (id, expires_at) = (SignInId(0), new.until);
    let row = SignInRow { id, account, created_at: at, expires_at, label: None, roles: None, last_used_at: None };
    rows.insert_sign_in(new.digest, &row)?.map_err(accounts::taken)
}

/// The sign-in with this digest, if it has not expired and its account is in use.
pub fn find(rows: &mut dyn Rows, digest: SignInDigest, now: Timestamp) -> Result<Option<SignIn>> {
    let Some(row) = rows.sign_in(digest)?.filter(|row| row.expires_at > now) else { return Ok(None) };
    let account = rows.account(&Target::Id(row.account))?.filter(Account::is_open);
    Ok(account.map(|account| SignIn {
        id: row.id,
        account: Account { roles: limited(account.roles, row.roles), ..account },
        token: row.label,
    }))
}

/// What is left of the roles of an account by a token, which has roles of its own.
#[must_use]
pub fn limited(roles: Roles, limit: Option<Roles>) -> Roles {
    limit.map_or(roles, |limit| limit.and(roles.covered()))
}

/// Ends a sign-in; `false` if there was none.
pub fn end(rows: &mut dyn Rows, digest: SignInDigest, at: Timestamp) -> Result<bool> {
    // A token is none: it ends no token, itself neither, wherever its secret is brought from.
    let Some(row) = rows.sign_in(digest)?.filter(|row| row.label.is_none()) else { return Ok(false) };
    rows.delete_sign_in(row.id)?;
    if let Some(account) = rows.account(&Target::Id(row.account))? {
        record::append(rows, &events::signed_out(&account, row.id, at))?;
    }
    Ok(true)
}

/// Ends the sign-ins and tokens of an account on behalf of its owner, and says how many there were.
pub fn end_everywhere(rows: &mut dyn Rows, by: &Mandate, account: &Account) -> Result<usize> {
    let ended = rows.delete_sign_ins(account.id, None, by.at)?;
    record::append(rows, &events::signed_out_everywhere(by, account, ended))?;
    Ok(ended)
}

/// Takes from the tokens of an account what it has no longer: given back to the account, it is not back in its tokens.
pub fn restrict_tokens(rows: &mut dyn Rows, id: AccountId, roles: Roles) -> Result<()> {
    for token in rows.tokens(Some(id))? {
        let left = token.roles.map(|had| had.and(roles.covered()));
        if left != token.roles {
            rows.save_sign_in(&SignInRow { roles: left, ..token })?;
        }
    }
    Ok(())
}
