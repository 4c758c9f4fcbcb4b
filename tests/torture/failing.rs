//! Failing disks and memory: calls that fail, disks that are full, and limits on files and on memory.
//!
//! A run that ends with code 0 has done its deed. Any other run has changed nothing, or says what holds. None crashes,
//! and none leaves a file that it does not name. When the failure is over, the next run does the deed.
//!
//! On a server, the messages go through a unix socket. There the tracer can read them, and tell whether a commit was in
//! doubt. TLS would hide that. The disk of the server is no part of passdesk: `tests/servers/` fills one.

mod lost;

use std::collections::{BTreeSet, HashMap};
use std::fmt::{self, Display, Formatter};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use crate::common::{Run, contents, fed};
use crate::operations::{self, Done, Operation};
use crate::scene::Scene;
use crate::tracer::{self, Moment};
use crate::trials::{KILLED, Trials, UNKNOWN};

/// How long a run may take. A busy store is waited for, and the tracer is slow. A lost server is tried again for a minute,
/// and then asked for another minute what it has done.
fn patience(trials: &Trials) -> Duration {
    Duration::from_secs(if trials.place.is_files() { 60 } else { 150 })
}

/// How many runs there are at once, on each core. Some wait for a lock for seconds. Most runs on a server wait for it.
fn at_once(trials: &Trials) -> usize {
    if trials.place.is_files() { 3 } else { 10 }
}

/// The code of a panic.
const PANIC: i32 = 101;
/// The code after SIGABRT. Where there is no memory for it to go on, the program ends by this signal.
const ABORTED: i32 = 134;

/// How a disk fails at any call.
const DISK: [&str; 6] = ["ENOSPC", "EIO", "EDQUOT", "EFBIG", "EINTR", "EROFS"];

/// How a call can fail.
fn errors(call: &str) -> &'static [&'static str] {
    match call {
        "openat" | "open" => &["ENOSPC", "EIO", "EDQUOT", "EFBIG", "EINTR", "EROFS", "EACCES", "EMFILE", "ENFILE"],
        "read" | "pread64" | "write" | "pwrite64" | "writev" | "fsync" | "fdatasync" | "ftruncate" => &DISK,
        "rename" | "renameat" | "renameat2" | "link" | "linkat" | "unlink" | "unlinkat" | "mkdir" | "fchmod" => {
            &["ENOSPC", "EIO", "EDQUOT", "EFBIG", "EINTR", "EROFS", "EACCES", "EPERM"]
        }
        "fcntl" | "flock" => &["EINTR", "EIO", "ENOLCK"],
        "mmap" => &["ENOMEM", "EACCES"],
        "socket" | "socketpair" => &["EMFILE", "ENFILE", "ENOBUFS"],
        "eventfd2" | "epoll_create1" => &["EMFILE", "ENFILE", "ENOMEM"],
        "epoll_ctl" => &["ENOMEM", "ENOSPC"],
        "epoll_wait" => &["EINTR"],
        "connect" => &["ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH", "EINTR", "EAGAIN"],
        "sendto" => &["ECONNRESET", "EPIPE", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH", "EINTR", "ENOBUFS"],
        "recvfrom" => &["ECONNRESET", "ETIMEDOUT", "EINTR", "ENOBUFS"],
        "getsockopt" | "setsockopt" => &["ENOBUFS"],
        "shutdown" => &["ENOTCONN", "ENOBUFS"],
        "close" | "fstat" | "newfstatat" | "statx" | "lseek" | "getdents64" | "access" | "readlink" => &["EIO"],
        _ => &[],
    }
}

/// A call that fails once, or from then on.
struct Fault<'a> {
    operation: &'a Operation<'a>,
    moment: Moment,
    error: &'static str,
    from_then_on: bool,
    then: Then,
}

/// What else fails.
enum Then {
    Nothing,
    /// Nothing can be removed either. A disk that fails is often mounted again, to be read only.
    ReadOnly,
    /// No server is there any more: each call to connect fails, from this one on.
    Alone(usize),
}

impl Display for Fault<'_> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let plus = if self.from_then_on { "+" } else { "" };
        let more = match self.then {
            Then::Nothing => "",
            Then::ReadOnly => " then read-only",
            Then::Alone(_) => " then alone",
        };
        write!(f, "{} {}{plus} {}{more}", self.operation.name, self.moment, self.error)
    }
}

