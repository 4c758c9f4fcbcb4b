//! An open store: its operations, over the rows of whatever engine there is.
//!
//! Each method is one transaction, and what several do at the same moment is as if one came after the other: two who
//! see that another admin is left do not both take that one away. None is open while the caller prompts, hashes or
//! delivers. A method that changes an account takes the revision that the caller has seen; if somebody else has written
//! the account since, the answer is [`StoreError::Conflict`] and nothing has changed. Whether the actor may do it is
//! decided again inside the transaction, on what the actor and the target are by then.

use std::ops::Deref;
use std::path::Path;

use jiff::SignedDuration;

use super::engine::{Copies, Engine, Reads, Writing};
use super::tx::Tx;
use super::{
    Edit, EventFilter, FailedTry, Filter, Import, Imported, Namesakes, NewAccount, NewSignIn, NewTemporary, NewToken,
    Newcomer, Page, PassedTry, Result, SignIn, StoreError, Watch, accounts, admins, authority, batches, events,
    imports, policy, record, repeats, sign_ins, tokens, tries,
};
use crate::domain::account::{Account, AccountId, Revision};
use crate::domain::actor::Actor;
use crate::domain::audit::{Entry, Event, Outcome, RecordedTarget, Repeat};
use crate::domain::authority::Action;
use crate::domain::credential::{Credential, PasswordRevision};
use crate::domain::hash::StoredHash;
use crate::domain::name::Username;
use crate::domain::operation::OperationId;
use crate::domain::policy::{Policy, Setting};
use crate::domain::sign_in::{SignInDigest, SignInId};
use crate::domain::target::Target;
use crate::domain::throttle::{Throttle, TriesNow, TryId};
use crate::domain::token::{Token, TokenTarget};

/// An open store: its operations, each said once, over the rows of whatever engine there is.
pub struct Store {
    engine: Box<dyn Engine>,
    operation: OperationId,
}

impl Store {
    /// A store over an engine, on which an operation works.
    pub fn new(engine: impl Engine + 'static, operation: OperationId) -> Self {
        Self { engine: Box::new(engine), operation }
    }

    /// The same store over another engine, made of its own.
    #[cfg(test)]
    pub(super) fn over(self, wrap: impl FnOnce(Box<dyn Engine>) -> Box<dyn Engine>) -> Self {
        Self { engine: wrap(self.engine), ..self }
    }

    /// Closes it; an error if not all of it is where it is to stay.
    pub(super) fn close(self) -> Result<()> {
        self.engine.close()
    }

    fn read<T>(&self, work: impl FnOnce(&mut dyn Reads) -> Result<T>) -> Result<T> {
        let (mut work, mut done) = (Some(work), None);
        self.engine.read(&mut |reads| {
            done = work.take().map(|work| work(reads)).transpose()?;
            Ok(())
        })?;
        done.ok_or_else(undone)
    }

    fn write<T>(&mut self, how: Writing, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let (operation, mut work, mut done) = (self.operation, Some(work), None);
        let written = self.engine.write(how, &mut |rows| {
            done = work.take().map(|work| work(&mut Tx::new(rows, operation))).transpose()?;
            Ok(())
        });
        match written {
            Ok(()) => done.ok_or_else(undone),
            Err(StoreError::Unknown(_)) => Err(StoreError::Unknown(Some(operation))),
            Err(other) => Err(other),
        }
    }

    /// Makes a change. If it is refused, nothing has changed, and the refusal is recorded in the same transaction.
    pub(super) fn change<T>(
        &mut self,
        how: Writing,
        by: &Actor,
        action: &'static str,
        target: Whom,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T>,
    ) -> Result<T> {
        let changed = self.write(how, |tx| match tx.attempt(work)? {
            Err(StoreError::Refused(why)) => {
                let target = match target {
                    Whom::Nobody => None,
                    Whom::Account(id) => tx.account(&Target::Id(id))?.as_ref().map(Into::into),
                    Whom::Named(target) => Some(target),
                };
                record::append(tx, &Entry::refused(by, action, target, why.reason()))?;
                Ok(Err(why))
            }
            outcome => outcome.map(Ok),
        });
        changed?.map_err(StoreError::Refused)
    }

