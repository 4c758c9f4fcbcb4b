//! `store restore`: a backup becomes the store in one step, and what was there is kept.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;

use crate::common::crowd::{bulky_crowd, everything};
use crate::common::pty::Pty;
use crate::common::record::{VERIFY, events};
use crate::common::{CHANGES, Desk, GLOBAL_ADMIN, GOOD, OTHER, Run, SmallDisk, garbage};
use rusqlite::Connection;
use serde_json::Value;

const RESTORE: [&str; 4] = ["store", "restore", "monday.db", "--yes"];

const NOTHING: [PathBuf; 0] = [];

/// A store with `root` and `alice`, a backup of it, and `bob`, who came after the backup.
fn backed_up() -> Desk {
    let desk = Desk::with_alice();
    desk.run(&["store", "backup", "monday.db"]).succeeds();
    desk.run(&["users", "add", "bob"]).succeeds();
    desk
}

/// The usernames in a store.
fn people(desk: &Desk, store: &Path) -> String {
    let list = ["users", "list", "--format", "csv", "--store", store.to_str().unwrap()];
    let run = desk.run(&list).succeeds();
    run.stdout.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect::<Vec<_>>().join(" ")
}

/// The files in the home whose names begin as that of the store, without the file that queues writers.
fn beside(desk: &Desk) -> Vec<PathBuf> {
    let mut all: Vec<_> = fs::read_dir(desk.home.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.retain(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.trim_start_matches('.').starts_with("store.db") && !["store.db", "store.db-lock"].contains(&name)
    });
    all.sort();
    all
}

/// The file that was kept.
#[track_caller]
fn kept(desk: &Desk) -> PathBuf {
    let beside = beside(desk);
    let [kept] = beside.as_slice() else { unreachable!("{beside:?}") };
    assert!(kept.to_str().unwrap().ends_with(".before-restore"), "{}", kept.display());
    kept.clone()
}

/// Fails the test unless the restore is refused, and nothing at all is different.
#[track_caller]
fn refuses(desk: &Desk, code: i32, args: &[&str]) -> Run {
    let before = (desk.store_bytes(), beside(desk));
    let run = desk.run(args).exits(code);
    assert_eq!(run.stdout, "");
    assert!((desk.store_bytes(), beside(desk)) == before, "something has changed: {}", run.stderr);
    run
}

fn last(desk: &Desk) -> Value {
    events(desk).pop().unwrap()
}

// ---- What it does.

