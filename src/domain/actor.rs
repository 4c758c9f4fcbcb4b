//! Who does something: an operator, or the owner of an account.

use super::account::{Account, AccountId};
use super::credential::PasswordRevision;
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
        /// What shows that it is theirs.
        proof: Proof,
    },
}

/// By what the owner of an account has proved that it is theirs. It may be over by the time that something is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// By its password, for this command alone.
    Password(PasswordRevision),
    /// By a sign-in from an earlier command.
    SignIn(SignInId),
    /// By a token.
    Token(SignInId, Label),
}

impl Operator {
    /// Who it is, by the operating system: `root (uid 0, sudo by bob)`.
    #[must_use]
    pub fn said(&self) -> String {
        let Self { uid, os_user, sudo_caller } = self;
        match sudo_caller {
            Some(caller) => format!("{os_user} (uid {uid}, sudo by {caller})"),
            None => format!("{os_user} (uid {uid})"),
        }
    }
}

impl Actor {
    /// The owner of an account, who has proved it with its password.
    #[must_use]
    pub fn owner(account: &Account, proved: PasswordRevision) -> Self {
        Self::Account { id: account.id, username: account.username.clone(), proof: Proof::Password(proved) }
    }

    /// The actor as the record names it: `operator root (uid 0, sudo by bob)`, `alice` or `alice (token nightly)`.
    #[must_use]
    pub fn recorded(&self) -> String {
        match self {
            Self::Operator(operator) => format!("operator {}", operator.said()),
            Self::Account { username, proof: Proof::Token(_, label), .. } => format!("{username} (token {label})"),
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
