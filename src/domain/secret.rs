//! A password that somebody typed.

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// A password as it was typed or piped in. It can be checked against a hash, never shown: there is no `Debug`, no
/// `Display` and no `Clone`, and it is overwritten when it goes.
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

    /// Whether the same was typed twice.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.normalized() == other.normalized()
    }

    /// In Normalization Form C, so that two keyboards that compose accents differently type the same password
    /// (NIST SP 800-63B-4 §3.1.1.2).
    pub(super) fn normalized(&self) -> Zeroizing<String> {
        // Reserved for the worst growth of NFC (UAX #15 §14), so that no reallocation leaves a copy behind.
        let mut out = Zeroizing::new(String::with_capacity(self.0.len() * 3));
        out.extend(self.0.nfc());
        out
    }

    pub(super) fn as_typed(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composed_and_decomposed_accents_are_the_same_password() {
        let composed = TypedPassword::new(Zeroizing::new("caf\u{e9}".into()));
        let decomposed = TypedPassword::new(Zeroizing::new("cafe\u{301}".into()));
        assert!(composed.same_as(&decomposed));
    }
}
