//! One change to many accounts: whom it takes, and what it asks first.

use std::fs;

use jiff::ToSpan as _;

use super::*;
use crate::cli::users::{Command, Filters, ManyFlags, RoleOf, Which};
use crate::commands::users;
use crate::domain::account::{Lifecycle, State};
use crate::domain::actor::Actor;
use crate::domain::change::Change;
use crate::domain::sign_in::SignInDigest;
use crate::store::{EventFilter, NewSignIn};

/// Each change by its command.
fn command(change: Change, many: Many) -> Command {
    match change {
        Change::RequireChange => Command::RequireChange(many),
        Change::Unlock => Command::Unlock(many),
        Change::Disable => Command::Disable(many),
        Change::Enable => Command::Enable(many),
        Change::SignOut => Command::SignOut(many),
        Change::Remove => Command::Remove(many),
        Change::Restore => Command::Restore(many),
        Change::Grant(role) => Command::Grant(RoleOf { many, role }),
        Change::Revoke(role) => Command::Revoke(RoleOf { many, role }),
    }
}

/// Each change, and the question for two accounts.
const QUESTIONS: [(Change, &str); 9] = [
    (Change::RequireChange, "Require a new password of 2 accounts (alice, bob)?"),
    (Change::Unlock, "Unlock 2 accounts (alice, bob)?"),
    (Change::Disable, "Disable 2 accounts (alice, bob)?"),
    (Change::Enable, "Enable 2 accounts (alice, bob)?"),
    (Change::SignOut, "Sign out 2 accounts (alice, bob)?"),
    (Change::Remove, "Remove 2 accounts (alice, bob)?"),
    (Change::Restore, "Restore 2 accounts (alice, bob)?"),
    (Change::Grant(Role::Auditor), "Give the role auditor to 2 accounts (alice, bob)?"),
    (Change::Revoke(Role::Helpdesk), "Take the role helpdesk from 2 accounts (alice, bob)?"),
];

/// `alice` and `bob`, for whom the change does something.
fn site(change: Change) -> Site {
    let mut site = Site::new();
    for username in ["alice", "bob"] {
        site.settled(username, &[Role::Helpdesk]);
        match change {
            Change::Enable => site.make(Change::Disable, username),
            Change::Restore => site.make(Change::Remove, username),
            Change::Unlock => {
                let mut call = as_user(username, vec![Step::Piped("not that one".into())]);
                call.global.password_stdin = true;
                site.call(call, crate::commands::me::profile::run).fails(Kind::SignInFailed);
            }
            _ => {
                let (account, proved) = (site.account(username), site.credential(username).revision);
                let new = NewSignIn {
                    digest: SignInDigest([u8::try_from(account.id.0).unwrap(); 32]),
                    until: site.clock.now() + 1.hour(),
                };
                site.stores.open().unwrap().begin_sign_in(account.id, proved, &new).unwrap();
            }
        }
    }
    site
}

impl Site {
    /// Makes a change as the operator.
    fn make(&self, change: Change, username: &str) {
        let (account, by) = (self.account(username), operator());
        self.stores.open().unwrap().change_account(&by, change, account.id, account.revision).unwrap();
    }

    /// Whether the change has been made to both accounts.
    fn has(&self, change: Change) -> bool {
        let store = self.stores.open().unwrap();
        let filter = EventFilter { action: Some(change.action().name().into()), ..EventFilter::default() };
        let done = store.events(&filter, None, 100).unwrap().into_iter().filter(|event| event.outcome == "done");
        ["alice", "bob"].iter().all(|name| done.clone().any(|event| event.target == **name))
            && (change == Change::SignOut || ["alice", "bob"].iter().all(|name| change.is_made(&self.account(name))))
    }
}

fn operator() -> Actor {
    Actor::Operator(Operator { uid: 0, os_user: "opal".into(), sudo_caller: None, role: None, is_guest: false })
}

