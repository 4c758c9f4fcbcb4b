//! Suggestions for the text typed so far.

use crate::domain::account::Account;
use crate::domain::folding::searched;
use crate::store::{Result, Store, finds};

/// The accounts for the latest text. The store is asked again only if it could have more. Once all matches for a text
/// are here, longer texts only narrow them down.
pub struct Suggestions {
    limit: usize,
    /// The searched text, or `None` before the first search.
    text: Option<String>,
    found: Vec<Account>,
}

impl Suggestions {
    /// No suggestions yet, and never more than `limit`.
    pub fn new(limit: usize) -> Self {
        Self { limit, text: None, found: Vec::new() }
    }

    /// The accounts that match the text.
    pub fn search(&mut self, store: &Store, text: &str) -> Result<&[Account]> {
        let text = searched(text);
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

    /// The account at this position.
    pub fn take(self, place: usize) -> Option<Account> {
        self.found.into_iter().nth(place)
    }
}
