//! Two servers that Patroni looks after. It keeps what it knows in etcd.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::ground::{Ground, free_port, wait_for};
use super::server::{Server, admittance, programs};

/// A cluster of two nodes, `a` and `b`.
pub struct Cluster {
    ground: Arc<Ground>,
    /// Both nodes.
    pub nodes: [Server; 2],
    rest_ports: [u16; 2],
}

impl Cluster {
    /// Both nodes run, one of them as a synchronous standby.
    pub fn new() -> Self {
        let ground = Ground::new();
        let [client, peer] = [free_port(), free_port()].map(|port| format!("http://127.0.0.1:{port}"));
        ground.make_folder("etcd");
        let mut etcd = ground.command("etcd");
        etcd.args(["--data-dir", "data", "--listen-client-urls", &client, "--advertise-client-urls", &client]);
        etcd.args(["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer]);
        etcd.arg("--initial-cluster").arg(format!("default={peer}"));
        run(&ground, "etcd", etcd);
        let nodes = ["a", "b"].map(|name| Server::named(&ground, name));
        let cluster = Self { ground, nodes, rest_ports: [free_port(), free_port()] };
        for node in 0..2 {
            cluster.configure(node, client.trim_start_matches("http://"));
            cluster.start(node);
            if node == 0 {
                cluster.until_primary();
            }
        }
        cluster.nodes[0].prepare();
        cluster.until_complete();
        cluster
    }

    fn configure(&self, node: usize, etcd: &str) {
        let (server, rest) = (&self.nodes[node], self.rest_ports[node]);
        let (name, port, folder) = (&server.name, server.port, self.ground.folder().display());
        let (mut rules, map) = admittance(&self.ground);
        rules.insert_str(0, "host replication replicator 127.0.0.1/32 scram-sha-256\n");
        let list = |text: &str| {
            text.lines().fold(String::new(), |mut list, line| {
                let _ = writeln!(list, "  - {line}");
                list
            })
        };
        self.ground.make_folder(name);
        self.ground.write(
            format!("{name}.yml"),
            &format!(
                "scope: desk
name: {name}
restapi: {{listen: '127.0.0.1:{rest}', connect_address: '127.0.0.1:{rest}'}}
etcd3: {{host: '{etcd}'}}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 1
    retry_timeout: 3
    primary_start_timeout: 0
    synchronous_mode: true
    postgresql:
      use_pg_rewind: false
      parameters: {{max_connections: 200}}
  initdb:
  - encoding: UTF8
  - locale: C.UTF-8
  - data-checksums
postgresql:
  listen: 127.0.0.1:{port}
  connect_address: 127.0.0.1:{port}
  data_dir: {folder}/{name}/data
  bin_dir: {bin}
  use_unix_socket: true
  basebackup: {{checkpoint: fast}}
  remove_data_directory_on_diverged_timelines: true
  authentication:
    superuser: {{username: postgres}}
    replication: {{username: replicator, password: of-the-replicator}}
  parameters: {{unix_socket_directories: {folder}/sock}}
  pg_hba:
{rules}  pg_ident:
{map}",
                bin = programs().display(),
                rules = list(&rules),
                map = list(&map),
            ),
        );
    }

    /// Starts the Patroni of a node, which starts the server.
    pub fn start(&self, node: usize) {
        let name = &self.nodes[node].name;
        let mut patroni = self.ground.command("patroni");
        patroni.arg(format!("{}/{name}.yml", self.ground.folder().display()));
        run(&self.ground, name, patroni);
    }

    /// Which node is this, as Patroni says: `primary` or `synchronous`.
    pub fn which_is(&self, what: &str) -> Option<usize> {
        (0..2).find(|&node| {
            let ask = || -> io::Result<bool> {
                let mut stream = TcpStream::connect(("127.0.0.1", self.rest_ports[node]))?;
                stream.set_read_timeout(Some(Duration::from_secs(2)))?;
                stream.write_all(format!("GET /{what} HTTP/1.0\r\n\r\n").as_bytes())?;
                let mut answer = String::new();
                stream.read_to_string(&mut answer)?;
                Ok(answer.starts_with("HTTP/1.0 200"))
            };
            ask().unwrap_or(false)
        })
    }

    /// Waits for a primary. Returns which node it is.
    pub fn until_primary(&self) -> usize {
        wait_for("a primary", || self.which_is("primary"))
    }

    /// Where the nodes run.
    pub fn ground(&self) -> &Arc<Ground> {
        &self.ground
    }

    /// Waits until Patroni knows a standby that can take over. Before that, it would start a killed primary again.
    pub fn until_complete(&self) {
        wait_for("a synchronous standby", || self.which_is("synchronous"));
    }

    /// Kills the server of a node. Its Patroni stays.
    pub fn kill_server(&self, node: usize) {
        self.kill(&format!("{}/data", self.nodes[node].name));
    }

    /// Kills a node: its server and its Patroni.
    pub fn kill_node(&self, node: usize) {
        self.kill(&self.nodes[node].name);
        self.kill(&format!("{}/data", self.nodes[node].name));
    }

    fn kill(&self, folder: &str) {
        for process in self.ground.processes_in(folder) {
            let _ = kill_process(Pid::from_raw(process).unwrap(), Signal::KILL);
        }
    }

    /// Waits until another node takes writes. Returns how long that took.
    pub fn until_another_than(&self, old: usize) -> Duration {
        let start = Instant::now();
        self.nodes[1 - old].until("SELECT NOT pg_is_in_recovery()");
        start.elapsed()
    }

    /// The store, by the unix sockets of both.
    pub fn url(&self) -> String {
        format!("postgres://desk@{},{}/desk", self.nodes[0].place(), self.nodes[1].place())
    }
}

/// Starts a program that works in its own folder.
fn run(ground: &Ground, name: &str, mut command: Command) {
    let log = File::create(ground.folder().join(format!("{name}.log"))).unwrap();
    command.current_dir(ground.folder().join(name)).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
}
