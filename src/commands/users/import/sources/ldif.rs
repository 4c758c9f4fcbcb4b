//! The entries of a directory, as `slapcat`, `db2ldif` and `ldapsearch` write them (RFC 2849).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::fmt::strtime::BrokenDownTime;

use super::colons::{Who, end_of_shadow};
use super::{Given, Row, Words, row};
use crate::domain::Invalid;
use crate::domain::clock::Timestamp;
use crate::domain::hash::elsewhere::Brought;
use crate::domain::text::trimmed;

/// An entry: the line where it begins, and its attributes in lower case with their values.
struct Entry {
    line: u64,
    attributes: Vec<(String, Result<String, Invalid>)>,
}

/// The form of a moment in LDAP (RFC 4517 §3.3.13), as far as directories write it.
const MOMENT: &str = "%Y%m%d%H%M%S%#z";

/// Reads the entries that have a `uid`. All others are passed over: they are no people. Those that are locked there, or
/// have ended, are left out.
pub fn read(bytes: &[u8], now: Timestamp) -> Given {
    let mut given = Given::default();
    for entry in entries(bytes).iter().filter(|entry| entry.values("uid").next().is_some()) {
        match entry.who(now) {
            Ok(Who::Nobody) => given.left_out.push(entry.first("uid").unwrap_or_default().to_owned()),
            Ok(Who::OwnerUntil(end)) => given.rows.push((entry.line, account(entry, end))),
            Err(why) => given.rows.push((entry.line, Err(why))),
        }
    }
    given
}

impl Entry {
    fn values(&self, name: &str) -> impl Iterator<Item = Result<&str, Invalid>> {
        let values = self.attributes.iter().filter(move |(attribute, _)| attribute == name);
        values.map(|(_, value)| value.as_deref().map_err(Clone::clone))
    }

    fn first(&self, name: &str) -> Result<&str, Invalid> {
        self.values(name).next().unwrap_or(Ok(""))
    }

    /// Who can sign in there. `nsAccountLock` is that of 389-ds and `FreeIPA`. `pwdAccountLockedTime` is that of `OpenLDAP`:
    /// a moment, and how long the lock lasts is not in the entry. An entry may end by shadow(5) or by Kerberos.
    fn who(&self, now: Timestamp) -> Result<Who, Invalid> {
        let is_locked = self.first("nsaccountlock")?.eq_ignore_ascii_case("true")
            || !self.first("pwdaccountlockedtime")?.is_empty();
        if is_locked {
            return Ok(Who::Nobody);
        }
        let of_kerberos = match self.first("krbprincipalexpiration")? {
            "" => None,
            text => {
                let text = text.strip_suffix('Z').map_or(text.to_owned(), |moment| format!("{moment}+0000"));
                let moment = BrokenDownTime::parse(MOMENT, &text).and_then(|moment| moment.to_timestamp());
                let fault = |_| Invalid::new("its krbPrincipalExpiration is no moment", "write it as 20270331000000Z");
                Some(moment.map_err(fault)?)
            }
        };
        let of_shadow = end_of_shadow(self.first("shadowexpire")?)?;
        Ok(Who::until(of_kerberos.into_iter().chain(of_shadow).min(), now))
    }
}

fn account(entry: &Entry, expires_at: Option<Timestamp>) -> Result<Row, Invalid> {
    if entry.values("changetype").any(|kind| kind.is_ok_and(|kind| kind != "add")) {
        return Err(Invalid::new("this is a change and no entry", "export the entries themselves"));
    }
    let name = Some(entry.first("displayname")?).filter(|name| !name.is_empty());
    let name = name.map_or_else(|| entry.first("cn"), Ok)?;
    let words = Words { username: entry.first("uid")?, name, email: entry.first("mail")?, expires_at };
    // An entry may have several hashes of its password, and not all can be used.
    let passwords: Vec<&str> = entry.values("userpassword").collect::<Result<_, _>>()?;
    let mut brought: Vec<Brought> = passwords.into_iter().filter_map(Brought::read).collect();
    brought.sort_by_key(|one| matches!(one, Brought::Refused(_)));
    row(&words, brought.into_iter().next())
}

/// Takes the file apart. A line that begins with a space continues the one before.
fn entries(bytes: &[u8]) -> Vec<Entry> {
    let (mut entries, mut entry) = (Vec::new(), Entry { line: 1, attributes: Vec::new() });
    let mut whole: Option<(u64, Vec<u8>)> = None;
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n').chain([b"".as_slice()])) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let (Some(rest), Some((_, whole))) = (line.strip_prefix(b" "), &mut whole) {
            whole.extend_from_slice(rest);
            continue;
        }
        if let Some((began, attribute)) = whole.take().and_then(|(began, whole)| Some((began, attribute(&whole)?))) {
            entry.line = if entry.attributes.is_empty() { began } else { entry.line };
            entry.attributes.push(attribute);
        }
        if line.is_empty() {
            entries.push(std::mem::replace(&mut entry, Entry { line: number, attributes: Vec::new() }));
        } else {
            whole = Some((number, line.to_vec()));
        }
    }
    entries
}

