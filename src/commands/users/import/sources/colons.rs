//! Files with a line an account and colons between: /etc/shadow, Apache's htpasswd, and Dovecot's passwd-file.

use super::{Given, Words, row};
use crate::domain::Invalid;
use crate::domain::hash::elsewhere::Brought;
use crate::domain::text::trimmed;

/// What stands in /etc/shadow for no password.
const NONE: [&str; 6] = ["*", "!", "!!", "!*", "x", "*LK*"];

/// Reads /etc/shadow. Accounts of the system have no password there, and are left out.
pub fn shadow(bytes: &[u8]) -> Given {
    read(bytes, |hash| NONE.contains(&hash))
}

/// Reads a file of htpasswd, or a passwd-file of Dovecot. What follows the hash is passed over.
pub fn htpasswd(bytes: &[u8]) -> Given {
    read(bytes, |_| false)
}

fn read(bytes: &[u8], is_none: impl Fn(&str) -> bool) -> Given {
    let mut given = Given::default();
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        let Ok(line) = str::from_utf8(line).map(trimmed) else {
            given.rows.push((number, Err(Invalid::new("the line is not UTF-8", "save the file in UTF-8"))));
            continue;
        };
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        // The message repeats nothing: the line may be a hash.
        let Some((username, rest)) = line.split_once(':') else {
            given.rows.push((number, Err(Invalid::new("the line has no colon", "write USERNAME:HASH"))));
            continue;
        };
        let hash = rest.split(':').next().unwrap_or_default();
        if is_none(hash) {
            given.left_out.push(username.to_owned());
            continue;
        }
        given.rows.push((number, row(&Words { username, ..Words::default() }, Brought::read(hash))));
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_account_and_what_has_no_password_is_left_out() {
        let given =
            shadow(b"root:$y$j9T$x:1:0\n# x\n\nbin:*:1:\r\nlp:!:1:\ngone:!$6$x:1:\nnone::1:\nx y:$6$x:\nno colon\n");
        let lines: Vec<_> = given.rows.iter().map(|(line, row)| (*line, row.is_ok())).collect();
        assert_eq!(lines, [(1, true), (6, true), (7, true), (8, false), (9, false)]);
        let said = "Left out 2 accounts to which nobody can sign in there: bin, lp.";
        assert_eq!(given.said_left_out().as_deref(), Some(said));
        assert!(given.rows[2].1.as_ref().is_ok_and(|row| row.brought.is_none()));
        assert!(htpasswd(b"root:*\n").said_left_out().is_none());
    }

    #[test]
    fn no_fault_repeats_a_hash() {
        let given = htpasswd(b"$2y$05$secret\na b:$2y$05$secret\n\xff:$2y$05$secret\n");
        assert_eq!(given.rows.len(), 3);
        for (_, row) in given.rows {
            assert!(row.is_err_and(|why| !why.message.contains("secret") && !why.hint.contains("secret")));
        }
    }
}
