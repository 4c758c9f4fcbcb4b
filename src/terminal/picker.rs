//! Picking one of many: a list that narrows as somebody types.

use unicode_width::UnicodeWidthChar as _;
use zeroize::Zeroizing;

use super::screen::{AGAIN, ENTER, Size};
use crate::domain::text::neutral;

/// How many lines of the list are asked for.
pub const SHOWN: usize = 12;

/// What somebody does at the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// Types text.
    Text(String),
    /// Takes the last character back.
    Backspace,
    /// Takes all of it back.
    Clear,
    /// One line up.
    Up,
    /// One line down.
    Down,
    /// Takes the line that is marked.
    Enter,
    /// Leaves.
    Leave,
}

/// The text so far, what it finds, and which line is marked.
#[derive(Debug, Clone, Default)]
pub struct Picker {
    text: String,
    lines: Vec<String>,
    marked: usize,
}

/// What is to be done after a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// Draw the list as it is.
    Draw,
    /// Search anew.
    Search,
    /// The marked line was taken.
    Take(usize),
    /// Nothing was.
    Leave,
}

impl Picker {
    /// What to search for.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What was found, in the order in which it is to be shown.
    pub fn found(&mut self, lines: Vec<String>) {
        self.lines = lines;
        self.marked = self.marked.min(self.lines.len().saturating_sub(1));
    }

    /// Takes a key.
    pub fn press(&mut self, key: Key) -> Next {
        match key {
            Key::Text(text) => self.text.push_str(&text),
            Key::Backspace => drop(self.text.pop()),
            Key::Clear => self.text.clear(),
            Key::Up => {
                self.marked = self.marked.saturating_sub(1);
                return Next::Draw;
            }
            Key::Down => {
                self.marked = (self.marked + 1).min(self.lines.len().saturating_sub(1));
                return Next::Draw;
            }
            Key::Enter if self.lines.is_empty() => return Next::Draw,
            Key::Enter => return Next::Take(self.marked),
            Key::Leave => return Next::Leave,
        }
        self.marked = 0;
        Next::Search
    }

    /// The bytes that draw it: no line is wider than the terminal, and the question and the mark are in sight.
    #[must_use]
    pub fn drawn(&self, question: &str, size: Size) -> Zeroizing<String> {
        let cut = |line: &str| cut(line, usize::from(size.columns));
        let room = usize::from(size.rows).saturating_sub(2).max(1);
        let first = (self.marked + 1).saturating_sub(room);
        let mut text = format!("{ENTER}{AGAIN}{}\r\n", cut(&format!("{question} {}", neutral(&self.text))));
        for (at, line) in self.lines.iter().enumerate().skip(first).take(room) {
            let mark = if at == self.marked { ">" } else { " " };
            text.push_str(&cut(&format!("{mark} {}", neutral(line))));
            text.push_str("\r\n");
        }
        if self.lines.is_empty() {
            text.push_str("  nobody is found\r\n");
        }
        text.push_str(&cut("Type to narrow it down; arrows and Enter pick, Esc leaves."));
        Zeroizing::new(text)
    }
}

/// The beginning of a line that takes so many columns at the most.
fn cut(line: &str, columns: usize) -> String {
    let mut taken = 0;
    line.chars()
        .take_while(|c| {
            taken += c.width().unwrap_or(0);
            taken <= columns
        })
        .collect()
}

