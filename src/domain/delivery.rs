//! A generated secret on its way: it is made, then delivered, then put in force.
//!
//! [`Undelivered`] holds a secret, and the value by which a store will know it. [`Delivered`] can only be made by
//! taking the secret to somebody. A store accepts only [`Delivered`] values, as in
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
//! Code outside cannot make a [`Delivered`] of a secret that was not delivered:
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

use super::sealing::{KeyKinds, Recipients};

/// A secret that nobody has yet, and the value by which a store will know it. It has no `Debug`, `Display` or `Clone`.
/// The secret is overwritten when dropped.
pub struct Undelivered<T> {
    secret: Zeroizing<String>,
    known_by: T,
    /// Which keys open it, if it is sealed.
    opened_by: Option<KeyKinds>,
}

/// The value by which a store will know a secret that was handed over. It is the receipt for exactly that secret.
pub struct Delivered<T>(T);

/// Takes secrets to somebody.
pub trait Courier<T> {
    /// Why the secrets could not be delivered.
    type Failure;

    /// Delivers the secrets. When this returns, somebody has each of them: the output has been flushed.
    fn take(&mut self, secrets: &[Undelivered<T>]) -> Result<(), Self::Failure>;
}

impl<T> Undelivered<T> {
    /// Only the code that draws a secret knows both.
    pub(super) fn new(secret: Zeroizing<String>, known_by: T) -> Self {
        Self { secret, known_by, opened_by: None }
    }

    /// The same secret, sealed. From here on only its recipients can read it. The secret itself is overwritten.
    pub fn sealed(self, to: &Recipients) -> anyhow::Result<Self> {
        let secret = Zeroizing::new(to.seal(&self.secret)?);
        Ok(Self { secret, known_by: self.known_by, opened_by: Some(to.kinds()) })
    }

    /// Which keys open it. `None` if it is not sealed.
    #[must_use]
    pub fn opened_by(&self) -> Option<KeyKinds> {
        self.opened_by
    }

    /// The secret, for the way out that was asked for. If it is sealed, the message with it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.secret
    }

    /// Delivers it. If that fails, it is gone.
    pub fn deliver<C: Courier<T>>(self, courier: &mut C) -> Result<Delivered<T>, C::Failure> {
        courier.take(slice::from_ref(&self))?;
        Ok(Delivered(self.known_by))
    }

    /// Delivers several, all in one piece.
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

/// Values without a secret, for the laws of a store.
#[cfg(test)]
pub mod made_up {
    use super::*;

    /// A value that nobody gets a secret for.
    pub fn undelivered<T>(known_by: T) -> Undelivered<T> {
        Undelivered::new(Zeroizing::default(), known_by)
    }

    /// A value that counts as delivered.
    pub fn delivered<T>(known_by: T) -> Delivered<T> {
        Delivered(known_by)
    }
}
