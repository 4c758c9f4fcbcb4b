//! A generated secret on its way: it is made, then delivered, then put in force.
//!
//! [`Undelivered`] holds a secret together with what a store is to know it by. The only way from there to a [`Delivered`]
//! takes the secret itself to somebody, and a store takes nothing else: see
//! [`Store::reset_password`](../../store/struct.Store.html#method.reset_password).
//!
//! ```
//! use passdesk::domain::hash::StoredHash;
//! use passdesk::domain::delivery::{Courier, Delivered, Undelivered};
//!
//! fn delivered(made: Undelivered<StoredHash>, to: &mut impl Courier<StoredHash>) -> Option<Delivered<StoredHash>> {
//!     made.deliver(to).ok()
//! }
//! ```
//!
//! Nobody makes one up of a secret that was not delivered:
//!
//! ```compile_fail,E0423
//! use passdesk::domain::hash::StoredHash;
//! use passdesk::domain::delivery::{Courier, Delivered, Undelivered};
//!
//! fn delivered(made: StoredHash, to: &mut impl Courier<StoredHash>) -> Option<Delivered<StoredHash>> {
//!     Some(Delivered(made))
//! }
//! ```

use std::ops::Deref;
use std::slice;

use zeroize::Zeroizing;

/// A secret that nobody has been handed yet, and what a store is to know it by. No `Debug`, no `Display`, no `Clone`; the
/// secret is overwritten when it goes.
pub struct Undelivered<T> {
    secret: Zeroizing<String>,
    known_by: T,
}

/// What a store is to know a secret by that somebody has been handed: the receipt for that secret, and for no other.
pub struct Delivered<T>(T);

/// Whoever takes secrets to somebody.
pub trait Courier<T> {
    /// Why they could not be taken there.
    type Failure;

    /// Takes them there. When this returns, somebody has each of them: what was written has been flushed.
    fn take(&mut self, secrets: &[Undelivered<T>]) -> Result<(), Self::Failure>;
}

impl<T> Undelivered<T> {
    /// Only what draws a secret knows both.
    pub(super) fn new(secret: Zeroizing<String>, known_by: T) -> Self {
        Self { secret, known_by }
    }

    /// The secret, for the one way out that was asked for.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.secret
    }

    /// Has it delivered. If that fails, it is gone.
    pub fn deliver<C: Courier<T>>(self, courier: &mut C) -> Result<Delivered<T>, C::Failure> {
        courier.take(slice::from_ref(&self))?;
        Ok(Delivered(self.known_by))
    }

    /// Has several delivered, all in one piece.
    pub fn deliver_all<C: Courier<T>>(secrets: Vec<Self>, courier: &mut C) -> Result<Vec<Delivered<T>>, C::Failure> {
        courier.take(&secrets)?;
        Ok(secrets.into_iter().map(|secret| Delivered(secret.known_by)).collect())
    }
}

impl<T> Deref for Undelivered<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.known_by
    }
}

impl<T> Deref for Delivered<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Of secrets that there are not, for the laws of a store.
#[cfg(test)]
pub mod made_up {
    use super::*;

    /// One that nobody is handed.
    pub fn undelivered<T>(known_by: T) -> Undelivered<T> {
        Undelivered::new(Zeroizing::default(), known_by)
    }

    /// As if it had been handed to somebody.
    pub fn delivered<T>(known_by: T) -> Delivered<T> {
        Delivered(known_by)
    }
}
