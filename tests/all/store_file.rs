//! The store's file: its owner, what counts as a store, and what other programs may rely on.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{scope, sleep};
use std::time::Duration;

use crate::common::{Desk, GOOD, Run, SmallDisk, contents};
use rusqlite::Connection;
use rustix::fs::{CWD, Mode, mkfifoat};

const INIT: [&str; 4] = ["init", "--admin", "root", "-q"];
const LIST: [&str; 2] = ["users", "list"];

/// The program, started by a shell whose umask is 0.
fn without_umask(desk: &Desk, args: &[&str]) -> Command {
    let plain = desk.command(args);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "umask 000; exec \"$0\" \"$@\""])
        .arg(plain.get_program())
        .args(plain.get_args())
        .env_clear()
        .envs(plain.get_envs().filter_map(|(name, value)| value.map(|value| (name, value))))
        .current_dir(desk.home.path())
        .stdin(Stdio::null());
    shell
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

/// The program has the store open, and waits for a password until it is released.
struct Waiting(Child);

impl Waiting {
    fn with_store_open(mut command: Command) -> Self {
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        Self(child)
    }

    fn let_go(mut self) -> Run {
        self.0.stdin.take().unwrap().write_all(b"not the password\n").unwrap();
        self.0.wait_with_output().unwrap().into()
    }
}

/// Fails the test unless the store is refused with exit 10 and this message, in text and in JSON. Nothing may change.
#[track_caller]
fn is_refused(desk: &Desk, store: &str, message: &str, hint: &str) {
    let before = contents(desk.home.path());
    for command in [&LIST[..], &["users", "reset", "root", "--yes"], &["users", "add", "bob"], &["me", "sign-out"]] {
        let run = desk.run(&[command, &["--store", store]].concat()).exits(10);
        assert_eq!(run.stdout, "");
        let (said, advised) = run.stderr.split_once("\nhint: ").unwrap();
        assert!(said.contains(message) && advised.contains(hint), "{}", run.stderr);
        assert!(contents(desk.home.path()) == before, "something has changed");
    }
    let run = desk.run(&[&LIST[..], &["--store", store, "--format", "json"]].concat()).exits(10);
    assert_eq!(run.error()["code"], "store_unusable");
    assert!(run.error()["message"].as_str().unwrap().contains(message), "{}", run.stderr);
    assert!(contents(desk.home.path()) == before, "something has changed");
}

// ---- Its owner.

#[test]
fn the_store_and_its_folder_are_their_owners_alone_whatever_the_umask() {
    let desk = Desk::empty();
    let place = "a/b/store.db";
    let run: Run = without_umask(&desk, &[&INIT[..], &["--store", place]].concat()).output().unwrap().into();
    run.succeeds();
    let home = desk.home.path();
    assert_eq!(["a", "a/b", place].map(|name| mode(&home.join(name))), [0o700, 0o700, 0o600]);
    assert_eq!(contents(&home.join("a/b")).len(), 1, "nothing is left beside it");
}

#[test]
fn the_files_beside_the_store_are_its_owners_alone_whatever_the_umask() {
    let desk = Desk::new();
    let list = without_umask(&desk, &[&LIST[..], &["--as", "root", "--password-stdin"]].concat());
    let waiting = Waiting::with_store_open(list);
    let beside = ["store.db", "store.db-lock", "store.db-shm", "store.db-wal"].map(|name| desk.home.path().join(name));
    for _ in 0..2_000 {
        if beside.iter().all(|path| path.exists()) {
            break;
        }
        sleep(Duration::from_millis(10));
    }
    assert_eq!(contents(desk.home.path()).iter().map(|(path, _)| path).collect::<Vec<_>>(), Vec::from_iter(&beside));
    assert_eq!(beside.each_ref().map(|path| mode(path)), [0o600; 4]);
    waiting.let_go().exits(5);
}

