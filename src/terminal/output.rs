//! Standard output: where results go, and how wide it is.

use std::fs::{self, File};
use std::io::{self, IsTerminal as _, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};

use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Result};
use crate::patient::Patient;

/// How text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Layout {
    /// The columns of the terminal. `None` if the output is no terminal.
    pub width: Option<u16>,
    /// Whether colours are wanted.
    pub coloured: bool,
}

/// Where results go.
pub trait Output: Write {
    /// How to lay out text for it.
    fn layout(&self) -> Layout;

    /// The reason why nobody would get the output, if there is one.
    fn dead_end(&self) -> Option<String>;

    /// Whether the output is a file that others can read.
    fn is_open_to_others(&self) -> bool;

    /// Shows what was kept back, and waits until a pager has shown it.
    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Standard output, without a buffer. A written text is handed over, and no copy stays behind.
pub struct StandardOutput {
    file: File,
    layout: Layout,
}

impl StandardOutput {
    /// Opens standard output. `coloured` gets whether it is a terminal, and returns whether to use colours.
    pub fn open(coloured: impl FnOnce(bool) -> bool) -> io::Result<Self> {
        let stdout = io::stdout();
        let layout = Layout { width: width(&stdout), coloured: coloured(stdout.is_terminal()) };
        Ok(Self { file: File::from(stdout.as_fd().try_clone_to_owned()?), layout })
    }

    /// The rows of the terminal, 24 if it does not say.
    #[must_use]
    pub fn rows(&self) -> u16 {
        let rows = rustix::termios::tcgetwinsize(&self.file).map_or(0, |size| size.ws_row);
        if rows == 0 { 24 } else { rows }
    }
}

impl Write for StandardOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Patient(&self.file).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Output for StandardOutput {
    fn layout(&self) -> Layout {
        self.layout
    }

    fn is_open_to_others(&self) -> bool {
        self.file.metadata().is_ok_and(|file| file.is_file() && file.mode() & 0o077 != 0)
    }

    fn dead_end(&self) -> Option<String> {
        let own = self.file.metadata().ok()?;
        let kind = own.file_type();
        if !(kind.is_char_device() || kind.is_block_device()) || self.file.is_terminal() {
            return None;
        }
        let is_null = fs::metadata("/dev/null").is_ok_and(|null| null.rdev() == own.rdev());
        Some(if is_null { "the null device" } else { "a device that is not a terminal" }.to_owned())
    }
}

/// The columns of a terminal, or 80 if it does not say. `None` if the stream is no terminal.
#[must_use]
pub fn width(stream: &(impl AsFd + io::IsTerminal)) -> Option<u16> {
    let says = || rustix::termios::tcgetwinsize(stream).map_or(0, |size| size.ws_col);
    stream.is_terminal().then(says).map(|columns| if columns == 0 { 80 } else { columns })
}

/// Whether somebody still reads the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Yes, as far as is known.
    Listening,
    /// No: the reader has had enough, as `head` has. That is no failure.
    Gone,
}

/// Writes a result that holds no secret.
pub fn print(output: &mut dyn Output, bytes: &[u8]) -> Result<Reader> {
    reader(output.write_all(bytes).and_then(|()| output.flush()))
}

/// Ends a result that a pager may show. What is said afterwards stands below it.
pub fn finish(output: &mut dyn Output) -> Result<Reader> {
    reader(output.finish())
}

fn reader(written: io::Result<()>) -> Result<Reader> {
    match written {
        Ok(()) => Ok(Reader::Listening),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(error) => Err(Failure::from(anyhow::Error::new(error).context("standard output cannot be written"))),
    }
}
