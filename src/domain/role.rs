//! Roles, and their ranks.

use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::Invalid;
use super::table::table;
use super::text::quoted;

table! {
    /// What an account may do, by rank.
    #[derive(PartialOrd, Ord)]
    Role;
    /// The name on the command line and in machine formats.
    name: &'static str;
    /// What it allows, in a clause.
    allows: &'static str;
    /// Copies the store.
    Backup => "backup", "make a copy of the store, and nothing else";
    /// Reads the audit log.
    Auditor => "auditor", "see accounts; read and verify the record";
    /// Resets passwords of lower ranks.
    Helpdesk => "helpdesk", "see accounts; reset passwords, require changes and unlock lower ranks";
    /// Manages accounts of lower ranks.
    UserAdmin => "user-admin", "what helpdesk does; add, edit, disable, enable, remove and restore lower ranks";
    /// May do everything.
    GlobalAdmin => "global-admin", "everything, to everybody";
}

impl Role {
    /// 1 for `auditor` to 4 for `global-admin`, and 0 for `backup`, which reaches no account.
    #[must_use]
    pub fn rank(self) -> u8 {
        self as u8
    }

    /// The bits in the store are older than the role `backup`, which has the last one.
    fn bit(self) -> u8 {
        match self {
            Self::Auditor => 1,
            Self::Helpdesk => 2,
            Self::UserAdmin => 4,
            Self::GlobalAdmin => 8,
            Self::Backup => 16,
        }
    }
}

/// A set of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles(u8);

impl Roles {
    /// No role.
    pub const NONE: Self = Self(0);

    /// Every role.
    pub const ALL: Self = Self(0b1_1111);

    /// The set as the store keeps it: bit 0 `auditor`, 1 `helpdesk`, 2 `user-admin`, 3 `global-admin`, 4 `backup`.
    #[must_use]
    pub fn bits(self) -> u8 {
        self.0
    }

    /// The set from the store. Unknown bits are dropped.
    #[must_use]
    pub fn from_bits(bits: u8) -> Self {
        Self(bits & 0b1_1111)
    }

    /// The roles in it, highest rank first.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().rev().filter(move |role| self.contains(*role))
    }

    /// These roles, and all roles that allow nothing more. Their holder may give them to a token.
    #[must_use]
    pub fn covered(self) -> Self {
        match self.iter().next() {
            Some(Role::GlobalAdmin) => Self::ALL,
            Some(Role::UserAdmin) => Self(self.0 | Role::Helpdesk.bit()),
            _ => self,
        }
    }

    /// The roles that remain for a token. `limit` holds the token's own roles. `None` sets no limit.
    #[must_use]
    pub fn limited(self, limit: Option<Self>) -> Self {
        limit.map_or(self, |limit| limit.and(self.covered()))
    }

    /// The roles that are in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether a role is in it.
    #[must_use]
    pub fn contains(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The highest rank in it, 0 for none.
    #[must_use]
    pub fn rank(self) -> u8 {
        self.iter().map(Role::rank).max().unwrap_or(0)
    }

    /// The rank that an actor must exceed to change the account of a holder. A copy of the store has the hash of every
    /// password, so that only a global-admin touches an account that may make one.
    #[must_use]
    pub fn guarded_as(self) -> u8 {
        if self.contains(Role::Backup) { Role::GlobalAdmin.rank() } else { self.rank() }
    }

    /// The names, highest rank first, with something between them.
    #[must_use]
    pub fn join(self, between: &str) -> String {
        self.iter().map(Role::name).collect::<Vec<_>>().join(between)
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().fold(0, |bits, role| bits | role.bit()))
    }
}

/// Reads roles by their names, with a space, `;` or `,` between them.
impl FromStr for Roles {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let names = text.split([' ', ';', ',']).filter(|name| !name.is_empty());
        names
            .map(|name| {
                Role::ALL.into_iter().find(|role| role.name().eq_ignore_ascii_case(name)).ok_or_else(|| {
                    let known = Role::ALL.map(Role::name).join(", ");
                    Invalid::new(format!("{} is not a role", quoted(name)), format!("the roles are {known}"))
                })
            })
            .collect()
    }
}

impl Serialize for Roles {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Role::name))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_rank_of_several_roles_is_the_highest() {
        assert_eq!(Roles::from_iter([Role::Auditor, Role::UserAdmin]).rank(), 3);
        assert_eq!(Roles::NONE.rank(), 0);
    }

    #[test]
    fn a_role_covers_those_that_allow_nothing_more() {
        assert_eq!(Roles::from_iter([Role::GlobalAdmin]).covered(), Roles::ALL);
        let manager = Roles::from_iter([Role::UserAdmin]).covered();
        assert_eq!(manager, Roles::from_iter([Role::UserAdmin, Role::Helpdesk]));
        assert_eq!(manager.covered(), manager);
        for role in [Role::Helpdesk, Role::Auditor, Role::Backup] {
            assert_eq!(Roles::from_iter([role]).covered(), Roles::from_iter([role]));
        }
    }

    #[test]
    fn a_token_has_at_most_the_roles_that_its_owner_covers() {
        let owner = Roles::from_iter([Role::UserAdmin]);
        let limit = Roles::from_iter([Role::Helpdesk, Role::Auditor]);
        assert_eq!(owner.limited(Some(limit)), Roles::from_iter([Role::Helpdesk]));
        assert_eq!(owner.limited(None), owner);
    }

    #[test]
    fn roles_are_named_the_highest_first() {
        assert_eq!(Roles::from_iter([Role::Auditor, Role::UserAdmin]).join(", "), "user-admin, auditor");
    }

    #[test]
    fn roles_are_read_with_any_of_three_signs_between_them() {
        let two = Roles::from_iter([Role::Auditor, Role::Helpdesk]);
        for text in ["auditor helpdesk", "helpdesk;auditor", "Auditor, HELPDESK", " auditor ; helpdesk;auditor "] {
            assert_eq!(text.parse(), Ok(two), "{text:?}");
        }
        assert_eq!("".parse(), Ok(Roles::NONE));
        for text in ["admin", "auditor/helpdesk", "auditor\thelpdesk", "auditor helpdesc"] {
            assert!(text.parse::<Roles>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_set_of_roles_survives_the_store(bits in 0_u8..32) {
            let roles = Roles::from_bits(bits);
            prop_assert_eq!(roles.bits(), bits);
            prop_assert_eq!(Roles::from_bits(bits | 0b10_0000), roles, "an unknown bit is dropped");
            prop_assert_eq!(roles.iter().collect::<Roles>(), roles);
            prop_assert_eq!(Roles::from_bits(roles.bits()), roles);
        }
    }
}
