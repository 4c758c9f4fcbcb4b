//! Hashes as other programs write them. Each is read into passdesk's own spelling of its kind, or is refused by name.
//!
//! A text that is no hash may be a password. So no message repeats any of it.

mod django;
mod keycloak;
mod ldap;

use std::fmt;

use super::pbkdf2::{self, Prf};
use super::salted::SaltedDigest;
use super::{MOST_SALT, MOST_TEXT, StoredHash, base64, parse, scrypt};

/// What a hash from elsewhere is good for.
pub enum Brought {
    /// It can be stored.
    Kept(StoredHash),
    /// It is fast to guess. It can be stored once argon2id is around it.
    Fast(SaltedDigest),
    /// It cannot be used. The account needs a new password.
    Refused(Refused),
}

/// Why a hash cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refused {
    /// It is too easy to guess.
    Weak(String),
    /// It would take too long at every sign-in.
    Dear(String),
    /// It is locked, or stands for no password.
    Locked,
    /// Another program checks the password.
    KeptElsewhere,
    /// It is cut off, or written in a form that its kind does not have.
    Damaged(&'static str),
    /// Its salt has more bytes than that of any program.
    LongSalt(&'static str),
    /// Its text has more bytes than that of any hash.
    LongText,
    /// Nobody knows what it is.
    Unknown,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weak(kind) => write!(f, "{kind} is too weak to keep"),
            Self::Dear(scheme) => write!(f, "a hash of {scheme} costs too much"),
            Self::Locked => f.write_str("the password is locked"),
            Self::KeptElsewhere => f.write_str("another program checks the password"),
            Self::Damaged(kind) => write!(f, "the {kind} hash is damaged"),
            Self::LongSalt(kind) => write!(f, "the {kind} hash is damaged: its salt has more than {MOST_SALT} bytes"),
            Self::LongText => write!(f, "the hash is damaged: it has more than {MOST_TEXT} bytes"),
            Self::Unknown => f.write_str("this is no hash that passdesk knows"),
        }
    }
}

impl Brought {
    /// Reads a hash. An empty text is none.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        Some(read(text).unwrap_or_else(Self::Refused))
    }

    /// Whether it can be used.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        !matches!(self, Self::Refused(_))
    }
}

type Result<T> = std::result::Result<T, Refused>;

fn read(text: &str) -> Result<Brought> {
    if text.starts_with("{\"") {
        return keycloak::read(text);
    }
    if text.len() > MOST_TEXT {
        return Err(Refused::LongText);
    }
    if let Some((scheme, rest)) = text.strip_prefix('{').and_then(|text| text.split_once('}')) {
        return ldap::read(scheme, rest);
    }
    if text.starts_with(['!', '*']) {
        return Err(if is_digits(text, 41) { weak("the hash of MySQL") } else { Refused::Locked });
    }
    django::read(text).or_else(|| crypt(text)).unwrap_or_else(|| Err(unsalted(text)))
}

/// Reads what crypt(3) or a PHC string has. `None` if it begins otherwise.
fn crypt(text: &str) -> Option<Result<Brought>> {
    let kind = text.strip_prefix('$')?.split('$').next()?;
    Some(match kind {
        "argon2id" | "argon2i" | "argon2d" => kept("argon2", text),
        "2a" | "2b" | "2y" => kept("bcrypt", text),
        "5" | "6" => kept("SHA-crypt", text),
        "y" => kept("yescrypt", text),
        "scrypt" => {
            scrypt::Hash::read(text).ok_or(Refused::Damaged("scrypt")).and_then(|hash| kept("scrypt", &hash.text()))
        }
        "pbkdf2" | "pbkdf2-sha1" | "pbkdf2-sha256" | "pbkdf2-sha512" => phc_pbkdf2(text),
        // What an earlier export of passdesk wrote.
        "argon2id-ssha" | "argon2id-ssha256" | "argon2id-ssha512" => kept("wrapped", text),
        "1" => Err(weak("MD5-crypt")),
        "apr1" => Err(weak("Apache's MD5")),
        "2x" => Err(weak("bcrypt 2x")),
        "3" | "NT" => Err(weak("the hash of Windows NT")),
        "sha1" => Err(weak("SHA1-crypt")),
        kind if kind.starts_with("md5") => Err(weak("Sun's MD5")),
        _ => Err(Refused::Unknown),
    })
}

