//! Signals at every moment of a write. A stopped program keeps nobody from writing. A program that is ended has changed
//! nothing, or has told the outcome.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::fs;
use std::io::Write as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::common::{Desk, GOOD, OTHER, Run};
use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// The system calls with which a command writes, or waits for its turn.
const WRITES: &str = "pwrite64,fdatasync,fsync,ftruncate,flock,unlink,write";

/// How often to look, every 2 ms, before a program without progress fails the test.
const LOOKS: u32 = 15_000;

/// A command, and what each of its runs needs first.
struct Case {
    args: &'static [&'static str],
    input: String,
    before: &'static str,
    calls: &'static str,
}

fn case(args: &'static [&'static str]) -> Case {
    Case { args, input: String::new(), before: "", calls: WRITES }
}

/// The program under a tracer, which sends a signal at system call number `at`.
fn struck(desk: &Desk, case: &Case, signal: &str, at: usize) -> Child {
    traced(desk, case, &format!("signal={signal}:when={at}"))
}

/// The program under a tracer, which does `what` at one of its system calls.
fn traced(desk: &Desk, case: &Case, what: &str) -> Child {
    let plain = desk.command(case.args);
    let input = desk.home.path().join("input");
    fs::write(&input, &case.input).unwrap();
    let mut traced = Command::new("strace");
    traced
        .args(["-DD", "-f", "-o"])
        .arg(log(desk))
        .arg(format!("--trace={}", case.calls))
        .arg(format!("--inject={}:{what}", case.calls))
        .arg(plain.get_program())
        .args(plain.get_args())
        .env_clear()
        .envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .current_dir(desk.home.path())
        // In its own process group, whose leader has a parent outside it. A program that nobody could continue does not
        // stop.
        .process_group(0)
        .stdin(fs::File::open(input).unwrap())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    traced.spawn().unwrap()
}

fn log(desk: &Desk) -> std::path::PathBuf {
    desk.home.path().join("trace")
}

fn logged(desk: &Desk, what: &str) -> bool {
    fs::read_to_string(log(desk)).unwrap_or_default().contains(what)
}

/// Waits until the program has stopped. Returns `false` if it has ended instead.
fn has_stopped(desk: &Desk, child: &mut Child) -> bool {
    for _ in 0..LOOKS {
        if logged(desk, "--- stopped by SIG") {
            return true;
        }
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        sleep(Duration::from_millis(2));
    }
    panic!("it neither stops nor ends");
}

/// Continues the program until it has ended. Each of its threads may get a signal.
fn continued(child: &mut Child) {
    for _ in 0..LOOKS {
        if child.try_wait().unwrap().is_some() {
            return;
        }
        // The program may just have ended.
        let _ = kill_process(Pid::from_child(child), Signal::CONT);
        sleep(Duration::from_millis(2));
    }
    let _ = child.kill();
    panic!("it does not end");
}

/// Stops a command at each of its system calls. Meanwhile another process writes.
fn stop_at_each_moment(desk: &Desk, case: &Case, prepare: impl Fn()) {
    let mut stops = 0;
    for at in 1.. {
        prepare();
        desk.sql(case.before);
        let mut child = struck(desk, case, "SIGTSTP", at);
        if has_stopped(desk, &mut child) {
            stops += 1;
            let username = format!("m{}", desk.value::<i64>("SELECT max(id) FROM accounts"));
            // Another process, which does not use the sign-in that the command left.
            let mut other = desk.command(&["users", "add", &username, "-q"]);
            let other: Run = other.env("HOME", desk.home.path().join("elsewhere")).output().unwrap().into();
            continued(&mut child);
            assert_eq!(other.code, 0, "{:?} at {at}: {}", case.args, other.stderr);
        }
        let was_struck = logged(desk, "--- SIGTSTP");
        let run: Run = child.wait_with_output().unwrap().into();
        assert!(![9, 10].contains(&run.code), "{:?} at {at}: {}", case.args, run.stderr);
        fs::remove_file(log(desk)).unwrap();
        if !was_struck && at > 2 {
            break;
        }
    }
    assert!(stops > 0, "{:?} has never stopped", case.args);
}

