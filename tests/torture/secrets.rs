//! Secrets: each has a text that is known here, and is searched for wherever it was not asked to go.
//!
//! - **Places:** all commands run. Then the search goes through the store with its log and its freed pages, through backups,
//!   archives, state files and temporary files. It goes through all that was said. It also goes through the arguments and
//!   environments of all processes meanwhile. On a server, it goes through all files and logs of the server, and through
//!   what others see of the sessions. passdesk signs in there with a password, which is a secret, too.
//! - **Cores:** a process that dies with a secret in its memory leaves no core dump.
//! - **Memory:** a process is stopped at each system call after the last use of its secret. Its memory is read.
//!
//! A secret may be in these places alone:
//!
//! - in the file of `--output`, on the terminal, in the pipe, on the clipboard: somebody asked for it there;
//! - in the process that holds the clipboard, for as long as it does;
//! - behind `PASSDESK_TOKEN=` in the environment of a process: its caller put it there.
//!
//! passdesk writes to no system log: no trace may have a call that names it.

mod memory;
#[cfg(not(feature = "postgres"))]
#[path = "secrets/silent.rs"]
mod talkative;
#[cfg(feature = "postgres")]
mod talkative;

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread::{self, sleep};
use std::time::Duration;

use age::Decryptor;
use age::armor::ArmoredReader;
use rustix::process::{Pid, Signal, kill_process};

use self::talkative::Talkative;
use crate::common::display::{Kind, Stage, wait_for};
use crate::common::pty::Pty;
use crate::common::{Desk, Run, fed};
use crate::scene::{Place, shown_on};
use crate::search::Search;
use crate::tracer::{self, state};
use crate::trials::Trials;

/// What people type. Neither half of it stands anywhere else, nor in what other tests type.
const ROOTS: &str = "canary copper kettle above dry coals";
const ALICES: &str = "canary nine badgers row the estuary";
const NEWER: &str = "canary quince harbour under dry thatch";
const WRONG: &str = "canary eleven magpies mend a ladder";
/// Too short.
const WEAK: &str = "canaryfoxglove";
/// A token that nobody made.
const NO_TOKEN: &str = "pdsk_c0ffee00c0ffee01c0ffee02c0ffee03c0ffee04c0ffee05c0ffee06c0ffee07";
/// A key and what opens a message to it.
const AGE: [&str; 2] = [
    "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa",
    "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33",
];
const STDIN: &str = "--password-stdin";

pub fn run(trials: &Trials) -> String {
    let (seen, places) = (Mutex::new(String::new()), &"places");
    let memories = memory::in_memory(trials);
    trials.one(places, || *seen.lock().unwrap() = in_places(trials.place));
    // No core has more in it on a server.
    if trials.place.is_files() {
        trials.one(&"cores", no_core_is_left);
    }
    format!("{} {memories} memories of stopped processes.", seen.into_inner().unwrap())
}

/// Everything that is found behind the variable is there because the caller put it there.
const VARIABLE: &[u8] = b"PASSDESK_TOKEN=";

/// Takes out what a caller has put into an environment.
fn without_variable(mut bytes: Vec<u8>) -> Vec<u8> {
    let mut from = 0;
    while let Some(at) = bytes[from..].windows(VARIABLE.len()).position(|window| window == VARIABLE) {
        let begin = from + at + VARIABLE.len();
        let end = bytes[begin..].iter().position(|byte| *byte == 0).map_or(bytes.len(), |length| begin + length);
        bytes[begin..end].fill(b'.');
        from = begin;
    }
    bytes
}

// ---- Places.

/// A home where a secret may go only where it is asked to go.
struct World {
    desk: Desk,
    /// Its store, if that is on a server.
    store: Option<String>,
    temporary: PathBuf,
    secrets: Vec<String>,
    /// What was said, by which command.
    said: Vec<(String, Vec<u8>)>,
    /// The files that were to have a secret, with it.
    asked_for: Vec<(PathBuf, String)>,
}

/// Where a command hands its secret over.
enum To<'a> {
    Out,
    File(&'a str),
    Nobody,
}

impl World {
    fn new() -> Self {
        let desk = Desk::empty();
        let temporary = desk.home.path().join("tmp");
        fs::create_dir(&temporary).unwrap();
        let secrets = [ROOTS, ALICES, NEWER, WRONG, WEAK, NO_TOKEN].map(str::to_owned).into();
        Self { desk, store: None, temporary, secrets, said: Vec::new(), asked_for: Vec::new() }
    }

