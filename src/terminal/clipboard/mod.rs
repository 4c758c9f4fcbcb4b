//! The clipboard. On X11 and on Wayland what is on it is handed out by the program that put it there; on macOS it stays
//! there until somebody takes it away. So this program starts itself once more, as a holder that does both.

mod apart;
#[cfg_attr(target_os = "macos", path = "display_macos.rs")]
pub mod display;
mod holder;
mod reader;
mod words;

use std::ffi::OsString;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::result;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use display::{Display, GOES_WITH_ITS_HOLDER};
use zeroize::Zeroizing;

use crate::failure::{Failure, Kind, Result};

/// What a holder is started with, and for how many seconds; 0 is for ever.
const HOLDER: &str = "clipboard-holder";
/// What a reader is started with.
const READER: &str = "clipboard-reader";

/// What the program starts itself for.
#[derive(Debug, PartialEq, Eq)]
pub enum Task {
    /// To hold the clipboard, for so long or for ever.
    Hold(Option<Duration>),
    /// To read it as whoever pastes does.
    Read,
}

impl Task {
    /// That of a program that was started like this; `None` if it was started otherwise.
    #[must_use]
    pub fn of(args: &[OsString]) -> Option<Self> {
        match args {
            [_, reader] if reader == READER => Some(Self::Read),
            [_, holder, seconds] if holder == HOLDER => {
                let seconds = seconds.to_str()?.parse().ok()?;
                Some(Self::Hold((seconds > 0).then(|| Duration::from_secs(seconds))))
            }
            _ => None,
        }
    }

    /// Does it.
    pub fn run(self, display: &Display) -> anyhow::Result<()> {
        match self {
            Self::Hold(clear_after) => holder::run(clear_after, display),
            Self::Read => reader::run(),
        }
    }
}

/// How long a holder may take to answer: longer than it waits for its display.
const HOLDER_ANSWERS: Duration = Duration::from_secs(8);
/// How long a holder may take to clear the clipboard and leave, and how often to look.
const HOLDER_LEAVES: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A place to copy a secret to, for another program to paste it.
pub trait Clipboard {
    /// Refuses where there is none, before anything else is done.
    fn check(&self) -> Result<()>;

    /// Puts a secret there; it can be pasted when this returns. It is cleared after so long, unless that is nothing. If
    /// the program ends before [`Self::committed`], it is cleared as well.
    fn copy(&mut self, secret: &[u8], clear_after: Option<Duration>) -> Result<()>;

    /// Asks whether what was copied can still be pasted, before it is put in force, and refuses if not. Where nothing was
    /// copied, nothing is refused.
    fn committing(&mut self) -> Result<()>;

    /// Says that what was copied is in force, and stays from here on; `false` if it cannot be pasted any more.
    fn committed(&mut self) -> bool;

    /// Takes the secret away again; `false` if it cannot be known whether it is gone.
    fn clear(&mut self) -> bool;
}

/// The clipboard of a display, held by a process of its own.
pub struct DisplayClipboard {
    display: Display,
    holder: Option<Holder>,
}

impl DisplayClipboard {
    /// The clipboard of this display.
    #[must_use]
    pub fn of(display: Display) -> Self {
        Self { display, holder: None }
    }
}

impl Clipboard for DisplayClipboard {
    fn check(&self) -> Result<()> {
        self.display.check()
    }

    fn copy(&mut self, secret: &[u8], clear_after: Option<Duration>) -> Result<()> {
        self.check()?;
        let seconds = clear_after.map_or(0, |span| span.as_secs());
        let mut refused: Option<Failure> = None;
        for display in self.display.each() {
            match Holder::start(&display, seconds, secret) {
                Ok(holder) => {
                    // Of an earlier copy nothing is left: its holder leaves.
                    if let Some(mut earlier) = self.holder.replace(holder) {
                        earlier.leaves();
                    }
                    return Ok(());
                }
                Err(why) if why == words::CLOSED => {
                    let closed = display.closed();
                    refused = Some(match refused {
                        Some(first) => {
                            Failure { message: format!("{}, and {}", first.message, closed.message), ..closed }
                        }
                        None => closed,
                    });
                }
                Err(why) => return Err(broken(&why)),
            }
        }
        Err(refused.unwrap_or_else(|| broken("the display does not answer")))
    }

