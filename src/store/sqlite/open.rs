//! Opening and making the file. Whatever is not a store of passdesk is refused before anything is written.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{
    DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::{failed, schema};
use crate::store::{PreparedStore, Result, StoreError};

/// How long to wait for another process that is writing.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// How many prepared statements are kept: more than a change of one account takes, so that many take them prepared.
const STATEMENTS: usize = 32;

const HEADER_BYTES: usize = 72;
const OURS_ONLY: u32 = 0o600;

fn unusable(message: String, hint: impl Into<String>) -> StoreError {
    StoreError::Unusable { message, hint: hint.into() }
}

/// What to say of a path that cannot be looked at.
pub fn unreadable(path: &Path, error: &io::Error) -> StoreError {
    unusable(
        format!("the store {} cannot be opened: {error}", path.display()),
        "run passdesk as the user the store belongs to, for example with sudo, or name another one with --store",
    )
}

/// Opens a store that is there, and brings it up to date.
pub fn existing(path: &Path) -> Result<Connection> {
    check_file(path)?;
    let mut connection = connect(&resolved(path)?)?;
    schema::migrate(&mut connection)?;
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).map_err(failed)?;
    if mode != "wal" {
        write_ahead(&connection)?;
    }
    Ok(connection)
}

/// Fills an empty file, which nobody else knows of, with an empty store.
pub fn fresh(path: &Path) -> Result<Connection> {
    let mut connection = connect(&resolved(path)?)?;
    // In the file's own header from the start, and not in a write-ahead log: `check_header` reads it there.
    connection.pragma_update(None, "application_id", schema::APPLICATION_ID).map_err(failed)?;
    schema::migrate(&mut connection)?;
    write_ahead(&connection)?;
    Ok(connection)
}

/// An empty store in memory.
#[cfg(test)]
pub fn in_memory() -> Result<Connection> {
    let mut connection = Connection::open_in_memory().map_err(failed)?;
    configure(&connection)?;
    schema::migrate(&mut connection)?;
    Ok(connection)
}

fn connect(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    configure(&connection)?;
    Ok(connection)
}

fn configure(connection: &Connection) -> Result<()> {
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true).map_err(failed)?;
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
    Ok(())
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

/// The path with the links in its folder followed; the file itself must not be one.
fn resolved(path: &Path) -> Result<PathBuf> {
    let (folder, name) = parts(path)?;
    let folder = folder.canonicalize().map_err(|error| unreadable(path, &error))?;
    Ok(folder.join(name))
}

fn parts(path: &Path) -> Result<(&Path, &std::ffi::OsStr)> {
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => Ok((folder, name)),
        _ => Err(unusable(format!("{} is not the path of a file", path.display()), "name a file with --store")),
    }
}

fn check_file(path: &Path) -> Result<()> {
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
            format!("{shown} is a symbolic link, and a store is never opened through one"),
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
    let myself = rustix::process::geteuid().as_raw();
    if metadata.uid() != myself {
        return Err(unusable(
            format!("the store {shown} belongs to somebody else (uid {})", metadata.uid()),
            "run passdesk as its owner, for example with 'sudo -u'",
        ));
    }
    check_header(path)?;
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
    check_folder(path, myself)
}

/// Whoever can rename files in the folder can put another store in the place of this one.
fn check_folder(path: &Path, myself: u32) -> Result<()> {
    let (folder, _) = parts(path)?;
    let metadata = fs::metadata(folder).map_err(|error| unreadable(path, &error))?;
    let is_shared = metadata.mode() & 0o002 != 0 && metadata.mode() & 0o1000 == 0;
    if is_shared || ![0, myself].contains(&metadata.uid()) {
        return Err(unusable(
            format!("the folder {} of the store can be rearranged by others", folder.display()),
            "keep the store in a folder of your own, which others cannot write",
        ));
    }
    Ok(())
}

/// Reads the header as bytes: opening a foreign database with SQLite could already write beside it.
fn check_header(path: &Path) -> Result<()> {
    let mut header = Vec::with_capacity(HEADER_BYTES);
    File::open(path)
        .and_then(|file| file.take(HEADER_BYTES as u64).read_to_end(&mut header))
        .map_err(|error| unreadable(path, &error))?;
    // https://www.sqlite.org/fileformat.html#the_database_header: big-endian, user_version at 60, application_id at 68.
    let field =
        |at: usize| header.get(at..at + 4).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok()).map(u32::from_be_bytes);
    let ours = u32::try_from(schema::APPLICATION_ID).ok();
    if !header.starts_with(b"SQLite format 3\0") || field(68) != ours {
        let what = if header.is_empty() { "an empty file" } else { "some other file" };
        return Err(unusable(
            format!("{} is not a store of passdesk but {what}", path.display()),
            "name the store with --store, or make one somewhere else with 'passdesk init --store PATH'",
        ));
    }
    match field(60) {
        Some(version) if version > schema::NEWEST => Err(schema::too_new(version)),
        _ => Ok(()),
    }
}

/// A file beside the place of a store, under a name of its own. Dropped, it is gone, and so is the folder if it was made
/// for it.
pub struct Unplaced {
    path: PathBuf,
    place: PathBuf,
    folder: File,
    made_folder: Option<PathBuf>,
}

impl Unplaced {
    /// Makes the file, and the folder where there is none; nobody else can read either.
    pub fn create(place: &Path) -> Result<Self> {
        let (folder, name) = parts(place)?;
        let made_folder = (!folder.exists()).then(|| folder.to_owned());
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| cannot_make(folder, &error))?;
        let path = folder.join(format!(".{}.{}.new", name.to_string_lossy(), std::process::id()));
        // What a process of the same number left when it was killed is nobody's.
        let _ = fs::remove_file(&path);
        // Opened now, since after the store is in its place it would be too late to find that it cannot be.
        let opened = File::open(folder).map_err(|error| cannot_make(place, &error))?;
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(OURS_ONLY)
            .open(&path)
            // A umask only ever takes rights away; here it must not take the owner's.
            .and_then(|file| file.set_permissions(fs::Permissions::from_mode(OURS_ONLY)))
            .map_err(|error| cannot_make(place, &error))?;
        Ok(Self { path, place: place.to_owned(), folder: opened, made_folder })
    }

    /// Where it is for now.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn cannot_make(path: &Path, error: &io::Error) -> StoreError {
    unusable(
        format!("{} cannot be made: {error}", path.display()),
        "name a place you can write to with --store, or run passdesk as a user who can",
    )
}

impl PreparedStore for Unplaced {
    fn put_in_place(mut self: Box<Self>) -> Result<()> {
        // A hard link, unlike a rename, never replaces what is there.
        match fs::hard_link(&self.path, &self.place) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(StoreError::Conflict(format!("somebody else has made {} meanwhile", self.place.display())));
            }
            Err(error) => return Err(cannot_make(&self.place, &error)),
        }
        if let Err(error) = self.folder.sync_all() {
            // It might not be there after a power cut, so it is not there now either.
            fs::remove_file(&self.place).context("the store's folder cannot be written")?;
            return Err(cannot_make(&self.place, &error));
        }
        self.made_folder = None;
        Ok(())
    }

    fn scratch(&self) -> Option<&Path> {
        Some(&self.path)
    }
}

impl Drop for Unplaced {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let mut name = self.path.clone().into_os_string();
            name.push(suffix);
            let _ = fs::remove_file(name);
        }
        if let Some(folder) = &self.made_folder {
            let _ = fs::remove_dir(folder);
        }
    }
}
