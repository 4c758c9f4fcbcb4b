//! Passwords from standard input, one per line.

use std::io::{self, Read};

use zeroize::Zeroizing;

use super::PromptError;
use crate::domain::secret::TypedPassword;
use crate::domain::text::utf_8;

/// A longer line is no password. It is not read to its end, and fails every later check.
const LONGEST: usize = 4 * 1024;

/// Reads lines without reading ahead, and leaves no copies. So the next reader gets what follows.
pub struct SecretLines<R> {
    input: R,
    taken: usize,
}

impl<R: Read> SecretLines<R> {
    pub fn new(input: R) -> Self {
        Self { input, taken: 0 }
    }

    /// The next line without its end, `\n` or `\r\n`, and without a byte order mark before it. The last one may also end
    /// with a NUL.
    pub fn next(&mut self) -> Result<TypedPassword, PromptError> {
        self.taken += 1;
        let mut line = Zeroizing::new(Vec::with_capacity(LONGEST));
        let mut byte = Zeroizing::new([0]);
        let ended = loop {
            match self.input.read(&mut *byte) {
                Ok(0) => break false,
                Ok(_) if byte[0] == b'\n' => break true,
                Ok(_) if line.len() < LONGEST => line.push(byte[0]),
                Ok(_) => break true,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        };
        // A C program may end its output like a string. Some releases of pam_exec do.
        let end = if ended { b'\r' } else { b'\0' };
        if line.last() == Some(&end) {
            line.pop();
        }
        if !ended && line.is_empty() {
            return Err(PromptError::Input(format!("there is no line {} on standard input", self.taken)));
        }
        let text =
            utf_8(&line).map_err(|what| PromptError::Input(format!("line {} of standard input {what}", self.taken)))?;
        Ok(TypedPassword::new(Zeroizing::new(text.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> TypedPassword {
        TypedPassword::new(Zeroizing::new(text.into()))
    }

    #[test]
    fn a_line_is_taken_verbatim_but_for_its_end() {
        let mut lines = SecretLines::new(&b" a b \t\nc\r\nd\re"[..]);
        for expected in [" a b \t", "c", "d\re"] {
            assert!(lines.next().unwrap().same_as(&typed(expected)), "{expected:?}");
        }
        assert!(matches!(lines.next(), Err(PromptError::Input(_))));
    }

    #[test]
    fn a_nul_ends_the_last_line_and_is_part_of_any_other() {
        let mut lines = SecretLines::new(&b"a\0\nb\0"[..]);
        for expected in ["a\0", "b"] {
            assert!(lines.next().unwrap().same_as(&typed(expected)), "{expected:?}");
        }
    }

    #[test]
    fn an_empty_line_is_an_empty_password_and_no_line_is_none() {
        let mut lines = SecretLines::new(&b"\n"[..]);
        assert!(lines.next().unwrap().is_empty());
        assert!(matches!(lines.next(), Err(PromptError::Input(_))));
    }

    #[test]
    fn a_line_that_is_not_utf_8_is_refused() {
        for (line, said) in [
            (&b"\xff\n"[..], "line 1 of standard input is not UTF-8"),
            (b"gr\xfcn\n", "line 1 of standard input is not UTF-8"),
            (b"\xff\xfep\0w\0\n\0", "line 1 of standard input is UTF-16, not UTF-8"),
            ("gr\u{fffd}n\n".as_bytes(), "line 1 of standard input has a sign that stands for lost text (U+FFFD)"),
        ] {
            assert_eq!(SecretLines::new(line).next().err().map(|error| error.to_string()).as_deref(), Some(said));
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_password() {
        let mut lines = SecretLines::new("\u{feff}a\u{feff}\r\n\u{feff}b".as_bytes());
        for expected in ["a\u{feff}", "b"] {
            assert!(lines.next().unwrap().same_as(&typed(expected)), "{expected:?}");
        }
    }

    #[test]
    fn an_endless_line_takes_bounded_memory_and_is_no_password() {
        let line = SecretLines::new(io::repeat(b'x').take(1_000_000)).next().unwrap();
        assert!(line.byte_len() > crate::domain::credential::MAX_PASSWORD_BYTES);
        assert!(line.byte_len() <= LONGEST);
    }
}
