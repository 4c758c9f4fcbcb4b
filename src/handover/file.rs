//! A file as the way out.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::mem;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::rewrite::{self, still_there};
use super::unfinished::Unfinished;
use super::{Handed, Means, WayOut, not_delivered};
use crate::failure::{Failure, Result};
use crate::made::{Made, sync_folder_of};
use crate::terminal::output::Output;

/// A file, open and positioned at its end.
pub struct ToFile {
    file: File,
    path: PathBuf,
    /// Its length before the latest part.
    before: u64,
    /// The places of the latest rows, if each row can be deleted again.
    rows: Vec<Range<u64>>,
    /// The places of the rows whose secrets did not come into force.
    dead: Vec<Range<u64>>,
    /// Whether the file is kept even if nothing more comes into force.
    stays: bool,
}

impl ToFile {
    /// Makes a new file of mode 0600. An existing file is never overwritten.
    pub fn new(path: &Path) -> Result<Self> {
        match Made::private_file(path) {
            Ok((file, _)) => {
                // The lock lasts as long as the file is written, so nobody resumes it meanwhile. If it cannot be locked
                // here, it cannot be resumed either.
                let _ = file.try_lock();
                Ok(Self::at(path.to_owned(), file, false))
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(exists(path)),
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                Err(not_delivered(format!("{} cannot be made: {error}", path.display()))
                    .hint("name a new file on another disk, or have this one mounted with umask=077"))
            }
            Err(error) => Err(not_delivered(format!("{} cannot be made: {error}", path.display()))
                .hint("name a new file in a folder that you can write to")),
        }
    }

    /// Goes on with an existing file.
    #[must_use]
    pub fn resume(unfinished: Unfinished) -> Self {
        Self::at(unfinished.path, unfinished.file, true)
    }

    pub(super) fn at(path: PathBuf, file: File, stays: bool) -> Self {
        Self { file, path, before: 0, rows: Vec::new(), dead: Vec::new(), stays }
    }

    /// Refuses an existing file before anybody is asked anything.
    pub fn check(path: &Path) -> Result<()> {
        if path.symlink_metadata().is_ok() { Err(exists(path)) } else { Ok(()) }
    }

    /// Cuts the file back to its length before the latest part.
    fn cut(&mut self) -> io::Result<()> {
        self.file.set_len(self.before)?;
        self.file.seek(SeekFrom::End(0)).map(drop)
    }

    /// Writes a part, and syncs it to the disk.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        // If the length were not known, nothing could be taken back.
        self.before = look(&self.file, &self.path)?;
        let written = self.file.write_all(bytes).and_then(|()| self.file.sync_all());
        let written = written.and_then(|()| sync_folder_of(&self.path));
        let written = written.and_then(|()| look(&self.file, &self.path).map(drop));
        if written.is_err() {
            // A part of it may have been written. It is of no use.
            let _ = self.cut();
        }
        written
    }
}

impl WayOut for ToFile {
    fn hand_over(&mut self, _: &mut Means<'_>, handed: &Handed<'_>) -> Result<()> {
        self.write(handed.bytes).map_err(|error| handed.unwritten(&self.path.display().to_string(), &error))?;
        let mut end = self.before + (handed.bytes.len() - handed.rows.iter().sum::<usize>()) as u64;
        let place = |row: &usize| {
            let begins = end;
            end += *row as u64;
            begins..end
        };
        self.rows = handed.rows.iter().map(place).collect();
        Ok(())
    }

    fn is_bare(&self, bare_in_a_file: bool) -> bool {
        bare_in_a_file
    }

    fn handed(&self) -> String {
        format!("written to {}", self.path.display())
    }

    fn is_on_terminal(&self, _: &dyn Output) -> bool {
        false
    }

    fn confirmed(&self) -> String {
        format!("is in {}, and in force", self.path.display())
    }

    fn keep(&mut self, means: &mut Means<'_>) {
        self.stays = true;
        means.terminal.spare(&self.path);
    }

    fn file(&self) -> Option<&Path> {
        Some(&self.path)
    }

    fn doomed(&self) -> Option<Made> {
        if self.stays { None } else { Made::file(&self.path, &self.file).ok() }
    }

    fn take_back_latest(&mut self, _: &mut Means<'_>) -> bool {
        self.cut().and_then(|()| self.file.sync_all()).is_ok()
    }

    fn strike(&mut self, is_dead: &[bool]) {
        let latest = mem::take(&mut self.rows).into_iter().zip(is_dead);
        self.dead.extend(latest.filter(|(_, is_dead)| **is_dead).map(|(row, _)| row));
    }

    fn leave_out(&mut self) -> io::Result<()> {
        if !self.dead.is_empty() {
            self.file = rewrite::without(&self.file, &self.path, &mem::take(&mut self.dead))?;
        }
        Ok(())
    }
}

impl Drop for ToFile {
    /// A file without a secret in force is of no use, and is removed. If that fails, the file stays. The failure says
    /// that nothing in it is in force.
    fn drop(&mut self) {
        let _ = self.doomed().map(|made| made.remove());
    }
}

/// The length of a file, where the next part goes. An error if another file is at its path, or if somebody else wrote
/// to it. Nobody would find what is written to such a file.
fn look(mut file: &File, path: &Path) -> io::Result<u64> {
    still_there(file, path)?;
    let length = file.metadata()?.len();
    if file.stream_position()? != length {
        return Err(io::Error::other("somebody else has just written to it"));
    }
    Ok(length)
}

fn exists(path: &Path) -> Failure {
    not_delivered(format!("{} exists already", path.display())).hint("name a new file; passdesk never overwrites one")
}
