//! A salted digest of LDAP, `{SSHA}` and the like. It is fast to guess, so it is never stored as it is: argon2id is put
//! around it. OWASP's Password Storage Cheat Sheet advises that for legacy hashes.

use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

use super::{Evaluated, Scheme, StoredHash, argon, base64};
use crate::domain::hasher::{Hasher, Salt};
use crate::domain::table::table;

table! {
    /// The digest.
    Kind;
    /// How the text of a wrapped hash begins.
    prefix: &'static str;
    /// How many bytes the digest has.
    bytes: usize;
    /// SHA-1.
    Ssha => "$argon2id-ssha$", 20;
    /// SHA-256.
    Ssha256 => "$argon2id-ssha256$", 32;
    /// SHA-512.
    Ssha512 => "$argon2id-ssha512$", 64;
}

impl Kind {
    fn digest(self, password: &[u8], salt: &[u8]) -> Zeroizing<Vec<u8>> {
        fn of<D: Digest>(password: &[u8], salt: &[u8]) -> Zeroizing<Vec<u8>> {
            Zeroizing::new(D::new().chain_update(password).chain_update(salt).finalize().to_vec())
        }
        match self {
            Self::Ssha => of::<Sha1>(password, salt),
            Self::Ssha256 => of::<Sha256>(password, salt),
            Self::Ssha512 => of::<Sha512>(password, salt),
        }
    }
}

/// A digest of a password and a salt. It is fast to guess.
pub struct SaltedDigest {
    kind: Kind,
    digest: Zeroizing<Vec<u8>>,
    salt: Vec<u8>,
}

impl SaltedDigest {
    /// Separates what LDAP writes behind `{SSHA}`: the digest, and the salt after it. Without a salt it is none.
    pub(super) fn of(kind: Kind, bytes: &[u8]) -> Option<Self> {
        let (digest, salt) = bytes.split_at_checked(kind.bytes()).filter(|(_, salt)| !salt.is_empty())?;
        Some(Self { kind, digest: Zeroizing::new(digest.to_vec()), salt: salt.to_vec() })
    }

    /// How many bytes its salt has.
    pub(super) fn salt(&self) -> usize {
        self.salt.len()
    }

    /// Puts argon2id around it. The hash keeps the salt of the digest.
    pub fn wrapped(&self, hasher: &mut Hasher, salt: Salt) -> anyhow::Result<StoredHash> {
        let outer = hasher.hash(&self.digest, salt)?;
        let rest = outer.as_str().trim_start_matches("$argon2id$");
        Ok(StoredHash(format!("{}{}${rest}", self.kind.prefix(), base64::encoded(&self.salt))))
    }
}

/// A wrapped digest: `$argon2id-ssha$`, the salt of the digest, and what follows `$argon2id$`.
pub struct Hash {
    kind: Kind,
    salt: Vec<u8>,
    outer: argon::Hash,
}

impl Hash {
    pub fn read(text: &str) -> Option<Self> {
        let (kind, text) = Kind::ALL.into_iter().find_map(|kind| Some((kind, text.strip_prefix(kind.prefix())?)))?;
        let (salt, outer) = text.split_once('$')?;
        let outer = argon::Hash::read(&format!("$argon2id${outer}"))?;
        Some(Self { kind, salt: base64::decoded(salt)?, outer })
    }
}

impl Evaluated for Hash {
    /// The digest itself takes no time that anybody could measure.
    fn scheme(&self) -> Scheme {
        self.outer.scheme()
    }

    fn salt(&self) -> usize {
        self.salt.len().max(self.outer.salt())
    }

    fn is_of(&self, password: &[u8]) -> bool {
        self.outer.is_of(&self.kind.digest(password, &self.salt))
    }
}
