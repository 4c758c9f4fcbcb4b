//! Tables for people.

#![expect(clippy::disallowed_types, reason = "this is the room that draws")]

use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table, TableStyle};
use jiff::Timestamp;

use super::output::Layout;
use crate::domain::account::{Account, State};
use crate::domain::text::{neutral, neutral_lines};

/// Accounts, a row each, as wide as the terminal at most; the header only where `header` is set.
#[must_use]
pub fn accounts(accounts: &[Account], now: Timestamp, layout: Layout, header: bool) -> String {
    let mut table = blank(layout);
    if header {
        let titles = ["ID", "USERNAME", "NAME", "E-MAIL", "ROLES", "STATE"];
        table.set_header(titles.map(|title| Cell::new(title).add_attribute(Attribute::Bold)));
    }
    for account in accounts {
        let state = account.state(now);
        let roles = if account.roles.is_empty() { "-".into() } else { account.roles.join(" ") };
        table.add_row([
            Cell::new(account.id),
            Cell::new(account.username.as_str()),
            Cell::new(or_dash(account.display_name.as_str())),
            Cell::new(or_dash(account.email.as_ref().map_or("", |email| email.as_str()))),
            Cell::new(roles),
            coloured(state),
        ]);
    }
    // What one reads first and types back is never broken over two lines.
    for index in [0, 1, 5] {
        if let Some(column) = table.column_mut(index) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    finish(&mut table)
}

/// Labels and values, a line each.
#[must_use]
pub fn pairs(rows: &[(&str, String)], layout: Layout) -> String {
    let mut table = blank(layout);
    for (label, value) in rows {
        table.add_row([Cell::new(label).add_attribute(Attribute::Bold), Cell::new(neutral_lines(value))]);
    }
    if let Some(column) = table.column_mut(0) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    finish(&mut table)
}

fn blank(layout: Layout) -> Table {
    let mut table = Table::new();
    table.load_style(TableStyle::new());
    match layout.width {
        Some(width) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
        None => table.set_content_arrangement(ContentArrangement::Disabled),
    };
    if layout.coloured {
        table.enforce_styling()
    } else {
        table.force_no_tty()
    };
    table.style_text_only();
    table
}

fn finish(table: &mut Table) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let mut text = String::new();
    for line in table.lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn or_dash(text: &str) -> String {
    if text.is_empty() { "-".into() } else { neutral(text).into_owned() }
}

fn coloured(state: State) -> Cell {
    let cell = Cell::new(state.label());
    match state {
        State::Active => cell.fg(Color::DarkGreen),
        State::MustChange => cell.fg(Color::DarkYellow),
        State::TemporaryExpired => cell.fg(Color::DarkRed),
        State::Disabled => cell.fg(Color::DarkGrey),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::{AccountId, Lifecycle, Revision};
    use crate::domain::name::DisplayName;
    use crate::domain::role::{Role, Roles};

    fn account(name: &str) -> Account {
        Account {
            id: AccountId(1),
            revision: Revision(1),
            username: "alice.with-a-rather-long.name".parse().unwrap(),
            display_name: DisplayName::from_store(name.into()),
            email: Some("alice.with-a-rather-long.name@mail.department.example.org".parse().unwrap()),
            roles: Roles::from_iter(Role::ALL),
            lifecycle: Lifecycle::Active,
            must_change: true,
            temporary_until: Some(Timestamp::UNIX_EPOCH),
            password_changed_at: None,
            last_reset: None,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_table_is_never_wider_than_the_terminal() {
        let layout = Layout { width: Some(80), coloured: false };
        let drawn =
            accounts(&[account("Alice Cordelia Wintergreen-Fotheringhay")], Timestamp::UNIX_EPOCH, layout, true);
        for line in drawn.lines() {
            assert!(line.chars().count() <= 80, "{line:?}");
        }
        assert!(drawn.contains("temporary expired"), "{drawn}");
    }

    #[test]
    fn a_row_is_one_line_where_there_is_no_terminal() {
        let drawn = accounts(&[account(&"long ".repeat(100))], Timestamp::UNIX_EPOCH, Layout::default(), true);
        assert_eq!(drawn.lines().count(), 2);
    }

    #[test]
    fn colours_are_used_only_where_they_are_wanted() {
        for coloured in [false, true] {
            let layout = Layout { width: Some(80), coloured };
            let drawn = accounts(&[account("A")], Timestamp::UNIX_EPOCH, layout, true);
            assert_eq!(drawn.contains('\u{1b}'), coloured);
        }
    }

    #[test]
    fn a_name_cannot_rewrite_the_terminal() {
        let layout = Layout { width: Some(200), coloured: false };
        let drawn = accounts(&[account("a\u{1b}[2J\nb\u{202e}c")], Timestamp::UNIX_EPOCH, layout, false);
        assert_eq!(drawn.lines().count(), 1);
        assert!(drawn.contains("a<U+001B>[2J<U+000A>b<U+202E>c"), "{drawn}");
    }
}
