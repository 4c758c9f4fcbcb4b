//! The record: what leaves an event, what is never in one, and who may read it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]
#![expect(clippy::disallowed_methods, reason = "a test holds the record's clock against the machine's")]

use crate::common::record::{COLUMNS, LIST, VERIFY, events, tamper};
use crate::common::{Desk, GOOD, OTHER, Run, fed};
use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde_json::{Value, json};

const FORMATS: [&str; 4] = ["text", "json", "jsonl", "csv"];

/// The events that an action has left.
#[track_caller]
fn the_events_of(desk: &Desk, deed: impl FnOnce()) -> Vec<Value> {
    // As if nothing of this kind had happened in the last hour.
    desk.sql("DELETE FROM repeats");
    let before = events(desk);
    deed();
    let mut after = events(desk);
    assert_eq!(after[..before.len()], before[..]);
    after.split_off(before.len())
}

/// The only event that an action has left. The event of its own sign-in does not count.
#[track_caller]
fn the_event_of(desk: &Desk, deed: impl FnOnce()) -> Value {
    let mut left = the_events_of(desk, deed);
    let event = left.pop().unwrap();
    if let Some(before) = left.pop() {
        assert_eq!(
            [&before["action"], &before["outcome"], &before["actor"]],
            [&json!("sign-in"), &json!("done"), &event["actor"]]
        );
    }
    assert_eq!(left, [] as [Value; 0]);
    event
}

/// The same for an action that must not change an account.
#[track_caller]
fn the_event_of_a_refusal(desk: &Desk, deed: impl FnOnce()) -> Value {
    let before = desk.state();
    let event = the_event_of(desk, deed);
    assert_eq!(desk.state(), before);
    event
}

/// An event without the moment, the details and the chain.
fn said(event: &Value) -> Value {
    let keys = ["actor_id", "actor_uid", "action", "target", "target_id", "outcome"];
    keys.iter().map(|key| ((*key).to_owned(), event[*key].clone())).collect::<serde_json::Map<_, _>>().into()
}

fn uid() -> u32 {
    rustix::process::getuid().as_raw()
}

fn by_operator(action: &str, target: &str, target_id: Option<i64>, outcome: &str) -> Value {
    json!({"actor_id": null, "actor_uid": uid(), "action": action, "target": target, "target_id": target_id,
           "outcome": outcome})
}

fn by_account(id: i64, action: &str, target: &str, target_id: Option<i64>, outcome: &str) -> Value {
    json!({"actor_id": id, "actor_uid": null, "action": action, "target": target, "target_id": target_id,
           "outcome": outcome})
}

fn by_nobody(target: &str, target_id: Option<i64>) -> Value {
    json!({"actor_id": null, "actor_uid": null, "action": "sign-in", "target": target, "target_id": target_id,
           "outcome": "refused"})
}

/// Adds an account with the password of `alice`, without an event. Returns its number.
fn like_alice(desk: &Desk, username: &str, roles: u8) -> i64 {
    let store = Connection::open(desk.store()).unwrap();
    let sql = "INSERT INTO accounts (username, display_name, search_text, roles, state, password_hash, must_change,
                                     password_changed_at, created_at)
               SELECT ?1, '', ?1, ?2, 'active', password_hash, FALSE, password_changed_at, created_at
               FROM accounts WHERE username = 'alice'";
    store.execute(sql, params![username, roles]).unwrap();
    store.last_insert_rowid()
}

const AUDITOR: u8 = 1;
const HELPDESK: u8 = 2;
const USER_ADMIN: u8 = 4;
const GLOBAL_ADMIN: u8 = 8;

// What leaves an event.

#[test]
fn a_new_store_begins_its_record_with_its_first_admin() {
    let desk = Desk::new();
    let events = events(&desk);
    assert_eq!(events.len(), 1);
    assert_eq!(said(&events[0]), by_operator("add", "root", Some(1), "done"));
}

/// The changes of accounts, in an order that works, and the account of each.
const CHANGES: [(&[&str], &str, &str); 15] = [
    (&["users", "add", "bob", "-q"], "add", "bob"),
    (&["users", "edit", "alice", "--name", "Alice Other"], "edit", "alice"),
    (&["users", "grant", "alice", "auditor"], "grant", "alice"),
    (&["users", "revoke", "alice", "auditor"], "revoke", "alice"),
    (&["users", "edit", "alice", "--role", "helpdesk", "--email", "a@example.org"], "edit", "alice"),
    (&["users", "require-change", "alice"], "require-change", "alice"),
    (&["users", "disable", "alice"], "disable", "alice"),
    (&["users", "enable", "alice"], "enable", "alice"),
    (&["users", "remove", "alice"], "remove", "alice"),
    (&["users", "restore", "alice"], "restore", "alice"),
    (&["users", "reset", "alice", "--yes", "-q"], "reset", "alice"),
    (&["users", "edit", "alice", "--username", "alice"], "edit", "alice"),
    (&["users", "remove", "alice"], "remove", "alice"),
    (&["users", "purge", "alice", "--yes"], "purge", "alice"),
    (&["users", "purge", "--yes"], "purge", ""),
];

