//! A file with the result of each of many changes. It holds no secret.

use std::io;
use std::mem;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;

use super::unfinished::retain;
use super::way_out::Means;
use crate::domain::account::AccountId;
use crate::domain::name::Username;
use crate::domain::operation::OperationId;
use crate::domain::text::shown;
use crate::failure::{Failure, Kind, Result};
use crate::files::OutputFile;
use crate::terminal::format::{Cell, Format, RecordWriter, csv_header};

/// The columns of the file.
pub const COLUMNS: &[&str] = &["target", "id", "username", "change", "outcome", "operation"];

/// The hint for a file that cannot be continued.
const NAME_IT: &str = "name the output file of the interrupted run";

/// What a row says.
pub struct ResultRow<'a> {
    /// The account, as it was named.
    pub target: &'a str,
    /// Its number and username, if it was found.
    pub account: Option<(AccountId, &'a Username)>,
    /// What was to be done.
    pub change: &'a str,
    /// What came of it.
    pub outcome: &'a str,
    /// The operation that did it.
    pub operation: OperationId,
}

impl ResultRow<'_> {
    fn cells(&self) -> Vec<Cell<'_>> {
        vec![
            self.target.into(),
            self.account.map(|(id, _)| id.0).into(),
            self.account.map(|(_, username)| username.as_str()).into(),
            self.change.into(),
            self.outcome.into(),
            self.operation.to_string().into(),
        ]
    }
}

/// The file, open. If nothing is written to it, it is removed in the end.
pub struct Results {
    file: Box<dyn OutputFile>,
    format: Format,
    rows: RecordWriter,
}

impl Results {
    /// Begins in a new file.
    pub fn begin(file: Box<dyn OutputFile>, format: Format, means: &mut Means<'_>) -> Self {
        if let Some(made) = file.doomed() {
            means.terminal.doom(made);
        }
        Self { file, format, rows: RecordWriter::new(format, true, COLUMNS) }
    }

    /// Goes on with the file of an interrupted run.
    #[must_use]
    pub fn resume(earlier: UnfinishedResults, format: Format) -> Self {
        let mut rows = RecordWriter::new(format, true, COLUMNS);
        rows.go_on_behind(earlier.rows.len());
        Self { file: earlier.file, format, rows }
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Whether another run can continue it. One with nothing in it is removed.
    #[must_use]
    pub fn can_be_resumed(&self) -> bool {
        self.format.has_lines() && self.file.stays()
    }

    /// Appends rows, all of them or none, and syncs them to the disk.
    pub fn write<'r>(
        &mut self,
        means: &mut Means<'_>,
        rows: impl IntoIterator<Item = ResultRow<'r>>,
    ) -> anyhow::Result<()> {
        let (before, mut bytes) = (self.rows.count(), Vec::new());
        for row in rows {
            self.rows.append(&row.cells(), &mut bytes)?;
        }
        self.put(means, &bytes).inspect_err(|_| self.rows.go_on_behind(before)).map_err(Into::into)
    }

    /// Writes the end of the file.
    pub fn close(mut self, means: &mut Means<'_>) -> io::Result<()> {
        let end = self.rows.end();
        self.put(means, &end)
    }

    fn put(&mut self, means: &mut Means<'_>, bytes: &[u8]) -> io::Result<()> {
        if !bytes.is_empty() {
            self.file.append(bytes)?;
            self.file.keep();
            means.terminal.spare(self.file.path());
        }
        Ok(())
    }
}

/// A row of an interrupted run.
pub struct EarlierRow {
    /// The account, if it was found.
    pub id: Option<AccountId>,
    /// What was to be done.
    pub change: String,
    /// What came of it.
    pub outcome: String,
    /// The operation that did it.
    pub operation: OperationId,
    /// The place of the row in the file, in bytes.
    place: Range<u64>,
}

/// The file of an interrupted run, open and locked.
pub struct UnfinishedResults {
    file: Box<dyn OutputFile>,
    /// Its format. `None` if it is empty or has no complete header.
    pub format: Option<Format>,
    /// Its complete rows.
    pub rows: Vec<EarlierRow>,
}

impl UnfinishedResults {
    /// Reads the file. Refuses one of another kind.
    pub fn of(file: Box<dyn OutputFile>, text: &[u8]) -> Result<Self> {
        let path = file.path();
        let headers = [Format::Csv, Format::Excel].map(|format| (format, csv_header(format, COLUMNS)));
        let whole = headers.iter().find(|(_, header)| text.starts_with(header));
        let (format, start) = match text {
            [b'{', ..] => (Some(Format::Jsonl), 0),
            _ if let Some((format, header)) = whole => (Some(*format), header.len()),
            // It is empty, or the run was interrupted while it wrote the header.
            text if headers.iter().any(|(_, header)| header.starts_with(text)) => (None, 0),
            [b'[', ..] => {
                let message = format!("{} is one JSON array, which cannot be continued", shown(path));
                return Err(Failure::new(Kind::Usage, message)
                    .hint("only csv and jsonl can be continued; start again with --output and a new file"));
            }
            _ => return Err(foreign(path, 1)),
        };
        let (mut rows, mut end) = (Vec::new(), start);
        // Text after the last line end is a row that the run did not finish.
        let lines = text[start..].split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
        for (number, line) in lines.enumerate() {
            let place = end as u64..(end + line.len()) as u64;
            end += line.len();
            let row = match format.and_then(Format::csv) {
                Some((separator, line_end)) => csv_row(line, separator, line_end, place),
                None => json_row(line, place),
            };
            rows.push(row.ok_or_else(|| foreign(path, number + 1 + usize::from(start > 0)))?);
        }
        Ok(Self { file, format, rows })
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Keeps the rows whose `stays` is true, in their order, and deletes everything else.
    pub fn keep(&mut self, stays: &[bool]) -> Result<()> {
        let rows = mem::take(&mut self.rows).into_iter().zip(stays);
        let (kept, gone): (Vec<_>, Vec<_>) = rows.partition(|(_, stays)| **stays);
        self.rows = kept.into_iter().map(|(row, _)| row).collect();
        let gone = gone.into_iter().map(|(row, _)| row.place);
        retain(&mut *self.file, self.rows.last().map(|last| last.place.end), gone)
    }
}

/// The columns behind the first need no quotes. So the row is split from its end.
fn csv_row(line: &[u8], separator: u8, line_end: &str, place: Range<u64>) -> Option<EarlierRow> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix(line_end)?;
    let cells: Vec<_> = line.rsplitn(COLUMNS.len(), char::from(separator)).collect();
    let [operation, outcome, change, _, id, _] = cells[..] else { return None };
    let id = if id.is_empty() { None } else { Some(AccountId(id.parse().ok()?)) };
    Some(EarlierRow { id, change: change.into(), outcome: outcome.into(), operation: operation.parse().ok()?, place })
}

