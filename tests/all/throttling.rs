//! Throttling. Nobody can guess more than a hundred times in a row, even by killing processes. A refused user is not
//! told why. The owner of the password gets in again.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use crate::common::record;
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::thread::{self, sleep};
use std::time::Duration;

use crate::common::{Desk, GLOBAL_ADMIN, GOOD, HELPDESK, OTHER, Run, USER_ADMIN, fed};
use rusqlite::Connection;
use serde_json::Value;

const WRONG: &str = "eight herons guard the orchard";
const HOUR: i64 = 3_600;
/// A hash that asks for 4 GiB.
const IMMODERATE: &str =
    "$argon2id$v=19$m=4194304,t=2,p=1$c2FsdHNhbHRzYWx0$0000000000000000000000000000000000000000000";

/// A store with an account `alice` whose password is [`GOOD`], as is that of `root`.
fn with_alice() -> Desk {
    let desk = Desk::settled();
    desk.like_root("alice", 0);
    desk
}

fn verify(desk: &Desk, username: &str, password: &str) -> Run {
    desk.run_with(format!("{password}\n"), &["verify", username])
}

/// A sign-in in progress.
fn begun(desk: &Desk, username: &str, password: &str) -> Child {
    let mut command = desk.command(&["verify", username]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A sign-in that has ended reads nothing.
    let _ = writeln!(child.stdin.take().unwrap(), "{password}");
    child
}

fn set(desk: &Desk, username: &str, what: &str) {
    desk.sql(&format!("UPDATE accounts SET {what} WHERE username = '{username}'"));
}

/// How many tries in a row are counted, failed or unfinished.
fn counted(desk: &Desk, username: &str) -> i64 {
    desk.account("tries_failed + (SELECT count(*) FROM tries WHERE account_id = accounts.id)", username)
}

/// Makes every try this many seconds older.
fn wait(desk: &Desk, username: &str, seconds: i64) {
    set(desk, username, &format!("tried_at = tried_at - {seconds}"));
    desk.sql(&format!("UPDATE tries SET began_at = began_at - {seconds}"));
}

/// How many refused sign-ins have this reason, both events and counted repeats.
fn recorded(desk: &Desk, reason: &str) -> usize {
    let is_it = |event: &Value| event["action"] == "sign-in" && event["detail"]["reason"] == reason;
    events_of(desk, is_it) + repeated(desk, reason)
}

fn events_of(desk: &Desk, is_it: impl Fn(&Value) -> bool) -> usize {
    record::events(desk).iter().filter(|event| is_it(event)).count()
}

fn repeated(desk: &Desk, kind: &str) -> usize {
    let count: Option<i64> = desk.value(&format!("SELECT sum(count) FROM repeats WHERE kind ->> 'reason' = '{kind}'"));
    usize::try_from(count.unwrap_or_default()).unwrap()
}

// Guessing.

/// Guesses at the password of alice in several processes at once. Every second process is killed at some moment.
fn guess(desk: &Desk, at_once: u64) {
    thread::scope(|scope| {
        for number in 0..at_once {
            scope.spawn(move || {
                let mut child = begun(desk, "alice", WRONG);
                let is_killed = number % 2 == 0;
                if is_killed {
                    sleep(Duration::from_millis(number * 37 % 150));
                    // A process that has ended cannot be killed, and has failed like the others.
                    child.kill().unwrap();
                }
                let code = Run::from(child.wait_with_output().unwrap()).code;
                // With so many writers, a process may find the store busy. It is not let in either.
                assert!(matches!(code, 5 | 9) || (is_killed && code == 128 + 9), "{code}");
            });
        }
    });
}

#[track_caller]
fn at_most_a_hundred_were_looked_at(desk: &Desk) {
    let (ended, counted) = (recorded(desk, "wrong_password"), counted(desk, "alice"));
    assert!((1..=100).contains(&ended), "{ended}");
    assert!((1..=100).contains(&counted), "{counted}");
    // A guess that was checked and has ended is counted.
    assert!(counted >= i64::try_from(ended).unwrap(), "{counted} of {ended}");
}

#[test]
#[ignore = "takes long"]
fn of_200_guesses_at_once_half_of_them_killed_few_are_looked_at() {
    let desk = with_alice();
    guess(&desk, 200);
    at_most_a_hundred_were_looked_at(&desk);
    assert!(counted(&desk, "alice") < 50, "{}", counted(&desk, "alice"));
    // Independent of how long that took.
    wait(&desk, "alice", -30);
    desk.refuses(5, || verify(&desk, "alice", GOOD));
}

#[test]
fn where_no_guess_waits_a_hundred_of_200_are_looked_at_and_no_more() {
    let desk = with_alice();
    desk.run(&["policy", "set", "throttle-after", "100"]).succeeds();
    for _ in 0..5 {
        guess(&desk, 40);
        // Killed tries have expired.
        wait(&desk, "alice", HOUR);
    }
    // Some of the killed processes had not begun.
    while counted(&desk, "alice") < 100 {
        verify(&desk, "alice", WRONG).exits(5);
    }
    verify(&desk, "alice", WRONG).exits(5);
    at_most_a_hundred_were_looked_at(&desk);
    assert_eq!(counted(&desk, "alice"), 100);
    verify(&desk, "alice", GOOD).exits(5);
    wait(&desk, "alice", HOUR);
    verify(&desk, "alice", GOOD).exits(5);
    assert!(desk.account::<Option<i64>>("locked_at", "alice").is_some());
}

#[test]
fn a_guess_that_is_killed_as_soon_as_it_has_begun_counts() {
    let desk = with_alice();
    // A hash at this cost takes a while.
    desk.run(&["policy", "set", "argon2", "m=262144,t=4,p=1"]).succeeds();
    let mut child = begun(&desk, "alice", WRONG);
    let pending = || desk.value::<i64>("SELECT count(*) FROM tries");
    while pending() == 0 {
        assert_eq!(child.try_wait().unwrap(), None);
        sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    assert_eq!(Run::from(child.wait_with_output().unwrap()).code, 128 + 9, "it ended before it was killed");
    assert_eq!(pending(), 1);
    desk.run(&["policy", "set", "argon2", "m=19456,t=2,p=1"]).succeeds();
    wait(&desk, "alice", HOUR);
    verify(&desk, "alice", WRONG).exits(5);
    assert_eq!((desk.account::<i64>("tries_failed", "alice"), pending()), (2, 0));
}

#[test]
fn guesses_that_are_killed_are_counted_recorded_and_told_however_often_the_owner_signs_in() {
    let desk = with_alice();
    let account: i64 = desk.account("id", "alice");
    for number in 1..=7 {
        // The row that a killed try leaves, one every twenty seconds.
        desk.sql(&format!("INSERT INTO tries VALUES ({account}, -{number}, strftime('%s', 'now'))"));
        verify(&desk, "alice", GOOD).succeeds();
        wait(&desk, "alice", 20);
    }
    assert_eq!(recorded(&desk, "not_finished"), 1 + 3);
    assert_eq!(repeated(&desk, "not_finished"), 3, "those of a minute ago and earlier");
    wait(&desk, "alice", 60);
    verify(&desk, "alice", GOOD).succeeds();
    assert_eq!(desk.account::<i64>("tries_untold", "alice"), 7);
    assert_eq!(repeated(&desk, "not_finished"), 6);
}

/// This many tries of an account that were just killed.
fn kill_tries(desk: &Desk, username: &str, count: u32) {
    let account: i64 = desk.account("id", username);
    desk.sql(&format!(
        "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {count})
         INSERT INTO tries SELECT {account}, -n, strftime('%s', 'now') FROM number"
    ));
}

#[test]
#[ignore = "takes long"]
fn twenty_tries_that_were_killed_keep_nobody_out_of_a_reset_a_recovery_or_an_unlock() {
    for ways_in in [&["users", "unlock", "alice"][..], &["users", "reset", "alice", "--yes", "-q"]] {
        let desk = with_alice();
        kill_tries(&desk, "alice", 20);
        desk.refuses(5, || verify(&desk, "alice", GOOD));
        let run = desk.run(ways_in).succeeds();
        let password = if ways_in[1] == "reset" { run.password() } else { GOOD.to_owned() };
        desk.run_with(format!("{password}\n{OTHER}\n"), &["me", "passwd", "--as", "alice", "--password-stdin"])
            .succeeds();
        wait(&desk, "alice", 90);
        verify(&desk, "alice", OTHER).succeeds();
        assert_eq!(recorded(&desk, "not_finished"), 0, "{ways_in:?}");
        assert_eq!(desk.account::<i64>("tries_untold", "alice"), 0, "{ways_in:?}");
    }
    let desk = Desk::settled();
    kill_tries(&desk, "root", 20);
    let temporary = desk.run(&["recover", "root", "--yes", "-q"]).succeeds().password();
    desk.change_password("root", &temporary, OTHER).succeeds();
}

#[test]
fn an_admin_is_shown_how_many_sign_ins_are_under_way_and_in_a_minute_that_they_have_failed() {
    let desk = with_alice();
    let shown = |format: &str| desk.run(&["users", "show", "alice", "--format", format]).succeeds().stdout;
    let field = |name: &str| serde_json::from_str::<Value>(&shown("json")).unwrap()[name].clone();
    assert_eq!((field("sign_ins_under_way"), shown("text").contains("under way")), (0.into(), false));
    kill_tries(&desk, "alice", 20);
    assert!(shown("text").contains("Sign-ins      20 under way\n"), "{}", shown("text"));
    assert_eq!((field("sign_ins_under_way"), field("failed_sign_ins")), (20.into(), 0.into()));
    assert!(shown("csv").lines().next().unwrap().ends_with(",sign_ins_under_way"));
    wait(&desk, "alice", 61);
    let text = shown("text");
    assert!(text.contains("20 failed in a row, the last ") && text.contains("Sign-ins wait  for "), "{text}");
    assert_eq!((field("sign_ins_under_way"), field("failed_sign_ins")), (0.into(), 20.into()));
}

// Waiting.

#[test]
fn after_five_failures_even_the_right_password_waits() {
    let desk = with_alice();
    for _ in 0..5 {
        verify(&desk, "alice", WRONG).exits(5);
    }
    // Independent of how slow the machine is.
    wait(&desk, "alice", -30);
    desk.refuses(5, || verify(&desk, "alice", GOOD));
    assert_eq!(recorded(&desk, "throttled"), 1);
    wait(&desk, "alice", 32);
    verify(&desk, "alice", GOOD).succeeds();
}

#[test]
fn an_admin_is_shown_how_long_a_sign_in_waits_and_how_to_end_that() {
    let desk = with_alice();
    let shown = || desk.run(&["users", "show", "alice"]).succeeds().stdout;
    let waits = "Sign-ins wait  for another ";
    set(&desk, "alice", "tries_failed = 20, tried_at = strftime('%s', 'now')");
    let text = shown();
    assert!(text.contains(waits), "{text}");
    assert!(text.contains("'passdesk users unlock alice'"), "{text}");
    for over in ["tries_failed = 4", "tries_failed = 20, tried_at = 0"] {
        set(&desk, "alice", over);
        assert!(!shown().contains("Sign-ins wait"), "{over}");
    }
    set(&desk, "alice", "tried_at = strftime('%s', 'now')");
    assert!(shown().contains(waits));
    desk.run(&["users", "unlock", "alice"]).succeeds();
    assert!(!shown().contains("Sign-ins wait"));
    verify(&desk, "alice", GOOD).succeeds();
}

#[test]
fn each_wait_is_twice_the_one_before_and_none_is_longer_than_a_quarter_of_an_hour() {
    let desk = with_alice();
    for (failures, seconds) in [(9, 16), (10, 32), (14, 512), (15, 900), (16, 900), (99, 900)] {
        set(&desk, "alice", &format!("tries_failed = {failures}, tried_at = strftime('%s', 'now')"));
        wait(&desk, "alice", seconds - 10);
        desk.refuses(5, || verify(&desk, "alice", GOOD));
        wait(&desk, "alice", 11);
        verify(&desk, "alice", GOOD).succeeds();
    }
}

#[test]
fn a_success_clears_the_count() {
    let desk = with_alice();
    for _ in 0..4 {
        verify(&desk, "alice", WRONG).exits(5);
    }
    assert_eq!(counted(&desk, "alice"), 4);
    verify(&desk, "alice", GOOD).succeeds();
    assert_eq!(counted(&desk, "alice"), 0);
}

#[test]
fn twelve_right_sign_ins_at_once_all_succeed() {
    let desk = with_alice();
    let children: Vec<Child> = (0..12).map(|_| begun(&desk, "alice", GOOD)).collect();
    for child in children {
        Run::from(child.wait_with_output().unwrap()).succeeds();
    }
    assert_eq!(counted(&desk, "alice"), 0);
}

#[test]
fn right_sign_ins_that_had_to_wait_for_the_store_all_succeed() {
    let desk = with_alice();
    let store = Connection::open(desk.store()).unwrap();
    store.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut children: Vec<Child> = (0..6).map(|_| begun(&desk, "alice", GOOD)).collect();
    // In the next second more of them arrive, and may be faster to get a turn.
    sleep(Duration::from_millis(1_100));
    children.extend((0..6).map(|_| begun(&desk, "alice", GOOD)));
    sleep(Duration::from_millis(100));
    store.execute_batch("ROLLBACK").unwrap();
    for child in children {
        Run::from(child.wait_with_output().unwrap()).succeeds();
    }
}

// One answer.

#[test]
fn whoever_is_not_let_in_is_not_told_why() {
    let desk = Desk::settled();
    let long = "x".repeat(1025);
    let endless = "x".repeat(60_000);
    let damaged = "password_hash = '$argon2id$v=19$m=19456,t=2,p=1$damaged'";
    let cheaper = "password_hash = '$argon2id$v=19$m=7168,t=5,p=1$c2FsdHNhbHRzYWx0$\
                   0000000000000000000000000000000000000000000'";
    let cases = [
        ("unknown", "", GOOD),
        ("wrong", "", WRONG),
        ("nothing", "", ""),
        ("disabled", "state = 'disabled'", GOOD),
        ("removed", "removed_at = 1", GOOD),
        ("locked", "locked_at = 1", GOOD),
        ("throttled", "tries_failed = 90, tried_at = strftime('%s', 'now')", GOOD),
        ("no-password", "password_hash = NULL", GOOD),
        ("cheaper", cheaper, GOOD),
        ("long", "", &long),
        ("endless", "", &endless),
        ("damaged", damaged, GOOD),
        ("empty", "password_hash = ''", GOOD),
        ("immoderate", &format!("password_hash = '{IMMODERATE}'"), GOOD),
    ];
    for (username, state, _) in cases.iter().filter(|(username, ..)| *username != "unknown") {
        desk.like_root(username, GLOBAL_ADMIN);
        set(&desk, username, if state.is_empty() { "state = state" } else { state });
    }
    for format in ["text", "json"] {
        let mut answers = cases.iter().flat_map(|(username, _, password)| {
            let verify = ["verify", *username, "--format", format];
            let list = ["users", "list", "--as", *username, "--password-stdin", "--format", format];
            [&verify[..], &list].map(|args| {
                let run = desk.refuses(5, || desk.run_with(format!("{password}\n"), args));
                (*username, run.stdout, run.stderr)
            })
        });
        let (_, stdout, stderr) = answers.next().unwrap();
        assert_eq!(stdout, "");
        for (username, out, err) in answers {
            assert_eq!((&out, &err), (&stdout, &stderr), "{username}");
        }
    }
}

#[test]
fn that_a_temporary_password_has_expired_is_told_to_who_types_it_and_nobody_else() {
    let desk = Desk::settled();
    let temporary = desk.run(&["users", "add", "bob", "-q"]).succeeds().password();
    set(&desk, "bob", "temporary_until = 1");
    let unknown = verify(&desk, "nobody", WRONG).exits(5).stderr;
    assert_eq!(desk.refuses(5, || verify(&desk, "bob", WRONG)).stderr, unknown);
    let told = desk.refuses(5, || verify(&desk, "bob", &temporary)).stderr;
    assert!(told.contains("expired on 1970-01-01"), "{told}");
}

// The lock.

/// The account has failed 99 times in a row, the last of them long ago.
fn nearly_locked(desk: &Desk, username: &str) {
    set(desk, username, "tries_failed = 99, tried_at = 1");
}

fn is_locked(desk: &Desk, username: &str) -> bool {
    desk.account::<Option<i64>>("locked_at", username).is_some()
}

/// A store in which `alice` has just been locked.
fn with_alice_locked() -> Desk {
    let desk = with_alice();
    nearly_locked(&desk, "alice");
    verify(&desk, "alice", WRONG).exits(5);
    assert!(is_locked(&desk, "alice"));
    desk
}

#[test]
fn the_hundredth_failure_locks_the_account_whatever_comes_after() {
    let desk = with_alice_locked();
    set(&desk, "alice", "tried_at = 1");
    desk.refuses(5, || verify(&desk, "alice", GOOD));
    assert_eq!(events_of(&desk, |event| event["action"] == "lock" && event["detail"]["failures"] == 100), 1);
    let listed = desk.run(&["users", "list", "--state", "locked", "--format", "csv"]).succeeds().stdout;
    assert!(listed.contains(",alice,"), "{listed}");
}

#[test]
fn a_limit_that_is_lowered_while_passwords_are_typed_holds_for_them() {
    let desk = with_alice();
    let mut typed: Vec<_> = (0..3)
        .map(|_| desk.command(&["verify", "alice"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
        .collect();
    // By then they have opened the store. If not, they read the new policy anyway.
    sleep(Duration::from_millis(100));
    desk.run(&["policy", "set", "lock-after", "2"]).succeeds();
    for child in &mut typed {
        writeln!(child.stdin.take().unwrap(), "{WRONG}").unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(5));
    }
    assert_eq!(recorded(&desk, "wrong_password"), 2);
    assert!(is_locked(&desk, "alice"));
}

#[test]
fn helpdesk_unlocks_those_of_lower_rank() {
    let desk = with_alice_locked();
    desk.like_root("helper", HELPDESK);
    desk.run_as("helper", &["users", "unlock", "alice"]).succeeds();
    assert_eq!(counted(&desk, "alice"), 0);
    verify(&desk, "alice", GOOD).succeeds();
}

#[test]
fn peers_do_not_unlock_each_other() {
    for roles in [HELPDESK, USER_ADMIN] {
        let desk = with_alice_locked();
        desk.like_root("peer", roles);
        set(&desk, "alice", &format!("roles = {roles}"));
        desk.refuses(4, || desk.run_as("peer", &["users", "unlock", "alice"]));
        assert!(is_locked(&desk, "alice"));
    }
}

#[test]
fn a_reset_unlocks() {
    let desk = with_alice_locked();
    let temporary = desk.run(&["users", "reset", "alice", "--yes", "-q"]).succeeds().password();
    assert_eq!((is_locked(&desk, "alice"), counted(&desk, "alice")), (false, 0));
    desk.change_password("alice", &temporary, OTHER).succeeds();
}

#[test]
fn a_sign_in_survives_the_lock() {
    let desk = with_alice();
    desk.run_as("alice", &["me", "sign-in"]).succeeds();
    nearly_locked(&desk, "alice");
    verify(&desk, "alice", WRONG).exits(5);
    assert!(is_locked(&desk, "alice"));
    desk.run(&["me", "profile"]).succeeds();
}

#[test]
fn the_last_admin_is_never_locked_and_waits_instead() {
    let desk = Desk::settled();
    nearly_locked(&desk, "root");
    for _ in 0..3 {
        wait(&desk, "root", 901);
        verify(&desk, "root", WRONG).exits(5);
    }
    assert!(!is_locked(&desk, "root"));
    desk.refuses(5, || verify(&desk, "root", GOOD));
    wait(&desk, "root", 901);
    verify(&desk, "root", GOOD).succeeds();
}

#[test]
fn of_two_admins_who_are_guessed_at_one_stays_unlocked() {
    let desk = Desk::settled();
    desk.like_root("other", GLOBAL_ADMIN);
    for username in ["root", "other"] {
        nearly_locked(&desk, username);
        verify(&desk, username, WRONG).exits(5);
    }
    assert_eq!((is_locked(&desk, "root"), is_locked(&desk, "other")), (true, false));
}

#[test]
fn whoever_is_recovered_does_not_wait() {
    let desk = Desk::settled();
    set(&desk, "root", "tries_failed = 100, tried_at = strftime('%s', 'now')");
    verify(&desk, "root", GOOD).exits(5);
    let temporary = desk.run(&["recover", "root", "--yes", "-q"]).succeeds().password();
    desk.change_password("root", &temporary, OTHER).succeeds();
    verify(&desk, "root", OTHER).succeeds();
}

// Hashes.

#[test]
fn a_weaker_hash_is_replaced_at_the_next_sign_in_and_not_at_a_guess() {
    let desk = Desk::settled();
    desk.run(&["policy", "set", "argon2", "m=7168,t=5,p=1"]).succeeds();
    let temporary = desk.run(&["users", "add", "bob", "-q"]).succeeds().password();
    desk.change_password("bob", &temporary, GOOD).succeeds();
    desk.run(&["policy", "set", "argon2", "m=19456,t=2,p=1"]).succeeds();
    let weaker = desk.hash_of("bob");
    assert!(weaker.contains("m=7168,t=5,p=1"), "{weaker}");
    // Keeps the write-ahead log, which otherwise goes with the last process.
    let other = Connection::open(desk.store()).unwrap();
    other.query_row("SELECT count(*) FROM accounts", [], |_| Ok(())).unwrap();

    desk.refuses(5, || verify(&desk, "bob", WRONG));
    verify(&desk, "bob", GOOD).succeeds();
    let stronger = desk.hash_of("bob");
    assert!(stronger.contains("m=19456,t=2,p=1"), "{stronger}");
    assert_eq!(events_of(&desk, |event| event["action"] == "renew-hash"), 1);
    assert!(!desk.store_bytes().windows(weaker.len()).any(|bytes| bytes == weaker.as_bytes()));
    verify(&desk, "bob", GOOD).succeeds();
    assert_eq!(desk.hash_of("bob"), stronger);
}

#[test]
fn where_there_is_no_memory_to_evaluate_a_hash_nobody_is_told_anything_else_and_no_try_is_counted() {
    let desk = with_alice();
    desk.run(&["policy", "set", "argon2", "m=262144,t=1,p=1"]).succeeds();
    for username in ["alice", "nobody"] {
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -v 200000 && exec \"$0\" verify \"$1\"", env!("CARGO_BIN_EXE_passdesk"), username]);
        shell.env_clear().env("PASSDESK_STORE", desk.store());
        let run = desk.refuses(1, || fed(shell, format!("{GOOD}\n")));
        assert!(run.stderr.contains("not enough memory"), "{}", run.stderr);
    }
    assert_eq!(counted(&desk, "alice"), 0);
}

#[test]
fn a_hash_that_asks_for_4_gib_is_not_given_them() {
    let desk = with_alice();
    for (hash, code) in [(desk.hash_of("alice"), 0), (IMMODERATE.to_owned(), 5)] {
        set(&desk, "alice", &format!("password_hash = '{hash}'"));
        let mut shell = Command::new("sh");
        // Half a gibibyte.
        shell.args(["-c", "ulimit -v 524288 && exec \"$0\" verify alice", env!("CARGO_BIN_EXE_passdesk")]);
        shell.env_clear().env("PASSDESK_STORE", desk.store());
        fed(shell, format!("{GOOD}\n")).exits(code);
    }
}
