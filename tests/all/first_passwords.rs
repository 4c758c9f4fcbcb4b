//! `users import --temporary-passwords`: each new account has one row, and its password is in force, even after an
//! early end.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "a shell has the path of the test")]

use std::collections::BTreeSet;
use std::env::{join_paths, split_paths};
use std::fs::{self, File};
use std::io::{ErrorKind, PipeReader, PipeWriter, Read as _, Write as _, pipe};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::common::crowd::{BATCH, HEADER, all_in_force, everything, names, rows, signal, wait_for, written};
use crate::common::pty::Pty;
use crate::common::{Desk, GOOD, Run};
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::process::Signal;

const IMPORT: [&str; 5] = ["users", "import", "people.csv", "--temporary-passwords", "--output"];
const COUNT: &str = "SELECT count(*) FROM accounts";

impl Desk {
    /// A command that imports the accounts `u001` and so on, in order.
    fn import_crowd(&self, count: usize, flags: &[&str]) -> Command {
        self.import_of(&list_of(names(1..=count)), flags)
    }

    fn import_of(&self, text: &str, flags: &[&str]) -> Command {
        fs::write(self.home.path().join("people.csv"), text).unwrap();
        self.command(&[&IMPORT[..], flags].concat())
    }

    fn at(&self, file: &str) -> PathBuf {
        self.home.path().join(file)
    }

    /// A shell that runs the command of a hint, as if pasted. The program is on its path, but nothing else is as
    /// before.
    fn shell(&self, hint: &str) -> Command {
        let program = Path::new(env!("CARGO_BIN_EXE_passdesk")).parent().unwrap().to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = join_paths([program].into_iter().chain(split_paths(&path))).unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", hint]).env_clear().env("HOME", self.home.path()).env("PATH", path);
        shell.current_dir("/").stdin(Stdio::null());
        shell
    }
}

/// A list with only these usernames.
fn list_of(names: BTreeSet<String>) -> String {
    ["username".into()].into_iter().chain(names).collect::<Vec<_>>().join("\n")
}

/// The command to paste. It is the whole line below the words.
#[track_caller]
fn hint(stderr: &str) -> String {
    let mut lines = stderr.lines().skip_while(|line| !line.ends_with("to continue:"));
    let command = lines.nth(1).unwrap_or_else(|| panic!("no hint in {stderr}"));
    command.to_owned()
}

/// A pipe that takes nothing until it is read.
fn full_pipe() -> (PipeReader, PipeWriter) {
    let (reader, mut writer) = pipe().unwrap();
    fcntl_setfl(&writer, OFlags::NONBLOCK).unwrap();
    for piece in [&[b'.'; 4096][..], b"."] {
        let full = loop {
            if let Err(error) = writer.write(piece) {
                break error;
            }
        };
        assert_eq!(full.kind(), ErrorKind::WouldBlock);
    }
    fcntl_setfl(&writer, OFlags::empty()).unwrap();
    (reader, writer)
}

/// Interrupts an import by Ctrl-C when the accounts exist but have no password. The import is blocked while it reports
/// the accounts.
#[track_caller]
fn interrupted_before_the_first(desk: &Desk, mut import: Command) -> Run {
    let (mut reader, writer) = full_pipe();
    let mut child = import.stderr(writer).stdout(Stdio::piped()).spawn().unwrap();
    // The command holds the other end of the pipe as well.
    drop(import);
    assert!(wait_for(&mut child, || desk.value::<i64>(COUNT) > 1), "it has ended");
    signal(&child, Signal::INT);
    sleep(Duration::from_secs(1));
    let mut stderr = String::new();
    reader.read_to_string(&mut stderr).unwrap();
    Run { stderr: stderr.trim_start_matches('.').to_owned(), ..child.wait_with_output().unwrap().into() }
}

#[test]
fn each_new_account_has_one_row_and_it_is_in_force() {
    let desk = Desk::new();
    let run: Run = desk.import_crowd(BATCH + 6, &["out"]).output().unwrap().into();
    assert_eq!(run.stdout, "");
    let said = "Imported 70 accounts, ids 2 to 71.\n70 accounts are reset; their temporary passwords are in out.\n";
    assert_eq!(run.stderr, said);
    all_in_force(&desk, &rows(&written(&desk.at("out"))), &names(1..=BATCH + 6));
    run.succeeds();
}

