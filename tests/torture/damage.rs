//! Damaged files: bytes of a store are flipped, lost and put elsewhere.
//!
//! No reader panics, hangs, or lets somebody in who should not be. What a reader cannot read, `store check` finds.
//!
//! Who should be let in: the owner of an account that is in use, by a password that was once its own. A store without
//! its last writes says what held before them. What is in the cells of an account holds, since nobody can know better:
//! a day of its end that is another day, for one. So nobody is let in by the password of another account, by a wrong
//! one, or where the cells say that the account is closed.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, LazyLock, mpsc};
use std::thread;
use std::time::Duration;

use passdesk::domain::actor::{Actor, Operator};
use passdesk::domain::audit::Walk;
use passdesk::domain::clock::Timestamp;
use passdesk::domain::finding::Verdict;
use passdesk::domain::hash::{Cost, StoredHash};
use passdesk::domain::operation::OperationId;
use passdesk::domain::policy::Policy;
use passdesk::domain::secret::TypedPassword;
use passdesk::domain::sign_in::SignInDigest;
use passdesk::domain::target::Target;
use passdesk::store::sqlite::SqliteStores;
use passdesk::store::{self, EventFilter, Filter, Page, Sort, Store, StoreError, Stores, Watch};
use passdesk::system::SystemClock;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use rusqlite::Connection;
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::common::{Desk, Run, fed};
use crate::trials::{Trials, hash as hash_of};

/// No reader may take longer.
const PATIENCE: Duration = Duration::from_secs(10);
/// A page of the store.
const PAGE: usize = 4096;
/// Everybody's name. `first` is the admin, and the last four can no longer sign in.
const NAMES: [&str; 7] = ["first", "alice", "newly", "disabled", "locked", "removed", "ended"];
/// The id of `disabled`.
const DISABLED: i64 = 4;
/// A password of nobody.
const WRONG: &str = "nobody ever had this one";

/// The files of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Store,
    Log,
    /// The index of the log. It is shared memory, and is only read while somebody else has the store open.
    Index,
}

impl Part {
    const ALL: [Self; 3] = [Self::Store, Self::Log, Self::Index];

    fn suffix(self) -> &'static str {
        match self {
            Self::Store => "",
            Self::Log => "-wal",
            Self::Index => "-shm",
        }
    }
}

/// The files of a store, in memory.
type Files = BTreeMap<Part, Vec<u8>>;

/// A store to damage.
struct Base {
    name: &'static str,
    files: Files,
    /// For each account, the cells that close it: as they are, and as they were before the log.
    cells: BTreeMap<i64, Vec<String>>,
}

/// The password of an account. `newly` has another one since what is in the log.
fn password(name: &str, is_old: bool) -> String {
    format!("{name} has this password{}", if is_old { " no more" } else { "" })
}

fn typed(text: &str) -> TypedPassword {
    TypedPassword::new(Zeroizing::new(text.to_owned()))
}

/// A hash that takes no time.
fn hash(password: &str) -> String {
    let cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };
    StoredHash::of_typed(&typed(password), cost, &mut StdRng::seed_from_u64(1)).unwrap().as_str().to_owned()
}

/// Each password: the number of its account, and whether it is the old one.
fn passwords() -> impl Iterator<Item = (usize, bool)> {
    (0..NAMES.len()).flat_map(|number| [(number, false), (number, true)])
}

/// Whose password each hash is of that a store was given. Such a hash need not be evaluated at each trial.
static WHOSE: LazyLock<BTreeMap<String, usize>> =
    LazyLock::new(|| passwords().map(|(number, is_old)| (hash(&password(NAMES[number], is_old)), number)).collect());

