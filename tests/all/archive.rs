//! The oldest part of the record, taken out into a file: it verifies apart and together with the rest.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::Instant;

use crate::common::record::{VERIFY, events, tamper, write_record};
use crate::common::{Desk, Run};

/// Events recorded long ago, and one of today.
struct Old {
    desk: Desk,
}

/// The end of the old part, as `--before` takes it.
const BEFORE: &str = "2026-01-01";
/// How many events are older.
const OLD: u64 = 5;

impl Old {
    fn new() -> Self {
        Self::with(OLD)
    }

    /// A record of so many events of 2025, one of which made the store.
    fn with(count: u64) -> Self {
        let desk = Desk::new();
        tamper(&desk, || write_record(&desk, count));
        desk.run(&["users", "edit", "root", "--name", "Root"]).succeeds();
        Self { desk }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.desk.home.path().join(name)
    }

    fn archive(&self, name: &str) -> Run {
        self.desk.run(&["audit", "archive", self.file(name).to_str().unwrap(), "--before", BEFORE])
    }

    fn verify(&self, args: &[&str], archives: &[&str]) -> Run {
        let files: Vec<_> = archives.iter().map(|name| self.file(name).display().to_string()).collect();
        let named = files.iter().flat_map(|file| ["--archive", file]);
        self.desk.run(&VERIFY.into_iter().chain(named).chain(args.iter().copied()).collect::<Vec<_>>())
    }

    fn head(&self) -> String {
        self.verify(&["--format", "csv"], &[]).succeeds().stdout.trim_end().rsplit_once(',').unwrap().1.to_owned()
    }
}

#[test]
fn old_events_are_in_the_file_and_new_ones_in_the_record() {
    let old = Old::new();
    let before = events(&old.desk);
    let archived = old.archive("2025.jsonl").succeeds();
    assert_eq!(archived.stdout, "");
    assert!(archived.stderr.starts_with("5 events in "), "{}", archived.stderr);
    let left = events(&old.desk);
    assert_eq!(left[0], before[5]);
    assert_eq!((left.len(), left[1]["action"].as_str()), (2, Some("archive")));
    let file = fs::read_to_string(old.file("2025.jsonl")).unwrap();
    assert_eq!(file.lines().count(), 5);
    for (line, event) in file.lines().zip(&before) {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        for key in ["sequence", "at", "actor", "action", "target", "outcome", "link", "operation"] {
            assert_eq!(line[key], event[key], "{key}");
        }
    }
    assert_eq!(fs::metadata(old.file("2025.jsonl")).unwrap().permissions().mode() & 0o777, 0o600);
    old.desk.run(&["store", "check"]).succeeds();
}

#[test]
fn what_is_left_and_what_is_out_verify_apart_and_together() {
    let old = Old::new();
    let head = old.head();
    old.archive("2025.jsonl").succeeds();
    let left = old.verify(&[], &[]).succeeds();
    assert!(left.stdout.starts_with("2 events, as written\n"), "{}", left.stdout);
    let together = old.verify(&[], &["2025.jsonl"]).succeeds();
    assert!(together.stdout.starts_with("7 events, as written, 5 of them archived\n"), "{}", together.stdout);
    fs::remove_file(old.desk.store()).unwrap();
    let out = old.verify(&["--no-store"], &["2025.jsonl"]).succeeds();
    assert!(out.stdout.starts_with("5 events, as written\n"), "{}", out.stdout);
    assert!(!out.stdout.contains(&head));
}

#[test]
fn a_head_that_was_noted_before_is_found_in_the_file_or_in_the_record() {
    let old = Old::new();
    let links: Vec<_> = events(&old.desk).iter().map(|event| event["link"].as_str().unwrap().to_owned()).collect();
    old.archive("2025.jsonl").succeeds();
    for (at, head) in links.iter().enumerate() {
        old.verify(&["--expect-head", head], &["2025.jsonl"]).succeeds();
        // The record keeps the link of the last event that was taken out.
        let alone = old.verify(&["--expect-head", head], &[]);
        assert_eq!(alone.code, if at < 4 { 10 } else { 0 }, "{at}: {}", alone.stderr);
        assert!(at >= 4 || alone.stderr.contains("it may be older than event 6"), "{}", alone.stderr);
    }
    let missing = old.verify(&["--expect-head", &"7".repeat(64)], &["2025.jsonl"]).exits(10);
    assert!(missing.stderr.contains("that head is not in the record"), "{}", missing.stderr);
}

