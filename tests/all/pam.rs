//! `passdesk verify` behind `pam_exec`, as in `docs/other-programs.md`. Run with `cargo test -- --ignored`, as root.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use crate::common::{Desk, GOOD, Run};
use serde_json::Value;

/// The first line of the service in that page, unchanged.
fn line_of_page() -> &'static str {
    let page = crate::docs::page("other-programs.md");
    page.lines().find(|line| line.starts_with("auth required pam_exec.so") && line.ends_with("verify --pam")).unwrap()
}

/// A PAM service with its own store. It is removed when the test is over.
struct Door {
    desk: Desk,
    service: PathBuf,
}

impl Door {
    /// The store of [`Desk::with_alice`]. alice has this password.
    fn with_alice(password: &str) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        assert!(
            rustix::process::geteuid().is_root(),
            "only root can write a service into /etc/pam.d; run this as root"
        );
        let desk = Desk::with_alice();
        if password != GOOD {
            desk.change_password("alice", GOOD, password).succeeds();
        }
        let program = desk.home.path().join("passdesk");
        fs::copy(env!("CARGO_BIN_EXE_passdesk"), &program).unwrap();
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let service = Path::new("/etc/pam.d").join(format!("passdesk-test-{}-{number}", std::process::id()));
        let run_it = format!("/usr/bin/env PASSDESK_STORE={} {}", desk.store().display(), program.display());
        let door = Self { desk, service };
        fs::write(&door.service, format!("{}\n", replaced(line_of_page(), "/usr/bin/passdesk", &run_it))).unwrap();
        door
    }

    /// A program at this desk, with this input.
    fn pipe(&self, program: &[&str], args: &[&str], input: &str) -> Run {
        let mut command = Command::new(program[0]);
        command.args(&program[1..]).args(args).env_clear().current_dir("/").stdin(Stdio::piped());
        command.envs(self.desk.command(&[]).get_envs().filter_map(|(name, value)| Some((name, value?))));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // The program may not read its input. That does not fail the test.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap().into()
    }

    /// The program, run by the owner of the store.
    fn owner_with(&self, input: &str, args: &[&str]) -> Run {
        self.pipe(&[self.desk.home.path().join("passdesk").to_str().unwrap()], args, input)
    }

    fn owner(&self, args: &[&str]) -> Run {
        self.owner_with("", args).succeeds()
    }

    /// Offers a name and a password to the service.
    fn knock(&self, name: &str, password: &str) -> Run {
        self.knock_as(&["pamtester"], name, password)
    }

    fn knock_as(&self, program: &[&str], name: &str, password: &str) -> Run {
        let service = self.service.file_name().unwrap().to_str().unwrap();
        self.pipe(program, &["--", service, name, "authenticate"], &format!("{password}\n"))
    }

    #[track_caller]
    fn lets_in(&self, name: &str, password: &str) {
        let run = self.knock(name, password).succeeds();
        assert!(run.stdout.contains("successfully authenticated"), "{}", run.stdout);
    }

    /// Fails the test unless the service refuses, the record has this reason, and nothing has changed.
    #[track_caller]
    fn keeps_out(&self, name: &str, password: &str, why: &str) {
        let before = (self.desk.state(), self.turned_away(why));
        let run = self.knock(name, password).exits(1);
        assert!(!run.stdout.contains("success"), "{}", run.stdout);
        assert_eq!((self.desk.state(), self.turned_away(why)), (before.0, before.1 + 1), "{name}: {}", run.stderr);
    }

    /// How many tries were refused for this reason. Each is an event, or is counted.
    fn turned_away(&self, why: &str) -> i64 {
        let is_it = |event: &&Value| event["outcome"] == "refused" && event["detail"]["reason"] == why;
        let events = self.events().iter().filter(is_it).count();
        let counted = format!("SELECT coalesce(sum(count), 0) FROM repeats WHERE kind ->> 'reason' = '{why}'");
        i64::try_from(events).unwrap() + self.desk.value::<i64>(&counted)
    }

    /// The record, which must be intact.
    fn events(&self) -> Vec<Value> {
        self.owner(&["audit", "verify"]);
        let listed = self.owner(&["audit", "list", "--format", "jsonl"]).stdout;
        listed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn failed_sign_ins(&self, name: &str) -> Value {
        let shown = self.owner(&["users", "show", name, "--format", "json"]).stdout;
        let shown: Value = serde_json::from_str(&shown).unwrap();
        shown["failed_sign_ins"].clone()
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        // At worst the file has never existed.
        let _ = fs::remove_file(&self.service);
    }
}

/// The text with the test's path in place of the page's path.
#[track_caller]
fn replaced(text: &str, sought: &str, by: &str) -> String {
    assert_eq!(text.matches(sought).count(), 1, "{sought} in {text}");
    text.replace(sought, by)
}

#[test]
#[ignore = "needs pamtester, and root to run it"]
fn the_right_password_lets_in_and_no_other() {
    let door = Door::with_alice(GOOD);
    door.lets_in("alice", GOOD);
    door.keeps_out("alice", "brass lantern over wet slat", "wrong_password");
    door.keeps_out("alice", &format!("{GOOD} "), "wrong_password");
    door.lets_in("alice", GOOD);
}

