//! What the site has decided, and the name of the store.

use super::authority::authorize_all;
use super::engine::Reads;
use super::tx::Tx;
use super::{Result, StoreError, admins, events, record};
use crate::domain::actor::Actor;
use crate::domain::authority::{Action, Refusal};
use crate::domain::hash::Cost;
use crate::domain::policy::{Policy, Setting};

/// Far more than a site comes to have had. Each takes its time at every sign-in, and somebody who writes the store could
/// make up any number.
const MOST_COSTS: u32 = 16;

/// The random name that tells this store from others: 32 hexadecimal digits, lower case. Anything else is none, since it
/// becomes the name of a file.
pub fn store_name(reads: &mut dyn Reads) -> Result<String> {
    let is_name = |name: &String| name.len() == 32 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    reads
        .setting("store_name")?
        .filter(is_name)
        .ok_or_else(|| StoreError::damaged("the store has lost the name that belongs to its sign-ins"))
}

/// What has been decided, over what holds otherwise.
pub fn read(reads: &mut dyn Reads, otherwise: Policy) -> Result<Policy> {
    let mut policy = otherwise;
    for setting in Setting::ALL {
        if let Some(value) = reads.setting(&setting.key())? {
            policy
                .set(setting, &value)
                .map_err(|invalid| StoreError::damaged(format!("the store is damaged: {invalid}")))?;
        }
    }
    // What is damaged or immoderate is never evaluated.
    policy.costs = reads.hash_costs(MOST_COSTS)?.iter().filter_map(|cost| Cost::of_stored(cost)).collect();
    if !policy.costs.contains(&policy.cost) {
        policy.costs.push(policy.cost);
    }
    Ok(policy)
}

/// Writes one decision, and says what was decided before. Operators are not shut out where nobody else could come in.
pub fn write(tx: &mut Tx<'_>, by: &Actor, otherwise: Policy, setting: Setting, decided: &str) -> Result<String> {
    authorize_all(tx, by, Action::SetPolicy)?;
    let mut policy = read(tx.reads(), otherwise)?;
    let was = policy.value(setting);
    policy.set(setting, decided).map_err(anyhow::Error::new)?;
    let now = tx.now();
    if setting == Setting::OperatorAccess && !policy.operator_access && !admins::there(tx.reads(), now)?.lasting {
        return Err(Refusal::NoAdmin.into());
    }
    let is = policy.value(setting);
    tx.set(&setting.key(), &is)?;
    record::append(tx, &events::decided(by, setting, &is, &was))?;
    Ok(was)
}
