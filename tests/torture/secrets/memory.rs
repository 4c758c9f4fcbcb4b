//! A process is stopped at a system call after the last use of its secret, and its memory is searched. The tracer holds the
//! process, so that gcore could not read it. `/proc/PID/mem` has the same bytes.

use std::fmt::{self, Display, Formatter};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Signal, kill_process};

use super::{
    AGE, ALICES, NEWER, ROOTS, STDIN, WEAK, WRONG, leaves, lines, opened, pastes, secrets_in, state, without_variable,
};
use crate::common::display::wait_for;
use crate::common::pty::Pty;
use crate::common::{Desk, Run};
use crate::scene::{Base, Scene, shown_on};
use crate::search::Search;
use crate::tracer::{self, Moment};
use crate::trials::Trials;

/// A command whose memory is read.
struct Case {
    name: &'static str,
    args: Vec<&'static str>,
    /// What is typed.
    input: Vec<&'static str>,
    /// The secret that it reads from elsewhere.
    token: Option<Token>,
    /// What is said to it at a terminal.
    talk: Option<fn(&mut Pty)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Variable,
    File,
}

impl Case {
    fn new(name: &'static str, args: &[&'static str], input: &[&'static str]) -> Self {
        Self { name, args: args.to_vec(), input: input.to_vec(), token: None, talk: None }
    }
}

fn cases() -> Vec<Case> {
    let reset = |more: &[&'static str]| [&["users", "reset", "alice", "--yes"], more].concat();
    let token = ["tokens", "create", "job", "--expires-in", "9d", "--as", "alice", STDIN];
    let list = ["users", "list"];
    vec![
        Case::new("reset-text", &reset(&[]), &[]),
        Case::new("reset-quiet", &reset(&["-q"]), &[]),
        Case::new("reset-csv", &reset(&["--format", "csv"]), &[]),
        Case::new("reset-json", &reset(&["--format", "json"]), &[]),
        Case::new("reset-two", &reset(&["root", "--format", "jsonl"]), &[]),
        Case::new("reset-file", &reset(&["--output", "out"]), &[]),
        Case::new("reset-csv-file", &reset(&["--format", "csv", "--output", "out"]), &[]),
        Case::new("reset-encrypted", &reset(&["--encrypt-to", AGE[0]]), &[]),
        Case::new("reset-signed-in", &reset(&["-q", "--as", "chief", STDIN]), &[ROOTS]),
        Case::new("add", &["users", "add", "bob", "-q"], &[]),
        Case::new("import", &["users", "import", "list.csv", "--temporary-passwords", "--output", "out"], &[]),
        Case::new("recover", &["recover", "root", "--yes"], &[]),
        Case::new("passwd", &["me", "passwd", "--as", "alice", STDIN], &[ALICES, NEWER]),
        Case::new("passwd-weak", &["me", "passwd", "--as", "alice", STDIN], &[ALICES, WEAK]),
        Case::new("passwd-wrong", &["me", "passwd", "--as", "alice", STDIN], &[WRONG, NEWER]),
        Case::new("verify", &["verify", "alice"], &[ALICES]),
        Case::new("verify-wrong", &["verify", "alice"], &[WRONG]),
        Case::new("sign-in", &["me", "sign-in", "--as", "alice", STDIN], &[ALICES]),
        Case::new("token", &token, &[ALICES]),
        Case::new("token-quiet", &[&token[..], &["-q"]].concat(), &[ALICES]),
        Case::new("token-file", &[&token[..], &["--output", "out"]].concat(), &[ALICES]),
        Case {
            talk: Some(chooses),
            ..Case::new("passwd-terminal", &["me", "passwd", "--as", "alice"], &[ALICES, NEWER])
        },
        Case { talk: Some(types), ..Case::new("profile-terminal", &["me", "profile", "--as", "alice"], &[ALICES]) },
        Case { talk: Some(leaves), ..Case::new("screen", &reset(&["--screen"]), &[]) },
        Case { talk: Some(pastes), ..Case::new("osc52", &reset(&["--copy=osc52"]), &[]) },
        Case { token: Some(Token::Variable), ..Case::new("by-variable", &list, &[]) },
        Case { token: Some(Token::File), ..Case::new("by-file", &list, &[]) },
    ]
}

/// The cases whose memory is read on a server, too.
const ON_SERVERS: [&str; 12] = [
    "reset-quiet",
    "reset-csv",
    "reset-file",
    "reset-signed-in",
    "import",
    "passwd",
    "passwd-wrong",
    "verify",
    "sign-in",
    "token-quiet",
    "by-variable",
    "by-file",
];

fn types(pty: &mut Pty) {
    pty.answer("assword of alice", ALICES);
}

fn chooses(pty: &mut Pty) {
    types(pty);
    pty.answer("ew password", NEWER);
    pty.answer("again", NEWER);
}

/// A process that is stopped at a moment.
struct Stopped<'a> {
    case: &'a Case,
    /// How many calls use its secrets. A run may make a call or two more before them than another.
    uses: usize,
    moment: Moment,
}

