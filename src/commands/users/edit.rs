//! `passdesk users edit`.

use crate::cli::users;
use crate::commands::actor::acting;
use crate::commands::{Desk, done, email, find};
use crate::domain::authority::{Action, Subject};
use crate::domain::role::Roles;
use crate::domain::target::Target;
use crate::failure::{Failure, Kind, Result};
use crate::store::Edit;

/// Changes the name, the e-mail address or the roles of an account.
pub fn run(desk: &mut Desk<'_>, args: &users::EditArgs) -> Result<()> {
    let target = args.id.parse()?;
    let edit = Edit {
        display_name: args.name.as_deref().map(str::parse).transpose()?,
        email: args.email.as_deref().map(|text| email(Some(text))).transpose()?,
        roles: (args.no_roles || !args.role.is_empty()).then(|| args.role.iter().copied().collect::<Roles>()),
    };
    if edit.display_name.is_none() && edit.email.is_none() && edit.roles.is_none() {
        return Err(
            Failure::new(Kind::Usage, "nothing is to be changed").hint("add --name, --email, --role or --no-roles")
        );
    }

    let mut store = desk.open()?;
    let acting = acting(desk, &mut store)?;
    acting.may_on(&mut store, Action::Edit, [&target])?;
    let account = find(&store, &target)?;
    let subject = Subject::from(&account);
    acting.may_change(&mut store, Action::Edit, &account)?;
    if let Some(roles) = edit.roles.filter(|roles| *roles != account.roles) {
        // The store checks the same: granting looks at the new roles, revoking at the old ones.
        acting.may_to(&mut store, Action::Grant, Subject { roles, ..subject })?;
        acting.may_to(&mut store, Action::Revoke, subject)?;
    }
    if let Some(Some(email)) = &edit.email {
        let taken = store.account(&Target::Email(email.clone()))?.filter(|other| other.id != account.id);
        taken.map_or(Ok(()), |other| Err(super::taken(email.as_str(), &other)))?;
    }

    desk.commit(|_| store.edit_account(acting.actor(), account.id, account.revision, &edit))?;
    let before = account.roles;
    let account = find(&store, &Target::Id(account.id)).map_err(done)?;
    desk.terminal.note(&format!("{} is changed.", account.named()));
    if account.roles != before {
        let said = |roles: Roles| if roles.is_empty() { "none".into() } else { roles.join(", ") };
        desk.terminal.note(&format!("Roles: {}; before: {}.", said(account.roles), said(before)));
    }
    desk.print_changed(&[account], false)
}
