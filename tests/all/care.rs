//! The check of a store. Each finding is caused for real, and the check changes nothing.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;

use crate::common::record::{events, tamper};
use crate::common::{AUDITOR, Desk, GOOD, HELPDESK, Run, USER_ADMIN};
use rusqlite::Connection;
use serde_json::Value;

const CHECK: [&str; 2] = ["store", "check"];

/// The content of the home, byte for byte.
fn contents(desk: &Desk) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let entries = fs::read_dir(desk.home.path()).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<_> = entries.map(|path| (path.clone(), fs::read(path).ok())).collect();
    all.sort();
    all
}

/// Checks a store, which must change nothing, and returns the findings.
#[track_caller]
fn check(desk: &Desk, store: &str) -> (Run, Vec<Value>) {
    let before = contents(desk);
    let run = desk.run(&["store", "check", "--format", "jsonl", "--store", store]);
    assert!(contents(desk) == before, "something has changed");
    let findings = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (run, findings)
}

/// Fails the test unless just this is found, with a remedy.
#[track_caller]
fn finds(desk: &Desk, store: &str, name: &str, message: &str, remedy: &str) {
    let (run, findings) = check(desk, store);
    assert_eq!(run.code, 10, "{findings:?}");
    assert_eq!(run.error()["code"], "store_unusable");
    let found: Vec<_> = findings.iter().filter(|finding| finding["result"] == "finding").collect();
    assert_eq!(found.iter().map(|found| &found["check"]).collect::<Vec<_>>(), [name], "{found:?}");
    let has = |field: &str, text: &str| found[0][field].as_str().is_some_and(|all| all.contains(text));
    assert!(has("message", message) && has("remedy", remedy), "{found:?}");
}

/// Fails the test unless this is found after the SQL has run on the store.
#[track_caller]
fn finds_after(sql: &str, name: &str, message: &str, remedy: &str) {
    let desk = Desk::settled();
    desk.like_root("alice", 0);
    desk.sql(sql);
    finds(&desk, "store.db", name, message, remedy);
}

// ---- A sound store.

#[test]
fn a_sound_store_has_no_finding() {
    let desk = Desk::settled();
    let (run, findings) = check(&desk, "store.db");
    run.succeeds();
    assert!(findings.iter().all(|finding| finding["result"] == "ok" && finding["remedy"].is_null()), "{findings:?}");
    let names: Vec<_> = findings.iter().map(|finding| finding["check"].as_str().unwrap()).collect();
    let all = "file owner rights names folder log disk version journal pages references schema accounts passwords \
               settings blocklist record admins";
    assert_eq!(names.join(" "), all);
}

#[test]
fn what_a_killed_command_has_left_is_a_note_and_what_a_running_one_needs_is_none() {
    let desk = Desk::settled();
    let notes = || {
        let (run, findings) = check(&desk, "store.db");
        run.succeeds();
        findings.into_iter().filter(|finding| finding["result"] == "note").collect::<Vec<_>>()
    };
    desk.run(&["store", "backup", "copy.db"]).succeeds();
    for name in ["aBcDeF.restoring", "2026-11-29T22-14-05Z.before-restore.aBcDeF.unfinished", "aBcDeF.new"] {
        let left = desk.home.path().join(format!(".store.db.{name}"));
        fs::create_dir(&left).unwrap();
        let found = notes();
        assert_eq!(found.iter().map(|note| &note["check"]).collect::<Vec<_>>(), ["left"], "{found:?}");
        assert!(found[0]["message"].as_str().unwrap().contains(left.to_str().unwrap()), "{found:?}");
        let running = fs::File::open(&left).unwrap();
        running.lock().unwrap();
        assert_eq!(notes(), [Value::Null; 0]);
        drop(running);
        let restored = desk.run(&["store", "restore", "copy.db", "--yes"]).succeeds();
        assert!(left.exists(), "{}", restored.stderr);
        fs::remove_dir(&left).unwrap();
    }
}

