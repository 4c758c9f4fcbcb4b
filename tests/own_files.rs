//! Files named on the command line: passdesk may be run as another user than the one who names them. Those it keeps for
//! itself are not read, and none is for somebody who may not do what it is read for.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

mod common;

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use common::Desk;
use rusqlite::Connection;

/// What stands in the sign-in file of somebody else.
const SECRET: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9";
/// The commands that read a file, as far as its name.
const READERS: [&[&str]; 3] = [
    &["users", "reset", "--yes", "--format", "csv", "--from"],
    &["users", "import"],
    &["users", "reset", "--all", "--yes", "--resume"],
];

/// A desk at which `root` is signed in, and somebody else who comes through sudo, too.
fn desk() -> (Desk, PathBuf) {
    let desk = Desk::settled();
    desk.run_as("root", &["me", "sign-in"]).succeeds();
    let folder = desk.home.path().join(".local/state/passdesk");
    let others = folder.join("store.uid-1001.sign-in");
    fs::write(&others, SECRET).unwrap();
    fs::set_permissions(&others, Permissions::from_mode(0o600)).unwrap();
    (desk, folder)
}

#[track_caller]
fn refuses(desk: &Desk, path: &Path) {
    for reader in READERS {
        // Not its bytes: to close it here would let go of the locks of this process.
        let before = fs::metadata(path).unwrap().len();
        let run = desk.refuses(2, || desk.run(&[reader, &[path.to_str().unwrap()]].concat()));
        assert!(run.stderr.contains("is a file of passdesk's own"), "{}", run.stderr);
        assert!(!run.stderr.contains(&SECRET[..8]), "{}", run.stderr);
        assert_eq!((run.stdout.as_str(), fs::metadata(path).unwrap().len()), ("", before));
    }
}

#[test]
fn a_file_with_a_sign_in_is_not_read_whoever_is_signed_in() {
    let (desk, folder) = desk();
    let all: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(all.len(), 2);
    for path in &all {
        refuses(&desk, path);
    }
}

#[test]
fn the_files_of_the_store_are_not_read() {
    let (desk, _) = desk();
    let open = Connection::open(desk.store()).unwrap();
    open.query_row("SELECT count(*) FROM accounts", [], |_| Ok(())).unwrap();
    for suffix in ["", "-wal", "-shm"] {
        refuses(&desk, &desk.home.path().join(format!("store.db{suffix}")));
    }
}

#[test]
fn under_another_name_they_are_the_same_files() {
    let (desk, folder) = desk();
    for (number, path) in [desk.store(), folder.join("store.uid-1001.sign-in")].iter().enumerate() {
        let [linked, hard] = ["link", "hard"].map(|name| desk.home.path().join(format!("{name}{number}")));
        symlink(path, &linked).unwrap();
        refuses(&desk, &linked);
        // A store with a second name is not even opened.
        if *path != desk.store() {
            fs::hard_link(path, &hard).unwrap();
            refuses(&desk, &hard);
        }
    }
    symlink(&folder, desk.home.path().join("folder")).unwrap();
    refuses(&desk, &desk.home.path().join("folder/store.uid-1001.sign-in"));
}

#[test]
fn no_file_is_looked_at_for_whoever_may_not_do_what_it_is_for() {
    let desk = Desk::settled();
    desk.like_root("carol", 0);
    for reader in READERS {
        let run = desk.refuses(4, || desk.run_as("carol", &[reader, &["nowhere"]].concat()));
        assert!(!run.stderr.contains("nowhere"), "{}", run.stderr);
    }
}

#[test]
fn no_file_is_looked_at_where_nobody_is_signed_in() {
    let desk = Desk::settled();
    desk.run_as("root", &["policy", "set", "operator-access", "off"]).succeeds();
    for reader in READERS {
        let run = desk.refuses(5, || desk.run(&[reader, &["nowhere"]].concat()));
        assert!(!run.stderr.contains("nowhere"), "{}", run.stderr);
    }
}

#[test]
fn a_long_name_that_is_nobodys_is_not_repeated_whole() {
    let desk = Desk::settled();
    fs::write(desk.home.path().join("list"), SECRET).unwrap();
    let run = desk.refuses(3, || desk.run(&[READERS[0], &["list"]].concat()));
    assert!(run.stderr.contains(&SECRET[..8]) && !run.stderr.contains(SECRET), "{}", run.stderr);
}

#[test]
fn one_that_is_open_already_is_not_read_either() {
    let (desk, folder) = desk();
    for reader in &READERS[..2] {
        let mut command = desk.command(&[*reader, &["-"]].concat());
        command.stdin(File::open(folder.join("store.uid-1001.sign-in")).unwrap());
        let run = desk.refuses(2, || command.output().unwrap().into());
        assert!(run.stderr.contains("standard input is a file of passdesk's own"), "{}", run.stderr);
    }
}
