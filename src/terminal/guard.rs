//! Signals: whatever ends or stops the program at a prompt leaves the terminal as it was.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{getpgrp, getsid};
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetwinsize, tcsetattr,
};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;
use signal_hook::low_level::{emulate_default_handler, exit};
use zeroize::Zeroizing;

use super::Phase;
use super::screen::{LEAVE, Size};

/// The terminal, and how it was before the first prompt.
struct Taken {
    terminal: File,
    before: Termios,
    during: Termios,
    /// Whether what is typed has been kept from the screen. It stays so until the terminal is given back, since people
    /// type on while a password is being hashed.
    hushed: bool,
    /// Whether it shows the alternate screen.
    on_screen: bool,
}

impl Taken {
    /// Gives the terminal back. What was typed ahead where nothing is echoed is thrown away, or the shell would show it.
    fn restore(&self) {
        if self.on_screen {
            let _ = (&self.terminal).write_all(LEAVE.as_bytes());
        }
        let how = if self.hushed { OptionalActions::Flush } else { OptionalActions::Now };
        // At worst the terminal is gone, and there is nothing to restore.
        let _ = tcsetattr(&self.terminal, how, &self.before);
    }
}

/// What draws the alternate screen, for a terminal of any size.
pub type Picture = Box<dyn Fn(Size) -> Zeroizing<String> + Send>;

#[derive(Default)]
struct State {
    taken: Option<Taken>,
    /// The prompt that waits for an answer.
    prompt: Option<String>,
    /// What stands on the alternate screen.
    picture: Option<Picture>,
    /// Whether the cursor stands behind something that is drawn again and again on the last line.
    draws_line: bool,
    phase: Phase,
    interrupted: bool,
    /// Files and folders that are of no use if the program ends now.
    doomed: Vec<PathBuf>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// Watches for signals as long as the program runs.
pub struct Guard {
    shared: Arc<Shared>,
}

/// How long a delivery may take, once a signal asks for the end: a pipe that nobody reads would take for ever.
const GRACE: Duration = Duration::from_secs(1);

/// What to say when a signal ends the program.
pub struct LastWords {
    /// At a prompt.
    pub cancelled: String,
    /// While a temporary password is on its way or out, and not in force.
    pub not_in_force: String,
    /// At the confirmation screen.
    pub in_force: String,
}

impl Guard {
    /// Starts watching.
    pub fn install(last_words: LastWords) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let ignored = ignored();
        let wanted = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH];
        let mut signals = Signals::new(wanted.into_iter().filter(|signal| !ignored.contains(signal)))?;
        let watched = Arc::clone(&shared);
        thread::Builder::new().name("signals".into()).spawn(move || {
            for signal in signals.forever() {
                let mut state = lock(&watched.state);
                match (state.phase, signal) {
                    (_, SIGCONT) => resume(&state),
                    (_, SIGWINCH) => repaint(&state),
                    (Phase::Idle, SIGTSTP) => stop(&state),
                    (Phase::Idle, _) => end(&state, signal, &last_words),
                    (_, SIGTSTP) => {}
                    _ => {
                        state.interrupted = true;
                        if is_stuck(&watched, state) {
                            end(&lock(&watched.state), signal, &last_words);
                        }
                    }
                }
            }
        })?;
        Ok(Self { shared })
    }

    /// Says how far the handing over of a temporary password has come.
    pub fn enter(&self, phase: Phase) {
        self.lock().phase = phase;
        self.shared.changed.notify_all();
    }

    /// Whether a signal came while something was being put in force, and was put off.
    pub fn interrupted(&self) -> bool {
        self.lock().interrupted
    }

    /// Says whether something is drawn again and again on the last line of standard error.
    pub fn draw_line(&self, draws: bool) {
        self.lock().draws_line = draws;
    }

    /// Names a file or folder that is to go if a signal ends the program.
    pub fn doom(&self, path: PathBuf) {
        self.lock().doomed.push(path);
    }

    /// Takes back what [`Self::doom`] said.
    pub fn spare(&self, path: &Path) {
        self.lock().doomed.retain(|doomed| doomed != path);
    }

    /// Asks, and waits for the answer. If `hushed`, nothing is echoed from here to [`Self::give_back`].
    pub fn ask<T>(&self, prompt: &str, hushed: bool, read: impl FnOnce(File) -> io::Result<T>) -> io::Result<T> {
        let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
        {
            let mut state = self.lock();
            if hushed != state.taken.as_ref().is_some_and(|taken| taken.hushed)
                && let Some(taken) = state.taken.take()
            {
                taken.restore();
            }
            if state.taken.is_none() {
                state.taken = Some(take(terminal.try_clone()?, hushed, false)?);
            }
            state.prompt = Some(prompt.to_owned());
            (&terminal).write_all(prompt.as_bytes())?;
        }
        let answer = read(terminal.try_clone()?);
        self.lock().prompt = None;
        if hushed || answer.is_err() {
            (&terminal).write_all(b"\r\n")?;
        }
        answer
    }

    /// Puts a picture on the alternate screen, in the place of the one before. Nothing is echoed until it is given back.
    /// If it `asks`, a signal that ends the program cancels it as it does a prompt.
    pub fn paint(&self, picture: Picture, asks: bool) -> io::Result<()> {
        let mut state = self.lock();
        state.prompt = asks.then(String::new);
        if !state.taken.as_ref().is_some_and(|taken| taken.on_screen) {
            if let Some(taken) = state.taken.take() {
                taken.restore();
            }
            let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
            state.taken = Some(take(terminal, true, true)?);
        }
        let Some(taken) = &state.taken else { return Ok(()) };
        (&taken.terminal).write_all(picture(size(&taken.terminal)).as_bytes())?;
        state.picture = Some(picture);
        Ok(())
    }

    /// Gives the terminal back as it was.
    pub fn give_back(&self) {
        let mut state = self.lock();
        state.picture = None;
        state.prompt = None;
        if let Some(taken) = state.taken.take() {
            taken.restore();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.shared.state)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How large a terminal is; 80 by 24 if it does not say.
fn size(terminal: &File) -> Size {
    let says = tcgetwinsize(terminal).map_or((0, 0), |size| (size.ws_col, size.ws_row));
    let (columns, rows) = if says.0 == 0 || says.1 == 0 { (80, 24) } else { says };
    Size { columns, rows }
}

/// Takes a terminal over, with the modes of a prompt.
fn take(terminal: File, hushed: bool, on_screen: bool) -> io::Result<Taken> {
    let before = tcgetattr(&terminal)?;
    let mut during = before.clone();
    // A program that was killed while it drew may have left other modes.
    during.input_modes |= InputModes::ICRNL;
    during.local_modes |= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
    if hushed {
        during.local_modes -= LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON;
        // A read waits for a key, whatever used the terminal before.
        during.special_codes[SpecialCodeIndex::VMIN] = 1;
        during.special_codes[SpecialCodeIndex::VTIME] = 0;
    }
    tcsetattr(&terminal, OptionalActions::Now, &during)?;
    Ok(Taken { terminal, before, during, hushed, on_screen })
}

/// Waits for what is under way to come to its end; `true` if it does not, for want of somebody who takes a delivery.
fn is_stuck(shared: &Shared, state: MutexGuard<'_, State>) -> bool {
    let wait = shared.changed.wait_timeout_while(state, GRACE, |state| state.phase == Phase::Delivering);
    let (state, _) = wait.unwrap_or_else(PoisonError::into_inner);
    state.phase == Phase::Delivering
}

/// The signals that whoever started this wants ignored, as `nohup` does: they stay ignored. Without Linux's `/proc`,
/// none.
fn ignored() -> Vec<i32> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    (1..=64).filter(|signal| mask >> (signal - 1) & 1 == 1).collect()
}

