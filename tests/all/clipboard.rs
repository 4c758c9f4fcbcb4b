//! `--copy` on real displays: Xvfb and sway, xclip and wl-clipboard. Run with `cargo test -- --ignored`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "a test measures how long something stays")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::display::{Kind, PATIENCE, Stage, wait_for};
use crate::common::pty::Pty;
use crate::common::{Desk, GOOD, Run, fed, is_temporary};
use rusqlite::Connection;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, set_child_subreaper, waitpid};

/// Copies a temporary password for alice.
const COPY: [&str; 5] = ["users", "reset", "alice", "--yes", "--copy"];

fn copy_for(span: &str) -> Vec<&str> {
    [&COPY[..], &["--clear-after", span]].concat()
}

/// Each law on each kind of display.
macro_rules! laws {
    ($($law:ident)*) => {
        mod on_x11 {
            $(#[test]
            #[ignore = "needs Xvfb and xclip"]
            fn $law() {
                super::$law(&super::Stage::new(super::Kind::X11));
            })*
        }
        mod on_wayland {
            $(#[test]
            #[ignore = "needs sway and wl-clipboard"]
            fn $law() {
                super::$law(&super::Stage::new(super::Kind::Wayland));
            })*
        }
    };
}

laws! {
    what_is_pasted_is_the_bare_password_and_in_force
    clipboard_histories_are_told_to_leave_it_out
    what_reads_it_back_is_another_program
    it_is_cleared_at_the_deadline
    what_another_program_copies_is_still_there_after_the_deadline
    the_holder_leaves_when_another_program_copies
    of_two_copies_the_second_is_held_by_one_holder
    a_program_that_hangs_with_the_clipboard_is_not_waited_for
    a_holder_does_not_outlive_its_display
    a_display_that_has_died_is_said_to_be_dead_and_nothing_changes
    a_display_that_hangs_is_not_waited_for_and_nothing_changes
    a_copy_that_cannot_be_put_in_force_is_cleared
    a_display_that_hangs_does_not_keep_a_failure_from_being_said
    a_holder_does_not_wait_at_the_deadline_for_a_display_that_hangs
    a_command_that_is_killed_while_it_copies_leaves_nothing
    a_command_that_is_killed_while_it_commits_leaves_nothing
    a_holder_that_is_gone_after_the_commit_is_noticed
    a_holder_that_hangs_does_not_keep_its_command
    what_another_program_copies_before_the_commit_has_ended_is_noticed
    of_copies_at_once_none_is_lost_without_a_word
    the_password_is_in_nobodys_arguments_or_environment
    a_holder_has_no_terminal_no_output_and_no_core
    a_holder_keeps_nothing_open_that_its_command_was_given
    a_holder_outlives_the_terminal_of_its_command
    a_holder_that_is_asked_to_end_clears_the_clipboard_first
    a_new_account_a_recovery_and_a_token_are_copied_as_well
    nothing_clears_it_if_that_is_asked
    without_a_span_that_of_the_policy_holds
    what_a_clipboard_cannot_hold_is_refused_and_changes_nothing
}

/// Fails the test unless standard error says just this: what happened, and what to do next.
#[track_caller]
fn says(run: &Run, what: &str) {
    assert_eq!(run.stdout, "");
    assert!(run.stderr.starts_with(&format!("error: {what}")), "{}", run.stderr);
    let [_, hint] = run.stderr.lines().collect::<Vec<_>>()[..] else { panic!("{}", run.stderr) };
    assert!(hint.starts_with("hint: "), "{hint}");
}

/// Fails the test unless the command is refused and changes nothing.
#[track_caller]
fn refuses(stage: &Stage, code: i32, args: &[&str]) -> Run {
    let run = stage.desk.refuses(code, || stage.run(args));
    stage.profile("alice", GOOD).succeeds();
    run
}

