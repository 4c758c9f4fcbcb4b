//! What is turned away again and again, from people who have proved nothing. The first of a kind is an event at once. The
//! others are counted beside the record, and become one event when their time is over: so what a stranger can write is
//! bounded, however often they try, and nothing is lost.

use super::engine::{Reads, RepeatRow};
use super::tx::Tx;
use super::{Result, StoreError, events, record};
use crate::domain::audit::{Detail, Entry, KINDS, Reason, RecordedTarget, Repeat, together};

/// Records what was turned away, or counts it if there has been one of its kind just now. `kind` is what all of a kind have
/// in common, and `count` how many are meant.
///
/// The event is written in any case, and undone where it is counted instead: neither takes longer than the other.
pub fn append(tx: &mut Tx<'_>, entry: &Entry, kind: &str, count: u32) -> Result<()> {
    sum_up(tx)?;
    let counted = tx.repeats(KINDS + 1)?;
    let find = |target: Option<&RecordedTarget>, kind: &str| {
        counted.iter().find(|row| row.target == number(target) && row.repeat.kind == kind)
    };
    let of_its_kind = find(entry.target.as_ref(), kind);
    let of_more = Detail::of(Reason::ManyKinds).to_json();
    let others = Entry { actor: None, target: None, detail: Detail::of(Reason::ManyKinds), ..entry.clone() };
    let has_room = counted.len() < KINDS as usize;
    let (entry, kind, before) = if of_its_kind.is_some() || has_room {
        (entry, kind, of_its_kind)
    } else {
        (&others, of_more.as_str(), find(None, &of_more))
    };
    let now = tx.now();
    let mut written = false;
    let undone = tx.attempt(|tx| {
        record::insert(tx, entry)?;
        written = true;
        if before.is_some() { Err(StoreError::Stopped) } else { Ok(()) }
    })?;
    if !written {
        undone?;
    }
    let row = match before {
        Some(row) => RepeatRow {
            repeat: Repeat {
                count: row.repeat.count.saturating_add(count.into()),
                last_at: row.repeat.last_at.max(now),
                ..row.repeat.clone()
            },
            ..row.clone()
        },
        None => RepeatRow {
            target: number(entry.target.as_ref()),
            repeat: Repeat { target: entry.target.clone(), kind: kind.to_owned(), count: 0, last_at: now },
            began_at: now,
        },
    };
    tx.save_repeat(&row)?;
    record::end_what_has_ended(tx)
}

/// Makes events of what has been counted, where its time is over.
pub fn sum_up(tx: &mut Tx<'_>) -> Result<()> {
    let [least, most] = together(tx.now());
    for row in tx.repeats(KINDS + 1)?.into_iter().filter(|row| row.began_at < least || row.began_at > most) {
        tx.delete_repeat(&row)?;
        if row.repeat.count > 0 {
            record::insert(tx, &events::repeated(&row.repeat))?;
        }
    }
    Ok(())
}

/// What has been counted and is no event yet, what was counted most first.
pub fn pending(reads: &mut dyn Reads) -> Result<Vec<Repeat>> {
    let mut pending: Vec<_> =
        reads.repeats(KINDS + 1)?.into_iter().map(|row| row.repeat).filter(|repeat| repeat.count > 0).collect();
    pending.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.kind.cmp(&other.kind)));
    Ok(pending)
}

/// The number of a target; 0 is nobody's.
fn number(target: Option<&RecordedTarget>) -> i64 {
    target.and_then(|target| target.id).map_or(0, |id| id.0)
}
