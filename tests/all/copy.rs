//! `store copy`. It moves all of a store to another place, or leaves nothing there.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use crate::common::crowd::{bulky_crowd, everything};
use crate::common::pty::Pty;
use crate::common::record::{VERIFY, events, tamper};
use crate::common::{AUDITOR, Desk, GOOD, HELPDESK, OTHER, Run, USER_ADMIN};
use rustix::process::{Signal, getuid};

const COPY: [&str; 4] = ["store", "copy", "--to", "new/store.db"];

/// The names in the home, in order, without the file that queues writers.
fn names(desk: &Desk) -> Vec<String> {
    let entries = fs::read_dir(desk.home.path()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| !name.ends_with("-lock")).collect();
    names.sort();
    names
}

/// A desk whose store is the copy. Only the file is taken along.
fn there(desk: &Desk) -> Desk {
    let other = Desk::empty();
    fs::rename(desk.home.path().join("new/store.db"), other.store()).unwrap();
    other
}

fn copied(desk: &Desk) -> Desk {
    desk.run(&COPY).succeeds();
    there(desk)
}

/// A store with a part of everything. The last account is purged.
fn full() -> Desk {
    let desk = Desk::with_alice();
    for args in [
        &["users", "add", "bob", "--name", "Bob Émile", "--email", "Bob@Example.org", "--role", "helpdesk", "-q"][..],
        &["users", "add", "carl", "--email", "carl@example.org", "-q"],
        &["users", "add", "dora", "-q"],
        &["users", "add", "erin", "-q"],
        &["users", "edit", "bob", "--username", "robert"],
        &["users", "remove", "carl"],
        &["users", "disable", "dora"],
        &["users", "remove", "erin"],
        &["users", "purge", "erin", "--yes"],
        &["policy", "set", "min-length", "17"],
        &["policy", "set", "blocklist", "list"],
    ] {
        fs::write(desk.home.path().join("list"), "dragon\nbrass lantern over wet slate\n").unwrap();
        desk.run(args).succeeds();
    }
    desk.profile("alice", OTHER).exits(5);
    desk.profile("alice", OTHER).exits(5);
    desk
}

/// Fails the test unless the record says that a copy began and failed.
#[track_caller]
fn says_that_none_came_of_it(desk: &Desk) {
    let events = events(desk);
    let [.., begun, ended] = events.as_slice() else { unreachable!("{events:?}") };
    assert_eq!((&begun["action"], &begun["outcome"]), (&"backup".into(), &"done".into()));
    assert_eq!((&ended["action"], &ended["outcome"]), (&"backup".into(), &"refused".into()));
    assert!(!ended["detail"]["error"].is_null(), "{ended}");
}

// ---- What a copy is.

#[test]
fn a_copy_holds_every_row_of_its_source() {
    let desk = full();
    let copy = copied(&desk);
    for table in ["accounts", "audit_events", "blocklist", "former_names", "repeats", "settings", "sqlite_sequence"] {
        assert!(desk.value::<i64>(&format!("SELECT count(*) FROM {table}")) > 0, "{table}");
    }
    assert_eq!(everything(&copy), everything(&desk));
}

#[test]
fn people_sign_in_to_a_copy_with_their_passwords_and_tokens() {
    let desk = Desk::with_alice();
    let create = ["tokens", "create", "nightly", "--expires-in", "1d", "-q"];
    let token = desk.run_as("alice", &create).succeeds().stdout;
    let temporary = desk.run(&["users", "reset", "root", "--yes", "-q"]).succeeds().password();
    let copy = copied(&desk);
    copy.profile("alice", GOOD).succeeds();
    copy.profile("root", &temporary).exits(6);
    let run = copy.command(&["me", "profile"]).env("PASSDESK_TOKEN", token.trim_end()).output().unwrap();
    Run::from(run).succeeds();
}

#[test]
fn the_record_of_a_copy_has_the_same_head() {
    let desk = full();
    let copy = copied(&desk);
    let head = |desk: &Desk| desk.run(&VERIFY).succeeds().stdout;
    assert_eq!(head(&copy), head(&desk));
    copy.run(&["store", "check"]).succeeds();
}

#[test]
fn a_copy_ends_its_record_with_the_event_of_its_making() {
    let desk = Desk::settled();
    desk.run_as("root", &COPY).succeeds();
    let last = events(&desk).pop().unwrap();
    assert_eq!((&last["actor"], &last["action"]), (&"root".into(), &"backup".into()));
    assert!(last["detail"]["path"].as_str().unwrap().ends_with("/new/store.db"), "{last}");
    assert_eq!(events(&there(&desk)).pop(), Some(last));
}