#[test]
fn several_archives_follow_one_another() {
    let old = Old::new();
    let half = ["audit", "archive", "first.jsonl", "--before", "2025-03-01T00:00:02Z"];
    old.desk.command(&half).current_dir(old.desk.home.path()).status().unwrap();
    old.archive("second.jsonl").succeeds();
    let all = old.verify(&[], &["first.jsonl", "second.jsonl"]).succeeds();
    assert!(all.stdout.starts_with("8 events, as written, 5 of them archived\n"), "{}", all.stdout);
    old.verify(&[], &["second.jsonl"]).succeeds();
    let first = old.verify(&[], &["first.jsonl"]).exits(7);
    assert!(first.stderr.contains("the archives end with event 2, and the record begins with event 6"));
    old.verify(&[], &["second.jsonl", "first.jsonl"]).exits(10);
}

#[test]
fn a_file_that_was_changed_is_found_out() {
    let old = Old::new();
    old.archive("2025.jsonl").succeeds();
    let file = fs::read_to_string(old.file("2025.jsonl")).unwrap();
    let lines: Vec<_> = file.lines().collect();
    let without = |left_out: usize| {
        let left = lines.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, line)| format!("{line}\n"));
        left.collect::<String>()
    };
    for (changed, what) in [
        (file.replacen("operator root", "operator boor", 1), "a name"),
        (file.replacen("\"target_id\":1", "\"target_id\":2", 1), "a number"),
        (without(0), "the first"),
        (without(2), "one of them"),
        (without(4), "the last"),
        (file[..file.len() - 20].to_owned(), "a part of the last"),
        (String::new(), "all"),
        (format!("{file}{}\n", lines[4]), "one more"),
        ("x".repeat(2_000_000), "something else"),
    ] {
        fs::write(old.file("changed.jsonl"), changed).unwrap();
        let verified = old.verify(&[], &["changed.jsonl"]);
        assert!([7, 10].contains(&verified.code), "{what}: {} {}", verified.stdout, verified.stderr);
        assert_eq!(verified.stdout, "", "{what}");
    }
}

#[test]
fn a_record_that_begins_later_without_an_archive_is_found_out() {
    let old = Old::new();
    let desk = &old.desk;
    // Somebody deletes the first events, and notes in the store that they were archived.
    tamper(desk, || {
        desk.sql(
            "INSERT INTO settings SELECT 'archived_until', sequence FROM audit_events WHERE sequence = 3;
             INSERT INTO settings SELECT 'archived_link', lower(hex(link)) FROM audit_events WHERE sequence = 3;
             DELETE FROM audit_events WHERE sequence <= 3",
        );
    });
    let verified = old.verify(&[], &[]).exits(10);
    assert!(verified.stderr.contains("events 1 to 3 are missing"), "{}", verified.stderr);
    let checked = desk.run(&["store", "check"]).exits(10);
    assert!(checked.stdout.contains("events 1 to 3 are missing"), "{}", checked.stdout);
}

#[test]
fn a_record_that_was_changed_is_not_archived() {
    let old = Old::new();
    tamper(&old.desk, || old.desk.sql("UPDATE audit_events SET actor = 'nobody' WHERE sequence = 2"));
    let before = old.desk.state();
    let archived = old.archive("2025.jsonl").exits(10);
    assert!(archived.stderr.contains("event 2 was changed"), "{}", archived.stderr);
    assert!(!old.file("2025.jsonl").exists());
    assert_eq!(old.desk.state(), before);
}

