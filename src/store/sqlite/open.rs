//! Opens and makes the file. A file that is not a store of passdesk is refused before anything is written.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::ops::Range;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use rustix::fs::OFlags;

use super::bound::Bounded;
use super::errors::{damaged, failed, read_only, unreadable, unusable};
use super::ground::{self, Tenant, beside};
use super::schema;
use crate::domain::text::grouped;
use crate::folders;
use crate::store::Result;

/// How long to wait for another process that writes.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// How many prepared statements are kept. One change of an account takes fewer, so that later changes find theirs
/// prepared.
const STATEMENTS: usize = 32;

/// The characters of a path that are escaped in a URI. The others have no other meaning there.
const NOT_IN_A_PATH: AsciiSet = NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_');

const HEADER_BYTES: usize = 72;
/// The header up to the number of pages and what shows that it holds.
const COUNTED_BYTES: usize = 96;
const READS: OpenFlags =
    OpenFlags::SQLITE_OPEN_READ_ONLY.union(OpenFlags::SQLITE_OPEN_NO_MUTEX).union(OpenFlags::SQLITE_OPEN_NOFOLLOW);
/// The hint where a disk is read-only.
const COPY_IT: &str = "copy it into a folder of your own, and name the copy with --store";
pub const OURS_ONLY: u32 = 0o600;

/// Opens an existing store for a caller that may write, and brings it up to date.
pub fn existing(path: &Path) -> Result<Bounded> {
    let path = checked(path)?;
    if is_writable(&path) {
        return up_to_date(&path);
    }
    let why = if folders::is_read_only(&path) { "is on a read-only disk" } else { "is not yours to write here" };
    Err(read_only(format!("the store {} {why}, and this would change it", path.display())))
}

/// The same for a caller that reads. A store where nothing can be written is left as it is, such as one on a DVD.
pub fn to_read(path: &Path) -> Result<Bounded> {
    let path = checked(path)?;
    if is_writable(&path) { up_to_date(&path) } else { newest(unwritable(&path)?) }
}

fn up_to_date(path: &Path) -> Result<Bounded> {
    let mut connection = connect(path)?;
    schema::bring_up_to_date(&mut connection)?;
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).map_err(failed)?;
    if mode != "wal" {
        write_ahead(&connection)?;
    }
    Ok(connection)
}

/// Opens a store of the newest schema, and leaves it as it is. Tries to sign in and refusals can still be recorded.
pub fn as_it_is(path: &Path) -> Result<Bounded> {
    newest(to_look_at(&checked(path)?)?)
}

/// Refuses a store that is not of the newest schema.
fn newest(connection: Bounded) -> Result<Bounded> {
    match schema::version(&connection)? {
        schema::NEWEST => schema::check(&connection, schema::NEWEST).map(|()| connection),
        newer if newer > schema::NEWEST => Err(schema::too_new(newer)),
        older => Err(unusable(
            format!("the store still has schema {older}"),
            "'passdesk users list' brings it up to date, where it can be written",
        )),
    }
}

/// Opens any file for a caller that only reads. After closing, everything is as it was. The log of a killed process is
/// read, and stays.
pub fn to_look_at(path: &Path) -> Result<Bounded> {
    let path = resolved(path)?;
    ground::logs(&path, ordinary(&path)?.uid())?;
    if !is_writable(&path) {
        return unwritable(&path);
    }
    let log = fs::symlink_metadata(beside(&path, "-wal")).is_ok_and(|log| log.len() > 0);
    let connection = connect(&path)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, log).map_err(failed)?;
    Ok(connection)
}

/// Opens a store whose content is about to be replaced. It may be damaged, as long as the engine can write to it.
pub fn to_overwrite(path: &Path) -> Result<Bounded> {
    let connection = connect(path)?;
    write_ahead(&connection)?;
    Ok(connection)
}

/// Opens a store where nothing can be written. A log that was left beside it is read, and stays.
fn unwritable(path: &Path) -> Result<Bounded> {
    let left = |suffix| fs::symlink_metadata(beside(path, suffix)).ok();
    let log = left("-wal").map(|log| log.len());
    // With an index of the log, the store may be in use elsewhere. The engine reads the index, and takes its locks.
    if log.is_some() && left("-shm").is_some() {
        return connect(path);
    }
    if log.is_none_or(|length| length == 0) {
        return immutable(path);
    }
    // Without an index, nobody uses the log. The engine has an index of its own in memory then, but only for a user who
    // has the store alone. A lock for that needs the right to write, so it takes none.
    let connection = Connection::open_with_flags_and_vfs(path, READS, c"unix-none").map_err(failed)?;
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE").map_err(failed)?;
    let connection = configured(connection, Some(path))?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(failed)?;
    Ok(connection)
}