impl Display for Stopped<'_> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(f, "memory {} {}", self.case.name, self.moment)
    }
}

/// What the commands of this part begin with: alice, a global-admin chief, a list, and a token of chief.
struct Begin {
    desk: Desk,
    token: String,
}

impl Begin {
    fn new() -> Self {
        let desk = Desk::new();
        for (name, role, password) in [("alice", &[][..], ALICES), ("chief", &["--role", "global-admin"], ROOTS)] {
            let temporary = desk.run(&[&["users", "add", name, "-q"], role].concat()).succeeds().password();
            desk.change_password(name, &temporary, password).succeeds();
        }
        let create = ["tokens", "create", "mine", "--expires-in", "9d", "-q", "--as", "chief", STDIN];
        let token = desk.run_with(format!("{ROOTS}\n"), &create).succeeds().stdout.trim_end().to_owned();
        fs::write(desk.home.path().join("list.csv"), "username\nada\nbea\n").unwrap();
        let file = desk.home.path().join("token");
        fs::write(&file, format!("{token}\n")).unwrap();
        fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        Self { desk, token }
    }
}

/// Stops each command at system calls after the last use of its secret, and reads its memory. Returns how many were read.
pub fn in_memory(trials: &Trials) -> u64 {
    let begin = Begin::new();
    let token = begin.token.clone();
    let command = |case: &Case, scene: &Scene| {
        let mut command = scene.command(&case.args);
        match case.token {
            Some(Token::Variable) => drop(command.env("PASSDESK_TOKEN", &token)),
            Some(Token::File) => drop(command.env("PASSDESK_TOKEN_FILE", "token")),
            None => {}
        }
        command
    };
    let base = Base::new(trials.place, begin.desk);
    finds_what_is_there(&base);
    // A terminal, an encrypted message and a clipboard have nothing to do with a server.
    let is_tried = |case: &Case| trials.place.is_files() || ON_SERVERS.contains(&case.name);
    let cases: Vec<_> = cases().into_iter().filter(is_tried).collect();
    let read = AtomicU64::new(0);
    let mut plan = Vec::new();
    for case in &cases {
        let scene = base.scene();
        let (uses, late) = after_last_use(case, &command(case, &scene));
        assert!(!late.is_empty(), "{}", case.name);
        let last = late.last().cloned();
        let mut some = trials.some(late, 12);
        // The last call of all is always among them.
        if some.last() != last.as_ref() {
            some.extend(last);
        }
        plan.extend(some.into_iter().map(|moment| Stopped { case, uses, moment }));
    }
    trials.each(plan, |stopped| {
        let scene = base.scene();
        let case = stopped.case;
        let Some((memory, shown)) = stopped_at(stopped, &command(case, &scene)) else { return };
        read.fetch_add(1, Relaxed);
        let file = fs::read_to_string(scene.desk.home.path().join("out")).unwrap_or_default();
        let mut secrets = secrets_in(&(shown.clone() + &file));
        if case.talk.is_some() && case.input.is_empty() {
            secrets = shown_on(&shown);
        }
        if shown.contains("AGE ENCRYPTED") {
            secrets = vec![opened(&shown)];
        }
        secrets.extend(case.input.iter().map(|typed| (*typed).to_owned()));
        secrets.extend(case.token.map(|_| token.clone()));
        assert!(!secrets.is_empty(), "there is no secret in {shown:?}");
        let search = Search::new(secrets);
        for (place, bytes) in memory {
            let found = search.find(&without_variable(bytes));
            assert!(
                found.is_empty(),
                "{} secrets are left in {place}: {:?}",
                found.len(),
                &found[..found.len().min(8)]
            );
        }
    });
    let (read, planned) = (read.into_inner(), trials.count());
    // Else the tracer does not do what it is asked for.
    assert!(trials.form.only.is_some() || read * 10 >= planned * 8, "{read} of {planned} processes were stopped");
    read
}

/// Fails unless the search finds a password in the memory of a process that has just read it.
fn finds_what_is_there(base: &Base) {
    let case = Case::new("verify", &["verify", "alice"], &[ALICES]);
    let calls = tracer::told(&base.scene().command(&case.args), &input(&case));
    let read = calls.iter().rposition(ends_a_line).unwrap();
    let stopped = Stopped { case: &case, uses: 0, moment: calls[read + 1].0.clone() };
    let (memory, _) = stopped_at(&stopped, &base.scene().command(&case.args)).unwrap();
    let search = Search::new(vec![ALICES.to_owned()]);
    assert!(memory.iter().any(|(_, bytes)| !search.find(bytes).is_empty()), "the search finds nothing that is there");
}

fn input(case: &Case) -> String {
    lines(&case.input)
}