fn whom(which: Which) -> Many {
    Many { which, ..Many::default() }
}

fn all() -> Many {
    whom(Which { all: true, ..Which::default() })
}

fn searched(text: &str) -> Many {
    whom(Which { filters: Filters { search: Some(text.into()), ..Filters::default() }, ..Which::default() })
}

/// The accounts that a file names.
fn listed(site: &Site, text: &str) -> Many {
    let list = site.folder.path().join("list");
    fs::write(&list, text).unwrap();
    whom(Which { from: Some(list), ..Which::default() })
}

fn yes(many: Many) -> Many {
    Many { way: ManyFlags { yes: true, ..many.way }, ..many }
}

#[test]
fn whoever_is_named_is_changed_without_a_question() {
    for (change, _) in QUESTIONS {
        let mut site = site(change);
        let call = Call { absent: true, ..Call::default() };
        site.call(call, |desk| users::run(desk, &command(change, many(&["alice", "bob"])))).succeeds();
        assert!(site.has(change), "{change:?}");
    }
}

#[test]
fn a_list_and_a_filter_ask_before_they_change_anybody() {
    for (change, question) in QUESTIONS {
        for is_listed in [true, false] {
            let mut site = site(change);
            let whom = || if is_listed { listed(&site, "alice\nbob\n") } else { searched("Name of") };
            let [declined, confirmed] = [whom(), whom()].map(|whom| command(change, whom));
            let before = ["alice", "bob"].map(|name| site.state(name));
            let call = Call { script: vec![Step::Decline(question)], ..Call::default() };
            site.call(call, |desk| users::run(desk, &declined)).fails(Kind::Cancelled);
            assert_eq!(["alice", "bob"].map(|name| site.state(name)), before);
            let call = Call { script: vec![Step::Confirm(question)], ..Call::default() };
            site.call(call, |desk| users::run(desk, &confirmed)).succeeds();
            assert!(site.has(change), "{change:?}");
        }
    }
}

#[test]
fn without_a_terminal_a_list_and_a_filter_want_a_yes() {
    for (change, _) in QUESTIONS {
        let mut site = site(change);
        let before = ["alice", "bob"].map(|name| site.state(name));
        for whom in [listed(&site, "alice\nbob\n"), searched("Name of")] {
            let call = Call { absent: true, ..Call::default() };
            site.call(call, |desk| users::run(desk, &command(change, whom))).fails(Kind::Usage);
        }
        assert_eq!(["alice", "bob"].map(|name| site.state(name)), before);
        let (call, whom) = (Call { absent: true, ..Call::default() }, yes(searched("Name of")));
        site.call(call, |desk| users::run(desk, &command(change, whom))).succeeds();
        assert!(site.has(change), "{change:?}");
    }
}

#[test]
fn a_single_account_that_a_filter_finds_is_shown_in_full() {
    let mut site = site(Change::Disable);
    let call = Call { script: vec![Step::Confirm("Disable alice (Name of alice), id 2?")], ..Call::default() };
    site.call(call, |desk| users::run(desk, &Command::Disable(searched("alice")))).succeeds();
    assert_eq!(site.account("alice").lifecycle, Lifecycle::Disabled);
}

#[test]
fn for_more_than_ten_their_number_is_typed_back() {
    let mut site = Site::new();
    for number in 10..21 {
        site.add(&format!("u{number}"), &[]);
    }
    let question = "Disable 11 accounts (u10, u11, u12, u13, u14, and 6 more)?";
    for (answer, kind) in [("10", Some(Kind::Cancelled)), ("y", Some(Kind::Cancelled)), ("11", None)] {
        let call = Call { script: vec![Step::Text(question, answer)], ..Call::default() };
        let ran = site.call(call, |desk| users::run(desk, &Command::Disable(searched("Name of u"))));
        match kind {
            Some(kind) => _ = ran.fails(kind),
            None => assert_eq!(
                ran.succeeds().notes,
                "11 accounts are disabled; every sign-in and token of theirs has ended."
            ),
        }
        assert_eq!(site.account("u10").lifecycle == Lifecycle::Disabled, kind.is_none(), "{answer}");
    }
}

