//! Password hashes: argon2id as PHC strings, made and checked.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use jiff::Timestamp;
use rand::CryptoRng;

use super::secret::TypedPassword;
use super::temporary::{self, TemporaryPassword};

/// The longest password in bytes. A longer one is refused, never cut.
pub const MAX_PASSWORD_BYTES: usize = 1024;

/// The most a stored row may ask for before its hash is taken for damaged: 256 MiB, 16 passes, 16 lanes.
const CAP: Cost = Cost { memory_kib: 256 * 1024, passes: 16, lanes: 16 };

/// A hash of a password nobody knows, of the default cost: evaluated where there is nothing to evaluate, so that a
/// refusal takes as long as a check.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$cGFzc2Rlc2tub2JvZHlzIQ$RGVyIFNjaGx1ZXNzZWwgbGllZ3QgaW0gRmx1c3MgLi4";

const SALT_BYTES: usize = 16;

/// What one argon2id evaluation costs (RFC 9106 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB (`m`).
    pub memory_kib: u32,
    /// Passes over the memory (`t`).
    pub passes: u32,
    /// Lanes (`p`).
    pub lanes: u32,
}

impl Cost {
    /// OWASP's minimum for argon2id: 19 MiB, 2 passes, 1 lane.
    pub const DEFAULT: Self = Self { memory_kib: 19_456, passes: 2, lanes: 1 };

    fn within(self, cap: Self) -> bool {
        self.memory_kib <= cap.memory_kib && self.passes <= cap.passes && self.lanes <= cap.lanes
    }
}

/// A password hash as a PHC string. Not a secret to be shown either: no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredHash(String);

impl StoredHash {
    /// Takes a PHC string as it stands in a store. Whether it is one shows when it is used.
    #[must_use]
    pub fn from_store(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string, for the store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Hashes a typed password in Normalization Form C.
    pub fn of_typed(password: &TypedPassword, cost: Cost, rng: &mut dyn CryptoRng) -> anyhow::Result<Self> {
        Self::of(password.normalized().as_bytes(), cost, rng)
    }

    /// Hashes a temporary password, exactly as it is shown.
    pub fn of_temporary(password: &TemporaryPassword, cost: Cost, rng: &mut dyn CryptoRng) -> anyhow::Result<Self> {
        Self::of(password.reveal().as_bytes(), cost, rng)
    }

    fn of(password: &[u8], cost: Cost, rng: &mut dyn CryptoRng) -> anyhow::Result<Self> {
        let mut salt = [0; SALT_BYTES];
        rng.fill_bytes(&mut salt);
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None)
            .map_err(|error| anyhow::anyhow!("argon2 does not take these costs: {error}"))?;
        let phc = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_with_salt(password, &salt)
            .map_err(|error| anyhow::anyhow!("the password could not be hashed: {error}"))?;
        Ok(Self(phc.to_string()))
    }

    /// Whether this is the hash of these bytes. A damaged or immoderate hash is nobody's.
    fn is_of(&self, password: &[u8]) -> bool {
        let Some(parsed) = parse(&self.0) else {
            evaluate_nobodys(password);
            return false;
        };
        Argon2::default().verify_password(password, &parsed).is_ok()
    }
}

fn parse(phc: &str) -> Option<PasswordHash> {
    let parsed = PasswordHash::new(phc).ok()?;
    let params = Params::try_from(&parsed).ok()?;
    let cost = Cost { memory_kib: params.m_cost(), passes: params.t_cost(), lanes: params.p_cost() };
    (parsed.algorithm.as_str() == "argon2id" && cost.within(CAP)).then_some(parsed)
}

fn evaluate_nobodys(password: &[u8]) {
    if let Ok(parsed) = PasswordHash::new(NOBODYS) {
        // Only the time it takes matters.
        let _ = Argon2::default().verify_password(password, &parsed);
    }
}

/// What an account signs in with.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// The hash of its password.
    pub hash: StoredHash,
    /// When it stops to be of use, if it is a temporary password.
    pub temporary_until: Option<Timestamp>,
}

