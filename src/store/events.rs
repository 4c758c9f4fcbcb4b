//! What the record says of each thing that is done: the same words, whichever engine writes them.

use std::path::Path;

use jiff::Timestamp;

use super::values::{Edit, Import, Imported, NewAccount, NewSignIn, NewToken, Occasion};
use crate::domain::account::{Account, AccountId};
use crate::domain::actor::{Actor, Proof};
use crate::domain::audit::{Entry, Outcome, Repeat, Target};
use crate::domain::authority::{Action, Refusal};
use crate::domain::credential::{PasswordRevision, StoredHash};
use crate::domain::policy::Setting;
use crate::domain::role::Roles;
use crate::domain::sign_in::SignInId;
use crate::domain::token::Label;

// Accounts.

/// An account was made.
#[must_use]
pub fn added(by: &Actor, id: AccountId, new: &NewAccount) -> Entry {
    let target = Target { id: Some(id), username: new.username.clone() };
    Entry::done(by, Action::Add.name(), Some(target), new.roles.join(", "))
}

/// What an edit has changed, in detail.
#[must_use]
pub fn of_edit(account: &Account, edit: &Edit) -> String {
    let said = |roles: Roles| if roles.is_empty() { "none".into() } else { roles.join(", ") };
    let roles = edit.roles.filter(|roles| *roles != account.roles);
    let mut what = Vec::new();
    what.extend(edit.display_name.is_some().then(|| "name".to_owned()));
    what.extend(edit.email.is_some().then(|| "e-mail".to_owned()));
    what.extend(roles.map(|roles| format!("roles: {}, were: {}", said(roles), said(account.roles))));
    what.join("; ")
}

/// When a temporary password that was given ends, in detail. [`super::Store::was_reset`] looks for this very text, in
/// stores that may be years old: it is never to be worded in another way.
#[must_use]
pub fn expires(until: Timestamp) -> String {
    format!("expires {until}")
}

/// After how many failures an account was unlocked, in detail.
#[must_use]
pub fn of_unlock(failed: u32) -> String {
    format!("after {failed} failed sign-in{}", if failed == 1 { "" } else { "s" })
}

/// An account, as it was, was recovered with a temporary password.
#[must_use]
pub fn recovered(by: &Actor, account: &Account, until: Timestamp, now: Timestamp) -> Entry {
    let detail = format!("was {}; {}", account.state(now).name(), expires(until));
    Entry::done(by, "recover", Some(account.into()), detail)
}

/// An account was forgotten; `None` if there was none to forget.
#[must_use]
pub fn purged(by: &Actor, target: Option<Target>) -> Entry {
    Entry::done(by, Action::Purge.name(), target, String::new())
}

/// Many accounts were made and changed.
#[must_use]
pub fn imported(by: &Actor, import: &Import<'_>, imported: &Imported) -> Entry {
    let ids = match (imported.ids.first(), imported.ids.last()) {
        (Some(first), Some(last)) => format!(", ids {first} to {last}"),
        _ => String::new(),
    };
    let (new, updated, skipped) = (import.new.len(), import.edits.len(), import.skipped);
    let file = import.file.to_hex();
    let detail = format!("new: {new}{ids}; updated: {updated}; skipped: {skipped}; sha256: {file}");
    Entry::done(by, Action::Import.name(), None, detail)
}

/// The owner of an account has chosen a password.
#[must_use]
pub fn password_chosen(account: &Account, proved: PasswordRevision) -> Entry {
    Entry::done(&Actor::owner(account, proved), "change-password", Some(account.into()), String::new())
}

// Sign-ins.

/// Somebody was not let in, nobody knows who.
#[must_use]
pub fn not_let_in(account: Option<&Account>, why: &str) -> Entry {
    let target = account.map(Into::into);
    Entry { actor: None, action: "sign-in", target, outcome: Outcome::Refused, detail: why.to_owned() }
}

/// What others that were turned away have in common with one: what it says, and who it was, if anybody knows.
#[must_use]
pub fn kind_of(entry: &Entry) -> String {
    match &entry.actor {
        Some(actor) => format!("{}; {}", entry.detail, actor.recorded()),
        None => entry.detail.clone(),
    }
}

/// So many more were turned away, since the first of their kind was recorded.
#[must_use]
pub fn repeated(repeat: &Repeat) -> Entry {
    let Repeat { target, kind, count, last_at } = repeat;
    let detail = format!("{count} more until {last_at}: {kind}");
    Entry { actor: None, action: "sign-in", target: target.clone(), outcome: Outcome::Refused, detail }
}

/// The kind of those that are not told apart, in detail.
pub const OF_MORE_KINDS: &str = "not let in, like many of many kinds";

/// The kind of tries that never came to their end, in detail.
pub const GIVEN_UP: &str = "not brought to its end";

