//! What a real terminal shows and keeps for `--screen` and `--copy=osc52`. Run with `cargo test -- --ignored`.

#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::thread;

use crate::common::tmux::{BEFORE, GLANCE, PATIENCE, Window, is_in_force};
use crate::common::{Desk, GOOD, Run, is_temporary, temporary_in};
use rusqlite::Connection;
use rustix::process::Signal;

/// Resets the password of alice, on the screen.
const RESET: &str = "users reset alice --yes --screen";
/// Lets the terminal copy a new password of alice.
const SEND: &str = "users reset alice --yes --copy=osc52";

// ---- What is on the screen, and how it is left.

#[test]
#[ignore = "needs tmux"]
fn a_password_on_the_screen_stands_alone_on_its_line_and_is_in_force() {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    let secret = window.hand_over(RESET);
    let screen = window.screen();
    assert!(screen.contains("Temporary password for alice (Alice Example)"), "{screen}");
    assert!(!screen.contains(BEFORE), "{screen}");
    // It is in force before the screen is left.
    is_in_force(&desk, "alice", &secret);
    desk.profile("alice", GOOD).exits(5);
}

#[test]
#[ignore = "needs tmux"]
fn whoever_leaves_the_screen_leaves_nothing_of_it_behind() {
    for key in ["q", "Enter", "Escape", "C-d"] {
        let desk = Desk::with_alice();
        let mut window = Window::open(&desk);
        let secret = window.hand_over(RESET);
        window.press(key);
        window.end(0);
        window.is_as_it_was(&secret);
        is_in_force(&desk, "alice", &secret);
    }
}

/// Fails the test if an input without a meaning leaves the screen.
fn does_not_leave_the_screen(what: &str, deed: impl Fn(&Window<'_>)) {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    let secret = window.hand_over(RESET);
    deed(&window);
    // Only the key pressed here gets an answer. The answer shows that everything before was read. A key that comes too
    // soon counts as part of the earlier input.
    let has_ended = format!("end {}, exit ", window.ran);
    let mut screen = String::new();
    for _ in 0..PATIENCE.as_secs() {
        window.press("c");
        for _ in 0..50 {
            thread::sleep(GLANCE);
            screen = window.screen();
            if screen.contains("not copied") || screen.contains(&has_ended) {
                break;
            }
        }
        if screen.contains("not copied") || screen.contains(&has_ended) {
            break;
        }
    }
    assert!(screen.lines().any(|line| line.trim() == secret), "{what} has left the screen:\n{screen}");
    window.press("q");
    window.end(0);
    window.is_as_it_was(&secret);
}

#[test]
#[ignore = "needs tmux"]
fn other_characters_do_not_leave_the_screen() {
    for key in ["x", "Space", "C-l", "ö"] {
        does_not_leave_the_screen(key, |window| window.press(key));
    }
}

#[test]
#[ignore = "needs tmux"]
fn arrow_and_function_keys_do_not_leave_the_screen() {
    for key in ["Up", "Down", "PPage", "F5"] {
        does_not_leave_the_screen(key, |window| window.press(key));
    }
}

#[test]
#[ignore = "needs tmux"]
fn a_text_that_is_pasted_does_not_leave_the_screen() {
    for text in ["a quick line", "quick\nlines\n", "\n\n"] {
        does_not_leave_the_screen(text, |window| window.paste(text));
    }
}

/// Types a command together with more keys. The screen must stay.
fn is_not_left_by_keys_typed_ahead(begin: impl Fn(&mut Window<'_>)) {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    begin(&mut window);
    let secret = window.secret();
    window.press("q");
    window.end(0);
    window.is_as_it_was(&secret);
    is_in_force(&desk, "alice", &secret);
}

#[test]
#[ignore = "needs tmux"]
fn keys_typed_ahead_at_the_question_do_not_leave_the_screen() {
    is_not_left_by_keys_typed_ahead(|window| {
        window.begin("users reset alice --screen");
        window.sees("[y/N]");
        window.tmux(&["send-keys", "y", "Enter", "Enter"]);
    });
}

#[test]
#[ignore = "needs tmux"]
fn keys_typed_ahead_of_the_program_do_not_leave_the_screen() {
    for key in ["Enter", "q"] {
        is_not_left_by_keys_typed_ahead(|window| {
            window.ran += 1;
            window.type_text(&format!("p {RESET}"));
            window.tmux(&["send-keys", "Enter", key]);
        });
    }
}

#[test]
#[ignore = "needs tmux"]
fn keys_typed_before_it_is_in_force_do_not_leave_the_screen() {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    let other = Connection::open(desk.store()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    window.begin(RESET);
    window.sees("It is not in force yet.");
    window.press("q");
    other.execute_batch("ROLLBACK").unwrap();
    let secret = window.secret();
    window.press("q");
    window.end(0);
    is_in_force(&desk, "alice", &secret);
}

#[test]
#[ignore = "needs tmux"]
fn ctrl_c_leaves_what_is_delivered_and_in_force_as_a_key_does() {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    let secret = window.hand_over(RESET);
    window.press("C-c");
    window.end(0);
    let history = window.history();
    assert!(history.contains("was on the screen, and is in force"), "{history}");
    window.is_as_it_was(&secret);
    is_in_force(&desk, "alice", &secret);
}

#[test]
#[ignore = "needs tmux"]
fn a_signal_ends_the_wait_for_a_busy_store_and_leaves_the_screen() {
    for signal in [Signal::TERM, Signal::INT] {
        let desk = Desk::with_alice();
        let before = desk.state();
        let mut window = Window::open(&desk);
        let other = Connection::open(desk.store()).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        window.begin(RESET);
        let screen = window.sees("It is not in force yet.");
        let secret = temporary_in(&screen).unwrap();
        window.signal(signal);
        window.end(130);
        other.execute_batch("ROLLBACK").unwrap();
        let history = window.history();
        assert!(history.contains("is NOT in force"), "{history}");
        window.is_as_it_was(&secret);
        assert_eq!(desk.state(), before);
    }
}

#[test]
#[ignore = "needs tmux"]
fn ctrl_s_holds_nothing_up() {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    let secret = window.hand_over(RESET);
    window.press("C-s");
    window.resize(90, 30);
    window.signal(Signal::TERM);
    window.end(143);
    window.resize(80, 24);
    window.is_as_it_was(&secret);
}

#[test]
#[ignore = "needs tmux"]
fn a_signal_leaves_the_screen_and_nothing_of_it_behind() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::QUIT, 131)] {
        let desk = Desk::with_alice();
        let mut window = Window::open(&desk);
        let secret = window.hand_over(RESET);
        window.signal(signal);
        window.end(code);
        let history = window.history();
        assert!(history.contains("the password on the screen is in force"), "{history}");
        window.is_as_it_was(&secret);
        is_in_force(&desk, "alice", &secret);
    }
}

