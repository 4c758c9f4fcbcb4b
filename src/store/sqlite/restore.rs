//! Puts a backup in the place of the store.
//!
//! The file of a store is not replaced. Others may have it open, or be about to open it. They would go on with the old
//! file, and with a log that belongs to the new one. So the engine writes all pages of the backup into the file, in one
//! transaction. To others it is a change like any other.
//!
//! Only what the engine cannot write to is replaced as a file, and only while nobody has it open.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::iter;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rustix::fs::{FlockOperation, OFlags, fcntl_lock, renameat};
use rustix::io::Errno;

use super::backup::{self, PAGES_A_STEP};
use super::bound::Bounded;
use super::errors::{failed, may_be_in_log, unreadable, unusable};
use super::ground::{self, Tenant, beside};
use super::line::Line;
use super::statement::Statements;
use super::stores::SqliteStores;
use super::unplaced::Unplaced;
use super::{empty_log, examine, open, schema};
use crate::domain::actor::Operator;
use crate::domain::audit::Head;
use crate::domain::clock::Timestamp;
use crate::domain::digest::{Digesting, FileDigest};
use crate::domain::finding::Verdict;
use crate::gate::Pass;
use crate::made::{Fleeting, Made, missing_folders, prefix, stands_at, sync_folder, sync_folder_of};
use crate::store::restoring::summary;
use crate::store::sql::SqlRows;
use crate::store::{Present, Purpose, Restoring, Result, StoreError, Summary, Watch};

/// How many bytes are copied at a time.
const PIECE: usize = 1024 * 1024;
/// How often, and how long apart, passdesk tries to get a damaged file for itself.
const TRIES: u32 = 50;
const APART: Duration = Duration::from_millis(100);
/// How the file of an engine begins: <https://www.sqlite.org/fileformat.html#the_database_header>.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// Where its header has the size of a page, and where that ends.
const PAGE_SIZE: std::ops::Range<usize> = 16..18;

/// A backup that has been copied beside the store and checked.
pub struct Candidate<'a> {
    stores: &'a SqliteStores,
    place: PathBuf,
    path: PathBuf,
    made: File,
    digest: FileDigest,
    summary: Summary,
    present: Present,
    scratch: Fleeting,
    /// They go with the scratch folder, unless something is in them by then.
    _made_folders: Vec<Fleeting>,
}

/// The end of the name of the folder in which a backup waits.
pub const SUFFIX: &str = ".restoring";

impl<'a> Candidate<'a> {
    /// Copies a backup into a folder of its own beside the store, and checks the copy.
    pub fn of(stores: &'a SqliteStores, backup: &mut dyn Read, bytes: u64, watch: &mut dyn Watch) -> Result<Self> {
        let cannot_make = |path: &Path, error: &io::Error| {
            let hint = "run passdesk as a user who can write there";
            unusable(format!("{} cannot be made: {error}", path.display()), hint)
        };
        let (named, name) = open::parts(stores.path())?;
        let made_folders = missing_folders(named).map_err(|error| cannot_make(named, &error))?;
        let place = open::resolved(stores.path())?;
        let folder = open::parts(&place)?.0;
        ground::folder(named, folder, Tenant::Store)?;
        let is_there = is_there(&place)?;
        ground::logs(&place, open::myself())?;

        let scratch = Made::scratch(folder, &prefix(name), SUFFIX).map_err(|error| cannot_make(&place, &error))?;
        scratch.hold();
        let scratch = Fleeting(scratch);
        let path = scratch.0.path().join(name);
        let (made, _) = Made::private_file(&path).map_err(|error| cannot_make(&path, &error))?;
        let digest = copied(backup, &made, bytes, watch)?;
        let summary = checked(stores, &path, watch).map_err(|error| about_the_backup(error, &path))?;
        // The engine has written to the file, and no longer has it open.
        made.sync_all().map_err(anyhow::Error::from)?;
        let present = if is_there { present(&place, stores.now_here())? } else { Present::Nothing };
        Ok(Self { stores, place, path, made, digest, summary, present, scratch, _made_folders: made_folders })
    }

    /// Marks the backup in its record. After that nothing is written to its file.
    fn mark(&self, by: &Operator, from: &str, replaced: Option<Head>) -> Result<()> {
        let mut store = self.stores.at_hidden(&self.path)?;
        store.mark_restored(by, from, self.digest, replaced)?;
        store.close()?;
        Ok(self.made.sync_all().map_err(anyhow::Error::from)?)
    }

