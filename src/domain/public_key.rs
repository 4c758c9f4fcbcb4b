//! Public keys that a secret can be encrypted to: recipients of age, and SSH keys.
//!
//! Only this file and `sealing` name the crate `age`.

use std::fmt;
use std::str::FromStr;

use age::ssh::ParseRecipientKeyError as NoSshKey;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use sha2::{Digest as _, Sha256};

use super::Invalid;
use super::table::table;

/// The longest line with a key, in bytes. An RSA key of 4,096 bits has some 730, and a comment may follow it.
const MAX_LINE: usize = 4096;

/// The kinds of key that are taken, in a list.
const TAKEN: &str = "passdesk takes age1…, ssh-ed25519, and ssh-rsa from 2,048 to 4,096 bits";

/// The hint for a private key.
const NEVER: &str = "a private key belongs to its owner alone; name the public one: FILE.pub, or 'age-keygen -y FILE'";

table! {
    /// The kinds of key.
    KeyKind;
    /// How a line with such a key begins.
    begins: &'static str;
    /// The file in which its owner usually keeps the private key.
    private: &'static str;
    /// Made by age-keygen.
    Age => "age1", "key.txt";
    /// Made by ssh-keygen, and the usual one today.
    Ed25519 => "ssh-ed25519", "~/.ssh/id_ed25519";
    /// Made by ssh-keygen.
    Rsa => "ssh-rsa", "~/.ssh/id_rsa";
}

/// A public key: `age1…`, or the kind of an SSH key and the key in Base64. What is written after it in a file of SSH keys
/// is left out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PublicKey(String);

/// A key in the form in which a message is encrypted to it.
pub(super) enum Recipient {
    /// A recipient of age.
    Age(age::x25519::Recipient),
    /// An SSH key.
    Ssh(age::ssh::Recipient),
}

impl PublicKey {
    /// Takes a key from a store. Another program may have written it.
    #[must_use]
    pub fn from_store(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What kind it is.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        let begins = |kind: &KeyKind| self.0.starts_with(kind.begins());
        KeyKind::ALL.into_iter().find(begins).unwrap_or(KeyKind::Age)
    }

    /// How people tell keys apart: `ssh-ed25519 SHA256:…` as ssh-keygen writes it, or the recipient itself.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let Some((kind, key)) = self.0.split_once(' ') else { return self.0.clone() };
        let digest = Sha256::digest(STANDARD.decode(key).unwrap_or_default());
        format!("{kind} SHA256:{}", STANDARD_NO_PAD.encode(digest))
    }

    /// The same for a message to be encrypted to.
    pub(super) fn recipient(&self) -> Result<Recipient, Invalid> {
        Ok(read(&self.0)?.1)
    }
}

impl FromStr for PublicKey {
    type Err = Invalid;

    /// Reads one key. Its message never repeats the text, which may be a private key.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        read(text.trim()).map(|(key, _)| key)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn private() -> Invalid {
    Invalid::new("this is a private key, and not a public one", NEVER)
}

fn refused<T>(message: impl Into<String>) -> Result<T, Invalid> {
    Err(Invalid::new(message, TAKEN))
}

fn read(text: &str) -> Result<(PublicKey, Recipient), Invalid> {
    if is_private(text) {
        return Err(private());
    }
    if text.len() > MAX_LINE {
        return refused(format!("the key has more than {MAX_LINE} characters"));
    }
    if text.contains(['\n', '\r']) {
        return refused("there are several lines, and not one key");
    }
    let mut words = text.split([' ', '\t']).filter(|word| !word.is_empty());
    let kind = words.next().unwrap_or_default();
    let (key, recipient) = if is_age(kind) {
        let recipient = age_recipient(kind)?;
        (recipient.to_string(), Recipient::Age(recipient))
    } else {
        let recipient = ssh_recipient(kind, words.next().unwrap_or_default())?;
        (recipient.to_string(), Recipient::Ssh(recipient))
    };
    Ok((PublicKey(key), recipient))
}

