//! The output file of an interrupted run: its rows, and where to go on.

use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read as _};
use std::mem;
use std::ops::Range;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;
use zeroize::Zeroizing;

use super::{Disclosure as _, TemporaryDisclosure, rewrite};
use crate::domain::name::Username;
use crate::domain::operation::OperationId;
use crate::domain::text::shown;
use crate::failure::{Failure, Kind, Result};
use crate::named_file::{self, Links};
use crate::terminal::format::{Format, csv_header};

/// The header of an earlier passdesk. Its rows have no operation, so they cannot be looked up.
const BEFORE_OPERATIONS: &[u8] = b"username,temporary_password,expires_at\n";

/// The hint for a file that cannot be resumed.
const NAME_IT: &str = "name the output file of the interrupted run";

/// A row of the file, without its password: the account of a temporary password.
pub struct Written {
    /// The account.
    pub username: Username,
    /// When the password expires.
    pub until: Timestamp,
    /// The operation that made it.
    pub operation: OperationId,
    /// The place of the row in the file, in bytes.
    place: Range<u64>,
}

/// The file, open and locked. No other run can use it meanwhile.
pub struct Unfinished {
    /// The file.
    pub file: File,
    /// Its path.
    pub path: PathBuf,
    /// Its format. `None` if it is empty or has no complete header.
    pub format: Option<Format>,
    /// Whether its passwords are sealed. `None` if it has none.
    pub is_sealed: Option<bool>,
    /// Its complete rows.
    pub rows: Vec<Written>,
}

impl Unfinished {
    /// Opens and reads the file. Refuses passdesk's own files, files open to others, and files that are not the output
    /// of a reset.
    pub fn open(path: &Path, is_kept: impl Fn(&Metadata) -> bool) -> Result<Self> {
        let (file, text) = read(path, is_kept)?;
        let columns = [(false, TemporaryDisclosure::COLUMNS), (true, TemporaryDisclosure::SEALED_COLUMNS)];
        let headers = [Format::Csv, Format::Excel]
            .map(|format| columns.map(|(is_sealed, columns)| (format, is_sealed, csv_header(format, columns))));
        let headers = headers.as_flattened();
        let whole = headers.iter().find(|(.., header)| text.starts_with(header));
        let (format, mut is_sealed, start) = match text.as_slice() {
            [] => (None, None, 0),
            [b'{', ..] => (Some(Format::Jsonl), None, 0),
            _ if let Some((format, is_sealed, header)) = whole => (Some(*format), Some(*is_sealed), header.len()),
            // The run was interrupted while it wrote the header.
            text if headers.iter().any(|(.., header)| header.starts_with(text)) => (None, None, 0),
            [b'[', ..] => {
                return Err(Failure::new(
                    Kind::Usage,
                    format!("{} is one JSON array, which cannot be continued", shown(path)),
                )
                .hint("only csv and jsonl can be continued; 'passdesk users list' shows who was reset"));
            }
            text if text.starts_with(BEFORE_OPERATIONS) => {
                let message = format!("an earlier passdesk wrote {}, without the id of its run", shown(path));
                return Err(Failure::new(Kind::Usage, message)
                    .hint("its rows are in force as it said; reset the others with a new --output"));
            }
            _ => return Err(foreign(path, 1)),
        };
        let mut rows = Vec::new();
        let mut end = start;
        // Text after the last line end is a row that the run did not finish.
        for (number, line) in text[start..].split_inclusive(|byte| *byte == b'\n').enumerate() {
            if !line.ends_with(b"\n") {
                break;
            }
            let begins = end as u64;
            end += line.len();
            let row = match format.and_then(Format::csv) {
                Some((separator, line_end)) => csv_row(line, separator, line_end),
                None => json_row(line).and_then(|(row, is)| (*is_sealed.get_or_insert(is) == is).then_some(row)),
            };
            let (username, until, operation) = row.ok_or_else(|| foreign(path, number + 1 + usize::from(start > 0)))?;
            rows.push(Written { username, until, operation, place: begins..end as u64 });
        }
        Ok(Self { file, path: path.to_owned(), format, is_sealed, rows })
    }

    /// Keeps the rows whose `stays` is true, in their order. Everything after the last kept row is deleted. If no row
    /// is kept, the header is deleted, too.
    pub fn keep(&mut self, stays: &[bool]) -> Result<()> {
        let rows = mem::take(&mut self.rows);
        let (kept, gone): (Vec<_>, Vec<_>) = rows.into_iter().zip(stays).partition(|(_, stays)| **stays);
        self.rows = kept.into_iter().map(|(row, _)| row).collect();
        let end = self.rows.last().map_or(0, |last| last.place.end);
        rewrite::keep(&mut self.file, &self.path, end, gone.into_iter().map(|(row, _)| row.place))
    }
}

/// Opens, locks and reads the file of an interrupted run.
pub(super) fn read(path: &Path, is_kept: impl Fn(&Metadata) -> bool) -> Result<(File, Zeroizing<Vec<u8>>)> {
    let failure = |why: &str, hint: &str| Failure::new(Kind::NotDelivered, format!("{} {why}", shown(path))).hint(hint);
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

/// The parts of a row that are read.
type Read = (Username, Timestamp, OperationId);

/// Reads a row. It is split at separators, since no cell of it needs quotes.
fn csv_row(line: &[u8], separator: u8, line_end: &str) -> Option<Read> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix(line_end)?;
    let cells: Vec<_> = line.split(char::from(separator)).collect();
    let [username, _, until, operation] = cells[..] else { return None };
    Some((username.parse().ok()?, until.parse().ok()?, operation.parse().ok()?))
}

/// Reads a row, and whether its password is sealed.
fn json_row(line: &[u8]) -> Option<(Read, bool)> {
    #[derive(Deserialize)]
    struct Row<'a> {
        username: &'a str,
        message: Option<IgnoredAny>,
        expires_at: &'a str,
        operation: &'a str,
    }
    let row: Row<'_> = serde_json::from_slice(line).ok()?;
    let read = (row.username.parse().ok()?, row.expires_at.parse().ok()?, row.operation.parse().ok()?);
    Some((read, row.message.is_some()))
}

fn foreign(path: &Path, line: usize) -> Failure {
    let message = format!("{} is not the output of a reset: see its line {line}", shown(path));
    Failure::new(Kind::Usage, message).hint(NAME_IT)
}
