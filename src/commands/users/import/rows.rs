//! The rows of a file as accounts, or their faults. This code touches no file and no store.

use std::str::FromStr;

use csv::ByteRecord;

use super::columns::Columns;
use crate::commands::users::csv_rows::{CsvRow, CsvRows, text};
use crate::domain::Invalid;
use crate::domain::clock::{Timestamp, Zone, last_day};
use crate::domain::hash::elsewhere::{Brought, may_be_one};
use crate::store::Newcomer;

/// The rows of a file, one after the other.
pub struct ImportRows<'a> {
    rows: CsvRows<'a>,
    /// What each column holds.
    pub columns: Columns,
    /// The moment and the zone by which last days are read.
    here: (Timestamp, Zone),
}

impl<'a> ImportRows<'a> {
    /// Reads the header. The first row of the file has to be one. `ignores` leaves unknown columns out. `here` has the
    /// moment and the zone of whoever imports.
    pub fn of(bytes: &'a [u8], ignores: bool, here: (Timestamp, Zone)) -> Result<Self, Invalid> {
        let mut rows = CsvRows::of(bytes, |row| Columns::of(row, true).is_ok())?;
        let header = rows.read().ok_or_else(|| {
            Invalid::new("the file is empty", "the first line names the columns: username,name,email")
        })?;
        header.cells?;
        let columns = Columns::of(rows.take_for_header(), ignores)?;
        Ok(Self { rows, columns, here })
    }

    /// Whether a quote has swallowed rows. Nobody can tell how many.
    pub fn is_torn(&self) -> bool {
        self.rows.is_torn()
    }
}

impl Iterator for ImportRows<'_> {
    /// The number of the first line, from 1, and the account or all faults of the row.
    type Item = (u64, Result<Row, Invalid>);

    fn next(&mut self) -> Option<Self::Item> {
        let CsvRow { line, cells } = self.rows.read()?;
        Some((line, cells.and_then(|cells| row(cells, &self.columns, self.here))))
    }
}

/// A row: an account, and the hash of the password that its owner has elsewhere.
pub struct Row {
    /// The account. It has no hash yet.
    pub newcomer: Newcomer,
    /// The hash, if there is one.
    pub brought: Option<Brought>,
}

/// The account in a row.
fn row(cells: &ByteRecord, columns: &Columns, (now, zone): (Timestamp, Zone)) -> Result<Row, Invalid> {
    let cell = |column: Option<usize>| column.and_then(|column| cells.get(column)).unwrap_or_default();
    let mut faults = Faults::default();
    let username = faults.read(cell(Some(columns.username)), |cell| cell.parse().map(Some));
    let display_name = faults.read(cell(columns.name), str::parse);
    let email = faults.read(cell(columns.email), optional);
    let public_key = faults.read(cell(columns.public_key), optional);
    let roles = faults.read(cell(columns.roles), str::parse);
    // A list of passdesk has moments, and some of them are over.
    let end = |text: &str| text.parse().map_or_else(|_| last_day(text, now, zone), |end| Ok(Some(end)));
    let expires_at = faults.read(cell(columns.expires_on), end);
    // A message would repeat what is not text.
    let brought = faults.take(
        str::from_utf8(cell(columns.hash))
            .map(Brought::read)
            .map_err(|_| Invalid::new("the hash is not UTF-8", "save the file as CSV in UTF-8")),
    );
    match (username, faults.0) {
        (Some(username), None) => {
            let newcomer = Newcomer { roles, public_key, expires_at, ..Newcomer::new(username, display_name, email) };
            Ok(Row { newcomer, brought })
        }
        (_, why) => Err(why.unwrap_or_else(|| Invalid::new("the username is missing", "add one"))),
    }
}

/// The fault of a text, unless that text may be the hash of a password. No message repeats one.
fn unless_a_hash(text: &str, why: Invalid) -> Invalid {
    if may_be_one(text) {
        Invalid::new("it may be the hash of a password, in the wrong place", "look at the order of the columns")
    } else {
        why
    }
}

