//! Text from outside never begins a line. No path, name, cell, variable or database text can look like a line of
//! passdesk.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;

use crate::common::pty::Pty;
use crate::common::{Desk, Run};

/// A name that imitates messages of passdesk.
const EVIL: &str = "x\nhint: run evil\nerror: forged\r\n\n  tip: evil\n\nUsage: evil\u{2028}hint: evil";

/// Fails the test if [`EVIL`] has become a line of its own. `said` is the message that passdesk prints.
#[track_caller]
fn stays_in_its_line(run: Run, said: &str) {
    let Run { stdout, stderr, .. } = run;
    let text = stdout + &stderr;
    for line in text.split(['\n', '\r', '\u{2028}']) {
        let forged = ["run evil", "forged", "tip", "evil", "usage: evil"];
        let begun = line.trim_start().trim_start_matches("hint: ").trim_start_matches("error: ");
        assert!(!forged.iter().any(|forged| begun.starts_with(forged)), "{line:?} in {text}");
    }
    assert!(text.contains(said) && text.contains("x<U+000A>hint"), "{text}");
}

#[test]
fn a_path_does_not() {
    let desk = Desk::settled();
    let run = |args: &[&str]| desk.run(args);
    stays_in_its_line(run(&["users", "list", "--store", EVIL]), "there is no store at");
    stays_in_its_line(run(&["users", "import", EVIL]), "cannot be read");
    stays_in_its_line(run(&["users", "reset", "--from", EVIL, "--yes"]), "cannot be read");
    stays_in_its_line(run(&["users", "reset", "--all", "--yes", "--resume", EVIL]), "does not exist");
    stays_in_its_line(run(&["users", "add", "bob", "--output", &format!("{EVIL}/x")]), "cannot be made");
    stays_in_its_line(run(&["store", "backup", &format!("{EVIL}/x")]), "cannot be made");
    stays_in_its_line(run(&["man", &format!("/dev/null/{EVIL}")]), "cannot be written");
    stays_in_its_line(run(&["store", "check", "--store", EVIL]), "there is no store at");
    let mut command = desk.command(&["users", "list"]);
    stays_in_its_line(command.env("PASSDESK_TOKEN_FILE", EVIL).output().unwrap().into(), "the token file");
    let mut command = desk.command(&["users", "list"]);
    stays_in_its_line(command.env("PASSDESK_STORE", EVIL).output().unwrap().into(), "there is no store at");
}

#[test]
fn a_path_that_is_used_does_not() {
    let desk = Desk::settled();
    stays_in_its_line(desk.run(&["store", "backup", EVIL]), "The backup is");
    stays_in_its_line(desk.run(&["store", "backup", EVIL]), "already");
    stays_in_its_line(desk.run(&["man", &format!("pages-{EVIL}")]), "The manual pages are in");
    stays_in_its_line(desk.run(&["users", "add", "bob", "--output", &format!("out-{EVIL}")]), "in force");
    stays_in_its_line(desk.run(&["users", "list", "-v", "--store", EVIL]), "acting as");
    let reset = ["users", "reset", "bob", "bob", "--yes", "--format", "csv", "--output"];
    stays_in_its_line(desk.run(&[&reset[..], &[&format!("many-{EVIL}")]].concat()), "is in many-");
    stays_in_its_line(desk.run(&["init", "--admin", "root", "--store", &format!("new-{EVIL}")]), "The store is");
}

#[test]
fn a_word_of_the_command_line_does_not() {
    let desk = Desk::settled();
    for args in [
        &[EVIL][..],
        &["users", EVIL],
        &["users", "list", "--role", EVIL],
        &["users", "list", "--limit", EVIL],
        &["users", "show", "bob", EVIL],
        &["users", "list", &format!("--{EVIL}")],
        &["users", "show", EVIL],
        &["users", "add", EVIL],
        &["users", "add", "bob", "--email", EVIL],
        &["policy", "set", EVIL, "1"],
        &["policy", "set", "argon2", EVIL],
        &["users", "reset", "--yes", "root", EVIL],
        &["users", "list", "--as", EVIL, "--password-stdin"],
    ] {
        stays_in_its_line(desk.run_with("x\n", args), "error: ");
    }
}

