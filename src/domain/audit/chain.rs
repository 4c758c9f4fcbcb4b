//! The record as a chain. Each event carries the hash of the one before it. So a changed, deleted, inserted or moved
//! event can be detected.

use sha2::{Digest as _, Sha256};

use super::Entry;
use crate::domain::actor::Actor;
use crate::domain::clock::Timestamp;
use crate::domain::operation::OperationId;

/// Stands before all hashed data. So no other hash of this program can pass for one of these.
const DOMAIN_TAG: &[u8] = b"passdesk audit event 1";

/// The SHA-256 of an event and of all events before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link(pub [u8; 32]);

impl Link {
    /// The link before the first event.
    pub const START: Self = Self([0; 32]);

    /// 64 hexadecimal digits.
    #[must_use]
    pub fn to_hex(self) -> String {
        base16ct::lower::encode_string(&self.0)
    }

    /// Reads what [`Self::to_hex`] wrote. Anything else gives `None`.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let read = base16ct::mixed::decode(text, &mut bytes).ok()?.len();
        (read == bytes.len()).then_some(Self(bytes))
    }
}

/// An event as it stands in the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// 1 for the first, without gaps.
    pub sequence: u64,
    /// Seconds since 1970-01-01 UTC.
    pub at: i64,
    /// The actor, as [`Actor::recorded`] names it. Empty if nobody is known.
    pub actor: String,
    /// The actor's account.
    pub actor_id: Option<i64>,
    /// The operator's user id.
    pub actor_uid: Option<i64>,
    /// The action.
    pub action: String,
    /// The target's username.
    pub target: String,
    /// The target's account.
    pub target_id: Option<i64>,
    /// `done` or `refused`.
    pub outcome: String,
    /// More details, as [`super::Detail::to_json`] writes them. An earlier passdesk wrote a sentence.
    pub detail: String,
    /// The run of the program that wrote it, as an [`OperationId`] is written. An earlier passdesk wrote none.
    pub operation: Option<String>,
    /// The link of the event before.
    pub previous: Link,
    /// The link of this one.
    pub link: Link,
}

impl Event {
    /// The event for an entry at a moment. It follows this head.
    #[must_use]
    pub fn after(head: Head, at: Timestamp, operation: OperationId, entry: &Entry) -> Self {
        let (account, uid) = match &entry.actor {
            Some(Actor::Operator(operator)) => (None, Some(i64::from(operator.uid))),
            Some(Actor::Account { id, .. }) => (Some(id.0), None),
            None => (None, None),
        };
        let mut event = Self {
            sequence: head.sequence + 1,
            at: at.as_second(),
            actor: entry.actor.as_ref().map(Actor::recorded).unwrap_or_default(),
            actor_id: account,
            actor_uid: uid,
            action: entry.action.to_owned(),
            target: entry.target.as_ref().map(|target| target.username.to_string()).unwrap_or_default(),
            target_id: entry.target.as_ref().and_then(|target| target.id).map(|id| id.0),
            outcome: entry.outcome.name().to_owned(),
            detail: entry.detail.to_json(),
            operation: Some(operation.to_string()),
            previous: head.link,
            link: Link::START,
        };
        event.link = event.computed();
        event
    }

    /// SHA-256 over the domain tag, the sequence number, the link before and the fields. Each field follows its length.
    /// Lengths and numbers are 8 bytes, big-endian. A missing number is an empty field. The operation is the last
    /// field. If there is no operation, that field is left out.
    #[must_use]
    pub fn computed(&self) -> Link {
        let number = |number: Option<i64>| number.map(|number| number.to_be_bytes().to_vec()).unwrap_or_default();
        let mut hash = Sha256::new();
        hash.update(DOMAIN_TAG);
        hash.update(self.sequence.to_be_bytes());
        hash.update(self.previous.0);
        let at = self.at.to_be_bytes();
        let numbers = [self.actor_id, self.actor_uid, self.target_id].map(number);
        let fields = [
            at.as_slice(),
            self.actor.as_bytes(),
            &numbers[0],
            &numbers[1],
            self.action.as_bytes(),
            self.target.as_bytes(),
            &numbers[2],
            self.outcome.as_bytes(),
            self.detail.as_bytes(),
        ];
        for field in fields.into_iter().chain(self.operation.as_deref().map(str::as_bytes)) {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field);
        }
        Link(hash.finalize().into())
    }

    /// What is wrong with this event as the successor of another. `None` if nothing is wrong.
    #[must_use]
    pub fn fault(&self, before: Head) -> Option<String> {
        if self.sequence != before.sequence + 1 {
            return Some(match before.sequence {
                0 => format!("event {} is the first: those before it are missing", self.sequence),
                before => format!("event {} follows event {before}: some are missing", self.sequence),
            });
        }
        if self.previous != before.link {
            return Some(match before.sequence {
                0 => format!("event {} was changed", self.sequence),
                before => format!("event {} does not follow event {before}: one of them was changed", self.sequence),
            });
        }
        (self.link != self.computed()).then(|| format!("event {} was changed", self.sequence))
    }

    /// The head of a record that ends with it.
    #[must_use]
    pub fn head(&self) -> Head {
        Head { sequence: self.sequence, link: self.link }
    }
}

/// The end of a record, or of a part of it: the number of its last event, and the link of that event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The number. 0 if there is no event.
    pub sequence: u64,
    /// The link.
    pub link: Link,
}

impl Head {
    /// Before the first event.
    pub const START: Self = Self { sequence: 0, link: Link::START };
}

/// A record that was changed after it was written, and the evidence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("has been tampered with: {0}")]
pub struct Tampered(pub String);

