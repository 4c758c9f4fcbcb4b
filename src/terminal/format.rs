//! The machine formats: JSON, JSON Lines and CSV. This is their only renderer.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use crate::domain::audit::Detail;
use crate::domain::role::Roles;
use crate::domain::sealing::on_one_line;
use crate::domain::text::{BYTE_ORDER_MARK, neutral};

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON value.
    Json,
    /// One JSON object per line.
    Jsonl,
    /// RFC 4180, with a header.
    Csv,
    /// The same as Excel opens it: with semicolons and a byte order mark.
    #[value(skip)]
    Excel,
}

/// How CSV is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum CsvDialect {
    /// As RFC 4180 has it: commas, UTF-8, a line feed.
    #[default]
    Rfc4180,
    /// As Excel opens it: semicolons, UTF-8 with its mark, a carriage return and a line feed.
    Excel,
}

impl Format {
    /// This format in a dialect; `None` if it has none.
    #[must_use]
    pub fn in_dialect(self, dialect: CsvDialect) -> Option<Self> {
        match (self, dialect) {
            (format, CsvDialect::Rfc4180) => Some(format),
            (Self::Csv, CsvDialect::Excel) => Some(Self::Excel),
            _ => None,
        }
    }

    /// Whether each record is a line of its own. Such a line can be deleted, and others can follow it.
    #[must_use]
    pub fn has_lines(self) -> bool {
        self == Self::Jsonl || self.csv().is_some()
    }

    /// The separator and the line end of a CSV format; `None` for the others.
    #[must_use]
    pub fn csv(self) -> Option<(u8, &'static str)> {
        match self {
            Self::Csv => Some((b',', "\n")),
            Self::Excel => Some((b';', "\r\n")),
            Self::Text | Self::Json | Self::Jsonl => None,
        }
    }
}

/// The first bytes of a CSV file with these columns: the header, and in Excel's dialect the mark before it.
#[must_use]
pub fn csv_header(format: Format, columns: &[&str]) -> Vec<u8> {
    let mut header = if format == Format::Excel { BYTE_ORDER_MARK.to_vec() } else { Vec::new() };
    csv_line(format, columns.iter().map(|&name| name.into()), &mut header);
    header
}

/// A value of a record. A record has one for each column.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Cell<'a> {
    /// A text.
    Text(Cow<'a, str>),
    /// A number.
    Number(i64),
    /// Whether it is so.
    Flag(bool),
    /// Nothing: null where the format has it.
    Nothing,
    /// A sealed message: on one line where a row is one.
    Message(&'a str),
    /// Roles, as a list where the format has lists.
    Roles(Roles),
    /// The details of an event, as an object where the format has objects.
    Detail(Detail),
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Cell<'_> {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

/// Nothing is counted beyond what a store can hold, which is an `i64`.
impl From<u64> for Cell<'_> {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Cell<'_> {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell<'_> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

impl Cell<'_> {
    /// The text of the cell in CSV.
    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => text.as_ref().into(),
            Self::Message(message) => on_one_line(message).into(),
            Self::Nothing | Self::Roles(Roles::NONE) => "".into(),
            Self::Flag(flag) => if *flag { "true" } else { "false" }.into(),
            Self::Number(number) => number.to_string().into(),
            Self::Roles(roles) => roles.join(" ").into(),
            Self::Detail(detail) => detail.to_json().into(),
        }
    }
}

/// Writes records of one kind in one machine format, piece by piece.
pub struct RecordWriter {
    format: Format,
    array: bool,
    columns: &'static [&'static str],
    count: usize,
}

/// Enough room for a row with a secret. So the row is never moved while it is written.
const ROW_BYTES: usize = 4096;

