//! The numbers a site may want to change, with their defaults.

use jiff::SignedDuration;

use super::Invalid;
use super::credential::Cost;

/// What a site decides about its passwords.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The fewest characters of a new password (NIST SP 800-63B-4 §3.1.1.2 asks for 15 where it stands alone).
    pub min_length: usize,
    /// The lowest zxcvbn score of a new password, 0 to 4.
    pub min_score: u8,
    /// How long a temporary password lives.
    pub temporary_lifetime: SignedDuration,
    /// How long a sign-in lives.
    pub sign_in_lifetime: SignedDuration,
    /// How long a removed account can be restored.
    pub restorable: SignedDuration,
    /// What a password hash costs.
    pub cost: Cost,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            min_length: 15,
            min_score: 3,
            temporary_lifetime: SignedDuration::from_hours(24),
            sign_in_lifetime: SignedDuration::from_hours(8),
            restorable: SignedDuration::from_hours(30 * 24),
            cost: Cost::DEFAULT,
        }
    }
}

/// The longest life of a temporary password that can be asked for.
pub const MAX_TEMPORARY_LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The shortest life of a temporary password that can be asked for.
pub const MIN_TEMPORARY_LIFETIME: SignedDuration = SignedDuration::from_mins(1);

/// Reads how long a temporary password is to live: `90m`, `8h`, `2 days`, `PT8H`. A day has 24 hours.
pub fn temporary_lifetime(text: &str) -> Result<SignedDuration, Invalid> {
    let hint = "write it as 90m, 8h or 2d; from 1 minute to 30 days";
    let lifetime = text
        .parse::<jiff::Span>()
        .and_then(|span| span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()))
        .map_err(|_| Invalid::new(format!("{} is not a duration", super::text::quoted(text)), hint))?;
    if (MIN_TEMPORARY_LIFETIME..=MAX_TEMPORARY_LIFETIME).contains(&lifetime) {
        Ok(SignedDuration::from_secs(lifetime.as_secs()))
    } else {
        Err(Invalid::new(format!("a temporary password cannot live {}", super::text::quoted(text)), hint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, hours) in [("8h", 8), ("2d", 48), ("2 days", 48), ("90m", 1), ("PT8H", 8), ("1h 30m", 1)] {
            assert_eq!(temporary_lifetime(text).map(|d| d.as_hours()), Ok(hours), "{text}");
        }
    }

    #[test]
    fn a_duration_out_of_bounds_or_of_no_sense_is_refused() {
        for text in ["", "0s", "59s", "-1h", "31d", "8", "soon", "1 fortnight", "9999999999999d"] {
            assert!(temporary_lifetime(text).is_err(), "{text}");
        }
    }
}
