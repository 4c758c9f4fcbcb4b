//! SHA-crypt: `$5$…` with SHA-256 and `$6$…` with SHA-512, as glibc has it.

use sha_crypt::{Algorithm, Params, PasswordVerifier as _, ShaCrypt, sha256_crypt, sha512_crypt};

use super::{Evaluated, Scheme};

/// The rounds if the text names none.
const DEFAULT_ROUNDS: u32 = 5_000;
/// How many bytes of a salt count.
const MOST_SALT: usize = 16;

/// A hash of SHA-crypt.
pub struct Hash {
    text: String,
    algorithm: Algorithm,
    rounds: u32,
    salt: usize,
}

impl Hash {
    pub fn read(text: &str) -> Option<Self> {
        let (id, rest) = text.strip_prefix('$')?.split_once('$')?;
        let algorithm = Algorithm::new(id).ok()?;
        let (rounds, rest) = match rest.strip_prefix("rounds=") {
            Some(rest) => rest.split_once('$').and_then(|(rounds, rest)| Some((rounds.parse().ok()?, rest)))?,
            None => (DEFAULT_ROUNDS, rest),
        };
        Params::new(rounds).ok()?;
        let (salt, hash) = rest.split_once('$')?;
        let digits = if algorithm == Algorithm::Sha256Crypt { 43 } else { 86 };
        let is_hash =
            hash.len() == digits && hash.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/'));
        let salt = salt.len().min(MOST_SALT);
        is_hash.then(|| Self { text: text.to_owned(), algorithm, rounds, salt })
    }
}

impl Evaluated for Hash {
    fn scheme(&self) -> Scheme {
        Scheme::ShaCrypt { algorithm: self.algorithm, rounds: self.rounds, salt: self.salt }
    }

    fn is_of(&self, password: &[u8]) -> bool {
        ShaCrypt::default().verify_password(password, self.text.as_str()).is_ok()
    }
}

/// Takes as long as an evaluation with a salt of so many bytes. Each round reads the salt and the password.
pub fn take(algorithm: Algorithm, rounds: u32, salt: usize, password: &[u8]) {
    let salt = &[b'.'; MOST_SALT][..salt.min(MOST_SALT)];
    let Ok(params) = Params::new(rounds) else { return };
    if algorithm == Algorithm::Sha256Crypt {
        std::hint::black_box(sha256_crypt(password, salt, params));
    } else {
        std::hint::black_box(sha512_crypt(password, salt, params));
    }
}
