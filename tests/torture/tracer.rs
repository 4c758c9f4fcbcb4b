//! Runs a program under `strace`, which kills it or lets a system call fail.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::process::{Command, Stdio};

use crate::common::Run;

/// Every system call that names a file, or uses an open one or a socket.
const TOUCHING: &str = "%file,%desc,%network";

/// A system call of a run. The tracer counts the calls of each name by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    pub call: String,
    /// From 1.
    pub number: usize,
}

impl Display for Moment {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(f, "{} {}", self.call, self.number)
    }
}

impl Moment {
    /// Whether the call changes what is in a file or a folder, or says something to somebody.
    pub fn changes(&self) -> bool {
        let changing = [
            "pwrite64",
            "write",
            "writev",
            "fsync",
            "fdatasync",
            "rename",
            "renameat",
            "renameat2",
            "unlink",
            "unlinkat",
            "ftruncate",
            "link",
            "linkat",
            "mkdir",
            "fchmod",
            "sendto",
            "sendmsg",
        ];
        changing.contains(&self.call.as_str())
    }
}

/// Each system call of a run that touches a file or a socket, in order.
pub fn moments(command: &Command, input: &str) -> Vec<Moment> {
    let log = tempfile::NamedTempFile::new().unwrap();
    let path = log.path().to_str().unwrap();
    traced(command, input, &["-o", path, "-e", &format!("trace={TOUCHING}")]);
    let mut moments: Vec<Moment> = Vec::new();
    for line in fs::read_to_string(path).unwrap().lines() {
        // `4711 openat(AT_FDCWD, …`, and `4711 <... openat resumed>` for the second half of a call.
        let call = line.split_whitespace().nth(1).and_then(|rest| rest.split_once('(')).map(|(call, _)| call);
        let Some(call) = call.filter(|call| call.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
        else {
            continue;
        };
        // The program does not run yet.
        if call != "execve" {
            let number = 1 + moments.iter().filter(|moment| moment.call == call).count();
            moments.push(Moment { call: call.to_owned(), number });
        }
    }
    moments
}

/// Runs a program, and does `what` at this moment: `signal=KILL`, or `error=EIO`.
pub fn at(moment: &Moment, what: &str, command: &Command, input: &str) -> Run {
    let Moment { call, number } = moment;
    let (trace, inject) = (format!("trace={call}"), format!("inject={call}:{what}:when={number}"));
    traced(command, input, &["-o", "/dev/null", "-e", &trace, "-e", &inject])
}

/// Runs a program under the tracer.
pub fn traced(command: &Command, input: &str, flags: &[&str]) -> Run {
    let mut traced = Command::new("strace");
    traced.args(["-f", "-qq"]).args(flags).arg(command.get_program()).args(command.get_args());
    traced.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        traced.current_dir(folder);
    }
    traced.stdin(Stdio::null());
    crate::common::fed(traced, input)
}
