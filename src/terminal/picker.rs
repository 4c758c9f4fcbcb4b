//! Picking one of many, from a list that narrows as the person types.

use textwrap::core::display_width;
use unicode_width::UnicodeWidthChar as _;
use zeroize::Zeroizing;

use super::alternate::Size;
use super::keys::ListKey;
use crate::domain::text::neutral;

/// How many lines of the list are shown.
const SHOWN: usize = 12;
/// How many lines a search asks for. One more than shown tells that there are more.
pub const WANTED: usize = SHOWN + 1;

/// The typed text, its matches, and the marked line.
#[derive(Debug, Clone, Default)]
pub struct Picker {
    text: String,
    lines: Vec<String>,
    marked: usize,
    has_more: bool,
}

/// The next step after a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// Draw the list.
    Draw,
    /// Search again.
    Search,
    /// The marked line was taken.
    Take(usize),
    /// The person left without a line.
    Leave,
}

impl Picker {
    /// The text to search for.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Sets the matches, in display order.
    pub fn found(&mut self, mut lines: Vec<String>) {
        self.has_more = lines.len() > SHOWN;
        lines.truncate(SHOWN);
        self.lines = lines;
        self.marked = self.marked.min(self.lines.len().saturating_sub(1));
    }

    /// Handles a key.
    pub fn press(&mut self, key: ListKey) -> Next {
        match key {
            ListKey::Text(text) => self.text.push_str(&text),
            ListKey::Backspace => drop(self.text.pop()),
            ListKey::Clear => self.text.clear(),
            ListKey::Up => {
                self.marked = self.marked.saturating_sub(1);
                return Next::Draw;
            }
            ListKey::Down => {
                self.marked = (self.marked + 1).min(self.lines.len().saturating_sub(1));
                return Next::Draw;
            }
            ListKey::Enter if self.lines.is_empty() => return Next::Draw,
            ListKey::Enter => return Next::Take(self.marked),
            ListKey::Leave => return Next::Leave,
        }
        self.marked = 0;
        Next::Search
    }

    /// The lines to draw. No line is wider than the terminal. The mark and the end of the typed text are always
    /// visible.
    #[must_use]
    pub fn drawn(&self, question: &str, size: Size) -> Zeroizing<String> {
        let columns = usize::from(size.columns);
        let room = usize::from(size.rows).saturating_sub(2 + usize::from(self.has_more)).max(1);
        let first = (self.marked + 1).saturating_sub(room);
        let left = columns.saturating_sub(display_width(question) + 1);
        let mut lines = vec![format!("{question} {}", end(&neutral(&self.text), left))];
        for (at, line) in self.lines.iter().enumerate().skip(first).take(room) {
            let mark = if at == self.marked { ">" } else { " " };
            lines.push(format!("{mark} {}", neutral(line)));
        }
        if self.lines.is_empty() {
            lines.push("  nobody found".into());
        }
        if self.has_more {
            lines.push("  … and more: type to narrow it down".into());
        }
        let keys =
            ["Type to narrow it down. Arrows and Enter pick, Esc leaves.", "Type to narrow, Enter picks, Esc leaves"];
        lines.push(keys[usize::from(columns < keys[0].len())].into());
        Zeroizing::new(lines.iter().map(|line| beginning(line, columns)).collect::<Vec<_>>().join("\n"))
    }
}

/// The beginning of a line, at most this many columns wide.
fn beginning(line: &str, columns: usize) -> String {
    within(line.chars(), columns).collect()
}

/// The end of a line, at most this many columns wide.
fn end(line: &str, columns: usize) -> String {
    let backwards: Vec<char> = within(line.chars().rev(), columns).collect();
    backwards.into_iter().rev().collect()
}

fn within(chars: impl Iterator<Item = char>, columns: usize) -> impl Iterator<Item = char> {
    let mut taken = 0;
    chars.take_while(move |c| {
        taken += c.width().unwrap_or(0);
        taken <= columns
    })
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
        picker.press(ListKey::Down);
        assert_eq!(picker.press(ListKey::Text("bö".into())), Next::Search);
        assert_eq!(picker.press(ListKey::Backspace), Next::Search);
        assert_eq!((picker.text(), picker.marked), ("b", 0));
    }

    #[test]
    fn the_mark_stays_within_the_list() {
        let mut picker = picker(&["alice", "bob"]);
        for key in [ListKey::Up, ListKey::Down, ListKey::Down, ListKey::Down] {
            assert_eq!(picker.press(key), Next::Draw);
        }
        assert_eq!(picker.press(ListKey::Enter), Next::Take(1));
        picker.found(vec!["alice".into()]);
        assert_eq!(picker.press(ListKey::Enter), Next::Take(0));
    }

    #[test]
    fn that_there_are_more_than_are_shown_is_said() {
        let names: Vec<String> = (0..WANTED).map(|number| format!("u{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (size, more) = (Size { columns: 80, rows: 24 }, "and more");
        let drawn = picker(&names).drawn("Whose password?", size);
        assert!(drawn.contains(more) && drawn.contains("u11") && !drawn.contains("u12"), "{}", *drawn);
        assert!(!picker(&names[1..]).drawn("Whose password?", size).contains(more));
    }

    #[test]
    fn of_nobody_nobody_is_taken() {
        assert_eq!(picker(&[]).press(ListKey::Enter), Next::Draw);
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_or_rewrites_it() {
        let mut picker = picker(&[&"x".repeat(200), &"漢".repeat(200), "a\u{1b}[2Jb"]);
        picker.press(ListKey::Text("y".repeat(200)));
        let drawn = picker.drawn("Whose password?", Size { columns: 40, rows: 24 });
        assert!(!drawn.contains('\u{1b}'));
        assert!(drawn.lines().all(|line| display_width(line) <= 40), "{}", *drawn);
    }

    #[test]
    fn of_a_long_text_what_is_being_typed_is_in_sight() {
        let mut picker = picker(&["alice"]);
        picker.press(ListKey::Text(format!("{}end", "y".repeat(200))));
        let drawn = picker.drawn("Whose password?", Size { columns: 40, rows: 24 });
        let first = drawn.lines().next().unwrap_or_default();
        assert!(first.starts_with("Whose password? y") && first.ends_with("yend"), "{first}");
    }

    #[test]
    fn the_question_and_the_mark_are_in_sight_in_a_low_window() {
        let lines: Vec<String> = (0..12).map(|number| format!("u{number}")).collect();
        let mut picker = picker(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        for _ in 0..11 {
            picker.press(ListKey::Down);
        }
        let drawn = picker.drawn("Whose password?", Size { columns: 80, rows: 6 });
        assert!(
            drawn.lines().count() <= 6 && drawn.contains("Whose password?") && drawn.contains("> u11"),
            "{}",
            *drawn
        );
    }
}
