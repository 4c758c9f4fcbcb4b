//! What is common to the commands that make one change to each of several accounts.

mod deeds;
mod outcomes;

use self::deeds::{Deed, Told};
use self::outcomes::{Earlier, Outcomes};
use crate::cli::users::Many;
use crate::commands::actor::{Acting, acting};
use crate::commands::bulk::{self, Bulk};
use crate::commands::paging::PAGE;
use crate::commands::users::selection::{self, Chosen, Found, READABLE, Selection};
use crate::commands::{Desk, done, find};
use crate::domain::account::{Account, AccountId, State};
use crate::domain::change::{Change, Changed};
use crate::domain::target::Target;
use crate::domain::text::counted;
use crate::failure::{Failure, Kind, Result};
use crate::store::{Filter, Store};
use crate::terminal::Phase;
use crate::terminal::format::{Format, RecordWriter};
use crate::terminal::output::{self, Reader};
use crate::terminal::records;

/// Up to this many accounts are changed one by one. If the run stops, each account that was not tried is named.
const FEW: usize = 64;
/// The largest batch. Others can write between two batches.
const BATCH: usize = 250;

/// Makes one change to each account.
pub fn run(desk: &mut Desk<'_>, args: &Many, change: Change) -> Result<()> {
    selection::check(desk, &args.which)?;
    outcomes::check(desk, &args.way)?;
    let selection = Selection::of(&args.ids, &args.which)?;
    let (several, is_named, is_dry) = (selection.is_several(), selection.is_named(), args.way.dry_run);
    let mut store = desk.open_unless_dry(is_dry)?;
    let acting = acting(desk, &mut store)?.foretelling(is_dry);
    // Rights come before files. A file may be read with the rights of another user than the one who names it.
    acting.may_on(&mut store, change.action(), selection.targets().iter().map(|(_, target)| target))?;
    let selection = reachable(selection.read(desk)?, change);
    let earlier = args.way.resume.as_deref().map(|path| Earlier::open(desk, path, change)).transpose()?;

    let may = |store: &mut Store, account: &Account| {
        // A name on the command line is answered by the store. It also knows of tries under way.
        let is_to_do = is_named || !change.is_made(account);
        acting.may_make(store, change, account, is_to_do).map(|()| is_to_do)
    };
    let mut found = selection.find(&mut store, &acting, may)?;
    if earlier.is_some() && !is_dry {
        store.settle()?;
    }
    let (is_resumed, deed) = (earlier.is_some(), Deed(change));
    let earlier = earlier.map(|earlier| earlier.leave_out(desk, &store, deed, &mut found)).transpose()?;
    let is_nobody = found.bulk.asked == 0 && !is_resumed;
    if is_nobody {
        selection::tell_of_nobody(desk, &args.which, &acting);
    }
    if is_dry {
        return foretell(desk, &store, deed, found, several);
    }
    if !is_named && !args.way.yes && !found.chosen.is_empty() {
        ask(desk, &store, deed, &found)?;
    }
    let acting = acting.renewed(&store)?;
    acting.may(&mut store, change.action())?;
    let outcomes = match (earlier, &args.way.output) {
        (Some(earlier), _) => Some(Outcomes::resume(desk, earlier, deed)?),
        (None, Some(path)) => Some(Outcomes::make(desk, path, deed)?),
        (None, None) => None,
    };
    let run = Run { store: &mut store, acting: &acting, deed, outcomes, changed: Vec::new(), told: Told::default() };
    run.change_all(desk, found, several, is_named)
}

/// The accounts that the change can reach. Those that can be restored are removed.
fn reachable(selection: Selection, change: Change) -> Selection {
    match selection {
        Selection::Filtered(filter) if change == Change::Restore && filter.state.is_none() => {
            Selection::Filtered(Filter { state: Some(State::Removed), ..filter })
        }
        other => other,
    }
}

