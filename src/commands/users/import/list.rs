//! The accounts of a file, each once.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use super::rows::{BadRow, Faults, Row};
use crate::domain::Invalid;
use crate::domain::name::Email;
use crate::domain::text::quoted;
use crate::store::Newcomer;

/// The accounts of a file, in its order.
#[derive(Default)]
pub struct List {
    /// The accounts.
    pub newcomers: Vec<Newcomer>,
    /// The line that each of them stands in.
    pub lines: Vec<u64>,
    usernames: Places,
    addresses: Places,
}

impl List {
    /// Adds a row, unless an earlier one has its username or its address.
    pub fn add(&mut self, row: Row) -> Result<(), BadRow> {
        let Row { line, newcomer } = row;
        let key = newcomer.email.as_ref().map(Email::key);
        let username = self
            .usernames
            .find(newcomer.username.as_str(), |place| self.newcomers[place].username == newcomer.username);
        let address = key.as_deref().map(|key| {
            self.addresses.find(key, |place| {
                self.newcomers[place].email.as_ref().is_some_and(|email| email.key().as_ref() == key)
            })
        });
        let mut faults = Faults::default();
        if let Found::At(place) = username {
            faults.add(repeated(newcomer.username.as_str(), self.lines[place]));
        }
        if let (Some(Found::At(place)), Some(email)) = (&address, &newcomer.email) {
            faults.add(repeated(email.as_str(), self.lines[*place]));
        }
        if let Some(why) = faults.0 {
            return Err(BadRow { line, why });
        }
        let place = self.newcomers.len();
        self.usernames.fill(username, place);
        if let Some(address) = address {
            self.addresses.fill(address, place);
        }
        self.newcomers.push(newcomer);
        self.lines.push(line);
        Ok(())
    }
}

fn repeated(name: &str, line: u64) -> Invalid {
    Invalid::new(
        format!("{} is in line {line} already", quoted(name)),
        "each account stands in one row, and an address belongs to one account",
    )
}

/// Where the names stand, by their hashes: the names themselves are in the list, and a million of them are not kept twice.
#[derive(Default)]
struct Places {
    hashes: RandomState,
    places: HashMap<u64, usize>,
}

/// What has come of looking for a name.
#[derive(Clone, Copy)]
enum Found {
    /// It stands there.
    At(usize),
    /// It is nowhere, and would be found under this.
    Free(u64),
}

impl Places {
    /// Looks for a name; `is` says whether it is the one at a place.
    fn find(&self, name: &str, is: impl Fn(usize) -> bool) -> Found {
        let mut hash = self.hashes.hash_one(name);
        loop {
            match self.places.get(&hash) {
                None => return Found::Free(hash),
                Some(place) if is(*place) => return Found::At(*place),
                // Another name has that hash.
                Some(_) => hash = hash.wrapping_add(1),
            }
        }
    }

    fn fill(&mut self, found: Found, place: usize) {
        if let Found::Free(hash) = found {
            self.places.insert(hash, place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::rows::ImportRows;
    use super::*;

    fn list(text: &str) -> (List, Vec<(u64, String)>) {
        let (mut list, mut bad) = (List::default(), Vec::new());
        for row in ImportRows::of(text.as_bytes()).unwrap() {
            bad.extend(list.add(row.unwrap()).err().map(|bad| (bad.line, bad.why.message)));
        }
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

    #[test]
    fn two_names_of_one_hash_are_two_names() {
        let mut places = Places::default();
        let Found::Free(hash) = places.find("a", |_| false) else { panic!() };
        places.places.insert(hash, 7);
        assert!(matches!(places.find("a", |_| false), Found::Free(other) if other == hash.wrapping_add(1)));
        assert!(matches!(places.find("a", |place| place == 7), Found::At(7)));
    }
}
