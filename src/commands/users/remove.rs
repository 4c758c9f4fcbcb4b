//! `passdesk users remove`.

use super::many::change_each;
use crate::cli::users::Many;
use crate::commands::Desk;
use crate::domain::authority::Action;
use crate::failure::Result;
use crate::store::Store;

/// Takes accounts out, and ends their sign-ins.
pub fn run(desk: &mut Desk<'_>, args: &Many) -> Result<()> {
    change_each(
        desk,
        args,
        Action::Remove,
        Store::remove,
        "is removed; 'passdesk users restore' brings it back until it is purged.",
    )
}