/// Whether a text has a private key in it.
#[must_use]
pub fn is_private(text: &str) -> bool {
    let text = text.to_ascii_uppercase();
    text.contains("AGE-SECRET-KEY-") || text.contains("AGE-PLUGIN-") || text.contains("PRIVATE KEY")
}

/// Whether a text is meant as a key or as lines with keys, and not as the name of a file.
#[must_use]
pub fn is_meant(text: &str) -> bool {
    let first = text.split([' ', '\t', '\n']).next().unwrap_or_default();
    is_age(first) || is_private(text) || text.contains('\n') || (is_ssh(first) && first.len() < text.len())
}

/// Whether a word is meant as a recipient of age.
fn is_age(word: &str) -> bool {
    word.get(..4).is_some_and(|begins| begins.eq_ignore_ascii_case(KeyKind::Age.begins()))
}

/// Whether a word names a kind of SSH key.
fn is_ssh(word: &str) -> bool {
    ["ssh-", "ecdsa-", "sk-", "rsa-sha2-"].iter().any(|begins| word.starts_with(begins))
}

fn age_recipient(text: &str) -> Result<age::x25519::Recipient, Invalid> {
    // A recipient of a plugin names it between two ones: `age1yubikey1…`.
    if let Some((plugin, _)) = text[4..].rsplit_once('1') {
        let is_name = plugin.len() <= 20 && plugin.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let named = if is_name { format!(" (age1{}1…)", plugin.to_ascii_lowercase()) } else { String::new() };
        return refused(format!("this key is for a plugin of age{named}, and passdesk runs none"));
    }
    let Ok(recipient) = text.parse::<age::x25519::Recipient>() else {
        return refused("this recipient of age is not complete, or has a typing error");
    };
    if SMALL.contains(&recipient.to_string().as_str()) {
        return refused(ANYBODYS);
    }
    Ok(recipient)
}

/// Why a key of small order is refused: the secret that is shared with its owner is always zero.
const ANYBODYS: &str = "this key protects nothing: anybody could open what is encrypted to it";

/// All recipients of small order (RFC 7748 §6.1). age would panic at them.
const SMALL: [&str; 14] = [
    "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z",
    "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqzqqsuwj9m",
    "age1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqj7vrya",
    "age1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqzqqk67yly",
    "age1anlllllllllllllllllllllllllllllllllllllllllllllllals4n2t7m",
    "age1anllllllllllllllllllllllllllllllllllllllllllllllllls3hcv9z",
    "age1ahlllllllllllllllllllllllllllllllllllllllllllllllalsn46ayy",
    "age1ahlllllllllllllllllllllllllllllllllllllllllllllllllsh3g6la",
    "age1amlllllllllllllllllllllllllllllllllllllllllllllllalselrwrv",
    "age1amlllllllllllllllllllllllllllllllllllllllllllllllllsam3fc4",
    "age1ur4h5lpmgxu2u9jku0a0r87ydtdqnr0tnsetrlvxvgz3vh6fhqqqzyt4v9",
    "age1ur4h5lpmgxu2u9jku0a0r87ydtdqnr0tnsetrlvxvgz3vh6fhzqqxqejhu",
    "age1t7wft09r2zxzfvwsk92eeql0tvzyghxytqwgapkcyf8dm5ylz9ts6wm9s8",
    "age1t7wft09r2zxzfvwsk92eeql0tvzyghxytqwgapkcyf8dm5ylz8ts72fzt7",
];

