//! The files of a caller who runs this process.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::rewrite::{self, still_there};
use super::{Files, NewFile, OutputFile, PlacedFile, Reopened};
use crate::domain::text::shown;
use crate::failure::{Failure, Kind, Result};
use crate::input::{self, Input};
use crate::made::{Fleeting, Made, sync_folder_of};
use crate::named_file::{self, Links};
use crate::token_source::{GivenToken, TokenSource};

/// Opens files with the rights of this process.
pub struct LocalFiles<'a> {
    /// Whether passdesk keeps a file for itself.
    pub keeps: &'a dyn Fn(&Metadata) -> bool,
    /// Whether a file at a path would be one of those.
    pub claims: &'a dyn Fn(&Path) -> bool,
    /// Where the token is.
    pub token: TokenSource,
    /// Whether the caller comes through sudo. Then no token file is opened.
    pub through_sudo: bool,
}

/// The hint for a file that cannot be resumed.
const NAME_IT: &str = "name the output file of the interrupted run";

impl Files for LocalFiles<'_> {
    fn read(&self, path: &Path) -> Result<Input> {
        input::read(path, self.keeps)
    }

    fn rereadable(&self, path: &Path) -> Result<(File, u64)> {
        input::rereadable(path, self.keeps)
    }

    fn check_output(&self, path: &Path) -> Result<()> {
        if path.symlink_metadata().is_ok() {
            return Err(exists(path));
        }
        if (self.claims)(path) {
            return Err(
                not_delivered(format!("{} is one of passdesk's own files", shown(path))).hint("name another file")
            );
        }
        Ok(())
    }

    fn create(&self, path: &Path) -> Result<Box<dyn OutputFile>> {
        match Made::private_file(path) {
            Ok((file, made)) => {
                // The lock lasts as long as the file is written, so nobody resumes it meanwhile. If it cannot be locked
                // here, it cannot be resumed either.
                let _ = file.try_lock();
                Ok(Box::new(LocalOutput { file, path: path.to_owned(), before: 0, useless: Some(made) }))
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

    fn reopen(&self, path: &Path) -> Result<Reopened> {
        input::refuse_kept(path, self.keeps)?;
        let (file, text) = of_earlier_run(path, self.keeps)?;
        Ok((Box::new(LocalOutput { file, path: path.to_owned(), before: 0, useless: None }), text))
    }

    fn has_log(&self, store: &Path) -> bool {
        let mut log = store.as_os_str().to_owned();
        log.push("-wal");
        fs::metadata(log).is_ok_and(|log| log.len() > 0)
    }

    fn absolute(&self, path: &Path) -> PathBuf {
        std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
    }

    fn new_place(&self, file: &Path) -> Result<PathBuf> {
        let place = resolved(std::path::absolute(file).map_err(anyhow::Error::from)?);
        if (self.claims)(&place) {
            return Err(taken(format!("{} is one of passdesk's own files", shown(&place))));
        }
        if place.symlink_metadata().is_ok() {
            return Err(taken(format!("{} exists already", shown(&place))));
        }
        Ok(place)
    }

    fn begin(&self, place: &Path) -> io::Result<Box<dyn NewFile>> {
        let (file, made) = Made::unfinished_beside(place)?;
        Ok(Box::new(LocalNew { file, unfinished: Fleeting(made), place: place.to_owned() }))
    }

    fn has_token(&self) -> bool {
        !matches!(self.token, TokenSource::Nowhere)
    }

    fn token(&self) -> Result<Option<GivenToken>> {
        self.token.read(self.through_sudo, self.keeps)
    }
}

fn not_delivered(message: String) -> Failure {
    Failure::new(Kind::NotDelivered, message)
}

fn exists(path: &Path) -> Failure {
    not_delivered(format!("{} exists already", path.display())).hint("name a new file; passdesk never overwrites one")
}

/// The failure for a place that is taken.
#[must_use]
pub fn taken(message: String) -> Failure {
    Failure::new(Kind::Conflict, message).hint("name a new place; passdesk never overwrites one")
}

/// The path with the links in its folder followed. The engine opens no file behind a link. The last part of the path
/// stays as it is: no file is made through a link.
fn resolved(path: PathBuf) -> PathBuf {
    match (path.parent().map(Path::canonicalize), path.file_name()) {
        (Some(Ok(folder)), Some(name)) => folder.join(name),
        // The folder does not exist. The code that makes the file reports that.
        _ => path,
    }
}

/// Opens, locks and reads the file of an interrupted run.
fn of_earlier_run(path: &Path, is_kept: impl Fn(&Metadata) -> bool) -> Result<(File, Zeroizing<Vec<u8>>)> {
    let failure = |why: &str, hint: &str| not_delivered(format!("{} {why}", shown(path))).hint(hint);
    let refuse = |why: &str, hint: &str| Err(failure(why, hint));
    let unopened = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => failure("does not exist", "to start again, use --output in the place of --resume"),
        _ => failure(&format!("cannot be opened: {error}"), NAME_IT),
    };
    let will_do = |file: &Metadata| {
        if is_kept(file) {
            return refuse("is one of passdesk's own files", NAME_IT);
        }
        if !file.is_file() {
            return refuse("is not an ordinary file", NAME_IT);
        }
        if file.uid() != rustix::process::geteuid().as_raw() {
            return refuse("belongs to somebody else", NAME_IT);
        }
        if file.mode() & 0o077 != 0 {
            return refuse("is open to others", "the file must be yours, with mode 0600");
        }
        Ok(())
    };
    let options = &mut OpenOptions::new();
    let (mut file, metadata) =
        named_file::open(path, options.read(true).write(true), Links::Refused, unopened, will_do)?;
    if let Err(error) = file.try_lock() {
        return Err(match error {
            TryLockError::WouldBlock => failure("is in use by another passdesk", "wait until it ends"),
            TryLockError::Error(error) => failure(&format!("cannot be locked: {error}"), "put it on a local disk"),
        });
    }
    let mut text = Zeroizing::new(Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1));
    if let Err(error) = file.read_to_end(&mut text) {
        return Err(failure(&format!("cannot be read: {error}"), NAME_IT));
    }
    Ok((file, text))
}

