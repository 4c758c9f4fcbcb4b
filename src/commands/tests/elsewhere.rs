//! A store that is not kept in a file, as far as the commands know.

use super::*;
use crate::cli::store::{Backup, Command};
use crate::commands::store::run;
use crate::domain::actor::Actor;
use crate::domain::delivery::Undelivered;
use crate::domain::finding::Finding;
use crate::domain::hash::StoredHash;
use crate::store::{NewAccount, NewStore, PreparedStore, Purpose, Store, StoreFile, Watch};

struct Elsewhere<'a>(&'a SqliteStores);

impl Stores for Elsewhere<'_> {
    fn location(&self) -> std::ffi::OsString {
        "elsewhere".into()
    }

    fn now(&self) -> crate::store::Result<Timestamp> {
        self.0.now()
    }

    fn open(&self) -> crate::store::Result<Store> {
        self.0.open()
    }

    fn open_to_read(&self) -> crate::store::Result<Store> {
        self.0.open_to_read()
    }

    fn open_as_it_is(&self) -> crate::store::Result<Store> {
        self.0.open_as_it_is()
    }

    fn examine(&self, watch: &mut dyn Watch) -> crate::store::Result<Vec<Finding>> {
        self.0.examine(watch)
    }

    fn begin(&self, purpose: Purpose) -> crate::store::Result<Box<dyn NewStore + '_>> {
        self.0.begin(purpose)
    }

    fn prepare(
        &self,
        by: &Actor,
        first: &NewAccount<Undelivered<StoredHash>>,
        doom: &mut dyn FnMut(Made),
    ) -> crate::store::Result<Box<dyn PreparedStore>> {
        self.0.prepare(by, first, doom)
    }

    fn file(&self) -> Option<&dyn StoreFile> {
        None
    }
}

/// A command about a store that is not kept in a file.
fn elsewhere(site: &mut Site, command: &Command) -> Ran {
    let stores = SqliteStores::at(site.stores.path(), site.clock.clone(), OPERATION).unwrap();
    let clock = site.clock.clone();
    let places = move |location: &Path| -> Result<Box<dyn Stores>> {
        Ok(Box::new(SqliteStores::at(location, clock.clone(), OPERATION)?))
    };
    site.call(Call::default(), |desk| {
        run(
            &mut Desk {
                stores: &Elsewhere(&stores),
                places: &places,
                workshop: None,
                sign_ins: desk.sign_ins,
                files: desk.files,
                terminal: desk.terminal,
                output: desk.output,
                clipboard: desk.clipboard,
                zone: desk.zone,
                rng: desk.rng,
                operation: OPERATION,
                operator: desk.operator.clone(),
                through_sudo: false,
                policy: desk.policy.clone(),
                global: Global::default(),
            },
            command,
        )
    })
}

#[test]
fn a_backup_of_a_store_without_a_file_is_a_store_in_a_file() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let file = site.folder.path().join("monday.db");
    let ran = elsewhere(&mut site, &Command::Backup(Backup { file: file.clone() })).succeeds();
    assert_eq!(ran.notes, format!("The backup is {}. Look at it with --store.", file.display()));
    site.stores = SqliteStores::at(&file, site.clock.clone(), OPERATION).unwrap();
    assert!(site.lets_in("alice", GOOD));
}

#[test]
fn a_backup_of_a_store_without_a_file_makes_no_folder() {
    let mut site = Site::new();
    let file = site.folder.path().join("no/monday.db");
    let ran = elsewhere(&mut site, &Command::Backup(Backup { file: file.clone() }));
    assert_eq!(ran.outcome.unwrap_err().kind, Kind::Failed);
    assert!(!file.parent().unwrap().exists());
}

#[test]
fn a_store_without_a_file_is_checked() {
    let ran = elsewhere(&mut Site::new(), &Command::Check);
    assert!(ran.stdout.contains("each index fits its table"), "{}", ran.stdout);
}
