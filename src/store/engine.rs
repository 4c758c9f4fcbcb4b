//! What an engine is: rows in and rows out, inside one transaction. It knows how they are kept, and nothing of what they
//! mean: no role, no refusal, nothing of what lapses, and no word of an event.

use std::path::Path;

use super::{EventFilter, Filter, Namesakes, Newcomer, Page, Result, Watch};
use crate::domain::account::{Account, AccountId};
use crate::domain::audit::{Event, Repeat};
use crate::domain::clock::Timestamp;
use crate::domain::hash::StoredHash;
use crate::domain::name::Username;
use crate::domain::role::{Role, Roles};
use crate::domain::sign_in::{SignInDigest, SignInId};
use crate::domain::target::Target;
use crate::domain::throttle::TryId;
use crate::domain::token::Label;

/// How a transaction is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// A few rows.
    Few,
    /// A million rows, for which there is room to be made.
    Many,
    /// Password hashes are replaced: the old ones go from wherever they still stand. Readers may keep that from happening
    /// now; then a later writer does it.
    Forgetting,
    /// Nobody need wait for it: if somebody else writes, it is [`super::StoreError::Busy`].
    IfIdle,
}

/// Where rows are kept. Each method is one transaction, and what several do at the same moment is as if one came after the
/// other.
pub trait Engine {
    /// Reads, all of it at one moment.
    fn read(&self, work: &mut dyn FnMut(&mut dyn Reads) -> Result<()>) -> Result<()>;

    /// Closes it; an error if not all of it is where it is to stay.
    fn close(self: Box<Self>) -> Result<()>;

    /// Makes copies of itself, if it is kept in a file.
    fn copies(&mut self) -> Option<&mut dyn Copies> {
        None
    }

    /// Reads and writes. What is written is in force if the work succeeds, and not at all if it fails. The work is done once:
    /// an engine does not try again. If it cannot know whether it is in force, it answers
    /// [`super::StoreError::Unknown`].
    fn write(&mut self, how: Writing, work: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()>;
}

/// A store that is kept in a file, and copied to another one.
pub trait Copies {
    /// Makes an empty file for a copy, which nobody else can read. [`super::StoreError::Conflict`] if there is something of
    /// that name.
    fn begin_copy(&self, place: &Path) -> Result<Box<dyn Unfinished>>;

    /// Fills it with all of the store, as it is at one moment, while others write. It is complete, checked and on the disk
    /// then.
    fn fill(&mut self, copy: &Path, watch: &mut dyn Watch) -> Result<()>;
}

/// A file that has not its name yet. Dropped, it is gone.
pub trait Unfinished {
    /// Where it is for now.
    fn path(&self) -> &Path;

    /// Gives it its name.
    fn put_in_place(self: Box<Self>) -> Result<()>;
}

/// What a row has that may stand in one row only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// A username.
    Username,
    /// An e-mail address, folded.
    Email,
    /// The label of a token of one account.
    Label,
}

/// What came of a row that may be in the way of another.
pub type Kept<T> = std::result::Result<T, Taken>;

/// An account as it stands in its row, whoever has written that.
pub struct WrittenAccount {
    /// Its number.
    pub id: AccountId,
    /// The account, if it can be read.
    pub account: Option<Account>,
    /// Its username, to the letter.
    pub username: String,
    /// By what its address is found.
    pub email_key: Option<String>,
    /// Its hash, if it has one.
    pub hash: Option<StoredHash>,
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

/// What is turned away again and again, as it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepeatRow {
    /// The number of its target; 0 is nobody's. By this and its kind it is found.
    pub target: i64,
    /// What is counted.
    pub repeat: Repeat,
    /// When the first of them came.
    pub began_at: Timestamp,
}

/// What can be read of a store, inside one transaction.
pub trait Reads {
    /// The time of the transaction, to the second. It is one moment from its beginning to its end.
    fn now(&self) -> Timestamp;

    /// A setting.
    fn setting(&mut self, key: &str) -> Result<Option<String>>;

