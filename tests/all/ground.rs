//! The surroundings of a store: its folder and those above, its name, the files beside it, and the file system.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::scope;

use crate::common::{Desk, GOOD, Run, contents};
use rusqlite::Connection;

const INIT: [&str; 4] = ["init", "--admin", "root", "-q"];
const LIST: [&str; 2] = ["users", "list"];
/// Another user. Only root can act as this one.
const NOBODY: u32 = 65_534;

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Fails the test unless every use of the store is refused and nothing changes.
#[track_caller]
fn is_refused(desk: &Desk, store: &str, message: &str, hint: &str) {
    let before = contents(desk.home.path());
    for command in
        [&LIST[..], &["users", "reset", "root", "--yes"], &["store", "backup", "copy.db"], &["verify", "root"]]
    {
        let run = desk.run_with(format!("{GOOD}\n"), &[command, &["--store", store]].concat()).exits(10);
        assert_eq!(run.stdout, "");
        let (said, advised) = run.stderr.split_once("\nhint: ").unwrap();
        assert!(said.contains(message) && advised.contains(hint), "{}", run.stderr);
        assert!(contents(desk.home.path()) == before, "something has changed");
    }
    desk.run(&["store", "check", "--store", store]).exits(10);
    assert!(contents(desk.home.path()) == before, "something has changed");
}

// ---- Its folder.

#[test]
fn a_store_in_a_folder_that_others_can_write_is_refused() {
    let desk = Desk::settled();
    for (mode, shown) in [(0o770, "0770"), (0o2770, "2770"), (0o1777, "1777"), (0o707, "0707")] {
        set_mode(desk.home.path(), mode);
        // In a folder where everybody may make files, the hint does not suggest to forbid that.
        let hint = if mode == 0o1777 { "choose a folder of your own" } else { "chmod go-w " };
        is_refused(&desk, "store.db", &format!("lets others rename files (mode {shown})"), hint);
    }
    set_mode(desk.home.path(), 0o755);
    desk.run(&LIST).succeeds();
}

/// The store two folders down, through a link.
const DEEP: &str = "link/store.db";

fn deep() -> Desk {
    let desk = Desk::empty();
    let deep = desk.home.path().join("above/own");
    fs::create_dir_all(&deep).unwrap();
    set_mode(&desk.home.path().join("above"), 0o755);
    set_mode(&deep, 0o700);
    desk.run(&[&INIT[..], &["--store", "above/own/store.db"]].concat()).succeeds();
    symlink("above/own", desk.home.path().join("link")).unwrap();
    desk
}

#[test]
fn a_store_below_a_folder_that_others_can_rearrange_is_refused() {
    let desk = deep();
    let above = desk.home.path().join("above");
    for mode in [0o777, 0o770] {
        set_mode(&above, mode);
        is_refused(&desk, DEEP, "above lets others rename files (mode ", "chmod go-w ");
    }
    // Others can make files there, but cannot rename files of others. So the store is fine.
    set_mode(&above, 0o1777);
    desk.run(&[&LIST[..], &["--store", DEEP]].concat()).succeeds();
}

#[test]
fn a_store_behind_a_link_that_others_can_replace_is_refused() {
    let desk = deep();
    let shared = desk.home.path().join("shared");
    fs::create_dir(&shared).unwrap();
    symlink(desk.home.path().join("above/own"), shared.join("link")).unwrap();
    for mode in [0o777, 0o770] {
        set_mode(&shared, mode);
        is_refused(&desk, "shared/link/store.db", "shared lets others rename files (mode ", "chmod go-w ");
    }
    set_mode(&shared, 0o1777);
    desk.run(&[&LIST[..], &["--store", "shared/link/store.db"]].concat()).succeeds();
}

#[test]
fn a_store_in_or_below_a_folder_of_somebody_elses_is_refused() {
    if !is_root() {
        // Only root can give folders away.
        return;
    }
    let desk = deep();
    for folder in ["above", "above/own"] {
        chown(desk.home.path().join(folder), Some(NOBODY), None).unwrap();
        is_refused(&desk, DEEP, "lets others rename files: it belongs to uid 65534", "a folder of your own");
        chown(desk.home.path().join(folder), Some(0), None).unwrap();
    }
    desk.run(&[&LIST[..], &["--store", DEEP]].concat()).succeeds();
}

