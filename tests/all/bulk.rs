//! A reset of many: which accounts it takes, and what it asks first.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::common::crowd::{
    CSV, HEADER, all_in_force, crowd, crowded, everything, hashes, list, names, reset_since, rows, whose,
};
use crate::common::pty::Pty;
use crate::common::{AUDITOR, Desk, GLOBAL_ADMIN, HELPDESK, Run, garbage};
use rustix::fs::{CWD, Mode, mkfifoat};

const FROM: [&str; 4] = ["users", "reset", "--from", "list"];

/// Resets, and returns the accounts with a new password. Just these accounts have a row.
#[track_caller]
fn reset(desk: &Desk, code: i32, deed: impl FnOnce() -> Run) -> (BTreeSet<String>, Run) {
    let before = hashes(desk);
    let run = deed().exits(code);
    let reset = reset_since(desk, &before);
    let rows = rows(&run.stdout);
    assert_eq!((whose(&rows), rows.len()), (reset.clone(), reset.len()), "{}", run.stderr);
    (reset, run)
}

#[track_caller]
fn resets_from(desk: &Desk, text: impl AsRef<[u8]>) -> BTreeSet<String> {
    list(desk, text);
    reset(desk, 0, || desk.run(&[&FROM[..], &CSV].concat())).0
}

#[track_caller]
fn refuses_list(desk: &Desk, text: impl AsRef<[u8]>, because: &[&str]) {
    list(desk, text);
    let run = desk.refuses(2, || desk.run(&[&FROM[..], &CSV].concat()));
    assert_eq!(run.stdout, "");
    for part in because {
        assert!(run.stderr.contains(part), "{part:?} is not in {}", run.stderr);
    }
}

#[test]
fn a_list_names_accounts_in_every_way_a_line_each() {
    let desk = crowded(4);
    let id: i64 = desk.account("id", "u002");
    assert_eq!(resets_from(&desk, format!("u001\n{id}\nU003@Example.org")), names(1..=3));
}

#[test]
fn a_list_may_have_a_byte_order_mark_crlf_blank_lines_and_spaces() {
    let desk = crowded(4);
    assert_eq!(resets_from(&desk, "\u{feff}u001\r\n\r\n  u002 \r\n\n\nu003\r\n\r\n"), names(1..=3));
}

#[test]
fn a_list_may_come_on_standard_input() {
    let desk = crowded(3);
    let from = ["users", "reset", "--from", "-"];
    let (reset, _) = reset(&desk, 0, || desk.run_with("u001\nu003\n", &[&from[..], &CSV].concat()));
    assert_eq!(reset, names([1, 3]));
}

#[test]
fn a_list_on_standard_input_needs_a_yes_and_leaves_no_room_for_a_password() {
    let desk = Desk::settled();
    crowd(&desk, 2);
    let from = ["users", "reset", "--from", "-", "--format", "csv"];
    let run = desk.refuses(2, || desk.run_with("u001\n", &from));
    assert!(run.stderr.contains("--yes"), "{}", run.stderr);
    let run = desk.refuses(2, || desk.run_as("root", &[&from[..], &["--yes"]].concat()));
    assert!(run.stderr.contains("both a password and a list"), "{}", run.stderr);
}

#[test]
fn a_list_may_be_what_users_list_writes() {
    let desk = crowded(3);
    let listed = desk.run(&["users", "list", "--search", "u00", "--format", "csv"]).succeeds().stdout;
    assert_eq!(resets_from(&desk, listed), names(1..=3));
}

#[test]
fn a_list_may_be_what_a_reset_writes() {
    let desk = crowded(3);
    list(&desk, "u001\nu003\n");
    let handed_out = desk.run(&[&FROM[..], &CSV].concat()).succeeds().stdout;
    assert_eq!(resets_from(&desk, handed_out), names([1, 3]));
}

#[test]
fn the_column_of_a_list_may_stand_anywhere() {
    let desk = crowded(4);
    let text = "Room, Username ,note\n1,u001,\"a, \"\"b\"\"\"\n2,u002,\"two\nlines\"\n,,\n3,u004,c\n";
    assert_eq!(resets_from(&desk, text), names([1, 2, 4]));
    assert_eq!(resets_from(&desk, "name,email\nA,u001@example.org\n"), names([1]));
}

