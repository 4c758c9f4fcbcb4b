//! The values that a store takes and returns.

use std::fmt;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use crate::domain::account::{Account, AccountId, Revision, State};
use crate::domain::audit::{Head, Outcome, Reason};
use crate::domain::authority::Action;
use crate::domain::credential::PasswordRevision;
use crate::domain::delivery::Delivered;
use crate::domain::digest::FileDigest;
use crate::domain::email::Email;
use crate::domain::folding::searched;
use crate::domain::hash::StoredHash;
use crate::domain::name::{DisplayName, Username};
use crate::domain::operation::OperationId;
use crate::domain::pam::PamFacts;
use crate::domain::public_key::PublicKey;
use crate::domain::role::{Role, Roles};
use crate::domain::sign_in::{SignInDigest, SignInId};
use crate::domain::throttle::TryId;
use crate::domain::token::Label;

/// A temporary password that was handed over, as a hash, and when it expires.
pub struct NewTemporary<H = Delivered<StoredHash>> {
    /// The hash.
    pub hash: H,
    /// When it expires.
    pub until: Timestamp,
}

/// A new account. It starts with a temporary password.
pub struct NewAccount<H = Delivered<StoredHash>> {
    /// Its username.
    pub username: Username,
    /// Its owner's name.
    pub display_name: DisplayName,
    /// Its owner's e-mail address.
    pub email: Option<Email>,
    /// Its roles.
    pub roles: Roles,
    /// The public key of its owner.
    pub public_key: Option<PublicKey>,
    /// Its first password.
    pub temporary: NewTemporary<H>,
}

/// A change of a username.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    /// The new username.
    pub to: Username,
    /// How long nobody else can have the old one.
    pub kept_for: SignedDuration,
}

/// What to change about an account. `None` leaves a field as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edit {
    /// Another username.
    pub username: Option<Rename>,
    /// Another name.
    pub display_name: Option<DisplayName>,
    /// Another address. `Some(None)` removes it.
    pub email: Option<Option<Email>>,
    /// Exactly these roles.
    pub roles: Option<Roles>,
    /// Another public key. `Some(None)` removes it.
    pub public_key: Option<Option<PublicKey>>,
    /// Another moment at which the account ends by itself. `Some(None)` means that it does not.
    pub expires_at: Option<Option<Timestamp>>,
}

impl Edit {
    /// The action that this edit is. Giving roles or taking roles, without other changes, is an action of its own.
    #[must_use]
    pub fn action(&self, account: &Account) -> Action {
        let Self {
            username: None,
            display_name: None,
            email: None,
            public_key: None,
            roles: Some(roles),
            expires_at: None,
        } = self
        else {
            return Action::Edit;
        };
        let (had, has) = (account.roles.bits(), roles.bits());
        match (has & !had, had & !has) {
            (1.., 0) => Action::Grant,
            (0, 1..) => Action::Revoke,
            _ => Action::Edit,
        }
    }
}

/// A new account of an import. Without a hash it has no password, and nobody can sign in to it before it gets one.
#[derive(Clone, PartialEq, Eq)]
pub struct Newcomer {
    /// Its username.
    pub username: Username,
    /// Its owner's name.
    pub display_name: DisplayName,
    /// Its owner's e-mail address.
    pub email: Option<Email>,
    /// Its roles.
    pub roles: Roles,
    /// The public key of its owner.
    pub public_key: Option<PublicKey>,
    /// When it ends by itself, if it does.
    pub expires_at: Option<Timestamp>,
    /// The hash of the password that its owner had elsewhere.
    pub hash: Option<StoredHash>,
}

impl Newcomer {
    /// A newcomer with these names, and with neither roles nor a password.
    #[must_use]
    pub fn new(username: Username, display_name: DisplayName, email: Option<Email>) -> Self {
        Self { username, display_name, email, roles: Roles::NONE, public_key: None, expires_at: None, hash: None }
    }
}

