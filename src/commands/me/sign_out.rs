//! `passdesk me sign-out`.

use crate::cli::me::SignOut;
use crate::commands::actor::Acting;
use crate::commands::way_in::owner;
use crate::commands::{Desk, done};
use crate::failure::{Failure, Kind, Result};
use crate::store::Store;

/// Ends the saved sign-in, or all sign-ins. An account that must choose a new password may do this too.
pub fn run(desk: &mut Desk<'_>, args: &SignOut) -> Result<()> {
    if args.everywhere { everywhere(desk) } else { here(desk) }
}

fn here(desk: &mut Desk<'_>) -> Result<()> {
    if desk.global.as_username.is_some() {
        return Err(Failure::new(Kind::Usage, "--as signs in for one command, so there is nothing to sign out of")
            .hint("leave out --as, or end every sign-in of that account with --everywhere"));
    }
    if desk.files.has_token() {
        return Err(Failure::new(Kind::Usage, "a token has no sign-in, so there is nothing to sign out of")
            .hint("leave out PASSDESK_TOKEN and PASSDESK_TOKEN_FILE, or end the token with 'passdesk tokens revoke'"));
    }
    let mut store = desk.open()?;
    let name = store.name()?;
    let found = desk.sign_ins.load_to_end(&name);
    if let Ok(None) = &found {
        desk.terminal.note("Nobody is signed in.");
        return Ok(());
    }
    desk.commit(|desk| {
        // A file that cannot be read is deleted as well. Nobody can tell which sign-in it holds.
        if let Ok(Some(secret)) = &found {
            store.end_sign_in(secret.digest())?;
        }
        desk.sign_ins.remove(&name).map_err(|error| match &found {
            Ok(_) => done(error.into()),
            Err(_) => error.into(),
        })
    })?;
    if found.is_err() {
        let message =
            "the file of your sign-in is removed, but it could not be read: your sign-in may be valid until it expires";
        return Err(Failure::new(Kind::Failed, message)
            .hint("'passdesk me sign-out --everywhere --as USERNAME' ends every sign-in and token of an account"));
    }
    desk.terminal.note("Signed out.");
    Ok(())
}

/// Removes the saved sign-in if it has ended.
fn forget_here(desk: &Desk<'_>, store: &Store) -> Result<()> {
    let name = store.name()?;
    let ended_here = match desk.sign_ins.load_to_end(&name) {
        Ok(Some(secret)) => store.sign_in(secret.digest())?.is_none(),
        Ok(None) => false,
        Err(_) => true,
    };
    if ended_here { Ok(desk.sign_ins.remove(&name)?) } else { Ok(()) }
}

/// Ends every sign-in and token of the account.
fn everywhere(desk: &mut Desk<'_>) -> Result<()> {
    let mut store = desk.open()?;
    let owner = owner(desk, &mut store)?;
    let account = owner.account.clone();
    let acting = Acting::owner(owner, desk.now()?);
    acting.may_not_by_token(&mut store, "sign-out", "sign everybody out of that account")?;
    let ended = desk.commit(|_| store.end_all_sign_ins(acting.actor(), &account))?;
    forget_here(desk, &store).map_err(done)?;
    let ended = if ended == 1 { "1 sign-in or token".into() } else { format!("{ended} sign-ins and tokens") };
    desk.terminal.note(&format!("{} is signed out everywhere: {ended} ended.", account.named()));
    Ok(())
}