impl Fault<'_> {
    fn all(&self) -> Vec<(&str, &'static str, String)> {
        let number = self.moment.number;
        let when = match (self.from_then_on, self.error) {
            (false, _) => format!("{number}"),
            // A call that is always interrupted is tried for ever, by the C library as well.
            (true, "EINTR") => format!("{number}..{}", number + 9),
            (true, _) => format!("{number}+"),
        };
        let more = match self.then {
            Then::Nothing => None,
            Then::ReadOnly => Some(("unlink", "EROFS", "1+".to_owned())),
            Then::Alone(from) => Some(("connect", "ECONNREFUSED", format!("{from}+"))),
        };
        [(self.moment.call.as_str(), self.error, when)].into_iter().chain(more).collect()
    }

    /// Whether the server stays away.
    fn lasts(&self) -> bool {
        matches!(self.then, Then::Alone(_)) || self.from_then_on && is_message(&self.moment)
    }
}

/// What the tracer says of a file or folder.
#[derive(Default)]
struct Kept {
    /// It was written to since a disk was last asked to keep it.
    is_written: bool,
    /// A disk failed to keep what was written.
    has_failed: bool,
}

/// The files and folders of which a disk failed to keep what was written. Only if it is written again, a disk that keeps it
/// then makes that good: the system may have dropped what it could not keep. Which calls change a folder, nobody looks.
fn unconfirmed(log: &str) -> BTreeSet<PathBuf> {
    let (mut all, mut asked) = (HashMap::<PathBuf, Kept>::new(), HashMap::new());
    for line in log.lines() {
        // `4711 fsync(5</home/store.db-wal>) = -1 EIO …`, in one line, or in two where another thread comes between.
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let Some((name, rest)) = call.trim_start().trim_start_matches("<... ").split_once(['(', ' ']) else { continue };
        let path = rest.split_once('<').and_then(|(number, path)| number.parse::<u32>().ok().and(path.split_once('>')));
        let path = path.map(|(path, _)| PathBuf::from(path));
        if !tracer::is_sync(name) {
            if let Some(path) = path.filter(|_| tracer::WRITES.contains(&name)) {
                all.entry(path).or_default().is_written = true;
            }
            continue;
        }
        asked.extend(path.map(|path| (thread, path)));
        let Some(path) = asked.get(thread) else { continue };
        let kept = all.entry(path.clone()).or_default();
        let is_changed = kept.is_written || path.is_dir();
        if rest.contains(") = 0") {
            *kept = Kept { is_written: false, has_failed: kept.has_failed && !is_changed };
        } else if rest.contains(") = -1") && !rest.contains("EINTR") {
            *kept = Kept { is_written: false, has_failed: kept.has_failed || is_changed };
        }
    }
    all.into_iter().filter(|(_, kept)| kept.has_failed).map(|(path, _)| path).collect()
}

/// Whether what should be in a store is in its log still. A folder need not know a log that is gone by now.
fn is_kept_elsewhere(home: &Path, path: &Path) -> bool {
    let log = home.join("store.db-wal");
    let has_log = log.metadata().is_ok_and(|log| log.len() > 0);
    (path == home.join("store.db") && has_log) || (path == home && !log.exists())
}

/// Whether a call carries messages of a server.
fn is_message(moment: &Moment) -> bool {
    ["sendto", "recvfrom"].contains(&moment.call.as_str())
}

pub fn run(trials: &Trials) -> String {
    let operations = operations::all(trials);
    let [faults, lost] = faults(trials, &operations);
    let tally = Tally::default();
    let others = thread::scope(|scope| {
        // These wait for more than a minute. Meanwhile the others run.
        scope.spawn(|| strike(trials, lost, &tally));
        strike(trials, faults, &tally);
        let limited = limited(trials, &operations);
        let full = on_full_disks(trials, &operations);
        let unheard = where_nothing_can_be_said(trials, &operations);
        format!("{limited}; {full}; {unheard}.")
    });
    format!("{}; {others}", tally.told(trials))
}

