//! What the rows say: accounts, passwords, settings, the record, admins.

use rusqlite::{Connection, Row};

use super::{few_of, told};
use crate::domain::audit::{EMPTY, Tampered, Walk};
use crate::domain::clock::readable;
use crate::domain::credential::StoredHash;
use crate::domain::finding::Finding;
use crate::domain::name::{DisplayName, Email, Username};
use crate::domain::policy::Policy;
use crate::domain::role::Role;
use crate::domain::text::{counted, grouped};
use crate::store::engine::Reads as _;
use crate::store::sqlite::errors::{RESTORE, failed, unusable};
use crate::store::sqlite::pages::rows_of;
use crate::store::sqlite::rows::SqliteRows;
use crate::store::sqlite::{accounts, record};
use crate::store::{EventFilter, Result, Watch, policy};

/// How many rows are read between two reports of how far it has come.
const PAGE: usize = 1_000;

/// Looks at each row.
pub fn look(rows: &mut SqliteRows<'_>, watch: &mut dyn Watch, findings: &mut Vec<Finding>) -> Result<()> {
    let connection = rows.connection;
    match all_accounts(connection, watch) {
        Ok(seen) => findings.extend(seen.findings()),
        Err(error) => findings.push(told("accounts", "", Err(error))?),
    }
    findings.push(told("settings", "each can be understood", settings(rows))?);
    findings.push(match all_events(connection, watch) {
        Ok(finding) => finding,
        Err(error) => told("record", "", Err(error))?,
    });
    findings.push(match admins(rows) {
        Ok(finding) => finding,
        Err(error) => told("admins", "", Err(error))?,
    });
    Ok(())
}

/// The accounts that no passdesk has written so.
#[derive(Default)]
struct Accounts {
    all: u64,
    hashes: u64,
    /// Whose names, roles or state are none.
    odd: Vec<String>,
    /// Whose hash is evaluated for nobody.
    dead: Vec<String>,
}

impl Accounts {
    fn findings(self) -> [Finding; 2] {
        let accounts = if self.odd.is_empty() {
            Finding::sound("accounts", format!("{}, as passdesk writes them", counted(self.all, "account")))
        } else {
            let (odd, which) = (counted(self.odd.len() as u64, "account"), few_of(&self.odd));
            let message = format!("{odd} of {} not as passdesk writes them: {which}", grouped(self.all));
            Finding::faulty("accounts", message, "find out who has; 'passdesk users edit' writes names anew")
        };
        let passwords = if self.dead.is_empty() {
            Finding::sound("passwords", format!("{} that can be evaluated", counted_hashes(self.hashes)))
        } else {
            let (dead, which) = (counted_hashes(self.dead.len() as u64), few_of(&self.dead));
            let all = grouped(self.hashes);
            let message = format!("{dead} of {all}, damaged or immoderate, let nobody in: {which}");
            Finding::faulty("passwords", message, "find out who wrote that; 'passdesk users reset ID' replaces one")
        };
        [accounts, passwords]
    }
}

fn all_accounts(connection: &Connection, watch: &mut dyn Watch) -> Result<Accounts> {
    let total = rows_of(connection, "accounts");
    let sql = format!("SELECT {}, email_key, password_hash FROM accounts", accounts::COLUMNS);
    let mut statement = connection.prepare(&sql).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    let mut seen = Accounts::default();
    while let Some(row) = rows.next().map_err(failed)? {
        seen.all += 1;
        let id = || row.get::<_, i64>("id").map(|id| format!("id {id}")).map_err(failed);
        let hash = row.get::<_, Option<String>>("password_hash").unwrap_or_default().map(StoredHash::from_store);
        seen.hashes += u64::from(hash.is_some());
        if hash.is_some_and(|hash| hash.cost().is_none()) {
            seen.dead.push(id()?);
        } else if !is_as_written(row) {
            seen.odd.push(id()?);
        }
        if seen.all.is_multiple_of(PAGE as u64) {
            watch.progress("Looking at the accounts", seen.all, total)?;
        }
    }
    Ok(seen)
}