    /// The same, in front of a server.
    fn before(server: &Talkative) -> Self {
        let mut world = Self::new();
        let (store, file, password) = server.let_in(world.desk.home.path());
        world.store = Some(store);
        world.secrets.push(password.clone());
        world.asked_for.push((file, password));
        world
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.desk.command(args);
        command.arg("-v").env("TMPDIR", &self.temporary);
        command.envs(self.store.iter().map(|store| ("PASSDESK_STORE", store)));
        command
    }

    /// Notes what a command has said, and the secrets that it has handed over.
    fn note(&mut self, label: &str, run: &Run, to: &To) -> Vec<String> {
        let handed = match to {
            To::Out => run.stdout.clone(),
            To::File(name) => fs::read_to_string(self.desk.home.path().join(name)).unwrap_or_default(),
            To::Nobody => String::new(),
        };
        let mut secrets = secrets_in(&handed);
        if secrets.is_empty() && handed.contains("AGE ENCRYPTED") {
            secrets.push(opened(&handed));
        } else if let To::File(name) = to {
            let file = self.desk.home.path().join(name);
            self.asked_for.extend(secrets.iter().map(|secret| (file.clone(), secret.clone())));
        }
        self.said.push((label.to_owned(), run.stderr.clone().into_bytes()));
        if !matches!(to, To::Out) || run.stdout.contains("AGE ENCRYPTED") {
            self.said.push((label.to_owned(), run.stdout.clone().into_bytes()));
        }
        self.secrets.extend(secrets.clone());
        secrets
    }

    /// Runs a command with this on standard input. Returns the secrets that it hands over.
    #[track_caller]
    fn run(&mut self, code: i32, args: &[&str], input: &str, to: &To) -> Vec<String> {
        let run = fed(self.command(args), input).exits(code);
        self.note(&args.join(" "), &run, to)
    }

    /// The secret of a command that hands over one, on standard output.
    #[track_caller]
    fn one(&mut self, args: &[&str], input: &str) -> String {
        let mut all = self.run(0, args, input, &To::Out);
        assert_eq!(all.len(), 1, "{args:?}");
        all.remove(0)
    }

    /// Fails the trial if a secret is where it was not asked to go. Looks at these states of processes and sessions, and at
    /// these folders. Returns how many bytes were searched.
    fn search(&self, states: &HashSet<Vec<u8>>, folders: &[&Path]) -> u64 {
        let search = Search::new(self.secrets.iter().cloned());
        let bytes = AtomicU64::new(0);
        let look = |place: &str, held: &[u8]| {
            bytes.fetch_add(held.len() as u64, Relaxed);
            let found = search.find(held);
            assert!(found.is_empty(), "{place}: {found:?}");
        };
        for (label, said) in &self.said {
            look(label, said);
        }
        for state in states {
            look("a process or a session", state);
        }
        let mut files = Vec::new();
        for folder in folders.iter().copied().chain([self.desk.home.path()]) {
            walk(folder, &mut files);
        }
        let mut there = BTreeSet::new();
        for file in files {
            let (name, held) = (file.display().to_string(), fs::read(&file).unwrap());
            look(&name, name.as_bytes());
            let asked = self.asked_for.iter().filter(|(asked, _)| *asked == file).map(|(_, secret)| secret.as_str());
            let asked: HashSet<_> = asked.collect();
            bytes.fetch_add(held.len() as u64, Relaxed);
            for (secret, around) in search.find(&held) {
                assert!(asked.contains(secret), "{name}: {around}");
                there.insert((file.clone(), secret.to_owned()));
            }
        }
        // Else the search does not find what is there.
        assert_eq!(there.into_iter().collect::<HashSet<_>>(), self.asked_for.iter().cloned().collect());
        bytes.into_inner()
    }
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = fs::symlink_metadata(&path).unwrap().file_type();
        if kind.is_dir() {
            walk(&path, files);
        } else if kind.is_file() {
            files.push(path);
        }
    }
}

/// The temporary passwords and tokens in a text.
fn secrets_in(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    words
        .filter(|word| crate::common::is_temporary(word) || word.len() == 69 && word.starts_with("pdsk_"))
        .map(str::to_owned)
        .collect()
}

