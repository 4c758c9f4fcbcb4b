//! Making password hashes, one after the other.

use argon2_rust::params::{Memory, TagLen};
use argon2_rust::{Algorithm, Argon2, Params, Version};
use rand::CryptoRng;

use super::credential::{Cost, StoredHash};
use super::temporary::TemporaryPassword;

const SALT_BYTES: usize = 16;
const HASH_BYTES: u64 = 32;

/// What makes two hashes of the same password differ: 128 random bits (RFC 9106 §3.1).
#[derive(Clone, Copy)]
pub struct Salt([u8; SALT_BYTES]);

impl Salt {
    /// Draws a new one.
    pub fn draw(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = [0; SALT_BYTES];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }
}

/// Hashes at one cost, in memory that is kept from one hash to the next and wiped after each.
///
/// Hashes are made by one implementation of argon2 and checked by another, in `credential`: this one is the faster, and
/// what it made wrong would let nobody in, and be found by the tests, which check each hash by the other.
pub struct Hasher(argon2_rust::Hasher);

impl Hasher {
    /// Takes as much memory as the cost says.
    pub fn new(cost: Cost) -> anyhow::Result<Self> {
        let params = Params::builder()
            .memory(Memory::kib(cost.memory_kib.into()))
            .passes(cost.passes)
            .lanes(cost.lanes)
            .tag_len(TagLen::bytes(HASH_BYTES))
            .build()
            .map_err(|error| anyhow::anyhow!("argon2 does not take these costs: {error}"))?;
        let mut hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hasher();
        hasher.reserve().map_err(|error| anyhow::anyhow!("there is not enough memory to hash a password: {error}"))?;
        Ok(Self(hasher))
    }

    /// Hashes a temporary password, exactly as it is shown.
    pub fn hash_temporary(&mut self, password: &TemporaryPassword, salt: Salt) -> anyhow::Result<StoredHash> {
        self.hash(password.reveal().as_bytes(), salt)
    }

    pub(super) fn hash(&mut self, password: &[u8], salt: Salt) -> anyhow::Result<StoredHash> {
        self.0
            .hash_encoded(password, &salt.0)
            .map(StoredHash::from_store)
            .map_err(|error| anyhow::anyhow!("the password could not be hashed: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use proptest::prelude::*;
    use zeroize::Zeroizing;

    use super::*;
    use crate::domain::credential::{Credential, PasswordRevision};
    use crate::domain::secret::TypedPassword;

    const CHEAP: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };

    #[test]
    fn what_was_hashed_before_makes_no_difference() {
        let mut rng = StdRng::seed_from_u64(1);
        let salt = Salt::draw(&mut rng);
        let mut used = Hasher::new(CHEAP).unwrap();
        used.hash(b"first", salt).unwrap();
        let second = used.hash(b"second", salt).unwrap();
        assert_eq!(second.as_str(), Hasher::new(CHEAP).unwrap().hash(b"second", salt).unwrap().as_str());
    }

    #[test]
    fn the_string_is_that_of_the_reference_implementation() {
        // printf %s password | argon2 sixteen-bytes-ok -id -t 2 -k 19456 -p 1 -l 32 -e
        let salt = Salt(*b"sixteen-bytes-ok");
        let hash = Hasher::new(Cost::DEFAULT).unwrap().hash(b"password", salt).unwrap();
        assert_eq!(
            hash.as_str(),
            "$argon2id$v=19$m=19456,t=2,p=1$c2l4dGVlbi1ieXRlcy1vaw$KSdKNRArWNdXImsbGEx03gQNKlhLfiJCwEoj/0aIRAk"
        );
    }

    proptest! {
        #[test]
        fn at_every_cost_what_is_made_is_what_is_checked(
            password in ".{0,40}", memory_kib in 128..512_u32, passes in 1..4_u32, lanes in 1..5_u32, seed: u64
        ) {
            let salt = Salt::draw(&mut StdRng::seed_from_u64(seed));
            let typed = |text: &str| TypedPassword::new(Zeroizing::new(text.to_owned()));
            let normalized = typed(&password).normalized();
            let hash = Hasher::new(Cost { memory_kib, passes, lanes }).unwrap().hash(normalized.as_bytes(), salt).unwrap();
            let credential = Credential { hash, revision: PasswordRevision(1), temporary_until: None };
            prop_assert!(credential.matches(&typed(&password)));
            let other = typed(&format!("{password}x"));
            prop_assert!(!credential.matches(&other));
        }
    }
}
