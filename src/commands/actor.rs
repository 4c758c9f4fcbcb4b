//! Who acts, and what they may do: the owner of an account, or the operator.

use super::Desk;
use super::way_in::{self, Owner};
use crate::domain::account::Account;
use crate::domain::actor::{Actor, Proof, Standing};
use crate::domain::audit::{Entry, Reason, RecordedTarget};
use crate::domain::authority::{Action, Refusal, Subject, decide};
use crate::domain::role::{Role, Roles};
use crate::domain::target::Target;
use crate::domain::text::shown;
use crate::failure::{Failure, Kind, Result};
use crate::store::Store;

/// Who acts, as known when the command began. The store decides again on what they are when it writes.
pub struct Acting {
    actor: Actor,
    account: Option<Account>,
    is_token: bool,
    /// Whether nothing is done, only said.
    foretells: bool,
}

impl Acting {
    /// For a command that says what would come of it: it changes nothing, and so a refusal is not recorded either.
    #[must_use]
    pub fn foretelling(self, foretells: bool) -> Self {
        Self { foretells, ..self }
    }

    /// Refuses, and records it, what the actor may do to nobody.
    pub fn may(&self, store: &mut Store, action: Action) -> Result<()> {
        self.may_on(store, action, [])
    }

    /// Refuses, and records it, what the actor may not do to this one.
    pub fn may_to(&self, store: &mut Store, action: Action, subject: Subject<'_>) -> Result<()> {
        let Err(refusal) = self.decides(action, subject) else { return Ok(()) };
        let target = RecordedTarget { id: subject.id, username: subject.username.clone() };
        self.refuse(store, action.name(), target, refusal)
    }

    /// Whether the actor may do it to this one; for whoever has many to ask about, and records what came of all of them.
    pub fn decides(&self, action: Action, subject: Subject<'_>) -> std::result::Result<(), Refusal> {
        decide(self.standing(), action, Some(subject))
    }

    /// Whether the actor may do it to anybody.
    pub fn could(&self, action: Action) -> bool {
        decide(self.standing(), action, None).is_ok()
    }

    /// The same of what is to be written; says, too, that an account is removed, or is not.
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

    /// Refuses, and records it, a reset that would leave nobody to count on. Found out before a temporary password is
    /// shown; the store sees to it in any case.
    pub fn may_reset(&self, store: &mut Store, account: &Account) -> Result<()> {
        self.may_change(store, Action::Reset, account)?;
        if !account.roles.contains(Role::GlobalAdmin) || !store.is_last_admin(account.id)? {
            return Ok(());
        }
        let refusal = Refusal::LastAdmin { username: account.username.clone() };
        self.refuse(store, Action::Reset.name(), account.into(), refusal)
    }

    /// Refuses what the actor may do to nobody, without a word about whether the targets are there. The record names
    /// those that are.
    pub fn may_on<'t>(
        &self,
        store: &mut Store,
        action: Action,
        targets: impl IntoIterator<Item = &'t Target>,
    ) -> Result<()> {
        let Err(refusal) = decide(self.standing(), action, None) else { return Ok(()) };
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

    /// Refuses what only some may do to others, without a word about whether the target is there: it may be one's own.
    pub fn may_on_others(&self, store: &mut Store, action: Action, target: &Target) -> Result<()> {
        let own = match (self.account(), store.account(target)?) {
            (Some(own), Some(found)) => own.id == found.id,
            _ => false,
        };
        if own { Ok(()) } else { self.may_on(store, action, [target]) }
    }

    /// The same actor as they stand now: while a question stood, somebody else may have been here. What has ended a sign-in
    /// meanwhile, and nothing else, only the store finds out.
    pub fn renewed(self, store: &Store) -> Result<Self> {
        let Some(before) = self.account else { return Ok(self) };
        let account = match store.account(&Target::Id(before.id))? {
            // By a token it has no role that the token has not.
            Some(now) if self.is_token => Account { roles: before.roles.and(now.roles.covered()), ..now },
            Some(now) => now,
            None => Account { roles: Roles::NONE, ..before },
        };
        Ok(Self { account: Some(account), ..self })
    }

    /// Refuses, and records it, what takes a password and not a token.
    pub fn may_not_by_token(&self, store: &mut Store, action: &'static str, deed: &str) -> Result<()> {
        let Some(account) = self.account.as_ref().filter(|_| self.is_token) else { return Ok(()) };
        let message = format!("a token of {} may not {deed}", account.username);
        let hint = "sign in with a password for it: leave out the token, or add --as".to_owned();
        self.refuse(store, action, account.into(), Refusal::NotAllowed { reason: Reason::ByToken, message, hint })
    }

    /// Records that something was refused, and says so.
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

    /// A refusal, and how somebody ends the sign-in that they may have forgotten.
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

    /// Records that something was refused, unless nothing is to change.
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

    /// Whether it acts by a sign-in from an earlier command, which does not show that the password is known.
    pub fn is_signed_in(&self) -> bool {
        matches!(&self.actor, Actor::Account { proof: Proof::SignIn(_) | Proof::Token(..), .. })
    }

    /// On whose behalf something is written.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The account that acts; `None` for an operator.
    pub fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    fn standing(&self) -> Standing<'_> {
        match &self.account {
            None => Standing::Operator,
            Some(account) if self.is_token => Standing::Token(account),
            Some(account) => Standing::Account(account),
        }
    }
}

impl From<Owner> for Acting {
    fn from(owner: Owner) -> Self {
        let is_token = matches!(owner.proof, Proof::Token(..));
        Self { actor: owner.actor(), account: Some(owner.account), is_token, foretells: false }
    }
}

/// Says that an account is removed, so that nothing else is done to it.
pub fn is_removed(account: &Account) -> Failure {
    let username = &account.username;
    Failure::new(Kind::Conflict, format!("{username} is removed"))
        .hint(format!("to bring it back: passdesk users restore {username}"))
}

/// Finds out who acts. What they may do, an account that has to choose a new password first nothing at all, is for
/// [`Acting::may`] to say.
pub fn acting(desk: &mut Desk<'_>, store: &mut Store) -> Result<Acting> {
    let acting = match way_in::known(desk, store)? {
        Some(owner) => owner.into(),
        None if desk.policy.operator_access => {
            Acting { actor: Actor::Operator(desk.operator.clone()), account: None, is_token: false, foretells: false }
        }
        None => way_in::asked(desk, store)?.into(),
    };
    if desk.global.verbose {
        desk.terminal.note(&format!("acting as {}, on {}", acting.actor.recorded(), shown(desk.stores.location())));
    }
    Ok(acting)
}
