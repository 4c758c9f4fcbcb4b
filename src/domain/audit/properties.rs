//! Any event, and any change of a record.

#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a property panics where it does not hold")]

use jiff::tz::TimeZone;
use serde_json::Value;

use super::{Detail, DetailKey, Entry, Event, Head, Link, Outcome, RecordedTarget, Walk, archive};
use crate::domain::account::AccountId;
use crate::domain::actor::{Actor, Operator, Proof};
use crate::domain::credential::PasswordRevision;
use crate::domain::operation::OperationId;
use crate::properties::Choices;

/// An event is read as it was written, from its details and from its line in an archive. A record in which something was
/// changed has a fault.
pub fn events(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    detail(&text);
    line(&text);
    let mut choices = Choices::of(bytes);
    let mut record: Vec<Event> = Vec::new();
    for _ in 0..2 + choices.below(4) {
        let head = record.last().map_or(Head::START, Event::head);
        let (at, operation) = (choices.moment(), OperationId([choices.any(); 16]));
        record.push(Event::after(head, at, operation, &entry(&mut choices)));
    }
    assert_eq!(fault(&record), None);
    for (at, event) in record.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| record[before].head());
        let written = archive::line(event, before.is_none()).expect("its moment is in a calendar");
        assert!(!written.contains('\n'), "{written}");
        assert_eq!(archive::event(&written, before).as_ref(), Some(event));
        line(&String::from_utf8_lossy(&choices.changed(written.as_bytes())));
        detail(&event.detail);
        detail(&String::from_utf8_lossy(&choices.changed(event.detail.as_bytes())));
    }
    let at = choices.below(record.len() - 1);
    let changed = changed(&mut choices, record.clone(), at);
    assert!(changed == record || fault(&changed).is_some_and(|fault| fault <= at + 1), "event {at} of {changed:?}");
}

/// The place of the first event with a fault.
fn fault(record: &[Event]) -> Option<usize> {
    let mut walk = Walk::behind(Head::START);
    record.iter().position(|event| walk.go_on(event).is_err())
}

/// The record with a change. It is not the last event that is left out: a record that ends earlier is whole.
fn changed(choices: &mut Choices<'_>, mut record: Vec<Event>, at: usize) -> Vec<Event> {
    let (text, number) = (choices.text(6), choices.any::<i64>());
    let event = &mut record[at];
    match choices.below(17) {
        0 => event.at = number,
        1 => event.actor = text,
        2 => event.actor_id = choices.yes().then_some(number),
        3 => event.actor_uid = choices.yes().then_some(number),
        4 => event.action = text,
        5 => event.target = text,
        6 => event.target_id = choices.yes().then_some(number),
        7 => event.outcome = text,
        8 => event.detail = text,
        9 => event.operation = choices.yes().then_some(text),
        10 => event.sequence = number.cast_unsigned(),
        11 => event.link = Link([choices.any(); 32]),
        12 => event.previous = Link([choices.any(); 32]),
        13 => drop(record.remove(at)),
        14 => record.swap(at, at + 1),
        15 => record.insert(at + 1, record[at].clone()),
        // The end of a field becomes the beginning of the next.
        _ => {
            let end = event.action.pop();
            event.target.insert_str(0, &end.map_or_else(String::new, String::from));
        }
    }
    record
}

fn entry(choices: &mut Choices<'_>) -> Entry {
    let operator = Operator {
        uid: choices.any(),
        os_user: choices.text(8),
        sudo_caller: choices.yes().then(|| choices.text(8)),
        role: None,
        is_guest: false,
    };
    let username = choices.word().parse().expect("a word is a username");
    let actor = match choices.below(3) {
        0 => None,
        1 => Some(Actor::Operator(operator)),
        _ => Some(Actor::Account { id: AccountId(7), username, proof: Proof::Password(PasswordRevision(1)) }),
    };
    let target = choices.yes().then(|| RecordedTarget {
        id: choices.yes().then_some(AccountId(9)),
        username: choices.word().parse().expect("a word is a username"),
    });
    let mut detail = Detail::default();
    for _ in 0..choices.below(4) {
        let key = *choices.one_of(&DetailKey::ALL);
        detail = match choices.below(4) {
            0 => detail.with_moment(key, choices.moment()),
            1 => detail.with(key, choices.any::<u64>()),
            2 => detail.with(key, vec![choices.text(5), choices.text(5)]),
            _ => detail.with(key, choices.text(12)),
        };
    }
    let (action, outcome) = (*choices.one_of(&super::ACTIONS), *choices.one_of(&Outcome::ALL));
    Entry { actor, action, target, outcome, detail }
}

/// Details are read as they were written. Any other text is a sentence.
fn detail(text: &str) {
    let detail = Detail::read(text);
    let json = detail.to_json();
    // passdesk writes no fractions. One of another program is read but for its last digit.
    let is_fraction = |at: usize, _: &str| {
        json[..at].ends_with(|c: char| c.is_ascii_digit())
            && json[at + 1..].starts_with(|c: char| c.is_ascii_digit() || "+-".contains(c))
    };
    if !json.match_indices(['.', 'e']).any(|(at, sign)| is_fraction(at, sign)) {
        assert_eq!(Detail::read(&json).to_json(), json);
        assert_eq!(detail.words(&TimeZone::UTC), Detail::read(&json).words(&TimeZone::UTC));
    }
    if !text.is_empty() && !matches!(serde_json::from_str(text), Ok(Value::Object(_))) {
        assert_eq!(detail.words(&TimeZone::UTC), text);
    }
}

/// A line that is an event is the same event again.
fn line(text: &str) {
    for before in [None, Some(Head { sequence: 6, link: Link([7; 32]) })] {
        if let Some(event) = archive::event(text, before) {
            let again = archive::line(&event, before.is_none()).and_then(|line| archive::event(&line, before));
            assert_eq!(again, Some(event));
        }
    }
}
