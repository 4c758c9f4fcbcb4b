//! A disk, and what it may hold when the power goes: made out of the trace of a run.
//!
//! What a run wrote to a file, or the length that it gave the file, is sure once the file is synced. A name is sure once
//! its folder is synced. All else may be there or not, whatever came later. A write may be there in part, by sectors. Two
//! disks differ in names:
//!
//! - `strict` promises what POSIX does, and no more: each name comes and goes by itself.
//! - `ordered` is a journal, as of ext4 and XFS: what was done to names stays in order. Syncing a file or a folder also
//!   makes all sure that was done to names before its own latest change.
//!
//! On both, a rename is one step. POSIX does not say so, but no disk that is in use does it by halves.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};

use crate::common::Run;
use crate::tracer::traced;

/// A write of so many bytes is done or not done.
const SECTOR: usize = 512;

/// The number of a file or a folder. The first is the home.
type Node = usize;
const HOME: Node = 0;

/// A name in a folder.
type Name = (Node, String);

#[derive(Clone)]
enum Kind {
    Folder,
    File(Vec<u8>),
}

/// All that is in a home.
#[derive(Clone, Default)]
pub struct Disk {
    nodes: Vec<(Kind, u32)>,
    names: BTreeMap<Name, Node>,
}

/// What a system call changes.
enum Change {
    Write {
        file: Node,
        at: usize,
        bytes: Vec<u8>,
    },
    Length {
        file: Node,
        length: usize,
    },
    /// What these names stand for from now on.
    Names(Vec<(Name, Option<Node>)>),
}

/// A step of a run.
enum Step {
    Change(Change),
    Sync(Node),
    /// It told the world something, on standard output or elsewhere.
    Said {
        is_output: bool,
        bytes: Vec<u8>,
    },
    Exit,
}

/// What a disk promises about names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Strict,
    Ordered,
}

/// What is kept of that which is not sure.
#[derive(Clone, Copy)]
pub enum Keep {
    Nothing,
    Everything,
    /// All but the change of this step.
    Without(usize),
    /// This change alone.
    Only(usize),
    /// Any of it, as this number decides.
    Any(u64),
}

impl Display for Order {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        f.write_str(if *self == Self::Strict { "strict" } else { "ordered" })
    }
}

impl Display for Keep {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        match self {
            Self::Nothing => write!(f, "nothing"),
            Self::Everything => write!(f, "everything"),
            Self::Without(step) => write!(f, "without {step}"),
            Self::Only(step) => write!(f, "only {step}"),
            Self::Any(number) => write!(f, "any {number}"),
        }
    }
}

impl Disk {
    /// What is in a folder now.
    pub fn of(folder: &Path) -> Self {
        let mut disk = Self { nodes: vec![(Kind::Folder, 0o700)], names: BTreeMap::new() };
        disk.read(folder, HOME);
        disk
    }

