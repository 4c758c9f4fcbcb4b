//! Password hashes: argon2id as PHC strings, made and checked.

use std::fmt;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use jiff::Timestamp;
use rand::CryptoRng;
use zeroize::Zeroizing;

use super::secret::TypedPassword;
use super::temporary::{self, TemporaryPassword};

/// The longest password in bytes. A longer one is refused, never cut.
pub const MAX_PASSWORD_BYTES: usize = 1024;

/// The most a stored row may ask for before its hash is taken for damaged: 256 MiB, 16 passes, 16 lanes.
const CAP: Cost = Cost { memory_kib: 256 * 1024, passes: 16, lanes: 16 };
/// The least memory and the least work that OWASP's Password Storage Cheat Sheet takes for argon2id.
const LEAST_MEMORY_KIB: u32 = 7_168;
const LEAST_WORK: u64 = 7_168 * 5;

const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

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

    /// Which costs a site may choose, in a clause.
    pub const BOUNDS: &str = "with m from 7168 to 262144, t and p from 1 to 16, and m times t at least 35840";

    /// Reads what is written as in a PHC string: `m=19456,t=2,p=1`. `None` if it is not that, or out of
    /// [`Self::BOUNDS`].
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(',');
        let mut number = |name: &str| parts.next()?.strip_prefix(name)?.strip_prefix('=')?.parse().ok();
        let cost = Self { memory_kib: number("m")?, passes: number("t")?, lanes: number("p")? };
        let is_least = cost.memory_kib >= LEAST_MEMORY_KIB && cost.work() >= LEAST_WORK && cost.lanes >= 1;
        (parts.next().is_none() && is_least && cost.within(CAP)).then_some(cost)
    }

    /// How many KiB one evaluation fills, which is what its time goes with; lanes are filled one after the other.
    fn work(self) -> u64 {
        u64::from(self.memory_kib) * u64::from(self.passes)
    }

    /// The one of two that is more work.
    #[must_use]
    pub fn dearer(self, other: Self) -> Self {
        if other.work() > self.work() { other } else { self }
    }

    /// The cost of an evaluation that makes up for what this one does less than another; `None` where it does enough.
    fn makeweight(self, other: Self) -> Option<Self> {
        let missing = other.work().saturating_sub(self.work());
        let memory_kib = u32::try_from(missing / u64::from(other.passes)).ok()?;
        (memory_kib >= Params::MIN_M_COST).then_some(Self { memory_kib, passes: other.passes, lanes: 1 })
    }

    fn within(self, cap: Self) -> bool {
        self.memory_kib <= cap.memory_kib && self.passes <= cap.passes && self.lanes <= cap.lanes
    }

    /// Takes as long as an evaluation of this cost does.
    fn take(self) {
        if let Ok(params) = Params::new(self.memory_kib, self.passes, self.lanes, None) {
            let mut nobodys = [0; HASH_BYTES];
            // Only the time it takes matters.
            let _ = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
                b"",
                &[0; SALT_BYTES],
                &mut nobodys,
            );
        }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m={},t={},p={}", self.memory_kib, self.passes, self.lanes)
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
        parse(&self.0).is_some_and(|(parsed, _)| Argon2::default().verify_password(password, &parsed).is_ok())
    }

    /// What it cost; `None` if it is damaged or immoderate, and so is never evaluated.
    fn cost(&self) -> Option<Cost> {
        parse(&self.0).map(|(_, cost)| cost)
    }
}

