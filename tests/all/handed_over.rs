//! A store from somebody else, such as a copy or a backup. Whatever it holds, no command hangs or fills the disk. No
//! command writes anywhere else.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "an attacker makes the store by other means")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::common::{Desk, GOOD, OTHER, Run};
use rusqlite::Connection;

/// A query without an end.
const ENDLESS: &str = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)";

/// Common commands on a store.
const COMMANDS: [&[&str]; 6] = [
    &["users", "list"],
    &["users", "show", "root"],
    &["users", "reset", "root", "--yes"],
    &["audit", "list"],
    &["policy", "show"],
    &["store", "backup", "copy.db"],
];

/// Every byte of the store, and the name of every file beside it.
fn everything(desk: &Desk) -> (Vec<u8>, Vec<String>) {
    let names = fs::read_dir(desk.home.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm")).collect();
    names.sort();
    (fs::read(desk.store()).unwrap(), names)
}

/// Fails the test unless every command refuses the store and leaves it unchanged. A check must find the reason.
#[track_caller]
fn is_refused(desk: &Desk, why: &str) {
    let before = everything(desk);
    let refused = |run: Run, args: &[&str]| {
        let run = run.exits(10);
        assert!(run.stderr.contains(why), "{args:?}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{args:?}");
        assert!(everything(desk) == before, "{args:?} has changed something");
    };
    for args in COMMANDS {
        refused(desk.run(args), args);
    }
    for args in [&["verify", "root"][..], &["me", "sign-in", "--as", "root", "--password-stdin"]] {
        refused(desk.run_with(format!("{GOOD}\n"), args), args);
    }
    let check = desk.run(&["store", "check"]).exits(10);
    assert!(check.stdout.contains(why), "{}", check.stdout);
    assert!(everything(desk) == before, "a check has changed something");
}

/// A store that an attacker has changed.
fn attacked(sql: &str) -> Desk {
    let desk = Desk::settled();
    desk.sql(sql);
    desk
}

/// The same in the engine's own schema table, where an attacker can forge entries.
fn forged(sql: &str) -> Desk {
    attacked(&format!("PRAGMA writable_schema = ON; {sql}; PRAGMA writable_schema = RESET"))
}

/// A store of an old schema from tests/data.
fn old(schema: u32) -> Desk {
    let desk = Desk::empty();
    let original = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/schema_{schema}.db"));
    fs::copy(original, desk.store()).unwrap();
    fs::set_permissions(desk.store(), Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(desk.home.path(), Permissions::from_mode(0o700)).unwrap();
    desk
}

#[test]
fn a_view_in_the_place_of_a_table_is_refused_before_it_is_read() {
    let desk = attacked(&format!(
        "DROP TABLE settings; CREATE VIEW settings (key, value) AS {ENDLESS} SELECT 'store_name', x FROM n WHERE x < 0"
    ));
    is_refused(&desk, "settings is not as passdesk makes it");
    let desk = attacked(&format!(
        "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON; DROP VIEW credentials; ALTER TABLE accounts RENAME TO a;
         CREATE VIEW accounts AS {ENDLESS} SELECT a.* FROM a, n"
    ));
    is_refused(&desk, "accounts is not as passdesk makes it");
}

#[test]
fn a_trigger_on_passdesks_tables_is_refused_and_never_run() {
    let fill = format!("BEGIN INSERT INTO junk {ENDLESS} SELECT randomblob(1000) FROM n LIMIT 600000; END");
    for on in ["UPDATE ON accounts", "INSERT ON audit_events", "UPDATE ON settings", "DELETE ON tries"] {
        let desk = attacked(&format!("CREATE TABLE junk (x); CREATE TRIGGER planted AFTER {on} {fill}"));
        is_refused(&desk, &format!("the trigger 'planted' on {} is not passdesk's", on.rsplit(' ').next().unwrap()));
    }
}

#[test]
fn a_trigger_on_a_table_that_hangs_on_passdesks_is_not_run() {
    let desk = attacked(
        "CREATE TABLE junk (account_id INTEGER REFERENCES accounts (id) ON DELETE CASCADE);
         CREATE TRIGGER planted AFTER DELETE ON junk BEGIN UPDATE accounts SET roles = 8, display_name = 'planted'; END",
    );
    desk.like_root("alice", 0);
    desk.sql("UPDATE accounts SET removed_at = 1 WHERE username = 'alice'; INSERT INTO junk SELECT id FROM accounts");
    desk.run(&["users", "purge", "--yes"]).succeeds();
    assert_eq!(desk.value::<i64>("SELECT count(*) FROM junk"), 1);
    assert_eq!(desk.account::<String>("display_name", "root"), "");
}

#[test]
fn an_index_on_passdesks_tables_is_refused() {
    let index = "CREATE INDEX planted ON accounts (hex(zeroblob(10000000)))";
    is_refused(&attacked(index), "the index 'planted' on accounts is not passdesk's");
    let desk = forged("UPDATE sqlite_schema SET sql = replace(sql, 'INDEX', 'index') WHERE name = 'accounts_locked'");
    is_refused(&desk, "accounts_locked is not as passdesk makes it");
}

#[test]
fn what_the_list_of_the_engine_hides_on_another_table_is_refused() {
    for planted in [
        "CREATE INDEX planted ON accounts (hex(zeroblob(10000000)))",
        "CREATE TRIGGER planted AFTER UPDATE ON accounts BEGIN INSERT INTO junk VALUES (1); END",
    ] {
        let desk = attacked(&format!("CREATE TABLE junk (x); {planted}"));
        desk.sql("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET tbl_name = 'junk' WHERE name = 'planted'");
        is_refused(&desk, "malformed database schema (planted)");
    }
}

#[test]
fn a_table_with_a_column_or_a_rule_more_is_refused() {
    let desk = attacked("ALTER TABLE accounts ADD COLUMN more TEXT AS (hex(zeroblob(10000000)))");
    is_refused(&desk, "accounts is not as passdesk makes it");
    let desk = forged(
        "UPDATE sqlite_schema SET sql = replace(sql, 'TEXT NOT NULL\n', 'TEXT NOT NULL CHECK (length(hex(zeroblob(9999999))) > 1)\n')
         WHERE name = 'settings'",
    );
    is_refused(&desk, "settings is not as passdesk makes it");
    is_refused(&attacked("DROP TRIGGER audit_events_stay"), "audit_events_stay is missing");
}

#[test]
fn what_is_planted_in_an_older_store_is_refused_before_it_is_brought_up_to_date() {
    for schema in 1..=8 {
        let desk = old(schema);
        desk.sql(&format!(
            "CREATE TABLE junk (x); CREATE TRIGGER planted AFTER UPDATE ON accounts
             BEGIN INSERT INTO junk {ENDLESS} SELECT randomblob(1000) FROM n; END"
        ));
        let before = everything(&desk);
        let run = desk.run(&["users", "list"]).exits(10);
        assert!(run.stderr.contains("the trigger 'planted' on accounts is not passdesk's"), "{}", run.stderr);
        assert!(everything(&desk) == before, "{schema}");
    }
}

#[test]
fn an_older_store_hands_over_no_more_tries_than_there_can_be() {
    for schema in [3, 4] {
        let desk = old(schema);
        desk.sql("UPDATE accounts SET tries_pending = 1000000000000 WHERE username = 'alice'");
        desk.run(&["users", "list"]).succeeds();
        assert_eq!(desk.value::<i64>("SELECT count(*) FROM tries WHERE account_id = 2"), 100);
    }
}

#[test]
fn a_name_of_the_store_that_is_none_makes_no_file_anywhere() {
    let away = tempfile::tempdir().unwrap();
    let target = away.path().join("planted");
    let target = target.to_str().unwrap();
    for name in
        [target, "../../planted", "", "A3F0c0ffee00c0ffee00c0ffee00c0ff", "0123", &"0".repeat(33), &"g".repeat(32)]
    {
        let desk = attacked(&format!("UPDATE settings SET value = '{name}' WHERE key = 'store_name'"));
        let sign_in = ["me", "sign-in", "--as", "root", "--password-stdin"];
        let run = desk.run_with(format!("{GOOD}\n"), &sign_in).exits(10);
        assert!(run.stderr.contains("the store has lost the name"), "{name}: {}", run.stderr);
        desk.run(&["users", "list"]).exits(10);
        assert!(desk.run(&["store", "check"]).exits(10).stdout.contains("has lost the name"));
        assert_eq!(fs::read_dir(away.path()).unwrap().count(), 0, "{name}");
        assert!(!desk.home.path().join(".local/state/passdesk").exists(), "{name}");
    }
}

#[test]
fn a_hint_repeats_no_command_that_a_store_has_made_up() {
    let desk = attacked("UPDATE accounts SET username = 'root; rm -rf x', locked_at = 1");
    let check = desk.run(&["store", "check", "--format", "csv"]).exits(10);
    assert!(!check.stdout.contains("rm -rf"), "{}", check.stdout);
}

#[test]
fn a_text_longer_than_any_that_passdesk_writes_is_not_read() {
    let desk = attacked("UPDATE accounts SET display_name = CAST(zeroblob(20000000) AS TEXT) WHERE username = 'root'");
    let run = desk.run(&["users", "show", "root"]).exits(10);
    assert!(run.stderr.contains("a text longer than passdesk writes"), "{}", run.stderr);
}

#[test]
fn what_a_site_keeps_in_the_file_is_left_alone() {
    let desk = attacked(
        "CREATE TABLE visits (account_id INTEGER REFERENCES accounts (id) ON DELETE CASCADE, at INTEGER);
         CREATE INDEX visits_of_accounts ON visits (account_id);
         CREATE VIEW admins AS SELECT username FROM accounts WHERE roles & 8;
         CREATE VIEW let_in AS SELECT username FROM credentials WHERE usable;
         CREATE TRIGGER visits_stay BEFORE DELETE ON visits WHEN OLD.account_id IN (SELECT id FROM accounts)
         BEGIN SELECT RAISE(ABORT, 'no'); END;
         INSERT INTO visits VALUES (1, 7); ANALYZE",
    );
    desk.change_password("root", GOOD, OTHER).succeeds();
    assert_eq!(desk.value::<i64>("SELECT count(*) FROM visits"), 1);
    assert_eq!(desk.value::<String>("SELECT username FROM let_in"), "root");
    desk.run(&["store", "backup", "copy.db"]).succeeds();
    let store = Connection::open(desk.store()).unwrap();
    store.execute_batch("VACUUM").unwrap();
    desk.run(&["users", "list"]).succeeds();
    for schema in 1..=8 {
        let desk = old(schema);
        desk.sql("CREATE TABLE mine (x); CREATE VIEW seen AS SELECT username FROM credentials");
        desk.run(&["users", "list"]).succeeds();
    }
}
