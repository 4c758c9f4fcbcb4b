//! Any text that somebody types as a password, and any key that a password is encrypted to.

#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a property panics where it does not hold")]

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use unicode_normalization::is_nfc;
use zeroize::Zeroizing;

use super::account::Account;
use super::clock::Timestamp;
use super::credential::MAX_PASSWORD_BYTES;
use super::name::DisplayName;
use super::password::{BrokenRule, Demands, broken_rules};
use super::public_key::{PublicKey, listed};
use super::role::Roles;
use super::sealing::Recipients;
use super::secret::TypedPassword;
use super::temporary::{ALPHABET, SYMBOLS, TemporaryPassword, canonical, has_its_form, is_in};
use super::text::{is_blank, is_dash};
use crate::properties::{Choices, is_harmless, is_tellable};

/// What a chat, a word processor or an e-mail puts between two symbols and around them.
const BETWEEN: [&str; 20] = [
    "", "-", " ", "\u{2010}", "\u{2011}", "\u{2013}", "\u{2014}", "\u{2212}", "\u{fe63}", "\u{ff0d}", "\u{ad}",
    "\u{a0}", "\u{202f}", "\u{3000}", "\t", "--", "\u{feff}", "\u{200b}", "\u{200d}", "\u{2060}",
];

/// Keys of each kind, and a list of them.
const KEYS: [&str; 4] = [
    "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN alice@rust",
    "# The desk.\nage1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\n\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN\n",
    "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z",
];

/// Any text is judged, and each rule that it breaks is named.
pub fn passwords(bytes: &[u8]) {
    let mut choices = Choices::of(bytes);
    let name = choices.text(20);
    let mut text = choices.text(60);
    if choices.yes() {
        // Normalization makes the first shorter, and the second longer.
        text += &choices.one_of(&["e\u{301}", "\u{fb2c}", "ab"]).repeat(choices.below(520));
    }
    for text in [&text, &*String::from_utf8_lossy(bytes)] {
        judged(text, &name);
    }
}

fn typed(text: &str) -> TypedPassword {
    TypedPassword::new(Zeroizing::new(text.to_owned()))
}

fn judged(text: &str, name: &str) {
    let password = typed(text);
    let normalized = password.normalized();
    assert!(is_nfc(&normalized) && password.same_as(&typed(&normalized)), "{text:?}");
    assert_eq!(password.byte_len(), text.len());
    let username = "alice".parse().expect("a username");
    let email = name.parse().ok();
    let account =
        Account::new(username, DisplayName::from_store(name.into()), email, Roles::NONE, Timestamp::UNIX_EPOCH);
    let (min_length, is_blocked) = (15, name.len().is_multiple_of(2));
    let broken = broken_rules(&password, &account, None, Demands { min_length, is_blocked });
    let has = normalized.chars().count();
    let has_rule = |rule: BrokenRule| broken.contains(&rule);
    assert_eq!(has_rule(BrokenRule::TooShort { has, needs: min_length }), has < min_length, "{text:?}");
    assert_eq!(has_rule(BrokenRule::TooLong), text.len().max(normalized.len()) > MAX_PASSWORD_BYTES, "{text:?}");
    assert_eq!(has_rule(BrokenRule::Temporary), has_its_form(&password) || is_in(&normalized), "{text:?}");
    assert_eq!(has_rule(BrokenRule::Blocked), is_blocked);
    assert!(!has_rule(BrokenRule::Current));
    assert!(broken.iter().all(|rule| !rule.lines().is_empty()));
}

/// A temporary password is known however it is typed, and nothing else is taken for one.
pub fn temporaries(bytes: &[u8]) {
    let mut choices = Choices::of(bytes);
    let password = TemporaryPassword::generate(&mut StdRng::seed_from_u64(choices.any::<u64>()));
    let shown = password.reveal();
    let groups: Vec<&str> = shown.split('-').collect();
    assert!(groups.len() == 5 && groups.iter().all(|group| group.len() == 4), "{shown}");
    assert!(shown.bytes().all(|byte| byte == b'-' || ALPHABET.contains(&byte)), "{shown}");
    let mut spelled = choices.one_of::<&str>(&BETWEEN).to_string();
    for c in shown.chars().filter(|c| *c != '-') {
        spelled.push(if choices.yes() { c.to_ascii_uppercase() } else { c });
        spelled.push_str(choices.one_of::<&str>(&BETWEEN));
    }
    assert_eq!(canonical(&typed(&spelled)).as_deref().map(String::as_str), Some(shown), "{spelled:?}");
    let changed = choices.changed(shown.as_bytes());
    for text in [String::from_utf8_lossy(&changed), String::from_utf8_lossy(bytes)] {
        let bare: String = text.chars().filter(|c| !is_dash(*c) && !is_blank(*c)).collect();
        let is_one = bare.len() == SYMBOLS && bare.bytes().all(|byte| ALPHABET.contains(&byte.to_ascii_lowercase()));
        let found = canonical(&typed(&text)).map(|found| found.replace('-', ""));
        assert_eq!(found, is_one.then(|| bare.to_ascii_lowercase()), "{text:?}");
    }
}

/// A key is read as it was written, and something can be encrypted to it. Or it is refused, and no message repeats it.
pub fn keys(bytes: &[u8]) {
    let mut choices = Choices::of(bytes);
    let sample = choices.one_of(&KEYS).as_bytes();
    for text in [String::from_utf8_lossy(bytes), String::from_utf8_lossy(&choices.changed(sample))] {
        match text.parse::<PublicKey>() {
            Ok(key) => can_be_used(&key),
            Err(why) => repeats_nothing(&text, &why),
        }
        match listed(&text) {
            Ok(keys) => keys.iter().for_each(can_be_used),
            Err(bad) => {
                assert!((1..=text.split('\n').count()).contains(&bad.line), "{bad:?}");
                repeats_nothing(&text, &bad.why);
            }
        }
    }
}

fn can_be_used(key: &PublicKey) {
    assert_eq!(key.as_str().parse().as_ref(), Ok(key));
    is_harmless(&key.fingerprint());
    let to = Recipients::of(std::slice::from_ref(key)).expect("a key that was taken");
    assert!(to.seal("seven herons").is_ok());
}

fn repeats_nothing(text: &str, why: &super::Invalid) {
    is_tellable(why);
    // A shorter word may be the beginning that names a plugin of age.
    let secret = |word: &&str| word.len() > "age1".len() + 20 + "1".len();
    assert!(!text.split_whitespace().filter(secret).any(|word| why.message.contains(word)), "{why:?}");
}
