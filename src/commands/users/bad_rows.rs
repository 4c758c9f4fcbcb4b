//! The bad rows of a list. A few of them are named, and all of them are counted.

use std::fmt::Write as _;

use crate::domain::text::{counted, grouped};
use crate::failure::{FailedItem, Failure, Kind};
use crate::terminal::format::Format;

/// How many rows are named to a person. More would not help.
const SHOWN: usize = 20;
/// How many rows are named to a program. No more are kept, however large the file is.
const KEPT: usize = 1_000;

/// Which failure stands for the whole list: the first of these that occurs. Faults of the file come before conflicts
/// with the store.
const WEIGHT: [Kind; 4] = [Kind::Usage, Kind::Conflict, Kind::RefusedByPolicy, Kind::NotAllowed];

/// What happens to the other rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// Nothing is done. The whole list is refused.
    Refused,
    /// They would be done. This is a dry run.
    WouldBeDone,
    /// They are done.
    Done,
    /// The caller tells it.
    SaidElsewhere,
}

/// The rows that cannot be used.
#[derive(Default)]
pub struct BadRows {
    count: u64,
    named: Vec<(u64, Failure)>,
    kinds: Vec<Kind>,
}

impl BadRows {
    /// Adds a row. The rows of one pass over the file arrive in file order.
    pub fn add(&mut self, line: u64, why: Failure) {
        self.count += 1;
        if !self.kinds.contains(&why.kind) {
            self.kinds.push(why.kind);
        }
        self.named.push((line, why));
        if self.named.len() >= 2 * KEPT {
            self.keep(KEPT);
        }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Keeps the first `most` rows of the file.
    fn keep(&mut self, most: usize) {
        self.named.sort_by_key(|(line, _)| *line);
        self.named.truncate(most);
    }

    /// The failure for the bad rows, given the number of `good` ones.
    pub fn failure(mut self, good: u64, others: Others, format: Format) -> Failure {
        self.keep(if matches!(format, Format::Json | Format::Jsonl) { KEPT } else { SHOWN });
        let are = if self.count == 1 { "is" } else { "are" };
        let (kind, what) = match others {
            Others::Refused => {
                let kind = WEIGHT.into_iter().find(|kind| self.kinds.contains(kind)).unwrap_or(Kind::Usage);
                (kind, format!("{are} wrong; nothing has changed"))
            }
            Others::WouldBeDone => (Kind::PartlyDone, "would be left out; the rest would be done".into()),
            Others::Done => (Kind::PartlyDone, format!("{are} left out; the rest is done")),
            Others::SaidElsewhere => (Kind::PartlyDone, format!("{are} left out")),
        };
        let mut message = format!("{} of {} {what}", grouped(self.count), counted(self.count + good, "row"));
        let named = self.named.len();
        if (named as u64) < self.count {
            // Writing to a String cannot fail.
            let _ = write!(message, "; the first {named} of them:");
        }
        let items = self.named.into_iter();
        let items = items.map(|(line, failure)| FailedItem { target: format!("line {line}"), failure }).collect();
        Failure { items, ..Failure::new(kind, message) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bad(lines: impl IntoIterator<Item = u64>, kind: Kind) -> BadRows {
        let mut bad = BadRows::default();
        lines.into_iter().for_each(|line| bad.add(line, Failure::new(kind, "why")));
        bad
    }

    #[test]
    fn a_person_is_told_of_the_first_twenty_and_of_how_many_there_are() {
        let failure = bad((2..=1_000_001).rev(), Kind::Usage).failure(5, Others::Refused, Format::Text);
        assert_eq!(
            failure.message,
            "1,000,000 of 1,000,005 rows are wrong; nothing has changed; the first 20 of them:"
        );
        assert_eq!(failure.items.len(), 20);
        assert_eq!((&*failure.items[0].target, &*failure.items[19].target), ("line 2", "line 21"));
    }

    #[test]
    fn a_program_is_told_of_the_first_thousand() {
        assert_eq!(bad(2..5_000, Kind::Usage).failure(0, Others::Refused, Format::Json).items.len(), KEPT);
    }

    #[test]
    fn what_is_wrong_in_the_file_weighs_most() {
        for kinds in [&WEIGHT[..], &WEIGHT[1..], &WEIGHT[2..], &WEIGHT[3..]] {
            let mut all = BadRows::default();
            kinds.iter().rev().for_each(|kind| all.add(2, Failure::new(*kind, "why")));
            assert_eq!(all.failure(1, Others::Refused, Format::Text).kind, kinds[0]);
        }
    }

    #[test]
    fn rows_that_were_left_out_are_part_of_what_was_asked() {
        for (others, said) in [
            (Others::Done, "1 of 3 rows is left out; the rest is done"),
            (Others::WouldBeDone, "1 of 3 rows would be left out; the rest would be done"),
            (Others::SaidElsewhere, "1 of 3 rows is left out"),
        ] {
            let failure = bad([3], Kind::Conflict).failure(2, others, Format::Text);
            assert_eq!((failure.kind, &*failure.message), (Kind::PartlyDone, said));
        }
    }
}
