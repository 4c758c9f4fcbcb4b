//! `passdesk users grant` and `passdesk users revoke`.

use crate::cli::users::RoleOf;
use crate::commands::actor::acting;
use crate::commands::{Desk, done, find};
use crate::domain::account::Account;
use crate::domain::authority::Action;
use crate::domain::role::{Role, Roles};
use crate::domain::target::Target;
use crate::failure::Result;
use crate::store::Edit;

/// Grants a role. An account that has it already keeps it.
pub fn grant(desk: &mut Desk<'_>, args: &RoleOf) -> Result<()> {
    change(desk, args, Action::Grant, |account, role| account.roles.iter().chain([role]).collect())
}

/// Revokes a role, if the account has it.
pub fn revoke(desk: &mut Desk<'_>, args: &RoleOf) -> Result<()> {
    change(desk, args, Action::Revoke, |account, role| account.roles.iter().filter(|its| *its != role).collect())
}

fn change(
    desk: &mut Desk<'_>,
    args: &RoleOf,
    action: Action,
    roles: impl FnOnce(&Account, Role) -> Roles,
) -> Result<()> {
    let target = args.id.parse()?;
    let mut store = desk.open()?;
    let acting = acting(desk, &mut store)?;
    acting.may_on(&mut store, action, [&target])?;
    let account = find(&store, &target)?;
    acting.may_change(&mut store, action, &account)?;

    let roles = roles(&account, args.role);
    if roles == account.roles {
        let has = if action == Action::Grant { "has" } else { "does not have" };
        desk.terminal.note(&format!("{} {has} {}: nothing has changed.", account.named(), args.role.name()));
        return desk.print_changed(&[account], false);
    }
    let edit = Edit { roles: Some(roles), ..Edit::default() };
    desk.commit(|_| store.edit_account(acting.actor(), account.id, account.revision, &edit))?;
    let account = find(&store, &Target::Id(account.id)).map_err(done)?;
    let has = if account.roles.is_empty() { "no role".into() } else { account.roles.join(", ") };
    desk.terminal.note(&format!("{} has {has} now.", account.named()));
    desk.print_changed(&[account], false)
}
