//! `passdesk me passwd`.

use super::choose;
use crate::commands::Desk;
use crate::commands::way_in::{ask_account, prove, signed_in};
use crate::domain::actor::Proof;
use crate::domain::password::Current;
use crate::domain::target::Target;
use crate::failure::Result;
use crate::store::Occasion;

/// Changes the user's own password. Asks for the current one, then twice for the new one.
pub fn run(desk: &mut Desk<'_>) -> Result<()> {
    let mut store = desk.open()?;
    // A sign-in only says whose account this is. Somebody else may have found the terminal signed in.
    let owner = if desk.global.as_username.is_some() { None } else { signed_in(desk, &mut store)? };
    let target = match &owner {
        Some(owner) => Target::Username(owner.account.username.clone()),
        None => ask_account(desk)?,
    };
    let (account, current, password) = prove(desk, &mut store, &target, |_| Ok(Occasion::PasswordChange))?;
    choose::tell_why(desk, &account, current.revision)?;
    // Only a sign-in survives the change. A token may be stolen.
    let keep = owner.and_then(|owner| match owner.proof {
        Proof::SignIn(id) => Some(id),
        Proof::Password(_) | Proof::Token(..) => None,
    });
    let current = Current { credential: &current, typed: &password };
    choose::change(desk, &mut store, &account, current, keep)?;
    desk.terminal.note(&format!("The password of {} is changed.", account.named()));
    desk.terminal.note("Every other sign-in and token has ended.");
    Ok(())
}
