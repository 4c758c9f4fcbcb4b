//! Who may do what to whom, in one table. An entry that is not listed is a refusal.

use super::account::{Account, AccountId};
use super::actor::Standing;
use super::clock::Timestamp;
use super::hash::Overload;
use super::name::Username;
use super::reason::Reason;
use super::role::{Role, Roles};
use super::table::table;

/// How far a role reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Any account.
    Anyone,
    /// Accounts whose rank is lower than the actor's.
    LowerRank,
}

use Reach::{Anyone, LowerRank};
use Role::{Auditor, GlobalAdmin, Helpdesk, UserAdmin};

table! {
    /// The actions. An action that is not listed is refused.
    Action;
    /// The name in the record.
    name: &'static str;
    /// Which roles may do it, and to whom.
    reaches: &'static [(Role, Reach)];
    /// See the accounts.
    List => "list", &[(GlobalAdmin, Anyone), (UserAdmin, Anyone), (Helpdesk, Anyone), (Auditor, Anyone)];
    /// Give a temporary password.
    Reset => "reset", &[(GlobalAdmin, Anyone), (UserAdmin, LowerRank), (Helpdesk, LowerRank)];
    /// Ask for a new password at the next sign-in.
    RequireChange => "require-change", &[(GlobalAdmin, Anyone), (UserAdmin, LowerRank), (Helpdesk, LowerRank)];
    /// Unlock an account after too many failed sign-ins.
    Unlock => "unlock", &[(GlobalAdmin, Anyone), (UserAdmin, LowerRank), (Helpdesk, LowerRank)];
    /// End the sign-ins and tokens of somebody else.
    SignOut => "sign-out", &[(GlobalAdmin, Anyone), (UserAdmin, LowerRank), (Helpdesk, LowerRank)];
    /// Make an account.
    Add => "add", &[(GlobalAdmin, Anyone), (UserAdmin, LowerRank)];
    /// Make many accounts at once.
    Import => "import", &[(GlobalAdmin, Anyone), (UserAdmin, LowerRank)];
    /// Change a name or an e-mail address.
    Edit => "edit", &[(GlobalAdmin, Anyone), (UserAdmin, LowerRank)];
    /// Switch an account off.
    Disable => "disable", &[(GlobalAdmin, Anyone), (UserAdmin, LowerRank)];
    /// Switch an account on again.
    Enable => "enable", &[(GlobalAdmin, Anyone), (UserAdmin, LowerRank)];
    /// Remove an account.
    Remove => "remove", &[(GlobalAdmin, Anyone), (UserAdmin, LowerRank)];
    /// Restore a removed account.
    Restore => "restore", &[(GlobalAdmin, Anyone), (UserAdmin, LowerRank)];
    /// Give a role.
    Grant => "grant", &[(GlobalAdmin, Anyone)];
    /// Take a role.
    Revoke => "revoke", &[(GlobalAdmin, Anyone)];
    /// Delete removed accounts for good.
    Purge => "purge", &[(GlobalAdmin, Anyone)];
    /// Change the policy.
    SetPolicy => "set-policy", &[(GlobalAdmin, Anyone)];
    /// Make a token for somebody else.
    CreateToken => "create-token", &[(GlobalAdmin, Anyone)];
    /// Revoke a token of somebody else.
    RevokeToken => "revoke-token", &[(GlobalAdmin, Anyone)];
    /// See the tokens of others.
    ListTokens => "list-tokens", &[(GlobalAdmin, Anyone)];
    /// Read the record.
    Audit => "audit", &[(GlobalAdmin, Anyone), (Auditor, Anyone)];
    /// Take old events out of the record.
    Archive => "archive", &[(GlobalAdmin, Anyone)];
    /// See the policy.
    ShowPolicy => "show-policy", &[(GlobalAdmin, Anyone), (UserAdmin, Anyone), (Helpdesk, Anyone), (Auditor, Anyone)];
    /// Read the hashes of passwords, to take them to another program.
    ExportHashes => "export-hashes", &[(GlobalAdmin, Anyone)];
    /// Back up the store.
    Backup => "backup", &[(GlobalAdmin, Anyone), (Role::Backup, Anyone)];
    /// Check whether the store is sound.
    Check => "check", &[(GlobalAdmin, Anyone), (Auditor, Anyone)];
    /// Put a backup in the place of the store. No account may: what is broken may be the accounts.
    RestoreStore => "restore-store", &[];
}

