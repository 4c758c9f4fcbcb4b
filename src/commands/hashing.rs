//! Hashing on several cores: of temporary passwords, which are sealed as well, and of what an import brings.

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
pub type Hashed = Undelivered<StoredHash>;

/// A password to make.
pub struct Task {
    secret: TemporaryPassword,
    salt: Salt,
    /// The keys to seal it to, if it is to be sealed.
    keys: Option<Vec<PublicKey>>,
}

struct Job<T, R> {
    task: T,
    /// Where the result goes. If the work panics, this sender goes with the worker, and the receiver gets an error.
    done: Sender<anyhow::Result<R>>,
}

/// Works on several cores, ahead of the caller. A worker locks only the queue, and only to take a job.
pub struct Pool<T, R> {
    jobs: Option<Sender<Job<T, R>>>,
    /// The results that are under way or finished, in order.
    coming: VecDeque<Receiver<anyhow::Result<R>>>,
    workers: Vec<JoinHandle<()>>,
}

/// Makes temporary passwords.
pub type Hashing = Pool<Task, Hashed>;

impl<T: Send + 'static, R: Send + 'static> Pool<T, R> {
    /// Starts up to `workers` threads. `worker` takes the memory of one. If memory runs short, fewer start. If there is
    /// not enough for one, this fails.
    pub fn start<W: FnMut(T) -> anyhow::Result<R> + Send + 'static>(
        workers: NonZeroUsize,
        worker: impl Fn() -> anyhow::Result<W>,
    ) -> anyhow::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job<T, R>>();
        let queue = Arc::new(Mutex::new(queue));
        let start = || {
            let (queue, worker) = (Arc::clone(&queue), worker()?);
            let work = move || work(&queue, worker);
            thread::Builder::new().name("hashing".into()).spawn(work).context("a thread cannot be started")
        };
        let first = start()?;
        let others = (1..workers.get()).map_while(|_| start().ok());
        let workers = std::iter::once(first).chain(others).collect();
        Ok(Self { jobs: Some(jobs), coming: VecDeque::new(), workers })
    }

    /// Gives tasks until `by` of them are under way or finished, or there is none left.
    pub fn keep_ahead(&mut self, by: usize, mut task: impl FnMut() -> Option<T>) {
        while self.coming.len() < by
            && let Some(task) = task()
        {
            let (done, coming) = mpsc::channel();
            // If no worker is left, the caller that takes this result gets an error.
            let _ = self.jobs.as_ref().map(|jobs| jobs.send(Job { task, done }));
            self.coming.push_back(coming);
        }
    }

    /// The next result, in the order of the tasks. At least one has to be under way.
    pub fn take(&mut self) -> anyhow::Result<R> {
        let coming = self.coming.pop_front().context("no password is being hashed")?;
        coming.recv().context("a thread that hashes has panicked")?
    }
}

impl Hashing {
    /// Starts the threads that hash at this cost.
    pub fn at(cost: Cost, workers: NonZeroUsize) -> anyhow::Result<Self> {
        Self::start(workers, || {
            let mut hasher = Hasher::new(cost)?;
            Ok(move |task| made(&mut hasher, task))
        })
    }

    /// Draws passwords until `by` of them are under way or finished. `keys` has the keys to seal each to, in order.
    pub fn draw_ahead(&mut self, by: usize, rng: &mut dyn CryptoRng, mut keys: impl FnMut() -> Option<Vec<PublicKey>>) {
        self.keep_ahead(by, || {
            Some(Task { secret: TemporaryPassword::generate(rng), salt: Salt::draw(rng), keys: keys() })
        });
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
fn work<T, R>(queue: &Mutex<Receiver<Job<T, R>>>, mut worker: impl FnMut(T) -> anyhow::Result<R>) {
    while let Some(Job { task, done }) = next(queue) {
        if done.send(worker(task)).is_err() {
            return;
        }
    }
}

fn next<J>(queue: &Mutex<Receiver<J>>) -> Option<J> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

impl<T, R> Drop for Pool<T, R> {
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
    use std::cell::Cell;

    use rand::SeedableRng as _;
    use rand::rngs::StdRng;
    use zeroize::Zeroizing;

    use super::*;
    use crate::domain::credential::{Credential, PasswordRevision};
    use crate::domain::delivery::made_up::undelivered;
    use crate::domain::secret::TypedPassword;

    const CHEAP: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };

    fn hashing(workers: usize) -> Hashing {
        Hashing::at(CHEAP, NonZeroUsize::new(workers).unwrap()).unwrap()
    }

    #[test]
    fn each_hash_is_that_of_its_password() {
        let mut hashing = hashing(3);
        let mut rng = StdRng::seed_from_u64(1);
        for _ in 0..50 {
            hashing.draw_ahead(8, &mut rng, || None);
            let hashed = hashing.take().unwrap();
            let credential = Credential { hash: hashed.clone(), revision: PasswordRevision(1), temporary_until: None };
            assert!(credential.matches(&TypedPassword::new(Zeroizing::new(hashed.reveal().to_owned()))));
        }
    }

    #[test]
    fn they_come_in_the_order_they_were_drawn_in_however_many_work() {
        let drawn = |workers| -> Vec<String> {
            let mut hashing = hashing(workers);
            hashing.draw_ahead(50, &mut StdRng::seed_from_u64(1), || None);
            (0..50).map(|_| hashing.take().unwrap().reveal().to_owned()).collect()
        };
        assert_eq!(drawn(4), drawn(1));
    }

    #[test]
    fn a_hash_at_which_a_worker_panics_is_one_that_failed_though_others_work_on() {
        let (jobs, queue) = mpsc::channel();
        let queue = Arc::new(Mutex::new(queue));
        let mut hashing = Hashing { jobs: Some(jobs), coming: VecDeque::new(), workers: Vec::new() };
        hashing.draw_ahead(2, &mut StdRng::seed_from_u64(1), || None);
        let its = Arc::clone(&queue);
        let panics = move || work(&its, |_: Task| std::panic::resume_unwind(Box::new("it panics")));
        assert!(thread::spawn(panics).join().is_err());
        hashing.jobs = None;
        work(&queue, |_| Ok(undelivered(StoredHash::from_store("$argon2id$x".into()))));
        assert!(hashing.take().is_err_and(|why| why.to_string().contains("panicked")));
        assert!(hashing.take().is_ok());
    }

    #[test]
    fn if_the_memory_suffices_for_one_thread_one_does_it_all() {
        let started = Cell::new(0);
        let worker = || {
            started.set(started.get() + 1);
            anyhow::ensure!(started.get() == 1, "no memory");
            Ok(|number: u32| Ok(2 * number))
        };
        let four = NonZeroUsize::new(4).unwrap();
        let mut pool = Pool::start(four, worker).unwrap();
        let mut numbers = 1..=3;
        pool.keep_ahead(9, || numbers.next());
        assert_eq!([(); 3].map(|()| pool.take().unwrap()), [2, 4, 6]);
        assert!(Pool::start(four, worker).is_err());
    }
}
