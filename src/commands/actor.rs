//! Who acts: `--as`, then a saved sign-in, then the operator.

use super::Desk;
use crate::domain::account::Account;
use crate::domain::audit::{self, Entry, Outcome};
use crate::domain::authority::{Action, Actor, Refusal, Standing, Subject, decide};
use crate::domain::clock::{Timestamp, readable};
use crate::domain::credential::{Credential, matches};
use crate::domain::name::Username;
use crate::domain::secret::TypedPassword;
use crate::domain::sign_in::SignInId;
use crate::domain::target::Target;
use crate::failure::{Failure, Kind, Result};
use crate::store::{Mandate, Store};

/// Who acts, as known when the command began. The store decides again on what they are when it writes.
pub struct Acting {
    actor: Actor,
    account: Option<Account>,
}

impl Acting {
    /// Refuses, and records it, what the actor may do to nobody.
    pub fn may(&self, store: &mut dyn Store, at: Timestamp, action: Action) -> Result<()> {
        self.may_on(store, at, action, [])
    }

    /// Refuses, and records it, what the actor may not do to this one.
    pub fn may_to(&self, store: &mut dyn Store, at: Timestamp, action: Action, subject: Subject<'_>) -> Result<()> {
        let Err(refusal) = decide(self.standing(), action, Some(subject)) else { return Ok(()) };
        let target = audit::Target { id: subject.id, username: subject.username.clone() };
        store.record(&self.mandate(at).refused(action.name(), Some(target), &refusal))?;
        Err(refusal.into())
    }

    /// Refuses, and records it, a reset that would leave nobody to count on. Found out before a temporary password is
    /// shown; the store sees to it in any case.
    pub fn may_reset(&self, store: &mut dyn Store, at: Timestamp, account: &Account) -> Result<()> {
        self.may_to(store, at, Action::Reset, account.into())?;
        if account.removed_at.is_some() {
            return Err(Failure::new(Kind::Conflict, format!("{} is removed", account.username))
                .hint(format!("bring it back first: passdesk users restore {}", account.username)));
        }
        if !store.is_last_admin(account.id)? {
            return Ok(());
        }
        let refusal = Refusal::LastAdmin { username: account.username.clone() };
        store.record(&self.mandate(at).refused(Action::Reset.name(), Some(account.into()), &refusal))?;
        Err(refusal.into())
    }

    /// Refuses what the actor may do to nobody, without a word about whether the targets are there. The record names
    /// those that are.
    pub fn may_on<'t>(
        &self,
        store: &mut dyn Store,
        at: Timestamp,
        action: Action,
        targets: impl IntoIterator<Item = &'t Target>,
    ) -> Result<()> {
        let Err(refusal) = decide(self.standing(), action, None) else { return Ok(()) };
        let mut named = Vec::new();
        for target in targets {
            named.extend(store.account(target)?.as_ref().map(audit::Target::from));
        }
        let named = if named.is_empty() { vec![None] } else { named.into_iter().map(Some).collect() };
        for target in named {
            store.record(&self.mandate(at).refused(action.name(), target, &refusal))?;
        }
        Err(refusal.into())
    }

    /// On whose behalf something is written.
    pub fn mandate(&self, at: Timestamp) -> Mandate {
        Mandate { actor: self.actor.clone(), at }
    }

    fn standing(&self) -> Standing<'_> {
        self.account.as_ref().map_or(Standing::Operator, Standing::Account)
    }
}

impl From<Account> for Acting {
    fn from(account: Account) -> Self {
        let actor = Actor::Account { id: account.id, username: account.username.clone() };
        Self { actor, account: Some(account) }
    }
}

/// Somebody who has proved to own an account.
pub struct Owner {
    /// The account.
    pub account: Account,
    /// By which sign-in, if that is how.
    pub sign_in: Option<SignInId>,
}

impl Owner {
    /// Refuses an account that has to choose a new password first.
    pub fn unflagged(self) -> Result<Self> {
        if self.account.must_change {
            return Err(Refusal::ChangeRequired { username: self.account.username }.into());
        }
        Ok(self)
    }
}

/// Finds out who acts. What they may do, an account that has to choose a new password first nothing at all, is for
/// [`Acting::may`] to say.
pub fn acting(desk: &mut Desk<'_>, store: &mut dyn Store) -> Result<Acting> {
    let acting = match known_owner(desk, store)? {
        Some(owner) => owner.account.into(),
        None => Acting { actor: Actor::Operator(desk.operator.clone()), account: None },
    };
    if desk.global.verbose {
        desk.terminal.note(&format!("acting as {}, on {}", acting.actor.recorded(), desk.stores.location()));
    }
    Ok(acting)
}