fn id_of(username: &str) -> Option<i64> {
    ["root", "alice", "bob"].iter().zip(1..).find_map(|(name, id)| (*name == username).then_some(id))
}

#[test]
fn every_change_by_an_operator_leaves_one_event() {
    let desk = Desk::with_alice();
    for (args, action, target) in CHANGES {
        let event = the_event_of(&desk, || drop(desk.run(args).succeeds()));
        assert_eq!(said(&event), by_operator(action, target, id_of(target), "done"), "{args:?}");
    }
}

#[test]
fn every_change_by_an_account_leaves_one_event() {
    let desk = Desk::with_alice();
    // This takes the number 3, so bob is the fourth.
    let boss = like_alice(&desk, "boss", GLOBAL_ADMIN);
    for (args, action, target) in CHANGES {
        let event = the_event_of(&desk, || drop(desk.run_as("boss", args).succeeds()));
        let target_id = if target == "bob" { Some(4) } else { id_of(target) };
        assert_eq!(said(&event), by_account(boss, action, target, target_id, "done"), "{args:?}");
        assert_eq!(event["actor"], "boss");
    }
}

#[test]
fn a_recovery_leaves_one_event() {
    let desk = Desk::new();
    let event = the_event_of(&desk, || drop(desk.run(&["recover", "root", "--yes", "-q"]).succeeds()));
    assert_eq!(said(&event), by_operator("recover", "root", Some(1), "done"));
}

#[test]
fn a_password_chosen_by_its_owner_leaves_one_event() {
    let desk = Desk::with_alice();
    let event = the_event_of(&desk, || drop(desk.change_password("alice", GOOD, OTHER).succeeds()));
    assert_eq!(said(&event), by_account(2, "change-password", "alice", Some(2), "done"));
}

#[test]
fn a_sign_in_leaves_one_event_whatever_failed_before() {
    let desk = Desk::with_alice();
    for (failures, end) in [(0, Value::Null), (1, Value::from(1))] {
        for _ in 0..failures {
            desk.profile("alice", OTHER).exits(5);
        }
        let left = the_events_of(&desk, || {
            desk.run_as("alice", &["me", "sign-in"]).succeeds();
            desk.run(&["me", "sign-out"]).succeeds();
        });
        assert_eq!([&left[0]["action"], &left[1]["action"]], ["sign-in", "sign-out"]);
        assert_eq!(left[0]["detail"]["failures"], end, "{left:?}");
        assert_eq!(left.len(), 2);
    }
}

#[test]
fn a_change_of_several_accounts_leaves_an_event_for_each() {
    let desk = Desk::with_alice();
    for username in ["ben", "cora"] {
        like_alice(&desk, username, 0);
    }
    let before = events(&desk).len();
    desk.run(&["users", "disable", "cora", "nobody", "alice", "ben", "ben"]).exits(11);
    let left: Vec<_> = events(&desk)[before..].iter().map(|event| event["target"].clone()).collect();
    assert_eq!(left, ["cora", "alice", "ben"]);
}

#[test]
fn an_operator_is_named_with_their_uid_and_who_called_sudo() {
    let desk = Desk::with_alice();
    let event = the_event_of(&desk, || drop(desk.run(&["users", "disable", "alice"]).succeeds()));
    let actor = event["actor"].as_str().unwrap().to_owned();
    assert!(actor.starts_with("operator ") && actor.ends_with(&format!(" (uid {})", uid())), "{actor}");
    let with_sudo = the_event_of(&desk, || {
        let enabled = desk.command(&["users", "enable", "alice"]).env("SUDO_USER", "carla").output().unwrap();
        assert!(enabled.status.success());
    });
    assert_eq!(with_sudo["actor"], actor.replace(')', ", sudo by carla)"));
}

#[test]
fn an_event_has_the_time_at_which_it_happened() {
    let desk = Desk::with_alice();
    let before = Timestamp::now().as_second();
    let event = the_event_of(&desk, || drop(desk.run(&["users", "disable", "alice"]).succeeds()));
    let at: Timestamp = event["at"].as_str().unwrap().parse().unwrap();
    assert!((before..=Timestamp::now().as_second()).contains(&at.as_second()), "{at}");
}

#[test]
fn looking_leaves_no_event() {
    let desk = Desk::with_alice();
    let before = events(&desk);
    for args in [&["users", "list"][..], &["users", "show", "alice"], &LIST, &VERIFY] {
        desk.run(args).succeeds();
    }
    desk.run(&["users", "reset", "alice", "--dry-run"]).succeeds();
    assert_eq!(events(&desk), before);
}

