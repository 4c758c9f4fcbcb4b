//! What an engine is: it takes and returns rows, inside one transaction. It knows how rows are kept, but not what they
//! mean. It knows nothing of roles, refusals, expiry or events.

use std::collections::BTreeMap;
use std::path::Path;

use super::{EventFilter, Filter, Page, Result, Watch};
use crate::domain::account::{Account, AccountId};
use crate::domain::audit::{Event, Repeat};
use crate::domain::clock::Timestamp;
use crate::domain::email::Email;
use crate::domain::hash::StoredHash;
use crate::domain::name::Username;
use crate::domain::role::{Role, Roles};
use crate::domain::sign_in::{SignInDigest, SignInId};
use crate::domain::target::Target;
use crate::domain::throttle::TryId;
use crate::domain::token::Label;

/// How a transaction will be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// A few rows.
    Few,
    /// A million rows. The engine should make room for them.
    Many,
    /// Password hashes are replaced. The old hashes must be deleted wherever they still are. Readers may prevent that
    /// now. Then a later writer does it.
    Forgetting,
    /// A write that is not worth waiting for. If somebody else writes, the answer is [`super::StoreError::Busy`].
    IfIdle,
}

/// The place where rows are kept. Each method is one transaction. Simultaneous transactions have the same effect as if
/// they ran one after the other.
pub trait Engine {
    /// Reads, with everything as it is at one moment. If the engine loses its server, the work may run again.
    fn read(&self, work: &mut dyn FnMut(&mut dyn Reads) -> Result<()>) -> Result<()>;

    /// Closes it. Fails if some data has not reached its final place.
    fn close(self: Box<Self>) -> Result<()>;

    /// Which database of which servers this is, if a commit can be in doubt there. Standbys have the same identity, and
    /// copies have another one.
    fn identity(&self) -> Option<String> {
        None
    }

    /// Waits until every change that was under way is decided, and stays so. Nothing is undecided where no server can
    /// be lost.
    fn settle(&mut self) -> Result<()> {
        Ok(())
    }

    /// Access to copies, if the engine keeps its rows in a file.
    fn copies(&mut self) -> Option<&mut dyn Copies> {
        None
    }

    /// Reads and writes. If the work succeeds, all of it is in force. If the work fails, none of it is. If the engine
    /// loses its server before anything is in force, the work runs again. If the engine cannot know whether the work is in force, it answers
    /// [`super::StoreError::Unknown`].
    fn write(&mut self, how: Writing, work: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()>;
}

/// A store that is kept in a file, and can be copied to another file.
pub trait Copies {
    /// Makes an empty file for a copy, which nobody else can read. If the name is taken, the answer is
    /// [`super::StoreError::Conflict`].
    fn begin_copy(&self, place: &Path) -> Result<Box<dyn Unfinished>>;

    /// Fills the copy with the whole store, as it is at one moment. Others can write meanwhile. When this returns, the
    /// copy is complete, checked and on the disk.
    fn fill(&mut self, copy: &Path, watch: &mut dyn Watch) -> Result<()>;
}

/// A file that does not have its final name yet. If it is dropped, it is deleted.
pub trait Unfinished {
    /// Its path for now.
    fn path(&self) -> &Path;

    /// Gives it its final name.
    fn put_in_place(self: Box<Self>) -> Result<()>;
}

/// A value that only one row may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// A username.
    Username,
    /// An e-mail address, folded.
    Email,
    /// The label of a token, within one account.
    Label,
}

/// The result of writing a row, which may conflict with another.
pub type Kept<T> = std::result::Result<T, Taken>;

/// A new account, and its hash if it has one.
pub type NewRow = (Account, Option<StoredHash>);

/// An account as its row has it, whoever wrote the row.
pub struct WrittenAccount {
    /// Its number.
    pub id: AccountId,
    /// The account, if it can be read.
    pub account: Option<Account>,
    /// Its username, exactly as written.
    pub username: String,
    /// The key that finds it by its address.
    pub email_key: Option<String>,
    /// Whether a search finds it by its names, and a list has it in its place.
    pub is_found: bool,
    /// Its hash, if it has one.
    pub hash: Option<StoredHash>,
}

/// A username that an account had before it was renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerName {
    /// The username.
    pub username: Username,
    /// The account.
    pub account: AccountId,
    /// The moment from which others can have it.
    pub kept_until: Timestamp,
}

/// A try to sign in that has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TryRow {
    /// Its number.
    pub id: TryId,
    /// When it began.
    pub began_at: Timestamp,
}

/// A sign-in, or a token, which has a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInRow {
    /// Its number.
    pub id: SignInId,
    /// Whose it is.
    pub account: AccountId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// What its owner calls it, if it is a token.
    pub label: Option<Label>,
    /// The roles it was given, if it is a token.
    pub roles: Option<Roles>,
    /// When it was used last, as far as that was noted.
    pub last_used_at: Option<Timestamp>,
}

