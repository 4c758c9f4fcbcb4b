//! On a terminal, a pager shows a list that is longer than the screen.

#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "a test that cannot go on has failed")]

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::process::Command;

use crate::common::pty::{Ended, Pty};
use crate::common::tmux::Window;
use crate::common::{Desk, GOOD, temporary_in};
use crate::lists::desk_of;
use rustix::process::Signal;

/// Marks each line that goes through it.
const MARKING: &str = "sed s/^/paged:/";

/// A command on a terminal that can do more than a typewriter.
fn on_a_terminal(desk: &Desk, pager: &str, args: &[&str]) -> Command {
    let mut command = desk.command(args);
    command.env("TERM", "xterm").env("PAGER", pager);
    command
}

/// A desk whose `root` may sign in, and so many others.
fn settled_with(count: usize) -> Desk {
    let desk = Desk::settled();
    (0..count).for_each(|number| desk.like_root(&format!("u{number}"), 0));
    desk
}

fn shown(command: &Command) -> Ended {
    Pty::start(command).end().exits(0)
}

#[test]
fn a_list_that_is_longer_than_the_screen_goes_through_the_pager() {
    let desk = desk_of(50);
    let list = shown(&on_a_terminal(&desk, MARKING, &["users", "list"])).text();
    assert_eq!(list.matches("paged:").count(), 52, "{list}");
    for _ in 0..25 {
        desk.run(&["users", "reset", "root", "--yes", "-q"]).succeeds();
    }
    let events = shown(&on_a_terminal(&desk, MARKING, &["audit", "list"])).text();
    assert!(events.lines().all(|line| line.starts_with("paged:")), "{events}");
}

#[test]
fn a_list_that_fits_on_the_screen_goes_through_none() {
    let desk = desk_of(10);
    for args in [&["users", "list"][..], &["audit", "list"], &["users", "list", "--count"]] {
        let list = shown(&on_a_terminal(&desk, MARKING, args)).text();
        assert!(!list.contains("paged:") && !list.is_empty(), "{list}");
    }
}

