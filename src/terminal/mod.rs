//! The only modules that touch a terminal: prompts, tables, and the output of results.

pub mod alternate;
pub mod checkup;
pub mod clipboard;
pub mod console;
mod device;
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
use std::process::{Command, ExitStatus};

use serde::{Deserialize, Serialize};

pub use self::device::take_from_pam;
pub use self::guard::OtherHalf;

use self::screen::{ScreenKey, ScreenPage};
use crate::domain::secret::TypedPassword;
use crate::failure::{self, Failure, Hint, Kind};
use crate::made::Made;

/// Why a prompt has no answer.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// There is no terminal for the prompt.
    #[error("there is no terminal")]
    NoTerminal {
        /// What to do instead of a prompt.
        instead: String,
    },
    /// The terminal obeys no escape sequences.
    #[error("this terminal cannot show a screen or a list: TERM is dumb, or not set")]
    Dumb {
        /// What to do instead.
        instead: String,
    },
    /// Only a part of a secret would be seen.
    #[error("this window is too small for the secret")]
    Small,
    /// The person cancelled.
    #[error("cancelled")]
    Cancelled,
    /// What was typed is not UTF-8. Nothing was asked of the store.
    #[error("what was typed is not UTF-8")]
    NotText,
    /// The text on standard input is not a password.
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
            PromptError::Dumb { ref instead } => Self::new(Kind::Usage, error.to_string()).hint(instead.clone()),
            PromptError::Small => Self::new(Kind::Usage, error.to_string())
                .hint("make the window larger, and run this again; nothing has changed"),
            PromptError::Cancelled => Self::cancelled(),
            PromptError::NotText => Self::new(Kind::Usage, error.to_string())
                .hint("set the terminal to UTF-8, and run this again; nothing has changed"),
            PromptError::Input(message) => {
                Self::new(Kind::Usage, message).hint("write each password on one line, in UTF-8")
            }
            PromptError::Failed(error) => anyhow::Error::new(error).context("the terminal failed").into(),
        }
    }
}

/// What the environment says about the terminal.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nature {
    /// It obeys no escape sequences.
    pub is_dumb: bool,
    /// This is a command of ssh that got no terminal.
    pub is_bare_ssh: bool,
}

/// What the program is doing. The phase decides what a signal does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Phase {
    /// Nothing is being handed over. A signal ends the program.
    #[default]
    Idle,
    /// Another program has the terminal: a pager or a shell. Ctrl-C is for that program. Any other signal ends both.
    Lent,
    /// The password is being delivered, or is delivered but not in force. A signal is put off for a second. If the
    /// password is still not in force then, the program ends and says so.
    Delivering,
    /// The password is delivered, and the person is asked whether it has arrived. A signal ends the program, which says
    /// that the password is not in force.
    Asking,
    /// Between two of several handovers, or after the last. A signal is put off, and a command with more to do stops.
    /// Its exit code then tells what was done.
    Between,
    /// A password is being put in force: a temporary one, or one that its owner chose. A signal is put off.
    Committing,
    /// Everything is done, and the answer is being written. A signal is put off for a second. If nobody has taken the
    /// answer then, the program ends and says that it is done.
    Telling,
}

impl Phase {
    /// Whether a signal may end the program.
    #[must_use]
    pub fn may_end(self) -> bool {
        matches!(self, Self::Idle | Self::Asking | Self::Lent)
    }

    /// Whether Ctrl-Z may stop the program. In any other phase it waits for the next one: a password that somebody has
    /// would not be in force for long.
    #[must_use]
    pub fn may_stop(self) -> bool {
        !matches!(self, Self::Delivering | Self::Committing)
    }
}

/// A person's answer, or the reason why there is none.
pub type Answer<T> = Result<T, PromptError>;

/// Finds lines for the typed text.
pub type Search<'a> = &'a mut dyn FnMut(&str) -> failure::Result<Vec<String>>;

