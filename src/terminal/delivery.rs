//! The ways a secret goes out.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::clipboard::Clipboard;
use super::output::{Layout, Output};
use super::resume::Unfinished;
use super::rewrite::{self, still_there, sync_folder};
use super::screen::{Page, ScreenKey};
use super::{Phase, Terminal};
use crate::domain::clock::spoken;
use crate::domain::text::neutral;
use crate::failure::{Failure, Kind, Result};
use crate::made::Made;

/// A way out, open.
pub enum Delivery {
    /// Standard output.
    Standard,
    /// The clipboard; cleared after so long, unless that is nothing.
    Clipboard(Option<Duration>),
    /// The terminal, which is asked to copy it.
    Terminal,
    /// The confirmation screen, and what stands on it; how long a copy from there stays on the clipboard.
    Screen(Option<Page>, Option<Duration>),
    /// A new file.
    File {
        /// The file.
        file: File,
        /// Its path.
        path: PathBuf,
        /// How long it was before the latest part.
        before: u64,
        /// Whether it is of use even if nothing more is written to it.
        has_rows: bool,
    },
}

impl Delivery {
    /// Opens standard output or a file. A file is made now, of mode 0600, and never over one that is there.
    pub fn open(file: Option<&Path>, output: &dyn Output) -> Result<Self> {
        let Some(path) = file else {
            if let Some(device) = output.dead_end() {
                return Err(not_delivered(format!("standard output is {device}, where nobody would see it"))
                    .hint("let it go to a terminal, a pipe or, with --output FILE, to a file"));
            }
            return Ok(Self::Standard);
        };
        let opened =
            OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path).and_then(|file| {
                // A umask only ever takes rights away; here it must not take the owner's.
                file.set_permissions(Permissions::from_mode(0o600))?;
                // It is locked for as long as it is written: nobody resumes it meanwhile. Where that cannot be, nobody can.
                let _ = file.try_lock();
                Ok(file)
            });
        match opened {
            Ok(file) => Ok(Self::File { file, path: path.to_owned(), before: 0, has_rows: false }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(exists(path)),
            Err(error) => Err(not_delivered(format!("{} cannot be made: {error}", path.display()))
                .hint("name a new file in a folder that you can write to")),
        }
    }

    /// Goes on with a file that is there.
    #[must_use]
    pub fn resume(unfinished: Unfinished) -> Self {
        Self::File { file: unfinished.file, path: unfinished.path, before: 0, has_rows: true }
    }

    /// Refuses a file that is there already, before anybody is asked anything.
    pub fn check(file: Option<&Path>) -> Result<()> {
        match file {
            Some(path) if path.symlink_metadata().is_ok() => Err(exists(path)),
            _ => Ok(()),
        }
    }

    /// How text is laid out there.
    #[must_use]
    pub fn layout(&self, output: &dyn Output) -> Layout {
        match self {
            Self::Standard => output.layout(),
            _ => Layout::default(),
        }
    }

    /// Hands bytes over; they are out when this returns, in a file on the disk itself, on the clipboard to be pasted.
    pub fn hand_over(&mut self, ways: &mut Ways<'_>, what: &str, bytes: &[u8]) -> Result<()> {
        let (handed, place) = match self {
            Self::Clipboard(clear_after) => return ways.clipboard.copy(secret_of(bytes), *clear_after),
            Self::Terminal => return ask_terminal(ways.terminal, bytes),
            // It has been handed a page.
            Self::Screen(..) => return Ok(()),
            Self::Standard => {
                (ways.output.write_all(bytes).and_then(|()| ways.output.flush()), "standard output".to_owned())
            }
            Self::File { file, path, before, .. } => {
                // Not known how long it was, nothing could be taken back.
                let written = look(file, path).and_then(|length| {
                    *before = length;
                    let written = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| sync_folder(path));
                    let written = written.and_then(|()| look(file, path).map(drop));
                    if written.is_err() {
                        // A part of it may be there, and is of no use.
                        let _ = file.set_len(*before).and_then(|()| file.seek(SeekFrom::End(0)));
                    }
                    written
                });
                (written, path.display().to_string())
            }
        };
        handed.map_err(|error| {
            not_delivered(format!("the {what} could not be written to {place}: {error}"))
                .hint("nothing has changed for this account; give it another way out, and try again")
        })
    }

    /// Shows a page on the screen, if that is the way out; it has been drawn when this returns.
    pub fn show(&mut self, terminal: &mut dyn Terminal, draw: impl FnOnce() -> Page) -> Result<bool> {
        let Self::Screen(shown, _) = self else { return Ok(false) };
        if terminal.interrupted() {
            // Nobody has seen anything yet.
            return Err(Failure::cancelled());
        }
        let page = draw();
        terminal.paint(&page).map_err(|error| Failure { kind: Kind::NotDelivered, ..Failure::from(error) })?;
        *shown = Some(page);
        Ok(true)
    }

    /// Waits at the screen until it is left; `c` copies what stands there.
    pub fn wait(&mut self, terminal: &mut dyn Terminal, clipboard: &mut dyn Clipboard) {
        let Self::Screen(Some(page), clear_after) = self else { return };
        page.status = "It is in force.".into();
        let mut painted = terminal.paint(page);
        terminal.forget_typed();
        // A terminal that is gone shows nothing to anybody any more.
        while painted.is_ok() && terminal.key().ok() == Some(ScreenKey::Copy) {
            page.status = match clipboard.copy(page.secret.as_bytes(), *clear_after) {
                Ok(()) if clipboard.committed() => format!("It is in force, and {}.", on_the_clipboard(*clear_after)),
                Ok(()) => "It is in force, and no longer on the clipboard.".into(),
                Err(failure) => format!("It is in force, and not copied: {}.", neutral(&failure.message)),
            };
            painted = terminal.paint(page);
        }
        terminal.leave_screen();
    }

    /// Whether it goes out bare, without a word about it.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        matches!(self, Self::Clipboard(_) | Self::Terminal)
    }

    /// How a message says that it is there, as in "It is …".
    #[must_use]
    pub fn place(&self) -> Option<String> {
        match self {
            Self::Standard => None,
            Self::Clipboard(clear_after) => Some(on_the_clipboard(*clear_after)),
            Self::Terminal => Some("where your terminal has copied it".into()),
            Self::Screen(..) => Some("on the screen".into()),
            Self::File { path, .. } => Some(format!("in {}", path.display())),
        }
    }

    /// Whether a bar on standard error would stand among what is handed over.
    #[must_use]
    pub fn is_on_terminal(&self, output: &dyn Output) -> bool {
        !matches!(self, Self::File { .. }) && output.layout().width.is_some()
    }

    /// The file where it went, if that was made for it.
    #[must_use]
    pub fn new_file(&self) -> Option<Made> {
        match self {
            Self::File { file, path, has_rows: false, .. } => Made::file(path, file).ok(),
            _ => None,
        }
    }

    /// Where it went, if that is a file.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File { path, .. } => Some(path),
            _ => None,
        }
    }

    /// Takes back the latest part, which is of no use; `false` where that cannot be.
    pub fn take_back_latest(&mut self, clipboard: &mut dyn Clipboard) -> bool {
        match self {
            Self::Standard | Self::Terminal | Self::Screen(..) => false,
            Self::Clipboard(_) => clipboard.clear(),
            Self::File { file, before, .. } => {
                let cut = file.set_len(*before).and_then(|()| file.seek(SeekFrom::End(0)));
                cut.and_then(|_| file.sync_all()).is_ok()
            }
        }
    }

    /// Where the latest part begins, in bytes, if it went to a file.
    #[must_use]
    pub fn latest(&self) -> Option<u64> {
        match self {
            Self::File { before, .. } => Some(*before),
            _ => None,
        }
    }

    /// Takes parts of a file out again that are of no use, given in bytes and in their order.
    pub fn leave_out(&mut self, parts: &[Range<u64>]) -> io::Result<()> {
        if let Self::File { file, path, .. } = self
            && !parts.is_empty()
        {
            *file = rewrite::without(file, path, parts)?;
        }
        Ok(())
    }

    /// Takes back what is of no use: a file in which nothing is in force.
    pub fn take_back(&self) {
        // At worst a file stays that says something that is not in force, and the failure says so.
        let _ = self.new_file().map(|made| made.remove());
    }
}

