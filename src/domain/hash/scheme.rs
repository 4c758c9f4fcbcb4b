//! What it takes to evaluate a hash: its kind and its cost.

use std::fmt;

use ::argon2::Algorithm as Argon2;
use ::sha_crypt::Algorithm as ShaCrypt;

use super::cost::MOST_WORK;
use super::load::SECOND;
use super::pbkdf2::Prf;
use super::{Cost, argon, bcrypt, pbkdf2, scrypt, sha_crypt, yescrypt};

/// The most memory that an evaluation takes: 256 MiB, and a little for the blocks of scrypt.
const MOST_BYTES: u64 = 257 * 1024 * 1024;
/// The most work of each kind. It takes about a second, also with the longest password.
const MOST_BCRYPT: u32 = 14;
const MOST_SCRYPT_BYTES: u64 = 2 * MOST_BYTES;
const MOST_YESCRYPT_BYTES: u64 = 256 * 1024 * 1024;
const MOST_SHA256_CRYPT: u32 = 1_000_000;
/// passlib and Ansible make as many by default.
const MOST_SHA512_CRYPT: u32 = 656_000;
/// The least work of a hash that comes in.
const LEAST_BYTES: u64 = 1024 * 1024;
const LEAST_PBKDF2: u32 = 1_000;
/// SHA-crypt makes no fewer rounds.
const LEAST_SHA_CRYPT: u32 = 1_000;

/// The kind of a hash and its cost. Two hashes of one scheme take the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// argon2. What passdesk makes is argon2id.
    Argon2 {
        /// Which of the three.
        algorithm: Argon2,
        /// Its cost.
        cost: Cost,
    },
    /// bcrypt.
    Bcrypt {
        /// The binary logarithm of its rounds.
        cost: u32,
    },
    /// PBKDF2.
    Pbkdf2 {
        /// The digest that it repeats.
        prf: Prf,
        /// How often.
        rounds: u32,
    },
    /// scrypt.
    Scrypt(scrypt::Cost),
    /// SHA-crypt.
    ShaCrypt {
        /// The digest that it repeats.
        algorithm: ShaCrypt,
        /// How often.
        rounds: u32,
        /// How many bytes its salt has. Each round reads them.
        salt: usize,
    },
    /// yescrypt.
    Yescrypt(yescrypt::Cost),
}

impl Scheme {
    /// What passdesk makes.
    #[must_use]
    pub const fn own(cost: Cost) -> Self {
        Self::Argon2 { algorithm: Argon2::Argon2id, cost }
    }

    /// Reads what [`fmt::Display`] wrote. `None` if no such hash is ever evaluated.
    #[must_use]
    pub fn of_stored(text: &str) -> Option<Self> {
        let scheme = match text.split_once(' ') {
            None => Self::own(Cost::of_stored(text)?),
            Some(("bcrypt", cost)) => Self::Bcrypt { cost: cost.parse().ok().filter(|cost| *cost >= 4)? },
            Some(("scrypt", cost)) => Self::Scrypt(scrypt::Cost::read(cost)?),
            Some(("yescrypt", cost)) => Self::Yescrypt(yescrypt::Cost::read(cost)?),
            Some((kind @ ("sha256-crypt" | "sha512-crypt"), cost)) => {
                let (rounds, salt) = cost.split_once(',')?;
                let algorithm = if kind == "sha256-crypt" { ShaCrypt::Sha256Crypt } else { ShaCrypt::Sha512Crypt };
                let rounds = rounds.parse().ok().filter(|rounds| *rounds >= LEAST_SHA_CRYPT)?;
                Self::ShaCrypt { algorithm, rounds, salt: salt.parse().ok().filter(|salt| *salt <= 16)? }
            }
            Some((name @ ("argon2i" | "argon2d"), cost)) => {
                Self::Argon2 { algorithm: Argon2::new(name).ok()?, cost: Cost::of_stored(cost)? }
            }
            Some((name, rounds)) => {
                let rounds = rounds.parse().ok().filter(|rounds| *rounds > 0)?;
                Self::Pbkdf2 { prf: Prf::of_name(name)?, rounds }
            }
        };
        (scheme.is_moderate() && scheme.to_string() == text).then_some(scheme)
    }

    /// The kind and the cost, for people.
    #[must_use]
    pub fn said(self) -> String {
        match self {
            Self::Argon2 { algorithm: Argon2::Argon2id, cost } => format!("argon2id {cost}"),
            other => other.to_string(),
        }
    }

