//! Reading keys, each as it is typed, from a terminal that sends them at once.

use std::fs::File;
use std::io::{self, Read as _};
use std::thread;
use std::time::Duration;

use rustix::io::ioctl_fionread;
use zeroize::Zeroizing;

use super::keys::{self, ListKey};
use super::screen::ScreenKey;

/// How long after the first byte of what may be more the rest comes at the latest, and how often to look.
const REST_WAITS: Duration = Duration::from_millis(50);
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Waits for keys at a list. Enter, Esc and Ctrl-D count only alone: who pastes a line end has not looked at the list.
pub fn at_list(terminal: &File) -> io::Result<Vec<ListKey>> {
    Ok(keys::decoded(&chunk(terminal, b"\x04\x1b\r\n")?))
}

/// Waits for keys at the confirmation screen, and says what they mean. Each counts only alone: who pastes a text has not
/// looked at the screen.
pub fn at_screen(terminal: &File) -> io::Result<Option<ScreenKey>> {
    Ok(keys::meant(&chunk(terminal, b"\x04\x1b\r\ncCqQ")?))
}

/// What has been typed by now, at least one byte unless the terminal is gone. More than a byte at once is a key of
/// several, or pasted, and what follows at once belongs to it; so may what follows one of these `first` bytes.
fn chunk(mut terminal: &File, first: &[u8]) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut typed = Zeroizing::new(Vec::new());
    let mut buffer = Zeroizing::new([0; 4096]);
    loop {
        let count = terminal.read(&mut *buffer)?;
        typed.extend_from_slice(&buffer[..count]);
        let may_go_on = typed.len() > 1 || typed.first().is_some_and(|byte| first.contains(byte));
        if count == 0 || !may_go_on || !has_more(terminal)? {
            return Ok(typed);
        }
    }
}

/// Whether more is there soon. It counts what waits, since poll(2) of macOS does not take `/dev/tty`.
fn has_more(terminal: &File) -> io::Result<bool> {
    for _ in 0..REST_WAITS.as_millis() / LOOK_EVERY.as_millis() {
        if is_waiting(terminal)? {
            return Ok(true);
        }
        thread::sleep(LOOK_EVERY);
    }
    is_waiting(terminal)
}

/// Whether something has been typed that nobody has read.
pub fn is_waiting(terminal: &File) -> io::Result<bool> {
    Ok(ioctl_fionread(terminal)? > 0)
}