#[test]
fn an_account_that_no_search_finds_or_that_is_in_another_place_of_a_list_is_a_note() {
    for damage in ["search_text = 'zzz'", "search_text = CAST(x'ff' AS TEXT)", "name_key = x'00'"] {
        let desk = Desk::with_alice();
        desk.sql(&format!("UPDATE accounts SET {damage} WHERE username = 'alice'"));
        let notes = || {
            let (run, findings) = check(&desk, "store.db");
            run.succeeds();
            let notes = findings.into_iter().filter(|finding| finding["check"] == "search");
            notes.map(|note| note["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let found = notes();
        assert!(found.len() == 1 && found[0].ends_with("another place: id 2"), "{damage}: {found:?}");
        for name in ["Other", "Alice"] {
            desk.run(&["users", "edit", "alice", "--name", name]).succeeds();
        }
        assert_eq!(notes(), [""; 0], "{damage}");
    }
}

#[test]
fn a_check_is_a_line_for_each_thing_and_an_array_in_json() {
    let desk = Desk::settled();
    let text = desk.run(&CHECK).succeeds();
    assert_eq!(text.stderr, "");
    assert_eq!(text.stdout.lines().count(), 18, "{}", text.stdout);
    assert!(
        text.stdout.contains("\nrecord      ok       3 events, as written; about 3 a day lately"),
        "{}",
        text.stdout
    );
    let json = desk.run(&["store", "check", "--format", "json"]).succeeds().stdout;
    assert_eq!(serde_json::from_str::<Vec<Value>>(&json).unwrap().len(), 18);
    let csv = desk.run(&["store", "check", "--format", "csv"]).succeeds().stdout;
    assert!(csv.starts_with("check,result,message,remedy\nfile,ok,"), "{csv}");
}

#[test]
fn a_log_that_was_left_behind_is_read_and_stays() {
    let desk = Desk::settled();
    let other = Connection::open(desk.store()).unwrap();
    other.execute_batch("PRAGMA wal_autocheckpoint = 0; UPDATE accounts SET username = 'No!'").unwrap();
    let left = Desk::empty();
    for name in ["store.db", "store.db-wal"] {
        fs::copy(desk.home.path().join(name), left.home.path().join(name)).unwrap();
        fs::set_permissions(left.home.path().join(name), Permissions::from_mode(0o600)).unwrap();
    }
    let before = ["store.db", "store.db-wal"].map(|name| fs::read(left.home.path().join(name)).unwrap());
    let run = left.run(&CHECK).exits(10);
    assert!(run.stdout.contains("accounts    finding"), "{}", run.stdout);
    assert!(before == ["store.db", "store.db-wal"].map(|name| fs::read(left.home.path().join(name)).unwrap()));
}

#[test]
fn an_older_store_is_a_note_and_stays_old() {
    let desk = Desk::empty();
    let data = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data")).unwrap();
    let stores: Vec<_> = data
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "db"))
        .collect();
    assert!(!stores.is_empty());
    for store in stores {
        let schema = store.file_stem().unwrap().to_str().unwrap().strip_prefix("schema_").unwrap();
        fs::copy(&store, desk.store()).unwrap();
        fs::set_permissions(desk.store(), Permissions::from_mode(0o600)).unwrap();
        let (run, findings) = check(&desk, "store.db");
        run.succeeds();
        let version = findings.iter().find(|finding| finding["check"] == "version").unwrap();
        assert_eq!(version["result"], "note");
        assert!(version["message"].as_str().unwrap().starts_with(&format!("schema {schema}; ")), "{version}");
    }
}

// ---- Faults of the file.

#[test]
fn what_is_not_there_or_no_store_is_the_one_finding() {
    let desk = Desk::settled();
    let home = desk.home.path();
    fs::write(home.join("text"), "mine").unwrap();
    fs::create_dir(home.join("folder")).unwrap();
    symlink("store.db", home.join("link")).unwrap();
    finds(&desk, "nothing", "file", "there is no store at", "passdesk init");
    finds(&desk, "folder", "file", "is a directory", "name the store's file");
    finds(&desk, "link", "file", "is a symbolic link", "name the file itself");
    fs::set_permissions(home.join("text"), Permissions::from_mode(0o600)).unwrap();
    finds(&desk, "text", "file", "is some other file, not a store of passdesk", "name the store with --store");
}

#[test]
fn a_store_that_is_open_to_others_is_looked_into_all_the_same() {
    let desk = Desk::settled();
    fs::set_permissions(desk.store(), Permissions::from_mode(0o644)).unwrap();
    finds(&desk, "store.db", "rights", "is open to others (mode 0644)", "then: chmod 600 ");
    assert_eq!(check(&desk, "store.db").1.len(), 18);
    fs::set_permissions(desk.store(), Permissions::from_mode(0o400)).unwrap();
    finds(&desk, "store.db", "rights", "is not writable for you", "chmod 600 ");
}

#[test]
fn a_folder_that_others_can_rearrange_is_found() {
    let desk = Desk::settled();
    for mode in [0o777, 0o770, 0o1777] {
        fs::set_permissions(desk.home.path(), Permissions::from_mode(mode)).unwrap();
        finds(&desk, "store.db", "folder", "lets others rename files", "a folder of your own");
    }
}

#[test]
fn a_second_name_is_found() {
    let desk = Desk::settled();
    fs::hard_link(desk.store(), desk.home.path().join("other.db")).unwrap();
    finds(&desk, "store.db", "names", "has 2 names", " -xdev -inum ");
}

#[test]
fn a_log_that_is_open_to_others_or_none_of_the_stores_is_found() {
    let desk = Desk::settled();
    let log = desk.home.path().join("store.db-journal");
    fs::write(&log, "").unwrap();
    fs::set_permissions(&log, Permissions::from_mode(0o640)).unwrap();
    finds(&desk, "store.db", "log", "is open to others (mode 0640)", "chmod 600");
    fs::remove_file(&log).unwrap();
    // The engine does not open a store next to a log that the engine would never make.
    symlink("store.db", log).unwrap();
    let (run, findings) = check(&desk, "store.db");
    run.exits(10);
    let log = findings.iter().find(|finding| finding["check"] == "log").unwrap();
    assert!(log["message"].as_str().unwrap().ends_with("does not belong to the store"), "{log}");
}

#[test]
fn a_store_of_a_later_version_is_found() {
    let desk = Desk::settled();
    desk.sql("PRAGMA user_version = 99");
    finds(&desk, "store.db", "version", "schema 99", "use the passdesk that wrote it");
}

#[test]
fn another_journal_is_a_note_and_stays() {
    let desk = Desk::settled();
    desk.sql("PRAGMA journal_mode = DELETE");
    let (run, findings) = check(&desk, "store.db");
    run.succeeds();
    let journal = findings.iter().find(|finding| finding["check"] == "journal").unwrap();
    assert_eq!(journal["result"], "note");
}

// ---- Faults of the content.

#[test]
fn damaged_pages_are_found() {
    let desk = Desk::settled();
    let root: i64 = desk.value("SELECT rootpage FROM sqlite_schema WHERE name = 'accounts_by_name'");
    let mut bytes = fs::read(desk.store()).unwrap();
    let page = usize::try_from(root - 1).unwrap() * 4096;
    // The first byte of a page tells its type (https://www.sqlite.org/fileformat.html#b_tree_pages).
    bytes[page..page + 4096].fill(0xA5);
    fs::write(desk.store(), bytes).unwrap();
    finds(&desk, "store.db", "pages", "", "restores the latest backup");
}

#[test]
fn a_store_of_which_half_is_gone_is_found_to_be_damaged() {
    let desk = Desk::settled();
    let bytes = fs::read(desk.store()).unwrap();
    for kept in [100, 5_000, bytes.len() / 2] {
        fs::write(desk.store(), &bytes[..kept]).unwrap();
        let (run, findings) = check(&desk, "store.db");
        run.exits(10);
        let file = findings.iter().find(|finding| finding["check"] == "file").unwrap();
        assert_eq!(file["result"], "finding", "{kept}: {findings:?}");
    }
}

#[test]
fn an_empty_index_or_table_of_another_kind_is_found() {
    let trees = "SELECT group_concat(rootpage || ' ' || name, ';') FROM sqlite_schema
                 WHERE name IN ('sign_ins_by_end', 'accounts_locked', 'sqlite_autoindex_sign_ins_1', 'tries', 'blocklist')";
    let trees: String = Desk::settled().value(trees);
    assert_eq!(trees.split(';').count(), 5);
    for tree in trees.split(';') {
        let desk = Desk::settled();
        let page: usize = tree.split(' ').next().unwrap().parse().unwrap();
        let mut bytes = fs::read(desk.store()).unwrap();
        // A page of an index becomes one of a table, and the other way round.
        bytes[(page - 1) * 4096] ^= 0x0A ^ 0x0D;
        fs::write(desk.store(), bytes).unwrap();
        let (run, findings) = check(&desk, "store.db");
        assert_eq!(run.code, 10, "{tree}: {findings:?}");
    }
}

#[test]
fn a_store_that_no_engine_would_write_is_found() {
    let desk = Desk::settled();
    let mut bytes = fs::read(desk.store()).unwrap();
    // The format for writing. The engine only reads a later one.
    bytes[18] = 0xFD;
    fs::write(desk.store(), bytes).unwrap();
    finds(&desk, "store.db", "file", "names a format", "restores the latest backup");
    desk.run(&["users", "list"]).exits(10);
}

#[test]
fn what_the_engine_says_of_a_damaged_statement_is_on_one_line() {
    let desk = Desk::settled();
    desk.sql(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, 'AND locked_at', '` locked_at') WHERE name = 'credentials'",
    );
    for args in [["users", "list"], ["store", "check"]] {
        let run = desk.run(&args).exits(10);
        assert!(!(run.stdout + &run.stderr).contains("\\n"), "{}", run.stderr);
    }
}