fn json_row(line: &[u8], place: Range<u64>) -> Option<EarlierRow> {
    #[derive(Deserialize)]
    struct Row {
        id: Option<i64>,
        change: String,
        outcome: String,
        operation: String,
    }
    let row: Row = serde_json::from_slice(line).ok()?;
    let (id, operation) = (row.id.map(AccountId), row.operation.parse().ok()?);
    Some(EarlierRow { id, change: row.change, outcome: row.outcome, operation, place })
}

fn foreign(path: &Path, line: usize) -> Failure {
    let message = format!("{} is not the result of changes to accounts: see its line {line}", shown(path));
    Failure::new(Kind::Usage, message).hint(NAME_IT)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::unfinished::made_up::reopened;
    use super::*;

    const HEADER: &str = "target,id,username,change,outcome,operation\n";

    fn csv(id: &str, line_end: &str) -> String {
        format!("\"a, b\",{id},alice,disable,done,{}{line_end}", OperationId([7; 16]))
    }

    fn jsonl(id: &str) -> String {
        let operation = OperationId([7; 16]);
        format!(r#"{{"id":{id},"change":"disable","outcome":"done","operation":"{operation}"}}"#) + "\n"
    }

    #[test]
    fn what_is_complete_of_a_result_is_read_whatever_its_format() {
        let [found, nobody] = ["7", ""].map(|id| csv(id, "\n"));
        let excel = format!("\u{feff}{}", HEADER.replace(',', ";").replace('\n', "\r\n"));
        let row = csv("8", "\r\n").replace("a, b", "a").replace(',', ";");
        for (text, format, ids) in [
            (String::new(), None, &[][..]),
            (HEADER[..20].to_owned(), None, &[]),
            (format!("{HEADER}{found}{nobody}{}", &found[..9]), Some(Format::Csv), &[Some(7), None]),
            (excel + &row, Some(Format::Excel), &[Some(8)]),
            (format!("{}{}{{", jsonl("7"), jsonl("null")), Some(Format::Jsonl), &[Some(7), None]),
        ] {
            let (_folder, (file, bytes)) = reopened(&text);
            let read = UnfinishedResults::of(file, &bytes).unwrap_or_else(|why| panic!("{text}: {}", why.message));
            let said = read.rows.iter().map(|row| (&*row.change, &*row.outcome));
            assert!(said.into_iter().all(|said| said == ("disable", "done")), "{text}");
            let found: Vec<_> = read.rows.iter().map(|row| row.id.map(|id| id.0)).collect();
            assert_eq!((read.format, &*found), (format, ids), "{text}");
        }
    }

    #[test]
    fn only_a_result_of_lines_can_be_continued() {
        for (format, may) in [(Format::Csv, true), (Format::Jsonl, true), (Format::Json, false)] {
            let (_folder, (file, bytes)) = reopened("");
            let earlier = UnfinishedResults::of(file, &bytes).unwrap();
            assert_eq!(Results::resume(earlier, format).can_be_resumed(), may);
        }
    }

    #[test]
    fn what_is_no_result_is_refused_with_what_it_is() {
        for (text, said) in [
            ("[]".to_owned(), " is one JSON array, which cannot be continued"),
            ("id,username\n".to_owned(), ": see its line 1"),
            (format!("{HEADER}{}alice\n", csv("7", "\n")), ": see its line 3"),
            (format!("{}{{}}\n", jsonl("7")), ": see its line 2"),
        ] {
            let (_folder, (file, bytes)) = reopened(&text);
            let refused = UnfinishedResults::of(file, &bytes).err().unwrap_or_else(|| panic!("{text}"));
            assert_eq!(refused.kind, Kind::Usage);
            assert!(refused.message.ends_with(said), "{}", refused.message);
        }
    }

    #[test]
    fn the_rows_that_stay_are_left_as_they_were_and_nothing_else() {
        let [one, two, three] = ["1", "2", "3"].map(|id| csv(id, "\n"));
        for (stays, left) in [([true, false, true], format!("{HEADER}{one}{three}")), ([false; 3], String::new())] {
            let (_folder, (file, bytes)) = reopened(&format!("{HEADER}{one}{two}{three}{}", &one[..9]));
            let mut unfinished = UnfinishedResults::of(file, &bytes).unwrap();
            unfinished.keep(&stays).unwrap();
            assert_eq!(fs::read_to_string(unfinished.path()).unwrap(), left);
        }
    }
}
