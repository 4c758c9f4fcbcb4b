//! Patroni puts another node in the place of a lost one, while a bulk reset runs.

use std::thread::sleep;
use std::time::Duration;

use crate::tools::cluster::Cluster;
use crate::tools::home::Home;
use crate::tools::judge::{Reset, lets_in};
use crate::tools::note;

/// The node that is left works alone, without a standby: that is what Patroni does unless it is told to be strict.
#[test]
fn a_bulk_reset_outlives_a_killed_server_and_a_killed_node() {
    let cluster = Cluster::new();
    let home = Home::with_store(cluster.ground(), cluster.url());
    home.crowd(150);
    for (what, kill) in [("server", Cluster::kill_server as fn(&Cluster, usize)), ("node", Cluster::kill_node)] {
        cluster.until_complete();
        let old = cluster.until_primary();
        let reset = Reset::before(&cluster.nodes[old], what);
        let mut run = home.start(&reset.args());
        while run.runs() && reset.rows_of(&home) < 65 {
            sleep(Duration::from_millis(5));
        }
        kill(&cluster, old);
        let gone = cluster.until_another_than(old);
        let (run, took) = run.end();
        note(&format!("killed {what}: another primary after {gone:.1?}; exit {} after {took:.1?}", run.code));
        note(&run.stderr);
        let new = &cluster.nodes[1 - old];
        reset.is_whole(&home, new, &run);
        reset.is_done(&home, new, run.code);
        lets_in(&home, what, 32);
    }
}