/// What a delivery may need of the world.
pub struct Ways<'a> {
    /// Standard output.
    pub output: &'a mut dyn Output,
    /// The clipboard.
    pub clipboard: &'a mut dyn Clipboard,
    /// The terminal.
    pub terminal: &'a mut dyn Terminal,
}

/// How long a file is, to where the next part goes; an error where it is not what stands at its path, or not as it was left:
/// what had been written to it, nobody would find.
fn look(mut file: &File, path: &Path) -> io::Result<u64> {
    still_there(file, path)?;
    let length = file.metadata()?.len();
    if file.stream_position()? != length {
        return Err(io::Error::other("somebody else has written to it meanwhile"));
    }
    Ok(length)
}

/// Where a copy is, and for how long.
fn on_the_clipboard(clear_after: Option<Duration>) -> String {
    let seconds = clear_after.map(|span| i64::try_from(span.as_secs()).unwrap_or(i64::MAX));
    seconds.map_or_else(|| "on the clipboard".into(), |seconds| format!("on the clipboard for {}", spoken(seconds)))
}

/// The secret of a bare line.
fn secret_of(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

/// Has the terminal copy a secret (xterm, "Operating System Commands", 52). It does not say whether it did, so the person
/// is asked.
fn ask_terminal(terminal: &mut dyn Terminal, bytes: &[u8]) -> Result<()> {
    let (begins, secret) = (b"\x1b]52;c;", secret_of(bytes));
    // Written in its place: encoders that append go through buffers of their own, which nobody wipes.
    let mut sequence = Zeroizing::new(vec![0; begins.len() + secret.len().div_ceil(3) * 4 + 1]);
    let (start, rest) = sequence.split_at_mut(begins.len());
    start.copy_from_slice(begins);
    let coded = STANDARD.encode_slice(secret, rest).map_err(|error| not_delivered(error.to_string()))?;
    rest[coded] = b'\x07';
    let sent = terminal.pass_on(&sequence).and_then(|()| {
        terminal.enter(Phase::Asking);
        let arrived = terminal.confirm(
            "It was sent to the terminal, which does not say whether it copied it, and cannot be made\n\
             to clear it. Paste it where it is to go: has it arrived?",
            "leave --copy out, or give it another way out with --output",
        );
        terminal.enter(Phase::Delivering);
        arrived
    });
    sent.map_err(|error| {
        let failure = Failure::from(error);
        match failure.kind {
            Kind::Cancelled => not_delivered("the terminal has not copied it; nothing has changed")
                .hint("see whether your terminal, or tmux between, lets programs copy; or leave --copy out"),
            _ => Failure { kind: Kind::NotDelivered, ..failure },
        }
    })
}

fn exists(path: &Path) -> Failure {
    not_delivered(format!("{} is there already", path.display()))
        .hint("name a file that does not exist yet: none is ever overwritten")
}

fn not_delivered(message: impl Into<String>) -> Failure {
    Failure::new(Kind::NotDelivered, message)
}
