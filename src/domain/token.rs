//! Tokens: sign-ins for scripts.

use std::fmt;
use std::str::FromStr;

use super::Invalid;
use super::account::{AccountId, named};
use super::clock::Timestamp;
use super::name::{DisplayName, Username};
use super::role::Roles;
use super::sign_in::{SignInId, TOKEN_PREFIX};
use super::text::quoted;

/// The longest label, in characters.
pub const MAX_LABEL: usize = 64;

/// What its owner calls a token: at most 64 letters, digits, `.`, `_` and `-`. The first is a letter or a digit. A
/// label cannot be all digits, since those are a token's number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label(String);

impl Label {
    /// Takes a label from a store.
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

impl FromStr for Label {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let first = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        let rest = text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        if first && rest && text.len() <= MAX_LABEL && !text.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Self(text.to_owned()));
        }
        if text.starts_with(TOKEN_PREFIX) {
            return Err(Invalid::new("that is a token, not its label", "'passdesk tokens list' shows the labels"));
        }
        Err(Invalid::new(
            format!("{} is not a label", quoted(text)),
            "use letters, digits, '.', '_' and '-'; begin with a letter or a digit; not all digits",
        ))
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&super::text::neutral(&self.0))
    }
}

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its number, which it shares with other sign-ins.
    pub id: SignInId,
    /// What its owner calls it.
    pub label: Label,
    /// The account it stands for.
    pub owner: AccountId,
    /// The owner's username.
    pub owner_username: Username,
    /// The owner's name.
    pub owner_display_name: DisplayName,
    /// Its roles, as far as its owner still has them.
    pub roles: Roles,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}

impl Token {
    /// How a message names it.
    #[must_use]
    pub fn named(&self) -> String {
        format!("token {} of {}", self.label, named(&self.owner_username, &self.owner_display_name))
    }
}

/// The ways to name a token. Digits are its number, and anything else is a label among one's own tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenTarget {
    /// By number.
    Id(SignInId),
    /// By label.
    Label(Label),
}

impl FromStr for TokenTarget {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let hint = "give one token: its number or, of your own, its label; 'passdesk tokens list' shows them";
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            return match text.parse() {
                Ok(id) if !text.starts_with('0') => Ok(Self::Id(SignInId(id))),
                _ => Err(Invalid::new(format!("{} is not the number of a token", quoted(text)), hint)),
            };
        }
        text.parse().map(Self::Label).map_err(|error: Invalid| Invalid::new(error.message, hint))
    }
}

impl fmt::Display for TokenTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.0.fmt(f),
            Self::Label(label) => label.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_never_all_digits_and_never_treacherous() {
        for text in ["", "12", "-rf", "a b", "a,b", "../x", "a\u{1b}", "ä", &"x".repeat(65)] {
            assert!(text.parse::<Label>().is_err(), "{text:?}");
        }
        for text in ["Nightly-2.reset_run", &"x".repeat(64)] {
            assert_eq!(text.parse::<Label>().unwrap().as_str(), text);
        }
        assert_eq!(Label::from_store("a\u{1b}".into()).to_string(), "a<U+001B>");
    }

    #[test]
    fn a_message_names_a_token_by_its_label_and_its_owner() {
        let token = Token {
            id: SignInId(7),
            label: "nightly".parse().unwrap(),
            owner: AccountId(1),
            owner_username: "alice".parse().unwrap(),
            owner_display_name: "Alice Example".parse().unwrap(),
            roles: Roles::NONE,
            created_at: Timestamp::UNIX_EPOCH,
            expires_at: Timestamp::UNIX_EPOCH,
            last_used_at: None,
        };
        assert_eq!(token.named(), "token nightly of alice (Alice Example)");
    }

    #[test]
    fn digits_are_the_number_of_a_token_anything_else_its_label() {
        assert_eq!("12".parse(), Ok(TokenTarget::Id(SignInId(12))));
        assert!(matches!("nightly".parse(), Ok(TokenTarget::Label(_))));
        for text in ["12", "nightly"] {
            assert_eq!(text.parse::<TokenTarget>().unwrap().to_string(), text);
        }
        for text in ["", "0", "012", "99999999999999999999", "*"] {
            assert!(text.parse::<TokenTarget>().is_err(), "{text:?}");
        }
    }
}
