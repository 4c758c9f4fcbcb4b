//! `passdesk users add`.

use crate::cli::users::Add;
use crate::commands::actor::acting;
use crate::commands::keys::{NamedKeys, OwnKey};
use crate::commands::way_out;
use crate::commands::{Desk, email};
use crate::domain::account::State;
use crate::domain::authority::{Action, Subject};
use crate::domain::name::{DisplayName, Username};
use crate::domain::role::Roles;
use crate::failure::Result;
use crate::handover::TemporaryDisclosure;
use crate::store::NewAccount;

/// Adds an account, and hands its temporary password over.
pub fn run(desk: &mut Desk<'_>, args: &Add) -> Result<()> {
    let username: Username = args.username.parse()?;
    let display_name: DisplayName = args.name.parse()?;
    let email = email(args.email.as_deref())?;
    let roles: Roles = args.role.iter().copied().collect();
    way_out::check(&args.handover.way_out, desk, 1)?;
    let encrypt_to = &args.handover.way_out.encrypt_to;
    let key = OwnKey::of(args.key.as_deref().unwrap_or_default(), desk)?;
    let keys = if key.is_some() {
        NamedKeys::of(encrypt_to, desk)?
    } else {
        NamedKeys::of_newcomer(encrypt_to, desk, "give it one with --key, or name a key with --encrypt-to")?
    };
    let lifetime = way_out::lifetime(&args.handover)?;

    let mut store = desk.open()?;
    let acting = acting(desk, &mut store)?;
    let subject = Subject { id: None, username: &username, roles };
    acting.may_to(&mut store, Action::Add, subject)?;
    if !roles.is_empty() {
        acting.may_to(&mut store, Action::Grant, subject)?;
    }
    let public_key = key.read(desk)?;
    let keys = keys.map(|keys| keys.read(desk)).transpose()?;
    let to = keys.map(|keys| keys.recipients(&username, public_key.as_ref())).transpose()?;
    super::are_free(&store, Some(&username), email.as_ref(), None)?;

    let lifetime = lifetime.unwrap_or(desk.policy.temporary_lifetime);
    let mut handover = way_out::open::<TemporaryDisclosure>(&args.handover.way_out, desk, false)?;
    way_out::issue_temporary(
        &mut handover,
        desk,
        (&username, &display_name, State::MustChange),
        lifetime,
        to.as_ref(),
        |temporary| {
            let (username, display_name) = (username.clone(), display_name.clone());
            let new = NewAccount { username, display_name, email, roles, public_key, temporary };
            Ok(store.add_account(acting.actor(), &new).map(drop)?)
        },
    )?;
    handover.close(&mut desk.means())
}