/// A cell that may be empty.
pub fn optional<T: FromStr<Err = Invalid>>(cell: &str) -> Result<Option<T>, Invalid> {
    if cell.is_empty() { Ok(None) } else { cell.parse().map(Some) }
}

/// All faults of a row, joined into one.
#[derive(Default)]
pub struct Faults(pub Option<Invalid>);

impl Faults {
    /// Reads a cell.
    fn read<T: Default>(&mut self, cell: &[u8], parse: impl FnOnce(&str) -> Result<T, Invalid>) -> T {
        match text(cell) {
            Ok(text) => self.read_text(&text, parse),
            Err(why) => self.take(Err(why)),
        }
    }

    /// Reads a text. If it may be a hash in the wrong place, the fault does not repeat it.
    pub fn read_text<T: Default>(&mut self, text: &str, parse: impl FnOnce(&str) -> Result<T, Invalid>) -> T {
        self.take(parse(text).map_err(|why| unless_a_hash(text, why)))
    }

    /// Takes what was read, or its fault.
    pub fn take<T: Default>(&mut self, read: Result<T, Invalid>) -> T {
        read.unwrap_or_else(|why| {
            self.add(why);
            T::default()
        })
    }

    /// Adds a fault.
    pub fn add(&mut self, why: Invalid) {
        match &mut self.0 {
            None => self.0 = Some(why),
            Some(all) => {
                for (all, more) in [(&mut all.message, &why.message), (&mut all.hint, &why.hint)] {
                    if !all.contains(more.as_str()) {
                        all.push_str("; ");
                        all.push_str(more);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::clock::UTC;
    use crate::domain::email::Email;
    use crate::domain::role::Roles;

    const HERE: (Timestamp, Zone) = (Timestamp::UNIX_EPOCH, &UTC);

    fn read(bytes: &[u8]) -> Vec<(u64, Result<Newcomer, Invalid>)> {
        ImportRows::of(bytes, false, HERE).unwrap().map(|(line, row)| (line, row.map(|row| row.newcomer))).collect()
    }

    /// The usernames, each with its line.
    fn usernames(bytes: &[u8]) -> Vec<(u64, String)> {
        read(bytes).into_iter().map(|(line, row)| (line, row.unwrap().username.to_string())).collect()
    }

    /// The faults of each bad row, with its line.
    fn faults(bytes: &[u8]) -> Vec<(u64, String)> {
        read(bytes).into_iter().filter_map(|(line, row)| Some((line, row.err()?.message))).collect()
    }

    #[test]
    fn a_row_is_an_account() {
        let rows = read("Role,email,USERNAME,name\nauditor;helpdesk,a@example.org,Alice,Zoë Ångström\n".as_bytes());
        let [(2, Ok(newcomer))] = rows.as_slice() else { panic!("{rows:?}") };
        assert_eq!(newcomer.username.as_str(), "alice");
        assert_eq!(newcomer.display_name.as_str(), "Zoë Ångström");
        assert_eq!(newcomer.email.as_ref().map(Email::as_str), Some("a@example.org"));
        assert_eq!(newcomer.roles.join(" "), "helpdesk auditor");
    }

    #[test]
    fn what_is_not_there_is_empty() {
        let rows = read(b"username,email,role\nalice,,\n");
        let [(_, Ok(newcomer))] = rows.as_slice() else { panic!("{rows:?}") };
        assert_eq!((newcomer.display_name.as_str(), &newcomer.email, newcomer.roles), ("", &None, Roles::NONE));
    }

    #[test]
    fn a_last_day_is_read_in_the_zone_of_whoever_imports_and_a_day_that_is_over_is_a_fault() {
        static AMSTERDAM: LazyLock<TimeZone> = LazyLock::new(|| TimeZone::get("Europe/Amsterdam").unwrap());
        let here: (Timestamp, Zone) = ("2027-03-30T22:30:00Z".parse().unwrap(), &AMSTERDAM);
        let rows =
            ImportRows::of(b"username,expires_on\na,2027-03-31\nb,\nc,2027-03-30\nd,soon\n", false, here).unwrap();
        let read: Vec<_> = rows
            .map(|(_, row)| {
                row.map(|row| row.newcomer.expires_at.map(|end| end.to_string())).map_err(|why| why.message)
            })
            .collect();
        let end = Some("2027-03-31T22:00:00Z".to_owned());
        assert_eq!(read, [Ok(end), Ok(None), Err("'2027-03-30' is over".into()), Err("'soon' is not a day".into())]);
    }

    #[test]
    fn a_byte_order_mark_and_either_line_end_are_taken() {
        for bytes in [b"\xef\xbb\xbfusername\r\nalice\r\nbob".as_slice(), b"username\nalice\nbob\n"] {
            assert_eq!(usernames(bytes), [(2, "alice".into()), (3, "bob".into())]);
        }
    }

    #[test]
    fn a_line_is_that_of_the_file_whatever_stands_before_it() {
        let bytes =
            b"\xef\xbb\xbf\r\nusername,name\r\n\r\n\r\nalice,\"A \"\"B\"\"\"\r\nx y,\"one\r\ntwo\"\r\n\r\nbob,\r\n";
        let lines: Vec<u64> = read(bytes).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [5, 6, 9]);
        assert_eq!(usernames(b"username\ralice\r\rbob"), [(2, "alice".into()), (4, "bob".into())]);
    }

    #[test]
    fn everything_that_is_wrong_with_a_row_is_named_at_once() {
        let found = faults(b"username,name,email,role\nx y,a\x1b[2J,nowhere,king\n");
        let [(2, message)] = found.as_slice() else { panic!("{found:?}") };
        for part in ["'x y' is not a username", "<U+001B>", "'nowhere' is not an e-mail", "'king' is not a role"] {
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn each_kind_of_bad_row_is_named() {
        for (row, part) in [
            (b"alice".as_slice(), "it has 1 cell, and the header has 2"),
            (b"alice,b,c", "it has 3 cells, and the header has 2"),
            (b",Nobody", "'' is not a username"),
            (b"123,Digits", "all digits"),
            (b"al\xffice,x", "is not UTF-8"),
            (b"alice,a\xc3", "is not UTF-8"),
            (b"al\0ice,x", "<U+0000>"),
            (b"alice,a\0b", "<U+0000>"),
            (b"alice,\"a\nb\"", "control"),
            (b"alice,\"a", "its quotes are not closed"),
            (b"alice,\"a\"\"", "its quotes are not closed"),
        ] {
            let found = faults(&[b"username,name\nbob,\n", row].concat());
            assert!(matches!(found.as_slice(), [(3, message)] if message.contains(part)), "{found:?}: {part}");
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_is_named_where_it_opens() {
        assert_eq!(
            faults(b"username,name\nalice,\"A\nbob,\ncarol,\n"),
            [(2, "its quotes are not closed, and it covers 2 lines".into())]
        );
        assert_eq!(faults(b"username,name\nalice,5\" pipe"), []);
        assert_eq!(faults(b"username,name\nalice,\"a \"\"b\"\"\""), []);
    }

    #[test]
    fn a_file_without_a_header_is_refused_at_once() {
        for (bytes, part) in [
            (b"".as_slice(), "the file is empty"),
            (b"\xef\xbb\xbf", "the file is empty"),
            (b"\n\n", "the file is empty"),
            (b"alice,Alice\n", "not a header"),
            (b"\x7fELF\x02\x01\n", "not a header"),
            (b"\xff\xfeu\0s\0", "not a header"),
            (b"\xff\xfeu\0s", "UTF-16"),
        ] {
            let message = ImportRows::of(bytes, false, HERE).err().unwrap().message;
            assert!(message.contains(part), "{message}");
        }
    }
}