/// A store that is one file, and a store with a log that is in use.
fn bases() -> Vec<Arc<Base>> {
    let desk = Desk::settled();
    for name in &NAMES[1..] {
        desk.like_root(name, 0);
    }
    for name in NAMES {
        let id = if name == "first" { "id = 1" } else { &format!("username = '{name}'") };
        desk.sql(&format!(
            "UPDATE accounts SET password_hash = '{}' WHERE {id}",
            hash(&password(name, name == "newly"))
        ));
    }
    desk.run(&["users", "edit", "root", "--username", "first", "--email", "first@example.org"]).succeeds();
    desk.run(&["users", "disable", "disabled", "--yes"]).succeeds();
    desk.run(&["users", "remove", "removed", "--yes"]).succeeds();
    desk.run(&["users", "edit", "alice", "--name", "Alice Example", "--email", "alice@example.org"]).succeeds();
    desk.sql("UPDATE accounts SET expires_at = 1700000000 WHERE username = 'ended'");
    desk.sql("UPDATE accounts SET locked_at = 1700000000 WHERE username = 'locked'");
    desk.run(&["store", "check"]).succeeds();
    let quiet = Base { name: "quiet", files: files(&desk.store()), cells: cells(&desk.store()) };
    assert_eq!(quiet.cells[&DISABLED][0], "'disabled'", "another account has this id");
    // While somebody else has it open, what is written stays in the log.
    let reader = Connection::open(desk.store()).unwrap();
    let _: i64 = reader.query_row("SELECT count(*) FROM accounts", [], |row| row.get(0)).unwrap();
    desk.sql(&format!(
        "UPDATE accounts SET password_hash = '{}' WHERE username = 'newly'",
        hash(&password("newly", false))
    ));
    desk.run(&["users", "edit", "alice", "--name", "Alice Sample"]).succeeds();
    desk.run(&["users", "add", "another", "-q"]).succeeds();
    let live = Base { name: "live", files: files(&desk.store()), cells: quiet.cells.clone() };
    assert!(live.files[&Part::Log].len() > PAGE && !live.files[&Part::Index].is_empty(), "the log is in use");
    vec![Arc::new(quiet), Arc::new(live)]
}

fn at(store: &Path, part: Part) -> PathBuf {
    let mut path = store.as_os_str().to_owned();
    path.push(part.suffix());
    path.into()
}

fn files(store: &Path) -> Files {
    Part::ALL
        .into_iter()
        .filter_map(|part| Some((part, fs::read(at(store, part)).ok()?)))
        .filter(|(_, bytes)| !bytes.is_empty())
        .collect()
}

/// The cells of each account that close it. No index is asked.
fn cells(store: &Path) -> BTreeMap<i64, Vec<String>> {
    let Ok(store) = Connection::open(store) else { return BTreeMap::new() };
    let sql =
        "SELECT id, quote(state), quote(removed_at), quote(locked_at), quote(expires_at) FROM accounts NOT INDEXED";
    let Ok(mut statement) = store.prepare(sql) else { return BTreeMap::new() };
    let read = statement.query_map([], |row| {
        Ok((row.get(0)?, (1..5).map(|cell| row.get(cell)).collect::<rusqlite::Result<Vec<String>>>()?))
    });
    read.map(|rows| rows.filter_map(Result::ok).collect()).unwrap_or_default()
}

/// What is done to a store.
#[derive(Clone)]
enum Harm {
    /// A byte is another one.
    Flip { part: Part, at: usize, by: u8 },
    /// The end is lost.
    Cut { part: Part, length: usize },
    /// Some bytes, blocks and pages are elsewhere, lost or other ones: a number decides which.
    Random { seed: u64 },
    /// The same harm, but none to the index of the log.
    But(Box<Harm>),
}

struct Damage {
    base: Arc<Base>,
    harm: Harm,
}

impl Display for Damage {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let name = self.base.name;
        match &self.harm {
            Harm::Flip { part, at, by } => write!(f, "{name} {part:?} byte {at} by {by}"),
            Harm::Cut { part, length } => write!(f, "{name} {part:?} cut to {length}"),
            Harm::Random { seed } => write!(f, "{name} random {seed}"),
            Harm::But(_) => unreachable!("no trial is made of it"),
        }
    }
}

impl Damage {
    /// The damaged files. Those that are not here are as they were.
    fn files(&self) -> Files {
        let mut files = self.base.files.clone();
        match &self.harm {
            Harm::Flip { part, at, by } => files.get_mut(part).unwrap()[*at] ^= by,
            Harm::Cut { part, length } => files.get_mut(part).unwrap().truncate(*length),
            Harm::Random { seed } => {
                let mut random = StdRng::seed_from_u64(*seed);
                for _ in 0..random.random_range(1..=4) {
                    let parts: Vec<_> = files.keys().copied().collect();
                    let part = parts[random.random_range(0..parts.len())];
                    mutate(files.get_mut(&part).unwrap(), &mut random);
                }
            }
            Harm::But(harm) => {
                let base = Arc::clone(&self.base);
                let index = files.remove(&Part::Index);
                files = Self { base, harm: (**harm).clone() }.files();
                files.remove(&Part::Index);
                files.extend(index.map(|index| (Part::Index, index)));
            }
        }
        files
    }
}

