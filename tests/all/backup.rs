//! Backups. A backup copies the whole store while others go on. It leaves a whole copy, or nothing.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;

use crate::common::crowd::bulky_crowd;
use crate::common::pty::Pty;
use crate::common::record::events;
use crate::common::{AUDITOR, Desk, GOOD, HELPDESK, OTHER, Run, SmallDisk, USER_ADMIN};
use rusqlite::Connection;
use rustix::process::Signal;

const BACKUP: [&str; 3] = ["store", "backup", "copy.db"];

/// The names in the home, in order, without the file that queues writers.
fn names(desk: &Desk) -> Vec<String> {
    let entries = fs::read_dir(desk.home.path()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| !name.ends_with("-lock")).collect();
    names.sort();
    names
}

/// A desk whose store is the copy.
fn restored(desk: &Desk, copy: &str) -> Desk {
    let other = Desk::empty();
    // Copied like an operator would, with its mode.
    fs::copy(desk.home.path().join(copy), other.store()).unwrap();
    other
}

fn started(mut command: Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Fails the test unless the record says that a backup began and failed.
#[track_caller]
fn says_that_none_came_of_it(desk: &Desk) {
    let events = events(desk);
    let [.., begun, ended] = events.as_slice() else { unreachable!("{events:?}") };
    assert_eq!((&begun["action"], &begun["outcome"]), (&"backup".into(), &"done".into()));
    assert_eq!((&ended["action"], &ended["outcome"]), (&"backup".into(), &"refused".into()));
    assert!(!ended["detail"]["error"].is_null(), "{ended}");
}

// ---- Where it goes.

#[test]
fn a_backup_is_made_in_a_folder_behind_a_symbolic_link() {
    let desk = Desk::with_alice();
    let there = desk.home.path().join("there");
    fs::create_dir(&there).unwrap();
    symlink("there", desk.home.path().join("link")).unwrap();
    symlink(desk.home.path().join("link"), desk.home.path().join("another")).unwrap();
    for (place, name) in
        [("link/one.db", "one.db"), ("another/two.db", "two.db"), ("link/../link/three.db", "three.db")]
    {
        desk.run(&["store", "backup", place]).succeeds();
        let copy = there.join(name);
        assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600, "{place}");
        desk.run(&["users", "list", "--store", copy.to_str().unwrap()]).succeeds();
    }
    let run = desk.run(&["store", "backup", "link/four.db", "--format", "json"]).succeeds();
    let said: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(said["path"], there.canonicalize().unwrap().join("four.db").to_str().unwrap());
}

#[test]
fn no_backup_is_made_through_a_link_that_is_its_own_name() {
    let desk = Desk::new();
    fs::create_dir(desk.home.path().join("there")).unwrap();
    symlink("there", desk.home.path().join("link")).unwrap();
    symlink("elsewhere.db", desk.home.path().join("there/copy.db")).unwrap();
    desk.refuses(7, || desk.run(&["store", "backup", "link/copy.db"]));
    assert_eq!(fs::read_dir(desk.home.path().join("there")).unwrap().count(), 1);
}

#[test]
fn no_backup_is_made_in_a_folder_that_is_not_there() {
    let desk = Desk::new();
    symlink("nowhere", desk.home.path().join("link")).unwrap();
    for place in ["nowhere/copy.db", "link/copy.db"] {
        let run = desk.refuses(1, || desk.run(&["store", "backup", place]));
        assert!(run.stderr.contains("cannot be made: No such file or directory"), "{}", run.stderr);
    }
}

// ---- What a backup is.

#[test]
fn the_copy_is_a_store_that_signs_people_in() {
    let desk = Desk::with_alice();
    let run = desk.run(&BACKUP).succeeds();
    assert_eq!(run.stdout, "");
    assert!(run.stderr.starts_with("The backup is "), "{}", run.stderr);
    let there = ["me", "profile", "--as", "alice", "--password-stdin", "--store", "copy.db"];
    desk.run_with(format!("{GOOD}\n"), &there).succeeds();
    assert_eq!(names(&desk), ["copy.db", "store.db"], "it is used as it is");
    let restored = restored(&desk, "copy.db");
    restored.profile("alice", GOOD).succeeds();
    restored.run(&["store", "check"]).succeeds();
    assert_eq!(restored.accounts(), desk.accounts());
}