/// The calls that use a secret, and those after them.
fn after_last_use(case: &Case, command: &Command) -> (usize, Vec<Moment>) {
    let input = input(case);
    let mut all = match case.talk {
        None => tracer::told(command, &input),
        Some(talk) => {
            let log = tempfile::NamedTempFile::new().unwrap();
            let mut pty = Pty::start(&tracer::telling(command, log.path()));
            talk(&mut pty);
            pty.end().exits(0);
            tracer::told_in(log.path())
        }
    };
    assert!(all.iter().all(|(_, line)| !line.contains("/dev/log")), "passdesk writes to a system log");
    let uses = uses(case, &all);
    all.drain(..uses.last().map_or(0, |last| last + 1));
    // How often a server is waited for is another number in each run.
    let late = all.into_iter().map(|(moment, _)| moment).filter(|moment| moment.call != "epoll_wait");
    (uses.len(), late.collect())
}

/// Which calls use a secret. On a server, one of them is the answer to the commit of a change.
fn uses(case: &Case, calls: &[(Moment, String)]) -> Vec<usize> {
    let (mut writes, mut is_committed) = (false, false);
    let mut is_answer = |(moment, line): &(Moment, String)| {
        match moment.call.as_str() {
            "sendto" if line.contains("READ WRITE") => writes = true,
            "sendto" if line.contains("COMMIT") => is_committed = std::mem::take(&mut writes),
            "recvfrom" => return std::mem::take(&mut is_committed),
            _ => {}
        }
        false
    };
    let mut is_use = |call| is_answer(call) || is_use(case, call);
    calls.iter().enumerate().filter(|(_, call)| is_use(call)).map(|(at, _)| at).collect()
}

/// Whether a call uses a secret: it reads it, hands it over, or puts on the disk what was decided by it.
fn is_use(case: &Case, call: &(Moment, String)) -> bool {
    let (moment, line) = call;
    if case.name == "screen" {
        // The page may be drawn again until the screen is left.
        return line.contains("[?1049l");
    }
    ["write", "pwrite64"].contains(&moment.call.as_str())
        && (!secrets_in(line).is_empty() || line.contains("AGE ENCRYPTED"))
        || ends_a_line(call)
        || ["fdatasync", "fsync"].contains(&moment.call.as_str())
}

/// Whether a call reads the end of a line that is typed. It is read byte by byte.
fn ends_a_line((moment, line): &(Moment, String)) -> bool {
    moment.call == "read" && line.contains(r#""\n", 1)"#)
}

/// The parts of a memory, each with its line of `/proc/PID/maps`.
type Memory = Vec<(String, Vec<u8>)>;

/// Stops a program at a moment. Returns what can be written of its memory, and what it has shown. Returns nothing if it
/// has ended, or may still use its secrets.
fn stopped_at(stopped: &Stopped<'_>, command: &Command) -> Option<(Memory, String)> {
    let Stopped { case, uses, moment } = stopped;
    let log = tempfile::NamedTempFile::new().unwrap();
    let has_stopped = || fs::read_to_string(log.path()).unwrap().contains(tracer::STOPPED);
    let is_done = || self::uses(case, &tracer::told_in(log.path())).len() >= *uses;
    let mut traced = tracer::stopping(moment, command, log.path());
    if let Some(talk) = case.talk {
        let mut pty = Pty::start(&traced);
        let program = pty.number_of_program();
        // It may make a call more before its prompt than another run, and never come to it.
        if catch_unwind(AssertUnwindSafe(|| talk(&mut pty))).is_err() {
            assert!(has_stopped(), "it asks something else");
            kill_process(program, Signal::KILL).unwrap();
            return None;
        }
        let ended = || state(program.as_raw_pid().unsigned_abs()).is_none_or(|state| state == 'Z');
        let is_there = wait_for("a stop, or the end", || (has_stopped() || ended()).then(&has_stopped));
        let memory = is_there.then(|| memory(program.as_raw_pid().unsigned_abs()));
        // It may have ended.
        let _ = kill_process(program, Signal::KILL);
        return memory.filter(|_| is_done()).map(|memory| (memory, pty.end().transcript));
    }
    let mut child = traced.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let _ = io::Write::write_all(&mut child.stdin.take().unwrap(), input(case).as_bytes());
    let start = Instant::now();
    while !has_stopped() {
        assert!(start.elapsed() < Duration::from_mins(1), "it neither stops nor ends");
        if child.try_wait().unwrap().is_some() {
            return None;
        }
        sleep(Duration::from_millis(5));
    }
    let memory = memory(child.id());
    child.kill().unwrap();
    let run = Run::from(child.wait_with_output().unwrap());
    is_done().then_some((memory, run.stdout))
}

/// All memory of a process that it can write.
fn memory(process: u32) -> Memory {
    let memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let mut all = Vec::new();
    for line in maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|may| may.starts_with("rw"))) {
        let (from, to) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let [from, to] = [from, to].map(|place| u64::from_str_radix(place, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        // Some parts are reserved and were never there.
        if memory.read_exact_at(&mut bytes, from).is_ok() {
            all.push((line.to_owned(), bytes));
        }
    }
    all
}
