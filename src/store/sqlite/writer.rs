//! The process that is writing, according to the kernel.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::ground::beside;
use crate::store::Writer;

/// The process that writes a store now, as far as this machine can tell. It is at the head of the line, or does not use
/// the line.
pub fn of(store: &Path) -> Option<Writer> {
    // See proc_locks(5). Other systems have no such file.
    let locks = fs::read_to_string("/proc/locks").ok()?;
    let id = |path: &Path| fs::symlink_metadata(path).ok().as_ref().map(id);
    let (log, itself, line) = (id(&beside(store, "-shm")), id(store), id(&beside(store, "-lock")));
    let holder = |kind: &str, file: &Option<String>| {
        let file = file.as_deref()?;
        locks.lines().find_map(|lock| held(lock, kind, file))
    };
    // A process with an exclusive lock on any part of these files may be the one to wait for:
    // https://www.sqlite.org/lockingv3.html and https://www.sqlite.org/walformat.html.
    let myself = rustix::process::getpid().as_raw_nonzero().get().unsigned_abs();
    let found = holder("POSIX", &log).or_else(|| holder("POSIX", &itself));
    found.or_else(|| holder("FLOCK", &line)).filter(|pid| *pid != myself).map(about)
}

/// The kernel's name of a file there.
fn id(file: &Metadata) -> String {
    let device = file.dev();
    format!("{:02x}:{:02x}:{}", rustix::fs::major(device), rustix::fs::minor(device), file.ino())
}

/// The process in a line of that file, if it holds an exclusive lock of this kind on the file.
fn held(lock: &str, kind: &str, file: &str) -> Option<u32> {
    let mut fields = lock.split_whitespace().skip(1);
    // A waiting process has an arrow here.
    if fields.next()? != kind {
        return None;
    }
    let (_, access, pid) = (fields.next()?, fields.next()?, fields.next()?);
    if access != "WRITE" || fields.next()? != file {
        return None;
    }
    // A process in another PID namespace has no number here.
    pid.parse().ok().filter(|pid| *pid > 0)
}

fn about(pid: u32) -> Writer {
    let of = |file| fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
    let name = of("comm").trim_end().to_owned();
    // See proc_pid_stat(5). The state follows the name, which may contain parentheses.
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
