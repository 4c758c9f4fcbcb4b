//! Copies of the whole store.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::imports::newcomers;
use super::{acting, get, operator, settled, words};
use crate::domain::digest::FileDigest;
use crate::domain::role::Role;
use crate::store::{self, EventFilter, Import, Store, StoreError, Watch};

/// Counts the progress reports, and stops the run at a chosen one.
#[derive(Default)]
pub struct Watcher {
    told: u64,
    stops_at: Option<u64>,
}

impl Watch for Watcher {
    fn progress(&mut self, _: &'static str, done: u64, total: u64) -> store::Result<()> {
        assert!(done <= total, "{done} of {total}");
        self.told += 1;
        if self.stops_at == Some(self.told) { Err(StoreError::Stopped) } else { Ok(()) }
    }
}

/// The action, the outcome and the details of each event.
fn events(store: &Store) -> Vec<[String; 3]> {
    let events = store.events(&EventFilter::default(), None, 1_000).unwrap();
    events.into_iter().map(|event| [event.action.clone(), event.outcome.clone(), words(&event)]).collect()
}

fn names(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

pub fn a_backup_is_a_closed_file_and_an_event_and_nothing_else(store: &mut Store) {
    let (folder, alice) = (tempfile::tempdir().unwrap(), settled(store, "alice", &[]));
    let (place, before) = (folder.path().join("copy"), events(store));
    store.back_up(&operator(), &place, &mut Watcher::default()).unwrap();
    assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(names(folder.path()), std::slice::from_ref(&place));
    let event = ["backup".to_owned(), "done".to_owned(), format!("copy: {}", place.display())];
    assert_eq!(events(store), [before, vec![event]].concat());
    assert_eq!(get(store, alice.id), alice);
}

pub fn a_backup_takes_no_place_that_is_taken(store: &mut Store) {
    let folder = tempfile::tempdir().unwrap();
    let (place, before) = (folder.path().join("copy"), events(store));
    fs::write(&place, "mine").unwrap();
    let refused = store.back_up(&operator(), &place, &mut Watcher::default());
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
    assert_eq!(fs::read(&place).unwrap(), b"mine");
    assert_eq!(names(folder.path()), [place]);
    assert_eq!(events(store), before);
}

pub fn only_a_global_admin_or_an_operator_backs_up(store: &mut Store) {
    let folder = tempfile::tempdir().unwrap();
    for (name, role, may) in [("boss", Role::GlobalAdmin, true), ("u", Role::UserAdmin, false)] {
        let account = settled(store, name, &[role]);
        let by = acting(store, &account);
        let place = folder.path().join(name);
        let made = store.back_up(&by, &place, &mut Watcher::default());
        assert_eq!(made.is_ok(), may, "{name}");
        assert_eq!(place.exists(), may, "{name}");
        assert!(may || matches!(made, Err(StoreError::Refused(_))), "{name}");
        let [action, outcome, _] = events(store).pop().unwrap();
        assert_eq!((action.as_str(), outcome == "done"), ("backup", may), "{name}");
    }
    assert_eq!(names(folder.path()), [folder.path().join("boss")]);
}

pub fn a_backup_of_which_nothing_comes_leaves_nothing(store: &mut Store) {
    let folder = tempfile::tempdir().unwrap();
    let before = events(store);
    let made = store.back_up(&operator(), &folder.path().join("no/such/folder/copy"), &mut Watcher::default());
    assert!(matches!(made, Err(StoreError::Failed(_))));
    assert_eq!(names(folder.path()), Vec::<PathBuf>::new());
    assert_eq!(events(store), before);
}

pub fn a_backup_that_is_stopped_leaves_the_event_that_says_so_and_nothing_else(store: &mut Store) {
    let folder = tempfile::tempdir().unwrap();
    let import = Import { new: &newcomers(5_000), edits: &[], skipped: 0, file: FileDigest::of(b"") };
    store.import(&operator(), import, &mut |_| true).unwrap();
    let mut all = Watcher::default();
    store.back_up(&operator(), &folder.path().join("whole"), &mut all).unwrap();
    let place = folder.path().join("copy");
    // It stops once while it copies, and once while it checks.
    for stops_at in [1, all.told] {
        let before = events(store);
        let mut watcher = Watcher { stops_at: Some(stops_at), ..Watcher::default() };
        let stopped = store.back_up(&operator(), &place, &mut watcher);
        assert!(matches!(stopped, Err(StoreError::Stopped)));
        assert_eq!(watcher.told, stops_at);
        assert_eq!(names(folder.path()), [folder.path().join("whole")]);
        let event = |outcome: &str, detail| ["backup".to_owned(), outcome.to_owned(), detail];
        let begun = event("done", format!("copy: {}", place.display()));
        let ended = event("refused", format!("stopped; copy: {}", place.display()));
        assert_eq!(events(store), [before, vec![begun, ended]].concat());
    }
}
