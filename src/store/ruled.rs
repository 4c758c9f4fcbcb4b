//! An open store: its operations, each said once, over the rows of whatever engine there is.

use std::path::Path;

use super::engine::{Engine, Rows};
use super::{
    Edit, EventFilter, FailedTry, Filter, Import, Imported, Mandate, Namesakes, NewAccount, NewSignIn, NewTemporary,
    NewToken, Newcomer, Page, PassedTry, Result, SignIn, Store, StoreError, Watch, accounts, admins, authority,
    batches, events, imports, policy, record, repeats, sign_ins, tokens, tries,
};
use crate::domain::account::{Account, AccountId, Revision};
use crate::domain::audit::{Entry, Event, Repeat, Target as Recorded};
use crate::domain::authority::{Action, Refusal};
use crate::domain::clock::Timestamp;
use crate::domain::credential::{Credential, PasswordRevision, StoredHash};
use crate::domain::name::Username;
use crate::domain::policy::{Policy, Setting};
use crate::domain::sign_in::{SignInDigest, SignInId};
use crate::domain::target::Target;
use crate::domain::throttle::{Throttle, TriesNow, TryId};
use crate::domain::token::{Token, TokenTarget};

/// A store over an engine.
pub struct Ruled<E>(pub E);

/// Makes a change of the store.
pub(super) fn change<T>(
    engine: &mut impl Engine,
    by: &Mandate,
    action: &'static str,
    target: Option<Recorded>,
    work: impl FnOnce(&mut dyn Rows) -> Result<T>,
) -> Result<T> {
    engine.write(|rows| changed(rows, by, action, |_| Ok(target), work))?.map_err(StoreError::Refused)
}

/// Makes a change of an account.
fn change_of<T>(
    engine: &mut impl Engine,
    by: &Mandate,
    action: Action,
    id: AccountId,
    work: impl FnOnce(&mut dyn Rows) -> Result<T>,
) -> Result<T> {
    let target = |rows: &mut dyn Rows| Ok(rows.account(&Target::Id(id))?.as_ref().map(Into::into));
    engine.write(|rows| changed(rows, by, action.name(), target, work))?.map_err(StoreError::Refused)
}

/// What comes of a change, or why it is refused.
type Changed<T> = Result<std::result::Result<T, Refusal>>;

/// Makes a change. If it is refused, nothing has changed, and the refusal is recorded in the same transaction.
fn changed<T>(
    rows: &mut dyn Rows,
    by: &Mandate,
    action: &'static str,
    target: impl FnOnce(&mut dyn Rows) -> Result<Option<Recorded>>,
    work: impl FnOnce(&mut dyn Rows) -> Result<T>,
) -> Changed<T> {
    let (mut work, mut done) = (Some(work), None);
    let outcome = rows.attempt(&mut |rows| {
        if let Some(work) = work.take() {
            done = Some(work(rows)?);
        }
        Ok(())
    })?;
    match (outcome, done) {
        (Err(StoreError::Refused(why)), _) => {
            let target = target(rows)?;
            record::append(rows, &by.refused(action, target, &why))?;
            Ok(Err(why))
        }
        (Err(error), _) => Err(error),
        (Ok(()), Some(done)) => Ok(Ok(done)),
        (Ok(()), None) => Err(StoreError::Failed(anyhow::anyhow!("the engine has not done what it was given"))),
    }
}

impl<E: Engine> Store for Ruled<E> {
    fn name(&self) -> Result<String> {
        self.0.read(policy::store_name)
    }

    fn policy(&self, otherwise: Policy) -> Result<Policy> {
        self.0.read(|rows| policy::read(rows, otherwise))
    }

    fn set_policy(&mut self, by: &Mandate, otherwise: Policy, setting: Setting, decided: &str) -> Result<String> {
        let work = |rows: &mut dyn Rows| policy::write(rows, by, otherwise, setting, decided);
        change(&mut self.0, by, Action::SetPolicy.name(), None, work)
    }

    fn account(&self, target: &Target) -> Result<Option<Account>> {
        self.0.read(|rows| rows.account(target))
    }

    fn credential(&self, username: &Username) -> Result<Option<(Account, Option<Credential>)>> {
        self.0.read(|rows| accounts::credential(rows, username))
    }

    fn is_last_admin(&self, id: AccountId) -> Result<bool> {
        self.0.read(|rows| admins::is_last(rows, id))
    }

    fn page(&self, page: &Page<'_>) -> Result<Vec<Account>> {
        self.0.read(|rows| rows.page(page))
    }

