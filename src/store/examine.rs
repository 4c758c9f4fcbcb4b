//! A check of the rows: accounts, passwords, settings, the record, admins. The engine checks the files under them.

use super::engine::{Reads, WrittenAccount};
use super::{EventFilter, Filter, LOOK, RESTORE, Result, StoreError, Watch, blocklist, policy, record};
use crate::domain::account::State;
use crate::domain::admins::Admins;
use crate::domain::audit::{EMPTY, Event, Tampered, Walk};
use crate::domain::clock::Timestamp;
use crate::domain::email::Email;
use crate::domain::finding::Finding;
use crate::domain::name::DisplayName;
use crate::domain::policy::Policy;
use crate::domain::public_key::PublicKey;
use crate::domain::role::Role;
use crate::domain::text::{counted, grouped, some_of};

/// From how many events on the check says how to archive them.
const MANY_EVENTS: u64 = 1_000_000;
/// Over how many days the growth of the record is measured.
const DAYS: i64 = 30;
/// From how many days on they say something of a year.
const WEEK: i64 = 7;
/// A day, in seconds.
const DAY: i64 = 24 * 60 * 60;
/// How many bytes an event fills beside its texts: numbers, links, the operation and the indexes.
const BYTES_BESIDE_TEXT: u64 = 180;
/// How many things of one kind a message names.
const NAMED: usize = 3;
/// How many rows are read between two progress reports.
const PAGE: usize = 1_000;

/// Checks each row.
pub fn rows(reads: &mut dyn Reads, watch: &mut dyn Watch, findings: &mut Vec<Finding>) -> Result<()> {
    match accounts(reads, watch) {
        Ok(seen) => findings.extend(seen.findings()),
        Err(error) => findings.push(told("accounts", "", Err(error))?),
    }
    findings.push(told("settings", "each can be understood", settings(reads))?);
    let mut go_on = |done, all| watch.progress("Looking at the blocklist", done, all);
    findings.push(told("blocklist", "each block is as it was written", blocklist::examine(reads, &mut go_on))?);
    findings.push(all_events(reads, watch).or_else(|error| told("record", "", Err(error)))?);
    findings.push(admins(reads).or_else(|error| told("admins", "", Err(error)))?);
    Ok(())
}

/// The finding of one check. A busy store, a full disk or a stopped check is an error, and not a finding.
pub fn told(check: &'static str, sound: impl Into<String>, outcome: Result<()>) -> Result<Finding> {
    match outcome {
        Ok(()) => Ok(Finding::sound(check, sound)),
        Err(error @ (StoreError::Busy | StoreError::Away(_) | StoreError::Stopped | StoreError::Full { .. })) => {
            Err(error)
        }
        // The hint to look for the fault is left out. The reader is looking already.
        Err(StoreError::Unusable { message, hint }) => {
            Ok(Finding::faulty(check, message, hint.strip_suffix(LOOK).unwrap_or(&hint)))
        }
        Err(other) => Ok(Finding::faulty(check, format!("it could not be looked at: {other:#}"), RESTORE)),
    }
}

/// The first few, and how many more there are.
pub fn few_of(all: &[String]) -> String {
    some_of(all.iter().take(NAMED).cloned().collect(), all.len())
}

/// How many accounts and hashes there are, and which of them passdesk cannot have written.
#[derive(Default)]
struct Accounts {
    all: u64,
    hashes: u64,
    /// Accounts whose names, roles or state are invalid.
    odd: Vec<String>,
    /// Accounts whose address does not find them.
    unfound: Vec<String>,
    /// Accounts whose names do not find them, or that a list has in another place.
    misplaced: Vec<String>,
    /// Accounts whose hash is never evaluated.
    dead: Vec<String>,
}

