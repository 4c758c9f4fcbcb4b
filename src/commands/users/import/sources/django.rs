//! The users of Django, as `manage.py dumpdata auth.user` writes them.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Given, Words, row};
use crate::domain::Invalid;
use crate::domain::hash::elsewhere::Brought;
use crate::domain::text::trimmed;

#[derive(Deserialize)]
struct Entry {
    fields: Fields,
}

/// A site may have users of its own. They have at least the first two.
#[derive(Deserialize)]
struct Fields {
    username: String,
    password: String,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
    #[serde(default)]
    email: String,
    #[serde(default = "yes")]
    is_active: bool,
}

fn yes() -> bool {
    true
}

/// Reads the users. Entries of other models are passed over.
pub fn read(bytes: &[u8]) -> Result<Given, Invalid> {
    let hint = "make the file with 'manage.py dumpdata auth.user'";
    let text = str::from_utf8(bytes).map_err(|_| Invalid::new("the file is not UTF-8", hint))?;
    let entries: Vec<&RawValue> =
        serde_json::from_str(text).map_err(|_| Invalid::new("the file is no list in JSON", hint))?;
    let (mut given, mut line, mut passed) = (Given::default(), 1, 0);
    for entry in entries {
        let place = entry.get().as_ptr().addr() - text.as_ptr().addr();
        line += text[passed..place].matches('\n').count() as u64;
        passed = place;
        let Ok(Entry { fields }) = serde_json::from_str(entry.get()) else { continue };
        if !fields.is_active {
            given.left_out.push(fields.username);
            continue;
        }
        let name = format!("{} {}", fields.first_name, fields.last_name);
        let words = Words { username: &fields.username, name: trimmed(&name), email: trimmed(&fields.email) };
        given.rows.push((line, row(&words, Brought::read(&fields.password))));
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_an_account_and_an_inactive_one_is_left_out() {
        let given = read(include_bytes!("../../../../../tests/data/elsewhere/django.json")).unwrap();
        assert_eq!(given.rows.len(), 8);
        let (line, row) = &given.rows[1];
        let newcomer = &row.as_ref().unwrap().newcomer;
        assert_eq!((*line, newcomer.username.as_str()), (20, "djpbkdf2sha1"));
        assert_eq!(newcomer.display_name.as_str(), "Zoë djpbkdf2sha1");
        assert!(given.said_left_out().is_some_and(|said| said.ends_with("there: djgone.")));
    }

    #[test]
    fn what_is_no_user_is_passed_over_and_what_is_no_list_is_refused() {
        let given = read(br#"[{"model":"auth.group","fields":{"name":"x"}},{"model":"my.user","fields":{"username":"a","password":"!x"}}]"#);
        assert_eq!(given.unwrap().rows.len(), 1);
        assert!(read(b"{}").is_err());
        assert!(read(b"\xff").is_err());
    }
}
