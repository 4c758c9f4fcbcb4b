//! Writing accounts. Every function runs inside one immediate transaction: it decides again whether the actor may, and
//! then writes, or changes nothing.

use jiff::Timestamp;
use rusqlite::{ErrorCode, Transaction, params};

use super::accounts::{proved_account, seen_account, wrong};
use super::admins::Admins;
use super::authority::{authorize, authorize_all};
use super::errors::failed;
use super::{record, sign_ins, tries};
use crate::domain::account::{Account, AccountId, Revision};
use crate::domain::audit;
use crate::domain::authority::{Action, Refusal, Subject};
use crate::domain::credential::{PasswordRevision, StoredHash};
use crate::domain::name::Email;
use crate::domain::sign_in::SignInId;
use crate::store::{Edit, Mandate, NewAccount, NewTemporary, Result, StoreError, events, search_text};

pub fn add(transaction: &Transaction<'_>, by: &Mandate, new: &NewAccount) -> Result<AccountId> {
    let subject = Subject { id: None, username: &new.username, roles: new.roles };
    authorize(transaction, by, Action::Add, subject)?;
    if !new.roles.is_empty() {
        authorize(transaction, by, Action::Grant, subject)?;
    }
    lives(new.temporary.until, by)?;
    transaction
        .execute(
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
        )
        .map_err(taken)?;
    let id = AccountId(transaction.last_insert_rowid());
    record::append(transaction, &events::added(by, id, new))?;
    Ok(id)
}

pub fn edit(transaction: &Transaction<'_>, by: &Mandate, id: AccountId, seen: Revision, edit: &Edit) -> Result<()> {
    let action = edit.action(&seen_account(transaction, id, seen)?);
    change(transaction, by, action, id, seen, |account| {
        write_edit(transaction, account, edit, |action, subject| authorize(transaction, by, action, subject))?;
        Ok(events::of_edit(account, edit))
    })
}

