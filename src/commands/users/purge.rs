//! `passdesk users purge`.

use crate::cli::users::Purge;
use crate::commands::Desk;
use crate::commands::actor::acting;
use crate::domain::authority::Action;
use crate::domain::clock::spoken;
use crate::failure::Result;
use crate::terminal::format::Cell;

/// Forgets removed accounts for good, once they can no longer be wanted back.
pub fn run(desk: &mut Desk<'_>, args: &Purge) -> Result<()> {
    let mut store = desk.open()?;
    let acting = acting(desk, &mut store)?;
    acting.may(&mut store, Action::Purge)?;
    if !args.yes {
        let span = spoken(desk.policy.restorable.as_secs());
        let question = format!("Forget for good all accounts that were removed {span} ago or more?");
        desk.terminal.confirm(&question, "add --yes to purge without being asked")?;
    }
    let restorable = desk.policy.restorable;
    let purged = desk.commit(|_| store.purge(acting.actor(), restorable))?;
    desk.terminal.note(&format!("Forgotten: {purged} removed account{}.", if purged == 1 { "" } else { "s" }));
    desk.print_done(&["count"], [vec![Cell::Bare(purged.into())]], false)
}
