//! How a secret is written, for every way out.

use anstyle::Style;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use zeroize::Zeroizing;

use crate::domain::account::{State, named};
use crate::domain::clock::{Zone, moment_and_span};
use crate::domain::hash::StoredHash;
use crate::domain::name::{DisplayName, Username};
use crate::domain::operation::OperationId;
use crate::domain::role::Roles;
use crate::domain::sealing::KeyKinds;
use crate::domain::sign_in::SignInDigest;
use crate::domain::text::hanging;
use crate::domain::token::Label;
use crate::terminal::format::{Cell, moment};
use crate::terminal::output::Layout;
use crate::terminal::screen::ScreenPage;

/// The words and values that go with a secret.
pub trait Disclosure {
    /// The value by which a store knows the secret.
    type KnownBy;
    /// The name of the secret in messages.
    const WHAT: &'static str;
    /// Whether a file contains only the bare secret, for a program to read.
    const BARE_IN_A_FILE: bool;
    /// The names of [`Self::cells`].
    const COLUMNS: &'static [&'static str];
    /// The same if the secret is sealed: a `message` in the place of the secret.
    const SEALED_COLUMNS: &'static [&'static str];

    /// The username of its owner.
    fn username(&self) -> &Username;

    /// For people: a line that says whose it is.
    fn title(&self) -> String;

    /// For people: when it expires, and what happens next. `opening` are the lines that say how to open it.
    fn rest(&self, opening: &str) -> String;

    /// For programs: all values, with the cell of the secret.
    fn cells<'a>(&'a self, secret: Cell<'a>) -> Vec<Cell<'a>>;
}

/// A secret, and what goes with it.
pub(super) struct Disclosed<'a, D> {
    pub about: &'a D,
    /// The secret, or the message that it is sealed in.
    pub secret: &'a str,
    /// Which keys open it, if it is sealed.
    pub opened_by: Option<KeyKinds>,
}

/// The commands that open a message in a file, or at standard input: a line for each kind of key.
pub(super) fn opening(kinds: KeyKinds, file: &str) -> String {
    kinds.iter().fold(String::new(), |all, kind| all + "    age -d -i " + kind.private() + file + "\n")
}

impl<D: Disclosure> Disclosed<'_, D> {
    /// For people: the secret alone on its line, when it expires, and what happens next. `gap` is written before it.
    pub fn text(&self, layout: Layout, gap: &str) -> Zeroizing<Vec<u8>> {
        // A message begins at the margin, since age takes no other.
        let (shown, margin, opening) = match self.opened_by {
            None => ("shown this once", "    ", String::new()),
            Some(kinds) => ("encrypted", "", opening(kinds, " FILE")),
        };
        let is_strong = layout.coloured && self.opened_by.is_none();
        let strong = if is_strong { Style::new().bold() } else { Style::new() };
        let title = hanging(&format!("{}, {shown}:", self.about.title()), layout.width);
        let rest = self.about.rest(&opening);
        // A command stays in one line, to be copied.
        let fill = |line: &str| hanging(line, layout.width.filter(|_| !line.starts_with(' ')));
        let rest = rest.split('\n').map(fill).collect::<Vec<_>>().join("\n");
        let [on, off] = [strong.render().to_string(), strong.render_reset().to_string()];
        // There is room for all of it from the start. A reallocation would leave a copy of the secret behind.
        let text = [gap, &title, "\n\n", margin, &on, self.secret, &off, "\n\n", &rest].concat();
        Zeroizing::new(text.into_bytes())
    }

    /// The page of the confirmation screen while the secret is not in force.
    pub fn page(&self) -> ScreenPage {
        let (title, secret, rest) = (self.about.title(), Zeroizing::new(self.secret.to_owned()), self.about.rest(""));
        ScreenPage { title, secret, rest, status: "It is not in force yet.".into() }
    }

    /// For programs: all values.
    pub fn cells(&self) -> Vec<Cell<'_>> {
        self.about.cells(if self.opened_by.is_some() { Cell::Message(self.secret) } else { self.secret.into() })
    }

    /// The bare secret and a line end.
    pub fn bare(&self) -> Zeroizing<Vec<u8>> {
        let mut line = Zeroizing::new(Vec::with_capacity(self.secret.len() + 1));
        line.extend_from_slice(self.secret.as_bytes());
        line.push(b'\n');
        line
    }
}

