//! Tables for people.

#![expect(clippy::disallowed_types, reason = "this is the room that draws")]

use anstyle::{AnsiColor, Style};
use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table, TableStyle};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use unicode_width::UnicodeWidthStr;

use super::output::Layout;
use crate::domain::account::{Account, State};
use crate::domain::audit::{Detail, Event};
use crate::domain::clock::{Zone, readable};
use crate::domain::text::{hanging, neutral};

/// The widest username that is never broken, even in a narrow terminal.
const USERNAME_WIDTH: u16 = 24;
/// In a narrower terminal, an event is written below its number.
const EVENT_WIDTH: u16 = 60;

/// Accounts, one per row. A row is at most as wide as the terminal. Later pages align with the columns of the first. If
/// the terminal is too narrow for a row, an account is a block of lines.
pub struct AccountTable {
    layout: Layout,
    widths: Option<Vec<u16>>,
}

impl AccountTable {
    /// A table without rows.
    #[must_use]
    pub fn new(layout: Layout) -> Self {
        Self { layout, widths: None }
    }

    /// The next rows. The first page has a header.
    pub fn page(&mut self, accounts: &[Account], now: Timestamp) -> String {
        if accounts.is_empty() {
            return String::new();
        }
        let mut table = blank(self.layout);
        if self.widths.is_none() {
            let titles = ["ID", "USERNAME", "NAME", "E-MAIL", "ROLES", "STATE"];
            table.set_header(titles.map(|title| Cell::new(title).add_attribute(Attribute::Bold)));
        }
        for account in accounts {
            table.add_row(row(account, now));
        }
        let content = table.column_max_content_widths();
        let first = self.widths.get_or_insert_with(|| content.clone());
        if self.layout.width.is_some_and(|width| least_width(accounts, &content) > width) {
            return accounts.iter().map(|account| block(account, now, self.layout)).collect();
        }
        for (index, column) in table.column_iter_mut().enumerate() {
            let fixed = |width| comfy_table::Width::Fixed(width);
            match (self.layout.width, index) {
                // Columns that people read first and type back are not broken.
                (Some(_), 0 | 3 | 5) => column.set_constraint(ColumnConstraint::ContentWidth),
                (Some(_), 1) if content[1] <= USERNAME_WIDTH => column.set_constraint(ColumnConstraint::ContentWidth),
                (Some(_), 1) => column.set_constraint(ColumnConstraint::UpperBoundary(fixed(USERNAME_WIDTH + 2))),
                (Some(_), _) => column,
                (None, _) => column.set_constraint(ColumnConstraint::LowerBoundary(fixed(first[index] + 2))),
            };
        }
        finish(&mut table)
    }
}

/// The width of a table of these accounts, with no broken address and no broken word of a name.
fn least_width(accounts: &[Account], content: &[u16]) -> u16 {
    let names = accounts.iter().map(|account| longest(&neutral(account.display_name.as_str()))).max().unwrap_or(0);
    let roles = accounts.iter().map(|account| longest(&account.roles.join(" "))).max().unwrap_or(0);
    let words =
        [names.max("NAME".len()), roles.max("ROLES".len())].map(|width| u16::try_from(width).unwrap_or(u16::MAX));
    // Two spaces follow each column but the last.
    let whole = [content[0], content[1].min(USERNAME_WIDTH), content[3], content[5], 2 * 5];
    whole.into_iter().chain(words).fold(0, u16::saturating_add)
}

/// An account as a block of lines.
fn block(account: &Account, now: Timestamp, layout: Layout) -> String {
    let state = account.state(now);
    let style = if layout.coloured { colours(state).1.on_default() } else { Style::new() };
    let head = format!("{}  {}", account.id, account.username);
    let together = head.len() + 2 + state.label().len();
    let between = if layout.width.is_some_and(|width| together > width.into()) { "\n    " } else { "  " };
    let head = format!("{head}{between}{style}{}{style:#}", state.label());
    let address = account.email.as_ref().map_or("", |email| email.as_str());
    let roles = if account.roles.is_empty() { String::new() } else { format!("roles: {}", account.roles.join(" ")) };
    [account.display_name.as_str(), address, &roles]
        .into_iter()
        .filter(|line| !line.is_empty())
        .map(|line| below(line, layout.width))
        .fold(hanging(&head, layout.width), |text, line| text + "\n" + &line)
        + "\n"
}

