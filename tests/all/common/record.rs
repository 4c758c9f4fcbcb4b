//! The record as the program lists it, and ways to tamper with it.

#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use passdesk::domain::audit::{Detail, Event, Head, Link};
use passdesk::domain::clock::Timestamp;
use rusqlite::{Connection, params};
use serde_json::Value;

use crate::common::Desk;

pub const LIST: [&str; 2] = ["audit", "list"];
pub const VERIFY: [&str; 2] = ["audit", "verify"];
pub const COLUMNS: &str =
    "sequence, at, actor, actor_id, actor_uid, action, target, target_id, outcome, detail, previous, link, operation";
/// Removes the triggers that protect the record.
pub const DROP_TRIGGERS: &str =
    "DROP TRIGGER audit_events_stay; DROP TRIGGER audit_events_remain; DROP TRIGGER audit_events_follow;";

/// Does something to the record like an attacker who removes its protection and restores it afterwards.
pub fn tamper<T>(desk: &Desk, deed: impl FnOnce() -> T) -> T {
    let triggers: String =
        desk.value("SELECT group_concat(sql, ';') FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'audit%'");
    desk.sql(DROP_TRIGGERS);
    let done = deed();
    desk.sql(&triggers);
    done
}

/// The words about an event, besides who did what to whom.
pub fn words(event: &Value) -> String {
    Detail::read(&event["detail"].to_string()).words(&jiff::tz::TimeZone::UTC)
}

/// Every event, as listed.
pub fn events(desk: &Desk) -> Vec<Value> {
    let listed = desk.run(&["audit", "list", "--format", "jsonl"]).succeeds().stdout;
    listed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Puts an event into the record, whatever its links.
pub fn put_in(store: &Connection, event: &Event) {
    let sql =
        format!("INSERT INTO audit_events ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
    let number = i64::try_from(event.sequence).unwrap();
    let (actor, target) = (&event.actor, &event.target);
    let values = params![
        number,
        event.at,
        actor,
        event.actor_id,
        event.actor_uid,
        event.action,
        target,
        event.target_id,
        event.outcome,
        event.detail,
        event.previous.0,
        event.link.0,
        event.operation
    ];
    store.prepare_cached(&sql).unwrap().execute(values).unwrap();
}

/// An event behind another: an operator has edited root. Its link is computed last.
pub fn edit_of_root(sequence: u64, at: i64, previous: Link) -> Event {
    Event {
        sequence,
        at,
        actor: "operator root (uid 0)".into(),
        actor_id: None,
        actor_uid: Some(0),
        action: "edit".into(),
        target: "root".into(),
        target_id: Some(1),
        outcome: "done".into(),
        detail: r#"{"changed":["name"]}"#.into(),
        operation: None,
        previous,
        link: Link::START,
    }
}

/// Puts a record of so many events of 2025 in the place of the record.
pub fn write_record(desk: &Desk, count: u64) {
    let mut store = Connection::open(desk.store()).unwrap();
    let transaction = store.transaction().unwrap();
    transaction.execute("DELETE FROM audit_events", []).unwrap();
    let start: Timestamp = "2025-03-01T00:00:00Z".parse().unwrap();
    let mut head = Head::START;
    for number in 0..count {
        let at = start.as_second() + i64::try_from(number).unwrap();
        let mut event = Event { operation: Some("0".repeat(32)), ..edit_of_root(number + 1, at, head.link) };
        event.link = event.computed();
        head = event.head();
        put_in(&transaction, &event);
    }
    transaction.commit().unwrap();
}
