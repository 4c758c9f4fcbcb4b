//! The details of an event: values under documented keys, and their words for people.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Reason;
use crate::domain::clock::readable;
use crate::domain::role::{Role, Roles};
use crate::domain::table::table;

table! {
    /// The key of a value, in the order in which people read them. The names are part of the contract.
    DetailKey;
    /// The name in the record.
    name: &'static str;
    /// The words for people. `{}` is the value.
    phrase: &'static str;
    /// Why it was refused, as [`Reason::code`] names it.
    Reason => "reason", "{}";
    /// The message of an error.
    Error => "error", "{}";
    /// How many more came, all alike, after the first.
    Count => "count", "{} more";
    /// When the last of them came.
    LastAt => "last_at", "the last at {}";
    /// How many sign-in tries were given up.
    Tries => "tries", "tries: {}";
    /// When the first of them began.
    FirstBeganAt => "first_began_at", "begun at {}";
    /// When the last of them began.
    LastBeganAt => "last_began_at", "the last begun at {}";
    /// Who it was, if the counted refusals name an actor.
    Actor => "actor", "by {}";
    /// The operating system user who typed it.
    TypedBy => "typed_by", "typed by {}";
    /// The host that somebody came from, as PAM says.
    Host => "host", "from {}";
    /// The service that asked, as PAM says.
    Service => "service", "through {}";
    /// What the sign-in was for.
    Purpose => "purpose", "for {}";
    /// The state of the account before.
    StateBefore => "state_before", "state before: {}";
    /// Which fields of the account changed.
    Changed => "changed", "changed: {}";
    /// The new username.
    Username => "username", "username: {}";
    /// The fingerprint of the public key that the account keeps.
    PublicKey => "public_key", "public key: {}";
    /// The label of a token.
    Label => "label", "{}";
    /// The roles.
    Roles => "roles", "roles: {}";
    /// The roles before.
    RolesBefore => "roles_before", "roles before: {}";
    /// The name of a setting.
    Setting => "setting", "setting: {}";
    /// The new value of a setting.
    Value => "value", "now {}";
    /// The old value of a setting.
    ValueBefore => "value_before", "was {}";
    /// Where a backup is.
    Path => "path", "copy: {}";
    /// The number of the last event that was archived.
    ArchivedUntil => "archived_until", "up to event {}";
    /// The link of that event.
    ArchivedLink => "archived_link", "its head: {}";
    /// The number of the last event of the record that a restored backup replaced.
    ReplacedUntil => "replaced_until", "in place of a record up to event {}";
    /// The link of that event.
    ReplacedLink => "replaced_link", "whose head was {}";
    /// How many accounts were made.
    New => "new", "new: {}";
    /// The number of the first of them.
    FirstId => "first_id", "first id: {}";
    /// The number of the last of them.
    LastId => "last_id", "last id: {}";
    /// How many of them brought the password that their owner had elsewhere.
    WithPassword => "with_password", "with their password: {}";
    /// How many accounts were changed.
    Updated => "updated", "updated: {}";
    /// How many accounts of the list were left unchanged.
    Skipped => "skipped", "skipped: {}";
    /// The SHA-256 of the imported list.
    Sha256 => "sha256", "sha256: {}";
    /// How many sign-ins and tokens were ended.
    Ended => "ended", "ended everywhere: {}";
    /// The cost of a hash.
    Cost => "cost", "cost: {}";
    /// The cost of the hash before it.
    CostBefore => "cost_before", "cost before: {}";
    /// When it expires.
    ExpiresAt => "expires_at", "expires {}";
    /// How many sign-ins had failed in a row.
    Failures => "failures", "failed before: {}";
    /// A sentence that an earlier passdesk wrote.
    Said => "said", "{}";
}

impl DetailKey {
    /// A value in words for people.
    fn said(self, value: &Value, zone: &TimeZone) -> String {
        let value = plain(value);
        let value = match self {
            Self::Reason => Reason::of_code(&value).map_or(value, |reason| reason.words().to_owned()),
            Self::Purpose => value.replace('-', " "),
            Self::LastAt | Self::FirstBeganAt | Self::LastBeganAt | Self::ExpiresAt => {
                value.parse().map_or(value, |at| readable(at, zone))
            }
            _ => value,
        };
        self.phrase().replace("{}", &value)
    }
}