/// Opens a file that nobody writes. No file is made beside it.
pub fn immutable(path: &Path) -> Result<Bounded> {
    let uri = format!("file:{}?immutable=1", percent_encode(path.as_os_str().as_bytes(), &NOT_IN_A_PATH));
    let connection = Connection::open_with_flags(uri, READS | OpenFlags::SQLITE_OPEN_URI).map_err(failed)?;
    configured(connection, Some(path))
}

/// Whether the store here can be written, and a log can be made beside it.
fn is_writable(path: &Path) -> bool {
    let may = |path: &Path| rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok();
    may(path) && path.parent().is_some_and(may)
}

/// Fills an empty file with an empty store. Nobody else knows the file.
pub fn fresh(path: &Path) -> Result<Bounded> {
    let mut connection = connect(&resolved(path)?)?;
    // The id must be in the file's own header from the start, and not in a write-ahead log. `version_in_header` reads
    // it there.
    connection.pragma_update(None, "application_id", schema::APPLICATION_ID).map_err(failed)?;
    schema::bring_up_to_date(&mut connection)?;
    write_ahead(&connection)?;
    Ok(connection)
}

/// An empty store in memory.
#[cfg(test)]
pub fn in_memory() -> Result<Bounded> {
    let mut connection = configured(Connection::open_in_memory().map_err(failed)?, None)?;
    schema::bring_up_to_date(&mut connection)?;
    Ok(connection)
}

fn connect(path: &Path) -> Result<Bounded> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    configured(Connection::open_with_flags(path, flags).map_err(failed)?, Some(path))
}

fn configured(connection: Connection, path: Option<&Path>) -> Result<Bounded> {
    let connection = Bounded::new(connection, path)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true).map_err(failed)?;
    // A statement is prepared once. Otherwise the engine would prepare it again for each new value of a limit.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(failed)?;
    // If a row of passdesk's is deleted, the foreign keys of another program's table still act. Its triggers do not
    // run. The triggers of passdesk are for other programs.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false).map_err(failed)?;
    for (pragma, value) in [
        ("trusted_schema", "OFF"),
        ("foreign_keys", "ON"),
        ("secure_delete", "ON"),
        ("synchronous", "FULL"),
        ("cell_size_check", "ON"),
        ("temp_store", "MEMORY"),
    ] {
        connection.pragma_update(None, pragma, value).map_err(failed)?;
    }
    Ok(connection)
}

fn write_ahead(connection: &Connection) -> Result<()> {
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0)).map_err(failed)?;
    if mode == "wal" {
        return Ok(());
    }
    Err(unusable(
        "the file system of the store does not take a write-ahead log".into(),
        "put the store on a local disk",
    ))
}

/// The path, with the links in its folder followed. The file itself must not be a link.
pub fn resolved(path: &Path) -> Result<PathBuf> {
    let (folder, name) = parts(path)?;
    let folder = folder.canonicalize().map_err(|error| unreadable(path, &error))?;
    Ok(folder.join(name))
}

pub fn parts(path: &Path) -> Result<(&Path, &OsStr)> {
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => Ok((folder, name)),
        _ => Err(unusable(format!("{} is not the path of a file", path.display()), "name a file with --store")),
    }
}

/// The path of a trustworthy store, in the form of [`resolved`]. The file that is checked is the file that is opened.
/// Nobody else can replace it.
fn checked(path: &Path) -> Result<PathBuf> {
    ordinary(path)?;
    let named = parts(path)?.0;
    let path = resolved(path)?;
    let metadata = ordinary(&path)?;
    owned(&path, &metadata)?;
    // The folder is checked before anything in it is opened by its name.
    ground::folder(named, parts(&path)?.0, Tenant::Store)?;
    let version = version_in_header(&path)?;
    if version > schema::NEWEST {
        return Err(schema::too_new(version));
    }
    closed_to_others(&path, &metadata)?;
    ground::one_name(&path, &metadata)?;
    ground::logs(&path, myself())?;
    Ok(path)
}

/// Refuses a missing file, and anything that is not an ordinary file.
pub fn ordinary(path: &Path) -> Result<Metadata> {
    let shown = path.display();
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(unusable(
                format!("there is no store at {shown}"),
                "an operator makes one with 'passdesk init', or restores a backup with 'passdesk store restore'; --store names another one",
            ));
        }
        Err(error) => return Err(unreadable(path, &error)),
    };
    let kind = metadata.file_type();
    if kind.is_symlink() {
        return Err(unusable(
            format!("{shown} is a symbolic link, which passdesk does not follow to a store"),
            "name the file itself with --store",
        ));
    }
    if kind.is_dir() {
        return Err(unusable(format!("{shown} is a directory"), "name the store's file with --store"));
    }
    if !kind.is_file() {
        let what = if kind.is_fifo() { "a named pipe" } else { "not an ordinary file" };
        return Err(unusable(format!("{shown} is {what}"), "name the store's file with --store"));
    }
    Ok(metadata)
}

