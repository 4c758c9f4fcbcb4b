//! The process that holds the clipboard after the command has ended, and clears it when its time has come.
//!
//! It reads the secret on a line of standard input, and says on standard output whether it can be read back from the
//! clipboard. Then it waits for a word: [`COMMITTING`], after which the secret stays whatever becomes of the command, or
//! [`CLEAR`]. If the command ends without a word, the secret is of no use, and goes.

use std::io::{self, BufRead as _, Write as _};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use arboard::{Clipboard, Error};
use zeroize::Zeroizing;

use super::apart;
use super::display::{self, Display, GOES_WITH_ITS_HOLDER};

/// Said by the holder when the secret was read back.
pub const READABLE: &str = "readable";
/// Said by the command before it puts the secret in force.
pub const COMMITTING: &str = "committing";
/// Said by the command when it could not.
pub const CLEAR: &str = "clear";

/// How long the clipboard may take until the secret can be read back.
const PATIENCE: Duration = Duration::from_secs(4);
/// How often to look whether the display and the secret are still there, where their end does not show otherwise.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How often to try to clear the clipboard while another program has it in hand, as Windows lets only one.
const TRIES: usize = 20;
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// What happens to the holder.
enum News {
    /// The secret was read back.
    Readable,
    /// Another program has put something else on the clipboard.
    Replaced,
    /// The clipboard does not work.
    Broken(String),
    /// The command says that it is putting the secret in force.
    Committing,
    /// The secret is of no use.
    Useless,
}

/// Holds the clipboard until another program takes it over, or for so long; `None` is for ever.
pub fn run(clear_after: Option<Duration>, display: &Display) -> anyhow::Result<()> {
    apart::at_the_start()?;
    let secret = secret()?;
    match hold(&secret, clear_after, display) {
        Ok(Fate::Left) => Ok(()),
        Ok(Fate::Cleared) => clear(&secret),
        // With the end of the process it goes, too: a display that hangs is not asked.
        Err(error) if GOES_WITH_ITS_HOLDER => Err(error),
        Err(error) => clear(&secret).and(Err(error)),
    }
}

/// What becomes of the secret when its holder ends.
enum Fate {
    /// It is left to others.
    Left,
    /// It is taken away.
    Cleared,
}

#[expect(clippy::disallowed_methods, reason = "the deadline of a process that tests run for real")]
fn hold(secret: &Zeroizing<String>, clear_after: Option<Duration>, display: &Display) -> anyhow::Result<Fate> {
    let (news, received) = mpsc::channel();
    let last = news.clone();
    display::before_the_end(move || drop(last.send(News::Useless)))?;
    serve(secret.clone(), news.clone());
    read_back(secret.clone(), news.clone());
    match received.recv_timeout(PATIENCE) {
        Ok(News::Readable) => answer(READABLE)?,
        Ok(News::Broken(why)) => return refuse(&why),
        _ => return refuse("what was put there cannot be read back"),
    }
    listen(news);
    apart::after_the_answer()?;

    let deadline = clear_after.map(|span| Instant::now() + span);
    loop {
        let left = deadline.map_or(LOOK_EVERY, |deadline| deadline.saturating_duration_since(Instant::now()));
        match received.recv_timeout(left.min(LOOK_EVERY)) {
            Ok(News::Replaced | News::Broken(_)) | Err(RecvTimeoutError::Disconnected) => return Ok(Fate::Left),
            Ok(News::Useless) => return Ok(Fate::Cleared),
            Ok(News::Committing) if deadline.is_none() && !GOES_WITH_ITS_HOLDER => return Ok(Fate::Left),
            Ok(News::Readable | News::Committing) | Err(RecvTimeoutError::Timeout) => {}
        }
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return Ok(Fate::Cleared);
        }
        if !display.answers() {
            return Ok(Fate::Left);
        }
    }
}

fn secret() -> anyhow::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::with_capacity(256));
    io::stdin().lock().read_line(&mut line).context("there is no secret to hold")?;
    Ok(Zeroizing::new(line.trim_end().to_owned()))
}

/// Puts the secret on the clipboard, in a thread that keeps it there where the system does not.
fn serve(secret: Zeroizing<String>, news: Sender<News>) {
    thread::spawn(move || {
        // Nobody listens any more only when the process is about to end.
        let _ = match display::serve(&secret) {
            Ok(()) if !GOES_WITH_ITS_HOLDER => Ok(()),
            Ok(()) => news.send(News::Replaced),
            Err(error) => news.send(News::Broken(error.to_string())),
        };
    });
}

/// Looks until the secret is there, and then whether it still is: a display that has started again under the same name
/// answers, but it is another one.
fn read_back(secret: Zeroizing<String>, news: Sender<News>) {
    thread::spawn(move || {
        // It stays as long as the process: an X server may start over when its last client leaves.
        let mut clipboard = loop {
            if let Ok(mut clipboard) = Clipboard::new()
                && matches!(holds(&mut clipboard, &secret), Ok(true))
            {
                break clipboard;
            }
            thread::sleep(Duration::from_millis(20));
        };
        let _ = news.send(News::Readable);
        while !matches!(holds(&mut clipboard, &secret), Ok(false)) {
            thread::sleep(LOOK_EVERY);
        }
        let _ = news.send(News::Replaced);
        std::mem::forget(clipboard);
    });
}

/// Whether the secret is on the clipboard. An error is no answer: another program has the clipboard in hand.
fn holds(clipboard: &mut Clipboard, secret: &str) -> Result<bool, Error> {
    match clipboard.get_text() {
        Ok(text) => Ok(Zeroizing::new(text).as_str() == secret),
        Err(error @ Error::ClipboardOccupied) => Err(error),
        Err(_) => Ok(false),
    }
}

/// Takes the secret away, unless something else is there by now.
fn clear(secret: &str) -> anyhow::Result<()> {
    let mut clipboard = Clipboard::new()?;
    for _ in 0..TRIES {
        match holds(&mut clipboard, secret).and_then(|is_there| if is_there { clipboard.clear() } else { Ok(()) }) {
            Err(Error::ClipboardOccupied) => thread::sleep(BETWEEN_TRIES),
            done => return Ok(done?),
        }
    }
    bail!("another program does not let go of the clipboard")
}

/// Waits for what the command has to say.
fn listen(news: Sender<News>) {
    thread::spawn(move || {
        let mut committing = false;
        for line in io::stdin().lines() {
            match line.as_deref() {
                Ok(COMMITTING) => committing = true,
                Ok(CLEAR) => committing = false,
                _ => break,
            }
        }
        let _ = news.send(if committing { News::Committing } else { News::Useless });
    });
}

fn answer(word: &str) -> anyhow::Result<()> {
    let mut stdout = io::stdout();
    writeln!(stdout, "{word}")?;
    Ok(stdout.flush()?)
}

fn refuse(why: &str) -> anyhow::Result<Fate> {
    answer(why)?;
    bail!("the clipboard does not work: {why}")
}
