//! Making password hashes, one after the other.

use argon2::password_hash::phc::{Ident, Output, ParamsString, PasswordHash, Salt as PhcSalt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use rand::CryptoRng;
use zeroize::Zeroize as _;

use super::credential::{Cost, StoredHash};
use super::temporary::TemporaryPassword;

const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

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

/// Hashes at one cost. It keeps its memory from one hash to the next: to have the system clear new pages for each takes
/// a tenth of the time.
pub struct Hasher {
    argon2: Argon2<'static>,
    params: Params,
    memory: Vec<Block>,
}

impl Hasher {
    /// Takes as much memory as the cost says.
    pub fn new(cost: Cost) -> anyhow::Result<Self> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(HASH_BYTES))
            .map_err(|error| anyhow::anyhow!("argon2 does not take these costs: {error}"))?;
        let memory = vec![Block::default(); params.block_count()];
        Ok(Self { argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone()), params, memory })
    }

    /// Hashes a temporary password, exactly as it is shown.
    pub fn hash_temporary(&mut self, password: &TemporaryPassword, salt: Salt) -> anyhow::Result<StoredHash> {
        self.hash(password.reveal().as_bytes(), salt)
    }

    pub(super) fn hash(&mut self, password: &[u8], salt: Salt) -> anyhow::Result<StoredHash> {
        let mut hash = [0; HASH_BYTES];
        self.argon2
            .hash_password_into_with_memory(password, &salt.0, &mut hash, &mut self.memory)
            .map_err(|error| anyhow::anyhow!("the password could not be hashed: {error}"))?;
        let phc = || -> Option<PasswordHash> {
            Some(PasswordHash {
                algorithm: Ident::new(Algorithm::Argon2id.as_str()).ok()?,
                version: Some(Version::V0x13.into()),
                params: ParamsString::try_from(&self.params).ok()?,
                salt: Some(PhcSalt::new(&salt.0).ok()?),
                hash: Some(Output::new(&hash).ok()?),
            })
        };
        let phc = phc().ok_or_else(|| anyhow::anyhow!("the hash cannot be written"))?;
        Ok(StoredHash::from_store(phc.to_string()))
    }
}

impl Drop for Hasher {
    fn drop(&mut self) {
        self.memory.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

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
}
