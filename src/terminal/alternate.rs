//! The alternate screen. When a program leaves it, its content is gone, even from the scrollback.
//!
//! Some terminals have none: tmux with `alternate-screen off`, and GNU screen by default. There, everything is drawn
//! among the earlier lines. So nothing here makes the terminal scroll. Nothing erases more than a row either: some
//! terminals scroll an erased display into the history. The cursor waits at the top, since a shrinking window first
//! loses what is below it.

use std::os::fd::AsFd;

use rustix::termios::tcgetwinsize;
use zeroize::Zeroizing;

/// Enters the alternate screen (xterm, "DEC private mode 1049") and hides the cursor.
const ENTER: &str = "\x1b[?1049h\x1b[?25l";
/// Shows the cursor and leaves the alternate screen.
const LEAVE: &str = "\x1b[?25h\x1b[?1049l";
/// Moves the cursor to the top left.
const HOME: &str = "\x1b[H";

/// The size of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// In columns.
    pub columns: u16,
    /// In rows.
    pub rows: u16,
}

impl Size {
    /// The size of this terminal, or 80 by 24 if it does not say.
    pub fn of(terminal: impl AsFd) -> Self {
        match tcgetwinsize(terminal) {
            Ok(size) if size.ws_col > 0 && size.ws_row > 0 => Self { columns: size.ws_col, rows: size.ws_row },
            _ => Self { columns: 80, rows: 24 },
        }
    }
}

/// The bytes that enter the alternate screen and draw these lines, as many as fit. The topmost `used` rows are erased
/// first.
#[must_use]
pub fn entered(lines: &str, size: Size, used: u16) -> Zeroizing<String> {
    let erased = erased(used.max(size.rows));
    let starts: Vec<String> = (1..=size.rows).map(|row| format!("\x1b[{row};1H")).collect();
    let drawn = starts.iter().zip(lines.split('\n')).flat_map(|(start, line)| [start.as_str(), line]);
    joined(&[ENTER, &erased].into_iter().chain(drawn).chain([HOME]).collect::<Vec<_>>())
}

/// The bytes that erase this many rows and leave the alternate screen. So a terminal without one shows nothing either.
#[must_use]
pub fn left(used: u16) -> String {
    format!("{}{HOME}{LEAVE}", erased(used))
}

fn erased(rows: u16) -> String {
    (1..=rows).map(|row| format!("\x1b[{row};1H\x1b[2K")).collect::<Vec<_>>().concat()
}

/// Joins the pieces into one text. The text is never moved while it is written: that would leave a copy of a secret.
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
