//! Who acts, and what they may do: the owner of an account, or the operator.

use super::Desk;
use super::way_in::{self, Owner};
use crate::domain::account::Account;
use crate::domain::actor::{Actor, Proof, Standing};
use crate::domain::audit::{Entry, Reason, RecordedTarget};
use crate::domain::authority::{Action, Refusal, Subject, decide};
use crate::domain::change::Change;
use crate::domain::clock::Timestamp;
use crate::domain::role::{Role, Roles};
use crate::domain::target::Target;
use crate::domain::text::shown;
use crate::failure::{Failure, Kind, Result};
use crate::store::Store;

/// Who acts, as known when the command began. The store decides again when it writes.
pub struct Acting {
    actor: Actor,
    account: Option<Account>,
    is_token: bool,
    /// When the command began.
    now: Timestamp,
    /// Whether this is a dry run: nothing is done.
    foretells: bool,
}

impl Acting {
    /// The owner of an account who acts from this moment on.
    pub fn owner(owner: Owner, now: Timestamp) -> Self {
        let is_token = matches!(owner.proof, Proof::Token(..));
        Self { actor: owner.actor(), account: Some(owner.account), is_token, now, foretells: false }
    }

    /// The operator.
    fn operator(desk: &Desk<'_>) -> Result<Self> {
        let (actor, now) = (Actor::Operator(desk.operator.clone()), desk.now()?);
        Ok(Self { actor, account: None, is_token: false, now, foretells: false })
    }

    /// Marks a dry run. It changes nothing, so a refusal is not recorded either.
    #[must_use]
    pub fn foretelling(self, foretells: bool) -> Self {
        Self { foretells, ..self }
    }

    /// Checks that the actor may do this to some account. A refusal is recorded.
    pub fn may(&self, store: &mut Store, action: Action) -> Result<()> {
        self.may_on(store, action, [])
    }

    /// Checks that the actor may do this to the account. A refusal is recorded.
    pub fn may_to(&self, store: &mut Store, action: Action, subject: Subject<'_>) -> Result<()> {
        let Err(refusal) = self.decides(action, subject) else { return Ok(()) };
        let target = RecordedTarget { id: subject.id, username: subject.username.clone() };
        self.refuse(store, action.name(), target, refusal)
    }

    /// Whether the actor may do it to the account. Nothing is recorded: a caller with many accounts records the outcome
    /// of all.
    pub fn decides(&self, action: Action, subject: Subject<'_>) -> std::result::Result<(), Refusal> {
        decide(self.standing(), action, Some(subject), self.now)
    }

    /// Whether the actor may do it to some account.
    pub fn could(&self, action: Action) -> bool {
        decide(self.standing(), action, None, self.now).is_ok()
    }

    /// The same for a change of an account. Also fails if the account is removed, or is not removed before a restore.
    pub fn may_change(&self, store: &mut Store, action: Action, account: &Account) -> Result<()> {
        self.may_to(store, action, account.into())?;
        let username = &account.username;
        match (action, account.removed_at) {
            (Action::Restore, None) => Err(Failure::new(Kind::Conflict, format!("{username} is not removed"))
                .hint(format!("see how it stands: passdesk users show {username}"))),
            (Action::Restore, Some(_)) | (_, None) => Ok(()),
            (_, Some(_)) => Err(is_removed(account)),
        }
    }

    /// Refuses a reset that would leave no lasting admin. The refusal is recorded. This check comes before a
    /// temporary password is shown. The store checks again in any case.
    pub fn may_reset(&self, store: &mut Store, account: &Account) -> Result<()> {
        self.may_change(store, Action::Reset, account)?;
        self.leaves_admin(store, Action::Reset, account)
    }

    /// The same for another change. If it is not to be done, only the right is checked.
    pub fn may_make(&self, store: &mut Store, change: Change, account: &Account, is_to_do: bool) -> Result<()> {
        let action = change.action();
        if !is_to_do {
            return self.may_to(store, action, account.into());
        }
        self.may_change(store, action, account)?;
        if change.takes_admin() && !change.is_made(account) {
            self.leaves_admin(store, action, account)
        } else {
            Ok(())
        }
    }

    /// Refuses to take the last lasting admin.
    fn leaves_admin(&self, store: &mut Store, action: Action, account: &Account) -> Result<()> {
        if !account.roles.contains(Role::GlobalAdmin) || !store.is_last_admin(account.id)? {
            return Ok(());
        }
        let refusal = Refusal::LastAdmin { username: account.username.clone() };
        self.refuse(store, action.name(), account.into(), refusal)
    }