fn what_is_pasted_is_the_bare_password_and_in_force(stage: &Stage) {
    let run = stage.run(&COPY).succeeds();
    assert_eq!(run.stdout, "");
    assert_eq!(run.stderr, "The temporary password of alice is on the clipboard for 45 seconds, and in force.\n");
    let pasted = stage.pasted().unwrap();
    assert!(is_temporary(&pasted), "{pasted:?}");
    stage.profile("alice", &pasted).exits(6);
    stage.profile("alice", GOOD).exits(5);
    // The secret can be pasted more than once.
    assert_eq!(stage.pasted().unwrap(), pasted);
}

fn clipboard_histories_are_told_to_leave_it_out(stage: &Stage) {
    stage.run(&COPY).succeeds();
    let targets = stage.targets();
    assert!(targets.iter().any(|target| target == "x-kde-passwordManagerHint"), "{targets:?}");
    assert_eq!(stage.pasted_as("x-kde-passwordManagerHint").unwrap(), "secret");
}

/// passdesk asks this reader before it says "copied".
fn what_reads_it_back_is_another_program(stage: &Stage) {
    stage.copy_elsewhere("something else");
    let reads = |expected: &str| fed(stage.passdesk(&["clipboard-reader"]), format!("{expected}\n")).code;
    assert_eq!(reads("something else"), 0);
    assert_eq!(reads("a secret"), 1);
}

fn it_is_cleared_at_the_deadline(stage: &Stage) {
    let start = Instant::now();
    stage.run(&copy_for("5s")).succeeds();
    stage.pasted().unwrap();
    stage.until_nobody_holds();
    assert!(start.elapsed() >= Duration::from_secs(5), "{:?}", start.elapsed());
    stage.is_empty();
}

fn what_another_program_copies_is_still_there_after_the_deadline(stage: &Stage) {
    stage.run(&copy_for("2s")).succeeds();
    stage.copy_elsewhere("something else");
    // Only after this time is it certain that nothing happens.
    thread::sleep(Duration::from_secs(3));
    stage.until_nobody_holds();
    assert_eq!(stage.pasted().unwrap(), "something else");
}

fn the_holder_leaves_when_another_program_copies(stage: &Stage) {
    stage.run(&copy_for("0")).succeeds();
    stage.holder();
    stage.copy_elsewhere("something else");
    stage.until_nobody_holds();
    assert_eq!(stage.pasted().unwrap(), "something else");
}

fn of_two_copies_the_second_is_held_by_one_holder(stage: &Stage) {
    stage.run(&copy_for("0")).succeeds();
    let (first, of_first) = (stage.pasted().unwrap(), stage.holder());
    stage.run(&copy_for("0")).succeeds();
    let second = stage.pasted().unwrap();
    wait_for("the end of the first holder", || (!stage.holders().contains(&of_first)).then_some(()));
    stage.holder();
    assert_eq!(stage.pasted().unwrap(), second);
    stage.profile("alice", &first).exits(5);
    stage.profile("alice", &second).exits(6);
}

fn a_program_that_hangs_with_the_clipboard_is_not_waited_for(stage: &Stage) {
    let mut other = stage.copies_as_long_as_it_runs("something else");
    kill_process(Pid::from_child(&other), Signal::STOP).unwrap();
    stage.run(&copy_for("0")).succeeds();
    let pasted = stage.pasted().unwrap();
    other.kill().unwrap();
    other.wait().unwrap();
    stage.profile("alice", &pasted).exits(6);
}

fn a_holder_does_not_outlive_its_display(stage: &Stage) {
    stage.run(&copy_for("0")).succeeds();
    stage.holder();
    stage.kill_display();
    stage.until_nobody_holds();
}

fn a_display_that_has_died_is_said_to_be_dead_and_nothing_changes(stage: &Stage) {
    stage.kill_display();
    let run = refuses(stage, 12, &COPY);
    says(&run, if stage.kind == Kind::X11 { "the X11 display :" } else { "the Wayland display /" });
    assert!(run.stderr.contains(" does not answer\n"), "{}", run.stderr);
    assert_eq!(stage.holders(), [0_i32; 0]);
}

fn a_display_that_hangs_is_not_waited_for_and_nothing_changes(stage: &Stage) {
    stage.signal(Signal::STOP);
    let start = Instant::now();
    let run = refuses(stage, 12, &COPY);
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
    says(&run, "the secret could not be put on the clipboard: ");
    stage.until_nobody_holds();
    stage.signal(Signal::CONT);
    stage.is_empty();
}