/// A file, open and positioned at its end.
struct LocalOutput {
    file: File,
    path: PathBuf,
    /// Its length before the latest part.
    before: u64,
    /// The same file, until it is kept.
    useless: Option<Made>,
}

impl LocalOutput {
    /// Cuts the file back to its length before the latest part.
    fn cut(&mut self) -> io::Result<()> {
        self.file.set_len(self.before)?;
        self.file.seek(SeekFrom::End(0)).map(drop)
    }
}

impl OutputFile for LocalOutput {
    fn path(&self) -> &Path {
        &self.path
    }

    fn append(&mut self, part: &[u8]) -> io::Result<u64> {
        // If the length were not known, nothing could be taken back.
        self.before = look(&self.file, &self.path)?;
        let written = self.file.write_all(part).and_then(|()| self.file.sync_all());
        let written = written.and_then(|()| sync_folder_of(&self.path));
        let written = written.and_then(|()| look(&self.file, &self.path).map(drop));
        if written.is_err() {
            // A piece of it may have been written. It is of no use.
            let _ = self.cut();
        }
        written.map(|()| self.before)
    }

    fn take_back(&mut self) -> io::Result<()> {
        self.cut().and_then(|()| self.file.sync_all())
    }

    fn retain(&mut self, end: u64, gone: &[Range<u64>]) -> io::Result<()> {
        rewrite::retain(&mut self.file, &self.path, end, gone)
    }

    fn keep(&mut self) {
        self.useless = None;
    }

    fn stays(&self) -> bool {
        self.useless.is_none() && look(&self.file, &self.path).is_ok()
    }

    fn doomed(&self) -> Option<Made> {
        self.useless.clone()
    }
}

impl Drop for LocalOutput {
    /// A file that nobody kept is of no use, and is removed. If that fails, the file stays. The failure says that nothing
    /// in it is in force.
    fn drop(&mut self) {
        if let Some(useless) = &self.useless {
            useless.discard();
        }
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

/// A file beside its place.
struct LocalNew {
    file: File,
    unfinished: Fleeting,
    place: PathBuf,
}

impl io::Write for LocalNew {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl NewFile for LocalNew {
    fn place(self: Box<Self>) -> io::Result<Box<dyn PlacedFile>> {
        self.file.sync_all()?;
        let placed = self.unfinished.0.clone().place(&self.place)?;
        // Without this, the name might be gone after a power cut.
        match sync_folder_of(&self.place) {
            Ok(()) => Ok(Box::new(placed)),
            Err(error) => {
                placed.discard();
                Err(error)
            }
        }
    }
}

impl PlacedFile for Made {
    fn remove(&self) -> io::Result<()> {
        self.remove()
    }
}
