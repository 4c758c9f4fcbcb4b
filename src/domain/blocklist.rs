//! A site's list of passwords that nobody may choose (NIST SP 800-63B-4 §3.1.1.2). Only a filter of it is kept.
//!
//! The filter is a blocked Bloom filter. The SHA-512 of an entry, with the salt of the store before it, names one block
//! and 20 bits in it. A password is on the list if all of its bits are set. So whoever asks reads one block.
//!
//! An entry has 32 bits. A text that is not on the list then has all of its bits set by chance about twice in ten
//! million times, and less than once in a million times in the fullest of many blocks.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha512};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use super::Invalid;
use super::clock::Timestamp;
use super::credential::MAX_PASSWORD_BYTES;
use super::digest::FileDigest;
use super::password::lower;
use super::secret::{TypedPassword, written};
use super::text::{UTF_16, grouped, is_blank, utf_8};

/// The bytes of one block.
pub const BLOCK_BYTES: usize = 4096;
/// How many entries a block has on average.
const ENTRIES_A_BLOCK: u64 = BLOCK_BYTES as u64 * 8 / 32;
/// How many bits an entry sets.
const PROBES: usize = 20;
/// The longest line of a list, in bytes. No password is longer.
pub const LONGEST_LINE: usize = MAX_PASSWORD_BYTES;
/// How many letters a password must have left, without digits and signs at its ends, to be looked up that way.
const CORE: usize = 4;

/// The list in use. Its text is that of the setting: `entries=3,set=2026-11-29T09:00:00Z,sha256=…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocklist {
    /// How many entries the file had, each as often as it was there.
    pub entries: u64,
    /// When it was set.
    pub set_at: Timestamp,
    /// The digest of the file.
    pub file: FileDigest,
}

impl Blocklist {
    /// How many blocks the filter has.
    #[must_use]
    pub fn blocks(&self) -> u64 {
        blocks(self.entries)
    }

    /// The number of its entries, in words.
    #[must_use]
    pub fn counted(&self) -> String {
        if self.entries == 1 { "1 entry".into() } else { format!("{} entries", grouped(self.entries)) }
    }
}

impl fmt::Display for Blocklist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entries={},set={},sha256={}", self.entries, self.set_at, self.file.to_hex())
    }
}

impl FromStr for Blocklist {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let read = || {
            let (entries, rest) = text.strip_prefix("entries=")?.split_once(",set=")?;
            let (set_at, file) = rest.split_once(",sha256=")?;
            let entries = entries.parse().ok().filter(|entries| *entries > 0)?;
            Some(Self { entries, set_at: set_at.parse().ok()?, file: FileDigest::from_hex(file)? })
        };
        read().ok_or_else(|| Invalid::new("this is no blocklist", "name a file with one password on each line"))
    }
}

/// How many blocks a filter of so many entries has.
#[must_use]
pub fn blocks(entries: u64) -> u64 {
    entries.div_ceil(ENTRIES_A_BLOCK)
}

/// Where the filter has a text.
pub struct Place {
    /// The number of the block.
    pub block: u64,
    bits: [u16; PROBES],
}

impl Place {
    /// The place of a text, as [`entry`] and [`spellings`] write it, in a filter of so many blocks.
    #[must_use]
    pub fn of(text: &str, salt: &str, blocks: u64) -> Self {
        let digest = Sha512::new().chain_update(salt).chain_update(text).finalize();
        let block = u64::from_be_bytes(std::array::from_fn(|at| digest[at]));
        // The bits of a block are counted by 15 bits of the digest.
        let bit = |probe: usize| u16::from_be_bytes([digest[8 + 2 * probe], digest[9 + 2 * probe]]) & 0x7fff;
        Self { block: block % blocks.max(1), bits: std::array::from_fn(bit) }
    }

    /// Sets its bits in its block.
    pub fn mark(&self, block: &mut [u8]) {
        for bit in self.bits {
            block[usize::from(bit / 8)] |= 1 << (bit % 8);
        }
    }

