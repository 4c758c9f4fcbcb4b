//! Whether there is a global-admin who can do something.

use super::account::Account;
use super::clock::Timestamp;
use super::role::Role;

/// What kinds of admins there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Admins {
    /// One with a way in now.
    pub usable: bool,
    /// One whose way in does not expire.
    pub lasting: bool,
}

impl Admins {
    /// The same, with one account more.
    #[must_use]
    pub fn with(self, account: &Account, now: Timestamp) -> Self {
        let usable = account.is_usable_admin(now);
        Self { usable: self.usable || usable, lasting: self.lasting || (usable && account.temporary_until.is_none()) }
    }

    /// Whether a kind of admin that there was is there no longer.
    #[must_use]
    pub fn are_missed_in(self, after: Self) -> bool {
        (self.usable && !after.usable) || (self.lasting && !after.lasting)
    }
}

impl Account {
    /// Whether it is a global-admin's who has a way in.
    #[must_use]
    pub fn is_usable_admin(&self, now: Timestamp) -> bool {
        self.roles.contains(Role::GlobalAdmin)
            && self.is_open()
            && self.locked_at.is_none()
            && self.has_password
            && !self.temporary_has_expired(now)
    }
}
