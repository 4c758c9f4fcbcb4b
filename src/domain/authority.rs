//! Who may do what to whom: one table. A cell that is not listed is a refusal.

use super::account::{Account, AccountId};
use super::name::Username;
use super::role::{Role, Roles};

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// See who is there.
    List,
    /// Make an account.
    Add,
    /// Change a name or an e-mail address.
    Edit,
    /// Give a role.
    Grant,
    /// Take a role.
    Revoke,
    /// Give a temporary password.
    Reset,
    /// Ask for a new password at the next sign-in.
    RequireChange,
    /// Switch an account off.
    Disable,
    /// Switch an account on again.
    Enable,
    /// Take an account out.
    Remove,
    /// Bring an account back.
    Restore,
    /// Forget removed accounts for good.
    Purge,
    /// Read the record.
    Audit,
}

/// How far a role reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Any account.
    Anyone,
    /// Accounts whose rank is lower than the actor's.
    LowerRank,
}

use Reach::{Anyone, LowerRank};
use Role::{Auditor, GlobalAdmin, Helpdesk, UserAdmin};

/// The table.
const TABLE: [(Action, &[(Role, Reach)]); 13] = [
    (Action::List, &[(GlobalAdmin, Anyone), (UserAdmin, Anyone), (Helpdesk, Anyone), (Auditor, Anyone)]),
    (Action::Reset, &[(GlobalAdmin, Anyone), (UserAdmin, LowerRank), (Helpdesk, LowerRank)]),
    (Action::RequireChange, &[(GlobalAdmin, Anyone), (UserAdmin, LowerRank), (Helpdesk, LowerRank)]),
    (Action::Add, &[(GlobalAdmin, Anyone), (UserAdmin, LowerRank)]),
    (Action::Edit, &[(GlobalAdmin, Anyone), (UserAdmin, LowerRank)]),
    (Action::Disable, &[(GlobalAdmin, Anyone), (UserAdmin, LowerRank)]),
    (Action::Enable, &[(GlobalAdmin, Anyone), (UserAdmin, LowerRank)]),
    (Action::Remove, &[(GlobalAdmin, Anyone), (UserAdmin, LowerRank)]),
    (Action::Restore, &[(GlobalAdmin, Anyone), (UserAdmin, LowerRank)]),
    (Action::Grant, &[(GlobalAdmin, Anyone)]),
    (Action::Revoke, &[(GlobalAdmin, Anyone)]),
    (Action::Purge, &[(GlobalAdmin, Anyone)]),
    (Action::Audit, &[(GlobalAdmin, Anyone), (Auditor, Anyone)]),
];

impl Action {
    /// The deed in words: `reset the password of alice`.
    fn said(self, to: Option<&Username>) -> String {
        let whom = to.map_or("an account", Username::as_str);
        match self {
            Self::List => "see the accounts".into(),
            Self::Add => format!("add {whom}"),
            Self::Edit => format!("edit {whom}"),
            Self::Grant => format!("give roles to {whom}"),
            Self::Revoke => format!("take roles from {whom}"),
            Self::Reset => format!("reset the password of {whom}"),
            Self::RequireChange => format!("require a password change of {whom}"),
            Self::Disable => format!("disable {whom}"),
            Self::Enable => format!("enable {whom}"),
            Self::Remove => format!("remove {whom}"),
            Self::Restore => format!("restore {whom}"),
            Self::Purge => "purge removed accounts".into(),
            Self::Audit => "read the audit log".into(),
        }
    }

    /// The name in the record, and of the command where there is one.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Add => "add",
            Self::Edit => "edit",
            Self::Grant => "grant",
            Self::Revoke => "revoke",
            Self::Reset => "reset",
            Self::RequireChange => "require-change",
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::Remove => "remove",
            Self::Restore => "restore",
            Self::Purge => "purge",
            Self::Audit => "audit",
        }
    }

    /// Nobody does these to themselves: `me passwd` asks for the current password, and that is not walked around.
    fn never_to_oneself(self) -> bool {
        matches!(self, Self::Reset | Self::Disable | Self::Remove)
    }

    fn reaches(self) -> &'static [(Role, Reach)] {
        TABLE.iter().find(|(action, _)| *action == self).map_or(&[], |(_, reaches)| reaches)
    }
}

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
    },
}

impl Actor {
    /// The actor as the record names it: `operator root (uid 0, sudo by bob)`, or a username.
    #[must_use]
    pub fn recorded(&self) -> String {
        match self {
            Self::Operator(Operator { uid, os_user, sudo_caller: Some(caller) }) => {
                format!("operator {os_user} (uid {uid}, sudo by {caller})")
            }
            Self::Operator(Operator { uid, os_user, .. }) => format!("operator {os_user} (uid {uid})"),
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
}

/// To whom something is done.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// `None` while the account is still to be made.
    pub id: Option<AccountId>,
    /// What it is called.
    pub username: &'a Username,
    /// The roles it has, or is to have.
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
        /// Who lacks what.
        message: String,
        /// Whom to ask.
        hint: String,
    },
    /// Nobody could administer the store any more.
    #[error("{username} is the last global-admin who can be counted on")]
    LastAdmin {
        /// The target.
        username: Username,
    },
    /// The actor has to choose a new password first.
    #[error("{username} must choose a new password first")]
    ChangeRequired {
        /// The actor.
        username: Username,
    },
}

