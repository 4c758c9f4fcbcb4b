//! Keys, and what they mean.

use super::screen::ScreenKey;

/// Ctrl-C, where it is a key and sends no signal: on a terminal that does not control this process.
pub const CTRL_C: u8 = 3;

/// What a key does at a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListKey {
    /// Types text.
    Text(String),
    /// Removes the last character.
    Backspace,
    /// Removes the whole text.
    Clear,
    /// One line up.
    Up,
    /// One line down.
    Down,
    /// Takes the marked line.
    Enter,
    /// Leaves.
    Leave,
}

/// What the bytes of one key press mean at the confirmation screen, if anything.
#[must_use]
pub fn meant(bytes: &[u8]) -> Option<ScreenKey> {
    match bytes {
        [] | [CTRL_C | 4 | 27 | b'\r' | b'\n' | b'q' | b'Q'] => Some(ScreenKey::Leave),
        [b'c' | b'C'] => Some(ScreenKey::Copy),
        _ => None,
    }
}

/// The keys in the bytes that came at once at a list.
#[must_use]
pub fn decoded(bytes: &[u8]) -> Vec<ListKey> {
    match bytes {
        [] | [CTRL_C | 4 | 27] => return vec![ListKey::Leave],
        [b'\r' | b'\n'] => return vec![ListKey::Enter],
        _ => {}
    }
    let text = String::from_utf8_lossy(bytes);
    let mut chars = text.chars().peekable();
    let mut keys = Vec::new();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => {
                // ECMA-48: an introducer, parameters, a final byte. Only the arrows have a meaning here.
                if chars.next_if(|c| matches!(c, '[' | 'O')).is_some() {
                    let plain = chars.peek().is_some_and(char::is_ascii_alphabetic);
                    let last = chars.by_ref().find(|c| ('\u{40}'..='\u{7e}').contains(c));
                    keys.extend(match last {
                        Some('A') if plain => Some(ListKey::Up),
                        Some('B') if plain => Some(ListKey::Down),
                        _ => None,
                    });
                }
            }
            '\u{8}' | '\u{7f}' => keys.push(ListKey::Backspace),
            '\u{15}' => keys.push(ListKey::Clear),
            '\u{e}' => keys.push(ListKey::Down),
            '\u{10}' => keys.push(ListKey::Up),
            c if c.is_control() || c == char::REPLACEMENT_CHARACTER => {}
            c => match keys.last_mut() {
                Some(ListKey::Text(text)) => text.push(c),
                _ => keys.push(ListKey::Text(c.into())),
            },
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_come_at_once_count_one_by_one() {
        let text = |text: &str| ListKey::Text(text.into());
        for (bytes, keys) in [
            (&b"\x1b[B\x1bOB\x1b[A"[..], vec![ListKey::Down, ListKey::Down, ListKey::Up]),
            (b"cax\x7f\x7f", vec![text("cax"), ListKey::Backspace, ListKey::Backspace]),
            ("bö\u{15}".as_bytes(), vec![text("bö"), ListKey::Clear]),
            (b"\x1b[15~\x1b[1;5B", vec![]),
        ] {
            assert_eq!(decoded(bytes), keys, "{bytes:?}");
        }
    }

    #[test]
    fn a_line_end_that_is_pasted_picks_nobody() {
        for pasted in ["\nalice\n", "alice\r", "ali\nce"] {
            assert_eq!(decoded(pasted.as_bytes()), [ListKey::Text("alice".into())], "{pasted:?}");
        }
        assert_eq!(decoded(b"\r"), [ListKey::Enter]);
    }

    #[test]
    fn a_text_that_is_pasted_means_nothing_at_the_screen() {
        for pasted in ["a quick line", "q\n", "cc", "\nq", "\x1b[200~"] {
            assert_eq!(meant(pasted.as_bytes()), None, "{pasted:?}");
        }
    }

    #[test]
    fn a_key_alone_leaves_the_screen_or_copies_from_it() {
        for key in ["q", "Q", "\r", "\n", "\x1b", "\x04"] {
            assert_eq!(meant(key.as_bytes()), Some(ScreenKey::Leave), "{key:?}");
        }
        assert_eq!(meant(b"c"), Some(ScreenKey::Copy));
    }
}