impl Accounts {
    fn findings(self) -> Vec<Finding> {
        let accounts = if self.odd.is_empty() {
            Finding::sound("accounts", format!("{}, as passdesk writes them", counted(self.all, "account")))
        } else {
            let (odd, which) = (counted(self.odd.len() as u64, "account"), few_of(&self.odd));
            let message = format!("{odd} of {} not as passdesk writes them: {which}", grouped(self.all));
            Finding::faulty("accounts", message, "find out who wrote them; 'passdesk users edit' writes names again")
        };
        let passwords = if self.dead.is_empty() {
            Finding::sound("passwords", format!("{} that can be evaluated", counted_hashes(self.hashes)))
        } else {
            let (dead, which) = (counted_hashes(self.dead.len() as u64), few_of(&self.dead));
            let all = grouped(self.hashes);
            let message = format!("{dead} of {all} cannot be used: {which}");
            Finding::faulty("passwords", message, "find out who wrote that; 'passdesk users reset ID' replaces one")
        };
        let addresses = (!self.unfound.is_empty()).then(|| {
            let (count, which) = (counted(self.unfound.len() as u64, "account"), few_of(&self.unfound));
            let message = format!("the address of {count} finds another account, or none: {which}");
            Finding::faulty(
                "addresses",
                message,
                "write it again, or give another one: passdesk users edit ID --email ADDRESS",
            )
        });
        let search = (!self.misplaced.is_empty()).then(|| {
            let (count, which) = (counted(self.misplaced.len() as u64, "account"), few_of(&self.misplaced));
            let message =
                format!("a search does not find {count} by name, or a list has them in another place: {which}");
            Finding::notable(
                "search",
                message,
                "give another name, and then the old one: passdesk users edit ID --name NAME",
            )
        });
        [accounts, passwords].into_iter().chain(addresses).chain(search).collect()
    }
}

fn accounts(reads: &mut dyn Reads, watch: &mut dyn Watch) -> Result<Accounts> {
    let removed = Filter { state: Some(State::Removed), ..Filter::default() };
    // The total is only shown. Nothing depends on it.
    let total = [Filter::default(), removed].iter().map(|filter| reads.count(filter).unwrap_or(0)).sum();
    let mut seen = Accounts::default();
    reads.written(&mut |row| {
        seen.all += 1;
        seen.hashes += u64::from(row.hash.is_some());
        if row.hash.as_ref().is_some_and(|hash| hash.scheme().is_none()) {
            seen.dead.push(format!("id {}", row.id));
        } else if !is_as_written(row) {
            seen.odd.push(format!("id {}", row.id));
        } else if row.account.as_ref().is_some_and(|account| account.email_key().as_deref() != row.email_key.as_deref())
        {
            seen.unfound.push(format!("id {}", row.id));
        } else if !row.is_found {
            seen.misplaced.push(format!("id {}", row.id));
        }
        if seen.all.is_multiple_of(PAGE as u64) {
            watch.progress("Looking at the accounts", seen.all, total)?;
        }
        Ok(())
    })?;
    Ok(seen)
}

/// Whether a row has values that passdesk accepts as input.
fn is_as_written(row: &WrittenAccount) -> bool {
    let Some(account) = &row.account else { return false };
    let (name, email) = (account.display_name.as_str(), account.email.as_ref());
    let is_address = |email: &Email| email.as_str().parse::<Email>().is_ok_and(|read| read.as_str() == email.as_str());
    let is_key = |key: &PublicKey| key.as_str().parse::<PublicKey>().as_ref() == Ok(key);
    row.username == account.username.as_str()
        && name.parse::<DisplayName>().is_ok_and(|read| read.as_str() == name)
        && email.is_none_or(is_address)
        && account.public_key.as_ref().is_none_or(is_key)
}

fn settings(reads: &mut dyn Reads) -> Result<()> {
    policy::store_name(reads)?;
    let counted = reads.setting("sign_in_tries")?;
    if !counted.is_some_and(|count| count.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(StoreError::Unusable {
            message: "the store no longer counts sign-ins, and lets nobody in".into(),
            hint: RESTORE.into(),
        });
    }
    policy::read(reads, Policy::default()).map(drop)
}

