//! A desk in front of its own display: Xvfb, or sway without a screen. Both end with the test.

#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "a test waits for what other processes do")]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, chown};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, geteuid, kill_process};

use crate::common::{Desk, Run, fed};

/// Far more than anything takes, so that a slow machine fails no test.
pub const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(20);

/// A user who is not root. sway refuses to run as root.
const ORDINARY: u32 = 65534;

/// Waits until there is a value.
#[track_caller]
pub fn wait_for<T>(what: &str, mut there: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Some(it) = there() {
            return it;
        }
        thread::sleep(GLANCE);
    }
    panic!("waited in vain for {what}");
}

/// What kind of display it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    X11,
    Wayland,
}

/// [`Desk::with_alice`] with a display. It has its own copy of the program, so that other desks' holders are not
/// counted.
pub struct Stage {
    pub desk: Desk,
    pub kind: Kind,
    program: PathBuf,
    server: Child,
    name: String,
}

impl Stage {
    pub fn new(kind: Kind) -> Self {
        let desk = Desk::with_alice();
        let home = desk.home.path();
        let program = home.join("passdesk");
        fs::DirBuilder::new().mode(0o700).create(runtime(&desk)).unwrap();
        fs::write(home.join("sway.conf"), "xwayland disable\n").unwrap();
        if kind == Kind::Wayland && geteuid().is_root() {
            hand_over(home);
        }
        let built = Path::new(env!("CARGO_BIN_EXE_passdesk"));
        fs::hard_link(built, &program).or_else(|_| fs::copy(built, &program).map(drop)).unwrap();
        let (server, name) = match kind {
            Kind::X11 => start_x11(&desk),
            Kind::Wayland => start_sway(&desk),
        };
        Self { desk, kind, program, server, name }
    }

    /// The name of the display.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The path of this desk's passdesk.
    pub fn program(&self) -> &str {
        self.program.to_str().unwrap()
    }

    /// A program in front of this display.
    pub fn other(&self, program: impl AsRef<OsStr>, args: &[&str]) -> Command {
        let mut command = at(&self.desk, self.kind, program, args);
        command.env(if self.kind == Kind::X11 { "DISPLAY" } else { "WAYLAND_DISPLAY" }, &self.name);
        command
    }

    /// passdesk in front of this display.
    pub fn passdesk(&self, args: &[&str]) -> Command {
        self.other(&self.program, args)
    }

    /// Runs passdesk in front of this display.
    pub fn run(&self, args: &[&str]) -> Run {
        self.passdesk(args).output().unwrap().into()
    }

    /// Runs passdesk with this on standard input.
    pub fn run_with(&self, input: &str, args: &[&str]) -> Run {
        fed(self.passdesk(args), input)
    }

    /// Signs in with this password.
    pub fn profile(&self, username: &str, password: &str) -> Run {
        self.run_with(&format!("{password}\n"), &["me", "profile", "--as", username, "--password-stdin"])
    }

    /// The text on the clipboard, as another program reads it.
    pub fn pasted(&self) -> Option<String> {
        self.read(&["xclip", "-o", "-selection", "clipboard"], &["wl-paste", "-n"])
    }

    /// Waits until there is something on the clipboard.
    #[track_caller]
    pub fn until_pasted(&self) -> String {
        wait_for("a text to paste", || self.pasted())
    }

    /// The forms in which the text can be read.
    pub fn targets(&self) -> Vec<String> {
        let listed = self.read(&["xclip", "-o", "-selection", "clipboard", "-t", "TARGETS"], &["wl-paste", "-l"]);
        listed.unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// The text on the clipboard in one form.
    pub fn pasted_as(&self, target: &str) -> Option<String> {
        let xclip = ["xclip", "-o", "-selection", "clipboard", "-t", target];
        self.read(&xclip, &["wl-paste", "-n", "-t", target])
    }

    fn read(&self, on_x11: &[&str], on_wayland: &[&str]) -> Option<String> {
        let reader = if self.kind == Kind::X11 { on_x11 } else { on_wayland };
        // An owner of the clipboard that does not answer must not hold up a test.
        let output = self.other("timeout", &[&["5"], reader].concat()).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.success() && !text.is_empty()).then_some(text)
    }

    /// Copies a text with another program.
    pub fn copy_elsewhere(&self, text: &str) {
        let mut command = self.copier(text, &["xclip", "-i", "-selection", "clipboard"], &["wl-copy"]);
        assert!(command.status().unwrap().success(), "{command:?} has failed");
        self.until_copied(text);
    }

    /// Copies a text with another program, which holds it until it is killed.
    pub fn copies_as_long_as_it_runs(&self, text: &str) -> Child {
        let on_x11 = ["xclip", "-quiet", "-i", "-selection", "clipboard"];
        let child = self.copier(text, &on_x11, &["wl-copy", "--foreground"]).spawn().unwrap();
        self.until_copied(text);
        child
    }

