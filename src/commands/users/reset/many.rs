//! A reset of many. The passwords of each batch are hashed on all cores. Then their rows are delivered and flushed.
//! Only then the batch is put in force. If the run ends anywhere, each account has its old password or one from the
//! output.

use std::num::NonZeroUsize;
use std::thread;

use jiff::SignedDuration;

use crate::commands::actor::Acting;
use crate::commands::bulk::{self, Bulk, NAMED};
use crate::commands::hashing::Hashing;
use crate::commands::keys::Keys;
use crate::commands::users::selection::Chosen;
use crate::commands::way_out::said_of;
use crate::commands::{Desk, find};
use crate::domain::account::{Account, State};
use crate::domain::delivery::{Delivered, Undelivered};
use crate::domain::hash::{Cost, StoredHash};
use crate::domain::target::Target;
use crate::domain::text::{counted, grouped, some_of};
use crate::failure::{Failure, Hint, Kind, Result};
use crate::handover::{Handover, TemporaryDisclosure};
use crate::store::{NewTemporary, Store};
use crate::system;

/// Up to this many accounts are put in force one by one. If the run stops, each account that was not tried is named.
const FEW: usize = 64;
/// The largest batch.
pub const BATCH: usize = 64;

/// What to do with each account.
pub struct BulkReset<'a> {
    /// Who acts.
    pub acting: &'a Acting,
    /// How long the temporary passwords are valid.
    pub lifetime: SignedDuration,
    /// To whom they are encrypted, if they are.
    pub keys: Option<&'a Keys>,
    /// How many cores hash. The default is all of them.
    pub jobs: Option<u16>,
    /// How to continue a run that ends early.
    pub to_go_on: Hint,
    /// How to start again if nothing was done. `None` means: give the same command again.
    pub to_begin: Option<Hint>,
}

