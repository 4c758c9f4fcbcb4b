//! `passdesk users purge`.

use crate::cli::users::Purge;
use crate::commands::Desk;
use crate::commands::actor::acting;
use crate::domain::authority::Action;
use crate::domain::clock::spoken;
use crate::domain::text::counted;
use crate::failure::Result;
use crate::terminal::format::Cell;

/// Deletes for good the removed accounts that can no longer be restored.
pub fn run(desk: &mut Desk<'_>, args: &Purge) -> Result<()> {
    let mut store = desk.open()?;
    let acting = acting(desk, &mut store)?;
    acting.may(&mut store, Action::Purge)?;
    if !args.yes {
        let span = spoken(desk.policy.restorable.as_secs());
        let question = format!("Delete for good all accounts that were removed {span} ago or earlier?");
        desk.terminal.confirm(&question, "add --yes to purge without being asked")?;
    }
    let restorable = desk.policy.restorable;
    let purged = desk.commit(|_| store.purge(acting.actor(), restorable))?;
    let were = if purged == 1 { "was" } else { "were" };
    desk.terminal.note(&format!("{} {were} deleted for good.", counted(purged, "account")));
    desk.print_done(&["count"], [vec![Cell::Bare(purged.into())]], false)
}
