//! One transaction that writes, as the rules see it.

use std::ops::{Deref, DerefMut};

use super::Result;
use super::engine::{Reads, Rows};
use crate::domain::audit::Entry;
use crate::domain::operation::OperationId;

/// The rows of a transaction that writes.
pub struct Tx<'a> {
    rows: &'a mut dyn Rows,
    operation: OperationId,
    /// The events that are written together at the end, if they are.
    together: Option<Vec<Entry>>,
}

impl<'a> Tx<'a> {
    /// A transaction over these rows, for one operation.
    pub fn new(rows: &'a mut dyn Rows, operation: OperationId) -> Self {
        Self { rows, operation, together: None }
    }

    /// The operation that it belongs to.
    pub fn operation(&self) -> OperationId {
        self.operation
    }

    /// The same rows, for callers that only read.
    pub fn reads(&mut self) -> &mut dyn Reads {
        self.rows
    }

    /// Does some work, and undoes only this work if it fails. Returns the result of the work. Fails if the whole
    /// transaction has been undone.
    pub fn attempt<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<Result<T>> {
        self.rows.mark()?;
        let events = self.together.as_ref().map_or(0, Vec::len);
        match work(self) {
            Ok(done) => self.rows.drop_mark().map(|()| Ok(done)),
            Err(why) if self.rows.back_to_mark().is_ok() => {
                if let Some(together) = &mut self.together {
                    together.truncate(events);
                }
                Ok(Err(why))
            }
            Err(why) => Err(why),
        }
    }

    /// The events that wait for the end, if they do.
    pub fn together(&mut self) -> &mut Option<Vec<Entry>> {
        &mut self.together
    }
}

impl<'a> Deref for Tx<'a> {
    type Target = dyn Rows + 'a;

    fn deref(&self) -> &Self::Target {
        self.rows
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.rows
    }
}
