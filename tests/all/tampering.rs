//! Tampering with the record: what is confirmed, what is found, and what only a noted head can reveal.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::fs;

use crate::common::record::{COLUMNS, DROP_TRIGGERS, VERIFY, edit_of_root, events, put_in, tamper};
use crate::common::{Desk, Run};
use passdesk::domain::audit::{Event, Link};
use rusqlite::Connection;
use serde_json::{Value, json};

/// A record of six events that can be attacked again and again.
struct Attacked {
    desk: Desk,
    untouched: Vec<u8>,
    /// The triggers that protect the record.
    guard: String,
}

impl Attacked {
    fn new() -> Self {
        let desk = Desk::new();
        for name in ["One", "Two", "Three", "Four", "Five"] {
            desk.run(&["users", "edit", "root", "--name", name]).succeeds();
        }
        let untouched = fs::read(desk.store()).unwrap();
        let guard = desk.value("SELECT group_concat(sql, ';') FROM sqlite_schema WHERE type = 'trigger'");
        Self { desk, untouched, guard }
    }

    /// Runs the program after the attack, with the protection restored.
    fn run(&self, args: &[&str]) -> Run {
        self.desk.sql(&self.guard);
        let run = self.desk.run(args);
        self.desk.sql(DROP_TRIGGERS);
        run
    }

    /// The original record, without its protection.
    fn open(&self) -> Connection {
        fs::write(self.desk.store(), &self.untouched).unwrap();
        let store = Connection::open(self.desk.store()).unwrap();
        store.execute_batch(DROP_TRIGGERS).unwrap();
        store
    }

    /// Fails the test unless the attack is found and the first bad event is named.
    #[track_caller]
    fn finds(&self, sql: &str, first_bad: u64) {
        self.open().execute_batch(sql).unwrap();
        self.names(first_bad, sql);
    }

    #[track_caller]
    fn names(&self, first_bad: u64, attack: &str) {
        let verified = self.run(&VERIFY);
        assert_eq!(verified.code, 10, "{attack}: {}", verified.stdout);
        let named = format!("the record has been tampered with: event {first_bad} ");
        assert!(verified.stderr.contains(&named), "{attack}: {}", verified.stderr);
        assert_eq!(verified.stdout, "", "{attack}");
    }

    /// Fails the test unless only a head that was noted before reveals the attack.
    #[track_caller]
    fn finds_only_by_the_head(&self, attack: impl FnOnce(&Connection)) {
        let store = self.open();
        let head = link(&store, 6).to_hex();
        self.run(&[&VERIFY[..], &["--expect-head", &head]].concat()).succeeds();
        attack(&store);
        drop(store);
        self.run(&VERIFY).succeeds();
        let verified = self.run(&[&VERIFY[..], &["--expect-head", &head]].concat()).exits(10);
        assert!(verified.stderr.contains("that head is not in the record"), "{}", verified.stderr);
        assert_eq!(verified.stdout, "");
    }
}

fn link(store: &Connection, sequence: u64) -> Link {
    let sql = "SELECT link FROM audit_events WHERE sequence = ?1";
    Link(store.query_row(sql, [i64::try_from(sequence).unwrap()], |row| row.get(0)).unwrap())
}

/// An event forged by an attacker who has read the source.
fn made_up(sequence: u64, previous: Link) -> Event {
    let mut event = Event { detail: "made up".into(), ..edit_of_root(sequence, 1_767_225_600, previous) };
    event.link = event.computed();
    event
}

#[test]
fn an_untouched_record_is_confirmed_with_its_count_and_head() {
    let desk = Desk::new();
    for name in ["One", "Two"] {
        desk.run(&["users", "edit", "root", "--name", name]).succeeds();
    }
    let head = events(&desk)[2]["link"].as_str().unwrap().to_owned();
    let verified = desk.run(&VERIFY).succeeds().stdout;
    assert_eq!(verified, format!("3 events, as written\nhead: {head}\n"));
    let json = desk.run(&["audit", "verify", "--format", "json"]).succeeds().stdout;
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), json!({"events": 3, "head": head}));
    let csv = desk.run(&["audit", "verify", "--format", "csv"]).succeeds().stdout;
    assert_eq!(csv, format!("events,head\n3,{head}\n"));
}

