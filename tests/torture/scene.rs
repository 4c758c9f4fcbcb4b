//! A store to try things on, and a look at what it holds.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
#[cfg(feature = "postgres")]
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use passdesk::domain::credential::{Credential, PasswordRevision};
use passdesk::domain::hash::StoredHash;
use passdesk::domain::secret::TypedPassword;
use rusqlite::Connection;
use zeroize::Zeroizing;

use crate::common::{Desk, Run, fed, is_temporary, lasting_rows, temporary_in};
#[cfg(feature = "postgres")]
use crate::tools::server::Server;
use crate::trials::Engine;

/// Where the stores of all scenes are.
pub enum Place {
    /// Files in their homes.
    Files,
    /// Databases of a server.
    #[cfg(feature = "postgres")]
    Server(Server),
}

/// The place of files.
pub static FILES: Place = Place::Files;

impl Place {
    /// The place for this engine. Starts a server if it takes one.
    #[cfg_attr(feature = "postgres", expect(clippy::unnecessary_wraps, reason = "another build has no servers"))]
    pub fn of(engine: Engine) -> Option<Self> {
        match engine {
            Engine::Sqlite => Some(Self::Files),
            #[cfg(feature = "postgres")]
            Engine::Postgres => Some(Self::Server(Server::new())),
            #[cfg(not(feature = "postgres"))]
            Engine::Postgres => None,
        }
    }

    /// Whether the stores are files.
    pub fn is_files(&self) -> bool {
        matches!(self, Self::Files)
    }
}

/// A home with a store, from which scenes are copied.
pub struct Base<'a> {
    desk: Desk,
    /// Where its copies are, if they are not files.
    database: Option<Database<'a>>,
}

impl<'a> Base<'a> {
    /// What this makes is what each scene begins with.
    pub fn new(place: &'a Place, desk: Desk) -> Self {
        // A store that is not in use is one file.
        desk.run(&["store", "check"]);
        let database = Database::in_place(place, "");
        if let Some(database) = &database {
            desk.run(&["store", "copy", "--to", &database.url()]).succeeds();
        }
        Self { desk, database }
    }

    /// A store of a server that this SQL makes.
    #[cfg(feature = "postgres")]
    pub fn of_sql(place: &'a Place, sql: &str) -> Self {
        let base = Self { desk: Desk::empty(), database: Database::in_place(place, "") };
        base.database.as_ref().unwrap().sql(sql);
        base
    }

    /// A scene of its own.
    pub fn scene(&self) -> Scene<'a> {
        let desk = Desk::empty();
        copy(self.desk.home.path(), desk.home.path());
        Scene { desk, database: self.database.as_ref().map(Database::copied) }
    }
}

/// A database, as long as it is used.
struct Database<'a> {
    place: &'a Place,
    name: String,
}

#[cfg(feature = "postgres")]
impl<'a> Database<'a> {
    fn in_place(place: &'a Place, template: &str) -> Option<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let Place::Server(server) = place else { return None };
        let name = format!("scene{}", COUNT.fetch_add(1, Relaxed));
        server.sql_in("postgres", &format!("CREATE DATABASE {name} OWNER desk {template}"));
        Some(Self { place, name })
    }

    fn copied(&self) -> Self {
        Self::in_place(self.place, &format!("TEMPLATE {}", self.name)).unwrap()
    }

    fn sql(&self, sql: &str) -> String {
        let Place::Server(server) = self.place else { unreachable!() };
        server.sql_in(&self.name, sql)
    }

    /// Waits until nobody is connected. What a killed program has begun may still be under way.
    fn until_alone(&self) {
        let Place::Server(server) = self.place else { unreachable!() };
        let sessions = "FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname";
        server.until(&format!("SELECT count(*) = 0 {sessions} = '{}'", self.name));
    }

    fn url(&self) -> String {
        let Place::Server(server) = self.place else { unreachable!() };
        format!("postgres://desk@{}/{}", server.place(), self.name)
    }
}

#[cfg(feature = "postgres")]
impl Drop for Database<'_> {
    fn drop(&mut self) {
        if let Place::Server(server) = self.place {
            // A connection of a killed program may still be there.
            let _ = server.psql("postgres", &format!("DROP DATABASE {} WITH (FORCE)", self.name)).output();
        }
    }
}

#[cfg(not(feature = "postgres"))]
impl<'a> Database<'a> {
    fn in_place(_: &'a Place, _: &str) -> Option<Self> {
        None
    }

    fn copied(&self) -> Self {
        Self { place: self.place, name: self.name.clone() }
    }

    fn until_alone(&self) {
        let _ = self.place;
    }

    fn url(&self) -> String {
        self.name.clone()
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
pub struct Scene<'a> {
    pub desk: Desk,
    database: Option<Database<'a>>,
}

impl Scene<'_> {
    /// A home whose store is a file.
    pub fn in_files(desk: Desk) -> Self {
        Self { desk, database: None }
    }

    /// The program, with only this home in its environment.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.desk.command(args);
        if let Some(database) = &self.database {
            command.env("PASSDESK_STORE", database.url());
        }
        command
    }

    pub fn run(&self, args: &[&str]) -> Run {
        self.command(args).output().unwrap().into()
    }

    /// The same, by an operator. A saved sign-in would be the actor.
    pub fn run_by_operator(&self, args: &[&str]) -> Run {
        self.command(args).env("HOME", "/nonexistent").output().unwrap().into()
    }

    pub fn run_with(&self, input: &str, args: &[&str]) -> Run {
        fed(self.command(args), input)
    }

    /// Signs in for one command. Shows whether this password lets `username` in.
    pub fn profile(&self, username: &str, password: &str) -> Run {
        self.run_with(&format!("{password}\n"), &["me", "profile", "--as", username, "--password-stdin"])
    }

    /// The values that SQL returns from the store of a server.
    #[cfg(feature = "postgres")]
    pub fn sql(&self, sql: &str) -> String {
        self.database.as_ref().unwrap().sql(sql)
    }

    /// What the store holds. A look at a server is a look at a copy.
    pub fn picture(&self) -> Picture {
        let Some(database) = &self.database else { return Picture::of(&self.desk.store()) };
        database.until_alone();
        let folder = Desk::empty();
        let file = folder.home.path().join("copy.db");
        self.run_by_operator(&["store", "copy", "--to", file.to_str().unwrap()]).succeeds();
        Picture::of(&file)
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

/// The secrets that a terminal has shown, or was asked to copy.
pub fn shown_on(transcript: &str) -> Vec<String> {
    let copied = transcript.split("\x1b]52;c;").skip(1).filter_map(|rest| {
        let copied = STANDARD.decode(rest.split('\x07').next()?).ok()?;
        String::from_utf8(copied).ok()
    });
    let plain: String = transcript.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words = plain.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let shown = words.filter_map(|word| temporary_in(&word[word.len().checked_sub(24)?..]));
    copied.chain(shown).collect()
}
