//! Text from other people: which characters may rewrite a terminal, and how to print it harmlessly.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

/// What programs put in the place of text that is not UTF-8. With it, two different passwords would be one.
pub const LOST: char = char::REPLACEMENT_CHARACTER;

/// The mark that some programs write before UTF-8.
pub const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What a file is that begins with the mark of UTF-16.
pub const UTF_16: &str = "is UTF-16, not UTF-8";

/// Text from a file or a pipe, without the byte order mark before it. The error says what it is instead of UTF-8.
pub fn utf_8(bytes: &[u8]) -> Result<&str, &'static str> {
    match std::str::from_utf8(bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)) {
        Ok(text) if text.contains(LOST) => Err("has a sign that stands for lost text (U+FFFD)"),
        Ok(text) => Ok(text),
        Err(_) if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") => Err(UTF_16),
        Err(_) => Err("is not UTF-8"),
    }
}

/// The longest piece of input that a message repeats, in characters.
const QUOTED_MAX: usize = 40;

/// Whether a character can move the cursor, reorder the line or hide. These are control characters (C0, DEL, C1), line
/// and paragraph separators and invisible format characters. Bidirectional controls are among the latter (Unicode UAX
/// #9 §2).
#[must_use]
pub fn is_treacherous(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E007F}')
}

/// The same text without the spaces and other marks around it that show nothing, such as a no-break space. Control
/// characters other than line ends and tabs stay: a text that has them is refused. So is a text of blank letters.
#[must_use]
pub fn trimmed(text: &str) -> &str {
    let mark = |c: char| c.is_whitespace() || (is_treacherous(c) && !c.is_control());
    let cut = text.trim_matches(|c: char| c.is_whitespace() || (shows_nothing(c) && !c.is_control()));
    if cut.is_empty() { text.trim_matches(mark) } else { cut }
}

/// Whether a text from people must not have a character inside: it rewrites a terminal, or is a space that is not seen.
#[must_use]
pub fn is_misleading(c: char) -> bool {
    is_treacherous(c) || (c.is_whitespace() && shows_nothing(c))
}

/// Whether a character takes no ink, though it is no ordinary space (Unicode, `Default_Ignorable_Code_Point`, and blank
/// letters and signs).
#[must_use]
pub fn shows_nothing(c: char) -> bool {
    is_treacherous(c)
        || (c.is_whitespace() && !matches!(c, ' ' | '\u{3000}'))
        || matches!(
            c,
            '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}'
        )
}

/// Whether a character is white space, or shows nothing and is no control character: all of `White_Space` and of
/// `Default_Ignorable_Code_Point`.
#[must_use]
pub fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || (shows_nothing(c) && !c.is_control())
        || matches!(
            c,
            '\u{180B}'..='\u{180F}' | '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{FFF0}'..='\u{FFF8}'
                | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0080}'..='\u{E0FFF}'
        )
}

/// Whether a character is a dash: the general category `Pd`, and the signs that look like one.
#[must_use]
pub fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{058A}' | '\u{05BE}' | '\u{1400}' | '\u{1806}' | '\u{2010}'
            ..='\u{2015}' | '\u{2E17}' | '\u{2E1A}'
            | '\u{2E3A}' | '\u{2E3B}' | '\u{2E40}' | '\u{2E5D}' | '\u{301C}' | '\u{3030}' | '\u{30A0}' | '\u{FE31}'
            | '\u{FE32}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}' | '\u{10D6E}' | '\u{10EAD}'
            // The minus signs, the hyphen bullet, the swung dash, the Arabic full stop, and lines of boxes.
            | '\u{02D7}' | '\u{06D4}' | '\u{2043}' | '\u{2053}' | '\u{207B}' | '\u{208B}' | '\u{2212}' | '\u{2500}'
            | '\u{2501}' | '\u{2796}' | '\u{2CBA}' | '\u{30FC}' | '\u{FF70}'
    )
}

/// Whether a text is all printable ASCII, as most of a list is. This is faster than a search for treacherous
/// characters.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    // There is no early return, so that many bytes are compared at once.
    text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'))
}

/// The same text with every treacherous character written out, as `<U+001B>`.
#[must_use]
pub fn neutral(text: &str) -> Cow<'_, str> {
    if is_plain(text) || !text.chars().any(is_treacherous) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_treacherous(c) {
            // Writing to a String cannot fail.
            let _ = write!(out, "<U+{:04X}>", u32::from(c));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// The same for a text of several lines. Its line ends are ours, and stay.
#[must_use]
pub fn neutral_lines(text: &str) -> String {
    text.split('\n').map(neutral).collect::<Vec<_>>().join("\n")
}

/// The same text, with lines broken at this many columns. A longer word is broken inside. A continued line is indented
/// two more columns, so that it cannot pass for the start of a line.
#[must_use]
pub fn hanging(text: &str, width: Option<u16>) -> String {
    let Some(width) = width else { return text.to_owned() };
    let fill = |line: &str| {
        let margin = " ".repeat(2 + line.len() - line.trim_start_matches(' ').len());
        // A terminal narrower than that breaks lines itself.
        let width = usize::from(width).max(margin.len() + 8);
        let options = textwrap::Options::new(width).subsequent_indent(&margin);
        textwrap::fill(line, options.word_splitter(textwrap::WordSplitter::NoHyphenation))
    };
    text.split('\n').map(fill).collect::<Vec<_>>().join("\n")
}

/// The same text, with lines broken between words at this many columns. Continued lines keep the indentation.
#[must_use]
pub fn wrapped(text: &str, width: Option<u16>) -> String {
    let Some(width) = width else { return text.to_owned() };
    let fill = |line: &str| {
        let indent = &line[..line.len() - line.trim_start().len()];
        let options = textwrap::Options::new(usize::from(width)).subsequent_indent(indent).break_words(false);
        textwrap::fill(line, options.word_splitter(textwrap::WordSplitter::NoHyphenation))
    };
    text.split('\n').map(fill).collect::<Vec<_>>().join("\n")
}

/// A path as shown to people: treacherous characters are written out, and invalid UTF-8 is replaced.
#[must_use]
pub fn shown(path: impl AsRef<Path>) -> String {
    neutral(&path.as_ref().to_string_lossy()).into_owned()
}

/// Input as a message repeats it: in quotes, neutral, and cut with `…` if it is long.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut head: String = text.chars().take(QUOTED_MAX).collect();
    if head.len() < text.len() {
        head.push('…');
    }
    format!("'{}'", neutral(&head))
}

