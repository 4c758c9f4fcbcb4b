//! Signals: whatever ends or stops the program at a prompt leaves the terminal as it was.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;
use signal_hook::low_level::{emulate_default_handler, exit};

use super::Phase;

const SHOW_CURSOR: &[u8] = b"\x1b[?25h";

/// A prompt that is waiting, and how the terminal was before.
struct Waiting {
    terminal: File,
    before: Termios,
    text: String,
}

impl Waiting {
    fn restore(&self) {
        // At worst the terminal is gone, and there is nothing to restore.
        let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
        let _ = (&self.terminal).write_all(SHOW_CURSOR);
    }
}

#[derive(Default)]
struct State {
    waiting: Option<Waiting>,
    phase: Phase,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Watches for signals as long as the program runs.
pub struct Guard {
    shared: Arc<Shared>,
}

/// What to say when a signal ends the program.
pub struct LastWords {
    /// At a prompt.
    pub cancelled: String,
    /// While a temporary password is on its way or out, and not in force.
    pub not_in_force: String,
}

impl Guard {
    /// Starts watching.
    pub fn install(last_words: LastWords) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let ignored = ignored();
        let watched = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP];
        let mut signals = Signals::new(watched.into_iter().filter(|signal| !ignored.contains(signal)))?;
        let watched = Arc::clone(&shared);
        thread::Builder::new().name("signals".into()).spawn(move || {
            for signal in signals.forever() {
                if signal == SIGTSTP { stop(&watched) } else { end(&watched, signal, &last_words) }
            }
        })?;
        Ok(Self { shared })
    }

    /// Says how far the handing over of a temporary password has come.
    pub fn enter(&self, phase: Phase) {
        self.shared.lock().phase = phase;
        self.shared.changed.notify_all();
    }

    /// Runs a prompt. However it ends, the terminal is as it was.
    pub fn prompt<T>(&self, text: &str, ask: impl FnOnce(&File) -> io::Result<T>) -> io::Result<T> {
        let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
        let waiting = Waiting { before: tcgetattr(&terminal)?, terminal: terminal.try_clone()?, text: text.to_owned() };
        self.shared.lock().waiting = Some(waiting);
        let answer = ask(&terminal);
        if matches!(&answer, Err(error) if error.kind() == io::ErrorKind::Interrupted) {
            // Ctrl-C was read as a key and has become a signal: the watcher ends the program.
            loop {
                thread::park();
            }
        }
        if let Some(waiting) = self.shared.lock().waiting.take() {
            waiting.restore();
        }
        answer
    }
}

/// The signals that whoever started this wants ignored, as `nohup` does: they stay ignored. Without Linux's `/proc`,
/// none.
fn ignored() -> Vec<i32> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    (1..=64).filter(|signal| mask >> (signal - 1) & 1 == 1).collect()
}

/// Stops echo and line editing; signals still work.
pub fn hush(terminal: &File) -> io::Result<()> {
    let mut modes = tcgetattr(terminal)?;
    modes.local_modes -= LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON;
    Ok(tcsetattr(terminal, OptionalActions::Now, &modes)?)
}

fn stop(shared: &Shared) {
    let state = shared.lock();
    let during = state.waiting.as_ref().and_then(|waiting| {
        let during = tcgetattr(&waiting.terminal).ok();
        waiting.restore();
        during
    });
    // Returns when the program is continued.
    let _ = emulate_default_handler(SIGTSTP);
    if let (Some(waiting), Some(during)) = (&state.waiting, during) {
        let _ = tcsetattr(&waiting.terminal, OptionalActions::Now, &during);
        let _ = (&waiting.terminal).write_all(waiting.text.as_bytes());
    }
}

fn end(shared: &Shared, signal: i32, last_words: &LastWords) {
    let mut state = shared.lock();
    while state.phase == Phase::Committing {
        state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
    let say = |words: &str| {
        let _ = writeln!(io::stderr(), "{words}");
    };
    if let Some(waiting) = &state.waiting {
        waiting.restore();
        let _ = (&waiting.terminal).write_all(b"\r\n");
        say(&last_words.cancelled);
    } else if state.phase == Phase::Delivering {
        say(&last_words.not_in_force);
    }
    if signal == SIGINT {
        exit(130);
    }
    let _ = emulate_default_handler(signal);
}
