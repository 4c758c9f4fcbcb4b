//! Picking one of many: a list that narrows as somebody types.

use std::fs::File;
use std::io::{self, Read as _};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use zeroize::Zeroizing;

use super::screen::{AGAIN, ENTER};
use crate::domain::text::neutral;

/// How many lines of the list are shown at once.
pub const SHOWN: usize = 12;
/// How long after an Esc the rest of an arrow key comes at the latest, in nanoseconds.
const ESC_WAITS: i64 = 50_000_000;

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
#[derive(Debug, Default)]
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

    /// The bytes that draw it, no line longer than the terminal is wide.
    #[must_use]
    pub fn drawn(&self, question: &str, width: u16) -> Zeroizing<String> {
        let width = usize::from(width);
        let cut = |line: &str| line.chars().take(width.saturating_sub(1)).collect::<String>();
        let mut text = format!("{ENTER}{AGAIN}{}\r\n", cut(&format!("{question} {}", neutral(&self.text))));
        for (at, line) in self.lines.iter().enumerate() {
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

/// Waits for a key. What is typed at once comes as one text.
pub fn key(mut terminal: &File) -> io::Result<Key> {
    let mut bytes = [0; 64];
    let count = terminal.read(&mut bytes)?;
    let typed = &bytes[..count];
    Ok(match typed {
        [] | [4] => Key::Leave,
        [27] if !has_more(terminal)? => Key::Leave,
        [27] => {
            let mut rest = [0; 8];
            let count = terminal.read(&mut rest)?;
            escaped(&rest[..count])
        }
        [27, rest @ ..] => escaped(rest),
        [b'\r' | b'\n', ..] => Key::Enter,
        [8 | 127, ..] => Key::Backspace,
        [21, ..] => Key::Clear,
        [14, ..] => Key::Down,
        [16, ..] => Key::Up,
        _ => {
            // Enter behind text that was pasted is left out: who pastes has not looked at the list.
            let text = String::from_utf8_lossy(typed);
            Key::Text(text.chars().filter(|c| !c.is_control() && *c != char::REPLACEMENT_CHARACTER).collect())
        }
    })
}

fn has_more(terminal: &File) -> io::Result<bool> {
    let wait = Timespec { tv_sec: 0, tv_nsec: ESC_WAITS };
    Ok(poll(&mut [PollFd::new(terminal, PollFlags::IN)], Some(&wait))? > 0)
}

/// An arrow key behind its Esc (ECMA-48, CUU and CUD); any other key is nothing.
fn escaped(rest: &[u8]) -> Key {
    match rest {
        [b'[' | b'O', b'A', ..] => Key::Up,
        [b'[' | b'O', b'B', ..] => Key::Down,
        _ => Key::Text(String::new()),
    }
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
    fn no_line_is_longer_than_the_terminal_is_wide_or_rewrites_it() {
        let mut picker = picker(&[&"x".repeat(200), "a\u{1b}[2Jb"]);
        picker.press(Key::Text("y".repeat(200)));
        let drawn = picker.drawn("Whose password?", 40);
        let shown = drawn.strip_prefix(ENTER).unwrap().strip_prefix(AGAIN).unwrap();
        assert!(!shown.contains('\u{1b}'));
        assert!(shown.lines().all(|line| line.chars().count() < 40), "{shown}");
    }
}
