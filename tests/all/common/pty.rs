//! The program on a terminal. Tests read what it shows and answer its questions. Every wait has a limit.

#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use rexpect::process::{PtyProcess, WaitStatus};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use rustix::termios::{LocalModes, Termios, tcgetattr, tcgetpgrp};

/// Far more than anything takes, so that a slow machine fails no test.
const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(5);

/// A pty starts with echo off, so nothing could ever be echoed. Its state must be known before the program starts. So a
/// shell sets it up, waits for a word from the test, and becomes the program.
const PUT_IN_ORDER: &str = r#"
    stty echo cols 80 rows 24
    ulimit -c unlimited 2>/dev/null
    echo "ready $$."
    read -r go
"#;

/// When the first process on a terminal ends, its last output can be lost, and the modes are reset. So another shell is
/// the first process. It survives Ctrl-C, and stays until the test has seen everything.
const HOLD: &str = r#"
    trap : INT
    /bin/sh -c "$0" sh "$@"
    echo "ended $?."
    read -r go
"#;

/// The program, or a shell, on a terminal of its own.
pub struct Pty {
    process: PtyProcess,
    program: Option<Pid>,
    terminal: File,
    shown: Arc<Shown>,
    from: usize,
    read: usize,
    typed: Vec<String>,
    before: String,
}

