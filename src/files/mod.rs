//! The files that the caller names. They are opened with the caller's rights, wherever the command itself runs.

mod local;
mod rewrite;

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

pub use self::local::{LocalFiles, taken};
use crate::failure::Result;
use crate::input::Input;
use crate::made::Made;
use crate::token_source::GivenToken;

/// What the caller brings along: the files that they name, and their token.
pub trait Files {
    /// Reads a file, a pipe or, for `-`, standard input.
    fn read(&self, path: &Path) -> Result<Input>;

    /// Opens an input that is read several times, from its place on.
    fn rereadable(&self, path: &Path) -> Result<(File, u64)>;

    /// Refuses a path where no new file can be made. This comes before anybody is asked anything.
    fn check_output(&self, path: &Path) -> Result<()>;

    /// Makes a new file of mode 0600. An existing file is never overwritten.
    fn create(&self, path: &Path) -> Result<Box<dyn OutputFile>>;

    /// Opens, locks and reads the output file of an interrupted run.
    fn reopen(&self, path: &Path) -> Result<Reopened>;

    /// Whether a log lies beside a store, and something is in it.
    fn has_log(&self, store: &Path) -> bool;

    /// The path as it is from the root, if that can be known. No link is followed.
    fn absolute(&self, path: &Path) -> PathBuf;

    /// The place of a new file that somebody names, absolute. Fails if it is taken.
    fn new_place(&self, file: &Path) -> Result<PathBuf>;

    /// Begins a file that is to be at a place once it is complete.
    fn begin(&self, place: &Path) -> io::Result<Box<dyn NewFile>>;

    /// Whether there is a token, of whatever form.
    fn has_token(&self) -> bool;

    /// Reads the token.
    fn token(&self) -> Result<Option<GivenToken>>;
}

/// The file of an interrupted run, and what is in it.
pub type Reopened = (Box<dyn OutputFile>, Zeroizing<Vec<u8>>);

/// A file of mode 0600 that grows by parts.
pub trait OutputFile {
    /// Its path.
    fn path(&self) -> &Path;

    /// Appends a part, and syncs it to the disk. Returns the length before it, in bytes. If this fails, nothing of the part
    /// stays, as far as that is possible.
    fn append(&mut self, part: &[u8]) -> io::Result<u64>;

    /// Takes back the latest part.
    fn take_back(&mut self) -> io::Result<()>;

    /// Keeps what is before `end`, without the parts that are `gone`, which are in order.
    fn retain(&mut self, end: u64, gone: &[Range<u64>]) -> io::Result<()>;

    /// Says that the file stays. Until then, it is removed when it is dropped.
    fn keep(&mut self);

    /// Whether it stays, and is at its path as it was written. Somebody else may have moved, removed or changed it.
    fn stays(&self) -> bool;

    /// The file to remove if a signal ends this process.
    fn doomed(&self) -> Option<Made>;
}

/// A file that has no name yet. If it is dropped, it is gone.
pub trait NewFile: io::Write {
    /// Syncs it to the disk, and gives it its name, unless something has it.
    fn place(self: Box<Self>) -> io::Result<Box<dyn PlacedFile>>;
}

/// A file that has its name.
pub trait PlacedFile {
    /// Removes it again.
    fn remove(&self) -> io::Result<()>;
}
