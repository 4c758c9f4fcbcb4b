//! The only rooms that touch a terminal: prompts, tables, and the ways out for results.

pub mod alternate;
pub mod checkup;
pub mod clipboard;
pub mod console;
pub mod format;
mod guard;
mod hidden;
mod job;
pub mod keys;
mod lines;
pub mod output;
pub mod pager;
pub mod picker;
mod progress;
pub mod records;
pub mod screen;
pub mod sheet;
pub mod table;
mod taken;
mod typing;

use std::io;
use std::path::Path;

use self::screen::{ScreenKey, ScreenPage};
use crate::domain::secret::TypedPassword;
use crate::failure::{self, Failure, Hint, Kind};
use crate::made::Made;

/// Why a prompt has no answer.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// There is no terminal to ask on.
    #[error("there is no terminal")]
    NoTerminal {
        /// How to do without a prompt.
        instead: &'static str,
    },
    /// The person left.
    #[error("cancelled")]
    Cancelled,
    /// What came on standard input is not a password.
    #[error("{0}")]
    Input(String),
    /// The terminal failed.
    #[error(transparent)]
    Failed(#[from] io::Error),
}

impl From<PromptError> for Failure {
    fn from(error: PromptError) -> Self {
        match error {
            PromptError::NoTerminal { instead } => {
                Self::new(Kind::Usage, "this needs an answer, and there is no terminal").hint(instead)
            }
            PromptError::Cancelled => Self::cancelled(),
            PromptError::Input(message) => {
                Self::new(Kind::Usage, message).hint("write each password on one line, in UTF-8")
            }
            PromptError::Failed(error) => anyhow::Error::new(error).context("the terminal failed").into(),
        }
    }
}

/// How far the handing over of a temporary password has come; it decides what a signal does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// Nothing is being handed over: a signal ends the program.
    #[default]
    Idle,
    /// A pager shows a list. Ctrl-C is for the pager; any other signal ends the program.
    Paging,
    /// It is on its way, or out, and not in force: a signal is put off for a second; if it is still not in force then, the
    /// program ends, and says so.
    Delivering,
    /// It is out, and somebody is being asked whether it has arrived: a signal ends the program, which says that it is not in
    /// force.
    Asking,
    /// Between two of several, or behind the last: a signal is put off, and whoever has more to do stops. What is done ends
    /// with the exit code that says so.
    Between,
    /// It, or a password that its owner chose, is being put in force: a signal is put off.
    Committing,
    /// All is done, and the answer is being written: a signal is put off for a second; if nobody has taken the answer then,
    /// the program ends, and says that it is done.
    Telling,
}

/// What somebody answers, unless there is no answer.
pub type Answer<T> = Result<T, PromptError>;

/// Finds lines for what somebody types.
pub type Search<'a> = &'a mut dyn FnMut(&str) -> failure::Result<Vec<String>>;

/// All that a command needs of the person in front of it.
pub trait Terminal: Ask + Pick + Screen + Note + Progress + Signals {}

impl<T: Ask + Pick + Screen + Note + Progress + Signals> Terminal for T {}

/// Asks for a line. `instead` says how to do without a terminal.
pub trait Ask {
    /// Whether there is a person to ask: standard input and standard error are both a terminal.
    fn is_interactive(&self) -> bool;

    /// Asks for a password, which is not echoed.
    fn ask_secret(&mut self, prompt: &str, instead: &'static str) -> Answer<TypedPassword>;

    /// Asks for a line of text, offering one.
    fn ask_text(&mut self, prompt: &str, offer: &str, instead: &'static str) -> Answer<String>;

    /// Asks yes or no; anything but yes is [`PromptError::Cancelled`].
    fn confirm(&mut self, question: &str, instead: &'static str) -> Answer<()>;

    /// Asks for a text to be typed that shows that the question was read; anything else is [`PromptError::Cancelled`].
    fn confirm_by_typing(&mut self, question: &str, text: &str, instead: &'static str) -> Answer<()>;

    /// The next line of standard input, verbatim but for the line end.
    fn piped_secret(&mut self) -> Answer<TypedPassword>;
}

/// Has somebody pick from a list.
pub trait Pick {
    /// Has somebody pick one of the lines that `search` finds for what they type; the number of the line in what it found
    /// last. A search that fails ends it, and who leaves has [`PromptError::Cancelled`]. `instead` says how to do without
    /// a terminal.
    fn pick(&mut self, question: &str, search: Search<'_>, instead: &'static str) -> failure::Result<usize>;
}

/// Shows what nobody is to find afterwards, or has the terminal itself do something with it.
pub trait Screen {
    /// Puts a page on the alternate screen, in the place of the one before.
    fn paint(&mut self, page: &ScreenPage) -> Answer<()>;

    /// Throws away what was typed before what is on the screen could be read.
    fn forget_typed(&mut self);

    /// Waits at the screen for a key that means something.
    fn key(&mut self) -> Answer<ScreenKey>;

    /// Leaves the screen, and nothing of it behind.
    fn leave_screen(&mut self);

    /// Hands bytes to the terminal itself, not to the person in front of it.
    fn pass_on(&mut self, bytes: &[u8]) -> Answer<()>;
}

/// Tells the person what is not the result.
pub trait Note {
    /// Tells it in one line on standard error.
    fn note(&mut self, text: &str);
}

/// Shows how far a long run has come. Whatever ends the run ends this.
pub trait Progress {
    /// Begins to show it, of so many steps.
    fn begin_progress(&mut self, what: &str, total: u64);

    /// So many steps of it are done.
    fn advance(&mut self, done: u64);

    /// Shows it no longer.
    fn end_progress(&mut self);
}

/// Says what a signal does, and whether one came.
pub trait Signals {
    /// Says how far something that must not be torn apart has come.
    fn enter(&mut self, phase: Phase);

    /// What to do next, if a signal ends a delivery that nobody takes.
    fn hint_if_cut_off(&mut self, hint: Hint);

    /// Whether a signal came while something was being put in force, and was put off: whoever has more to do stops.
    fn interrupted(&self) -> bool;

    /// Hands over a file or a folder that is of no use, and goes, if a signal ends the program.
    fn doom(&mut self, made: Made);

    /// Takes back what [`Signals::doom`] said.
    fn spare(&mut self, path: &Path);
}
