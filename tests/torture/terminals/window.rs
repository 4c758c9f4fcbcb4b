//! A window: a terminal with a shell in it.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use super::dialogues::Manner::{self, Arrived, Bar, Hushed, Last, Line, List, Page, Pager, Shell};
use super::dialogues::Prompt;
use super::{AHEAD, ALONE, GLANCE, PATIENCE, PRESS_AGAIN, Stop, TYPED};
use crate::common::{GOOD, OTHER};
use crate::scene::Scene;
use crate::tracer::state;

/// What may edit the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Dash,
    Bash,
    Zsh,
    Fish,
}

impl Kind {
    /// The shell, with `shell> ` for a prompt.
    fn command(self) -> Command {
        let (name, args): (_, &[&str]) = match self {
            Self::Dash => ("dash", &["-i"]),
            Self::Bash => ("bash", &["--noprofile", "--norc", "-i"]),
            Self::Zsh => ("zsh", &["-f", "-i"]),
            Self::Fish => ("fish", &["-N", "-i", "-C", "function fish_prompt; echo -n 'shell> '; end"]),
        };
        let mut command = Command::new("env");
        // What the parent of this program ignores, as `nohup` does, is not for the trials.
        command.args(["--default-signal=HUP,INT,QUIT,TERM,TSTP,TTIN,TTOU", "setsid", "--ctty", name]).args(args);
        command
    }

    /// A line that runs this, notes the modes that it leaves, and says how it ended.
    pub fn line(self, line: &str) -> String {
        let (keep, kept) = if self == Self::Fish { ("set c $status", "$c") } else { ("c=$?", "$c") };
        format!("{line}; {keep}; stty -g >modes; echo \"ended {kept}.\"\r")
    }
}

/// A window: a terminal with a shell.
pub struct Window<'a> {
    scene: &'a Scene<'a>,
    kind: Kind,
    master: Option<File>,
    shell: Child,
    shown: Vec<u8>,
    read: usize,
    /// Where the last command had ended.
    ended: usize,
}

