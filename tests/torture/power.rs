//! Power lost: the disk after each step of a run, with what was not sure kept, lost, torn or reordered.
//!
//! After each power cut the store is sound, and holds what it held at some moment of the run. That moment is no earlier
//! than the last time the program told somebody something. What was delivered before a commit is there if the commit is.
//! After the end of a run that succeeded, all that it made is there. See `disk.rs` for what a disk may do.

use std::collections::{BTreeMap, HashSet};
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use passdesk::domain::operation::OperationId;
use passdesk::store::Stores as _;
use passdesk::store::sqlite::SqliteStores;
use passdesk::system::SystemClock;
use rusqlite::Connection;

use crate::common::crowd::{BATCH, crowd};
use crate::common::{Desk, Run, contents};
use crate::disk::{Disk, Keep, Order, Trace};
use crate::operations::{self, Operation};
use crate::scene::{Base, FILES, Picture, Scene};
use crate::trials::{Trials, hash};

/// How often a state is looked at with the whole program, although one like it was looked at before.
const SAMPLE: u64 = 400;

/// A command during which the power goes.
struct Deed {
    name: &'static str,
    args: &'static [&'static str],
    input: String,
    /// Where its store is, in the home.
    store: &'static str,
    base: Base<'static>,
    law: Law,
}

/// What the whole program must find.
enum Law {
    Of(Box<Operation<'static>>),
    /// The scene, and what the world was told.
    Own(fn(&Deed, &Scene, &Run)),
}

impl Deed {
    fn new(
        name: &'static str,
        args: &'static [&'static str],
        store: &'static str,
        desk: Desk,
        law: fn(&Self, &Scene, &Run),
    ) -> Self {
        Self { name, args, input: String::new(), store, base: Base::new(&FILES, desk), law: Law::Own(law) }
    }

    fn again(&self, scene: &Scene) -> Run {
        scene.run_with(&self.input, self.args)
    }

    /// Whether a file is what the store consists of, or something to be done away with.
    fn is_own(&self, path: &Path) -> bool {
        let path = path.to_str().unwrap();
        let suffix = path.strip_prefix(self.store);
        suffix.is_some_and(|suffix| ["", "-wal", "-shm", "-journal", "-lock"].contains(&suffix))
            || path.split('/').any(|part| part.starts_with('.') && part != ".local")
    }

    /// The files that somebody was promised.
    fn promised<'a>(&self, disk: &'a Disk) -> BTreeMap<PathBuf, &'a [u8]> {
        disk.files().into_iter().filter(|(path, _)| !self.is_own(path)).collect()
    }

    /// What a store holds, if there is one.
    fn look(&self, home: &Path) -> Look {
        let store = home.join(self.store);
        match fs::read(&store) {
            Err(_) => Look::Nothing,
            Ok(bytes) if !bytes.starts_with(b"SQLite format 3\0") => Look::Other,
            Ok(_) => Look::Store(Box::new(Picture::of(&store))),
        }
    }
}

/// What is in the place of a store.
#[derive(PartialEq, Eq)]
enum Look {
    Nothing,
    Other,
    Store(Box<Picture>),
}

/// A recorded run, and what was true in the course of it.
struct Record {
    deed: Deed,
    trace: Trace,
    /// What the store held, one after the other, and which promised files there were when it began to.
    held: Vec<(Look, BTreeMap<PathBuf, Vec<u8>>)>,
    /// Which of these it held, by moment.
    now: Vec<usize>,
    /// Which of these it held when the world was last told something.
    told: Vec<usize>,
    /// The disk with all that was written, by moment.
    whole: Vec<u64>,
    /// The states of the disk that were looked at, and those that the whole program looked at.
    seen: [Mutex<HashSet<u64>>; 2],
}

