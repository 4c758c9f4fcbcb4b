//! A terminal that was taken over: its modes, and what is drawn on it. Nothing here waits for ever, because the end of
//! the program waits for it. So nothing here stops in the background either: the thread that stops the program may wait
//! for this one.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Write as _};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush, tcgetattr, tcsetattr,
};
use zeroize::Zeroizing;

use super::alternate::{self, Size};
use super::device::{Device, is_away};
use super::keys::CTRL_C;
use super::typing;
use crate::gate::Unstopped;

/// How long to wait for a terminal that takes nothing, and how often to try again.
const PATIENCE: Duration = Duration::from_secs(1);
const TRY_EVERY: Duration = Duration::from_millis(10);
/// A terminal that holds this many bytes is almost full: that of Linux holds 4,096, and that of macOS 1,024.
const FULL: u64 = 900;
/// How long to wait for more of a paste.
const MORE_WAITS: Duration = Duration::from_millis(200);
/// How much is written at once, in bytes. A terminal that says it has room has room for this.
const ROOM: usize = 256;

/// Draws the alternate screen, line by line, for any size of terminal.
pub type Picture = Box<dyn Fn(Size) -> Zeroizing<String> + Send>;

/// The way a terminal is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// For lines that are echoed.
    Line,
    /// For lines without echo. It stays so until the terminal is given back: people type on while a password is being
    /// hashed.
    Hushed,
    /// For the alternate screen.
    Screen,
}

/// A terminal, and its earlier modes.
pub struct Taken {
    /// Nothing waits for it: it does not block, or it is written only when it has room.
    terminal: File,
    manner: Manner,
    before: Termios,
    during: Termios,
    /// The largest number of rows it has had on the alternate screen.
    rows: u16,
    /// Whether the alternate screen is on.
    is_drawn: Cell<bool>,
}

impl Taken {
    /// Takes the terminal over. `None` if another job has it, with modes of its own.
    pub fn new(manner: Manner) -> io::Result<Option<Self>> {
        let Device { file: terminal, is_controlling } = Device::unblocked()?;
        let before = tcgetattr(&terminal)?;
        if is_away(&terminal) {
            return Ok(None);
        }
        let mut during = before.clone();
        // A program that was killed while it drew may have left other modes.
        during.input_modes |= InputModes::ICRNL;
        during.local_modes |= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
        if manner != Manner::Line {
            during.local_modes -= LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON;
            // A read waits for a key, whatever program used the terminal before.
            during.special_codes[SpecialCodeIndex::VMIN] = 1;
            during.special_codes[SpecialCodeIndex::VTIME] = 0;
        }
        if !is_controlling {
            // The signal would end the programs that the terminal controls, and leave this one at its prompt.
            during.local_modes -= LocalModes::ISIG;
            during.special_codes[SpecialCodeIndex::VEOL] = CTRL_C;
        }
        if manner == Manner::Screen {
            // Ctrl-S would hold back the bytes that remove the secret from the screen.
            during.input_modes -= InputModes::IXON;
        }
        let taken = Self { terminal, manner, before, during, rows: 0, is_drawn: Cell::new(false) };
        taken.again();
        Ok(Some(taken))
    }

    /// How it was taken over.
    pub fn manner(&self) -> Manner {
        self.manner
    }

    /// Whether another job has the terminal.
    pub fn is_away(&self) -> bool {
        is_away(&self.terminal)
    }

    /// Takes the terminal over again, after another program has used it. In the background, this does nothing: `fg` sends
    /// the signal that calls it again.
    pub fn again(&self) {
        self.set(&self.during);
        if self.manner == Manner::Screen {
            self.forget_typed();
        }
    }

    /// Sets the modes, unless another job has the terminal. At worst they stay as they are, or the terminal is gone.
    fn set(&self, modes: &Termios) {
        let _unstopped = Unstopped::begin();
        let set = |modes| {
            let _ = tcsetattr(&self.terminal, OptionalActions::Now, modes);
        };
        if self.is_away() {
            return;
        }
        set(modes);
        // After a stop by force, a shell may have got it just now. The shell finds what it gave.
        if self.is_away() {
            set(&self.before);
        }
    }

    /// Throws away what has been typed but not read. If that fills the terminal, it is a long paste, and more comes.
    pub fn forget_typed(&self) {
        let _unstopped = Unstopped::begin();
        let waiting = || typing::waiting(&self.terminal).unwrap_or(0);
        let mut left = if waiting() < FULL { Duration::ZERO } else { MORE_WAITS };
        for _ in 0..=PATIENCE.as_millis() / TRY_EVERY.as_millis() {
            if self.is_away() {
                return;
            }
            let _ = tcflush(&self.terminal, QueueSelector::IFlush);
            if left.is_zero() {
                return;
            }
            thread::sleep(TRY_EVERY);
            left = if waiting() == 0 { left.saturating_sub(TRY_EVERY) } else { MORE_WAITS };
        }
    }

    /// Switches colours and the like off (ECMA-48, "Select Graphic Rendition"). A program that was killed may have left
    /// them on.
    pub fn forget_colours(&self) {
        let _ = self.send(b"\x1b[m");
    }

    /// Draws on the alternate screen. Returns `false` if another job has the terminal.
    pub fn paint(&mut self, picture: &Picture) -> io::Result<bool> {
        if self.is_away() {
            return Ok(false);
        }
        let size = Size::of(&self.terminal);
        self.rows = self.rows.max(size.rows);
        self.is_drawn.set(true);
        self.send(alternate::entered(&picture(size), size, self.rows).as_bytes())?;
        // A shell may have got it just now.
        Ok(!self.is_away())
    }

    /// Restores the terminal. Text typed ahead without echo is thrown away: otherwise the shell would show it. So is half
    /// an answer, if a prompt waits for it. If another job has the terminal, its modes are as that job wants them.
    pub fn restore(&self, is_asking: bool) {
        // At worst the terminal is gone, and there is nothing to restore.
        if self.is_drawn.replace(false) {
            let _ = self.send(alternate::left(self.rows).as_bytes());
        }
        if is_asking || self.manner != Manner::Line {
            self.forget_typed();
        }
        self.set(&self.before);
    }

    /// Writes what there is room for. Somebody else may have opened this terminal, so that it blocks.
    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut asked = [PollFd::new(&self.terminal, PollFlags::OUT)];
        // macOS answers at once, and says nothing of `/dev/tty`.
        if poll(&mut asked, Some(&Timespec::default()))? == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        (&self.terminal).write(&bytes[..bytes.len().min(ROOM)])
    }

    /// Writes all bytes, or fails after a while.
    pub fn send(&self, mut bytes: &[u8]) -> io::Result<()> {
        let _unstopped = Unstopped::begin();
        let mut tries = PATIENCE.as_millis() / TRY_EVERY.as_millis();
        while !bytes.is_empty() {
            match self.write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && tries > 0 => {
                    tries -= 1;
                    thread::sleep(TRY_EVERY);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(io::ErrorKind::TimedOut.into()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
