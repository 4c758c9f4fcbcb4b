//! The rows of the record, and of the repeats that are counted beside it.

use super::{Cell, Cells, Conditions, Sql};
use crate::domain::account::AccountId;
use crate::domain::audit::{Event, Link, RecordedTarget, Repeat};
use crate::store::engine::RepeatRow;
use crate::store::{EventFilter, Result};

/// The table of the record.
pub const EVENTS: &str = "audit_events";
/// The position of an event's sequence number among its columns.
pub const SEQUENCE: usize = 0;
/// The position of its link.
pub const LINK: usize = 11;

/// The columns of an event, which [`event`] reads and [`cells`] fills.
pub const COLUMNS: &str =
    "sequence, at, actor, actor_id, actor_uid, action, target, target_id, outcome, detail, previous, link, operation";

/// The values of an event for its columns.
pub fn cells(event: &Event) -> [Cell<'_>; 13] {
    [
        i64::try_from(event.sequence).unwrap_or(i64::MAX).into(),
        event.at.into(),
        event.actor.as_str().into(),
        event.actor_id.into(),
        event.actor_uid.into(),
        event.action.as_str().into(),
        event.target.as_str().into(),
        event.target_id.into(),
        event.outcome.as_str().into(),
        event.detail.as_str().into(),
        event.previous.0.as_slice().into(),
        event.link.0.as_slice().into(),
        event.operation.as_deref().into(),
    ]
}

/// Events after another one, in the order of the filter.
pub fn page<S: Sql>(sql: &S, filter: &EventFilter, after: Option<u64>, limit: usize) -> Result<Vec<Event>> {
    let (comparison, direction) = if filter.reverse { ("<", "DESC") } else { (">", "ASC") };
    let mut conditions = Conditions::default();
    if let Some(after) = after {
        conditions.and(&format!("sequence {comparison} ?"), [i64::try_from(after).unwrap_or(i64::MAX).into()]);
    }
    if let Some(id) = filter.account {
        conditions.and("target_id = ?", [id.0.into()]);
    }
    if let Some(actor) = &filter.actor {
        conditions.and(&format!("{}(actor, ?) > 0", S::DIALECT.place_in), [actor.as_str().into()]);
    }
    if let Some(action) = &filter.action {
        conditions.and("action = ?", [action.as_str().into()]);
    }
    if let Some(operation) = filter.operation {
        conditions.and("operation = ?", [operation.to_string().into()]);
    }
    if let Some(outcome) = filter.outcome {
        conditions.and("outcome = ?", [outcome.name().into()]);
    }
    if let Some(since) = filter.since {
        conditions.and("at >= ?", [since.into()]);
    }
    if let Some(until) = filter.until {
        conditions.and("at < ?", [until.into()]);
    }
    let limit = conditions.parameter(i64::try_from(limit).unwrap_or(i64::MAX).into());
    let found = conditions.sql();
    let query = format!("SELECT {COLUMNS} FROM audit_events WHERE {found} ORDER BY sequence {direction} LIMIT {limit}");
    sql.all(&query, &conditions.values, event)
}

/// An event. Invalid UTF-8 in it is replaced, so it no longer matches its link.
pub fn event(row: &dyn Cells) -> Result<Event> {
    let text = |column| row.lossy(column).unwrap_or_default();
    Ok(Event {
        sequence: u64::try_from(row.number(SEQUENCE)?).unwrap_or(0),
        at: row.number(1)?,
        actor: text(2),
        actor_id: row.integer(3)?,
        actor_uid: row.integer(4)?,
        action: text(5),
        target: text(6),
        target_id: row.integer(7)?,
        outcome: text(8),
        detail: text(9),
        previous: link(row, 10),
        link: link(row, LINK),
        operation: row.lossy(12),
    })
}

/// A link that somebody may have tampered with. A value that is not 32 bytes counts as no link.
fn link(row: &dyn Cells, column: usize) -> Link {
    row.bytes(column).and_then(|bytes| bytes.try_into().ok()).map_or(Link::START, Link)
}

/// A query of the repeats, in the order of their targets. [`repeat`] reads each row.
pub fn select_repeats(limit: &str) -> String {
    format!("SELECT target_id, target, kind, count, last_at, began_at FROM repeats ORDER BY target_id, kind {limit}")
}

/// A kind of repeats that is not an event yet.
pub fn repeat(row: &dyn Cells) -> Result<RepeatRow> {
    let id = row.number(0)?;
    let target = row.username(1).ok();
    let repeat = Repeat {
        target: target.map(|username| RecordedTarget { id: (id != 0).then_some(AccountId(id)), username }),
        kind: row.string(2)?.into(),
        count: u64::try_from(row.number(3)?).unwrap_or_default(),
        last_at: row.moment_or_long_ago(4),
    };
    Ok(RepeatRow { target: id, repeat, began_at: row.moment_or_long_ago(5) })
}
