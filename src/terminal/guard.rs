//! Signals. Whenever one ends or stops the program at a prompt, the terminal is restored.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::mem;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::io::retry_on_intr;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, getpid, kill_process, waitid};
use signal_hook::consts::{
    SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2,
    SIGVTALRM, SIGWINCH, SIGXCPU,
};
use signal_hook::iterator::Signals;
use signal_hook::low_level::{emulate_default_handler, exit};

use super::alternate::Size;
use super::device::{Device, is_away};
use super::taken::{Manner, Picture, Taken};
use super::{Phase, job, typing};
use crate::gate::{Gate, Unstopped};
use crate::made::{Made, left_behind};
use crate::patient::Patient;

#[derive(Default)]
struct State {
    /// The terminal, from the first prompt on.
    taken: Option<Taken>,
    /// The prompt that waits for an answer.
    prompt: Option<String>,
    /// How often a prompt has been drawn again.
    drawn_again: u32,
    /// The content of the alternate screen.
    picture: Option<Picture>,
    /// Whether a line such as a progress bar is drawn on the last line.
    draws_line: bool,
    phase: Phase,
    /// The program that has the terminal.
    borrower: Option<Pid>,
    /// The last words if a delivery is cut off, in place of the usual ones.
    cut_off: Option<String>,
    /// A signal that was put off.
    put_off: Option<i32>,
    /// Whether Ctrl-Z was put off.
    is_to_stop: bool,
    /// How many commits of delivered secrets have begun.
    commits: u64,
    /// Whether Ctrl-C has left the confirmation screen.
    has_left: bool,
    /// Files and folders that are useless if the program ends now.
    doomed: Vec<Made>,
}

impl State {
    /// Whether the program waits for a reader. A pipe that nobody reads would take for ever.
    fn waits_for_taker(&self) -> bool {
        matches!(self.phase, Phase::Delivering | Phase::Telling)
    }

    /// Whether the confirmation screen shows a secret that is in force.
    fn is_confirmed(&self) -> bool {
        self.phase == Phase::Idle && self.picture.is_some() && self.prompt.is_none()
    }

    /// Draws the picture again. The window may have another size, or show the text of another program. Returns whether it
    /// is there now.
    fn repaint(&mut self) -> io::Result<bool> {
        match (&mut self.taken, &self.picture) {
            (Some(taken), Some(picture)) => taken.paint(picture),
            _ => Ok(false),
        }
    }
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    last_words: LastWords,
    gate: Gate,
    other_half: OnceLock<Box<dyn OtherHalf>>,
}

/// The other half of a shared host, which runs the command.
pub trait OtherHalf: Send + Sync {
    /// Says that a signal was put off.
    fn put_off(&self);

    /// Ends it, and waits until it is gone. A transaction that is open there comes to its end first.
    fn end(&self);
}

/// Watches for signals while the program runs.
#[derive(Clone)]
pub struct Guard {
    shared: Arc<Shared>,
}

/// All signals that end or stop the program and can be caught. Also those after which the terminal must be redrawn.
const WANTED: [i32; 15] = [
    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGUSR1, SIGUSR2, SIGTSTP, SIGTTIN,
    SIGTTOU, SIGCONT, SIGWINCH,
];
/// How long a delivery may take after a signal asks for the end. A pipe that nobody reads would take for ever. The last
/// words get the same time.
const GRACE: Duration = Duration::from_secs(1);
/// How often to look for a key.
const LOOK_EVERY: Duration = Duration::from_millis(30);

/// The messages for a signal that ends the program, and one for a commit that waits.
pub struct LastWords {
    /// While what was handed over has not come into force for a while. Empty if nobody is to be told.
    pub not_yet: String,
    /// At a prompt.
    pub cancelled: String,
    /// While a temporary password is being delivered, or is delivered but not in force.
    pub not_in_force: String,
    /// At the confirmation screen.
    pub in_force: String,
    /// While the answer is written, after everything is done.
    pub done: String,
}

