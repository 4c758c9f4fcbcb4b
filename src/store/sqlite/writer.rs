//! Which process is writing, as the kernel tells.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::ground::beside;
use crate::store::Writer;

/// The bytes of the store's file that a writer without a write-ahead log locks: <https://www.sqlite.org/fileformat2.html>,
/// "lock-byte page"; reserved and pending.
const STORE: [u64; 2] = [0x4000_0000, 0x4000_0001];
/// The process that writes a store now, as far as this machine can tell: it is the one at the head of the line, or one that
/// knows of no line.
pub fn of(store: &Path) -> Option<Writer> {
    // proc_locks(5). Elsewhere there is no such file.
    let locks = fs::read_to_string("/proc/locks").ok()?;
    let id = |path: &Path| fs::symlink_metadata(path).ok().as_ref().map(id);
    let (log, itself, line) = (id(&beside(store, "-shm")), id(store), id(&beside(store, "-lock")));
    let holder = |kind: &str, file: &Option<String>, bytes: Option<[u64; 2]>| {
        let file = file.as_deref()?;
        locks.lines().find_map(|lock| held(lock, kind, file, bytes))
    };
    // Whoever locks any part of the log's index for themselves may be waited for: <https://www.sqlite.org/walformat.html>.
    let myself = rustix::process::getpid().as_raw_nonzero().get().unsigned_abs();
    let found = holder("POSIX", &log, None).or_else(|| holder("POSIX", &itself, Some(STORE)));
    found.or_else(|| holder("FLOCK", &line, None)).filter(|pid| *pid != myself).map(about)
}

/// How the kernel names a file there.
fn id(file: &Metadata) -> String {
    let device = file.dev();
    format!("{:02x}:{:02x}:{}", rustix::fs::major(device), rustix::fs::minor(device), file.ino())
}

/// The process of a line of that file, if it holds a lock of a kind on a file, on one of some bytes.
fn held(lock: &str, kind: &str, file: &str, bytes: Option<[u64; 2]>) -> Option<u32> {
    let mut fields = lock.split_whitespace().skip(1);
    // One that waits has an arrow here.
    if fields.next()? != kind {
        return None;
    }
    let (_, access, pid) = (fields.next()?, fields.next()?, fields.next()?);
    if access != "WRITE" || fields.next()? != file {
        return None;
    }
    let from: u64 = fields.next()?.parse().ok()?;
    let to = fields.next()?.parse().unwrap_or(u64::MAX);
    if bytes.is_some_and(|bytes| bytes.iter().all(|byte| !(from..=to).contains(byte))) {
        return None;
    }
    // In another PID namespace it has no number here.
    pid.parse().ok().filter(|pid| *pid > 0)
}

fn about(pid: u32) -> Writer {
    let of = |file| fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
    let name = of("comm").trim_end().to_owned();
    // proc_pid_stat(5): the state follows the name, which may have parentheses of its own.
    let state = of("stat").rsplit(')').next().and_then(|rest| rest.trim_start().chars().next());
    Writer { pid, name, is_stopped: matches!(state, Some('T' | 't')) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_writer_is_told_from_who_reads_who_waits_and_who_locks_something_else() {
        let of = |lock| held(lock, "POSIX", "08:01:42", Some(STORE));
        assert_eq!(of("1: POSIX  ADVISORY  WRITE 77 08:01:42 1073741825 1073741825"), Some(77));
        assert_eq!(of("1: POSIX  ADVISORY  WRITE 77 08:01:42 0 EOF"), Some(77));
        for other in [
            "1: POSIX  ADVISORY  READ  77 08:01:42 1073741825 1073741825",
            "1: -> POSIX  ADVISORY  WRITE 77 08:01:42 0 EOF",
            "1: POSIX  ADVISORY  WRITE 77 08:01:43 0 EOF",
            "1: POSIX  ADVISORY  WRITE 77 08:01:42 1073741826 1073742335",
            "1: POSIX  ADVISORY  WRITE 0 08:01:42 0 EOF",
            "1: FLOCK  ADVISORY  WRITE 77 08:01:42 0 EOF",
            "",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
