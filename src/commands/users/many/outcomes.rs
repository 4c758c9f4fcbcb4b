//! The outcome for each account, in a file. A run that ends early can be continued from it.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::deeds::Deed;
use crate::cli::users::ManyFlags;
use crate::commands::users::reset::resumed::take_format;
use crate::commands::users::selection::{Chosen, Found};
use crate::commands::{Desk, done};
use crate::domain::account::AccountId;
use crate::domain::change::{Change, Changed};
use crate::domain::operation::OperationId;
use crate::domain::text::{grouped, shown};
use crate::failure::{FailedItem, Failure, Kind, Result};
use crate::handover::{EarlierRow, ResultRow, Results, UnfinishedResults};
use crate::store::Store;
use crate::terminal::format::Format;

/// The account was changed.
const DONE: &str = "done";
/// There was nothing to do.
const ALREADY: &str = "already";

/// How to continue where there is no file.
pub const AGAIN: &str = "to continue, run the same command again";

/// Checks the flags before anything is opened or asked.
pub fn check(desk: &Desk<'_>, flags: &ManyFlags) -> Result<()> {
    for (flag, path) in [("--output", &flags.output), ("--resume", &flags.resume)] {
        if path.is_some() {
            desk.refuse_through_sudo(flag, "redirect the result: sudo … passdesk … --format csv >FILE")?;
        }
    }
    let Some(path) = &flags.output else { return Ok(()) };
    if desk.format() == Format::Text {
        return Err(Failure::new(Kind::Usage, "--output writes rows for programs, and the format is text")
            .hint("add --format csv or --format jsonl"));
    }
    desk.files.check_output(path)
}

/// What an earlier run has done.
pub struct Earlier {
    file: UnfinishedResults,
    /// For each row, whether it stays.
    stays: Vec<bool>,
    /// The accounts that it has changed, and which have no row: it was killed in between.
    rowless: Vec<(Chosen, OperationId)>,
}

impl Earlier {
    /// Opens the file of the earlier run. It sets the format of the new one.
    pub fn open(desk: &mut Desk<'_>, path: &Path, change: Change) -> Result<Self> {
        let (file, text) = desk.files.reopen(path)?;
        let file = UnfinishedResults::of(file, &text)?;
        take_format(desk, path, file.format)?;
        let name = Deed(change).name();
        if let Some(other) = file.rows.iter().find(|row| row.change != name) {
            let message = format!("{} is the result of '{}', and not of '{name}'", shown(path), other.change);
            return Err(Failure::new(Kind::Usage, message).hint("give the command that was interrupted"));
        }
        let stays = file.rows.iter().map(|row| [DONE, ALREADY].contains(&row.outcome.as_str())).collect();
        Ok(Self { file, stays, rowless: Vec::new() })
    }

    /// Leaves out the accounts that are done, and says how many. Refuses the file of another store: the record of this
    /// one must have each row that is done.
    pub fn leave_out(mut self, desk: &mut Desk<'_>, store: &Store, deed: Deed, found: &mut Found) -> Result<Self> {
        let mut done_by: HashMap<_, HashSet<AccountId>> = HashMap::new();
        for row in &self.file.rows {
            if let Entry::Vacant(unasked) = done_by.entry(row.operation.0) {
                unasked.insert(store.done_by(row.operation, deed.0.action())?);
            }
        }
        let is_foreign =
            |row: &&EarlierRow| row.outcome == DONE && row.id.is_none_or(|id| !done_by[&row.operation.0].contains(&id));
        if let Some(row) = self.file.rows.iter().find(is_foreign) {
            let id = row.id.map_or_else(String::new, |id| id.to_string());
            let path = shown(self.file.path());
            let message =
                format!("{path} is not the result of a run on this store: its record has no such change of id {id}");
            return Err(Failure::new(Kind::Conflict, message)
                .hint("name its store with --store, or start again with --output and a new file"));
        }
        let rows = self.file.rows.iter().zip(&self.stays).filter(|(_, stays)| **stays);
        let known: HashSet<_> = rows.filter_map(|(row, _)| row.id).collect();
        let before = found.bulk.asked;
        found.already.retain(|one| !known.contains(&one.id));
        found.chosen.retain(|one| !known.contains(&one.id));
        let by = |id| done_by.iter().find(|(_, accounts)| accounts.contains(&id)).map(|(by, _)| OperationId(*by));
        for some in [&mut found.already, &mut found.chosen] {
            for one in std::mem::take(some) {
                match by(one.id) {
                    Some(operation) => self.rowless.push((one, operation)),
                    None => some.push(one),
                }
            }
        }
        let left = found.already.len() + found.chosen.len() + found.bulk.failed.len();
        found.bulk.asked = left;
        let [done, before] = [before - left, before].map(|count| grouped(count as u64));
        desk.terminal.note(&format!("{done} of {before} are done already."));
        Ok(self)
    }
}

