//! Generated files in the repository are up to date.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};

use crate::common::Desk;
use clap_complete::Shell;

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
fn a_manual_page_is_never_written_through_a_link_nor_into_what_stands_there() {
    let desk = Desk::empty();
    let [linked, hard] = ["linked", "hard"].map(|name| desk.home.path().join(name));
    fs::create_dir(desk.home.path().join("pages")).unwrap();
    let page = |name: &str| desk.home.path().join("pages").join(name);
    for file in [&linked, &hard] {
        fs::write(file, "precious").unwrap();
    }
    symlink("../linked", page("passdesk.1")).unwrap();
    symlink("../nowhere", page("passdesk-init.1")).unwrap();
    fs::hard_link(&hard, page("passdesk-users.1")).unwrap();
    desk.run(&["man", "pages"]).succeeds();
    for file in [linked, hard] {
        assert_eq!(fs::read_to_string(file).unwrap(), "precious");
    }
    assert!(!desk.home.path().join("nowhere").exists());
    for page in fs::read_dir(desk.home.path().join("pages")).unwrap().map(|page| page.unwrap()) {
        assert!(page.file_type().unwrap().is_file() && page.file_name().to_str().unwrap().ends_with(".1"), "{page:?}");
        assert_eq!(page.metadata().unwrap().mode() & 0o777, 0o644);
    }
}

#[test]
fn a_manual_page_does_not_take_the_place_of_the_store() {
    let desk = Desk::new();
    let store = desk.home.path().join("passdesk.1");
    fs::rename(desk.store(), &store).unwrap();
    let before = fs::read(&store).unwrap();
    desk.run(&["man", ".", "--store", "passdesk.1"]).exits(2);
    assert_eq!(fs::read(&store).unwrap(), before);
    assert!(!desk.home.path().join("passdesk-init.1").exists());
}

#[test]
fn through_sudo_no_manual_page_is_written() {
    let desk = Desk::empty();
    let own = fs::metadata(desk.home.path()).unwrap().uid();
    for folder in ["pages", "."] {
        let mut command = desk.command(&["man", folder]);
        let run = crate::common::Run::from(command.env("SUDO_UID", (own + 1).to_string()).output().unwrap()).exits(2);
        assert!(run.stderr.contains("opens no file through sudo"), "{}", run.stderr);
        assert_eq!(fs::read_dir(desk.home.path()).unwrap().count(), 0);
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