#[test]
fn the_copy_is_one_file_that_is_its_owners_alone_whatever_the_umask() {
    for umask in ["000", "777"] {
        let desk = Desk::new();
        let plain = desk.command(&BACKUP);
        let mut shell = Command::new("sh");
        shell
            .args(["-c", &format!("umask {umask}; exec \"$0\" \"$@\"")])
            .arg(plain.get_program())
            .args(plain.get_args());
        shell.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        Run::from(shell.current_dir(desk.home.path()).output().unwrap()).succeeds();
        assert_eq!(names(&desk), ["copy.db", "store.db"]);
        assert_eq!(fs::metadata(desk.home.path().join("copy.db")).unwrap().permissions().mode() & 0o7777, 0o600);
    }
}

#[test]
fn the_copy_ends_its_record_with_the_event_of_its_making() {
    let desk = Desk::settled();
    desk.run_as("root", &BACKUP).succeeds();
    let copied = events(&restored(&desk, "copy.db"));
    assert_eq!(copied, events(&desk));
    let last = copied.last().unwrap();
    assert_eq!((&last["actor"], &last["action"]), (&"root".into(), &"backup".into()));
    assert!(last["detail"]["path"].as_str().unwrap().ends_with("/copy.db"), "{last}");
}

#[test]
fn where_the_copy_is_is_the_result_in_json() {
    let desk = Desk::new();
    let run = desk.run(&[&BACKUP[..], &["--format", "json"]].concat()).succeeds();
    let said: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(said["path"].as_str().unwrap(), desk.home.path().join("copy.db").to_str().unwrap());
    assert_eq!(run.stderr, "");
}

#[test]
fn a_terminal_is_shown_how_far_it_has_come() {
    let desk = Desk::settled();
    bulky_crowd(&desk, 20_000);
    for (command, what) in [(&BACKUP[..], "Copying pages"), (&["store", "check"], "Looking at the accounts")] {
        Pty::start(&desk.command(command)).end().exits(0).shows(what);
    }
}

#[test]
fn no_page_of_the_copy_has_a_password_or_a_hash_that_was_replaced() {
    let desk = Desk::with_alice();
    let mut gone = vec![desk.hash_of("alice").into_bytes(), GOOD.into(), OTHER.into()];
    for _ in 0..3 {
        let temporary = desk.run(&["users", "reset", "alice", "--yes", "-q"]).succeeds().password();
        gone.push(desk.hash_of("alice").into_bytes());
        desk.change_password("alice", &temporary, GOOD).succeeds();
        gone.push(temporary.into_bytes());
        gone.push(desk.hash_of("alice").into_bytes());
        let temporary = desk.run(&["users", "add", "erin", "-q"]).succeeds().password();
        gone.extend([desk.hash_of("erin").into_bytes(), temporary.into_bytes()]);
        desk.run(&["users", "remove", "erin"]).succeeds();
        desk.sql("UPDATE accounts SET removed_at = 1 WHERE username = 'erin'");
        desk.run(&["users", "purge", "--yes"]).succeeds();
    }
    let temporary = desk.run(&["users", "reset", "alice", "--yes", "-q"]).succeeds().password();
    gone.push(temporary.into_bytes());
    desk.run(&BACKUP).succeeds();
    let bytes = fs::read(desk.home.path().join("copy.db")).unwrap();
    let holds = |what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
    assert!(holds(desk.hash_of("alice").as_bytes()));
    for what in gone {
        // The part of a hash that differs between hashes.
        let telling = what.rsplit(|byte| *byte == b'$').next().unwrap();
        assert!(!holds(telling), "{}", String::from_utf8_lossy(&what));
    }
}

