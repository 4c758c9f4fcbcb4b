//! The rows of a CSV list (RFC 4180). Bytes go in. Each row comes out with the number of its first line, and its cells
//! or its fault. A row that could be read in two ways is a fault. This code touches no file and no store.

use std::borrow::Cow;

use csv::{ByteRecord, Reader, ReaderBuilder};

use crate::domain::Invalid;
use crate::domain::text::{counted, quoted};
use crate::terminal::format::unguarded;

/// The rows of a file, one after the other.
pub struct CsvRows<'a> {
    bytes: &'a [u8],
    reader: Reader<&'a [u8]>,
    record: ByteRecord,
    /// How many cells each row must have, once a header sets that.
    width: Option<usize>,
    /// Whether a stray quote has joined several rows into one.
    is_torn: bool,
    /// How many bytes have been searched for line ends, and the number of the line there.
    passed: usize,
    line: u64,
}

/// A row.
pub struct CsvRow<'r> {
    /// The number of its first line, from 1.
    pub line: u64,
    /// Its cells, or why they cannot be told.
    pub cells: Result<&'r ByteRecord, Invalid>,
}

impl<'a> CsvRows<'a> {
    /// Begins before the first row. A file in another encoding than UTF-8 is refused at once. Single bad cells show
    /// later.
    pub fn of(bytes: &'a [u8]) -> Result<Self, Invalid> {
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return Err(not_utf8("the file is UTF-16"));
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
        Ok(Self { bytes, reader, record: ByteRecord::new(), width: None, is_torn: false, passed: 0, line: 1 })
    }

    /// Takes the last row as the header. All later rows must have as many cells.
    pub fn take_for_header(&mut self) {
        self.width = Some(self.record.len());
    }

    /// Reads the next row; `None` at the end.
    pub fn read(&mut self) -> Option<CsvRow<'_>> {
        // Reading from memory cannot fail, and a row may have any length.
        if !self.reader.read_byte_record(&mut self.record).is_ok_and(|some| some) {
            return None;
        }
        let (start, line) = self.place();
        let end = usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX).min(self.bytes.len());
        let record = &self.bytes[start.min(end)..end];
        let quotes = check_quotes(record).map_err(|why| self.with_lines(why, record));
        let cells = quotes.and_then(|()| self.check_width());
        Some(CsvRow { line, cells: cells.map(|()| &self.record) })
    }

    /// Whether a stray quote has swallowed rows. Nobody can tell how many.
    pub fn is_torn(&self) -> bool {
        self.is_torn
    }

    /// Adds to the fault how many lines the quotes cover.
    fn with_lines(&mut self, why: Invalid, record: &[u8]) -> Invalid {
        let lines = record.trim_ascii_end().split(|byte| *byte == b'\n').count() as u64;
        if lines == 1 {
            return why;
        }
        self.is_torn = true;
        Invalid { message: format!("{}, and it covers {}", why.message, counted(lines - 1, "line")), ..why }
    }

    fn check_width(&self) -> Result<(), Invalid> {
        let found = self.record.len();
        match self.width {
            Some(width) if width != found => {
                let what = format!("it has {}, and the header has {width}", counted(found as u64, "cell"));
                Err(Invalid::new(what, "put a cell with a comma in quotes"))
            }
            _ => Ok(()),
        }
    }

    /// Where the current record begins: its offset and its line. Blank lines before it are skipped. As in the reader, a
    /// line ends with a line feed, a carriage return, or both.
    fn place(&mut self) -> (usize, u64) {
        let start = self.record.position().map_or(0, csv::Position::byte);
        let start = usize::try_from(start).unwrap_or(usize::MAX).min(self.bytes.len());
        let blank = self.bytes[start..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let start = start + blank;
        let passed = &self.bytes[self.passed..start];
        let is_end = |(at, byte): &(usize, &u8)| match byte {
            b'\n' => true,
            b'\r' => passed.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        self.line += passed.iter().enumerate().filter(is_end).count() as u64;
        self.passed = start;
        (start, self.line)
    }
}

/// The text of a cell. Spaces around it are dropped, since no name has them. A guard that `users list` wrote is taken
/// off.
pub fn text(cell: &[u8]) -> Result<Cow<'_, str>, Invalid> {
    let text = std::str::from_utf8(cell).map_err(|_| {
        // A message repeats no more than this. A cell that is not text may be very long.
        let head = String::from_utf8_lossy(&cell[..cell.len().min(160)]);
        not_utf8(&format!("{} is not UTF-8", quoted(&head)))
    })?;
    Ok(unguarded(text.trim_matches([' ', '\t'])))
}

fn not_utf8(what: &str) -> Invalid {
    Invalid::new(what, "save the file as CSV in UTF-8")
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
fn check_quotes(record: &[u8]) -> Result<(), Invalid> {
    let refuse = |what: &str| Err(Invalid::new(what, "put a cell with a quote in quotes, and double the quote inside"));
    if !record.contains(&b'"') {
        return Ok(());
    }
    let mut at = At::Start;
    for byte in record {
        at = match (at, byte) {
            (At::Quoted, b'"') => At::Behind,
            (At::Start | At::Behind, b'"') | (At::Quoted, _) => At::Quoted,
            (_, b',') => At::Start,
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
        let (mut rows, mut all) = (CsvRows::of(bytes).unwrap(), Vec::new());
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
        assert_eq!(found, [(2, said("1 cell")), (4, said("3 cells")), (5, said("3 cells"))]);
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
        for (cell, expected) in [(" a b ", "a b"), ("\ta", "a"), ("'+b", "+b"), ("'b", "'b"), (" ''=1", "'=1")] {
            assert_eq!(text(cell.as_bytes()).as_deref(), Ok(expected));
        }
        assert!(text(b"a\xff").is_err_and(|why| why.message.contains("is not UTF-8")));
    }

    proptest! {
        #[test]
        fn whatever_the_bytes_are_lines_only_grow(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let lines = lines(&[b"a,b\n".as_slice(), &bytes].concat());
            prop_assert!(lines.is_sorted_by(|one, other| one < other));
        }

        #[test]
        fn quotes_are_at_fault_only_where_there_are_some(text in "[ab,\n\r \"]{0,40}") {
            let is_at_fault = read(text.as_bytes()).iter().any(|(_, cells)| {
                cells.as_ref().is_err_and(|why| why.contains("quotes"))
            });
            prop_assert!(!is_at_fault || text.contains('"'));
        }
    }
}
