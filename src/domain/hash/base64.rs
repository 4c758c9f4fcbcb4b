//! Base64 as hashes use it: with padding or without it.

use base64::Engine as _;
use base64::alphabet::{self, Alphabet};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose};

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(false)
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = engine(&alphabet::STANDARD);
const BCRYPT: GeneralPurpose = engine(&alphabet::BCRYPT);
/// Takes a whole number of groups, and nothing that encodes otherwise.
const CRYPT: GeneralPurpose = GeneralPurpose::new(&alphabet::CRYPT, general_purpose::NO_PAD);

const fn engine(alphabet: &Alphabet) -> GeneralPurpose {
    GeneralPurpose::new(alphabet, LENIENT)
}

/// Decodes Base64. passlib and 389-ds write a dot for the plus.
pub fn decoded(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text.replace('.', "+")).ok()
}

/// Encodes in Base64 without padding, as a PHC string has it.
pub fn encoded(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Decodes the Base64 of bcrypt.
pub fn of_bcrypt(text: &str) -> Option<Vec<u8>> {
    BCRYPT.decode(text).ok()
}

/// Decodes the Base64 of crypt(3). There the lowest bits come first. So the text is read from its end, and so is what
/// it decodes to. `None` if there are bits left over that are not zero: crypt(3) would never write them.
pub fn of_crypt(text: &str) -> Option<Vec<u8>> {
    let missing = (4 - text.len() % 4) % 4;
    let reversed: Vec<u8> = std::iter::repeat_n(b'.', missing).chain(text.bytes().rev()).collect();
    let mut bytes = CRYPT.decode(reversed).ok().filter(|_| missing < 3)?;
    bytes.reverse();
    let is_whole = bytes.iter().rev().take(missing).all(|byte| *byte == 0);
    bytes.truncate(bytes.len() - missing);
    is_whole.then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base64_of_crypt_begins_with_the_lowest_bits() {
        for (text, bytes) in [
            ("", Some(vec![])),
            (".", None),
            ("/.", Some(vec![1])),
            ("/2.", Some(vec![1, 1])),
            ("zzzz", Some(vec![255; 3])),
        ] {
            assert_eq!(of_crypt(text), bytes, "{text}");
        }
    }

    #[test]
    fn what_crypt_never_writes_is_no_base64_of_it() {
        for text in ["/", "/zzz/", "/E", "zzz", "zz_z", "zz=z", "zzzé"] {
            assert_eq!(of_crypt(text), None, "{text}");
        }
    }
}
