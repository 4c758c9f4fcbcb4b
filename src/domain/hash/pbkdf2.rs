//! PBKDF2 (RFC 8018 §5.2): `$pbkdf2-sha256$i=600000$salt$hash`.

use ::pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::{Evaluated, Scheme, base64, same};
use crate::domain::table::table;

table! {
    /// The digest that PBKDF2 repeats.
    Prf;
    /// The name of PBKDF2 with it.
    name: &'static str;
    /// How many bytes it has.
    bytes: usize;
    /// SHA-1.
    Sha1 => "pbkdf2-sha1", 20;
    /// SHA-256.
    Sha256 => "pbkdf2-sha256", 32;
    /// SHA-512.
    Sha512 => "pbkdf2-sha512", 64;
}

impl Prf {
    /// The one of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|prf| prf.name() == name)
    }

    /// The most rounds that are evaluated.
    pub const fn most_rounds(self) -> u32 {
        match self {
            Self::Sha1 | Self::Sha256 => 3_000_000,
            Self::Sha512 => 2_000_000,
        }
    }
}

/// Fewer bytes of a hash could be met by chance.
const LEAST_BYTES: usize = 16;

/// A hash of PBKDF2.
pub struct Hash {
    prf: Prf,
    rounds: u32,
    salt: Vec<u8>,
    output: Vec<u8>,
}

impl Hash {
    /// A hash may be longer than the digest. Each block of it is computed apart, so that the first one proves the
    /// password. The others would only take time.
    pub fn new(prf: Prf, rounds: u32, salt: Vec<u8>, mut output: Vec<u8>) -> Option<Self> {
        output.truncate(prf.bytes());
        (rounds > 0 && output.len() >= LEAST_BYTES).then_some(Self { prf, rounds, salt, output })
    }

    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix('$')?.split('$');
        let prf = Prf::of_name(parts.next()?)?;
        let rounds = parts.next()?.strip_prefix("i=")?.parse().ok()?;
        let (salt, hash) = (base64::decoded(parts.next()?)?, base64::decoded(parts.next()?)?);
        Self::new(prf, rounds, salt, hash).filter(|_| parts.next().is_none())
    }

    /// The text that [`Self::read`] reads.
    pub fn text(&self) -> String {
        let [salt, hash] = [&self.salt, &self.output].map(|bytes| base64::encoded(bytes));
        format!("${}$i={}${salt}${hash}", self.prf.name(), self.rounds)
    }
}

impl Evaluated for Hash {
    fn scheme(&self) -> Scheme {
        Scheme::Pbkdf2 { prf: self.prf, rounds: self.rounds }
    }

    fn salt(&self) -> usize {
        self.salt.len()
    }

    fn is_of(&self, password: &[u8]) -> bool {
        let output = evaluate(self.prf, self.rounds, password, &self.salt);
        same(&output[..self.output.len()], &self.output)
    }
}

fn evaluate(prf: Prf, rounds: u32, password: &[u8], salt: &[u8]) -> [u8; 64] {
    let mut output = [0; 64];
    let first = &mut output[..prf.bytes()];
    match prf {
        Prf::Sha1 => pbkdf2_hmac::<Sha1>(password, salt, rounds, first),
        Prf::Sha256 => pbkdf2_hmac::<Sha256>(password, salt, rounds, first),
        Prf::Sha512 => pbkdf2_hmac::<Sha512>(password, salt, rounds, first),
    }
    output
}

/// Takes as long as an evaluation.
pub fn take(prf: Prf, rounds: u32, password: &[u8]) {
    std::hint::black_box(evaluate(prf, rounds, password, &[0; 16]));
}
