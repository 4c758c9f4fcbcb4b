//! The clock is set back, or was far ahead. What has expired stays expired. Even the most distant moments do not crash
//! the program. Run with `cargo test -- --ignored`.
//!
//! All of this happens years in the future. So for other programs, the present is a clock that was set back.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::{Desk, GOOD, OTHER, Run};

/// In the last week of 2099.
const FAR_AHEAD: i64 = 4_102_358_400;
/// The start of each test: in 2090.
const START: i64 = 3_800_000_000;
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A desk with a settable clock that stands still.
struct Clock {
    desk: Desk,
}

impl Clock {
    /// A store made at [`START`], with an account `alice` whose password is [`GOOD`].
    fn with_alice() -> Self {
        let clock = Self { desk: Desk::empty() };
        clock.at(START, &["init", "--admin", "root", "-q"]).succeeds();
        let temporary = clock.at(START, &["users", "add", "alice", "-q"]).succeeds().password();
        clock.changes(START, &temporary, GOOD);
        clock
    }

    /// Runs the program at this second, with this standard input and this home.
    fn run(&self, second: i64, home: &Path, input: &str, token: Option<&str>, args: &[&str]) -> Run {
        let program = self.desk.command(args);
        // A moment after the last one possible is given to faketime as an offset from that one.
        let last = jiff::Timestamp::MAX.as_second();
        let moment = jiff::Timestamp::from_second(second.min(last)).unwrap();
        let moment = match second - last {
            after @ 1.. => format!("{} +{after}s", moment.strftime("%Y-%m-%d %H:%M:%S")),
            _ => moment.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        };
        let mut command = Command::new("faketime");
        command.args(["--exclude-monotonic", "-f", &moment]).arg(program.get_program()).args(program.get_args());
        command.env_clear().envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env("TZ", "UTC").env("HOME", home).env("NO_FAKE_STAT", "1").current_dir(self.desk.home.path());
        command.envs(token.map(|token| ("PASSDESK_TOKEN", token)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // The program may refuse before it reads. That does not fail the test.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap().into()
    }

    /// Runs the program as the operator.
    fn at(&self, second: i64, args: &[&str]) -> Run {
        self.run(second, self.desk.home.path(), "", None, args)
    }

    /// Runs the program as alice, who has a home of her own.
    fn alice(&self, second: i64, input: &str, args: &[&str]) -> Run {
        self.run(second, &self.desk.home.path().join("alice"), input, None, args)
    }

    fn verify(&self, second: i64, password: &str) -> Run {
        self.alice(second, password, &["verify", "alice"])
    }

    fn sign_in(&self, second: i64, password: &str) -> Run {
        self.alice(second, &format!("{password}\n"), &["me", "sign-in", "--as", "alice", "--password-stdin"])
    }

    #[track_caller]
    fn changes(&self, second: i64, from: &str, to: &str) {
        let input = format!("{from}\n{to}\n");
        self.alice(second, &input, &["me", "passwd", "--as", "alice", "--password-stdin"]).succeeds();
    }

    fn reset(&self, second: i64) -> String {
        self.at(second, &["users", "reset", "alice", "--yes", "-q"]).succeeds().password()
    }

    /// A token of alice that is valid for an hour.
    fn token(&self, second: i64) -> String {
        let args = ["tokens", "create", "nightly", "--expires-in", "1h", "-q", "--as", "alice", "--password-stdin"];
        self.alice(second, &format!("{GOOD}\n"), &args).succeeds().stdout.trim_end().to_owned()
    }

    fn by_token(&self, second: i64, token: &str) -> Run {
        self.run(second, &self.desk.home.path().join("alice"), "", Some(token), &["me", "profile"])
    }

    /// The state of alice's account. `users show`, `users list` and `users list --state` must agree on it.
    #[track_caller]
    fn state_of_alice(&self, second: i64) -> String {
        let field = |run: Run| {
            let value: serde_json::Value = serde_json::from_str(&run.succeeds().stdout).unwrap();
            let state = value.pointer("/state").or_else(|| value.pointer("/0/state"));
            state.and_then(serde_json::Value::as_str).map(str::to_owned)
        };
        let shown = field(self.at(second, &["users", "show", "alice", "--format", "json"])).unwrap();
        for args in [&["--search", "alice"][..], &["--search", "alice", "--state", &shown]] {
            let listed = field(self.at(second, &[&["users", "list", "--format", "json"], args].concat()));
            assert_eq!(listed.as_deref(), Some(shown.as_str()), "{args:?}");
        }
        shown
    }

    /// Whether other programs let alice in now.
    fn is_usable(&self) -> bool {
        let store = rusqlite::Connection::open(self.desk.store()).unwrap();
        let sql = "SELECT usable FROM credentials WHERE username = 'alice'";
        store.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// Fails the test unless this sign-in fails and changes nothing.
    #[track_caller]
    fn refuses(&self, run: impl FnOnce(&Self) -> Run) -> String {
        let before = (self.desk.state(), self.desk.hash_of("alice"));
        let run = run(self).exits(5);
        assert_eq!((self.desk.state(), self.desk.hash_of("alice")), before);
        run.stderr
    }

    /// Fails the test unless the record is intact, whatever the time.
    #[track_caller]
    fn record_verifies(&self) {
        for second in [START - DAY, START, START + 400 * DAY] {
            self.at(second, &["audit", "verify"]).succeeds();
        }
    }
}

/// The text without days, since the same moment is named differently on another day.
fn without_a_day(told: &str) -> String {
    let day = regex::Regex::new(r"(today|tomorrow|yesterday|on [0-9-]+) at ").unwrap();
    day.replace(told, "at ").into_owned()
}

#[test]
#[ignore = "needs faketime"]
fn a_temporary_password_that_was_seen_to_have_expired_lets_nobody_in_when_the_clock_is_set_back() {
    let clock = Clock::with_alice();
    let temporary = clock.reset(START);
    clock.verify(START + HOUR, &temporary).exits(6);
    let told = clock.refuses(|clock| clock.sign_in(START + 2 * DAY, &temporary));
    assert!(told.contains("expired "), "{told}");
    for second in [START + 2 * DAY, START + DAY - 1, START + HOUR, START, START - 3650 * DAY] {
        let both = format!("{temporary}\n{OTHER}\n");
        let passwd = ["me", "passwd", "--as", "alice", "--password-stdin"];
        for again in [
            clock.refuses(|clock| clock.sign_in(second, &temporary)),
            clock.refuses(|clock| clock.verify(second, &temporary)),
            clock.refuses(|clock| clock.alice(second, &both, &passwd)),
        ] {
            assert_eq!(without_a_day(&again), without_a_day(&told));
        }
        // So many tries would have to wait, which is another law.
        clock.at(second, &["users", "unlock", "alice"]).succeeds();
    }
    clock.record_verifies();
}

#[test]
#[ignore = "needs faketime"]
fn a_temporary_password_that_was_seen_to_have_expired_is_shown_so_when_the_clock_is_set_back() {
    let clock = Clock::with_alice();
    let temporary = clock.reset(START);
    assert_eq!((clock.state_of_alice(START + HOUR).as_str(), clock.is_usable()), ("must-change", true));
    clock.sign_in(START + DAY, &temporary).exits(5);
    for second in [START + DAY, START + HOUR, START, START - 3650 * DAY] {
        assert_eq!(clock.state_of_alice(second), "temporary-expired");
    }
    assert!(!clock.is_usable());
    clock.record_verifies();
}

/// Fails this often to sign in, each time after the wait is over. Returns the time of the last failure.
fn fail(clock: &Clock, times: i64) -> i64 {
    for time in 0..times {
        clock.verify(START + time * 16 * MINUTE, "wrong").exits(5);
    }
    START + (times - 1) * 16 * MINUTE
}

#[test]
#[ignore = "needs faketime"]
fn a_clock_that_is_set_back_ends_no_wait_early_and_makes_nobody_wait_for_longer_than_once_more() {
    // The failure may be at the end of its second, and the try at the beginning of its own.
    const WAIT: i64 = 32 + 1;
    for back in [1, WAIT, DAY, 3650 * DAY] {
        let clock = Clock::with_alice();
        let last = fail(&clock, 10);
        clock.refuses(|clock| clock.verify(last + WAIT - 1, GOOD));
        let now = last - back;
        // With less than a minute back, the wait counts from the failure. Processes that arrive out of order look the
        // same.
        let from = if back < MINUTE { last } else { now };
        for second in [now, now + 1, from + WAIT - 1] {
            clock.refuses(|clock| clock.verify(second, GOOD));
        }
        clock.verify(from + WAIT, GOOD).succeeds();
        clock.record_verifies();
    }
}

#[test]
#[ignore = "needs faketime"]
fn an_account_that_is_locked_stays_locked_whatever_the_clock_says() {
    let clock = Clock::with_alice();
    let last = fail(&clock, 100);
    for second in [last, last + DAY, START, START - 3650 * DAY, FAR_AHEAD] {
        clock.refuses(|clock| clock.verify(second, GOOD));
        clock.refuses(|clock| clock.sign_in(second, GOOD));
        assert_eq!((clock.state_of_alice(second).as_str(), clock.is_usable()), ("locked", false));
    }
    clock.record_verifies();
    clock.at(START, &["users", "unlock", "alice"]).succeeds();
    clock.verify(START, GOOD).succeeds();
}

#[test]
#[ignore = "needs faketime"]
fn a_sign_in_whose_end_the_record_has_seen_stays_ended_when_the_clock_is_set_back() {
    let clock = Clock::with_alice();
    clock.sign_in(START, GOOD).succeeds();
    clock.alice(START + HOUR, "", &["me", "profile"]).succeeds();
    clock.at(START + 8 * HOUR, &["users", "add", "bob", "-q"]).succeeds();
    for second in [START + 8 * HOUR, START + HOUR, START, START - 3650 * DAY] {
        let told = clock.refuses(|clock| clock.alice(second, "", &["me", "profile"]));
        assert!(told.contains("your sign-in has ended"), "{told}");
    }
    clock.record_verifies();
}

#[test]
#[ignore = "needs faketime"]
fn a_token_whose_end_the_record_has_seen_stays_ended_when_the_clock_is_set_back() {
    let clock = Clock::with_alice();
    let token = clock.token(START);
    clock.by_token(START + 59 * MINUTE, &token).succeeds();
    clock.at(START + HOUR, &["users", "add", "bob", "-q"]).succeeds();
    for second in [START + HOUR, START + MINUTE, START, START - 3650 * DAY] {
        let told = clock.refuses(|clock| clock.by_token(second, &token));
        assert!(told.contains("your token has ended"), "{told}");
    }
    clock.record_verifies();
}

#[test]
#[ignore = "needs faketime"]
fn a_clock_that_was_far_ahead_for_a_while_ends_nothing_that_is_made_afterwards() {
    let clock = Clock::with_alice();
    clock.at(FAR_AHEAD, &["users", "add", "bob", "-q"]).succeeds();

    let token = clock.token(START);
    clock.sign_in(START, GOOD).succeeds();
    // Other events do not end them.
    clock.at(START + MINUTE, &["users", "add", "carol", "-q"]).succeeds();
    clock.by_token(START + 2 * MINUTE, &token).succeeds();
    clock.alice(START + 2 * MINUTE, "", &["me", "profile"]).succeeds();
    // They end when they expire.
    clock.by_token(START + HOUR, &token).exits(5);
    clock.alice(START + HOUR, "", &["me", "profile"]).succeeds();
    clock.alice(START + 8 * HOUR, "", &["me", "profile"]).exits(5);

    let temporary = clock.reset(START);
    assert_eq!((clock.state_of_alice(START).as_str(), clock.is_usable()), ("must-change", true));
    clock.verify(START + DAY - 1, &temporary).exits(6);
    clock.changes(START + DAY - 1, &temporary, OTHER);
    let temporary = clock.reset(START + DAY);
    assert!(clock.refuses(|clock| clock.verify(START + 2 * DAY, &temporary)).contains("expired "));
    clock.record_verifies();
}

#[test]
#[ignore = "needs faketime"]
fn every_kind_of_temporary_password_is_alive_after_a_clock_that_was_far_ahead() {
    let clock = Clock::with_alice();
    clock.at(FAR_AHEAD, &["users", "add", "bob", "-q"]).succeeds();
    let verify = |name: &str, password: &str| clock.alice(START + HOUR, password, &["verify", name]);
    for (name, args) in [
        ("carol", &["users", "add", "carol", "-q"][..]),
        ("bob", &["users", "reset", "bob", "--yes", "-q"]),
        ("root", &["recover", "root", "--yes", "-q"]),
    ] {
        let temporary = clock.at(START, args).succeeds().password();
        verify(name, &temporary).exits(6);
    }
    clock.record_verifies();
}

// ---- The last possible moments.

/// The places where a store has moments, and how to set each.
const MOMENTS: [(&str, &str); 13] = [
    ("temporary_until", "UPDATE accounts SET must_change = TRUE, temporary_until = ?1 WHERE username = 'alice'"),
    ("password_changed_at", "UPDATE accounts SET password_changed_at = ?1 WHERE username = 'alice'"),
    ("reset_at", "UPDATE accounts SET reset_by = 'operator root', reset_at = ?1 WHERE username = 'alice'"),
    ("created_at", "UPDATE accounts SET created_at = ?1 WHERE username = 'alice'"),
    ("removed_at", "UPDATE accounts SET removed_at = ?1 WHERE username = 'alice'"),
    ("tried_at", "UPDATE accounts SET tries_failed = 7, tried_at = ?1 WHERE username = 'alice'"),
    ("locked_at", "UPDATE accounts SET locked_at = ?1 WHERE username = 'alice'"),
    ("sign_ins.created_at", "UPDATE sign_ins SET created_at = ?1"),
    ("expires_at", "UPDATE sign_ins SET expires_at = ?1"),
    ("last_used_at", "UPDATE sign_ins SET last_used_at = ?1"),
    ("began_at", "INSERT INTO tries (account_id, id, began_at) VALUES (2, 7, ?1)"),
    ("at", "UPDATE audit_events SET at = ?1 WHERE sequence = 1"),
    ("restorable_for", "INSERT OR REPLACE INTO settings (key, value) VALUES ('policy.restorable-for', ?1 || 'h')"),
];

#[test]
#[ignore = "takes long"]
fn no_moment_that_a_store_can_hold_brings_the_program_down() {
    let desk = Desk::settled();
    desk.like_root("alice", 0);
    let token = desk.run_as("alice", &["tokens", "create", "nightly", "--expires-in", "1h", "-q"]).succeeds().stdout;
    desk.run(&["store", "backup", "copy"]).succeeds();
    let copy = desk.home.path().join("copy");
    let last = jiff::Timestamp::MAX.as_second();
    for (what, sql) in MOMENTS {
        for second in [i64::MIN, last, last + 1, i64::MAX] {
            std::fs::copy(&copy, desk.store()).unwrap();
            let store = rusqlite::Connection::open(desk.store()).unwrap();
            // This trigger protects the record from changes.
            let trigger = "SELECT sql FROM sqlite_master WHERE name = 'audit_events_stay'";
            let trigger: String = store.query_row(trigger, [], |row| row.get(0)).unwrap();
            store.execute_batch("DROP TRIGGER audit_events_stay").unwrap();
            store.execute(sql, [second]).unwrap();
            store.execute_batch(&trigger).unwrap();
            drop(store);
            let mut by_token = desk.command(&["me", "profile"]);
            let runs = [
                desk.run(&["users", "list", "--format", "json"]),
                desk.run(&["users", "show", "alice"]),
                desk.run(&["tokens", "list"]),
                desk.run(&["audit", "list"]),
                desk.run(&["store", "check"]),
                by_token.env("PASSDESK_TOKEN", token.trim_end()).output().unwrap().into(),
                desk.run_with(GOOD, &["verify", "alice"]),
                desk.run(&["users", "unlock", "alice"]),
                desk.run(&["users", "purge", "--yes"]),
                desk.run(&["users", "reset", "alice", "--yes", "-q"]),
            ];
            for (number, run) in runs.into_iter().enumerate() {
                // Done, a failed sign-in, an unknown account, a conflict, or a damaged store.
                let is_told = [0, 3, 5, 6, 7, 10].contains(&run.code);
                assert!(is_told, "{what} at {second}, run {number}: {}\n{}", run.code, run.stderr);
            }
        }
    }
}

#[test]
#[ignore = "needs faketime"]
fn at_the_end_of_the_year_9999_and_after_it_nothing_brings_the_program_down() {
    let last = jiff::Timestamp::MAX.as_second();
    for second in [last - DAY, last - 1, last, last + 1, last + DAY] {
        let clock = Clock { desk: Desk::settled() };
        clock.desk.like_root("alice", 0);
        let runs = [
            clock.at(second, &["users", "list"]),
            clock.at(second, &["users", "add", "bob", "-q"]),
            clock.at(second, &["users", "reset", "root", "alice", "--yes", "--format", "csv"]),
            clock.at(second, &["users", "purge", "--yes"]),
            clock.at(second, &["recover", "root", "--yes", "-q"]),
            clock.at(second, &["init", "--store", "other.db", "--admin", "root", "-q"]),
            clock.at(second, &["store", "check"]),
            clock.at(second, &["demo"]),
            clock.verify(second, GOOD),
            clock.verify(second, "wrong"),
            clock.sign_in(second, GOOD),
            clock.alice(second, "", &["me", "profile"]),
            clock.alice(
                second,
                &format!("{GOOD}\n"),
                &["tokens", "create", "nightly", "--expires-in", "1h", "-q", "--as", "alice", "--password-stdin"],
            ),
        ];
        for run in runs {
            assert!(![101, 134].contains(&run.code), "at {second}: {}", run.stderr);
        }
        clock.at(second, &["users", "list"]).succeeds();
        if second >= last {
            // It would expire at the moment when it begins.
            let run = clock.at(second, &["users", "reset", "alice", "--yes", "-q"]).exits(7);
            assert!(run.stderr.contains("it expired before it could be put in force"), "{}", run.stderr);
        }
    }
}
