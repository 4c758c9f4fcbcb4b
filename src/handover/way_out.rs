//! The trait of every way out.

use std::io;
use std::path::Path;

use crate::failure::{Failure, Kind, Result};
use crate::made::Made;
use crate::terminal::Terminal;
use crate::terminal::clipboard::Clipboard;
use crate::terminal::output::{Layout, Output};
use crate::terminal::screen::ScreenPage;

/// The parts of the outside world that a way out may need.
pub struct Means<'a> {
    /// Standard output.
    pub output: &'a mut dyn Output,
    /// The clipboard.
    pub clipboard: &'a mut dyn Clipboard,
    /// The terminal.
    pub terminal: &'a mut dyn Terminal,
}

/// Secrets that are handed over in one piece.
pub struct Handed<'a> {
    /// The name of the secrets in messages.
    pub what: &'a str,
    /// The bytes to write.
    pub bytes: &'a [u8],
    /// The lengths of the rows at the end of the bytes, if each row can be deleted again.
    pub rows: &'a [usize],
    /// The page for a screen, if it is a single secret.
    pub page: Option<&'a dyn Fn() -> ScreenPage>,
}

impl Handed<'_> {
    /// The secret of a bare line.
    pub(super) fn bare(&self) -> &[u8] {
        self.bytes.strip_suffix(b"\n").unwrap_or(self.bytes)
    }

    /// The failure that it could not be written there.
    pub(super) fn unwritten(&self, place: &str, error: &io::Error) -> Failure {
        not_delivered(format!("the {} could not be written to {place}: {error}", self.what))
            .hint("nothing has changed for this account; use another way out, and try again")
    }
}

/// An open way out for secrets.
pub trait WayOut {
    /// Hands the secrets over. When this returns, they are out: on the disk, or ready to be pasted from the clipboard.
    fn hand_over(&mut self, means: &mut Means<'_>, handed: &Handed<'_>) -> Result<()>;

    /// Called just before the secrets come into force. Fails if nobody has them any more.
    fn commits(&mut self, _: &mut Means<'_>) -> Result<()> {
        Ok(())
    }

    /// Called when the secrets are in force, or may be. The output is kept.
    fn keep(&mut self, _: &mut Means<'_>) {}

    /// Says whether the secret is in force. Waits until the person has read that.
    fn wait(&mut self, _: &mut Means<'_>, _is: &str) {}

    /// Whether it shows a page instead of bytes.
    fn takes_page(&self) -> bool {
        false
    }

    /// Called when the secrets are not in force, and nobody looks at them any longer.
    fn leave(&mut self, _: &mut Means<'_>) {}

    /// Takes back the latest part, which is of no use. Returns `false` if that is impossible.
    fn take_back_latest(&mut self, _: &mut Means<'_>) -> bool {
        false
    }

    /// The layout of text there.
    fn layout(&self, _: &dyn Output) -> Layout {
        Layout::default()
    }

    /// Whether the secret goes out bare, without any words. For some secrets this is so only in a file.
    fn is_bare(&self, _bare_in_a_file: bool) -> bool {
        false
    }

    /// What was done with the secret, as in "the password … is NOT in force".
    fn handed(&self) -> String {
        "shown".into()
    }

    /// How a message says that the secret is in force, as in "The password of alice …".
    fn confirmed(&self) -> String {
        "is in force".into()
    }

    /// Whether a progress bar on standard error would appear in the middle of the output.
    fn is_on_terminal(&self, output: &dyn Output) -> bool {
        output.layout().width.is_some()
    }

    /// The output file, if there is one.
    fn file(&self) -> Option<&Path> {
        None
    }

    /// Whether the output file stays, even if nothing more comes into force.
    fn stays(&self) -> bool {
        false
    }

    /// The file to remove if the program is ended before anything is in force.
    fn doomed(&self) -> Option<Made> {
        None
    }

    /// Marks the rows of the latest part that are of no use.
    fn strike(&mut self, _is_dead: &[bool]) {}

    /// Deletes the rows that are of no use.
    fn leave_out(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) fn not_delivered(message: impl Into<String>) -> Failure {
    Failure::new(Kind::NotDelivered, message)
}
