//! A dry run changes nothing. The whole store stays the same, including the record.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::common::crowd::everything;
use crate::common::{Desk, GOOD, HELPDESK, USER_ADMIN};

/// A store with these accounts:
///
/// - `root`, the only global-admin.
/// - `ulla`, a user-admin.
/// - `helper`, a helpdesk, with a peer.
/// - `alice`, without a role.
///
/// All have the same password. The lists are in the home.
fn staffed() -> Desk {
    let desk = Desk::settled();
    for (username, roles) in [("ulla", USER_ADMIN), ("helper", HELPDESK), ("peer", HELPDESK), ("alice", 0)] {
        desk.like_root(username, roles);
    }
    for (name, text) in [
        ("new.csv", "username,display_name\nzoe,Zoe\n"),
        ("admin.csv", "username,display_name,roles\nzoe,Zoe,global-admin\n"),
        ("last.csv", "username,display_name,roles\nroot,Root,helpdesk\n"),
        ("names", "peer\nalice\n"),
        ("last", "root\nalice\n"),
    ] {
        fs::write(desk.home.path().join(name), text).unwrap();
    }
    desk
}

/// Lets `who` give this command as a dry run, by a saved sign-in; `None` is the operator. Fails the test unless it ends
/// with `code` and changes nothing.
#[track_caller]
fn changes_nothing(desk: &Desk, who: Option<&str>, code: i32, command: &[&str]) {
    if let Some(who) = who {
        let sign_in = ["me", "sign-in", "--as", who, "--password-stdin"];
        desk.run_with(format!("{GOOD}\n"), &sign_in).succeeds();
    }
    let before = everything(desk);
    desk.run(&[command, &["--dry-run"]].concat()).exits(code);
    assert_eq!(everything(desk), before, "{who:?}: {command:?}");
    if who.is_some() {
        desk.run(&["me", "sign-out"]).succeeds();
    }
}

#[test]
fn a_dry_run_of_a_reset_records_no_refusal() {
    let desk = staffed();
    for (who, code, command) in [
        (Some("alice"), 4, &["users", "reset", "peer"][..]),
        (Some("alice"), 4, &["users", "reset", "--all"]),
        (Some("alice"), 4, &["users", "reset", "--from", "names"]),
        (Some("helper"), 4, &["users", "reset", "peer"]),
        (Some("helper"), 11, &["users", "reset", "peer", "alice"]),
        (Some("helper"), 11, &["users", "reset", "--from", "names"]),
        (Some("helper"), 11, &["users", "reset", "--all"]),
        (None, 8, &["users", "reset", "root"]),
        (None, 11, &["users", "reset", "--all"]),
        (None, 11, &["users", "reset", "--from", "last"]),
    ] {
        changes_nothing(&desk, who, code, command);
    }
}

#[test]
fn a_dry_run_of_a_change_records_no_refusal() {
    let desk = staffed();
    for (who, code, command) in [
        (Some("alice"), 4, &["users", "disable", "peer"][..]),
        (Some("alice"), 4, &["users", "sign-out", "--all"]),
        (Some("helper"), 4, &["users", "grant", "auditor", "--from", "names"]),
        (Some("helper"), 11, &["users", "sign-out", "--from", "names"]),
        (Some("helper"), 11, &["users", "require-change", "--all"]),
        (Some("ulla"), 11, &["users", "remove", "--all"]),
        (Some("ulla"), 0, &["users", "disable", "--from", "names"]),
        (Some("ulla"), 4, &["users", "disable", "ulla"]),
        (None, 8, &["users", "disable", "root"]),
        (None, 8, &["users", "revoke", "global-admin", "--role", "global-admin"]),
        (None, 11, &["users", "remove", "--from", "last"]),
        (None, 7, &["users", "restore", "alice"]),
    ] {
        changes_nothing(&desk, who, code, command);
    }
}

#[test]
fn a_dry_run_of_an_import_records_no_refusal() {
    let desk = staffed();
    for (who, code, command) in [
        (Some("helper"), 4, &["users", "import", "new.csv"][..]),
        (Some("ulla"), 4, &["users", "import", "admin.csv"]),
        (Some("ulla"), 4, &["users", "import", "last.csv", "--on-conflict", "update"]),
        (None, 8, &["users", "import", "last.csv", "--on-conflict", "update"]),
    ] {
        changes_nothing(&desk, who, code, command);
    }
}

#[test]
fn a_dry_run_by_somebody_who_has_to_choose_a_new_password_records_no_refusal() {
    let desk = staffed();
    desk.run_with(format!("{GOOD}\n"), &["me", "sign-in", "--as", "ulla", "--password-stdin"]).succeeds();
    desk.sql("UPDATE accounts SET must_change = TRUE WHERE username = 'ulla'");
    for command in
        [&["users", "reset", "alice"][..], &["users", "import", "new.csv"], &["users", "disable", "--from", "names"]]
    {
        changes_nothing(&desk, None, 6, command);
    }
}

#[test]
fn a_dry_run_brings_no_store_of_an_earlier_schema_up_to_date() {
    let desk = Desk::empty();
    fs::write(desk.home.path().join("new.csv"), "username,display_name\nzoe,Zoe\n").unwrap();
    for schema in 1..=4 {
        let old = fs::read(format!("{}/tests/data/schema_{schema}.db", env!("CARGO_MANIFEST_DIR"))).unwrap();
        fs::write(desk.store(), &old).unwrap();
        fs::set_permissions(desk.store(), fs::Permissions::from_mode(0o600)).unwrap();
        for command in [
            &["users", "reset", "alice", "--dry-run"][..],
            &["users", "import", "new.csv", "--dry-run"],
            &["users", "disable", "alice", "--dry-run"],
        ] {
            let run = desk.run(command).exits(10);
            assert!(run.stderr.contains("'passdesk users list' brings it up to date"), "{}", run.stderr);
            assert_eq!(fs::read(desk.store()).unwrap(), old, "{schema}: {command:?}");
        }
        desk.run(&["users", "list"]).succeeds();
        desk.run(&["users", "reset", "alice", "--dry-run"]).succeeds();
    }
}

#[test]
fn a_refusal_that_no_dry_run_finds_is_recorded() {
    let desk = staffed();
    let refusals = || desk.value::<i64>("SELECT count(*) FROM audit_events WHERE outcome = 'refused'");
    for command in
        [&["users", "reset", "root", "--yes"][..], &["users", "import", "last.csv", "--on-conflict", "update"]]
    {
        let before = refusals();
        desk.run(command).exits(8);
        assert_eq!(refusals(), before + 1, "{command:?}");
    }
}