impl fmt::Debug for Newcomer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { username, display_name, email, roles, public_key, expires_at, hash } = self;
        let has_hash = hash.is_some();
        let shown = (username, display_name, email, roles, public_key, expires_at, has_hash);
        f.debug_tuple("Newcomer").field(&shown).finish()
    }
}

/// The accounts that already have the names of a newcomer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namesakes {
    /// The position of the newcomer among those that were asked about.
    pub place: usize,
    /// The account that has its username, or that had it and keeps it from others.
    pub by_username: Option<Account>,
    /// The account with its e-mail address. It may be the same account.
    pub by_email: Option<Account>,
}

/// A change of an account that was seen.
#[derive(Debug, Clone)]
pub struct SeenEdit {
    /// The account.
    pub id: AccountId,
    /// The revision that was seen.
    pub seen: Revision,
    /// What to change.
    pub edit: Edit,
}

/// New accounts and changes of accounts, all in one.
#[derive(Debug, Clone, Copy)]
pub struct Import<'a> {
    /// The new accounts, in this order.
    pub new: &'a [Newcomer],
    /// The changes.
    pub edits: &'a [SeenEdit],
    /// How many more accounts the list names that stay as they are. This is for the record.
    pub skipped: u64,
    /// The digest of the list. This is for the record.
    pub file: FileDigest,
}

/// The accounts that an import made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// Their numbers, in the order of the import. The numbers ascend, but may have gaps.
    pub ids: Vec<AccountId>,
}

/// Which accounts to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Text in the username, the name or the address. Case and accents make no difference.
    pub search: Option<String>,
    /// A role that the account has.
    pub role: Option<Role>,
    /// The state of the account.
    pub state: Option<State>,
    /// Whether the owner must choose a new password, in any state.
    pub must_change: bool,
    /// How long nobody has signed in, at least. An account that was never used counts from when it was made.
    pub inactive_for: Option<SignedDuration>,
    /// Whether nobody has ever signed in.
    pub never_signed_in: bool,
}

impl Filter {
    /// Whether the filter has any condition.
    #[must_use]
    pub fn is_some(&self) -> bool {
        *self != Self::default()
    }
}

/// The order of a list.
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

/// One page of a list. A page begins after the last account seen. So every page costs the same.
#[derive(Debug, Clone)]
pub struct Page<'a> {
    /// Which accounts to list.
    pub filter: &'a Filter,
    /// The order.
    pub sort: Sort,
    /// Whether the order is reversed.
    pub reverse: bool,
    /// The account after which the page begins.
    pub after: Option<&'a Account>,
    /// The most accounts to return.
    pub limit: usize,
}

/// Which events of the record to read.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// The account that it was done to.
    pub account: Option<AccountId>,
    /// A text that means the actor, as [`crate::domain::audit::means`] decides.
    pub actor: Option<String>,
    /// The action.
    pub action: Option<String>,
    /// The operation.
    pub operation: Option<OperationId>,
    /// The outcome.
    pub outcome: Option<Outcome>,
    /// The earliest moment.
    pub since: Option<Timestamp>,
    /// The moment before which the events were recorded.
    pub until: Option<Timestamp>,
    /// Whether the newest event comes first.
    pub reverse: bool,
}

/// A part of the record that was written to a file.
#[derive(Debug, Clone, Copy)]
pub struct ArchivedPart<'a> {
    /// The head before it.
    pub after: Head,
    /// Its head.
    pub until: Head,
    /// Where the file is. This is for the record.
    pub place: &'a Path,
    /// The digest of the file. This is for the record.
    pub file: FileDigest,
}

/// A sign-in and its account, as they stand now.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The number of the sign-in.
    pub id: SignInId,
    /// The account. With a token, it has only the roles that the token has, too.
    pub account: Account,
    /// The label, if it is a token.
    pub token: Option<Label>,
}