#[test]
fn several_columns_without_a_header_are_refused() {
    refuses_list(&crowded(2), "u001,u002\n", &["line 1: it has several columns"]);
}

#[test]
fn a_line_that_names_nobody_is_named_by_its_number_and_stops_everything() {
    let desk = crowded(3);
    refuses_list(&desk, "u001\nu*\nu002\nu 3\n", &["2 of 4 rows are wrong", "line 2: ", "line 4: "]);
    refuses_list(&desk, "u001\r\nu002\r\nu*\r\n", &["1 of 3 rows is wrong", "line 3: "]);
    refuses_list(&desk, "u001\n\n\r\n\nu*\n", &["line 5: "]);
    refuses_list(&desk, "\u{feff}\nu*\n", &["line 2: "]);
    refuses_list(&desk, "note,username\n\"two\nlines\",u001\nb,\nc\n", &["2 of 3 rows", "line 4: ", "line 5: "]);
    refuses_list(&desk, b"u001\n\xff\xfe\n\0\n", &["line 2: ", "line 3: "]);
}

#[test]
fn under_a_header_a_row_with_another_number_of_cells_names_nobody() {
    let desk = crowded(3);
    let why = ["2 of 3 rows are wrong", "line 2: it has 3 cells, and the header has 2", "line 4: it has 1 cell"];
    refuses_list(&desk, "name,username\nDoe, u001,u002\nPoe,u003\nu001\n", &why);
}

#[test]
fn a_stray_quote_swallows_no_rows() {
    let desk = crowded(3);
    refuses_list(&desk, "username,name\nu001,\"A\nu002,B\nu003,C\n", &["line 2: its quotes are not closed"]);
    refuses_list(&desk, "u001\n\"u002\nu003\n", &["line 2: its quotes are not closed"]);
    let two = "name,username\n\"A,u001\nB,u002\n\"C,u003\n";
    refuses_list(&desk, two, &["line 2: something stands behind the quotes of a cell"]);
}

#[test]
fn a_column_that_is_there_twice_is_none_to_take() {
    let desk = crowded(2);
    refuses_list(&desk, "username,Username\nu001,u002\n", &["the column 'username' is there twice"]);
    assert_eq!(resets_from(&desk, "username,note,note\nu001,,\n"), names([1]));
}

#[test]
fn a_lone_carriage_return_ends_a_line() {
    let desk = crowded(2);
    refuses_list(&desk, "u001\ru*\ru002\r", &["1 of 3 rows is wrong", "line 2: "]);
    assert_eq!(resets_from(&desk, "username\ru001\r\ru002"), names(1..=2));
}

#[test]
fn a_list_in_utf_16_is_read_and_one_that_only_begins_so_is_refused() {
    assert_eq!(resets_from(&crowded(2), b"\xff\xfeu\x000\x000\x001\0\n\0"), names([1]));
    refuses_list(&crowded(1), b"\xff\xfeu\x000\x000\x001", &["the file begins as UTF-16 does, and is none"]);
}

#[test]
fn an_address_that_is_guarded_against_spreadsheets_is_understood() {
    let desk = crowded(2);
    desk.run(&["users", "edit", "u002", "--email", "+b@example.org"]).succeeds();
    let listed = desk.run(&["users", "list", "--search", "+b@", "--format", "csv"]).succeeds().stdout;
    assert!(listed.contains(",'+b@example.org,"), "{listed}");
    assert_eq!(resets_from(&desk, "email\n'+b@example.org\n"), names([2]));
    assert_eq!(resets_from(&desk, "'+b@example.org\n"), names([2]));
}

