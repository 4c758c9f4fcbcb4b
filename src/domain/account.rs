//! Accounts, their names and roles, and the ways to point at one.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use unicode_normalization::UnicodeNormalization as _;

use super::Invalid;
use super::text::{is_treacherous, quoted};

/// The longest username, in characters.
pub const MAX_USERNAME: usize = 64;
/// The longest display name, in characters.
pub const MAX_DISPLAY_NAME: usize = 200;
/// The longest e-mail address, in bytes (RFC 5321 §4.5.3.1.3, less the brackets).
pub const MAX_EMAIL: usize = 254;

/// The number of an account. Never used again for another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct AccountId(pub i64);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How often an account has been written: whoever changes it names the revision that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision(pub i64);

/// A username: lower-case ASCII letters, digits, `.`, `_` and `-`; at most 64 of them, the first a letter, a digit or
/// `_`, not all of them digits. Upper case is folded when it is read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Username(String);

impl Username {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Username {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let hint = "a username has letters a-z, digits, '.', '_' and '-', begins with a letter, a digit or '_', \
                    and is not all digits";
        let refuse = |what: &str| Err(Invalid::new(format!("{} is not a username: {what}", quoted(text)), hint));
        if text.is_empty() {
            return refuse("it is empty");
        }
        if text.len() > MAX_USERNAME {
            return refuse("it has more than 64 characters");
        }
        if text.bytes().all(|b| b.is_ascii_digit()) {
            return refuse("it is all digits, and digits are an account's id");
        }
        if let Some(c) = text.chars().find(|c| !(c.is_ascii_alphanumeric() || "._-".contains(*c))) {
            return refuse(&format!("it contains {}", quoted(&c.to_string())));
        }
        if text.starts_with(['.', '-']) {
            return refuse("it begins with '.' or '-'");
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The name people know somebody by; may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct DisplayName(String);

impl DisplayName {
    /// Takes a name as it stands in a store, which another program may have written.
    #[must_use]
    pub fn from_store(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DisplayName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text: String = text.trim().nfc().collect();
        if text.chars().any(is_treacherous) {
            return Err(Invalid::new(
                format!("the name {} contains a control or an invisible character", quoted(&text)),
                "write the name in letters, spaces and ordinary signs",
            ));
        }
        if text.chars().count() > MAX_DISPLAY_NAME {
            return Err(Invalid::new(
                format!("the name {} is too long", quoted(&text)),
                format!("a name has at most {MAX_DISPLAY_NAME} characters"),
            ));
        }
        Ok(Self(text))
    }
}

/// An e-mail address: something, one `@`, something; no white space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// Takes an address as it stands in a store, which another program may have written.
    #[must_use]
    pub fn from_store(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which addresses are compared.
    #[must_use]
    pub fn key(&self) -> String {
        folded(&self.0)
    }
}

impl FromStr for Email {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let parts: Vec<&str> = text.split('@').collect();
        let whole = parts.len() == 2 && parts.iter().all(|part| !part.is_empty());
        if whole && text.len() <= MAX_EMAIL && !text.chars().any(|c| is_treacherous(c) || c.is_whitespace() || c == ',')
        {
            Ok(Self(text.nfc().collect()))
        } else {
            Err(Invalid::new(
                format!("{} is not an e-mail address", quoted(text)),
                "write one address, as name@example.org",
            ))
        }
    }
}

/// Text in the form in which it is compared and searched: NFKC, lower case.
#[must_use]
pub fn folded(text: &str) -> String {
    text.nfkc().collect::<String>().to_lowercase()
}

/// What an account may do, by rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Role {
    /// Reads the audit log.
    Auditor,
    /// Resets passwords of lower ranks.
    Helpdesk,
    /// Manages accounts of lower ranks.
    UserAdmin,
    /// May do everything.
    GlobalAdmin,
}

impl Role {
    /// All roles, lowest rank first.
    pub const ALL: [Self; 4] = [Self::Auditor, Self::Helpdesk, Self::UserAdmin, Self::GlobalAdmin];

    /// 1 for `auditor` to 4 for `global-admin`.
    #[must_use]
    pub fn rank(self) -> u8 {
        self as u8 + 1
    }

    /// The name on the command line and in machine formats.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auditor => "auditor",
            Self::Helpdesk => "helpdesk",
            Self::UserAdmin => "user-admin",
            Self::GlobalAdmin => "global-admin",
        }
    }

    /// What it allows, in a clause.
    #[must_use]
    pub fn allows(self) -> &'static str {
        match self {
            Self::Auditor => "see accounts",
            Self::Helpdesk => "see accounts; reset passwords and require changes of lower ranks",
            Self::UserAdmin => "see, add and edit accounts; reset, disable and enable lower ranks",
            Self::GlobalAdmin => "everything, to everybody",
        }
    }

    fn bit(self) -> u8 {
        1 << (self as u8)
    }
}

/// A set of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles(u8);

impl Roles {
    /// No role.
    pub const NONE: Self = Self(0);

    /// The set as the store keeps it: bit 0 `auditor`, 1 `helpdesk`, 2 `user-admin`, 3 `global-admin`.
    #[must_use]
    pub fn bits(self) -> u8 {
        self.0
    }

    /// The set from the store; bits that mean nothing are dropped.
    #[must_use]
    pub fn from_bits(bits: u8) -> Self {
        Self(bits & 0b1111)
    }

