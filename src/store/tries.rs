//! Tries to sign in. A try is counted before its password is checked. So killing the process gains nobody an extra try.

use super::engine::{Reads, TryRow};
use super::tx::Tx;
use super::{FailedTry, Occasion, PassedTry, Result, StoreError, admins, authority, events, record, repeats, sign_ins};
use crate::domain::account::{Account, AccountId};
use crate::domain::actor::Actor;
use crate::domain::audit::{Detail, Reason};
use crate::domain::clock::Timestamp;
use crate::domain::target::Target;
use crate::domain::throttle::{self, Throttle, Tries, TriesNow, TryId};

/// Counts a try. Returns its number if its password may be checked.
pub fn begin(tx: &mut Tx<'_>, target: Option<&Target>, throttle: Throttle) -> Result<Option<TryId>> {
    let id = tx.next_try()?;
    let Some(target) = target else { return Ok(None) };
    let Some(mut account) = tx.account(target)? else { return Ok(None) };
    give_up(tx, &mut account)?;
    if !account.is_open(tx.now()) || account.locked_at.is_some() {
        return Ok(None);
    }
    let needed = is_needed(tx, &account)?;
    let under_way = u32::try_from(tx.tries(account.id)?.len()).unwrap_or(u32::MAX);
    let (tries, may) = account.tries.begin(under_way, tx.now(), throttle, needed);
    count(tx, &mut account, tries, 0)?;
    if may {
        let began_at = tx.now();
        tx.insert_try(account.id, TryRow { id, began_at })?;
        return Ok(Some(id));
    }
    if tries.are_spent(throttle) && !needed {
        lock(tx, &mut account)?;
    }
    Ok(None)
}

/// Counts and records unfinished tries as failed, if they are too old to finish.
fn give_up(tx: &mut Tx<'_>, account: &mut Account) -> Result<()> {
    let (now, mut given_up) = (tx.now(), tx.tries(account.id)?);
    given_up.retain(|one| !is_alive(*one, now));
    for one in &given_up {
        tx.delete_try(account.id, one.id)?;
    }
    let began_at: Vec<_> = given_up.iter().map(|one| one.began_at).collect();
    let tries = began_at.iter().fold(account.tries, |tries, began_at| tries.fail(*began_at));
    if tries == account.tries {
        return Ok(());
    }
    let more = tries.failed - account.tries.failed;
    count(tx, account, tries, more)?;
    let kind = Detail::of(Reason::NotFinished).to_json();
    repeats::append(tx, &events::given_up(account, &began_at), &kind, more)?;
    // When the event was recorded, the account's temporary password may have lapsed.
    if let Some(now) = tx.account(&Target::Id(account.id))? {
        *account = now;
    }
    Ok(())
}

fn is_alive(one: TryRow, now: Timestamp) -> bool {
    let [least, most] = throttle::alive(now);
    least <= one.began_at && one.began_at <= most
}

/// The tries of an account, as the next try finds them.
pub fn standing(reads: &mut dyn Reads, account: &Account) -> Result<TriesNow> {
    let mut standing = TriesNow { tries: account.tries, under_way: 0 };
    let now = reads.now();
    for one in reads.tries(account.id)? {
        if is_alive(one, now) {
            standing.under_way = standing.under_way.saturating_add(1);
        } else {
            standing.tries = standing.tries.fail(one.began_at);
        }
    }
    Ok(standing)
}

/// Ends the unfinished tries. Their password is no longer in force, or they are forgiven. Tries that are too old to
/// finish are counted as failed first.
pub fn end_all(tx: &mut Tx<'_>, account: &mut Account) -> Result<()> {
    give_up(tx, account)?;
    tx.delete_tries(account.id)
}

/// Resets the failures of an account and unlocks it.
pub fn forget(account: &mut Account) {
    account.tries = Tries::default();
    account.locked_at = None;
}

/// Records a failed try, and counts it if its password was checked. After too many failures the account is locked. It
/// is not locked if nobody else could administer the store.
pub fn fail(tx: &mut Tx<'_>, failure: &FailedTry<'_>, throttle: Throttle) -> Result<()> {
    let account = match failure.account {
        Some(id) => tx.account(&Target::Id(id))?,
        None => None,
    };
    let entry = events::not_let_in(account.as_ref(), failure.why, failure.typed_by, failure.pam);
    repeats::append(tx, &entry, &events::kind_of(&entry), 1)?;
    let Some((account, begun)) = account.zip(failure.begun) else { return Ok(()) };
    // When the event was recorded, the account's temporary password may have lapsed.
    let Some(mut account) = tx.account(&Target::Id(account.id))? else { return Ok(()) };
    if !tx.delete_try(account.id, begun)? {
        return Ok(());
    }
    let tries = account.tries.fail(tx.now());
    count(tx, &mut account, tries, 1)?;
    let is_due = tries.are_spent(throttle) && account.is_open(tx.now()) && account.locked_at.is_none();
    if is_due && !is_needed(tx, &account)? {
        lock(tx, &mut account)?;
    }
    Ok(())
}

/// Records a successful try, and resets the failures before it. Returns the account as it is now.
pub fn pass(tx: &mut Tx<'_>, passed: &PassedTry<'_>) -> Result<Account> {
    let &PassedTry { account: id, begun, proved, renewed, occasion, pam } = passed;
    let mut account = authority::proved(tx, id, proved)?;
    if account.locked_at.is_some() {
        return Err(StoreError::Conflict("the account has just been locked".into()));
    }
    // A try that took too long has been counted as failed. That failure is reset with the others.
    tx.delete_try(id, begun)?;
    let by = Actor::owner(&account, proved);
    let event = events::let_in(&by, &account, &occasion, pam);
    if !account.must_change {
        account.last_sign_in_at = Some(tx.now());
    }
    count(tx, &mut account, Tries::default(), 0)?;
    record::append(tx, &event)?;
    if let Occasion::SignIn(new) = &occasion
        && !account.must_change
    {
        sign_ins::add(tx, id, new)?;
    }
    if let Some(hash) = renewed {
        let was = tx.hash(id)?;
        tx.save_hash(id, hash)?;
        record::append(tx, &events::hash_renewed(&by, &account, was.as_ref(), hash))?;
    }
    Ok(account)
}

/// Notes that the owner of an account was told of this many failures. More may have happened since.
pub fn note_told(tx: &mut Tx<'_>, id: AccountId, failures: u32) -> Result<()> {
    let Some(mut account) = tx.account(&Target::Id(id))? else { return Ok(()) };
    account.untold_failures = account.untold_failures.saturating_sub(failures);
    Ok(tx.save(&account)??)
}

/// Whether nobody could administer the store if this account were locked.
fn is_needed(tx: &mut Tx<'_>, account: &Account) -> Result<bool> {
    let now = tx.now();
    if !account.is_usable_admin(now) {
        return Ok(false);
    }
    let others = admins::others(tx.reads(), account.id, now)?;
    Ok(others.with(account, now).are_missed_in(others))
}

fn lock(tx: &mut Tx<'_>, account: &mut Account) -> Result<()> {
    account.locked_at = Some(tx.now());
    tx.save(account)??;
    record::append(tx, &events::locked(account))
}

/// Writes the failed tries. `untold` of them are new to the owner.
fn count(tx: &mut Tx<'_>, account: &mut Account, tries: Tries, untold: u32) -> Result<()> {
    account.tries = tries;
    account.untold_failures = account.untold_failures.saturating_add(untold);
    Ok(tx.save(account)??)
}
