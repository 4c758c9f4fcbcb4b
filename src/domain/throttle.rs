//! How often somebody may guess: tries that are put off, and accounts that are locked.

use super::clock::Timestamp;

/// How many tries may be under way at once where none has failed, so that a script may sign in several times in parallel.
const AT_ONCE: u32 = 20;
/// After how many seconds a try that has not come to its end never will: its process was killed, and it has failed. The
/// dearest hash takes about one.
const GIVEN_UP: i64 = 60;
/// The longest wait between two tries, in seconds.
const LONGEST_WAIT: i64 = 15 * 60;

/// When tries are put off, and when an account is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// After so many failures in a row each further try waits: 1 second, then twice as long each time, up to 15 minutes.
    pub after: u32,
    /// After so many failures in a row the account is locked (NIST SP 800-63B-4 §3.2.2: at most 100).
    pub lock_after: u32,
}

/// The tries to sign in to an account since the last one that succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tries {
    /// Those that failed.
    pub failed: u32,
    /// Those that were let through and have not come to their end.
    pub pending: u32,
    /// When the latest one began, or failed.
    pub last_at: Option<Timestamp>,
}

impl Tries {
    /// Counts a try before its password is looked at. The second value says whether it may be looked at. An account
    /// that is `needed` is not locked, and stays throttled.
    #[must_use]
    pub fn begin(mut self, now: Timestamp, throttle: Throttle, needed: bool) -> (Self, bool) {
        let since = self.last_at.map(|last| now.as_second() - last.as_second());
        // Those that waited for the store come in another order than they began: a moment earlier is no clock set back.
        if self.pending > 0 && since.is_none_or(|since| since.abs() >= GIVEN_UP) {
            self.failed = self.failed.saturating_add(self.pending);
            self.pending = 0;
        }
        let begun = self.failed.saturating_add(self.pending);
        let may = if !needed && begun >= throttle.lock_after {
            false
        } else if self.failed == 0 {
            self.pending < AT_ONCE
        } else if self.failed < throttle.after {
            begun < throttle.after
        } else {
            self.pending == 0 && since.is_some_and(|since| since >= wait(self.failed, throttle))
        };
        if may {
            self.pending += 1;
            self.last_at = self.last_at.max(Some(now));
        }
        // A clock that was set back makes nobody wait longer than once more, and nobody shorter.
        if since.is_some_and(|since| since <= -GIVEN_UP) {
            self.last_at = Some(now);
        }
        (self, may)
    }

    /// A try that was let through has failed.
    #[must_use]
    pub fn fail(self, now: Timestamp) -> Self {
        Self { failed: self.failed.saturating_add(1), pending: self.pending.saturating_sub(1), last_at: Some(now) }
    }

    /// A try that was let through has succeeded: those that failed before are forgotten. Others that are under way are
    /// not, since they may be somebody else's, who is killing them.
    #[must_use]
    pub fn succeed(self) -> Self {
        let pending = self.pending.saturating_sub(1);
        Self { failed: 0, pending, last_at: self.last_at.filter(|_| pending > 0) }
    }

    /// Whether there have been so many failures that the account is to be locked.
    #[must_use]
    pub fn are_spent(self, throttle: Throttle) -> bool {
        self.failed >= throttle.lock_after
    }
}