/// When it expires, and how long that is from now.
fn expires(now: Timestamp, until: Timestamp, zone: &TimeZone) -> String {
    format!("It expires {}.", moment_and_span(until, now, zone))
}

/// The words and values that go with a temporary password.
pub struct TemporaryDisclosure {
    /// The account.
    pub username: Username,
    /// Its owner's name.
    pub display_name: DisplayName,
    /// The state of the account. If it is not in use, nobody can sign in to it yet.
    pub state: State,
    /// When it was made.
    pub now: Timestamp,
    /// When it expires.
    pub until: Timestamp,
    /// The time zone for people.
    pub zone: Zone,
    /// The operation that puts it in force.
    pub operation: OperationId,
}

impl Disclosure for TemporaryDisclosure {
    type KnownBy = StoredHash;
    const WHAT: &'static str = "temporary password";
    const BARE_IN_A_FILE: bool = false;
    const COLUMNS: &'static [&'static str] = &["username", "temporary_password", "expires_at", "operation"];
    const SEALED_COLUMNS: &'static [&'static str] = &["username", "message", "expires_at", "operation"];

    fn username(&self) -> &Username {
        &self.username
    }

    fn title(&self) -> String {
        format!("Temporary password for {}", named(&self.username, &self.display_name))
    }

    fn rest(&self, opening: &str) -> String {
        let Self { username, now, until, zone, .. } = self;
        let owner = match self.state {
            State::Disabled => "Once the account is enabled, its owner",
            State::Expired => "Once the account has another last day, its owner",
            _ => "Its owner",
        };
        let expires = expires(*now, *until, zone);
        let opens = if opening.is_empty() { "" } else { "saves the message in FILE, opens it, " };
        format!(
            "{expires}\n{owner} {opens}signs in with it and chooses a new one:\n{opening}\x20   passdesk me sign-in --as {username}\n"
        )
    }

    fn cells<'a>(&'a self, secret: Cell<'a>) -> Vec<Cell<'a>> {
        vec![self.username.as_str().into(), secret, moment(self.until).into(), self.operation.to_string().into()]
    }
}

/// The words and values that go with a token.
pub struct TokenDisclosure {
    /// The account.
    pub username: Username,
    /// Its owner's name.
    pub display_name: DisplayName,
    /// What its owner calls it.
    pub label: Label,
    /// Its roles.
    pub roles: Roles,
    /// When it was made.
    pub now: Timestamp,
    /// When it expires.
    pub until: Timestamp,
    /// The time zone for people.
    pub zone: Zone,
}

