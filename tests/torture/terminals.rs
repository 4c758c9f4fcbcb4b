//! Every prompt of every command, and what may happen there. Afterwards the terminal is as it was, the shell has got
//! nothing that was typed before, and the store holds what the exit code says.
//!
//! A trial types a command line into a shell with job control, answers up to a prompt, and lets one event happen. `dash`
//! leaves the terminal as it finds it. `bash`, `zsh` and `fish` edit their lines, and so take it over at each prompt.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use crate::common::crowd::crowd;
use crate::common::{Desk, GOOD, OTHER};
use crate::scene::{Base, Picture, Place, Scene};
use crate::trials::Trials;

/// Far more than anything takes, so that a slow machine fails no trial.
const PATIENCE: Duration = Duration::from_mins(1);
/// The part of the trials that the form of minutes runs, and how many at once on a core. Most of them wait.
const SHARE: usize = 3;
const AT_ONCE: usize = 8;
const GLANCE: Duration = Duration::from_millis(5);
/// A key counts alone if this much time is before it.
const ALONE: Duration = Duration::from_millis(150);

/// What somebody types who thinks of the shell already. A shell that gets it makes a file.
const AHEAD: &str = "touch PWNED";
/// This many lines of it are more than a terminal and its queue hold.
const PASTED: usize = 2_000;
/// How many lines are typed ahead. The terminal holds them all.
const TYPED: usize = 100;

/// What stands at a prompt, and so what an event does there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// A line with echo.
    Line,
    /// A line with echo, about a password that was handed over.
    Arrived,
    /// A line without echo.
    Hushed,
    /// A line without echo after the last try. Whatever is typed, the command has failed.
    Last,
    /// A list to pick from.
    List,
    /// A password that is in force already.
    Page,
    /// A pager, which has keys of its own.
    Pager,
    /// The shell of the demo.
    Shell,
    /// No prompt: a long run with a progress bar.
    Bar,
}

use Manner::{Arrived, Bar, Hushed, Last, Line, List, Page, Pager, Shell};

/// How a dialogue ends whose prompts are all answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// With exit code 0, and the store has changed.
    Changed,
    /// With exit code 0, and it is as it was.
    Same,
    /// With this code, and it is as it was.
    Fails(i32),
}

use End::{Changed, Fails, Same};

/// A prompt: its manner, what is shown, and the keys that answer it.
type Prompt = (Manner, &'static str, &'static str);

/// Which home the command runs in.
type Ground = usize;
const PLAIN: Ground = 0;
/// `root` is signed in.
const SIGNED_IN: Ground = 1;
/// An operator has to sign in, too.
const CLOSED: Ground = 2;
/// A list whose import takes a while.
const LISTED: Ground = 3;

/// A command line with all its prompts.
type Dialogue = (Ground, &'static str, &'static [Prompt], End);

const CURRENT: Prompt = (Hushed, "Password of alice: ", "brass lantern over wet slate\r");
const OF_ROOT: Prompt = (Hushed, "Password of root: ", "brass lantern over wet slate\r");
const OF_NEWBIE: Prompt = (Hushed, "Password of newbie: ", "brass lantern over wet slate\r");
const NEW: Prompt = (Hushed, "New password: ", "seven herons guard the orchard\r");
const AGAIN: Prompt = (Hushed, "New password again: ", "seven herons guard the orchard\r");
const WEAK: Prompt = (Hushed, "New password: ", "alice2026\r");
const YES: Prompt = (Line, "[y/N] ", "y\r");
const USERNAME: Prompt = (Line, "Username [", "alice\r");
const PAGE: Prompt = (Page, "It is in force.", "q");
const PAGER: Prompt = (Pager, "USERNAME", "q");

