//! Writing accounts. Every function runs inside one immediate transaction: it decides again whether the actor may, and
//! then writes, or changes nothing.

use jiff::Timestamp;
use rusqlite::{ErrorCode, Transaction, params};

use super::accounts::{self, proved_account, seen_account};
use super::{failed, sign_ins};
use crate::domain::account::{AccountId, Lifecycle, Revision};
use crate::domain::authority::{Action, Actor, Standing, Subject, decide};
use crate::domain::credential::StoredHash;
use crate::domain::name::Email;
use crate::domain::sign_in::SignInId;
use crate::domain::target::Target;
use crate::store::{Edit, Mandate, NewAccount, NewTemporary, Result, StoreError, search_text};

pub fn add(transaction: &Transaction<'_>, by: &Mandate, new: &NewAccount) -> Result<AccountId> {
    let subject = Subject { id: None, username: &new.username, roles: new.roles };
    authorize(transaction, by, Action::Add, subject)?;
    if !new.roles.is_empty() {
        authorize(transaction, by, Action::Grant, subject)?;
    }
    let inserted = transaction.execute(
        "INSERT INTO accounts (username, display_name, email, email_key, search_text, roles, state, password_hash,
                               must_change, temporary_until, reset_at, reset_by, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'active', ?7, TRUE, ?8, ?9, ?10, ?9)",
        params![
            new.username.as_str(),
            new.display_name.as_str(),
            new.email.as_ref().map(Email::as_str),
            new.email.as_ref().map(Email::key),
            search_text(&new.username, &new.display_name, new.email.as_ref()),
            new.roles.bits(),
            new.temporary.hash.as_str(),
            new.temporary.until.as_second(),
            by.at.as_second(),
            by.actor.recorded(),
        ],
    );
    match inserted {
        Ok(_) => Ok(AccountId(transaction.last_insert_rowid())),
        Err(error) => Err(taken(error)),
    }
}

pub fn edit(transaction: &Transaction<'_>, by: &Mandate, id: AccountId, seen: Revision, edit: &Edit) -> Result<()> {
    let account = seen_account(transaction, id, seen)?;
    authorize(transaction, by, Action::Edit, (&account).into())?;
    let roles = edit.roles.unwrap_or(account.roles);
    if roles != account.roles {
        // Taking a role is a matter of what the account has, giving one of what it is to have.
        authorize(transaction, by, Action::Grant, (&account).into())?;
        authorize(transaction, by, Action::Grant, Subject { roles, ..Subject::from(&account) })?;
    }
    let name = edit.display_name.as_ref().unwrap_or(&account.display_name);
    let email = edit.email.as_ref().unwrap_or(&account.email).as_ref();
    transaction
        .execute(
            "UPDATE accounts SET revision = revision + 1, display_name = ?2, email = ?3, email_key = ?4,
                    search_text = ?5, roles = ?6 WHERE id = ?1",
            params![
                id.0,
                name.as_str(),
                email.map(Email::as_str),
                email.map(Email::key),
                search_text(&account.username, name, email),
                roles.bits(),
            ],
        )
        .map_err(taken)?;
    Ok(())
}

pub fn reset_password(
    transaction: &Transaction<'_>,
    by: &Mandate,
    id: AccountId,
    seen: Revision,
    new: &NewTemporary,
) -> Result<()> {
    let account = seen_account(transaction, id, seen)?;
    authorize(transaction, by, Action::Reset, (&account).into())?;
    transaction
        .execute(
            "UPDATE accounts SET revision = revision + 1, password_hash = ?2, must_change = TRUE,
                    temporary_until = ?3, reset_at = ?4, reset_by = ?5 WHERE id = ?1",
            params![id.0, new.hash.as_str(), new.until.as_second(), by.at.as_second(), by.actor.recorded(),],
        )
        .map_err(failed)?;
    sign_ins::end_all(transaction, id, None)
}

pub fn require_change(transaction: &Transaction<'_>, by: &Mandate, id: AccountId, seen: Revision) -> Result<()> {
    let account = seen_account(transaction, id, seen)?;
    authorize(transaction, by, Action::RequireChange, (&account).into())?;
    transaction
        .execute("UPDATE accounts SET revision = revision + 1, must_change = TRUE WHERE id = ?1", [id.0])
        .map_err(failed)?;
    Ok(())
}

pub fn set_lifecycle(
    transaction: &Transaction<'_>,
    by: &Mandate,
    id: AccountId,
    seen: Revision,
    to: Lifecycle,
) -> Result<()> {
    let account = seen_account(transaction, id, seen)?;
    let (action, state) = match to {
        Lifecycle::Active => (Action::Enable, "active"),
        Lifecycle::Disabled => (Action::Disable, "disabled"),
    };
    authorize(transaction, by, action, (&account).into())?;
    transaction
        .execute("UPDATE accounts SET revision = revision + 1, state = ?2 WHERE id = ?1", params![id.0, state])
        .map_err(failed)?;
    if to == Lifecycle::Disabled { sign_ins::end_all(transaction, id, None) } else { Ok(()) }
}

pub fn replace_password(
    transaction: &Transaction<'_>,
    id: AccountId,
    proved: &StoredHash,
    hash: &StoredHash,
    at: Timestamp,
    keep: Option<SignInId>,
) -> Result<()> {
    proved_account(transaction, id, proved)?;
    transaction
        .execute(
            "UPDATE accounts SET revision = revision + 1, password_hash = ?2, must_change = FALSE,
                    temporary_until = NULL, password_changed_at = ?3 WHERE id = ?1",
            params![id.0, hash.as_str(), at.as_second()],
        )
        .map_err(failed)?;
    sign_ins::end_all(transaction, id, keep)
}

/// Decides on what the actor is by now, not on what it was when the command began.
fn authorize(transaction: &Transaction<'_>, by: &Mandate, action: Action, subject: Subject<'_>) -> Result<()> {
    match &by.actor {
        Actor::Operator(_) => Ok(decide(Standing::Operator, action, Some(subject))?),
        Actor::Account { id, .. } => {
            let actor = accounts::find(transaction, &Target::Id(*id))?
                .ok_or_else(|| StoreError::Conflict("the account that does this is gone".into()))?;
            Ok(decide(Standing::Account(&actor), action, Some(subject))?)
        }
    }
}

/// A broken uniqueness is a name that is taken.
fn taken(error: rusqlite::Error) -> StoreError {
    if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) {
        let text = error.to_string();
        if text.contains("accounts.username") {
            return StoreError::Conflict("there is an account of that username already".into());
        }
        if text.contains("accounts.email_key") {
            return StoreError::Conflict("another account has that e-mail address".into());
        }
    }
    failed(error)
}
