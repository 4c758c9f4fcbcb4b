//! A server that logs whatever it can. It is reached over TCP, with a password that is a secret, too.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::scene::Place;
use crate::tools::server::{Server, TALKATIVE};

pub struct Talkative {
    server: Server,
    /// What lets passdesk in.
    password: String,
}

impl Talkative {
    /// A server with an empty database, if this is the place of servers.
    pub fn of(place: &Place) -> Option<Self> {
        if place.is_files() {
            return None;
        }
        let server = Server::new();
        // Another run on this machine has another one.
        let password = format!("{} otters canary", std::process::id());
        server.sql(&format!("ALTER ROLE desk PASSWORD '{password}'"));
        // Before this, the log would have the password in it.
        server.ground.write("a/postgresql.auto.conf", TALKATIVE);
        server.sql("SELECT pg_reload_conf()");
        server.until("SELECT current_setting('log_statement') = 'all'");
        Some(Self { server, password })
    }

    /// Lets a home in. Returns the store as it is named there, the file with the password, and the password.
    pub fn let_in(&self, home: &Path) -> (String, PathBuf, String) {
        let [passfile, root] = ["pgpass", "root.crt"].map(|name| home.join(name));
        fs::write(&passfile, format!("*:*:*:desk:{}\n", self.password)).unwrap();
        fs::set_permissions(&passfile, fs::Permissions::from_mode(0o600)).unwrap();
        fs::copy(self.server.ground.folder().join("root.crt"), &root).unwrap();
        let files = format!("passfile={}&sslrootcert={}", passfile.display(), root.display());
        (format!("{}?{files}", self.server.tcp_url()), passfile, self.password.clone())
    }

    /// What each session of passdesk does, until it is over, as others see it.
    pub fn sessions(&self, over: &AtomicBool) -> HashSet<Vec<u8>> {
        let mut seen = HashSet::new();
        while !over.load(Relaxed) {
            let now = self.server.sql("SELECT query FROM pg_stat_activity WHERE usename = 'desk' AND query <> ''");
            seen.extend((!now.is_empty()).then(|| now.into_bytes()));
        }
        assert!(!seen.is_empty(), "no session was seen by others");
        seen
    }

    /// Stops it, so that all is on the disk. Returns the folder with its tables, its write-ahead log and its other log.
    pub fn stopped(&self) -> &Path {
        self.server.stop();
        let log = self.server.log();
        let is_talkative =
            ["INSERT INTO audit_events", "connection authenticated: identity", "DETAIL:  parameters: $1"];
        assert!(is_talkative.iter().all(|text| log.contains(text)), "the server has not logged what it can");
        self.server.ground.folder()
    }
}
