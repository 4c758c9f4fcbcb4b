//! Password hashes as PHC strings, and their cost.

use std::fmt;

use argon2::password_hash::PasswordVerifier as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, Version};

/// The highest cost of a stored hash. Above it, or above [`MOST_WORK`], the hash counts as damaged.
pub(super) const CAP: Cost = Cost { memory_kib: 256 * 1024, passes: 16, lanes: 16 };
/// The most work of a hash that is evaluated, in KiB: four passes over 256 MiB, about a second.
const MOST_WORK: u64 = 4 * 256 * 1024;
/// The least memory and the least work that OWASP's Password Storage Cheat Sheet allows for argon2id.
const LEAST_MEMORY_KIB: u32 = 7_168;
const LEAST_WORK: u64 = 7_168 * 5;

pub(super) const SALT_BYTES: usize = 16;
pub(super) const HASH_BYTES: usize = 32;

/// The cost of one argon2id evaluation (RFC 9106 §3.1).
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
    pub const BOUNDS: &str = "with m from 7168 to 262144, t and p from 1 to 16, and m times t from 35840 to 1048576";

    /// Reads a cost in the form of a PHC string: `m=19456,t=2,p=1`. `None` if the text has another form, or is out of
    /// [`Self::BOUNDS`].
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Self::of_stored(text).filter(|cost| cost.memory_kib >= LEAST_MEMORY_KIB && cost.work() >= LEAST_WORK)
    }

    /// Reads the cost of a stored hash. `None` if such a hash is never evaluated.
    #[must_use]
    pub fn of_stored(text: &str) -> Option<Self> {
        let mut parts = text.split(',');
        let mut number = |name: &str| parts.next()?.strip_prefix(name)?.strip_prefix('=')?.parse().ok();
        let cost = Self { memory_kib: number("m")?, passes: number("t")?, lanes: number("p")? };
        let is_whole = parts.next().is_none() && cost.passes >= 1 && cost.lanes >= 1;
        (is_whole && cost.is_moderate()).then_some(cost)
    }

    /// How many KiB one evaluation fills. Its time is about proportional to that.
    #[must_use]
    pub fn work(self) -> u64 {
        u64::from(self.memory_kib) * u64::from(self.passes)
    }

    /// How much memory one evaluation takes, in bytes.
    #[must_use]
    pub fn bytes(self) -> u64 {
        u64::from(self.memory_kib) * 1024
    }

    fn is_moderate(self) -> bool {
        self.memory_kib <= CAP.memory_kib
            && self.passes <= CAP.passes
            && self.lanes <= CAP.lanes
            && self.work() <= MOST_WORK
    }

    /// Takes as long as an evaluation at this cost.
    pub(super) fn take(self) {
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

/// A password hash as a PHC string. It must not be shown either, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredHash(String);

impl StoredHash {
    /// Takes a PHC string from a store. It is not checked until it is used.
    #[must_use]
    pub fn from_store(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string, for the store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the hash of these bytes. A damaged or too expensive hash matches nothing.
    pub(super) fn is_of(&self, password: &[u8]) -> bool {
        parse(&self.0).is_some_and(|(parsed, _)| Argon2::default().verify_password(password, &parsed).is_ok())
    }

    /// What it takes to evaluate it, as text for the store. `None` if it is never evaluated.
    #[must_use]
    pub fn scheme(&self) -> Option<String> {
        self.cost().map(|cost| cost.to_string())
    }

    /// Its cost. `None` if it is damaged or too expensive, so that it is never evaluated.
    #[must_use]
    pub fn cost(&self) -> Option<Cost> {
        parse(&self.0).map(|(_, cost)| cost)
    }
}

fn parse(phc: &str) -> Option<(PasswordHash, Cost)> {
    let parsed = PasswordHash::new(phc).ok()?;
    let params = Params::try_from(&parsed).ok()?;
    let cost = Cost { memory_kib: params.m_cost(), passes: params.t_cost(), lanes: params.p_cost() };
    // A hash that lacks one of these would not be evaluated.
    let is_whole = parsed.salt.is_some() && parsed.hash.is_some();
    let is_known = parsed.algorithm.as_str() == "argon2id"
        && parsed.version.is_none_or(|version| Version::try_from(version).is_ok());
    (is_whole && is_known && cost.is_moderate()).then_some((parsed, cost))
}
