//! A store that vanishes during a commit. Nobody knows whether the commit was made.

use super::*;
use crate::cli::users::{Command, ManyFlags};
use crate::commands::{audit, me, users};
use crate::domain::account::Lifecycle;
use crate::domain::actor::Actor;
use crate::domain::delivery::Undelivered;
use crate::domain::finding::Finding;
use crate::domain::hash::StoredHash;
use crate::store::contract::losing::losing;
use crate::store::{EventFilter, NewAccount, NewStore, PreparedStore, Purpose, Store, StoreFile, Watch};

/// The stores of a site. They lose the answer to each commit.
struct Losing<'a> {
    stores: &'a SqliteStores,
    writes: bool,
}

impl Stores for Losing<'_> {
    fn location(&self) -> std::ffi::OsString {
        self.stores.location()
    }

    fn now(&self) -> crate::store::Result<Timestamp> {
        self.stores.now()
    }

    fn open(&self) -> crate::store::Result<Store> {
        Ok(losing(self.stores.open()?, self.writes))
    }

    fn open_to_read(&self) -> crate::store::Result<Store> {
        self.stores.open_to_read()
    }

    fn open_as_it_is(&self) -> crate::store::Result<Store> {
        self.stores.open_as_it_is()
    }

    fn examine(&self, watch: &mut dyn Watch) -> crate::store::Result<Vec<Finding>> {
        self.stores.examine(watch)
    }

    fn begin(&self, purpose: Purpose) -> crate::store::Result<Box<dyn NewStore + '_>> {
        self.stores.begin(purpose)
    }

    fn prepare(
        &self,
        by: &Actor,
        first: &NewAccount<Undelivered<StoredHash>>,
        doom: &mut dyn FnMut(Made),
    ) -> crate::store::Result<Box<dyn PreparedStore>> {
        self.stores.prepare(by, first, doom)
    }

    fn file(&self) -> Option<&dyn StoreFile> {
        self.stores.file()
    }
}

/// A site with `alice`, and the outcome of a command. `writes` says whether its commits are made. Their answers are
/// lost in any case.
fn without_an_answer(writes: bool, run: impl FnOnce(&mut Desk<'_>) -> Result<()>) -> (Site, Ran, Failure) {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let stores = SqliteStores::at(site.stores.path(), site.clock.clone(), OperationId([9; 16])).unwrap();
    let losing = Losing { stores: &stores, writes };
    let mut ran = site.call(Call::default(), |desk| {
        run(&mut Desk {
            stores: &losing,
            places: desk.places,
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
            pam: desk.pam.clone(),
            global: Global::default(),
        })
    });
    let failure = std::mem::replace(&mut ran.outcome, Ok(())).unwrap_err();
    assert_eq!(failure.kind, Kind::OutcomeUnknown);
    (site, ran, failure)
}

/// How many events the record has for the operation that a hint names.
fn events_of_the_hint(site: &mut Site, failure: &Failure) -> usize {
    let hint = failure.hint.as_ref().unwrap().words.clone();
    let operation = hint.split(' ').find(|word| word.len() == 32).unwrap().to_owned();
    let list = crate::cli::audit::List { operation: Some(operation), ..crate::cli::audit::List::default() };
    let command = crate::cli::audit::Command::List(list);
    site.call(format(Format::Jsonl), |desk| audit::run(desk, &command)).succeeds().stdout.lines().count()
}

#[test]
fn a_temporary_password_that_may_be_in_force_is_said_to_be_so_and_the_hint_finds_out() {
    for writes in [false, true] {
        let (mut site, ran, failure) =
            without_an_answer(writes, |desk| users::reset::run(desk, &Reset { yes: true, ..reset(&["alice"]) }));
        assert!(failure.message.contains("may be in force, or not"), "{}", failure.message);
        assert!(!failure.message.contains("NOT"), "{}", failure.message);
        let shown = ran.stdout.lines().map(str::trim).find(|line| line.len() == 24).unwrap();
        assert_eq!((site.lets_in("alice", shown), site.lets_in("alice", GOOD)), (writes, !writes));
        assert_eq!(events_of_the_hint(&mut site, &failure), usize::from(writes));
    }
}

#[test]
fn a_file_whose_password_may_be_in_force_stays() {
    for writes in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        let way_out = WayFlags { output: Some(path.clone()), ..WayFlags::default() };
        let args = Reset { yes: true, handover: TemporaryFlags { way_out, expires_in: None }, ..reset(&["alice"]) };
        let (site, _, _) = without_an_answer(writes, |desk| users::reset::run(desk, &args));
        let text = std::fs::read_to_string(&path).unwrap();
        let shown = text.lines().map(str::trim).find(|line| line.len() == 24).unwrap();
        assert_eq!(site.lets_in("alice", shown), writes);
    }
}