fn mutate(bytes: &mut Vec<u8>, random: &mut StdRng) {
    if bytes.len() < 2 * PAGE {
        return;
    }
    let length = bytes.len();
    let [from, to] = [(); 2].map(|()| random.random_range(0..length));
    match random.random_range(0..7) {
        // One bit, one byte, a small number.
        0 => bytes[from] ^= 1 << random.random_range(0..8),
        1 => bytes[from] = random.random(),
        2 => bytes[from] = [0, 1, 0x7f, 0x80, 0xff][random.random_range(0..5)],
        // A block is copied over another, or lost.
        3 => {
            let size = random.random_range(1..=512).min(length - from.max(to));
            bytes.copy_within(from..from + size, to);
        }
        4 => {
            let sector = from / 512 * 512;
            let end = (sector + 512).min(length);
            bytes[sector..end].fill(0);
        }
        // A page is where another was.
        5 => {
            let [from, to] = [from, to].map(|at| at.min(length - PAGE) / PAGE * PAGE);
            bytes.copy_within(from..from + PAGE, to);
        }
        _ => bytes.truncate(to),
    }
}

/// What the readers said.
#[derive(Default)]
struct Said {
    /// What was told as a fault of the store or the disk.
    faults: Vec<String>,
}

impl Said {
    /// Notes a fault. Returns what was read.
    fn note<T>(&mut self, what: &str, read: store::Result<T>) -> Option<T> {
        match read {
            Ok(read) => Some(read),
            Err(StoreError::Busy | StoreError::Refused(_)) => None,
            Err(error) => {
                let said = error.to_string();
                assert!(!said.is_empty() && said.lines().count() == 1, "{what} says: {said:?}");
                self.faults.push(format!("{what}: {said}"));
                None
            }
        }
    }
}

struct Patient;

impl Watch for Patient {
    fn progress(&mut self, _: &'static str, _: u64, _: u64) -> store::Result<()> {
        Ok(())
    }
}

pub fn run(trials: &Trials) -> String {
    let long = trials.form.long;
    let bases = bases();
    let seed = trials.form.seed;
    let (step, count) = if long { (1, 1_000_000) } else { (499, 400) };
    let mut plan: Vec<Damage> = Vec::new();
    for base in &bases {
        let base = || Arc::clone(base);
        for (part, bytes) in &base().files {
            let part = *part;
            let first = usize::try_from(seed % step as u64).unwrap();
            let places = (first..bytes.len()).step_by(step);
            plan.extend(places.clone().map(|at| Damage { base: base(), harm: Harm::Flip { part, at, by: 0xff } }));
            let bit = |at: usize| 1 << ((seed ^ at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 61);
            plan.extend(places.map(|at| Damage { base: base(), harm: Harm::Flip { part, at, by: bit(at) } }));
            // What has the index in memory would be killed by the system.
            let cuts = (0..bytes.len()).step_by(512).filter(|_| part != Part::Index);
            let cuts = cuts.map(|length| Damage { base: base(), harm: Harm::Cut { part, length } });
            plan.extend(trials.some(cuts.collect(), 7));
        }
    }
    plan.extend((0..count).map(|number| Damage {
        base: Arc::clone(&bases[usize::try_from(number % 2).unwrap()]),
        harm: Harm::Random { seed: trials.form.number(number) },
    }));
    let [random, unread, passed, commands, number] = [const { AtomicU64::new(0) }; 5];
    let every = if long { 100 } else { 16 };
    trials.each(plan, |damage| {
        random.fetch_add(u64::from(matches!(damage.harm, Harm::Random { .. })), Relaxed);
        let what = in_time(damage);
        unread.fetch_add(u64::from(what == Seen::Found), Relaxed);
        passed.fetch_add(u64::from(what == Seen::Passed), Relaxed);
        if trials.form.only.is_some() || number.fetch_add(1, Relaxed).is_multiple_of(every) {
            commands.fetch_add(by_commands(damage), Relaxed);
        }
    });
    let (random, unread) = (random.into_inner(), unread.into_inner());
    trials.expect_one_in(10, unread, trials.count(), "damages kept a reader from reading");
    format!(
        "{} bytes flipped and ends cut, {random} random mutations; {unread} of them kept a reader from reading, and the \
         check found each; {} more did by the index in memory, and had passed when the check came; {} whole commands.",
        trials.count() - random,
        passed.into_inner(),
        commands.into_inner()
    )
}

/// Puts the files of a damaged store into a folder.
fn put(damage: &Damage) -> (TempDir, PathBuf) {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
    let store = folder.path().join("store.db");
    for (part, bytes) in damage.files() {
        if part != Part::Index {
            write(&at(&store, part), &bytes);
        }
    }
    (folder, store)
}

fn write(path: &Path, bytes: &[u8]) {
    File::options().write(true).create(true).truncate(true).mode(0o600).open(path).unwrap().write_all(bytes).unwrap();
}

/// Looks at a damaged store, and fails the trial if that takes too long.
fn in_time(damage: &Damage) -> Seen {
    let (done, result) = mpsc::channel();
    let again = Damage { base: Arc::clone(&damage.base), harm: damage.harm.clone() };
    let looking = thread::spawn(move || done.send(look(&again)).unwrap());
    match result.recv_timeout(PATIENCE) {
        Ok(unread) => unread,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("it takes longer than {} s", PATIENCE.as_secs()),
        Err(mpsc::RecvTimeoutError::Disconnected) => std::panic::resume_unwind(looking.join().unwrap_err()),
    }
}

/// Somebody else who has the store open, and an index of the log that is damaged meanwhile.
fn hold(damage: &Damage, store: &Path) -> Option<Connection> {
    let index = damage.files().remove(&Part::Index)?;
    if index == damage.base.files[&Part::Index] {
        return None;
    }
    let holder = Connection::open(store).ok()?;
    holder.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0)).ok()?;
    // It has the length that it had: to cut it would end whoever has it in memory.
    let mut file = File::options().write(true).open(at(store, Part::Index)).ok()?;
    let length = usize::try_from(file.metadata().unwrap().len()).unwrap();
    file.write_all(&index[..index.len().min(length)]).unwrap();
    Some(holder)
}

