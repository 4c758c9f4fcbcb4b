//! Each test has its own desk: an empty home, a store in it, and the program as it is shipped.

#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "a test looks behind the store, as others can")]

pub mod crowd;
pub mod display;
pub mod pty;
pub mod record;
pub mod tmux;

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// A password that breaks no rule.
pub const GOOD: &str = "brass lantern over wet slate";
/// Another one.
pub const OTHER: &str = "seven herons guard the orchard";

/// The roles, as numbers of the store.
pub const AUDITOR: u8 = 1;
pub const HELPDESK: u8 = 2;
pub const USER_ADMIN: u8 = 4;
pub const GLOBAL_ADMIN: u8 = 8;

/// An empty home, with or without a store in it.
pub struct Desk {
    pub home: TempDir,
}

/// The result of a run of the program.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Desk {
    /// An empty home.
    pub fn empty() -> Self {
        // Set whatever the umask is. A store in a folder that others can write is refused.
        let private = fs::Permissions::from_mode(0o700);
        Self { home: tempfile::Builder::new().permissions(private).tempdir().unwrap() }
    }

    /// A home with a store, whose first admin `root` has a temporary password that nobody noted.
    pub fn new() -> Self {
        static STORE: OnceLock<Vec<u8>> = OnceLock::new();
        Self::copied(&STORE, || {
            let desk = Self::empty();
            desk.run(&["init", "--admin", "root", "-q"]).succeeds();
            desk
        })
    }

    /// The same, with an account `alice` whose password is [`GOOD`].
    pub fn with_alice() -> Self {
        static STORE: OnceLock<Vec<u8>> = OnceLock::new();
        Self::copied(&STORE, || {
            let desk = Self::new();
            let temporary = desk.run(&["users", "add", "alice", "--name", "Alice Example", "-q"]).succeeds();
            desk.change_password("alice", &temporary.password(), GOOD).succeeds();
            desk
        })
    }

    /// A home with a store whose only admin `root` has chosen a password: [`GOOD`].
    pub fn settled() -> Self {
        static STORE: OnceLock<Vec<u8>> = OnceLock::new();
        Self::copied(&STORE, || {
            let desk = Self::empty();
            let temporary = desk.run(&["init", "--admin", "root", "-q"]).succeeds().password();
            desk.change_password("root", &temporary, GOOD).succeeds();
            desk
        })
    }

    /// A copy of a store that is made once. Hashing its passwords in each test would take most of the test's time.
    fn copied(once: &OnceLock<Vec<u8>>, make: impl FnOnce() -> Self) -> Self {
        let store = once.get_or_init(|| fs::read(make().store()).unwrap());
        let desk = Self::empty();
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(desk.store()).unwrap();
        file.write_all(store).unwrap();
        // Every program that makes or writes a store leaves this file beside it.
        let mut lock = desk.store().into_os_string();
        lock.push("-lock");
        File::options().write(true).create_new(true).mode(0o600).open(lock).unwrap();
        desk
    }

    /// Adds an account with the password of `root` and these roles: the sum of [`AUDITOR`] and the others.
    pub fn like_root(&self, username: &str, roles: u8) {
        let store = rusqlite::Connection::open(self.store()).unwrap();
        let sql = "INSERT INTO accounts (username, display_name, search_text, roles, state, password_hash, hash_scheme, must_change,
                                         password_changed_at, created_at)
                   SELECT ?1, '', ?1, ?2, 'active', password_hash, hash_scheme, FALSE, password_changed_at, created_at
                   FROM accounts WHERE username = 'root'";
        store.execute(sql, rusqlite::params![username, roles]).unwrap();
    }

    pub fn store(&self) -> PathBuf {
        self.home.path().join("store.db")
    }

    /// The program, with only this home in its environment.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_passdesk"));
        command
            .args(args)
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("PASSDESK_STORE", self.store())
            .env("TZ", "UTC")
            // The C library then uses large pages, and a hash takes a fifth less time.
            .env("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1")
            .current_dir(self.home.path())
            .stdin(Stdio::null());
        command
    }

    /// The same, with a limit on the address space in bytes. It needs `prlimit`.
    pub fn command_within(&self, bytes: u64, args: &[&str]) -> Command {
        let plain = self.command(args);
        let mut limited = Command::new("prlimit");
        limited.arg(format!("--as={bytes}")).arg(plain.get_program()).args(plain.get_args());
        limited.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        limited.current_dir(self.home.path()).stdin(Stdio::null());
        limited
    }

    /// Runs the program with no standard input.
    pub fn run(&self, args: &[&str]) -> Run {
        self.command(args).output().unwrap().into()
    }

    /// Runs the program with this on standard input.
    pub fn run_with(&self, input: impl AsRef<[u8]>, args: &[&str]) -> Run {
        fed(self.command(args), input)
    }

    /// Changes a password like its owner would, without a terminal.
    pub fn change_password(&self, username: &str, current: &str, new: &str) -> Run {
        let input = format!("{current}\n{new}\n");
        self.run_with(input, &["me", "passwd", "--as", username, "--password-stdin"])
    }

    /// Signs in for one command, without a terminal. Shows whether this password lets `username` in.
    pub fn profile(&self, username: &str, password: &str) -> Run {
        self.run_with(format!("{password}\n"), &["me", "profile", "--as", username, "--password-stdin"])
    }

    /// Runs the program as an account whose password is [`GOOD`].
    pub fn run_as(&self, username: &str, args: &[&str]) -> Run {
        self.run_with(format!("{GOOD}\n"), &[args, &["--as", username, "--password-stdin"]].concat())
    }

    /// Fails the test unless the command is refused and changes nothing.
    #[track_caller]
    pub fn refuses(&self, code: i32, deed: impl FnOnce() -> Run) -> Run {
        let before = self.state();
        let run = deed().exits(code);
        assert_eq!(self.state(), before, "something has changed");
        run
    }

    /// The one value that a query of the store returns.
    pub fn value<T: rusqlite::types::FromSql>(&self, sql: &str) -> T {
        rusqlite::Connection::open(self.store()).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// A value of an account, as SQL has it.
    pub fn account<T: rusqlite::types::FromSql>(&self, what: &str, username: &str) -> T {
        self.value(&format!("SELECT {what} FROM accounts WHERE username = '{username}'"))
    }

    /// The list of all accounts in CSV.
    pub fn listed(&self) -> String {
        self.run(&["users", "list", "--format", "csv"]).succeeds().stdout
    }

    /// Everything about all accounts except their hashes, and when their owners were let in.
    pub fn accounts(&self) -> String {
        let listed = self.listed();
        let mut rows = csv::ReaderBuilder::new().has_headers(false).from_reader(listed.as_bytes());
        let rows: Vec<_> = rows.records().map(Result::unwrap).collect();
        let left_out = rows[0].iter().position(|name| name == "last_sign_in_at").unwrap();
        let mut without = csv::Writer::from_writer(Vec::new());
        for row in &rows {
            without
                .write_record(row.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, cell)| cell))
                .unwrap();
        }
        String::from_utf8(without.into_inner().unwrap()).unwrap()
    }

    /// The password hash of an account, from the view that is promised to other programs.
    pub fn hash_of(&self, username: &str) -> String {
        let store = rusqlite::Connection::open(self.store()).unwrap();
        let sql = "SELECT password_hash FROM credentials WHERE username = ?1";
        store.query_row(sql, [username], |row| row.get(0)).unwrap()
    }

    /// Sends a signal to a command that copies the store, once that is recorded. A copy that was too quick is removed, and
    /// made again.
    pub fn ended_while_copying(&self, args: &[&str], made: &str, signal: Signal) -> Run {
        let events = || self.value::<i64>("SELECT count(*) FROM audit_events");
        for _ in 0..20 {
            let before = events();
            let mut command = self.command(args);
            let mut copy = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            while events() == before && copy.try_wait().unwrap().is_none() {}
            // It may just have ended.
            let _ = kill_process(Pid::from_child(&copy), signal);
            let run = Run::from(copy.wait_with_output().unwrap());
            if run.code != 0 {
                return run.exits(130);
            }
            let made = self.home.path().join(made);
            if made.is_dir() { fs::remove_dir_all(made).unwrap() } else { fs::remove_file(made).unwrap() }
        }
        unreachable!("each copy was complete before the signal came");
    }

    /// Runs SQL on the store, like another program that can write it.
    pub fn sql(&self, sql: &str) {
        rusqlite::Connection::open(self.store()).unwrap().execute_batch(sql).unwrap();
    }

    /// From here on the store takes no new password for accounts with such a username. Their revision is the last
    /// possible one.
    pub fn refuse_resets(&self, of: &str) {
        self.sql(&format!("UPDATE accounts SET password_revision = 9223372036854775807 WHERE username LIKE '{of}'"));
    }

    /// Everything that a refusal must not change: every column of every account, and every sign-in. The counters of
    /// tries, when the actor signed in, and what changes with time alone, are left out.
    pub fn state(&self) -> Vec<String> {
        let store = rusqlite::Connection::open(self.store()).unwrap();
        let tables = ["accounts", "sign_ins", "blocklist", "settings WHERE key <> 'sign_in_tries'"];
        tables.into_iter().flat_map(|table| lasting_rows(&store, table)).collect()
    }

    /// Every byte of the store's files, including the write-ahead log.
    pub fn store_bytes(&self) -> Vec<u8> {
        let mut all = Vec::new();
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let mut path = self.store().into_os_string();
            path.push(suffix);
            all.extend(fs::read(path).unwrap_or_default());
        }
        all
    }
}

