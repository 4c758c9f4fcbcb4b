//! Files and folders that the program made and removes again.
//!
//! A name proves nothing: by now, something else may stand there. So the file or folder is kept open. It is removed
//! only if the same one still stands there.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::{io, mem};

use rustix::fs::{
    AtFlags, CWD, Dir, FlockOperation, Mode, OFlags, RenameFlags, flock, open, openat, renameat_with, unlinkat,
};
use rustix::io::Errno;

use crate::domain::text::shown;

/// How often a held scratch folder is made anew, while others remove what they take for left.
const MOST_TRIES: u32 = 8;

/// A file or a folder made here. While this is held, no other file can get its inode number.
#[derive(Debug, Clone)]
pub struct Made {
    path: PathBuf,
    held: Arc<File>,
    /// Whether all that is in it is removed with it.
    is_scratch: bool,
}

impl Made {
    /// An open file that was made at this path.
    pub fn file(path: &Path, file: &File) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), held: Arc::new(file.try_clone()?), is_scratch: false })
    }

    /// Makes a file that nobody else can read. It removes it again where that is impossible.
    pub fn private_file(path: &Path) -> io::Result<(File, Self)> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)?;
        match closed_to_others(&file).and_then(|()| Self::file(path, &file)) {
            Ok(made) => Ok((file, made)),
            Err(error) => {
                tell_if_it_stays(path, remove(path, &file, false));
                Err(error)
            }
        }
    }

    /// Makes a folder that nobody else can read. It is removed only if it is empty.
    pub fn folder(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), held: Arc::new(private_folder(path)?), is_scratch: false })
    }

    /// Makes a folder with a random name that nobody else can read or write. All that is in it is removed with it.
    pub fn scratch(within: &Path, prefix: &OsStr, suffix: &str) -> io::Result<Self> {
        let (held, path) = random(within, prefix, suffix, private_folder)?;
        Ok(Self { path, held: Arc::new(held), is_scratch: true })
    }

    /// Makes a scratch folder, and first removes those with this prefix whose process was killed. Each process has a lock
    /// on its own folder.
    pub fn held_scratch(within: &Path, prefix: &OsStr) -> io::Result<Self> {
        remove_left(within, prefix);
        for _ in 0..MOST_TRIES {
            let made = match Self::scratch(within, prefix, "") {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                made => made?,
            };
            match lock(&made.held) {
                // Before it was locked, another process may have removed it as a left one, or be about to.
                Ok(()) if !stands_at(&made.held, &made.path) => {}
                Err(Errno::WOULDBLOCK) => {}
                // Where nothing can be locked, nobody removes what others made.
                Ok(()) | Err(_) => return Ok(made),
            }
        }
        Self::scratch(within, prefix, "")
    }

    /// Locks it. Without that, [`left`] takes it for one whose process was killed. Some disks lock nothing. It waits for
    /// whoever just looks.
    pub fn hold(&self) {
        let _ = flock(&self.held, FlockOperation::LockExclusive);
    }

    /// Makes a file with a random name that nobody else can read.
    pub fn unfinished(within: &Path, prefix: &OsStr, suffix: &str) -> io::Result<(File, Self)> {
        Ok(random(within, prefix, suffix, Self::private_file)?.0)
    }

    /// Makes one beside a file that it is to become.
    pub fn unfinished_beside(path: &Path) -> io::Result<(File, Self)> {
        Self::unfinished(folder_of(path), &prefix(path.file_name().unwrap_or_default()), ".unfinished")
    }

    /// Gives a file its final name, unless something has it. The file is then held under this name.
    pub fn place(self, place: &Path) -> io::Result<Self> {
        match renameat_with(CWD, &self.path, CWD, place, RenameFlags::NOREPLACE) {
            // Not every file system can do that. A second name is refused in the same way.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                fs::hard_link(&self.path, place)?;
                self.remove()?;
            }
            renamed => renamed?,
        }
        Ok(Self { path: place.to_owned(), ..self })
    }

    /// Gives a file its final name, in the place of what has it. The file is then held under this name.
    pub fn replace(self, place: &Path) -> io::Result<Self> {
        fs::rename(&self.path, place)?;
        Ok(Self { path: place.to_owned(), ..self })
    }

    /// Where it was made.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The open file or folder.
    #[must_use]
    pub fn held(&self) -> &File {
        &self.held
    }

    /// Removes it, if it still stands where it was made.
    pub fn remove(&self) -> io::Result<()> {
        remove(&self.path, &self.held, self.is_scratch)
    }

    /// The same. What cannot be removed is told later. A folder that others have put something into may stay.
    pub fn discard(&self) {
        match self.remove() {
            Err(error) if !self.is_scratch && error.kind() == io::ErrorKind::DirectoryNotEmpty => {}
            removed => tell_if_it_stays(&self.path, removed),
        }
    }

    /// Leaves it where it is, and tells so later.
    pub fn keep(&self, why: &str) {
        tell(&self.path, &format!("stays: {why}"));
    }
}