/// A failed try to sign in.
#[derive(Debug, Clone, Copy)]
pub struct FailedTry<'a> {
    /// The account that it was for, if the account exists.
    pub account: Option<AccountId>,
    /// The number of the try, if its password was checked.
    pub begun: Option<TryId>,
    /// Why it failed, for the record.
    pub why: Reason,
    /// The operating system user who typed it.
    pub typed_by: &'a str,
    /// What PAM says, if PAM asked. This is for the record.
    pub pam: Option<&'a PamFacts>,
}

/// A new sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewSignIn {
    /// The digest by which the store will find it.
    pub digest: SignInDigest,
    /// When it expires.
    pub until: Timestamp,
}

/// What somebody gave a password for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// To sign in for longer. No sign-in begins if the account must choose a new password first.
    SignIn(NewSignIn),
    /// For one command.
    OneCommand,
    /// To choose another password.
    PasswordChange,
    /// To be let in by another program.
    Verify,
    /// The same, if that program leads its owner to a new password where one is required.
    VerifyThenChange,
}

/// A successful try to sign in.
#[derive(Clone, Copy)]
pub struct PassedTry<'a> {
    /// The account.
    pub account: AccountId,
    /// The number of the try.
    pub begun: TryId,
    /// The password that was proved.
    pub proved: PasswordRevision,
    /// Another hash of the password, which replaces the stored one.
    pub renewed: Option<&'a StoredHash>,
    /// What the password was given for.
    pub occasion: Occasion,
    /// What PAM says, if PAM asked. This is for the record.
    pub pam: Option<&'a PamFacts>,
}

/// A new token that was handed over.
pub struct NewToken {
    /// What its owner calls it.
    pub label: Label,
    /// The roles it will have, as far as its owner has them.
    pub roles: Roles,
    /// The digest by which the store will find it.
    pub digest: Delivered<SignInDigest>,
    /// The password that its maker gave as well, if they act by a sign-in.
    pub proved: Option<PasswordRevision>,
    /// When it expires.
    pub until: Timestamp,
}

/// Whether a search text finds an account. The text must be [`searched`].
#[must_use]
pub fn finds(text: &str, account: &Account) -> bool {
    search_text(&account.username, &account.display_name, account.email.as_ref()).contains(text)
}

/// The text that [`Filter::search`] is searched in.
pub(super) fn search_text(username: &Username, name: &DisplayName, email: Option<&Email>) -> String {
    searched(&format!("{username}\n{}\n{}", name.as_str(), email.map_or("", Email::as_str)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::role::Role;

    #[test]
    fn an_edit_that_only_gives_or_only_takes_roles_is_an_action_of_its_own() {
        let [one, two, other] = [&[Role::Auditor][..], &[Role::Auditor, Role::Helpdesk], &[Role::Backup]]
            .map(|roles| roles.iter().copied().collect::<Roles>());
        for (had, has, action) in [
            (one, two, Action::Grant),
            (two, one, Action::Revoke),
            (one, other, Action::Edit),
            (two, two, Action::Edit),
            (Roles::NONE, one, Action::Grant),
            (one, Roles::NONE, Action::Revoke),
        ] {
            let account = Account { roles: had, ..Account::example(1, "alice") };
            let edit = Edit { roles: Some(has), ..Edit::default() };
            assert_eq!(edit.action(&account), action);
            assert_eq!(Edit { email: Some(None), ..edit }.action(&account), Action::Edit);
        }
    }

    #[test]
    fn an_order_has_the_name_of_its_column() {
        assert_eq!(Sort::ALL.map(Sort::name), ["id", "username", "name"]);
    }

    #[test]
    fn an_account_is_found_by_its_names_and_its_address() {
        let email = Some("alice@example.org".parse().unwrap());
        let account = Account { email, display_name: "Zoë".parse().unwrap(), ..Account::example(1, "alice") };
        for (text, is_found) in [("lic", true), ("zoe", true), ("example.org", true), ("bob", false)] {
            assert_eq!(finds(text, &account), is_found, "{text}");
        }
    }
}
