//! An open store: its operations, over the rows of any engine.
//!
//! Each method is one transaction. Simultaneous transactions have the same effect as if they ran one after the other:
//! none decides on what another is changing. For example, two admins cannot remove each other at once, each because the
//! other is left.
//!
//! No transaction is open while the caller prompts, hashes or delivers.
//!
//! A method that changes an account takes the revision that the caller has seen. If somebody else has written the
//! account since, the answer is [`StoreError::Conflict`], and nothing has changed. The transaction decides again
//! whether the actor may do it. It uses the actor and the target as they are by then.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::io::Read;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use super::engine::{Copies, Engine, PIECES, Reads, Rows, Writing};
use super::tx::Tx;
use super::{
    ArchivedPart, Edit, EventFilter, FailedTry, Filter, Import, Imported, Namesakes, NewAccount, NewSignIn, NewStore,
    NewTemporary, NewToken, Newcomer, Page, PassedTry, Result, SignIn, StoreError, Summary, Watch, accounts, admins,
    authority, batches, blocklist, copying, events, imports, policy, record, repeats, restoring, sign_ins, tokens,
    tries,
};
use crate::domain::account::{Account, AccountId, Revision};
use crate::domain::actor::{Actor, Operator};
use crate::domain::audit::{Entry, Event, Head, Outcome, RecordedTarget, Repeat};
use crate::domain::authority::{Action, Refusal};
use crate::domain::change::{Change, Changed};
use crate::domain::credential::{Credential, PasswordRevision};
use crate::domain::digest::FileDigest;
use crate::domain::email::Email;
use crate::domain::hash::StoredHash;
use crate::domain::name::Username;
use crate::domain::operation::OperationId;
use crate::domain::policy::{Policy, Setting};
use crate::domain::secret::TypedPassword;
use crate::domain::sign_in::{SignInDigest, SignInId};
use crate::domain::target::Target;
use crate::domain::throttle::{Throttle, TriesNow, TryId};
use crate::domain::token::{Token, TokenTarget};

/// Proves that the export of hashes is in the record.
pub struct HashesExported(());

/// An open store: its operations, defined once, over the rows of any engine.
pub struct Store {
    engine: Box<dyn Engine>,
    operation: OperationId,
}

/// Takes a complete copy to its place.
type Send<'a> = &'a mut dyn FnMut() -> Result<()>;

impl Store {
    /// A store over an engine, for one operation.
    pub fn new(engine: impl Engine + 'static, operation: OperationId) -> Self {
        Self { engine: Box::new(engine), operation }
    }

    /// The same store over another engine, which wraps its own.
    #[cfg(test)]
    pub(super) fn over(self, wrap: impl FnOnce(Box<dyn Engine>) -> Box<dyn Engine>) -> Self {
        Self { engine: wrap(self.engine), ..self }
    }

    /// All that it holds.
    #[cfg(test)]
    pub(super) fn pieces(&self) -> Result<Vec<super::engine::Piece>> {
        let mut all = Vec::new();
        self.read(|reads| {
            reads.pieces(&mut |pieces| {
                all.extend_from_slice(pieces);
                Ok(())
            })
        })?;
        Ok(all)
    }

    /// Closes it. Fails if some data has not reached its final place.
    pub(super) fn close(self) -> Result<()> {
        self.engine.close()
    }

    /// Fills an empty store.
    pub(super) fn fill(&mut self, fill: &mut dyn FnMut(&mut dyn Rows) -> Result<()>) -> Result<()> {
        self.engine.write(Writing::Many, fill)
    }

    fn read<T>(&self, mut work: impl FnMut(&mut dyn Reads) -> Result<T>) -> Result<T> {
        let mut done = None;
        self.engine.read(&mut |reads| {
            done = Some(work(reads)?);
            Ok(())
        })?;
        done.ok_or_else(undone)
    }

