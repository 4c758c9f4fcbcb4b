//! The accounts of a file, each once.

use std::collections::HashMap;

use super::rows::{Faults, Row};
use crate::domain::Invalid;
use crate::domain::email::Email;
use crate::domain::hash::elsewhere::Brought;
use crate::domain::text::quoted;
use crate::store::Newcomer;

/// The accounts of a file, in its order.
#[derive(Default)]
pub struct List {
    /// The accounts.
    pub newcomers: Vec<Newcomer>,
    /// The hash that each account brings, if it does.
    pub brought: Vec<Option<Brought>>,
    /// The line of each account.
    pub lines: Vec<u64>,
}

impl List {
    /// Adds a row.
    pub fn add(&mut self, line: u64, Row { newcomer, brought }: Row) {
        self.newcomers.push(newcomer);
        self.brought.push(brought);
        self.lines.push(line);
    }

    /// Leaves out each account whose username or address an earlier one has. `bad` gets the reason.
    pub fn leave_out_repeated(&mut self, mut bad: impl FnMut(u64, Invalid)) {
        let (mut usernames, mut addresses) = (HashMap::new(), HashMap::new());
        let mut is_first = |newcomer, line| {
            let Newcomer { username, email, .. }: &Newcomer = newcomer;
            let key = email.as_ref().map(Email::key);
            let mut faults = Faults::default();
            if let Some(first) = usernames.get(username) {
                faults.add(repeated(username.as_str(), *first));
            }
            if let (Some(email), Some(first)) = (email, key.as_ref().and_then(|key| addresses.get(key))) {
                faults.add(repeated(email.as_str(), *first));
            }
            if let Some(why) = faults.0 {
                bad(line, why);
                return false;
            }
            usernames.insert(username, line);
            addresses.extend(key.map(|key| (key, line)));
            true
        };
        let stay: Vec<_> = self.newcomers.iter().zip(&self.lines).map(|(one, line)| is_first(one, *line)).collect();
        keep(&mut self.newcomers, &stay);
        keep(&mut self.brought, &stay);
        keep(&mut self.lines, &stay);
    }
}

/// Keeps the items marked in `stay`, in order.
pub fn keep<T>(all: &mut Vec<T>, stay: &[bool]) {
    let mut stay = stay.iter();
    all.retain(|_| stay.next().is_some_and(|stays| *stays));
}

fn repeated(name: &str, line: u64) -> Invalid {
    Invalid::new(
        format!("{} is in line {line} already", quoted(name)),
        "an account has one row, and an address belongs to one account",
    )
}

#[cfg(test)]
mod tests {
    use super::super::rows::ImportRows;
    use super::*;
    use crate::domain::clock::{Timestamp, UTC};

    fn list(text: &str) -> (List, Vec<(u64, String)>) {
        let (mut list, mut bad) = (List::default(), Vec::new());
        for (line, row) in ImportRows::of(text.as_bytes(), false, (Timestamp::UNIX_EPOCH, &UTC)).unwrap() {
            list.add(line, row.unwrap());
        }
        list.leave_out_repeated(|line, why| bad.push((line, why.message)));
        (list, bad)
    }

    #[test]
    fn a_username_or_an_address_that_is_there_twice_is_named_with_the_line_it_was_first_in() {
        let (list, bad) = list("username,email\nalice,a@b\nALICE,\nbob,A@B\nalice,a@b\ncarol,\ndora,\n");
        assert_eq!(list.lines, [2, 6, 7]);
        let said = [(3, "'alice' is in line 2 already"), (4, "'A@B' is in line 2 already")];
        assert_eq!(bad[..2], said.map(|(line, message)| (line, message.to_owned())));
        assert_eq!(bad[2], (5, "'alice' is in line 2 already; 'a@b' is in line 2 already".into()));
    }

    #[test]
    fn a_row_that_is_left_out_takes_no_name() {
        let (list, bad) = list("username,email\nalice,\nalice,x@y\nbob,x@y\n");
        assert_eq!((list.lines, bad.len()), (vec![2, 4], 1));
    }
}
