//! Which process is writing, as the kernel tells.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::ground::beside;
use crate::store::Writer;

/// The process that writes a store now, as far as this machine can tell: it is the one at the head of the line, or one that
/// knows of no line.
pub fn of(store: &Path) -> Option<Writer> {
    // proc_locks(5). Elsewhere there is no such file.
    let locks = fs::read_to_string("/proc/locks").ok()?;
    let id = |path: &Path| fs::symlink_metadata(path).ok().as_ref().map(id);
    let (log, itself, line) = (id(&beside(store, "-shm")), id(store), id(&beside(store, "-lock")));
    let holder = |kind: &str, file: &Option<String>| {
        let file = file.as_deref()?;
        locks.lines().find_map(|lock| held(lock, kind, file))
    };
    // Whoever locks any part of these for themselves may be waited for: https://www.sqlite.org/lockingv3.html and
    // https://www.sqlite.org/walformat.html.
    let myself = rustix::process::getpid().as_raw_nonzero().get().unsigned_abs();
    let found = holder("POSIX", &log).or_else(|| holder("POSIX", &itself));
    found.or_else(|| holder("FLOCK", &line)).filter(|pid| *pid != myself).map(about)
}

/// How the kernel names a file there.
fn id(file: &Metadata) -> String {
    let device = file.dev();
    format!("{:02x}:{:02x}:{}", rustix::fs::major(device), rustix::fs::minor(device), file.ino())
}

/// The process of a line of that file, if it holds a lock of a kind on a file, for itself alone.
fn held(lock: &str, kind: &str, file: &str) -> Option<u32> {
    let mut fields = lock.split_whitespace().skip(1);
    // One that waits has an arrow here.
    if fields.next()? != kind {
        return None;
    }
    let (_, access, pid) = (fields.next()?, fields.next()?, fields.next()?);
    if access != "WRITE" || fields.next()? != file {
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
        let of = |lock| held(lock, "POSIX", "08:01:42");
        assert_eq!(of("1: POSIX  ADVISORY  WRITE 77 08:01:42 1073741825 1073741825"), Some(77));
        assert_eq!(of("1: POSIX  ADVISORY  WRITE 77 08:01:42 0 EOF"), Some(77));
        for other in [
            "1: POSIX  ADVISORY  READ  77 08:01:42 1073741825 1073741825",
            "1: -> POSIX  ADVISORY  WRITE 77 08:01:42 0 EOF",
            "1: POSIX  ADVISORY  WRITE 77 08:01:43 0 EOF",
            "1: POSIX  ADVISORY  WRITE 0 08:01:42 0 EOF",
            "1: FLOCK  ADVISORY  WRITE 77 08:01:42 0 EOF",
            "",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
