//! What an import does with each account of the list: add it, change it, skip it, or report it.

use super::columns::Columns;
use super::list::{List, keep};
use crate::cli::users::OnConflict;
use crate::commands::Desk;
use crate::commands::actor::{Acting, is_removed};
use crate::commands::keys::Keys;
use crate::commands::users::bad_rows::BadRows;
use crate::commands::users::taken;
use crate::domain::account::Account;
use crate::domain::authority::{Action, Refusal, Subject};
use crate::domain::hash::elsewhere::Brought;
use crate::domain::hash::{Scheme, bear};
use crate::domain::role::{Role, Roles};
use crate::failure::Result;
use crate::store::{Edit, Namesakes, Newcomer, SeenEdit, Store};

/// How many accounts one query of the store looks up.
const CHUNK: usize = 1_000;

/// What an import is to do.
#[derive(Default)]
pub struct Plan {
    /// The accounts to add.
    pub new: Vec<Newcomer>,
    /// The hash that each of them brings, if it does.
    pub brought: Vec<Option<Brought>>,
    /// The line of each of them.
    pub lines: Vec<u64>,
    /// How many existing accounts have a hash in the list. It is not used: their passwords stay as they are.
    pub unused: u64,
    /// The changes to existing accounts.
    pub edits: Vec<SeenEdit>,
    /// How many existing accounts stay as they are.
    pub skipped: u64,
    /// The first action that the actor may not do, for the record.
    pub refused: Option<Refusal>,
}

impl Plan {
    /// Fails if sign-ins would take too long with these hashes and with those that are there. The store says so as well,
    /// but only once all is wrapped.
    pub fn bear(&self, there: &[Scheme]) -> std::result::Result<(), Refusal> {
        let kept = self.brought.iter().filter_map(|brought| match brought {
            Some(Brought::Kept(hash)) => hash.scheme(),
            _ => None,
        });
        bear(there, kept).map_err(Refusal::Overload)
    }

    /// How many rows can be imported.
    pub fn good(&self) -> u64 {
        self.new.len() as u64 + self.edits.len() as u64 + self.skipped
    }
}

/// Makes the plan. The store decides again when it writes.
pub fn plan(
    desk: &mut Desk<'_>,
    store: &Store,
    acting: &Acting,
    columns: &Columns,
    (on_conflict, keys): (OnConflict, Option<&Keys>),
    list: List,
    bad: &mut BadRows,
) -> Result<Plan> {
    let List { newcomers, brought, lines } = list;
    let mut planner = Planner {
        store,
        acting,
        columns,
        on_conflict,
        keys,
        brings: false,
        may_add: Vec::new(),
        plan: Plan::default(),
    };
    let mut is_new = vec![true; newcomers.len()];
    desk.terminal.begin_progress("comparing", newcomers.len() as u64);
    for (number, chunk) in newcomers.chunks(CHUNK).enumerate() {
        let first = number * CHUNK;
        desk.terminal.advance(first as u64);
        let mut namesakes = store.namesakes(chunk)?.into_iter().peekable();
        for (place, newcomer) in chunk.iter().enumerate() {
            let found = namesakes.next_if(|found| found.place == place);
            let is_there = found.is_some();
            planner.brings = brought[first + place].as_ref().is_some_and(Brought::is_usable);
            planner.plan.unused += u64::from(is_there && brought[first + place].is_some());
            let outcome = match found {
                None => planner.add(newcomer),
                Some(found) => planner.meet(newcomer, found),
            };
            is_new[first + place] = outcome.is_ok() && !is_there;
            outcome.unwrap_or_else(|why| bad.add(lines[first + place], why));
        }
    }
    desk.terminal.end_progress();
    let mut plan = Plan { new: newcomers, brought, lines, ..planner.plan };
    keep(&mut plan.new, &is_new);
    keep(&mut plan.brought, &is_new);
    keep(&mut plan.lines, &is_new);
    Ok(plan)
}

struct Planner<'a> {
    store: &'a Store,
    acting: &'a Acting,
    columns: &'a Columns,
    on_conflict: OnConflict,
    /// To whom the first passwords are encrypted, if they are.
    keys: Option<&'a Keys>,
    /// Whether the row at hand brings a password, so that it needs no first one.
    brings: bool,
    /// Role sets for which the actor is known to have the right to add accounts.
    may_add: Vec<Roles>,
    plan: Plan,
}

