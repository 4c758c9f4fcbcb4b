//! A store of each earlier version, `tests/data/schema_*.db`, is upgraded with all its data, or left unchanged.
//!
//! The passdesk of each schema made its store. Each has:
//!
//! - root and alice.
//! - bob: a required change.
//! - cora: disabled.
//! - dora: a temporary password that expired.
//! - erin: a temporary password that lives until 2100.
//! - A sign-in of alice that lives as long.
//!
//! The later ones have more:
//!
//! - Schema 2: fay (removed), and a record of all that.
//! - Schema 3: the same as schema 2, and gina (locked after a hundred failed sign-ins). Also a token of alice that
//!   lives until 2100, and a policy of at least 16 characters.
//! - Schema 4: the same as schema 3, and hana (two tries to sign in that were killed).
//! - Schema 5: that of schema 4, upgraded by the passdesk of schema 5.
//! - Schema 6: that of schema 5, upgraded by the passdesk of schema 6. Also three sign-ins as nobody, two of which are
//!   counted.
//! - Schema 7: that of schema 6, upgraded by the passdesk of schema 7.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Stdio;

use crate::common::record::tamper;
use crate::common::{Desk, GOOD, OTHER, Run};
use rusqlite::Connection;

/// The schema that this program writes.
const NEWEST: i64 = 9;

/// A store of an earlier version, and the secrets of that time.
struct Old {
    schema: i64,
    doras: &'static str,
    erins: &'static str,
    alices: &'static str,
    /// The sign-in file of alice: its name and its content.
    sign_in: (&'static str, &'static str),
    accounts: usize,
}

/// The store of schema 4. The later ones are the same, brought up to date.
const OF_SCHEMA_4: Old = Old {
    schema: 4,
    doras: "gvy9-epad-x3cv-svvh-arkc",
    erins: "scc7-wmen-sq9j-68pw-9e5s",
    alices: GOOD,
    sign_in: (
        "2a6371b1d16602cf93aec6ecd70495cf.sign-in",
        "eabd4d1c8df0b2f5cd73671d8a6ba3242af40509f6d291bda7fef470b27f1c71",
    ),
    accounts: 9,
};

const OLD: [Old; 8] = [
    Old {
        schema: 1,
        doras: "xa96-shaa-gbxp-whzf-pvr5",
        erins: "6vje-msuw-nwp7-gkvd-aazd",
        alices: OTHER,
        sign_in: (
            "3be0f82512613badac269ff9e7f9f545.sign-in",
            "af402b9eea9e62ea25f11ae340d040f4f41075685874e3096d5e24719a827e6e",
        ),
        accounts: 6,
    },
    Old {
        schema: 2,
        doras: "vf8e-bqb4-3rp6-crp9-as6k",
        erins: "t2mx-hnsq-s4su-agec-zfj8",
        alices: GOOD,
        sign_in: (
            "2ed8a3f6c56621dbacdebc2a4f94a564.sign-in",
            "020bd47864e421600324b04607d9f173eee0e4d7090fe814c30955c70a5c4b93",
        ),
        accounts: 7,
    },
    Old {
        schema: 3,
        doras: "zds4-9qyc-eku5-j5p7-yf9h",
        erins: "7ppe-3ced-xtdd-6v9s-p6fz",
        alices: GOOD,
        sign_in: (
            "d624c28eed03b015a975422796ebe9d0.sign-in",
            "c9ba306f87e8ed1fb676d8e64c55be1c2b8fa317d5e3c952f5cce15403337187",
        ),
        accounts: 8,
    },
    OF_SCHEMA_4,
    Old { schema: 5, ..OF_SCHEMA_4 },
    Old { schema: 6, ..OF_SCHEMA_4 },
    Old { schema: 7, ..OF_SCHEMA_4 },
    Old { schema: 8, ..OF_SCHEMA_4 },
];

