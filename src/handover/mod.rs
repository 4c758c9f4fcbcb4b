//! Handing a secret over: it is made, delivered and flushed, and then put in force. At every instant either the old password
//! works, or one that somebody was handed does.
//!
//! The stages are the types of [`crate::domain::delivery`]. A way out is a file here; which one it is, is decided where the
//! flags of a command line are read.

mod batch;
mod clipboard;
mod disclosure;
mod file;
mod osc52;
mod rewrite;
mod screen;
mod standard;
mod unfinished;

use std::io;
use std::mem;
use std::ops::Range;
use std::path::Path;

use zeroize::Zeroizing;

pub use self::batch::Issue;
pub use self::clipboard::ToClipboard;
pub use self::disclosure::{Disclosure, TemporaryDisclosure, TokenDisclosure};
pub use self::file::ToFile;
pub use self::osc52::Osc52;
pub use self::screen::OnScreen;
pub use self::standard::Standard;
pub use self::unfinished::Unfinished;
use crate::domain::delivery::{Delivered, InForce, Undelivered};
use crate::domain::name::Username;
use crate::failure::{Failure, Kind, Result};
use crate::made::Made;
use crate::terminal::clipboard::Clipboard;
use crate::terminal::format::{Format, RecordWriter};
use crate::terminal::output::{Layout, Output};
use crate::terminal::screen::ScreenPage;
use crate::terminal::{Phase, Terminal};

/// What a way out may need of the world.
pub struct Means<'a> {
    /// Standard output.
    pub output: &'a mut dyn Output,
    /// The clipboard.
    pub clipboard: &'a mut dyn Clipboard,
    /// The terminal.
    pub terminal: &'a mut dyn Terminal,
}

/// What is handed over, once.
pub struct Handed<'a> {
    /// As it is written.
    pub bytes: &'a [u8],
    /// As it stands on a screen.
    pub page: &'a dyn Fn() -> ScreenPage,
}

/// A way out for a secret, open.
pub trait WayOut {
    /// Hands it over. It is out when this returns: in a file on the disk itself, on the clipboard to be pasted. `what` is what
    /// a message calls it.
    fn hand_over(&mut self, means: &mut Means<'_>, what: &str, handed: &Handed<'_>) -> Result<()>;

    /// It is about to be put in force: fails if nobody has it any more.
    fn commits(&mut self, _: &mut Means<'_>) -> Result<()> {
        Ok(())
    }