    /// Whether all of its bits are set in its block.
    #[must_use]
    pub fn is_marked(&self, block: &[u8]) -> bool {
        self.bits.iter().all(|bit| block[usize::from(bit / 8)] & (1 << (bit % 8)) != 0)
    }
}

/// The entry on a line of a list, without its line end: in NFKC and lower case, without spaces and marks around it.
/// `None` if the line is empty. The error says what the line is instead.
pub fn entry(line: &[u8]) -> Result<Option<Zeroizing<String>>, &'static str> {
    if line.len() > LONGEST_LINE {
        return Err("is longer than 1,024 bytes, as no password is");
    }
    if line.contains(&0) && utf_8(line) != Err(UTF_16) {
        return Err("has a NUL in it, as no text has");
    }
    let text = compared(utf_8(line)?);
    Ok((!text.is_empty()).then_some(text))
}

/// Whether an entry is a hash, with or without a count after it, as the lists of Have I Been Pwned have them.
#[must_use]
pub fn is_hash(entry: &str) -> bool {
    let (hash, count) = entry.split_once(':').unwrap_or((entry, "1"));
    matches!(hash.len(), 32 | 40 | 64)
        && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
        && count.bytes().all(|byte| byte.is_ascii_digit())
}

/// What is looked up of a password: the whole, and what is left without the digits and signs at its ends.
#[must_use]
pub fn spellings(password: &TypedPassword) -> Vec<Zeroizing<String>> {
    let whole = compared(password.as_typed());
    let core = whole.trim_matches(|c: char| !c.is_alphabetic());
    let core = (core.len() < whole.len() && core.chars().count() >= CORE).then(|| written(core.chars()));
    std::iter::once(whole).chain(core).collect()
}

