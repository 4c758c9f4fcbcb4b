//! An open store: its operations, each said once, over the rows of whatever engine there is.

use std::path::Path;

use jiff::SignedDuration;

use super::engine::{Engine, Writing};
use super::tx::Tx;
use super::{
    Edit, EventFilter, FailedTry, Filter, Import, Imported, Namesakes, NewAccount, NewSignIn, NewTemporary, NewToken,
    Newcomer, Page, PassedTry, Result, SignIn, Store, StoreError, accounts, admins, authority, batches, events,
    imports, policy, record, repeats, sign_ins, tokens, tries,
};
use crate::domain::account::{Account, AccountId, Revision};
use crate::domain::actor::Actor;
use crate::domain::audit::{Entry, Event, Outcome, RecordedTarget, Repeat};
use crate::domain::authority::Action;
use crate::domain::credential::{Credential, PasswordRevision, StoredHash};
use crate::domain::name::Username;
use crate::domain::operation::OperationId;
use crate::domain::policy::{Policy, Setting};
use crate::domain::sign_in::{SignInDigest, SignInId};
use crate::domain::target::Target;
use crate::domain::throttle::{Throttle, TriesNow, TryId};
use crate::domain::token::{Token, TokenTarget};

/// An open store: its operations, each said once, over the rows of whatever engine there is.
pub struct Ruled<E> {
    pub(super) engine: E,
    operation: OperationId,
}

impl<E: Engine> Ruled<E> {
    /// A store over an engine, on which an operation works.
    pub fn new(engine: E, operation: OperationId) -> Self {
        Self { engine, operation }
    }

