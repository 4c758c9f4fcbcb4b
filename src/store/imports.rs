//! Importing accounts: all of them in one transaction.

use super::accounts::{edited, save, seen, taken, written};
use super::authority::Present;
use super::engine::{NewRow, Rows};
use super::{Import, Imported, Mandate, Newcomer, Result, SeenEdit, StoreError, admins, events, record, sign_ins};
use crate::domain::authority::{Action, Refusal, Subject};
use crate::domain::clock::Timestamp;
use crate::domain::name::Username;
use crate::domain::role::Roles;

/// After how many accounts whoever waits is told.
const STRIDE: u64 = 1_000;

/// Makes accounts and changes others, and records it as one event.
pub fn import(
    rows: &mut dyn Rows,
    by: &Mandate,
    import: Import<'_>,
    go_on: &mut dyn FnMut(u64) -> bool,
) -> Result<Imported> {
    let actor = Present::look_up(rows, by)?;
    actor.may(Action::Import, None)?;
    let before = admins::there(rows, by.at)?;
    let mut written = 0;
    let mut count = || {
        written += 1;
        if written % STRIDE == 0 && !go_on(written) { Err(StoreError::Stopped) } else { Ok(()) }
    };
    let imported = add(rows, by, &actor, import.new, &mut count)?;
    let demoted = edit(rows, &actor, import.edits, by.at, &mut count)?;
    if let Some(username) = demoted
        && before.are_missed_in(admins::there(rows, by.at)?)
    {
        return Err(Refusal::LastAdmin { username }.into());
    }
    record::append(rows, &events::imported(by, &import, &imported))?;
    Ok(imported)
}

/// Makes the accounts.
fn add(
    rows: &mut dyn Rows,
    by: &Mandate,
    actor: &Present,
    new: &[Newcomer],
    count: &mut impl FnMut() -> Result<()>,
) -> Result<Imported> {
    let mut decided: Vec<Roles> = Vec::new();
    for Newcomer { username, roles, .. } in new {
        // What may be done to an account that is not there yet is a matter of its roles alone.
        if !decided.contains(roles) {
            may_add(actor, username, *roles)?;
            decided.push(*roles);
        }
    }
    let mut ids = Vec::with_capacity(new.len());
    let mut news = new.iter().map(|Newcomer { username, display_name, email, roles }| NewRow {
        username,
        display_name,
        email: email.as_ref(),
        roles: *roles,
        created_at: by.at,
    });
    rows.insert(&mut news, &mut |made| {
        ids.push(made.map_err(|found| of(&new[ids.len()].username, taken(found)))?);
        count()
    })?;
    Ok(Imported { ids })
}

fn may_add(actor: &Present, username: &Username, roles: Roles) -> Result<()> {
    let subject = Subject { id: None, username, roles };
    actor.may(Action::Import, Some(subject))?;
    if roles.is_empty() { Ok(()) } else { actor.may(Action::Grant, Some(subject)) }
}

/// Changes the accounts, and names one that is an admin to count on no longer.
fn edit(
    rows: &mut dyn Rows,
    actor: &Present,
    edits: &[SeenEdit],
    now: Timestamp,
    count: &mut impl FnMut() -> Result<()>,
) -> Result<Option<Username>> {
    let mut demoted = None;
    for SeenEdit { id, seen: revision, edit } in edits {
        let was = seen(rows, *id, *revision)?;
        actor.may(Action::Edit, Some((&was).into()))?;
        if was.removed_at.is_some() {
            return Err(StoreError::Conflict(format!("{} is removed", was.username)));
        }
        let named = |error| of(&was.username, error);
        let is = edited(&was, edit, |action, subject| actor.may(action, Some(subject))).map_err(named)?;
        written(is.clone()).and_then(|is| save(rows, &was, &is)).map_err(named)?;
        sign_ins::restrict_tokens(rows, *id, is.roles)?;
        if was.is_usable_admin(now) && !is.is_usable_admin(now) {
            demoted = Some(was.username);
        }
        count()?;
    }
    Ok(demoted)
}

/// Names the one of many whose name somebody else has taken meanwhile.
fn of(username: &Username, error: StoreError) -> StoreError {
    match error {
        StoreError::Conflict(message) => StoreError::Conflict(format!("{username}: {message}")),
        other => other,
    }
}
