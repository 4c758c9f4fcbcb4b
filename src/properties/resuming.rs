//! The output files that `--resume` goes on with.

use std::cell::RefCell;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};

use super::{Choices, is_told};
use crate::domain::operation::OperationId;
use crate::failure::Result;
use crate::files::OutputFile;
use crate::handover::{Disclosure as _, TemporaryDisclosure, Unfinished, UnfinishedResults};
use crate::made::Made;
use crate::terminal::format::{Cell, Format, RecordWriter, moment};

/// The formats of a file that can be continued.
const FORMATS: [Format; 3] = [Format::Csv, Format::Excel, Format::Jsonl];
const MESSAGE: &str = "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\nLWVu\n-----END AGE ENCRYPTED FILE-----";

/// A file in memory.
struct Memory(Rc<RefCell<Vec<u8>>>);

impl OutputFile for Memory {
    fn path(&self) -> &Path {
        Path::new("out")
    }

    fn append(&mut self, _: &[u8]) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn take_back(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn retain(&mut self, end: u64, gone: &[Range<u64>]) -> io::Result<()> {
        let kept = |at: u64| at < end && !gone.iter().any(|gone| gone.contains(&at));
        let mut at = 0..;
        self.0.borrow_mut().retain(|_| at.next().is_some_and(kept));
        Ok(())
    }

    fn keep(&mut self) {}

    fn stays(&self) -> bool {
        true
    }

    fn doomed(&self) -> Option<Made> {
        None
    }
}

/// What the rows of a file say.
type Said = Vec<String>;

/// A file that a run has left.
trait Left: Sized {
    fn of(file: Box<dyn OutputFile>, text: &[u8]) -> Result<Self>;
    fn said(&self) -> Said;
    fn keep(&mut self, stays: &[bool]) -> Result<()>;
}

impl Left for Unfinished {
    fn of(file: Box<dyn OutputFile>, text: &[u8]) -> Result<Self> {
        Self::of(file, text)
    }

    fn said(&self) -> Said {
        self.rows.iter().map(|row| format!("{} {} {}", row.username, row.until, row.operation)).collect()
    }

    fn keep(&mut self, stays: &[bool]) -> Result<()> {
        self.keep(stays)
    }
}

impl Left for UnfinishedResults {
    fn of(file: Box<dyn OutputFile>, text: &[u8]) -> Result<Self> {
        Self::of(file, text)
    }

    fn said(&self) -> Said {
        let id = |id: Option<_>| id.map_or_else(String::new, |id: crate::domain::account::AccountId| id.to_string());
        let rows = self.rows.iter();
        rows.map(|row| format!("{} {} {} {}", id(row.id), row.change, row.outcome, row.operation)).collect()
    }

    fn keep(&mut self, stays: &[bool]) -> Result<()> {
        self.keep(stays)
    }
}

/// Rows are read as they were written. Of any file, those that are kept are in it afterwards, and nothing else.
pub fn resuming(bytes: &[u8]) {
    let mut choices = Choices::of(bytes);
    let (format, sealed) = (*choices.one_of(&FORMATS), choices.yes());
    let columns = if sealed { TemporaryDisclosure::SEALED_COLUMNS } else { TemporaryDisclosure::COLUMNS };
    let (mut secrets, mut results) =
        (RecordWriter::new(format, true, columns), RecordWriter::new(format, true, RESULTS));
    let (mut of_secrets, mut of_results) = (Vec::new(), Vec::new());
    let (mut said_secrets, mut said_results) = (Said::new(), Said::new());
    for _ in 0..choices.below(5) {
        let (target, username) = (choices.text(12), choices.word());
        let until = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(choices.any::<u32>().into());
        let (id, operation) = (i64::from(choices.any::<u32>()), OperationId([choices.any(); 16]));
        let [change, outcome] = [["disable", "done"], ["grant", "not_allowed"]][choices.below(2)];
        let secret = if sealed { Cell::Message(MESSAGE) } else { "abcd-efgh-jkmn-pqrs-tuvw".into() };
        let cells = [username.as_str().into(), secret, moment(until).into(), operation.to_string().into()];
        secrets.append(&cells, &mut of_secrets).expect("a record can be written");
        said_secrets.push(format!("{} {until} {operation}", username.to_ascii_lowercase()));
        let found = choices.yes().then_some(id);
        let cells = [
            target.as_str().into(),
            found.into(),
            found.map(|_| username.as_str()).into(),
            change.into(),
            outcome.into(),
            operation.to_string().into(),
        ];
        results.append(&cells, &mut of_results).expect("a record can be written");
        let id = found.map_or_else(String::new, |id| id.to_string());
        said_results.push(format!("{id} {change} {outcome} {operation}"));
    }
    assert_eq!(kept::<Unfinished>(&of_secrets, &mut choices), Some(said_secrets));
    assert_eq!(kept::<UnfinishedResults>(&of_results, &mut choices), Some(said_results));
    let (changed, others) = (choices.changed(&of_secrets), choices.changed(&of_results));
    kept::<Unfinished>(&changed, &mut choices);
    kept::<UnfinishedResults>(&others, &mut choices);
    kept::<Unfinished>(bytes, &mut choices);
    kept::<UnfinishedResults>(bytes, &mut choices);
}

/// The columns of a file of results.
const RESULTS: &[&str] = &["target", "id", "username", "change", "outcome", "operation"];

/// What a file says, after some of its rows were kept. `None` if it is refused.
fn kept<L: Left>(text: &[u8], choices: &mut Choices<'_>) -> Option<Said> {
    let file = Rc::new(RefCell::new(text.to_vec()));
    let mut left = L::of(Box::new(Memory(file.clone())), text).map_err(|failure| is_told(&failure)).ok()?;
    let said = left.said();
    let stays: Vec<bool> = said.iter().map(|_| choices.yes()).collect();
    assert!(left.keep(&stays).is_ok());
    let stayed: Said = said.iter().zip(&stays).filter(|(_, stays)| **stays).map(|(row, _)| row.clone()).collect();
    assert_eq!(left.said(), stayed);
    let text = file.borrow().clone();
    let again = L::of(Box::new(Memory(file)), &text).map(|left| left.said());
    assert_eq!(again.ok(), Some(stayed), "{:?}", String::from_utf8_lossy(&text));
    Some(said)
}
