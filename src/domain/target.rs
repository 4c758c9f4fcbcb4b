//! The ways to name an account.

use std::fmt;
use std::str::FromStr;

use super::Invalid;
#[cfg(test)]
use super::account::Account;
use super::account::AccountId;
use super::email::Email;
use super::name::Username;
use super::text::quoted;

/// What somebody typed to name an account. Digits are an id, a text with `@` is an e-mail address, and anything else is
/// a username. It is never a pattern or a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// By number.
    Id(AccountId),
    /// By e-mail address.
    Email(Email),
    /// By username.
    Username(Username),
}

impl Target {
    /// Reads what somebody types to sign in: a text with `@` is an e-mail address, anything else is a username. Ids
    /// follow one another, so nobody signs in by one.
    pub fn to_sign_in(text: &str) -> Result<Self, Invalid> {
        if text.contains('@') { text.parse().map(Self::Email) } else { text.parse().map(Self::Username) }
    }
}

#[cfg(test)]
impl From<&Account> for Target {
    fn from(account: &Account) -> Self {
        Self::Id(account.id)
    }
}

impl FromStr for Target {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid = |message| {
            let list = if text.trim().contains(' ') {
                "'passdesk users list --search NAME' finds people by name"
            } else {
                "'passdesk users list' shows them"
            };
            Invalid::new(message, format!("give one account by its id, username or e-mail address; {list}"))
        };
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            // A number too large for an id belongs to no account. A leading zero is refused, since nobody writes ids
            // so.
            return match text.parse() {
                Ok(id) if !text.starts_with('0') => Ok(Self::Id(AccountId(id))),
                _ => Err(invalid(format!("{} is not the id of an account", quoted(text)))),
            };
        }
        if text.contains('@') {
            return text.parse().map(Self::Email);
        }
        text.parse().map(Self::Username).map_err(|error: Invalid| invalid(error.message))
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
    use super::*;

    #[test]
    fn digits_are_an_id_an_at_sign_an_address_the_rest_a_username() {
        assert_eq!("12".parse(), Ok(Target::Id(AccountId(12))));
        assert!(matches!("a@b".parse(), Ok(Target::Email(_))));
        assert!(matches!("alice".parse(), Ok(Target::Username(_))));
        for text in ["12", "a@b", "alice"] {
            assert_eq!(text.parse::<Target>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_pattern_a_list_nothing_and_a_path_point_at_nobody() {
        for text in ["", " ", "a%", "a_*", "a,b", "a b", "../x", "/etc/passwd", "-rf", ".", "a\0b", "0", "007", "Ünal"]
        {
            assert!(text.parse::<Target>().is_err(), "{text:?}");
        }
    }
}
