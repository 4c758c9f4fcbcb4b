//! A copy at another place, which may be kept by another engine.

use std::ffi::OsString;

use jiff::SignedDuration;

use super::care::Watcher;
use super::imports::newcomers;
use super::policy::block;
use super::record::{Unwatched, part_until};
use super::tries::THROTTLE;
use super::{HOUR, acting, added, get, new, operator, settled, signed_in, token_of, when};
use crate::domain::account::AccountId;
use crate::domain::audit::{Detail, DetailKey, Entry, Event, Outcome};
use crate::domain::change::Change;
use crate::domain::digest::FileDigest;
use crate::domain::policy::{Policy, Setting};
use crate::domain::role::Role;
use crate::domain::sign_in::{SignInDigest, SignInId};
use crate::domain::target::Target;
use crate::store::engine::{PIECES, Piece, Rows};
use crate::store::{Edit, EventFilter, Import, NewStore, Purpose, Rename, Result, Store, StoreError, Stores, Watch};

/// A place where no store is ever made.
pub struct Nowhere;

impl NewStore for Nowhere {
    fn location(&self) -> OsString {
        "nowhere".into()
    }

    fn make(self: Box<Self>, _: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()> {
        unreachable!("who may not copy has made a store")
    }
}

/// Gives a store something of each kind. More accounts than are handed out at a time, and one of the last is gone.
fn fill(store: &mut Store) {
    let ada = settled(store, "ada", &[Role::GlobalAdmin]);
    let [bob, carl, dora] = ["bob", "carl", "dora"].map(|username| added(store, username, &[Role::Helpdesk]));
    let eve = settled(store, "eve", &[]);
    store.change_account(&operator(), Change::Disable, bob.id, bob.revision).unwrap();
    store.change_account(&operator(), Change::Remove, carl.id, carl.revision).unwrap();
    let rename = Rename { to: "dorothea".parse().unwrap(), kept_for: SignedDuration::from_hours(1) };
    let edit = Edit { username: Some(rename), ..Edit::default() };
    store.edit_account(&operator(), dora.id, dora.revision, &edit).unwrap();
    signed_in(store, &eve, 1);
    let used = token_of(store, &ada, "nightly", 2, &[Role::Helpdesk]);
    let token = when(2, || store.sign_in(used)).unwrap().unwrap();
    when(2, || store.note_use(token.id)).unwrap();
    let last = signed_in(store, &eve, 3);
    store.end_sign_in(last).unwrap();
    store.begin_try(Some(&Target::from(&eve)), THROTTLE).unwrap().unwrap();
    for said in ["one", "one", "another"] {
        let detail = Detail::default().with(DetailKey::Said, said);
        let stranger = Entry { actor: None, action: "sign-in", target: None, outcome: Outcome::Refused, detail };
        store.turn_away(&stranger).unwrap();
    }
    store.set_policy(&operator(), &Policy::default(), Setting::LockAfter, "7").unwrap();
    block(store, "dragon").unwrap();
    let import = Import { new: &newcomers(2 * PIECES + 1), edits: &[], skipped: 0, file: FileDigest::of(b"") };
    store.import(&operator(), import, &mut |_| true).unwrap();
    let gone = added(store, "gone", &[]);
    store.change_account(&operator(), Change::Remove, gone.id, gone.revision).unwrap();
    let seen = get(store, gone.id).revision;
    store.purge_account(&operator(), gone.id, seen).unwrap();
}

/// A store with something of each kind, and its copy.
fn copied(from: &dyn Stores, to: &dyn Stores) -> [Store; 2] {
    let mut source = super::at_once::opened(from);
    fill(&mut source);
    copy(&mut source, to).unwrap();
    [source, to.open().unwrap()]
}

fn copy(source: &mut Store, to: &dyn Stores) -> Result<()> {
    source.copy_to(&operator(), to.begin(Purpose::Store)?, &mut Watcher::default())
}

fn events(store: &Store) -> Vec<Event> {
    store.events(&EventFilter::default(), None, 10_000).unwrap()
}

pub fn a_copy_holds_what_its_source_holds(from: &dyn Stores, to: &dyn Stores) {
    let [source, copy] = copied(from, to).map(|store| store.pieces().unwrap());
    let mut kinds: Vec<_> = source.iter().map(std::mem::discriminant).collect();
    kinds.dedup();
    assert_eq!(kinds.len(), 9, "there is one of each kind, and each kind stands together");
    assert!(source == copy);
}

pub fn a_record_without_its_beginning_is_copied_from_there(from: &dyn Stores, to: &dyn Stores) {
    let mut source = super::at_once::opened(from);
    settled(&mut source, "alice", &[]);
    let part = part_until(&source, &events(&source)[1]);
    source.archive(&operator(), &part, &mut Unwatched).unwrap();
    copy(&mut source, to).unwrap();
    assert_eq!(to.open().unwrap().archived().unwrap(), part.until);
}

pub fn an_account_and_a_sign_in_of_a_copy_get_numbers_that_nobody_ever_had(from: &dyn Stores, to: &dyn Stores) {
    let [source, mut copy] = copied(from, to);
    let given = |store: &Store| match store.pieces().unwrap().last() {
        Some(Piece::Given(AccountId(account), SignInId(sign_in))) => (*account, *sign_in),
        _ => unreachable!("the numbers are the last piece"),
    };
    let (account, sign_in) = given(&source);
    assert!(source.account(&Target::Id(AccountId(account))).unwrap().is_none(), "the last account is gone");
    assert!(added(&mut copy, "next", &[]).id.0 > account);
    let eve = copy.account(&Target::Username("eve".parse().unwrap())).unwrap().unwrap();
    let next = signed_in(&mut copy, &eve, 4);
    assert!(copy.sign_in(next).unwrap().unwrap().id.0 > sign_in);
}

pub fn people_sign_in_to_a_copy_with_what_they_have(from: &dyn Stores, to: &dyn Stores) {
    let [source, copy] = copied(from, to);
    for digest in [1, 2].map(|digest| SignInDigest([digest; 32])) {
        let of = |store: &Store| when(3, || store.sign_in(digest)).unwrap().map(|found| (found.account, found.token));
        assert!(of(&source).is_some() && of(&source) == of(&copy));
    }
}

pub fn a_copy_ends_its_record_with_the_event_of_its_making(from: &dyn Stores, to: &dyn Stores) {
    let [source, copy] = copied(from, to).map(|store| events(&store));
    assert!(source == copy);
    let last = copy.last().unwrap();
    assert_eq!((last.action.as_str(), last.outcome.as_str()), ("backup", "done"));
    assert!(last.detail.contains(&*to.location().to_string_lossy()), "{}", last.detail);
}

pub fn a_copy_takes_no_place_that_is_taken(from: &dyn Stores, to: &dyn Stores) {
    let [mut source, there] = [from, to].map(super::at_once::opened);
    let before = [&source, &there].map(events);
    assert!(matches!(copy(&mut source, to), Err(StoreError::Conflict(_))));
    assert!([&source, &there].map(events) == before);
}

pub fn a_copy_whose_place_has_been_taken_meanwhile_leaves_what_is_there(from: &dyn Stores, to: &dyn Stores) {
    let mut source = super::at_once::opened(from);
    let new = to.begin(Purpose::Store).unwrap();
    let there = super::at_once::opened(to);
    let before = events(&there);
    let copied = source.copy_to(&operator(), new, &mut Watcher::default());
    assert!(matches!(copied, Err(StoreError::Conflict(_))));
    assert!(events(&there) == before);
}

pub fn only_a_global_admin_or_an_operator_copies(from: &dyn Stores, to: &dyn Stores) {
    let mut source = super::at_once::opened(from);
    for (name, role, may) in [("u", Role::UserAdmin, false), ("boss", Role::GlobalAdmin, true)] {
        let account = settled(&mut source, name, &[role]);
        let by = acting(&source, &account);
        let made = source.copy_to(&by, to.begin(Purpose::Store).unwrap(), &mut Watcher::default());
        assert!(made.is_ok() == may && (may || matches!(made, Err(StoreError::Refused(_)))), "{name}");
        assert_eq!(to.open().is_ok(), may, "{name}");
        let last = events(&source).pop().unwrap();
        assert_eq!((last.action.as_str(), last.outcome == "done"), ("backup", may), "{name}");
    }
}

/// Stops at the first report of this work.
struct Stopping(&'static str);

impl Watch for Stopping {
    fn progress(&mut self, what: &'static str, _: u64, _: u64) -> Result<()> {
        if what == self.0 { Err(StoreError::Stopped) } else { Ok(()) }
    }
}

pub fn a_copy_that_is_stopped_leaves_the_event_that_says_so_and_nothing_else(from: &dyn Stores, to: &dyn Stores) {
    let mut source = super::at_once::opened(from);
    for work in ["Copying", "Looking at the copy"] {
        let before = events(&source).len();
        let new = to.begin(Purpose::Store).unwrap();
        let stopped = source.copy_to(&operator(), new, &mut Stopping(work));
        assert!(matches!(stopped, Err(StoreError::Stopped)), "{work}");
        assert!(to.open().is_err());
        let since: Vec<_> = events(&source).split_off(before).into_iter().map(|event| event.outcome).collect();
        assert_eq!(since, ["done", "refused"]);
    }
    copy(&mut source, to).unwrap();
}

pub fn what_is_written_while_a_copy_is_made_is_not_in_it(from: &dyn Stores, to: &dyn Stores) {
    /// Adds an account to the source as soon as the copying has begun.
    struct Busy<'a>(&'a dyn Stores, bool);
    impl Watch for Busy<'_> {
        fn progress(&mut self, _: &'static str, _: u64, _: u64) -> Result<()> {
            if !std::mem::replace(&mut self.1, true) {
                self.0.open()?.add_account(&operator(), &new("late", &[]))?;
            }
            Ok(())
        }
    }
    let mut source = super::at_once::opened(from);
    when(HOUR, || source.copy_to(&operator(), to.begin(Purpose::Store)?, &mut Busy(from, false))).unwrap();
    let late = Target::Username("late".parse().unwrap());
    assert!(source.account(&late).unwrap().is_some());
    assert!(to.open().unwrap().account(&late).unwrap().is_none());
}
