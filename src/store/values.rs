//! What a store is asked, and what it answers, as values.

use jiff::Timestamp;

use crate::domain::account::{Account, AccountId, Revision, State};
use crate::domain::audit::{Outcome, Reason};
use crate::domain::authority::Action;
use crate::domain::credential::PasswordRevision;
use crate::domain::delivery::Delivered;
use crate::domain::digest::FileDigest;
use crate::domain::hash::StoredHash;
use crate::domain::name::{DisplayName, Email, Username, folded};
use crate::domain::operation::OperationId;
use crate::domain::role::{Role, Roles};
use crate::domain::sign_in::{SignInDigest, SignInId};
use crate::domain::throttle::TryId;
use crate::domain::token::Label;

/// A temporary password that somebody has been handed, hashed, and its end.
pub struct NewTemporary<H = Delivered<StoredHash>> {
    /// The hash.
    pub hash: H,
    /// When it stops to be of use.
    pub until: Timestamp,
}

/// An account to be made. It starts with a temporary password.
pub struct NewAccount<H = Delivered<StoredHash>> {
    /// Its username.
    pub username: Username,
    /// Its owner's name.
    pub display_name: DisplayName,
    /// Its owner's e-mail address.
    pub email: Option<Email>,
    /// Its roles.
    pub roles: Roles,
    /// Its first password.
    pub temporary: NewTemporary<H>,
}

/// What is to be different about an account; `None` leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// Another name.
    pub display_name: Option<DisplayName>,
    /// Another address, or none.
    pub email: Option<Option<Email>>,
    /// Exactly these roles.
    pub roles: Option<Roles>,
}

impl Edit {
    /// What it is called: giving or taking roles, and nothing else, has a name of its own.
    #[must_use]
    pub fn action(&self, account: &Account) -> Action {
        let Self { display_name: None, email: None, roles: Some(roles) } = self else { return Action::Edit };
        let (had, has) = (account.roles.bits(), roles.bits());
        match (has & !had, had & !has) {
            (1.., 0) => Action::Grant,
            (0, 1..) => Action::Revoke,
            _ => Action::Edit,
        }
    }
}

/// An account to be imported. It has no password: nobody signs in to it before it is given one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newcomer {
    /// Its username.
    pub username: Username,
    /// Its owner's name.
    pub display_name: DisplayName,
    /// Its owner's e-mail address.
    pub email: Option<Email>,
    /// Its roles.
    pub roles: Roles,
}

/// The accounts that have the names of a newcomer already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namesakes {
    /// Which newcomer, by its place among those asked about.
    pub place: usize,
    /// Who has its username.
    pub by_username: Option<Account>,
    /// Who has its e-mail address; may be the same.
    pub by_email: Option<Account>,
}

/// What is to be different about an account that was seen.
#[derive(Debug, Clone)]
pub struct SeenEdit {
    /// The account.
    pub id: AccountId,
    /// As it was seen.
    pub seen: Revision,
    /// What is to be different.
    pub edit: Edit,
}

/// Accounts to be made, and changed, all at once.
#[derive(Debug, Clone, Copy)]
pub struct Import<'a> {
    /// Those to be made, in this order.
    pub new: &'a [Newcomer],
    /// Those to be changed.
    pub edits: &'a [SeenEdit],
    /// How many more the list names, which stay as they are; for the record.
    pub skipped: u64,
    /// The list they come from; for the record.
    pub file: FileDigest,
}

/// The accounts that an import has made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// Their numbers, in the order of the import. They ascend, and need not follow each other.
    pub ids: Vec<AccountId>,
}

/// Which accounts to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Somewhere in the username, the name or the address, whatever the case.
    pub search: Option<String>,
    /// Has this role.
    pub role: Option<Role>,
    /// Is in this state.
    pub state: Option<State>,
    /// Has to choose a new password, whatever its state.
    pub must_change: bool,
}

impl Filter {
    /// Whether it asks for anything.
    #[must_use]
    pub fn is_some(&self) -> bool {
        self.search.is_some() || self.role.is_some() || self.state.is_some() || self.must_change
    }
}

/// In which order to list them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// By number, oldest first.
    #[default]
    Id,
    /// By username.
    Username,
    /// By name, then by number.
    Name,
}

impl Sort {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Id, Self::Username, Self::Name];

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Username => "username",
            Self::Name => "name",
        }
    }
}

/// One page of a list. Pages are found by the last account seen, so that a page costs the same wherever it is.
#[derive(Debug, Clone)]
pub struct Page<'a> {
    /// Which accounts.
    pub filter: &'a Filter,
    /// In which order.
    pub sort: Sort,
    /// The other way round.
    pub reverse: bool,
    /// The account after which to go on.
    pub after: Option<&'a Account>,
    /// The most accounts to return.
    pub limit: usize,
}

/// Which events of the record to read.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Done to this account.
    pub account: Option<AccountId>,
    /// By an actor whom this text means, as [`crate::domain::audit::means`] decides.
    pub actor: Option<String>,
    /// This action.
    pub action: Option<String>,
    /// Of this operation.
    pub operation: Option<OperationId>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// At this moment or later.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// Newest first.
    pub reverse: bool,
}

/// A sign-in and its account, as they stand now.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The number of the sign-in.
    pub id: SignInId,
    /// The account. By a token it has no role that the token has not.
    pub account: Account,
    /// The label, if it is a token.
    pub token: Option<Label>,
}

/// A try to sign in that has failed.
#[derive(Debug, Clone, Copy)]
pub struct FailedTry<'a> {
    /// Whose it would have been, if there is such an account.
    pub account: Option<AccountId>,
    /// Which it was, if its password was looked at.
    pub begun: Option<TryId>,
    /// Why it failed, for the record.
    pub why: Reason,
    /// As which operating system user it was typed.
    pub typed_by: &'a str,
}

/// A sign-in that is to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewSignIn {
    /// By what the store is to know it.
    pub digest: SignInDigest,
    /// When it ends.
    pub until: Timestamp,
}

/// For what somebody has given a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// To sign in for longer; whoever has to choose a new password first does not yet.
    SignIn(NewSignIn),
    /// To do one thing.
    OneCommand,
    /// To choose another one.
    PasswordChange,
    /// To be let in by another program.
    Verify,
}

/// A try to sign in that has succeeded.
#[derive(Clone, Copy)]
pub struct PassedTry<'a> {
    /// Whose it is.
    pub account: AccountId,
    /// Which it was.
    pub begun: TryId,
    /// The password that was proved.
    pub proved: PasswordRevision,
    /// Another hash of it, to be kept in the place of the one there is.
    pub renewed: Option<&'a StoredHash>,
    /// What for.
    pub occasion: Occasion,
}

/// A token to be put in force, which somebody has been handed.
pub struct NewToken {
    /// What its owner calls it.
    pub label: Label,
    /// The roles it is to have, as far as its owner has them.
    pub roles: Roles,
    /// By what the store is to know it.
    pub digest: Delivered<SignInDigest>,
    /// The password that whoever makes it has given besides, if they act by a sign-in.
    pub proved: Option<PasswordRevision>,
    /// When it ends.
    pub until: Timestamp,
}

/// Whether an account is found by a text, which is folded.
#[must_use]
pub fn finds(text: &str, account: &Account) -> bool {
    search_text(&account.username, &account.display_name, account.email.as_ref()).contains(text)
}

/// The text in which [`Filter::search`] is looked for.
pub(super) fn search_text(username: &Username, name: &DisplayName, email: Option<&Email>) -> String {
    folded(&format!("{username}\n{}\n{}", name.as_str(), email.map_or("", Email::as_str)))
}
