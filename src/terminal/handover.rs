//! How a temporary password is written, whichever way it goes out.

use std::borrow::Cow;
use std::fmt::Write as _;

use anstyle::Style;
use jiff::Timestamp;
use serde::Serialize;
use zeroize::Zeroizing;

use super::format::{Record, moment};
use super::output::Layout;
use crate::domain::account::named;
use crate::domain::clock::{readable, spoken};
use crate::domain::name::{DisplayName, Username};
use crate::domain::temporary::TemporaryPassword;

/// A temporary password and whose it is.
pub struct Handover<'a> {
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
}

impl Handover<'_> {
    /// For people: the password alone on its line, its end, and what happens next; `gap` before it.
    #[must_use]
    pub fn text(&self, layout: Layout, gap: &str) -> Zeroizing<String> {
        let strong = if layout.coloured { Style::new().bold() } else { Style::new() };
        let whose = named(self.username, self.display_name);
        // Room for all of it, so that no reallocation leaves a copy of the password behind.
        let mut text = Zeroizing::new(String::with_capacity(512 + whose.len() + 2 * self.username.as_str().len()));
        let lives = spoken(self.until.as_second() - self.now.as_second());
        let until = readable(self.until);
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "{gap}Temporary password for {whose}, shown this once:\n\n    {strong}{}{strong:#}\n\n\
             It expires in {lives}, on {until}.\n\
             Signing in with it leads straight to choosing a new one:\n\
             \x20   passdesk me sign-in --as {}\n",
            self.secret.reveal(),
            self.username,
        );
        text
    }

    /// The bare password and a line end.
    #[must_use]
    pub fn bare(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(64));
        text.push_str(self.secret.reveal());
        text.push('\n');
        text
    }
}

/// The same in machine formats.
#[derive(Serialize)]
pub struct HandoverRecord<'a> {
    username: &'a Username,
    temporary_password: &'a str,
    expires_at: String,
}

impl<'a> From<&Handover<'a>> for HandoverRecord<'a> {
    fn from(handover: &Handover<'a>) -> Self {
        Self {
            username: handover.username,
            temporary_password: handover.secret.reveal(),
            expires_at: moment(handover.until),
        }
    }
}

impl Record for HandoverRecord<'_> {
    const COLUMNS: &'static [&'static str] = &["username", "temporary_password", "expires_at"];

    fn cells(&self) -> Vec<Cow<'_, str>> {
        vec![self.username.as_str().into(), self.temporary_password.into(), self.expires_at.as_str().into()]
    }
}
