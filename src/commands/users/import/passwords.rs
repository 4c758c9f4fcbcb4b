//! The passwords that newcomers bring from elsewhere. A hash that is fast to guess is wrapped in argon2id first, on all
//! cores.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread::{self, Builder};

use anyhow::Context as _;

use super::plan::Plan;
use crate::commands::Desk;
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
        let cost = desk.policy.cost;
        for (place, brought) in std::mem::take(&mut plan.brought).into_iter().enumerate() {
            match brought {
                Some(Brought::Kept(hash)) => {
                    passwords.add(hash.scheme());
                    plan.new[place].hash = Some(hash);
                }
                Some(Brought::Fast(digest)) => {
                    passwords.add(Some(Scheme::own(cost)));
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
            let workers = workers(desk, jobs, digests.len()).get();
            let salts: Vec<Salt> = digests.iter().map(|_| Salt::draw(desk.rng)).collect();
            let work: Vec<_> = digests.iter().zip(salts).collect();
            desk.terminal.begin_progress("wrapping", work.len() as u64);
            let wrapper = || {
                let mut hasher = Hasher::new(cost)?;
                Ok(move |(digest, salt): &(&SaltedDigest, Salt)| digest.wrapped(&mut hasher, *salt))
            };
            let hashes = wrapped(&work, workers, wrapper, |done| desk.terminal.advance(done));
            desk.terminal.end_progress();
            for (place, hash) in places.into_iter().zip(hashes?) {
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

/// Puts argon2id around each digest, in their order. `wrapper` takes the memory of one thread. As in
/// [`Hashing`](crate::commands::hashing::Hashing), fewer threads than `workers` start if memory runs short, and at least
/// one has to. `advance` is told how many are done.
fn wrapped<T: Sync, W: FnMut(&T) -> anyhow::Result<StoredHash> + Send>(
    work: &[T],
    workers: usize,
    wrapper: impl Fn() -> anyhow::Result<W>,
    mut advance: impl FnMut(u64),
) -> anyhow::Result<Vec<StoredHash>> {
    let next = &AtomicUsize::new(0);
    let (done, results) = mpsc::channel();
    let mut hashes: Vec<Option<StoredHash>> = work.iter().map(|_| None).collect();
    thread::scope(|scope| {
        let start = || {
            let (done, mut wrapper) = (done.clone(), wrapper()?);
            let wrap = move || {
                // If nobody waits for it, another one has failed.
                while let place = next.fetch_add(1, Ordering::Relaxed)
                    && let Some(one) = work.get(place)
                    && done.send((place, wrapper(one))).is_ok()
                {}
            };
            Builder::new().name("wrapping".into()).spawn_scoped(scope, wrap).context("a thread cannot be started")
        };
        let first = start()?;
        let others: Vec<_> = (1..workers).map_while(|_| start().ok()).collect();
        drop(done);
        // When this ends early, the workers find nobody who waits.
        let outcome = (1..).zip(results).try_for_each(|(count, (place, hash))| {
            hashes[place] = Some(hash?);
            advance(count);
            anyhow::Ok(())
        });
        for worker in others.into_iter().chain([first]) {
            // A scope would panic, too. What is missing tells it below.
            let _ = worker.join();
        }
        outcome?;
        hashes.into_iter().collect::<Option<Vec<_>>>().context("a thread that hashes has panicked")
    })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn hash(number: u32) -> StoredHash {
        StoredHash::from_store(format!("${number}"))
    }

    #[test]
    fn if_the_memory_suffices_for_one_thread_one_does_it_all() {
        let started = Cell::new(0);
        let wrapper = || {
            started.set(started.get() + 1);
            anyhow::ensure!(started.get() == 1, "no memory");
            Ok(|number: &u32| Ok(hash(*number)))
        };
        let hashes = wrapped(&[1, 2, 3], 4, wrapper, |_| ()).unwrap();
        assert!(hashes == [1, 2, 3].map(hash));
        assert!(wrapped(&[1], 4, wrapper, |_| ()).is_err());
    }

    #[test]
    fn that_a_thread_has_panicked_is_told() {
        let wrapper = || {
            Ok(|number: &u32| {
                if *number == 2 {
                    std::panic::resume_unwind(Box::new("it panics"));
                }
                Ok(hash(*number))
            })
        };
        let failed = wrapped(&[1, 2, 3], 2, wrapper, |_| ()).err().unwrap();
        assert!(failed.to_string().contains("panicked"));
    }
}
