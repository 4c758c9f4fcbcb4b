//! Files named on the command line. passdesk may run as another user than the one who names them. It reads none of its
//! own files. It reads no file for a user without the right to the action.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use crate::common::{Desk, Run, fed};
use rusqlite::Connection;

/// The content of another user's sign-in file.
const SECRET: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9";
/// The commands that read a file, up to its name.
const READERS: [&[&str]; 6] = [
    &["users", "reset", "--yes", "--format", "csv", "--from"],
    &["users", "import"],
    &["users", "reset", "--all", "--yes", "--resume"],
    &["users", "reset", "root", "--yes", "--encrypt-to"],
    &["users", "add", "dora", "--encrypt-to"],
    &["users", "edit", "root", "--key"],
];

/// A desk where `root` is signed in, and another user through sudo as well.
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
        // The bytes are not read. To close the file here would drop the locks of this process.
        let before = fs::metadata(path).unwrap().len();
        let run = desk.refuses(2, || desk.run(&[reader, &[path.to_str().unwrap()]].concat()));
        assert!(run.stderr.contains("is one of passdesk's own files"), "{}", run.stderr);
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
        assert!(run.stderr.contains("standard input is one of passdesk's own files"), "{}", run.stderr);
    }
}

/// The files of a store in use.
fn of_the_store(desk: &Desk) -> (Connection, Vec<PathBuf>) {
    let open = Connection::open(desk.store()).unwrap();
    open.query_row("SELECT count(*) FROM accounts", [], |_| Ok(())).unwrap();
    fs::write(desk.home.path().join("store.db-lock"), "").unwrap();
    let files = ["", "-wal", "-shm", "-lock"].map(|suffix| desk.home.path().join(format!("store.db{suffix}")));
    for file in &files {
        fs::set_permissions(file, Permissions::from_mode(0o600)).unwrap();
    }
    (open, files.into())
}

#[test]
fn a_token_file_that_is_the_stores_is_refused_by_whatever_name() {
    let (desk, folder) = desk();
    let (_open, mut files) = of_the_store(&desk);
    let link = desk.home.path().join("link");
    symlink(desk.store(), &link).unwrap();
    files.extend([link, folder.join("store.uid-1001.sign-in")]);
    for file in files {
        let mut command = desk.command(&["users", "list"]);
        command.env("PASSDESK_TOKEN_FILE", &file);
        let run = desk.refuses(2, || command.output().unwrap().into());
        assert!(run.stderr.contains("is one of passdesk's own files"), "{file:?}: {}", run.stderr);
    }
}

#[test]
fn a_saved_sign_in_that_is_the_stores_is_refused() {
    let (desk, folder) = desk();
    let (_open, files) = of_the_store(&desk);
    let own = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let own = own.into_iter().find(|path| !path.to_str().unwrap().contains("uid-1001")).unwrap();
    fs::remove_file(&own).unwrap();
    // The log then has a second name, and the store is not opened at all.
    fs::hard_link(&files[1], &own).unwrap();
    let run = desk.refuses(10, || desk.run(&["users", "list"]));
    assert!(run.stderr.contains("does not belong to the store"), "{}", run.stderr);
}

#[test]
fn standard_input_that_is_the_stores_is_refused_whatever_is_asked() {
    let (desk, _) = desk();
    let (_open, files) = of_the_store(&desk);
    for args in [
        &["users", "list"][..],
        &["me", "profile", "--as", "root", "--password-stdin"],
        &["verify", "root"],
        &["users", "reset", "--yes", "--format", "csv", "--from", "/dev/stdin"],
    ] {
        for file in &files {
            let mut command = desk.command(args);
            command.stdin(File::open(file).unwrap());
            let run = desk.refuses(2, || command.output().unwrap().into());
            assert!(run.stderr.contains("standard input is one of passdesk's own files"), "{}", run.stderr);
        }
    }
}

#[test]
fn nothing_is_written_to_a_standard_stream_that_is_the_stores() {
    let (desk, folder) = desk();
    let (_open, mut files) = of_the_store(&desk);
    files.push(folder.join("store.uid-1001.sign-in"));
    for args in [
        &["users", "list"][..],
        &["users", "reset", "root", "--yes"],
        &["tokens", "create", "t", "--account", "root", "--expires-in", "1d"],
        &["completions", "bash"],
        &["store", "path"],
        &["users", "show", "nobody"],
    ] {
        for file in &files {
            // The length and not the bytes. To close the file here would drop the locks of this process.
            let before = fs::metadata(file).unwrap().len();
            let end = || File::options().append(true).open(file).unwrap();
            let run = desk.refuses(12, || desk.command(args).stdout(end()).output().unwrap().into());
            assert!(run.stderr.contains("standard output is one of passdesk's own files"), "{}", run.stderr);
            desk.refuses(12, || desk.command(args).stderr(end()).output().unwrap().into());
            assert_eq!(fs::metadata(file).unwrap().len(), before, "{args:?} {file:?}");
        }
    }
}

