//! One run of the program on a store. Everything that the run writes to the record has the same id.

use std::fmt;
use std::str::FromStr;

use rand::CryptoRng;

use super::Invalid;
use super::text::quoted;

/// The random id of a run, 128 bits. It is written as 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationId(pub [u8; 16]);

impl OperationId {
    /// A new one.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }
}

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base16ct::lower::encode_string(&self.0))
    }
}

impl FromStr for OperationId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let mut bytes = [0; 16];
        let read = base16ct::mixed::decode(text, &mut bytes).map(<[u8]>::len);
        if read == Ok(bytes.len()) {
            return Ok(Self(bytes));
        }
        Err(Invalid::new(
            format!("{} is not the id of an operation", quoted(text)),
            "it has 32 digits; a reset, a failure and 'audit list' print it",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_being_written_down() {
        let id = OperationId([0xa5; 16]);
        assert_eq!(id.to_string().parse::<OperationId>().ok(), Some(id));
        for text in ["", "a5", &"g".repeat(32), &"a".repeat(34)] {
            assert!(text.parse::<OperationId>().is_err(), "{text}");
        }
    }
}
