//! The record. Each event is appended inside the transaction of the change that it records.

use std::slice;

use super::engine::{Reads, RepeatRow};
use super::tx::Tx;
use super::{EventFilter, Result, events};
use crate::domain::audit::{Entry, Event, KINDS, Link, means, together, words};

/// How many temporary passwords are marked as lapsed at a time. After an import, a million may expire in the same
/// second.
const LAPSING: usize = 1_000;

/// Appends an event to the chain, after the repeats whose time is over. Everything that has expired by now is ended. So
/// it stays expired, even if a clock is set back.
pub fn append(tx: &mut Tx<'_>, entry: &Entry) -> Result<()> {
    if let Some(waiting) = tx.together() {
        waiting.push(entry.clone());
        return Ok(());
    }
    append_all(tx, slice::from_ref(entry))
}

/// Does some work, and appends the events of it together at its end. A server may be far away.
pub fn gathered<T>(tx: &mut Tx<'_>, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
    *tx.together() = Some(Vec::new());
    let done = work(tx);
    let waiting = tx.together().take().unwrap_or_default();
    let done = done?;
    if !waiting.is_empty() {
        append_all(tx, &waiting)?;
    }
    Ok(done)
}

fn append_all(tx: &mut Tx<'_>, entries: &[Entry]) -> Result<()> {
    sum_up(tx)?;
    insert(tx, entries)?;
    end_what_has_ended(tx)
}

/// Appends events to the chain, and does nothing else.
pub fn insert(tx: &mut Tx<'_>, entries: &[Entry]) -> Result<()> {
    let (mut sequence, mut link) = last(tx.reads())?.map_or((0, Link::START), |last| (last.sequence, last.link));
    let mut events = Vec::with_capacity(entries.len());
    for entry in entries {
        let event = Event::after(sequence, link, tx.now(), tx.operation(), entry);
        (sequence, link) = (event.sequence, event.link);
        events.push(event);
    }
    tx.append(&events)
}

/// Makes events of the counted repeats whose time is over. Returns those that are still counted.
pub fn sum_up(tx: &mut Tx<'_>) -> Result<Vec<RepeatRow>> {
    let [least, most] = together(tx.now());
    let is_on = |row: &RepeatRow| least <= row.began_at && row.began_at <= most;
    let (counted, over): (Vec<_>, Vec<_>) = tx.repeats(KINDS + 1)?.into_iter().partition(is_on);
    for row in over {
        tx.delete_repeat(&row)?;
        if row.repeat.count > 0 {
            insert(tx, &[events::repeated(&row.repeat)])?;
        }
    }
    Ok(counted)
}

/// Ends the temporary passwords, sign-ins and tokens that have expired.
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

/// Events after the one with this sequence number, in the order of the filter.
pub fn events(reads: &mut dyn Reads, filter: &EventFilter, after: Option<u64>, limit: usize) -> Result<Vec<Event>> {
    let Some(text) = &filter.actor else { return reads.events(filter, after, limit) };
    // Every matching name contains the first word of the text. A text without a word means nobody.
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