#[test]
#[ignore = "needs tmux"]
fn ctrl_z_hides_the_screen_until_fg_draws_it_again() {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    let secret = window.hand_over(RESET);
    for _ in 0..2 {
        window.stop();
        window.is_as_it_was(&secret);
        window.go_on();
        assert_eq!(window.secret(), secret);
    }
    window.press("q");
    window.end(0);
    window.is_as_it_was(&secret);
    is_in_force(&desk, "alice", &secret);
}

#[test]
#[ignore = "needs tmux"]
fn what_stood_on_the_screen_of_a_program_that_was_killed_is_in_force() {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    let secret = window.hand_over(RESET);
    window.signal(Signal::KILL);
    // Nothing removes the secret from the screen, so the shell writes into it.
    window.sees("end 1, exit 137");
    is_in_force(&desk, "alice", &secret);
}

// ---- Windows of other sizes.

/// Checks what can be read in a window that changes its size and is then left.
fn is_readable_at(columns: u16, lines: u16) {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    let secret = window.hand_over(RESET);
    window.resize(columns, lines);
    let size = format!("{columns} {lines}");
    for _ in 0..PATIENCE.as_millis() / GLANCE.as_millis() {
        if window.tmux(&["display-message", "-p", "#{pane_width} #{pane_height}"]).trim_end() == size {
            break;
        }
        thread::sleep(GLANCE);
    }
    // The screen is drawn again at some time. Every look after that sees all that matters.
    let is_alone = |screen: &str| screen.lines().any(|line| line.trim() == secret);
    window.until("the secret and the keys", |screen| {
        is_alone(screen) && ["alice", "It is in force.", "q  or Enter"].iter().all(|words| screen.contains(words))
    });
    window.press("q");
    window.end(0);
    // The echo of the shell needs to be on one line.
    window.resize(80, 24);
    window.is_as_it_was(&secret);
}

#[test]
#[ignore = "needs tmux"]
fn the_screen_is_readable_in_a_window_that_has_grown() {
    is_readable_at(200, 50);
}

#[test]
#[ignore = "needs tmux"]
fn the_screen_is_readable_in_a_window_that_has_shrunk() {
    is_readable_at(40, 12);
}

