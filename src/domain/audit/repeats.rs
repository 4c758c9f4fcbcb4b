//! Repeated refusals: how long they are counted together, and how many events they cause in a day.

use jiff::SignedDuration;

use super::RecordedTarget;
use crate::domain::clock::Timestamp;

/// For how many seconds repeated refusals are counted together, to become one event: an hour.
const TOGETHER: i64 = 60 * 60;
/// How many of these hours can overlap one day.
const HOURS_OF_A_DAY: u32 = 24 + 1;
/// How many kinds are counted apart at once. Further kinds are counted together.
pub const KINDS: u32 = 199;
/// The most events per day from people who prove nothing. Each kind gives two events an hour: the first refusal, and
/// the count of its repeats.
pub const EVENTS_A_DAY: u32 = (KINDS + 1) * 2 * HOURS_OF_A_DAY;
/// The most bytes of the store that such an event fills, its index included.
pub const BYTES_AN_EVENT: u64 = 1_000;

/// Repeated refusals after the first of their kind. They are not an event yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// The account that they were about, if any.
    pub target: Option<RecordedTarget>,
    /// What the record says of each, as [`super::Detail::to_json`] writes it.
    pub kind: String,
    /// How many there are.
    pub count: u64,
    /// When the latest one came.
    pub last_at: Timestamp,
}

/// The earliest and latest time of a first refusal whose repeats are still counted. The time may be in the future, if a
/// clock was set back.
#[must_use]
pub fn together(now: Timestamp) -> [Timestamp; 2] {
    let most = SignedDuration::from_secs(TOGETHER - 1);
    [now.saturating_sub(most), now.saturating_add(most)].map(|moment| moment.unwrap_or(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_of_refusals_is_counted_together_whichever_way_a_clock_was_set() {
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(together(at(10_000)), [at(10_000 - 3_599), at(10_000 + 3_599)]);
    }
}