    fn write<T>(&mut self, how: Writing, mut work: impl FnMut(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let (operation, mut done) = (self.operation, None);
        let written = self.engine.write(how, &mut |rows| {
            done = Some(work(&mut Tx::new(rows, operation))?);
            Ok(())
        });
        match written {
            Ok(()) => done.ok_or_else(undone),
            Err(StoreError::Unknown(_)) => Err(StoreError::Unknown(Some(operation))),
            Err(other) => Err(other),
        }
    }

    /// Makes a change. If it is refused, nothing changes, and the same transaction records the refusal.
    pub(super) fn change<T>(
        &mut self,
        how: Writing,
        by: &Actor,
        action: &'static str,
        target: &Whom,
        mut work: impl FnMut(&mut Tx<'_>) -> Result<T>,
    ) -> Result<T> {
        let changed = self.write(how, |tx| {
            let outcome = tx.attempt(&mut work)?;
            recorded(tx, by, action, target, outcome)
        });
        changed?.map_err(StoreError::Refused)
    }

    /// Makes a change to an account.
    fn change_of<T>(
        &mut self,
        by: &Actor,
        action: Action,
        id: AccountId,
        work: impl FnMut(&mut Tx<'_>) -> Result<T>,
    ) -> Result<T> {
        self.change(Writing::Few, by, action.name(), &Whom::Account(id), work)
    }
}

/// Records a refusal, in the transaction that changes nothing then.
fn recorded<T>(
    tx: &mut Tx<'_>,
    by: &Actor,
    action: &'static str,
    target: &Whom,
    outcome: Result<T>,
) -> Result<std::result::Result<T, Refusal>> {
    let why = match outcome {
        Ok(done) => return Ok(Ok(done)),
        Err(StoreError::Refused(why)) => why,
        Err(other) => return Err(other),
    };
    let target = match target {
        Whom::Nobody => None,
        Whom::Account(id) => tx.account(&Target::Id(*id))?.as_ref().map(Into::into),
        Whom::Named(target) => Some(target.clone()),
    };
    record::append(tx, &Entry::refused(by, action, target, why.reason()))?;
    Ok(Err(why))
}

/// The error for an engine that did not run the work it was given.
fn undone() -> StoreError {
    StoreError::Failed(anyhow::anyhow!("the store failed: it has not done what it was given"))
}

/// The target of a change, for the record of a refusal.
pub(super) enum Whom {
    Nobody,
    Account(AccountId),
    Named(RecordedTarget),
}

impl Store {
    /// The operation. What it records has its id.
    #[must_use]
    pub fn operation(&self) -> OperationId {
        self.operation
    }

    /// Marks the operation as one on this store, if it is on a server, and reads the policy.
    pub fn meet(&mut self, otherwise: &Policy) -> Result<Policy> {
        let (name, policy) = self.read(|reads| {
            // A store without a name lets people do all but sign in.
            Ok((policy::store_name(reads).ok(), policy::read(reads, otherwise.clone())?))
        })?;
        if let Some((name, identity)) = name.zip(self.engine.identity()) {
            self.operation = self.operation.on(&(name + &identity));
        }
        Ok(policy)
    }

    /// Whether an operation was one on just this store, and on no copy of it. Only a server can say so.
    pub fn has_begun(&self, operation: OperationId) -> Result<bool> {
        let Some(identity) = self.engine.identity() else { return Ok(false) };
        Ok(operation.is_on(&(self.name()? + &identity)))
    }

    /// The random name that identifies this store.
    pub fn name(&self) -> Result<String> {
        self.read(policy::store_name)
    }

    /// The policy of the site. `otherwise` gives the values of settings that were never changed.
    pub fn policy(&self, otherwise: &Policy) -> Result<Policy> {
        self.read(|reads| policy::read(reads, otherwise.clone()))
    }

    /// Changes one setting, and returns its old value. Operators cannot be shut out if there is no lasting admin.
    pub fn set_policy(&mut self, by: &Actor, otherwise: &Policy, setting: Setting, decided: &str) -> Result<String> {
        let work = |tx: &mut Tx<'_>| policy::write(tx, by, otherwise.clone(), setting, decided);
        if setting == Setting::Blocklist {
            return self.change_blocklist(by, work);
        }
        self.change(Writing::Few, by, Action::SetPolicy.name(), &Whom::Nobody, work)
    }

    /// Puts a blocklist in place of the one before: a file of so many entries, with this digest, and its filter. Returns
    /// the setting before.
    pub fn set_blocklist(
        &mut self,
        by: &Actor,
        otherwise: &Policy,
        entries: u64,
        file: FileDigest,
        filter: &mut dyn Read,
    ) -> Result<String> {
        self.change_blocklist(by, |tx| blocklist::set(tx, by, otherwise.clone(), entries, file, filter))
    }

    /// Changes the blocklist. Within a mark, all of the old filter would stay in memory. So only the decision has one.
    fn change_blocklist<T>(&mut self, by: &Actor, mut work: impl FnMut(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let changed = self.write(Writing::Few, |tx| {
            let may = tx.attempt(|tx| authority::authorize_all(tx, by, Action::SetPolicy))?;
            match recorded(tx, by, Action::SetPolicy.name(), &Whom::Nobody, may)? {
                Ok(()) => work(tx).map(Ok),
                Err(why) => Ok(Err(why)),
            }
        });
        changed?.map_err(StoreError::Refused)
    }

    /// Whether the site's blocklist has a password.
    pub fn is_blocked(&self, password: &TypedPassword) -> Result<bool> {
        self.read(|reads| blocklist::has(reads, password))
    }

    /// The account that a target names. An address names no removed account.
    pub fn account(&self, target: &Target) -> Result<Option<Account>> {
        self.read(|reads| reads.account(target))
    }

    /// The accounts that targets name, in their order, as [`Self::account`] finds each. All are looked up together: a
    /// server may be far away.
    pub fn accounts(&self, targets: &[Target]) -> Result<Vec<Option<Account>>> {
        let there = self.read(|reads| reads.accounts(targets))?;
        let mut named = HashMap::new();
        for account in &there {
            named.insert(account.id.to_string(), account);
            named.insert(account.username.to_string(), account);
            named.extend(account.email_key().map(|key| (key.into_owned(), account)));
        }
        let key = |target: &Target| match target {
            Target::Id(id) => id.to_string(),
            Target::Username(username) => username.to_string(),
            Target::Email(email) => email.key().into_owned(),
        };
        Ok(targets.iter().map(|target| named.get(&key(target)).copied().cloned()).collect())
    }

    /// The removed accounts that had an address, in the order of their numbers.
    pub fn removed_with(&self, email: &Email) -> Result<Vec<Account>> {
        self.read(|reads| reads.removed_with(email))
    }

    /// The account that has a username, or that had it and keeps it from others.
    pub fn holder(&self, username: &Username) -> Result<Option<Account>> {
        self.read(|reads| accounts::holder(reads, username))
    }

    /// All accounts that have one of these usernames or had it before, each with that username.
    pub fn ever_named(&self, usernames: &[&Username]) -> Result<Vec<(Username, Account)>> {
        self.read(|reads| {
            let targets = usernames.iter().map(|username| Target::Username(Username::clone(username)));
            let now = reads.accounts(&targets.collect::<Vec<_>>())?;
            let mut named: Vec<_> = now.into_iter().map(|account| (account.username.clone(), account)).collect();
            for former in reads.former_names(usernames)? {
                named.extend(reads.account(&Target::Id(former.account))?.map(|account| (former.username, account)));
            }
            Ok(named)
        })
    }

    /// The account that had a username before it was renamed, however long ago.
    pub fn formerly(&self, username: &Username) -> Result<Option<Account>> {
        self.read(|reads| match reads.former_names(&[username])?.pop() {
            Some(former) => reads.account(&Target::Id(former.account)),
            None => Ok(None),
        })
    }

    /// The account and its credential.
    pub fn credential(&self, target: &Target) -> Result<Option<(Account, Option<Credential>)>> {
        self.read(|reads| accounts::credential(reads, target))
    }

    /// Whether the account is the only lasting admin.
    pub fn is_last_admin(&self, id: AccountId) -> Result<bool> {
        self.read(|reads| admins::is_last(reads, id))
    }

    /// One page of a list.
    pub fn page(&self, page: &Page<'_>) -> Result<Vec<Account>> {
        self.read(|reads| reads.page(page))
    }

    /// Allows the hashes of all passwords to be read, and records it.
    pub fn export_hashes(&mut self, by: &Actor) -> Result<HashesExported> {
        self.change(Writing::Few, by, Action::ExportHashes.name(), &Whom::Nobody, |tx| {
            authority::authorize_all(tx, by, Action::ExportHashes)?;
            record::append(tx, &events::hashes_exported(by))
        })?;
        Ok(HashesExported(()))
    }

    /// The hashes of these accounts, without those that have none. It is recorded already that somebody reads them.
    pub fn hashes(&self, _: &HashesExported, ids: &[AccountId]) -> Result<Vec<(AccountId, StoredHash)>> {
        self.read(|reads| reads.hashes(ids))
    }

    /// The accounts that somebody may mean by a text, at most `limit` of them. Accounts whose username begins with the
    /// text come first, by username. Then come those whose name, address or username contains it elsewhere, by number.
    pub fn suggestions(&self, text: &str, limit: usize) -> Result<Vec<Account>> {
        self.read(|reads| reads.suggestions(text, limit))
    }

    /// The usernames that begin with a text, of accounts that are removed or are not, at most `most` of them. If there
    /// are more, the last one is among them. So what all of these have in common, all others have, too.
    pub fn usernames(&self, begun: &str, removed: bool, most: usize) -> Result<Vec<String>> {
        self.read(|reads| {
            let mut names = reads.usernames(begun, removed, false, most)?;
            if names.len() == most {
                names.pop();
                names.extend(reads.usernames(begun, removed, true, 1)?);
            }
            Ok(names)
        })
    }

    /// How many accounts there are.
    pub fn count(&self, filter: &Filter) -> Result<u64> {
        self.read(|reads| reads.count(filter))
    }

    /// Makes an account.
    pub fn add_account(&mut self, by: &Actor, new: &NewAccount) -> Result<AccountId> {
        self.add_first(by, new)
    }

    /// The same for the first account of a store that is not in its place yet.
    pub(super) fn add_first<H>(&mut self, by: &Actor, new: &NewAccount<H>) -> Result<AccountId>
    where
        H: Deref<Target = StoredHash>,
    {
        let target = RecordedTarget { id: None, username: new.username.clone() };
        self.change(Writing::Few, by, Action::Add.name(), &Whom::Named(target), |tx| accounts::add(tx, by, new))
    }

    /// The accounts that already have the usernames or addresses of newcomers. Newcomers without such accounts are left
    /// out.
    pub fn namesakes(&self, of: &[Newcomer]) -> Result<Vec<Namesakes>> {
        self.read(|reads| imports::namesakes(reads, of))
    }

    /// Makes accounts and changes others, all of it or nothing, and records it as one event. `go_on` is told now and
    /// then how many accounts have been written. If it returns false, the answer is [`StoreError::Stopped`].
    pub fn import(&mut self, by: &Actor, import: Import<'_>, go_on: &mut dyn FnMut(u64) -> bool) -> Result<Imported> {
        let work = |tx: &mut Tx<'_>| imports::import(tx, by, import, go_on);
        self.change(Writing::Many, by, Action::Import.name(), &Whom::Nobody, work)
    }

    /// Changes names and roles.
    pub fn edit_account(&mut self, by: &Actor, id: AccountId, seen: Revision, edit: &Edit) -> Result<()> {
        let account = self.account(&Target::Id(id))?;
        let action = account.map_or(Action::Edit, |account| edit.action(&account));
        self.change_of(by, action, id, |tx| accounts::edit(tx, by, id, seen, edit))
    }

    /// Replaces the password with a temporary one, which expires and must be changed. All sign-ins and all unfinished
    /// tries end.
    ///
    /// The password must have been handed over:
    ///
    /// ```
    /// # use jiff::Timestamp;
    /// # use passdesk::domain::{account::Account, actor::Actor, hash::StoredHash};
    /// # use passdesk::domain::delivery::{Delivered, Undelivered};
    /// # use passdesk::store::{NewTemporary, Result, Store};
    /// fn reset(store: &mut Store, by: &Actor, it: &Account, hash: Delivered<StoredHash>, until: Timestamp) -> Result<()> {
    ///     store.reset_password(by, it.id, it.revision, &NewTemporary { hash, until })
    /// }
    /// ```
    ///
    /// A password that was not delivered is a type error. The same holds for every operation that puts a secret in
    /// force:
    ///
    /// ```compile_fail,E0308
    /// # use jiff::Timestamp;
    /// # use passdesk::domain::{account::Account, actor::Actor, hash::StoredHash};
    /// # use passdesk::domain::delivery::{Delivered, Undelivered};
    /// # use passdesk::store::{NewTemporary, Result, Store};
    /// fn reset(store: &mut Store, by: &Actor, it: &Account, hash: Undelivered<StoredHash>, until: Timestamp) -> Result<()> {
    ///     store.reset_password(by, it.id, it.revision, &NewTemporary { hash, until })
    /// }
    /// ```
    pub fn reset_password(&mut self, by: &Actor, id: AccountId, seen: Revision, new: &NewTemporary) -> Result<()> {
        let work = |tx: &mut Tx<'_>| accounts::reset_password(tx, by, id, seen, new);
        self.change(Writing::Forgetting, by, Action::Reset.name(), &Whom::Account(id), work)
    }

    /// Resets a batch of accounts, whatever their revisions are by then. A refused reset changes nothing and does not
    /// affect the others. Returns the outcome of each, in their order.
    pub fn reset_passwords(&mut self, by: &Actor, batch: &[(AccountId, NewTemporary)]) -> Result<Vec<Result<()>>> {
        self.write(Writing::Forgetting, |tx| batches::reset_passwords(tx, by, batch))
    }

    /// Waits until every change that was under way is decided, on a server of which one has been lost. What is read
    /// after that stays so.
    pub fn settle(&mut self) -> Result<()> {
        self.engine.settle()
    }

    /// Makes one change to each account of a batch, in their order, if it is still as it was seen. What is refused
    /// changes nothing and does not affect the others. What is so already is not recorded. Returns the outcome of each.
    pub fn change_accounts(
        &mut self,
        by: &Actor,
        change: Change,
        batch: &[(AccountId, Revision)],
    ) -> Result<Vec<Result<Changed>>> {
        self.write(Writing::Few, |tx| batches::change(tx, by, change, batch))
    }

    /// Makes one change to one account.
    pub fn change_account(&mut self, by: &Actor, change: Change, id: AccountId, seen: Revision) -> Result<Changed> {
        self.change_accounts(by, change, &[(id, seen)])?.pop().ok_or_else(undone)?
    }

    /// The accounts for which an operation has made a change.
    pub fn done_by(&self, operation: OperationId, action: Action) -> Result<HashSet<AccountId>> {
        let filter = EventFilter {
            action: Some(action.name().into()),
            operation: Some(operation),
            outcome: Some(Outcome::Done),
            ..EventFilter::default()
        };
        self.read(|reads| {
            let (mut done, mut after) = (HashSet::new(), None);
            loop {
                let events = reads.events(&filter, after, PIECES)?;
                let Some(last) = events.last() else { return Ok(done) };
                after = Some(last.sequence);
                done.extend(events.iter().filter_map(|event| event.target_id).map(AccountId));
            }
        })
    }

    /// Deletes for good the accounts that were removed this long ago. Returns how many there were.
    pub fn purge(&mut self, by: &Actor, restorable: SignedDuration) -> Result<u64> {
        let work = |tx: &mut Tx<'_>| accounts::purge(tx, by, restorable);
        self.change(Writing::Forgetting, by, Action::Purge.name(), &Whom::Nobody, work)
    }

    /// Deletes a removed account for good.
    pub fn purge_account(&mut self, by: &Actor, id: AccountId, seen: Revision) -> Result<()> {
        let work = |tx: &mut Tx<'_>| accounts::purge_one(tx, by, id, seen);
        self.change(Writing::Forgetting, by, Action::Purge.name(), &Whom::Account(id), work)
    }

    /// A reset that needs no permission, for an operator when nothing else works.
    pub fn recover(&mut self, by: &Actor, id: AccountId, seen: Revision, new: &NewTemporary) -> Result<()> {
        self.write(Writing::Forgetting, |tx| accounts::recover(tx, by, id, seen, new))
    }

    /// Records an event that changed nothing: the refusal of an actor who proved who they are.
    pub fn record(&mut self, entry: &Entry) -> Result<()> {
        self.write(Writing::Few, |tx| record::append(tx, entry))
    }

    /// Records a refusal of somebody who proved nothing. The first refusal of a kind is an event at once. Those that
    /// follow within an hour are counted, and then become one event. So such people can write only so much, however
    /// often they try: [`crate::domain::audit::EVENTS_A_DAY`].
    pub fn turn_away(&mut self, entry: &Entry) -> Result<()> {
        self.write(Writing::Few, |tx| repeats::append(tx, entry, &events::kind_of(entry), 1))
    }

    /// The counted refusals that are not an event yet, the most frequent first.
    pub fn repeats(&self) -> Result<Vec<Repeat>> {
        self.read(repeats::pending)
    }

    /// Events after the one with this sequence number, in the order of the filter.
    pub fn events(&self, filter: &EventFilter, after: Option<u64>, limit: usize) -> Result<Vec<Event>> {
        self.read(|reads| record::events(reads, filter, after, limit))
    }

    /// The end of the record.
    pub fn head(&self) -> Result<Head> {
        self.read(record::head)
    }

    /// The end of the part of the record that was archived. The first event that is left follows it.
    pub fn archived(&self) -> Result<Head> {
        self.read(record::archived)
    }

    /// Deletes the events of a part of the record that was written to a file, and records that. Somebody else may have
    /// archived meanwhile. Then the answer is [`StoreError::Conflict`], and nothing has changed.
    pub fn archive(&mut self, by: &Actor, part: &ArchivedPart<'_>, watch: &mut dyn Watch) -> Result<()> {
        self.change(Writing::Few, by, Action::Archive.name(), &Whom::Nobody, |tx| {
            authority::authorize_all(tx, by, Action::Archive)
        })?;
        // Without a mark, the engine need not remember a million rows.
        self.write(Writing::Few, |tx| record::archive(tx, by, part, watch))
    }

    /// Puts the password that the owner chose in force. No change is required any more. All unfinished tries end, and
    /// all sign-ins except the one that is kept.
    ///
    /// The answer is [`StoreError::Conflict`] if the account is disabled, or has another password than the owner
    /// proved. It is the same if the proved temporary password has expired.
    pub fn replace_password(
        &mut self,
        id: AccountId,
        proved: PasswordRevision,
        hash: &StoredHash,
        keep: Option<SignInId>,
    ) -> Result<PasswordRevision> {
        self.write(Writing::Forgetting, |tx| accounts::replace_password(tx, id, proved, hash, keep))
    }

    /// Counts a try to sign in. Returns its number if its password may be checked. The password is not checked if no
    /// account has this name. It is not checked either if the account is not in use, locked or tried too often. `None`
    /// stands for a text that names nobody.
    ///
    /// A caller that checks the password reports the result with [`Self::fail_try`] or [`Self::pass_try`]. Otherwise
    /// the try counts as failed.
    pub fn begin_try(&mut self, target: Option<&Target>, throttle: Throttle) -> Result<Option<TryId>> {
        self.write(Writing::Few, |tx| tries::begin(tx, target, throttle))
    }

    /// Records a failed try, as [`Self::turn_away`] does, and counts it if its password was checked. After too many
    /// failures the account is locked. It is not locked if nobody else could administer the store.
    pub fn fail_try(&mut self, tried: &FailedTry<'_>, throttle: Throttle) -> Result<()> {
        self.write(Writing::Few, |tx| tries::fail(tx, tried, throttle))
    }

    /// Records a successful try with its occasion, and resets the failures before it. If there is another hash of the
    /// same password, it replaces the stored one. If the try was for a sign-in, the sign-in begins. Returns the account
    /// as it is now.
    ///
    /// The answer is [`StoreError::Conflict`] as for [`Self::replace_password`], or if the account has been locked.
    ///
    /// If the owner must choose a new password first, no sign-in begins. [`super::Occasion::Verify`] does not let them
    /// in either. The record says so. [`super::Occasion::VerifyThenChange`] does: whoever asked leads them to a new one.
    pub fn pass_try(&mut self, passed: &PassedTry<'_>) -> Result<Account> {
        let how = if passed.renewed.is_some() { Writing::Forgetting } else { Writing::Few };
        self.write(how, |tx| tries::pass(tx, passed))
    }

    /// The tries of an account, as the next try finds them.
    pub fn tries(&self, account: &Account) -> Result<TriesNow> {
        self.read(|reads| tries::standing(reads, account))
    }

    /// Notes that the owner of an account was told of this many failures.
    pub fn note_told(&mut self, id: AccountId, failures: u32) -> Result<()> {
        self.write(Writing::Few, |tx| tries::note_told(tx, id, failures))
    }

    /// Begins a sign-in for an owner who has just chosen a password. The answer is [`StoreError::Conflict`] as for
    /// [`Self::replace_password`], or if a change of the password is required.
    pub fn begin_sign_in(&mut self, id: AccountId, proved: PasswordRevision, new: &NewSignIn) -> Result<()> {
        self.write(Writing::Few, |tx| sign_ins::begin(tx, id, proved, new))
    }

    /// The sign-in with this digest, if it has not expired and its account is in use.
    pub fn sign_in(&self, digest: SignInDigest) -> Result<Option<SignIn>> {
        self.read(|reads| sign_ins::find(reads, digest))
    }

    /// Ends a sign-in. Returns `false` if there was none.
    pub fn end_sign_in(&mut self, digest: SignInDigest) -> Result<bool> {
        self.write(Writing::Few, |tx| sign_ins::end(tx, digest))
    }

    /// Ends all sign-ins and tokens of an account on behalf of its owner. Returns how many there were.
    pub fn end_all_sign_ins(&mut self, by: &Actor, owner: &Account) -> Result<usize> {
        self.change(Writing::Few, by, "sign-out", &Whom::Named(owner.into()), |tx| {
            authority::Present::look_up(tx, by)?;
            sign_ins::end_everywhere(tx, by, owner)
        })
    }

    /// Makes a token of an account. The answer is [`StoreError::Conflict`] if the account has a token with this label,
    /// or is not in use.
    pub fn create_token(&mut self, by: &Actor, owner: AccountId, new: &NewToken) -> Result<()> {
        self.change_of(by, Action::CreateToken, owner, |tx| tokens::create(tx, by, owner, new))
    }

    /// The valid tokens of one account or of all accounts, oldest first.
    pub fn tokens(&self, owner: Option<AccountId>) -> Result<Vec<Token>> {
        self.read(|reads| tokens::list(reads, owner))
    }

    /// A valid token. A number finds a token of any owner. A label finds a token of one account.
    pub fn token(&self, target: &TokenTarget, own: Option<AccountId>) -> Result<Option<Token>> {
        self.read(|reads| tokens::find(reads, target, own))
    }

    /// Ends a token. Returns `false` if there is none with this number.
    pub fn revoke_token(&mut self, by: &Actor, owner: AccountId, id: SignInId) -> Result<bool> {
        self.change_of(by, Action::RevokeToken, owner, |tx| tokens::revoke(tx, by, owner, id))
    }

    /// Notes that a token is being used, to the minute. The first use waits for another writer. Later uses do not wait,
    /// and are left out while somebody writes.
    pub fn note_use(&mut self, id: SignInId) -> Result<()> {
        let how = match self.read(|reads| tokens::noteworthy_use(reads, id))? {
            None => return Ok(()),
            Some(tokens::Use::First) => Writing::Few,
            Some(tokens::Use::Another) => Writing::IfIdle,
        };
        self.write(how, |tx| tokens::note_use(tx, id))
    }

    /// Makes a copy of the whole store, as it is at one moment, in a new file. Nobody else can read the file. It is
    /// complete, checked and on the disk before it gets its name. Nobody waits for the copying. If the name is taken,
    /// the answer is [`StoreError::Conflict`].
    ///
    /// The copy is recorded before anything is copied. So there is no copy without an event, and each copy says in its
    /// own record who made it. If the copying fails or the watch stops it, another event says so.
    pub fn back_up(&mut self, by: &Actor, place: &Path, watch: &mut dyn Watch) -> Result<()> {
        self.back_up_by_way(by, place, place, watch, &mut || Ok(()))
    }

    /// The same by way of another place, where the copy is made. Then `send` takes it to its own.
    pub fn back_up_by_way(
        &mut self,
        by: &Actor,
        place: &Path,
        way: &Path,
        watch: &mut dyn Watch,
        send: Send<'_>,
    ) -> Result<()> {
        let copy = self.copies()?.begin_copy(way)?;
        self.copied(by, place, "backup", |store| {
            store.copies()?.fill(copy.path(), watch)?;
            copy.put_in_place()?;
            send()
        })
    }

    /// Makes a store at another place that holds all that this one holds, as it is at one moment. Either may be kept by
    /// any engine. Nobody waits for the copying. The new store is complete and checked before anybody sees it. It is
    /// recorded as [`Self::back_up`] records it.
    pub fn copy_to(&mut self, by: &Actor, new: Box<dyn NewStore + '_>, watch: &mut dyn Watch) -> Result<()> {
        let place = PathBuf::from(new.location());
        self.copy_by_way(by, &place, new, watch, &mut || Ok(()))
    }

    /// The same by way of a new store. Then `send` takes it to its own place.
    pub fn copy_by_way(
        &mut self,
        by: &Actor,
        place: &Path,
        way: Box<dyn NewStore + '_>,
        watch: &mut dyn Watch,
        send: Send<'_>,
    ) -> Result<()> {
        self.copied(by, place, "copy", |store| {
            let copied = copying::copy(&*store.engine, way, watch);
            // The copying may have kept replaced data. If it cannot be removed now, a later writer does it.
            let _ = store.engine.write(Writing::Forgetting, &mut |_| Ok(()));
            copied?;
            send()
        })
    }

    /// Makes a copy, if the actor may. The event comes first.
    fn copied(
        &mut self,
        by: &Actor,
        place: &Path,
        what: &str,
        copy: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        self.change(Writing::Few, by, Action::Backup.name(), &Whom::Nobody, |tx| {
            authority::authorize_all(tx, by, Action::Backup)?;
            record::append(tx, &events::backed_up(by, place))
        })?;
        let unwritten = |why: &dyn Display| {
            StoreError::Failed(anyhow::anyhow!("the {what} {} could not be written: {why:#}", place.display()))
        };
        let copied = copy(self).map_err(|error| match error {
            // The store is only read, so an error of the disk comes from the copy.
            StoreError::Failed(why) => unwritten(&why),
            StoreError::Full { message, .. } => unwritten(&message),
            other => other,
        });
        if let Err(why) = &copied {
            // If this event cannot be written, the caller still learns that there is no copy.
            let _ = self.record(&events::not_backed_up(by, place, why));
        }
        copied
    }

    /// What it holds, in a few words.
    pub fn summary(&self) -> Result<Summary> {
        self.read(restoring::summary)
    }

    /// Marks a backup that is about to become the store, and ends all its sign-ins and tokens.
    pub(super) fn mark_restored(
        &mut self,
        by: &Operator,
        from: &str,
        file: FileDigest,
        replaced: Option<Head>,
    ) -> Result<()> {
        self.write(Writing::Few, |tx| restoring::mark(tx, by, from, file, replaced))
    }

    fn copies(&mut self) -> Result<&mut dyn Copies> {
        let none = || StoreError::Failed(anyhow::anyhow!("the store is not kept in a file that could be copied"));
        self.engine.copies().ok_or_else(none)
    }
}