/// Resets all accounts, unless something stops the run.
pub fn run(
    desk: &mut Desk<'_>,
    store: &mut Store,
    many: &BulkReset<'_>,
    chosen: Vec<Chosen>,
    mut bulk: Bulk,
    mut handover: Handover,
) -> Result<()> {
    let (total, before) = (chosen.len(), bulk.failed.len());
    let is_few = total <= FEW;
    let batch_size = if is_few { 1 } else { batch_size(desk.policy.cost) };
    let workers = workers(desk, many.jobs, total);
    let mut hashing = Hashing::at(desk.policy.cost, workers)?;
    handover.begin_parts(&mut desk.means(), if is_few { None } else { Some(("resetting", total as u64)) });
    let (mut shut_out, now) = (Vec::new(), desk.now()?);
    let mut stopped: Option<Failure> = None;
    // Each password is sealed when it is hashed, which is before its turn.
    let owns: Vec<_> = if many.keys.is_some_and(Keys::need_own) {
        chosen.iter().map(|one| one.key.clone()).collect()
    } else {
        Vec::new()
    };
    let mut owns = owns.into_iter();
    let mut left = chosen.into_iter();
    let mut tried = 0;
    while tried < total {
        if desk.terminal.interrupted() {
            stopped = Some(Failure::new(Kind::Cancelled, "cancelled before that"));
        }
        if stopped.is_some() {
            break;
        }
        let batch = next_batch(&mut left, batch_size);
        tried += batch.len();
        // The workers go on while this batch is delivered and put in force.
        let ahead = batch.len() + (total - tried).min(batch_size.max(2 * workers.get()));
        hashing.draw_ahead(ahead, desk.rng, || many.keys.map(|keys| keys.with(owns.next().flatten().as_ref())));
        let Ready { written, accounts, batch, is_broken } =
            make_ready(desk, store, many, &mut hashing, batch, &mut bulk);
        if is_broken {
            stopped = Some(Failure::new(Kind::Failed, "nothing could be hashed"));
        }
        if batch.is_empty() {
            continue;
        }
        desk.terminal.hint_if_cut_off(so_far(&bulk, &handover, many));
        let untils: Vec<_> = batch.iter().map(|(about, _)| about.until).collect();
        let commit = |hashes: Vec<Delivered<StoredHash>>| -> Result<Vec<Result<()>>> {
            let new = hashes.into_iter().zip(untils).map(|(hash, until)| NewTemporary { hash, until });
            let batch: Vec<_> = accounts.iter().map(|account| account.id).zip(new).collect();
            let outcomes = store.reset_passwords(many.acting.actor(), &batch)?;
            Ok(outcomes.into_iter().map(|outcome| outcome.map_err(Into::into)).collect())
        };
        match handover.issue_batch(&mut desk.means(), batch, commit) {
            Ok(outcomes) => {
                stopped = bulk::stops(&outcomes, left.len()).or(stopped);
                for ((outcome, account), written) in outcomes.into_iter().zip(&accounts).zip(written) {
                    if outcome.is_ok() && !account.is_open(now) {
                        shut_out.push((account.state(now), account.username.to_string()));
                    }
                    bulk.record(written, outcome);
                }
            }
            Err(failure) => {
                stopped = Some(Failure::new(Kind::NotDelivered, "nothing could be delivered"));
                // How to continue is said once.
                let failure = if handover.can_be_resumed() { Failure { hint: None, ..failure } } else { failure };
                // Some of these passwords may be in the output. The reader has to know of each that it is useless.
                for written in written {
                    bulk.record(written, Err(failure.again()));
                }
            }
        }
        desk.terminal.advance(tried as u64);
    }
    desk.terminal.end_progress();
    bulk.leave(left.map(|one| one.written), is_few, stopped.as_ref());
    let is_lost = bulk.done > 0 && handover.file().is_some() && !handover.stays();
    conclude(desk, &bulk, &handover, is_lost, &shut_out, total + before);
    let resumable = handover.can_be_resumed();
    let closed = handover.close(&mut desk.means());
    let found_again = if desk.format().has_lines() {
        "if that file was only moved, name it with --resume; otherwise reset the same accounts again".into()
    } else {
        "if that file was only moved, it has the passwords still; otherwise reset the same accounts again".into()
    };
    let hint = match (resumable, is_lost) {
        (true, _) => Some(&many.to_go_on),
        (false, true) => Some(&found_again),
        (false, false) => many.to_begin.as_ref(),
    };
    let can_go_on = stopped.is_some() || bulk.unknown() > 0;
    let finished = bulk.finish().map_err(|failure| match hint {
        Some(hint) if can_go_on => failure.hint(hint.clone()),
        _ => failure,
    });
    finished.and(if stopped.is_some() { Ok(()) } else { closed })
}

/// The part of a batch that can be handed over.
#[derive(Default)]
struct Ready {
    /// The accounts, as they were named.
    written: Vec<String>,
    /// The accounts, as they are now.
    accounts: Vec<Account>,
    /// The passwords to hand over.
    batch: Vec<(TemporaryDisclosure, Undelivered<StoredHash>)>,
    /// Whether hashing has failed.
    is_broken: bool,
}

/// Takes a new password for each account of a batch, and checks each account again. Problems should show before
/// anything is shown.
fn make_ready(
    desk: &Desk<'_>,
    store: &mut Store,
    many: &BulkReset<'_>,
    hashing: &mut Hashing,
    batch: Vec<Chosen>,
    bulk: &mut Bulk,
) -> Ready {
    let mut ready = Ready::default();
    for one in batch {
        let password = match hashing.take() {
            Ok(hashed) => hashed,
            Err(error) => {
                ready.is_broken = true;
                bulk.record(one.written, Err(error.into()));
                continue;
            }
        };
        let current = find(store, &Target::Id(one.id))
            .and_then(|account| many.acting.may_reset(store, &account).map(|()| account))
            .and_then(|account| has_its_key(many.keys, &one, &account).map(|()| account))
            .and_then(|account| {
                let about = said_of(
                    desk,
                    (&account.username, &account.display_name, account.state(desk.now()?)),
                    many.lifetime,
                )?;
                Ok((about, account))
            });
        match current {
            Ok((about, account)) => {
                ready.batch.push((about, password));
                ready.accounts.push(account);
                ready.written.push(one.written);
            }
            Err(failure) => bulk.record(one.written, Err(failure)),
        }
    }
    ready
}

