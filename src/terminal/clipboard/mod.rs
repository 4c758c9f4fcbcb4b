//! The clipboard. On X11 and on Wayland what is on it goes with the program that put it there; on macOS and on Windows it
//! stays there until somebody takes it away. So this program starts itself once more, as a holder that does both.

#[cfg_attr(windows, path = "apart_windows.rs")]
mod apart;
#[cfg_attr(any(target_os = "macos", windows), path = "display_macos_windows.rs")]
pub mod display;
pub mod holder;

use std::ffi::OsString;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::Duration;

use display::{Display, GOES_WITH_ITS_HOLDER};
use zeroize::Zeroizing;

use crate::failure::{Failure, Kind, Result};

/// What a holder is started with, and for how many seconds; 0 is for ever.
const HOLDER: &str = "clipboard-holder";

/// For how long a program that was started like this is to hold the clipboard; `None` if it was started otherwise.
#[must_use]
pub fn held_for(args: &[OsString]) -> Option<Option<Duration>> {
    let [_, holder, seconds] = args else { return None };
    let seconds = seconds.to_str().filter(|_| holder == HOLDER)?.parse().ok()?;
    Some((seconds > 0).then(|| Duration::from_secs(seconds)))
}

/// How long a holder may take to clear the clipboard and leave, and how often to look.
const HOLDER_LEAVES: Duration = Duration::from_secs(2);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A place to copy a secret to, for another program to paste it.
pub trait Clipboard {
    /// Refuses where there is none, before anything else is done.
    fn check(&self) -> Result<()>;

    /// Puts a secret there; it can be pasted when this returns. It is cleared after so long, unless that is nothing. If
    /// the program ends before [`Self::committing`], it is cleared as well.
    fn copy(&mut self, secret: &[u8], clear_after: Option<Duration>) -> Result<()>;

    /// Says that the secret is being put in force, and stays from here on.
    fn committing(&mut self);

    /// Takes the secret away again; `false` if it cannot be known whether it is gone.
    fn clear(&mut self) -> bool;
}

/// The clipboard of a display, held by a process of its own.
pub struct DisplayClipboard {
    display: Display,
    holder: Option<(Child, ChildStdin)>,
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
        let (holder, words, answer) = self.start(secret, seconds).map_err(|error| broken(&error.to_string()))?;
        if answer != holder::READABLE {
            return Err(broken(&answer));
        }
        self.holder = Some((holder, words));
        Ok(())
    }

    fn committing(&mut self) {
        self.say(holder::COMMITTING);
    }

    fn clear(&mut self) -> bool {
        self.say(holder::CLEAR);
        let Some((mut holder, words)) = self.holder.take() else { return false };
        drop(words);
        for _ in 0..HOLDER_LEAVES.as_millis() / LOOK_EVERY.as_millis() {
            match holder.try_wait() {
                Ok(None) => thread::sleep(LOOK_EVERY),
                Ok(Some(status)) => return GOES_WITH_ITS_HOLDER || status.success(),
                Err(_) => return GOES_WITH_ITS_HOLDER,
            }
        }
        // A display that hangs keeps it: where the secret goes with its end, the clipboard is empty as well.
        holder.kill().and_then(|()| holder.wait()).is_ok() && GOES_WITH_ITS_HOLDER
    }
}

impl DisplayClipboard {
    /// Starts a holder, hands it the secret, and waits for its answer. Nothing of it is on a command line or in the
    /// environment.
    fn start(&self, secret: &[u8], seconds: u64) -> io::Result<(Child, ChildStdin, String)> {
        let mut command = Command::new(std::env::current_exe()?);
        self.display.prepare(&mut command);
        let mut holder = command
            .args([HOLDER, &seconds.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .current_dir("/")
            .spawn()?;
        let (Some(mut words), Some(answers)) = (holder.stdin.take(), holder.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let mut line = Zeroizing::new(Vec::with_capacity(secret.len() + 1));
        line.extend_from_slice(secret);
        line.push(b'\n');
        words.write_all(&line)?;
        let mut answer = String::new();
        BufReader::new(answers).read_line(&mut answer)?;
        Ok((holder, words, answer.trim_end().to_owned()))
    }

    fn say(&mut self, word: &str) -> bool {
        self.holder.as_mut().is_some_and(|(_, words)| writeln!(words, "{word}").and_then(|()| words.flush()).is_ok())
    }
}

fn broken(why: &str) -> Failure {
    let why = if why.is_empty() { "its holder has ended" } else { why };
    Failure::new(Kind::NotDelivered, format!("the secret could not be put on the clipboard: {why}"))
        .hint("leave --copy out, or give it another way out with --output")
}
