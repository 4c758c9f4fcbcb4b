//! Times that people type to choose events.

use std::str::FromStr;

use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::Invalid;
use crate::domain::clock::{Timestamp, before, read_span};
use crate::domain::text::quoted;

/// One end of a time range, as it was typed.
pub enum Bound {
    /// A whole calendar day. As the end of the range, the day is included.
    Day(Date),
    /// A moment with its zone.
    Moment(Timestamp),
    /// This long before now.
    Ago(SignedDuration),
}

impl FromStr for Bound {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        // A moment without a zone is not cut down to its day. In another zone it could be another moment.
        let day = || text.parse().ok().filter(|_| text.len() == "2026-11-22".len()).map(Self::Day);
        let moment = || text.parse().ok().map(Self::Moment);
        // `7d`, `7d ago` and `-7d` mean the same.
        day().or_else(moment).or_else(|| read_span(text).map(|span| Self::Ago(span.abs()))).ok_or_else(|| {
            let hint = "write a day as 2026-11-22, a moment as 2026-11-22T09:00:00Z, or how long ago as 90m, 8h or 7d";
            Invalid::new(format!("{} is not a time", quoted(text)), hint)
        })
    }
}

impl Bound {
    /// The first moment of the bound.
    pub fn begin(&self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Day(day) => day.to_zoned(zone.clone()).map_or(Timestamp::MAX, |start| start.timestamp()),
            Self::Moment(at) => *at,
            Self::Ago(span) => before(now, *span),
        }
    }

    /// The first moment after the bound.
    pub fn end(&self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Day(day) => day.tomorrow().map_or(Timestamp::MAX, |next| Self::Day(next).begin(now, zone)),
            Self::Moment(_) | Self::Ago(_) => self.begin(now, zone),
        }
    }
}
