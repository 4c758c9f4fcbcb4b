//! Sign-ins: begun, found by their digest, ended.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::accounts::{self, proved_account};
use super::{failed, record};
use crate::domain::account::{Account, AccountId};
use crate::domain::authority::Actor;
use crate::domain::credential::StoredHash;
use crate::domain::sign_in::{SignInDigest, SignInId};
use crate::domain::target::Target;
use crate::store::{Mandate, Result, SignIn, StoreError};

pub fn begin(
    transaction: &Transaction<'_>,
    id: AccountId,
    proved: &StoredHash,
    digest: SignInDigest,
    at: Timestamp,
    until: Timestamp,
) -> Result<()> {
    let account = proved_account(transaction, id, proved)?;
    if account.must_change {
        return Err(StoreError::Conflict("a change of the password has been required meanwhile".into()));
    }
    transaction.execute("DELETE FROM sign_ins WHERE expires_at <= ?1", [at.as_second()]).map_err(failed)?;
    transaction
        .execute(
            "INSERT INTO sign_ins (account_id, secret_sha256, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
            params![id.0, digest.0, at.as_second(), until.as_second()],
        )
        .map_err(failed)?;
    record::append(transaction, &by(&account, at).done("sign-in", Some((&account).into()), format!("until {until}")))
}

fn by(account: &Account, at: Timestamp) -> Mandate {
    Mandate { actor: Actor::Account { id: account.id, username: account.username.clone() }, at }
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
    Ok(account.filter(Account::is_open).map(|account| SignIn { id: SignInId(id), account }))
}

pub fn end(transaction: &Transaction<'_>, digest: SignInDigest, at: Timestamp) -> Result<bool> {
    let ended: Option<i64> = transaction
        .query_row("DELETE FROM sign_ins WHERE secret_sha256 = ?1 RETURNING account_id", [digest.0], |row| row.get(0))
        .optional()
        .map_err(failed)?;
    let Some(id) = ended else { return Ok(false) };
    if let Some(account) = accounts::find(transaction, &Target::Id(AccountId(id)))? {
        record::append(transaction, &by(&account, at).done("sign-out", Some((&account).into()), String::new()))?;
    }
    Ok(true)
}

/// Ends the sign-ins of an account, all but one.
pub fn end_all(transaction: &Transaction<'_>, id: AccountId, keep: Option<SignInId>) -> Result<()> {
    transaction
        .execute("DELETE FROM sign_ins WHERE account_id = ?1 AND id IS NOT ?2", params![id.0, keep.map(|keep| keep.0)])
        .map_err(failed)?;
    Ok(())
}
