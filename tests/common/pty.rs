//! The program on a terminal: what it shows is read, what it asks is answered, and every wait has an end.

#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use rexpect::process::{PtyProcess, Signal, WaitStatus};
use rustix::process::{Pid, kill_process};
use rustix::termios::{LocalModes, Termios, tcgetattr, tcgetpgrp};

/// Far more than anything takes, so that a busy machine fails no test.
const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(5);

/// A pty starts with echo off, where nothing could ever be echoed; and how it is must be known before the program
/// starts. So a shell puts it in order, waits for a word from the test, and becomes the program.
const PUT_IN_ORDER: &str = "stty echo cols 80 rows 24; ulimit -c unlimited 2>/dev/null; echo ready.; read -r go; ";

/// The program, or a shell, on a terminal of its own.
pub struct Pty {
    process: PtyProcess,
    terminal: File,
    shown: Arc<Shown>,
    read: usize,
    typed: Vec<String>,
    pub before: String,
}

/// How a [`Pty`] ended.
pub struct Ended {
    /// The exit code, or the signal.
    pub status: WaitStatus,
    /// All that was shown.
    pub transcript: String,
    pub before: String,
    pub after: String,
}

#[derive(Default)]
struct Shown {
    state: Mutex<Bytes>,
    changed: Condvar,
}

#[derive(Default)]
struct Bytes {
    bytes: Vec<u8>,
    ended: bool,
}

impl Shown {
    fn lock(&self) -> MutexGuard<'_, Bytes> {
        self.state.lock().unwrap()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.lock().bytes).into_owned()
    }
}

