//! `passdesk users unlock`.

use super::many::change_each;
use crate::cli::users::Many;
use crate::commands::Desk;
use crate::domain::authority::Action;
use crate::failure::Result;
use crate::store::Store;

/// Lets accounts try again that failed to sign in too often.
pub fn run(desk: &mut Desk<'_>, args: &Many) -> Result<()> {
    change_each(desk, args, Action::Unlock, Store::unlock, "may sign in again.")
}