impl Run {
    /// Fails the test unless the program succeeded.
    #[track_caller]
    pub fn succeeds(self) -> Self {
        self.exits(0)
    }

    /// Fails the test unless the program exited with this code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// The bare password that `-q` prints.
    #[track_caller]
    pub fn password(&self) -> String {
        let password = self.stdout.trim_end().to_owned();
        assert!(is_temporary(&password), "{password:?}");
        password
    }

    /// The failure as JSON. Standard error must hold nothing else.
    #[track_caller]
    pub fn error(&self) -> serde_json::Value {
        let error: serde_json::Value = serde_json::from_str(&self.stderr).unwrap();
        error["error"].clone()
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            // A signal has no code. Shells use 128 plus its number.
            code: output.status.code().unwrap_or_else(|| {
                128 + std::os::unix::process::ExitStatusExt::signal(&output.status).unwrap_or_default()
            }),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Runs a command with this on its standard input.
pub fn fed(mut command: Command, input: impl AsRef<[u8]>) -> Run {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The program may refuse before it reads. That does not fail the test.
    let _ = child.stdin.take().unwrap().write_all(input.as_ref());
    child.wait_with_output().unwrap().into()
}

/// The rows of a table, without the counters of tries, when somebody signed in, and what changes with time alone.
pub fn lasting_rows(store: &rusqlite::Connection, table: &str) -> Vec<String> {
    let mut statement = store.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let counts = |name: &str| {
        name.starts_with("tries_")
            || ["tried_at", "last_sign_in_at", "last_used_at", "temporary_lapsed"].contains(&name)
    };
    let columns: Vec<usize> =
        (0..statement.column_count()).filter(|column| !counts(statement.column_name(*column).unwrap())).collect();
    let mut rows = statement.query([]).unwrap();
    let mut all = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let cells = columns.iter().map(|column| format!("{:?}", row.get_ref(*column).unwrap()));
        all.push(cells.collect::<Vec<_>>().join(" "));
    }
    all
}

/// This many random bytes, or a few more.
pub fn garbage(bytes: usize) -> Vec<u8> {
    let mut garbage = Vec::with_capacity(bytes + 8);
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    while garbage.len() < bytes {
        // xorshift64 of Marsaglia.
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        garbage.extend_from_slice(&seed.to_le_bytes());
    }
    garbage
}

/// Whether a text has the form of a temporary password.
pub fn is_temporary(text: &str) -> bool {
    text.len() == 24
        && text.split('-').count() == 5
        && text
            .split('-')
            .all(|group| group.len() == 4 && group.bytes().all(|b| b"23456789abcdefghjkmnpqrstuvwxyz".contains(&b)))
}

/// The first temporary password in a text.
pub fn temporary_in(text: &str) -> Option<String> {
    text.split(|c: char| c.is_whitespace() || c == ',' || c == '"').find(|word| is_temporary(word)).map(str::to_owned)
}

/// The names under a folder with the bytes of each file, to see that nothing changes.
pub fn contents(folder: &Path) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = fs::symlink_metadata(&path).unwrap().file_type();
        // Reading a named pipe would wait for ever.
        all.push((path.clone(), kind.is_file().then(|| fs::read(&path).unwrap())));
        if kind.is_dir() {
            all.extend(contents(&path));
        }
    }
    all.sort();
    all
}

/// The system calls that change a file or its name.
pub const CHANGES: [&str; 12] = [
    "pwrite64",
    "write",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "ftruncate",
    "link",
    "linkat",
];

/// A small disk in memory, over a folder, until it is dropped. It needs root.
pub struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    /// `size` is as mount(8) has it.
    #[track_caller]
    pub fn over(folder: &'a Path, size: &str) -> Self {
        let options = format!("size={size},mode=700");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder).status();
        assert!(mounted.unwrap().success(), "no disk could be mounted");
        Self(folder)
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg(self.0).status().is_ok_and(|status| status.success());
        assert!(unmounted || std::thread::panicking(), "a disk stays mounted");
    }
}
