//! The policy of a site: its passwords, sign-ins and operators, with the defaults.

use jiff::SignedDuration;

use super::Invalid;
use super::blocklist::Blocklist;
use super::clock::read_span;
use super::hash::{Cost, Scheme};
use super::table::table;
use super::text::quoted;
use super::throttle::Throttle;

/// The policy of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The fewest characters of a new password. NIST SP 800-63B-4 §3.1.1.2 asks for 15 if the password is the only
    /// factor.
    pub min_length: usize,
    /// How long a temporary password is valid.
    pub temporary_lifetime: SignedDuration,
    /// How long a sign-in is valid.
    pub sign_in_lifetime: SignedDuration,
    /// How long a removed account can be restored.
    pub restorable: SignedDuration,
    /// How long a secret stays on the clipboard. Zero means until something else is copied.
    pub clear_after: SignedDuration,
    /// The limits on guessing.
    pub throttle: Throttle,
    /// The cost of a password hash.
    pub cost: Cost,
    /// What covers new hashes and all stored hashes. Every sign-in evaluates one hash of each, so that its time tells
    /// nothing.
    pub schemes: Vec<Scheme>,
    /// Whether a user who may write the store's file may do everything without signing in.
    pub operator_access: bool,
    /// The passwords that nobody may choose.
    pub blocklist: Option<Blocklist>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            min_length: 15,
            temporary_lifetime: SignedDuration::from_hours(24),
            sign_in_lifetime: SignedDuration::from_hours(8),
            restorable: SignedDuration::from_hours(30 * 24),
            clear_after: SignedDuration::from_secs(45),
            throttle: Throttle { after: 5, lock_after: 100 },
            cost: Cost::DEFAULT,
            schemes: vec![Scheme::own(Cost::DEFAULT)],
            operator_access: true,
            blocklist: None,
        }
    }
}

table! {
    /// A setting of the policy, by its name on the command line and in the store.
    Setting;
    /// The name.
    name: &'static str;
    /// What it decides.
    meaning: &'static str;
    /// [`Policy::min_length`].
    MinLength => "min-length", "how many characters a new password has at least";
    /// [`Policy::temporary_lifetime`].
    TemporaryLifetime => "temporary-lifetime", "how long a temporary password lives";
    /// [`Policy::sign_in_lifetime`].
    SignInLifetime => "sign-in-lifetime", "how long a sign-in lives";
    /// [`Policy::restorable`].
    RestorableFor => "restorable-for", "how long a removed account or an old username is kept";
    /// [`Policy::clear_after`].
    ClearAfter => "clear-after", "how long a secret stays on the clipboard; 0 keeps it";
    /// [`Throttle::after`].
    ThrottleAfter => "throttle-after", "after how many failed sign-ins in a row the next ones wait";
    /// [`Throttle::lock_after`].
    LockAfter => "lock-after", "after how many failed sign-ins in a row the account is locked";
    /// [`Policy::cost`].
    Argon2 => "argon2", "what a password hash costs: memory in KiB, passes, lanes";
    /// [`Policy::operator_access`].
    OperatorAccess => "operator-access", "whether an operator may act without signing in";
    /// [`Policy::blocklist`].
    Blocklist => "blocklist", "the passwords that nobody may choose; set it to a file of them";
}

impl Setting {
    /// The name under which a store keeps the setting.
    #[must_use]
    pub fn key(self) -> String {
        format!("policy.{}", self.name())
    }

    /// The form that its value must have.
    fn form(self) -> String {
        match self {
            Self::MinLength => format!("a number from {} to {}", LENGTHS.0, LENGTHS.1),
            Self::TemporaryLifetime => TEMPORARY_LIFETIMES.form(),
            Self::SignInLifetime => SIGN_IN_LIFETIMES.form(),
            Self::RestorableFor => RESTORABLE.form(),
            Self::ClearAfter => CLEAR_AFTER.form(),
            Self::ThrottleAfter | Self::LockAfter => format!("a number from {} to {}", FAILURES.0, FAILURES.1),
            Self::Argon2 => format!("m=KIB,t=PASSES,p=LANES, {}", Cost::BOUNDS),
            Self::OperatorAccess => "on or off".into(),
            Self::Blocklist => "the name of a file".into(),
        }
    }
}

