//! The names of an account: username and display name.

use std::fmt;
use std::str::FromStr;

use super::Invalid;
use super::folding::composed;
use super::text::{is_misleading, quoted, shows_nothing, trimmed};

/// The longest username, in characters.
pub const MAX_USERNAME: usize = 64;
/// The longest display name, in characters.
pub const MAX_DISPLAY_NAME: usize = 200;

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
        if let Some(c) = text.chars().find(|c| is_misleading(*c)) {
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

/// A character as a person can find it: one that cannot be seen, or looks like another, with its number.
pub(super) fn spelled(c: char) -> String {
    match c {
        ' '..='~' => quoted(&c.to_string()),
        c if c.is_control() => format!("U+{:04X}, a control character", u32::from(c)),
        c if shows_nothing(c) => format!("U+{:04X}, which cannot be seen", u32::from(c)),
        c => format!("{} (U+{:04X})", quoted(&c.to_string()), u32::from(c)),
    }
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
    fn a_username_has_at_most_64_characters_and_a_name_200() {
        for (characters, may) in [(64, true), (65, false)] {
            assert_eq!("a".repeat(characters).parse::<Username>().is_ok(), may, "{characters}");
        }
        for (characters, may) in [(200, true), (201, false)] {
            assert_eq!("é".repeat(characters).parse::<DisplayName>().is_ok(), may, "{characters}");
        }
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
        assert!("A\u{1b}B".parse::<DisplayName>().map_err(why).unwrap_err().contains("U+001B, a control character"));
        assert!("A\u{a0}B".parse::<DisplayName>().map_err(why).unwrap_err().contains("U+00A0"));
    }

    #[test]
    fn marks_around_a_name_are_cut_and_a_name_that_shows_nothing_is_refused() {
        for (text, name) in [
            ("\u{a0}Alice\u{200e}", "Alice"),
            ("Alice\u{3164}", "Alice"),
            (" \u{200b}", ""),
            ("❤\u{fe0f}", "❤\u{fe0f}"),
        ] {
            assert_eq!(text.parse::<DisplayName>().unwrap().as_str(), name, "{text:?}");
        }
        for text in ["\u{fe0f}", "\u{200d}\u{200c}", "\u{3164}", " \u{2800}\u{2800}", "\u{115f}\u{1160}", "\u{ffa0}"] {
            assert!(text.parse::<DisplayName>().is_err(), "{text:?}");
        }
        assert!("山田\u{3000}太郎".parse::<DisplayName>().is_ok());
    }
}