#[test]
fn every_password_that_is_right_leaves_an_event() {
    let desk = Desk::with_alice();
    let passwd = ["me", "passwd", "--as", "alice", "--password-stdin"];
    for (detail, deed) in [
        ("one-command", &|| desk.profile("alice", GOOD).succeeds()),
        // No new password is on standard input.
        ("password-change", &|| desk.run_with(format!("{GOOD}\n"), &passwd).exits(2)),
    ] as [(&str, &dyn Fn() -> Run); 2]
    {
        let left = the_events_of(&desk, || drop(deed()));
        assert_eq!(left.len(), 1, "{left:?}");
        assert_eq!(said(&left[0]), by_account(2, "sign-in", "alice", Some(2), "done"));
        assert_eq!(left[0]["detail"]["purpose"], detail);
    }
    desk.run(&["users", "require-change", "alice"]).succeeds();
    let left = the_events_of(&desk, || drop(desk.run_as("alice", &["me", "sign-in"]).exits(6)));
    let details: Vec<_> = left.iter().map(|event| event["detail"].clone()).collect();
    assert_eq!(details, [json!({"purpose": "new-password"}), json!({"reason": "change_required"})]);
}

#[test]
fn what_a_role_does_not_reach_leaves_one_refused_event() {
    let desk = Desk::with_alice();
    let helper = like_alice(&desk, "helper", HELPDESK);
    for (args, action, target) in
        CHANGES.into_iter().filter(|(_, action, _)| !["reset", "require-change"].contains(action))
    {
        let event = the_event_of_a_refusal(&desk, || drop(desk.run_as("helper", args).exits(4)));
        let said = said(&event);
        assert_eq!((&said["actor_id"], &said["action"]), (&json!(helper), &json!(action)), "{args:?}");
        assert_eq!((&said["outcome"], &event["actor"]), (&json!("refused"), &json!("helper")), "{args:?}");
        // A role without any reach is refused before the account is looked up.
        assert!(["", target].map(Value::from).contains(&said["target"]), "{args:?}: {said}");
    }
}

#[test]
fn what_a_rank_does_not_reach_leaves_one_refused_event_about_its_target() {
    let desk = Desk::with_alice();
    let helper = like_alice(&desk, "helper", HELPDESK);
    for (args, action) in [
        (&["users", "reset", "root", "--yes", "-q"][..], "reset"),
        (&["users", "require-change", "root"], "require-change"),
    ] {
        let event = the_event_of_a_refusal(&desk, || drop(desk.run_as("helper", args).exits(4)));
        assert_eq!(said(&event), by_account(helper, action, "root", Some(1), "refused"));
    }
}

#[test]
fn looking_without_a_role_leaves_one_refused_event() {
    let desk = Desk::with_alice();
    for (args, action) in
        [(&["users", "list"][..], "list"), (&["users", "show", "root"], "list"), (&LIST, "audit"), (&VERIFY, "audit")]
    {
        let event = the_event_of_a_refusal(&desk, || drop(desk.run_as("alice", args).exits(4)));
        let said = said(&event);
        assert_eq!((&said["actor_id"], &said["action"]), (&json!(2), &json!(action)), "{args:?}");
        assert_eq!(said["outcome"], "refused", "{args:?}");
    }
}

#[test]
fn a_change_that_would_leave_no_admin_leaves_one_refused_event() {
    let desk = Desk::with_alice();
    desk.sql("UPDATE accounts SET roles = 0 WHERE username = 'root'");
    desk.sql("UPDATE accounts SET roles = 8 WHERE username = 'alice'");
    for (args, action) in [
        (&["users", "disable", "alice"][..], "disable"),
        (&["users", "remove", "alice"], "remove"),
        (&["users", "reset", "alice", "--yes", "-q"], "reset"),
        (&["users", "edit", "alice", "--no-roles"], "revoke"),
        (&["users", "revoke", "alice", "global-admin"], "revoke"),
    ] {
        let event = the_event_of_a_refusal(&desk, || drop(desk.run(args).exits(8)));
        assert_eq!(said(&event), by_operator(action, "alice", Some(2), "refused"), "{args:?}");
    }
}

#[test]
fn a_recovery_of_somebody_who_is_no_admin_leaves_one_refused_event() {
    let desk = Desk::with_alice();
    let event = the_event_of_a_refusal(&desk, || drop(desk.run(&["recover", "alice", "--yes", "-q"]).exits(4)));
    assert_eq!(said(&event), by_operator("recover", "alice", Some(2), "refused"));
}

#[test]
fn what_an_account_may_not_do_before_it_has_a_new_password_leaves_one_refused_event() {
    let desk = Desk::with_alice();
    desk.sql("UPDATE accounts SET must_change = TRUE, roles = 8 WHERE username = 'alice'");
    let event = the_event_of_a_refusal(&desk, || drop(desk.run_as("alice", &["users", "disable", "root"]).exits(6)));
    assert_eq!((&event["actor"], &event["outcome"]), (&json!("alice"), &json!("refused")));
}

