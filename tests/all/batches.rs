//! A reset of more accounts than fit into a batch. Each batch is delivered, and then put in force. A run that ends
//! early ends between two batches.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::common::crowd::{
    BATCH, HEADER, Stream, all_in_force, crowded, hashes, jsonl_row, list, names, not_in_force, reset_since, rows,
    signal, wait_for, whose, written,
};
use crate::common::pty::Pty;
use crate::common::record::{VERIFY, events};
use crate::common::{Desk, Run};
use rustix::net::sockopt::set_socket_send_buffer_size;
use rustix::process::Signal;

const ALL: [&str; 7] = ["users", "reset", "--search", "example.org", "--yes", "--format", "csv"];

fn all_to(desk: &Desk, file: &str) -> Command {
    desk.command(&[&ALL[..], &["--output", file]].concat())
}

#[test]
fn rows_of_a_batch_are_in_force_while_the_next_ones_are_still_to_come() {
    let desk = crowded(2 * BATCH + 40);
    let before = hashes(&desk);
    let mut stream = Stream::start(desk.command(&ALL));
    stream.until_row(BATCH + 1);
    let reset = reset_since(&desk, &before);
    assert!(reset.is_superset(&names(1..=BATCH)), "{reset:?}");
    assert!(reset.len() < 2 * BATCH + 40, "it came all at once");
    let (text, code, stderr) = stream.end();
    assert_eq!((code, stderr.as_str()), (0, "168 accounts are reset.\n"));
    all_in_force(&desk, &rows(&text), &names(1..=2 * BATCH + 40));
}

#[test]
fn nothing_changes_where_nothing_can_be_delivered() {
    let desk = crowded(BATCH + 6);
    let before = desk.state();
    // The reading end is dropped at once.
    let nobody = std::io::pipe().unwrap().1;
    let run: Run = desk.command(&ALL).stdout(nobody).output().unwrap().into();
    assert_eq!(desk.state(), before);
    assert!(run.stderr.contains("none of 70 accounts could be done; nothing has changed"), "{}", run.stderr);
    run.exits(12);
}

#[test]
#[ignore = "takes long"]
fn a_reader_who_leaves_ends_the_run_with_the_rows_read_in_force_and_the_rest_as_it_was() {
    let desk = crowded(5 * BATCH);
    let before = hashes(&desk);
    let mut stream = Stream::start(desk.command(&ALL));
    stream.until_row(BATCH + 1);
    let (text, code, stderr) = stream.leave();
    let reset = reset_since(&desk, &before);
    assert_eq!(reset.len() % BATCH, 0, "a batch was torn");
    assert_eq!(reset, names(1..=reset.len()));
    assert!((BATCH..5 * BATCH).contains(&reset.len()), "{}", reset.len());
    for part in [&format!("{} of 320 are done; the others have not changed", reset.len()), "standard output", "and"] {
        assert!(stderr.contains(part), "{stderr}");
    }
    assert_eq!(code, 11);
    assert_eq!(not_in_force(&desk, &rows(&text)[..BATCH]), Vec::<String>::new());
}

/// The command, run under a file size limit of this many blocks of 512 bytes.
fn limited(desk: &Desk, blocks: u32, plain: &Command) -> Command {
    let mut shell = Command::new("sh");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    shell.args(["-c", &script]).arg(plain.get_program()).args(plain.get_args());
    shell.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.current_dir(desk.home.path()).stdin(Stdio::null());
    shell
}

#[test]
fn where_not_even_the_first_batch_fits_on_the_disk_there_is_nothing_to_go_on_with() {
    let desk = crowded(BATCH + 6);
    // While the store is open, its files already take all the disk space the program needs up to there.
    let store = rusqlite::Connection::open(desk.store()).unwrap();
    store.query_row("SELECT count(*) FROM accounts", [], |_| Ok(())).unwrap();
    let run = desk.refuses(12, || limited(&desk, 0, &all_to(&desk, "out")).output().unwrap().into());
    assert!(run.stderr.contains("could not be written to out"), "{}", run.stderr);
    assert!(!run.stderr.contains("--resume"), "{}", run.stderr);
    assert!(!desk.home.path().join("out").exists());
}

