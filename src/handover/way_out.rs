//! What a way out is.

use std::io;
use std::path::Path;

use crate::failure::{Failure, Kind, Result};
use crate::made::Made;
use crate::terminal::Terminal;
use crate::terminal::clipboard::Clipboard;
use crate::terminal::output::{Layout, Output};
use crate::terminal::screen::ScreenPage;

/// What a way out may need of the world.
pub struct Means<'a> {
    /// Standard output.
    pub output: &'a mut dyn Output,
    /// The clipboard.
    pub clipboard: &'a mut dyn Clipboard,
    /// The terminal.
    pub terminal: &'a mut dyn Terminal,
}

/// What is handed over in one piece.
pub struct Handed<'a> {
    /// What a message calls it.
    pub what: &'a str,
    /// As it is written.
    pub bytes: &'a [u8],
    /// How long the rows are at its end, if each can be taken out again.
    pub rows: &'a [usize],
    /// As it stands on a screen, if it is a single secret.
    pub page: Option<&'a dyn Fn() -> ScreenPage>,
}

impl Handed<'_> {
    /// The secret of a bare line.
    pub(super) fn bare(&self) -> &[u8] {
        self.bytes.strip_suffix(b"\n").unwrap_or(self.bytes)
    }

    /// That it could not be written there.
    pub(super) fn unwritten(&self, place: &str, error: &io::Error) -> Failure {
        not_delivered(format!("the {} could not be written to {place}: {error}", self.what))
            .hint("nothing has changed for this account; use another way out, and try again")
    }
}

/// A way out for a secret, open.
pub trait WayOut {
    /// Hands it over. It is out when this returns: in a file on the disk itself, on the clipboard to be pasted.
    fn hand_over(&mut self, means: &mut Means<'_>, handed: &Handed<'_>) -> Result<()>;

    /// It is about to be put in force: fails if nobody has it any more.
    fn commits(&mut self, _: &mut Means<'_>) -> Result<()> {
        Ok(())
    }

    /// It is in force, or may be: what was handed over is kept.
    fn keep(&mut self, _: &mut Means<'_>) {}

    /// Says what has become of it, and waits until whoever reads it has done so.
    fn wait(&mut self, _: &mut Means<'_>, _is: &str) {}

    /// Whether it shows a page, and takes no bytes.
    fn takes_page(&self) -> bool {
        false
    }

    /// It is not in force, and nobody looks at it any longer.
    fn leave(&mut self, _: &mut Means<'_>) {}

    /// Takes back the latest part, which is of no use; `false` where that cannot be.
    fn take_back_latest(&mut self, _: &mut Means<'_>) -> bool {
        false
    }

    /// How text is laid out there.
    fn layout(&self, _: &dyn Output) -> Layout {
        Layout::default()
    }

    /// Whether it goes out bare, without a word about it; of some secrets that depends on whether it is a file.
    fn is_bare(&self, _bare_in_a_file: bool) -> bool {
        false
    }

    /// What was done with it, as in "the password … is NOT in force".
    fn handed(&self) -> String {
        "shown".into()
    }

    /// How a message says that it is in force, as in "The password of alice …".
    fn confirmed(&self) -> String {
        "is in force".into()
    }

    /// Whether a bar on standard error would stand among what is handed over.
    fn is_on_terminal(&self, output: &dyn Output) -> bool {
        output.layout().width.is_some()
    }

    /// Where it went, if that is a file.
    fn file(&self) -> Option<&Path> {
        None
    }

    /// What goes if the program is ended before anything is in force.
    fn doomed(&self) -> Option<Made> {
        None
    }

    /// Says of each row of the latest part whether it is of no use.
    fn strike(&mut self, _is_dead: &[bool]) {}

    /// Takes the rows out again that are of no use.
    fn leave_out(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) fn not_delivered(message: impl Into<String>) -> Failure {
    Failure::new(Kind::NotDelivered, message)
}
