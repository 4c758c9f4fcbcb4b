//! A COMMIT whose outcome is not known: the standby, the connection or the server is lost while it waits.

use std::thread::sleep;
use std::time::Duration;

use crate::tools::home::{Home, Started};
use crate::tools::judge::Reset;
use crate::tools::server::{Bouncer, Pair};

/// A minute to find the outcome, and what a slow machine takes beside it.
pub const A_MINUTE: Duration = Duration::from_secs(90);

/// A pair without a working standby, and a reset that waits for it in its COMMIT.
struct Hanging {
    pair: Pair,
    home: Home,
    reset: Reset,
    run: Started,
    backend: String,
}

fn hanging() -> Hanging {
    hanging_at(Pair::url)
}

/// The same, of a command that names this store.
fn hanging_at(store: impl FnOnce(&Pair) -> String) -> Hanging {
    let pair = Pair::new();
    let store = store(&pair);
    let home = Home::with_store(&pair.primary().ground, store);
    home.crowd(2);
    let reset = Reset::before(pair.primary(), "out");
    pair.standby().freeze();
    let run = home.start(&reset.args());
    let backend = pair.primary().until_a_commit_hangs();
    Hanging { pair, home, reset, run, backend }
}

impl Hanging {
    /// The reset ends by itself, with all in force.
    fn ends_well(self) {
        let (run, took) = self.run.end();
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(took < A_MINUTE, "{took:?}");
        self.reset.is_done(&self.home, self.pair.primary(), 0);
    }

    /// The outcome stays unknown. The file stays, and a hint says how to find out.
    fn stays_unknown(self) -> (Pair, Home, Reset) {
        let (run, took) = self.run.end();
        assert_eq!(run.code, 13, "{}", run.stderr);
        assert!(took < A_MINUTE, "{took:?}");
        assert!(run.stderr.contains("passdesk audit list --operation "), "{}", run.stderr);
        assert!(self.reset.rows_of(&self.home) > 0, "the file is gone");
        (self.pair, self.home, self.reset)
    }
}

/// The standby is back, and nothing was lost.
fn standby_returns(pair: &Pair) {
    pair.standby().thaw();
    pair.primary().until("SELECT count(*) > 0 FROM pg_stat_replication WHERE state = 'streaming'");
}

/// The primary is lost for good, and the standby takes its place: it never got what was written last.
fn primary_is_lost(pair: &mut Pair) {
    pair.primary().kill();
    pair.standby().thaw();
    pair.promote();
    pair.complete();
}

#[test]
fn a_commit_that_waits_for_a_lost_standby_stays_unknown_and_is_decided_by_a_resume() {
    let (pair, home, reset) = hanging().stays_unknown();
    let written = home.read("out");
    standby_returns(&pair);
    reset.is_done(&home, pair.primary(), 13);
    assert!(home.read("out").starts_with(&written), "a row that is in force was taken back");
}

#[test]
#[ignore = "takes long"]
fn an_unknown_commit_that_was_lost_is_done_again_by_a_resume() {
    let (mut pair, home, reset) = hanging().stays_unknown();
    primary_is_lost(&mut pair);
    reset.is_done(&home, pair.primary(), 13);
}

#[test]
fn a_standby_that_returns_within_the_minute_decides_the_commit() {
    let hanging = hanging();
    sleep(Duration::from_secs(2));
    standby_returns(&hanging.pair);
    hanging.ends_well();
}

#[test]
fn a_cancelled_wait_for_the_standby_is_no_success() {
    let hanging = hanging();
    hanging.pair.primary().sql(&format!("SELECT pg_cancel_backend({})", hanging.backend));
    sleep(Duration::from_secs(1));
    let mut hanging = hanging;
    assert!(hanging.run.runs(), "it took the warning for success");
    standby_returns(&hanging.pair);
    hanging.ends_well();
}

#[test]
fn a_row_whose_wait_was_cancelled_and_that_was_lost_is_not_told_as_done() {
    let mut hanging = hanging();
    hanging.pair.primary().sql(&format!("SELECT pg_cancel_backend({})", hanging.backend));
    primary_is_lost(&mut hanging.pair);
    let Hanging { pair, home, reset, run, .. } = hanging;
    let (run, took) = run.end();
    assert!(took < A_MINUTE, "{took:?}");
    reset.is_whole(&home, pair.primary(), &run);
    reset.is_done(&home, pair.primary(), run.code);
}

#[test]
fn a_connection_that_is_ended_in_its_commit_is_decided_at_the_server() {
    let hanging = hanging();
    hanging.pair.primary().sql(&format!("SELECT pg_terminate_backend({})", hanging.backend));
    sleep(Duration::from_secs(1));
    standby_returns(&hanging.pair);
    hanging.ends_well();
}

/// A pool answers in the place of a server that is gone. So its answer does not say what the server has done.
#[test]
fn a_connection_that_is_ended_behind_a_pool_is_decided_at_the_server() {
    let hanging = hanging_at(|pair| Bouncer::before(pair.primary()).url());
    hanging.pair.primary().sql(&format!("SELECT pg_terminate_backend({})", hanging.backend));
    sleep(Duration::from_secs(1));
    standby_returns(&hanging.pair);
    hanging.ends_well();
}

#[test]
#[ignore = "takes long"]
fn a_cancelled_or_ended_commit_stays_unknown_without_a_standby() {
    for how in ["pg_cancel_backend", "pg_terminate_backend"] {
        let hanging = hanging();
        hanging.pair.primary().sql(&format!("SELECT {how}({})", hanging.backend));
        let (pair, home, reset) = hanging.stays_unknown();
        standby_returns(&pair);
        reset.is_done(&home, pair.primary(), 13);
    }
}
