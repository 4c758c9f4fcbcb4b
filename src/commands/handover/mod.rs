//! Handing a secret over: make, hash, deliver and flush, then commit. At every instant either the old password works, or
//! one that somebody was handed does.

mod batch;

use std::mem;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use jiff::SignedDuration;

pub use self::batch::Issue;
use super::Desk;
use crate::cli;
use crate::domain::clock::after;
use crate::domain::credential::StoredHash;
use crate::domain::name::{DisplayName, Username};
use crate::domain::policy;
use crate::domain::temporary::TemporaryPassword;
use crate::domain::text::shown;
use crate::failure::{Failure, Kind, Result};
use crate::store::NewTemporary;
use crate::terminal::clipboard::Clipboard;
use crate::terminal::delivery::{Delivery, Ways};
use crate::terminal::format::{Format, RecordWriter};
use crate::terminal::handover::{Handover, TemporaryHandover};
use crate::terminal::resume::Unfinished;
use crate::terminal::{Phase, Terminal};

/// The way out of one command's secrets. Dropped with none of them in force, it takes its file back.
pub struct WayOut {
    delivery: Delivery,
    rows: RecordWriter,
    format: Format,
    /// What goes out: `temporary password` or `token`.
    what: &'static str,
    quiet: bool,
    given: usize,
    in_force: usize,
    /// Where rows stand in the file that did not come into force, among others that did.
    dead: Vec<Range<u64>>,
}

/// Whose temporary password it is to be.
pub struct Whose<'a> {
    /// The account.
    pub username: &'a Username,
    /// Its owner's name.
    pub display_name: &'a DisplayName,
}

/// Checks what does not depend on any account, before anything is opened or asked.
pub fn check(args: &cli::handover::WayOut, desk: &Desk<'_>, accounts: usize) -> Result<()> {
    if args.output.is_some() {
        desk.refuse_through_sudo("--output", "redirect it: (umask 077; sudo … passdesk … >FILE)")?;
    }
    Delivery::check(args.output.as_deref())?;
    check_one(args, desk, accounts)?;
    if let Some(path) = args.output.as_deref().filter(|path| desk.claims(path)) {
        return Err(Failure::new(Kind::NotDelivered, format!("{} is passdesk's own", shown(path)))
            .hint("name a file of another name"));
    }
    if !args.quiet {
        return Ok(());
    }
    let refuse = |message: &str, hint: &str| Err(Failure::new(Kind::Usage, message).hint(hint));
    if accounts > 1 {
        return refuse(
            "--quiet prints a bare password, and with several accounts nobody could tell whose it is",
            "use --format csv or --format jsonl",
        );
    }
    if desk.format() != Format::Text {
        return refuse("--quiet and --format exclude each other", "leave one of them out");
    }
    Ok(())
}

/// Refuses a copy and a screen of several secrets, and those that cannot be.
fn check_one(args: &cli::handover::WayOut, desk: &Desk<'_>, accounts: usize) -> Result<()> {
    args.clear_after.as_deref().map(policy::clear_after).transpose()?;
    let refuse = |message: &str, hint: &str| Err(Failure::new(Kind::Usage, message).hint(hint));
    let (flag, holds) = match args {
        _ if args.screen => ("--screen", "the screen"),
        _ if args.copy.is_some() => ("--copy", "a clipboard"),
        _ if args.clear_after.is_some() => {
            return refuse("--clear-after says nothing without a copy", "add --copy or --screen");
        }
        _ => return Ok(()),
    };
    if accounts > 1 {
        let message = format!("{holds} holds one secret, and there are several accounts");
        return refuse(&message, "use --output FILE --format csv");
    }
    if desk.format() != Format::Text {
        return refuse(&format!("{flag} and --format exclude each other"), "leave one of them out");
    }
    let is_for_terminal = args.copy == Some(cli::handover::Copy::Osc52);
    if is_for_terminal && args.clear_after.is_some() {
        return refuse("a terminal cannot be made to clear what it has copied", "leave --clear-after out");
    }
    let needs_terminal = |message: &str, hint: &str| {
        let is_there = desk.terminal.is_interactive();
        if is_there { Ok(()) } else { Err(Failure::new(Kind::NotDelivered, message).hint(hint)) }
    };
    match args.copy {
        _ if is_for_terminal => {
            let hint = "leave --copy out, or give it another way out with --output";
            needs_terminal("there is no terminal that could copy it", hint)
        }
        Some(_) => desk.clipboard.check(),
        None => needs_terminal("there is no terminal to show a screen on", "leave --screen out"),
    }
}