#[test]
#[ignore = "needs strace"]
fn who_is_stopped_at_whatever_moment_keeps_nobody_from_writing() {
    let desk = Desk::with_alice();
    fs::write(desk.home.path().join("new.csv"), "username\nivan\n").unwrap();
    let gone = "DELETE FROM accounts WHERE username IN ('ivan', 'bob')";
    for case in [
        Case { input: "whatever\n".into(), ..case(&["me", "sign-in", "--as", "nobody", "--password-stdin"]) },
        Case { input: format!("{GOOD}\n"), ..case(&["me", "sign-in", "--as", "alice", "--password-stdin"]) },
        Case { input: "wrong\n".into(), before: "UPDATE accounts SET tries_failed = 0", ..case(&["verify", "alice"]) },
        Case { before: gone, ..case(&["users", "add", "bob", "-q"]) },
        Case { before: gone, ..case(&["users", "import", "new.csv"]) },
        case(&["users", "edit", "alice", "--name", "Alice"]),
        case(&["policy", "set", "min-length", "20"]),
        case(&["users", "purge", "--yes"]),
    ] {
        stop_at_each_moment(&desk, &case, || {});
    }
}

#[test]
#[ignore = "needs strace"]
fn who_is_stopped_while_the_store_is_brought_up_to_date_keeps_nobody_from_writing() {
    let desk = Desk::empty();
    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/schema_2.db");
    stop_at_each_moment(&desk, &case(&["users", "list"]), || {
        for suffix in ["-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{suffix}", desk.store().display()));
        }
        fs::copy(&old, desk.store()).unwrap();
        fs::set_permissions(desk.store(), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    });
}

#[test]
#[ignore = "needs strace"]
fn who_is_stopped_while_what_a_killed_process_left_is_put_in_order_keeps_nobody_from_writing() {
    let desk = Desk::with_alice();
    let files = ["", "-wal"].map(|suffix| format!("{}{suffix}", desk.store().display()));
    let store = Connection::open(desk.store()).unwrap();
    store.execute_batch("PRAGMA wal_autocheckpoint = 0; UPDATE accounts SET display_name = 'A'").unwrap();
    let left = files.each_ref().map(|file| fs::read(file).unwrap());
    drop(store);
    for args in [&["store", "check"][..], &["users", "list"]] {
        stop_at_each_moment(&desk, &Case { calls: "fcntl,pwrite64,ftruncate,unlink", ..case(args) }, || {
            let _ = fs::remove_file(format!("{}-shm", desk.store().display()));
            for (file, bytes) in files.iter().zip(&left) {
                fs::write(file, bytes).unwrap();
                fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
            }
        });
    }
}

#[test]
#[ignore = "needs strace"]
fn a_signal_that_stops_the_whole_job_waits_for_the_end_of_a_change() {
    let desk = Desk::with_alice();
    let edit = Case { calls: "fsync,fdatasync", ..case(&["users", "edit", "alice", "--name", "B"]) };
    for (number, signal) in [Signal::TSTP, Signal::TTIN, Signal::TTOU].into_iter().enumerate() {
        let mut child = traced(&desk, &edit, "delay_enter=2s:when=1");
        while !desk.run(&["store", "check"]).stdout.contains("writer") {
            assert!(child.try_wait().unwrap().is_none(), "it has not been held up");
        }
        kill_process_group(Pid::from_child(&child), signal).unwrap();
        let other = desk.run(&["users", "add", &format!("meanwhile{number}"), "-q"]);
        continued(&mut child);
        assert_eq!(other.code, 0, "{signal:?}: {}", other.stderr);
        Run::from(child.wait_with_output().unwrap()).succeeds();
        fs::remove_file(log(&desk)).unwrap();
    }
}

#[test]
#[ignore = "needs strace"]
fn a_signal_that_stops_a_run_over_many_stops_it_after_the_change_in_hand() {
    let desk = Desk::with_alice();
    desk.run(&["users", "add", "bob", "-q"]).succeeds();
    let resets = || desk.value::<i64>("SELECT count(*) FROM audit_events WHERE action = 'reset'");
    let before = resets();
    let reset = case(&["users", "reset", "alice", "bob", "--yes", "--format", "csv"]);
    let reset = Case { calls: "fsync,fdatasync", ..reset };
    let mut child = traced(&desk, &reset, "delay_enter=2s:when=1");
    while !desk.run(&["store", "check"]).stdout.contains("writer") {
        assert!(child.try_wait().unwrap().is_none(), "it has not been held up");
    }
    kill_process_group(Pid::from_child(&child), Signal::TSTP).unwrap();
    assert!(has_stopped(&desk, &mut child));
    assert_eq!(resets() - before, 1);
    desk.run(&["users", "add", "meanwhile", "-q"]).succeeds();
    continued(&mut child);
    Run::from(child.wait_with_output().unwrap()).succeeds();
    assert_eq!(resets() - before, 2);
}

