//! Delivered, then in force. At every instant either the old password works, or one that was handed over.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::fs::{self, File, Permissions};
use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::common::pty::Pty;
use crate::common::{Desk, GOOD, Run, is_temporary, temporary_in};
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

const RESET_ALICE: [&str; 4] = ["users", "reset", "alice", "--yes"];

/// Outputs that reach nobody. The reader closes its pipe. The process that starts the program closes standard output.
const DEAD_ENDS: [&str; 4] = ["a full device", "a pipe without a reader", "the null device", "no standard output"];

/// The program, started by a shell. `setup` comes before the command line, `redirection` after it.
fn through_shell(desk: &Desk, setup: &str, args: &[&str], redirection: &str) -> Command {
    let plain = desk.command(args);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("{setup}\nexec \"$0\" \"$@\" {redirection}")])
        .arg(plain.get_program())
        .args(plain.get_args())
        .env_clear()
        .envs(plain.get_envs().filter_map(|(name, value)| value.map(|value| (name, value))))
        .current_dir(desk.home.path())
        .stdin(Stdio::null());
    shell
}

fn run_into(desk: &Desk, dead_end: &str, args: &[&str]) -> Run {
    let mut command = desk.command(args);
    let command = match dead_end {
        "a full device" => command.stdout(File::options().write(true).open("/dev/full").unwrap()),
        // The reading end is dropped at once.
        "a pipe without a reader" => command.stdout(io::pipe().unwrap().1),
        "the null device" => command.stdout(Stdio::null()),
        _ => &mut through_shell(desk, "", args, ">&-"),
    };
    // `output` would replace a standard output that is not set. It leaves one that is set.
    command.output().unwrap().into()
}

/// A pipe that nobody reads, filled with line ends until `room` bytes are free. A write that needs more has to wait.
fn narrow_pipe(room: usize) -> (PipeReader, PipeWriter) {
    const PAGE: usize = 4096;
    let (mut reader, mut writer) = io::pipe().unwrap();
    fcntl_setfl(&writer, OFlags::NONBLOCK).unwrap();
    while writer.write(&[b'\n'; PAGE]).is_ok() {}
    // Space becomes free a page at a time.
    reader.read_exact(&mut [0; PAGE]).unwrap();
    writer.write_all(&vec![b'\n'; PAGE - room]).unwrap();
    // The program shares this flag with the test, and is supposed to wait.
    fcntl_setfl(&writer, OFlags::empty()).unwrap();
    (reader, writer)
}

fn spawn(mut command: Command, stdout: PipeWriter) -> Child {
    command.stdout(stdout).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits until the condition holds. Fails the test if it never does.
#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let mut tries = 1_000;
    while !is_so() {
        assert!(tries > 0, "it never came to this: {what}");
        tries -= 1;
        sleep(Duration::from_millis(10));
    }
}

/// Waits until the program only waits. It was asleep at each look for a while.
fn let_it_wait(child: &Child) {
    let stat = format!("/proc/{}/stat", child.id());
    let mut slept = 0;
    for _ in 0..1_000 {
        // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the state follows the name, which is in brackets.
        let sleeps = fs::read_to_string(&stat).is_ok_and(|stat| stat.contains(") S "));
        slept = if sleeps { slept + 1 } else { 0 };
        if slept == 15 {
            return;
        }
        sleep(Duration::from_millis(10));
    }
    unreachable!("the program does not wait");
}

/// Whether a password signs its owner in, or leads straight to choosing a new one.
fn works(desk: &Desk, username: &str, password: &str) -> bool {
    matches!(desk.profile(username, password).code, 0 | 6)
}

