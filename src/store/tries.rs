//! Tries to sign in: counted before the password is looked at, so that whoever kills the process has had their try.

use super::engine::{Password, Rows, TryRow};
use super::{
    FailedTry, Mandate, Occasion, PassedTry, Result, StoreError, accounts, admins, events, record, repeats, sign_ins,
};
use crate::domain::account::{Account, AccountId};
use crate::domain::clock::Timestamp;
use crate::domain::name::Username;
use crate::domain::target::Target;
use crate::domain::throttle::{self, Throttle, Tries, TriesNow, TryId};

/// Counts a try, and gives it a number if its password may be looked at.
pub fn begin(
    rows: &mut dyn Rows,
    username: Option<&Username>,
    at: Timestamp,
    throttle: Throttle,
) -> Result<Option<TryId>> {
    let id = rows.next_try()?;
    let Some(username) = username else { return Ok(None) };
    let Some(account) = rows.account(&Target::Username(username.clone()))? else { return Ok(None) };
    let account = give_up(rows, account, at)?;
    if !account.is_open() || account.locked_at.is_some() {
        return Ok(None);
    }
    let needed = is_needed(rows, &account, at)?;
    let under_way = u32::try_from(rows.tries(account.id)?.len()).unwrap_or(u32::MAX);
    let (tries, may) = account.tries.begin(under_way, at, throttle, needed);
    let account = count(rows, &account, tries, 0)?;
    if may {
        rows.insert_try(account.id, TryRow { id, began_at: at })?;
        return Ok(Some(id));
    }
    if tries.are_spent(throttle) && !needed {
        lock(rows, &account, at)?;
    }
    Ok(None)
}

/// Takes those that will not come to their end for failed, counts and records it. The account as it is then.
fn give_up(rows: &mut dyn Rows, account: Account, at: Timestamp) -> Result<Account> {
    let mut given_up = rows.tries(account.id)?;
    given_up.retain(|one| !is_alive(*one, at));
    for one in &given_up {
        rows.delete_try(account.id, one.id)?;
    }
    let began_at: Vec<_> = given_up.iter().map(|one| one.began_at).collect();
    let tries = began_at.iter().fold(account.tries, |tries, began_at| tries.fail(*began_at));
    if tries == account.tries {
        return Ok(account);
    }
    let more = tries.failed - account.tries.failed;
    let account = count(rows, &account, tries, more)?;
    repeats::append(rows, &events::given_up(&account, &began_at, at), events::GIVEN_UP, more)?;
    // With the event, its temporary password may have lapsed.
    Ok(rows.account(&Target::Id(account.id))?.unwrap_or(account))
}

fn is_alive(one: TryRow, now: Timestamp) -> bool {
    let [least, most] = throttle::alive(now);
    least <= one.began_at && one.began_at <= most
}

/// The tries of an account as the next one will find them.
pub fn standing(rows: &mut dyn Rows, account: &Account, now: Timestamp) -> Result<TriesNow> {
    let mut standing = TriesNow { tries: account.tries, under_way: 0 };
    for one in rows.tries(account.id)? {
        if is_alive(one, now) {
            standing.under_way = standing.under_way.saturating_add(1);
        } else {
            standing.tries = standing.tries.fail(one.began_at);
        }
    }
    Ok(standing)
}

/// Ends the tries that are under way: they are about a password that is no longer in force, or have been forgiven. Those
/// that will not come to their end any more have failed before. The account as it is then.
pub fn end_all(rows: &mut dyn Rows, account: Account, at: Timestamp) -> Result<Account> {
    let account = give_up(rows, account, at)?;
    rows.delete_tries(account.id)?;
    Ok(account)
}

/// An account whose failures are forgotten, and that is not locked.
#[must_use]
pub fn forgotten(account: &Account) -> Account {
    Account { tries: Tries::default(), locked_at: None, ..account.clone() }
}

/// Records that a try has failed, and counts it if its password was looked at. After too many the account is locked,
/// unless nobody would be left to administer the store.
pub fn fail(rows: &mut dyn Rows, failure: &FailedTry<'_>, at: Timestamp, throttle: Throttle) -> Result<()> {
    let account = match failure.account {
        Some(id) => rows.account(&Target::Id(id))?,
        None => None,
    };
    let entry = events::not_let_in(account.as_ref(), at, failure.why);
    repeats::append(rows, &entry, &events::kind_of(&entry), 1)?;
    let Some((account, begun)) = account.zip(failure.begun) else { return Ok(()) };
    if !rows.delete_try(account.id, begun)? {
        return Ok(());
    }
    let tries = account.tries.fail(at);
    let account = count(rows, &account, tries, 1)?;
    let is_due = tries.are_spent(throttle) && account.is_open() && account.locked_at.is_none();
    if is_due && !is_needed(rows, &account, at)? {
        lock(rows, &account, at)?;
    }
    Ok(())
}

/// A try has succeeded: those that failed before it are forgotten. Says what the account is now.
pub fn pass(rows: &mut dyn Rows, passed: &PassedTry<'_>, at: Timestamp) -> Result<Account> {
    let &PassedTry { account: id, begun, proved, renewed, occasion } = passed;
    let was = accounts::proved(rows, id, proved, at)?;
    if was.locked_at.is_some() {
        return Err(StoreError::Conflict("the account has been locked meanwhile".into()));
    }
    // One that took so long that it was given up has been counted as failed, and is forgotten with those that have.
    rows.delete_try(id, begun)?;
    let by = Mandate::of(&was, proved, at);
    let event = events::let_in(&by, &was, &occasion);
    let account = count(rows, &was, Tries::default(), 0)?;
    record::append(rows, &event)?;
    if let Occasion::SignIn(new) = &occasion
        && !account.must_change
    {
        sign_ins::add(rows, id, new, at)?;
    }
    if let Some(hash) = renewed {
        let was = rows.password(id)?.and_then(|password| password.hash);
        rows.save_password(id, &Password { hash: Some(hash.clone()), revision: proved })?;
        record::append(rows, &events::hash_renewed(&by, &account, was.as_ref(), hash))?;
    }
    Ok(account)
}

/// The owner of an account has been told of so many failures. Others may have failed since.
pub fn note_told(rows: &mut dyn Rows, id: AccountId, failures: u32) -> Result<()> {
    let Some(was) = rows.account(&Target::Id(id))? else { return Ok(()) };
    let is = Account { untold_failures: was.untold_failures.saturating_sub(failures), ..was.clone() };
    accounts::save(rows, &was, &is)
}

/// Whether nobody could administer the store if this account were locked.
fn is_needed(rows: &mut dyn Rows, account: &Account, now: Timestamp) -> Result<bool> {
    if !account.is_usable_admin(now) {
        return Ok(false);
    }
    let others = admins::others(rows, account.id, now)?;
    Ok(others.with(account, now).are_missed_in(others))
}

fn lock(rows: &mut dyn Rows, account: &Account, at: Timestamp) -> Result<()> {
    accounts::save(rows, account, &Account { locked_at: Some(at), ..account.clone() })?;
    record::append(rows, &events::locked(account, account.tries, at))
}

/// Writes what has failed, so many of which its owner has not been told of yet. The account as it is then.
fn count(rows: &mut dyn Rows, was: &Account, tries: Tries, untold: u32) -> Result<Account> {
    let is = Account { tries, untold_failures: was.untold_failures.saturating_add(untold), ..was.clone() };
    accounts::save(rows, was, &is)?;
    Ok(is)
}
