//! The site's list of passwords that nobody may choose.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::process::Stdio;

use crate::common::{Desk, GOOD, OTHER, Run};

const SET: [&str; 4] = ["policy", "set", "blocklist", "words.txt"];
const UNSET: [&str; 3] = ["policy", "unset", "blocklist"];
const BLOCKED: &str = "it is on the site's blocklist";

/// Sets the blocklist to a file with these bytes.
fn set(desk: &Desk, bytes: impl AsRef<[u8]>, more: &[&str]) -> Run {
    fs::write(desk.home.path().join("words.txt"), bytes).unwrap();
    let run = desk.run(&[&SET[..], more].concat());
    fs::remove_file(desk.home.path().join("words.txt")).unwrap();
    run
}

fn lines(entries: impl Iterator<Item = String>) -> String {
    entries.collect::<Vec<_>>().join("\n")
}

/// The value of the setting.
fn value(desk: &Desk) -> String {
    let shown = desk.run(&["policy", "show", "--format", "jsonl"]).succeeds().stdout;
    let settings = shown.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let mut lists = settings.filter(|setting| setting["setting"] == "blocklist");
    lists.next().unwrap()["value"].as_str().unwrap().to_owned()
}

fn is_blocked(desk: &Desk, new: &str) -> bool {
    let before = desk.state();
    let run = desk.change_password("alice", GOOD, new);
    if run.code == 0 {
        desk.change_password("alice", new, GOOD);
        return false;
    }
    assert_eq!((desk.state(), run.code), (before, 8), "{}", run.stderr);
    assert!(run.stderr.contains(BLOCKED), "{}", run.stderr);
    true
}

#[test]
fn what_is_on_the_list_is_refused_though_the_file_is_gone() {
    let desk = Desk::with_alice();
    assert!(!is_blocked(&desk, OTHER));
    set(&desk, format!("\u{feff}first\r\n\r\n \u{a0}{OTHER}\u{a0}\r\nhedgehogmills\r\n"), &[]).succeeds();
    assert!(is_blocked(&desk, OTHER));
    assert!(is_blocked(&desk, &OTHER.to_uppercase()));
    assert!(is_blocked(&desk, &format!("2026 {OTHER}!!")));
    assert!(is_blocked(&desk, "847120562HEDGEHOGMILLS!"));
    assert!(!is_blocked(&desk, &format!("{OTHER} today")));
}

#[test]
fn a_list_that_is_taken_out_blocks_nothing() {
    let desk = Desk::with_alice();
    set(&desk, OTHER, &[]).succeeds();
    let run = desk.run(&UNSET).succeeds();
    assert_eq!(run.stderr, "blocklist is none now; it was 1 entry.\n");
    assert_eq!((value(&desk), desk.value::<i64>("SELECT count(*) FROM blocklist")), ("none".into(), 0));
    assert!(!is_blocked(&desk, OTHER));
}

