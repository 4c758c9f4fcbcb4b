//! What is turned away again and again: how long it is counted as one, and what that comes to in a day.

use jiff::SignedDuration;

use super::RecordedTarget;
use crate::domain::clock::Timestamp;

/// For how many seconds repeats of what was turned away are counted, to become one event: an hour.
const TOGETHER: i64 = 60 * 60;
/// In how many of such hours a day has a part.
const HOURS_OF_A_DAY: u32 = 24 + 1;
/// How many kinds are told apart at once; more are counted together.
pub const KINDS: u32 = 199;
/// How many events people who prove nothing can have written in a day at most: the first of each kind and its repeats, in
/// each hour that a day has a part in.
pub const EVENTS_A_DAY: u32 = (KINDS + 1) * 2 * HOURS_OF_A_DAY;
/// How many bytes of the store such an event fills at most, its index included.
pub const BYTES_AN_EVENT: u64 = 1_000;

/// What was turned away after the first of its kind, and is no event yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// Whose account it was about, if it was anybody's.
    pub target: Option<RecordedTarget>,
    /// What the record says of each, as [`super::Detail::to_json`] writes it.
    pub kind: String,
    /// How many there are.
    pub count: u64,
    /// When the latest came.
    pub last_at: Timestamp,
}

/// From when to when the first of a kind has come whose repeats are counted still. A clock that was set back makes it one
/// of the future.
#[must_use]
pub fn together(now: Timestamp) -> [Timestamp; 2] {
    let most = SignedDuration::from_secs(TOGETHER - 1);
    [now.saturating_sub(most), now.saturating_add(most)].map(|moment| moment.unwrap_or(now))
}
