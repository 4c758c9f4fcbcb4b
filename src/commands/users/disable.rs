//! `passdesk users disable`.

use super::many::change_each;
use crate::cli::users::Many;
use crate::commands::Desk;
use crate::domain::authority::Action;
use crate::failure::Result;
use crate::store::Store;

/// Switches accounts off, and ends their sign-ins.
pub fn run(desk: &mut Desk<'_>, args: &Many) -> Result<()> {
    change_each(desk, args, Action::Disable, Store::disable, "is disabled; every sign-in and token has ended.")
}
