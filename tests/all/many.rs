//! One change to many accounts: whom it takes, the file with the outcomes, and runs that end early.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Stdio};

use crate::common::crowd::{crowd, everything, list, names, signal, wait_for, written};
use crate::common::pty::Pty;
use crate::common::{Desk, HELPDESK, Run, SmallDisk};
use rustix::process::Signal;

const HEADER: &str = "target,id,username,change,outcome,operation\n";
const CSV: [&str; 3] = ["--yes", "--format", "csv"];

/// Each command, what makes the accounts ready for it, and what holds of an account afterwards.
const COMMANDS: [(&[&str], &str, &str); 9] = [
    (&["require-change"], "", "must_change"),
    (&["unlock"], "locked_at = 1, tries_failed = 100", "locked_at IS NULL AND tries_failed = 0"),
    (&["disable"], "", "state = 'disabled'"),
    (&["enable"], "state = 'disabled'", "state = 'active'"),
    (&["sign-out"], "", "id NOT IN (SELECT account_id FROM sign_ins)"),
    (&["remove"], "", "removed_at IS NOT NULL"),
    (&["restore"], "removed_at = unixepoch()", "removed_at IS NULL"),
    (&["grant", "auditor"], "", "roles = 1"),
    (&["revoke", "auditor"], "roles = 1", "roles = 0"),
];

/// A desk with a crowd that is signed in, ready for a command.
fn ready(count: usize, before: &str) -> Desk {
    let desk = Desk::settled();
    crowd(&desk, count);
    desk.sql(
        "INSERT INTO sign_ins (account_id, secret_sha256, created_at, expires_at)
         SELECT id, randomblob(32), 1, 9000000000 FROM accounts WHERE username <> 'root'",
    );
    if !before.is_empty() {
        desk.sql(&format!("UPDATE accounts SET {before} WHERE username <> 'root'"));
    }
    desk
}

pub fn settled_crowd(count: usize) -> Desk {
    ready(count, "")
}

