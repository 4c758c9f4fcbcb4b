//! The users of Django, as `manage.py dumpdata auth.user` writes them.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Given, Row, Words, row};
use crate::domain::Invalid;
use crate::domain::hash::elsewhere::Brought;
use crate::domain::text::trimmed;

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    model: String,
    #[serde(default)]
    fields: Value,
}

impl Entry {
    /// Whether it is of the users. A site may have users of its own: what has both names is one.
    fn is_user(&self) -> bool {
        self.model == "auth.user" || ["username", "password"].iter().all(|name| self.fields.get(name).is_some())
    }

    /// A field. What is not there, or null, is empty.
    fn text(&self, name: &str) -> Result<&str, Invalid> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(""),
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(Invalid::new(format!("its {name} is no text"), "write it in quotes, or leave the user out")),
        }
    }

    fn is_active(&self) -> Result<bool, Invalid> {
        match self.fields.get("is_active") {
            None => Ok(true),
            Some(Value::Bool(is_active)) => Ok(*is_active),
            Some(_) => Err(Invalid::new("its is_active is neither true nor false", "write true or false")),
        }
    }

    /// The account, or the username of an inactive one.
    fn account(&self) -> Result<Result<Row, &str>, Invalid> {
        let username = self.text("username")?;
        if !self.is_active()? {
            return Ok(Err(username));
        }
        let name = format!("{} {}", self.text("first_name")?, self.text("last_name")?);
        let words = Words { username, name: trimmed(&name), email: trimmed(self.text("email")?), ..Words::default() };
        row(&words, Brought::read(self.text("password")?)).map(Ok)
    }
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
        let Some(entry) = serde_json::from_str(entry.get()).ok().filter(Entry::is_user) else { continue };
        match entry.account() {
            Ok(Ok(row)) => given.rows.push((line, Ok(row))),
            Ok(Err(username)) => given.left_out.push(username.to_owned()),
            Err(why) => given.rows.push((line, Err(why))),
        }
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
    fn null_is_as_empty() {
        let given = read(br#"[{"model":"auth.user","fields":{"username":"a","password":null,"email":null,"first_name":null,"last_name":"B"}}]"#);
        let given = given.unwrap();
        let [(1, Ok(row))] = given.rows.as_slice() else { panic!("{} rows", given.rows.len()) };
        assert_eq!((row.newcomer.display_name.as_str(), &row.newcomer.email), ("B", &None));
        assert!(row.brought.is_none());
    }

    #[test]
    fn a_user_who_cannot_be_read_is_a_fault_of_its_line() {
        for (model, fields) in [
            ("auth.user", r#""username":7,"password":"!x""#),
            ("auth.user", r#""username":null,"password":"!x""#),
            ("auth.user", r#""password":"!x""#),
            ("my.user", r#""username":["a"],"password":"!x""#),
            ("my.user", r#""username":"a","password":"!x","email":5"#),
            ("auth.user", r#""username":"a","password":"!x","is_active":"no""#),
            ("auth.user", r#""username":7,"password":"!x","is_active":false"#),
        ] {
            let text = format!("[\n{{\"model\":\"{model}\",\"fields\":{{{fields}}}}}]");
            let given = read(text.as_bytes()).unwrap();
            assert!(matches!(given.rows.as_slice(), [(2, Err(_))]), "{fields}");
        }
    }

    #[test]
    fn what_is_no_user_is_passed_over_and_what_is_no_list_is_refused() {
        let given = read(br#"[{"model":"auth.group","fields":{"name":"x"}},{"model":"my.user","fields":{"username":"a","password":"!x"}}]"#);
        assert_eq!(given.unwrap().rows.len(), 1);
        assert!(read(b"{}").is_err());
        assert!(read(b"\xff").is_err());
    }
}
