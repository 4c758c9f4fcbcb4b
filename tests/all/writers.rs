//! Writers wait in a queue. A process that keeps them waiting is named.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::process::{Command, Stdio};
use std::thread::{scope, sleep};
use std::time::Duration;

use crate::common::crowd::{crowd, names};
use crate::common::{Desk, Run};
use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process};

/// How many processes write at once, and how often each does.
const WRITERS: usize = 64;
const TIMES: usize = 15;

#[test]
#[ignore = "takes long"]
fn of_many_who_write_at_once_nobody_is_told_that_the_store_is_busy() {
    let desk = Desk::new();
    crowd(&desk, WRITERS);
    scope(|scope| {
        for name in names(1..=WRITERS) {
            let desk = &desk;
            scope.spawn(move || {
                for time in 1..=TIMES {
                    desk.run(&["users", "edit", &name, "--name", &time.to_string()]).succeeds();
                }
            });
        }
    });
    let written = format!("SELECT count(*) FROM accounts WHERE display_name = '{TIMES}' AND revision = {TIMES} + 1");
    assert_eq!(desk.value::<i64>(&written), i64::try_from(WRITERS).unwrap());
}

fn held(desk: &Desk) -> Connection {
    let store = Connection::open(desk.store()).unwrap();
    store.execute_batch("BEGIN IMMEDIATE").unwrap();
    store
}

#[test]
fn a_busy_store_says_which_process_is_writing() {
    let desk = Desk::with_alice();
    let held = held(&desk);
    let run = desk.refuses(9, || desk.run(&["users", "disable", "alice"]));
    let process = format!("process {} (", std::process::id());
    assert!(run.stderr.starts_with(&format!("error: the store is busy; {process}")), "{}", run.stderr);
    assert!(run.stderr.contains("hint: another process is writing; try again in a moment"), "{}", run.stderr);
    let check = desk.run(&["store", "check"]).succeeds().stdout;
    assert!(check.contains(&format!("writer      ok       {process}")), "{check}");
    drop(held);
    assert!(!desk.run(&["store", "check"]).succeeds().stdout.contains("writer"));
}

#[test]
fn who_reads_is_not_named_as_who_writes() {
    let desk = Desk::with_alice();
    let reader = Connection::open(desk.store()).unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM accounts").unwrap();
    desk.run(&["users", "disable", "alice"]).succeeds();
    assert!(!desk.run(&["store", "check"]).succeeds().stdout.contains("writer"));
}

#[test]
#[ignore = "needs strace"]
fn a_process_that_was_stopped_while_it_writes_is_named_with_what_to_do() {
    let desk = Desk::with_alice();
    let plain = desk.command(&["users", "edit", "alice", "--name", "Stopped"]);
    let mut stopped = Command::new("strace")
        .args(["-D", "-f", "-o", "/dev/null", "--trace=pwrite64", "--inject=pwrite64:signal=SIGSTOP:when=1"])
        .arg(plain.get_program())
        .args(plain.get_args())
        .env_clear()
        .envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .current_dir(desk.home.path())
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let pid = stopped.id();
    let process = format!("process {pid} (passdesk) has stopped, and holds the lock");
    let check = loop {
        let check = desk.run(&["store", "check"]);
        if check.code != 0 {
            break check;
        }
        assert!(stopped.try_wait().unwrap().is_none(), "it has not been stopped");
        sleep(Duration::from_millis(10));
    };
    let remedy = format!("continue it with 'kill -CONT {pid}'");
    // Depending on its progress, the store can be read or not.
    let said = if check.code == 10 { &check.stdout } else { &check.stderr };
    assert!(said.contains(&process) && said.contains(&remedy), "exit {}: {said}", check.code);
    let busy = desk.run(&["users", "disable", "alice"]).exits(9);
    assert!(busy.stderr.contains(&format!("error: the store is busy; {process}\nhint: {remedy}")), "{}", busy.stderr);

    kill_process(Pid::from_child(&stopped), Signal::CONT).unwrap();
    let run: Run = stopped.wait_with_output().unwrap().into();
    run.succeeds();
    assert_eq!(desk.account::<String>("state || display_name", "alice"), "activeStopped");
    desk.run(&["users", "disable", "alice"]).succeeds();
}
