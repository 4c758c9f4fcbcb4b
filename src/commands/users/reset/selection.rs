//! Which accounts to reset.

use std::mem::take;
use std::path::PathBuf;

use csv::ByteRecord;

use crate::cli::users::Reset;
use crate::commands::Desk;
use crate::commands::actor::Acting;
use crate::commands::bulk::{Bulk, targets};
use crate::commands::keys::Keys;
use crate::commands::paging::PAGE;
use crate::commands::users::bad_rows::{BadRows, Others};
use crate::commands::users::column_names::{Column, column, key};
use crate::commands::users::csv_rows::{CsvRow, CsvRows, text};
use crate::commands::users::list;
use crate::domain::account::{Account, AccountId};
use crate::domain::public_key::PublicKey;
use crate::domain::role::Role;
use crate::domain::target::Target;
use crate::failure::{Failure, Kind, Result};
use crate::input::{self, Input};
use crate::store::{Filter, Page, Sort, Store};
use crate::terminal::format::Format;

/// The columns by which a CSV file can name accounts. The first one found is taken.
const COLUMNS: [&str; 3] = ["username", "id", "email"];

/// Whether a column of this name is one of [`COLUMNS`], whatever it is called in the file.
fn is_called(name: &str, ours: &str) -> bool {
    match column(name) {
        Some(Column::Username) => ours == "username",
        Some(Column::Email) => ours == "email",
        _ => key(name) == ours,
    }
}

/// How the accounts are named.
pub enum Selection {
    /// Not yet.
    Unsaid,
    /// One by one on the command line, as typed.
    Named(Vec<(String, Target)>),
    /// In a file that has not been read yet.
    File(PathBuf),
    /// One by one in a file.
    Listed(Vec<(String, Target)>),
    /// By a filter, without the actor's own account.
    Filtered(Filter),
}

/// An account that is to be reset.
pub struct Chosen {
    /// How it was named.
    pub written: String,
    /// Its number.
    pub id: AccountId,
    /// Whether it is a global-admin. The last global-admin is not reset.
    pub is_admin: bool,
    /// The key that it keeps.
    pub key: Option<PublicKey>,
}

impl Chosen {
    fn new(written: &str, account: &Account) -> Self {
        let (is_admin, key) = (account.roles.contains(Role::GlobalAdmin), account.public_key.clone());
        Self { written: written.to_owned(), id: account.id, is_admin, key }
    }
}

impl Selection {
    /// Reads the flags.
    pub fn of(args: &Reset) -> Result<Self> {
        let filter = list::filter(&args.filters);
        if filter.search.as_deref().is_some_and(|text| text.trim().is_empty()) {
            return Err(Failure::new(Kind::Usage, "an empty search finds everybody")
                .hint("search for something; for everybody, use --all"));
        }
        if let Some(path) = &args.from {
            return Ok(Self::File(path.clone()));
        }
        Ok(match targets(&args.ids)? {
            named if !named.is_empty() => Self::Named(named),
            _ if args.all || filter.is_some() => Self::Filtered(filter),
            _ => Self::Unsaid,
        })
    }

    /// Reads the file that the command line names, if any. The caller has checked the actor's right before.
    pub fn read(self, desk: &mut Desk<'_>) -> Result<Self> {
        let Self::File(path) = self else { return Ok(self) };
        let Input { bytes, has_grown } = desk.read(&path)?;
        if has_grown {
            desk.terminal.note(input::HAS_GROWN);
        }
        listed(&bytes, desk.format()).map(Self::Listed)
    }

    /// Whether there may be several accounts. A script then expects a list.
    #[must_use]
    pub fn is_several(&self) -> bool {
        match self {
            Self::Unsaid => false,
            Self::Named(named) => named.len() > 1,
            Self::File(_) | Self::Listed(_) | Self::Filtered(_) => true,
        }
    }

