//! The rows of a CSV list (RFC 4180), as spreadsheets write it: with commas, semicolons or tabs, in UTF-8 or UTF-16.
//! Bytes go in. Each row comes out with the number of its first line, and its cells or its fault. A file or a row that
//! could be read in two ways is a fault. This code touches no file and no store.

use std::borrow::Cow;
use std::io::Cursor;

use csv::{ByteRecord, Reader, ReaderBuilder};

use crate::domain::Invalid;
use crate::domain::text::{BYTE_ORDER_MARK, counted, quoted, trimmed};
use crate::terminal::format::unguarded;

/// What stands between two cells, and its name.
type Separator = (u8, &'static str);

const COMMA: Separator = (b',', "comma");
const SEPARATORS: [Separator; 3] = [COMMA, (b';', "semicolon"), (b'\t', "tab")];

/// The rows of a file, one after the other. Rows without any text are passed over.
pub struct CsvRows<'a> {
    reader: Reader<Cursor<Cow<'a, [u8]>>>,
    separator: Separator,
    record: ByteRecord,
    /// How many cells each row must have, once a header sets that.
    width: Option<Width>,
    /// Whether a stray quote has joined several rows into one.
    is_torn: bool,
    /// How many bytes have been searched for line ends, and the number of the line there.
    passed: usize,
    line: u64,
}

/// How many cells of a row have names, and how many more there may be without a name. Those have to be empty.
#[derive(Clone, Copy)]
struct Width {
    named: usize,
    nameless: usize,
}

/// A row.
pub struct CsvRow<'r> {
    /// The number of its first line, from 1.
    pub line: u64,
    /// Its cells, or why they cannot be told.
    pub cells: Result<&'r ByteRecord, Invalid>,
}

impl<'a> CsvRows<'a> {
    /// Begins before the first row. `is_header` says whether a row is a header. The header tells what stands between
    /// two cells. A file that could be read in two ways is refused at once. Single bad cells show later.
    pub fn of(bytes: &'a [u8], is_header: impl Fn(&ByteRecord) -> bool) -> Result<Self, Invalid> {
        let mut bytes = in_utf8(bytes)?;
        let (separator, line) = match told_separator(&bytes) {
            Some((separator, end)) => {
                bytes = match bytes {
                    Cow::Borrowed(bytes) => bytes[end..].into(),
                    Cow::Owned(bytes) => bytes[end..].to_vec().into(),
                };
                (separator, 2)
            }
            None => (separator(&bytes, is_header)?, 1),
        };
        let reader = reader(separator).from_reader(Cursor::new(bytes));
        Ok(Self { reader, separator, record: ByteRecord::new(), width: None, is_torn: false, passed: 0, line })
    }

    /// Takes the last row as the header, and returns its names. All later rows must have as many cells. At the end of a
    /// header, spreadsheets leave columns without a name.
    pub fn take_for_header(&mut self) -> &ByteRecord {
        let named = self.record.iter().rposition(|name| !is_blank(name)).map_or(0, |last| last + 1);
        self.width = Some(Width { named, nameless: self.record.len() - named });
        self.record.truncate(named);
        &self.record
    }

