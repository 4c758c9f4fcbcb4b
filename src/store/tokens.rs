//! Tokens: how they are made, listed and revoked, and when they were last used.

use super::accounts::lives;
use super::authority::authorize;
use super::engine::{Reads, SignInRow};
use super::tx::Tx;
use super::{NewToken, Result, StoreError, events, record};
use crate::domain::account::AccountId;
use crate::domain::actor::Actor;
use crate::domain::authority::{Action, Refusal};
use crate::domain::sign_in::SignInId;
use crate::domain::target::Target;
use crate::domain::token::{Token, TokenTarget};

/// The least number of seconds between two noted uses of a token.
const NOTED_APART: u64 = 60;

/// Makes a token of an account.
pub fn create(tx: &mut Tx<'_>, by: &Actor, owner: AccountId, new: &NewToken) -> Result<()> {
    let gone = || StoreError::Conflict("the account of the token is gone".into());
    let account = tx.account(&Target::Id(owner))?.ok_or_else(gone)?;
    authorize(tx, by, Action::CreateToken, (&account).into())?;
    if let (Some(proved), Actor::Account { id, username, .. }) = (new.proved, by)
        && tx.account(&Target::Id(*id))?.is_none_or(|actor| actor.password_revision != proved)
    {
        return Err(Refusal::PasswordChanged { username: username.clone() }.into());
    }
    if !account.is_open(tx.now()) {
        return Err(StoreError::Conflict(format!("{} is not in use", account.username)));
    }
    if account.must_change {
        return Err(Refusal::ChangeRequired { username: account.username }.into());
    }
    if new.roles.and(account.roles.covered()) != new.roles {
        return Err(StoreError::Conflict(format!("{} has just lost a role", account.username)));
    }
    lives(tx, new.until)?;
    record::append(tx, &events::token_made(by, &account, new))?;
    let row = SignInRow {
        id: SignInId(0),
        account: owner,
        created_at: tx.now(),
        expires_at: new.until,
        label: Some(new.label.clone()),
        roles: Some(new.roles),
        last_used_at: None,
    };
    tx.insert_sign_in(*new.digest, &row)?
        .map_err(|_| StoreError::Conflict(format!("{} has a token {} already", account.username, new.label)))
}

/// The valid tokens of one account or of all accounts, oldest first.
pub fn list(reads: &mut dyn Reads, owner: Option<AccountId>) -> Result<Vec<Token>> {
    let now = reads.now();
    let alive: Vec<_> = reads.tokens(owner)?.into_iter().filter(|row| row.expires_at > now).collect();
    alive.into_iter().filter_map(|row| token(reads, row).transpose()).collect()
}

/// A valid token. A number finds a token of any owner. A label finds a token of one account.
pub fn find(reads: &mut dyn Reads, target: &TokenTarget, own: Option<AccountId>) -> Result<Option<Token>> {
    let now = reads.now();
    let found = match (target, own) {
        (TokenTarget::Id(id), _) => reads.sign_in_of(*id)?,
        (TokenTarget::Label(label), Some(own)) => {
            reads.tokens(Some(own))?.into_iter().find(|row| row.label.as_ref() == Some(label))
        }
        (TokenTarget::Label(_), None) => None,
    };
    match found.filter(|row| row.label.is_some() && row.expires_at > now) {
        Some(row) => token(reads, row),
        None => Ok(None),
    }
}

/// A token with the owner's data and roles as they are now. `None` if the row is not a token.
fn token(reads: &mut dyn Reads, row: SignInRow) -> Result<Option<Token>> {
    let (Some(label), Some(owner)) = (row.label, reads.account(&Target::Id(row.account))?) else { return Ok(None) };
    Ok(Some(Token {
        id: row.id,
        label,
        owner: owner.id,
        owner_username: owner.username,
        owner_display_name: owner.display_name,
        roles: owner.roles.limited(row.roles),
        created_at: row.created_at,
        expires_at: row.expires_at,
        last_used_at: row.last_used_at,
    }))
}

/// Ends a token of an account. Returns `false` if the account has none with this number.
pub fn revoke(tx: &mut Tx<'_>, by: &Actor, owner: AccountId, id: SignInId) -> Result<bool> {
    let Some(account) = tx.account(&Target::Id(owner))? else { return Ok(false) };
    authorize(tx, by, Action::RevokeToken, (&account).into())?;
    let Some(row) = tx.sign_in_of(id)?.filter(|row| row.account == owner) else { return Ok(false) };
    let Some(label) = row.label else { return Ok(false) };
    tx.delete_sign_in(id)?;
    record::append(tx, &events::token_revoked(by, &account, &label))?;
    Ok(true)
}

/// Notes that a token is being used.
pub fn note_use(tx: &mut Tx<'_>, id: SignInId) -> Result<()> {
    match tx.sign_in_of(id)? {
        Some(row) => {
            let last_used_at = Some(tx.now());
            tx.save_sign_in(&SignInRow { last_used_at, ..row })
        }
        None => Ok(()),
    }
}

/// A use of a token that should be noted.
pub enum Use {
    /// No use has been noted yet. Without this one, nobody would know that the token is used at all.
    First,
    /// The last noted use is long enough ago.
    Another,
}

/// Whether a use of a token should be noted.
pub fn noteworthy_use(reads: &mut dyn Reads, id: SignInId) -> Result<Option<Use>> {
    let at = reads.now();
    let latest = reads.sign_in_of(id)?.map(|row| row.last_used_at);
    Ok(match latest {
        Some(None) => Some(Use::First),
        Some(Some(latest)) if at.as_second().abs_diff(latest.as_second()) >= NOTED_APART => Some(Use::Another),
        _ => None,
    })
}