/// Decides whether somebody may do something, to somebody or at all.
pub fn decide(actor: Standing<'_>, action: Action, subject: Option<Subject<'_>>) -> Result<(), Refusal> {
    let Standing::Account(actor) = actor else { return Ok(()) };
    let who = format!("{} ({})", actor.username, said_roles(actor.roles));
    let deed = action.said(subject.map(|subject| subject.username));
    let refuse = |message: String, hint: String| Err(Refusal::NotAllowed { message, hint });
    if !actor.is_open() {
        return refuse(format!("{} is not in use any more", actor.username), "ask an admin about the account".into());
    }
    if actor.must_change {
        return Err(Refusal::ChangeRequired { username: actor.username.clone() });
    }
    let held: Vec<Reach> =
        action.reaches().iter().filter(|(role, _)| actor.roles.contains(*role)).map(|(_, reach)| *reach).collect();
    if held.is_empty() {
        let asked: Vec<_> = action.reaches().iter().map(|(role, _)| role.name()).collect();
        return refuse(
            format!("{who} may not {deed}"),
            format!("it takes the role {}; 'passdesk me profile' shows your own", asked.join(" or ")),
        );
    }
    let Some(subject) = subject else { return Ok(()) };
    if action.never_to_oneself() && subject.id == Some(actor.id) {
        return refuse(
            format!("{who} may not {deed}: that is their own account"),
            "change your own password with 'passdesk me passwd'; for the rest, ask another admin".into(),
        );
    }
    if held.contains(&Anyone) || subject.roles.rank() < actor.roles.rank() {
        return Ok(());
    }
    refuse(
        format!("{who} may not {deed} ({}): that rank is not lower", said_roles(subject.roles)),
        "ask somebody of a higher rank".into(),
    )
}

fn said_roles(roles: Roles) -> String {
    if roles.is_empty() { "no role".into() } else { roles.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::super::account::{Lifecycle, Revision};
    use super::super::clock::Timestamp;
    use super::super::name::DisplayName;
    use super::*;

    fn account(id: i64, roles: Roles) -> Account {
        Account {
            id: AccountId(id),
            revision: Revision(1),
            username: format!("u{id}").parse().unwrap(),
            display_name: DisplayName::default(),
            email: None,
            roles,
            lifecycle: Lifecycle::Active,
            must_change: false,
            temporary_until: None,
            password_changed_at: None,
            removed_at: None,
            last_reset: None,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// The contract's own table, one line an action: what each rank of actor (none to global-admin) may do to a target
    /// of rank 0 to 4. `+` is allowed.
    const CONTRACT: [(Action, [&str; 5]); 13] = [
        (Action::List, ["-----", "+++++", "+++++", "+++++", "+++++"]),
        (Action::Reset, ["-----", "-----", "++---", "+++--", "+++++"]),
        (Action::RequireChange, ["-----", "-----", "++---", "+++--", "+++++"]),
        (Action::Add, ["-----", "-----", "-----", "+++--", "+++++"]),
        (Action::Edit, ["-----", "-----", "-----", "+++--", "+++++"]),
        (Action::Disable, ["-----", "-----", "-----", "+++--", "+++++"]),
        (Action::Enable, ["-----", "-----", "-----", "+++--", "+++++"]),
        (Action::Remove, ["-----", "-----", "-----", "+++--", "+++++"]),
        (Action::Restore, ["-----", "-----", "-----", "+++--", "+++++"]),
        (Action::Grant, ["-----", "-----", "-----", "-----", "+++++"]),
        (Action::Revoke, ["-----", "-----", "-----", "-----", "+++++"]),
        (Action::Purge, ["-----", "-----", "-----", "-----", "+++++"]),
        (Action::Audit, ["-----", "+++++", "-----", "-----", "+++++"]),
    ];

    fn of_rank(rank: usize) -> Roles {
        Role::ALL.into_iter().filter(|role| usize::from(role.rank()) == rank).collect()
    }

    #[test]
    fn the_table_is_the_contracts() {
        for (action, rows) in CONTRACT {
            for (actor_rank, cells) in rows.into_iter().enumerate() {
                for (target_rank, cell) in cells.chars().enumerate() {
                    let (actor, target) = (account(1, of_rank(actor_rank)), account(2, of_rank(target_rank)));
                    let allowed = decide(Standing::Account(&actor), action, Some((&target).into())).is_ok();
                    assert_eq!(allowed, cell == '+', "{action:?} by rank {actor_rank} to rank {target_rank}");
                }
            }
        }
    }

    #[test]
    fn a_flagged_account_may_do_nothing() {
        let actor = Account { must_change: true, ..account(1, of_rank(4)) };
        for (action, _) in CONTRACT {
            assert!(matches!(decide(Standing::Account(&actor), action, None), Err(Refusal::ChangeRequired { .. })));
        }
    }

    #[test]
    fn a_disabled_account_may_do_nothing() {
        let actor = Account { lifecycle: Lifecycle::Disabled, ..account(1, of_rank(4)) };
        for (action, _) in CONTRACT {
            assert!(decide(Standing::Account(&actor), action, None).is_err());
        }
    }

    #[test]
    fn nobody_resets_or_disables_themselves() {
        let actor = account(1, of_rank(4));
        for action in [Action::Reset, Action::Disable, Action::Remove] {
            assert!(decide(Standing::Account(&actor), action, Some((&actor).into())).is_err());
        }
    }

    #[test]
    fn an_operator_may_do_everything() {
        let target = account(2, of_rank(4));
        for (action, _) in CONTRACT {
            assert!(decide(Standing::Operator, action, Some((&target).into())).is_ok());
        }
    }
}
