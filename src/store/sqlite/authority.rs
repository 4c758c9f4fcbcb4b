//! Decided inside the transaction that writes: whether the actor may, on what the actor is by now.

use rusqlite::{Connection, Transaction};

use super::{accounts, settings, sign_ins};
use crate::domain::account::Account;
use crate::domain::actor::{Actor, Proof, Standing};
use crate::domain::authority::{Action, Refusal, Subject, decide};
use crate::domain::policy::Setting;
use crate::domain::target::Target;
use crate::store::{Mandate, Result, StoreError};

/// Decides on what the actor is by now, not on what it was when the command began.
pub fn authorize(transaction: &Transaction<'_>, by: &Mandate, action: Action, subject: Subject<'_>) -> Result<()> {
    decide_now(transaction, by, action, Some(subject))
}

/// The same for what is done to nobody.
pub fn authorize_all(transaction: &Transaction<'_>, by: &Mandate, action: Action) -> Result<()> {
    decide_now(transaction, by, action, None)
}

fn decide_now(transaction: &Transaction<'_>, by: &Mandate, action: Action, subject: Option<Subject<'_>>) -> Result<()> {
    Present::look_up(transaction, by)?.may(action, subject)
}

/// What an actor is by now: looked up once by whoever has much to decide in one transaction.
pub struct Present {
    /// `None` for an operator.
    account: Option<Account>,
    is_token: bool,
}

impl Present {
    pub fn look_up(transaction: &Transaction<'_>, by: &Mandate) -> Result<Self> {
        let (id, proof) = match &by.actor {
            Actor::Operator(_) if lets_operators_in(transaction)? => {
                return Ok(Self { account: None, is_token: false });
            }
            Actor::Operator(_) => return Err(Refusal::OperatorAccessOff.into()),
            Actor::Account { id, proof, .. } => (*id, proof),
        };
        let mut actor = accounts::find(transaction, &Target::Id(id))?
            .ok_or_else(|| StoreError::Conflict("the account that does this is gone".into()))?;
        let (roles, over) = match proof {
            Proof::Password(proved) => {
                let stands = accounts::password_revision(transaction, id)? == *proved;
                (stands.then_some(actor.roles), Refusal::PasswordChanged { username: actor.username.clone() })
            }
            Proof::SignIn(sign_in) => (
                sign_ins::acting_roles(transaction, &actor, *sign_in, by.at)?,
                Refusal::SignInEnded { what: "sign-in" },
            ),
            Proof::Token(sign_in, _) => {
                (sign_ins::acting_roles(transaction, &actor, *sign_in, by.at)?, Refusal::SignInEnded { what: "token" })
            }
        };
        if roles.is_none() && actor.is_open() && !actor.must_change {
            return Err(over.into());
        }
        actor.roles = roles.unwrap_or_default();
        Ok(Self { account: Some(actor), is_token: matches!(proof, Proof::Token(..)) })
    }

    pub fn may(&self, action: Action, subject: Option<Subject<'_>>) -> Result<()> {
        let standing = match &self.account {
            None => Standing::Operator,
            Some(account) if self.is_token => Standing::Token(account),
            Some(account) => Standing::Account(account),
        };
        Ok(decide(standing, action, subject)?)
    }
}

/// Whether operators may act without signing in.
fn lets_operators_in(connection: &Connection) -> Result<bool> {
    Ok(settings::value(connection, Setting::OperatorAccess)?.as_deref() != Some("off"))
}