fn ssh_recipient(kind: &str, key: &str) -> Result<age::ssh::Recipient, Invalid> {
    if kind.contains("-cert-v0") {
        return refused("this is the certificate of an SSH key, and not the key");
    }
    if ![KeyKind::Ed25519.begins(), KeyKind::Rsa.begins()].contains(&kind) {
        return match kind {
            "ssh-dss" => refused("DSA keys are for signing alone: nothing can be encrypted to one"),
            _ if kind.starts_with("ecdsa-") => refused("age cannot encrypt to an ECDSA key of SSH"),
            _ if kind.starts_with("sk-") => refused("age cannot encrypt to an SSH key on a security token (sk-…)"),
            _ => refused("this is not a public key"),
        };
    }
    let read = format!("{kind} {}", key.trim_end_matches('=')).parse::<age::ssh::Recipient>();
    let recipient = read.or_else(|error| match error {
        NoSshKey::RsaModulusTooSmall => refused("this RSA key is too weak: it has fewer than 2,048 bits"),
        NoSshKey::RsaModulusTooLarge => refused("this RSA key is too long: it has more than 4,096 bits"),
        _ => refused(format!("this {kind} key is not complete, or has a typing error")),
    })?;
    // age passes over what follows a key. Its owner could not open the message then.
    let is_whole = recipient.to_string() == format!("{kind} {key}");
    if !is_whole
        || STANDARD.decode(key).ok().and_then(|bytes| parts(&bytes)) != Some(if kind == "ssh-rsa" { 3 } else { 2 })
    {
        return refused(format!("this {kind} key is not complete, or has a typing error"));
    }
    match &recipient {
        age::ssh::Recipient::SshEd25519(_, point) if point.is_small_order() => refused(ANYBODYS),
        _ => Ok(recipient),
    }
}

/// How many parts an SSH key has, each with its length before it (RFC 4251 §5). `None` if it does not end with one.
fn parts(mut key: &[u8]) -> Option<usize> {
    let mut count = 0;
    while let Some((length, rest)) = key.split_first_chunk() {
        key = rest.get(usize::try_from(u32::from_be_bytes(*length)).ok()?..)?;
        count += 1;
    }
    key.is_empty().then_some(count)
}

/// A line of a list of keys that is refused.
#[derive(Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong.
    pub why: Invalid,
}

/// The keys in a list, a line each: an `authorized_keys` of SSH, a file of recipients of age, or a single `.pub`. Empty lines
/// and comments are passed over. No line is left out silently, since its owner could not open the message.
pub fn listed(text: &str) -> Result<Vec<PublicKey>, BadLine> {
    // A private key has several lines, and the first is enough.
    if is_private(text) {
        return Err(BadLine { line: 1, why: private() });
    }
    let mut keys = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let key = bare(text).and_then(str::parse).map_err(|why| BadLine { line, why })?;
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    Ok(keys)
}

/// A line without the options that an `authorized_keys` has before the key (its man page is sshd(8)).
fn bare(line: &str) -> Result<&str, Invalid> {
    let first = line.split([' ', '\t']).next().unwrap_or_default();
    if is_age(first) || is_ssh(first) {
        return Ok(line);
    }
    let (mut is_quoted, mut is_escaped) = (false, false);
    let end = line.find(|c| {
        let is_end = !is_quoted && (c == ' ' || c == '\t');
        is_quoted ^= c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_end
    });
    let (options, key) = line.split_at(end.unwrap_or(line.len()));
    if options.split(',').any(|option| option.eq_ignore_ascii_case("cert-authority")) {
        return refused("this is the key of an authority (cert-authority), and not that of a person");
    }
    Ok(key.trim_start())
}

/// Keys for tests.
#[cfg(test)]
pub mod made_up {
    /// A recipient of age, and its private key.
    pub const AGE: [&str; 2] = [
        "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa",
        "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33",
    ];
    /// An SSH key, and its private key.
    pub const ED25519: [&str; 2] = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN",
        "-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACB7Ci6nqZYaVvrjm8+XbzII89TsXzP111AflR7WeorBjQAAAJCfEwtqnxML
agAAAAtzc2gtZWQyNTUxOQAAACB7Ci6nqZYaVvrjm8+XbzII89TsXzP111AflR7WeorBjQ
AAAEADBJvjZT8X6JRJI8xVq/1aU8nMVgOtVnmdwqWwrSlXG3sKLqeplhpW+uObz5dvMgjz
1OxfM/XXUB+VHtZ6isGNAAAADHN0cjRkQGNhcmJvbgE=
-----END OPENSSH PRIVATE KEY-----
",
    ];
}