#[test]
#[ignore = "needs pamtester, and root to run it"]
fn who_is_unknown_disabled_locked_or_has_to_choose_a_password_is_kept_out() {
    let door = Door::with_alice(GOOD);
    let dora = door.owner(&["users", "add", "dora", "-q"]).password();
    door.keeps_out("nobody", GOOD, "no_such_account");
    door.keeps_out("root", GOOD, "wrong_password");
    door.keeps_out("dora", &dora, "change_required");

    door.owner(&["users", "disable", "alice"]);
    door.keeps_out("alice", GOOD, "disabled");
    door.owner(&["users", "enable", "alice"]);
    door.lets_in("alice", GOOD);
    door.owner(&["policy", "set", "lock-after", "1"]);
    door.knock("alice", "wrong").exits(1);
    door.keeps_out("alice", GOOD, "locked");
    door.owner(&["users", "unlock", "alice"]);
    door.lets_in("alice", GOOD);
    door.owner(&["users", "require-change", "alice"]);
    door.keeps_out("alice", GOOD, "change_required");
}

#[test]
#[ignore = "needs pamtester, and root to run it"]
fn a_name_that_looks_like_an_option_or_a_command_opens_no_door() {
    let door = Door::with_alice(GOOD);
    for name in ["--help", "-h", "--version", "--", "$(true)", "alice; true", "alice\nroot", "*"] {
        door.keeps_out(name, GOOD, "no_such_account");
    }
}

#[test]
#[ignore = "needs pamtester, and root to run it"]
fn tries_at_the_door_are_counted_and_throttled() {
    let door = Door::with_alice(GOOD);
    door.knock("alice", "wrong").exits(1);
    assert_eq!(door.failed_sign_ins("alice"), 1);
    door.lets_in("alice", GOOD);
    assert_eq!(door.failed_sign_ins("alice"), 0);
    door.owner(&["policy", "set", "throttle-after", "1"]);
    // The waits are 1, 2, 4 and 8 seconds. Tries that come too early are not counted.
    while door.failed_sign_ins("alice") != 4 {
        door.knock("alice", "wrong").exits(1);
        thread::sleep(Duration::from_millis(250));
    }
    door.keeps_out("alice", GOOD, "throttled");
    assert_eq!(door.failed_sign_ins("alice"), 4);
}

#[test]
#[ignore = "needs pamtester, and root to run it"]
fn a_program_that_others_run_with_the_rights_of_root_is_a_door_too() {
    let door = Door::with_alice(GOOD);
    let su = ["setpriv", "--ruid=65534", "pamtester"];
    door.knock_as(&su, "alice", GOOD).succeeds();
    door.knock_as(&su, "alice", "wrong").exits(1);
    assert_eq!(door.failed_sign_ins("alice"), 1);
}

#[test]
#[ignore = "needs pamtester, and root to run it"]
fn the_password_is_in_nobodys_arguments_or_environment() {
    // No other process on this machine has this password.
    let password = format!("slow barges carry {} bells", std::process::id());
    let door = Door::with_alice(&password);
    let program = door.desk.home.path().join("passdesk");
    // While another process writes, the try waits to be counted. By then the password has been read.
    let other = rusqlite::Connection::open(door.desk.store()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    thread::scope(|scope| {
        let knock = scope.spawn(|| door.knock("alice", &password));
        let (mut times, mut rounds) = (0, 0);
        while times < 5 {
            rounds += 1;
            assert!(!knock.is_finished() && rounds < 1_000, "it has not been seen while it ran");
            for entry in fs::read_dir("/proc").unwrap().flatten() {
                let read = |file| fs::read(entry.path().join(file)).unwrap_or_default();
                let [arguments, environment] = ["cmdline", "environ"].map(read);
                for seen in [&arguments, &environment] {
                    let found = seen.windows(password.len()).any(|window| window == password.as_bytes());
                    assert!(!found, "{}", String::from_utf8_lossy(seen));
                }
                times += u32::from(arguments.starts_with(program.as_os_str().as_encoded_bytes()));
            }
            thread::sleep(Duration::from_millis(5));
        }
        other.execute_batch("ROLLBACK").unwrap();
        knock.join().unwrap().succeeds();
    });
}

/// `pam_exec` adds nothing after the password. Older releases of Linux-PAM add a NUL, and a shell adds a newline.
#[test]
fn a_password_on_standard_input_lets_in_however_it_ends() {
    let desk = Desk::with_alice();
    for end in ["", "\n", "\r\n", "\0"] {
        let run = desk.run_with(format!("{GOOD}{end}"), &["verify", "alice"]);
        assert_eq!(run.code, 0, "{end:?}: {}", run.stderr);
    }
}

/// `pam_exec` passes on at most 511 bytes. The beginning of a longer password lets nobody in.
#[test]
#[ignore = "needs pamtester, and root to run it"]
fn a_password_that_pam_exec_cuts_lets_nobody_in() {
    let long = |length: usize| format!("{GOOD} {}", "quay 47 ".repeat(200)).chars().take(length).collect::<String>();
    let door = Door::with_alice(&long(511));
    door.lets_in("alice", &long(511));
    let both = format!("{}\n{}\n", long(511), long(512));
    door.owner_with(&both, &["me", "passwd", "--as", "alice", "--password-stdin"]).succeeds();
    door.owner_with(&long(512), &["verify", "alice"]).succeeds();
    door.keeps_out("alice", &long(512), "wrong_password");
}
