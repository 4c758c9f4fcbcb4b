//! `passdesk users edit`.

use crate::cli::users;
use crate::commands::actor::acting;
use crate::commands::keys::OwnKey;
use crate::commands::{Desk, done, email, find};
use crate::domain::authority::{Action, Subject};
use crate::domain::clock::{last_day, moment_and_span, spoken};
use crate::domain::name::Username;
use crate::domain::public_key::PublicKey;
use crate::domain::role::Roles;
use crate::domain::target::Target;
use crate::failure::{Failure, Kind, Result};
use crate::store::{Edit, Rename};

/// Changes the names, the e-mail address, the roles or the last day of an account.
pub fn run(desk: &mut Desk<'_>, args: &users::EditArgs) -> Result<()> {
    let target = args.id.parse()?;
    let now = desk.now()?;
    let username: Option<Username> = args.username.as_deref().map(str::parse).transpose()?;
    let mut edit = Edit {
        username: None,
        display_name: args.name.as_deref().map(str::parse).transpose()?,
        email: args.email.as_deref().map(|text| email(Some(text))).transpose()?,
        roles: (args.no_roles || !args.role.is_empty()).then(|| args.role.iter().copied().collect::<Roles>()),
        public_key: None,
        expires_at: args.expires_on.as_deref().map(|text| last_day(text, now, desk.zone)).transpose()?,
    };
    let key = args.key.as_deref().map(|key| OwnKey::of(key, desk)).transpose()?;
    if username.is_none() && key.is_none() && edit == Edit::default() {
        let hint = "add --username, --name, --email, --role, --no-roles, --key or --expires-on";
        return Err(Failure::new(Kind::Usage, "nothing is to be changed").hint(hint));
    }

    let mut store = desk.open()?;
    edit.username = username.map(|to| Rename { to, kept_for: desk.policy.restorable });
    let acting = acting(desk, &mut store)?;
    acting.may_on(&mut store, Action::Edit, [&target])?;
    let account = find(&store, &target)?;
    let subject = Subject::from(&account);
    acting.may_change(&mut store, Action::Edit, &account)?;
    edit.public_key = key.map(|key| key.read(desk)).transpose()?;
    if let Some(roles) = edit.roles.filter(|roles| *roles != account.roles) {
        // The store checks the same: granting looks at the new roles, revoking at the old ones.
        acting.may_to(&mut store, Action::Grant, Subject { roles, ..subject })?;
        acting.may_to(&mut store, Action::Revoke, subject)?;
    }
    let username = edit.username.as_ref().map(|rename| &rename.to);
    super::are_free(&store, username, edit.email.as_ref().and_then(Option::as_ref), Some(account.id))?;

    desk.commit(|_| store.edit_account(acting.actor(), account.id, account.revision, &edit))?;
    let before = account;
    let account = find(&store, &Target::Id(before.id)).map_err(done)?;
    desk.terminal.note(&format!("{} is changed.", account.named()));
    if account.username != before.username {
        let kept = spoken(desk.policy.restorable.as_secs());
        desk.terminal
            .note(&format!("Username: {}; nobody else gets {} for {kept}.", account.username, before.username));
    }
    if account.roles != before.roles {
        let said = |roles: Roles| if roles.is_empty() { "none".into() } else { roles.join(", ") };
        desk.terminal.note(&format!("Roles: {}; before: {}.", said(account.roles), said(before.roles)));
    }
    if account.public_key != before.public_key {
        let said = |key: &Option<PublicKey>| key.as_ref().map_or_else(|| "none".into(), PublicKey::fingerprint);
        desk.terminal.note(&format!(
            "Public key: {}; before: {}.",
            said(&account.public_key),
            said(&before.public_key)
        ));
    }
    if account.expires_at != before.expires_at {
        let now = desk.now()?;
        let said = |end| moment_and_span(end, now, desk.zone);
        let note =
            account.expires_at.map_or("It does not end by itself.".into(), |end| format!("It ends {}.", said(end)));
        desk.terminal.note(&note);
    }
    desk.print_changed(&[account], false)
}