#[test]
fn init_refuses_where_no_store_would_be_accepted() {
    let desk = Desk::empty();
    for mode in [0o770, 0o2770, 0o1777, 0o777] {
        set_mode(desk.home.path(), mode);
        let run = desk.run(&INIT).exits(10);
        assert!(run.stderr.contains("lets others rename files (mode "), "{}", run.stderr);
        assert_eq!(run.stdout, "", "no password is shown");
        assert_eq!(contents(desk.home.path()), []);
    }
    for mode in [0o770, 0o777] {
        set_mode(desk.home.path(), mode);
        let run = desk.run(&[&INIT[..], &["--store", "a/b/store.db", "--output", "out"]].concat()).exits(10);
        assert!(run.stderr.contains("lets others rename files (mode "), "{}", run.stderr);
        assert_eq!(contents(desk.home.path()), [], "not even a folder stays");
    }
    // A folder made by the program belongs to its owner alone. It is fine below a sticky folder.
    set_mode(desk.home.path(), 0o1777);
    desk.run(&[&INIT[..], &["--store", "a/b/store.db"]].concat()).succeeds();
    desk.run(&[&LIST[..], &["--store", "a/b/store.db"]].concat()).succeeds();
}

#[test]
fn the_folders_that_init_makes_are_their_owners_alone_whatever_the_umask() {
    for umask in ["000", "777"] {
        let desk = Desk::empty();
        let plain = desk.command(&[&INIT[..], &["--store", "a/b/store.db"]].concat());
        let mut shell = Command::new("sh");
        shell
            .args(["-c", &format!("umask {umask}; exec \"$0\" \"$@\"")])
            .arg(plain.get_program())
            .args(plain.get_args());
        shell.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        Run::from(shell.current_dir(desk.home.path()).stdin(Stdio::null()).output().unwrap()).succeeds();
        let mode = |name: &str| fs::metadata(desk.home.path().join(name)).unwrap().mode() & 0o7777;
        assert_eq!(["a", "a/b", "a/b/store.db"].map(mode), [0o700, 0o700, 0o600], "{umask}");
    }
}

// ---- The files beside it.

/// A log that makes `mallory` an admin, in place of the only one.
fn log_of_somebody_else(desk: &Desk) -> Vec<u8> {
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join("copy.db");
    fs::copy(desk.store(), &copy).unwrap();
    let theirs = Connection::open(&copy).unwrap();
    theirs.execute_batch("UPDATE accounts SET username = 'mallory'").unwrap();
    fs::read(elsewhere.path().join("copy.db-wal")).unwrap()
}

#[test]
fn a_log_that_others_could_have_written_is_not_read() {
    let desk = Desk::settled();
    let planted = desk.home.path().join("store.db-wal");
    fs::write(&planted, log_of_somebody_else(&desk)).unwrap();
    for (mode, shown) in [(0o666, "0666"), (0o660, "0660"), (0o640, "0640")] {
        set_mode(&planted, mode);
        is_refused(&desk, "store.db", &format!("store.db-wal is open to others (mode {shown})"), "chmod 600 ");
    }
    fs::remove_file(planted).unwrap();
    assert!(desk.run(&LIST).succeeds().stdout.contains("root"));
}