#[test]
fn all_are_all_but_ones_own_account() {
    let mut site = Site::new();
    site.settled("ada", &[Role::GlobalAdmin]);
    site.settled("alice", &[]);
    let before = site.state("ada");
    let script = vec![secret("Password of ada", GOOD), Step::Confirm("Sign out 2 accounts (root, alice)?")];
    site.call(as_user("ada", script), |desk| users::run(desk, &Command::SignOut(all()))).succeeds();
    let script = vec![secret("Password of ada", GOOD), Step::Confirm("Disable 2 accounts (root, alice)?")];
    site.call(as_user("ada", script), |desk| users::run(desk, &Command::Disable(all()))).succeeds();
    assert_eq!(site.state("ada"), before);
    assert_eq!(site.account("alice").lifecycle, Lifecycle::Disabled);
}

#[test]
fn all_who_can_be_restored_are_the_removed_ones() {
    let mut site = Site::new();
    for username in ["alice", "bob", "carol"] {
        site.settled(username, &[]);
    }
    for username in ["alice", "carol"] {
        site.make(Change::Remove, username);
    }
    let script = vec![Step::Confirm("Restore 2 accounts (alice, carol)?")];
    site.call(Call { script, ..Call::default() }, |desk| users::run(desk, &Command::Restore(all()))).succeeds();
    assert_eq!(["alice", "carol"].map(|name| site.account(name).removed_at), [None; 2]);
}

#[test]
fn whoever_is_so_already_is_passed_over_and_counted() {
    let mut site = site(Change::Disable);
    site.make(Change::Disable, "alice");
    let before = site.state("alice");
    let script = vec![Step::Confirm("Disable bob (Name of bob), id 3?")];
    let whom = listed(&site, "alice\nbob\n");
    let ran =
        site.call(Call { script, ..Call::default() }, |desk| users::run(desk, &Command::Disable(whom))).succeeds();
    assert!(ran.notes.ends_with("\n1 account is so already."), "{}", ran.notes);
    assert_eq!(site.state("alice"), before);
    assert_eq!(site.account("bob").lifecycle, Lifecycle::Disabled);
}

#[test]
fn a_list_of_those_who_are_all_so_already_asks_nothing_and_changes_nothing() {
    for (change, _) in QUESTIONS.into_iter().filter(|(change, _)| *change != Change::SignOut) {
        let mut site = site(change);
        for username in ["alice", "bob"] {
            site.make(change, username);
        }
        let before = ["alice", "bob"].map(|name| site.state(name));
        let whom = listed(&site, "alice\nbob\n");
        let ran = site.call(Call::default(), |desk| users::run(desk, &command(change, whom))).succeeds();
        assert_eq!(ran.notes, "2 accounts are so already.", "{change:?}");
        assert_eq!(["alice", "bob"].map(|name| site.state(name)), before);
    }
}

#[test]
fn the_last_admin_is_named_before_the_question_and_the_others_are_changed() {
    for (change, question) in [
        (Change::Disable, "Disable alice (Name of alice), id 3?\n1 of 2 cannot be disabled. Do it for the others?"),
        (Change::Remove, "Remove alice (Name of alice), id 3?\n1 of 2 cannot be removed. Do it for the others?"),
    ] {
        let mut site = Site::new();
        site.settled("ada", &[Role::GlobalAdmin]);
        site.settled("alice", &[]);
        let before = site.state("ada");
        let whom = listed(&site, "ada\nalice\n");
        let call = Call { script: vec![Step::Confirm(question)], ..Call::default() };
        let ran = site.call(call, |desk| users::run(desk, &command(change, whom)));
        let Err(failure) = ran.outcome else { panic!("ada is the last admin") };
        assert_eq!((failure.kind, failure.items[0].failure.kind), (Kind::PartlyDone, Kind::RefusedByPolicy));
        assert_eq!(site.state("ada"), before);
        assert!(change.is_made(&site.account("alice")));
    }
}

