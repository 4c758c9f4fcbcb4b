//! What is generated and checked in is what the program would generate now.

mod common;

use std::fs;

use clap_complete::Shell;
use common::Desk;

const CHECKED_IN: [(Shell, &str); 5] = [
    (Shell::Bash, "passdesk.bash"),
    (Shell::Zsh, "_passdesk"),
    (Shell::Fish, "passdesk.fish"),
    (Shell::PowerShell, "_passdesk.ps1"),
    (Shell::Elvish, "passdesk.elv"),
];

#[test]
fn the_completions_are_up_to_date() {
    for (shell, name) in CHECKED_IN {
        let path = format!("{}/completions/{name}", env!("CARGO_MANIFEST_DIR"));
        let generated = passdesk::commands::completions::generate(shell);
        let remedy = format!("cargo run -- completions {shell} >completions/{name}");
        assert!(fs::read(&path).is_ok_and(|checked_in| checked_in == generated), "{name} is stale: {remedy}");
    }
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let desk = Desk::empty();
    desk.run(&["man", "pages"]).succeeds();
    for page in ["passdesk", "passdesk-init", "passdesk-users", "passdesk-users-reset", "passdesk-me-sign-in"] {
        let text = fs::read_to_string(desk.home.path().join(format!("pages/{page}.1"))).unwrap();
        assert!(text.contains(".SH NAME"), "{page}");
    }
}

#[test]
fn every_flag_of_a_reset_is_in_its_manual_page() {
    let desk = Desk::empty();
    desk.run(&["man", "."]).succeeds();
    let page = fs::read_to_string(desk.home.path().join("passdesk-users-reset.1")).unwrap().replace('\\', "");
    let help = desk.run(&["users", "reset", "--help"]).succeeds().stdout;
    let flags: Vec<_> = help.split_whitespace().filter(|word| word.starts_with("--")).collect();
    assert!(flags.contains(&"--yes") && flags.contains(&"--password-stdin"), "{help}");
    for flag in flags {
        let flag = flag.trim_end_matches(|c: char| !c.is_ascii_lowercase());
        assert!(page.contains(flag), "{flag}");
    }
}
