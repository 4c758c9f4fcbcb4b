//! `passdesk users enable`.

use super::many::change_each;
use crate::cli::users::Many;
use crate::commands::Desk;
use crate::domain::authority::Action;
use crate::failure::Result;

/// Switches accounts on again.
pub fn run(desk: &mut Desk<'_>, args: &Many) -> Result<()> {
    let change = |store: &mut dyn crate::store::Store, by: &_, id, seen| store.enable(by, id, seen);
    change_each(desk, args, Action::Enable, change, "is enabled.")
}
