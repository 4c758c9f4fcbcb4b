//! The process that holds the clipboard after the command has ended. It clears the clipboard when the time is up.
//!
//! It gets the secret, and says whether the secret can be read back from the clipboard ([`words`]). The command asks
//! this again before it puts the secret in force, and once more afterwards. From then on the secret stays, whatever
//! happens to the command. If the command ends earlier, the holder clears the secret. It may be in force by then, but
//! nobody has been told.

use std::fs::File;
use std::io::{self, Write as _};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use arboard::{Clipboard, Error};
use zeroize::Zeroizing;

use super::display::{self, Display, GOES_WITH_ITS_HOLDER};
use super::{apart, reader, words};

/// How long the clipboard may take until the secret can be read back.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long the command may take to put the secret in force. Meanwhile it asks nobody, and its wait for the store is
/// shorter than this.
const UNTIL_IN_FORCE: Duration = Duration::from_mins(1);
/// How often to check that the display and the secret are still there. It is needed where nothing else tells.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long to wait for one look before the next one.
const FIRST_LOOK: Duration = Duration::from_millis(200);
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);
/// How long clearing the clipboard may take. The command waits longer than that.
const TO_CLEAR: Duration = Duration::from_secs(2);
/// How often to try to clear the clipboard while another program is using it.
const TRIES: usize = 20;
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// An event for the holder.
enum News {
    /// The secret was read back.
    Readable,
    /// Another program has put something else on the clipboard.
    Replaced,
    /// The clipboard does not work.
    Broken(String),
    /// The command begins to put the secret in force.
    Committing,
    /// The secret is in force.
    Committed,
    /// A look has found the secret.
    Held,
    /// The secret is useless.
    Useless,
}

/// Holds the clipboard until another program takes over, or until the time is up. `None` means no limit.
pub fn run(clear_after: Option<Duration>, display: &Display) -> anyhow::Result<()> {
    apart::at_the_start()?;
    let mut input = apart::input()?;
    let secret = words::next(&mut input).context("there is no secret to hold")?;
    match hold(&secret, input, clear_after, display) {
        Ok(Fate::Left) => Ok(()),
        Ok(Fate::Cleared) => clear_in_time(secret),
        Err(error) => clear_in_time(secret).and(Err(error)),
    }
}

/// What happens to the secret when the holder ends.
enum Fate {
    /// It stays, and is left to others.
    Left,
    /// It is removed.
    Cleared,
}

#[expect(clippy::disallowed_methods, reason = "the deadline of a process that tests run for real")]
fn hold(
    secret: &Zeroizing<String>,
    input: File,
    clear_after: Option<Duration>,
    display: &Display,
) -> anyhow::Result<Fate> {
    let (news, received) = mpsc::channel();
    let last = news.clone();
    apart::before_the_end(move || drop(last.send(News::Useless)))?;
    serve(secret.clone(), news.clone());
    let look = read_back(secret.clone(), news.clone());
    match received.recv_timeout(PATIENCE) {
        Ok(News::Readable) => answer(words::READABLE)?,
        Ok(News::Broken(why)) => return refuse(&why),
        Ok(News::Replaced) => return refuse("something else has just been copied").or(Ok(Fate::Left)),
        _ => return refuse("the copy cannot be read back"),
    }
    listen(input, news);

    let mut deadline = Some(Instant::now() + UNTIL_IN_FORCE);
    let mut in_force = false;
    loop {
        let left = deadline.map_or(LOOK_EVERY, |deadline| deadline.saturating_duration_since(Instant::now()));
        match received.recv_timeout(left.min(LOOK_EVERY)) {
            Ok(News::Replaced | News::Broken(_)) | Err(RecvTimeoutError::Disconnected) => {
                // A command that already knows that the secret is there asks no more.
                let _ = answer(words::REPLACED);
                return Ok(Fate::Left);
            }
            Ok(News::Useless) => return Ok(unless_replaced(&received)),
            Ok(News::Committing) => look.send(())?,
            Ok(News::Committed) => {
                look.send(())?;
                in_force = true;
                deadline = clear_after.map(|span| Instant::now() + span);
            }
            Ok(News::Held) => {
                // A command that has ended hears nothing. The secret it put in force stays.
                let _ = answer(words::HELD);
                if in_force {
                    apart::after_the_answer()?;
                    if deadline.is_none() && !GOES_WITH_ITS_HOLDER {
                        return Ok(Fate::Left);
                    }
                }
            }
            Ok(News::Readable) | Err(RecvTimeoutError::Timeout) => {}
        }
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return Ok(unless_replaced(&received));
        }
        if !display.answers() {
            return Ok(Fate::Left);
        }
    }
}

/// Leaves the clipboard alone if another program has put something there, even if that is the latest news.
fn unless_replaced(received: &Receiver<News>) -> Fate {
    if received.try_iter().any(|news| matches!(news, News::Replaced)) { Fate::Left } else { Fate::Cleared }
}

