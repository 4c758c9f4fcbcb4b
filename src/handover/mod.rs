//! Hands a secret over. It is made, delivered and flushed, and then put in force. At every moment a password works that
//! somebody has: the old one, or the one that was handed over.
//!
//! `stages` has a type for each step, built on the types of [`crate::domain::delivery`]. Each way out has a file here.
//! The code that reads the flags of a command line chooses the way out.

mod clipboard;
mod disclosure;
mod file;
mod osc52;
mod results;
mod screen;
mod stages;
mod standard;
mod unfinished;
mod way_out;

use std::path::Path;

pub use self::clipboard::ToClipboard;
pub use self::disclosure::{Disclosure, TemporaryDisclosure, TokenDisclosure};
pub use self::file::ToFile;
pub use self::osc52::Osc52;
pub use self::results::{EarlierRow, ResultRow, Results, UnfinishedResults};
pub use self::screen::OnScreen;
use self::stages::HandedOut;
pub use self::standard::Standard;
pub use self::unfinished::Unfinished;
use self::way_out::not_delivered;
pub use self::way_out::{Handed, Means, WayOut};
use crate::domain::delivery::{Delivered, Undelivered};
use crate::failure::{Failure, Kind, Result};
use crate::terminal::format::{Format, RecordWriter};
use crate::terminal::{Phase, Terminal};

/// The handover of one command's secrets.
pub struct Handover {
    way: Box<dyn WayOut>,
    rows: RecordWriter,
    form: Form,
    /// The kind of secret: `temporary password` or `token`.
    what: &'static str,
    is_bare: bool,
    given: usize,
    in_force: usize,
}

/// How secrets are written.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// The format.
    pub format: Format,
    /// Whether a secret is printed bare.
    pub quiet: bool,
    /// Whether there may be several. JSON is an array then, and a failure ends only one of them, and not the command.
    pub several: bool,
    /// Whether each secret is sealed.
    pub sealed: bool,
}

impl Handover {
    /// Begins a handover.
    pub fn begin<D: Disclosure>(way: Box<dyn WayOut>, terminal: &mut dyn Terminal, form: Form) -> Self {
        let Form { format, quiet, several, sealed } = form;
        if let Some(made) = way.doomed() {
            terminal.doom(made);
        }
        Self {
            // A program opens the file of a single message.
            is_bare: quiet || way.is_bare(D::BARE_IN_A_FILE || (sealed && !several)),
            way,
            rows: RecordWriter::new(format, several, if sealed { D::SEALED_COLUMNS } else { D::COLUMNS }),
            form,
            what: D::WHAT,
            given: 0,
            in_force: 0,
        }
    }

    /// Goes on with the output of an interrupted run.
    pub fn resume(unfinished: Unfinished, terminal: &mut dyn Terminal, format: Format, sealed: bool) -> Self {
        let rows = unfinished.rows.len();
        let way = Box::new(ToFile::new(unfinished.file));
        let form = Form { format, quiet: false, several: true, sealed };
        let mut resumed = Self::begin::<TemporaryDisclosure>(way, terminal, form);
        resumed.rows.go_on_behind(rows);
        resumed
    }

    /// The output file, if there is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.way.file()
    }

    /// Whether another run can resume this one if it is interrupted. That takes a file that stays, in a format with
    /// lines.
    #[must_use]
    pub fn can_be_resumed(&self) -> bool {
        self.stays() && self.form.format.has_lines()
    }

    /// Whether the output file is there, as it was written.
    #[must_use]
    pub fn stays(&self) -> bool {
        self.way.stays()
    }

    /// Begins to hand over several parts. A progress bar is shown, if one is wanted and does not disturb the output.
    pub fn begin_parts(&self, means: &mut Means<'_>, bar: Option<(&str, u64)>) {
        if let Some((what, total)) = bar.filter(|_| !self.way.is_on_terminal(means.output)) {
            means.terminal.begin_progress(what, total);
        }
        means.terminal.enter(Phase::Between);
    }

    /// Hands a secret over, and puts it in force. `commit` must be one short transaction.
    pub fn issue<D: Disclosure>(
        &mut self,
        means: &mut Means<'_>,
        about: D,
        secret: Undelivered<D::KnownBy>,
        commit: impl FnOnce(Delivered<D::KnownBy>) -> Result<()>,
    ) -> Result<()> {
        let handed_out = HandedOut::of(self, means, vec![(about, secret)])?;
        let outcomes = handed_out.put_in_force(|mut one| Ok(one.pop().map(commit).into_iter().collect()));
        outcomes.into_iter().collect()
    }

    /// Hands a batch over in one piece, and puts it in force. If the delivery fails, none of the batch is in force.
    /// Otherwise the outcome of each is returned, in their order. `commit` must be one short transaction that returns
    /// these outcomes.
    pub fn issue_batch<D: Disclosure>(
        &mut self,
        means: &mut Means<'_>,
        batch: Vec<(D, Undelivered<D::KnownBy>)>,
        commit: impl FnOnce(Vec<Delivered<D::KnownBy>>) -> Result<Vec<Result<()>>>,
    ) -> Result<Vec<Result<()>>> {
        Ok(HandedOut::of(self, means, batch)?.put_in_force(commit))
    }

    /// Deletes the rows of no use, and writes the end of the output.
    pub fn close(mut self, means: &mut Means<'_>) -> Result<()> {
        if self.in_force > 0 {
            means.terminal.enter(Phase::Telling);
        }
        if let Err(error) = self.way.leave_out() {
            means
                .terminal
                .note(&format!("The rows that failed stay in the file, which cannot be written again ({error})."));
        }
        if self.given == 0 || self.form.format == Format::Text {
            return Ok(());
        }
        self.end(means)
            .map_err(|failure| Failure::new(Kind::Failed, format!("it is in force, but {}", failure.message)))
    }

    /// Writes an empty list.
    pub fn close_empty(mut self, means: &mut Means<'_>) -> Result<()> {
        let end = self.rows.end();
        self.way.hand_over(means, &Handed { what: "list", bytes: &end, rows: &[], page: None })?;
        self.way.keep(means);
        Ok(())
    }

    /// Writes the end of a list of several.
    fn end(&mut self, means: &mut Means<'_>) -> Result<()> {
        let end = self.rows.end();
        if end.is_empty() {
            return Ok(());
        }
        self.way.hand_over(means, &Handed { what: self.what, bytes: &end, rows: &[], page: None })
    }
}
