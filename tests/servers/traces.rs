//! What a server may log, and what others may see, holds no password. Nothing is left behind.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::common::{GOOD, OTHER};
use crate::tools::ground::wait_for;
use crate::tools::home::{Home, rows};
use crate::tools::server::{Server, TALKATIVE, programs};

/// All bytes of the files below a folder.
fn bytes_below(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            all.extend(bytes_below(&path));
        } else {
            // A server may remove a file at any time.
            all.extend(fs::read(&path).unwrap_or_default());
        }
    }
    all
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    memmem(bytes, secret.as_bytes()) || memmem(bytes, secret.replace('-', "").as_bytes())
}

fn memmem(bytes: &[u8], part: &[u8]) -> bool {
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| *byte == part[0]) {
        if bytes[from + at..].starts_with(part) {
            return true;
        }
        from += at + 1;
    }
    false
}

/// What others see of the running program and of its sessions.
fn visible(home: &Path) -> String {
    let mut seen = String::new();
    for process in fs::read_dir("/proc").unwrap().flatten() {
        let path = process.path();
        if fs::read_link(path.join("cwd")).is_ok_and(|cwd| cwd == home) {
            for file in ["cmdline", "environ"] {
                seen.push_str(&String::from_utf8_lossy(&fs::read(path.join(file)).unwrap_or_default()));
            }
        }
    }
    seen
}

#[test]
fn no_password_is_logged_or_stored_or_seen_by_others() {
    let server = Server::with(TALKATIVE);
    let home = Home::at(&server.ground, server.url());
    let over = AtomicBool::new(false);
    let mut secrets = vec![GOOD.to_owned(), OTHER.to_owned()];
    let seen = Mutex::new(String::new());
    let is_seen = || ["audit_events", "reset"].iter().all(|word| seen.lock().unwrap().contains(word));
    thread::scope(|scope| {
        let watch = scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let now = visible(home.folder.path()) + &server.sql("SELECT coalesce(query, '') FROM pg_stat_activity");
                seen.lock().unwrap().push_str(&now);
            }
        });
        let root = home.run(&["init", "--admin", "root", "-q"]).succeeds().password();
        home.run_with(&format!("{root}\n{GOOD}\n"), &["me", "passwd", "--as", "root", "--password-stdin"]).succeeds();
        secrets.push(root);
        home.run_with(&format!("{GOOD}\n"), &["verify", "root"]).succeeds();
        home.run_with(&format!("{OTHER}\n"), &["verify", "root"]).exits(5);
        secrets.push(home.run(&["users", "add", "alice", "-q"]).succeeds().password());
        secrets.push(home.run(&["users", "reset", "alice", "--yes", "-q"]).succeeds().password());
        secrets.push(home.run(&["recover", "root", "--yes", "-q"]).succeeds().password());
        home.crowd(5);
        secrets.extend(home.reset_all().into_values());
        // A command is quick. It takes a few until one is looked at in the middle.
        for _ in 0..200 {
            if is_seen() {
                break;
            }
            secrets.push(home.run(&["users", "reset", "alice", "--yes", "-q"]).succeeds().password());
        }
        over.store(true, Ordering::Relaxed);
        watch.join().unwrap();
    });
    assert!(secrets.len() >= 11 && is_seen(), "nothing was seen");
    let seen = seen.into_inner().unwrap();
    server.sql_in("postgres", "CHECKPOINT");
    let (log, files) = (server.log(), bytes_below(&server.ground.folder().join("a")));
    assert!(log.contains("INSERT") || log.contains("insert"), "nothing was logged");
    for secret in secrets {
        assert!(!holds(seen.as_bytes(), &secret), "{secret} was seen by others");
        assert!(!holds(log.as_bytes(), &secret), "{secret} is in the log");
        assert!(!holds(&files, &secret), "{secret} is in a file of the server");
    }
}

/// Fails the test unless so many commands leave neither a session nor a line about an error.
fn leaves_nothing(commands: usize) {
    let server = Server::with("log_connections = on\nlog_disconnections = on");
    let home = Home::of(&server);
    home.crowd(3);
    let begin = server.log().len();
    for number in 0..commands {
        match number % 5 {
            0 => home.run(&["users", "list"]).succeeds(),
            1 => home.run(&["users", "edit", "u0001", "--name", &format!("Name {number}")]).succeeds(),
            2 => home.run(&["users", "show", "u0002"]).succeeds(),
            3 => home.run(&["users", "show", "nobody"]).exits(3),
            _ => home.run(&["users", "add", "u0003", "-q"]).exits(7),
        };
    }
    wait_for("the end of all sessions", || {
        (server.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'desk'") == "0").then_some(())
    });
    let log = server.log().split_off(begin);
    assert!(log.matches("connection authorized: user=desk").count() >= commands, "the log is not that of the commands");
    let bad = ["ERROR", "FATAL", "PANIC", "WARNING", "unexpected EOF", "could not"];
    let lines: Vec<_> = log.lines().filter(|line| bad.iter().any(|word| line.contains(word))).collect();
    assert_eq!(lines, Vec::<&str>::new());
}

#[test]
fn commands_leave_no_session_and_no_error_in_the_log() {
    leaves_nothing(50);
}

#[test]
#[ignore = "takes long"]
fn a_thousand_commands_leave_no_session_and_no_error_in_the_log() {
    leaves_nothing(1_000);
}

#[test]
fn a_killed_command_leaves_no_lock() {
    let server = Server::new();
    let home = Home::of(&server);
    home.crowd(100);
    let mut run =
        home.start(&["users", "reset", "--search", "example.org", "--yes", "--format", "csv", "--output", "out"]);
    while run.runs() && rows_of(&home) < 10 {
        thread::sleep(Duration::from_millis(2));
    }
    run.child.kill().unwrap();
    run.end();
    home.run(&["users", "edit", "u0001", "--name", "Somebody"]).succeeds();
    assert!(programs().exists() && rows(&home.read("out")).len() >= 10);
}

fn rows_of(home: &Home) -> usize {
    home.read("out").lines().count().saturating_sub(1)
}