/// Whether a row is one that comes of reading what people write.
fn is_as_written(row: &Row<'_>) -> bool {
    let text = |column: &str| row.get::<_, Option<String>>(column).unwrap_or_default();
    let name = text("username").unwrap_or_default();
    let display_name = text("display_name").unwrap_or_default();
    let address = text("email");
    let is_address = |text: &String| text.parse::<Email>().is_ok_and(|email| text == email.as_str());
    accounts::account(row).is_ok()
        && name.parse::<Username>().is_ok_and(|username| name == username.as_str())
        && display_name.parse::<DisplayName>().is_ok_and(|name| display_name == name.as_str())
        && address.as_ref().is_none_or(is_address)
        && address.map(|text| Email::from_store(text).key().into_owned()) == text("email_key")
}

fn settings(rows: &mut SqliteRows<'_>) -> Result<()> {
    policy::store_name(rows)?;
    let counted = rows.setting("sign_in_tries")?;
    if !counted.is_some_and(|count| count.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(unusable("the store has lost count of the sign-ins, and lets nobody in".into(), RESTORE));
    }
    policy::read(rows, Policy::default()).map(drop)
}

/// Walks the chain, as 'audit verify' does.
fn all_events(connection: &Connection, watch: &mut dyn Watch) -> Result<Finding> {
    let total = rows_of(connection, "audit_events");
    let mut walk = Walk::default();
    loop {
        let events = record::page(connection, &EventFilter::default(), walk.last(), PAGE)?;
        if events.is_empty() && walk.head().0 == 0 {
            let remedy = "hold it against the head that was noted down: passdesk audit verify --expect-head HEAD";
            return Ok(Finding::notable("record", format!("it {EMPTY}"), remedy));
        }
        if events.is_empty() {
            return Ok(Finding::sound("record", format!("{}, as written", counted(walk.head().0, "event"))));
        }
        for event in events {
            if let Err(tampered) = walk.go_on(event) {
                return Ok(Finding::faulty("record", format!("it {tampered}"), Tampered::REMEDY));
            }
        }
        watch.progress("Looking at the record", walk.head().0, total)?;
    }
}

/// Whether somebody can administer the store, and how long.
fn admins(rows: &mut SqliteRows<'_>) -> Result<Finding> {
    let (mut lasting, mut latest, mut somebody) = (0, None, None);
    let now = rows.now();
    rows.holders(Role::GlobalAdmin, &mut |admin| {
        match admin.temporary_until {
            None if admin.is_usable_admin(now) => lasting += 1,
            until if admin.is_usable_admin(now) => {
                latest = latest.clone().max(until.zip(Some(admin.username.to_string())));
            }
            _ => {}
        }
        let rank = (admin.removed_at.is_some(), admin.id);
        if somebody.as_ref().is_none_or(|(first, _)| rank < *first) {
            somebody = Some((rank, admin.username.clone()));
        }
        false
    })?;
    if lasting > 0 {
        return Ok(Finding::sound("admins", format!("{} to count on", counted(lasting, "global-admin"))));
    }
    if let Some((until, username)) = latest {
        return Ok(Finding::notable(
            "admins",
            format!("no global-admin can sign in but by a temporary password, until {}", readable(until)),
            format!("have them sign in and choose a password: passdesk me sign-in --as {username}"),
        ));
    }
    let remedy = match somebody {
        Some((_, username)) => format!("an operator makes a way back in: passdesk recover {username}"),
        None => RESTORE.to_owned(),
    };
    Ok(Finding::faulty("admins", "there is no global-admin who can sign in", remedy))
}

fn counted_hashes(count: u64) -> String {
    format!("{} hash{}", grouped(count), if count == 1 { "" } else { "es" })
}
