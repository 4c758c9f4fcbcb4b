//! Whether an open store is still the one at its path. Somebody may have restored a backup, or moved the file.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::errors::{failed, unusable};
use crate::store::Result;

/// Where a store was when it was opened, and which one it was.
pub struct Place {
    path: PathBuf,
    /// The device and the number of the file.
    file: (u64, u64),
    /// The number that the engine counts up whenever the tables are changed. A restored backup counts as such a change.
    tables: i64,
}

impl Place {
    /// The place of a store that is about to be opened. `None` if nothing is there.
    pub fn of(path: &Path) -> Option<Self> {
        Some(Self { path: path.to_owned(), file: file(path)?, tables: 0 })
    }

    /// The same, once the store is open.
    pub fn seen(self, connection: &Connection) -> Result<Self> {
        Ok(Self { tables: tables(connection)?, ..self })
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Fails if another store is there by now. What the caller has seen need not hold in it: a number may belong to
    /// another account.
    pub fn stands(&self, connection: &Connection) -> Result<()> {
        let what = if file(&self.path) != Some(self.file) {
            "the store was moved or replaced while this ran"
        } else if tables(connection)? != self.tables {
            "the store was restored, or its tables were changed, while this ran"
        } else {
            return Ok(());
        };
        Err(unusable(what.into(), "nothing has changed by this; run the command again"))
    }
}

fn file(path: &Path) -> Option<(u64, u64)> {
    fs::symlink_metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

fn tables(connection: &Connection) -> Result<i64> {
    connection.pragma_query_value(None, "schema_version", |row| row.get(0)).map_err(failed)
}
