//! `passdesk users require-change`.

use super::many::change_each;
use crate::cli::users::Many;
use crate::commands::Desk;
use crate::domain::authority::Action;
use crate::failure::Result;
use crate::store::Store;

/// Asks for a new password at the next sign-in, without touching the password.
pub fn run(desk: &mut Desk<'_>, args: &Many) -> Result<()> {
    change_each(
        desk,
        args,
        Action::RequireChange,
        Store::require_change,
        "must choose a new password at the next sign-in.",
    )
}
