//! The alternate screen: what stands on it is gone, scrollback included, once it is left.
//!
//! A terminal may have none (tmux with `alternate-screen off`, GNU screen as it comes), and then all of this happens
//! among what stood there before. So nothing here makes it scroll, and nothing erases more than a row: an erased
//! display is scrolled into the history by some. The cursor waits at the top, since a window that shrinks first loses
//! what is below it.

use zeroize::Zeroizing;

/// Enters it (xterm, "DEC private mode 1049"), and hides the cursor.
const ENTER: &str = "\x1b[?1049h\x1b[?25l";
/// Shows the cursor, and leaves it.
const LEAVE: &str = "\x1b[?25h\x1b[?1049l";
/// The top left.
const HOME: &str = "\x1b[H";

/// How large a terminal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// In columns.
    pub columns: u16,
    /// In rows.
    pub rows: u16,
}

/// The bytes that enter it and draw these lines, of which as many are seen as it has rows. What stood in the topmost rows
/// before, as many as `used`, goes.
#[must_use]
pub fn entered(lines: &str, size: Size, used: u16) -> Zeroizing<String> {
    let erased = erased(used.max(size.rows));
    let starts: Vec<String> = (1..=size.rows).map(|row| format!("\x1b[{row};1H")).collect();
    let drawn = starts.iter().zip(lines.split('\n')).flat_map(|(start, line)| [start.as_str(), line]);
    joined(&[ENTER, &erased].into_iter().chain(drawn).chain([HOME]).collect::<Vec<_>>())
}

/// The bytes that leave it, and nothing in as many rows of it, so that a terminal that has none shows nothing either.
#[must_use]
pub fn left(used: u16) -> String {
    format!("{}{HOME}{LEAVE}", erased(used))
}

fn erased(rows: u16) -> String {
    (1..=rows).map(|row| format!("\x1b[{row};1H\x1b[2K")).collect::<Vec<_>>().concat()
}

/// A text of these pieces. It is never moved while it is written, which would leave a copy of a secret behind.
#[must_use]
pub fn joined(pieces: &[&str]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(pieces.iter().map(|piece| piece.len()).sum()));
    for piece in pieces {
        text.push_str(piece);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_below_the_last_row() {
        let drawn = entered("a\nb\nc", Size { columns: 80, rows: 2 }, 1);
        assert!(drawn.ends_with("\x1b[1;1Ha\x1b[2;1Hb\x1b[H"), "{drawn:?}");
    }

    #[test]
    fn what_stood_in_a_taller_window_goes_too() {
        assert!(entered("a", Size { columns: 80, rows: 2 }, 3).contains("\x1b[3;1H\x1b[2K"));
    }

    #[test]
    fn a_text_is_not_moved_while_it_is_written() {
        let drawn = entered("a\nb", Size { columns: 80, rows: 24 }, 24);
        assert_eq!(drawn.capacity(), drawn.len());
    }
}