    fn committing(&mut self) -> Result<()> {
        let Some(holder) = &mut self.holder else { return Ok(()) };
        holder.holds(words::COMMITTING).map_err(|why| {
            Failure::new(Kind::NotDelivered, why).hint("copy nothing else until it is done, or use --output")
        })
    }

    fn committed(&mut self) -> bool {
        self.holder.as_mut().is_none_or(|holder| holder.holds(words::COMMITTED).is_ok())
    }

    fn clear(&mut self) -> bool {
        let Some(mut holder) = self.holder.take() else { return false };
        // Whoever is gone hears nothing, and has left.
        let _ = holder.say(words::CLEAR);
        match holder.leaves() {
            Some(done) => GOES_WITH_ITS_HOLDER || done,
            // A display that hangs keeps it. Where the secret goes with its end, nobody can paste it from there any more.
            None => holder.process.kill().and_then(|()| holder.process.wait()).is_ok() && GOES_WITH_ITS_HOLDER,
        }
    }
}

/// A holder that was started here.
struct Holder {
    process: Child,
    words: ChildStdin,
    answers: Receiver<String>,
}

impl Holder {
    /// Starts one, hands it the secret, and waits until it can be pasted. Nothing of the secret is on a command line or in
    /// the environment.
    fn start(display: &Display, seconds: u64, secret: &[u8]) -> result::Result<Self, String> {
        let mut holder = Self::spawn(display, seconds).map_err(|error| error.to_string())?;
        let mut line = Zeroizing::new(Vec::with_capacity(secret.len() + 1));
        line.extend_from_slice(secret);
        line.push(b'\n');
        // If it has ended, it may have said why.
        let _ = holder.words.write_all(&line);
        let why = match holder.answer() {
            Ok(answer) if answer == words::READABLE => return Ok(holder),
            Ok(why) => why,
            Err(why) => why.into(),
        };
        // It clears what it may have put there.
        let _ = holder.leaves();
        let _ = holder.process.kill().and_then(|()| holder.process.wait());
        Err(why)
    }

    fn spawn(display: &Display, seconds: u64) -> io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        display.prepare(&mut command);
        let mut process = command
            .args([HOLDER, &seconds.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .current_dir("/")
            .spawn()?;
        let (Some(words), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        Ok(Self { process, words, answers: lines(answers) })
    }

    /// Says something, and refuses unless the secret can be pasted then.
    fn holds(&mut self, word: &str) -> result::Result<(), &'static str> {
        // If it has ended, it may have said why.
        let _ = self.say(word);
        match self.answer()?.as_str() {
            words::HELD => Ok(()),
            _ => Err("something else has just been copied"),
        }
    }

    fn say(&mut self, word: &str) -> io::Result<()> {
        self.words.write_all(format!("{word}\n").as_bytes())
    }

    fn answer(&self) -> result::Result<String, &'static str> {
        self.answers.recv_timeout(HOLDER_ANSWERS).map_err(|error| match error {
            RecvTimeoutError::Timeout => "the process that holds the clipboard does not answer",
            RecvTimeoutError::Disconnected => "the process that held the clipboard has ended",
        })
    }

    /// Waits for its end, and whether all was well; `None` if it does not leave.
    fn leaves(&mut self) -> Option<bool> {
        for _ in 0..HOLDER_LEAVES.as_millis() / LOOK_EVERY.as_millis() {
            match self.process.try_wait() {
                Ok(None) => thread::sleep(LOOK_EVERY),
                Ok(Some(status)) => return Some(status.success()),
                Err(_) => return Some(false),
            }
        }
        None
    }
}

/// Reads lines in a thread of its own, so that one can be waited for only so long.
fn lines(answers: ChildStdout) -> Receiver<String> {
    let (said, heard) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(answers).lines().map_while(io::Result::ok) {
            if said.send(line).is_err() {
                break;
            }
        }
    });
    heard
}

fn broken(why: &str) -> Failure {
    Failure::new(Kind::NotDelivered, format!("the secret could not be put on the clipboard: {why}"))
        .hint("leave --copy out, or use --output")
}
