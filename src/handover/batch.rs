//! Many temporary passwords at a time: all of a batch go out in one piece, and are put in force in one transaction.

use std::mem;
use std::ops::Range;

use zeroize::Zeroizing;

use super::{Disclosure as _, Handed, Handover, Means, TemporaryDisclosure, nothing};
use crate::domain::account::Account;
use crate::domain::clock::Timestamp;
use crate::domain::delivery::{Delivered, Undelivered};
use crate::domain::operation::OperationId;
use crate::domain::temporary::TemporaryPassword;
use crate::failure::{Kind, Result};
use crate::terminal::Phase;
use crate::terminal::format::Format;

/// One of a batch: a temporary password, and whose it is.
pub struct Issue {
    /// The account.
    pub account: Account,
    /// The password.
    pub secret: TemporaryPassword,
    /// When it ends.
    pub until: Timestamp,
    /// When it was made.
    pub now: Timestamp,
    /// The operation that puts it in force.
    pub operation: OperationId,
}

impl Issue {
    fn disclosure(&self) -> TemporaryDisclosure<'_> {
        let Self { account: Account { username, display_name, .. }, secret, until, now, operation } = self;
        TemporaryDisclosure { username, display_name, secret, until: *until, now: *now, operation: *operation }
    }
}

impl Handover {
    /// Hands a batch over, and puts it in force. If it could not be delivered, none of it is; otherwise what came of each,
    /// in their order. `commit` is one short transaction that says the same.
    pub fn issue_batch<T>(
        &mut self,
        means: &mut Means<'_>,
        batch: &[Issue],
        new: Vec<Undelivered<T>>,
        commit: impl FnOnce(Delivered<Vec<T>>) -> Result<Vec<Result<()>>>,
    ) -> Result<Vec<Result<()>>> {
        means.terminal.enter(Phase::Delivering);
        let mut places = Vec::new();
        let delivered: Result<_> = Undelivered::deliver_all(new, || {
            places = self.give_batch(means, batch)?;
            Ok(())
        });
        means.terminal.enter(if delivered.is_ok() { Phase::Committing } else { Phase::Between });
        let (outcomes, in_force) = delivered?.put_each_in_force(|delivered| match commit(delivered) {
            Ok(outcomes) => outcomes,
            // It failed for all of them in the same way.
            Err(failure) => batch.iter().map(|_| Err(failure.again())).collect(),
        });
        self.in_force += outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let is_dead = |outcome: &Result<()>| outcome.as_ref().is_err_and(|why| why.kind != Kind::OutcomeUnknown);
        if in_force.is_none() && outcomes.iter().all(is_dead) {
            self.take_back(means, batch.len());
        } else {
            self.way.keep(means);
            let dead = places.into_iter().zip(&outcomes).filter(|(_, outcome)| is_dead(outcome));
            self.dead.extend(dead.map(|(place, _)| place));
        }
        // Whose it is stands in front of each.
        let told = outcomes.into_iter().map(|outcome| outcome.map_err(|failure| self.told_not_in_force(failure, "")));
        let told = told.collect();
        means.terminal.enter(Phase::Between);
        Ok(told)
    }

    /// Hands the rows over, and says where each of them stands, if that is a file whose rows can be taken out again.
    fn give_batch(&mut self, means: &mut Means<'_>, batch: &[Issue]) -> Result<Vec<Range<u64>>> {
        let rows_before = self.rows.count();
        let mut rows = Vec::with_capacity(batch.len());
        for issue in batch {
            rows.push(match self.format {
                Format::Text => {
                    let gap = if self.given + rows.len() == 0 { "" } else { "\n" };
                    issue.disclosure().text(self.way.layout(means.output), gap)
                }
                _ => self.rows.row(&issue.disclosure())?,
            });
        }
        // Room for all of them at once, so that no reallocation leaves a copy of them behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(rows.iter().map(|row| row.len()).sum()));
        for row in &rows {
            bytes.extend_from_slice(row);
        }
        if let Err(failure) = self.way.hand_over(means, self.what, &Handed { bytes: &bytes, page: &nothing }) {
            self.rows.go_on_behind(rows_before);
            return Err(failure);
        }
        self.given += batch.len();
        Ok(self.places(&rows, rows_before))
    }

    fn places(&self, rows: &[Zeroizing<Vec<u8>>], rows_before: usize) -> Vec<Range<u64>> {
        let (Some(mut end), Format::Csv | Format::Jsonl) = (self.way.latest(), self.format) else {
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
