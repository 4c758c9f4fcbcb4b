//! Whom somebody may mean by what they have typed so far.

use crate::domain::account::Account;
use crate::domain::name::folded;
use crate::store::{Result, Store, finds};

/// The accounts that the latest text suggests. The store is asked again only where it could have more: who goes on
/// typing narrows down what is here, once all that the text so far suggests is here.
pub struct Suggestions {
    limit: usize,
    /// Folded; `None` before the first.
    text: Option<String>,
    found: Vec<Account>,
}

impl Suggestions {
    /// Nobody yet, and at most so many.
    pub fn new(limit: usize) -> Self {
        Self { limit, text: None, found: Vec::new() }
    }

    /// Whom this text suggests.
    pub fn search(&mut self, store: &Store, text: &str) -> Result<&[Account]> {
        let text = folded(text);
        let goes_on = self.text.as_ref().is_some_and(|before| text.starts_with(before));
        if goes_on && self.found.len() < self.limit {
            self.found.retain(|account| finds(&text, account));
            self.found.sort_by_key(|account| !account.username.as_str().starts_with(&text));
        } else {
            self.found = store.suggestions(&text, self.limit)?;
        }
        self.text = Some(text);
        Ok(&self.found)
    }

    /// The one in this place.
    pub fn take(self, place: usize) -> Option<Account> {
        self.found.into_iter().nth(place)
    }
}
