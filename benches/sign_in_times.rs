//! How long a failing sign-in takes. The time must not tell what is wrong.
//!
//! `cargo bench --bench sign_in_times [-- ROUNDS [elsewhere]]`
//!
//! With `elsewhere`, the store has hashes of eight kinds from other programs. Each sign-in then takes much longer.
//!
//! Whole processes are timed, one after the other. Each round runs every case once, in its own order. So the noise of
//! the machine hits all cases alike. Only the answers are asserted, and the reader judges the times. On a busy machine,
//! use the 10th percentile.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a benchmark looks behind the store, as others can")]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures by the real clock")]

#[path = "../tests/all/common/mod.rs"]
mod common;

use std::io::{self, Write as _};
use std::iter;
use std::time::{Duration, Instant};

use common::{Desk, OTHER};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rusqlite::Connection;

const ROUNDS: usize = 500;
/// The exit code of a sign-in that fails.
const SIGN_IN_FAILED: i32 = 5;
/// The state of an account for which only the password is wrong.
const OPEN: &str = "tries_failed = 0";
const WRONG_PASSWORD: &str = "wrong_password";
const UNUSABLE: &str = "unusable_hash";
/// The account that is tried with a password that is too long.
const LONG: &str = "long";

/// A way for a sign-in to fail.
struct Case {
    name: &'static str,
    username: &'static str,
    /// The state of its account, as SQL assignments that may be repeated. `None` means there is no account.
    state: Option<&'static str>,
    /// The reason in the record. Only the record tells it. It shows that the intended case was run.
    recorded: &'static str,
}

/// The first case is the one that the others are compared with.
const CASES: [Case; 17] = [
    Case { name: "unknown name", username: "nobody", state: None, recorded: "no_such_account" },
    Case { name: "impossible name", username: "a%", state: None, recorded: "no_such_account" },
    Case { name: WRONG_PASSWORD, username: "open", state: Some(OPEN), recorded: WRONG_PASSWORD },
    Case { name: "over-long password", username: LONG, state: Some(OPEN), recorded: WRONG_PASSWORD },
    Case { name: "disabled", username: "disabled", state: Some("state = 'disabled'"), recorded: "disabled" },
    Case { name: "removed", username: "removed", state: Some("removed_at = unixepoch()"), recorded: "removed" },
    Case {
        name: "locked",
        username: "locked",
        state: Some("tries_failed = 100, tried_at = unixepoch(), locked_at = unixepoch()"),
        recorded: "locked",
    },
    Case {
        name: "throttled",
        username: "throttled",
        // The longest wait there is, 15 minutes. No round outlasts it.
        state: Some("tries_failed = 20, tried_at = unixepoch()"),
        recorded: "throttled",
    },
    Case {
        name: "no password yet",
        username: "new",
        state: Some("password_hash = NULL, hash_scheme = NULL"),
        recorded: "no_password",
    },
    Case {
        name: "temporary password",
        username: "temporary",
        state: Some("must_change = TRUE, temporary_until = unixepoch() + 86400"),
        recorded: WRONG_PASSWORD,
    },
    Case { name: "last admin", username: "admin", state: Some("roles = 8"), recorded: WRONG_PASSWORD },
    Case {
        name: "cheaper hash",
        username: "cheap",
        // No password has this hash any more. To find that out takes no less time.
        state: Some(
            "password_hash = replace(password_hash, 'm=19456,t=2,p=1', 'm=8192,t=1,p=1'), hash_scheme = 'm=8192,t=1,p=1'",
        ),
        recorded: WRONG_PASSWORD,
    },
    Case {
        name: "wider hash",
        username: "wide",
        // More memory at once, and less time for each part of it.
        state: Some(
            "password_hash = replace(password_hash, 'm=19456,t=2,p=1', 'm=47104,t=1,p=1'), hash_scheme = 'm=47104,t=1,p=1'",
        ),
        recorded: WRONG_PASSWORD,
    },
    Case {
        name: "dearer hash",
        username: "dear",
        state: Some(
            "password_hash = replace(password_hash, 'm=19456,t=2,p=1', 'm=24576,t=3,p=1'), hash_scheme = 'm=24576,t=3,p=1'",
        ),
        recorded: WRONG_PASSWORD,
    },
    Case {
        name: "damaged hash",
        username: "damaged",
        state: Some("password_hash = replace(password_hash, '$argon2id', 'argon2id'), hash_scheme = NULL"),
        recorded: UNUSABLE,
    },
    Case {
        name: "cut hash",
        username: "cut",
        // The rest of the hash can be read, but holds nothing to compare with.
        state: Some("password_hash = '$argon2id$v=19$m=19456,t=2,p=1', hash_scheme = NULL"),
        recorded: UNUSABLE,
    },
    Case {
        name: "unknown version",
        username: "version",
        state: Some("password_hash = replace(password_hash, 'v=19', 'v=20'), hash_scheme = NULL"),
        recorded: UNUSABLE,
    },
];