#[test]
fn a_dry_run_says_who_and_changes_nothing_of_many() {
    for (change, question) in QUESTIONS {
        let mut site = site(change);
        let before = ["alice", "bob"].map(|name| site.state(name));
        let dry = |many: Many| Many { way: ManyFlags { dry_run: true, ..ManyFlags::default() }, ..many };
        let whom = dry(listed(&site, "alice\nbob\n"));
        let ran = site.call(Call::default(), |desk| users::run(desk, &command(change, whom))).succeeds();
        let said = |whom: &str| {
            let (verb, rest) = question.split_once(' ').unwrap();
            let rest = rest.replace("2 accounts (alice, bob)?", whom);
            format!("Would {} {rest}.\n", verb.to_lowercase())
        };
        let both = [said("alice (Name of alice), id 2"), said("bob (Name of bob), id 3")].concat();
        assert_eq!(ran.stdout, both);
        assert_eq!(["alice", "bob"].map(|name| site.state(name)), before);
    }
}

#[test]
fn a_signal_lets_the_one_in_hand_be_changed_and_names_the_others() {
    let mut site = Site::new();
    for username in ["alice", "bob", "carol"] {
        site.settled(username, &[]);
    }
    let call = Call { interrupted_after: Some(1), ..Call::default() };
    let ran = site.call(call, |desk| users::run(desk, &Command::Disable(yes(searched("Name of")))));
    let Err(failure) = ran.outcome else { panic!("bob and carol were not disabled") };
    assert_eq!(failure.kind, Kind::PartlyDone);
    let failed: Vec<_> = failure.items.iter().map(|item| (item.target.as_str(), item.failure.kind)).collect();
    assert_eq!(failed, [("bob", Kind::Cancelled), ("carol", Kind::Cancelled)]);
    let off = |name: &str| site.account(name).lifecycle == Lifecycle::Disabled;
    assert_eq!(["alice", "bob", "carol"].map(off), [true, false, false]);
}

#[test]
fn whoever_was_changed_while_the_question_stood_is_a_conflict_and_the_others_are_changed() {
    let mut site = site(Change::Disable);
    let stores = SqliteStores::at(site.stores.path(), site.clock.clone(), OPERATION).unwrap();
    let alice = site.account("alice");
    let meanwhile = move || {
        let mut store = stores.open().unwrap();
        store.change_account(&operator(), Change::RequireChange, alice.id, alice.revision).unwrap();
    };
    let call = Call {
        script: vec![Step::Confirm("Disable 2 accounts (alice, bob)?")],
        at_question: Some(Box::new(meanwhile)),
        ..Call::default()
    };
    let ran = site.call(call, |desk| users::run(desk, &Command::Disable(searched("Name of"))));
    let Err(failure) = ran.outcome else { panic!("alice was changed meanwhile") };
    assert_eq!((failure.items[0].target.as_str(), failure.items[0].failure.kind), ("alice", Kind::Conflict));
    assert_eq!(site.account("alice").state(site.clock.now()), State::MustChange);
    assert_eq!(site.account("bob").lifecycle, Lifecycle::Disabled);
}

#[test]
fn nobody_signs_themselves_out_as_somebody_else() {
    let mut site = Site::new();
    site.settled("ada", &[Role::GlobalAdmin]);
    let call = as_user("ada", vec![secret("Password of ada", GOOD)]);
    let message = site.call(call, |desk| users::run(desk, &Command::SignOut(many(&["ada"])))).fails(Kind::NotAllowed);
    assert!(message.contains("that is their own account"), "{message}");
}
