//! `passdesk users purge`.

use crate::cli::users::Purge;
use crate::commands::Desk;
use crate::commands::actor::{Acting, acting};
use crate::commands::bulk::{Bulk, targets};
use crate::domain::account::Account;
use crate::domain::authority::Action;
use crate::domain::clock::spoken;
use crate::domain::text::{counted, some_of};
use crate::failure::{Failure, Kind, Result};
use crate::store::Store;

/// How many accounts the question names.
const NAMED: usize = 5;

/// Deletes removed accounts for good: those that are named, or those that can no longer be restored.
pub fn run(desk: &mut Desk<'_>, args: &Purge) -> Result<()> {
    let targets = targets(&args.ids)?;
    let mut store = desk.open()?;
    let acting = acting(desk, &mut store)?;
    acting.may(&mut store, Action::Purge)?;
    if !targets.is_empty() {
        let (bulk, found) =
            Bulk::find(&mut store, &targets, is_removed, |written, account| (written.to_owned(), account));
        return named(desk, &mut store, &acting, args.yes, bulk, found);
    }
    let restorable = desk.policy.restorable;
    ask(desk, args.yes, || {
        format!("Delete for good all accounts that were removed {} ago or earlier?", spoken(restorable.as_secs()))
    })?;
    let purged = desk.commit(|_| store.purge(acting.actor(), restorable))?;
    tell(desk, purged)
}

/// Deletes the accounts that were found.
fn named(
    desk: &mut Desk<'_>,
    store: &mut Store,
    acting: &Acting,
    yes: bool,
    mut bulk: Bulk,
    found: Vec<(String, Account)>,
) -> Result<()> {
    if !found.is_empty() {
        let whom = found.iter().take(NAMED).map(|(_, account)| account.named()).collect();
        ask(desk, yes, || format!("Delete for good {}?", some_of(whom, found.len())))?;
    }
    let purged = desk.commit(|_| -> Result<u64> {
        for (written, account) in found {
            let purged = store.purge_account(acting.actor(), account.id, account.revision);
            bulk.record(written, purged.map_err(Into::into));
        }
        Ok(bulk.done as u64)
    })?;
    let told = if purged > 0 { tell(desk, purged) } else { Ok(()) };
    bulk.finish().and(told)
}

fn ask(desk: &mut Desk<'_>, yes: bool, question: impl FnOnce() -> String) -> Result<()> {
    if !yes {
        desk.terminal.confirm(&question(), "add --yes to purge without being asked")?;
    }
    Ok(())
}

fn tell(desk: &mut Desk<'_>, purged: u64) -> Result<()> {
    let were = if purged == 1 { "was" } else { "were" };
    desk.terminal.note(&format!("{} {were} deleted for good.", counted(purged, "account")));
    desk.print_done(&["count"], [vec![purged.into()]], false)
}

/// Refuses an account that is in use.
fn is_removed(_: &mut Store, account: &Account) -> Result<()> {
    if account.removed_at.is_some() {
        return Ok(());
    }
    let failure = Failure::new(Kind::Conflict, format!("{} is not removed", account.username));
    Err(failure.hint(format!("remove it first: passdesk users remove {}", account.username)))
}
