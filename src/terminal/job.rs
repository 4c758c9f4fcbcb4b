//! What this program is told by its place among others: what whoever started it ignores, and whether a shell has it in
//! hand.

use std::fs;

/// The signals that whoever started this wants ignored, as `nohup` does: they stay ignored. Without Linux's `/proc`,
/// none.
pub fn ignored() -> Vec<i32> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    (1..=64).filter(|signal| mask >> (signal - 1) & 1 == 1).collect()
}

/// Whether no shell of this session has the job in hand: then Ctrl-Z is nothing (POSIX, "orphaned process group").
/// Without Linux's `/proc` it never is.
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
    // Where the session is outside as well, nobody knows.
    session > 0
}

/// The parent, the group and the session of a process. Each is 0 if it is outside of this PID namespace.
fn place(process: &str) -> Option<[i32; 3]> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // Behind the name, which may contain anything: state, parent, group, session.
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<i32> = fields.split_whitespace().skip(1).take(3).filter_map(|field| field.parse().ok()).collect();
    fields.try_into().ok()
}
