//! The rules. They are pure: they use no file, terminal, clock or random generator of their own. `sealing` is the one
//! exception: `age` draws its random numbers itself.

pub mod account;
pub mod actor;
pub mod admins;
pub mod audit;
pub mod authority;
pub mod blocklist;
pub mod change;
pub mod clock;
pub mod credential;
pub mod delivery;
pub mod digest;
pub mod email;
pub mod finding;
pub mod folding;
pub mod hash;
pub mod hasher;
mod layouts;
pub mod name;
pub mod operation;
pub mod pam;
pub mod password;
pub mod policy;
#[cfg(any(test, fuzzing))]
pub(crate) mod properties;
pub mod public_key;
pub mod reason;
pub mod role;
pub mod sealing;
pub mod secret;
pub mod sign_in;
pub(crate) mod table;
pub mod target;
pub mod temporary;
pub mod text;
pub mod throttle;
pub mod token;

/// Input that does not have the required form.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("{message}")]
pub struct Invalid {
    /// What is wrong, in one clause.
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

impl Invalid {
    /// Pairs what is wrong with what to do about it.
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: hint.into() }
    }
}
