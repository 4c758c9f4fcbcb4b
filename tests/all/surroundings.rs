//! Unusual surroundings: no home, streams that do not block, limits on files and on memory.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::fs::{self, File};
use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _};
use std::os::fd::AsFd;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::common::crowd::bulky_crowd;
use crate::common::{Desk, GOOD, OTHER, Run, is_temporary};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::pipe::fcntl_setpipe_size;
use rustix::process::{Pid, Signal, kill_process};

/// Every name in the home, in order, without the engine's files beside the store.
fn names(desk: &Desk) -> Vec<String> {
    let entries = fs::read_dir(desk.home.path()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| !name.starts_with("store.db-"));
    names.sort();
    names
}

// ---- No home.

/// A user id without a line in passwd.
const NOBODYS: u32 = 54_321;

#[test]
#[ignore = "needs setpriv, and root to run it"]
fn what_takes_no_home_runs_without_one() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("passdesk");
    fs::copy(env!("CARGO_BIN_EXE_passdesk"), &program).unwrap();
    let own = folder.path().join("own");
    fs::create_dir(&own).unwrap();
    chown(&own, Some(NOBODYS), Some(NOBODYS)).unwrap();
    let run = |args: &[&str]| -> Run {
        let mut command = Command::new("setpriv");
        command.args([format!("--reuid={NOBODYS}"), format!("--regid={NOBODYS}"), "--clear-groups".into()]);
        command.arg(&program).args(args).env_clear().current_dir(&own).stdin(Stdio::null());
        command.output().unwrap().into()
    };
    let without = run(&["users", "list"]).exits(1);
    assert!(without.stderr.contains("there is no home folder; name the store with --store"), "{}", without.stderr);

    for args in [&["--version"][..], &["--help"], &["users", "reset", "--help"], &["demo"]] {
        run(args).succeeds();
    }
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert!(run(&["completions", shell]).succeeds().stdout.contains("passdesk"), "{shell}");
    }
    run(&["man", "pages"]).succeeds();
    assert!(own.join("pages/passdesk-users-reset.1").exists());
    assert_eq!(run(&["store", "path", "--store", "s.db"]).succeeds().stdout, format!("{}/s.db\n", own.display()));
    run(&["init", "--store", "s.db", "--admin", "root", "-q"]).succeeds();
    for args in [&["users", "list"][..], &["store", "check"], &["audit", "verify"], &["me", "sign-out"]] {
        run(&[args, &["--store", "s.db"]].concat()).succeeds();
    }
}

#[test]
fn what_takes_no_store_takes_no_folder_to_stand_in_either() {
    let desk = Desk::empty();
    let gone = desk.home.path().join("gone");
    for args in [&["completions", "bash"][..], &["--help"], &["--version"], &["man", "/proc/self/nowhere"]] {
        fs::create_dir(&gone).unwrap();
        let plain = desk.command(args);
        let mut shell = Command::new("sh");
        shell.args(["-c", "rmdir \"$PWD\" && exec \"$0\" \"$@\""]).arg(plain.get_program()).args(args);
        shell.env("PASSDESK_STORE", "s.db");
        let run = Run::from(shell.current_dir(&gone).stdin(Stdio::null()).output().unwrap());
        if args[0] == "man" {
            let run = run.exits(1);
            assert!(run.stderr.contains("the manual pages cannot be written to"), "{}", run.stderr);
        } else {
            run.succeeds();
        }
    }
}

// ---- Streams that do not block.

/// A narrow pipe. The end chosen by `is_for_program` does not block. Another program that shares it may have set that.
fn pipe(is_for_program: impl FnOnce(&PipeReader, &PipeWriter) -> std::os::fd::OwnedFd) -> (PipeReader, PipeWriter) {
    let (reader, writer) = io::pipe().unwrap();
    fcntl_setpipe_size(&writer, 4096).unwrap();
    does_not_block(is_for_program(&reader, &writer));
    (reader, writer)
}