/// The tokens of alice in the stores of schema 3 and later.
const ALICES_TOKENS: [&str; OLD.len() - 2] = [
    "pdsk_880e667b000f36f75cbf803ba3201ec5898f2affe08e69e44e5e513d31ccbf08",
    "pdsk_22e9d658fa9124a6af4ceabb13e2fe518c9d3b3ee6ab02f361d61ef0b1782e33",
    "pdsk_22e9d658fa9124a6af4ceabb13e2fe518c9d3b3ee6ab02f361d61ef0b1782e33",
    "pdsk_22e9d658fa9124a6af4ceabb13e2fe518c9d3b3ee6ab02f361d61ef0b1782e33",
    "pdsk_22e9d658fa9124a6af4ceabb13e2fe518c9d3b3ee6ab02f361d61ef0b1782e33",
    "pdsk_22e9d658fa9124a6af4ceabb13e2fe518c9d3b3ee6ab02f361d61ef0b1782e33",
];
/// The number of events in each store.
const EVENTS: [usize; OLD.len()] = [0, 18, 24, 35, 35, 36, 36, 36];

impl Old {
    /// A home with a copy of the store.
    fn copy(&self) -> Desk {
        let desk = Desk::empty();
        let original = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/schema_{}.db", self.schema));
        fs::copy(original, desk.store()).unwrap();
        fs::set_permissions(desk.store(), Permissions::from_mode(0o600)).unwrap();
        fs::set_permissions(desk.home.path(), Permissions::from_mode(0o700)).unwrap();
        desk
    }

    fn migrated(&self) -> Desk {
        let desk = self.copy();
        desk.run(&["users", "list"]).succeeds();
        desk
    }

    /// Every column of every row, by the column names of that time.
    fn rows(&self, desk: &Desk) -> Vec<Vec<String>> {
        let mut queries = vec![
            "SELECT id, revision, username, display_name, email, email_key, roles, state, password_hash,
                    must_change, temporary_until, password_changed_at, reset_at, reset_by, created_at
             FROM accounts ORDER BY id",
            "SELECT id, account_id, secret_sha256, created_at, expires_at FROM sign_ins ORDER BY id",
            "SELECT key, value FROM settings WHERE key = 'store_name'",
            "SELECT name, seq FROM sqlite_sequence ORDER BY name",
        ];
        if self.schema > 1 {
            queries.push("SELECT id, removed_at FROM accounts ORDER BY id");
            queries.push(
                "SELECT sequence, at, actor, actor_id, actor_uid, action, target, target_id, outcome, detail, previous, link
                 FROM audit_events ORDER BY sequence",
            );
        }
        if self.schema > 2 {
            queries
                .push("SELECT id, password_revision, tried_at, locked_at, temporary_lapsed FROM accounts ORDER BY id");
            queries.push(if version(desk) < 5 {
                "SELECT id, tries_failed, tries_untold, tries_pending FROM accounts ORDER BY id"
            } else {
                "SELECT id, tries_failed, tries_untold, (SELECT count(*) FROM tries WHERE account_id = accounts.id)
                 FROM accounts ORDER BY id"
            });
            queries.push("SELECT id, label, roles, last_used_at FROM sign_ins ORDER BY id");
            queries.push("SELECT key, value FROM settings ORDER BY key");
        }
        queries.into_iter().map(|sql| rows(desk, sql)).collect()
    }
}