/// Reads PBKDF2 as a PHC string, or as passlib has it: `$pbkdf2-sha256$29000$…`.
fn phc_pbkdf2(text: &str) -> Result<Brought> {
    let read = || {
        let mut parts = text.strip_prefix('$')?.split('$');
        let prf = prf(parts.next()?)?;
        let params = parts.next()?;
        let rounds = params.split(',').find_map(|param| param.strip_prefix("i=")).unwrap_or(params).parse().ok()?;
        let (salt, hash) = (parts.next()?, parts.next()?);
        let none = parts.next().is_none();
        pbkdf2::Hash::new(prf, rounds, base64::decoded(salt)?, base64::decoded(hash)?).filter(|_| none)
    };
    of_pbkdf2(read())
}

/// The digest of PBKDF2 by its usual names. Without one it is SHA-1.
fn prf(name: &str) -> Option<Prf> {
    let name = name.to_ascii_lowercase().replace('_', "-");
    if name == "pbkdf2" { Some(Prf::Sha1) } else { Prf::of_name(&name) }
}

fn of_pbkdf2(read: Option<pbkdf2::Hash>) -> Result<Brought> {
    kept("PBKDF2", &read.ok_or(Refused::Damaged("PBKDF2"))?.text())
}

/// Takes a hash in passdesk's spelling, if it is whole and neither too weak nor too dear.
fn kept(kind: &'static str, text: &str) -> Result<Brought> {
    if text.len() > MOST_TEXT {
        return Err(Refused::LongText);
    }
    let hash = parse(text).ok_or(Refused::Damaged(kind))?;
    if hash.salt() > MOST_SALT {
        return Err(Refused::LongSalt(kind));
    }
    let scheme = hash.scheme();
    if !scheme.is_moderate() {
        return Err(Refused::Dear(scheme.said()));
    }
    if !scheme.is_slow() {
        return Err(Refused::Weak(scheme.said()));
    }
    Ok(Brought::Kept(StoredHash::from_store(text.to_owned())))
}

fn weak(kind: &str) -> Refused {
    Refused::Weak(kind.to_owned())
}

/// Names a hash that has no mark of its kind, by its length.
fn unsalted(text: &str) -> Refused {
    let is_crypt = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/'));
    match text.len() {
        13 if is_crypt => weak("DES crypt"),
        20 if text.starts_with('_') => weak("DES crypt"),
        32 if is_digits(text, 32) => weak("an unsalted MD5 or NT hash"),
        40 if is_digits(text, 40) => weak("an unsalted SHA-1"),
        64 if is_digits(text, 64) => weak("an unsalted SHA-256"),
        128 if is_digits(text, 128) => weak("an unsalted SHA-512"),
        _ => Refused::Unknown,
    }
}