/// Asks whether to go on.
fn ask(desk: &mut Desk<'_>, store: &Store, deed: Deed, found: &Found) -> Result<()> {
    let whom = match found.chosen.as_slice() {
        [one] => {
            Some(find(store, &Target::Id(one.id))?).map(|account| format!("{}, id {}", account.named(), account.id))
        }
        _ => None,
    };
    let instead = "add --yes to do it without being asked";
    selection::ask(desk, (&deed.question(), deed.past()), &found.chosen, whom.as_deref(), &found.bulk, instead)
}

/// Says what would happen.
fn foretell(desk: &mut Desk<'_>, store: &Store, deed: Deed, found: Found, several: bool) -> Result<()> {
    let Found { mut bulk, chosen, already } = found;
    bulk.foretells = true;
    let mut rows = RecordWriter::new(desk.format(), several, records::ACCOUNT);
    let is_text = desk.format() == Format::Text;
    if is_text && several && !chosen.is_empty() {
        desk.terminal.note(&format!("Would {}.", deed.would(&counted(chosen.len() as u64, "account"))));
    }
    tell_of_those_already_so(desk, already.len());
    let now = desk.now()?;
    for some in chosen.chunks(PAGE) {
        let targets: Vec<_> = some.iter().map(|one| Target::Id(one.id)).collect();
        let mut bytes = Vec::new();
        for account in store.accounts(&targets)?.into_iter().flatten() {
            if is_text {
                let whom = format!("{}, id {}", account.named(), account.id);
                bytes.extend(format!("Would {}.\n", deed.would(&whom)).into_bytes());
            } else {
                rows.append(&records::account(&account, now), &mut bytes)?;
            }
        }
        if output::print(desk.output, &bytes)? == Reader::Gone {
            break;
        }
    }
    bulk.done += already.len() + chosen.len();
    if !is_text && (several || !chosen.is_empty()) {
        output::print(desk.output, &rows.end())?;
    }
    bulk.finish()
}

fn tell_of_those_already_so(desk: &mut Desk<'_>, count: usize) {
    if count > 0 {
        let are = if count == 1 { "is" } else { "are" };
        desk.terminal.note(&format!("{} {are} so already.", counted(count as u64, "account")));
    }
}

/// The changes of one command.
struct Run<'a> {
    store: &'a mut Store,
    acting: &'a Acting,
    deed: Deed,
    outcomes: Option<Outcomes>,
    /// The accounts that are so now.
    changed: Vec<AccountId>,
    told: Told,
}