    fn suggestions(&self, text: &str, limit: usize, now: Timestamp) -> Result<Vec<Account>> {
        self.0.read(|rows| rows.suggestions(text, limit, now))
    }

    fn count(&self, filter: &Filter, now: Timestamp) -> Result<u64> {
        self.0.read(|rows| rows.count(filter, now))
    }

    fn add_account(&mut self, by: &Mandate, new: &NewAccount) -> Result<AccountId> {
        let target = Recorded { id: None, username: new.username.clone() };
        change(&mut self.0, by, Action::Add.name(), Some(target), |rows| accounts::add(rows, by, new))
    }

    fn namesakes(&self, of: &[Newcomer]) -> Result<Vec<Namesakes>> {
        self.0.read(|rows| rows.namesakes(of))
    }

    fn import(&mut self, by: &Mandate, import: Import<'_>, go_on: &mut dyn FnMut(u64) -> bool) -> Result<Imported> {
        let work = |rows: &mut dyn Rows| imports::import(rows, by, import, go_on);
        let imported = self.0.write_many(|rows| changed(rows, by, Action::Import.name(), |_| Ok(None), work));
        imported?.map_err(StoreError::Refused)
    }

    fn edit_account(&mut self, by: &Mandate, id: AccountId, seen: Revision, edit: &Edit) -> Result<()> {
        let account = self.account(&Target::Id(id))?;
        let action = account.map_or(Action::Edit, |account| edit.action(&account));
        change_of(&mut self.0, by, action, id, |rows| accounts::edit(rows, by, id, seen, edit))
    }

    fn reset_password(&mut self, by: &Mandate, id: AccountId, seen: Revision, new: &NewTemporary) -> Result<()> {
        self.0.and_forget(|engine| {
            change_of(engine, by, Action::Reset, id, |rows| accounts::reset_password(rows, by, id, seen, new))
        })
    }

    fn reset_passwords(&mut self, by: &Mandate, batch: &[(AccountId, NewTemporary)]) -> Result<Vec<Result<()>>> {
        self.0.and_forget(|engine| engine.write(|rows| batches::reset_passwords(rows, by, batch)))
    }

    fn was_reset(&self, id: AccountId, until: Timestamp) -> Result<bool> {
        self.0.read(|rows| rows.has_event(id, Action::Reset.name(), &events::expires(until)))
    }

    fn require_change(&mut self, by: &Mandate, id: AccountId, seen: Revision) -> Result<()> {
        change_of(&mut self.0, by, Action::RequireChange, id, |rows| accounts::require_change(rows, by, id, seen))
    }

    fn unlock(&mut self, by: &Mandate, id: AccountId, seen: Revision) -> Result<()> {
        change_of(&mut self.0, by, Action::Unlock, id, |rows| accounts::unlock(rows, by, id, seen))
    }

    fn disable(&mut self, by: &Mandate, id: AccountId, seen: Revision) -> Result<()> {
        change_of(&mut self.0, by, Action::Disable, id, |rows| accounts::disable(rows, by, id, seen))
    }

    fn enable(&mut self, by: &Mandate, id: AccountId, seen: Revision) -> Result<()> {
        change_of(&mut self.0, by, Action::Enable, id, |rows| accounts::enable(rows, by, id, seen))
    }

    fn remove(&mut self, by: &Mandate, id: AccountId, seen: Revision) -> Result<()> {
        change_of(&mut self.0, by, Action::Remove, id, |rows| accounts::remove(rows, by, id, seen))
    }

    fn restore(&mut self, by: &Mandate, id: AccountId, seen: Revision) -> Result<()> {
        change_of(&mut self.0, by, Action::Restore, id, |rows| accounts::restore(rows, by, id, seen))
    }

    fn purge(&mut self, by: &Mandate, removed_until: Timestamp) -> Result<u64> {
        self.0.and_forget(|engine| {
            change(engine, by, Action::Purge.name(), None, |rows| accounts::purge(rows, by, removed_until))
        })
    }

    fn recover(&mut self, by: &Mandate, id: AccountId, seen: Revision, new: &NewTemporary) -> Result<()> {
        self.0.and_forget(|engine| engine.write(|rows| accounts::recover(rows, by, id, seen, new)))
    }

    fn record(&mut self, entry: &Entry) -> Result<()> {
        self.0.write(|rows| record::append(rows, entry))
    }

    fn turn_away(&mut self, entry: &Entry) -> Result<()> {
        self.0.write(|rows| repeats::append(rows, entry, &events::kind_of(entry), 1))
    }

