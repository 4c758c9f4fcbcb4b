//! What a store can do, in the words of the domain. Each operation is said once, over the rows that an [`engine`] gives:
//! [`Store`] opens the transactions, the files beside it hold the rules. `sqlite/` is the embedded engine; another one is
//! another folder.

mod accounts;
mod admins;
mod authority;
mod batches;
#[cfg(test)]
pub(crate) mod contract;
pub mod engine;
mod events;
mod examine;
mod imports;
mod operations;
mod policy;
mod record;
mod repeats;
mod sign_ins;
pub mod sqlite;
mod tokens;
mod tries;
mod tx;
mod values;

use std::ffi::OsString;
use std::fmt;
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use self::engine::Taken;
pub use self::operations::Store;
use self::values::search_text;
pub use self::values::{
    Edit, EventFilter, FailedTry, Filter, Import, Imported, Namesakes, NewAccount, NewSignIn, NewTemporary, NewToken,
    Newcomer, Occasion, Page, PassedTry, SeenEdit, SignIn, Sort, finds,
};
use crate::domain::actor::Actor;
use crate::domain::authority::Refusal;
use crate::domain::delivery::{Delivered, Undelivered};
use crate::domain::finding::Finding;
use crate::domain::hash::StoredHash;
use crate::domain::operation::OperationId;
use crate::made::Made;

/// Why a store did not do it. Nothing has changed then, except where it is not known.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else was first: a name is taken, or the account has been written since it was read.
    #[error("{0}")]
    Conflict(String),
    /// The actor may not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Whoever asked for it wants it no longer.
    #[error("stopped")]
    Stopped,
    /// It went away while it put this in force. Whether it has, the record says: it has an event of it then, of this operation.
    #[error("the store went away while it wrote: nobody knows whether this was done")]
    Unknown(Option<OperationId>),
    /// Other processes kept it locked for longer than one wants to wait.
    #[error("the store is busy")]
    Busy,
    /// It is missing, damaged, too new or open to others.
    #[error("{message}")]
    Unusable {
        /// What is the matter with it.
        message: String,
        /// What to do.
        hint: String,
    },
    /// Anything else.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

/// What to do with a store that is damaged.
pub const RESTORE: &str =
    "restore the latest backup: remove the -wal and -shm files, and copy the backup over the store";
/// Where to look before.
pub const LOOK: &str = "; 'passdesk store check' finds the fault";

impl StoreError {
    /// The store is damaged, in a way that a sentence says.
    fn damaged(message: impl Into<String>) -> Self {
        Self::Unusable { message: message.into(), hint: format!("{RESTORE}{LOOK}") }
    }
}

/// A name that somebody else has.
impl From<Taken> for StoreError {
    fn from(taken: Taken) -> Self {
        Self::Conflict(match taken {
            Taken::Username => "there is an account of that username already".into(),
            Taken::Email => "another account has that e-mail address".into(),
            Taken::Label => "there is a token of that label already".into(),
        })
    }
}

/// A process that keeps others from writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writer {
    /// Its number.
    pub pid: u32,
    /// What it is called.
    pub name: String,
    /// Whether it is stopped, as by Ctrl-Z: then it will not come to an end by itself.
    pub is_stopped: bool,
}

impl Writer {
    /// What to do about it, if it does not come to an end by itself.
    #[must_use]
    pub fn remedy(&self) -> Option<String> {
        let pid = self.pid;
        self.is_stopped.then(|| {
            format!("continue it with 'kill -CONT {pid}', or end it with 'kill -KILL {pid}', which undoes its change")
        })
    }
}

impl fmt::Display for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.name.is_empty() { String::new() } else { format!(" ({})", self.name) };
        let what = if self.is_stopped { "has stopped, and holds the lock" } else { "is writing" };
        write!(f, "process {}{name} {what}", self.pid)
    }
}

/// What a store answers.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Whoever watches a long run.
pub trait Watch {
    /// So many steps of so many are done. [`StoreError::Stopped`] ends the run, and is what comes of it.
    fn progress(&mut self, what: &'static str, done: u64, total: u64) -> Result<()>;
}

/// Where stores come from.
pub trait Stores {
    /// Where the store is, as `--store` takes it.
    fn location(&self) -> OsString;

    /// What time it is there, to the second, whether there is a store or not.
    fn now(&self) -> Result<Timestamp>;

    /// The operation that works on it; what is written to the store carries its id.
    fn operation(&self) -> OperationId;

    /// Opens the store, and brings an older one up to date.
    fn open(&self) -> Result<Store>;

    /// Opens the store and leaves it as it is. One of an earlier schema is [`StoreError::Unusable`] then.
    fn open_as_it_is(&self) -> Result<Store>;

    /// Makes a store with its first account, out of everybody's sight. `doom` is handed what is left behind if the program
    /// is ended from then on, in the order in which it can be removed; until then no signal is acted on.
    fn prepare(
        &self,
        by: &Actor,
        first: &NewAccount<Undelivered<StoredHash>>,
        doom: &mut dyn FnMut(Made),
    ) -> Result<Box<dyn PreparedStore>>;

    /// The file that it is kept in, if it is kept in one.
    fn file(&self) -> Option<&dyn StoreFile>;
}

/// What there is to a store that is kept in a file.
pub trait StoreFile {
    /// Looks at everything there is to the store, and leaves it as it is. What is the matter with it is a finding, and if
    /// it can be looked at no further, the last.
    fn examine(&self, watch: &mut dyn Watch) -> Result<Vec<Finding>>;

    /// Who keeps others from writing just now, if that can be told.
    fn writer(&self) -> Option<Writer>;

    /// Whether a file of this path would be one of the store's own.
    fn claims(&self, path: &Path) -> bool;

    /// Whether a file that is there is one of the store's own, by whatever name it was reached.
    fn has(&self, file: &Metadata) -> bool;

    /// What stands where the store would be made, or where its log would be.
    fn occupant(&self) -> Result<Option<PathBuf>>;

    /// What there is to say of the file system that the store is on: it may be that of another machine.
    fn disk(&self) -> Finding;
}

/// A store that is complete and not yet in its place. Dropped, it leaves nothing behind.
pub trait PreparedStore {
    /// Puts it in its place, in one step, once the password of its first account has been delivered, and no other one;
    /// [`StoreError::Conflict`] if the place has been taken meanwhile.
    fn put_in_place(self: Box<Self>, first: &Delivered<StoredHash>) -> Result<()>;
}