/// What is in an encrypted message.
fn opened(text: &str) -> String {
    let identity: age::x25519::Identity = AGE[1].parse().unwrap();
    let (begin, end) = (text.find("-----BEGIN").unwrap(), text.find("-----END AGE ENCRYPTED FILE-----").unwrap());
    let message = &text[begin..end + "-----END AGE ENCRYPTED FILE-----".len()];
    let message = message.replace("\\n", "\n");
    let mut opened = String::new();
    let message = Decryptor::new(ArmoredReader::new(message.as_bytes())).unwrap();
    let mut message = message.decrypt([&identity as &dyn age::Identity].into_iter()).unwrap();
    message.read_to_string(&mut opened).unwrap();
    opened.trim_end().to_owned()
}

/// The arguments and the environment of each process, until it is over.
fn processes(over: &AtomicBool) -> HashSet<Vec<u8>> {
    let mut seen = HashSet::new();
    while !over.load(Relaxed) {
        for process in fs::read_dir("/proc").unwrap().flatten() {
            for file in ["cmdline", "environ"] {
                let bytes = fs::read(process.path().join(file)).unwrap_or_default();
                seen.insert(without_variable(bytes));
            }
        }
    }
    seen
}

/// Runs all commands, and searches all places.
fn in_places(place: &Place) -> String {
    let over = AtomicBool::new(false);
    let server = Talkative::of(place);
    thread::scope(|scope| {
        let watch = scope.spawn(|| processes(&over));
        let sessions = server.as_ref().map(|server| scope.spawn(|| server.sessions(&over)));
        // The watch ends with a trial that fails, too.
        let stop = Stop(&over);
        let mut world = server.as_ref().map_or_else(World::new, World::before);
        let commands = works(&mut world);
        drop(stop);
        let mut seen = watch.join().unwrap();
        let watched = seen.iter().filter(|bytes| bytes.windows(14).any(|window| window == b"password-stdin")).count();
        assert!(watched > 3, "{watched} commands were seen by others");
        seen.extend(sessions.into_iter().flat_map(|sessions| sessions.join().unwrap()));
        let folders: Vec<_> = server.iter().map(Talkative::stopped).collect();
        let bytes = world.search(&seen, &folders);
        format!(
            "{commands} commands with {} secrets, {} KB searched, {} states of processes.",
            world.secrets.len(),
            bytes >> 10,
            seen.len()
        )
    })
}

struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

