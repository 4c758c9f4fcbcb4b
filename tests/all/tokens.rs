//! Tokens are shown once and stored nowhere. They allow no more than their roles. A bad token never counts as no token.

#![expect(clippy::disallowed_methods, reason = "a test measures how long something takes")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use crate::common::record;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::common::{AUDITOR, Desk, GLOBAL_ADMIN, GOOD, HELPDESK, OTHER, Run, USER_ADMIN, fed};
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

const CREATE: [&str; 5] = ["tokens", "create", "nightly", "--expires-in", "1d"];
const LIST: [&str; 2] = ["tokens", "list"];

/// A store with an account `alice` that has these roles.
fn with_alice(roles: u8) -> Desk {
    let desk = Desk::settled();
    desk.like_root("alice", roles);
    desk
}

/// Makes a new token `nightly`.
fn created(desk: &Desk, username: &str, rest: &[&str]) -> String {
    let run = desk.run_as(username, &[&CREATE[..], &["-q"], rest].concat()).succeeds();
    let token = run.stdout.trim_end().to_owned();
    assert!(is_token(&token), "{token:?}");
    token
}

fn is_token(text: &str) -> bool {
    let digits = text.strip_prefix("pdsk_").unwrap_or_default();
    digits.len() == 64 && digits.bytes().all(|byte| b"0123456789abcdef".contains(&byte))
}

fn token_in(text: &str) -> String {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').find(|word| is_token(word)).unwrap().to_owned()
}

/// A file with a token in it.
fn file(desk: &Desk, name: &str, token: &str, mode: u32) -> PathBuf {
    let path = desk.home.path().join(name);
    fs::write(&path, format!("{token}\n")).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    path
}

/// Runs the program with a token in its environment.
fn by(desk: &Desk, token: &str, args: &[&str]) -> Run {
    desk.command(args).env("PASSDESK_TOKEN", token).output().unwrap().into()
}

fn by_file(desk: &Desk, path: &Path, args: &[&str]) -> Run {
    desk.command(args).env("PASSDESK_TOKEN_FILE", path).output().unwrap().into()
}

fn count(desk: &Desk) -> i64 {
    desk.value("SELECT count(*) FROM sign_ins WHERE label IS NOT NULL")
}

/// The account whose profile a run shows.
fn whose(run: Run) -> String {
    let profile: serde_json::Value = serde_json::from_str(&run.succeeds().stdout).unwrap();
    profile["username"].as_str().unwrap().to_owned()
}

const PROFILE: [&str; 4] = ["me", "profile", "--format", "json"];

// Made and handed over.

#[test]
fn a_token_lives_as_long_as_is_said_and_a_year_at_the_most() {
    let desk = with_alice(0);
    desk.refuses(2, || desk.run_as("alice", &["tokens", "create", "nightly"]));
    for lifetime in ["", "0s", "30s", "-1d", "367d", "2y", "for ever"] {
        let expires = format!("--expires-in={lifetime}");
        desk.refuses(2, || desk.run_as("alice", &["tokens", "create", "nightly", &expires]));
    }
    desk.run_as("alice", &["tokens", "create", "yearly", "--expires-in", "365d"]).succeeds();
    assert_eq!(desk.value::<i64>("SELECT expires_at - created_at FROM sign_ins"), 365 * 86_400);
}

#[test]
fn a_token_goes_out_by_the_same_ways_as_a_temporary_password() {
    let desk = with_alice(HELPDESK);
    for (label, args) in [
        ("text", &[][..]),
        ("json", &["--format", "json"]),
        ("jsonl", &["--format", "jsonl"]),
        ("csv", &["--format", "csv"]),
        ("file", &["--output", "handed"]),
    ] {
        let args = [&["tokens", "create", label, "--expires-in", "1d"], args].concat();
        let run = desk.run_as("alice", &args).succeeds();
        assert!(!run.stderr.contains("pdsk_"), "{label}: {}", run.stderr);
        let shown = if label == "file" {
            assert_eq!(run.stdout, "");
            let path = desk.home.path().join("handed");
            assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
            fs::read_to_string(path).unwrap()
        } else {
            run.stdout
        };
        match label {
            "json" | "jsonl" => {
                let object: serde_json::Value = serde_json::from_str(&shown).unwrap();
                assert_eq!((&object["label"], &object["roles"]), (&label.into(), &serde_json::json!(["helpdesk"])));
            }
            "csv" => assert_eq!(shown.lines().next(), Some("username,label,roles,token,expires_at")),
            // A script reads the file as it is.
            "file" => assert_eq!(whose(by_file(&desk, &desk.home.path().join("handed"), &PROFILE)), "alice"),
            _ => assert!(shown.contains("shown this once"), "{shown}"),
        }
        assert_eq!(shown.matches("pdsk_").count(), 1, "{shown}");
        assert_eq!(whose(by(&desk, &token_in(&shown), &PROFILE)), "alice");
    }
}

