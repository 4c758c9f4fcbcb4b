//! The list to pick from, on a real terminal. Run with `cargo test -- --ignored`.

use crate::common::tmux::{BEFORE, Window, is_in_force};
use crate::common::{Desk, temporary_in};

/// The first and the last line of the list.
const QUESTION: &str = "Whose password?";
const FOOT: &str = "Type to narrow";

/// Actions in a window that shows the list.
trait Picking {
    /// Opens the list to pick from.
    fn list(&mut self, line: &str) -> String;
    /// Waits until the list has these accounts and marks this one of them.
    fn lists(&self, usernames: &[&str], marked: usize);
    /// Waits until this is the typed text.
    fn typed(&self, text: &str);
}

impl Picking for Window<'_> {
    #[track_caller]
    fn list(&mut self, line: &str) -> String {
        self.begin(line);
        let screen = self.sees(FOOT);
        assert!(screen.starts_with(QUESTION), "{screen}");
        screen
    }

    #[track_caller]
    fn lists(&self, usernames: &[&str], marked: usize) {
        let wanted: Vec<_> = usernames
            .iter()
            .enumerate()
            .map(|(at, &username)| (if at == marked { ">" } else { " " }.to_owned(), username.to_owned()))
            .collect();
        self.until(&format!("{wanted:?}"), |screen| rows(screen) == wanted);
    }

    #[track_caller]
    fn typed(&self, text: &str) {
        let head = format!("{QUESTION} {text}");
        self.until(&head, |screen| screen.lines().next().is_some_and(|line| line.trim_end() == head.trim_end()));
    }
}

/// The mark and the username of each row of the list.
fn rows(screen: &str) -> Vec<(String, String)> {
    let rows = screen.lines().skip(1).take_while(|line| !line.starts_with(FOOT));
    let rows = rows.filter(|row| !row.contains("nobody found") && !row.contains("and more"));
    rows.map(|row| {
        let mark: String = row.chars().take(1).collect();
        (mark, row.chars().skip(1).collect::<String>().split_whitespace().next().unwrap_or_default().to_owned())
    })
    .collect()
}

/// Four accounts: alice, bob, carol and root.
fn with_four() -> Desk {
    let desk = Desk::with_alice();
    let bob = ["users", "add", "bob", "--name", "Robert Miller", "--email", "rm@example.org", "-q"];
    desk.run(&bob).succeeds();
    let carol = ["users", "add", "carol", "--name", "Caroline Wintergreen", "--email", "cw@mail.example.net", "-q"];
    desk.run(&carol).succeeds();
    desk
}

const ALL: [&str; 4] = ["alice", "bob", "carol", "root"];

#[test]
#[ignore = "needs tmux"]
fn what_is_typed_narrows_the_list_over_username_name_and_address() {
    let desk = with_four();
    let mut window = Window::open(&desk);
    window.list("users reset");
    window.lists(&ALL, 0);
    for (text, found) in [("ali", "alice"), ("MILLER", "bob"), ("wintergreen", "carol"), ("mail.ex", "carol")] {
        window.type_text(text);
        window.typed(text);
        window.lists(&[found], 0);
        window.press("C-u");
        window.typed("");
        window.lists(&ALL, 0);
    }
}

#[test]
#[ignore = "needs tmux"]
fn each_character_narrows_the_list_and_backspace_widens_it_again() {
    let desk = with_four();
    let mut window = Window::open(&desk);
    window.list("users reset");
    // Usernames that begin with the text come first.
    window.press("r");
    window.lists(&["root", "bob", "carol"], 0);
    window.press("o");
    window.lists(&["root", "bob", "carol"], 0);
    window.press("b");
    window.lists(&["bob"], 0);
    for (text, found) in [("ro", &["root", "bob", "carol"][..]), ("r", &["root", "bob", "carol"]), ("", &ALL)] {
        window.press("BSpace");
        window.typed(text);
        window.lists(found, 0);
    }
    window.press("BSpace");
    window.lists(&ALL, 0);
}

#[test]
#[ignore = "needs tmux"]
fn arrow_keys_that_come_at_once_count_one_by_one() {
    let desk = with_four();
    let mut window = Window::open(&desk);
    window.list("users reset");
    window.tmux(&["send-keys", "Down", "Down", "Down", "Up"]);
    window.lists(&ALL, 2);
}