impl Credential {
    /// Whether this is its password. A temporary one is taken in either case, with or without its hyphens. Exactly one
    /// hash is evaluated, whatever the answer.
    #[must_use]
    pub fn matches(&self, typed: &TypedPassword) -> bool {
        if typed.byte_len() > MAX_PASSWORD_BYTES {
            evaluate_nobodys(b"");
            return false;
        }
        let text = self.temporary_until.and_then(|_| temporary::canonical(typed)).unwrap_or_else(|| typed.normalized());
        self.hash.is_of(text.as_bytes())
    }
}

/// Whether this is the password of an account that may not exist, or have none: one hash is evaluated all the same.
#[must_use]
pub fn matches(credential: Option<&Credential>, typed: &TypedPassword) -> bool {
    if let Some(credential) = credential {
        credential.matches(typed)
    } else {
        evaluate_nobodys(b"");
        false
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;
    use zeroize::Zeroizing;

    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };

    fn typed(text: &str) -> TypedPassword {
        TypedPassword::new(Zeroizing::new(text.into()))
    }

    fn permanent(text: &str) -> Credential {
        let hash = StoredHash::of_typed(&typed(text), CHEAP, &mut StdRng::seed_from_u64(1)).unwrap();
        Credential { hash, temporary_until: None }
    }

    #[test]
    fn the_hash_is_an_argon2id_phc_string_of_the_cost_asked_for() {
        let hash = StoredHash::of_typed(&typed("x"), Cost::DEFAULT, &mut StdRng::seed_from_u64(1)).unwrap();
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }

    #[test]
    fn a_password_matches_in_either_normalization_form() {
        assert!(permanent("cafe\u{301} au lait").matches(&typed("caf\u{e9} au lait")));
    }

    #[test]
    fn a_permanent_password_is_taken_verbatim() {
        let credential = permanent("2345-6789-abcd-efgh-jkmn");
        assert!(!credential.matches(&typed("23456789abcdefghjkmn")));
        assert!(!credential.matches(&typed("2345-6789-ABCD-efgh-jkmn")));
        assert!(!credential.matches(&typed(" 2345-6789-abcd-efgh-jkmn")));
    }

    #[test]
    fn a_temporary_password_is_taken_in_either_case_and_without_hyphens() {
        let mut rng = StdRng::seed_from_u64(3);
        let password = TemporaryPassword::generate(&mut rng);
        let hash = StoredHash::of_temporary(&password, CHEAP, &mut rng).unwrap();
        let credential = Credential { hash, temporary_until: Some(Timestamp::UNIX_EPOCH) };
        assert!(credential.matches(&typed(&password.reveal().to_uppercase().replace('-', ""))));
    }

    #[test]
    fn a_password_is_never_cut() {
        let longest = "x".repeat(MAX_PASSWORD_BYTES);
        let credential = permanent(&longest);
        assert!(credential.matches(&typed(&longest)));
        assert!(!credential.matches(&typed(&format!("{longest}y"))));
    }

    #[test]
    fn a_stored_row_that_asks_for_4_gib_is_nobodys_and_not_evaluated() {
        let greedy = permanent("secret").hash.as_str().replace("m=8,", "m=4194304,");
        assert!(parse(&greedy).is_none());
        let credential = Credential { hash: StoredHash::from_store(greedy), temporary_until: None };
        assert!(!credential.matches(&typed("secret")));
    }

    #[test]
    fn a_damaged_hash_matches_nothing() {
        for phc in ["", "x", "$argon2id$v=19$m=8,t=1,p=1$", "$2b$12$abcdefghijklmnopqrstuv"] {
            let credential = Credential { hash: StoredHash::from_store(phc.into()), temporary_until: None };
            assert!(!credential.matches(&typed("")));
        }
    }

    #[test]
    fn the_hash_for_timing_is_one_that_is_evaluated() {
        let parsed = parse(NOBODYS).unwrap();
        assert_eq!(Params::try_from(&parsed).unwrap().m_cost(), Cost::DEFAULT.memory_kib);
        assert!(parsed.salt.is_some() && parsed.hash.is_some());
    }
}
