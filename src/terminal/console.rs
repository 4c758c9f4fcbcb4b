//! The real terminal.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::path::Path;
use std::process::{Command, ExitStatus};

use super::device::Device;
use super::guard::{Guard, LastWords, OtherHalf};
use super::lines::SecretLines;
use super::output::StandardOutput;
use super::pager::{Paged, PagerCommand};
use super::picker::{Next, Picker};
use super::screen::{ScreenKey, ScreenPage};
use super::{
    Answer, Ask, Nature, Note, Phase, Pick, Progress, PromptError, Screen, Search, Signals, hidden, keys, progress,
    typing,
};
use crate::domain::secret::TypedPassword;
use crate::domain::text::{hanging, neutral, neutral_lines, wrapped};
use crate::failure::{self, Failure, Hint, Kind, Look};
use crate::gate::Gate;
use crate::made::Made;
use crate::patient::Patient;
use indicatif::ProgressBar;

/// Asks on the terminal, reads standard input, and writes notes to standard error.
pub struct Console {
    guard: Guard,
    piped: Option<SecretLines<Patient<File>>>,
    bar: Option<ProgressBar>,
    look: Look,
    nature: Nature,
}

impl Console {
    /// Opens the terminal and begins to watch for signals. Notes are left out if failures are JSON.
    pub fn open(look: Look, nature: Nature, gate: &Gate) -> io::Result<Self> {
        let last_words = LastWords {
            not_yet: noted("It is not in force yet: passdesk waits for the store.", look),
            cancelled: Failure::cancelled().render(look),
            not_in_force: cut_off().render(look),
            in_force: Failure::new(Kind::Cancelled, "you left; the password on the screen is in force").render(look),
            done: Failure::new(Kind::Cancelled, "it is done, but nobody read the answer").render(look),
        };
        let guard = Guard::install(last_words, gate.clone())?;
        Ok(Self { guard, piped: None, bar: None, look, nature })
    }

    /// Has a pager show what is longer than the screen.
    #[must_use]
    pub fn paged(&self, output: StandardOutput, pager: PagerCommand) -> Paged {
        Paged::new(output, self.guard.clone(), pager)
    }

    /// The phase. If a signal is ending the program, this never returns.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.guard.phase()
    }

    /// From now on, the other half learns of signals, too.
    pub fn work_with(&self, other_half: Box<dyn OtherHalf>) {
        self.guard.work_with(other_half);
    }

    fn needs_terminal(&self, instead: &str) -> Answer<()> {
        if self.is_interactive() { Ok(()) } else { Err(PromptError::NoTerminal { instead: self.instead(instead) }) }
    }

    /// Asks for a line with echo. The terminal itself edits the line. A library such as `dialoguer` reads single keys
    /// in raw mode. There Ctrl-D, Ctrl-Z and Ctrl-U mean nothing, and a signal leaves the terminal in that mode.
    fn ask_line(&mut self, prompt: &str) -> Answer<String> {
        let line = self.guard.ask(prompt, false, |mut terminal, _| {
            let mut line = Vec::new();
            let mut byte = [0];
            // A byte at a time, so that text typed ahead stays for the next prompt.
            while terminal.read(&mut byte)? == 1 {
                line.push(byte[0]);
                match byte[0] {
                    b'\n' => return Ok(line),
                    keys::CTRL_C => break,
                    _ => {}
                }
            }
            Err(io::ErrorKind::UnexpectedEof.into())
        });
        let line = String::from_utf8(left(line)?).map_err(|_| PromptError::NotText)?;
        Ok(line.trim().to_owned())
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.end_progress();
        self.guard.give_back();
    }
}

/// Tells the person something that is not the result, unless failures are JSON.
pub fn note(text: &str, look: Look) {
    // A note that cannot be written changes nothing.
    let _ = Patient(io::stderr()).write_all(noted(text, look).as_bytes());
}

/// A note as it is written.
fn noted(text: &str, look: Look) -> String {
    if look.json { String::new() } else { hanging(&neutral(text), look.width) + "\n" }
}

/// The failure if a signal ends a delivery.
fn cut_off() -> Failure {
    Failure::new(Kind::Cancelled, "cancelled; the password that you were just given is NOT in force")
}

/// Ctrl-D on an empty line cancels the prompt. What is not UTF-8 is no answer.
fn left<T>(answer: io::Result<T>) -> Answer<T> {
    answer.map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::Interrupted => PromptError::Cancelled,
        io::ErrorKind::InvalidData => PromptError::NotText,
        _ => error.into(),
    })
}

/// Handles keys in order, and searches when a key asks for it. Returns what ends the picking, if anything does.
fn press(picker: &mut Picker, keys: Vec<keys::ListKey>, search: Search<'_>) -> failure::Result<Option<Next>> {
    for key in keys {
        match picker.press(key) {
            Next::Draw => {}
            Next::Search => picker.found(search(picker.text())?),
            end => return Ok(Some(end)),
        }
    }
    Ok(None)
}

impl Ask for Console {
    fn is_interactive(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal() && Device::open().is_ok()
    }

    fn instead(&self, instead: &str) -> String {
        if self.nature.is_bare_ssh {
            return format!("ssh gives a terminal with -t: ssh -t HOST passdesk …; or {instead}");
        }
        instead.into()
    }

    fn ask_secret(&mut self, prompt: &str, instead: &str) -> Answer<TypedPassword> {
        self.needs_terminal(instead)?;
        left(self.guard.ask(&format!("{prompt}: "), true, hidden::read)).map(TypedPassword::new)
    }