#[cfg(test)]
mod tests {
    use std::iter;
    use std::panic::catch_unwind;

    use age::Encryptor;

    use super::made_up::{AGE, ED25519};
    use super::*;
    use crate::domain::sealing::Recipients;

    const RSA: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDE7nIXTGNuaRBN9toI/wNALuQec8mvlt0iJ7o3OaD2UvoKHJ7S8rmIn4FiQDUed/Vac3OhUibei1k+TBmm16u2Rj3klgWZOIDgi8d4vXKI5N3YBhxr3jsQ+kz1c+iZ4z/tTtz306+4K46XViVMWwyyg9j82Jn41mOAy9vdeDIfQ5fLeaGqn5KwlT61GNkZ+ozWK/ZNlQIlNCcoXxhJULIs9XrtczWyVBAea1nlDo0WHODePxoJjmsNHrpQXn5mf9O83xs10qfTUjnRUt48jRmedFy4tcra3QGmSTQ3KZne+wXXSb0cIpXLGvZjQSPHgG1hc4r3uBpiSzvesGLv79XL";

    fn why(text: &str) -> String {
        text.parse::<PublicKey>().unwrap_err().message
    }

    #[test]
    fn a_key_is_kept_without_its_comment() {
        for key in [AGE[0], ED25519[0], RSA] {
            for text in [key.to_owned(), format!(" {key} alice@laptop \n"), key.replace(' ', "  ")] {
                assert_eq!(text.parse::<PublicKey>().unwrap().to_string(), key);
            }
        }
        assert_eq!(AGE[0].to_ascii_uppercase().parse::<PublicKey>().unwrap().as_str(), AGE[0]);
    }

    #[test]
    fn a_key_has_its_kind() {
        let kinds = [AGE[0], ED25519[0], RSA].map(|key| key.parse::<PublicKey>().unwrap().kind());
        assert_eq!(kinds, KeyKind::ALL);
    }

    #[test]
    fn a_key_of_a_kind_that_nothing_can_be_encrypted_to_is_refused_by_its_name() {
        for (text, named) in [
            ("ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABB", "ECDSA"),
            ("sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t", "security token"),
            ("ssh-dss AAAAB3NzaC1kc3M", "DSA"),
            ("ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29t", "certificate"),
            ("age1yubikey1q2w7u3vpya839jxxuq8g0sedh3d740d4xvn639sqhr95ejj8vu3hyfumptt", "age1yubikey1…"),
            ("age1my-plugin1q2w7u3vpya839jxxuq8g0sedh3d740", "(age1my-plugin1…)"),
            ("age1my_plugin1q2w7u3vpya839jxxuq8g0sedh3d740", "a plugin of age, and"),
            ("alice", "not a public key"),
            ("", "not a public key"),
        ] {
            assert!(why(text).contains(named), "{text}: {}", why(text));
        }
    }

    #[test]
    fn a_text_is_meant_as_a_key_if_it_begins_as_one_or_has_several_lines() {
        for text in [AGE[0], "AGE1x", ED25519[0], "ecdsa-sha2-nistp256\tAAAA", ED25519[1], "alice\nbob"] {
            assert!(is_meant(text), "{text}");
        }
        for text in ["", "keys.txt", "age.txt", "ssh-ed25519", "ssh-keys.pub", "my ssh-keys.pub"] {
            assert!(!is_meant(text), "{text}");
        }
    }

    #[test]
    fn an_rsa_key_has_2048_bits_at_least_and_4096_at_most() {
        let key = |bytes: usize| {
            let part = |part: &[u8]| [&u32::try_from(part.len()).unwrap().to_be_bytes(), part].concat();
            let modulus = [&[0], &vec![0xff; bytes][..]].concat();
            format!("ssh-rsa {}", STANDARD.encode([part(b"ssh-rsa"), part(&[1, 0, 1]), part(&modulus)].concat()))
        };
        assert!(key(256).parse::<PublicKey>().is_ok());
        assert_eq!(why(&key(128)), "this RSA key is too weak: it has fewer than 2,048 bits");
        assert_eq!(why(&key(1024)), "this RSA key is too long: it has more than 4,096 bits");
    }

