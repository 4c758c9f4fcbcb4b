//! Many accounts, the rows that a reset hands out, and checks which passwords are in force.

#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, PipeReader, PipeWriter, pipe};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{self, sleep};
use std::time::Duration;

use passdesk::domain::credential::{Credential, PasswordRevision};
use passdesk::domain::hash::StoredHash;
use passdesk::domain::secret::TypedPassword;
use rustix::pipe::fcntl_setpipe_size;
use rustix::process::{Pid, Signal, kill_process};
use zeroize::Zeroizing;

use crate::common::{Desk, is_temporary};

pub const CSV: [&str; 3] = ["--yes", "--format", "csv"];
/// How many accounts are put in force at a time, if there are more.
pub const BATCH: usize = 64;
pub const HEADER: &str = "username,temporary_password,expires_at,operation\n";

/// Adds accounts `u001` and so on. Each has an address and the password of `root`, but no role.
pub fn crowd(desk: &Desk, count: usize) {
    let store = rusqlite::Connection::open(desk.store()).unwrap();
    let sql = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1),
                              names(name) AS (SELECT printf('u%03d', n) FROM numbers)
               INSERT INTO accounts (username, display_name, email, email_key, search_text, roles, state, password_hash, hash_scheme,
                                     must_change, password_changed_at, temporary_until, created_at)
               SELECT name, '', name || '@example.org', name || '@example.org', name || char(10) || name || '@example.org',
                      0, 'active', password_hash, hash_scheme, must_change, password_changed_at, temporary_until, created_at
               FROM names, accounts WHERE username = 'root' ORDER BY name";
    store.execute(sql, [i64::try_from(count).unwrap()]).unwrap();
}

/// Adds this many accounts of about 300 bytes each, without passwords. Such a store takes time.
pub fn bulky_crowd(desk: &Desk, count: u32) {
    desk.sql(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
         INSERT INTO accounts (username, display_name, search_text, roles, state, must_change, created_at)
         SELECT 'crowd' || i, 'Crowd {}', 'crowd' || i, 0, 'active', 1, 0 FROM n",
        "x".repeat(100)
    ));
}

/// A desk with a crowd, whose `root` has not chosen a password yet.
pub fn crowded(count: usize) -> Desk {
    let desk = Desk::new();
    crowd(&desk, count);
    desk
}

/// The names of a crowd.
pub fn names(range: impl IntoIterator<Item = usize>) -> BTreeSet<String> {
    range.into_iter().map(|number| format!("u{number:03}")).collect()
}

/// Writes a list of accounts.
pub fn list(desk: &Desk, text: impl AsRef<[u8]>) {
    std::fs::write(desk.home.path().join("list"), text).unwrap();
}

/// Every account's hash.
pub fn hashes(desk: &Desk) -> BTreeMap<String, String> {
    let store = rusqlite::Connection::open(desk.store()).unwrap();
    let mut statement = store.prepare("SELECT username, password_hash FROM accounts").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

/// The accounts whose hash has changed since.
pub fn reset_since(desk: &Desk, before: &BTreeMap<String, String>) -> BTreeSet<String> {
    hashes(desk).into_iter().filter(|(name, hash)| before.get(name) != Some(hash)).map(|(name, _)| name).collect()
}

/// Everything in the store, including tables that no test knows.
pub fn everything(desk: &Desk) -> Vec<String> {
    let store = rusqlite::Connection::open(desk.store()).unwrap();
    let mut tables = store.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut all = Vec::new();
    for table in tables {
        let mut statement = store.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cells: Vec<_> = (0..columns).map(|column| format!("{:?}", row.get_ref(column).unwrap())).collect();
            all.push(format!("{table} {}", cells.join(" ")));
        }
    }
    assert!(all.iter().any(|row| row.starts_with("audit_events ")), "there was nothing to look at");
    all
}

/// The usernames and passwords of whole rows of CSV.
#[track_caller]
pub fn rows(csv: &str) -> Vec<(String, String)> {
    let Some(rows) = csv.strip_prefix(HEADER) else {
        assert!(HEADER.starts_with(csv), "{csv:?}");
        return Vec::new();
    };
    rows.split_inclusive('\n')
        .filter(|line| line.ends_with('\n'))
        .map(|line| {
            let cells: Vec<_> = line.trim_end().split(',').collect();
            assert!(cells.len() == 4 && is_temporary(cells[1]), "{line:?}");
            (cells[0].to_owned(), cells[1].to_owned())
        })
        .collect()
}

