//! A file that is made in a folder of its own, and gets its place when it is complete.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, RenameFlags, linkat, renameat_with, unlinkat};
use rustix::io::Errno;

use super::errors::unusable;
use super::ground::{self, Tenant};
use super::open::{OURS_ONLY, myself, parts};
use crate::made::{Fleeting, Made, stands_at};
use crate::store::engine::Unfinished;
use crate::store::{Result, StoreError};

/// What the file is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A store; its folder is made where there is none.
    Store,
    /// A copy of one, in a folder that is there.
    Backup,
}

impl Purpose {
    /// How the name of the folder ends in which the file is made.
    fn suffix(self) -> &'static str {
        match self {
            Self::Store => ".new",
            Self::Backup => ".unfinished",
        }
    }

    /// What to say of a file that cannot be made.
    fn cannot_make(self, path: &Path, error: &io::Error) -> StoreError {
        let message = format!("{} cannot be made: {error}", path.display());
        match self {
            Self::Store => {
                unusable(message, "name another place with --store, or run passdesk as a user who can write there")
            }
            Self::Backup => StoreError::Failed(anyhow::anyhow!(message)),
        }
    }

    /// Refuses a folder in which others could change what is made. A store is opened there later, too.
    fn check(self, place: &Path, named: &Path, real: &Path) -> Result<()> {
        match self {
            Self::Store => ground::folder(named, real, Tenant::Store),
            Self::Backup => ground::folder(named, real, Tenant::Scratch)
                .map_err(|error| self.cannot_make(place, &io::Error::other(error.to_string()))),
        }
    }
}

/// A file in a folder of its own, which stands in the one that the file is for. Dropped, it is gone, and so are the
/// folders that were made for it.
///
/// The engine opens the file by its name. Nobody else can change what is behind that name.
pub struct Unplaced {
    path: PathBuf,
    /// Its first descriptor.
    made: File,
    scratch: Fleeting,
    name: OsString,
    place: PathBuf,
    purpose: Purpose,
    folder: File,
    /// The innermost is the first.
    made_folders: Vec<Fleeting>,
}

impl Unplaced {
    /// Makes the file, which nobody else can read, if there is nothing in its place.
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
            // What would keep the store from being opened later.
            ground::logs(&folder.join(name), myself())?;
        }
        // Opened now, since after the file is in its place it would be too late to find that it cannot be.
        let opened = File::open(&folder).map_err(cannot_make)?;
        let mut prefix = OsString::from(".");
        prefix.push(name);
        prefix.push(".");
        let scratch = Fleeting(Made::scratch(&folder, &prefix, purpose.suffix()).map_err(cannot_make)?);
        let path = scratch.0.path().join(name);
        let made = OpenOptions::new().write(true).create_new(true).mode(OURS_ONLY).open(&path).and_then(|file| {
            // A umask only ever takes rights away; here it must not take the owner's.
            file.set_permissions(Permissions::from_mode(OURS_ONLY))?;
            Ok(file)
        });
        let made = made.map_err(cannot_make)?;
        let (name, place) = (name.to_owned(), place.to_owned());
        Ok(Self { path, made, scratch, name, place, purpose, folder: opened, made_folders })
    }

    /// Where it is for now.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether what is to be placed is the file that was made, and still nobody else's.
    fn is_as_made(&self) -> bool {
        let is_closed = |file: fs::Metadata| {
            file.is_file() && file.uid() == myself() && file.mode() & 0o7777 == OURS_ONLY && file.nlink() == 1
        };
        stands_at(&self.made, &self.path) && self.made.metadata().is_ok_and(is_closed)
    }

    /// Gives it its place, unless something is there.
    fn move_to_place(&self) -> io::Result<()> {
        if !self.is_as_made() {
            return Err(io::Error::other("somebody has just changed it"));
        }
        if let Ok(Some(_)) = ground::occupant(&self.place) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let (scratch, name) = (self.scratch.0.held(), &self.name);
        match renameat_with(scratch, name, &self.folder, name, RenameFlags::NOREPLACE) {
            // Not every file system can. Ended between the two steps that it takes then, the file has two names.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                linkat(scratch, name, &self.folder, name, AtFlags::empty())?;
                Ok(unlinkat(scratch, name, AtFlags::empty())?)
            }
            renamed => Ok(renamed?),
        }
    }

    /// Puts it in its place, and on the disk; [`StoreError::Conflict`] if the place has been taken meanwhile.
    pub fn put_in_place(self) -> Result<()> {
        let cannot_make = |error: io::Error| self.purpose.cannot_make(&self.place, &error);
        // Once placed, it is taken back unless it is there to stay.
        let placed = Made::file(&self.place, &self.made).map_err(cannot_make)?;
        let placing = self.move_to_place().and_then(|()| self.folder.sync_all());
        match placing {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(StoreError::Conflict(format!("somebody else has just made {}", self.place.display())))
            }
            Err(error) => {
                // It might not be there after a power cut, so it is not there now either.
                placed.remove().map_err(cannot_make)?;
                Err(cannot_make(error))
            }
        }
    }

    /// What it leaves behind if the program is ended now, in the order in which it can be removed.
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

/// Makes a folder and those above it that are missing, for nobody else to read.
fn missing_folders(folder: &Path) -> io::Result<Vec<Fleeting>> {
    let missing: Vec<_> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
    let mut made = Vec::new();
    for folder in missing.into_iter().rev() {
        match Made::folder(folder) {
            Ok(folder) => made.insert(0, Fleeting(folder)),
            // Somebody else was first.
            Err(_) if folder.is_dir() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(made)
}