/// The command with its role, if it takes one, and what follows.
fn with<'a>(command: &[&'a str], rest: &[&'a str]) -> Vec<&'a str> {
    [&["users"], command, rest].concat()
}

/// The usernames for which a condition holds.
fn those(desk: &Desk, condition: &str) -> BTreeSet<String> {
    let sql = format!("SELECT coalesce(group_concat(username), '') FROM accounts WHERE {condition}");
    let all: String = desk.value(&sql);
    all.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The username and the outcome of each row of CSV.
#[track_caller]
fn outcomes(csv: &str) -> Vec<(String, String)> {
    let rows = csv.strip_prefix(HEADER).unwrap_or_else(|| panic!("{csv:?} has another header"));
    rows.lines()
        .map(|line| {
            let cells: Vec<_> = line.split(',').collect();
            assert!(cells.len() == 6 && cells[5].len() == 32, "{line:?}");
            (cells[2].to_owned(), cells[4].to_owned())
        })
        .collect()
}

fn out(desk: &Desk) -> String {
    written(&desk.home.path().join("out"))
}

fn put(desk: &Desk, text: &str) {
    fs::write(desk.home.path().join("out"), text).unwrap();
    fs::set_permissions(desk.home.path().join("out"), Permissions::from_mode(0o600)).unwrap();
}

/// How many events of an action the record has for accounts.
fn events(desk: &Desk, action: &str) -> i64 {
    desk.value(&format!("SELECT count(*) FROM audit_events WHERE action = '{action}' AND outcome = 'done'"))
}

#[test]
fn a_list_and_a_filter_change_just_those_that_they_name() {
    for (command, before, after) in COMMANDS {
        for way in [&["--from", "list"][..], &["--search", "u00"]] {
            let desk = ready(12, before);
            list(&desk, names(1..=9).into_iter().collect::<Vec<_>>().join("\n"));
            let way = if command == ["restore"] && way[0] == "--search" {
                [way, &["--state", "removed"]].concat()
            } else {
                way.to_vec()
            };
            desk.run(&with(command, &[&way[..], &["--yes"]].concat())).succeeds();
            let rest = those(&desk, &format!("NOT ({after}) AND username <> 'root'"));
            assert_eq!(rest, names(10..=12), "{command:?} {way:?}");
        }
    }
}

#[test]
fn all_are_all_but_the_actor() {
    for (command, before, after) in COMMANDS.into_iter().filter(|(command, ..)| command[0] != "restore") {
        let desk = ready(3, before);
        desk.like_root("ulla", 8);
        let root = those(&desk, &format!("({after}) AND username = 'root'"));
        desk.run_as("root", &with(command, &["--all", "--yes"])).succeeds();
        assert_eq!(those(&desk, &format!("({after}) AND username LIKE 'u0%'")), names(1..=3), "{command:?}");
        assert_eq!(those(&desk, &format!("({after}) AND username = 'root'")), root, "{command:?}");
    }
}

#[test]
fn a_leaver_who_was_removed_does_not_disturb_the_nightly_list() {
    for command in ["disable", "sign-out", "remove"] {
        let desk = settled_crowd(3);
        desk.run(&["users", "remove", "u002"]).succeeds();
        list(&desk, "u001\nu002\nu003\n");
        for _ in 0..2 {
            let run = desk.run(&["users", command, "--from", "list", "--yes"]).succeeds();
            assert!(run.stderr.contains("so already"), "{command}: {}", run.stderr);
        }
        let before = desk.state();
        desk.run(&["users", command, "u002"]).exits(7);
        assert_eq!(desk.state(), before, "{command}");
    }
}

#[test]
fn whoever_is_named_is_changed_without_a_yes() {
    for (command, before, after) in COMMANDS {
        let desk = ready(3, before);
        let args = match command {
            [command, role] => vec!["users", command, "u001", "u003@example.org", "--format", "text", role],
            _ => with(command, &["u001", "u003"]),
        };
        // A removed account is not found by its address.
        desk.run(&args).succeeds();
        assert_eq!(those(&desk, &format!("({after}) AND username LIKE 'u0%'")), names([1, 3]), "{command:?}");
    }
}

#[test]
fn a_list_and_a_filter_need_a_yes_where_there_is_no_terminal() {
    for (command, before, _) in COMMANDS {
        let desk = ready(3, before);
        list(&desk, "u001\nu002\n");
        let state = desk.state();
        for way in [&["--from", "list"][..], &["--all"], &["--search", "u00"]] {
            let state_of = if command[0] == "restore" { &["--state", "removed"][..] } else { &[] };
            let way = if way[0] == "--search" { [way, state_of].concat() } else { way.to_vec() };
            let run = desk.run(&with(command, &way)).exits(2);
            assert!(run.stderr.contains("add --yes"), "{command:?} {way:?} {}", run.stderr);
        }
        assert_eq!(desk.state(), state, "{command:?}");
    }
}

#[test]
fn ids_a_list_and_filters_of_a_change_exclude_each_other() {
    let desk = settled_crowd(2);
    list(&desk, "u001\n");
    let ways = [&["u001"][..], &["--from", "list"], &["--all"], &["--search", "u"]];
    for (command, ..) in COMMANDS {
        for (index, way) in ways.iter().enumerate() {
            for other in &ways[index + 1..] {
                let role = command.get(1..).unwrap_or_default();
                let args = [&["users", command[0]][..], way, other, role, &["--yes"]].concat();
                desk.refuses(2, || desk.run(&args));
            }
        }
        let run = desk.refuses(2, || desk.run(&with(command, &["--yes"])));
        assert!(run.stderr.contains("<ID>"), "{}", run.stderr);
    }
}

#[test]
fn the_last_of_several_words_is_the_role() {
    let desk = settled_crowd(3);
    desk.run(&["users", "grant", "u001", "u002", "helpdesk"]).succeeds();
    assert_eq!(those(&desk, "roles = 2"), names([1, 2]));
    desk.run(&["users", "revoke", "--format", "json", "u001", "--yes", "helpdesk"]).succeeds();
    assert_eq!(those(&desk, "roles = 2"), names([2]));
    desk.run(&["users", "grant", "--role", "helpdesk", "auditor", "--yes"]).succeeds();
    assert_eq!(those(&desk, "roles = 3"), names([2]));
    for (args, said) in [
        (&["users", "grant", "u001"][..], "<ROLE> is missing"),
        (&["users", "grant", "helpdesk"], "<ID> is missing"),
        (&["users", "grant", "helpdesk", "u001"], "invalid value 'u001' for '<ROLE>'"),
        (&["users", "grant", "--all"], "<ID>"),
        (&["users", "grant", "u001", "helpdesk", "--all"], "cannot be used with"),
    ] {
        let run = desk.refuses(2, || desk.run(args));
        assert!(run.stderr.contains(said), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn a_list_with_a_line_that_names_nobody_changes_nobody() {
    let desk = settled_crowd(3);
    list(&desk, "u001\nu*\nu002\n");
    for (command, ..) in COMMANDS {
        let run = desk.refuses(2, || desk.run(&with(command, &["--from", "list", "--yes"])));
        assert!(run.stderr.contains("1 of 3 rows is wrong") && run.stderr.contains("line 2: "), "{}", run.stderr);
    }
}

#[test]
fn whoever_is_not_there_is_named_and_the_others_are_changed() {
    let desk = settled_crowd(3);
    list(&desk, "u001\nnobody\nu003\n99\n");
    let run = desk.run(&[&["users", "disable", "--from", "list", "--output", "out"][..], &CSV].concat()).exits(11);
    for part in ["2 of 4 failed", "\n  nobody: ", "\n  99: "] {
        assert!(run.stderr.contains(part), "{}", run.stderr);
    }
    assert_eq!(those(&desk, "state = 'disabled'"), names([1, 3]));
    let rows = out(&desk);
    assert!(rows.contains("\nnobody,,,disable,not_found,") && rows.contains("\n99,,,disable,not_found,"), "{rows}");
}

#[test]
fn all_never_takes_the_last_admin() {
    for (command, ..) in COMMANDS.into_iter().filter(|(command, ..)| ["disable", "remove"].contains(&command[0])) {
        let desk = settled_crowd(70);
        desk.like_root("second", 8);
        let run = desk.run(&with(command, &["--all", "--yes", "--output", "out", "--format", "csv"])).exits(11);
        assert!(run.stderr.contains("1 of 72 failed"), "{}", run.stderr);
        let left = those(&desk, "state = 'active' AND removed_at IS NULL");
        assert_eq!(left, ["second".to_owned()].into(), "{command:?}");
        assert!(outcomes(&out(&desk)).contains(&("second".into(), "refused_by_policy".into())));
    }
    let desk = settled_crowd(1);
    let run = desk.refuses(8, || desk.run(&["users", "revoke", "--role", "global-admin", "global-admin", "--yes"]));
    assert!(run.stderr.contains("no usable global-admin"), "{}", run.stderr);
}

#[test]
fn many_are_told_of_in_one_sentence_and_print_nothing() {
    let desk = settled_crowd(70);
    let run = desk.run(&["users", "disable", "--search", "u0", "--yes"]).succeeds();
    let said = "70 accounts are disabled; every sign-in and token of theirs has ended.\n";
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", said));
    let run = desk.run(&["users", "sign-out", "--search", "u0", "--yes"]).succeeds();
    assert_eq!(run.stderr, "70 accounts are so already.\n");
}

#[test]
fn a_program_gets_each_changed_account_as_it_is_now() {
    let desk = settled_crowd(70);
    let run = desk.run(&[&["users", "disable", "--search", "u0"][..], &["--yes", "--format", "jsonl"]].concat());
    let rows: Vec<serde_json::Value> =
        run.succeeds().stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 70);
    assert!(rows.iter().all(|row| row["state"] == "disabled"));
    for (format, end) in [("json", "[]\n"), ("jsonl", "")] {
        let run = desk.run(&["users", "disable", "--search", "nowhere", "--yes", "--format", format]).succeeds();
        assert_eq!((run.stdout.as_str(), run.stderr.as_str()), (end, ""));
    }
}

#[test]
fn on_a_terminal_their_number_is_typed_back_and_a_progress_bar_is_shown() {
    let desk = settled_crowd(2_000);
    let mut pty = Pty::start(&desk.command(&["users", "disable", "--search", "example.org"]));
    pty.until("Disable 2,000 accounts (u001, u002, u003, u004, u005, and 1995 more)?");
    pty.until("Type 2000 to continue: ");
    pty.send("2000\r");
    pty.until("disabling ");
    pty.end().exits(0).shows("2,000 accounts are disabled; every sign-in and token of theirs has ended.");
}

// The file.

#[test]
fn the_file_has_a_row_for_each_account_in_every_format() {
    for format in ["csv", "jsonl", "json"] {
        let desk = settled_crowd(70);
        desk.sql("UPDATE accounts SET state = 'disabled' WHERE username = 'u005'");
        let args = ["users", "disable", "--search", "u0", "--yes", "--format", format, "--output", "out"];
        let run = desk.run(&args).succeeds();
        assert_eq!(run.stdout, "");
        let is_said = run.stderr.contains("The outcome for each account is in out.");
        assert_eq!(is_said, format == "csv", "{}", run.stderr);
        assert_eq!(fs::metadata(desk.home.path().join("out")).unwrap().permissions().mode() & 0o777, 0o600);
        let text = out(&desk);
        let rows: Vec<serde_json::Value> = match format {
            "csv" => {
                let rows = outcomes(&text).into_iter();
                rows.map(|(username, outcome)| serde_json::json!({ "username": username, "outcome": outcome }))
                    .collect()
            }
            "jsonl" => text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
            _ => serde_json::from_str(&text).unwrap(),
        };
        let whose: BTreeSet<_> = rows.iter().map(|row| row["username"].as_str().unwrap().to_owned()).collect();
        assert_eq!((rows.len(), whose), (70, names(1..=70)), "{format}");
        for row in rows {
            let expected = if row["username"] == "u005" { "already" } else { "done" };
            assert_eq!(row["outcome"], expected, "{row}");
        }
    }
}

#[test]
fn a_list_of_nobody_makes_a_file_without_a_row() {
    let desk = settled_crowd(1);
    let args = ["users", "disable", "--search", "nowhere", "--output", "out"];
    desk.run(&[&args[..], &CSV].concat()).succeeds();
    assert_eq!(out(&desk), HEADER);
}

#[test]
fn a_file_that_is_there_is_not_written_over_and_text_makes_none() {
    let desk = settled_crowd(2);
    let disable = ["users", "disable", "u001", "--output", "out"];
    let run = desk.refuses(2, || desk.run(&disable));
    assert!(run.stderr.contains("--format csv"), "{}", run.stderr);
    put(&desk, "theirs");
    desk.refuses(12, || desk.run(&[&disable[..], &CSV].concat()));
    assert_eq!(out(&desk), "theirs");
    let own = ["users", "disable", "u001", "--output", "store.db-wal"];
    desk.refuses(12, || desk.run(&[&own[..], &CSV].concat()));
}

#[test]
fn a_run_that_nobody_confirms_leaves_no_file() {
    let desk = settled_crowd(3);
    let args = ["users", "disable", "--search", "u0", "--format", "csv", "--output", "out"];
    desk.refuses(2, || desk.run(&args));
    assert!(!desk.home.path().join("out").exists());
}

// Runs that end early.

const ALL: [&str; 7] = ["users", "disable", "--search", "example.org", "--yes", "--format", "csv"];

fn start(desk: &Desk, way: [&str; 2]) -> Child {
    desk.command(&[&ALL[..], &way].concat()).stderr(Stdio::piped()).spawn().unwrap()
}

fn rows_of(text: &str) -> usize {
    text.lines().count().saturating_sub(1)
}

/// Fails the test unless each account is disabled, has one row, and was disabled once.
#[track_caller]
fn all_are_disabled(desk: &Desk, count: usize) {
    let rows = outcomes(&out(desk));
    let whose: BTreeSet<_> = rows.iter().map(|(username, _)| username.clone()).collect();
    assert_eq!((rows.len(), whose), (count, names(1..=count)));
    assert!(rows.iter().all(|(_, outcome)| outcome == "done"), "{rows:?}");
    assert_eq!(those(desk, "state = 'disabled'"), names(1..=count));
    assert_eq!(usize::try_from(events(desk, "disable")).unwrap(), count);
    desk.run(&["audit", "verify"]).succeeds();
}

#[test]
fn a_run_that_is_killed_is_continued_and_each_of_ten_thousand_is_disabled_once() {
    const COUNT: usize = 10_000;
    let desk = settled_crowd(COUNT);
    let (mut way, mut kills) = (["--output", "out"], 0);
    for stop in [1, 2_000, 5_000, 9_000] {
        let mut child = start(&desk, way);
        if wait_for(&mut child, || rows_of(&out(&desk)) >= stop) {
            child.kill().unwrap();
            kills += 1;
        }
        child.wait().unwrap();
        let done = outcomes(&out(&desk).split_inclusive('\n').filter(|line| line.ends_with('\n')).collect::<String>());
        let disabled = those(&desk, "state = 'disabled'");
        assert!(done.iter().all(|(username, outcome)| outcome == "done" && disabled.contains(username)));
        way[0] = "--resume";
    }
    assert!(kills > 1, "it was always faster");
    desk.run(&[&ALL[..], &way].concat()).succeeds();
    all_are_disabled(&desk, COUNT);
}

#[test]
fn an_interrupted_run_tells_what_is_done_and_is_continued() {
    const COUNT: usize = 5_000;
    let desk = settled_crowd(COUNT);
    let mut child = start(&desk, ["--output", "out"]);
    assert!(wait_for(&mut child, || rows_of(&out(&desk)) > 1));
    signal(&child, Signal::INT);
    let run: Run = child.wait_with_output().unwrap().into();
    let done = rows_of(&out(&desk));
    assert!(run.stderr.contains("cancelled before that") && run.stderr.contains("with --resume"), "{}", run.stderr);
    assert_eq!((run.code, usize::try_from(events(&desk, "disable")).unwrap()), (11, done));
    let run = desk.run(&[&ALL[..], &["--resume", "out"]].concat()).succeeds();
    assert!(run.stderr.contains(" of 5,000 are done already."), "{}", run.stderr);
    all_are_disabled(&desk, COUNT);
}

#[test]
fn rows_that_a_killed_run_did_not_write_are_written_and_nothing_is_done_twice() {
    let desk = settled_crowd(8);
    desk.run(&[&ALL[..], &["--output", "out"]].concat()).succeeds();
    let text = out(&desk);
    for rows in [3, 7] {
        let torn: String = text.split_inclusive('\n').take(rows).chain(["u008,9"]).collect();
        put(&desk, &torn);
        let before = everything(&desk);
        let run = desk.run(&[&ALL[..], &["--resume", "out"]].concat()).succeeds();
        assert!(run.stderr.contains("8 of 8 are done already."), "{}", run.stderr);
        assert_eq!(everything(&desk), before);
        assert_eq!(out(&desk).lines().collect::<BTreeSet<_>>(), text.lines().collect());
    }
}

#[test]
fn whoever_was_done_and_is_otherwise_since_is_left_alone() {
    let desk = settled_crowd(3);
    list(&desk, "u001\nu002\n");
    desk.run(&[&["users", "disable", "--from", "list", "--output", "out"][..], &CSV].concat()).succeeds();
    desk.run(&["users", "enable", "u001"]).succeeds();
    desk.run(&[&ALL[..], &["--resume", "out"]].concat()).succeeds();
    assert_eq!(those(&desk, "state = 'disabled'"), names(2..=3));
}

#[test]
fn what_failed_is_tried_again_and_has_one_row() {
    let desk = settled_crowd(2);
    list(&desk, "u001\nu002\nu003\n");
    let disable = ["users", "disable", "--from", "list"];
    desk.run(&[&disable[..], &CSV, &["--output", "out"]].concat()).exits(11);
    desk.like_root("u003", 0);
    desk.run(&[&disable[..], &["--yes", "--resume", "out"]].concat()).succeeds();
    let expected = names(1..=3).into_iter().map(|name| (name, "done".to_owned())).collect::<Vec<_>>();
    assert_eq!(outcomes(&out(&desk)), expected);
}

#[test]
fn json_lines_and_a_file_for_excel_are_continued() {
    for format in [&["--format", "jsonl"][..], &["--format", "csv", "--csv-dialect", "excel"]] {
        let desk = settled_crowd(3);
        let first = [&["users", "disable", "u001", "u002", "--output", "out"][..], format].concat();
        desk.run(&first).succeeds();
        let kept = out(&desk);
        put(&desk, &[&kept, "torn"].concat());
        desk.run(&["users", "disable", "--search", "u0", "--yes", "--resume", "out"]).succeeds();
        let text = out(&desk);
        assert!(text.starts_with(&kept), "{text}");
        assert_eq!((text.lines().count(), text.matches("done").count()), (kept.lines().count() + 1, 3), "{text}");
    }
}

#[test]
fn a_file_that_is_not_of_this_command_and_this_store_is_refused_and_stays() {
    let desk = settled_crowd(3);
    let refuses = |text: &str, code, args: &[&str], said: &str| {
        put(&desk, text);
        let run = desk.refuses(code, || desk.run(&[args, &["--all", "--yes", "--resume", "out"]].concat()));
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
        assert_eq!(out(&desk), text);
    };
    let disable = ["users", "disable"];
    let row = "u001,2,u001,disable,done,0123456789abcdef0123456789abcdef\n";
    refuses(&[HEADER, row].concat(), 7, &disable, "is not the result of a run on this store");
    refuses(&[HEADER, row].concat(), 2, &["users", "enable"], "is the result of 'disable', and not of 'enable'");
    let granted = row.replace("disable", "grant helpdesk");
    refuses(&[HEADER, &granted].concat(), 2, &["users", "grant", "auditor"], "'grant helpdesk'");
    refuses("u001\n", 2, &disable, "see its line 1");
    refuses("[\n", 2, &disable, "one JSON array");
    refuses(&[HEADER, "u001,x,u001,disable,done,0\n"].concat(), 2, &disable, "see its line 2");
    refuses("", 2, &disable, "add --format csv");
    put(&desk, HEADER);
    fs::set_permissions(desk.home.path().join("out"), Permissions::from_mode(0o640)).unwrap();
    desk.refuses(12, || desk.run(&[&ALL[..], &["--resume", "out"]].concat()));
}

#[test]
fn a_file_that_cannot_be_written_any_longer_stops_the_run_and_is_continued() {
    let desk = settled_crowd(2_000);
    let mut child = start(&desk, ["--output", "out"]);
    assert!(wait_for(&mut child, || rows_of(&out(&desk)) > 1));
    let moved = desk.home.path().join("moved");
    fs::rename(desk.home.path().join("out"), &moved).unwrap();
    let run: Run = child.wait_with_output().unwrap().into();
    assert!(run.stderr.contains("somebody has just moved or removed it"), "{}", run.stderr);
    assert_eq!(run.code, 11);
    fs::rename(moved, desk.home.path().join("out")).unwrap();
    desk.run(&[&ALL[..], &["--resume", "out"]].concat()).succeeds();
    all_are_disabled(&desk, 2_000);
}

#[test]
#[ignore = "needs root, to mount a small disk"]
fn a_file_in_which_nothing_could_be_written_is_gone_and_the_hint_names_another_one() {
    let desk = settled_crowd(3);
    let small = tempfile::tempdir().unwrap();
    let full = SmallDisk::over(small.path(), "4k");
    fs::write(small.path().join("filling"), [0; 4096]).unwrap();
    let file = small.path().join("out");
    let args = ["users", "disable", "u001", "u002", "--format", "csv", "--output"];
    let run = desk.run(&[&args[..], &[file.to_str().unwrap()]].concat());
    assert!(!file.exists() && run.code != 0, "{}", run.stderr);
    assert!(run.stderr.contains("again with another file") && !run.stderr.contains("--resume"), "{}", run.stderr);
    drop(full);
    desk.run(&[&args[..], &["out"]].concat()).succeeds();
    assert_eq!(those(&desk, "state = 'disabled'").len(), 2);
}

#[test]
fn a_second_run_waits_for_no_file_that_is_in_use() {
    let desk = settled_crowd(3);
    desk.run(&["users", "disable", "u001", "--format", "csv", "--output", "out"]).succeeds();
    let file = File::options().read(true).write(true).open(desk.home.path().join("out")).unwrap();
    file.lock().unwrap();
    let run = desk.refuses(12, || desk.run(&[&ALL[..], &["--resume", "out"]].concat()));
    assert!(run.stderr.contains("is in use by another passdesk"), "{}", run.stderr);
}

#[test]
fn a_helpdesk_signs_out_whom_it_may_reset_and_names_the_others() {
    let desk = settled_crowd(2);
    for name in ["helper", "peer"] {
        desk.like_root(name, HELPDESK);
    }
    let run = desk.run_as("helper", &["users", "sign-out", "--all", "--yes"]).exits(11);
    assert!(run.stderr.contains("\n  peer: ") && run.stderr.contains("\n  root: "), "{}", run.stderr);
    assert_eq!(those(&desk, "username LIKE 'u0%' AND id IN (SELECT account_id FROM sign_ins)"), BTreeSet::new());
}