/// The file has room for just one more batch under a limit that the store never reaches. It holds 1 MiB of rows. One
/// row is of an account that is reset, and the others are of accounts that do not exist.
#[test]
#[ignore = "takes long"]
fn a_disk_that_is_full_in_the_middle_leaves_whole_batches_in_the_file_and_in_force() {
    let desk = crowded(3 * BATCH + 1);
    let out = desk.home.path().join("out");
    desk.run(&["users", "reset", "--from", "list", "--yes", "--format", "csv", "--output", "out"]).exits(2);
    list(&desk, "u001\n");
    desk.run(&["users", "reset", "--from", "list", "--yes", "--format", "csv", "--output", "out"]).succeeds();
    let first = written(&out);
    let row = first.strip_prefix(HEADER).unwrap();
    let gone = row.replace("u001", "gone");
    // In blocks of 512 bytes, with room for one batch but not for two.
    let room = (row.len() * BATCH * 3 / 2) as u64;
    let limit = 1 << 20;
    let count = (usize::try_from(limit - room).unwrap() - first.len()) / gone.len();
    File::create(&out).unwrap().write_all([HEADER, &gone.repeat(count), row].concat().as_bytes()).unwrap();
    let (before, long) = (hashes(&desk), written(&out));
    let resume = desk.command(&[&ALL[..], &["--resume", "out"]].concat());
    let run: Run = limited(&desk, 2048, &resume).output().unwrap().into();
    let text = written(&out);
    let more = rows(&[HEADER, text.strip_prefix(&long).unwrap()].concat());
    assert!(text.ends_with('\n'));
    assert_eq!(whose(&more), names(2..=1 + BATCH), "{}", run.stderr);
    assert_eq!(reset_since(&desk, &before), names(2..=1 + BATCH));
    assert_eq!(not_in_force(&desk, &more), Vec::<String>::new());
    for part in ["64 of 192 are done; the others have not changed", "could not be written to out", "--resume"] {
        assert!(run.stderr.contains(part), "{part:?} is not in {}", run.stderr);
    }
    assert_eq!(run.stderr.matches("hint: ").count(), 1, "{}", run.stderr);
    run.exits(11);
}

#[test]
#[ignore = "takes long"]
fn a_file_that_is_moved_removed_or_written_by_others_ends_the_run_between_two_batches() {
    let spoils: [fn(&Path); 3] = [
        |out| fs::rename(out, out.with_extension("moved")).unwrap(),
        |out| fs::remove_file(out).unwrap(),
        |out| File::options().append(true).open(out).unwrap().write_all(b"more\n").unwrap(),
    ];
    for spoil in spoils {
        let desk = crowded(4 * BATCH);
        let (before, out) = (hashes(&desk), desk.home.path().join("out"));
        let mut child = all_to(&desk, "out").stderr(Stdio::piped()).spawn().unwrap();
        assert!(wait_for(&mut child, || written(&out).lines().count() > BATCH));
        spoil(&out);
        let run: Run = child.wait_with_output().unwrap().into();
        let reset = reset_since(&desk, &before).len();
        assert!(reset < 4 * BATCH, "it went on");
        assert!(run.stderr.contains("somebody"), "{}", run.stderr);
        assert!(!run.stderr.contains("passwords are in out"), "{}", run.stderr);
        assert!(reset == 0 || run.stderr.contains("hint: if that file was only moved"), "{}", run.stderr);
        // Perhaps even the first batch was not in force yet.
        run.exits(if reset == 0 { 12 } else { 11 });
    }
}

#[test]
#[ignore = "takes long"]
fn rows_that_are_refused_among_others_are_taken_out_of_the_file() {
    for format in ["csv", "jsonl"] {
        let desk = crowded(BATCH + 6);
        for username in ["u001", "u010", "u064", "u066"] {
            desk.refuse_resets(username);
        }
        // The first writer makes the file that queues writers.
        desk.run(&["users", "require-change", "u001"]).succeeds();
        let (before, files) = (hashes(&desk), fs::read_dir(desk.home.path()).unwrap().count());
        let args = ["users", "reset", "--search", "example.org", "--yes", "--format", format, "--output", "out"];
        let run = desk.run(&args).exits(11);
        let mut others = names(1..=BATCH + 6);
        for refused in [1, 10, 64, 66].map(|number| names([number])).iter().flatten() {
            others.remove(refused);
            let named = [format!("{refused}: "), format!("\"{refused}\"")];
            assert!(named.iter().any(|name| run.stderr.contains(name)), "{refused} is not in {}", run.stderr);
        }
        assert_eq!(reset_since(&desk, &before), others);
        let text = written(&desk.home.path().join("out"));
        let rows = if format == "csv" { rows(&text) } else { text.lines().map(jsonl_row).collect() };
        all_in_force(&desk, &rows, &others);
        assert_eq!(fs::read_dir(desk.home.path()).unwrap().count(), files + 1, "something is left beside it");
    }
}

