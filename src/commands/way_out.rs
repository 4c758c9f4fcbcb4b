//! The way a secret goes out: what the flags ask for, and whether it works.

use std::time::Duration;

use jiff::SignedDuration;

use super::Desk;
use crate::cli::ways::{Copier, TemporaryFlags, WayFlags};
use crate::domain::account::State;
use crate::domain::clock::after;
use crate::domain::delivery::Undelivered;
use crate::domain::hash::StoredHash;
use crate::domain::name::{DisplayName, Username};
use crate::domain::policy;
use crate::domain::sealing::Recipients;
use crate::domain::temporary::TemporaryPassword;
use crate::failure::{Failure, Kind, Result};
use crate::handover::{
    Disclosure, Form, Handover, Means, OnScreen, Osc52, Standard, TemporaryDisclosure, ToClipboard, ToFile, WayOut,
};
use crate::store::NewTemporary;
use crate::terminal::format::Format;

/// Checks what does not depend on an account. This comes before anything is opened or asked.
pub fn check(flags: &WayFlags, desk: &Desk<'_>, accounts: usize) -> Result<()> {
    if let Some(path) = &flags.output {
        desk.refuse_through_sudo("--output", "redirect it: (umask 077; sudo … passdesk … >FILE)")?;
        desk.files.check_output(path)?;
    }
    check_one(flags, desk, accounts)?;
    if !flags.quiet {
        return Ok(());
    }
    let refuse = |message: &str, hint: &str| Err(Failure::new(Kind::Usage, message).hint(hint));
    if accounts > 1 {
        return refuse(
            "--quiet prints one bare password, and a list or a filter may name several accounts",
            "use --format csv or --format jsonl, or name one account",
        );
    }
    if desk.format() != Format::Text {
        return refuse("--quiet and --format cannot be combined", "leave one of them out");
    }
    Ok(())
}

/// Refuses a copy or a screen for several secrets, and any that does not work here.
fn check_one(flags: &WayFlags, desk: &Desk<'_>, accounts: usize) -> Result<()> {
    flags.clear_after.as_deref().map(policy::clear_after).transpose()?;
    let refuse = |message: &str, hint: &str| Err(Failure::new(Kind::Usage, message).hint(hint));
    let (flag, holds) = match flags {
        _ if flags.screen => ("--screen", "the screen"),
        _ if flags.copy.is_some() => ("--copy", "a clipboard"),
        _ if flags.clear_after.is_some() => {
            return refuse("--clear-after needs a copy", "add --copy or --screen");
        }
        _ => return Ok(()),
    };
    if accounts > 1 {
        let message = format!("{holds} holds one secret, and there are several accounts");
        return refuse(&message, "use --output FILE --format csv");
    }
    if desk.format() != Format::Text {
        return refuse(&format!("{flag} and --format cannot be combined"), "leave one of them out");
    }
    let is_for_terminal = flags.copy == Some(Copier::Osc52);
    if is_for_terminal && flags.clear_after.is_some() {
        return refuse("passdesk cannot clear the clipboard of a terminal", "leave --clear-after out");
    }
    let needs_terminal = |message: &str, instead| {
        if desk.terminal.is_interactive() {
            let able = desk.terminal.can_draw(instead);
            return able.map_err(|error| Failure { kind: Kind::NotDelivered, ..error.into() });
        }
        Err(Failure::new(Kind::NotDelivered, message).hint(desk.terminal.instead(instead)))
    };
    match flags.copy {
        _ if is_for_terminal => {
            needs_terminal("there is no terminal that could copy it", "leave --copy out, or use --output")
        }
        Some(_) => desk.clipboard.check(),
        None => needs_terminal("there is no terminal to show a screen on", "leave --screen out, or use --output"),
    }
}

/// How long the temporary password is valid, if the flags say so. Otherwise the policy decides.
pub fn lifetime(flags: &TemporaryFlags) -> Result<Option<SignedDuration>> {
    Ok(flags.expires_in.as_deref().map(policy::temporary_lifetime).transpose()?)
}

/// Opens the chosen way out. `several` makes JSON write an array.
pub fn open<D: Disclosure>(flags: &WayFlags, desk: &mut Desk<'_>, several: bool) -> Result<Handover> {
    let asked = flags.clear_after.as_deref().map(policy::clear_after).transpose()?;
    let clear_after = Duration::try_from(asked.unwrap_or(desk.policy.clear_after)).ok();
    let clear_after = clear_after.filter(|span| !span.is_zero());
    let way: Box<dyn WayOut> = match (flags.copy, &flags.output) {
        _ if flags.screen => Box::new(OnScreen::new(clear_after)),
        (Some(Copier::Osc52), _) => Box::new(Osc52),
        (Some(Copier::Clipboard), _) => Box::new(ToClipboard::new(clear_after)),
        (None, Some(path)) => Box::new(ToFile::new(desk.files.create(path)?)),
        (None, None) => Box::new(Standard::open(desk.output, !flags.encrypt_to.is_empty())?),
    };
    let form = Form { format: desk.format(), quiet: flags.quiet, several, sealed: !flags.encrypt_to.is_empty() };
    Ok(Handover::begin::<D>(way, desk.terminal, form))
}

/// Whose temporary password it is: the account, its owner's name, and its state.
type Whose<'a> = (&'a Username, &'a DisplayName, State);

/// Makes a temporary password for an account, and what is disclosed with it. It is sealed if there are recipients.
pub fn temporary(
    desk: &mut Desk<'_>,
    whose: Whose<'_>,
    lifetime: SignedDuration,
    to: Option<&Recipients>,
) -> Result<(TemporaryDisclosure, Undelivered<StoredHash>)> {
    let password = TemporaryPassword::generate(desk.rng);
    let hash = StoredHash::of_temporary(password, desk.policy.cost, desk.rng)?;
    Ok((said_of(desk, whose, lifetime)?, sealed(hash, to)?))
}

/// A secret as it goes out: sealed if there are recipients.
pub fn sealed<T>(secret: Undelivered<T>, to: Option<&Recipients>) -> Result<Undelivered<T>> {
    Ok(match to {
        Some(to) => secret.sealed(to)?,
        None => secret,
    })
}

/// What is disclosed with a temporary password that is given now.
pub fn said_of(
    desk: &Desk<'_>,
    (username, display_name, state): Whose<'_>,
    lifetime: SignedDuration,
) -> Result<TemporaryDisclosure> {
    let (now, operation) = (desk.now()?, desk.operation);
    let (username, display_name, until) = (username.clone(), display_name.clone(), after(now, lifetime));
    Ok(TemporaryDisclosure { username, display_name, state, now, until, zone: desk.zone, operation })
}

/// Makes a temporary password, hands it over, and puts it in force.
pub fn issue_temporary(
    handover: &mut Handover,
    desk: &mut Desk<'_>,
    whose: Whose<'_>,
    lifetime: SignedDuration,
    to: Option<&Recipients>,
    commit: impl FnOnce(NewTemporary) -> Result<()>,
) -> Result<()> {
    let (about, secret) = temporary(desk, whose, lifetime, to)?;
    let until = about.until;
    handover.issue(&mut desk.means(), about, secret, |hash| commit(NewTemporary { hash, until }))
}

impl Desk<'_> {
    /// What a way out may need from the desk.
    pub(super) fn means(&mut self) -> Means<'_> {
        Means { output: self.output, clipboard: self.clipboard, terminal: self.terminal }
    }
}