/// Refuses a file of another user.
pub fn owned(path: &Path, metadata: &Metadata) -> Result<()> {
    if metadata.uid() == myself() {
        return Ok(());
    }
    Err(unusable(
        format!("the store {} belongs to somebody else (uid {})", path.display(), metadata.uid()),
        "run passdesk as its owner, as in: sudo -u OWNER env -u SUDO_UID passdesk …",
    ))
}

/// The user id of this process.
pub fn myself() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Refuses a file that its owner cannot write, or that others can access at all. On a read-only mount, nobody can write.
pub fn closed_to_others(path: &Path, metadata: &Metadata) -> Result<()> {
    let shown = path.display();
    let is_fixed = folders::is_read_only(path);
    if metadata.mode() & OURS_ONLY != OURS_ONLY && !is_fixed {
        return Err(unusable(
            format!("the store {shown} is not writable for you (mode {:04o})", metadata.mode() & 0o7777),
            format!("chmod 600 {shown}"),
        ));
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(unusable(
            format!("the store {shown} is open to others (mode {:04o})", metadata.mode() & 0o7777),
            format!("find out who may have read it, then: {}", closing(path)),
        ));
    }
    Ok(())
}

/// How to close a file to others.
pub fn closing(path: &Path) -> String {
    if folders::is_read_only(path) { COPY_IT.into() } else { format!("chmod 600 {}", path.display()) }
}

/// The first bytes of a file, and the file.
fn head(path: &Path, bytes: usize) -> Result<(File, Vec<u8>)> {
    let mut head = Vec::with_capacity(bytes);
    // If others can rename files here, the checked file may be a pipe by now.
    let flags = (OFlags::NONBLOCK | OFlags::NOFOLLOW).bits();
    let file = OpenOptions::new().read(true).custom_flags(flags.cast_signed()).open(path);
    file.and_then(|file| (&file).take(bytes as u64).read_to_end(&mut head).map(|_| (file, head)))
        .map_err(|error| unreadable(path, &error))
}

/// A number of the header: <https://www.sqlite.org/fileformat.html#the_database_header>. `None` if the file ends before.
fn number(header: &[u8], place: Range<usize>) -> Option<u64> {
    Some(header.get(place)?.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)))
}

/// Fails if the file is cut off. With a log beside it, the end of the file may still be in the log.
pub fn whole(path: &Path) -> Result<()> {
    let (file, header) = head(path, COUNTED_BYTES)?;
    // The log is looked at before the length. Whoever empties it has made the file as long as the header says.
    let has_log = fs::metadata(beside(path, "-wal")).is_ok_and(|log| log.len() > 0);
    let length = file.metadata().map_err(|error| unreadable(path, &error))?.len();
    let [size, pages, changes, counted_at] = [16..18, 28..32, 24..28, 92..96].map(|place| number(&header, place));
    let size = size.map(|size| if size == 1 { 65_536 } else { size });
    // The count of pages holds if nobody has changed the file since.
    let counted = size.zip(pages).filter(|_| changes == counted_at).map(|(size, pages)| size * pages);
    let least = counted.unwrap_or(0).max(COUNTED_BYTES as u64);
    if !has_log && length < least {
        let message = format!("it is cut off: {} of {} bytes are left", grouped(length), grouped(least));
        return Err(damaged(&message));
    }
    Ok(())
}

/// The schema number in the header. A header that is not passdesk's is refused. The header is read as bytes. SQLite
/// could write beside a foreign database as soon as it opens it.
pub fn version_in_header(path: &Path) -> Result<u32> {
    let (_, header) = head(path, HEADER_BYTES)?;
    let [version, application] = [60..64, 68..72].map(|place| number(&header, place));
    let is_ours = application == u64::try_from(schema::APPLICATION_ID).ok();
    if !header.starts_with(b"SQLite format 3\0") || !is_ours {
        let what = if header.is_empty() { "an empty file" } else { "some other file" };
        return Err(unusable(
            format!("{} is {what}, not a store of passdesk", path.display()),
            "name the store with --store; if this was one, 'passdesk store restore BACKUP' puts a backup in its place",
        ));
    }
    // The formats for writing and reading. The engine would take such a store for one of a later engine, and only read it.
    if header[18..20].iter().any(|format| ![1, 2].contains(format)) {
        return Err(damaged(&"its header names a format that is not SQLite's"));
    }
    Ok(version.and_then(|version| version.try_into().ok()).unwrap_or(0))
}