/// How a [`Pty`] ended.
pub struct Ended {
    /// The exit code as a shell sees it. For a signal it is 128 plus its number.
    pub code: i32,
    /// Everything that was shown.
    pub transcript: String,
    before: String,
    after: String,
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
    fn watch(self: Arc<Self>, mut terminal: File) {
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // This is an error once no process has the terminal open.
            while let Ok(count @ 1..) = terminal.read(&mut buffer) {
                self.lock().bytes.extend_from_slice(&buffer[..count]);
                self.changed.notify_all();
            }
            self.lock().ended = true;
            self.changed.notify_all();
        });
    }

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

    /// Starts a shell script in which `"$@"` is the program with its arguments.
    pub fn script(script: &str, command: &Command) -> Self {
        Self::hold(&["-c", HOLD, &format!("{PUT_IN_ORDER}{script}")], command)
    }

    /// Starts a program as the first one on its terminal. Then its exact end is known, but not all of its output.
    pub fn first(command: &Command) -> Self {
        Self::hold(&["-c", &format!(r#"{PUT_IN_ORDER}exec "$@""#), "sh"], command)
    }

    fn hold(args: &[&str], command: &Command) -> Self {
        // The program would also ignore the signals that the parent of the tests ignores, as `nohup` does.
        let mut shell = Command::new(if ignores_signals() { "env" } else { "/bin/sh" });
        if ignores_signals() {
            shell.args(["--default-signal=HUP,INT,QUIT,TERM,TSTP", "/bin/sh"]);
        }
        shell.args(args).arg(command.get_program()).args(command.get_args());
        shell.stdin(Stdio::inherit()).env_clear().env("TERM", "xterm");
        shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        if let Some(folder) = command.get_current_dir() {
            shell.current_dir(folder);
        }
        let mut process = PtyProcess::new(shell).unwrap();
        process.set_kill_timeout(Some(1000));
        let terminal = process.get_file_handle().unwrap();
        let shown = Arc::new(Shown::default());
        shown.clone().watch(terminal.try_clone().unwrap());
        let (typed, before) = (Vec::new(), String::new());
        let mut pty = Self { process, program: None, terminal, shown, from: 0, read: 0, typed, before };
        pty.until("ready ");
        pty.program = Pid::from_raw(pty.number());
        assert!(pty.modes().contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG));
        pty.before = described(&tcgetattr(&pty.terminal).unwrap());
        pty.send("\n");
        // The line's own echo.
        pty.until("\r\n\r\n");
        pty.from = pty.read;
        pty
    }

    /// Waits until this is shown, after the text of the previous wait.
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
    pub fn send(&mut self, keys: &(impl AsRef<[u8]> + ?Sized)) {
        self.terminal.write_all(keys.as_ref()).unwrap();
    }

    /// Waits for a prompt without echo, and answers it. The answer must never be shown.
    #[track_caller]
    pub fn answer(&mut self, prompt: &str, secret: &str) {
        self.until(prompt);
        self.is_hushed();
        self.secret(secret);
        self.send("\r");
    }

    /// Types a part of a secret, which must never be shown.
    pub fn secret(&mut self, part: &str) {
        self.typed.push(part.to_owned());
        self.send(part);
    }

    /// Fails the test if typed text would be shown.
    #[track_caller]
    pub fn is_hushed(&self) {
        assert!(!self.modes().intersects(LocalModes::ECHO | LocalModes::ECHONL), "{}", self.shown.text());
    }

    /// Waits until the terminal is as at the start.
    #[track_caller]
    pub fn until_as_it_was(&self) {
        for _ in 0..PATIENCE.as_millis() / GLANCE.as_millis() {
            if described(&tcgetattr(&self.terminal).unwrap()) == self.before {
                return;
            }
            thread::sleep(GLANCE);
        }
        panic!("the terminal stays in another state: {:?} {:?}", self.modes(), self.shown.text());
    }

    fn modes(&self) -> LocalModes {
        tcgetattr(&self.terminal).unwrap().local_modes
    }

    /// The process id of the program, or of the shell that runs a script.
    pub fn number_of_program(&self) -> Pid {
        self.program.unwrap()
    }

    /// Sends a signal to the program, or to the shell that runs a script.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.program.unwrap(), signal).unwrap();
    }

    /// Stops the foreground job, like another program would.
    pub fn stop_job(&self) {
        self.signal_job(Signal::TSTP);
    }

    /// Stops the foreground job with a signal that it cannot catch.
    pub fn stop_job_by_force(&self) {
        self.signal_job(Signal::STOP);
    }

    fn signal_job(&self, signal: Signal) {
        kill_process_group(tcgetpgrp(&self.terminal).unwrap(), signal).unwrap();
    }

    /// Waits for the end.
    #[track_caller]
    pub fn end(mut self) -> Ended {
        let (from, before) = (self.from, std::mem::take(&mut self.before));
        self.until("ended ");
        let to = self.read - "ended ".len();
        let code = self.number();
        let after = described(&tcgetattr(&self.terminal).unwrap());
        let transcript = String::from_utf8_lossy(&self.shown.lock().bytes[from..to]).into_owned();
        for secret in &self.typed {
            assert!(!transcript.contains(secret), "{secret:?} was shown in {transcript:?}");
        }
        self.send("\n");
        self.is_over();
        Ended { code, transcript, before, after }
    }

    /// Waits for the end of a program that was started with `first`.
    #[track_caller]
    pub fn end_of_first(self) -> WaitStatus {
        self.is_over();
        self.process.wait().unwrap()
    }

    #[track_caller]
    fn is_over(&self) {
        let shown = self.shown.lock();
        let (shown, _) = self.shown.changed.wait_timeout_while(shown, PATIENCE, |shown| !shown.ended).unwrap();
        let ended = shown.ended;
        drop(shown);
        assert!(ended, "this has not ended: {:?}", self.shown.text());
    }

    /// The next number shown. A full stop must follow it.
    #[track_caller]
    fn number(&mut self) -> i32 {
        let from = self.read;
        self.until(".");
        let shown = self.shown.lock();
        String::from_utf8_lossy(&shown.bytes[from..self.read - 1]).parse().unwrap()
    }
}

impl Ended {
    /// Fails the test unless this was the exit code and the terminal is restored.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.transcript);
        assert_eq!(self.after, self.before, "{}", self.transcript);
        let (hidden, shown) = (self.transcript.rfind("\x1b[?25l"), self.transcript.rfind("\x1b[?25h"));
        assert!(hidden <= shown, "the cursor stays hidden: {:?}", self.transcript);
        self
    }

    /// Fails the test unless this was shown.
    #[track_caller]
    pub fn shows(self, text: &str) -> Self {
        assert!(self.transcript.contains(text), "{text:?} is not in {}", self.transcript);
        self
    }

    /// The text that was shown, without control sequences.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut parts = self.transcript.split("\x1b[");
        text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            text.push_str(part.trim_start_matches(|c: char| !c.is_ascii_alphabetic()).get(1..).unwrap_or_default());
        }
        text
    }
}

fn ignores_signals() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    let watched = [Signal::HUP, Signal::INT, Signal::QUIT, Signal::TERM, Signal::TSTP];
    mask.is_some_and(|mask| watched.iter().any(|signal| mask >> (signal.as_raw() - 1) & 1 == 1))
}

/// All modes and special codes.
fn described(modes: &Termios) -> String {
    format!("{modes:?}")
}
