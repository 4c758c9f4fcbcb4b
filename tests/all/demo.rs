//! The shell of the demo, on a store that goes with it.

#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "a test that cannot go on has failed")]

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use crate::common::pty::Pty;
use crate::common::{Desk, GOOD, Run};
use crate::prompts::{AGAIN, CTRL_C, CURRENT, NEW};
use rustix::process::Signal;

#[test]
fn in_the_shell_of_the_demo_one_is_alice_and_nothing_of_it_stays() {
    let desk = Desk::empty();
    let mut command = desk.command(&["demo", "--shell"]);
    command.env("SHELL", "/bin/sh").env("PS1", "shell$ ").env("TMPDIR", desk.home.path()).env_remove("PASSDESK_STORE");
    let mut pty = Pty::start(&command);
    pty.until("'exit' ends");
    pty.until("shell$ ");
    pty.send("passdesk users reset alice --yes -q >temporary\r");
    pty.until("shell$ ");
    let temporary = fs::read_to_string(desk.home.path().join("temporary")).unwrap();
    pty.send("passdesk me sign-in --as alice\r");
    pty.answer(CURRENT, temporary.trim());
    pty.answer(NEW, GOOD);
    pty.answer(AGAIN, GOOD);
    pty.until("shell$ ");
    pty.send("passdesk me profile\r");
    pty.until("Alice Sample");
    pty.send("exit\r");
    pty.until("The store is gone now.");
    pty.end().exits(0);
    let stays: Vec<_> = fs::read_dir(desk.home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(stays, ["temporary"]);
}

#[test]
fn ctrl_c_in_a_program_of_the_shell_of_the_demo_leaves_the_store() {
    let desk = Desk::empty();
    let mut command = desk.command(&["demo", "--shell"]);
    // A shell that leaves its programs in the job of the demo.
    let simple = desk.home.path().join("simple");
    let script =
        "#!/bin/sh\ntrap : INT\nwhile :; do printf 'simple> '; if read -r line; then eval \"$line\"; fi; done\n";
    fs::write(&simple, script).unwrap();
    fs::set_permissions(&simple, fs::Permissions::from_mode(0o700)).unwrap();
    command.env("SHELL", simple).env("TMPDIR", desk.home.path()).env_remove("PASSDESK_STORE");
    let mut pty = Pty::start(&command);
    pty.until("simple> ");
    pty.send(CTRL_C);
    pty.send("passdesk users list --count\r");
    pty.until("5\r\n");
    pty.send("exit\r");
    pty.end().exits(0).shows("The store is gone now.");
}

#[test]
fn a_signal_that_waits_for_the_reset_of_the_demo_ends_it_before_its_shell() {
    let desk = Desk::empty();
    let mut command = desk.command(&["demo", "--shell"]);
    command.env("SHELL", "/bin/sh").env("TMPDIR", desk.home.path()).env_remove("PASSDESK_STORE");
    for _ in 0..5 {
        let mut pty = Pty::start(&command);
        pty.until("Temporary password for alice");
        pty.signal(Signal::TERM);
        let ended = pty.end();
        assert!([130, 143].contains(&ended.code), "{}", ended.transcript);
        assert_eq!(fs::read_dir(desk.home.path()).unwrap().count(), 0);
    }
}

#[test]
fn without_a_terminal_and_through_sudo_the_demo_opens_no_shell() {
    let desk = Desk::empty();
    let run = desk.run(&["demo", "--shell"]).exits(2);
    assert!(run.stderr.contains("a shell needs a terminal"), "{}", run.stderr);
    let own = fs::metadata(desk.home.path()).unwrap().uid();
    let mut command = desk.command(&["demo", "--shell"]);
    let run = Run::from(command.env("SUDO_UID", (own + 1).to_string()).output().unwrap()).exits(2);
    assert!(run.stderr.contains("through sudo"), "{}", run.stderr);
}