fn a_copy_that_cannot_be_put_in_force_is_cleared(stage: &Stage) {
    stage.desk.refuse_resets("alice");
    let run = refuses(stage, 1, &copy_for("0"));
    assert_eq!(run.stdout, "");
    let said = "error: the temporary password copied for alice is NOT in force, and nothing has changed: ";
    assert!(run.stderr.starts_with(said), "{}", run.stderr);
    assert_eq!(stage.holders(), [0_i32; 0]);
    stage.is_cleared();
}

fn a_display_that_hangs_does_not_keep_a_failure_from_being_said(stage: &Stage) {
    let other = hold_the_store(stage);
    let running = Running::start(stage, &copy_for("0"));
    running.until_it_commits(stage);
    stage.signal(Signal::STOP);
    // The program waits five seconds for the store.
    let run = running.ends().exits(9);
    assert!(run.stderr.contains(" copied for alice is NOT in force, and nothing has changed: "), "{}", run.stderr);
    stage.signal(Signal::CONT);
    stage.is_cleared();
    drop(other);
    stage.profile("alice", GOOD).succeeds();
}

fn a_holder_does_not_wait_at_the_deadline_for_a_display_that_hangs(stage: &Stage) {
    stage.run(&copy_for("5s")).succeeds();
    stage.pasted().unwrap();
    stage.signal(Signal::STOP);
    stage.until_nobody_holds();
    stage.signal(Signal::CONT);
    stage.is_empty();
}

fn a_command_that_is_killed_while_it_copies_leaves_nothing(stage: &Stage) {
    let before = stage.desk.state();
    stage.signal(Signal::STOP);
    let running = Running::start(stage, &copy_for("0"));
    wait_for("the holder", || stage.holders().pop());
    drop(running);
    stage.signal(Signal::CONT);
    stage.is_cleared();
    assert_eq!(stage.desk.state(), before);
    stage.profile("alice", GOOD).succeeds();
}

/// The user has not been told that it is in force, and so resets again.
fn a_command_that_is_killed_while_it_commits_leaves_nothing(stage: &Stage) {
    let other = hold_the_store(stage);
    let running = Running::start(stage, &copy_for("45s"));
    running.until_it_commits(stage);
    let pasted = stage.pasted().unwrap();
    drop(running);
    stage.is_cleared();
    drop(other);
    stage.profile("alice", GOOD).succeeds();
    stage.profile("alice", &pasted).exits(5);
}

/// The message about a secret that is in force, but was lost while the program waited for the store.
const GONE: &str = " is in force, but no longer on the clipboard; if you do not have it, reset again.\n";

#[track_caller]
fn says_that_it_is_gone(running: Running, stage: &Stage, pasted: &str) {
    let run = running.ends().succeeds();
    // The store was held, perhaps for more than a second.
    let said = run.stderr.trim_start_matches("It is not in force yet: passdesk waits for the store.\n");
    assert_eq!(said, format!("The temporary password of alice{GONE}"));
    stage.profile("alice", pasted).exits(6);
}

fn a_holder_that_is_gone_after_the_commit_is_noticed(stage: &Stage) {
    let other = hold_the_store(stage);
    let running = Running::start(stage, &copy_for("0"));
    running.until_it_commits(stage);
    let pasted = stage.pasted().unwrap();
    kill_process(Pid::from_raw(stage.holder()).unwrap(), Signal::KILL).unwrap();
    drop(other);
    says_that_it_is_gone(running, stage, &pasted);
    stage.is_empty();
}

fn a_holder_that_hangs_does_not_keep_its_command(stage: &Stage) {
    let other = hold_the_store(stage);
    let running = Running::start(stage, &copy_for("0"));
    running.until_it_commits(stage);
    let pasted = stage.pasted().unwrap();
    kill_process(Pid::from_raw(stage.holder()).unwrap(), Signal::STOP).unwrap();
    drop(other);
    says_that_it_is_gone(running, stage, &pasted);
}

