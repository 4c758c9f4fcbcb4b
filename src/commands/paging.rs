//! Lists that are read a page at a time, and shown a screenful at a time.

use std::fmt::Display;

use super::Desk;
use crate::terminal::format::Format;

/// How many rows are read and written at a time: no transaction is open while a reader makes the output wait.
pub const PAGE: usize = 1_000;
/// How many rows a terminal is shown unless it asks for more.
const SCREENFUL: usize = 1_000;

/// How many rows to list at the most: as many as are asked for, on a terminal a screenful, otherwise all.
pub fn limit(desk: &Desk<'_>, asked: Option<u64>) -> usize {
    let for_screen = desk.format() == Format::Text && desk.output.layout().width.is_some();
    match asked {
        Some(asked) => usize::try_from(asked).unwrap_or(usize::MAX),
        None if for_screen => SCREENFUL,
        None => usize::MAX,
    }
}

/// Says how to see those that come after the last that is shown.
pub fn tell_of_more(desk: &mut Desk<'_>, shown: usize, last: impl Display) {
    desk.terminal.note(&format!("The first {shown} are shown; go on with --after {last}, or raise --limit."));
}
