//! Lists that are read a page at a time, and shown a screenful at a time.

use std::fmt::Display;

use super::Desk;
use crate::domain::text::shell_word;
use crate::terminal::format::Format;

/// How many rows are read and written at a time. No transaction is open while a slow reader blocks the output.
pub const PAGE: usize = 1_000;
/// How many rows a terminal shows, unless the flags ask for more.
const SCREENFUL: usize = 1_000;

/// The most rows to list. The default is a screenful on a terminal, and everything elsewhere.
pub fn limit(desk: &Desk<'_>, asked: Option<u64>) -> usize {
    let for_screen = desk.format() == Format::Text && desk.output.layout().width.is_some();
    match asked {
        Some(asked) => usize::try_from(asked).unwrap_or(usize::MAX),
        None if for_screen => SCREENFUL,
        None => usize::MAX,
    }
}

/// Tells how to see the rows after the last one shown.
pub fn tell_of_more(desk: &mut Desk<'_>, shown: usize, last: impl Display) {
    desk.terminal.note(&format!("The first {shown} are shown; go on with --after {last}, or raise --limit."));
}

/// A filter as it was typed, if it was.
pub fn typed(flag: &str, value: Option<&str>) -> Option<String> {
    Some(format!(" --{flag} {}", shell_word(value?)))
}

/// Says that a list is empty, and what was searched for.
pub fn none_of(one: &str, typed: impl IntoIterator<Item = Option<String>>) -> String {
    let typed: String = typed.into_iter().flatten().collect();
    if typed.is_empty() { format!("There is no {one}.") } else { format!("No {one} matches{typed}.") }
}
