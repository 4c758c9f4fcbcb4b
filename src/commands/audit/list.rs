//! `passdesk audit list`.

use super::time::Bound;
use crate::cli::audit::List;
use crate::commands::actor::acting;
use crate::commands::paging::{PAGE, limit, none_of, tell_of_more, typed};
use crate::commands::{Desk, find};
use crate::domain::Invalid;
use crate::domain::account::AccountId;
use crate::domain::audit::{Detail, Outcome, Repeat, words};
use crate::domain::authority::Action;
use crate::domain::clock::moment;
use crate::domain::target::Target;
use crate::domain::text::{counted, grouped};
use crate::failure::{Failure, Result};
use crate::store::{EventFilter, Store};
use crate::terminal::format::{Format, RecordWriter};
use crate::terminal::output::{self, Reader};
use crate::terminal::records;
use crate::terminal::table::EventTable;

/// The most kinds of repeated events that are mentioned.
const REPEATS: usize = 5;

/// Lists events. The oldest come first unless the flags say otherwise.
pub fn run(desk: &mut Desk<'_>, args: &List) -> Result<()> {
    let account = args.account.as_deref().map(str::parse).transpose()?;
    if args.actor.as_deref().is_some_and(|actor| words(actor).next().is_none()) {
        let hint = "give a name, a number or a label, as in --actor alice";
        return Err(Invalid::new("an actor has a letter or a digit", hint).into());
    }
    let operation = args.operation.as_deref().map(str::parse).transpose()?;
    let times = [&args.since, &args.until].map(|text| text.as_deref().map(str::parse::<Bound>).transpose());
    let [since, until] = times;
    let (since, until) = (since?, until?);
    let mut store = desk.open_to_read()?;
    acting(desk, &mut store)?.may(&mut store, Action::Audit)?;
    let account = account.map(|target| subject(desk, &store, &target)).transpose()?;
    let now = desk.now()?;
    let since = since.map(|since| since.begin(now, desk.zone));
    let until = until.map(|until| until.end(now, desk.zone));
    let (actor, action, outcome) = (args.actor.clone(), args.action.map(str::to_owned), args.outcome);
    let filter = EventFilter { account, actor, action, operation, outcome, since, until, reverse: args.reverse };

    let mut rows = RecordWriter::new(desk.format(), true, records::EVENT);
    let mut table = EventTable::new(desk.zone, desk.output.layout());
    let limit = limit(desk, args.limit);
    let mut left = limit;
    let mut after = args.after;
    while left > 0 {
        let events = store.events(&filter, after, PAGE.min(left))?;
        let Some(last) = events.last() else { break };
        after = Some(last.sequence);
        left -= events.len();
        let mut bytes = Vec::new();
        if desk.format() == Format::Text {
            bytes.extend_from_slice(table.page(&events).as_bytes());
        } else {
            for event in &events {
                rows.append(&records::event(event), &mut bytes)?;
            }
        }
        if output::print(desk.output, &bytes)? == Reader::Gone {
            // A reader who leaves a pager early is still there for the notes.
            if desk.output.layout().width.is_some() {
                break;
            }
            return Ok(());
        }
    }
    output::finish(desk.output)?;
    if after == args.after && desk.format() == Format::Text {
        desk.terminal.note(&none_of("event", filters(args)));
    }
    if desk.format() == Format::Text && !args.reverse && args.after.is_none() {
        tell_of_archived(desk, &store)?;
    }
    tell_of_repeats(desk, &store, &filter)?;
    if desk.format() != Format::Text {
        return output::print(desk.output, &rows.end()).map(|_| ());
    }
    if args.limit.is_none()
        && left == 0
        && !store.events(&filter, after, 1)?.is_empty()
        && let Some(after) = after
    {
        tell_of_more(desk, limit, after);
    }
    Ok(())
}

/// Mentions the events that were taken out of the record.
fn tell_of_archived(desk: &mut Desk<'_>, store: &Store) -> Result<()> {
    let until = store.archived()?.sequence;
    if until > 0 {
        desk.terminal.note(&format!("Events up to number {} are archived, and not in the list.", grouped(until)));
    }
    Ok(())
}

/// Whose events a target means. The events of an account outlive it and its names.
fn subject(desk: &mut Desk<'_>, store: &Store, target: &Target) -> Result<AccountId> {
    let Target::Username(username) = target else {
        return if let Target::Id(id) = target { Ok(*id) } else { Ok(find(store, target)?.id) };
    };
    let account = match (store.account(target)?, store.formerly(username)?) {
        (Some(account), Some(renamed)) => {
            let (now, id) = (&renamed.username, renamed.id);
            desk.terminal.note(&format!("Until it was renamed, {now} had this username, too: --account {id}"));
            account
        }
        (Some(account), None) | (None, Some(account)) => account,
        (None, None) => return Err(Failure::no_such_account(target)),
    };
    Ok(account.id)
}

/// Mentions repeated events that are counted but not in the list yet, as far as the filter takes them.
fn tell_of_repeats(desk: &mut Desk<'_>, store: &Store, filter: &EventFilter) -> Result<()> {
    let is_about_others = filter.actor.is_some()
        || filter.operation.is_some()
        || filter.action.as_deref().is_some_and(|action| action != "sign-in")
        || filter.outcome == Some(Outcome::Done);
    if is_about_others {
        return Ok(());
    }
    let is_meant = |repeat: &Repeat| {
        let account = repeat.target.as_ref().and_then(|target| target.id);
        filter.account.is_none_or(|id| account == Some(id)) && filter.since.is_none_or(|since| repeat.last_at >= since)
    };
    let repeats: Vec<_> = store.repeats()?.into_iter().filter(is_meant).collect();
    let Some(last_at) = repeats.iter().map(|repeat| repeat.last_at).max() else { return Ok(()) };
    let all = repeats.iter().fold(0_u64, |sum, repeat| sum.saturating_add(repeat.count));
    desk.terminal.note(&format!(
        "Not in the list yet: {} that failed, the last {}. They are recorded within an hour.",
        counted(all, "more sign-in"),
        moment(last_at, desk.now()?, desk.zone)
    ));
    for Repeat { target, kind, count, .. } in repeats.iter().take(REPEATS) {
        let whose = target.as_ref().map(|target| format!("{}: ", target.username)).unwrap_or_default();
        desk.terminal.note(&format!("  {} {whose}{}", counted(*count, "time"), Detail::read(kind).words(desk.zone)));
    }
    if repeats.len() > REPEATS {
        desk.terminal.note(&format!("  and {}", counted((repeats.len() - REPEATS) as u64, "more kind")));
    }
    Ok(())
}

/// The filters, as they were typed.
fn filters(args: &List) -> [Option<String>; 7] {
    [
        typed("account", args.account.as_deref()),
        typed("actor", args.actor.as_deref()),
        typed("action", args.action),
        typed("operation", args.operation.as_deref()),
        typed("outcome", args.outcome.map(Outcome::name)),
        typed("since", args.since.as_deref()),
        typed("until", args.until.as_deref()),
    ]
}
