//! The public key that an account keeps, to which messages for its owner are encrypted.

/// A public key, in one line of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(String);

impl PublicKey {
    /// Takes a key from a store. It is not checked until it is used.
    #[must_use]
    pub fn from_store(text: String) -> Self {
        Self(text)
    }

    /// The key as it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
