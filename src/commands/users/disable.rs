//! `passdesk users disable`.

use super::many::change_each;
use crate::cli::users::Many;
use crate::commands::Desk;
use crate::domain::authority::Action;
use crate::failure::Result;

/// Switches accounts off, and ends their sign-ins.
pub fn run(desk: &mut Desk<'_>, args: &Many) -> Result<()> {
    let change = |store: &mut dyn crate::store::Store, by: &_, id, seen| store.disable(by, id, seen);
    change_each(desk, args, Action::Disable, change, "is disabled; every sign-in and token has ended.")
}
