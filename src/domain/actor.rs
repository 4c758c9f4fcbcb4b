//! Who does something: an operator, or the owner of an account.

use super::account::{Account, AccountId};
use super::name::Username;
use super::sign_in::SignInId;
use super::token::Label;

/// Somebody to whom the operating system already gives the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// The user id.
    pub uid: u32,
    /// The user's name, or the id where there is none.
    pub os_user: String,
    /// Who called sudo, where it was called.
    pub sudo_caller: Option<String>,
}

/// Who does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// An operator.
    Operator(Operator),
    /// The owner of an account.
    Account {
        /// The account's number.
        id: AccountId,
        /// The account's name.
        username: Username,
        /// By which sign-in, if it is not one for this command alone.
        through: Option<Through>,
    },
}

/// The sign-in by which the owner of an account acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Through {
    /// Its number.
    pub sign_in: SignInId,
    /// Its label, if it is a token.
    pub token: Option<Label>,
}

impl Actor {
    /// The owner of an account, who has proved it with its password.
    #[must_use]
    pub fn owner(account: &Account) -> Self {
        Self::Account { id: account.id, username: account.username.clone(), through: None }
    }

    /// The actor as the record names it: `operator root (uid 0, sudo by bob)`, `alice` or `alice (token nightly)`.
    #[must_use]
    pub fn recorded(&self) -> String {
        match self {
            Self::Operator(Operator { uid, os_user, sudo_caller: Some(caller) }) => {
                format!("operator {os_user} (uid {uid}, sudo by {caller})")
            }
            Self::Operator(Operator { uid, os_user, .. }) => format!("operator {os_user} (uid {uid})"),
            Self::Account { username, through: Some(Through { token: Some(label), .. }), .. } => {
                format!("{username} (token {label})")
            }
            Self::Account { username, .. } => username.to_string(),
        }
    }
}

/// What an actor is at the moment a decision is made.
#[derive(Debug, Clone, Copy)]
pub enum Standing<'a> {
    /// An operator: may do everything.
    Operator,
    /// The account as it stands now.
    Account(&'a Account),
    /// A token of the account; its roles are those that the token has, too.
    Token(&'a Account),
}
