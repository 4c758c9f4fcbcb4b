//! Decides whether the actor may do something. It does so inside the transaction that writes, for the actor as it is by
//! now.

use super::engine::SignInRow;
use super::tx::Tx;
use super::{Result, StoreError};
use crate::domain::account::{Account, AccountId};
use crate::domain::actor::{Actor, Proof, Standing};
use crate::domain::authority::{Action, Refusal, Subject, decide};
use crate::domain::clock::Timestamp;
use crate::domain::credential::PasswordRevision;
use crate::domain::policy::Setting;
use crate::domain::role::Roles;
use crate::domain::sign_in::SignInId;
use crate::domain::target::Target;

/// Decides for the actor as it is by now, not as it was when the command began.
pub fn authorize(tx: &mut Tx<'_>, by: &Actor, action: Action, subject: Subject<'_>) -> Result<()> {
    Present::look_up(tx, by)?.may(action, Some(subject))
}

/// The same for an action without a target.
pub fn authorize_all(tx: &mut Tx<'_>, by: &Actor, action: Action) -> Result<()> {
    Present::look_up(tx, by)?.may(action, None)
}

/// The actor as it is by now. It is looked up once, for callers that decide much in one transaction.
pub struct Present {
    /// `None` for an operator.
    account: Option<Account>,
    is_token: bool,
    now: Timestamp,
}

impl Present {
    /// Looks the actor up.
    pub fn look_up(tx: &mut Tx<'_>, by: &Actor) -> Result<Self> {
        let (id, proof) = match by {
            Actor::Operator(operator) if lets_operators_in(tx)? => {
                operator.let_in()?;
                return Ok(Self { account: None, is_token: false, now: tx.now() });
            }
            Actor::Operator(_) => return Err(Refusal::OperatorAccessOff.into()),
            Actor::Account { id, proof, .. } => (*id, proof),
        };
        let mut actor = tx
            .account(&Target::Id(id))?
            .ok_or_else(|| StoreError::Conflict("the account that does this is gone".into()))?;
        let (roles, over) = match proof {
            Proof::Password(proved) => {
                let stands = actor.password_revision == *proved;
                (stands.then_some(actor.roles), Refusal::PasswordChanged { username: actor.username.clone() })
            }
            Proof::SignIn(sign_in) => (acting_roles(tx, &actor, *sign_in)?, Refusal::SignInEnded { what: "sign-in" }),
            Proof::Token(sign_in, _) => (acting_roles(tx, &actor, *sign_in)?, Refusal::SignInEnded { what: "token" }),
        };
        if roles.is_none() && actor.is_open(tx.now()) && !actor.must_change {
            return Err(over.into());
        }
        actor.roles = roles.unwrap_or_default();
        Ok(Self { account: Some(actor), is_token: matches!(proof, Proof::Token(..)), now: tx.now() })
    }

    /// Decides.
    pub fn may(&self, action: Action, subject: Option<Subject<'_>>) -> Result<()> {
        let standing = match &self.account {
            None => Standing::Operator,
            Some(account) if self.is_token => Standing::Token(account),
            Some(account) => Standing::Account(account),
        };
        Ok(decide(standing, action, subject, self.now)?)
    }
}

/// Whether operators may act without signing in.
fn lets_operators_in(tx: &mut Tx<'_>) -> Result<bool> {
    Ok(tx.setting(&Setting::OperatorAccess.key())?.as_deref() != Some("off"))
}

/// The account, if it is in use and its password is still the one that its owner proved. A temporary password must not
/// have expired.
pub fn proved(tx: &mut Tx<'_>, id: AccountId, proved: PasswordRevision) -> Result<Account> {
    let now = tx.now();
    let stands =
        |account: &Account| account.is_open(now) && account.has_password && account.password_revision == proved;
    let gone = || StoreError::Conflict("the password was just reset, or the account was just disabled".into());
    let account = tx.account(&Target::Id(id))?.filter(stands).ok_or_else(gone)?;
    if account.temporary_has_expired(now) {
        return Err(StoreError::Conflict("the temporary password has just expired".into()));
    }
    Ok(account)
}

/// The roles of an actor with this sign-in, as they are now. `None` if the sign-in has ended.
fn acting_roles(tx: &mut Tx<'_>, account: &Account, id: SignInId) -> Result<Option<Roles>> {
    let now = tx.now();
    let lives = |row: &SignInRow| row.account == account.id && row.expires_at > now;
    let found = tx.sign_in_of(id)?.filter(lives);
    Ok(found.map(|row| account.roles.limited(row.roles)))
}
