//! `users reset`: first delivered, then in force.

use super::*;
use crate::cli::users::Command;
use crate::commands::users;
use crate::commands::users::reset::run;
use crate::domain::account::State;
use crate::domain::actor::Actor;
use crate::domain::role::Roles;
use crate::store::{Edit, Store};

const QUESTION: &str = "Reset the password of alice (Name of alice), id 2?";

fn yes(ids: &[&str]) -> Reset {
    Reset { yes: true, handover: quiet(), ..reset(ids) }
}

#[test]
fn it_asks_and_hands_over_what_then_signs_in() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let args = Reset { handover: quiet(), ..reset(&["alice"]) };
    let call = Call { script: vec![Step::Confirm(QUESTION)], ..Call::default() };
    let ran = site.call(call, |desk| run(desk, &args)).succeeds();
    assert!(site.lets_in("alice", &ran.password()));
    assert!(!site.lets_in("alice", GOOD));
}

#[test]
fn declined_it_changes_nothing() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let before = site.state("alice");
    let call = Call { script: vec![Step::Decline(QUESTION)], ..Call::default() };
    site.call(call, |desk| run(desk, &reset(&["alice"]))).fails(Kind::Cancelled);
    assert_eq!(site.state("alice"), before);
}

#[test]
fn without_a_terminal_it_takes_yes_and_never_asks() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let before = site.state("alice");
    let absent = || Call { absent: true, ..Call::default() };
    site.call(absent(), |desk| run(desk, &reset(&["alice"]))).fails(Kind::Usage);
    assert_eq!(site.state("alice"), before);
    site.call(absent(), |desk| run(desk, &yes(&["alice"]))).succeeds();
}

#[test]
fn wherever_the_output_fails_the_old_password_stays() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let before = site.state("alice");
    for room in 0..25 {
        let call = Call { room: Some(room), ..Call::default() };
        let ran = site.call(call, |desk| run(desk, &yes(&["alice"])));
        assert_eq!(ran.phases, [Phase::Delivering, Phase::Idle]);
        ran.fails(Kind::NotDelivered);
        assert_eq!(site.state("alice"), before);
    }
}

#[test]
fn the_null_device_is_no_way_out() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let before = site.state("alice");
    let call = Call { null: true, ..Call::default() };
    site.call(call, |desk| run(desk, &yes(&["alice"]))).fails(Kind::NotDelivered);
    assert_eq!(site.state("alice"), before);
}

#[test]
fn a_signal_waits_from_when_it_is_put_in_force() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let ran = site.call(Call::default(), |desk| run(desk, &yes(&["alice"]))).succeeds();
    assert_eq!(ran.phases, [&[Phase::Delivering][..], &PUT_IN_FORCE].concat());
}

/// Another admin changes the store while the password is being handed over.
fn meanwhile(site: &Site, work: impl FnOnce(&mut Store, &Actor) + Send + 'static) -> Call {
    let stores = SqliteStores::at(site.stores.path(), site.clock.clone(), OPERATION).unwrap();
    let operator = Operator { uid: 0, os_user: "other".into(), sudo_caller: None, role: None, is_guest: false };
    let by = Actor::Operator(operator);
    let work = move || work(&mut stores.open().unwrap(), &by);
    Call { meanwhile: Some(Box::new(work)), ..Call::default() }
}

#[test]
fn an_account_changed_during_the_handing_over_is_not_reset_and_the_message_says_so() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let seen = site.account("alice");
    let edit = Edit { display_name: Some("Another Name".parse().unwrap()), ..Edit::default() };
    let call = meanwhile(&site, move |store, by| store.edit_account(by, seen.id, seen.revision, &edit).unwrap());
    let message = site.call(call, |desk| run(desk, &yes(&["alice"]))).fails(Kind::Conflict);
    assert!(message.contains("NOT in force"), "{message}");
    assert!(site.lets_in("alice", GOOD));
    assert!(!site.account("alice").must_change);
}

#[test]
fn an_actor_demoted_during_the_handing_over_is_refused() {
    let mut site = Site::new();
    site.settled("helper", &[Role::Helpdesk]);
    site.settled("alice", &[]);
    let before = site.state("alice");
    let helper = site.account("helper");
    let none = Edit { roles: Some(Roles::NONE), ..Edit::default() };
    let meddled = meanwhile(&site, move |store, by| store.edit_account(by, helper.id, helper.revision, &none).unwrap());
    let call = Call { meanwhile: meddled.meanwhile, ..as_user("helper", vec![secret("Password of helper", GOOD)]) };
    let message = site.call(call, |desk| run(desk, &yes(&["alice"]))).fails(Kind::NotAllowed);
    assert!(message.contains("NOT in force"), "{message}");
    assert_eq!(site.state("alice"), before);
}