#[test]
fn nothing_beside_a_store_is_used_that_is_not_its_own() {
    let desk = Desk::settled();
    let home = desk.home.path();
    fs::write(home.join("theirs"), "").unwrap();
    set_mode(&home.join("theirs"), 0o600);
    for suffix in ["-wal", "-shm", "-journal", "-lock"] {
        let planted = home.join(format!("store.db{suffix}"));
        // With `-lock`, the file that queues writers exists already.
        let _ = fs::remove_file(&planted);
        symlink("theirs", &planted).unwrap();
        is_refused(&desk, "store.db", "does not belong to the store", "find out who put it there");
        fs::remove_file(&planted).unwrap();
        fs::hard_link(home.join("theirs"), &planted).unwrap();
        is_refused(&desk, "store.db", "does not belong to the store", "find out who put it there");
        fs::remove_file(&planted).unwrap();
        fs::create_dir(&planted).unwrap();
        is_refused(&desk, "store.db", "does not belong to the store", "find out who put it there");
        fs::remove_dir(&planted).unwrap();
        if is_root() {
            // Only root can give files away.
            fs::write(&planted, "").unwrap();
            set_mode(&planted, 0o600);
            chown(&planted, Some(NOBODY), None).unwrap();
            is_refused(&desk, "store.db", "does not belong to the store", "find out who put it there");
            fs::remove_file(&planted).unwrap();
        }
    }
    desk.run(&LIST).succeeds();
}

// ---- Its name.

#[test]
fn a_store_with_a_second_name_is_refused() {
    let desk = Desk::settled();
    let other = desk.home.path().join("other.db");
    fs::hard_link(desk.store(), &other).unwrap();
    let find = format!(" -xdev -inum {}'", fs::metadata(&other).unwrap().ino());
    is_refused(&desk, "store.db", "store.db has 2 names", &find);
    is_refused(&desk, "other.db", "other.db has 2 names", &find);
    // The command in the hint finds both names.
    let hint = desk.run(&LIST).exits(10).stderr;
    let command = hint.split('\'').find(|part| part.starts_with("find ")).unwrap();
    let words: Vec<_> = command.split(' ').collect();
    let within = desk.home.path().to_str().unwrap();
    assert!(within.starts_with(words[1]), "{command}");
    let found = Command::new("find").arg(within).args(&words[2..]).output().unwrap();
    assert_eq!(String::from_utf8(found.stdout).unwrap().lines().count(), 2);
    fs::remove_file(other).unwrap();
    desk.run(&LIST).succeeds();
}

#[test]
#[ignore = "needs root, to mount a file"]
fn a_store_that_is_mounted_by_itself_is_refused() {
    let desk = Desk::settled();
    let other = desk.home.path().join("other.db");
    fs::write(&other, "").unwrap();
    if !Command::new("mount").arg("--bind").args([&desk.store(), &other]).status().unwrap().success() {
        // This user may not mount here.
        return;
    }
    let (before, run) = (contents(desk.home.path()), desk.run(&[&LIST[..], &["--store", "other.db"]].concat()));
    let after = contents(desk.home.path());
    assert!(Command::new("umount").arg(&other).status().unwrap().success());
    assert!(run.exits(10).stderr.contains("other.db is a mount, and has another name elsewhere"));
    assert!(before == after, "something has changed");
}

#[test]
fn a_log_that_is_left_of_another_store_is_not_taken_for_that_of_a_new_one() {
    let desk = Desk::settled();
    let log = log_of_somebody_else(&desk);
    for (args, place) in [
        (&["init", "--admin", "root", "-q", "--store", "new.db"][..], "new.db"),
        (&["store", "backup", "copy.db"], "copy.db"),
    ] {
        for suffix in ["-wal", "-journal"] {
            let left = desk.home.path().join(format!("{place}{suffix}"));
            fs::write(&left, &log).unwrap();
            set_mode(&left, 0o600);
            let before = contents(desk.home.path());
            let run = desk.run(args).exits(7);
            assert!(run.stderr.contains(&format!("{place}{suffix} exists already")), "{}", run.stderr);
            assert_eq!(run.stdout, "", "no password is shown");
            assert!(contents(desk.home.path()) == before, "something has changed");
            fs::remove_file(left).unwrap();
        }
    }
}

// ---- New files have no name that another process could use.

