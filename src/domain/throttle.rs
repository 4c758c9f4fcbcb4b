//! Limits on guessing: tries that have to wait, and accounts that are locked.

use jiff::SignedDuration;

use super::clock::{Timestamp, after, before};

/// How many tries may run at once while none has failed. So a script may sign in several times in parallel.
const AT_ONCE: u32 = 20;
/// After how many seconds an unfinished try counts as failed, because its process was killed. The most expensive hash
/// takes about one second, and few sites have used more than one cost.
const GIVEN_UP: i64 = 60;
/// The longest wait between two tries, in seconds.
const LONGEST_WAIT: i64 = 15 * 60;

/// When tries have to wait, and when an account is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// After this many failures in a row, each further try waits. The wait begins at 1 second or more and doubles each
    /// time, up to 15 minutes.
    pub after: u32,
    /// After this many failures in a row, the account is locked (NIST SP 800-63B-4 §3.2.2: at most 100).
    pub lock_after: u32,
}

/// The number of a try to sign in that has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TryId(pub i64);

/// The failed tries to sign in to an account since the last one that succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tries {
    /// How many there are.
    pub failed: u32,
    /// When the latest one failed.
    pub last_at: Option<Timestamp>,
}

/// The tries to sign in to an account, as the next try finds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TriesNow {
    /// The failed tries. Those that will never finish are among them.
    pub tries: Tries,
    /// How many others have begun and may still finish.
    pub under_way: u32,
}

/// The earliest and latest start of a try that may still finish. The start may be in the future, if a clock was set
/// back.
#[must_use]
pub fn alive(now: Timestamp) -> [Timestamp; 2] {
    let most = SignedDuration::from_secs(GIVEN_UP - 1);
    [before(now, most), after(now, most)]
}

impl Tries {
    /// Whether the password of another try may be checked, while so many are running. A `needed` account is not locked,
    /// but stays throttled.
    #[must_use]
    pub fn begin(mut self, under_way: u32, now: Timestamp, throttle: Throttle, needed: bool) -> (Self, bool) {
        let since = self.last_at.map(|last| now.as_second() - last.as_second());
        let begun = self.failed.saturating_add(under_way);
        let may = if !needed && begun >= throttle.lock_after {
            false
        } else if self.failed == 0 {
            under_way < AT_ONCE
        } else if self.failed < throttle.after {
            begun < throttle.after
        } else {
            under_way == 0 && self.wait_until(now, throttle).is_some_and(|until| until <= now)
        };
        // If a clock was set back, nobody waits longer than once more, and nobody waits less. A difference of a moment
        // does not count as set back. Tries that waited for the store arrive in another order than they began.
        if since.is_some_and(|since| since <= -GIVEN_UP) {
            self.last_at = Some(now);
        }
        (self, may)
    }

    /// Until when another try has to wait, if tries wait. Before that it fails, and its password is not checked.
    #[must_use]
    pub fn wait_until(self, now: Timestamp, throttle: Throttle) -> Option<Timestamp> {
        let last = self.last_at.filter(|_| self.failed >= throttle.after)?;
        // The next try finds this time, if the clock was set back.
        let last = if last.as_second() - now.as_second() >= GIVEN_UP { now } else { last };
        // Times are whole seconds. The failure may have come at the very end of its second.
        Some(after(last, SignedDuration::from_secs(wait(self.failed, throttle) + 1)))
    }

    /// The tries after one that was checked and failed.
    #[must_use]
    pub fn fail(self, at: Timestamp) -> Self {
        Self { failed: self.failed.saturating_add(1), last_at: self.last_at.max(Some(at)) }
    }

    /// Whether there are so many failures that the account must be locked.
    #[must_use]
    pub fn are_spent(self, throttle: Throttle) -> bool {
        self.failed >= throttle.lock_after
    }
}

