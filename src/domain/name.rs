//! The names of an account: username, display name, e-mail address.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;

use super::Invalid;
use super::text::{is_treacherous, quoted};

/// The longest username, in characters.
pub const MAX_USERNAME: usize = 64;
/// The longest display name, in characters.
pub const MAX_DISPLAY_NAME: usize = 200;
/// The longest e-mail address, in bytes (RFC 5321 §4.5.3.1.3, less the brackets).
pub const MAX_EMAIL: usize = 254;

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
        let may_be_in_it = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if let Some(c) = text.chars().find(|c| !may_be_in_it(*c)) {
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