    /// How much memory one evaluation takes, in bytes.
    #[must_use]
    pub fn bytes(self) -> u64 {
        match self {
            Self::Argon2 { cost, .. } => cost.bytes(),
            // RFC 7914 §5 and §6: p blocks, and N for the one that is mixed.
            Self::Scrypt(scrypt::Cost { log_n, r, p }) => 128 * u64::from(r) * ((1 << log_n) + u64::from(p)),
            Self::Yescrypt(yescrypt::Cost { log_n, r }) => (128 * u64::from(r)) << log_n,
            Self::Bcrypt { .. } | Self::Pbkdf2 { .. } | Self::ShaCrypt { .. } => 0,
        }
    }

    /// About how long an evaluation takes, in millionths of a second: the highest cost of each kind takes a second.
    pub(super) fn time(self) -> u64 {
        let (work, most): (u64, u64) = match self {
            Self::Argon2 { cost, .. } => (cost.work(), MOST_WORK),
            Self::Bcrypt { cost } => (1 << cost.min(31), 1 << MOST_BCRYPT),
            Self::Pbkdf2 { prf, rounds } => (rounds.into(), prf.most_rounds().into()),
            Self::Scrypt(cost) => (self.bytes().saturating_mul(cost.p.into()), MOST_SCRYPT_BYTES),
            Self::ShaCrypt { algorithm: ShaCrypt::Sha256Crypt, rounds, .. } => {
                (rounds.into(), MOST_SHA256_CRYPT.into())
            }
            Self::ShaCrypt { rounds, .. } => (rounds.into(), MOST_SHA512_CRYPT.into()),
            Self::Yescrypt(_) => (self.bytes(), MOST_YESCRYPT_BYTES),
        };
        work.saturating_mul(SECOND).div_ceil(most)
    }

    /// Whether an evaluation takes no more than about a second, and no more than [`MOST_BYTES`].
    pub(super) fn is_moderate(self) -> bool {
        let is_moderate = match self {
            Self::Argon2 { cost, .. } => cost.is_moderate(),
            _ => true,
        };
        is_moderate && self.bytes() <= MOST_BYTES && self.time() <= SECOND
    }

    /// Whether an evaluation takes any time to speak of. What takes less is a fast hash, whatever its name. RFC 8018 §4.2
    /// asks for 1,000 rounds of PBKDF2 at least.
    pub(super) fn is_slow(self) -> bool {
        match self {
            Self::Argon2 { cost, .. } => cost.work() >= LEAST_BYTES / 1024,
            Self::Bcrypt { .. } | Self::ShaCrypt { .. } => true,
            Self::Pbkdf2 { rounds, .. } => rounds >= LEAST_PBKDF2,
            // More blocks make a guess no harder: each can be mixed apart, in the memory of one.
            Self::Scrypt(cost) => Self::Scrypt(scrypt::Cost { p: 0, ..cost }).bytes() >= LEAST_BYTES,
            Self::Yescrypt(_) => self.bytes() >= LEAST_BYTES,
        }
    }

    /// Takes as long as an evaluation with this password.
    pub(in crate::domain) fn take(self, password: &[u8]) {
        match self {
            Self::Argon2 { algorithm, cost } => argon::take(algorithm, cost, password),
            Self::Bcrypt { cost } => bcrypt::take(cost, password),
            Self::Pbkdf2 { prf, rounds } => pbkdf2::take(prf, rounds, password),
            Self::Scrypt(cost) => scrypt::take(cost, password),
            Self::ShaCrypt { algorithm, rounds, salt } => sha_crypt::take(algorithm, rounds, salt, password),
            Self::Yescrypt(cost) => yescrypt::take(cost, password),
        }
    }

    /// Whether an evaluation of `other` and [`Self::take_rest`] together take as long as one of this scheme. Some kinds
    /// only repeat a step: there one scheme covers all that repeat it less often.
    pub(in crate::domain) fn covers(self, other: Self) -> bool {
        match (self, other) {
            (Self::Bcrypt { cost }, Self::Bcrypt { cost: less }) => less <= cost,
            (Self::Pbkdf2 { prf, rounds }, Self::Pbkdf2 { prf: other, rounds: less }) => prf == other && less <= rounds,
            (
                Self::ShaCrypt { algorithm, rounds, salt },
                Self::ShaCrypt { algorithm: other, rounds: less, salt: others },
            ) => (algorithm, salt) == (other, others) && (less == rounds || less + LEAST_SHA_CRYPT <= rounds),
            (one, other) => one == other,
        }
    }