    /// An account.
    fn account(&mut self, target: &Target) -> Result<Option<Account>>;
    /// The hash of the password of an account, if it has one.
    fn hash(&mut self, id: AccountId) -> Result<Option<StoredHash>>;
    /// The costs of the hashes that are stored, each once, at most so many.
    fn hash_costs(&mut self, most: u32) -> Result<Vec<String>>;
    /// Shows those who have a role in the order of their numbers, until `seen` says that it has seen enough. Those who cannot
    /// be read are left out.
    fn holders(&mut self, role: Role, seen: &mut dyn FnMut(&Account) -> bool) -> Result<()>;
    /// Shows all accounts as they stand in their rows, those that cannot be read as well.
    fn written(&mut self, seen: &mut dyn FnMut(&WrittenAccount) -> Result<()>) -> Result<()>;
    /// One page of a list.
    fn page(&mut self, page: &Page<'_>) -> Result<Vec<Account>>;
    /// Whom somebody may mean, as [`super::Store::suggestions`] has it.
    fn suggestions(&mut self, text: &str, limit: usize) -> Result<Vec<Account>>;
    /// How many accounts there are.
    fn count(&mut self, filter: &Filter) -> Result<u64>;
    /// The accounts that have the names of newcomers. An engine may know how to find many at once.
    fn namesakes(&mut self, of: &[Newcomer]) -> Result<Vec<Namesakes>> {
        let mut found = Vec::new();
        for (place, Newcomer { username, email, .. }) in of.iter().enumerate() {
            let by_username = self.account(&Target::Username(username.clone()))?;
            let by_email = match email {
                Some(email) => self.account(&Target::Email(email.clone()))?,
                None => None,
            };
            if by_username.is_some() || by_email.is_some() {
                found.push(Namesakes { place, by_username, by_email });
            }
        }
        Ok(found)
    }

    /// The tries of an account that are under way.
    fn tries(&mut self, id: AccountId) -> Result<Vec<TryRow>>;

    /// The sign-in or token with this digest.
    fn sign_in(&mut self, digest: SignInDigest) -> Result<Option<SignInRow>>;
    /// The sign-in or token of this number.
    fn sign_in_of(&mut self, id: SignInId) -> Result<Option<SignInRow>>;
    /// The tokens of one account or of all, in the order of their numbers.
    fn tokens(&mut self, owner: Option<AccountId>) -> Result<Vec<SignInRow>>;

    /// Events of the record, as [`super::Store::events`] has it. The actor of a filter is a text that stands in the name.
    fn events(&mut self, filter: &EventFilter, after: Option<u64>, limit: usize) -> Result<Vec<Event>>;
    /// What is counted and is no event yet, at most so many.
    fn repeats(&mut self, most: u32) -> Result<Vec<RepeatRow>>;
}

/// The rows of a store, inside one transaction that writes.
pub trait Rows: Reads {
    /// Marks how far the transaction has come.
    fn mark(&mut self) -> Result<()>;
    /// Undoes what was written since the latest mark, which is gone then.
    fn back_to_mark(&mut self) -> Result<()>;
    /// Forgets the latest mark, and keeps what was written since.
    fn drop_mark(&mut self) -> Result<()>;

    /// Writes a setting.
    fn set(&mut self, key: &str, value: &str) -> Result<()>;
    /// The number of the next try to sign in. No two tries have the same.
    fn next_try(&mut self) -> Result<TryId>;

    /// Makes accounts, one after the other, and gives them ascending numbers. `made` is told what came of each, and stops it
    /// by failing.
    fn insert(
        &mut self,
        new: &mut dyn Iterator<Item = Account>,
        made: &mut dyn FnMut(Kept<AccountId>) -> Result<()>,
    ) -> Result<()>;
    /// Writes what is different about an account that is there.
    fn save(&mut self, account: &Account) -> Result<Kept<()>>;
    /// Writes the hash of the password of an account.
    fn save_hash(&mut self, id: AccountId, hash: &StoredHash) -> Result<()>;
    /// Deletes the accounts that were removed up to a moment, and names them in the order of their numbers.
    fn delete_removed(&mut self, until: Timestamp) -> Result<Vec<(AccountId, Username)>>;
    /// Marks temporary passwords as lapsed that end at a moment or before, at most so many. Says how many it has marked.
    fn lapse(&mut self, until: Timestamp, most: usize) -> Result<usize>;

    /// A try begins.
    fn insert_try(&mut self, id: AccountId, begun: TryRow) -> Result<()>;
    /// A try ends; `false` if there was none of this number.
    fn delete_try(&mut self, id: AccountId, begun: TryId) -> Result<bool>;
    /// All tries of an account end.
    fn delete_tries(&mut self, id: AccountId) -> Result<()>;

    /// Begins a sign-in or a token. Its number is given by the engine.
    fn insert_sign_in(&mut self, digest: SignInDigest, row: &SignInRow) -> Result<Kept<()>>;
    /// Writes the roles of a token, and when it was used last.
    fn save_sign_in(&mut self, row: &SignInRow) -> Result<()>;
    /// A sign-in or token ends.
    fn delete_sign_in(&mut self, id: SignInId) -> Result<()>;
    /// The sign-ins and tokens of an account end, all but one. Says how many.
    fn delete_sign_ins(&mut self, account: AccountId, keep: Option<SignInId>) -> Result<usize>;
    /// The sign-ins and tokens end that were to end at a moment or before.
    fn delete_sign_ins_until(&mut self, until: Timestamp) -> Result<()>;

    /// Appends an event.
    fn append(&mut self, event: &Event) -> Result<()>;
    /// Writes how often something was turned away.
    fn save_repeat(&mut self, row: &RepeatRow) -> Result<()>;
    /// It is counted no longer.
    fn delete_repeat(&mut self, row: &RepeatRow) -> Result<()>;
}
