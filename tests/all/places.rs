//! The places that the program runs in: its environment, its mounts and file systems, its terminals.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use crate::common::pty::Pty;
use crate::common::{Desk, GOOD, OTHER, Run, contents, fed, temporary_in};

const LIST: [&str; 2] = ["users", "list"];

// ---- The environment.

#[test]
fn an_empty_variable_is_as_if_it_were_unset() {
    let desk = Desk::new();
    // Where the store is if nothing names it.
    let place = desk.home.path().join(".local/share/passdesk");
    fs::create_dir_all(&place).unwrap();
    fs::copy(desk.store(), place.join("passdesk.db")).unwrap();
    let as_nobody = |command: &mut Command| {
        let run: Run = command.output().unwrap().into();
        (run.code, run.stdout, run.stderr)
    };
    for args in [&LIST[..], &["store", "path"], &["users", "show", "root"], &["--help"], &["me", "sign-in"]] {
        for name in [
            "PASSDESK_STORE",
            "PASSDESK_TOKEN",
            "PASSDESK_TOKEN_FILE",
            "XDG_DATA_HOME",
            "XDG_STATE_HOME",
            "HOME",
            "PAGER",
            "LESS",
            "NO_COLOR",
            "TERM",
            "TZ",
            "COLUMNS",
            "LINES",
            "SUDO_USER",
            "SUDO_UID",
            "DISPLAY",
            "WAYLAND_DISPLAY",
            "SSH_CONNECTION",
            "SSH_TTY",
            "SHELL",
            "TMPDIR",
        ] {
            let unset = as_nobody(desk.command(args).env_remove(name));
            let empty = as_nobody(desk.command(args).env(name, ""));
            assert_eq!(empty, unset, "{name} {args:?}");
        }
    }
    // What is kept for a while is not kept in the working folder.
    let list = || fed(desk.command(&["policy", "set", "blocklist", "-"]), "word\n");
    list().succeeds();
    let mut locked = desk.command(&["policy", "set", "blocklist", "-"]);
    locked.env("TMPDIR", "");
    fed(locked, "word\n").succeeds();
    let mut nowhere = desk.command(&["policy", "set", "blocklist", "-"]);
    nowhere.env("TMPDIR", "/nowhere");
    let run = fed(nowhere, "word\n").exits(1);
    assert!(run.stderr.contains("no file can be made in /nowhere") && run.stderr.contains("hint: TMPDIR"));
}

#[test]
fn the_events_name_no_caller_of_sudo_where_the_variable_is_empty() {
    let desk = Desk::new();
    Run::from(desk.command(&["users", "require-change", "root"]).env("SUDO_USER", "").output().unwrap()).succeeds();
    let events = desk.run(&["audit", "list"]).succeeds().stdout;
    assert!(!events.contains("sudo by"), "{events}");
}

#[test]
fn the_demo_takes_an_empty_folder_for_temporary_files_for_none() {
    let desk = Desk::empty();
    let run: Run = desk.command(&["demo"]).env("TMPDIR", "").output().unwrap().into();
    run.succeeds();
    assert_eq!(fs::read_dir(desk.home.path()).unwrap().count(), 0);
}

