//! A backup that becomes the store.

use super::engine::Reads;
use super::tx::Tx;
use super::{Filter, Result, Summary, events, record};
use crate::domain::actor::{Actor, Operator};
use crate::domain::audit::Head;
use crate::domain::clock::Timestamp;
use crate::domain::digest::FileDigest;

/// What a store holds.
pub fn summary(reads: &mut dyn Reads) -> Result<Summary> {
    let last_at = record::last(reads)?.map(|last| last.at);
    Ok(Summary { accounts: reads.count(&Filter::default())?, head: record::head(reads)?, last_at })
}

/// Ends what may have been revoked since the backup was made, and records the restoring. A sign-in or a token that was
/// revoked must not live again. Which of them were, only the replaced store could say, and it may be damaged. So all
/// of them end.
pub fn mark(tx: &mut Tx<'_>, by: &Operator, from: &str, file: FileDigest, replaced: Option<Head>) -> Result<()> {
    tx.delete_sign_ins_until(Timestamp::MAX)?;
    record::append(tx, &events::store_restored(&Actor::Operator(by.clone()), from, file, replaced))
}