/// Finds out whose account `me` is about; asks if neither `--as` nor a saved sign-in says so.
pub fn owner(desk: &mut Desk<'_>, store: &mut dyn Store) -> Result<Owner> {
    if let Some(owner) = known_owner(desk, store)? {
        return Ok(owner);
    }
    if desk.terminal.is_interactive() {
        desk.terminal.note("Nobody is signed in: whose account is it?");
    }
    let username = ask_username(desk)?;
    let password = ask_password(desk, &username)?;
    let (account, _) = authenticate(desk, store, &username, &password)?;
    Ok(Owner { account, sign_in: None })
}

fn known_owner(desk: &mut Desk<'_>, store: &mut dyn Store) -> Result<Option<Owner>> {
    if let Some(username) = desk.global.as_username.clone() {
        let username: Username = username.parse()?;
        let password = ask_password(desk, &username)?;
        let (account, _) = authenticate(desk, store, &username, &password)?;
        return Ok(Some(Owner { account, sign_in: None }));
    }
    if desk.global.password_stdin {
        return Err(Failure::new(Kind::Usage, "nothing says whose password is on standard input")
            .hint("say whose with --as USERNAME, or leave out --password-stdin"));
    }
    saved(desk, store)
}

/// The sign-in kept from an earlier command. One that has ended is a failure, not nothing: whoever was signed in to less
/// than the operator may do is not to go on as the operator unawares.
pub fn saved(desk: &mut Desk<'_>, store: &dyn Store) -> Result<Option<Owner>> {
    let Some(secret) = desk.sign_ins.load(&store.name()?)? else { return Ok(None) };
    let found = store.sign_in(secret.digest(), desk.now())?;
    found.map(|found| Some(Owner { account: found.account, sign_in: Some(found.id) })).ok_or_else(|| {
        Failure::new(Kind::SignInFailed, "your sign-in has ended")
            .hint("sign in again with 'passdesk me sign-in', or leave it with 'passdesk me sign-out'")
    })
}

/// Whose account it is, if nothing has said so yet: `--as`, or a question that offers the user's own name.
pub fn ask_username(desk: &mut Desk<'_>) -> Result<Username> {
    if let Some(username) = &desk.global.as_username {
        return Ok(username.parse()?);
    }
    let instead = "say whose account it is with --as USERNAME";
    if desk.global.password_stdin {
        return Err(crate::terminal::PromptError::NoTerminal { instead }.into());
    }
    let offer = desk.operator.os_user.clone();
    Ok(desk.terminal.ask_text("Username", &offer, instead)?.parse()?)
}

/// The current password of an account, typed or piped.
pub fn ask_password(desk: &mut Desk<'_>, username: &Username) -> Result<TypedPassword> {
    if desk.global.password_stdin {
        return Ok(desk.terminal.piped_secret()?);
    }
    let instead = "pass the password on standard input, with --password-stdin";
    Ok(desk.terminal.ask_secret(&format!("Password of {username}"), instead)?)
}

/// Signs somebody in. Whatever is wrong, the answer is the same, and one hash is evaluated; that a temporary password
/// has expired is told only to those who know it.
pub fn authenticate(
    desk: &Desk<'_>,
    store: &mut dyn Store,
    username: &Username,
    password: &TypedPassword,
) -> Result<(Account, Credential)> {
    let found = store.credential(username)?;
    let matched = matches(found.as_ref().and_then(|(_, credential)| credential.as_ref()), password);
    let (account, credential) = match found {
        Some((account, Some(credential))) if matched && account.is_open() => (account, credential),
        other => {
            // What is nobody's name may be somebody's password, typed in the wrong place: it is not written down.
            let target = other.as_ref().map(|(account, _)| account.into());
            let detail = if target.is_some() { "" } else { "no such account" };
            store.record(&failed_sign_in(target, desk.now(), detail))?;
            return Err(Failure::sign_in_failed());
        }
    };
    match account.temporary_until {
        Some(until) if until <= desk.now() => {
            store.record(&failed_sign_in(Some((&account).into()), desk.now(), "the temporary password has expired"))?;
            let message = format!("this temporary password expired on {}", readable(until));
            Err(Failure::new(Kind::SignInFailed, message).hint("ask an admin for another one"))
        }
        _ => Ok((account, credential)),
    }
}

fn failed_sign_in(target: Option<audit::Target>, at: Timestamp, detail: &str) -> Entry {
    Entry { actor: None, action: "sign-in", target, at, outcome: Outcome::Refused, detail: detail.to_owned() }
}