#[test]
fn a_row_that_names_one_that_is_not_there_is_found() {
    finds_after(
        "PRAGMA foreign_keys = OFF; INSERT INTO sign_ins (account_id, secret_sha256, created_at, expires_at)
                                    VALUES (77, randomblob(32), 0, 9999999999)",
        "references",
        "of sign_ins names a row that does not exist",
        "restores the latest backup",
    );
}

#[test]
fn what_the_program_did_not_make_is_found() {
    let drop = "find out who changed it";
    finds_after("DROP INDEX accounts_by_name", "schema", "accounts_by_name is missing", drop);
    finds_after("DROP TRIGGER audit_events_stay", "schema", "audit_events_stay is missing", drop);
    let spy = "CREATE TRIGGER spy AFTER UPDATE ON accounts BEGIN SELECT 1; END";
    finds_after(spy, "schema", "the trigger 'spy' on accounts is not passdesk's", drop);
    let view = "DROP VIEW credentials; CREATE VIEW credentials AS SELECT username, password_hash, 0 AS must_change,
                                                                        1 AS usable FROM accounts";
    finds_after(view, "schema", "credentials is not as passdesk makes it", drop);
    finds_after("ALTER TABLE accounts ADD COLUMN x TEXT", "schema", "accounts is not as passdesk makes it", drop);
}