/// Walks the chain, as 'audit verify' does.
fn all_events(reads: &mut dyn Reads, watch: &mut dyn Watch) -> Result<Finding> {
    // The total is only shown. Nothing depends on it.
    let total = record::last(reads).ok().flatten().map_or(0, |last| last.sequence);
    let archived = record::archived(reads)?;
    let (mut walk, mut growth) = (Walk::behind(archived), Growth::until(reads.now()));
    let faulty = |tampered: Tampered| Ok(Finding::faulty("record", format!("it {tampered}"), Tampered::REMEDY));
    loop {
        let events = reads.events(&EventFilter::default(), Some(walk.head().sequence), PAGE)?;
        if events.is_empty() {
            break;
        }
        for event in &events {
            growth.add(event);
            if let Err(tampered) = walk.go_on(event) {
                return faulty(tampered);
            }
        }
        watch.progress("Looking at the record", walk.head().sequence, total)?;
    }
    let head = match walk.end() {
        Ok(head) => head.sequence,
        Err(tampered) => return faulty(tampered),
    };
    if head == 0 {
        let remedy = "compare it with the head that you noted: passdesk audit verify --expect-head HEAD";
        return Ok(Finding::notable("record", format!("it {EMPTY}"), remedy));
    }
    let left = head - archived.sequence;
    let message = format!("{}, as written; {}", counted(left, "event"), growth.said());
    if left < MANY_EVENTS {
        return Ok(Finding::sound("record", message));
    }
    let remedy = "to take the old ones out into a file: passdesk audit archive FILE --before DATE";
    Ok(Finding { remedy: Some(remedy.into()), ..Finding::sound("record", message) })
}

/// How fast the record grows.
struct Growth {
    now: Timestamp,
    /// The first event of the last days.
    since: Option<i64>,
    events: u64,
    bytes: u64,
}

impl Growth {
    fn until(now: Timestamp) -> Self {
        Self { now, since: None, events: 0, bytes: 0 }
    }

    fn add(&mut self, event: &Event) {
        if event.at > self.now.as_second() - DAYS * DAY {
            self.since.get_or_insert(event.at);
            self.events += 1;
            let texts = [&event.actor, &event.action, &event.target, &event.outcome, &event.detail];
            self.bytes += BYTES_BESIDE_TEXT + texts.iter().map(|text| text.len() as u64).sum::<u64>();
        }
    }

    /// In words. A day is the shortest time that says anything.
    fn said(&self) -> String {
        let span = self.since.map_or(DAY, |since| (self.now.as_second() - since).clamp(DAY, DAYS * DAY)).unsigned_abs();
        let a_day = |amount: u64| amount.saturating_mul(DAY.unsigned_abs()).div_ceil(span);
        let lately = format!("about {} a day lately", grouped(a_day(self.events)));
        if span < (WEEK * DAY).unsigned_abs() {
            return lately;
        }
        let a_year = a_day(self.bytes).saturating_mul(365).div_ceil(1_000_000);
        format!("{lately}, {} MB a year", grouped(a_year))
    }
}

/// Whether somebody can administer the store, and until when.
fn admins(reads: &mut dyn Reads) -> Result<Finding> {
    let (mut lasting, mut latest, mut somebody) = (0, None, None);
    let now = reads.now();
    reads.holders(Role::GlobalAdmin, &mut |admin| {
        let kinds = Admins::default().with(admin, now);
        if kinds.lasting {
            lasting += 1;
        } else if kinds.usable {
            let until = [admin.temporary_until, admin.expires_at].into_iter().flatten().min();
            let has_temporary = admin.temporary_until.is_some();
            latest = latest.clone().max(until.map(|until| (until, admin.username.to_string(), has_temporary)));
        }
        let rank = (admin.removed_at.is_some(), admin.id);
        if somebody.as_ref().is_none_or(|(first, _)| rank < *first) {
            somebody = Some((rank, admin.username.clone()));
        }
        false
    })?;
    if lasting > 0 {
        return Ok(Finding::sound("admins", format!("{} with a lasting password", counted(lasting, "global-admin"))));
    }
    if let Some((until, username, has_temporary)) = latest {
        let (message, remedy) = if has_temporary {
            let remedy = format!("have them sign in and choose a password: passdesk me sign-in --as {username}");
            ("the only usable global-admins have temporary passwords", remedy)
        } else {
            let remedy = format!("let one go on: passdesk users edit {username} --expires-on ''");
            ("the only usable global-admins have a last day", remedy)
        };
        return Ok(Finding { until: Some(until), ..Finding::notable("admins", message, remedy) });
    }
    let remedy = match somebody {
        Some((_, username)) => format!("an operator can run: passdesk recover {username}"),
        None => RESTORE.to_owned(),
    };
    Ok(Finding::faulty("admins", "there is no global-admin who can sign in", remedy))
}

fn counted_hashes(count: u64) -> String {
    format!("{} hash{}", grouped(count), if count == 1 { "" } else { "es" })
}
