//! Sign-ins. A sign-in is an expiring proof that somebody knew a password.

use rand::CryptoRng;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::delivery::Undelivered;

/// How a token begins, so that people and scanners recognize one.
pub const TOKEN_PREFIX: &str = "pdsk_";

/// The secret of a sign-in: 256 random bits. The store holds only their SHA-256. It has no `Debug`, `Display` or
/// `Clone`, and is overwritten when dropped. It lies in a box: what is moved leaves a copy behind, which nobody wipes.
pub struct SignInSecret(Box<Zeroizing<[u8; 32]>>);

/// The SHA-256 of a sign-in's secret. The store finds the sign-in by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInDigest(pub [u8; 32]);

/// The number of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInId(pub i64);

impl SignInSecret {
    /// Draws a new one.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = Box::new(Zeroizing::new([0; 32]));
        rng.fill_bytes(&mut **bytes);
        Self(bytes)
    }

    /// Reads what [`Self::to_hex`] wrote. Anything else gives `None`.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = Box::new(Zeroizing::new([0; 32]));
        let read = base16ct::mixed::decode(text, &mut **bytes).ok()?.len();
        (read == bytes.len()).then_some(Self(bytes))
    }

    /// 64 hexadecimal digits, for the file that holds the secret.
    #[must_use]
    pub fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(base16ct::lower::encode_string(&**self.0))
    }

    /// The same digits behind [`TOKEN_PREFIX`], for the person who gets it as a token.
    #[must_use]
    pub fn to_token(&self) -> Zeroizing<String> {
        let digits = self.to_hex();
        let mut text = Zeroizing::new(String::with_capacity(TOKEN_PREFIX.len() + digits.len()));
        text.push_str(TOKEN_PREFIX);
        text.push_str(&digits);
        text
    }

    /// A token of this secret, to be handed over.
    #[must_use]
    pub fn into_token(self) -> Undelivered<SignInDigest> {
        Undelivered::new(self.to_token(), self.digest())
    }

    /// Reads what [`Self::to_token`] wrote. Anything else gives `None`.
    #[must_use]
    pub fn from_token(text: &str) -> Option<Self> {
        text.strip_prefix(TOKEN_PREFIX).and_then(Self::from_hex)
    }

    /// The digest by which the store finds it.
    #[must_use]
    pub fn digest(&self) -> SignInDigest {
        // The hasher keeps the secret in a buffer, and would be moved by its end.
        let mut hasher = Sha256::new();
        hasher.update(self.0.as_slice());
        SignInDigest(hasher.finalize_reset().into())
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn a_secret_survives_its_file() {
        let secret = SignInSecret::generate(&mut StdRng::seed_from_u64(1));
        let hex = secret.to_hex();
        assert_eq!(hex.len(), 64);
        assert_eq!(SignInSecret::from_hex(&hex).unwrap().digest(), secret.digest());
    }

    #[test]
    fn a_token_is_known_by_its_beginning() {
        let secret = SignInSecret::generate(&mut StdRng::seed_from_u64(1));
        let token = secret.to_token();
        assert_eq!(SignInSecret::from_token(&token).unwrap().digest(), secret.digest());
        assert!(SignInSecret::from_token(&secret.to_hex()).is_none());
        assert!(SignInSecret::from_hex(&token).is_none());
    }

    #[test]
    fn what_is_not_64_hexadecimal_digits_is_no_secret() {
        for text in ["", "00", &"g".repeat(64), &"0".repeat(63), &"0".repeat(66)] {
            assert!(SignInSecret::from_hex(text).is_none());
        }
    }
}