#[test]
fn the_log_that_another_program_keeps_alive_is_private_too() {
    let desk = Desk::new();
    let other = Connection::open(desk.store()).unwrap();
    other.query_row("SELECT count(*) FROM accounts", [], |_| Ok(())).unwrap();
    let run: Run = without_umask(&desk, &["users", "reset", "root", "--yes"]).output().unwrap().into();
    run.succeeds();
    for (path, _) in contents(desk.home.path()) {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    // The store, its log, the index of that log, and the file that queues writers.
    assert_eq!(contents(desk.home.path()).len(), 4);
}

// ---- What is not a store.

#[test]
fn a_store_that_is_not_there_is_made_by_init() {
    let desk = Desk::empty();
    is_refused(&desk, "store.db", "there is no store at", "makes one with 'passdesk init'");
    is_refused(&desk, "no/such/folder/store.db", "there is no store at", "makes one with 'passdesk init'");
}

#[test]
fn a_text_file_is_not_a_store() {
    let desk = Desk::empty();
    for text in ["hello\n", "SQLite format 3\0", &"x".repeat(4096)] {
        fs::write(desk.store(), text).unwrap();
        fs::set_permissions(desk.store(), Permissions::from_mode(0o600)).unwrap();
        is_refused(&desk, "store.db", "is some other file, not a store of passdesk", "name the store with --store");
    }
}

#[test]
fn an_empty_file_is_not_a_store() {
    let desk = Desk::empty();
    fs::write(desk.store(), "").unwrap();
    fs::set_permissions(desk.store(), Permissions::from_mode(0o600)).unwrap();
    is_refused(&desk, "store.db", "is an empty file, not a store of passdesk", "name the store with --store");
}

#[test]
fn the_database_of_another_program_is_not_a_store_and_nothing_is_made_beside_it() {
    for journal in ["DELETE", "WAL"] {
        let desk = Desk::empty();
        let other = Connection::open(desk.store()).unwrap();
        other.query_row(&format!("PRAGMA journal_mode = {journal}"), [], |_| Ok(())).unwrap();
        other.execute_batch("CREATE TABLE accounts (id INTEGER, username TEXT); PRAGMA user_version = 1").unwrap();
        drop(other);
        fs::set_permissions(desk.store(), Permissions::from_mode(0o600)).unwrap();
        assert_eq!(contents(desk.home.path()).len(), 1);
        is_refused(&desk, "store.db", "is some other file, not a store of passdesk", "name the store with --store");
    }
}

#[test]
fn a_store_that_a_later_version_has_written_is_not_opened() {
    let desk = Desk::new();
    desk.sql("PRAGMA user_version = 99");
    is_refused(&desk, "store.db", "has schema 99, and this passdesk knows schema", "use the passdesk that wrote it");
}

#[test]
fn a_later_version_is_recognized_even_while_only_the_log_has_it() {
    let desk = Desk::new();
    let other = Connection::open(desk.store()).unwrap();
    other.execute_batch("PRAGMA user_version = 99").unwrap();
    let before = desk.state();
    let run = desk.run(&LIST).exits(10);
    assert!(run.stderr.contains("has schema 99"), "{}", run.stderr);
    assert_eq!(desk.state(), before);
}

#[test]
fn a_directory_is_not_a_store() {
    let desk = Desk::empty();
    fs::create_dir(desk.store()).unwrap();
    is_refused(&desk, "store.db", "is a directory", "name the store's file with --store");
    is_refused(&desk, "/", "is a directory", "name the store's file with --store");
}

#[test]
fn a_store_is_never_opened_through_a_symbolic_link() {
    let desk = Desk::new();
    symlink("store.db", desk.home.path().join("link")).unwrap();
    symlink("nowhere", desk.home.path().join("dangling")).unwrap();
    for link in ["link", "dangling"] {
        is_refused(&desk, link, "is a symbolic link", "name the file itself with --store");
    }
}

#[test]
fn a_named_pipe_is_not_a_store_and_nobody_waits_for_it() {
    let desk = Desk::empty();
    mkfifoat(CWD, desk.store(), Mode::RUSR | Mode::WUSR).unwrap();
    is_refused(&desk, "store.db", "is a named pipe", "name the store's file with --store");
    is_refused(&desk, "/dev/null", "is not an ordinary file", "name the store's file with --store");
}

#[test]
fn a_store_that_is_open_to_others_is_not_used() {
    let desk = Desk::new();
    for (bits, shown) in [(0o644, "0644"), (0o640, "0640"), (0o602, "0602"), (0o610, "0610")] {
        fs::set_permissions(desk.store(), Permissions::from_mode(bits)).unwrap();
        is_refused(&desk, "store.db", &format!("is open to others (mode {shown})"), "then: chmod 600 ");
        assert_eq!(mode(&desk.store()), bits);
    }
    fs::set_permissions(desk.store(), Permissions::from_mode(0o600)).unwrap();
    desk.run(&LIST).succeeds();
}

#[test]
fn a_damaged_store_is_said_to_be_damaged() {
    let desk = Desk::with_alice();
    let whole = fs::read(desk.store()).unwrap();
    let damaged = |bytes: &[u8], what: &str| {
        fs::write(desk.store(), bytes).unwrap();
        let before = contents(desk.home.path());
        for command in [&LIST[..], &["users", "reset", "alice", "--yes"]] {
            let run = desk.run(command).exits(10);
            assert!(run.stderr.starts_with("error: the store is damaged: "), "{what}: {}", run.stderr);
            assert!(run.stderr.contains("hint: an operator restores the latest backup"), "{what}: {}", run.stderr);
            assert_eq!(run.stdout, "", "{what}");
            assert!(contents(desk.home.path()) == before, "{what}: something has changed");
        }
    };
    let check = |bytes: &[u8]| {
        fs::write(desk.store(), bytes).unwrap();
        desk.run(&["store", "check"]).exits(10).stdout
    };
    for length in [80, 100, 4096, 5000, whole.len() - 1] {
        let found = check(&whole[..length]);
        assert!(found.contains("file        finding  the store is damaged: it is cut off: "), "{length}: {found}");
    }
    // https://www.sqlite.org/fileformat.html: the header takes 100 bytes, the schema begins on the first page.
    damaged(&whole[..100], "the header alone");
    damaged(&whole[..4096], "the first page alone");
    damaged(&whole[..5000], "a page and a piece");
    let mut scribbled = whole.clone();
    scribbled[100..].fill(0xA5);
    damaged(&scribbled, "a header over noise");
    let mut scribbled = whole.clone();
    scribbled[4096..].fill(0xA5);
    damaged(&scribbled, "a schema over noise");
    fs::write(desk.store(), &whole).unwrap();
    desk.profile("alice", GOOD).succeeds();
}

#[test]
#[ignore = "needs root, to mount a small disk"]
fn whoever_meets_a_full_disk_gets_one_hint() {
    let desk = Desk::empty();
    let small = SmallDisk::over(desk.home.path(), "4m");
    let made = desk.run(&["init", "-q"]);
    let mut filling = fs::File::create(desk.home.path().join("filling")).unwrap();
    while filling.write_all(&[0; 512]).is_ok() {}
    let edit: &[&str] = &["users", "edit", "1", "--name", "B"];
    let runs = [&LIST[..], &["store", "check"], edit, &["init", "--store", "new.db"]].map(|args| desk.run(args));
    drop(filling);
    drop(small);
    made.succeeds();
    for run in runs {
        let run = run.exits(1);
        assert!(run.stderr.starts_with("error: the disk of the store is full: "), "{}", run.stderr);
        let hint = "hint: make room on that disk, and try again; 'df' shows how full it is\n";
        assert!(run.stderr.ends_with(hint), "{}", run.stderr);
    }
}

#[test]
fn nobody_is_told_of_a_store_that_their_folder_hides() {
    if rustix::process::geteuid().is_root() {
        // This user is root, from whom nothing is hidden.
        return;
    }
    let desk = Desk::new();
    let folder = desk.home.path().join("locked");
    fs::create_dir(&folder).unwrap();
    fs::rename(desk.store(), folder.join("store.db")).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o000)).unwrap();
    let run = desk.run(&["users", "list", "--store", "locked/store.db"]).exits(10);
    assert!(run.stderr.contains("cannot be opened: Permission denied"), "{}", run.stderr);
    desk.run(&[&INIT[..], &["--store", "locked/new.db"]].concat()).exits(10);
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
    assert_eq!(contents(&folder).len(), 1);
}