/// Ends a command at each of its system calls. It must have changed nothing, or tell the outcome.
fn end_at_each_moment(desk: &Desk, case: &Case, signal: (&str, i32), said: &str) {
    let (signal, ended) = signal;
    let (mut cancelled, mut done) = (0, 0);
    for at in 1.. {
        desk.sql(case.before);
        let before = desk.state();
        let child = struck(desk, case, signal, at);
        let run: Run = child.wait_with_output().unwrap().into();
        match run.code {
            code if code == ended => {
                assert_eq!(desk.state(), before, "{:?} at {at} has changed something: {}", case.args, run.stderr);
                cancelled += 1;
            }
            0 => {
                assert_ne!(desk.state(), before, "{:?} at {at}", case.args);
                assert!(run.stderr.contains(said), "{:?} at {at} says {}", case.args, run.stderr);
                done += 1;
            }
            _ => panic!("{:?} at {at} exits {}: {}", case.args, run.code, run.stderr),
        }
        let was_struck = logged(desk, &format!("--- {signal}"));
        fs::remove_file(log(desk)).unwrap();
        if !was_struck && at > 2 {
            break;
        }
    }
    assert!(cancelled > 0 && done > 1, "{:?}: {cancelled} cancelled, {done} done", case.args);
}

#[test]
#[ignore = "needs strace"]
fn who_is_ended_at_whatever_moment_has_changed_nothing_or_says_what_holds() {
    let desk = Desk::with_alice();
    let hash: String = desk.account("password_hash", "alice");
    let active = "UPDATE accounts SET state = 'active'";
    let disabled = "UPDATE accounts SET state = 'disabled' WHERE id = 2";
    let no_role = "UPDATE accounts SET roles = 0 WHERE id = 2";
    let auditor = "UPDATE accounts SET roles = 1 WHERE id = 2";
    let undecided = "DELETE FROM settings WHERE key = 'policy.min-length'";
    let token = "INSERT OR IGNORE INTO sign_ins (id, account_id, secret_sha256, created_at, expires_at, label, roles)
                 VALUES (99, 2, randomblob(32), 1, 9000000000, 'nightly', 0)";
    let removed =
        "INSERT OR IGNORE INTO accounts (username, display_name, search_text, roles, state, must_change, created_at,
                                         removed_at) VALUES ('gone', '', '', 0, 'active', TRUE, 0, 1)";
    let here = "UPDATE accounts SET removed_at = NULL";
    let away = "UPDATE accounts SET removed_at = unixepoch() WHERE id = 2";
    let renamed = "UPDATE accounts SET display_name = 'A'";
    let unflagged = "UPDATE accounts SET must_change = FALSE WHERE id = 2";
    let locked = "UPDATE accounts SET locked_at = 1 WHERE id = 2";
    for (args, before, said) in [
        (&["users", "disable", "alice"][..], active, "is disabled"),
        (&["users", "enable", "alice"], disabled, "is enabled"),
        (&["users", "grant", "alice", "helpdesk"], no_role, "has helpdesk now"),
        (&["users", "revoke", "alice", "auditor"], auditor, "has no role now"),
        (&["users", "edit", "alice", "--name", "B"], renamed, "is changed"),
        (&["users", "remove", "alice"], here, "is removed"),
        (&["users", "restore", "alice"], away, "is restored"),
        (&["users", "require-change", "alice"], unflagged, "new password"),
        (&["users", "unlock", "alice"], locked, "may try to sign in again"),
        (&["users", "sign-out", "alice"], token, "is signed out everywhere"),
        (&["users", "disable", "--search", "alice", "--yes"], active, "is disabled"),
        (&["users", "purge", "--yes"], removed, "1 account was deleted for good"),
        (&["policy", "set", "min-length", "20"], undecided, "min-length is 20 now"),
        (&["tokens", "revoke", "99"], token, "has ended"),
    ] {
        end_at_each_moment(&desk, &Case { before, ..case(args) }, ("SIGINT", 130), said);
        desk.sql(
            "UPDATE accounts SET state = 'active', removed_at = NULL, must_change = FALSE, temporary_until = NULL",
        );
        desk.sql(&format!("UPDATE accounts SET password_hash = '{hash}' WHERE id = 2"));
    }
}