/// Stops the program, if there is somebody to continue it.
fn stop(state: &State) {
    if is_orphaned() {
        return;
    }
    if let Some(taken) = &state.taken {
        taken.restore();
    }
    // Returns when the program is continued; SIGCONT does the rest.
    let _ = emulate_default_handler(SIGTSTP);
}

/// Takes the terminal again after a stop, of whatever kind; the prompt stands there again.
fn resume(state: &State) {
    if let Some(taken) = &state.taken {
        let _ = tcsetattr(&taken.terminal, OptionalActions::Now, &taken.during);
        let _ = (&taken.terminal).write_all(state.prompt.as_deref().unwrap_or_default().as_bytes());
    }
    repaint(state);
}

/// Draws the picture again, in a window that has another size, or another program's text in it.
fn repaint(state: &State) {
    if let (Some(taken), Some(picture)) = (&state.taken, &state.picture) {
        let _ = (&taken.terminal).write_all(picture(size(&taken.terminal)).as_bytes());
    }
}

/// Whether no shell of this session has the job in hand: then Ctrl-Z is nothing (POSIX, "orphaned process group").
/// Without Linux's `/proc` it never is.
fn is_orphaned() -> bool {
    let group = getpgrp().as_raw_nonzero().get();
    let session = getsid(None).map_or(0, |session| session.as_raw_nonzero().get());
    let mut parent = rustix::process::getppid().map(|parent| parent.as_raw_nonzero().get());
    // Up to the first process outside the job.
    while let Some(pid) = parent {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // Behind the name, which may contain anything: state, parent, group, session.
        let fields: Vec<i32> = stat
            .rsplit_once(')')
            .map(|(_, fields)| {
                fields.split_whitespace().skip(1).take(3).filter_map(|field| field.parse().ok()).collect()
            })
            .unwrap_or_default();
        match fields.as_slice() {
            [next, its_group, _] if *its_group == group => parent = (*next > 0).then_some(*next),
            [_, _, its_session] => return *its_session != session,
            _ => return false,
        }
    }
    true
}

/// Ends the program by a signal; by exit code 130 if it is Ctrl-C's.
fn end(state: &State, signal: i32, last_words: &LastWords) {
    for path in &state.doomed {
        // One of the two is right, and what cannot be removed stays.
        let _ = fs::remove_file(path).or_else(|_| fs::remove_dir_all(path));
    }
    if let Some(taken) = &state.taken {
        taken.restore();
    }
    let say = |words: &str| {
        let _ = writeln!(io::stderr(), "{words}");
    };
    if state.draws_line && io::stderr().is_terminal() {
        say("");
    }
    if state.prompt.is_some() {
        say(&format!("\n{}", last_words.cancelled));
    } else if state.picture.is_some() && state.phase == Phase::Idle {
        say(&last_words.in_force);
    } else if state.phase == Phase::Delivering {
        say(&last_words.not_in_force);
    }
    if signal == SIGINT {
        exit(130);
    }
    let _ = emulate_default_handler(signal);
}
