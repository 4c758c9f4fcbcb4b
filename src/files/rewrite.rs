//! Deletes parts from the middle of a file of secrets.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::Path;

use zeroize::Zeroizing;

use crate::made::{Fleeting, Made, stands_at, sync_folder_of};

/// Deletes ranges of bytes, given in order, from a file. Returns the file that replaces it, locked and positioned at
/// its end.
///
/// The remaining bytes are written to a new file beside it. It replaces the old one in one step. So nothing that stays
/// is lost, however the program is ended.
fn without(mut file: &File, path: &Path, ranges: &[Range<u64>]) -> io::Result<File> {
    let length = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
    let mut text = Zeroizing::new(Vec::with_capacity(length + 1));
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut text)?;
    let (anew, beside) = Made::unfinished_beside(path)?;
    let beside = Fleeting(beside);
    write(&anew, &text, ranges)?;
    still_there(file, path)?;
    fs::rename(beside.0.path(), path)?;
    sync_folder_of(path)?;
    Ok(anew)
}

/// Keeps what is before `end`, without the parts that are `gone`.
pub fn retain(file: &mut File, path: &Path, end: u64, gone: &[Range<u64>]) -> io::Result<()> {
    let mut gone: Vec<_> = gone.iter().filter(|place| place.start < end).cloned().collect();
    if gone.is_empty() {
        return file.set_len(end).and_then(|()| file.seek(SeekFrom::End(0))).and_then(|_| file.sync_all());
    }
    gone.push(end..u64::MAX);
    *file = without(file, path, &gone)?;
    Ok(())
}

fn write(mut anew: &File, text: &[u8], ranges: &[Range<u64>]) -> io::Result<()> {
    // As with every output, a file that cannot be locked cannot be resumed.
    let _ = anew.try_lock();
    let mut from = 0;
    for range in ranges {
        let [start, end] = [range.start, range.end].map(|at| usize::try_from(at).unwrap_or(text.len()).min(text.len()));
        anew.write_all(&text[from..start.max(from)])?;
        from = end.max(from);
    }
    anew.write_all(&text[from..])?;
    anew.sync_all()
}

/// Refuses a file that is no longer at its path. The file there now belongs to somebody else.
pub fn still_there(file: &File, path: &Path) -> io::Result<()> {
    if stands_at(file, path) { Ok(()) } else { Err(io::Error::other("somebody has just moved or removed it")) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn what_stays_is_in_a_private_file_at_its_end_and_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        fs::write(&path, "head\none\ntwo\nthree\nfour\n").unwrap();
        let mut file = without(&File::open(&path).unwrap(), &path, &[5..9, 13..19]).unwrap();
        file.write_all(b"five\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "head\ntwo\nfour\nfive\n");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_has_taken_the_place_of_the_file_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        fs::write(&path, "one\ntwo\n").unwrap();
        let file = File::open(&path).unwrap();
        fs::remove_file(&path).unwrap();
        fs::write(&path, "theirs").unwrap();
        assert!(without(&file, &path, &[0..1, 2..4]).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
