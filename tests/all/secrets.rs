//! Shown once. A password leaves the program through the chosen way, and exists nowhere else.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::Path;

use crate::common::pty::Pty;
use crate::common::{Desk, GOOD, OTHER, Run, is_temporary};

const ACCOUNTS: usize = 20;

/// Every byte that the program has left: the store's files, and everything under the home.
pub fn left_behind(desk: &Desk) -> Vec<u8> {
    fn walk(folder: &Path, all: &mut Vec<u8>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            all.extend_from_slice(path.as_os_str().as_encoded_bytes());
            if path.is_dir() { walk(&path, all) } else { all.extend(fs::read(path).unwrap()) }
        }
    }
    let mut all = desk.store_bytes();
    walk(desk.home.path(), &mut all);
    assert!(holds(&all, b"SQLite format 3"), "there was nothing to look at");
    all
}

pub fn holds(bytes: &[u8], sought: &[u8]) -> bool {
    bytes.windows(sought.len()).any(|window| window == sought)
}

/// Every text in the form of a temporary password, and each of these passwords. They count with or without hyphens, in
/// either case.
pub fn leaked<'a>(bytes: &[u8], passwords: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    let bytes = bytes.to_ascii_lowercase();
    let bare: HashSet<Vec<u8>> = passwords.into_iter().map(|password| password.replace('-', "").into_bytes()).collect();
    let said = |window: &[u8]| String::from_utf8_lossy(window).into_owned();
    let shown = bytes.windows(24).filter(|window| window[4] == b'-').map(said).filter(|text| is_temporary(text));
    shown.chain(bytes.windows(20).filter(|window| bare.contains(*window)).map(said)).collect()
}

/// The passwords in CSV.
fn handed_in(run: &Run) -> Vec<String> {
    let rows = run.stdout.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().to_owned());
    rows.inspect(|password| assert!(is_temporary(password))).collect()
}

#[test]
fn the_search_finds_what_it_looks_for() {
    let password = "2345-6789-abcd-efgh-jkmn".to_owned();
    for (text, times) in [
        ("x2345-6789-abcd-efgh-jkmn", 1),
        ("2345-6789-ABCD-efgh-jkmn\0", 1),
        ("..23456789ABCDEFGHJKMN", 1),
        ("zzzz-zzzz-zzzz-zzzz-zzzz", 1),
        ("23456789abcdefghjkm", 0),
    ] {
        assert_eq!(leaked(text.as_bytes(), [&password]).len(), times, "{text}");
    }
}

#[test]
fn after_20_resets_no_temporary_password_is_left_anywhere() {
    none_is_left_after(1);
}

#[test]
#[ignore = "takes long"]
fn after_200_resets_no_temporary_password_is_left_anywhere() {
    none_is_left_after(10);
}

fn none_is_left_after(rounds: usize) {
    let desk = Desk::new();
    let names: Vec<String> = (0..ACCOUNTS).map(|number| format!("user{number}")).collect();
    let mut passwords = HashSet::new();
    let mut said = String::new();
    for name in &names {
        let added = desk.run(&["users", "add", name, "-q", "-v"]).succeeds();
        passwords.insert(added.password());
        said += &added.stderr;
    }
    // Keeps the write-ahead log, which otherwise goes with the last process.
    let other = rusqlite::Connection::open(desk.store()).unwrap();
    other.query_row("SELECT count(*) FROM accounts", [], |_| Ok(())).unwrap();

    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let reset = [&["users", "reset", "--yes", "-v", "--format", "csv"], &names[..]].concat();
    for _ in 0..rounds {
        let run = desk.run(&reset).succeeds();
        passwords.extend(handed_in(&run));
        said += &run.stderr;
        let before = desk.state();
        let failing = desk.command(&reset).stdout(File::options().write(true).open("/dev/full").unwrap()).output();
        said += &Run::from(failing.unwrap()).exits(12).stderr;
        assert_eq!(desk.state(), before);
    }

    assert_eq!(passwords.len(), ACCOUNTS * (1 + rounds), "each password is another one");
    assert!(said.contains("accounts are reset."), "{said}");
    assert_eq!(leaked(said.as_bytes(), &passwords), [""; 0]);
    assert_eq!(leaked(&left_behind(&desk), &passwords), [""; 0]);
    drop(other);
    assert_eq!(leaked(&left_behind(&desk), &passwords), [""; 0]);
}