#[test]
fn what_a_site_keeps_beside_passdesks_tables_is_a_note() {
    let desk = Desk::settled();
    desk.sql("CREATE TABLE mine (x); CREATE INDEX mine_by_x ON mine (x); CREATE VIEW seen AS SELECT id FROM accounts");
    let (run, findings) = check(&desk, "store.db");
    run.succeeds();
    let schema = findings.iter().find(|finding| finding["check"] == "schema").unwrap();
    assert_eq!(schema["result"], "note");
    let message = schema["message"].as_str().unwrap();
    assert!(
        message.contains("the table 'mine', the index 'mine_by_x', the view 'seen', which is not passdesk's"),
        "{message}"
    );
}

#[test]
fn what_analyze_leaves_is_no_finding() {
    let desk = Desk::settled();
    desk.sql("ANALYZE");
    check(&desk, "store.db").0.succeeds();
}

#[test]
fn an_account_that_no_passdesk_wrote_is_found() {
    for edit in [
        "username = 'Alice'",
        "username = '12'",
        "username = 'a b'",
        "display_name = 'a' || char(27) || '[2J'",
        "email = 'none', email_key = 'none'",
        "removed_at = 9223372036854775807",
    ] {
        let sql = format!("UPDATE accounts SET {edit} WHERE id = 2");
        finds_after(&sql, "accounts", "1 account of 2 not as passdesk writes them: id 2", "users edit");
    }
}