#[test]
fn the_next_account_of_a_copy_gets_a_number_that_nobody_ever_had() {
    let desk = full();
    let copy = copied(&desk);
    let purged = copy.value::<i64>("SELECT max(target_id) FROM audit_events WHERE target = 'erin'");
    copy.run(&["users", "add", "fay", "-q"]).succeeds();
    assert_eq!(copy.account::<i64>("id", "fay"), purged + 1);
}

#[test]
fn a_copy_keeps_what_its_source_keeps() {
    let copy = copied(&full());
    copy.run(&["users", "add", "bob", "-q"]).exits(7);
    copy.run(&["users", "restore", "carl"]).succeeds();
    let run = copy.change_password("alice", GOOD, "brass lantern over wet slate 1").exits(8);
    assert!(run.stderr.contains("blocklist"), "{}", run.stderr);
    assert!(copy.run(&["policy", "show"]).succeeds().stdout.contains("17"));
}

#[test]
fn an_address_that_an_earlier_passdesk_folded_otherwise_is_copied_as_it_is() {
    let desk = Desk::with_alice();
    desk.sql("UPDATE accounts SET email = 'alice@example.org', email_key = 'other key' WHERE username = 'alice'");
    assert_eq!(copied(&desk).account::<String>("email_key", "alice"), "other key");
}

#[test]
fn a_copy_is_one_file_that_is_its_owners_alone_in_a_folder_that_is_made() {
    let desk = Desk::with_alice();
    desk.run(&COPY).succeeds();
    let folder = desk.home.path().join("new");
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o7777, 0o700);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    assert_eq!(fs::metadata(folder.join("store.db")).unwrap().permissions().mode() & 0o7777, 0o600);
}

#[test]
fn where_a_copy_is_is_the_result_in_json() {
    let desk = Desk::new();
    let run = desk.run(&[&COPY[..], &["--format", "json"]].concat()).succeeds();
    let said: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(said["path"].as_str().unwrap(), desk.home.path().join("new/store.db").to_str().unwrap());
}

#[test]
fn a_terminal_is_shown_how_far_a_copy_has_come() {
    let desk = Desk::settled();
    bulky_crowd(&desk, 20_000);
    Pty::start(&desk.command(&COPY)).end().exits(0).shows("Copying").shows("Looking at the copy");
}

#[test]
fn an_older_store_is_brought_up_to_date_and_copied() {
    let desk = Desk::empty();
    fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/schema_1.db"), desk.store()).unwrap();
    fs::set_permissions(desk.store(), fs::Permissions::from_mode(0o600)).unwrap();
    let copy = copied(&desk);
    assert_eq!(everything(&copy), everything(&desk));
}

// ---- Where it goes, and who may.

#[test]
fn a_copy_takes_no_place_that_is_taken() {
    let desk = Desk::new();
    let home = desk.home.path();
    fs::write(home.join("text"), "mine").unwrap();
    fs::create_dir(home.join("folder")).unwrap();
    symlink("store.db", home.join("link")).unwrap();
    symlink("nowhere", home.join("dangling")).unwrap();
    symlink(".", home.join("here")).unwrap();
    let own = ["store.db", "store.db-wal", "store.db-lock", "here/store.db", "here/store.db-shm"];
    let before = (names(&desk), events(&desk));
    for place in [&["text", "folder", "link", "dangling", "folder/../text"], &own[..]].concat() {
        let run = desk.refuses(7, || desk.run(&["store", "copy", "--to", place]));
        assert!(run.stderr.contains("passdesk never overwrites one"), "{place}: {}", run.stderr);
        assert_eq!((names(&desk), events(&desk)), before, "{place}");
    }
    assert_eq!(fs::read(home.join("text")).unwrap(), b"mine");
}

#[test]
fn a_copy_goes_where_a_store_can_be_used() {
    let desk = Desk::new();
    let folder = desk.home.path().join("folder");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o1777)).unwrap();
    let before = events(&desk);
    let run = desk.refuses(10, || desk.run(&["store", "copy", "--to", "folder/store.db"]));
    assert!(run.stderr.contains("lets others "), "{}", run.stderr);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    assert_eq!(events(&desk), before);
}

#[test]
fn who_is_no_global_admin_makes_no_copy_and_that_is_recorded() {
    let desk = Desk::settled();
    for (name, role) in [("user", USER_ADMIN), ("help", HELPDESK), ("eve", AUDITOR), ("none", 0)] {
        desk.like_root(name, role);
        let run = desk.refuses(4, || desk.run_as(name, &COPY));
        assert_eq!(run.stdout, "");
        assert_eq!(names(&desk), ["store.db"]);
        let last = events(&desk).pop().unwrap();
        assert_eq!([&last["actor"], &last["action"], &last["outcome"]], [name, "backup", "refused"]);
    }
}