fn row(account: &Account, now: Timestamp) -> [Cell; 6] {
    let roles = if account.roles.is_empty() { "-".into() } else { account.roles.join(" ") };
    [
        Cell::new(account.id),
        Cell::new(account.username.as_str()),
        Cell::new(or_dash(account.display_name.as_str())),
        Cell::new(or_dash(account.email.as_ref().map_or("", |email| email.as_str()))),
        Cell::new(roles),
        coloured(account.state(now)),
    ]
}

/// How many parts of an event get a column of their own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Columns {
    /// All parts. The output is no terminal.
    All,
    /// The time and the outcome. The rest stands beside them, in lines.
    Few,
    /// No part. The terminal has no room for columns.
    None,
}

/// Events of the record, one per row. Only the first page has a header.
pub struct EventTable {
    zone: Zone,
    layout: Layout,
    begun: bool,
}

impl EventTable {
    /// A table without rows.
    #[must_use]
    pub fn new(zone: Zone, layout: Layout) -> Self {
        Self { zone, layout, begun: false }
    }

    /// The next rows.
    pub fn page(&mut self, events: &[Event]) -> String {
        let columns = match self.layout.width {
            None => Columns::All,
            Some(EVENT_WIDTH..) => Columns::Few,
            Some(_) => Columns::None,
        };
        let mut table = blank(self.layout);
        if !std::mem::replace(&mut self.begun, true) {
            let titles: &[&str] = match columns {
                Columns::All => &["NO", "AT", "ACTOR", "OUTCOME", "ACTION", "TARGET", "DETAIL"],
                Columns::Few => &["NO", "AT", "OUTCOME", "EVENT"],
                Columns::None => &["EVENT"],
            };
            table.set_header(titles.iter().map(|title| Cell::new(title).add_attribute(Attribute::Bold)));
        }
        table.add_rows(events.iter().map(|event| event_row(event, columns, self.zone)));
        for column in table.column_iter_mut().take(3).filter(|_| columns == Columns::Few) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
        finish(&mut table)
    }
}

fn event_row(event: &Event, columns: Columns, zone: &TimeZone) -> Vec<Cell> {
    let number = event.sequence;
    let at = Timestamp::from_second(event.at).map(|at| readable(at, zone)).unwrap_or_default();
    let outcome = or_dash(&event.outcome);
    let detail = Detail::read(&event.detail).words(zone);
    let [actor, action, target, detail] =
        [&event.actor, &event.action, &event.target, &detail].map(|text| neutral(text));
    let by = if actor.is_empty() { "" } else { "by" };
    let deed = [&*action, &*target, by, &*actor].into_iter().filter(|word| !word.is_empty());
    let told = format!("{}\n{detail}", deed.collect::<Vec<_>>().join(" "));
    let coloured = |text: String| {
        let cell = Cell::new(text.trim());
        if event.outcome == "done" { cell } else { cell.fg(Color::DarkRed) }
    };
    match columns {
        Columns::All => {
            let [actor, action, target, detail] = [actor, action, target, detail].map(|text| Cell::new(or_dash(&text)));
            vec![Cell::new(number), Cell::new(at), actor, coloured(outcome), action, target, detail]
        }
        Columns::Few => vec![Cell::new(number), Cell::new(at), coloured(outcome), Cell::new(told.trim())],
        Columns::None => vec![coloured(format!("{number} {at} {outcome}\n{told}"))],
    }
}

/// A small table with titles, drawn at once. The columns before `wrapping` are never broken.
#[must_use]
pub fn listing<const N: usize>(titles: [&str; N], rows: &[[String; N]], wrapping: usize, layout: Layout) -> String {
    let widest = |column: usize, width: fn(&str) -> usize| {
        rows.iter().map(|row| width(&or_dash(&row[column]))).chain([titles[column].len()]).max().unwrap_or(0)
    };
    let whole: usize =
        (0..N).map(|column| widest(column, if column < wrapping { UnicodeWidthStr::width } else { longest })).sum();
    if layout.width.is_some_and(|width| whole + 2 * (N - 1) > width.into()) {
        let block =
            |row: &[String; N]| pairs(&std::array::from_fn::<_, N, _>(|at| (titles[at], or_dash(&row[at]))), layout);
        return rows.iter().map(block).collect::<Vec<_>>().join("\n");
    }
    let mut table = blank(layout);
    table.set_header(titles.map(|title| Cell::new(title).add_attribute(Attribute::Bold)));
    for row in rows {
        table.add_row(row.iter().map(|text| Cell::new(or_dash(text))));
    }
    for column in table.column_iter_mut().take(wrapping).filter(|_| layout.width.is_some()) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    finish(&mut table)
}