fn what_another_program_copies_before_the_commit_has_ended_is_noticed(stage: &Stage) {
    let other = hold_the_store(stage);
    let running = Running::start(stage, &copy_for("0"));
    running.until_it_commits(stage);
    let pasted = stage.pasted().unwrap();
    stage.copy_elsewhere("something else");
    drop(other);
    says_that_it_is_gone(running, stage, &pasted);
    assert_eq!(stage.pasted().unwrap(), "something else");
}

/// Of several commands, the last to copy need not be the last to write.
fn of_copies_at_once_none_is_lost_without_a_word(stage: &Stage) {
    let running: Vec<_> = (0..5).map(|_| Running::start(stage, &copy_for("0"))).collect();
    let runs: Vec<_> = running.into_iter().map(Running::ends).collect();
    let said: Vec<_> = runs.iter().map(|run| (run.code, run.stderr.as_str())).collect();
    for (code, stderr) in &said {
        let truth = match code {
            0 => ["is on the clipboard, and in force.", GONE].iter().any(|words| stderr.contains(words)),
            12 if stderr.starts_with("error: the secret could not be put on the clipboard: something else ") => true,
            7 | 12 => stderr.starts_with("error: the temporary password copied for alice is NOT in force, "),
            _ => false,
        };
        assert!(truth, "{said:?}");
    }
    let pasted = stage.pasted();
    let is_in_force = pasted.is_none_or(|pasted| stage.profile("alice", &pasted).code == 6);
    assert!(is_in_force || said.iter().any(|(_, stderr)| stderr.contains(GONE)), "{said:?}");
    wait_for("the end of all holders but one", || (stage.holders().len() <= 1).then_some(()));
}

fn the_password_is_in_nobodys_arguments_or_environment(stage: &Stage) {
    stage.run(&["users", "edit", "alice", "--role", "helpdesk"]).succeeds();
    stage.run(&["users", "add", "bob", "-q"]).succeeds();
    let create = ["tokens", "create", "nightly", "--expires-in", "1d", "-q", "--as", "alice", "--password-stdin"];
    let token = stage.run_with(&format!("{GOOD}\n"), &create).succeeds().stdout.trim().to_owned();
    let other = hold_the_store(stage);
    let mut command = stage.passdesk(&["users", "reset", "bob", "--yes", "--copy", "--clear-after", "0"]);
    let running = Running::of(command.env("PASSDESK_TOKEN", &token));
    running.until_it_commits(stage);
    let (password, holder) = (stage.pasted().unwrap(), stage.holder());
    let ps = Run::from(stage.other("ps", &["-efww"]).output().unwrap()).succeeds().stdout;
    assert!(ps.contains(" clipboard-holder 0\n"), "{ps}");
    let mut seen = vec![("ps".to_owned(), ps.into_bytes())];
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        for file in ["cmdline", "environ", "comm"] {
            // Some files cannot be read even by root or the owner. Then nobody can read them.
            let path = entry.path().join(file);
            seen.extend(fs::read(&path).ok().map(|bytes| (path.display().to_string(), bytes)));
        }
    }
    for number in [i32::try_from(running.0.id()).unwrap(), holder] {
        let path = format!("/proc/{number}/cmdline");
        assert!(seen.iter().any(|(place, bytes)| *place == path && !bytes.is_empty()), "{path} was not seen");
    }
    assert_eq!(stage.holders(), [holder], "it has not been seen while it ran");
    for (place, bytes) in seen {
        let has_token = bytes.windows(token.len()).any(|window| window == token.as_bytes());
        // The command itself got the token in its environment.
        assert_eq!(has_token, place == format!("/proc/{}/environ", running.0.id()), "{place}");
        assert!(!bytes.windows(password.len()).any(|window| window == password.as_bytes()), "{place}");
    }
    drop(other);
    running.ends().succeeds();
    stage.profile("bob", &password).exits(6);
}

fn a_holder_has_no_terminal_no_output_and_no_core(stage: &Stage) {
    stage.run(&copy_for("0")).succeeds();
    is_detached(stage.holder());
}