/// The username and password of a line of JSON.
pub fn jsonl_row(line: &str) -> (String, String) {
    let row: serde_json::Value = serde_json::from_str(line).unwrap();
    let cell = |name: &str| row[name].as_str().unwrap().to_owned();
    (cell("username"), cell("temporary_password"))
}

/// The usernames of the rows.
pub fn whose(rows: &[(String, String)]) -> BTreeSet<String> {
    rows.iter().map(|(name, _)| name.clone()).collect()
}

/// The file, as far as it is written.
pub fn written(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// The rows that are not in force. The library checks them on all cores, and counts no tries.
pub fn not_in_force(desk: &Desk, rows: &[(String, String)]) -> Vec<String> {
    let hashes = hashes(desk);
    let in_force = |(name, password): &(String, String)| {
        let hash = StoredHash::from_store(hashes[name].clone());
        let temporary_until = Some(jiff::Timestamp::UNIX_EPOCH);
        let credential = Credential { hash, revision: PasswordRevision(1), temporary_until };
        credential.matches(&TypedPassword::new(Zeroizing::new(password.clone())))
    };
    let part = rows.len().div_ceil(thread::available_parallelism().unwrap().get()).max(1);
    thread::scope(|scope| {
        let others = |part: &[(String, String)]| -> Vec<String> {
            part.iter().filter(|row| !in_force(row)).map(|(name, _)| name.clone()).collect()
        };
        let parts: Vec<_> = rows.chunks(part).map(|part| scope.spawn(move || others(part))).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    })
}

/// Fails the test unless each of these accounts has exactly one row and all rows are in force. Some of them sign in.
#[track_caller]
pub fn all_in_force(desk: &Desk, rows: &[(String, String)], whom: &BTreeSet<String>) {
    assert_eq!(&whose(rows), whom);
    assert_eq!(rows.len(), whom.len(), "somebody has two rows");
    assert_eq!(not_in_force(desk, rows), Vec::<String>::new());
    for (name, password) in rows.iter().step_by(1 + rows.len() / 2) {
        desk.profile(name, password).exits(6);
    }
}

/// A run whose rows are read as they arrive.
pub struct Stream {
    pub child: Child,
    lines: BufReader<PipeReader>,
    pub read: String,
}

impl Stream {
    pub fn start(command: Command) -> Self {
        Self::through(pipe().unwrap(), command)
    }

    /// The same, with a narrow pipe: the program is never far ahead of the reader.
    pub fn narrow(command: Command) -> Self {
        let (reader, writer) = pipe().unwrap();
        fcntl_setpipe_size(&writer, 4096).unwrap();
        Self::through((reader, writer), command)
    }

    fn through((reader, writer): (PipeReader, PipeWriter), mut command: Command) -> Self {
        let child = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
        Self { child, lines: BufReader::with_capacity(1, reader), read: String::new() }
    }

    /// Reads up to this row, including the header.
    #[track_caller]
    pub fn until_row(&mut self, row: usize) {
        while self.read.lines().count() <= row {
            assert_ne!(self.lines.read_line(&mut self.read).unwrap(), 0, "it has ended: {}", self.read);
        }
    }

    /// Reads the rest and waits for the end. Returns the rest, the code and standard error.
    pub fn end(mut self) -> (String, i32, String) {
        while self.lines.read_line(&mut self.read).unwrap() > 0 {}
        let Self { child, read, .. } = self;
        let output = child.wait_with_output().unwrap();
        (read, output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    }

    /// Stops reading.
    pub fn leave(self) -> (String, i32, String) {
        let Self { child, lines, read } = self;
        drop(lines);
        let output = child.wait_with_output().unwrap();
        (read, output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    }
}

/// Waits until the condition holds or the program has ended. Returns `false` if it has ended.
pub fn wait_for(child: &mut Child, mut is_so: impl FnMut() -> bool) -> bool {
    loop {
        if is_so() {
            return true;
        }
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        sleep(Duration::from_millis(1));
    }
}

pub fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}