#[test]
fn a_second_reset_kills_the_first_password() {
    let mut site = Site::new();
    site.add("alice", &[]);
    let [first, second] =
        [(); 2].map(|()| site.call(Call::default(), |desk| run(desk, &yes(&["alice"]))).succeeds().password());
    assert!(!site.lets_in("alice", &first));
    assert!(site.lets_in("alice", &second));
}

#[test]
fn it_ends_every_sign_in() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    site.call(as_user("alice", vec![secret("Password of alice", GOOD)]), crate::commands::me::sign_in::run).succeeds();
    let elsewhere = SignInFiles::in_folder(Some(site.folder.path().join("elsewhere")), None);
    let here = std::mem::replace(&mut site.sign_ins, elsewhere);
    site.call(Call::default(), |desk| run(desk, &yes(&["alice"]))).succeeds();
    site.sign_ins = here;
    let call = Call { absent: true, ..Call::default() };
    site.call(call, crate::commands::me::profile::run).fails(Kind::SignInFailed);
}

#[test]
fn its_life_is_the_policys_or_the_one_asked_for() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    for (asked, hours) in [(None, 24), (Some("90m"), 1), (Some("2d"), 48)] {
        let handover = TemporaryFlags { expires_in: asked.map(Into::into), ..quiet() };
        site.call(Call::default(), |desk| run(desk, &Reset { handover, ..yes(&["alice"]) })).succeeds();
        let lives = site.account("alice").temporary_until.unwrap().duration_since(site.clock.now());
        assert_eq!(lives.as_hours(), hours, "{asked:?}");
    }
}

#[test]
fn a_disabled_account_stays_disabled_and_it_is_said() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    site.call(Call::default(), |desk| users::run(desk, &Command::Disable(many(&["alice"])))).succeeds();
    let ran = site.call(Call::default(), |desk| run(desk, &yes(&["alice"]))).succeeds();
    assert!(ran.notes.contains("alice stays disabled"), "{}", ran.notes);
    assert_eq!(site.account("alice").state(site.clock.now()), State::Disabled);
}

#[test]
fn of_several_each_that_failed_is_named_and_the_rest_is_done() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    site.settled("bob", &[]);
    let args = Reset { yes: true, ..reset(&["alice", "nobody", "bob", "2"]) };
    let ran = site.call(format(Format::Jsonl), |desk| run(desk, &args));
    let rows: Vec<serde_json::Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 2);
    for row in &rows {
        assert!(site.lets_in(row["username"].as_str().unwrap(), row["temporary_password"].as_str().unwrap()));
    }
    let Err(failure) = ran.outcome else { panic!("one of them is nobody") };
    assert_eq!(failure.kind, Kind::PartlyDone);
    let failed: Vec<_> = failure.items.iter().map(|item| (item.target.as_str(), item.failure.kind)).collect();
    assert_eq!(failed, [("nobody", Kind::NotFound)]);
}

#[test]
fn one_that_cannot_be_delivered_stops_the_rest() {
    let mut site = Site::new();
    for username in ["alice", "bob", "carol"] {
        site.settled(username, &[]);
    }
    let row = r#"{"username":"alice","temporary_password":"2345-6789-abcd-efgh-jkmn","expires_at":"2026-11-23T08:00:00Z","operation":"07070707070707070707070707070707"}"#;
    let call = Call { room: Some(row.len() + 5), ..format(Format::Jsonl) };
    let args = Reset { yes: true, ..reset(&["alice", "bob", "carol"]) };
    let ran = site.call(call, |desk| run(desk, &args));
    let Err(failure) = ran.outcome else { panic!("there was no room for bob") };
    assert_eq!(failure.kind, Kind::PartlyDone);
    assert_eq!(failure.items.iter().map(|item| item.target.as_str()).collect::<Vec<_>>(), ["bob", "carol"]);
    assert!(!site.lets_in("alice", GOOD));
    assert!(site.lets_in("bob", GOOD) && site.lets_in("carol", GOOD));
}

#[test]
fn quiet_is_for_one_account() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let before = site.state("alice");
    site.call(Call::default(), |desk| run(desk, &yes(&["alice", "root"]))).fails(Kind::Usage);
    assert_eq!(site.state("alice"), before);
}

#[test]
fn a_dry_run_says_who_and_changes_nothing() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let before = site.state("alice");
    let ran = site.call(Call::default(), |desk| run(desk, &Reset { dry_run: true, ..reset(&["alice"]) })).succeeds();
    assert!(ran.stdout.starts_with("Would reset alice (Name of alice), id 2"), "{}", ran.stdout);
    assert_eq!(site.state("alice"), before);
}

#[test]
fn helpdesk_reaches_lower_ranks_only() {
    let mut site = Site::new();
    site.settled("helper", &[Role::Helpdesk]);
    site.settled("peer", &[Role::Helpdesk]);
    site.settled("alice", &[Role::Auditor]);
    let as_helper = || as_user("helper", vec![secret("Password of helper", GOOD)]);
    for target in ["peer", "helper", "root"] {
        let before = site.state(target);
        site.call(as_helper(), |desk| run(desk, &yes(&[target]))).fails(Kind::NotAllowed);
        assert_eq!(site.state(target), before);
    }
    site.call(as_helper(), |desk| run(desk, &yes(&["alice"]))).succeeds();
}