    fn read(&mut self, folder: &Path, node: Node) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let metadata = entry.metadata().unwrap();
            let kind = if metadata.is_dir() { Kind::Folder } else { Kind::File(fs::read(entry.path()).unwrap()) };
            let made = self.make(kind, metadata.permissions().mode() & 0o777);
            self.names.insert((node, entry.file_name().into_string().unwrap()), made);
            if metadata.is_dir() {
                self.read(&entry.path(), made);
            }
        }
    }

    fn make(&mut self, kind: Kind, mode: u32) -> Node {
        self.nodes.push((kind, mode));
        self.nodes.len() - 1
    }

    fn file(&mut self, node: Node) -> &mut Vec<u8> {
        match &mut self.nodes[node].0 {
            Kind::File(bytes) => bytes,
            Kind::Folder => panic!("a folder is written to"),
        }
    }

    fn apply(&mut self, change: &Change) {
        match change {
            Change::Write { file, at, bytes } => self.write(*file, *at, bytes),
            Change::Length { file, length } => self.file(*file).resize(*length, 0),
            Change::Names(names) => {
                for (name, node) in names {
                    match node {
                        Some(node) => self.names.insert(name.clone(), *node),
                        None => self.names.remove(name),
                    };
                }
            }
        }
    }

    fn write(&mut self, file: Node, at: usize, bytes: &[u8]) {
        self.grow(file, at + bytes.len());
        self.file(file)[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn grow(&mut self, file: Node, length: usize) {
        let bytes = self.file(file);
        bytes.resize(bytes.len().max(length), 0);
    }

    fn walk<'a>(&'a self, folder: Node, path: &Path, visit: &mut impl FnMut(PathBuf, &'a Kind, u32)) {
        for ((_, name), node) in self.names.range((folder, String::new())..(folder + 1, String::new())) {
            let (path, (kind, mode)) = (path.join(name), &self.nodes[*node]);
            visit(path.clone(), kind, *mode);
            if matches!(kind, Kind::Folder) {
                self.walk(*node, &path, visit);
            }
        }
    }

    /// Each file that has a name, but the index of a log. That is no part of what lasts.
    pub fn files(&self) -> BTreeMap<PathBuf, &[u8]> {
        let mut files = BTreeMap::new();
        self.walk(HOME, Path::new(""), &mut |path, kind, _| {
            if let Kind::File(bytes) = kind
                && !is_index(&path)
            {
                files.insert(path, bytes.as_slice());
            }
        });
        files
    }

    /// A number that equal disks have.
    pub fn digest(&self) -> u64 {
        let mut digest = Sha256::new();
        self.walk(HOME, Path::new(""), &mut |path, kind, mode| {
            let bytes = match kind {
                Kind::File(bytes) if !is_index(&path) => bytes.as_slice(),
                _ => &[],
            };
            digest.update(format!("{} {mode} {}\0", path.display(), bytes.len()));
            digest.update(bytes);
        });
        u64::from_be_bytes(digest.finalize()[..8].try_into().unwrap())
    }

    /// Makes all of it in an empty folder. The index of a log then holds anything.
    pub fn build(&self, home: &Path) {
        let mut garbage = StdRng::seed_from_u64(self.digest());
        self.walk(HOME, home, &mut |path, kind, mode| {
            match kind {
                Kind::Folder => fs::create_dir(&path).unwrap(),
                Kind::File(bytes) if is_index(&path) => {
                    let mut bytes = bytes.clone();
                    garbage.fill_bytes(&mut bytes);
                    fs::write(&path, bytes).unwrap();
                }
                Kind::File(bytes) => fs::write(&path, bytes).unwrap(),
            }
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        });
    }
}

/// The index of a log is written through memory. It is made again from the log, and may hold anything.
fn is_index(path: &Path) -> bool {
    path.as_os_str().as_bytes().ends_with(b"-shm")
}

/// A run, step by step.
pub struct Trace {
    /// The disk before it. It has the later files, too, empty and without names.
    before: Disk,
    steps: Vec<Step>,
    /// After which step each change is sure, by the order of names.
    sure: [Vec<usize>; 2],
    pub run: Run,
}

impl Trace {
    /// Runs a command in this home.
    pub fn of(command: &Command, input: &str, home: &Path) -> Self {
        let home = home.canonicalize().unwrap();
        let log = tempfile::NamedTempFile::new().unwrap();
        let mut recorder = Recorder::new(&home);
        let (path, calls) = (log.path().to_str().unwrap(), format!("trace={CALLS}"));
        let run =
            traced(command, input, &["-f", "-o", path, "-xx", "-s", "9999999", "-e", "signal=none", "-e", &calls]);
        for line in whole_lines(&fs::read_to_string(path).unwrap()) {
            recorder.take(&line);
        }
        recorder.steps.push(Step::Exit);
        // What the recorder does not understand would be missing.
        assert!(recorder.now.files() == Disk::of(&home).files(), "the trace does not tell all that has changed");
        let Recorder { mut before, now, steps, .. } = recorder;
        let later = &now.nodes[before.nodes.len()..];
        before.nodes.extend(later.iter().map(|(kind, mode)| match kind {
            Kind::File(_) => (Kind::File(Vec::new()), *mode),
            Kind::Folder => (Kind::Folder, *mode),
        }));
        let sure = [sure(&steps, Order::Strict), sure(&steps, Order::Ordered)];
        Self { before, steps, sure, run }
    }

    /// How many steps it has. The power may go before the first one, and after each.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// What it has told the world so far. The last step is its end.
    pub fn told(&self, at: usize) -> Run {
        let said = self.steps[..at].iter().filter_map(|step| match step {
            Step::Said { is_output: true, bytes } => Some(bytes.as_slice()),
            _ => None,
        });
        let stdout = String::from_utf8(said.collect::<Vec<_>>().concat()).unwrap();
        let code = if at == self.len() { self.run.code } else { 128 };
        Run { code, stdout, stderr: String::new() }
    }

    /// Whether the step before this moment told the world something.
    pub fn tells(&self, at: usize) -> bool {
        at > 0 && matches!(self.steps[at - 1], Step::Said { .. } | Step::Exit)
    }

    /// The changes before this moment that are not sure.
    pub fn unsure(&self, at: usize, order: Order) -> Vec<usize> {
        let sure = &self.sure[order as usize];
        let changes = (0..at).filter(|step| matches!(self.steps[*step], Step::Change(_)));
        changes.filter(|step| sure[*step] >= at).collect()
    }

    /// The disk after a power cut.
    pub fn left(&self, at: usize, order: Order, keep: Keep) -> Disk {
        let number = if let Keep::Any(number) = keep { number } else { 0 };
        let mut random = StdRng::seed_from_u64(number);
        // Few losses find other faults than many do.
        let (share, by_sector) = ([0.1, 0.5, 0.9][random.random_range(0..3)], random.random::<bool>());
        let mut kept = |step| match keep {
            Keep::Nothing => false,
            Keep::Everything => true,
            Keep::Without(other) => step != other,
            Keep::Only(other) => step == other,
            Keep::Any(_) => random.random_bool(share),
        };
        let mut disk = self.before.clone();
        let (mut lost, mut ends, mut holes) = (BTreeSet::new(), false, BTreeMap::new());
        for (step, change) in self.steps[..at].iter().enumerate() {
            let Step::Change(change) = change else { continue };
            match change {
                _ if self.sure[order as usize][step] < at => disk.apply(change),
                Change::Names(names) => {
                    let comes_later = ends || names.iter().any(|(name, _)| lost.contains(name));
                    if !comes_later && kept(step) {
                        disk.apply(change);
                    } else {
                        ends = order == Order::Ordered;
                        lost.extend(names.iter().map(|(name, _)| name));
                    }
                }
                Change::Length { .. } if kept(step) => disk.apply(change),
                Change::Length { .. } => {}
                Change::Write { file, at, bytes } => {
                    let mut from = 0;
                    let whole = (!by_sector).then(|| kept(step));
                    while from < bytes.len() {
                        let to = bytes.len().min(from + SECTOR - (at + from) % SECTOR);
                        if whole.unwrap_or_else(|| kept(step)) {
                            disk.write(*file, at + from, &bytes[from..to]);
                        } else if *holes.entry(file).or_insert_with(|| matches!(keep, Keep::Any(_)) && kept(step)) {
                            // The length is there, and the bytes are not.
                            disk.grow(*file, at + to);
                        }
                        from = to;
                    }
                }
            }
        }
        disk
    }
}

/// After which step each change is sure.
fn sure(steps: &[Step], order: Order) -> Vec<usize> {
    let mut sure = vec![usize::MAX; steps.len()];
    for (now, step) in steps.iter().enumerate() {
        let Step::Sync(node) = step else { continue };
        let is_of = |(name, to): &(Name, Option<Node>)| name.0 == *node || *to == Some(*node);
        let mut needed = BTreeSet::new();
        // Backwards: a name needs what was done to it before.
        let mut is_journaled = false;
        for (earlier, step) in steps[..now].iter().enumerate().rev() {
            let Step::Change(change) = step else { continue };
            let is_sure = match change {
                Change::Write { file, .. } | Change::Length { file, .. } => {
                    is_journaled |= file == node && order == Order::Ordered;
                    file == node
                }
                Change::Names(names) if order == Order::Ordered => {
                    is_journaled |= names.iter().any(is_of);
                    is_journaled
                }
                Change::Names(names) => {
                    let is_sure = names.iter().any(|(name, _)| name.0 == *node || needed.contains(name));
                    if is_sure {
                        needed.extend(names.iter().map(|(name, _)| name));
                    }
                    is_sure
                }
            };
            if is_sure {
                sure[earlier] = sure[earlier].min(now);
            }
        }
    }
    sure
}

/// What changes files or names, what uses them up, and what tells the world something.
const CALLS: &str = "open,openat,openat2,creat,close,dup,dup2,dup3,fcntl,read,readv,lseek,write,writev,pwrite64,pwritev,\
    pwritev2,ftruncate,truncate,fallocate,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,\
    mkdir,mkdirat,chmod,fchmod,fchmodat,fsync,fdatasync,sync,syncfs,copy_file_range,sendfile,splice,mmap,chdir,sendto,\
    sendmsg";

/// Joins the two halves of a call that another thread has interrupted. A call counts where it ends.
fn whole_lines(log: &str) -> Vec<String> {
    let mut halves = BTreeMap::new();
    let mut whole = Vec::new();
    for line in log.lines() {
        let (process, line) = line.split_once(' ').unwrap();
        let line = line.trim_start();
        if let Some(half) = line.strip_suffix(" <unfinished ...>") {
            halves.insert(process, half.to_owned());
        } else if let Some((_, rest)) = line.strip_prefix("<... ").and_then(|line| line.split_once(" resumed>")) {
            whole.extend(halves.remove(process).map(|half| half + rest));
        } else {
            whole.push(line.to_owned());
        }
    }
    whole
}

/// The strings in the arguments of a call, joined. The tracer writes each byte as `\x2f`.
fn bytes(arguments: &str) -> Vec<u8> {
    let quoted = arguments.split('"').skip(1).step_by(2);
    let digits = quoted.flat_map(|text| text.split("\\x").skip(1));
    digits.map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

/// What a descriptor stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Node(Node),
    Said { is_output: bool },
    Elsewhere,
}

/// Follows a run through its system calls.
struct Recorder<'a> {
    home: &'a Path,
    before: Disk,
    now: Disk,
    steps: Vec<Step>,
    /// By descriptor: a place in `open`.
    descriptors: BTreeMap<i64, usize>,
    /// What is open, and the position in it.
    open: Vec<(Open, usize)>,
}

