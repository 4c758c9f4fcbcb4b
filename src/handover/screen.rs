//! The confirmation screen as the way out.

use std::time::Duration;

use super::clipboard::on_the_clipboard;
use super::{Handed, Means, WayOut, not_delivered};
use crate::domain::text::neutral;
use crate::failure::{Failure, Kind, Result};
use crate::terminal::Phase;
use crate::terminal::screen::{ScreenKey, ScreenPage};

/// The screen, its page, and how long a copy from it stays on the clipboard.
pub struct OnScreen {
    shown: Option<ScreenPage>,
    clear_after: Option<Duration>,
}

impl OnScreen {
    /// An empty screen.
    #[must_use]
    pub fn new(clear_after: Option<Duration>) -> Self {
        Self { shown: None, clear_after }
    }
}

impl WayOut for OnScreen {
    fn hand_over(&mut self, means: &mut Means<'_>, handed: &Handed<'_>) -> Result<()> {
        if means.terminal.interrupted() {
            // Nobody has seen anything yet.
            return Err(Failure::cancelled());
        }
        let page = handed.page.ok_or_else(|| not_delivered("a screen holds one secret"))?();
        means.terminal.paint(&page).map_err(|error| Failure { kind: Kind::NotDelivered, ..Failure::from(error) })?;
        self.shown = Some(page);
        Ok(())
    }

    fn confirmed(&self) -> String {
        "was on the screen, and is in force".into()
    }

    fn takes_page(&self) -> bool {
        true
    }

    /// `c` copies the secret. While the screen is shown, a signal leaves it, too.
    fn wait(&mut self, means: &mut Means<'_>, is: &str) {
        let Some(mut page) = self.shown.take() else { return };
        means.terminal.enter(Phase::Idle);
        page.status = format!("{is}.");
        let mut painted = means.terminal.paint(&page);
        means.terminal.forget_typed();
        // A terminal that is gone cannot show anything.
        while painted.is_ok() && means.terminal.key().ok() == Some(ScreenKey::Copy) {
            page.status = match means.clipboard.copy(page.secret.as_bytes(), self.clear_after) {
                Ok(()) if means.clipboard.committed() => {
                    format!("{is}, and {}.", on_the_clipboard(self.clear_after))
                }
                Ok(()) => format!("{is}, and no longer on the clipboard."),
                Err(failure) => format!("{is}, and not copied: {}.", neutral(&failure.message)),
            };
            painted = means.terminal.paint(&page);
        }
        // The program goes on, and has no more use for the secret.
        drop(page);
        means.terminal.leave_screen();
    }

    fn leave(&mut self, means: &mut Means<'_>) {
        self.shown = None;
        means.terminal.leave_screen();
    }
}