/// What the readers and the check say of a damage.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// Each reader can read.
    Nothing,
    /// A reader cannot, and the check has found something.
    Found,
    /// A reader could not, because of the index of the log. Each process has that in memory by turns, and the check came
    /// when it was well again.
    Passed,
}

fn look(damage: &Damage) -> Seen {
    let mut said = Said::default();
    let held = {
        let (_folder, store) = put(damage);
        let held = hold(damage, &store);
        read(damage, &store, &mut said);
        held.is_some()
    };
    if said.faults.is_empty() {
        return Seen::Nothing;
    }
    // The readers may have written.
    let (_folder, path) = put(damage);
    let _held = hold(damage, &path);
    let faults = match stores(&path).examine(&mut Patient) {
        Ok(findings) => findings.into_iter().filter(|found| found.verdict == Verdict::Faulty).count(),
        Err(StoreError::Busy) => 1,
        Err(other) => panic!("the check fails: {other}"),
    };
    if faults > 0 {
        return Seen::Found;
    }
    assert!(held, "the check finds nothing, but: {}", said.faults.join("; "));
    // What is wrong with the other files is found without it, or fails the trial.
    look(&Damage { base: Arc::clone(&damage.base), harm: Harm::But(Box::new(damage.harm.clone())) });
    Seen::Passed
}

fn stores(path: &Path) -> SqliteStores {
    SqliteStores::at(path, SystemClock, OperationId([7; 16])).unwrap()
}

/// Each reader of the library.
fn read(damage: &Damage, path: &Path, said: &mut Said) {
    let stores = stores(path);
    let Some(mut store) = said.note("open", stores.open_to_read()) else { return };
    let filter = Filter::default();
    for sort in [Sort::Id, Sort::Username] {
        let page = Page { filter: &filter, sort, reverse: false, after: None, limit: 1_000 };
        said.note("list", store.page(&page));
    }
    said.note("count", store.count(&filter));
    said.note("policy", store.policy(&Policy::default()));
    said.note("name", store.name());
    said.note("tokens", store.tokens(None));
    said.note("summary", store.summary());
    said.note("repeats", store.repeats());
    said.note("blocklist", store.is_blocked(&typed(WRONG)));
    said.note("usernames", store.usernames("a", true, 10));
    if let Some(Some(_)) = said.note("sign-in", store.sign_in(SignInDigest([9; 32]))) {
        panic!("a made-up sign-in lets somebody in");
    }
    let archived = said.note("archive", store.archived());
    let events = said.note("events", store.events(&EventFilter::default(), None, 10_000));
    if let Some((archived, events)) = archived.zip(events) {
        let mut walk = Walk::behind(archived);
        let walked = events.iter().try_for_each(|event| walk.go_on(event)).and_then(|()| walk.end().map(drop));
        if let Err(tampered) = walked {
            said.faults.push(format!("record: {}", tampered.0));
        }
    }
    let now_cells = cells(path);
    for name in NAMES.into_iter().chain(["alice@example.org", "nobody"]) {
        sign_in(damage, &mut store, name, &now_cells, said);
    }
    let by =
        Actor::Operator(Operator { uid: 0, os_user: "root".into(), sudo_caller: None, role: None, is_guest: false });
    said.note("backup", store.back_up(&by, &path.with_file_name("copy.db"), &mut Patient));
    said.note("writer", stores.open());
}