impl<'a> Recorder<'a> {
    fn new(home: &'a Path) -> Self {
        let before = Disk::of(home);
        let open = vec![(Open::Said { is_output: true }, 0), (Open::Said { is_output: false }, 0)];
        Self { home, now: before.clone(), before, steps: Vec::new(), descriptors: [(1, 0), (2, 1)].into(), open }
    }

    fn change(&mut self, change: Change) {
        self.now.apply(&change);
        self.steps.push(Step::Change(change));
    }

    fn descriptor(&mut self, text: &str) -> (Open, &mut usize) {
        match text.parse().ok().and_then(|number: i64| self.descriptors.get(&number)) {
            Some(place) => {
                let (open, at) = &mut self.open[*place];
                (*open, at)
            }
            None => (Open::Elsewhere, Box::leak(Box::default())),
        }
    }

    /// The folder of a path in the home, and the name in it. The home itself has no name.
    fn named(&mut self, folder: &str, path: &str) -> Option<(Node, Option<String>)> {
        let path = String::from_utf8(bytes(path)).unwrap();
        let (from, path) = match Path::new(&path).strip_prefix(self.home) {
            Ok(inside) => (HOME, inside.to_owned()),
            Err(_) if path.starts_with('/') => return None,
            Err(_) if folder == "AT_FDCWD" => (HOME, PathBuf::from(path)),
            Err(_) => match self.descriptor(folder).0 {
                Open::Node(node) => (node, PathBuf::from(path)),
                _ => return None,
            },
        };
        let mut parts: Vec<_> = path.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
        parts.retain(|part| part != ".");
        assert!(parts.iter().all(|part| part != ".."), "the model does not know ..");
        let name = parts.pop();
        Some((parts.into_iter().fold(from, |folder, part| self.now.names[&(folder, part)]), name))
    }

