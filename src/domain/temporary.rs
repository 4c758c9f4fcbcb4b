//! The temporary password: its symbols, and which spellings of it a sign-in accepts.

use rand::{CryptoRng, RngExt as _};
use zeroize::Zeroizing;

use super::delivery::Undelivered;
use super::secret::{TypedPassword, written};
use super::text::{is_blank, is_dash};

/// The symbols. 0, 1, i, l and o are left out, since they can be misread or misheard.
pub const ALPHABET: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";
/// How many symbols: 20 of 31 are 99 bits.
pub const SYMBOLS: usize = 20;
/// How many symbols stand together between two hyphens.
pub const GROUP: usize = 4;
const SHOWN_LEN: usize = SYMBOLS + SYMBOLS / GROUP - 1;

/// A generated password. No other kind of password can be shown. It has no `Debug`, `Display` or `Clone`, and is
/// overwritten when dropped.
pub struct TemporaryPassword(Zeroizing<String>);

impl TemporaryPassword {
    /// Draws a new one. Each symbol is equally likely (`random_range` rejects instead of taking a remainder).
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(SHOWN_LEN));
        for place in 0..SYMBOLS {
            if place > 0 && place % GROUP == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[rng.random_range(0..ALPHABET.len())]));
        }
        Self(text)
    }

    /// The text, for the way out that was asked for.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// This password, paired with what the store will know it by.
    pub(super) fn known_by<T>(self, known_by: T) -> Undelivered<T> {
        Undelivered::new(self.0, known_by)
    }
}

/// Typed text in the form in which a temporary password was hashed: lower case, in groups. A chat or a word processor may
/// have put other dashes, spaces and marks in and around it. `None` if it cannot be a temporary password.
pub(super) fn canonical(typed: &TypedPassword) -> Option<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::with_capacity(SHOWN_LEN));
    let mut symbols = 0;
    for c in typed.as_typed().chars().filter(|c| !is_dash(*c) && !is_blank(*c)) {
        let c = c.to_ascii_lowercase();
        if symbols == SYMBOLS || !u8::try_from(c).is_ok_and(|byte| ALPHABET.contains(&byte)) {
            return None;
        }
        if symbols > 0 && symbols % GROUP == 0 {
            text.push('-');
        }
        text.push(c);
        symbols += 1;
    }
    (symbols == SYMBOLS).then_some(text)
}

/// Whether typed text could be a temporary password of any account, at any time. Text with an ordinary space inside is
/// not one, even if the symbols fit: words may.
pub(super) fn has_its_form(typed: &TypedPassword) -> bool {
    !typed.as_typed().trim_matches(is_blank).contains(' ') && canonical(typed).is_some()
}

/// Whether a text contains a temporary password as it is shown, in upper or lower case, with any dashes, and any spaces
/// but ordinary ones.
pub(super) fn is_in(text: &str) -> bool {
    let visible = text.chars().filter(|c| c.is_whitespace() || !is_blank(*c));
    let text = written(visible.map(|c| if c != ' ' && (is_dash(c) || c.is_whitespace()) { '-' } else { c }));
    let is_shown = |window: &[u8]| {
        window.iter().enumerate().all(|(place, byte)| match place % (GROUP + 1) {
            GROUP => *byte == b'-',
            _ => ALPHABET.contains(&byte.to_ascii_lowercase()),
        })
    };
    text.as_bytes().windows(SHOWN_LEN).any(is_shown)
}

/// How many symbols in a row are no coincidence. There are 8.5e11 sequences of eight (31 to the eighth).
const TELLING: usize = 8;

/// Whether a text contains a part of a temporary password, forwards or backwards. Other characters between the symbols
/// are ignored.
pub(super) fn has_a_part_of(text: &str, handed_over: &TypedPassword) -> bool {
    let bare = |text: &str| -> Zeroizing<Vec<char>> {
        let symbols = text.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric() && !is_blank(*c));
        // The symbols are counted first, so that the text is not moved while it is written.
        let mut bare = Zeroizing::new(Vec::with_capacity(symbols.clone().count()));
        symbols.for_each(|c| bare.push(c));
        bare
    };
    let (text, mut symbols) = (bare(text), bare(&handed_over.normalized()));
    let has =
        |symbols: &[char]| symbols.windows(TELLING).any(|part| text.windows(TELLING).any(|window| window == part));
    let forwards = has(&symbols);
    symbols.reverse();
    forwards || has(&symbols)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    fn typed(text: &str) -> TypedPassword {
        TypedPassword::new(Zeroizing::new(text.into()))
    }

    #[test]
    fn it_is_found_in_a_text_with_any_dashes_and_any_spaces_but_ordinary_ones() {
        let shown = TemporaryPassword::generate(&mut StdRng::seed_from_u64(1));
        for between in ["-", "\u{2013}", "\u{2212}", "\u{a0}", "\u{3000}", "\t", "\u{200b}-"] {
            assert!(is_in(&format!("my {} here", shown.reveal().replace('-', between))), "{between:?}");
        }
        for between in ["", " ", ".", "--"] {
            assert!(!is_in(&format!("my {} here", shown.reveal().replace('-', between))), "{between:?}");
        }
    }

    /// A generator with a modulo bias would draw the first 8 symbols (256 mod 31) 1/8 more often than the others.
    #[test]
    fn every_symbol_is_equally_likely() {
        let mut rng = StdRng::seed_from_u64(7);
        let mut counts = [0_u32; 31];
        let draws = 20_000;
        for _ in 0..draws {
            for byte in TemporaryPassword::generate(&mut rng).reveal().bytes().filter(|b| *b != b'-') {
                counts[ALPHABET.iter().position(|a| *a == byte).unwrap()] += 1;
            }
        }
        let expected = f64::from(draws) * 20.0 / 31.0;
        let chi_square: f64 = counts.iter().map(|&n| (f64::from(n) - expected).powi(2) / expected).sum();
        // There are 30 degrees of freedom. A chance result is above 59.7 once in a thousand times. The bias above gives
        // more than 1,000.
        assert!(chi_square < 59.7, "chi-square {chi_square}");
    }

    #[test]
    fn a_control_character_is_no_mark_of_a_word_processor() {
        assert!(canonical(&typed("2345-6789-abcd-efgh-jk\u{7}mn")).is_none());
    }

    #[test]
    fn a_symbol_too_few_or_too_many_is_not_one() {
        assert!(canonical(&typed("2345-6789-abcd-efgh-jkm")).is_none());
        assert!(canonical(&typed("2345-6789-abcd-efgh-jkmnp")).is_none());
        assert!(canonical(&typed("")).is_none());
    }
}
