//! The real terminal.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::os::fd::AsFd as _;

use dialoguer::console::Term;
use zeroize::Zeroizing;

use super::guard::{Guard, LastWords, hush};
use super::lines::SecretLines;
use super::{Phase, PromptError, Terminal};
use crate::domain::secret::TypedPassword;
use crate::domain::text::neutral_lines;
use crate::failure::{Failure, Kind, Look};

/// Asks on the terminal, reads standard input and writes notes to standard error.
pub struct Console {
    guard: Guard,
    piped: Option<SecretLines<File>>,
    look: Look,
}

impl Console {
    /// Takes the terminal over; signals are watched from here on. Notes are left out where failures are JSON.
    pub fn open(look: Look) -> io::Result<Self> {
        // The libraries that draw would each decide for themselves otherwise.
        dialoguer::console::set_colors_enabled(false);
        dialoguer::console::set_colors_enabled_stderr(false);
        let not_in_force = Failure::new(
            Kind::Cancelled,
            "cancelled; a temporary password that you were shown just now is NOT in force",
        );
        let guard = Guard::install(LastWords {
            cancelled: Failure::cancelled().render(look),
            not_in_force: not_in_force.render(look),
        })?;
        Ok(Self { guard, piped: None, look })
    }

    fn needs_terminal(&self, instead: &'static str) -> Result<(), PromptError> {
        if self.is_interactive() { Ok(()) } else { Err(PromptError::NoTerminal { instead }) }
    }
}

impl Terminal for Console {
    fn is_interactive(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    fn ask_secret(&mut self, prompt: &str, instead: &'static str) -> Result<TypedPassword, PromptError> {
        self.needs_terminal(instead)?;
        let prompt = format!("{prompt}: ");
        let typed = self.guard.prompt(&prompt, |terminal| {
            hush(terminal)?;
            (&*terminal).write_all(prompt.as_bytes())?;
            // The modes of the terminal are the guard's, so that Ctrl-C and Ctrl-Z work; only the line is edited here.
            let config = rpassword::ConfigBuilder::new().input_reader(terminal.try_clone()?).output_discard().build();
            let typed = rpassword::read_password_with_config(config).map(Zeroizing::new);
            (&*terminal).write_all(b"\r\n")?;
            typed
        });
        match typed {
            Ok(text) => Ok(TypedPassword::new(text)),
            // Ctrl-D on an empty line.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(PromptError::Cancelled),
            Err(error) => Err(error.into()),
        }
    }

    #[expect(clippy::disallowed_types, reason = "this is the room that asks")]
    fn ask_text(&mut self, prompt: &str, offer: &str, instead: &'static str) -> Result<String, PromptError> {
        self.needs_terminal(instead)?;
        let answer = self.guard.prompt(&format!("{prompt}: "), |_| {
            dialoguer::Input::<String>::new()
                .with_prompt(prompt)
                .default(offer.to_owned())
                .interact_text_on(&Term::stderr())
                .map_err(|dialoguer::Error::IO(error)| error)
        })?;
        Ok(answer)
    }

    #[expect(clippy::disallowed_types, reason = "this is the room that asks")]
    fn confirm(&mut self, question: &str, instead: &'static str) -> Result<(), PromptError> {
        self.needs_terminal(instead)?;
        let answer = self.guard.prompt(&format!("{question} [y/N] "), |_| {
            dialoguer::Confirm::new()
                .with_prompt(question)
                .default(false)
                .wait_for_newline(true)
                .interact_on_opt(&Term::stderr())
                .map_err(|dialoguer::Error::IO(error)| error)
        })?;
        if answer == Some(true) { Ok(()) } else { Err(PromptError::Cancelled) }
    }

    fn piped_secret(&mut self) -> Result<TypedPassword, PromptError> {
        let stdin = io::stdin();
        if stdin.is_terminal() {
            return Err(PromptError::Input("standard input is a terminal, where a password would be echoed".into()));
        }
        let lines = match self.piped.take() {
            Some(lines) => lines,
            None => SecretLines::new(File::from(stdin.as_fd().try_clone_to_owned()?)),
        };
        self.piped.insert(lines).next()
    }

    fn note(&mut self, text: &str) {
        if self.look != Look::Json {
            // A note that nobody can read changes nothing.
            let _ = writeln!(io::stderr(), "{}", neutral_lines(text));
        }
    }

    fn enter(&mut self, phase: Phase) {
        self.guard.enter(phase);
    }
}
