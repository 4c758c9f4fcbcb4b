//! Text that came from somebody else: which characters may rewrite a terminal, and how to print it harmlessly.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

/// The longest piece of somebody's input that a message repeats, in characters.
const QUOTED_MAX: usize = 40;

/// Whether a character can move the cursor, reorder the line or hide: control characters (C0, DEL, C1), line and
/// paragraph separators, and the invisible format characters, bidirectional controls among them (Unicode UAX #9 §2).
#[must_use]
pub fn is_treacherous(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E007F}')
}

/// Whether there is nothing in a text but printable ASCII, as in most of what is listed: quicker to see than that none of
/// its characters is treacherous.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    // Without a way out in between, so that many bytes are looked at together.
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

/// The same for a text of several lines, whose line ends are ours.
#[must_use]
pub fn neutral_lines(text: &str) -> String {
    text.split('\n').map(neutral).collect::<Vec<_>>().join("\n")
}

/// The same text with its lines broken where they are longer than so many columns, within a word if that is longer. What is
/// broken off stands two columns further in, so that it cannot pass for the beginning of a line.
#[must_use]
pub fn hanging(text: &str, width: Option<u16>) -> String {
    let Some(width) = width else { return text.to_owned() };
    let fill = |line: &str| {
        let margin = " ".repeat(2 + line.len() - line.trim_start_matches(' ').len());
        // A terminal too narrow for that breaks lines itself.
        let width = usize::from(width).max(margin.len() + 8);
        let options = textwrap::Options::new(width).subsequent_indent(&margin);
        textwrap::fill(line, options.word_splitter(textwrap::WordSplitter::NoHyphenation))
    };
    text.split('\n').map(fill).collect::<Vec<_>>().join("\n")
}

/// The same text with its lines broken between words, where they are longer than so many columns. A line that is
/// broken keeps its indentation.
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

/// A path as people are shown it: neutral, and with what is no UTF-8 in it replaced.
#[must_use]
pub fn shown(path: impl AsRef<Path>) -> String {
    neutral(&path.as_ref().to_string_lossy()).into_owned()
}

/// Somebody's input as a message repeats it: in quotes, neutral, and cut with `…` when it is long.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut head: String = text.chars().take(QUOTED_MAX).collect();
    if head.len() < text.len() {
        head.push('…');
    }
    format!("'{}'", neutral(&head))
}

/// A number as people read it: `1,234,567`.
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

/// So many of something: `1 account`, `1,234 accounts`.
#[must_use]
pub fn counted(count: u64, one: &str) -> String {
    format!("{} {one}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// A word as a POSIX shell has to be given it to hand over just that: in quotes, unless it is plain.
#[must_use]
pub fn shell_word(text: &str) -> Cow<'_, str> {
    // No word of a command line can have a NUL in it.
    shlex::try_quote(text).unwrap_or(Cow::Borrowed("''"))
}

/// The first of so many: `alice, bob, and 3 more`.
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
    }

    #[test]
    fn a_bidi_override_is_written_out() {
        assert_eq!(neutral("ab\u{202e}c"), "ab<U+202E>c");
    }

    #[test]
    fn what_is_plain_is_not_treacherous() {
        for c in (0..=0x2_000).filter_map(char::from_u32) {
            assert!(!(is_plain(&c.to_string()) && is_treacherous(c)), "{c:?}");
        }
    }

    #[test]
    fn ordinary_names_of_the_world_pass_unchanged() {
        for name in ["Zoë Ångström", "李小龍", "محمد", "नमस्ते", "O'Neil-Smith", "a\u{200d}b"] {
            assert_eq!(neutral(name), name);
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
        assert!(quoted(&"x".repeat(10_000)).chars().count() < 50);
    }

    #[test]
    fn of_many_the_others_are_counted() {
        for (count, said) in [(2, "a, b"), (3, "a, b, and 1 more"), (12, "a, b, and 10 more")] {
            assert_eq!(some_of(vec!["a".into(), "b".into()], count), said);
        }
    }
}