impl Guard {
    /// Starts watching.
    pub fn install(last_words: LastWords, gate: Gate) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
            last_words,
            gate,
            other_half: OnceLock::new(),
        });
        let ignored = job::ignored();
        let mut signals = Signals::new(WANTED.into_iter().filter(|signal| !ignored.contains(signal)))?;
        let watched = Arc::clone(&shared);
        thread::Builder::new().name("signals".into()).spawn(move || {
            let mut came = BTreeSet::new();
            loop {
                if came.is_empty() {
                    came.extend(signals.wait().map(in_turn));
                }
                if Device::open().is_ok_and(|device| is_away(&device.file)) {
                    // `kill %1` of a shell sends TERM and CONT. The program is not to stop again before it ends.
                    thread::sleep(LOOK_EVERY);
                }
                // The program may have been stopped since the last look.
                came.extend(signals.pending().map(in_turn));
                let Some((_, signal)) = came.pop_first() else { continue };
                match signal {
                    SIGCONT => {
                        // Whoever continues the program no longer wants it stopped.
                        lock(&watched.state).is_to_stop = false;
                        if !resume(&mut lock(&watched.state)) {
                            watched.gate.act(|| stop(&lock(&watched.state)));
                        }
                    }
                    SIGWINCH => drop(lock(&watched.state).repaint()),
                    // A thread that uses the terminal from the background waits for the foreground, in every phase.
                    SIGTTIN | SIGTTOU => watched.gate.act(|| stop_in_background(&lock(&watched.state))),
                    _ => watched.act_on(signal),
                }
            }
        })?;
        Ok(Self { shared })
    }

    /// Sets the phase of handing over a temporary password.
    pub fn enter(&self, phase: Phase) {
        let mut state = self.lock();
        let before = mem::replace(&mut state.phase, phase);
        if (before, phase) == (Phase::Delivering, Phase::Committing) {
            state.commits += 1;
            self.say_if_it_waits(state.commits);
        }
        if phase.may_stop() && mem::take(&mut state.is_to_stop) {
            // This thread has no transaction open.
            stop(&state);
        }
        self.shared.changed.notify_all();
        if state.is_confirmed()
            && let Some(signal) = state.put_off
        {
            self.shared.leave(&mut state, signal);
        }
    }

    /// Whoever has a secret in front of them learns that it is not in force yet, if the store is busy. The screen says so
    /// itself, and a progress bar shows it.
    fn say_if_it_waits(&self, commit: u64) {
        if self.shared.last_words.not_yet.is_empty() {
            return;
        }
        let shared = Arc::clone(&self.shared);
        // Without a thread, nobody learns it.
        let _ = thread::Builder::new().name("waiting".into()).spawn(move || {
            let state = lock(&shared.state);
            let waits = |state: &mut State| state.phase == Phase::Committing && state.commits == commit;
            let waited = shared.changed.wait_timeout_while(state, GRACE, waits);
            let (state, waited) = waited.unwrap_or_else(PoisonError::into_inner);
            let is_to_say = waited.timed_out() && state.picture.is_none() && !state.draws_line;
            drop(state);
            if is_to_say {
                say(shared.last_words.not_yet.clone());
            }
        });
    }

    /// The phase. If a signal is ending the program, this never returns.
    pub fn phase(&self) -> Phase {
        self.lock().phase
    }

    /// From now on, the other half learns of signals, too.
    pub fn work_with(&self, other_half: Box<dyn OtherHalf>) {
        // There is only one.
        let _ = self.shared.other_half.set(other_half);
    }

    /// Whether a signal was put off during a commit.
    pub fn interrupted(&self) -> bool {
        self.lock().put_off.is_some()
    }

    /// Sets the last words for a delivery that is cut off.
    pub fn say_if_cut_off(&self, words: String) {
        self.lock().cut_off = Some(words);
    }

    /// Says whether a line such as a progress bar is drawn on standard error.
    pub fn draw_line(&self, draws: bool) {
        self.lock().draws_line = draws;
    }

    /// Registers a file or folder to remove if a signal ends the program.
    pub fn doom(&self, made: Made) {
        self.lock().doomed.push(made);
    }

    /// Takes back what [`Self::doom`] said.
    pub fn spare(&self, path: &Path) {
        self.lock().doomed.retain(|doomed| doomed.path() != path);
    }

    /// Asks, and waits for the answer. If `hushed`, nothing is echoed from here to [`Self::give_back`]. `read` gets the
    /// terminal, and a question: was the prompt drawn again since the last time? The new prompt shows nothing of what was
    /// typed before.
    pub fn ask<T>(
        &self,
        prompt: &str,
        hushed: bool,
        read: impl FnOnce(Patient<File>, &dyn Fn() -> bool) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut terminal = Patient(Device::open()?.file);
        let seen = self.in_front(&terminal.0, |state| {
            let Some(taken) = take(state, if hushed { Manner::Hushed } else { Manner::Line })? else { return Ok(None) };
            taken.again();
            state.prompt = Some(prompt.to_owned());
            Ok(Some(Cell::new(state.drawn_again)))
        })?;
        let begins_anew = || {
            let drawn_again = self.lock().drawn_again;
            seen.replace(drawn_again) != drawn_again
        };
        // If Ctrl-S has stopped the terminal, only this thread waits.
        let answer =
            terminal.write_all(prompt.as_bytes()).and_then(|()| read(Patient(terminal.0.try_clone()?), &begins_anew));
        self.lock().prompt = None;
        if answer.is_err() {
            self.forget_typed();
        }
        if hushed || answer.is_err() {
            terminal.write_all(b"\r\n")?;
        }
        answer
    }

    /// Puts a picture on the alternate screen, in place of the last one. Until it is given back, nothing is echoed.
    /// Earlier typing is thrown away. If it `asks`, a signal that ends the program cancels it like a prompt. Returns once
    /// the picture is there, or `false` if this is the first one and the window does not fit.
    pub fn paint(&self, picture: Picture, asks: bool, fits: impl Fn(Size) -> bool) -> io::Result<bool> {
        let mut picture = Some(picture);
        let terminal = Device::open()?.file;
        self.in_front(&terminal, |state| {
            state.prompt = asks.then(String::new);
            if take(state, Manner::Screen)?.is_none() {
                return Ok(None);
            }
            if state.picture.is_none() && !fits(Size::of(&terminal)) {
                return Ok(Some(false));
            }
            if let Some(picture) = picture.take() {
                state.picture = Some(picture);
            }
            Ok(state.repaint()?.then_some(true))
        })
    }

    /// Uses the terminal while this job has it. `None` says that a shell got it meanwhile: then it is tried again.
    fn in_front<T>(&self, terminal: &File, mut uses: impl FnMut(&mut State) -> io::Result<Option<T>>) -> io::Result<T> {
        loop {
            come_to_front(terminal)?;
            if let Some(done) = uses(&mut self.lock())? {
                return Ok(done);
            }
        }
    }

    /// Throws away everything typed so far.
    pub fn forget_typed(&self) {
        if let Some(taken) = &self.lock().taken {
            taken.forget_typed();
        }
    }

    /// Waits at the confirmation screen until something was typed. Returns `false` if Ctrl-C has left the screen.
    pub fn wait_for_key(&self, terminal: &File) -> io::Result<bool> {
        let mut state = self.lock();
        while !state.has_left {
            if typing::is_waiting(terminal)? {
                return Ok(true);
            }
            let waited = self.shared.changed.wait_timeout(state, LOOK_EVERY);
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
        Ok(false)
    }

    /// Lends the terminal as it was to another program, until [`Self::take_back`].
    pub fn lend(&self, program: &mut Command) -> io::Result<Child> {
        // What was typed ahead at a hushed prompt is not for that program, nor is a token.
        self.give_back();
        program.env_remove("PASSDESK_TOKEN").env_remove("PASSDESK_TOKEN_FILE");
        self.in_front(&Device::open()?.file, |state| {
            if take(state, Manner::Line)?.is_none() {
                return Ok(None);
            }
            // No signal is acted on before the borrower is known.
            let child = program.spawn();
            match &child {
                Ok(child) => (state.phase, state.borrower) = (Phase::Lent, Some(Pid::from_child(child))),
                Err(_) => end_loan(state),
            }
            child.map(Some)
        })
    }

    /// Waits until the other program has ended, and takes the terminal back as it was.
    pub fn take_back(&self, mut borrower: Child) -> io::Result<ExitStatus> {
        let ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        // If this fails, so does the wait below. The terminal is taken back in any case.
        let how = retry_on_intr(|| waitid(WaitId::Pid(Pid::from_child(&borrower)), ended));
        let mut state = self.lock();
        if let (Some(taken), Ok(Some(how))) = (&state.taken, how)
            && !how.exited()
        {
            taken.forget_colours();
        }
        // Only after this, its number may become that of another process.
        end_loan(&mut state);
        drop(state);
        borrower.wait()
    }

    /// Restores the terminal.
    pub fn give_back(&self) {
        let mut state = self.lock();
        state.picture = None;
        state.prompt = None;
        if let Some(taken) = state.taken.take() {
            taken.restore(false);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.shared.state)
    }
}

