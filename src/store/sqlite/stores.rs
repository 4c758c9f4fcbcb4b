//! The place of a store, where it is opened, checked or made.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;

use super::bound::Bounded;
use super::ground::{self, SUFFIXES, beside};
use super::place::Place;
use super::unplaced::Unplaced;
use super::{SqliteEngine, examine, open, restore, writer};
use crate::domain::actor::Actor;
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::delivery::{Delivered, Undelivered};
use crate::domain::finding::Finding;
use crate::domain::hash::StoredHash;
use crate::domain::operation::OperationId;
use crate::gate::Gate;
use crate::made::Made;
use crate::store::engine::Rows;
use crate::store::{
    NewAccount, NewStore, PreparedStore, Purpose, Restoring, Result, Store, StoreFile, Stores, Watch, Writer, is_first,
};

/// The store in one file.
pub struct SqliteStores {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    operation: OperationId,
    gate: Gate,
}

impl SqliteStores {
    /// The store at this path, for an operation. The store need not exist. A relative path starts at the working
    /// directory.
    pub fn at(path: &Path, clock: impl Clock + 'static, operation: OperationId) -> Result<Self> {
        let path = std::path::absolute(path).context("the store's path cannot be made absolute")?;
        Ok(Self { path, clock: Arc::new(clock), operation, gate: Gate::default() })
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

    /// The gate.
    pub(super) fn gate(&self) -> &Gate {
        &self.gate
    }

    /// The time here.
    pub(super) fn now_here(&self) -> Timestamp {
        self.clock.now()
    }

    fn opened(&self, open: fn(&Path) -> Result<Bounded>) -> Result<Store> {
        let _pass = self.gate.pass();
        let place = Place::of(&self.path);
        let connection = open(&self.path)?;
        let place = place.map(|place| place.seen(&connection)).transpose()?;
        let engine = SqliteEngine::new(connection, place, &self.clock, &self.gate);
        Ok(Store::new(engine, self.operation))
    }

    /// Opens a store that nobody else knows, and brings it up to date.
    pub(super) fn at_hidden(&self, path: &Path) -> Result<Store> {
        let engine = SqliteEngine::new(open::existing(path)?, None, &self.clock, &self.gate);
        Ok(Store::new(engine, self.operation))
    }

    /// Fills a new file with a store, while nobody else knows it.
    fn fill(&self, unplaced: &Unplaced, fill: impl FnOnce(&mut Store) -> Result<()>) -> Result<()> {
        let engine = SqliteEngine::new(open::fresh(unplaced.path())?, None, &self.clock, &self.gate);
        let mut store = Store::new(engine, self.operation);
        fill(&mut store)?;
        store.close()
    }
}

impl Stores for SqliteStores {
    fn location(&self) -> OsString {
        self.path.clone().into_os_string()
    }

    fn open(&self) -> Result<Store> {
        self.opened(open::existing)
    }

    fn open_to_read(&self) -> Result<Store> {
        self.opened(open::to_read)
    }

    fn open_as_it_is(&self) -> Result<Store> {
        self.opened(open::as_it_is)
    }

    fn now(&self) -> Result<Timestamp> {
        Ok(self.clock.now())
    }

    fn examine(&self, watch: &mut dyn Watch) -> Result<Vec<Finding>> {
        examine::examine(&self.path, &self.gate, self.clock.now(), watch)
    }

    fn begin(&self, purpose: Purpose) -> Result<Box<dyn NewStore + '_>> {
        let unplaced = Unplaced::create(&self.path, purpose)?;
        Ok(Box::new(NewFile { stores: self, unplaced }))
    }

    fn prepare(
        &self,
        by: &Actor,
        first: &NewAccount<Undelivered<StoredHash>>,
        doom: &mut dyn FnMut(Made),
    ) -> Result<Box<dyn PreparedStore>> {
        let _pass = self.gate.pass();
        let unplaced = Unplaced::create(&self.path, Purpose::Store)?;
        unplaced.scratch().into_iter().for_each(doom);
        self.fill(&unplaced, |store| store.add_first(by, first).map(drop))?;
        Ok(Box::new(Prepared { unplaced, first: first.temporary.hash.clone() }))
    }

    fn file(&self) -> Option<&dyn StoreFile> {
        Some(self)
    }
}

/// A complete store, and the hash of its first password.
struct Prepared {
    unplaced: Unplaced,
    first: StoredHash,
}

impl PreparedStore for Prepared {
    fn put_in_place(self: Box<Self>, first: &Delivered<StoredHash>) -> Result<()> {
        is_first(&self.first, first)?;
        self.unplaced.put_in_place()
    }
}

/// A new file, and the place where it will be a store.
struct NewFile<'a> {
    stores: &'a SqliteStores,
    unplaced: Unplaced,
}

impl NewStore for NewFile<'_> {
    fn location(&self) -> OsString {
        self.stores.location()
    }

    fn make(self: Box<Self>, fill: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()> {
        let _pass = self.stores.gate.pass();
        self.stores.fill(&self.unplaced, |store| store.fill(fill))?;
        self.unplaced.put_in_place()
    }
}

impl StoreFile for SqliteStores {
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

    fn begin_restore(
        &self,
        backup: &mut dyn Read,
        bytes: u64,
        watch: &mut dyn Watch,
    ) -> Result<Box<dyn Restoring + '_>> {
        restore::begin(self, backup, bytes, watch)
    }
}
