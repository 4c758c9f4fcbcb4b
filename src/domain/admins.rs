//! Whether a usable global-admin is left, and a lasting one.

use super::account::Account;
use super::clock::Timestamp;
use super::role::Role;

/// Which kinds of global-admins exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Admins {
    /// A global-admin who can sign in now.
    pub usable: bool,
    /// A usable one that does not end, with a password that does not expire. A temporary one may expire before anybody uses
    /// it.
    pub lasting: bool,
    /// A usable one that does not end, whatever its password.
    pub unending: bool,
}

impl Admins {
    /// The same, with one more account.
    #[must_use]
    pub fn with(self, account: &Account, now: Timestamp) -> Self {
        let usable = account.is_usable_admin(now);
        let unending = usable && account.expires_at.is_none();
        let lasting = unending && account.temporary_until.is_none();
        Self { usable: self.usable || usable, lasting: self.lasting || lasting, unending: self.unending || unending }
    }

    /// Whether a kind of admin that existed before no longer exists.
    #[must_use]
    pub fn are_missed_in(self, after: Self) -> bool {
        (self.usable && !after.usable) || (self.lasting && !after.lasting) || (self.unending && !after.unending)
    }
}

impl Account {
    /// Whether it is a global-admin that can sign in now.
    #[must_use]
    pub fn is_usable_admin(&self, now: Timestamp) -> bool {
        self.roles.contains(Role::GlobalAdmin)
            && self.is_open(now)
            && self.locked_at.is_none()
            && self.has_password
            && !self.temporary_has_expired(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::role::Roles;

    #[test]
    fn an_admin_counts_whoever_is_counted_before_and_after() {
        let nobody = Account::example(1, "nobody");
        let admin = Account { roles: Roles::from_iter([Role::GlobalAdmin]), ..Account::example(2, "admin") };
        for accounts in [[&nobody, &admin], [&admin, &nobody]] {
            let count = |admins: Admins, account| admins.with(account, Timestamp::UNIX_EPOCH);
            let counted = accounts.into_iter().fold(Admins::default(), count);
            assert_eq!(counted, Admins { usable: true, lasting: true, unending: true });
        }
    }
}
