//! `passdesk me sign-in`.

use super::choose;
use crate::commands::Desk;
use crate::commands::way_in::{ask_account, change_required, prove};
use crate::domain::account::Account;
use crate::domain::actor::Actor;
use crate::domain::clock::{after, spoken};
use crate::domain::credential::{Credential, PasswordRevision};
use crate::domain::secret::TypedPassword;
use crate::domain::sign_in::SignInSecret;
use crate::failure::{Failure, Result};
use crate::store::{NewSignIn, Occasion, Store};

/// Signs in. An account that must choose a new password does only that first.
pub fn run(desk: &mut Desk<'_>) -> Result<()> {
    let mut store = desk.open()?;
    // Once the sign-in has begun, no question to the store may fail it.
    let name = store.name()?;
    let target = ask_account(desk)?;
    let secret = SignInSecret::generate(desk.rng);
    let occasion = |desk: &Desk<'_>| Ok(Occasion::SignIn(begins_now(desk, &secret)?));
    let (account, current, password) = prove(desk, &mut store, &target, occasion)?;
    tell_of_failures(desk, &account);
    if account.must_change {
        let proved = change_first(desk, &mut store, &account, &current, password)?;
        let new = begins_now(desk, &secret)?;
        let begun = desk.commit(|_| store.begin_sign_in(account.id, proved, &new));
        begun.map_err(|error| not_signed_in(&account, error.into()))?;
    } else {
        drop(password);
    }
    let kept = desk.commit(|desk| keep(desk, &mut store, &name, &account, &secret));
    kept.map_err(|failure| not_signed_in(&account, failure))?;
    if account.untold_failures > 0 {
        // The user is signed in already. To be told twice about failed tries does no harm.
        let _ = store.note_told(account.id, account.untold_failures);
    }
    Ok(())
}

/// What to say to a user who is not signed in, but may just have chosen a new password.
fn not_signed_in(account: &Account, failure: Failure) -> Failure {
    if !account.must_change {
        return failure;
    }
    let message = format!("your new password is in force, but you are not signed in: {}", failure.message);
    Failure { message, ..failure }
}

/// A sign-in that begins now.
fn begins_now(desk: &Desk<'_>, secret: &SignInSecret) -> Result<NewSignIn> {
    Ok(NewSignIn { digest: secret.digest(), until: after(desk.now()?, desk.policy.sign_in_lifetime) })
}

fn change_first(
    desk: &mut Desk<'_>,
    store: &mut Store,
    account: &Account,
    current: &Credential,
    typed: TypedPassword,
) -> Result<PasswordRevision> {
    choose::tell_why(desk, account, current.revision)?;
    if desk.global.password_stdin || !desk.terminal.is_interactive() {
        let by = Actor::owner(account, current.revision);
        return Err(change_required(store, &by, account, "sign-in"));
    }
    let revision = choose::change(desk, store, account, current, typed, None)?;
    desk.terminal.note("Your new password is in force.");
    Ok(revision)
}

/// Tells how many tries have failed. A user who remembers fewer knows that somebody else is guessing.
fn tell_of_failures(desk: &mut Desk<'_>, account: &Account) {
    let failed = account.untold_failures;
    if failed > 0 {
        let were = if failed == 1 { "1 sign-in" } else { &format!("{failed} sign-ins") };
        desk.terminal.note(&format!("{were} to your account failed before this one."));
    }
}

/// Saves a new sign-in, and ends the one it replaces. A sign-in that is only in the store is useless, and expires.
fn keep(desk: &mut Desk<'_>, store: &mut Store, name: &str, account: &Account, secret: &SignInSecret) -> Result<()> {
    let before = desk.sign_ins.load_to_end(name).ok().flatten();
    if let Err(error) = desk.sign_ins.save(name, secret) {
        if store.end_sign_in(secret.digest()).is_err() {
            desk.terminal.note("The new sign-in could not be ended. Nobody has it, and it expires.");
        }
        return Err(error.into());
    }
    if let Some(before) = before
        && store.end_sign_in(before.digest()).is_err()
    {
        desk.terminal.note("Your last sign-in could not be ended. Nobody has it, and it expires.");
    }
    desk.terminal.note(&format!(
        "Signed in as {} for {}.",
        account.named(),
        spoken(desk.policy.sign_in_lifetime.as_secs())
    ));
    desk.terminal.note("See your account with 'passdesk me profile'.");
    Ok(())
}