#[test]
fn a_list_may_come_through_a_named_pipe() {
    let desk = crowded(3);
    let pipe = desk.home.path().join("list");
    mkfifoat(CWD, &pipe, Mode::RUSR | Mode::WUSR).unwrap();
    let resets = || reset(&desk, 0, || desk.run(&[&FROM[..], &CSV].concat())).0;
    let reset = thread::scope(|scope| {
        scope.spawn(|| {
            let mut writer = fs::File::options().write(true).open(&pipe).unwrap();
            for name in ["u001\n", "u0", "03\n"] {
                writer.write_all(name.as_bytes()).unwrap();
                thread::sleep(Duration::from_millis(50));
            }
        });
        resets()
    });
    assert_eq!(reset, ["u001", "u003"].map(String::from).into());
}

#[test]
fn a_list_that_grows_is_taken_as_it_was_when_the_reading_began_or_not_at_all() {
    let desk = crowded(2);
    list(&desk, "u001\n".repeat(2_000));
    let path = desk.home.path().join("list");
    let (mut before, done) = (hashes(&desk), AtomicBool::new(false));
    let run = thread::scope(|scope| {
        scope.spawn(|| {
            let mut file = fs::File::options().append(true).open(&path).unwrap();
            while !done.load(Ordering::Relaxed) {
                file.write_all(b"u001\n").unwrap();
                thread::sleep(Duration::from_micros(20));
            }
        });
        // The part that was read may end in the middle of a row. The writer may also start too late.
        let mut run = desk.run(&[&FROM[..], &CSV].concat());
        while !run.stderr.contains("has grown") {
            assert!(run.code == 0 || (run.code == 7 && hashes(&desk) == before), "{}", run.stderr);
            before = hashes(&desk);
            run = desk.run(&[&FROM[..], &CSV].concat());
        }
        done.store(true, Ordering::Relaxed);
        run
    });
    assert_eq!((run.code, reset_since(&desk, &before)), (0, names(1..=1)));
}

#[test]
#[ignore = "needs prlimit, and 100 MiB"]
fn a_hundred_mebibytes_of_garbage_are_no_list_and_take_bounded_memory() {
    let desk = crowded(1);
    for header in ["", "username\n"] {
        list(&desk, [header.as_bytes(), &garbage(100 << 20)].concat());
        let mut limited = desk.command_within(1 << 30, &[&FROM[..], &CSV].concat());
        let run = desk.refuses(2, || limited.output().unwrap().into());
        assert!(run.stderr.len() < 20_000 && run.stderr.lines().count() < 60, "{}", run.stderr);
    }
}

#[test]
fn a_list_that_is_not_there_is_refused() {
    let desk = crowded(1);
    let run = desk.refuses(2, || desk.run(&[&FROM[..], &CSV].concat()));
    assert!(run.stderr.contains("'list' cannot be read"), "{}", run.stderr);
}

#[test]
fn whoever_is_not_there_is_named_and_the_others_are_reset() {
    let desk = crowded(3);
    list(&desk, "u001\nnobody\nu003\n99\n");
    let (reset, run) = reset(&desk, 11, || desk.run(&[&FROM[..], &CSV].concat()));
    assert_eq!(reset, names([1, 3]));
    for part in ["2 of 4 failed", "\n  nobody: ", "\n  99: "] {
        assert!(run.stderr.contains(part), "{}", run.stderr);
    }
}

#[test]
fn a_list_of_nobody_who_is_there_is_refused() {
    let desk = crowded(1);
    list(&desk, "nobody\n99\n");
    let run = desk.refuses(3, || desk.run(&[&FROM[..], &CSV].concat()));
    assert!(run.stderr.contains("nobody: ") && run.stderr.contains("99: "), "{}", run.stderr);
}

#[test]
fn whoever_is_named_twice_is_reset_once() {
    let desk = crowded(2);
    let id: i64 = desk.account("id", "u001");
    assert_eq!(resets_from(&desk, format!("u001\n{id}\nu001@example.org\nU001\n")), names([1]));
}

