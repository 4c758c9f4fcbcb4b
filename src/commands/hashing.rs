//! Temporary passwords, hashed and sealed on several cores.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use anyhow::Context as _;
use rand::CryptoRng;

use crate::domain::delivery::Undelivered;
use crate::domain::hash::{Cost, StoredHash};
use crate::domain::hasher::{Hasher, Salt};
use crate::domain::public_key::PublicKey;
use crate::domain::sealing::Recipients;
use crate::domain::temporary::TemporaryPassword;

/// A new temporary password and its hash.
type Hashed = Undelivered<StoredHash>;

/// A password to make.
struct Task {
    secret: TemporaryPassword,
    salt: Salt,
    /// The keys to seal it to, if it is to be sealed.
    keys: Option<Vec<PublicKey>>,
}

struct Job {
    task: Task,
    /// Where the hash goes. If hashing panics, this sender goes with the worker, and the receiver gets an error.
    hashed: Sender<anyhow::Result<Hashed>>,
}

/// Makes temporary passwords ahead of the caller. A worker locks only the queue, and only to take a job.
pub struct Hashing {
    jobs: Option<Sender<Job>>,
    /// The passwords that are under way or finished, in order.
    coming: VecDeque<Receiver<anyhow::Result<Hashed>>>,
    workers: Vec<JoinHandle<()>>,
}

impl Hashing {
    /// Starts up to `workers` threads. Each needs the memory that the cost says. If memory runs short, fewer start. If
    /// there is not enough for one, this fails.
    pub fn start(workers: NonZeroUsize, cost: Cost) -> anyhow::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job>();
        let queue = Arc::new(Mutex::new(queue));
        let start = || {
            let queue = Arc::clone(&queue);
            let mut hasher = Hasher::new(cost)?;
            let work = move || work(&queue, |task| made(&mut hasher, task));
            thread::Builder::new().name("hashing".into()).spawn(work).context("a thread cannot be started")
        };
        let first = start()?;
        let others = (1..workers.get()).map_while(|_| start().ok());
        let workers = std::iter::once(first).chain(others).collect();
        Ok(Self { jobs: Some(jobs), coming: VecDeque::new(), workers })
    }

    /// Draws passwords until `by` of them are under way or finished. `keys` has the keys to seal each to, in order.
    pub fn keep_ahead(&mut self, by: usize, rng: &mut dyn CryptoRng, mut keys: impl FnMut() -> Option<Vec<PublicKey>>) {
        while self.coming.len() < by {
            let (hashed, coming) = mpsc::channel();
            let task = Task { secret: TemporaryPassword::generate(rng), salt: Salt::draw(rng), keys: keys() };
            let job = Job { task, hashed };
            // If no worker is left, the caller that takes this password gets an error.
            let _ = self.jobs.as_ref().map(|jobs| jobs.send(job));
            self.coming.push_back(coming);
        }
    }

    /// The next password, in the order of drawing. At least one has to be under way.
    pub fn take(&mut self) -> anyhow::Result<Hashed> {
        let coming = self.coming.pop_front().context("no password is being hashed")?;
        coming.recv().context("a thread that hashes has panicked")?
    }
}

/// Hashes a password, and seals it if that was asked for.
fn made(hasher: &mut Hasher, Task { secret, salt, keys }: Task) -> anyhow::Result<Hashed> {
    let password = hasher.hash_temporary(secret, salt)?;
    match keys {
        Some(keys) => password.sealed(&Recipients::of(&keys)?),
        None => Ok(password),
    }
}

/// Works on jobs from the queue. It returns when the queue is closed, or when nobody wants the result.
fn work(queue: &Mutex<Receiver<Job>>, mut made: impl FnMut(Task) -> anyhow::Result<Hashed>) {
    while let Some(Job { task, hashed }) = next(queue) {
        if hashed.send(made(task)).is_err() {
            return;
        }
    }
}

fn next(queue: &Mutex<Receiver<Job>>) -> Option<Job> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

impl Drop for Hashing {
    /// Waits for the workers, which wipe their memory. Jobs that no worker has begun are dropped first.
    fn drop(&mut self) {
        self.jobs = None;
        self.coming.clear();
        for worker in self.workers.drain(..) {
            // A worker that panicked has wiped its memory too.
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
            hashing.keep_ahead(8, &mut rng, || None);
            let hashed = hashing.take().unwrap();
            let credential = Credential { hash: hashed.clone(), revision: PasswordRevision(1), temporary_until: None };
            assert!(credential.matches(&TypedPassword::new(Zeroizing::new(hashed.reveal().to_owned()))));
        }
    }

    #[test]
    fn they_come_in_the_order_they_were_drawn_in_however_many_work() {
        let drawn = |workers| -> Vec<String> {
            let mut hashing = hashing(workers);
            hashing.keep_ahead(50, &mut StdRng::seed_from_u64(1), || None);
            (0..50).map(|_| hashing.take().unwrap().reveal().to_owned()).collect()
        };
        assert_eq!(drawn(4), drawn(1));
    }

    #[test]
    fn a_hash_at_which_a_worker_panics_is_one_that_failed_though_others_work_on() {
        let (jobs, queue) = mpsc::channel();
        let queue = Arc::new(Mutex::new(queue));
        let mut hashing = Hashing { jobs: Some(jobs), coming: VecDeque::new(), workers: Vec::new() };
        hashing.keep_ahead(2, &mut StdRng::seed_from_u64(1), || None);
        let its = Arc::clone(&queue);
        let panics = move || work(&its, |_| std::panic::resume_unwind(Box::new("it panics")));
        assert!(thread::spawn(panics).join().is_err());
        hashing.jobs = None;
        work(&queue, |_| Ok(undelivered(StoredHash::from_store("$argon2id$x".into()))));
        assert!(hashing.take().is_err_and(|why| why.to_string().contains("panicked")));
        assert!(hashing.take().is_ok());
    }
}
