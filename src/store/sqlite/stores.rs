//! Where the store is: opened, looked at or made there.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::Timestamp;

use super::unplaced::{Purpose, Unplaced};
use super::{SqliteStore, examine, open};
use crate::domain::finding::Finding;
use crate::store::{Mandate, NewAccount, PreparedStore, Result, Store, Stores, Watch};

/// What the engine's files are called, behind the name of the store.
const SUFFIXES: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// The store in one file.
pub struct SqliteStores {
    path: PathBuf,
}

impl SqliteStores {
    /// The store at this path, which need not exist. A relative path is taken from the working directory.
    pub fn at(path: &Path) -> Result<Self> {
        let path = std::path::absolute(path).context("the store's path cannot be made absolute")?;
        Ok(Self { path })
    }

    /// The path, absolute.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Stores for SqliteStores {
    fn location(&self) -> String {
        self.path.display().to_string()
    }

    fn open(&self) -> Result<Box<dyn Store>> {
        Ok(Box::new(SqliteStore { connection: open::existing(&self.path)? }))
    }

    fn open_as_it_is(&self) -> Result<Box<dyn Store>> {
        Ok(Box::new(SqliteStore { connection: open::as_it_is(&self.path)? }))
    }

    fn examine(&self, now: Timestamp, watch: &mut dyn Watch) -> Result<Vec<Finding>> {
        examine::examine(&self.path, now, watch)
    }

    fn claims(&self, path: &Path) -> bool {
        let folder = |path: &Path| std::path::absolute(path).ok()?.parent()?.canonicalize().ok();
        let name = |path: &Path| path.file_name().map(|name| name.as_encoded_bytes().to_vec()).unwrap_or_default();
        let own = |suffix: &&str| name(path) == [&name(&self.path), suffix.as_bytes()].concat();
        folder(path) == folder(&self.path) && SUFFIXES.iter().any(own)
    }

    fn has(&self, file: &Metadata) -> bool {
        SUFFIXES.iter().any(|suffix| {
            let mut path = self.path.clone().into_os_string();
            path.push(suffix);
            fs::metadata(path).is_ok_and(|own| (own.dev(), own.ino()) == (file.dev(), file.ino()))
        })
    }

    fn occupied(&self) -> Result<bool> {
        match fs::symlink_metadata(&self.path) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(open::unreadable(&self.path, &error)),
        }
    }

    fn prepare(&self, by: &Mandate, first: &NewAccount) -> Result<Box<dyn PreparedStore>> {
        let unplaced = Unplaced::create(&self.path, Purpose::Store)?;
        let mut store = SqliteStore { connection: open::fresh(unplaced.path())? };
        store.add_account(by, first)?;
        store.connection.close()?;
        Ok(Box::new(unplaced))
    }
}