/// The value of [`Policy::blocklist`] if there is none.
const NO_LIST: &str = "none";
/// The bounds of [`Policy::min_length`]. NIST SP 800-63B-4 §3.1.1.2 allows no fewer than 8 anywhere.
const LENGTHS: (u32, u32) = (8, 128);
/// The bounds of [`Throttle`]. NIST SP 800-63B-4 §3.2.2 allows no more than 100.
const FAILURES: (u32, u32) = (1, 100);
/// How long a temporary password may live.
const TEMPORARY_LIFETIMES: Lifetimes = Lifetimes { min: SignedDuration::from_mins(1), max: days(30) };
/// How long a sign-in may live.
const SIGN_IN_LIFETIMES: Lifetimes = Lifetimes { min: SignedDuration::from_mins(1), max: days(30) };
/// How long a token may live.
const TOKEN_LIFETIMES: Lifetimes = Lifetimes { min: SignedDuration::from_mins(1), max: days(366) };
/// How long a secret may stay on the clipboard.
const CLEAR_AFTER: Lifetimes = Lifetimes { min: SignedDuration::ZERO, max: SignedDuration::from_hours(1) };
/// How long a removed account may be restorable.
const RESTORABLE: Lifetimes = Lifetimes { min: days(1), max: days(3_660) };

const fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

impl Policy {
    /// The value of one setting, in the form that [`Self::set`] reads.
    #[must_use]
    pub fn value(&self, setting: Setting) -> String {
        match setting {
            Setting::MinLength => self.min_length.to_string(),
            Setting::TemporaryLifetime => short(self.temporary_lifetime),
            Setting::SignInLifetime => short(self.sign_in_lifetime),
            Setting::RestorableFor => short(self.restorable),
            Setting::ClearAfter => short(self.clear_after),
            Setting::ThrottleAfter => self.throttle.after.to_string(),
            Setting::LockAfter => self.throttle.lock_after.to_string(),
            Setting::Argon2 => self.cost.to_string(),
            Setting::OperatorAccess => if self.operator_access { "on" } else { "off" }.into(),
            Setting::Blocklist => self.blocklist.as_ref().map_or_else(|| NO_LIST.into(), ToString::to_string),
        }
    }

    /// Changes one setting. A value out of its bounds is refused.
    pub fn set(&mut self, setting: Setting, text: &str) -> Result<(), Invalid> {
        let decided = match setting {
            Setting::MinLength => number(text, LENGTHS).map(|length| self.min_length = length as usize),
            Setting::TemporaryLifetime => TEMPORARY_LIFETIMES.read(text).map(|life| self.temporary_lifetime = life),
            Setting::SignInLifetime => SIGN_IN_LIFETIMES.read(text).map(|life| self.sign_in_lifetime = life),
            Setting::RestorableFor => RESTORABLE.read(text).map(|span| self.restorable = span),
            Setting::ClearAfter => CLEAR_AFTER.read(text).map(|span| self.clear_after = span),
            Setting::ThrottleAfter => number(text, FAILURES).map(|after| self.throttle.after = after),
            Setting::LockAfter => number(text, FAILURES).map(|after| self.throttle.lock_after = after),
            Setting::Argon2 => Cost::read(text).map(|cost| self.cost = cost),
            Setting::OperatorAccess => on_or_off(text).map(|access| self.operator_access = access),
            Setting::Blocklist if text == NO_LIST => {
                self.blocklist = None;
                Some(())
            }
            Setting::Blocklist => text.parse().ok().map(|list| self.blocklist = Some(list)),
        };
        decided.ok_or_else(|| {
            Invalid::new(format!("{} cannot be {}", setting.name(), quoted(text)), format!("write {}", setting.form()))
        })
    }
}