/// How many seconds after the latest of so many failures the next try may be looked at.
fn wait(failed: u32, throttle: Throttle) -> i64 {
    let doublings = failed.saturating_sub(throttle.after);
    1_i64.checked_shl(doublings).filter(|wait| (1..LONGEST_WAIT).contains(wait)).unwrap_or(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const THROTTLE: Throttle = Throttle { after: 5, lock_after: 100 };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    fn failed(failed: u32) -> Tries {
        Tries { failed, pending: 0, last_at: Some(at(0)) }
    }

    fn may_begin(tries: Tries, second: i64) -> bool {
        tries.begin(at(second), THROTTLE, false).1
    }

    #[test]
    fn the_first_five_tries_do_not_wait() {
        let mut tries = Tries::default();
        for _ in 0..5 {
            let (begun, may) = tries.begin(at(0), THROTTLE, false);
            assert!(may);
            tries = begun.fail(at(0));
        }
        assert!(!may_begin(tries, 0));
    }

    #[test]
    fn each_further_try_waits_twice_as_long_up_to_fifteen_minutes() {
        for (failures, wait) in [(5, 1), (6, 2), (7, 4), (14, 512), (15, 900), (16, 900), (99, 900)] {
            assert!(!may_begin(failed(failures), wait - 1), "{failures}");
            assert!(may_begin(failed(failures), wait), "{failures}");
        }
    }

    #[test]
    fn a_try_that_comes_too_early_makes_nobody_wait_longer() {
        let (tries, may) = failed(6).begin(at(1), THROTTLE, false);
        assert!(!may);
        assert_eq!(tries, failed(6));
    }

    #[test]
    fn after_a_hundred_failures_no_try_is_let_through_however_long_one_waits() {
        assert!(!failed(99).are_spent(THROTTLE));
        assert!(failed(100).are_spent(THROTTLE));
        assert!(!may_begin(failed(100), 1_000_000));
    }

    #[test]
    fn an_account_that_is_needed_stays_throttled_instead() {
        assert!(!failed(100).begin(at(899), THROTTLE, true).1);
        assert!(failed(100).begin(at(900), THROTTLE, true).1);
    }

    #[test]
    fn a_try_that_was_killed_has_failed() {
        let (tries, _) = Tries::default().begin(at(0), THROTTLE, false);
        let (later, _) = tries.begin(at(GIVEN_UP), THROTTLE, false);
        assert_eq!((later.failed, later.pending), (1, 1));
    }

    #[test]
    fn a_success_leaves_the_tries_of_others_under_way() {
        let (killed, _) = Tries::default().begin(at(0), THROTTLE, false);
        let (own, _) = killed.begin(at(50), THROTTLE, false);
        let left = own.succeed();
        assert_eq!((left.failed, left.pending), (0, 1));
        let (later, _) = left.begin(at(50 + GIVEN_UP), THROTTLE, false);
        assert_eq!((later.failed, later.pending), (1, 1), "however many have succeeded since");
        assert_eq!(later.succeed(), Tries::default());
    }

    #[test]
    fn tries_that_overlap_for_longer_than_a_minute_and_all_succeed_have_not_failed() {
        let mut tries = Tries::default();
        for second in 0..3 * GIVEN_UP {
            let (begun, may) = tries.begin(at(second), THROTTLE, false);
            assert!(may, "{second}");
            assert_eq!(begun.failed, 0, "{second}");
            // The one before this one comes to its end only now.
            tries = if second > 0 { begun.succeed() } else { begun };
        }
        assert_eq!(tries.succeed(), Tries::default());
    }

    #[test]
    fn a_script_may_sign_in_several_times_at_once() {
        let mut tries = Tries::default();
        for _ in 0..AT_ONCE {
            let (begun, may) = tries.begin(at(0), THROTTLE, false);
            assert!(may);
            tries = begun;
        }
        assert!(!may_begin(tries, 0));
    }

    #[test]
    fn once_one_has_failed_no_more_are_let_through_at_once_than_may_fail() {
        let mut tries = failed(2);
        for may in [true, true, true, false] {
            let (begun, let_through) = tries.begin(at(0), THROTTLE, false);
            assert_eq!(let_through, may);
            tries = begun;
        }
    }

    #[test]
    fn tries_that_come_in_another_order_than_they_began_have_not_failed() {
        let (tries, _) = Tries::default().begin(at(2), THROTTLE, false);
        let (tries, may) = tries.begin(at(1), THROTTLE, false);
        assert!(may);
        assert_eq!(tries, Tries { failed: 0, pending: 2, last_at: Some(at(2)) });
    }

    #[test]
    fn where_tries_wait_one_is_let_through_at_a_time() {
        let (tries, may) = failed(5).begin(at(1), THROTTLE, false);
        assert!(may);
        assert!(!may_begin(tries, 2));
    }

    #[test]
    fn a_clock_set_back_ends_no_wait_early_and_lets_nobody_wait_for_ever() {
        let (tries, may) = failed(8).begin(at(-86_400), THROTTLE, false);
        assert!(!may);
        assert!(!may_begin(tries, -86_400 + 7));
        assert!(may_begin(tries, -86_400 + 8));
    }

    proptest! {
        /// Whatever comes of them, and however many are killed: what is looked at in a row stays below the limit.
        #[test]
        fn no_more_tries_are_looked_at_than_the_limit(
            steps in proptest::collection::vec((0_i64..2_000, any::<bool>()), 1..400),
            lock_after in 1_u32..=100,
        ) {
            let throttle = Throttle { after: 5, lock_after };
            let (mut tries, mut now, mut looked_at) = (Tries::default(), 0, 0);
            for (passed, killed) in steps {
                now += passed;
                let (begun, may) = tries.begin(at(now), throttle, false);
                tries = begun;
                if may {
                    looked_at += 1;
                    if !killed {
                        tries = tries.fail(at(now));
                    }
                }
            }
            prop_assert!(looked_at <= lock_after);
        }
    }
}