    #[test]
    fn a_key_has_4096_characters_at_most() {
        for (characters, is_too_long) in [(MAX_LINE, false), (MAX_LINE + 1, true), (MAX_LINE + 2, true)] {
            assert_eq!(why(&"x".repeat(characters)).contains("4096 characters"), is_too_long, "{characters}");
        }
    }

    #[test]
    fn a_key_that_was_cut_or_joined_is_refused() {
        for key in [AGE[0], ED25519[0], RSA] {
            assert!(key[..key.len() - 1].parse::<PublicKey>().is_err(), "{key}");
            assert!(key[..key.len() - 5].parse::<PublicKey>().is_err(), "{key}");
            assert!(format!("{key}AAAA").parse::<PublicKey>().is_err(), "{key}");
            assert!(format!("{key}\n{key}").parse::<PublicKey>().is_err());
        }
    }

    #[test]
    fn a_private_key_is_refused_and_never_repeated() {
        for key in [AGE[1], ED25519[1]] {
            for text in [key.to_owned(), key.to_lowercase(), format!("age1{key}")] {
                let said = why(&text);
                assert!(said.contains("private key"), "{said}");
                assert_eq!(listed(&text).unwrap_err().why.hint, NEVER);
            }
        }
    }

    #[test]
    fn every_key_that_anybody_could_open_is_refused() {
        for text in SMALL {
            let recipient = text.parse::<age::x25519::Recipient>().unwrap();
            let seal = || Encryptor::with_recipients(iter::once(&recipient as &dyn age::Recipient)).is_ok();
            assert!(catch_unwind(seal).is_err());
            assert_eq!(why(text), ANYBODYS);
        }
        let neutral = [&b"\0\0\0\x0bssh-ed25519\0\0\0\x20\x01"[..], &[0; 31]].concat();
        assert_eq!(why(&format!("ssh-ed25519 {}", STANDARD.encode(neutral))), ANYBODYS);
    }

    #[test]
    fn a_list_has_options_comments_and_empty_lines() {
        let list = format!(
            "# of alice\n\n{}\nrestrict,command=\"echo \\\" ssh-rsa\" {RSA} alice@old\n  {} x\n{}\n",
            AGE[0], ED25519[0], ED25519[0]
        );
        let keys = listed(&list).unwrap();
        assert_eq!(keys.iter().map(PublicKey::as_str).collect::<Vec<_>>(), [AGE[0], RSA, ED25519[0]]);
        assert_eq!(listed("# nothing\n"), Ok(vec![]));
    }

    #[test]
    fn no_line_of_a_list_is_left_out_silently() {
        let bad = listed(&format!("{}\necdsa-sha2-nistp256 AAAA\n", AGE[0])).unwrap_err();
        assert_eq!((bad.line, bad.why.message.contains("ECDSA")), (2, true));
        let bad = listed(&format!("cert-authority {RSA}")).unwrap_err();
        assert!(bad.why.message.contains("authority"));
    }

    #[test]
    fn a_fingerprint_is_that_of_ssh_keygen() {
        let key: PublicKey = ED25519[0].parse().unwrap();
        assert_eq!(key.fingerprint(), "ssh-ed25519 SHA256:PYX4o9UfGwCwG76hFcLAEkmMS0PtIBtV9MNmVgW16Oc");
        assert_eq!(AGE[0].parse::<PublicKey>().unwrap().fingerprint(), AGE[0]);
    }

    #[test]
    fn what_was_read_can_be_encrypted_to() {
        for key in [AGE[0], ED25519[0], RSA] {
            assert!(Recipients::of(&[key.parse().unwrap()]).unwrap().seal("secret").is_ok());
        }
    }
}