/// How long the temporary password is to live, if not as long as the policy says.
pub fn lifetime(args: &cli::handover::Handover) -> Result<Option<SignedDuration>> {
    Ok(args.expires_in.as_deref().map(policy::temporary_lifetime).transpose()?)
}

impl WayOut {
    /// Opens the way out that was asked for. `several` tells JSON to write an array.
    pub fn open<H: Handover>(args: &cli::handover::WayOut, desk: &mut Desk<'_>, several: bool) -> Result<Self> {
        let asked = args.clear_after.as_deref().map(policy::clear_after).transpose()?;
        let clear_after = Duration::try_from(asked.unwrap_or(desk.policy.clear_after)).ok();
        let clear_after = clear_after.filter(|span| !span.is_zero());
        let delivery = match args.copy {
            _ if args.screen => Delivery::Screen(None, clear_after),
            None => Delivery::open(args.output.as_deref(), desk.output)?,
            Some(cli::handover::Copy::Osc52) => Delivery::Terminal,
            Some(cli::handover::Copy::Clipboard) => Delivery::Clipboard(clear_after),
        };
        if let Some(made) = delivery.new_file() {
            desk.terminal.doom(made);
        }
        Ok(Self::to::<H>(delivery, desk, args.quiet, several))
    }

    /// Goes on with the output of a run that was ended.
    pub fn resume(unfinished: Unfinished, desk: &Desk<'_>) -> Self {
        let rows = unfinished.rows.len();
        let mut way_out = Self::to::<TemporaryHandover<'_>>(Delivery::resume(unfinished), desk, false, true);
        way_out.rows.go_on_behind(rows);
        way_out
    }

    fn to<H: Handover>(delivery: Delivery, desk: &Desk<'_>, quiet: bool, several: bool) -> Self {
        Self {
            delivery,
            rows: RecordWriter::new::<H>(desk.format(), several),
            format: desk.format(),
            what: H::WHAT,
            quiet,
            given: 0,
            in_force: 0,
            dead: Vec::new(),
        }
    }

    /// Where it goes, if that is a file.
    pub fn file(&self) -> Option<&Path> {
        self.delivery.file()
    }

    /// Whether another run can go on where this one is ended: a file stays, in a format that can be gone on with.
    pub fn can_be_resumed(&self) -> bool {
        let stays = self.in_force > 0 || self.delivery.new_file().is_none();
        self.file().is_some() && stays && matches!(self.format, Format::Csv | Format::Jsonl)
    }

    /// Whether a bar can be drawn on standard error meanwhile.
    pub fn leaves_room_for_progress(&self, desk: &Desk<'_>) -> bool {
        !self.delivery.is_on_terminal(desk.output)
    }

    /// Hands a secret over, and puts it in force. `deliver` does what may fail before anybody has seen it, and gives it
    /// last; `commit` is one short transaction.
    pub fn issue<T>(
        &mut self,
        desk: &mut Desk<'_>,
        whose: &Username,
        deliver: impl FnOnce(&mut Self, &mut Desk<'_>) -> Result<T>,
        commit: impl FnOnce(T) -> Result<()>,
    ) -> Result<()> {
        desk.terminal.enter(Phase::Delivering);
        let issued = deliver(self, desk).and_then(|prepared| {
            // What was replaced on the clipboard, nobody has.
            let put_in_force = desk.clipboard.committing().and_then(|()| {
                desk.terminal.enter(Phase::Committing);
                commit(prepared)
            });
            put_in_force.map_err(|failure| self.not_in_force(failure, whose, desk.clipboard))
        });
        match (&mut self.delivery, &issued) {
            (screen @ Delivery::Screen(..), Ok(())) => {
                // It is left when its reader has read it; until then a signal leaves it, too.
                desk.terminal.enter(Phase::Idle);
                screen.wait(desk.terminal, desk.clipboard);
            }
            (Delivery::Screen(..), Err(_)) => desk.terminal.leave_screen(),
            _ => {}
        }
        if issued.is_ok() {
            self.in_force += 1;
            if let Some(path) = self.delivery.file() {
                desk.terminal.spare(path);
            }
            self.confirm(desk, whose);
        }
        desk.terminal.enter(if issued.is_ok() { Phase::Between } else { Phase::Idle });
        issued
    }

    /// Makes a temporary password, hands it over, and puts it in force.
    pub fn issue_temporary<T>(
        &mut self,
        desk: &mut Desk<'_>,
        whose: &Whose<'_>,
        lifetime: SignedDuration,
        prepare: impl FnOnce(&mut dyn Terminal, NewTemporary) -> Result<T>,
        commit: impl FnOnce(T) -> Result<()>,
    ) -> Result<()> {
        let Whose { username, display_name } = *whose;
        let deliver = |way_out: &mut Self, desk: &mut Desk<'_>| {
            let secret = TemporaryPassword::generate(desk.rng);
            let hash = StoredHash::of_temporary(&secret, desk.policy.cost, desk.rng)?;
            let now = desk.now()?;
            let until = after(now, lifetime);
            let prepared = prepare(desk.terminal, NewTemporary { hash, until })?;
            let operation = desk.stores.operation();
            way_out
                .give(desk, &TemporaryHandover { username, display_name, secret: &secret, until, now, operation })?;
            Ok(prepared)
        };
        self.issue(desk, username, deliver, commit)
    }

