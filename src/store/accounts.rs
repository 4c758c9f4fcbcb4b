//! Accounts. Every function runs inside one transaction: it loads, decides again whether the actor may, saves and records,
//! or changes nothing.

use std::iter;

use super::authority::{authorize, authorize_all};
use super::engine::{NewRow, Password, Rows, Taken};
use super::{Edit, Mandate, NewAccount, NewTemporary, Result, StoreError, admins, events, record, sign_ins, tries};
use crate::domain::account::{Account, AccountId, LastReset, Lifecycle, Revision};
use crate::domain::audit;
use crate::domain::authority::{Action, Subject};
use crate::domain::clock::Timestamp;
use crate::domain::credential::{Credential, PasswordRevision, StoredHash};
use crate::domain::name::Username;
use crate::domain::sign_in::SignInId;
use crate::domain::target::Target;

/// The account and what it signs in with.
pub fn credential(rows: &mut dyn Rows, username: &Username) -> Result<Option<(Account, Option<Credential>)>> {
    let Some(account) = rows.account(&Target::Username(username.clone()))? else { return Ok(None) };
    let Some(Password { hash, revision }) = rows.password(account.id)? else { return Ok(None) };
    let temporary_until = account.temporary_until;
    Ok(Some((account, hash.map(|hash| Credential { hash, revision, temporary_until }))))
}

/// The account, if it is still the one that was seen.
pub fn seen(rows: &mut dyn Rows, id: AccountId, seen: Revision) -> Result<Account> {
    rows.account(&Target::Id(id))?
        .filter(|account| account.revision == seen)
        .ok_or_else(|| StoreError::Conflict("somebody else has changed the account meanwhile".into()))
}

/// The account, if it is in use and still has the password that its owner has proved to know, and that is of use still.
pub fn proved(rows: &mut dyn Rows, id: AccountId, proved: PasswordRevision, at: Timestamp) -> Result<Account> {
    let stands = rows.password_revision(id)? == Some(proved);
    let account = rows
        .account(&Target::Id(id))?
        .filter(|account| account.is_open() && account.has_password && stands)
        .ok_or_else(|| {
            StoreError::Conflict("the password has been reset, or the account disabled, meanwhile".into())
        })?;
    if account.temporary_has_expired(at) {
        return Err(StoreError::Conflict("the temporary password has expired meanwhile".into()));
    }
    Ok(account)
}

/// Refuses what would be of no use by the time it is in force: to deliver it may have taken that long.
pub fn lives(until: Timestamp, by: &Mandate) -> Result<()> {
    if until > by.at { Ok(()) } else { Err(StoreError::Conflict("it expired before it could be put in force".into())) }
}

/// What to say of a name that somebody else has.
pub fn taken(taken: Taken) -> StoreError {
    StoreError::Conflict(match taken {
        Taken::Username => "there is an account of that username already".into(),
        Taken::Email => "another account has that e-mail address".into(),
        Taken::Label => "there is a token of that label already".into(),
    })
}

/// Makes an account.
pub fn add(rows: &mut dyn Rows, by: &Mandate, new: &NewAccount) -> Result<AccountId> {
    let NewAccount { username, display_name, email, roles, temporary } = new;
    let subject = Subject { id: None, username, roles: *roles };
    authorize(rows, by, Action::Add, subject)?;
    if !roles.is_empty() {
        authorize(rows, by, Action::Grant, subject)?;
    }
    lives(temporary.until, by)?;
    let row = NewRow { username, display_name, email: email.as_ref(), roles: *roles, created_at: by.at };
    let mut number = None;
    rows.insert(&mut iter::once(row), &mut |made| {
        number = Some(made.map_err(taken)?);
        Ok(())
    })?;
    let made = number.map(|id| rows.account(&Target::Id(id))).transpose()?.flatten();
    let gone = || StoreError::Failed(anyhow::anyhow!("the store failed: the account that it has made is not there"));
    let made = made.ok_or_else(gone)?;
    let id = made.id;
    let given = given(&made, by, temporary);
    save(rows, &made, &given)?;
    let first = Password { hash: Some(temporary.hash.clone()), revision: password_revision(rows, id)? };
    rows.save_password(id, &first)?;
    record::append(rows, &events::added(by, id, new))?;
    Ok(id)
}

/// Which password an account that is there has.
fn password_revision(rows: &mut dyn Rows, id: AccountId) -> Result<PasswordRevision> {
    let gone = || StoreError::Failed(anyhow::anyhow!("the store failed: the account is gone"));
    rows.password_revision(id)?.ok_or_else(gone)
}

