//! The back half: who has come, and what happens when they leave.

use std::cell::Cell;
use std::ffi::OsString;
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::Context as _;
use rustix::fs::FileType;
use signal_hook::consts::{
    SIGALRM, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU,
};
use signal_hook::iterator::Signals;
use signal_hook::low_level::exit;

use super::line::{Body, LONGEST_COMMAND, Line};
use super::protocol::{Caller, Hello, Question, Reply};
use super::remote::Remote;
use crate::domain::operation::OperationId;
use crate::failure::{Failure, Kind, Result};
use crate::gate::Gate;
use crate::made::Made;
use crate::terminal::Phase;

/// A visit of a front half: the command that it wants, and its own world.
pub struct Visit {
    /// The command line.
    pub args: Vec<OsString>,
    /// What the front half says of its caller.
    pub caller: Caller,
    /// Its terminal, files and clipboard.
    pub remote: Remote,
    line: Arc<Line>,
}

impl Visit {
    /// Receives a front half, which is at the other end of standard input.
    pub fn receive(gate: &Gate) -> Result<Self> {
        let stdin = io::stdin();
        let is_socket = rustix::fs::fstat(&stdin).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode).is_socket());
        if !is_socket {
            return Err(Failure::new(Kind::Usage, "passdesk starts its back half by itself")
                .hint("type the command alone, as in: passdesk users list"));
        }
        // The terminal of the caller sends this half no signals. Where that is impossible, they are ignored.
        let _ = rustix::process::setsid();
        let line = UnixStream::from(stdin.as_fd().try_clone_to_owned().context("standard input cannot be used")?);
        let line = Arc::new(Line::over(line));
        let watch = Watch::over(Arc::clone(&line), gate.clone());
        watch.begin().context("the front half cannot be watched")?;
        let hello = line.receive::<Hello>(|| LONGEST_COMMAND).context("the front half cannot be understood")?;
        let (Hello { version, caller }, args) = hello.ok_or_else(Failure::cancelled)?;
        let args = args.split(|byte| *byte == 0).map(|arg| OsString::from_vec(arg.to_vec()));
        let mut args: Vec<_> = args.collect();
        // The last argument, too, is ended by a NUL.
        args.pop();
        watch.listen().context("the front half cannot be heard")?;
        let visit = Self { args, caller, remote: Remote::behind(watch), line };
        if version != env!("CARGO_PKG_VERSION") {
            let message = format!("this is passdesk {}, and its other half is {version}", env!("CARGO_PKG_VERSION"));
            visit.end(Err(Failure::new(Kind::Failed, message)
                .hint("somebody has just installed another version; run the command again")));
            return Err(Failure::cancelled());
        }
        Ok(visit)
    }

    /// Says that the command begins.
    pub fn begin(&self, operation: OperationId) -> Result<()> {
        let ready = Question::Ready { operation: operation.to_string() };
        Ok(self.line.send(&ready, &[]).context("the front half is gone")?)
    }

    /// Says how the command has ended.
    pub fn end(&self, outcome: Result<()>) {
        // If the front half is gone, nobody hears it.
        let _ = self.line.send(&Question::Done(outcome), &[]);
    }
}

/// Hears the front half, and watches whether it is still there.
pub(super) struct Watch {
    shared: Arc<Shared>,
    /// What was heard.
    heard: Receiver<Heard>,
    /// Where it is put. One message waits at most.
    sender: Cell<Option<SyncSender<Heard>>>,
}

/// A message of the front half, or why there is none.
type Heard = io::Result<Option<(Reply, Body)>>;

struct Shared {
    line: Arc<Line>,
    gate: Gate,
    state: Mutex<State>,
    changed: Condvar,
    /// The longest body that is awaited, in bytes.
    room: AtomicU32,
}

#[derive(Default)]
struct State {
    phase: Phase,
    is_put_off: bool,
    is_gone: bool,
    doomed: Vec<Made>,
}

