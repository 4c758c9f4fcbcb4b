//! What takes a clock: how long a short command takes, and how many events a second there are. Each of them runs alone, with
//! the optimized program: `cargo test --release … timed:: -- --ignored --test-threads=1`.

#![expect(clippy::disallowed_methods, reason = "a duration takes a clock")]

use std::time::{Duration, Instant};

use crate::many_hands::{CLIENTS, codes, events};
use crate::tools::home::{Home, names};
use crate::tools::note;
use crate::tools::server::{Pair, Server};

const ROUNDS: usize = 41;

#[test]
#[ignore = "takes a quiet machine, and the optimized program"]
fn a_command_over_a_unix_socket_takes_at_most_fifteen_milliseconds_longer_than_on_a_file() {
    let server = Server::new();
    let far = Home::of(&server);
    let near = far.but_at(far.path("store.db").to_string_lossy().into_owned());
    near.run(&["init", "--admin", "root", "-q"]).succeeds();
    let timed = |home: &Home| {
        let start = Instant::now();
        home.run(&["users", "show", "root"]).succeeds();
        start.elapsed()
    };
    // In turns, so that whatever else slows the machine down slows down both. What is quick among them was disturbed least.
    let (mut short, mut long): (Vec<_>, Vec<_>) = (0..ROUNDS).map(|_| (timed(&near), timed(&far))).unzip();
    short.sort();
    long.sort();
    let longer = long[ROUNDS / 4].saturating_sub(short[ROUNDS / 4]);
    note(&format!("{longer:.1?} longer than {:.1?}", short[ROUNDS / 4]));
    assert!(longer <= Duration::from_millis(15), "{longer:?}");
}

/// Each client disables accounts of its own, each in a transaction of its own.
#[test]
#[ignore = "takes a quiet machine, and the optimized program"]
fn two_hundred_events_a_second_are_replicated() {
    const EACH: usize = 40;
    let pair = Pair::new();
    let home = Home::with_store(&pair.primary().ground, pair.url());
    home.crowd(CLIENTS * EACH);
    let all: Vec<_> = names(CLIENTS * EACH).collect();
    let before = events(pair.primary());
    let start = Instant::now();
    let disable = |part: &[String]| {
        let names = part.iter().map(String::as_str);
        home.start(&["users", "disable"].into_iter().chain(names).collect::<Vec<_>>())
    };
    let runs = all.chunks(EACH).map(disable).collect();
    for run in codes(runs) {
        run.exits(0);
    }
    let seconds = start.elapsed().as_secs_f64();
    let count = events(pair.primary()) - before;
    assert_eq!(count, CLIENTS * EACH);
    home.run(&["audit", "verify"]).succeeds();
    let rate = f64::from(u32::try_from(count).unwrap()) / seconds;
    note(&format!("{rate:.0} events a second"));
    assert!(rate >= 200.0, "{rate:.0} events a second");
}
