//! E-mail addresses.

use std::borrow::Cow;
use std::str::FromStr;

use idna::AsciiDenyList;

use super::Invalid;
use super::folding::{composed, folded};
use super::name::spelled;
use super::text::{is_misleading, quoted, trimmed};

/// The longest e-mail address, in bytes (RFC 5321 §4.5.3.1.3, less the brackets).
pub const MAX_EMAIL: usize = 254;

/// Signs that an address cannot have before its `@` (RFC 5322 §3.2.3), and quotes that programs put around one.
const NOT_IN_A_LOCAL_PART: &str = "<>()[]:;,\\\"“”„‘’‚«»‹›＜＞";

/// An e-mail address: a local part, one `@`, a domain (RFC 5321 §4.1.2, RFC 6531). It is written as its owner writes
/// it. Addresses of one mailbox have one [key](Self::key).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Takes an address from a store. Another program may have written it.
    #[must_use]
    pub fn from_store(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which addresses are compared: the local part in lower case, the domain as its host is looked up
    /// (IDNA, Unicode UTS #46).
    #[must_use]
    pub fn key(&self) -> Cow<'_, str> {
        if self.0.is_ascii() && !self.0.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Cow::Borrowed(&self.0);
        }
        let host = self.0.rsplit_once('@').and_then(|(local, domain)| Some((local, host(domain)?)));
        Cow::Owned(host.map_or_else(|| folded(&self.0), |(local, host)| format!("{}@{host}", folded(local))))
    }
}

/// The name that a domain is looked up by. `None` if it is not a domain (Unicode UTS #46 §4.2, RFC 1034 §3.1).
fn host(domain: &str) -> Option<Cow<'_, str>> {
    // The address of a host (RFC 5321 §4.1.3).
    if let Some(literal) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let is_literal = literal.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b':' | b'-'));
        return (is_literal && !literal.is_empty()).then(|| domain.to_ascii_lowercase().into());
    }
    let host = idna::domain_to_ascii_cow(domain.as_bytes(), AsciiDenyList::URL).ok()?;
    let is_label = |label: &str| (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-');
    let may_be_in_it = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (host.bytes().all(may_be_in_it) && host.split('.').all(is_label)).then_some(host)
}

