//! `passdesk users import`.
//!
//! The whole file is checked before anything is written. All accounts are written in one transaction. If the program
//! ends early, either all of them exist or none.

mod columns;
mod first_passwords;
mod list;
mod passwords;
mod plan;
#[cfg(any(test, fuzzing))]
pub(crate) mod properties;
mod rows;
mod sources;

use self::columns::Columns;
use self::first_passwords::FirstPasswords;
use self::list::List;
use self::passwords::Passwords;
use self::plan::Plan;
use self::rows::{ImportRows, Row};
use crate::cli::users::{self, Source};
use crate::cli::ways::WayFlags;
use crate::commands::actor::{Acting, acting};
use crate::commands::keys::{self, NamedKeys};
use crate::commands::users::bad_rows::{BadRows, Others};
use crate::commands::{Desk, way_out};
use crate::domain::Invalid;
use crate::domain::account::AccountId;
use crate::domain::authority::Action;
use crate::domain::digest::FileDigest;
use crate::domain::policy;
use crate::domain::text::{counted, grouped, shell_word};
use crate::failure::{Failure, Kind, Result};
use crate::input::{self, Input};
use crate::store::{Import, Imported, Newcomer, Store};
use crate::terminal::Phase;
use crate::terminal::format::{Cell, Format};

/// The command of a hint names no more runs of numbers than this.
const MOST_RUNS: usize = 100;
/// A person sees the progress after each this many rows.
const STRIDE: u64 = 1_000;

/// Makes many accounts at once.
pub fn run(desk: &mut Desk<'_>, args: &users::Import) -> Result<()> {
    if input::is_stdin(&args.file) && desk.global.password_stdin {
        return Err(Failure::new(Kind::Usage, "the password and the list cannot both come from standard input")
            .hint("name a file, or sign in first with 'passdesk me sign-in', or use a token"));
    }
    desk.refuse_to_read_through_sudo("users import", &args.file)?;
    let (output, encrypt_to) = (args.output.clone(), args.encrypt_to.clone());
    let flags = WayFlags { output, encrypt_to, ..WayFlags::default() };
    way_out::check(&flags, desk, usize::MAX)?;
    if input::is_stdin(&args.file) {
        keys::refuse_stdin(&args.encrypt_to, "a list of accounts")?;
    }
    let keys = NamedKeys::of(&args.encrypt_to, desk)?;
    let lifetime = args.expires_in.as_deref().map(policy::temporary_lifetime).transpose()?;
    let mut store = desk.open_unless_dry(args.dry_run)?;
    let acting = acting(desk, &mut store)?.foretelling(args.dry_run);
    acting.may(&mut store, Action::Import)?;

    let keys = keys.map(|keys| keys.read(desk)).transpose()?;
    let Input { bytes, has_grown } = desk.files.read(&args.file)?;
    let file = FileDigest::of(&bytes);
    let mut bad = BadRows::default();
    let (columns, list, is_torn) = read(desk, &bytes, args, &mut bad)?;
    drop(bytes);
    if has_grown {
        desk.terminal.note(input::HAS_GROWN);
    }
    if !columns.ignored.is_empty() {
        desk.terminal.note(&format!("Columns left out: {}.", columns.ignored.join(", ")));
    }
    let conflict = (args.on_conflict, keys.as_ref());
    let mut plan = plan::plan(desk, &store, &acting, &columns, conflict, list, &mut bad)?;
    if let Some(refusal) = &plan.refused {
        acting.record(&mut store, Action::Import.name(), None, refusal)?;
    }
    let good = plan.good();
    if bad.count() > 0 && (!args.skip_invalid || is_torn || good == 0) {
        let failure = bad.failure(good, Others::Refused, desk.format());
        return Err(match (is_torn, good) {
            (true, _) => failure.hint("correct the quotes first: passdesk cannot tell how many rows they cover"),
            (false, 0) => failure,
            (false, _) => failure.hint("correct them, or leave them out with --skip-invalid"),
        });
    }

    if let Err(refusal) = plan.bear(&desk.policy.schemes) {
        acting.record(&mut store, Action::Import.name(), None, &refusal)?;
        return Err(refusal.into());
    }

    if args.dry_run {
        let passwords = Passwords::bring(desk, &mut plan, args.jobs, true)?;
        let told = foretell(desk, &ImportRecord::new(&plan, &Imported::default(), &passwords, bad.count(), file));
        return all_of([told.err(), left_out(bad, good, Others::WouldBeDone, desk.format())]);
    }
    // A file that cannot be made is noticed before anything takes long.
    let first = args.temporary_passwords.then(|| FirstPasswords::open(desk, &flags, lifetime)).transpose()?;
    let passwords = Passwords::bring(desk, &mut plan, args.jobs, false)?;
    let imported = write(desk, &mut store, &acting, &plan, file)?;
    let record = ImportRecord::new(&plan, &imported, &passwords, bad.count(), file);
    for line in record.said(["Imported", "Changed", "Unchanged:"]) {
        desk.terminal.note(&line);
    }
    let handed_over = match first {
        Some(first) if !record.locked_out.is_empty() => {
            first.hand_over(desk, &mut store, &acting, (args, keys.as_ref()), &record.locked_out)
        }
        _ => Ok(()),
    };
    desk.terminal.enter(Phase::Telling);
    let told = tell(desk, &record, args);
    let others = if handed_over.is_ok() { Others::Done } else { Others::SaidElsewhere };
    all_of([handed_over.err(), told.err(), left_out(bad, good, others, desk.format())])
}

