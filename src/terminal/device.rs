//! The terminal of the person at it.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::OpenOptionsExt as _;

use rustix::fs::{OFlags, fcntl_getfl};

/// A terminal, open for reading and writing.
pub struct Device {
    /// The terminal.
    pub file: File,
    /// Whether it controls this process. If not, its keys send no signals here: they go to the processes that it
    /// controls.
    pub is_controlling: bool,
}

impl Device {
    /// The terminal that controls this process. If there is none, as after `setsid` and `su -c`, the one on standard
    /// input or standard error. That one is not opened by its name: it may belong to another user, and a session
    /// without a terminal would get it as its own.
    pub fn open() -> io::Result<Self> {
        Self::with(OFlags::empty())
    }

    /// The same, without waiting in a read or a write, if the controlling one is there. The other one is shared with
    /// other programs, and stays as it is.
    pub fn unblocked() -> io::Result<Self> {
        Self::with(OFlags::NONBLOCK)
    }

    fn with(flags: OFlags) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).custom_flags(flags.bits().cast_signed());
        match options.open("/dev/tty") {
            Ok(file) => Ok(Self { file, is_controlling: true }),
            Err(error) => Ok(Self { file: inherited().ok_or(error)?, is_controlling: false }),
        }
    }
}

/// Makes the terminal that controls this process its standard input and standard error. PAM gives both away, and leaves
/// the terminal.
pub fn take_from_pam() -> io::Result<()> {
    let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
    rustix::stdio::dup2_stdin(&terminal)?;
    Ok(rustix::stdio::dup2_stderr(&terminal)?)
}

fn inherited() -> Option<File> {
    let (stdin, stderr) = (io::stdin(), io::stderr());
    [stdin.as_fd(), stderr.as_fd()].into_iter().find_map(|stream| {
        let is_both = fcntl_getfl(stream).is_ok_and(|flags| flags & OFlags::ACCMODE == OFlags::RDWR);
        (is_both && stream.is_terminal()).then(|| stream.try_clone_to_owned().ok().map(File::from)).flatten()
    })
}
