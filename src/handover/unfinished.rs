//! The output file of an interrupted run: its rows, and where to go on.

use std::mem;
use std::ops::Range;
use std::path::Path;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Disclosure as _, TemporaryDisclosure};
use crate::domain::name::Username;
use crate::domain::operation::OperationId;
use crate::domain::text::shown;
use crate::failure::{Failure, Kind, Result};
use crate::files::OutputFile;
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

/// The file of an interrupted run, open and locked. No other run can use it meanwhile.
pub struct Unfinished {
    /// The file.
    pub file: Box<dyn OutputFile>,
    /// Its format. `None` if it is empty or has no complete header.
    pub format: Option<Format>,
    /// Whether its passwords are sealed. `None` if it has none.
    pub is_sealed: Option<bool>,
    /// Its complete rows.
    pub rows: Vec<Written>,
}

impl Unfinished {
    /// Reads the file. Refuses one that is not the output of a reset.
    pub fn of(file: Box<dyn OutputFile>, text: &[u8]) -> Result<Self> {
        let path = file.path();
        let columns = [(false, TemporaryDisclosure::COLUMNS), (true, TemporaryDisclosure::SEALED_COLUMNS)];
        let headers = [Format::Csv, Format::Excel]
            .map(|format| columns.map(|(is_sealed, columns)| (format, is_sealed, csv_header(format, columns))));
        let headers = headers.as_flattened();
        let whole = headers.iter().find(|(.., header)| text.starts_with(header));
        let (format, mut is_sealed, start) = match text {
            [b'{', ..] => (Some(Format::Jsonl), None, 0),
            _ if let Some((format, is_sealed, header)) = whole => (Some(*format), Some(*is_sealed), header.len()),
            // It is empty, or the run was interrupted while it wrote the header.
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
        Ok(Self { file, format, is_sealed, rows })
    }

    /// Keeps the rows whose `stays` is true, in their order. Everything after the last kept row is deleted. If no row
    /// is kept, the header is deleted, too.
    pub fn keep(&mut self, stays: &[bool]) -> Result<()> {
        let rows = mem::take(&mut self.rows);
        let (kept, gone): (Vec<_>, Vec<_>) = rows.into_iter().zip(stays).partition(|(_, stays)| **stays);
        self.rows = kept.into_iter().map(|(row, _)| row).collect();
        let end = self.rows.last().map(|last| last.place.end);
        retain(&mut *self.file, end, gone.into_iter().map(|(row, _)| row.place))
    }
}

/// Keeps the rows of a file up to `end`, without those that are `gone`.
pub(super) fn retain(
    file: &mut dyn OutputFile,
    end: Option<u64>,
    gone: impl Iterator<Item = Range<u64>>,
) -> Result<()> {
    file.retain(end.unwrap_or(0), &gone.collect::<Vec<_>>()).map_err(|error| {
        Failure::new(Kind::NotDelivered, format!("{} cannot be written: {error}", shown(file.path())))
            .hint("nothing has changed")
    })
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

/// Files of interrupted runs, for tests.
#[cfg(test)]
pub(super) mod made_up {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use crate::files::{Files as _, LocalFiles, Reopened};
    use crate::token_source::TokenSource;

    /// A file with this text, in a folder that goes with the first part.
    pub fn reopened(text: &str) -> (tempfile::TempDir, Reopened) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("output");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let token = TokenSource::Nowhere;
        let files = LocalFiles { keeps: &|_| false, claims: &|_| false, token, through_sudo: false };
        let reopened = files.reopen(&path).unwrap();
        (folder, reopened)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::made_up::reopened;
    use super::*;

    const HEADER: &str = "username,temporary_password,expires_at,operation\n";
    const SEALED: &str = "username,message,expires_at,operation\n";

    fn csv(username: &str, line_end: &str) -> String {
        format!("{username},2345,1970-01-02T00:00:00Z,{}{line_end}", OperationId([7; 16]))
    }

    fn jsonl(username: &str, secret: &str) -> String {
        let operation = OperationId([7; 16]);
        format!(
            r#"{{"username":"{username}","{secret}":"2345","expires_at":"1970-01-02T00:00:00Z","operation":"{operation}"}}"#
        ) + "\n"
    }

    fn usernames(unfinished: &Unfinished) -> Vec<&str> {
        unfinished.rows.iter().map(|row| row.username.as_str()).collect()
    }

    #[test]
    fn what_is_complete_of_an_output_is_read_whatever_its_format() {
        let [alice, bob] = ["alice", "bob"].map(|username| csv(username, "\n"));
        let excel = format!("\u{feff}{}", HEADER.replace(',', ";").replace('\n', "\r\n"));
        let [plain, sealed] = ["temporary_password", "message"].map(|secret| jsonl("alice", secret));
        for (text, format, is_sealed, names) in [
            (String::new(), None, None, &[][..]),
            (HEADER[..20].to_owned(), None, None, &[]),
            (HEADER.to_owned(), Some(Format::Csv), Some(false), &[]),
            (SEALED.to_owned(), Some(Format::Csv), Some(true), &[]),
            (
                format!("{HEADER}{alice}{bob}{}", &alice[..alice.len() - 1]),
                Some(Format::Csv),
                Some(false),
                &["alice", "bob"],
            ),
            (excel + &csv("alice", "\r\n").replace(',', ";"), Some(Format::Excel), Some(false), &["alice"]),
            (format!("{plain}{plain}{{"), Some(Format::Jsonl), Some(false), &["alice", "alice"]),
            (sealed, Some(Format::Jsonl), Some(true), &["alice"]),
        ] {
            let (_folder, (file, bytes)) = reopened(&text);
            let read = Unfinished::of(file, &bytes).unwrap_or_else(|why| panic!("{text}: {}", why.message));
            assert_eq!((read.format, read.is_sealed, &*usernames(&read)), (format, is_sealed, names), "{text}");
        }
    }

    #[test]
    fn what_is_no_output_of_a_reset_is_refused_with_what_it_is() {
        let [alice, plain, sealed] =
            [csv("alice", "\n"), jsonl("alice", "temporary_password"), jsonl("bob", "message")];
        for (text, said) in [
            ("[]".to_owned(), " is one JSON array, which cannot be continued"),
            ("username,temporary_password,expires_at\n".to_owned(), ", without the id of its run"),
            ("id,username\n".to_owned(), ": see its line 1"),
            (format!("{HEADER}{alice}alice\n"), ": see its line 3"),
            (format!("{plain}{{}}\n"), ": see its line 2"),
            (format!("{plain}{sealed}"), ": see its line 2"),
        ] {
            let (_folder, (file, bytes)) = reopened(&text);
            let refused = Unfinished::of(file, &bytes).err().unwrap_or_else(|| panic!("{text}"));
            assert_eq!(refused.kind, Kind::Usage);
            assert!(refused.message.ends_with(said), "{}", refused.message);
        }
    }

    #[test]
    fn the_rows_that_stay_are_left_as_they_were_and_nothing_else() {
        let [alice, bob, carol] = ["alice", "bob", "carol"].map(|username| csv(username, "\n"));
        for (stays, left) in [
            ([true, false, true], format!("{HEADER}{alice}{carol}")),
            ([false, true, false], format!("{HEADER}{bob}")),
            ([false; 3], String::new()),
        ] {
            let (_folder, (file, bytes)) = reopened(&format!("{HEADER}{alice}{bob}{carol}{}", &alice[..9]));
            let mut unfinished = Unfinished::of(file, &bytes).unwrap();
            unfinished.keep(&stays).unwrap();
            assert_eq!(fs::read_to_string(unfinished.file.path()).unwrap(), left);
            assert_eq!(unfinished.rows.len(), stays.iter().filter(|stays| **stays).count());
        }
    }
}
