//! `passdesk users import`.
//!
//! Everything is looked at before anything is written, and all of it is written in one transaction: whatever ends the
//! program, the accounts are all there, or none is.

mod columns;
mod list;
mod plan;
mod rows;

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Serialize;

use self::columns::Columns;
use self::list::List;
use self::plan::Plan;
use self::rows::Rows;
use crate::cli::{handover, users};
use crate::commands::Desk;
use crate::commands::actor::{Acting, acting};
use crate::commands::bulk::Bulk;
use crate::commands::handover::WayOut;
use crate::commands::users::bad_rows::BadRows;
use crate::commands::users::reset::many::{self, Many};
use crate::commands::users::reset::selection::Chosen;
use crate::domain::account::AccountId;
use crate::domain::authority::Action;
use crate::domain::digest::FileDigest;
use crate::domain::policy;
use crate::domain::role::Role;
use crate::domain::text::counted;
use crate::failure::{Failure, Kind, Result};
use crate::input::{self, Input};
use crate::store::{Import, Imported, Store};
use crate::terminal::Phase;
use crate::terminal::delivery::Delivery;
use crate::terminal::format::{Format, Record};
use crate::terminal::handover::TemporaryHandover;

/// After how many rows a person is told how far it is.
const STRIDE: u64 = 1_000;

/// Makes many accounts at once.
pub fn run(desk: &mut Desk<'_>, args: &users::Import) -> Result<()> {
    if input::is_stdin(&args.file) && desk.global.password_stdin {
        return Err(Failure::new(Kind::Usage, "the password and the list cannot both come from standard input")
            .hint("name a file, or sign in first with 'passdesk me sign-in', or use a token"));
    }
    let way_out = handover::WayOut { output: args.output.clone(), ..handover::WayOut::default() };
    Delivery::check(args.output.as_deref())?;
    let lifetime = args.expires_in.as_deref().map(policy::temporary_lifetime).transpose()?;
    let mut store = desk.open()?;
    let acting = acting(desk, &mut *store)?;
    acting.may(&mut *store, desk.now(), Action::Import)?;

    let Input { bytes, has_grown } = input::read(&args.file)?;
    let file = FileDigest::of(&bytes);
    let mut bad = BadRows::default();
    let (columns, list) = read(desk, &bytes, &mut bad)?;
    drop(bytes);
    if has_grown {
        desk.terminal.note(input::HAS_GROWN);
    }
    if !columns.ignored.is_empty() {
        desk.terminal.note(&format!("Ignored, since nobody can import them: {}.", columns.ignored.join(", ")));
    }
    let plan = plan::plan(desk, &*store, &acting, &columns, args.on_conflict, list, &mut bad)?;
    if let Some(refusal) = &plan.refused {
        store.record(&acting.mandate(desk.now()).refused(Action::Import.name(), None, refusal))?;
    }
    let good = plan.good();
    if bad.count() > 0 && (!args.skip_invalid || good == 0) {
        let failure = bad.failure(good, false, desk.format());
        let is_some_good = good > 0;
        return Err(if is_some_good {
            failure.hint("correct them, or leave them out with --skip-invalid")
        } else {
            failure
        });
    }

    if args.dry_run {
        report(desk, &ImportRecord::new(&plan, Imported { ids: None }, bad.count(), file), args)?;
    } else {
        // A file that cannot be made is found out before anything is written.
        let passwords = args.temporary_passwords.then(|| rows_to_hand_over(desk, &way_out)).transpose()?;
        let imported = write(desk, &mut *store, &acting, &plan, file)?;
        report(desk, &ImportRecord::new(&plan, imported, bad.count(), file), args)?;
        if let (Some(passwords), Some((first, last))) = (passwords, imported.ids) {
            let them = format!("seq {first} {last} | passdesk users reset --from - --yes");
            let path = passwords.file().map_or_else(String::new, |path| path.display().to_string());
            let to_go_on = format!("to go on: {them} --resume {path}");
            let to_begin = Some(format!("they are imported; to go on: {them} --format csv --output {path}"));
            let lifetime = lifetime.unwrap_or(desk.policy.temporary_lifetime);
            let many = Many { acting: &acting, lifetime, jobs: args.jobs, to_go_on, to_begin };
            hand_over(desk, &mut *store, &many, &plan, first, passwords)?;
        }
    }
    if bad.count() > 0 { Err(bad.failure(good, true, desk.format())) } else { Ok(()) }
}

/// Opens the file of the temporary passwords, which is one for programs.
fn rows_to_hand_over(desk: &mut Desk<'_>, args: &handover::WayOut) -> Result<WayOut> {
    let asked = desk.format();
    if asked == Format::Text {
        desk.global.format = Format::Csv;
    }
    let way_out = WayOut::open::<TemporaryHandover<'_>>(args, desk, true);
    desk.global.format = asked;
    way_out
}