/// Puts the secret on the clipboard. A thread keeps it there where the system does not.
fn serve(secret: Zeroizing<String>, news: Sender<News>) {
    thread::spawn(move || {
        // The send fails only when the process is about to end.
        let _ = match display::serve(&secret) {
            Ok(()) if !GOES_WITH_ITS_HOLDER => Ok(()),
            Ok(()) => news.send(News::Replaced),
            Err(why) => news.send(News::Broken(why)),
        };
    });
}

/// Waits until the secret is there. Then checks that it still is, both on request and regularly. A display that was
/// restarted under the same name answers too, but is another one.
fn read_back(secret: Zeroizing<String>, news: Sender<News>) -> Sender<()> {
    let (look, looks) = mpsc::channel();
    thread::spawn(move || {
        until_there(&secret);
        // This client stays as long as the process. An X server may start over when its last client leaves.
        let Ok(mut clipboard) = Clipboard::new() else { return drop(news.send(News::Broken(words::CLOSED.into()))) };
        // This process may have read its own text from its own memory.
        let is_readable = if GOES_WITH_ITS_HOLDER { reader::reads(&secret) } else { Ok(true) };
        let _ = news.send(match is_readable {
            Ok(true) => News::Readable,
            // Something was copied since the last look.
            Ok(false) if !matches!(holds(&mut clipboard, &secret), Ok(true)) => News::Replaced,
            Ok(false) => News::Broken("the copy cannot be read back".into()),
            Err(error) => News::Broken(error.to_string()),
        });
        watch(&mut clipboard, &secret, &looks, &news);
        let _ = news.send(News::Replaced);
        std::mem::forget(clipboard);
    });
    look
}

/// Waits until the secret is there. A look that comes too early asks the former owner of the clipboard. That owner may
/// end before it answers, or may hang. So the next look does not wait for it.
fn until_there(secret: &Zeroizing<String>) {
    let (looked, seen) = mpsc::channel();
    loop {
        let (secret, looked) = (secret.clone(), looked.clone());
        thread::spawn(move || {
            let is_there =
                Clipboard::new().is_ok_and(|mut clipboard| matches!(holds(&mut clipboard, &secret), Ok(true)));
            // The send fails only when another look has seen the secret.
            let _ = looked.send(is_there);
        });
        match seen.recv_timeout(FIRST_LOOK) {
            Ok(true) => break,
            Ok(false) => thread::sleep(BETWEEN_LOOKS),
            Err(_) => {}
        }
    }
}

/// Returns when the secret is no longer there.
fn watch(clipboard: &mut Clipboard, secret: &str, looks: &Receiver<()>, news: &Sender<News>) {
    loop {
        let asked = looks.recv_timeout(LOOK_EVERY).is_ok();
        match holds(clipboard, secret) {
            Ok(true) if asked => drop(news.send(News::Held)),
            Ok(true) => {}
            // A program that uses the clipboard for so long is putting something else there.
            Err(_) if !asked => {}
            _ => return,
        }
    }
}

/// Whether the secret is on the clipboard. An error means that another program is using it.
fn holds(clipboard: &mut Clipboard, secret: &str) -> Result<bool, Error> {
    match clipboard.get_text() {
        Ok(text) => Ok(Zeroizing::new(text).as_str() == secret),
        Err(error @ Error::ClipboardOccupied) => Err(error),
        Err(_) => Ok(false),
    }
}

/// Removes the secret. It does not wait for a display that hangs.
fn clear_in_time(secret: Zeroizing<String>) -> anyhow::Result<()> {
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || done.send(clear(&secret)));
    is_done.recv_timeout(TO_CLEAR).context("the display hangs")?
}

/// Removes the secret, unless something else is there by now. No display can check and clear in one step. A text copied
/// in between is cleared as well.
fn clear(secret: &str) -> anyhow::Result<()> {
    let mut clipboard = Clipboard::new()?;
    for _ in 0..TRIES {
        match holds(&mut clipboard, secret).and_then(|is_there| if is_there { clipboard.clear() } else { Ok(()) }) {
            Err(Error::ClipboardOccupied) => thread::sleep(BETWEEN_TRIES),
            done => return Ok(done?),
        }
    }
    bail!("another program keeps the clipboard")
}

/// Waits for the words of the command. If the command ends before the secret is in force, the secret is useless.
fn listen(mut input: File, news: Sender<News>) {
    thread::spawn(move || {
        loop {
            let word = words::next(&mut input);
            let heard = match word.as_ref().map(|word| word.as_str()) {
                Ok(words::COMMITTING) => News::Committing,
                Ok(words::COMMITTED) => News::Committed,
                _ => News::Useless,
            };
            let is_last = !matches!(heard, News::Committing);
            if news.send(heard).is_err() || is_last {
                break;
            }
        }
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
