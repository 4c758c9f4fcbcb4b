//! Accounts. Every function runs inside one transaction. It loads, decides again whether the actor may do it, saves and
//! records. Or it changes nothing.

use std::iter;
use std::ops::Deref;

use jiff::SignedDuration;

use super::authority::{authorize, authorize_all, proved};
use super::engine::{FormerName, Reads};
use super::tx::Tx;
use super::{Edit, NewAccount, NewTemporary, Rename, Result, StoreError, admins, events, record, sign_ins, tries};
use crate::domain::account::{Account, AccountId, LastReset, Lifecycle, Revision};
use crate::domain::actor::Actor;
use crate::domain::audit::{self, Detail, Entry};
use crate::domain::authority::{Action, Subject};
use crate::domain::change::{Change, Changed};
use crate::domain::clock::{Timestamp, after, before};
use crate::domain::credential::{Credential, PasswordRevision};
use crate::domain::hash::StoredHash;
use crate::domain::name::Username;
use crate::domain::sign_in::SignInId;
use crate::domain::target::Target;

/// The account and its credential.
pub fn credential(reads: &mut dyn Reads, target: &Target) -> Result<Option<(Account, Option<Credential>)>> {
    let Some(account) = reads.account(target)? else { return Ok(None) };
    let (revision, temporary_until) = (account.password_revision, account.temporary_until);
    let credential = reads.hash(account.id)?.map(|hash| Credential { hash, revision, temporary_until });
    Ok(Some((account, credential)))
}

/// The account that has a username, or that had it and keeps it from others.
pub fn holder(reads: &mut dyn Reads, username: &Username) -> Result<Option<Account>> {
    let there = reads.account(&Target::Username(username.clone()))?;
    if there.is_some() { Ok(there) } else { keeper(reads, username) }
}

/// The account that had a username and keeps it from others.
fn keeper(reads: &mut dyn Reads, username: &Username) -> Result<Option<Account>> {
    Ok(keepers(reads, &[username])?.pop().map(|(_, keeper)| keeper))
}

/// The usernames that accounts had and keep from others, with these accounts, in no order.
pub fn keepers(reads: &mut dyn Reads, usernames: &[&Username]) -> Result<Vec<(Username, Account)>> {
    let now = reads.now();
    let kept = reads.former_names(usernames)?.into_iter().filter(|former| former.kept_until > now);
    let mut keepers = Vec::new();
    for FormerName { username, account, .. } in kept {
        keepers.extend(reads.account(&Target::Id(account))?.map(|keeper| (username, keeper)));
    }
    Ok(keepers)
}

/// Refuses a username that an account other than this one keeps.
pub fn is_free(tx: &mut Tx<'_>, username: &Username, own: Option<AccountId>) -> Result<()> {
    are_free(tx, &[username], own)
}

/// Refuses usernames of which an account other than this one keeps one.
pub fn are_free(tx: &mut Tx<'_>, usernames: &[&Username], own: Option<AccountId>) -> Result<()> {
    match keepers(tx.reads(), usernames)?.into_iter().find(|(_, keeper)| own != Some(keeper.id)) {
        Some((username, keeper)) => {
            Err(StoreError::Conflict(format!("{username} is kept for {}, which had it before", keeper.username)))
        }
        None => Ok(()),
    }
}

/// The account, if its revision is still the one that was seen.
pub fn seen(tx: &mut Tx<'_>, id: AccountId, seen: Revision) -> Result<Account> {
    as_seen(tx.account(&Target::Id(id))?, seen)
}

/// The same for an account that was looked up.
pub fn as_seen(account: Option<Account>, seen: Revision) -> Result<Account> {
    account
        .filter(|account| account.revision == seen)
        .ok_or_else(|| StoreError::Conflict("somebody else has just changed the account".into()))
}

/// Refuses something that has expired before it comes into force. The delivery may have taken that long.
pub fn lives(tx: &mut Tx<'_>, until: Timestamp) -> Result<()> {
    if until > tx.now() {
        Ok(())
    } else {
        Err(StoreError::Conflict("it expired before it could be put in force".into()))
    }
}

