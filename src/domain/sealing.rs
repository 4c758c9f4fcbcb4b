//! Seals secrets: encrypts them to public keys, with age (age-encryption.org/v1). Only who has one of the private keys can
//! read a sealed secret, and nobody here can.
//!
//! `age` asks the operating system for its random numbers.

use std::io::Write as _;

use age::Encryptor;
use age::armor::{ArmoredWriter, Format};

use super::Invalid;
use super::public_key::{KeyKind, PublicKey, Recipient};

/// The line before a message.
pub const BEGINS: &str = "-----BEGIN AGE ENCRYPTED FILE-----";
/// The line after a message.
pub const ENDS: &str = "-----END AGE ENCRYPTED FILE-----";

/// Everybody who can open a message.
pub struct Recipients {
    keys: Vec<Recipient>,
    kinds: KeyKinds,
}

/// Which kinds of key open a message. One is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyKinds([bool; KeyKind::ALL.len()]);

impl KeyKinds {
    /// The kinds, each once.
    pub fn iter(self) -> impl Iterator<Item = KeyKind> {
        KeyKind::ALL.into_iter().filter(move |kind| self.0[*kind as usize])
    }
}

impl Recipients {
    /// The holders of these keys. A key that another program wrote into the store may be of no use.
    pub fn of(keys: &[PublicKey]) -> Result<Self, Invalid> {
        let mut kinds = KeyKinds::default();
        for key in keys {
            kinds.0[key.kind() as usize] = true;
        }
        Ok(Self { keys: keys.iter().map(PublicKey::recipient).collect::<Result<_, _>>()?, kinds })
    }

    /// Which kinds of key they have.
    #[must_use]
    pub fn kinds(&self) -> KeyKinds {
        self.kinds
    }

    /// A message with a secret and a line end. It is armoured: text of several lines, the last one without its end.
    pub(super) fn seal(&self, secret: &str) -> anyhow::Result<String> {
        let keys = self.keys.iter().map(|key| match key {
            Recipient::Age(key) => key as &dyn age::Recipient,
            Recipient::Ssh(key) => key,
        });
        // The words of its error would bring translations into the program.
        let encryptor =
            Encryptor::with_recipients(keys).map_err(|_| anyhow::anyhow!("age encrypts to none of the keys"))?;
        let mut sealed = encryptor.wrap_output(ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?)?;
        sealed.write_all(secret.as_bytes())?;
        sealed.write_all(b"\n")?;
        let mut message = String::from_utf8(sealed.finish()?.finish()?)?;
        message.truncate(message.trim_end().len());
        Ok(message)
    }
}

/// A message as one line without spaces: its Base64 alone, as a program decodes it.
#[must_use]
pub fn on_one_line(message: &str) -> String {
    message.lines().filter(|line| ![BEGINS, ENDS].contains(line)).collect()
}

/// Opens messages, for tests.
#[cfg(test)]
pub mod made_up {
    use std::io::Read as _;

    use age::armor::ArmoredReader;
    use age::{Decryptor, Identity};

    /// The text in a message, opened by a private key. `None` if the key does not open it.
    ///
    /// # Panics
    ///
    /// If it is no message, or no private key.
    #[must_use]
    pub fn opened(message: &str, private: &str) -> Option<String> {
        let identity: Box<dyn Identity> = match private.parse::<age::x25519::Identity>() {
            Ok(identity) => Box::new(identity),
            Err(_) => Box::new(age::ssh::Identity::from_buffer(private.as_bytes(), None).unwrap()),
        };
        let message = Decryptor::new(ArmoredReader::new(message.as_bytes())).unwrap();
        let mut text = String::new();
        message.decrypt([&*identity].into_iter()).ok()?.read_to_string(&mut text).unwrap();
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::made_up::opened;
    use super::*;
    use crate::domain::public_key::made_up::{AGE, ED25519};

    fn sealed(keys: &[&str]) -> String {
        let keys: Vec<_> = keys.iter().map(|key| key.parse().unwrap()).collect();
        Recipients::of(&keys).unwrap().seal("secret").unwrap()
    }

    #[test]
    fn each_recipient_opens_a_message_and_nobody_else_does() {
        for (key, others) in [(AGE, ED25519), (ED25519, AGE)] {
            let message = sealed(&[key[0]]);
            assert_eq!(opened(&message, key[1]).as_deref(), Some("secret\n"));
            assert_eq!(opened(&message, others[1]), None);
        }
        let message = sealed(&[AGE[0], ED25519[0]]);
        for key in [AGE, ED25519] {
            assert_eq!(opened(&message, key[1]).as_deref(), Some("secret\n"));
        }
    }

    #[test]
    fn a_message_has_nothing_of_the_secret_and_is_another_one_each_time() {
        let [one, other] = [sealed(&[AGE[0]]), sealed(&[AGE[0]])];
        assert!(one.starts_with(BEGINS) && one.ends_with(ENDS));
        assert_ne!(one, other);
    }

    #[test]
    fn a_message_on_one_line_is_the_base64_of_what_age_reads() {
        let message = sealed(&[AGE[0]]);
        let bytes = STANDARD.decode(on_one_line(&message)).unwrap();
        assert!(bytes.starts_with(b"age-encryption.org/v1\n"));
    }

    #[test]
    fn a_message_to_nobody_is_never_made() {
        assert!(Recipients::of(&[]).unwrap().seal("secret").is_err());
    }

    #[test]
    fn the_kinds_of_the_recipients_are_known() {
        let keys = [ED25519[0].parse().unwrap(), AGE[0].parse().unwrap()];
        assert_eq!(Recipients::of(&keys).unwrap().kinds().iter().collect::<Vec<_>>(), [KeyKind::Age, KeyKind::Ed25519]);
    }
}
