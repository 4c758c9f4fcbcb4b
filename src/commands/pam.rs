//! Commands that PAM runs. PAM says in its environment who wants in. Only an operator may say so.

use super::Desk;
use crate::domain::actor::Actor;
use crate::domain::audit::{Detail, Entry};
use crate::domain::authority::Refusal;
use crate::domain::target::Target;
use crate::failure::{Failure, Kind, Result};
use crate::store::Store;

/// The account that PAM names. `None` is a name that no account can have.
pub fn target(desk: &Desk<'_>) -> Result<Option<Target>> {
    if desk.global.as_username.is_some() || desk.global.password_stdin {
        let message = "--pam takes the name from PAM_USER, and needs no sign-in";
        return Err(Failure::new(Kind::Usage, message).hint("leave out --as and --password-stdin"));
    }
    match &desk.pam {
        Some(facts) if facts.names_somebody() => Ok(facts.target()),
        _ => Err(Failure::new(Kind::Usage, "PAM_USER is not set")
            .hint("--pam is for a line of pam_exec in /etc/pam.d; docs/other-programs.md shows the lines")),
    }
}

/// Fails if PAM asks and no operator runs this. Anybody can set `PAM_USER`.
pub fn is_believed(desk: &Desk<'_>, store: &mut Store) -> Result<()> {
    match desk.operator.let_in() {
        Err(why) if desk.pam.is_some() => Err(turned_away(desk, store, why)),
        _ => Ok(()),
    }
}

/// Records that whoever runs this was refused, and returns that failure.
pub fn turned_away(desk: &Desk<'_>, store: &mut Store, why: Refusal) -> Failure {
    let by = Actor::Operator(desk.operator.clone());
    let recorded = store.turn_away(&Entry::refused(&by, "verify", None, why.reason()));
    recorded.map_or_else(Into::into, |()| why.into())
}

/// The details with what PAM says, if PAM asks.
pub fn noted(desk: &Desk<'_>, detail: Detail) -> Detail {
    match &desk.pam {
        Some(facts) => facts.noted(detail),
        None => detail,
    }
}
