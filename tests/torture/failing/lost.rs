//! What holds when calls to a server fail.

use super::Fault;
use crate::common::Run;
use crate::operations::Done;
use crate::scene::Scene;
use crate::tracer;
use crate::trials::UNKNOWN;

/// The outcome is not known only where a server stays away, and only after a change was sent to be committed. Then the
/// hint finds out.
pub fn judge(fault: &Fault, scene: &Scene, run: &Run, log: &str, done: Done) {
    if run.code != UNKNOWN {
        return;
    }
    let said = &run.stderr;
    assert!(fault.lasts(), "the server can be asked, and nobody asks it: {said}");
    assert!(is_in_doubt(log), "no commit was in doubt: {said}");
    let Some((_, hint)) = said.split_once("audit list --operation ") else {
        assert!(said.contains("--resume"), "nobody says how to find out: {said}");
        return;
    };
    let operation = hint.split_whitespace().next().unwrap();
    let look = ["audit", "list", "--operation", operation, "--format", "jsonl"];
    let events = scene.run_by_operator(&look).succeeds().stdout;
    assert_eq!(done != Done::Nothing, !events.is_empty(), "the hint finds something else: {events}{said}");
}

/// Whether the program could not wake itself. It does that by an eventfd, which never fails. The library panics there.
pub fn is_asleep(log: &str) -> bool {
    let mut lines = log.lines();
    while let Some(line) = lines.by_ref().find(|line| line.contains(r#", "\1\0\0\0\0\0\0\0", 8"#)) {
        // Another thread may speak in the middle of a call.
        let thread = line.split(' ').next().unwrap();
        let is_end = |end: &&str| end.starts_with(thread) && end.contains("resumed>");
        let end = if line.contains("unfinished") { lines.clone().find(is_end).unwrap_or_default() } else { line };
        if end.contains(tracer::FAILED) {
            return true;
        }
    }
    false
}

/// Whether a change was sent to be committed, and no answer came. `log` is what the tracer says of all messages.
fn is_in_doubt(log: &str) -> bool {
    let (mut writes, mut is_sent) = (false, false);
    for line in log.lines() {
        if line.contains("sendto(") && line.contains("LOCK TABLE writer") {
            if is_sent {
                // It asks what became of it.
                return true;
            }
            writes = true;
        } else if writes && line.contains("sendto(") && line.contains(r#"COMMIT\0""#) {
            is_sent = true;
        } else if is_sent && line.contains("recvfrom") && line.contains(r"COMMIT\0Z") {
            (writes, is_sent) = (false, false);
        } else if writes && line.contains("sendto(") && line.contains(r#"ROLLBACK\0""#) {
            writes = false;
        }
    }
    is_sent
}