/// A number for people: `1,234,567`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun: `1 account`, `1,234 accounts`.
#[must_use]
pub fn counted(count: u64, one: &str) -> String {
    format!("{} {one}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// A word as a POSIX shell needs it: plain, or in quotes.
#[must_use]
pub fn shell_word(text: &str) -> Cow<'_, str> {
    // A word on a command line cannot contain a NUL.
    shlex::try_quote(text).unwrap_or(Cow::Borrowed("''"))
}

/// The first few of a list: `alice, bob, and 3 more`.
#[must_use]
pub fn some_of(mut first: Vec<String>, count: usize) -> String {
    if count > first.len() {
        first.push(format!("and {} more", count - first.len()));
    }
    first.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_grouped_and_its_noun_agrees() {
        for (count, said) in [(0, "0 rows"), (1, "1 row"), (999, "999 rows"), (1_000, "1,000 rows")] {
            assert_eq!(counted(count, "row"), said);
        }
        assert_eq!(counted(1_234_567, "row"), "1,234,567 rows");
    }

    #[test]
    fn an_escape_sequence_is_written_out() {
        assert_eq!(neutral("a\u{1b}[2Jb"), "a<U+001B>[2Jb");
        assert_eq!(shown("a\u{1b}[2Jb"), "a<U+001B>[2Jb");
        assert_eq!(neutral_lines("a\u{1b}\nb"), "a<U+001B>\nb");
    }

    #[test]
    fn what_is_no_utf_8_or_stands_for_what_was_not_is_refused() {
        assert_eq!(utf_8(b"\xef\xbb\xbfcaf\xc3\xa9"), Ok("café"));
        for (bytes, what) in [
            (&b"caf\xe9"[..], "is not UTF-8"),
            (b"\xff\xfec\0", UTF_16),
            (b"\xfe\xff\0c", UTF_16),
            ("caf\u{fffd}".as_bytes(), "has a sign that stands for lost text (U+FFFD)"),
        ] {
            assert_eq!(utf_8(bytes), Err(what));
        }
    }

    #[test]
    fn a_continued_line_is_indented_two_more_columns_on_however_narrow_a_terminal() {
        assert_eq!(hanging("  one two three\nfour", Some(12)), "  one two\n    three\nfour");
        assert_eq!(hanging("one two", None), "one two");
        assert_eq!(hanging("    abcdefgh", Some(1)), "    abcdefgh");
        assert_eq!(hanging("    abcdefghijk", Some(1)), "    abcdefgh\n      ijk");
    }

    #[test]
    fn a_bidi_override_is_written_out() {
        assert_eq!(neutral("ab\u{202e}c"), "ab<U+202E>c");
    }

    #[test]
    fn what_is_plain_is_ascii_that_is_not_treacherous() {
        for c in (0..=0x2_000).filter_map(char::from_u32) {
            assert_eq!(is_plain(&c.to_string()), c.is_ascii() && !is_treacherous(c), "{c:?}");
        }
    }

    #[test]
    fn ordinary_names_of_the_world_pass_unchanged() {
        for name in ["Zoë Ångström", "李小龍", "محمد", "नमस्ते", "O'Neil-Smith", "a\u{200d}b"] {
            assert!(matches!(neutral(name), Cow::Borrowed(same) if same == name));
        }
    }

    #[test]
    fn lines_are_broken_between_words_and_keep_their_indentation() {
        assert_eq!(wrapped("  one two-three four", Some(12)), "  one\n  two-three\n  four");
        assert_eq!(wrapped("one two", None), "one two");
    }

    #[test]
    fn a_shell_takes_a_word_for_what_it_is() {
        for (text, word) in [
            ("/srv/a-b_c.d", "/srv/a-b_c.d"),
            ("alice", "alice"),
            ("", "''"),
            ("a b", "'a b'"),
            ("$HOME", "'$HOME'"),
            ("~", "'~'"),
            ("a;b", "'a;b'"),
            ("it's", "\"it's\""),
            ("it's $1", "\"it's \"'$1'"),
            ("Zoë", "'Zoë'"),
        ] {
            assert_eq!(shell_word(text), word);
        }
    }

    #[test]
    fn a_long_input_is_cut_in_a_message() {
        assert_eq!(quoted(&"x".repeat(41)), format!("'{}…'", "x".repeat(40)));
        assert_eq!(quoted(&"x".repeat(40)), format!("'{}'", "x".repeat(40)));
    }

    #[test]
    fn of_many_the_others_are_counted() {
        for (count, said) in [(2, "a, b"), (3, "a, b, and 1 more"), (12, "a, b, and 10 more")] {
            assert_eq!(some_of(vec!["a".into(), "b".into()], count), said);
        }
    }
}
