//! What a command and the holder it has started say to each other, a line at a time. The first line is the secret.

use std::io::{self, Read};

use zeroize::Zeroizing;

/// Said by the holder when the secret can be pasted.
pub const READABLE: &str = "readable";
/// Said by the holder when its display lets it use no clipboard.
pub const CLOSED: &str = "closed";
/// Said by the command before it puts the secret in force; the holder answers [`HELD`] or [`REPLACED`].
pub const COMMITTING: &str = "committing";
/// Said by the command when it has; the holder answers as before, and stays from here on.
pub const COMMITTED: &str = "committed";
/// Said by the command when it could not.
pub const CLEAR: &str = "clear";
/// Said by the holder: the secret can still be pasted.
pub const HELD: &str = "held";
/// Said by the holder: something else is on the clipboard.
pub const REPLACED: &str = "replaced";

/// A line longer than this is none of these.
const LONGEST: usize = 4 * 1024;

/// The next line, without its end. Nothing is read ahead, and no copy stays behind: a buffer would keep the secret.
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