    /// Where the store from before is kept.
    fn kept(&self) -> PathBuf {
        // A colon is a separator in many programs.
        let now = self.stores.now_here().to_string().replace(':', "-");
        let kept = |more: &str| beside(&self.place, &format!(".{now}{more}.before-restore"));
        // Another one may have been killed in the same second.
        let mut names = iter::once(kept("")).chain((2..).map(|number: u32| kept(&format!(".{number}"))));
        names.find(|kept| fs::symlink_metadata(kept).is_err()).unwrap_or_else(|| kept(""))
    }

    /// Writes the backup into the file of the store, in one transaction. The first step takes the lock of writers. It is
    /// kept to the end.
    fn overwrite(&self, mut live: Bounded, replaced: Option<Head>, watch: &mut dyn Watch) -> Result<PathBuf> {
        let source = open::immutable(&self.path)?;
        let copying = Backup::new(&source, &mut live).map_err(failed)?;
        step(&copying, 1, failed)?;
        // Nobody writes any more. What there is now is what is replaced.
        let reader = open::to_look_at(&self.place)?;
        if head(&reader, self.stores.now_here()) != replaced {
            return Err(StoreError::Busy);
        }
        let unplaced = Unplaced::create(&self.kept(), Purpose::Backup)?;
        backup::copy(&reader, unplaced.path(), watch)?;
        File::open(unplaced.path()).and_then(|file| file.sync_all()).map_err(anyhow::Error::from)?;
        drop(reader);
        let kept = unplaced.placed()?;
        // Until the last step, nothing has changed.
        if let Err(error) = all_steps(&copying, watch) {
            drop(copying);
            let is_in_doubt = matches!(error, StoreError::Unknown(_));
            if is_in_doubt && !matches!(empty_log(&live), Ok(false)) {
                kept.keep("it is the store from before");
                return Err(error);
            }
            kept.discard();
            let failing = || StoreError::Failed(anyhow::anyhow!("the disk of the store is failing"));
            return Err(if is_in_doubt { failing() } else { error });
        }
        drop(copying);
        // What was replaced is deleted from the log. If a reader keeps it there, a later writer does that.
        let _ = live.busy_timeout(Duration::ZERO);
        let _ = empty_log(&live);
        Ok(kept.path().to_owned())
    }

    /// Has the engine put the log into the file, if it can. Then the file is all of the store. Returns whether it could.
    fn settle(&self) -> Result<bool> {
        let settled = open::version_in_header(&self.place)
            .and_then(|_| open::to_look_at(&self.place))
            .and_then(|live| if empty_log(&live).map_err(failed)? { Err(StoreError::Busy) } else { Ok(()) });
        match settled {
            Ok(()) => Ok(true),
            Err(StoreError::Unusable { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Replaces a file that the engine cannot write the backup into. It is kept. If the engine could not even read it, so
    /// is its log.
    fn replace(&self, by: &Operator, from: &str, watch: &mut dyn Watch) -> Result<PathBuf> {
        let is_settled = self.settle()?;
        let held = alone(&self.place)?;
        let has_log = fs::symlink_metadata(beside(&self.place, "-wal")).is_ok_and(|log| log.len() > 0);
        if is_settled && has_log {
            // Somebody has written since, and was killed.
            return Err(StoreError::Busy);
        }
        let kept = self.kept();
        let unplaced = Unplaced::create(&kept, Purpose::Backup)?;
        let copy = OpenOptions::new().write(true).open(unplaced.path()).map_err(anyhow::Error::from)?;
        let length = held.metadata().map_err(anyhow::Error::from)?.len();
        copied(&mut &held, &copy, length, watch)?;
        drop(copy);
        // Without its log, a file does not say what was last in it.
        let replaced = if has_log { None } else { open::immutable(unplaced.path()).ok() };
        let replaced = replaced.and_then(|copy| head(&copy, self.stores.now_here()));
        self.mark(by, from, replaced)?;
        unplaced.put_in_place()?;
        self.set_logs_aside(&kept)?;
        self.is_as_made()?;
        let folder = File::open(open::parts(&self.place)?.0).map_err(anyhow::Error::from)?;
        renameat(rustix::fs::CWD, &self.path, rustix::fs::CWD, &self.place)
            .map_err(io::Error::from)
            .and_then(|()| sync_folder(&folder))
            .map_err(|error| self.not_placed(&error))?;
        Ok(kept)
    }

    /// Puts the backup where nothing is.
    fn place(self) -> Result<()> {
        self.set_logs_aside(&self.kept())?;
        self.is_as_made()?;
        let made = Made::file(&self.path, &self.made).map_err(anyhow::Error::from)?;
        match made.place(&self.place).and_then(|_| sync_folder_of(&self.place)) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(StoreError::Conflict(format!("somebody else has just made {}", self.place.display())))
            }
            Err(error) => Err(self.not_placed(&error)),
        }
    }

    /// Takes the files of the engine away that are beside the place. They must not be read as those of the backup.
    fn set_logs_aside(&self, kept: &Path) -> Result<()> {
        for suffix in ["-wal", "-journal", "-shm"] {
            let log = beside(&self.place, suffix);
            let file = match OpenOptions::new().read(true).custom_flags(nofollow()).open(&log) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(unreadable(&log, &error)),
            };
            let is_empty = file.metadata().is_ok_and(|file| file.len() == 0);
            let log = Made::file(&log, &file).map_err(anyhow::Error::from)?;
            // The index of a log is made again from the log.
            let done =
                if is_empty || suffix == "-shm" { log.remove() } else { log.place(&beside(kept, suffix)).map(drop) };
            done.map_err(anyhow::Error::from)?;
        }
        Ok(sync_folder_of(&self.place).map_err(anyhow::Error::from)?)
    }

    fn is_as_made(&self) -> Result<()> {
        if stands_at(&self.made, &self.path) {
            return Ok(());
        }
        Err(StoreError::Failed(anyhow::anyhow!("somebody has just changed {}", self.path.display())))
    }

    fn not_placed(&self, error: &io::Error) -> StoreError {
        StoreError::Failed(anyhow::anyhow!("{} cannot be replaced: {error}", self.place.display()))
    }
}

impl Restoring for Candidate<'_> {
    fn backup(&self) -> Summary {
        self.summary
    }

