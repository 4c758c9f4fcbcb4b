//! `passdesk recover`: the way back in when no admin is left who could help.

use super::keys::NamedKeys;
use super::way_out;
use super::{Desk, find, lost_address};
use crate::cli::recover::Recover;
use crate::domain::account::State;
use crate::domain::actor::Actor;
use crate::domain::audit::{Entry, Reason};
use crate::domain::name::Username;
use crate::domain::role::Role;
use crate::domain::target::Target;
use crate::failure::{Failure, Kind, Result};
use crate::handover::TemporaryDisclosure;

/// Gives a global-admin a temporary password, and enables the account. The operator does this, whatever sign-in is
/// saved. Anybody who can write the store's file could do the same without this program.
pub fn run(desk: &mut Desk<'_>, args: &Recover) -> Result<()> {
    let username: Username = args.username.parse()?;
    if desk.global.as_username.is_some() {
        return Err(Failure::new(Kind::Usage, "recover needs no sign-in").hint("leave out --as"));
    }
    way_out::check(&args.handover.way_out, desk, 1)?;
    let keys = NamedKeys::of(&args.handover.way_out.encrypt_to, desk)?;
    let lifetime = way_out::lifetime(&args.handover)?;

    let mut store = desk.open()?;
    desk.operating()?;
    let account = find(&store, &Target::Username(username))?;
    let actor = Actor::Operator(desk.operator.clone());
    if !account.roles.contains(Role::GlobalAdmin) {
        store.record(&Entry::refused(&actor, "recover", Some((&account).into()), Reason::NotGlobalAdmin))?;
        return Err(Failure::new(Kind::NotAllowed, format!("{} is not a global-admin", account.username))
            .hint(format!("for other accounts: passdesk users reset {}", account.username)));
    }
    let keys = keys.map(|keys| keys.read(desk)).transpose()?;
    let to = keys.map(|keys| keys.recipients(&account.username, account.public_key.as_ref())).transpose()?;
    if !args.yes {
        let question = format!(
            "Give {} a temporary password, and bring the account back if it is disabled, expired, locked or removed?",
            account.named()
        );
        desk.terminal.confirm(&question, "add --yes to recover without being asked")?;
    }

    let lifetime = lifetime.unwrap_or(desk.policy.temporary_lifetime);
    let seen = find(&store, &Target::Id(account.id))?.revision;
    if seen != account.revision {
        return Err(Failure::new(Kind::Conflict, "somebody else has just changed the account")
            .hint("look at it again, and try again"));
    }
    let mut handover = way_out::open::<TemporaryDisclosure>(&args.handover.way_out, desk, false)?;
    way_out::issue_temporary(
        &mut handover,
        desk,
        (&account.username, &account.display_name, State::MustChange),
        lifetime,
        to.as_ref(),
        |new| Ok(store.recover(&actor, account.id, account.revision, &new)?),
    )?;
    if let Ok(Some(now)) = store.account(&Target::Id(account.id))
        && let Some(lost) = lost_address(&account, &now)
    {
        desk.terminal.note(&format!("{} came back {lost}", account.username));
    }
    handover.close(&mut desk.means())
}
