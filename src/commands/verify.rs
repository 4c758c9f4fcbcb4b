//! `passdesk verify`: whether a password lets somebody in, for PAM and other programs.

use super::way_in::{authenticate, change_required};
use super::{Desk, find};
use crate::cli::verify::Verify;
use crate::domain::name::Username;
use crate::domain::target::Target;
use crate::failure::{Failure, Kind, Result};
use crate::store::Mandate;
use crate::terminal::format::Format;
use crate::terminal::records::AccountRecord;

/// Checks a password as a sign-in does, and lets nobody in who has to choose a new one. The name comes from whoever wants
/// to be let in: one that nobody can have fails as one that nobody has.
pub fn run(desk: &mut Desk<'_>, args: &Verify) -> Result<()> {
    if desk.global.as_username.is_some() {
        return Err(Failure::new(Kind::Usage, "verify is about the account it names, and takes no sign-in")
            .hint("leave out --as"));
    }
    let username: Option<Username> = args.username.parse().ok();
    let mut store = desk.open()?;
    let password = if desk.terminal.is_interactive() {
        let instead = "pass the password on standard input";
        desk.terminal.ask_secret("Password", instead)?
    } else {
        desk.terminal.piped_secret()?
    };
    let (account, credential) = authenticate(desk, &mut *store, username.as_ref(), &password)?;
    drop(password);
    let by = Mandate::of(&account, credential.revision, desk.now());
    if account.must_change {
        return Err(change_required(&mut *store, &by, &account, "verify"));
    }
    store.record(&by.done("verify", Some((&account).into()), String::new()))?;
    if desk.format() == Format::Text {
        return Ok(());
    }
    let account = find(&*store, &Target::Id(account.id))?;
    let now = desk.now();
    desk.print_records(&[AccountRecord::new(&account, now)], false)
}
