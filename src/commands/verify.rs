//! `passdesk verify`: whether a password is valid for an account, for PAM and other programs.

use super::Desk;
use super::way_in::{authenticate, until_right};
use crate::cli::verify::Verify;
use crate::domain::authority::Refusal;
use crate::domain::target::Target;
use crate::failure::{Failure, Kind, Result};
use crate::store::Occasion;
use crate::terminal::format::Format;
use crate::terminal::records;

/// Checks a password like a sign-in does. An account that must choose a new password is not let in. The name comes from
/// the person who wants in. An impossible name fails like an unknown one.
pub fn run(desk: &mut Desk<'_>, args: &Verify) -> Result<()> {
    if desk.global.as_username.is_some() {
        return Err(Failure::new(Kind::Usage, "verify needs no sign-in").hint("leave out --as"));
    }
    let target = Target::to_sign_in(&args.username).ok();
    let mut store = desk.open()?;
    let is_piped = !desk.terminal.is_interactive();
    let (account, _) = until_right(desk, is_piped, |desk| {
        let password = if is_piped {
            desk.terminal.piped_secret()?
        } else {
            desk.terminal.ask_secret("Password", "pass the password on standard input")?
        };
        authenticate(desk, &mut store, target.as_ref(), &password, Occasion::Verify)
    })?;
    if account.must_change {
        return Err(Refusal::ChangeRequired { username: account.username }.into());
    }
    if desk.global.verbose {
        desk.terminal.note(&format!("This is the password of {}.", account.named()));
    }
    if desk.format() == Format::Text {
        return Ok(());
    }
    let now = desk.now()?;
    desk.print_records(records::ACCOUNT, [records::account(&account, now)], false)
}
