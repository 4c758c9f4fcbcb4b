//! Handing a temporary password over: make, hash, deliver and flush, then commit. At every instant either the old
//! password works, or one that somebody was handed does.

use jiff::SignedDuration;

use super::Desk;
use crate::cli;
use crate::domain::credential::StoredHash;
use crate::domain::name::{DisplayName, Username};
use crate::domain::policy;
use crate::domain::temporary::TemporaryPassword;
use crate::failure::{Failure, Kind, Result};
use crate::store::NewTemporary;
use crate::terminal::delivery::Delivery;
use crate::terminal::format::{Format, Rows};
use crate::terminal::handover::{Handover, HandoverRecord};
use crate::terminal::output::Output;
use crate::terminal::{Phase, Terminal};

/// The way out of one command's temporary passwords. Dropped with none of them in force, it takes its file back.
pub struct WayOut {
    delivery: Delivery,
    rows: Rows,
    format: Format,
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
pub fn check(args: &cli::handover::Handover, desk: &Desk<'_>, accounts: usize) -> Result<()> {
    Delivery::check(args.output.as_deref())?;
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

/// How long the temporary password is to live.
pub fn lifetime(args: &cli::handover::Handover, desk: &Desk<'_>) -> Result<SignedDuration> {
    match &args.expires_in {
        Some(text) => Ok(policy::temporary_lifetime(text)?),
        None => Ok(desk.policy.temporary_lifetime),
    }
}

impl WayOut {
    /// Opens the way out that was asked for. `several` tells JSON to write an array, and a signal to let the one in hand
    /// come to its end.
    pub fn open(args: &cli::handover::Handover, desk: &mut Desk<'_>, several: bool) -> Result<Self> {
        let delivery = Delivery::open(args.output.as_deref(), desk.output)?;
        if let Some(path) = delivery.file() {
            desk.terminal.doom(path.to_owned());
        }
        Ok(Self {
            delivery,
            rows: Rows::new::<HandoverRecord<'_>>(desk.format(), several),
            format: desk.format(),
            quiet: args.quiet,
            several,
            given: 0,
            in_force: 0,
        })
    }

    /// Makes a temporary password, hands it over, and puts it in force. `prepare` does what may fail before anybody
    /// has seen it; `commit` is one short transaction.
    pub fn issue<T>(
        &mut self,
        desk: &mut Desk<'_>,
        whose: &Whose<'_>,
        lifetime: SignedDuration,
        prepare: impl FnOnce(&mut dyn Terminal, NewTemporary) -> Result<T>,
        commit: impl FnOnce(T) -> Result<()>,
    ) -> Result<()> {
        desk.terminal.enter(Phase::Delivering);
        let issued = self.make_and_hand_over(desk, whose, lifetime, prepare).and_then(|prepared| {
            desk.terminal.enter(Phase::Committing);
            commit(prepared).map_err(|failure| self.not_in_force(failure, whose.username))
        });
        if issued.is_ok() {
            self.in_force += 1;
            if let Some(path) = self.delivery.file() {
                desk.terminal.spare(path);
            }
            self.confirm(desk.terminal, whose.username);
        }
        desk.terminal.enter(if self.several { Phase::Delivering } else { Phase::Idle });
        issued
    }

    fn make_and_hand_over<T>(
        &mut self,
        desk: &mut Desk<'_>,
        whose: &Whose<'_>,
        lifetime: SignedDuration,
        prepare: impl FnOnce(&mut dyn Terminal, NewTemporary) -> Result<T>,
    ) -> Result<T> {
        let secret = TemporaryPassword::generate(desk.rng);
        let hash = StoredHash::of_temporary(&secret, desk.policy.cost, desk.rng)?;
        let now = desk.now();
        let until = now + lifetime;
        let prepared = prepare(desk.terminal, NewTemporary { hash, until })?;
        let Whose { username, display_name } = *whose;
        self.give(desk.output, &Handover { username, display_name, secret: &secret, until, now })?;
        Ok(prepared)
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
        self.delivery.hand_over(desk.output, &end).map_err(|failure| {
            Failure::new(Kind::Failed, format!("the temporary passwords are in force, but {}", failure.message))
        })
    }

    fn give(&mut self, output: &mut dyn Output, handover: &Handover<'_>) -> Result<()> {
        let given = match (self.format, self.quiet) {
            (Format::Text, true) => self.delivery.hand_over(output, handover.bare().as_bytes()),
            (Format::Text, false) => {
                let layout = self.delivery.layout(output);
                let gap = if self.given == 0 { "" } else { "\n" };
                let text = handover.text(layout, gap);
                self.delivery.hand_over(output, text.as_bytes())
            }
            _ => {
                let row = self.rows.row(&HandoverRecord::from(handover))?;
                self.delivery.hand_over(output, &row)
            }
        };
        given?;
        self.given += 1;
        Ok(())
    }

    fn confirm(&self, terminal: &mut dyn Terminal, username: &Username) {
        match (self.delivery.file(), self.quiet) {
            (_, true) => {}
            (Some(path), false) => {
                terminal.note(&format!("The temporary password of {username} is in {}, and in force.", path.display()));
            }
            (None, false) => terminal.note(&format!("The temporary password of {username} is in force.")),
        }
    }

    fn not_in_force(&mut self, failure: Failure, username: &Username) -> Failure {
        let place = match self.delivery.file() {
            Some(path) => format!("written to {}", path.display()),
            None => "shown".into(),
        };
        if self.delivery.take_back_latest() {
            self.given -= 1;
            if self.format != Format::Text {
                self.rows.take_back();
            }
        }
        let message = format!(
            "the temporary password {place} for {username} is NOT in force, and nothing has changed: {}",
            failure.message
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
