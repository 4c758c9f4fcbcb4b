//! The confirmation screen: a secret on the alternate screen, which is gone, scrollback included, once it is left.

use std::fs::File;
use std::io::{self, Read as _};

use zeroize::Zeroizing;

/// Enters the alternate screen (xterm, "DEC private mode 1049"), and hides the cursor.
pub(super) const ENTER: &str = "\x1b[?1049h\x1b[?25l";
/// Leaves it empty, so that a terminal that has none shows nothing either.
pub const LEAVE: &str = "\x1b[2J\x1b[H\x1b[?25h\x1b[?1049l";
/// Starts again at the top of an empty screen.
pub(super) const AGAIN: &str = "\x1b[2J\x1b[H";
/// Makes the line twice as wide, where the terminal can (DEC STD 070, DECDWL).
const WIDE: &str = "\x1b#6";

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

impl Page {
    /// The bytes that draw it, from whatever was there before.
    #[must_use]
    pub fn drawn(&self, coloured: bool) -> Zeroizing<String> {
        let (strong, plain) = if coloured { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
        let parts = [
            ENTER,
            AGAIN,
            "\r\n  ",
            &self.title,
            "\r\n\r\n",
            WIDE,
            "  ",
            strong,
            &self.secret,
            plain,
            "\r\n\r\n  ",
            &self.rest.trim_end().replace('\n', "\r\n  "),
            "\r\n\r\n  ",
            &self.status,
            "\r\n\r\n  c  copy it to the clipboard\r\n  q  or Enter: leave; it is not shown again\r\n",
        ];
        let mut text = Zeroizing::new(String::with_capacity(parts.iter().map(|part| part.len()).sum()));
        for part in parts {
            text.push_str(part);
        }
        text
    }
}

/// Waits for a key that means something.
pub fn key(mut terminal: File) -> io::Result<Key> {
    let mut byte = [0];
    loop {
        if terminal.read(&mut byte)? == 0 {
            return Ok(Key::Leave);
        }
        match byte[0] {
            b'c' | b'C' => return Ok(Key::Copy),
            // Enter, q, Ctrl-D, Esc.
            b'\r' | b'\n' | b'q' | b'Q' | 4 | 27 => return Ok(Key::Leave),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_stands_alone_on_its_line() {
        let page = Page {
            title: "Temporary password for alice".into(),
            secret: Zeroizing::new("2345-6789".into()),
            rest: "It expires.\nSign in with it.\n".into(),
            status: "In force.".into(),
        };
        let drawn = page.drawn(false);
        assert!(drawn.lines().any(|line| line.strip_prefix(WIDE).is_some_and(|line| line.trim() == "2345-6789")));
        assert_eq!(drawn.capacity(), drawn.len(), "nothing of it was moved while it was written");
    }
}