/// A new prompt is a line here.
const DIALOGUES: &[Dialogue] = &[
    (PLAIN, "users reset alice", &[YES], Changed),
    (PLAIN, "users reset alice u001", &[YES], Changed),
    (PLAIN, "users reset --search u0 --format csv", &[(Line, "Type 30 to continue: ", "30\r")], Changed),
    (PLAIN, "users reset", &[(List, "Type to narrow", "\r"), YES], Changed),
    (PLAIN, "users reset alice --screen", &[YES, PAGE], Changed),
    (PLAIN, "users reset alice --copy=osc52", &[YES, (Arrived, "arrived? [y/N] ", "y\r")], Changed),
    (PLAIN, "users reset alice --as root", &[OF_ROOT, YES], Changed),
    (PLAIN, "users add bob --screen", &[PAGE], Changed),
    (PLAIN, "users require-change --search u00", &[YES], Changed),
    (PLAIN, "users unlock --search u00", &[YES], Changed),
    (PLAIN, "users disable --search u00", &[YES], Changed),
    (PLAIN, "users enable --search u00", &[YES], Changed),
    (PLAIN, "users sign-out --search u00", &[YES], Changed),
    (PLAIN, "users remove --search u00", &[YES], Changed),
    (PLAIN, "users grant auditor --search u00", &[YES], Changed),
    (PLAIN, "users revoke auditor --search u00", &[YES], Changed),
    (PLAIN, "users disable --search u0", &[(Line, "to continue: ", "29\r")], Changed),
    (PLAIN, "users purge", &[YES], Changed),
    (PLAIN, "users purge gone", &[YES], Changed),
    (PLAIN, "users list", &[PAGER], Same),
    (PLAIN, "users list --as root", &[OF_ROOT, PAGER], Same),
    (CLOSED, "users list", &[(Line, "Username [", "root\r"), OF_ROOT, PAGER], Same),
    (PLAIN, "recover root", &[YES], Changed),
    (PLAIN, "recover root --screen", &[YES, PAGE], Changed),
    (PLAIN, "store restore monday.db", &[YES], Changed),
    (PLAIN, "init --store other.db --admin root --screen", &[PAGE], Same),
    (PLAIN, "verify alice", &[(Hushed, "Password: ", "brass lantern over wet slate\r")], Same),
    (PLAIN, "me profile --as alice", &[CURRENT], Same),
    (PLAIN, "me sign-in", &[USERNAME, CURRENT], Changed),
    (PLAIN, "me sign-in --as newbie", &[OF_NEWBIE, NEW, AGAIN], Changed),
    (PLAIN, "me passwd", &[USERNAME, CURRENT, NEW, AGAIN], Changed),
    (SIGNED_IN, "me passwd", &[OF_ROOT, NEW, AGAIN], Changed),
    (PLAIN, "me passwd --as alice", &[CURRENT, WEAK, WEAK, WEAK, (Last, "Press Enter to leave: ", "\r")], Fails(8)),
    (SIGNED_IN, "tokens create nightly --expires-in 1d", &[OF_ROOT], Changed),
    (SIGNED_IN, "tokens create nightly --expires-in 1d --screen", &[OF_ROOT, PAGE], Changed),
    (PLAIN, "demo --shell", &[(Shell, "ends", "exit\r")], Same),
    (LISTED, "users import many.csv", &[(Bar, "wrapping", "")], Changed),
];

/// What happens at a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    /// It is answered, and so are those after it.
    Answers,
    /// So is it, and more is typed than is asked for.
    Pastes,
    /// A signal to the program.
    Signal(Signal),
    /// A key that ends it: Ctrl-C, Ctrl-\ and Ctrl-D.
    Key(u8),
    /// It stops, and `fg` continues it.
    Stops(Stop),
    /// It stops, `bg` continues it, and `fg` brings it back.
    Background,
    /// It stops, and the shell ends it.
    Killed,
    /// So it is, after a stop that it cannot catch.
    KilledByForce,
    /// It begins in the background.
    Begins,
    /// The window gets another size.
    Resize,
    /// The window is closed.
    Close,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    CtrlZ,
    Signal,
}

