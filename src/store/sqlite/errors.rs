//! Turns the errors of the engine into [`StoreError`].

#![expect(clippy::disallowed_types, reason = "this is a room of the engine")]

use std::fs::File;
use std::io;
use std::path::Path;

use rusqlite::{ErrorCode, ffi};
use rustix::io::Errno;
use rustix::process::{Resource, getrlimit};

use crate::store::StoreError;
pub use crate::store::{LOOK, RESTORE};

/// The engine's error as a [`StoreError`].
pub fn failed(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        // The last code occurs if a process was stopped while it put the log in order, or began to read it.
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
            StoreError::Busy
        }
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => broken(NOT_AS_WRITTEN, &error),
        Some(ErrorCode::ReadOnly) => read_only("the store cannot be written here, and this would change it".into()),
        Some(ErrorCode::CannotOpen) if may_open_nothing() => {
            StoreError::Failed(anyhow::anyhow!("too many files are open here, see 'ulimit -n': {error}"))
        }
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => StoreError::Unusable {
            message: format!("the store cannot be written: {error}"),
            hint: "you need the right to write the file and its folder; see 'passdesk store path'".into(),
        },
        Some(ErrorCode::OperationInterrupted) => damaged(&"it asks for work without an end"),
        Some(ErrorCode::TooBig) => damaged(&"it has a text longer than passdesk writes"),
        // The disk has read all that there is.
        Some(ErrorCode::SystemIoFailure) if is(&error, &[ffi::SQLITE_IOERR_SHORT_READ]) => broken(TOO_SHORT, &error),
        // The index of the log is shared memory.
        Some(ErrorCode::SystemIoFailure) if is(&error, &SHARED_MEMORY) => unusable(
            "the file system of the store takes no write-ahead log".into(),
            "put the store on a local disk; copy a backup there to look at it",
        ),
        Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure)
            if is(&error, &[ffi::SQLITE_FULL, ffi::SQLITE_IOERR_SHMSIZE]) =>
        {
            match largest_file() {
                Some(most) if most < LARGEST_INDEX && is(&error, &[ffi::SQLITE_IOERR_SHMSIZE]) => StoreError::Full {
                    message: format!("the store cannot grow: {}", disk(&error)),
                    hint: "raise the limit on the size of files, or make room on that disk; 'df' shows how full it is",
                },
                _ => full(format!("the disk of the store is full: {error}")),
            }
        }
        Some(ErrorCode::SystemIoFailure) => {
            StoreError::Failed(anyhow::anyhow!("the disk of the store is full or failing: {}", disk(&error)))
        }
        _ => match error {
            // No passdesk wrote this row, or the row or a table is missing.
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..) => {
                damaged(&"a row has a value that passdesk does not write")
            }
            rusqlite::Error::QueryReturnedNoRows => damaged(&"a row is missing that passdesk writes"),
            rusqlite::Error::SqlInputError { msg, .. } => broken(OTHER_TABLES, &msg),
            // The same for a statement that was valid until somebody changed the tables.
            rusqlite::Error::SqliteFailure(code, Some(why)) if code.extended_code == 1 => broken(OTHER_TABLES, &why),
            other => StoreError::Failed(anyhow::Error::new(other).context("the store failed")),
        },
    }
}

/// What fails where there is no shared memory. SHMSIZE is not among them: there, the disk is full.
const SHARED_MEMORY: [i32; 3] = [ffi::SQLITE_IOERR_SHMOPEN, ffi::SQLITE_IOERR_SHMLOCK, ffi::SQLITE_IOERR_SHMMAP];

/// The index of the log takes less, in bytes: 32 KiB for about 4,000 pages.
const LARGEST_INDEX: u64 = 1 << 20;

/// Whether it is one of these kinds.
fn is(error: &rusqlite::Error, kinds: &[i32]) -> bool {
    error.sqlite_error().is_some_and(|error| kinds.contains(&error.extended_code))
}