/// How many seconds after the latest failure the next try may be checked.
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
        Tries { failed, last_at: Some(at(0)) }
    }

    fn may_begin(tries: Tries, under_way: u32, second: i64) -> bool {
        tries.begin(under_way, at(second), THROTTLE, false).1
    }

    #[test]
    fn the_first_five_tries_do_not_wait() {
        let mut tries = Tries::default();
        for _ in 0..5 {
            assert!(may_begin(tries, 0, 0));
            tries = tries.fail(at(0));
        }
        assert!(!may_begin(tries, 0, 0));
    }

    #[test]
    fn each_further_try_waits_twice_as_long_up_to_fifteen_minutes() {
        for (failures, wait) in [(5, 1), (6, 2), (7, 4), (14, 512), (15, 900), (16, 900), (99, 900)] {
            // The failure came at any moment of its second. The try comes at any moment of its own second.
            assert!(!may_begin(failed(failures), 0, wait), "{failures}");
            assert!(may_begin(failed(failures), 0, wait + 1), "{failures}");
        }
    }

    #[test]
    fn a_try_that_comes_too_early_makes_nobody_wait_longer() {
        let (tries, may) = failed(6).begin(0, at(1), THROTTLE, false);
        assert!(!may);
        assert_eq!(tries, failed(6));
    }

    #[test]
    fn after_a_hundred_failures_no_try_is_let_through_however_long_one_waits() {
        assert!(!failed(99).are_spent(THROTTLE));
        assert!(failed(100).are_spent(THROTTLE));
        assert!(!may_begin(failed(100), 0, 1_000_000));
    }

    #[test]
    fn an_account_that_is_needed_stays_throttled_instead() {
        assert!(!failed(100).begin(0, at(900), THROTTLE, true).1);
        assert!(failed(100).begin(0, at(901), THROTTLE, true).1);
    }

    #[test]
    fn a_try_is_given_up_a_minute_after_it_began_or_before_it_by_the_clock() {
        let [least, most] = alive(at(0));
        assert_eq!([least, most], [at(1 - GIVEN_UP), at(GIVEN_UP - 1)]);
    }

    #[test]
    fn a_script_may_sign_in_several_times_at_once() {
        assert!(may_begin(Tries::default(), AT_ONCE - 1, 0));
        assert!(!may_begin(Tries::default(), AT_ONCE, 0));
    }

    #[test]
    fn once_one_has_failed_no_more_are_let_through_at_once_than_may_fail() {
        for (under_way, may) in [(0, true), (1, true), (2, true), (3, false), (4, false)] {
            assert_eq!(may_begin(failed(2), under_way, 0), may, "{under_way}");
        }
    }

    #[test]
    fn where_tries_wait_one_is_let_through_at_a_time() {
        assert!(may_begin(failed(5), 0, 2));
        assert!(!may_begin(failed(5), 1, 1_000));
    }

    #[test]
    fn the_latest_failure_counts_whichever_is_told_last() {
        assert_eq!(Tries::default().fail(at(2)).fail(at(1)), Tries { failed: 2, last_at: Some(at(2)) });
    }

    #[test]
    fn a_clock_set_back_ends_no_wait_early_and_lets_nobody_wait_for_ever() {
        let (tries, may) = failed(8).begin(0, at(-86_400), THROTTLE, false);
        assert!(!may);
        assert!(!may_begin(tries, 0, -86_400 + 8));
        assert!(may_begin(tries, 0, -86_400 + 9));
        assert_eq!(failed(8).wait_until(at(-86_400), THROTTLE), Some(at(-86_400 + 9)));
        assert_eq!(failed(8).wait_until(at(-1), THROTTLE), Some(at(9)));
    }

    proptest! {
        /// Results and killed processes do not matter: the tries checked in a row stay below the limit.
        #[test]
        fn no_more_tries_are_looked_at_than_the_limit(
            steps in proptest::collection::vec((-100_i64..2_000, any::<bool>()), 1..400),
            lock_after in 1_u32..=100,
        ) {
            let throttle = Throttle { after: 5, lock_after };
            let (mut tries, mut killed, mut now, mut looked_at) = (Tries::default(), Vec::new(), 0, 0);
            for (passed, is_killed) in steps {
                now += passed;
                let [least, most] = alive(at(now));
                killed.retain(|began_at| {
                    let is_alive = (least..=most).contains(began_at);
                    if !is_alive {
                        tries = tries.fail(*began_at);
                    }
                    is_alive
                });
                let (begun, may) = tries.begin(u32::try_from(killed.len()).unwrap(), at(now), throttle, false);
                tries = begun;
                if may {
                    looked_at += 1;
                    if is_killed {
                        killed.push(at(now));
                    } else {
                        tries = tries.fail(at(now));
                    }
                }
            }
            prop_assert!(looked_at <= lock_after);
        }
    }
}
