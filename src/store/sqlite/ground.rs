//! What a store stands on: its folder and those above, its name, and what is beside it. Whoever can change
//! one of these can change what is read for the store.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::open::{myself, unreadable, unusable};
use crate::store::Result;

/// How the names end of the store and of what stands beside it: the engine's files.
pub const SUFFIXES: [&str; 5] = ["", "-wal", "-shm", "-journal", "-lock"];

/// What is to stand in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenant {
    /// A store. Who can make a file in its folder can put a log beside it.
    Store,
    /// A folder that is its owner's alone. So a folder will do in which others can make files, but not rename these.
    Scratch,
}

/// Refuses a folder that others can rearrange, or that stands below one. It is named without links.
pub fn folder(folder: &Path, tenant: Tenant) -> Result<()> {
    for above in folder.ancestors() {
        let shown = above.display();
        let metadata = fs::symlink_metadata(above).map_err(|error| unreadable(above, &error))?;
        if ![0, myself()].contains(&metadata.uid()) {
            return Err(unusable(
                format!("the folder {shown} can be rearranged by others: it belongs to uid {}", metadata.uid()),
                "choose a folder of your own; each folder above it has to be yours or root's",
            ));
        }
        let mode = metadata.mode() & 0o7777;
        let is_sticky = mode & 0o1000 != 0 && (above != folder || tenant == Tenant::Scratch);
        if mode & 0o022 != 0 && !is_sticky {
            return Err(unusable(
                format!("the folder {shown} can be rearranged by others (mode {mode:04o})"),
                format!(
                    "find out what others have put there, then: chmod go-w {shown}; or choose a folder of your own"
                ),
            ));
        }
    }
    Ok(())
}

/// Refuses a file that has other names, too: a log has the name of its store.
pub fn one_name(path: &Path, metadata: &Metadata) -> Result<()> {
    if is_mounted(path) {
        return Err(unusable(
            format!("the store {} is a file that is mounted by itself, and has another name elsewhere", path.display()),
            "use it by that name, or mount its folder in the place of the file: each name has a log of its own",
        ));
    }
    if metadata.nlink() <= 1 {
        return Ok(());
    }
    // The others are on the same file system; its root is the last folder above that is on it.
    let is_on_it = |folder: &&Path| fs::metadata(folder).is_ok_and(|folder| folder.dev() == metadata.dev());
    let root = path.ancestors().skip(1).take_while(is_on_it).last().unwrap_or(path);
    Err(unusable(
        format!("the store {} has {} names, and each has a log of its own", path.display(), metadata.nlink()),
        format!(
            "find the others with 'find {} -xdev -inum {}', and leave one: see 'A store with two names' in the README",
            root.display(),
            metadata.ino()
        ),
    ))
}

/// Whether a file has been mounted, and not the folder that it is in.
#[cfg(target_os = "linux")]
fn is_mounted(path: &Path) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
    let looked = statx(CWD, path, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::empty());
    looked.is_ok_and(|file| file.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

#[cfg(not(target_os = "linux"))]
fn is_mounted(_: &Path) -> bool {
    false
}

/// What stands in the place of a store that is to be made, or would be read for its log.
pub fn occupant(place: &Path) -> Result<Option<PathBuf>> {
    for path in ["", "-wal", "-journal"].map(|suffix| beside(place, suffix)) {
        match fs::symlink_metadata(&path) {
            Ok(_) => return Ok(Some(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(unreadable(&path, &error)),
        }
    }
    Ok(None)
}

/// The path of what stands beside a store.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Refuses what is beside a store if others could read it, write it or have put it there.
pub fn logs(path: &Path, owner: u32) -> Result<()> {
    for suffix in &SUFFIXES[1..] {
        let log = beside(path, suffix);
        let shown = log.display();
        let metadata = match fs::symlink_metadata(&log) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(unreadable(&log, &error)),
        };
        if !metadata.is_file() || metadata.uid() != owner || metadata.nlink() > 1 {
            return Err(unusable(
                format!("{shown} is none of the store's own"),
                "find out who has put it there; once nobody uses the store, take it away",
            ));
        }
        if metadata.mode() & 0o077 != 0 {
            return Err(unusable(
                format!("{shown} is open to others (mode {:04o})", metadata.mode() & 0o7777),
                format!("find out who may have read or written it, then: chmod 600 {shown}"),
            ));
        }
    }
    Ok(())
}