    /// Refuses what the actor may do to no account. The refusal does not say whether the targets exist. The record
    /// names those that do.
    pub fn may_on<'t>(
        &self,
        store: &mut Store,
        action: Action,
        targets: impl IntoIterator<Item = &'t Target>,
    ) -> Result<()> {
        let Err(refusal) = decide(self.standing(), action, None, self.now) else { return Ok(()) };
        let mut named = Vec::new();
        for target in targets {
            named.extend(store.account(target)?.as_ref().map(RecordedTarget::from));
        }
        let named = if named.is_empty() { vec![None] } else { named.into_iter().map(Some).collect() };
        for target in named {
            self.record(store, action.name(), target, &refusal)?;
        }
        Err(self.told(refusal))
    }

    /// Refuses what only some actors may do to the accounts of others. The refusal does not say whether the target
    /// exists. The actor's own account is never refused here.
    pub fn may_on_others(&self, store: &mut Store, action: Action, target: &Target) -> Result<()> {
        let own = match (self.account(), store.account(target)?) {
            (Some(own), Some(found)) => own.id == found.id,
            _ => false,
        };
        if own { Ok(()) } else { self.may_on(store, action, [target]) }
    }

    /// The same actor, read again. Another process may have changed the account while a question waited for its answer.
    /// Only the store notices if just the sign-in was ended.
    pub fn renewed(self, store: &Store) -> Result<Self> {
        let Some(before) = self.account else { return Ok(self) };
        let account = match store.account(&Target::Id(before.id))? {
            // With a token, the actor has no role that the token lacks.
            Some(now) if self.is_token => Account { roles: before.roles.and(now.roles.covered()), ..now },
            Some(now) => now,
            None => Account { roles: Roles::NONE, ..before },
        };
        Ok(Self { account: Some(account), ..self })
    }

    /// Refuses a token for what needs a password. The refusal is recorded.
    pub fn may_not_by_token(&self, store: &mut Store, action: &'static str, deed: &str) -> Result<()> {
        let Some(account) = self.account.as_ref().filter(|_| self.is_token) else { return Ok(()) };
        let message = format!("a token of {} may not {deed}", account.username);
        let hint = "sign in with a password for it: leave out the token, or add --as".to_owned();
        self.refuse(store, action, account.into(), Refusal::NotAllowed { reason: Reason::ByToken, message, hint })
    }

    /// Records a refusal, and returns it as a failure.
    pub fn refuse(
        &self,
        store: &mut Store,
        action: &'static str,
        target: RecordedTarget,
        refusal: Refusal,
    ) -> Result<()> {
        self.record(store, action, Some(target), &refusal)?;
        Err(self.told(refusal))
    }

    /// A refusal as a failure. Its hint tells how to end the sign-in, which the user may have forgotten.
    fn told(&self, refusal: Refusal) -> Failure {
        let failure = Failure::from(refusal);
        match (&self.actor, &failure.hint) {
            (Actor::Account { username, proof: Proof::SignIn(_), .. }, Some(hint))
                if failure.kind == Kind::NotAllowed =>
            {
                let hint =
                    format!("{}; you are signed in as {username}, and 'passdesk me sign-out' ends that", hint.words);
                failure.hint(hint)
            }
            _ => failure,
        }
    }

    /// Records that something was refused, except in a dry run.
    pub fn record(
        &self,
        store: &mut Store,
        action: &'static str,
        target: Option<RecordedTarget>,
        refusal: &Refusal,
    ) -> Result<()> {
        if self.foretells {
            return Ok(());
        }
        Ok(store.record(&Entry::refused(&self.actor, action, target, refusal.reason()))?)
    }

    /// Whether the actor uses a sign-in from an earlier command. Such a sign-in does not show that the user knows the
    /// password.
    pub fn is_signed_in(&self) -> bool {
        matches!(&self.actor, Actor::Account { proof: Proof::SignIn(_) | Proof::Token(..), .. })
    }

    /// The actor that the record names.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The account that acts; `None` for an operator.
    pub fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    /// When the command began.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    fn standing(&self) -> Standing<'_> {
        match &self.account {
            None => Standing::Operator,
            Some(account) if self.is_token => Standing::Token(account),
            Some(account) => Standing::Account(account),
        }
    }
}

/// The failure for a removed account. Nothing else can be done to such an account.
pub fn is_removed(account: &Account) -> Failure {
    let username = &account.username;
    Failure::new(Kind::Conflict, format!("{username} is removed"))
        .hint(format!("to bring it back: passdesk users restore {username}"))
}

/// The actor, if that is known without a question. Nothing is recorded. A token or a sign-in that has ended is nobody.
pub fn quietly(desk: &Desk<'_>, store: &Store) -> Result<Option<Acting>> {
    match way_in::given(desk, store)? {
        Some(given) => given.owner(store)?.map(|owner| Ok(Acting::owner(owner, desk.now()?))).transpose(),
        None if may_operate(desk) => Ok(Some(Acting::operator(desk)?)),
        None => Ok(None),
    }
}

/// Whether whoever runs this may act as an operator.
fn may_operate(desk: &Desk<'_>) -> bool {
    desk.policy.operator_access && desk.operator.let_in().is_ok()
}

/// Finds out who acts. It does not check rights: [`Acting::may`] does. An account that must first choose a new password
/// may do nothing at all.
pub fn acting(desk: &mut Desk<'_>, store: &mut Store) -> Result<Acting> {
    let acting = match way_in::known(desk, store)? {
        Some(owner) => Acting::owner(owner, desk.now()?),
        None if may_operate(desk) => Acting::operator(desk)?,
        None => Acting::owner(way_in::asked(desk, store)?, desk.now()?),
    };
    if desk.global.verbose {
        desk.terminal.note(&format!("acting as {}, on {}", acting.actor.recorded(), shown(desk.stores.location())));
    }
    Ok(acting)
}