/// Adds accounts, and returns the temporary password of each.
fn added(desk: &Desk, usernames: &[&'static str]) -> Vec<(&'static str, String)> {
    usernames.iter().map(|name| (*name, desk.run(&["users", "add", name, "-q"]).succeeds().password())).collect()
}

fn shown(desk: &Desk, username: &str) -> Value {
    serde_json::from_str(&desk.run(&["users", "show", username, "--format", "json"]).succeeds().stdout).unwrap()
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

// ---- A failed delivery changes nothing.

#[test]
fn a_device_that_is_no_terminal_counts_as_no_delivery() {
    let desk = Desk::settled();
    desk.like_root("alice", 0);
    let commands = [
        &RESET_ALICE[..],
        &["users", "reset", "--all", "--yes", "--format", "csv"],
        &["users", "add", "bob"],
        &["tokens", "create", "t", "--account", "root", "--expires-in", "1d"],
        &["recover", "root", "--yes"],
    ];
    for device in ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"] {
        for command in commands {
            let device = File::options().write(true).open(device).unwrap();
            let run = desk.refuses(12, || desk.command(command).stdout(device).output().unwrap().into());
            assert!(run.stderr.contains(": nobody would see it there\nhint: "), "{}", run.stderr);
        }
    }
}

#[test]
fn a_socket_is_a_delivery() {
    let desk = Desk::with_alice();
    let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
    let mut command = desk.command(&[&RESET_ALICE[..], &["-q"]].concat());
    Run::from(command.stdout(std::os::fd::OwnedFd::from(theirs)).output().unwrap()).succeeds();
    drop(command);
    let mut password = String::new();
    (&ours).read_to_string(&mut password).unwrap();
    assert!(works(&desk, "alice", password.trim()));
}

#[test]
fn a_reset_that_cannot_be_delivered_leaves_the_old_password_in_force() {
    let desk = Desk::with_alice();
    let before = desk.state();
    for dead_end in DEAD_ENDS {
        for how in [&[][..], &["-q"], &["--format", "json"], &["--format", "csv"]] {
            let run = run_into(&desk, dead_end, &[&RESET_ALICE, how].concat()).exits(12);
            assert_eq!(run.stdout, "", "{dead_end}");
            assert_eq!(temporary_in(&run.stderr), None, "{dead_end}");
            assert_eq!(desk.state(), before, "{dead_end} {how:?}");
        }
    }
    desk.profile("alice", GOOD).succeeds();
}

#[test]
fn an_account_whose_password_cannot_be_delivered_is_not_added() {
    let desk = Desk::new();
    let before = desk.state();
    for dead_end in DEAD_ENDS {
        run_into(&desk, dead_end, &["users", "add", "bob"]).exits(12);
        assert_eq!(desk.state(), before, "{dead_end}");
    }
}

#[test]
fn a_store_whose_first_password_cannot_be_delivered_is_not_made() {
    let desk = Desk::empty();
    for dead_end in DEAD_ENDS {
        run_into(&desk, dead_end, &["init", "--admin", "root"]).exits(12);
        assert_eq!(names_in(desk.home.path()), [""; 0], "{dead_end}");
    }
}

#[test]
fn who_could_not_be_handed_a_password_is_told_that_nothing_has_changed() {
    let desk = Desk::with_alice();
    let into_nothing = |args: &[&str]| desk.refuses(12, || run_into(&desk, "a pipe without a reader", args));
    let run = into_nothing(&RESET_ALICE);
    assert!(run.stderr.contains("nothing has changed"), "{}", run.stderr);
    let run = into_nothing(&[&RESET_ALICE[..], &["--format", "json"]].concat());
    assert_eq!(run.error()["code"], "not_delivered");
}

#[test]
fn of_several_none_is_reset_when_nothing_can_be_delivered() {
    let desk = Desk::new();
    let old = added(&desk, &["u1", "u2"]);
    let before = desk.state();
    let run = run_into(&desk, "a pipe without a reader", &["users", "reset", "u1", "u2", "--yes"]).exits(12);
    assert!(run.stderr.contains("could be done; nothing has changed"), "{}", run.stderr);
    assert!(run.stderr.contains("u2: not tried"), "{}", run.stderr);
    assert_eq!(desk.state(), before);
    assert!(old.iter().all(|(name, password)| works(&desk, name, password)));
}

#[test]
fn an_output_file_is_never_written_over_anything() {
    let desk = Desk::with_alice();
    let home = desk.home.path();
    fs::write(home.join("taken"), "mine").unwrap();
    symlink("nowhere", home.join("dangling")).unwrap();
    symlink("taken", home.join("link")).unwrap();
    fs::create_dir(home.join("folder")).unwrap();
    let names = names_in(home);
    let before = desk.state();
    for place in ["taken", "dangling", "link", "folder", "missing/file", "taken/file", "/dev/stdout"] {
        let run = desk.run(&[&RESET_ALICE[..], &["--output", place]].concat()).exits(12);
        assert_eq!(run.stdout, "");
        assert!(run.stderr.contains("hint: name a"), "{}", run.stderr);
        assert_eq!(desk.state(), before, "{place:?}");
    }
    assert_eq!(fs::read_to_string(home.join("taken")).unwrap(), "mine");
    assert_eq!(names_in(&home.join("folder")), [""; 0]);
    assert_eq!(names_in(home), names);
    desk.profile("alice", GOOD).succeeds();
}

#[test]
fn an_output_file_needs_a_folder_that_takes_it() {
    if rustix::process::geteuid().is_root() {
        // This user is root, who may write into every folder.
        return;
    }
    let desk = Desk::with_alice();
    let folder = desk.home.path().join("locked");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o500)).unwrap();
    let before = desk.state();
    desk.run(&[&RESET_ALICE[..], &["--output", "locked/file"]].concat()).exits(12);
    assert_eq!(desk.state(), before);
    assert_eq!(names_in(&folder), [""; 0]);
}

#[test]
fn a_name_that_is_taken_is_refused_before_anything_is_shown() {
    let desk = Desk::with_alice();
    desk.run(&["users", "edit", "alice", "--email", "alice@example.org"]).succeeds();
    let before = desk.state();
    for new in [
        &["users", "add", "alice"][..],
        &["users", "add", "ALICE", "-q"],
        &["users", "add", "bob", "--email", "Alice@Example.ORG"],
        &["users", "add", "bob", "--email", "alice@example.org", "--output", "file"],
    ] {
        let run = desk.run(new).exits(7);
        assert_eq!(run.stdout, "");
        assert_eq!(temporary_in(&run.stderr), None);
        assert!(run.stderr.contains(" is taken by "), "{}", run.stderr);
        assert_eq!(desk.state(), before);
    }
    assert!(!desk.home.path().join("file").exists());
}

// ---- A delivery arrives as documented.

#[test]
fn an_output_file_holds_the_password_and_is_its_owners_alone() {
    let desk = Desk::with_alice();
    for umask in ["000", "022", "077"] {
        let args = [&RESET_ALICE[..], &["-q", "--output", umask]].concat();
        let run: Run = through_shell(&desk, &format!("umask {umask}"), &args, "").output().unwrap().into();
        assert_eq!(run.succeeds().stdout, "");
        let file = desk.home.path().join(umask);
        assert_eq!(mode(&file), 0o600, "umask {umask}");
        let written = fs::read_to_string(file).unwrap();
        assert!(is_temporary(written.trim_end()), "umask {umask}");
        desk.profile("alice", written.trim_end()).exits(6);
    }
}