impl Pty {
    /// Starts a program with a terminal as its standard input, output and error.
    pub fn start(command: &Command) -> Self {
        Self::script(r#"exec "$@""#, command)
    }

    /// Starts a shell script in which `"$@"` is the program and what it is given.
    pub fn script(script: &str, command: &Command) -> Self {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", &format!("{PUT_IN_ORDER}{script}"), "sh"]).arg(command.get_program());
        shell.args(command.get_args()).stdin(Stdio::inherit()).env_clear().env("TERM", "xterm");
        shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        if let Some(folder) = command.get_current_dir() {
            shell.current_dir(folder);
        }
        let mut process = PtyProcess::new(shell).unwrap();
        process.set_kill_timeout(Some(1000));
        let terminal = process.get_file_handle().unwrap();
        let shown = Arc::new(Shown::default());
        let mut pty =
            Self { shown: Arc::clone(&shown), terminal, process, read: 0, typed: Vec::new(), before: String::new() };
        let mut reader = pty.terminal.try_clone().unwrap();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // When nobody has the terminal open any more, this is an error.
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                shown.lock().bytes.extend_from_slice(&buffer[..count]);
                shown.changed.notify_all();
            }
            shown.lock().ended = true;
            shown.changed.notify_all();
        });
        pty.until("ready.");
        assert!(pty.modes().contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG));
        pty.before = described(&tcgetattr(&pty.terminal).unwrap());
        pty.send("\n");
        pty
    }

    /// Waits until this is shown, after what was waited for before.
    #[track_caller]
    pub fn until(&mut self, text: &str) {
        let find = |shown: &Bytes, from: usize| {
            let found = shown.bytes[from..].windows(text.len()).position(|window| window == text.as_bytes());
            found.map(|index| from + index + text.len())
        };
        let from = self.read;
        let (shown, _) = self
            .shown
            .changed
            .wait_timeout_while(self.shown.lock(), PATIENCE, |shown| find(shown, from).is_none() && !shown.ended)
            .unwrap();
        let found = find(&shown, from);
        drop(shown);
        let Some(end) = found else { panic!("{text:?} was not shown in {:?}", self.shown.text()) };
        self.read = end;
    }

    /// Types keys.
    pub fn send(&mut self, keys: &str) {
        self.terminal.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits for a prompt that does not echo, and answers it. What is typed must never be shown.
    #[track_caller]
    pub fn answer(&mut self, prompt: &str, secret: &str) {
        self.until(prompt);
        self.is_hushed();
        self.secret(secret);
        self.send("\r");
    }

    /// Types a part of something that must never be shown.
    pub fn secret(&mut self, part: &str) {
        self.typed.push(part.to_owned());
        self.send(part);
    }

    /// Fails the test if what is typed would be shown.
    #[track_caller]
    pub fn is_hushed(&self) {
        assert!(!self.modes().intersects(LocalModes::ECHO | LocalModes::ECHONL), "{}", self.shown.text());
    }

    /// Waits until the program reads single keys.
    #[track_caller]
    pub fn until_raw(&self) {
        self.until_modes("raw", |modes| !modes.intersects(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG));
    }

    /// Waits until the terminal is as it was at the start.
    #[track_caller]
    pub fn until_as_it_was(&self) {
        self.wait_for("the terminal to be as it was", || described(&tcgetattr(&self.terminal).unwrap()) == self.before);
    }

    #[track_caller]
    fn until_modes(&self, what: &str, wanted: impl Fn(LocalModes) -> bool) {
        self.wait_for(what, || wanted(self.modes()));
    }

    #[track_caller]
    fn wait_for(&self, what: &str, there: impl Fn() -> bool) {
        for _ in 0..PATIENCE.as_millis() / GLANCE.as_millis() {
            if there() {
                return;
            }
            thread::sleep(GLANCE);
        }
        panic!("waited in vain for {what}: {:?} {:?}", self.modes(), self.shown.text());
    }

    fn modes(&self) -> LocalModes {
        tcgetattr(&self.terminal).unwrap().local_modes
    }

    /// Sends a signal to the process that was started: the program, unless a script keeps the shell.
    pub fn signal(&mut self, signal: Signal) {
        self.process.signal(signal).unwrap();
    }

    /// The process group in front, which is the program's where a shell has started it as a job.
    pub fn in_front(&self) -> Pid {
        tcgetpgrp(&self.terminal).unwrap()
    }

    /// Stops the job in front, as another program would.
    pub fn stop_job(&self) {
        kill_process(self.in_front(), rustix::process::Signal::TSTP).unwrap();
    }

    /// Waits for the end.
    #[track_caller]
    pub fn end(mut self) -> Ended {
        let (shown, _) =
            self.shown.changed.wait_timeout_while(self.shown.lock(), PATIENCE, |shown| !shown.ended).unwrap();
        let ended = shown.ended;
        drop(shown);
        let transcript = self.shown.text();
        assert!(ended, "this has not ended: {transcript:?}");
        for secret in self.typed.drain(..) {
            assert!(!transcript.contains(&secret), "{secret:?} was shown in {transcript:?}");
        }
        Ended {
            status: self.process.wait().unwrap(),
            transcript,
            before: std::mem::take(&mut self.before),
            after: described(&tcgetattr(&self.terminal).unwrap()),
        }
    }
}

impl Ended {
    /// Fails the test unless the program exited with this code, and left the terminal as it was.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert!(
            matches!(self.status, WaitStatus::Exited(_, it) if it == code),
            "{:?} {}",
            self.status,
            self.transcript
        );
        self.leaves_the_terminal_as_it_was()
    }

    /// Fails the test unless the program died by this signal, without a core, and left the terminal as it was.
    #[track_caller]
    pub fn dies_by(self, signal: Signal) -> Self {
        let died = matches!(self.status, WaitStatus::Signaled(_, it, false) if it == signal);
        assert!(died, "{:?} {}", self.status, self.transcript);
        self.leaves_the_terminal_as_it_was()
    }

    /// Fails the test unless this was shown.
    #[track_caller]
    pub fn shows(self, text: &str) -> Self {
        assert!(self.transcript.contains(text), "{text:?} is not in {}", self.transcript);
        self
    }

    fn leaves_the_terminal_as_it_was(self) -> Self {
        assert_eq!(self.after, self.before, "{}", self.transcript);
        let (hidden, shown) = (self.transcript.rfind("\x1b[?25l"), self.transcript.rfind("\x1b[?25h"));
        assert!(hidden <= shown, "the cursor stays hidden: {:?}", self.transcript);
        self
    }
}

/// All modes and special codes.
fn described(modes: &Termios) -> String {
    format!("{modes:?}")
}
