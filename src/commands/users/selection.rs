//! Which accounts a command works on: named one by one, in a file, or by a filter.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::mem::take;
use std::path::PathBuf;

use csv::ByteRecord;

use crate::cli::users::Which;
use crate::commands::actor::Acting;
use crate::commands::bulk::{Bulk, NAMED, targets};
use crate::commands::paging::{PAGE, none_of};
use crate::commands::users::bad_rows::{BadRows, Others};
use crate::commands::users::column_names::{Column, column, key};
use crate::commands::users::csv_rows::{CsvRow, CsvRows, text};
use crate::commands::users::list;
use crate::commands::{Desk, find_all};
use crate::domain::account::{Account, AccountId, Revision};
use crate::domain::name::Username;
use crate::domain::public_key::PublicKey;
use crate::domain::role::Role;
use crate::domain::target::Target;
use crate::domain::text::{counted, some_of};
use crate::failure::{Failure, Kind, Result};
use crate::input::{self, Input};
use crate::store::{Filter, Page, Sort, Store};
use crate::terminal::format::Format;

/// Up to this many accounts can be read off a screen and confirmed with a yes.
pub const READABLE: usize = 10;

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

/// An account to work on.
pub struct Chosen {
    /// How it was named.
    pub written: String,
    /// Its number.
    pub id: AccountId,
    /// Its revision when it was found.
    pub seen: Revision,
    /// Its username when it was found.
    pub username: Username,
    /// Whether it is a global-admin.
    pub is_admin: bool,
    /// The key that it keeps.
    pub key: Option<PublicKey>,
}

impl Chosen {
    fn new(written: &str, account: Account) -> Self {
        let is_admin = account.roles.contains(Role::GlobalAdmin);
        let Account { id, revision: seen, username, public_key: key, .. } = account;
        Self { written: written.to_owned(), id, seen, username, is_admin, key }
    }
}

/// The accounts that were found.
#[derive(Default)]
pub struct Found {
    /// Those that cannot be taken.
    pub bulk: Bulk,
    /// Those to work on.
    pub chosen: Vec<Chosen>,
    /// Those for which there is nothing to do.
    pub already: Vec<Chosen>,
}

impl Selection {
    /// Reads the flags.
    pub fn of(ids: &[String], which: &Which) -> Result<Self> {
        let filter = list::filter(&which.filters);
        if filter.search.as_deref().is_some_and(|text| text.trim().is_empty()) {
            return Err(Failure::new(Kind::Usage, "an empty search finds everybody")
                .hint("search for something; for everybody, use --all"));
        }
        if let Some(path) = &which.from {
            return Ok(Self::File(path.clone()));
        }
        Ok(match targets(ids)? {
            named if !named.is_empty() => Self::Named(named),
            _ if which.is_said() => Self::Filtered(filter),
            _ => Self::Unsaid,
        })
    }

    /// Reads the file that the command line names, if any. The caller has checked the actor's right before.
    pub fn read(self, desk: &mut Desk<'_>) -> Result<Self> {
        let Self::File(path) = self else { return Ok(self) };
        let Input { bytes, has_grown } = desk.files.read(&path)?;
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

    /// Whether the accounts are named one by one on the command line.
    #[must_use]
    pub fn is_named(&self) -> bool {
        matches!(self, Self::Named(_))
    }

    /// The targets, where they are named.
    #[must_use]
    pub fn targets(&self) -> &[(String, Target)] {
        match self {
            Self::Named(named) | Self::Listed(named) => named,
            Self::Unsaid | Self::File(_) | Self::Filtered(_) => &[],
        }
    }

    /// Finds the accounts, each once. `may` fails for an account that cannot be taken. It returns false if there is
    /// nothing to do for it.
    pub fn find(
        &self,
        store: &mut Store,
        acting: &Acting,
        may: impl Fn(&mut Store, &Account) -> Result<bool>,
    ) -> Result<Found> {
        let mut found = Found::default();
        match self {
            Self::Filtered(filter) => {
                let own = acting.account().map(|own| own.id);
                let mut last = None;
                loop {
                    let page = Page { filter, sort: Sort::Id, reverse: false, after: last.as_ref(), limit: PAGE };
                    let accounts = store.page(&page)?;
                    let Some(next) = accounts.last().cloned() else { return Ok(found) };
                    for account in accounts.into_iter().filter(|account| Some(account.id) != own) {
                        let written = account.username.to_string();
                        found.add(store, &written, Ok(account), &may);
                    }
                    last = Some(next);
                }
            }
            named => {
                let mut seen = HashSet::new();
                for some in named.targets().chunks(PAGE) {
                    let targets: Vec<_> = some.iter().map(|(_, target)| target.clone()).collect();
                    for ((written, _), account) in some.iter().zip(find_all(store, &targets)?) {
                        if account.as_ref().map_or(true, |account| seen.insert(account.id)) {
                            found.add(store, written, account, &may);
                        }
                    }
                }
                Ok(found)
            }
        }
    }
}

impl Found {
    fn add(
        &mut self,
        store: &mut Store,
        written: &str,
        account: Result<Account>,
        may: impl Fn(&mut Store, &Account) -> Result<bool>,
    ) {
        self.bulk.asked += 1;
        match account.and_then(|account| may(store, &account).map(|is_to_do| (account, is_to_do))) {
            Ok((account, true)) => self.chosen.push(Chosen::new(written, account)),
            Ok((account, false)) => self.already.push(Chosen::new(written, account)),
            Err(failure) => self.bulk.record(written.to_owned(), Err(failure)),
        }
    }
}

/// Refuses flags that cannot go together, before anything is opened.
pub fn check(desk: &Desk<'_>, which: &Which) -> Result<()> {
    let Some(path) = &which.from else { return Ok(()) };
    if desk.global.password_stdin && input::is_stdin(path) {
        return Err(Failure::new(Kind::Usage, "standard input cannot be both a password and a list of accounts")
            .hint("name a file with --from, or sign in before with 'passdesk me sign-in'"));
    }
    desk.refuse_to_read_through_sudo("--from", path)
}

/// Says that nobody was found.
pub fn tell_of_nobody(desk: &mut Desk<'_>, which: &Which, acting: &Acting) {
    // A filter leaves the actor's own account out.
    let one = if acting.account().is_some() { "other account" } else { "account" };
    desk.terminal.note(&match which.from {
        Some(_) => "The list names no account.".into(),
        None => none_of(one, list::filters(&which.filters)),
    });
}

/// Asks whether to go on. In the question, `{}` stands for the accounts, and `whom` for a single one. `past` is what
/// cannot be done to others. If there are too many accounts to look at, the answer is their number.
pub fn ask(
    desk: &mut Desk<'_>,
    (deed, past): (&str, &str),
    chosen: &[Chosen],
    whom: Option<&str>,
    bulk: &Bulk,
    instead: &str,
) -> Result<()> {
    let count = chosen.len();
    let several = || {
        let names = chosen.iter().take(NAMED).map(|one| one.username.to_string()).collect();
        format!("{} ({})", counted(count as u64, "account"), some_of(names, count))
    };
    let mut question = format!("{}?", deed.replace("{}", &whom.map_or_else(several, str::to_owned)));
    if let (failed @ 1.., asked) = (bulk.failed.len(), bulk.asked) {
        // Writing to a String cannot fail.
        let _ = write!(question, "\n{failed} of {asked} cannot be {past}. Do it for the others?");
    }
    if count > READABLE {
        Ok(desk.terminal.confirm_by_typing(&question, &count.to_string(), instead)?)
    } else {
        Ok(desk.terminal.confirm(&question, instead)?)
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