impl RecordWriter {
    /// Makes a writer for `json`, `jsonl` or `csv`; `text` counts as `jsonl`. In `json`, the records are an array or
    /// one object.
    #[must_use]
    pub fn new(format: Format, array: bool, columns: &'static [&'static str]) -> Self {
        Self { format, array, columns, count: 0 }
    }

    /// The next row, with whatever must come before it. The row may hold a secret, and is overwritten when dropped.
    pub fn row(&mut self, record: &[Cell<'_>]) -> anyhow::Result<Zeroizing<Vec<u8>>> {
        let mut out = Zeroizing::new(Vec::with_capacity(ROW_BYTES));
        self.append(record, &mut out)?;
        Ok(out)
    }

    /// Appends the next row to others. None of them may hold a secret.
    pub fn append(&mut self, record: &[Cell<'_>], out: &mut Vec<u8>) -> anyhow::Result<()> {
        debug_assert_eq!(record.len(), self.columns.len(), "a record has a cell for each column");
        self.count += 1;
        let object = Object(self.columns, record);
        match self.format {
            Format::Csv | Format::Excel => {
                out.extend(self.header_before(self.count - 1));
                csv_line(self.format, record.iter().map(Cell::text), out);
            }
            Format::Json if self.array => {
                out.extend_from_slice(if self.count == 1 { b"[\n" } else { b",\n" });
                crate::json::write(&object, out)?;
            }
            _ => {
                crate::json::write(&object, out)?;
                out.push(b'\n');
            }
        }
        Ok(())
    }

    /// How many records were written.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Continues as if this many records were written. It is for a caller that took rows back, or found them in a file.
    pub fn go_on_behind(&mut self, count: usize) {
        self.count = count;
    }

    /// The header, if the row after this many others needs one.
    #[must_use]
    pub fn header_before(&self, count: usize) -> Vec<u8> {
        let is_first = self.format.csv().is_some() && count == 0;
        if is_first { csv_header(self.format, self.columns) } else { Vec::new() }
    }

    /// The text after the last row, or the text of an empty list.
    #[must_use]
    pub fn end(&self) -> Vec<u8> {
        match (self.format, self.array, self.count) {
            (Format::Json, true, 0) => b"[]\n".to_vec(),
            (Format::Json, true, _) => b"\n]\n".to_vec(),
            _ => self.header_before(self.count),
        }
    }
}

/// A record in JSON: each cell under the name of its column.
struct Object<'a>(&'static [&'static str], &'a [Cell<'a>]);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().zip(self.1))
    }
}

/// A line of RFC 4180. It is written here, since a library would keep a copy of a secret in its own buffer.
fn csv_line<'a>(format: Format, cells: impl Iterator<Item = Cow<'a, str>>, out: &mut Vec<u8>) {
    let (separator, line_end) = format.csv().unwrap_or((b',', "\n"));
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            out.push(separator);
        }
        if stands_for_itself(&cell) {
            out.extend_from_slice(cell.as_bytes());
            continue;
        }
        let cell = guarded(&cell);
        if cell.contains(['"', ',', ';']) {
            out.push(b'"');
            out.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
            out.push(b'"');
        } else {
            out.extend_from_slice(cell.as_bytes());
        }
    }
    out.extend_from_slice(line_end.as_bytes());
}

/// Whether a cell needs neither a guard nor quotes. Most cells do not, and one look at each byte shows that.
fn stands_for_itself(cell: &str) -> bool {
    let harmless = |byte| matches!(byte, b' '..=b'~') & !matches!(byte, b'"' | b',' | b';');
    !is_guardable(cell) && cell.bytes().fold(true, |all, byte| all & harmless(byte))
}

/// The characters that begin a formula in a spreadsheet: as typed, full-width, small, and the typographic minus.
const SIGNS: [char; 13] = [
    '=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}', '\u{FE66}', '\u{FE62}', '\u{FE63}', '\u{FE6B}',
    '\u{2212}',
];

/// A cell that a spreadsheet takes as text and a terminal can show. Some spreadsheets split cells at semicolons, so
/// each part is guarded. Tabs are already escaped.
fn guarded(cell: &str) -> Cow<'_, str> {
    let cell = neutral(cell);
    if !cell.split(';').any(is_guardable) {
        return cell;
    }
    let parts = cell.split_inclusive(';').map(|part| [if is_guardable(part) { "'" } else { "" }, part].concat());
    Cow::Owned(parts.collect())
}

/// The cell before it was guarded, for code that reads such output back. A part that only looked guarded was guarded
/// once more. So the result is exact.
#[must_use]
pub fn unguarded(cell: &str) -> Cow<'_, str> {
    if !cell.contains('\'') {
        return Cow::Borrowed(cell);
    }
    let bare = |part: &'_ str| part.strip_prefix('\'').filter(|rest| is_guardable(rest)).unwrap_or(part).to_owned();
    Cow::Owned(cell.split_inclusive(';').map(bare).collect())
}

/// Whether a part of a cell needs a guard. It does if a spreadsheet could take it for a formula, even after spaces and
/// quotes. It also does if it looks guarded already.
fn is_guardable(part: &str) -> bool {
    if part.as_bytes().first().is_none_or(u8::is_ascii_alphanumeric) {
        return false;
    }
    let is_passed_over = |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '\u{200C}' | '\u{200D}');
    part.trim_start_matches(is_passed_over).starts_with(SIGNS)
}

