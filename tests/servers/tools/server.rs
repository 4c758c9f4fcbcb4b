//! A PostgreSQL server, a pair of them, and a pool before one.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use rustix::process::{Pid, Signal, kill_process};

use super::ground::{Ground, free_port, wait_for};

/// What every server is told, so that a failure shows soon.
const SETTINGS: &str = "
    max_connections = 200
    shared_buffers = 64MB
    wal_keep_size = 256MB
    wal_receiver_status_interval = 1s
    wal_sender_timeout = 5s
    wal_receiver_timeout = 5s
    wal_retrieve_retry_interval = 200ms
    log_line_prefix = '%m [%p] %a '
    ssl = on
";
/// The settings of a server that logs whatever it can.
pub const TALKATIVE: &str = "
    log_statement = all
    log_min_duration_statement = 0
    log_parameter_max_length = -1
    log_parameter_max_length_on_error = -1
    log_error_verbosity = verbose
    log_connections = on
    log_disconnections = on
    debug_print_parse = on
    debug_print_plan = on
    log_duration = on
";
/// The database roles that tests use. The first is the superuser; `desk` is the operator that owns the store.
const ROLES: [&str; 4] = ["postgres", "desk", "writer", "reader"];
/// The password of `desk`. Only a connection over TCP takes one.
pub const PASSWORD: &str = "a-password-of-the-database";
/// The database for the store, and whose it is.
const PREPARED: &str = "
    CREATE ROLE passdesk_operator NOLOGIN;
    CREATE ROLE desk LOGIN PASSWORD 'a-password-of-the-database' IN ROLE passdesk_operator;
";

/// One server.
pub struct Server {
    /// Where it runs.
    pub ground: Arc<Ground>,
    /// Its name, and that of its folder.
    pub name: String,
    /// Its port, by TCP and by unix socket.
    pub port: u16,
}

/// The folder of PostgreSQL's own programs.
pub fn programs() -> PathBuf {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .expect("this takes Debian's postgresql-15")
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    versions.sort();
    versions.pop().unwrap()
}

/// The files that say who may connect, and as whom.
pub fn admittance(ground: &Ground) -> (String, String) {
    let caller = nix::unistd::User::from_uid(nix::unistd::geteuid()).unwrap().unwrap().name;
    let mut map = String::new();
    for role in ROLES {
        let _ = writeln!(map, "tests {caller} {role}");
        if caller != ground.user() {
            let _ = writeln!(map, "tests {} {role}", ground.user());
        }
    }
    let rules = "local replication postgres peer map=tests\nlocal all all peer map=tests\n\
                 host all all 127.0.0.1/32 scram-sha-256\nhost all all ::1/128 scram-sha-256\n";
    (rules.into(), map)
}

impl Server {
    /// A server that runs, with an empty database `desk`.
    pub fn new() -> Self {
        Self::with("")
    }

    /// The same, with more settings.
    pub fn with(settings: &str) -> Self {
        let server = Self::on(&Ground::new(), "a", settings);
        server.start();
        server.prepare();
        server
    }

    /// A server that does not run yet.
    pub fn on(ground: &Arc<Ground>, name: &str, settings: &str) -> Self {
        let server = Self::named(ground, name);
        ground.make_folder(name);
        let mut initdb = server.program("initdb");
        initdb.args(["-D", name, "-U", "postgres", "--auth=peer", "-E", "UTF8", "--locale=C.UTF-8"]);
        initdb.args(["--data-checksums", "--no-sync", "--no-instructions"]);
        Ground::done(initdb);
        let folder = ground.folder().display();
        let own = format!(
            "listen_addresses = 'localhost'\nunix_socket_directories = '{folder}/sock'\n\
             ssl_cert_file = '{folder}/server.crt'\nssl_key_file = '{folder}/server.key'\n{SETTINGS}{settings}\n"
        );
        let conf = fs::read_to_string(ground.folder().join(name).join("postgresql.conf")).unwrap();
        ground.write(format!("{name}/postgresql.conf"), &(conf + &own));
        let (rules, map) = admittance(ground);
        ground.write(format!("{name}/pg_hba.conf"), &rules);
        ground.write(format!("{name}/pg_ident.conf"), &map);
        server
    }