/// The keys of what came at once. Enter, Esc and Ctrl-D count only alone: who pastes a line end has not looked at the
/// list.
pub(super) fn decoded(bytes: &[u8]) -> Vec<Key> {
    match bytes {
        [] | [4 | 27] => return vec![Key::Leave],
        [b'\r' | b'\n'] => return vec![Key::Enter],
        _ => {}
    }
    let text = String::from_utf8_lossy(bytes);
    let mut chars = text.chars().peekable();
    let mut keys = Vec::new();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => {
                // ECMA-48: an introducer, parameters, a final byte. Only the arrows mean something.
                if chars.next_if(|c| matches!(c, '[' | 'O')).is_some() {
                    let plain = chars.peek().is_some_and(char::is_ascii_alphabetic);
                    let last = chars.by_ref().find(|c| ('\u{40}'..='\u{7e}').contains(c));
                    keys.extend(match last {
                        Some('A') if plain => Some(Key::Up),
                        Some('B') if plain => Some(Key::Down),
                        _ => None,
                    });
                }
            }
            '\u{8}' | '\u{7f}' => keys.push(Key::Backspace),
            '\u{15}' => keys.push(Key::Clear),
            '\u{e}' => keys.push(Key::Down),
            '\u{10}' => keys.push(Key::Up),
            c if c.is_control() || c == char::REPLACEMENT_CHARACTER => {}
            c => match keys.last_mut() {
                Some(Key::Text(text)) => text.push(c),
                _ => keys.push(Key::Text(c.into())),
            },
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picker(lines: &[&str]) -> Picker {
        let mut picker = Picker::default();
        picker.found(lines.iter().map(|&line| line.to_owned()).collect());
        picker
    }

    #[test]
    fn what_is_typed_is_searched_for_and_marks_the_first() {
        let mut picker = picker(&["alice", "bob"]);
        picker.press(Key::Down);
        assert_eq!(picker.press(Key::Text("bö".into())), Next::Search);
        assert_eq!(picker.press(Key::Backspace), Next::Search);
        assert_eq!((picker.text(), picker.marked), ("b", 0));
    }

    #[test]
    fn the_mark_stays_within_the_list() {
        let mut picker = picker(&["alice", "bob"]);
        for key in [Key::Up, Key::Down, Key::Down, Key::Down] {
            assert_eq!(picker.press(key), Next::Draw);
        }
        assert_eq!(picker.press(Key::Enter), Next::Take(1));
        picker.found(vec!["alice".into()]);
        assert_eq!(picker.press(Key::Enter), Next::Take(0));
    }

    #[test]
    fn of_nobody_nobody_is_taken() {
        assert_eq!(picker(&[]).press(Key::Enter), Next::Draw);
    }

    #[test]
    fn keys_that_come_at_once_count_one_by_one() {
        let text = |text: &str| Key::Text(text.into());
        for (bytes, keys) in [
            (&b"\x1b[B\x1bOB\x1b[A"[..], vec![Key::Down, Key::Down, Key::Up]),
            (b"cax\x7f\x7f", vec![text("cax"), Key::Backspace, Key::Backspace]),
            ("bö\u{15}".as_bytes(), vec![text("bö"), Key::Clear]),
            (b"\x1b[15~\x1b[1;5B", vec![]),
        ] {
            assert_eq!(decoded(bytes), keys, "{bytes:?}");
        }
    }

    #[test]
    fn a_line_end_that_is_pasted_picks_nobody() {
        for pasted in ["\nalice\n", "alice\r", "ali\nce"] {
            assert_eq!(decoded(pasted.as_bytes()), [Key::Text("alice".into())], "{pasted:?}");
        }
        assert_eq!(decoded(b"\r"), [Key::Enter]);
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_or_rewrites_it() {
        let mut picker = picker(&[&"x".repeat(200), &"漢".repeat(200), "a\u{1b}[2Jb"]);
        picker.press(Key::Text("y".repeat(200)));
        let drawn = picker.drawn("Whose password?", Size { columns: 40, rows: 24 });
        let shown = drawn.strip_prefix(ENTER).unwrap().strip_prefix(AGAIN).unwrap();
        assert!(!shown.contains('\u{1b}'));
        assert!(shown.lines().all(|line| textwrap::core::display_width(line) <= 40), "{shown}");
    }

    #[test]
    fn the_question_and_the_mark_are_in_sight_in_a_low_window() {
        let lines: Vec<String> = (0..12).map(|number| format!("u{number}")).collect();
        let mut picker = picker(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        for _ in 0..11 {
            picker.press(Key::Down);
        }
        let drawn = picker.drawn("Whose password?", Size { columns: 80, rows: 6 });
        assert!(
            drawn.lines().count() <= 6 && drawn.contains("Whose password?") && drawn.contains("> u11"),
            "{}",
            *drawn
        );
    }
}