#[test]
fn nobody_names_a_place_through_sudo() {
    let desk = Desk::new();
    let caller = (getuid().as_raw() + 1).to_string();
    let copy = || Run::from(desk.command(&COPY).env("SUDO_UID", &caller).output().unwrap());
    let run = desk.refuses(2, copy);
    assert!(run.stderr.contains("store copy opens no file through sudo"), "{}", run.stderr);
    assert_eq!(names(&desk), ["store.db"]);
}

#[cfg(not(feature = "postgres"))]
#[test]
fn without_the_feature_a_server_is_refused_by_the_name_of_the_feature() {
    let desk = Desk::new();
    for address in ["postgres://localhost/passdesk", "postgresql://localhost/passdesk"] {
        for args in [&["store", "copy", "--to", address][..], &["users", "list", "--store", address]] {
            let run = desk.refuses(10, || desk.run(args));
            assert!(run.stderr.contains("this passdesk is built without PostgreSQL"), "{}", run.stderr);
            assert!(run.stderr.contains("--features postgres"), "{}", run.stderr);
        }
    }
    assert_eq!(names(&desk), ["store.db"]);
}

// ---- When no copy comes of it.

#[test]
fn an_account_that_cannot_be_read_is_named_and_nothing_is_left() {
    let desk = Desk::with_alice();
    desk.sql("UPDATE accounts SET username = 'no name' WHERE username = 'alice'");
    let run = desk.refuses(10, || desk.run(&COPY));
    assert!(run.stderr.contains("account 2 is damaged, and cannot be copied"), "{}", run.stderr);
    assert!(run.stderr.contains("\nhint: 'passdesk store check' finds the fault"), "{}", run.stderr);
    assert_eq!(names(&desk), ["store.db"]);
    says_that_none_came_of_it(&desk);
}

#[test]
fn an_account_that_breaks_a_rule_of_the_tables_is_named_and_nothing_is_left() {
    let desk = Desk::with_alice();
    desk.sql(
        "PRAGMA ignore_check_constraints = ON; UPDATE accounts SET reset_at = 1, reset_by = NULL WHERE id = 2;
              UPDATE accounts SET temporary_until = 5, must_change = FALSE WHERE id = 2",
    );
    let run = desk.refuses(10, || desk.run(&COPY));
    assert!(run.stderr.contains("account 2 is damaged, and cannot be copied"), "{}", run.stderr);
    assert_eq!(names(&desk), ["store.db"]);
}

#[test]
fn a_record_that_was_tampered_with_is_not_copied() {
    let desk = Desk::with_alice();
    tamper(&desk, || desk.sql("UPDATE audit_events SET actor = 'mallory' WHERE sequence = 2"));
    let run = desk.refuses(10, || desk.run(&COPY));
    assert!(run.stderr.contains("the record has been tampered with: event 2 was changed"), "{}", run.stderr);
    assert_eq!(names(&desk), ["store.db"]);
    says_that_none_came_of_it(&desk);
}

#[test]
fn a_store_that_is_missing_or_of_a_newer_passdesk_is_not_copied() {
    let desk = Desk::new();
    desk.sql("PRAGMA user_version = 99");
    let missing = Desk::empty();
    for desk in [desk, missing] {
        let before = names(&desk);
        desk.run(&COPY).exits(10);
        assert_eq!(names(&desk), before);
    }
}

#[test]
fn a_copy_ended_by_a_signal_leaves_nothing_and_that_is_recorded() {
    let desk = Desk::settled();
    bulky_crowd(&desk, 20_000);
    for signal in [Signal::INT, Signal::TERM] {
        let run = desk.ended_while_copying(&COPY, "new", signal);
        assert!(run.stderr.contains("cancelled; there is no copy "), "{}", run.stderr);
        says_that_none_came_of_it(&desk);
        assert_eq!(names(&desk), ["store.db"], "{signal:?}");
    }
}

#[test]
fn a_disk_that_takes_no_more_leaves_nothing_and_that_is_recorded() {
    let desk = Desk::settled();
    bulky_crowd(&desk, 20_000);
    let plain = desk.command(&COPY);
    let mut shell = Command::new("bash");
    // A file may have at most a MiB. The program gets an error instead of the fatal signal.
    shell.args(["-c", "trap '' XFSZ; ulimit -f 1024; exec \"$0\" \"$@\""]).arg(plain.get_program());
    shell.args(plain.get_args()).env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let run = desk.refuses(1, || shell.current_dir(desk.home.path()).output().unwrap().into());
    assert!(run.stderr.contains("store.db could not be written: "), "{}", run.stderr);
    assert_eq!(names(&desk), ["store.db"]);
    says_that_none_came_of_it(&desk);
}
