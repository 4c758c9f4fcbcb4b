//! The words between a command and its holder, one a line. The first line is the secret.

use std::io::{self, Read};

use zeroize::Zeroizing;

/// From the holder: the secret can be pasted.
pub const READABLE: &str = "readable";
/// From the holder: its display does not let it use a clipboard.
pub const CLOSED: &str = "closed";
/// From the command: it is about to put the secret in force. The holder answers [`HELD`] or [`REPLACED`].
pub const COMMITTING: &str = "committing";
/// From the command: the secret is in force. The holder answers as before, and stays from here on.
pub const COMMITTED: &str = "committed";
/// From the command: it could not put the secret in force.
pub const CLEAR: &str = "clear";
/// From the holder: the secret can still be pasted.
pub const HELD: &str = "held";
/// From the holder: something else is on the clipboard.
pub const REPLACED: &str = "replaced";

/// A longer line is none of these words.
const LONGEST: usize = 4 * 1024;

/// The next line, without its end. Nothing is read ahead, since a buffer would keep a copy of the secret.
pub fn next(input: &mut impl Read) -> io::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut byte = Zeroizing::new([0]);
    loop {
        input.read_exact(&mut *byte)?;
        match byte[0] {
            b'\n' => break,
            _ if line.len() == LONGEST => return Err(io::ErrorKind::InvalidData.into()),
            other => line.push(other),
        }
    }
    let line = std::str::from_utf8(&line).map_err(|_| io::ErrorKind::InvalidData)?;
    Ok(Zeroizing::new(line.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_taken_without_what_follows_it() {
        let mut input = &b"secret\nclear\nhal"[..];
        assert_eq!(next(&mut input).unwrap().as_str(), "secret");
        assert_eq!(input, b"clear\nhal");
    }

    #[test]
    fn a_line_that_is_not_whole_is_none() {
        assert!(next(&mut &b"hal"[..]).is_err());
        assert!(next(&mut &b"\xff\n"[..]).is_err());
        assert!(next(&mut io::repeat(b'x')).is_err());
    }
}
