//! `passdesk audit verify`.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use crate::cli::audit::Verify;
use crate::commands::Desk;
use crate::commands::actor::acting;
use crate::commands::paging::PAGE;
use crate::domain::Invalid;
use crate::domain::audit::{EMPTY, Event, Head, Link, Tampered, Walk, archive};
use crate::domain::authority::Action;
use crate::domain::text::{grouped, quoted};
use crate::failure::{Failure, Kind, Result};
use crate::input;
use crate::patient::Patient;
use crate::store::{EventFilter, Store};
use crate::terminal::format::Format;

/// The longest line of an archive, in bytes. No event that passdesk writes comes near it.
const LONGEST_LINE: u64 = 1024 * 1024;

/// Checks the whole hash chain: of the archives that are named, and of the record behind them.
pub fn run(desk: &mut Desk<'_>, args: &Verify) -> Result<()> {
    let mut sought = Sought::of(args.expect_head.as_deref())?;
    for path in &args.archives {
        desk.refuse_to_read_through_sudo("--archive", path)?;
    }
    if desk.global.password_stdin && args.archives.iter().any(|path| input::is_stdin(path)) {
        return Err(Failure::new(Kind::Usage, "standard input cannot be both a password and an archive")
            .hint("name a file, or sign in first with 'passdesk me sign-in'"));
    }
    let store = if args.no_store {
        None
    } else {
        let mut store = desk.open_to_read()?;
        acting(desk, &mut store)?.may(&mut store, Action::Audit)?;
        Some(store)
    };
    let mut seen = Seen::default();
    for path in &args.archives {
        in_archive(desk, path, &mut seen, &mut sought)?;
    }
    let head = match &store {
        Some(store) => in_store(desk, store, &mut seen, &mut sought)?,
        None => seen.archives.as_ref().map_or(Head::START, Walk::head),
    };
    if !sought.found {
        let fault = "that head is not in the record: somebody cut the record, or wrote it again";
        let failure = tampered("the record", Tampered(fault.into()));
        return Err(match seen.left_out {
            0 => failure,
            until => {
                failure.hint(format!("it may be older than event {}: name the archive, too, with --archive", until + 1))
            }
        });
    }
    tell(desk, &seen, head)
}

/// The head that must be found.
struct Sought {
    link: Option<Link>,
    found: bool,
}

impl Sought {
    fn of(text: Option<&str>) -> Result<Self> {
        let link = text
            .map(|text| {
                let hint = "it is the 64 digits that 'audit verify' prints";
                Link::from_hex(text).ok_or_else(|| Invalid::new(format!("{} is not a head", quoted(text)), hint))
            })
            .transpose()?;
        Ok(Self { link, found: link.is_none_or(|link| link == Link::START) })
    }

    fn look_at(&mut self, link: Link) {
        self.found |= Some(link) == self.link;
    }
}

/// What has been checked.
#[derive(Default)]
struct Seen {
    /// The walk along the archives, if any is named.
    archives: Option<Walk>,
    /// How many events are in them.
    archived: u64,
    /// How many events are in the record of the store.
    in_store: u64,
    /// The last event that is only in archives which are not named, or 0.
    left_out: u64,
}

