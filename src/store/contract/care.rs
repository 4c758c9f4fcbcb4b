//! Copies of the whole store.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::{acting, get, operator, settled};
use crate::domain::role::Role;
use crate::store::{EventFilter, Store, StoreError, Watch};

/// Remembers what would have to go if the program ended.
#[derive(Default)]
struct Watcher(Vec<PathBuf>);

impl Watch for Watcher {
    fn progress(&mut self, _: &'static str, done: u64, total: u64) {
        assert!(done <= total, "{done} of {total}");
    }

    fn unfinished(&mut self, path: &Path) {
        assert!(path.exists());
        self.0.push(path.to_owned());
    }
}

/// The action, the outcome and the detail of each event.
fn events(store: &dyn Store) -> Vec<[String; 3]> {
    let events = store.events(&EventFilter::default(), None, 1_000).unwrap();
    events.into_iter().map(|event| [event.action, event.outcome, event.detail]).collect()
}

fn names(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

pub fn a_backup_is_a_closed_file_and_an_event_and_nothing_else(store: &mut dyn Store) {
    let (folder, alice) = (tempfile::tempdir().unwrap(), settled(store, "alice", &[]));
    let (place, before) = (folder.path().join("copy"), events(store));
    let mut watcher = Watcher::default();
    store.back_up(&operator(), &place, &mut watcher).unwrap();
    assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(names(folder.path()), std::slice::from_ref(&place));
    assert!(watcher.0.iter().all(|unfinished| *unfinished != place));
    let event = ["backup".to_owned(), "done".to_owned(), format!("a copy in {}", place.display())];
    assert_eq!(events(store), [before, vec![event]].concat());
    assert_eq!(get(store, alice.id), alice);
}

pub fn a_backup_takes_no_place_that_is_taken(store: &mut dyn Store) {
    let folder = tempfile::tempdir().unwrap();
    let (place, before) = (folder.path().join("copy"), events(store));
    fs::write(&place, "mine").unwrap();
    let refused = store.back_up(&operator(), &place, &mut Watcher::default());
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
    assert_eq!(fs::read(&place).unwrap(), b"mine");
    assert_eq!(names(folder.path()), [place]);
    assert_eq!(events(store), before);
}

pub fn only_a_global_admin_or_an_operator_backs_up(store: &mut dyn Store) {
    let folder = tempfile::tempdir().unwrap();
    for (name, role, may) in [("boss", Role::GlobalAdmin, true), ("u", Role::UserAdmin, false)] {
        let by = acting(&settled(store, name, &[role]));
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

pub fn a_backup_of_which_nothing_comes_leaves_nothing(store: &mut dyn Store) {
    let folder = tempfile::tempdir().unwrap();
    let before = events(store);
    let made = store.back_up(&operator(), &folder.path().join("no/such/folder/copy"), &mut Watcher::default());
    assert!(matches!(made, Err(StoreError::Failed(_))));
    assert_eq!(names(folder.path()), Vec::<PathBuf>::new());
    assert_eq!(events(store), before);
}