impl FromStr for Email {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refuse = |why: String, hint: String| {
            Err(Invalid::new(format!("{} is not an e-mail address{why}", quoted(text)), hint))
        };
        let hint = || "write one address, as name@example.org".to_owned();
        // A link has `mailto:` before the address. A list of recipients puts it in brackets.
        let bare = trimmed(text);
        let bare = bare.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(bare);
        let bare = bare.get(..7).filter(|head| head.eq_ignore_ascii_case("mailto:")).map_or(bare, |_| &bare[7..]);
        // The last dot stands for the root of all domains.
        let bare = bare.strip_suffix('.').unwrap_or(bare);
        if let Some(c) = bare.chars().find(|c| is_misleading(*c)) {
            return refuse(format!(": it contains {}", spelled(c)), hint());
        }
        // This is how a program writes an address with the name of its owner.
        if let Some(inside) = bare.strip_suffix('>').and_then(|rest| Some(rest.rsplit_once('<')?.1))
            && let Ok(address) = inside.parse::<Self>()
        {
            return refuse(": it has a name with it".into(), format!("write only the address: {}", address.0));
        }
        let Some((local, domain)) = bare.rsplit_once('@') else { return refuse(String::new(), hint()) };
        if bare.len() > MAX_EMAIL {
            return refuse(String::new(), format!("an address has at most {MAX_EMAIL} bytes"));
        }
        let is_not_in_it = |c: char| c == '@' || c.is_whitespace() || NOT_IN_A_LOCAL_PART.contains(c);
        if local.is_empty() || domain.is_empty() || local.chars().any(is_not_in_it) {
            return refuse(String::new(), hint());
        }
        if host(domain).is_none() {
            return refuse(format!(": {} is not a domain", quoted(domain)), hint());
        }
        Ok(Self(composed(bare)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, Invalid> {
        text.parse::<Email>().map(|email| email.as_str().to_owned())
    }

    #[test]
    fn addresses_of_one_mailbox_have_one_key() {
        for same in [
            ["Alice@Example.org", "alice@example.ORG", "ALICE@EXAMPLE.ORG"],
            ["a@bücher.example", "a@xn--bcher-kva.example", "A@XN--BCHER-KVA.Example"],
            ["a@BÜCHER.example", "a@bu\u{308}cher.example", "a@bücher。example"],
            ["zoë@example.org", "ZOË@example.org", "zoe\u{308}@example.org"],
            ["а@пример.рф", "А@ПРИМЕР.РФ", "а@xn--e1afmkfd.xn--p1ai"],
        ] {
            let keys = same.map(|text| text.parse::<Email>().unwrap().key().into_owned());
            assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
        }
        assert_ne!(Email("a@faß.example".into()).key(), Email("a@fass.example".into()).key());
    }

    #[test]
    fn what_programs_write_around_an_address_is_no_part_of_it() {
        for text in [
            "<carol@example.org>",
            "mailto:carol@example.org",
            "MAILTO:carol@example.org",
            "<mailto:carol@example.org>",
            "carol@example.org.",
            " carol@example.org\u{a0}",
            "\u{200b}carol@example.org\t",
        ] {
            assert_eq!(read(text).unwrap(), "carol@example.org", "{text:?}");
        }
    }

    #[test]
    fn an_address_with_its_owners_name_is_refused_with_the_address_alone() {
        for text in ["Carol <carol@example.org>", "\"Carol C.\" <carol@example.org>", "Carol<mailto:carol@example.org>"]
        {
            assert_eq!(read(text).unwrap_err().hint, "write only the address: carol@example.org", "{text}");
        }
    }

    #[test]
    fn an_address_is_a_local_part_an_at_sign_and_a_domain() {
        for text in [
            "",
            "a",
            "@",
            "a@",
            "@b",
            "a@b@c",
            "a@@b",
            "a b@c",
            "a@b,c",
            "a,b@c",
            "a@b c",
            "<a@b",
            "a@b>",
            "a@b;c@d",
            "“a@b”",
            "'a@b'",
            "\"a\"@b",
            "a@b..c",
            "a@.b",
            "a@-b",
            "a@xn--zz",
            "a@b?subject=x",
            "a@b/",
            "a@[192.0.2.1",
            "a@[]",
            "a@b:25",
            "a\u{200b}@b",
            "a\u{a0}b@c",
            "a@b\u{202e}c",
            "mailto:",
            "<>",
            "a@b\u{200d}c",
            &format!("{}@b", "a".repeat(MAX_EMAIL - 1)),
            &format!("a@{}", "b".repeat(64)),
        ] {
            assert!(read(text).is_err(), "{text:?}");
        }
        for text in [
            "a@b",
            "a@[IPv6:2001:db8::1]",
            "o'neil+x_y=z{1}@example.org",
            "a@b_c.example",
            "用户@例子.广告",
            "a..b@example.org",
            &format!("{}@b", "a".repeat(MAX_EMAIL - 2)),
        ] {
            assert_eq!(read(text).unwrap(), text);
        }
    }

    #[test]
    fn what_cannot_be_seen_in_an_address_is_spelled() {
        assert!(read("a\u{200b}b@c").unwrap_err().message.contains("U+200B, which cannot be seen"));
    }

    #[test]
    fn the_short_way_to_a_key_comes_to_the_same() {
        for text in ["az-09@example.org", "a@xn--bcher-kva.example", "a@b"] {
            let email = Email(text.into());
            assert_eq!(email.key(), Email(text.to_ascii_uppercase()).key());
        }
    }
}