// ---- What other programs may rely on.

fn pragma<T: rusqlite::types::FromSql>(store: &Connection, name: &str) -> T {
    store.pragma_query_value(None, name, |row| row.get(0)).unwrap()
}

#[test]
fn the_file_says_what_it_is() {
    let desk = Desk::new();
    let store = Connection::open(desk.store()).unwrap();
    assert_eq!(pragma::<u32>(&store, "application_id").to_be_bytes(), *b"PDSK");
    assert_eq!(pragma::<u32>(&store, "user_version"), 9);
    assert_eq!(pragma::<String>(&store, "journal_mode"), "wal");
    assert_eq!(pragma::<String>(&store, "integrity_check"), "ok");
}

#[test]
fn every_table_is_strict() {
    let desk = Desk::new();
    let store = Connection::open(desk.store()).unwrap();
    let sql =
        "SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'";
    let mut statement = store.prepare(sql).unwrap();
    let tables: Vec<(String, bool)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    assert!(tables.iter().any(|(name, _)| name == "accounts"), "{tables:?}");
    assert!(tables.iter().all(|(_, strict)| *strict), "{tables:?}");
}

#[test]
fn the_view_of_credentials_has_four_columns() {
    let desk = Desk::new();
    let store = Connection::open(desk.store()).unwrap();
    let statement = store.prepare("SELECT * FROM credentials").unwrap();
    let names: Vec<_> = statement.column_names().collect();
    assert_eq!(names, ["username", "password_hash", "must_change", "usable"]);
}

