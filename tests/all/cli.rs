//! The command line as a script and a reader see it: `tests/cmd/` has a file a behaviour, and each is run as it stands.
//!
//! A case whose name begins with `help` is run without a store named, one with `no-store` where there is none, any other
//! on a store of its own with five accounts. After a change that is meant, `TRYCMD=overwrite cargo test --test all cli::`
//! writes the files anew; read the difference.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{Desk, Run};
use trycmd::TestCases;
use trycmd::schema::Bin;

/// A store whose accounts look the same whenever it is made: root, alice, bob, carol and dave.
fn sample() -> Desk {
    let desk = Desk::new();
    for (name, display_name, role) in [
        ("alice", "Alice Example", None),
        ("bob", "Bob Example", Some("helpdesk")),
        ("carol", "Carol Example", Some("auditor")),
        ("dave", "Dave Example", Some("user-admin")),
    ] {
        let email = format!("{name}@example.org");
        let mut add = desk.command(&["users", "add", name, "--name", display_name, "--email", &email, "-q"]);
        Run::from(add.args(role.map(|role| format!("--role={role}"))).output().unwrap()).succeeds();
    }
    desk.run(&["users", "disable", "dave"]).succeeds();
    desk.sql(
        "UPDATE accounts SET created_at = 1750000000, reset_at = 1760000000, reset_by = 'operator root';
         UPDATE accounts SET must_change = FALSE, temporary_until = NULL, password_changed_at = 1770000000
          WHERE username NOT IN ('bob', 'carol');
         UPDATE accounts SET temporary_until = 4102444800 WHERE username = 'bob';
         UPDATE accounts SET temporary_until = 1760086400 WHERE username = 'carol';",
    );
    desk
}

/// Runs one file of `tests/cmd/`. Its environment is added to that of the tests, which a developer may have filled.
fn run_as_it_stands(case: &Path, desk: &Desk, store: &str) {
    let home = desk.home.path().to_str().unwrap().to_owned();
    let cases = TestCases::new();
    cases.case(case).register_bin("passdesk", Bin::Path(env!("CARGO_BIN_EXE_passdesk").into()));
    for (name, value) in [
        ("HOME", home.as_str()),
        ("XDG_DATA_HOME", &home),
        ("XDG_STATE_HOME", &home),
        ("PASSDESK_STORE", store),
        // Help is as wide as a terminal, and there is none.
        ("COLUMNS", "100"),
        ("SUDO_USER", ""),
    ] {
        cases.env(name, value);
    }
    cases.insert_var("[STORE]", desk.store().to_str().unwrap().to_owned()).unwrap();
    cases.insert_var("[HOME]", home).unwrap();
    cases.run();
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd");
    let mut cases: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(!cases.is_empty());
    cases
}

fn name(case: &Path) -> &str {
    case.file_stem().unwrap().to_str().unwrap()
}

#[test]
fn every_case_without_a_store_is_as_it_stands() {
    for case in cases() {
        let desk = Desk::empty();
        if name(&case).starts_with("help") {
            // A path in the help would be as long as the name of some temporary folder.
            run_as_it_stands(&case, &desk, "");
        } else if name(&case).starts_with("no-store") {
            run_as_it_stands(&case, &desk, desk.store().to_str().unwrap());
        }
        let made = fs::read_dir(desk.home.path()).unwrap().count();
        assert_eq!(made, usize::from(name(&case) == "no-store-init"), "{}", case.display());
    }
}

/// The cases that change something. Any other reads, or is refused.
const CHANGES: [&str; 10] = [
    "add",
    "disable-and-enable",
    "edit",
    "edit-for-a-script",
    "require-change",
    "reset",
    "reset-for-a-script",
    "reset-of-the-disabled",
    "reset-partly",
    "reset-quietly",
];

#[test]
fn every_case_on_a_store_is_as_it_stands_and_changes_what_it_is_to_change() {
    let sample = sample();
    for case in cases().iter().filter(|case| !["help", "no-store"].iter().any(|kind| name(case).starts_with(kind))) {
        let desk = Desk::empty();
        // The copy keeps the mode.
        fs::copy(sample.store(), desk.store()).unwrap();
        let before = desk.state();
        run_as_it_stands(case, &desk, desk.store().to_str().unwrap());
        assert_eq!(desk.state() != before, CHANGES.contains(&name(case)), "{}", case.display());
    }
}

// ---- What a case cannot show.

#[test]
fn a_suggestion_reaches_a_script_too() {
    let desk = Desk::new();
    let before = desk.state();
    let run = desk.run(&["users", "lits", "alice", "--format", "json"]).exits(2);
    assert!(run.error()["hint"].as_str().unwrap().starts_with("a similar subcommand exists: 'list'; "));
    assert_eq!((run.stdout.as_str(), run.stderr.lines().count()), ("", 1));
    assert_eq!(desk.state(), before);
}

#[test]
fn an_edit_without_a_change_is_wrong_use() {
    let desk = Desk::with_alice();
    let before = desk.state();
    let run = desk.run(&["users", "edit", "alice"]).exits(2);
    assert!(run.stderr.contains("hint: add --name, --email, --role or --no-roles\n"), "{}", run.stderr);
    assert_eq!(desk.state(), before);
}

const ESCAPE: char = '\u{1b}';

#[test]
fn there_are_no_colours_where_there_is_no_terminal() {
    let desk = Desk::with_alice();
    for command in [&["users", "list"][..], &["users", "show", "alice"], &["users", "show", "nobody"], &["--help"]] {
        for how in [&[][..], &["--color", "auto"], &["--color=never"]] {
            let run = desk.run(&[command, how].concat());
            assert!(!run.stdout.contains(ESCAPE) && !run.stderr.contains(ESCAPE), "{command:?} {how:?}");
        }
    }
}

#[test]
fn there_are_colours_where_they_are_asked_for_in_spite_of_no_color() {
    let desk = Desk::with_alice();
    for no_color in ["", "1"] {
        let coloured = |args: &[&str]| {
            let mut command = desk.command(args);
            Run::from(command.args(["--color", "always"]).env("NO_COLOR", no_color).output().unwrap())
        };
        for command in [&["users", "list"][..], &["users", "show", "alice"], &["users", "reset", "alice", "--yes"]] {
            assert!(coloured(command).succeeds().stdout.contains(ESCAPE), "{command:?}");
        }
        assert!(coloured(&["users", "show", "nobody"]).exits(3).stderr.starts_with("\u{1b}["));
    }
}

#[test]
fn what_a_script_reads_is_never_coloured() {
    let desk = Desk::with_alice();
    for command in [
        &["users", "list", "--format", "json"][..],
        &["users", "list", "--format", "csv"],
        &["users", "list", "--count"],
        &["users", "show", "nobody", "--format", "json"],
        &["users", "reset", "alice", "--yes", "--format", "json"],
        &["users", "reset", "alice", "--yes", "-q"],
        &["users", "reset", "alice", "--yes", "--output", "file"],
        &["store", "path"],
    ] {
        let run = desk.run(&[command, &["--color", "always"]].concat());
        assert!(!run.stdout.contains(ESCAPE) && !run.stderr.contains(ESCAPE), "{command:?}: {}", run.stdout);
    }
    assert!(!fs::read_to_string(desk.home.path().join("file")).unwrap().contains(ESCAPE));
}
