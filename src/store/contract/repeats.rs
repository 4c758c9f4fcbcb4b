//! What people who proved nothing leave in the record: the first refusal of a kind, and the number of its repeats.

use super::tries::THROTTLE;
use super::{HOUR, at, get, in_words, new_sign_in, operator, proof, settled, when, words};
use crate::domain::account::Account;
use crate::domain::audit::{Detail, DetailKey, EVENTS_A_DAY, Entry, Event, KINDS, Outcome, Reason, Repeat};
use crate::domain::change::Change;
use crate::domain::target::Target;
use crate::store::{EventFilter, FailedTry, Store};

/// A refusal of somebody without any proof.
fn stranger(detail: &str) -> Entry {
    let detail = Detail::default().with(DetailKey::Said, detail);
    Entry { actor: None, action: "sign-in", target: None, outcome: Outcome::Refused, detail }
}

/// A try that is not checked, and fails.
fn turned_away(store: &mut Store, account: &Account, second: i64) {
    let tried =
        FailedTry { account: Some(account.id), begun: None, why: Reason::Throttled, typed_by: "bob", pam: None };
    when(second, || store.fail_try(&tried, THROTTLE)).unwrap();
}

fn refused(store: &Store) -> Vec<Event> {
    let filter = EventFilter { outcome: Some(Outcome::Refused), ..EventFilter::default() };
    store.events(&filter, None, 100_000).unwrap()
}

fn said(store: &Store) -> Vec<String> {
    refused(store).into_iter().map(|event| words(&event)).collect()
}

fn counted(store: &Store) -> Vec<(String, u64)> {
    store.repeats().unwrap().into_iter().map(|repeat| (in_words(&repeat.kind), repeat.count)).collect()
}

pub fn what_is_turned_away_again_is_counted_and_becomes_one_event_in_an_hour(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    for second in 0..100 {
        when(second, || store.turn_away(&stranger("no token"))).unwrap();
    }
    assert_eq!(said(store), ["no token"]);
    let pending = Repeat { target: None, kind: stranger("no token").detail.to_json(), count: 99, last_at: at(99) };
    assert_eq!(store.repeats().unwrap(), [pending]);
    when(HOUR - 1, || store.change_account(&operator(), Change::RequireChange, alice.id, alice.revision)).unwrap();
    assert_eq!(said(store).len(), 1, "the hour is not over");
    // Any next event will do, whoever causes it.
    let seen = get(store, alice.id).revision;
    when(HOUR, || store.change_account(&operator(), Change::Disable, alice.id, seen)).unwrap();
    assert_eq!(said(store), ["no token", "99 more; the last at 2023-11-14 22:14 UTC; no token"]);
    assert_eq!(counted(store), []);
    for second in [HOUR, HOUR + 1] {
        when(second, || store.turn_away(&stranger("no token"))).unwrap();
    }
    assert_eq!(said(store)[2..], ["no token"]);
    assert_eq!(counted(store), [("no token".to_owned(), 1)]);
}

pub fn what_is_turned_away_once_is_one_event(store: &mut Store) {
    when(0, || store.turn_away(&stranger("no token"))).unwrap();
    assert_eq!(counted(store), []);
    when(HOUR, || store.turn_away(&stranger("no sign-in"))).unwrap();
    assert_eq!(said(store), ["no token", "no sign-in"]);
}

pub fn beyond_as_many_kinds_as_are_counted_apart_the_others_are_counted_together(store: &mut Store) {
    for _ in 0..2 {
        for kind in 0..KINDS {
            when(0, || store.turn_away(&stranger(&format!("kind {kind}")))).unwrap();
        }
        let known = Entry::refused(&operator(), "sign-in", None, Reason::OperatorAccessOff);
        for other in [known, stranger("another"), stranger("one more")] {
            when(0, || store.turn_away(&other)).unwrap();
        }
    }
    assert_eq!(said(store).len(), KINDS as usize + 1);
    assert_eq!(refused(store).last().unwrap().actor, "", "it stands for whoever comes");
    let counts: Vec<_> = counted(store).into_iter().map(|(_, count)| count).collect();
    assert_eq!(counts, [&[5][..], &[1; KINDS as usize]].concat(), "three others, twice, of which one is an event");
}

