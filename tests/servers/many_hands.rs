//! Many clients write at once. None is told that the store is busy, and nothing is lost.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use crate::common::Run;
use crate::tools::home::{Home, Started};
use crate::tools::server::{Bouncer, Server};

pub const CLIENTS: usize = 64;

/// What was told as done, with the exit code of each run.
pub fn codes(runs: Vec<Started>) -> Vec<Run> {
    runs.into_iter().map(|run| run.end().0).collect()
}

fn changes(server: &Server) -> usize {
    server.sql("SELECT sum(revision) FROM passdesk.accounts WHERE username LIKE 'u%'").parse().unwrap()
}

pub fn events(server: &Server) -> usize {
    server.sql("SELECT count(*) FROM passdesk.audit_events").parse().unwrap()
}

/// So many rounds of 64 clients, each of which changes one of four accounts.
fn edit_the_same_accounts(server: &Server, url: &str, rounds: usize) {
    let home = Home::with_store(&server.ground, url.into());
    home.crowd(4);
    let before = (changes(server), events(server));
    let mut done = 0;
    for round in 0..rounds {
        let runs = (0..CLIENTS).map(|client| {
            let name = format!("u{:04}", client % 4 + 1);
            home.start(&["users", "edit", &name, "--name", &format!("Client {client} round {round}")])
        });
        for run in codes(runs.collect()) {
            // Somebody else may have changed the account between the look at it and the change.
            assert!([0, 7].contains(&run.code), "{} {}", run.code, run.stderr);
            done += usize::from(run.code == 0);
        }
    }
    assert!(done >= rounds * 4, "only {done} were done");
    assert_eq!(changes(server) - before.0, done, "an update was lost");
    assert_eq!(events(server) - before.1, done, "an event was lost");
    home.run(&["audit", "verify"]).succeeds();
}

#[test]
fn clients_that_change_the_same_accounts_lose_nothing() {
    let server = Server::new();
    edit_the_same_accounts(&server, &server.url(), 2);
}

#[test]
fn clients_that_change_the_same_accounts_through_a_pool_lose_nothing() {
    let server = Server::new();
    let pool = Bouncer::before(&server);
    edit_the_same_accounts(&server, &pool.url(), 2);
}

#[test]
#[ignore = "takes long"]
fn clients_that_change_the_same_accounts_a_hundred_times_lose_nothing() {
    let server = Server::new();
    edit_the_same_accounts(&server, &server.url(), 100);
}
