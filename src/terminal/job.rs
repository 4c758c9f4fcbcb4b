//! What the process inherits from its place among others: signals to ignore, and whether a shell controls the job.

use std::fs;

/// The signals that the parent process wants ignored, as `nohup` does. They stay ignored. Without Linux's `/proc` the
/// list is empty.
pub fn ignored() -> Vec<i32> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    (1..=64).filter(|signal| mask >> (signal - 1) & 1 == 1).collect()
}

/// Whether no shell of this session controls the job. Then Ctrl-Z does nothing (POSIX, "orphaned process group").
/// Without Linux's `/proc` the answer is always no.
pub fn is_orphaned() -> bool {
    let Some([mut parent, group, session]) = place("self") else { return false };
    // Up to the first process outside the job.
    while parent > 0 {
        match place(&parent.to_string()) {
            Some([next, its_group, _]) if its_group == group => parent = next,
            Some([_, _, its_session]) => return its_session != session,
            None => return false,
        }
    }
    // If the session is outside as well, the answer is unknown.
    session > 0
}

/// The parent of this process, and the device of the terminal that controls it.
pub fn parent_and_terminal() -> Option<(i32, u64)> {
    let [parent, ..] = place("self")?;
    let [.., terminal] = place_and_terminal(&parent.to_string())?;
    (parent > 1 && terminal != 0).then_some((parent, u64::from(terminal.cast_unsigned())))
}

/// The parent, group and session of a process. A number is 0 if that process is outside this PID namespace.
fn place(process: &str) -> Option<[i32; 3]> {
    place_and_terminal(process).map(|[parent, group, session, _]| [parent, group, session])
}

/// The same, and the number of the terminal that controls it. That is 0 if there is none.
fn place_and_terminal(process: &str) -> Option<[i32; 4]> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name may contain anything. After it come state, parent, group, session and terminal.
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<i32> = fields.split_whitespace().skip(1).take(4).filter_map(|field| field.parse().ok()).collect();
    fields.try_into().ok()
}
