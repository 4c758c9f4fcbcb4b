//! The clipboard. On X11 and Wayland, the program that copied a text hands it out. On macOS, the text stays until
//! somebody removes it. So this program starts itself once more, as a holder that does both.

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

/// The argument that starts a holder. The number of seconds follows; 0 means for ever.
const HOLDER: &str = "clipboard-holder";
/// The argument that starts a reader.
const READER: &str = "clipboard-reader";

/// The tasks for which the program starts itself.
#[derive(Debug, PartialEq, Eq)]
pub enum Task {
    /// Hold the clipboard, for this long or for ever.
    Hold(Option<Duration>),
    /// Read the clipboard as another program does that pastes.
    Read,
}

impl Task {
    /// The task that these arguments ask for. `None` means a usual command line.
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

    /// Runs the task.
    pub fn run(self, display: &Display) -> anyhow::Result<()> {
        match self {
            Self::Hold(clear_after) => holder::run(clear_after, display),
            Self::Read => reader::run(),
        }
    }
}

/// How long a holder may take to answer. It is longer than the holder waits for its display.
const HOLDER_ANSWERS: Duration = Duration::from_secs(8);
/// How long a holder may take to clear the clipboard and leave, and how often to look.
const HOLDER_LEAVES: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A place to copy a secret to, for another program to paste it.
pub trait Clipboard {
    /// Refuses if there is no clipboard. It is called before anything else is done.
    fn check(&self) -> Result<()>;

    /// Copies a secret. When this returns, it can be pasted. It is cleared after the given time, if there is one. It is
    /// also cleared if the program ends before [`Self::committed`].
    fn copy(&mut self, secret: &[u8], clear_after: Option<Duration>) -> Result<()>;

    /// Refuses if the copied secret can no longer be pasted. It is called before the secret is put in force. Without a
    /// copy, nothing is refused.
    fn committing(&mut self) -> Result<()>;

    /// Says that the copied secret is in force, and must stay. Returns `false` if it can no longer be pasted.
    fn committed(&mut self) -> bool;

    /// Removes the secret. Returns `false` if it may still be there.
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
                    // Nothing of an earlier copy remains: its holder leaves.
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
        // A holder that has ended hears nothing.
        let _ = holder.say(words::CLEAR);
        match holder.leaves() {
            Some(done) => GOES_WITH_ITS_HOLDER || done,
            // A display that hangs keeps the secret. Where the secret ends with its holder, nobody can paste it from
            // now on.
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
    /// Starts a holder, hands it the secret, and waits until the secret can be pasted. The secret is never on a command
    /// line or in the environment.
    fn start(display: &Display, seconds: u64, secret: &[u8]) -> result::Result<Self, String> {
        let mut holder = Self::spawn(display, seconds).map_err(|error| error.to_string())?;
        let mut line = Zeroizing::new(Vec::with_capacity(secret.len() + 1));
        line.extend_from_slice(secret);
        line.push(b'\n');
        // If the holder has ended, it may have said why.
        let _ = holder.words.write_all(&line);
        let why = match holder.answer() {
            Ok(answer) if answer == words::READABLE => return Ok(holder),
            Ok(why) => why,
            Err(why) => why.into(),
        };
        // The holder clears what it may have copied.
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

    /// Says a word, and refuses unless the secret can be pasted then.
    fn holds(&mut self, word: &str) -> result::Result<(), &'static str> {
        // If the holder has ended, it may have said why.
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

    /// Waits for the end of the holder. Returns whether all went well, or `None` if it does not end.
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

/// Reads lines in a thread, so that the wait for one can be limited.
fn lines(answers: ChildStdout) -> Receiver<String> {
    let (said, heard) = mpsc::channel();
    // Without a thread, no line comes.
    let _ = thread::Builder::new().spawn(move || {
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
