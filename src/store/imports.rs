//! Imports of accounts, each in one transaction.

use std::collections::BTreeMap;

use super::accounts::{are_free, edited, keepers, seen, written};
use super::authority::Present;
use super::engine::Reads;
use super::tx::Tx;
use super::{
    Import, Imported, Namesakes, Newcomer, Result, SeenEdit, StoreError, admins, events, policy, record, sign_ins,
};
use crate::domain::account::Account;
use crate::domain::actor::Actor;
use crate::domain::admins::Admins;
use crate::domain::authority::{Action, Refusal, Subject};
use crate::domain::name::Username;
use crate::domain::role::Roles;
use crate::domain::target::Target;

/// After how many accounts the caller is told.
const STRIDE: u64 = 1_000;

/// The accounts that already have the names of newcomers. All are looked up together: a server may be far away.
pub fn namesakes(reads: &mut dyn Reads, of: &[Newcomer]) -> Result<Vec<Namesakes>> {
    let usernames: Vec<&Username> = of.iter().map(|newcomer| &newcomer.username).collect();
    let targets = usernames.iter().map(|username| Target::Username(Username::clone(username)));
    let addresses = of.iter().filter_map(|newcomer| newcomer.email.clone().map(Target::Email));
    let there = reads.accounts(&targets.chain(addresses).collect::<Vec<_>>())?;
    let mut by_username: BTreeMap<_, _> = keepers(reads, &usernames)?.into_iter().collect();
    by_username.extend(there.iter().map(|account| (account.username.clone(), account.clone())));
    let by_email: BTreeMap<_, _> = there.iter().filter_map(|account| Some((account.email_key()?, account))).collect();
    let found = of.iter().enumerate().map(|(place, Newcomer { username, email, .. })| {
        let by_username = by_username.get(username).cloned();
        let by_email = email.as_ref().and_then(|email| by_email.get(&email.key()).copied().cloned());
        Namesakes { place, by_username, by_email }
    });
    Ok(found.filter(|found| found.by_username.is_some() || found.by_email.is_some()).collect())
}

/// Makes accounts and changes others, and records it as one event.
pub fn import(tx: &mut Tx<'_>, by: &Actor, import: Import<'_>, go_on: &mut dyn FnMut(u64) -> bool) -> Result<Imported> {
    let actor = Present::look_up(tx, by)?;
    actor.may(Action::Import, None)?;
    let now = tx.now();
    let before = admins::there(tx.reads(), now)?;
    let mut written = 0;
    let mut count = || {
        written += 1;
        if written % STRIDE == 0 && !go_on(written) { Err(StoreError::Stopped) } else { Ok(()) }
    };
    policy::bear(tx.reads(), import.new.iter().filter_map(|newcomer| newcomer.hash.as_ref()?.scheme()))?;
    let imported = add(tx, &actor, import.new, &mut count)?;
    let demoted = edit(tx, &actor, import.edits, &mut count)?;
    if let Some(username) = demoted
        && before.are_missed_in(admins::there(tx.reads(), now)?)
    {
        return Err(Refusal::LastAdmin { username }.into());
    }
    record::append(tx, &events::imported(by, &import, &imported))?;
    Ok(imported)
}

/// Makes the accounts.
fn add(tx: &mut Tx<'_>, actor: &Present, new: &[Newcomer], count: &mut impl FnMut() -> Result<()>) -> Result<Imported> {
    let mut decided: Vec<Roles> = Vec::new();
    for Newcomer { username, roles, .. } in new {
        // Whether a new account may be made depends only on its roles.
        if !decided.contains(roles) {
            may_add(actor, username, *roles)?;
            decided.push(*roles);
        }
    }
    let usernames: Vec<&Username> = new.iter().map(|newcomer| &newcomer.username).collect();
    are_free(tx, &usernames, None)?;
    let mut ids = Vec::with_capacity(new.len());
    let created_at = tx.now();
    let mut news = new.iter().cloned().map(|newcomer| {
        let Newcomer { username, display_name, email, roles, public_key, expires_at, hash } = newcomer;
        let account = Account::new(username, display_name, email, roles, created_at);
        // Its owner chose that password elsewhere, nobody knows when.
        (Account { public_key, expires_at, must_change: hash.is_none(), ..account }, hash)
    });
    tx.insert(&mut news, &mut |made| {
        ids.push(made.map_err(|found| of(&new[ids.len()].username, found.into()))?);
        count()
    })?;
    Ok(Imported { ids })
}

fn may_add(actor: &Present, username: &Username, roles: Roles) -> Result<()> {
    let subject = Subject { id: None, username, roles };
    actor.may(Action::Import, Some(subject))?;
    if roles.is_empty() { Ok(()) } else { actor.may(Action::Grant, Some(subject)) }
}

/// Changes the accounts. Returns one that is no longer a usable or a lasting admin, if there is one.
fn edit(
    tx: &mut Tx<'_>,
    actor: &Present,
    edits: &[SeenEdit],
    count: &mut impl FnMut() -> Result<()>,
) -> Result<Option<Username>> {
    let (now, mut demoted) = (tx.now(), None);
    for SeenEdit { id, seen: revision, edit } in edits {
        let was = seen(tx, *id, *revision)?;
        actor.may(Action::Edit, Some((&was).into()))?;
        if was.removed_at.is_some() {
            return Err(StoreError::Conflict(format!("{} is removed", was.username)));
        }
        let named = |error| of(&was.username, error);
        let is = edited(&was, edit, |action, subject| actor.may(action, Some(subject))).map_err(named)?;
        written(is.clone()).and_then(|is| Ok(tx.save(&is)??)).map_err(named)?;
        sign_ins::keep_to(tx, &was, &is)?;
        let [had, has] = [&was, &is].map(|admin| Admins::default().with(admin, now));
        if had.are_missed_in(has) {
            demoted = Some(was.username);
        }
        count()?;
    }
    Ok(demoted)
}

/// Adds the username to a conflict, since one of many names may have been taken meanwhile.
fn of(username: &Username, error: StoreError) -> StoreError {
    match error {
        StoreError::Conflict(message) => StoreError::Conflict(format!("{username}: {message}")),
        other => other,
    }
}