impl Shared {
    /// Acts on a signal that stops or ends the program, or puts it off. It acts only when no transaction is open.
    fn act_on(&self, signal: i32) {
        if lock(&self.state).phase == Phase::Lent && matches!(signal, SIGINT | SIGQUIT) {
            return;
        }
        // While it waits for a transaction, the phase may change.
        let act = if signal == SIGTSTP { Gate::act } else { Gate::end };
        if may_act(lock(&self.state).phase, signal) && act(&self.gate, &mut || self.acts_on(signal)) {
            return;
        }
        if signal == SIGTSTP {
            let mut state = lock(&self.state);
            if state.phase.may_stop() {
                // Just now. It comes again, and waits for the gate.
                let _ = kill_process(getpid(), Signal::TSTP);
            } else {
                state.is_to_stop = true;
            }
            return;
        }
        lock(&self.state).put_off = Some(signal);
        self.gate.put_off();
        if let Some(other) = self.other_half.get() {
            other.put_off();
        }
        let state = lock(&self.state);
        // The delivery may never end if nobody takes it.
        if self.wait_for_taker(state).waits_for_taker() {
            self.gate.act(|| {
                let state = lock(&self.state);
                if state.waits_for_taker() {
                    self.end(&state, signal);
                }
            });
        }
    }