    fn write<T>(&mut self, how: Writing, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let operation = self.operation;
        self.engine.write(how, |rows| work(&mut Tx::new(rows, operation)))
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

/// To whom something is done, for the record of a refusal.
pub(super) enum Whom {
    Nobody,
    Account(AccountId),
    Named(RecordedTarget),
}

impl<E: Engine> Store for Ruled<E> {
    fn name(&self) -> Result<String> {
        self.engine.read(policy::store_name)
    }

    fn policy(&self, otherwise: Policy) -> Result<Policy> {
        self.engine.read(|reads| policy::read(reads, otherwise))
    }

    fn set_policy(&mut self, by: &Actor, otherwise: Policy, setting: Setting, decided: &str) -> Result<String> {
        let work = |tx: &mut Tx<'_>| policy::write(tx, by, otherwise, setting, decided);
        self.change(Writing::Few, by, Action::SetPolicy.name(), Whom::Nobody, work)
    }

    fn account(&self, target: &Target) -> Result<Option<Account>> {
        self.engine.read(|reads| reads.account(target))
    }

    fn credential(&self, username: &Username) -> Result<Option<(Account, Option<Credential>)>> {
        self.engine.read(|reads| accounts::credential(reads, username))
    }

    fn is_last_admin(&self, id: AccountId) -> Result<bool> {
        self.engine.read(|reads| admins::is_last(reads, id))
    }

    fn page(&self, page: &Page<'_>) -> Result<Vec<Account>> {
        self.engine.read(|reads| reads.page(page))
    }

    fn suggestions(&self, text: &str, limit: usize) -> Result<Vec<Account>> {
        self.engine.read(|reads| reads.suggestions(text, limit))
    }

    fn count(&self, filter: &Filter) -> Result<u64> {
        self.engine.read(|reads| reads.count(filter))
    }

    fn add_account(&mut self, by: &Actor, new: &NewAccount) -> Result<AccountId> {
        let target = RecordedTarget { id: None, username: new.username.clone() };
        self.change(Writing::Few, by, Action::Add.name(), Whom::Named(target), |tx| accounts::add(tx, by, new))
    }

    fn namesakes(&self, of: &[Newcomer]) -> Result<Vec<Namesakes>> {
        self.engine.read(|reads| reads.namesakes(of))
    }

    fn import(&mut self, by: &Actor, import: Import<'_>, go_on: &mut dyn FnMut(u64) -> bool) -> Result<Imported> {
        let work = |tx: &mut Tx<'_>| imports::import(tx, by, import, go_on);
        self.change(Writing::Many, by, Action::Import.name(), Whom::Nobody, work)
    }

    fn edit_account(&mut self, by: &Actor, id: AccountId, seen: Revision, edit: &Edit) -> Result<()> {
        let account = self.account(&Target::Id(id))?;
        let action = account.map_or(Action::Edit, |account| edit.action(&account));
        self.change_of(by, action, id, |tx| accounts::edit(tx, by, id, seen, edit))
    }

    fn reset_password(&mut self, by: &Actor, id: AccountId, seen: Revision, new: &NewTemporary) -> Result<()> {
        let work = |tx: &mut Tx<'_>| accounts::reset_password(tx, by, id, seen, new);
        self.change(Writing::Forgetting, by, Action::Reset.name(), Whom::Account(id), work)
    }

    fn reset_passwords(&mut self, by: &Actor, batch: &[(AccountId, NewTemporary)]) -> Result<Vec<Result<()>>> {
        self.write(Writing::Forgetting, |tx| batches::reset_passwords(tx, by, batch))
    }

    fn was_reset(&self, id: AccountId, by: OperationId) -> Result<bool> {
        self.engine.read(|reads| reads.has_event(id, Action::Reset.name(), Outcome::Done, by))
    }

    fn require_change(&mut self, by: &Actor, id: AccountId, seen: Revision) -> Result<()> {
        self.change_of(by, Action::RequireChange, id, |tx| accounts::require_change(tx, by, id, seen))
    }

    fn unlock(&mut self, by: &Actor, id: AccountId, seen: Revision) -> Result<()> {
        self.change_of(by, Action::Unlock, id, |tx| accounts::unlock(tx, by, id, seen))
    }

    fn disable(&mut self, by: &Actor, id: AccountId, seen: Revision) -> Result<()> {
        self.change_of(by, Action::Disable, id, |tx| accounts::disable(tx, by, id, seen))
    }

    fn enable(&mut self, by: &Actor, id: AccountId, seen: Revision) -> Result<()> {
        self.change_of(by, Action::Enable, id, |tx| accounts::enable(tx, by, id, seen))
    }

    fn remove(&mut self, by: &Actor, id: AccountId, seen: Revision) -> Result<()> {
        self.change_of(by, Action::Remove, id, |tx| accounts::remove(tx, by, id, seen))
    }

    fn restore(&mut self, by: &Actor, id: AccountId, seen: Revision) -> Result<()> {
        self.change_of(by, Action::Restore, id, |tx| accounts::restore(tx, by, id, seen))
    }

    fn purge(&mut self, by: &Actor, restorable: SignedDuration) -> Result<u64> {
        let work = |tx: &mut Tx<'_>| accounts::purge(tx, by, restorable);
        self.change(Writing::Forgetting, by, Action::Purge.name(), Whom::Nobody, work)
    }

    fn recover(&mut self, by: &Actor, id: AccountId, seen: Revision, new: &NewTemporary) -> Result<()> {
        self.write(Writing::Forgetting, |tx| accounts::recover(tx, by, id, seen, new))
    }

    fn record(&mut self, entry: &Entry) -> Result<()> {
        self.write(Writing::Few, |tx| record::append(tx, entry))
    }

    fn turn_away(&mut self, entry: &Entry) -> Result<()> {
        self.write(Writing::Few, |tx| repeats::append(tx, entry, &events::kind_of(entry), 1))
    }

    fn repeats(&self) -> Result<Vec<Repeat>> {
        self.engine.read(repeats::pending)
    }

    fn events(&self, filter: &EventFilter, after: Option<u64>, limit: usize) -> Result<Vec<Event>> {
        self.engine.read(|reads| record::events(reads, filter, after, limit))
    }

    fn replace_password(
        &mut self,
        id: AccountId,
        proved: PasswordRevision,
        hash: &StoredHash,
        keep: Option<SignInId>,
    ) -> Result<PasswordRevision> {
        self.write(Writing::Forgetting, |tx| accounts::replace_password(tx, id, proved, hash, keep))
    }

    fn begin_try(&mut self, username: Option<&Username>, throttle: Throttle) -> Result<Option<TryId>> {
        self.write(Writing::Few, |tx| tries::begin(tx, username, throttle))
    }

    fn fail_try(&mut self, tried: &FailedTry<'_>, throttle: Throttle) -> Result<()> {
        self.write(Writing::Few, |tx| tries::fail(tx, tried, throttle))
    }

    fn pass_try(&mut self, passed: &PassedTry<'_>) -> Result<Account> {
        let how = if passed.renewed.is_some() { Writing::Forgetting } else { Writing::Few };
        self.write(how, |tx| tries::pass(tx, passed))
    }

    fn tries(&self, account: &Account) -> Result<TriesNow> {
        self.engine.read(|reads| tries::standing(reads, account))
    }

    fn note_told(&mut self, id: AccountId, failures: u32) -> Result<()> {
        self.write(Writing::Few, |tx| tries::note_told(tx, id, failures))
    }

    fn begin_sign_in(&mut self, id: AccountId, proved: PasswordRevision, new: &NewSignIn) -> Result<()> {
        self.write(Writing::Few, |tx| sign_ins::begin(tx, id, proved, new))
    }

    fn sign_in(&self, digest: SignInDigest) -> Result<Option<SignIn>> {
        self.engine.read(|reads| sign_ins::find(reads, digest))
    }

    fn end_sign_in(&mut self, digest: SignInDigest) -> Result<bool> {
        self.write(Writing::Few, |tx| sign_ins::end(tx, digest))
    }

    fn end_all_sign_ins(&mut self, by: &Actor, owner: &Account) -> Result<usize> {
        self.change(Writing::Few, by, "sign-out", Whom::Named(owner.into()), |tx| {
            authority::Present::look_up(tx, by)?;
            sign_ins::end_everywhere(tx, by, owner)
        })
    }

    fn create_token(&mut self, by: &Actor, owner: AccountId, new: &NewToken) -> Result<()> {
        self.change_of(by, Action::CreateToken, owner, |tx| tokens::create(tx, by, owner, new))
    }

    fn tokens(&self, owner: Option<AccountId>) -> Result<Vec<Token>> {
        self.engine.read(|reads| tokens::list(reads, owner))
    }

    fn token(&self, target: &TokenTarget, own: Option<AccountId>) -> Result<Option<Token>> {
        self.engine.read(|reads| tokens::find(reads, target, own))
    }

    fn revoke_token(&mut self, by: &Actor, owner: AccountId, id: SignInId) -> Result<bool> {
        self.change_of(by, Action::RevokeToken, owner, |tx| tokens::revoke(tx, by, owner, id))
    }

    fn note_use(&mut self, id: SignInId) -> Result<()> {
        let how = match self.engine.read(|reads| tokens::noteworthy_use(reads, id))? {
            None => return Ok(()),
            Some(tokens::Use::First) => Writing::Few,
            Some(tokens::Use::Another) => Writing::IfIdle,
        };
        self.write(how, |tx| tokens::note_use(tx, id))
    }

    fn announce_backup(&mut self, by: &Actor, place: &Path) -> Result<()> {
        self.change(Writing::Few, by, Action::Backup.name(), Whom::Nobody, |tx| {
            authority::authorize_all(tx, by, Action::Backup)?;
            record::append(tx, &events::backed_up(by, place))
        })
    }

    fn note_no_backup(&mut self, by: &Actor, place: &Path, why: &StoreError) -> Result<()> {
        self.record(&events::not_backed_up(by, place, why))
    }
}