/// Values under their keys. None of them is ever a secret.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Detail(Map<String, Value>);

impl Detail {
    /// Only the reason of a refusal.
    #[must_use]
    pub fn of(reason: Reason) -> Self {
        Self::default().with(DetailKey::Reason, reason.code())
    }

    /// The value under a key.
    #[must_use]
    pub fn get(&self, key: DetailKey) -> Option<&Value> {
        self.0.get(key.name())
    }

    /// Adds a value.
    #[must_use]
    pub fn with(mut self, key: DetailKey, value: impl Into<Value>) -> Self {
        self.0.insert(key.name().to_owned(), value.into());
        self
    }

    /// Adds a moment.
    #[must_use]
    pub fn with_moment(self, key: DetailKey, at: Timestamp) -> Self {
        self.with(key, at.to_string())
    }

    /// Adds roles.
    #[must_use]
    pub fn with_roles(self, key: DetailKey, roles: Roles) -> Self {
        self.with(key, roles.iter().map(Role::name).collect::<Vec<_>>())
    }

    /// The form in the record: a JSON object with its keys in alphabetical order.
    #[must_use]
    pub fn to_json(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }

    /// Reads the form in the record. Text that is not a JSON object is a sentence of an earlier passdesk.
    #[must_use]
    pub fn read(text: &str) -> Self {
        match serde_json::from_str(text) {
            Ok(Value::Object(values)) => Self(values),
            _ if text.is_empty() => Self::default(),
            _ => Self::default().with(DetailKey::Said, text),
        }
    }

    /// The words for people, with the moments of their zone.
    #[must_use]
    pub fn words(&self, zone: &TimeZone) -> String {
        let known = DetailKey::ALL.iter().filter_map(|key| Some(key.said(self.0.get(key.name())?, zone)));
        let is_known = |name: &str| DetailKey::ALL.iter().any(|key| key.name() == name);
        // A later passdesk may have written keys that this one does not know.
        let unknown = self.0.iter().filter(|(name, _)| !is_known(name));
        known.chain(unknown.map(|(name, value)| format!("{name}: {}", plain(value)))).collect::<Vec<_>>().join("; ")
    }
}

/// A value as people read it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) if values.is_empty() => "none".into(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let detail = Detail::of(Reason::WrongPassword)
            .with(DetailKey::Failures, 3)
            .with_roles(DetailKey::Roles, Roles::from_iter([Role::Helpdesk, Role::Auditor]))
            .with_moment(DetailKey::ExpiresAt, Timestamp::UNIX_EPOCH);
        assert_eq!(Detail::read(&detail.to_json()), detail);
        assert_eq!(
            detail.words(&TimeZone::get("Europe/Amsterdam").unwrap()),
            "wrong password; roles: helpdesk, auditor; expires 1970-01-01 01:00 CET; failed before: 3"
        );
    }

    #[test]
    fn a_purpose_is_said_in_words() {
        let detail = Detail::default().with(DetailKey::Purpose, "password-change");
        assert_eq!(detail.words(&TimeZone::UTC), "for password change");
    }

    #[test]
    fn every_moment_is_said_in_the_zone_of_its_reader() {
        for key in DetailKey::ALL.into_iter().filter(|key| key.name().ends_with("_at")) {
            let said = Detail::default().with_moment(key, Timestamp::UNIX_EPOCH).words(&TimeZone::UTC);
            assert!(said.ends_with(" 1970-01-01 00:00 UTC"), "{said}");
        }
    }

    #[test]
    fn a_sentence_of_an_earlier_passdesk_is_read_as_it_was_written() {
        for said in ["expires 2026-11-23T09:00:00Z", "\"quoted\"", "7", "{"] {
            assert_eq!(Detail::read(said).words(&TimeZone::UTC), said);
        }
        assert_eq!(Detail::read(""), Detail::default());
    }

    #[test]
    fn what_a_later_passdesk_has_written_is_said_under_its_name() {
        assert_eq!(Detail::read(r#"{"colour":"red","roles":[]}"#).words(&TimeZone::UTC), "roles: none; colour: red");
    }

    #[test]
    fn no_two_keys_have_the_same_name() {
        for key in DetailKey::ALL {
            assert_eq!(DetailKey::ALL.iter().filter(|other| other.name() == key.name()).count(), 1, "{key:?}");
        }
    }
}
