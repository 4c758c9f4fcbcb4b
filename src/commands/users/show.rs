//! `passdesk users show`.

use crate::cli::users::One;
use crate::commands::actor::acting;
use crate::commands::{Desk, find};
use crate::domain::account::Account;
use crate::domain::authority::Action;
use crate::domain::throttle::TriesNow;
use crate::failure::Result;
use crate::terminal::format::Format;
use crate::terminal::{records, sheet};

/// Shows one account.
pub fn run(desk: &mut Desk<'_>, args: &One) -> Result<()> {
    let target = args.id.parse()?;
    let mut store = desk.open_to_read()?;
    let acting = acting(desk, &mut store)?;
    acting.may(&mut store, Action::List)?;
    let account = find(&store, &target)?;

    let now = desk.now()?;
    let TriesNow { tries, under_way } = store.tries(&account)?;
    let account = Account { tries, ..account };
    if desk.format() == Format::Text {
        let text = sheet::account(&account, under_way, now, desk.zone, desk.policy.throttle, desk.output.layout());
        return desk.print(&text);
    }
    desk.print_records(records::SHOWN_ACCOUNT, [records::shown_account(&account, under_way, now)], false)
}
