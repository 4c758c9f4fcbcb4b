//! Any file that somebody imports.

#![expect(clippy::missing_panics_doc, reason = "a property panics where it does not hold")]

use std::collections::BTreeSet;

use super::list::List;
use super::rows::ImportRows;
use super::sources::{self, Given};
use crate::cli::users::Source;
use crate::domain::account::Account;
use crate::domain::clock::{Timestamp, UTC, Zone};
use crate::domain::text::trimmed;
use crate::properties::{Choices, is_harmless, is_tellable};
use crate::store::Newcomer;
use crate::terminal::format::{Format, RecordWriter};
use crate::terminal::records;

const HERE: (Timestamp, Zone) = (Timestamp::UNIX_EPOCH, &UTC);
const NAMES: [&str; 10] = [
    "username",
    "Name",
    "E-mail",
    "rôle",
    "role",
    "public_key",
    "expires_on",
    "password_hash",
    "id",
    "nom d'utilisateur",
];
const CELLS: [&str; 11] = [
    "alice",
    "Zoë Ångström",
    "a@bücher.example",
    "auditor; helpdesk",
    "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
    "2030-01-31",
    "2030-01-31T00:00:00Z",
    "$6$rounds=5000$abc$x",
    "{SSHA}AAAA",
    "",
    "'=1+1",
];
/// Files of other programs.
const ELSEWHERE: [(Source, &[u8]); 5] = [
    (Source::Shadow, include_bytes!("../../../../tests/data/elsewhere/shadow")),
    (Source::Htpasswd, include_bytes!("../../../../tests/data/elsewhere/htpasswd")),
    (Source::Htpasswd, include_bytes!("../../../../tests/data/elsewhere/dovecot")),
    (Source::Django, include_bytes!("../../../../tests/data/elsewhere/django.json")),
    (Source::Ldif, include_bytes!("../../../../tests/data/elsewhere/people.ldif")),
];

/// Each row of a file is an account, or is named with its line. A list that is written again has the same accounts.
pub fn tables(bytes: &[u8]) {
    of_csv(bytes);
    let mut choices = Choices::of(bytes);
    let table = table(&mut choices);
    let rows = of_csv(table.as_bytes());
    // A NUL near to the beginning counts as a sign of UTF-16.
    if !table.starts_with('\u{feff}') && !table.bytes().take(2).any(|byte| byte == 0) {
        let units = |turned: fn(u16) -> [u8; 2]| {
            "\u{feff}".encode_utf16().chain(table.encode_utf16()).flat_map(turned).collect()
        };
        let others: [Vec<u8>; 2] = [units(u16::to_le_bytes), units(u16::to_be_bytes)];
        for other in others {
            assert_eq!(of_csv(&other), rows, "{table:?} in UTF-16");
        }
    }
    let (source, sample) = *choices.one_of(&ELSEWHERE);
    // A part of a file keeps its changes near to each other.
    let from = choices.below(sample.len());
    let part = [&sample[..from.min(200)], &choices.changed(&sample[from..sample.len().min(from + 200)])].concat();
    of_source(source, bytes);
    of_source(source, &part);
    if choices.below(16) == 1 {
        of_source(source, &choices.changed(sample));
    }
}

/// A file as somebody might have written it.
fn table(choices: &mut Choices<'_>) -> String {
    let separator = *choices.one_of(&[",", ";", "\t"]);
    let end = *choices.one_of(&["\n", "\r\n", "\r"]);
    let mut table = choices.one_of(&["", "", "", "\u{feff}", "sep=;\n", "\n"]).to_string();
    let columns = 1 + choices.below(5);
    for row in 0..=choices.below(8) {
        for column in 0..columns + usize::from(choices.below(16) == 1) {
            if column > 0 {
                table.push_str(separator);
            }
            let cell = match choices.below(4) {
                0 if row == 0 && column == 0 => "username".to_owned(),
                0 | 1 if row == 0 => choices.one_of(&NAMES).to_string(),
                0 if column == 0 => choices.word(),
                0 | 1 => choices.one_of(&CELLS).to_string(),
                2 => choices.text(8),
                _ => choices.word(),
            };
            match choices.below(4) {
                0 => table.extend(["\"", &cell.replace('"', "\"\""), "\""]),
                _ => table.push_str(&cell),
            }
        }
        table.push_str(end);
    }
    table
}