    /// Reads the next row that has any text; `None` at the end.
    pub fn read(&mut self) -> Option<CsvRow<'_>> {
        loop {
            // Reading from memory cannot fail, and a row may have any length.
            if !self.reader.read_byte_record(&mut self.record).is_ok_and(|some| some) {
                return None;
            }
            let (start, line) = self.place();
            let end = self.at(self.reader.position().byte());
            let record = &self.bytes()[start.min(end)..end];
            let quotes = check_quotes(record, self.separator.0);
            let lines = match quotes {
                Ok(()) => 1,
                Err(_) => record.trim_ascii_end().split(|byte| *byte == b'\n').count() as u64,
            };
            if quotes.is_ok() && self.record.iter().all(is_blank) {
                continue;
            }
            self.is_torn |= lines > 1;
            let cells = quotes.map_err(|why| with_lines(why, lines)).and_then(|()| self.check_width());
            return Some(CsvRow { line, cells: cells.map(|()| &self.record) });
        }
    }

    fn bytes(&self) -> &[u8] {
        self.reader.get_ref().get_ref()
    }

    /// The place in the bytes that the reader calls so.
    fn at(&self, read: u64) -> usize {
        usize::try_from(read).unwrap_or(usize::MAX).min(self.bytes().len())
    }

    /// Whether a stray quote has swallowed rows. Nobody can tell how many.
    pub fn is_torn(&self) -> bool {
        self.is_torn
    }

    fn check_width(&self) -> Result<(), Invalid> {
        let Some(Width { named, nameless }) = self.width else { return Ok(()) };
        let found = self.record.len();
        if !(named..=named + nameless).contains(&found) {
            let what = format!("it has {}, and the header has {named}", counted(found as u64, "cell"));
            return Err(Invalid::new(what, format!("put a cell with a {} in quotes", self.separator.1)));
        }
        match self.record.iter().skip(named).position(|cell| !is_blank(cell)) {
            Some(more) => Err(Invalid::new(
                format!("something stands in column {}, and the header has no name for it", named + more + 1),
                "name the column in the first line, or empty it",
            )),
            None => Ok(()),
        }
    }

    /// Where the current record begins: its offset and its line. Blank lines before it are skipped. As in the reader, a
    /// line ends with a line feed, a carriage return, or both.
    fn place(&mut self) -> (usize, u64) {
        let start = self.at(self.record.position().map_or(0, csv::Position::byte));
        let blank = self.bytes()[start..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let start = start + blank;
        let passed = &self.bytes()[self.passed..start];
        let is_end = |(at, byte): &(usize, &u8)| match byte {
            b'\n' => true,
            b'\r' => passed.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        let lines = passed.iter().enumerate().filter(is_end).count() as u64;
        self.line += lines;
        self.passed = start;
        (start, self.line)
    }
}

fn reader(separator: Separator) -> ReaderBuilder {
    let mut reader = ReaderBuilder::new();
    reader.delimiter(separator.0).has_headers(false).flexible(true);
    reader
}

/// The file in UTF-8, without a mark. A mark says that a file is UTF-16; nothing else does.
fn in_utf8(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Invalid> {
    let (units, unit): (_, fn([u8; 2]) -> u16) = match bytes {
        [0xff, 0xfe, rest @ ..] => (rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => (rest, u16::from_be_bytes),
        [_, 0, ..] | [0, _, ..] => return Err(not_utf8("the file is UTF-16 without a byte order mark")),
        _ => return Ok(bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes).into()),
    };
    let (units, rest) = units.as_chunks::<2>();
    let text: Result<String, _> = char::decode_utf16(units.iter().copied().map(unit)).collect();
    match text {
        Ok(text) if rest.is_empty() => Ok(text.into_bytes().into()),
        _ => Err(not_utf8("the file begins as UTF-16 does, and is none")),
    }
}

/// What a first line `sep=;` says: the separator, and where the next line begins. Only spreadsheets read it.
fn told_separator(bytes: &[u8]) -> Option<(Separator, usize)> {
    let (told, rest) = bytes.strip_prefix(b"sep=")?.split_first()?;
    let separator = SEPARATORS.into_iter().find(|separator| separator.0 == *told)?;
    let line_end = match rest {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        [] => 0,
        _ => return None,
    };
    Some((separator, bytes.len() - rest.len() + line_end))
}

/// The separator by which the first row with text is a header. Where none tells, it is a comma.
fn separator(bytes: &[u8], is_header: impl Fn(&ByteRecord) -> bool) -> Result<Separator, Invalid> {
    let first = |separator| {
        let mut reader = reader(separator).from_reader(bytes);
        let row = reader.byte_records().filter_map(Result::ok).find(|row| !row.iter().all(is_blank));
        (separator, row.unwrap_or_default())
    };
    let several: Vec<_> = SEPARATORS.into_iter().map(first).filter(|(_, row)| row.len() > 1).collect();
    let headers: Vec<_> = several.iter().filter(|(_, row)| is_header(row)).collect();
    match (headers.as_slice(), several.as_slice()) {
        ([((_, one), _), ((_, other), _), ..], _) => Err(Invalid::new(
            format!("the first line can be read in two ways: with a {one} or with a {other} between two cells"),
            "put names with such a sign in quotes",
        )),
        ([(one, _)], _) | ([], [(one, _)]) => Ok(*one),
        ([], _) => Ok(COMMA),
    }
}

/// Whether a cell shows nothing.
fn is_blank(cell: &[u8]) -> bool {
    !cell.first().is_some_and(u8::is_ascii_graphic) && str::from_utf8(cell).is_ok_and(|cell| trimmed(cell).is_empty())
}

/// The text of a cell, without spaces and other marks that show nothing around it, since no name has them. A guard that
/// `users list` wrote is taken off.
pub fn text(cell: &[u8]) -> Result<Cow<'_, str>, Invalid> {
    let text = std::str::from_utf8(cell).map_err(|_| {
        // A message repeats no more than this. A cell that is not text may be very long.
        let head = String::from_utf8_lossy(&cell[..cell.len().min(160)]);
        not_utf8(&format!("{} is not UTF-8", quoted(&head)))
    })?;
    Ok(unguarded(trimmed(text)))
}

fn not_utf8(what: &str) -> Invalid {
    Invalid::new(what, "save the file as CSV in UTF-8")
}

/// Adds to the fault how many lines the quotes cover.
fn with_lines(why: Invalid, lines: u64) -> Invalid {
    if lines == 1 {
        return why;
    }
    Invalid { message: format!("{}, and it covers {}", why.message, counted(lines - 1, "line")), ..why }
}

/// The position inside a cell, for the check of its quotes.
#[derive(Clone, Copy)]
enum At {
    Start,
    Bare,
    Quoted,
    /// After a quote inside quotes. It closes them, unless another quote follows at once.
    Behind,
    /// After the closing quote and a space.
    Beyond,
}

/// Refuses a record with a stray quote. The reader would accept it: everything after an unclosed quote, even whole
/// rows, becomes one cell.
fn check_quotes(record: &[u8], separator: u8) -> Result<(), Invalid> {
    let refuse = |what: &str| Err(Invalid::new(what, "put a cell with a quote in quotes, and double the quote inside"));
    if !record.contains(&b'"') {
        return Ok(());
    }
    let mut at = At::Start;
    for byte in record {
        at = match (at, byte) {
            (At::Quoted, b'"') => At::Behind,
            (At::Start | At::Behind, b'"') | (At::Quoted, _) => At::Quoted,
            (_, byte) if *byte == separator => At::Start,
            // The record ends here.
            (_, b'\r' | b'\n') => at,
            (At::Behind | At::Beyond, b' ' | b'\t') => At::Beyond,
            (At::Behind | At::Beyond, _) => return refuse("something stands behind the quotes of a cell"),
            (At::Start | At::Bare, _) => At::Bare,
        };
    }
    if matches!(at, At::Quoted) { refuse("its quotes are not closed") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each row with its line: its cells, or its fault. The first row is the header.
    fn read(bytes: &[u8]) -> Vec<(u64, Result<Vec<String>, String>)> {
        let (mut rows, mut all) = (CsvRows::of(bytes, |_| true).unwrap(), Vec::new());
        while let Some(CsvRow { line, cells }) = rows.read() {
            let cells =
                cells.map(|cells| cells.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect());
            all.push((line, cells.map_err(|why| why.message)));
            if all.len() == 1 {
                rows.take_for_header();
            }
        }
        all
    }

    fn lines(bytes: &[u8]) -> Vec<u64> {
        read(bytes).into_iter().map(|(line, _)| line).collect()
    }

    fn faults(bytes: &[u8]) -> Vec<(u64, String)> {
        read(bytes).into_iter().filter_map(|(line, cells)| Some((line, cells.err()?))).collect()
    }

    #[test]
    fn a_line_ends_with_a_line_feed_a_carriage_return_or_both() {
        assert_eq!(lines(b"\xef\xbb\xbf\r\na,b\r\n\r\n\r\nc,\"\"\r\nd,\"one\r\ntwo\"\r\n\r\ne,\r\n"), [2, 5, 6, 9]);
        assert_eq!(lines(b"a\rb\r\rc"), [1, 2, 4]);
        assert_eq!(lines(b"a\n\"b\rb\"\n\n\rc"), [1, 2, 6]);
    }

    #[test]
    fn a_row_has_as_many_cells_as_the_header() {
        let found = faults(b"a,b\nc\nd,e\nf,g,h\n,,\n");
        let said = |count: &str| format!("it has {count}, and the header has 2");
        assert_eq!(found, [(2, said("1 cell")), (4, said("3 cells"))]);
    }

    /// All rows but their lines, if the header begins with `username`.
    fn cells(bytes: &[u8]) -> Result<Vec<Vec<String>>, Invalid> {
        let is_header = |row: &ByteRecord| row.get(0) == Some(b"username");
        let (mut rows, mut all) = (CsvRows::of(bytes, is_header)?, Vec::new());
        while let Some(CsvRow { cells, .. }) = rows.read() {
            all.push(cells.unwrap().iter().map(|cell| String::from_utf8(cell.to_vec()).unwrap()).collect());
        }
        Ok(all)
    }

    #[test]
    fn the_header_tells_what_stands_between_two_cells() {
        let expected =
            [["username", "name"], ["alice", "Example, Alice; 5\t\"x\""]].map(|row| row.map(str::to_owned).to_vec());
        for separator in [",", ";", "\t"] {
            for header in ["username,name", "\"username\",\"name\"", "username,\"name\""] {
                let text =
                    format!("{}\nalice{separator}\"Example, Alice; 5\t\"\"x\"\"\"\n", header.replace(',', separator));
                assert_eq!(cells(text.as_bytes()).unwrap(), expected, "{text}");
            }
        }
    }

    #[test]
    fn a_header_with_another_separator_in_a_name_is_read_in_the_one_way_it_can_be() {
        let rows = cells(b"username;first, last\nalice;A\n").unwrap();
        assert_eq!(rows[0], ["username", "first, last"]);
    }

    #[test]
    fn of_a_file_that_can_be_read_in_two_ways_nothing_is_read() {
        let why = cells(b"username,a;b\nalice,x;y\n").err();
        assert_eq!(why, None, "'username,a' is no name of a column");
        let is_header = |row: &ByteRecord| row.iter().any(|cell| cell == b"username");
        let why = CsvRows::of(b"username;x,username\nalice;x,y\n", is_header).err().unwrap();
        assert!(why.message.contains("with a comma or with a semicolon"), "{}", why.message);
    }

    #[test]
    fn a_line_that_names_the_separator_is_no_row() {
        for bytes in [b"sep=;\r\nusername;name\r\nalice;A, B\r\n".as_slice(), b"sep=;\nusername;name\nalice;A, B\n"] {
            let mut rows = CsvRows::of(bytes, |_| true).unwrap();
            assert_eq!(rows.read().map(|row| (row.line, row.cells.unwrap().len())), Some((2, 2)));
            assert_eq!(rows.read().map(|row| (row.line, row.cells.unwrap()[1].to_vec())), Some((3, b"A, B".to_vec())));
        }
    }

    #[test]
    fn utf_16_with_a_mark_is_the_same_text() {
        let text = "username;name\r\nzoë;Zoë 𝒜\r\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [[b"\xff\xfe".as_slice(), &little].concat(), [b"\xfe\xff".as_slice(), &big].concat()] {
            assert_eq!(cells(&bytes).unwrap(), cells(text.as_bytes()).unwrap());
        }
        for bytes in [b"\xff\xfeu\0s".as_slice(), b"\xff\xfe\0\xd8a\0", &little, &big] {
            assert!(cells(bytes).is_err_and(|why| why.message.contains("UTF-16")), "{bytes:?}");
        }
    }

    #[test]
    fn rows_and_last_columns_that_show_nothing_are_passed_over() {
        let bytes = "username,name,,\n,,,\nalice,A,,\n\u{a0},\u{200b},,\nbob,B\n\"\",,\n".as_bytes();
        let mut rows = CsvRows::of(bytes, |_| true).unwrap();
        rows.read().unwrap();
        assert_eq!(rows.take_for_header().len(), 2);
        assert_eq!(rows.read().map(|row| (row.line, row.cells.is_ok())), Some((3, true)));
        assert_eq!(rows.read().map(|row| (row.line, row.cells.is_ok())), Some((5, true)));
        assert!(rows.read().is_none());
        let why = faults(b"a,b,\nc,d,e\n");
        assert_eq!(why, [(2, "something stands in column 3, and the header has no name for it".into())]);
    }

    #[test]
    fn quotes_that_are_not_closed_are_named_where_they_open() {
        for cell in ["\"", "\"b\n\"\"", "\"b\"\"", "\"b\nc,d\n"] {
            let found = faults(format!("a,b\nx,{cell}").as_bytes());
            assert_eq!((found.len(), found[0].0), (1, 2), "{cell}");
            assert!(found[0].1.starts_with("its quotes are not closed"), "{found:?}");
        }
        assert_eq!(faults(b"a,\"b"), [(1, "its quotes are not closed".into())]);
    }

    #[test]
    fn two_stray_quotes_do_not_swallow_the_rows_between_them() {
        for (cell, more) in [("\"b", "\"c"), ("\"b", "\" \"c"), ("\"b\"x", "c")] {
            let found = faults(format!("a,b\nx,{cell}\ny,{more}\n").as_bytes());
            assert_eq!(found[0].0, 2, "{cell} {more}");
            assert!(found[0].1.starts_with("something stands behind the quotes of a cell"), "{found:?}");
        }
    }

    #[test]
    fn a_quote_inside_a_cell_and_quotes_around_one_are_none_of_these() {
        for cell in ["5\" pipe", "\"b\"", "\"b\" ", "\"b \"\"c\"\"\"", "\"\"", "\"\"\"\"", " \"b", "\"b\nc\""] {
            assert_eq!(faults(format!("a,b\n{cell},x\nx,{cell}\nx,{cell}").as_bytes()), [], "{cell}");
        }
    }

    #[test]
    fn a_text_is_without_spaces_around_it_and_without_a_guard() {
        for (cell, expected) in [
            (" a b ", "a b"),
            ("\ta", "a"),
            ("a\u{a0}", "a"),
            ("\u{feff}a\u{200e}\u{2009}", "a"),
            ("'+b", "+b"),
            ("'b", "'b"),
            (" ''=1", "'=1"),
        ] {
            assert_eq!(text(cell.as_bytes()).as_deref(), Ok(expected));
        }
        assert!(text(b"a\xff").is_err_and(|why| why.message.contains("is not UTF-8")));
    }

    proptest! {
        #[test]
        fn quotes_are_at_fault_only_where_there_are_some(text in "[ab,\n\r \"]{0,40}") {
            let is_at_fault = read(text.as_bytes()).iter().any(|(_, cells)| {
                cells.as_ref().is_err_and(|why| why.contains("quotes"))
            });
            prop_assert!(!is_at_fault || text.contains('"'));
        }
    }
}
