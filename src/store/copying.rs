//! Moves a whole store to another place, whatever engine keeps either.

use std::collections::BTreeMap;

use super::engine::{Engine, Piece, Reads, Rows};
use super::{Filter, NewStore, Result, StoreError, Watch, record};
use crate::domain::account::{AccountId, State};
use crate::domain::audit::{Event, Tampered, Walk};
use crate::domain::sign_in::SignInId;
use crate::domain::text::grouped;

/// Fills a new store with all that is in another one, as it is at one moment. If this fails, there is no new store.
pub fn copy(source: &dyn Engine, new: Box<dyn NewStore + '_>, watch: &mut dyn Watch) -> Result<()> {
    let mut new = Some(new);
    source.read(&mut |reads| match new.take() {
        Some(new) => new.make(&mut |rows| fill(reads, rows, watch)),
        None => Err(StoreError::Away("the server of the store went away while it was copied".into())),
    })
}

fn fill(reads: &mut dyn Reads, rows: &mut dyn Rows, watch: &mut dyn Watch) -> Result<()> {
    let total = total(reads)?;
    let mut go_on = |what, tally: &Tally| watch.progress(what, tally.pieces.min(total), total);
    let (mut was, mut is) = (Tally::default(), Tally::default());
    reads.pieces(&mut |pieces| {
        was.add(pieces)?;
        rows.insert_pieces(pieces)?;
        go_on("Copying", &was)
    })?;
    rows.pieces(&mut |pieces| {
        is.add(pieces)?;
        go_on("Looking at the copy", &is)
    })?;
    is.compare(&was)
}

/// About how many pieces there are. The number is only shown.
fn total(reads: &mut dyn Reads) -> Result<u64> {
    let removed = Filter { state: Some(State::Removed), ..Filter::default() };
    let accounts = reads.count(&Filter::default())?.saturating_add(reads.count(&removed)?);
    let events = record::last(reads)?.map_or(0, |last| last.sequence);
    Ok(accounts.saturating_add(events).saturating_add(reads.count_blocks()?))
}

/// What a copy must have in common with its source: how many pieces there are of each kind, and the head of the record.
#[derive(Default)]
struct Tally {
    pieces: u64,
    kinds: BTreeMap<&'static str, u64>,
    settings: BTreeMap<String, String>,
    walk: Option<Walk>,
    /// The highest numbers that were ever given.
    given: Option<(AccountId, SignInId)>,
}

impl Tally {
    /// Counts pieces. Fails at an event that does not follow the one before. In the copy, nobody could tell any more who
    /// changed it.
    fn add(&mut self, pieces: &[Piece]) -> Result<()> {
        for piece in pieces {
            self.pieces += 1;
            *self.kinds.entry(kind(piece)).or_default() += 1;
            match piece {
                Piece::Setting(key, value) => {
                    self.settings.insert(key.clone(), value.clone());
                }
                Piece::Event(event) => self.go_on(event)?,
                Piece::Given(account, sign_in) => self.given = Some((*account, *sign_in)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Goes on along the record. The settings, which say where it begins, came before.
    fn go_on(&mut self, event: &Event) -> Result<()> {
        let setting = |key| self.settings.get(key).map(String::as_str);
        let walk = match &mut self.walk {
            Some(walk) => walk,
            empty => {
                let archived = record::archived_in(setting(record::ARCHIVED_UNTIL), setting(record::ARCHIVED_LINK))?;
                empty.insert(Walk::part_behind(archived))
            }
        };
        walk.go_on(event).map_err(|tampered| StoreError::Unusable {
            message: format!("the record {tampered}"),
            hint: Tampered::REMEDY.into(),
        })
    }

    fn compare(&self, source: &Self) -> Result<()> {
        let unsound = |what: String| {
            let hint = "'passdesk store check' finds out whether the source is sound; then try again";
            Err(StoreError::Unusable { message: format!("the copy is not sound: {what}"), hint: hint.into() })
        };
        for (kind, was) in &source.kinds {
            let is = self.kinds.get(kind).copied().unwrap_or_default();
            if is != *was {
                return unsound(format!("it has {} of {} {kind}", grouped(is), grouped(*was)));
            }
        }
        if self.pieces != source.pieces {
            return unsound("it has more than its source".into());
        }
        if self.walk.as_ref().map(Walk::head) != source.walk.as_ref().map(Walk::head) {
            return unsound("its record does not end with the same event".into());
        }
        if self.given != source.given {
            return unsound("it would give other numbers".into());
        }
        Ok(())
    }
}

/// The kind of a piece, in words for several.
fn kind(piece: &Piece) -> &'static str {
    match piece {
        Piece::Setting(..) => "settings",
        Piece::Block(..) => "blocks of the blocklist",
        Piece::Account(_) => "accounts",
        Piece::FormerName(_) => "former names",
        Piece::SignIn(..) => "sign-ins and tokens",
        Piece::Try(..) => "tries",
        Piece::Event(_) => "events",
        Piece::Repeat(_) => "repeats",
        Piece::Given(..) => "next numbers",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::{Actor, Operator};
    use crate::domain::audit::{Detail, Entry, Head};
    use crate::domain::clock::Timestamp;
    use crate::store::contract::OPERATION;

    fn setting(key: &str) -> Piece {
        Piece::Setting(key.into(), String::new())
    }

    /// The first event of a record.
    fn event(action: &'static str) -> Piece {
        let by = Actor::Operator(Operator {
            uid: 0,
            os_user: "root".into(),
            sudo_caller: None,
            role: None,
            is_guest: false,
        });
        let entry = Entry::done(&by, action, None, Detail::default());
        Piece::Event(Box::new(Event::after(Head::START, Timestamp::UNIX_EPOCH, OPERATION, &entry)))
    }

    fn tally(pieces: &[Piece]) -> Tally {
        let mut tally = Tally::default();
        tally.add(pieces).unwrap();
        tally
    }

    #[test]
    fn a_copy_with_less_with_more_or_with_something_else_is_not_sound() {
        let given = |number| Piece::Given(AccountId(number), SignInId(1));
        let source = || [setting("a"), event("add"), given(7)];
        let [a, add, seven] = source();
        assert!(tally(&source()).compare(&tally(&source())).is_ok());
        for (copy, why) in [
            (vec![add.clone(), seven.clone()], "it has 0 of 1 settings"),
            (vec![a.clone(), setting("b"), add.clone(), seven.clone()], "it has 2 of 1 settings"),
            (vec![a.clone(), add.clone(), seven, Piece::Block(0, Vec::new())], "it has more than its source"),
            (vec![a.clone(), event("edit"), given(7)], "its record does not end with the same event"),
            (vec![a, add, given(6)], "it would give other numbers"),
        ] {
            let refused = tally(&copy).compare(&tally(&source())).unwrap_err();
            assert_eq!(refused.to_string(), format!("the copy is not sound: {why}"));
        }
    }
}
