//! Reads keys as they are typed, from a terminal that sends each key at once.

use std::fs::File;
use std::io::{self, Read};
use std::thread;
use std::time::Duration;

use rustix::io::ioctl_fionread;
use zeroize::Zeroizing;

use super::keys::{self, ListKey};
use super::screen::ScreenKey;
use crate::patient::Patient;

/// How long to wait for the rest of a key after its first byte, and how often to look.
const REST_WAITS: Duration = Duration::from_millis(50);
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Waits for keys at a list. Enter, Esc and Ctrl-D count only alone: a pasted line end does not show that the person
/// has looked at the list.
pub fn at_list(terminal: &File) -> io::Result<Vec<ListKey>> {
    Ok(keys::decoded(&chunk(terminal, Patient(terminal), b"\x03\x04\x1b\r\n")?))
}

/// Reads keys at the confirmation screen, and says what they mean. A key counts only alone: a pasted text does not
/// show that the person has looked at the screen. If the terminal does not block, neither does this: what was typed may
/// have been thrown away just now.
pub fn at_screen(terminal: &File) -> io::Result<Option<ScreenKey>> {
    match chunk(terminal, terminal, b"\x03\x04\x1b\r\ncCqQ") {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        typed => Ok(keys::meant(&typed?)),
    }
}

/// Everything typed so far, at least one byte unless the terminal is gone. Several bytes at once are a long key or a
/// paste. All bytes that follow at once belong to it. After one of the `first` bytes, the rest may come a little later.
fn chunk(terminal: &File, mut keys: impl Read, first: &[u8]) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut typed = Zeroizing::new(Vec::new());
    let mut buffer = Zeroizing::new([0; 4096]);
    loop {
        let count = keys.read(&mut *buffer)?;
        typed.extend_from_slice(&buffer[..count]);
        let may_go_on = typed.len() > 1 || typed.first().is_some_and(|byte| first.contains(byte));
        if count == 0 || !may_go_on || !has_more(terminal)? {
            return Ok(typed);
        }
    }
}

/// Whether more bytes come soon. It counts the waiting bytes, since poll(2) of macOS does not take `/dev/tty`.
fn has_more(terminal: &File) -> io::Result<bool> {
    for _ in 0..REST_WAITS.as_millis() / LOOK_EVERY.as_millis() {
        if is_waiting(terminal)? {
            return Ok(true);
        }
        thread::sleep(LOOK_EVERY);
    }
    is_waiting(terminal)
}

/// Whether typed bytes wait to be read.
pub fn is_waiting(terminal: &File) -> io::Result<bool> {
    Ok(waiting(terminal)? > 0)
}

/// How many typed bytes wait to be read.
pub fn waiting(terminal: &File) -> io::Result<u64> {
    Ok(ioctl_fionread(terminal)?)
}
