//! Base64 as hashes use it: with padding or without it.

use base64::Engine as _;
use base64::alphabet::{self, Alphabet};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(false)
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = engine(&alphabet::STANDARD);
const BCRYPT: GeneralPurpose = engine(&alphabet::BCRYPT);

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
