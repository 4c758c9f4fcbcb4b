//! `passdesk store backup`.

use super::make;
use crate::cli::store::Backup;
use crate::commands::Desk;
use crate::commands::actor::acting;
use crate::domain::authority::Action;
use crate::failure::Result;
use crate::store::Purpose;

/// Copies the store into a new file. Others can go on using the store.
pub fn run(desk: &mut Desk<'_>, args: &Backup) -> Result<()> {
    let place = desk.files.new_place(&args.file)?;
    let mut store = desk.open()?;
    let acting = acting(desk, &mut store)?;
    acting.may(&mut store, Action::Backup)?;

    let by = acting.actor();
    if desk.stores.file().is_some() {
        make(desk, "backup", &place, |watch| store.back_up(by, &place, watch))?;
    } else {
        let file = (desk.places)(&place)?;
        make(desk, "backup", &place, |watch| store.copy_to(by, file.begin(Purpose::Backup)?, watch))?;
    }
    desk.terminal.note(&format!("The backup is {}. Look at it with --store.", place.display()));
    desk.print_done(&["path"], [vec![place.display().to_string().into()]], false)
}