fn version(desk: &Desk) -> i64 {
    Connection::open(desk.store()).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

/// Every row of a query, one line each.
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

#[test]
fn each_old_store_is_of_its_schema() {
    let columns: [(usize, usize, usize); OLD.len()] =
        [(16, 5, 1), (17, 5, 1), (25, 8, 3), (25, 8, 4), (23, 8, 4), (23, 8, 4), (23, 8, 4), (24, 8, 4)];
    for (old, (accounts, sign_ins, settings)) in OLD.iter().zip(columns) {
        let desk = old.copy();
        assert_eq!(version(&desk), old.schema);
        let counts = old.rows(&desk).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(counts[..4], [old.accounts, if old.schema > 2 { 2 } else { 1 }, 1, 2]);
        // `Old::rows` names all columns.
        assert_eq!(rows(&desk, "SELECT name FROM pragma_table_info('accounts')").len(), accounts);
        assert_eq!(rows(&desk, "SELECT name FROM pragma_table_info('sign_ins')").len(), sign_ins);
        assert_eq!(rows(&desk, "SELECT key FROM settings").len(), settings);
    }
}

#[test]
fn an_old_store_is_brought_up_to_date_when_it_is_opened() {
    for old in &OLD {
        assert_eq!(version(&old.migrated()), NEWEST);
    }
}

#[test]
fn every_column_of_every_row_is_kept() {
    for old in &OLD {
        let desk = old.copy();
        let before = old.rows(&desk);
        desk.run(&["users", "list"]).succeeds();
        assert_eq!(old.rows(&desk), before);
    }
}

#[test]
fn every_account_is_in_the_state_it_was_in() {
    for old in &OLD {
        let desk = old.migrated();
        let removed: &[&str] = if old.schema > 1 { &["fay"] } else { &[] };
        let locked: &[&str] = if old.schema > 2 { &["gina"] } else { &[] };
        let active: &[&str] = if old.schema > 3 { &["root", "alice", "hana"] } else { &["root", "alice"] };
        for (state, usernames) in [
            ("active", active),
            ("must-change", &["bob", "erin"][..]),
            ("disabled", &["cora"]),
            ("temporary-expired", &["dora"]),
            ("locked", locked),
            ("removed", removed),
        ] {
            let listed = desk.run(&["users", "list", "--state", state, "--format", "csv"]).succeeds().stdout;
            let found: Vec<_> = listed.lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect();
            assert_eq!(found, usernames, "{state}");
        }
    }
}

#[test]
fn every_password_still_signs_in() {
    for old in &OLD {
        let desk = old.migrated();
        let dead = desk.profile("dora", old.doras).exits(5).stderr;
        assert!(dead.contains("expired "), "{dead}");
        for (username, password, code) in [
            ("root", GOOD, 0),
            ("alice", old.alices, 0),
            ("bob", GOOD, 6),
            ("cora", GOOD, 5),
            ("dora", old.doras, 5),
            ("erin", old.erins, 6),
            ("gina", GOOD, 5),
            ("root", OTHER, 5),
        ] {
            desk.profile(username, password).exits(code);
        }
        // Only her state kept her out.
        desk.run(&["users", "enable", "cora"]).succeeds();
        desk.profile("cora", GOOD).succeeds();
        if old.schema > 2 {
            desk.run(&["users", "unlock", "gina"]).succeeds();
            desk.profile("gina", GOOD).succeeds();
        }
    }
}

#[test]
fn a_sign_in_lives_on() {
    for old in &OLD {
        let desk = old.copy();
        let folder = desk.home.path().join(".local/state/passdesk");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).unwrap();
        let (name, secret) = old.sign_in;
        fs::write(folder.join(name), secret).unwrap();
        fs::set_permissions(folder.join(name), Permissions::from_mode(0o600)).unwrap();
        let profile = desk.run(&["me", "profile", "--format", "json"]).succeeds().stdout;
        assert!(profile.contains("\"alice\""), "{profile}");
    }
}

#[test]
fn a_token_lives_on() {
    for ((old, token), events) in OLD[2..].iter().zip(ALICES_TOKENS).zip(&EVENTS[2..]) {
        let desk = old.copy();
        let mut verify = desk.command(&["audit", "verify"]);
        let run: Run = verify.env("PASSDESK_TOKEN", token).output().unwrap().into();
        assert!(run.succeeds().stdout.starts_with(&format!("{events} events")));
    }
}