impl Run<'_> {
    /// Changes all accounts, unless something stops the run.
    fn change_all(mut self, desk: &mut Desk<'_>, found: Found, several: bool, is_named: bool) -> Result<()> {
        let Found { mut bulk, chosen, already } = found;
        if let Some(outcomes) = &mut self.outcomes {
            outcomes.begin(desk, &bulk.failed, &already)?;
        }
        let (total, is_few) = (chosen.len(), chosen.len() <= FEW);
        bulk.done += already.len();
        if !is_few {
            desk.terminal.begin_progress(self.deed.under_way(), total as u64);
        }
        desk.terminal.enter(Phase::Between);
        let mut left = chosen.into_iter();
        let (mut tried, mut stopped) = (0, None);
        while tried < total && stopped.is_none() {
            // A signal that comes before the first is not told from one that comes while it is done.
            if tried > 0 && desk.terminal.interrupted() {
                stopped = Some(Failure::new(Kind::Cancelled, "cancelled before that"));
                break;
            }
            // The first row shows which operation it was. Until there is one, only one account is changed.
            let size = if is_few || (tried == 0 && self.outcomes.is_some()) { 1 } else { BATCH };
            let batch: Vec<_> = left.by_ref().take(size).collect();
            tried += batch.len();
            stopped = self.change_batch(desk, &batch, left.len(), total <= READABLE, &mut bulk);
            desk.terminal.advance(tried as u64);
        }
        desk.terminal.end_progress();
        desk.terminal.enter(Phase::Telling);
        bulk.leave(left.map(|one| one.written), is_few, stopped.as_ref());
        self.conclude(desk, total, already.len());
        let can_go_on = stopped.is_some() || bulk.unknown() > 0;
        let hint = self.outcomes.as_ref().map_or(outcomes::AGAIN, Outcomes::to_go_on);
        let told = match self.outcomes.take() {
            Some(outcomes) => outcomes.close(desk),
            None if self.changed.is_empty() && (is_named || !bulk.failed.is_empty()) => Ok(()),
            None => self.print_changed(desk, several),
        };
        let finished = bulk.finish();
        let finished = if can_go_on { finished.map_err(|failure| failure.hint(hint)) } else { finished };
        finished.and(told)
    }

    /// Changes a batch in one transaction. Returns why the run cannot go on, if so.
    fn change_batch(
        &mut self,
        desk: &mut Desk<'_>,
        batch: &[Chosen],
        left: usize,
        is_each_told: bool,
        bulk: &mut Bulk,
    ) -> Option<Failure> {
        let before: Vec<_> = if is_each_told {
            batch.iter().map(|one| self.store.account(&Target::Id(one.id)).ok().flatten()).collect()
        } else {
            Vec::new()
        };
        let seen: Vec<_> = batch.iter().map(|one| (one.id, one.seen)).collect();
        desk.terminal.enter(Phase::Committing);
        let changed = self.store.change_accounts(self.acting.actor(), self.deed.0, &seen);
        desk.terminal.enter(Phase::Between);
        let outcomes: Vec<Result<Changed>> = match changed {
            Ok(outcomes) => outcomes.into_iter().map(|outcome| outcome.map_err(Into::into)).collect(),
            Err(error) => {
                let failure = Failure::from(error);
                batch.iter().map(|_| Err(failure.again())).collect()
            }
        };
        let mut stopped = bulk::stops(&outcomes, left);
        if let Some(outcomes_file) = &mut self.outcomes
            && let Err(failure) = outcomes_file.write(desk, batch, &outcomes)
        {
            stopped = Some(failure);
        }
        let before = before.iter().map(Option::as_ref).chain(std::iter::repeat(None));
        for ((one, outcome), before) in batch.iter().zip(outcomes).zip(before) {
            if let Ok(changed) = outcome {
                self.told.count(changed);
                self.changed.push(one.id);
                if let Some(before) = before {
                    // The change is made. A failure to read the account again does not undo it.
                    let now = self.store.account(&Target::Id(one.id)).ok().flatten();
                    let said = self.deed.done(changed, before, now.as_ref(), desk.now().ok());
                    desk.terminal.note(&format!("{} {said}", before.named()));
                }
            }
            bulk.record(one.written.clone(), outcome.map(drop));
        }
        stopped
    }

    /// Tells people the outcome of many. Of a few, each was told.
    fn conclude(&self, desk: &mut Desk<'_>, total: usize, already: usize) {
        let is_each_told = total <= READABLE;
        if !is_each_told && self.told.done > 0 {
            desk.terminal.note(&format!("{}.", self.deed.done_to_many(&self.told, total)));
        }
        tell_of_those_already_so(desk, already + if is_each_told { 0 } else { self.told.already });
    }

    /// Prints the accounts as they are now, in a machine format.
    fn print_changed(&self, desk: &mut Desk<'_>, several: bool) -> Result<()> {
        if desk.format() == Format::Text {
            return Ok(());
        }
        let now = desk.now().map_err(done)?;
        let mut rows = RecordWriter::new(desk.format(), several, records::ACCOUNT);
        for some in self.changed.chunks(PAGE) {
            let targets: Vec<_> = some.iter().map(|id| Target::Id(*id)).collect();
            let mut bytes = Vec::new();
            for account in self.store.accounts(&targets).map_err(|error| done(error.into()))?.into_iter().flatten() {
                rows.append(&records::account(&account, now), &mut bytes)?;
            }
            if output::print(desk.output, &bytes).map_err(done)? == Reader::Gone {
                return Ok(());
            }
        }
        output::print(desk.output, &rows.end()).map_err(done).map(drop)
    }
}