    /// It is in force, or may be: what was handed over is kept.
    fn keep(&mut self, _: &mut Means<'_>) {}

    /// Says what has become of it, and waits until whoever reads it has done so.
    fn wait(&mut self, _: &mut Means<'_>, _is: &str) {}

    /// Whether it shows a page, and takes no bytes.
    fn takes_page(&self) -> bool {
        false
    }

    /// It is not in force, and nobody looks at it any longer.
    fn leave(&mut self, _: &mut Means<'_>) {}

    /// Takes back the latest part, which is of no use; `false` where that cannot be.
    fn take_back_latest(&mut self, _: &mut Means<'_>) -> bool {
        false
    }

    /// How text is laid out there.
    fn layout(&self, _: &dyn Output) -> Layout {
        Layout::default()
    }

    /// Whether it goes out bare, without a word about it; of some secrets that depends on whether it is a file.
    fn is_bare(&self, _bare_in_a_file: bool) -> bool {
        false
    }

    /// What was done with it, as in "the password … is NOT in force".
    fn handed(&self) -> String {
        "shown".into()
    }

    /// How a message says that it is in force, as in "The password of alice …".
    fn confirmed(&self, _: &InForce) -> String {
        "is in force".into()
    }

    /// Whether a bar on standard error would stand among what is handed over.
    fn is_on_terminal(&self, output: &dyn Output) -> bool {
        output.layout().width.is_some()
    }

    /// Where it went, if that is a file.
    fn file(&self) -> Option<&Path> {
        None
    }

    /// What goes if the program is ended before anything is in force.
    fn doomed(&self) -> Option<Made> {
        None
    }

    /// Where the latest part begins, in bytes, if parts can be taken out again.
    fn latest(&self) -> Option<u64> {
        None
    }

    /// Takes parts out again that are of no use, given in bytes and in their order.
    fn leave_out(&mut self, _parts: &[Range<u64>]) -> io::Result<()> {
        Ok(())
    }
}

/// The handing over of one command's secrets.
pub struct Handover {
    way: Box<dyn WayOut>,
    rows: RecordWriter,
    format: Format,
    /// What goes out: `temporary password` or `token`.
    what: &'static str,
    is_bare: bool,
    quiet: bool,
    given: usize,
    in_force: usize,
    /// Where rows stand in the file that did not come into force, among others that did.
    dead: Vec<Range<u64>>,
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
            rows: RecordWriter::new::<D>(format, several),
            format,
            what: D::WHAT,
            quiet,
            given: 0,
            in_force: 0,
            dead: Vec::new(),
        }
    }

    /// Goes on with the output of a run that was ended.
    pub fn resume(unfinished: Unfinished, terminal: &mut dyn Terminal, format: Format) -> Self {
        let rows = unfinished.rows.len();
        let way = Box::new(ToFile::resume(unfinished));
        let mut resumed = Self::begin::<TemporaryDisclosure<'_>>(way, terminal, format, false, true);
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
        self.file().is_some() && self.way.doomed().is_none() && matches!(self.format, Format::Csv | Format::Jsonl)
    }

    /// Whether a bar can be drawn on standard error meanwhile.
    pub fn leaves_room_for_progress(&self, output: &dyn Output) -> bool {
        !self.way.is_on_terminal(output)
    }

    /// Hands a secret over, and puts it in force. `commit` is one short transaction.
    pub fn issue<T>(
        &mut self,
        means: &mut Means<'_>,
        whose: &Username,
        new: Undelivered<T>,
        disclosure: &impl Disclosure,
        commit: impl FnOnce(Delivered<T>) -> Result<()>,
    ) -> Result<()> {
        means.terminal.enter(Phase::Delivering);
        let issued = new.deliver(|| self.give(means, disclosure)).and_then(|delivered| {
            let in_force = self.way.commits(means).and_then(|()| {
                means.terminal.enter(Phase::Committing);
                delivered.put_in_force(commit)
            });
            in_force.map_err(|failure| self.not_in_force(means, failure, whose))
        });
        match &issued {
            Ok(in_force) => {
                self.in_force += 1;
                self.way.keep(means);
                self.way.wait(means, "It is in force");
                if !self.quiet {
                    let said = self.way.confirmed(in_force);
                    means.terminal.note(&format!("The {} of {whose} {said}.", self.what));
                }
            }
            Err(failure) if failure.kind == Kind::OutcomeUnknown => {
                self.way.keep(means);
                self.way.wait(means, "It may be in force, or not");
            }
            Err(_) => self.way.leave(means),
        }
        means.terminal.enter(if issued.is_ok() { Phase::Between } else { Phase::Idle });
        issued.map(drop)
    }

    /// Takes out what is of no use, and writes what stands after the last one.
    pub fn close(mut self, means: &mut Means<'_>) -> Result<()> {
        if self.in_force > 0 {
            means.terminal.enter(Phase::Telling);
        }
        let dead = mem::take(&mut self.dead);
        if !dead.is_empty()
            && let Err(error) = self.way.leave_out(&dead)
        {
            means
                .terminal
                .note(&format!("The rows of those who failed stay in the file: it cannot be written anew ({error})."));
        }
        if self.given == 0 || self.format == Format::Text {
            return Ok(());
        }
        let what = self.what;
        self.end(means, what)
            .map_err(|failure| Failure::new(Kind::Failed, format!("it is in force, but {}", failure.message)))
    }

    /// Writes a list of nobody.
    pub fn close_empty(mut self, means: &mut Means<'_>) -> Result<()> {
        let end = self.rows.end();
        self.way.hand_over(means, "list", &Handed { bytes: &end, page: &nothing })?;
        self.way.keep(means);
        Ok(())
    }

    /// Writes what stands after the last of several.
    fn end(&mut self, means: &mut Means<'_>, what: &str) -> Result<()> {
        let end = self.rows.end();
        if end.is_empty() {
            return Ok(());
        }
        self.way.hand_over(means, what, &Handed { bytes: &end, page: &nothing })
    }

    /// Gives a secret away: when this returns, somebody has it.
    fn give(&mut self, means: &mut Means<'_>, disclosure: &impl Disclosure) -> Result<()> {
        let bytes = match (self.format, self.is_bare) {
            _ if self.way.takes_page() => Zeroizing::default(),
            (Format::Text, true) => disclosure.bare(),
            (Format::Text, false) => {
                let gap = if self.given == 0 { "" } else { "\n" };
                disclosure.text(self.way.layout(means.output), gap)
            }
            _ => self.rows.row(disclosure)?,
        };
        let page = || disclosure.page();
        self.way.hand_over(means, self.what, &Handed { bytes: &bytes, page: &page })?;
        self.given += 1;
        Ok(())
    }

    fn not_in_force(&mut self, means: &mut Means<'_>, failure: Failure, whose: &Username) -> Failure {
        if failure.kind != Kind::OutcomeUnknown {
            self.take_back(means, 1);
        }
        self.told_not_in_force(failure, &format!(" for {whose}"))
    }

    /// What to say of one that was handed over and is not in force, or may not be.
    fn told_not_in_force(&self, failure: Failure, whose: &str) -> Failure {
        let is = if failure.kind == Kind::OutcomeUnknown {
            "may be in force, or not"
        } else {
            "is NOT in force, and nothing has changed"
        };
        let message = format!("the {} {}{whose} {is}: {}", self.what, self.way.handed(), failure.message);
        Failure { message, ..failure }
    }

    /// Takes back what was given last, all of which is of no use, where that can be done.
    fn take_back(&mut self, means: &mut Means<'_>, latest: usize) {
        if self.way.take_back_latest(means) {
            self.given -= latest;
            if self.format != Format::Text {
                self.rows.go_on_behind(self.rows.count().saturating_sub(latest));
            }
        }
    }
}

/// What stands on a screen of which nobody is shown anything.
fn nothing() -> ScreenPage {
    ScreenPage { title: String::new(), secret: String::new().into(), rest: String::new(), status: String::new() }
}

/// The secret of a bare line.
fn secret_of(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

fn not_delivered(message: impl Into<String>) -> Failure {
    Failure::new(Kind::NotDelivered, message)
}

fn unwritten(what: &str, place: &str, error: &io::Error) -> Failure {
    not_delivered(format!("the {what} could not be written to {place}: {error}"))
        .hint("nothing has changed for this account; give it another way out, and try again")
}
