//! Commands that take several accounts. Each account is named. A failure for one does not stop the others.

use std::collections::HashSet;

use crate::domain::account::Account;
use crate::domain::target::Target;
use crate::domain::text::grouped;
use crate::failure::{FailedItem, Failure, Kind, Result};
use crate::store::Store;

/// The outcome for each item so far.
#[derive(Default)]
pub struct Bulk {
    /// How many items there are to work on.
    pub asked: usize,
    /// How many items are done.
    pub done: usize,
    /// The items that failed.
    pub failed: Vec<FailedItem>,
    /// How many items were never tried. They are counted here if there are too many to name.
    pub untried: usize,
    /// Whether this is a dry run: nothing is done.
    pub foretells: bool,
}

/// How many items are named if there are too many to read.
pub const NAMED: usize = 5;

/// Parses what names the accounts, before anything is opened. A single impossible name refuses them all.
pub fn targets(written: &[String]) -> Result<Vec<(String, Target)>> {
    written.iter().map(|text| Ok((text.clone(), text.parse()?))).collect()
}

impl Bulk {
    /// Finds the accounts, each once. For each that passes `may`, the result has what `keep` makes of it.
    pub fn find<T>(
        store: &mut Store,
        targets: &[(String, Target)],
        may: impl Fn(&mut Store, &Account) -> Result<()>,
        keep: impl Fn(&str, Account) -> T,
    ) -> (Self, Vec<T>) {
        let (mut bulk, mut kept, mut seen) = (Self::default(), Vec::new(), HashSet::new());
        for (written, target) in targets {
            bulk.asked += 1;
            match super::find(store, target).and_then(|account| may(store, &account).map(|()| account)) {
                Ok(account) if !seen.insert(account.id) => bulk.asked -= 1,
                Ok(account) => kept.push(keep(written, account)),
                Err(failure) => bulk.record(written.clone(), Err(failure)),
            }
        }
        (bulk, kept)
    }

    /// Counts an item that is done, or names one that failed.
    pub fn record(&mut self, written: String, outcome: Result<()>) {
        match outcome {
            Ok(()) => self.done += 1,
            Err(failure) => self.failed.push(FailedItem { target: written, failure }),
        }
    }

    /// Reports the accounts that were not tried, and why. If they are few, each is named. If not, the first one says how
    /// many more there are.
    pub fn leave(&mut self, mut left: impl Iterator<Item = String>, is_few: bool, why: Option<&Failure>) {
        let Some(Failure { kind, message: why, .. }) = why else { return };
        if is_few {
            left.for_each(|written| self.record(written, Err(Failure::new(*kind, format!("not tried: {why}")))));
        } else if let Some(first) = left.next() {
            self.untried = left.count();
            let more = match self.untried {
                0 => String::new(),
                more => format!(", nor {} more", grouped(more as u64)),
            };
            self.record(first, Err(Failure::new(*kind, format!("not tried{more}: {why}"))));
        }
    }

    /// For how many accounts nobody knows the outcome.
    pub fn unknown(&self) -> u64 {
        self.failed.iter().filter(|item| item.failure.kind == Kind::OutcomeUnknown).count() as u64
    }

    /// The final result. A single account fails with its own failure. Of several accounts, each failed one is named.
    pub fn finish(mut self) -> Result<()> {
        let Some(first) = self.failed.first() else { return Ok(()) };
        if self.asked == 1 {
            return Err(self.failed.remove(0).failure);
        }
        let [failed, asked, done] = [self.failed.len(), self.asked, self.done].map(|count| grouped(count as u64));
        let unknown = self.unknown();
        let (kind, message) = match (self.done, self.untried) {
            _ if unknown > 0 => {
                // Nothing may be handed over before it is known.
                let kind = Kind::OutcomeUnknown;
                let whether = format!("for {} nobody knows", grouped(unknown));
                (kind, format!("{done} of {asked} accounts are done; {whether}; the others have not changed"))
            }
            (0, _) => (first.failure.kind, format!("none of {asked} accounts could be done; nothing has changed")),
            _ if self.foretells => (Kind::PartlyDone, format!("{failed} of {asked} would fail")),
            (_, 0) => (Kind::PartlyDone, format!("{failed} of {asked} failed; the rest is done")),
            _ => (Kind::PartlyDone, format!("{done} of {asked} are done; the others have not changed")),
        };
        Err(Failure { items: self.failed, ..Failure::new(kind, message) })
    }
}

/// Why the next batch would fail as this one did, if so. `left` is how many accounts come after it.
pub fn stops<T>(outcomes: &[Result<T>], left: usize) -> Option<Failure> {
    let kind = outcomes.first()?.as_ref().err()?.kind;
    if !outcomes.iter().all(|outcome| outcome.as_ref().is_err_and(|failure| failure.kind == kind)) {
        return None;
    }
    match kind {
        Kind::OutcomeUnknown => Some(Failure::new(Kind::Failed, "nobody knows whether the batch before is in force")),
        // It was waited for in full.
        Kind::Busy if left > 0 => Some(Failure::new(kind, "the store is busy")),
        // Nobody is left, or accounts that others have changed say nothing about the next ones.
        Kind::Busy | Kind::Conflict => None,
        // The store failed, or the actor lost the right.
        _ if outcomes.len() > 1 => Some(Failure::new(kind, "nothing of the batch before came into force")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_that_were_not_tried_the_first_says_how_many_more_there_are() {
        let why = Failure::new(Kind::NotDelivered, "the disk is full");
        for (count, said) in
            [(1, "not tried: the disk is full"), (1_236, "not tried, nor 1,235 more: the disk is full")]
        {
            let mut bulk = Bulk { asked: count, ..Bulk::default() };
            bulk.leave((0..count).map(|at| format!("u{at}")), false, Some(&why));
            let told: Vec<_> = bulk.failed.iter().map(|item| (&*item.target, &*item.failure.message)).collect();
            assert_eq!(told, [("u0", said)]);
        }
    }

    #[test]
    fn while_the_outcome_of_one_is_not_known_the_outcome_of_all_is_not() {
        for done in [0, 2] {
            let mut bulk = Bulk { asked: 3, ..Bulk::default() };
            (0..done).for_each(|at| bulk.record(format!("u{at}"), Ok(())));
            bulk.record("u9".into(), Err(Failure::new(Kind::OutcomeUnknown, "nobody knows")));
            assert_eq!(bulk.finish().unwrap_err().kind, Kind::OutcomeUnknown);
        }
    }
}