    fn acts_on(&self, signal: i32) -> bool {
        let mut state = lock(&self.state);
        let may = may_act(state.phase, signal);
        match signal {
            _ if !may => {}
            SIGTSTP => stop(&state),
            _ => self.leave(&mut state, signal),
        }
        may
    }

    fn wait_for_taker<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let waited = self.changed.wait_timeout_while(state, GRACE, |state| state.waits_for_taker());
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Ends the program by a signal. At the confirmation screen, Ctrl-C only leaves the screen like any other key:
    /// everything is done already.
    fn leave(&self, state: &mut State, signal: i32) {
        if signal == SIGINT && state.is_confirmed() {
            state.has_left = true;
            self.changed.notify_all();
        } else {
            self.end(state, signal);
        }
    }

    /// Ends the program by a signal. Ctrl-C gives exit code 130.
    fn end(&self, state: &State, signal: i32) {
        if let Some(other) = self.other_half.get() {
            other.end();
        }
        if let Some(borrower) = state.borrower {
            end_borrower(borrower);
            if let Some(taken) = &state.taken {
                taken.forget_colours();
            }
        }
        state.doomed.iter().for_each(Made::discard);
        if let Some(taken) = &state.taken {
            taken.restore(state.prompt.is_some());
        }
        let mut words = String::new();
        if state.prompt.is_some() || (state.draws_line && io::stderr().is_terminal()) {
            words.push('\n');
        }
        let said = match state.phase {
            Phase::Delivering | Phase::Asking => Some(state.cut_off.as_ref().unwrap_or(&self.last_words.not_in_force)),
            Phase::Telling => Some(&self.last_words.done),
            _ if state.prompt.is_some() => Some(&self.last_words.cancelled),
            _ if state.is_confirmed() => Some(&self.last_words.in_force),
            _ => None,
        };
        for said in said.into_iter().chain(&left_behind()) {
            words.push_str(said);
            words.push('\n');
        }
        say(words);
        if signal == SIGINT {
            exit(130);
        }
        let _ = emulate_default_handler(signal);
    }
}

/// Takes the terminal back from the program that had it.
fn end_loan(state: &mut State) {
    (state.phase, state.borrower) = (Phase::Idle, None);
    if let Some(taken) = state.taken.take() {
        taken.restore(false);
    }
}

