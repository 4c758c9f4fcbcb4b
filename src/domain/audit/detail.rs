//! What else is worth knowing about an event: values under keys that are documented, and how people read them.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Reason;
use crate::domain::role::{Role, Roles};

/// Under what a value stands. The names are part of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DetailKey {
    /// Why it was refused, as [`Reason::code`] names it.
    Reason,
    /// What an error said.
    Error,
    /// How many came, all alike, after the first.
    Count,
    /// When the last of them came.
    LastAt,
    /// How many tries to sign in were given up.
    Tries,
    /// When the first of them began.
    FirstBeganAt,
    /// When the last of them began.
    LastBeganAt,
    /// As which operating system user it was typed.
    TypedBy,
    /// For what somebody signed in.
    Purpose,
    /// What state the account was in.
    StateBefore,
    /// Which of the account's fields are different.
    Changed,
    /// The label of a token.
    Label,
    /// The roles.
    Roles,
    /// The roles that there were.
    RolesBefore,
    /// The name of a setting.
    Setting,
    /// What was decided.
    Value,
    /// What had been decided before.
    ValueBefore,
    /// Where a copy is.
    Path,
    /// How many accounts were made.
    New,
    /// The number of the first of them.
    FirstId,
    /// The number of the last of them.
    LastId,
    /// How many accounts were changed.
    Updated,
    /// How many were left as they were.
    Skipped,
    /// The SHA-256 of the list that they came from.
    Sha256,
    /// How many sign-ins and tokens were ended.
    Ended,
    /// What a hash costs.
    Cost,
    /// What the one before it cost.
    CostBefore,
    /// When it ends.
    ExpiresAt,
    /// How many sign-ins had failed in a row.
    Failures,
    /// What an earlier passdesk wrote down, as a sentence.
    Said,
}

impl DetailKey {
    /// All of them, in the order in which they are read.
    pub const ALL: [Self; 30] = [
        Self::Reason,
        Self::Error,
        Self::Count,
        Self::LastAt,
        Self::Tries,
        Self::FirstBeganAt,
        Self::LastBeganAt,
        Self::TypedBy,
        Self::Purpose,
        Self::StateBefore,
        Self::Changed,
        Self::Label,
        Self::Roles,
        Self::RolesBefore,
        Self::Setting,
        Self::Value,
        Self::ValueBefore,
        Self::Path,
        Self::New,
        Self::FirstId,
        Self::LastId,
        Self::Updated,
        Self::Skipped,
        Self::Sha256,
        Self::Ended,
        Self::Cost,
        Self::CostBefore,
        Self::ExpiresAt,
        Self::Failures,
        Self::Said,
    ];

    /// The name in the record.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reason => "reason",
            Self::Error => "error",
            Self::Count => "count",
            Self::LastAt => "last_at",
            Self::Tries => "tries",
            Self::FirstBeganAt => "first_began_at",
            Self::LastBeganAt => "last_began_at",
            Self::TypedBy => "typed_by",
            Self::Purpose => "purpose",
            Self::StateBefore => "state_before",
            Self::Changed => "changed",
            Self::Label => "label",
            Self::Roles => "roles",
            Self::RolesBefore => "roles_before",
            Self::Setting => "setting",
            Self::Value => "value",
            Self::ValueBefore => "value_before",
            Self::Path => "path",
            Self::New => "new",
            Self::FirstId => "first_id",
            Self::LastId => "last_id",
            Self::Updated => "updated",
            Self::Skipped => "skipped",
            Self::Sha256 => "sha256",
            Self::Ended => "ended",
            Self::Cost => "cost",
            Self::CostBefore => "cost_before",
            Self::ExpiresAt => "expires_at",
            Self::Failures => "failures",
            Self::Said => "said",
        }
    }

    /// How people read the value.
    fn said(self, value: &str) -> String {
        match self {
            Self::Reason => Reason::of_code(value).map_or_else(|| value.to_owned(), |reason| reason.words().to_owned()),
            Self::Error | Self::Label | Self::Said => value.to_owned(),
            Self::Count => format!("{value} more"),
            Self::LastAt => format!("the last at {value}"),
            Self::Tries => format!("tries: {value}"),
            Self::FirstBeganAt => format!("begun at {value}"),
            Self::LastBeganAt => format!("the last begun at {value}"),
            Self::TypedBy => format!("typed by {value}"),
            Self::Purpose => format!("for {}", value.replace('-', " ")),
            Self::StateBefore => format!("state before: {value}"),
            Self::Changed => format!("changed: {value}"),
            Self::Roles => format!("roles: {value}"),
            Self::RolesBefore => format!("roles before: {value}"),
            Self::Setting => format!("setting: {value}"),
            Self::Value => format!("now {value}"),
            Self::ValueBefore => format!("was {value}"),
            Self::Path => format!("copy: {value}"),
            Self::New => format!("new: {value}"),
            Self::FirstId => format!("first id: {value}"),
            Self::LastId => format!("last id: {value}"),
            Self::Updated => format!("updated: {value}"),
            Self::Skipped => format!("skipped: {value}"),
            Self::Sha256 => format!("sha256: {value}"),
            Self::Ended => format!("ended everywhere: {value}"),
            Self::Cost => format!("cost: {value}"),
            Self::CostBefore => format!("cost before: {value}"),
            Self::ExpiresAt => format!("expires {value}"),
            Self::Failures => format!("failed before: {value}"),
        }
    }
}

/// Values under their keys. A secret is never one of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Detail(Map<String, Value>);

impl Detail {
    /// Why something was refused, and nothing else.
    #[must_use]
    pub fn of(reason: Reason) -> Self {
        Self::default().with(DetailKey::Reason, reason.code())
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

    /// As it stands in the record: a JSON object, its keys in alphabetical order.
    #[must_use]
    pub fn to_json(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }

    /// Reads what stands in the record. What is no JSON object is a sentence that an earlier passdesk has written.
    #[must_use]
    pub fn read(text: &str) -> Self {
        match serde_json::from_str(text) {
            Ok(Value::Object(values)) => Self(values),
            _ if text.is_empty() => Self::default(),
            _ => Self::default().with(DetailKey::Said, text),
        }
    }

    /// What people read.
    #[must_use]
    pub fn words(&self) -> String {
        let known = DetailKey::ALL.iter().filter_map(|key| Some(key.said(&plain(self.0.get(key.name())?))));
        let is_known = |name: &str| DetailKey::ALL.iter().any(|key| key.name() == name);
        // A later passdesk may have written what this one does not know.
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
            detail.words(),
            "wrong password; roles: helpdesk, auditor; expires 1970-01-01T00:00:00Z; failed before: 3"
        );
    }

    #[test]
    fn a_sentence_of_an_earlier_passdesk_is_read_as_it_was_written() {
        for said in ["expires 2026-11-23T09:00:00Z", "\"quoted\"", "7", "{"] {
            assert_eq!(Detail::read(said).words(), said);
        }
        assert_eq!(Detail::read(""), Detail::default());
    }

    #[test]
    fn what_a_later_passdesk_has_written_is_said_under_its_name() {
        assert_eq!(Detail::read(r#"{"colour":"red","roles":[]}"#).words(), "roles: none; colour: red");
    }

    #[test]
    fn no_two_keys_have_the_same_name() {
        for key in DetailKey::ALL {
            assert_eq!(DetailKey::ALL.iter().filter(|other| other.name() == key.name()).count(), 1, "{key:?}");
        }
    }
}