#[test]
fn an_output_file_can_be_read_by_its_owner_whatever_the_umask() {
    let desk = Desk::with_alice();
    let args = [&RESET_ALICE[..], &["-q", "--output", "file"]].concat();
    let run: Run = through_shell(&desk, "umask 777", &args, "").output().unwrap().into();
    run.succeeds();
    assert_eq!(mode(&desk.home.path().join("file")), 0o600);
}

#[test]
fn an_output_file_says_the_same_as_standard_output_would() {
    let desk = Desk::with_alice();
    for format in ["text", "json", "jsonl", "csv"] {
        let printed = desk.run(&[&RESET_ALICE[..], &["--format", format]].concat()).succeeds().stdout;
        let args = [&RESET_ALICE[..], &["--format", format, "--output", format]].concat();
        assert_eq!(desk.run(&args).succeeds().stdout, "");
        let written = fs::read_to_string(desk.home.path().join(format)).unwrap();
        let blank = |text: &str| text.replace(&temporary_in(text).unwrap(), "PASSWORD").len();
        assert_eq!(blank(&written), blank(&printed), "{written}");
        desk.profile("alice", &temporary_in(&written).unwrap()).exits(6);
    }
}

#[test]
fn quiet_prints_the_bare_password_and_a_line_end() {
    let desk = Desk::with_alice();
    let run = desk.run(&["users", "reset", "alice", "--yes", "--quiet"]).succeeds();
    assert_eq!(run.stdout, format!("{}\n", run.password()));
    assert_eq!(run.stderr, "");
    desk.profile("alice", &run.password()).exits(6);
}

#[test]
fn quiet_is_for_one_account_and_no_format() {
    let desk = Desk::with_alice();
    let before = desk.state();
    let several = desk.run(&["users", "reset", "alice", "root", "--yes", "-q"]).exits(2);
    assert!(several.stderr.contains("hint: use --format csv"), "{}", several.stderr);
    let format = desk.run(&["users", "reset", "alice", "--yes", "-q", "--format", "csv"]).exits(2);
    assert_eq!([several.stdout, format.stdout], ["", ""]);
    assert_eq!(desk.state(), before);
}

/// The username, the password and the expiry in a machine format.
fn triple(record: &Value) -> [String; 3] {
    assert_eq!(record.as_object().unwrap().len(), 4, "{record}");
    assert_eq!(record["operation"].as_str().unwrap().len(), 32, "{record}");
    ["username", "temporary_password", "expires_at"].map(|key| record[key].as_str().unwrap().to_owned())
}

#[track_caller]
fn is_in_force(desk: &Desk, [username, password, end]: &[String; 3]) {
    assert!(is_temporary(password));
    desk.profile(username, password).exits(6);
    assert_eq!(shown(desk, username)["temporary_password_expires_at"], Value::from(end.as_str()));
}

#[test]
fn json_of_one_account_is_one_object_on_a_line() {
    let desk = Desk::with_alice();
    for format in ["json", "jsonl"] {
        let run = desk.run(&[&RESET_ALICE[..], &["--format", format]].concat()).succeeds();
        assert_eq!(run.stderr, "");
        assert_eq!(run.stdout.lines().count(), 1);
        is_in_force(&desk, &triple(&serde_json::from_str(&run.stdout).unwrap()));
    }
}

#[test]
fn json_of_several_accounts_is_one_array() {
    let desk = Desk::new();
    added(&desk, &["u1", "u2"]);
    let run = desk.run(&["users", "reset", "u1", "u2", "--yes", "--format", "json"]).succeeds();
    assert_eq!(run.stderr, "");
    let all: Vec<Value> = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(all.len(), 2);
    for (record, name) in all.iter().zip(["u1", "u2"]) {
        assert_eq!(record["username"], name);
        is_in_force(&desk, &triple(record));
    }
}

#[test]
fn json_lines_of_several_accounts_are_an_object_each() {
    let desk = Desk::new();
    added(&desk, &["u1", "u2"]);
    let run = desk.run(&["users", "reset", "u1", "u2", "--yes", "--format", "jsonl"]).succeeds();
    assert_eq!(run.stdout.lines().count(), 2);
    for line in run.stdout.lines() {
        is_in_force(&desk, &triple(&serde_json::from_str(line).unwrap()));
    }
}

#[test]
fn csv_has_a_header_and_a_row_for_each() {
    let desk = Desk::new();
    added(&desk, &["u1", "u2"]);
    let run = desk.run(&["users", "reset", "u1", "u2", "--yes", "--format", "csv"]).succeeds();
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!((lines.len(), lines[0]), (3, "username,temporary_password,expires_at,operation"));
    for line in &lines[1..] {
        let cells: Vec<String> = line.split(',').take(3).map(str::to_owned).collect();
        is_in_force(&desk, &cells.try_into().unwrap());
    }
}

#[test]
fn text_names_the_account_the_password_its_end_and_the_next_step() {
    let desk = Desk::with_alice();
    let run = desk.run(&RESET_ALICE).succeeds();
    let password = temporary_in(&run.stdout).unwrap();
    assert!(run.stdout.starts_with("Temporary password for alice (Alice Example), shown this once:\n"));
    // The password is alone on its line, so that a triple click selects it whole.
    assert!(run.stdout.contains(&format!("\n    {password}\n")), "{}", run.stdout);
    assert!(run.stdout.contains("(in 24 hours)."), "{}", run.stdout);
    assert!(run.stdout.ends_with("passdesk me sign-in --as alice\n"), "{}", run.stdout);
    assert_eq!(run.stderr, "The temporary password of alice is in force.\n");
    desk.profile("alice", &password).exits(6);
}

