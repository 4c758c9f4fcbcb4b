//! Many temporary passwords at a time: all of a batch go out in one piece, and are put in force in one transaction.

use std::mem;
use std::ops::Range;

use zeroize::Zeroizing;

use super::WayOut;
use crate::commands::Desk;
use crate::domain::account::Account;
use crate::domain::clock::Timestamp;
use crate::domain::temporary::TemporaryPassword;
use crate::failure::Result;
use crate::terminal::Phase;
use crate::terminal::delivery::Ways;
use crate::terminal::format::Format;
use crate::terminal::handover::{Handover as _, TemporaryHandover};

/// One of a batch: a temporary password, and whose it is.
pub struct Issue {
    /// The account.
    pub account: Account,
    /// The password.
    pub secret: TemporaryPassword,
    /// When it ends.
    pub until: Timestamp,
}

impl WayOut {
    /// Hands a batch over, and puts it in force. If it could not be delivered, none of it is; otherwise what came of each,
    /// in their order. `commit` is one short transaction that says the same.
    pub fn issue_batch(
        &mut self,
        desk: &mut Desk<'_>,
        batch: &[Issue],
        commit: impl FnOnce() -> Result<Vec<Result<()>>>,
    ) -> Result<Vec<Result<()>>> {
        desk.terminal.enter(Phase::Delivering);
        let delivered = self.give_batch(desk, batch);
        if delivered.is_err() {
            desk.terminal.enter(Phase::Between);
        }
        let places = delivered?;
        desk.terminal.enter(Phase::Committing);
        let outcomes = match commit() {
            Ok(outcomes) => outcomes,
            // It failed for all of them in the same way.
            Err(failure) => batch.iter().map(|_| Err(failure.again())).collect(),
        };
        let in_force = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        self.in_force += in_force;
        if in_force == 0 {
            self.take_back(batch.len(), desk.clipboard);
        } else if let Some(path) = self.delivery.file() {
            desk.terminal.spare(path);
            let is_dead = outcomes.iter().map(Result::is_err);
            self.dead.extend(places.into_iter().zip(is_dead).filter(|(_, is_dead)| *is_dead).map(|(place, _)| place));
        }
        // Whose it is stands in front of each.
        let told = outcomes.into_iter().map(|outcome| outcome.map_err(|failure| self.told_not_in_force(failure, "")));
        let told = told.collect();
        desk.terminal.enter(Phase::Between);
        Ok(told)
    }

    /// Hands the rows over, and says where each of them stands, if that is a file whose rows can be taken out again.
    fn give_batch(&mut self, desk: &mut Desk<'_>, batch: &[Issue]) -> Result<Vec<Range<u64>>> {
        let now = desk.now()?;
        let (operation, rows_before) = (desk.stores.operation(), self.rows.count());
        let mut rows = Vec::with_capacity(batch.len());
        for Issue { account, secret, until } in batch {
            let Account { username, display_name, .. } = account;
            let handover = TemporaryHandover { username, display_name, secret, until: *until, now, operation };
            rows.push(match self.format {
                Format::Text => {
                    let gap = if self.given + rows.len() == 0 { "" } else { "\n" };
                    handover.text(self.delivery.layout(desk.output), gap)
                }
                _ => self.rows.row(&handover)?,
            });
        }
        // Room for all of them at once, so that no reallocation leaves a copy of them behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(rows.iter().map(|row| row.len()).sum()));
        for row in &rows {
            bytes.extend_from_slice(row);
        }
        let ways = &mut Ways { output: desk.output, clipboard: desk.clipboard, terminal: desk.terminal };
        if let Err(failure) = self.delivery.hand_over(ways, self.what, &bytes) {
            self.rows.go_on_behind(rows_before);
            return Err(failure);
        }
        self.given += batch.len();
        Ok(self.places(&rows, rows_before))
    }

    fn places(&self, rows: &[Zeroizing<Vec<u8>>], rows_before: usize) -> Vec<Range<u64>> {
        let (Some(mut end), Format::Csv | Format::Jsonl) = (self.delivery.latest(), self.format) else {
            return Vec::new();
        };
        let mut header = self.rows.header_before(rows_before).len() as u64;
        let place = |row: &Zeroizing<Vec<u8>>| {
            let begins = end + mem::take(&mut header);
            end += row.len() as u64;
            begins..end
        };
        rows.iter().map(place).collect()
    }
}