#[test]
fn an_address_that_does_not_find_its_account_is_found() {
    for key in ["b@example.org", "A@example.org", "a@example.org 2"] {
        let sql = format!("UPDATE accounts SET email = 'A@example.org', email_key = '{key}' WHERE id = 2");
        finds_after(
            &sql,
            "addresses",
            "the address of 1 account finds another account, or none: id 2",
            "users edit ID",
        );
    }
}

#[test]
fn a_hash_that_is_evaluated_for_nobody_is_found() {
    for hash in [
        "''",
        "'x'",
        "CAST(x'24ff' AS TEXT)",
        "'$2b$12$abcdefghijklmnopqrstuv'",
        "replace(password_hash, 'm=19456', 'm=4194304')",
    ] {
        let sql = format!("UPDATE accounts SET password_hash = {hash} WHERE id = 2");
        finds_after(&sql, "passwords", "1 hash of 2 cannot be used: id 2", "users reset");
    }
}

#[test]
fn a_setting_that_nobody_understands_is_found() {
    let sql = "INSERT INTO settings VALUES ('policy.min-length', 'many')";
    finds_after(sql, "settings", "many", "restores the latest backup");
    let sql = "DELETE FROM settings WHERE key = 'store_name'";
    finds_after(sql, "settings", "has lost the name", "restores the latest backup");
    for sql in [
        "DELETE FROM settings WHERE key = 'sign_in_tries'",
        "UPDATE settings SET value = 'x' WHERE key = 'sign_in_tries'",
    ] {
        finds_after(sql, "settings", "no longer counts sign-ins", "restores the latest backup");
    }
}

#[test]
fn a_record_that_was_tampered_with_is_found() {
    let desk = Desk::settled();
    tamper(&desk, || desk.sql("UPDATE audit_events SET detail = 'x' WHERE sequence = 1"));
    finds(&desk, "store.db", "record", "event 1 was changed", "compare it with a backup");
}

