//! Standard output: where results go, and how much room they have there.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write};
use std::os::fd::AsFd as _;

use crate::failure::{Failure, Result};

/// How text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Layout {
    /// The columns of the terminal; `None` where the output is no terminal.
    pub width: Option<u16>,
    /// Whether colours are wanted.
    pub coloured: bool,
}

/// Where results go.
pub trait Output: Write {
    /// How text is laid out on it.
    fn layout(&self) -> Layout;

    /// Whether it is the null device, which hands nothing to anybody.
    fn is_null(&self) -> bool;
}

/// Standard output. Not buffered: what was written has been handed over, and no copy stays behind.
pub struct StandardOutput {
    file: File,
    layout: Layout,
}

impl StandardOutput {
    /// Takes standard output. `coloured` is asked whether a terminal wants colours.
    pub fn open(coloured: impl FnOnce(bool) -> bool) -> io::Result<Self> {
        let stdout = io::stdout();
        let is_terminal = stdout.is_terminal();
        let width = if is_terminal { rustix::termios::tcgetwinsize(&stdout).ok() } else { None };
        let layout = Layout {
            // A terminal that does not know its width says 0.
            width: is_terminal.then(|| width.map_or(80, |size| size.ws_col)).map(|w| if w == 0 { 80 } else { w }),
            coloured: coloured(is_terminal),
        };
        Ok(Self { file: File::from(stdout.as_fd().try_clone_to_owned()?), layout })
    }
}

impl Write for StandardOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Output for StandardOutput {
    fn layout(&self) -> Layout {
        self.layout
    }

    fn is_null(&self) -> bool {
        let null = rustix::fs::stat("/dev/null").map(|stat| stat.st_rdev);
        rustix::fs::fstat(&self.file).map(|stat| stat.st_rdev) == null
    }
}

/// Writes a result that is no secret. A reader that has had enough, as `head` has, is no failure.
pub fn print(output: &mut dyn Output, bytes: &[u8]) -> Result<()> {
    match output.write_all(bytes).and_then(|()| output.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::from(anyhow::Error::new(error).context("standard output cannot be written")))
        }
        _ => Ok(()),
    }
}
