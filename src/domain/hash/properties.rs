//! Any text in the place of a hash.

#![expect(clippy::expect_used, reason = "a property panics where it does not hold")]

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use zeroize::Zeroizing;

use super::elsewhere::{Brought, Refused};
use super::{Cost, Scheme, StoredHash};
use crate::domain::credential::{Credential, PasswordRevision};
use crate::domain::hasher::{Hasher, Salt};
use crate::domain::secret::TypedPassword;
use crate::properties::{Choices, is_harmless};

/// A hash that takes longer is not evaluated here, in millionths of a second.
const LONGEST: u64 = 2_000;

/// Hashes as programs have written them.
const FILES: [&str; 4] = [
    include_str!("../../../tests/data/elsewhere/htpasswd"),
    include_str!("../../../tests/data/elsewhere/dovecot"),
    include_str!("../../../tests/data/elsewhere/shadow"),
    include_str!("../../../tests/data/elsewhere/django.json"),
];
const OTHERS: [&str; 6] = [
    "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$c2FsdHNhbHRzYWx0c2FsdA",
    "$argon2id-ssha$c2FsdA$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$c2FsdHNhbHRzYWx0c2FsdA",
    "$scrypt$ln=1,r=8,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdHNhbHRzYWx0c2FsdHNhbHQ",
    "$pbkdf2-sha256$i=1000$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdHNhbHRzYWx0c2FsdHNhbHQ",
    "$5$rounds=1000$abc$pZrXY9WAlNS1xsMeUl/rnluo.H.nJG0NjysKIR7Gbc2",
    "{\"secretData\":\"{\\\"value\\\":\\\"c2FsdHNhbHQ=\\\",\\\"salt\\\":\\\"c2FsdA==\\\"}\",\"credentialData\":\"{\\\"hashIterations\\\":27500,\\\"algorithm\\\":\\\"pbkdf2-sha256\\\"}\"}",
];
const SCHEMES: [&str; 6] = [
    "m=19456,t=2,p=1",
    "argon2i m=8,t=1,p=1",
    "bcrypt 12",
    "scrypt ln=14,r=8,p=1",
    "sha512-crypt 1000,16",
    "yescrypt ln=12,r=32",
];

/// A hash is read as it was written. One above its cap is never evaluated. A new one is that of its password alone.
pub fn hashes(bytes: &[u8]) {
    one(&String::from_utf8_lossy(bytes));
    let mut choices = Choices::of(bytes);
    let fields = FILES.iter().flat_map(|file| file.split([':', '"', '\n'])).filter(|field| field.contains(['$', '}']));
    let samples: Vec<&str> = fields.chain(OTHERS).collect();
    let sample = choices.one_of(&samples).as_bytes();
    one(&String::from_utf8_lossy(&choices.changed(sample)));
    one(&dear(&mut choices));
    let sample = choices.one_of(&SCHEMES).as_bytes();
    scheme(&String::from_utf8_lossy(&choices.changed(sample)));
    made(&mut choices);
}

/// A hash of any cost.
fn dear(choices: &mut Choices<'_>) -> String {
    let [one, two, three] = [(); 3].map(|()| choices.size());
    let (salt, hash) = ("c2FsdHNhbHRzYWx0c2FsdA", "c2FsdHNhbHRzYWx0c2FsdHNhbHRzYWx0c2FsdHNhbHQ");
    match choices.below(6) {
        0 => format!(
            "${}$v=19$m={one},t={two},p={three}${salt}${hash}",
            choices.one_of(&["argon2id", "argon2i", "argon2d"])
        ),
        1 => format!("$scrypt$ln={},r={two},p={three}${salt}${hash}", one % 40),
        2 => format!("$2b${:02}$Wx6rZc6nvkzYOnALHub7beM9ziWkPSjPbyUeE2hwF/.0xNFgD3Qfm", one % 40),
        3 => format!("$pbkdf2-{}$i={one}${salt}${hash}", choices.one_of(&["sha1", "sha256", "sha512"])),
        4 => format!("$5$rounds={one}$abc$pZrXY9WAlNS1xsMeUl/rnluo.H.nJG0NjysKIR7Gbc2"),
        _ => format!(
            "{{\"algorithm\":\"pbkdf2-sha256\",\"hashIterations\":{one},\"value\":\"{hash}=\",\"salt\":\"{salt}==\"}}"
        ),
    }
}

