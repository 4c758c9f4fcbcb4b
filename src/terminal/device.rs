//! The terminal of the person at it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal as _};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};

use rustix::fs::{OFlags, fcntl_getfl};
use rustix::process::getpgrp;
use rustix::termios::tcgetpgrp;

use super::job;

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

/// Whether another job has this terminal. Whoever reads it or changes its modes is then stopped, at every try.
pub fn is_away(terminal: impl AsFd) -> bool {
    tcgetpgrp(terminal).is_ok_and(|front| front != getpgrp())
}

/// Makes the terminal of whoever asked PAM the standard input and standard error of this process. `pam_exec` gives both
/// away, and begins a session without a terminal. The program that asked is the parent, and waits. If it ends, this
/// process ends, too: a shell has the terminal then.
pub fn take_from_pam() -> io::Result<()> {
    let terminal = of_parent()?;
    rustix::stdio::dup2_stdin(&terminal)?;
    Ok(rustix::stdio::dup2_stderr(&terminal)?)
}

/// The terminal that controls the parent, if the parent still has it on a standard stream. Nothing else is opened: the
/// caller chooses what these streams are. The number in `/proc` tells which of them is the terminal, as in proc(5).
fn of_parent() -> io::Result<File> {
    let (parent, terminal) = job::parent_and_terminal().ok_or(io::ErrorKind::NotFound)?;
    // passwd has most signals ignored, TERM among them.
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::USR1))?;
    let streams = (0..3).map(|stream| format!("/proc/{parent}/fd/{stream}"));
    let is_it = |path: &String| {
        fs::metadata(path).is_ok_and(|stream| stream.file_type().is_char_device() && stream.rdev() == terminal)
    };
    let path = streams.into_iter().find(is_it).ok_or(io::ErrorKind::NotFound)?;
    let flags = OFlags::NOCTTY.bits().cast_signed();
    let opened = OpenOptions::new().read(true).write(true).custom_flags(flags).open(path)?;
    // Another process may have got the number of a parent that has ended.
    if job::parent_and_terminal() == Some((parent, terminal)) {
        Ok(opened)
    } else {
        Err(io::ErrorKind::NotFound.into())
    }
}

fn inherited() -> Option<File> {
    let (stdin, stderr) = (io::stdin(), io::stderr());
    [stdin.as_fd(), stderr.as_fd()].into_iter().find_map(|stream| {
        let is_both = fcntl_getfl(stream).is_ok_and(|flags| flags & OFlags::ACCMODE == OFlags::RDWR);
        (is_both && stream.is_terminal()).then(|| stream.try_clone_to_owned().ok().map(File::from)).flatten()
    })
}