// ---- Where it goes, and who may.

#[test]
fn a_backup_is_never_made_over_anything() {
    let desk = Desk::new();
    let home = desk.home.path();
    fs::write(home.join("text"), "mine").unwrap();
    fs::create_dir(home.join("folder")).unwrap();
    symlink("store.db", home.join("link")).unwrap();
    symlink("nowhere", home.join("dangling")).unwrap();
    let own = ["store.db", "store.db-wal", "store.db-shm", "store.db-journal"];
    let before = (names(&desk), events(&desk));
    for place in [&["text", "folder", "link", "dangling", "folder/../text", "/"], &own[..]].concat() {
        let run = desk.refuses(7, || desk.run(&["store", "backup", place]));
        assert!(run.stderr.contains("passdesk never overwrites one"), "{place}: {}", run.stderr);
        assert_eq!((names(&desk), events(&desk)), before, "{place}");
    }
    assert_eq!(fs::read(home.join("text")).unwrap(), b"mine");
}

#[test]
fn a_backup_makes_no_folder() {
    let desk = Desk::new();
    let before = (names(&desk), events(&desk));
    for place in ["no/copy.db", "store.db/copy.db"] {
        let run = desk.refuses(1, || desk.run(&["store", "backup", place]));
        assert!(run.stderr.contains("copy.db cannot be made: "), "{}", run.stderr);
        assert_eq!((names(&desk), events(&desk)), before);
    }
}

#[test]
fn who_is_no_global_admin_makes_no_backup_and_that_is_recorded() {
    let desk = Desk::settled();
    for (name, role) in [("user", USER_ADMIN), ("help", HELPDESK), ("eve", AUDITOR), ("none", 0)] {
        desk.like_root(name, role);
        let run = desk.refuses(4, || desk.run_as(name, &BACKUP));
        assert_eq!(run.stdout, "");
        assert_eq!(names(&desk), ["store.db"]);
        let last = events(&desk).pop().unwrap();
        assert_eq!([&last["actor"], &last["action"], &last["outcome"]], [name, "backup", "refused"]);
    }
    desk.run_as("root", &BACKUP).succeeds();
}

#[test]
fn a_backup_into_a_folder_that_others_can_rearrange_is_refused() {
    let desk = Desk::settled();
    let (above, folder) = (desk.home.path().join("above"), desk.home.path().join("above/folder"));
    fs::create_dir_all(&folder).unwrap();
    let is_open = |above_mode: u32, folder_mode: u32| {
        fs::set_permissions(&folder, Permissions::from_mode(folder_mode)).unwrap();
        fs::set_permissions(&above, Permissions::from_mode(above_mode)).unwrap();
        let before = events(&desk);
        let run = desk.refuses(1, || desk.run(&["store", "backup", "above/folder/copy.db"]));
        assert!(run.stderr.contains("lets others rename files (mode "), "{}", run.stderr);
        assert!(run.stderr.contains("\nhint: use a folder of your own"), "{}", run.stderr);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "{above_mode:o} {folder_mode:o}");
        assert_eq!(events(&desk), before);
    };
    is_open(0o755, 0o777);
    is_open(0o755, 0o2770);
    is_open(0o777, 0o700);
    fs::set_permissions(&above, Permissions::from_mode(0o1777)).unwrap();
    desk.run(&["store", "backup", "above/folder/copy.db"]).succeeds();
}

