//! `passdesk users list`.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::thread;

use anyhow::Context as _;

use crate::cli::users::{Filters, List};
use crate::commands::actor::acting;
use crate::commands::paging::{PAGE, limit, none_of, tell_of_more, typed};
use crate::commands::{Desk, find};
use crate::domain::account::{Account, AccountId, State};
use crate::domain::authority::Action;
use crate::domain::clock::{Timestamp, spoken};
use crate::domain::hash::StoredHash;
use crate::domain::role::Role;
use crate::failure::{Failure, Kind, Result};
use crate::store::{Filter, HashesExported, Page, Sort, Store};
use crate::terminal::format::{Format, RecordWriter};
use crate::terminal::output::{self, Reader};
use crate::terminal::records;
use crate::terminal::table::AccountTable;

/// The usual length of a row.
const ROW_BYTES: usize = 200;

/// Lists accounts.
pub fn run(desk: &mut Desk<'_>, args: &List) -> Result<()> {
    let after = args.after.as_deref().map(str::parse).transpose()?;
    if args.hashes {
        check_output(desk)?;
    }
    let mut store = if args.hashes { desk.open()? } else { desk.open_to_read()? };
    let acting = acting(desk, &mut store)?;
    acting.may(&mut store, Action::List)?;
    if args.hashes {
        acting.may(&mut store, Action::ExportHashes)?;
    }
    let filter = filter(&args.filters);
    if args.count {
        return count(desk, store.count(&filter)?);
    }
    let after = after.map(|target| find(&store, &target)).transpose()?;

    let limit = limit(desk, args.limit);
    let (sort, reverse, now) = (args.sort, args.reverse, desk.now()?);
    // It is in the record before anything is printed.
    let exported = args.hashes.then(|| store.export_hashes(acting.actor())).transpose()?;
    let mut pages = Pages { store: &store, filter, sort, reverse, last: after, left: limit, listed: 0, exported, now };
    let mut lines = Lines::new(desk, args.hashes, now);
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

/// Refuses to show hashes to a person, or to write them where others can read them. They are of no use on a terminal, and
/// it keeps what it has shown.
fn check_output(desk: &Desk<'_>) -> Result<()> {
    let refuse = |what: &str| Err(Failure::new(Kind::Usage, what).hint("add '--format csv', and '>FILE' behind it"));
    match desk.output.layout().width {
        _ if desk.format() == Format::Text => refuse("hashes are only written in a format for programs"),
        Some(_) => refuse("hashes are not shown on a terminal"),
        None if desk.output.is_open_to_others() => {
            Err(Failure::new(Kind::NotDelivered, "others can read the file that standard output goes to")
                .hint("set 'umask 077' first, and write to a new file"))
        }
        None => Ok(()),
    }
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
    let (read, accounts) = mpsc::sync_channel::<Listed>(1);
    let (worded, texts) = mpsc::sync_channel(1);
    // Each side owns its ends of the channels. When one side stops, the other does not wait for it.
    thread::scope(move |scope| {
        let word = move || accounts.into_iter().all(|page| worded.send(lines.page(&page)).is_ok());
        thread::Builder::new().spawn_scoped(scope, word).context("a thread cannot be started")?;
        let mut page = pages.following()?;
        while !page.accounts.is_empty() {
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
    /// Proves that hashes may be read, if they are asked for.
    exported: Option<HashesExported>,
    now: Timestamp,
}

/// One page.
#[derive(Default)]
struct Listed {
    accounts: Vec<Account>,
    /// The hashes of those who can sign in with a password of their own, if hashes are asked for. An account that is
    /// disabled here would be in use elsewhere, and a temporary password would last.
    hashes: BTreeMap<AccountId, StoredHash>,
}

impl Pages<'_> {
    /// The next page. An empty page marks the end.
    fn following(&mut self) -> Result<Listed> {
        let wanted = PAGE.min(self.left);
        if wanted == 0 {
            return Ok(Listed::default());
        }
        let accounts = self.read(wanted)?;
        self.listed += accounts.len();
        self.left = if accounts.len() < wanted { 0 } else { self.left - wanted };
        self.last = accounts.last().cloned().or(self.last.take());
        let hashes = match &self.exported {
            Some(exported) => {
                let chosen = accounts.iter().filter(|one| matches!(one.state(self.now), State::Active | State::Locked));
                let ids: Vec<AccountId> = chosen.map(|account| account.id).collect();
                self.store.hashes(exported, &ids)?.into_iter().collect()
            }
            None => BTreeMap::new(),
        };
        Ok(Listed { accounts, hashes })
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
    has_hashes: bool,
    now: Timestamp,
}

impl Lines {
    fn new(desk: &Desk<'_>, has_hashes: bool, now: Timestamp) -> Self {
        let columns = if has_hashes { records::ACCOUNT_AND_HASH } else { records::ACCOUNT };
        let rows = RecordWriter::new(desk.format(), true, columns);
        Self { format: desk.format(), rows, table: AccountTable::new(desk.output.layout()), has_hashes, now }
    }

    fn page(&mut self, Listed { accounts, hashes }: &Listed) -> anyhow::Result<Vec<u8>> {
        if self.format == Format::Text {
            return Ok(self.table.page(accounts, self.now).into_bytes());
        }
        let mut bytes = Vec::with_capacity(accounts.len() * ROW_BYTES);
        for account in accounts {
            let mut cells = records::account(account, self.now);
            if self.has_hashes {
                cells.push(hashes.get(&account.id).map(StoredHash::as_str).into());
            }
            self.rows.append(&cells, &mut bytes)?;
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
