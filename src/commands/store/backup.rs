//! `passdesk store backup`.

use std::path::{Path, PathBuf};

use super::{make, taken};
use crate::cli::store::Backup;
use crate::commands::Desk;
use crate::commands::actor::acting;
use crate::domain::authority::Action;
use crate::failure::Result;
use crate::store::Purpose;

/// The path with the links in its folder followed. The engine opens no file behind a link. The last part of the path
/// stays as it is: no file is made through a link.
fn resolved(path: PathBuf) -> PathBuf {
    match (path.parent().map(Path::canonicalize), path.file_name()) {
        (Some(Ok(folder)), Some(name)) => folder.join(name),
        // The folder does not exist. The code that makes the file reports that.
        _ => path,
    }
}

/// Copies the store into a new file. Others can go on using the store.
pub fn run(desk: &mut Desk<'_>, args: &Backup) -> Result<()> {
    let place = resolved(std::path::absolute(&args.file).map_err(anyhow::Error::from)?);
    if desk.claims(&place) {
        return Err(taken(format!("{} is one of passdesk's own files", place.display())));
    }
    if place.symlink_metadata().is_ok() {
        return Err(taken(format!("{} exists already", place.display())));
    }
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