impl<'a> Window<'a> {
    pub fn open(scene: &'a Scene<'a>, kind: Kind) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let flags = OFlags::NOCTTY.bits().cast_signed();
        let slave = File::options().read(true).write(true).custom_flags(flags).open(name).unwrap();
        let master = File::from(master);
        size(&master, 80, 24);
        let program = scene.command(&[]);
        let folder = std::path::Path::new(program.get_program()).parent().unwrap();
        let home = scene.desk.home.path();
        let mut shell = kind.command();
        shell.env_clear().envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
        shell.env("PATH", path).env("TERM", "xterm").env("TMPDIR", home).env("SHELL", "/bin/sh").env("PAGER", "less");
        shell.env("PS1", "shell> ").env("PROMPT", "shell> ").env("HISTFILE", home.join("history")).current_dir(home);
        shell.stdin(slave.try_clone().unwrap()).stdout(slave.try_clone().unwrap()).stderr(slave);
        let shell = shell.spawn().unwrap();
        let mut window = Self { scene, kind, master: Some(master), shell, shown: Vec::new(), read: 0, ended: 0 };
        window.until("shell> ");
        window
    }

    pub fn master(&self) -> &File {
        self.master.as_ref().unwrap()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.shown).into_owned()
    }

    /// Reads what is shown, if anything is within this time. Returns `false` once nobody has the terminal.
    pub fn look(&mut self, wait: Duration) -> bool {
        let span = Timespec { tv_sec: 0, tv_nsec: i64::from(wait.subsec_nanos()) };
        let mut asked = [PollFd::new(self.master.as_ref().unwrap(), PollFlags::IN)];
        if poll(&mut asked, Some(&span)).unwrap_or(0) == 0 {
            return true;
        }
        let mut buffer = [0; 4096];
        match self.master().read(&mut buffer) {
            Ok(count @ 1..) => {
                self.shown.extend_from_slice(&buffer[..count]);
                true
            }
            _ => false,
        }
    }

    /// Waits until this is shown, after the text of the previous wait.
    #[track_caller]
    pub fn until(&mut self, text: &str) {
        self.until_one_of(&[text]);
    }

    /// The same for several texts. Returns the place in the list of the one that is shown first.
    #[track_caller]
    pub fn until_one_of(&mut self, texts: &[&str]) -> usize {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let unread = &self.shown[self.read..];
            let starts = |at: usize| texts.iter().position(|text| unread[at..].starts_with(text.as_bytes()));
            if let Some((at, which)) = (0..unread.len()).find_map(|at| Some((at, starts(at)?))) {
                self.read += at + texts[which].len();
                return which;
            }
            let goes_on = self.look(Duration::from_millis(100));
            assert!(goes_on && Instant::now() < deadline, "none of {texts:?} is shown:\n{}", self.text());
        }
    }

    pub fn send(&self, keys: &str) {
        self.master().write_all(keys.as_bytes()).unwrap();
    }

    /// Waits for the exit code of what runs in the foreground.
    #[track_caller]
    pub fn code(&mut self) -> i32 {
        loop {
            self.until("ended ");
            let from = self.read;
            self.ended = from;
            self.until(".");
            // The line that was typed has a variable there.
            if let Ok(code) = String::from_utf8_lossy(&self.shown[from..self.read - 1]).parse() {
                return code;
            }
            self.read = from;
        }
    }

    /// The modes that the last program left, by `stty -g`.
    pub fn modes(&self) -> String {
        fs::read_to_string(self.scene.desk.home.path().join("modes")).unwrap()
    }

    /// Runs something in the shell, to its end.
    #[track_caller]
    pub fn run(&mut self, line: &str) -> i32 {
        self.send(&self.kind.line(line));
        let code = self.code();
        self.until("shell> ");
        code
    }

    /// The program, which is a child of the shell.
    #[track_caller]
    pub fn program(&mut self) -> Pid {
        let deadline = Instant::now() + PATIENCE;
        let shell = self.shell.id();
        loop {
            let children = fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).unwrap_or_default();
            let is_it =
                |child: &&str| fs::read_to_string(format!("/proc/{child}/comm")).is_ok_and(|name| name == "passdesk\n");
            if let Some(program) = children.split_whitespace().find(is_it) {
                return Pid::from_raw(program.parse().unwrap()).unwrap();
            }
            assert!(Instant::now() < deadline, "it does not run:\n{}", self.text());
            self.look(GLANCE);
        }
    }

    /// Waits until a process is in this state, as proc(5) has it.
    #[track_caller]
    pub fn until_state(&mut self, process: Pid, wanted: &[char]) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let state = state_of(process);
            if wanted.contains(&state) && (state != 'Z' || has_ended(process)) {
                return;
            }
            assert!(Instant::now() < deadline, "its state is {state}, not {wanted:?}:\n{}", self.text());
            self.look(GLANCE);
        }
    }

    /// Whether a process ends within this time.
    pub fn ends_within(&mut self, process: Pid, time: Duration) -> bool {
        let deadline = Instant::now() + time;
        while !has_ended(process) && Instant::now() < deadline {
            self.look(GLANCE);
        }
        has_ended(process)
    }

    /// Waits until the terminal is as this prompt wants it.
    #[track_caller]
    fn is_as_wanted(&mut self, manner: Manner) {
        let (echo, lines) = (LocalModes::ECHO, LocalModes::ICANON);
        let wanted = match manner {
            Line | Arrived => echo | lines,
            Hushed | Last | List | Page => LocalModes::empty(),
            Pager | Shell | Bar => return,
        };
        let deadline = Instant::now() + PATIENCE;
        while tcgetattr(self.master()).unwrap().local_modes & (echo | lines) != wanted {
            assert!(Instant::now() < deadline, "the modes are not those of a prompt:\n{}", self.text());
            self.look(GLANCE);
        }
    }

    /// Waits for a prompt.
    #[track_caller]
    pub fn reaches(&mut self, &(manner, text, _): &Prompt) {
        self.until(text);
        self.is_as_wanted(manner);
    }

    /// Answers a prompt.
    pub fn answer(&mut self, &(manner, _, keys): &Prompt) {
        // Whatever was typed before counts for nothing.
        match manner {
            Line | Arrived | Hushed | Last => self.send("\x15"),
            List => {
                sleep(ALONE);
                self.send("\x15");
                sleep(ALONE);
            }
            Page | Pager => sleep(ALONE),
            Shell | Bar => {}
        }
        self.send(keys);
    }

    /// Stops it, and looks at what the shell gets.
    #[track_caller]
    pub fn stops(&mut self, how: Stop, modes: &str) {
        match how {
            Stop::CtrlZ => self.send("\x1a"),
            Stop::Signal => kill_process(self.program(), Signal::TSTP).unwrap(),
        }
        self.until("shell> ");
        self.send("\r");
        self.run("true");
        assert_eq!(self.modes(), modes, "stopped, stty -g differs:\n{}", self.text());
        assert!(!self.scene.desk.home.path().join("PWNED").exists(), "the shell ran what was typed before");
    }

    /// Ends a stopped program, as `kill %1` does in bash. The terminal keeps the modes of the shell.
    #[track_caller]
    pub fn kills_job(&mut self, program: Pid, modes: &str) {
        let idle = self.modes_now();
        kill_process(program, Signal::TERM).unwrap();
        kill_process(program, Signal::CONT).unwrap();
        self.until_state(program, &['Z']);
        self.finds(&[&idle, modes]);
    }

    /// Lets the shell look at how its job ended.
    #[track_caller]
    pub fn settles(&mut self) {
        self.run("true");
        self.run("true");
    }

    /// The modes of the terminal now, by `stty -g`.
    pub fn modes_now(&self) -> String {
        let stty = Command::new("stty").arg("-g").stdin(self.master().try_clone().unwrap()).output().unwrap();
        String::from_utf8(stty.stdout).unwrap()
    }

    /// Fails the trial unless the terminal has one of these modes: those of a shell that waits, or of a command.
    #[track_caller]
    pub fn finds(&self, modes: &[&str]) {
        let now = self.modes_now();
        assert!(modes.contains(&&*now), "stty -g is {now}, and not one of {modes:?}:\n{}", self.text());
    }

    /// Answers the prompt that is there, and those after it. More is typed while the last answer is hashed. Returns whether
    /// that came before the end.
    #[track_caller]
    #[must_use]
    pub fn answer_all(&mut self, prompts: &[Prompt]) -> bool {
        let program = self.program();
        for (number, prompt) in prompts.iter().enumerate() {
            if number > 0 {
                self.reaches(prompt);
            }
            self.answer(prompt);
        }
        if let Some(pager @ (Pager, ..)) = prompts.last() {
            // `less` may lose a key that comes with a resize.
            let deadline = Instant::now() + PATIENCE;
            while Instant::now() < deadline && !self.ends_within(program, PRESS_AGAIN) {
                self.answer(pager);
            }
        }
        if prompts.last().is_none_or(|last| last.0 != Hushed) {
            return true;
        }
        self.send(&format!("{AHEAD}\r").repeat(TYPED));
        // What it gives back has an echo, and so has dash.
        let is_hushed = !tcgetattr(self.master()).unwrap().local_modes.contains(LocalModes::ECHO);
        is_hushed && state_of(program) != 'Z'
    }

    /// Fails the trial if the last program has left the terminal in another state.
    #[track_caller]
    pub fn is_as_it_was(&self, before: &str) {
        assert_eq!(self.modes(), before, "stty -g differs:\n{}", self.text());
        // What the shell itself switches on comes after this.
        let shown = String::from_utf8_lossy(&self.shown[..self.ended]).into_owned();
        for (on, off, what) in [
            ("\x1b[?25l", "\x1b[?25h", "the cursor is hidden"),
            ("\x1b[?1049h", "\x1b[?1049l", "the alternate screen is on"),
            ("\x1b[?2004h", "\x1b[?2004l", "bracketed paste is on"),
            ("\x1b[?1h", "\x1b[?1l", "the keypad sends other keys"),
        ] {
            assert!(shown.rfind(on) <= shown.rfind(off), "{what}:\n{shown:?}");
        }
        let left = colours_left(&shown);
        assert!(left.is_empty(), "colours are left on: {left:?}");
    }

    /// Fails the trial if the shell got anything that was typed before.
    #[track_caller]
    pub fn has_got_nothing(&mut self) {
        let from = self.read;
        // Half a line would be run by this.
        self.send("\r");
        self.run("true");
        self.run("true");
        let since = String::from_utf8_lossy(&self.shown[from..]).into_owned();
        let home = self.scene.desk.home.path();
        assert!(!home.join("PWNED").exists(), "the shell ran what was typed before:\n{}", self.text());
        assert!(!since.contains("PWNED"), "the shell got what was typed before: {since:?}");
    }

    /// Ends the shell. Nothing may be left of it. Returns all that was shown.
    #[track_caller]
    pub fn closes(mut self) -> String {
        self.send("exit\r");
        let deadline = Instant::now() + PATIENCE;
        while self.look(Duration::from_millis(100)) {
            assert!(Instant::now() < deadline, "the shell does not end:\n{}", self.text());
        }
        self.is_over();
        let history = fs::read_to_string(self.scene.desk.home.path().join("history")).unwrap_or_default();
        for typed in ["PWNED", GOOD, OTHER] {
            assert!(!history.contains(typed), "{typed} is in the history of the shell");
        }
        for secret in [GOOD, OTHER] {
            assert!(!self.text().contains(secret), "{secret:?} was shown:\n{}", self.text());
        }
        self.text()
    }

    /// Closes the window, whatever runs in it. Returns all that was shown.
    pub fn shuts(mut self) -> String {
        self.master = None;
        self.is_over();
        self.text()
    }

    /// Waits until no process of this window is left.
    #[track_caller]
    fn is_over(&mut self) {
        let home = format!("HOME={}", self.scene.desk.home.path().display());
        let deadline = Instant::now() + PATIENCE;
        self.shell.wait().unwrap();
        loop {
            let left = running_with(&home);
            if left.is_empty() {
                return;
            }
            assert!(Instant::now() < deadline, "{left:?} are left:\n{}", self.text());
            sleep(GLANCE);
        }
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

/// The state of the first thread of a process. One that is gone has ended.
fn state_of(process: Pid) -> char {
    state(process.as_raw_pid().cast_unsigned()).unwrap_or('Z')
}

/// Whether a process has ended. Its parent may not have looked at it yet.
pub fn has_ended(process: Pid) -> bool {
    // Its first thread may end before the others.
    let threads = fs::read_dir(format!("/proc/{}/task", process.as_raw_pid())).map_or(0, Iterator::count);
    state_of(process) == 'Z' && threads <= 1
}

/// The attributes that are still on after this text (ECMA-48, "Select Graphic Rendition").
pub fn colours_left(shown: &str) -> BTreeSet<&str> {
    let mut left = BTreeSet::new();
    for sequence in shown.split("\x1b[").skip(1) {
        let end = sequence.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(0);
        if !sequence[end..].starts_with('m') {
            continue;
        }
        // After 38 and 48 come the numbers of a colour.
        let code = sequence[..end].split(';').next().unwrap_or_default();
        match code {
            "" | "0" => left.clear(),
            "22" => left.retain(|on| !matches!(*on, "1" | "2")),
            "27" => left.retain(|on| *on != "7"),
            "24" => left.retain(|on| *on != "4"),
            "39" => left.retain(|on| !on.starts_with('3') && !on.starts_with('9')),
            "49" => left.retain(|on| !on.starts_with("10") && (on.len() != 2 || !on.starts_with('4'))),
            _ => _ = left.insert(code),
        }
    }
    left
}

pub fn size(master: &File, columns: u16, rows: u16) {
    let size = Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(master, size).unwrap();
}

/// The processes with this in their environment.
pub fn running_with(variable: &str) -> Vec<String> {
    let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let with = processes.filter(|process| process.bytes().all(|byte| byte.is_ascii_digit())).filter(|process| {
        let environment = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|other| other == variable.as_bytes())
    });
    with.filter_map(|process| fs::read_to_string(format!("/proc/{process}/cmdline")).ok()).collect()
}