const EVENTS: [Event; 17] = [
    Event::Answers,
    Event::Pastes,
    Event::Signal(Signal::INT),
    Event::Signal(Signal::TERM),
    Event::Signal(Signal::HUP),
    Event::Signal(Signal::QUIT),
    Event::Key(b'\x03'),
    Event::Key(b'\x1c'),
    Event::Key(b'\x04'),
    Event::Stops(Stop::CtrlZ),
    Event::Stops(Stop::Signal),
    Event::Background,
    Event::Killed,
    Event::KilledByForce,
    Event::Begins,
    Event::Resize,
    Event::Close,
];

impl Manner {
    /// Whether this can be there, and means something of its own.
    fn has(self, event: Event) -> bool {
        match self {
            // Nothing can be drawn there.
            Line | Arrived | Hushed | Last | Pager | Shell | Bar if event == Event::KilledByForce => false,
            // Each of these has its own keys.
            Pager => !matches!(event, Event::Pastes | Event::Key(_) | Event::Signal(Signal::INT | Signal::QUIT)),
            Shell => !matches!(
                event,
                Event::Pastes
                    | Event::Key(_)
                    | Event::Stops(_)
                    | Event::Background
                    | Event::Killed
                    | Event::Begins
                    | Event::Signal(Signal::INT | Signal::QUIT)
            ),
            Bar => !matches!(event, Event::Pastes | Event::Key(4) | Event::Begins),
            Line | Arrived | List | Page => event != Event::Pastes,
            Hushed | Last => true,
        }
    }

    /// What is typed before the event. It is half a line where whole ones are answers.
    fn ahead(self) -> String {
        match self {
            Line | Arrived | Hushed | Last | List => AHEAD.into(),
            Page => format!("{AHEAD}\r"),
            Pager | Shell | Bar => String::new(),
        }
    }

    /// The exit codes that this ending may have.
    fn codes(self, event: Event) -> Vec<i32> {
        let killed = |signal: Signal| 128 + signal.as_raw();
        match event {
            Event::Signal(Signal::INT) | Event::Key(3) => vec![if self == Page { 0 } else { 130 }],
            Event::Signal(signal) => vec![killed(signal)],
            Event::Killed | Event::KilledByForce => vec![killed(Signal::TERM)],
            Event::Key(0x1c) => vec![killed(Signal::QUIT)],
            Event::Key(_) => vec![match self {
                Arrived => 12,
                Last => 8,
                Page => 0,
                _ => 130,
            }],
            // What is pasted is no password, three times.
            Event::Pastes => vec![5, 8],
            _ => unreachable!("{event:?} does not end it"),
        }
    }
}

/// What may edit the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
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
    fn line(self, line: &str) -> String {
        let (keep, kept) = if self == Self::Fish { ("set c $status", "$c") } else { ("c=$?", "$c") };
        format!("{line}; {keep}; stty -g >modes; echo \"ended {kept}.\"\r")
    }
}