/// A kind of repeated refusals, as it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepeatRow {
    /// The number of its target, or 0 for none. The row is found by this number and its kind.
    pub target: i64,
    /// What is counted.
    pub repeat: Repeat,
    /// When the first one came.
    pub began_at: Timestamp,
}

/// An account with all that belongs to its row.
#[derive(Clone, PartialEq, Eq)]
pub struct WholeAccount {
    /// The account.
    pub account: Account,
    /// The key that finds it by its address, as written. An earlier passdesk may have computed it differently.
    pub email_key: Option<String>,
    /// Its hash, if it has one.
    pub hash: Option<StoredHash>,
}

/// A piece of a store, as it is moved to another place.
#[derive(Clone, PartialEq, Eq)]
pub enum Piece {
    /// A setting: its key and its value.
    Setting(String, String),
    /// A block of the filter of the blocklist, with its number.
    Block(u64, Vec<u8>),
    /// An account.
    Account(Box<WholeAccount>),
    /// A username that an account had.
    FormerName(FormerName),
    /// A sign-in or a token, with its digest and its number.
    SignIn(SignInDigest, SignInRow),
    /// A try of an account that has begun.
    Try(AccountId, TryRow),
    /// An event of the record, with its links.
    Event(Box<Event>),
    /// A kind of repeated refusals.
    Repeat(RepeatRow),
    /// The highest numbers that an account and a sign-in ever had, or 0. Later ones get higher numbers.
    Given(AccountId, SignInId),
}

/// The most pieces that are handed out at a time.
pub const PIECES: usize = 1_000;

/// What can be read of a store, inside one transaction.
pub trait Reads {
    /// The time of the transaction, to the second. It stays the same until the transaction ends.
    fn now(&self) -> Timestamp;

    /// All settings, by their keys.
    fn settings(&mut self) -> Result<BTreeMap<String, String>>;
    /// A setting.
    fn setting(&mut self, key: &str) -> Result<Option<String>>;

    /// A block of the filter of the blocklist.
    fn block(&mut self, number: u64) -> Result<Option<Vec<u8>>>;
    /// How many blocks there are.
    fn count_blocks(&mut self) -> Result<u64>;

    /// An account. An address finds no removed account.
    fn account(&mut self, target: &Target) -> Result<Option<Account>>;
    /// The removed accounts that had an address, in the order of their numbers.
    fn removed_with(&mut self, email: &Email) -> Result<Vec<Account>>;
    /// All accounts that one of the targets names, in no order.
    fn accounts(&mut self, targets: &[Target]) -> Result<Vec<Account>>;
    /// Who had one of the usernames, whether it is still kept or not, in no order.
    fn former_names(&mut self, usernames: &[&Username]) -> Result<Vec<FormerName>>;
    /// The hash of the password of an account, if it has one.
    fn hash(&mut self, id: AccountId) -> Result<Option<StoredHash>>;
    /// The hashes of these accounts, without those that have none.
    fn hashes(&mut self, ids: &[AccountId]) -> Result<Vec<(AccountId, StoredHash)>>;
    /// The schemes of the stored hashes, as [`StoredHash::scheme`] names them, each once, and at most `most` of them.
    fn hash_schemes(&mut self, most: u32) -> Result<Vec<String>>;
    /// Calls `seen` for each account with a role, in the order of their numbers. It stops when `seen` returns true.
    /// Accounts that cannot be read are left out.
    fn holders(&mut self, role: Role, seen: &mut dyn FnMut(&Account) -> bool) -> Result<()>;
    /// Calls `seen` for all accounts as their rows have them, even those that cannot be read.
    fn written(&mut self, seen: &mut dyn FnMut(&WrittenAccount) -> Result<()>) -> Result<()>;
    /// One page of a list.
    fn page(&mut self, page: &Page<'_>) -> Result<Vec<Account>>;
    /// The accounts that somebody may mean, as [`super::Store::suggestions`] lists them.
    fn suggestions(&mut self, text: &str, limit: usize) -> Result<Vec<Account>>;
    /// The usernames that begin with a text, of accounts that are removed or are not, in their order or from the last. At
    /// most `limit` of them.
    fn usernames(&mut self, begun: &str, removed: bool, reverse: bool, limit: usize) -> Result<Vec<String>>;
    /// How many accounts there are.
    fn count(&mut self, filter: &Filter) -> Result<u64>;
    /// The unfinished tries of an account.
    fn tries(&mut self, id: AccountId) -> Result<Vec<TryRow>>;

    /// The sign-in or token with this digest.
    fn sign_in(&mut self, digest: SignInDigest) -> Result<Option<SignInRow>>;
    /// The sign-in or token with this number.
    fn sign_in_of(&mut self, id: SignInId) -> Result<Option<SignInRow>>;
    /// The tokens of one account or of all accounts, in the order of their numbers.
    fn tokens(&mut self, owner: Option<AccountId>) -> Result<Vec<SignInRow>>;

    /// Events of the record, as [`super::Store::events`] lists them. The filter's actor is a text that occurs in the
    /// name.
    fn events(&mut self, filter: &EventFilter, after: Option<u64>, limit: usize) -> Result<Vec<Event>>;
    /// The repeated refusals that are not an event yet, at most `most` of them.
    fn repeats(&mut self, most: u32) -> Result<Vec<RepeatRow>>;

    /// Calls `seen` for everything that a store holds, at most [`PIECES`] at a time. All pieces of a call are of one
    /// kind. They come in the order of [`Piece`], so that they can be written again in this order: a row comes after
    /// the rows that it names. Accounts, sign-ins, blocks and events come in the order of their numbers. The last piece
    /// is [`Piece::Given`]. If a piece cannot be read, the error says which.
    fn pieces(&mut self, seen: &mut dyn FnMut(&[Piece]) -> Result<()>) -> Result<()>;
}

/// The rows of a store, inside one transaction that writes.
pub trait Rows: Reads {
    /// Sets a mark at this point of the transaction.
    fn mark(&mut self) -> Result<()>;
    /// Undoes everything since the latest mark, and deletes the mark.
    fn back_to_mark(&mut self) -> Result<()>;
    /// Deletes the latest mark, and keeps what was written since.
    fn drop_mark(&mut self) -> Result<()>;