impl Record {
    fn of(deed: Deed) -> Self {
        let scene = deed.base.scene();
        let trace = Trace::of(&scene.command(deed.args), &deed.input, scene.desk.home.path());
        assert!([0, 11].contains(&trace.run.code), "{}: {}", deed.name, trace.run.stderr);
        let mut held: Vec<(Look, BTreeMap<PathBuf, Vec<u8>>)> = Vec::new();
        let (mut now, mut told, mut whole) = (Vec::new(), Vec::new(), Vec::new());
        for at in 0..=trace.len() {
            let disk = trace.left(at, Order::Strict, Keep::Everything);
            let digest = disk.digest();
            if whole.last() != Some(&digest) {
                let look = deed.look(built(&disk).desk.home.path());
                if held.last().is_none_or(|(last, _)| *last != look) {
                    let files = deed.promised(&disk).into_iter().map(|(path, bytes)| (path, bytes.to_owned()));
                    held.push((look, files.collect()));
                }
            }
            whole.push(digest);
            now.push(held.len() - 1);
            told.push(if trace.tells(at) { held.len() - 1 } else { told.last().copied().unwrap_or(0) });
        }
        // What the run has taken away again was promised to nobody.
        let last = trace.left(trace.len(), Order::Strict, Keep::Everything);
        let last = last.files();
        let stays = |path: &Path, bytes: &[u8]| last.get(path).is_some_and(|last| last.starts_with(bytes));
        for (_, files) in &mut held {
            files.retain(|path, bytes| stays(path, bytes));
        }
        Self { deed, trace, held, now, told, whole, seen: Default::default() }
    }

    /// The disk when the store held this for the last time.
    fn last_with(&self, held: usize) -> Disk {
        let at = self.now.iter().rposition(|now| *now == held).unwrap();
        self.trace.left(at, Order::Strict, Keep::Everything)
    }
}

/// passdesk is the first to open the store, and reads it.
fn opens(store: &Path) {
    let stores = SqliteStores::at(store, SystemClock, OperationId([7; 16])).unwrap();
    let read = stores.open().and_then(|store| store.summary());
    assert!(read.is_ok(), "the store does not open: {}", read.unwrap_err());
}

/// A disk in memory, in a home of its own.
fn built(disk: &Disk) -> Scene<'static> {
    let memory = Path::new("/dev/shm");
    let within = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let private = fs::Permissions::from_mode(0o700);
    let home = tempfile::Builder::new().permissions(private).tempdir_in(within).unwrap();
    disk.build(home.path());
    Scene::in_files(Desk { home })
}

/// A power cut.
struct Cut<'a> {
    record: &'a Record,
    /// After so many steps.
    at: usize,
    order: Order,
    keep: Keep,
}

impl Display for Cut<'_> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(f, "{} {} {} {}", self.record.deed.name, self.at, self.order, self.keep)
    }
}

impl Cut<'_> {
    /// The disk that is left, whether it has lost something, and a number for it and for what the world knows.
    fn left(&self) -> (Disk, bool, u64) {
        let Record { trace, told, whole, .. } = self.record;
        let disk = trace.left(self.at, self.order, self.keep);
        let (digest, said) = (disk.digest(), trace.told(self.at));
        (disk, digest != whole[self.at], hash((digest, told[self.at], said.stdout, said.code)))
    }

    /// Looks at what is left. Returns a number for what matters to the whole program.
    fn look(&self, disk: &Disk) -> u64 {
        let Self { record: Record { deed, trace, held, now, told, .. }, at, .. } = self;
        let look = deed.look(built(disk).desk.home.path());
        if matches!(look, Look::Store(_)) {
            opens(&built(disk).desk.home.path().join(deed.store));
        }
        let holds = held.iter().rposition(|(other, _)| *other == look).expect("the store holds what it never held");
        assert!(holds >= told[*at], "what was reported is not in force");
        assert!(holds <= now[*at]);
        let files = deed.promised(disk);
        for (path, bytes) in &held[holds].1 {
            let kept = files.get(path).unwrap_or_else(|| panic!("{} is gone", path.display()));
            assert!(kept.starts_with(bytes), "{} is not complete", path.display());
        }
        if *at == trace.len() && [0, 11].contains(&trace.run.code) {
            let last = trace.left(*at, Order::Strict, Keep::Everything);
            assert!(files == deed.promised(&last), "what the run made is not all there: {:?}", files.keys());
        }
        let told = trace.told(*at);
        hash((holds, files, told.stdout, told.code))
    }

    /// Looks with the whole program, which is the first to open the store.
    fn look_closely(&self, disk: &Disk) {
        let Self { record: Record { deed, trace, held, .. }, at, .. } = self;
        let (scene, told) = (built(disk), trace.told(*at));
        match &deed.law {
            Law::Of(operation) => {
                is_sound(deed, &scene, &told);
                let out = scene.desk.home.path().join("out");
                if deed.look(scene.desk.home.path()) == held[0].0 {
                    // No part of it is in force. It may be torn.
                    let _ = fs::remove_file(out);
                }
                operation.judge(&scene, &told);
                operation.goes_on(&scene);
            }
            Law::Own(law) => law(deed, &scene, &told),
        }
    }
}

