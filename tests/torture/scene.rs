//! A store to try things on, and a look at what it holds.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use passdesk::domain::credential::{Credential, PasswordRevision};
use passdesk::domain::hash::StoredHash;
use passdesk::domain::secret::TypedPassword;
use rusqlite::Connection;
use zeroize::Zeroizing;

use crate::common::{Desk, Run, fed, is_temporary, lasting_rows};

/// A home with a store, from which scenes are copied.
pub struct Base {
    desk: Desk,
}

impl Base {
    /// What this makes is what each scene begins with.
    pub fn new(desk: Desk) -> Self {
        // A store that is not in use is one file.
        desk.run(&["store", "check"]);
        Self { desk }
    }

    /// A scene of its own.
    pub fn scene(&self) -> Scene {
        let desk = Desk::empty();
        copy(self.desk.home.path(), desk.home.path());
        Scene { desk }
    }
}

/// Copies what is in a folder, with its permissions.
fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if from.is_dir() {
            fs::create_dir_all(&to).unwrap();
            fs::set_permissions(&to, fs::metadata(&from).unwrap().permissions()).unwrap();
            copy(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}

/// A home with a store, for one trial.
pub struct Scene {
    pub desk: Desk,
}

impl Scene {
    /// The program, with only this home in its environment.
    pub fn command(&self, args: &[&str]) -> Command {
        self.desk.command(args)
    }

    pub fn run(&self, args: &[&str]) -> Run {
        self.desk.run(args)
    }

    pub fn run_with(&self, input: &str, args: &[&str]) -> Run {
        fed(self.command(args), input)
    }

    /// What the store holds.
    pub fn picture(&self) -> Picture {
        Picture::of(&self.desk.store())
    }
}

/// What a store holds, but for the counters of tries and what changes with time alone.
#[derive(Debug, PartialEq, Eq)]
pub struct Picture {
    pub accounts: BTreeMap<String, Account>,
    /// The rows of all other tables but the record.
    pub rest: Vec<String>,
    /// The record: action, target and outcome of each event.
    pub events: Vec<(String, String, String)>,
    pub schema: i64,
}

/// A row of `accounts`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub hash: Option<String>,
    pub must_change: bool,
    pub temporary_until: Option<i64>,
    pub sign_ins: i64,
    /// All cells, as text.
    pub row: String,
}

impl Picture {
    /// Reads a store. Fails the trial if SQLite finds it damaged.
    pub fn of(store: &Path) -> Self {
        let store = Connection::open(store).unwrap();
        store.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
        let intact: String = store.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(intact, "ok");
        let sql = "SELECT username, password_hash, must_change, temporary_until,
                          (SELECT count(*) FROM sign_ins WHERE account_id = a.id) FROM accounts a ORDER BY id";
        let mut statement = store.prepare(sql).unwrap();
        let accounts = statement
            .query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))))
            .unwrap()
            .zip(lasting_rows(&store, "accounts ORDER BY id"))
            .map(|(found, row)| {
                let (name, (hash, must_change, temporary_until, sign_ins)) = found.unwrap();
                (name, Account { hash, must_change, temporary_until, sign_ins, row })
            })
            .collect();
        let schema = store.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        // The oldest schema has less.
        let tables = ["sign_ins", "blocklist", "former_names", "settings WHERE key <> 'sign_in_tries'"];
        let there = tables.iter().filter(|table| store.prepare(&format!("SELECT 1 FROM {table}")).is_ok());
        let rest = there.flat_map(|table| lasting_rows(&store, table)).collect();
        let events =
            store.prepare("SELECT action, target, outcome FROM audit_events ORDER BY sequence").map(|mut all| {
                all.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                    .unwrap()
                    .map(Result::unwrap)
                    .collect()
            });
        Self { accounts, rest, events: events.unwrap_or_default(), schema }
    }

    pub fn account(&self, username: &str) -> &Account {
        &self.accounts[username]
    }

    /// How many events say that this was done to that account.
    pub fn done(&self, action: &str, target: &str) -> usize {
        let event = (action.to_owned(), target.to_owned(), "done".to_owned());
        self.events.iter().filter(|other| **other == event).count()
    }
}

impl Account {
    /// Whether this password is the account's.
    pub fn takes(&self, password: &str) -> bool {
        self.hash.as_ref().is_some_and(|hash| takes(hash, password))
    }
}

/// Whether this is the hash of a password. No process and no try is needed for the look.
pub fn takes(hash: &str, password: &str) -> bool {
    let credential = Credential {
        hash: StoredHash::from_store(hash.to_owned()),
        revision: PasswordRevision(1),
        // A temporary password is one in either case, and with or without hyphens.
        temporary_until: is_temporary(password).then_some(jiff::Timestamp::UNIX_EPOCH),
    };
    credential.matches(&TypedPassword::new(Zeroizing::new(password.to_owned())))
}
