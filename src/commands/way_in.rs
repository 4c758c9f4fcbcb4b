//! The ways in: `--as`, a token, a saved sign-in, a question. Each proves that the user owns an account.

use super::Desk;
use crate::domain::account::{Account, AccountId};
use crate::domain::actor::{Actor, Proof};
use crate::domain::audit::{Detail, DetailKey, Entry, Outcome, Reason};
use crate::domain::authority::Refusal;
use crate::domain::clock::{Timestamp, moment};
use crate::domain::credential::{Credential, have_room, matches};
use crate::domain::name::Username;
use crate::domain::secret::TypedPassword;
use crate::domain::sign_in::SignInSecret;
use crate::domain::target::Target;
use crate::domain::throttle::TryId;
use crate::failure::{Failure, Kind, Result};
use crate::store::{self, FailedTry, Occasion, PassedTry, Store, StoreError};
use crate::terminal::PromptError;
use crate::token_source::GivenToken;

/// How often somebody at a terminal may get a password wrong, or choose one that is refused.
pub const TRIES: usize = 3;
/// How often a busy store is told the outcome of a try. Each attempt waits a few seconds.
const TOLD_AT_MOST: u32 = 4;

/// A user who has proved to own an account.
pub struct Owner {
    /// The account. With a token, it has no role that the token lacks.
    pub account: Account,
    /// The proof.
    pub proof: Proof,
}

impl Owner {
    /// Refuses an account that must choose a new password first. The refusal is recorded.
    pub fn unflagged(self, store: &mut Store, deed: &'static str) -> Result<Self> {
        if !self.account.must_change {
            return Ok(self);
        }
        Err(change_required(store, &self.actor(), &self.account, deed))
    }

    /// The owner as an actor.
    pub fn actor(&self) -> Actor {
        let (id, username) = (self.account.id, self.account.username.clone());
        Actor::Account { id, username, proof: self.proof.clone() }
    }
}

/// Records that an account must choose a new password first, and returns that failure.
pub fn change_required(store: &mut Store, by: &Actor, account: &Account, deed: &'static str) -> Failure {
    let refusal = Refusal::ChangeRequired { username: account.username.clone() };
    let recorded = store.record(&Entry::refused(by, deed, Some(account.into()), refusal.reason()));
    recorded.map_or_else(Into::into, |()| refusal.into())
}

/// Finds out whose account `me` is about. Asks if nothing says so.
pub fn owner(desk: &mut Desk<'_>, store: &mut Store) -> Result<Owner> {
    match known(desk, store)? {
        Some(owner) => Ok(owner),
        None => asked(desk, store),
    }
}

/// Signs a user in for this command alone. Without a terminal, nobody is signed in. An operator who could act gets a
/// hint about what to say instead.
pub fn asked(desk: &mut Desk<'_>, store: &mut Store) -> Result<Owner> {
    if desk.terminal.is_interactive() {
        desk.terminal.note("You are not signed in. Whose account is it? This is for this command");
        desk.terminal.note("alone; 'passdesk me sign-in' lasts longer.");
    } else if let Some(why) = kept_out(desk) {
        store.turn_away(&if desk.operator.is_guest {
            nobody(Detail::of(why.reason()).with(DetailKey::TypedBy, desk.operator.said()))
        } else {
            Entry::refused(&Actor::Operator(desk.operator.clone()), "sign-in", None, why.reason())
        })?;
        return Err(why.into());
    }
    let target = ask_account(desk)?;
    by_password(desk, store, &target)
}

/// The event of a sign-in that names no account.
fn nobody(detail: Detail) -> Entry {
    Entry { actor: None, action: "sign-in", target: None, outcome: Outcome::Refused, detail }
}

/// Why whoever runs this may not act as an operator.
fn kept_out(desk: &Desk<'_>) -> Option<Refusal> {
    let on = desk.policy.operator_access;
    desk.operator.let_in().err().or_else(|| (!on).then_some(Refusal::OperatorAccessOff))
}

fn by_password(desk: &mut Desk<'_>, store: &mut Store, target: &Target) -> Result<Owner> {
    let (account, credential, _) = prove(desk, store, target, |_| Ok(Occasion::OneCommand))?;
    Ok(Owner { account, proof: Proof::Password(credential.revision) })
}

/// The owner that the command line, the environment or a saved sign-in names, once proved.
pub fn known(desk: &mut Desk<'_>, store: &mut Store) -> Result<Option<Owner>> {
    if let Some(target) = named(desk)? {
        return by_password(desk, store, &target).map(Some);
    }
    if desk.global.password_stdin {
        return Err(Failure::new(Kind::Usage, "whose password is on standard input?")
            .hint("add --as USERNAME, or leave out --password-stdin"));
    }
    signed_in(desk, store)
}

