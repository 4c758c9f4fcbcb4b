//! The record: events appended inside the transaction of what they record.

use super::engine::Rows;
use super::{Result, repeats};
use crate::domain::audit::{Entry, Event, Link};
use crate::domain::clock::Timestamp;

/// How many temporary passwords lapse at a time. After an import a million may expire in the same second.
const LAPSING: usize = 1_000;

/// Appends an event to the chain, behind what has been counted until then. What has come to its end by then has done so for
/// good, whatever a clock says later.
pub fn append(rows: &mut dyn Rows, entry: &Entry) -> Result<()> {
    repeats::sum_up(rows, entry.at)?;
    insert(rows, entry)?;
    end_what_has_ended(rows, entry.at)
}

/// Appends an event to the chain, and nothing else.
pub fn insert(rows: &mut dyn Rows, entry: &Entry) -> Result<()> {
    let (sequence, link) = rows.head()?.unwrap_or((0, Link::START));
    rows.append(&Event::after(sequence, link, entry))
}

/// Ends the temporary passwords, sign-ins and tokens whose time has come.
pub fn end_what_has_ended(rows: &mut dyn Rows, at: Timestamp) -> Result<()> {
    while rows.lapse(at, LAPSING)? == LAPSING {}
    rows.delete_sign_ins_until(at)
}
