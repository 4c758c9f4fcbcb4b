//! `passdesk me sign-in`.

use super::choose;
use crate::commands::Desk;
use crate::commands::actor::{ask_password, ask_username, authenticate};
use crate::domain::account::Account;
use crate::domain::authority::Refusal;
use crate::domain::clock::{readable, spoken};
use crate::domain::credential::{Credential, StoredHash};
use crate::domain::sign_in::SignInSecret;
use crate::domain::text::neutral;
use crate::failure::Result;
use crate::store::Store;

/// Signs in. Who has to choose a new password does so first, and nothing else.
pub fn run(desk: &mut Desk<'_>) -> Result<()> {
    let mut store = desk.stores.open()?;
    let username = ask_username(desk)?;
    let password = ask_password(desk, &username)?;
    let (account, current) = authenticate(desk, &mut *store, &username, &password)?;
    drop(password);
    let proved = if account.must_change { change_first(desk, &mut *store, &account, &current)? } else { current.hash };
    begin(desk, &mut *store, &account, &proved)
}

fn change_first(
    desk: &mut Desk<'_>,
    store: &mut dyn Store,
    account: &Account,
    current: &Credential,
) -> Result<StoredHash> {
    if desk.global.password_stdin || !desk.terminal.is_interactive() {
        return Err(Refusal::ChangeRequired { username: account.username.clone() }.into());
    }
    match &account.last_reset {
        Some(reset) if account.temporary_until.is_some() => {
            desk.terminal.note(&format!(
                "Your password was reset on {} by {}.",
                readable(reset.at),
                neutral(&reset.by)
            ));
        }
        _ => desk.terminal.note("An admin requires you to choose a new password."),
    }
    let new = choose::ask(desk, account, current)?;
    let hash = choose::put_in_force(desk, store, account, current, &new, None)?;
    desk.terminal.note("Your new password is in force.");
    Ok(hash)
}

/// Begins a sign-in and keeps it. What the store has and the user's folder has not is of no use to anybody, and expires.
fn begin(desk: &mut Desk<'_>, store: &mut dyn Store, account: &Account, proved: &StoredHash) -> Result<()> {
    let name = store.name()?;
    let before = desk.sign_ins.load(&name).ok().flatten();
    let secret = SignInSecret::generate(desk.rng);
    let now = desk.now();
    let lifetime = desk.policy.sign_in_lifetime;
    store.begin_sign_in(account.id, proved, secret.digest(), now, now + lifetime)?;
    if let Err(error) = desk.sign_ins.save(&name, &secret) {
        store.end_sign_in(secret.digest(), desk.now())?;
        return Err(error.into());
    }
    if let Some(before) = before {
        store.end_sign_in(before.digest(), desk.now())?;
    }
    desk.terminal.note(&format!(
        "Signed in as {} for {}.\nSee your account with 'passdesk me profile'.",
        account.named(),
        spoken(lifetime.as_secs())
    ));
    Ok(())
}