#[test]
fn a_wrong_password_leaves_one_event_that_names_no_actor() {
    let desk = Desk::with_alice();
    let event = the_event_of_a_refusal(&desk, || drop(desk.profile("alice", OTHER).exits(5)));
    assert_eq!(said(&event), by_nobody("alice", Some(2)));
    assert_eq!(event["actor"], "");
}

#[test]
fn an_unknown_name_is_not_written_down_since_it_may_be_a_password() {
    let desk = Desk::with_alice();
    for name in ["nobody", "correcthorsebatterystaple"] {
        let event = the_event_of_a_refusal(&desk, || drop(desk.profile(name, GOOD).exits(5)));
        assert_eq!(said(&event), by_nobody("", None));
        assert_eq!(event["actor"], "");
        assert!(!event.to_string().contains(name), "{event}");
    }
}

#[test]
fn a_sign_in_that_failed_names_whose_hands_typed_it() {
    let desk = Desk::with_alice();
    let args = ["me", "profile", "--as", "alice", "--password-stdin"];
    for (caller, said) in [(None, ""), (Some("mallory"), ", sudo by mallory")] {
        let mut command = desk.command(&args);
        caller.map(|caller| command.env("SUDO_USER", caller));
        let event = the_event_of_a_refusal(&desk, || drop(fed(command, format!("{OTHER}\n")).exits(5)));
        assert_eq!(event["detail"]["reason"], "wrong_password");
        let typed_by = event["detail"]["typed_by"].as_str().unwrap();
        assert!(typed_by.ends_with(&format!(" (uid {}{said})", uid())), "{typed_by}");
    }
}

#[test]
fn what_a_stranger_tries_again_and_again_is_an_event_of_each_kind_and_a_count() {
    let desk = Desk::with_alice();
    let try_all = || {
        let token =
            |token: &str| Run::from(desk.command(&["users", "list"]).env("PASSDESK_TOKEN", token).output().unwrap());
        token(&format!("pdsk_{}", "0".repeat(64))).exits(5);
        token("pdsk_none").exits(5);
        for username in ["nobody", "alice"] {
            desk.run_with("x\n", &["verify", username]).exits(5);
        }
    };
    for _ in 0..6 {
        try_all();
    }
    let bytes = desk.store_bytes().len();
    // Four kinds of event, and the one that alice was tried too often.
    let refused = |desk: &Desk| events(desk).iter().filter(|event| event["outcome"] == "refused").count();
    assert_eq!(refused(&desk), 5);
    let said = desk.run(&LIST).succeeds().stderr;
    let told =
        |day| said.starts_with(&format!("Not in the list yet: 19 more sign-ins that failed, the last {day} at "));
    assert!(["today", "yesterday"].into_iter().any(told), "{said}");
    assert!(
        said.contains("  5 times no such account; typed by ") && said.contains("  4 times alice: wrong password; "),
        "{said}"
    );
    for other in [&["--action", "reset"][..], &["--outcome", "done"], &["--actor", "root"]] {
        let said = desk.run(&[&LIST[..], other].concat()).succeeds().stderr;
        assert!(
            ["", &*format!("No event matches {}.\n", other.join(" "))].contains(&said.as_str()),
            "{other:?}: {said}"
        );
    }
    for _ in 0..6 {
        try_all();
    }
    assert_eq!(refused(&desk), 5);
    assert_eq!(desk.store_bytes().len(), bytes, "it grows with what they try");

    // An hour later.
    desk.sql("UPDATE repeats SET began_at = began_at - 3600");
    desk.run(&["users", "edit", "root", "--name", "Ruth"]).succeeds();
    let sums: Vec<_> = events(&desk).iter().filter_map(|event| event["detail"]["count"].as_u64()).collect();
    let sum: u64 = sums.iter().sum();
    assert_eq!((sums.len(), sum), (5, 48 - 5));
    assert_eq!(desk.run(&LIST).succeeds().stderr, "");
    desk.run(&VERIFY).succeeds();
}

#[test]
fn operators_who_are_shut_out_leave_an_event_and_a_count() {
    let desk = Desk::settled();
    desk.run(&["policy", "set", "operator-access", "off"]).succeeds();
    for _ in 0..3 {
        desk.refuses(5, || desk.run(&["users", "list"]));
    }
    assert_eq!(
        desk.value::<i64>("SELECT count(*) FROM audit_events WHERE actor_uid IS NOT NULL AND action = 'sign-in'"),
        1
    );
    assert_eq!(desk.value::<i64>("SELECT sum(count) FROM repeats"), 2);
}

#[test]
fn a_refusal_by_role_names_each_account_it_was_about() {
    let desk = Desk::with_alice();
    desk.run(&["users", "add", "bob", "-q"]).succeeds();
    desk.run_as("alice", &["users", "reset", "root", "bob", "nobody", "--yes"]).exits(4);
    let refused = desk.run(&["audit", "list", "--outcome", "refused", "--format", "csv"]).succeeds().stdout;
    let targets: Vec<_> = refused.lines().skip(1).map(|line| line.split(',').nth(6).unwrap().to_owned()).collect();
    assert_eq!(targets, ["root", "bob"]);
}

