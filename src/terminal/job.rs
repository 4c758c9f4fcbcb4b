//! What this program is told by its place among others: what whoever started it ignores, and whether a shell has it in
//! hand.

use std::fs;

use rustix::process::{getpgrp, getppid, getsid};

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
    let group = getpgrp().as_raw_nonzero().get();
    let session = getsid(None).map_or(0, |session| session.as_raw_nonzero().get());
    let mut parent = getppid().map(|parent| parent.as_raw_nonzero().get());
    // Up to the first process outside the job.
    while let Some(pid) = parent {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // Behind the name, which may contain anything: state, parent, group, session.
        let fields: Vec<i32> = stat
            .rsplit_once(')')
            .map(|(_, fields)| {
                fields.split_whitespace().skip(1).take(3).filter_map(|field| field.parse().ok()).collect()
            })
            .unwrap_or_default();
        match fields.as_slice() {
            [next, its_group, _] if *its_group == group => parent = (*next > 0).then_some(*next),
            [_, _, its_session] => return *its_session != session,
            _ => return false,
        }
    }
    true
}
