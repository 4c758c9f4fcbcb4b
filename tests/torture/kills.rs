//! Killed at every step: each operation dies at each system call that touches a file or a socket, and at random moments.
//!
//! What it leaves is all old or all new. The next run then does the deed.

use std::fmt::{self, Display, Formatter};
use std::io::Write as _;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use std::thread::sleep;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::common::Run;
use crate::operations::{self, Operation};
#[cfg(feature = "postgres")]
use crate::scene::Base;
use crate::tracer::{self, Moment};
use crate::trials::{KILLED, Trials};

struct Kill<'a> {
    operation: &'a Operation<'a>,
    moment: Moment,
}

impl Display for Kill<'_> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(f, "{} {}", self.operation.name, self.moment)
    }
}

pub fn run(trials: &Trials) -> String {
    let operations = operations::all_and_batches(trials);
    let struck = AtomicU64::new(0);
    let mut plan = Vec::new();
    for operation in &operations {
        let scene = operation.base.scene();
        let moments = tracer::moments(&scene.command(operation.args), &operation.input);
        let (changing, others): (Vec<_>, Vec<_>) = moments.into_iter().partition(Moment::changes);
        // A scene on a server takes longer to make.
        let often = if trials.place.is_files() { 1 } else { 5 };
        // What touches a file of many accounts touches it of few, too.
        let rarely = if operation.name == "batches" { 4 } else { 1 };
        let moments = trials.some(changing, 8 * often).into_iter().chain(trials.some(others, 60 * often * rarely));
        plan.extend(moments.map(|moment| Kill { operation, moment }));
    }
    trials.each(plan, |Kill { operation, moment }| {
        let scene = operation.base.scene();
        let run = tracer::at(moment, "signal=KILL", &scene.command(operation.args), &operation.input);
        struck.fetch_add(u64::from(run.code == KILLED), Relaxed);
        operation.is_readable(&run);
        operation.judge(&scene, &run);
        operation.goes_on(&scene);
    });
    let planned = trials.count();
    // Else the tracer does not do what it is asked for.
    let at_calls = struck.into_inner();
    assert!(trials.form.only.is_some() || at_calls * 10 >= planned * 9, "{at_calls} of {planned} runs were killed");
    let at_random = at_random_moments(trials, &operations);
    #[cfg(feature = "postgres")]
    migrations_on_a_server(trials);
    format!("{} operations, {at_calls} kills at system calls, {at_random} at random moments.", operations.len())
}

/// A kill at a moment that the number of the trial decides.
struct Anywhen<'a> {
    operation: &'a Operation<'a>,
    takes: Duration,
    number: u64,
}

impl Display for Anywhen<'_> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(f, "{} random {}", self.operation.name, self.number)
    }
}

fn at_random_moments(trials: &Trials, operations: &[Operation<'_>]) -> u64 {
    let (struck, before) = (AtomicU64::new(0), trials.count());
    let all = match trials.form.long {
        // The only trial is about something else.
        _ if operations.is_empty() => 0,
        true => 10_000,
        false => 110,
    };
    let takes: Vec<_> = operations.iter().map(Operation::takes).collect();
    let plan = (0..all).map(|number| {
        let which = number % operations.len();
        Anywhen { operation: &operations[which], takes: takes[which], number: number as u64 }
    });
    trials.each(plan, |Anywhen { operation, takes, number }| {
        let scene = operation.base.scene();
        let mut random = StdRng::seed_from_u64(trials.form.number(*number));
        let mut command = scene.command(operation.args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(operation.input.as_bytes()).unwrap();
        // Beside others, it takes longer than alone.
        sleep(takes.mul_f64(1.5 * random.random::<f64>()));
        child.kill().unwrap();
        let run = Run::from(child.wait_with_output().unwrap());
        struck.fetch_add(u64::from(run.code == KILLED), Relaxed);
        operation.is_readable(&run);
        operation.judge(&scene, &run);
        operation.goes_on(&scene);
    });
    let struck = struck.into_inner();
    let all = trials.count() - before;
    // Of three moments, two are before the end, unless the machine is less busy by now.
    assert!(trials.form.only.is_some() || struck * 4 >= all, "{struck} of {all} runs were killed");
    struck
}

/// The oldest store on a server, with two accounts.
#[cfg(feature = "postgres")]
const ELDER: &str = concat!(
    "SET ROLE desk; CREATE SCHEMA passdesk; SET search_path = passdesk;",
    include_str!("../../src/store/postgres/schema_1.sql"),
    "CREATE TABLE schema_version (version bigint NOT NULL); INSERT INTO schema_version VALUES (1);
     INSERT INTO settings VALUES ('store_name', repeat('0', 32)), ('sign_in_tries', '0');
     INSERT INTO accounts (username, display_name, search_text, roles, state, must_change, created_at)
     VALUES ('root', '', 'root', 8, 'active', TRUE, 1), ('alice', '', 'alice', 0, 'active', TRUE, 1);"
);

#[cfg(feature = "postgres")]
struct Migration(Moment);

#[cfg(feature = "postgres")]
impl Display for Migration {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(f, "migration {}", self.0)
    }
}

/// A killed migration has left the store as it was, or brought it up to date.
#[cfg(feature = "postgres")]
fn migrations_on_a_server(trials: &Trials) {
    const EDIT: [&str; 5] = ["users", "edit", "alice", "--name", "Alice"];
    if trials.place.is_files() {
        return;
    }
    let base = Base::of_sql(trials.place, ELDER);
    let moments = tracer::moments(&base.scene().command(&EDIT), "");
    trials.each(trials.some(moments, 10).into_iter().map(Migration), |Migration(moment)| {
        let scene = base.scene();
        tracer::at(moment, "signal=KILL", &scene.command(&EDIT), "");
        let left = scene.sql("SELECT string_agg(username, ' ' ORDER BY id) FROM passdesk.accounts");
        assert_eq!(left, "root alice");
        scene.run(&EDIT).succeeds();
        assert_eq!(scene.sql("SELECT version FROM passdesk.schema_version"), "2");
        assert!(scene.sql("SELECT display_name FROM passdesk.accounts").contains("Alice"));
        scene.run(&["audit", "verify"]).succeeds();
    });
}