/// Runs the program under a process id that is known before, and passes it on.
fn under_a_known_number(desk: &Desk, args: &[&str], input: &str, meanwhile: impl FnOnce(u32)) -> Run {
    let plain = desk.command(args);
    let mut shell = Command::new("sh");
    shell.args(["-c", "read go; exec \"$0\" \"$@\""]).arg(plain.get_program()).args(plain.get_args());
    shell.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.current_dir(desk.home.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = shell.spawn().unwrap();
    meanwhile(child.id());
    child.stdin.take().unwrap().write_all(format!("go\n{input}\n").as_bytes()).unwrap();
    child.wait_with_output().unwrap().into()
}

#[test]
fn what_another_of_the_same_process_number_has_in_hand_stays() {
    let desk = Desk::settled();
    let folder = desk.home.path().join(".local/state/passdesk");
    fs::create_dir_all(&folder).unwrap();
    let store: String = desk.value("SELECT value FROM settings WHERE key = 'store_name'");
    // The path it would have if its name contained a process id.
    let kept = format!("{}/{store}.NUMBER.new", folder.display());
    let deeds = [
        (&["store", "backup", "copy.db"][..], ".copy.db.NUMBER.unfinished"),
        (&["init", "--store", "new.db", "--admin", "root", "-q"], ".new.db.NUMBER.new"),
        (&["me", "sign-in", "--as", "root", "--password-stdin"], &kept),
    ];
    for (args, path) in deeds {
        let mut theirs = PathBuf::new();
        let run = under_a_known_number(&desk, args, GOOD, |number| {
            theirs = desk.home.path().join(path.replace("NUMBER", &number.to_string()));
            fs::write(&theirs, "theirs").unwrap();
        });
        run.succeeds();
        assert_eq!(fs::read_to_string(&theirs).unwrap_or_default(), "theirs", "{args:?}");
    }
}

#[test]
#[ignore = "needs root, to give two processes one number"]
fn of_two_that_make_a_store_under_one_process_number_one_does() {
    for _ in 0..20 {
        let desk = Desk::empty();
        let init = || {
            let plain = desk.command(&INIT);
            let mut unshared = Command::new("unshare");
            unshared.args(["--pid", "--fork"]).arg(plain.get_program()).args(plain.get_args());
            unshared.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
            Run::from(unshared.current_dir(desk.home.path()).stdin(Stdio::null()).output().unwrap())
        };
        let runs = scope(|scope| [(); 2].map(|()| scope.spawn(init)).map(|one| one.join().unwrap()));
        let codes = runs.each_ref().map(|run| run.code);
        assert!(codes == [0, 7] || codes == [7, 0], "{codes:?}: {} {}", runs[0].stderr, runs[1].stderr);
        let made = runs.iter().find(|run| run.code == 0).unwrap();
        desk.profile("root", &made.password()).exits(6);
        let left = contents(desk.home.path()).into_iter().filter(|(path, _)| !path.ends_with("store.db-lock"));
        assert_eq!(left.count(), 1, "nothing is left beside it");
    }
}

// ---- The file system.

#[test]
fn init_says_nothing_of_a_disk_of_this_machine() {
    let desk = Desk::empty();
    assert_eq!(desk.run(&INIT).succeeds().stderr, "");
}

#[test]
#[ignore = "needs root and the Debian package bindfs, to mount a file system that may be a network's"]
fn a_file_system_that_may_be_a_networks_is_named_by_init_and_by_a_check() {
    let desk = Desk::empty();
    let [within, mounted] = ["within", "mounted"].map(|name| desk.home.path().join(name));
    for folder in [&within, &mounted] {
        fs::create_dir(folder).unwrap();
        set_mode(folder, 0o700);
    }
    if !Command::new("bindfs").args([&within, &mounted]).status().unwrap().success() {
        // This user may not mount here.
        return;
    }
    let init = desk.run(&[&INIT[..], &["--store", "mounted/store.db"]].concat());
    let check = desk.run(&["store", "check", "--store", "mounted/store.db", "--format", "csv"]);
    assert!(Command::new("umount").arg(&mounted).status().unwrap().success());
    let said = init.succeeds().stderr;
    assert!(said.starts_with("Note that the store is on FUSE, which may be a network file system"), "{said}");
    let found = check.succeeds().stdout;
    assert!(found.contains("\ndisk,note,\"the store is on FUSE, "), "{found}");
}
