//! Lists of more than one page.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};

use crate::common::Desk;
use crate::common::pty::Pty;

/// A store with `root` and this many other accounts. Their usernames sort differently from their numbers, and they
/// share three names.
pub fn desk_of(count: u32) -> Desk {
    let desk = Desk::new();
    desk.sql(&format!(
        "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {count}),
                        person AS (SELECT n, 'u' || (n * 7 % {count}) || '.' || n AS username FROM number)
         INSERT INTO accounts (username, display_name, name_key, search_text, roles, state, must_change,
                               created_at)
         SELECT username, iif(n % 3, 'Name ' || n % 3, ''), CAST(iif(n % 3, 'key ' || n % 3, '') AS BLOB), username, 0, 'active', FALSE, n FROM person"
    ));
    desk
}

#[test]
fn a_long_list_is_whole_and_in_the_order_that_was_asked_for() {
    let desk = desk_of(2_500);
    for (sort, order) in [("id", "id"), ("username", "username"), ("name", "name_key, id")] {
        let sql = format!("SELECT group_concat(id, ' ') FROM (SELECT id FROM accounts ORDER BY {order})");
        let ids: String = desk.value(&sql);
        let mut ids: Vec<&str> = ids.split(' ').collect();
        for reverse in [&[][..], &["--reverse"]] {
            let args = [&["users", "list", "--format", "csv", "--sort", sort], reverse].concat();
            let listed = desk.run(&args).succeeds().stdout;
            let found: Vec<_> = listed.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
            assert!(found == ids, "{args:?}");
            ids.reverse();
        }
    }
}

#[test]
fn a_long_list_in_json_is_one_array() {
    let listed = desk_of(1_500).run(&["users", "list", "--format", "json"]).succeeds().stdout;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 1_501);
}

#[test]
fn a_limit_that_is_no_whole_number_of_pages_is_kept() {
    let desk = desk_of(2_500);
    for limit in ["1000", "1001", "2500", "9000"] {
        let listed = desk.run(&["users", "list", "--format", "csv", "--limit", limit]).succeeds().stdout;
        assert_eq!(listed.lines().count() - 1, limit.parse::<usize>().unwrap().min(2_501));
    }
}

#[test]
fn a_terminal_is_shown_a_thousand_and_told_how_to_go_on() {
    let desk = desk_of(1_500);
    let ended = Pty::start(desk.command(&["users", "list"]).env("PAGER", "cat")).end().exits(0);
    let ended = ended.shows("The first 1000 are shown; go on with --after 1000, or raise --limit.");
    assert_eq!(ended.text().lines().filter(|line| line.contains(" active")).count(), 999);
    let ended = Pty::start(desk.command(&["users", "list", "--after", "1000"]).env("PAGER", "cat")).end().exits(0);
    assert!(!ended.text().contains("are shown"));
}

/// A list in progress, of which nothing has been read.
fn listing(desk: &Desk) -> (Child, BufReader<impl std::io::Read + use<>>) {
    let mut list = desk.command(&["users", "list", "--format", "csv"]);
    // The system may give large pages late, 2 MiB each.
    let mut child = list.env_remove("GLIBC_TUNABLES").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let stdout = child.stdout.take().unwrap();
    (child, BufReader::new(stdout))
}

#[test]
fn a_reader_who_has_had_enough_is_no_failure() {
    let desk = desk_of(5_000);
    let (child, mut reader) = listing(&desk);
    reader.read_line(&mut String::new()).unwrap();
    drop(reader);
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), ended.stderr), (Some(0), Vec::new()));
}

/// A slow reader keeps no writer waiting.
#[test]
fn nothing_is_kept_from_changing_while_a_reader_makes_the_list_wait() {
    let desk = desk_of(5_000);
    let (child, mut reader) = listing(&desk);
    reader.read_line(&mut String::new()).unwrap();
    desk.run(&["users", "disable", "5000"]).succeeds();
    let busy: i64 = desk.value("PRAGMA wal_checkpoint(TRUNCATE)");
    assert_eq!(busy, 0, "a list that waits holds on to the log");
    reader.read_to_end(&mut Vec::new()).unwrap();
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
}

/// The most memory a process has used so far, in KiB.
fn peak(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn the_memory_of_a_list_does_not_grow_with_its_length() {
    let desk = desk_of(100_000);
    let (mut child, mut reader) = listing(&desk);
    let mut read = |count| (0..count).for_each(|_| assert_ne!(reader.read_line(&mut String::new()).unwrap(), 0));
    // By then the engine has its largest cache, 2 MiB. The unread rest is more than a pipe can hold. So the program
    // still runs.
    read(60_000);
    let early = peak(&child);
    read(35_000);
    let late = peak(&child);
    read(5_002);
    assert!(child.wait().unwrap().success());
    assert!(late < early + 2_048, "{early} KiB in the middle, {late} KiB at the end");
}
