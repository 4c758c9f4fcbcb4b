//! Accounts and their state at a glance.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;

use super::credential::PasswordRevision;
use super::email::Email;
use super::name::{DisplayName, Username};
use super::public_key::PublicKey;
use super::reason::Reason;
use super::role::{Role, Roles};
use super::table::table;
use super::throttle::Tries;

/// The number of an account. It is never given to another account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub i64);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How often an account has been written. A caller that changes the account names the revision it read.
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
    /// The state of an account at a glance.
    State;
    /// The name on the command line and in machine formats.
    name: &'static str;
    /// The words for people.
    label: &'static str;
    /// Has a password that its owner chose.
    Active => "active", "active";
    /// Must choose a new password before anything else.
    MustChange => "must-change", "must change";
    /// Has a temporary password that expired.
    TemporaryExpired => "temporary-expired", "temporary expired";
    /// Too many sign-ins in a row failed.
    Locked => "locked", "locked";
    /// Switched off.
    Disabled => "disabled", "disabled";
    /// Its last day is over.
    Expired => "expired", "expired";
    /// Removed. It can be restored for a while.
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
    /// The revision of its password.
    pub password_revision: PasswordRevision,
    /// Whether it has a password. Without one, nobody can sign in.
    pub has_password: bool,
    /// Whether its owner must choose a new password before anything else.
    pub must_change: bool,
    /// When its temporary password expires, if it has one.
    pub temporary_until: Option<Timestamp>,
    /// Whether an event has been recorded since that moment. If so, it stays expired even if a clock is set back.
    pub temporary_lapsed: bool,
    /// When its owner last chose a password.
    pub password_changed_at: Option<Timestamp>,
    /// When it was removed, if it is.
    pub removed_at: Option<Timestamp>,
    /// The failed sign-ins since the last one that succeeded.
    pub tries: Tries,
    /// The failed sign-ins that its owner has not been told of yet.
    pub untold_failures: u32,
    /// When it was locked, if it is.
    pub locked_at: Option<Timestamp>,
    /// Its latest temporary password: who gave it, and when.
    pub last_reset: Option<LastReset>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its owner last gave its password, if ever.
    pub last_sign_in_at: Option<Timestamp>,
    /// When it ends by itself, if it does. From then on it is as if it were disabled.
    pub expires_at: Option<Timestamp>,
    /// The key to which messages for its owner are encrypted.
    pub public_key: Option<PublicKey>,
}

impl Account {
    /// A new account, in use but not stored yet. It has no password. Its owner must choose one before anything else.
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
            last_sign_in_at: None,
            expires_at: None,
            public_key: None,
        }
    }

    /// Its state at a glance.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> State {
        match self.lifecycle {
            _ if self.removed_at.is_some() => State::Removed,
            Lifecycle::Disabled => State::Disabled,
            Lifecycle::Active if self.has_expired(now) => State::Expired,
            Lifecycle::Active if self.locked_at.is_some() => State::Locked,
            Lifecycle::Active if self.temporary_has_expired(now) => State::TemporaryExpired,
            Lifecycle::Active if self.must_change => State::MustChange,
            Lifecycle::Active => State::Active,
        }
    }

    /// Whether its temporary password has expired.
    #[must_use]
    pub fn temporary_has_expired(&self, now: Timestamp) -> bool {
        self.temporary_until.is_some_and(|until| until <= now || self.temporary_lapsed)
    }

    /// The account with other roles. Somebody may have set its key who has no right to its password any more. They would
    /// read the next one. So the key does not outlast a promotion out of the reach of those who edit accounts.
    #[must_use]
    pub fn with_roles(self, roles: Roles) -> Self {
        let editors = Role::UserAdmin.rank();
        let is_out_of_reach = self.roles.guarded_as() < editors && roles.guarded_as() >= editors;
        Self { roles, public_key: self.public_key.filter(|_| !is_out_of_reach), ..self }
    }

    /// Whether it has come to its end.
    #[must_use]
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// Whether it is in use: not disabled, not removed, and not at its end.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.lifecycle == Lifecycle::Active && self.removed_at.is_none() && !self.has_expired(now)
    }

    /// Why nobody may sign in to it, whatever they know.
    #[must_use]
    pub fn kept_out(&self, now: Timestamp) -> Option<Reason> {
        match self.lifecycle {
            _ if self.removed_at.is_some() => Some(Reason::Removed),
            Lifecycle::Disabled => Some(Reason::Disabled),
            Lifecycle::Active if self.has_expired(now) => Some(Reason::Expired),
            Lifecycle::Active => self.locked_at.map(|_| Reason::Locked),
        }
    }

    /// Why it is not in use, in a word, if it is not.
    #[must_use]
    pub fn out_of_use(&self, now: Timestamp) -> Option<&'static str> {
        let state = self.state(now);
        (!self.is_open(now)).then(|| state.label())
    }

    /// The key that no two accounts share, if it has an address. The address of a removed account is free for others, so
    /// its key has its number, too.
    #[must_use]
    pub fn email_key(&self) -> Option<Cow<'_, str>> {
        let key = self.email.as_ref()?.key();
        Some(if self.removed_at.is_some() { Cow::Owned(format!("{key} {}", self.id)) } else { key })
    }

    /// Its name in messages: `alice`, followed by the display name if it has one.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_weighs_most_is_the_state_and_the_reason_to_keep_somebody_out() {
        type Mark = fn(&mut Account);
        let now = Timestamp::UNIX_EPOCH;
        let marks: [(State, Option<Reason>, Mark); 6] = [
            (State::Removed, Some(Reason::Removed), |account| account.removed_at = Some(Timestamp::UNIX_EPOCH)),
            (State::Disabled, Some(Reason::Disabled), |account| account.lifecycle = Lifecycle::Disabled),
            (State::Expired, Some(Reason::Expired), |account| account.expires_at = Some(Timestamp::UNIX_EPOCH)),
            (State::Locked, Some(Reason::Locked), |account| account.locked_at = Some(Timestamp::UNIX_EPOCH)),
            (State::TemporaryExpired, None, |account| account.temporary_until = Some(Timestamp::UNIX_EPOCH)),
            (State::MustChange, None, |account| account.must_change = true),
        ];
        let mut account = Account::example(1, "alice");
        assert_eq!((account.state(now), account.kept_out(now), account.out_of_use(now)), (State::Active, None, None));
        for (state, reason, mark) in marks.into_iter().rev() {
            mark(&mut account);
            let is_out = matches!(state, State::Removed | State::Disabled | State::Expired);
            assert_eq!((account.state(now), account.kept_out(now)), (state, reason));
            assert_eq!(account.out_of_use(now), is_out.then(|| state.label()));
        }
    }
}
