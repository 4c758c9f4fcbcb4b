//! Decided inside the transaction that writes: whether the actor may, on what the actor is by now, and whether an admin
//! who can be counted on is left.

use jiff::Timestamp;
use rusqlite::{Connection, Transaction};

use super::accounts;
use super::errors::failed;
use super::{policy, sign_ins};
use crate::domain::account::{Account, AccountId};
use crate::domain::actor::{Actor, Proof, Standing};
use crate::domain::authority::{Action, Refusal, Subject, decide};
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
            Actor::Operator(_) if policy::lets_operators_in(transaction)? => {
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

/// Whether there is a global-admin who can do something.
pub struct Admins {
    /// One with a way in now.
    usable: bool,
    /// One whose way in does not expire.
    pub lasting: bool,
}

/// Which accounts are global-admins who can do something at the moment `?1`.
pub const USABLE_ADMINS: &str = "roles & 8 AND state = 'active' AND removed_at IS NULL AND locked_at IS NULL
                                 AND password_hash IS NOT NULL
                                 AND (temporary_until IS NULL OR (temporary_until > ?1 AND NOT temporary_lapsed))";

impl Admins {
    pub fn there(connection: &Connection, now: Timestamp) -> Result<Self> {
        Self::but(connection, AccountId(0), now)
    }

    /// The same, were it not for one account. No account has the number 0.
    pub fn but(connection: &Connection, id: AccountId, now: Timestamp) -> Result<Self> {
        connection
            .prepare_cached(&format!(
                "SELECT count(*) > 0, coalesce(sum(temporary_until IS NULL), 0) > 0 FROM accounts
                 WHERE {USABLE_ADMINS} AND id <> ?2"
            ))
            .and_then(|mut statement| {
                statement
                    .query_row([now.as_second(), id.0], |row| Ok(Self { usable: row.get(0)?, lasting: row.get(1)? }))
            })
            .map_err(failed)
    }

    /// Whether a kind of admin that there was is there no longer.
    pub fn are_missed_in(&self, after: &Self) -> bool {
        (self.usable && !after.usable) || (self.lasting && !after.lasting)
    }
}

/// Whether one account is all the lasting admins there are.
pub fn is_last_admin(connection: &Connection, id: AccountId) -> Result<bool> {
    // Whose way in does not expire has it at any time.
    let ever = Timestamp::UNIX_EPOCH;
    Ok(Admins::there(connection, ever)?.lasting && !Admins::but(connection, id, ever)?.lasting)
}