#[test]
fn a_password_that_did_not_come_in_force_is_left_nowhere_either() {
    let desk = Desk::with_alice();
    desk.refuse_resets("alice");
    let before = desk.state();
    let mut passwords = Vec::new();
    let mut said = String::new();
    for output in [&[][..], &["--output", "file"]] {
        let args = [&["users", "reset", "alice", "--yes", "-v", "--format", "csv"], output].concat();
        let run = desk.run(&args).exits(1);
        passwords.extend(handed_in(&run));
        said += &run.stderr;
    }
    assert_eq!(passwords.len(), 1);
    assert_eq!(desk.state(), before);
    assert_eq!(leaked(said.as_bytes(), &passwords), [""; 0]);
    assert_eq!(leaked(&left_behind(&desk), &passwords), [""; 0]);
}

#[test]
fn an_output_file_is_the_only_place_of_its_password() {
    let desk = Desk::with_alice();
    let away = tempfile::tempdir().unwrap();
    let file = away.path().join("password");
    let run = desk.run(&["users", "reset", "alice", "--yes", "-v", "--output", file.to_str().unwrap()]).succeeds();
    let password = crate::common::temporary_in(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(leaked((run.stdout + &run.stderr).as_bytes(), [&password]), [""; 0]);
    assert_eq!(leaked(&left_behind(&desk), [&password]), [""; 0]);
    assert_eq!(fs::read_dir(away.path()).unwrap().count(), 1);
}

#[test]
fn a_password_that_its_owner_chose_is_left_nowhere() {
    let desk = Desk::with_alice();
    let sign_in = ["me", "sign-in", "--as", "alice", "--password-stdin", "-v"];
    let mut said = desk.run_with(format!("{GOOD}\n"), &sign_in).succeeds().stderr;
    said += &desk.change_password("alice", GOOD, OTHER).succeeds().stderr;
    let before = desk.state();
    // Refused for each possible reason: used already, and not the current password.
    said += &desk.change_password("alice", OTHER, OTHER).exits(8).stderr;
    said += &desk.change_password("alice", GOOD, OTHER).exits(5).stderr;
    said += &desk.profile("alice", GOOD).exits(5).stderr;
    assert_eq!(desk.state(), before);
    said += &desk.profile("alice", OTHER).succeeds().stdout;
    for bytes in [said.as_bytes(), &left_behind(&desk)] {
        let bytes = bytes.to_ascii_lowercase();
        for password in [GOOD, OTHER] {
            assert!(!holds(&bytes, password.as_bytes()));
            // Not even a word of it may be there. A short word may be there by chance.
            let words = password.split(' ').filter(|word| word.len() >= 5);
            assert_eq!(words.filter(|word| holds(&bytes, word.as_bytes())).collect::<Vec<_>>(), [""; 0]);
        }
    }
}

#[test]
fn a_process_that_asks_for_a_password_leaves_no_core_dump() {
    let desk = Desk::with_alice();
    let mut pty = Pty::start(&desk.command(&["me", "sign-in", "--as", "alice"]));
    pty.until("Password of alice: ");
    let limits = fs::read_to_string(format!("/proc/{}/limits", pty.number_of_program().as_raw_pid())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().collect::<Vec<_>>()[4..6], ["0", "0"], "{core}");
    pty.send("\x03");
    pty.end().exits(130);
}

#[test]
fn an_old_hash_is_gone_from_the_store_and_its_log() {
    let desk = Desk::with_alice();
    // Keeps the write-ahead log and its old pages, which otherwise go with the last process.
    let other = rusqlite::Connection::open(desk.store()).unwrap();
    other.query_row("SELECT count(*) FROM accounts", [], |_| Ok(())).unwrap();
    let mut old = vec![desk.hash_of("alice")];
    assert!(holds(&desk.store_bytes(), old[0].as_bytes()), "the search finds the hash that is in force");
    for _ in 0..3 {
        let temporary = desk.run(&["users", "reset", "alice", "--yes", "-q"]).succeeds().password();
        let bytes = desk.store_bytes();
        assert!(old.iter().all(|hash| !holds(&bytes, hash.as_bytes())), "a reset leaves an old hash");
        old.push(desk.hash_of("alice"));

        desk.change_password("alice", &temporary, GOOD).succeeds();
        let bytes = desk.store_bytes();
        assert!(old.iter().all(|hash| !holds(&bytes, hash.as_bytes())), "a change leaves an old hash");
        old.push(desk.hash_of("alice"));
        assert!(holds(&bytes, old[old.len() - 1].as_bytes()));
    }
    drop(other);
}
