//! What the record says of each change, for every engine.

use std::fmt;
use std::path::Path;

use jiff::Timestamp;

use super::values::{ArchivedPart, Edit, Import, Imported, NewAccount, NewSignIn, NewToken, Occasion};
use crate::domain::account::{Account, AccountId};
use crate::domain::actor::{Actor, Proof};
use crate::domain::audit::{Detail, DetailKey, Entry, Head, Outcome, Reason, RecordedTarget, Repeat, archive};
use crate::domain::authority::Action;
use crate::domain::credential::PasswordRevision;
use crate::domain::digest::FileDigest;
use crate::domain::hash::StoredHash;
use crate::domain::pam::PamFacts;
use crate::domain::policy::Setting;
use crate::domain::public_key::PublicKey;
use crate::domain::sign_in::SignInId;
use crate::domain::token::Label;

// Accounts.

/// An account was made.
#[must_use]
pub fn added<H>(by: &Actor, id: AccountId, new: &NewAccount<H>) -> Entry {
    let target = RecordedTarget { id: Some(id), username: new.username.clone() };
    let detail = Detail::default().with_roles(DetailKey::Roles, new.roles);
    let detail = if new.public_key.is_some() { with_key(detail, new.public_key.as_ref()) } else { detail };
    Entry::done(by, Action::Add.name(), Some(target), detail)
}

/// What an edit changed.
#[must_use]
pub fn of_edit(account: &Account, edit: &Edit) -> Detail {
    let username = edit.username.as_ref().filter(|rename| rename.to != account.username);
    let mut changed = Vec::new();
    changed.extend(username.map(|_| "username"));
    changed.extend(edit.display_name.is_some().then_some("name"));
    changed.extend(edit.email.is_some().then_some("email"));
    changed.extend(edit.public_key.is_some().then_some("public_key"));
    changed.extend(edit.expires_at.is_some().then_some("end"));
    let detail =
        if changed.is_empty() { Detail::default() } else { Detail::default().with(DetailKey::Changed, changed) };
    let detail = match username {
        Some(rename) => detail.with(DetailKey::Username, rename.to.as_str()),
        None => detail,
    };
    let detail = match &edit.public_key {
        Some(key) => with_key(detail, key.as_ref()),
        None => detail,
    };
    let detail = match edit.expires_at.flatten() {
        Some(end) => detail.with_moment(DetailKey::ExpiresAt, end),
        None => detail,
    };
    match edit.roles.filter(|roles| *roles != account.roles) {
        Some(roles) => detail.with_roles(DetailKey::Roles, roles).with_roles(DetailKey::RolesBefore, account.roles),
        None => detail,
    }
}

/// The public key that an account keeps from now on. A fingerprint is enough to know it by.
fn with_key(detail: Detail, key: Option<&PublicKey>) -> Detail {
    detail.with(DetailKey::PublicKey, key.map_or_else(|| "none".into(), PublicKey::fingerprint))
}

/// Adds that an account has lost its public key by a promotion.
#[must_use]
pub fn with_lost_key(detail: Detail, was: &Account, is: &Account) -> Detail {
    let is_lost = was.public_key.is_some() && is.public_key.is_none();
    if is_lost && detail.get(DetailKey::PublicKey).is_none() { with_key(detail, None) } else { detail }
}

/// When a new temporary password expires.
#[must_use]
pub fn expires(until: Timestamp) -> Detail {
    Detail::default().with_moment(DetailKey::ExpiresAt, until)
}

/// How many failures an account had when it was unlocked.
#[must_use]
pub fn of_unlock(failed: u32) -> Detail {
    Detail::default().with(DetailKey::Failures, failed)
}

/// An account was recovered with a temporary password.
#[must_use]
pub fn recovered(by: &Actor, was: &Account, is: &Account, until: Timestamp, now: Timestamp) -> Entry {
    let detail = came_back(was, is).with_moment(DetailKey::ExpiresAt, until);
    Entry::done(by, "recover", Some(was.into()), detail.with(DetailKey::StateBefore, was.state(now).name()))
}

/// An account is no longer removed. It may have come back without its address.
#[must_use]
pub fn came_back(was: &Account, is: &Account) -> Detail {
    if was.email == is.email {
        Detail::default()
    } else {
        Detail::default().with(DetailKey::Changed, ["email"].as_slice())
    }
}

/// An account was deleted for good. `None` if there was no account to delete.
#[must_use]
pub fn purged(by: &Actor, target: Option<RecordedTarget>) -> Entry {
    Entry::done(by, Action::Purge.name(), target, Detail::default())
}

