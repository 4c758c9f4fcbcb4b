//! Input from a file or standard input, read as a whole. Nothing in the store is open while a slow pipe is read. A
//! growing file is taken with the length it had at the start.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, IsTerminal as _, Read as _, Seek as _};
use std::path::Path;

use crate::config;
use crate::domain::text::{quoted, shown};
use crate::failure::{Failure, Kind, Result};
use crate::named_file::{self, Links};
use crate::patient::Patient;

/// The most that is read, in bytes. It is enough for some twenty million accounts.
const MOST: u64 = 1 << 30;

/// What was read.
pub struct Input {
    /// All of it.
    pub bytes: Vec<u8>,
    /// Whether the file has grown since the reading began.
    pub has_grown: bool,
}

/// The note to a person about a file that has grown.
pub const HAS_GROWN: &str = "The file has grown since passdesk began to read it. The new part is left out.";

/// Whether a path means standard input.
#[must_use]
pub fn is_stdin(path: &Path) -> bool {
    ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|name| path.as_os_str() == *name)
}

/// Refuses a file that passdesk keeps for itself. `is_kept` says which files those are.
pub fn refuse_kept(path: &Path, is_kept: impl Fn(&Metadata) -> bool) -> Result<()> {
    if fs::metadata(path).is_ok_and(|file| is_kept(&file)) { Err(kept(&named(path))) } else { Ok(()) }
}

/// The name of an input in a message.
#[must_use]
pub fn named(path: &Path) -> String {
    if is_stdin(path) { "standard input".to_owned() } else { quoted(&path.display().to_string()) }
}

/// The failure for a file that passdesk keeps for itself.
#[must_use]
pub fn kept(name: &str) -> Failure {
    Failure::new(Kind::Usage, format!("{name} is one of passdesk's own files")).hint("name another file")
}

/// Opens a file, a pipe or, for `-`, standard input. Refuses a file that passdesk keeps for itself.
fn open(path: &Path, is_kept: impl Fn(&Metadata) -> bool) -> Result<(File, Metadata)> {
    let name = named(path);
    let (file, metadata) = if is_stdin(path) {
        named_file::of_stream(io::stdin(), &is_kept).map_err(unreadable(path))?.ok_or_else(|| kept(&name))?
    } else {
        let options = &mut OpenOptions::new();
        let will_do = |file: &Metadata| if is_kept(file) { Err(kept(&name)) } else { Ok(()) };
        named_file::open(path, options.read(true), Links::Followed, unreadable(path), will_do)?
    };
    if file.is_terminal() {
        return Err(
            Failure::new(Kind::Usage, format!("{name} is a terminal, not a list")).hint("name a file, or use a pipe")
        );
    }
    Ok((file, metadata))
}

fn unreadable(path: &Path) -> impl Fn(io::Error) -> Failure {
    let name = named(path);
    move |error| {
        Failure::new(Kind::Usage, format!("{name} cannot be read: {error}"))
            .hint("name a file that is there and that you may read, or - for standard input")
    }
}

/// Opens an input that is read several times, from its place on. What comes from a pipe is kept in a file without a name.
pub fn rereadable(path: &Path, is_kept: impl Fn(&Metadata) -> bool) -> Result<(File, u64)> {
    let (mut file, metadata) = open(path, is_kept)?;
    if metadata.is_file() {
        let start = file.stream_position().map_err(unreadable(path))?;
        return Ok((file, start));
    }
    let mut copy = nameless()?;
    io::copy(&mut Patient(file), &mut copy).map_err(unreadable(path))?;
    Ok((copy, 0))
}

/// A file without a name, for what is needed once more. It is gone with the program.
pub fn nameless() -> Result<File> {
    let folder = config::temporary_folder();
    tempfile::tempfile_in(&folder).map_err(|error| {
        Failure::new(Kind::Failed, format!("no file can be made in {}: {error}", shown(&folder)))
            .hint("TMPDIR names another folder; if this one is the store's, root can make room in it")
    })
}

/// Reads a file, a pipe or, for `-`, standard input. Refuses a file that passdesk keeps for itself.
pub fn read(path: &Path, is_kept: impl Fn(&Metadata) -> bool) -> Result<Input> {
    let name = named(path);
    let unreadable = unreadable(path);
    let (mut file, metadata) = open(path, is_kept)?;
    // Nobody can know how much a pipe will still send.
    let length = if metadata.is_file() {
        Some(metadata.len().saturating_sub(file.stream_position().map_err(&unreadable)?))
    } else {
        None
    };
    let mut bytes = Vec::new();
    if length.is_none_or(|length| length <= MOST) {
        bytes.reserve(length.and_then(|length| usize::try_from(length).ok()).unwrap_or(0));
        Patient(&file).take(length.unwrap_or(MOST + 1)).read_to_end(&mut bytes).map_err(&unreadable)?;
    }
    if length.unwrap_or(bytes.len() as u64) > MOST {
        return Err(
            Failure::new(Kind::Usage, format!("{name} has more than 1 GiB")).hint("split it into several files")
        );
    }
    let has_grown = metadata.is_file() && file.metadata().map_err(&unreadable)?.len() > metadata.len();
    let is_shorter = length.is_some_and(|length| (bytes.len() as u64) < length);
    // A cut row would look whole: half a name is a name.
    if is_shorter || (has_grown && !bytes.ends_with(b"\n")) {
        return Err(Failure::new(Kind::Conflict, format!("somebody is writing {name}: its last row is not complete"))
            .hint("wait until the file is complete, and try again"));
    }
    Ok(Input { bytes, has_grown })
}
