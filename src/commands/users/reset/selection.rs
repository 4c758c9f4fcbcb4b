//! Whose passwords to reset.

use std::collections::HashSet;
use std::path::Path;

use crate::cli::users::Reset;
use crate::commands::Desk;
use crate::commands::actor::Acting;
use crate::commands::bulk::{Bulk, targets};
use crate::commands::users::bad_rows::{BadRows, Others};
use crate::commands::users::list;
use crate::domain::account::{Account, AccountId};
use crate::domain::clock::Timestamp;
use crate::domain::role::Role;
use crate::domain::target::Target;
use crate::failure::{Failure, Kind, Result};
use crate::input::{self, Input};
use crate::store::{Filter, Page, Sort, Store};
use crate::terminal::format::Format;

/// How many accounts are read at a time.
const PAGE: usize = 1_000;
/// The columns by which a CSV file names accounts, in the order in which they are taken.
const COLUMNS: [&str; 3] = ["username", "id", "email"];

/// How the accounts are pointed at.
pub enum Selection {
    /// By nothing yet.
    Unsaid,
    /// One by one on the command line, as they were written.
    Named(Vec<(String, Target)>),
    /// The same in a file.
    Listed(Vec<(String, Target)>),
    /// By what they are, the actor's own left out.
    Filtered(Filter),
}

/// An account that is to be reset.
pub struct Chosen {
    /// As it was pointed at.
    pub written: String,
    /// Its number.
    pub id: AccountId,
    /// Whether it is a global-admin, the last of whom is not reset.
    pub is_admin: bool,
}

impl Chosen {
    fn new(written: &str, account: &Account) -> Self {
        Self { written: written.to_owned(), id: account.id, is_admin: account.roles.contains(Role::GlobalAdmin) }
    }
}

impl Selection {
    /// Reads what the command line says, and the file it names.
    pub fn of(desk: &mut Desk<'_>, args: &Reset) -> Result<Self> {
        let filter = list::filter(&args.filters);
        if filter.search.as_deref().is_some_and(|text| text.trim().is_empty()) {
            return Err(Failure::new(Kind::Usage, "a search for nothing finds everybody")
                .hint("say what to search for; if you mean everybody, say --all"));
        }
        if let Some(path) = &args.from {
            let Input { bytes, has_grown } = input::read(path)?;
            if has_grown {
                desk.terminal.note(input::HAS_GROWN);
            }
            return listed(path, &bytes, desk.format()).map(Self::Listed);
        }
        Ok(match targets(&args.ids)? {
            named if !named.is_empty() => Self::Named(named),
            _ if args.all || filter.is_some() => Self::Filtered(filter),
            _ => Self::Unsaid,
        })
    }

    /// Whether it may be more than one account, and so a list of them is what a script expects.
    #[must_use]
    pub fn is_several(&self) -> bool {
        match self {
            Self::Unsaid => false,
            Self::Named(named) => named.len() > 1,
            Self::Listed(_) | Self::Filtered(_) => true,
        }
    }

    /// The targets, where they are named.
    #[must_use]
    pub fn targets(&self) -> &[(String, Target)] {
        match self {
            Self::Named(named) | Self::Listed(named) => named,
            Self::Unsaid | Self::Filtered(_) => &[],
        }
    }

    /// Finds the accounts, each once, and keeps those that may be reset.
    pub fn find(&self, store: &mut dyn Store, acting: &Acting, now: Timestamp) -> Result<(Bulk, Vec<Chosen>)> {
        let may = |store: &mut dyn Store, account: &Account| acting.may_reset(store, now, account);
        let chosen = |written: &str, account: Account| Chosen::new(written, &account);
        let Self::Filtered(filter) = self else { return Ok(Bulk::find(store, self.targets(), may, chosen)) };
        let own = acting.account().map(|own| own.id);
        let (mut bulk, mut found, mut last) = (Bulk::default(), Vec::new(), None);
        loop {
            let page = Page { filter, sort: Sort::Id, reverse: false, after: last.as_ref(), limit: PAGE, now };
            let accounts = store.page(&page)?;
            let Some(next) = accounts.last().cloned() else { return Ok((bulk, found)) };
            for account in accounts.into_iter().filter(|account| Some(account.id) != own) {
                let written = account.username.to_string();
                bulk.ask(1);
                match may(store, &account) {
                    Ok(()) => found.push(Chosen::new(&written, &account)),
                    Err(failure) => bulk.record(written, Err(failure)),
                }
            }
            last = Some(next);
        }
    }
}

