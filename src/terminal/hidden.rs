//! Reads a password without echo. It is written here because a library's buffer grows, and then leaves copies that
//! nobody wipes.

use std::io::{self, Read};

use zeroize::{Zeroize as _, Zeroizing};

use super::keys::CTRL_C;
use crate::domain::text::LOST;

/// A longer text is no password. It is cut here, and is still too long for every later check.
const LONGEST: usize = 4 * 1024;

/// Reads up to Enter. The user can take back the last character, the last word, or all of it. Ctrl-D on an empty line
/// ends the input, and Ctrl-C does where it sends no signal. Bad UTF-8 is refused only after the whole line is read: no
/// other reader may get the rest of it. If the prompt `begins_anew`, what was typed before is gone: nobody could see that it
/// is still there.
pub fn read(terminal: impl Read, begins_anew: &dyn Fn() -> bool) -> io::Result<Zeroizing<String>> {
    let mut keys = Keys { terminal, ahead: None };
    let mut typed = Zeroizing::new(String::with_capacity(LONGEST));
    let mut is_text = true;
    loop {
        let key = keys.next()?;
        if begins_anew() {
            typed.zeroize();
            is_text = true;
        }
        match key {
            None => is_text = false,
            Some('\r' | '\n') if is_text => return Ok(typed),
            Some('\r' | '\n') => {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "what was typed is not UTF-8"));
            }
            Some('\u{8}' | '\u{7f}') => drop(typed.pop()),
            // Ctrl-U.
            Some('\u{15}') => typed.zeroize(),
            // Ctrl-W.
            Some('\u{17}') => {
                let left = typed.trim_end().rfind(' ').map_or(0, |space| space + 1);
                typed.truncate(left);
            }
            Some(c) if c == char::from(CTRL_C) => return Err(io::ErrorKind::Interrupted.into()),
            Some('\u{4}') if typed.is_empty() => return Err(io::ErrorKind::UnexpectedEof.into()),
            Some('\u{1b}') => keys.skip_sequence()?,
            Some(c) if c.is_control() || typed.len() + c.len_utf8() > LONGEST => {}
            Some(c) => typed.push(c),
        }
    }
}

/// The typed characters, one at a time. Reading stops at the end of the line. So text typed for the next prompt stays.
struct Keys<T> {
    terminal: T,
    /// A byte that belongs to the next character.
    ahead: Option<u8>,
}

impl<T: Read> Keys<T> {
    /// The next character, or `None` if the bytes are none, or the terminal has replaced what was typed.
    fn next(&mut self) -> io::Result<Option<char>> {
        let mut bytes = Zeroizing::new([0; 4]);
        bytes[0] = self.byte()?;
        // The first byte tells the length (RFC 3629).
        let length = match bytes[0].leading_ones() {
            0 => 1,
            length @ 2..=4 => length as usize,
            _ => return Ok(None),
        };
        for at in 1..length {
            bytes[at] = self.byte()?;
            if bytes[at].leading_ones() != 1 {
                self.ahead = Some(bytes[at]);
                return Ok(None);
            }
        }
        let typed = std::str::from_utf8(&bytes[..length]).ok().and_then(|text| text.chars().next());
        Ok(typed.filter(|c| *c != LOST))
    }

    fn byte(&mut self) -> io::Result<u8> {
        if let Some(ahead) = self.ahead.take() {
            return Ok(ahead);
        }
        let mut byte = [0];
        self.terminal.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    /// Skips the bytes of a key such as an arrow, which means nothing here (ECMA-48: an introducer, parameters, a final
    /// byte).
    fn skip_sequence(&mut self) -> io::Result<()> {
        match self.byte()? {
            b'[' | b'O' => while !(0x40..=0x7e).contains(&self.byte()?) {},
            // Escape alone.
            other => self.ahead = Some(other),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &str) -> String {
        read(keys.as_bytes(), &|| false).unwrap().to_string()
    }

    #[test]
    fn what_is_typed_up_to_enter_is_the_password() {
        for (keys, password) in [
            ("a b\rc", "a b"),
            ("\n", ""),
            ("gr\u{fc}\u{df} \u{1f511}\r", "gr\u{fc}\u{df} \u{1f511}"),
            ("a\u{7}b\u{4}\r", "ab"),
            ("a\u{1b}\r", "a"),
        ] {
            assert_eq!(typed(keys), password, "{keys:?}");
        }
    }

    #[test]
    fn what_was_typed_can_be_taken_back() {
        for (keys, password) in [
            ("ab\u{7f}c\r", "ac"),
            ("\u{e9}\u{8}\u{8}x\r", "x"),
            ("one two\u{15}x\r", "x"),
            ("one two \u{17}x\r", "one x"),
            ("one\u{17}x\r", "x"),
        ] {
            assert_eq!(typed(keys), password, "{keys:?}");
        }
    }

    #[test]
    fn what_was_typed_before_the_prompt_begins_anew_is_gone() {
        let keys = std::cell::Cell::new(0);
        let begins_anew = || keys.replace(keys.get() + 1) == 3;
        assert_eq!(*read(&b"onetwo\r"[..], &begins_anew).unwrap(), "two");
    }

    #[test]
    fn keys_that_are_no_text_are_left_out() {
        assert_eq!(typed("a\u{1b}[Ab\u{1b}[1;5Cc\u{1b}OPd\r"), "abcd");
    }

    #[test]
    fn a_terminal_that_goes_away_and_ctrl_d_on_an_empty_line_are_the_end() {
        for keys in ["", "half", "\u{4}", "x\u{7f}\u{4}"] {
            assert!(
                read(keys.as_bytes(), &|| false).is_err_and(|error| error.kind() == io::ErrorKind::UnexpectedEof),
                "{keys:?}"
            );
        }
    }

    #[test]
    fn what_is_not_utf_8_is_no_password() {
        for keys in [
            &b"\xff\rnext"[..],
            b"\xc3\rnext",
            b"\x80\rnext",
            b"gr\xfcn secret\rnext",
            b"\xf0\x9f\rnext",
            "gr\u{fffd}n\rnext".as_bytes(),
        ] {
            let mut left = keys;
            assert!(
                read(&mut left, &|| false).is_err_and(|error| error.kind() == io::ErrorKind::InvalidData),
                "{keys:?}"
            );
            assert_eq!(left, b"next", "the rest of the line is read, and nothing of the next");
        }
    }

    #[test]
    fn what_is_typed_is_never_moved() {
        let endless = read("\u{1f511}".repeat(5_000).as_bytes().chain(&b"\r"[..]), &|| false).unwrap();
        assert_eq!((endless.len(), endless.capacity()), (LONGEST, LONGEST));
    }
}
