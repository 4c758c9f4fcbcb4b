//! `passdesk users enable`.

use super::many::change_each;
use crate::cli::users::Many;
use crate::commands::Desk;
use crate::domain::authority::Action;
use crate::failure::Result;
use crate::store::Store;

/// Switches accounts on again.
pub fn run(desk: &mut Desk<'_>, args: &Many) -> Result<()> {
    change_each(desk, args, Action::Enable, Store::enable, "is enabled.")
}
