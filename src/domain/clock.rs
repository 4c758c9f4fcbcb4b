//! The time. Callers pass it in, so that tests can set it.

use std::sync::LazyLock;

pub use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan as _};

use super::Invalid;
use super::text::quoted;

/// The time zone for people. It is looked up when the first time is shown.
pub type Zone = &'static LazyLock<TimeZone>;

/// For tests.
#[cfg(any(test, fuzzing))]
pub static UTC: LazyLock<TimeZone> = LazyLock::new(|| TimeZone::UTC);

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now, in UTC, to the second.
    fn now(&self) -> Timestamp;
}

/// The moment a span after another. If it is too late to represent, this is the last moment, at the end of the year
/// 9999.
#[must_use]
pub fn after(at: Timestamp, span: SignedDuration) -> Timestamp {
    to_the_second(at.saturating_add(span).unwrap_or(Timestamp::MAX))
}

/// The moment a span before another. If it is too early to represent, this is the first moment.
#[must_use]
pub fn before(at: Timestamp, span: SignedDuration) -> Timestamp {
    to_the_second(at.saturating_sub(span).unwrap_or(Timestamp::MIN))
}

/// The moment cut to whole seconds, as a store keeps it.
#[must_use]
pub fn to_the_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// The end of a last day that somebody wrote as `2027-03-31`, in their zone. No text means that there is none. A day that
/// is over is a fault.
pub fn last_day(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Option<Timestamp>, Invalid> {
    if text.is_empty() {
        return Ok(None);
    }
    let day: Option<Date> = text.parse().ok().filter(|_| text.len() == "2027-03-31".len());
    let end = day.and_then(|day| Some(day.tomorrow().ok()?.to_zoned(zone.clone()).ok()?.timestamp()));
    let end = end.ok_or_else(|| Invalid::new(format!("{} is not a day", quoted(text)), "write it as 2027-03-31"))?;
    if end <= now {
        let hint = "name today or a later day; 'passdesk users disable' switches an account off at once";
        return Err(Invalid::new(format!("{} is over", quoted(text)), hint));
    }
    Ok(Some(end))
}

/// A span of time in words: the largest unit that is not zero and the next one, as `23 hours 59 minutes`.
#[must_use]
pub fn spoken(seconds: i64) -> String {
    const UNITS: [(i64, &str); 4] = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let mut rest = seconds.max(0);
    let counts = UNITS.map(|(size, name)| {
        // The policy says 24 hours, so days begin at two.
        let count = if size == 86_400 && rest < 2 * size { 0 } else { rest / size };
        rest -= count * size;
        (count, name)
    });
    let two = counts.into_iter().skip_while(|(count, _)| *count == 0).take(2).filter(|(count, _)| *count > 0);
    let said = two.map(|(count, name)| format!("{count} {name}{}", if count == 1 { "" } else { "s" }));
    let said = said.collect::<Vec<_>>().join(" ");
    if said.is_empty() { "0 seconds".into() } else { said }
}

/// Reads a span of time: `90m`, `8h`, `2 days`, `PT8H`. A day has 24 hours.
#[must_use]
pub fn read_span(text: &str) -> Option<SignedDuration> {
    text.parse::<jiff::Span>().ok()?.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()
}

/// A moment in a column: `2026-11-23 14:05 CET`.
#[must_use]
pub fn readable(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

/// A moment in a sentence: `today at 14:05 CET`, `on 2026-11-23 at 14:05 CET`.
#[must_use]
pub fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let [at, now] = [at, now].map(|moment| moment.to_zoned(zone.clone()));
    let day = |days| now.date().checked_add(days).is_ok_and(|day| day == at.date());
    let format = if day(0.days()) {
        "today at %H:%M %Z"
    } else if day(1.day()) {
        "tomorrow at %H:%M %Z"
    } else if day((-1).days()) {
        "yesterday at %H:%M %Z"
    } else {
        "on %Y-%m-%d at %H:%M %Z"
    };
    at.strftime(format).to_string()
}

/// A moment in a sentence, and its distance from now: `tomorrow at 14:05 CET (in 24 hours)`.
#[must_use]
pub fn moment_and_span(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let seconds = at.as_second().saturating_sub(now.as_second());
    let span = spoken(seconds.saturating_abs());
    let moment = moment(at, now, zone);
    match seconds {
        -59..=0 => format!("{moment} (just now)"),
        ..-59 => format!("{moment} ({span} ago)"),
        1.. => format!("{moment} (in {span})"),
    }
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
    fn spans_are_said_in_their_largest_unit_and_the_next() {
        assert_eq!(spoken(86_400), "24 hours");
        assert_eq!(spoken(2 * 86_400 - 60), "47 hours 59 minutes");
        assert_eq!(spoken(2 * 86_400), "2 days");
        assert_eq!(spoken(5_400), "1 hour 30 minutes");
        assert_eq!(spoken(3 * 86_400 + 3_600 + 60), "3 days 1 hour");
        assert_eq!(spoken(3 * 86_400 + 30), "3 days");
        assert_eq!(spoken(7_230), "2 hours");
        assert_eq!(spoken(1), "1 second");
        assert_eq!(spoken(-5), "0 seconds");
    }

    #[test]
    fn a_moment_is_told_in_the_zone_of_its_reader_and_as_near_as_it_is() {
        let zone = TimeZone::get("Europe/Amsterdam").unwrap();
        let now: Timestamp = "2026-03-28T22:30:00Z".parse().unwrap();
        for (at, told) in [
            ("2026-03-28T22:29:00Z", "today at 23:29 CET (1 minute ago)"),
            ("2026-03-28T23:30:00Z", "tomorrow at 00:30 CET (in 1 hour)"),
            // On the next day the clocks go forward.
            ("2026-03-29T12:00:00Z", "tomorrow at 14:00 CEST (in 13 hours 30 minutes)"),
            ("2026-03-27T22:59:00Z", "yesterday at 23:59 CET (23 hours 31 minutes ago)"),
            ("2026-03-30T22:30:00Z", "on 2026-03-31 at 00:30 CEST (in 2 days)"),
            ("2025-12-31T23:00:00Z", "on 2026-01-01 at 00:00 CET (86 days 23 hours ago)"),
        ] {
            assert_eq!(moment_and_span(at.parse().unwrap(), now, &zone), told);
        }
        assert_eq!(readable(now, &zone), "2026-03-28 23:30 CET");
        assert_eq!(readable(now, &TimeZone::UTC), "2026-03-28 22:30 UTC");
        assert_eq!(readable(now, &TimeZone::get("America/Sao_Paulo").unwrap()), "2026-03-28 19:30 -03");
    }

    #[test]
    fn the_first_and_the_last_moment_are_told_too() {
        for at in [Timestamp::MIN, Timestamp::MAX] {
            for now in [Timestamp::MIN, Timestamp::MAX] {
                assert!(moment_and_span(at, now, &TimeZone::UTC).contains(" at "));
            }
        }
    }
}
