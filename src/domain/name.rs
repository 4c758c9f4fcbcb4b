//! The names of an account: username, display name, e-mail address.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use unicode_normalization::UnicodeNormalization as _;

use super::Invalid;
use super::text::{is_treacherous, quoted, shows_nothing, trimmed};

/// The longest username, in characters.
pub const MAX_USERNAME: usize = 64;
/// The longest display name, in characters.
pub const MAX_DISPLAY_NAME: usize = 200;
/// The longest e-mail address, in bytes (RFC 5321 §4.5.3.1.3, less the brackets).
pub const MAX_EMAIL: usize = 254;

/// A username: at most 64 lower-case ASCII letters, digits, `.`, `_` and `-`. The first is a letter, a digit or `_`. It
/// cannot be all digits. Upper case becomes lower case when it is read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
        let hint = "use letters a-z, digits, '.', '_' and '-'; begin with a letter, a digit or '_'; not all digits";
        let refuse = |what: &str| Err(Invalid::new(format!("{} is not a username: {what}", quoted(text)), hint));
        if text.is_empty() {
            return refuse("it is empty");
        }
        if text.len() > MAX_USERNAME {
            return refuse("it has more than 64 characters");
        }
        if text.bytes().all(|b| b.is_ascii_digit()) {
            return refuse("it is all digits, like the id of an account");
        }
        let may_be_in_it = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if let Some(c) = text.chars().find(|c| !may_be_in_it(*c)) {
            return refuse(&format!("it contains {}", spelled(c)));
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

/// The name by which people know somebody. It may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DisplayName(String);

impl DisplayName {
    /// Takes a name from a store. Another program may have written it.
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
        let text = composed(trimmed(text));
        let hint = "write the name in letters, spaces and ordinary signs";
        // Letters of some scripts show nothing by themselves.
        let joins = |c| matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}');
        if !text.is_empty() && text.chars().all(|c| shows_nothing(c) || joins(c)) {
            return Err(Invalid::new(format!("the name {} shows nothing", quoted(&text)), hint));
        }
        if let Some(c) = text.chars().find(|c| is_treacherous(*c) || (c.is_whitespace() && shows_nothing(*c))) {
            return Err(Invalid::new(format!("the name {} contains {}", quoted(&text), spelled(c)), hint));
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

/// An e-mail address: some text, one `@`, some text. It has no white space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Takes an address from a store. Another program may have written it.
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
    pub fn key(&self) -> Cow<'_, str> {
        if self.0.is_ascii() && !self.0.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Cow::Borrowed(&self.0);
        }
        Cow::Owned(folded(&self.0))
    }
}

impl FromStr for Email {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let whole = |(local, domain): (&str, &str)| !local.is_empty() && !domain.is_empty() && !domain.contains('@');
        let is_one = text.len() <= MAX_EMAIL && text.split_once('@').is_some_and(whole);
        if is_one && !text.chars().any(|c| is_treacherous(c) || c.is_whitespace() || c == ',') {
            Ok(Self(composed(text)))
        } else {
            let hidden = text.chars().find(|c| shows_nothing(*c));
            let why = hidden.map_or_else(String::new, |c| format!(": it contains {}", spelled(c)));
            Err(Invalid::new(
                format!("{} is not an e-mail address{why}", quoted(text)),
                "write one address, as name@example.org",
            ))
        }
    }
}

/// A character as a person can find it: one that cannot be seen, or looks like another, with its number.
fn spelled(c: char) -> String {
    match c {
        ' '..='~' => quoted(&c.to_string()),
        c if c.is_control() => format!("U+{:04X}, a control character", u32::from(c)),
        c if shows_nothing(c) => format!("U+{:04X}, which cannot be seen", u32::from(c)),
        c => format!("{} (U+{:04X})", quoted(&c.to_string()), u32::from(c)),
    }
}

/// Text in Normalization Form C.
fn composed(text: &str) -> String {
    if text.is_ascii() { text.to_owned() } else { text.nfc().collect() }
}

/// Text in the form in which it is compared and searched: NFKC, lower case.
#[must_use]
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
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
    fn what_cannot_be_seen_or_looks_like_another_letter_is_spelled() {
        let why = |invalid: Invalid| invalid.message;
        assert!("al\u{a0}ice".parse::<Username>().map_err(why).unwrap_err().contains("U+00A0, which cannot be seen"));
        assert!("\u{430}lice".parse::<Username>().map_err(why).unwrap_err().contains("'\u{430}' (U+0430)"));
        assert!("A\u{a0}B".parse::<DisplayName>().map_err(why).unwrap_err().contains("U+00A0"));
        assert!("a\u{200b}@b".parse::<Email>().map_err(why).unwrap_err().contains("U+200B"));
    }

    #[test]
    fn marks_around_a_name_are_cut_and_a_name_of_nothing_else_is_none() {
        for (text, name) in [("\u{a0}Alice\u{200e}", "Alice"), (" \u{3164}", ""), ("❤\u{fe0f}", "❤\u{fe0f}")] {
            assert_eq!(text.parse::<DisplayName>().unwrap().as_str(), name, "{text:?}");
        }
        for text in ["\u{fe0f}", "\u{200d}\u{200c}"] {
            assert!(text.parse::<DisplayName>().is_err(), "{text:?}");
        }
        assert!("山田\u{3000}太郎".parse::<DisplayName>().is_ok());
    }

    #[test]
    fn addresses_that_differ_in_case_are_the_same() {
        let (a, b): (Email, Email) = ("Alice@Example.org".parse().unwrap(), "alice@example.ORG".parse().unwrap());
        assert_eq!(a.key(), b.key());
    }

    #[test]
    fn an_address_has_one_at_sign_and_something_on_either_side() {
        for text in ["", "a", "@", "a@", "@b", "a@b@c", "a@@b", "a b@c", "a@b,c", &"@".repeat(300)] {
            assert!(text.parse::<Email>().is_err(), "{text:?}");
        }
        assert!("a@b".parse::<Email>().is_ok());
    }

    #[test]
    fn the_short_way_for_ascii_comes_to_the_same() {
        for text in ["", "a", "Az-09 ~!", "ABC@x"] {
            assert_eq!(folded(text), text.nfkc().collect::<String>().to_lowercase());
            assert_eq!(composed(text), text.nfc().collect::<String>());
            assert_eq!(Email(text.into()).key(), folded(text));
        }
    }
}
