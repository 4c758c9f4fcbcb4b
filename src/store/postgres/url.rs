//! Reads and writes the text of an address. It has the form of libpq's connection URIs (PostgreSQL 15, 34.1.1.2).

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::address::{BadAddress, FORM};
use crate::domain::text::quoted;

/// The parameters that an address may have, in the order in which they are shown.
pub(super) const KNOWN: [&str; 12] = [
    "host",
    "port",
    "user",
    "dbname",
    "service",
    "sslmode",
    "sslrootcert",
    "passfile",
    "channel_binding",
    "connect_timeout",
    "target_session_attrs",
    "application_name",
];

/// What an address or a service file sets, by the names of the parameters.
pub(super) type Settings = BTreeMap<&'static str, String>;

/// The known parameter of that name.
pub(super) fn known(name: &str) -> Option<&'static str> {
    KNOWN.into_iter().find(|known| *known == name)
}

/// The list of the known parameters, as a hint gives it.
pub(super) fn list_of_known() -> String {
    format!("the parameters are {}", KNOWN.join(", "))
}

/// What is written in a URL. No error repeats the URL, since a password may be in it.
pub(super) fn read(url: &str) -> Result<Settings, BadAddress> {
    let rest = ["postgres://", "postgresql://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme))
        .ok_or_else(|| malformed("it does not begin with 'postgres://'"))?;
    let reach = rest.find('/').unwrap_or(rest.len());
    let (user, rest) = match rest[..reach].split_once('@') {
        Some((user, _)) => (user, &rest[user.len() + 1..]),
        None => ("", rest),
    };
    if user.contains(':') {
        return Err(has_password());
    }
    // psql takes these. Here, they may be parts of a password.
    if user.contains(['?', '#']) || rest.contains('@') {
        return Err(malformed("a sign in it must be written in another way"));
    }
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (hosts, database) = place.split_once('/').unwrap_or((place, ""));
    let hosts: Vec<_> = hosts.split(',').map(host_and_port).collect::<Result<_, _>>()?;
    let [names, ports] = [0, 1].map(|part| hosts.iter().map(|host| [host.0, host.1][part]).collect::<Vec<_>>());

    let mut settings = Settings::new();
    let (names, ports) = (names.join(","), ports.join(","));
    for (name, value) in [("user", user), ("host", &names), ("port", &ports), ("dbname", database)] {
        if !value.is_empty() {
            settings.insert(name, decoded(value)?);
        }
    }
    for pair in query.split('&').filter(|_| !query.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or_else(|| malformed("a parameter in it has no value"))?;
        let (name, value) = (decoded(name)?, decoded(value)?);
        if name == "password" {
            return Err(has_password());
        }
        if pair.matches('=').count() > 1 {
            return Err(malformed("a parameter in it has two values"));
        }
        settings.insert(known(&name).ok_or_else(|| unknown(&name))?, value);
    }
    Ok(settings)
}

/// A host and its port, each as written. An IPv6 address stands in brackets.
fn host_and_port(text: &str) -> Result<(&str, &str), BadAddress> {
    let Some(inner) = text.strip_prefix('[') else {
        return Ok(text.split_once(':').unwrap_or((text, "")));
    };
    match inner.split_once(']') {
        Some((host, "")) if !host.is_empty() => Ok((host, "")),
        Some((host, port)) if !host.is_empty() && port.starts_with(':') => Ok((host, &port[1..])),
        _ => Err(malformed("an IPv6 address is not in brackets")),
    }
}

fn decoded(text: &str) -> Result<String, BadAddress> {
    let is_escape = |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|digit| digit.is_ascii_hexdigit());
    if !text.split('%').skip(1).all(is_escape) {
        return Err(malformed("a '%' in it has no two hexadecimal digits after it"));
    }
    match percent_decode_str(text).decode_utf8() {
        Ok(text) if !text.contains('\0') => Ok(text.into_owned()),
        _ => Err(malformed("a sign in it is not UTF-8")),
    }
}

fn malformed(why: &str) -> BadAddress {
    BadAddress::Usage {
        message: format!("the address of the store cannot be read: {why}"),
        hint: format!(
            "{FORM}; in a name, write '@' as %40, '/' as %2F, ':' as %3A, '?' as %3F, '#' as %23 and '%' as %25"
        ),
    }
}

fn has_password() -> BadAddress {
    BadAddress::Usage {
        message: "the address of the store has a password in it, which other users can read".into(),
        hint: "take it out and put it into the password file, ~/.pgpass; if it was real, change it".into(),
    }
}