#[test]
fn tries_that_were_killed_before_are_given_up_and_recorded_after() {
    for old in &OLD[3..] {
        let desk = old.migrated();
        desk.profile("hana", GOOD).succeeds();
        let said = "SELECT count(*) FROM audit_events
                    WHERE target = 'hana' AND outcome = 'refused' AND detail ->> 'tries' = 2";
        assert_eq!(rows(&desk, said), ["Integer(1)"]);
    }
}

#[test]
fn what_was_counted_before_becomes_an_event_in_its_words() {
    let desk = OLD[5].migrated();
    desk.sql("UPDATE repeats SET began_at = began_at - 3600");
    desk.run(&["users", "enable", "cora"]).succeeds();
    let said = "SELECT count(*) FROM audit_events WHERE sequence = 37 AND detail ->> 'count' = 2
                    AND detail ->> 'said' = 'no such account; typed by root (uid 0)'";
    assert_eq!(rows(&desk, said), ["Integer(1)"]);
    desk.run(&["audit", "verify"]).succeeds();
}

#[test]
fn the_credentials_view_answers_as_before() {
    for old in &OLD {
        let desk = old.copy();
        let sql = "SELECT username, password_hash, must_change, usable FROM credentials ORDER BY username";
        let before = rows(&desk, sql);
        assert_eq!(before.len(), old.accounts);
        desk.run(&["users", "list"]).succeeds();
        assert_eq!(rows(&desk, sql), before);
    }
}

#[test]
fn the_credentials_view_takes_neither_a_removed_nor_a_locked_account_for_usable() {
    for old in &OLD {
        for out in ["removed_at = 1", "locked_at = 1"] {
            let desk = old.migrated();
            let usable = "SELECT usable FROM credentials WHERE username = 'alice'";
            assert_eq!(rows(&desk, usable), ["Integer(1)"]);
            desk.sql(&format!("UPDATE accounts SET {out} WHERE username = 'alice'"));
            assert_eq!(rows(&desk, usable), ["Integer(0)"], "{out}");
        }
    }
}

#[test]
fn the_record_goes_on_where_it_was() {
    for (old, events) in OLD.iter().zip(EVENTS) {
        let desk = old.migrated();
        assert!(desk.run(&["audit", "verify"]).succeeds().stdout.starts_with(&format!("{events} events")));
        // Failures counted more than an hour ago become an event with the next one.
        desk.sql("UPDATE repeats SET began_at = began_at - 3600");
        let counted = rows(&desk, "SELECT * FROM repeats WHERE count > 0").len();
        desk.run(&["users", "enable", "cora"]).succeeds();
        assert_eq!(rows(&desk, "SELECT sequence, action FROM audit_events").len(), events + counted + 1);
        desk.run(&["audit", "verify"]).succeeds();
    }
}

#[test]
fn a_head_that_was_noted_down_before_is_still_in_the_record() {
    let heads: [_; OLD.len() - 1] = [
        "eb78a070ca3ad2d20d9139635881ff9b89ee2ffcdbcf9ff1af8ca4924a61496d",
        "e652a1f59bb33c9684e8daa9645579b60fd9527885dfff75b64ef96cd9c67f57",
        "ed00126f183c97ddc09590a3fbf9780d05f214a9a288b6ab48ed82aa18f93757",
        "ed00126f183c97ddc09590a3fbf9780d05f214a9a288b6ab48ed82aa18f93757",
        "67bed4d63de594bbd30f21afff2048b35f31c58f85609509ba5564babdb9d789",
        "67bed4d63de594bbd30f21afff2048b35f31c58f85609509ba5564babdb9d789",
        "67bed4d63de594bbd30f21afff2048b35f31c58f85609509ba5564babdb9d789",
    ];
    for (old, head) in OLD[1..].iter().zip(heads) {
        let desk = old.migrated();
        desk.run(&["users", "enable", "cora"]).succeeds();
        desk.run(&["audit", "verify", "--expect-head", head]).succeeds();
    }
}

