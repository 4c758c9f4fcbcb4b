//! Accounts: what they are, and what one needs to know about them at a glance.

use std::fmt;

use jiff::Timestamp;

use super::credential::PasswordRevision;
use super::name::{DisplayName, Email, Username};
use super::role::Roles;
use super::table::table;
use super::throttle::Tries;

/// The number of an account. Never used again for another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub i64);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How often an account has been written: whoever changes it names the revision that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision(pub i64);

/// Whether an account is in use, apart from its password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifecycle {
    /// In use.
    Active,
    /// Switched off: no way in.
    Disabled,
}

table! {
    /// What one needs to know about an account at a glance.
    State;
    /// The name on the command line and in machine formats.
    name: &'static str;
    /// The words for people.
    label: &'static str;
    /// Signs in with a password of its own.
    Active => "active", "active";
    /// Has to choose a new password before anything else.
    MustChange => "must-change", "must change";
    /// Had a temporary password and let it expire.
    TemporaryExpired => "temporary-expired", "temporary expired";
    /// Too many sign-ins in a row failed.
    Locked => "locked", "locked";
    /// Switched off.
    Disabled => "disabled", "disabled";
    /// Taken out; can be brought back for a while.
    Removed => "removed", "removed";
}

/// Who gave an account its latest temporary password, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastReset {
    /// The moment.
    pub at: Timestamp,
    /// The actor, as `operator root` or `bob`.
    pub by: String,
}

/// An account, without its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// How often it has been written.
    pub revision: Revision,
    /// Its username.
    pub username: Username,
    /// Its owner's name.
    pub display_name: DisplayName,
    /// Its owner's e-mail address.
    pub email: Option<Email>,
    /// Its roles.
    pub roles: Roles,
    /// Whether it is in use.
    pub lifecycle: Lifecycle,
    /// Which password it has, of all that it has had.
    pub password_revision: PasswordRevision,
    /// Whether it has one, so that somebody can sign in at all.
    pub has_password: bool,
    /// Whether a new password has to be chosen before anything else.
    pub must_change: bool,
    /// When its temporary password ends, if that is what it has.
    pub temporary_until: Option<Timestamp>,
    /// Whether the record has gone past that moment, whatever a clock that was set back says now.
    pub temporary_lapsed: bool,
    /// When its owner last chose a password.
    pub password_changed_at: Option<Timestamp>,
    /// When it was removed, if it is.
    pub removed_at: Option<Timestamp>,
    /// The sign-ins that failed since the last that did not.
    pub tries: Tries,
    /// Those that failed since its owner was last told of them.
    pub untold_failures: u32,
    /// When it was locked, if it is.
    pub locked_at: Option<Timestamp>,
    /// Its latest temporary password.
    pub last_reset: Option<LastReset>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Account {
    /// One in use that is still to be made. It has no password, and its owner has to choose one before anything else.
    #[must_use]
    pub fn new(
        username: Username,
        display_name: DisplayName,
        email: Option<Email>,
        roles: Roles,
        at: Timestamp,
    ) -> Self {
        Self {
            id: AccountId(0),
            revision: Revision(1),
            username,
            display_name,
            email,
            roles,
            lifecycle: Lifecycle::Active,
            password_revision: PasswordRevision(1),
            has_password: false,
            must_change: true,
            temporary_until: None,
            temporary_lapsed: false,
            password_changed_at: None,
            removed_at: None,
            tries: Tries::default(),
            untold_failures: 0,
            locked_at: None,
            last_reset: None,
            created_at: at,
        }
    }

    /// What one needs to know at a glance.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> State {
        match self.lifecycle {
            _ if self.removed_at.is_some() => State::Removed,
            Lifecycle::Disabled => State::Disabled,
            Lifecycle::Active if self.locked_at.is_some() => State::Locked,
            Lifecycle::Active if self.temporary_has_expired(now) => State::TemporaryExpired,
            Lifecycle::Active if self.must_change => State::MustChange,
            Lifecycle::Active => State::Active,
        }
    }

    /// Whether it has a temporary password that is of no use any more.
    #[must_use]
    pub fn temporary_has_expired(&self, now: Timestamp) -> bool {
        self.temporary_until.is_some_and(|until| until <= now || self.temporary_lapsed)
    }

    /// Whether it is in use: neither switched off nor taken out.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.lifecycle == Lifecycle::Active && self.removed_at.is_none()
    }

    /// How a message names it: `alice`, and the display name where there is one.
    #[must_use]
    pub fn named(&self) -> String {
        named(&self.username, &self.display_name)
    }

    /// An account in use with no role and a password of its own.
    #[cfg(test)]
    #[must_use]
    pub(crate) fn example(id: i64, username: &str) -> Self {
        let (username, display_name) = (username.parse().unwrap(), DisplayName::default());
        let new = Self::new(username, display_name, None, Roles::NONE, Timestamp::UNIX_EPOCH);
        Self { id: AccountId(id), has_password: true, must_change: false, ..new }
    }
}

/// How a message names an account: `alice (Alice Example)`.
#[must_use]
pub fn named(username: &Username, display_name: &DisplayName) -> String {
    if display_name.as_str().is_empty() {
        username.to_string()
    } else {
        format!("{username} ({})", super::text::neutral(display_name.as_str()))
    }
}
