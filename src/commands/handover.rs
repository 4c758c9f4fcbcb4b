//! Handing a secret over: make, hash, deliver and flush, then commit. At every instant either the old password works, or
//! one that somebody was handed does.

use std::time::Duration;

use jiff::SignedDuration;

use super::Desk;
use crate::cli;
use crate::domain::credential::StoredHash;
use crate::domain::name::{DisplayName, Username};
use crate::domain::policy;
use crate::domain::temporary::TemporaryPassword;
use crate::failure::{Failure, Kind, Result};
use crate::store::NewTemporary;
use crate::terminal::clipboard::Clipboard;
use crate::terminal::delivery::{Delivery, Ways};
use crate::terminal::format::{Format, Rows};
use crate::terminal::handover::{Handover, TemporaryHandover};
use crate::terminal::{Phase, Terminal};

/// The way out of one command's secrets. Dropped with none of them in force, it takes its file back.
pub struct WayOut {
    delivery: Delivery,
    rows: Rows,
    format: Format,
    /// What goes out: `temporary password` or `token`.
    what: &'static str,
    quiet: bool,
    several: bool,
    given: usize,
    in_force: usize,
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
    Delivery::check(args.output.as_deref())?;
    check_copy(args, desk, accounts)?;
    if let Some(path) = args.output.as_deref().filter(|path| desk.stores.claims(path)) {
        return Err(Failure::new(Kind::NotDelivered, format!("{} is the store's own", path.display()))
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

/// Refuses a copy of several secrets, and one to a clipboard that is not there.
fn check_copy(args: &cli::handover::WayOut, desk: &Desk<'_>, accounts: usize) -> Result<()> {
    let Some(copy) = args.copy else { return Ok(()) };
    args.clear_after.as_deref().map(policy::clear_after).transpose()?;
    let refuse = |message: &str, hint: &str| Err(Failure::new(Kind::Usage, message).hint(hint));
    if accounts > 1 {
        return refuse(
            "a clipboard holds one secret, and there are several accounts",
            "use --output FILE --format csv",
        );
    }
    if desk.format() != Format::Text {
        return refuse("--copy and --format exclude each other", "leave one of them out");
    }
    if copy == cli::handover::Copy::Clipboard { desk.clipboard.check() } else { Ok(()) }
}

/// How long the temporary password is to live, if not as long as the policy says.
pub fn lifetime(args: &cli::handover::Handover) -> Result<Option<SignedDuration>> {
    Ok(args.expires_in.as_deref().map(policy::temporary_lifetime).transpose()?)
}

impl WayOut {
    /// Opens the way out that was asked for. `several` tells JSON to write an array, and a signal to let the one in hand
    /// come to its end.
    pub fn open<H: Handover>(args: &cli::handover::WayOut, desk: &mut Desk<'_>, several: bool) -> Result<Self> {
        let delivery = match args.copy {
            None => Delivery::open(args.output.as_deref(), desk.output)?,
            Some(cli::handover::Copy::Osc52) => Delivery::Terminal,
            Some(cli::handover::Copy::Clipboard) => {
                let asked = args.clear_after.as_deref().map(policy::clear_after).transpose()?;
                let span = asked.unwrap_or(desk.policy.clear_after);
                Delivery::Clipboard(Duration::try_from(span).ok().filter(|span| !span.is_zero()))
            }
        };
        if let Some(path) = delivery.file() {
            desk.terminal.doom(path.to_owned());
        }
        Ok(Self {
            delivery,
            rows: Rows::new::<H>(desk.format(), several),
            format: desk.format(),
            what: H::WHAT,
            quiet: args.quiet,
            several,
            given: 0,
            in_force: 0,
        })
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
            desk.terminal.enter(Phase::Committing);
            desk.clipboard.committing();
            commit(prepared).map_err(|failure| self.not_in_force(failure, whose, desk.clipboard))
        });
        if issued.is_ok() {
            self.in_force += 1;
            if let Some(path) = self.delivery.file() {
                desk.terminal.spare(path);
            }
            self.confirm(desk.terminal, whose);
        }
        desk.terminal.enter(if self.several { Phase::Delivering } else { Phase::Idle });
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
            let now = desk.now();
            let until = now + lifetime;
            let prepared = prepare(desk.terminal, NewTemporary { hash, until })?;
            way_out.give(desk, &TemporaryHandover { username, display_name, secret: &secret, until, now })?;
            Ok(prepared)
        };
        self.issue(desk, username, deliver, commit)
    }

    /// Writes what stands after the last one.
    pub fn close(mut self, desk: &mut Desk<'_>) -> Result<()> {
        if self.several {
            desk.terminal.enter(Phase::Idle);
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

    fn confirm(&self, terminal: &mut dyn Terminal, username: &Username) {
        match (self.delivery.place(), self.quiet) {
            (_, true) => {}
            (Some(place), false) => {
                terminal.note(&format!("The {} of {username} is {place}, and in force.", self.what));
            }
            (None, false) => terminal.note(&format!("The {} of {username} is in force.", self.what)),
        }
    }

    fn not_in_force(&mut self, failure: Failure, username: &Username, clipboard: &mut dyn Clipboard) -> Failure {
        let place = match &self.delivery {
            Delivery::File { path, .. } => format!("written to {}", path.display()),
            Delivery::Clipboard(_) | Delivery::Terminal => "copied".into(),
            Delivery::Standard => "shown".into(),
        };
        if self.delivery.take_back_latest(clipboard) {
            self.given -= 1;
            if self.format != Format::Text {
                self.rows.take_back();
            }
        }
        let message = format!(
            "the {} {place} for {username} is NOT in force, and nothing has changed: {}",
            self.what, failure.message
        );
        Failure { message, ..failure }
    }
}

impl Drop for WayOut {
    fn drop(&mut self) {
        if self.in_force == 0 {
            self.delivery.take_back();
        }
    }
}
