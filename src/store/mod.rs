//! What a store can do, in the words of the domain. Each operation is said once, over the rows that an [`engine`] gives:
//! `ruled` opens the transactions, the files beside it hold the rules. `sqlite/` is the embedded engine; another one is
//! another folder.
//!
//! Each method is one transaction, and what several do at the same moment is as if one came after the other: two who
//! see that another admin is left do not both take that one away. None is open while the caller prompts, hashes or
//! delivers. A method that changes an account takes the revision that the caller has seen; if somebody else has written
//! the account since, the answer is [`StoreError::Conflict`] and nothing has changed. Whether the actor may do it is
//! decided again inside the transaction, on what the actor and the target are by then.

mod accounts;
mod admins;
mod authority;
mod batches;
#[cfg(test)]
mod contract;
pub mod engine;
mod events;
mod imports;
mod policy;
mod record;
mod repeats;
mod ruled;
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

use jiff::{SignedDuration, Timestamp};

use self::values::search_text;
pub use self::values::{
    Edit, EventFilter, FailedTry, Filter, Import, Imported, Namesakes, NewAccount, NewSignIn, NewTemporary, NewToken,
    Newcomer, Occasion, Page, PassedTry, SeenEdit, SignIn, Sort, finds,
};
use crate::domain::account::{Account, AccountId, Revision};
use crate::domain::actor::Actor;
use crate::domain::audit::{Entry, Event, Repeat};
use crate::domain::authority::Refusal;
use crate::domain::credential::{Credential, PasswordRevision, StoredHash};
use crate::domain::finding::Finding;
use crate::domain::name::Username;
use crate::domain::operation::OperationId;
use crate::domain::policy::{Policy, Setting};
use crate::domain::sign_in::{SignInDigest, SignInId};
use crate::domain::target::Target;
use crate::domain::throttle::{Throttle, TriesNow, TryId};
use crate::domain::token::{Token, TokenTarget};
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
    /// It went away while it put this in force. Whether it has, the record says: it has an event of this operation then.
    #[error("it is not known whether this was done: the store went away meanwhile")]
    Unknown(OperationId),
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
pub const RESTORE: &str = "restore the latest backup: remove the store's -wal and -shm files, and copy the backup over the \
                       store";
/// Where to look before.
pub const LOOK: &str = "; 'passdesk store check' says what is the matter";

