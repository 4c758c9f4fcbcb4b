//! After a change, the answer says that the change is made. The state of the output does not matter.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs::{self, File};
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use crate::common::crowd::{crowd, names};
use crate::common::{Desk, Run};
use rustix::process::{Pid, Signal, kill_process};

/// Runs a command whose result cannot be written, because the disk of its output is full.
fn into_full(desk: &Desk, args: &[&str]) -> Run {
    desk.command(args).stdout(File::create("/dev/full").unwrap()).output().unwrap().into()
}

#[test]
fn a_change_whose_result_cannot_be_written_is_said_to_be_made() {
    let desk = Desk::with_alice();
    fs::write(desk.home.path().join("new.csv"), "username\nivan\n").unwrap();
    desk.sql(
        "INSERT INTO sign_ins (id, account_id, secret_sha256, created_at, expires_at, label, roles)
         VALUES (98, 2, randomblob(32), 1, 9000000000, NULL, NULL), (99, 2, randomblob(32), 1, 9000000000, 'nightly', 0);
         INSERT INTO accounts (id, username, display_name, search_text, roles, state, must_change, created_at, removed_at)
         VALUES (77, 'gone', '', '', 0, 'active', TRUE, 0, 1)",
    );
    for args in [
        &["tokens", "revoke", "99"][..],
        &["policy", "set", "min-length", "20"],
        &["users", "sign-out", "alice"],
        &["users", "edit", "alice", "--name", "B"],
        &["users", "grant", "alice", "helpdesk"],
        &["users", "revoke", "alice", "helpdesk"],
        &["users", "disable", "alice"],
        &["users", "enable", "alice"],
        &["users", "remove", "alice"],
        &["users", "restore", "alice"],
        &["users", "require-change", "--search", "alice", "--yes"],
        &["users", "import", "new.csv"],
        &["users", "purge", "--yes"],
        &["users", "edit", "alice", "--username", "other"],
        &["users", "remove", "other"],
        &["users", "purge", "other", "--yes"],
    ] {
        let before = desk.state();
        let run = into_full(&desk, &[args, &["--format", "json"]].concat()).exits(1);
        assert_ne!(desk.state(), before, "{args:?}");
        assert!(run.stderr.contains(" is done, but standard output cannot be written: "), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn a_backup_whose_path_cannot_be_written_is_said_to_be_made() {
    let desk = Desk::with_alice();
    let run = into_full(&desk, &["store", "backup", "copy.db", "--format", "json"]).exits(1);
    assert!(run.stderr.contains("it is done, but standard output cannot be written: "), "{}", run.stderr);
    desk.run(&["users", "list", "--store", "copy.db"]).succeeds();
}

#[test]
fn an_answer_that_nobody_takes_is_cut_off_by_a_signal_that_says_that_it_is_done() {
    let desk = Desk::settled();
    crowd(&desk, 400);
    let names: Vec<_> = names(1..=400).into_iter().collect();
    let ids: Vec<&str> = names.iter().map(String::as_str).collect();
    // The answer is longer than a pipe can hold.
    let args = [&["users", "require-change", "--format", "jsonl"][..], &ids].concat();
    let mut child = desk.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while desk.value::<i64>("SELECT count(*) FROM accounts WHERE must_change") < 400 {
        sleep(Duration::from_millis(20));
    }
    // Once before it writes, and once while it does.
    sleep(Duration::from_millis(500));
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    // Nothing is read before the program has ended.
    child.wait().unwrap();
    let run: Run = child.wait_with_output().unwrap().into();
    assert_eq!(run.code, 143, "{}", run.stderr);
    assert!(run.stderr.contains("it is done, but nobody read the answer"), "{}", run.stderr);
}
