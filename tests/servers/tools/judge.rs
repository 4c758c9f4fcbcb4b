//! What must hold after a bulk reset, however it ended.

use std::collections::{BTreeMap, BTreeSet};

use super::home::{Home, hashes, not_in_force, rows};
use super::server::Server;
use crate::common::Run;
use crate::common::crowd::BATCH;

/// Whom the resets of these tests take.
pub const CROWD: [&str; 7] = ["users", "reset", "--search", "example.org", "--yes", "--format", "csv"];

/// A reset of a crowd, and what was so before it.
pub struct Reset {
    file: String,
    hashes: BTreeMap<String, String>,
    revisions: BTreeMap<String, u64>,
}

impl Reset {
    /// Looks at the server before the reset that writes this file.
    pub fn before(server: &Server, file: &str) -> Self {
        Self { file: file.into(), hashes: hashes(server), revisions: revisions(server) }
    }

    /// The command.
    pub fn args(&self) -> Vec<&str> {
        [&CROWD[..], &["--output", &self.file]].concat()
    }

    /// The command that goes on with it.
    pub fn resume(&self) -> Vec<&str> {
        [&CROWD[..], &["--resume", &self.file]].concat()
    }

    /// Whole rows in the file by now.
    pub fn rows_of(&self, home: &Home) -> usize {
        home.read(&self.file).lines().count().saturating_sub(1)
    }

    /// Fails the test unless each account has its old password or the one of its row, and batches are whole. If the
    /// outcome is known, every row is in force, and the failure says how many there are.
    #[track_caller]
    pub fn is_whole(&self, home: &Home, server: &Server, run: &Run) {
        let text = home.read(&self.file);
        let (rows, now) = (rows(&text), hashes(server));
        let lost: BTreeSet<_> = not_in_force(&now, &rows).into_iter().collect();
        let how = format!("exit {} with {} rows: {}", run.code, rows.len(), run.stderr);
        assert!([0, 9, 11, 12, 13].contains(&run.code), "{how}");
        // In doubt is the last batch alone, all of it.
        let latest: BTreeSet<_> = names_of(&text).into_iter().rev().take(lost.len()).collect();
        assert!(
            run.code == 13 && lost.len() <= BATCH || lost.is_empty(),
            "neither in force nor named: {lost:?}; {how}"
        );
        assert!(lost == latest, "lost, and not the last ones: {lost:?}; {how}");
        for (name, hash) in &now {
            let changed = self.hashes[name] != *hash;
            let handed_out = rows.contains_key(name) && !lost.contains(name);
            assert_eq!(changed, handed_out, "{name} was changed, or handed out, alone; {how}");
        }
        if run.code == 11 {
            let done = format!("{} of {} are done", rows.len(), self.hashes.len() - 1);
            assert!(run.stderr.contains(&done), "{done:?} is not there; {how}");
        }
    }

    /// Goes on until all is done. Then each account has one row, which is in force, and was reset once.
    #[track_caller]
    pub fn is_done(&self, home: &Home, server: &Server, mut code: i32) {
        for _ in 0..3 {
            if code == 0 {
                break;
            }
            let run = if home.path(&self.file).exists() { home.run(&self.resume()) } else { home.run(&self.args()) };
            self.is_whole(home, server, &run);
            code = run.code;
        }
        assert_eq!(code, 0, "it does not come to an end");
        let rows = rows(&home.read(&self.file));
        let whom: BTreeSet<_> = self.hashes.keys().filter(|name| *name != "root").collect();
        assert_eq!(rows.keys().collect::<BTreeSet<_>>(), whom);
        assert_eq!(not_in_force(&hashes(server), &rows), Vec::<String>::new());
        let now = revisions(server);
        for name in whom {
            assert_eq!(now[name], self.revisions[name] + 1, "{name} was reset more than once");
        }
        home.run(&["audit", "verify"]).succeeds();
    }
}

/// The usernames of the rows, in their order.
fn names_of(text: &str) -> Vec<String> {
    text.lines().skip(1).filter_map(|line| Some(line.split_once(',')?.0.to_owned())).collect()
}

/// How often each account's password has changed.
fn revisions(server: &Server) -> BTreeMap<String, u64> {
    let all = server.sql("SELECT username, password_revision FROM passdesk.accounts");
    let row = |line: &str| line.split_once('|').map(|(name, count)| (name.to_owned(), count.parse().unwrap()));
    all.lines().filter_map(row).collect()
}

/// Fails the test unless each row lets its owner in at this server, as the program itself says.
#[track_caller]
pub fn lets_in(home: &Home, file: &str, every: usize) {
    for (name, password) in rows(&home.read(file)).iter().step_by(every) {
        assert!(home.takes(name, password), "{name} is not let in");
    }
}