/// A desk with accounts of every kind. One of them is the actor `root`.
fn mixed() -> Desk {
    let desk = Desk::settled();
    crowd(&desk, 5);
    for (name, roles) in [("second", GLOBAL_ADMIN), ("helen", HELPDESK), ("hugo", HELPDESK), ("audrey", AUDITOR)] {
        desk.like_root(name, roles);
    }
    desk.sql(
        "UPDATE accounts SET state = 'disabled' WHERE username IN ('u002', 'hugo');
         UPDATE accounts SET must_change = TRUE WHERE username IN ('u003', 'helen');",
    );
    desk
}

#[test]
fn a_filter_takes_whom_users_list_lists_but_the_actor() {
    let desk = mixed();
    for filter in [
        &["--must-change"][..],
        &["--role", "global-admin"],
        &["--role", "helpdesk", "--state", "disabled"],
        &["--state", "disabled"],
        &["--search", "u00"],
        &["--state", "active"],
        &["--all"],
    ] {
        let as_list: Vec<_> = filter.iter().copied().filter(|&flag| flag != "--all").collect();
        let listed = desk.run(&[&["users", "list", "--format", "jsonl"][..], &as_list].concat()).succeeds().stdout;
        let listed = listed.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let mut expected: BTreeSet<_> = listed.map(|one| one["username"].as_str().unwrap().to_owned()).collect();
        expected.remove("root");
        let command = [&["users", "reset"][..], filter, &CSV].concat();
        let (reset, _) = reset(&desk, 0, || desk.run_as("root", &command));
        assert_eq!(reset, expected, "{filter:?}");
    }
}

#[test]
fn ids_a_list_and_filters_exclude_each_other() {
    let desk = crowded(2);
    list(&desk, "u001\n");
    let ways = [&["u001"][..], &["--from", "list"], &["--all"], &["--search", "u"]];
    let filters = [&["--role", "helpdesk"][..], &["--state", "active"], &["--must-change"]];
    for (index, way) in ways.iter().enumerate() {
        for other in &ways[index + 1..] {
            desk.refuses(2, || desk.run(&[&["users", "reset"][..], way, other, &CSV].concat()));
        }
    }
    for filter in filters {
        for way in &ways[..3] {
            desk.refuses(2, || desk.run(&[&["users", "reset"][..], way, filter, &CSV].concat()));
        }
    }
}

#[test]
fn a_filter_that_finds_nobody_changes_nothing_and_says_so() {
    let desk = crowded(2);
    let args = [&["users", "reset", "--search", "nowhere", "--output", "out"][..], &CSV].concat();
    let run = desk.refuses(0, || desk.run(&args));
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", "No account matches --search nowhere.\n"));
    assert_eq!(fs::read_to_string(desk.home.path().join("out")).unwrap(), HEADER);
}

#[test]
fn a_filter_that_finds_only_the_actor_resets_nobody_and_says_that_there_is_no_other() {
    let desk = Desk::settled();
    let own = ["users", "reset", "--search", "root", "--role", "global-admin", "--state", "active", "--yes"];
    let run = desk.refuses(0, || desk.run_as("root", &own));
    assert_eq!(run.stderr, "No other account matches --search root --role global-admin --state active.\n");
}

#[test]
fn a_list_of_nobody_is_one_that_a_program_can_read() {
    let desk = crowded(2);
    for (format, dry_run, end) in [
        ("json", false, "[]\n"),
        ("json", true, "[]\n"),
        ("jsonl", false, ""),
        ("csv", false, "username,temporary_password,expires_at,operation\n"),
    ] {
        let args = ["users", "reset", "--search", "nowhere", "--yes", "--format", format];
        let args = [&args[..], if dry_run { &["--dry-run"] } else { &[] }].concat();
        let run = desk.refuses(0, || desk.run(&args));
        assert_eq!(run.stdout, end, "{format}");
    }
}

#[test]
fn a_search_for_nothing_does_not_take_everybody() {
    let desk = crowded(2);
    let run = desk.refuses(2, || desk.run(&[&["users", "reset", "--search", ""][..], &CSV].concat()));
    assert!(run.stderr.contains("--all"), "{}", run.stderr);
}