/// Each call of each operation fails. Those faults come last after which no server can be reached.
fn faults<'a>(trials: &Trials, operations: &'a [Operation<'a>]) -> [Vec<Fault<'a>>; 2] {
    let is_files = trials.place.is_files();
    let (mut all, mut syncs, mut lost) = (Vec::new(), Vec::new(), Vec::new());
    for operation in operations {
        let scene = operation.base.scene();
        let moments = tracer::moments(&scene.command(operation.args), &operation.input);
        // The first call of the program itself. What fails before, fails in the loader.
        // Before its main function, the language then takes a stack for signals, and needs it.
        let begun = moments.iter().position(|moment| moment.call == "poll").expect("a program begins");
        let stack = begun + moments[begun..].iter().position(|moment| moment.call == "mmap").unwrap_or(0);
        let mut connects = 1;
        for (_, moment) in moments.into_iter().enumerate().skip(begun).filter(|(at, _)| *at != stack) {
            connects += usize::from(moment.call == "connect");
            let fault =
                |error, from_then_on, then| Fault { operation, moment: moment.clone(), error, from_then_on, then };
            // In a file, the only messages are those of signals to the program itself.
            let errors = if is_files && is_message(&moment) { &[] } else { errors(&moment.call) };
            all.extend(errors.iter().map(|error| fault(error, false, Then::Nothing)));
            if !is_files && is_message(&moment) {
                lost.extend([fault(errors[0], true, Then::Nothing), fault(errors[0], false, Then::Alone(connects))]);
            } else {
                all.extend(errors.iter().map(|error| fault(error, true, Then::Nothing)));
            }
            if tracer::is_sync(&moment.call) {
                syncs.push(fault("EIO", true, Then::ReadOnly));
            }
        }
    }
    let (of_syncs, all): (Vec<_>, Vec<_>) = all.into_iter().partition(|fault| tracer::is_sync(&fault.moment.call));
    syncs.extend(of_syncs);
    let (changing, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|fault| fault.moment.changes());
    let some = [(syncs, 13), (changing, 97), (others, 397)].map(|(faults, step)| some(trials, faults, step));
    [some.into_iter().flatten().collect(), trials.some(lost, 150)]
}

/// Some of these in the form of minutes. A scene on a server takes longer to make.
fn some<T>(trials: &Trials, all: Vec<T>, step: usize) -> Vec<T> {
    trials.some(all, if trials.place.is_files() { step } else { step * 2 })
}

fn strike(trials: &Trials, faults: Vec<Fault<'_>>, tally: &Tally) {
    trials.at_once(at_once(trials), faults, |fault| {
        let scene = fault.operation.base.scene();
        let command = scene.command(fault.operation.args);
        let (run, log) = tracer::failing(&fault.all(), &command, &fault.operation.input, patience(trials));
        if lost::is_asleep(&log) {
            // The library panics there. What it leaves is all old or all new still.
            tally.asleep.fetch_add(1, Relaxed);
            fault.operation.judge(&scene, &Run { code: UNKNOWN, ..run });
            return;
        }
        let is_struck = log.contains(tracer::FAILED);
        if run.code == 0 {
            let home = scene.desk.home.path();
            let unsure: Vec<_> = unconfirmed(&log).into_iter().filter(|path| !is_kept_elsewhere(home, path)).collect();
            assert!(unsure.is_empty(), "it is done, and may be gone tomorrow, since no disk has confirmed {unsure:?}");
        }
        // A program that cannot write says nothing.
        if !["write", "writev"].contains(&fault.moment.call.as_str()) {
            fault.operation.is_readable(&run);
        }
        let done = judge(fault.operation, &scene, &run, fault.moment.call == "mmap");
        if trials.place.is_files() {
            let may_be_unknown = fault.moment.changes() || fault.from_then_on;
            assert!(run.code != UNKNOWN || may_be_unknown, "nothing was in doubt: {}", run.stderr);
        } else {
            lost::judge(fault, &scene, &run, &log, done);
        }
        fault.operation.goes_on(&scene);
        tally.unknown.fetch_add(u64::from(run.code == UNKNOWN), Relaxed);
        tally.all.add(is_struck, done);
        if fault.error == "EINTR" {
            tally.interrupted.add(is_struck, done);
        }
    });
}