/// Whether a commit that failed like this may have written all of it into the log. What could not be written is not
/// there. What could not be synced, or not be put into the index of the log, may be.
pub fn may_be_in_log(error: &rusqlite::Error) -> bool {
    match error.sqlite_error() {
        Some(ffi::Error { code: ErrorCode::SystemIoFailure, extended_code }) => {
            *extended_code != ffi::SQLITE_IOERR_WRITE
        }
        Some(ffi::Error { code, .. }) => *code == ErrorCode::OutOfMemory,
        None => false,
    }
}

/// The error for a full disk of this machine.
pub fn full(message: String) -> StoreError {
    StoreError::Full { message, hint: "make room on that disk, and try again; 'df' shows how full it is" }
}

/// The error for a store where nothing can be written.
pub fn read_only(message: String) -> StoreError {
    unusable(
        message,
        "copy it into a folder of your own, and name the copy with --store; or get the right to write it and its folder",
    )
}

pub fn unusable(message: String, hint: impl Into<String>) -> StoreError {
    StoreError::Unusable { message, hint: hint.into() }
}

/// The error for a path that cannot be looked at.
pub fn unreadable(path: &Path, error: &io::Error) -> StoreError {
    let message = format!("the store {} cannot be opened: {error}", path.display());
    if is_too_many(error) {
        return StoreError::Failed(anyhow::anyhow!("{message}, see 'ulimit -n'"));
    }
    unusable(
        message,
        "run passdesk as the owner of the store, for example with sudo, or name another store with --store",
    )
}

/// The engine's message about a disk, and the limit on the size of files. The limit may be the cause, but the engine
/// does not say so.
pub fn disk(error: &rusqlite::Error) -> String {
    match largest_file() {
        Some(most) => format!("{error}; no file may grow beyond {most} bytes here, see 'ulimit -f'"),
        None => error.to_string(),
    }
}

/// Whether this process may open no further file. The engine does not say so.
fn may_open_nothing() -> bool {
    File::open("/dev/null").is_err_and(|error| is_too_many(&error))
}

/// Whether too many files are open, of this process or on this machine.
fn is_too_many(error: &io::Error) -> bool {
    [Errno::MFILE, Errno::NFILE].iter().any(|full| error.raw_os_error() == Some(full.raw_os_error()))
}

/// The limit on the size of files, in bytes.
fn largest_file() -> Option<u64> {
    getrlimit(Resource::Fsize).current
}

pub fn damaged(why: &dyn std::fmt::Display) -> StoreError {
    StoreError::damaged(format!("the store is damaged: {}", on_one_line(&why.to_string())))
}

/// What is wrong with a file that the engine cannot read.
pub const NOT_AS_WRITTEN: &str = "a part of its file is not as it was written";
const TOO_SHORT: &str = "its file or its log is shorter than it was";
const OTHER_TABLES: &str = "its tables are not as passdesk makes them";

/// The error for a damaged store, with the words of the engine behind those for everybody.
pub fn broken(what: &str, said: &dyn std::fmt::Display) -> StoreError {
    damaged(&in_two_words(what, &said.to_string()))
}

/// What is wrong, and then what the engine says.
pub fn in_two_words(what: &str, said: &str) -> String {
    format!("{what} (SQLite: {})", on_one_line(said))
}

/// What the engine says, on one line. It puts a heading over some faults, and repeats statements as they are.
pub fn on_one_line(said: &str) -> String {
    let lines = said.lines().map(str::trim).filter(|line| !line.starts_with("***"));
    lines.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use rusqlite::types::Type;

    use super::*;

    #[test]
    fn what_is_damaged_is_told_in_plain_words_and_those_of_the_engine_stand_behind() {
        let told = |error| failed(error).to_string();
        let malformed = rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CORRUPT), Some("malformed".into()));
        assert_eq!(
            told(malformed),
            "the store is damaged: a part of its file is not as it was written (SQLite: malformed)"
        );
        let short = rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR_SHORT_READ), Some("I/O".into()));
        assert_eq!(told(short), "the store is damaged: its file or its log is shorter than it was (SQLite: I/O)");
        let kind = rusqlite::Error::InvalidColumnType(0, "id".into(), Type::Text);
        assert_eq!(told(kind), "the store is damaged: a row has a value that passdesk does not write");
        let none = rusqlite::Error::QueryReturnedNoRows;
        assert_eq!(told(none), "the store is damaged: a row is missing that passdesk writes");
    }
}