/// Which rows there are: the line of each, and whether it is an account.
type Rows = Option<Vec<(u64, bool)>>;

/// Reads a list. `None` if it is refused as a whole.
fn of_csv(bytes: &[u8]) -> Rows {
    let mut rows = ImportRows::of(bytes, true, HERE).map_err(|why| is_tellable(&why)).ok()?;
    let (mut list, mut found, mut before) = (List::default(), Vec::new(), 0);
    for (line, row) in rows.by_ref() {
        assert!(line > before, "line {line} comes behind line {before}");
        before = line;
        found.push((line, row.is_ok()));
        match row {
            Ok(row) => list.add(line, row),
            Err(why) => is_tellable(&why),
        }
    }
    let is_utf_16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    if !is_utf_16 && !bytes.contains(&b'"') {
        let named: BTreeSet<u64> = found.iter().map(|(line, _)| *line).collect();
        let inked = lines(bytes).into_iter().filter(|(_, line)| line.iter().any(u8::is_ascii_alphanumeric));
        // The first is the header. A line before it may tell the separator.
        let header = 1 + usize::from(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).starts_with(b"sep="));
        for (line, _) in inked.skip(header) {
            assert!(named.contains(&line), "line {line} is passed over");
        }
    }
    assert!(found.len() <= lines(bytes).len());
    same_again(&list.newcomers);
    let (all, mut repeated) = (list.lines.len(), 0);
    list.leave_out_repeated(|_, why| {
        is_tellable(&why);
        repeated += 1;
    });
    assert_eq!(list.newcomers.len() + repeated, all);
    let usernames: BTreeSet<_> = list.newcomers.iter().map(|one| &one.username).collect();
    assert_eq!(usernames.len(), list.newcomers.len());
    Some(found)
}

/// The lines of a file with their numbers. A line ends with a line feed, a carriage return, or both.
fn lines(bytes: &[u8]) -> Vec<(u64, &[u8])> {
    let mut begins = 0;
    let mut lines = Vec::new();
    while begins < bytes.len() {
        let rest = &bytes[begins..];
        let length = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len());
        lines.push((lines.len() as u64 + 1, &rest[..length]));
        begins += length + if rest[length..].starts_with(b"\r\n") { 2 } else { 1 };
    }
    lines
}

/// `users list` writes these accounts so that an import reads the same ones.
fn same_again(newcomers: &[Newcomer]) {
    for format in [Format::Csv, Format::Excel] {
        let (mut rows, mut written) = (RecordWriter::new(format, true, records::ACCOUNT), Vec::new());
        for one in newcomers.iter().cloned() {
            let Newcomer { username, display_name, email, roles, public_key, expires_at, hash: _ } = one;
            let account = Account::new(username, display_name, email, roles, Timestamp::UNIX_EPOCH);
            let account = Account { expires_at, public_key, ..account };
            assert!(rows.append(&records::account(&account, Timestamp::UNIX_EPOCH), &mut written).is_ok());
        }
        written.extend(rows.end());
        let read = ImportRows::of(&written, false, HERE)
            .map(|rows| rows.map(|(_, row)| row.map(|row| row.newcomer)).collect());
        assert_eq!(read, Ok(newcomers.iter().cloned().map(Ok).collect::<Vec<_>>()));
    }
}

/// Each line of a file of another program is an account, or is left out by name, or is named.
fn of_source(source: Source, bytes: &[u8]) {
    let Given { rows, left_out } = match sources::read(source, bytes, HERE.0) {
        Ok((_, given)) => given,
        Err(why) => return is_tellable(&why),
    };
    assert!(rows.is_sorted_by_key(|(line, _)| *line));
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    assert!(rows.iter().all(|(line, _)| (1..=lines.len() as u64).contains(line)));
    for (_, row) in &rows {
        if let Err(why) = row {
            is_tellable(why);
        }
    }
    if matches!(source, Source::Shadow | Source::Htpasswd) {
        let is_one = |line: &&&[u8]| {
            str::from_utf8(line).map(trimmed).map_or(true, |line| !line.is_empty() && !line.starts_with('#'))
        };
        assert_eq!(lines.iter().filter(is_one).count(), rows.len() + left_out.len());
    }
    let told = Given { rows: Vec::new(), left_out }.said_left_out().unwrap_or_default();
    is_harmless(&crate::domain::text::neutral(&told));
}
