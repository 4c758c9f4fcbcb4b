//! `passdesk users reset`: the main job.

pub mod many;
pub mod resumed;

use jiff::SignedDuration;

use self::many::BulkReset;
use self::resumed::Done;
use crate::cli::users::Reset;
use crate::commands::actor::{Acting, acting};
use crate::commands::bulk::Bulk;
use crate::commands::keys::{self, Keys, NamedKeys};
use crate::commands::users::selection::{self, Chosen, Found, READABLE, Selection};
use crate::commands::users::suggest::Suggestions;
use crate::commands::way_out;
use crate::commands::{Desk, find};
use crate::domain::account::{Account, Lifecycle};
use crate::domain::authority::Action;
use crate::domain::clock::{Timestamp, spoken};
use crate::domain::target::Target;
use crate::domain::text::counted;
use crate::failure::{Failure, Kind, Result};
use crate::handover::{Handover, TemporaryDisclosure};
use crate::input;
use crate::store::Store;
use crate::terminal::format::{Format, RecordWriter};
use crate::terminal::output::{self, Reader};
use crate::terminal::picker::WANTED;
use crate::terminal::records;

/// Gives accounts a temporary password, and hands it over.
pub fn run(desk: &mut Desk<'_>, args: &Reset) -> Result<()> {
    selection::check(desk, &args.which)?;
    if args.resume.is_some() {
        desk.refuse_through_sudo("--resume", "reset those who are not in it: sudo … passdesk … --from - <LIST")?;
    }
    let selection = Selection::of(&args.ids, &args.which)?;
    let several = selection.is_several() || args.resume.is_some();
    way_out::check(&args.handover.way_out, desk, if several { usize::MAX } else { 1 })?;
    let encrypt_to = &args.handover.way_out.encrypt_to;
    if args.which.from.as_deref().is_some_and(input::is_stdin) {
        keys::refuse_stdin(encrypt_to, "a list of accounts")?;
    }
    let keys = NamedKeys::of(encrypt_to, desk)?;
    let lifetime = way_out::lifetime(&args.handover)?;
    if matches!(selection, Selection::Unsaid) {
        let instead = "name accounts by id, username or e-mail address, with --from FILE, or by a filter";
        if !desk.terminal.is_interactive() {
            return Err(
                Failure::new(Kind::Usage, "whose password is to be reset?").hint(desk.terminal.instead(instead))
            );
        }
        desk.terminal.can_draw(instead)?;
    }

    let mut store = desk.open_unless_dry(args.dry_run)?;
    let acting = acting(desk, &mut store)?.foretelling(args.dry_run);
    // Rights come before files. A file may be read with the rights of another user than the one who names it.
    acting.may_on(&mut store, Action::Reset, selection.targets().iter().map(|(_, target)| target))?;
    let keys = keys.map(|keys| keys.read(desk)).transpose()?;
    let selection = match selection {
        Selection::Unsaid => Selection::Named(vec![pick(desk, &store)?]),
        said => said.read(desk)?,
    };
    let mut unfinished = args.resume.as_deref().map(|path| resumed::open(desk, path, keys.is_some())).transpose()?;
    let lifetime = lifetime.unwrap_or(desk.policy.temporary_lifetime);
    let takes = |store: &mut Store, account: &Account| {
        acting.may_reset(store, account)?;
        let suits = |keys: &Keys| keys.suit(&account.username, account.public_key.as_ref());
        keys.as_ref().map_or(Ok(true), |keys| suits(keys).map(|()| true))
    };
    let Found { mut bulk, mut chosen, .. } = selection.find(&mut store, &acting, takes)?;
    if unfinished.is_some() && !args.dry_run {
        store.settle()?;
    }
    let done = unfinished.as_ref().map(|unfinished| Done::of(&store, unfinished)).transpose()?;
    if let Some(done) = &done {
        done.leave_out(desk, &mut chosen, &mut bulk);
    }
    if chosen.is_empty() {
        if bulk.asked == 0 && unfinished.is_none() {
            tell_of_nobody(desk, args, &acting)?;
        }
        return bulk.finish();
    }
    if chosen.len() > READABLE && desk.format() == Format::Text && !args.dry_run {
        return Err(Failure::new(
            Kind::Usage,
            format!("{} are too many for text", counted(chosen.len() as u64, "password")),
        )
        .hint("add --format csv or --format jsonl, and --output FILE"));
    }
    if args.dry_run {
        bulk.foretells = true;
        foretell(desk, &store, &chosen, &spoken(lifetime.as_secs()), several)?;
        for one in chosen {
            bulk.record(one.written, Ok(()));
        }
        return bulk.finish();
    }
    // The person confirms the account as it is now.
    let seen = find(&store, &Target::Id(chosen[0].id))?;
    if !args.yes {
        ask(desk, &store, &bulk, &chosen, keys.as_ref())?;
    }
    let acting = acting.renewed(&store)?;

    if !several && let Some(one) = chosen.pop() {
        let outcome = reset_one(desk, &mut store, &acting, args, (lifetime, keys.as_ref()), &seen);
        bulk.record(one.written, outcome);
        return bulk.finish();
    }
    acting.may(&mut store, Action::Reset)?;
    let way_out = match unfinished.take().zip(done) {
        Some((mut unfinished, done)) => {
            unfinished.keep(&done.stays)?;
            let format = desk.format();
            Handover::resume(unfinished, desk.terminal, format, keys.is_some())
        }
        None => way_out::open::<TemporaryDisclosure>(&args.handover.way_out, desk, true)?,
    };
    let to_go_on = "to continue, run the same command with --resume in the place of --output".into();
    let many = BulkReset { acting: &acting, lifetime, keys: keys.as_ref(), jobs: args.jobs, to_go_on, to_begin: None };
    many::run(desk, &mut store, &many, chosen, bulk, way_out)
}