#[test]
#[ignore = "needs tmux"]
fn characters_and_backspaces_that_come_at_once_count_one_by_one() {
    let desk = with_four();
    let mut window = Window::open(&desk);
    window.list("users reset");
    window.tmux(&["send-keys", "c", "a", "x", "BSpace"]);
    window.typed("ca");
    window.tmux(&["send-keys", "BSpace", "BSpace"]);
    window.typed("");
}

#[test]
#[ignore = "needs tmux"]
fn the_question_names_the_one_who_was_picked_and_only_they_are_reset() {
    let desk = with_four();
    let mut window = Window::open(&desk);
    window.list("users reset");
    window.press("Down");
    window.lists(&ALL, 1);
    window.press("Down");
    window.lists(&ALL, 2);
    window.press("Up");
    window.lists(&ALL, 1);
    window.press("Enter");
    let screen = window.sees("Reset the password of bob (Robert Miller)");
    assert!(!screen.contains(QUESTION) && screen.contains(BEFORE), "{screen}");
    let before = ["alice", "carol", "root"].map(|username| desk.hash_of(username));
    window.type_line("y");
    window.end(0);
    let secret = temporary_in(&window.screen()).unwrap();
    is_in_force(&desk, "bob", &secret);
    assert_eq!(["alice", "carol", "root"].map(|username| desk.hash_of(username)), before);
}

#[test]
#[ignore = "needs tmux"]
fn whoever_is_picked_is_not_reset_without_a_yes() {
    let desk = with_four();
    let before = desk.state();
    let mut window = Window::open(&desk);
    window.list("users reset");
    window.type_text("wint");
    window.lists(&["carol"], 0);
    window.press("Enter");
    window.sees("Reset the password of carol (Caroline Wintergreen)");
    window.type_line("n");
    window.end(130);
    window.is_as_it_was(QUESTION);
    assert_eq!(desk.state(), before);
}

#[test]
#[ignore = "needs tmux"]
fn whoever_is_picked_is_handed_over_on_the_screen() {
    let desk = with_four();
    let mut window = Window::open(&desk);
    window.list("users reset --yes --screen");
    window.press("Enter");
    let secret = window.secret();
    window.press("q");
    window.end(0);
    window.is_as_it_was(&secret);
    is_in_force(&desk, "alice", &secret);
}

#[test]
#[ignore = "needs tmux"]
fn whoever_leaves_the_list_changes_nothing_and_leaves_nothing_behind() {
    for key in ["Escape", "C-d", "C-c"] {
        let desk = with_four();
        let before = desk.state();
        let mut window = Window::open(&desk);
        window.list("users reset");
        window.type_text("o");
        window.typed("o");
        window.press(key);
        window.end(130);
        let history = window.history();
        assert!(history.contains("cancelled"), "{key}: {history}");
        window.is_as_it_was(QUESTION);
        assert_eq!(desk.state(), before, "{key}");
    }
}

#[test]
#[ignore = "needs tmux"]
fn ctrl_z_hides_the_list_until_fg_draws_it_again() {
    let desk = with_four();
    let mut window = Window::open(&desk);
    window.list("users reset");
    window.type_text("wint");
    window.lists(&["carol"], 0);
    window.stop();
    window.is_as_it_was(QUESTION);
    window.go_on();
    window.typed("wint");
    window.press("Escape");
    window.end(130);
    window.is_as_it_was(QUESTION);
}

#[test]
#[ignore = "needs tmux"]
fn of_nobody_nobody_is_picked() {
    let desk = with_four();
    let mut window = Window::open(&desk);
    window.list("users reset");
    window.type_text("zzz");
    window.sees("nobody found");
    window.press("Enter");
    window.type_text("y");
    window.typed("zzzy");
    window.press("Escape");
    window.end(130);
}

/// A pasted text is searched for, but picks no account.
fn is_only_searched_for(pasted: &str, text: &str) {
    let desk = with_four();
    let before = desk.state();
    let mut window = Window::open(&desk);
    // No further question follows.
    window.list("users reset --yes --screen");
    window.paste(pasted);
    window.typed(text);
    window.type_text("x");
    window.typed(&format!("{text}x"));
    window.press("Escape");
    window.end(130);
    assert_eq!(desk.state(), before);
}

#[test]
#[ignore = "needs tmux"]
fn a_line_that_is_pasted_picks_nobody() {
    is_only_searched_for("alice\n", "alice");
}