/// Fails the test unless the process has nothing left of the command that started it.
#[track_caller]
fn is_detached(process: i32) {
    let proc = Path::new("/proc").join(process.to_string());
    let stat = fs::read_to_string(proc.join("stat")).unwrap();
    let fields: Vec<_> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let [_, _, group, session, terminal, ..] = fields[..] else { panic!("{stat}") };
    assert_eq!((group, session, terminal), (process.to_string().as_str(), process.to_string().as_str(), "0"));
    let limits = fs::read_to_string(proc.join("limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().collect::<Vec<_>>()[4..6], ["0", "0"], "{core}");
    // Only root may look at the open files of a process that cannot be dumped.
    assert!(rustix::process::geteuid().is_root(), "run this as root");
    assert_eq!(fs::metadata(proc.join("environ")).unwrap().uid(), 0);
    for open in ["fd/1", "fd/2"] {
        assert_eq!(fs::read_link(proc.join(open)).unwrap(), Path::new("/dev/null"), "{open}");
    }
    for entry in fs::read_dir(proc.join("fd")).unwrap().flatten() {
        let open = fs::read_link(entry.path()).unwrap_or_default();
        assert!(!open.starts_with("/dev/pts") && !open.starts_with("/dev/tty"), "{}", open.display());
    }
    assert_eq!(fs::read_link(proc.join("cwd")).unwrap(), Path::new("/"));
}

/// Otherwise a script's lock would stay locked while the clipboard is held, and a reader of its pipe would wait.
fn a_holder_keeps_nothing_open_that_its_command_was_given(stage: &Stage) {
    let given = stage.desk.home.path().join("lock");
    let script = r#"exec 3>lock; exec 11<lock; exec "$@""#;
    let command = [&["-c", script, "sh", stage.program()][..], &copy_for("0")].concat();
    Run::from(stage.other("bash", &command).output().unwrap()).succeeds();
    let open = fs::read_dir(format!("/proc/{}/fd", stage.holder())).unwrap().flatten();
    let open: Vec<_> = open.filter_map(|entry| fs::read_link(entry.path()).ok()).collect();
    assert!(open.contains(&"/dev/null".into()), "{open:?}");
    assert!(!open.contains(&given), "{open:?}");
}

fn a_holder_outlives_the_terminal_of_its_command(stage: &Stage) {
    let ended = Pty::start(&stage.passdesk(&copy_for("0"))).end().exits(0);
    let pasted = stage.pasted().unwrap();
    is_detached(stage.holder());
    assert!(!ended.text().contains(&pasted), "{}", ended.text());
    stage.profile("alice", &pasted).exits(6);
}

/// A clipboard manager brings back a text whose owner ended without clearing it. So the holder must have ended on its
/// own.
fn a_holder_that_is_asked_to_end_clears_the_clipboard_first(stage: &Stage) {
    set_child_subreaper(Some(Pid::INIT)).unwrap();
    for signal in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
        stage.run(&copy_for("0")).succeeds();
        stage.pasted().unwrap();
        let holder = Pid::from_raw(stage.holder()).unwrap();
        kill_process(holder, signal).unwrap();
        let status = wait_for("the end of the holder", || waitpid(Some(holder), WaitOptions::NOHANG).unwrap());
        assert_eq!(status.1.exit_status(), Some(0), "{signal:?}");
        stage.is_cleared();
    }
}

fn a_new_account_a_recovery_and_a_token_are_copied_as_well(stage: &Stage) {
    for (username, args) in
        [("bob", &["users", "add", "bob", "--copy"][..]), ("root", &["recover", "root", "--yes", "--copy"])]
    {
        assert_eq!(stage.run(args).succeeds().stdout, "");
        let pasted = stage.pasted().unwrap();
        assert!(is_temporary(&pasted), "{username}: {pasted:?}");
        stage.profile(username, &pasted).exits(6);
    }
    let create = ["tokens", "create", "nightly", "--expires-in", "1d", "--copy", "--as", "alice", "--password-stdin"];
    let run = stage.run_with(&format!("{GOOD}\n"), &create).succeeds();
    assert_eq!(run.stdout, "");
    let token = stage.pasted().unwrap();
    assert!(token.starts_with("pdsk_") && token.trim() == token, "{token:?}");
    assert!(!run.stderr.contains(&token), "{}", run.stderr);
    let profile = stage.passdesk(&["me", "profile", "--format", "csv"]).env("PASSDESK_TOKEN", &token).output();
    assert!(Run::from(profile.unwrap()).succeeds().stdout.contains("alice"));
    wait_for("the end of all holders but the last", || (stage.holders().len() == 1).then_some(()));
}

fn nothing_clears_it_if_that_is_asked(stage: &Stage) {
    stage.run(&["policy", "set", "clear-after", "1s"]).succeeds();
    let run = stage.run(&copy_for("0")).succeeds();
    assert_eq!(run.stderr, "The temporary password of alice is on the clipboard, and in force.\n");
    let pasted = stage.pasted().unwrap();
    // Only after this time is it certain that nothing happens.
    thread::sleep(Duration::from_secs(2));
    assert_eq!(stage.pasted().unwrap(), pasted);
    stage.holder();
}

fn without_a_span_that_of_the_policy_holds(stage: &Stage) {
    stage.run(&["policy", "set", "clear-after", "1s"]).succeeds();
    let start = Instant::now();
    let run = stage.run(&COPY).succeeds();
    assert!(run.stderr.contains("on the clipboard for 1 second,"), "{}", run.stderr);
    stage.until_nobody_holds();
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
    stage.is_empty();
}

fn what_a_clipboard_cannot_hold_is_refused_and_changes_nothing(stage: &Stage) {
    stage.run(&["users", "add", "bob", "-q"]).succeeds();
    stage.copy_elsewhere("something else");
    for more in [
        &["bob"][..],
        &["--format", "json"],
        &["--format", "jsonl"],
        &["--format", "csv"],
        &["--quiet"],
        &["--output", "file"],
        &["--clear-after", "61m"],
        &["--clear-after", "-1s"],
        &["--clear-after", "soon"],
        &["--copy=file"],
    ] {
        let run = refuses(stage, 2, &[&COPY[..], more].concat());
        assert_eq!(run.stdout, "", "{more:?}");
        assert_eq!(stage.holders(), [0_i32; 0]);
        assert_eq!(stage.pasted().unwrap(), "something else", "{more:?}");
    }
    assert!(!stage.desk.home.path().join("file").exists());
    refuses(stage, 2, &["users", "reset", "alice", "--yes", "--clear-after", "2s"]);
}

/// Another process writes, so that no commit can finish.
fn hold_the_store(stage: &Stage) -> Connection {
    let other = Connection::open(stage.desk.store()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    other
}

/// A running program. It is killed when this is dropped.
struct Running(Child);

impl Running {
    fn start(stage: &Stage, args: &[&str]) -> Self {
        Self::of(&mut stage.passdesk(args))
    }

    fn of(command: &mut Command) -> Self {
        Self(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// Waits until the program tries again and again to write to the store. While it waits for its holder, it sleeps
    /// only once.
    #[track_caller]
    fn until_it_commits(&self, stage: &Stage) {
        stage.until_pasted();
        let slept = self.times_it_slept();
        wait_for("the commit", || (self.times_it_slept() >= slept + 6).then_some(()));
    }

    fn times_it_slept(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let slept = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")).unwrap();
        slept.trim().parse().unwrap()
    }

    /// The output of the program, which must end in time.
    fn ends(mut self) -> Run {
        wait_for("the end of the command", || self.0.try_wait().unwrap());
        let mut run =
            Run { code: self.0.wait().unwrap().code().unwrap(), stdout: String::new(), stderr: String::new() };
        self.0.stdout.take().unwrap().read_to_string(&mut run.stdout).unwrap();
        self.0.stderr.take().unwrap().read_to_string(&mut run.stderr).unwrap();
        run
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // At worst the program has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

// ---- Without a display.

fn without_a_display(environment: &[(&str, &str)], said: &str) -> Run {
    let desk = Desk::with_alice();
    let run = desk.refuses(12, || desk.command(&COPY).envs(environment.iter().copied()).output().unwrap().into());
    says(&run, said);
    desk.profile("alice", GOOD).succeeds();
    run
}

#[test]
fn without_a_display_nothing_is_copied_and_nothing_changes() {
    without_a_display(&[], "there is no display, so there is no clipboard\n");
    without_a_display(&[("DISPLAY", ""), ("WAYLAND_DISPLAY", "")], "there is no display, so there is no clipboard\n");
}

#[test]
fn over_ssh_without_a_display_the_terminal_is_named_as_a_way() {
    for variable in [("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22"), ("SSH_TTY", "/dev/pts/0")] {
        let run = without_a_display(&[variable], "this is an ssh session without a display, ");
        assert!(run.stderr.contains("hint: let your terminal copy it with --copy=osc52"), "{}", run.stderr);
    }
}

#[test]
fn a_display_that_does_not_exist_is_named_and_nothing_changes() {
    for (environment, said) in [
        (&[("DISPLAY", ":64999")][..], "the X11 display :64999 does not answer\n"),
        (&[("DISPLAY", "nonsense")], "the X11 display nonsense does not answer\n"),
        (
            &[("WAYLAND_DISPLAY", "wayland-7"), ("XDG_RUNTIME_DIR", "/nowhere")],
            "the Wayland display /nowhere/wayland-7 does not answer\n",
        ),
    ] {
        without_a_display(environment, said);
    }
}

// ---- Two displays.

#[test]
#[ignore = "needs Xvfb and xclip"]
fn beside_a_wayland_display_that_is_gone_that_of_x11_is_used() {
    let stage = Stage::new(Kind::X11);
    let run: Run = stage.passdesk(&COPY).env("WAYLAND_DISPLAY", "wayland-7").output().unwrap().into();
    run.succeeds();
    stage.profile("alice", &stage.pasted().unwrap()).exits(6);
}

#[test]
#[ignore = "needs sway and wl-clipboard"]
fn beside_an_x11_display_that_is_gone_that_of_wayland_is_used() {
    let stage = Stage::new(Kind::Wayland);
    let run: Run = stage.passdesk(&COPY).env("DISPLAY", ":64999").output().unwrap().into();
    run.succeeds();
    stage.profile("alice", &stage.pasted().unwrap()).exits(6);
}

/// As after signing out and in again. The next display often has the same name.
#[test]
#[ignore = "needs Xvfb and xclip"]
fn a_holder_does_not_take_the_next_display_for_its_own() {
    let stage = Stage::new(Kind::X11);
    stage.run(&copy_for("0")).succeeds();
    stage.holder();
    stage.kill_display();
    let mut next = stage.other("Xvfb", &[stage.name(), "-nolisten", "tcp", "-noreset"]);
    let _next = Running(next.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    stage.until_nobody_holds();
}

/// Copies at an X11 display with this name.
fn copies_at(stage: &Stage, name: &str) {
    let run: Run = stage.passdesk(&COPY).env("DISPLAY", name).output().unwrap().into();
    run.succeeds();
    stage.profile("alice", &stage.pasted().unwrap()).exits(6);
}

#[test]
#[ignore = "needs Xvfb and xclip"]
fn a_display_may_be_named_with_its_screen() {
    let stage = Stage::new(Kind::X11);
    copies_at(&stage, &format!("{}.0", stage.name()));
}

/// As X(7) says, and as xclip accepts it.
#[test]
#[ignore = "needs Xvfb and xclip"]
fn a_local_display_may_be_named_unix() {
    let stage = Stage::new(Kind::X11);
    copies_at(&stage, &format!("unix{}", stage.name()));
}

#[test]
#[ignore = "needs Xvfb and xclip"]
fn a_program_that_is_run_through_a_link_holds_the_clipboard_too() {
    let stage = Stage::new(Kind::X11);
    let link = stage.desk.home.path().join("link");
    symlink("passdesk", &link).unwrap();
    Run::from(stage.other(&link, &COPY).output().unwrap()).succeeds();
    stage.holder();
    stage.profile("alice", &stage.pasted().unwrap()).exits(6);
}
