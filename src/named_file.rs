//! Opens a file that a user names. It may be any file at all.
//!
//! When a process closes a file, it loses every lock it has on that file (POSIX, fcntl). The name and the reason of the
//! opening do not matter. So a file is checked before it is opened. If another file turns out to be open then, it is
//! never closed.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::fd::{AsFd, IntoRawFd as _};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::{FileType, OFlags};

/// How a symbolic link at the path is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// The link is followed.
    Followed,
    /// The link is refused, since it is no file to read.
    Refused,
}

/// Opens a file that `will_do`. It never blocks, except on a pipe that `will_do`: there it waits for the writer.
/// `unopened` turns an open error into a failure.
pub fn open<E>(
    path: &Path,
    options: &mut OpenOptions,
    links: Links,
    unopened: impl Fn(io::Error) -> E,
    will_do: impl FnOnce(&Metadata) -> Result<(), E>,
) -> Result<(File, Metadata), E> {
    let seen = match links {
        Links::Followed => fs::metadata(path),
        Links::Refused => fs::symlink_metadata(path),
    };
    let seen = seen.map_err(&unopened)?;
    will_do(&seen)?;
    let mut flags = OFlags::empty();
    flags.set(OFlags::NONBLOCK, !seen.file_type().is_fifo());
    flags.set(OFlags::NOFOLLOW, links == Links::Refused);
    let file = options.custom_flags(flags.bits().cast_signed()).open(path).map_err(&unopened)?;
    let opened = file.metadata().map_err(&unopened)?;
    // A number is used again once its file is gone.
    let identity = |file: &Metadata| (file.dev(), file.ino(), file.file_type());
    if identity(&opened) == identity(&seen) {
        return Ok((file, opened));
    }
    leave_open(file);
    Err(unopened(io::Error::other("another file has just taken its place")))
}

/// Looks at a stream that this process was given. A file that passdesk keeps for itself is not looked at.
pub fn of_stream(stream: impl AsFd, is_kept: impl Fn(&Metadata) -> bool) -> io::Result<Option<(File, Metadata)>> {
    let file = File::from(stream.as_fd().try_clone_to_owned()?);
    let metadata = file.metadata()?;
    if metadata.is_file() && is_kept(&metadata) {
        leave_open(file);
        return Ok(None);
    }
    Ok(Some((file, metadata)))
}

/// Whether a stream that this process was given is a file that passdesk keeps for itself.
pub fn is_kept_stream(stream: impl AsFd, is_kept: impl Fn(&Metadata) -> bool) -> io::Result<bool> {
    // Most streams are no files, and need no second look.
    let is_file = FileType::from_raw_mode(rustix::fs::fstat(&stream)?.st_mode).is_file();
    Ok(is_file && of_stream(stream, is_kept)?.is_none())
}

/// Leaves a file open until the program ends.
fn leave_open(file: File) {
    let _ = file.into_raw_fd();
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn opened(path: &Path, links: Links, meanwhile: impl FnOnce()) -> io::Result<(File, Metadata)> {
        open(
            path,
            OpenOptions::new().read(true),
            links,
            |error| error,
            |_| {
                meanwhile();
                Ok(())
            },
        )
    }

    #[test]
    fn a_file_that_takes_the_place_of_the_one_looked_at_is_refused_and_stays_open() {
        let folder = tempfile::tempdir().unwrap();
        let [path, other] = ["list", "store.db"].map(|name| folder.path().join(name));
        fs::write(&path, "alice\n").unwrap();
        fs::write(&other, "secret").unwrap();
        let other = fs::canonicalize(other).unwrap();
        let error = opened(&path, Links::Followed, || fs::rename(&other, &path).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "another file has just taken its place");
        let open: Vec<_> =
            fs::read_dir("/proc/self/fd").unwrap().filter_map(|fd| fs::read_link(fd.unwrap().path()).ok()).collect();
        assert!(open.contains(&fs::canonicalize(path).unwrap()), "{open:?}");
    }

    #[test]
    fn a_pipe_that_takes_the_place_of_a_file_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list");
        fs::write(&path, "alice\n").unwrap();
        let swap = || {
            fs::remove_file(&path).unwrap();
            rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RUSR).unwrap();
        };
        assert!(opened(&path, Links::Followed, swap).is_err());
    }

    #[test]
    fn a_link_is_followed_or_refused_as_asked() {
        let folder = tempfile::tempdir().unwrap();
        let [path, link] = ["list", "link"].map(|name| folder.path().join(name));
        fs::write(&path, "alice\n").unwrap();
        symlink(&path, &link).unwrap();
        assert!(opened(&link, Links::Followed, || {}).is_ok());
        assert!(opened(&link, Links::Refused, || {}).is_err());
    }
}