/// A moment in machine formats: RFC 3339, UTC. jiff would write the same but slower, and a long list has millions of
/// them.
#[must_use]
pub fn moment(at: Timestamp) -> String {
    let utc = Offset::UTC.to_datetime(at);
    let year = utc.year();
    if !(0..=9_999).contains(&year) || utc.subsec_nanosecond() != 0 {
        return at.to_string();
    }
    let numbers = [year / 100, year % 100, utc.month().into(), utc.day().into()];
    let numbers = numbers.into_iter().chain([utc.hour(), utc.minute(), utc.second()].map(Into::into));
    let mut text = *b"0000-00-00T00:00:00Z";
    for (number, place) in numbers.zip([0, 2, 5, 8, 11, 14, 17]) {
        // Each number has at most two digits.
        let number = u8::try_from(number).unwrap_or_default();
        text[place] += number / 10;
        text[place + 1] += number % 10;
    }
    str::from_utf8(&text).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::text::is_treacherous;

    proptest! {
        #[test]
        fn a_moment_is_what_jiff_writes(
            second in Timestamp::MIN.as_second()..=Timestamp::MAX.as_second(),
            nanosecond in prop_oneof![Just(0), 0..1_000_000_000],
        ) {
            let at = Timestamp::new(second, nanosecond).unwrap();
            prop_assert_eq!(moment(at), at.to_string());
        }
    }

    fn written(format: Format, array: bool, names: &[&'static str]) -> String {
        let mut rows = RecordWriter::new(format, array, &["name"]);
        let mut out = Vec::new();
        for name in names {
            rows.append(&[(*name).into()], &mut out).unwrap();
        }
        out.extend(rows.end());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn json_of_several_is_one_array_and_of_none_an_empty_one() {
        assert_eq!(written(Format::Json, true, &["a", "b"]), "[\n{\"name\":\"a\"},\n{\"name\":\"b\"}\n]\n");
        assert_eq!(written(Format::Json, true, &[]), "[]\n");
    }

    #[test]
    fn json_of_one_is_one_object_on_a_line() {
        assert_eq!(written(Format::Json, false, &["a"]), "{\"name\":\"a\"}\n");
    }

    #[test]
    fn csv_has_its_header_even_over_nothing() {
        assert_eq!(written(Format::Csv, true, &[]), "name\n");
        assert_eq!(written(Format::Csv, true, &["a,b", "c"]), "name\n\"a,b\"\nc\n");
        assert_eq!(written(Format::Csv, true, &["a \"b\""]), "name\n\"a \"\"b\"\"\"\n");
    }

    #[test]
    fn json_keeps_a_treacherous_character_and_escapes_it() {
        let name = "a\u{202e}b\u{1b}[2J\u{9b}c\u{e0041}";
        let text = written(Format::Jsonl, false, &[name]);
        assert!(!text.trim_end().chars().any(is_treacherous), "{text:?}");
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["name"], name);
    }

    #[test]
    fn a_cell_is_never_a_formula() {
        for name in ["=1+1", "+1", "-1", "@x"] {
            let text = written(Format::Csv, true, &[name]);
            assert_eq!(text, format!("name\n'{name}\n"));
        }
        assert_eq!(written(Format::Csv, true, &["\t=1"]), "name\n<U+0009>=1\n");
    }

    #[test]
    fn no_cell_of_any_separator_begins_with_a_sign() {
        let signs = SIGNS.map(String::from);
        let before = [
            "", " ", "\u{a0}", "\u{3000}", "'", "\"", " \"", "x;", "x; ", ";", "x;\"", ";;", "\"x\";", "x,y;", "\t",
            "x\t",
        ];
        for cell in before.iter().flat_map(|before| signs.iter().map(move |sign| format!("{before}{sign}1+1"))) {
            let mut line = Vec::new();
            csv_line(Format::Csv, ["a".into(), cell.as_str().into()].into_iter(), &mut line);
            let line = String::from_utf8(line).unwrap();
            for separator in [b',', b';', b'\t'] {
                let mut reader = csv::ReaderBuilder::new();
                let reader = reader.has_headers(false).delimiter(separator).flexible(true);
                for record in reader.from_reader(line.as_bytes()).records().map(Result::unwrap) {
                    for found in &record {
                        assert!(
                            !found.trim_start_matches([' ', '"', '\u{a0}', '\u{3000}']).starts_with(SIGNS),
                            "{line:?}"
                        );
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_guarded_is_what_it_was(cell in "[-+=@＝＋－＠'\"; a,\u{a0}]{0,12}") {
            let guarded = guarded(&cell);
            prop_assert_eq!(unguarded(&guarded), cell.as_str());
        }
    }

    #[test]
    fn a_guard_is_taken_off_and_nothing_else() {
        for cell in ["=1", "'=1", "''=1", "a;=1", "a;'=1", ";", "a; -", "＝1", "'", "'a", "O'Neil", "", "-", "'-'"] {
            assert_eq!(unguarded(&guarded(cell)), cell);
        }
        assert_eq!((guarded("'=1").as_ref(), guarded("'a").as_ref()), ("''=1", "'a"));
    }
}
