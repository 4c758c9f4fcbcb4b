//! Accounts that end on a day, accounts that nobody uses, and accounts that only make copies of the store.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use jiff::civil::Date;
use jiff::{ToSpan as _, Zoned};
use serde_json::{Value, json};

use crate::common::{Desk, GOOD};

/// So many days from today, where the tests run: in UTC.
fn day(days: i32) -> Date {
    Zoned::now().in_tz("UTC").unwrap().date().checked_add(days.days()).unwrap()
}

fn shown(desk: &Desk, username: &str) -> Value {
    let json = desk.run(&["users", "show", username, "--format", "json"]).succeeds().stdout;
    serde_json::from_str(&json).unwrap()
}

#[test]
fn an_account_ends_with_its_last_day() {
    let desk = Desk::with_alice();
    let edit = |day: &str| desk.run(&["users", "edit", "alice", "--expires-on", day]);
    let last = day(3);
    edit(&last.to_string()).succeeds();
    let end = format!("{}T00:00:00Z", last.tomorrow().unwrap());
    assert_eq!(shown(&desk, "alice")["expires_at"], end);
    let sheet = desk.run(&["users", "show", "alice"]).succeeds().stdout;
    assert!(sheet.contains("Account       ends on "), "{sheet}");
    desk.profile("alice", GOOD).succeeds();
    edit("").succeeds();
    assert_eq!(shown(&desk, "alice")["expires_at"], Value::Null);
}

#[test]
fn an_account_that_has_ended_is_not_let_in_and_not_told_why() {
    let desk = Desk::with_alice();
    desk.run_as("alice", &["me", "sign-in"]).succeeds();
    desk.sql("UPDATE accounts SET expires_at = 1000000000 WHERE username = 'alice'");
    desk.run(&["me", "sign-out"]).succeeds();
    let wrong = desk.profile("root", GOOD).exits(5);
    let ended = desk.profile("alice", GOOD).exits(5);
    assert_eq!(ended.stderr, wrong.stderr);
    desk.run_with(GOOD, &["verify", "alice"]).exits(5);
    assert_eq!(desk.value::<i64>("SELECT usable FROM credentials WHERE username = 'alice'"), 0);
    assert_eq!(shown(&desk, "alice")["state"], "expired");
    assert!(desk.run(&["users", "list", "--state", "expired"]).succeeds().stdout.contains("alice"));
    let reset = desk.run(&["users", "reset", "alice", "--yes", "-q"]).succeeds();
    assert!(reset.stderr.contains("alice has expired, and stays so until"), "{}", reset.stderr);
    desk.profile("alice", &reset.password()).exits(5);
    let reason = desk.run(&["audit", "list", "--account", "alice", "--outcome", "refused"]).succeeds().stdout;
    assert!(reason.contains("the account has expired"), "{reason}");
    desk.run(&["users", "edit", "alice", "--expires-on", &day(1).to_string()]).succeeds();
    desk.profile("alice", &reset.password()).exits(6);
}

#[test]
fn whoever_resets_an_account_that_has_ended_is_told_so() {
    let desk = Desk::with_alice();
    desk.run(&["users", "add", "bob", "-q"]).succeeds();
    desk.run(&["users", "disable", "bob"]).succeeds();
    desk.sql("UPDATE accounts SET expires_at = 1000000000 WHERE username = 'alice'");
    let one = desk.run(&["users", "reset", "alice", "--yes"]).succeeds();
    assert!(one.stdout.contains("Once the account has another last day, its owner signs in"), "{}", one.stdout);
    let many = desk.run(&["users", "reset", "alice", "bob", "--yes", "--format", "csv"]).succeeds();
    for said in [
        "Still disabled until 'passdesk users enable': bob.",
        "Still expired until 'passdesk users edit --expires-on': alice.",
    ] {
        assert!(many.stderr.contains(said), "{}", many.stderr);
    }
}

#[test]
fn a_recovered_admin_who_had_ended_is_let_in() {
    let desk = Desk::settled();
    desk.sql("UPDATE accounts SET expires_at = 1000000000");
    let temporary = desk.run(&["recover", "root", "--yes", "-q"]).succeeds().password();
    desk.change_password("root", &temporary, crate::common::OTHER).succeeds();
}

#[test]
fn what_is_no_day_to_come_is_refused_and_changes_nothing() {
    let desk = Desk::with_alice();
    let before = desk.state();
    let yesterday = day(-1).to_string();
    for (text, why) in [
        (&*yesterday, "is over"),
        ("2027-02-30", "is not a day"),
        ("2027-3-1", "is not a day"),
        ("2027-03-31T00:00:00Z", "is not a day"),
        ("30d", "is not a day"),
        ("never", "is not a day"),
    ] {
        let refused = desk.run(&["users", "edit", "alice", "--expires-on", text]).exits(2);
        assert!(refused.stderr.contains(why), "{text}: {}", refused.stderr);
    }
    desk.run(&["users", "edit", "alice", "--expires-on", &day(0).to_string()]).succeeds();
    desk.run(&["users", "edit", "alice", "--expires-on", ""]).succeeds();
    desk.sql("UPDATE accounts SET revision = revision - 2 WHERE username = 'alice'");
    assert_eq!(desk.state(), before);
}