fn tell_if_it_stays(path: &Path, removed: io::Result<()>) {
    if let Err(error) = removed {
        tell(path, &format!("could not be removed, and stays: {error}"));
    }
}

fn tell(path: &Path, what: &str) {
    if let Ok(mut left) = LEFT.lock() {
        left.push(format!("{} {what}", shown(path)));
    }
}

/// What should have been removed and stays, in words. Somebody is told of it before the program ends.
static LEFT: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// What stays behind, in words.
pub fn left_behind() -> Vec<String> {
    LEFT.lock().map(|mut left| mem::take(&mut *left)).unwrap_or_default()
}

/// Takes the lock of a folder, unless another process has it. It ends with the process.
fn lock(folder: &File) -> rustix::io::Result<()> {
    flock(folder, FlockOperation::NonBlockingLockExclusive)
}

/// Removes one's own scratch folders with this prefix that no process holds. What cannot be removed stays.
fn remove_left(within: &Path, prefix: &OsStr) {
    for made in left(within, prefix, "") {
        // Another process may have it by now.
        if lock(&made.held).is_ok() {
            let _ = made.remove();
        }
    }
}

/// One's own scratch folders whose names begin and end like this, and that no process holds. Several may look at once.
#[must_use]
pub fn left(within: &Path, prefix: &OsStr, suffix: &str) -> Vec<Made> {
    let Ok(names) = names_in(within) else { return Vec::new() };
    let is_of = |name: &OsStr| {
        let rest = name.as_bytes().strip_prefix(prefix.as_bytes());
        rest.is_some_and(|rest| rest.ends_with(suffix.as_bytes()))
    };
    let found = names.into_iter().filter(|name| is_of(name)).filter_map(|name| {
        let path = within.join(name);
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let held = open(&path, flags, Mode::empty()).map(File::from).ok()?;
        let is_own = held.metadata().is_ok_and(|found| found.uid() == rustix::process::geteuid().as_raw());
        let is_left = is_own && flock(&held, FlockOperation::NonBlockingLockShared).is_ok();
        is_left.then(|| Made { path, held: Arc::new(held), is_scratch: true })
    });
    found.collect()
}

/// How the name of what is made for a file of this name begins.
#[must_use]
pub fn prefix(name: &OsStr) -> OsString {
    [".".as_ref(), name, ".".as_ref()].into_iter().collect()
}

/// The names of what is in a folder. `std::fs::read_dir` panics where a folder cannot be closed.
pub fn names_in(folder: &Path) -> io::Result<Vec<OsString>> {
    names(File::open(folder)?)
}

/// The same for an open folder.
fn names(folder: impl AsFd) -> io::Result<Vec<OsString>> {
    let names = Dir::read_from(folder)?.map(|entry| Ok(OsStr::from_bytes(entry?.file_name().to_bytes()).to_owned()));
    names.filter(|name| !matches!(name, Ok(name) if name == "." || name == "..")).collect()
}

/// Removes all that is in a folder, through the open folder and not its path. A link is removed, not its target.
fn empty(folder: impl AsFd) -> io::Result<()> {
    for name in names(&folder)? {
        match unlinkat(&folder, &name, AtFlags::empty()) {
            // It is a folder.
            Err(Errno::ISDIR | Errno::PERM) => {
                let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                empty(openat(&folder, &name, flags, Mode::empty())?)?;
                unlinkat(&folder, &name, AtFlags::REMOVEDIR)?;
            }
            done => done?,
        }
    }
    Ok(())
}

/// The same, removed when dropped. It stays if it was renamed. A folder that is not a scratch folder also stays if it
/// holds something.
#[derive(Debug)]
pub struct Fleeting(pub Made);

impl Drop for Fleeting {
    fn drop(&mut self) {
        self.0.discard();
    }
}

/// Whether the open file or folder is the one at this path.
#[must_use]
pub fn stands_at(held: &File, path: &Path) -> bool {
    is_at(held, path).unwrap_or(false)
}

fn is_at(held: &File, path: &Path) -> io::Result<bool> {
    let (held, there) = (held.metadata()?, path.symlink_metadata()?);
    Ok((held.dev(), held.ino()) == (there.dev(), there.ino()))
}

/// Removes a file or a folder from its path, if it still stands there. POSIX cannot compare and remove in one step. So an
/// attacker who may rename in the folder has an instant between the two. In a scratch folder, nobody else may rename.
fn remove(path: &Path, held: &File, is_scratch: bool) -> io::Result<()> {
    match is_at(held, path) {
        Ok(true) => {}
        Ok(false) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    }
    if !held.metadata()?.is_dir() {
        return fs::remove_file(path);
    }
    if is_scratch {
        empty(held)?;
    }
    fs::remove_dir(path)
}

