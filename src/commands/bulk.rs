//! Commands that take several accounts: each is named, and what fails for one does not stop the others.

use std::fmt::Write as _;

use crate::domain::account::Account;
use crate::domain::target::Target;
use crate::failure::{FailedItem, Failure, Kind, Result};
use crate::store::Store;

/// What has come of each item so far.
pub struct Bulk {
    asked: usize,
    done: usize,
    failed: Vec<FailedItem>,
}

/// An account, and how it was pointed at.
pub struct Item {
    /// As it was written.
    pub written: String,
    /// The account.
    pub account: Account,
}

/// Reads what points at accounts, before anything is opened: one that could point at nobody refuses them all.
pub fn targets(written: &[String]) -> Result<Vec<(String, Target)>> {
    written.iter().map(|text| Ok((text.clone(), text.parse()?))).collect()
}

impl Bulk {
    /// Finds the accounts, each once, and keeps those that may be worked on.
    pub fn find(
        store: &mut dyn Store,
        targets: &[(String, Target)],
        may: impl Fn(&mut dyn Store, &Account) -> Result<()>,
    ) -> (Self, Vec<Item>) {
        let mut bulk = Self { asked: targets.len(), done: 0, failed: Vec::new() };
        let mut items: Vec<Item> = Vec::new();
        for (written, target) in targets {
            match super::find(store, target).and_then(|account| may(store, &account).map(|()| account)) {
                Ok(account) if items.iter().any(|item| item.account.id == account.id) => bulk.asked -= 1,
                Ok(account) => items.push(Item { written: written.clone(), account }),
                Err(failure) => bulk.fail(written.clone(), failure),
            }
        }
        (bulk, items)
    }

    /// What to ask before the accounts are reset.
    pub fn question(&self, items: &[Item]) -> String {
        const NAMED: usize = 5;
        let mut question = if let [item] = items {
            format!("Reset the password of {}, id {}?", item.account.named(), item.account.id)
        } else {
            let mut names: Vec<_> = items.iter().take(NAMED).map(|item| item.account.username.to_string()).collect();
            if items.len() > NAMED {
                names.push(format!("and {} more", items.len() - NAMED));
            }
            format!("Reset the passwords of {} accounts ({})?", items.len(), names.join(", "))
        };
        if !self.failed.is_empty() {
            let (failed, asked) = (self.failed.len(), self.asked);
            // Writing to a String cannot fail.
            let _ = write!(question, "\n{failed} of {asked} cannot be reset, and will be named. Go on?");
        }
        question
    }

    /// Counts one that is done, or names one that failed.
    pub fn record(&mut self, written: String, outcome: Result<()>) {
        match outcome {
            Ok(()) => self.done += 1,
            Err(failure) => self.fail(written, failure),
        }
    }

    fn fail(&mut self, target: String, failure: Failure) {
        self.failed.push(FailedItem { target, failure });
    }

    /// What came of it. A single account fails as itself; of several, each that failed is named.
    pub fn finish(mut self) -> Result<()> {
        let Some(first) = self.failed.first() else { return Ok(()) };
        if self.asked == 1 {
            return Err(self.failed.remove(0).failure);
        }
        let (kind, message) = if self.done == 0 {
            (first.failure.kind, format!("none of {} accounts could be done; nothing has changed", self.asked))
        } else {
            (Kind::PartlyDone, format!("{} of {} failed; the rest is done", self.failed.len(), self.asked))
        };
        Err(Failure { items: self.failed, ..Failure::new(kind, message) })
    }
}
