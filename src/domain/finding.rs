//! The result of a check of a store: one finding for each thing that was checked.

use super::clock::Timestamp;

/// The result for one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Sound,
    /// Worth knowing. The store can be used and trusted.
    Notable,
    /// The store cannot be used, or cannot be trusted.
    Faulty,
}

impl Verdict {
    /// The name in every format.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sound => "ok",
            Self::Notable => "note",
            Self::Faulty => "finding",
        }
    }
}

/// What was checked, and the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was checked: `folder`, `record`.
    pub check: &'static str,
    /// The result.
    pub verdict: Verdict,
    /// What was found, in a clause.
    pub message: String,
    /// Until when this stays so, if it ends.
    pub until: Option<Timestamp>,
    /// What to do about it, unless all is well.
    pub remedy: Option<String>,
}

impl Finding {
    /// A finding that all is well.
    pub fn sound(check: &'static str, message: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Sound, message: message.into(), until: None, remedy: None }
    }

    /// A finding that is worth knowing.
    pub fn notable(check: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Notable, message: message.into(), until: None, remedy: Some(remedy.into()) }
    }

    /// A finding that the store cannot be used, or cannot be trusted.
    pub fn faulty(check: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Faulty, message: message.into(), until: None, remedy: Some(remedy.into()) }
    }
}