/// What the faults did.
#[derive(Default)]
struct Tally {
    all: Counts,
    interrupted: Counts,
    /// The runs that did not know what became of their change.
    unknown: AtomicU64,
    /// The runs that could not wake themselves.
    asleep: AtomicU64,
}

impl Tally {
    fn told(self, trials: &Trials) -> String {
        let (all, struck) = (self.all.all.into_inner(), self.all.struck.into_inner());
        // Else the tracer does not do what it is asked for.
        assert!(trials.form.only.is_some() || struck * 10 >= all * 8, "{struck} of {all} faults struck");
        let (tries, done) = (self.interrupted.struck.into_inner(), self.interrupted.done.into_inner());
        assert!(trials.form.only.is_some() || done * 2 >= tries, "{done} of {tries} interrupted runs went on");
        let (unknown, asleep) = (self.unknown.into_inner(), self.asleep.into_inner());
        let unknown = if trials.place.is_files() {
            String::new()
        } else {
            format!(", {unknown} runs did not know what they had done, {asleep} could not wake themselves")
        };
        format!("{struck} faults at system calls ({done} of {tries} interrupted runs did their deed{unknown})")
    }
}

#[derive(Default)]
struct Counts {
    all: AtomicU64,
    struck: AtomicU64,
    done: AtomicU64,
}

impl Counts {
    fn add(&self, is_struck: bool, done: Done) {
        self.all.fetch_add(1, Relaxed);
        self.struck.fetch_add(u64::from(is_struck), Relaxed);
        self.done.fetch_add(u64::from(is_struck && done == Done::Everything), Relaxed);
    }
}

/// Runs, and how many of them failed.
#[derive(Default)]
struct Runs {
    all: AtomicU64,
    failed: AtomicU64,
}

impl Runs {
    fn add(&self, run: &Run) {
        self.all.fetch_add(1, Relaxed);
        self.failed.fetch_add(u64::from(run.code != 0), Relaxed);
    }

    fn told(self, trials: &Trials, what: &str) -> String {
        let (all, failed) = (self.all.into_inner(), self.failed.into_inner());
        trials.expect_one_in(10, failed, all, &format!("runs {what} failed"));
        format!("{all} runs {what}, of which {failed} failed")
    }
}

/// A limit of the operating system.
struct Limit<'a> {
    operation: &'a Operation<'a>,
    what: &'static str,
    value: u64,
}

impl Display for Limit<'_> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(f, "{} {} {}", self.operation.name, self.what, self.value)
    }
}

/// Limits on the size of files, on their number, and on memory.
fn limited(trials: &Trials, operations: &[Operation<'_>]) -> String {
    let kib = 1024;
    let scene = operations[0].base.scene();
    let [files, rooms] = [("nofile", 1, 1), ("as", 0, 1_500 * kib)].map(|(what, from, step)| {
        // With less, the loader cannot start any program.
        let starts = |value: &u64| fed(limited_to(&scene.command(&["--version"]), what, *value), "").code == 0;
        let least = (0..100).map(|number| from + number * step).find(starts).expect("a program starts");
        (0..40).map(move |number: u64| (what, least + number * step))
    });
    let mut plan = Vec::new();
    for operation in operations {
        let sizes =
            (0..64).map(|step| ("fsize", step * 4 * kib)).chain((0..16).map(|step| ("fsize", step * 512 + 100)));
        let limits = sizes.chain(files.clone()).chain(rooms.clone());
        plan.extend(limits.map(|(what, value)| Limit { operation, what, value }));
    }
    let runs = Runs::default();
    // With this step, the limits of one operation are not those of the operation before.
    trials.at_once(at_once(trials), some(trials, plan, 47), |Limit { operation, what, value }| {
        let scene = operation.base.scene();
        let command = limited_to(&scene.command(operation.args), what, *value);
        let run = fed(patient(trials, &command), &operation.input);
        runs.add(&run);
        operation.is_readable(&run);
        judge(operation, &scene, &run, *what != "fsize");
        operation.goes_on(&scene);
    });
    runs.told(trials, "within limits")
}

fn limited_to(command: &Command, what: &str, value: u64) -> Command {
    // A dump of the memory would be a file more.
    before(command, "prlimit", &[format!("--{what}={value}"), "--core=0".into()])
}

/// A disk with so much room left, in KiB.
struct Room<'a> {
    operation: &'a Operation<'a>,
    system: &'static str,
    left: u64,
}