    fn copier(&self, text: &str, on_x11: &[&str], on_wayland: &[&str]) -> Command {
        let file = self.desk.home.path().join("copied-elsewhere");
        fs::write(&file, text).unwrap();
        let (program, args) = (if self.kind == Kind::X11 { on_x11 } else { on_wayland }).split_first().unwrap();
        // The process that stays in the background keeps these open.
        let mut command = self.other(program, args);
        command.stdin(fs::File::open(file).unwrap()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    #[track_caller]
    fn until_copied(&self, text: &str) {
        wait_for("what was copied elsewhere", || (self.pasted().as_deref() == Some(text)).then_some(()));
    }

    /// The processes that hold a clipboard for this desk.
    pub fn holders(&self) -> Vec<i32> {
        let begin = [self.program.as_os_str().as_encoded_bytes(), b"\0clipboard-holder\0"].concat();
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        numbers
            .filter(|number: &i32| {
                fs::read(format!("/proc/{number}/cmdline")).is_ok_and(|args| args.starts_with(&begin))
            })
            .collect()
    }

    /// The one process that holds the clipboard.
    #[track_caller]
    pub fn holder(&self) -> i32 {
        let holders = self.holders();
        let [holder] = holders[..] else { panic!("holders: {holders:?}") };
        holder
    }

    /// Waits until no process holds the clipboard for this desk.
    #[track_caller]
    pub fn until_nobody_holds(&self) {
        wait_for("the end of all holders", || self.holders().is_empty().then_some(()));
    }

    /// Waits until no process holds the clipboard. Fails the test if anything is on it then.
    #[track_caller]
    pub fn is_cleared(&self) {
        self.until_nobody_holds();
        self.is_empty();
    }

    /// Fails the test if anything is on the clipboard. A dead display has nothing to paste either. So a text copied now
    /// must arrive.
    #[track_caller]
    pub fn is_empty(&self) {
        assert_eq!(self.pasted(), None);
        self.copy_elsewhere("a control");
    }

    /// Sends a signal to the display.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.server), signal).unwrap();
    }

    /// Kills the display, and waits until it no longer answers. No other process gets its number before this is
    /// dropped: a number is free only after a wait for its process.
    pub fn kill_display(&self) {
        self.signal(Signal::KILL);
        wait_for("the end of the display", || UnixStream::connect(self.socket()).is_err().then_some(()));
    }

    fn socket(&self) -> PathBuf {
        match self.kind {
            Kind::X11 => Path::new("/tmp/.X11-unix").join(self.name.replace(':', "X")),
            Kind::Wayland => runtime(&self.desk).join(&self.name),
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // A process that has ended already is fine.
        for holder in self.holders() {
            let _ = Pid::from_raw(holder).map(|holder| kill_process(holder, Signal::KILL));
        }
        let _ = self.server.kill();
        if self.kind == Kind::X11 {
            let _ = fs::remove_file(self.socket());
            let _ = fs::remove_file(format!("/tmp/.X{}-lock", self.name.trim_start_matches(':')));
        }
        let _ = self.server.wait();
    }
}

/// A program at this desk, without a display.
fn at(desk: &Desk, kind: Kind, program: impl AsRef<OsStr>, args: &[&str]) -> Command {
    let mut command = if kind == Kind::Wayland && geteuid().is_root() {
        let mut command = Command::new("setpriv");
        let ids = [format!("--reuid={ORDINARY}"), format!("--regid={ORDINARY}")];
        command.args(ids).arg("--clear-groups").arg(program);
        command
    } else {
        Command::new(program)
    };
    command.args(args).env_clear().current_dir(desk.home.path()).stdin(Stdio::null());
    command.envs(desk.command(&[]).get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("XDG_RUNTIME_DIR", runtime(desk));
    command
}

fn runtime(desk: &Desk) -> PathBuf {
    desk.home.path().join("runtime")
}

fn start_x11(desk: &Desk) -> (Child, String) {
    // A session always has a client. Without one, the server would start over whenever the last client leaves. It would
    // drop a client that connects just then.
    let mut command =
        at(desk, Kind::X11, "Xvfb", &["-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten", "tcp", "-noreset"]);
    let file = desk.home.path().join("display");
    command.stdout(fs::File::create(&file).unwrap()).stderr(Stdio::null());
    let server = command.spawn().unwrap();
    let number = wait_for("Xvfb", || {
        let said = fs::read_to_string(&file).unwrap();
        said.strip_suffix('\n').map(str::to_owned)
    });
    (server, format!(":{number}"))
}

fn start_sway(desk: &Desk) -> (Child, String) {
    let mut command = at(desk, Kind::Wayland, "sway", &["-c", "sway.conf"]);
    command.envs([("WLR_BACKENDS", "headless"), ("WLR_LIBINPUT_NO_DEVICES", "1"), ("WLR_RENDERER", "pixman")]);
    let server = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let name = wait_for("sway", || {
        let names = fs::read_dir(runtime(desk)).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names
            .into_iter()
            .find(|name| name.starts_with("wayland-") && UnixStream::connect(runtime(desk).join(name)).is_ok())
    });
    (server, name)
}

fn hand_over(path: &Path) {
    chown(path, Some(ORDINARY), Some(ORDINARY)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            hand_over(&entry.unwrap().path());
        }
    }
}