    /// A server that somebody else starts, or that is copied later.
    pub fn named(ground: &Arc<Ground>, name: &str) -> Self {
        Self { ground: ground.clone(), name: name.into(), port: free_port() }
    }

    fn program(&self, name: &str) -> Command {
        self.ground.command(programs().join(name))
    }

    /// Starts it, and waits until it takes connections.
    pub fn start(&self) {
        let mut pg_ctl = self.program("pg_ctl");
        pg_ctl.args(["-D", &self.name, "-w", "-t", "60", "-l", &format!("{}.log", self.name)]);
        pg_ctl.args(["-o", &format!("-p {} -c cluster_name={}", self.port, self.name), "start"]);
        // The server would keep a pipe open for as long as it runs.
        let done = pg_ctl.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert!(done.success(), "{}", self.log());
    }

    /// Makes the database of the store, and the role that owns it.
    pub fn prepare(&self) {
        self.sql_in("postgres", PREPARED);
        self.sql_in("postgres", "CREATE DATABASE desk OWNER desk");
    }

    /// Stops it as an admin would.
    pub fn stop(&self) {
        let mut pg_ctl = self.program("pg_ctl");
        pg_ctl.args(["-D", &self.name, "-w", "-m", "fast", "stop"]);
        Ground::done(pg_ctl);
    }

    /// Kills it with all its children, as a power cut would.
    pub fn kill(&self) {
        self.signal(Signal::STOP);
        loop {
            let all = self.ground.processes_in(&self.name);
            if all.is_empty() {
                break;
            }
            for process in all {
                // It may have ended by now.
                let _ = kill_process(Pid::from_raw(process).unwrap(), Signal::KILL);
            }
        }
        // A process that nobody waited for still has its number, and the server would not start again.
        let socket = self.ground.sockets().join(format!(".s.PGSQL.{}", self.port));
        for path in
            [self.ground.folder().join(&self.name).join("postmaster.pid"), socket.with_extension("lock"), socket]
        {
            let _ = fs::remove_file(path);
        }
        let _ = fs::remove_file(self.ground.sockets().join(format!(".s.PGSQL.{}.lock", self.port)));
    }

    /// Stops all its processes where they are.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets them go on.
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        for process in self.ground.processes_in(&self.name) {
            let _ = kill_process(Pid::from_raw(process).unwrap(), signal);
        }
    }

    /// Makes the standby a primary.
    pub fn promote(&self) {
        let mut pg_ctl = self.program("pg_ctl");
        pg_ctl.args(["-D", &self.name, "promote", "-w", "-t", "60"]);
        Ground::done(pg_ctl);
    }

    /// Makes this server a new standby of another one, and waits until it streams.
    pub fn follow(&self, primary: &Self) {
        let _ = fs::remove_dir_all(self.ground.folder().join(&self.name));
        let mut copy = self.program("pg_basebackup");
        copy.args(["-D", &self.name, "-h", self.ground.sockets().to_str().unwrap(), "-p", &primary.port.to_string()]);
        copy.args(["-U", "postgres", "-R", "-X", "stream", "-c", "fast", "--no-sync"]);
        Ground::done(copy);
        self.start();
        primary.until("SELECT count(*) > 0 FROM pg_stat_replication WHERE state = 'streaming'");
    }

    /// Runs SQL in the store's database, as superuser. Returns the values, with a bar between columns.
    #[track_caller]
    pub fn sql(&self, sql: &str) -> String {
        self.sql_in("desk", sql)
    }

    /// The same in another database.
    #[track_caller]
    pub fn sql_in(&self, database: &str, sql: &str) -> String {
        Ground::done(self.psql(database, sql)).trim_end().to_owned()
    }

    /// psql, with this command.
    pub fn psql(&self, database: &str, sql: &str) -> Command {
        let mut psql = Command::new(programs().join("psql"));
        psql.args(["-qAtX", "-v", "ON_ERROR_STOP=1", "-h"]).arg(self.ground.sockets());
        psql.args(["-p", &self.port.to_string(), "-U", "postgres", "-d", database, "-c", sql]);
        psql.env_clear().current_dir("/").stdin(Stdio::null());
        psql
    }

    /// Waits until this is true. The server may be starting.
    #[track_caller]
    pub fn until(&self, sql: &str) {
        wait_for(sql, || {
            let output = self.psql("postgres", sql).output().unwrap();
            (output.stdout == b"t\n").then_some(())
        });
    }

    /// Waits until a client waits for the standby in its COMMIT. Returns the number of the server's process.
    #[track_caller]
    pub fn until_a_commit_hangs(&self) -> String {
        wait_for("a commit that hangs", || {
            let sql = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name <> 'psql'";
            let pid = self.sql(sql);
            (!pid.is_empty()).then_some(pid)
        })
    }

    /// The server as it stands in a URL: a unix socket.
    pub fn place(&self) -> String {
        format!("{}:{}", self.ground.sockets().to_str().unwrap().replace('/', "%2F"), self.port)
    }

    /// The store, by a unix socket.
    pub fn url(&self) -> String {
        format!("postgres://desk@{}/desk", self.place())
    }

    /// The store, by TCP.
    pub fn tcp_url(&self) -> String {
        format!("postgres://desk@localhost:{}/desk", self.port)
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.ground.folder().join(format!("{}.log", self.name))).unwrap_or_default()
    }
}

