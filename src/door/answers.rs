//! How what failed goes over the line, and comes out as what it was.

use std::io;

use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Kind};
use crate::terminal::PromptError;

/// Something that failed.
#[derive(Serialize, Deserialize)]
pub enum Trouble {
    /// With what is told to people and scripts.
    Failure(Failure),
    /// An error of the system.
    Io {
        number: Option<i32>,
        message: String,
    },
    /// Why a prompt has no answer.
    NoTerminal {
        instead: String,
    },
    Dumb {
        instead: String,
    },
    Small,
    Cancelled,
    NotText,
    Input(String),
    /// Anything else.
    Other(String),
}

impl Trouble {
    /// As an error of the system.
    pub fn into_io(self) -> io::Error {
        match self {
            Self::Io { number: Some(number), .. } => io::Error::from_raw_os_error(number),
            Self::Io { message, .. } | Self::Other(message) | Self::Input(message) => io::Error::other(message),
            Self::Failure(failure) => io::Error::other(failure.message),
            Self::NoTerminal { .. } | Self::Dumb { .. } | Self::Small | Self::Cancelled | Self::NotText => {
                io::ErrorKind::InvalidData.into()
            }
        }
    }

    /// As the reason why a prompt has no answer.
    pub fn into_prompt_error(self) -> PromptError {
        match self {
            Self::NoTerminal { instead } => PromptError::NoTerminal { instead },
            Self::Dumb { instead } => PromptError::Dumb { instead },
            Self::Small => PromptError::Small,
            Self::Cancelled => PromptError::Cancelled,
            Self::NotText => PromptError::NotText,
            Self::Input(message) => PromptError::Input(message),
            other => PromptError::Failed(other.into_io()),
        }
    }

    /// As what is told to people and scripts.
    pub fn into_failure(self) -> Failure {
        match self {
            Self::Failure(failure) => failure,
            Self::Io { .. } => Failure::new(Kind::Failed, self.into_io().to_string()),
            Self::Other(message) => Failure::new(Kind::Failed, message),
            prompt => prompt.into_prompt_error().into(),
        }
    }

    /// As any error.
    pub fn into_error(self) -> anyhow::Error {
        match self {
            Self::Other(message) => anyhow::Error::msg(message),
            other => other.into_io().into(),
        }
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Io { number: error.raw_os_error(), message: error.to_string() }
    }
}

impl From<PromptError> for Trouble {
    fn from(error: PromptError) -> Self {
        match error {
            PromptError::NoTerminal { instead } => Self::NoTerminal { instead },
            PromptError::Dumb { instead } => Self::Dumb { instead },
            PromptError::Small => Self::Small,
            PromptError::Cancelled => Self::Cancelled,
            PromptError::NotText => Self::NotText,
            PromptError::Input(message) => Self::Input(message),
            PromptError::Failed(error) => error.into(),
        }
    }
}

impl From<anyhow::Error> for Trouble {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(format!("{error:#}"))
    }
}