/// Writes what an edit says, if the actor may give and take the roles in it.
pub fn write_edit(
    transaction: &Transaction<'_>,
    account: &Account,
    edit: &Edit,
    may: impl Fn(Action, Subject<'_>) -> Result<()>,
) -> Result<()> {
    let roles = edit.roles.unwrap_or(account.roles);
    if roles != account.roles {
        // Taking a role is a matter of what the account has, giving one of what it is to have.
        may(Action::Revoke, account.into())?;
        may(Action::Grant, Subject { roles, ..Subject::from(account) })?;
    }
    let name = edit.display_name.as_ref().unwrap_or(&account.display_name);
    let email = edit.email.as_ref().unwrap_or(&account.email).as_ref();
    let sql = "UPDATE accounts SET display_name = ?2, email = ?3, email_key = ?4, search_text = ?5, roles = ?6
               WHERE id = ?1";
    transaction
        .prepare_cached(sql)
        .and_then(|mut statement| {
            statement.execute(params![
                account.id.0,
                name.as_str(),
                email.map(Email::as_str),
                email.map(Email::key),
                search_text(&account.username, name, email),
                roles.bits(),
            ])
        })
        .map_err(taken)?;
    sign_ins::restrict_tokens(transaction, account.id, roles)
}

pub fn reset_password(
    transaction: &Transaction<'_>,
    by: &Mandate,
    id: AccountId,
    seen: Revision,
    new: &NewTemporary,
) -> Result<()> {
    change(transaction, by, Action::Reset, id, seen, |account| {
        give_temporary(transaction, by, account, new)?;
        Ok(events::expires(new.until))
    })
}

/// A reset that no role allows and no rule forbids: for operators, of a global-admin.
pub fn recover(
    transaction: &Transaction<'_>,
    by: &Mandate,
    id: AccountId,
    seen: Revision,
    new: &NewTemporary,
) -> Result<()> {
    let account = seen_account(transaction, id, seen)?;
    give_temporary(transaction, by, &account, new)?;
    set(transaction, id, "state = 'active', removed_at = NULL")?;
    bump(transaction, id)?;
    record::append(transaction, &events::recovered(by, &account, new.until))
}

/// Refuses what would be of no use by the time it is in force: to deliver it may have taken that long.
pub fn lives(until: Timestamp, by: &Mandate) -> Result<()> {
    if until > by.at { Ok(()) } else { Err(StoreError::Conflict("it expired before it could be put in force".into())) }
}

fn give_temporary(transaction: &Transaction<'_>, by: &Mandate, account: &Account, new: &NewTemporary) -> Result<()> {
    let id = account.id;
    lives(new.until, by)?;
    transaction
        .prepare_cached(
            "UPDATE accounts SET password_hash = ?2, password_revision = password_revision + 1, must_change = TRUE,
                    temporary_until = ?3, temporary_lapsed = FALSE, reset_at = ?4, reset_by = ?5
             WHERE id = ?1",
        )
        .and_then(|mut statement| {
            statement.execute(params![
                id.0,
                new.hash.as_str(),
                new.until.as_second(),
                by.at.as_second(),
                by.actor.recorded()
            ])
        })
        .map_err(failed)?;
    tries::forget(transaction, account, by.at)?;
    sign_ins::end_all(transaction, id, None)
}

pub fn require_change(transaction: &Transaction<'_>, by: &Mandate, id: AccountId, seen: Revision) -> Result<()> {
    change(transaction, by, Action::RequireChange, id, seen, |_| {
        set(transaction, id, "must_change = TRUE")?;
        Ok(String::new())
    })
}

/// Lets an account try again: its failures are forgotten, and it is not locked.
pub fn unlock(transaction: &Transaction<'_>, by: &Mandate, id: AccountId, seen: Revision) -> Result<()> {
    change(transaction, by, Action::Unlock, id, seen, |account| {
        Ok(events::of_unlock(tries::forget(transaction, account, by.at)?))
    })
}

pub fn disable(transaction: &Transaction<'_>, by: &Mandate, id: AccountId, seen: Revision) -> Result<()> {
    change(transaction, by, Action::Disable, id, seen, |_| {
        set(transaction, id, "state = 'disabled'")?;
        sign_ins::end_all(transaction, id, None)?;
        Ok(String::new())
    })
}

pub fn enable(transaction: &Transaction<'_>, by: &Mandate, id: AccountId, seen: Revision) -> Result<()> {
    change(transaction, by, Action::Enable, id, seen, |_| {
        set(transaction, id, "state = 'active'")?;
        Ok(String::new())
    })
}

pub fn remove(transaction: &Transaction<'_>, by: &Mandate, id: AccountId, seen: Revision) -> Result<()> {
    change(transaction, by, Action::Remove, id, seen, |_| {
        transaction
            .execute("UPDATE accounts SET removed_at = ?2 WHERE id = ?1", params![id.0, by.at.as_second()])
            .map_err(failed)?;
        sign_ins::end_all(transaction, id, None)?;
        Ok(String::new())
    })
}

pub fn restore(transaction: &Transaction<'_>, by: &Mandate, id: AccountId, seen: Revision) -> Result<()> {
    change(transaction, by, Action::Restore, id, seen, |_| {
        set(transaction, id, "removed_at = NULL")?;
        Ok(String::new())
    })
}

/// Forgets the accounts that were removed up to a moment, and says how many.
/// Each account that goes has an event of its own, by which its number still leads to whoever purged it.
pub fn purge(transaction: &Transaction<'_>, by: &Mandate, removed_until: Timestamp) -> Result<u64> {
    authorize_all(transaction, by, Action::Purge)?;
    let mut purged = transaction
        .prepare("DELETE FROM accounts WHERE removed_at <= ?1 RETURNING id, username")
        .and_then(|mut statement| {
            let rows = statement.query_map([removed_until.as_second()], |row| {
                let username: String = row.get(1)?;
                let username = username.parse().map_err(|error| wrong(1, error))?;
                Ok(audit::Target { id: Some(AccountId(row.get(0)?)), username })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        })
        .map_err(failed)?;
    purged.sort_unstable_by_key(|target| target.id.map(|id| id.0));
    let count = u64::try_from(purged.len()).unwrap_or(u64::MAX);
    if purged.is_empty() {
        record::append(transaction, &events::purged(by, None))?;
    }
    for target in purged {
        record::append(transaction, &events::purged(by, Some(target)))?;
    }
    Ok(count)
}

pub fn replace_password(
    transaction: &Transaction<'_>,
    id: AccountId,
    proved: PasswordRevision,
    hash: &StoredHash,
    at: Timestamp,
    keep: Option<SignInId>,
) -> Result<PasswordRevision> {
    let account = proved_account(transaction, id, proved, at)?;
    transaction
        .execute(
            "UPDATE accounts SET password_hash = ?2, password_revision = password_revision + 1, must_change = FALSE,
                    temporary_until = NULL, temporary_lapsed = FALSE, password_changed_at = ?3
             WHERE id = ?1",
            params![id.0, hash.as_str(), at.as_second()],
        )
        .map_err(failed)?;
    bump(transaction, id)?;
    tries::end_all(transaction, &account, at)?;
    sign_ins::end_all(transaction, id, keep)?;
    record::append(transaction, &events::password_chosen(&account, proved, at))?;
    Ok(PasswordRevision(proved.0 + 1))
}

/// One change of one account: is it still the one that was seen, may the actor do it, does it leave an admin; then it
/// counts as written, and is recorded. `work` says what is worth recording about it.
fn change(
    transaction: &Transaction<'_>,
    by: &Mandate,
    action: Action,
    id: AccountId,
    seen: Revision,
    work: impl FnOnce(&Account) -> Result<String>,
) -> Result<()> {
    let account = seen_account(transaction, id, seen)?;
    authorize(transaction, by, action, (&account).into())?;
    match (account.removed_at, action) {
        (None, Action::Restore) => return Err(StoreError::Conflict(format!("{} is not removed", account.username))),
        (Some(_), Action::Restore) | (None, _) => {}
        (Some(_), _) => return Err(StoreError::Conflict(format!("{} is removed", account.username))),
    }
    let before = Admins::there(transaction, by.at)?;
    let detail = work(&account)?;
    bump(transaction, id)?;
    if before.are_missed_in(&Admins::there(transaction, by.at)?) {
        return Err(Refusal::LastAdmin { username: account.username }.into());
    }
    record::append(transaction, &by.done(action.name(), Some((&account).into()), detail))
}

fn set(transaction: &Transaction<'_>, id: AccountId, what: &str) -> Result<()> {
    transaction
        .prepare_cached(&format!("UPDATE accounts SET {what} WHERE id = ?1"))
        .and_then(|mut statement| statement.execute([id.0]))
        .map_err(failed)?;
    Ok(())
}

pub fn bump(transaction: &Transaction<'_>, id: AccountId) -> Result<()> {
    set(transaction, id, "revision = revision + 1")
}

/// A broken uniqueness is a name that is taken.
pub fn taken(error: rusqlite::Error) -> StoreError {
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
