//! Where the store is: opened, looked at or made there.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::Timestamp;

use super::bound::Bounded;
use super::ground::{self, SUFFIXES, beside};
use super::unplaced::{Purpose, Unplaced};
use super::{SqliteEngine, examine, open, writer};
use crate::domain::finding::Finding;
use crate::gate::Gate;
use crate::store::ruled::Ruled;
use crate::store::{Mandate, NewAccount, PreparedStore, Result, Store, Stores, Watch, Writer};

/// The store in one file.
pub struct SqliteStores {
    path: PathBuf,
    gate: Gate,
}

impl SqliteStores {
    /// The store at this path, which need not exist. A relative path is taken from the working directory.
    pub fn at(path: &Path) -> Result<Self> {
        let path = std::path::absolute(path).context("the store's path cannot be made absolute")?;
        Ok(Self { path, gate: Gate::default() })
    }

    /// The same, behind a gate that holds signals back.
    #[must_use]
    pub fn behind(self, gate: &Gate) -> Self {
        Self { gate: gate.clone(), ..self }
    }

    /// The path, absolute.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn opened(&self, open: fn(&Path) -> Result<Bounded>) -> Result<Box<dyn Store>> {
        let _pass = self.gate.pass();
        Ok(Box::new(Ruled(SqliteEngine::new(open(&self.path)?, Some(&self.path), &self.gate))))
    }
}

impl Stores for SqliteStores {
    fn location(&self) -> OsString {
        self.path.clone().into_os_string()
    }

    fn open(&self) -> Result<Box<dyn Store>> {
        self.opened(open::existing)
    }

    fn open_as_it_is(&self) -> Result<Box<dyn Store>> {
        self.opened(open::as_it_is)
    }

    fn examine(&self, now: Timestamp, watch: &mut dyn Watch) -> Result<Vec<Finding>> {
        examine::examine(&self.path, &self.gate, now, watch)
    }

    fn writer(&self) -> Option<Writer> {
        writer::of(&self.path)
    }

    fn claims(&self, path: &Path) -> bool {
        let folder = |path: &Path| std::path::absolute(path).ok()?.parent()?.canonicalize().ok();
        let name = |path: &Path| path.file_name().map(|name| name.as_encoded_bytes().to_vec()).unwrap_or_default();
        let own = |suffix: &&str| name(path) == [&name(&self.path), suffix.as_bytes()].concat();
        folder(path) == folder(&self.path) && SUFFIXES.iter().any(own)
    }

    fn has(&self, file: &Metadata) -> bool {
        SUFFIXES.iter().any(|suffix| {
            fs::metadata(beside(&self.path, suffix)).is_ok_and(|own| (own.dev(), own.ino()) == (file.dev(), file.ino()))
        })
    }

    fn occupant(&self) -> Result<Option<PathBuf>> {
        ground::occupant(&self.path)
    }

    fn disk(&self) -> Finding {
        ground::disk(&self.path)
    }

    fn prepare(&self, by: &Mandate, first: &NewAccount) -> Result<Box<dyn PreparedStore>> {
        let unplaced = Unplaced::create(&self.path, Purpose::Store)?;
        let _pass = self.gate.pass();
        let mut store = Ruled(SqliteEngine::new(open::fresh(unplaced.path())?, None, &self.gate));
        store.add_account(by, first)?;
        store.0.close()?;
        Ok(Box::new(unplaced))
    }
}