#[test]
#[ignore = "needs tmux"]
fn lines_that_are_pasted_pick_nobody() {
    is_only_searched_for("ali\nce\n", "alice");
}

#[test]
#[ignore = "needs tmux"]
fn an_empty_line_that_is_pasted_first_picks_nobody() {
    is_only_searched_for("\nalice\n", "alice");
}

#[test]
#[ignore = "needs tmux"]
fn a_long_line_that_is_pasted_picks_nobody() {
    let desk = with_four();
    let long = "a".repeat(64);
    desk.run(&["users", "add", &long, "-q"]).succeeds();
    let before = desk.state();
    let mut window = Window::open(&desk);
    window.list("users reset --yes --screen");
    window.paste(&format!("{long}\n"));
    window.typed(&long);
    window.press("Escape");
    window.end(130);
    assert_eq!(desk.state(), before);
}

#[test]
#[ignore = "needs tmux"]
fn a_name_of_wide_or_combining_characters_stays_on_its_line() {
    let desk = Desk::new();
    let names = ["王小明".repeat(20), "x\u{323}\u{325}".repeat(40), "y".repeat(150)];
    for (username, name) in ["u1", "u2", "u3"].iter().zip(&names) {
        desk.run(&["users", "add", username, "--name", name, "-q"]).succeeds();
    }
    let mut window = Window::open(&desk);
    let screen = window.list("users reset");
    let wanted = ["root", "u1", "u2", "u3"];
    assert_eq!(rows(&screen).iter().map(|(_, username)| username).collect::<Vec<_>>(), wanted, "{screen}");
}

#[test]
#[ignore = "needs tmux"]
fn what_is_typed_and_the_mark_are_in_sight_in_a_low_window() {
    let desk = Desk::new();
    for at in 10..25 {
        desk.like_root(&format!("u{at}"), 0);
    }
    let mut window = Window::sized(&desk, 80, 10);
    window.list("users reset");
    window.type_text("u1");
    window.until("what was typed and the mark", |screen| {
        screen.starts_with(&format!("{QUESTION} u1")) && screen.lines().any(|line| line.starts_with("> u10"))
    });
}

#[test]
#[ignore = "needs tmux"]
fn a_line_end_that_was_typed_ahead_picks_nobody() {
    let desk = with_four();
    let before = desk.state();
    let mut window = Window::open(&desk);
    window.ran += 1;
    window.type_text("p users reset --yes --screen");
    window.tmux(&["send-keys", "Enter", "Enter"]);
    window.lists(&ALL, 0);
    window.type_text("x");
    window.typed("x");
    window.press("Escape");
    window.end(130);
    assert_eq!(desk.state(), before);
}

#[test]
#[ignore = "needs tmux"]
fn of_many_accounts_a_page_is_listed_and_that_there_are_more() {
    let desk = Desk::new();
    for at in 10..40 {
        desk.like_root(&format!("u{at}"), 0);
    }
    let mut window = Window::sized(&desk, 80, 50);
    let screen = window.list("users reset");
    let (names, more) = (rows(&screen), "… and more: type to narrow it down");
    assert_eq!(names.len(), 12, "{screen}");
    assert!(screen.contains(more), "{screen}");
    window.type_text("u1");
    window.until("fewer than a page", |screen| !screen.contains(more) && rows(screen).len() == 10);
}

#[test]
#[ignore = "needs tmux"]
fn a_search_that_fails_ends_the_picking_and_is_reported() {
    let desk = with_four();
    // More accounts than are listed. Otherwise no search is needed.
    for at in 10..25 {
        desk.like_root(&format!("u{at}"), 0);
    }
    let mut window = Window::open(&desk);
    window.list("users reset");
    desk.sql("ALTER TABLE accounts RENAME COLUMN search_text TO renamed");
    window.type_text("a");
    window.end(10);
    let history = window.history();
    assert!(history.contains("its tables were changed"), "{history}");
    window.is_as_it_was(QUESTION);
}

#[test]
fn without_a_terminal_nobody_is_picked_and_a_hint_says_what_to_do() {
    let desk = Desk::with_alice();
    let run = desk.refuses(2, || desk.run(&["users", "reset"]));
    assert!(run.stderr.contains("name accounts by id"), "{}", run.stderr);
    desk.refuses(2, || desk.run(&["users", "reset", "--yes"]));
}