pub fn those_of_another_kind_are_counted_apart(store: &mut Store) {
    let [alice, bob] = ["alice", "bob"].map(|username| settled(store, username, &[]));
    for second in 0..3 {
        when(second, || store.turn_away(&stranger("no token"))).unwrap();
        when(second, || store.turn_away(&stranger("no sign-in"))).unwrap();
        turned_away(store, &alice, second);
        turned_away(store, &bob, second);
        let entry = Entry::refused(&operator(), "sign-in", None, Reason::OperatorAccessOff);
        when(second, || store.turn_away(&entry)).unwrap();
    }
    let targets: Vec<_> = refused(store).into_iter().map(|event| (event.target, event.actor_uid)).collect();
    let none = || (String::new(), None);
    let events = [none(), none(), ("alice".into(), None), ("bob".into(), None), (String::new(), Some(0))];
    assert_eq!(targets, events);
    assert!(store.repeats().unwrap().iter().all(|repeat| repeat.count == 2));
    assert_eq!(store.repeats().unwrap().len(), 5);
    when(HOUR + 3, || store.turn_away(&stranger("another"))).unwrap();
    let sums: Vec<_> = refused(store).into_iter().filter(|event| words(event).contains("2 more; ")).collect();
    assert_eq!(sums.len(), 5);
    assert!(sums.iter().any(|event| event.target_id == Some(alice.id.0) && event.target == "alice"));
}

pub fn a_failed_try_is_counted_on_its_account_however_it_is_recorded(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    for second in 0..4 {
        let begun = when(second, || store.begin_try(Some(&Target::from(&alice)), THROTTLE)).unwrap();
        let tried =
            FailedTry { account: Some(alice.id), begun, why: Reason::WrongPassword, typed_by: "bob", pam: None };
        when(second, || store.fail_try(&tried, THROTTLE)).unwrap();
    }
    assert_eq!((said(store).len(), counted(store)), (1, vec![("wrong password; typed by bob".to_owned(), 3)]));
    let stands = get(store, alice.id);
    assert_eq!((stands.tries.failed, stands.untold_failures), (4, 4));
}

pub fn what_has_ended_has_ended_with_what_is_only_counted(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let proved = proof(store, &alice);
    let end = HOUR - 10;
    let new = crate::store::NewSignIn { until: at(end), ..new_sign_in(1) };
    when(1, || store.begin_sign_in(alice.id, proved, &new)).unwrap();
    for second in [1, end] {
        when(second, || store.turn_away(&stranger("no token"))).unwrap();
    }
    assert_eq!(counted(store), [("no token".to_owned(), 1)]);
    assert!(when(2, || store.sign_in(new.digest)).unwrap().is_none(), "a clock set back revives nothing");
}

pub fn a_clock_set_back_has_nothing_counted_for_longer_than_an_hour_more(store: &mut Store) {
    for second in [0, 0, 1 - HOUR, -HOUR, -HOUR] {
        when(second, || store.turn_away(&stranger("no token"))).unwrap();
    }
    assert_eq!(said(store), ["no token", "2 more; the last at 2023-11-14 22:13 UTC; no token", "no token"]);
    assert_eq!(counted(store), [("no token".to_owned(), 1)]);
}

pub fn what_a_stranger_can_write_in_a_day_is_bounded_however_often_they_try(store: &mut Store) {
    const DAY: i64 = 24 * HOUR;
    let accounts: Vec<_> = (0..KINDS + 10).map(|number| settled(store, &format!("u{number}"), &[])).collect();
    let before = refused(store).len();
    // The tries come as soon as an hour is over, and often. They use every account, and names that no account has.
    let mut tried = 0;
    for second in (0..DAY).step_by(1_800) {
        for account in &accounts {
            turned_away(store, account, second);
        }
        for number in 0..5 {
            when(second, || store.turn_away(&stranger(&format!("made up {number}")))).unwrap();
        }
        tried += accounts.len() + 5;
    }
    let written = refused(store).len() - before;
    assert!(u32::try_from(written).unwrap() <= EVENTS_A_DAY, "{written}");
    assert!(u32::try_from(written).unwrap() >= 24 * KINDS, "{written}");
    let seen: u64 = refused(store)
        .iter()
        .map(|event| serde_json::from_str::<serde_json::Value>(&event.detail).unwrap()["count"].as_u64().unwrap_or(1))
        .sum();
    let pending: u64 = counted(store).iter().map(|(_, count)| count).sum();
    assert_eq!(seen + pending, tried as u64, "none is lost");
    for _ in 0..20 {
        for account in &accounts {
            turned_away(store, account, DAY - 1);
        }
    }
    assert_eq!(refused(store).len() - before, written, "it does not grow with how often they try");
}