/// The accounts a file names: one a line, or in a column of CSV under a header that says which.
fn listed(path: &Path, bytes: &[u8], format: Format) -> Result<Vec<(String, Target)>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(bytes);
    let (mut named, mut bad, mut count) = (Vec::new(), BadRows::default(), LineCount { bytes, counted: 0, line: 1 });
    let mut record = csv::ByteRecord::new();
    let mut read = || -> Result<Option<csv::ByteRecord>> {
        let more = reader.read_byte_record(&mut record).map_err(|error| unreadable(path, &error))?;
        Ok(more.then(|| record.clone()))
    };
    let mut next = read()?;
    let column = next.as_ref().and_then(header);
    if column.is_some() {
        next = read()?;
    }
    while let Some(record) = next {
        match target(&record, column) {
            // A line of nothing but commas is as empty as one of nothing.
            _ if record.iter().all(<[u8]>::is_empty) => {}
            Ok(target) => named.push((target.to_string(), target)),
            Err(failure) => bad.add(count.line_of(&record), failure),
        }
        next = read()?;
    }
    if bad.count() == 0 {
        return Ok(named);
    }
    Err(bad
        .failure(named.len() as u64, Others::Refused, format)
        .hint("write an id, a username or an e-mail address on each line, or CSV with a header"))
}

/// Counts lines as an editor does. The reader takes the line ends before a record, empty lines and the second half of
/// CRLF among them, for the record's own.
struct LineCount<'b> {
    bytes: &'b [u8],
    counted: usize,
    line: u64,
}

impl LineCount<'_> {
    /// The line that a record begins on, which comes after those that were asked for before.
    fn line_of(&mut self, record: &csv::ByteRecord) -> u64 {
        let from = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
        let ends = self.bytes.iter().skip(from).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let begins = from + ends;
        self.line += self.bytes[self.counted..begins].split(|byte| *byte == b'\n').count() as u64 - 1;
        self.counted = begins;
        self.line
    }
}

/// Whom a line names: without a header it is all of the line.
fn target(record: &csv::ByteRecord, column: Option<usize>) -> Result<Target> {
    if column.is_none() && record.len() > 1 {
        return Err(Failure::new(
            Kind::Usage,
            "it has several columns, and the file no header that says which one names",
        ));
    }
    let text = record.get(column.unwrap_or(0)).unwrap_or_default();
    Ok(String::from_utf8_lossy(text).parse::<Target>()?)
}

/// The column to take, if this is a header.
fn header(record: &csv::ByteRecord) -> Option<usize> {
    let names: Vec<_> = record.iter().map(|name| String::from_utf8_lossy(name).to_lowercase()).collect();
    COLUMNS.iter().find_map(|column| names.iter().position(|name| name == column))
}

fn unreadable(path: &Path, error: &csv::Error) -> Failure {
    Failure::new(Kind::Usage, format!("{} cannot be read: {error}", path.display()))
}

/// Which of the rows of an unfinished output are in force: how many of them, up to the last that is, and whose they are.
pub fn done(store: &dyn Store, rows: &[crate::terminal::resume::Written]) -> Result<(usize, HashSet<AccountId>)> {
    let (mut kept, mut done) = (0, HashSet::new());
    for (number, row) in rows.iter().enumerate() {
        let Some(account) = store.account(&Target::Username(row.username.clone()))? else { continue };
        if store.was_reset(account.id, row.until)? {
            kept = number + 1;
            done.insert(account.id);
        }
    }
    Ok((kept, done))
}
