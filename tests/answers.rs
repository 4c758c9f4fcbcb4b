//! After a change the answer says that it is made, whatever becomes of the output.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fs::{self, File};

use common::{Desk, Run};

/// Runs a command whose result cannot be written: the disk of its output is full.
fn into_full(desk: &Desk, args: &[&str]) -> Run {
    desk.command(args).stdout(File::create("/dev/full").unwrap()).output().unwrap().into()
}

#[test]
fn a_change_whose_result_cannot_be_written_is_said_to_be_made() {
    let desk = Desk::with_alice();
    fs::write(desk.home.path().join("new.csv"), "username\nivan\n").unwrap();
    desk.sql(
        "INSERT INTO sign_ins (id, account_id, secret_sha256, created_at, expires_at, label, roles)
         VALUES (99, 2, randomblob(32), 1, 9000000000, 'nightly', 0);
         INSERT INTO accounts (id, username, display_name, search_text, roles, state, must_change, created_at, removed_at)
         VALUES (77, 'gone', '', '', 0, 'active', TRUE, 0, 1)",
    );
    for args in [
        &["tokens", "revoke", "99"][..],
        &["policy", "set", "min-length", "20"],
        &["users", "edit", "alice", "--name", "B"],
        &["users", "grant", "alice", "helpdesk"],
        &["users", "revoke", "alice", "helpdesk"],
        &["users", "disable", "alice"],
        &["users", "enable", "alice"],
        &["users", "remove", "alice"],
        &["users", "restore", "alice"],
        &["users", "require-change", "alice"],
        &["users", "import", "new.csv"],
        &["users", "purge", "--yes"],
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
