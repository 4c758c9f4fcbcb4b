//! SHA-crypt: `$5$…` with SHA-256 and `$6$…` with SHA-512, as glibc has it.

use sha_crypt::{Algorithm, Params, sha256_crypt, sha512_crypt};

use super::{Evaluated, Scheme, base64, same};

/// The rounds if the text names none.
const DEFAULT_ROUNDS: u32 = 5_000;
/// crypt(3) of Debian, and PAM, take no longer password. Each round reads it up to twice. So a longer one would take too
/// long, and it is of no hash.
const MOST_PASSWORD: usize = 511;
/// How many bytes of a salt count.
const MOST_SALT: usize = 16;

/// A hash of SHA-crypt.
pub struct Hash {
    algorithm: Algorithm,
    params: Params,
    rounds: u32,
    /// Any text without a dollar. crypt(3) takes no Base64 there, but the bytes as they are.
    salt: Vec<u8>,
    output: Vec<u8>,
}

impl Hash {
    pub fn read(text: &str) -> Option<Self> {
        let (id, rest) = text.strip_prefix('$')?.split_once('$')?;
        let algorithm = Algorithm::new(id).ok()?;
        let (rounds, rest) = match rest.strip_prefix("rounds=") {
            Some(rest) => rest.split_once('$').and_then(|(rounds, rest)| Some((rounds.parse().ok()?, rest)))?,
            None => (DEFAULT_ROUNDS, rest),
        };
        let params = Params::new(rounds).ok()?;
        let (salt, hash) = rest.split_once('$')?;
        let output = in_order(algorithm, &base64::of_crypt(hash)?)?;
        Some(Self { algorithm, params, rounds, salt: salt.into(), output })
    }

    fn counted_salt(&self) -> &[u8] {
        &self.salt[..self.salt.len().min(MOST_SALT)]
    }
}

impl Evaluated for Hash {
    fn scheme(&self) -> Scheme {
        Scheme::ShaCrypt { algorithm: self.algorithm, rounds: self.rounds, salt: self.counted_salt().len() }
    }

    fn salt(&self) -> usize {
        self.salt.len()
    }

    fn is_of(&self, password: &[u8]) -> bool {
        let is_same = same(&evaluate(self.algorithm, self.params, password, self.counted_salt()), &self.output);
        is_same && password.len() <= MOST_PASSWORD
    }
}

/// The bytes of the digest. The text has them in another order: the first comes from the first third, the next from the
/// second third, the next from the last, and each group of three begins with another third. `None` if they are too few
/// or too many.
fn in_order(algorithm: Algorithm, written: &[u8]) -> Option<Vec<u8>> {
    // The first group, as places in the digest. In the text, its last byte comes first.
    let (mut group, next, bytes): ([usize; 3], [usize; 3], _) =
        if algorithm == Algorithm::Sha256Crypt { ([0, 10, 20], [2, 0, 1], 32) } else { ([0, 21, 42], [1, 2, 0], 64) };
    if written.len() != bytes {
        return None;
    }
    let mut digest = vec![0; bytes];
    let (whole, rest) = written.as_chunks::<3>();
    for chunk in whole {
        for (place, byte) in group.iter().rev().zip(chunk) {
            digest[*place] = *byte;
        }
        group = next.map(|from| group[from] + 1);
    }
    // One or two bytes are left over. They are the last of the digest.
    for (place, byte) in (bytes - rest.len()..).zip(rest) {
        digest[place] = *byte;
    }
    Some(digest)
}

fn evaluate(algorithm: Algorithm, params: Params, password: &[u8], salt: &[u8]) -> Vec<u8> {
    let password = &password[..password.len().min(MOST_PASSWORD)];
    if algorithm == Algorithm::Sha256Crypt {
        sha256_crypt(password, salt, params).to_vec()
    } else {
        sha512_crypt(password, salt, params).to_vec()
    }
}

/// Takes as long as an evaluation with a salt of so many bytes. Each round reads the salt and the password.
pub fn take(algorithm: Algorithm, rounds: u32, salt: usize, password: &[u8]) {
    let salt = &[b'.'; MOST_SALT][..salt.min(MOST_SALT)];
    if let Ok(params) = Params::new(rounds) {
        std::hint::black_box(evaluate(algorithm, params, password, salt));
    }
}