    /// The targets, where they are named.
    #[must_use]
    pub fn targets(&self) -> &[(String, Target)] {
        match self {
            Self::Named(named) | Self::Listed(named) => named,
            Self::Unsaid | Self::File(_) | Self::Filtered(_) => &[],
        }
    }

    /// Finds the accounts, each once. Keeps those that may be reset, and to which `keys` can encrypt.
    pub fn find(&self, store: &mut Store, acting: &Acting, keys: Option<&Keys>) -> Result<(Bulk, Vec<Chosen>)> {
        let may = |store: &mut Store, account: &Account| {
            acting.may_reset(store, account)?;
            keys.map_or(Ok(()), |keys| keys.suit(&account.username, account.public_key.as_ref()))
        };
        let chosen = |written: &str, account: Account| Chosen::new(written, &account);
        let Self::Filtered(filter) = self else { return Ok(Bulk::find(store, self.targets(), may, chosen)) };
        let own = acting.account().map(|own| own.id);
        let (mut bulk, mut found, mut last) = (Bulk::default(), Vec::new(), None);
        loop {
            let page = Page { filter, sort: Sort::Id, reverse: false, after: last.as_ref(), limit: PAGE };
            let accounts = store.page(&page)?;
            let Some(next) = accounts.last().cloned() else { return Ok((bulk, found)) };
            for account in accounts.into_iter().filter(|account| Some(account.id) != own) {
                let written = account.username.to_string();
                bulk.asked += 1;
                match may(store, &account) {
                    Ok(()) => found.push(Chosen::new(&written, &account)),
                    Err(failure) => bulk.record(written, Err(failure)),
                }
            }
            last = Some(next);
        }
    }
}

/// The accounts that a file names: one a line, or in the CSV column that the header chooses.
fn listed(bytes: &[u8], format: Format) -> Result<Vec<(String, Target)>> {
    let (mut named, mut bad) = (Vec::new(), BadRows::default());
    let is_header = |row: &ByteRecord| !matches!(header(row), Ok(None));
    let (mut rows, mut is_first, mut column) = (CsvRows::of(bytes, is_header)?, true, None);
    while let Some(CsvRow { line, cells }) = rows.read() {
        if take(&mut is_first)
            && let Ok(cells) = &cells
        {
            column = header(cells)?;
            if column.is_some() {
                rows.take_for_header();
                continue;
            }
        }
        match cells.map_err(Failure::from).and_then(|cells| target(cells, column)) {
            Ok(target) => named.push((target.to_string(), target)),
            Err(failure) => bad.add(line, failure),
        }
    }
    if bad.count() == 0 {
        return Ok(named);
    }
    Err(bad
        .failure(named.len() as u64, Others::Refused, format)
        .hint("write an id, a username or an e-mail address on each line, or CSV with a header"))
}

/// The account that a row names. Without a header, the whole row is the name.
fn target(cells: &ByteRecord, column: Option<usize>) -> Result<Target> {
    if column.is_none() && cells.len() > 1 {
        return Err(Failure::new(Kind::Usage, "it has several columns, and the file has no header"));
    }
    let cell = cells.get(column.unwrap_or(0)).unwrap_or_default();
    Ok(text(cell)?.parse()?)
}

/// The column to take, if this row is a header. A name that occurs twice is a fault: either column could be meant.
fn header(cells: &ByteRecord) -> Result<Option<usize>> {
    let names: Vec<_> = cells.iter().map(|name| String::from_utf8_lossy(name)).collect();
    let Some(ours) = COLUMNS.iter().find(|ours| names.iter().any(|name| is_called(name, ours))) else {
        return Ok(None);
    };
    let mut places = (0..names.len()).filter(|place| is_called(&names[*place], ours));
    match (places.next(), places.next()) {
        (place, None) => Ok(place),
        _ => {
            Err(Failure::new(Kind::Usage, format!("the column '{ours}' is there twice")).hint("leave one of them out"))
        }
    }
}
