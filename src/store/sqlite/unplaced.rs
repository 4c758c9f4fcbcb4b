//! A file that is made under a name of its own, and gets the one it is for when it is complete.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::ground::{self, Tenant};
use super::open::{OURS_ONLY, parts, unusable};
use crate::store::{PreparedStore, Result, StoreError};

/// What the file is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A store; its folder is made where there is none.
    Store,
    /// A copy of one, in a folder that is there.
    Backup,
}

impl Purpose {
    /// How the name ends as long as the file is of no use.
    fn suffix(self) -> &'static str {
        match self {
            Self::Store => "new",
            Self::Backup => "unfinished",
        }
    }

    /// What to say of a file that cannot be made.
    fn cannot_make(self, path: &Path, error: &io::Error) -> StoreError {
        let message = format!("{} cannot be made: {error}", path.display());
        match self {
            Self::Store => {
                unusable(message, "name a place you can write to with --store, or run passdesk as a user who can")
            }
            Self::Backup => StoreError::Failed(anyhow::anyhow!(message)),
        }
    }

    /// Refuses a folder, named without links, in which others could change what is made. A store is opened there later, too.
    fn check(self, place: &Path, folder: &Path) -> Result<()> {
        match self {
            Self::Store => ground::folder(folder, Tenant::Store),
            Self::Backup => ground::folder(folder, Tenant::Scratch)
                .map_err(|error| self.cannot_make(place, &io::Error::other(error.to_string()))),
        }
    }
}

/// A file beside its place, under a name of its own. Dropped, it is gone, and so is the folder if it was made for it.
pub struct Unplaced {
    path: PathBuf,
    place: PathBuf,
    purpose: Purpose,
    folder: File,
    made_folder: Option<PathBuf>,
}

impl Unplaced {
    /// Makes the file, which nobody else can read.
    pub fn create(place: &Path, purpose: Purpose) -> Result<Self> {
        let cannot_make = |path: &Path, error: &io::Error| purpose.cannot_make(path, error);
        let (folder, name) = parts(place)?;
        if let Ok(Some(path)) = ground::occupant(place) {
            return Err(StoreError::Conflict(format!("there is something at {} already", path.display())));
        }
        let made_folder = (purpose == Purpose::Store && !folder.exists()).then(|| folder.to_owned());
        if made_folder.is_some() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .map_err(|error| cannot_make(folder, &error))?;
        }
        purpose.check(place, &folder.canonicalize().map_err(|error| cannot_make(place, &error))?)?;
        let hidden = format!(".{}.{}.{}", name.to_string_lossy(), std::process::id(), purpose.suffix());
        let path = folder.join(hidden);
        // What a process of the same number left when it was killed is nobody's.
        let _ = fs::remove_file(&path);
        // Opened now, since after the file is in its place it would be too late to find that it cannot be.
        let opened = File::open(folder).map_err(|error| cannot_make(place, &error))?;
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(OURS_ONLY)
            .open(&path)
            // A umask only ever takes rights away; here it must not take the owner's.
            .and_then(|file| file.set_permissions(fs::Permissions::from_mode(OURS_ONLY)))
            .map_err(|error| cannot_make(place, &error))?;
        Ok(Self { path, place: place.to_owned(), purpose, folder: opened, made_folder })
    }

    /// Where it is for now.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl PreparedStore for Unplaced {
    fn put_in_place(mut self: Box<Self>) -> Result<()> {
        // A hard link, unlike a rename, never replaces what is there.
        match fs::hard_link(&self.path, &self.place) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(StoreError::Conflict(format!("somebody else has made {} meanwhile", self.place.display())));
            }
            Err(error) => return Err(self.purpose.cannot_make(&self.place, &error)),
        }
        if let Err(error) = self.folder.sync_all() {
            // It might not be there after a power cut, so it is not there now either.
            fs::remove_file(&self.place).context("the folder cannot be written")?;
            return Err(self.purpose.cannot_make(&self.place, &error));
        }
        self.made_folder = None;
        Ok(())
    }

    fn scratch(&self) -> Option<&Path> {
        Some(&self.path)
    }
}

impl Drop for Unplaced {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let mut name = self.path.clone().into_os_string();
            name.push(suffix);
            let _ = fs::remove_file(name);
        }
        if let Some(folder) = &self.made_folder {
            let _ = fs::remove_dir(folder);
        }
    }
}
