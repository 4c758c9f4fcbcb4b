//! The policy of the site, and the name of the store.

use super::authority::authorize_all;
use super::engine::Reads;
use super::tx::Tx;
use super::{Result, StoreError, admins, events, record};
use crate::domain::actor::Actor;
use crate::domain::authority::{Action, Refusal};
use crate::domain::hash::{self, Scheme};
use crate::domain::policy::{Policy, Setting};

/// How many schemes are read. Imports leave half of them at most, and each change of the policy adds one. So none that
/// passdesk wrote is left out. Somebody else who writes the store could make up any number of them.
const MOST_STORED: u32 = 1_024;

/// The random name that identifies this store: 32 lower-case hexadecimal digits. Any other text is refused, since the
/// name becomes the name of a file.
pub fn store_name(reads: &mut dyn Reads) -> Result<String> {
    let is_name = |name: &String| name.len() == 32 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    reads
        .setting("store_name")?
        .filter(is_name)
        .ok_or_else(|| StoreError::damaged("the store has lost the name that belongs to its sign-ins"))
}

/// The policy of the site. `otherwise` gives the values of settings that were never changed.
pub fn read(reads: &mut dyn Reads, otherwise: Policy) -> Result<Policy> {
    let mut policy = otherwise;
    let settings = reads.settings()?;
    for setting in Setting::ALL {
        if let Some(value) = settings.get(&setting.key()) {
            policy
                .set(setting, value)
                .map_err(|invalid| StoreError::damaged(format!("the store is damaged: {invalid}")))?;
        }
    }
    policy.schemes = Scheme::covering(stored(reads)?.into_iter().chain([Scheme::own(policy.cost)]));
    Ok(policy)
}

/// The schemes of the stored hashes. A damaged or too expensive hash is never evaluated.
fn stored(reads: &mut dyn Reads) -> Result<Vec<Scheme>> {
    let stored = reads.hash_schemes(MOST_STORED)?;
    Ok(stored.iter().filter_map(|scheme| Scheme::of_stored(scheme)).collect())
}

/// Refuses hashes with which every sign-in would take too long.
pub fn bear(reads: &mut dyn Reads, brought: impl IntoIterator<Item = Scheme>) -> Result<()> {
    let own = Scheme::own(read(reads, Policy::default())?.cost);
    let there: Vec<_> = stored(reads)?.into_iter().chain([own]).collect();
    hash::bear(&there, brought).map_err(|overload| Refusal::Overload(overload).into())
}

/// Changes one setting, and returns its old value. Operators cannot be shut out if nobody else could sign in.
pub fn write(tx: &mut Tx<'_>, by: &Actor, otherwise: Policy, setting: Setting, decided: &str) -> Result<String> {
    authorize_all(tx, by, Action::SetPolicy)?;
    let mut policy = read(tx.reads(), otherwise)?;
    let was = policy.value(setting);
    policy.set(setting, decided).map_err(anyhow::Error::new)?;
    let now = tx.now();
    if setting == Setting::OperatorAccess && !policy.operator_access && !admins::there(tx.reads(), now)?.lasting {
        return Err(Refusal::NoAdmin.into());
    }
    if setting == Setting::Blocklist {
        tx.delete_blocks()?;
    }
    let is = policy.value(setting);
    tx.set(&setting.key(), &is)?;
    record::append(tx, &events::decided(by, setting, &is, &was))?;
    Ok(was)
}