/// A window: a terminal with a shell.
struct Window<'a> {
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
    fn open(scene: &'a Scene<'a>, kind: Kind) -> Self {
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

    fn master(&self) -> &File {
        self.master.as_ref().unwrap()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.shown).into_owned()
    }

    /// Reads what is shown, if anything is within this time. Returns `false` once nobody has the terminal.
    fn look(&mut self, wait: Duration) -> bool {
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
    fn until(&mut self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut found = self.shown[self.read..].windows(text.len());
            if let Some(at) = found.position(|window| window == text.as_bytes()) {
                self.read += at + text.len();
                return;
            }
            let goes_on = self.look(Duration::from_millis(100));
            assert!(goes_on && Instant::now() < deadline, "{text:?} is not shown:\n{}", self.text());
        }
    }

    fn send(&self, keys: &str) {
        self.master().write_all(keys.as_bytes()).unwrap();
    }

    /// Waits for the exit code of what runs in the foreground.
    #[track_caller]
    fn code(&mut self) -> i32 {
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
    fn modes(&self) -> String {
        fs::read_to_string(self.scene.desk.home.path().join("modes")).unwrap()
    }

    /// Runs something in the shell, to its end.
    #[track_caller]
    fn run(&mut self, line: &str) -> i32 {
        self.send(&self.kind.line(line));
        let code = self.code();
        self.until("shell> ");
        code
    }

    /// The program, which is a child of the shell.
    #[track_caller]
    fn program(&mut self) -> Pid {
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
    fn until_state(&mut self, process: Pid, wanted: &[char]) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let stat = fs::read_to_string(format!("/proc/{}/stat", process.as_raw_pid())).unwrap_or_default();
            // Nothing is known of a process that is gone.
            let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next()).unwrap_or('Z');
            if wanted.contains(&state) {
                return;
            }
            assert!(Instant::now() < deadline, "its state is {state}, not {wanted:?}:\n{}", self.text());
            self.look(GLANCE);
        }
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
    fn reaches(&mut self, &(manner, text, _): &Prompt) {
        self.until(text);
        self.is_as_wanted(manner);
    }

    /// Answers a prompt.
    fn answer(&mut self, &(manner, _, keys): &Prompt) {
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
    fn stops(&mut self, how: Stop, modes: &str) {
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

    /// Answers the prompt that is there, and those after it. More is typed while the last answer is hashed. Returns whether
    /// that came before the end.
    #[track_caller]
    #[must_use]
    fn answer_all(&mut self, prompts: &[Prompt]) -> bool {
        let program = self.program();
        for (number, prompt) in prompts.iter().enumerate() {
            if number > 0 {
                self.reaches(prompt);
            }
            self.answer(prompt);
        }
        if prompts.last().is_none_or(|last| last.0 != Hushed) {
            return true;
        }
        self.send(&format!("{AHEAD}\r").repeat(TYPED));
        let stat = fs::read_to_string(format!("/proc/{}/stat", program.as_raw_pid()));
        stat.is_ok_and(|stat| !stat.contains(") Z"))
    }

    /// Fails the trial if the last program has left the terminal in another state.
    #[track_caller]
    fn is_as_it_was(&self, before: &str) {
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
    fn has_got_nothing(&mut self) {
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

    /// Ends the shell. Nothing may be left of it.
    #[track_caller]
    fn closes(mut self) {
        self.send("exit\r");
        while self.look(Duration::from_millis(100)) {}
        self.is_over();
        let history = fs::read_to_string(self.scene.desk.home.path().join("history")).unwrap_or_default();
        for typed in ["PWNED", GOOD, OTHER] {
            assert!(!history.contains(typed), "{typed} is in the history of the shell");
        }
        for secret in [GOOD, OTHER] {
            assert!(!self.text().contains(secret), "{secret:?} was shown:\n{}", self.text());
        }
    }

    /// Closes the window, whatever runs in it.
    fn shuts(mut self) {
        self.master = None;
        self.is_over();
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

/// The attributes that are still on after this text (ECMA-48, "Select Graphic Rendition").
fn colours_left(shown: &str) -> BTreeSet<&str> {
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

fn size(master: &File, columns: u16, rows: u16) {
    let size = Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(master, size).unwrap();
}

/// The processes with this in their environment.
fn running_with(variable: &str) -> Vec<String> {
    let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let with = processes.filter(|process| process.bytes().all(|byte| byte.is_ascii_digit())).filter(|process| {
        let environment = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|other| other == variable.as_bytes())
    });
    with.filter_map(|process| fs::read_to_string(format!("/proc/{process}/cmdline")).ok()).collect()
}

/// A trial: an event at one prompt of a dialogue.
struct Trial {
    dialogue: &'static Dialogue,
    at: usize,
    event: Event,
    kind: Kind,
}

impl Display for Trial {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let (ground, line, ..) = self.dialogue;
        write!(f, "{line}, ground {ground}, prompt {}: {:?} in {:?}", self.at + 1, self.event, self.kind)
    }
}

/// The homes that the commands run in, and what their stores hold.
fn grounds(place: &Place) -> Vec<(Base<'_>, Picture)> {
    let plain = || {
        let desk = Desk::settled();
        for name in ["alice", "newbie", "gone"] {
            desk.like_root(name, 0);
        }
        crowd(&desk, 30);
        desk.sql(
            "UPDATE accounts SET must_change = TRUE, temporary_until = 9000000000 WHERE username = 'newbie';
             UPDATE accounts SET removed_at = 1 WHERE username = 'gone';
             UPDATE accounts SET must_change = FALSE, temporary_until = NULL WHERE username LIKE 'u0%';
             UPDATE accounts SET state = 'disabled' WHERE username = 'u001';
             UPDATE accounts SET locked_at = 1 WHERE username = 'u002';
             UPDATE accounts SET roles = 1 WHERE username = 'u003';
             INSERT INTO sign_ins (id, account_id, secret_sha256, created_at, expires_at, label, roles)
             SELECT 99, id, randomblob(32), 1, 9000000000, 'nightly', 0 FROM accounts WHERE username = 'u004'",
        );
        desk
    };
    let backed_up = plain();
    backed_up.run(&["store", "backup", "monday.db"]).succeeds();
    backed_up.run(&["users", "edit", "alice", "--name", "Alice"]).succeeds();
    let signed_in = plain();
    signed_in.run_as("root", &["me", "sign-in"]).succeeds();
    let closed = plain();
    closed.run_as("root", &["policy", "set", "operator-access", "off"]).succeeds();
    let listed = Desk::settled();
    // Each of these hashes is wrapped in a slow one.
    let hash = format!("{{SSHA}}{}==", "A".repeat(38));
    let rows: Vec<_> = (0..60).map(|number| format!("new{number},{hash}")).collect();
    fs::write(listed.home.path().join("many.csv"), format!("username,password_hash\n{}\n", rows.join("\n"))).unwrap();
    let bases = [backed_up, signed_in, closed, listed].map(|desk| Base::new(place, desk));
    bases.into_iter().map(|base| (base.scene().picture(), base)).map(|(picture, base)| (base, picture)).collect()
}

/// Fails the trial unless the store holds what this end means.
#[track_caller]
fn holds(scene: &Scene, before: &Picture, has_changed: Option<bool>) {
    let after = scene.picture();
    let is_same = after.accounts == before.accounts && after.rest == before.rest;
    if let Some(has_changed) = has_changed {
        assert_eq!(!is_same, has_changed, "whether the store has changed");
    }
}

impl Trial {
    fn all() -> Vec<Self> {
        let prompts = DIALOGUES.iter().flat_map(|dialogue| (0..dialogue.2.len()).map(move |at| (dialogue, at)));
        let with = prompts.flat_map(|(dialogue, at)| EVENTS.map(|event| (dialogue, at, event)));
        let mut all: Vec<_> = with
            // Answered is a dialogue only as a whole, and begun as well.
            .filter(|(_, at, event)| *at == 0 || !matches!(event, Event::Answers | Event::Begins))
            .filter(|(dialogue, at, event)| dialogue.2[*at].0.has(*event))
            .flat_map(|(dialogue, at, event)| {
                [Kind::Dash, Kind::Bash, Kind::Zsh, Kind::Fish].map(|kind| Self { dialogue, at, event, kind })
            })
            .collect();
        // zsh and fish leave the rest of a line out if QUIT has ended what is before it, and do not say how that ended.
        let quits = |event| matches!(event, Event::Signal(Signal::QUIT) | Event::Key(0x1c));
        all.retain(|trial| matches!(trial.kind, Kind::Dash | Kind::Bash) || !quits(trial.event));
        // Only bash mends the modes that a stop by force leaves.
        all.retain(|trial| trial.kind == Kind::Bash || trial.event != Event::KilledByForce);
        all.sort_by_key(|trial| trial.kind as usize);
        all
    }

    fn run(&self, grounds: &[(Base, Picture)]) {
        let (ground, line, prompts, end) = self.dialogue;
        let (base, before) = &grounds[*ground];
        let scene = base.scene();
        let mut window = Window::open(&scene, self.kind);
        window.run("true");
        let modes = window.modes();
        if self.event == Event::Begins {
            window.send(&format!("passdesk {line} &\r"));
            let program = window.program();
            window.until_state(program, &['T']);
            window.send(&self.kind.line("fg"));
        } else {
            window.send(&self.kind.line(&format!("passdesk {line}")));
        }
        for prompt in &prompts[..self.at] {
            window.reaches(prompt);
            window.answer(prompt);
        }
        window.reaches(&prompts[self.at]);
        let manner = prompts[self.at].0;
        let is_changed = manner == Page && *end == Changed;
        if self.event == Event::Close {
            window.send(&manner.ahead());
            window.shuts();
            holds(&scene, before, (manner != Bar).then_some(is_changed));
            return;
        }
        let changed = if let Some(code) = self.happens(&mut window, &modes) {
            let codes = if manner == Bar { vec![0, 11, 130, 131, 129, 143] } else { manner.codes(self.event) };
            assert!(codes.contains(&code), "exit code {code}, not {codes:?}:\n{}", window.text());
            (manner != Bar).then_some(is_changed)
        } else {
            if !window.answer_all(&prompts[self.at..]) {
                // This machine was too slow to type ahead. The shell gets what was typed to it.
                return;
            }
            let code = window.code();
            // `fg` of fish does not tell how its job ended.
            if self.kind != Kind::Fish {
                assert_eq!(code, if let Fails(code) = end { *code } else { 0 }, "{}", window.text());
            }
            Some(*end == Changed)
        };
        window.is_as_it_was(&modes);
        if manner != Bar && manner != Shell {
            window.has_got_nothing();
        }
        window.closes();
        holds(&scene, before, changed);
    }

    /// Lets the event happen at the prompt that is there. Returns the exit code if that has ended the command.
    fn happens(&self, window: &mut Window, modes: &str) -> Option<i32> {
        let prompt = &self.dialogue.2[self.at];
        let manner = prompt.0;
        match self.event {
            Event::Pastes => window.send(&format!("{AHEAD}\r").repeat(PASTED)),
            Event::Signal(signal) => {
                window.send(&manner.ahead());
                kill_process(window.program(), signal).unwrap();
            }
            Event::Key(key) => {
                // Ctrl-D ends the input of an empty line only, and a key at a screen counts alone.
                if key != 4 {
                    window.send(&manner.ahead());
                }
                if matches!(manner, List | Page) {
                    sleep(ALONE);
                }
                window.send(&char::from(key).to_string());
            }
            Event::Stops(how) => {
                window.send(&manner.ahead());
                window.stops(how, modes);
                window.send(&self.kind.line("fg"));
                window.reaches(prompt);
                return None;
            }
            Event::Background => {
                window.stops(Stop::Signal, modes);
                let program = window.program();
                window.send("bg\r");
                if manner != Bar {
                    // It may be stopped still.
                    window.run("true");
                    window.until_state(program, &['T']);
                }
                window.run("true");
                assert_eq!(window.modes(), modes, "the terminal is changed from the background");
                window.send(&self.kind.line("fg"));
                window.reaches(prompt);
                return None;
            }
            Event::Killed | Event::KilledByForce => {
                let program = window.program();
                if self.event == Event::Killed {
                    window.stops(Stop::Signal, modes);
                } else {
                    kill_process(program, Signal::STOP).unwrap();
                    window.until("shell> ");
                }
                // As `kill %1` does in bash.
                kill_process(program, Signal::TERM).unwrap();
                kill_process(program, Signal::CONT).unwrap();
                window.until_state(program, &['Z']);
                window.run("true");
                return Some(128 + Signal::TERM.as_raw());
            }
            Event::Resize => {
                for (columns, rows) in [(40, 10), (1, 1), (200, 60), (80, 24)] {
                    size(window.master(), columns, rows);
                    window.look(GLANCE);
                }
                if matches!(manner, List | Page) {
                    window.reaches(prompt);
                }
                return None;
            }
            Event::Answers | Event::Begins | Event::Close => return None,
        }
        Some(window.code())
    }
}

/// Several events at moments that the number of the trial decides.
struct Anywhen {
    seed: u64,
    number: u64,
}

impl Display for Anywhen {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(f, "random {}", self.number)
    }
}

impl Anywhen {
    fn run(&self, grounds: &[(Base, Picture)]) {
        let random = &mut StdRng::seed_from_u64(self.seed);
        // A pager that gets several signals at once has ways of its own.
        let own: Vec<_> = DIALOGUES.iter().filter(|dialogue| dialogue.2[0].0 != Pager).collect();
        let (ground, line, prompts, end) = own.choose(random).unwrap();
        let kind = *[Kind::Dash, Kind::Bash].choose(random).unwrap();
        let (base, before) = &grounds[*ground];
        let scene = base.scene();
        let mut window = Window::open(&scene, kind);
        window.run("true");
        let modes = window.modes();
        window.send(&kind.line(&format!("passdesk {line}")));
        let own = prompts.iter().take_while(|prompt| prompt.0 != Pager).count();
        let last = random.random_range(0..own);
        for prompt in &prompts[..last] {
            window.reaches(prompt);
            window.answer(prompt);
        }
        let program = window.program();
        let reaches = random.random();
        if reaches {
            window.reaches(&prompts[last]);
            if random.random() && prompts[last].0 != Shell {
                window.answer(&prompts[last]);
            }
        }
        for _ in 0..random.random_range(0..4) {
            sleep(Duration::from_millis(random.random_range(0..40)));
            let signals: &[Signal] = match random.random_range(0..4) {
                0 => &[Signal::TSTP, Signal::CONT],
                1 => &[Signal::CONT, Signal::WINCH, Signal::CONT],
                2 => &[Signal::TTOU, Signal::TTIN],
                _ => {
                    size(window.master(), random.random_range(1..200), random.random_range(1..60));
                    &[]
                }
            };
            for signal in signals {
                // It may have ended.
                let _ = kill_process(program, *signal);
                sleep(Duration::from_micros(random.random_range(0..2_000)));
            }
        }
        size(window.master(), 80, 24);
        // Whether the shell has stopped it by now or not, this ends it.
        let deadline = Instant::now() + PATIENCE;
        while fs::read_to_string(format!("/proc/{}/stat", program.as_raw_pid())).is_ok_and(|stat| !stat.contains(") Z"))
        {
            // A program that has just begun dies by INT, and dash then leaves the rest of its line out.
            let signals = [Signal::TERM, Signal::HUP, Signal::QUIT, Signal::INT];
            let signal = *signals[..if reaches { 4 } else { 3 }].choose(random).unwrap();
            let _ = kill_process(program, signal);
            let _ = kill_process(program, Signal::CONT);
            assert!(Instant::now() < deadline, "it does not end:\n{}", window.text());
            window.look(Duration::from_millis(20));
        }
        window.code();
        window.run("true");
        // The shell looks at how its job ended.
        window.run("true");
        window.is_as_it_was(&modes);
        window.closes();
        let after = scene.picture();
        if after.accounts != before.accounts || after.rest != before.rest {
            let was_last = prompts[last + 1..].iter().all(|prompt| prompt.0 == Page);
            assert!(*end == Changed && was_last, "something has changed");
        }
    }
}

pub fn run(trials: &Trials) -> String {
    let grounds = grounds(trials.place);
    let mut all = Trial::all();
    if !trials.form.long && trials.form.only.is_none() {
        all.retain(|trial| matches!(trial.kind, Kind::Dash | Kind::Bash));
    }
    let all = trials.some(all, SHARE);
    let shells = if trials.form.long { 4 } else { 2 };
    trials.at_once(AT_ONCE, all, |trial| trial.run(&grounds));
    let random = if trials.form.long { 10_000 } else { 60 };
    trials.at_once(AT_ONCE, (0..random).map(|number| Anywhen { seed: trials.form.number(number), number }), |trial| {
        trial.run(&grounds);
    });
    let prompts: usize = DIALOGUES.iter().map(|dialogue| dialogue.2.len()).sum();
    format!(
        "{prompts} prompts of {} dialogues, {} events, {shells} shells, {random} runs with several events at random moments.",
        DIALOGUES.len(),
        EVENTS.len()
    )
}