    fn repeats(&self) -> Result<Vec<Repeat>> {
        self.0.read(repeats::pending)
    }

    fn events(&self, filter: &EventFilter, after: Option<u64>, limit: usize) -> Result<Vec<Event>> {
        self.0.read(|rows| rows.events(filter, after, limit))
    }

    fn replace_password(
        &mut self,
        id: AccountId,
        proved: PasswordRevision,
        hash: &StoredHash,
        at: Timestamp,
        keep: Option<SignInId>,
    ) -> Result<PasswordRevision> {
        self.0.and_forget(|engine| engine.write(|rows| accounts::replace_password(rows, id, proved, hash, at, keep)))
    }

    fn begin_try(&mut self, username: Option<&Username>, at: Timestamp, throttle: Throttle) -> Result<Option<TryId>> {
        self.0.write(|rows| tries::begin(rows, username, at, throttle))
    }

    fn fail_try(&mut self, tried: &FailedTry<'_>, at: Timestamp, throttle: Throttle) -> Result<()> {
        self.0.write(|rows| tries::fail(rows, tried, at, throttle))
    }

    fn pass_try(&mut self, passed: &PassedTry<'_>, at: Timestamp) -> Result<Account> {
        let pass = |engine: &mut E| engine.write(|rows| tries::pass(rows, passed, at));
        if passed.renewed.is_some() { self.0.and_forget(pass) } else { pass(&mut self.0) }
    }

    fn tries(&self, account: &Account, now: Timestamp) -> Result<TriesNow> {
        self.0.read(|rows| tries::standing(rows, account, now))
    }

    fn note_told(&mut self, id: AccountId, failures: u32) -> Result<()> {
        self.0.write(|rows| tries::note_told(rows, id, failures))
    }

    fn begin_sign_in(&mut self, id: AccountId, proved: PasswordRevision, new: &NewSignIn, at: Timestamp) -> Result<()> {
        self.0.write(|rows| sign_ins::begin(rows, id, proved, new, at))
    }

    fn sign_in(&self, digest: SignInDigest, now: Timestamp) -> Result<Option<SignIn>> {
        self.0.read(|rows| sign_ins::find(rows, digest, now))
    }

    fn end_sign_in(&mut self, digest: SignInDigest, at: Timestamp) -> Result<bool> {
        self.0.write(|rows| sign_ins::end(rows, digest, at))
    }

    fn end_all_sign_ins(&mut self, by: &Mandate, owner: &Account) -> Result<usize> {
        change(&mut self.0, by, "sign-out", Some(owner.into()), |rows| {
            authority::Present::look_up(rows, by)?;
            sign_ins::end_everywhere(rows, by, owner)
        })
    }

    fn create_token(&mut self, by: &Mandate, owner: AccountId, new: &NewToken) -> Result<()> {
        change_of(&mut self.0, by, Action::CreateToken, owner, |rows| tokens::create(rows, by, owner, new))
    }

    fn tokens(&self, owner: Option<AccountId>, now: Timestamp) -> Result<Vec<Token>> {
        self.0.read(|rows| tokens::list(rows, owner, now))
    }

    fn token(&self, target: &TokenTarget, own: Option<AccountId>, now: Timestamp) -> Result<Option<Token>> {
        self.0.read(|rows| tokens::find(rows, target, own, now))
    }

    fn revoke_token(&mut self, by: &Mandate, owner: AccountId, id: SignInId) -> Result<bool> {
        change_of(&mut self.0, by, Action::RevokeToken, owner, |rows| tokens::revoke(rows, by, owner, id))
    }

    fn note_use(&mut self, id: SignInId, at: Timestamp) -> Result<()> {
        let note = |engine: &mut E| engine.write(|rows| tokens::note_use(rows, id, at));
        match self.0.read(|rows| tokens::noteworthy_use(rows, id, at))? {
            None => Ok(()),
            Some(tokens::Use::First) => note(&mut self.0),
            Some(tokens::Use::Another) => self.0.without_waiting(note),
        }
    }

    fn back_up(&mut self, by: &Mandate, place: &Path, watch: &mut dyn Watch) -> Result<()> {
        let copied = self.0.copy(place, watch, |engine| {
            change(engine, by, Action::Backup.name(), None, |rows| {
                authority::authorize_all(rows, by, Action::Backup)?;
                record::append(rows, &events::backed_up(by, place))
            })
        })?;
        if let Err(why) = &copied {
            // That none came of it is what whoever asked is told in any case.
            let _ = self.record(&events::not_backed_up(by, place, why));
        }
        self.0.and_forget(|_| copied)
    }
}