#[test]
fn add_and_init_hand_over_as_reset_does() {
    let desk = Desk::empty();
    let first = desk.run(&["init", "--admin", "root", "--format", "json"]).succeeds();
    is_in_force(&desk, &triple(&serde_json::from_str(&first.stdout).unwrap()));
    let second = desk.run(&["users", "add", "bob", "--format", "json"]).succeeds();
    is_in_force(&desk, &triple(&serde_json::from_str(&second.stdout).unwrap()));
    let third = desk.run(&["users", "add", "carol", "-q", "--output", "file"]).succeeds();
    assert_eq!((third.stdout, third.stderr), (String::new(), String::new()));
    let written = fs::read_to_string(desk.home.path().join("file")).unwrap();
    desk.profile("carol", written.trim_end()).exits(6);
}

#[test]
fn a_temporary_password_lives_as_long_as_was_asked_for() {
    let desk = Desk::with_alice();
    for (asked, seconds) in
        [("1m", 60), ("90m", 5_400), ("8h", 28_800), ("2 days", 172_800), ("PT8H", 28_800), ("30d", 2_592_000)]
    {
        desk.run(&[&RESET_ALICE[..], &["--expires-in", asked]].concat()).succeeds();
        let account = shown(&desk, "alice");
        let moment = |key: &str| account[key].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        // Its lifetime starts when it is made. The account is reset a little later, when it has been handed over.
        let lives = (moment("temporary_password_expires_at") - moment("password_reset_at")).get_seconds();
        assert!((seconds - 30..=seconds).contains(&lives), "{asked}: {lives}");
    }
}

#[test]
fn a_life_too_short_too_long_or_of_no_sense_is_wrong_use() {
    let desk = Desk::with_alice();
    let before = desk.state();
    for asked in ["", "0s", "59s", "31d", "30d 1s", "8", "soon", "1 month", "99999999999999999999d", "--", "1e3h"] {
        let expires_in = format!("--expires-in={asked}");
        let run = desk.run(&[&RESET_ALICE[..], &[&expires_in]].concat()).exits(2);
        assert!(run.stderr.contains("hint: "), "{}", run.stderr);
        assert_eq!(run.stdout, "");
        assert_eq!(desk.state(), before, "{asked}");
    }
}

#[test]
fn a_dry_run_says_what_would_happen_and_does_nothing() {
    let desk = Desk::with_alice();
    let before = desk.state();
    let dry_run = ["users", "reset", "alice", "--dry-run", "--expires-in", "8h", "--output", "file"];
    let run = desk.run(&dry_run).succeeds();
    assert!(run.stdout.starts_with("Would reset alice (Alice Example), id 2"), "{}", run.stdout);
    assert!(run.stdout.contains("8 hours"), "{}", run.stdout);
    let json = desk.run(&[&dry_run[..], &["--format", "json"]].concat()).succeeds();
    let would: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((would["username"].as_str(), would["must_change"].as_bool()), (Some("alice"), Some(false)));
    desk.run(&["users", "reset", "nobody", "--dry-run"]).exits(3);
    assert_eq!(desk.state(), before);
    assert!(!desk.home.path().join("file").exists());
}

#[test]
fn a_dry_run_of_several_fails_as_the_reset_would() {
    let desk = Desk::with_alice();
    let before = desk.state();
    let run = desk.run(&["users", "reset", "alice", "nobody", "--dry-run"]).exits(11);
    assert!(run.stdout.starts_with("Would reset alice"), "{}", run.stdout);
    assert!(run.stderr.contains("1 of 2 would fail"), "{}", run.stderr);
    assert_eq!(desk.state(), before);
}

#[test]
fn a_reset_without_yes_and_without_a_terminal_is_wrong_use() {
    let desk = Desk::with_alice();
    let before = desk.state();
    let run = desk.run(&["users", "reset", "alice", "--output", "file"]).exits(2);
    assert!(run.stderr.contains("hint: add --yes"), "{}", run.stderr);
    assert_eq!(desk.state(), before);
    assert!(!desk.home.path().join("file").exists());
}

// ---- A delivered password that does not come into force is reported as useless.

#[test]
fn a_reset_that_the_store_refuses_is_said_not_to_be_in_force() {
    let desk = Desk::with_alice();
    desk.refuse_resets("alice");
    let before = desk.state();
    let run = desk.run(&RESET_ALICE).exits(1);
    let handed = temporary_in(&run.stdout).unwrap();
    assert!(run.stderr.contains("shown for alice is NOT in force, and nothing has changed"), "{}", run.stderr);
    assert_eq!(desk.state(), before);
    desk.profile("alice", &handed).exits(5);
    desk.profile("alice", GOOD).succeeds();
    let json = desk.run(&[&RESET_ALICE[..], &["--format", "json"]].concat()).exits(1);
    assert_eq!(json.error()["code"], "failed");
    assert!(json.error()["message"].as_str().unwrap().contains("NOT in force"));
    assert_eq!(desk.state(), before);
}

#[test]
fn a_file_in_which_nothing_is_in_force_is_taken_back() {
    let desk = Desk::with_alice();
    added(&desk, &["u1"]);
    desk.refuse_resets("%");
    let (before, names) = (desk.state(), names_in(desk.home.path()));
    for ids in [&["alice"][..], &["alice", "u1"]] {
        let args = [&["users", "reset", "--yes", "--output", "file", "--format", "csv"], ids].concat();
        let run = desk.run(&args).exits(1);
        for part in ["alice", "written to file", "is NOT in force"] {
            assert!(run.stderr.contains(part), "{part:?} is not in {}", run.stderr);
        }
        assert_eq!(desk.state(), before);
        assert_eq!(names_in(desk.home.path()), names);
    }
    desk.profile("alice", GOOD).succeeds();
}

