//! `passdesk users reset`: the main job.

use std::fmt::Write as _;

use crate::cli::users::Reset;
use crate::commands::actor::{Acting, acting};
use crate::commands::bulk::{Bulk, Item, targets};
use crate::commands::handover::{self, WayOut, Whose};
use crate::commands::users::suggest::Suggestions;
use crate::commands::{Desk, find};
use crate::domain::account::{Account, Lifecycle};
use crate::domain::authority::Action;
use crate::domain::clock::spoken;
use crate::domain::target::Target;
use crate::failure::{Failure, Kind, Result};
use crate::store::Store;
use crate::terminal::Terminal;
use crate::terminal::format::Format;
use crate::terminal::handover::TemporaryHandover;
use crate::terminal::picker::SHOWN;

/// Gives accounts a temporary password, and hands it over.
pub fn run(desk: &mut Desk<'_>, args: &Reset) -> Result<()> {
    handover::check(&args.handover.way_out, desk, args.ids.len())?;
    let lifetime = handover::lifetime(&args.handover)?;
    let targets = targets(&args.ids)?;
    if targets.is_empty() && !desk.terminal.is_interactive() {
        return Err(Failure::new(Kind::Usage, "nothing says whose password to reset")
            .hint("name accounts by id, username or e-mail address; on a terminal they can be picked from a list"));
    }

    let mut store = desk.open()?;
    let acting = acting(desk, &mut *store)?;
    let targets = if targets.is_empty() { vec![pick(desk, &mut *store, &acting)?] } else { targets };
    let several = targets.len() > 1;
    let lifetime = lifetime.unwrap_or(desk.policy.temporary_lifetime);
    acting.may_on(&mut *store, desk.now(), Action::Reset, targets.iter().map(|(_, target)| target))?;
    let now = desk.now();
    let may = |store: &mut dyn Store, account: &Account| acting.may_reset(store, now, account);
    let (mut bulk, items) = Bulk::find(&mut *store, &targets, may);
    if items.is_empty() {
        return bulk.finish();
    }
    if args.dry_run {
        foretell(desk, &items, &spoken(lifetime.as_secs()), several)?;
        for item in items {
            bulk.record(item.written, Ok(()));
        }
        return bulk.finish();
    }
    if !args.yes {
        desk.terminal.confirm(&bulk.question(&items), "add --yes to reset without being asked")?;
    }

    let mut way_out = WayOut::open::<TemporaryHandover<'_>>(&args.handover.way_out, desk, several)?;
    let mut stopped: Option<fn() -> Failure> = None;
    for Item { written, account } in items {
        if desk.terminal.interrupted() {
            stopped.get_or_insert(|| Failure::new(Kind::Cancelled, "not tried: cancelled before it was its turn"));
        }
        if let Some(why) = stopped {
            bulk.record(written, Err(why()));
            continue;
        }
        let whose = Whose { username: &account.username, display_name: &account.display_name };
        let by = acting.mandate(desk.now());
        // While the question stood, somebody else may have been here: better to find out before anything is shown.
        let current =
            find(&*store, &Target::Id(account.id)).and_then(|now| may(&mut *store, &now).map(|()| now.revision));
        let prepare = |_: &mut dyn Terminal, new| match current {
            Ok(revision) if revision == account.revision => Ok(new),
            Ok(_) => {
                Err(Failure::new(Kind::Conflict, format!("somebody else has changed {} meanwhile", account.username))
                    .hint("nothing has changed here; look at the account, and try again"))
            }
            Err(failure) => Err(failure),
        };
        let commit = |new| Ok(store.reset_password(&by, account.id, account.revision, &new)?);
        let outcome = way_out.issue_temporary(desk, &whose, lifetime, prepare, commit);
        match &outcome {
            Ok(()) if account.lifecycle == Lifecycle::Disabled => desk.terminal.note(&disabled(&account)),
            Err(failure) if failure.kind == Kind::NotDelivered => {
                stopped = Some(|| Failure::new(Kind::NotDelivered, "not tried: nothing could be delivered"));
            }
            _ => {}
        }
        bulk.record(written, outcome);
    }
    let broken_off = stopped.is_some();
    let closed = way_out.close(desk);
    bulk.finish().and(if broken_off { Ok(()) } else { closed })
}

/// Has somebody pick an account from a list that narrows as they type. The store searches: all accounts would be too many.
fn pick(desk: &mut Desk<'_>, store: &mut dyn Store, acting: &Acting) -> Result<(String, Target)> {
    acting.may(store, desk.now(), Action::Reset)?;
    let (now, mut suggestions, mut broken) = (desk.now(), Suggestions::new(SHOWN), None);
    let mut search = |text: &str| match suggestions.search(store, text, now) {
        Ok(accounts) => accounts.iter().map(line).collect(),
        Err(error) => {
            broken = Some(error);
            Vec::new()
        }
    };
    let picked = desk.terminal.pick("Whose password?", &mut search, "name the account to reset")?;
    if let Some(error) = broken {
        return Err(error.into());
    }
    let account = suggestions.take(picked).ok_or_else(Failure::cancelled)?;
    Ok((account.username.to_string(), Target::Id(account.id)))
}

fn line(account: &Account) -> String {
    let email = account.email.as_ref().map(|email| format!("  {}", email.as_str())).unwrap_or_default();
    format!("{}{email}", account.named())
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
            "Would reset {}, id {}:\nthe password stops working, every sign-in and token ends, a temporary password lives {lifetime}.",
            account.named(),
            account.id
        );
    }
    desk.print(&text)
}
