//! Input from outside, on the command line and in the store. It is never guessed at, and never a command to a terminal.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

use crate::common::{Desk, GOOD, Run};
use serde_json::Value;

/// A name that clears the screen, begins a line, runs backwards, is red, hides, and is a formula.
const EVIL: &str = "=1+1\u{1b}[2J\u{1b}]0;x\u{7}\nroot\r\u{202e}gpj.\u{9b}31m\u{200b}\u{2066}\u{85}\u{2028}\u{7f}";

/// The characters that could rewrite a terminal, without the program's own line ends.
fn treacherous(text: &str) -> Vec<char> {
    let rewrites = |c: &char| {
        c.is_control() && *c != '\n'
            || matches!(*c, '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().filter(rewrites).collect()
}

#[track_caller]
fn is_harmless(run: &Run) {
    assert!(treacherous(&run.stdout).is_empty(), "{:?}", run.stdout);
    assert!(treacherous(&run.stderr).is_empty(), "{:?}", run.stderr);
}

/// The commands that take an account, without the account.
const COMMANDS: [&[&str]; 6] = [
    &["users", "reset", "--yes"],
    &["users", "show"],
    &["users", "edit", "--name", "Another"],
    &["users", "disable"],
    &["users", "require-change"],
    &["users", "list", "--after"],
];

/// Fails the test unless this account is refused with this code and a short message, in text and in JSON. Nothing may
/// change.
#[track_caller]
fn is_refused(desk: &Desk, code: i32, account: &[&OsStr]) {
    let before = desk.state();
    for command in COMMANDS {
        if command.contains(&"list") && account.len() > 1 {
            // The value of an option comes without a `--` before it.
            continue;
        }
        let text = Run::from(desk.command(command).args(account).output().unwrap()).exits(code);
        assert_eq!(text.stdout, "", "{command:?}");
        assert!(text.stderr.starts_with("error: "), "{command:?}: {}", text.stderr);
        assert_eq!(text.stderr.matches("hint: ").count(), 1, "{command:?}: {}", text.stderr);
        assert!(text.stderr.len() < 400, "{command:?}: {}", text.stderr);
        is_harmless(&text);

        // An option may precede its command. Here it has to precede the account.
        let mut json = desk.command(&["--format", "json"]);
        let json = Run::from(json.args(command).args(account).output().unwrap()).exits(code);
        assert_eq!(json.stdout, "", "{command:?}");
        assert_eq!(json.stderr.lines().count(), 1, "{command:?}: {}", json.stderr);
        assert!(json.stderr.len() < 400, "{command:?}: {}", json.stderr);
        let error = json.error();
        assert_eq!(error["code"], if code == 2 { "usage" } else { "not_found" }, "{command:?}");
        assert!(error["hint"].is_string(), "{command:?}: {error}");
        is_harmless(&json);
        assert_eq!(desk.state(), before, "{command:?}");
    }
}

fn in_a_store_with_alice(code: i32, accounts: &[&str]) {
    let desk = Desk::with_alice();
    for account in accounts {
        is_refused(&desk, code, &[account.as_ref()]);
    }
}

// ---- What names an account.

#[test]
fn whoever_names_a_file_that_is_not_there_gets_a_hint() {
    let desk = Desk::with_alice();
    let before = desk.state();
    for args in [
        &["store", "restore", "nofile", "--yes"][..],
        &["users", "import", "nofile"],
        &["users", "reset", "--from", "nofile", "--yes"],
        &["policy", "set", "blocklist", "nofile"],
    ] {
        let run = desk.run(args).exits(2);
        let hint = "hint: name a file that is there and that you may read, or - for standard input\n";
        assert!(run.stderr.ends_with(hint), "{args:?}: {}", run.stderr);
    }
    assert_eq!(desk.state(), before);
}

#[test]
fn a_pattern_or_a_list_points_at_nobody() {
    in_a_store_with_alice(2, &["a%", "a_*", "*", "al?ce", "a,b", "alice,root", "alice root", "alice;", "a@b,c@d"]);
}

#[test]
fn an_underscore_and_a_percent_sign_are_themselves() {
    in_a_store_with_alice(3, &["alic_", "_____", "%@example.org"]);
}

#[test]
fn nothing_and_a_path_point_at_nobody() {
    in_a_store_with_alice(2, &["", " ", "\t", "../x", "/etc/passwd", ".", "..", "~", "@", "alice@", "@alice"]);
}

#[test]
fn what_looks_like_an_option_points_at_nobody() {
    let desk = Desk::with_alice();
    is_refused(&desk, 2, &["--".as_ref(), "-rf".as_ref()]);
    is_refused(&desk, 2, &["--".as_ref(), "--yes".as_ref()]);
}

#[test]
fn a_number_is_an_id_only_as_one_writes_it() {
    in_a_store_with_alice(2, &["0", "00", "007", "02", "9223372036854775808", &"1".repeat(10_000)]);
    in_a_store_with_alice(3, &["99", "9223372036854775807"]);
}

#[test]
fn digits_of_another_script_and_signs_are_no_number() {
    in_a_store_with_alice(2, &["+2", "\u{ff12}", "\u{662}", "\u{b2}"]);
    // These are valid usernames, but no account has them.
    in_a_store_with_alice(3, &["2.0", "2e0", "0x2"]);
}

#[test]
fn a_name_that_is_too_long_is_not_repeated_in_full() {
    in_a_store_with_alice(2, &[&"a".repeat(65), &"x".repeat(10_000), &format!("{}@example.org", "x".repeat(10_000))]);
}

#[test]
fn a_name_with_a_control_character_points_at_nobody_and_is_shown_harmlessly() {
    in_a_store_with_alice(
        2,
        &["al\u{1b}[2Jice", "alice\n", "al\rice", "a\u{202e}b", "a\u{9b}31m", "a@b\u{1b}[2J", EVIL],
    );
}

#[test]
fn a_letter_that_only_looks_the_same_is_another_one() {
    // Cyrillic, full-width, with a soft hyphen, with a combining accent.
    in_a_store_with_alice(2, &["\u{430}lice", "\u{ff41}lice", "ali\u{ad}ce", "alice\u{301}"]);
}

#[test]
fn what_is_not_text_is_wrong_use() {
    let desk = Desk::with_alice();
    for bytes in [&b"\xff"[..], b"alice\xc3", b"\xed\xa0\x80", b"\xc0\xaf"] {
        is_refused(&desk, 2, &[&OsString::from_vec(bytes.to_vec())]);
    }
}

#[test]
fn an_account_that_is_not_there_is_not_found() {
    in_a_store_with_alice(3, &["nobody", "alic", "alicee", "alice@example.org", "nobody@example.org"]);
}

#[test]
fn upper_case_points_at_the_same_account() {
    let desk = Desk::with_alice();
    desk.run(&["users", "edit", "ALICE", "--email", "Alice@Example.org"]).succeeds();
    for account in ["2", "alice", "Alice", "alice@example.org", "ALICE@EXAMPLE.ORG"] {
        let shown = desk.run(&["users", "show", account, "--format", "json"]).succeeds();
        assert_eq!(serde_json::from_str::<Value>(&shown.stdout).unwrap()["id"], 2, "{account}");
    }
}

#[test]
fn what_is_searched_for_is_no_pattern() {
    let desk = Desk::with_alice();
    for (text, count) in
        [("ali", "1\n"), ("ALICE EX", "1\n"), ("%", "0\n"), ("a_ice", "0\n"), ("al*", "0\n"), ("'", "0\n")]
    {
        assert_eq!(desk.run(&["users", "list", "--count", "--search", text]).succeeds().stdout, count, "{text}");
    }
}

/// A name that ends a text in SQL, and goes on with a statement.
const STATEMENT: &str = "x', email = NULL, state = 1; DROP TABLE settings; --";

#[test]
fn nothing_that_is_typed_is_a_statement() {
    let desk = Desk::with_alice();
    desk.run(&["users", "edit", "alice", "--email", "alice@example.org", "--name", STATEMENT]).succeeds();
    let shown = desk.run(&["users", "show", "alice", "--format", "json"]).succeeds();
    let alice: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!([&alice["display_name"], &alice["email"], &alice["state"]], [STATEMENT, "alice@example.org", "active"]);
    for (text, count) in [("' OR '1'='1", "0\n"), (STATEMENT, "1\n")] {
        assert_eq!(desk.run(&["users", "list", "--count", "--search", text]).succeeds().stdout, count, "{text}");
    }
    desk.run(&["store", "check"]).succeeds();
}

// ---- What is written into the store.

#[test]
fn a_name_or_an_address_that_could_rewrite_a_terminal_is_not_taken() {
    let desk = Desk::with_alice();
    let before = desk.state();
    for c in [
        '\u{1b}', '\n', '\r', '\t', '\u{7}', '\u{7f}', '\u{9b}', '\u{85}', '\u{202e}', '\u{2066}', '\u{200b}',
        '\u{2028}',
    ] {
        let (name, address) = (format!("Ali{c}ce"), format!("ali{c}ce@example.org"));
        for refused in [
            &["users", "add", "bob", "--name", &name][..],
            &["users", "add", "bob", "--email", &address],
            &["users", "edit", "alice", "--name", &name],
            &["users", "edit", "alice", "--email", &address],
            &["users", "add", &name],
        ] {
            let run = desk.run(refused).exits(2);
            assert!(run.stderr.contains("hint: "), "{}", run.stderr);
            assert_eq!(run.stdout, "");
            is_harmless(&run);
            assert_eq!(desk.state(), before, "{refused:?}");
        }
    }
}

#[test]
fn a_name_or_an_address_that_is_too_long_is_not_taken() {
    let desk = Desk::with_alice();
    let before = desk.state();
    let (name, address) = ("x".repeat(10_000), format!("{}@example.org", "x".repeat(10_000)));
    for refused in [
        &["users", "add", "bob", "--name", &name][..],
        &["users", "add", "bob", "--email", &address],
        &["users", "add", &name],
        &["users", "edit", "alice", "--name", &name],
    ] {
        assert!(desk.run(refused).exits(2).stderr.len() < 400);
    }
    assert_eq!(desk.state(), before);
}

#[test]
fn a_username_that_could_be_an_id_or_an_address_is_not_taken() {
    let desk = Desk::new();
    let before = desk.state();
    for name in ["", " ", "7", "007", "a@b", "a b", "-rf", ".hidden", "../x", "a/b", "a,b", "a%", "\u{e4}"] {
        let run = desk.run(&["users", "add", "--", name]).exits(2);
        assert!(run.stderr.contains("is not a username"), "{}", run.stderr);
        assert_eq!(desk.state(), before, "{name:?}");
    }
}

#[test]
fn names_of_the_world_are_taken_and_come_back_as_they_are() {
    let desk = Desk::with_alice();
    for name in [
        "Zo\u{eb} \u{c5}ngstr\u{f6}m",
        "\u{674e}\u{5c0f}\u{9f8d}",
        "\u{645}\u{62d}\u{645}\u{62f}",
        "O'Neil-Smith; DROP TABLE",
    ] {
        desk.run(&["users", "edit", "alice", "--name", name]).succeeds();
        let shown = desk.run(&["users", "show", "alice", "--format", "json"]).succeeds();
        assert_eq!(serde_json::from_str::<Value>(&shown.stdout).unwrap()["display_name"], name);
        assert!(desk.run(&["users", "list"]).succeeds().stdout.contains(name));
    }
}

// ---- Text from the store that another program may have written.

/// A store in which another program has written every possible attack.
fn with_evil_alice() -> Desk {
    let desk = Desk::with_alice();
    desk.sql(&format!(
        "UPDATE accounts SET display_name = '{EVIL}', email = '{EVIL}', email_key = '{EVIL}', reset_by = '{EVIL}',
         reset_at = 0 WHERE username = 'alice'"
    ));
    desk
}

#[test]
fn a_list_for_people_never_obeys_what_is_stored() {
    let desk = with_evil_alice();
    let list = desk.run(&["users", "list"]).succeeds();
    is_harmless(&list);
    assert_eq!(list.stdout.lines().count(), 3, "{}", list.stdout);
    assert!(
        list.stdout.contains("=1+1<U+001B>[2J<U+001B>]0;x<U+0007><U+000A>root<U+000D><U+202E>gpj"),
        "{}",
        list.stdout
    );
}

#[test]
fn a_sheet_never_obeys_what_is_stored() {
    let desk = with_evil_alice();
    for sheet in [desk.run(&["users", "show", "alice"]), desk.profile("alice", GOOD)] {
        let sheet = sheet.succeeds();
        is_harmless(&sheet);
        assert!(sheet.stdout.contains("<U+001B>[2J"), "{}", sheet.stdout);
    }
}

#[test]
fn a_line_end_in_a_name_gives_it_no_line_of_its_own() {
    let desk = with_evil_alice();
    for sheet in [desk.run(&["users", "show", "alice"]), desk.profile("alice", GOOD)] {
        let sheet = sheet.succeeds();
        assert!(!sheet.stdout.lines().any(|line| line.trim_start().starts_with("root")), "{}", sheet.stdout);
        assert!(sheet.stdout.contains("<U+000A>root"), "{}", sheet.stdout);
    }
}

#[test]
fn json_gives_back_exactly_what_is_stored_and_escapes_it() {
    let desk = with_evil_alice();
    let parsed = |args: &[&str]| -> Value {
        let run = desk.run(args).succeeds();
        is_harmless(&run);
        serde_json::from_str(run.stdout.lines().last().filter(|_| args.contains(&"jsonl")).unwrap_or(&run.stdout))
            .unwrap()
    };
    let alice = parsed(&["users", "list", "--format", "json"])[1].clone();
    for record in
        [alice, parsed(&["users", "list", "--format", "jsonl"]), parsed(&["users", "show", "2", "--format", "json"])]
    {
        for field in ["display_name", "email", "password_reset_by"] {
            assert_eq!(record[field], EVIL, "{field}");
        }
    }
}

#[test]
fn a_csv_cell_is_neither_a_formula_nor_obeyed() {
    let desk = with_evil_alice();
    let run = desk.run(&["users", "list", "--format", "csv"]).succeeds();
    is_harmless(&run);
    // The texts have no comma and no quotation mark. So each cell stands between two commas, with or without quotes.
    let bare = |cell: &'_ str| cell.trim_matches('"').to_owned();
    let cells: Vec<Vec<_>> = run.stdout.lines().map(|line| line.split(',').map(bare).collect()).collect();
    for column in ["display_name", "email", "password_reset_by"] {
        let at = cells[0].iter().position(|name| *name == column).unwrap();
        assert!(cells[2][at].starts_with("'=1+1<U+001B>[2J"), "{column}: {}", cells[2][at]);
    }
    assert_eq!(run.stdout.lines().count(), 3);
}

#[test]
fn every_formula_is_guarded_in_csv() {
    let desk = Desk::with_alice();
    for name in ["=1+1", "+1", "-1", "@SUM(1)"] {
        desk.run(&["users", "edit", "alice", &format!("--name={name}")]).succeeds();
        let list = desk.run(&["users", "list", "--format", "csv"]).succeeds().stdout;
        assert!(list.contains(&format!(",'{name},")), "{list}");
        let shown = desk.run(&["users", "show", "alice", "--format", "json"]).succeeds().stdout;
        assert!(shown.contains(&format!("\"display_name\":\"{name}\"")), "{shown}");
    }
}

#[test]
fn what_is_said_of_an_account_never_obeys_its_name() {
    let desk = with_evil_alice();
    for command in [
        &["users", "reset", "alice", "--yes"][..],
        &["users", "reset", "alice", "--dry-run"],
        &["users", "require-change", "alice"],
        &["users", "disable", "alice"],
        &["users", "reset", "alice", "--yes", "-v"],
        &["users", "enable", "alice"],
        &["users", "edit", "alice", "--email", ""],
    ] {
        let run = desk.run(command).succeeds();
        is_harmless(&run);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(!said.lines().any(|line| line.starts_with("root")), "{said}");
    }
}

#[test]
fn whoever_called_sudo_cannot_rewrite_the_terminal_of_whoever_looks() {
    let desk = Desk::with_alice();
    let reset = ["users", "reset", "alice", "--yes", "-v"];
    let run = Run::from(desk.command(&reset).env("SUDO_USER", EVIL).output().unwrap()).succeeds();
    is_harmless(&run);
    assert!(run.stderr.contains("sudo by an impossible name)"), "{}", run.stderr);
    for command in [&["users", "show", "alice"][..], &["users", "list", "--format", "csv"], &["users", "list"]] {
        is_harmless(&desk.run(command).succeeds());
    }
}

#[test]
fn a_row_that_makes_no_sense_is_a_failure_and_harmless() {
    let desk = Desk::with_alice();
    desk.sql(&format!("UPDATE accounts SET username = '{EVIL}' WHERE username = 'alice'"));
    let before = desk.state();
    for command in [&["users", "list"][..], &["users", "show", "2"], &["users", "reset", "2", "--yes"]] {
        let run = desk.run(command);
        assert_ne!(run.code, 0);
        is_harmless(&run);
        assert_eq!(run.stdout, "");
    }
    assert_eq!(desk.state(), before);
    desk.run(&["users", "show", "1"]).succeeds();
}

// ---- Where a result goes.

const RESULTS: [&[&str]; 7] = [
    &["users", "list"],
    &["users", "list", "--format", "json"],
    &["users", "list", "--format", "csv"],
    &["users", "list", "--count"],
    &["users", "show", "alice"],
    &["users", "reset", "alice", "--dry-run"],
    &["store", "path"],
];

#[test]
fn a_reader_that_has_had_enough_is_no_failure() {
    let desk = Desk::with_alice();
    for command in RESULTS.into_iter().chain([&["completions", "bash"][..], &["--help"], &["users", "reset", "--help"]])
    {
        let (reading_end, writing_end) = io::pipe().unwrap();
        // The reader leaves before anything is written, as `head` leaves before the end.
        drop(reading_end);
        let run = Run::from(desk.command(command).stdout(writing_end).output().unwrap()).succeeds();
        assert_eq!(run.stderr, "", "{command:?}");
    }
}

#[test]
fn a_result_that_cannot_be_written_is_a_failure() {
    let desk = Desk::with_alice();
    let before = desk.state();
    for command in RESULTS.into_iter().chain([&["--version"][..], &["--help"], &["users", "reset", "--help"]]) {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let run = Run::from(desk.command(command).stdout(full).output().unwrap()).exits(1);
        if command.contains(&"json") {
            assert_eq!(run.error()["code"], "failed");
        } else {
            assert!(run.stderr.starts_with("error: standard output cannot be written"), "{command:?}: {}", run.stderr);
        }
    }
    assert_eq!(desk.state(), before);
}

#[test]
fn what_stands_for_standard_output_elsewhere_is_no_file() {
    let desk = Desk::with_alice();
    for command in [&["users", "reset", "alice", "--yes", "--output", "-"][..], &["store", "backup", "-"]] {
        let mut command = desk.command(command);
        command.current_dir(desk.home.path());
        let run = desk.refuses(2, || Run::from(command.output().unwrap()));
        assert!(run.stderr.contains("./-"), "{}", run.stderr);
    }
    assert!(!desk.home.path().join("-").exists());
}

#[test]
fn standard_error_that_is_gone_changes_no_result() {
    let desk = Desk::with_alice();
    let full = || File::options().write(true).open("/dev/full").unwrap();
    let run =
        Run::from(desk.command(&["users", "reset", "alice", "--yes"]).stderr(full()).output().unwrap()).succeeds();
    desk.profile("alice", &crate::common::temporary_in(&run.stdout).unwrap()).exits(6);
    let before = desk.state();
    Run::from(desk.command(&["users", "show", "nobody"]).stderr(full()).output().unwrap()).exits(3);
    Run::from(desk.command(&[]).stderr(full()).output().unwrap()).exits(2);
    assert_eq!(desk.state(), before);
}

#[test]
fn a_search_for_what_is_not_text_is_wrong_use() {
    let desk = Desk::with_alice();
    let before = desk.state();
    let mut list = desk.command(&["users", "list", "--search"]);
    Run::from(list.arg(OsStr::from_bytes(b"\xff")).output().unwrap()).exits(2);
    assert_eq!(desk.state(), before);
}