#[test]
fn what_holds_one_password_is_not_for_a_list_or_a_filter() {
    let desk = crowded(1);
    list(&desk, "u001\n");
    for which in [&["--from", "list"][..], &["--search", "u001"], &["--all"]] {
        for way_out in ["--quiet", "--copy", "--screen"] {
            desk.refuses(2, || desk.run(&[&["users", "reset", "--yes", way_out][..], which].concat()));
        }
    }
}

#[test]
fn more_than_ten_are_not_handed_over_as_text() {
    let desk = crowded(11);
    let run = desk.refuses(2, || desk.run(&["users", "reset", "--search", "u0", "--yes"]));
    assert!(run.stderr.contains("11 passwords are too many") && run.stderr.contains("--format csv"), "{}", run.stderr);
    assert_eq!(run.stdout, "");
}

#[test]
fn ten_are_handed_over_as_text() {
    let desk = crowded(10);
    let run = desk.run(&["users", "reset", "--search", "u0", "--yes"]).succeeds();
    assert_eq!(run.stdout.matches("Temporary password for ").count(), 10);
}

#[test]
fn a_dry_run_lists_who_and_changes_nothing_at_all() {
    let desk = crowded(12);
    let before = everything(&desk);
    let dry_run = ["users", "reset", "--search", "example.org", "--dry-run"];
    let text = desk.run(&dry_run).succeeds().stdout;
    let csv = desk.run(&[&dry_run[..], &["--format", "csv"]].concat()).succeeds().stdout;
    let jsonl = desk.run(&[&dry_run[..], &["--format", "jsonl"]].concat()).succeeds().stdout;
    assert_eq!(everything(&desk), before);
    for name in names(1..=12) {
        assert!(text.contains(&format!("Would reset {name}, id ")), "{text}");
        assert!(csv.contains(&format!(",{name},")), "{csv}");
        assert!(jsonl.contains(&format!(r#""username":"{name}""#)), "{jsonl}");
    }
    let counts = [text.matches("Would reset ").count(), csv.lines().count() - 1, jsonl.lines().count()];
    assert_eq!(counts, [12; 3]);
}

#[test]
fn a_reset_by_a_filter_needs_a_yes_where_there_is_no_terminal() {
    let desk = crowded(11);
    let run = desk.refuses(2, || desk.run(&["users", "reset", "--search", "u0", "--format", "csv"]));
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("--yes"), "{}", run.stderr);
}

const ASKED: [&str; 8] = ["users", "reset", "--search", "u0", "--format", "csv", "--output", "out"];

#[test]
fn for_ten_a_yes_is_enough() {
    let desk = crowded(10);
    let before = hashes(&desk);
    let mut pty = Pty::start(&desk.command(&ASKED));
    pty.until("Reset the passwords of 10 accounts (u001, u002, u003, u004, u005, and 5 more)? [y/N] ");
    pty.send("y\r");
    pty.end().exits(0).shows("10 accounts are reset; their temporary passwords are in out.");
    assert_eq!(reset_since(&desk, &before), names(1..=10));
}

#[test]
fn more_than_ten_want_their_count_typed_back() {
    let desk = crowded(11);
    let before = hashes(&desk);
    let mut pty = Pty::start(&desk.command(&ASKED));
    pty.until("Reset the passwords of 11 accounts (u001, u002, u003, u004, u005, and 6 more)?");
    pty.until("Type 11 to continue: ");
    pty.send("11\r");
    pty.end().exits(0).shows("11 accounts are reset; their temporary passwords are in out.");
    let rows = rows(&fs::read_to_string(desk.home.path().join("out")).unwrap());
    assert_eq!(reset_since(&desk, &before), names(1..=11));
    all_in_force(&desk, &rows, &names(1..=11));
}

#[test]
fn anything_but_the_count_changes_nothing() {
    let desk = crowded(11);
    let before = desk.state();
    for answer in ["y\r", "10\r", "yes\r", "\r", "\x04", "\x03"] {
        let mut pty = Pty::start(&desk.command(&ASKED));
        pty.until("Type 11 to continue: ");
        pty.send(answer);
        pty.end().exits(130);
        assert_eq!(desk.state(), before, "{answer:?}");
        assert!(!desk.home.path().join("out").exists());
    }
}
