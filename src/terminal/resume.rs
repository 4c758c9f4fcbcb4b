//! The output file of a run that was ended: what stands in it, and where to go on.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::mem;
use std::ops::Range;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustix::fs::OFlags;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::format::{Format, Record as _};
use super::handover::TemporaryHandover;
use super::rewrite;
use crate::domain::name::Username;
use crate::failure::{Failure, Kind, Result};

/// A row of the file: whom a temporary password was made for. The password itself is not taken out of the file.
pub struct Written {
    /// The account.
    pub username: Username,
    /// When the password ends.
    pub until: Timestamp,
    /// Where the row stands, in bytes.
    place: Range<u64>,
}

/// The file, open and nobody else's for as long.
pub struct Unfinished {
    /// The file.
    pub file: File,
    /// Its path.
    pub path: PathBuf,
    /// The format it is in; `None` if nothing stands in it yet.
    pub format: Option<Format>,
    /// Its whole rows.
    pub rows: Vec<Written>,
}

impl Unfinished {
    /// Opens and reads the file. One that is open to others, or not what a reset has written, is refused.
    pub fn open(path: &Path) -> Result<Self> {
        let (file, text) = read(path)?;
        let header = [TemporaryHandover::COLUMNS.join(","), "\n".into()].concat();
        let (format, start) = match text.as_slice() {
            [] => (None, 0),
            [b'{', ..] => (Some(Format::Jsonl), 0),
            text if text.starts_with(header.as_bytes()) => (Some(Format::Csv), header.len()),
            // Ended while it wrote the header.
            text if header.as_bytes().starts_with(text) => (None, 0),
            [b'[', ..] => {
                return Err(Failure::new(
                    Kind::Usage,
                    format!("{} is one JSON array, which cannot be gone on with", path.display()),
                )
                .hint("only csv and jsonl can be; see with 'passdesk users list' who was reset"));
            }
            _ => return Err(foreign(path, 1)),
        };
        let mut rows = Vec::new();
        let mut end = start;
        // What stands behind the last line end was being written when the run was ended.
        for (number, line) in text[start..].split_inclusive(|byte| *byte == b'\n').enumerate() {
            if !line.ends_with(b"\n") {
                break;
            }
            let begins = end as u64;
            end += line.len();
            let row = if format == Some(Format::Csv) { csv_row(line) } else { json_row(line) };
            let (username, until) = row.ok_or_else(|| foreign(path, number + 1 + usize::from(start > 0)))?;
            rows.push(Written { username, until, place: begins..end as u64 });
        }
        Ok(Self { file, path: path.to_owned(), format, rows })
    }

    /// Keeps the rows of which it says so here, in their order, and nothing behind the last; without a row the header goes,
    /// too.
    pub fn keep(&mut self, stays: &[bool]) -> Result<()> {
        let rows = mem::take(&mut self.rows);
        let (kept, gone): (Vec<_>, Vec<_>) = rows.into_iter().zip(stays).partition(|(_, stays)| **stays);
        self.rows = kept.into_iter().map(|(row, _)| row).collect();
        let end = self.rows.last().map_or(0, |last| last.place.end);
        let mut gone: Vec<_> = gone.into_iter().map(|(row, _)| row.place).filter(|place| place.start < end).collect();
        let kept = if gone.is_empty() {
            self.file.set_len(end).and_then(|()| self.file.seek(SeekFrom::End(0))).and_then(|_| self.file.sync_all())
        } else {
            gone.push(end..u64::MAX);
            rewrite::without(&self.file, &self.path, &gone).map(|anew| self.file = anew)
        };
        kept.map_err(|error| {
            Failure::new(Kind::NotDelivered, format!("{} cannot be written: {error}", self.path.display()))
                .hint("nothing has changed")
        })
    }
}

fn read(path: &Path) -> Result<(File, Zeroizing<Vec<u8>>)> {
    let shown = path.display();
    let refuse = |why: &str, hint: &str| Err(Failure::new(Kind::NotDelivered, format!("{shown} {why}")).hint(hint));
    let nofollow = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or(0);
    let opened = OpenOptions::new().read(true).write(true).custom_flags(nofollow).open(path);
    let whole = opened.and_then(|file| {
        let metadata = file.metadata()?;
        Ok((file, metadata))
    });
    let (mut file, metadata) = match whole {
        Ok(whole) => whole,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return refuse("is not there", "to begin anew, say --output in the place of --resume");
        }
        Err(error) => {
            return refuse(&format!("cannot be opened: {error}"), "name the output file of the run that was ended");
        }
    };
    if !metadata.is_file() {
        return refuse("is not an ordinary file", "name the output file of the run that was ended");
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return refuse("belongs to somebody else", "name the output file of the run that was ended");
    }
    if metadata.mode() & 0o077 != 0 {
        return refuse("is open to others", "passwords are written to a file of your own and of mode 0600 only");
    }
    if let Err(error) = file.try_lock() {
        return match error {
            TryLockError::WouldBlock => refuse("is being written by another passdesk", "wait until that has ended"),
            TryLockError::Error(error) => refuse(&format!("cannot be locked: {error}"), "put it on a local disk"),
        };
    }
    let mut text = Zeroizing::new(Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1));
    if let Err(error) = file.read_to_end(&mut text) {
        return refuse(&format!("cannot be read: {error}"), "name the output file of the run that was ended");
    }
    Ok((file, text))
}

/// A row as it is written: no cell of it needs quotes.
fn csv_row(line: &[u8]) -> Option<(Username, Timestamp)> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let mut cells = line.split(',');
    let (username, _, until) = (cells.next()?, cells.next()?, cells.next()?);
    let whole = cells.next().is_none();
    whole.then_some((username.parse().ok()?, until.parse().ok()?))
}

fn json_row(line: &[u8]) -> Option<(Username, Timestamp)> {
    #[derive(Deserialize)]
    struct Row<'a> {
        username: &'a str,
        expires_at: &'a str,
    }
    let row: Row<'_> = serde_json::from_slice(line).ok()?;
    Some((row.username.parse().ok()?, row.expires_at.parse().ok()?))
}

fn foreign(path: &Path, line: usize) -> Failure {
    let message = format!("{} is not what a reset has written: see its line {line}", path.display());
    Failure::new(Kind::Usage, message).hint("name the output file of the run that was ended")
}