fn one(text: &str) {
    match Brought::read(text) {
        Some(Brought::Kept(hash)) => {
            assert!(is_evaluated(&hash).is_some(), "{text:?} is kept and never evaluated");
            let again = Brought::read(hash.as_str());
            assert!(matches!(again, Some(Brought::Kept(again)) if again == hash), "{text:?}");
        }
        Some(Brought::Fast(digest)) => {
            let salt = Salt::draw(&mut StdRng::seed_from_u64(1));
            let wrapped = Hasher::new(Cost { memory_kib: 1024, passes: 1, lanes: 1 })
                .and_then(|mut hasher| digest.wrapped(&mut hasher, salt));
            let wrapped = wrapped.expect("a hash can be made");
            assert!(is_evaluated(&wrapped).is_some(), "{text:?}");
            let again = Brought::read(wrapped.as_str());
            assert!(matches!(again, Some(Brought::Kept(again)) if again == wrapped), "{text:?}");
        }
        Some(Brought::Refused(why)) => repeats_nothing(&why, text),
        None => assert!(text.trim().is_empty()),
    }
    let hash = StoredHash::from_store(text.to_owned());
    let Some(scheme) = is_evaluated(&hash) else {
        return assert!(!hash.is_of(b"seven herons guard an orchard"), "{text:?}");
    };
    assert_eq!(Scheme::of_stored(&scheme.to_string()), Some(scheme), "{text:?}");
    if scheme.time() <= LONGEST {
        // The library must bear each text that is evaluated at all.
        hash.is_of(b"seven herons guard an orchard");
    }
}

/// What an evaluation takes, if it is ever made.
fn is_evaluated(hash: &StoredHash) -> Option<Scheme> {
    let scheme = hash.scheme()?;
    assert!(scheme.is_moderate() && scheme.time() <= 1_000_000, "{scheme:?}");
    is_harmless(&scheme.said());
    Some(scheme)
}

fn repeats_nothing(why: &Refused, text: &str) {
    let said = why.to_string();
    is_harmless(&said);
    // The cost is no secret. Base64 ends with `=`.
    let secret = |part: &&str| part.len() >= 12 && !part.contains(['=', ' ', '-']);
    for part in text.split(['$', '}', '{', '"', ':']).map(|part| part.trim_end_matches('=')).filter(secret) {
        assert!(!said.contains(part), "{said} has {part}");
    }
}

fn scheme(text: &str) {
    if let Some(scheme) = Scheme::of_stored(text) {
        assert_eq!(scheme.to_string(), text);
        assert!(scheme.is_moderate());
    }
}

fn made(choices: &mut Choices<'_>) {
    let cost = Cost {
        memory_kib: 128 + u32::from(choices.any::<u8>() / 2),
        passes: 1 + u32::from(choices.any::<u8>() % 3),
        lanes: 1 + u32::from(choices.any::<u8>() % 4),
    };
    let typed = |text: &str| TypedPassword::new(Zeroizing::new(text.to_owned()));
    let text = choices.text(20);
    let hash = StoredHash::of_typed(&typed(&text), cost, &mut StdRng::seed_from_u64(choices.any::<u64>()));
    let credential =
        Credential { hash: hash.expect("a hash can be made"), revision: PasswordRevision(1), temporary_until: None };
    assert_eq!(is_evaluated(&credential.hash), Some(Scheme::own(cost)));
    assert!(credential.matches(&typed(&text)));
    for other in [format!("{text}x"), format!("x{text}"), format!("{text}\0")] {
        assert!(!credential.matches(&typed(&other)), "{other:?} for {text:?}");
    }
}