#[test]
fn a_shell_of_the_demo_finds_no_program_in_the_working_folder_where_the_path_is_empty() {
    let desk = Desk::empty();
    let demo = desk.command(&["demo", "--shell"]);
    let shown = Pty::script(r#"PATH= SHELL=/usr/bin/env exec "$@""#, &demo).end().exits(0).text();
    let path = shown.lines().find_map(|line| line.strip_prefix("PATH=")).unwrap();
    assert!(std::env::split_paths(path).all(|folder| folder.is_absolute()), "{path}");
}

// ---- Mounts.

/// Runs a script as root, with its own mounts, in the home of the desk. `$0` is the program.
#[track_caller]
fn with_mounts(desk: &Desk, script: &str) -> Run {
    assert!(rustix::process::geteuid().is_root(), "only root can mount");
    let plain = desk.command(&[]);
    let mut unshared = Command::new("unshare");
    unshared.args(["--mount", "sh", "-ec", script]).arg(plain.get_program());
    unshared.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    unshared.current_dir(desk.home.path()).output().unwrap().into()
}

/// A desk with the token of an admin in the file `token`, and a folder `mount`.
fn with_token() -> Desk {
    let desk = Desk::settled();
    let create = ["tokens", "create", "nightly", "--expires-in", "1d", "--output", "token"];
    desk.run_as("root", &create).succeeds();
    fs::create_dir(desk.home.path().join("mount")).unwrap();
    // Others can enter the home. So only the mount keeps them away, or nothing does.
    fs::set_permissions(desk.home.path(), Permissions::from_mode(0o755)).unwrap();
    desk
}

#[test]
#[ignore = "needs root, to mount"]
fn a_token_is_taken_from_where_a_system_or_a_container_puts_it() {
    let desk = with_token();
    // As systemd puts the credentials of a service: LoadCredential in systemd.exec(5).
    for (folder, file) in [(0o500, 0o400), (0o500, 0o440), (0o550, 0o440), (0o700, 0o444)] {
        let script = format!(
            "mount -t tmpfs -o mode=755 none mount; mkdir mount/unit; install -m {file:o} token mount/unit/token
            chmod {folder:o} mount/unit; mount -o remount,ro mount
            PASSDESK_TOKEN_FILE=mount/unit/token \"$0\" me profile"
        );
        with_mounts(&desk, &script).succeeds();
    }
    // As Kubernetes and Docker put a secret.
    for mode in [0o444, 0o644, 0o400] {
        let script = format!(
            "mount -t tmpfs -o mode=1777 none mount; mkdir mount/..1; install -m {mode:o} token mount/..1/token
            ln -s ..1 mount/..data; ln -s ..data/token mount/token; mount -o remount,ro mount
            PASSDESK_TOKEN_FILE=mount/token \"$0\" me profile"
        );
        with_mounts(&desk, &script).succeeds();
    }
}

#[test]
#[ignore = "needs root, to mount"]
fn a_token_that_others_can_read_on_a_read_only_mount_is_refused_with_what_can_be_done() {
    let desk = with_token();
    for mount in [
        "chmod 644 token; cp -p token mount; mount --bind mount mount; mount -o remount,bind,ro mount",
        // Somebody else has put it there, and can read it.
        "mount -t tmpfs -o mode=755 none mount; install -m 444 -o nobody token mount; mount -o remount,ro mount",
    ] {
        let run = desk
            .refuses(2, || with_mounts(&desk, &format!("{mount}; PASSDESK_TOKEN_FILE=mount/token \"$0\" me profile")));
        assert!(run.stderr.contains("is open to others (mode 0") && run.stderr.contains("mounted with mode 0400"));
        assert!(!run.stderr.contains("chmod"), "{}", run.stderr);
    }
}

#[test]
fn a_token_is_taken_from_below_a_folder_that_others_cannot_enter() {
    let desk = with_token();
    let folder = desk.home.path().join("mount");
    fs::copy(desk.home.path().join("token"), folder.join("token")).unwrap();
    fs::set_permissions(folder.join("token"), Permissions::from_mode(0o444)).unwrap();
    let profile = |mode: u32| {
        fs::set_permissions(&folder, Permissions::from_mode(mode)).unwrap();
        let run = desk.command(&["me", "profile"]).env("PASSDESK_TOKEN_FILE", "mount/token").output().unwrap();
        Run::from(run)
    };
    profile(0o700).succeeds();
    // It has a second name elsewhere.
    fs::hard_link(folder.join("token"), desk.home.path().join("second")).unwrap();
    profile(0o700).exits(2);
    fs::remove_file(desk.home.path().join("second")).unwrap();
    for mode in [0o755, 0o711, 0o701] {
        let run = profile(mode).exits(2);
        assert!(run.stderr.contains("chmod 600 mount/token"), "{}", run.stderr);
    }
}

#[test]
#[ignore = "needs root, to give a folder to somebody else"]
fn a_folder_of_somebody_else_keeps_nobody_away_from_a_token() {
    let desk = with_token();
    let script = "mkdir -m 700 theirs; install -m 444 token theirs/token; chown nobody theirs
        PASSDESK_TOKEN_FILE=theirs/token \"$0\" me profile";
    let run = desk.refuses(2, || with_mounts(&desk, script));
    assert!(run.stderr.contains("is open to others"), "{}", run.stderr);
}

// ---- Stores where nothing can be written.

/// What reads a store in the folder `mount`.
const READS: [&[&str]; 8] = [
    &["users", "list"],
    &["users", "show", "alice"],
    &["audit", "list"],
    &["audit", "verify"],
    &["policy", "show"],
    &["tokens", "list"],
    &["users", "reset", "alice", "--dry-run"],
    &["store", "check"],
];

/// A desk with a copy of its store in the folder `mount`. The name of alice is in its log alone, if there is one.
fn with_a_copy(beside: &[&str]) -> Desk {
    let desk = Desk::with_alice();
    let mount = desk.home.path().join("mount");
    fs::create_dir(&mount).unwrap();
    // Whoever closes the store last removes its log.
    let open = (!beside.is_empty()).then(|| {
        let open = rusqlite::Connection::open(desk.store()).unwrap();
        open.query_row("SELECT count(*) FROM accounts", [], |_| Ok(())).unwrap();
        open
    });
    desk.run(&["users", "edit", "alice", "--name", "Alice Anew"]).succeeds();
    for suffix in [""].iter().chain(beside) {
        let name = format!("store.db{suffix}");
        fs::copy(desk.home.path().join(&name), mount.join(&name)).unwrap();
    }
    drop(open);
    desk
}

#[test]
#[ignore = "needs root, to mount"]
fn a_store_on_a_read_only_mount_is_read_with_its_log_and_nothing_changes() {
    for beside in [&[][..], &["-wal"], &["-wal", "-shm"]] {
        let desk = with_a_copy(beside);
        let before = contents(&desk.home.path().join("mount"));
        for mode in ["600", "400"] {
            for args in READS {
                let args = args.join(" ");
                let script = format!(
                    "chmod {mode} mount/store.db; mount --bind mount mount; mount -o remount,bind,ro mount
                    \"$0\" {args} --store mount/store.db"
                );
                let run = with_mounts(&desk, &script).succeeds();
                if args == "users list" {
                    assert!(run.stdout.contains("Alice Anew"), "{beside:?}: {}", run.stdout);
                }
                assert!(contents(&desk.home.path().join("mount")) == before, "{beside:?} {args}");
            }
        }
    }
}

#[test]
#[ignore = "needs root, to mount"]
fn what_would_change_a_store_on_a_read_only_mount_is_refused_before_anything_is_made() {
    let desk = with_a_copy(&["-wal"]);
    for args in [
        "users reset alice --yes -q",
        "users reset alice --yes --output out",
        "users add bob -q",
        "users edit alice --name Other",
        "users import people.csv",
        "policy set min-length 20",
        "store backup copy.db",
        "store copy --to new.db",
        "recover root --yes -q",
        "me sign-in --as alice --password-stdin",
        "verify alice",
        // A try could not be counted.
        "users list --as alice --password-stdin",
    ] {
        let (before, names) =
            (contents(&desk.home.path().join("mount")), fs::read_dir(desk.home.path()).unwrap().count());
        let script = format!(
            "mount --bind mount mount; mount -o remount,bind,ro mount
            echo '{GOOD}' | \"$0\" {args} --store mount/store.db"
        );
        let run = with_mounts(&desk, &script).exits(10);
        assert!(
            run.stderr.contains(", and this would change it\nhint: copy it into a folder of your own"),
            "{}",
            run.stderr
        );
        assert_eq!((run.stdout.as_str(), fs::read_dir(desk.home.path()).unwrap().count()), ("", names), "{args}");
        assert!(contents(&desk.home.path().join("mount")) == before, "{args}");
    }
}

#[test]
#[ignore = "needs root, to act as another user"]
fn a_store_in_a_folder_that_its_owner_cannot_write_is_read_and_not_changed() {
    for beside in [&[][..], &["-wal"], &["-wal", "-shm"]] {
        let desk = with_a_copy(beside);
        fs::set_permissions(desk.home.path(), Permissions::from_mode(0o755)).unwrap();
        let script = |args: &str| {
            format!(
                "chown -R nobody mount; chmod 555 mount
                setpriv --reuid=nobody --clear-groups \"$0\" {args} --store mount/store.db"
            )
        };
        for args in READS {
            let run = with_mounts(&desk, &script(&args.join(" "))).succeeds();
            assert!(args != ["users", "list"] || run.stdout.contains("Alice Anew"), "{}", run.stdout);
        }
        let before = contents(&desk.home.path().join("mount"));
        let run = with_mounts(&desk, &script("users reset alice --yes -q")).exits(10);
        assert!(run.stderr.contains("is not yours to write here, and this would change it"), "{}", run.stderr);
        assert_eq!(run.stdout, "");
        assert!(contents(&desk.home.path().join("mount")) == before);
    }
}

#[test]
#[ignore = "needs root, to mount"]
fn a_store_of_an_older_schema_on_a_read_only_mount_says_how_it_is_brought_up_to_date() {
    let desk = with_a_copy(&[]);
    let older = rusqlite::Connection::open(desk.home.path().join("mount/store.db")).unwrap();
    older.pragma_update(None, "user_version", 6).unwrap();
    drop(older);
    let script = "mount --bind mount mount; mount -o remount,bind,ro mount; \"$0\" users list --store mount/store.db";
    let run = with_mounts(&desk, script).exits(10);
    assert!(run.stderr.contains("still has schema 6\nhint: 'passdesk users list' brings"), "{}", run.stderr);
}

#[test]
#[ignore = "needs root, to mount"]
fn a_store_that_others_can_read_on_a_read_only_mount_is_refused_without_chmod() {
    let desk = with_a_copy(&[]);
    let script = "chmod 444 mount/store.db; mount --bind mount mount; mount -o remount,bind,ro mount
        \"$0\" users list --store mount/store.db";
    let run = with_mounts(&desk, script).exits(10);
    assert!(run.stderr.contains("is open to others (mode 0444)") && run.stderr.contains("then: copy it"));
    assert!(!run.stderr.contains("chmod"), "{}", run.stderr);
}

// ---- File systems.

/// A folder in the home, with another file system in it until it is dropped.
struct Mounted(PathBuf);

impl Mounted {
    fn by(desk: &Desk, program: &str, args: &[&str]) -> Self {
        let [on, folder] = ["on", "disk"].map(|name| desk.home.path().join(name));
        fs::create_dir(&folder).unwrap();
        match program {
            "fusefat" => {
                fs::File::create(&on).unwrap().set_len(16 << 20).unwrap();
                assert!(Command::new("/usr/sbin/mkfs.vfat").arg(&on).output().unwrap().status.success());
            }
            _ => fs::create_dir(&on).unwrap(),
        }
        let mut mount = Command::new(program);
        assert!(mount.args(args).args([&on, &folder]).output().unwrap().status.success());
        // Some programs answer before they have mounted.
        let dev = |folder: &Path| fs::metadata(folder).unwrap().dev();
        while dev(&folder) == dev(desk.home.path()) {
            thread::sleep(Duration::from_millis(10));
        }
        Self(folder)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
#[ignore = "needs root and the Debian packages dosfstools and fusefat, to mount a FAT disk"]
fn a_fat_disk_that_is_closed_to_others_takes_passwords_and_backups() {
    let desk = Desk::with_alice();
    // Without modes and hard links. Everything on it is its owner's alone.
    let mounted = Mounted::by(&desk, "fusefat", &["-o", "rw+"]);
    let reset = ["users", "reset", "alice", "--yes", "--quiet", "--output", "disk/alice"];
    desk.run(&reset).succeeds();
    let temporary = fs::read_to_string(mounted.0.join("alice")).unwrap();
    desk.profile("alice", temporary.trim_end()).exits(6);
    desk.run(&["users", "reset", "root", "alice", "--yes", "--format", "csv", "--output", "disk/all"]).succeeds();
    desk.run(&["store", "backup", "disk/copy"]).succeeds();
    assert_eq!(mounted.names(), ["alice", "all", "copy"]);
    fs::copy(mounted.0.join("copy"), desk.home.path().join("back.db")).unwrap();
    fs::set_permissions(desk.home.path().join("back.db"), Permissions::from_mode(0o600)).unwrap();
    assert_eq!(desk.run(&["users", "list", "--store", "back.db"]).succeeds().stdout, desk.run(&LIST).stdout);
}

#[test]
#[ignore = "needs root and the Debian package bindfs, to mount a file system without modes"]
fn where_others_could_read_each_file_no_secret_is_written_and_nothing_is_left() {
    let desk = Desk::with_alice();
    // As FAT and SMB come up by default. Some mounts refuse another mode, and some do as if they took it.
    for chmod in ["--chmod-ignore", "--chmod-deny"] {
        let mounted = Mounted::by(&desk, "bindfs", &["-p", "0755", chmod]);
        for (args, code) in [
            (&["users", "reset", "alice", "--yes", "--output", "disk/out"][..], 12),
            (&["users", "reset", "--all", "--yes", "--format", "csv", "--output", "disk/out"], 12),
            (&["users", "add", "bob", "--output", "disk/out"], 12),
            (&["store", "backup", "disk/copy.db"], 1),
            (&["init", "--admin", "root", "--output", "init", "--store", "disk/new.db"], 10),
            (&["init", "--admin", "root", "--output", "init", "--store", "disk/a/b/new.db"], 10),
        ] {
            let events = || crate::common::record::events(&desk).len();
            let before = events();
            let run = desk.refuses(code, || desk.run(args));
            assert!(run.stderr.contains("keeps no modes (each file gets 0755)\nhint: "), "{args:?}: {}", run.stderr);
            assert_eq!((run.stdout.as_str(), mounted.names(), events()), ("", vec![], before), "{args:?}");
            assert!(!desk.home.path().join("init").exists());
        }
        let mut sign_in = desk.command(&["me", "sign-in", "--as", "alice", "--password-stdin"]);
        sign_in.env("XDG_STATE_HOME", desk.home.path().join("disk"));
        fed(sign_in, format!("{GOOD}\n")).exits(1);
        assert!(mounted.names().iter().all(|name| fs::read_dir(mounted.0.join(name)).unwrap().count() == 0));
        drop(mounted);
        for folder in ["on", "disk"] {
            fs::remove_dir_all(desk.home.path().join(folder)).unwrap();
        }
    }
}

/// Runs the program where a system call on this path fails.
fn where_fails(desk: &Desk, path: &str, fault: &str, args: &[&str]) -> Run {
    let plain = desk.command(args);
    let mut traced = Command::new("strace");
    traced.args(["-f", "-o", "/dev/null", "-P"]).arg(desk.home.path().join(path));
    traced.arg(format!("--inject={fault}")).arg(plain.get_program()).args(args).env_clear();
    traced.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    traced.current_dir(desk.home.path()).output().unwrap().into()
}

fn reset(out: &str) -> [&str; 6] {
    ["users", "reset", "alice", "--yes", "--output", out]
}

#[test]
#[ignore = "needs strace"]
fn a_folder_that_cannot_be_synced_is_no_failure_and_a_file_is() {
    let desk = Desk::with_alice();
    fs::create_dir(desk.home.path().join("disk")).unwrap();
    for error in ["EINVAL", "EOPNOTSUPP", "EBADF"] {
        let fault = format!("fsync:error={error}");
        let out = format!("disk/out-{error}");
        where_fails(&desk, "disk", &fault, &reset(&out)).succeeds();
        where_fails(&desk, "disk", &fault, &["store", "backup", &format!("disk/copy-{error}")]).succeeds();
        let new = format!("disk/new-{error}.db");
        where_fails(&desk, "disk", &fault, &["init", "--admin", "root", "-q", "--store", &new]).succeeds();
        desk.refuses(12, || where_fails(&desk, "disk/out", &fault, &reset("disk/out")));
        assert!(!desk.home.path().join("disk/out").exists());
    }
    desk.refuses(12, || where_fails(&desk, "disk", "fsync:error=EIO", &reset("disk/out")));
    assert!(!desk.home.path().join("disk/out").exists());
}

#[test]
#[ignore = "needs strace"]
fn where_nothing_is_moved_to_a_free_name_alone_nor_linked_a_backup_gets_its_name_all_the_same() {
    let desk = Desk::with_alice();
    fs::create_dir(desk.home.path().join("disk")).unwrap();
    let fault = "renameat2:error=EINVAL";
    where_fails(&desk, "disk", fault, &["store", "backup", "disk/copy.db"]).succeeds();
    desk.run(&["users", "list", "--store", "disk/copy.db"]).succeeds();
    where_fails(&desk, "disk", fault, &["init", "--admin", "root", "-q", "--store", "disk/new.db"]).succeeds();
    let run = where_fails(&desk, "disk", fault, &["store", "backup", "disk/copy.db"]).exits(7);
    assert!(run.stderr.contains("exists already"), "{}", run.stderr);
}

// ---- Terminals.

/// The program in a session of its own: its terminal controls other processes.
const APART: &str = r#"exec setsid "$@""#;

#[test]
fn where_no_terminal_controls_the_program_it_asks_on_the_one_that_it_was_given() {
    let desk = Desk::with_alice();
    let mut pty = Pty::script(APART, &desk.command(&["me", "passwd", "--as", "alice"]));
    pty.answer("Password of alice: ", GOOD);
    pty.answer("New password: ", OTHER);
    pty.answer("New password again: ", OTHER);
    pty.end().exits(0).shows("The password of alice (Alice Example) is changed.");
    desk.profile("alice", OTHER).succeeds();

    let mut pty = Pty::script(APART, &desk.command(&["users", "reset", "alice", "-q"]));
    pty.until("[y/N] ");
    pty.send("y\n");
    let temporary = temporary_in(&pty.end().exits(0).transcript).unwrap();
    desk.profile("alice", &temporary).exits(6);
}

#[test]
fn there_ctrl_c_and_a_signal_end_a_prompt_and_leave_the_terminal_as_it_was() {
    let desk = Desk::with_alice();
    for (args, prompt) in [
        (&["users", "disable", "alice", "--as", "root"][..], "Password of root: "),
        (&["users", "reset", "alice"], "[y/N] "),
        (&["users", "reset"], "Esc leaves."),
    ] {
        for end in [None, Some(Signal::TERM)] {
            let before = desk.state();
            let mut pty = Pty::script(APART, &desk.command(args));
            pty.until(prompt);
            match end {
                None => pty.send("\x03"),
                Some(signal) => pty.signal(signal),
            }
            pty.end().exits(if end.is_some() { 143 } else { 130 }).shows("cancelled");
            assert_eq!(desk.state(), before, "{args:?}");
        }
    }
}

#[test]
fn there_a_screen_is_shown_and_left() {
    let desk = Desk::with_alice();
    for key in ["q", "\x03"] {
        let mut pty = Pty::script(APART, &desk.command(&["users", "reset", "alice", "--yes", "--screen"]));
        pty.until("It is in force.");
        pty.is_hushed();
        // What is typed before the page can be read is thrown away.
        thread::sleep(Duration::from_millis(500));
        pty.send(key);
        pty.end().exits(0);
    }
}

#[test]
fn with_a_terminal_on_one_side_alone_nothing_is_asked() {
    let desk = Desk::with_alice();
    for script in [r#"exec setsid "$@" </dev/null"#, r#"exec setsid "$@" 2>errors"#] {
        let before = desk.state();
        Pty::script(script, &desk.command(&["users", "reset", "alice"])).end().exits(2);
        assert_eq!(desk.state(), before);
    }
}

#[test]
fn a_dumb_terminal_gets_plain_questions_and_no_escape_sequences() {
    let desk = Desk::with_alice();
    for term in ["dumb", ""] {
        let command = |args: &[&str]| {
            let mut command = desk.command(args);
            command.env("TERM", term);
            command
        };
        let mut asked = Pty::start(&command(&["users", "reset", "alice"]));
        asked.until("[y/N] ");
        asked.send("y\n");
        let mut all = vec![asked.end().exits(0)];
        for (args, code) in [
            (&["users", "list"][..], 0),
            (&["users", "reset", "--help"], 0),
            (&["store", "check"], 0),
            (&["store", "backup", if term.is_empty() { "unset.db" } else { "dumb.db" }], 0),
            (&["users", "show", "nobody"], 3),
        ] {
            all.push(Pty::start(&command(args)).end().exits(code));
        }
        for ended in all {
            assert!(!ended.transcript.contains('\x1b'), "{:?}", ended.transcript);
        }
    }
}

#[test]
fn on_a_dumb_terminal_nothing_that_is_drawn_begins() {
    let desk = Desk::with_alice();
    for (args, code, instead) in [
        (&["users", "reset"][..], 2, "name accounts by id"),
        (&["users", "reset", "alice", "--yes", "--screen"], 12, "use --output"),
        (&["users", "reset", "alice", "--yes", "--copy=osc52"], 12, "use --output"),
        (&["init", "--store", "new.db", "--screen"], 12, "use --output"),
    ] {
        let (before, names) = (desk.state(), fs::read_dir(desk.home.path()).unwrap().count());
        let ended = Pty::start(desk.command(args).env("TERM", "dumb")).end().exits(code);
        let ended = ended.shows("TERM is dumb, or not set").shows(instead);
        assert!(!ended.transcript.contains('\x1b'), "{:?}", ended.transcript);
        assert_eq!((desk.state(), fs::read_dir(desk.home.path()).unwrap().count()), (before, names), "{args:?}");
    }
}

#[test]
fn what_would_have_to_ask_over_ssh_without_a_terminal_names_the_flag_that_gives_one() {
    let desk = Desk::with_alice();
    for args in [
        &["me", "passwd"][..],
        &["me", "sign-in"],
        &["users", "list", "--as", "alice"],
        &["users", "reset", "alice"],
        &["users", "reset"],
        &["users", "reset", "alice", "--screen", "--yes"],
        &["demo", "--shell"],
    ] {
        let hint = |variables: &[(&str, &str)]| {
            let run: Run = desk.command(args).envs(variables.iter().copied()).output().unwrap().into();
            assert!(run.code == 2 || run.code == 12, "{args:?}: {}", run.stderr);
            run.stderr.contains("ssh -t HOST passdesk …")
        };
        let before = desk.state();
        let over = ("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22");
        assert!(hint(&[over]), "{args:?}");
        // There is a terminal, and the script uses another stream.
        assert!(!hint(&[over, ("SSH_TTY", "/dev/pts/0")]) && !hint(&[]), "{args:?}");
        assert_eq!(desk.state(), before, "{args:?}");
    }
}

// ---- The names of users.

/// A name that a directory of other systems gives, which no account can have.
const FOREIGN: &str = r"CORP\carol";

#[test]
fn a_user_whose_name_can_be_no_username_is_offered_none() {
    let desk = Desk::with_alice();
    let mut pty = Pty::start(desk.command(&["me", "profile"]).env("SUDO_USER", FOREIGN));
    pty.until("Username: ");
    pty.send("\n");
    pty.until("Username: ");
    pty.send("alice\n");
    pty.answer("Password of alice: ", GOOD);
    pty.end().exits(0);
}

#[test]
fn the_record_names_such_a_user_all_the_same() {
    let desk = Desk::with_alice();
    for (name, change) in [(FOREIGN, "disable"), ("CORP+carol", "enable"), ("carol@corp.example", "require-change")] {
        let run = desk.command(&["users", change, "alice"]).env("SUDO_USER", name).output().unwrap();
        Run::from(run).succeeds();
        let event = crate::common::record::events(&desk).pop().unwrap();
        assert!(event["actor"].as_str().unwrap().ends_with(&format!("sudo by {name})")), "{event}");
    }
}

#[test]
#[ignore = "needs root, to run as a user whom the system does not name"]
fn without_a_usable_name_init_asks_for_one_and_makes_nothing() {
    let desk = Desk::empty();
    std::os::unix::fs::chown(desk.home.path(), Some(NAMELESS), None).unwrap();
    let plain = desk.command(&["init"]);
    let mut setpriv = Command::new("setpriv");
    setpriv.args([&format!("--reuid={NAMELESS}"), "--clear-groups"]).arg(plain.get_program()).arg("init");
    setpriv.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let run = Run::from(setpriv.current_dir(desk.home.path()).output().unwrap()).exits(2);
    let said =
        "error: your name on this machine, '54321', cannot be a username\nhint: name the first admin with --admin";
    assert!(run.stderr.starts_with(said), "{}", run.stderr);
    assert_eq!(fs::read_dir(desk.home.path()).unwrap().count(), 0);
}

const NAMELESS: u32 = 54_321;