fn on_or_off(text: &str) -> Option<bool> {
    match text {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

fn number(text: &str, (least, most): (u32, u32)) -> Option<u32> {
    text.parse().ok().filter(|number| (least..=most).contains(number))
}

/// The shortest and the longest allowed lifetime.
struct Lifetimes {
    min: SignedDuration,
    max: SignedDuration,
}

impl Lifetimes {
    /// `90m`, `8h`, `2 days`, `PT8H`, within the bounds. A day has 24 hours.
    fn read(&self, text: &str) -> Option<SignedDuration> {
        // Zero needs no unit.
        let lifetime = if text == "0" { SignedDuration::ZERO } else { read_span(text)? };
        let whole = SignedDuration::from_secs(lifetime.as_secs());
        (self.min..=self.max).contains(&lifetime).then_some(whole)
    }

    fn form(&self) -> String {
        format!("a duration as 90m, 8h or 2d, from {} to {}", short(self.min), short(self.max))
    }

    /// Reads the lifetime that was asked for `what`, such as "a token".
    fn asked(&self, what: &str, text: &str) -> Result<SignedDuration, Invalid> {
        let refused = || Invalid::new(format!("{what} cannot live {}", quoted(text)), format!("write {}", self.form()));
        self.read(text).ok_or_else(refused)
    }
}

/// Reads the lifetime of a temporary password.
pub fn temporary_lifetime(text: &str) -> Result<SignedDuration, Invalid> {
    TEMPORARY_LIFETIMES.asked("a temporary password", text)
}

/// Reads the lifetime of a token: at most a year.
pub fn token_lifetime(text: &str) -> Result<SignedDuration, Invalid> {
    TOKEN_LIFETIMES.asked("a token", text)
}

/// Reads how long a secret stays on the clipboard.
pub fn clear_after(text: &str) -> Result<SignedDuration, Invalid> {
    CLEAR_AFTER.asked("a secret on the clipboard", text)
}

/// A duration in one unit that divides it, as it can be typed: `24h`, `30d`.
fn short(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 => "0".into(),
        _ if seconds % 86_400 == 0 && seconds > 86_400 => format!("{}d", seconds / 86_400),
        _ if seconds % 3_600 == 0 => format!("{}h", seconds / 3_600),
        _ if seconds % 60 == 0 => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
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

    #[test]
    fn a_duration_is_written_in_the_largest_unit_that_divides_it_and_a_day_as_24_hours() {
        for written in ["0", "59s", "61s", "1m", "90m", "1h", "24h", "25h", "2d", "30d"] {
            let read = if written == "0" { SignedDuration::ZERO } else { read_span(written).unwrap() };
            assert_eq!(short(read), written);
        }
    }

    #[test]
    fn a_secret_stays_on_the_clipboard_for_an_hour_at_most() {
        for (text, minutes) in [("0", Some(0)), ("1m", Some(1)), ("60m", Some(60)), ("61m", None)] {
            assert_eq!(clear_after(text).ok().map(|span| span.as_mins()), minutes, "{text}");
        }
    }

    #[test]
    fn a_refusal_says_which_form_a_value_has() {
        for (setting, form) in [
            (Setting::MinLength, "write a number from 8 to 128"),
            (Setting::ClearAfter, "write a duration as 90m, 8h or 2d, from 0 to 1h"),
        ] {
            assert_eq!(Policy::default().set(setting, "some").unwrap_err().hint, form);
        }
    }

    #[test]
    fn operators_are_let_in_or_not() {
        for (text, access) in [("off", false), ("on", true)] {
            let mut policy = Policy { operator_access: !access, ..Policy::default() };
            policy.set(Setting::OperatorAccess, text).unwrap();
            assert_eq!((policy.operator_access, policy.value(Setting::OperatorAccess)), (access, text.into()));
        }
    }

    #[test]
    fn a_store_keeps_a_setting_under_its_name() {
        assert_eq!(Setting::MinLength.key(), "policy.min-length");
    }

    #[test]
    fn a_token_lives_a_year_at_most() {
        assert!(token_lifetime("365d").is_ok());
        assert!(token_lifetime("367d").is_err());
    }

    #[test]
    fn what_has_been_decided_can_be_typed_back() {
        let (mut policy, default) = (Policy::default(), Policy::default());
        for setting in Setting::ALL {
            policy.set(setting, &default.value(setting)).unwrap();
        }
        assert_eq!(policy, default);
    }

    #[test]
    fn what_is_out_of_bounds_is_refused_and_changes_nothing() {
        for (setting, texts) in [
            (Setting::MinLength, &["7", "129", "-1", "", "fifteen"][..]),
            (Setting::LockAfter, &["0", "101"]),
            (Setting::RestorableFor, &["23h"]),
            (Setting::Argon2, &["m=8,t=1,p=1", "m=19456,t=1,p=1", "m=4194304,t=2,p=1", "m=19456", "t=2,m=19456,p=1"]),
            (Setting::OperatorAccess, &["yes", "ON"]),
            (Setting::Blocklist, &["", "off", "entries=1"]),
        ] {
            for text in texts {
                let mut policy = Policy::default();
                assert!(policy.set(setting, text).is_err(), "{text}");
                assert_eq!(policy, Policy::default());
            }
        }
    }
}
