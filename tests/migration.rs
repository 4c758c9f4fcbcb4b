//! A store of the previous version, `tests/data/schema_1.db`, is brought up to date with everything kept, or left as it
//! was.
//!
//! It was made by the passdesk of schema 1: root, alice, bob (a required change), cora (disabled), dora (a temporary
//! password that expired) and erin (one that lives until 2100), and a sign-in of alice that lives as long.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

mod common;

use std::fs::{self, Permissions};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Stdio;

use common::{Desk, GOOD, OTHER};
use rusqlite::Connection;

const DORAS: &str = "xa96-shaa-gbxp-whzf-pvr5";
const ERINS: &str = "6vje-msuw-nwp7-gkvd-aazd";
/// What alice's state folder kept, and under which name.
const SIGN_IN: (&str, &str) =
    ("3be0f82512613badac269ff9e7f9f545.sign-in", "af402b9eea9e62ea25f11ae340d040f4f41075685874e3096d5e24719a827e6e");

/// A home with a copy of the old store.
fn old() -> Desk {
    let desk = Desk::empty();
    let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/schema_1.db");
    fs::copy(original, desk.store()).unwrap();
    fs::set_permissions(desk.store(), Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(desk.home.path(), Permissions::from_mode(0o700)).unwrap();
    desk
}

fn migrated() -> Desk {
    let desk = old();
    desk.run(&["users", "list"]).succeeds();
    desk
}

fn version(desk: &Desk) -> i64 {
    Connection::open(desk.store()).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

/// Every row of a query, a line each.
fn rows(desk: &Desk, sql: &str) -> Vec<String> {
    let store = Connection::open(desk.store()).unwrap();
    let mut statement = store.prepare(sql).unwrap();
    let columns = statement.column_count();
    let row = |row: &rusqlite::Row<'_>| {
        let cells = (0..columns).map(|column| format!("{:?}", row.get_ref(column).unwrap()));
        Ok(cells.collect::<Vec<_>>().join(" "))
    };
    statement.query_map([], row).unwrap().map(Result::unwrap).collect()
}

/// Every column of every row that schema 1 has, by the names that it had for them.
fn of_schema_1(desk: &Desk) -> Vec<Vec<String>> {
    [
        "SELECT id, revision, username, display_name, email, email_key, search_text, roles, state, password_hash,
                must_change, temporary_until, password_changed_at, reset_at, reset_by, created_at
         FROM accounts ORDER BY id",
        "SELECT id, account_id, secret_sha256, created_at, expires_at FROM sign_ins ORDER BY id",
        "SELECT key, value FROM settings ORDER BY key",
        "SELECT name, seq FROM sqlite_sequence ORDER BY name",
    ]
    .map(|sql| rows(desk, sql))
    .into()
}

#[test]
fn the_old_store_is_of_schema_1() {
    let desk = old();
    assert_eq!(version(&desk), 1);
    assert_eq!(of_schema_1(&desk).iter().map(Vec::len).collect::<Vec<_>>(), [6, 1, 1, 2]);
    let columns = rows(&desk, "SELECT name FROM pragma_table_info('accounts')").len();
    assert_eq!(columns, 16, "of_schema_1 names them all");
}

#[test]
fn an_old_store_is_brought_up_to_date_when_it_is_opened() {
    assert_eq!(version(&migrated()), 2);
}

#[test]
fn every_column_of_every_row_is_kept() {
    let desk = old();
    let before = of_schema_1(&desk);
    desk.run(&["users", "list"]).succeeds();
    assert_eq!(of_schema_1(&desk), before);
}

#[test]
fn nobody_is_removed_by_it() {
    let desk = migrated();
    assert_eq!(desk.run(&["users", "list", "--count"]).succeeds().stdout, "6\n");
    assert_eq!(desk.run(&["users", "list", "--state", "removed", "--count"]).succeeds().stdout, "0\n");
}

#[test]
fn every_account_is_in_the_state_it_was_in() {
    let desk = migrated();
    for (state, usernames) in [
        ("active", &["root", "alice"][..]),
        ("must-change", &["bob", "erin"]),
        ("disabled", &["cora"]),
        ("temporary-expired", &["dora"]),
    ] {
        let listed = desk.run(&["users", "list", "--state", state, "--format", "csv"]).succeeds().stdout;
        let found: Vec<_> = listed.lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect();
        assert_eq!(found, usernames, "{state}");
    }
}

#[test]
fn every_password_still_signs_in() {
    let desk = migrated();
    for (username, password, code) in [
        ("root", GOOD, 0),
        ("alice", OTHER, 0),
        ("bob", GOOD, 6),
        ("cora", GOOD, 5),
        ("dora", DORAS, 5),
        ("erin", ERINS, 6),
        ("root", OTHER, 5),
    ] {
        desk.profile(username, password).exits(code);
    }
}

#[test]
fn a_sign_in_lives_on() {
    let desk = old();
    let folder = desk.home.path().join(".local/state/passdesk");
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).unwrap();
    let (name, secret) = SIGN_IN;
    fs::write(folder.join(name), secret).unwrap();
    fs::set_permissions(folder.join(name), Permissions::from_mode(0o600)).unwrap();
    let profile = desk.run(&["me", "profile", "--format", "json"]).succeeds().stdout;
    assert!(profile.contains("\"alice\""), "{profile}");
}