impl Display for Room<'_> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(f, "{} {} with {} KiB left", self.operation.name, self.system, self.left)
    }
}

/// Puts a home on a disk of its own, runs a command there, and takes the home back. `$1` is the home, `$2` an empty
/// folder, `$3` the room in KiB, and the rest the command. Nobody else sees the disk.
const ON_TMPFS: &str = r#"
home=$1 disk=$2 room=$3; shift 3
mount --make-rprivate / &&
mount -t tmpfs -o size=64m,mode=700 tmpfs "$disk" && cp -a "$home/." "$disk" || exit 125
used=$(df --output=used -k "$disk" | tail -n 1)
mount -o remount,size=$((used + room))k "$disk" && mount --bind "$disk" "$home" && cd "$home" || exit 125
"$@"
code=$?
cd / && umount "$home" && find "$home" -mindepth 1 -delete && cp -a "$disk/." "$home" || exit 99
exit $code
"#;

/// The same on a disk with blocks, which is filled by a file. A block is as large as a page of memory. With smaller
/// ones, SQLite reserves only a part of each page for the index of the log, and a full disk ends it by SIGBUS.
const ON_EXT4: &str = r#"
home=$1 disk=$2 room=$3; shift 3
mount --make-rprivate / && mount -t tmpfs -o size=64m,mode=700 tmpfs "$disk" || exit 125
truncate -s 8m "$disk/image" && mkfs.ext4 -q -b 4096 -m 0 -O ^has_journal "$disk/image" && mkdir "$disk/on" &&
mount -o loop "$disk/image" "$disk/on" && cp -a "$home/." "$disk/on" && sync -f "$disk/on" || exit 125
free=$(df --output=avail -k "$disk/on" | tail -n 1)
[ "$room" -ge "$free" ] || fallocate -l $((free - room))k "$disk/on/lost+found/filler" || exit 125
mount --bind "$disk/on" "$home" && cd "$home" || exit 125
"$@"
code=$?
rm -r "$disk/on/lost+found"
cd / && umount "$home" && find "$home" -mindepth 1 -delete && cp -a "$disk/on/." "$home" && umount "$disk/on" || exit 99
exit $code
"#;

/// The code of a disk that could not be made.
const NO_DISK: i32 = 125;
/// The code of a disk that could not be taken away again: somebody still uses it.
const DISK_STAYS: i32 = 99;

fn on_full_disks(trials: &Trials, operations: &[Operation<'_>]) -> String {
    if !rustix::process::geteuid().is_root() {
        return "full disks left out, since they need root".into();
    }
    let alone = Command::new("unshare").args(["-m", "true"]).status().unwrap();
    if !alone.success() {
        return "full disks left out, since nothing can be mounted here".into();
    }
    let mut plan = Vec::new();
    for operation in operations {
        plan.extend((0..64).map(|step| Room { operation, system: "tmpfs", left: step * 4 }));
        plan.extend((0..32).map(|step| Room { operation, system: "ext4", left: step * 4 }));
    }
    let (runs, without) = (Runs::default(), AtomicU64::new(0));
    trials.at_once(at_once(trials), some(trials, plan, 29), |Room { operation, system, left }| {
        let scene = operation.base.scene();
        let disk = tempfile::tempdir().unwrap();
        let script = if *system == "tmpfs" { ON_TMPFS } else { ON_EXT4 };
        let [home, disk] = [scene.desk.home.path(), disk.path()].map(|path| path.to_str().unwrap().to_owned());
        let words = ["-m", "sh", "-c", script, "sh", &home, &disk, &left.to_string()].map(str::to_owned);
        let run = fed(before(&patient(trials, &scene.command(operation.args)), "unshare", &words), &operation.input);
        if run.code == NO_DISK {
            assert!(*system == "ext4", "no disk could be mounted: {}", run.stderr);
            without.fetch_add(1, Relaxed);
            return;
        }
        assert_ne!(run.code, DISK_STAYS, "the disk stays in use after the run: {}", run.stderr);
        runs.add(&run);
        operation.is_readable(&run);
        judge(operation, &scene, &run, false);
        operation.goes_on(&scene);
    });
    let without = match without.into_inner() {
        0 => String::new(),
        without => format!(", {without} left out, since no ext4 can be mounted here"),
    };
    runs.told(trials, "on full disks") + &without
}

/// Standard output or standard error that takes nothing.
struct Unheard<'a> {
    operation: &'a Operation<'a>,
    streams: &'static str,
}

