//! A real terminal: a shell in tmux. Tests can read its screen and its history.

#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::common::{Desk, Run, is_temporary, temporary_in};

/// Far more than anything takes, so that a slow machine fails no test.
pub const PATIENCE: Duration = Duration::from_secs(20);
pub const GLANCE: Duration = Duration::from_millis(20);

/// The text that was on the terminal before.
pub const BEFORE: &str = "a line from before";

static WINDOWS: AtomicU32 = AtomicU32::new(0);

/// A shell in its own tmux server. There `p` runs the program and `c` continues it. Both report when it ended, and how.
pub struct Window<'a> {
    pub desk: &'a Desk,
    server: String,
    pub ran: usize,
}

impl<'a> Window<'a> {
    pub fn open(desk: &'a Desk) -> Self {
        Self::sized(desk, 80, 24)
    }

    pub fn sized(desk: &'a Desk, columns: u16, lines: u16) -> Self {
        let folder = Path::new(env!("CARGO_BIN_EXE_passdesk")).parent().unwrap();
        let profile = format!(
            r#"PS1='$ ' PATH='{}':"$PATH" n=0
            ended() {{ code=$?; n=$((n + 1)); echo "end $n, exit $code"; }}
            p() {{ sh -c 'echo $$ >pid; exec passdesk "$@"' p "$@"; ended; }}
            c() {{ fg; ended; }}
            "#,
            folder.display()
        );
        fs::write(desk.home.path().join("profile"), profile).unwrap();
        let server = format!("passdesk-{}-{}", std::process::id(), WINDOWS.fetch_add(1, Ordering::Relaxed));
        let window = Self { desk, server, ran: 0 };
        let size = [columns, lines].map(|count| count.to_string());
        let shell = "exec env ENV=./profile sh -i";
        window.tmux(&["-f", "/dev/null", "new-session", "-d", "-x", &size[0], "-y", &size[1], shell]);
        window.until("a prompt", |screen| screen.starts_with('$'));
        window.type_line(&format!("stty -g >modes; echo '{BEFORE}'"));
        window.until("a line", |screen| screen.lines().any(|line| line == BEFORE));
        window
    }

    pub fn command(&self, args: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new("tmux");
        command.arg("-L").arg(&self.server).args(args).env_clear().current_dir(self.desk.home.path());
        command.envs(self.desk.command(&[]).get_envs().filter_map(|(name, value)| Some((name, value?))));
        // The socket is in this home as well. So no other tmux is touched.
        command.env("TMUX_TMPDIR", self.desk.home.path()).env("LC_ALL", "C.UTF-8").env("SHELL", "/bin/sh");
        command.stdin(Stdio::null());
        command
    }

    pub fn tmux(&self, args: &[&str]) -> String {
        Run::from(self.command(args).output().unwrap()).succeeds().stdout
    }

    pub fn type_text(&self, text: &str) {
        self.tmux(&["send-keys", "-l", text]);
    }

    pub fn press(&self, key: &str) {
        self.tmux(&["send-keys", key]);
    }

    pub fn type_line(&self, line: &str) {
        self.type_text(line);
        self.press("Enter");
    }

    pub fn paste(&self, text: &str) {
        self.tmux(&["set-buffer", "-b", "pasted", text]);
        self.tmux(&["paste-buffer", "-d", "-r", "-b", "pasted"]);
    }

    pub fn resize(&self, columns: u16, lines: u16) {
        let size = [columns, lines].map(|count| count.to_string());
        self.tmux(&["resize-window", "-x", &size[0], "-y", &size[1]]);
    }

