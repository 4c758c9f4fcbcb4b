//! Detaches a holder from the command that started it. The holder keeps only the pipe it listens on.

use std::fs::File;
use std::io;
use std::os::fd::AsFd as _;
use std::path::Path;
use std::thread;

use rustix::process::setsid;
use rustix::stdio::{dup2_stderr, dup2_stdout};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::made::names_in;

/// Where a process finds its open files.
const OPEN: &str = if cfg!(target_os = "linux") { "/proc/self/fd" } else { "/dev/fd" };

/// Leaves the session and closes the files that the command was given. One could be a script's lock, or the other end
/// of its pipe. To be called before anything is opened here.
pub fn at_the_start() -> io::Result<()> {
    // This fails if the process already leads a session of its own.
    let _ = setsid();
    let open = names_in(Path::new(OPEN))?;
    let open = open.iter().filter_map(|name| name.to_str()?.parse::<i32>().ok());
    for given in open.filter(|number| *number > 2) {
        // The descriptor of the listing itself is closed by now.
        let _ = nix::unistd::close(given);
    }
    Ok(())
}

/// Standard input, without a buffer.
pub fn input() -> io::Result<File> {
    Ok(io::stdin().as_fd().try_clone_to_owned()?.into())
}

/// Closes standard output and standard error.
pub fn after_the_answer() -> io::Result<()> {
    let null = File::options().read(true).write(true).open("/dev/null")?;
    dup2_stdout(&null)?;
    Ok(dup2_stderr(&null)?)
}

/// Runs `last` when a signal asks for the end. The signal itself then no longer ends the process.
pub fn before_the_end(last: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM])?;
    thread::Builder::new().spawn(move || signals.forever().next().map(|_| last())).map(drop)
}