fn lines(lines: &[&str]) -> String {
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

/// Every command that has a secret, and those that copy what is stored. Returns how many ran.
fn works(world: &mut World) -> usize {
    let first = world.one(&["init", "--admin", "root", "-q"], "");
    // Keeps the write-ahead log, which otherwise goes with the last process.
    let is_file = world.store.is_none();
    let other = is_file.then(|| rusqlite::Connection::open(world.desk.store()).unwrap());
    if let Some(other) = &other {
        other.query_row("SELECT count(*) FROM accounts", [], |_| Ok(())).unwrap();
    }
    let passwd = |who| ["me", "passwd", "--as", who, STDIN];
    world.run(8, &passwd("root"), &lines(&[&first, WEAK]), &To::Nobody);
    world.run(5, &passwd("root"), &lines(&[WRONG, NEWER]), &To::Nobody);
    world.run(0, &passwd("root"), &lines(&[&first, ROOTS]), &To::Nobody);
    let alices = world.one(&["users", "add", "alice", "-q"], "");
    world.one(&["users", "add", "bob", "--format", "json"], "");
    world.run(0, &passwd("alice"), &lines(&[&alices, ALICES]), &To::Nobody);
    world.run(0, &["verify", "alice"], &lines(&[ALICES]), &To::Nobody);
    world.run(5, &["verify", "alice"], &lines(&[WRONG]), &To::Nobody);
    world.run(5, &["verify", "nobody"], &lines(&[WRONG]), &To::Nobody);
    let home = world.desk.home.path().join("signed-in");
    fs::create_dir(&home).unwrap();
    for (args, input) in [
        (&["me", "sign-in", "--as", "alice", STDIN][..], lines(&[ALICES])),
        (&["me", "profile"], String::new()),
        (&["me", "sign-out"], String::new()),
    ] {
        let mut command = world.command(args);
        command.env("HOME", &home);
        let run = fed(command, input).succeeds();
        world.note(&args.join(" "), &run, &To::Nobody);
    }
    let token = ["tokens", "create", "job", "--expires-in", "9d", "--as", "root", STDIN];
    let tokens = [
        world.one(&[&token[..], &["-q"]].concat(), &lines(&[ROOTS])),
        world
            .run(
                0,
                &[&["tokens", "create", "filed", "--output", "token"], &token[3..]].concat(),
                &lines(&[ROOTS]),
                &To::File("token"),
            )
            .remove(0),
    ];
    for (token, code) in [(tokens[0].as_str(), 0), (NO_TOKEN, 5), (WRONG, 5)] {
        let mut command = world.command(&["users", "list"]);
        command.env("PASSDESK_TOKEN", token);
        let run = fed(command, "").exits(code);
        world.note("a token in a variable", &run, &To::Nobody);
    }
    let mut command = world.command(&["users", "list"]);
    command.env("PASSDESK_TOKEN_FILE", "token");
    let run = fed(command, "").succeeds();
    world.note("a token in a file", &run, &To::Nobody);
    resets(world);
    fs::write(world.desk.home.path().join("list.csv"), "username\nada\nbea\n").unwrap();
    world.run(0, &["users", "import", "list.csv", "--temporary-passwords", "--output", "g"], "", &To::File("g"));
    // The last admin with a lasting password keeps it.
    world.run(11, &["users", "reset", "--all", "--yes", "--format", "csv", "--output", "h"], "", &To::File("h"));
    world.one(&["recover", "root", "--yes", "-q"], "");
    on_terminals(world);
    if is_file {
        on_a_display(world);
    }
    for args in [
        &["store", "backup", "monday.db"][..],
        &["store", "copy", "--to", "copied.db"],
        &["users", "list"],
        &["users", "show", "alice"],
        &["tokens", "list"],
        &["audit", "list", "--format", "jsonl"],
        &["audit", "archive", "old", "--before", "1s"],
        &["audit", "verify"],
        &["store", "check"],
    ] {
        world.run(0, args, "", &To::Nobody);
    }
    let last = if is_file { &["store", "restore", "monday.db", "--yes"][..] } else { &["store", "grants"] };
    world.run(0, last, "", &To::Nobody);
    // With its log, and what the log has left behind.
    world.search(&HashSet::new(), &[]);
    drop(other);
    world.run(0, &["store", "check"], "", &To::Nobody);
    world.said.len()
}

/// Resets by every way to a file or a pipe: done, not delivered, and killed in the middle.
fn resets(world: &mut World) {
    let reset = |more: &[&'static str]| [&["users", "reset", "alice", "--yes"], more].concat();
    world.one(&reset(&[]), "");
    for format in ["json", "jsonl", "csv"] {
        world.one(&reset(&["--format", format]), "");
    }
    world.run(0, &reset(&["bob", "--format", "csv"]), "", &To::Out);
    for (name, more) in [("a", &[][..]), ("b", &["-q"]), ("c", &["--format", "csv"]), ("d", &["--format", "json"])] {
        world.run(0, &[&reset(more)[..], &["--output", name]].concat(), "", &To::File(name));
    }
    world.run(12, &reset(&["--output", "a"]), "", &To::Nobody);
    world.run(0, &reset(&["--encrypt-to", AGE[0]]), "", &To::Out);
    world.run(0, &reset(&["--encrypt-to", AGE[0], "--output", "e"]), "", &To::File("e"));
    world.run(0, &reset(&["--dry-run"]), "", &To::Nobody);
    // What cannot be delivered.
    for way in [&[][..], &["-q"], &["--format", "csv"]] {
        let mut command = world.command(&reset(way));
        let run = Run::from(command.stdout(File::options().write(true).open("/dev/full").unwrap()).output().unwrap());
        world.note("a full disk", &run.exits(12), &To::Nobody);
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let run = Run::from(world.command(&reset(way)).stdout(writer).output().unwrap());
        world.note("a broken pipe", &run.exits(12), &To::Nobody);
    }
    // Killed in the middle, with and without a file.
    let to_file = [&reset(&["-q"])[..], &["--output", "f"]].concat();
    for (args, to) in [(reset(&["-q"]), To::Out), (to_file, To::File("f"))] {
        let moments = tracer::moments(&world.command(&args), "");
        let _ = fs::remove_file(world.desk.home.path().join("f"));
        let changing: Vec<_> = moments.iter().filter(|moment| moment.changes()).collect();
        for moment in changing.iter().rev().step_by(3).take(4) {
            let run = tracer::at(moment, "signal=KILL", &world.command(&args), "");
            world.note("a killed reset", &run, &to);
            // Another run writes another secret into a file of this name.
            let file = world.desk.home.path().join("f");
            world.asked_for.retain(|(asked, _)| *asked != file);
            let _ = fs::remove_file(file);
        }
    }
}

/// What is typed and shown on terminals.
fn on_terminals(world: &mut World) {
    let temporary = world.one(&["users", "reset", "alice", "--yes", "-q"], "");
    let mut pty = Pty::start(&world.command(&["me", "passwd", "--as", "alice"]));
    pty.answer("assword of alice", &temporary);
    pty.answer("ew password", ALICES);
    pty.answer("again", ALICES);
    let said = pty.end().exits(0).transcript;
    world.said.push(("me passwd".into(), said.into_bytes()));
    let mut pty = Pty::start(&world.command(&["me", "profile", "--as", "alice"]));
    pty.answer("assword of alice", ALICES);
    let said = pty.end().exits(0).transcript;
    world.said.push(("me profile".into(), said.into_bytes()));
    for (way, talk) in [("--screen", leaves as fn(&mut Pty)), ("--copy=osc52", pastes)] {
        let mut pty = Pty::start(&world.command(&["users", "reset", "alice", "--yes", way]));
        talk(&mut pty);
        let shown = pty.end().exits(0).transcript;
        world.secrets.push(shown_on(&shown).swap_remove(0));
    }
}

fn leaves(pty: &mut Pty) {
    pty.until("It is in force");
    // A key that was typed before the page was drawn is thrown away.
    wait_for("a program that waits for a key", || {
        let waits_at = fs::read_to_string(format!("/proc/{}/wchan", pty.number_of_program().as_raw_pid())).unwrap();
        waits_at.contains("futex").then_some(())
    });
    pty.send("q");
}

fn pastes(pty: &mut Pty) {
    pty.until("has it arrived?");
    pty.send("y\r");
}

/// What goes to the clipboard of a display. It has a home of its own.
fn on_a_display(world: &mut World) {
    let stage = Stage::new(Kind::X11);
    let run = stage.run(&["users", "reset", "alice", "--yes", "--copy", "-v"]).succeeds();
    let pasted = stage.until_pasted();
    let aside = World {
        desk: Desk::empty(),
        store: None,
        temporary: PathBuf::new(),
        secrets: vec![pasted.clone()],
        said: vec![("--copy".into(), (run.stdout + &run.stderr).into_bytes())],
        asked_for: Vec::new(),
    };
    aside.search(&HashSet::new(), &[]);
    let search = Search::new([pasted.clone()]);
    let mut files = Vec::new();
    walk(stage.desk.home.path(), &mut files);
    for file in files {
        let found = search.find(&fs::read(&file).unwrap());
        assert!(found.is_empty(), "{}: {found:?}", file.display());
    }
    world.secrets.push(pasted);
}

// ---- Cores.

/// A process that is killed with a password in its memory leaves no core dump.
fn no_core_is_left() {
    let desk = Desk::with_alice();
    let dumps = |mut command: Command, signal: Signal| {
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        // Without its end, so that the program waits for more.
        io::Write::write_all(child.stdin.as_mut().unwrap(), ALICES.as_bytes()).unwrap();
        // At first it is the program that sets the limit.
        let comm = format!("/proc/{}/comm", child.id());
        while fs::read_to_string(&comm).is_ok_and(|name| name == "prlimit\n") {
            sleep(Duration::from_millis(1));
        }
        until_it_waits(&child);
        kill_process(Pid::from_child(&child), signal).unwrap();
        child.wait().unwrap().core_dumped()
    };
    let unlimited = |program: &Command| {
        let mut command = Command::new("prlimit");
        command.arg("--core=unlimited").arg(program.get_program()).args(program.get_args());
        command.env_clear().envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.current_dir(desk.home.path());
        command
    };
    for signal in [Signal::ABORT, Signal::QUIT, Signal::SEGV] {
        // Else nothing here could leave one.
        assert!(dumps(unlimited(&Command::new("cat")), signal), "this machine makes no core dumps");
        let program = desk.command(&["me", "profile", "--as", "alice", STDIN]);
        assert!(!dumps(unlimited(&program), signal), "a core dump of {signal:?}");
    }
}

/// Waits until a process has read its input, and waits for more.
fn until_it_waits(child: &Child) {
    let mut quiet = 0;
    while quiet < 10 {
        sleep(Duration::from_millis(10));
        quiet = if state(child.id()) == Some('S') { quiet + 1 } else { 0 };
    }
}
