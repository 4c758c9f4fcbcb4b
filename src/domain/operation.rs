//! One run of the program on a store. Everything that the run writes to the record has the same id.

use std::fmt;
use std::str::FromStr;

use rand::CryptoRng;
use sha2::{Digest as _, Sha256};

use super::Invalid;
use super::text::quoted;

/// How many bytes of an id are random.
const RANDOM: usize = 12;

/// The id of a run, 128 random bits. It is written as 32 hexadecimal digits. On a server, 32 of the bits are computed from
/// the others and from which store it is. So the output of a run shows on which store it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationId(pub [u8; 16]);

impl OperationId {
    /// A new one.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// The same run, marked as one on this store.
    #[must_use]
    pub fn on(mut self, store: &str) -> Self {
        let (random, mark) = self.0.split_at_mut(RANDOM);
        let digest = Sha256::new().chain_update(store).chain_update(random).finalize();
        mark.iter_mut().zip(digest).for_each(|(mark, byte)| *mark = byte);
        self
    }

    /// Whether the run is marked as one on this store.
    #[must_use]
    pub fn is_on(self, store: &str) -> bool {
        self.on(store) == self
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
    fn a_run_on_one_store_is_told_from_a_run_on_another() {
        let id = OperationId([0xa5; 16]);
        assert!(id.on("one").is_on("one"));
        assert!(!id.on("one").is_on("other") && !id.is_on("one"));
        assert_eq!(id.on("one").on("other"), id.on("other"));
        assert_eq!(id.on("one").0[..RANDOM], id.0[..RANDOM]);
    }

    #[test]
    fn an_id_survives_being_written_down() {
        let id = OperationId([0xa5; 16]);
        assert_eq!(id.to_string().parse::<OperationId>().ok(), Some(id));
        for text in ["", "a5", &"g".repeat(32), &"a".repeat(34)] {
            assert!(text.parse::<OperationId>().is_err(), "{text}");
        }
    }
}
