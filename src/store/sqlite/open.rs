//! Opens and makes the file. A file that is not a store of passdesk is refused before anything is written.

use std::ffi::OsStr;
use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use rustix::fs::OFlags;

use super::bound::Bounded;
use super::errors::{failed, unreadable, unusable};
use super::ground::{self, Tenant, beside};
use super::schema;
use crate::store::Result;

/// How long to wait for another process that writes.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// How many prepared statements are kept. One change of an account takes fewer, so that later changes find theirs
/// prepared.
const STATEMENTS: usize = 32;

/// The characters of a path that are escaped in a URI. The others have no other meaning there.
const NOT_IN_A_PATH: AsciiSet = NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_');

const HEADER_BYTES: usize = 72;
pub const OURS_ONLY: u32 = 0o600;

/// Opens an existing store, and brings it up to date.
pub fn existing(path: &Path) -> Result<Bounded> {
    let mut connection = connect(&checked(path)?)?;
    schema::bring_up_to_date(&mut connection)?;
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).map_err(failed)?;
    if mode != "wal" {
        write_ahead(&connection)?;
    }
    Ok(connection)
}

/// Opens a store of the newest schema, and leaves it as it is. Tries to sign in and refusals can still be recorded.
pub fn as_it_is(path: &Path) -> Result<Bounded> {
    let connection = to_look_at(&checked(path)?)?;
    match schema::version(&connection)? {
        schema::NEWEST => schema::check(&connection, schema::NEWEST).map(|()| connection),
        newer if newer > schema::NEWEST => Err(schema::too_new(newer)),
        older => Err(unusable(format!("the store still has schema {older}"), "any other command brings it up to date")),
    }
}

/// Opens any file for a caller that only reads. After closing, everything is as it was. The log of a killed process is
/// read, and stays.
pub fn to_look_at(path: &Path) -> Result<Bounded> {
    let path = resolved(path)?;
    ground::logs(&path, ordinary(&path)?.uid())?;
    let left = |suffix| fs::symlink_metadata(beside(&path, suffix)).ok();
    let log = left("-wal").is_some_and(|log| log.len() > 0);
    let connection =
        if !log && left("-shm").is_none() && !is_writable(&path) { immutable(&path)? } else { connect(&path)? };
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, log).map_err(failed)?;
    Ok(connection)
}

/// Opens a file that nobody writes. No file is made beside it.
pub fn immutable(path: &Path) -> Result<Bounded> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let uri = format!("file:{}?immutable=1", percent_encode(path.as_os_str().as_bytes(), &NOT_IN_A_PATH));
    let connection = Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI).map_err(failed)?;
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
                "make one with 'passdesk init', or name another one with --store",
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
        "run passdesk as its owner, for example with 'sudo -u'",
    ))
}

/// The user id of this process.
pub fn myself() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Refuses a file that its owner cannot write, or that others can access at all.
pub fn closed_to_others(path: &Path, metadata: &Metadata) -> Result<()> {
    let shown = path.display();
    if metadata.mode() & OURS_ONLY != OURS_ONLY {
        return Err(unusable(
            format!("the store {shown} is not writable for you (mode {:04o})", metadata.mode() & 0o7777),
            format!("chmod 600 {shown}"),
        ));
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(unusable(
            format!("the store {shown} is open to others (mode {:04o})", metadata.mode() & 0o7777),
            format!("find out who may have read it, then: chmod 600 {shown}"),
        ));
    }
    Ok(())
}

/// The schema number in the header. A header that is not passdesk's is refused. The header is read as bytes. SQLite
/// could write beside a foreign database as soon as it opens it.
pub fn version_in_header(path: &Path) -> Result<u32> {
    let mut header = Vec::with_capacity(HEADER_BYTES);
    // If others can rename files here, the checked file may be a pipe by now.
    let flags = (OFlags::NONBLOCK | OFlags::NOFOLLOW).bits();
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.cast_signed())
        .open(path)
        .and_then(|file| file.take(HEADER_BYTES as u64).read_to_end(&mut header))
        .map_err(|error| unreadable(path, &error))?;
    // https://www.sqlite.org/fileformat.html#the_database_header: big-endian, user_version at 60, application_id at 68.
    let field =
        |at: usize| header.get(at..at + 4).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok()).map(u32::from_be_bytes);
    let ours = u32::try_from(schema::APPLICATION_ID).ok();
    if !header.starts_with(b"SQLite format 3\0") || field(68) != ours {
        let what = if header.is_empty() { "an empty file" } else { "some other file" };
        return Err(unusable(
            format!("{} is {what}, not a store of passdesk", path.display()),
            "name the store with --store, or make one somewhere else with 'passdesk init --store PATH'",
        ));
    }
    Ok(field(60).unwrap_or(0))
}
