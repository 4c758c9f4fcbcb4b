//! A password that somebody typed.

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};
use zeroize::Zeroizing;

/// A typed or piped password. It can be checked against a hash, but never shown. It has no `Debug`, `Display` or
/// `Clone`, and is overwritten when dropped.
pub struct TypedPassword(Zeroizing<String>);

impl TypedPassword {
    /// Takes the text over.
    #[must_use]
    pub fn new(text: Zeroizing<String>) -> Self {
        Self(text)
    }

    /// The length in bytes, as typed.
    #[must_use]
    pub fn byte_len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the last character is a space, which nobody sees.
    #[must_use]
    pub fn ends_in_a_space(&self) -> bool {
        self.0.ends_with(char::is_whitespace)
    }

    /// Whether the same was typed twice.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.normalized() == other.normalized()
    }

    /// The password in Normalization Form C (NIST SP 800-63B-4 §3.1.1.2). So two keyboards that compose accents
    /// differently type the same password.
    pub(super) fn normalized(&self) -> Zeroizing<String> {
        // Most passwords are in this form as typed. They need not pass through buffers that are not wiped.
        match is_nfc_quick(self.0.chars()) {
            IsNormalized::Yes => written(self.0.chars()),
            _ => written(self.0.nfc()),
        }
    }

    /// The text, for the other half of a shared host, which checks it.
    #[must_use]
    pub fn handed_on(self) -> Zeroizing<String> {
        self.0
    }

    pub(super) fn as_typed(&self) -> &str {
        &self.0
    }
}

/// A text of these characters. They are counted before they are written. A text that grows would be moved, and leave
/// copies that nobody wipes.
pub(super) fn written(chars: impl Iterator<Item = char> + Clone) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(chars.clone().map(char::len_utf8).sum()));
    chars.for_each(|c| text.push(c));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_never_moved_while_it_is_written() {
        // U+FB2C has three bytes, and six in Normalization Form C. U+0390 has two in either form.
        for longest in ["\u{fb2c}".repeat(341), "\u{390}".repeat(512), "x".repeat(1024), String::new()] {
            let normalized = TypedPassword::new(Zeroizing::new(longest)).normalized();
            assert_eq!(normalized.capacity(), normalized.len());
        }
    }

    #[test]
    fn composed_and_decomposed_accents_are_the_same_password() {
        let composed = TypedPassword::new(Zeroizing::new("caf\u{e9}".into()));
        let decomposed = TypedPassword::new(Zeroizing::new("cafe\u{301}".into()));
        assert!(composed.same_as(&decomposed));
        assert!(!composed.same_as(&TypedPassword::new(Zeroizing::new("cafe".into()))));
    }

    #[test]
    fn a_password_is_measured_and_handed_on_as_it_was_typed() {
        for (text, bytes, ends_in_a_space) in [("", 0, false), ("e\u{301} ", 4, true), (" x", 2, false)] {
            let typed = TypedPassword::new(Zeroizing::new(text.into()));
            let measured = (typed.byte_len(), typed.is_empty(), typed.ends_in_a_space());
            assert_eq!(measured, (bytes, bytes == 0, ends_in_a_space));
            assert_eq!(*TypedPassword::handed_on(typed), text);
        }
    }
}
