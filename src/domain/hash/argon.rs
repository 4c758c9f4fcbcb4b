//! argon2id, argon2i and argon2d as PHC strings (RFC 9106).

use argon2::password_hash::PasswordVerifier as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, Version};

use super::{Cost, Evaluated, HASH_BYTES, SALT_BYTES, Scheme};

/// A hash of argon2.
pub struct Hash {
    parsed: PasswordHash,
    algorithm: Algorithm,
    cost: Cost,
}

impl Hash {
    pub fn read(text: &str) -> Option<Self> {
        let mut parsed = PasswordHash::new(text).ok()?;
        // The first argon2 had no version. The next one called it 0x10, and itself 0x13.
        let version = *parsed.version.get_or_insert(Version::V0x10.into());
        let params = Params::try_from(&parsed).ok()?;
        let algorithm = Algorithm::new(parsed.algorithm.as_str()).ok()?;
        let cost = Cost { memory_kib: params.m_cost(), passes: params.t_cost(), lanes: params.p_cost() };
        // A hash that lacks one of these would not be evaluated.
        let is_whole = parsed.salt.is_some() && parsed.hash.is_some();
        (is_whole && Version::try_from(version).is_ok()).then_some(Self { parsed, algorithm, cost })
    }
}

impl Evaluated for Hash {
    fn scheme(&self) -> Scheme {
        Scheme::Argon2 { algorithm: self.algorithm, cost: self.cost }
    }

    fn salt(&self) -> usize {
        self.parsed.salt.as_ref().map_or(0, |salt| salt.len())
    }

    fn is_of(&self, password: &[u8]) -> bool {
        Argon2::default().verify_password(password, &self.parsed).is_ok()
    }
}

/// Takes as long as an evaluation.
pub fn take(algorithm: Algorithm, cost: Cost, password: &[u8]) {
    if let Ok(params) = Params::new(cost.memory_kib, cost.passes, cost.lanes, None) {
        let mut nobodys = [0; HASH_BYTES];
        // Only the time it takes matters.
        let _ =
            Argon2::new(algorithm, Version::V0x13, params).hash_password_into(password, &[0; SALT_BYTES], &mut nobodys);
    }
}
