//! `passdesk demo`: a real list and a real reset, on a throw-away store with sample accounts.

use std::process::Command;

use anyhow::Context as _;
use jiff::SignedDuration;
use zeroize::Zeroizing;

use super::Desk;
use super::users::{list, reset};
use crate::cli::users::{Filters, List, Reset};
use crate::cli::{Demo, Global};
use crate::domain::account::AccountId;
use crate::domain::actor::Actor;
use crate::domain::change::Change;
use crate::domain::clock::{Timestamp, after};
use crate::domain::credential::PasswordRevision;
use crate::domain::delivery::{Courier, Undelivered};
use crate::domain::hash::StoredHash;
use crate::domain::role::Role;
use crate::domain::secret::TypedPassword;
use crate::domain::target::Target;
use crate::domain::temporary::TemporaryPassword;
use crate::failure::{Failure, Kind, Result};
use crate::store::{NewAccount, NewTemporary, Store, Stores};
use crate::terminal::Phase;

/// The sample accounts: username, name, role, and state.
const SAMPLES: [(&str, &str, Option<Role>, Sample); 5] = [
    ("admin", "Ada Sample", Some(Role::GlobalAdmin), Sample::Settled),
    ("alice", "Alice Sample", None, Sample::Settled),
    ("bob", "Bob Sample", Some(Role::Helpdesk), Sample::New),
    ("carol", "Carol Sample", Some(Role::Auditor), Sample::Expired),
    ("dave", "Dave Sample", None, Sample::Disabled),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sample {
    New,
    Settled,
    Expired,
    Disabled,
}

/// The age of the accounts when the demo begins. It is long enough for one temporary password to have expired.
pub const AGE: SignedDuration = SignedDuration::from_hours(25);

/// The commands to try in the shell.
const SHELL: &str = "
This is a shell on that store. You are its operator. Try:

    passdesk users list
    passdesk users reset
    passdesk me sign-in --as alice
    passdesk me profile

Alice signs in with the temporary password above.
'exit' ends the shell and removes the store.

";

/// What the caller provides for the demo.
pub struct Stage<'a> {
    /// The unused place of the store, with a clock that is behind.
    pub earlier: &'a dyn Stores,
    /// A shell on the store.
    pub shell: &'a dyn Fn() -> Result<Command>,
    /// Removes the store.
    pub remove: &'a dyn Fn() -> Result<()>,
}

/// Runs the demo.
pub fn run(desk: &mut Desk<'_>, args: &Demo, stage: &Stage<'_>) -> Result<()> {
    let Stage { earlier, shell, remove } = stage;
    if args.shell && desk.through_sudo {
        return Err(
            Failure::new(Kind::Usage, "there is no shell through sudo").hint("run it as yourself, without sudo")
        );
    }
    if args.shell && !desk.terminal.is_interactive() {
        return Err(
            Failure::new(Kind::Usage, "a shell needs a terminal").hint(desk.terminal.instead("leave out --shell"))
        );
    }
    // The demo is for people, whatever else the command line says.
    desk.global = Global { verbose: desk.global.verbose, ..Global::default() };
    let by = Actor::Operator(desk.operator.clone());
    let [first, rest @ ..] = SAMPLES;
    let made_at = earlier.now()?;
    let hash = nobodys(desk)?;
    let new = sample(desk, made_at, first, hash)?;
    let prepared = earlier.prepare(&by, &new, &mut |_| ())?;
    prepared.put_in_place(&new.temporary.hash.deliver(&mut Nobody)?)?;
    let mut store = earlier.open()?;
    settle(desk, &mut store, &by, AccountId(1), first.3)?;
    for one in rest {
        let hash = nobodys(desk)?.deliver(&mut Nobody)?;
        let new = sample(desk, made_at, one, hash)?;
        let id = store.add_account(&by, &new)?;
        settle(desk, &mut store, &by, id, one.3)?;
    }
    drop(store);

    desk.print("This is a throw-away store with five accounts. Who is there?\n\n$ passdesk users list\n")?;
    list::run(desk, &List::default())?;
    desk.print("\nAlice has forgotten her password. An admin resets it:\n\n$ passdesk users reset alice --yes\n")?;
    reset::run(desk, &Reset { ids: vec!["alice".into()], yes: true, ..Reset::default() })?;
    // Elsewhere the program ends here. A signal that has waited for the reset ends the demo, and removes its store.
    desk.terminal.enter(Phase::Idle);
    if desk.terminal.interrupted() {
        return Err(Failure::cancelled());
    }
    desk.print("\nUntil she has chosen a new one, she can do nothing else:\n\n$ passdesk users list --must-change\n")?;
    list::run(desk, &List { filters: Filters { must_change: true, ..Filters::default() }, ..List::default() })?;
    if args.shell {
        desk.print(SHELL)?;
        desk.terminal.lend(&mut shell()?).context("the shell cannot be used")?;
    }
    remove()?;
    desk.print("\nThe store is gone now. To make one that stays: passdesk init\n")
}

/// Takes the passwords of the samples. Nobody needs them, since the store is deleted.
struct Nobody;

impl<T> Courier<T> for Nobody {
    type Failure = Failure;

    fn take(&mut self, _: &[Undelivered<T>]) -> Result<()> {
        Ok(())
    }
}

fn nobodys(desk: &mut Desk<'_>) -> Result<Undelivered<StoredHash>> {
    Ok(StoredHash::of_temporary(TemporaryPassword::generate(desk.rng), desk.policy.cost, desk.rng)?)
}

fn sample<H>(
    desk: &Desk<'_>,
    made_at: Timestamp,
    (username, name, role, sample): (&str, &str, Option<Role>, Sample),
    hash: H,
) -> Result<NewAccount<H>> {
    let given_at = if sample == Sample::Expired { made_at } else { desk.now()? };
    Ok(NewAccount {
        username: username.parse()?,
        display_name: name.parse()?,
        email: Some(format!("{username}@example.org").parse()?),
        roles: role.into_iter().collect(),
        public_key: None,
        temporary: NewTemporary { hash, until: after(given_at, desk.policy.temporary_lifetime) },
    })
}

fn settle(desk: &mut Desk<'_>, store: &mut Store, by: &Actor, id: AccountId, sample: Sample) -> Result<()> {
    match sample {
        Sample::New | Sample::Expired => {}
        Sample::Settled | Sample::Disabled => {
            // Nobody gets this password, since the store is deleted.
            let nobodys = TemporaryPassword::generate(desk.rng);
            let nobodys = TypedPassword::new(Zeroizing::new(nobodys.reveal().to_owned()));
            let hash = StoredHash::of_typed(&nobodys, desk.policy.cost, desk.rng)?;
            store.replace_password(id, PasswordRevision::FIRST, &hash, None)?;
        }
    }
    if sample == Sample::Disabled {
        let seen = super::find(store, &Target::Id(id))?.revision;
        store.change_account(by, Change::Disable, id, seen)?;
    }
    Ok(())
}
