//! `passdesk users list`.

use std::sync::mpsc;
use std::thread;

use anyhow::Context as _;

use crate::cli::users::{Filters, List};
use crate::commands::actor::acting;
use crate::commands::paging::{PAGE, limit, none_of, tell_of_more, typed};
use crate::commands::{Desk, find};
use crate::domain::account::{Account, State};
use crate::domain::authority::Action;
use crate::domain::clock::{Timestamp, spoken};
use crate::domain::role::Role;
use crate::failure::Result;
use crate::store::{Filter, Page, Sort, Store};
use crate::terminal::format::{Format, RecordWriter};
use crate::terminal::output::{self, Reader};
use crate::terminal::records;
use crate::terminal::table::AccountTable;

/// The usual length of a row.
const ROW_BYTES: usize = 200;

/// Lists accounts.
pub fn run(desk: &mut Desk<'_>, args: &List) -> Result<()> {
    let after = args.after.as_deref().map(str::parse).transpose()?;
    let mut store = desk.open_to_read()?;
    let acting = acting(desk, &mut store)?;
    acting.may(&mut store, Action::List)?;
    let filter = filter(&args.filters);
    if args.count {
        return count(desk, store.count(&filter)?);
    }
    let after = after.map(|target| find(&store, &target)).transpose()?;

    let limit = limit(desk, args.limit);
    let (sort, reverse, now) = (args.sort, args.reverse, desk.now()?);
    let mut pages = Pages { store: &store, filter, sort, reverse, last: after, left: limit, listed: 0 };
    let mut lines = Lines::new(desk, now);
    // A reader who leaves a pager early is still there for the notes.
    if write(desk, &mut pages, &mut lines)? == Reader::Gone && desk.output.layout().width.is_none() {
        return Ok(());
    }
    if desk.format() != Format::Text {
        return output::print(desk.output, &lines.rows.end()).map(|_| ());
    }
    output::finish(desk.output)?;
    let listed = pages.listed;
    if listed == 0 {
        desk.terminal.note(&if args.after.is_some() {
            "There are no more accounts.".into()
        } else {
            none_of("account", filters(&args.filters))
        });
    } else if args.limit.is_none() && listed == limit && pages.is_more() {
        let id = pages.last.map_or_else(String::new, |last| last.id.to_string());
        tell_of_more(desk, listed, id);
    }
    Ok(())
}

/// The filter of the store for the filter flags.
#[must_use]
pub fn filter(args: &Filters) -> Filter {
    let Filters { search, role, state, must_change, inactive, never_signed_in } = args;
    Filter {
        search: search.clone(),
        role: *role,
        state: *state,
        must_change: *must_change,
        inactive_for: *inactive,
        never_signed_in: *never_signed_in,
    }
}

/// The filters, as they were typed.
pub fn filters(args: &Filters) -> [Option<String>; 6] {
    [
        typed("search", args.search.as_deref()),
        typed("role", args.role.map(Role::name)),
        typed("state", args.state.map(State::name)),
        args.must_change.then(|| " --must-change".into()),
        typed("inactive", args.inactive.map(|span| spoken(span.as_secs())).as_deref()),
        args.never_signed_in.then(|| " --never-signed-in".into()),
    ]
}

/// Writes all pages. A thread formats one page while the next is read. No read is open while a slow reader blocks the
/// output.
fn write(desk: &mut Desk<'_>, pages: &mut Pages<'_>, lines: &mut Lines) -> Result<Reader> {
    let (read, accounts) = mpsc::sync_channel::<Vec<Account>>(1);
    let (worded, texts) = mpsc::sync_channel(1);
    // Each side owns its ends of the channels. When one side stops, the other does not wait for it.
    thread::scope(move |scope| {
        scope.spawn(move || accounts.into_iter().all(|page| worded.send(lines.page(&page)).is_ok()));
        let mut page = pages.following()?;
        while !page.is_empty() {
            // If the thread has ended, nothing comes back either.
            let _ = read.send(page);
            let next = pages.following();
            let text = texts.recv().context("a page was lost")??;
            if output::print(desk.output, &text)? == Reader::Gone {
                return Ok(Reader::Gone);
            }
            page = next?;
        }
        Ok(Reader::Listening)
    })
}

/// The list of the store, page by page.
struct Pages<'a> {
    store: &'a Store,
    filter: Filter,
    sort: Sort,
    reverse: bool,
    /// The last account so far.
    last: Option<Account>,
    /// How many more accounts are wanted.
    left: usize,
    listed: usize,
}

impl Pages<'_> {
    /// The next page. An empty page marks the end.
    fn following(&mut self) -> Result<Vec<Account>> {
        let wanted = PAGE.min(self.left);
        if wanted == 0 {
            return Ok(Vec::new());
        }
        let accounts = self.read(wanted)?;
        self.listed += accounts.len();
        self.left = if accounts.len() < wanted { 0 } else { self.left - wanted };
        self.last = accounts.last().cloned().or(self.last.take());
        Ok(accounts)
    }

    fn is_more(&self) -> bool {
        self.read(1).is_ok_and(|next| !next.is_empty())
    }

    fn read(&self, limit: usize) -> Result<Vec<Account>> {
        let Self { filter, sort, reverse, last, .. } = self;
        let after = last.as_ref();
        Ok(self.store.page(&Page { filter, sort: *sort, reverse: *reverse, after, limit })?)
    }
}

/// The list in the chosen format, page by page.
struct Lines {
    format: Format,
    rows: RecordWriter,
    table: AccountTable,
    now: Timestamp,
}

impl Lines {
    fn new(desk: &Desk<'_>, now: Timestamp) -> Self {
        let rows = RecordWriter::new(desk.format(), true, records::ACCOUNT);
        Self { format: desk.format(), rows, table: AccountTable::new(desk.output.layout()), now }
    }

    fn page(&mut self, accounts: &[Account]) -> anyhow::Result<Vec<u8>> {
        if self.format == Format::Text {
            return Ok(self.table.page(accounts, self.now).into_bytes());
        }
        let mut bytes = Vec::with_capacity(accounts.len() * ROW_BYTES);
        for account in accounts {
            self.rows.append(&records::account(account, self.now), &mut bytes)?;
        }
        Ok(bytes)
    }
}

fn count(desk: &mut Desk<'_>, count: u64) -> Result<()> {
    if desk.format() == Format::Text {
        return desk.print(&format!("{count}\n"));
    }
    desk.print_records(&["count"], [vec![count.into()]], false)
}
