//! What a store can do, in the words of the domain. Each operation is defined once, over the rows that an [`engine`]
//! gives. [`Store`] opens the transactions, and the files beside it hold the rules. `sqlite/` and
//! `postgres/` are the engines, and `sql/` holds the statements that both run.

mod accounts;
mod admins;
mod authority;
mod batches;
mod blocklist;
#[cfg(test)]
pub(crate) mod contract;
mod copying;
pub mod engine;
mod events;
mod examine;
mod imports;
mod operations;
mod policy;
#[cfg(feature = "postgres")]
pub mod postgres;
mod record;
mod repeats;
mod restoring;
mod sign_ins;
mod sql;
pub mod sqlite;
mod tokens;
mod tries;
mod tx;
mod values;

use std::ffi::OsString;
use std::fmt;
use std::fs::Metadata;
use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use self::engine::{Rows, Taken};
pub use self::operations::{HashesExported, Store};
use self::values::search_text;
pub use self::values::{
    ArchivedPart, Edit, EventFilter, FailedTry, Filter, Import, Imported, Namesakes, NewAccount, NewSignIn,
    NewTemporary, NewToken, Newcomer, Occasion, Page, PassedTry, Rename, SeenEdit, SignIn, Sort, finds,
};
use crate::domain::actor::{Actor, Operator};
use crate::domain::audit::Head;
use crate::domain::authority::Refusal;
use crate::domain::delivery::{Delivered, Undelivered};
use crate::domain::finding::Finding;
use crate::domain::hash::StoredHash;
use crate::domain::operation::OperationId;
use crate::made::Made;

/// Why a store did not do something. Nothing has changed, unless the outcome is unknown.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else was first: a name is taken, or the account was written after it was read.
    #[error("{0}")]
    Conflict(String),
    /// The actor may not do it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The caller no longer wants it.
    #[error("stopped")]
    Stopped,
    /// The store failed while it put this in force. The record shows the outcome: if it is in force, there is an event
    /// of this operation.
    #[error("the store did not confirm this change: nobody knows whether it was done")]
    Unknown(Option<OperationId>),
    /// The server of the store went away, or never answered. Nothing has changed.
    #[error("{0}")]
    Away(String),
    /// Other processes kept the store locked for too long.
    #[error("the store is busy")]
    Busy,
    /// The store is missing, damaged, too new or open to others.
    #[error("{message}")]
    Unusable {
        /// What is wrong with it.
        message: String,
        /// What to do.
        hint: String,
    },
    /// A disk is full.
    #[error("{message}")]
    Full {
        /// Which disk, and what could not be written.
        message: String,
        /// What to do.
        hint: &'static str,
    },
    /// Anything else.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

/// What to do with a damaged store.
pub const RESTORE: &str = "an operator restores the latest backup: passdesk store restore BACKUP";
/// Where to look first.
pub const LOOK: &str = "; 'passdesk store check' finds the fault";

impl StoreError {
    /// The error for a damaged store. The message says what is wrong.
    fn damaged(message: impl Into<String>) -> Self {
        Self::Unusable { message: message.into(), hint: format!("{RESTORE}{LOOK}") }
    }

    /// The error for a part of the record that somebody else has taken out first.
    #[must_use]
    pub fn archived_meanwhile() -> Self {
        Self::Conflict("somebody else has just archived a part of the record".into())
    }
}

/// The error for a name that is taken.
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
    /// Its process id.
    pub pid: u32,
    /// Its name.
    pub name: String,
    /// Whether it is stopped, as by Ctrl-Z. Then it will not finish by itself.
    pub is_stopped: bool,
}

impl Writer {
    /// What to do about it, if it will not finish by itself.
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

/// The result of a store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Watches a long run.
pub trait Watch {
    /// `done` steps of `total` are done. If this fails with [`StoreError::Stopped`], the run ends with that error.
    fn progress(&mut self, what: &'static str, done: u64, total: u64) -> Result<()>;
}

/// A place where a store is, or will be.
pub trait Stores {
    /// The location of the store, as `--store` takes it.
    fn location(&self) -> OsString;

    /// The time there, to the second. It works without a store, too.
    fn now(&self) -> Result<Timestamp>;

    /// Who runs this, as the store sees them. A server knows more than the operating system here.
    fn operator(&self, here: &Operator) -> Result<Operator> {
        Ok(here.clone())
    }

    /// What makes the roles of a server that the store needs, as SQL. `None` if the store is not on a server.
    fn grants(&self) -> Option<&'static str> {
        None
    }

    /// Opens the store, and brings an older one up to date.
    fn open(&self) -> Result<Store>;

    /// The same for a caller that only reads. A store that cannot be written is left as it is.
    fn open_to_read(&self) -> Result<Store>;

    /// Opens the store and leaves it as it is. A store with an earlier schema is [`StoreError::Unusable`] then.
    fn open_as_it_is(&self) -> Result<Store>;

    /// Checks everything about the store, and leaves it as it is. Each fault is a finding. If the check cannot go on,
    /// the last finding says why.
    fn examine(&self, watch: &mut dyn Watch) -> Result<Vec<Finding>>;

