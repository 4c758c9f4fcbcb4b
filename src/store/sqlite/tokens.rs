//! Tokens: made, listed, revoked, and when they were last used.

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Row, ToSql, Transaction, params};

use super::accounts::{self, moment, wrong};
use super::authority::authorize;
use super::changes::lives;
use super::errors::failed;
use super::record;
use crate::domain::account::AccountId;
use crate::domain::actor::Actor;
use crate::domain::authority::{Action, Refusal};
use crate::domain::name::DisplayName;
use crate::domain::role::Roles;
use crate::domain::sign_in::SignInId;
use crate::domain::target::Target;
use crate::domain::token::{Label, Token, TokenTarget};
use crate::store::{Mandate, NewToken, Result, StoreError, events};

/// How many seconds apart the uses of a token are noted.
const NOTED_APART: u64 = 60;

pub fn create(transaction: &Transaction<'_>, by: &Mandate, owner: AccountId, new: &NewToken) -> Result<()> {
    let gone = || StoreError::Conflict("the account of the token is gone".into());
    let account = accounts::find(transaction, &Target::Id(owner))?.ok_or_else(gone)?;
    authorize(transaction, by, Action::CreateToken, (&account).into())?;
    if let (Some(proved), Actor::Account { id, username, .. }) = (new.proved, &by.actor)
        && accounts::password_revision(transaction, *id)? != proved
    {
        return Err(Refusal::PasswordChanged { username: username.clone() }.into());
    }
    if !account.is_open() {
        return Err(StoreError::Conflict(format!("{} is not in use", account.username)));
    }
    if account.must_change {
        return Err(Refusal::ChangeRequired { username: account.username }.into());
    }
    if new.roles.and(account.roles.covered()) != new.roles {
        return Err(StoreError::Conflict(format!("{} has lost a role meanwhile", account.username)));
    }
    lives(new.until, by)?;
    record::append(transaction, &events::token_made(by, &account, new))?;
    transaction
        .execute(
            "INSERT INTO sign_ins (account_id, secret_sha256, created_at, expires_at, label, roles)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                owner.0,
                new.digest.0,
                by.at.as_second(),
                new.until.as_second(),
                new.label.as_str(),
                new.roles.bits(),
            ],
        )
        .map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => {
                StoreError::Conflict(format!("{} has a token {} already", account.username, new.label))
            }
            _ => failed(error),
        })?;
    Ok(())
}

/// What a token is read from; those that are over are left out by `expires_at > ?1`.
const TOKENS: &str = "SELECT sign_ins.id, label, account_id, username, display_name, sign_ins.roles, accounts.roles, \
                             sign_ins.created_at, expires_at, last_used_at \
                      FROM sign_ins JOIN accounts ON accounts.id = account_id \
                      WHERE label IS NOT NULL AND expires_at > ?1";

/// The tokens that live, of one account or of all, oldest first.
pub fn list(connection: &Connection, owner: Option<AccountId>, now: Timestamp) -> Result<Vec<Token>> {
    match owner {
        Some(id) => all(connection, "account_id = ?2", params![now.as_second(), id.0]),
        None => all(connection, "TRUE", params![now.as_second()]),
    }
}

/// A token that lives: by its number whosever it is, by its label among those of one account.
pub fn find(
    connection: &Connection,
    target: &TokenTarget,
    own: Option<AccountId>,
    now: Timestamp,
) -> Result<Option<Token>> {
    let now = now.as_second();
    let found = match (target, own) {
        (TokenTarget::Id(id), _) => all(connection, "sign_ins.id = ?2", params![now, id.0])?,
        (TokenTarget::Label(label), Some(own)) => {
            all(connection, "account_id = ?2 AND label = ?3", params![now, own.0, label.as_str()])?
        }
        (TokenTarget::Label(_), None) => Vec::new(),
    };
    Ok(found.into_iter().next())
}

fn all(connection: &Connection, condition: &str, values: &[&dyn ToSql]) -> Result<Vec<Token>> {
    let mut statement =
        connection.prepare_cached(&format!("{TOKENS} AND {condition} ORDER BY sign_ins.id")).map_err(failed)?;
    let rows = statement.query_map(values, token).map_err(failed)?;
    rows.collect::<rusqlite::Result<_>>().map_err(failed)
}

fn token(row: &Row<'_>) -> rusqlite::Result<Token> {
    let username: String = row.get(3)?;
    Ok(Token {
        id: SignInId(row.get(0)?),
        label: Label::from_store(row.get(1)?),
        owner: AccountId(row.get(2)?),
        owner_username: username.parse().map_err(|error| wrong(3, error))?,
        owner_display_name: DisplayName::from_store(row.get(4)?),
        roles: Roles::from_bits(row.get(5)?).and(Roles::from_bits(row.get(6)?).covered()),
        created_at: moment(row, 7)?.unwrap_or(Timestamp::UNIX_EPOCH),
        expires_at: moment(row, 8)?.unwrap_or(Timestamp::UNIX_EPOCH),
        last_used_at: moment(row, 9)?,
    })
}

/// Ends a token of an account; `false` if it has none of this number.
pub fn revoke(transaction: &Transaction<'_>, by: &Mandate, owner: AccountId, id: SignInId) -> Result<bool> {
    let Some(account) = accounts::find(transaction, &Target::Id(owner))? else { return Ok(false) };
    authorize(transaction, by, Action::RevokeToken, (&account).into())?;
    let sql = "DELETE FROM sign_ins WHERE id = ?1 AND account_id = ?2 AND label IS NOT NULL RETURNING label";
    let ended: Option<String> =
        transaction.query_row(sql, [id.0, owner.0], |row| row.get(0)).optional().map_err(failed)?;
    let Some(label) = ended else { return Ok(false) };
    record::append(transaction, &events::token_revoked(by, &account, label))?;
    Ok(true)
}

/// Notes that a token is being used.
pub fn note_use(transaction: &Transaction<'_>, id: SignInId, at: Timestamp) -> Result<()> {
    transaction
        .execute("UPDATE sign_ins SET last_used_at = ?2 WHERE id = ?1", params![id.0, at.as_second()])
        .map_err(failed)
        .map(drop)
}

/// A use of a token that is to be noted.
pub enum Use {
    /// None has been noted yet: without it, nobody would know that the token is used at all.
    First,
    /// The latest that was noted is long enough ago.
    Another,
}

/// Whether a use of a token is to be noted.
pub fn noteworthy_use(connection: &Connection, id: SignInId, at: Timestamp) -> Result<Option<Use>> {
    let latest: Option<Option<i64>> = connection
        .query_row("SELECT last_used_at FROM sign_ins WHERE id = ?1", [id.0], |row| row.get(0))
        .optional()
        .map_err(failed)?;
    Ok(match latest {
        Some(None) => Some(Use::First),
        Some(Some(latest)) if at.as_second().abs_diff(latest) >= NOTED_APART => Some(Use::Another),
        _ => None,
    })
}
