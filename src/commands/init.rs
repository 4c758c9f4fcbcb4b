//! `passdesk init`: makes a store with its first global-admin, or makes nothing.

use super::Desk;
use super::keys::NamedKeys;
use super::store::of_new_store;
use super::way_out;
use crate::cli::init::Init;
use crate::domain::account::State;
use crate::domain::actor::Actor;
use crate::domain::finding::{Finding, Verdict};
use crate::domain::name::{DisplayName, Username};
use crate::domain::role::{Role, Roles};
use crate::domain::text::{quoted, shown};
use crate::failure::{Failure, Kind, Result};
use crate::handover::TemporaryDisclosure;
use crate::store::{NewAccount, NewTemporary, StoreError, StoreFile};

/// Runs the command.
pub fn run(desk: &mut Desk<'_>, args: &Init) -> Result<()> {
    if desk.global.as_username.is_some() {
        return Err(Failure::new(Kind::Usage, "nobody can sign in before there is a store")
            .hint("leave out --as; the first admin is named with --admin"));
    }
    if desk.operator.is_guest {
        return desk.operating();
    }
    let username: Username = match &args.admin {
        Some(admin) => admin.parse()?,
        None => desk.operator.person().parse().map_err(|_| {
            let message =
                format!("your name on this machine, {}, cannot be a username", quoted(desk.operator.person()));
            Failure::new(Kind::Usage, message).hint("name the first admin with --admin USERNAME")
        })?,
    };
    let display_name: DisplayName = args.name.parse()?;
    let email = super::email(args.email.as_deref())?;
    way_out::check(&args.handover.way_out, desk, 1)?;
    let encrypt_to = &args.handover.way_out.encrypt_to;
    let keys = NamedKeys::of_newcomer(encrypt_to, desk, "name the key itself with --encrypt-to, or a file")?;
    let keys = keys.map(|keys| keys.read(desk)).transpose()?;
    let to = keys.map(|keys| keys.recipients(&username, None)).transpose()?;
    let lifetime = way_out::lifetime(&args.handover)?.unwrap_or(desk.policy.temporary_lifetime);
    if let Some(path) = desk.stores.file().map_or(Ok(None), StoreFile::occupant)? {
        return Err(taken(format!("{} exists already", shown(path))));
    }

    let stores = desk.stores;
    let by = Actor::Operator(stores.operator(&desk.operator)?.making()?);
    let mut handover = way_out::open::<TemporaryDisclosure>(&args.handover.way_out, desk, false)?;
    let (about, hash) = way_out::temporary(desk, (&username, &display_name, State::MustChange), lifetime, to.as_ref())?;
    let temporary = NewTemporary { hash, until: about.until };
    let roles = Roles::from_iter([Role::GlobalAdmin]);
    let first = NewAccount { username, display_name, email, roles, public_key: None, temporary };
    let location = stores.location();
    let prepared = stores.prepare(&by, &first, &mut |made| desk.terminal.doom(made)).map_err(to_make)?;
    handover.issue(&mut desk.means(), about, first.temporary.hash, |hash| {
        prepared.put_in_place(&hash).map_err(|error| match of_new_store(error, location.as_ref()) {
            conflict if conflict.kind == Kind::Conflict => taken(conflict.message),
            other => other,
        })
    })?;
    if !args.handover.way_out.quiet {
        desk.terminal.note(&format!("The store is {}.", shown(&location)));
    }
    if let Some(Finding { verdict: Verdict::Notable, message, remedy: Some(remedy), .. }) =
        stores.file().map(StoreFile::disk)
    {
        desk.terminal.note(&format!("Note that {message}; {remedy}."));
    }
    handover.close(&mut desk.means())
}

/// The failure to make a store.
fn to_make(error: StoreError) -> Failure {
    match error {
        StoreError::Conflict(message) => taken(message),
        other => other.into(),
    }
}

fn taken(message: String) -> Failure {
    Failure::new(Kind::Conflict, message).hint("use that store, or make another one with --store PATH")
}