#[test]
fn a_signal_lets_the_one_in_hand_come_to_its_end_and_names_the_others() {
    let mut site = Site::new();
    for username in ["alice", "bob", "carol"] {
        site.settled(username, &[]);
    }
    let call = Call { interrupted_after: Some(1), ..format(Format::Jsonl) };
    let args = Reset { yes: true, ..reset(&["alice", "bob", "carol"]) };
    let ran = site.call(call, |desk| run(desk, &args));
    assert_eq!(ran.phases, [&[Phase::Between, Phase::Delivering][..], &PUT_IN_FORCE].concat());
    let Err(failure) = ran.outcome else { panic!("bob and carol were not reset") };
    assert_eq!(failure.kind, Kind::PartlyDone);
    let failed: Vec<_> = failure.items.iter().map(|item| (item.target.as_str(), item.failure.kind)).collect();
    assert_eq!(failed, [("bob", Kind::Cancelled), ("carol", Kind::Cancelled)]);
    assert!(!site.lets_in("alice", GOOD));
    assert!(site.lets_in("bob", GOOD) && site.lets_in("carol", GOOD));
}

#[test]
fn a_signal_after_a_single_account_is_in_force_is_no_failure() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let call = Call { interrupted_after: Some(1), ..Call::default() };
    let ran = site.call(call, |desk| run(desk, &yes(&["alice"]))).succeeds();
    assert!(site.lets_in("alice", &ran.password()));
}

#[test]
fn a_dry_run_names_whom_a_reset_would_not_reach() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let args = Reset { dry_run: true, ..reset(&["alice", "nobody"]) };
    site.call(Call::default(), |desk| run(desk, &args)).fails(Kind::PartlyDone);
}

#[test]
fn of_an_account_changed_while_the_question_stood_nothing_is_shown() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let seen = site.account("alice");
    let edit = Edit { display_name: Some("Another Name".parse().unwrap()), ..Edit::default() };
    let meddled = meanwhile(&site, move |store, by| store.edit_account(by, seen.id, seen.revision, &edit).unwrap());
    let call = Call { script: vec![Step::Confirm(QUESTION)], at_question: meddled.meanwhile, ..Call::default() };
    let ran = site.call(call, |desk| run(desk, &Reset { handover: quiet(), ..reset(&["alice"]) }));
    assert_eq!(ran.stdout, "");
    ran.fails(Kind::Conflict);
    assert!(site.lets_in("alice", GOOD));
}

#[test]
fn an_actor_whose_password_was_changed_while_the_question_stood_is_refused() {
    let mut site = Site::new();
    site.settled("helper", &[Role::Helpdesk]);
    site.settled("alice", &[]);
    let before = site.state("alice");
    let (helper, current) = (site.account("helper"), site.credential("helper"));
    let meddled = meanwhile(&site, move |store, _| {
        store.replace_password(helper.id, current.revision, &current.hash, None).unwrap();
    });
    let question = "Reset the password of alice (Name of alice), id 3?";
    let call = as_user("helper", vec![secret("Password of helper", GOOD), Step::Confirm(question)]);
    let call = Call { at_question: meddled.meanwhile, ..call };
    let message = site.call(call, |desk| run(desk, &Reset { handover: quiet(), ..reset(&["alice"]) }));
    let message = message.fails(Kind::SignInFailed);
    assert!(message.contains("the password of helper has changed since you gave it"), "{message}");
    assert_eq!(site.state("alice"), before);
}

#[test]
fn without_an_id_one_is_picked_from_what_the_store_finds() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    site.settled("bob", &[]);
    let before = site.state("alice");
    let script = vec![
        Step::Pick("name of B", "bob (Name of bob)"),
        Step::Confirm("Reset the password of bob (Name of bob), id 3?"),
    ];
    let args = Reset { handover: quiet(), ..Reset::default() };
    let ran = site.call(Call { script, ..Call::default() }, |desk| run(desk, &args)).succeeds();
    assert!(site.lets_in("bob", &ran.password()));
    assert_eq!(site.state("alice"), before);
}

#[test]
fn leaving_the_list_changes_nothing() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let before = site.state("alice");
    let call = Call { script: vec![Step::Leave("Whose password?")], ..Call::default() };
    site.call(call, |desk| run(desk, &Reset::default())).fails(Kind::Cancelled);
    assert_eq!(site.state("alice"), before);
}

#[test]
fn whoever_may_reset_nobody_is_shown_no_list() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let script = vec![secret("Password of alice", GOOD)];
    site.call(as_user("alice", script), |desk| run(desk, &Reset::default())).fails(Kind::NotAllowed);
}