    fn present(&self) -> &Present {
        &self.present
    }

    fn scratch(&self) -> Made {
        self.scratch.0.clone()
    }

    fn put_in_place(self: Box<Self>, by: &Operator, from: &str, watch: &mut dyn Watch) -> Result<Option<PathBuf>> {
        let _pass = self.stores.gate().pass_to_write();
        let mut line = Line::of(&self.place);
        let turn = line.wait(open::PATIENCE, &self.stores.gate().ends_from_now())?;
        if !turn.is_held() {
            return Err(StoreError::Busy);
        }
        if !is_there(&self.place)? {
            self.mark(by, from, None)?;
            self.place()?;
            return Ok(None);
        }
        let fits = fits(&self.place, &self.path)?;
        // From here on, no file of the store is opened beside the engine. Closing it would release the engine's locks.
        let opened = if fits { writable(open::to_overwrite(&self.place))? } else { None };
        let Some(target) = opened else {
            return self.replace(by, from, watch).map(Some);
        };
        let replaced = head(&target, self.stores.now_here());
        self.mark(by, from, replaced)?;
        self.overwrite(target, replaced, watch).map(Some)
    }
}

/// Whether something is at the place. Fails if it is not a file of one's own that others cannot reach.
fn is_there(place: &Path) -> Result<bool> {
    match fs::symlink_metadata(place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        _ => {
            let metadata = open::ordinary(place)?;
            open::owned(place, &metadata)?;
            open::closed_to_others(place, &metadata)?;
            ground::one_name(place, &metadata)?;
            Ok(true)
        }
    }
}

/// Copies a backup, and computes its digest. The copy is on the disk then.
fn copied(from: &mut dyn Read, to: &File, bytes: u64, watch: &mut dyn Watch) -> Result<FileDigest> {
    let (mut digest, mut done, mut piece) = (Digesting::default(), 0, vec![0; PIECE]);
    let unread = |error: io::Error| anyhow::anyhow!("what is copied cannot be read: {error}");
    let unwritten = |error: io::Error| anyhow::anyhow!("the copy beside the store could not be written: {error}");
    loop {
        let read = match from.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(unread(error).into()),
        };
        digest.take(&piece[..read]);
        (&*to).write_all(&piece[..read]).map_err(unwritten)?;
        done += read as u64;
        watch.progress("Copying it", done.min(bytes), bytes)?;
    }
    to.sync_all().map_err(unwritten)?;
    Ok(digest.end())
}

/// Brings the copy of a backup up to date, and checks it as a store.
fn checked(stores: &SqliteStores, path: &Path, watch: &mut dyn Watch) -> Result<Summary> {
    let version = open::version_in_header(path)?;
    if version > schema::NEWEST {
        return Err(schema::too_new(version));
    }
    stores.at_hidden(path)?.close()?;
    let findings = examine::examine(path, stores.gate(), stores.now_here(), watch)?;
    // An operator can help where no admin can sign in.
    let fault = findings.into_iter().find(|found| found.verdict == Verdict::Faulty && found.check != "admins");
    if let Some(fault) = fault {
        return Err(unusable(format!("it is not sound: {}: {}", fault.check, fault.message), ""));
    }
    let store = stores.at_hidden(path)?;
    let summary = store.summary()?;
    store.close()?;
    Ok(summary)
}