/// The program, run through sudo as the user who runs this test.
fn through_sudo(desk: &Desk, args: &[&str]) -> std::process::Command {
    let own = fs::metadata(desk.home.path()).unwrap().uid();
    let mut command = desk.command(args);
    command.env("SUDO_UID", (own + 1).to_string());
    command
}

#[test]
fn through_sudo_no_file_that_is_named_is_opened() {
    let desk = Desk::settled();
    let file = desk.home.path().join("list");
    fs::write(&file, "precious\n").unwrap();
    // The answer is the same whoever may read the file, and even if it does not exist.
    for mode in [0o600, 0o640, 0o644, 0o666] {
        fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
        for name in ["list", "nowhere", "/dev/fd/3"] {
            for reader in READERS.into_iter().chain([&["users", "reset", "root", "--yes", "--output"][..]]) {
                let run = desk.refuses(2, || through_sudo(&desk, &[reader, &[name]].concat()).output().unwrap().into());
                assert!(run.stderr.contains("opens no file through sudo"), "{}", run.stderr);
                assert!(run.stderr.contains("sudo … passdesk …") && !run.stderr.contains("precious"), "{}", run.stderr);
            }
        }
    }
    assert_eq!(fs::read_to_string(file).unwrap(), "precious\n");
    assert!(!desk.home.path().join("nowhere").exists());
}

#[test]
fn through_sudo_standard_input_is_read() {
    let desk = Desk::settled();
    desk.like_root("alice", 0);
    for name in ["-", "/dev/stdin"] {
        let reset = through_sudo(&desk, &[READERS[0], &[name]].concat());
        assert!(fed(reset, "alice\n").succeeds().stdout.contains("\nalice,"));
    }
    fed(through_sudo(&desk, &["users", "import", "-"]), "username\nbob\n").succeeds();
}

#[test]
fn through_sudo_nobody_acts_by_a_token_that_they_only_name() {
    let desk = Desk::settled();
    let create = ["tokens", "create", "t", "--account", "root", "--expires-in", "1d", "--output", "token"];
    desk.run_as("root", &create).succeeds();
    let profile = |variable: &str, value: &str| -> Run {
        through_sudo(&desk, &["me", "profile"]).env(variable, value).output().unwrap().into()
    };
    let run = desk.refuses(2, || profile("PASSDESK_TOKEN_FILE", "token"));
    assert!(run.stderr.contains("is not opened through sudo"), "{}", run.stderr);
    let token = fs::read_to_string(desk.home.path().join("token")).unwrap();
    profile("PASSDESK_TOKEN", token.trim()).succeeds();
}

#[test]
fn whoever_is_root_or_comes_as_themselves_names_files() {
    let desk = Desk::settled();
    let own = fs::metadata(desk.home.path()).unwrap().uid();
    fs::write(desk.home.path().join("list"), "username\nbob\n").unwrap();
    for caller in [0, own] {
        let mut command = desk.command(&["users", "import", "list", "--dry-run"]);
        Run::from(command.env("SUDO_UID", caller.to_string()).output().unwrap()).succeeds();
    }
}

#[test]
fn through_sudo_no_other_store_is_named() {
    let desk = Desk::with_alice();
    let old = desk.home.path().join("old.db");
    desk.run(&["store", "backup", old.to_str().unwrap()]).succeeds();
    let before = fs::read(&old).unwrap();
    let own = fs::metadata(desk.home.path()).unwrap().uid();
    for named in [vec!["--store".to_owned(), old.display().to_string()], vec![format!("--store={}", old.display())]] {
        let mut command = desk.command(&["users", "add", "mallory", "--role", "global-admin", "-q"]);
        command.args(named).env("SUDO_UID", (own + 1).to_string());
        let run = desk.refuses(2, || command.output().unwrap().into());
        assert!(run.stderr.contains("--store opens no file through sudo"), "{}", run.stderr);
        assert_eq!(fs::read(&old).unwrap(), before);
    }
}
