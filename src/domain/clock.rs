//! The time, passed in so that tests can set it.

use jiff::SignedDuration;
pub use jiff::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now, in UTC, to the second.
    fn now(&self) -> Timestamp;
}

/// The moment so long after another. After the last that can be said, at the end of the year 9999, comes none: it is the
/// last then.
#[must_use]
pub fn after(at: Timestamp, span: SignedDuration) -> Timestamp {
    to_the_second(at.saturating_add(span).unwrap_or(Timestamp::MAX))
}

/// The moment so long before another, and at the earliest the first that can be said.
#[must_use]
pub fn before(at: Timestamp, span: SignedDuration) -> Timestamp {
    to_the_second(at.saturating_sub(span).unwrap_or(Timestamp::MIN))
}

/// The moment without what it has beyond a whole second, as a store keeps it.
#[must_use]
pub fn to_the_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// A span of time as people say it: the two largest units that are not zero, as `23 hours 59 minutes`.
#[must_use]
pub fn spoken(seconds: i64) -> String {
    const UNITS: [(i64, &str); 4] = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let mut rest = seconds.max(0);
    let mut parts = Vec::new();
    for (size, name) in UNITS {
        // 24 hours is what the policy calls it: days begin at two.
        let count = if size == 86_400 && rest < 2 * size { 0 } else { rest / size };
        rest -= count * size;
        if count > 0 {
            parts.push(format!("{count} {name}{}", if count == 1 { "" } else { "s" }));
        }
    }
    parts.truncate(2);
    if parts.is_empty() { "0 seconds".into() } else { parts.join(" ") }
}

/// A moment as people read it, `2026-11-23 14:05 UTC`.
#[must_use]
pub fn readable(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_moment_comes_after_the_last_or_before_the_first() {
        let hour = SignedDuration::from_hours(1);
        assert_eq!(after(Timestamp::UNIX_EPOCH, hour).as_second(), 3_600);
        assert_eq!(before(Timestamp::UNIX_EPOCH, hour).as_second(), -3_600);
        for span in [hour, SignedDuration::MAX] {
            assert_eq!(after(Timestamp::MAX, span), to_the_second(Timestamp::MAX));
            assert_eq!(before(Timestamp::MIN, span), Timestamp::MIN);
        }
    }

    #[test]
    fn spans_are_said_in_their_two_largest_units() {
        assert_eq!(spoken(86_400), "24 hours");
        assert_eq!(spoken(5_400), "1 hour 30 minutes");
        assert_eq!(spoken(3 * 86_400 + 3_600 + 60), "3 days 1 hour");
        assert_eq!(spoken(1), "1 second");
        assert_eq!(spoken(-5), "0 seconds");
    }
}
