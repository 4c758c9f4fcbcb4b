//! Handing a secret over: it is made, delivered and flushed, and then put in force. At every instant either the old password
//! works, or one that somebody was handed does.
//!
//! `stages` has a type for each of these, over those of [`crate::domain::delivery`]. A way out is a file here; which one it
//! is, is decided where the flags of a command line are read.

mod clipboard;
mod disclosure;
mod file;
mod osc52;
mod rewrite;
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

/// The handing over of one command's secrets.
pub struct Handover {
    way: Box<dyn WayOut>,
    rows: RecordWriter,
    format: Format,
    /// What goes out: `temporary password` or `token`.
    what: &'static str,
    is_bare: bool,
    quiet: bool,
    /// Whether it is of several, and is told of each: then a failure ends one of them, and not the command.
    several: bool,
    given: usize,
    in_force: usize,
}

impl Handover {
    /// Begins it. `several` tells JSON to write an array.
    pub fn begin<D: Disclosure>(
        way: Box<dyn WayOut>,
        terminal: &mut dyn Terminal,
        format: Format,
        quiet: bool,
        several: bool,
    ) -> Self {
        if let Some(made) = way.doomed() {
            terminal.doom(made);
        }
        Self {
            is_bare: quiet || way.is_bare(D::BARE_IN_A_FILE),
            way,
            rows: RecordWriter::new(format, several, D::COLUMNS),
            format,
            what: D::WHAT,
            quiet,
            several,
            given: 0,
            in_force: 0,
        }
    }

    /// Goes on with the output of a run that was ended.
    pub fn resume(unfinished: Unfinished, terminal: &mut dyn Terminal, format: Format) -> Self {
        let rows = unfinished.rows.len();
        let way = Box::new(ToFile::resume(unfinished));
        let mut resumed = Self::begin::<TemporaryDisclosure>(way, terminal, format, false, true);
        resumed.rows.go_on_behind(rows);
        resumed
    }

    /// Where it goes, if that is a file.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.way.file()
    }

    /// Whether another run can go on where this one is ended: a file stays, in a format that can be gone on with.
    #[must_use]
    pub fn can_be_resumed(&self) -> bool {
        self.file().is_some() && self.way.doomed().is_none() && self.has_lines()
    }

    /// Whether each secret is a line of its own, which can be taken out again and gone on behind.
    fn has_lines(&self) -> bool {
        matches!(self.format, Format::Csv | Format::Jsonl)
    }

    /// Begins to hand over so many, a part at a time. A bar shows how far it has come, if one is wanted and there is room.
    pub fn begin_parts(&self, means: &mut Means<'_>, bar: Option<(&str, u64)>) {
        if let Some((what, total)) = bar.filter(|_| !self.way.is_on_terminal(means.output)) {
            means.terminal.begin_progress(what, total);
        }
        means.terminal.enter(Phase::Between);
    }

    /// Hands a secret over, and puts it in force. `commit` is one short transaction.
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

    /// Hands a batch over in one piece, and puts it in force. If it could not be delivered, none of it is; otherwise what
    /// came of each, in their order. `commit` is one short transaction that says the same.
    pub fn issue_batch<D: Disclosure>(
        &mut self,
        means: &mut Means<'_>,
        batch: Vec<(D, Undelivered<D::KnownBy>)>,
        commit: impl FnOnce(Vec<Delivered<D::KnownBy>>) -> Result<Vec<Result<()>>>,
    ) -> Result<Vec<Result<()>>> {
        Ok(HandedOut::of(self, means, batch)?.put_in_force(commit))
    }

    /// Takes out what is of no use, and writes what stands after the last one.
    pub fn close(mut self, means: &mut Means<'_>) -> Result<()> {
        if self.in_force > 0 {
            means.terminal.enter(Phase::Telling);
        }
        if let Err(error) = self.way.leave_out() {
            means
                .terminal
                .note(&format!("The rows that failed stay in the file, which cannot be written again ({error})."));
        }
        if self.given == 0 || self.format == Format::Text {
            return Ok(());
        }
        self.end(means)
            .map_err(|failure| Failure::new(Kind::Failed, format!("it is in force, but {}", failure.message)))
    }

    /// Writes a list of nobody.
    pub fn close_empty(mut self, means: &mut Means<'_>) -> Result<()> {
        let end = self.rows.end();
        self.way.hand_over(means, &Handed { what: "list", bytes: &end, rows: &[], page: None })?;
        self.way.keep(means);
        Ok(())
    }

    /// Writes what stands after the last of several.
    fn end(&mut self, means: &mut Means<'_>) -> Result<()> {
        let end = self.rows.end();
        if end.is_empty() {
            return Ok(());
        }
        self.way.hand_over(means, &Handed { what: self.what, bytes: &end, rows: &[], page: None })
    }
}
