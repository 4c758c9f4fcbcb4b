//! The servers of the tests are what the tests take them for.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::tools::cluster::Cluster;
use crate::tools::ground::{Ground, wait_for};
use crate::tools::note;
use crate::tools::server::{Bouncer, Pair, Server};

#[test]
fn what_a_primary_has_acknowledged_is_there_when_the_other_takes_its_place() {
    let mut pair = Pair::new();
    for round in 1..=2 {
        pair.primary().sql(&format!("CREATE TABLE kept_{round} ()"));
        pair.primary().kill();
        pair.promote();
        pair.complete();
        assert_eq!(
            pair.primary().sql("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'kept%'"),
            round.to_string()
        );
    }
}

#[test]
fn a_frozen_standby_holds_up_every_commit() {
    let pair = Pair::new();
    pair.standby().freeze();
    let mut hangs =
        pair.primary().psql("desk", "SET application_name = 'hangs'; CREATE TABLE hangs ()").spawn().unwrap();
    pair.primary().until_a_commit_hangs();
    assert!(hangs.try_wait().unwrap().is_none());
    pair.standby().thaw();
    assert!(hangs.wait().unwrap().success());
}

#[test]
fn a_pool_answers_for_the_server() {
    let server = Server::new();
    let pool = Bouncer::before(&server);
    let url = pool.url();
    let mut psql = Command::new("psql");
    psql.args(["-qAtX", &url, "-c", "SELECT current_user"]).env("PGUSER", "desk");
    assert_eq!(Ground::done(psql), "desk\n");
}

#[test]
#[ignore = "takes long, and needs root"]
fn a_network_of_ones_own_can_be_cut() {
    let server = Server::on(&Ground::with_own_network(), "a", "");
    server.start();
    server.prepare();
    let reaches = || {
        let mut ask = Command::new("pg_isready");
        ask.args(["-h", "localhost", "-t", "1", "-p", &server.port.to_string()]).stdout(Stdio::null());
        server.ground.reaching(ask).status().unwrap().success()
    };
    assert!(reaches());
    server.ground.network("down");
    assert!(!reaches());
    server.ground.network("up");
    assert!(reaches());
}

#[test]
#[ignore = "takes long"]
fn in_a_cluster_another_node_takes_the_place_of_a_killed_server() {
    let cluster = Cluster::new();
    cluster.kill_server(0);
    assert!(cluster.until_another_than(0) < Duration::from_secs(20));
}

#[test]
#[ignore = "the test below runs it"]
fn a_server_that_waits() {
    if env::args().any(|arg| arg == "--exact") {
        let server = Server::new();
        note(&format!("folder {}", server.ground.folder().display()));
        thread::sleep(Duration::from_mins(10));
    }
}

#[test]
fn servers_end_with_a_test_process_that_is_killed() {
    let mut other = Command::new(env::current_exe().unwrap());
    other.args(["--exact", "grounds::a_server_that_waits", "--ignored", "--nocapture"]);
    let mut other = other.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(other.stdout.take().unwrap()).lines();
    let folder = lines.find_map(|line| line.unwrap().split_once("folder ").map(|(_, name)| name.to_owned())).unwrap();
    let folder = std::path::Path::new(&folder);
    assert!(folder.exists());
    other.kill().unwrap();
    other.wait().unwrap();
    wait_for("the end of the servers", || (!folder.exists()).then_some(()));
}
