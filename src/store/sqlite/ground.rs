//! What a store depends on: its folder and those above, its name, the files beside it and the file system. A user who
//! can change one of these can change what is read as the store.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::errors::{unreadable, unusable};
use super::open;
use crate::domain::finding::Finding;
use crate::folders;
use crate::store::Result;

/// The suffixes of the store and of the engine's files beside it.
pub const SUFFIXES: [&str; 5] = ["", "-wal", "-shm", "-journal", "-lock"];

/// What a folder will contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenant {
    /// A store. A user who can make files in its folder can put a log beside it.
    Store,
    /// A folder that only its owner can use. So it may be in a folder where others can make files, but not rename
    /// these.
    Scratch,
}

/// Refuses a folder that others can rearrange. The folder is checked by its given path and by its path without links.
pub fn folder(named: &Path, real: &Path, tenant: Tenant) -> Result<()> {
    for folder in [named, real].into_iter().take(if named == real { 1 } else { 2 }) {
        match folders::fault(folder, tenant == Tenant::Scratch) {
            Ok(None) => {}
            Ok(Some(fault)) => return Err(unusable(fault.message, fault.hint)),
            Err(error) => return Err(unreadable(folder, &error)),
        }
    }
    Ok(())
}

/// Refuses a file with more than one name. Each name would have its own log.
pub fn one_name(path: &Path, metadata: &Metadata) -> Result<()> {
    if is_mounted(path) {
        return Err(unusable(
            format!("the file of the store {} is a mount, and has another name elsewhere", path.display()),
            "use that name, or mount the whole folder: each name has a log of its own",
        ));
    }
    if metadata.nlink() <= 1 {
        return Ok(());
    }
    // The other names are on the same file system. Its root is the last folder above that is on it.
    let is_on_it = |folder: &&Path| fs::metadata(folder).is_ok_and(|folder| folder.dev() == metadata.dev());
    let root = path.ancestors().skip(1).take_while(is_on_it).last().unwrap_or(path);
    Err(unusable(
        format!("the store {} has {} names, and each has a log of its own", path.display(), metadata.nlink()),
        format!(
            "find the others with 'find {} -xdev -inum {}', and leave one: see 'A store with two names' in docs/store.md",
            root.display(),
            metadata.ino()
        ),
    ))
}

/// Whether the file itself is a mount, and not its folder.
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

/// An existing file in the place of a new store, or one that would be read as its log.
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

/// The path of a file beside the store.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Refuses files beside a store that others could read or write, or may have put there.
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
                format!("{shown} does not belong to the store"),
                "find out who put it there; remove it while nobody uses the store",
            ));
        }
        if metadata.mode() & 0o077 != 0 {
            return Err(unusable(
                format!("{shown} is open to others (mode {:04o})", metadata.mode() & 0o7777),
                format!("find out who may have read or written it, then: {}", open::closing(&log)),
            ));
        }
    }
    Ok(())
}

/// The finding about the file system of a store.
pub fn disk(path: &Path) -> Finding {
    match network(path) {
        None => Finding::sound("disk", "its file system is not a known network file system"),
        Some(name) => Finding::notable(
            "disk",
            format!("the store is on {name}"),
            "move it to a disk of this machine: over a network, the locks between writers may fail",
        ),
    }
}

#[cfg(target_os = "linux")]
fn network(path: &Path) -> Option<&'static str> {
    // A file system is known by the lowest 32 bits of its number. The width of the number depends on the machine.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the rest is a sign, or nothing")]
    rustix::fs::statfs(path).ok().and_then(|system| network_of(system.f_type as u32))
}

#[cfg(not(target_os = "linux"))]
fn network(_: &Path) -> Option<&'static str> {
    None
}

/// The network file systems, by their Linux numbers (linux/magic.h, and GNU coreutils' stat.c for the rest).
#[cfg(target_os = "linux")]
fn network_of(kind: u32) -> Option<&'static str> {
    Some(match kind {
        0x6969 => "NFS, a network file system",
        0x517B | 0xFE53_4D42 | 0xFF53_4D42 => "SMB, a network file system",
        0x6573_5546 => "FUSE, which may be a network file system such as sshfs",
        0x0102_1997 => "9p, a network file system",
        0x5346_414F | 0x6B41_4653 => "AFS, a network file system",
        0x00C3_6400 => "Ceph, a network file system",
        0x7375_7245 => "Coda, a network file system",
        0x564C => "NCP, a network file system",
        0x0BD0_0BD0 => "Lustre, a network file system",
        0x1983_0326 => "BeeGFS, a network file system",
        0x2003_0528 => "OrangeFS, a network file system",
        0x4750_4653 => "GPFS, which several machines share",
        0x0116_1970 => "GFS2, which several machines share",
        0x7461_636F => "OCFS2, which several machines share",
        0x786F_4256 => "a folder that VirtualBox shares",
        0xBACB_ACBC => "a folder that VMware shares",
        0x7C7C_6673 => "a folder that Parallels shares",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn network_file_systems_are_known_by_their_numbers() {
        // These are listed in statfs(2).
        let network = [
            (0x6969, "NFS"),
            (0x517B, "SMB"),
            (0xFF53_4D42, "SMB"),
            (0xFE53_4D42, "SMB"),
            (0x6573_5546, "FUSE"),
            (0x0102_1997, "9p"),
            (0x5346_414F, "AFS"),
        ];
        for (number, name) in network {
            assert!(network_of(number).unwrap().starts_with(name), "{number:x}");
        }
        // These are ext4, XFS, Btrfs, tmpfs, overlayfs and ZFS.
        for number in [0xEF53, 0x5846_5342, 0x9123_683E, 0x0102_1994, 0x794C_7630, 0x2FC1_2FC1] {
            assert_eq!(network_of(number), None, "{number:x}");
        }
    }
}