/// What everybody may do to their own tokens, whatever their roles.
const OWN: [Action; 3] = [Action::CreateToken, Action::RevokeToken, Action::ListTokens];

impl Action {
    /// The action in words: `reset the password of alice`.
    fn said(self, to: Option<&Username>) -> String {
        let whom = to.map_or("an account", Username::as_str);
        match self {
            Self::List => "see the accounts".into(),
            Self::Add => format!("add {whom}"),
            Self::Import => to.map_or("import accounts".into(), |username| format!("import {username}")),
            Self::Edit => format!("edit {whom}"),
            Self::Grant => to.map_or("give roles".into(), |username| format!("give roles to {username}")),
            Self::Revoke => to.map_or("take roles".into(), |username| format!("take roles from {username}")),
            Self::Reset => format!("reset the password of {whom}"),
            Self::RequireChange => format!("require a password change of {whom}"),
            Self::Unlock => format!("unlock {whom}"),
            Self::SignOut => format!("sign out {whom}"),
            Self::Disable => format!("disable {whom}"),
            Self::Enable => format!("enable {whom}"),
            Self::Remove => format!("remove {whom}"),
            Self::Restore => format!("restore {whom}"),
            Self::Purge => "purge removed accounts".into(),
            Self::Audit => "read the audit log".into(),
            Self::Archive => "take events out of the record".into(),
            Self::ShowPolicy => "see the policy".into(),
            Self::SetPolicy => "change the policy".into(),
            Self::CreateToken => to.map_or("make tokens of others".into(), |owner| format!("make a token of {owner}")),
            Self::RevokeToken => {
                to.map_or("revoke tokens of others".into(), |owner| format!("revoke a token of {owner}"))
            }
            Self::ListTokens => "see the tokens of others".into(),
            Self::ExportHashes => "read the hashes of passwords".into(),
            Self::Backup => "back up the store".into(),
            Self::Check => "check the store".into(),
            Self::RestoreStore => "restore a backup".into(),
        }
    }

    /// What nobody may do to their own account. `me passwd` asks for the current password, and nobody may bypass that.
    fn never_to_oneself(self) -> bool {
        matches!(self, Self::Reset | Self::Unlock | Self::SignOut | Self::Disable | Self::Remove)
    }
}

/// The account that something is done to.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// `None` if the account does not exist yet.
    pub id: Option<AccountId>,
    /// Its username.
    pub username: &'a Username,
    /// The roles it has, or will have.
    pub roles: Roles,
}

impl<'a> From<&'a Account> for Subject<'a> {
    fn from(account: &'a Account) -> Self {
        Self { id: Some(account.id), username: &account.username, roles: account.roles }
    }
}

/// Why an actor may not do something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The role does not reach.
    #[error("{message}")]
    NotAllowed {
        /// For the record.
        reason: Reason,
        /// Who lacks what.
        message: String,
        /// Whom to ask.
        hint: String,
    },
    /// No lasting admin would be left, or none at all.
    #[error("without {username}, no usable global-admin has a lasting password")]
    LastAdmin {
        /// The target.
        username: Username,
    },
    /// Every sign-in would take too long, whoever it is for.
    #[error("with the hashes of this list, {0}")]
    Overload(Overload),
    /// The actor must choose a new password first.
    #[error("{username} must choose a new password first")]
    ChangeRequired {
        /// The actor.
        username: Username,
    },
    /// Operators would be shut out, and there is no lasting admin.
    #[error("no usable global-admin has a lasting password")]
    NoAdmin,
    /// Operators are shut out.
    #[error("nobody is signed in, and the policy of this store makes operators sign in, too")]
    OperatorAccessOff,
    /// The server does not count this role among the operators.
    #[error("nobody is signed in, and the database role {role} is no operator of this store")]
    NoOperator {
        /// Its name.
        role: String,
    },
    /// On a shared host, only root is an operator.
    #[error("only root is an operator of this store")]
    Guest,
    /// The password that the actor proved has been changed since.
    #[error("the password of {username} has changed since you gave it")]
    PasswordChanged {
        /// The actor.
        username: Username,
    },
    /// The sign-in or token that the actor used has ended.
    #[error("your {what} has ended")]
    SignInEnded {
        /// `sign-in` or `token`.
        what: &'static str,
    },
}