#[test]
fn a_cell_does_not() {
    let desk = Desk::settled();
    let cell = EVIL.replace('"', "\"\"");
    for list in [
        format!("username\n\"{cell}\"\n"),
        format!("username,email\nbob,\"{cell}\"\n"),
        format!("username,role\nbob,\"{cell}\"\n"),
        format!("username,\"{cell}\"\nbob,x\n"),
    ] {
        stays_in_its_line(desk.run_with(&list, &["users", "import", "-"]), "error: ");
    }
    stays_in_its_line(desk.run_with(format!("\"{cell}\"\n"), &["users", "reset", "--yes", "--from", "-"]), "error: ");
}

#[test]
fn a_message_of_the_database_does_not() {
    let desk = Desk::settled();
    desk.like_root("alice", 0);
    let name = EVIL.replace('"', "\"\"");
    desk.sql(&format!("CREATE TRIGGER \"{name}\" BEFORE UPDATE OF state ON accounts BEGIN SELECT 1; END"));
    stays_in_its_line(desk.run(&["users", "disable", "alice"]), "error: ");
}

#[test]
fn the_path_of_the_store_is_its_bytes_for_a_script_and_harmless_on_a_terminal() {
    let desk = Desk::empty();
    let path = |name: &[u8]| desk.home.path().join(OsStr::from_bytes(name));
    let store_path = |name: &[u8]| -> Command {
        let mut command = desk.command(&["store", "path"]);
        command.env("PASSDESK_STORE", path(name));
        command
    };
    for name in [b"\xff\xfe.db".as_slice(), b"a\x1b[2Jb.db", EVIL.as_bytes(), b"plain.db"] {
        let printed = store_path(name).output().unwrap().stdout;
        assert_eq!(printed, [path(name).as_os_str().as_bytes(), b"\n"].concat());
    }
    let end = Pty::start(&store_path(b"a\x1b[2Jb\nhint: evil.db")).end().exits(0);
    assert!(end.transcript.contains("a<U+001B>[2Jb<U+000A>hint: evil.db"), "{:?}", end.transcript);
}

#[test]
fn no_help_repeats_what_the_environment_holds() {
    let desk = Desk::empty();
    let pages = desk.run(&["man", "pages"]);
    pages.succeeds();
    let commands = fs::read_dir(desk.home.path().join("pages")).unwrap().map(|page| {
        let name = page.unwrap().file_name().into_string().unwrap();
        name.trim_end_matches(".1").split('-').skip(1).map(String::from).collect::<Vec<_>>()
    });
    let secret = "postgres://me:hunter2@server/db";
    for words in commands.chain([vec![]]) {
        for help in ["--help", "-h"] {
            let mut command = desk.command(&[]);
            let run: Run = command.args(&words).arg(help).env("PASSDESK_STORE", secret).output().unwrap().into();
            assert!(!format!("{}{}", run.stdout, run.stderr).contains("hunter2"), "{words:?}");
        }
    }
    for args in [&["completions", "zsh"][..], &["completions", "fish"], &["users", "list", "--nonsense"], &[]] {
        let run: Run = desk.command(args).env("PASSDESK_STORE", secret).output().unwrap().into();
        assert!(!format!("{}{}", run.stdout, run.stderr).contains("hunter2"), "{args:?}");
    }
    let mut command = desk.command(&["man", "again"]);
    Run::from(command.env("PASSDESK_STORE", secret).output().unwrap()).succeeds();
    for page in fs::read_dir(desk.home.path().join("again")).unwrap() {
        assert!(!fs::read_to_string(page.unwrap().path()).unwrap().contains("hunter2"));
    }
}
