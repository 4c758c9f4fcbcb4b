//! Keys, as a terminal that sends each at once has them.

use std::fs::File;
use std::io::{self, Read as _};
use std::thread;
use std::time::Duration;

use rustix::io::ioctl_fionread;
use zeroize::Zeroizing;

use super::{picker, screen};

/// How long after an Esc the rest of a key comes at the latest, and how often to look.
const ESC_WAITS: Duration = Duration::from_millis(50);
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Waits for keys.
pub fn typed(terminal: &File) -> io::Result<Vec<picker::Key>> {
    Ok(picker::decoded(&chunk(terminal)?))
}

/// Waits for a key that means something at the confirmation screen.
pub fn at_screen(terminal: &File) -> io::Result<screen::Key> {
    loop {
        if let Some(key) = typed(terminal)?.iter().find_map(screen::Key::of) {
            return Ok(key);
        }
    }
}

/// What has been typed by now, at least one byte unless the terminal is gone. An Esc waits for the rest of its key.
fn chunk(mut terminal: &File) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut typed = Zeroizing::new(Vec::new());
    let mut buffer = Zeroizing::new([0; 4096]);
    loop {
        let count = terminal.read(&mut *buffer)?;
        typed.extend_from_slice(&buffer[..count]);
        // More than a key at once is pasted; what follows at once belongs to it, and a line end may be its first.
        let may_go_on = typed.len() > 1 || matches!(typed.as_slice(), [27 | b'\r' | b'\n']);
        if count == 0 || !may_go_on || !has_more(terminal)? {
            return Ok(typed);
        }
    }
}

/// Whether more is there soon. It counts what waits, since poll(2) of macOS does not take `/dev/tty`.
fn has_more(terminal: &File) -> io::Result<bool> {
    for _ in 0..ESC_WAITS.as_millis() / LOOK_EVERY.as_millis() {
        if ioctl_fionread(terminal)? > 0 {
            return Ok(true);
        }
        thread::sleep(LOOK_EVERY);
    }
    Ok(ioctl_fionread(terminal)? > 0)
}
