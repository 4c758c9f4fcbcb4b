//! The ways a secret goes out.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::output::{Layout, Output};
use crate::failure::{Failure, Kind, Result};

/// A way out, open.
pub enum Delivery {
    /// Standard output.
    Standard,
    /// A new file.
    File {
        /// The file.
        file: File,
        /// Its path.
        path: PathBuf,
        /// How long it was before the latest part.
        before: u64,
    },
}

impl Delivery {
    /// Opens the way that was asked for. A file is made now, of mode 0600, and never over one that is there.
    pub fn open(file: Option<&Path>, output: &dyn Output) -> Result<Self> {
        let Some(path) = file else {
            if output.is_null() {
                return Err(not_delivered("standard output is the null device, where nobody would see it")
                    .hint("let it go to a terminal, a pipe or, with --output FILE, to a file"));
            }
            return Ok(Self::Standard);
        };
        let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).and_then(|file| {
            // A umask only ever takes rights away; here it must not take the owner's.
            file.set_permissions(Permissions::from_mode(0o600)).map(|()| file)
        });
        match opened {
            Ok(file) => Ok(Self::File { file, path: path.to_owned(), before: 0 }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(exists(path)),
            Err(error) => Err(not_delivered(format!("{} cannot be made: {error}", path.display()))
                .hint("name a new file in a folder that you can write to")),
        }
    }

    /// Refuses a file that is there already, before anybody is asked anything.
    pub fn check(file: Option<&Path>) -> Result<()> {
        match file {
            Some(path) if path.symlink_metadata().is_ok() => Err(exists(path)),
            _ => Ok(()),
        }
    }

    /// How text is laid out there.
    #[must_use]
    pub fn layout(&self, output: &dyn Output) -> Layout {
        match self {
            Self::Standard => output.layout(),
            Self::File { .. } => Layout::default(),
        }
    }

    /// Hands bytes over; they are out when this returns, in a file on the disk itself.
    pub fn hand_over(&mut self, output: &mut dyn Output, what: &str, bytes: &[u8]) -> Result<()> {
        let (handed, place) = match self {
            Self::Standard => (output.write_all(bytes).and_then(|()| output.flush()), "standard output".to_owned()),
            Self::File { file, path, before } => {
                *before = file.metadata().map_or(0, |metadata| metadata.len());
                (
                    file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| sync_folder(path)),
                    path.display().to_string(),
                )
            }
        };
        handed.map_err(|error| {
            not_delivered(format!("the {what} could not be written to {place}: {error}"))
                .hint("nothing has changed for this account; give it another way out, and try again")
        })
    }

    /// Where it went, if that is a file.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Standard => None,
            Self::File { path, .. } => Some(path),
        }
    }

    /// Takes back the latest part, which is of no use; `false` where that cannot be.
    pub fn take_back_latest(&mut self) -> bool {
        match self {
            Self::Standard => false,
            Self::File { file, before, .. } => {
                let cut = file.set_len(*before).and_then(|()| file.seek(SeekFrom::End(0)));
                cut.and_then(|_| file.sync_all()).is_ok()
            }
        }
    }

    /// Takes back what is of no use: a file in which nothing is in force.
    pub fn take_back(&self) {
        if let Self::File { path, .. } = self {
            // At worst a file stays that says something that is not in force, and the failure says so.
            let _ = fs::remove_file(path);
        }
    }
}

/// Puts the name of a new file on the disk, too. A folder that may be written but not read cannot be synced.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match File::open(folder) {
        Ok(folder) => folder.sync_all(),
        Err(_) => Ok(()),
    }
}

fn exists(path: &Path) -> Failure {
    not_delivered(format!("{} is there already", path.display()))
        .hint("name a file that does not exist yet: none is ever overwritten")
}

fn not_delivered(message: impl Into<String>) -> Failure {
    Failure::new(Kind::NotDelivered, message)
}