/// Whether the text is so long, and all behind its first byte are hexadecimal digits.
fn is_digits(text: &str, long: usize) -> bool {
    text.len() == long && text.bytes().skip(1).all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a text may be a hash in one of these spellings. Such a text is no name, and must not be shown.
#[must_use]
pub fn may_be_one(text: &str) -> bool {
    text.contains('$') || text.trim_start().starts_with('{')
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use sha1::Digest as _;
    use zeroize::Zeroizing;

    use super::*;
    use crate::domain::credential::{Credential, PasswordRevision};
    use crate::domain::hash::{Cost, Scheme};
    use crate::domain::hasher::{Hasher, Salt};
    use crate::domain::secret::TypedPassword;

    /// The password of each file in `tests/data/elsewhere/`.
    const PASSWORD: &[u8] = b"seven herons guard an orchard";
    const CHEAP: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };
    const FILES: [&str; 3] = [
        include_str!("../../../../tests/data/elsewhere/htpasswd"),
        include_str!("../../../../tests/data/elsewhere/dovecot"),
        include_str!("../../../../tests/data/elsewhere/shadow"),
    ];

    /// The hash of this account, as a program wrote it.
    fn written(name: &str) -> String {
        if let Some(algorithm) = name.strip_prefix("dj") {
            let all: serde_json::Value =
                serde_json::from_str(include_str!("../../../../tests/data/elsewhere/django.json")).unwrap();
            let mut users = all.as_array().unwrap().iter().map(|user| &user["fields"]);
            let found = users.find(|user| user["username"].as_str().unwrap()[2..] == *algorithm).unwrap();
            return found["password"].as_str().unwrap().into();
        }
        let mut lines = FILES.into_iter().flat_map(str::lines);
        let line =
            lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap_or_else(|| panic!("{name}"));
        line.split(':').next().unwrap().into()
    }

    /// The hash as it would be stored.
    fn stored(text: &str) -> Result<StoredHash> {
        match Brought::read(text) {
            Some(Brought::Kept(hash)) => Ok(hash),
            Some(Brought::Fast(digest)) => {
                let salt = Salt::draw(&mut StdRng::seed_from_u64(1));
                Ok(digest.wrapped(&mut Hasher::new(CHEAP).unwrap(), salt).unwrap())
            }
            Some(Brought::Refused(why)) => Err(why),
            None => panic!("there is none"),
        }
    }

    fn refused(text: &str) -> String {
        stored(text).err().map_or_else(|| "taken".into(), |why| why.to_string())
    }

    #[test]
    fn what_each_program_wrote_is_of_its_password_and_of_no_other() {
        for (name, scheme) in [
            ("httpb", "bcrypt 5"),
            ("http2", "sha256-crypt 5000,16"),
            ("http5", "sha512-crypt 5000,16"),
            ("doveblfcrypt", "bcrypt 5"),
            ("dovesha256crypt", "sha256-crypt 5000,16"),
            ("dovesha512crypt", "sha512-crypt 5000,16"),
            ("doveargon2i", "argon2i m=32768,t=4,p=1"),
            ("doveargon2id", "m=65536,t=3,p=1"),
            ("dovepbkdf2", "pbkdf2-sha1 5000"),
            ("dovessha", "m=8,t=1,p=1"),
            ("dovessha256", "m=8,t=1,p=1"),
            ("dovessha512", "m=8,t=1,p=1"),
            ("shadowyescrypt", "yescrypt ln=12,r=32"),
            ("shadowsha256", "sha256-crypt 5000,16"),
            ("shadowsha512", "sha512-crypt 5000,16"),
            ("mkyescrypt", "yescrypt ln=12,r=32"),
            ("mkbcrypt", "bcrypt 5"),
            ("mkbcrypta", "bcrypt 5"),
            ("djpbkdf2sha256", "pbkdf2-sha256 1000000"),
            ("djpbkdf2sha1", "pbkdf2-sha1 1000000"),
            ("djargon2", "m=102400,t=2,p=8"),
            ("djbcryptsha256", "bcrypt 12"),
            ("djbcrypt", "bcrypt 12"),
            ("djscrypt", "scrypt ln=14,r=8,p=5"),
        ] {
            let hash = stored(&written(name)).unwrap_or_else(|why| panic!("{name}: {why}"));
            assert_eq!(hash.scheme().map(|scheme| scheme.to_string()).as_deref(), Some(scheme), "{name}");
            assert!(hash.is_of(PASSWORD), "{name}");
            assert!(!hash.is_of(b"seven herons guard an orchare"), "{name}");
        }
    }

    #[test]
    fn a_hash_from_elsewhere_is_of_what_was_typed_however_it_is_composed() {
        let [decomposed, composed] = ["cafe\u{301}", "caf\u{e9}"];
        let digest = sha1::Sha1::digest([decomposed.as_bytes(), b"salt"].concat());
        let hash = stored(&format!("{{SSHA}}{}", base64::encoded(&[&digest[..], b"salt"].concat()))).unwrap();
        let credential = Credential { hash, revision: PasswordRevision(1), temporary_until: None };
        for (text, is_it) in [(decomposed, true), (composed, false)] {
            assert_eq!(credential.matches(&TypedPassword::new(Zeroizing::new(text.into()))), is_it, "{text}");
        }
    }

    #[test]
    fn what_is_too_weak_is_refused_by_its_name() {
        for (name, why) in [
            ("httpm", "Apache's MD5 is too weak to keep"),
            ("https", "an unsalted SHA-1 is too weak to keep"),
            ("httpd", "DES crypt is too weak to keep"),
            ("dovemd5crypt", "MD5-crypt is too weak to keep"),
            ("dovesha", "an unsalted SHA-1 is too weak to keep"),
            ("doveplain", "plain text is too weak to keep"),
            ("mkmd5crypt", "MD5-crypt is too weak to keep"),
            ("mkgostyescrypt", "this is no hash that passdesk knows"),
            ("daemon", "the password is locked"),
            ("locked", "the password is locked"),
            ("djmd5", "MD5 is too weak to keep"),
            ("djnone", "the password is locked"),
        ] {
            assert_eq!(refused(&written(name)), why, "{name}");
        }
        assert_eq!(refused("5f4dcc3b5aa765d61d8327deb882cf99"), "an unsalted MD5 or NT hash is too weak to keep");
        assert_eq!(refused("*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19"), "the hash of MySQL is too weak to keep");
        assert_eq!(refused("{SASL}alice@EXAMPLE.ORG"), "another program checks the password");
    }

    #[test]
    fn nothing_that_could_be_a_password_is_repeated() {
        for text in ["hunter2", "$hunter2$", "{hunter2}", "{hunter2}hunter2", "$argon2id$hunter2", "{\"hunter2\":1}"] {
            assert!(!refused(text).contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn the_spellings_of_passlib_389_ds_and_keycloak_are_read() {
        // Each of them is PBKDF2-HMAC-SHA256 of the password, with the salt 'saltsaltsaltsalt' and 10,000 rounds.
        let (salt, hash) = ("c2FsdHNhbHRzYWx0c2FsdA", "6UtVsRP5yqYGEunp5pNQEWJXmEhYJMQTn7rHeHmaKy8");
        let padded = [format!("{salt}=="), format!("{hash}=")];
        let keycloak = |data: &str| {
            let secret = format!(r#"{{\"value\":\"{}\",\"salt\":\"{}\"}}"#, padded[1], padded[0]);
            format!(r#"{{"type":"password","secretData":"{secret}","credentialData":"{data}"}}"#)
        };
        for text in [
            format!("$pbkdf2-sha256$i=10000,l=32${salt}${hash}"),
            format!("$pbkdf2-sha256$10000${salt}${hash}"),
            format!("{{PBKDF2-SHA256}}10000${salt}${}", hash.replace('+', ".")),
            format!("{{pbkdf2-sha256}}10000${}${}", padded[0], padded[1]),
            keycloak(r#"{\"hashIterations\":10000,\"algorithm\":\"pbkdf2-sha256\",\"additionalParameters\":{}}"#),
        ] {
            let hash = stored(&text).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!(
                hash.as_str(),
                format!("$pbkdf2-sha256$i=10000${salt}$6UtVsRP5yqYGEunp5pNQEWJXmEhYJMQTn7rHeHmaKy8")
            );
            assert!(hash.is_of(PASSWORD), "{text}");
        }
        let of_sha1 = stored(&format!("{{PBKDF2}}10000${salt}${hash}")).ok().and_then(|hash| hash.scheme());
        assert_eq!(of_sha1, Some(Scheme::Pbkdf2 { prf: Prf::Sha1, rounds: 10_000 }));
    }

    #[test]
    fn a_hash_of_keycloak_in_argon2_is_read() {
        // printf %s PASSWORD | argon2 sixteen-bytes-ok -id -t 5 -k 7168 -p 1 -l 32 -e
        let text = r#"{"secretData":"{\"value\":\"kCAA/OaeWnViheKPQ628aZlvVbwMadJql1r2pxMMysw\",\"salt\":\"c2l4dGVlbi1ieXRlcy1vaw==\"}","credentialData":
            {"hashIterations":5,"algorithm":"argon2","additionalParameters":{"hashLength":["32"],"memory":["7168"],
             "type":["id"],"version":["1.3"],"parallelism":["1"]}}}"#;
        assert!(stored(text).unwrap().is_of(PASSWORD));
    }

    #[test]
    fn a_hash_of_argon2_without_a_version_is_of_the_first_one() {
        // printf %s PASSWORD | argon2 sixteen-bytes-ok -i -v 10 -t 3 -k 4096 -p 1 -l 32 -e, without its 'v=16$'
        for text in [
            "$argon2i$m=4096,t=3,p=1$c2l4dGVlbi1ieXRlcy1vaw$e4MWtTf5hlMHQMe6dEVUlcTN3fCXt3BVVK8InO6bFKE",
            "$argon2i$v=16$m=4096,t=3,p=1$c2l4dGVlbi1ieXRlcy1vaw$e4MWtTf5hlMHQMe6dEVUlcTN3fCXt3BVVK8InO6bFKE",
            "$argon2id$m=4096,t=3,p=1$c2l4dGVlbi1ieXRlcy1vaw$W3SPh+EnJvwXfBQqJ1Dl2HqcvOnwCaKUdvDssCVke4M",
        ] {
            assert!(stored(text).unwrap().is_of(PASSWORD), "{text}");
        }
    }

    #[test]
    fn crypt_takes_any_salt_without_a_dollar() {
        // perl -e 'print crypt(PASSWORD, "\$6\$ab_c~d\$")' with Debian's libxcrypt, and so on.
        for text in [
            "$6$ab_c~d$Te.06T0ilM/5N71gfAuE8LDOeCZITb79eumWXq..U1totV01J2..PsztdYThfrFoBa3trdj.DqZ/7JwTFGblu0",
            "$5$rounds=1000$ab_c~d$RkRn0/aHyMq03.tpNYVe/p6MnZuzBmva1rnA/xOIMk0",
            "$6$$gJ4m9m0EH47in8gYotz79HMbPFBSrc2qFYmuGo6n3w97UkeILmJMfWqlKkWWoVjFX2wyq1KH5Jo73AcpDCMsO/",
            "$5$rounds=1000$$iqyOHFFSB.SjC/cl/eM1M6KFHwD8m/sInubCTSXnaW8",
            "$y$j75$$fMpDBCJqsKooW5I9znuwGapKeCWHwOE/3c5xTBTXR03",
            "$y$j75$ab..$Ydc5gW4Cr4p6g0ShWnNPSiWD4F8znsVFTMPHSYcjgC/",
        ] {
            let hash = stored(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert!(hash.is_of(PASSWORD), "{text}");
            assert!(!hash.is_of(b"seven herons guard an orchare"), "{text}");
        }
    }

    #[test]
    fn what_crypt_never_writes_is_no_hash_of_it() {
        let salt = "$y$j75$a_b.$Ydc5gW4Cr4p6g0ShWnNPSiWD4F8znsVFTMPHSYcjgC/".to_owned();
        let more = "$y$j75$ab..$Ydc5gW4Cr4p6g0ShWnNPSiWD4F8znsVFTMPHSYcjgC/$".to_owned();
        for text in [salt, more, format!("$6$salt${}", "z".repeat(86)), format!("$5$salt${}$", "a".repeat(43))] {
            assert!(refused(&text).ends_with(" is damaged"), "{text}: {}", refused(&text));
            assert_eq!(StoredHash::from_store(text.clone()).scheme(), None, "{text}");
        }
    }

    #[test]
    fn the_hash_of_389_ds_in_one_piece_is_read() {
        let text = include_str!("../../../../tests/data/elsewhere/389-ds").trim();
        let hash = stored(text).unwrap();
        assert_eq!(hash.scheme(), Some(Scheme::Pbkdf2 { prf: Prf::Sha256, rounds: 10_000 }));
        assert!(hash.is_of(b"Password123"));
    }

    #[test]
    fn above_the_cap_a_hash_is_refused_and_a_stored_one_never_evaluated() {
        let salt = "c2FsdHNhbHRzYWx0c2FsdA";
        let hash = format!("{salt}${salt}AAAA");
        let bcrypt = "KOy9ocHdGyd0VmENlSbPLuBK31s0G/1plNCXkci6P0325Ww1Tizge";
        for text in [
            format!("$2b$15${bcrypt}"),
            format!("$pbkdf2-sha256$i=3000001${hash}"),
            format!("$scrypt$ln=18,r=16,p=1${hash}"),
            format!("$scrypt$ln=18,r=8,p=3${hash}"),
            format!("$argon2i$v=19$m=262144,t=5,p=1${hash}"),
            format!("$6$rounds=656001$salt${}", ".".repeat(86)),
        ] {
            assert!(refused(&text).ends_with(" costs too much"), "{text}: {}", refused(&text));
            assert_eq!(StoredHash::from_store(text.clone()).scheme(), None, "{text}");
        }
    }

    #[test]
    fn a_hash_that_takes_no_time_is_refused_whatever_its_name() {
        let hash = "c2FsdHNhbHRzYWx0c2FsdA$c2FsdHNhbHRzYWx0c2FsdAAAAA";
        for cost in ["pbkdf2-sha1$i=999", "scrypt$ln=9,r=8,p=1", "scrypt$ln=1,r=8,p=700", "argon2id$v=19$m=512,t=1,p=1"]
        {
            assert!(refused(&format!("${cost}${hash}")).ends_with(" is too weak to keep"), "{cost}");
        }
    }

    #[test]
    fn a_damaged_hash_is_named_as_such() {
        for text in
            ["$2b$12$abc", "$y$j9T$x", "$6$salt", "pbkdf2_sha256$1$x", "$scrypt$x", "{SSHA}AAAA", "{\"a\":", "argon2$x"]
        {
            assert!(refused(text).ends_with(" is damaged"), "{text}: {}", refused(text));
        }
    }

    #[test]
    fn a_salt_of_more_than_64_bytes_is_refused_and_never_evaluated() {
        let hash = base64::encoded(&[7; 32]);
        let salts = |bytes: usize| {
            let salt = base64::encoded(&vec![7; bytes]);
            let crypt = ".".repeat(bytes);
            [
                format!("$pbkdf2-sha256$i=1000${salt}${hash}"),
                format!("pbkdf2_sha256$1000${crypt}${hash}"),
                format!("$scrypt$ln=14,r=8,p=1${salt}${hash}"),
                format!("$6${crypt}${}", ".".repeat(86)),
                format!("$y$j75${}${}", ".".repeat((bytes * 8).div_ceil(6)), ".".repeat(43)),
                format!("$argon2id-ssha${salt}$v=19$m=19456,t=2,p=1${}${hash}", base64::encoded(&[7; 16])),
                format!("{{SSHA}}{}", base64::encoded(&vec![7; 20 + bytes])),
            ]
        };
        for text in salts(64) {
            assert!(stored(&text).is_ok(), "{text}: {}", refused(&text));
        }
        for text in salts(65) {
            assert!(refused(&text).ends_with("damaged: its salt has more than 64 bytes"), "{text}: {}", refused(&text));
            assert_eq!(StoredHash::from_store(text.clone()).scheme(), None, "{text}");
        }
    }

    #[test]
    fn a_text_of_more_than_1024_bytes_is_no_hash() {
        let hash = |bytes: usize| format!("$pbkdf2-sha256$i=1000$AAA${}", "A".repeat(bytes - 26));
        assert_eq!(refused(&hash(1024)), "taken");
        assert_eq!(refused(&hash(1025)), "the hash is damaged: it has more than 1024 bytes");
        assert_eq!(StoredHash::from_store(hash(1025)).scheme(), None);
        // In passdesk's spelling a salt is longer than in Django's. Of 718 bytes, it makes a text of 1,024.
        let salted = |bytes: usize| format!("pbkdf2_sha256$1000${}${}", "s".repeat(bytes), "A".repeat(43));
        assert_eq!(refused(&salted(718)), "the PBKDF2 hash is damaged: its salt has more than 64 bytes");
        assert_eq!(refused(&salted(719)), "the hash is damaged: it has more than 1024 bytes");
    }

    #[test]
    fn a_weak_hash_is_told_by_its_mark_or_else_by_its_length() {
        for (text, kind) in [
            ("ab./CDefghijk".to_owned(), Some("DES crypt")),
            ("ab:/CDefghijk".to_owned(), None),
            (format!("_{}", "a".repeat(19)), Some("DES crypt")),
            ("a".repeat(20), None),
            ("f".repeat(32), Some("an unsalted MD5 or NT hash")),
            ("x".repeat(32), None),
            ("f".repeat(40), Some("an unsalted SHA-1")),
            ("x".repeat(40), None),
            ("f".repeat(64), Some("an unsalted SHA-256")),
            ("x".repeat(64), None),
            ("f".repeat(128), Some("an unsalted SHA-512")),
            ("x".repeat(128), None),
            ("$2x$05$".to_owned(), Some("bcrypt 2x")),
            ("$3$$".to_owned(), Some("the hash of Windows NT")),
            ("$NT$".to_owned(), Some("the hash of Windows NT")),
            ("$sha1$1000$".to_owned(), Some("SHA1-crypt")),
            ("$md5,rounds=5000$".to_owned(), Some("Sun's MD5")),
            ("{DES-CRYPT}abc".to_owned(), Some("DES crypt")),
            ("{SHA256}abc".to_owned(), Some("an unsalted SHA-256")),
            ("{SHA512}abc".to_owned(), Some("an unsalted SHA-512")),
            ("{SMD5}abc".to_owned(), Some("MD5")),
            ("{NT}abc".to_owned(), Some("the hash of Windows NT")),
            ("sha1$abc$def".to_owned(), Some("SHA-1")),
            ("crypt$abc$def".to_owned(), Some("DES crypt")),
        ] {
            let said =
                kind.map_or("this is no hash that passdesk knows".into(), |kind| format!("{kind} is too weak to keep"));
            assert_eq!(refused(&text), said, "{text}");
        }
    }

    #[test]
    fn a_text_with_a_dollar_or_in_braces_may_be_a_hash() {
        for (text, may) in
            [("$y$x", true), ("pbkdf2_sha256$1$x", true), (" {SSHA}x", true), ("a{b}", false), ("", false)]
        {
            assert_eq!(may_be_one(text), may, "{text}");
        }
    }

    #[test]
    fn what_is_kept_or_wrapped_is_usable() {
        for (text, is_usable) in [(written("httpb"), true), (written("dovessha"), true), (written("httpm"), false)] {
            assert_eq!(Brought::read(&text).unwrap().is_usable(), is_usable);
        }
    }

    #[test]
    fn what_is_stored_is_read_again_as_it_is() {
        for name in ["dovessha512", "djscrypt", "djpbkdf2sha1", "djbcryptsha256", "mkyescrypt", "http5", "doveargon2i"]
        {
            let hash = match Brought::read(&written(name)) {
                Some(Brought::Fast(digest)) => {
                    let salt = Salt::draw(&mut StdRng::seed_from_u64(1));
                    digest.wrapped(&mut Hasher::new(Cost::DEFAULT).unwrap(), salt).unwrap()
                }
                _ => stored(&written(name)).unwrap(),
            };
            assert!(stored(hash.as_str()).is_ok_and(|again| again.as_str() == hash.as_str()), "{name}");
        }
    }

    #[test]
    fn a_password_that_crypt_never_takes_is_of_no_hash_of_it() {
        // perl -e 'print crypt("x" x 511, "\$5\$rounds=1000\$abc\$")' with Debian's libxcrypt. With 512 it fails.
        let hash = stored("$5$rounds=1000$abc$pZrXY9WAlNS1xsMeUl/rnluo.H.nJG0NjysKIR7Gbc2").unwrap();
        assert!(hash.is_of("x".repeat(511).as_bytes()));
        assert!(!hash.is_of("x".repeat(512).as_bytes()));
    }

    #[test]
    fn of_a_bcrypt_password_no_more_than_72_bytes_count() {
        // htpasswd -nbB x "$(printf %080d)"
        let hash = stored("$2y$05$Wx6rZc6nvkzYOnALHub7beM9ziWkPSjPbyUeE2hwF/.0xNFgD3Qfm").unwrap();
        assert!(hash.is_of("0".repeat(80).as_bytes()));
        assert!(hash.is_of("0".repeat(72).as_bytes()));
        assert!(!hash.is_of("0".repeat(71).as_bytes()));
    }
}