#[test]
fn names_of_an_old_store_are_searched_sorted_and_compared_as_new_ones_are() {
    let desk = OLD[6].copy();
    for (username, name, email) in
        [("ines", "İpek José", "a@bücher.example"), ("jo", "adam", "a@xn--bcher-kva.example"), ("kim", "Zoe", "k@b")]
    {
        // This is what the passdesk of that time wrote.
        let search = format!("{username}\n{name}\n{email}").to_lowercase();
        desk.sql(&format!(
            "INSERT INTO accounts (username, display_name, email, email_key, search_text, roles, state, must_change,
                                   created_at)
             VALUES ('{username}', '{name}', '{email}', '{email}', '{search}', 0, 'active', FALSE, 0)"
        ));
    }
    let list = |flags: &[&str]| {
        let listed = desk.run(&[&["users", "list", "--format", "csv"], flags].concat()).succeeds().stdout;
        listed.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list(&["--search", "ipek jose"]), ["ines"]);
    assert_eq!(list(&["--sort", "name", "--reverse", "--limit", "3"]), ["kim", "ines", "jo"]);
    // Two accounts have one mailbox. The address means the one that had this key already. Both stay.
    let shown = desk.run(&["users", "show", "A@Bücher.example", "--format", "csv"]).succeeds().stdout;
    assert!(shown.contains(",jo,"), "{shown}");
    desk.run(&["users", "show", "ines"]).succeeds();
    let check = desk.run(&["store", "check"]).exits(10).stdout;
    assert!(check.contains("the address of 1 account finds another account, or none: id 10"), "{check}");
    // What it says mends it.
    desk.run(&["users", "edit", "ines", "--email", "a@bücher.example"]).exits(7);
    desk.run(&["users", "edit", "jo", "--email", "jo@other.example"]).succeeds();
    desk.run(&["users", "edit", "ines", "--email", "a@bücher.example"]).succeeds();
    let shown = desk.run(&["users", "show", "a@xn--bcher-kva.example", "--format", "csv"]).succeeds().stdout;
    assert!(shown.contains(",ines,"), "{shown}");
    let check = desk.run(&["store", "check"]).stdout;
    assert!(!check.contains("id 10"), "{check}");
}

#[test]
fn a_damaged_row_does_not_keep_a_store_from_being_brought_up_to_date() {
    let desk = OLD[6].copy();
    desk.sql("PRAGMA ignore_check_constraints = 1; UPDATE accounts SET reset_at = 5, reset_by = NULL WHERE id = 2");
    desk.run(&["users", "list"]).succeeds();
    assert_eq!(version(&desk), NEWEST);
}