/// Makes something under a random, unused name.
fn random<T>(
    within: &Path,
    prefix: &OsStr,
    suffix: &str,
    by: impl FnMut(&Path) -> io::Result<T>,
) -> io::Result<(T, PathBuf)> {
    let made = tempfile::Builder::new().prefix(prefix).suffix(suffix).make_in(within, by)?;
    made.keep().map_err(|not_kept| not_kept.error)
}

/// Makes a folder, and the missing folders above it. Nobody else can read them. Their names are synced to the disk. The
/// innermost folder is the first.
pub fn missing_folders(folder: &Path) -> io::Result<Vec<Fleeting>> {
    let missing: Vec<_> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
    let mut made = Vec::new();
    for folder in missing.into_iter().rev() {
        match Made::folder(folder) {
            Ok(new) => made.insert(0, Fleeting(new)),
            // Somebody else made the folder first.
            Err(_) if folder.is_dir() => {}
            Err(error) => return Err(error),
        }
        // Without this, all that comes into it might be gone after a power cut.
        sync_folder_of(folder)?;
    }
    Ok(made)
}

/// The folder in which a path is.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Syncs the name of a file to the disk, too. A folder that can be written but not read cannot be synced.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    match File::open(folder_of(path)) {
        Ok(folder) => sync_folder(&folder),
        Err(_) => Ok(()),
    }
}

/// Syncs a folder to the disk, so that the names in it stay. Not every file system can do that (FUSE, SMB). There the names
/// are as sure as its other ones.
pub fn sync_folder(folder: &File) -> io::Result<()> {
    match folder.sync_all() {
        Err(error) if matches!(Errno::from_io_error(&error), Some(Errno::INVAL | Errno::NOTSUP | Errno::BADF)) => {
            Ok(())
        }
        synced => synced,
    }
}

/// Gives a new file mode 0600, and looks at the mode that results. Some file systems have no modes of files (FAT, SMB).
/// Others could read each file there, unless the mount is closed to them.
fn closed_to_others(file: &File) -> io::Result<()> {
    let mode = || Ok::<_, io::Error>(file.metadata()?.mode() & 0o777);
    if mode()? != 0o600 {
        // A umask only takes rights away. Here it must not take the owner's. The mode that results tells what became of
        // this.
        let _ = file.set_permissions(Permissions::from_mode(0o600));
    }
    match mode()? {
        // Whether the owner may run it does not matter.
        mode if mode & 0o677 == 0o600 => Ok(()),
        mode => Err(no_modes(mode)),
    }
}

fn no_modes(mode: u32) -> io::Error {
    let message = format!("others could read it, since the file system keeps no modes (each file gets {mode:04o})");
    io::Error::new(io::ErrorKind::Unsupported, message)
}

/// Makes a folder that nobody else can enter, and opens it. It removes it again where that is impossible.
fn private_folder(path: &Path) -> io::Result<File> {
    DirBuilder::new().mode(0o700).create(path)?;
    // What takes its place meanwhile stays, unless it is an empty folder.
    own_folder(path).inspect_err(|_| tell_if_it_stays(path, fs::remove_dir(path)))
}

