//! `passdesk store copy`.

use std::path::PathBuf;

use super::make;
use crate::cli::store::Copy;
use crate::commands::Desk;
use crate::commands::actor::acting;
use crate::domain::authority::Action;
use crate::domain::text::shown;
use crate::failure::{Failure, Kind, Result};
use crate::files::taken;
use crate::store::Purpose;

/// Copies everything to another place, and leaves this store as it is.
pub fn run(desk: &mut Desk<'_>, args: &Copy) -> Result<()> {
    desk.refuse_through_sudo(
        "store copy",
        "run it as the store's own user; if you may do everything by sudo, put 'env -u SUDO_UID' before passdesk",
    )?;
    if desk.workshop.is_some() {
        return Err(Failure::new(Kind::Usage, "on this host, passdesk opens no other store for its callers")
            .hint("'passdesk store backup FILE' makes a store in a file; for a server, root runs: sudo -u passdesk passdesk store copy --to …"));
    }
    let target = (desk.places)(&args.to)?;
    let location = PathBuf::from(target.location());
    if location == desk.stores.location() {
        return Err(taken(format!("{} is this store itself", shown(&location))));
    }
    if target.file().is_some() {
        desk.files.new_place(&location)?;
    }
    let mut store = desk.open()?;
    let acting = acting(desk, &mut store)?;
    acting.may(&mut store, Action::Backup)?;

    make(desk, "copy", &location, |watch| store.copy_to(acting.actor(), target.begin(Purpose::Store)?, watch))?;
    desk.terminal.note(&format!("The copy is {}. Use it with --store.", shown(&location)));
    desk.terminal.note("It has nothing that is changed in this store from now on.");
    desk.print_done(&["path"], [vec![location.display().to_string().into()]], false)
}