#[test]
fn a_migrated_store_has_the_schema_of_a_new_one() {
    let schema = |desk: &Desk| {
        rows(desk, "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
    };
    for old in &OLD {
        assert_eq!(schema(&old.migrated()), schema(&Desk::new()));
    }
}

#[test]
fn a_migrated_account_was_last_let_in_when_its_record_says_so() {
    let all = "root alice bob cora fay gina hana";
    let expected = [("root alice bob cora fay", 1_795_538_341), ("root alice bob cora fay gina", 1_795_550_185)];
    let expected = expected.into_iter().chain([(all, 1_795_703_600); 5]);
    for (old, (let_in, alices)) in OLD[1..].iter().zip(expected) {
        let desk = old.migrated();
        let names = "SELECT group_concat(username, ' ') FROM
                     (SELECT username FROM accounts WHERE last_sign_in_at IS NOT NULL ORDER BY id)";
        assert_eq!(desk.value::<String>(names), let_in, "{}", old.schema);
        assert_eq!(desk.account::<i64>("last_sign_in_at", "alice"), alices, "{}", old.schema);
    }
}

#[test]
fn whoever_came_to_choose_a_new_password_and_did_not_was_not_let_in() {
    let desk = OLD[7].copy();
    tamper(&desk, || {
        desk.sql(
            r#"UPDATE audit_events SET detail = '{"purpose":"new-password"}' WHERE action = 'sign-in';
               UPDATE audit_events SET action = 'edit' WHERE action IN ('verify', 'change-password')"#,
        );
    });
    desk.run(&["users", "list"]).succeeds();
    assert_eq!(desk.value::<i64>("SELECT count(last_sign_in_at) FROM accounts"), 0);
}

#[test]
fn a_migrated_store_is_whole() {
    for old in &OLD {
        let desk = old.migrated();
        assert_eq!(rows(&desk, "PRAGMA integrity_check"), rows(&Desk::new(), "PRAGMA integrity_check"));
        assert!(rows(&desk, "PRAGMA foreign_key_check").is_empty());
    }
}

#[test]
fn a_store_opened_by_several_at_once_is_migrated_once() {
    for old in &OLD {
        let desk = old.copy();
        let before = old.rows(&desk);
        let list = || desk.command(&["users", "list"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let all: Vec<_> = (0..8).map(|_| list()).collect();
        for mut one in all {
            assert!(one.wait().unwrap().success());
        }
        assert_eq!(version(&desk), NEWEST);
        assert_eq!(old.rows(&desk), before);
    }
}

#[test]
fn a_migration_that_cannot_finish_leaves_the_store_as_it_was() {
    let in_the_way: [&[&str]; OLD.len()] = [
        &[
            "CREATE TABLE audit_events (id INTEGER PRIMARY KEY)",
            "ALTER TABLE accounts ADD COLUMN removed_at INTEGER",
            "CREATE INDEX accounts_admins ON accounts (id)",
            "DROP VIEW credentials",
        ],
        &[
            "ALTER TABLE accounts ADD COLUMN locked_at INTEGER",
            "ALTER TABLE sign_ins ADD COLUMN label TEXT",
            "INSERT INTO settings (key, value) VALUES ('sign_in_tries', '0')",
            "DROP VIEW credentials",
        ],
        &[
            "CREATE INDEX accounts_removed ON accounts (id)",
            "CREATE TABLE accounts_with_roles (id INTEGER PRIMARY KEY)",
        ],
        &[
            "CREATE TABLE tries (id INTEGER PRIMARY KEY)",
            "CREATE INDEX accounts_pending ON accounts (tries_pending)",
            "DROP INDEX audit_events_by_actor",
        ],
        &["CREATE TABLE repeats (id INTEGER PRIMARY KEY)", "CREATE VIEW repeats AS SELECT id FROM accounts"],
        &["ALTER TABLE audit_events ADD COLUMN operation TEXT"],
        &[
            "ALTER TABLE accounts ADD COLUMN name_key BLOB",
            "CREATE TABLE former_names (id INTEGER PRIMARY KEY)",
            "CREATE TABLE blocklist (id INTEGER PRIMARY KEY)",
        ],
        &[
            "ALTER TABLE accounts ADD COLUMN expires_at INTEGER",
            "DROP VIEW credentials",
            "CREATE INDEX accounts_by_hash_scheme ON accounts (id)",
        ],
    ];
    for (old, in_the_way) in OLD.iter().zip(in_the_way) {
        for sql in in_the_way {
            let desk = old.copy();
            desk.sql(sql);
            let everything = |desk: &Desk| {
                let schema = rows(desk, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name");
                (version(desk), schema, old.rows(desk), desk.store_bytes())
            };
            let before = everything(&desk);
            let run = desk.run(&["users", "list"]);
            assert_ne!(run.code, 0, "{sql}");
            assert_eq!(run.stdout, "", "{sql}");
            assert!(everything(&desk) == before, "{sql}: {}", run.stderr);
        }
    }
}