#[test]
fn the_store_is_that_of_the_backup_and_what_was_there_is_kept_beside_it() {
    let desk = backed_up();
    let run = desk.run(&RESTORE).succeeds();
    assert!(run.stderr.contains("It has 2 accounts and "), "{}", run.stderr);
    assert!(run.stderr.contains("The store now has 3 accounts and "), "{}", run.stderr);
    assert_eq!(people(&desk, &desk.store()), "root alice");
    assert_eq!(people(&desk, &kept(&desk)), "root alice bob");
    assert_eq!(people(&desk, &desk.home.path().join("monday.db")), "root alice");
    assert_eq!(fs::metadata(kept(&desk)).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(fs::metadata(desk.store()).unwrap().permissions().mode() & 0o7777, 0o600);
    desk.run(&["store", "check"]).succeeds();
    desk.run(&VERIFY).succeeds();
    desk.profile("alice", GOOD).succeeds();
}

#[test]
fn where_what_was_there_is_kept_is_the_result_in_json() {
    let desk = backed_up();
    let run = desk.run(&[&RESTORE[..], &["--format", "json"]].concat()).succeeds();
    let said: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(said["path"], desk.store().to_str().unwrap());
    assert_eq!(said["kept"], kept(&desk).to_str().unwrap());
}

#[test]
fn what_is_only_in_the_log_is_kept_as_well() {
    let desk = backed_up();
    // Whoever reads keeps the log from being put into the file.
    let reader = Connection::open(desk.store()).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM accounts").unwrap();
    let _: i64 = reader.query_row("SELECT count(*) FROM accounts", [], |row| row.get(0)).unwrap();
    desk.run(&["users", "add", "carol"]).succeeds();
    desk.run(&RESTORE).succeeds();
    drop(reader);
    desk.run(&["store", "check"]).succeeds();
    assert_eq!(people(&desk, &desk.store()), "root alice");
    assert_eq!(people(&desk, &kept(&desk)), "root alice bob carol");
}

#[test]
fn the_restored_record_says_who_restored_which_file_and_what_record_it_replaced() {
    let desk = backed_up();
    let replaced = last(&desk);
    let sum = Command::new("sha256sum").arg(desk.home.path().join("monday.db")).output().unwrap().stdout;
    desk.run(&RESTORE).succeeds();
    let event = last(&desk);
    assert_eq!((&event["action"], &event["outcome"]), (&"restore-store".into(), &"done".into()));
    assert!(event["actor"].as_str().unwrap().starts_with("operator "), "{event}");
    let detail = &event["detail"];
    assert!(detail["path"].as_str().unwrap().ends_with("/monday.db"), "{event}");
    assert!(String::from_utf8(sum).unwrap().starts_with(detail["sha256"].as_str().unwrap()), "{event}");
    assert_eq!((&detail["replaced_until"], &detail["replaced_link"]), (&replaced["sequence"], &replaced["link"]));
}

#[test]
fn no_sign_in_and_no_token_of_the_backup_lives_again() {
    let desk = Desk::settled();
    desk.like_root("alice", 0);
    desk.run_as("alice", &["me", "sign-in"]).succeeds();
    let token = desk.run_as("root", &["tokens", "create", "nightly", "--expires-in", "1d", "-q"]).succeeds().stdout;
    desk.run_as("root", &["store", "backup", "monday.db"]).succeeds();
    desk.run(&["store", "restore", "monday.db", "--yes"]).succeeds();
    assert_eq!(desk.value::<i64>("SELECT count(*) FROM sign_ins"), 0);
    let mut list = desk.command(&["users", "list"]);
    Run::from(list.env("PASSDESK_TOKEN", token.trim_end()).output().unwrap()).exits(5);
}

#[test]
fn passwords_are_those_of_the_backup() {
    let desk = backed_up();
    desk.change_password("alice", GOOD, OTHER).succeeds();
    let run = desk.run(&RESTORE).succeeds();
    desk.profile("alice", GOOD).succeeds();
    desk.profile("alice", OTHER).exits(5);
    assert!(run.stderr.contains("Reset everybody who was reset since"), "{}", run.stderr);
}

#[test]
fn no_file_of_the_store_has_a_hash_that_was_replaced() {
    let desk = backed_up();
    desk.change_password("alice", GOOD, OTHER).succeeds();
    let replaced = desk.hash_of("alice");
    desk.run(&RESTORE).succeeds();
    let telling = replaced.rsplit('$').next().unwrap().as_bytes();
    let bytes = desk.store_bytes();
    assert!(!bytes.windows(telling.len()).any(|window| window == telling));
}

#[test]
fn a_backup_from_a_pipe_is_restored() {
    let desk = backed_up();
    let backup = fs::read(desk.home.path().join("monday.db")).unwrap();
    desk.run_with(backup, &["store", "restore", "-", "--yes"]).succeeds();
    assert_eq!(people(&desk, &desk.store()), "root alice");
    assert_eq!(last(&desk)["detail"]["path"], "standard input");
}

#[test]
fn a_backup_behind_a_link_is_restored() {
    let desk = backed_up();
    symlink("monday.db", desk.home.path().join("latest.db")).unwrap();
    desk.run(&["store", "restore", "latest.db", "--yes"]).succeeds();
    assert_eq!(people(&desk, &desk.store()), "root alice");
}

#[test]
fn a_backup_of_an_earlier_passdesk_is_brought_up_to_date() {
    let desk = backed_up();
    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/schema_3.db");
    desk.run(&["store", "restore", old.to_str().unwrap(), "--yes"]).succeeds();
    assert_eq!(desk.value::<i64>("PRAGMA user_version"), 9);
    desk.run(&VERIFY).succeeds();
}

#[test]
fn what_was_kept_is_restored_like_a_backup() {
    let desk = backed_up();
    desk.run(&RESTORE).succeeds();
    let kept = kept(&desk);
    let later = desk.home.path().join("later.db");
    fs::rename(kept, &later).unwrap();
    desk.run(&["store", "restore", "later.db", "--yes"]).succeeds();
    assert_eq!(people(&desk, &desk.store()), "root alice bob");
}

#[test]
fn a_dry_run_checks_the_backup_and_changes_nothing() {
    let desk = backed_up();
    let before = everything(&desk);
    let run = refuses(&desk, 0, &["store", "restore", "monday.db", "--dry-run"]);
    assert!(run.stderr.contains("monday.db would be restored"), "{}", run.stderr);
    assert_eq!(everything(&desk), before);
    fs::write(desk.home.path().join("other"), "text").unwrap();
    refuses(&desk, 10, &["store", "restore", "other", "--dry-run"]);
}

// ---- Who may, and who is asked.

#[test]
fn somebody_at_a_terminal_is_asked() {
    let desk = backed_up();
    let restore = ["store", "restore", "monday.db"];
    for (answer, code, left) in [("n", 130, "root alice bob"), ("y", 0, "root alice")] {
        let mut pty = Pty::start(&desk.command(&restore));
        pty.until("Put the backup in the place of the store ");
        pty.until("[y/N] ");
        pty.send(&format!("{answer}\n"));
        pty.end().exits(code);
        assert_eq!(people(&desk, &desk.store()), left);
    }
}

#[test]
fn ctrl_c_at_the_question_leaves_nothing() {
    let desk = backed_up();
    let mut pty = Pty::start(&desk.command(&["store", "restore", "monday.db"]));
    pty.until("[y/N] ");
    pty.send("\x03");
    let ended = pty.end().exits(130);
    assert!(ended.text().contains("error: cancelled"), "{}", ended.text());
    assert!(!ended.text().contains("done"), "{}", ended.text());
    assert_eq!(beside(&desk), NOTHING);
    assert_eq!(people(&desk, &desk.store()), "root alice bob");
}

#[test]
fn without_a_terminal_it_needs_yes() {
    let run = refuses(&backed_up(), 2, &["store", "restore", "monday.db"]);
    assert!(run.stderr.contains("add --yes to restore without being asked"), "{}", run.stderr);
}

#[test]
fn no_account_restores_whatever_its_roles() {
    let desk = backed_up();
    desk.like_root("boss", GLOBAL_ADMIN);
    let before = desk.state();
    desk.run_as("boss", &RESTORE).exits(2);
    assert_eq!(desk.state(), before);
}

#[test]
fn whoever_comes_through_sudo_restores_nothing() {
    let desk = backed_up();
    let other = (rustix::process::getuid().as_raw() + 1).to_string();
    let backup = fs::read(desk.home.path().join("monday.db")).unwrap();
    for args in [&RESTORE[..], &["store", "restore", "-", "--yes"]] {
        let mut command = desk.command(args);
        command.env("SUDO_UID", &other);
        desk.refuses(2, || crate::common::fed(command, &backup));
    }
}

#[test]
fn an_operator_who_must_sign_in_restores_all_the_same() {
    let desk = Desk::settled();
    desk.run(&["policy", "set", "operator-access", "off"]).succeeds();
    desk.run_as("root", &["store", "backup", "monday.db"]).succeeds();
    desk.run(&RESTORE).succeeds();
}

// ---- What is no backup.

#[test]
fn a_damaged_backup_is_not_restored() {
    let desk = backed_up();
    let whole = fs::read(desk.home.path().join("monday.db")).unwrap();
    let root: i64 = desk.value("SELECT rootpage FROM sqlite_schema WHERE name = 'accounts_by_name'");
    let mut page = whole.clone();
    page[usize::try_from(root - 1).unwrap() * 4096..][..8].fill(0xA5);
    let mut noise = whole.clone();
    noise[4096..].fill(0xA5);
    for (bytes, what) in [
        (page, "a page"),
        (noise, "all but the first page"),
        (whole[..whole.len() / 2].to_vec(), "cut off"),
        (whole[..100].to_vec(), "a header"),
        (garbage(9_000), "noise"),
        (Vec::new(), "nothing"),
    ] {
        fs::write(desk.home.path().join("bad.db"), bytes).unwrap();
        let run = refuses(&desk, 10, &["store", "restore", "bad.db", "--yes"]);
        assert!(run.stderr.contains("the backup cannot be restored: "), "{what}: {}", run.stderr);
    }
}

#[test]
fn a_backup_whose_record_was_tampered_with_is_not_restored() {
    let desk = backed_up();
    let other = Connection::open(desk.home.path().join("monday.db")).unwrap();
    let guards: String = other
        .query_row("SELECT group_concat(sql, ';') FROM sqlite_schema WHERE type = 'trigger'", [], |row| row.get(0))
        .unwrap();
    other.execute_batch(crate::common::record::DROP_TRIGGERS).unwrap();
    other.execute("UPDATE audit_events SET actor = 'nobody' WHERE sequence = 1", []).unwrap();
    other.execute_batch(&guards).unwrap();
    drop(other);
    let run = refuses(&desk, 10, &RESTORE);
    assert!(run.stderr.contains("tampered"), "{}", run.stderr);
}

#[test]
fn a_backup_that_is_too_new_is_not_restored() {
    let desk = backed_up();
    let other = Connection::open(desk.home.path().join("monday.db")).unwrap();
    other.pragma_update(None, "user_version", 99).unwrap();
    drop(other);
    let run = refuses(&desk, 10, &RESTORE);
    assert!(run.stderr.contains("schema 99"), "{}", run.stderr);
}

#[test]
fn the_store_is_not_restored_from_itself_by_any_name() {
    let desk = backed_up();
    symlink("store.db", desk.home.path().join("link.db")).unwrap();
    for name in ["store.db", "link.db", "./store.db"] {
        let run = refuses(&desk, 2, &["store", "restore", name, "--yes"]);
        assert!(run.stderr.contains("one of passdesk's own files"), "{}", run.stderr);
    }
}

#[test]
fn a_store_that_has_a_log_is_not_taken_without_it() {
    let desk = backed_up();
    fs::write(desk.home.path().join("monday.db-wal"), "more").unwrap();
    let run = refuses(&desk, 2, &RESTORE);
    assert!(run.stderr.contains("passdesk store backup NEW --store monday.db"), "{}", run.stderr);
}

#[test]
fn an_empty_log_is_no_part_of_a_backup() {
    let desk = backed_up();
    fs::write(desk.home.path().join("monday.db-wal"), "").unwrap();
    desk.run(&RESTORE).succeeds();
}

#[test]
fn nothing_is_restored_over_what_is_no_file_of_ones_own() {
    let desk = backed_up();
    fs::rename(desk.store(), desk.home.path().join("real.db")).unwrap();
    symlink("real.db", desk.store()).unwrap();
    let run = desk.run(&RESTORE).exits(10);
    assert!(run.stderr.contains("is a symbolic link"), "{}", run.stderr);
    fs::remove_file(desk.store()).unwrap();
    fs::hard_link(desk.home.path().join("real.db"), desk.store()).unwrap();
    let run = desk.run(&RESTORE).exits(10);
    assert!(run.stderr.contains("has 2 names"), "{}", run.stderr);
    fs::remove_file(desk.store()).unwrap();
    fs::create_dir(desk.store()).unwrap();
    desk.run(&RESTORE).exits(10);
    assert_eq!(people(&desk, &desk.home.path().join("real.db")), "root alice bob");
}

// ---- Over what is damaged or gone.

/// What damages a store.
type Damage = fn(&mut Vec<u8>);

/// How a store can be damaged.
const DAMAGES: [(&str, Damage); 6] = [
    ("the header alone", |bytes| bytes.truncate(100)),
    ("the first page alone", |bytes| bytes.truncate(4096)),
    ("nothing", Vec::clear),
    ("noise", |bytes| *bytes = garbage(20_000)),
    ("a header over noise", |bytes| bytes[100..].fill(0xA5)),
    ("a schema over noise", |bytes| bytes[4096..].fill(0xA5)),
];

#[test]
fn over_a_damaged_store_a_backup_is_restored_and_the_damaged_one_is_kept() {
    for (what, damage) in DAMAGES {
        let desk = backed_up();
        let mut bytes = fs::read(desk.store()).unwrap();
        damage(&mut bytes);
        fs::write(desk.store(), &bytes).unwrap();
        desk.run(&["users", "list"]).exits(10);
        desk.run(&RESTORE).succeeds();
        desk.run(&["store", "check"]).succeeds();
        assert_eq!(people(&desk, &desk.store()), "root alice", "{what}");
        assert!(fs::read(kept(&desk)).unwrap() == bytes, "{what} is not kept as it was");
        assert!(last(&desk)["detail"]["replaced_until"].is_null(), "{what}");
    }
}

#[test]
fn the_log_of_a_damaged_store_is_kept_with_it_and_is_not_read_as_that_of_the_restored_one() {
    let desk = backed_up();
    let reader = Connection::open(desk.store()).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    let _: i64 = reader.query_row("SELECT count(*) FROM accounts", [], |row| row.get(0)).unwrap();
    desk.run(&["users", "add", "carol"]).succeeds();
    let [log, index] = ["store.db-wal", "store.db-shm"].map(|name| desk.home.path().join(name));
    let saved = [&log, &index].map(|path| fs::read(path).unwrap());
    assert!(!saved[0].is_empty());
    drop(reader);
    fs::write(desk.store(), garbage(20_000)).unwrap();
    for (path, bytes) in [&log, &index].into_iter().zip(&saved) {
        fs::write(path, bytes).unwrap();
        fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
    }
    desk.run(&RESTORE).succeeds();
    desk.run(&["store", "check"]).succeeds();
    assert_eq!(people(&desk, &desk.store()), "root alice");
    let beside = beside(&desk);
    let [file, its_log] = beside.as_slice() else { unreachable!("{beside:?}") };
    assert!(file.to_str().unwrap().ends_with(".before-restore"));
    assert!(its_log.to_str().unwrap().ends_with(".before-restore-wal"));
    assert!(fs::read(its_log).unwrap() == saved[0]);
}

/// Makes the pages of the store larger than those of a backup. Adds `carol`, who is only in the log then. Returns the file
/// and its log.
fn with_larger_pages(desk: &Desk) -> [Vec<u8>; 2] {
    let other = Connection::open(desk.store()).unwrap();
    other
        .execute_batch("PRAGMA journal_mode = DELETE; PRAGMA page_size = 8192; VACUUM; PRAGMA journal_mode = WAL")
        .unwrap();
    drop(other);
    let reader = Connection::open(desk.store()).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    let _: i64 = reader.query_row("SELECT count(*) FROM accounts", [], |row| row.get(0)).unwrap();
    desk.run(&["users", "add", "carol"]).succeeds();
    let files = ["store.db", "store.db-wal"].map(|name| fs::read(desk.home.path().join(name)).unwrap());
    drop(reader);
    lay(desk, &files);
    files
}

/// Makes these files the store and its log, as a killed process leaves them.
fn lay(desk: &Desk, [store, log]: &[Vec<u8>; 2]) {
    fs::write(desk.store(), store).unwrap();
    let path = desk.home.path().join("store.db-wal");
    let _ = fs::remove_file(desk.home.path().join("store.db-shm"));
    fs::write(&path, log).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn a_sound_store_with_other_pages_is_kept_in_one_file_and_its_record_is_named() {
    let desk = backed_up();
    let files = with_larger_pages(&desk);
    let replaced = last(&desk);
    lay(&desk, &files);
    desk.run(&RESTORE).succeeds();
    desk.run(&["store", "check"]).succeeds();
    assert_eq!(people(&desk, &desk.store()), "root alice");
    assert_eq!(people(&desk, &kept(&desk)), "root alice bob carol");
    let detail = &last(&desk)["detail"];
    assert_eq!((&detail["replaced_until"], &detail["replaced_link"]), (&replaced["sequence"], &replaced["link"]));
}

#[test]
fn where_there_is_no_store_a_backup_becomes_one() {
    let desk = backed_up();
    for name in ["store.db", "store.db-lock"] {
        fs::remove_file(desk.home.path().join(name)).unwrap();
    }
    let run = desk.run(&RESTORE).succeeds();
    assert!(run.stderr.contains("There is no store at "), "{}", run.stderr);
    assert_eq!(people(&desk, &desk.store()), "root alice");
    assert_eq!(fs::metadata(desk.store()).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(beside(&desk), NOTHING);
    desk.run(&["store", "restore", "monday.db", "--yes", "--store", "new/folder/store.db"]).succeeds();
    assert_eq!(people(&desk, &desk.home.path().join("new/folder/store.db")), "root alice");
}

#[test]
fn a_log_that_was_left_alone_is_set_aside() {
    let desk = backed_up();
    fs::remove_file(desk.store()).unwrap();
    let log = desk.home.path().join("store.db-wal");
    fs::write(&log, "left").unwrap();
    fs::set_permissions(&log, Permissions::from_mode(0o600)).unwrap();
    desk.run(&RESTORE).succeeds();
    desk.run(&["store", "check"]).succeeds();
    let beside = beside(&desk);
    let [log] = beside.as_slice() else { unreachable!("{beside:?}") };
    assert_eq!(fs::read(log).unwrap(), b"left");
}

// ---- While others use the store.

#[test]
fn whoever_has_the_store_open_goes_on_with_the_restored_one() {
    let desk = backed_up();
    let other = Connection::open(desk.store()).unwrap();
    let count = || other.query_row("SELECT count(*) FROM credentials", [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count(), 3);
    desk.run(&RESTORE).succeeds();
    assert_eq!(count(), 2);
    other.execute("UPDATE accounts SET tries_untold = 7 WHERE username = 'alice'", []).unwrap();
    assert_eq!(desk.account::<i64>("tries_untold", "alice"), 7);
}

#[test]
fn what_was_begun_before_a_restore_is_refused_after_it() {
    for gone in [false, true] {
        let desk = backed_up();
        let mut pty = Pty::start(&desk.command(&["users", "disable", "alice", "--as", "root"]));
        pty.until("Password of root: ");
        if gone {
            fs::remove_file(desk.store()).unwrap();
        }
        desk.run(&RESTORE).succeeds();
        let before = everything(&desk);
        pty.secret(GOOD);
        pty.send("\r");
        let ended = pty.end().exits(10);
        assert!(ended.text().contains("while this ran"), "{}", ended.text());
        assert_eq!(everything(&desk), before);
    }
}

#[test]
fn a_reset_that_is_confirmed_after_a_restore_is_not_in_force() {
    let desk = backed_up();
    let mut pty = Pty::start(&desk.command(&["users", "reset", "bob"]));
    pty.until("[y/N] ");
    desk.run(&RESTORE).succeeds();
    // Another account gets the number that bob had.
    desk.run(&["users", "add", "carol"]).succeeds();
    let before = everything(&desk);
    pty.send("y\n");
    pty.end().exits(10);
    assert_eq!(everything(&desk), before);
}

#[test]
#[ignore = "takes long"]
fn while_somebody_writes_nothing_is_restored() {
    let desk = backed_up();
    let other = Connection::open(desk.store()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let run = desk.run(&RESTORE).exits(9);
    assert!(run.stderr.contains("busy"), "{}", run.stderr);
    drop(other);
    assert_eq!(people(&desk, &desk.store()), "root alice bob");
    assert_eq!(beside(&desk), NOTHING);
}

#[test]
#[ignore = "takes long"]
fn a_damaged_store_is_not_replaced_while_somebody_has_it_open() {
    let desk = backed_up();
    let other = Connection::open(desk.store()).unwrap();
    let _: i64 = other.query_row("SELECT count(*) FROM accounts", [], |row| row.get(0)).unwrap();
    let file = fs::OpenOptions::new().write(true).open(desk.store()).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, &[0xA5; 16], 0).unwrap();
    // Closing the file would release the locks of the connection.
    std::mem::forget(file);
    let run = desk.run(&RESTORE).exits(9);
    assert!(run.stderr.contains("busy"), "{}", run.stderr);
    assert!(fs::read(desk.store()).unwrap().starts_with(&[0xA5; 16]));
    drop(other);
    desk.run(&RESTORE).succeeds();
}

#[test]
fn what_others_write_meanwhile_is_in_what_was_kept_or_in_the_store() {
    let desk = Desk::settled();
    bulky_crowd(&desk, 3_000);
    desk.run(&["store", "backup", "monday.db"]).succeeds();
    let over = AtomicBool::new(false);
    let added: Vec<String> = scope(|scope| {
        let writers: Vec<_> = (0..3)
            .map(|seed| {
                let (desk, over) = (&desk, &over);
                scope.spawn(move || {
                    let mut added = Vec::new();
                    for number in 0.. {
                        let name = format!("w{seed}x{number}");
                        let run = desk.run(&["users", "add", &name, "-q"]);
                        assert!([0, 9, 10].contains(&run.code), "{}", run.stderr);
                        if run.code == 0 {
                            added.push(name);
                        }
                        if over.load(Ordering::Relaxed) {
                            break;
                        }
                    }
                    added
                })
            })
            .collect();
        sleep(Duration::from_millis(500));
        // The writers may keep it waiting for too long. Then it says so, and nothing is restored.
        let mut run = desk.run(&RESTORE);
        for _ in 0..20 {
            if run.code != 9 {
                break;
            }
            run = desk.run(&RESTORE);
        }
        over.store(true, Ordering::Relaxed);
        run.succeeds();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    let all = people(&desk, &kept(&desk)) + " " + &people(&desk, &desk.store());
    let there: Vec<_> = all.split(' ').collect();
    for name in &added {
        assert!(there.contains(&name.as_str()), "{name} is lost");
    }
    desk.run(&["store", "check"]).succeeds();
}

// ---- When it fails.

/// The program under a tracer that kills it at one of its system calls. The tracer counts each kind by itself.
fn killed_at(desk: &Desk, call: &str, number: usize) -> bool {
    let plain = desk.command(&RESTORE);
    let mut traced = Command::new("strace");
    traced.args(["-f", "-o", "/dev/null"]).arg(format!("--inject=?{call}:signal=KILL:when={number}"));
    traced.arg(format!("--trace=?{call}")).arg(plain.get_program()).args(plain.get_args());
    traced.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let ended = traced.current_dir(desk.home.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    !ended.status().unwrap().success()
}

/// Kills a restore at each of its system calls that changes a file. Returns how many there were.
fn killed_everywhere(desk: &Desk, lay: impl Fn(), is_whole: impl Fn(&Desk) -> bool) -> usize {
    CHANGES.iter().map(|call| killed_at_each(desk, call, &lay, &is_whole)).sum()
}

fn killed_at_each(desk: &Desk, call: &str, lay: impl Fn(), is_whole: impl Fn(&Desk) -> bool) -> usize {
    for number in 1.. {
        for path in beside(desk) {
            if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
        }
        lay();
        if !killed_at(desk, call, number) {
            return number - 1;
        }
        let left = beside(desk);
        let is_restored = desk.run(&["store", "check"]).code == 0 && people(desk, &desk.store()) == "root alice";
        assert!(is_restored || is_whole(desk), "killed at {call} {number}");
        for path in left.iter().filter(|path| path.is_file()) {
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
        }
        desk.run(&RESTORE).succeeds();
        assert_eq!(people(desk, &desk.store()), "root alice");
        desk.run(&["store", "check"]).succeeds();
    }
    0
}

#[test]
#[ignore = "needs strace"]
fn killed_anywhere_it_leaves_the_old_store_or_the_restored_one() {
    let desk = backed_up();
    let before = fs::read(desk.store()).unwrap();
    let lay = || fs::write(desk.store(), &before).unwrap();
    let moments = killed_everywhere(&desk, lay, |desk| people(desk, &desk.store()) == "root alice bob");
    assert!(moments > 50, "{moments}");
}

#[test]
#[ignore = "needs strace"]
fn killed_anywhere_over_a_store_with_other_pages_it_leaves_that_or_the_restored_one() {
    let desk = backed_up();
    let files = with_larger_pages(&desk);
    let is_whole = |desk: &Desk| people(desk, &desk.store()) == "root alice bob carol";
    let moments = killed_everywhere(&desk, || lay(&desk, &files), is_whole);
    assert!(moments > 50, "{moments}");
}

#[test]
#[ignore = "needs strace"]
fn killed_anywhere_over_a_damaged_store_it_leaves_that_or_the_restored_one() {
    let desk = backed_up();
    let damaged = garbage(20_000);
    let lay = || fs::write(desk.store(), &damaged).unwrap();
    let moments = killed_everywhere(&desk, lay, |desk| fs::read(desk.store()).unwrap() == garbage(20_000));
    assert!(moments > 30, "{moments}");
}

#[test]
#[ignore = "takes long"]
fn killed_at_any_moment_it_leaves_a_whole_store() {
    let desk = Desk::settled();
    bulky_crowd(&desk, 10_000);
    desk.run(&["store", "backup", "monday.db"]).succeeds();
    desk.run(&["users", "add", "bob"]).succeeds();
    let (before, mut restored) = (fs::read(desk.store()).unwrap(), 0);
    for moment in 0..30 {
        for path in beside(&desk) {
            if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
        }
        fs::write(desk.store(), &before).unwrap();
        let mut command = desk.command(&RESTORE);
        let mut restore = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        sleep(Duration::from_millis(60 * moment));
        restore.kill().unwrap();
        restore.wait().unwrap();
        desk.run(&["store", "check"]).succeeds();
        let bobs: i64 = desk.value("SELECT count(*) FROM accounts WHERE username = 'bob'");
        restored += usize::from(bobs == 0);
    }
    assert!(restored > 0 && restored < 30, "{restored}");
}

#[test]
fn a_disk_that_takes_no_more_leaves_everything_as_it_was() {
    let desk = Desk::settled();
    bulky_crowd(&desk, 20_000);
    desk.run(&["store", "backup", "monday.db"]).succeeds();
    desk.run(&["users", "add", "bob"]).succeeds();
    let size = fs::metadata(desk.store()).unwrap().len() / 1024;
    // The first is too small for the copy, the second for the log of the store as well as it is now.
    for most in [size / 2, size + 8] {
        let plain = desk.command(&RESTORE);
        let mut shell = Command::new("bash");
        // The program gets an error instead of the fatal signal.
        shell.args(["-c", &format!("trap '' XFSZ; ulimit -f {most}; exec \"$0\" \"$@\"")]).arg(plain.get_program());
        shell.args(plain.get_args()).env_clear();
        shell.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?)))).current_dir(desk.home.path());
        let before = everything(&desk);
        let run = Run::from(shell.output().unwrap()).exits(1);
        assert!(run.stderr.contains("hint: the disk of the store needs room"), "{}", run.stderr);
        assert!(everything(&desk) == before, "something has changed");
        assert_eq!(beside(&desk), NOTHING, "{most}");
    }
    desk.run(&["store", "check"]).succeeds();
}

#[test]
#[ignore = "needs root, to mount small disks"]
fn a_full_disk_leaves_everything_as_it_was() {
    let desk = Desk::settled();
    bulky_crowd(&desk, 2_000);
    desk.run(&["store", "backup", "monday.db"]).succeeds();
    let small = tempfile::tempdir().unwrap();
    let place = small.path().join("store.db");
    let size = fs::metadata(desk.store()).unwrap().len() / 1024;
    let mut done = 0;
    for parts in 2..40 {
        let room = size * parts / 8;
        let small_disk = SmallDisk::over(small.path(), &format!("{room}k"));
        let at_place = |args: &[&str]| desk.run(&[args, &["--store", place.to_str().unwrap()]].concat());
        let checked = (|| {
            if fs::copy(desk.store(), &place).is_err() {
                return true;
            }
            let run = at_place(&["store", "restore", desk.home.path().join("monday.db").to_str().unwrap(), "--yes"]);
            done += usize::from(run.code == 0);
            let names: Vec<_> = fs::read_dir(small.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            let own = |name: &OsString| name == "store.db" || name == "store.db-lock";
            let is_as_it_was = || fs::read(&place).unwrap() == fs::read(desk.store()).unwrap();
            run.code == 0 || ([1, 10].contains(&run.code) && names.iter().all(own) && is_as_it_was())
        })();
        drop(small_disk);
        assert!(checked, "{parts} eighths of the store");
    }
    assert!(done > 0);
}