/// An account with a hash of another program. The files of `tests/data/elsewhere/` have it.
const fn old(name: &'static str, username: &'static str) -> Case {
    Case { name, username, state: Some(OPEN), recorded: WRONG_PASSWORD }
}

/// The same with hashes of eight kinds. The first is the one that the others are compared with.
const ELSEWHERE: [Case; 13] = [
    Case { name: "unknown name", username: "nobody", state: None, recorded: "no_such_account" },
    Case { name: WRONG_PASSWORD, username: "open", state: Some(OPEN), recorded: WRONG_PASSWORD },
    Case { name: "disabled", username: "disabled", state: Some("state = 'disabled'"), recorded: "disabled" },
    old("bcrypt 12", "djbcrypt"),
    old("bcrypt 5", "mkbcrypt"),
    old("pbkdf2-sha256", "djpbkdf2sha256"),
    old("pbkdf2-sha1", "dovepbkdf2"),
    old("scrypt", "djscrypt"),
    old("sha512-crypt", "shadowsha512"),
    old("sha256-crypt", "shadowsha256"),
    old("yescrypt", "shadowyescrypt"),
    old("argon2i", "doveargon2i"),
    old("wrapped SSHA", "dovessha"),
];

/// The files that have the hashes of [`ELSEWHERE`], and their sources.
const FILES: [(&str, &str); 3] = [("shadow", "shadow"), ("htpasswd", "dovecot"), ("django", "django.json")];

impl Case {
    /// The text for standard input.
    fn input(&self) -> String {
        if self.username == LONG { "x".repeat(2_000) + "\n" } else { format!("{OTHER}\n") }
    }
}

/// A store with an account for each case that needs one.
fn desk(cases: &[Case]) -> Desk {
    let desk = Desk::with_alice();
    if cases.len() == ELSEWHERE.len() {
        for (source, file) in FILES {
            let path = format!("{}/tests/data/elsewhere/{file}", env!("CARGO_MANIFEST_DIR"));
            desk.run(&["users", "import", &path, "--source", source]).succeeds();
        }
    }
    for case in cases.iter().filter(|case| case.state.is_some()) {
        desk.sql(&format!(
            "INSERT INTO accounts (username, display_name, search_text, roles, state, password_hash, hash_scheme,
                                   must_change, password_changed_at, created_at)
             SELECT '{0}', '', '{0}', 0, state, password_hash, hash_scheme, must_change, password_changed_at, created_at
             FROM accounts WHERE username = 'alice' ON CONFLICT DO NOTHING",
            case.username
        ));
    }
    // Then no other account is an admin, so the last admin really is the last one.
    desk.sql("UPDATE accounts SET state = 'disabled' WHERE username = 'root'");
    desk
}

/// Puts every account back into the state of its case. Each try changes it.
fn put_back(cases: &[Case]) -> String {
    let of_case =
        |case: &Case| Some(format!("UPDATE accounts SET {} WHERE username = '{}';", case.state?, case.username));
    let fresh = "UPDATE accounts SET tries_failed = 0, tried_at = NULL; DELETE FROM tries;".to_owned();
    iter::once(fresh).chain(cases.iter().filter_map(of_case)).collect()
}