/// Opens a new folder that belongs to nobody else.
fn own_folder(path: &Path) -> io::Result<File> {
    // A umask can only take rights away. Here it must not take the owner's.
    if fs::symlink_metadata(path)?.mode() & 0o700 != 0o700 {
        fs::set_permissions(path, Permissions::from_mode(0o700))?;
    }
    let flags = (OFlags::DIRECTORY | OFlags::NOFOLLOW).bits();
    let held = OpenOptions::new().read(true).custom_flags(flags.cast_signed()).open(path)?;
    let metadata = held.metadata()?;
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::other(format!("others could reach new files in {}", path.display())));
    }
    if metadata.mode() & 0o777 != 0o700 {
        return Err(no_modes(metadata.mode() & 0o777));
    }
    Ok(held)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_was_made_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let (_, file) = Made::unfinished(folder.path(), OsStr::new(".file."), ".new").unwrap();
        let inner = Made::folder(&folder.path().join("inner")).unwrap();
        let scratch = Made::scratch(folder.path(), OsStr::new(".scratch."), ".new").unwrap();
        fs::create_dir_all(scratch.path().join("folder/inner")).unwrap();
        fs::write(scratch.path().join("folder/inner/secret"), "ours").unwrap();
        symlink("/", scratch.path().join("folder/link")).unwrap();
        assert_eq!(names(folder.path()).len(), 3);
        for made in [file, inner, scratch] {
            made.remove().unwrap();
            made.remove().unwrap();
        }
        assert_eq!(names(folder.path()).len(), 0);
    }

    #[test]
    fn what_cannot_be_removed_is_told() {
        let folder = tempfile::tempdir().unwrap();
        // No system removes a folder by this name.
        let path = folder.path().join(".");
        drop(Fleeting(Made { held: Arc::new(File::open(&path).unwrap()), path: path.clone(), is_scratch: true }));
        assert!(left_behind().iter().any(|left| left.starts_with(&shown(&path))));
    }

    #[test]
    fn a_folder_that_others_use_is_not_told() {
        let folder = tempfile::tempdir().unwrap();
        let made = Made::folder(&folder.path().join("inner")).unwrap();
        fs::write(made.path().join("file"), "theirs").unwrap();
        let path = shown(made.path());
        drop(Fleeting(made));
        assert!(!LEFT.lock().unwrap().iter().any(|left| left.starts_with(&path)));
    }

    #[test]
    fn a_held_scratch_folder_goes_with_the_next_one_once_nobody_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let make = || Made::held_scratch(folder.path(), OsStr::new(".scratch.")).unwrap();
        let [left, held] = [make(), make()];
        fs::write(left.path().join("file"), "ours").unwrap();
        let [left_at, held_at] = [&left, &held].map(|made| made.path().to_owned());
        assert_eq!(names(folder.path()).len(), 2);
        drop(left);
        let next = make();
        assert_eq!([left_at.exists(), held_at.exists(), next.path().exists()], [false, true, true]);
    }

    #[test]
    fn what_is_no_scratch_folder_of_that_name_stays() {
        let folder = tempfile::tempdir().unwrap();
        let theirs = folder.path().join("theirs");
        fs::create_dir(&theirs).unwrap();
        fs::write(theirs.join("file"), "theirs").unwrap();
        symlink(&theirs, folder.path().join(".scratch.link")).unwrap();
        fs::write(folder.path().join(".scratch.file"), "theirs").unwrap();
        Made::held_scratch(folder.path(), OsStr::new(".scratch.")).unwrap().remove().unwrap();
        assert_eq!(names(folder.path()), [".scratch.file", ".scratch.link", "theirs"]);
        assert_eq!(names(&theirs), ["file"]);
    }

    #[test]
    fn what_has_taken_the_place_of_a_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (_, made) = Made::unfinished(folder.path(), OsStr::new(""), "").unwrap();
        fs::remove_file(made.path()).unwrap();
        fs::write(made.path(), "theirs").unwrap();
        drop(Fleeting(made.clone()));
        assert_eq!(fs::read_to_string(made.path()).unwrap(), "theirs");
    }

    #[test]
    fn what_has_taken_the_place_of_a_folder_stays() {
        let folder = tempfile::tempdir().unwrap();
        let theirs = folder.path().join("theirs");
        fs::create_dir(&theirs).unwrap();
        fs::write(theirs.join("file"), "theirs").unwrap();
        for swap in [
            |theirs: &Path, place: &Path| symlink(theirs, place),
            |theirs: &Path, place: &Path| fs::rename(theirs, place),
        ] {
            let made = Made::scratch(folder.path(), OsStr::new(""), "").unwrap();
            fs::rename(made.path(), folder.path().join("away")).unwrap();
            swap(&theirs, made.path()).unwrap();
            made.remove().unwrap();
            assert_eq!(fs::read_to_string(made.path().join("file")).unwrap(), "theirs");
            fs::remove_dir(folder.path().join("away")).unwrap();
        }
    }

    #[test]
    fn what_a_link_in_a_scratch_folder_points_at_stays() {
        let folder = tempfile::tempdir().unwrap();
        let theirs = folder.path().join("theirs");
        fs::create_dir(&theirs).unwrap();
        fs::write(theirs.join("file"), "theirs").unwrap();
        let scratch = Made::scratch(folder.path(), OsStr::new(""), "").unwrap();
        symlink(&theirs, scratch.path().join("link")).unwrap();
        scratch.remove().unwrap();
        assert_eq!(names(folder.path()), ["theirs"]);
        assert_eq!(names(&theirs), ["file"]);
    }

    #[test]
    fn a_folder_that_is_no_scratch_goes_only_while_it_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        let made = Made::folder(&folder.path().join("inner")).unwrap();
        fs::write(made.path().join("file"), "theirs").unwrap();
        assert!(made.remove().is_err());
        assert_eq!(names(made.path()), ["file"]);
    }

    #[test]
    fn what_is_made_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (_, file) = Made::unfinished(folder.path(), OsStr::new(""), "").unwrap();
        let scratch = Made::scratch(folder.path(), OsStr::new(""), "").unwrap();
        let mode = |made: &Made| fs::metadata(made.path()).unwrap().mode() & 0o777;
        assert_eq!([mode(&file), mode(&scratch)], [0o600, 0o700]);
    }
}