impl Planner<'_> {
    /// Plans an account that does not exist yet.
    fn add(&mut self, newcomer: &Newcomer) -> Result<()> {
        let roles = newcomer.roles;
        if let Some(keys) = self.keys.filter(|_| !self.brings) {
            let suits = keys.suit(&newcomer.username, newcomer.public_key.as_ref());
            suits.map_err(|failure| failure.hint("the column public_key has the key that 'account' stands for"))?;
        }
        if self.may_add.contains(&roles) {
            return Ok(());
        }
        let subject = Subject { id: None, username: &newcomer.username, roles };
        self.may(Action::Import, subject)?;
        if !roles.is_empty() {
            self.may(Action::Grant, subject)?;
        }
        self.may_add.push(roles);
        Ok(())
    }

    /// Plans a row whose username or address an account already has.
    fn meet(&mut self, newcomer: &Newcomer, found: Namesakes) -> Result<()> {
        let Namesakes { by_username, by_email, .. } = found;
        if let Some(keeper) = by_username.as_ref().filter(|account| account.username != newcomer.username) {
            return Err(taken(newcomer.username.as_str(), keeper));
        }
        let there = by_username.map(|account| (self.on_conflict, account));
        let other = by_email.filter(|other| there.as_ref().is_none_or(|(_, account)| account.id != other.id));
        match (there, other, &newcomer.email) {
            (Some((OnConflict::Error, account)), ..) => Err(taken(newcomer.username.as_str(), &account)
                .hint("'--on-conflict skip' keeps such accounts as they are, and '--on-conflict update' changes them")),
            (Some((OnConflict::Skip, _)), ..) => {
                self.plan.skipped += 1;
                Ok(())
            }
            (_, Some(other), Some(email)) => Err(taken(email.as_str(), &other)),
            (Some((OnConflict::Update, account)), ..) => self.update(newcomer, &account),
            (None, ..) => self.add(newcomer),
        }
    }

    fn update(&mut self, newcomer: &Newcomer, account: &Account) -> Result<()> {
        if account.removed_at.is_some() {
            return Err(is_removed(account));
        }
        let Some(edit) = self.difference(newcomer, account) else {
            self.plan.skipped += 1;
            return Ok(());
        };
        let subject = Subject::from(account);
        self.may(Action::Edit, subject)?;
        if let Some(roles) = edit.roles {
            self.may(Action::Revoke, subject)?;
            self.may(Action::Grant, Subject { roles, ..subject })?;
        }
        let is_demoted = edit.roles.is_some_and(|roles| !roles.contains(Role::GlobalAdmin));
        let ends = edit.expires_at.flatten().is_some();
        if (is_demoted || ends) && self.store.is_last_admin(account.id)? {
            return self.refuse(Refusal::LastAdmin { username: account.username.clone() });
        }
        self.plan.edits.push(SeenEdit { id: account.id, seen: account.revision, edit });
        Ok(())
    }

    /// The difference between the columns and the account, or `None` if there is none.
    fn difference(&self, newcomer: &Newcomer, account: &Account) -> Option<Edit> {
        let Columns { name, email, roles, public_key, expires_on, .. } = self.columns;
        let name = name.filter(|_| newcomer.display_name != account.display_name);
        let email = email.filter(|_| newcomer.email != account.email);
        let roles = roles.filter(|_| newcomer.roles != account.roles);
        let public_key = public_key.filter(|_| newcomer.public_key != account.public_key);
        let expires_on = expires_on.filter(|_| newcomer.expires_at != account.expires_at);
        name.or(email).or(roles).or(public_key).or(expires_on)?;
        Some(Edit {
            display_name: name.map(|_| newcomer.display_name.clone()),
            email: email.map(|_| newcomer.email.clone()),
            roles: roles.map(|_| newcomer.roles),
            public_key: public_key.map(|_| newcomer.public_key.clone()),
            expires_at: expires_on.map(|_| newcomer.expires_at),
            ..Edit::default()
        })
    }

    fn may(&mut self, action: Action, subject: Subject<'_>) -> Result<()> {
        self.acting.decides(action, subject).or_else(|refusal| self.refuse(refusal))
    }

    fn refuse(&mut self, refusal: Refusal) -> Result<()> {
        self.plan.refused.get_or_insert_with(|| refusal.clone());
        Err(refusal.into())
    }
}
