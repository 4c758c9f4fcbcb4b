//! Who does something: an operator, or the owner of an account.

use super::account::{Account, AccountId};
use super::authority::Refusal;
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
    /// The role that a server has authenticated, if the store is on one. The rest is only claimed then.
    pub role: Option<DatabaseRole>,
    /// Whether the store belongs to another user, who runs this for them. They are no operator then.
    pub is_guest: bool,
}

/// A role of a database server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseRole {
    /// Its name.
    pub name: String,
    /// The address that it connected from. `None` for a socket of the server's own host.
    pub from: Option<String>,
    /// Whether the server counts it among the operators.
    pub is_operator: bool,
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
    /// The name that this person has on the machine.
    #[must_use]
    pub fn person(&self) -> &str {
        self.sudo_caller.as_ref().unwrap_or(&self.os_user)
    }

    /// The username that this person probably has. The name of an operating-system user need not be one: `CORP\carol`.
    #[must_use]
    pub fn username(&self) -> Option<Username> {
        self.person().parse().ok()
    }

    /// The operator as the operating system names them: `root (uid 0, sudo by bob)`.
    #[must_use]
    pub fn said(&self) -> String {
        let Self { uid, os_user, sudo_caller, role, is_guest: _ } = self;
        let here = match sudo_caller {
            Some(caller) => format!("{os_user} (uid {uid}, sudo by {caller})"),
            None => format!("{os_user} (uid {uid})"),
        };
        match role {
            None => here,
            Some(DatabaseRole { name, from: None, .. }) => format!("{name} (as {here})"),
            Some(DatabaseRole { name, from: Some(from), .. }) => format!("{name} at {from} (as {here})"),
        }
    }

    /// The same one, who makes a store now. Whoever makes a store may do everything in it. Fails if they may not make
    /// one here.
    pub fn making(mut self) -> Result<Self, Refusal> {
        if self.is_guest {
            return Err(Refusal::Guest);
        }
        if let Some(role) = &mut self.role {
            role.is_operator = true;
        }
        Ok(self)
    }

    /// Fails if they may not act without an account. A server decides for its roles. Otherwise the operating system has
    /// decided: this user can open the file.
    pub fn let_in(&self) -> Result<(), Refusal> {
        match &self.role {
            _ if self.is_guest => Err(Refusal::Guest),
            Some(DatabaseRole { name, is_operator: false, .. }) => Err(Refusal::NoOperator { role: name.clone() }),
            _ => Ok(()),
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