#[test]
fn whoever_was_there_before_has_no_row() {
    let desk = Desk::new();
    desk.run(&["users", "add", "u001", "-q"]).succeeds();
    let before = desk.hash_of("u001");
    Run::from(desk.import_crowd(3, &["out", "--on-conflict", "update"]).output().unwrap()).succeeds();
    all_in_force(&desk, &rows(&written(&desk.at("out"))), &names(2..=3));
    assert_eq!(desk.hash_of("u001"), before);
}

#[test]
fn where_nobody_is_new_there_is_no_file() {
    let desk = Desk::new();
    desk.run(&["users", "add", "u001", "-q"]).succeeds();
    let run = desk.refuses(0, || desk.import_crowd(1, &["out", "--on-conflict", "skip"]).output().unwrap().into());
    assert!(run.stderr.contains("Unchanged: 1 account."), "{}", run.stderr);
    assert!(!desk.at("out").exists());
}

#[test]
fn a_file_that_cannot_be_made_means_that_nothing_is_imported() {
    let desk = Desk::new();
    fs::write(desk.at("there"), "mine").unwrap();
    let before = everything(&desk);
    for (out, message) in [("nowhere/out", "cannot be made"), ("there", "exists already"), (".", "exists already")] {
        let run = Run::from(desk.import_crowd(3, &[out]).output().unwrap()).exits(12);
        assert!(run.stderr.contains(message), "{}", run.stderr);
        assert_eq!(everything(&desk), before, "{out}");
    }
    assert_eq!(written(&desk.at("there")), "mine");
}

#[test]
fn a_file_of_the_stores_own_is_refused() {
    let desk = Desk::new();
    let before = everything(&desk);
    for out in ["store.db", "./store.db-journal"] {
        let run = Run::from(desk.import_crowd(3, &[out]).output().unwrap()).exits(12);
        assert!(run.stderr.contains("is one of passdesk's own files") || out == "store.db", "{}", run.stderr);
        assert_eq!(everything(&desk), before, "{out}");
    }
    assert!(!desk.at("store.db-journal").exists());
}

#[test]
fn ended_before_the_first_password_it_is_gone_on_with_by_what_the_hint_says() {
    let desk = Desk::new();
    let run = interrupted_before_the_first(&desk, desk.import_crowd(5, &["a file's name"])).exits(11);
    assert!(
        run.stderr.contains("5 accounts are imported, but none of them has a temporary password"),
        "{}",
        run.stderr
    );
    assert!(!desk.at("a file's name").exists());
    Run::from(desk.shell(&hint(&run.stderr)).output().unwrap()).succeeds();
    all_in_force(&desk, &rows(&written(&desk.at("a file's name"))), &names(1..=5));
}

#[test]
fn ended_before_the_first_message_it_is_gone_on_with_to_the_same_key() {
    let desk = Desk::new();
    fs::write(desk.at("alice's key"), "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa\n").unwrap();
    let import = desk.import_crowd(5, &["out", "--encrypt-to", "alice's key"]);
    let run = interrupted_before_the_first(&desk, import).exits(11);
    Run::from(desk.shell(&hint(&run.stderr)).output().unwrap()).succeeds();
    let file = written(&desk.at("out"));
    assert!(file.starts_with("username,message,expires_at,operation\n"), "{file}");
    assert_eq!(file.lines().count(), 6);
}

#[test]
#[ignore = "takes long"]
fn ended_after_a_batch_it_is_gone_on_with_by_what_the_hint_says() {
    let desk = Desk::new();
    let out = desk.at("out");
    let mut import = desk.import_crowd(2 * BATCH, &["out", "--expires-in", "2h", "--jobs", "1"]);
    let mut child = import.stderr(Stdio::piped()).spawn().unwrap();
    assert!(wait_for(&mut child, || written(&out).len() > HEADER.len()), "it has ended");
    signal(&child, Signal::INT);
    let run = Run::from(child.wait_with_output().unwrap()).exits(11);
    assert!(
        run.stderr.contains("128 accounts are imported, but not all have a temporary password: "),
        "{}",
        run.stderr
    );
    let first = written(&out);
    assert!((1..2 * BATCH).contains(&rows(&first).len()));
    let hint = hint(&run.stderr);
    assert!(hint.contains(" --expires-in 2h --jobs 1 "), "{hint}");
    Run::from(desk.shell(&hint).output().unwrap()).succeeds();
    assert!(written(&out).starts_with(&first));
    all_in_force(&desk, &rows(&written(&out)), &names(1..=2 * BATCH));
}

