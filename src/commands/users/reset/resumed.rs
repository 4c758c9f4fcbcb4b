//! Continuing a reset of many that ended early.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::many::BATCH;
use crate::commands::Desk;
use crate::commands::bulk::Bulk;
use crate::commands::users::selection::Chosen;
use crate::domain::account::AccountId;
use crate::domain::authority::Action;
use crate::domain::text::{counted, grouped};
use crate::failure::{Failure, Kind, Result};
use crate::handover::Unfinished;
use crate::store::Store;
use crate::terminal::format::Format;

/// Opens the output of the earlier run. It sets the format of the new one. One file never has both encrypted passwords and
/// others.
pub fn open(desk: &mut Desk<'_>, path: &Path, sealed: bool) -> Result<Unfinished> {
    let (file, text) = desk.files.reopen(path)?;
    let unfinished = Unfinished::of(file, &text)?;
    if let Some(was) = unfinished.is_sealed.filter(|was| *was != sealed) {
        let [is, hint] = if was {
            ["encrypted", "add --encrypt-to as the interrupted run had it"]
        } else {
            ["not encrypted", "leave --encrypt-to out, or encrypt the others to a new --output"]
        };
        let message = format!("the passwords in {} are {is}", path.display());
        return Err(Failure::new(Kind::Usage, message).hint(hint));
    }
    take_format(desk, path, unfinished.format)?;
    Ok(unfinished)
}

/// Takes the format of an interrupted run, unless another one was asked for.
pub fn take_format(desk: &mut Desk<'_>, path: &Path, found: Option<Format>) -> Result<()> {
    match (found, desk.format()) {
        (None, asked) if asked.has_lines() => {}
        (None, _) => {
            return Err(Failure::new(Kind::Usage, format!("{} is empty, so its format is unknown", path.display()))
                .hint("add --format csv or --format jsonl"));
        }
        (Some(found), Format::Text) => desk.global.format = found,
        (Some(found), asked) if found == asked => {}
        (Some(_), _) => {
            return Err(Failure::new(Kind::Usage, format!("{} is in another format", path.display()))
                .hint("leave --format out"));
        }
    }
    Ok(())
}

fn counted_rows(count: usize) -> String {
    let are = if count == 1 { "is" } else { "are" };
    format!("{} {are}", counted(count as u64, "row"))
}

/// What an unfinished output shows.
pub struct Done {
    /// The accounts whose rows are in force.
    accounts: HashSet<AccountId>,
    /// For each row, whether it stays.
    pub stays: Vec<bool>,
    /// How many rows in force were replaced by another reset since.
    replaced: usize,
}

impl Done {
    /// Looks up each row. A row in force shows that the output belongs to this store, and so does the mark of its run.
    /// After the last row in force, an ended run leaves at most one batch. Any other output may belong to another store,
    /// and its passwords must not be thrown away.
    pub fn of(store: &Store, unfinished: &Unfinished) -> Result<Self> {
        let mut reset = HashMap::new();
        for row in &unfinished.rows {
            if let Entry::Vacant(unasked) = reset.entry(row.operation.0) {
                unasked.insert(store.done_by(row.operation, Action::Reset)?);
            }
        }
        // An account may have been renamed since.
        let usernames: Vec<_> = unfinished.rows.iter().map(|row| &row.username).collect();
        let mut named: HashMap<_, Vec<_>> = HashMap::new();
        for (username, account) in store.ever_named(&usernames)? {
            named.entry(username).or_default().push(account);
        }
        let mut accounts = HashSet::new();
        let (mut in_force, mut replaced) = (Vec::new(), 0);
        for row in &unfinished.rows {
            let mut was_reset = None;
            for account in named.get(&row.username).into_iter().flatten() {
                was_reset = Some(reset[&row.operation.0].contains(&account.id));
                if was_reset == Some(true) {
                    replaced += usize::from(account.temporary_until.is_some_and(|until| until != row.until));
                    accounts.insert(account.id);
                    break;
                }
            }
            in_force.push(was_reset);
        }
        let behind = in_force.iter().rposition(|row| *row == Some(true)).map_or(0, |last| last + 1);
        let dead = &in_force[behind..];
        // Without a row in force, only the marks can tell. They are asked for one batch at most.
        let may_be_ours = dead.len() <= BATCH && !dead.contains(&None);
        let are_marked = || {
            unfinished.rows.iter().try_fold(true, |all, row| Ok::<_, Failure>(all && store.has_begun(row.operation)?))
        };
        if !may_be_ours || (behind == 0 && !are_marked()?) {
            let path = unfinished.file.path().display();
            return Err(Failure::new(
                Kind::Conflict,
                format!("{path} cannot be continued in this store: {} not in force here", counted_rows(dead.len())),
            )
            .hint("name its store with --store, or start again with --output and a new file"));
        }
        // If the account no longer exists, nobody can say whether its row was in force.
        let stays = (0..).zip(in_force).map(|(row, was_reset)| row < behind && was_reset != Some(false)).collect();
        Ok(Self { accounts, stays, replaced })
    }

    /// Leaves out the accounts that are done, and says how many. Also says which rows are useless.
    pub fn leave_out(&self, desk: &mut Desk<'_>, chosen: &mut Vec<Chosen>, bulk: &mut Bulk) {
        let dead = self.stays.iter().filter(|stays| !**stays).count();
        for (count, why) in [
            (self.replaced, "of an older reset: another one came later"),
            (dead, "that never came into force: they will be removed from the file"),
        ] {
            if count > 0 {
                desk.terminal.note(&format!("{} {why}.", counted(count as u64, "row")));
            }
        }
        let before = chosen.len();
        chosen.retain(|one| !self.accounts.contains(&one.id));
        let done = before - chosen.len();
        bulk.asked -= done;
        let [done, before] = [done, before].map(|count| grouped(count as u64));
        desk.terminal.note(&format!("{done} of {before} are done already."));
    }
}