/// The file, open.
pub struct Outcomes {
    results: Results,
    deed: Deed,
    rowless: Vec<(Chosen, OperationId)>,
    /// Why the latest rows are not in it, if they are not.
    unwritten: Option<String>,
}

impl Outcomes {
    /// Makes a new file.
    pub fn make(desk: &mut Desk<'_>, path: &Path, deed: Deed) -> Result<Self> {
        let format = desk.format();
        Ok(Self {
            results: Results::begin(desk.files.create(path)?, format, &mut desk.means()),
            deed,
            rowless: Vec::new(),
            unwritten: None,
        })
    }

    /// Goes on with the file of an earlier run. Only the rows of those that are done stay in it.
    pub fn resume(desk: &Desk<'_>, earlier: Earlier, deed: Deed) -> Result<Self> {
        let Earlier { mut file, stays, rowless } = earlier;
        file.keep(&stays)?;
        Ok(Self { results: Results::resume(file, desk.format()), deed, rowless, unwritten: None })
    }

    /// Where it is.
    fn place(&self) -> String {
        shown(self.results.path())
    }

    /// How to continue.
    pub fn to_go_on(&self) -> &'static str {
        if self.results.can_be_resumed() {
            "to continue, run the same command with --resume in the place of --output"
        } else {
            "to continue, run the same command again with another file"
        }
    }

    /// Writes what is known before anything is changed.
    pub fn begin(&mut self, desk: &mut Desk<'_>, failed: &[FailedItem], already: &[Chosen]) -> Result<()> {
        let (change, operation) = (self.deed.name(), desk.operation);
        let change = change.as_str();
        let rowless = std::mem::take(&mut self.rowless);
        let row = |one, outcome, operation| row_of(one, change, outcome, operation);
        let failed = failed.iter().map(|item| {
            let outcome = item.failure.kind.code();
            ResultRow { target: &item.target, account: None, change, outcome, operation }
        });
        let already = already.iter().map(|one| row(one, ALREADY, operation));
        let rowless = rowless.iter().map(|(one, by)| row(one, DONE, *by));
        let written = self.results.write(&mut desk.means(), rowless.chain(already).chain(failed));
        written.map_err(|error| {
            Failure::new(Kind::NotDelivered, format!("{} cannot be written: {error:#}", self.place()))
                .hint("nothing has changed; name a file on another disk")
        })
    }

    /// Writes the outcomes of a batch. If that fails, nothing more can be written.
    pub fn write(&mut self, desk: &mut Desk<'_>, batch: &[Chosen], outcomes: &[Result<Changed>]) -> Result<()> {
        let (change, operation) = (self.deed.name(), desk.operation);
        let rows = batch.iter().zip(outcomes).map(|(one, outcome)| {
            let outcome = match outcome {
                Ok(Changed::Done { .. }) => DONE,
                Ok(Changed::Already) => ALREADY,
                Err(failure) => failure.kind.code(),
            };
            row_of(one, &change, outcome, operation)
        });
        let written = self.results.write(&mut desk.means(), rows);
        written.map_err(|error| {
            self.unwritten = Some(format!("{error:#}"));
            Failure::new(Kind::Failed, format!("{} cannot be written: {error:#}", self.place()))
        })
    }

    /// Writes the end of the file.
    pub fn close(self, desk: &mut Desk<'_>) -> Result<()> {
        let (place, to_go_on) = (self.place(), self.to_go_on());
        let closed = match self.unwritten {
            Some(why) => Err(why),
            None => self.results.close(&mut desk.means()).map_err(|error| error.to_string()),
        };
        let unclosed = |why| Failure::new(Kind::Failed, format!("{place} cannot be written: {why}")).hint(to_go_on);
        closed.map_err(|why| done(unclosed(why)))?;
        desk.terminal.note(&format!("The outcome for each account is in {place}."));
        Ok(())
    }
}

fn row_of<'a>(one: &'a Chosen, change: &'a str, outcome: &'a str, operation: OperationId) -> ResultRow<'a> {
    ResultRow { target: &one.written, account: Some((one.id, &one.username)), change, outcome, operation }
}