#[test]
fn rows_of_a_batch_that_may_be_in_force_stay_and_each_is_named() {
    for writes in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        let way_out = WayFlags { output: Some(path.clone()), ..WayFlags::default() };
        let args =
            Reset { yes: true, handover: TemporaryFlags { way_out, expires_in: None }, ..reset(&["alice", "root"]) };
        let run = |desk: &mut Desk<'_>| {
            desk.global.format = Format::Csv;
            users::reset::run(desk, &args)
        };
        let (site, _, failure) = without_an_answer(writes, run);
        assert_eq!(failure.items.len(), 2);
        let text = std::fs::read_to_string(&path).unwrap();
        let row = text.lines().find(|line| line.starts_with("alice,")).unwrap();
        assert_eq!(site.lets_in("alice", row.split(',').nth(1).unwrap()), writes);
    }
}

#[test]
fn whoever_chose_a_password_is_told_how_to_find_out() {
    // The sign-in gets no answer either. So it fails, and no password is chosen.
    let mut site = Site::new();
    let temporary = site.add("alice", &[]);
    let stores = SqliteStores::at(site.stores.path(), site.clock.clone(), OPERATION).unwrap();
    let mut store = stores.open().unwrap();
    let (account, credential) = store.credential(&"alice".parse().unwrap()).unwrap().unwrap();
    let credential = credential.unwrap();
    let typed = typed(&temporary);
    store = losing(store, true);
    let mut call = as_user("alice", vec![Step::Piped(GOOD.into())]);
    call.global.password_stdin = true;
    let ran =
        site.call(call, |desk| me::choose::change(desk, &mut store, &account, &credential, typed, None).map(drop));
    let failure = ran.outcome.unwrap_err();
    assert_eq!(failure.kind, Kind::OutcomeUnknown);
    assert!(failure.hint.unwrap().words.starts_with("try to sign in with the new password"));
    assert!(site.lets_in("alice", GOOD));
}

#[test]
fn a_change_of_which_nobody_knows_is_in_the_file_as_such_and_the_next_run_finds_out() {
    for writes in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        let way = ManyFlags { output: Some(path.clone()), ..ManyFlags::default() };
        let disable = Command::Disable(Many { way, ..many(&["alice", "root"]) });
        let run = |desk: &mut Desk<'_>| {
            desk.global.format = Format::Csv;
            users::run(desk, &disable)
        };
        let (mut site, _, failure) = without_an_answer(writes, run);
        assert_eq!((failure.items[0].target.as_str(), failure.items[0].failure.kind), ("alice", Kind::OutcomeUnknown));
        assert_eq!((failure.items[1].target.as_str(), failure.items[1].failure.kind), ("root", Kind::Failed));
        assert!(failure.hint.unwrap().words.contains("--resume"));
        let row = |text: &str| text.lines().find(|line| line.starts_with("alice,")).unwrap().to_owned();
        assert!(row(&std::fs::read_to_string(&path).unwrap()).contains(",disable,outcome_unknown,"));
        assert_eq!(site.account("alice").lifecycle == Lifecycle::Disabled, writes);
        let way = ManyFlags { resume: Some(path.clone()), ..ManyFlags::default() };
        let disable = Command::Disable(Many { way, ..many(&["alice"]) });
        site.call(Call::default(), |desk| users::run(desk, &disable)).succeeds();
        assert!(row(&std::fs::read_to_string(&path).unwrap()).contains(",disable,done,"));
        assert_eq!(site.account("alice").lifecycle, Lifecycle::Disabled);
        let disabled = EventFilter { action: Some("disable".into()), ..EventFilter::default() };
        let events = site.stores.open().unwrap().events(&disabled, None, 10).unwrap();
        assert_eq!(events.iter().filter(|event| event.target == "alice").count(), 1);
    }
}