/// Gives each new account a temporary password. They are numbered in their order, from the first.
fn hand_over(
    desk: &mut Desk<'_>,
    store: &mut dyn Store,
    many: &Many<'_>,
    plan: &Plan,
    first: AccountId,
    passwords: WayOut,
) -> Result<()> {
    let chosen: Vec<_> = (first.0..)
        .zip(&plan.new)
        .map(|(id, new)| Chosen {
            written: new.username.to_string(),
            id: AccountId(id),
            is_admin: new.roles.contains(Role::GlobalAdmin),
        })
        .collect();
    let mut bulk = Bulk::default();
    bulk.ask(chosen.len());
    many::run(desk, store, many, chosen, bulk, passwords)
}

/// Reads the rows; those that are no accounts are named.
fn read(desk: &mut Desk<'_>, bytes: &[u8], bad: &mut BadRows) -> Result<(Columns, List)> {
    let rows = Rows::of(bytes)?;
    let columns = rows.columns().clone();
    let mut list = List::default();
    let lines = bytes.split(|byte| *byte == b'\n').count();
    desk.terminal.begin_progress("reading", lines as u64);
    for (number, row) in (0..).zip(rows) {
        if number % STRIDE == 0 {
            desk.terminal.advance(number);
        }
        if let Err(why) = row.and_then(|row| list.add(row)) {
            bad.add(why.line, why.why.into());
        }
    }
    desk.terminal.end_progress();
    Ok((columns, list))
}

/// Writes it all. A signal that comes before it is in force has nothing written.
fn write(
    desk: &mut Desk<'_>,
    store: &mut dyn Store,
    acting: &Acting,
    plan: &Plan,
    file: FileDigest,
) -> Result<Imported> {
    let by = acting.mandate(desk.now());
    let import = Import { new: &plan.new, edits: &plan.edits, skipped: plan.skipped, file };
    let terminal = &mut *desk.terminal;
    terminal.begin_progress("writing", plan.new.len() as u64 + plan.edits.len() as u64);
    terminal.enter(Phase::Committing);
    let imported = store.import(&by, import, &mut |written| {
        terminal.advance(written);
        !terminal.interrupted()
    });
    desk.terminal.enter(Phase::Idle);
    desk.terminal.end_progress();
    Ok(imported?)
}

/// What has come of an import, in machine formats.
#[derive(Debug, Serialize)]
struct ImportRecord {
    new: u64,
    updated: u64,
    skipped: u64,
    invalid: u64,
    first_id: Option<AccountId>,
    last_id: Option<AccountId>,
    sha256: String,
}

impl ImportRecord {
    fn new(plan: &Plan, imported: Imported, invalid: u64, file: FileDigest) -> Self {
        Self {
            new: plan.new.len() as u64,
            updated: plan.edits.len() as u64,
            skipped: plan.skipped,
            invalid,
            first_id: imported.ids.map(|(first, _)| first),
            last_id: imported.ids.map(|(_, last)| last),
            sha256: file.to_hex(),
        }
    }

    /// The same in words, in the form of the verbs that are given.
    fn said(&self, [import, change, leave]: [&str; 3]) -> String {
        let ids = match (self.first_id, self.last_id) {
            (Some(first), Some(last)) if first == last => format!(", id {first}"),
            (Some(first), Some(last)) => format!(", ids {first} to {last}"),
            _ => String::new(),
        };
        let mut text = format!("{import} {}{ids}.", counted(self.new, "account"));
        for (count, verb) in [(self.updated, change), (self.skipped, leave)] {
            if count > 0 {
                // Writing to a String cannot fail.
                let _ = write!(text, "\n{verb} {}.", counted(count, "account"));
            }
        }
        text
    }
}

impl Record for ImportRecord {
    const COLUMNS: &'static [&'static str] = &["new", "updated", "skipped", "invalid", "first_id", "last_id", "sha256"];

    fn cells(&self) -> Vec<Cow<'_, str>> {
        let id = |id: Option<AccountId>| Cow::Owned(id.map(|id| id.to_string()).unwrap_or_default());
        vec![
            self.new.to_string().into(),
            self.updated.to_string().into(),
            self.skipped.to_string().into(),
            self.invalid.to_string().into(),
            id(self.first_id),
            id(self.last_id),
            self.sha256.as_str().into(),
        ]
    }
}

/// Says what was done, or would be.
fn report(desk: &mut Desk<'_>, record: &ImportRecord, args: &users::Import) -> Result<()> {
    let dry_run = args.dry_run;
    if desk.format() == Format::Text && dry_run {
        return desk.print(&format!("{}\n", record.said(["Would import", "Would change", "Would leave as they are:"])));
    }
    if !dry_run {
        desk.terminal.note(&record.said(["Imported", "Changed", "Left as they are:"]));
    }
    if desk.format() != Format::Text {
        let done = if dry_run { "" } else { "it is done, but " };
        desk.print_records(std::slice::from_ref(record), false)
            .map_err(|failure| Failure { message: format!("{done}{}", failure.message), ..failure })?;
    }
    if !dry_run && !args.temporary_passwords && record.new > 0 {
        desk.terminal.note(
            "Nobody can sign in to them yet. Their first passwords are made by\n\
             passdesk users reset --from FILE.csv --format csv --output FILE",
        );
    }
    Ok(())
}