#[test]
fn every_head_that_was_ever_noted_down_is_found_again() {
    let desk = Desk::new();
    let head = || {
        let json = desk.run(&["audit", "verify", "--format", "json"]).succeeds().stdout;
        serde_json::from_str::<Value>(&json).unwrap()["head"].as_str().unwrap().to_owned()
    };
    let mut heads = vec![head()];
    for name in ["One", "Two", "Three", "Four"] {
        desk.run(&["users", "edit", "root", "--name", name]).succeeds();
        heads.push(head());
    }
    heads.dedup();
    assert_eq!(heads.len(), 5);
    for head in heads {
        desk.run(&["audit", "verify", "--expect-head", &head]).succeeds();
    }
}

#[test]
fn a_head_of_another_record_is_not_found() {
    let desk = Desk::new();
    desk.run(&["audit", "verify", "--expect-head", &"7".repeat(64)]).exits(10);
}

#[test]
fn what_is_no_head_is_refused() {
    let desk = Desk::new();
    for text in ["", "7", &"7".repeat(63), &"7".repeat(65), &"x".repeat(64), &"+7".repeat(32)] {
        desk.run(&["audit", "verify", "--expect-head", text]).exits(2);
    }
}

#[test]
fn a_record_longer_than_a_page_is_verified_to_its_end() {
    let attacked = Attacked::new();
    let mut store = attacked.open();
    let written = store.transaction().unwrap();
    for sequence in 7..=2_100 {
        put_in(&written, &made_up(sequence, link(&written, sequence - 1)));
    }
    written.commit().unwrap();
    assert!(attacked.run(&VERIFY).succeeds().stdout.starts_with("2100 events"));
    for sequence in [1_000, 1_001, 2_100] {
        let set = |detail: &str| format!("UPDATE audit_events SET detail = '{detail}' WHERE sequence = {sequence}");
        store.execute(&set("x"), []).unwrap();
        attacked.names(sequence, "edit");
        store.execute(&set("made up"), []).unwrap();
    }
}

#[test]
fn an_edit_of_any_column_is_found() {
    let attacked = Attacked::new();
    for edit in [
        "at = at + 1",
        "actor = 'operator eve (uid 0)'",
        "actor = ''",
        "actor_id = 1",
        "actor_uid = actor_uid + 1",
        "actor_uid = NULL",
        "actor_id = actor_uid, actor_uid = NULL",
        "action = 'reset'",
        "target = 'alice'",
        "target_id = 2",
        "target_id = NULL",
        "outcome = 'refused'",
        "detail = 'x'",
        "operation = 'x'",
        "operation = NULL",
        "action = 'edi', target = 'troot'",
        "previous = zeroblob(32)",
        "link = zeroblob(32)",
    ] {
        attacked.finds(&format!("UPDATE audit_events SET {edit} WHERE sequence = 3"), 3);
    }
}

#[test]
fn text_that_is_none_is_found() {
    Attacked::new().finds("UPDATE audit_events SET detail = CAST(x'ff' AS TEXT) WHERE sequence = 3", 3);
}

#[test]
fn an_edit_of_the_first_or_the_last_event_is_found() {
    let attacked = Attacked::new();
    for sequence in [1, 6] {
        attacked.finds(&format!("UPDATE audit_events SET detail = 'x' WHERE sequence = {sequence}"), sequence);
    }
}

#[test]
fn an_edit_with_its_own_link_made_anew_is_found_at_the_next_event() {
    let attacked = Attacked::new();
    let store = attacked.open();
    store.execute("DELETE FROM audit_events WHERE sequence = 3", []).unwrap();
    put_in(&store, &made_up(3, link(&store, 2)));
    drop(store);
    attacked.names(4, "edit with a link of its own");
}

#[test]
fn a_deletion_in_the_middle_is_found() {
    Attacked::new().finds("DELETE FROM audit_events WHERE sequence = 3", 4);
}

#[test]
fn a_deletion_of_the_first_event_is_found() {
    Attacked::new().finds("DELETE FROM audit_events WHERE sequence = 1", 2);
}

#[test]
fn an_event_with_another_number_is_found() {
    Attacked::new().finds("UPDATE audit_events SET sequence = 9 WHERE sequence = 6", 9);
}