    /// Makes a change of an account.
    fn change_of<T>(
        &mut self,
        by: &Actor,
        action: Action,
        id: AccountId,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T>,
    ) -> Result<T> {
        self.change(Writing::Few, by, action.name(), Whom::Account(id), work)
    }
}

/// What to say of an engine that has not done what it was given.
fn undone() -> StoreError {
    StoreError::Failed(anyhow::anyhow!("the store failed: it has not done what it was given"))
}

/// To whom something is done, for the record of a refusal.
pub(super) enum Whom {
    Nobody,
    Account(AccountId),
    Named(RecordedTarget),
}

impl Store {
    /// The random name that tells this store from others.
    pub fn name(&self) -> Result<String> {
        self.read(policy::store_name)
    }

    /// What the site has decided, over what holds otherwise.
    pub fn policy(&self, otherwise: Policy) -> Result<Policy> {
        self.read(|reads| policy::read(reads, otherwise))
    }

    /// Writes one decision, and says what was decided before. Operators are not shut out where there is no global-admin
    /// to count on.
    pub fn set_policy(&mut self, by: &Actor, otherwise: Policy, setting: Setting, decided: &str) -> Result<String> {
        let work = |tx: &mut Tx<'_>| policy::write(tx, by, otherwise, setting, decided);
        self.change(Writing::Few, by, Action::SetPolicy.name(), Whom::Nobody, work)
    }

    /// The account somebody pointed at.
    pub fn account(&self, target: &Target) -> Result<Option<Account>> {
        self.read(|reads| reads.account(target))
    }

    /// The account and what it signs in with.
    pub fn credential(&self, username: &Username) -> Result<Option<(Account, Option<Credential>)>> {
        self.read(|reads| accounts::credential(reads, username))
    }

    /// Whether it is the last global-admin who can be counted on: in use, with a password that does not expire.
    pub fn is_last_admin(&self, id: AccountId) -> Result<bool> {
        self.read(|reads| admins::is_last(reads, id))
    }

    /// One page of a list.
    pub fn page(&self, page: &Page<'_>) -> Result<Vec<Account>> {
        self.read(|reads| reads.page(page))
    }

    /// Whom somebody may mean by a text, at most so many: first those whose username begins with it, by username, then
    /// those in whose name, address or username it is found elsewhere, by number.
    pub fn suggestions(&self, text: &str, limit: usize) -> Result<Vec<Account>> {
        self.read(|reads| reads.suggestions(text, limit))
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
        self.change(Writing::Few, by, Action::Add.name(), Whom::Named(target), |tx| accounts::add(tx, by, new))
    }

    /// The accounts that have the usernames and the addresses of newcomers already, of those newcomers that have any.
    pub fn namesakes(&self, of: &[Newcomer]) -> Result<Vec<Namesakes>> {
        self.read(|reads| reads.namesakes(of))
    }

    /// Makes accounts and changes others, all of it or nothing, and records it as one event. `go_on` is told now and then
    /// how many have been written; if it says no, the answer is [`StoreError::Stopped`].
    pub fn import(&mut self, by: &Actor, import: Import<'_>, go_on: &mut dyn FnMut(u64) -> bool) -> Result<Imported> {
        let work = |tx: &mut Tx<'_>| imports::import(tx, by, import, go_on);
        self.change(Writing::Many, by, Action::Import.name(), Whom::Nobody, work)
    }

    /// Changes names and roles.
    pub fn edit_account(&mut self, by: &Actor, id: AccountId, seen: Revision, edit: &Edit) -> Result<()> {
        let account = self.account(&Target::Id(id))?;
        let action = account.map_or(Action::Edit, |account| edit.action(&account));
        self.change_of(by, action, id, |tx| accounts::edit(tx, by, id, seen, edit))
    }