/// Tries to sign in that began at these moments and never came to their end.
#[must_use]
pub fn given_up(account: &Account, began_at: &[Timestamp], now: Timestamp) -> Entry {
    let [first, last] = [began_at.iter().min(), began_at.iter().max()].map(|moment| moment.unwrap_or(&now));
    let when = if first == last { format!("at {first}") } else { format!("from {first} to {last}") };
    let detail = match began_at.len() {
        1 => format!("a try begun {when} was not brought to its end"),
        more => format!("{more} tries begun {when} were not brought to their end"),
    };
    not_let_in(Some(account), &detail)
}

/// An account was locked after tries that failed.
#[must_use]
pub fn locked(account: &Account) -> Entry {
    let detail = format!("after {} failed sign-ins in a row", account.tries.failed);
    Entry { actor: None, action: "lock", target: Some(account.into()), outcome: Outcome::Done, detail }
}

/// A password was right.
#[must_use]
pub fn let_in(by: &Actor, account: &Account, occasion: &Occasion) -> Entry {
    let target = Some(account.into());
    let (action, what_for) = match occasion {
        Occasion::Verify if account.must_change => {
            return Entry::refused(
                by,
                "verify",
                target,
                &Refusal::ChangeRequired { username: account.username.clone() },
            );
        }
        Occasion::Verify => ("verify", String::new()),
        Occasion::SignIn(_) if account.must_change => ("sign-in", "to choose a new password".into()),
        Occasion::SignIn(new) => ("sign-in", of_sign_in(new)),
        Occasion::OneCommand => ("sign-in", "for one command".into()),
        Occasion::PasswordChange => ("sign-in", "to change the password".into()),
    };
    let failed = account.tries.failed;
    let after = if failed > 0 { format!("after {failed} that failed") } else { String::new() };
    let detail = [what_for, after].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    Entry::done(by, action, target, detail)
}

/// A sign-in began for somebody who has just chosen a password.
#[must_use]
pub fn signed_in(by: &Actor, account: &Account, new: &NewSignIn) -> Entry {
    Entry::done(by, "sign-in", Some(account.into()), of_sign_in(new))
}

fn of_sign_in(new: &NewSignIn) -> String {
    format!("until {}", new.until)
}

/// The hash of a password was made anew.
#[must_use]
pub fn hash_renewed(by: &Actor, account: &Account, was: Option<&StoredHash>, is: &StoredHash) -> Entry {
    let cost = |hash: &StoredHash| hash.cost().map_or_else(|| "unknown".into(), |cost| cost.to_string());
    let was = was.map_or_else(|| "none".into(), cost);
    Entry::done(by, "renew-hash", Some(account.into()), format!("{}, was {was}", cost(is)))
}

/// A sign-in was ended by whoever had it.
#[must_use]
pub fn signed_out(account: &Account, sign_in: SignInId) -> Entry {
    let (id, username) = (account.id, account.username.clone());
    let actor = Actor::Account { id, username, proof: Proof::SignIn(sign_in) };
    Entry::done(&actor, "sign-out", Some(account.into()), String::new())
}

/// So many sign-ins and tokens were ended by their owner.
#[must_use]
pub fn signed_out_everywhere(by: &Actor, account: &Account, ended: usize) -> Entry {
    Entry::done(by, "sign-out", Some(account.into()), format!("everywhere: {ended} ended"))
}

/// A token was made.
#[must_use]
pub fn token_made(by: &Actor, owner: &Account, new: &NewToken) -> Entry {
    let roles = if new.roles.is_empty() { "no role".into() } else { new.roles.join(", ") };
    let detail = format!("{}: {roles}; until {}", new.label, new.until);
    Entry::done(by, Action::CreateToken.name(), Some(owner.into()), detail)
}

/// A token of this label was revoked.
#[must_use]
pub fn token_revoked(by: &Actor, owner: &Account, label: &Label) -> Entry {
    Entry::done(by, Action::RevokeToken.name(), Some(owner.into()), label.as_str().to_owned())
}

// The store.

/// A setting was decided.
#[must_use]
pub fn decided(by: &Actor, setting: Setting, is: &str, was: &str) -> Entry {
    Entry::done(by, Action::SetPolicy.name(), None, format!("{}: {is}, was {was}", setting.name()))
}

/// A copy of the store is being made.
#[must_use]
pub fn backed_up(by: &Actor, place: &Path) -> Entry {
    Entry::done(by, Action::Backup.name(), None, format!("a copy in {}", place.display()))
}

/// Nothing came of a copy.
#[must_use]
pub fn not_backed_up(by: &Actor, place: &Path, why: &dyn std::fmt::Display) -> Entry {
    let detail = format!("no copy in {}: {why}", place.display());
    Entry { outcome: Outcome::Refused, ..Entry::done(by, Action::Backup.name(), None, detail) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_temporary_password_is_recorded_in_the_words_by_which_it_is_found_again() {
        let end = "2026-11-23T09:00:00Z".parse().unwrap();
        assert_eq!(expires(end), "expires 2026-11-23T09:00:00Z");
    }
}