/// Makes room for another event 3.
const SHIFT: &str = "UPDATE audit_events SET sequence = sequence + 1000 WHERE sequence >= 3;
                     UPDATE audit_events SET sequence = sequence - 999 WHERE sequence > 1000";

#[test]
fn an_insertion_is_found() {
    let copy = format!(
        "{SHIFT}; INSERT INTO audit_events ({COLUMNS})
         SELECT 3, at, actor, actor_id, actor_uid, action, target, target_id, outcome, 'new', previous, link, operation
         FROM audit_events WHERE sequence = 4"
    );
    Attacked::new().finds(&copy, 3);
}

#[test]
fn an_insertion_that_follows_what_is_before_it_is_found_behind_it() {
    let attacked = Attacked::new();
    let store = attacked.open();
    store.execute_batch(SHIFT).unwrap();
    put_in(&store, &made_up(3, link(&store, 2)));
    drop(store);
    attacked.names(4, "insertion");
}

#[test]
fn a_swap_of_two_is_found() {
    let swap = "UPDATE audit_events SET sequence = 1000 WHERE sequence = 3;
                UPDATE audit_events SET sequence = 3 WHERE sequence = 4;
                UPDATE audit_events SET sequence = 4 WHERE sequence = 1000";
    Attacked::new().finds(swap, 3);
}

#[test]
fn a_renumbering_behind_a_deletion_is_found() {
    let renumber = "DELETE FROM audit_events WHERE sequence = 3;
                    UPDATE audit_events SET sequence = sequence + 1000 WHERE sequence > 3;
                    UPDATE audit_events SET sequence = sequence - 1001 WHERE sequence > 1000";
    Attacked::new().finds(renumber, 3);
}

#[test]
fn an_old_event_at_the_end_is_found() {
    let attacked = Attacked::new();
    for previous in ["previous", "(SELECT link FROM audit_events WHERE sequence = 6)"] {
        let replay = format!(
            "INSERT INTO audit_events ({COLUMNS})
             SELECT 7, at, actor, actor_id, actor_uid, action, target, target_id, outcome, detail, {previous}, link, operation
             FROM audit_events WHERE sequence = 2"
        );
        attacked.finds(&replay, 7);
    }
}

#[test]
fn a_tail_that_was_cut_is_found_by_the_head_alone() {
    let attacked = Attacked::new();
    for kept in [5, 1, 0] {
        attacked.finds_only_by_the_head(|store| {
            store.execute("DELETE FROM audit_events WHERE sequence > ?1", [kept]).unwrap();
        });
    }
}

#[test]
fn of_a_record_without_an_event_it_is_said_that_it_is_empty() {
    let desk = Desk::settled();
    tamper(&desk, || desk.sql("DELETE FROM audit_events"));
    let run = desk.run(&["audit", "verify"]).succeeds();
    assert!(run.stderr.starts_with("The record is empty"), "{}", run.stderr);
}

#[test]
fn a_record_written_anew_is_found_by_the_head_alone() {
    Attacked::new().finds_only_by_the_head(|store| {
        store.execute("DELETE FROM audit_events WHERE sequence >= 3", []).unwrap();
        for sequence in 3..=8 {
            put_in(store, &made_up(sequence, link(store, sequence - 1)));
        }
    });
}

#[test]
fn the_store_takes_no_change_of_its_record() {
    let desk = Desk::new();
    desk.run(&["users", "edit", "root", "--name", "One"]).succeeds();
    let before = events(&desk);
    let store = Connection::open(desk.store()).unwrap();
    for attack in [
        "UPDATE audit_events SET detail = 'x' WHERE sequence = 1",
        "UPDATE audit_events SET sequence = 7 WHERE sequence = 2",
        "UPDATE OR REPLACE audit_events SET sequence = 1 WHERE sequence = 2",
        "DELETE FROM audit_events WHERE sequence = 2",
        "DELETE FROM audit_events",
        "REPLACE INTO audit_events SELECT 1, at, actor, actor_id, actor_uid, action, target, target_id, outcome,
                                          'x', previous, link FROM audit_events WHERE sequence = 2",
    ] {
        assert!(store.execute_batch(attack).is_err(), "{attack}");
    }
    assert_eq!(events(&desk), before);
}