/// A primary and its synchronous standby.
pub struct Pair {
    nodes: [Server; 2],
    primary: usize,
}

impl Pair {
    /// Both run.
    pub fn new() -> Self {
        Self::on(&Ground::new())
    }

    /// The same, on this ground.
    pub fn on(ground: &Arc<Ground>) -> Self {
        let a = Server::on(ground, "a", "synchronous_standby_names = 'ANY 1 (a, b)'");
        let b = Server::named(ground, "b");
        a.start();
        b.follow(&a);
        a.prepare();
        Self { nodes: [a, b], primary: 0 }
    }

    /// The server that takes writes.
    pub fn primary(&self) -> &Server {
        &self.nodes[self.primary]
    }

    /// The other one.
    pub fn standby(&self) -> &Server {
        &self.nodes[1 - self.primary]
    }

    /// Makes the standby the primary. The old one must be dead or stopped.
    pub fn promote(&mut self) {
        self.standby().promote();
        self.primary = 1 - self.primary;
    }

    /// Makes the other server a new standby.
    pub fn complete(&self) {
        self.standby().follow(self.primary());
    }

    /// The store, by the unix sockets of both. The order stays the same.
    pub fn url(&self) -> String {
        format!("postgres://desk@{},{}/desk", self.nodes[0].place(), self.nodes[1].place())
    }

    /// The store, by TCP to both.
    pub fn tcp_url(&self) -> String {
        format!("postgres://desk@localhost:{},localhost:{}/desk", self.nodes[0].port, self.nodes[1].port)
    }
}

/// A pool before a server, in transaction mode.
pub struct Bouncer {
    server_place: String,
}

impl Bouncer {
    /// It runs.
    pub fn before(server: &Server) -> Self {
        let (ground, port) = (&server.ground, free_port());
        let folder = ground.folder().display();
        ground.write(
            "pool.ini",
            &format!(
                "[databases]\n* = host={folder}/sock port={}\n[pgbouncer]\npool_mode = transaction\n\
                 unix_socket_dir = {folder}/sock\nunix_socket_mode = 0700\nlisten_addr =\nlisten_port = {port}\n\
                 auth_type = trust\nauth_file = pool.users\ndefault_pool_size = 8\nmax_client_conn = 200\n",
                server.port
            ),
        );
        ground.write("pool.users", "\"postgres\" \"\"\n\"desk\" \"\"\n");
        let log = fs::File::create(ground.folder().join("pool.log")).unwrap();
        let mut pool = ground.command("pgbouncer");
        pool.arg("pool.ini").stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let socket = ground.sockets().join(format!(".s.PGSQL.{port}"));
        wait_for("the pool", || socket.exists().then_some(()));
        Self { server_place: format!("{}:{port}", ground.sockets().to_str().unwrap().replace('/', "%2F")) }
    }

    /// The pool as it stands in a URL.
    pub fn place(&self) -> &str {
        &self.server_place
    }

    /// The store, through the pool.
    pub fn url(&self) -> String {
        format!("postgres://desk@{}/desk", self.server_place)
    }
}