    /// Begins to make a store here that [`NewStore::make`] fills. If the place is taken, the answer is
    /// [`StoreError::Conflict`].
    fn begin(&self, purpose: Purpose) -> Result<Box<dyn NewStore + '_>>;

    /// Makes a store with its first account, hidden from others. `doom` gets the files to remove if the program is
    /// ended from then on. They are in an order in which they can be removed. No signal is acted on before that.
    fn prepare(
        &self,
        by: &Actor,
        first: &NewAccount<Undelivered<StoredHash>>,
        doom: &mut dyn FnMut(Made),
    ) -> Result<Box<dyn PreparedStore>>;

    /// The file of the store, if it is kept in one.
    fn file(&self) -> Option<&dyn StoreFile>;
}

/// A store that is kept in a file.
pub trait StoreFile {
    /// The process that keeps others from writing now, if that can be found out.
    fn writer(&self) -> Option<Writer>;

    /// Whether a path belongs to the store's own files.
    fn claims(&self, path: &Path) -> bool;

    /// Whether an existing file is one of the store's own, by whatever name it was opened.
    fn has(&self, file: &Metadata) -> bool;

    /// An existing file in the place where the store or its log would be made.
    fn occupant(&self) -> Result<Option<PathBuf>>;

    /// A finding about the file system of the store. It may be on another machine.
    fn disk(&self) -> Finding;

    /// Copies a backup of so many bytes beside the store, brings the copy up to date, and checks it. A backup that
    /// cannot be used or trusted is [`StoreError::Unusable`]. The store stays as it is.
    fn begin_restore(
        &self,
        backup: &mut dyn Read,
        bytes: u64,
        watch: &mut dyn Watch,
    ) -> Result<Box<dyn Restoring + '_>>;
}

/// What a store holds, in a few words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// How many accounts it has, without those that are removed.
    pub accounts: u64,
    /// The head of its record.
    pub head: Head,
    /// When the last event was recorded, in seconds. `None` if there is none.
    pub last_at: Option<i64>,
}

/// What is in the place where a backup will be restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Present {
    /// Nothing.
    Nothing,
    /// A store that can be read.
    Sound(Summary),
    /// A file that cannot be read as a store, and why.
    Unreadable(String),
}

/// A backup that has been checked, and waits beside the store. If it is dropped, nothing is left behind.
pub trait Restoring {
    /// What it holds.
    fn backup(&self) -> Summary;

    /// What is in its place now.
    fn present(&self) -> &Present;

    /// What stays behind if the program is ended now.
    fn scratch(&self) -> Made;

    /// Puts it in the place of the store, in one step. What is there now is kept beside it. `from` names the backup in
    /// the record. All sign-ins and tokens end. The operation of the event is that of the place. Returns where the store
    /// from before is, if there was one.
    ///
    /// Other processes go on with the restored store, or are refused. The answer is [`StoreError::Busy`] if they do not
    /// let go of a damaged store.
    fn put_in_place(self: Box<Self>, by: &Operator, from: &str, watch: &mut dyn Watch) -> Result<Option<PathBuf>>;
}

/// What a new store is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be used. The folder of its file is made if it is missing.
    Store,
    /// To be kept as a copy. The folder of its file exists.
    Backup,
}

/// A place where a store is being made. If it is dropped, nothing is left behind.
pub trait NewStore {
    /// The location of the store, as `--store` takes it.
    fn location(&self) -> OsString;

    /// Makes the store, in one transaction. `fill` gets it empty, and fills it where nobody sees it. If `fill` fails,
    /// there is no store. Otherwise the store is complete, and is put in its place in one step. If the place has been
    /// taken meanwhile, the answer is [`StoreError::Conflict`].
    fn make(self: Box<Self>, fill: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()>;
}

/// Checks that the delivered password is that of the first account.
fn is_first(first: &StoredHash, delivered: &Delivered<StoredHash>) -> Result<()> {
    let other = || anyhow::anyhow!("the store was made with another password than the delivered one");
    if *first == **delivered { Ok(()) } else { Err(StoreError::Failed(other())) }
}

/// A complete store that is not in its place yet. If it is dropped, nothing is left behind.
pub trait PreparedStore {
    /// Puts the store in its place, in one step. `first` must be the password of its first account, which has been
    /// delivered. If the place has been taken meanwhile, the answer is [`StoreError::Conflict`].
    fn put_in_place(self: Box<Self>, first: &Delivered<StoredHash>) -> Result<()>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_keeps_others_from_writing_is_named_with_what_to_do_if_it_has_stopped() {
        let writing = Writer { pid: 7, name: "passdesk".into(), is_stopped: false };
        assert_eq!((writing.to_string(), writing.remedy()), ("process 7 (passdesk) is writing".into(), None));
        let stopped = Writer { name: String::new(), is_stopped: true, ..writing };
        assert_eq!(stopped.to_string(), "process 7 has stopped, and holds the lock");
        let remedy = "continue it with 'kill -CONT 7', or end it with 'kill -KILL 7', which undoes its change";
        assert_eq!(stopped.remedy().as_deref(), Some(remedy));
    }
}
