//! The rows of the record, and of the repeats that are counted beside it.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Row, params, params_from_iter};

use super::statement::{Conditions, all, execute, moment_or_long_ago};
use crate::domain::account::AccountId;
use crate::domain::audit::{Event, Link, RecordedTarget, Repeat};
use crate::store::engine::RepeatRow;
use crate::store::{EventFilter, Result};

const COLUMNS: &str =
    "sequence, at, actor, actor_id, actor_uid, action, target, target_id, outcome, detail, previous, link, operation";

/// Appends an event.
pub fn append(connection: &Connection, event: &Event) -> Result<()> {
    let sql =
        format!("INSERT INTO audit_events ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
    let values = params![
        i64::try_from(event.sequence).unwrap_or(i64::MAX),
        event.at,
        event.actor,
        event.actor_id,
        event.actor_uid,
        event.action,
        event.target,
        event.target_id,
        event.outcome,
        event.detail,
        event.previous.0,
        event.link.0,
        event.operation,
    ];
    execute(connection, &sql, values).map(drop)
}

/// Events after another one, in the order of the filter.
pub fn page(connection: &Connection, filter: &EventFilter, after: Option<u64>, limit: usize) -> Result<Vec<Event>> {
    let (comparison, direction) = if filter.reverse { ("<", "DESC") } else { (">", "ASC") };
    let mut conditions = Conditions::default();
    let mut and = |condition: &str, value: Option<Value>| {
        if let Some(value) = value {
            conditions.and(condition, [value]);
        }
    };
    and(&format!("sequence {comparison} ?"), after.map(|after| i64::try_from(after).unwrap_or(i64::MAX).into()));
    and("target_id = ?", filter.account.map(|id| id.0.into()));
    and("instr(actor, ?) > 0", filter.actor.clone().map(Into::into));
    and("action = ?", filter.action.clone().map(Into::into));
    and("operation = ?", filter.operation.map(|operation| operation.to_string().into()));
    and("outcome = ?", filter.outcome.map(|outcome| outcome.name().to_owned().into()));
    and("at >= ?", filter.since.map(|at| at.as_second().into()));
    and("at < ?", filter.until.map(|at| at.as_second().into()));
    let Conditions { sql, mut values } = conditions;
    values.push(i64::try_from(limit).unwrap_or(i64::MAX).into());
    let sql = format!("SELECT {COLUMNS} FROM audit_events WHERE {sql} ORDER BY sequence {direction} LIMIT ?");
    all(connection, &sql, params_from_iter(values), event)
}

fn event(row: &Row<'_>) -> rusqlite::Result<Event> {
    Ok(Event {
        sequence: u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0),
        at: row.get(1)?,
        actor: text(row, 2)?,
        actor_id: row.get(3)?,
        actor_uid: row.get(4)?,
        action: text(row, 5)?,
        target: text(row, 6)?,
        target_id: row.get(7)?,
        outcome: text(row, 8)?,
        detail: text(row, 9)?,
        previous: link(row, 10)?,
        link: link(row, 11)?,
        operation: operation(row)?,
    })
}

/// Text that somebody may have tampered with. Invalid UTF-8 is replaced, so the event no longer matches its link.
fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    Ok(row
        .get_ref(column)?
        .as_bytes()
        .map_or_else(|_| String::new(), |bytes| String::from_utf8_lossy(bytes).into_owned()))
}

fn operation(row: &Row<'_>) -> rusqlite::Result<Option<String>> {
    match row.get_ref(12)? {
        ValueRef::Null => Ok(None),
        _ => text(row, 12).map(Some),
    }
}

/// A link that somebody may have tampered with. A value that is not 32 bytes counts as no link.
fn link(row: &Row<'_>, column: usize) -> rusqlite::Result<Link> {
    let bytes = row.get_ref(column)?.as_bytes().ok().and_then(|bytes| bytes.try_into().ok());
    Ok(bytes.map_or(Link::START, Link))
}

/// A kind of repeats that is not an event yet.
pub fn repeat(row: &Row<'_>) -> rusqlite::Result<RepeatRow> {
    let id: i64 = row.get(0)?;
    let username: String = row.get(1)?;
    let repeat = Repeat {
        target: username
            .parse()
            .ok()
            .map(|username| RecordedTarget { id: (id != 0).then_some(AccountId(id)), username }),
        kind: row.get(2)?,
        count: u64::try_from(row.get::<_, i64>(3)?).unwrap_or_default(),
        last_at: moment_or_long_ago(row, 4),
    };
    Ok(RepeatRow { target: id, repeat, began_at: moment_or_long_ago(row, 5) })
}
