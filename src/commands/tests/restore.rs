//! `store restore` for a caller at the other end of the door.

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::cli::store::{Backup, Command, Restore};
use crate::commands::store::run;
use crate::store::EventFilter;

/// A site, and a path from the working folder to a backup of its store.
fn backed_up() -> (Site, PathBuf) {
    let mut site = Site::new();
    let file = site.folder.path().join("monday.db");
    let backup = Command::Backup(Backup { file: file.clone() });
    site.call(Call::default(), |desk| run(desk, &backup)).succeeds();
    let here = std::env::current_dir().unwrap();
    let up: PathBuf = here.ancestors().skip(1).map(|_| "..").collect();
    (site, up.join(file.strip_prefix("/").unwrap()))
}

fn restored(site: &mut Site, file: &Path) -> Ran {
    let workshop: &'static Path = Box::leak(site.folder.path().into());
    let restore = Command::Restore(Restore { file: file.to_owned(), yes: true, dry_run: false });
    site.call(Call::default(), |desk| {
        desk.workshop = Some(workshop);
        run(desk, &restore)
    })
}

#[test]
fn a_log_is_part_of_a_backup_if_something_is_in_it() {
    let (mut site, file) = backed_up();
    let log = site.folder.path().join("monday.db-wal");
    fs::write(&log, "more").unwrap();
    assert!(restored(&mut site, &file).fails(Kind::Usage).contains("is not all of a store"));
    fs::write(&log, "").unwrap();
    restored(&mut site, &file).succeeds();
}

#[test]
fn the_record_has_the_path_of_a_backup_from_the_root() {
    let (mut site, file) = backed_up();
    restored(&mut site, &file).succeeds();
    let events = site.stores.open().unwrap().events(&EventFilter::default(), None, 1_000).unwrap();
    let path = std::env::current_dir().unwrap().join(file).display().to_string();
    let last = format!("{:?}", events.last().unwrap());
    assert!(last.contains(&path), "{last}");
}
