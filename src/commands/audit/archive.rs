//! `passdesk audit archive`.

use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use super::time::Bound;
use crate::cli::audit::Archive;
use crate::commands::Desk;
use crate::commands::actor::acting;
use crate::commands::paging::PAGE;
use crate::commands::store::Watched;
use crate::domain::Invalid;
use crate::domain::actor::Actor;
use crate::domain::audit::{Head, Tampered, Walk, archive};
use crate::domain::authority::Action;
use crate::domain::clock::Timestamp;
use crate::domain::digest::{Digesting, FileDigest};
use crate::domain::text::{counted, grouped, quoted, shown};
use crate::failure::{Failure, Kind, Result};
use crate::files::{NewFile, taken};
use crate::store::{ArchivedPart, EventFilter, Store, StoreError, Watch};
use crate::terminal::Phase;

/// Takes the events before a time out of the record, into a new file. The file is complete and on the disk before any
/// event is deleted.
pub fn run(desk: &mut Desk<'_>, args: &Archive) -> Result<()> {
    let bound: Bound = args.before.parse()?;
    desk.refuse_through_sudo("audit archive", "let an operator of this store run it")?;
    let place = desk.files.new_place(&args.file)?;
    let mut store = desk.open()?;
    let acting = acting(desk, &mut store)?;
    acting.may(&mut store, Action::Archive)?;
    let now = desk.now()?;
    let before = bound.begin(now, desk.zone);
    if before > now {
        let hint = "name a day or a moment that has come, as 2026-01-01, or a span, as 90d";
        return Err(Invalid::new(format!("{} is still to come", quoted(&args.before)), hint).into());
    }

    let after = store.archived()?;
    if oldest(&store, after)?.is_none_or(|at| at >= before.as_second()) {
        desk.terminal.note("No event is that old. Nothing is archived.");
        return desk.print_done(COLUMNS, [vec![0_u64.into(), None::<String>.into(), None::<String>.into()]], false);
    }
    desk.terminal.enter(Phase::Committing);
    let archived = take_out(desk, &mut store, acting.actor(), &place, after, before);
    desk.terminal.enter(if archived.is_ok() { Phase::Telling } else { Phase::Idle });
    let until = archived?;
    let events = until.sequence - after.sequence;
    desk.terminal.note(&format!("{} in {}.", counted(events, "event"), shown(&place)));
    desk.terminal.note(&format!(
        "The record goes on with event {}. Keep the file: 'passdesk audit verify --archive FILE' joins the two.",
        grouped(until.sequence + 1)
    ));
    let path = place.display().to_string();
    desk.print_done(COLUMNS, [vec![events.into(), path.into(), until.link.to_hex().into()]], false)
}

/// Writes the file, gives it its name, and deletes its events.
fn take_out(
    desk: &mut Desk<'_>,
    store: &mut Store,
    by: &Actor,
    place: &Path,
    after: Head,
    before: Timestamp,
) -> Result<Head> {
    let unmade = |error: io::Error| unmade(place, &error);
    let mut watched = Watched::on(desk.terminal);
    let mut unfinished = desk.files.begin(place).map_err(unmade)?;
    let (until, file) = write(store, &mut *unfinished, place, after, before, &mut watched)?;
    let placed = unfinished.place().map_err(unmade)?;
    let part = ArchivedPart { after, until, place, file };
    let archived = store.archive(by, &part, &mut watched).map_err(stopped);
    drop(watched);
    // As long as nobody knows whether the events are deleted, the file may have the only copy.
    archived.map(|()| until).inspect_err(|why| {
        if why.kind != Kind::OutcomeUnknown
            && let Err(error) = placed.remove()
        {
            desk.terminal.note(&format!("{} could not be removed, and stays: {error}", shown(place)));
        }
    })
}

const COLUMNS: &[&str] = &["events", "path", "head"];

/// When the oldest event was recorded that is still in the record.
fn oldest(store: &Store, after: Head) -> Result<Option<i64>> {
    Ok(store.events(&EventFilter::default(), Some(after.sequence), 1)?.first().map(|event| event.at))
}

/// Writes the events from the beginning of the record to the first one that is too new. A record that is not as it was
/// written is left alone: otherwise nobody could tell any more where it was changed.
fn write(
    store: &Store,
    file: &mut dyn NewFile,
    place: &Path,
    after: Head,
    before: Timestamp,
    watch: &mut dyn Watch,
) -> Result<(Head, FileDigest)> {
    let total = store.head()?.sequence - after.sequence;
    let tampered = |why: Tampered| {
        Failure::new(Kind::StoreUnusable, format!("the record {why}; nothing is archived")).hint(Tampered::REMEDY)
    };
    let unwritten = |error: io::Error| unmade(place, &error);
    let (mut out, mut digest, mut walk) = (BufWriter::new(file), Digesting::default(), Walk::part_behind(after));
    'pages: loop {
        let events = store.events(&EventFilter::default(), Some(walk.head().sequence), PAGE)?;
        if events.is_empty() {
            break;
        }
        for event in &events {
            if event.at >= before.as_second() {
                break 'pages;
            }
            let is_first = walk.head() == after;
            if let Err(why) = walk.go_on(event) {
                // Somebody else may have taken them out.
                if store.archived()? != after {
                    return Err(StoreError::archived_meanwhile().into());
                }
                return Err(tampered(why));
            }
            let line = archive::line(event, is_first).map(|line| line + "\n");
            let line = line.ok_or_else(|| tampered(Tampered(format!("event {} has no moment", event.sequence))))?;
            digest.take(line.as_bytes());
            out.write_all(line.as_bytes()).map_err(unwritten)?;
        }
        watch.progress("Writing them", walk.head().sequence - after.sequence, total).map_err(stopped)?;
    }
    out.flush().map_err(unwritten)?;
    drop(out);
    Ok((walk.head(), digest.end()))
}

/// The failure of the store, whose watch may have stopped it.
fn stopped(why: StoreError) -> Failure {
    match why {
        StoreError::Stopped => Failure::new(Kind::Cancelled, "cancelled; nothing is archived"),
        other => other.into(),
    }
}

/// The failure for a file that cannot be made or written.
fn unmade(place: &Path, error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::AlreadyExists {
        return taken(format!("{} exists already", shown(place)));
    }
    Failure::new(Kind::Failed, format!("{} cannot be written: {error}; nothing is archived", shown(place)))
        .hint("name a new file in a folder of your own, on a disk with room that keeps the modes of files")
}
