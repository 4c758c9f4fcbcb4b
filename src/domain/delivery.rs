//! What is put in force only once it has been delivered: a secret is made, then delivered, then in force.
//!
//! The store takes a [`Delivered`] and nothing else. There is one way to one: [`Undelivered::deliver`], with a delivery that
//! has succeeded.
//!
//! ```
//! use passdesk::domain::delivery::{Delivered, Undelivered};
//!
//! fn put_in_force(_: Delivered<&str>) {}
//! let made = Undelivered::new("a hash");
//! put_in_force(made.deliver(|| Ok::<(), ()>(())).unwrap());
//! ```
//!
//! What was not delivered is not taken:
//!
//! ```compile_fail,E0308
//! use passdesk::domain::delivery::{Delivered, Undelivered};
//!
//! fn put_in_force(_: Delivered<&str>) {}
//! let made = Undelivered::new("a hash");
//! put_in_force(made);
//! ```
//!
//! Nor can anybody make up that it was:
//!
//! ```compile_fail,E0423
//! use passdesk::domain::delivery::Delivered;
//!
//! let made_up = Delivered("a hash");
//! ```

use std::ops::Deref;

/// What is to be put in force, and is in nobody's hands yet.
pub struct Undelivered<T>(T);

/// What is to be put in force, and has been delivered.
pub struct Delivered<T>(T);

/// That what was delivered is in force.
pub struct InForce(());

impl<T> Undelivered<T> {
    /// What was made.
    pub fn new(made: T) -> Self {
        Self(made)
    }

    /// Prepares what can be prepared before it is delivered.
    pub fn try_map<U, E>(self, prepare: impl FnOnce(T) -> Result<U, E>) -> Result<Undelivered<U>, E> {
        prepare(self.0).map(Undelivered)
    }

    /// Delivers it. When `hand_over` returns, somebody has it; if that fails, it is gone.
    pub fn deliver<E>(self, hand_over: impl FnOnce() -> Result<(), E>) -> Result<Delivered<T>, E> {
        hand_over().map(|()| Delivered(self.0))
    }

    /// Delivers several at once.
    pub fn deliver_all<E>(batch: Vec<Self>, hand_over: impl FnOnce() -> Result<(), E>) -> Result<Delivered<Vec<T>>, E> {
        hand_over().map(|()| Delivered(batch.into_iter().map(|one| one.0).collect()))
    }
}

impl<T> Delivered<T> {
    /// What was delivered, and the receipt for it.
    pub fn with_receipt(self) -> (T, Delivered<()>) {
        (self.0, Delivered(()))
    }

    /// Puts it in force.
    pub fn put_in_force<E>(self, commit: impl FnOnce(Self) -> Result<(), E>) -> Result<InForce, E> {
        commit(self).map(|()| InForce(()))
    }

    /// Puts several in force, as far as they can be: what came of each, and whether any is.
    pub fn put_each_in_force<E>(
        self,
        commit: impl FnOnce(Self) -> Vec<Result<(), E>>,
    ) -> (Vec<Result<(), E>>, Option<InForce>) {
        let outcomes = commit(self);
        let in_force = outcomes.iter().any(Result::is_ok).then_some(InForce(()));
        (outcomes, in_force)
    }
}

impl<T> Deref for Delivered<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
