//! Repeated refusals of people who proved nothing. The first refusal of a kind is an event at once. The others are
//! counted beside the record. When their time is over, they become one event. So a stranger can write only so much,
//! however often they try. Nothing is lost.

use std::slice;

use super::engine::{Reads, RepeatRow};
use super::tx::Tx;
use super::{Result, StoreError, record};
use crate::domain::audit::{Detail, Entry, KINDS, Reason, Repeat};

/// Records a refusal, or counts it if one of its kind has just been recorded. `kind` is what all refusals of a kind
/// have in common. `count` is how many are meant.
///
/// The event is always written, and undone if the refusal is only counted. So both cases take the same time.
pub fn append(tx: &mut Tx<'_>, entry: &Entry, kind: &str, count: u32) -> Result<()> {
    let counted = record::sum_up(tx)?;
    let find =
        |entry: &Entry, kind: &str| counted.iter().find(|row| row.target == number(entry) && row.repeat.kind == kind);
    let of_its_kind = find(entry, kind);
    let others = Entry { actor: None, target: None, detail: Detail::of(Reason::ManyKinds), ..entry.clone() };
    let of_others = others.detail.to_json();
    let has_room = counted.len() < KINDS as usize;
    let (entry, kind, before) = if of_its_kind.is_some() || has_room {
        (entry, kind, of_its_kind)
    } else {
        (&others, of_others.as_str(), find(&others, &of_others))
    };
    let is_counted = before.is_some();
    let recorded = tx.attempt(|tx| {
        record::insert(tx, slice::from_ref(entry))?;
        if is_counted { Err(StoreError::Stopped) } else { Ok(()) }
    })?;
    match recorded {
        Ok(()) | Err(StoreError::Stopped) => {}
        Err(why) => return Err(why),
    }
    let now = tx.now();
    let row = match before.cloned() {
        Some(RepeatRow { target, mut repeat, began_at }) => {
            repeat.count = repeat.count.saturating_add(count.into());
            repeat.last_at = repeat.last_at.max(now);
            RepeatRow { target, repeat, began_at }
        }
        None => RepeatRow {
            target: number(entry),
            repeat: Repeat { target: entry.target.clone(), kind: kind.to_owned(), count: 0, last_at: now },
            began_at: now,
        },
    };
    tx.save_repeat(&row)?;
    record::end_what_has_ended(tx)
}

/// The counted refusals that are not an event yet, the highest count first.
pub fn pending(reads: &mut dyn Reads) -> Result<Vec<Repeat>> {
    let mut pending: Vec<_> =
        reads.repeats(KINDS + 1)?.into_iter().map(|row| row.repeat).filter(|repeat| repeat.count > 0).collect();
    pending.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.kind.cmp(&other.kind)));
    Ok(pending)
}

/// The number of the target, or 0 if there is none.
fn number(entry: &Entry) -> i64 {
    entry.target.as_ref().and_then(|target| target.id).map_or(0, |id| id.0)
}
