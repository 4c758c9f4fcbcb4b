//! The filter of the site's blocklist: written at once, and asked one block at a time.

use std::io::Read;

use anyhow::Context as _;

use super::engine::Reads;
use super::tx::Tx;
use super::{Result, StoreError, policy};
use crate::domain::actor::Actor;
use crate::domain::blocklist::{BLOCK_BYTES, Blocklist, Place, spellings};
use crate::domain::digest::FileDigest;
use crate::domain::policy::{Policy, Setting};
use crate::domain::secret::TypedPassword;

/// What to do with a damaged filter.
const SET_AGAIN: &str =
    "set it again with 'passdesk policy set blocklist FILE', or take it out with 'passdesk policy unset blocklist'";

/// Puts a blocklist in place of the one before. Returns the setting before.
pub fn set(
    tx: &mut Tx<'_>,
    by: &Actor,
    otherwise: Policy,
    entries: u64,
    file: FileDigest,
    filter: &mut dyn Read,
) -> Result<String> {
    let list = Blocklist { entries, set_at: tx.now(), file };
    let was = policy::write(tx, by, otherwise, Setting::Blocklist, &list.to_string())?;
    let mut bits = [0; BLOCK_BYTES];
    for number in 0..list.blocks() {
        filter.read_exact(&mut bits).context("the blocklist could not be read")?;
        tx.insert_block(number, &[FileDigest::of(&bits).as_bytes(), &bits[..]].concat())?;
    }
    Ok(was)
}

/// Whether a password is on the blocklist, with or without the digits and signs at its ends.
pub fn has(reads: &mut dyn Reads, password: &TypedPassword) -> Result<bool> {
    let Some(list) = list(reads)? else { return Ok(false) };
    let salt = policy::store_name(reads)?;
    for spelling in spellings(password) {
        let place = Place::of(&spelling, &salt, list.blocks());
        if place.is_marked(&block(reads, place.block)?) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether each block is there and as it was written, and no other.
pub fn examine(reads: &mut dyn Reads, go_on: &mut dyn FnMut(u64, u64) -> Result<()>) -> Result<()> {
    let blocks = list(reads)?.map_or(0, |list| list.blocks());
    if reads.count_blocks()? != blocks {
        return Err(damaged("it does not have the blocks that the policy says"));
    }
    for number in 0..blocks {
        block(reads, number)?;
        if number % 1_000 == 999 {
            go_on(number, blocks)?;
        }
    }
    Ok(())
}

/// The blocklist in use.
fn list(reads: &mut dyn Reads) -> Result<Option<Blocklist>> {
    let mut policy = Policy::default();
    if let Some(value) = reads.setting(&Setting::Blocklist.key())? {
        policy.set(Setting::Blocklist, &value).map_err(|_| damaged("the policy does not say what it has"))?;
    }
    Ok(policy.blocklist)
}

/// The bits of a block, as they were written.
fn block(reads: &mut dyn Reads, number: u64) -> Result<Vec<u8>> {
    let mut block = reads.block(number)?.ok_or_else(|| damaged(&format!("block {number} is missing")))?;
    let bits = block.split_off(block.len().min(FileDigest::of(&[]).as_bytes().len()));
    if bits.len() != BLOCK_BYTES || block != FileDigest::of(&bits).as_bytes() {
        return Err(damaged(&format!("block {number} is not as it was written")));
    }
    Ok(bits)
}

fn damaged(what: &str) -> StoreError {
    StoreError::Unusable { message: format!("the blocklist is damaged: {what}"), hint: SET_AGAIN.into() }
}