impl Refusal {
    /// The reason as the record names it.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            Self::NotAllowed { reason, .. } => *reason,
            Self::LastAdmin { .. } => Reason::LastAdmin,
            Self::Overload(_) => Reason::Overload,
            Self::ChangeRequired { .. } => Reason::ChangeRequired,
            Self::NoAdmin => Reason::NoAdmin,
            Self::OperatorAccessOff => Reason::OperatorAccessOff,
            Self::NoOperator { .. } => Reason::NoOperator,
            Self::Guest => Reason::Guest,
            Self::PasswordChanged { .. } => Reason::PasswordChanged,
            Self::SignInEnded { what: "token" } => Reason::TokenEnded,
            Self::SignInEnded { .. } => Reason::SignInEnded,
        }
    }
}

/// Decides whether an actor may do something. The subject is the account it is done to, if there is one.
pub fn decide(
    actor: Standing<'_>,
    action: Action,
    subject: Option<Subject<'_>>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let (actor, is_token) = match actor {
        Standing::Operator => return Ok(()),
        Standing::Account(account) => (account, false),
        Standing::Token(account) => (account, true),
    };
    let by_what = if is_token { "a token of " } else { "" };
    let who = format!("{by_what}{} ({})", actor.username, said_roles(actor.roles));
    let deed = action.said(subject.map(|subject| subject.username));
    let refuse = |reason, message: String, hint: String| Err(Refusal::NotAllowed { reason, message, hint });
    if !actor.is_open(now) {
        return refuse(
            Reason::ActorNotInUse,
            format!("{} is no longer in use", actor.username),
            "ask an admin about the account".into(),
        );
    }
    if actor.must_change {
        return Err(Refusal::ChangeRequired { username: actor.username.clone() });
    }
    let oneself = subject.is_some_and(|subject| subject.id == Some(actor.id));
    // A stolen token must not make another token or end one.
    if is_token && matches!(action, Action::CreateToken | Action::RevokeToken) {
        let deed = if action == Action::CreateToken { "make" } else { "revoke" };
        return refuse(
            Reason::ByToken,
            format!("{who} may not {deed} tokens"),
            "sign in with a password for it".into(),
        );
    }
    if oneself && OWN.contains(&action) {
        return Ok(());
    }
    let held: Vec<Reach> =
        action.reaches().iter().filter(|(role, _)| actor.roles.contains(*role)).map(|(_, reach)| *reach).collect();
    if held.is_empty() {
        return refuse(
            Reason::RoleMissing,
            format!("{who} may not {deed}"),
            whom_to_ask(action, None, actor, is_token),
        );
    }
    let Some(subject) = subject else { return Ok(()) };
    if action.never_to_oneself() && oneself {
        let hint = match action {
            Action::Reset => "change your own password with 'passdesk me passwd'".into(),
            Action::SignOut => "sign yourself out with 'passdesk me sign-out --everywhere'".into(),
            _ => format!("somebody else must do it: {}", whom_to_ask(action, Some(subject), actor, is_token)),
        };
        return refuse(Reason::OwnAccount, format!("{who} may not {deed}: that is their own account"), hint);
    }
    if held.contains(&Anyone) || subject.roles.guarded_as() < actor.roles.rank() {
        return Ok(());
    }
    let why = if subject.roles.guarded_as() > subject.roles.rank() {
        "whoever may copy the store gets the hash of every password"
    } else {
        "their rank is not lower"
    };
    refuse(
        Reason::RankNotLower,
        format!("{who} may not {deed} ({}): {why}", said_roles(subject.roles)),
        whom_to_ask(action, Some(subject), actor, is_token),
    )
}