#[test]
fn what_people_read_of_a_restore_fits_on_80_columns() {
    let desk = Desk::new();
    desk.run(&["store", "backup", "monday.db"]).succeeds();
    // A long path stays whole.
    let here = |args: &[&str]| {
        let mut command = desk.command(args);
        command.env("PASSDESK_STORE", "store.db").current_dir(desk.home.path());
        Run::from(command.output().unwrap()).succeeds()
    };
    let restore = here(&["store", "restore", "monday.db", "--yes"]).stderr;
    for line in restore.lines().filter(|line| !line.contains(desk.home.path().to_str().unwrap())) {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn that_no_admin_can_sign_in_is_found() {
    finds_after("UPDATE accounts SET locked_at = 1 WHERE id = 1", "admins", "no global-admin", "passdesk recover root");
    finds_after("UPDATE accounts SET roles = 0", "admins", "no global-admin", "restores the latest backup");
}

#[test]
fn that_the_only_admin_has_a_temporary_password_is_a_note_with_its_end() {
    let desk = Desk::new();
    let (run, findings) = check(&desk, "store.db");
    run.succeeds();
    let admins = findings.last().unwrap();
    assert_eq!((&admins["check"], &admins["result"]), (&"admins".into(), &"note".into()));
    let message = admins["message"].as_str().unwrap();
    let (what, until) = message.split_once(", until ").unwrap();
    assert_eq!(what, "the only usable global-admins have temporary passwords");
    let until: jiff::Timestamp = until.parse().unwrap();
    // People read it in their zone.
    let text = Run::from(desk.command(&["store", "check"]).env("TZ", "XYZ-5:30").output().unwrap()).succeeds().stdout;
    let local = (until + jiff::SignedDuration::from_mins(330)).strftime("%Y-%m-%d %H:%M XYZ").to_string();
    assert!(text.contains(&format!("{what}, until {local}\n")), "{text}");
    assert!(admins["remedy"].as_str().unwrap().contains("passdesk me sign-in --as root"), "{admins}");
}

#[test]
fn that_the_only_admin_has_a_last_day_is_a_note_with_its_end() {
    let desk = Desk::settled();
    desk.sql("UPDATE accounts SET expires_at = 4102444800");
    let (run, findings) = check(&desk, "store.db");
    run.succeeds();
    let admins = findings.iter().find(|finding| finding["check"] == "admins").unwrap();
    assert_eq!(admins["message"], "the only usable global-admins have a last day, until 2100-01-01T00:00:00Z");
    assert_eq!(admins["remedy"], "let one go on: passdesk users edit root --expires-on ''");
}

// ---- Who may look.

#[test]
fn admins_and_auditors_look_and_others_do_not() {
    let desk = Desk::settled();
    for (name, role, code) in [("eve", AUDITOR, 0), ("help", HELPDESK, 4), ("user", USER_ADMIN, 4), ("none", 0, 4)] {
        desk.like_root(name, role);
        let run = desk.refuses(code, || desk.run_as(name, &CHECK));
        assert_eq!(run.stdout.is_empty(), code == 4, "{name}");
        let refused = events(&desk).iter().any(|event| event["actor"] == name && event["action"] == "check");
        assert_eq!(refused, code == 4, "{name}");
    }
    desk.run_as("root", &CHECK).succeeds();
}

#[test]
fn operators_who_are_shut_out_sign_in_to_look() {
    let desk = Desk::settled();
    desk.run(&["policy", "set", "operator-access", "off"]).succeeds();
    let run = desk.refuses(5, || desk.run(&CHECK));
    assert_eq!(run.stdout, "");
    desk.run_as("root", &CHECK).succeeds();
    // This store cannot say who may look, so the operating system decides.
    fs::set_permissions(desk.store(), Permissions::from_mode(0o644)).unwrap();
    assert!(desk.run(&CHECK).exits(10).stdout.contains("rights      finding"));
}

#[test]
fn a_store_whose_accounts_are_damaged_is_looked_at_by_whoever_tries_to_sign_in() {
    let desk = Desk::settled();
    desk.sql("ALTER TABLE accounts RENAME COLUMN tries_untold TO untold");
    let run = desk.run_as("root", &CHECK).exits(10);
    assert!(run.stdout.contains("schema      finding"), "{}", run.stdout);
}

#[test]
fn a_wrong_password_looks_at_nothing() {
    let desk = Desk::settled();
    let wrong = ["store", "check", "--as", "root", "--password-stdin"];
    let run = desk.refuses(5, || desk.run_with(format!("not {GOOD}\n"), &wrong));
    assert_eq!(run.stdout, "");
}