#[test]
fn a_backup_into_a_folder_in_which_others_can_only_make_files_is_made_out_of_their_reach() {
    let desk = Desk::settled();
    let folder = desk.home.path().join("folder");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o1777)).unwrap();
    desk.run(&["store", "backup", "folder/copy.db"]).succeeds();
    restored(&desk, "folder/copy.db").run(&["store", "check"]).succeeds();
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    all.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn what_has_taken_the_place_of_an_unfinished_backup_is_not_placed() {
    let desk = Desk::settled();
    // The unfinished file exists before the first event. A writer meanwhile keeps the backup at that point.
    let other = Connection::open(desk.store()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut backup = started(desk.command(&BACKUP));
    let unfinished = loop {
        let is_it = |path: &PathBuf| path.to_str().unwrap().contains(".unfinished");
        if let Some(unfinished) = files(desk.home.path()).into_iter().find(is_it) {
            break unfinished;
        }
        assert_eq!(backup.try_wait().unwrap(), None, "it waits for whoever writes");
        sleep(Duration::from_millis(1));
    };
    let theirs = desk.home.path().join("theirs");
    fs::write(&theirs, "").unwrap();
    fs::rename(theirs, unfinished).unwrap();
    drop(other);
    let run = Run::from(backup.wait_with_output().unwrap()).exits(1);
    assert!(run.stderr.contains("somebody has just changed it"), "{}", run.stderr);
    assert_eq!(names(&desk), ["store.db"]);
    says_that_none_came_of_it(&desk);
}

// ---- While others write.

#[test]
fn a_backup_comes_to_its_end_while_four_others_write_all_the_time_and_keeps_none_of_them_waiting() {
    let desk = Desk::settled();
    bulky_crowd(&desk, 20_000);
    // Each write moves one unit between two accounts. So a copy of one moment has the same total as before.
    desk.sql("UPDATE accounts SET tries_untold = 1000000 WHERE id > 1");
    let all: i64 = desk.value("SELECT sum(tries_untold) FROM accounts");
    let (over, written) = (AtomicBool::new(false), AtomicU64::new(0));
    scope(|scope| {
        for seed in 1..=4 {
            let (desk, over, written) = (&desk, &over, &written);
            scope.spawn(move || {
                let mut store = Connection::open(desk.store()).unwrap();
                store.busy_timeout(Duration::from_secs(20)).unwrap();
                while !over.load(Ordering::Relaxed) {
                    let moving = store.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
                    for (by, place) in [(-1, 17 * seed), (1, 19_000 + seed)] {
                        let sql = "UPDATE accounts SET tries_untold = tries_untold + ?1 WHERE id = ?2";
                        moving.execute(sql, [by, place]).unwrap();
                    }
                    moving.commit().unwrap();
                    written.fetch_add(1, Ordering::Relaxed);
                    // Without this pause, no other process would get to write.
                    sleep(Duration::from_millis(2));
                }
            });
        }
        while written.load(Ordering::Relaxed) < 20 {
            sleep(Duration::from_millis(1));
        }
        let before = written.load(Ordering::Relaxed);
        let run = desk.run(&BACKUP);
        let meanwhile = written.load(Ordering::Relaxed) - before;
        over.store(true, Ordering::Relaxed);
        run.succeeds();
        assert!(meanwhile > 0, "nobody has written meanwhile");
    });
    let copy = restored(&desk, "copy.db");
    assert_eq!(copy.value::<i64>("SELECT sum(tries_untold) FROM accounts"), all);
    assert_eq!(copy.value::<i64>("SELECT count(*) FROM accounts"), 20_001);
    copy.run(&["store", "check"]).succeeds();
}

#[test]
fn of_two_backups_to_one_place_at_once_one_is_made() {
    let desk = Desk::settled();
    bulky_crowd(&desk, 5_000);
    let runs = scope(|scope| {
        let both = [(); 2].map(|()| scope.spawn(|| desk.run(&BACKUP)));
        both.map(|one| one.join().unwrap())
    });
    let codes = runs.each_ref().map(|run| run.code);
    assert!(codes == [0, 7] || codes == [7, 0], "{codes:?}: {}{}", runs[0].stderr, runs[1].stderr);
    assert_eq!(names(&desk), ["copy.db", "store.db"]);
}

// ---- When a backup fails.

#[test]
#[ignore = "takes long"]
fn killed_at_any_moment_it_leaves_all_of_the_copy_or_a_file_that_says_it_is_none() {
    let desk = Desk::settled();
    bulky_crowd(&desk, 20_000);
    let (mut whole, mut unfinished) = (0, 0);
    for moment in 0..20 {
        let mut backup = started(desk.command(&BACKUP));
        sleep(Duration::from_millis(10 * moment));
        backup.kill().unwrap();
        backup.wait().unwrap();
        for name in names(&desk).into_iter().filter(|name| !name.starts_with("store.db")) {
            let path = desk.home.path().join(&name);
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "{name}");
            if name == "copy.db" {
                whole += 1;
                restored(&desk, "copy.db").run(&["store", "check"]).succeeds();
            } else {
                unfinished += 1;
                assert!(name.starts_with(".copy.db.") && name.ends_with(".unfinished"), "{name}");
            }
            if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
        }
    }
    assert!(whole + unfinished > 0);
    desk.run(&["store", "check"]).succeeds();
    desk.run(&["audit", "verify"]).succeeds();
}

