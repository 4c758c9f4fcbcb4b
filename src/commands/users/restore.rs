//! `passdesk users restore`.

use super::many::change_each;
use crate::cli::users::Many;
use crate::commands::Desk;
use crate::domain::authority::Action;
use crate::failure::Result;

/// Brings removed accounts back, as they were.
pub fn run(desk: &mut Desk<'_>, args: &Many) -> Result<()> {
    let change = |store: &mut dyn crate::store::Store, by: &_, id, seen| store.restore(by, id, seen);
    change_each(desk, args, Action::Restore, change, "is restored.")
}
