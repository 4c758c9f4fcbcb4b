//! The passwords that newcomers bring from elsewhere. A hash that is fast to guess is wrapped in argon2id first, on all
//! cores.

use std::collections::BTreeMap;

use super::plan::Plan;
use crate::commands::Desk;
use crate::commands::hashing::Pool;
use crate::commands::users::reset::many::workers;
use crate::domain::hash::elsewhere::{Brought, Refused};
use crate::domain::hash::{SaltedDigest, Scheme, StoredHash};
use crate::domain::hasher::{Hasher, Salt};
use crate::domain::text::{counted, grouped};
use crate::failure::Result;

/// How many accounts are named for each reason.
const NAMED: usize = 5;

/// What became of the passwords of newcomers.
#[derive(Default)]
pub struct Passwords {
    /// How many newcomers bring one.
    pub count: u64,
    /// How many hashes there are of each scheme.
    schemes: BTreeMap<String, u64>,
    /// The first accounts whose hash cannot be used, and how many there are, by the reason.
    refused: BTreeMap<Refused, (Vec<String>, u64)>,
    /// How many accounts that exist have a hash in the list.
    unused: u64,
}

impl Passwords {
    /// Takes the hashes of the newcomers. A dry run wraps none.
    pub fn bring(desk: &mut Desk<'_>, plan: &mut Plan, jobs: Option<u16>, is_dry: bool) -> Result<Self> {
        let mut passwords = Self { unused: plan.unused, ..Self::default() };
        let (mut places, mut digests) = (Vec::new(), Vec::new());
        for (place, brought) in std::mem::take(&mut plan.brought).into_iter().enumerate() {
            match brought {
                Some(Brought::Kept(hash)) => {
                    passwords.add(hash.scheme());
                    plan.new[place].hash = Some(hash);
                }
                Some(Brought::Fast(digest)) => {
                    passwords.add(Some(Scheme::own(desk.policy.cost)));
                    places.push(place);
                    digests.push(digest);
                }
                Some(Brought::Refused(why)) => {
                    let (named, count) = passwords.refused.entry(why).or_default();
                    if named.len() < NAMED {
                        named.push(format!("{} in line {}", plan.new[place].username, plan.lines[place]));
                    }
                    *count += 1;
                }
                None => {}
            }
        }
        if !digests.is_empty() && !is_dry {
            for (place, hash) in places.into_iter().zip(wrapped(desk, digests, jobs)?) {
                plan.new[place].hash = Some(hash);
            }
        }
        Ok(passwords)
    }

    fn add(&mut self, scheme: Option<Scheme>) {
        self.count += 1;
        *self.schemes.entry(scheme.map(Scheme::said).unwrap_or_default()).or_default() += 1;
    }

    /// The same in words, one line each.
    pub fn said(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.count > 0 {
            let all: Vec<_> =
                self.schemes.iter().map(|(scheme, count)| format!("{} {scheme}", grouped(*count))).collect();
            lines.push(format!("With the password of their owners: {}.", counted(self.count, "account")));
            lines.push(format!("Their hashes: {}. Each is renewed at the first sign-in.", all.join("; ")));
        }
        for (why, (named, count)) in &self.refused {
            let more = count - named.len() as u64;
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            lines.push(format!("Without a password, because {why}: {}{more}.", named.join(", ")));
        }
        if self.unused > 0 {
            let accounts = counted(self.unused, "account");
            lines.push(format!("The list has a hash for {accounts} that existed. Their passwords stay."));
        }
        lines
    }
}

/// Puts argon2id around each digest, in their order.
fn wrapped(desk: &mut Desk<'_>, digests: Vec<SaltedDigest>, jobs: Option<u16>) -> anyhow::Result<Vec<StoredHash>> {
    let (total, cost) = (digests.len(), desk.policy.cost);
    let workers = workers(desk, jobs, total);
    let mut pool = Pool::start(workers, || {
        let mut hasher = Hasher::new(cost)?;
        Ok(move |(digest, salt): (SaltedDigest, Salt)| digest.wrapped(&mut hasher, salt))
    })?;
    desk.terminal.begin_progress("wrapping", total as u64);
    let mut left = digests.into_iter();
    let hashes = (1..=total as u64).map(|count| {
        pool.keep_ahead(2 * workers.get(), || left.next().map(|digest| (digest, Salt::draw(desk.rng))));
        let hash = pool.take()?;
        desk.terminal.advance(count);
        Ok(hash)
    });
    let hashes = hashes.collect();
    desk.terminal.end_progress();
    hashes
}