/// Goes on along an archive. Only a line is held at a time.
fn in_archive(desk: &Desk<'_>, path: &Path, seen: &mut Seen, sought: &mut Sought) -> Result<()> {
    let (file, _) = desk.files.rereadable(path)?;
    let name = format!("the archive {}", input::named(path));
    let unreadable = |why: &str| Failure::new(Kind::StoreUnusable, format!("{name} {why}")).hint(OTHER_COPY);
    let (mut lines, mut text, mut before) = (BufReader::new(Patient(file)), String::new(), None);
    for number in 1_u64.. {
        text.clear();
        let length = lines.by_ref().take(LONGEST_LINE).read_line(&mut text);
        if length.map_err(|error| unreadable(&format!("cannot be read at line {number}: {error}")))? == 0 {
            break;
        }
        let line = text.strip_suffix('\n').ok_or_else(|| unreadable(&format!("is cut off in line {number}")))?;
        let event = archive::event(line, before)
            .ok_or_else(|| unreadable(&format!("has no event that passdesk archived in line {number}")))?;
        let walk = seen.archives.get_or_insert_with(|| {
            seen.left_out = event.sequence.saturating_sub(1);
            Walk::part_behind(Head { sequence: seen.left_out, link: event.previous })
        });
        sought.look_at(event.previous);
        sought.look_at(event.link);
        walk.go_on(&event).map_err(|why| tampered(&name, why).hint(OTHER_COPY))?;
        (before, seen.archived) = (Some(event.head()), seen.archived + 1);
    }
    if before.is_none() {
        return Err(unreadable("is empty"));
    }
    Ok(())
}

/// What to do about an archive that is not as it was written.
const OTHER_COPY: &str = "compare it with another copy of the archive; name several in the order of their events";

/// Goes on along the record of the store. Somebody may archive a part of it meanwhile. Then it begins again.
fn in_store(desk: &mut Desk<'_>, store: &Store, seen: &mut Seen, sought: &mut Sought) -> Result<Head> {
    let mut archived = store.archived()?;
    loop {
        match seen.archives.as_ref().map(Walk::head) {
            Some(head) => follows(head, archived)?,
            None => seen.left_out = archived.sequence,
        }
        let walked = walk(store, archived, sought);
        let by_now = store.archived()?;
        if by_now == archived {
            let head = walked?;
            seen.in_store = head.sequence - archived.sequence;
            if head == Head::START {
                desk.terminal.note(&format!("The record {EMPTY}."));
            }
            return Ok(head);
        }
        archived = by_now;
    }
}

/// Refuses archives that do not end where the record begins.
fn follows(archives: Head, left_out: Head) -> Result<()> {
    if archives.sequence != left_out.sequence {
        let message = format!(
            "the archives end with event {}, and the record begins with event {}",
            archives.sequence,
            left_out.sequence + 1
        );
        return Err(Failure::new(Kind::Conflict, message)
            .hint("name all archives, the oldest first; if one was cut off, look for another copy"));
    }
    if archives != left_out {
        let fault = format!("event {} in the archive is not the one that was taken out", left_out.sequence);
        return Err(tampered("the record", Tampered(fault)));
    }
    Ok(())
}

fn walk(store: &Store, archived: Head, sought: &mut Sought) -> Result<Head> {
    let mut walk = Walk::behind(archived);
    sought.look_at(archived.link);
    loop {
        let events: Vec<Event> = store.events(&EventFilter::default(), Some(walk.head().sequence), PAGE)?;
        if events.is_empty() {
            return walk.end().map_err(|why| tampered("the record", why));
        }
        for event in &events {
            sought.look_at(event.link);
            walk.go_on(event).map_err(|why| tampered("the record", why))?;
        }
    }
}

fn tell(desk: &mut Desk<'_>, seen: &Seen, head: Head) -> Result<()> {
    let (events, link) = (seen.archived + seen.in_store, head.link.to_hex());
    if desk.format() != Format::Text {
        return desk.print_records(&["events", "head"], [vec![events.into(), link.into()]], false);
    }
    if seen.left_out > 0 {
        desk.terminal.note(&format!("Events up to number {} are archived, and not looked at.", grouped(seen.left_out)));
    }
    let events = if events == 1 { "1 event".to_owned() } else { format!("{events} events") };
    let among = match (seen.archived, seen.in_store) {
        (0, _) | (_, 0) => String::new(),
        (archived, _) => format!(", {archived} of them archived"),
    };
    desk.print(&format!("{events}, as written{among}\nhead: {link}\n"))
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn tampered(what: &str, tampered: Tampered) -> Failure {
    Failure::new(Kind::StoreUnusable, format!("{what} {tampered}")).hint(Tampered::REMEDY)
}