impl Tampered {
    /// What to do then.
    pub const REMEDY: &str = "keep a copy of the store, and compare it with a backup";
}

/// The message for a record without events. An empty chain proves nothing by itself. But every store since schema 2
/// begins with an event.
pub const EMPTY: &str = "is empty: the store comes from an old passdesk, or somebody removed all events";

/// A walk along the chain, from its beginning, or from the event after those that were archived.
#[derive(Debug)]
pub struct Walk {
    head: Head,
    /// What was archived, as long as no event has said so.
    unsaid: Option<Head>,
}

impl Walk {
    /// A walk along the events that are left. An event among them says what was archived.
    #[must_use]
    pub fn behind(archived: Head) -> Self {
        Self { head: archived, unsaid: (archived != Head::START).then_some(archived) }
    }

    /// A walk along events of which nothing has to say what came before.
    #[must_use]
    pub fn part_behind(before: Head) -> Self {
        Self { head: before, unsaid: None }
    }

    /// Goes on to the next event. Fails if it is not the one that was written after the last.
    pub fn go_on(&mut self, event: &Event) -> Result<(), Tampered> {
        event.fault(self.head).map_or(Ok(()), |fault| Err(Tampered(fault)))?;
        self.head = event.head();
        if self.unsaid.is_some() && super::archive::said_by(event) == self.unsaid {
            self.unsaid = None;
        }
        Ok(())
    }

    /// The end of what was seen so far.
    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    /// The head of the record, once all events were seen. Fails if events are missing at its beginning and no event says
    /// that they were archived.
    pub fn end(&self) -> Result<Head, Tampered> {
        let Some(archived) = self.unsaid else { return Ok(self.head) };
        let fault = format!("events 1 to {} are missing, and no event says that they were archived", archived.sequence);
        Err(Tampered(fault))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Detail, DetailKey, Outcome, RecordedTarget};
    use super::*;
    use crate::domain::account::AccountId;
    use crate::domain::actor::Operator;
    use crate::domain::clock::Timestamp;
    use crate::domain::operation::OperationId;

    fn entry(detail: &str) -> Entry {
        let operator = Operator { uid: 0, os_user: "root".into(), sudo_caller: None, role: None, is_guest: false };
        Entry {
            actor: Some(Actor::Operator(operator)),
            action: "reset",
            target: Some(RecordedTarget { id: Some(AccountId(2)), username: "alice".parse().unwrap() }),
            outcome: Outcome::Done,
            detail: Detail::default().with(DetailKey::Said, detail),
        }
    }

    fn chain(length: u64) -> Vec<Event> {
        let mut events: Vec<Event> = Vec::new();
        for number in 0..length {
            let head = events.last().map_or(Head::START, Event::head);
            events.push(Event::after(head, Timestamp::UNIX_EPOCH, OperationId([1; 16]), &entry(&number.to_string())));
        }
        events
    }

    fn first_fault(events: &[Event]) -> Option<usize> {
        let before = |at: usize| at.checked_sub(1).map_or(Head::START, |before| events[before].head());
        (0..events.len()).find(|&at| events[at].fault(before(at)).is_some())
    }

    #[test]
    fn a_chain_as_it_was_written_has_no_fault() {
        assert_eq!(first_fault(&chain(5)), None);
    }

    #[test]
    fn an_edited_field_is_found_whichever_it_is() {
        let edits: [fn(&mut Event); 11] = [
            |event| event.at += 1,
            |event| event.actor.push('x'),
            |event| event.actor_id = Some(0),
            |event| event.actor_uid = None,
            |event| event.action = "add".into(),
            |event| event.target = "bob".into(),
            |event| event.target_id = None,
            |event| event.outcome = "refused".into(),
            |event| event.detail.push(' '),
            |event| event.operation = None,
            |event| event.operation = Some("other".into()),
        ];
        for edit in edits {
            let mut events = chain(5);
            edit(&mut events[2]);
            assert_eq!(first_fault(&events), Some(2));
        }
    }

    #[test]
    fn a_field_cannot_borrow_from_its_neighbour() {
        let mut events = chain(1);
        (events[0].action, events[0].target) = ("rese".into(), "talice".into());
        assert_eq!(first_fault(&events), Some(0));
    }

    #[test]
    fn a_deleted_an_inserted_a_swapped_and_a_replayed_event_are_found() {
        let mut deleted = chain(5);
        deleted.remove(2);
        assert_eq!(first_fault(&deleted), Some(2));
        let mut inserted = chain(5);
        inserted.insert(
            2,
            Event::after(inserted[1].head(), Timestamp::UNIX_EPOCH, OperationId([1; 16]), &entry("inserted")),
        );
        assert_eq!(first_fault(&inserted), Some(3));
        let mut swapped = chain(5);
        swapped.swap(1, 2);
        assert_eq!(first_fault(&swapped), Some(1));
        let mut replayed = chain(5);
        let old = replayed[1].clone();
        replayed.push(Event { sequence: 6, ..old });
        assert_eq!(first_fault(&replayed), Some(5));
    }

    #[test]
    fn renumbering_behind_a_deletion_is_found() {
        let mut events = chain(5);
        events.remove(2);
        for (at, event) in events.iter_mut().enumerate() {
            event.sequence = at as u64 + 1;
        }
        assert_eq!(first_fault(&events), Some(2));
    }

    #[test]
    fn a_link_survives_being_written_down() {
        let link = chain(1)[0].link;
        assert_eq!(Link::from_hex(&link.to_hex()), Some(link));
        for text in ["", "00", &"g".repeat(64), &"é".repeat(32)] {
            assert_eq!(Link::from_hex(text), None);
        }
    }
}