#[test]
fn a_list_may_have_a_line_less_than_the_screen_has() {
    // The header and `root` are two lines.
    for (others, is_paged) in [(9, false), (10, true)] {
        let desk = desk_of(others);
        let list = on_a_terminal(&desk, MARKING, &["users", "list"]);
        let list = Pty::script(r#"stty rows 12; exec "$@""#, &list).end().exits(0).text();
        assert_eq!(list.contains("paged:"), is_paged, "{others}: {list}");
    }
}

#[test]
fn what_was_typed_while_a_password_was_checked_is_not_for_the_pager() {
    let desk = settled_with(30);
    let mut pty = Pty::start(&on_a_terminal(
        &desk,
        "sh -c 'cat >/dev/null; timeout 1 head -n 1 </dev/tty; echo read'",
        &["users", "list", "--as", "root"],
    ));
    pty.until("Password of root: ");
    pty.send(&format!("{GOOD}\rseven herons guard\r"));
    let said = pty.end().exits(0).text();
    assert!(said.contains("read") && !said.contains("herons"), "{said}");
}

#[test]
fn what_has_secrets_goes_through_none() {
    let desk = Desk::with_alice();
    let reset = on_a_terminal(&desk, MARKING, &["users", "reset", "alice", "--yes"]);
    let said = Pty::script(r#"stty rows 3; exec "$@""#, &reset).end().exits(0).text();
    assert!(temporary_in(&said).is_some() && !said.contains("paged:"), "{said}");
}

#[test]
fn there_is_none_where_none_is_wanted_and_none_where_there_is_none() {
    let desk = desk_of(50);
    for (pager, term, args) in [
        ("cat", "xterm", &["users", "list"][..]),
        (MARKING, "dumb", &["users", "list"]),
        (MARKING, "xterm", &["users", "list", "--format", "csv"]),
        ("no-such-pager --quickly", "xterm", &["users", "list"]),
    ] {
        let list = shown(on_a_terminal(&desk, pager, args).env("TERM", term)).text();
        assert!(!list.contains("paged:"), "{list}");
        assert_eq!(list.lines().count(), 52, "{list}");
    }
}

#[test]
fn through_sudo_the_caller_names_no_program() {
    let desk = settled_with(30);
    let own = fs::metadata(desk.home.path()).unwrap().uid();
    let mut command = on_a_terminal(&desk, MARKING, &["users", "list", "--as", "root"]);
    let mut pty = Pty::start(command.env("SUDO_UID", (own + 1).to_string()));
    pty.answer("Password of root:", GOOD);
    let list = pty.end().exits(0).text();
    assert!(list.contains("u29") && !list.contains("paged:"), "{list}");
}

#[test]
fn what_is_said_of_a_list_stands_below_it() {
    let list = shown(&on_a_terminal(&desk_of(1_200), MARKING, &["users", "list"])).text();
    assert!(list.lines().last().unwrap().starts_with("The first 1000 are shown"), "{list}");
}

#[test]
fn a_pager_that_has_seen_enough_is_no_failure() {
    let list = shown(&on_a_terminal(&desk_of(5_000), "head -3", &["users", "list", "--limit", "5000"])).text();
    assert!(list.lines().count() < 10, "{list}");
}

#[test]
fn a_pager_is_not_told_a_token() {
    let desk = settled_with(30);
    let token =
        desk.run(&["tokens", "create", "list", "--account", "root", "--expires-in", "1d", "-q"]).succeeds().stdout;
    let mut command = on_a_terminal(&desk, "env", &["users", "list"]);
    let environment = shown(command.env("PASSDESK_TOKEN", token.trim())).text();
    assert!(environment.contains("PAGER=env") && !environment.contains("PASSDESK_TOKEN"), "{environment}");
    assert!(environment.contains("LESS=R"), "{environment}");
    let environment = shown(command.env("LESS", "-S")).text();
    assert!(environment.contains("LESS=-S"), "{environment}");
}

#[test]
#[ignore = "needs tmux and less"]
fn ctrl_c_is_for_the_pager_and_q_leaves_it() {
    let desk = desk_of(500);
    let mut window = Window::open(&desk);
    window.begin("users list");
    window.sees("USERNAME");
    window.press("C-c");
    window.press("G");
    window.sees("u493.");
    window.press("q");
    window.end(0);
}

#[test]
#[ignore = "needs tmux and less"]
fn a_signal_ends_the_pager_too_and_leaves_the_terminal_as_it_was() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129)] {
        let desk = desk_of(500);
        let mut window = Window::open(&desk);
        window.begin("users list");
        window.sees("USERNAME");
        window.signal(signal);
        window.end(code);
        window.is_as_it_was("USERNAME");
    }
}

/// A list in a pager that switches a colour on before it does this.
fn coloured(desk: &Desk, then: &str) -> Pty {
    let pager = desk.home.path().join("pager");
    fs::write(&pager, format!("printf '\\033[31mred'\n{then}")).unwrap();
    let mut pty = Pty::start(&on_a_terminal(desk, &format!("sh {}", pager.display()), &["users", "list"]));
    pty.until("red");
    pty
}

#[track_caller]
fn leaves_no_colour_on(ended: &Ended) {
    let shown = &ended.transcript;
    assert!(shown.rfind("\x1b[31m") < shown.rfind("\x1b[m"), "{shown:?}");
}

#[test]
fn a_signal_that_ends_the_program_leaves_no_colour_of_the_pager_on() {
    let desk = desk_of(50);
    let pty = coloured(&desk, "exec sleep 60");
    pty.signal(Signal::TERM);
    leaves_no_colour_on(&pty.end().exits(143));
}

#[test]
fn a_signal_that_ends_the_pager_alone_leaves_no_colour_of_it_on() {
    leaves_no_colour_on(&coloured(&desk_of(50), "kill -KILL $$").end().exits(0));
}

#[test]
#[ignore = "needs tmux and less"]
fn ctrl_z_stops_the_list_and_the_shell_goes_on_with_it() {
    let desk = desk_of(500);
    let mut window = Window::open(&desk);
    window.begin("users list");
    window.sees("USERNAME");
    window.stop();
    window.go_on();
    window.sees("USERNAME");
    window.press("q");
    window.end(0);
}