#[test]
fn whoever_signed_in_for_the_import_signs_in_to_go_on() {
    let desk = Desk::settled();
    fs::write(desk.at("password"), format!("{GOOD}\n")).unwrap();
    let mut import = desk.import_crowd(2, &["out", "--as", "root", "--password-stdin"]);
    import.stdin(File::open(desk.at("password")).unwrap());
    let run = interrupted_before_the_first(&desk, import).exits(11);
    let mut pty = Pty::start(&desk.shell(&hint(&run.stderr)));
    pty.until("Password of root: ");
    pty.send(&format!("{GOOD}\r"));
    pty.end().exits(0);
    all_in_force(&desk, &rows(&written(&desk.at("out"))), &names(1..=2));
    let by: String = desk.value("SELECT DISTINCT actor FROM audit_events WHERE action = 'reset'");
    assert_eq!(by, "root");
}

#[test]
fn an_account_alone_without_its_password_is_told_of_as_well() {
    let desk = Desk::new();
    let run = interrupted_before_the_first(&desk, desk.import_crowd(1, &["out"])).exits(11);
    assert!(run.stderr.contains("1 account is imported, but without a temporary password: "), "{}", run.stderr);
    Run::from(desk.shell(&hint(&run.stderr)).output().unwrap()).succeeds();
    all_in_force(&desk, &rows(&written(&desk.at("out"))), &names([1]));
}

#[test]
fn rows_that_were_left_out_are_named_beside_accounts_without_a_password() {
    let desk = Desk::new();
    let import = desk.import_of("username\nu001\nx y\nu002\n", &["out", "--skip-invalid"]);
    let run = interrupted_before_the_first(&desk, import).exits(11);
    let said = "error: 2 accounts are imported, but none of them has a temporary password; 1 of 3 rows is left out\n";
    for part in [said, "\n  line 3: 'x y' is not", "\n  u001: not tried", "\n  u002: not tried"] {
        assert!(run.stderr.contains(part), "{part:?} is not in {}", run.stderr);
    }
    Run::from(desk.shell(&hint(&run.stderr)).output().unwrap()).succeeds();
    all_in_force(&desk, &rows(&written(&desk.at("out"))), &names(1..=2));
}

#[test]
fn a_result_that_cannot_be_printed_keeps_no_password_back() {
    let desk = Desk::new();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let run = Run::from(desk.import_crowd(3, &["out", "--format", "csv"]).stdout(full).output().unwrap()).exits(1);
    let said = "error: the import is done, but standard output cannot be written: ";
    assert!(run.stderr.contains(said), "{}", run.stderr);
    all_in_force(&desk, &rows(&written(&desk.at("out"))), &names(1..=3));
}

/// The usernames and passwords of JSON Lines.
fn json_rows(text: &str) -> Vec<(String, String)> {
    let row = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let cell = |name: &str| row[name].as_str().unwrap().to_owned();
        (cell("username"), cell("temporary_password"))
    };
    text.lines().map(row).collect()
}

#[test]
fn in_json_the_result_is_one_object_and_the_file_has_a_line_for_each() {
    let desk = Desk::new();
    for (format, range) in [("json", 1..=2), ("jsonl", 3..=4)] {
        let mut import = desk.import_of(&list_of(names(range.clone())), &[format, "--format", format]);
        let run = Run::from(import.output().unwrap()).succeeds();
        let result: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!((result["new"].as_i64(), run.stderr.as_str()), (Some(2), ""));
        all_in_force(&desk, &json_rows(&written(&desk.at(format))), &names(range));
    }
}

#[test]
#[ignore = "takes long"]
fn in_json_a_file_that_was_begun_can_be_gone_on_with() {
    let desk = Desk::new();
    let out = desk.at("out");
    let mut import = desk.import_crowd(3 * BATCH, &["out", "--format", "json"]);
    let mut child = import.stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    assert!(wait_for(&mut child, || written(&out).ends_with('\n')), "it has ended");
    signal(&child, Signal::INT);
    let run = Run::from(child.wait_with_output().unwrap()).exits(11);
    assert!(run.stdout.contains(r#""new":192"#), "{}", run.stdout);
    let hint = run.error()["hint"].as_str().unwrap().to_owned();
    let hint = hint.strip_prefix("to continue: ").unwrap();
    Run::from(desk.shell(hint).output().unwrap()).succeeds();
    all_in_force(&desk, &json_rows(&written(&out)), &names(1..=3 * BATCH));
}
