//! Which changes leave an event, and how the record is chained and read.

use std::path::Path;

use jiff::SignedDuration;

use super::{acting, at, every_change, get, operator, settled, signed_in, through, token_of, when, words};
use crate::domain::account::Account;
use crate::domain::actor::Actor;
use crate::domain::audit::{Detail, Entry, Event, Head, Outcome, Walk};
use crate::domain::authority::Refusal;
use crate::domain::change::Change;
use crate::domain::digest::FileDigest;
use crate::domain::role::Role;
use crate::store::{self, ArchivedPart, EventFilter, Store, StoreError, Watch};

/// Nobody looks, and nobody stops it.
pub struct Unwatched;

impl Watch for Unwatched {
    fn progress(&mut self, _: &'static str, _: u64, _: u64) -> store::Result<()> {
        Ok(())
    }
}

fn events(store: &Store, filter: &EventFilter) -> Vec<Event> {
    store.events(filter, None, 1_000).unwrap()
}

pub fn every_change_is_recorded_with_what_it_changed(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    store.change_account(&operator(), Change::RequireChange, alice.id, alice.revision).unwrap();
    let said: Vec<_> = events(store, &EventFilter::default())
        .into_iter()
        .map(|event| (event.actor, event.action, event.target, event.target_id, event.outcome))
        .collect();
    let event = |actor: &str, action: &str| {
        (actor.to_owned(), action.to_owned(), "alice".to_owned(), Some(alice.id.0), "done".to_owned())
    };
    let root = "operator root (uid 0)";
    assert_eq!(said, [event(root, "add"), event("alice", "change-password"), event(root, "require-change")]);
}

pub fn a_sign_in_and_its_end_are_recorded(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let digest = signed_in(store, &alice, 1);
    when(1, || store.end_sign_in(digest)).unwrap();
    when(1, || store.end_sign_in(digest)).unwrap();
    let actions: Vec<_> = events(store, &EventFilter::default()).into_iter().map(|event| event.action).collect();
    assert_eq!(actions, ["add", "change-password", "sign-in", "sign-out"]);
}

pub fn every_refusal_is_recorded_and_changes_nothing_else(store: &mut Store) {
    let helper = settled(store, "helper", &[Role::Helpdesk]);
    let peer = settled(store, "peer", &[Role::Helpdesk]);
    let before = events(store, &EventFilter::default()).len();
    let by = acting(store, &helper);
    let refused: Vec<_> = every_change(store, &by, &peer).into_values().filter(store::Result::is_err).collect();
    let recorded = events(store, &EventFilter { outcome: Some(Outcome::Refused), ..EventFilter::default() });
    assert_eq!(recorded.len(), refused.len());
    assert_eq!(events(store, &EventFilter::default()).len(), before + refused.len());
    assert!(recorded.iter().all(|event| event.actor == "helper" && event.target_id == Some(peer.id.0)));
    assert_eq!(get(store, peer.id), peer);
}

pub fn the_record_is_a_chain(store: &mut Store) {
    settled(store, "alice", &[]);
    settled(store, "bob", &[]);
    let events = events(store, &EventFilter::default());
    assert_eq!(events.len(), 4);
    for (at, event) in events.iter().enumerate() {
        let before = at.checked_sub(1).map_or(Head::START, |before| events[before].head());
        assert_eq!(event.fault(before), None);
    }
}

/// The part of the record up to an event.
pub fn part_until(store: &Store, event: &Event) -> ArchivedPart<'static> {
    let (place, file) = (Path::new("/old.jsonl"), FileDigest::of(b"old"));
    ArchivedPart { after: store.archived().unwrap(), until: event.head(), place, file }
}

pub fn what_is_archived_is_gone_and_what_is_left_follows_it(store: &mut Store) {
    settled(store, "alice", &[]);
    settled(store, "bob", &[]);
    let before = events(store, &EventFilter::default());
    for last in [&before[1], &before[2]] {
        let part = part_until(store, last);
        store.archive(&operator(), &part, &mut Unwatched).unwrap();
        assert_eq!(store.archived().unwrap(), last.head());
    }
    let left = events(store, &EventFilter::default());
    assert_eq!(left[0], before[3]);
    assert_eq!(left.len(), 3, "an event stands for each archive");
    let mut walk = Walk::behind(before[2].head());
    for event in &left {
        walk.go_on(event).unwrap();
    }
    assert_eq!(walk.end(), Ok(store.head().unwrap()));
    assert_eq!(words(&left[2]).split(';').next(), Some("copy: /old.jsonl"));
}

pub fn a_backup_that_becomes_the_store_says_so_and_nobody_is_signed_in_to_it(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let (session, token) = (signed_in(store, &alice, 1), token_of(store, &alice, "nightly", 2, &[]));
    let Actor::Operator(by) = operator() else { panic!() };
    store.mark_restored(&by, "backup.db", FileDigest::of(b""), None).unwrap();
    assert!([session, token].into_iter().all(|digest| when(2, || store.sign_in(digest)).unwrap().is_none()));
    let last = store.events(&EventFilter::default(), None, 100).unwrap().pop().unwrap();
    assert_eq!((&*last.action, &*last.outcome), ("restore-store", "done"));
}

