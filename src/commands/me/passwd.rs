//! `passdesk me passwd`, for people and for PAM.

use super::choose;
use crate::commands::way_in::{ask_account, prove, signed_in};
use crate::commands::{Desk, pam};
use crate::domain::actor::Proof;
use crate::domain::sign_in::SignInId;
use crate::domain::target::Target;
use crate::failure::{Failure, Result};
use crate::store::{Occasion, Store};
use crate::terminal::PromptError;

/// Changes the user's own password. Asks for the current one, then twice for the new one.
pub fn run(desk: &mut Desk<'_>) -> Result<()> {
    if desk.pam.is_some() {
        return run_by_pam(desk);
    }
    let mut store = desk.open()?;
    if !desk.global.password_stdin && !desk.terminal.is_interactive() {
        let who = if desk.global.as_username.is_some() { "" } else { "; --as USERNAME names the account" };
        let instead = format!(
            "pass the current password and the new one on standard input, a line each, with --password-stdin{who}"
        );
        return Err(PromptError::NoTerminal { instead: desk.terminal.instead(&instead) }.into());
    }
    // A sign-in only says whose account this is. Somebody else may have found the terminal signed in.
    let owner = if desk.global.as_username.is_some() { None } else { signed_in(desk, &mut store)? };
    let target = match &owner {
        Some(owner) => Target::Username(owner.account.username.clone()),
        None => ask_account(desk)?,
    };
    // Only a sign-in survives the change. A token may be stolen.
    let keep = owner.and_then(|owner| match owner.proof {
        Proof::SignIn(id) => Some(id),
        Proof::Password(_) | Proof::Token(..) => None,
    });
    change(desk, &mut store, &target, keep)
}

/// The same for the `password` lines of PAM. PAM gives standard input away. So this asks at the terminal that controls
/// the process, which is its standard input by now.
fn run_by_pam(desk: &mut Desk<'_>) -> Result<()> {
    let target = pam::target(desk)?;
    if !desk.terminal.is_interactive() {
        let instead = "log in where there is a terminal; for sshd, say 'KbdInteractiveAuthentication no'";
        return Err(PromptError::NoTerminal { instead: instead.into() }.into());
    }
    let mut store = desk.open()?;
    pam::is_believed(desk, &mut store)?;
    change(desk, &mut store, &target.ok_or_else(Failure::sign_in_failed)?, None)
}

/// Asks for the current password, then twice for the new one. Only one sign-in can be kept.
fn change(desk: &mut Desk<'_>, store: &mut Store, target: &Target, keep: Option<SignInId>) -> Result<()> {
    let (account, current, password) = prove(desk, store, target, |_| Ok(Occasion::PasswordChange))?;
    choose::tell_why(desk, &account, current.revision)?;
    choose::change(desk, store, &account, &current, password, keep)?;
    desk.terminal.note(&format!("The password of {} is changed.", account.named()));
    desk.terminal.note("Every other sign-in and token has ended.");
    Ok(())
}
