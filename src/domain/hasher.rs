//! Makes password hashes, one after the other.

use argon2::password_hash::phc::{self, Output, ParamsString, PasswordHash};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use rand::CryptoRng;
use zeroize::Zeroize as _;

use super::delivery::Undelivered;
use super::hash::{Cost, HASH_BYTES, SALT_BYTES, StoredHash};
use super::secret::TypedPassword;
use super::temporary::TemporaryPassword;

/// A salt of 128 random bits (RFC 9106 §3.1). Two hashes of the same password differ by it.
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

/// Makes hashes of one cost. The memory is kept from one hash to the next, and wiped after each.
pub struct Hasher {
    params: Params,
    /// All its memory is reserved at the start, and filled with the first hash. So a caller that only reserves does not
    /// wait.
    blocks: Vec<Block>,
}

impl Hasher {
    /// Reserves the memory that the cost needs.
    pub fn new(cost: Cost) -> anyhow::Result<Self> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(HASH_BYTES))
            .map_err(|error| anyhow::anyhow!("argon2 does not take these costs: {error}"))?;
        let mut blocks = Vec::new();
        blocks
            .try_reserve_exact(params.block_count())
            .map_err(|error| anyhow::anyhow!("there is not enough memory to hash a password: {error}"))?;
        Ok(Self { params, blocks })
    }

    /// Hashes a temporary password exactly as it is shown.
    pub fn hash_temporary(
        &mut self,
        password: TemporaryPassword,
        salt: Salt,
    ) -> anyhow::Result<Undelivered<StoredHash>> {
        let hash = self.hash(password.reveal().as_bytes(), salt)?;
        Ok(password.known_by(hash))
    }

    pub(super) fn hash(&mut self, password: &[u8], salt: Salt) -> anyhow::Result<StoredHash> {
        self.phc(password, salt)
            .map(|phc| StoredHash::from_store(phc.to_string()))
            .map_err(|error| anyhow::anyhow!("the password could not be hashed: {error}"))
    }

    fn phc(&mut self, password: &[u8], salt: Salt) -> argon2::password_hash::Result<PasswordHash> {
        self.blocks.resize(self.params.block_count(), Block::new());
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone());
        let mut hash = [0; HASH_BYTES];
        argon2.hash_password_into_with_memory(password, &salt.0, &mut hash, Wiped(&mut self.blocks))?;
        Ok(PasswordHash {
            algorithm: ARGON2ID_IDENT,
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&self.params)?,
            salt: Some(phc::Salt::new(&salt.0)?),
            hash: Some(Output::new(&hash)?),
        })
    }
}

impl StoredHash {
    /// Hashes a typed password in Normalization Form C.
    pub fn of_typed(password: &TypedPassword, cost: Cost, rng: &mut dyn CryptoRng) -> anyhow::Result<Self> {
        Self::of(password.normalized().as_bytes(), cost, rng)
    }

    /// Hashes a temporary password exactly as it is shown.
    pub fn of_temporary(
        password: TemporaryPassword,
        cost: Cost,
        rng: &mut dyn CryptoRng,
    ) -> anyhow::Result<Undelivered<Self>> {
        Hasher::new(cost)?.hash_temporary(password, Salt::draw(rng))
    }

    pub(super) fn of(password: &[u8], cost: Cost, rng: &mut dyn CryptoRng) -> anyhow::Result<Self> {
        Hasher::new(cost)?.hash(password, Salt::draw(rng))
    }
}

/// Memory that is wiped after hashing, even if the hash failed.
struct Wiped<'a>(&'a mut [Block]);

impl AsMut<[Block]> for Wiped<'_> {
    fn as_mut(&mut self) -> &mut [Block] {
        self.0
    }
}

impl Drop for Wiped<'_> {
    fn drop(&mut self) {
        self.0.iter_mut().zeroize();
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
        for (memory_kib, passes, lanes, hash) in [
            (19_456, 2, 1, "KSdKNRArWNdXImsbGEx03gQNKlhLfiJCwEoj/0aIRAk"),
            (7_168, 5, 2, "CV7ja8R1/CLZUvPu3f0A1+Lp6mjwawGFdB70AFkvtfA"),
            (301, 3, 4, "PrGjCdLtvaWCkTaJcE4LlL+XsM+odJjRBiBZyX/VDOs"),
            (128, 1, 16, "swkvpjZTxesHai9TQ3FYrL4yRn3cGJtdV/1DHtEsq9k"),
            (8, 1, 1, "yR1J5lFeY6mFlocCEmQf84DexGsaxsPB7ohw0y8nkeE"),
        ] {
            let cost = Cost { memory_kib, passes, lanes };
            let made = Hasher::new(cost).unwrap().hash(b"password", Salt(*b"sixteen-bytes-ok")).unwrap();
            assert_eq!(made.as_str(), format!("$argon2id$v=19${cost}$c2l4dGVlbi1ieXRlcy1vaw${hash}"));
        }
    }

    #[test]
    fn the_memory_is_wiped_after_a_hash_and_kept_for_the_next() {
        let mut hasher = Hasher::new(CHEAP).unwrap();
        let room = hasher.blocks.as_ptr();
        for password in [b"first", b"other"] {
            hasher.hash(password, Salt([0; SALT_BYTES])).unwrap();
            assert_eq!(hasher.blocks.as_ptr(), room);
            assert_eq!(hasher.blocks.len(), 8);
            assert!(hasher.blocks.iter().flat_map(AsRef::as_ref).all(|word| *word == 0));
        }
    }

    /// A short password lies in such a state as it was typed. Without the feature `zeroize` of a crate, this does not compile.
    #[test]
    fn what_takes_a_password_in_is_wiped_when_it_goes() {
        fn is_wiped<T: zeroize::ZeroizeOnDrop>() {}
        is_wiped::<blake2::Blake2bVarCore>();
        is_wiped::<blake2::digest::block_api::Buffer<blake2::Blake2bVarCore>>();
        is_wiped::<sha1::Sha1>();
        is_wiped::<sha2::Sha256>();
        is_wiped::<sha2::Sha512>();
    }
}