/// The owner that a token or a saved sign-in names. One that has ended is a failure. Otherwise a user signed in with
/// fewer rights would silently go on as the operator.
pub fn signed_in(desk: &mut Desk<'_>, store: &mut Store) -> Result<Option<Owner>> {
    let Some(given) = given(desk, store)? else { return Ok(None) };
    let Some(owner) = given.owner(store)? else {
        let (failure, why) = ended(given.is_token, given.secret.is_none());
        let detail = Detail::of(why).with(DetailKey::TypedBy, desk.operator.said());
        store.turn_away(&nobody(detail))?;
        return Err(failure);
    };
    if let Proof::Token(id, _) = owner.proof {
        // The token is used even if its use cannot be noted.
        let _ = store.note_use(id);
    }
    Ok(Some(owner))
}

/// A token, or the secret of a saved sign-in.
pub struct Given {
    /// `None` if it is malformed.
    secret: Option<SignInSecret>,
    is_token: bool,
}

/// What whoever runs this has instead of a password.
pub fn given(desk: &Desk<'_>, store: &Store) -> Result<Option<Given>> {
    let (secret, is_token) = match desk.files.token()? {
        Some(GivenToken::Token(secret)) => (Some(secret), true),
        Some(GivenToken::Malformed) => (None, true),
        None => match desk.sign_ins.load(&store.name()?)? {
            Some(secret) => (Some(secret), false),
            None => return Ok(None),
        },
    };
    Ok(Some(Given { secret, is_token }))
}

impl Given {
    /// Whose it is. `None` if it has ended.
    pub fn owner(&self, store: &Store) -> Result<Option<Owner>> {
        let digest = self.secret.as_ref().map(SignInSecret::digest);
        let found = digest.map(|digest| store.sign_in(digest)).transpose()?.flatten();
        Ok(found.filter(|found| found.token.is_some() == self.is_token).map(|found| {
            let proof = match found.token {
                Some(label) => Proof::Token(found.id, label),
                None => Proof::SignIn(found.id),
            };
            Owner { account: found.account, proof }
        }))
    }
}

/// The failure for a useless sign-in or token, and the reason for the record.
fn ended(is_token: bool, is_malformed: bool) -> (Failure, Reason) {
    if is_malformed {
        let failure = Failure::new(Kind::SignInFailed, "your token is not a token")
            .hint("a token is one line that begins with 'pdsk_'; 'passdesk tokens create' makes one");
        return (failure, Reason::MalformedToken);
    }
    let refusal = Refusal::SignInEnded { what: if is_token { "token" } else { "sign-in" } };
    let reason = refusal.reason();
    (refusal.into(), reason)
}

/// The account that `--as` names.
fn named(desk: &Desk<'_>) -> Result<Option<Target>> {
    Ok(desk.global.as_username.as_deref().map(Target::to_sign_in).transpose()?)
}

/// Asks for the account. `--as` answers already. The prompt offers the name of the operating-system user, if it can be a
/// username.
pub fn ask_account(desk: &mut Desk<'_>) -> Result<Target> {
    if let Some(target) = named(desk)? {
        return Ok(target);
    }
    if desk.global.password_stdin {
        return Err(PromptError::NoTerminal { instead: "name the account with --as USERNAME".into() }.into());
    }
    let instead = "name the account with --as USERNAME, and pass its password on standard input, with --password-stdin";
    let offer = desk.operator.username();
    let offer = offer.as_ref().map(Username::as_str);
    loop {
        // After a wrong name the user may already be typing a password. It goes into the next prompt, not into the
        // shell.
        match Target::to_sign_in(&desk.terminal.ask_text("Username", offer, instead)?) {
            Ok(target) => return Ok(target),
            Err(invalid) => desk.terminal.note(&format!("{}. {}.", invalid.message, invalid.hint)),
        }
    }
}

