//! `passdesk users reset`: the main job.

use std::fmt::Write as _;

use crate::cli::users::Reset;
use crate::commands::Desk;
use crate::commands::actor::acting;
use crate::commands::bulk::{Bulk, Item, targets};
use crate::commands::handover::{self, WayOut, Whose};
use crate::domain::account::{Account, Lifecycle};
use crate::domain::authority::Action;
use crate::domain::clock::spoken;
use crate::failure::{Failure, Kind, Result};
use crate::terminal::format::Format;

/// Gives accounts a temporary password, and hands it over.
pub fn run(desk: &mut Desk<'_>, args: &Reset) -> Result<()> {
    handover::check(&args.handover, desk.format(), args.ids.len())?;
    let lifetime = handover::lifetime(&args.handover, desk)?;
    let targets = targets(&args.ids)?;
    let several = targets.len() > 1;

    let mut store = desk.stores.open()?;
    let acting = acting(desk, &*store)?;
    acting.may(Action::Reset)?;
    let (mut bulk, items) = Bulk::find(&*store, &targets, |account| acting.may_to(Action::Reset, account.into()));
    if items.is_empty() {
        return bulk.finish();
    }
    if args.dry_run {
        foretell(desk, &items, &spoken(lifetime.as_secs()), several)?;
        return bulk.finish();
    }
    if !args.yes {
        desk.terminal.confirm(&question(&items), "add --yes to reset without being asked")?;
    }

    let mut way_out = WayOut::open(&args.handover, desk, several)?;
    let mut delivering = true;
    for Item { written, account } in items {
        if !delivering {
            bulk.record(written, Err(Failure::new(Kind::NotDelivered, "not tried: nothing could be delivered")));
            continue;
        }
        let whose = Whose { username: &account.username, display_name: &account.display_name };
        let by = acting.mandate(desk.now());
        let commit = |new| Ok(store.reset_password(&by, account.id, account.revision, &new)?);
        let outcome = way_out.issue(desk, &whose, lifetime, Ok, commit);
        match &outcome {
            Ok(()) if account.lifecycle == Lifecycle::Disabled => desk.terminal.note(&disabled(&account)),
            Ok(()) => {}
            Err(failure) => delivering = failure.kind != Kind::NotDelivered,
        }
        bulk.record(written, outcome);
    }
    way_out.close(desk)?;
    bulk.finish()
}

fn question(items: &[Item]) -> String {
    match items {
        [item] => format!("Reset the password of {}, id {}?", item.account.named(), item.account.id),
        items => {
            let names: Vec<_> = items.iter().map(|item| item.account.username.as_str()).collect();
            format!("Reset the passwords of {} accounts ({})?", names.len(), names.join(", "))
        }
    }
}

fn disabled(account: &Account) -> String {
    format!("{0} is disabled, and stays so until 'passdesk users enable {0}'.", account.username)
}

/// Says what a reset would do.
fn foretell(desk: &mut Desk<'_>, items: &[Item], lifetime: &str, several: bool) -> Result<()> {
    if desk.format() != Format::Text {
        let accounts: Vec<_> = items.iter().map(|item| item.account.clone()).collect();
        return desk.print_changed(&accounts, several);
    }
    let mut text = String::new();
    for Item { account, .. } in items {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "Would reset {}, id {}: the password stops working, every sign-in ends,\n\
             and a temporary password lives for {lifetime}.",
            account.named(),
            account.id
        );
    }
    desk.print(&text)
}
