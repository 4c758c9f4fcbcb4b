//! Sign-ins: begun, found by their digest, ended.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::accounts::{self, proved_account};
use super::failed;
use crate::domain::account::{AccountId, Lifecycle};
use crate::domain::credential::StoredHash;
use crate::domain::sign_in::{SignInDigest, SignInId};
use crate::domain::target::Target;
use crate::store::{Result, SignIn, StoreError};

pub fn begin(
    transaction: &Transaction<'_>,
    id: AccountId,
    proved: &StoredHash,
    digest: SignInDigest,
    at: Timestamp,
    until: Timestamp,
) -> Result<()> {
    if proved_account(transaction, id, proved)?.must_change {
        return Err(StoreError::Conflict("a change of the password has been required meanwhile".into()));
    }
    transaction.execute("DELETE FROM sign_ins WHERE expires_at <= ?1", [at.as_second()]).map_err(failed)?;
    transaction
        .execute(
            "INSERT INTO sign_ins (account_id, secret_sha256, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
            params![id.0, digest.0, at.as_second(), until.as_second()],
        )
        .map_err(failed)?;
    Ok(())
}

pub fn find(connection: &Connection, digest: SignInDigest, now: Timestamp) -> Result<Option<SignIn>> {
    let found: Option<(i64, i64)> = connection
        .query_row(
            "SELECT id, account_id FROM sign_ins WHERE secret_sha256 = ?1 AND expires_at > ?2",
            params![digest.0, now.as_second()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()
        .map_err(failed)?;
    let Some((id, account_id)) = found else { return Ok(None) };
    let account = accounts::find(connection, &Target::Id(AccountId(account_id)))?;
    Ok(account
        .filter(|account| account.lifecycle == Lifecycle::Active)
        .map(|account| SignIn { id: SignInId(id), account }))
}

pub fn end(transaction: &Transaction<'_>, digest: SignInDigest) -> Result<bool> {
    let ended = transaction.execute("DELETE FROM sign_ins WHERE secret_sha256 = ?1", [digest.0]).map_err(failed)?;
    Ok(ended > 0)
}

/// Ends the sign-ins of an account, all but one.
pub fn end_all(transaction: &Transaction<'_>, id: AccountId, keep: Option<SignInId>) -> Result<()> {
    transaction
        .execute("DELETE FROM sign_ins WHERE account_id = ?1 AND id IS NOT ?2", params![id.0, keep.map(|keep| keep.0)])
        .map_err(failed)?;
    Ok(())
}
