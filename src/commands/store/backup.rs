//! `passdesk store backup`.

use std::path::{Path, PathBuf};

use super::Watched;
use crate::cli::store::Backup;
use crate::commands::Desk;
use crate::commands::actor::acting;
use crate::domain::authority::Action;
use crate::failure::{Failure, Kind, Result};
use crate::terminal::Phase;

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
    let taken =
        |message: String| Failure::new(Kind::Conflict, message).hint("name a new file; passdesk never overwrites one");
    if desk.claims(&place) {
        return Err(taken(format!("{} is one of passdesk's own files", place.display())));
    }
    if place.symlink_metadata().is_ok() {
        return Err(taken(format!("{} exists already", place.display())));
    }
    let mut store = desk.open()?;
    let acting = acting(desk, &mut store)?;
    acting.may(&mut store, Action::Backup)?;

    desk.store_file()?;
    // A signal ends the copy between two steps. Then the record can say that the backup failed.
    desk.terminal.enter(Phase::Committing);
    let made = store.back_up(acting.actor(), &place, &mut Watched::on(desk.terminal));
    desk.terminal.enter(if made.is_ok() { Phase::Telling } else { Phase::Idle });
    made.map_err(|error| match Failure::from(error) {
        conflict if conflict.kind == Kind::Conflict => taken(conflict.message),
        Failure { kind: Kind::Cancelled, .. } => {
            Failure::new(Kind::Cancelled, format!("cancelled; there is no backup {}", place.display()))
        }
        failed if failed.kind == Kind::Failed => {
            failed.hint("use a folder of your own, on a disk with room that keeps the modes of files")
        }
        other => other,
    })?;
    desk.terminal.note(&format!("The backup is {}. Look at it with --store.", place.display()));
    desk.print_done(&["path"], [vec![place.display().to_string().into()]], false)
}