pub fn run(trials: &Trials) -> String {
    let records = records();
    let (looks, close_looks, losses) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let plan: Vec<_> = records.iter().flat_map(|record| cuts(record, trials)).collect();
    trials.each(plan, |cut| {
        let (disk, has_lost, number) = cut.left();
        let [seen, seen_closely] = &cut.record.seen;
        if !seen.lock().unwrap().insert(number) {
            return;
        }
        losses.fetch_add(u64::from(has_lost), Relaxed);
        let looks = looks.fetch_add(1, Relaxed);
        let matters = cut.look(&disk);
        if seen_closely.lock().unwrap().insert(matters) || looks.is_multiple_of(SAMPLE) {
            close_looks.fetch_add(1, Relaxed);
            cut.look_closely(&disk);
        }
    });
    let [looks, close_looks, losses] = [looks, close_looks, losses].map(AtomicU64::into_inner);
    // Else nothing was lost in these power cuts.
    assert!(trials.form.only.is_some() || losses * 2 >= looks, "{losses} of {looks} disks have lost something");
    let steps: usize = records.iter().map(|record| record.trace.len()).sum();
    format!(
        "{} commands of {steps} steps, {looks} different disks, {losses} of which have lost something; the whole program \
         on {close_looks}.",
        records.len()
    )
}

/// The power cuts during a run.
fn cuts<'a>(record: &'a Record, trials: &Trials) -> Vec<Cut<'a>> {
    let any = if trials.form.long { 400 } else { 2 };
    let mut cuts = Vec::new();
    for (at, order) in (0..=record.trace.len()).flat_map(|at| [(at, Order::Strict), (at, Order::Ordered)]) {
        let unsure = record.trace.unsure(at, order);
        let mut cut = |keep| cuts.push(Cut { record, at, order, keep });
        cut(Keep::Nothing);
        cut(Keep::Everything);
        if unsure.len() < 2 {
            // A single write can still be torn.
            (0..unsure.len() * 2).for_each(|number| cut(Keep::Any(hash((trials.form.seed, at, number)))));
            continue;
        }
        (0..any).for_each(|number| cut(Keep::Any(hash((trials.form.seed, at, number)))));
        let singly = unsure.iter().flat_map(|step| [Keep::Without(*step), Keep::Only(*step)]);
        trials.some(singly.collect(), 23).into_iter().for_each(cut);
    }
    cuts
}

/// The operations that other parts attack, and more that make and replace files.
fn records() -> Vec<Record> {
    let mut deeds = Vec::new();
    let operations = operations::on(&FILES, None);
    // Nothing that is done to the store syncs that folder.
    let away = |name: &str| {
        let desk = operations.iter().find(|operation| operation.name == name).unwrap().base.scene().desk;
        fs::create_dir(desk.home.path().join("away")).unwrap();
        desk
    };
    let reset = &["users", "reset", "alice", "--yes", "-q", "--output", "away/out"];
    deeds.push(Deed::new("reset-away", reset, "store.db", away("reset"), is_sound));
    let archive = &["audit", "archive", "away/old", "--before", "2026-01-01"];
    deeds.push(Deed::new("archive-away", archive, "store.db", away("archive"), is_sound));
    deeds.push(Deed::new("backup-away", &["store", "backup", "away/copy.db"], "store.db", away("backup"), is_sound));

    let signed_in = Desk::settled();
    signed_in.run_as("root", &["me", "sign-in"]).succeeds();
    deeds.push(Deed::new("sign-out", &["me", "sign-out"], "store.db", signed_in, is_sound));

    let init = &["init", "--admin", "root", "-q", "--store", "a/b/store.db"];
    deeds.push(Deed::new("init", init, "a/b/store.db", Desk::empty(), is_made));

    let backup = || {
        let desk = Desk::settled();
        desk.run(&["store", "backup", "monday.db"]).succeeds();
        desk
    };
    let gone = backup();
    fs::remove_file(gone.store()).unwrap();
    let damaged = backup();
    // Its log would fit any store. With the backup, it must not be read.
    let log = damaged.home.path().join("store.db-wal");
    let bytes = {
        let store = Connection::open(damaged.store()).unwrap();
        store.execute("UPDATE accounts SET display_name = 'lost'", []).unwrap();
        fs::read(&log).unwrap()
    };
    fs::write(damaged.store(), "no store at all").unwrap();
    fs::write(&log, bytes).unwrap();
    fs::set_permissions(&log, fs::Permissions::from_mode(0o600)).unwrap();
    let restore = &["store", "restore", "monday.db", "--yes"];
    deeds.push(Deed::new("restore-gone", restore, "store.db", gone, is_restored));
    deeds.push(Deed::new("restore-damaged", restore, "store.db", damaged, is_restored));

    let crowded = Desk::settled();
    crowd(&crowded, BATCH + 2);
    fs::create_dir(crowded.home.path().join("away")).unwrap();
    deeds.push(Deed::new("batches", &BATCHES, "store.db", crowded, is_reset));

    deeds.extend(operations.into_iter().map(|operation| {
        let (name, args, input) = (operation.name, operation.args, operation.input.clone());
        let base = Base::new(&FILES, operation.base.scene().desk);
        Deed { name, args, input, store: "store.db", base, law: Law::Of(Box::new(operation)) }
    }));
    let mut records: Vec<_> = deeds.into_iter().map(Record::of).collect();
    let batches = records.iter().find(|record| record.deed.name == "batches").unwrap();
    // The second batch is in the file, and not in force.
    let half = built(&batches.last_with(1));
    records.push(Record::of(Deed::new("resume", &RESUME, "store.db", half.desk, is_reset)));
    records
}