    /// Replaces the password by a temporary one: the required change, the expiry and the end of all sign-ins with it, and
    /// of the tries that are under way.
    ///
    /// It takes one that somebody has been handed:
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
    /// What has not been delivered it does not take, as no operation does that puts a secret in force:
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
        self.change(Writing::Forgetting, by, Action::Reset.name(), Whom::Account(id), work)
    }

    /// The same for a batch, whatever they are by then. What is refused changes nothing, and leaves the others alone: what
    /// came of each, in their order.
    pub fn reset_passwords(&mut self, by: &Actor, batch: &[(AccountId, NewTemporary)]) -> Result<Vec<Result<()>>> {
        self.write(Writing::Forgetting, |tx| batches::reset_passwords(tx, by, batch))
    }

    /// Whether an operation has put a temporary password in force for an account by a reset.
    pub fn was_reset(&self, id: AccountId, by: OperationId) -> Result<bool> {
        let filter = EventFilter {
            account: Some(id),
            action: Some(Action::Reset.name().into()),
            operation: Some(by),
            outcome: Some(Outcome::Done),
            ..EventFilter::default()
        };
        Ok(!self.events(&filter, None, 1)?.is_empty())
    }

    /// Asks for a new password at the next sign-in.
    pub fn require_change(&mut self, by: &Actor, id: AccountId, seen: Revision) -> Result<()> {
        self.change_of(by, Action::RequireChange, id, |tx| accounts::require_change(tx, by, id, seen))
    }

    /// Forgets the sign-ins that failed, ends those that are under way, and unlocks the account.
    pub fn unlock(&mut self, by: &Actor, id: AccountId, seen: Revision) -> Result<()> {
        self.change_of(by, Action::Unlock, id, |tx| accounts::unlock(tx, by, id, seen))
    }

    /// Switches an account off, and ends all its sign-ins.
    pub fn disable(&mut self, by: &Actor, id: AccountId, seen: Revision) -> Result<()> {
        self.change_of(by, Action::Disable, id, |tx| accounts::disable(tx, by, id, seen))
    }

    /// Switches an account on again.
    pub fn enable(&mut self, by: &Actor, id: AccountId, seen: Revision) -> Result<()> {
        self.change_of(by, Action::Enable, id, |tx| accounts::enable(tx, by, id, seen))
    }

    /// Takes an account out, and ends all its sign-ins. Its names stay taken until it is purged.
    pub fn remove(&mut self, by: &Actor, id: AccountId, seen: Revision) -> Result<()> {
        self.change_of(by, Action::Remove, id, |tx| accounts::remove(tx, by, id, seen))
    }

    /// Brings a removed account back.
    pub fn restore(&mut self, by: &Actor, id: AccountId, seen: Revision) -> Result<()> {
        self.change_of(by, Action::Restore, id, |tx| accounts::restore(tx, by, id, seen))
    }

    /// Forgets the accounts that were removed so long ago, and says how many.
    pub fn purge(&mut self, by: &Actor, restorable: SignedDuration) -> Result<u64> {
        let work = |tx: &mut Tx<'_>| accounts::purge(tx, by, restorable);
        self.change(Writing::Forgetting, by, Action::Purge.name(), Whom::Nobody, work)
    }

    /// A reset that asks nobody's leave, for an operator whom all else has failed.
    pub fn recover(&mut self, by: &Actor, id: AccountId, seen: Revision, new: &NewTemporary) -> Result<()> {
        self.write(Writing::Forgetting, |tx| accounts::recover(tx, by, id, seen, new))
    }

    /// Records something that changed nothing: a refusal of somebody who has proved who they are.
    pub fn record(&mut self, entry: &Entry) -> Result<()> {
        self.write(Writing::Few, |tx| record::append(tx, entry))
    }

    /// Records that somebody was turned away who has proved nothing. The first of a kind is an event at once; those that
    /// follow within an hour are counted, and become one event then. So what such people write is bounded, however often
    /// they try: by [`crate::domain::audit::EVENTS_A_DAY`].
    pub fn turn_away(&mut self, entry: &Entry) -> Result<()> {
        self.write(Writing::Few, |tx| repeats::append(tx, entry, &events::kind_of(entry), 1))
    }

    /// What has been counted like that and is no event yet, what came most often first.
    pub fn repeats(&self) -> Result<Vec<Repeat>> {
        self.read(repeats::pending)
    }

    /// Events of the record, in the order asked for, that come after one with this sequence number.
    pub fn events(&self, filter: &EventFilter, after: Option<u64>, limit: usize) -> Result<Vec<Event>> {
        self.read(|reads| record::events(reads, filter, after, limit))
    }

    /// Puts the password its owner chose in force: the required change is over, and so is every try that is under way, and
    /// every sign-in but the one that is kept. [`StoreError::Conflict`] if the account is disabled, or has another password than the one its owner
    /// has proved to know, or a temporary one that has expired.
    pub fn replace_password(
        &mut self,
        id: AccountId,
        proved: PasswordRevision,
        hash: &StoredHash,
        keep: Option<SignInId>,
    ) -> Result<PasswordRevision> {
        self.write(Writing::Forgetting, |tx| accounts::replace_password(tx, id, proved, hash, keep))
    }

    /// Counts a try to sign in, and gives it a number if its password may be looked at: not under a name that is
    /// nobody's (`None` could be nobody's), nor of an account that is not in use, locked or tried too often. Whoever
    /// looks at the password says what came of it with [`Self::fail_try`] or [`Self::pass_try`]; who does not has failed.
    pub fn begin_try(&mut self, username: Option<&Username>, throttle: Throttle) -> Result<Option<TryId>> {
        self.write(Writing::Few, |tx| tries::begin(tx, username, throttle))
    }

    /// Records, as [`Self::turn_away`] does, that a try has failed, counts it if its password was looked at, and locks the account after too many,
    /// unless nobody would be left to administer the store.
    pub fn fail_try(&mut self, tried: &FailedTry<'_>, throttle: Throttle) -> Result<()> {
        self.write(Writing::Few, |tx| tries::fail(tx, tried, throttle))
    }

    /// A try has succeeded, and is recorded with its occasion: those that failed before are forgotten, another hash of the
    /// same password, if there is one, is kept instead, and a sign-in begins, if it was for one. The account as it stands
    /// now. [`StoreError::Conflict`] as above, or if the account has been locked.
    ///
    /// For whoever has to choose a new password no sign-in begins, nor are they let in by [`super::Occasion::Verify`]; the record
    /// says so.
    pub fn pass_try(&mut self, passed: &PassedTry<'_>) -> Result<Account> {
        let how = if passed.renewed.is_some() { Writing::Forgetting } else { Writing::Few };
        self.write(how, |tx| tries::pass(tx, passed))
    }

    /// The tries of an account as the next one will find them.
    pub fn tries(&self, account: &Account) -> Result<TriesNow> {
        self.read(|reads| tries::standing(reads, account))
    }

    /// The owner of an account has been told of so many failures.
    pub fn note_told(&mut self, id: AccountId, failures: u32) -> Result<()> {
        self.write(Writing::Few, |tx| tries::note_told(tx, id, failures))
    }

    /// Begins a sign-in for somebody who has just chosen a password. [`StoreError::Conflict`] as above, or if a change of
    /// it is required.
    pub fn begin_sign_in(&mut self, id: AccountId, proved: PasswordRevision, new: &NewSignIn) -> Result<()> {
        self.write(Writing::Few, |tx| sign_ins::begin(tx, id, proved, new))
    }

    /// The sign-in with this digest, if it has not expired and its account is in use.
    pub fn sign_in(&self, digest: SignInDigest) -> Result<Option<SignIn>> {
        self.read(|reads| sign_ins::find(reads, digest))
    }

    /// Ends a sign-in; `false` if there was none.
    pub fn end_sign_in(&mut self, digest: SignInDigest) -> Result<bool> {
        self.write(Writing::Few, |tx| sign_ins::end(tx, digest))
    }

    /// Ends every sign-in and every token of an account on behalf of its owner, and says how many there were.
    pub fn end_all_sign_ins(&mut self, by: &Actor, owner: &Account) -> Result<usize> {
        self.change(Writing::Few, by, "sign-out", Whom::Named(owner.into()), |tx| {
            authority::Present::look_up(tx, by)?;
            sign_ins::end_everywhere(tx, by, owner)
        })
    }

    /// Makes a token of an account. [`StoreError::Conflict`] if it has one of that label, or is not in use.
    pub fn create_token(&mut self, by: &Actor, owner: AccountId, new: &NewToken) -> Result<()> {
        self.change_of(by, Action::CreateToken, owner, |tx| tokens::create(tx, by, owner, new))
    }

    /// The tokens that live, of one account or of all, oldest first.
    pub fn tokens(&self, owner: Option<AccountId>) -> Result<Vec<Token>> {
        self.read(|reads| tokens::list(reads, owner))
    }

    /// A token that lives: by its number whosever it is, by its label among those of one account.
    pub fn token(&self, target: &TokenTarget, own: Option<AccountId>) -> Result<Option<Token>> {
        self.read(|reads| tokens::find(reads, target, own))
    }

    /// Ends a token; `false` if there is none of that number.
    pub fn revoke_token(&mut self, by: &Actor, owner: AccountId, id: SignInId) -> Result<bool> {
        self.change_of(by, Action::RevokeToken, owner, |tx| tokens::revoke(tx, by, owner, id))
    }

    /// Notes that a token is being used, to the minute. That it is used for the first time waits for whoever is writing;
    /// that it is used again does not, and is left out then.
    pub fn note_use(&mut self, id: SignInId) -> Result<()> {
        let how = match self.read(|reads| tokens::noteworthy_use(reads, id))? {
            None => return Ok(()),
            Some(tokens::Use::First) => Writing::Few,
            Some(tokens::Use::Another) => Writing::IfIdle,
        };
        self.write(how, |tx| tokens::note_use(tx, id))
    }

    /// Makes a copy of the whole store, as it is at one moment, in a new file, which nobody else can read; it is complete,
    /// checked and on the disk before it has its name. Nobody waits for it. [`StoreError::Conflict`] if there is something
    /// of that name.
    ///
    /// It is recorded before anything is copied: so there is no copy without an event, and each copy says in its own
    /// record by whom it was made. If none comes of it, because the watch stops it or for another reason, another event
    /// says so.
    pub fn back_up(&mut self, by: &Actor, place: &Path, watch: &mut dyn Watch) -> Result<()> {
        let copy = self.copies()?.begin_copy(place)?;
        self.change(Writing::Few, by, Action::Backup.name(), Whom::Nobody, |tx| {
            authority::authorize_all(tx, by, Action::Backup)?;
            record::append(tx, &events::backed_up(by, place))
        })?;
        let filled = self.copies()?.fill(copy.path(), watch);
        let copied = filled.and_then(|()| copy.put_in_place()).map_err(|error| match error {
            // The store is only read: an error of the disk is one of the backup's.
            StoreError::Failed(why) => {
                StoreError::Failed(anyhow::anyhow!("the backup {} could not be written: {why:#}", place.display()))
            }
            other => other,
        });
        if let Err(why) = &copied {
            // That none came of it is what whoever asked is told in any case.
            let _ = self.record(&events::not_backed_up(by, place, why));
        }
        copied
    }

    fn copies(&mut self) -> Result<&mut dyn Copies> {
        let none = || StoreError::Failed(anyhow::anyhow!("the store is not kept in a file that could be copied"));
        self.engine.copies().ok_or_else(none)
    }
}
