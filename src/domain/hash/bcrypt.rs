//! bcrypt: `$2b$12$…`, and Django's form for passwords of any length.

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{Evaluated, Scheme, base64, same};

/// How many bytes of a password count. Every program with bcrypt passes over the rest. So does this one, for as long as
/// it keeps the hash.
const MOST_BYTES: usize = 72;
/// The output has 24 bytes. The text has one less.
const HASH_BYTES: usize = 23;
/// Django's `BCryptSHA256PasswordHasher` gives bcrypt the SHA-256 of the password, in hexadecimal digits.
const DJANGO: &str = "bcrypt_sha256$";

/// A hash of bcrypt. `$2a$`, `$2b$` and `$2y$` mean the same today.
pub struct Hash {
    cost: u32,
    salt: [u8; 16],
    output: Vec<u8>,
    is_djangos: bool,
}

impl Hash {
    pub fn read(text: &str) -> Option<Self> {
        let (text, is_djangos) = text.strip_prefix(DJANGO).map_or((text, false), |text| (text, true));
        let mut parts = text.strip_prefix("$2")?.strip_prefix(['a', 'b', 'y'])?.strip_prefix('$')?.split('$');
        let cost = parts.next().filter(|cost| cost.len() == 2)?.parse().ok().filter(|cost| (4..=31).contains(cost))?;
        let (salt, hash) = parts.next()?.split_at_checked(22)?;
        let salt = base64::of_bcrypt(salt)?.try_into().ok()?;
        let hash = base64::of_bcrypt(hash).filter(|hash| hash.len() == HASH_BYTES)?;
        parts.next().is_none().then_some(Self { cost, salt, output: hash, is_djangos })
    }
}

impl Evaluated for Hash {
    fn scheme(&self) -> Scheme {
        Scheme::Bcrypt { cost: self.cost }
    }

    fn salt(&self) -> usize {
        self.salt.len()
    }

    fn is_of(&self, password: &[u8]) -> bool {
        let output = if self.is_djangos {
            let digest = Zeroizing::new(base16ct::lower::encode_string(&Sha256::digest(password)));
            evaluate(self.cost, self.salt, digest.as_bytes())
        } else {
            evaluate(self.cost, self.salt, password)
        };
        same(&output[..HASH_BYTES], &self.output)
    }
}

fn evaluate(cost: u32, salt: [u8; 16], password: &[u8]) -> [u8; 24] {
    // A zero byte ends the password, if there is room for it.
    let mut key = Zeroizing::new([0; MOST_BYTES]);
    let counted = &password[..password.len().min(MOST_BYTES)];
    key[..counted.len()].copy_from_slice(counted);
    ::bcrypt::bcrypt(cost, salt, &key[..(counted.len() + 1).min(MOST_BYTES)])
}

/// Takes as long as an evaluation.
pub fn take(cost: u32, password: &[u8]) {
    std::hint::black_box(evaluate(cost, [0; 16], password));
}
