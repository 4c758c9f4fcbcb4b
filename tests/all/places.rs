//! The places that the program runs in: its environment, its mounts and file systems, its terminals.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::process::Command;

use crate::common::pty::Pty;
use crate::common::{Desk, Run};

const LIST: [&str; 2] = ["users", "list"];

// ---- The environment.

#[test]
fn an_empty_variable_is_as_if_it_were_unset() {
    let desk = Desk::new();
    // Where the store is if nothing names it.
    let place = desk.home.path().join(".local/share/passdesk");
    std::fs::create_dir_all(&place).unwrap();
    std::fs::copy(desk.store(), place.join("passdesk.db")).unwrap();
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
    assert_eq!(std::fs::read_dir(desk.home.path()).unwrap().count(), 0);
}

#[test]
fn a_shell_of_the_demo_finds_no_program_in_the_working_folder_where_the_path_is_empty() {
    let desk = Desk::empty();
    let demo = desk.command(&["demo", "--shell"]);
    let shown = Pty::script(r#"PATH= SHELL=/usr/bin/env exec "$@""#, &demo).end().exits(0).text();
    let path = shown.lines().find_map(|line| line.strip_prefix("PATH=")).unwrap();
    assert!(std::env::split_paths(path).all(|folder| folder.is_absolute()), "{path}");
}
