//! The primary is killed in the middle of a bulk reset, and the standby takes its place.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "no two runs kill at the same moments")]

use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::tools::home::Home;
use crate::tools::judge::{Reset, lets_in};
use crate::tools::note;
use crate::tools::server::Pair;

/// A number below the bound.
fn any(bound: u32) -> u32 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos() / 100 % bound
}

/// Kills the primary so often while this many are reset. Every so-manyth row is tried by signing in.
fn fails_over(rounds: usize, count: usize, every: usize) {
    let mut pair = Pair::new();
    let home = Home::with_store(&pair.primary().ground, pair.url());
    home.crowd(count);
    let (mut by_itself, mut unknown) = (0, 0);
    for round in 0..rounds {
        let file = format!("out-{round}");
        let reset = Reset::before(pair.primary(), &file);
        let mut run = home.start(&reset.args());
        // Half of the kills fall when a batch has been written, and is about to be put in force.
        let rows = any(u32::try_from(count).unwrap() * 9 / 10) as usize;
        while run.runs() && reset.rows_of(&home) <= rows {
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_micros(u64::from(if round % 2 == 0 { any(8_000) } else { any(300_000) })));
        let in_time = run.runs();
        pair.primary().kill();
        pair.promote();
        pair.complete();
        let (run, took) = run.end();
        note(&format!(
            "round {round}: killed after {rows} rows, in time: {in_time}; exit {} after {took:.1?}",
            run.code
        ));
        note(&run.stderr);
        by_itself += usize::from(run.code == 0);
        unknown += usize::from(run.code == 13);
        reset.is_whole(&home, pair.primary(), &run);
        reset.is_done(&home, pair.primary(), run.code);
        lets_in(&home, &file, every);
    }
    note(&format!("{rounds} failovers: {by_itself} went on by themselves, {unknown} ended with an unknown outcome"));
}

#[test]
fn a_bulk_reset_outlives_its_primary() {
    fails_over(2, 200, 20);
}

#[test]
#[ignore = "takes long"]
fn a_bulk_reset_outlives_ten_primaries() {
    fails_over(10, 2_000, 20);
}