fn does_not_block(stream: impl AsFd) {
    let flags = fcntl_getfl(&stream).unwrap();
    fcntl_setfl(&stream, flags | OFlags::NONBLOCK).unwrap();
}

/// Waits until the program sleeps or has ended. A program that polls does neither.
fn waits(child: &mut Child) {
    let mut asleep = 0;
    while asleep < 20 && child.try_wait().unwrap().is_none() {
        let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap_or_default();
        let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
        asleep = if state == Some('S') { asleep + 1 } else { 0 };
        thread::sleep(Duration::from_millis(10));
    }
}

/// The output of the program to a full pipe that does not block. The pipe is read only when the program waits for it.
fn through_a_full_pipe(mut command: Command) -> Run {
    let (mut reader, mut writer) = pipe(|_, writer| writer.as_fd().try_clone_to_owned().unwrap());
    while writer.write(b".").is_ok() {}
    let mut child = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    // Closes the writing end.
    drop(command);
    waits(&mut child);
    let mut written = String::new();
    reader.read_to_string(&mut written).unwrap();
    let output = child.wait_with_output().unwrap();
    Run { stdout: written.trim_start_matches('.').to_owned(), ..output.into() }
}

#[test]
fn what_is_written_into_a_pipe_that_does_not_block_is_whole() {
    let desk = Desk::with_alice();
    bulky_crowd(&desk, 200);
    for args in [
        &["users", "list"][..],
        &["users", "list", "--format", "csv"],
        &["users", "list", "--format", "json"],
        &["users", "list", "--format", "jsonl"],
        &["audit", "list", "--format", "jsonl"],
        &["users", "reset", "--all", "--dry-run"],
        &["users", "reset", "--help"],
        &["--help"],
        &["--version"],
        &["completions", "zsh"],
        &["store", "path"],
        &["policy", "show"],
    ] {
        let plain = desk.run(args).succeeds();
        let piped = through_a_full_pipe(desk.command(args)).succeeds();
        assert_eq!((piped.stdout, piped.stderr), (plain.stdout, plain.stderr), "{args:?}");
    }
}

#[test]
fn secrets_that_are_handed_over_into_a_pipe_that_does_not_block_are_whole_and_in_force() {
    let desk = Desk::with_alice();
    let one = through_a_full_pipe(desk.command(&["users", "reset", "alice", "--yes", "-q"])).succeeds().password();
    desk.run_with(&one, &["verify", "alice"]).exits(6);
    bulky_crowd(&desk, 70);
    let all = ["users", "reset", "--search", "crowd", "--yes", "--format", "csv"];
    let all = through_a_full_pipe(desk.command(&all)).succeeds().stdout;
    let passwords: Vec<_> = all.lines().skip(1).map(|row| row.split(',').nth(1).unwrap()).collect();
    assert!(passwords.len() == 70 && passwords.iter().all(|password| is_temporary(password)), "{all}");
    desk.run_with(passwords[69], &["verify", "crowd70"]).exits(6);
}

