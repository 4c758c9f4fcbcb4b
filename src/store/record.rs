//! The record: events appended inside the transaction of what they record.

use super::engine::{Reads, RepeatRow};
use super::tx::Tx;
use super::{EventFilter, Result, events};
use crate::domain::audit::{Entry, Event, KINDS, Link, means, together, words};

/// How many temporary passwords lapse at a time. After an import a million may expire in the same second.
const LAPSING: usize = 1_000;

/// Appends an event to the chain, behind what has been counted until then. What has come to its end by then has done so for
/// good, whatever a clock says later.
pub fn append(tx: &mut Tx<'_>, entry: &Entry) -> Result<()> {
    sum_up(tx)?;
    insert(tx, entry)?;
    end_what_has_ended(tx)
}

/// Appends an event to the chain, and nothing else.
pub fn insert(tx: &mut Tx<'_>, entry: &Entry) -> Result<()> {
    let (sequence, link) = last(tx.reads())?.map_or((0, Link::START), |last| (last.sequence, last.link));
    let event = Event::after(sequence, link, tx.now(), tx.operation(), entry);
    tx.append(&event)
}

/// Makes events of what has been counted, where its time is over. Says what is still counted.
pub fn sum_up(tx: &mut Tx<'_>) -> Result<Vec<RepeatRow>> {
    let [least, most] = together(tx.now());
    let is_on = |row: &RepeatRow| least <= row.began_at && row.began_at <= most;
    let (counted, over): (Vec<_>, Vec<_>) = tx.repeats(KINDS + 1)?.into_iter().partition(is_on);
    for row in over {
        tx.delete_repeat(&row)?;
        if row.repeat.count > 0 {
            insert(tx, &events::repeated(&row.repeat))?;
        }
    }
    Ok(counted)
}

/// Ends the temporary passwords, sign-ins and tokens whose time has come.
pub fn end_what_has_ended(tx: &mut Tx<'_>) -> Result<()> {
    let now = tx.now();
    while tx.lapse(now, LAPSING)? == LAPSING {}
    tx.delete_sign_ins_until(now)
}

/// The last event.
pub fn last(reads: &mut dyn Reads) -> Result<Option<Event>> {
    let newest = EventFilter { reverse: true, ..EventFilter::default() };
    Ok(reads.events(&newest, None, 1)?.pop())
}

/// Events in the order asked for, that come after one with this sequence number.
pub fn events(reads: &mut dyn Reads, filter: &EventFilter, after: Option<u64>, limit: usize) -> Result<Vec<Event>> {
    let Some(text) = &filter.actor else { return reads.events(filter, after, limit) };
    // Every name that is meant has the first of the words in it. A text without a word means nobody.
    let Some(word) = words(text).next() else { return Ok(Vec::new()) };
    let narrowed = EventFilter { actor: Some(word.to_owned()), ..filter.clone() };
    let (mut found, mut after) = (Vec::new(), after);
    while found.len() < limit {
        let page = reads.events(&narrowed, after, limit)?;
        let Some(last) = page.last() else { break };
        after = Some(last.sequence);
        found.extend(page.into_iter().filter(|event| means(text, &event.actor)));
    }
    found.truncate(limit);
    Ok(found)
}