/// Everything a command needs from the person at the terminal.
pub trait Terminal: Ask + Pick + Screen + Note + Progress + Signals {}

impl<T: Ask + Pick + Screen + Note + Progress + Signals> Terminal for T {}

/// Asks for a line. `instead` says what to do without a terminal.
pub trait Ask {
    /// Whether a person can be asked: both standard input and standard error are a terminal.
    fn is_interactive(&self) -> bool;

    /// What to do without a terminal. It says how to get one, where that is known.
    fn instead(&self, instead: &str) -> String {
        instead.into()
    }

    /// Asks for a password, without echo.
    fn ask_secret(&mut self, prompt: &str, instead: &str) -> Answer<TypedPassword>;

    /// Asks for a line of text. An empty answer is the offer, if there is one.
    fn ask_text(&mut self, prompt: &str, offer: Option<&str>, instead: &str) -> Answer<String>;

    /// Asks yes or no. Any answer but yes is [`PromptError::Cancelled`].
    fn confirm(&mut self, question: &str, instead: &str) -> Answer<()>;

    /// Asks the person to type a text, which shows that they read the question. Any other answer is
    /// [`PromptError::Cancelled`].
    fn confirm_by_typing(&mut self, question: &str, text: &str, instead: &str) -> Answer<()>;

    /// The next line of standard input, without its line end.
    fn piped_secret(&mut self) -> Answer<TypedPassword>;
}

/// Lets the person pick from a list.
pub trait Pick {
    /// Lets the person pick one of the lines that `search` finds for the typed text. Returns the number of the line in
    /// the last result. A failed search ends the picking. Leaving is [`PromptError::Cancelled`]. `instead` says what to
    /// do without a terminal.
    fn pick(&mut self, question: &str, search: Search<'_>, instead: &str) -> failure::Result<usize>;
}

/// Shows something that must not stay visible, or hands bytes to the terminal itself.
pub trait Screen {
    /// Whether a screen or a list can be drawn. `instead` says what to do if the terminal cannot do that.
    fn can_draw(&self, instead: &str) -> Answer<()>;

    /// Puts a page on the alternate screen, in place of the last one.
    fn paint(&mut self, page: &ScreenPage) -> Answer<()>;

    /// Throws away what was typed before the screen could be read.
    fn forget_typed(&mut self);

    /// Waits at the screen for a key with a meaning.
    fn key(&mut self) -> Answer<ScreenKey>;

    /// Leaves the screen. Nothing of it stays behind.
    fn leave_screen(&mut self);

    /// Hands bytes to the terminal itself, not to the person.
    fn pass_on(&mut self, bytes: &[u8]) -> Answer<()>;
}

/// Tells the person things that are not the result.
pub trait Note {
    /// Writes a one-line note to standard error.
    fn note(&mut self, text: &str);
}

/// Shows the progress of a long run. When the run ends, however it ends, this must end too.
pub trait Progress {
    /// Begins to show the progress, out of this many steps.
    fn begin_progress(&mut self, what: &str, total: u64);

    /// Reports how many steps are done.
    fn advance(&mut self, done: u64);

    /// Stops showing the progress.
    fn end_progress(&mut self);
}

/// Sets what a signal does, and tells whether one came.
pub trait Signals {
    /// Sets the phase of an operation that must not be interrupted in the middle.
    fn enter(&mut self, phase: Phase);

    /// The hint to print if a signal ends a delivery that nobody takes.
    fn hint_if_cut_off(&mut self, hint: Hint);

    /// Whether a signal was put off during a commit. A caller with more to do then stops.
    fn interrupted(&self) -> bool;

    /// Registers a file or folder that is useless if a signal ends the program. It is removed then.
    fn doom(&mut self, made: Made);

    /// Lends the terminal to another program, and waits for its end.
    fn lend(&mut self, program: &mut Command) -> io::Result<ExitStatus>;

    /// Takes back [`Signals::doom`] for this path.
    fn spare(&mut self, path: &Path);
}
