//! The front half knocks: it starts the back half, and says who is there and what is wanted.

use std::ffi::OsString;
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Context as _;
use nix::unistd::User;
use rustix::io::retry_on_intr;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::BACK_HALF;
use super::front::{Front, Opened, Served};
use super::line::Line;
use super::protocol::{Caller, Hello, Reply};
use crate::failure::{Failure, Kind, Result};
use crate::terminal::console::Console;
use crate::terminal::{OtherHalf, Phase};

/// Where sudo is. The caller's `PATH` does not count.
const SUDO: [&str; 4] = ["/usr/bin/sudo", "/bin/sudo", "/usr/local/bin/sudo", "/run/wrappers/bin/sudo"];
/// How much is kept of what the back half or sudo says to standard error, in bytes.
const WORDS: u64 = 4 << 10;

/// How often to look for a half that was stopped.
const LOOK_EVERY: Duration = Duration::from_millis(30);

/// Starts the back half, and says who is there.
pub struct Knock<'a> {
    /// The program, which both halves are.
    pub program: &'a Path,
    /// The owner of the store.
    pub owner: &'a User,
    /// Whether root knocks. Root needs no sudo.
    pub is_root: bool,
    /// The command line.
    pub args: &'a [OsString],
    /// Who knocks.
    pub caller: Caller,
}

impl Knock<'_> {
    /// Has the back half run the command, and answers it to the end.
    pub fn enter(&self, console: &mut Console, front: &mut Front<'_>) -> Result<()> {
        let Back { line, mut child, words } = self.start()?;
        let pid = Pid::from_child(&child);
        console.work_with(Box::new(Partner { line: Arc::clone(&line), child: pid }));
        let mut args = Vec::new();
        for arg in self.args {
            args.extend_from_slice(arg.as_bytes());
            args.push(0);
        }
        let hello = Hello { version: env!("CARGO_PKG_VERSION").into(), caller: self.caller.clone() };
        // If the other half is gone already, the next message says so.
        let _ = line.send(&hello, &args);
        let mut served = front.serve(console, &line, Opened::for_command(self.args));
        // If a signal has ended the line, this half does not come back from here.
        let phase = console.phase();
        let outcome = served.outcome.take().unwrap_or_else(|| {
            line.hang_up();
            until_ended(pid);
            let _ = child.wait();
            if phase == Phase::Committing {
                // What may be in force must not be lost.
                served.opened.keep(console);
                front.clipboard.committed();
            }
            if matches!(phase, Phase::Delivering | Phase::Asking) {
                served.opened.take_back();
            }
            Err(alone(phase, &served, &words.join().unwrap_or_default()))
        });
        // Once its last word is said, it leaves by itself.
        until_ended(pid);
        let _ = child.wait();
        outcome
    }

    fn command(&self) -> Result<Command> {
        if self.is_root {
            // What a child gets from root: the user, its group, and nothing of the environment.
            let mut command = Command::new(self.program);
            command
                .arg(BACK_HALF)
                .uid(self.owner.uid.as_raw())
                .gid(self.owner.gid.as_raw())
                .env_clear()
                .env("HOME", &self.owner.dir)
                .env("SUDO_UID", "0")
                .current_dir("/");
            return Ok(command);
        }
        let sudo = SUDO.iter().find(|sudo| Path::new(sudo).exists()).ok_or_else(|| {
            Failure::new(Kind::Failed, "there is no sudo, and the store belongs to another user")
                .hint("an administrator of this machine installs sudo")
        })?;
        let mut command = Command::new(sudo);
        command.args(["-n", "-H", "-u", &self.owner.name, "--"]).arg(self.program).arg(BACK_HALF);
        Ok(command)
    }

    /// Starts it. It does not get the signals of the caller's keys.
    fn start(&self) -> Result<Back> {
        let (ours, theirs) = UnixStream::pair().context("there is no socket for the other half")?;
        let theirs = OwnedFd::from(theirs);
        let mut command = self.command()?;
        command
            .stdin(theirs.try_clone().context("there is no socket for the other half")?)
            .stdout(theirs)
            .stderr(Stdio::piped())
            .process_group(0);
        let mut child = command.spawn().context("the other half cannot be started")?;
        // From here on, the socket of the other half is open only there.
        drop(command);
        let errors = child.stderr.take();
        let listen = move || {
            let mut words = Vec::new();
            if let Some(mut errors) = errors {
                // What cannot be read is not told.
                let _ = errors.by_ref().take(WORDS).read_to_end(&mut words);
                // The other half must not wait because nobody reads.
                let _ = io::copy(&mut errors, &mut io::sink());
            }
            String::from_utf8_lossy(&words).trim().to_owned()
        };
        let words = thread::Builder::new().spawn(listen).context("a thread cannot be started")?;
        Ok(Back { line: Arc::new(Line::over(ours)), child, words })
    }
}

/// The back half, running.
struct Back {
    line: Arc<Line>,
    child: Child,
    words: JoinHandle<String>,
}

/// What a signal does to the back half.
struct Partner {
    line: Arc<Line>,
    child: Pid,
}

impl OtherHalf for Partner {
    fn put_off(&self) {
        // If it is gone, it need not know.
        let _ = self.line.send(&Reply::PutOff, &[]);
    }

    fn end(&self) {
        self.line.hang_up();
        until_ended(self.child);
    }
}

/// Waits until the child has ended. It can still be waited for. If somebody stops the back half, sudo stops as well, and
/// does not go on by itself.
fn until_ended(child: Pid) {
    let changes = WaitIdOptions::EXITED | WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT;
    while let Ok(Some(change)) = retry_on_intr(|| waitid(WaitId::Pid(child), changes))
        && change.stopped()
    {
        // Whoever is in the same session may do this.
        let _ = kill_process_group(child, Signal::CONT);
        thread::sleep(LOOK_EVERY);
    }
}

/// The failure if the back half is gone before the command has ended.
fn alone(phase: Phase, served: &Served, words: &str) -> Failure {
    let Some(operation) = &served.operation else {
        let lines: Vec<_> = words.lines().map(str::to_owned).collect();
        let failure = Failure::new(Kind::Failed, "the other half of passdesk does not start");
        return Failure { lines: lines.into(), ..failure }
            .hint("if your account on this host is in use, an administrator looks at /etc/passdesk/config.toml and /etc/sudoers.d/zz-passdesk");
    };
    let look = format!("see what this run did: passdesk audit list --operation {operation}");
    match phase {
        Phase::Delivering | Phase::Asking => {
            // Earlier parts of many are in force.
            let (kind, message) = if served.has_committed {
                (Kind::PartlyDone, "the other half of passdesk has ended; the last part is NOT in force")
            } else {
                (Kind::NotDelivered, "the other half of passdesk has ended; what you were given is NOT in force")
            };
            let again = served.hint.clone().unwrap_or_else(|| "run the command again".into());
            Failure::new(kind, message).hint(again)
        }
        Phase::Committing => {
            let message =
                "the other half of passdesk has ended while it made a change: nobody knows whether it is made";
            Failure::new(Kind::OutcomeUnknown, message).hint(look)
        }
        Phase::Telling => {
            let message = "it is done, but the other half of passdesk has ended before it had said so";
            Failure::new(Kind::Failed, message).hint(look)
        }
        Phase::Idle | Phase::Lent | Phase::Between => {
            let message = "the other half of passdesk has ended, and has made no further change";
            Failure::new(Kind::Failed, message).hint(served.hint.clone().unwrap_or_else(|| look.into()))
        }
    }
}