    fn name(&mut self, folder: &str, path: &str) -> Option<Name> {
        self.named(folder, path).map(|(folder, name)| (folder, name.unwrap()))
    }

    fn take(&mut self, line: &str) {
        let Some((call, rest)) = line.split_once('(') else { return };
        let Some((arguments, result)) = rest.rsplit_once(") = ").or_else(|| rest.rsplit_once(" = ")) else { return };
        let arguments = arguments.trim_end().trim_end_matches(')');
        let Some(result) = result.split_whitespace().next().and_then(|result| result.parse().ok()) else { return };
        if result < 0 {
            return;
        }
        let arguments: Vec<_> = arguments.split(", ").collect();
        self.call(call, &arguments, result);
    }

    fn call(&mut self, call: &str, arguments: &[&str], result: i64) {
        let size = usize::try_from(result).unwrap();
        let argument = |number: usize| arguments.get(number).copied().unwrap_or_default();
        match call {
            "openat" => self.opens(arguments, result),
            "close" => drop(self.descriptors.remove(&argument(0).parse().unwrap())),
            "fcntl" if !argument(1).starts_with("F_DUPFD") => {}
            "dup" | "dup2" | "dup3" | "fcntl" => {
                match self.descriptors.get(&argument(0).parse().unwrap()).copied() {
                    Some(place) => self.descriptors.insert(result, place),
                    None => self.descriptors.remove(&result),
                };
            }
            "read" | "readv" => *self.descriptor(argument(0)).1 += size,
            "lseek" => *self.descriptor(argument(0)).1 = size,
            "write" | "writev" => {
                let (open, position) = self.descriptor(argument(0));
                let at = *position;
                *position += size;
                self.writes(open, at, bytes(&arguments[1..].join(", ")), size);
            }
            "pwrite64" => {
                let open = self.descriptor(argument(0)).0;
                self.writes(open, argument(3).parse().unwrap(), bytes(argument(1)), size);
            }
            "ftruncate" => {
                if let Open::Node(file) = self.descriptor(argument(0)).0 {
                    self.change(Change::Length { file, length: argument(1).parse().unwrap() });
                }
            }
            "fsync" | "fdatasync" => {
                if let Open::Node(node) = self.descriptor(argument(0)).0 {
                    self.steps.push(Step::Sync(node));
                }
            }
            "mmap" => {
                if let Open::Node(node) = self.descriptor(argument(4)).0
                    && argument(2).contains("PROT_WRITE")
                    && argument(3).contains("MAP_SHARED")
                {
                    let index = self.now.names.iter().any(|((_, name), of)| *of == node && name.ends_with("-shm"));
                    assert!(index, "a file is written through memory");
                }
            }
            "rename" => self.renames(["AT_FDCWD", argument(0)], ["AT_FDCWD", argument(1)]),
            "renameat" | "renameat2" => {
                assert!(!argument(4).contains("EXCHANGE"), "the model does not know {call}");
                self.renames([argument(0), argument(1)], [argument(2), argument(3)]);
            }
            "unlink" | "rmdir" => self.removes("AT_FDCWD", argument(0)),
            "unlinkat" => self.removes(argument(0), argument(1)),
            "mkdir" => self.makes_folder("AT_FDCWD", argument(0), argument(1)),
            "mkdirat" => self.makes_folder(argument(0), argument(1), argument(2)),
            // To whom it is told does not matter.
            "sendto" | "sendmsg" => {}
            // These may concern what is elsewhere.
            "fchmod" | "fallocate" | "copy_file_range" | "sendfile" | "splice" => {
                let to = if call == "copy_file_range" || call == "splice" { 2 } else { 0 };
                assert!(self.descriptor(argument(to)).0 == Open::Elsewhere, "the model does not know {call}");
            }
            _ => panic!("the model does not know {call}"),
        }
    }

