//! The words for each change, before it is made and after it.

use crate::commands::lost_address;
use crate::domain::account::Account;
use crate::domain::change::{Change, Changed};
use crate::domain::clock::Timestamp;
use crate::domain::text::{counted, grouped};

/// A change, in words.
#[derive(Clone, Copy)]
pub struct Deed(pub Change);

/// What came of the changes so far.
#[derive(Default)]
pub struct Told {
    /// How many accounts were changed.
    pub done: usize,
    /// How many were so already.
    pub already: usize,
    /// How many sign-ins and tokens were ended, if they are counted.
    ended: usize,
}

impl Told {
    /// Counts one more.
    pub fn count(&mut self, changed: Changed) {
        match changed {
            Changed::Already => self.already += 1,
            Changed::Done { ended } => {
                self.done += 1;
                self.ended += ended;
            }
        }
    }
}

impl Deed {
    /// The change in the rows of a file, as it is typed.
    pub fn name(self) -> String {
        let name = self.0.action().name();
        match self.0 {
            Change::Grant(role) | Change::Revoke(role) => format!("{name} {}", role.name()),
            _ => name.into(),
        }
    }

    /// What would be done to somebody: `disable alice`.
    pub fn would(self, whom: &str) -> String {
        match self.0 {
            Change::RequireChange => format!("require a new password of {whom}"),
            Change::Unlock => format!("unlock {whom}"),
            Change::Disable => format!("disable {whom}"),
            Change::Enable => format!("enable {whom}"),
            Change::SignOut => format!("sign out {whom}"),
            Change::Remove => format!("remove {whom}"),
            Change::Restore => format!("restore {whom}"),
            Change::Grant(role) => format!("give the role {} to {whom}", role.name()),
            Change::Revoke(role) => format!("take the role {} from {whom}", role.name()),
        }
    }

    /// The same as the beginning of a question. `{}` stands for the accounts.
    pub fn question(self) -> String {
        let would = self.would("{}");
        let (first, rest) = would.split_at(1);
        first.to_uppercase() + rest
    }

    /// What cannot be done to some: `2 of 3 cannot be disabled`.
    pub fn past(self) -> &'static str {
        match self.0 {
            Change::RequireChange => "asked for a new password",
            Change::Unlock => "unlocked",
            Change::Disable => "disabled",
            Change::Enable => "enabled",
            Change::SignOut => "signed out",
            Change::Remove => "removed",
            Change::Restore => "restored",
            Change::Grant(_) => "given the role",
            Change::Revoke(_) => "freed of the role",
        }
    }

    /// What is under way, beside a progress bar.
    pub fn under_way(self) -> &'static str {
        match self.0 {
            Change::RequireChange => "requiring a change",
            Change::Unlock => "unlocking",
            Change::Disable => "disabling",
            Change::Enable => "enabling",
            Change::SignOut => "signing out",
            Change::Remove => "removing",
            Change::Restore => "restoring",
            Change::Grant(_) => "granting",
            Change::Revoke(_) => "revoking",
        }
    }

    /// What came of it for one account. It follows the name. The account is given as it was before, and as it is now if
    /// that can be read.
    pub fn done(self, changed: Changed, before: &Account, now: Option<&Account>, at: Option<Timestamp>) -> String {
        let out_of_use = at.and_then(|at| now.unwrap_or(before).out_of_use(at));
        let Changed::Done { ended } = changed else {
            return match (self.0, out_of_use) {
                (Change::RequireChange, _) => "had to choose a new password already.".into(),
                (Change::Unlock, None) => "was not locked.".into(),
                (Change::Unlock, Some(state)) => format!("was not locked. It is {state}."),
                (Change::Disable, _) => "was disabled already.".into(),
                (Change::Enable, None) => "was enabled already.".into(),
                (Change::Enable, Some(state)) => format!("was enabled already. It is {state}."),
                (Change::SignOut, _) => "had no sign-in and no token.".into(),
                (Change::Remove, _) => "was removed already.".into(),
                (Change::Restore, _) => "was not removed.".into(),
                (Change::Grant(role), _) => format!("has {}: nothing has changed.", role.name()),
                (Change::Revoke(role), _) => format!("does not have {}: nothing has changed.", role.name()),
            };
        };
        match (self.0, out_of_use) {
            (Change::RequireChange, _) => "must choose a new password at the next sign-in.".into(),
            (Change::Unlock, None) => "may try to sign in again at once.".into(),
            (Change::Unlock, Some(state)) => format!("is unlocked, and still {state}."),
            (Change::Disable, _) => "is disabled; every sign-in and token has ended.".into(),
            (Change::Enable, None) => "is enabled.".into(),
            (Change::Enable, Some(state)) => format!("is enabled, and still {state}."),
            (Change::SignOut, _) => format!("is signed out everywhere: {} ended.", sign_ins(ended)),
            (Change::Remove, _) => "is removed; 'passdesk users restore' brings it back.".into(),
            (Change::Restore, _) => {
                let lost = now.and_then(|now| lost_address(before, now));
                lost.map_or("is restored.".into(), |lost| format!("is restored {lost}"))
            }
            (Change::Grant(_) | Change::Revoke(_), _) => {
                let roles = now.map_or_else(|| self.0.roles(before), |now| now.roles);
                let has = if roles.is_empty() { "no role".into() } else { roles.join(", ") };
                format!("has {has} now.")
            }
        }
    }

    /// What came of it for many accounts, out of `total`.
    pub fn done_to_many(self, told: &Told, total: usize) -> String {
        let count = told.done as u64;
        let whom = if told.done == total {
            counted(count, "account")
        } else {
            format!("{} of {} accounts", grouped(count), grouped(total as u64))
        };
        let [are, have] = if count == 1 { ["is", "has"] } else { ["are", "have"] };
        let what = match self.0 {
            Change::RequireChange => "must choose a new password at the next sign-in".into(),
            Change::Unlock => format!("{are} unlocked"),
            Change::Disable => format!("{are} disabled; every sign-in and token of theirs has ended"),
            Change::Enable => format!("{are} enabled"),
            Change::SignOut => format!("{are} signed out everywhere: {} ended", sign_ins(told.ended)),
            Change::Remove => format!("{are} removed; 'passdesk users restore' brings them back"),
            Change::Restore => format!("{are} restored"),
            Change::Grant(role) => format!("{have} {} now", role.name()),
            Change::Revoke(role) => format!("{have} {} no longer", role.name()),
        };
        format!("{whom} {what}")
    }
}

/// So many sign-ins and tokens.
fn sign_ins(ended: usize) -> String {
    if ended == 1 { "1 sign-in or token".into() } else { format!("{} sign-ins and tokens", grouped(ended as u64)) }
}
