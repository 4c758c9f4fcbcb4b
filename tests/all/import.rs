//! Many accounts from a CSV file: all of them or none. All faults are named before anything is done.

#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "a test waits, and asks how long something took")]

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::pty::Pty;
use crate::common::{AUDITOR, Desk, GLOBAL_ADMIN, HELPDESK, Run, USER_ADMIN, fed, garbage};

const COUNT: &str = "SELECT count(*) FROM accounts";

impl Desk {
    fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.home.path().join(name), content).unwrap();
    }

    /// Imports a file with this content.
    pub fn import(&self, content: impl AsRef<[u8]>, flags: &[&str]) -> Run {
        self.file("people.csv", content);
        self.run(&[&["users", "import", "people.csv"], flags].concat())
    }

    /// The accounts as `username|name|address|roles`, by number and without the first.
    pub fn imported(&self) -> Vec<String> {
        let lines: String = self.value(
            "SELECT group_concat(line, char(10)) FROM (
                 SELECT username || '|' || display_name || '|' || coalesce(email, '') || '|' || roles AS line
                 FROM accounts WHERE id > 1 ORDER BY id)",
        );
        lines.lines().map(str::to_owned).collect()
    }
}

/// A list of this many people.
fn people(count: u32) -> String {
    let mut text = String::from("username,name,email\n");
    for number in 0..count {
        writeln!(text, "u{number:06},Person {number},u{number:06}@example.org").unwrap();
    }
    text
}

