//! Somebody who runs the program against a server, and what they see.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use passdesk::domain::credential::{Credential, PasswordRevision};
use passdesk::domain::hash::StoredHash;
use passdesk::domain::secret::TypedPassword;
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::ground::Ground;
use super::server::{PASSWORD, Server};
use crate::common::{Run, fed};

/// The cheapest hash that a site may choose.
const CHEAP: [&str; 4] = ["policy", "set", "argon2", "m=7168,t=5,p=1"];

/// A home, and the store that its commands name.
pub struct Home {
    /// The home.
    pub folder: TempDir,
    /// The store's URL.
    pub store: String,
    ground: Arc<Ground>,
}

impl Home {
    /// An empty home.
    pub fn at(ground: &Arc<Ground>, store: String) -> Self {
        let private = Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new().permissions(private).tempdir().unwrap();
        Self { folder, store, ground: ground.clone() }
    }

    /// A home whose store exists. Its admin is `root`, who has chosen no password yet.
    pub fn with_store(ground: &Arc<Ground>, store: String) -> Self {
        let home = Self::at(ground, store);
        home.run(&["init", "--admin", "root", "-q"]).succeeds();
        home.run(&CHEAP).succeeds();
        home
    }

    /// The same over TCP.
    pub fn over_tcp(ground: &Arc<Ground>, store: String) -> Self {
        let home = Self::at(ground, store).may_use_tcp();
        home.run(&["init", "--admin", "root", "-q"]).succeeds();
        home.run(&CHEAP).succeeds();
        home
    }

    /// A home in front of one server, with a store.
    pub fn of(server: &Server) -> Self {
        Self::with_store(&server.ground, server.url())
    }

    /// The same home with another store.
    pub fn but_at(&self, store: String) -> Self {
        Self::at(&self.ground, store)
    }

    /// Puts what TCP takes into the home: the authority that has signed the certificate, and the password.
    pub fn may_use_tcp(self) -> Self {
        let folder = self.folder.path().join(".postgresql");
        fs::create_dir(&folder).unwrap();
        fs::copy(self.ground.folder().join("root.crt"), folder.join("root.crt")).unwrap();
        self.put(".pgpass", &format!("*:*:*:desk:{PASSWORD}\n"));
        self
    }

    /// A path in the home.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file for the owner alone.
    pub fn put(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), Permissions::from_mode(0o600)).unwrap();
    }

    /// A file, as far as it is written.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// The program, with only this home in its environment.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_passdesk"));
        command
            .args(args)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("PASSDESK_STORE", &self.store)
            .env("TZ", "UTC")
            .env("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1")
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        self.ground.reaching(command)
    }

    /// Runs the program without standard input.
    pub fn run(&self, args: &[&str]) -> Run {
        self.command(args).output().unwrap().into()
    }

    /// Runs the program with this on standard input.
    pub fn run_with(&self, input: &str, args: &[&str]) -> Run {
        fed(self.command(args), input)
    }

    /// Starts the program. Its output is read by [`Started::end`].
    pub fn start(&self, args: &[&str]) -> Started {
        let mut command = self.command(args);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        Started { child, since: Instant::now() }
    }

    /// Whether this password is in force. Its owner must choose a new one, so that it lets nobody in.
    pub fn takes(&self, username: &str, temporary: &str) -> bool {
        let run = self.run_with(&format!("{temporary}\n"), &["verify", username]);
        assert!([5, 6].contains(&run.code), "{} {}", run.code, run.stderr);
        run.code == 6
    }

    /// Writes a list of these accounts, for an import.
    pub fn list(&self, file: &str, names: impl Iterator<Item = String>) {
        let mut csv = String::from("username,email\n");
        for name in names {
            let _ = writeln!(csv, "{name},{name}@example.org");
        }
        self.put(file, &csv);
    }

    /// Imports accounts `u0001` and so on, who have no password yet.
    pub fn crowd(&self, count: usize) {
        self.list("crowd.csv", names(count));
        self.run(&["users", "import", "crowd.csv"]).succeeds();
    }

    /// Gives everybody but `root` a temporary password, into the file `old`.
    pub fn reset_all(&self) -> BTreeMap<String, String> {
        let way = ["users", "reset", "--search", "example.org", "--yes", "--format", "csv", "--output", "old"];
        self.run(&way).succeeds();
        rows(&self.read("old"))
    }
}

/// A program that runs.
pub struct Started {
    /// Its process.
    pub child: Child,
    since: Instant,
}

impl Started {
    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for its end. Returns how it ended, and how long it ran.
    pub fn end(self) -> (Run, Duration) {
        let output = self.child.wait_with_output().unwrap();
        (output.into(), self.since.elapsed())
    }
}

/// The names of a crowd.
pub fn names(count: usize) -> impl Iterator<Item = String> {
    (1..=count).map(|number| format!("u{number:04}"))
}

/// The usernames and passwords of whole rows of CSV. Nobody has two.
#[track_caller]
pub fn rows(csv: &str) -> BTreeMap<String, String> {
    let all = crate::common::crowd::rows(csv);
    let count = all.len();
    let rows: BTreeMap<_, _> = all.into_iter().collect();
    assert_eq!(rows.len(), count, "somebody has two rows");
    rows
}

/// Every account's hash, as the server has it.
pub fn hashes(server: &Server) -> BTreeMap<String, String> {
    let all = server.sql("SELECT username, coalesce(password_hash, '') FROM passdesk.credentials");
    all.lines().filter_map(|line| line.split_once('|')).map(|(name, hash)| (name.into(), hash.into())).collect()
}

/// The names whose password is not in force.
pub fn not_in_force(hashes: &BTreeMap<String, String>, rows: &BTreeMap<String, String>) -> Vec<String> {
    let in_force = |(name, password): &(&String, &String)| {
        let hash = hashes.get(*name).cloned().unwrap_or_default();
        let temporary_until = Some(jiff::Timestamp::UNIX_EPOCH);
        let hash = StoredHash::from_store(hash);
        let credential = Credential { hash, revision: PasswordRevision(1), temporary_until };
        credential.matches(&TypedPassword::new(Zeroizing::new((*password).clone())))
    };
    let rows: Vec<_> = rows.iter().collect();
    let part = rows.len().div_ceil(thread::available_parallelism().unwrap().get()).max(1);
    thread::scope(|scope| {
        let others = |part: &[(&String, &String)]| -> Vec<String> {
            part.iter().filter(|row| !in_force(row)).map(|(name, _)| (*name).clone()).collect()
        };
        let parts: Vec<_> = rows.chunks(part).map(|part| scope.spawn(move || others(part))).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    })
}
