//! JSON as this program writes it.

use std::io;

use serde::Serialize;
use serde_json::ser::Formatter;

use crate::domain::text::{is_plain, is_treacherous};

/// Appends a value as compact JSON on one line. The value has only strings, numbers and lists. So this fails only if
/// its type has a bug.
pub fn write(value: &impl Serialize, out: &mut Vec<u8>) -> anyhow::Result<()> {
    Ok(value.serialize(&mut serde_json::Serializer::with_formatter(out, Escaping))?)
}

/// Compact JSON with dangerous characters escaped. The data are the same, and no terminal obeys them.
struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        if is_plain(fragment) {
            return out.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_treacherous(*c)) {
            out.write_all(&rest.as_bytes()[..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = &rest[at + c.len_utf8()..];
        }
        out.write_all(rest.as_bytes())
    }
}