/// The SHA-256 of a file, by another program.
fn sha256sum(desk: &Desk, name: &str) -> String {
    let run = Command::new("sha256sum").arg(desk.home.path().join(name)).output().unwrap();
    String::from_utf8(run.stdout).unwrap().split_whitespace().next().unwrap().to_owned()
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_list_of_people_becomes_accounts_that_must_be_given_a_password() {
    let desk = Desk::new();
    let run = desk.import("username,name,email\nalice,Alice Example,alice@example.org\nbob,,\n", &[]).succeeds();
    assert_eq!(run.stdout, "");
    assert!(run.stderr.starts_with("Imported 2 accounts, ids 2 to 3.\n"), "{}", run.stderr);
    assert!(run.stderr.contains("passdesk users reset --from"), "{}", run.stderr);
    assert_eq!(desk.imported(), ["alice|Alice Example|alice@example.org|0", "bob|||0"]);
    assert!(desk.run(&["users", "show", "alice"]).succeeds().stdout.contains("Password      none"));
}

#[test]
fn nobody_signs_in_to_an_imported_account_before_a_reset() {
    let desk = Desk::new();
    desk.import("username\nalice\n", &[]).succeeds();
    for password in ["", crate::common::GOOD] {
        desk.profile("alice", password).exits(5);
    }
    fed(desk.command(&["verify", "alice"]), "\n").exits(5);
    let temporary = desk.run(&["users", "reset", "alice", "--yes", "-q"]).succeeds().password();
    desk.change_password("alice", &temporary, crate::common::GOOD).succeeds();
    desk.profile("alice", crate::common::GOOD).succeeds();
}

#[test]
fn columns_stand_in_any_order_behind_a_byte_order_mark_with_either_line_end() {
    let desk = Desk::new();
    let text =
        "\u{feff} Role ,EMAIL,Name,UserName\r\nauditor;helpdesk,a@example.org,\"Ångström, Zoë \"\"Z\"\"\",Alice\r\n";
    desk.import(text, &[]).succeeds();
    assert_eq!(desk.imported(), ["alice|Ångström, Zoë \"Z\"|a@example.org|3"]);
}

#[test]
fn every_bad_row_is_named_with_its_line_and_nothing_is_written() {
    let desk = Desk::new();
    let rows: [(&[u8], &str); 14] = [
        (b"good,Good Person,good@example.org,\n", ""),
        (b"x y,,,\n", "'x y' is not a username"),
        (b",Nobody,,\n", "'' is not a username"),
        (b"123,,,\n", "all digits"),
        (b"short,only\n", "it has 2 cells, and the header has 4"),
        (b"long,a,b@example.org,,more\n", "it has 5 cells, and the header has 4"),
        (b"broken,\"two\nlines\",,\n", "U+000A, a control character"),
        (b"escape,\x1b[2J,,\n", "<U+001B>"),
        (b"nul\0,,,\n", "<U+0000>"),
        (b"latin,Zo\xeb,,\n", "is not UTF-8"),
        (b"address,,nowhere,\n", "'nowhere' is not an e-mail address"),
        (b"king,,,king\n", "'king' is not a role"),
        (b"GOOD,,,\n", "'good' is in line 2 already"),
        (b"other,,Good@Example.org,\n", "'Good@Example.org' is in line 2 already"),
    ];
    let file = rows.iter().fold(b"username,name,email,role\n".to_vec(), |file, (row, _)| [file, row.to_vec()].concat());
    let run = desk.refuses(2, || desk.import(&file, &[]));
    assert!(run.stderr.starts_with("error: 13 of 14 rows are wrong; nothing has changed\n"), "{}", run.stderr);
    let mut line = 2;
    for (row, why) in rows {
        let named = run.stderr.lines().find(|named| named.starts_with(&format!("  line {line}: ")));
        assert_eq!(named.is_some(), !why.is_empty(), "line {line}: {}", run.stderr);
        assert!(named.is_none_or(|named| named.contains(why)), "{named:?}: {why}");
        line += row.split(|byte| *byte == b'\n').count() - 1;
    }
    assert!(run.stderr.contains("--skip-invalid"));
}

#[test]
fn a_program_is_told_of_each_bad_row_as_an_item() {
    let desk = Desk::new();
    let run = desk.refuses(2, || desk.import("username\nx y\nok\n7\n", &["--format", "json"]));
    let error = run.error();
    assert_eq!((error["code"].as_str(), run.stdout.as_str()), (Some("usage"), ""));
    let failed: Vec<_> = error["failed"].as_array().unwrap().iter().map(|item| item["target"].as_str()).collect();
    assert_eq!(failed, [Some("line 2"), Some("line 4")]);
}

#[test]
fn a_quote_that_is_not_closed_is_named_where_it_opens() {
    let desk = Desk::new();
    let run = desk.refuses(2, || desk.import("username,name\nalice,Alice\nbob,\"Bob\ncarol,Carol\n", &[]));
    assert!(run.stderr.contains("  line 3: its quotes are not closed, "), "{}", run.stderr);
}

#[test]
fn a_column_that_is_unknown_there_twice_or_missing_is_refused() {
    let desk = Desk::new();
    for (header, what) in [
        ("username,e-mial", "the column 'e-mial' is unknown"),
        ("username,name,display_name", "is there twice"),
        ("username,password", "the column 'password' is unknown"),
        ("name,email", "is not a header"),
        ("alice,Alice", "is not a header"),
        ("", "the file is empty"),
    ] {
        let run = desk.refuses(2, || desk.import(header, &[]));
        assert!(run.stderr.contains(what), "{}", run.stderr);
    }
}

#[test]
fn a_dry_run_says_what_would_happen_and_changes_nothing() {
    let desk = Desk::new();
    desk.import("username,name\nalice,Alice\nbob,Bob\n", &[]).succeeds();
    let text = "username,name\nalice,Another\nbob,Bob\ncarol,Carol\n";
    let flags = ["--dry-run", "--on-conflict", "update"];
    let events: i64 = desk.value("SELECT count(*) FROM audit_events");
    let run = desk.refuses(0, || desk.import(text, &flags));
    let said = "Would import 1 account.\nWould change 1 account.\nWould not change: 1 account.\n";
    assert_eq!(run.stdout, said);
    desk.refuses(2, || desk.import("username\nx y\n", &["--dry-run"]));
    assert_eq!(desk.value::<i64>("SELECT count(*) FROM audit_events"), events);
}

#[test]
fn a_dry_run_says_of_bad_rows_that_they_would_be_left_out() {
    let desk = Desk::new();
    let flags = ["--dry-run", "--skip-invalid"];
    let run = desk.refuses(11, || desk.import("username\nalice\nx y\nbob\n", &flags));
    assert_eq!(run.stdout, "Would import 2 accounts.\n");
    let said = "error: 1 of 3 rows would be left out; the rest would be done\n  line 3: 'x y' is not a username";
    assert!(run.stderr.starts_with(said), "{}", run.stderr);
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut command = desk.command(&[&["users", "import", "people.csv"], &flags[..]].concat());
    let run = desk.refuses(11, || command.stdout(full).output().unwrap().into());
    for part in ["standard output cannot be written", "1 of 3 rows would be left out", "line 3: "] {
        assert!(run.stderr.contains(part), "{part:?} is not in {}", run.stderr);
    }
}

#[test]
fn what_stands_behind_the_quotes_of_a_cell_is_no_part_of_it() {
    let desk = Desk::new();
    let text = "name,username\n\"A,alice\nB,bob\n\"C,carol\n";
    let run = desk.refuses(2, || desk.import(text, &[]));
    assert!(run.stderr.contains("  line 2: something stands behind the quotes of a cell, "), "{}", run.stderr);
}

#[test]
fn with_skip_invalid_the_good_rows_go_on_and_the_others_are_named() {
    let desk = Desk::new();
    let run =
        desk.import("username,name\nx y,\nalice,Alice\nroot,\n", &["--skip-invalid", "--format", "json"]).exits(11);
    assert_eq!(desk.imported(), ["alice|Alice||0"]);
    let done = json(&run.stdout);
    assert_eq!((done["new"].as_i64(), done["invalid"].as_i64()), (Some(1), Some(2)));
    let codes: Vec<_> = run.error()["failed"].as_array().unwrap().iter().map(|item| item["code"].clone()).collect();
    assert_eq!(codes, ["usage", "conflict"]);
    desk.refuses(2, || desk.import("username\nx y\n", &["--skip-invalid"]));
}

#[test]
fn rows_that_a_quote_has_swallowed_are_not_left_out_as_one() {
    let desk = Desk::new();
    let text = "username,name\nalice,A\nbob,\"B\ncarol,C\ndave,D\n";
    let run = desk.refuses(2, || desk.import(text, &["--skip-invalid"]));
    assert!(run.stderr.contains("line 3: its quotes are not closed, and it covers 2 lines"), "{}", run.stderr);
}

#[test]
fn a_username_that_is_there_is_a_conflict_unless_it_is_skipped_or_updated() {
    let desk = Desk::new();
    desk.import("username,name,email\nalice,Alice,alice@example.org\n", &[]).succeeds();
    let text = "username,name,role\nalice,Another,auditor\nbob,Bob,\n";
    let run = desk.refuses(7, || desk.import(text, &[]));
    assert!(run.stderr.contains("  line 2: 'alice' is taken by alice, id 2\n"), "{}", run.stderr);

    let skipped = json(&desk.import(text, &["--on-conflict", "skip", "--format", "json"]).succeeds().stdout);
    assert_eq!([&skipped["new"], &skipped["skipped"], &skipped["first_id"]], [1, 1, 3]);
    assert_eq!(desk.imported(), ["alice|Alice|alice@example.org|0", "bob|Bob||0"]);

    let updated = json(&desk.import(text, &["--on-conflict", "update", "--format", "json"]).succeeds().stdout);
    assert_eq!([&updated["new"], &updated["updated"], &updated["skipped"]], [0, 1, 1]);
    assert_eq!(desk.imported(), ["alice|Another|alice@example.org|1", "bob|Bob||0"]);
}

#[test]
fn an_update_that_is_repeated_changes_nothing() {
    let desk = Desk::new();
    let text = "username,name,email,role\nalice,Alice,alice@example.org,helpdesk\n";
    desk.import(text, &[]).succeeds();
    let run = desk.refuses(0, || desk.import(text, &["--on-conflict", "update"]));
    assert!(run.stderr.starts_with("Imported 0 accounts.\nUnchanged: 1 account.\n"), "{}", run.stderr);
}

#[test]
fn an_address_of_somebody_else_is_a_conflict_whatever_is_done_with_usernames() {
    let desk = Desk::new();
    desk.import("username,email\nalice,alice@example.org\nbob,\n", &[]).succeeds();
    for (row, what) in
        [("carol,ALICE@example.org", "error"), ("carol,ALICE@example.org", "skip"), ("bob,alice@example.org", "update")]
    {
        let run = desk.refuses(7, || desk.import(format!("username,email\n{row}\n"), &["--on-conflict", what]));
        assert!(run.stderr.to_lowercase().contains("'alice@example.org' is taken by alice"), "{}", run.stderr);
    }
}

#[test]
fn a_removed_account_keeps_its_name_and_is_not_changed() {
    let desk = Desk::new();
    desk.import("username\nalice\n", &[]).succeeds();
    desk.run(&["users", "remove", "alice"]).succeeds();
    for what in ["error", "update"] {
        desk.refuses(7, || desk.import("username,name\nalice,Another\n", &["--on-conflict", what]));
    }
}

#[test]
fn an_import_takes_the_rights_of_an_admin_and_roles_a_global_admin() {
    let desk = Desk::settled();
    desk.like_root("ulla", USER_ADMIN);
    desk.like_root("peer", USER_ADMIN);
    desk.like_root("helper", HELPDESK);
    desk.like_root("eve", AUDITOR);
    desk.file("plain.csv", "username\nalice\n");
    desk.file("roles.csv", "username,role\nbob,\ncarol,auditor\n");
    desk.file("peer.csv", "username,name\npeer,Another\nroot,Another\n");
    for (who, file, flags) in [
        ("helper", "plain.csv", &[][..]),
        ("eve", "plain.csv", &[]),
        ("ulla", "roles.csv", &[]),
        ("ulla", "peer.csv", &["--on-conflict", "update"]),
    ] {
        let events: i64 =
            desk.value("SELECT count(*) FROM audit_events WHERE outcome = 'refused' AND action = 'import'");
        desk.refuses(4, || desk.run_as(who, &[&["users", "import", file], flags].concat()));
        let refused: i64 =
            desk.value("SELECT count(*) FROM audit_events WHERE outcome = 'refused' AND action = 'import'");
        assert_eq!(refused, events + 1, "{who} {file}");
    }
    desk.run_as("ulla", &["users", "import", "plain.csv"]).succeeds();
    desk.run_as("root", &["users", "import", "roles.csv"]).succeeds();
    assert_eq!(desk.account::<i64>("roles", "carol"), i64::from(AUDITOR));
}

#[test]
fn the_last_admin_to_count_on_is_not_demoted() {
    let desk = Desk::settled();
    let run = desk.refuses(8, || desk.import("username,role\nroot,auditor\nalice,\n", &["--on-conflict", "update"]));
    assert!(run.stderr.contains("no usable global-admin has a lasting password"), "{}", run.stderr);
    desk.like_root("second", GLOBAL_ADMIN);
    desk.refuses(8, || desk.import("username,role\nroot,\nsecond,\n", &["--on-conflict", "update"]));
    desk.import("username,role\nroot,auditor\n", &["--on-conflict", "update"]).succeeds();
}

#[test]
fn an_import_is_one_event_with_count_range_and_digest_of_the_file() {
    let desk = Desk::new();
    desk.import(people(30), &[]).succeeds();
    let digest = sha256sum(&desk, "people.csv");
    let detail: String = desk.value("SELECT detail FROM audit_events WHERE action = 'import'");
    let counts = r#""first_id":2,"last_id":31,"new":30"#;
    assert_eq!(detail, format!(r#"{{{counts},"sha256":"{digest}","skipped":0,"updated":0}}"#));
    assert_eq!(desk.value::<i64>("SELECT count(*) FROM audit_events"), 2);
    desk.run(&["audit", "verify"]).succeeds();
}

#[test]
fn a_result_for_scripts_is_one_record() {
    let desk = Desk::new();
    let run = desk.import("username\nalice\nbob\n", &["--format", "csv"]).succeeds();
    let digest = sha256sum(&desk, "people.csv");
    let expected =
        format!("new,updated,skipped,invalid,first_id,last_id,sha256,with_password\n2,0,0,0,2,3,{digest},0\n");
    assert_eq!(run.stdout, expected);
}

#[test]
fn what_a_list_writes_can_be_imported_into_another_store() {
    let (from, to) = (Desk::new(), Desk::new());
    let names =
        "alice,=1+1,alice@example.org,helpdesk auditor\nbob,'-quoted,+b@example.org,\ncarol,\"a, \"\"b\"\"\",,\n";
    from.import(format!("username,name,email,role\n{names}"), &[]).succeeds();
    let run = to.import(from.accounts(), &["--on-conflict", "skip"]).succeeds();
    assert!(run.stderr.starts_with("Columns left out: id, state, "), "{}", run.stderr);
    assert_eq!(to.imported(), from.imported());
    assert!(to.imported()[0].starts_with("alice|=1+1|"));
}

#[test]
fn a_name_that_some_spreadsheet_takes_for_a_formula_is_guarded_and_read_back() {
    let (from, to) = (Desk::new(), Desk::new());
    let names = [
        ("＝1+1", "'＝1+1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠x", "'＠x"),
        ("﹦1", "'﹦1"),
        ("x;=1+1", "\"x;'=1+1\""),
        ("x; ＝1", "\"x;' ＝1\""),
        ("x;\"=1\"", "\"x;'\"\"=1\"\"\""),
    ];
    for (number, (name, _)) in names.iter().enumerate() {
        from.run(&["users", "add", &format!("a{number}"), "--name", name, "-q"]).succeeds();
    }
    let listed = from.accounts();
    for (number, (_, guarded)) in names.iter().enumerate() {
        assert!(listed.contains(&format!(",a{number},{guarded},")), "{guarded}: {listed}");
    }
    to.import(&listed, &["--on-conflict", "skip"]).succeeds();
    assert_eq!(to.imported(), from.imported());
}

#[test]
fn a_list_comes_from_standard_input_and_from_a_named_pipe() {
    let desk = Desk::new();
    desk.run_with("username\nalice\n", &["users", "import", "-"]).succeeds();
    let pipe = desk.home.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let child =
        desk.command(&["users", "import", "pipe"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut writer = File::options().write(true).open(&pipe).unwrap();
    for text in ["user", "name\nbo", "b\n"] {
        writer.write_all(text.as_bytes()).unwrap();
        // Nothing is locked while the program reads a slow pipe.
        desk.run(&["users", "require-change", "alice"]).succeeds();
    }
    drop(writer);
    Run::from(child.wait_with_output().unwrap()).succeeds();
    assert_eq!(desk.imported(), ["alice|||0", "bob|||0"]);
}

#[test]
fn a_terminal_a_directory_nothing_and_too_much_are_no_list() {
    let desk = Desk::new();
    File::create(desk.home.path().join("huge")).unwrap().set_len((1 << 30) + 1).unwrap();
    for path in ["nowhere.csv", ".", "huge", "/dev/null"] {
        desk.refuses(2, || desk.run(&["users", "import", path]));
    }
    desk.refuses(2, || desk.run_with("username\n", &["users", "import", "-", "--as", "root", "--password-stdin"]));
    let end = Pty::start(&desk.command(&["users", "import", "-"])).end().exits(2);
    assert!(end.transcript.contains("is a terminal"), "{}", end.transcript);
}

#[test]
fn a_file_that_grows_is_taken_as_it_was_when_the_reading_began() {
    let desk = Desk::new();
    desk.file("growing.csv", people(5_000));
    let (path, done) = (desk.home.path().join("growing.csv"), AtomicBool::new(false));
    let run = thread::scope(|scope| {
        scope.spawn(|| {
            let mut file = File::options().append(true).open(&path).unwrap();
            for number in 0.. {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                file.write_all(format!("late{number},Late Person,\n").as_bytes()).unwrap();
            }
        });
        let import = || desk.run(&["users", "import", "growing.csv", "--format", "json"]);
        let mut run = import();
        // The part of the file at the start may end in the middle of a row. Then nothing is imported.
        while run.code == 7 && desk.value::<i64>(COUNT) == 1 {
            run = import();
        }
        done.store(true, Ordering::Relaxed);
        run
    });
    let done = json(&run.succeeds().stdout);
    let rows = usize::try_from(done["new"].as_u64().unwrap()).unwrap();
    assert_eq!(desk.value::<i64>(COUNT), i64::try_from(rows + 1).unwrap());
    let whole = fs::read_to_string(&path).unwrap();
    let read: String = whole.split_inclusive('\n').take(rows + 1).collect();
    desk.file("read.csv", read);
    assert_eq!(done["sha256"].as_str(), Some(sha256sum(&desk, "read.csv").as_str()));
}

#[test]
#[ignore = "takes long"]
fn killed_at_any_moment_it_is_all_there_or_nothing() {
    const ROWS: i64 = 20_000;
    let whole = Desk::new();
    whole.file("people.csv", people(u32::try_from(ROWS).unwrap()));
    let began = Instant::now();
    whole.run(&["users", "import", "people.csv"]).succeeds();
    let takes = began.elapsed();

    let desk = Desk::new();
    desk.file("people.csv", people(u32::try_from(ROWS).unwrap()));
    for tenth in 1..=12 {
        let mut child = desk.command(&["users", "import", "people.csv"]).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(takes * tenth / 10);
        child.kill().unwrap();
        child.wait().unwrap();
        desk.run(&["audit", "verify"]).succeeds();
        let events: i64 = desk.value("SELECT count(*) FROM audit_events WHERE action = 'import'");
        assert_eq!(desk.value::<i64>(COUNT), 1 + events * ROWS);
        if events == 1 {
            break;
        }
    }
}

#[test]
fn interrupted_it_is_all_there_or_nothing_and_the_exit_code_says_which() {
    const ROWS: i64 = 20_000;
    let desk = Desk::new();
    desk.file("people.csv", people(u32::try_from(ROWS).unwrap()));
    for wait in [20, 100, 400, 800, 1_200, 1_600, 60_000] {
        let child = desk.command(&["users", "import", "people.csv"]).stderr(Stdio::piped()).spawn().unwrap();
        let id = child.id().to_string();
        if wait < 60_000 {
            thread::sleep(Duration::from_millis(wait));
            // The program may have ended already.
            let _ = Command::new("kill").args(["-INT", &id]).stderr(Stdio::null()).status();
        }
        let run = Run::from(child.wait_with_output().unwrap());
        let there: i64 = desk.value(COUNT);
        assert_eq!((run.code, there == 1), if there == 1 { (130, true) } else { (0, false) }, "{}", run.stderr);
        if there > 1 {
            assert_eq!(there, 1 + ROWS);
            return;
        }
    }
}

#[test]
fn interrupted_while_a_bar_is_drawn_the_exit_code_says_which_too() {
    const ROWS: i64 = 20_000;
    for wait in [100, 180, 220, 260, 300, 400] {
        let desk = Desk::new();
        desk.file("people.csv", people(u32::try_from(ROWS).unwrap()));
        let mut pty = Pty::start(&desk.command(&["users", "import", "people.csv"]));
        pty.until("writing");
        thread::sleep(Duration::from_millis(wait));
        pty.send("\x03");
        let end = pty.end();
        let there: i64 = desk.value(COUNT);
        let whole = 1 + ROWS;
        assert!([(0, whole), (130, 1)].contains(&(end.code, there)), "{} {there}: {}", end.code, end.transcript);
    }
}

#[test]
#[ignore = "needs prlimit, and 100 MiB"]
fn a_hundred_mebibytes_of_garbage_end_in_bounded_memory_with_a_bounded_report() {
    let desk = Desk::new();
    let garbage = garbage(100 << 20);
    let path = desk.home.path().join("garbage.csv");
    for header in [b"".as_slice(), b"username,name\n"] {
        fs::write(&path, [header, &garbage].concat()).unwrap();
        let mut limited = desk.command_within(1 << 30, &["users", "import", "garbage.csv"]);
        let run = desk.refuses(2, || limited.output().unwrap().into());
        assert!(run.stderr.len() < 20_000 && run.stderr.lines().count() < 60, "{}", run.stderr);
    }
}

#[test]
fn a_file_that_is_imported_twice_is_told_of_with_one_hint() {
    let desk = Desk::new();
    let text = "username\nalice\nbob\ncarol\n";
    desk.import(text, &[]).succeeds();
    let run = desk.refuses(7, || desk.import(text, &[]));
    assert_eq!(run.stderr.matches("--on-conflict skip").count(), 1, "{}", run.stderr);
    assert_eq!(run.stderr.matches("hint: ").count(), 1, "{}", run.stderr);
}
