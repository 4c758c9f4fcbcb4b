//! The rows of the record, and of what is counted beside it.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, Row, params, params_from_iter};

use super::accounts::moment;
use super::errors::failed;
use super::rows::execute;
use crate::domain::account::AccountId;
use crate::domain::audit::{Event, Link, Outcome, RecordedTarget, Repeat};
use crate::domain::operation::OperationId;
use crate::store::engine::RepeatRow;
use crate::store::{EventFilter, Result};

const COLUMNS: &str =
    "sequence, at, actor, actor_id, actor_uid, action, target, target_id, outcome, detail, previous, link, operation";

/// Appends an event.
pub fn append(connection: &Connection, event: &Event) -> Result<()> {
    let insert =
        format!("INSERT INTO audit_events ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
    connection
        .prepare_cached(&insert)
        .and_then(|mut statement| {
            statement.execute(params![
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
            ])
        })
        .map_err(failed)
        .map(drop)
}

/// Whether there is an event of an operation, with this outcome, about something that was to be done to an account.
pub fn has(
    connection: &Connection,
    target: AccountId,
    action: &str,
    outcome: Outcome,
    by: OperationId,
) -> Result<bool> {
    connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM audit_events
                            WHERE target_id = ?1 AND action = ?2 AND outcome = ?3 AND operation = ?4)",
        )
        .and_then(|mut statement| {
            statement.query_row(params![target.0, action, outcome.name(), by.to_string()], |row| row.get(0))
        })
        .map_err(failed)
}

/// The sequence number and the link of the last event.
pub fn head(connection: &Connection) -> Result<Option<(u64, Link)>> {
    connection
        .prepare_cached("SELECT sequence, link FROM audit_events ORDER BY sequence DESC LIMIT 1")
        .and_then(|mut statement| statement.query_row([], |row| Ok((sequence(row, 0)?, Link(row.get(1)?)))).optional())
        .map_err(failed)
}

/// Events after one, in the order asked for.
pub fn page(connection: &Connection, filter: &EventFilter, after: Option<u64>, limit: usize) -> Result<Vec<Event>> {
    let (comparison, direction) = if filter.reverse { ("<", "DESC") } else { (">", "ASC") };
    let mut conditions = String::from("TRUE");
    let mut values = Vec::new();
    let mut and = |condition: &str, value: Option<Value>| {
        if let Some(value) = value {
            conditions.push_str(" AND ");
            conditions.push_str(condition);
            values.push(value);
        }
    };
    let after = after.map(|after| i64::try_from(after).unwrap_or(i64::MAX).into());
    and(&format!("sequence {comparison} ?"), after);
    and("target_id = ?", filter.account.map(|id| id.0.into()));
    and("instr(actor, ?) > 0", filter.actor.clone().map(Into::into));
    and("action = ?", filter.action.clone().map(Into::into));
    and("operation = ?", filter.operation.map(|operation| operation.to_string().into()));
    and("outcome = ?", filter.outcome.map(|outcome| outcome.name().to_owned().into()));
    and("at >= ?", filter.since.map(|at| at.as_second().into()));
    and("at < ?", filter.until.map(|at| at.as_second().into()));
    values.push(i64::try_from(limit).unwrap_or(i64::MAX).into());
    let mut statement = connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM audit_events WHERE {conditions} ORDER BY sequence {direction} LIMIT ?"
        ))
        .map_err(failed)?;
    statement.query_map(params_from_iter(values), event).and_then(Iterator::collect).map_err(failed)
}

fn event(row: &Row<'_>) -> rusqlite::Result<Event> {
    Ok(Event {
        sequence: sequence(row, 0)?,
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

/// Text that somebody may have tampered with: what is not UTF-8 is replaced, and then no longer fits its link.
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

/// A link that somebody may have tampered with: what is not 32 bytes is none.
fn link(row: &Row<'_>, column: usize) -> rusqlite::Result<Link> {
    let bytes = row.get_ref(column)?.as_bytes().ok().and_then(|bytes| bytes.try_into().ok());
    Ok(bytes.map_or(Link::START, Link))
}

fn sequence(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
}

/// What is counted and is no event yet, at most so many.
pub fn repeats(connection: &Connection, most: u32) -> Result<Vec<RepeatRow>> {
    let sql = "SELECT target_id, target, kind, count, last_at, began_at FROM repeats ORDER BY target_id, kind LIMIT ?1";
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.query_map([most], repeat)?.collect())
        .map_err(failed)
}

fn repeat(row: &Row<'_>) -> rusqlite::Result<RepeatRow> {
    let id: i64 = row.get(0)?;
    let username: String = row.get(1)?;
    let repeat = Repeat {
        target: username
            .parse()
            .ok()
            .map(|username| RecordedTarget { id: (id != 0).then_some(AccountId(id)), username }),
        kind: row.get(2)?,
        count: u64::try_from(row.get::<_, i64>(3)?).unwrap_or_default(),
        last_at: moment(row, 4).ok().flatten().unwrap_or_default(),
    };
    Ok(RepeatRow { target: id, repeat, began_at: moment(row, 5).ok().flatten().unwrap_or_default() })
}

/// Writes how often something was turned away.
pub fn save_repeat(connection: &Connection, row: &RepeatRow) -> Result<()> {
    let Repeat { target, kind, count, last_at } = &row.repeat;
    let name = target.as_ref().map(|target| target.username.as_str()).unwrap_or_default();
    let sql = "INSERT INTO repeats (target_id, kind, target, began_at, last_at, count) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT DO UPDATE SET count = ?6, last_at = ?5";
    let count = i64::try_from(*count).unwrap_or(i64::MAX);
    let values = params![row.target, kind, name, row.began_at.as_second(), last_at.as_second(), count];
    execute(connection, sql, values).map(drop)
}