pub fn a_part_that_is_not_the_record_s_is_not_archived(store: &mut Store) {
    settled(store, "alice", &[]);
    let auditor = settled(store, "eve", &[Role::Auditor]);
    let before = events(store, &EventFilter::default());
    let part = part_until(store, &before[1]);
    let other = Head { link: before[0].link, ..part.until };
    for wrong in [ArchivedPart { until: other, ..part }, ArchivedPart { after: before[0].head(), ..part }] {
        let archived = store.archive(&operator(), &wrong, &mut Unwatched);
        assert!(matches!(archived, Err(StoreError::Conflict(_))));
    }
    assert_eq!(events(store, &EventFilter::default()), before);
    let by = acting(store, &auditor);
    let archived = store.archive(&by, &part, &mut Unwatched);
    assert!(matches!(archived, Err(StoreError::Refused(Refusal::NotAllowed { .. }))));
    assert_eq!(events(store, &EventFilter::default())[..before.len()], before);
    assert_eq!(store.archived().unwrap(), Head::START);
}

pub fn the_record_is_read_by_what_it_says(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    settled(store, "bob", &[]);
    let all = EventFilter::default;
    for (filter, expected) in [
        (all(), 4),
        (EventFilter { account: Some(alice.id), ..all() }, 2),
        (EventFilter { actor: Some("root".into()), ..all() }, 2),
        (EventFilter { action: Some("add".into()), ..all() }, 2),
        (EventFilter { outcome: Some(Outcome::Refused), ..all() }, 0),
        (EventFilter { since: Some(at(1)), ..all() }, 2),
        (EventFilter { until: Some(at(1)), ..all() }, 2),
    ] {
        assert_eq!(events(store, &filter).len(), expected, "{filter:?}");
    }
    assert_eq!(
        store.events(&all(), Some(1), 2).unwrap().iter().map(|event| event.sequence).collect::<Vec<_>>(),
        [2, 3]
    );
    let newest_first = EventFilter { reverse: true, ..all() };
    let numbers = |after| -> Vec<u64> {
        store.events(&newest_first, after, 2).unwrap().iter().map(|event| event.sequence).collect()
    };
    let last = store.events(&all(), None, 1_000).unwrap().len() as u64;
    assert_eq!(numbers(None), [last, last - 1]);
    assert_eq!(numbers(Some(3)), [2, 1]);
}

pub fn an_actor_is_found_by_whole_words_and_no_others(store: &mut Store) {
    let (ann, joanna) = (settled(store, "ann", &[]), settled(store, "joanna", &[]));
    let token = token_of(store, &joanna, "ann", 1, &[]);
    let by_token = through(store, token);
    for (second, by) in [(1, acting(store, &ann)), (2, acting(store, &joanna)), (3, by_token)] {
        when(second, || store.record(&Entry::done(&by, "profile", None, Detail::default()))).unwrap();
    }
    for (actor, seconds) in [
        ("ann", &[1, 3][..]),
        ("joanna", &[2, 3]),
        ("token ann", &[3]),
        ("joanna (token", &[3]),
        ("joanna token", &[3]),
        ("ann joanna", &[]),
        ("jo", &[]),
        ("", &[]),
    ] {
        let filter =
            EventFilter { actor: Some(actor.into()), action: Some("profile".into()), ..EventFilter::default() };
        let found: Vec<_> = events(store, &filter).iter().map(|event| event.at - at(0).as_second()).collect();
        assert_eq!(found, seconds, "{actor:?}");
    }
}

pub fn what_means_another_actor_takes_no_place_on_a_page(store: &mut Store) {
    let (ann, joanna) = (settled(store, "ann", &[]), settled(store, "joanna", &[]));
    for second in 0..4 {
        let by = acting(store, if second % 2 == 0 { &joanna } else { &ann });
        when(second, || store.record(&Entry::done(&by, "profile", None, Detail::default()))).unwrap();
    }
    let filter = EventFilter { actor: Some("ann".into()), action: Some("profile".into()), ..EventFilter::default() };
    let first = store.events(&filter, None, 1).unwrap();
    let second = store.events(&filter, Some(first[0].sequence), 1).unwrap();
    assert_eq!(
        [first, second].map(|page| page.iter().map(|event| event.at).collect::<Vec<_>>()),
        [vec![at(1).as_second()], vec![at(3).as_second()]]
    );
}

/// The events of purges: the username, the account number and the actor.
fn purges(store: &Store) -> Vec<(String, Option<i64>, String)> {
    let purges = events(store, &EventFilter { action: Some("purge".into()), ..EventFilter::default() });
    purges.into_iter().map(|event| (event.target, event.target_id, event.actor)).collect()
}

pub fn each_account_that_is_purged_has_an_event_of_its_own(store: &mut Store) {
    let ada = settled(store, "ada", &[Role::GlobalAdmin]);
    let [bob, alice] = ["bob", "alice"].map(|username| settled(store, username, &[]));
    for account in [&bob, &alice] {
        store.change_account(&operator(), Change::Remove, account.id, account.revision).unwrap();
    }
    store.purge(&acting(store, &ada), SignedDuration::ZERO).unwrap();
    let event = |account: &Account| (account.username.to_string(), Some(account.id.0), "ada".to_owned());
    assert_eq!(purges(store), [event(&bob), event(&alice)]);
}

pub fn a_purge_of_nobody_is_an_event_as_well(store: &mut Store) {
    store.purge(&operator(), SignedDuration::ZERO).unwrap();
    assert_eq!(purges(store), [(String::new(), None, "operator root (uid 0)".to_owned())]);
}
