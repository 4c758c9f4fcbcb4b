//! `passdesk store backup`.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use anyhow::Context as _;

use super::make;
use crate::cli::store::Backup;
use crate::commands::Desk;
use crate::commands::actor::acting;
use crate::domain::authority::Action;
use crate::domain::text::shown;
use crate::failure::Result;
use crate::files::Files;
use crate::made::{Fleeting, Made};
use crate::store::{self, Purpose, StoreError};

/// How much is sent at once, in bytes.
const PART: usize = 256 << 10;

/// Copies the store into a new file. Others can go on using the store.
pub fn run(desk: &mut Desk<'_>, args: &Backup) -> Result<()> {
    let place = desk.files.new_place(&args.file)?;
    let mut store = desk.open()?;
    let acting = acting(desk, &mut store)?;
    acting.may(&mut store, Action::Backup)?;

    let by = acting.actor();
    // For a caller at the other end of the door, it is made here, and then sent to the caller's file. A caller may kill
    // this half, and the copy stays then: the next backup removes it.
    let scratch = match desk.workshop {
        None => None,
        Some(workshop) => {
            let made = Made::held_scratch(workshop, ".backup.".as_ref()).context("there is no place for the backup")?;
            desk.terminal.doom(made.clone());
            Some(Fleeting(made))
        }
    };
    let way = scratch.as_ref().map_or_else(|| place.clone(), |Fleeting(made)| made.path().join("backup.db"));
    let files = desk.files;
    let mut send = || if scratch.is_some() { send(files, &way, &place) } else { Ok(()) };
    if desk.stores.file().is_some() {
        make(desk, "backup", &place, |watch| store.back_up_by_way(by, &place, &way, watch, &mut send))?;
    } else {
        let file = (desk.places)(&way)?;
        make(desk, "backup", &place, |watch| {
            store.copy_by_way(by, &place, file.begin(Purpose::Backup)?, watch, &mut send)
        })?;
    }
    desk.terminal.note(&format!("The backup is {}. Look at it with --store.", place.display()));
    desk.print_done(&["path"], [vec![place.display().to_string().into()]], false)
}

/// Sends a complete copy to the caller's file.
fn send(files: &dyn Files, way: &Path, place: &Path) -> store::Result<()> {
    let sent = || -> io::Result<()> {
        let mut copy = BufReader::with_capacity(PART, File::open(way)?);
        let mut file = files.begin(place)?;
        io::copy(&mut copy, &mut file)?;
        file.place().map(drop)
    };
    sent().map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => StoreError::Conflict(format!("{} exists already", shown(place))),
        _ => StoreError::Failed(error.into()),
    })
}