/// Makes an account.
pub fn add<H>(tx: &mut Tx<'_>, by: &Actor, new: &NewAccount<H>) -> Result<AccountId>
where
    H: Deref<Target = StoredHash>,
{
    let NewAccount { username, display_name, email, roles, public_key, temporary } = new;
    let subject = Subject { id: None, username, roles: *roles };
    authorize(tx, by, Action::Add, subject)?;
    if !roles.is_empty() {
        authorize(tx, by, Action::Grant, subject)?;
    }
    lives(tx, temporary.until)?;
    is_free(tx, username, None)?;
    let mut account = Account::new(username.clone(), display_name.clone(), email.clone(), *roles, tx.now());
    account.public_key.clone_from(public_key);
    give(tx, by, &mut account, temporary.until);
    let mut number = None;
    tx.insert(&mut iter::once((account, Some(StoredHash::clone(&temporary.hash)))), &mut |made| {
        number = Some(made?);
        Ok(())
    })?;
    let id = number.ok_or_else(|| StoreError::Failed(anyhow::anyhow!("the store failed: it has made no account")))?;
    record::append(tx, &events::added(by, id, new))?;
    Ok(id)
}

/// Changes names and roles.
pub fn edit(tx: &mut Tx<'_>, by: &Actor, id: AccountId, revision: Revision, edit: &Edit) -> Result<()> {
    let was = seen(tx, id, revision)?;
    change(tx, by, edit.action(&was), &was, |tx, account| {
        let detail = events::of_edit(account, edit);
        *account = edited(account, edit, |action, subject| authorize(tx, by, action, subject))?;
        if edit.email.is_some() {
            // An address that stays the same is written again. Its key may be that of an earlier passdesk.
            tx.save(&Account { email: None, ..was.clone() })??;
        }
        if let Some(rename) = &edit.username {
            take_name(tx, &was, rename)?;
        }
        sign_ins::keep_to(tx, &was, account)?;
        Ok(Some(detail))
    })
    .map(drop)
}

/// Takes another username for an account, and keeps the one that it had.
fn take_name(tx: &mut Tx<'_>, was: &Account, Rename { to, kept_for }: &Rename) -> Result<()> {
    if *to == was.username {
        return Ok(());
    }
    is_free(tx, to, Some(was.id))?;
    // It may have had this name before.
    tx.delete_former_name(to)?;
    let kept_until = after(tx.now(), *kept_for);
    tx.save_former_name(&FormerName { username: was.username.clone(), account: was.id, kept_until })
}

/// The account after an edit, if the actor may give and take the roles in it.
pub fn edited(was: &Account, edit: &Edit, mut may: impl FnMut(Action, Subject<'_>) -> Result<()>) -> Result<Account> {
    let roles = edit.roles.unwrap_or(was.roles);
    if roles != was.roles {
        // Taking roles depends on the roles before. Giving roles depends on the roles after.
        may(Action::Revoke, was.into())?;
        may(Action::Grant, Subject { roles, ..Subject::from(was) })?;
    }
    let promoted = was.clone().with_roles(roles);
    Ok(Account {
        username: edit.username.as_ref().map_or(&was.username, |rename| &rename.to).clone(),
        display_name: edit.display_name.as_ref().unwrap_or(&was.display_name).clone(),
        email: edit.email.as_ref().unwrap_or(&was.email).clone(),
        public_key: edit.public_key.clone().unwrap_or(promoted.public_key),
        expires_at: edit.expires_at.unwrap_or(was.expires_at),
        roles,
        ..was.clone()
    })
}

/// Replaces the password with a temporary one.
pub fn reset_password(
    tx: &mut Tx<'_>,
    by: &Actor,
    id: AccountId,
    revision: Revision,
    new: &NewTemporary,
) -> Result<()> {
    let was = seen(tx, id, revision)?;
    change(tx, by, Action::Reset, &was, |tx, account| {
        give_temporary(tx, by, account, new)?;
        Ok(Some(events::expires(new.until)))
    })
    .map(drop)
}

/// A reset of a global-admin by an operator. It needs no role, and no rule forbids it.
pub fn recover(tx: &mut Tx<'_>, by: &Actor, id: AccountId, revision: Revision, new: &NewTemporary) -> Result<()> {
    if let Actor::Operator(operator) = by {
        operator.let_in()?;
    }
    let mut account = seen(tx, id, revision)?;
    let was = account.clone();
    give_temporary(tx, by, &mut account, new)?;
    account.lifecycle = Lifecycle::Active;
    if account.has_expired(tx.now()) {
        account.expires_at = None;
    }
    come_back(tx, &mut account)?;
    let event = events::recovered(by, &was, &account, new.until, tx.now());
    tx.save(&written(account)?)??;
    record::append(tx, &event)
}

/// Replaces the credential of an account, and ends its sign-ins and tries.
fn give_temporary(tx: &mut Tx<'_>, by: &Actor, account: &mut Account, new: &NewTemporary) -> Result<()> {
    lives(tx, new.until)?;
    tx.save_hash(account.id, &new.hash)?;
    tries::end_all(tx, account)?;
    tries::forget(account);
    account.password_revision = PasswordRevision(next(account.password_revision.0)?);
    give(tx, by, account, new.until);
    sign_ins::end_of(tx, account.id, None).map(drop)
}

/// Notes in an account that its password is a temporary one.
fn give(tx: &Tx<'_>, by: &Actor, account: &mut Account, until: Timestamp) {
    account.has_password = true;
    account.must_change = true;
    account.temporary_until = Some(until);
    account.temporary_lapsed = false;
    account.last_reset = Some(LastReset { at: tx.now(), by: by.recorded() });
}

/// The next number. No passdesk has ever reached the last one.
fn next(revision: i64) -> Result<i64> {
    let spent = || StoreError::Failed(anyhow::anyhow!("the store failed: it has counted as far as it can"));
    revision.checked_add(1).ok_or_else(spent)
}

/// The account with its next revision.
pub fn written(account: Account) -> Result<Account> {
    Ok(Account { revision: Revision(next(account.revision.0)?), ..account })
}

/// Makes a change of an account, as it is in this transaction, unless it is so already.
pub fn make(tx: &mut Tx<'_>, by: &Actor, it: Change, was: &Account) -> Result<Changed> {
    let (id, mut ended) = (was.id, 0);
    let is_done = change(tx, by, it.action(), was, |tx, account| {
        // An unlock ends the tries under way, too.
        if it.is_made(account) && (it != Change::Unlock || tx.tries(id)?.is_empty()) {
            return Ok(None);
        }
        let mut detail = Detail::default();
        match it {
            Change::RequireChange => account.must_change = true,
            Change::Unlock => {
                tries::end_all(tx, account)?;
                detail = events::of_unlock(account.tries.failed);
                tries::forget(account);
            }
            Change::Disable => {
                tx.delete_sign_ins(id, None)?;
                account.lifecycle = Lifecycle::Disabled;
            }
            Change::Enable => account.lifecycle = Lifecycle::Active,
            Change::SignOut => {
                ended = sign_ins::end_of(tx, id, None)?;
                if ended == 0 {
                    return Ok(None);
                }
                detail = events::of_sign_out(ended);
            }
            Change::Remove => {
                tx.delete_sign_ins(id, None)?;
                account.removed_at = Some(tx.now());
            }
            Change::Restore => {
                let was = account.clone();
                come_back(tx, account)?;
                detail = events::came_back(&was, account);
            }
            Change::Grant(_) | Change::Revoke(_) => {
                let edit = Edit { roles: Some(it.roles(account)), ..Edit::default() };
                detail = events::of_edit(account, &edit);
                *account = edited(account, &edit, |action, subject| authorize(tx, by, action, subject))?;
                sign_ins::restrict_tokens(tx, id, account.roles)?;
            }
        }
        Ok(Some(detail))
    })?;
    Ok(if is_done { Changed::Done { ended } } else { Changed::Already })
}

/// Ends the removal of an account. If another account has its address by now, it comes back without one.
fn come_back(tx: &mut Tx<'_>, account: &mut Account) -> Result<()> {
    if account.removed_at.take().is_some()
        && let Some(email) = &account.email
        && tx.account(&Target::Email(email.clone()))?.is_some()
    {
        account.email = None;
    }
    Ok(())
}

/// Deletes a removed account for good.
pub fn purge_one(tx: &mut Tx<'_>, by: &Actor, id: AccountId, revision: Revision) -> Result<()> {
    authorize_all(tx, by, Action::Purge)?;
    let account = seen(tx, id, revision)?;
    if account.removed_at.is_none() {
        return Err(StoreError::Conflict(format!("{} is not removed", account.username)));
    }
    tx.delete(id)?;
    record::append(tx, &events::purged(by, Some((&account).into())))
}

/// Deletes for good the accounts that were removed this long ago. Returns how many there were. Each deleted account has
/// an event of its own. So its number still shows who purged it.
pub fn purge(tx: &mut Tx<'_>, by: &Actor, restorable: SignedDuration) -> Result<u64> {
    authorize_all(tx, by, Action::Purge)?;
    let removed_until = before(tx.now(), restorable);
    let purged = tx.delete_removed(removed_until)?;
    if purged.is_empty() {
        record::append(tx, &events::purged(by, None))?;
    }
    let count = purged.len() as u64;
    for (id, username) in purged {
        record::append(tx, &events::purged(by, Some(audit::RecordedTarget { id: Some(id), username })))?;
    }
    Ok(count)
}

/// Puts the password that the owner chose in force.
pub fn replace_password(
    tx: &mut Tx<'_>,
    id: AccountId,
    revision: PasswordRevision,
    hash: &StoredHash,
    keep: Option<SignInId>,
) -> Result<PasswordRevision> {
    let mut account = proved(tx, id, revision)?;
    let event = events::password_chosen(&account, revision);
    let chosen = PasswordRevision(next(revision.0)?);
    tx.save_hash(id, hash)?;
    tries::end_all(tx, &mut account)?;
    account.password_revision = chosen;
    account.must_change = false;
    account.temporary_until = None;
    account.temporary_lapsed = false;
    account.password_changed_at = Some(tx.now());
    account.last_sign_in_at = Some(tx.now());
    tx.save(&written(account)?)??;
    sign_ins::end_of(tx, id, keep)?;
    record::append(tx, &event)?;
    Ok(chosen)
}

/// Makes one change to one account, as it is in this transaction. It checks three things: the actor may do it, the
/// account is not removed, and a lasting admin is left. Then it saves and records the change. `work` changes the account, and returns the
/// details for the record. If there is nothing to do, it returns `None`: then nothing is saved or recorded. Returns
/// whether there was something to do.
fn change(
    tx: &mut Tx<'_>,
    by: &Actor,
    action: Action,
    was: &Account,
    work: impl FnOnce(&mut Tx<'_>, &mut Account) -> Result<Option<Detail>>,
) -> Result<bool> {
    authorize(tx, by, action, was.into())?;
    match (was.removed_at, action) {
        (None, Action::Restore) => return Err(StoreError::Conflict(format!("{} is not removed", was.username))),
        (Some(_), Action::Restore) | (None, _) => {}
        (Some(_), _) => return Err(StoreError::Conflict(format!("{} is removed", was.username))),
    }
    let mut account = was.clone();
    let Some(detail) = work(tx, &mut account)? else { return Ok(false) };
    let detail = events::with_lost_key(detail, was, &account);
    admins::stay(tx, was, &account)?;
    tx.save(&written(account)?)??;
    record::append(tx, &Entry::done(by, action.name(), Some(was.into()), detail))?;
    Ok(true)
}
