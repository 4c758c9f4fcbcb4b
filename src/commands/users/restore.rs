//! `passdesk users restore`.

use super::many::change_each;
use crate::cli::users::Many;
use crate::commands::Desk;
use crate::domain::authority::Action;
use crate::failure::Result;
use crate::store::Store;

/// Brings removed accounts back, as they were.
pub fn run(desk: &mut Desk<'_>, args: &Many) -> Result<()> {
    change_each(desk, args, Action::Restore, Store::restore, "is restored.")
}
