//! Choosing a new password: three tries at a prompt, or one from standard input.

use crate::commands::Desk;
use crate::commands::way_in::{TRIES, tries};
use crate::domain::account::Account;
use crate::domain::actor::Actor;
use crate::domain::audit::{Entry, Reason};
use crate::domain::clock::moment;
use crate::domain::credential::{Credential, PasswordRevision};
use crate::domain::hash::StoredHash;
use crate::domain::password::{BrokenRule, Current, Demands, broken_rules};
use crate::domain::secret::TypedPassword;
use crate::domain::sign_in::SignInId;
use crate::domain::text::neutral;
use crate::failure::{Failure, Kind, Result};
use crate::store::{Store, StoreError};

/// Tells the owner why a new password is needed, and who reset the old one.
pub fn tell_why(desk: &mut Desk<'_>, account: &Account, current: PasswordRevision) -> Result<()> {
    match &account.last_reset {
        Some(reset) if account.temporary_until.is_some() => {
            let (at, by) = (moment(reset.at, desk.now()?, desk.zone), neutral(&reset.by));
            let is_new = current == PasswordRevision::FIRST && reset.at == account.created_at;
            let what = if is_new { "account was made" } else { "password was reset" };
            desk.terminal.note(&format!("Your {what} {at} by {by}."));
        }
        _ if account.must_change => desk.terminal.note("An admin requires you to choose a new password."),
        _ => {}
    }
    Ok(())
}

/// Asks for a new password in the place of the one that was typed, and puts it in force. If no try was good enough, that
/// is recorded.
pub fn change(
    desk: &mut Desk<'_>,
    store: &mut Store,
    account: &Account,
    credential: &Credential,
    typed: TypedPassword,
    keep: Option<SignInId>,
) -> Result<PasswordRevision> {
    let asked = ask(desk, store, account, Current { credential, typed: &typed });
    // The store may keep this process waiting. The password is wiped before.
    drop(typed);
    match asked {
        Ok(new) => put_in_force(desk, store, account, credential.revision, new, keep),
        Err(failure) if failure.kind == Kind::RefusedByPolicy => {
            let by = Actor::owner(account, credential.revision);
            let target = Some(account.into());
            store.record(&Entry::refused(&by, "change-password", target, Reason::WeakPassword))?;
            Err(failure)
        }
        Err(failure) => Err(failure),
    }
}

/// Asks for a new password until one breaks no rule.
fn ask(desk: &mut Desk<'_>, store: &Store, account: &Account, current: Current<'_>) -> Result<TypedPassword> {
    let instead = "pass the new password on standard input, with --password-stdin";
    if desk.global.password_stdin {
        let new = desk.terminal.piped_secret()?;
        return match broken_rules(&new, account, Some(current), demands(desk, store, &new)?).as_slice() {
            [] => {
                tell_of_space(desk, &new);
                Ok(new)
            }
            broken => Err(refused(broken)),
        };
    }
    desk.terminal.note(&format!(
        "A new password has at least {} characters. Four or five random words do well.",
        desk.policy.min_length
    ));
    let mut left = TRIES;
    loop {
        let new = desk.terminal.ask_secret("New password", instead)?;
        if new.is_empty() {
            desk.terminal.note("Type a new password, or press Ctrl-C to leave.");
            continue;
        }
        let broken = broken_rules(&new, account, Some(current), demands(desk, store, &new)?);
        let failure = if !broken.is_empty() {
            refused(&broken)
        } else if desk.terminal.ask_secret("New password again", instead)?.same_as(&new) {
            tell_of_space(desk, &new);
            return Ok(new);
        } else {
            Failure::new(Kind::RefusedByPolicy, "the two are not the same").hint("nothing has changed; try again")
        };
        left -= 1;
        if left == 0 {
            return Err(given_up(desk, failure, instead));
        }
        desk.terminal.note(&failure.message);
        failure.lines.iter().for_each(|line| desk.terminal.note(&format!("  {line}")));
        desk.terminal.note(&format!("{} left.", tries(left)));
    }
}

/// What the site asks of this password by now.
fn demands(desk: &mut Desk<'_>, store: &Store, new: &TypedPassword) -> Result<Demands> {
    desk.reread_policy(store)?;
    Ok(Demands { min_length: desk.policy.min_length, is_blocked: store.is_blocked(new)? })
}

/// Ends the asking only after Enter. Somebody may already be typing the next password, and would type it into the
/// shell.
fn given_up(desk: &mut Desk<'_>, failure: Failure, instead: &str) -> Failure {
    // The input is thrown away, whatever it is.
    let _ = desk.terminal.ask_secret("That was the last try. Press Enter to leave", instead);
    failure
}

/// Warns that a password ends in a space. Nobody sees that space, and few people mean it.
fn tell_of_space(desk: &mut Desk<'_>, new: &TypedPassword) {
    if new.ends_in_a_space() {
        desk.terminal.note("Note that your new password ends with a space.");
    }
}

/// Puts a new password in force. A signal waits until that is done.
fn put_in_force(
    desk: &mut Desk<'_>,
    store: &mut Store,
    account: &Account,
    proved: PasswordRevision,
    new: TypedPassword,
    keep: Option<SignInId>,
) -> Result<PasswordRevision> {
    let hash = StoredHash::of_typed(&new, desk.policy.cost, desk.rng)?;
    drop(new);
    match desk.commit(|_| store.replace_password(account.id, proved, &hash, keep)) {
        Err(StoreError::Conflict(message)) => {
            Err(Failure::new(Kind::Conflict, message).hint("your new password is not in force; ask an admin"))
        }
        Err(error @ StoreError::Unknown(_)) => Err(Failure::from(error)
            .hint("try to sign in with the new password; if it is refused, the old one is still valid")),
        other => Ok(other?),
    }
}

fn refused(broken: &[BrokenRule]) -> Failure {
    let lines = broken.iter().flat_map(BrokenRule::lines).collect();
    let failure = Failure::new(Kind::RefusedByPolicy, "the new password is refused:")
        .hint("nothing has changed; take four or five random words, or let a password manager make one");
    Failure { lines, ..failure }
}