#[test]
fn ended_by_a_signal_it_leaves_nothing_and_that_is_recorded() {
    let desk = Desk::settled();
    bulky_crowd(&desk, 20_000);
    for signal in [Signal::INT, Signal::TERM] {
        let run = desk.ended_while_copying(&BACKUP, "copy.db", signal);
        assert!(run.stderr.contains("cancelled; there is no backup "), "{}", run.stderr);
        assert_eq!(run.stdout, "");
        says_that_none_came_of_it(&desk);
        assert_eq!(names(&desk), ["store.db"], "{signal:?}");
    }
}

#[test]
fn a_disk_that_takes_no_more_leaves_nothing_and_that_is_recorded() {
    let desk = Desk::settled();
    bulky_crowd(&desk, 20_000);
    let plain = desk.command(&BACKUP);
    let mut shell = Command::new("bash");
    // A file may have at most a MiB. The program gets an error instead of the fatal signal.
    shell.args(["-c", "trap '' XFSZ; ulimit -f 1024; exec \"$0\" \"$@\""]).arg(plain.get_program());
    shell.args(plain.get_args()).env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let run = desk.refuses(1, || shell.current_dir(desk.home.path()).output().unwrap().into());
    assert!(run.stderr.contains("copy.db could not be written: "), "{}", run.stderr);
    assert_eq!(names(&desk), ["store.db"]);
    says_that_none_came_of_it(&desk);
    desk.run(&["store", "check"]).succeeds();
}

#[test]
#[ignore = "needs root, to mount a small disk"]
fn a_full_disk_leaves_nothing_and_that_is_recorded() {
    let desk = Desk::settled();
    bulky_crowd(&desk, 5_000);
    let small = tempfile::tempdir().unwrap();
    let small_disk = SmallDisk::over(small.path(), "256k");
    let place = small.path().join("copy.db");
    let run = desk.run(&["store", "backup", place.to_str().unwrap()]);
    let left = fs::read_dir(small.path()).unwrap().count();
    drop(small_disk);
    assert_eq!(left, 0);
    let run = run.exits(1);
    assert!(run.stderr.contains("copy.db could not be written: database or disk is full"), "{}", run.stderr);
    says_that_none_came_of_it(&desk);
}

#[test]
fn a_damaged_store_makes_no_backup_that_is_taken_for_a_good_one() {
    let desk = Desk::settled();
    let root: i64 = desk.value("SELECT rootpage FROM sqlite_schema WHERE name = 'accounts_by_name'");
    let mut bytes = fs::read(desk.store()).unwrap();
    let page = usize::try_from(root - 1).unwrap() * 4096;
    bytes[page..page + 8].fill(0xA5);
    fs::write(desk.store(), bytes).unwrap();
    let run = desk.run(&BACKUP).exits(10);
    assert!(run.stderr.contains("the copy is not sound: "), "{}", run.stderr);
    assert!(run.stderr.contains("passdesk store check"), "{}", run.stderr);
    assert_eq!(names(&desk), ["store.db"]);
}
