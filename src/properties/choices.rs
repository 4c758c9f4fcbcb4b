//! Bytes as the choices that a property makes.

use arbitrary::{Arbitrary, Unstructured};

use crate::domain::clock::Timestamp;

/// Characters that something may go wrong with: a terminal, a spreadsheet, a parser, or a reader.
const ODD: [char; 64] = [
    '\0',
    '\t',
    '\n',
    '\r',
    '\u{1b}',
    '\u{7f}',
    '\u{85}',
    '\u{9b}',
    '\u{a0}',
    '\u{ad}',
    '\u{200b}',
    '\u{200d}',
    '\u{200e}',
    '\u{2028}',
    '\u{202e}',
    '\u{2060}',
    '\u{3000}',
    '\u{3164}',
    '\u{fe0f}',
    '\u{feff}',
    '\u{fffd}',
    '\u{e0041}',
    '\u{10ffff}',
    '\u{301}',
    '\u{345}',
    ' ',
    '"',
    '\'',
    '`',
    ',',
    ';',
    ':',
    '=',
    '+',
    '-',
    '@',
    '$',
    '{',
    '}',
    '[',
    ']',
    '<',
    '\\',
    '/',
    '|',
    '#',
    '%',
    '.',
    '\u{2013}',
    '\u{2212}',
    '\u{ff1d}',
    '\u{ff0d}',
    'é',
    'ß',
    'İ',
    'ς',
    'ﬀ',
    'ﷺ',
    '李',
    '쇼',
    'ア',
    '\u{fb2c}',
    '👩',
    '\u{1f3fb}',
];

/// Bytes as choices. Behind their end, each choice is the first one.
pub struct Choices<'a>(Unstructured<'a>);

impl<'a> Choices<'a> {
    /// The choices that these bytes make.
    #[must_use]
    pub fn of(bytes: &'a [u8]) -> Self {
        Self(Unstructured::new(bytes))
    }

    /// Whether there are bytes left.
    #[must_use]
    pub fn are_left(&self) -> bool {
        !self.0.is_empty()
    }

    /// A number below this one.
    pub fn below(&mut self, count: usize) -> usize {
        self.0.int_in_range(0..=count.saturating_sub(1)).unwrap_or_default()
    }

    /// Yes or no.
    pub fn yes(&mut self) -> bool {
        self.below(2) == 1
    }

    /// One of these.
    pub fn one_of<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len())]
    }

    /// Any value of a type.
    pub fn any<T: Arbitrary<'a> + Default>(&mut self) -> T {
        self.0.arbitrary().unwrap_or_default()
    }

    /// A number, as likely a small one as a large one.
    pub fn size(&mut self) -> u64 {
        self.any::<u64>() >> self.below(64)
    }

    /// A moment: near to now, or any second that there is.
    pub fn moment(&mut self) -> Timestamp {
        let (least, most) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
        let (least, most) = if self.yes() { (least, most) } else { (1_700_000_000, 2_000_000_000) };
        Timestamp::from_second(self.0.int_in_range(least..=most).unwrap_or_default()).unwrap_or_default()
    }

    /// A text of any characters, with so many at most.
    pub fn text(&mut self, most: usize) -> String {
        let mut text = String::new();
        while self.are_left() && text.chars().count() < most {
            text.push(match self.0.arbitrary().unwrap_or(u8::MAX) {
                byte @ ..0x80 => char::from(byte),
                byte @ 0x80..0xe0 => ODD[usize::from(byte) % ODD.len()],
                0xe0..0xf0 => self.any(),
                _ => break,
            });
        }
        text
    }

    /// A word of letters that every name may have.
    pub fn word(&mut self) -> String {
        let letters = b"abcdefghijklmnopqrstuvwxyzABCDEFGH0123456789._-";
        let length = 1 + self.below(8);
        let rest: String = (0..length).map(|_| char::from(*self.one_of(letters))).collect();
        format!("{}{rest}", char::from(*self.one_of(b"uvwxyz")))
    }

    /// A sample, with a few changes or none.
    pub fn changed(&mut self, sample: &[u8]) -> Vec<u8> {
        let mut bytes = sample.to_vec();
        for _ in 0..self.below(5) {
            let from = self.below(bytes.len() + 1);
            let to = (from + self.below(8)).min(bytes.len());
            match self.below(4) {
                0 => drop(bytes.splice(from..to, self.text(4).into_bytes())),
                1 => drop(bytes.splice(from..to, self.size().to_string().into_bytes())),
                2 => bytes.extend_from_within(from..to),
                _ => bytes.truncate(from),
            }
        }
        bytes
    }

    /// The bytes that are left.
    #[must_use]
    pub fn rest(self) -> &'a [u8] {
        self.0.take_rest()
    }
}