#[test]
fn a_quiet_token_is_bare() {
    let desk = with_alice(0);
    let run = desk.run_as("alice", &[&CREATE[..], &["-q"]].concat()).succeeds();
    assert!(is_token(run.stdout.strip_suffix('\n').unwrap()), "{}", run.stdout);
    assert_eq!(run.stderr, "");
}

#[test]
fn a_token_that_is_not_delivered_is_none() {
    let desk = with_alice(0);
    for device in ["/dev/full", "/dev/null"] {
        for args in [&CREATE[..], &[&CREATE[..], &["-q"]].concat(), &[&CREATE[..], &["--format", "json"]].concat()] {
            desk.refuses(12, || {
                let mut command = desk.command(&[args, &["--account", "alice"]].concat());
                command.stdout(File::options().write(true).open(device).unwrap()).output().unwrap().into()
            });
        }
    }
    assert_eq!(count(&desk), 0);
}

#[test]
fn a_token_does_not_overwrite_a_file() {
    let desk = with_alice(0);
    fs::write(desk.home.path().join("handed"), "precious").unwrap();
    desk.refuses(12, || desk.run_as("alice", &[&CREATE[..], &["--output", "handed"]].concat()));
    assert_eq!(fs::read_to_string(desk.home.path().join("handed")).unwrap(), "precious");
}

/// Every byte of the files under a folder.
fn bytes_under(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        all.extend(if path.is_dir() { bytes_under(&path) } else { fs::read(path).unwrap() });
    }
    all
}

#[test]
fn of_a_token_nothing_is_kept_but_its_sha_256() {
    let desk = with_alice(0);
    // Keeps the write-ahead log.
    let other = Connection::open(desk.store()).unwrap();
    other.query_row("SELECT count(*) FROM accounts", [], |_| Ok(())).unwrap();
    let token = created(&desk, "alice", &["-v"]);
    by(&desk, &token, &["me", "profile", "-v"]).succeeds();
    desk.run_as("alice", &["tokens", "revoke", "nightly"]).succeeds();
    let token = created(&desk, "alice", &[]);
    by(&desk, &token, &["me", "profile"]).succeeds();

    let hex = token.strip_prefix("pdsk_").unwrap();
    let raw: Vec<u8> = (0..64).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    let left = bytes_under(desk.home.path());
    let holds = |sought: &[u8]| left.windows(sought.len()).any(|window| window == sought);
    assert!(holds(&Sha256::digest(&raw)), "the search finds what is there");
    for sought in [&raw[..], hex.as_bytes(), hex.to_uppercase().as_bytes(), b"pdsk_", &Sha256::digest(&token)] {
        assert!(!holds(sought), "{}", String::from_utf8_lossy(sought));
    }
}

// Listed and ended.

#[test]
fn a_list_shows_all_but_the_secret() {
    let desk = with_alice(AUDITOR);
    let token = created(&desk, "alice", &[]);
    for format in ["text", "json", "jsonl", "csv"] {
        let listed = desk.run_as("alice", &[&LIST[..], &["--format", format]].concat()).succeeds().stdout;
        assert!(["nightly", "alice", "auditor"].iter().all(|sought| listed.contains(sought)), "{listed}");
        assert!(!listed.contains(&token[5..]), "{listed}");
    }
}