/// Writes what is different about an account.
pub fn save(rows: &mut dyn Rows, was: &Account, is: &Account) -> Result<()> {
    rows.save(was, is)?.map_err(taken)
}

/// Changes names and roles.
pub fn edit(rows: &mut dyn Rows, by: &Mandate, id: AccountId, revision: Revision, edit: &Edit) -> Result<()> {
    let action = edit.action(&seen(rows, id, revision)?);
    change(rows, by, action, id, revision, |rows, was| {
        let is = edited(&was, edit, |action, subject| authorize(rows, by, action, subject))?;
        sign_ins::restrict_tokens(rows, id, is.roles)?;
        let detail = events::of_edit(&was, edit);
        Ok((was, is, detail))
    })
}

/// The account as an edit makes it, if the actor may give and take the roles in it.
pub fn edited(was: &Account, edit: &Edit, mut may: impl FnMut(Action, Subject<'_>) -> Result<()>) -> Result<Account> {
    let roles = edit.roles.unwrap_or(was.roles);
    if roles != was.roles {
        // Taking a role is a matter of what the account has, giving one of what it is to have.
        may(Action::Revoke, was.into())?;
        may(Action::Grant, Subject { roles, ..Subject::from(was) })?;
    }
    Ok(Account {
        display_name: edit.display_name.as_ref().unwrap_or(&was.display_name).clone(),
        email: edit.email.as_ref().unwrap_or(&was.email).clone(),
        roles,
        ..was.clone()
    })
}

/// Replaces the password by a temporary one.
pub fn reset_password(
    rows: &mut dyn Rows,
    by: &Mandate,
    id: AccountId,
    revision: Revision,
    new: &NewTemporary,
) -> Result<()> {
    change(rows, by, Action::Reset, id, revision, |rows, account| {
        let (was, is) = give_temporary(rows, by, account, new)?;
        Ok((was, is, events::expires(new.until)))
    })
}

/// A reset that no role allows and no rule forbids: for operators, of a global-admin.
pub fn recover(rows: &mut dyn Rows, by: &Mandate, id: AccountId, revision: Revision, new: &NewTemporary) -> Result<()> {
    let account = seen(rows, id, revision)?;
    let event = events::recovered(by, &account, new.until);
    let (was, is) = give_temporary(rows, by, account, new)?;
    save(rows, &was, &written(Account { lifecycle: Lifecycle::Active, removed_at: None, ..is })?)?;
    record::append(rows, &event)
}

/// Replaces what an account signs in with, and ends what was begun with it. Says what the account was then, and what it is to
/// be.
fn give_temporary(
    rows: &mut dyn Rows,
    by: &Mandate,
    account: Account,
    new: &NewTemporary,
) -> Result<(Account, Account)> {
    let id = account.id;
    lives(new.until, by)?;
    let revision = PasswordRevision(next(password_revision(rows, id)?.0)?);
    rows.save_password(id, &Password { hash: Some(new.hash.clone()), revision })?;
    let was = tries::end_all(rows, account, by.at)?;
    let is = given(&tries::forgotten(&was), by, new);
    rows.delete_sign_ins(id, None, by.at)?;
    Ok((was, is))
}

/// An account with a temporary password.
fn given(account: &Account, by: &Mandate, new: &NewTemporary) -> Account {
    Account {
        has_password: true,
        must_change: true,
        temporary_until: Some(new.until),
        temporary_lapsed: false,
        last_reset: Some(LastReset { at: by.at, by: by.actor.recorded() }),
        ..account.clone()
    }
}

/// What comes after a number of which no passdesk has ever reached the last.
fn next(revision: i64) -> Result<i64> {
    let spent = || StoreError::Failed(anyhow::anyhow!("the store failed: it has counted as far as it can"));
    revision.checked_add(1).ok_or_else(spent)
}

/// The account, once it is written.
pub fn written(account: Account) -> Result<Account> {
    Ok(Account { revision: Revision(next(account.revision.0)?), ..account })
}

/// Asks for a new password at the next sign-in.
pub fn require_change(rows: &mut dyn Rows, by: &Mandate, id: AccountId, revision: Revision) -> Result<()> {
    change(rows, by, Action::RequireChange, id, revision, |_, was| Ok(plain(was, |is| is.must_change = true)))
}

/// Lets an account try again: its failures are forgotten, and it is not locked.
pub fn unlock(rows: &mut dyn Rows, by: &Mandate, id: AccountId, revision: Revision) -> Result<()> {
    change(rows, by, Action::Unlock, id, revision, |rows, account| {
        let was = tries::end_all(rows, account, by.at)?;
        let detail = events::of_unlock(was.tries.failed);
        let is = tries::forgotten(&was);
        Ok((was, is, detail))
    })
}

/// Switches an account off, and ends all its sign-ins.
pub fn disable(rows: &mut dyn Rows, by: &Mandate, id: AccountId, revision: Revision) -> Result<()> {
    change(rows, by, Action::Disable, id, revision, |rows, was| {
        rows.delete_sign_ins(id, None, by.at)?;
        Ok(plain(was, |is| is.lifecycle = Lifecycle::Disabled))
    })
}

/// Switches an account on again.
pub fn enable(rows: &mut dyn Rows, by: &Mandate, id: AccountId, revision: Revision) -> Result<()> {
    change(rows, by, Action::Enable, id, revision, |_, was| Ok(plain(was, |is| is.lifecycle = Lifecycle::Active)))
}

/// Takes an account out, and ends all its sign-ins.
pub fn remove(rows: &mut dyn Rows, by: &Mandate, id: AccountId, revision: Revision) -> Result<()> {
    change(rows, by, Action::Remove, id, revision, |rows, was| {
        rows.delete_sign_ins(id, None, by.at)?;
        Ok(plain(was, |is| is.removed_at = Some(by.at)))
    })
}

/// Brings a removed account back.
pub fn restore(rows: &mut dyn Rows, by: &Mandate, id: AccountId, revision: Revision) -> Result<()> {
    change(rows, by, Action::Restore, id, revision, |_, was| Ok(plain(was, |is| is.removed_at = None)))
}

/// Forgets the accounts that were removed up to a moment, and says how many. Each account that goes has an event of its own,
/// by which its number still leads to whoever purged it.
pub fn purge(rows: &mut dyn Rows, by: &Mandate, removed_until: Timestamp) -> Result<u64> {
    authorize_all(rows, by, Action::Purge)?;
    let purged = rows.delete_removed(removed_until)?;
    if purged.is_empty() {
        record::append(rows, &events::purged(by, None))?;
    }
    let count = purged.len() as u64;
    for (id, username) in purged {
        record::append(rows, &events::purged(by, Some(audit::Target { id: Some(id), username })))?;
    }
    Ok(count)
}

/// Puts the password its owner chose in force.
pub fn replace_password(
    rows: &mut dyn Rows,
    id: AccountId,
    revision: PasswordRevision,
    hash: &StoredHash,
    at: Timestamp,
    keep: Option<SignInId>,
) -> Result<PasswordRevision> {
    let account = proved(rows, id, revision, at)?;
    let event = events::password_chosen(&account, revision, at);
    let chosen = Password { hash: Some(hash.clone()), revision: PasswordRevision(next(revision.0)?) };
    rows.save_password(id, &chosen)?;
    let was = tries::end_all(rows, account, at)?;
    let is = Account {
        must_change: false,
        temporary_until: None,
        temporary_lapsed: false,
        password_changed_at: Some(at),
        ..was.clone()
    };
    save(rows, &was, &written(is)?)?;
    rows.delete_sign_ins(id, keep, at)?;
    record::append(rows, &event)?;
    Ok(chosen.revision)
}

/// What a change makes of an account: as it was, as it is to be, and what is worth recording about it.
type Change = (Account, Account, String);

fn plain(was: Account, change: impl FnOnce(&mut Account)) -> Change {
    let mut is = was.clone();
    change(&mut is);
    (was, is, String::new())
}

/// One change of one account: is it still the one that was seen, may the actor do it, does it leave an admin; then it
/// counts as written, and is recorded.
fn change(
    rows: &mut dyn Rows,
    by: &Mandate,
    action: Action,
    id: AccountId,
    revision: Revision,
    work: impl FnOnce(&mut dyn Rows, Account) -> Result<Change>,
) -> Result<()> {
    let account = seen(rows, id, revision)?;
    authorize(rows, by, action, (&account).into())?;
    match (account.removed_at, action) {
        (None, Action::Restore) => return Err(StoreError::Conflict(format!("{} is not removed", account.username))),
        (Some(_), Action::Restore) | (None, _) => {}
        (Some(_), _) => return Err(StoreError::Conflict(format!("{} is removed", account.username))),
    }
    let before = account.clone();
    let (was, is, detail) = work(rows, account)?;
    admins::stay(rows, &before, &is, by.at)?;
    save(rows, &was, &written(is)?)?;
    record::append(rows, &by.done(action.name(), Some((&was).into()), detail))
}