/// Refuses an account whose key was changed. Its password is sealed to the key that it had.
fn has_its_key(keys: Option<&Keys>, chosen: &Chosen, account: &Account) -> Result<()> {
    if !keys.is_some_and(Keys::need_own) || chosen.key == account.public_key {
        return Ok(());
    }
    Err(Failure::new(Kind::Conflict, format!("somebody else has just changed the key of {}", account.username)))
}

/// The next accounts, up to and including an admin. Whether the next admin is the last one shows only after this reset.
fn next_batch(left: &mut impl Iterator<Item = Chosen>, most: usize) -> Vec<Chosen> {
    let mut batch = Vec::new();
    while batch.len() < most && batch.last().is_none_or(|last: &Chosen| !last.is_admin) {
        let Some(next) = left.next() else { break };
        batch.push(next);
    }
    batch
}

/// How many are done, and how to continue.
fn so_far(bulk: &Bulk, handover: &Handover, many: &BulkReset<'_>) -> Hint {
    let done = counted(bulk.done as u64, "account");
    let next = match (handover.can_be_resumed(), bulk.done) {
        (true, _) => many.to_go_on.clone(),
        (false, 0) => return "nobody was reset before that".into(),
        (false, _) => "their rows were written first".into(),
    };
    Hint { words: format!("reset before that: {done}; {}", next.words), ..next }
}

/// Tells people the outcome. `is_lost` says that the file is no longer as it was written. `shut_out` names the accounts
/// that are not in use, each with its state.
fn conclude(
    desk: &mut Desk<'_>,
    bulk: &Bulk,
    handover: &Handover,
    is_lost: bool,
    shut_out: &[(State, String)],
    asked: usize,
) {
    let done = bulk.done;
    if done == 0 {
        return;
    }
    let accounts = if done == asked {
        counted(done as u64, "account")
    } else {
        format!("{} of {} accounts", grouped(done as u64), grouped(asked as u64))
    };
    let is = if done == 1 { "is" } else { "are" };
    let place = handover.file().map_or_else(String::new, |path| {
        let (passwords, path) =
            (if done == 1 { "its temporary password" } else { "their temporary passwords" }, path.display());
        if is_lost {
            format!("; {passwords} went into {path}, which somebody has moved, removed or changed since")
        } else {
            format!("; {passwords} {is} in {path}")
        }
    });
    desk.terminal.note(&format!("{accounts} {is} reset{place}."));
    for (state, command) in [(State::Disabled, "users enable"), (State::Expired, "users edit --expires-on")] {
        let names: Vec<_> = shut_out.iter().filter(|(its, _)| *its == state).map(|(_, name)| name.clone()).collect();
        if !names.is_empty() {
            let (label, count) = (state.label(), names.len());
            let names = some_of(names.into_iter().take(NAMED).collect(), count);
            desk.terminal.note(&format!("Still {label} until 'passdesk {command}': {names}."));
        }
    }
}

/// How many passwords are hashed at a time. A large batch makes the cost of a transaction negligible. A small batch
/// keeps a signal from waiting long when a hash is slow.
fn batch_size(cost: Cost) -> usize {
    let dear = usize::try_from(cost.work() / Cost::DEFAULT.work().max(1)).unwrap_or(BATCH);
    (BATCH / dear.max(1)).max(1)
}

/// How many cores hash: all, or the number asked for. It is never more than there are passwords, or memory for.
pub fn workers(desk: &mut Desk<'_>, asked: Option<u16>, passwords: usize) -> NonZeroUsize {
    let asked = asked.and_then(|jobs| NonZeroUsize::new(usize::from(jobs)));
    let wanted = asked.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get).min(passwords);
    let fit = usize::try_from(system::free_memory() / 2 / desk.policy.cost.bytes().max(1)).unwrap_or(wanted).max(1);
    if asked.is_some() && fit < wanted {
        desk.terminal.note(&format!("The memory suffices for {}. --jobs asks for more.", counted(fit as u64, "core")));
    }
    NonZeroUsize::new(wanted.min(fit)).unwrap_or(NonZeroUsize::MIN)
}
