//! The record of who did what to whom: what is recorded, and how it is found again.

pub mod archive;
mod chain;
mod detail;
#[cfg(any(test, fuzzing))]
pub(crate) mod properties;
mod repeats;

pub use self::chain::{EMPTY, Event, Head, Link, Tampered, Walk};
pub use self::detail::{Detail, DetailKey};
pub use self::repeats::{BYTES_AN_EVENT, EVENTS_A_DAY, KINDS, Repeat, together};
pub use super::reason::Reason;

use super::account::{Account, AccountId};
use super::actor::Actor;
use super::authority::Action;
use super::name::Username;

/// The actions in the record that need no role.
const WITHOUT_A_ROLE: [&str; 7] = ["sign-in", "change-password", "profile", "verify", "renew-hash", "lock", "recover"];

/// All actions that the record knows.
pub const ACTIONS: [&str; WITHOUT_A_ROLE.len() + Action::ALL.len()] = {
    let mut all = [""; WITHOUT_A_ROLE.len() + Action::ALL.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = if at < Action::ALL.len() { Action::ALL[at].name() } else { WITHOUT_A_ROLE[at - Action::ALL.len()] };
        at += 1;
    }
    all
};

/// Whether something was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was not done: the actor may not, the password was wrong, or a rule forbids it.
    Refused,
}

impl Outcome {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Done, Self::Refused];

    /// The name on the command line and in machine formats.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }
}

/// Something to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The actor. `None` for a failed sign-in, since nobody proved who they are.
    pub actor: Option<Actor>,
    /// The action in the words of the command line: `reset`, `sign-in`.
    pub action: &'static str,
    /// The target, by its name as it was typed or found.
    pub target: Option<RecordedTarget>,
    /// Whether it was done.
    pub outcome: Outcome,
    /// More details. Never a secret.
    pub detail: Detail,
}

impl Entry {
    /// Something was done.
    #[must_use]
    pub fn done(by: &Actor, action: &'static str, target: Option<RecordedTarget>, detail: Detail) -> Self {
        Self { actor: Some(by.clone()), action, target, outcome: Outcome::Done, detail }
    }

    /// Something was refused.
    #[must_use]
    pub fn refused(by: &Actor, action: &'static str, target: Option<RecordedTarget>, why: Reason) -> Self {
        Self { actor: Some(by.clone()), action, target, outcome: Outcome::Refused, detail: Detail::of(why) }
    }
}

/// The account that something was done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedTarget {
    /// The account's number, if there is such an account.
    pub id: Option<AccountId>,
    /// Its username.
    pub username: Username,
}

impl From<&Account> for RecordedTarget {
    fn from(account: &Account) -> Self {
        Self { id: Some(account.id), username: account.username.clone() }
    }
}

/// Whether a search text means an actor, as [`Actor::recorded`] names it. The words of the text must occur in the name,
/// whole and in a row. `ann` does not mean `joanna`. `token nightly` means a token of any owner. A text without a word
/// means nobody.
#[must_use]
pub fn means(text: &str, recorded: &str) -> bool {
    let sought: Vec<_> = words(text).collect();
    let named: Vec<_> = words(recorded).collect();
    !sought.is_empty() && named.windows(sought.len()).any(|words| words == sought)
}

/// The words of an actor: the names, numbers and labels, without separators.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', ',', '(', ')']).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_knows_each_action_once() {
        for action in Action::ALL.map(Action::name).into_iter().chain(WITHOUT_A_ROLE) {
            assert_eq!(ACTIONS.iter().filter(|known| **known == action).count(), 1, "{action}");
        }
    }

    #[test]
    fn an_actor_is_meant_by_whole_words_that_stand_together() {
        let [operator, token, owner] = ["operator ada (uid 1000, sudo by bob)", "joanna (token nightly)", "joanna"];
        for (text, recorded) in [
            ("ada", operator),
            ("operator", operator),
            ("1000", operator),
            ("bob", operator),
            ("uid 1000", operator),
            ("ada (uid 1000, sudo by bob)", operator),
            (operator, operator),
            ("joanna", token),
            ("nightly", token),
            ("token nightly", token),
            (token, token),
            (" joanna ", owner),
        ] {
            assert!(means(text, recorded), "{text:?} {recorded:?}");
        }
        for (text, recorded) in [
            ("ad", operator),
            ("100", operator),
            ("ada bob", operator),
            ("1000 uid", operator),
            ("bob x", operator),
            ("ann", token),
            ("night", token),
            ("ann", owner),
            ("joanna (token nightly)", owner),
            ("", owner),
            (" (,)", owner),
            ("", ""),
            ("joanna", ""),
        ] {
            assert!(!means(text, recorded), "{text:?} {recorded:?}");
        }
    }
}
