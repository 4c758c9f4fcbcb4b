//! The record. Each event is appended inside the transaction of the change that it records.

use std::slice;

use super::authority::authorize_all;
use super::engine::{Reads, RepeatRow};
use super::tx::Tx;
use super::{ArchivedPart, EventFilter, Result, StoreError, Watch, events};
use crate::domain::actor::Actor;
use crate::domain::audit::{Entry, Event, Head, KINDS, Link, means, together, words};
use crate::domain::authority::Action;

/// The setting with the number of the last event that was archived.
pub const ARCHIVED_UNTIL: &str = "archived_until";
/// The setting with the link of that event.
pub const ARCHIVED_LINK: &str = "archived_link";
/// How many events are deleted at a time.
const DELETED: usize = 10_000;
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
    let mut head = head(tx.reads())?;
    let mut events = Vec::with_capacity(entries.len());
    for entry in entries {
        let event = Event::after(head, tx.now(), tx.operation(), entry);
        head = Head { sequence: event.sequence, link: event.link };
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

/// The end of the record.
pub fn head(reads: &mut dyn Reads) -> Result<Head> {
    match last(reads)? {
        Some(last) => Ok(last.head()),
        None => archived(reads),
    }
}

/// The head of the part of the record that was archived. The first event that is left follows it.
pub fn archived(reads: &mut dyn Reads) -> Result<Head> {
    archived_in(reads.setting(ARCHIVED_UNTIL)?.as_deref(), reads.setting(ARCHIVED_LINK)?.as_deref())
}

/// The same from the values of [`ARCHIVED_UNTIL`] and [`ARCHIVED_LINK`].
pub fn archived_in(until: Option<&str>, link: Option<&str>) -> Result<Head> {
    let damaged = || StoreError::damaged("the store has lost the link to the archived part of its record");
    let (Some(until), Some(link)) = (until, link) else {
        return if until.or(link).is_none() { Ok(Head::START) } else { Err(damaged()) };
    };
    let sequence = until.parse().ok().filter(|until| *until > 0);
    sequence.zip(Link::from_hex(link)).map(|(sequence, link)| Head { sequence, link }).ok_or_else(damaged)
}

/// Deletes the events up to one that was archived, and records that. `file` is the file that has them.
pub fn archive(tx: &mut Tx<'_>, by: &Actor, part: &ArchivedPart<'_>, watch: &mut dyn Watch) -> Result<()> {
    authorize_all(tx, by, Action::Archive)?;
    let ArchivedPart { after, until, .. } = *part;
    let stored = tx.events(&EventFilter::default(), Some(until.sequence - 1), 1)?.pop();
    if archived(tx.reads())? != after || stored.is_none_or(|event| event.head() != until) {
        return Err(StoreError::archived_meanwhile());
    }
    append(tx, &events::archived(by, part))?;
    tx.set(ARCHIVED_UNTIL, &until.sequence.to_string())?;
    tx.set(ARCHIVED_LINK, &until.link.to_hex())?;
    take_out(tx, after.sequence, until.sequence, watch)
}

/// Deletes the events behind one, up to another.
fn take_out(tx: &mut Tx<'_>, after: u64, until: u64, watch: &mut dyn Watch) -> Result<()> {
    for from in (after + 1..=until).step_by(DELETED) {
        tx.delete_events(from, until.min(from + DELETED as u64 - 1))?;
        watch.progress("Taking them out", from - after, until - after)?;
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_archived_is_known_by_a_number_and_a_link_or_nothing_was() {
        let link = "07".repeat(32);
        let read = |until, link| archived_in(until, link).ok().map(|head| head.sequence);
        assert_eq!(read(None, None), Some(0));
        assert_eq!(read(Some("6"), Some(&link)), Some(6));
        for (until, link) in [
            (Some("6"), None),
            (None, Some(&*link)),
            (Some("0"), Some(&link)),
            (Some("six"), Some(&link)),
            (Some("6"), Some("7")),
        ] {
            assert_eq!(read(until, link), None, "{until:?} {link:?}");
        }
    }
}
