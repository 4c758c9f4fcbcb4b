//! An engine that loses the answer to every commit. The data may have been written or not, and the caller is not told.

use crate::store::engine::{Engine, Reads, Rows, Writing};
use crate::store::{Result, Store, StoreError};

struct Losing {
    engine: Box<dyn Engine>,
    writes: bool,
}

impl Engine for Losing {
    fn read(&self, work: &mut dyn FnMut(&mut dyn Reads) -> Result<()>) -> Result<()> {
        self.engine.read(work)
    }

    fn write(&mut self, how: Writing, work: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()> {
        if self.writes {
            self.engine.write(how, work)?;
        }
        Err(StoreError::Unknown(None))
    }

    fn close(self: Box<Self>) -> Result<()> {
        self.engine.close()
    }
}

/// The same store, with an engine that loses the answers.
pub fn losing(store: Store, writes: bool) -> Store {
    store.over(|engine| Box::new(Losing { engine, writes }))
}
