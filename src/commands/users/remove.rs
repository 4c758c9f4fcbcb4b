//! `passdesk users remove`.

use super::many::change_each;
use crate::cli::users::Many;
use crate::commands::Desk;
use crate::domain::authority::Action;
use crate::failure::Result;

/// Takes accounts out, and ends their sign-ins.
pub fn run(desk: &mut Desk<'_>, args: &Many) -> Result<()> {
    let change = |store: &mut dyn crate::store::Store, by: &_, id, seen| store.remove(by, id, seen);
    change_each(
        desk,
        args,
        Action::Remove,
        change,
        "is removed; 'passdesk users restore' brings it back until it is purged.",
    )
}