/// Reads a line. `None` if it is a comment, or no attribute. A value may stand in Base64, behind a second colon.
fn attribute(line: &[u8]) -> Option<(String, Result<String, Invalid>)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = (str::from_utf8(&line[..colon]).ok()?, &line[colon + 1..]);
    if name.starts_with('#') {
        return None;
    }
    // Options such as a language follow the name.
    let name = name.split(';').next().unwrap_or_default().to_ascii_lowercase();
    let damaged = |what: &str| {
        Invalid::new(format!("the value of {} {what}", crate::domain::text::quoted(&name)), "export it again")
    };
    let bytes = match value.split_first() {
        Some((b':', encoded)) => STANDARD.decode(encoded.trim_ascii()).map_err(|_| damaged("is not in Base64")),
        Some((b'<', _)) => Err(damaged("is in another file")),
        _ => Ok(value.trim_ascii_start().to_vec()),
    };
    let value = bytes.and_then(|bytes| String::from_utf8(bytes).map_err(|_| damaged("is not UTF-8")));
    let value = value.map(|value| trimmed(&value).to_owned());
    Some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usernames(bytes: &[u8]) -> Vec<(u64, Option<String>)> {
        let row = |(line, row): &(u64, Result<Row, Invalid>)| {
            (*line, row.as_ref().ok().map(|row| row.newcomer.username.to_string()))
        };
        read(bytes, Timestamp::UNIX_EPOCH).rows.iter().map(row).collect()
    }

    #[test]
    fn an_entry_with_a_uid_is_an_account() {
        let given = read(include_bytes!("../../../../../tests/data/elsewhere/people.ldif"), Timestamp::UNIX_EPOCH);
        assert_eq!(given.rows.len(), 6);
        let (line, row) = &given.rows[1];
        let row = row.as_ref().unwrap();
        assert_eq!((*line, row.newcomer.username.as_str()), (16, "ldapssha256"));
        assert_eq!(row.newcomer.display_name.as_str(), "Zoë ldapssha256");
        assert!(
            given.rows[..5]
                .iter()
                .all(|(_, row)| row.as_ref().is_ok_and(|row| !matches!(row.brought, Some(Brought::Refused(_)))))
        );
    }

    #[test]
    fn lines_are_unfolded_and_comments_passed_over() {
        let bytes = b"version: 1\r\n\r\n# a comment\r\n that goes on\r\ndn: uid=a\r\nUID: ali\r\n ce\r\ncn;lang-en: A\r\n\r\n\r\n\r\ndn: ou=x\nou: x\n\n#\nuid: bob\n#uid: x";
        assert_eq!(usernames(bytes), [(5, Some("alice".into())), (16, Some("bob".into()))]);
    }

    #[test]
    fn who_is_locked_there_is_left_out() {
        let text = b"uid: a\nnsAccountLock: TRUE\n\nuid: b\nNSACCOUNTLOCK:: dHJ1ZQ==\n\nuid: c\npwdAccountLockedTime: 000001010000Z\n\nuid: d\npwdAccountLockedTime: 20261129120000Z\n\nuid: e\nnsAccountLock: FALSE\n\nou: x\nnsAccountLock: TRUE\n";
        assert_eq!(usernames(text), [(13, Some("e".into()))]);
        let said = "Left out 4 accounts to which nobody can sign in there: a, b, c, d.";
        assert_eq!(read(text, Timestamp::UNIX_EPOCH).said_left_out().as_deref(), Some(said));
    }

    #[test]
    fn of_several_hashes_the_first_that_can_be_used_is_taken() {
        let text = b"uid: a\nuserPassword: {MD5}x\nuserPassword: {SSHA}AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";
        let given = read(text, Timestamp::UNIX_EPOCH);
        assert!(given.rows[0].1.as_ref().is_ok_and(|row| matches!(row.brought, Some(Brought::Fast(_)))));
    }

    #[test]
    fn a_value_that_cannot_be_read_and_a_change_are_faults() {
        for text in [
            "uid: a\nuserPassword:: ???",
            "uid: a\nuserPassword:< file:///x",
            "uid: a\nchangetype: modify",
            "uid: a\nnsAccountLock:: ???",
            "uid:: /w==",
        ] {
            assert_eq!(usernames(text.as_bytes()), [(1, None)], "{text}");
        }
    }
}