#[test]
fn an_import_gives_changes_and_takes_a_last_day() {
    let desk = Desk::settled();
    let end = |day: Date| format!("{}T00:00:00Z", day.tomorrow().unwrap());
    desk.import(format!("username,expires_on\nalice,{}\nbob,\n", day(3)), &[]).succeeds();
    assert_eq!(shown(&desk, "alice")["expires_at"], end(day(3)));
    assert_eq!(shown(&desk, "bob")["expires_at"], Value::Null);
    let file = format!("username,Last day\nalice,\nbob,{}\n", day(0));
    desk.import(&file, &["--on-conflict", "update"]).succeeds();
    assert_eq!(shown(&desk, "alice")["expires_at"], Value::Null);
    assert_eq!(shown(&desk, "bob")["expires_at"], end(day(0)));
    let before = desk.state();
    let again = desk.import(&file, &["--on-conflict", "update"]).succeeds();
    assert!(again.stderr.contains("Unchanged: 2 accounts."), "{}", again.stderr);
    desk.import("username\nalice\nbob\n", &["--on-conflict", "update"]).succeeds();
    assert_eq!(shown(&desk, "bob")["expires_at"], end(day(0)));
    assert_eq!(desk.state(), before);
}

#[test]
fn a_last_day_that_is_over_is_a_fault_of_its_line() {
    let desk = Desk::settled();
    let before = desk.state();
    let file = format!("username,expires_on\nalice,{}\nbob,31/03/2099\n", day(-1));
    let refused = desk.import(file, &[]).exits(2);
    assert!(refused.stderr.contains(&format!("line 2: '{}' is over\n", day(-1))), "{}", refused.stderr);
    assert!(refused.stderr.contains("line 3: '31/03/2099' is not a day\n"), "{}", refused.stderr);
    assert_eq!(desk.state(), before);
}

#[test]
fn the_last_admin_does_not_get_an_end_from_an_import() {
    let desk = Desk::settled();
    let file = format!("username,expires_on\nroot,{}\n", day(9));
    for flags in [&["--on-conflict", "update"][..], &["--on-conflict", "update", "--dry-run"]] {
        let refused = desk.import(&file, flags).exits(8);
        assert!(refused.stderr.contains("without root, no usable global-admin"), "{}", refused.stderr);
    }
    assert_eq!(shown(&desk, "root")["expires_at"], Value::Null);
}

#[test]
fn the_last_admin_does_not_get_an_end() {
    let desk = Desk::settled();
    let before = desk.state();
    let refused = desk.run(&["users", "edit", "root", "--expires-on", &day(9).to_string()]).exits(8);
    assert!(refused.stderr.contains("without root, no usable global-admin"), "{}", refused.stderr);
    assert_eq!(desk.state(), before);
}

#[test]
fn who_was_last_seen_when_is_shown_and_chosen_by() {
    let desk = Desk::with_alice();
    desk.run(&["users", "add", "bob", "-q"]).succeeds();
    desk.sql("UPDATE accounts SET created_at = 1000000000, last_sign_in_at = NULL");
    desk.profile("alice", GOOD).succeeds();
    assert!(shown(&desk, "alice")["last_sign_in_at"].is_string());
    assert_eq!(shown(&desk, "bob")["last_sign_in_at"], Value::Null);
    assert!(desk.run(&["users", "show", "bob"]).succeeds().stdout.contains("Last sign-in  never"));
    let names = |filter: &[&str]| {
        let csv = desk.run(&[&["users", "list", "--format", "csv"], filter].concat()).succeeds().stdout;
        csv.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&["--inactive", "30d"]), ["root", "bob"]);
    assert_eq!(names(&["--never-signed-in"]), ["root", "bob"]);
    desk.sql("UPDATE accounts SET last_sign_in_at = 1700000000 WHERE username = 'root'");
    assert_eq!(names(&["--inactive", "4w"]), ["root", "bob"]);
    assert_eq!(names(&["--never-signed-in"]), ["bob"]);
    let none = desk.run(&["users", "list", "--inactive", "90000d"]).succeeds();
    assert_eq!(none.stderr, "No account matches --inactive '90000 days'.\n");
    for span in ["0", "-3d", "soon", ""] {
        desk.run(&["users", "list", "--inactive", span]).exits(2);
    }
}

#[test]
fn a_token_of_the_role_backup_makes_copies_and_does_nothing_else() {
    let desk = Desk::settled();
    desk.like_root("nightly", 16);
    let token = desk
        .run_as("nightly", &["tokens", "create", "job", "--role", "backup", "--expires-in", "1h", "-q"])
        .succeeds()
        .stdout;
    let by = |args: &[&str]| {
        let mut command = desk.command(args);
        command.env("PASSDESK_TOKEN", token.trim_end());
        crate::common::fed(command, "")
    };
    by(&["store", "backup", "copy.db"]).succeeds();
    desk.run(&["--store", desk.home.path().join("copy.db").to_str().unwrap(), "audit", "verify"]).succeeds();
    let before = desk.state();
    for args in [
        &["users", "list"][..],
        &["users", "show", "root"],
        &["users", "reset", "root", "--yes"],
        &["audit", "list"],
        &["audit", "verify"],
        &["store", "check"],
        &["policy", "show"],
    ] {
        by(args).exits(4);
    }
    assert_eq!(desk.state(), before);
}

#[test]
fn helpdesk_does_not_reset_whoever_may_copy_the_store() {
    let desk = Desk::settled();
    desk.like_root("nightly", 16);
    desk.like_root("hana", 2);
    let before = desk.state();
    let refused = desk.run_as("hana", &["users", "reset", "nightly", "--yes", "--format", "json"]).exits(4);
    let message = refused.error()["message"].as_str().unwrap().to_owned();
    assert!(message.ends_with("whoever may copy the store gets the hash of every password"), "{message}");
    assert_eq!(desk.state(), before);
    assert_eq!(json!(shown(&desk, "nightly")["roles"]), json!(["backup"]));
}
