//! The confirmation screen: a secret on the alternate screen, which is gone, scrollback included, once it is left.

use zeroize::Zeroizing;

use super::picker;
use crate::domain::text::wrapped;

/// Enters the alternate screen (xterm, "DEC private mode 1049"), and hides the cursor.
pub(super) const ENTER: &str = "\x1b[?1049h\x1b[?25l";
/// Leaves it empty, so that a terminal that has none shows nothing either.
pub const LEAVE: &str = "\x1b[2J\x1b[H\x1b[?25h\x1b[?1049l";
/// Starts again at the top of an empty screen.
pub(super) const AGAIN: &str = "\x1b[2J\x1b[H";

/// How large a terminal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// In columns.
    pub columns: u16,
    /// In rows.
    pub rows: u16,
}

/// What stands on the screen.
pub struct Page {
    /// Whose it is, in a line.
    pub title: String,
    /// The secret, alone on its line.
    pub secret: Zeroizing<String>,
    /// Its end, and what happens next.
    pub rest: String,
    /// What has become of it.
    pub status: String,
}

/// What somebody does at the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Copy the secret.
    Copy,
    /// Leave.
    Leave,
}

impl Key {
    /// What a key of the keyboard means at the screen, if anything.
    pub(super) fn of(key: &picker::Key) -> Option<Self> {
        match key {
            picker::Key::Enter | picker::Key::Leave => Some(Self::Leave),
            picker::Key::Text(text) if text.contains(['q', 'Q']) => Some(Self::Leave),
            picker::Key::Text(text) if text.contains(['c', 'C']) => Some(Self::Copy),
            _ => None,
        }
    }
}

impl Page {
    /// The same page once more, for whoever draws it again when the window has another size.
    #[must_use]
    pub fn again(&self) -> Self {
        let (title, rest, status) = (self.title.clone(), self.rest.clone(), self.status.clone());
        Self { title, secret: self.secret.clone(), rest, status }
    }

    /// The bytes that draw it, from whatever was there before. Where there is little room, the secret and what has become
    /// of it stay.
    #[must_use]
    pub fn drawn(&self, size: Size, coloured: bool) -> Zeroizing<String> {
        let (strong, plain) = if coloured { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
        let columns = size.columns.saturating_sub(1).max(1);
        let lines = |text: &str| -> Vec<String> {
            let indented: Vec<String> = text.trim_end().lines().map(|line| format!("  {line}")).collect();
            wrapped(&indented.join("\n"), Some(columns)).lines().map(str::to_owned).collect()
        };
        let [title, rest, status] = [&self.title, &self.rest, &self.status].map(|text| lines(text));
        let keys = lines("c  copy it to the clipboard\nq  or Enter: leave; it is not shown again");
        let indent = if self.secret.len() + 2 < usize::from(size.columns) { "  " } else { "" };
        let secret_rows = self.secret.len() / usize::from(size.columns.max(1)) + 1;

        let (blank, none) = (vec![String::new()], Vec::new());
        let ample = [&blank, &title, &blank, &blank, &rest, &blank, &status, &blank, &keys];
        let tight = [&none, &title, &none, &none, &none, &none, &status, &none, &keys];
        let rows = ample.iter().map(|part| part.len()).sum::<usize>() + secret_rows;
        let parts = if rows < usize::from(size.rows) { ample } else { tight };

        let room = parts.iter().flat_map(|part| part.iter()).map(|line| line.len() + 2).sum::<usize>();
        let mut text = Zeroizing::new(String::with_capacity(room + self.secret.len() + 64));
        text.push_str(ENTER);
        text.push_str(AGAIN);
        for (at, part) in parts.iter().enumerate() {
            // The secret stands between the title and the rest.
            if at == 3 {
                for piece in [indent, strong, &self.secret, plain, "\r\n"] {
                    text.push_str(piece);
                }
            }
            for line in *part {
                text.push_str(line);
                text.push_str("\r\n");
            }
        }
        // Without the last line end, which would scroll a window that is full.
        let full = text.trim_end_matches("\r\n").len();
        text.truncate(full);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        Page {
            title: "Temporary password for alice".into(),
            secret: Zeroizing::new("2345-6789".into()),
            rest: "It expires in a while, which is said in a line of some length.\nSign in with it.\n".into(),
            status: "In force.".into(),
        }
    }

    #[test]
    fn the_secret_stands_alone_on_its_line_and_is_not_moved_while_it_is_written() {
        let drawn = page().drawn(Size { columns: 80, rows: 24 }, false);
        assert!(drawn.lines().any(|line| line.trim() == "2345-6789"));
        assert!(drawn.capacity() >= drawn.len());
    }

    #[test]
    fn in_a_small_window_the_secret_and_its_status_stay() {
        for (columns, rows) in [(40, 12), (30, 8), (80, 8)] {
            let drawn = page().drawn(Size { columns, rows }, false);
            assert!(drawn.lines().count() <= usize::from(rows), "{columns}x{rows}: {}", *drawn);
            assert!(drawn.contains("2345-6789") && drawn.contains("In force."), "{columns}x{rows}: {}", *drawn);
        }
    }
}