/// Tries each password on a name. Each that lets somebody in must be the right one of an account that is in use.
fn sign_in(damage: &Damage, store: &mut Store, name: &str, cells: &BTreeMap<i64, Vec<String>>, said: &mut Said) {
    let Ok(target) = Target::to_sign_in(name) else { return };
    let Some(Some((account, Some(credential)))) = said.note("credential", store.credential(&target)) else { return };
    let now = Timestamp::now();
    let id = account.id.0;
    let is_open = account.is_open(now) && account.kept_out(now).is_none();
    if !is_open {
        return;
    }
    let lets_in = |password: &str| credential.matches(&typed(password));
    let whose = WHOSE.get(credential.hash.as_str()).filter(|_| credential.temporary_until.is_none());
    let all = whose.map_or_else(
        || {
            assert!(!lets_in(WRONG), "a wrong password lets {} in", account.username);
            let right = passwords().filter(|(number, is_old)| lets_in(&password(NAMES[*number], *is_old)));
            right.map(|(number, _)| number).collect()
        },
        |one| vec![*one],
    );
    for number in all {
        let owner = NAMES[number];
        assert_eq!(usize::try_from(id).unwrap(), number + 1, "{owner} is let in as {}", account.username);
        let is_closed = number >= NAMES.len() - 4;
        let as_it_was = cells.get(&id) == damage.base.cells.get(&id);
        assert!(!is_closed || !as_it_was, "{owner} is let in, and its cells say that it is closed");
    }
}

/// The commands, each on a store of its own. Returns how many.
fn by_commands(damage: &Damage) -> u64 {
    let alice = format!("{}\n", password("alice", false));
    // One of those who can no longer sign in.
    let number = NAMES.len() - 1 - usize::try_from(hash_of(damage.to_string()) % 4).unwrap();
    let (closed, id) = (NAMES[number], i64::try_from(number).unwrap() + 1);
    let wrong = format!("{WRONG}\n");
    let commands: [(&[&str], &str); 9] = [
        (&["users", "list"], ""),
        (&["users", "show", "alice"], ""),
        (&["me", "profile", "--as", "alice", "--password-stdin"], &alice),
        (&["me", "profile", "--as", closed, "--password-stdin"], &format!("{}\n", password(closed, false))),
        (&["verify", "alice"], &wrong),
        (&["audit", "verify"], ""),
        (&["store", "backup", "copy.db"], ""),
        (&["users", "edit", "alice", "--name", "Al"], ""),
        (&["store", "check"], ""),
    ];
    let mut worst = None;
    for (args, input) in commands {
        let (folder, store) = put(damage);
        let held = hold(damage, &store);
        let mut command = Command::new("timeout");
        command.args(["-s", "KILL", &PATIENCE.as_secs().to_string(), env!("CARGO_BIN_EXE_passdesk")]).args(args);
        command.env_clear().env("HOME", folder.path()).env("PASSDESK_STORE", &store).env("TZ", "UTC");
        command.current_dir(folder.path());
        let run = fed(command, input);
        let args = args.join(" ");
        is_plain(&args, &run);
        if args == "verify alice" {
            assert_ne!(run.code, 0, "a wrong password lets alice in");
        }
        if args.contains(closed) && run.code == 0 {
            let is_as_it_was = cells(&store).get(&id) == damage.base.cells.get(&id);
            assert!(!is_as_it_was, "{closed} is let in, and its cells say that it is closed");
        }
        match run.code {
            1 | 10 if args != "store check" => worst = Some(format!("{args}: {}", run.stderr)),
            0 if args == "store check" && held.is_none() => {
                assert_eq!(worst, None, "the check finds nothing: {}", run.stdout);
            }
            _ => {}
        }
    }
    commands.len() as u64
}

/// A code of the table, and a message in words.
fn is_plain(args: &str, run: &Run) {
    let Run { code, stderr, .. } = run;
    assert!([0, 1, 3, 4, 5, 6, 7, 8, 9, 10].contains(code), "{args} ends with {code}: {stderr}");
    assert!(!stderr.contains("panicked"), "{args}: {stderr}");
    if *code != 0 {
        assert!(stderr.lines().any(|line| line.starts_with("error: ")), "{args} ends with {code}: {stderr:?}");
    }
}