#[test]
fn the_credentials_view_answers_as_before() {
    let desk = old();
    let sql = "SELECT username, password_hash, must_change, usable FROM credentials ORDER BY username";
    let before = rows(&desk, sql);
    assert_eq!(before.len(), 6);
    desk.run(&["users", "list"]).succeeds();
    assert_eq!(rows(&desk, sql), before);
}

#[test]
fn the_credentials_view_does_not_take_a_removed_account_for_usable() {
    let desk = migrated();
    let usable = "SELECT usable FROM credentials WHERE username = 'alice'";
    assert_eq!(rows(&desk, usable), ["Integer(1)"]);
    desk.run(&["users", "remove", "alice"]).succeeds();
    assert_eq!(rows(&desk, usable), ["Integer(0)"]);
}

#[test]
fn the_record_begins_with_the_first_change() {
    let desk = migrated();
    assert!(desk.run(&["audit", "verify"]).succeeds().stdout.starts_with("0 events"));
    desk.run(&["users", "enable", "cora"]).succeeds();
    assert_eq!(rows(&desk, "SELECT sequence, action FROM audit_events").len(), 1);
    desk.run(&["audit", "verify"]).succeeds();
}

#[test]
fn a_migrated_store_has_the_schema_of_a_new_one() {
    let schema = |desk: &Desk| {
        rows(desk, "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
    };
    assert_eq!(schema(&migrated()), schema(&Desk::new()));
}

#[test]
fn a_migrated_store_is_whole() {
    let desk = migrated();
    assert_eq!(rows(&desk, "PRAGMA integrity_check"), rows(&Desk::new(), "PRAGMA integrity_check"));
    assert!(rows(&desk, "PRAGMA foreign_key_check").is_empty());
}

#[test]
fn a_store_opened_by_several_at_once_is_migrated_once() {
    let desk = old();
    let before = of_schema_1(&desk);
    let list = || desk.command(&["users", "list"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let all: Vec<_> = (0..8).map(|_| list()).collect();
    for mut one in all {
        assert!(one.wait().unwrap().success());
    }
    assert_eq!(version(&desk), 2);
    assert_eq!(of_schema_1(&desk), before);
}

#[test]
fn a_migration_that_cannot_finish_leaves_the_store_as_it_was() {
    let in_the_way = [
        "CREATE TABLE audit_events (id INTEGER PRIMARY KEY)",
        "ALTER TABLE accounts ADD COLUMN removed_at INTEGER",
        "CREATE INDEX accounts_admins ON accounts (id)",
        "DROP VIEW credentials",
    ];
    for sql in in_the_way {
        let desk = old();
        desk.sql(sql);
        let everything = |desk: &Desk| {
            let schema = rows(desk, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name");
            (version(desk), schema, of_schema_1(desk), desk.store_bytes())
        };
        let before = everything(&desk);
        let run = desk.run(&["users", "list"]);
        assert_ne!(run.code, 0, "{sql}");
        assert_eq!(run.stdout, "", "{sql}");
        assert!(everything(&desk) == before, "{sql}: {}", run.stderr);
    }
}