impl Watch {
    pub(super) fn over(line: Arc<Line>, gate: Gate) -> Self {
        let (sender, heard) = sync_channel(1);
        let (state, changed, room) = (Mutex::default(), Condvar::new(), AtomicU32::new(0));
        let shared = Arc::new(Shared { line, gate, state, changed, room });
        Self { shared, heard, sender: Cell::new(Some(sender)) }
    }

    /// Begins to watch. From here on, this half ends with the front half.
    fn begin(&self) -> io::Result<()> {
        let watched = Arc::clone(&self.shared);
        thread::Builder::new().name("front".into()).spawn(move || {
            watched.line.until_gone();
            watched.lock().is_gone = true;
            watched.leave_in_time();
        })?;
        let ends = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGUSR1, SIGUSR2];
        // A process that is stopped inside a transaction would keep all others from writing.
        let stops = [SIGTSTP, SIGTTIN, SIGTTOU];
        let mut signals = Signals::new(ends.iter().chain(&stops))?;
        let watched = Arc::clone(&self.shared);
        thread::Builder::new().name("signals".into()).spawn(move || {
            for signal in signals.forever() {
                if !stops.contains(&signal) {
                    watched.lock().is_put_off = true;
                    watched.leave_in_time();
                }
            }
        })?;
        Ok(())
    }

    /// Begins to hear the front half. Nobody waits for it but who has asked: a message may come in pieces, and never end.
    pub(super) fn listen(&self) -> io::Result<()> {
        let Some(sender) = self.sender.take() else { return Ok(()) };
        let shared = Arc::clone(&self.shared);
        thread::Builder::new().name("replies".into()).spawn(move || {
            loop {
                let heard = shared.line.receive(|| shared.room.load(Ordering::Acquire));
                if let Ok(Some((Reply::PutOff, _))) = &heard {
                    shared.lock().is_put_off = true;
                    shared.gate.put_off();
                    continue;
                }
                let is_last = !matches!(heard, Ok(Some(_)));
                if sender.send(heard).is_err() || is_last {
                    return;
                }
            }
        })?;
        Ok(())
    }

    /// Waits for the next message.
    pub(super) fn hear(&self) -> Heard {
        self.heard.recv().unwrap_or(Ok(None))
    }

    /// Makes room for the body of the next message, in bytes.
    pub(super) fn make_room(&self, room: u32) {
        self.shared.room.store(room, Ordering::Release);
    }

    pub(super) fn line(&self) -> &Line {
        &self.shared.line
    }

    /// Enters a phase. The front half learns of it, and says so. Nothing is committed if it does not: it may have told
    /// the person already that nothing has changed.
    pub(super) fn enter(&self, phase: Phase, tell: impl FnOnce() -> bool) {
        if !phase.may_end() {
            self.shared.lock().phase = phase;
        }
        let is_told = tell();
        if phase == Phase::Committing && !is_told {
            self.shared.leave();
        }
        self.shared.lock().phase = phase;
        self.shared.changed.notify_all();
    }

    /// Whether a signal was put off, or the front half is gone.
    pub(super) fn is_put_off(&self) -> bool {
        let state = self.shared.lock();
        state.is_put_off || state.is_gone
    }

    pub(super) fn doom(&self, made: Made) {
        self.shared.lock().doomed.push(made);
    }

    pub(super) fn spare(&self, path: &Path) {
        self.shared.lock().doomed.retain(|doomed| doomed.path() != path);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends this half, as soon as its phase allows that and no transaction is open.
    fn leave_in_time(&self) {
        // Whatever waits for a busy store is over, in any phase.
        self.gate.put_off();
        let state = self.lock();
        drop(self.changed.wait_while(state, |state| !state.phase.may_end()).unwrap_or_else(PoisonError::into_inner));
        self.gate.act(|| {
            // While it waited for a transaction, the phase may have changed.
            let state = self.lock();
            if state.phase.may_end() {
                end(&state);
            }
        });
    }

    fn leave(&self) {
        self.gate.act(|| end(&self.lock()));
    }
}

/// Ends this half. The front half tells the person.
fn end(state: &State) {
    for made in &state.doomed {
        // A file that cannot be removed stays.
        let _ = made.remove();
    }
    exit(Kind::Cancelled.exit_code().into());
}
