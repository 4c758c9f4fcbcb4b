//! Runs trials on all cores, and stops at the first that breaks a promise.

use std::fmt::Display;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::Instant;

use rand::RngExt as _;

use crate::scene::Place;

/// The code of a killed program.
pub const KILLED: i32 = 137;
/// The code of a run that does not know what became of its change.
pub const UNKNOWN: i32 = 13;

/// How much is tried.
#[derive(clap::Args)]
pub struct Form {
    /// Try everything, for hours.
    #[arg(long)]
    pub long: bool,
    /// Where random choices begin.
    #[arg(long, default_value_t = rand::rand_core::UnwrapErr(rand::rngs::SysRng).random())]
    pub seed: u64,
    /// Run only the trial of this name.
    #[arg(long)]
    pub only: Option<String>,
    /// Run this share of the trials: the second of eight is `2/8`.
    #[arg(long, value_parser = share, default_value = "1/1")]
    pub share: (usize, usize),
    /// The store: a file, or a server of its own.
    #[arg(long, value_enum, default_value_t)]
    pub engine: Engine,
}

impl Form {
    /// The seed of the trial of this number.
    pub fn number(&self, number: u64) -> u64 {
        hash((self.seed, number))
    }
}

fn share(text: &str) -> Result<(usize, usize), String> {
    let numbers = text.split_once('/').and_then(|(which, of)| Some((which.parse().ok()?, of.parse().ok()?)));
    numbers.filter(|(which, of)| (1..=*of).contains(which)).ok_or_else(|| "a share is written as 2/8".into())
}

/// A number for each value.
pub fn hash(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// Where the stores of the trials are.
#[derive(Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    /// Files of SQLite.
    #[default]
    Sqlite,
    /// A server of PostgreSQL.
    Postgres,
}

/// The trials of one part.
pub struct Trials<'a> {
    pub form: &'a Form,
    pub place: &'a Place,
    part: &'static str,
    count: AtomicU64,
    is_broken: AtomicBool,
    start: Instant,
    /// The minutes that were told.
    told: AtomicU64,
}

/// A promise is broken, and it has been told. Everything unwinds, so that no home and no process is left.
pub struct Broken;

impl<'a> Trials<'a> {
    pub fn new(form: &'a Form, place: &'a Place, part: &'static str) -> Self {
        Self {
            form,
            place,
            part,
            count: AtomicU64::new(0),
            is_broken: AtomicBool::new(false),
            start: Instant::now(),
            told: AtomicU64::new(0),
        }
    }

    /// How many trials ran.
    pub fn count(&self) -> u64 {
        self.count.load(Relaxed)
    }

    /// How long this part has taken.
    pub fn seconds(&self) -> u64 {
        self.start.elapsed().as_secs()
    }

    /// Says each minute of a long run how far it is.
    fn tell(&self, count: u64) {
        let minutes = self.seconds() / 60;
        if self.form.long && self.told.fetch_max(minutes, Relaxed) < minutes {
            eprintln!("{:<10} {count} trials so far, in {minutes} minutes.", self.part);
        }
    }

    /// Every `step`th in the form of minutes, from a place that the seed decides. All in the long form.
    pub fn some<T>(&self, all: Vec<T>, step: usize) -> Vec<T> {
        if self.form.long || self.form.only.is_some() || step <= 1 {
            return all;
        }
        let first = usize::try_from(self.form.seed % step as u64).unwrap();
        all.into_iter().skip(first).step_by(step).collect()
    }

    /// Fails the part unless one in `of` came to this: what hits nothing is no attack. A few trials say nothing.
    pub fn expect_one_in(&self, of: u64, hits: u64, all: u64, what: &str) {
        let are_few = self.form.only.is_some() || all < 20;
        assert!(are_few || hits * of >= all, "only {hits} of {all} {what}");
    }

    /// Runs a trial for each of these, on all cores. A trial that panics has broken a promise.
    pub fn each<T: Display + Send>(&self, all: impl IntoIterator<Item = T, IntoIter: Send>, trial: impl Fn(&T) + Sync) {
        self.at_once(1, all, trial);
    }

    /// The same, with this many trials on a core, for trials that wait.
    pub fn at_once<T: Display + Send>(
        &self,
        on_a_core: usize,
        all: impl IntoIterator<Item = T, IntoIter: Send>,
        trial: impl Fn(&T) + Sync,
    ) {
        let (which, of) = self.form.share;
        let queue = Mutex::new(all.into_iter().skip(which - 1).step_by(of));
        let work = || {
            while !self.is_broken.load(Relaxed) {
                let next = queue.lock().unwrap().next();
                let Some(what) = next else { return };
                self.one(&what, || trial(&what));
            }
        };
        let workers = on_a_core * thread::available_parallelism().unwrap().get();
        thread::scope(|scope| {
            let all: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            let broken = all.into_iter().filter_map(|worker| worker.join().err()).last();
            if let Some(broken) = broken {
                resume_unwind(broken);
            }
        });
    }

    /// Runs one trial. Unwinds with [`Broken`] if the trial breaks a promise. Only the first one is told.
    pub fn one(&self, name: &impl Display, trial: impl FnOnce()) {
        let name = name.to_string();
        if self.form.only.as_ref().is_some_and(|only| *only != name) {
            return;
        }
        self.tell(self.count.fetch_add(1, Relaxed));
        if catch_unwind(AssertUnwindSafe(trial)).is_ok() {
            return;
        }
        if !self.is_broken.swap(true, Relaxed) {
            self.tell_how_to_repeat(&name);
        }
        resume_unwind(Box::new(Broken));
    }

    fn tell_how_to_repeat(&self, name: &str) {
        let form = self.form;
        let long = if form.long { " --long" } else { "" };
        let engine = if self.place.is_files() { "" } else { " --engine postgres" };
        eprintln!("A promise is broken: {}, {name}.", self.part);
        eprintln!(
            "Repeat it: cargo test {}--test torture -- {}{long}{engine} --seed {} --only '{name}'",
            if self.place.is_files() { "" } else { "--features postgres " },
            self.part,
            form.seed
        );
    }
}
