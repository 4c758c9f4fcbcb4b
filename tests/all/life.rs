//! The whole life of an account, without a terminal.

use std::fs;

use crate::common::{Desk, GOOD, OTHER, Run, temporary_in};

#[test]
fn an_account_lives_from_add_to_reset_to_change() {
    let desk = Desk::new();
    let first = desk.run(&["users", "add", "alice", "-q"]).succeeds().password();
    desk.profile("alice", &first).exits(6);
    let reset = desk.run(&["users", "reset", "alice", "--yes", "-q"]).succeeds().password();
    desk.profile("alice", &first).exits(5);
    desk.change_password("alice", &reset, GOOD).succeeds();
    desk.profile("alice", GOOD).succeeds();
    desk.profile("alice", &reset).exits(5);
    desk.change_password("alice", GOOD, OTHER).succeeds();
    desk.profile("alice", GOOD).exits(5);
    desk.profile("alice", OTHER).succeeds();
}

#[test]
fn a_temporary_password_is_taken_in_upper_case_without_hyphens() {
    let desk = Desk::new();
    let temporary = desk.run(&["users", "add", "alice", "-q"]).succeeds().password();
    desk.profile("alice", &temporary.to_uppercase().replace('-', "")).exits(6);
}

#[test]
fn a_temporary_password_never_becomes_the_new_one() {
    let desk = Desk::new();
    let temporary = desk.run(&["users", "add", "alice", "-q"]).succeeds().password();
    let before = desk.state();
    for variant in [temporary.clone(), temporary.to_uppercase(), temporary.replace('-', "")] {
        let refused = desk.change_password("alice", &temporary, &variant).exits(8);
        assert!(refused.stderr.contains("it looks like a temporary password"), "{}", refused.stderr);
    }
    assert_eq!(desk.state(), before);
}

#[test]
fn an_expired_temporary_password_is_dead_and_only_its_knower_is_told() {
    let desk = Desk::new();
    let temporary = desk.run(&["users", "add", "alice", "-q"]).succeeds().password();
    desk.sql("UPDATE accounts SET temporary_until = 1000000000");
    assert!(desk.profile("alice", &temporary).exits(5).stderr.contains("expired on 2001-09-09"));
    assert!(!desk.profile("alice", GOOD).exits(5).stderr.contains("expired"));
    desk.change_password("alice", &temporary, GOOD).exits(5);
}

#[test]
fn a_disabled_account_is_not_let_in_and_not_told_why() {
    let desk = Desk::with_alice();
    desk.run(&["users", "disable", "alice"]).succeeds();
    let wrong = desk.profile("root", GOOD).exits(5);
    let unknown = desk.profile("nobody", GOOD).exits(5);
    let disabled = desk.profile("alice", GOOD).exits(5);
    assert_eq!(disabled.stderr, wrong.stderr);
    assert_eq!(disabled.stderr, unknown.stderr);
}

#[test]
fn a_required_change_keeps_the_password_for_the_change_alone() {
    let desk = Desk::with_alice();
    desk.run(&["users", "require-change", "alice"]).succeeds();
    desk.profile("alice", GOOD).exits(6);
    desk.change_password("alice", GOOD, GOOD).exits(8);
    desk.change_password("alice", GOOD, OTHER).succeeds();
    desk.profile("alice", OTHER).succeeds();
}

#[test]
fn a_sign_in_lasts_until_sign_out() {
    let desk = Desk::with_alice();
    desk.run_with(format!("{GOOD}\n"), &["me", "sign-in", "--as", "alice", "--password-stdin"]).succeeds();
    assert!(desk.run(&["me", "profile", "--format", "json"]).succeeds().stdout.contains("\"alice\""));
    desk.run(&["users", "list"]).exits(4);
    desk.run(&["me", "sign-out"]).succeeds();
    desk.run(&["me", "profile"]).exits(2);
}

#[test]
fn where_operators_have_no_access_nobody_is_signed_in() {
    let desk = Desk::settled();
    desk.run(&["policy", "set", "operator-access", "off"]).succeeds();
    for args in [&["users", "list"][..], &["me", "profile"], &["me", "sign-out", "--everywhere"]] {
        let run = desk.refuses(5, || desk.run(args));
        assert!(run.stderr.starts_with("error: nobody is signed in"), "{args:?}: {}", run.stderr);
    }
    // These commands need a password each time, and say how to give it.
    for args in [["me", "sign-in"], ["me", "passwd"]] {
        desk.refuses(2, || desk.run(&args));
    }
}

#[test]
fn a_reset_ends_a_sign_in() {
    let desk = Desk::with_alice();
    desk.run_with(format!("{GOOD}\n"), &["me", "sign-in", "--as", "alice", "--password-stdin"]).succeeds();
    let other_home = Desk::empty();
    let mut reset = desk.command(&["users", "reset", "alice", "--yes", "-q"]);
    reset.env("HOME", other_home.home.path());
    assert!(reset.output().unwrap().status.success());
    desk.run(&["me", "profile"]).exits(5);
    // A command does not silently run as the operator.
    desk.run(&["users", "list"]).exits(5);
    desk.run(&["me", "sign-out"]).succeeds();
    desk.run(&["users", "list"]).succeeds();
}

#[test]
fn a_required_change_gates_a_saved_sign_in() {
    let desk = Desk::with_alice();
    desk.run_with(format!("{GOOD}\n"), &["me", "sign-in", "--as", "alice", "--password-stdin"]).succeeds();
    desk.sql("UPDATE accounts SET must_change = TRUE WHERE username = 'alice'");
    for command in [&["me", "profile"][..], &["users", "list"], &["users", "reset", "root", "--yes"]] {
        desk.run(command).exits(6);
    }
    desk.run(&["me", "sign-out"]).succeeds();
}

#[test]
fn a_flagged_account_signs_in_without_a_terminal_to_nothing() {
    let desk = Desk::new();
    let temporary = desk.run(&["users", "add", "alice", "-q"]).succeeds().password();
    let refused =
        desk.run_with(format!("{temporary}\n"), &["me", "sign-in", "--as", "alice", "--password-stdin"]).exits(6);
    assert!(refused.stderr.contains("hint: choose one with 'passdesk me passwd --as alice'"), "{}", refused.stderr);
    desk.run(&["me", "profile"]).exits(2);
}

#[test]
fn a_demonstration_lists_and_resets_and_leaves_nothing_behind() {
    let desk = Desk::empty();
    let scratch = tempfile::tempdir().unwrap();
    let demo: Run = desk.command(&["demo"]).env("TMPDIR", scratch.path()).output().unwrap().into();
    let shown = demo.succeeds().stdout;
    for words in
        ["$ passdesk users list", "temporary expired", "Temporary password for alice", "The store is gone now."]
    {
        assert!(shown.contains(words), "{words:?} is not in\n{shown}");
    }
    assert!(temporary_in(&shown).is_some());
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0);
    assert!(!desk.store().exists());
}