    /// The roles in it, highest rank first.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().rev().filter(move |role| self.contains(*role))
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

impl Serialize for Roles {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Role::name))
    }
}

/// Whether an account is in use, apart from its password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifecycle {
    /// In use.
    Active,
    /// Switched off: no way in.
    Disabled,
}

/// What one needs to know about an account at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum State {
    /// Signs in with a password of its own.
    Active,
    /// Has to choose a new password before anything else.
    MustChange,
    /// Had a temporary password and let it expire.
    TemporaryExpired,
    /// Switched off.
    Disabled,
}

impl State {
    /// The name on the command line and in machine formats.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::MustChange => "must-change",
            Self::TemporaryExpired => "temporary-expired",
            Self::Disabled => "disabled",
        }
    }

    /// The words for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::MustChange => "must change",
            Self::TemporaryExpired => "temporary expired",
            Self::Disabled => "disabled",
        }
    }
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
    /// Whether a new password has to be chosen before anything else.
    pub must_change: bool,
    /// When its temporary password ends, if that is what it has.
    pub temporary_until: Option<Timestamp>,
    /// When its owner last chose a password.
    pub password_changed_at: Option<Timestamp>,
    /// Its latest temporary password.
    pub last_reset: Option<LastReset>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Account {
    /// What one needs to know at a glance.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> State {
        match (self.lifecycle, self.temporary_until) {
            (Lifecycle::Disabled, _) => State::Disabled,
            (Lifecycle::Active, Some(until)) if until <= now => State::TemporaryExpired,
            (Lifecycle::Active, _) if self.must_change => State::MustChange,
            (Lifecycle::Active, _) => State::Active,
        }
    }

    /// How a message names it: `alice`, and the display name where there is one.
    #[must_use]
    pub fn named(&self) -> String {
        named(&self.username, &self.display_name)
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

/// What somebody wrote to point at an account: digits are an id, an `@` makes it an e-mail address, anything else is a
/// username. Never a pattern, never a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// By number.
    Id(AccountId),
    /// By e-mail address.
    Email(Email),
    /// By username.
    Username(Username),
}

impl FromStr for Target {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let hint = "give one account: its id, its username or its e-mail address; 'passdesk users list' shows them";
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            // A number too large for an id is the number of no account; a leading zero is nobody's way to write one.
            return match text.parse() {
                Ok(id) if !text.starts_with('0') => Ok(Self::Id(AccountId(id))),
                _ => Err(Invalid::new(format!("{} is not the id of an account", quoted(text)), hint)),
            };
        }
        if text.contains('@') {
            return text.parse().map(Self::Email).map_err(|error: Invalid| Invalid::new(error.message, hint));
        }
        text.parse().map(Self::Username).map_err(|error: Invalid| Invalid::new(error.message, hint))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "{id}"),
            Self::Email(email) => f.write_str(&super::text::neutral(email.as_str())),
            Self::Username(username) => username.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn digits_are_an_id_an_at_sign_an_address_the_rest_a_username() {
        assert_eq!("12".parse(), Ok(Target::Id(AccountId(12))));
        assert!(matches!("a@b".parse(), Ok(Target::Email(_))));
        assert!(matches!("alice".parse(), Ok(Target::Username(_))));
    }

    #[test]
    fn a_pattern_a_list_nothing_and_a_path_point_at_nobody() {
        for text in ["", " ", "a%", "a_*", "a,b", "a b", "../x", "/etc/passwd", "-rf", ".", "a\0b", "0", "007", "Ünal"]
        {
            assert!(text.parse::<Target>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_username_is_folded_to_lower_case() {
        assert_eq!("Alice".parse::<Username>().unwrap().as_str(), "alice");
    }

    #[test]
    fn a_username_is_never_all_digits() {
        assert!("123".parse::<Username>().is_err());
        assert!("1a".parse::<Username>().is_ok());
    }

    #[test]
    fn a_name_that_could_rewrite_a_terminal_is_refused() {
        for name in ["a\u{1b}[31m", "a\nb", "a\u{202e}b", "a\u{9b}b", "a\u{200b}b"] {
            assert!(name.parse::<DisplayName>().is_err(), "{name:?}");
        }
    }

    #[test]
    fn addresses_that_differ_in_case_are_the_same() {
        let (a, b): (Email, Email) = ("Alice@Example.org".parse().unwrap(), "alice@example.ORG".parse().unwrap());
        assert_eq!(a.key(), b.key());
    }

    #[test]
    fn the_rank_of_several_roles_is_the_highest() {
        assert_eq!(Roles::from_iter([Role::Auditor, Role::UserAdmin]).rank(), 3);
        assert_eq!(Roles::NONE.rank(), 0);
    }

    proptest! {
        #[test]
        fn no_username_is_also_an_id_or_an_address(text in "\\PC{0,70}") {
            if let Ok(username) = text.parse::<Username>() {
                prop_assert_eq!(username.as_str().parse::<Target>(), Ok(Target::Username(username)));
            }
        }

        #[test]
        fn a_set_of_roles_survives_the_store(bits in 0_u8..16) {
            let roles = Roles::from_bits(bits);
            prop_assert_eq!(roles.iter().collect::<Roles>(), roles);
            prop_assert_eq!(Roles::from_bits(roles.bits()), roles);
        }
    }
}
