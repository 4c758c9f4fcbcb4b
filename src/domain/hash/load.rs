//! What all hashes of a store cost together at each sign-in.

use std::collections::BTreeMap;
use std::fmt;

use super::Scheme;
use crate::domain::text::counted;

/// How many different schemes an import may leave in a store. Each is looked up at each sign-in. A policy that changes
/// adds more, one at a time.
const MOST_SCHEMES: usize = 512;
/// How many hashes a sign-in evaluates at most, as far as imports can help it.
const MOST_EVALUATED: usize = 16;
/// How long that takes at most, in seconds.
const MOST_SECONDS: u64 = 4;
/// The highest cost of a kind takes about a second.
pub(super) const SECOND: u64 = 1_000_000;

/// What a store would hold, and what each sign-in would evaluate. It is more than an import may bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overload {
    schemes: usize,
    evaluated: usize,
    seconds: u64,
}

impl Overload {
    /// Where an import may end, in a clause.
    #[must_use]
    pub fn bounds() -> String {
        format!("at most {MOST_EVALUATED} hashes in {MOST_SECONDS} seconds, and {MOST_SCHEMES} costs")
    }
}

impl fmt::Display for Overload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.schemes > MOST_SCHEMES {
            return write!(f, "the store would have hashes of {} different kinds and costs", self.schemes);
        }
        let Self { evaluated, seconds, .. } = self;
        let seconds = counted(*seconds, "second");
        write!(f, "each sign-in would evaluate {evaluated} different hashes, in about {seconds}")
    }
}

/// Fails if these schemes, with those that are there, are too many or take too long. What is there already never fails,
/// and neither does what it covers.
pub fn bear(there: &[Scheme], brought: impl IntoIterator<Item = Scheme>) -> Result<(), Overload> {
    let mut all: BTreeMap<String, Scheme> = there.iter().map(|scheme| (scheme.to_string(), *scheme)).collect();
    let known = all.len();
    for scheme in brought {
        all.entry(scheme.to_string()).or_insert(scheme);
    }
    let schemes = all.len();
    if schemes == known {
        return Ok(());
    }
    if schemes > MOST_SCHEMES {
        return Err(Overload { schemes, evaluated: 0, seconds: 0 });
    }
    let before = Scheme::covering(there.iter().copied());
    let after = Scheme::covering(all.into_values());
    let seconds = after.iter().map(|scheme| scheme.time()).sum::<u64>().div_ceil(SECOND);
    let is_more = after.iter().any(|scheme| !before.contains(scheme));
    let is_too_much = after.len() > MOST_EVALUATED || seconds > MOST_SECONDS;
    if is_more && is_too_much { Err(Overload { schemes, evaluated: after.len(), seconds }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::hash::Cost;

    const OWN: Scheme = Scheme::own(Cost::DEFAULT);

    /// argon2 of so many costs. None covers another.
    fn apart(count: u32) -> Vec<Scheme> {
        (0..count).map(|more| Scheme::own(Cost { memory_kib: 8_192 + more, passes: 1, lanes: 1 })).collect()
    }

    fn bcrypt(cost: u32) -> Scheme {
        Scheme::Bcrypt { cost }
    }

    #[test]
    fn with_what_is_there_16_hashes_are_evaluated_at_most() {
        assert_eq!(bear(&[OWN], apart(15)), Ok(()));
        let many = bear(&[OWN], apart(16)).unwrap_err();
        assert_eq!(many.to_string(), "each sign-in would evaluate 17 different hashes, in about 1 second");
    }

    #[test]
    fn all_together_take_no_longer_than_four_of_the_highest_cost() {
        let dear = ["bcrypt 14", "m=262144,t=4,p=1", "pbkdf2-sha512 2000000", "argon2i m=262144,t=4,p=1"];
        let dear: Vec<_> = dear.into_iter().map(|text| Scheme::of_stored(text).unwrap()).collect();
        assert_eq!(bear(&dear[..3], [dear[3]]), Ok(()));
        assert!(bear(&dear, [bcrypt(4)]).is_ok());
        assert!(bear(&dear, [OWN]).is_err());
    }

    #[test]
    fn of_512_schemes_those_that_are_evaluated_are_too_many() {
        let many = bear(&[], apart(512)).unwrap_err();
        assert_eq!(many.to_string(), "each sign-in would evaluate 512 different hashes, in about 5 seconds");
        assert_eq!(Overload::bounds(), "at most 16 hashes in 4 seconds, and 512 costs");
    }

    #[test]
    fn what_is_covered_brings_no_load() {
        assert_eq!(bear(&[&apart(20)[..], &[bcrypt(12)]].concat(), [bcrypt(10), bcrypt(12)]), Ok(()));
        assert!(bear(&[&apart(20)[..], &[bcrypt(12)]].concat(), [bcrypt(13)]).is_err());
    }

    #[test]
    fn a_store_has_no_more_than_512_schemes_of_imports() {
        let rounds =
            |count: u32| (0..count).map(|more| Scheme::of_stored(&format!("pbkdf2-sha1 {}", 1_000 + more)).unwrap());
        assert_eq!(bear(&[], rounds(512)), Ok(()));
        let many = bear(&[], rounds(513)).unwrap_err();
        assert_eq!(many.to_string(), "the store would have hashes of 513 different kinds and costs");
    }
}