/// The columns of the longest word.
fn longest(text: &str) -> usize {
    text.split(' ').map(UnicodeWidthStr::width).max().unwrap_or(0)
}

/// A line of a block. A line break inside an address would be copied with it, so a single word is never broken.
fn below(text: &str, width: Option<u16>) -> String {
    hanging(&format!("    {}", neutral(text)), width.filter(|_| text.contains(' ')))
}

/// Labels and values, one pair per line. Where a word has no room beside its label, each value stands below its label.
#[must_use]
pub fn pairs(rows: &[(&str, String)], layout: Layout) -> String {
    let label = rows.iter().map(|(label, _)| label.len()).max().unwrap_or(0);
    let words = rows.iter().map(|(_, value)| longest(&neutral(value))).max().unwrap_or(0);
    if layout.width.is_some_and(|width| label + 2 + words > width.into()) {
        let bold = if layout.coloured { Style::new().bold() } else { Style::new() };
        let block =
            |(label, value): &(&str, String)| format!("{bold}{label}{bold:#}\n{}\n", below(value, layout.width));
        return rows.iter().map(block).collect();
    }
    let mut table = blank(layout);
    for (label, value) in rows {
        table.add_row([Cell::new(label).add_attribute(Attribute::Bold), Cell::new(neutral(value))]);
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
    Cell::new(state.label()).fg(colours(state).0)
}

/// The colour of a state, in a table and elsewhere. The word for the state says the same.
fn colours(state: State) -> (Color, AnsiColor) {
    match state {
        State::Active => (Color::DarkGreen, AnsiColor::Green),
        State::MustChange => (Color::DarkYellow, AnsiColor::Yellow),
        State::TemporaryExpired | State::Locked => (Color::DarkRed, AnsiColor::Red),
        State::Disabled | State::Expired | State::Removed => (Color::DarkGrey, AnsiColor::BrightBlack),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::{Actor, Operator};
    use crate::domain::audit::{DetailKey, Entry, Head, Link, Outcome, Reason};
    use crate::domain::name::DisplayName;
    use crate::domain::operation::OperationId;
    use crate::domain::role::{Role, Roles};

    fn account(name: &str) -> Account {
        Account {
            username: "alice.with-a-rather-long.name".parse().unwrap(),
            display_name: DisplayName::from_store(name.into()),
            email: Some("alice.with-a-rather-long.name@mail.department.example.org".parse().unwrap()),
            roles: Roles::from_iter(Role::ALL),
            has_password: true,
            must_change: true,
            temporary_until: Some(Timestamp::UNIX_EPOCH),
            ..Account::example(1, "alice")
        }
    }

    fn drawn(account: &Account, layout: Layout) -> String {
        AccountTable::new(layout).page(std::slice::from_ref(account), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_table_is_never_wider_than_the_terminal() {
        let layout = Layout { width: Some(80), coloured: false };
        let mut long = account("Alice Cordelia Wintergreen-Fotheringhay");
        long.username = "x".repeat(64).parse().unwrap();
        for account in [account("Alice Cordelia Wintergreen-Fotheringhay"), long] {
            let drawn = drawn(&account, layout);
            for line in drawn.lines() {
                assert!(line.chars().count() <= 80, "{line:?}");
            }
            assert!(drawn.contains("temporary expired"), "{drawn}");
        }
    }

    #[test]
    fn events_are_never_wider_than_the_terminal_and_each_word_of_them_is_whole() {
        let by = Operator {
            uid: 0,
            os_user: "root".into(),
            sudo_caller: Some("mallory".into()),
            role: None,
            is_guest: false,
        };
        let entry = Entry {
            actor: Some(Actor::Operator(by)),
            action: "require-change",
            target: None,
            outcome: Outcome::Refused,
            detail: Detail::of(Reason::RankNotLower).with(DetailKey::Label, "a label that is rather long for a column"),
        };
        let event = Event::after(
            Head { sequence: 1_000_000, link: Link::START },
            Timestamp::UNIX_EPOCH,
            OperationId([1; 16]),
            &entry,
        );
        for width in [24, 40, 59, 60, 80, 200] {
            let drawn = EventTable::new(&crate::domain::clock::UTC, Layout { width: Some(width), coloured: false })
                .page(std::slice::from_ref(&event));
            assert!(drawn.lines().all(|line| line.chars().count() <= usize::from(width)), "{width}: {drawn}");
            for word in entry.detail.words(&TimeZone::UTC).split(' ').chain([
                "refused",
                "1970-01-01",
                "require-change",
                "mallory)",
            ]) {
                assert!(drawn.contains(word), "{word} at {width}: {drawn}");
            }
        }
    }

    #[test]
    fn where_a_row_has_no_room_an_account_is_a_block_and_its_address_is_whole() {
        let account = account("Alice Cordelia Wintergreen-Fotheringhay");
        for (width, is_block) in [(40, true), (60, true), (80, true), (200, false)] {
            let drawn = drawn(&account, Layout { width: Some(width), coloured: false });
            assert_eq!(drawn.starts_with("1  alice"), is_block, "{width}: {drawn}");
            for word in
                ["alice.with-a-rather-long.name@mail.department.example.org", "Wintergreen-Fotheringhay", "helpdesk"]
            {
                assert!(drawn.contains(word), "{word} at {width}: {drawn}");
            }
        }
        let narrow = drawn(&account, Layout { width: Some(40), coloured: false });
        assert!(narrow.contains("  temporary expired") && narrow.contains("    Alice Cordelia\n"), "{narrow}");
    }

    #[test]
    fn a_row_of_a_small_table_without_room_is_a_block() {
        let row = ["argon2", "m=19456,t=2,p=1", "what a password hash costs"].map(str::to_owned);
        let drawn = |width| {
            listing(
                ["SETTING", "VALUE", "MEANING"],
                std::slice::from_ref(&row),
                2,
                Layout { width: Some(width), coloured: false },
            )
        };
        assert_eq!(drawn(80).lines().count(), 2);
        assert_eq!(
            drawn(32),
            "SETTING  argon2\nVALUE    m=19456,t=2,p=1\nMEANING  what a password hash\n         costs\n"
        );
    }

    #[test]
    fn where_a_value_has_no_room_beside_its_label_it_is_whole_below() {
        let address = "alice.with-a-rather-long.name@mail.department.example.org";
        let rows = [("Username", "alice".to_owned()), ("E-mail", address.to_owned())];
        let beside = pairs(&rows, Layout { width: Some(80), coloured: false });
        assert_eq!(beside, format!("Username  alice\nE-mail    {address}\n"));
        let below = pairs(&rows, Layout { width: Some(60), coloured: false });
        assert_eq!(below, format!("Username\n    alice\nE-mail\n    {address}\n"));
    }

    #[test]
    fn a_row_is_one_line_where_there_is_no_terminal() {
        let drawn = drawn(&account(&"long ".repeat(100)), Layout::default());
        assert_eq!(drawn.lines().count(), 2);
    }

    #[test]
    fn later_pages_stand_under_the_columns_of_the_first() {
        let mut table = AccountTable::new(Layout::default());
        let wide = table.page(&[account("A name of some length")], Timestamp::UNIX_EPOCH);
        let narrow = table.page(&[account("A")], Timestamp::UNIX_EPOCH);
        let state = |text: &str| text.lines().last().unwrap().find("temporary");
        assert_eq!(state(&narrow), state(&wide));
        assert_eq!(narrow.lines().count(), 1);
    }

    #[test]
    fn colours_are_used_only_where_they_are_wanted() {
        for coloured in [false, true] {
            let layout = Layout { width: Some(80), coloured };
            assert_eq!(drawn(&account("A"), layout).contains('\u{1b}'), coloured);
        }
    }

    #[test]
    fn a_value_cannot_rewrite_the_terminal_or_forge_a_line() {
        let layout = Layout { width: Some(200), coloured: false };
        let name = "a\u{1b}[2J\nb\u{202e}c";
        for text in [drawn(&account(name), layout), pairs(&[("Name", name.into())], layout)] {
            assert!(text.contains("a<U+001B>[2J<U+000A>b<U+202E>c"), "{text}");
        }
    }
}