/// Which roles would allow it, lowest first, and how to find somebody who has one.
fn whom_to_ask(action: Action, subject: Option<Subject<'_>>, actor: &Account, is_token: bool) -> String {
    let suffices = |(role, reach): &&(Role, Reach)| {
        *reach == Anyone || subject.is_none_or(|subject| subject.roles.guarded_as() < role.rank())
    };
    let roles: Vec<_> = action.reaches().iter().rev().filter(suffices).map(|(role, _)| role.name()).collect();
    let said = one_of(&roles);
    if roles.is_empty() {
        return "only an operator may".into();
    }
    if is_token {
        return format!("it takes the role {said}; 'passdesk tokens list' shows the roles of this token");
    }
    let takes = format!("it takes the role {said}");
    match roles.first() {
        Some(lowest) if !actor.roles.is_empty() => {
            format!("{takes}; 'passdesk users list --role {lowest}' names whom to ask")
        }
        _ => format!("{takes}; ask an admin"),
    }
}

/// `a`, `a or b`, `a, b or c`.
fn one_of(names: &[&str]) -> String {
    match names {
        [more @ .., before, last] => [more, &[&format!("{before} or {last}")]].concat().join(", "),
        few => few.concat(),
    }
}

fn said_roles(roles: Roles) -> String {
    if roles.is_empty() { "no role".into() } else { roles.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::super::account::Lifecycle;
    use super::*;

    fn account(id: i64, roles: Roles) -> Account {
        Account { roles, ..Account::example(id, &format!("u{id}")) }
    }

    fn of_rank(rank: usize) -> Roles {
        Role::ALL.into_iter().filter(|role| rank > 0 && usize::from(role.rank()) == rank).collect()
    }

    /// The message and the hint.
    fn refusal(refused: Refusal) -> (String, String) {
        let Refusal::NotAllowed { message, hint, .. } = refused else { panic!("{refused:?}") };
        (message, hint)
    }

    #[test]
    fn a_flagged_account_may_do_nothing() {
        let actor = Account { must_change: true, ..account(1, of_rank(4)) };
        for action in Action::ALL {
            assert!(matches!(
                decide(Standing::Account(&actor), action, None, Timestamp::UNIX_EPOCH),
                Err(Refusal::ChangeRequired { .. })
            ));
        }
    }

    #[test]
    fn a_disabled_account_may_do_nothing() {
        let actor = Account { lifecycle: Lifecycle::Disabled, ..account(1, of_rank(4)) };
        for action in Action::ALL {
            assert!(decide(Standing::Account(&actor), action, None, Timestamp::UNIX_EPOCH).is_err());
        }
    }

    #[test]
    fn nobody_resets_unlocks_signs_out_disables_or_removes_themselves_and_each_is_told_what_to_do_instead() {
        let actor = account(1, of_rank(4));
        for action in Action::ALL {
            let instead = match action {
                Action::Reset => Some("change your own password with 'passdesk me passwd'"),
                Action::SignOut => Some("sign yourself out with 'passdesk me sign-out --everywhere'"),
                Action::Unlock | Action::Disable | Action::Remove => {
                    Some("somebody else must do it: it takes the role")
                }
                Action::RestoreStore => Some("only an operator may"),
                _ => None,
            };
            let decided = decide(Standing::Account(&actor), action, Some((&actor).into()), Timestamp::UNIX_EPOCH);
            let hint = decided.err().map(|refused| refusal(refused).1);
            assert_eq!(hint.is_some(), instead.is_some(), "{action:?}");
            assert!(hint.unwrap_or_default().starts_with(instead.unwrap_or_default()), "{action:?}");
        }
    }

    #[test]
    fn only_a_higher_rank_changes_an_account_and_only_a_global_admin_one_that_may_copy_the_store() {
        let copies = "whoever may copy the store gets the hash of every password";
        for (actor, target, why) in [
            (2, Roles::from_iter([Role::Backup]), Some(copies)),
            (3, Roles::from_iter([Role::Backup]), Some(copies)),
            (4, Roles::from_iter([Role::Backup]), None),
            (3, of_rank(2), None),
            (3, of_rank(3), Some("their rank is not lower")),
            (3, of_rank(4), Some("their rank is not lower")),
        ] {
            let target = account(2, target);
            let actor = account(1, of_rank(actor));
            let reset = decide(Standing::Account(&actor), Action::Reset, Some((&target).into()), Timestamp::UNIX_EPOCH);
            let said = reset.err().map(|refused| refusal(refused).0);
            assert_eq!(said.as_deref().and_then(|said| said.split_once("): ")).map(|(_, why)| why), why);
        }
    }

    #[test]
    fn whoever_may_copy_the_store_may_do_nothing_else() {
        let actor = account(1, Roles::from_iter([Role::Backup]));
        let allowed = |action: &Action| decide(Standing::Account(&actor), *action, None, Timestamp::UNIX_EPOCH).is_ok();
        assert_eq!(Action::ALL.into_iter().filter(allowed).collect::<Vec<_>>(), [Action::Backup]);
    }

    #[test]
    fn everybody_may_make_see_and_end_tokens_of_their_own() {
        let actor = account(1, Roles::NONE);
        for action in [Action::CreateToken, Action::RevokeToken, Action::ListTokens] {
            assert!(decide(Standing::Account(&actor), action, Some((&actor).into()), Timestamp::UNIX_EPOCH).is_ok());
        }
    }

    #[test]
    fn a_token_makes_and_ends_no_token() {
        let actor = account(1, of_rank(4));
        for (action, deed) in [(Action::CreateToken, "make"), (Action::RevokeToken, "revoke")] {
            for subject in [&actor, &account(2, Roles::NONE)] {
                let decided = decide(Standing::Token(&actor), action, Some(subject.into()), Timestamp::UNIX_EPOCH);
                let (message, _) = refusal(decided.unwrap_err());
                assert_eq!(message, format!("a token of u1 (global-admin) may not {deed} tokens"));
            }
        }
    }

    #[test]
    fn a_refusal_says_which_roles_it_would_take_and_how_to_find_whom_to_ask() {
        let helpdesk = account(1, of_rank(2));
        for (target, said) in [
            (of_rank(2), "it takes the role user-admin or global-admin; 'passdesk users list --role user-admin' names"),
            (of_rank(3), "it takes the role global-admin; 'passdesk users list --role global-admin' names"),
        ] {
            let target = account(2, target);
            let refused =
                decide(Standing::Account(&helpdesk), Action::Reset, Some((&target).into()), Timestamp::UNIX_EPOCH);
            let (_, hint) = refusal(refused.unwrap_err());
            assert!(hint.starts_with(said), "{hint}");
        }
        let refused = decide(Standing::Account(&account(1, Roles::NONE)), Action::List, None, Timestamp::UNIX_EPOCH);
        let (_, hint) = refusal(refused.unwrap_err());
        assert!(hint.ends_with("; ask an admin"), "{hint}");
    }

    #[test]
    fn a_token_that_lacks_a_role_is_told_from_its_owner() {
        let limited = account(1, Roles::NONE);
        let refused = decide(Standing::Token(&limited), Action::List, None, Timestamp::UNIX_EPOCH);
        let (message, hint) = refusal(refused.unwrap_err());
        assert_eq!(message, "a token of u1 (no role) may not see the accounts");
        let takes = "it takes the role auditor, helpdesk, user-admin or global-admin; 'passdesk tokens list' shows";
        assert!(hint.starts_with(takes), "{hint}");
    }

    #[test]
    fn an_operator_may_do_everything() {
        let target = account(2, of_rank(4));
        for action in Action::ALL {
            assert!(decide(Standing::Operator, action, Some((&target).into()), Timestamp::UNIX_EPOCH).is_ok());
        }
    }
}