#[test]
fn of_several_only_those_the_store_refuses_are_not_in_force() {
    let desk = Desk::new();
    let old = added(&desk, &["u1", "u2", "u3"]);
    desk.refuse_resets("u2");
    let args = ["users", "reset", "u1", "u2", "u3", "--yes", "--format", "csv", "--output", "file"];
    let run = desk.run(&args).exits(11);
    assert!(run.stderr.contains("error: 1 of 3 failed"), "{}", run.stderr);
    assert!(run.stderr.contains("  u2: the temporary password written to file is NOT in force"), "{}", run.stderr);
    // The file holds only passwords that are in force.
    let rows = handed_in(&fs::read_to_string(desk.home.path().join("file")).unwrap());
    assert_eq!(rows.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["u1", "u3"]);
    assert!(rows.iter().all(|(name, password)| works(&desk, name, password)));
    assert!(works(&desk, "u2", &old[1].1));
}

#[test]
fn a_file_is_whole_even_if_its_first_account_is_refused() {
    let desk = Desk::new();
    added(&desk, &["u1", "u2", "u3"]);
    desk.refuse_resets("u1");
    for format in ["text", "json", "jsonl", "csv"] {
        let args = ["users", "reset", "u1", "u2", "u3", "--yes", "--format", format, "--output", format];
        desk.run(&args).exits(11);
        let written = fs::read_to_string(desk.home.path().join(format)).unwrap();
        let word = |line: &str| temporary_in(&line.replace([',', '"'], " "));
        let passwords: Vec<_> = written.lines().filter_map(word).collect();
        assert_eq!(passwords.len(), 2, "{format}");
        assert!(works(&desk, "u2", &passwords[0]) && works(&desk, "u3", &passwords[1]), "{format}");
        match format {
            "text" => assert!(written.starts_with("Temporary password for u2"), "{written}"),
            "json" => assert_eq!(serde_json::from_str::<Vec<Value>>(&written).unwrap().len(), 2),
            "jsonl" => assert!(written.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{written}"),
            _ => assert!(written.starts_with("username,temporary_password,expires_at,operation\nu2,"), "{written}"),
        }
    }
}

/// The only test that waits as long as the program does.
#[test]
#[ignore = "takes long"]
fn a_store_that_stays_busy_keeps_the_old_password() {
    let desk = Desk::with_alice();
    let (before, names) = (desk.state(), names_in(desk.home.path()));
    let other = rusqlite::Connection::open(desk.store()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let run = desk.run(&[&RESET_ALICE[..], &["--output", "file"]].concat()).exits(9);
    assert!(run.stderr.contains("written to file for alice is NOT in force"), "{}", run.stderr);
    // A try that cannot be counted is not checked.
    desk.profile("alice", GOOD).exits(9);
    drop(other);
    assert_eq!(desk.state(), before);
    assert_eq!(names_in(desk.home.path()), names);
    desk.profile("alice", GOOD).succeeds();
}

#[test]
fn whoever_is_shown_a_password_is_told_that_it_is_not_in_force_while_the_store_is_busy() {
    let desk = Desk::with_alice();
    let not_yet = "It is not in force yet: passdesk waits for the store.\n";
    for (format, told) in [("text", 1), ("json", 0)] {
        let line = File::open(format!("{}-lock", desk.store().display())).unwrap();
        line.lock().unwrap();
        let child = desk
            .command(&[&RESET_ALICE[..], &["--format", format]].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        sleep(Duration::from_secs(3));
        line.unlock().unwrap();
        let run = Run::from(child.wait_with_output().unwrap()).succeeds();
        assert_eq!(run.stderr.matches(not_yet).count(), told, "{}", run.stderr);
        let free = desk.run(&[&RESET_ALICE[..], &["--format", format]].concat()).succeeds();
        assert!(!free.stderr.contains("not in force"), "{}", free.stderr);
    }
}

#[test]
fn a_reset_that_somebody_else_overtook_is_not_in_force() {
    let desk = Desk::with_alice();
    let (mut reader, writer) = narrow_pipe(0);
    let child = spawn(desk.command(&[&RESET_ALICE[..], &["-q"]].concat()), writer);
    let_it_wait(&child);
    let overtaking = desk.run(&[&RESET_ALICE[..], &["-q"]].concat()).succeeds().password();
    let before = desk.state();
    let mut printed = String::new();
    reader.read_to_string(&mut printed).unwrap();
    let run = Run::from(child.wait_with_output().unwrap()).exits(7);
    assert!(run.stderr.contains("shown for alice is NOT in force"), "{}", run.stderr);
    assert_eq!(desk.state(), before);
    desk.profile("alice", printed.trim()).exits(5);
    desk.profile("alice", &overtaking).exits(6);
}

#[test]
fn a_store_is_private_until_it_is_in_its_place_and_gone_if_the_place_is_taken() {
    let desk = Desk::empty();
    let (mut reader, writer) = narrow_pipe(0);
    let init = ["init", "--admin", "root", "-q"];
    let child = spawn(through_shell(&desk, "umask 000", &init, ""), writer);
    wait_until("there is an unfinished store", || !names_in(desk.home.path()).is_empty());
    let_it_wait(&child);
    for name in names_in(desk.home.path()) {
        let folder = desk.home.path().join(name);
        assert_eq!([mode(&folder), mode(&folder.join("store.db"))], [0o700, 0o600], "{}", folder.display());
    }
    assert!(!desk.store().exists());
    fs::write(desk.store(), "somebody else's").unwrap();

    let mut printed = String::new();
    reader.read_to_string(&mut printed).unwrap();
    assert!(is_temporary(printed.trim()));
    let run = Run::from(child.wait_with_output().unwrap()).exits(7);
    assert!(run.stderr.contains("NOT in force"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(desk.store()).unwrap(), "somebody else's");
    assert_eq!(names_in(desk.home.path()), ["store.db"]);
}

// ---- Only what the program made is removed.

/// Replaces whatever is at a path by a folder with something in it.
fn replaced_by_theirs(path: &Path) -> impl Fn() -> String + use<> {
    let theirs = path.join("file");
    fs::rename(path, path.with_file_name("away")).unwrap();
    fs::create_dir(path).unwrap();
    fs::write(&theirs, "theirs").unwrap();
    move || fs::read_to_string(&theirs).unwrap_or_default()
}

#[test]
fn what_has_taken_the_place_of_an_output_file_stays() {
    let desk = Desk::with_alice();
    desk.refuse_resets("%");
    let file = desk.home.path().join("file");
    let before = desk.state();
    let other = rusqlite::Connection::open(desk.store()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut command = desk.command(&[&RESET_ALICE[..], &["--output", "file"]].concat());
    let child = command.stderr(Stdio::piped()).spawn().unwrap();
    wait_until("the file is written", || fs::metadata(&file).is_ok_and(|file| file.len() > 0));
    fs::write(desk.home.path().join("theirs"), "theirs").unwrap();
    fs::rename(desk.home.path().join("theirs"), &file).unwrap();
    drop(other);
    // The program noticed in time that its own file is gone, or the store refused.
    assert_ne!(Run::from(child.wait_with_output().unwrap()).code, 0);
    assert_eq!(fs::read_to_string(&file).unwrap(), "theirs");
    assert_eq!(desk.state(), before);
}

/// Starts `init`, which waits until its password is read. Returns the place where it makes the store.
fn init_that_waits(desk: &Desk) -> (PipeReader, Child, PathBuf) {
    let (reader, writer) = narrow_pipe(0);
    let child = spawn(desk.command(&["init", "--admin", "root", "-q"]), writer);
    wait_until("there is an unfinished store", || !names_in(desk.home.path()).is_empty());
    let_it_wait(&child);
    let unfinished = desk.home.path().join(&names_in(desk.home.path())[0]);
    (reader, child, unfinished)
}

#[test]
fn what_has_taken_the_place_of_an_unfinished_store_stays_when_a_signal_comes() {
    let desk = Desk::empty();
    let (_reader, child, unfinished) = init_that_waits(&desk);
    let theirs = replaced_by_theirs(&unfinished);
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    Run::from(child.wait_with_output().unwrap()).exits(143);
    assert_eq!(theirs(), "theirs");
    assert!(!desk.store().exists());
}

#[test]
fn a_signal_leaves_nothing_of_an_unfinished_store() {
    let desk = Desk::empty();
    let (_reader, writer) = narrow_pipe(0);
    let child = spawn(desk.command(&["init", "--admin", "root", "-q", "--store", "a/b/store.db"]), writer);
    let folder = desk.home.path().join("a/b");
    wait_until("there is an unfinished store", || folder.exists() && !names_in(&folder).is_empty());
    let_it_wait(&child);
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    Run::from(child.wait_with_output().unwrap()).exits(143);
    assert_eq!(names_in(desk.home.path()).len(), 0);
}

#[test]
fn what_has_taken_the_place_of_an_unfinished_store_is_not_placed() {
    let desk = Desk::empty();
    let (mut reader, child, unfinished) = init_that_waits(&desk);
    let file = if unfinished.is_dir() { unfinished.join("store.db") } else { unfinished.clone() };
    fs::rename(&file, file.with_file_name("away")).unwrap();
    fs::copy(file.with_file_name("away"), &file).unwrap();
    reader.read_to_string(&mut String::new()).unwrap();
    let run = Run::from(child.wait_with_output().unwrap()).exits(10);
    assert!(run.stderr.contains("NOT in force"), "{}", run.stderr);
    assert!(!desk.store().exists());
}

/// Replaces the folder of a demo that waits for a reader of its output. Then lets the demo end.
#[track_caller]
fn the_place_of_a_demonstration_is_left_alone(end: impl FnOnce(&Child)) {
    let desk = Desk::empty();
    let (reader, writer) = narrow_pipe(0);
    let mut command = desk.command(&["demo"]);
    command.env("TMPDIR", desk.home.path());
    let child = spawn(command, writer);
    wait_until("there is a store", || !names_in(desk.home.path()).is_empty());
    let_it_wait(&child);
    let folder = desk.home.path().join(&names_in(desk.home.path())[0]);
    let theirs = replaced_by_theirs(&folder);
    end(&child);
    drop(reader);
    child.wait_with_output().unwrap();
    assert_eq!(theirs(), "theirs");
}

#[test]
fn what_has_taken_the_place_of_a_demonstration_stays_when_it_ends() {
    the_place_of_a_demonstration_is_left_alone(|_| ());
}

#[test]
fn what_has_taken_the_place_of_a_demonstration_stays_when_a_signal_comes() {
    the_place_of_a_demonstration_is_left_alone(|child| kill_process(Pid::from_child(child), Signal::TERM).unwrap());
}

#[test]
fn a_demonstration_leaves_nothing() {
    let desk = Desk::empty();
    let mut command = desk.command(&["demo"]);
    Run::from(command.env("TMPDIR", desk.home.path()).output().unwrap()).succeeds();
    assert_eq!(names_in(desk.home.path()).len(), 0);
}

// ---- Several accounts.

#[test]
fn of_several_those_that_are_there_are_reset_and_each_other_is_named() {
    let desk = Desk::new();
    added(&desk, &["u1", "u2"]);
    let run = desk.run(&["users", "reset", "u1", "nobody", "99", "u2", "--yes"]).exits(11);
    assert!(run.stderr.contains("error: 2 of 4 failed; the rest is done\n"), "{}", run.stderr);
    for name in ["nobody", "99"] {
        assert!(run.stderr.contains(&format!("  {name}: there is no account '{name}'\n")), "{}", run.stderr);
    }
    let printed: Vec<_> = run.stdout.lines().filter_map(temporary_in).collect();
    assert_eq!(printed.len(), 2);
    desk.profile("u1", &printed[0]).exits(6);
    desk.profile("u2", &printed[1]).exits(6);
}

#[test]
fn in_json_each_that_failed_is_named_in_one_object() {
    let desk = Desk::new();
    added(&desk, &["u1"]);
    let run = desk.run(&["users", "reset", "nobody", "u1", "x@y", "--yes", "--format", "json"]).exits(11);
    let (error, handed): (_, Vec<Value>) = (run.error(), serde_json::from_str(&run.stdout).unwrap());
    assert_eq!(handed.len(), 1);
    is_in_force(&desk, &triple(&handed[0]));
    assert_eq!(error["code"], "partly_done");
    let failed: Vec<_> = error["failed"].as_array().unwrap().iter().map(|one| (&one["target"], &one["code"])).collect();
    assert_eq!(failed, [(&"nobody".into(), &"not_found".into()), (&"x@y".into(), &"not_found".into())]);
}

#[test]
fn when_all_fail_the_code_is_that_of_the_failure_and_nothing_changes() {
    let desk = Desk::with_alice();
    let before = desk.state();
    let names = names_in(desk.home.path());
    let run = desk.run(&["users", "reset", "nobody", "99", "--yes", "--output", "file"]).exits(3);
    assert!(run.stderr.contains("error: none of 2 accounts could be done; nothing has changed\n"), "{}", run.stderr);
    assert_eq!(run.stdout, "");
    assert_eq!(names_in(desk.home.path()), names);
    let one = desk.run(&["users", "reset", "nobody", "--yes", "--format", "json"]).exits(3);
    assert_eq!(one.stdout, "");
    assert_eq!(one.error()["code"], "not_found");
    assert_eq!(desk.state(), before);
}

#[test]
fn a_target_that_could_point_at_nobody_stops_the_others_too() {
    let desk = Desk::with_alice();
    let before = desk.state();
    desk.run(&["users", "reset", "alice", "al*", "--yes"]).exits(2);
    assert_eq!(desk.state(), before);
}

#[test]
fn an_account_that_is_named_twice_is_reset_once() {
    let desk = Desk::with_alice();
    desk.run(&["users", "edit", "alice", "--email", "alice@example.org"]).succeeds();
    let run = desk
        .run(&["users", "reset", "alice", "2", "ALICE", "alice@example.org", "--yes", "--format", "csv"])
        .succeeds();
    let handed = handed_in(&run.stdout);
    assert_eq!(handed.len(), 1);
    desk.profile("alice", &handed[0].1).exits(6);
}

// ---- Ended in the middle of a run.

/// The whole rows of a CSV output.
fn handed_in(csv: &str) -> Vec<(String, String)> {
    let rows = csv.lines().filter_map(|line| {
        let (name, rest) = line.split_once(',')?;
        Some((name.to_owned(), rest.split_once(',')?.0.to_owned()))
    });
    rows.filter(|(_, password)| is_temporary(password)).collect()
}

/// For every account, the old password works or one that was handed over.
#[track_caller]
fn nobody_is_locked_out(desk: &Desk, old: &[(&str, String)], handed: &[(String, String)]) {
    for (name, password) in old {
        let new = handed.iter().filter(|(whose, _)| whose == name);
        assert!(
            works(desk, name, password) || new.clone().any(|(_, password)| works(desk, name, password)),
            "{name} is locked out, having been handed {} passwords",
            new.count()
        );
    }
}

const FIVE: [&str; 5] = ["u1", "u2", "u3", "u4", "u5"];

fn reset_five(desk: &Desk) -> Command {
    desk.command(&[&["users", "reset", "--yes", "--format", "csv"], &FIVE[..]].concat())
}

/// Room for two rows but not three. In CSV the header takes 50 bytes and a row 82; in JSON a row takes 150.
const TWO_IN_CSV: usize = 240;
const TWO_IN_JSON: usize = 350;

/// Starts to reset five accounts. Waits until two are done and the third has no room.
fn stuck_after_two(desk: &Desk, writer: PipeWriter) -> Child {
    let revisions = || desk.state();
    let before = revisions();
    let child = spawn(reset_five(desk), writer);
    wait_until("two accounts are reset", || revisions().iter().filter(|row| !before.contains(row)).count() == 2);
    let_it_wait(&child);
    child
}

#[test]
fn killed_while_it_delivers_it_leaves_nobody_locked_out() {
    let desk = Desk::new();
    let old = added(&desk, &FIVE);
    let (mut reader, writer) = narrow_pipe(TWO_IN_CSV);
    let mut child = stuck_after_two(&desk, writer);
    child.kill().unwrap();
    child.wait().unwrap();

    let mut printed = String::new();
    reader.read_to_string(&mut printed).unwrap();
    let handed = handed_in(&printed);
    assert_eq!(handed.len(), 2);
    nobody_is_locked_out(&desk, &old, &handed);
    for (name, password) in &old[2..] {
        assert!(works(&desk, name, password), "{name} was handed nothing, and has lost the old password");
    }
}

#[test]
fn killed_at_any_moment_it_leaves_nobody_locked_out() {
    let desk = Desk::new();
    let mut old = added(&desk, &FIVE);
    for delay in [10, 40, 60, 90, 130] {
        let (mut reader, writer) = io::pipe().unwrap();
        let mut child = spawn(reset_five(&desk), writer);
        sleep(Duration::from_millis(delay));
        child.kill().unwrap();
        child.wait().unwrap();
        let mut printed = String::new();
        reader.read_to_string(&mut printed).unwrap();
        let handed = handed_in(&printed);
        nobody_is_locked_out(&desk, &old, &handed);
        for (name, password) in &mut old {
            if let Some((_, new)) = handed.iter().find(|(whose, new)| whose == name && works(&desk, name, new)) {
                password.clone_from(new);
            }
        }
    }
}

#[test]
fn ended_by_a_signal_while_it_delivers_it_says_what_is_not_in_force() {
    let desk = Desk::with_alice();
    let before = desk.state();
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129)] {
        let (mut reader, writer) = narrow_pipe(0);
        let child = spawn(desk.command(&[&RESET_ALICE[..], &["-q"]].concat()), writer);
        let_it_wait(&child);
        if is_ignored(&child, signal) {
            // The parent of the tests ignores this signal, as a shell does in the background. So it stays ignored.
            drop(reader);
            child.wait_with_output().unwrap();
            continue;
        }
        kill_process(Pid::from_child(&child), signal).unwrap();
        let run = Run::from(child.wait_with_output().unwrap()).exits(code);
        assert!(run.stderr.contains("NOT in force"), "{}", run.stderr);
        let mut printed = String::new();
        reader.read_to_string(&mut printed).unwrap();
        assert_eq!(printed.trim(), "");
        assert_eq!(desk.state(), before);
    }
    desk.profile("alice", GOOD).succeeds();
}

/// Whether a child was started with a signal ignored.
fn is_ignored(child: &Child, signal: Signal) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
    u64::from_str_radix(mask.trim(), 16).unwrap() >> (signal.as_raw() - 1) & 1 == 1
}

/// Resets five accounts into a pipe whose reader leaves after two. Returns the outcome.
fn reader_leaves_after_two(format: &str) -> (Desk, Vec<(&'static str, String)>, Run) {
    let desk = Desk::new();
    let old = added(&desk, &FIVE);
    let before = desk.state();
    let (reader, writer) = narrow_pipe(if format == "json" { TWO_IN_JSON } else { TWO_IN_CSV });
    let args = [&["users", "reset", "--yes", "--format", format], &FIVE[..]].concat();
    let child = spawn(desk.command(&args), writer);
    wait_until("two accounts are reset", || desk.state().iter().filter(|row| !before.contains(row)).count() == 2);
    let_it_wait(&child);
    // The test does not read what is there, since that would make room for the third.
    drop(reader);
    let run = Run::from(child.wait_with_output().unwrap());
    (desk, old, run)
}

#[test]
fn whom_a_reader_that_left_was_not_handed_keeps_the_old_password_and_is_named() {
    let (desk, old, run) = reader_leaves_after_two("csv");
    let run = run.exits(11);
    assert!(run.stderr.contains("error: 3 of 5 failed"), "{}", run.stderr);
    for name in ["u3", "u4", "u5"] {
        assert!(run.stderr.contains(&format!("  {name}: ")), "{}", run.stderr);
    }
    assert!(old[2..].iter().all(|(name, password)| works(&desk, name, password)));
}

#[test]
fn in_json_too_whom_a_reader_that_left_was_not_handed_is_named() {
    let (desk, old, run) = reader_leaves_after_two("json");
    let error = run.exits(11).error();
    assert_eq!(error["code"], "partly_done");
    let failed: Vec<_> = error["failed"].as_array().unwrap().iter().map(|one| one["target"].clone()).collect();
    assert_eq!(failed, ["u3", "u4", "u5"]);
    assert!(old[2..].iter().all(|(name, password)| works(&desk, name, password)));
}

#[test]
fn that_others_can_read_the_file_behind_standard_output_is_told() {
    let desk = Desk::with_alice();
    for (mode, told) in [(0o644, true), (0o640, true), (0o600, false)] {
        let file = File::create(desk.home.path().join("out")).unwrap();
        file.set_permissions(Permissions::from_mode(mode)).unwrap();
        let run: Run = desk.command(&["users", "reset", "alice", "--yes"]).stdout(file).output().unwrap().into();
        assert_eq!(
            run.succeeds().stderr.contains("others can read the file that standard output goes to"),
            told,
            "{mode:o}"
        );
    }
}

#[test]
fn a_window_that_shows_only_a_part_of_a_password_is_no_delivery() {
    let desk = Desk::with_alice();
    let before = desk.state();
    for (columns, rows) in [(23, 1), (8, 2)] {
        let script = format!("stty cols {columns} rows {rows}; exec \"$@\"");
        let pty = Pty::script(&script, &desk.command(&["users", "reset", "alice", "--yes", "--screen"]));
        pty.end().exits(12).shows("small");
        assert_eq!(desk.state(), before, "{columns}x{rows}");
    }
}
