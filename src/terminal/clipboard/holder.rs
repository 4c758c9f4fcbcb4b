//! The process that holds the clipboard after the command has ended: on X11 and on Wayland a text is there only as long as
//! the process is that put it there.
//!
//! It reads the secret on a line of standard input, and says on standard output whether it can be read back from the
//! clipboard. Then it waits for a word: [`COMMITTING`], after which the secret stays whatever becomes of the command, or
//! [`CLEAR`]. If the command ends without a word, the secret is of no use, and goes.

use std::fs::File;
use std::io::{self, BufRead as _, Write as _};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use arboard::{Clipboard, SetExtLinux as _};
use rustix::process::setsid;
use rustix::stdio::{dup2_stderr, dup2_stdout};
use zeroize::Zeroizing;

use super::display::Display;

/// Said by the holder when the secret was read back.
pub const READABLE: &str = "readable";
/// Said by the command before it puts the secret in force.
pub const COMMITTING: &str = "committing";
/// Said by the command when it could not.
pub const CLEAR: &str = "clear";

/// How long the clipboard may take until the secret can be read back.
const PATIENCE: Duration = Duration::from_secs(4);
/// How often to look whether the display is still there: its end does not show otherwise.
const LOOK_EVERY: Duration = Duration::from_secs(2);

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
#[expect(clippy::disallowed_methods, reason = "the deadline of a process that tests run for real")]
pub fn run(clear_after: Option<Duration>, display: &Display) -> anyhow::Result<()> {
    // Whoever started it in a session of its own has done this already.
    let _ = setsid();
    let secret = secret()?;
    let (news, received) = mpsc::channel();
    serve(secret.clone(), news.clone());
    read_back(secret.clone(), news.clone());
    match received.recv_timeout(PATIENCE) {
        Ok(News::Readable) => answer(READABLE)?,
        Ok(News::Broken(why)) => return answer(&why),
        _ => return answer("what was put there cannot be read back"),
    }
    listen(news);
    leave_the_terminal()?;

    let deadline = clear_after.map(|span| Instant::now() + span);
    loop {
        let left = deadline.map_or(LOOK_EVERY, |deadline| deadline.saturating_duration_since(Instant::now()));
        match received.recv_timeout(left.min(LOOK_EVERY)) {
            Ok(News::Replaced | News::Broken(_)) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
            Ok(News::Useless) => return clear(&secret),
            Ok(News::Readable | News::Committing) | Err(RecvTimeoutError::Timeout) => {}
        }
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return clear(&secret);
        }
        if !display.answers() {
            return Ok(());
        }
    }
}

fn secret() -> anyhow::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::with_capacity(256));
    io::stdin().lock().read_line(&mut line).context("there is no secret to hold")?;
    Ok(Zeroizing::new(line.trim_end().to_owned()))
}

/// Puts the secret on the clipboard, and serves it in a thread that ends when another program has taken over.
fn serve(secret: Zeroizing<String>, news: Sender<News>) {
    thread::spawn(move || {
        let served = Clipboard::new()
            .and_then(|mut clipboard| clipboard.set().exclude_from_history().wait().text(secret.to_string()));
        // Nobody listens any more only when the process is about to end.
        let _ = news.send(served.map_or_else(|error| News::Broken(error.to_string()), |()| News::Replaced));
    });
}

fn read_back(secret: Zeroizing<String>, news: Sender<News>) {
    thread::spawn(move || {
        loop {
            if let Ok(mut clipboard) = Clipboard::new()
                && holds(&mut clipboard, &secret)
            {
                let _ = news.send(News::Readable);
                // An X server may start over when its last client leaves: this one stays as long as the process.
                std::mem::forget(clipboard);
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
    });
}

fn holds(clipboard: &mut Clipboard, secret: &str) -> bool {
    clipboard.get_text().is_ok_and(|text| Zeroizing::new(text).as_str() == secret)
}

/// Takes the secret away, unless something else is there by now.
fn clear(secret: &str) -> anyhow::Result<()> {
    let mut clipboard = Clipboard::new()?;
    if holds(&mut clipboard, secret) {
        clipboard.clear()?;
    }
    Ok(())
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

/// Keeps no terminal and no pipe open but the one it listens on.
fn leave_the_terminal() -> anyhow::Result<()> {
    let null = File::options().read(true).write(true).open("/dev/null")?;
    dup2_stdout(&null)?;
    dup2_stderr(&null)?;
    Ok(())
}