#[test]
fn a_list_shows_when_a_token_was_last_used() {
    let desk = with_alice(0);
    let token = created(&desk, "alice", &[]);
    let last_used = || {
        let listed = desk.run_as("alice", &[&LIST[..], &["--format", "json"]].concat()).succeeds().stdout;
        let tokens: serde_json::Value = serde_json::from_str(&listed).unwrap();
        tokens[0]["last_used_at"].clone()
    };
    assert!(last_used().is_null());
    by(&desk, &token, &["me", "profile"]).succeeds();
    let first = last_used();
    assert!(first.is_string(), "{first}");
    // The time is noted to the minute.
    by(&desk, &token, &["me", "profile"]).succeeds();
    assert_eq!(last_used(), first);
    desk.sql("UPDATE sign_ins SET last_used_at = 1");
    by(&desk, &token, &["me", "profile"]).succeeds();
    assert!(last_used().as_str() >= first.as_str());
}

const LAST_USED: &str = "SELECT last_used_at FROM sign_ins WHERE label = 'nightly'";

#[test]
fn the_first_use_of_a_token_is_noted_though_somebody_else_is_writing() {
    let desk = with_alice(0);
    let token = created(&desk, "alice", &[]);
    let other = Connection::open(desk.store()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut command = desk.command(&["me", "profile"]);
    let command = command.env("PASSDESK_TOKEN", &token).stdout(Stdio::null()).spawn().unwrap();
    // Longer than the command takes when it need not wait.
    sleep(Duration::from_millis(500));
    other.execute_batch("COMMIT").unwrap();
    assert!(command.wait_with_output().unwrap().status.success());
    assert!(desk.value::<Option<i64>>(LAST_USED).is_some());
}

#[test]
fn another_use_of_a_token_waits_for_nobody() {
    let desk = with_alice(0);
    let token = created(&desk, "alice", &[]);
    desk.sql("UPDATE sign_ins SET last_used_at = 1");
    let other = Connection::open(desk.store()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let begun = Instant::now();
    by(&desk, &token, &["me", "profile"]).succeeds();
    // The program waits five seconds for the store. This run takes some milliseconds.
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(desk.value::<Option<i64>>(LAST_USED), Some(1));
}

#[test]
fn a_script_is_told_which_token_it_has_revoked() {
    let desk = with_alice(0);
    created(&desk, "alice", &[]);
    let listed = desk.run_as("alice", &["tokens", "list", "--format", "jsonl"]).succeeds().stdout;
    let revoked = desk.run_as("alice", &["tokens", "revoke", "nightly", "--format", "json"]).succeeds().stdout;
    assert_eq!(revoked, listed);
    assert!(listed.contains("\"label\":\"nightly\""), "{listed}");
}

#[test]
fn a_token_is_revoked_by_its_label_or_its_number() {
    let desk = with_alice(0);
    for by_number in [false, true] {
        let token = created(&desk, "alice", &[]);
        let id: i64 = desk.value("SELECT id FROM sign_ins");
        let target = if by_number { id.to_string() } else { "nightly".to_owned() };
        desk.run_as("alice", &["tokens", "revoke", &target]).succeeds();
        assert_eq!(count(&desk), 0);
        by(&desk, &token, &["me", "profile"]).exits(5);
    }
}

#[test]
fn a_token_that_is_not_there_is_not_found() {
    let desk = with_alice(0);
    desk.like_root("bob", GLOBAL_ADMIN);
    created(&desk, "alice", &[]);
    desk.like_root("carol", HELPDESK);
    for (username, target) in [("alice", "weekly"), ("bob", "99"), ("bob", "weekly"), ("carol", "nightly")] {
        desk.refuses(3, || desk.run_as(username, &["tokens", "revoke", target]));
    }
}

#[test]
fn who_may_revoke_the_tokens_of_others_finds_each_that_is_listed_by_its_label() {
    let desk = with_alice(0);
    created(&desk, "alice", &[]);
    desk.run(&["tokens", "revoke", "nightly"]).succeeds();
    assert_eq!(count(&desk), 0);
    // If two tokens have one label, neither is guessed.
    desk.like_root("bob", GLOBAL_ADMIN);
    created(&desk, "alice", &[]);
    created(&desk, "bob", &[]);
    let run = desk.refuses(2, || desk.run(&["tokens", "revoke", "nightly"]));
    assert!(run.stderr.contains("2 tokens are called nightly\n"), "{}", run.stderr);
    // The caller's own token comes first.
    desk.run_as("bob", &["tokens", "revoke", "nightly"]).succeeds();
    desk.run_as("bob", &["tokens", "revoke", "nightly"]).succeeds();
    assert_eq!(count(&desk), 0);
}

#[test]
fn a_saved_sign_in_is_not_revoked_as_a_token() {
    let desk = with_alice(GLOBAL_ADMIN);
    desk.run_as("alice", &["me", "sign-in"]).succeeds();
    let id: i64 = desk.value("SELECT id FROM sign_ins");
    desk.refuses(3, || desk.run(&["tokens", "revoke", &id.to_string()]));
}

#[test]
fn a_label_is_taken_once_by_each() {
    let desk = with_alice(0);
    desk.like_root("bob", 0);
    created(&desk, "alice", &[]);
    let again = desk.refuses(7, || desk.run_as("alice", &CREATE));
    assert_eq!(again.stdout, "");
    created(&desk, "bob", &[]);
}

#[test]
fn whatever_ends_sign_ins_ends_tokens() {
    let change = format!("{GOOD}\n{OTHER}\n");
    for (args, input) in [
        (&["users", "reset", "alice", "--yes", "-q"][..], ""),
        (&["users", "disable", "alice"], ""),
        (&["users", "remove", "alice"], ""),
        (&["recover", "alice", "--yes", "-q"], ""),
        (&["me", "passwd", "--as", "alice", "--password-stdin"], &change),
        (&["me", "sign-out", "--everywhere", "--as", "alice", "--password-stdin"], &change),
    ] {
        let desk = with_alice(GLOBAL_ADMIN);
        let token = created(&desk, "alice", &[]);
        desk.run_with(input, args).succeeds();
        assert_eq!(count(&desk), 0, "{args:?}");
        by(&desk, &token, &["me", "profile"]).exits(5);
    }
}

#[test]
fn where_a_token_acts_nobody_is_signed_out() {
    let desk = with_alice(0);
    let token = created(&desk, "alice", &[]);
    desk.run_as("root", &["me", "sign-in"]).succeeds();
    desk.refuses(2, || by(&desk, &token, &["me", "sign-out"]));
    assert!(desk.run(&["me", "profile"]).succeeds().stdout.contains("root"));
    by(&desk, &token, &["me", "profile"]).succeeds();
}

// A bad token never counts as no token.

#[track_caller]
fn is_of_no_use(desk: &Desk, token: &str) {
    let path = file(desk, "token", token, 0o600);
    // An operator could do all of these.
    for args in [&["users", "list"][..], &["users", "reset", "alice", "--yes", "-q"], &["me", "profile"], &CREATE] {
        for from_file in [false, true] {
            let run = || if from_file { by_file(desk, &path, args) } else { by(desk, token, args) };
            assert_eq!(desk.refuses(5, run).stdout, "", "{args:?}");
        }
    }
}

#[test]
fn a_token_that_is_over_is_refused_and_nobody_goes_on_as_the_operator() {
    for end in ["DELETE FROM sign_ins", "UPDATE sign_ins SET expires_at = strftime('%s', 'now')"] {
        let desk = with_alice(GLOBAL_ADMIN);
        let token = created(&desk, "root", &[]);
        desk.sql(end);
        // The first event after its end may delete it from the store.
        by(&desk, &token, &["me", "profile"]).exits(5);
        is_of_no_use(&desk, &token);
    }
}

#[test]
fn what_is_no_token_is_refused_and_nobody_goes_on_as_the_operator() {
    let desk = with_alice(0);
    let token = created(&desk, "alice", &[]);
    let unknown = format!("pdsk_{}", "0".repeat(64));
    for no_token in [&unknown, "pdsk_", " ", "nonsense", &token[5..], &format!("{token}0"), &format!(" {token}")] {
        is_of_no_use(&desk, no_token);
    }
}

#[test]
fn a_saved_sign_in_is_no_token_and_a_token_no_saved_sign_in() {
    let desk = with_alice(0);
    desk.run_as("alice", &["me", "sign-in"]).succeeds();
    let saved = Command::new("find").arg(desk.home.path()).args(["-name", "*.sign-in"]).output().unwrap();
    let saved = PathBuf::from(String::from_utf8(saved.stdout).unwrap().trim_end());
    let secret = fs::read_to_string(&saved).unwrap();
    desk.refuses(5, || by(&desk, &format!("pdsk_{secret}"), &["me", "profile"]));
    let token = created(&desk, "alice", &[]);
    fs::write(&saved, &token[5..]).unwrap();
    desk.refuses(5, || desk.run(&["me", "profile"]));
    // A thief of the token cannot end it like that either.
    desk.run(&["me", "sign-out"]).succeeds();
    by(&desk, &token, &["me", "profile"]).succeeds();
}

#[test]
fn a_token_of_an_account_that_is_not_in_use_is_refused() {
    for state in ["state = 'disabled'", "removed_at = 1"] {
        let desk = with_alice(0);
        let token = created(&desk, "alice", &[]);
        desk.sql(&format!("UPDATE accounts SET {state} WHERE username = 'alice'"));
        desk.refuses(5, || by(&desk, &token, &["me", "profile"]));
    }
}

// What a token allows.

#[test]
fn a_token_may_do_what_its_own_roles_may() {
    let desk = with_alice(GLOBAL_ADMIN);
    desk.like_root("bob", 0);
    desk.like_root("peer", HELPDESK);
    let token = created(&desk, "alice", &["--role", "helpdesk"]);
    for args in [&["users", "disable", "bob"][..], &["users", "reset", "peer", "--yes", "-q"], &["audit", "list"]] {
        assert_eq!(desk.refuses(4, || by(&desk, &token, args)).stdout, "");
    }
    by(&desk, &token, &["users", "reset", "bob", "--yes", "-q"]).succeeds().password();
}

#[test]
fn a_role_that_is_taken_is_taken_from_the_token_at_once_and_for_good() {
    let desk = with_alice(USER_ADMIN);
    let token = created(&desk, "alice", &[]);
    by(&desk, &token, &["users", "list"]).succeeds();
    desk.run(&["users", "revoke", "alice", "user-admin"]).succeeds();
    desk.refuses(4, || by(&desk, &token, &["users", "list"]));
    desk.run(&["users", "grant", "alice", "user-admin"]).succeeds();
    desk.refuses(4, || by(&desk, &token, &["users", "list"]));
}

#[test]
fn nobody_gives_a_token_what_they_or_its_account_have_not() {
    let desk = with_alice(HELPDESK);
    desk.refuses(4, || desk.run_as("alice", &[&CREATE[..], &["--role", "user-admin"]].concat()));
    desk.refuses(4, || desk.run(&[&CREATE[..], &["--account", "alice", "--role", "user-admin"]].concat()));
}

#[test]
fn a_token_that_is_pasted_for_its_label_is_not_repeated() {
    let desk = with_alice(0);
    let token = created(&desk, "alice", &[]);
    for args in [["tokens", "revoke", &token], ["tokens", "create", &token]] {
        let run = desk.refuses(2, || desk.run_as("alice", &args));
        assert!(!run.stderr.contains(&token[5..15]), "{}", run.stderr);
    }
}

#[test]
fn a_token_makes_no_token() {
    let desk = with_alice(GLOBAL_ADMIN);
    let token = created(&desk, "alice", &[]);
    for account in [&[][..], &["--account", "alice"], &["--account", "root"]] {
        let args = [&["tokens", "create", "another", "--expires-in", "1d"], account].concat();
        assert_eq!(desk.refuses(4, || by(&desk, &token, &args)).stdout, "");
    }
}

#[test]
fn everybody_has_tokens_of_their_own() {
    let desk = with_alice(0);
    let token = created(&desk, "alice", &[]);
    assert_eq!(whose(by(&desk, &token, &PROFILE)), "alice");
    assert!(by(&desk, &token, &LIST).succeeds().stdout.contains("nightly"));
    desk.run_as("alice", &["tokens", "revoke", "nightly"]).succeeds();
}

#[test]
fn a_token_ends_neither_itself_nor_another() {
    let desk = with_alice(GLOBAL_ADMIN);
    let token = created(&desk, "alice", &[]);
    desk.refuses(4, || by(&desk, &token, &["tokens", "revoke", "nightly"]));
    by(&desk, &token, &PROFILE).succeeds();
}

#[test]
fn tokens_of_others_are_a_global_admins() {
    let desk = with_alice(USER_ADMIN);
    desk.like_root("bob", 0);
    desk.like_root("boss", GLOBAL_ADMIN);
    created(&desk, "bob", &[]);
    let id = desk.value::<i64>("SELECT id FROM sign_ins").to_string();
    let create = ["tokens", "create", "lent", "--expires-in", "1d", "--account", "bob"];
    let [list, all, revoke] =
        [["tokens", "list", "--account=bob"], ["tokens", "list", "--all"], ["tokens", "revoke", &id]];
    for args in [&create[..], &list, &all, &revoke] {
        assert_eq!(desk.refuses(4, || desk.run_as("alice", args)).stdout, "", "{args:?}");
    }
    for args in [&create[..], &list, &all, &revoke] {
        desk.run_as("boss", args).succeeds();
    }
    assert_eq!(desk.value::<String>("SELECT group_concat(label) FROM sign_ins"), "lent");
}

#[test]
fn a_token_made_for_another_account_stands_for_that_one() {
    let desk = with_alice(GLOBAL_ADMIN);
    desk.like_root("bob", HELPDESK);
    let token = created(&desk, "alice", &["--account", "bob"]);
    assert_eq!(whose(by(&desk, &token, &PROFILE)), "bob");
    desk.refuses(4, || by(&desk, &token, &["users", "disable", "alice"]));
}

#[test]
fn the_record_says_by_which_token() {
    let desk = with_alice(HELPDESK);
    desk.like_root("bob", 0);
    let token = created(&desk, "alice", &[]);
    by(&desk, &token, &["users", "require-change", "bob"]).succeeds();
    by(&desk, &token, &["users", "disable", "bob"]).exits(4);
    let events = record::events(&desk);
    for (event, outcome) in events.iter().rev().zip(["refused", "done"]) {
        assert_eq!((&event["actor"], &event["outcome"]), (&"alice (token nightly)".into(), &outcome.into()));
    }
}

// Where it comes from.

#[test]
fn as_comes_before_the_file_before_the_variable_before_a_saved_sign_in() {
    let desk = with_alice(0);
    let [first, second] = ["bob", "cora"].map(|username| {
        desk.like_root(username, 0);
        created(&desk, username, &[])
    });
    desk.run_as("alice", &["me", "sign-in"]).succeeds();
    let path = file(&desk, "token", &first, 0o600);
    let command = |variables: usize, args: &[&str]| {
        let mut command = desk.command(&[&PROFILE, args].concat());
        let all = [("PASSDESK_TOKEN", second.as_str()), ("PASSDESK_TOKEN_FILE", path.to_str().unwrap())];
        command.envs(all.into_iter().take(variables));
        whose(fed(command, format!("{GOOD}\n")))
    };
    let as_root = ["--as", "root", "--password-stdin"];
    assert_eq!(
        [command(0, &[]), command(1, &[]), command(2, &[]), command(2, &as_root)],
        ["alice", "cora", "bob", "root"]
    );
}

#[test]
fn a_token_file_that_is_open_to_others_or_not_there_is_refused() {
    let desk = with_alice(0);
    let token = created(&desk, "alice", &[]);
    // Others can enter the home.
    fs::set_permissions(desk.home.path(), Permissions::from_mode(0o755)).unwrap();
    for mode in [0o644, 0o640, 0o604, 0o620, 0o602] {
        let path = file(&desk, &format!("{mode:o}"), &token, mode);
        let run = desk.refuses(2, || by_file(&desk, &path, &["users", "list"]));
        assert!(run.stderr.contains("chmod 600"), "{}", run.stderr);
    }
    for path in ["nowhere", "."] {
        desk.refuses(2, || by_file(&desk, Path::new(path), &["users", "list"]));
    }
}

#[test]
fn a_token_file_that_is_no_ordinary_file_is_refused_and_not_waited_for() {
    let desk = with_alice(0);
    let token = created(&desk, "alice", &[]);
    let fifo = desk.home.path().join("fifo");
    assert!(Command::new("mkfifo").args(["-m", "600"]).arg(&fifo).status().unwrap().success());
    symlink(&fifo, desk.home.path().join("link")).unwrap();
    for path in [fifo.as_path(), Path::new("link"), Path::new("."), Path::new("/dev/null"), Path::new("/dev/zero")] {
        let run = desk.refuses(2, || by_file(&desk, path, &PROFILE));
        assert!(run.stderr.contains("is not an ordinary file"), "{path:?}: {}", run.stderr);
    }
    let mut command = desk.command(&PROFILE);
    command.env("PASSDESK_TOKEN_FILE", "/dev/stdin");
    desk.refuses(2, || fed(command, format!("{token}\n")));
}