    fn ask_text(&mut self, prompt: &str, offer: Option<&str>, instead: &str) -> Answer<String> {
        self.needs_terminal(instead)?;
        let offered = offer.map(|offer| format!(" [{offer}]")).unwrap_or_default();
        let answer = self.ask_line(&format!("{prompt}{offered}: "))?;
        Ok(if answer.is_empty() { offer.unwrap_or_default().to_owned() } else { answer })
    }

    fn confirm(&mut self, question: &str, instead: &str) -> Answer<()> {
        self.needs_terminal(instead)?;
        let question = wrapped(&neutral_lines(question), self.look.width);
        let answer = self.ask_line(&format!("{question} [y/N] "))?.to_lowercase();
        if matches!(answer.as_str(), "y" | "yes") { Ok(()) } else { Err(PromptError::Cancelled) }
    }

    fn confirm_by_typing(&mut self, question: &str, text: &str, instead: &str) -> Answer<()> {
        self.needs_terminal(instead)?;
        let question = wrapped(&neutral_lines(question), self.look.width);
        let answer = self.ask_line(&format!("{question}\nType {text} to continue: "))?;
        if answer == text {
            return Ok(());
        }
        if !answer.is_empty() {
            self.note(&format!("That is not {text}."));
        }
        Err(PromptError::Cancelled)
    }

    fn piped_secret(&mut self) -> Answer<TypedPassword> {
        let stdin = io::stdin();
        if stdin.is_terminal() {
            return Err(PromptError::Input("standard input is a terminal, which would show the password".into()));
        }
        let lines = match self.piped.take() {
            Some(lines) => lines,
            None => SecretLines::new(Patient(File::from(stdin.as_fd().try_clone_to_owned()?))),
        };
        self.piped.insert(lines).next()
    }
}

impl Pick for Console {
    fn pick(&mut self, question: &str, search: Search<'_>, instead: &str) -> failure::Result<usize> {
        self.needs_terminal(instead)?;
        self.can_draw(instead)?;
        let terminal = Device::open().map_err(PromptError::from)?.file;
        let mut picker = Picker::default();
        picker.found(search("")?);
        let outcome = loop {
            let (shown, asked) = (picker.clone(), question.to_owned());
            let painted = self.guard.paint(Box::new(move |size| shown.drawn(&asked, size)), true, |_| true);
            let keys = left(painted.and_then(|_| typing::at_list(&terminal)));
            match keys.map_err(Failure::from).and_then(|keys| press(&mut picker, keys, &mut *search)) {
                Ok(None) => {}
                Ok(Some(Next::Take(line))) => break Ok(line),
                Ok(Some(_)) => break Err(Failure::cancelled()),
                Err(failure) => break Err(failure),
            }
        };
        self.guard.give_back();
        outcome
    }
}

impl Screen for Console {
    fn can_draw(&self, instead: &str) -> Answer<()> {
        if self.nature.is_dumb { Err(PromptError::Dumb { instead: instead.into() }) } else { Ok(()) }
    }

    fn paint(&mut self, page: &ScreenPage) -> Answer<()> {
        self.needs_terminal("leave --screen out")?;
        let (shown, coloured) = (page.again(), self.look.coloured);
        if self.guard.paint(Box::new(move |size| shown.drawn(size, coloured)), false, |size| page.fits(size))? {
            return Ok(());
        }
        self.guard.give_back();
        Err(PromptError::Small)
    }

    fn forget_typed(&mut self) {
        self.guard.forget_typed();
    }

    fn key(&mut self) -> Answer<ScreenKey> {
        let terminal = Device::unblocked()?.file;
        while self.guard.wait_for_key(&terminal)? {
            if let Some(key) = left(typing::at_screen(&terminal))? {
                return Ok(key);
            }
        }
        Ok(ScreenKey::Leave)
    }

    fn leave_screen(&mut self) {
        self.guard.give_back();
    }

    fn pass_on(&mut self, bytes: &[u8]) -> Answer<()> {
        self.needs_terminal("leave --copy out, or use --output")?;
        let mut terminal = Device::open()?.file;
        terminal.write_all(bytes)?;
        Ok(terminal.flush()?)
    }
}

impl Note for Console {
    fn note(&mut self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| note(text, self.look)),
            None => note(text, self.look),
        }
    }
}

impl Progress for Console {
    fn begin_progress(&mut self, what: &str, total: u64) {
        if self.nature.is_dumb {
            return;
        }
        self.guard.draw_line(true);
        self.bar = Some(progress::bar(what, total, self.look.width));
    }

    fn advance(&mut self, done: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(done);
        }
    }

    fn end_progress(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
            self.guard.draw_line(false);
        }
    }
}

impl Signals for Console {
    fn enter(&mut self, phase: Phase) {
        self.guard.enter(phase);
    }

    fn hint_if_cut_off(&mut self, hint: Hint) {
        self.guard.say_if_cut_off(cut_off().hint(hint).render(self.look));
    }

    fn interrupted(&self) -> bool {
        self.guard.interrupted()
    }

    fn doom(&mut self, made: Made) {
        self.guard.doom(made);
    }

    fn spare(&mut self, path: &Path) {
        self.guard.spare(path);
    }

    fn lend(&mut self, program: &mut Command) -> io::Result<ExitStatus> {
        self.guard.take_back(self.guard.lend(program)?)
    }
}