#[test]
fn a_moment_without_a_zone_is_refused() {
    let desk = Desk::new();
    desk.run(&["audit", "list", "--since", "2026-11-22T23:59:59"]).exits(2);
}

#[test]
fn the_right_password_of_an_account_without_a_way_in_leaves_one_event() {
    for state in ["state = 'disabled'", "removed_at = 1", "must_change = TRUE, temporary_until = 1"] {
        let desk = Desk::with_alice();
        desk.sql(&format!("UPDATE accounts SET {state} WHERE username = 'alice'"));
        let event = the_event_of_a_refusal(&desk, || drop(desk.profile("alice", GOOD).exits(5)));
        assert_eq!(said(&event), by_nobody("alice", Some(2)), "{state}");
    }
}

#[test]
fn a_failed_sign_in_leaves_one_event_whatever_it_was_for() {
    let desk = Desk::with_alice();
    let sign_in = ["me", "sign-in", "--as", "alice", "--password-stdin"];
    let tries: [&dyn Fn() -> Run; 3] =
        [&|| desk.run_with(format!("{OTHER}\n"), &sign_in), &|| desk.change_password("alice", OTHER, GOOD), &|| {
            desk.run_with(format!("{OTHER}\n"), &["users", "disable", "root", "--as", "alice", "--password-stdin"])
        }];
    for wrong in tries {
        let event = the_event_of_a_refusal(&desk, || drop(wrong().exits(5)));
        assert_eq!(said(&event), by_nobody("alice", Some(2)));
    }
}

// What is never in an event.

#[test]
fn no_password_is_ever_in_the_record() {
    let desk = Desk::empty();
    let mut secrets = vec![GOOD.to_owned(), OTHER.to_owned()];
    let mut temporary = |args: &[&str]| {
        let password = desk.run(args).succeeds().password();
        secrets.push(password.clone());
        password
    };
    let first = temporary(&["init", "--admin", "root", "-q"]);
    temporary(&["recover", "root", "--yes", "-q"]);
    let added = temporary(&["users", "add", "alice", "-q"]);
    let reset = temporary(&["users", "reset", "alice", "--yes", "-q"]);
    desk.profile("root", &first).exits(5);
    desk.profile("alice", &added).exits(5);
    desk.profile("alice", &reset).exits(6);
    desk.change_password("alice", OTHER, GOOD).exits(5);
    desk.change_password("alice", &reset, &added).exits(8);
    desk.change_password("alice", &reset, GOOD).succeeds();
    desk.change_password("alice", GOOD, GOOD).exits(8);
    // The password was typed at the prompt for the name.
    desk.profile(&reset, "alice").exits(5);
    desk.profile(&reset.to_uppercase(), "alice").exits(5);
    desk.profile(GOOD, "alice").exits(2);

    let plain = |text: &str| text.to_lowercase().replace('-', "");
    let record: String = events(&desk).iter().map(|event| plain(&event.to_string())).collect();
    for secret in secrets {
        assert!(!record.contains(&plain(&secret)), "{secret}");
    }
}

// Who may read it, and how.

#[test]
fn the_record_is_for_global_admins_auditors_and_operators() {
    let desk = Desk::with_alice();
    for (username, roles, code) in [
        ("auditor", AUDITOR, 0),
        ("helper", HELPDESK, 4),
        ("manager", USER_ADMIN, 4),
        ("boss", GLOBAL_ADMIN, 0),
        ("nobody", 0, 4),
        ("both", HELPDESK | AUDITOR, 0),
    ] {
        like_alice(&desk, username, roles);
        let before = desk.state();
        desk.run_as(username, &LIST).exits(code);
        desk.run_as(username, &VERIFY).exits(code);
        assert_eq!(desk.state(), before, "{username}");
    }
    desk.run(&LIST).succeeds();
    desk.run(&VERIFY).succeeds();
}

/// A record of ten events, one a day from 1 January 2026.
fn ten_days() -> Desk {
    let desk = Desk::with_alice(); // 1 to 4: add root, add alice, sign-in, change-password
    desk.run(&["users", "disable", "alice"]).succeeds();
    desk.run(&["users", "enable", "alice"]).succeeds();
    desk.profile("alice", OTHER).exits(5);
    desk.profile("nobody", OTHER).exits(5);
    desk.sql("UPDATE accounts SET tries_failed = 0");
    desk.run_as("alice", &["users", "list"]).exits(4); // Two: she is who she says, and may not.
    tamper(&desk, || desk.sql("UPDATE audit_events SET at = 1767225600 + 86400 * (sequence - 1)"));
    desk
}

