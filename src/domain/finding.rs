//! What a look at a store comes to: a finding for each thing that was looked at.

/// How a thing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Sound,
    /// Worth knowing; the store can be used and trusted.
    Notable,
    /// Such that the store cannot be used, or not be trusted.
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

/// What was looked at, and how it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at: `folder`, `record`.
    pub check: &'static str,
    /// How it was found.
    pub verdict: Verdict,
    /// What there is to say of it, in a clause.
    pub message: String,
    /// What to do about it, unless it is as it should be.
    pub remedy: Option<String>,
}

impl Finding {
    /// As it should be.
    pub fn sound(check: &'static str, message: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Sound, message: message.into(), remedy: None }
    }

    /// Worth knowing.
    pub fn notable(check: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Notable, message: message.into(), remedy: Some(remedy.into()) }
    }

    /// Such that the store cannot be used, or not be trusted.
    pub fn faulty(check: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Faulty, message: message.into(), remedy: Some(remedy.into()) }
    }
}
