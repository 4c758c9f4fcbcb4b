//! `passdesk complete-usernames`: the usernames that somebody may have begun to type.

use super::{Desk, actor};
use crate::cli::complete::Usernames;
use crate::domain::authority::Action;
use crate::domain::name::Username;
use crate::failure::Result;
use crate::terminal::output;

/// The most names that are printed. Nobody reads more.
const MOST: usize = 200;

/// Prints the usernames that begin with a text, to somebody who may list accounts. It asks nobody, and records nothing:
/// whoever presses a key has not asked for anything yet. The caller keeps its failures to itself. Somebody may have handed the
/// store over, and a shell puts the names on its line. So it gets no name with a sign that a shell takes for its own.
pub fn run(desk: &mut Desk<'_>, args: &Usernames) -> Result<()> {
    let store = desk.stores.open_as_it_is()?;
    let store = desk.meet(store)?;
    let Some(acting) = actor::quietly(desk, &store)? else { return Ok(()) };
    if !acting.could(Action::List) {
        return Ok(());
    }
    let names = store.usernames(&args.begun, args.removed, MOST)?;
    let usernames = names.into_iter().filter(|name| name.parse::<Username>().is_ok());
    let lines: String = usernames.flat_map(|name| [name, "\n".into()]).collect();
    output::print(desk.output, lines.as_bytes()).map(|_| ())
}