    fn opens(&mut self, arguments: &[&str], result: i64) {
        let (flags, mode) = (arguments[2], arguments.get(3).copied().unwrap_or("0"));
        let opened = self.named(arguments[0], arguments[1]).map(|(folder, name)| {
            let Some(name) = name else { return folder };
            let name = (folder, name);
            if let Some(node) = self.now.names.get(&name).copied() {
                if flags.contains("O_TRUNC") {
                    self.change(Change::Length { file: node, length: 0 });
                }
                return node;
            }
            assert!(flags.contains("O_CREAT"), "the model does not know a file that the program opens");
            let node = self.now.make(Kind::File(Vec::new()), u32::from_str_radix(mode, 8).unwrap());
            self.change(Change::Names(vec![(name, Some(node))]));
            node
        });
        assert!(opened.is_none() || !flags.contains("O_APPEND"), "the model does not know O_APPEND");
        self.descriptors.insert(result, self.open.len());
        self.open.push((opened.map_or(Open::Elsewhere, Open::Node), 0));
    }

    fn writes(&mut self, open: Open, at: usize, mut bytes: Vec<u8>, size: usize) {
        bytes.truncate(size);
        assert_eq!(bytes.len(), size, "the trace does not tell all that is written");
        match open {
            Open::Node(file) => self.change(Change::Write { file, at, bytes }),
            Open::Said { is_output } => self.steps.push(Step::Said { is_output, bytes }),
            Open::Elsewhere => {}
        }
    }

    fn renames(&mut self, from: [&str; 2], to: [&str; 2]) {
        let (from, to) = (self.name(from[0], from[1]), self.name(to[0], to[1]));
        let (Some(from), Some(to)) = (from, to) else { return };
        let node = self.now.names[&from];
        self.change(Change::Names(vec![(from, None), (to, Some(node))]));
    }

    fn removes(&mut self, folder: &str, path: &str) {
        if let Some(name) = self.name(folder, path) {
            self.change(Change::Names(vec![(name, None)]));
        }
    }

    fn makes_folder(&mut self, folder: &str, path: &str, mode: &str) {
        if let Some(name) = self.name(folder, path) {
            let node = self.now.make(Kind::Folder, u32::from_str_radix(mode, 8).unwrap());
            self.change(Change::Names(vec![(name, Some(node))]));
        }
    }
}