/// Asks for the password of an account, and signs the user in. Returns the password as well.
pub fn prove(
    desk: &mut Desk<'_>,
    store: &mut Store,
    target: &Target,
    occasion: impl Fn(&Desk<'_>) -> Result<Occasion>,
) -> Result<(Account, Credential, TypedPassword)> {
    let is_piped = desk.global.password_stdin;
    until_right(desk, is_piped, |desk| {
        let password = ask_password(desk, target)?;
        let occasion = occasion(desk)?;
        let proved = authenticate(desk, store, Some(target), &password, occasion)?;
        Ok(proved.map(|(account, credential)| (account, credential, password)))
    })
}

/// Tries to sign a user in: three times at a terminal, and once from standard input.
pub fn until_right<T>(
    desk: &mut Desk<'_>,
    is_piped: bool,
    mut attempt: impl FnMut(&mut Desk<'_>) -> Result<Option<T>>,
) -> Result<T> {
    for left in (0..if is_piped { 1 } else { TRIES }).rev() {
        if let Some(done) = attempt(desk)? {
            return Ok(done);
        }
        if left > 0 {
            desk.terminal.note(&format!("The sign-in failed. {} left.", tries(left)));
        }
    }
    Err(Failure::sign_in_failed())
}

/// How many tries, for people.
pub fn tries(count: usize) -> String {
    if count == 1 { "1 try".into() } else { format!("{count} tries") }
}

/// The current password of an account, typed or piped.
fn ask_password(desk: &mut Desk<'_>, target: &Target) -> Result<TypedPassword> {
    if desk.global.password_stdin {
        return Ok(desk.terminal.piped_secret()?);
    }
    let instead = if desk.global.as_username.is_some() {
        "pass the password on standard input, with --password-stdin"
    } else {
        "pass the password on standard input, with --as USERNAME and --password-stdin"
    };
    loop {
        let typed = desk.terminal.ask_secret(&format!("Password of {target}"), instead)?;
        // Nobody's password is empty. Asking again costs no attempt.
        if !typed.is_empty() {
            return Ok(typed);
        }
    }
}

/// Signs a user in. The try is counted before the password is checked. Every fault gets the same answer, which is
/// `Ok(None)`, and takes as long. A `target` of `None` is a name that no account can have. Only somebody who knows a
/// temporary password learns that it expired. A hash of another kind or cost than the policy's is renewed. The result has the
/// account as of the successful try.
pub fn authenticate(
    desk: &mut Desk<'_>,
    store: &mut Store,
    target: Option<&Target>,
    password: &TypedPassword,
    occasion: Occasion,
) -> Result<Option<(Account, Credential)>> {
    desk.reread_policy(store)?;
    have_room(&desk.policy.schemes)?;
    let throttle = desk.policy.throttle;
    let begun = store.begin_try(target, throttle)?;
    let found = target.map(|target| store.credential(target)).transpose()?.flatten();
    let credential = found.as_ref().and_then(|(_, credential)| credential.as_ref()).filter(|_| begun.is_some());
    let matched = matches(credential, password, &desk.policy.schemes);
    let account = found.as_ref().map(|(account, _)| account.id);
    let now = desk.now()?;
    let (begun, account, credential) = match (begun, found) {
        (Some(begun), Some((account, Some(credential)))) if matched && account.is_open(now) => {
            (begun, account, credential)
        }
        (_, other) => {
            fail(desk, store, account, begun, why(other.as_ref(), begun.is_some(), now))?;
            return Ok(None);
        }
    };
    if let Some(until) = account.temporary_until.filter(|_| account.temporary_has_expired(now)) {
        fail(desk, store, Some(account.id), Some(begun), Reason::TemporaryExpired)?;
        let message = format!("this temporary password expired {}", moment(until, now, desk.zone));
        return Err(Failure::new(Kind::SignInFailed, message).hint("ask an admin for another one"));
    }
    // If this fails, the next sign-in renews the hash.
    let renewed = credential.rehashed(password, desk.policy.cost, desk.rng).ok().flatten();
    let (id, proved) = (account.id, credential.revision);
    let pam = desk.pam.as_ref();
    let passed = PassedTry { account: id, begun, proved, renewed: renewed.as_ref(), occasion, pam };
    match to_the_end(|| store.pass_try(&passed)) {
        Err(StoreError::Conflict(_)) => {
            fail(desk, store, Some(id), Some(begun), Reason::ChangedMeanwhile)?;
            Ok(None)
        }
        passed => Ok(Some((passed?, Credential { hash: renewed.unwrap_or(credential.hash), ..credential }))),
    }
}

/// Records a failed try. The record names the operating-system user, as far as that is known.
fn fail(
    desk: &Desk<'_>,
    store: &mut Store,
    account: Option<AccountId>,
    begun: Option<TryId>,
    why: Reason,
) -> Result<()> {
    let typed_by = &desk.operator.said();
    let failed = FailedTry { account, begun, why, typed_by, pam: desk.pam.as_ref() };
    Ok(to_the_end(|| store.fail_try(&failed, desk.policy.throttle))?)
}

/// Reports the outcome of a try, even to a store that stays busy for long. A try without a reported outcome counts as
/// failed.
fn to_the_end<T>(mut tell: impl FnMut() -> store::Result<T>) -> store::Result<T> {
    for _ in 1..TOLD_AT_MOST {
        match tell() {
            Err(StoreError::Busy) => {}
            told => return told,
        }
    }
    tell()
}

/// Why a try failed, for the record. A name that no account has may be a password, typed at the wrong prompt. So it is
/// not written down.
fn why(found: Option<&(Account, Option<Credential>)>, looked_at: bool, now: Timestamp) -> Reason {
    let Some((account, credential)) = found else { return Reason::NoSuchAccount };
    account.kept_out(now).unwrap_or(match credential {
        _ if !looked_at => Reason::Throttled,
        None => Reason::NoPassword,
        Some(credential) if credential.hash.scheme().is_none() => Reason::UnusableHash,
        Some(_) => Reason::WrongPassword,
    })
}
