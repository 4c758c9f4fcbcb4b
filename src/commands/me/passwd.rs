//! `passdesk me passwd`.

use super::choose;
use crate::commands::Desk;
use crate::commands::actor::{ask_password, ask_username, authenticate, saved};
use crate::failure::Result;

/// Changes one's own password: the current one, the new one, the new one again.
pub fn run(desk: &mut Desk<'_>) -> Result<()> {
    let mut store = desk.stores.open()?;
    // Whoever finds a terminal signed in does not know the password, so a saved sign-in only says whose it is.
    let signed_in = if desk.global.as_username.is_some() { None } else { saved(desk, &*store)? };
    let username = match &signed_in {
        Some(owner) => owner.account.username.clone(),
        None => ask_username(desk)?,
    };
    let password = ask_password(desk, &username)?;
    let (account, current) = authenticate(desk, &mut *store, &username, &password)?;
    drop(password);
    let new = choose::ask(desk, &account, &current)?;
    let keep = signed_in.and_then(|owner| owner.sign_in);
    choose::put_in_force(desk, &mut *store, &account, &current, &new, keep)?;
    desk.terminal.note(&format!("The password of {} is changed; every other sign-in has ended.", account.named()));
    Ok(())
}
