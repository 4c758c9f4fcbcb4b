//! Password hashes: how passdesk stores them, and what it takes to evaluate one.
//!
//! passdesk makes argon2id alone. Hashes of other kinds come in by an import, and go at their owners' first sign-in. Each
//! kind has a file here. [`elsewhere`] reads the spellings of other programs.

mod argon;
mod base64;
mod bcrypt;
mod cost;
pub mod elsewhere;
mod load;
mod pbkdf2;
#[cfg(any(test, fuzzing))]
pub(crate) mod properties;
mod salted;
mod scheme;
mod scrypt;
mod sha_crypt;
mod yescrypt;

#[cfg(test)]
pub(super) use self::cost::CAP;
pub use self::cost::Cost;
pub use self::load::{Overload, bear};
pub use self::salted::SaltedDigest;
pub use self::scheme::Scheme;

pub(super) const SALT_BYTES: usize = 16;
pub(super) const HASH_BYTES: usize = 32;
/// A longer text is no hash. The longest that a program writes has about 500 bytes.
const MOST_TEXT: usize = 1024;
/// A hash with a longer salt is never evaluated. 389-ds makes the longest, of 64 bytes.
const MOST_SALT: usize = 64;

/// The hash of a password. It must not be shown either, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredHash(String);

impl StoredHash {
    /// Takes the text of a hash from a store. It is not checked until it is used.
    #[must_use]
    pub fn from_store(text: String) -> Self {
        Self(text)
    }

    /// The text, for the store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the hash of these bytes. A hash without a [`Self::scheme`] matches nothing.
    pub(super) fn is_of(&self, password: &[u8]) -> bool {
        read(&self.0).is_some_and(|hash| hash.is_of(password))
    }

    /// What its evaluation takes. `None` if it is damaged, unknown or too expensive, so that it is never evaluated.
    #[must_use]
    pub fn scheme(&self) -> Option<Scheme> {
        read(&self.0).map(|hash| hash.scheme())
    }

    /// Whether it was made of a password in Normalization Form C, as passdesk makes them. Other programs hash what was
    /// typed. A hash in argon2id may be from either. It counts as passdesk's.
    pub(super) fn is_of_normalized(&self) -> bool {
        self.0.starts_with("$argon2id$")
    }

    /// Whether passdesk would make a hash of this kind and cost today.
    pub(super) fn is_current(&self, cost: Cost) -> bool {
        self.0.starts_with(&format!("$argon2id$v=19${cost}$"))
    }
}

/// A hash of one kind, read from its text.
trait Evaluated {
    /// What an evaluation takes.
    fn scheme(&self) -> Scheme;

    /// How many bytes its salt has.
    fn salt(&self) -> usize;

    /// Whether this is the hash of these bytes.
    fn is_of(&self, password: &[u8]) -> bool;
}

/// Reads a stored hash. `None` if it is damaged, or of an unknown kind, or above the cap, or has too long a salt.
fn read(text: &str) -> Option<Box<dyn Evaluated>> {
    parse(text).filter(|hash| hash.scheme().is_moderate() && hash.salt() <= MOST_SALT)
}

/// Reads a hash, whatever it costs and whatever its salt.
fn parse(text: &str) -> Option<Box<dyn Evaluated>> {
    fn boxed<E: Evaluated + 'static>(read: Option<E>) -> Option<Box<dyn Evaluated>> {
        read.map(|hash| Box::new(hash) as Box<dyn Evaluated>)
    }
    if text.len() > MOST_TEXT {
        return None;
    }
    // The kind is the first word of the text.
    match text.split('$').find(|word| !word.is_empty())? {
        "argon2id" | "argon2i" | "argon2d" => boxed(argon::Hash::read(text)),
        "2a" | "2b" | "2y" | "bcrypt_sha256" => boxed(bcrypt::Hash::read(text)),
        "pbkdf2-sha1" | "pbkdf2-sha256" | "pbkdf2-sha512" => boxed(pbkdf2::Hash::read(text)),
        "scrypt" => boxed(scrypt::Hash::read(text)),
        "5" | "6" => boxed(sha_crypt::Hash::read(text)),
        "y" => boxed(yescrypt::Hash::read(text)),
        _ => boxed(salted::Hash::read(text)),
    }
}

/// Whether two outputs are the same. The time does not depend on where they differ.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |all, (one, other)| all | (one ^ other)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_the_same_only_if_each_byte_is() {
        assert!(same(b"abc", b"abc"));
        for other in [&b"abd"[..], b"bac", b"ab", b"abcd", b""] {
            assert!(!same(b"abc", other), "{other:?}");
        }
    }
}
