//! What is common to the commands that change each of several accounts.

use std::borrow::Cow;

use crate::cli::users::Many;
use crate::commands::Desk;
use crate::commands::actor::acting;
use crate::commands::bulk::{Bulk, targets};
use crate::domain::account::{Account, AccountId, Revision};
use crate::domain::actor::Actor;
use crate::domain::authority::Action;
use crate::domain::clock::Timestamp;
use crate::domain::target::Target;
use crate::failure::{Failure, Kind, Result};
use crate::store::Store;
use crate::terminal::Phase;

/// One change that a store can make to an account.
pub type Change = fn(&mut Store, &Actor, AccountId, Revision) -> crate::store::Result<()>;

/// The message after the change, following the name. It gets the account as it was before, and as it is now if that can
/// be read.
pub type Done = fn(&Account, Option<&Account>, Timestamp) -> Cow<'static, str>;

/// Changes each account, and says so.
pub fn change_each(desk: &mut Desk<'_>, args: &Many, action: Action, change: Change, done: Done) -> Result<()> {
    let targets = targets(&args.ids)?;
    let several = targets.len() > 1;
    let mut store = desk.open()?;
    let acting = acting(desk, &mut store)?;
    acting.may_on(&mut store, action, targets.iter().map(|(_, target)| target))?;
    let may = |store: &mut Store, account: &Account| acting.may_change(store, action, account);
    let (mut bulk, found) = Bulk::find(&mut store, &targets, may, |written, account| (written.to_owned(), account));

    let mut changed = Vec::new();
    // The outcome for one account is told, whatever happens to the next.
    desk.terminal.enter(Phase::Between);
    for (number, (written, account)) in found.into_iter().enumerate() {
        // A signal that comes before the first is not told from one that comes while it is done.
        if number > 0 && desk.terminal.interrupted() {
            bulk.record(written, Err(Failure::new(Kind::Cancelled, "not tried: cancelled before that")));
            continue;
        }
        let outcome = change(&mut store, acting.actor(), account.id, account.revision);
        if outcome.is_ok() {
            // The change is made. A failure to read the account again does not undo it.
            let now = store.account(&Target::Id(account.id)).ok().flatten();
            desk.terminal.note(&format!("{} {}", account.named(), done(&account, now.as_ref(), desk.now()?)));
            changed.extend(now);
        }
        bulk.record(written, outcome.map_err(Into::into));
    }
    desk.terminal.enter(Phase::Telling);
    let shown = if changed.is_empty() { Ok(()) } else { desk.print_changed(&changed, several) };
    bulk.finish().and(shown)
}
