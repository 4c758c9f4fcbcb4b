//! Runs a program under `strace`, which kills it or lets a system call fail.

use std::collections::{HashMap, HashSet};
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{CHANGES, Run};

/// Every system call that names a file, or uses an open one or a socket.
const TOUCHING: &str = "%file,%desc,%network";

/// How long a traced run may take. It is slow, and may wait for a lock.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// What the tracer says of a program that has stopped.
pub const STOPPED: &str = "--- stopped by SIGSTOP ---";

/// What it says of a call that it let fail.
pub const FAILED: &str = "(INJECTED)";

/// A system call of a run. The tracer counts the calls of each name and each thread by themselves. The thread that first
/// makes so many is struck.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
        let more = ["writev", "mkdir", "fchmod", "sendto", "sendmsg"];
        CHANGES.iter().chain(&more).any(|call| self.call == *call)
    }
}

/// The calls that change what is in a file.
pub const WRITES: [&str; 4] = ["write", "pwrite64", "writev", "ftruncate"];

/// Whether a call asks a disk to keep something.
pub fn is_sync(call: &str) -> bool {
    ["fsync", "fdatasync"].contains(&call)
}

/// Each moment of a run at which a thread touches a file or a socket, in order.
pub fn moments(command: &Command, input: &str) -> Vec<Moment> {
    let mut moments: Vec<_> = told(command, input).into_iter().map(|(moment, _)| moment).collect();
    let mut seen = HashSet::new();
    moments.retain(|moment| seen.insert(moment.clone()));
    moments
}

/// The same, with what the tracer says of each call.
pub fn told(command: &Command, input: &str) -> Vec<(Moment, String)> {
    let log = tempfile::NamedTempFile::new().unwrap();
    crate::common::fed(telling(command, log.path()), input);
    told_in(log.path())
}

/// The program under a tracer that tells of each call in a log.
pub fn telling(command: &Command, log: &Path) -> Command {
    telling_and(&[], command, log)
}

/// The same, with more flags.
fn telling_and(flags: &[&str], command: &Command, log: &Path) -> Command {
    let trace = format!("trace={TOUCHING}");
    let telling = ["-f", "-D", "-o", log.to_str().unwrap(), "-s", "1000", "-e", &trace];
    prepared(&["strace"], command, &[&telling, flags].concat())
}

/// What a log tells.
pub fn told_in(log: &Path) -> Vec<(Moment, String)> {
    let mut told: Vec<(Moment, String)> = Vec::new();
    let mut counts = HashMap::new();
    for line in fs::read_to_string(log).unwrap().lines() {
        // `4711 openat(AT_FDCWD, …`, and `4711 <... openat resumed>` for the second half of a call.
        let mut words = line.split_whitespace();
        let thread = words.next();
        let call = words.next().and_then(|rest| rest.split_once('(')).map(|(call, _)| call);
        let Some(call) = call.filter(|call| call.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
        else {
            continue;
        };
        // The program does not run yet.
        if call != "execve" {
            let number = counts.entry((thread, call)).or_insert(0);
            *number += 1;
            told.push((Moment { call: call.to_owned(), number: *number }, line.to_owned()));
        }
    }
    told
}

/// The program under a tracer that tells of each call in a log, stops the program at this moment, and then says so in the
/// log: [`STOPPED`]. It is started in the place of the tracer, and has its number.
pub fn stopping(moment: &Moment, command: &Command, log: &Path) -> Command {
    let Moment { call, number } = moment;
    telling_and(&["-e", &format!("inject={call}:signal=STOP:when={number}")], command, log)
}

/// Runs a program, and does `what` at this moment: `signal=KILL`, or `error=EIO`.
pub fn at(moment: &Moment, what: &str, command: &Command, input: &str) -> Run {
    let Moment { call, number } = moment;
    let (trace, inject) = (format!("trace={call}"), format!("inject={call}:{what}:when={number}"));
    traced(command, input, &["-f", "-o", "/dev/null", "-e", &trace, "-e", &inject])
}

/// Runs a program, and lets calls fail. Each fault is a call, an error, and which calls of that name fail, as the tracer
/// has it. Returns what the tracer says of these calls, and of those that carry messages: [`FAILED`] if any was struck.
/// Where a disk is asked to keep something, also what it says of those that write.
/// It names the path of each open file.
pub fn failing(faults: &[(&str, &str, String)], command: &Command, input: &str, patience: Duration) -> (Run, String) {
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut flags: Vec<_> =
        ["-y", "-a", "1", "-s", "4000", "-o", log.path().to_str().unwrap()].map(str::to_owned).into();
    let calls: Vec<_> = faults.iter().map(|(call, ..)| *call).collect();
    // Another thread receives signals through a pair of sockets, where no call fails.
    flags.extend((!calls.contains(&"recvfrom")).then(|| "-f".to_owned()));
    // What a disk has to keep was written before.
    let writes = if calls.iter().any(|call| is_sync(call)) { &WRITES[..] } else { &[] };
    let traced = [&["sendto", "recvfrom"], writes, &calls].concat().join(",");
    flags.extend(["-e".to_owned(), format!("trace={traced}")]);
    for (call, error, when) in faults {
        flags.extend(["-e".to_owned(), format!("inject={call}:error={error}:when={when}")]);
    }
    let run = traced_for(patience, command, input, &flags.iter().map(String::as_str).collect::<Vec<_>>());
    (run, fs::read_to_string(log).unwrap())
}

/// Runs a program under the tracer. A run that hangs fails the trial: it ends by the same signal as a killed one.
pub fn traced(command: &Command, input: &str, flags: &[&str]) -> Run {
    traced_for(PATIENCE, command, input, flags)
}

fn traced_for(patience: Duration, command: &Command, input: &str, flags: &[&str]) -> Run {
    let (start, seconds) = (Instant::now(), patience.as_secs().to_string());
    let run = crate::common::fed(prepared(&["timeout", "-s", "KILL", &seconds, "strace"], command, flags), input);
    assert!(start.elapsed() < patience, "it hangs: {}", run.stderr);
    run
}

fn prepared(tracer: &[&str], command: &Command, flags: &[&str]) -> Command {
    let mut whole = Command::new(tracer[0]);
    whole.args(&tracer[1..]).arg("-qq").args(flags).arg(command.get_program()).args(command.get_args());
    whole.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        whole.current_dir(folder);
    }
    whole.stdin(Stdio::null());
    whole
}

/// The state of the first thread of a process, as proc(5) has it.
pub fn state(process: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}
