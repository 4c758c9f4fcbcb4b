//! `passdesk me profile`.

use crate::commands::Desk;
use crate::commands::way_in::owner;
use crate::failure::Result;
use crate::terminal::format::Format;
use crate::terminal::{records, sheet};

/// Shows the user's own account: roles and their rights, the state of the password, and how to change it.
pub fn run(desk: &mut Desk<'_>) -> Result<()> {
    let mut store = desk.open_to_read()?;
    let account = owner(desk, &mut store)?.unflagged(&mut store, "profile")?.account;
    let now = desk.now()?;
    if desk.format() == Format::Text {
        let text = sheet::profile(&account, now, desk.zone, desk.output.layout());
        return desk.print(&text);
    }
    desk.print_records(records::ACCOUNT, [records::account(&account, now)], false)
}