fn unknown(name: &str) -> BadAddress {
    // What has the look of another thing may be a part of a password.
    let is_name = name.len() <= 30 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let name = if is_name && !name.is_empty() { quoted(name) } else { "that its address has".into() };
    BadAddress::Usage {
        message: format!("a store on PostgreSQL does not know the parameter {name}"),
        hint: list_of_known(),
    }
}

/// The signs that stand for themselves everywhere in a URL (RFC 3986 §2.3). All others are encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text as it stands in a URL.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str) -> String {
        let settings = read(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        settings.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_url_sets_what_it_sets_for_psql() {
        for (url, expected) in [
            ("postgres://", ""),
            ("postgresql://", ""),
            ("postgres:///", ""),
            ("postgres://desk@db1,db2/passdesk", "dbname=passdesk host=db1,db2 port=, user=desk"),
            ("postgres://db1:5433,db2,db3:5434", "host=db1,db2,db3 port=5433,,5434"),
            ("postgres://:5433/x", "dbname=x port=5433"),
            ("postgres://,db2/", "host=,db2 port=,"),
            ("postgres://@db1:", "host=db1"),
            ("postgres://[::1]/", "host=::1"),
            ("postgres://[::1]:5433,[fe80::2]?user=a", "host=::1,fe80::2 port=5433, user=a"),
            ("postgres://d%40sk@%2Frun%2Fpg/p%2Fq", "dbname=p/q host=/run/pg user=d@sk"),
            ("postgres:///x/y?host=/run/pg", "dbname=x/y host=/run/pg"),
            ("postgres://db1/x?host=db2&dbname=y&user=%C3%A9", "dbname=y host=db2 user=é"),
            ("postgres://db1?ho%73t=db2&host=db3", "host=db3"),
            ("postgres:///?host=&connect_timeout=+7", "connect_timeout=+7 host="),
        ] {
            assert_eq!(settings(url), expected, "{url}");
        }
    }

    #[test]
    fn a_url_that_is_refused_is_not_repeated() {
        let [password, malformed, unknown] =
            ["has a password in it", "cannot be read: ", "not know the parameter that"];
        for (url, why) in [
            ("postgres://desk:s3cret@db1/x", password),
            ("postgres://:s3cret@db1/x", password),
            ("postgres://desk:@db1/x", password),
            ("postgres://desk:s3?cret@db1/x", password),
            ("postgres://db1/x?password=s3cret", password),
            ("postgres://db1/x?pass%77ord=s3cret", password),
            ("postgres://db1/x?password=s3c=ret", password),
            ("postgres://desk@corp:s3cret@db1/x", malformed),
            ("postgres://desk@s3cret@db1/x", malformed),
            ("postgres://desk:12/s3cret@db1/x", malformed),
            ("postgres://desk?s3cret@db1/x", malformed),
            ("postgres:///x?user=s3cret@corp", malformed),
            ("postgres://[s3cret/x", malformed),
            ("postgres://[]:5433/x", malformed),
            ("postgres://[::1]s3cret/x", malformed),
            ("postgres://db1/s3cret%", malformed),
            ("postgres://db1/s3cret%4", malformed),
            ("postgres://db1/s3cret%+4", malformed),
            ("postgres://db1/s3cret%00", malformed),
            ("postgres://db1/s3cret%FF", malformed),
            ("postgres://db1/x?s3cret", malformed),
            ("postgres://db1/x?user=a&", malformed),
            ("postgres://db1/x?user=s3=cret", malformed),
            ("postgres://db1/x?s3cret=1", unknown),
            ("postgres://db1/x?=s3cret", unknown),
            ("mysql://s3cret", malformed),
            ("postgres:/s3cret", malformed),
            ("POSTGRES://s3cret", malformed),
        ] {
            let Err(BadAddress::Usage { message, hint }) = read(url) else { panic!("{url} is taken") };
            assert!(message.contains(why), "{url}: {message}");
            for told in [message, hint] {
                assert!(!told.contains("s3"), "{url}: {told}");
                assert!(!told.contains("cret"), "{url}: {told}");
            }
        }
    }

    #[test]
    fn an_unknown_parameter_is_refused_by_its_name_and_the_known_ones_are_listed() {
        let Err(BadAddress::Usage { message, hint }) = read("postgres://db1/x?sslkey=a") else { panic!("it is taken") };
        assert!(message.ends_with("'sslkey'"), "{message}");
        for known in KNOWN {
            assert!(hint.contains(known), "{hint}");
        }
    }

    #[test]
    fn a_text_that_is_encoded_is_read_as_it_was() {
        let all: String = ('\u{1}'..='\u{ff}').chain(['€', '😀']).collect();
        assert_eq!(decoded(&encoded(&all)).ok(), Some(all));
    }
}
