//! Limits the work of the engine. Somebody may have prepared a store that asks for endless work.

use std::fs;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::Connection;
use rusqlite::limits::Limit;

use super::errors::failed;
use super::ground::beside;
use crate::store::Result;

/// How many steps of the engine any operation may take, even in a small store. This takes a few seconds.
const STEPS: u64 = 200_000_000;
/// How many more steps are allowed for each byte of the store. The most expensive operation looks at each index for
/// each row. It takes some 110 steps for an account, which fills some 300 bytes.
const STEPS_A_BYTE: u64 = 10;
/// After how many steps the engine asks whether it may go on.
const STRIDE: i32 = 1_000_000;
/// The longest text of a row, in bytes. The longest text that passdesk writes has a few thousand bytes.
const LONGEST_TEXT: i32 = 16 * 1024 * 1024;
/// The longest pattern of LIKE, of which passdesk has one. To match a long pattern against a long text takes long.
const LONGEST_PATTERN: i32 = 100;

/// A connection whose operations are limited. Each use from outside is a new operation, and so is each statement.
pub struct Bounded {
    connection: Connection,
    bound: Bound,
}

/// How many steps of an operation have been taken.
#[derive(Clone)]
pub struct Bound {
    taken: Arc<AtomicU64>,
    /// The path of the store, unless it is in memory.
    path: Option<PathBuf>,
}

impl Bounded {
    /// Limits the operations of a connection.
    pub fn new(connection: Connection, path: Option<&Path>) -> Result<Self> {
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_TEXT).map_err(failed)?;
        connection.set_limit(Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, LONGEST_PATTERN).map_err(failed)?;
        let bound = Bound { taken: Arc::default(), path: path.map(Path::to_owned) };
        let mut bounded = Self { connection, bound };
        bounded.keep_quiet()?;
        Ok(bounded)
    }

    /// Calls `stops` after every `stride` steps from now on. If `stops` returns true, the operation ends.
    pub fn tell(&mut self, stride: i32, mut stops: impl FnMut() -> bool + Send + 'static) -> Result<()> {
        let bound = self.bound.clone();
        let handler = move || stops() || bound.is_passed_after(stride);
        self.connection.progress_handler(stride, Some(handler)).map_err(failed)
    }

    /// No longer calls anything.
    pub fn keep_quiet(&mut self) -> Result<()> {
        self.tell(STRIDE, || false)
    }

    /// The limit, for a caller that does much in one transaction. Such a caller renews the limit after each part.
    pub fn bound(&self) -> Bound {
        self.bound.clone()
    }
}

impl Bound {
    /// Begins another operation, or another part of one.
    pub fn renew(&self) {
        self.taken.store(0, Ordering::Relaxed);
    }

    fn is_passed_after(&self, steps: i32) -> bool {
        let steps = u64::from(steps.unsigned_abs());
        let taken = self.taken.fetch_add(steps, Ordering::Relaxed).saturating_add(steps);
        taken > STEPS && taken > STEPS.saturating_add(self.bytes().saturating_mul(STEPS_A_BYTE))
    }

    /// The size of the store by now, with its log.
    fn bytes(&self) -> u64 {
        let length = |path: &Path| fs::metadata(path).map_or(0, |file| file.len());
        self.path.as_ref().map_or(0, |path| length(path).saturating_add(length(&beside(path, "-wal"))))
    }
}

impl Deref for Bounded {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.bound.renew();
        &self.connection
    }
}

impl DerefMut for Bounded {
    fn deref_mut(&mut self) -> &mut Connection {
        self.bound.renew();
        &mut self.connection
    }
}

#[cfg(test)]
mod tests {
    use super::super::open;
    use super::*;
    use crate::store::StoreError;

    const ENDLESS: &str =
        "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number) SELECT count(*) FROM number";

    fn ends(bounded: &Bounded) -> bool {
        let counted = bounded.query_row(ENDLESS, [], |_| Ok(())).map_err(failed);
        matches!(counted, Err(StoreError::Unusable { message, .. }) if message.contains("without an end"))
    }

    #[test]
    fn what_comes_to_no_end_is_ended_and_what_follows_is_not() {
        let bounded = open::in_memory().unwrap();
        for _ in 0..2 {
            assert!(ends(&bounded));
            bounded.query_row("SELECT count(*) FROM accounts", [], |_| Ok(())).unwrap();
        }
    }

    #[test]
    fn what_comes_to_no_end_is_ended_while_somebody_is_told_and_afterwards() {
        let mut bounded = open::in_memory().unwrap();
        bounded.tell(20_000, || false).unwrap();
        assert!(ends(&bounded));
        bounded.keep_quiet().unwrap();
        assert!(ends(&bounded));
    }

    #[test]
    fn the_larger_a_store_is_the_more_may_be_done_at_once() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(50_000_000).unwrap();
        let bound = Bound { taken: Arc::default(), path: Some(file.path().to_owned()) };
        let strides = (1..10_000).find(|_| bound.is_passed_after(STRIDE)).unwrap();
        assert_eq!(strides, 200 + 500 + 1);
        bound.renew();
        assert!(!bound.is_passed_after(STRIDE));
    }
}
