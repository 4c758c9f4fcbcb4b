//! Events that were taken out of a record, as a file keeps them: an object in JSON on each line, oldest first.
//!
//! A line has the fields of an event with their exact values, so that its link can be computed again. The first line
//! also has the link before it, as `previous`.

use serde::{Deserialize, Serialize};

use super::{Detail, DetailKey, Event, Head, Link, Outcome};
use crate::domain::authority::Action;
use crate::domain::clock::Timestamp;

/// A line of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    sequence: u64,
    at: String,
    actor: String,
    actor_id: Option<i64>,
    actor_uid: Option<i64>,
    action: String,
    target: String,
    target_id: Option<i64>,
    outcome: String,
    detail: String,
    operation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<String>,
    link: String,
}

/// An event as a line, without its end. `None` for a moment that no calendar has.
#[must_use]
pub fn line(event: &Event, is_first: bool) -> Option<String> {
    let Event { sequence, actor_id, actor_uid, target_id, .. } = *event;
    let line = Line {
        sequence,
        at: Timestamp::from_second(event.at).ok()?.to_string(),
        actor: event.actor.clone(),
        actor_id,
        actor_uid,
        action: event.action.clone(),
        target: event.target.clone(),
        target_id,
        outcome: event.outcome.clone(),
        detail: event.detail.clone(),
        operation: event.operation.clone(),
        previous: is_first.then(|| event.previous.to_hex()),
        link: event.link.to_hex(),
    };
    serde_json::to_string(&line).ok()
}

/// The event of a line. `before` is the head before it, if a line came before. `None` if it is no such line.
#[must_use]
pub fn event(line: &str, before: Option<Head>) -> Option<Event> {
    let line: Line = serde_json::from_str(line).ok()?;
    let previous = match (before, line.previous) {
        (Some(before), None) => before.link,
        (None, Some(previous)) => Link::from_hex(&previous)?,
        _ => return None,
    };
    Some(Event {
        sequence: line.sequence,
        at: line.at.parse::<Timestamp>().ok()?.as_second(),
        actor: line.actor,
        actor_id: line.actor_id,
        actor_uid: line.actor_uid,
        action: line.action,
        target: line.target,
        target_id: line.target_id,
        outcome: line.outcome,
        detail: line.detail,
        operation: line.operation,
        previous,
        link: Link::from_hex(&line.link)?,
    })
}

/// What an event says of the events up to this head: they were archived.
#[must_use]
pub fn detail(archived: Head) -> Detail {
    Detail::default()
        .with(DetailKey::ArchivedUntil, archived.sequence)
        .with(DetailKey::ArchivedLink, archived.link.to_hex())
}

/// The head up to which the events were archived, if this event says so.
pub(super) fn said_by(event: &Event) -> Option<Head> {
    if event.action != Action::Archive.name() || event.outcome != Outcome::Done.name() {
        return None;
    }
    let detail = Detail::read(&event.detail);
    let sequence = detail.get(DetailKey::ArchivedUntil)?.as_u64()?;
    let link = Link::from_hex(detail.get(DetailKey::ArchivedLink)?.as_str()?)?;
    Some(Head { sequence, link })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::{Actor, Operator};
    use crate::domain::audit::{Entry, Walk};
    use crate::domain::operation::OperationId;

    fn after(head: Head, action: &'static str, detail: Detail) -> Event {
        let by = Actor::Operator(Operator {
            uid: 0,
            os_user: "root".into(),
            sudo_caller: None,
            role: None,
            is_guest: false,
        });
        let entry = Entry::done(&by, action, None, detail);
        Event::after(head, Timestamp::UNIX_EPOCH, OperationId([1; 16]), &entry)
    }

    #[test]
    fn an_event_comes_back_from_its_line() {
        let first = after(Head { sequence: 6, link: Link([7; 32]) }, "add", Detail::default());
        let second = after(first.head(), "edit", Detail::default());
        assert_eq!(event(&line(&first, true).unwrap(), None), Some(first.clone()));
        assert_eq!(event(&line(&second, false).unwrap(), Some(first.head())), Some(second));
    }

    #[test]
    fn a_line_is_taken_only_where_it_belongs() {
        let first = after(Head::START, "add", Detail::default());
        assert_eq!(event(&line(&first, true).unwrap(), Some(first.head())), None);
        assert_eq!(event(&line(&first, false).unwrap(), None), None);
        for text in ["", "{}", "[]", "null", "x"] {
            assert_eq!(event(text, None), None, "{text}");
        }
    }

    #[test]
    fn what_is_missing_at_the_beginning_was_archived_only_if_an_event_says_so() {
        let archived = Head { sequence: 6, link: Link([7; 32]) };
        let other = after(archived, "edit", Detail::default());
        let said = after(other.head(), "archive", detail(archived));
        let mut walk = Walk::behind(archived);
        walk.go_on(&other).unwrap();
        assert!(walk.end().is_err());
        walk.go_on(&said).unwrap();
        assert_eq!(walk.end(), Ok(said.head()));
        let mut elsewhere = Walk::behind(archived);
        elsewhere.go_on(&after(archived, "archive", detail(Head { sequence: 5, ..archived }))).unwrap();
        assert!(elsewhere.end().is_err());
    }

    #[test]
    fn nothing_but_an_archive_that_was_made_says_so() {
        let archived = Head { sequence: 6, link: Link([7; 32]) };
        let made = after(archived, "archive", detail(archived));
        let refused = Event { outcome: Outcome::Refused.name().into(), ..made.clone() };
        let other = Event { action: "edit".into(), ..made.clone() };
        assert_eq!([made, refused, other].map(|event| said_by(&event)), [Some(archived), None, None]);
    }
}