/// Tells of the backup what was found in its copy.
fn about_the_backup(error: StoreError, path: &Path) -> StoreError {
    match error {
        StoreError::Unusable { message, .. } => unusable(
            format!("the backup cannot be restored: {}", message.replace(&path.display().to_string(), "it")),
            "nothing has changed; name another backup",
        ),
        other => other,
    }
}

/// What a file holds that stands in the place.
fn present(place: &Path, now: Timestamp) -> Result<Present> {
    let found = open::version_in_header(place).and_then(|_| open::to_look_at(place));
    let found = found.and_then(|connection| held(&connection, now));
    match found {
        Ok(summary) => Ok(Present::Sound(summary)),
        Err(error @ (StoreError::Busy | StoreError::Stopped)) => Err(error),
        Err(error) => Ok(Present::Unreadable(error.to_string())),
    }
}

/// The head of the record of a store, if it can be read.
fn head(connection: &Bounded, now: Timestamp) -> Option<Head> {
    held(connection, now).ok().map(|summary| summary.head)
}

/// What an open store holds.
fn held(connection: &Bounded, now: Timestamp) -> Result<Summary> {
    let bound = connection.bound();
    let reading = connection.unchecked_transaction().map_err(failed)?;
    summary(&mut SqlRows { sql: Statements { connection: &reading, bound }, now })
}

/// Whether the engine could write the pages of one file into the other.
fn fits(place: &Path, backup: &Path) -> Result<bool> {
    let header = |path: &Path| {
        let mut header = Vec::new();
        let file = OpenOptions::new().read(true).custom_flags(nofollow()).open(path);
        file.and_then(|file| file.take(PAGE_SIZE.end as u64).read_to_end(&mut header))
            .map_err(|error| unreadable(path, &error))?;
        Ok::<_, StoreError>(header)
    };
    let (there, new) = (header(place)?, header(backup)?);
    Ok(there.starts_with(MAGIC) && there.get(PAGE_SIZE) == new.get(PAGE_SIZE))
}

/// What the engine can write to. `None` if it is too damaged for that.
fn writable(opened: Result<Bounded>) -> Result<Option<Bounded>> {
    match opened {
        Ok(connection) => Ok(Some(connection)),
        Err(StoreError::Unusable { .. }) => Ok(None),
        Err(other) => Err(other),
    }
}

fn step(copying: &Backup<'_, '_>, pages: i32, failed: fn(rusqlite::Error) -> StoreError) -> Result<bool> {
    match copying.step(pages).map_err(failed)? {
        StepResult::Done => Ok(true),
        StepResult::Busy | StepResult::Locked => Err(StoreError::Busy),
        _ => Ok(false),
    }
}

/// The error of a step that may be the last one, which commits.
fn in_doubt(error: rusqlite::Error) -> StoreError {
    if may_be_in_log(&error) { StoreError::Unknown(None) } else { failed(error) }
}

fn all_steps(copying: &Backup<'_, '_>, watch: &mut dyn Watch) -> Result<()> {
    loop {
        let (total, left) = (copying.progress().pagecount, copying.progress().remaining);
        watch.progress("Putting it in place", (total - left).unsigned_abs().into(), total.unsigned_abs().into())?;
        if step(copying, PAGES_A_STEP, in_doubt)? {
            return Ok(());
        }
    }
}

/// Opens a file that nobody else has open. The engine locks a part of each file that it has open. A lock of all of it
/// shows that nobody does.
fn alone(path: &Path) -> Result<File> {
    let file = OpenOptions::new().read(true).write(true).custom_flags(nofollow()).open(path);
    let file = file.map_err(|error| unreadable(path, &error))?;
    for _ in 0..TRIES {
        match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(file),
            Err(Errno::AGAIN | Errno::ACCESS) => thread::sleep(APART),
            Err(error) => return Err(unreadable(path, &error.into())),
        }
    }
    Err(StoreError::Busy)
}

fn nofollow() -> i32 {
    (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed()
}

/// Keeps signals out while the backup is looked at.
pub fn begin<'a>(
    stores: &'a SqliteStores,
    backup: &mut dyn Read,
    bytes: u64,
    watch: &mut dyn Watch,
) -> Result<Box<dyn Restoring + 'a>> {
    let _pass: Pass = stores.gate().pass();
    Ok(Box::new(Candidate::of(stores, backup, bytes, watch)?))
}