#[test]
fn the_view_of_credentials_tells_who_is_let_in_and_who_has_to_change() {
    let desk = Desk::with_alice();
    for name in ["temporary", "expired", "disabled", "locked"] {
        desk.run(&["users", "add", name]).succeeds();
    }
    desk.sql("UPDATE accounts SET locked_at = 1000000000 WHERE username = 'locked'");
    desk.sql("UPDATE accounts SET temporary_until = 1000000000 WHERE username = 'expired'");
    desk.run(&["users", "disable", "disabled"]).succeeds();
    let credential = |username: &str| -> (i64, i64) {
        let store = Connection::open(desk.store()).unwrap();
        let sql = "SELECT usable, must_change FROM credentials WHERE username = ?1";
        store.query_row(sql, [username], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    };
    assert_eq!(credential("alice"), (1, 0), "usable, and need not change it");
    assert_eq!(credential("temporary"), (1, 1));
    assert_eq!(credential("expired"), (0, 1));
    assert_eq!(credential("disabled"), (0, 1));
    assert_eq!(credential("locked"), (0, 1));
    desk.run(&["users", "require-change", "alice"]).succeeds();
    assert_eq!(credential("alice"), (1, 1));
    desk.run(&["users", "disable", "alice"]).succeeds();
    assert_eq!(credential("alice"), (0, 1));
    assert!(desk.hash_of("alice").starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
}

// ---- Where it is.

#[test]
fn init_never_touches_what_is_there() {
    let desk = Desk::new();
    let home = desk.home.path();
    fs::write(home.join("text"), "mine").unwrap();
    fs::write(home.join("empty"), "").unwrap();
    fs::create_dir(home.join("folder")).unwrap();
    symlink("store.db", home.join("link")).unwrap();
    symlink("nowhere", home.join("dangling")).unwrap();
    mkfifoat(CWD, home.join("pipe"), Mode::RUSR | Mode::WUSR).unwrap();
    let (before, state) = (contents(home), desk.state());
    for place in ["store.db", "text", "empty", "folder", "link", "dangling", "pipe", "/", "folder/../store.db"] {
        let run = desk.run(&[&INIT[..], &["--store", place]].concat()).exits(7);
        assert!(run.stderr.contains("exists already"), "{}", run.stderr);
        assert_eq!(run.stdout, "");
        assert!(contents(home) == before, "{place}: something has changed");
    }
    assert_eq!(desk.state(), state);
}

#[test]
fn a_store_cannot_be_made_inside_a_file() {
    let desk = Desk::new();
    let before = contents(desk.home.path());
    let run = desk.run(&[&INIT[..], &["--store", "store.db/store.db"]].concat()).exits(10);
    assert_eq!(run.stdout, "");
    assert!(contents(desk.home.path()) == before, "something has changed");
}

#[test]
fn of_two_that_make_the_store_at_once_one_does() {
    for _ in 0..3 {
        let desk = Desk::empty();
        let runs = scope(|scope| {
            let all = [(); 2].map(|()| scope.spawn(|| desk.run(&INIT)));
            all.map(|one| one.join().unwrap())
        });
        let codes = runs.each_ref().map(|run| run.code);
        assert!(codes == [0, 7] || codes == [7, 0], "{codes:?}: {} {}", runs[0].stderr, runs[1].stderr);
        for run in runs {
            if run.code == 0 {
                desk.profile("root", &run.password()).exits(6);
            } else if !run.stdout.is_empty() {
                assert!(run.stderr.contains("NOT in force"), "{}", run.stderr);
                desk.profile("root", &run.password()).exits(5);
            }
        }
        let left = contents(desk.home.path()).into_iter().filter(|(path, _)| !path.ends_with("store.db-lock"));
        assert_eq!(left.count(), 1, "nothing is left beside it");
    }
}

#[test]
fn a_folder_may_be_a_symbolic_link() {
    let desk = Desk::empty();
    fs::create_dir(desk.home.path().join("folder")).unwrap();
    symlink("folder", desk.home.path().join("link")).unwrap();
    let through_link = ["--store", "link/store.db"];
    let password = desk.run(&[&INIT[..], &through_link].concat()).succeeds().password();
    desk.run(&[&LIST[..], &through_link].concat()).succeeds();
    fs::rename(desk.home.path().join("folder/store.db"), desk.store()).unwrap();
    desk.profile("root", &password).exits(6);
}

/// Makes a store at the default place, uses it, and checks that it is there.
#[track_caller]
fn is_kept_at(desk: &Desk, place: &Path, mut program: impl FnMut(&[&str]) -> Command) {
    let mut run = |args: &[&str]| Run::from(program(args).output().unwrap());
    assert_eq!(run(&["store", "path"]).succeeds().stdout, format!("{}\n", place.display()));
    run(&LIST).exits(10);
    run(&INIT).succeeds();
    assert_eq!(mode(place), 0o600);
    assert!(run(&LIST).succeeds().stdout.contains("root"));
    assert!(!desk.store().exists());
}

#[test]
fn the_option_names_the_store_before_the_environment_does() {
    let desk = Desk::empty();
    let place = desk.home.path().join("named.db");
    let option = format!("--store={}", place.display());
    is_kept_at(&desk, &place, |args| desk.command(&[args, &[&option]].concat()));
}

#[test]
fn the_environment_names_the_store() {
    let desk = Desk::empty();
    let place = desk.home.path().join("named.db");
    is_kept_at(&desk, &place, |args| {
        let mut command = desk.command(args);
        command.env("PASSDESK_STORE", &place);
        command
    });
}

#[test]
fn a_relative_path_is_taken_from_the_working_directory() {
    let desk = Desk::empty();
    let folder = desk.home.path().join("here");
    fs::create_dir(&folder).unwrap();
    is_kept_at(&desk, &folder.join("named.db"), |args| {
        let mut command = desk.command(&[args, &["--store", "named.db"]].concat());
        command.current_dir(&folder);
        command
    });
}

#[test]
fn a_path_is_never_taken_for_a_uri() {
    for name in ["file:named.db", "file:named.db?mode=memory", ":memory:", "named db'\"%20#?*.db"] {
        let desk = Desk::empty();
        is_kept_at(&desk, &desk.home.path().join(name), |args| desk.command(&[args, &["--store", name]].concat()));
        let names: Vec<_> = contents(desk.home.path()).into_iter().map(|(path, _)| path).collect();
        assert_eq!(names, [desk.home.path().join(name)]);
    }
}

#[test]
fn a_path_need_not_be_text() {
    let desk = Desk::empty();
    let place = desk.home.path().join(OsStr::from_bytes(b"caf\xe9.db"));
    is_kept_at(&desk, &place, |args| {
        let mut command = desk.command(args);
        command.env("PASSDESK_STORE", &place);
        command
    });
}

#[test]
fn unless_it_is_named_the_store_is_in_the_data_folder() {
    if rustix::process::geteuid().is_root() {
        // Root has another default place, which a test must not use.
        return;
    }
    for (data_home, place) in [(Some("data"), "data/passdesk/passdesk.db"), (None, ".local/share/passdesk/passdesk.db")]
    {
        let desk = Desk::empty();
        let home = desk.home.path();
        is_kept_at(&desk, &home.join(place), |args| {
            let mut command = desk.command(args);
            command.env_remove("PASSDESK_STORE");
            if let Some(data_home) = data_home {
                command.env("XDG_DATA_HOME", home.join(data_home));
            }
            command
        });
        assert_eq!(mode(home.join(place).parent().unwrap()), 0o700);
    }
}

// ---- Many programs at once.

#[test]
fn of_many_that_reset_one_account_at_once_none_finds_the_store_busy_and_the_last_is_in_force() {
    let desk = Desk::with_alice();
    let runs = scope(|scope| {
        let all = [(); 8].map(|()| scope.spawn(|| desk.run(&["users", "reset", "alice", "--yes", "-q"])));
        all.map(|one| one.join().unwrap())
    });
    let mut in_force = 0;
    for run in &runs {
        assert!(matches!(run.code, 0 | 7), "exit {}: {}", run.code, run.stderr);
        if run.stdout.is_empty() {
            // It noticed the conflict before anything was shown.
            assert_eq!(run.code, 7);
            assert!(
                run.stderr.starts_with("error: somebody else has just changed alice meanwhile\n"),
                "{}",
                run.stderr
            );
            continue;
        }
        // Passwords that are not in force are wrong. After five of them the right one would have to wait.
        desk.run(&["users", "unlock", "alice"]).succeeds();
        let worked = desk.profile("alice", &run.password()).code == 6;
        in_force += usize::from(worked);
        if run.code == 0 {
            assert_eq!(run.stderr, "");
        } else {
            assert!(run.stderr.contains("NOT in force"), "{}", run.stderr);
            assert!(run.stderr.contains("somebody else has just changed"), "{}", run.stderr);
            assert!(!worked);
        }
    }
    assert!(runs.iter().any(|run| run.code == 0));
    assert_eq!(in_force, 1);
    desk.profile("alice", GOOD).exits(5);
}

#[test]
fn many_that_reset_an_account_each_do_not_get_in_each_others_way() {
    let desk = Desk::new();
    let names = ["u1", "u2", "u3", "u4", "u5", "u6", "u7", "u8"];
    for name in names {
        desk.run(&["users", "add", name]).succeeds();
    }
    let runs = scope(|scope| {
        let desk = &desk;
        let all = names.map(|name| scope.spawn(move || desk.run(&["users", "reset", name, "--yes", "-q"])));
        all.map(|one| one.join().unwrap())
    });
    for (name, run) in names.into_iter().zip(runs) {
        desk.profile(name, &run.succeeds().password()).exits(6);
    }
}