/// Ends the program that has the terminal. A pager restores the terminal for TERM; a shell ends for HUP alone.
fn end_borrower(borrower: Pid) {
    for signal in [Signal::TERM, Signal::HUP] {
        let _ = kill_process(borrower, signal);
        if has_changed(borrower, WaitIdOptions::EXITED) {
            return;
        }
    }
}

/// Stops the program that has the terminal, if it has not got the signal that stops this one.
fn stop_borrower(borrower: Pid) {
    let stopped = WaitIdOptions::STOPPED | WaitIdOptions::EXITED;
    if !has_changed(borrower, stopped) {
        let _ = kill_process(borrower, Signal::TSTP);
        has_changed(borrower, stopped);
    }
}

/// Waits a while until a child has ended or stopped. It can still be waited for.
fn has_changed(child: Pid, how: WaitIdOptions) -> bool {
    (0..GRACE.as_millis() / LOOK_EVERY.as_millis()).any(|_| {
        let changed =
            !matches!(waitid(WaitId::Pid(child), how | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG), Ok(None));
        if !changed {
            thread::sleep(LOOK_EVERY);
        }
        changed
    })
}

/// Writes to standard error, and waits only for a while: Ctrl-S may have stopped the terminal.
fn say(words: String) {
    let (said, heard) = mpsc::channel();
    // Without a thread, nobody is told.
    let _ = thread::Builder::new().spawn(move || {
        let _unstopped = Unstopped::begin();
        let _ = Patient(io::stderr()).write_all(words.as_bytes());
        let _ = said.send(());
    });
    let _ = heard.recv_timeout(GRACE);
}

/// What ends the program comes before what stops it.
fn in_turn(signal: i32) -> (bool, i32) {
    (matches!(signal, SIGCONT | SIGTSTP | SIGTTIN | SIGTTOU | SIGWINCH), signal)
}

fn may_act(phase: Phase, signal: i32) -> bool {
    if signal == SIGTSTP { phase.may_stop() } else { phase.may_end() }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the terminal over in this manner, unless that is done already. `None` if another job has it.
fn take(state: &mut State, manner: Manner) -> io::Result<Option<&Taken>> {
    state.taken = match state.taken.take() {
        Some(taken) if taken.manner() == manner => Some(taken),
        other => {
            if let Some(taken) = other {
                taken.restore(false);
            }
            Taken::new(manner)?
        }
    };
    Ok(state.taken.as_ref())
}

/// Stops the program, if a shell can continue it.
fn stop(state: &State) {
    if job::is_orphaned() {
        return;
    }
    match (state.borrower, &state.taken) {
        // The borrower restores the terminal. The shell prints its prompt only after that.
        (Some(borrower), _) => stop_borrower(borrower),
        (None, Some(taken)) => taken.restore(state.prompt.is_some()),
        (None, None) => {}
    }
    // This returns when the program is continued. SIGCONT does the rest.
    let _ = emulate_default_handler(SIGTSTP);
}

/// Stops in the background, as a read of the terminal does, until a shell brings the program to the front. Fails if no
/// shell can, or if the signal that stops it is ignored.
fn come_to_front(terminal: &File) -> io::Result<()> {
    while is_away(terminal) {
        if job::is_orphaned() || job::ignored().contains(&SIGTTIN) {
            return Err(rustix::io::Errno::IO.into());
        }
        kill_process(getpid(), Signal::TTIN)?;
        thread::sleep(LOOK_EVERY);
    }
    Ok(())
}

/// Stops the program, unless it has come to the foreground meanwhile.
fn stop_in_background(state: &State) {
    if Device::open().map_or(true, |device| is_away(&device.file)) {
        stop(state);
    }
}

/// Takes the terminal again after any kind of stop. The prompt is shown again. Returns `false` if the program has been
/// continued in the background, and has something on the terminal: that waits for the foreground.
fn resume(state: &mut State) -> bool {
    if let Some(taken) = state.taken.as_ref().filter(|_| state.borrower.is_none()) {
        if taken.is_away() {
            return state.prompt.is_none() && state.picture.is_none();
        }
        taken.again();
        state.drawn_again += 1;
        let _ = taken.send(state.prompt.as_deref().unwrap_or_default().as_bytes());
    }
    let _ = state.repaint();
    true
}