/// The failure for the rows that were left out, if there are any.
fn left_out(bad: BadRows, good: u64, others: Others, format: Format) -> Option<Failure> {
    (bad.count() > 0).then(|| bad.failure(good, others, format))
}

/// Fails with all that went wrong. The items come first, since the last message may refer to them.
fn all_of(failures: impl IntoIterator<Item = Option<Failure>>) -> Result<()> {
    let all = failures.into_iter().flatten().reduce(|one, mut other| {
        other.items.extend(one.items);
        Failure {
            kind: Kind::PartlyDone,
            message: format!("{}; {}", one.message, other.message),
            lines: [one.lines, other.lines].concat().into(),
            hint: one.hint.or(other.hint),
            items: other.items,
        }
    });
    all.map_or(Ok(()), Err)
}

/// Reads the rows. Bad rows are named. The last value says whether quotes have swallowed rows.
fn read(desk: &mut Desk<'_>, bytes: &[u8], args: &users::Import, bad: &mut BadRows) -> Result<(Columns, List, bool)> {
    let lines = bytes.split(|byte| *byte == b'\n').count() as u64;
    let now = desk.now()?;
    let (columns, mut list, is_torn) = if args.source == Source::Csv {
        let mut rows = ImportRows::of(bytes, args.ignore_columns, (now, desk.zone))?;
        let list = listed(desk, lines, rows.by_ref(), bad);
        let is_torn = rows.is_torn();
        (rows.columns, list, is_torn)
    } else {
        let (columns, given) = sources::read(args.source, bytes, now)?;
        if let Some(said) = given.said_left_out() {
            desk.terminal.note(&said);
        }
        (columns, listed(desk, lines, given.rows.into_iter(), bad), false)
    };
    list.leave_out_repeated(|line, why| bad.add(line, why.into()));
    Ok((columns, list, is_torn))
}

/// Takes the rows one after the other.
fn listed(
    desk: &mut Desk<'_>,
    lines: u64,
    rows: impl Iterator<Item = (u64, std::result::Result<Row, Invalid>)>,
    bad: &mut BadRows,
) -> List {
    let mut list = List::default();
    desk.terminal.begin_progress("reading", lines);
    for (number, (line, row)) in (0..).zip(rows) {
        if number % STRIDE == 0 {
            desk.terminal.advance(number);
        }
        match row {
            Ok(row) => list.add(line, row),
            Err(why) => bad.add(line, why.into()),
        }
    }
    desk.terminal.end_progress();
    list
}

/// Writes everything. A signal before the commit leaves nothing written. A signal after it ends the program only when
/// the answer has been given.
fn write(desk: &mut Desk<'_>, store: &mut Store, acting: &Acting, plan: &Plan, file: FileDigest) -> Result<Imported> {
    let by = acting.actor();
    let import = Import { new: &plan.new, edits: &plan.edits, skipped: plan.skipped, file };
    let terminal = &mut *desk.terminal;
    terminal.begin_progress("writing", plan.new.len() as u64 + plan.edits.len() as u64);
    terminal.enter(Phase::Committing);
    let imported = store.import(by, import, &mut |written| {
        terminal.advance(written);
        !terminal.interrupted()
    });
    desk.terminal.enter(if imported.is_ok() { Phase::Between } else { Phase::Idle });
    desk.terminal.end_progress();
    Ok(imported?)
}