#[test]
#[ignore = "needs tmux"]
fn a_window_of_any_size_keeps_nothing_of_the_screen() {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    let secret = window.hand_over(RESET);
    for (columns, lines) in [(200, 50), (40, 12), (20, 5), (80, 24)] {
        window.resize(columns, lines);
        thread::sleep(GLANCE);
    }
    window.until("the secret", |screen| screen.lines().any(|line| line.trim() == secret));
    window.press("q");
    window.end(0);
    window.is_as_it_was(&secret);
}

// ---- Terminals without an alternate screen.

/// Fails the test unless the screen's content is nowhere afterwards, whatever happened meanwhile.
fn is_gone_without_an_alternate_screen(meanwhile: impl Fn(&Window<'_>)) {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    window.tmux(&["set-option", "-g", "alternate-screen", "off"]);
    let secret = window.hand_over(RESET);
    meanwhile(&window);
    window.press("q");
    window.end(0);
    for joined in ["-p", "-pJ"] {
        let history = window.tmux(&["capture-pane", joined, "-S", "-"]);
        assert!(!history.contains(&secret), "{history}");
        assert_eq!(temporary_in(&history), None, "{history}");
    }
    is_in_force(&desk, "alice", &secret);
}

#[test]
#[ignore = "needs tmux"]
fn without_an_alternate_screen_nothing_stays_either() {
    is_gone_without_an_alternate_screen(|_| ());
}

#[test]
#[ignore = "needs tmux"]
fn without_an_alternate_screen_nothing_stays_of_a_window_that_is_resized() {
    is_gone_without_an_alternate_screen(|window| {
        for (columns, lines) in [(100, 40), (80, 12), (80, 30)] {
            window.resize(columns, lines);
            thread::sleep(10 * GLANCE);
        }
        window.secret();
    });
}

// ---- Faults.

#[test]
#[ignore = "needs tmux"]
fn a_copy_without_a_display_is_said_to_have_failed_and_the_screen_stays() {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    let secret = window.hand_over(RESET);
    window.press("c");
    let screen = window.sees("not copied");
    assert!(screen.lines().any(|line| line.trim() == secret), "{screen}");
    window.press("q");
    window.end(0);
    window.is_as_it_was(&secret);
    is_in_force(&desk, "alice", &secret);
}

#[test]
#[ignore = "needs tmux"]
fn the_screen_is_left_at_once_if_what_stood_on_it_is_not_in_force() {
    let desk = Desk::with_alice();
    desk.refuse_resets("alice");
    let before = desk.state();
    let mut window = Window::open(&desk);
    window.begin(RESET);
    window.end(1);
    let history = window.history();
    assert!(history.contains("NOT in force"), "{history}");
    assert!(!history.contains("It is in force"), "{history}");
    window.is_as_it_was("It is not in force yet");
    assert_eq!(desk.state(), before);
    desk.profile("alice", GOOD).succeeds();
}

#[test]
#[ignore = "needs tmux"]
fn the_screen_is_on_the_terminal_wherever_standard_output_goes() {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    window.ran += 1;
    window.type_line(&format!("passdesk {RESET} >out; ended"));
    let secret = window.secret();
    window.press("q");
    window.end(0);
    assert_eq!(fs::read_to_string(desk.home.path().join("out")).unwrap(), "");
    window.is_as_it_was(&secret);
    is_in_force(&desk, "alice", &secret);
}

#[test]
#[ignore = "needs tmux"]
fn without_a_terminal_to_show_it_on_nothing_changes() {
    let desk = Desk::with_alice();
    desk.refuses(12, || desk.run(&["users", "reset", "alice", "--yes", "--screen"]));
    let before = desk.state();
    let mut window = Window::open(&desk);
    for away in ["2>err", "</dev/null"] {
        window.ran += 1;
        window.type_line(&format!("passdesk {RESET} {away}; ended"));
        window.end(12);
        assert_eq!(desk.state(), before, "{away}");
    }
    desk.profile("alice", GOOD).succeeds();
}

#[test]
#[ignore = "needs tmux"]
fn a_screen_takes_one_secret_and_no_other_way_out() {
    let desk = Desk::with_alice();
    desk.run(&["users", "add", "bob", "-q"]).succeeds();
    let before = desk.state();
    let mut window = Window::open(&desk);
    for more in ["bob", "--format json", "--format csv", "--quiet", "--output file", "--copy", "--copy=osc52"] {
        window.begin(&format!("{RESET} {more}"));
        window.end(2);
        let args: Vec<_> = RESET.split(' ').chain(more.split(' ')).collect();
        desk.run(&args).exits(2);
        assert_eq!(desk.state(), before, "{more}");
    }
    assert!(!desk.home.path().join("file").exists());
}

// ---- Every command that hands a secret over.

#[test]
#[ignore = "needs tmux"]
fn a_new_account_is_handed_over_on_the_screen() {
    let desk = Desk::new();
    let mut window = Window::open(&desk);
    let secret = window.hand_over("users add carol --screen");
    window.press("q");
    window.end(0);
    window.is_as_it_was(&secret);
    is_in_force(&desk, "carol", &secret);
}

#[test]
#[ignore = "needs tmux"]
fn an_admin_is_recovered_on_the_screen() {
    let desk = Desk::settled();
    let mut window = Window::open(&desk);
    let secret = window.hand_over("recover root --yes --screen");
    window.press("q");
    window.end(0);
    window.is_as_it_was(&secret);
    is_in_force(&desk, "root", &secret);
}

#[test]
#[ignore = "needs tmux"]
fn a_store_begins_on_the_screen() {
    let desk = Desk::empty();
    let mut window = Window::open(&desk);
    let secret = window.hand_over("init --admin root --screen");
    window.press("q");
    window.end(0);
    window.is_as_it_was(&secret);
    is_in_force(&desk, "root", &secret);
}

/// Makes a token of alice, shown on the screen.
#[track_caller]
fn create(window: &mut Window<'_>) -> String {
    window.begin("tokens create nightly --expires-in 1d --screen --as alice");
    window.sees("Password of alice:");
    window.type_line(GOOD);
    window.sees("It is in force.")
}

#[test]
#[ignore = "needs tmux"]
fn the_screen_of_a_token_fits_on_80_columns() {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    create(&mut window);
    // Lines that the terminal broke are one line here.
    let whole = window.tmux(&["capture-pane", "-pJ"]);
    for line in whole.lines().map(str::trim_end) {
        assert!(line.chars().count() <= 80, "{line:?} is broken");
    }
}

#[test]
#[ignore = "needs tmux"]
fn a_token_on_the_screen_is_whole_on_its_line() {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    let screen = create(&mut window);
    let title = screen.lines().position(|line| line.contains("Token nightly of alice")).unwrap();
    let token = screen.lines().nth(title + 3).unwrap().trim().to_owned();
    assert!(!token.is_empty() && !token.contains(' '), "{screen}");
    window.press("q");
    window.end(0);
    window.is_as_it_was(&token);
    let file = desk.home.path().join("token");
    fs::write(&file, format!("{token}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let profile = desk.command(&["me", "profile"]).env("PASSDESK_TOKEN_FILE", "token").output().unwrap();
    let profile = Run::from(profile).succeeds();
    assert!(profile.stdout.contains("alice"), "{}", profile.stdout);
}

// ---- What the terminal copies.

/// Lets the terminal copy a password, and returns the copied text.
#[track_caller]
fn sent(window: &mut Window<'_>) -> String {
    window.tmux(&["set-option", "-s", "set-clipboard", "on"]);
    window.begin(SEND);
    window.sees("has it arrived? [y/N]");
    window.tmux(&["show-buffer"])
}

#[test]
#[ignore = "needs tmux"]
fn what_the_terminal_copies_is_the_bare_password_and_is_in_force_after_a_yes() {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    let secret = sent(&mut window);
    assert!(is_temporary(&secret), "{secret:?}");
    window.type_line("y");
    window.end(0);
    assert_eq!(window.tmux(&["show-buffer"]), secret);
    assert_eq!(window.tmux(&["list-buffers"]).lines().count(), 1);
    assert!(!window.history().contains(&secret));
    is_in_force(&desk, "alice", &secret);
}

#[test]
#[ignore = "needs tmux"]
fn ctrl_c_ends_the_question_whether_it_has_arrived() {
    let desk = Desk::with_alice();
    let before = desk.state();
    let mut window = Window::open(&desk);
    sent(&mut window);
    window.press("C-c");
    window.end(130);
    let history = window.history();
    assert!(history.contains("cancelled; the password that you were just given is NOT in force"), "{history}");
    assert_eq!(desk.state(), before);
}

#[test]
#[ignore = "needs tmux"]
fn ctrl_z_stops_at_the_question_whether_it_has_arrived() {
    let desk = Desk::with_alice();
    let mut window = Window::open(&desk);
    let secret = sent(&mut window);
    window.stop();
    window.go_on();
    window.type_line("y");
    window.end(0);
    is_in_force(&desk, "alice", &secret);
}