    /// Takes out what is of no use, and writes what stands after the last one.
    pub fn close(mut self, desk: &mut Desk<'_>) -> Result<()> {
        if self.in_force > 0 {
            desk.terminal.enter(Phase::Telling);
        }
        if let Err(error) = self.delivery.leave_out(&mem::take(&mut self.dead)) {
            desk.terminal
                .note(&format!("The rows of those who failed stay in the file: it cannot be written anew ({error})."));
        }
        if self.given == 0 || self.format == Format::Text {
            return Ok(());
        }
        let end = self.rows.end();
        if end.is_empty() {
            return Ok(());
        }
        let ways = &mut Ways { output: desk.output, clipboard: desk.clipboard, terminal: desk.terminal };
        self.delivery
            .hand_over(ways, self.what, &end)
            .map_err(|failure| Failure::new(Kind::Failed, format!("it is in force, but {}", failure.message)))
    }

    /// Gives a secret away: when this returns, somebody has it.
    pub fn give<H: Handover>(&mut self, desk: &mut Desk<'_>, handover: &H) -> Result<()> {
        if self.delivery.show(desk.terminal, || handover.page())? {
            self.given += 1;
            return Ok(());
        }
        let bare = self.quiet || self.delivery.is_bare() || (H::BARE_IN_A_FILE && self.delivery.file().is_some());
        let bytes = match (self.format, bare) {
            (Format::Text, true) => handover.bare(),
            (Format::Text, false) => {
                let gap = if self.given == 0 { "" } else { "\n" };
                handover.text(self.delivery.layout(desk.output), gap)
            }
            _ => self.rows.row(handover)?,
        };
        let ways = &mut Ways { output: desk.output, clipboard: desk.clipboard, terminal: desk.terminal };
        self.delivery.hand_over(ways, self.what, &bytes)?;
        self.given += 1;
        Ok(())
    }

    fn confirm(&self, desk: &mut Desk<'_>, username: &Username) {
        if self.quiet {
            return;
        }
        let said = match self.delivery.place() {
            Some(place) if matches!(self.delivery, Delivery::Screen(..)) => format!("was {place}, and is in force"),
            Some(_) if matches!(self.delivery, Delivery::Clipboard(_)) && !desk.clipboard.committed() => {
                "is in force, but no longer on the clipboard: if you do not have it, make another".into()
            }
            Some(place) => format!("is {place}, and in force"),
            None => "is in force".into(),
        };
        desk.terminal.note(&format!("The {} of {username} {said}.", self.what));
    }

    fn not_in_force(&mut self, failure: Failure, username: &Username, clipboard: &mut dyn Clipboard) -> Failure {
        self.take_back(1, clipboard);
        self.told_not_in_force(failure, &format!(" for {username}"))
    }

    /// What to say of one that was handed over and is not in force.
    fn told_not_in_force(&self, failure: Failure, whose: &str) -> Failure {
        let place = match &self.delivery {
            Delivery::File { path, .. } => format!("written to {}", path.display()),
            Delivery::Clipboard(_) | Delivery::Terminal => "copied".into(),
            Delivery::Standard | Delivery::Screen(..) => "shown".into(),
        };
        let message =
            format!("the {} {place}{whose} is NOT in force, and nothing has changed: {}", self.what, failure.message);
        Failure { message, ..failure }
    }

    /// Takes back what was given last, all of which is of no use, where that can be done.
    fn take_back(&mut self, latest: usize, clipboard: &mut dyn Clipboard) {
        if self.delivery.take_back_latest(clipboard) {
            self.given -= latest;
            if self.format != Format::Text {
                self.rows.go_on_behind(self.rows.count().saturating_sub(latest));
            }
        }
    }
}

impl Drop for WayOut {
    fn drop(&mut self) {
        if self.in_force == 0 {
            self.delivery.take_back();
        }
    }
}
