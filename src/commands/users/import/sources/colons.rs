//! Files with a line an account and colons between: /etc/shadow, Apache's htpasswd, and Dovecot's passwd-file.

use super::{Given, Words, row};
use crate::domain::Invalid;
use crate::domain::clock::Timestamp;
use crate::domain::hash::elsewhere::Brought;
use crate::domain::text::trimmed;

/// What stands in /etc/shadow for no password.
const NONE: [&str; 6] = ["*", "!", "!!", "!*", "x", "*LK*"];
/// How many fields a line of /etc/shadow has after the username.
const SHADOW_FIELDS: usize = 8;
/// The seconds of a day.
const DAY: i64 = 86_400;

/// Who can sign in there.
pub enum Who {
    /// Nobody.
    Nobody,
    /// The owner, until the account ends.
    OwnerUntil(Option<Timestamp>),
}

impl Who {
    /// Whoever can until an end.
    pub fn until(end: Option<Timestamp>, now: Timestamp) -> Self {
        if end.is_some_and(|end| end <= now) { Self::Nobody } else { Self::OwnerUntil(end) }
    }
}

/// The end of an account by shadow(5): days since 1970, in UTC. The first day without a sign-in counts.
pub fn end_of_shadow(day: &str) -> Result<Option<Timestamp>, Invalid> {
    if ["", "-1"].contains(&day) {
        return Ok(None);
    }
    let end = day.parse().ok().and_then(|day: i64| Timestamp::from_second(day.checked_mul(DAY)?).ok());
    end.map(Some)
        .ok_or_else(|| Invalid::new("the day on which it expires is no day", "write days since 1970, or nothing"))
}

/// Reads /etc/shadow. Accounts of the system have no password there, and are left out. So is what has ended: shadow(5)
/// counts its first day without a sign-in from 1970, in UTC.
pub fn shadow(bytes: &[u8], now: Timestamp) -> Given {
    read(bytes, |fields| {
        if fields.split(':').count() != SHADOW_FIELDS {
            return Err(Invalid::new("the line has not the nine fields of shadow(5)", "name the right --source"));
        }
        let mut fields = fields.split(':');
        let (hash, day) = (fields.next().unwrap_or_default(), fields.nth(5).unwrap_or_default());
        if NONE.contains(&hash) {
            return Ok(Who::Nobody);
        }
        Ok(Who::until(end_of_shadow(day)?, now))
    })
}

/// Reads a file of htpasswd, or a passwd-file of Dovecot. What follows the hash is passed over.
pub fn htpasswd(bytes: &[u8]) -> Given {
    read(bytes, |fields| {
        let hash = fields.split(':').next().unwrap_or_default();
        Ok(if NONE.contains(&hash) { Who::Nobody } else { Who::OwnerUntil(None) })
    })
}

/// Reads the lines. `who` gets what follows the username.
fn read(bytes: &[u8], who: impl Fn(&str) -> Result<Who, Invalid>) -> Given {
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
        match who(rest) {
            Ok(Who::Nobody) => given.left_out.push(username.to_owned()),
            Ok(Who::OwnerUntil(expires_at)) => {
                let words = Words { username, expires_at, ..Words::default() };
                given.rows.push((number, row(&words, Brought::read(hash))));
            }
            Err(why) => given.rows.push((number, Err(why))),
        }
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Given {
        shadow(bytes, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_line_is_an_account_and_what_has_no_password_is_left_out() {
        let file = "root:$y$j9T$x_\n# x\n\nbin:*_\r\nlp:!_\ngone:!$6$x_\nnone:_\nx y:$6$x_\nno colon\nroot:$6$x:1:\n";
        let given = read(file.replace('_', ":1:0:99999:7:::").as_bytes());
        let lines: Vec<_> = given.rows.iter().map(|(line, row)| (*line, row.is_ok())).collect();
        assert_eq!(lines, [(1, true), (6, true), (7, true), (8, false), (9, false), (10, false)]);
        let said = "Left out 2 accounts to which nobody can sign in there: bin, lp.";
        assert_eq!(given.said_left_out().as_deref(), Some(said));
        assert!(given.rows[2].1.as_ref().is_ok_and(|row| row.brought.is_none()));
        assert!(htpasswd(b"root:*\nbin:x:1:1::/:/bin/sh\n").rows.is_empty());
    }

    #[test]
    fn what_has_ended_there_is_left_out_and_what_is_to_end_ends_here() {
        let (x, now) = ("$y$j9T$x:1:0:99999:7:", 20_000);
        let now_is = Timestamp::from_second(now * DAY + 1).unwrap();
        let given = shadow(
            format!(
                "no:{x}::\nnever:{x}:-1:\nearlier:{x}:1:\ntoday:{x}:{now}:\nzero:{x}:0:\nlater:{x}30:{}:\n",
                now + 1
            )
            .as_bytes(),
            now_is,
        );
        let ends: Vec<_> = given
            .rows
            .iter()
            .map(|(_, row)| row.as_ref().unwrap().newcomer.expires_at.map(|end| end.as_second() / DAY))
            .collect();
        assert_eq!(ends, [None, None, Some(now + 1)]);
        assert_eq!(given.left_out, ["earlier", "today", "zero"]);
    }

    #[test]
    fn a_last_day_that_cannot_be_read_is_a_fault() {
        for day in ["soon", "9999999999", "9223372036854775807", "1.5"] {
            let given = read(format!("a:$y$j9T$x:1:0:99999:7::{day}:\n").as_bytes());
            assert!(matches!(given.rows.as_slice(), [(1, Err(_))]), "{day}");
        }
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