/// A reset in two batches.
const BATCHES: [&str; 9] =
    ["users", "reset", "--search", "example.org", "--yes", "--format", "csv", "--output", "away/out"];
/// Goes on with it.
const RESUME: [&str; 7] = ["users", "reset", "--search", "example.org", "--yes", "--resume", "away/out"];

/// Nothing but the store matters.
fn is_sound(deed: &Deed, scene: &Scene, _: &Run) {
    scene.run_by_operator(&["store", "check", "--store", deed.store]).succeeds();
}

/// The first admin has the password that was handed over; or there is no store, and the next run makes it.
fn is_made(deed: &Deed, scene: &Scene, told: &Run) {
    let home = scene.desk.home.path();
    if matches!(deed.look(home), Look::Nothing) {
        deed.again(scene).succeeds();
        return;
    }
    is_sound(deed, scene, told);
    assert!(Picture::of(&home.join(deed.store)).account("root").takes(told.stdout.trim_end()));
}

/// The backup is the store, or the next run puts it in place. What was there is not lost.
fn is_restored(deed: &Deed, scene: &Scene, told: &Run) {
    let home = scene.desk.home.path();
    if !matches!(deed.look(home), Look::Store(_)) {
        deed.again(scene).succeeds();
    }
    is_sound(deed, scene, told);
    if deed.name == "restore-damaged" {
        let is_kept = |(path, bytes): &(PathBuf, Option<Vec<u8>>)| {
            path.to_str().unwrap().ends_with(".before-restore") && bytes.as_deref() == Some(b"no store at all")
        };
        assert!(contents(home).iter().any(is_kept), "what was there is lost");
    }
}

/// Each account has its old password or that of its row. The next run does the rest.
fn is_reset(deed: &Deed, scene: &Scene, told: &Run) {
    let out = scene.desk.home.path().join("away/out");
    let judge = || {
        // What was not in force yet may be torn.
        let text = String::from_utf8_lossy(&fs::read(&out).unwrap_or_default()).into_owned();
        let cells = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let rows: BTreeMap<_, _> =
            cells.filter(|cells| cells.len() == 4).map(|cells| (cells[0].to_owned(), cells[1].to_owned())).collect();
        let picture = scene.picture();
        let new = picture.accounts.iter().filter(|(_, account)| account.must_change);
        // A hash takes long. The first and the last of each batch are enough.
        for (name, account) in new.clone().filter(|(name, _)| ["u001", "u064", "u065", "u066"].contains(&name.as_str()))
        {
            assert!(account.takes(&rows[name]), "{name} has another password than the one that was handed over");
        }
        new.count()
    };
    is_sound(deed, scene, told);
    let new = judge();
    if new == 0 {
        let _ = fs::remove_file(&out);
        scene.run(&BATCHES).succeeds();
    } else {
        scene.run(&RESUME).succeeds();
    }
    assert_eq!(judge(), BATCH + 2);
}
