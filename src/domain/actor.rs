//! Who does something: an operator, or the owner of an account.

use super::account::{Account, AccountId};
use super::credential::PasswordRevision;
use super::name::Username;
use super::sign_in::SignInId;
use super::token::Label;

/// A user to whom the operating system already gives access to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// The user id.
    pub uid: u32,
    /// The user's name, or the id if there is no name.
    pub os_user: String,
    /// The user who called sudo, if it was called.
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
        /// The proof that the account is theirs.
        proof: Proof,
    },
}

/// How the owner of an account proved that it is theirs. The proof may have ended before something is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The password, for this command alone.
    Password(PasswordRevision),
    /// A sign-in from an earlier command.
    SignIn(SignInId),
    /// A token.
    Token(SignInId, Label),
}

impl Operator {
    /// The username that this person probably has. The name of an operating-system user need not be one: `CORP\carol`.
    #[must_use]
    pub fn username(&self) -> Option<Username> {
        self.sudo_caller.as_ref().unwrap_or(&self.os_user).parse().ok()
    }

    /// The operator as the operating system names them: `root (uid 0, sudo by bob)`.
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
    /// The owner of an account, who proved it with the password.
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

/// The actor at the moment of a decision.
#[derive(Debug, Clone, Copy)]
pub enum Standing<'a> {
    /// An operator. Operators may do everything.
    Operator,
    /// The account as it stands now.
    Account(&'a Account),
    /// A token of the account. Its roles are limited to those of the token.
    Token(&'a Account),
}