/// Many accounts were made and changed.
#[must_use]
pub fn imported(by: &Actor, import: &Import<'_>, imported: &Imported) -> Entry {
    let detail = Detail::default()
        .with(DetailKey::New, import.new.len())
        .with(DetailKey::Updated, import.edits.len())
        .with(DetailKey::Skipped, import.skipped)
        .with(DetailKey::Sha256, import.file.to_hex());
    let detail = match import.new.iter().filter(|newcomer| newcomer.hash.is_some()).count() {
        0 => detail,
        count => detail.with(DetailKey::WithPassword, count),
    };
    let detail = match (imported.ids.first(), imported.ids.last()) {
        (Some(first), Some(last)) => detail.with(DetailKey::FirstId, first.0).with(DetailKey::LastId, last.0),
        _ => detail,
    };
    Entry::done(by, Action::Import.name(), None, detail)
}

/// The owner of an account chose a password.
#[must_use]
pub fn password_chosen(account: &Account, proved: PasswordRevision) -> Entry {
    Entry::done(&Actor::owner(account, proved), "change-password", Some(account.into()), Detail::default())
}

// Sign-ins.

/// A refusal without an actor.
fn refused(target: Option<RecordedTarget>, detail: Detail) -> Entry {
    Entry { actor: None, action: "sign-in", target, outcome: Outcome::Refused, detail }
}

/// A sign-in failed. Nobody knows who tried it.
#[must_use]
pub fn not_let_in(account: Option<&Account>, why: Reason, typed_by: &str, pam: Option<&PamFacts>) -> Entry {
    let detail = Detail::of(why).with(DetailKey::TypedBy, typed_by);
    refused(account.map(Into::into), of_pam(detail, pam))
}

/// The details with what PAM says, if PAM asked.
fn of_pam(detail: Detail, pam: Option<&PamFacts>) -> Detail {
    match pam {
        Some(pam) => pam.noted(detail),
        None => detail,
    }
}

/// What repeated refusals of one kind have in common: their details, and the actor if there is one.
#[must_use]
pub fn kind_of(entry: &Entry) -> String {
    match &entry.actor {
        Some(actor) => entry.detail.clone().with(DetailKey::Actor, actor.recorded()).to_json(),
        None => entry.detail.to_json(),
    }
}

/// More refusals of a kind, after the first one was recorded.
#[must_use]
pub fn repeated(repeat: &Repeat) -> Entry {
    let detail =
        Detail::read(&repeat.kind).with(DetailKey::Count, repeat.count).with_moment(DetailKey::LastAt, repeat.last_at);
    refused(repeat.target.clone(), detail)
}

/// Tries to sign in that began at these moments and never finished.
#[must_use]
pub fn given_up(account: &Account, began_at: &[Timestamp]) -> Entry {
    let mut detail = Detail::of(Reason::NotFinished).with(DetailKey::Tries, began_at.len());
    if let (Some(first), Some(last)) = (began_at.iter().min(), began_at.iter().max()) {
        detail = detail.with_moment(DetailKey::FirstBeganAt, *first);
        if first != last {
            detail = detail.with_moment(DetailKey::LastBeganAt, *last);
        }
    }
    refused(Some(account.into()), detail)
}

/// An account was locked after failed tries.
#[must_use]
pub fn locked(account: &Account) -> Entry {
    let detail = Detail::default().with(DetailKey::Failures, account.tries.failed);
    Entry { actor: None, action: "lock", target: Some(account.into()), outcome: Outcome::Done, detail }
}

/// A password was right.
#[must_use]
pub fn let_in(by: &Actor, account: &Account, occasion: &Occasion, pam: Option<&PamFacts>) -> Entry {
    let target = Some(account.into());
    let purpose = |purpose: &str| Detail::default().with(DetailKey::Purpose, purpose);
    let (action, detail) = match occasion {
        Occasion::Verify if account.must_change => {
            let refused = Entry::refused(by, "verify", target, Reason::ChangeRequired);
            return Entry { detail: of_pam(refused.detail, pam), ..refused };
        }
        Occasion::VerifyThenChange if account.must_change => ("verify", purpose("new-password")),
        Occasion::Verify | Occasion::VerifyThenChange => ("verify", Detail::default()),
        Occasion::SignIn(_) if account.must_change => ("sign-in", purpose("new-password")),
        Occasion::SignIn(new) => ("sign-in", expires(new.until)),
        Occasion::OneCommand => ("sign-in", purpose("one-command")),
        Occasion::PasswordChange => ("sign-in", purpose("password-change")),
    };
    let failed = account.tries.failed;
    let detail = if failed > 0 { detail.with(DetailKey::Failures, failed) } else { detail };
    Entry::done(by, action, target, of_pam(detail, pam))
}

/// A sign-in began for an owner who had just chosen a password.
#[must_use]
pub fn signed_in(by: &Actor, account: &Account, new: &NewSignIn) -> Entry {
    Entry::done(by, "sign-in", Some(account.into()), expires(new.until))
}

