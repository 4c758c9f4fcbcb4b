//! The ways a temporary password goes out.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
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
    },
}

impl Delivery {
    /// Opens the way that was asked for. A file is made now, of mode 0600, and never over one that is there.
    pub fn open(file: Option<&Path>, output: &dyn Output) -> Result<Self> {
        let Some(path) = file else {
            if output.is_null() {
                return Err(not_delivered("standard output is the null device, where nobody would see the password")
                    .hint("let it go to a terminal, a pipe or, with --output FILE, to a file"));
            }
            return Ok(Self::Standard);
        };
        let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        match opened {
            Ok(file) => Ok(Self::File { file, path: path.to_owned() }),
            Err(error) => {
                let hint = if error.kind() == io::ErrorKind::AlreadyExists {
                    "name a file that does not exist yet: none is ever overwritten"
                } else {
                    "name a new file in a folder that you can write to"
                };
                Err(not_delivered(format!("{} cannot be made: {error}", path.display())).hint(hint))
            }
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
    pub fn hand_over(&mut self, output: &mut dyn Output, bytes: &[u8]) -> Result<()> {
        let (handed, place) = match self {
            Self::Standard => (output.write_all(bytes).and_then(|()| output.flush()), "standard output".to_owned()),
            Self::File { file, path } => {
                (file.write_all(bytes).and_then(|()| file.sync_all()), path.display().to_string())
            }
        };
        handed.map_err(|error| {
            not_delivered(format!("the temporary password could not be written to {place}: {error}"))
                .hint("nothing has changed; give it another way out and try again")
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

    /// Takes back what is of no use: a file in which nothing is in force.
    pub fn take_back(&self) {
        if let Self::File { path, .. } = self {
            // At worst a file stays that says something that is not in force, and the failure says so.
            let _ = fs::remove_file(path);
        }
    }
}

fn not_delivered(message: impl Into<String>) -> Failure {
    Failure::new(Kind::NotDelivered, message)
}
