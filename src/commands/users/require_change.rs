//! `passdesk users require-change`.

use super::many::change_each;
use crate::cli::users::Many;
use crate::commands::Desk;
use crate::domain::authority::Action;
use crate::failure::Result;

/// Asks for a new password at the next sign-in, without touching the password.
pub fn run(desk: &mut Desk<'_>, args: &Many) -> Result<()> {
    let change = |store: &mut dyn crate::store::Store, by: &_, id, seen| store.require_change(by, id, seen);
    change_each(desk, args, Action::RequireChange, change, "must choose a new password at the next sign-in.")
}