/// The outcome of an import.
struct ImportRecord<'a> {
    new: u64,
    passwords: &'a Passwords,
    /// The new accounts without a password. Nobody can sign in to them.
    locked_out: Vec<(AccountId, &'a Newcomer)>,
    updated: u64,
    skipped: u64,
    invalid: u64,
    first_id: Option<AccountId>,
    last_id: Option<AccountId>,
    sha256: String,
}

impl<'a> ImportRecord<'a> {
    fn new(plan: &'a Plan, imported: &Imported, passwords: &'a Passwords, invalid: u64, file: FileDigest) -> Self {
        let all = imported.ids.iter().copied().zip(&plan.new);
        Self {
            new: plan.new.len() as u64,
            passwords,
            locked_out: all.filter(|(_, newcomer)| newcomer.hash.is_none()).collect(),
            updated: plan.edits.len() as u64,
            skipped: plan.skipped,
            invalid,
            first_id: imported.ids.first().copied(),
            last_id: imported.ids.last().copied(),
            sha256: file.to_hex(),
        }
    }

    /// The same in words, one line each, with the given verbs.
    fn said(&self, [import, change, leave]: [&str; 3]) -> Vec<String> {
        let ids = match (self.first_id, self.last_id) {
            (Some(first), Some(last)) if first == last => format!(", id {first}"),
            (Some(first), Some(last)) => format!(", ids {first} to {last}"),
            _ => String::new(),
        };
        let mut lines = vec![format!("{import} {}{ids}.", counted(self.new, "account"))];
        for (count, verb) in [(self.updated, change), (self.skipped, leave)] {
            if count > 0 {
                lines.push(format!("{verb} {}.", counted(count, "account")));
            }
        }
        lines.extend(self.passwords.said());
        lines
    }

    /// The same in a machine format.
    fn print(&self, desk: &mut Desk<'_>) -> Result<()> {
        let counts = [self.new, self.updated, self.skipped, self.invalid].map(Cell::from);
        let ids = [self.first_id, self.last_id].map(|id| id.map(|id| id.0).into());
        let columns = &["new", "updated", "skipped", "invalid", "first_id", "last_id", "sha256", "with_password"];
        let last = [self.sha256.as_str().into(), self.passwords.count.into()];
        let record = counts.into_iter().chain(ids).chain(last).collect();
        desk.print_records(columns, [record], false)
    }
}

/// Says what the import would do.
fn foretell(desk: &mut Desk<'_>, record: &ImportRecord<'_>) -> Result<()> {
    if desk.format() == Format::Text {
        let lines = record.said(["Would import", "Would change", "Would not change:"]);
        return desk.print(&format!("{}\n", lines.join("\n")));
    }
    record.print(desk)
}

/// Prints for programs what was done, and says what is left to do.
fn tell(desk: &mut Desk<'_>, record: &ImportRecord<'_>, args: &users::Import) -> Result<()> {
    let locked_out = record.locked_out.len();
    if !args.temporary_passwords && locked_out > 0 {
        let (them, first) =
            if locked_out == 1 { ("it", "its first password") } else { ("them", "their first passwords") };
        let to =
            if record.passwords.count > 0 { format!("{} of them", grouped(locked_out as u64)) } else { them.into() };
        desk.terminal.note(&format!("Nobody can sign in to {to} yet. Give {them} {first}:"));
        let reset = "--format csv --output FILE";
        let file = args.file.display().to_string();
        // The list may name accounts that have passwords, and then not only the new ones.
        let names_others = record.updated + record.skipped + record.passwords.count > 0 || args.source != Source::Csv;
        let ids: Vec<AccountId> = record.locked_out.iter().map(|(id, _)| *id).collect();
        let runs = first_passwords::in_runs(&ids, MOST_RUNS);
        let needs_names = names_others && runs.is_none();
        desk.terminal.note(&match runs {
            Some(runs) if names_others => format!("{runs} | passdesk users reset --from - --yes {reset}"),
            // No filter chooses just these. Others may have been handed a temporary password that they have not used.
            None if names_others => format!("passdesk users reset --from NAMES {reset}"),
            _ if input::is_stdin(&args.file) => format!("passdesk users reset --from FILE.csv {reset}"),
            _ => format!("passdesk users reset --from {} {reset}", shell_word(&file)),
        });
        if needs_names {
            desk.terminal.note("Write their usernames into the file NAMES, one a line.");
            desk.terminal.note("Next time, --temporary-passwords gives them at once.");
        }
    }
    if desk.format() == Format::Text {
        return Ok(());
    }
    record
        .print(desk)
        .map_err(|failure| Failure { message: format!("the import is done, but {}", failure.message), ..failure })
}