    /// The visible text.
    pub fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p"])
    }

    /// The visible text and everything that has scrolled away.
    pub fn history(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-S", "-"])
    }

    #[track_caller]
    pub fn until(&self, what: &str, there: impl Fn(&str) -> bool) -> String {
        for _ in 0..PATIENCE.as_millis() / GLANCE.as_millis() {
            let screen = self.screen();
            if there(&screen) {
                return screen;
            }
            thread::sleep(GLANCE);
        }
        panic!("waited in vain for {what}:\n{}", self.screen());
    }

    /// Waits until this is visible.
    #[track_caller]
    pub fn sees(&self, words: &str) -> String {
        self.until(words, |screen| screen.contains(words))
    }

    /// Types a command.
    pub fn begin(&mut self, line: &str) {
        self.ran += 1;
        self.type_line(&format!("p {line}"));
    }

    /// Waits until the command has ended.
    #[track_caller]
    pub fn end(&self, code: i32) {
        let end = format!("end {}, exit ", self.ran);
        let screen = self.until(&end, |screen| screen.lines().any(|line| line.starts_with(&end)));
        assert!(screen.lines().any(|line| line.trim_end() == format!("{end}{code}")), "{screen}");
    }

    /// Stops the command as Ctrl-Z does, and waits until it has stopped.
    #[track_caller]
    pub fn stop(&self) {
        self.press("C-z");
        let end = format!("end {}, exit ", self.ran);
        // 128 plus the number of SIGTSTP or SIGSTOP, after the echo of a line prompt.
        let stopped = ["148", "147"].map(|code| format!("{end}{code}"));
        self.until("a stop", |screen| {
            screen.lines().any(|line| stopped.iter().any(|end| line.trim_end().ends_with(end)))
        });
    }

    /// Continues the command.
    pub fn go_on(&mut self) {
        self.ran += 1;
        self.type_line("c");
    }

    /// Waits for a temporary password that is alone on its line and in force.
    #[track_caller]
    pub fn secret(&self) -> String {
        let screen = self.sees("It is in force.");
        let alone = screen.lines().map(str::trim).find(|line| is_temporary(line));
        alone.unwrap_or_else(|| panic!("no temporary password stands alone:\n{screen}")).to_owned()
    }

    /// Types a command that hands a temporary password over on the screen.
    #[track_caller]
    pub fn hand_over(&mut self, line: &str) -> String {
        self.begin(line);
        self.secret()
    }

    /// Sends the program a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = fs::read_to_string(self.desk.home.path().join("pid")).unwrap();
        kill_process(Pid::from_raw(pid.trim().parse().unwrap()).unwrap(), signal).unwrap();
    }

    /// Fails the test if the terminal keeps a secret, or is not restored.
    #[track_caller]
    pub fn is_as_it_was(&self, secret: &str) {
        for joined in ["-p", "-pJ"] {
            let history = self.tmux(&["capture-pane", joined, "-S", "-"]);
            assert!(!history.contains(secret), "{history}");
            assert_eq!(temporary_in(&history), None, "{history}");
        }
        for name in self.tmux(&["list-buffers", "-F", "#{buffer_name}"]).lines() {
            assert!(!self.tmux(&["show-buffer", "-b", name]).contains(secret));
        }
        let screen = self.screen();
        assert!(screen.lines().any(|line| line == BEFORE), "what stood there before is gone:\n{screen}");
        let flags = self.tmux(&["display-message", "-p", "cursor #{cursor_flag}, alternate #{alternate_on}"]);
        assert_eq!(flags.trim_end(), "cursor 1, alternate 0");
        // The line is typed with two spaces, and printed with one.
        let [typed, printed] = ["  ", " "].map(|gap| format!("a line after{gap}{}", self.ran));
        self.type_line(&format!("stty -g >modes-after; echo {typed}"));
        let screen = self.until("a line", |screen| screen.lines().any(|line| line == printed));
        assert!(screen.contains(&typed), "nothing is echoed:\n{screen}");
        let modes = |name| fs::read_to_string(self.desk.home.path().join(name)).unwrap();
        assert_eq!(modes("modes"), modes("modes-after"));
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        // At worst the server is gone already.
        let _ = self.command(&["kill-server"]).output();
    }
}

/// Fails the test unless the delivered password is in force and leads to a new one.
#[track_caller]
pub fn is_in_force(desk: &Desk, username: &str, secret: &str) {
    desk.profile(username, secret).exits(6);
}
