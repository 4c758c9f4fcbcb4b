//! What is turned away again and again, from people who have proved nothing. The first of a kind is an event at once. The
//! others are counted beside the record, and become one event when their time is over: so what a stranger can write is
//! bounded, however often they try, and nothing is lost.

use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction, params};

use super::accounts::moment;
use super::errors::failed;
use super::record;
use super::undo::savepoint;
use crate::domain::account::AccountId;
use crate::domain::audit::{Entry, KINDS, Repeat, Target, together};
use crate::store::{Result, events};

/// Records what was turned away, or counts it if there has been one of its kind just now. `kind` is what all of a kind have
/// in common, and `count` how many are meant.
///
/// The event is written in any case, and undone where it is counted instead: neither takes longer than the other.
pub fn append(transaction: &Transaction<'_>, entry: &Entry, kind: &str, count: u32) -> Result<()> {
    sum_up(transaction, entry.at)?;
    let found = place(transaction, of(entry.target.as_ref()), kind)?;
    let others = Entry { actor: None, target: None, detail: events::OF_MORE_KINDS.to_owned(), ..entry.clone() };
    let (entry, kind, is_there) = match found {
        Place::Taken => (entry, kind, true),
        Place::Free => (entry, kind, false),
        Place::None => {
            let is_there = place(transaction, 0, events::OF_MORE_KINDS)? == Place::Taken;
            (&others, events::OF_MORE_KINDS, is_there)
        }
    };
    savepoint(transaction, "SAVEPOINT")?;
    record::insert(transaction, entry)?;
    if is_there {
        savepoint(transaction, "ROLLBACK TO")?;
    }
    savepoint(transaction, "RELEASE")?;
    let name = entry.target.as_ref().map(|target| target.username.as_str()).unwrap_or_default();
    transaction
        .prepare_cached(
            "INSERT INTO repeats (target_id, kind, target, began_at, last_at, count) VALUES (?1, ?2, ?3, ?4, ?4, 0)
             ON CONFLICT DO UPDATE SET count = count + ?5, last_at = max(last_at, ?4)",
        )
        .and_then(|mut statement| {
            statement.execute(params![of(entry.target.as_ref()), kind, name, entry.at.as_second(), count])
        })
        .map_err(failed)?;
    record::end_what_has_ended(transaction, entry.at.as_second())
}

/// Makes events of what has been counted, where its time is over.
pub fn sum_up(transaction: &Transaction<'_>, at: Timestamp) -> Result<()> {
    let [least, most] = together(at).map(Timestamp::as_second);
    let over: Vec<Repeat> = transaction
        .prepare_cached(
            "DELETE FROM repeats WHERE began_at NOT BETWEEN ?1 AND ?2 RETURNING target_id, target, kind, count, last_at",
        )
        .and_then(|mut statement| statement.query_map([least, most], repeat)?.collect())
        .map_err(failed)?;
    over.iter()
        .filter(|repeat| repeat.count > 0)
        .try_for_each(|repeat| record::insert(transaction, &events::repeated(repeat, at)))
}

/// What has been counted and is no event yet, what was counted most first.
pub fn pending(connection: &Connection) -> Result<Vec<Repeat>> {
    let sql = "SELECT target_id, target, kind, count, last_at FROM repeats WHERE count > 0 ORDER BY count DESC, kind";
    let mut statement = connection.prepare(sql).map_err(failed)?;
    statement.query_map([], repeat).and_then(Iterator::collect).map_err(failed)
}

fn repeat(row: &Row<'_>) -> rusqlite::Result<Repeat> {
    let id: i64 = row.get(0)?;
    let username: String = row.get(1)?;
    Ok(Repeat {
        target: username.parse().ok().map(|username| Target { id: (id != 0).then_some(AccountId(id)), username }),
        kind: row.get(2)?,
        count: u64::try_from(row.get::<_, i64>(3)?).unwrap_or_default(),
        last_at: moment(row, 4).ok().flatten().unwrap_or_default(),
    })
}

/// Whether what is turned away is told apart from others.
#[derive(PartialEq, Eq)]
enum Place {
    /// One of its kind has been recorded just now.
    Taken,
    /// It is the first of its kind.
    Free,
    /// It is the first, and there are too many kinds.
    None,
}

fn place(connection: &Connection, target_id: i64, kind: &str) -> Result<Place> {
    let (kinds, is_there): (u32, bool) = connection
        .prepare_cached(
            "SELECT (SELECT count(*) FROM repeats), EXISTS (SELECT 1 FROM repeats WHERE target_id = ?1 AND kind = ?2)",
        )
        .and_then(|mut statement| statement.query_row(params![target_id, kind], |row| Ok((row.get(0)?, row.get(1)?))))
        .map_err(failed)?;
    Ok(match (is_there, kinds < KINDS) {
        (true, _) => Place::Taken,
        (false, true) => Place::Free,
        (false, false) => Place::None,
    })
}

/// The number of a target; 0 is nobody's.
fn of(target: Option<&Target>) -> i64 {
    target.and_then(|target| target.id).map_or(0, |id| id.0)
}

#[cfg(test)]
mod tests {
    use super::super::open;
    use super::*;
    use crate::domain::actor::Operator;
    use crate::domain::audit::{BYTES_AN_EVENT, Outcome};

    /// What is turned away with the longest names there are.
    fn longest(at: i64) -> Entry {
        let operator = Operator { uid: u32::MAX, os_user: "u".repeat(64), sudo_caller: Some("s".repeat(64)) };
        Entry {
            actor: None,
            action: "sign-in",
            target: Some(Target { id: Some(AccountId(1_000_000)), username: "a".repeat(64).parse().unwrap() }),
            at: Timestamp::from_second(at).unwrap(),
            outcome: Outcome::Refused,
            detail: format!("what stands where your token should be is no token; brought by {}", operator.said()),
        }
    }

    #[test]
    fn the_longest_event_of_a_stranger_fills_no_more_bytes_than_it_is_said_to() {
        let mut connection = open::in_memory().unwrap();
        let bytes = |connection: &Connection| {
            let sql = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
            connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap()
        };
        let before = bytes(&connection);
        let transaction = connection.transaction().unwrap();
        for number in 0..1_000 {
            let repeat = Repeat {
                target: longest(0).target,
                kind: longest(0).detail,
                count: u64::MAX >> 1,
                last_at: Timestamp::from_second(1_800_000_000).unwrap(),
            };
            let event = events::repeated(&repeat, Timestamp::from_second(1_700_000_000 + number).unwrap());
            record::insert(&transaction, &event).unwrap();
        }
        transaction.commit().unwrap();
        let each = (bytes(&connection) - before) / 1_000;
        assert!(u64::try_from(each).unwrap() <= BYTES_AN_EVENT, "{each}");
    }
}