#[test]
fn of_rows_that_got_out_in_part_each_that_is_of_no_use_is_named() {
    let desk = crowded(2 * BATCH);
    let before = hashes(&desk);
    let store = rusqlite::Connection::open(desk.store()).unwrap();
    store.query_row("SELECT count(*) FROM accounts", [], |_| Ok(())).unwrap();
    let out = desk.home.path().join("out");
    let plain = desk.command(&["users", "reset", "--search", "example.org", "--yes", "--format", "jsonl"]);
    let run: Run = limited(&desk, 2, &plain).stdout(File::create(&out).unwrap()).output().unwrap().into();
    let whole = written(&out).lines().filter(|line| line.ends_with('}')).count();
    assert!((1..BATCH).contains(&whole), "{}", written(&out));
    assert_eq!(reset_since(&desk, &before), names([]));
    for name in names(1..=BATCH) {
        assert!(run.stderr.contains(&format!("\"{name}\"")), "{name} is not in {}", run.stderr);
    }
}

/// The store is locked once the output has this row. Returns how many rows are not in force.
fn not_in_force_of_a_busy_store(people: usize, row: usize) -> usize {
    let desk = crowded(people);
    let before = hashes(&desk);
    let mut stream = Stream::start(desk.command(&ALL));
    stream.until_row(row);
    let mut store = rusqlite::Connection::open(desk.store()).unwrap();
    store.busy_timeout(Duration::from_secs(5)).unwrap();
    let held = store.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    let (text, code, stderr) = stream.end();
    drop(held);
    assert!(stderr.contains("NOT in force"), "{stderr}");
    assert_eq!(code, 11, "{stderr}");
    rows(&text).len() - reset_since(&desk, &before).len()
}

#[test]
#[ignore = "takes long"]
fn a_store_that_stays_busy_ends_the_run_after_one_batch() {
    assert_eq!(not_in_force_of_a_busy_store(6 * BATCH, BATCH + 1), BATCH, "it went on");
}

#[test]
#[ignore = "takes long"]
fn a_store_that_stays_busy_ends_the_run_of_a_few_after_one_account() {
    assert_eq!(not_in_force_of_a_busy_store(BATCH - 8, 2), 1, "it went on");
}

/// Waits until no more accounts are put in force and no more passwords are hashed. This happens when nobody reads the
/// output. Returns how many accounts are done.
#[track_caller]
fn done_when_stuck(desk: &Desk, before: &BTreeMap<String, String>, child: &Child) -> usize {
    let mut seen = (0, String::new());
    for _ in 0..100 {
        sleep(Duration::from_secs(2));
        let now = (reset_since(desk, before).len(), time_used(child));
        if now == seen && now.0 > 0 {
            return now.0;
        }
        seen = now;
    }
    unreachable!("it never came to a stand")
}

/// The processor time that a process has used (proc(5): `utime` and `stime`).
fn time_used(child: &Child) -> String {
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    fields.split(' ').skip(11).take(2).collect()
}

#[test]
#[ignore = "takes long"]
fn a_delivery_that_nobody_takes_is_cut_off_and_the_last_words_say_how_many_are_done() {
    let desk = crowded(6 * BATCH);
    let before = hashes(&desk);
    let (reader, writer) = UnixStream::pair().unwrap();
    set_socket_send_buffer_size(&writer, 4096).unwrap();
    let mut command = desk.command(&ALL);
    command.stdout(OwnedFd::from(writer)).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    drop(command);
    let done = done_when_stuck(&desk, &before, &child);
    signal(&child, Signal::INT);
    let run: Run = child.wait_with_output().unwrap().into();
    drop(reader);
    assert!(done < 6 * BATCH, "it was all taken");
    assert_eq!(reset_since(&desk, &before).len(), done);
    for part in ["is NOT in force", &format!("reset before that: {done} accounts")] {
        assert!(run.stderr.contains(part), "{part:?} is not in {}", run.stderr);
    }
    run.exits(130);
}