    /// Takes as long as this scheme takes longer than one that it covers.
    pub(in crate::domain) fn take_rest(self, done: Self, password: &[u8]) {
        for scheme in self.rest(done) {
            scheme.take(password);
        }
    }

    /// What takes as long, together, as this scheme takes longer than one that it covers.
    fn rest(self, done: Self) -> Vec<Self> {
        match (self, done) {
            // Each step of the cost doubles the work: 2^a and 2^a + 2^(a+1) + … + 2^(b-1) are 2^b.
            (Self::Bcrypt { cost }, Self::Bcrypt { cost: less }) => {
                (less..cost).map(|cost| Self::Bcrypt { cost }).collect()
            }
            (Self::Pbkdf2 { prf, rounds }, Self::Pbkdf2 { rounds: less, .. }) if less < rounds => {
                vec![Self::Pbkdf2 { prf, rounds: rounds - less }]
            }
            (Self::ShaCrypt { algorithm, rounds, salt }, Self::ShaCrypt { rounds: less, .. }) if less < rounds => {
                vec![Self::ShaCrypt { algorithm, rounds: rounds - less, salt }]
            }
            _ => Vec::new(),
        }
    }

    /// What has to be evaluated so that each of these is covered.
    #[must_use]
    pub fn covering(all: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut kept: Vec<Self> = Vec::new();
        for scheme in all {
            if !kept.iter().any(|one| one.covers(scheme)) {
                kept.retain(|one| !scheme.covers(*one));
                kept.push(scheme);
            }
        }
        kept
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argon2 { algorithm: Argon2::Argon2id, cost } => cost.fmt(f),
            Self::Argon2 { algorithm, cost } => write!(f, "{algorithm} {cost}"),
            Self::Bcrypt { cost } => write!(f, "bcrypt {cost}"),
            Self::Pbkdf2 { prf, rounds } => write!(f, "{} {rounds}", prf.name()),
            Self::Scrypt(cost) => write!(f, "scrypt {cost}"),
            Self::ShaCrypt { algorithm: ShaCrypt::Sha256Crypt, rounds, salt } => {
                write!(f, "sha256-crypt {rounds},{salt}")
            }
            Self::ShaCrypt { rounds, salt, .. } => write!(f, "sha512-crypt {rounds},{salt}"),
            Self::Yescrypt(cost) => write!(f, "yescrypt {cost}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::credential::have_room;

    fn schemes(texts: &[&str]) -> Vec<Scheme> {
        texts.iter().map(|text| Scheme::of_stored(text).unwrap_or_else(|| panic!("{text}"))).collect()
    }

    #[test]
    fn what_a_store_keeps_is_read_as_the_same_scheme() {
        for text in [
            "m=19456,t=2,p=1",
            "argon2i m=32768,t=4,p=1",
            "argon2d m=8,t=1,p=1",
            "bcrypt 12",
            "pbkdf2-sha1 1000",
            "pbkdf2-sha256 600000",
            "pbkdf2-sha512 1",
            "scrypt ln=17,r=8,p=1",
            "sha256-crypt 5000,16",
            "sha512-crypt 1000,0",
            "yescrypt ln=12,r=32",
        ] {
            assert_eq!(Scheme::of_stored(text).map(|scheme| scheme.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_nobody_could_have_stored_is_no_scheme() {
        for text in [
            "",
            " ",
            "m=19456,t=2,p=1 ",
            "argon2id m=19456,t=2,p=1",
            "argon2i m=8,t=0,p=1",
            "bcrypt 3",
            "bcrypt 15",
            "bcrypt +12",
            "bcrypt 012",
            "pbkdf2-md5 1000",
            "pbkdf2-sha1 0",
            "pbkdf2-sha256 3000001",
            "scrypt ln=17,r=8",
            "scrypt ln=64,r=1,p=1",
            "scrypt ln=18,r=8,p=4294967295",
            "sha256-crypt 999,8",
            "sha256-crypt 1000001,8",
            "sha512-crypt 656001,8",
            "sha512-crypt 5000,17",
            "yescrypt ln=17,r=32",
            "yescrypt ln=1,r=32",
        ] {
            assert_eq!(Scheme::of_stored(text), None, "{text}");
        }
    }

    #[test]
    fn scrypt_takes_memory_for_each_of_its_p_blocks() {
        let bytes = |text| schemes(&[text])[0].bytes();
        assert_eq!(bytes("scrypt ln=14,r=8,p=1"), 128 * 8 * (16_384 + 1));
        assert_eq!(bytes("scrypt ln=1,r=8,p=500"), 128 * 8 * (2 + 500));
        assert_eq!(Scheme::of_stored("scrypt ln=1,r=8,p=65536"), None);
    }

    #[test]
    fn there_is_no_room_for_more_than_a_machine_can_address() {
        let immense = Scheme::Yescrypt(yescrypt::Cost { log_n: 31, r: 1 << 20 });
        let mut schemes = schemes(&["bcrypt 12", "m=8,t=1,p=1"]);
        assert!(have_room(&schemes).is_ok());
        schemes.insert(1, immense);
        assert!(have_room(&schemes).is_err());
    }

    #[test]
    fn of_what_only_repeats_a_step_the_dearest_covers_all() {
        let stored = ["bcrypt 5", "bcrypt 12", "pbkdf2-sha256 36000", "pbkdf2-sha256 1000000", "bcrypt 10"];
        assert_eq!(Scheme::covering(schemes(&stored)), schemes(&["bcrypt 12", "pbkdf2-sha256 1000000"]));
        for apart in [
            ["pbkdf2-sha1 1000", "pbkdf2-sha256 1000"],
            ["sha512-crypt 5000,8", "sha512-crypt 5000,16"],
            ["sha512-crypt 5000,16", "sha512-crypt 5500,16"],
            ["m=19456,t=2,p=1", "m=19456,t=3,p=1"],
            ["argon2i m=8,t=1,p=1", "argon2d m=8,t=1,p=1"],
            ["scrypt ln=10,r=8,p=1", "scrypt ln=11,r=8,p=1"],
            ["yescrypt ln=10,r=8", "yescrypt ln=11,r=8"],
        ] {
            assert_eq!(Scheme::covering(schemes(&apart)).len(), 2, "{apart:?}");
        }
    }

    #[test]
    fn a_scheme_and_the_rest_of_a_dearer_one_take_as_long_as_the_dearer_one() {
        for (dear, cheap, rest) in [
            ("bcrypt 8", "bcrypt 5", &["bcrypt 5", "bcrypt 6", "bcrypt 7"][..]),
            ("pbkdf2-sha1 5000", "pbkdf2-sha1 1000", &["pbkdf2-sha1 4000"]),
            ("sha512-crypt 6000,8", "sha512-crypt 5000,8", &["sha512-crypt 1000,8"]),
        ] {
            let [dear, cheap] = [dear, cheap].map(|text| Scheme::of_stored(text).unwrap());
            assert!(dear.covers(cheap), "{dear}");
            assert_eq!(dear.rest(cheap), schemes(rest));
            assert_eq!(dear.rest(dear), []);
        }
    }

    #[test]
    fn a_scheme_is_said_with_its_kind() {
        let said = schemes(&["m=19456,t=2,p=1", "argon2i m=8,t=1,p=1", "bcrypt 12"]).into_iter().map(Scheme::said);
        assert_eq!(said.collect::<Vec<_>>(), ["argon2id m=19456,t=2,p=1", "argon2i m=8,t=1,p=1", "bcrypt 12"]);
    }

    #[test]
    fn argon2_has_a_bound_for_each_of_its_costs() {
        for (text, is_scheme) in [
            ("m=262144,t=4,p=16", true),
            ("m=65536,t=16,p=1", true),
            ("m=262145,t=1,p=1", false),
            ("m=8,t=17,p=1", false),
            ("m=8,t=1,p=17", false),
            ("m=262144,t=5,p=1", false),
        ] {
            assert_eq!(Scheme::of_stored(text).is_some(), is_scheme, "{text}");
        }
        let dear = Cost { memory_kib: 8, passes: 17, lanes: 1 };
        assert!(!Scheme::own(dear).is_moderate());
        assert_eq!(Scheme::own(Cost::DEFAULT).bytes(), 19_456 * 1024);
    }

    #[test]
    fn each_scheme_covers_itself_and_a_dearer_one_covers_it_at_most_one_way() {
        let all =
            schemes(&["bcrypt 5", "bcrypt 12", "sha256-crypt 5000,16", "sha256-crypt 9000,16", "yescrypt ln=12,r=32"]);
        for one in &all {
            assert!(one.covers(*one), "{one}");
            for other in &all {
                assert!(one == other || !(one.covers(*other) && other.covers(*one)), "{one} {other}");
            }
        }
    }
}