#[test]
#[ignore = "needs strace"]
fn a_password_change_that_is_ended_at_whatever_moment_has_changed_nothing_or_says_so() {
    let desk = Desk::with_alice();
    let input = format!("{GOOD}\n{OTHER}\n");
    let args = &["me", "passwd", "--as", "alice", "--password-stdin"];
    let hash: String = desk.account("password_hash", "alice");
    let before =
        format!("UPDATE accounts SET password_hash = '{hash}', tries_failed = 0 WHERE id = 2; DELETE FROM tries");
    end_at_each_moment(
        &desk,
        &Case { args, input, before: before.leak(), calls: WRITES },
        ("SIGINT", 130),
        "is changed",
    );
}

#[test]
#[ignore = "needs strace"]
fn whatever_signal_ends_a_command_it_has_changed_nothing_or_says_what_holds() {
    let desk = Desk::with_alice();
    let disable = Case { before: "UPDATE accounts SET state = 'active'", ..case(&["users", "disable", "alice"]) };
    for signal in [("SIGTERM", 143), ("SIGUSR1", 138), ("SIGALRM", 142), ("SIGXCPU", 152)] {
        end_at_each_moment(&desk, &disable, signal, "is disabled");
    }
}

/// Sends a signal to a command that waits for the store. Returns how it ended. It must not wait any longer.
#[expect(clippy::disallowed_methods, reason = "how long it takes is no time that is stored")]
fn ended_while_waiting(desk: &Desk, args: &[&str], input: &str, signal: Signal) -> std::process::Output {
    let mut command = desk.command(args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    sleep(Duration::from_millis(1500));
    assert!(child.try_wait().unwrap().is_none(), "{args:?} does not wait");
    let began = Instant::now();
    kill_process(Pid::from_child(&child), signal).unwrap();
    let ended = child.wait_with_output().unwrap();
    assert!(began.elapsed() < Duration::from_secs(2), "{args:?} goes on for {:?}", began.elapsed());
    ended
}

#[test]
fn a_signal_that_ends_the_program_ends_a_wait_for_the_store_and_nothing_has_changed() {
    let desk = Desk::with_alice();
    let line = fs::File::open(format!("{}-lock", desk.store().display())).unwrap();
    let other = Connection::open(desk.store()).unwrap();
    for in_line in [true, false] {
        if in_line {
            line.lock().unwrap();
        } else {
            other.execute_batch("BEGIN IMMEDIATE").unwrap();
        }
        for (args, signal, code, said) in [
            (&["users", "edit", "alice", "--name", "B"][..], Signal::INT, 130, "cancelled; nothing has changed"),
            (&["users", "edit", "alice", "--name", "B"], Signal::TERM, 130, "cancelled; nothing has changed"),
            (&["users", "reset", "alice", "--yes"], Signal::HUP, 130, "is NOT in force, and nothing has changed"),
            (&["users", "disable", "--all", "--yes"], Signal::INT, 130, "cancelled; nothing has changed"),
        ] {
            let before = desk.state();
            let ended: Run = ended_while_waiting(&desk, args, "", signal).into();
            assert_eq!(ended.code, code, "{args:?}: {}", ended.stderr);
            assert!(ended.stderr.contains(said), "{args:?}: {}", ended.stderr);
            assert_eq!(desk.state(), before, "{args:?}");
        }
        // No change is under way while a try to sign in waits to be recorded.
        let verify = &["verify", "alice"];
        let ended = ended_while_waiting(&desk, verify, &format!("{GOOD}\n"), Signal::TERM);
        assert_eq!(ended.status.signal(), Some(15), "{}", String::from_utf8_lossy(&ended.stderr));
        line.unlock().unwrap();
        let _ = other.execute_batch("ROLLBACK");
    }
}

/// In such a namespace, the session of the program has no number.
#[test]
#[ignore = "needs to be root"]
fn signals_are_acted_on_in_a_pid_namespace_whose_session_is_outside() {
    let desk = Desk::with_alice();
    // It waits for a password that nobody types. Once it holds signals back, it is stopped, continued and ended.
    let script = "exec 3<&0; \"$0\" verify alice <&3 & pid=$!
        until grep -q '^SigCgt:.*[4-7c-f]...$' /proc/$pid/status; do sleep 0.01; done
        kill -TSTP $pid; sleep 0.2; kill -CONT $pid; kill -TERM $pid; wait $pid";
    let plain = desk.command(&[]);
    let mut unshared = Command::new("timeout");
    unshared.args([
        "-s",
        "KILL",
        "20",
        "unshare",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
        "sh",
        "-c",
        script,
    ]);
    unshared.arg(plain.get_program()).env_clear().envs(plain.get_envs().filter_map(|(k, v)| Some((k, v?))));
    let mut child = unshared.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let _waits = child.stdin.take();
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(143), "{}", String::from_utf8_lossy(&ended.stderr));
}