/// A password was hashed again.
#[must_use]
pub fn hash_renewed(by: &Actor, account: &Account, was: Option<&StoredHash>, is: &StoredHash) -> Entry {
    let cost = |hash: &StoredHash| hash.scheme().map_or_else(|| "unknown".into(), |scheme| scheme.to_string());
    let was = was.map_or_else(|| "none".into(), cost);
    let detail = Detail::default().with(DetailKey::Cost, cost(is)).with(DetailKey::CostBefore, was);
    Entry::done(by, "renew-hash", Some(account.into()), detail)
}

/// A sign-in was ended by its user.
#[must_use]
pub fn signed_out(account: &Account, sign_in: SignInId) -> Entry {
    let (id, username) = (account.id, account.username.clone());
    let actor = Actor::Account { id, username, proof: Proof::SignIn(sign_in) };
    Entry::done(&actor, "sign-out", Some(account.into()), Detail::default())
}

/// The owner ended this many sign-ins and tokens.
#[must_use]
pub fn signed_out_everywhere(by: &Actor, account: &Account, ended: usize) -> Entry {
    Entry::done(by, "sign-out", Some(account.into()), of_sign_out(ended))
}

/// How many sign-ins and tokens were ended.
#[must_use]
pub fn of_sign_out(ended: usize) -> Detail {
    Detail::default().with(DetailKey::Ended, ended)
}

/// A token was made.
#[must_use]
pub fn token_made(by: &Actor, owner: &Account, new: &NewToken) -> Entry {
    let detail = expires(new.until).with(DetailKey::Label, new.label.as_str()).with_roles(DetailKey::Roles, new.roles);
    Entry::done(by, Action::CreateToken.name(), Some(owner.into()), detail)
}

/// A token of this label was revoked.
#[must_use]
pub fn token_revoked(by: &Actor, owner: &Account, label: &Label) -> Entry {
    let detail = Detail::default().with(DetailKey::Label, label.as_str());
    Entry::done(by, Action::RevokeToken.name(), Some(owner.into()), detail)
}

// The store.

/// A setting was changed.
#[must_use]
pub fn decided(by: &Actor, setting: Setting, is: &str, was: &str) -> Entry {
    let detail = Detail::default()
        .with(DetailKey::Setting, setting.name())
        .with(DetailKey::Value, is)
        .with(DetailKey::ValueBefore, was);
    Entry::done(by, Action::SetPolicy.name(), None, detail)
}

/// The hashes of passwords are being read.
#[must_use]
pub fn hashes_exported(by: &Actor) -> Entry {
    Entry::done(by, Action::ExportHashes.name(), None, Detail::default())
}

/// A copy of the store is being made.
#[must_use]
pub fn backed_up(by: &Actor, place: &Path) -> Entry {
    Entry::done(by, Action::Backup.name(), None, Detail::default().with(DetailKey::Path, place.display().to_string()))
}

/// A backup was put in the place of the store, whose record ended with this head if it could be read.
#[must_use]
pub fn store_restored(by: &Actor, from: &str, file: FileDigest, replaced: Option<Head>) -> Entry {
    let detail = Detail::default().with(DetailKey::Path, from).with(DetailKey::Sha256, file.to_hex());
    let detail = match replaced {
        Some(head) => {
            detail.with(DetailKey::ReplacedUntil, head.sequence).with(DetailKey::ReplacedLink, head.link.to_hex())
        }
        None => detail,
    };
    Entry::done(by, Action::RestoreStore.name(), None, detail)
}

/// A part of the record was archived.
#[must_use]
pub fn archived(by: &Actor, part: &ArchivedPart<'_>) -> Entry {
    let detail = archive::detail(part.until)
        .with(DetailKey::Path, part.place.display().to_string())
        .with(DetailKey::Sha256, part.file.to_hex());
    Entry::done(by, Action::Archive.name(), None, detail)
}

/// A backup failed.
#[must_use]
pub fn not_backed_up(by: &Actor, place: &Path, why: &dyn fmt::Display) -> Entry {
    let entry = backed_up(by, place);
    Entry { outcome: Outcome::Refused, detail: entry.detail.with(DetailKey::Error, why.to_string()), ..entry }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_must_choose_a_password_first_is_recorded_with_what_pam_said() {
        let account = Account { must_change: true, ..Account::example(1, "alice") };
        let by = Actor::owner(&account, account.password_revision);
        let pam = PamFacts::new(None, Some("192.0.2.1"), Some("sshd"));
        let event = let_in(&by, &account, &Occasion::Verify, Some(&pam));
        let words = event.detail.words(&jiff::tz::TimeZone::UTC);
        assert_eq!(event.outcome, Outcome::Refused);
        assert!(words.starts_with("a new password must be chosen first; "), "{words}");
        assert!(words.contains("192.0.2.1") && words.contains("sshd"), "{words}");
    }
}