/// Fails unless each try of a case is in the record.
fn check_record(desk: &Desk, cases: &[Case], rounds: usize) {
    let store = Connection::open(desk.store()).unwrap();
    for case in cases {
        // The first try of a kind in an hour is an event. The others are counted, and become an event after the hour.
        let sql = "SELECT (SELECT sum(coalesce(detail ->> 'count', 1)) FROM audit_events
                           WHERE action = 'sign-in' AND outcome = 'refused' AND detail ->> 'reason' = ?1
                             AND target_id IS (SELECT id FROM accounts WHERE username = ?2))
                        + (SELECT coalesce(sum(count), 0) FROM repeats
                           WHERE kind ->> 'reason' = ?1
                             AND target_id = coalesce((SELECT id FROM accounts WHERE username = ?2), 0))";
        let recorded: i64 = store.query_row(sql, [case.recorded, case.username], |row| row.get(0)).unwrap();
        // The record cannot tell the cases without an account apart.
        let alike = if case.state.is_some() { 1 } else { cases.iter().filter(|case| case.state.is_none()).count() };
        assert_eq!(usize::try_from(recorded), Ok(alike * rounds), "{}", case.name);
    }
}

/// The given percentile of the sorted times.
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    sorted[(sorted.len() - 1) * percent / 100]
}

fn median(times: impl IntoIterator<Item = Duration>) -> Duration {
    let mut sorted: Vec<_> = times.into_iter().collect();
    sorted.sort_unstable();
    percentile(&sorted, 50)
}

/// How much larger a time is than another, in percent.
fn deviation(time: Duration, from: Duration) -> f64 {
    (time.div_duration_f64(from) - 1.0) * 100.0
}

fn report(cases: &[Case], times: &[Vec<Duration>]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{:<20}{:>12}{:>8}{:>12}{:>12}", "case", "median ms", "ratio", "p10 ms", "p90 ms")?;
    let mut medians = Vec::new();
    for (case, times) in cases.iter().zip(times) {
        let mut sorted = times.clone();
        sorted.sort_unstable();
        let [p10, middle, p90] = [10, 50, 90].map(|percent| percentile(&sorted, percent));
        medians.push(middle);
        let ratio = middle.div_duration_f64(medians[0]);
        let [p10, middle, p90] = [p10, middle, p90].map(|time| time.as_secs_f64() * 1e3);
        writeln!(out, "{:<20}{middle:>12.3}{ratio:>8.4}{p10:>12.3}{p90:>12.3}", case.name)?;
    }
    let center = median(medians.iter().copied());
    let (case, worst) = cases
        .iter()
        .zip(medians.iter().map(|median| deviation(*median, center)))
        .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
        .unwrap();
    writeln!(out, "largest deviation from the median of medians: {worst:+.2} % ({})", case.name)
}

fn main() -> io::Result<()> {
    // Cargo passes `--bench` to every benchmark.
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let rounds = args.first().map_or(ROUNDS, |arg| arg.parse().unwrap());
    let cases = if args.iter().any(|arg| arg == "elsewhere") { &ELSEWHERE[..] } else { &CASES };
    let desk = desk(cases);
    let put_back = put_back(cases);
    let mut rng = StdRng::seed_from_u64(1);
    let mut order: Vec<usize> = (0..cases.len()).collect();
    let mut times = vec![Vec::with_capacity(rounds); cases.len()];
    let mut answer = None;
    for _ in 0..rounds {
        desk.sql(&put_back);
        order.shuffle(&mut rng);
        for &index in &order {
            let case = &cases[index];
            let input = case.input();
            let begun = Instant::now();
            let run = desk.run_with(input, &["verify", case.username]);
            times[index].push(begun.elapsed());
            assert_eq!(run.code, SIGN_IN_FAILED, "{}: {}", case.name, run.stderr);
            assert_eq!(run.stdout, "", "{}", case.name);
            assert_eq!(&run.stderr, answer.get_or_insert_with(|| run.stderr.clone()), "{}", case.name);
        }
    }
    check_record(&desk, cases, rounds);
    report(cases, &times)
}