impl StoreError {
    /// The store is damaged, in a way that a sentence says.
    fn damaged(message: impl Into<String>) -> Self {
        Self::Unusable { message: message.into(), hint: format!("{RESTORE}{LOOK}") }
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
            format!("continue it with 'kill -CONT {pid}', or end it with 'kill -KILL {pid}': what it has not finished, it has not done")
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

/// The operations of a store.
pub trait Store {
    /// The random name that tells this store from others.
    fn name(&self) -> Result<String>;

    /// What the site has decided, over what holds otherwise.
    fn policy(&self, otherwise: Policy) -> Result<Policy>;

    /// Writes one decision, and says what was decided before. Operators are not shut out where there is no global-admin
    /// to count on.
    fn set_policy(&mut self, by: &Actor, otherwise: Policy, setting: Setting, decided: &str) -> Result<String>;

    /// The account somebody pointed at.
    fn account(&self, target: &Target) -> Result<Option<Account>>;

    /// The account and what it signs in with.
    fn credential(&self, username: &Username) -> Result<Option<(Account, Option<Credential>)>>;

    /// Whether it is the last global-admin who can be counted on: in use, with a password that does not expire.
    fn is_last_admin(&self, id: AccountId) -> Result<bool>;

    /// One page of a list.
    fn page(&self, page: &Page<'_>) -> Result<Vec<Account>>;

    /// Whom somebody may mean by a text, at most so many: first those whose username begins with it, by username, then
    /// those in whose name, address or username it is found elsewhere, by number.
    fn suggestions(&self, text: &str, limit: usize) -> Result<Vec<Account>>;

    /// How many accounts there are.
    fn count(&self, filter: &Filter) -> Result<u64>;

    /// Makes an account.
    fn add_account(&mut self, by: &Actor, new: &NewAccount) -> Result<AccountId>;

    /// The accounts that have the usernames and the addresses of newcomers already, of those newcomers that have any.
    fn namesakes(&self, of: &[Newcomer]) -> Result<Vec<Namesakes>>;

    /// Makes accounts and changes others, all of it or nothing, and records it as one event. `go_on` is told now and then
    /// how many have been written; if it says no, the answer is [`StoreError::Stopped`].
    fn import(&mut self, by: &Actor, import: Import<'_>, go_on: &mut dyn FnMut(u64) -> bool) -> Result<Imported>;

    /// Changes names and roles.
    fn edit_account(&mut self, by: &Actor, id: AccountId, seen: Revision, edit: &Edit) -> Result<()>;

    /// Replaces the password by a temporary one: the required change, the expiry and the end of all sign-ins with it, and
    /// of the tries that are under way.
    fn reset_password(&mut self, by: &Actor, id: AccountId, seen: Revision, new: &NewTemporary) -> Result<()>;

    /// The same for a batch, whatever they are by then. What is refused changes nothing, and leaves the others alone: what
    /// came of each, in their order.
    fn reset_passwords(&mut self, by: &Actor, batch: &[(AccountId, NewTemporary)]) -> Result<Vec<Result<()>>>;

    /// Whether an operation has put a temporary password in force for an account by a reset.
    fn was_reset(&self, id: AccountId, by: OperationId) -> Result<bool>;

    /// Asks for a new password at the next sign-in.
    fn require_change(&mut self, by: &Actor, id: AccountId, seen: Revision) -> Result<()>;

    /// Forgets the sign-ins that failed, ends those that are under way, and unlocks the account.
    fn unlock(&mut self, by: &Actor, id: AccountId, seen: Revision) -> Result<()>;

    /// Switches an account off, and ends all its sign-ins.
    fn disable(&mut self, by: &Actor, id: AccountId, seen: Revision) -> Result<()>;

    /// Switches an account on again.
    fn enable(&mut self, by: &Actor, id: AccountId, seen: Revision) -> Result<()>;

    /// Takes an account out, and ends all its sign-ins. Its names stay taken until it is purged.
    fn remove(&mut self, by: &Actor, id: AccountId, seen: Revision) -> Result<()>;

    /// Brings a removed account back.
    fn restore(&mut self, by: &Actor, id: AccountId, seen: Revision) -> Result<()>;

    /// Forgets the accounts that were removed so long ago, and says how many.
    fn purge(&mut self, by: &Actor, restorable: SignedDuration) -> Result<u64>;

    /// A reset that asks nobody's leave, for an operator whom all else has failed.
    fn recover(&mut self, by: &Actor, id: AccountId, seen: Revision, new: &NewTemporary) -> Result<()>;

    /// Records something that changed nothing: a refusal of somebody who has proved who they are.
    fn record(&mut self, entry: &Entry) -> Result<()>;

    /// Records that somebody was turned away who has proved nothing. The first of a kind is an event at once; those that
    /// follow within an hour are counted, and become one event then. So what such people write is bounded, however often
    /// they try: by [`crate::domain::audit::EVENTS_A_DAY`].
    fn turn_away(&mut self, entry: &Entry) -> Result<()>;

    /// What has been counted like that and is no event yet, what came most often first.
    fn repeats(&self) -> Result<Vec<Repeat>>;

    /// Events of the record, in the order asked for, that come after one with this sequence number.
    fn events(&self, filter: &EventFilter, after: Option<u64>, limit: usize) -> Result<Vec<Event>>;

    /// Puts the password its owner chose in force: the required change is over, and so is every try that is under way, and
    /// every sign-in but the one that is kept. [`StoreError::Conflict`] if the account is disabled, or has another password than the one its owner
    /// has proved to know, or a temporary one that has expired.
    fn replace_password(
        &mut self,
        id: AccountId,
        proved: PasswordRevision,
        hash: &StoredHash,
        keep: Option<SignInId>,
    ) -> Result<PasswordRevision>;

    /// Counts a try to sign in, and gives it a number if its password may be looked at: not under a name that is
    /// nobody's (`None` could be nobody's), nor of an account that is not in use, locked or tried too often. Whoever
    /// looks at the password says what came of it with [`Self::fail_try`] or [`Self::pass_try`]; who does not has failed.
    fn begin_try(&mut self, username: Option<&Username>, throttle: Throttle) -> Result<Option<TryId>>;

    /// Records, as [`Self::turn_away`] does, that a try has failed, counts it if its password was looked at, and locks the account after too many,
    /// unless nobody would be left to administer the store.
    fn fail_try(&mut self, tried: &FailedTry<'_>, throttle: Throttle) -> Result<()>;

    /// A try has succeeded, and is recorded with its occasion: those that failed before are forgotten, another hash of the
    /// same password, if there is one, is kept instead, and a sign-in begins, if it was for one. The account as it stands
    /// now. [`StoreError::Conflict`] as above, or if the account has been locked.
    ///
    /// For whoever has to choose a new password no sign-in begins, nor are they let in by [`Occasion::Verify`]; the record
    /// says so.
    fn pass_try(&mut self, passed: &PassedTry<'_>) -> Result<Account>;

    /// The tries of an account as the next one will find them.
    fn tries(&self, account: &Account) -> Result<TriesNow>;

    /// The owner of an account has been told of so many failures.
    fn note_told(&mut self, id: AccountId, failures: u32) -> Result<()>;

    /// Begins a sign-in for somebody who has just chosen a password. [`StoreError::Conflict`] as above, or if a change of
    /// it is required.
    fn begin_sign_in(&mut self, id: AccountId, proved: PasswordRevision, new: &NewSignIn) -> Result<()>;

    /// The sign-in with this digest, if it has not expired and its account is in use.
    fn sign_in(&self, digest: SignInDigest) -> Result<Option<SignIn>>;

    /// Ends a sign-in; `false` if there was none.
    fn end_sign_in(&mut self, digest: SignInDigest) -> Result<bool>;

    /// Ends every sign-in and every token of an account on behalf of its owner, and says how many there were.
    fn end_all_sign_ins(&mut self, by: &Actor, owner: &Account) -> Result<usize>;

    /// Makes a token of an account. [`StoreError::Conflict`] if it has one of that label, or is not in use.
    fn create_token(&mut self, by: &Actor, owner: AccountId, new: &NewToken) -> Result<()>;

    /// The tokens that live, of one account or of all, oldest first.
    fn tokens(&self, owner: Option<AccountId>) -> Result<Vec<Token>>;

    /// A token that lives: by its number whosever it is, by its label among those of one account.
    fn token(&self, target: &TokenTarget, own: Option<AccountId>) -> Result<Option<Token>>;

    /// Ends a token; `false` if there is none of that number.
    fn revoke_token(&mut self, by: &Actor, owner: AccountId, id: SignInId) -> Result<bool>;

    /// Notes that a token is being used, to the minute. That it is used for the first time waits for whoever is writing;
    /// that it is used again does not, and is left out then.
    fn note_use(&mut self, id: SignInId) -> Result<()>;

    /// Records that a copy of the store is about to be made, if the actor may have one. It is recorded before anything is
    /// copied: so there is no copy without an event, and each copy says in its own record by whom it was made.
    fn announce_backup(&mut self, by: &Actor, place: &Path) -> Result<()>;

    /// Records that nothing came of it.
    fn note_no_backup(&mut self, by: &Actor, place: &Path, why: &StoreError) -> Result<()>;
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
    fn open(&self) -> Result<Box<dyn Store>>;

    /// Opens the store and leaves it as it is. One of an earlier schema is [`StoreError::Unusable`] then.
    fn open_as_it_is(&self) -> Result<Box<dyn Store>>;

    /// Makes a store with its first account, out of everybody's sight.
    fn prepare(&self, by: &Actor, first: &NewAccount) -> Result<Box<dyn PreparedStore>>;

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

    /// Makes a copy of the whole store, as it is at one moment, in a new file, which nobody else can read; it is complete,
    /// checked and on the disk before it has its name. Nobody waits for it. [`StoreError::Conflict`] if there is something
    /// of that name.
    ///
    /// `store` is the same one, open: it is told before anything is copied, and if nothing comes of it, because the watch
    /// stops it or for another reason.
    fn back_up(&self, store: &mut dyn Store, by: &Actor, place: &Path, watch: &mut dyn Watch) -> Result<()>;
}

/// A store that is complete and not yet in its place. Dropped, it leaves nothing behind.
pub trait PreparedStore {
    /// What it leaves behind if the program is ended now, in the order in which it can be removed.
    fn scratch(&self) -> Vec<Made>;

    /// Puts it in its place, in one step; [`StoreError::Conflict`] if the place has been taken meanwhile.
    fn put_in_place(self: Box<Self>) -> Result<()>;
}
