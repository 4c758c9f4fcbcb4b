//! The changes that can be made to many accounts, to each in the same way.

use super::account::{Account, Lifecycle};
use super::authority::Action;
use super::role::{Role, Roles};

/// A change of an account that needs nothing else to be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Ask for a new password at the next sign-in.
    RequireChange,
    /// Reset the failed sign-ins, end the unfinished tries, and unlock the account.
    Unlock,
    /// Switch the account off, and end its sign-ins and tokens.
    Disable,
    /// Switch the account on again.
    Enable,
    /// End its sign-ins and tokens.
    SignOut,
    /// Remove the account, and end its sign-ins and tokens.
    Remove,
    /// Restore a removed account.
    Restore,
    /// Give a role.
    Grant(Role),
    /// Take a role.
    Revoke(Role),
}

impl Change {
    /// The action in the table of rights and in the record.
    #[must_use]
    pub fn action(self) -> Action {
        match self {
            Self::RequireChange => Action::RequireChange,
            Self::Unlock => Action::Unlock,
            Self::Disable => Action::Disable,
            Self::Enable => Action::Enable,
            Self::SignOut => Action::SignOut,
            Self::Remove => Action::Remove,
            Self::Restore => Action::Restore,
            Self::Grant(_) => Action::Grant,
            Self::Revoke(_) => Action::Revoke,
        }
    }

    /// Whether the account shows that it is so already. Sign-ins and tries under way do not show in an account.
    #[must_use]
    pub fn is_made(self, account: &Account) -> bool {
        match self {
            Self::RequireChange => account.must_change,
            Self::Unlock => account.tries.failed == 0 && account.locked_at.is_none(),
            Self::Disable => account.lifecycle == Lifecycle::Disabled || account.removed_at.is_some(),
            Self::Enable => account.lifecycle == Lifecycle::Active,
            // A removed account has neither sign-ins nor tokens.
            Self::SignOut | Self::Remove => account.removed_at.is_some(),
            Self::Restore => account.removed_at.is_none(),
            Self::Grant(role) => account.roles.contains(role),
            Self::Revoke(role) => !account.roles.contains(role),
        }
    }

    /// The roles of the account after the change.
    #[must_use]
    pub fn roles(self, account: &Account) -> Roles {
        match self {
            Self::Grant(role) => account.roles.iter().chain([role]).collect(),
            Self::Revoke(role) => account.roles.iter().filter(|its| *its != role).collect(),
            _ => account.roles,
        }
    }

    /// Whether it could take an admin away, if the account is one.
    #[must_use]
    pub fn takes_admin(self) -> bool {
        matches!(self, Self::Disable | Self::Remove | Self::Revoke(Role::GlobalAdmin))
    }
}

/// What came of a change of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It was so already. Nothing has changed, and nothing is recorded.
    Already,
    /// It is done.
    Done {
        /// How many sign-ins and tokens [`Change::SignOut`] ended. Other changes do not count them.
        ended: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_admin_is_taken_by_what_shuts_it_out_or_takes_its_role() {
        let admin = Role::GlobalAdmin;
        for change in [Change::Disable, Change::Remove, Change::Revoke(admin)] {
            assert!(change.takes_admin(), "{change:?}");
        }
        let others = [Change::RequireChange, Change::Unlock, Change::Enable, Change::SignOut, Change::Restore];
        for change in others.into_iter().chain([Change::Grant(admin), Change::Revoke(Role::Auditor)]) {
            assert!(!change.takes_admin(), "{change:?}");
        }
    }
}
