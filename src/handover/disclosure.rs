//! How a secret is written, whichever way it goes out.

use std::borrow::Cow;
use std::fmt::Write as _;

use anstyle::Style;
use jiff::Timestamp;
use serde::Serialize;
use serde::ser::{SerializeStruct as _, Serializer};
use zeroize::Zeroizing;

use crate::domain::account::{Account, named};
use crate::domain::clock::{readable, spoken};
use crate::domain::name::{DisplayName, Username};
use crate::domain::operation::OperationId;
use crate::domain::role::Roles;
use crate::domain::temporary::TemporaryPassword;
use crate::domain::token::Label;
use crate::terminal::format::{Record, moment};
use crate::terminal::output::Layout;
use crate::terminal::screen::ScreenPage;

/// Something that is handed over once. As a record it is for machines.
pub trait Disclosure: Record {
    /// What a message calls it.
    const WHAT: &'static str;
    /// Whether it stands bare in a file, for a program to read.
    const BARE_IN_A_FILE: bool;

    /// For people: the secret alone on its line, its end, and what happens next; `gap` before it.
    fn text(&self, layout: Layout, gap: &str) -> Zeroizing<Vec<u8>>;

    /// For the confirmation screen, as long as it is not in force.
    fn page(&self) -> ScreenPage;

    /// The bare secret and a line end.
    fn bare(&self) -> Zeroizing<Vec<u8>>;
}

/// The text of it, with room for all of it, so that no reallocation leaves a copy of the secret behind.
fn text(layout: Layout, gap: &str, title: &str, secret: &str, rest: &str) -> Zeroizing<Vec<u8>> {
    let strong = if layout.coloured { Style::new().bold() } else { Style::new() };
    let room = 64 + gap.len() + title.len() + secret.len() + rest.len();
    let mut text = Zeroizing::new(String::with_capacity(room));
    // Writing to a String cannot fail.
    let _ = write!(text, "{gap}{title}, shown this once:\n\n    {strong}{secret}{strong:#}\n\n{rest}");
    bytes(text)
}

fn page(title: String, secret: &str, rest: String) -> ScreenPage {
    let status = "It is not in force yet.".to_owned();
    ScreenPage { title, secret: Zeroizing::new(secret.to_owned()), rest, status }
}

fn line(secret: &str) -> Zeroizing<Vec<u8>> {
    let mut text = Zeroizing::new(String::with_capacity(secret.len() + 1));
    text.push_str(secret);
    text.push('\n');
    bytes(text)
}

/// The same bytes in the same place.
fn bytes(mut text: Zeroizing<String>) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(std::mem::take(&mut *text).into_bytes())
}

/// A temporary password and whose it is.
pub struct TemporaryDisclosure<'a> {
    /// The account.
    pub username: &'a Username,
    /// Its owner's name.
    pub display_name: &'a DisplayName,
    /// The password.
    pub secret: &'a TemporaryPassword,
    /// When it ends.
    pub until: Timestamp,
    /// Now.
    pub now: Timestamp,
    /// The operation that puts it in force.
    pub operation: OperationId,
}

impl Disclosure for TemporaryDisclosure<'_> {
    const WHAT: &'static str = "temporary password";
    const BARE_IN_A_FILE: bool = false;

    fn text(&self, layout: Layout, gap: &str) -> Zeroizing<Vec<u8>> {
        text(layout, gap, &self.title(), self.secret.reveal(), &self.rest())
    }

    fn page(&self) -> ScreenPage {
        page(self.title(), self.secret.reveal(), self.rest())
    }

    fn bare(&self) -> Zeroizing<Vec<u8>> {
        line(self.secret.reveal())
    }
}

impl TemporaryDisclosure<'_> {
    fn title(&self) -> String {
        format!("Temporary password for {}", named(self.username, self.display_name))
    }

    fn rest(&self) -> String {
        let lives = spoken(self.until.as_second() - self.now.as_second());
        format!(
            "It expires in {lives}, on {}.\n\
             Signing in with it leads straight to choosing a new one:\n\
             \x20   passdesk me sign-in --as {}\n",
            readable(self.until),
            self.username,
        )
    }
}

impl Serialize for TemporaryDisclosure<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("TemporaryDisclosure", 4)?;
        object.serialize_field("username", self.username)?;
        object.serialize_field("temporary_password", self.secret.reveal())?;
        object.serialize_field("expires_at", &moment(self.until))?;
        object.serialize_field("operation", &self.operation.to_string())?;
        object.end()
    }
}

impl Record for TemporaryDisclosure<'_> {
    const COLUMNS: &'static [&'static str] = &["username", "temporary_password", "expires_at", "operation"];

    fn cells(&self) -> Vec<Cow<'_, str>> {
        vec![
            self.username.as_str().into(),
            self.secret.reveal().into(),
            moment(self.until).into(),
            self.operation.to_string().into(),
        ]
    }
}

/// A token and whose it is.
pub struct TokenDisclosure<'a> {
    /// The account.
    pub owner: &'a Account,
    /// What its owner calls it.
    pub label: &'a Label,
    /// Its roles.
    pub roles: Roles,
    /// The token.
    pub token: &'a str,
    /// When it ends.
    pub until: Timestamp,
    /// Now.
    pub now: Timestamp,
}

impl Disclosure for TokenDisclosure<'_> {
    const WHAT: &'static str = "token";
    const BARE_IN_A_FILE: bool = true;

    fn text(&self, layout: Layout, gap: &str) -> Zeroizing<Vec<u8>> {
        text(layout, gap, &self.title(), self.token, &self.rest())
    }

    fn page(&self) -> ScreenPage {
        page(self.title(), self.token, self.rest())
    }

    fn bare(&self) -> Zeroizing<Vec<u8>> {
        line(self.token)
    }
}

impl TokenDisclosure<'_> {
    fn title(&self) -> String {
        format!("Token {} of {}", self.label, self.owner.named())
    }

    fn rest(&self) -> String {
        let lives = spoken(self.until.as_second() - self.now.as_second());
        let roles = if self.roles.is_empty() { "none".into() } else { self.roles.join(", ") };
        format!(
            "It expires in {lives}, on {}. Its roles: {roles}.\n\
             Keep it in a file that only its script can read (mode 0600), and name it:\n\
             \x20   PASSDESK_TOKEN_FILE=FILE passdesk …\n",
            readable(self.until),
        )
    }
}

impl Serialize for TokenDisclosure<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("TokenDisclosure", 5)?;
        object.serialize_field("username", &self.owner.username)?;
        object.serialize_field("label", self.label.as_str())?;
        object.serialize_field("roles", &self.roles)?;
        object.serialize_field("token", self.token)?;
        object.serialize_field("expires_at", &moment(self.until))?;
        object.end()
    }
}

impl Record for TokenDisclosure<'_> {
    const COLUMNS: &'static [&'static str] = &["username", "label", "roles", "token", "expires_at"];

    fn cells(&self) -> Vec<Cow<'_, str>> {
        vec![
            self.owner.username.as_str().into(),
            self.label.as_str().into(),
            self.roles.join(" ").into(),
            self.token.into(),
            moment(self.until).into(),
        ]
    }
}
