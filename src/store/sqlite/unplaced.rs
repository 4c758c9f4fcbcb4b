//! A file that is made in a folder of its own. When it is complete, it is moved to its place.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{RenameFlags, renameat, renameat_with};
use rustix::io::Errno;

use super::errors::{full, unusable};
use super::ground::{self, Tenant};
use super::open::{OURS_ONLY, myself, parts};
use crate::made::{Fleeting, Made, missing_folders, prefix, stands_at, sync_folder};
use crate::store::engine::Unfinished;
use crate::store::{Purpose, Result, StoreError};

impl Purpose {
    /// The end of the name of the folder in which the file is made.
    #[must_use]
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Store => ".new",
            Self::Backup => ".unfinished",
        }
    }

    /// The error for a file that cannot be made.
    fn cannot_make(self, path: &Path, error: &io::Error) -> StoreError {
        let message = format!("{} cannot be made: {error}", path.display());
        match self {
            Self::Store if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => full(message),
            Self::Store => unusable(message, "name another place, or run passdesk as a user who can write there"),
            Self::Backup => StoreError::Failed(anyhow::anyhow!(message)),
        }
    }

    /// Refuses a folder in which others could change the file. A store is also opened in its folder later.
    fn check(self, place: &Path, named: &Path, real: &Path) -> Result<()> {
        match self {
            Self::Store => ground::folder(named, real, Tenant::Store),
            Self::Backup => ground::folder(named, real, Tenant::Scratch)
                .map_err(|error| self.cannot_make(place, &io::Error::other(error.to_string()))),
        }
    }
}

/// A file in a folder of its own, inside the folder of its place. If it is dropped, it is removed, with the folders
/// that were made for it.
///
/// The engine opens the file by its name. Nobody else can replace the file of that name.
pub struct Unplaced {
    path: PathBuf,
    /// The descriptor with which it was made.
    made: File,
    scratch: Fleeting,
    name: OsString,
    place: PathBuf,
    purpose: Purpose,
    folder: File,
    /// The innermost folder is the first.
    made_folders: Vec<Fleeting>,
}

impl Unplaced {
    /// Makes the file, if its place is free. Nobody else can read it.
    pub fn create(place: &Path, purpose: Purpose) -> Result<Self> {
        let (folder, name) = parts(place)?;
        if let Ok(Some(path)) = ground::occupant(place) {
            return Err(StoreError::Conflict(format!("{} exists already", path.display())));
        }
        let cannot_make = |error: io::Error| purpose.cannot_make(place, &error);
        let made_folders = match purpose {
            Purpose::Store => missing_folders(folder).map_err(|error| purpose.cannot_make(folder, &error))?,
            Purpose::Backup => Vec::new(),
        };
        let named = folder;
        let folder = named.canonicalize().map_err(cannot_make)?;
        purpose.check(place, named, &folder)?;
        if purpose == Purpose::Store {
            // A fault here would keep the store from being opened later.
            ground::logs(&folder.join(name), myself())?;
        }
        // The folder is opened now. Once the file is in its place, a failure would come too late.
        let opened = File::open(&folder).map_err(cannot_make)?;
        let scratch = Fleeting(Made::scratch(&folder, &prefix(name), purpose.suffix()).map_err(cannot_make)?);
        scratch.0.hold();
        let path = scratch.0.path().join(name);
        let (made, _) = Made::private_file(&path).map_err(cannot_make)?;
        let (name, place) = (name.to_owned(), place.to_owned());
        Ok(Self { path, made, scratch, name, place, purpose, folder: opened, made_folders })
    }

    /// Its path for now.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file to be placed is still the one that was made, and nobody else's.
    fn is_as_made(&self) -> bool {
        let is_closed = |file: fs::Metadata| {
            file.is_file() && file.uid() == myself() && file.mode() & 0o677 == OURS_ONLY && file.nlink() == 1
        };
        stands_at(&self.made, &self.path) && self.made.metadata().is_ok_and(is_closed)
    }

    /// Moves it to its place, unless something is there.
    fn move_to_place(&self) -> io::Result<()> {
        if !self.is_as_made() {
            return Err(io::Error::other("somebody has just changed it"));
        }
        if let Ok(Some(_)) = ground::occupant(&self.place) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        let (scratch, name) = (self.scratch.0.held(), &self.name);
        match renameat_with(scratch, name, &self.folder, name, RenameFlags::NOREPLACE) {
            // Not every file system can do that. Then it takes two steps. If the program ends between them, an empty
            // file stays.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                let _empty = Fleeting(Made::private_file(&self.place)?.1);
                Ok(renameat(scratch, name, &self.folder, name)?)
            }
            renamed => Ok(renamed?),
        }
    }

    /// Moves it to its place, and syncs it to the disk. If the place has been taken meanwhile, the answer is
    /// [`StoreError::Conflict`].
    pub fn put_in_place(self) -> Result<()> {
        self.placed().map(drop)
    }

    /// The same. Returns the placed file.
    pub fn placed(self) -> Result<Made> {
        let cannot_make = |error: io::Error| self.purpose.cannot_make(&self.place, &error);
        // Once placed, the file is removed again unless it is sure to stay.
        let placed = Made::file(&self.place, &self.made).map_err(cannot_make)?;
        let placing = self.move_to_place().and_then(|()| sync_folder(&self.folder));
        match placing {
            Ok(()) => Ok(placed),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(StoreError::Conflict(format!("somebody else has just made {}", self.place.display())))
            }
            Err(error) => {
                // The file might be gone after a power cut, so it is removed now.
                placed.discard();
                Err(cannot_make(error))
            }
        }
    }

    /// What stays behind if the program is ended now, in an order in which it can be removed.
    pub fn scratch(&self) -> Vec<Made> {
        [&self.scratch].into_iter().chain(&self.made_folders).map(|made| made.0.clone()).collect()
    }
}

impl Unfinished for Unplaced {
    fn path(&self) -> &Path {
        &self.path
    }

    fn put_in_place(self: Box<Self>) -> Result<()> {
        Self::put_in_place(*self)
    }
}
