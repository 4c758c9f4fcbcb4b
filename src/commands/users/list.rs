//! `passdesk users list`.

use std::borrow::Cow;

use serde::Serialize;

use crate::cli::users::{Filters, List};
use crate::commands::actor::acting;
use crate::commands::{Desk, find};
use crate::domain::account::Account;
use crate::domain::authority::Action;
use crate::domain::clock::Timestamp;
use crate::failure::Result;
use crate::store::{Filter, Page, Store};
use crate::terminal::format::{Format, Record, Rows};
use crate::terminal::output::{self, Reader};
use crate::terminal::records::AccountRecord;
use crate::terminal::table::AccountTable;

/// How many accounts are read and written at a time: no transaction is open while a reader makes the output wait.
const PAGE: usize = 1_000;
/// How many accounts a terminal is shown unless it asks for more.
const SCREENFUL: usize = 1_000;

/// Lists accounts.
pub fn run(desk: &mut Desk<'_>, args: &List) -> Result<()> {
    let after = args.after.as_deref().map(str::parse).transpose()?;
    let mut store = desk.open()?;
    let acting = acting(desk, &mut *store)?;
    acting.may(&mut *store, desk.now(), Action::List)?;
    let filter = filter(&args.filters);
    if args.count {
        return count(desk, store.count(&filter, desk.now())?);
    }
    let after = after.map(|target| find(&*store, &target)).transpose()?;

    let for_screen = desk.format() == Format::Text && desk.output.layout().width.is_some();
    let asked = args.limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let limit = asked.unwrap_or(if for_screen { SCREENFUL } else { usize::MAX });
    let mut lines = Lines::new(desk);
    let mut last = after;
    let mut listed = 0;
    while listed < limit {
        let wanted = PAGE.min(limit - listed);
        let (sort, reverse, now) = (args.sort, args.reverse, lines.now);
        let page = Page { filter: &filter, sort, reverse, after: last.as_ref(), limit: wanted, now };
        let accounts = store.page(&page)?;
        listed += accounts.len();
        let ended = accounts.len() < wanted;
        if lines.write(desk, &accounts)? == Reader::Gone {
            return Ok(());
        }
        last = accounts.into_iter().next_back().or(last);
        if ended {
            return lines.finish(desk, listed, args.after.is_some());
        }
    }
    lines.finish(desk, listed, args.after.is_some())?;
    if let Some(last) = last.filter(|last| asked.is_none() && is_more(&*store, args, &filter, last, lines.now)) {
        let id = last.id;
        desk.terminal.note(&format!("The first {listed} are shown; go on with --after {id}, or raise --limit."));
    }
    Ok(())
}

/// What a filter of the command line asks of the store.
#[must_use]
pub fn filter(args: &Filters) -> Filter {
    Filter { search: args.search.clone(), role: args.role, state: args.state, must_change: args.must_change }
}

fn is_more(store: &dyn Store, args: &List, filter: &Filter, last: &Account, now: Timestamp) -> bool {
    let page = Page { filter, sort: args.sort, reverse: args.reverse, after: Some(last), limit: 1, now };
    store.page(&page).is_ok_and(|next| !next.is_empty())
}

/// The list in the format that was asked for, a page at a time.
struct Lines {
    rows: Rows,
    table: AccountTable,
    now: Timestamp,
}

impl Lines {
    fn new(desk: &Desk<'_>) -> Self {
        let rows = Rows::new::<AccountRecord<'_>>(desk.format(), true);
        Self { rows, table: AccountTable::new(desk.output.layout()), now: desk.now() }
    }

    fn write(&mut self, desk: &mut Desk<'_>, accounts: &[Account]) -> Result<Reader> {
        let mut bytes = Vec::new();
        if desk.format() == Format::Text {
            bytes.extend_from_slice(self.table.page(accounts, self.now).as_bytes());
        } else {
            for account in accounts {
                bytes.extend_from_slice(&self.rows.row(&AccountRecord::new(account, self.now))?);
            }
        }
        output::print(desk.output, &bytes)
    }

    fn finish(&self, desk: &mut Desk<'_>, listed: usize, continued: bool) -> Result<()> {
        if desk.format() != Format::Text {
            return output::print(desk.output, &self.rows.end()).map(|_| ());
        }
        if listed == 0 {
            desk.terminal.note(if continued { "No more accounts follow." } else { "There is no such account." });
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct CountRecord {
    count: u64,
}

impl Record for CountRecord {
    const COLUMNS: &'static [&'static str] = &["count"];

    fn cells(&self) -> Vec<Cow<'_, str>> {
        vec![self.count.to_string().into()]
    }
}

fn count(desk: &mut Desk<'_>, count: u64) -> Result<()> {
    if desk.format() == Format::Text {
        return desk.print(&format!("{count}\n"));
    }
    desk.print_records(&[CountRecord { count }], false)
}