impl Disclosure for TokenDisclosure {
    type KnownBy = SignInDigest;
    const WHAT: &'static str = "token";
    const BARE_IN_A_FILE: bool = true;
    const COLUMNS: &'static [&'static str] = &["username", "label", "roles", "token", "expires_at"];
    const SEALED_COLUMNS: &'static [&'static str] = &["username", "label", "roles", "message", "expires_at"];

    fn username(&self) -> &Username {
        &self.username
    }

    fn title(&self) -> String {
        format!("Token {} of {}", self.label, named(&self.username, &self.display_name))
    }

    fn rest(&self, opening: &str) -> String {
        let roles = if self.roles.is_empty() { "none".into() } else { self.roles.join(", ") };
        format!(
            "{} Its roles: {roles}.\n{}{opening}\
             Keep it in a file that only its script can read (mode 0600), and name it:\n\
             \x20   PASSDESK_TOKEN_FILE=FILE passdesk …\n",
            expires(self.now, self.until, self.zone),
            if opening.is_empty() { "" } else { "Save the message in FILE, and open it:\n" },
        )
    }

    fn cells<'a>(&'a self, secret: Cell<'a>) -> Vec<Cell<'a>> {
        vec![
            self.username.as_str().into(),
            self.label.as_str().into(),
            Cell::Roles(self.roles),
            secret,
            moment(self.until).into(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::UTC;
    use crate::domain::public_key::made_up::{AGE, ED25519};
    use crate::domain::role::Role;
    use crate::domain::sealing::Recipients;

    fn temporary(state: State) -> TemporaryDisclosure {
        TemporaryDisclosure {
            username: "alice".parse().unwrap(),
            display_name: DisplayName::default(),
            state,
            now: Timestamp::UNIX_EPOCH,
            until: Timestamp::from_second(86_400).unwrap(),
            zone: &UTC,
            operation: OperationId([7; 16]),
        }
    }

    fn token() -> TokenDisclosure {
        TokenDisclosure {
            username: "alice".parse().unwrap(),
            display_name: "Alice Example".parse().unwrap(),
            label: "nightly".parse().unwrap(),
            roles: [Role::Helpdesk].into_iter().collect(),
            now: Timestamp::UNIX_EPOCH,
            until: Timestamp::from_second(86_400).unwrap(),
            zone: &UTC,
        }
    }

    fn said<D: Disclosure>(about: &D, opened_by: Option<KeyKinds>, layout: Layout) -> String {
        let text = Disclosed { about, secret: "2345-6789", opened_by }.text(layout, "\n");
        assert_eq!(text.capacity(), text.len(), "it was moved while it was written");
        String::from_utf8(text.to_vec()).unwrap()
    }

    fn both_kinds() -> KeyKinds {
        Recipients::of(&[AGE[0], ED25519[0]].map(|key| key.parse().unwrap())).unwrap().kinds()
    }

    #[test]
    fn a_temporary_password_stands_alone_with_when_it_expires_and_what_to_do() {
        assert_eq!(
            said(&temporary(State::MustChange), None, Layout::default()),
            "\nTemporary password for alice, shown this once:\n\n    2345-6789\n\n\
             It expires tomorrow at 00:00 UTC (in 24 hours).\nIts owner signs in with it and chooses a new one:\n    \
             passdesk me sign-in --as alice\n"
        );
        for (state, said) in [
            (State::Disabled, "\nOnce the account is enabled, its owner signs in"),
            (State::Expired, "\nOnce the account has another last day, its owner signs in"),
        ] {
            assert!(temporary(state).rest("").contains(said), "{state:?}");
        }
    }

    #[test]
    fn a_sealed_one_stands_at_the_margin_with_the_commands_that_open_it() {
        assert_eq!(
            said(&temporary(State::MustChange), Some(both_kinds()), Layout { width: Some(40), coloured: true }),
            "\nTemporary password for alice, encrypted:\n\n2345-6789\n\n\
             It expires tomorrow at 00:00 UTC (in 24\n  hours).\nIts owner saves the message in FILE,\n  opens it, signs in \
             with it and chooses\n  a new one:\n    age -d -i key.txt FILE\n    age -d -i ~/.ssh/id_ed25519 FILE\n    \
             passdesk me sign-in --as alice\n"
        );
    }

    #[test]
    fn a_token_is_said_with_its_label_its_roles_and_the_way_to_use_it() {
        assert_eq!(
            said(&token(), None, Layout { width: None, coloured: true }),
            "\nToken nightly of alice (Alice Example), shown this once:\n\n    \u{1b}[1m2345-6789\u{1b}[0m\n\n\
             It expires tomorrow at 00:00 UTC (in 24 hours). Its roles: helpdesk.\n\
             Keep it in a file that only its script can read (mode 0600), and name it:\n    \
             PASSDESK_TOKEN_FILE=FILE passdesk …\n"
        );
        let rest = token().rest("    age -d\n");
        assert!(rest.contains(".\nSave the message in FILE, and open it:\n    age -d\nKeep it in a file"), "{rest}");
    }

    #[test]
    fn a_program_gets_a_cell_for_each_column() {
        assert_eq!(temporary(State::Active).cells("x".into()).len(), TemporaryDisclosure::COLUMNS.len());
        assert_eq!(token().cells("x".into()).len(), TokenDisclosure::COLUMNS.len());
    }
}
