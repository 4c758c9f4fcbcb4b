//! The clipboard of the display as the way out.

use std::time::Duration;

use super::{Handed, Means, WayOut};
use crate::domain::clock::spoken;
use crate::failure::Result;

/// The clipboard as the way out.
pub struct ToClipboard {
    clear_after: Option<Duration>,
    /// Whether the secret was still there when it came into force.
    is_there: bool,
}

impl ToClipboard {
    /// A clipboard that is cleared after this time.
    #[must_use]
    pub fn new(clear_after: Option<Duration>) -> Self {
        Self { clear_after, is_there: false }
    }
}

impl WayOut for ToClipboard {
    fn hand_over(&mut self, means: &mut Means<'_>, handed: &Handed<'_>) -> Result<()> {
        means.clipboard.copy(handed.bare(), self.clear_after)
    }

    fn commits(&mut self, means: &mut Means<'_>) -> Result<()> {
        // If something else replaced the secret on the clipboard, nobody has it.
        means.clipboard.committing()
    }

    fn is_bare(&self, _: bool) -> bool {
        true
    }

    fn handed(&self) -> String {
        "copied".into()
    }

    fn keep(&mut self, means: &mut Means<'_>) {
        self.is_there = means.clipboard.committed();
    }

    fn confirmed(&self) -> String {
        if self.is_there {
            format!("is {}, and in force", on_the_clipboard(self.clear_after))
        } else {
            "is in force, but no longer on the clipboard; if you do not have it, reset again".into()
        }
    }

    fn take_back_latest(&mut self, means: &mut Means<'_>) -> bool {
        means.clipboard.clear()
    }
}

/// Where a copy is, and how long it stays there.
pub fn on_the_clipboard(clear_after: Option<Duration>) -> String {
    let seconds = clear_after.map(|span| i64::try_from(span.as_secs()).unwrap_or(i64::MAX));
    seconds.map_or_else(|| "on the clipboard".into(), |seconds| format!("on the clipboard for {}", spoken(seconds)))
}