#[test]
fn the_policy_says_how_many_entries_the_list_has_since_when_and_its_digest() {
    let desk = Desk::with_alice();
    set(&desk, "b\n", &[]).succeeds();
    let run = set(&desk, "one\ntwo\n\nthree\n", &[]).succeeds();
    assert_eq!(run.stderr, "blocklist is 3 entries now; it was 1 entry.\n");
    let (value, shown) = (value(&desk), desk.run(&["policy", "show"]).succeeds().stdout);
    let digest = value.rsplit_once("sha256=").unwrap().1;
    assert!(value.starts_with("entries=3,set=2"), "{value}");
    assert_eq!(digest, "618c43e692520da9085b0f26990ac31e493eb76d97f902b57237c88ce62bdfd6");
    assert!(shown.contains("3 entries") && shown.contains("The blocklist was set today at "), "{shown}");
    assert!(shown.contains(digest), "{shown}");
    let recorded: String = desk.value("SELECT detail FROM audit_events ORDER BY sequence DESC LIMIT 1");
    assert!(recorded.contains(&format!(r#""setting":"blocklist","value":"{value}""#)), "{recorded}");
}

#[test]
fn a_file_that_is_no_list_is_refused_with_the_line_and_changes_nothing() {
    let desk = Desk::with_alice();
    set(&desk, OTHER, &[]).succeeds();
    let sha1 = "21BD12DC183F740EE76F27B78EB39C8AD972A757";
    let long = [&b"a\n"[..], &[b'x'; 1_025], b"\nb\n"].concat();
    for (bytes, said) in [
        (&b""[..], "has no entry"),
        (b"\n \n\xc2\xa0\n", "has no entry"),
        (b"one\ncaf\xe9\n", "line 2 of 'words.txt' is not UTF-8"),
        (b"\xff\xfeo\0n\0e\0", "line 1 of 'words.txt' is UTF-16, not UTF-8"),
        (b"one\nt\0w\0o\0\n", "line 2 of 'words.txt' has a NUL in it"),
        (&long, "line 2 of 'words.txt' is longer than 1,024 bytes"),
        (&vec![b'x'; 3_000_000], "line 1 of 'words.txt' is longer than 1,024 bytes"),
        (format!("{sha1}:52579\n").as_bytes(), "line 1 of 'words.txt' is a hash, not a password"),
    ] {
        let run = desk.refuses(2, || set(&desk, bytes, &[]));
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
    }
    for (bytes, said) in [(&b"\xff\xfeo\0"[..], "UTF-16"), (b"caf\xe9\n", "has no entry")] {
        let run = desk.refuses(2, || set(&desk, bytes, &["--skip-invalid"]));
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
    }
}

#[test]
fn the_lines_that_are_wrong_can_be_left_out() {
    let desk = Desk::with_alice();
    let list = [b"caf\xe9\none\n", &[b'x'; 9_000][..], b"\n", OTHER.as_bytes()].concat();
    let run = set(&desk, list, &["--skip-invalid"]).succeeds();
    assert_eq!(run.stderr, "2 lines were left out.\nblocklist is 2 entries now; it was none.\n");
    assert!(is_blocked(&desk, OTHER));
}

#[test]
fn a_list_may_come_through_a_pipe_and_be_of_many_blocks() {
    let desk = Desk::with_alice();
    let list = lines((0..50_000).map(|n| format!("word number {n} of many")));
    desk.run_with(&list, &["policy", "set", "blocklist", "-"]).succeeds();
    assert_eq!(desk.value::<i64>("SELECT count(*) FROM blocklist"), 49);
    assert!(is_blocked(&desk, "Word number 49999 of many"));
    assert!(!is_blocked(&desk, "word number 50000 of many"));
}

#[test]
fn a_backup_has_the_list() {
    let desk = Desk::with_alice();
    set(&desk, OTHER, &[]).succeeds();
    desk.run(&["store", "backup", "copy.db"]).succeeds();
    let list = value(&desk);
    desk.run(&UNSET).succeeds();
    fs::rename(desk.home.path().join("copy.db"), desk.store()).unwrap();
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{suffix}", desk.store().display()));
    }
    assert_eq!(value(&desk), list);
    assert!(is_blocked(&desk, OTHER));
}

#[test]
fn a_damaged_list_is_found_and_lets_no_password_through() {
    for (damage, said) in [
        ("UPDATE blocklist SET block = zeroblob(4128)", "block 0 is not as it was written"),
        ("DELETE FROM blocklist", "it does not have the blocks that the policy says"),
        ("INSERT INTO blocklist VALUES (7, zeroblob(4128))", "it does not have the blocks that the policy says"),
        ("UPDATE blocklist SET number = 1", "block 0 is missing"),
    ] {
        let desk = Desk::with_alice();
        set(&desk, OTHER, &[]).succeeds();
        desk.sql(damage);
        let checked = desk.run(&["store", "check"]).exits(10).stdout;
        assert!(checked.contains(said) && checked.contains("policy set blocklist FILE"), "{said}: {checked}");
        if !damage.starts_with("INSERT") {
            let run = desk.refuses(10, || desk.change_password("alice", GOOD, OTHER));
            assert!(run.stderr.contains("the blocklist is damaged"), "{}", run.stderr);
        }
        set(&desk, OTHER, &[]).succeeds();
        desk.run(&["store", "check"]).succeeds();
    }
}

#[test]
fn a_list_whose_setting_is_killed_leaves_the_old_one() {
    let desk = Desk::with_alice();
    set(&desk, OTHER, &[]).succeeds();
    let before = desk.state();
    let list = lines((0..400_000).map(|n| n.to_string()));
    fs::write(desk.home.path().join("words.txt"), list).unwrap();
    for wait in [0, 30, 100, 300, 600] {
        let mut child = desk.command(&SET).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait));
        child.kill().unwrap();
        if child.wait().unwrap().code() == Some(0) {
            break;
        }
        assert_eq!(desk.state(), before, "killed after {wait} ms");
        desk.run(&["store", "check"]).succeeds();
    }
}

#[test]
fn only_a_blocklist_leaves_lines_out() {
    let desk = Desk::with_alice();
    let run = desk.refuses(2, || desk.run(&["policy", "set", "min-length", "20", "--skip-invalid"]));
    assert!(run.stderr.contains("--skip-invalid is for the blocklist"), "{}", run.stderr);
}

#[test]
fn a_setting_that_is_unset_has_its_default_again() {
    let desk = Desk::with_alice();
    desk.run(&["policy", "set", "min-length", "20"]).succeeds();
    let run = desk.run(&["policy", "unset", "min-length"]).succeeds();
    assert_eq!(run.stderr, "min-length is 15 now; it was 20.\n");
}
