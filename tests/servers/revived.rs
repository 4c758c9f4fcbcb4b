//! The old primary comes back beside the new one, and takes itself for the primary.

use crate::doubt::A_MINUTE;
use crate::tools::home::Home;
use crate::tools::judge::Reset;
use crate::tools::server::{Pair, Server};

/// A pair of which each server takes itself for the primary. The new one works alone. The store names the old one first.
fn two_primaries() -> (Pair, Home) {
    let mut pair = Pair::new();
    let home = Home::with_store(&pair.primary().ground, pair.url());
    home.crowd(2);
    pair.primary().kill();
    pair.promote();
    pair.primary().sql_in("postgres", "ALTER SYSTEM SET synchronous_standby_names = ''");
    pair.primary().sql_in("postgres", "SELECT pg_reload_conf()");
    old(&pair).start();
    (pair, home)
}

fn old(pair: &Pair) -> &Server {
    pair.standby()
}

#[test]
fn the_old_primary_acknowledges_nothing() {
    let (pair, home) = two_primaries();
    let reset = Reset::before(pair.primary(), "out");
    let (run, took) = home.start(&reset.args()).end();
    assert!(took < A_MINUTE, "{took:?}");
    assert!([0, 9, 13].contains(&run.code), "{} {}", run.code, run.stderr);
    reset.is_whole(&home, pair.primary(), &run);
    old(&pair).kill();
    reset.is_done(&home, pair.primary(), run.code);
}
