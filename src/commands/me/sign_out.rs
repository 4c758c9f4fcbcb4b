//! `passdesk me sign-out`.

use crate::commands::Desk;
use crate::failure::{Failure, Kind, Result};

/// Ends the saved sign-in. A flagged account may do this, too.
pub fn run(desk: &mut Desk<'_>) -> Result<()> {
    if desk.global.as_username.is_some() {
        return Err(Failure::new(
            Kind::Usage,
            "--as signs in for one command only, so there is nothing to sign out of",
        )
        .hint("leave out --as"));
    }
    let mut store = desk.stores.open()?;
    let name = store.name()?;
    match desk.sign_ins.load(&name) {
        Ok(None) => {
            desk.terminal.note("Nobody is signed in.");
            return Ok(());
        }
        Ok(Some(secret)) => {
            store.end_sign_in(secret.digest(), desk.now())?;
        }
        // A file that cannot be trusted or read is of no use; it goes, and what the store has of it expires.
        Err(_) => {}
    }
    desk.sign_ins.remove(&name)?;
    desk.terminal.note("Signed out.");
    Ok(())
}
