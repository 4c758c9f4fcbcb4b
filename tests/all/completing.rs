//! Usernames for the completions of shells: silent, quick, and without a trace.

#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "a test looks behind the store, and at a watch"
)]

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::common::crowd::{bulky_crowd, everything};
use crate::common::{AUDITOR, Desk, GLOBAL_ADMIN, HELPDESK, Run, USER_ADMIN, garbage};
use rusqlite::Connection;

const NAMES: [&str; 3] = ["complete-usernames", "--", "al"];

/// A store with `root`, `alice`, `albert`, `bob`, and `alfred`, who is removed.
fn peopled() -> Desk {
    let desk = Desk::settled();
    for username in ["alice", "albert", "bob", "alfred"] {
        desk.like_root(username, 0);
    }
    desk.run(&["users", "remove", "alfred"]).succeeds();
    desk
}

/// The names that are printed. It never fails, and never says anything.
#[track_caller]
fn names(run: Run) -> Vec<String> {
    let run = run.succeeds();
    assert_eq!(run.stderr, "");
    run.stdout.lines().map(str::to_owned).collect()
}

/// What fits where the cursor is: in the last word.
#[track_caller]
fn fitting(desk: &Desk, words: &[&str]) -> Vec<String> {
    let at = (words.len() - 1).to_string();
    names(desk.run(&[&["complete-at", &at], words].concat()))
}

// ---- Which names.

#[test]
fn the_names_are_those_that_begin_so_of_accounts_that_are_not_removed() {
    let desk = peopled();
    desk.run(&["users", "disable", "alice"]).succeeds();
    assert_eq!(names(desk.run(&NAMES)), ["albert", "alice"]);
    assert_eq!(names(desk.run(&["complete-usernames", "--", ""])), ["albert", "alice", "bob", "root"]);
    assert_eq!(names(desk.run(&["complete-usernames", "--removed", "--", "al"])), ["alfred"]);
    for nobody in ["x", "al%", "'", "a\u{7f}", "%", "é"] {
        assert_eq!(names(desk.run(&["complete-usernames", "--", nobody])), [""; 0], "{nobody}");
    }
}

#[test]
fn of_many_names_no_more_are_printed_than_anybody_reads_and_what_they_share_all_share() {
    let desk = Desk::settled();
    bulky_crowd(&desk, 2_000);
    let last: String = desk.value("SELECT max(username) FROM accounts");
    let printed = names(desk.run(&["complete-usernames", "--", ""]));
    assert_eq!(printed.len(), 200);
    assert_eq!(printed.last(), Some(&last));
}

#[test]
fn a_shell_gets_no_name_with_a_sign_of_its_own_from_a_store_that_was_handed_over() {
    let desk = peopled();
    for (id, name) in
        ["al;id", "al$(id)", "al*", "al\u{1b}]0;x\u{7}", "al\nalfons;id", "al ice", "al'"].iter().enumerate()
    {
        desk.like_root(&format!("alien{id}"), 0);
        let name = name.replace('\'', "''");
        desk.sql(&format!("UPDATE accounts SET username = '{name}' WHERE username = 'alien{id}'"));
    }
    assert_eq!(names(desk.run(&NAMES)), ["albert", "alice"]);
    assert_eq!(fitting(&desk, &["passdesk", "users", "reset", "al"]), ["albert", "alice"]);
}

// ---- Who sees them.

#[test]
fn whoever_may_list_accounts_sees_names_and_nobody_else_does() {
    let desk = peopled();
    for (who, role, sees) in [
        ("boss", GLOBAL_ADMIN, true),
        ("ulla", USER_ADMIN, true),
        ("help", HELPDESK, true),
        ("eve", AUDITOR, true),
        ("nobody", 0, false),
    ] {
        desk.like_root(who, role);
        let token = desk.run_as(who, &["tokens", "create", "mine", "--expires-in", "1h", "-q"]).succeeds().stdout;
        desk.run_as(who, &["me", "sign-in"]).succeeds();
        let before = everything(&desk);
        let expected: &[&str] = if sees { &["albert", "alice"] } else { &[] };
        assert_eq!(names(desk.run(&NAMES)), expected, "{who} by a sign-in");
        assert!(everything(&desk) == before, "{who} left a trace");
        desk.run(&["me", "sign-out"]).succeeds();
        let before = everything(&desk);
        let mut command = desk.command(&NAMES);
        let run = Run::from(command.env("PASSDESK_TOKEN", token.trim_end()).output().unwrap());
        assert_eq!(names(run), expected, "{who} by a token");
        assert!(everything(&desk) == before, "{who} left a trace by a token");
    }
}

#[test]
fn a_token_or_a_sign_in_that_has_ended_is_nobody_and_leaves_no_trace() {
    let desk = peopled();
    desk.run_as("root", &["me", "sign-in"]).succeeds();
    desk.sql("DELETE FROM sign_ins");
    let before = everything(&desk);
    assert_eq!(names(desk.run(&NAMES)), [""; 0]);
    for token in ["nonsense", "pdsk_", &format!("pdsk_{}", "0".repeat(64))] {
        let run = Run::from(desk.command(&NAMES).env("PASSDESK_TOKEN", token).output().unwrap());
        assert_eq!(names(run), [""; 0], "{token}");
    }
    assert!(everything(&desk) == before);
}

#[test]
fn whoever_must_choose_a_password_sees_no_names() {
    let desk = peopled();
    desk.run_as("root", &["me", "sign-in"]).succeeds();
    desk.sql("UPDATE accounts SET must_change = TRUE");
    assert_eq!(names(desk.run(&NAMES)), [""; 0]);
}

