//! `passdesk users unlock`.

use super::many::change_each;
use crate::cli::users::Many;
use crate::commands::Desk;
use crate::domain::authority::Action;
use crate::failure::Result;

/// Lets accounts try again that failed to sign in too often.
pub fn run(desk: &mut Desk<'_>, args: &Many) -> Result<()> {
    let change = |store: &mut dyn crate::store::Store, by: &_, id, seen| store.unlock(by, id, seen);
    change_each(desk, args, Action::Unlock, change, "may sign in again.")
}
