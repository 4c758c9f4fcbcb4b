//! `passdesk store restore`.

use std::io::{Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::Watched;
use crate::cli::store::Restore;
use crate::commands::Desk;
use crate::domain::clock::readable;
use crate::domain::text::{counted, shown};
use crate::failure::{Failure, Kind, Result};
use crate::input;
use crate::store::{self, Present, StoreError, Summary, Watch};
use crate::terminal::Phase;

/// Puts a backup in the place of the store. The operator does this, whatever sign-in is saved: the accounts of the store
/// may be what is broken. Anybody who can write the store's file could do the same without this program.
pub fn run(desk: &mut Desk<'_>, args: &Restore) -> Result<()> {
    if desk.global.as_username.is_some() || desk.global.password_stdin {
        return Err(
            Failure::new(Kind::Usage, "store restore needs no sign-in").hint("leave out --as and --password-stdin")
        );
    }
    if desk.workshop.is_none() {
        desk.refuse_through_sudo(
            "store restore",
            "run it as the store's own user; if you may do everything by sudo, put 'env -u SUDO_UID' before passdesk",
        )?;
    }
    // On a shared host, only root is an operator, and sudo is how people become root.
    desk.operating()?;
    let stores = desk.stores;
    let Some(store) = stores.file() else {
        return Err(Failure::new(Kind::Usage, "this store is on a server, and a backup is a file").hint(
            "copy the backup into an empty database: passdesk store copy --store BACKUP --to postgres://HOST/DATABASE",
        ));
    };
    refuse_log(desk, &args.file)?;
    let (mut backup, start) = desk.files.rereadable(&args.file)?;
    backup.seek(SeekFrom::Start(start)).map_err(anyhow::Error::from)?;
    let bytes = backup.metadata().map_err(anyhow::Error::from)?.len().saturating_sub(start);
    let restoring = while_watched(desk, |watch| store.begin_restore(&mut backup, bytes, watch))?;

    let scratch = restoring.scratch();
    desk.terminal.doom(scratch.clone());
    // Nothing is restored yet. A signal ends the program from here on, at the question too.
    desk.terminal.enter(Phase::Idle);
    if desk.terminal.interrupted() {
        return Err(cancelled());
    }
    let place = PathBuf::from(stores.location());
    tell(desk, &place, restoring.backup(), restoring.present());
    if args.dry_run {
        desk.terminal.note(&format!("{} would be restored.", named(&args.file)));
        return Ok(());
    }
    if !args.yes {
        let question = format!("Put the backup in the place of the store {}?", shown(&place));
        desk.terminal.confirm(&question, "add --yes to restore without being asked")?;
    }
    let (operator, from) = (desk.operator.clone(), path_of(desk, &args.file));
    let kept = while_watched(desk, |watch| restoring.put_in_place(&operator, &from, watch))?;
    desk.terminal.enter(Phase::Telling);
    desk.terminal.spare(scratch.path());
    told(desk, &place, kept.as_deref())
}

/// Refuses a store with a log that was left beside it. Only the file itself is read.
fn refuse_log(desk: &Desk<'_>, path: &Path) -> Result<()> {
    if input::is_stdin(path) || !desk.files.has_log(path) {
        return Ok(());
    }
    let path = shown(path);
    Err(Failure::new(Kind::Usage, format!("{path} is not all of a store: a part is in {path}-wal"))
        .hint(format!("make one file of both: passdesk store backup NEW --store {path}")))
}

/// Does a part of the work. A signal ends it between two steps. If the work succeeds, the caller enters the next phase.
fn while_watched<T>(desk: &mut Desk<'_>, work: impl FnOnce(&mut dyn Watch) -> store::Result<T>) -> Result<T> {
    desk.terminal.enter(Phase::Committing);
    let done = work(&mut Watched::on(desk.terminal));
    if done.is_err() {
        desk.terminal.enter(Phase::Idle);
    }
    done.map_err(|error| match error {
        StoreError::Stopped => cancelled(),
        error @ (StoreError::Full { .. } | StoreError::Failed(_)) => Failure::from(error)
            .hint("the disk of the store needs room for three times the backup, and for a copy of what is there"),
        other => other.into(),
    })
}

fn cancelled() -> Failure {
    Failure::new(Kind::Cancelled, "cancelled; nothing is restored")
}

/// Tells what is in the backup, and what is in its place.
fn tell(desk: &mut Desk<'_>, place: &Path, backup: Summary, present: &Present) {
    let zone = desk.zone;
    let holds = |summary: Summary| {
        let last = summary.last_at.and_then(|at| jiff::Timestamp::from_second(at).ok());
        let until = last.map_or_else(String::new, |at| format!(", the last of {}", readable(at, zone)));
        format!("{} and {}{until}", counted(summary.accounts, "account"), counted(summary.head.sequence, "event"))
    };
    desk.terminal.note("The backup is sound.");
    desk.terminal.note(&format!("It has {}.", holds(backup)));
    let place = shown(place);
    desk.terminal.note(&match present {
        Present::Nothing => format!("There is no store at {place} now."),
        Present::Sound(summary) => format!("The store now has {}.", holds(*summary)),
        Present::Unreadable(why) => format!("What is at {place} now cannot be read: {why}."),
    });
}

/// Tells what has become of the store.
fn told(desk: &mut Desk<'_>, place: &Path, kept: Option<&Path>) -> Result<()> {
    desk.terminal.note(&format!("The backup is the store {} now.", shown(place)));
    if let Some(kept) = kept {
        desk.terminal.note(&format!("What was there before is {}.", shown(kept)));
    }
    for note in [
        "Everybody is signed out, and all tokens have ended.",
        "Make new ones: passdesk tokens create",
        "Passwords, roles and states are those of the backup again.",
        "What was changed since is only in the record of what was there before.",
        "Reset everybody who was reset since.",
    ] {
        desk.terminal.note(note);
    }
    let kept = kept.map(|kept| kept.display().to_string());
    desk.print_done(&["path", "kept"], [vec![place.display().to_string().into(), kept.into()]], false)
}

/// The backup in a message.
fn named(file: &Path) -> String {
    if input::is_stdin(file) { "The backup from standard input".into() } else { shown(file) }
}

/// The backup in the record.
fn path_of(desk: &Desk<'_>, file: &Path) -> String {
    if input::is_stdin(file) {
        return "standard input".into();
    }
    desk.files.absolute(file).display().to_string()
}
