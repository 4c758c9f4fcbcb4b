//! What one evaluation of argon2 costs.

use std::fmt;

/// The highest cost of a stored hash. Above it, or above [`MOST_WORK`], the hash counts as damaged.
pub(in crate::domain) const CAP: Cost = Cost { memory_kib: 256 * 1024, passes: 16, lanes: 16 };
/// The most work of a hash that is evaluated, in KiB: four passes over 256 MiB, about a second.
pub(super) const MOST_WORK: u64 = 4 * 256 * 1024;
/// The least memory and the least work that OWASP's Password Storage Cheat Sheet allows for argon2id.
const LEAST_MEMORY_KIB: u32 = 7_168;
const LEAST_WORK: u64 = 7_168 * 5;

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

    pub(super) fn is_moderate(self) -> bool {
        self.memory_kib <= CAP.memory_kib
            && self.passes <= CAP.passes
            && self.lanes <= CAP.lanes
            && self.work() <= MOST_WORK
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m={},t={},p={}", self.memory_kib, self.passes, self.lanes)
    }
}