fn parse(phc: &str) -> Option<(PasswordHash, Cost)> {
    let parsed = PasswordHash::new(phc).ok()?;
    let params = Params::try_from(&parsed).ok()?;
    let cost = Cost { memory_kib: params.m_cost(), passes: params.t_cost(), lanes: params.p_cost() };
    // Of what lacks one of these nothing would be evaluated.
    let is_whole = parsed.salt.is_some() && parsed.hash.is_some();
    let is_known = parsed.algorithm.as_str() == "argon2id"
        && parsed.version.is_none_or(|version| Version::try_from(version).is_ok());
    (is_whole && is_known && cost.within(CAP)).then_some((parsed, cost))
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
    /// Whether this is its password. A temporary one is taken in either case, with or without its hyphens. One hash is
    /// evaluated at the most.
    #[must_use]
    pub fn matches(&self, typed: &TypedPassword) -> bool {
        typed.byte_len() <= MAX_PASSWORD_BYTES && self.hash.is_of(self.as_hashed(typed).as_bytes())
    }

    /// The same credential with a hash of this cost, if the one it has is less work. `typed` is its password.
    pub fn upgraded(&self, typed: &TypedPassword, cost: Cost, rng: &mut dyn CryptoRng) -> anyhow::Result<Option<Self>> {
        if self.hash.cost().is_none_or(|its| its.work() >= cost.work()) {
            return Ok(None);
        }
        let hash = StoredHash::of(self.as_hashed(typed).as_bytes(), cost, rng)?;
        Ok(Some(Self { hash, temporary_until: self.temporary_until }))
    }

    fn as_hashed(&self, typed: &TypedPassword) -> Zeroizing<String> {
        self.temporary_until.and_then(|_| temporary::canonical(typed)).unwrap_or_else(|| typed.normalized())
    }
}

/// Whether this is the password of an account that may not exist, or not be let in. It takes as long as an evaluation
/// of the cost given, whatever the answer is and whyever.
#[must_use]
pub fn matches(credential: Option<&Credential>, typed: &TypedPassword, dearest: Cost) -> bool {
    let evaluable = credential.filter(|_| typed.byte_len() <= MAX_PASSWORD_BYTES);
    let Some((credential, cost)) = evaluable.and_then(|one| Some((one, one.hash.cost()?))) else {
        dearest.take();
        return false;
    };
    let matched = credential.matches(typed);
    if let Some(rest) = cost.makeweight(dearest) {
        rest.take();
    }
    matched
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
    fn what_would_not_be_evaluated_has_no_cost_to_make_up_for() {
        let whole = permanent("secret").hash;
        assert_eq!(whole.cost(), Some(CHEAP));
        let (without_hash, _) = whole.as_str().rsplit_once('$').unwrap();
        let (without_salt, _) = without_hash.rsplit_once('$').unwrap();
        let unknown_version = whole.as_str().replace("v=19", "v=20");
        for phc in [without_hash, without_salt, &unknown_version] {
            assert_eq!(StoredHash::from_store(phc.into()).cost(), None, "{phc}");
        }
    }

    #[test]
    fn a_cheaper_hash_and_its_makeweight_are_as_much_work_as_the_dearest() {
        for (memory_kib, passes) in [(8, 1), (9_728, 2), (19_456, 1), (7_168, 5)] {
            let cheap = Cost { memory_kib, passes, lanes: 1 };
            let makeweight = cheap.makeweight(Cost::DEFAULT).unwrap();
            let missing = Cost::DEFAULT.work() - cheap.work() - makeweight.work();
            assert!(missing < u64::from(Cost::DEFAULT.passes), "{cheap}: {missing}");
        }
        assert_eq!(Cost::DEFAULT.makeweight(Cost::DEFAULT), None);
        assert_eq!(Cost { memory_kib: 65_536, passes: 3, lanes: 1 }.makeweight(Cost::DEFAULT), None);
    }

    #[test]
    fn a_weaker_hash_is_upgraded_and_still_of_the_same_password() {
        let cost = Cost { memory_kib: 16, passes: 2, lanes: 1 };
        let mut rng = StdRng::seed_from_u64(2);
        let upgraded = permanent("x").upgraded(&typed("x"), cost, &mut rng).unwrap().unwrap();
        assert_eq!(upgraded.hash.cost(), Some(cost));
        assert!(upgraded.matches(&typed("x")));
        assert!(upgraded.upgraded(&typed("x"), CHEAP, &mut rng).unwrap().is_none());
    }

    #[test]
    fn an_upgraded_temporary_password_is_still_taken_in_either_case() {
        let mut rng = StdRng::seed_from_u64(3);
        let password = TemporaryPassword::generate(&mut rng);
        let hash = StoredHash::of_temporary(&password, CHEAP, &mut rng).unwrap();
        let credential = Credential { hash, temporary_until: Some(Timestamp::UNIX_EPOCH) };
        let shouted = typed(&password.reveal().to_uppercase());
        let cost = Cost { memory_kib: 16, passes: 2, lanes: 1 };
        let upgraded = credential.upgraded(&shouted, cost, &mut rng).unwrap().unwrap();
        assert!(upgraded.matches(&typed(password.reveal())));
    }
}
