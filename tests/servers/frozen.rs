//! A server that does not answer, and a network that is cut: before a connection, before a transaction, in a COMMIT. To
//! cut a network takes root.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use crate::common::pty::Pty;
use crate::doubt::A_MINUTE;
use crate::tools::ground::Ground;
use crate::tools::home::{Home, hashes};
use crate::tools::judge::Reset;
use crate::tools::server::{Pair, Server};

/// The patience, and what a slow machine takes beside it.
const SOON: Duration = Duration::from_secs(30);

/// How a server gets out of reach, and back.
#[derive(Clone, Copy)]
enum Loss {
    Frozen,
    Cut,
}

impl Loss {
    fn ground(self) -> std::sync::Arc<Ground> {
        match self {
            Self::Frozen => Ground::new(),
            Self::Cut => Ground::with_own_network(),
        }
    }

    fn server(self) -> (Server, Home) {
        let server = Server::on(&self.ground(), "a", "");
        server.start();
        server.prepare();
        let home = match self {
            Self::Frozen => Home::of(&server),
            Self::Cut => Home::over_tcp(&server.ground, server.tcp_url()),
        };
        (server, home)
    }

    fn pair(self) -> (Pair, Home) {
        let pair = Pair::on(&self.ground());
        let home = match self {
            Self::Frozen => Home::with_store(&pair.primary().ground, pair.url()),
            Self::Cut => Home::over_tcp(&pair.primary().ground, pair.tcp_url()),
        };
        (pair, home)
    }

    fn begins(self, server: &Server) {
        match self {
            Self::Frozen => server.freeze(),
            Self::Cut => server.ground.network("down"),
        }
    }

    fn ends(self, server: &Server) {
        match self {
            Self::Frozen => server.thaw(),
            Self::Cut => server.ground.network("up"),
        }
    }
}

fn before_a_connection(loss: Loss) {
    let (server, home) = loss.server();
    loss.begins(&server);
    let (run, took) = home.start(&["users", "list"]).end();
    assert_eq!(run.code, 9, "{}", run.stderr);
    assert!(took < SOON, "{took:?}");
    loss.ends(&server);
    home.run(&["users", "list"]).succeeds();
}

fn before_a_transaction(loss: Loss) {
    let (server, home) = loss.server();
    home.crowd(1);
    let before = hashes(&server);
    let mut pty = Pty::start(&home.command(&["users", "reset", "u0001", "--output", "out"]));
    pty.until("[y/N] ");
    loss.begins(&server);
    pty.send("y\r");
    let program = format!("/proc/{}", pty.number_of_program().as_raw_pid());
    // It waits for another server to take over, for a minute.
    let ends = (0..900).any(|_| {
        sleep(Duration::from_millis(100));
        !Path::new(&program).exists()
    });
    assert!(ends, "it has not ended");
    let ended = pty.end();
    loss.ends(&server);
    ended.exits(9);
    assert_eq!(hashes(&server), before);
    assert!(!home.path("out").exists(), "a password that is not in force was left");
}

fn in_a_commit(loss: Loss) {
    let (pair, home) = loss.pair();
    home.crowd(2);
    let reset = Reset::before(pair.primary(), "out");
    pair.standby().freeze();
    let run = home.start(&reset.args());
    pair.primary().until_a_commit_hangs();
    loss.begins(pair.primary());
    sleep(Duration::from_secs(7));
    loss.ends(pair.primary());
    pair.standby().thaw();
    let (run, took) = run.end();
    assert!(took < A_MINUTE, "{took:?}");
    assert_eq!(run.code, 0, "{}", run.stderr);
    reset.is_done(&home, pair.primary(), 0);
}

fn in_a_commit_for_good(loss: Loss) {
    let (pair, home) = loss.pair();
    home.crowd(2);
    let reset = Reset::before(pair.primary(), "out");
    pair.standby().freeze();
    let run = home.start(&reset.args());
    pair.primary().until_a_commit_hangs();
    loss.begins(pair.primary());
    let (run, took) = run.end();
    assert!(took < A_MINUTE, "{took:?}");
    assert_eq!(run.code, 13, "{}", run.stderr);
    loss.ends(pair.primary());
    pair.standby().thaw();
    reset.is_done(&home, pair.primary(), 13);
}

#[test]
fn a_server_that_is_frozen_before_a_connection_is_busy() {
    before_a_connection(Loss::Frozen);
}

#[test]
fn a_network_that_is_cut_before_a_connection_is_busy() {
    before_a_connection(Loss::Cut);
}

#[test]
fn a_server_that_is_frozen_before_a_transaction_has_changed_nothing() {
    before_a_transaction(Loss::Frozen);
}

#[test]
fn a_network_that_is_cut_before_a_transaction_has_changed_nothing() {
    before_a_transaction(Loss::Cut);
}

#[test]
fn a_server_that_is_frozen_in_a_commit_and_goes_on_decides_it() {
    in_a_commit(Loss::Frozen);
}

#[test]
fn a_network_that_is_cut_in_a_commit_and_mended_lets_it_be_decided() {
    in_a_commit(Loss::Cut);
}

#[test]
#[ignore = "takes long"]
fn a_server_that_is_frozen_in_a_commit_for_good_leaves_it_unknown() {
    in_a_commit_for_good(Loss::Frozen);
}

#[test]
#[ignore = "takes long"]
fn a_network_that_is_cut_in_a_commit_for_good_leaves_it_unknown() {
    in_a_commit_for_good(Loss::Cut);
}