impl Display for Unheard<'_> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(f, "{} full {}", self.operation.name, self.streams)
    }
}

fn where_nothing_can_be_said(trials: &Trials, operations: &[Operation<'_>]) -> String {
    let plan = operations.iter().flat_map(|operation| {
        ["stdout", "stderr", "both"].into_iter().map(move |streams| Unheard { operation, streams })
    });
    let count = AtomicU64::new(0);
    trials.at_once(at_once(trials), some(trials, plan.collect(), 2), |Unheard { operation, streams }| {
        let scene = operation.base.scene();
        let mut command = scene.command(operation.args);
        let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
        command.stdout(if *streams == "stderr" { Stdio::piped() } else { full() });
        command.stderr(if *streams == "stdout" { Stdio::piped() } else { full() });
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), operation.input.as_bytes());
        let run = Run::from(child.wait_with_output().unwrap());
        count.fetch_add(1, Relaxed);
        if *streams == "stdout" {
            operation.is_readable(&run);
        }
        judge(operation, &scene, &run, false);
        operation.goes_on(&scene);
    });
    format!("{} runs with a full standard output or error", count.into_inner())
}

/// The law of all these runs.
fn judge(operation: &Operation, scene: &Scene, run: &Run, is_out_of_memory: bool) -> Done {
    let said = &run.stderr;
    // It is killed only if it takes too long.
    assert_ne!(run.code, KILLED, "it hangs: {said}");
    assert!(run.code != PANIC && !said.contains("panicked"), "it panics: {said}");
    assert!(run.code < 128 || (is_out_of_memory && run.code == ABORTED), "it crashes with {}: {said}", run.code);
    for left in leftovers(scene) {
        let name = left.iter().next().unwrap().to_str().unwrap();
        let is_kept = match name {
            // A restore keeps what it has replaced.
            _ if name.ends_with(".before-restore") => run.code == 0,
            // What may be in force stays readable.
            _ if OUTPUTS.contains(&name) => matches!(run.code, 0 | 11 | UNKNOWN | 128..) || said.contains("stays"),
            _ => false,
        };
        assert!(
            is_kept || (!OUTPUTS.contains(&name) && said.contains(name)),
            "it leaves {} without a word: {said}",
            left.display()
        );
    }
    operation.judge(scene, run)
}

/// What the commands are asked to make.
const OUTPUTS: [&str; 3] = ["out", "old", "copy.db"];

/// The files that no run should leave without a word.
fn leftovers(scene: &Scene) -> Vec<PathBuf> {
    let home = scene.desk.home.path();
    let known = ["store.db", "store.db-wal", "store.db-shm", "store.db-lock", "list.csv", "monday.db"];
    let is_known = |path: &PathBuf| known.iter().any(|name| path.as_path() == Path::new(name));
    contents(home)
        .into_iter()
        .filter(|(_, bytes)| bytes.is_some())
        .map(|(path, _)| path.strip_prefix(home).unwrap().to_owned())
        .filter(|path| !is_known(path) && path.extension().is_none_or(|end| end != "sign-in"))
        .collect()
}

/// The same command, which is killed after some time.
fn patient(trials: &Trials, command: &Command) -> Command {
    before(command, "timeout", &["-s", "KILL", &patience(trials).as_secs().to_string()].map(str::to_owned))
}

/// A program that runs a command.
fn before(command: &Command, program: &str, words: &[String]) -> Command {
    let mut outer = Command::new(program);
    outer.args(words).arg(command.get_program()).args(command.get_args());
    outer.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        outer.current_dir(folder);
    }
    outer.stdin(Stdio::null());
    outer
}