#[test]
#[ignore = "takes long"]
fn as_many_workers_as_one_likes_come_to_the_same() {
    let desk = crowded(BATCH + 10);
    for jobs in ["1", "8"] {
        let run = desk.run(&[&ALL[..], &["--jobs", jobs]].concat()).succeeds();
        let rows = rows(&run.stdout);
        assert!(rows.is_sorted_by_key(|(name, _)| name));
        all_in_force(&desk, &rows, &names(1..=BATCH + 10));
    }
    for jobs in ["0", "-1", "1025", "many"] {
        desk.refuses(2, || desk.run(&[&ALL[..], &["--jobs", jobs]].concat()));
    }
}

#[test]
fn each_account_has_one_event_and_no_password_is_in_the_store() {
    let desk = crowded(BATCH + 10);
    let before = events(&desk).len();
    let run = desk.run(&ALL).succeeds();
    let events = events(&desk).split_off(before);
    let targets: Vec<_> = events.iter().map(|event| event["target"].as_str().unwrap().to_owned()).collect();
    assert_eq!((targets.len(), targets.into_iter().collect()), (BATCH + 10, names(1..=BATCH + 10)));
    assert!(events.iter().all(|event| event["action"] == "reset" && event["outcome"] == "done"));
    desk.run(&VERIFY).succeeds();
    let bytes = String::from_utf8_lossy(&desk.store_bytes()).into_owned();
    for (name, password) in rows(&run.stdout) {
        for form in [password.clone(), password.replace('-', "")] {
            assert!(!bytes.contains(&form), "that of {name} is there");
        }
    }
}

#[test]
fn no_bar_is_drawn_where_standard_error_is_no_terminal() {
    let desk = crowded(BATCH + 6);
    let run = desk.run(&[&ALL[..], &["--output", "out"]].concat()).succeeds();
    assert_eq!(
        (run.stdout.as_str(), run.stderr.as_str()),
        ("", "70 accounts are reset; their temporary passwords are in out.\n")
    );
}

#[test]
fn a_bar_is_drawn_on_a_terminal_when_the_rows_go_elsewhere_and_none_among_rows() {
    let desk = crowded(BATCH + 6);
    let ended = Pty::start(&all_to(&desk, "out")).end().exits(0);
    assert!(ended.text().contains("resetting "), "{}", ended.transcript);
    let ended = Pty::start(&desk.command(&ALL)).end().exits(0);
    assert!(!ended.text().contains("resetting "), "{}", ended.transcript);
    assert_eq!(ended.text().matches("u0").count(), BATCH + 6);
}

#[test]
fn a_signal_ends_the_run_behind_a_batch_and_it_is_gone_on_with() {
    let desk = crowded(2 * BATCH);
    let (before, out) = (hashes(&desk), desk.home.path().join("out"));
    let mut child = all_to(&desk, "out").stderr(Stdio::piped()).spawn().unwrap();
    assert!(wait_for(&mut child, || written(&out).len() > HEADER.len()));
    signal(&child, Signal::INT);
    let run: Run = child.wait_with_output().unwrap().into();
    let done = rows(&written(&out));
    assert_eq!(done.len() % BATCH, 0);
    assert!((1..2 * BATCH).contains(&done.len()));
    assert_eq!(whose(&done), reset_since(&desk, &before));
    for part in [&format!("{} of 128 are done; the others have not changed", done.len()), "--resume", "cancelled"] {
        assert!(run.stderr.contains(part), "{part:?} is not in {}", run.stderr);
    }
    run.exits(11);
    let resumed = desk.run(&[&ALL[..], &["--resume", "out"]].concat()).succeeds();
    assert!(resumed.stderr.starts_with(&format!("{} of 128 are done already.\n", done.len())), "{}", resumed.stderr);
    all_in_force(&desk, &rows(&written(&out)), &names(1..=2 * BATCH));
}
