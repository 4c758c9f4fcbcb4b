//! Sign-ins: begun, found by their digest, ended. One with a label is a token. Those whose end has come are deleted by the
//! next event; until then they are not found.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::accounts::{self, proved_account};
use super::errors::failed;
use super::record;
use crate::domain::account::{Account, AccountId};
use crate::domain::credential::PasswordRevision;
use crate::domain::role::Roles;
use crate::domain::sign_in::{SignInDigest, SignInId};
use crate::domain::target::Target;
use crate::domain::token::Label;
use crate::store::{Mandate, NewSignIn, Result, SignIn, StoreError, events};

/// Begins one for somebody who has just chosen a password, and records it.
pub fn begin(
    transaction: &Transaction<'_>,
    id: AccountId,
    proved: PasswordRevision,
    new: &NewSignIn,
    at: Timestamp,
) -> Result<()> {
    let account = proved_account(transaction, id, proved, at)?;
    if account.must_change {
        return Err(StoreError::Conflict("a change of the password has been required meanwhile".into()));
    }
    let by = Mandate::of(&account, proved, at);
    record::append(transaction, &events::signed_in(&by, &account, new))?;
    add(transaction, id, new, at)
}

pub fn add(transaction: &Transaction<'_>, id: AccountId, new: &NewSignIn, at: Timestamp) -> Result<()> {
    transaction
        .execute(
            "INSERT INTO sign_ins (account_id, secret_sha256, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
            params![id.0, new.digest.0, at.as_second(), new.until.as_second()],
        )
        .map_err(failed)
        .map(drop)
}

pub fn find(connection: &Connection, digest: SignInDigest, now: Timestamp) -> Result<Option<SignIn>> {
    let sql = "SELECT id, account_id, label, roles FROM sign_ins WHERE secret_sha256 = ?1 AND expires_at > ?2";
    let found: Option<(i64, i64, Option<String>, Option<u8>)> = connection
        .query_row(sql, params![digest.0, now.as_second()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()
        .map_err(failed)?;
    let Some((id, account_id, label, roles)) = found else { return Ok(None) };
    let account = accounts::find(connection, &Target::Id(AccountId(account_id)))?.filter(Account::is_open);
    Ok(account.map(|account| SignIn {
        id: SignInId(id),
        account: Account { roles: limited(account.roles, roles.map(Roles::from_bits)), ..account },
        token: label.map(Label::from_store),
    }))
}

/// The roles of somebody who acts by a sign-in now; `None` if it is over.
pub fn acting_roles(connection: &Connection, account: &Account, id: SignInId, now: Timestamp) -> Result<Option<Roles>> {
    let sql = "SELECT roles FROM sign_ins WHERE id = ?1 AND account_id = ?2 AND expires_at > ?3";
    connection
        .query_row(sql, [id.0, account.id.0, now.as_second()], |row| {
            let limit: Option<u8> = row.get(0)?;
            Ok(limited(account.roles, limit.map(Roles::from_bits)))
        })
        .optional()
        .map_err(failed)
}

/// What is left of the roles of an account by a token, which has roles of its own.
fn limited(roles: Roles, limit: Option<Roles>) -> Roles {
    limit.map_or(roles, |limit| limit.and(roles.covered()))
}

pub fn end(transaction: &Transaction<'_>, digest: SignInDigest, at: Timestamp) -> Result<bool> {
    // A token is none: it ends no token, itself neither, wherever its secret is brought from.
    let sql = "DELETE FROM sign_ins WHERE secret_sha256 = ?1 AND label IS NULL RETURNING id, account_id";
    let ended: Option<(i64, i64)> =
        transaction.query_row(sql, [digest.0], |row| Ok((row.get(0)?, row.get(1)?))).optional().map_err(failed)?;
    let Some((sign_in, id)) = ended else { return Ok(false) };
    if let Some(account) = accounts::find(transaction, &Target::Id(AccountId(id)))? {
        record::append(transaction, &events::signed_out(&account, SignInId(sign_in), at))?;
    }
    Ok(true)
}

/// Ends the sign-ins and tokens of an account, all but one.
pub fn end_all(transaction: &Transaction<'_>, id: AccountId, keep: Option<SignInId>) -> Result<()> {
    transaction
        .prepare_cached("DELETE FROM sign_ins WHERE account_id = ?1 AND id IS NOT ?2")
        .and_then(|mut statement| statement.execute(params![id.0, keep.map(|keep| keep.0)]))
        .map_err(failed)
        .map(drop)
}

/// Ends all of them on behalf of their owner, and says how many there were.
pub fn end_everywhere(transaction: &Transaction<'_>, by: &Mandate, account: &Account) -> Result<usize> {
    let sql = "DELETE FROM sign_ins WHERE account_id = ?1 AND expires_at > ?2";
    let ended = transaction.execute(sql, [account.id.0, by.at.as_second()]).map_err(failed)?;
    record::append(transaction, &events::signed_out_everywhere(by, account, ended))?;
    Ok(ended)
}

/// Takes from the tokens of an account what it has no longer: given back to the account, it is not back in its tokens.
pub fn restrict_tokens(transaction: &Transaction<'_>, id: AccountId, roles: Roles) -> Result<()> {
    transaction
        .execute("UPDATE sign_ins SET roles = roles & ?2 WHERE account_id = ?1", params![id.0, roles.covered().bits()])
        .map_err(failed)
        .map(drop)
}