#[test]
fn a_failure_that_is_told_through_a_pipe_that_does_not_block_is_whole() {
    let desk = Desk::new();
    let names: Vec<String> = (0..200).map(|number| format!("nobody{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let args = [&["users", "unlock", "--format", "json"], &names[..]].concat();
    let plain = desk.run(&args).exits(3).stderr;
    let (mut reader, writer) = pipe(|_, writer| writer.as_fd().try_clone_to_owned().unwrap());
    let mut command = desk.command(&args);
    let mut child = command.stderr(writer).spawn().unwrap();
    drop(command);
    waits(&mut child);
    let mut said = String::new();
    reader.read_to_string(&mut said).unwrap();
    assert_eq!((child.wait().unwrap().code(), said), (Some(3), plain));
}

/// How a program that waits for a full pipe ends on a signal, and its output.
fn ended_by(signal: Signal, mut command: Command) -> Run {
    let (reader, mut writer) = pipe(|_, writer| writer.as_fd().try_clone_to_owned().unwrap());
    while writer.write(b".").is_ok() {}
    let mut child = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    waits(&mut child);
    assert!(child.try_wait().unwrap().is_none(), "it did not wait");
    kill_process(Pid::from_child(&child), signal).unwrap();
    let run = child.wait_with_output().unwrap().into();
    drop(reader);
    run
}

#[test]
fn a_signal_ends_a_program_that_waits_for_a_pipe_that_does_not_block() {
    let desk = Desk::with_alice();
    for args in [&["users", "list"][..], &["policy", "show"], &["store", "path"]] {
        ended_by(Signal::INT, desk.command(args)).exits(130);
        ended_by(Signal::TERM, desk.command(args)).exits(143);
    }
    ended_by(Signal::TERM, desk.command(&["--help"])).exits(143);
    let reset = ["users", "reset", "alice", "--yes", "-q"];
    let run = desk.refuses(130, || ended_by(Signal::INT, desk.command(&reset)));
    assert!(run.stderr.contains("NOT in force"), "{}", run.stderr);
    desk.profile("alice", GOOD).succeeds();
}

/// Runs the program with a standard input that does not block. The input arrives only when the program waits for it.
fn fed_late(mut command: Command, input: &[&str]) -> Run {
    let (reader, mut writer) = pipe(|reader, _| reader.as_fd().try_clone_to_owned().unwrap());
    let mut child = command.stdin(reader).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(command);
    for part in input {
        waits(&mut child);
        // A program that has refused reads no more.
        let _ = writer.write_all(part.as_bytes());
    }
    drop(writer);
    child.wait_with_output().unwrap().into()
}

#[test]
fn what_comes_late_on_a_standard_input_that_does_not_block_is_read() {
    let desk = Desk::with_alice();
    let verify = desk.command(&["verify", "alice"]);
    fed_late(verify, &["brass lantern ", "over wet slate\n"]).succeeds();
    let passwd = desk.command(&["me", "passwd", "--as", "alice", "--password-stdin"]);
    fed_late(passwd, &[GOOD, "\n", OTHER, "\n"]).succeeds();
    desk.profile("alice", OTHER).succeeds();
    let import = desk.command(&["users", "import", "-"]);
    fed_late(import, &["username,display_name\nzo", "e,Zoe\n", "yan,Yan\n"]).succeeds();
    let reset = desk.command(&["users", "reset", "--from", "-", "--yes", "--format", "csv"]);
    let rows = fed_late(reset, &["zoe\nya", "n\n"]).succeeds().stdout;
    assert_eq!(rows.lines().count(), 3, "{rows}");
}

// ---- A limit on the size of files.

/// The program with a file size limit of this many blocks of 512 bytes.
fn within(desk: &Desk, blocks: u32, args: &[&str]) -> Command {
    under(desk, "-f", blocks, args)
}

/// The same within a limit of `ulimit`. What the test has open is not the program's.
fn under(desk: &Desk, limit: &str, most: u32, args: &[&str]) -> Command {
    let plain = desk.command(args);
    let mut shell = Command::new("sh");
    let script = format!("exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; ulimit {limit} {most} && exec \"$0\" \"$@\"");
    shell.args(["-c", &script]).arg(plain.get_program()).args(args);
    shell.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.current_dir(desk.home.path()).stdin(Stdio::null());
    shell
}

/// Keeps the files beside the store at their size. So only new writes meet the limit.
fn held_open(desk: &Desk) -> rusqlite::Connection {
    let store = rusqlite::Connection::open(desk.store()).unwrap();
    store.query_row("SELECT count(*) FROM accounts", [], |_| Ok(())).unwrap();
    store
}

#[test]
fn a_filter_that_finds_no_room_is_a_failure_that_changes_nothing() {
    let desk = Desk::with_alice();
    let list = (0..200_000).map(|n| n.to_string()).collect::<Vec<_>>().join("\n");
    fs::write(desk.home.path().join("words.txt"), list).unwrap();
    let run =
        desk.refuses(1, || within(&desk, 1_000, &["policy", "set", "blocklist", "words.txt"]).output().unwrap().into());
    assert!(run.stderr.contains("there is no room for the blocklist: File too large"), "{}", run.stderr);
}

#[test]
fn where_the_store_may_not_grow_nothing_is_changed_and_the_limit_is_named() {
    let desk = Desk::with_alice();
    fs::write(desk.home.path().join("people.csv"), "username,display_name\nzoe,Zoe\n").unwrap();
    let before = names(&desk);
    let _held = held_open(&desk);
    for args in [
        &["users", "add", "bob", "-q"][..],
        &["users", "reset", "alice", "--yes", "-q"],
        &["users", "reset", "--all", "--yes", "--format", "csv"],
        &["users", "edit", "alice", "--name", "Other"],
        &["users", "disable", "alice"],
        &["users", "remove", "alice"],
        &["users", "grant", "alice", "auditor"],
        &["users", "require-change", "alice"],
        &["users", "purge", "--yes"],
        &["users", "import", "people.csv"],
        &["policy", "set", "min-length", "20"],
        &["recover", "root", "--yes", "-q"],
        &["store", "backup", "copy.db"],
    ] {
        let run = desk.refuses(1, || within(&desk, 0, args).output().unwrap().into());
        assert!(
            run.stderr.contains("no file may grow beyond 0 bytes here, see 'ulimit -f'"),
            "{args:?}: {}",
            run.stderr
        );
        if is_temporary(run.stdout.trim_end()) {
            assert!(run.stderr.contains("is NOT in force"), "{args:?}: {}", run.stderr);
        }
        assert_eq!(names(&desk), before, "{args:?}");
    }
    let signing_in = within(&desk, 0, &["me", "sign-in", "--as", "alice", "--password-stdin"]);
    let run = crate::common::fed(signing_in, format!("{GOOD}\n")).exits(1);
    assert!(run.stderr.contains("ulimit -f"), "{}", run.stderr);
    desk.profile("alice", GOOD).succeeds();
}

#[test]
fn a_limit_that_the_index_of_the_log_meets_is_not_told_as_a_full_disk() {
    let desk = Desk::with_alice();
    let run = desk.refuses(1, || within(&desk, 4, &["users", "disable", "alice"]).output().unwrap().into());
    let said = "error: the store cannot grow: disk I/O error; no file may grow beyond 2048 bytes here, see 'ulimit -f'\n\
                hint: raise the limit on the size of files, or make room on that disk; 'df' shows how full it is\n";
    assert_eq!(run.stderr, said);
}

#[test]
fn a_limit_on_open_files_is_named_and_nothing_has_changed() {
    let desk = Desk::with_alice();
    for most in 6..9 {
        let run = desk.refuses(1, || under(&desk, "-n", most, &["users", "disable", "alice"]).output().unwrap().into());
        assert!(run.stderr.contains("see 'ulimit -n'") && !run.stderr.contains("hint"), "{most}: {}", run.stderr);
    }
}

#[test]
fn where_no_file_may_grow_no_store_is_made_and_no_backup() {
    let desk = Desk::with_alice();
    let before = names(&desk);
    // The record has room for the event that the backup began. The backup then fails in the middle.
    for (blocks, args) in [
        (0, &["init", "--store", "new.db", "--admin", "root", "-q"][..]),
        (20, &["init", "--store", "new.db", "--admin", "root", "-q"]),
        (100, &["init", "--store", "new.db", "--admin", "root", "-q"]),
        (100, &["store", "backup", "copy.db"]),
    ] {
        let run = desk.refuses(1, || within(&desk, blocks, args).output().unwrap().into());
        assert!(run.stderr.contains("ulimit -f"), "{blocks} {args:?}: {}", run.stderr);
        assert_eq!((run.stdout.as_str(), names(&desk)), ("", before.clone()), "{blocks} {args:?}");
    }
}

#[test]
fn a_file_that_may_not_grow_is_no_delivery() {
    let desk = Desk::with_alice();
    let before = names(&desk);
    let _held = held_open(&desk);
    for args in [
        &["users", "reset", "alice", "--yes", "--output", "out"][..],
        &["users", "reset", "--all", "--yes", "--format", "csv", "--output", "out"],
    ] {
        let run = desk.refuses(12, || within(&desk, 0, args).output().unwrap().into());
        assert!(run.stderr.contains("File too large"), "{args:?}: {}", run.stderr);
        assert_eq!(names(&desk), before, "{args:?}");
    }
    let out = || File::create(desk.home.path().join("out")).unwrap();
    let reset = ["users", "reset", "alice", "--yes", "-q"];
    desk.refuses(12, || within(&desk, 0, &reset).stdout(out()).output().unwrap().into());
    desk.profile("alice", GOOD).succeeds();
}

#[test]
fn standard_output_that_may_not_grow_is_a_failure_that_is_told() {
    let desk = Desk::with_alice();
    let _held = held_open(&desk);
    for args in [
        &["users", "list"][..],
        &["users", "list", "--format", "json"],
        &["audit", "list"],
        &["policy", "show"],
        &["store", "path"],
        &["completions", "bash"],
        &["--version"],
        &["--help"],
    ] {
        let out = File::create(desk.home.path().join("out")).unwrap();
        let run = Run::from(within(&desk, 0, args).stdout(out).output().unwrap()).exits(1);
        assert!(run.stderr.contains("standard output cannot be written: File too large"), "{args:?}: {}", run.stderr);
    }
    let run = Run::from(within(&desk, 0, &["man", "pages"]).output().unwrap()).exits(1);
    assert!(run.stderr.contains("the manual pages cannot be written to pages: File too large"), "{}", run.stderr);
}

#[test]
fn what_is_in_the_log_is_in_force_though_the_stores_file_may_not_be_written() {
    let desk = Desk::with_alice();
    bulky_crowd(&desk, 1_000);
    let blocks = 400;
    assert!(fs::metadata(desk.store()).unwrap().len() > 512 * u64::from(blocks), "the store is no larger than that");
    let run: Run = within(&desk, blocks, &["users", "reset", "alice", "--yes", "-q"]).output().unwrap().into();
    desk.run_with(run.succeeds().password(), &["verify", "alice"]).exits(6);
    desk.run(&["store", "check"]).succeeds();
}

// ---- A limit on memory.

/// Ten accounts whose hashes take 256 MiB each.
fn dear() -> Desk {
    let desk = Desk::new();
    bulky_crowd(&desk, 10);
    desk.run(&["policy", "set", "argon2", "m=262144,t=1,p=1"]).succeeds();
    desk
}

fn rows(run: &Run) -> Vec<PathBuf> {
    run.stdout.lines().skip(1).map(PathBuf::from).collect()
}

#[test]
#[ignore = "needs prlimit, and 600 MiB"]
fn many_are_hashed_on_as_many_cores_as_there_is_memory_for() {
    let desk = dear();
    let reset = ["users", "reset", "--search", "crowd", "--yes", "--format", "csv"];
    let run: Run = desk.command_within(640 << 20, &reset).output().unwrap().into();
    assert_eq!(rows(&run.succeeds()).len(), 10);

    let run: Run = desk.command_within(640 << 20, &[&reset[..], &["--jobs", "8"]].concat()).output().unwrap().into();
    let run = run.succeeds();
    assert_eq!(rows(&run).len(), 10);
    assert!(run.stderr.contains("The memory suffices for 1 core. --jobs asks for more."), "{}", run.stderr);
}

#[test]
#[ignore = "needs prlimit, and 100 MiB"]
fn where_there_is_no_memory_for_one_hash_nothing_is_handed_over() {
    let desk = dear();
    let reset = ["users", "reset", "--search", "crowd", "--yes", "--format", "csv"];
    let run = desk.refuses(1, || desk.command_within(200 << 20, &reset).output().unwrap().into());
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("there is not enough memory to hash a password"), "{}", run.stderr);
}