/// Resets a single account, if it has not changed since the question.
fn reset_one(
    desk: &mut Desk<'_>,
    store: &mut Store,
    acting: &Acting,
    args: &Reset,
    (lifetime, keys): (SignedDuration, Option<&Keys>),
    account: &Account,
) -> Result<()> {
    let mut handover = way_out::open::<TemporaryDisclosure>(&args.handover.way_out, desk, false)?;
    // The account may have changed while the question waited for its answer. Check again before anything is shown.
    let current = find(store, &Target::Id(account.id))?;
    acting.may_reset(store, &current)?;
    if current.revision != account.revision {
        return Err(Failure::new(Kind::Conflict, format!("somebody else has just changed {}", account.username))
            .hint("nothing has changed; look at the account, and try again"));
    }
    let to = keys.map(|keys| keys.recipients(&account.username, account.public_key.as_ref())).transpose()?;
    let whose = (&account.username, &account.display_name, account.state(desk.now()?));
    let commit = |new| Ok(store.reset_password(acting.actor(), account.id, account.revision, &new)?);
    if let Some(note) = still_out(account, desk.now()?) {
        desk.terminal.note(&note);
    }
    way_out::issue_temporary(&mut handover, desk, whose, lifetime, to.as_ref(), commit)?;
    handover.close(&mut desk.means())
}

/// Asks whether to go on.
fn ask(desk: &mut Desk<'_>, store: &Store, bulk: &Bulk, chosen: &[Chosen], keys: Option<&Keys>) -> Result<()> {
    let instead = "add --yes to reset without being asked";
    let [one] = chosen else {
        let words = if keys.is_some_and(Keys::need_own) {
            "Reset the passwords of {}, and encrypt each to the key of its account"
        } else {
            "Reset the passwords of {}"
        };
        return selection::ask(desk, (words, "reset"), chosen, None, bulk, instead);
    };
    let account = find(store, &Target::Id(one.id))?;
    let state = account.out_of_use(desk.now()?).map(|state| format!(", which is {state}")).unwrap_or_default();
    // Whoever has set the key reads the password.
    let key = one.key.as_ref().filter(|_| keys.is_some_and(Keys::need_own));
    let to = key.map_or_else(String::new, |key| format!(", and encrypt it to {}", key.fingerprint()));
    let whom = format!("{}, id {}{state}{to}", account.named(), account.id);
    selection::ask(desk, ("Reset the password of {}", "reset"), chosen, Some(&whom), bulk, instead)
}

/// Lets the person pick an account from a list that narrows as they type. The store searches, since a list of all
/// accounts would be too long.
fn pick(desk: &mut Desk<'_>, store: &Store) -> Result<(String, Target)> {
    let mut suggestions = Suggestions::new(WANTED);
    let now = desk.now()?;
    let mut search =
        |text: &str| Ok(suggestions.search(store, text)?.iter().map(|account| line(account, now)).collect());
    let picked = desk.terminal.pick("Whose password?", &mut search, "name the account to reset")?;
    let account = suggestions.take(picked).ok_or_else(Failure::cancelled)?;
    Ok((account.username.to_string(), Target::Id(account.id)))
}

fn line(account: &Account, now: Timestamp) -> String {
    let email = account.email.as_ref().map(|email| format!("  {}", email.as_str())).unwrap_or_default();
    let state = account.out_of_use(now).map(|state| format!("  ({state})")).unwrap_or_default();
    format!("{}{email}{state}", account.named())
}

/// Says that there is no account to reset. Programs get an empty list.
fn tell_of_nobody(desk: &mut Desk<'_>, args: &Reset, acting: &Acting) -> Result<()> {
    selection::tell_of_nobody(desk, &args.which, acting);
    let format = desk.format();
    if format == Format::Text {
        return Ok(());
    }
    if args.dry_run {
        return output::print(desk.output, &RecordWriter::new(format, true, records::ACCOUNT).end()).map(drop);
    }
    let handover = way_out::open::<TemporaryDisclosure>(&args.handover.way_out, desk, true)?;
    handover.close_empty(&mut desk.means())
}

/// Why nobody can sign in to the account yet, and what lets its owner in again.
fn still_out(account: &Account, now: Timestamp) -> Option<String> {
    let name = &account.username;
    match account.lifecycle {
        Lifecycle::Disabled => Some(format!("{name} stays disabled until 'passdesk users enable {name}'.")),
        Lifecycle::Active if account.has_expired(now) => {
            Some(format!("{name} has expired, and stays so until 'passdesk users edit {name} --expires-on DATE'."))
        }
        Lifecycle::Active => None,
    }
}

/// Says what a reset would do.
fn foretell(desk: &mut Desk<'_>, store: &Store, chosen: &[Chosen], lifetime: &str, several: bool) -> Result<()> {
    let now = desk.now()?;
    let mut rows = RecordWriter::new(desk.format(), several, records::ACCOUNT);
    if several && desk.format() == Format::Text {
        desk.terminal.note(&format!("{} would be reset.", counted(chosen.len() as u64, "account")));
    }
    for one in chosen {
        let account = find(store, &Target::Id(one.id))?;
        let bytes = if desk.format() == Format::Text {
            let Account { id, .. } = account;
            format!("Would reset {}, id {id}.\n", account.named()).into_bytes()
        } else {
            rows.row(&records::account(&account, now))?.to_vec()
        };
        if output::print(desk.output, &bytes)? == Reader::Gone {
            return Ok(());
        }
    }
    if desk.format() != Format::Text {
        return output::print(desk.output, &rows.end()).map(drop);
    }
    desk.print(&format!("Password, sign-ins and tokens end; the temporary password lives {lifetime}.\n"))
}
