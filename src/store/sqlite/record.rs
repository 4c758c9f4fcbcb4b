//! The record: events appended inside the transaction of what they record, and read back in their order.

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params, params_from_iter};

use super::errors::failed;
use super::repeats;
use crate::domain::account::AccountId;
use crate::domain::audit::{self, Entry, Event, Link};
use crate::domain::authority::Action;
use crate::store::{EventFilter, Result, events};

const COLUMNS: &str =
    "sequence, at, actor, actor_id, actor_uid, action, target, target_id, outcome, detail, previous, link";

/// Appends an event to the chain, behind what has been counted until then. What has come to its end by then has done so for
/// good, whatever a clock says later.
pub fn append(transaction: &Transaction<'_>, entry: &Entry) -> Result<()> {
    repeats::sum_up(transaction, entry.at)?;
    insert(transaction, entry)?;
    end_what_has_ended(transaction, entry.at.as_second())
}

/// Appends an event to the chain, and nothing else.
pub fn insert(transaction: &Transaction<'_>, entry: &Entry) -> Result<()> {
    let head = head(transaction)?;
    let (sequence, link) = head.unwrap_or((0, Link::START));
    let event = Event::after(sequence, link, entry);
    let insert =
        format!("INSERT INTO audit_events ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
    transaction
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
            ])
        })
        .map_err(failed)
        .map(drop)
}

/// Temporary passwords, sign-ins and tokens.
pub fn end_what_has_ended(transaction: &Transaction<'_>, at: i64) -> Result<()> {
    lapse(transaction, at)?;
    transaction
        .prepare_cached("DELETE FROM sign_ins WHERE expires_at <= ?1")
        .and_then(|mut statement| statement.execute([at]))
        .map_err(failed)
        .map(drop)
}

/// How many temporary passwords lapse in one statement, which keeps what it has written in memory until it is done.
/// After an import a million may expire in the same second.
const LAPSING: usize = 1_000;

/// Marks the temporary passwords that have come to their end.
fn lapse(transaction: &Transaction<'_>, at: i64) -> Result<()> {
    let sql = format!(
        "UPDATE accounts SET temporary_lapsed = TRUE
         WHERE id IN (SELECT id FROM accounts
                      WHERE temporary_until <= ?1 AND temporary_until IS NOT NULL AND NOT temporary_lapsed
                      ORDER BY temporary_until LIMIT {LAPSING})"
    );
    let mut statement = transaction.prepare_cached(&sql).map_err(failed)?;
    while statement.execute([at]).map_err(failed)? == LAPSING {}
    Ok(())
}

/// Whether the record says that a reset gave an account a temporary password with this end, in the words of [`events::expires`].
pub fn has_reset(connection: &Connection, id: AccountId, until: Timestamp) -> Result<bool> {
    connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM audit_events
                            WHERE target_id = ?1 AND action = ?2 AND outcome = 'done' AND detail = ?3)",
        )
        .and_then(|mut statement| {
            statement.query_row(params![id.0, Action::Reset.name(), events::expires(until)], |row| row.get(0))
        })
        .map_err(failed)
}

/// The sequence number and the link of the last event.
fn head(connection: &Connection) -> Result<Option<(u64, Link)>> {
    connection
        .prepare_cached("SELECT sequence, link FROM audit_events ORDER BY sequence DESC LIMIT 1")
        .and_then(|mut statement| statement.query_row([], |row| Ok((sequence(row, 0)?, Link(row.get(1)?)))).optional())
        .map_err(failed)
}

/// Events after one, in the order asked for.
pub fn page(connection: &Connection, filter: &EventFilter, after: Option<u64>, limit: usize) -> Result<Vec<Event>> {
    // Every name that is meant has the first of the words in it: most of the others are passed over by the engine.
    let word = match filter.actor.as_deref().map(|text| audit::words(text).next()) {
        // A text without a word means nobody.
        Some(None) => return Ok(Vec::new()),
        word => word.flatten().map(str::to_owned),
    };
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
    and("instr(actor, ?) > 0", word.map(Into::into));
    and("action = ?", filter.action.clone().map(Into::into));
    and("outcome = ?", filter.outcome.map(|outcome| outcome.name().to_owned().into()));
    and("at >= ?", filter.since.map(|at| at.as_second().into()));
    and("at < ?", filter.until.map(|at| at.as_second().into()));
    // Of those in whose names the word stands, nobody knows yet how many are not meant.
    values.push(if filter.actor.is_some() { -1 } else { i64::try_from(limit).unwrap_or(i64::MAX) }.into());
    let mut statement = connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM audit_events WHERE {conditions} ORDER BY sequence {direction} LIMIT ?"
        ))
        .map_err(failed)?;
    let rows = statement.query_map(params_from_iter(values), event).map_err(failed)?;
    let is_meant = |event: &Event| filter.actor.as_ref().is_none_or(|text| audit::means(text, &event.actor));
    let meant = rows.filter(|event| event.as_ref().map_or(true, is_meant));
    meant.take(limit).collect::<rusqlite::Result<_>>().map_err(failed)
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
    })
}

/// Text that somebody may have tampered with: what is not UTF-8 is replaced, and then no longer fits its link.
fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    Ok(row
        .get_ref(column)?
        .as_bytes()
        .map_or_else(|_| String::new(), |bytes| String::from_utf8_lossy(bytes).into_owned()))
}

/// A link that somebody may have tampered with: what is not 32 bytes is none.
fn link(row: &Row<'_>, column: usize) -> rusqlite::Result<Link> {
    let bytes = row.get_ref(column)?.as_bytes().ok().and_then(|bytes| bytes.try_into().ok());
    Ok(bytes.map_or(Link::START, Link))
}

fn sequence(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::super::open;
    use super::*;

    #[test]
    fn however_many_temporary_passwords_have_expired_all_lapse_with_the_next_event() {
        let mut connection = open::in_memory().unwrap();
        for count in [1, LAPSING - 1, LAPSING, 2 * LAPSING, 2 * LAPSING + 1] {
            let sql = format!(
                "DELETE FROM accounts;
                 WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n <= {count})
                 INSERT INTO accounts (username, display_name, search_text, roles, state, must_change, temporary_until,
                                       created_at)
                 SELECT 'u' || n, '', '', 0, 'active', TRUE, iif(n > {count}, 8, 7), 0 FROM number"
            );
            connection.execute_batch(&sql).unwrap();
            let transaction = connection.transaction().unwrap();
            lapse(&transaction, 7).unwrap();
            transaction.commit().unwrap();
            let lapsed = "SELECT count(*) FROM accounts WHERE temporary_lapsed AND temporary_until = 7";
            let others = "SELECT count(*) FROM accounts WHERE temporary_lapsed AND temporary_until = 8";
            let counted =
                [lapsed, others].map(|sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap());
            assert_eq!(counted, [i64::try_from(count).unwrap(), 0]);
        }
    }
}