#[test]
fn what_cannot_be_archived_changes_nothing() {
    let old = Old::new();
    let state = old.desk.state();
    fs::write(old.file("there"), "").unwrap();
    let [there, new, nowhere] =
        ["there", "new.jsonl", "nowhere/new.jsonl"].map(|name| old.file(name).display().to_string());
    let store = old.desk.store().display().to_string();
    for (args, code) in [
        (vec![&*there, "--before", BEFORE], 7),
        (vec![&*store, "--before", BEFORE], 7),
        (vec![&*nowhere, "--before", BEFORE], 1),
        (vec!["/dev/full", "--before", BEFORE], 7),
        (vec![&*new, "--before", "2999-01-01"], 2),
        (vec![&*new, "--before", "yesterday"], 2),
        (vec![&*new], 2),
    ] {
        let run = old.desk.run(&[&["audit", "archive"], &*args].concat());
        assert_eq!(run.code, code, "{args:?}: {}", run.stderr);
        assert_eq!(old.desk.state(), state, "{args:?}");
        assert!(!old.file("new.jsonl").exists(), "{args:?}");
    }
    let nothing = old.desk.run(&["audit", "archive", &new, "--before", "2025-01-01"]).succeeds();
    assert_eq!(nothing.stderr, "No event is that old. Nothing is archived.\n");
    assert!(!old.file("new.jsonl").exists());
}

#[test]
fn a_copy_of_a_store_with_an_archive_goes_on_behind_it() {
    let old = Old::new();
    old.archive("2025.jsonl").succeeds();
    let copy = old.file("copy.db").display().to_string();
    old.desk.run(&["store", "copy", "--to", &copy]).succeeds();
    let head = old.head();
    let verified = old.verify(&["--store", &copy, "--expect-head", &head], &["2025.jsonl"]).succeeds();
    assert!(verified.stdout.contains("5 of them archived"), "{}", verified.stdout);
    old.desk.run(&["--store", &copy, "users", "edit", "root", "--name", "Copied"]).succeeds();
    old.verify(&["--store", &copy], &["2025.jsonl"]).succeeds();
}

#[test]
fn an_archive_that_is_killed_loses_no_event() {
    let old = Old::with(4_000);
    let untouched = fs::read(old.desk.store()).unwrap();
    let whole = {
        #[expect(clippy::disallowed_methods, reason = "it is killed at moments of a run that was measured")]
        let began = Instant::now();
        old.archive("whole.jsonl").succeeds();
        began.elapsed()
    };
    let mut ended = [0, 0];
    // The kills come later and later, until some come after the end.
    for round in 0_u32.. {
        if ended[1] > 2 {
            break;
        }
        fs::write(old.desk.store(), &untouched).unwrap();
        let name = format!("{round}.jsonl");
        let args = ["audit", "archive", &name, "--before", BEFORE];
        let mut command = old.desk.command(&args);
        let mut run =
            command.current_dir(old.desk.home.path()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(whole * round / 20);
        run.kill().unwrap();
        run.wait().unwrap();
        let is_out = old.verify(&["--format", "csv"], &[]).succeeds().stdout.starts_with("events,head\n2,");
        ended[usize::from(is_out)] += 1;
        if is_out {
            let all = old.verify(&[], &[&name]).succeeds();
            assert!(all.stdout.starts_with("4002 events"), "{}", all.stdout);
        } else {
            assert_eq!(events(&old.desk).len(), 4_001);
        }
    }
    assert!(ended[0] > 5, "{ended:?}");
}

#[test]
#[ignore = "takes long"]
fn a_million_events_are_taken_out_in_little_memory() {
    let old = Old::with(1_000_000);
    let head = old.head();
    for args in [
        &["audit", "archive", "old.jsonl", "--before", BEFORE][..],
        &["audit", "verify", "--archive", "old.jsonl", "--expect-head", &head],
    ] {
        let mut run = old.desk.command_within(256 * 1024 * 1024, args);
        assert!(run.current_dir(old.desk.home.path()).status().unwrap().success(), "{args:?}");
    }
    old.verify(&["--no-store"], &["old.jsonl"]).succeeds();
    let checked = old.desk.run(&["store", "check"]).succeeds();
    assert!(checked.stdout.contains("2 events, as written"), "{}", checked.stdout);
}