/// A text in the form in which it is compared.
fn compared(text: &str) -> Zeroizing<String> {
    let text = text.trim_matches(is_blank);
    if text.is_ascii() {
        return written(text.chars().map(|c| c.to_ascii_lowercase()));
    }
    lower(&written(text.nfkc()))
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{RngExt as _, SeedableRng as _};

    use super::*;

    const SALT: &str = "0123456789abcdef0123456789abcdef";

    fn filter(entries: impl ExactSizeIterator<Item = String>) -> Vec<Vec<u8>> {
        let count = blocks(entries.len() as u64);
        let mut filter = vec![vec![0; BLOCK_BYTES]; usize::try_from(count).unwrap()];
        for entry in entries {
            let place = Place::of(&entry, SALT, count);
            place.mark(&mut filter[usize::try_from(place.block).unwrap()]);
        }
        filter
    }

    fn has(filter: &[Vec<u8>], text: &str) -> bool {
        let place = Place::of(text, SALT, filter.len() as u64);
        place.is_marked(&filter[usize::try_from(place.block).unwrap()])
    }

    #[test]
    fn every_entry_is_found() {
        for count in [1, 2, 1_024, 1_025, 5_000] {
            let filter = filter((0..count).map(|n| n.to_string()));
            assert!((0..count).all(|n| has(&filter, &n.to_string())), "{count}");
        }
    }

    #[test]
    fn hardly_any_other_text_is_found() {
        let filter = filter((0..200_000).map(|n| n.to_string()));
        let found = (0..400_000).filter(|n| has(&filter, &format!("other {n}"))).count();
        // Less than one in ten is expected, and two are a chance of one in 200.
        assert!(found < 2, "{found}");
    }

    /// A third of the bits stay clear if the entries have as many bits as they should.
    #[test]
    fn no_block_is_so_full_that_more_than_one_in_a_million_is_found_by_chance() {
        let filter = filter((0..200_000).map(|n| n.to_string()));
        for block in filter {
            let set = f64::from(block.iter().map(|byte| byte.count_ones()).sum::<u32>()) / f64::from(8 * 4096);
            assert!(set.powi(20) < 1e-6, "{set}");
        }
    }

    /// A store keeps the filter, and not the list.
    #[test]
    fn an_entry_has_its_place_for_good() {
        let place = Place::of("companyname", SALT, 1_000);
        assert_eq!((place.block, &place.bits[..4]), (227, &[17800, 19774, 27983, 9431][..]));
    }

    #[test]
    fn a_count_of_entries_is_said_in_words() {
        let said = [1, 2_000]
            .map(|entries| Blocklist { entries, set_at: Timestamp::UNIX_EPOCH, file: FileDigest::of(b"x") }.counted());
        assert_eq!(said, ["1 entry", "2,000 entries"]);
    }

    #[test]
    fn another_store_has_other_places() {
        let [a, b] = [SALT, "f"].map(|salt| Place::of("companyname", salt, 1_000));
        assert!(a.block != b.block || a.bits != b.bits);
    }

    #[test]
    fn a_password_is_compared_as_a_whole_and_without_the_digits_and_signs_at_its_ends() {
        let spelled = |text: &str| -> Vec<String> {
            let typed = TypedPassword::new(Zeroizing::new(text.into()));
            spellings(&typed).iter().map(|text| text.to_string()).collect()
        };
        for (typed, compared) in [
            ("Companyname2026!!", &["companyname2026!!", "companyname"][..]),
            ("\u{a0}2026-COMPANYNAME ", &["2026-companyname", "companyname"]),
            ("ｃｏｍｐａｎｙ", &["company"]),
            ("Straße 1", &["straße 1", "straße"]),
            ("ΓΙΆΝΝΗΣ", &["γιάννησ"]),
            ("company2026name", &["company2026name"]),
            ("12345678abc9012", &["12345678abc9012"]),
            ("1234567890", &["1234567890"]),
        ] {
            assert_eq!(spelled(typed), compared, "{typed}");
        }
    }

    #[test]
    fn a_line_is_read_whatever_stands_around_its_entry() {
        let read = |line: &str| entry(line.as_bytes()).unwrap().map(|text| text.to_string());
        for line in ["Dragon", "\u{feff}dragon", " dragon\t", "\u{a0}DRAGON\u{2007}", "dragon\u{200b}"] {
            assert_eq!(read(line).as_deref(), Some("dragon"), "{line:?}");
        }
        for line in ["", " ", "\u{a0}", "\u{feff}"] {
            assert_eq!(read(line), None, "{line:?}");
        }
    }

    #[test]
    fn a_line_that_is_no_password_is_refused() {
        let long = vec![b'x'; LONGEST_LINE + 1];
        for (line, what) in [
            (&b"caf\xe9"[..], "is not UTF-8"),
            (b"\xff\xfed\0", "is UTF-16, not UTF-8"),
            (b"d\0r\0", "has a NUL in it, as no text has"),
            (&long, "is longer than 1,024 bytes, as no password is"),
        ] {
            assert_eq!(entry(line).err(), Some(what));
        }
        assert!(entry(&long[1..]).is_ok());
    }

    #[test]
    fn a_hash_is_told_from_a_password() {
        let sha1 = "21BD12DC183F740EE76F27B78EB39C8AD972A757";
        for text in [sha1, &format!("{sha1}:52579"), "8846f7eaee8fb117ad06bdd830b7586c:3", &"0".repeat(64)] {
            assert!(is_hash(text), "{text}");
        }
        for text in ["21bd12dc", "password:3", &"g".repeat(40), &format!("{sha1}:x"), &format!("{sha1} 3")] {
            assert!(!is_hash(text), "{text}");
        }
    }

    #[test]
    fn what_is_written_of_a_list_is_read_again() {
        let mut rng = StdRng::seed_from_u64(1);
        for entries in [1, 3, 14_344_391, rng.random()] {
            let list = Blocklist { entries, set_at: Timestamp::UNIX_EPOCH, file: FileDigest::of(b"x") };
            assert_eq!(list.to_string().parse(), Ok(list));
        }
        let none = Blocklist { entries: 0, set_at: Timestamp::UNIX_EPOCH, file: FileDigest::of(b"x") }.to_string();
        for text in ["", "none", &none, "entries=1,set=,sha256="] {
            assert!(text.parse::<Blocklist>().is_err(), "{text}");
        }
    }
}