    /// Writes a setting.
    fn set(&mut self, key: &str, value: &str) -> Result<()>;
    /// Adds a block.
    fn insert_block(&mut self, number: u64, block: &[u8]) -> Result<()>;
    /// Deletes all blocks.
    fn delete_blocks(&mut self) -> Result<()>;
    /// The number of the next try to sign in. No two tries have the same.
    fn next_try(&mut self) -> Result<TryId>;

    /// Makes accounts with their hashes, one after the other, and gives them ascending numbers. `made` gets the result for each account.
    /// If `made` fails, no more accounts are made.
    fn insert(
        &mut self,
        new: &mut dyn Iterator<Item = NewRow>,
        made: &mut dyn FnMut(Kept<AccountId>) -> Result<()>,
    ) -> Result<()>;
    /// Writes the changed fields of an existing account.
    fn save(&mut self, account: &Account) -> Result<Kept<()>>;
    /// Writes the hash of the password of an account.
    fn save_hash(&mut self, id: AccountId, hash: &StoredHash) -> Result<()>;
    /// Writes who had a username. An account that had it before no longer counts.
    fn save_former_name(&mut self, name: &FormerName) -> Result<()>;
    /// Deletes who had a username.
    fn delete_former_name(&mut self, username: &Username) -> Result<()>;
    /// Deletes an account, with its sign-ins, tries and former names.
    fn delete(&mut self, id: AccountId) -> Result<()>;
    /// Deletes the accounts removed at a moment or before. Returns them in the order of their numbers.
    fn delete_removed(&mut self, until: Timestamp) -> Result<Vec<(AccountId, Username)>>;
    /// Marks temporary passwords as lapsed that expire at a moment or before, at most `most` of them. Returns how many
    /// it marked.
    fn lapse(&mut self, until: Timestamp, most: usize) -> Result<usize>;

    /// Adds a try that begins.
    fn insert_try(&mut self, id: AccountId, begun: TryRow) -> Result<()>;
    /// Deletes a try that ends. Returns `false` if there was none with this number.
    fn delete_try(&mut self, id: AccountId, begun: TryId) -> Result<bool>;
    /// Deletes all tries of an account.
    fn delete_tries(&mut self, id: AccountId) -> Result<()>;

    /// Adds a sign-in or a token. The engine gives it a number.
    fn insert_sign_in(&mut self, digest: SignInDigest, row: &SignInRow) -> Result<Kept<()>>;
    /// Writes the roles of a token, and when it was last used.
    fn save_sign_in(&mut self, row: &SignInRow) -> Result<()>;
    /// Deletes a sign-in or token.
    fn delete_sign_in(&mut self, id: SignInId) -> Result<()>;
    /// Deletes the sign-ins and tokens of an account, except one. Returns how many.
    fn delete_sign_ins(&mut self, account: AccountId, keep: Option<SignInId>) -> Result<usize>;
    /// Deletes the sign-ins and tokens that expire at a moment or before.
    fn delete_sign_ins_until(&mut self, until: Timestamp) -> Result<()>;

    /// Appends events, in their order.
    fn append(&mut self, events: &[Event]) -> Result<()>;
    /// Deletes the events from one number to another. The setting `archived_until` must have reached them.
    fn delete_events(&mut self, from: u64, until: u64) -> Result<()>;
    /// Writes how often something was refused.
    fn save_repeat(&mut self, row: &RepeatRow) -> Result<()>;
    /// Stops counting something.
    fn delete_repeat(&mut self, row: &RepeatRow) -> Result<()>;

    /// Writes pieces of another store, as [`Reads::pieces`] gives them. The store must be empty at first: without
    /// accounts and events. Each piece keeps its numbers. A setting replaces the one that a new store has.
    fn insert_pieces(&mut self, pieces: &[Piece]) -> Result<()>;
}
