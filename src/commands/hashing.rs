//! Temporary passwords, hashed on as many cores as there are to be used.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use anyhow::Context as _;
use rand::CryptoRng;

use crate::domain::delivery::Undelivered;
use crate::domain::hash::{Cost, StoredHash};
use crate::domain::hasher::{Hasher, Salt};
use crate::domain::temporary::TemporaryPassword;

/// A new temporary password and its hash.
type Hashed = Undelivered<StoredHash>;

struct Job {
    number: usize,
    secret: TemporaryPassword,
    salt: Salt,
}

/// Makes temporary passwords ahead of whoever takes them. A worker locks nothing but the queue, and that only to take
/// from it.
pub struct Hashing {
    jobs: Option<Sender<Job>>,
    done: Receiver<(usize, anyhow::Result<Hashed>)>,
    workers: Vec<JoinHandle<()>>,
    /// Finished before their turn.
    early: BTreeMap<usize, anyhow::Result<Hashed>>,
    begun: usize,
    taken: usize,
}

impl Hashing {
    /// Starts so many workers, each with the memory that the cost says; as many as there is memory for, if that is one.
    pub fn start(workers: NonZeroUsize, cost: Cost) -> anyhow::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job>();
        let (finished, done) = mpsc::channel();
        let queue = Arc::new(Mutex::new(queue));
        let start = || {
            let (queue, finished) = (Arc::clone(&queue), finished.clone());
            let mut hasher = Hasher::new(cost)?;
            let work = move || work(&queue, &finished, |secret, salt| hasher.hash_temporary(secret, salt));
            thread::Builder::new().name("hashing".into()).spawn(work).context("a thread cannot be started")
        };
        let first = start()?;
        let others = (1..workers.get()).map_while(|_| start().ok());
        let workers = std::iter::once(first).chain(others).collect();
        Ok(Self { jobs: Some(jobs), done, workers, early: BTreeMap::new(), begun: 0, taken: 0 })
    }

    /// Draws passwords until so many are under way or finished.
    pub fn keep_ahead(&mut self, by: usize, rng: &mut dyn CryptoRng) {
        while self.begun < self.taken + by {
            let job = Job { number: self.begun, secret: TemporaryPassword::generate(rng), salt: Salt::draw(rng) };
            // If nobody works any more, whoever takes the next one learns of it.
            let _ = self.jobs.as_ref().map(|jobs| jobs.send(job));
            self.begun += 1;
        }
    }

    /// The next one, in the order they were drawn in. One has to be under way.
    pub fn take(&mut self) -> anyhow::Result<Hashed> {
        let number = self.taken;
        self.taken += 1;
        loop {
            if let Some(hashed) = self.early.remove(&number) {
                return hashed;
            }
            let (number, hashed) = self.done.recv().context("the threads that hash have ended")?;
            self.early.insert(number, hashed);
        }
    }
}

/// Hashes what is in the queue until there is no more, or nobody wants it. Each that is taken from it has an outcome, if
/// need be that the hashing panicked: whoever takes them in their order would wait for it for ever.
fn work(
    queue: &Mutex<Receiver<Job>>,
    finished: &Sender<(usize, anyhow::Result<Hashed>)>,
    mut hash: impl FnMut(TemporaryPassword, Salt) -> anyhow::Result<Hashed>,
) {
    while let Some(Job { number, secret, salt }) = next(queue) {
        // What a panic leaves unfinished is not used again: this worker has come to its end then.
        let hashed = catch_unwind(AssertUnwindSafe(|| hash(secret, salt)));
        let has_panicked = hashed.is_err();
        let hashed = hashed.unwrap_or_else(|_| Err(anyhow::anyhow!("a thread that hashes has panicked")));
        if finished.send((number, hashed)).is_err() || has_panicked {
            return;
        }
    }
}

fn next(queue: &Mutex<Receiver<Job>>) -> Option<Job> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

impl Drop for Hashing {
    /// Waits for the workers, which wipe their memory: what is queued and not begun is thrown away first.
    fn drop(&mut self) {
        self.jobs = None;
        self.done = mpsc::channel().1;
        for worker in self.workers.drain(..) {
            // A worker that panicked has wiped its memory, too.
            let _ = worker.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;
    use zeroize::Zeroizing;

    use super::*;
    use crate::domain::credential::{Credential, PasswordRevision};
    use crate::domain::delivery::made_up::undelivered;
    use crate::domain::secret::TypedPassword;

    const CHEAP: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };

    fn hashing(workers: usize) -> Hashing {
        Hashing::start(NonZeroUsize::new(workers).unwrap(), CHEAP).unwrap()
    }

    #[test]
    fn each_hash_is_that_of_its_password() {
        let mut hashing = hashing(3);
        let mut rng = StdRng::seed_from_u64(1);
        for _ in 0..50 {
            hashing.keep_ahead(8, &mut rng);
            let hashed = hashing.take().unwrap();
            let credential = Credential { hash: hashed.clone(), revision: PasswordRevision(1), temporary_until: None };
            assert!(credential.matches(&TypedPassword::new(Zeroizing::new(hashed.reveal().to_owned()))));
        }
    }

    #[test]
    fn they_come_in_the_order_they_were_drawn_in_however_many_work() {
        let drawn = |workers| -> Vec<String> {
            let mut hashing = hashing(workers);
            hashing.keep_ahead(50, &mut StdRng::seed_from_u64(1));
            (0..50).map(|_| hashing.take().unwrap().reveal().to_owned()).collect()
        };
        assert_eq!(drawn(4), drawn(1));
    }

    #[test]
    fn a_hash_at_which_a_worker_panics_is_one_that_failed_though_others_work_on() {
        let (jobs, queue) = mpsc::channel();
        let (finished, done) = mpsc::channel();
        let queue = Mutex::new(queue);
        let mut hashing =
            Hashing { jobs: Some(jobs), done, workers: Vec::new(), early: BTreeMap::new(), begun: 0, taken: 0 };
        hashing.keep_ahead(2, &mut StdRng::seed_from_u64(1));
        work(&queue, &finished, |_, _| std::panic::resume_unwind(Box::new("it panics")));
        hashing.jobs = None;
        work(&queue, &finished, |_, _| Ok(undelivered(StoredHash::from_store("$argon2id$x".into()))));
        drop(finished);
        assert!(hashing.take().is_err_and(|why| why.to_string().contains("panicked")));
        assert!(hashing.take().is_ok());
    }
}
