//! 32 bytes as 64 hexadecimal digits.

/// The digits.
pub(super) fn digits(bytes: &[u8; 32]) -> impl Iterator<Item = char> {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|digit| char::from_digit(u32::from(digit), 16))
}

/// Reads the digits into bytes; `None` if this is not 64 of them.
pub(super) fn read(text: &str, bytes: &mut [u8; 32]) -> Option<()> {
    let text = text.as_bytes();
    if text.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(())
}
