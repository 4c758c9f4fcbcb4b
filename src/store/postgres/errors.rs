//! Turns what a server says, or does not say, into [`StoreError`].

use tokio_postgres::error::{DbError, Severity, SqlState};

use super::redacted;
use crate::store::{RESTORE, StoreError};

/// Why a call to the server had no result.
#[derive(Debug)]
pub enum Trouble {
    /// The connection is gone, or no answer came in time. Nobody knows what the server has done.
    Lost(String),
    /// The server refused the statement.
    Said(Box<DbError>),
    /// The answer makes no sense.
    Odd(anyhow::Error),
}

impl From<tokio_postgres::Error> for Trouble {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(said) = error.as_db_error() {
            return if ends_the_connection(said) {
                Self::Lost(format!("the server ended the connection: {}", redacted(said.message(), b"")))
            } else {
                Self::Said(Box::new(said.clone()))
            };
        }
        if error.is_closed() {
            return Self::Lost("the server ended the connection".into());
        }
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(now) = cause {
            if let Some(io) = now.downcast_ref::<std::io::Error>() {
                return Self::Lost(format!("the connection to the server broke: {io}"));
            }
            cause = now.source();
        }
        Self::Odd(anyhow::Error::new(error))
    }
}

fn ends_the_connection(said: &DbError) -> bool {
    matches!(said.parsed_severity(), Some(Severity::Fatal | Severity::Panic))
        || matches!(said.code().code().get(..2), Some("08" | "57")) && *said.code() != SqlState::QUERY_CANCELED
}

impl From<Trouble> for StoreError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Lost(why) => Self::Away(why),
            Trouble::Said(said) => refused(&said),
            Trouble::Odd(error) => Self::Failed(error.context("the answer of the server makes no sense")),
        }
    }
}

/// A statement that the server refused.
fn refused(said: &DbError) -> StoreError {
    let message = redacted(said.message(), b"");
    match *said.code() {
        SqlState::LOCK_NOT_AVAILABLE
        | SqlState::QUERY_CANCELED
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::T_R_SERIALIZATION_FAILURE => StoreError::Busy,
        SqlState::READ_ONLY_SQL_TRANSACTION => StoreError::Away(format!("the server takes no writes now: {message}")),
        SqlState::DISK_FULL => StoreError::Full {
            message: format!("the disk of the server is full: {message}"),
            hint: "make room on the disk of the server, and try again",
        },
        SqlState::INSUFFICIENT_PRIVILEGE => StoreError::Unusable {
            message: format!("the server does not allow it: {message}"),
            hint: "'passdesk store grants' prints what to grant; ask whoever runs the server".into(),
        },
        SqlState::UNDEFINED_TABLE | SqlState::INVALID_SCHEMA_NAME => missing(),
        _ => StoreError::Failed(anyhow::anyhow!("the server refused: {message} ({})", said.code().code())),
    }
}

/// The error for a database without a store.
pub fn missing() -> StoreError {
    StoreError::Unusable {
        message: "there is no store in this database".into(),
        hint: "make one with 'passdesk init', or move one there with 'passdesk store copy --to'".into(),
    }
}

/// An error as it is told of a server. There is no file to put a backup over.
pub fn on_a_server(error: StoreError) -> StoreError {
    match error {
        StoreError::Unusable { message, hint } => StoreError::Unusable { message, hint: restored_on_a_server(&hint) },
        other => other,
    }
}

/// A remedy as it is told of a server.
pub fn restored_on_a_server(remedy: &str) -> String {
    remedy.replace(RESTORE, "restore the latest backup of the server")
}