/// The numbers of the listed events.
fn numbers(desk: &Desk, format: &str, filter: &[&str]) -> Vec<u64> {
    let listed = desk.run(&[&["audit", "list", "--format", format], filter].concat()).succeeds().stdout;
    let number = |value: &Value| value["sequence"].as_u64().unwrap();
    let first = |line: &str, end: char| line.split(end).next().unwrap().parse().unwrap();
    match format {
        "json" => serde_json::from_str::<Vec<Value>>(&listed).unwrap().iter().map(number).collect(),
        "jsonl" => listed.lines().map(|line| number(&serde_json::from_str(line).unwrap())).collect(),
        "csv" => listed.lines().skip(1).map(|line| first(line, ',')).collect(),
        _ => listed.lines().skip(1).map(|line| first(line, ' ')).collect(),
    }
}

#[test]
fn every_filter_lists_the_same_events_in_every_format() {
    let desk = ten_days();
    let cases: [(&[&str], &[u64]); 24] = [
        (&[], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        (&["--account", "alice"], &[2, 3, 4, 5, 6, 7, 9]),
        (&["--account", "1"], &[1]),
        (&["--actor", "alice"], &[3, 4, 9, 10]),
        (&["--actor", "operator"], &[1, 2, 5, 6]),
        (&["--actor", "ali"], &[]),
        (&["--action", "sign-in"], &[3, 7, 8, 9]),
        (&["--action", "purge"], &[]),
        (&["--outcome", "done"], &[1, 2, 3, 4, 5, 6, 9]),
        (&["--outcome", "refused"], &[7, 8, 10]),
        (&["--since", "2026-01-07"], &[7, 8, 9, 10]),
        (&["--since", "2026-01-07T00:00:01Z"], &[8, 9, 10]),
        (&["--until", "2026-01-05"], &[1, 2, 3, 4, 5]),
        (&["--until", "2026-01-05T00:00:01Z"], &[1, 2, 3, 4, 5]),
        (&["--since", "2026-01-03", "--until", "2026-01-05"], &[3, 4, 5]),
        (&["--since", "2026-01-05", "--until", "2026-01-05"], &[5]),
        (&["--since", "36500d"], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        (&["--since", "90m"], &[]),
        (&["--limit", "3"], &[1, 2, 3]),
        (&["--after", "8"], &[9, 10]),
        (&["--after", "10"], &[]),
        (&["--after", "2", "--limit", "2"], &[3, 4]),
        (&["--outcome", "refused", "--after", "7", "--limit", "1"], &[8]),
        (&["--account", "alice", "--actor", "operator", "--action", "disable", "--outcome", "done"], &[5]),
    ];
    for (filter, expected) in cases {
        for format in FORMATS {
            assert_eq!(numbers(&desk, format, filter), expected, "{filter:?} in {format}");
        }
    }
}

#[test]
fn a_span_is_a_time_ago_however_it_is_written() {
    let desk = Desk::new();
    for span in ["7d", "7d ago", "7 days ago", "-7d"] {
        assert_eq!(numbers(&desk, "jsonl", &[&format!("--since={span}")]), [1], "{span}");
        assert_eq!(numbers(&desk, "jsonl", &[&format!("--until={span}")]), [0; 0], "{span}");
    }
}

#[test]
fn a_day_is_that_of_the_reader_and_a_moment_everybodys() {
    let desk = ten_days(); // One event a day, at midnight UTC.
    let listed = |zone: &str, filter: [&str; 2]| {
        let mut command = desk.command(&[&LIST[..], &["--format", "csv"], &filter].concat());
        let listed = Run::from(command.env("TZ", zone).output().unwrap()).succeeds().stdout;
        listed.lines().skip(1).map(|line| line.split(',').next().unwrap().parse().unwrap()).collect::<Vec<u64>>()
    };
    assert_eq!(listed("UTC", ["--until", "2026-01-02"]), [1, 2]);
    assert_eq!(listed("America/New_York", ["--until", "2026-01-02"]), [1, 2, 3]);
    assert_eq!(listed("Asia/Tokyo", ["--since", "2026-01-10"]), [10]);
    for zone in ["America/New_York", "Asia/Tokyo"] {
        assert_eq!(listed(zone, ["--until", "2026-01-02T12:00:00Z"]), [1, 2]);
    }
}

#[test]
fn times_on_a_terminal_are_those_of_its_zone_and_those_for_programs_are_utc() {
    let desk = ten_days();
    let zones = desk.home.path().join("zones");
    std::fs::create_dir_all(zones.join("Europe")).unwrap();
    for name in ["Europe/Amsterdam", "Europe/Nowhere"] {
        std::fs::copy("/usr/share/zoneinfo/Asia/Tokyo", zones.join(name)).unwrap();
    }
    for (zone, told) in [
        ("Europe/Amsterdam", "2026-01-05 01:00 CET"),
        (":Europe/Amsterdam", "2026-01-05 01:00 CET"),
        ("America/Sao_Paulo", "2026-01-04 21:00 -03"),
        ("XYZ-5:30", "2026-01-05 05:30 XYZ"),
        ("/usr/share/zoneinfo/Europe/Amsterdam", "2026-01-05 01:00 CET"),
        (":/usr/share/zoneinfo/Europe/Amsterdam", "2026-01-05 01:00 CET"),
        // No other file is a zone, and an unknown zone is not guessed at.
        ("/usr/share/zoneinfo/../zoneinfo/Europe/Amsterdam", "2026-01-05 00:00 UTC"),
        ("../zoneinfo/Europe/Amsterdam", "2026-01-05 00:00 UTC"),
        ("Europe/Nowhere", "2026-01-05 00:00 UTC"),
        ("", "2026-01-05 00:00 UTC"),
    ] {
        let list = |format: &str| {
            let mut command = desk.command(&[&LIST[..], &["--action", "disable", "--format", format]].concat());
            // A folder of zones that the caller names does not count.
            Run::from(command.env("TZ", zone).env("TZDIR", &zones).output().unwrap()).succeeds().stdout
        };
        assert!(list("text").contains(told), "{zone}: {}", list("text"));
        for format in ["json", "jsonl", "csv"] {
            assert!(list(format).contains("2026-01-05T00:00:00Z"), "{zone}: {}", list(format));
        }
    }
}

#[test]
fn moments_in_the_details_are_told_like_the_others() {
    let desk = Desk::new();
    tamper(&desk, || desk.sql(r#"UPDATE audit_events SET detail = '{"expires_at":"2026-01-05T00:00:00Z"}'"#));
    for (format, told) in
        [("text", "expires 2026-01-05 01:00 CET"), ("jsonl", "2026-01-05T00:00:00Z"), ("csv", "2026-01-05T00:00:00Z")]
    {
        let mut command = desk.command(&[&LIST[..], &["--format", format]].concat());
        let listed = Run::from(command.env("TZ", "Europe/Amsterdam").output().unwrap()).succeeds().stdout;
        assert!(listed.contains(told), "{format}: {listed}");
    }
}

#[test]
fn the_zone_of_the_system_can_be_named() {
    let desk = Desk::new();
    let list = |command: &mut std::process::Command| Run::from(command.output().unwrap()).succeeds().stdout;
    let unnamed = list(desk.command(&LIST).env_remove("TZ"));
    for named in ["/etc/localtime", ":/etc/localtime"] {
        assert_eq!(list(desk.command(&LIST).env("TZ", named)), unnamed, "{named}");
    }
}

#[test]
fn an_empty_list_says_what_was_searched_for() {
    let desk = ten_days();
    let filter = ["--since", "2026-02-01", "--actor", "token nightly"];
    let run = desk.run(&[&LIST[..], &filter].concat()).succeeds();
    assert_eq!(
        (run.stdout.as_str(), run.stderr.as_str()),
        ("", "No event matches --actor 'token nightly' --since 2026-02-01.\n")
    );
}

#[test]
fn a_filter_that_makes_no_sense_is_refused() {
    let desk = Desk::new();
    for (filter, code) in [
        (["--since", "yesterday"], 2),
        (["--until", "2026-13-01"], 2),
        (["--outcome", "maybe"], 2),
        (["--limit", "0"], 2),
        (["--after", "-1"], 2),
        (["--account", "a*"], 2),
        (["--actor", ""], 2),
        (["--actor", " (,)"], 2),
        (["--account", "nobody"], 3),
    ] {
        desk.run(&[&LIST[..], &filter].concat()).exits(code);
    }
}

#[test]
fn a_record_longer_than_a_page_is_listed_to_its_end() {
    let desk = Desk::new();
    desk.sql(&format!(
        "WITH RECURSIVE n(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < 2500)
         INSERT INTO audit_events ({COLUMNS})
         SELECT n, at, actor, actor_id, actor_uid, action, target, target_id, outcome, detail, previous, link, operation
         FROM n, audit_events ORDER BY n"
    ));
    let all: Vec<u64> = (1..=2500).collect();
    for format in FORMATS {
        assert_eq!(numbers(&desk, format, &[]), all, "{format}");
        assert_eq!(numbers(&desk, format, &["--limit", "1500"]), all[..1500], "{format}");
    }
}

#[test]
fn what_is_known_about_an_account_stays_listed_once_it_is_purged() {
    let desk = Desk::with_alice();
    desk.run(&["users", "remove", "alice"]).succeeds();
    desk.sql("UPDATE accounts SET removed_at = 1 WHERE username = 'alice'");
    desk.run(&["users", "purge", "--yes"]).succeeds();
    // The last event is the purge itself.
    assert_eq!(numbers(&desk, "jsonl", &["--account", "2"]), [2, 3, 4, 5, 6]);
}

// ---- Ways in.

#[test]
fn who_has_to_choose_a_new_password_and_does_something_else_leaves_an_event() {
    let desk = Desk::with_alice();
    desk.run(&["users", "require-change", "alice"]).succeeds();
    for (action, args) in [("profile", &["me", "profile"][..]), ("sign-in", &["me", "sign-in"])] {
        let event = the_event_of_a_refusal(&desk, || drop(desk.run_as("alice", args).exits(6)));
        assert_eq!(said(&event), by_account(2, action, "alice", Some(2), "refused"));
    }
    let event = the_event_of_a_refusal(&desk, || drop(desk.run_with(GOOD, &["verify", "alice"]).exits(6)));
    assert_eq!(said(&event), by_account(2, "verify", "alice", Some(2), "refused"));
}

#[test]
fn a_new_password_that_is_refused_leaves_an_event_without_a_word_of_it() {
    let desk = Desk::with_alice();
    let event = the_event_of_a_refusal(&desk, || drop(desk.change_password("alice", GOOD, "hunter2").exits(8)));
    assert_eq!(said(&event), by_account(2, "change-password", "alice", Some(2), "refused"));
    assert!(!event.to_string().contains("hunter2"), "{event}");
}

#[test]
fn a_token_or_a_sign_in_that_has_ended_leaves_an_event() {
    let desk = Desk::with_alice();
    let with = |token: &str| Run::from(desk.command(&["users", "list"]).env("PASSDESK_TOKEN", token).output().unwrap());
    for token in ["pdsk_", &format!("pdsk_{}", "0".repeat(64))] {
        let event = the_event_of_a_refusal(&desk, || drop(with(token).exits(5)));
        assert_eq!(said(&event), by_nobody("", None));
        assert!(!event.to_string().contains("pdsk_"), "{event}");
    }
    desk.run_as("alice", &["me", "sign-in"]).succeeds();
    desk.sql("DELETE FROM sign_ins");
    // That sign-in cannot read the record either. So the test asks the store.
    let before: i64 = desk.value("SELECT max(sequence) FROM audit_events");
    desk.run(&["users", "list"]).exits(5);
    assert_eq!(desk.value::<i64>("SELECT max(sequence) FROM audit_events"), before + 1);
    let reason = desk.value::<String>("SELECT detail ->> 'reason' FROM audit_events ORDER BY sequence DESC LIMIT 1");
    assert_eq!(reason, "sign_in_ended");
}

#[test]
fn everything_that_is_recorded_can_be_asked_for() {
    let desk = Desk::settled();
    desk.like_root("alice", 0);
    desk.run(&["users", "edit", "alice", "--name", "Alice"]).succeeds();
    desk.run_with("username\nbob\n", &["users", "import", "-"]).succeeds();
    desk.run(&["users", "grant", "alice", "helpdesk"]).succeeds();
    desk.run(&["users", "revoke", "alice", "helpdesk"]).succeeds();
    desk.run_with("wrong", &["verify", "alice"]).exits(5);
    for deed in ["require-change", "unlock", "disable", "enable", "remove", "restore"] {
        desk.run(&["users", deed, "alice"]).succeeds();
    }
    desk.run_as("alice", &["me", "profile"]).exits(6);
    desk.run_with(GOOD, &["verify", "alice"]).exits(6);
    desk.run(&["users", "purge", "--yes"]).succeeds();
    desk.run(&["users", "reset", "alice", "--yes", "-q"]).succeeds();
    desk.run(&["policy", "set", "lock-after", "1"]).succeeds();
    desk.run_with("wrong", &["verify", "alice"]).exits(5);
    desk.run(&["policy", "set", "argon2", "m=19456,t=3,p=1"]).succeeds();
    desk.run_as("root", &["tokens", "create", "nightly", "--expires-in", "1h", "-q"]).succeeds();
    desk.run_as("root", &["tokens", "revoke", "nightly"]).succeeds();
    desk.run_as("root", &["me", "sign-in"]).succeeds();
    desk.run(&["me", "sign-out"]).succeeds();
    desk.like_root("nobody", 0);
    desk.run(&["store", "backup", "copy.db"]).succeeds();
    desk.run(&["users", "list", "--hashes", "--format", "csv"]).succeeds();
    let archive = ["audit", "archive", "old.jsonl", "--before", "1d"];
    let lists = [
        &["users", "list"][..],
        &LIST,
        &archive,
        &["policy", "show"],
        &["tokens", "list", "--all"],
        &["store", "check"],
    ];
    for args in lists {
        desk.run_as("nobody", args).exits(4);
    }
    desk.run(&["recover", "root", "--yes", "-q"]).succeeds();
    desk.run(&["store", "backup", "last.db"]).succeeds();
    desk.run(&["store", "restore", "last.db", "--yes"]).succeeds();
    let mut recorded: Vec<String> =
        events(&desk).iter().map(|event| event["action"].as_str().unwrap().to_owned()).collect();
    recorded.sort();
    recorded.dedup();
    let mut known = passdesk::domain::audit::ACTIONS.map(str::to_owned);
    known.sort();
    assert_eq!(recorded, known);
    for action in recorded {
        let listed = desk.run(&[&LIST[..], &["--action", &action, "--format", "jsonl"]].concat()).succeeds().stdout;
        assert!(listed.lines().count() > 0 && listed.lines().all(|line| line.contains(&action)), "{action}");
    }
    desk.run(&[&LIST[..], &["--action", "riset"]].concat()).exits(2);
}