#[test]
fn an_operator_who_must_sign_in_sees_no_names_and_is_not_asked() {
    let desk = peopled();
    desk.run(&["policy", "set", "operator-access", "off"]).succeeds();
    let before = everything(&desk);
    assert_eq!(names(desk.run(&NAMES)), [""; 0]);
    let shown = crate::common::pty::Pty::start(&desk.command(&NAMES)).end().exits(0);
    assert!(!shown.text().contains("signed in"), "{}", shown.text());
    assert!(everything(&desk) == before);
}

// ---- Where there is nothing to see.

#[test]
fn where_the_store_cannot_be_used_there_is_silence() {
    let desk = peopled();
    let whole = fs::read(desk.store()).unwrap();
    let silent = |what: &str| assert_eq!(names(desk.run(&NAMES)), [""; 0], "{what}");
    for (bytes, what) in [(garbage(9_000), "noise"), (whole[..5_000].to_vec(), "a piece"), (Vec::new(), "nothing")] {
        fs::write(desk.store(), bytes).unwrap();
        silent(what);
    }
    fs::write(desk.store(), &whole).unwrap();
    fs::set_permissions(desk.store(), Permissions::from_mode(0o644)).unwrap();
    silent("open to others");
    fs::remove_file(desk.store()).unwrap();
    silent("missing");
    assert!(!desk.store().exists());
}

#[test]
fn an_older_store_is_left_as_it_is() {
    let desk = Desk::empty();
    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/schema_3.db");
    let bytes = fs::read(old).unwrap();
    fs::write(desk.store(), &bytes).unwrap();
    fs::set_permissions(desk.store(), Permissions::from_mode(0o600)).unwrap();
    assert_eq!(names(desk.run(&["complete-usernames", "--", ""])), [""; 0]);
    assert!(fs::read(desk.store()).unwrap() == bytes);
}

#[test]
fn while_somebody_writes_names_are_there() {
    let desk = peopled();
    let other = Connection::open(desk.store()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE; DELETE FROM accounts WHERE username = 'alice'").unwrap();
    assert_eq!(names(desk.run(&NAMES)), ["albert", "alice"]);
}

// ---- Where the cursor is.

#[test]
fn names_fit_where_an_account_is_named_and_nowhere_else() {
    let desk = peopled();
    let (some, none, removed) = (["albert", "alice"], [""; 0], ["alfred"]);
    for words in [
        &["passdesk", "users", "show", "al"][..],
        &["passdesk", "users", "edit", "al"],
        &["passdesk", "users", "reset", "al"],
        &["passdesk", "users", "reset", "bob", "al"],
        &["passdesk", "users", "reset", "--yes", "al"],
        &["passdesk", "user", "reset", "al"],
        &["passdesk", "users", "delete", "al"],
        &["passdesk", "users", "reset", "--", "al"],
        &["passdesk", "users", "grant", "al"],
        &["passdesk", "--as", "al"],
        &["passdesk", "users", "list", "--as", "al"],
        &["passdesk", "me", "profile", "--as", "=", "al"],
        &["passdesk", "tokens", "create", "nightly", "--account", "al"],
        &["passdesk", "audit", "list", "--account", "al"],
        &["passdesk", "verify", "al"],
        &["passdesk", "recover", "al"],
    ] {
        assert_eq!(fitting(&desk, words), some, "{words:?}");
    }
    for words in [&["passdesk", "users", "restore", "al"][..], &["passdesk", "users", "purge", "al"]] {
        assert_eq!(fitting(&desk, words), removed, "{words:?}");
    }
    for words in [
        &["passdesk", "al"][..],
        &["passdesk", "users", "al"],
        &["passdesk", "users", "add", "al"],
        &["passdesk", "users", "edit", "bob", "--username", "al"],
        &["passdesk", "users", "reset", "--format", "al"],
        &["passdesk", "users", "reset", "--from", "al"],
        &["passdesk", "users", "reset", "-"],
        &["passdesk", "users", "reset", "--al"],
        &["passdesk", "store", "backup", "al"],
        &["passdesk", "nonsense", "al"],
        &["other", "al"],
    ] {
        assert_eq!(fitting(&desk, words), none, "{words:?}");
    }
    assert_eq!(fitting(&desk, &["passdesk", "users", "list", "--as=al"]), ["--as=albert", "--as=alice"]);
}

#[test]
fn names_come_from_the_store_that_the_words_name() {
    let (desk, other) = (peopled(), Desk::with_alice());
    let store = other.store();
    let store = store.to_str().unwrap();
    assert_eq!(fitting(&desk, &["passdesk", "--store", store, "users", "reset", "al"]), ["alice"]);
    assert_eq!(fitting(&desk, &["passdesk", &format!("--store={store}"), "users", "reset", "al"]), ["alice"]);
}

#[test]
fn whoever_presses_a_key_waits_for_no_store_longer_than_a_second() {
    let desk = peopled();
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let store = format!("postgres://passdesk@{}/passdesk?sslmode=disable", server.local_addr().unwrap());
    let began = Instant::now();
    assert_eq!(fitting(&desk, &["passdesk", "--store", &store, "users", "reset", "al"]), [""; 0]);
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

#[test]
fn a_question_that_is_none_is_no_command() {
    let desk = peopled();
    for args in [&["complete-at"][..], &["complete-at", "9", "passdesk"], &["complete-at", "x", "passdesk", "users"]] {
        desk.run(args).exits(2);
    }
}
