//! Behaviour that only a terminal shows: prompts, echo, Ctrl-C, and the state of the terminal afterwards.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use crate::common::pty::Pty;
use crate::common::{Desk, GOOD, HELPDESK, OTHER, temporary_in};
use crate::many::settled_crowd;
use rexpect::process::WaitStatus;
use rustix::process::Signal;

pub const CURRENT: &str = "Password of alice: ";
pub const NEW: &str = "New password: ";
pub const AGAIN: &str = "New password again: ";
/// The prompt after the last try.
const LAST: &str = "That was the last try. Press Enter to leave";
const QUESTION: &str = "Reset the password of alice (Alice Example), id 2? [y/N] ";
const USERNAME: &str = "Username [";
const CANCELLED: &str = "cancelled; nothing has changed";

/// A password that breaks two rules.
const WEAK: &str = "alice2026";

pub const CTRL_C: &str = "\x03";
const CTRL_D: &str = "\x04";
const CTRL_Z: &str = "\x1a";

/// A prompt, and how to reach it.
struct Prompt {
    args: &'static [&'static str],
    /// The earlier prompts and their answers.
    answers: &'static [(&'static str, &'static str)],
    text: &'static str,
    secret: bool,
}

const PASSWD: &[&str] = &["me", "passwd", "--as", "alice"];
const PROMPTS: [Prompt; 5] = [
    Prompt { args: PASSWD, answers: &[], text: CURRENT, secret: true },
    Prompt { args: PASSWD, answers: &[(CURRENT, GOOD)], text: NEW, secret: true },
    Prompt { args: PASSWD, answers: &[(CURRENT, GOOD), (NEW, OTHER)], text: AGAIN, secret: true },
    Prompt { args: &["users", "reset", "alice"], answers: &[], text: QUESTION, secret: false },
    Prompt { args: &["me", "passwd"], answers: &[], text: USERNAME, secret: false },
];

impl Prompt {
    /// Runs a command up to its prompt.
    #[track_caller]
    fn reach(&self, desk: &Desk) -> Pty {
        let mut pty = Pty::start(&desk.command(self.args));
        self.follow(&mut pty);
        pty
    }

    /// Begins as a job of [`job_shell`], and goes on to the prompt.
    #[track_caller]
    fn begins_in_a_shell(&self, pty: &mut Pty) {
        pty.send(&format!("$program {}\n", self.args.join(" ")));
        self.follow(pty);
    }

    #[track_caller]
    fn follow(&self, pty: &mut Pty) {
        for (prompt, secret) in self.answers {
            pty.answer(prompt, secret);
        }
        self.is_there(pty);
    }

    #[track_caller]
    fn is_there(&self, pty: &mut Pty) {
        pty.until(self.text);
        if self.secret {
            pty.is_hushed();
        }
    }
}

/// A shell with job control. There `$program` is the program. The shell does not edit lines: a shell that does would
/// repair what the program leaves wrong.
fn job_shell(desk: &Desk) -> Pty {
    let script = "program=$1 PS1='shell> '; export program PS1; exec /bin/sh +o emacs -i";
    let mut pty = Pty::script(script, &desk.command(&[]));
    pty.until("shell> ");
    pty
}

/// The shell goes on until it is told to end.
#[track_caller]
fn leaves_its_shell(mut pty: Pty) {
    pty.send("exit 7\n");
    pty.end().exits(7);
}

/// The prompt for the password of alice is answered, and then its shell is left.
#[track_caller]
fn signs_in_and_leaves(mut pty: Pty) {
    pty.answer(CURRENT, GOOD);
    pty.until("Signed in as alice");
    pty.until("shell> ");
    pty.send("exit\n");
    pty.end().exits(0);
}

/// Cancels the prompt that is there. The shell has the terminal again, as it was.
#[track_caller]
fn is_cancelled_in_its_shell(pty: &mut Pty) {
    pty.send(CTRL_C);
    pty.until(CANCELLED);
    pty.until("shell> ");
    pty.until_as_it_was();
}

#[track_caller]
fn signed_in_as_alice(desk: &Desk) {
    assert!(desk.run(&["me", "profile", "--format", "json"]).succeeds().stdout.contains("\"alice\""));
}

#[test]
fn a_sign_in_with_a_temporary_password_goes_straight_into_choosing_a_new_one() {
    let desk = Desk::with_alice();
    let temporary = desk.run(&["users", "reset", "alice", "--yes", "-q"]).succeeds().password();
    let mut pty = Pty::start(&desk.command(&["me", "sign-in", "--as", "alice"]));
    pty.answer(CURRENT, &temporary);
    pty.until("Your password was reset ");
    pty.answer(NEW, OTHER);
    pty.answer(AGAIN, OTHER);
    pty.until("Your new password is in force.");
    pty.until("Signed in as alice (Alice Example)");
    pty.end().exits(0);
    signed_in_as_alice(&desk);
    desk.profile("alice", &temporary).exits(5);
    desk.profile("alice", OTHER).succeeds();
}

#[test]
fn three_new_passwords_that_will_not_do_end_a_sign_in_that_changes_nothing() {
    let desk = Desk::new();
    let temporary = desk.run(&["users", "add", "alice", "-q"]).succeeds().password();
    let before = desk.state();
    let mut pty = Pty::start(&desk.command(&["me", "sign-in", "--as", "alice"]));
    pty.answer(CURRENT, &temporary);
    for left in ["2 tries left.", "1 try left.", ""] {
        pty.answer(NEW, WEAK);
        if left.is_empty() {
            // A user who types the next password already does not type it into the shell.
            pty.answer(LAST, OTHER);
        }
        // All faults of the password are named at once.
        pty.until("the new password is refused:");
        pty.until("it has 9 characters; at least 15 are needed");
        pty.until("it is too easy to guess");
        if !left.is_empty() {
            pty.until(left);
        }
    }
    pty.end().exits(8);
    assert_eq!(desk.state(), before);
    desk.run(&["me", "profile"]).exits(2);
}

#[test]
fn two_new_passwords_that_differ_are_a_try() {
    let desk = Desk::with_alice();
    let before = desk.state();
    let mut pty = Pty::start(&desk.command(&["me", "passwd", "--as", "alice"]));
    pty.answer(CURRENT, GOOD);
    for left in ["2 tries left.", "1 try left.", ""] {
        pty.answer(NEW, OTHER);
        pty.answer(AGAIN, "seven herons guard the orchards");
        if left.is_empty() {
            pty.until(LAST);
            pty.send("\r");
        }
        pty.until("the two are not the same");
        if !left.is_empty() {
            pty.until(left);
        }
    }
    pty.end().exits(8);
    assert_eq!(desk.state(), before);
}

#[test]
fn an_empty_line_is_no_attempt_to_sign_in() {
    let desk = Desk::with_alice();
    let mut pty = Pty::start(&desk.command(&["me", "profile", "--as", "alice"]));
    for _ in 0..3 {
        pty.until(CURRENT);
        pty.send("\r");
    }
    pty.answer(CURRENT, GOOD);
    pty.end().exits(0).shows("Alice Example");
    assert_eq!(desk.account::<i64>("tries_failed + tries_untold", "alice"), 0);
}

#[test]
fn an_empty_line_costs_no_try() {
    let desk = Desk::with_alice();
    let mut pty = Pty::start(&desk.command(&["me", "passwd", "--as", "alice"]));
    pty.answer(CURRENT, GOOD);
    for _ in 0..4 {
        pty.until(NEW);
        pty.send("\r");
        pty.until("Type a new password");
    }
    pty.answer(NEW, OTHER);
    pty.answer(AGAIN, OTHER);
    pty.end().exits(0);
}

#[test]
fn a_username_that_nobody_can_have_is_asked_for_again() {
    let desk = Desk::with_alice();
    let mut pty = Pty::start(&desk.command(&["me", "sign-in"]));
    pty.until("Username [");
    pty.send("Alice Example\r");
    pty.until("is not a username");
    pty.until("Username [");
    pty.send("alice\r");
    pty.answer(CURRENT, GOOD);
    pty.end().exits(0);
}

#[test]
fn a_password_that_ends_with_a_space_is_told_of() {
    let desk = Desk::with_alice();
    let with_space = format!("{OTHER} ");
    let mut pty = Pty::start(&desk.command(&["me", "passwd", "--as", "alice"]));
    pty.answer(CURRENT, GOOD);
    pty.answer(NEW, &with_space);
    pty.answer(AGAIN, &with_space);
    pty.until("your new password ends with a space");
    pty.end().exits(0);
}

#[test]
fn a_refused_password_names_the_word_that_others_know() {
    let desk = Desk::with_alice();
    let lines = format!("{GOOD}\nAliceAliceAlice99\n");
    let run = desk.run_with(lines, &["me", "passwd", "--as", "alice", "--password-stdin"]).exits(8);
    assert!(run.stderr.contains("it has 'Alice' in it, which others know of you"), "{}", run.stderr);
}

#[test]
fn nothing_is_shown_to_whoever_lost_the_right_while_the_question_stood() {
    for (args, question) in [
        (&["users", "reset", "alice"][..], "[y/N]"),
        (&["tokens", "create", "nightly", "--expires-in", "1d", "--role", "helpdesk"], "Password of bob"),
    ] {
        for (loss, code) in [(&["users", "revoke", "bob", "helpdesk"][..], 4), (&["users", "require-change", "bob"], 6)]
        {
            let desk = Desk::settled();
            desk.like_root("alice", 0);
            desk.like_root("bob", HELPDESK);
            desk.run_as("bob", &["me", "sign-in"]).succeeds();
            let mut pty = Pty::start(&desk.command(args));
            pty.until(question);
            desk.run_as("root", loss).succeeds();
            let before = desk.state();
            pty.send(&format!("{}\r", if question == "[y/N]" { "y" } else { GOOD }));
            let ended = pty.end().exits(code);
            assert!(!ended.text().contains("shown this once"), "{}", ended.text());
            assert_eq!(desk.state(), before);
        }
    }
}

#[test]
fn what_is_decided_while_a_new_password_is_typed_holds_for_it() {
    let desk = Desk::with_alice();
    let mut pty = Pty::start(&desk.command(PASSWD));
    pty.answer(CURRENT, GOOD);
    pty.until("at least 15 characters");
    desk.run(&["policy", "set", "min-length", "40"]).succeeds();
    let before = desk.state();
    pty.answer(NEW, OTHER);
    pty.until("at least 40 are needed");
    pty.send("\x03");
    pty.end().exits(130);
    assert_eq!(desk.state(), before);
}

#[test]
fn a_temporary_password_that_expires_while_a_new_one_is_typed_is_not_replaced() {
    let desk = Desk::with_alice();
    let temporary = desk.run(&["users", "reset", "alice", "--yes", "-q"]).succeeds().password();
    let mut pty = Pty::start(&desk.command(PASSWD));
    pty.answer(CURRENT, &temporary);
    pty.answer(NEW, OTHER);
    desk.sql("UPDATE accounts SET temporary_until = 1");
    let before = desk.state();
    pty.answer(AGAIN, OTHER);
    pty.until("the temporary password has just expired");
    pty.end().exits(7);
    assert_eq!(desk.state(), before);
    desk.profile("alice", OTHER).exits(5);
}

#[test]
fn a_new_password_of_the_third_try_is_as_good_as_one_of_the_first() {
    let desk = Desk::with_alice();
    let mut pty = Pty::start(&desk.command(PASSWD));
    pty.answer(CURRENT, GOOD);
    pty.answer(NEW, WEAK);
    pty.answer(NEW, OTHER);
    pty.answer(AGAIN, WEAK);
    pty.answer(NEW, OTHER);
    pty.answer(AGAIN, OTHER);
    pty.end().exits(0);
    desk.profile("alice", OTHER).succeeds();
}

#[test]
fn a_typed_password_is_never_shown_right_or_wrong() {
    let desk = Desk::with_alice();
    for (password, code) in [(GOOD, 0), (OTHER, 5)] {
        let mut pty = Pty::start(&desk.command(&["me", "profile", "--as", "alice"]));
        for _ in 0..if code == 0 { 1 } else { 3 } {
            pty.answer(CURRENT, password);
        }
        // Every test looks for typed text. This one also looks for its parts.
        let transcript = pty.end().exits(code).transcript;
        for word in password.split(' ').filter(|word| word.len() > 3) {
            assert!(!transcript.contains(word), "{word:?} was shown in {transcript:?}");
        }
        assert!(!transcript.contains('*'), "nor is its length: {transcript:?}");
    }
}

#[test]
fn a_password_can_be_corrected_while_it_is_typed() {
    let desk = Desk::with_alice();
    let mut pty = Pty::start(&desk.command(&["me", "profile", "--as", "alice"]));
    // Ctrl-U removes the whole text, backspace the last character.
    pty.answer(CURRENT, &format!("wrong\x15{GOOD}x\x7f"));
    pty.end().exits(0);
}

#[test]
fn an_answer_can_be_corrected_while_it_is_typed() {
    let desk = Desk::with_alice();
    let mut pty = Pty::start(&desk.command(&["me", "profile"]));
    pty.until(USERNAME);
    pty.send("bob\x15alicex\x7f\r");
    pty.answer(CURRENT, GOOD);
    pty.end().exits(0);
}

#[test]
fn passwords_typed_ahead_are_taken_and_not_shown() {
    let desk = Desk::with_alice();
    let mut pty = Pty::start(&desk.command(PASSWD));
    pty.answer(CURRENT, GOOD);
    // People type on while a password is being hashed.
    for _ in 0..2 {
        pty.secret(OTHER);
        pty.send("\r");
    }
    pty.end().exits(0);
    desk.profile("alice", OTHER).succeeds();
}

#[test]
fn a_password_is_waited_for_whatever_used_the_terminal_before() {
    let desk = Desk::with_alice();
    // A program that polls for keys leaves a terminal on which reads return at once.
    let script = r#"stty min 0 time 0; exec "$@""#;
    let mut pty = Pty::script(script, &desk.command(&["me", "profile", "--as", "alice"]));
    pty.answer(CURRENT, GOOD);
    assert_eq!(pty.end().shows("Alice Example").code, 0);
}

#[test]
fn a_question_can_be_answered_whatever_used_the_terminal_before() {
    let desk = Desk::with_alice();
    // A program that was killed while it drew leaves it like this.
    for (keys, code) in [("y\r", 0), (CTRL_C, 130)] {
        let mut pty = Pty::script(r#"stty raw -echo; exec "$@""#, &desk.command(&["users", "reset", "alice"]));
        pty.until(QUESTION);
        pty.send(keys);
        assert_eq!(pty.end().code, code);
    }
}

#[test]
fn a_reset_names_its_target_and_happens_on_yes_alone() {
    let desk = Desk::with_alice();
    let mut pty = Pty::start(&desk.command(&["users", "reset", "2"]));
    pty.until(QUESTION);
    pty.send("y\r");
    pty.until("Temporary password for alice (Alice Example), shown this once:");
    let text = pty.end().exits(0).text();
    desk.profile("alice", &temporary_in(&text).unwrap()).exits(6);
    desk.profile("alice", GOOD).exits(5);
}

#[test]
fn anything_but_yes_resets_nobody() {
    let desk = Desk::with_alice();
    let before = desk.state();
    for keys in ["\r", "n\r", "no\r", "q\r", "x\r", "yn\r", "yes, no\r", "\x1b\r", "nay\r", "not y\r"] {
        let mut pty = Pty::start(&desk.command(&["users", "reset", "alice"]));
        pty.until(QUESTION);
        pty.send(keys);
        let ended = pty.end().exits(130).shows(CANCELLED);
        assert_eq!(temporary_in(&ended.text()), None);
        assert_eq!(desk.state(), before, "{keys:?}");
    }
}

#[test]
fn a_prompt_never_goes_into_the_result() {
    let desk = Desk::with_alice();
    let args = ["users", "reset", "alice", "-q"];
    let mut pty = Pty::script(r#"exec "$@" >result"#, &desk.command(&args));
    pty.until(QUESTION);
    pty.send("y\r");
    pty.end().exits(0);
    let result = fs::read_to_string(desk.home.path().join("result")).unwrap();
    desk.profile("alice", &temporary_in(&result).unwrap()).exits(6);
    assert_eq!(result.len(), 25, "{result:?}");
}

#[test]
fn ctrl_c_at_any_prompt_changes_nothing_and_leaves_the_terminal_as_it_was() {
    let desk = Desk::with_alice();
    let before = desk.state();
    for prompt in &PROMPTS {
        let mut pty = prompt.reach(&desk);
        pty.send(CTRL_C);
        pty.end().exits(130).shows(CANCELLED);
    }
    assert_eq!(desk.state(), before);
}

#[test]
fn ctrl_c_after_half_an_answer_changes_nothing_and_leaves_the_terminal_as_it_was() {
    let desk = Desk::with_alice();
    let before = desk.state();
    for prompt in &PROMPTS {
        let mut pty = prompt.reach(&desk);
        pty.send("yes");
        pty.send(CTRL_C);
        pty.end().exits(130).shows(CANCELLED);
    }
    assert_eq!(desk.state(), before);
}

#[test]
fn ctrl_d_at_any_prompt_changes_nothing_and_leaves_the_terminal_as_it_was() {
    let desk = Desk::with_alice();
    let before = desk.state();
    for prompt in &PROMPTS {
        let mut pty = prompt.reach(&desk);
        pty.send(CTRL_D);
        pty.end().exits(130).shows(CANCELLED);
    }
    assert_eq!(desk.state(), before);
}

/// One test per signal, so that a failing test names its signal.
fn ends_any_prompt_and_leaves_the_terminal_as_it_was(signal: Signal) {
    let desk = Desk::with_alice();
    let before = desk.state();
    for prompt in &PROMPTS {
        let pty = prompt.reach(&desk);
        pty.signal(signal);
        pty.end().exits(128 + signal.as_raw()).shows(CANCELLED);
    }
    assert_eq!(desk.state(), before);
}

#[test]
fn int_ends_any_prompt_and_leaves_the_terminal_as_it_was() {
    ends_any_prompt_and_leaves_the_terminal_as_it_was(Signal::INT);
}

#[test]
fn term_ends_any_prompt_and_leaves_the_terminal_as_it_was() {
    ends_any_prompt_and_leaves_the_terminal_as_it_was(Signal::TERM);
}

#[test]
fn hup_ends_any_prompt_and_leaves_the_terminal_as_it_was() {
    ends_any_prompt_and_leaves_the_terminal_as_it_was(Signal::HUP);
}

#[test]
fn quit_ends_any_prompt_and_leaves_the_terminal_as_it_was() {
    ends_any_prompt_and_leaves_the_terminal_as_it_was(Signal::QUIT);
}

#[test]
fn a_signal_is_what_the_program_dies_by_and_int_is_an_exit_code() {
    let desk = Desk::with_alice();
    for prompt in &PROMPTS {
        for signal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT] {
            let mut pty = Pty::first(&desk.command(prompt.args));
            prompt.follow(&mut pty);
            pty.signal(signal);
            match pty.end_of_first() {
                WaitStatus::Exited(_, code) => assert_eq!((code, signal), (130, Signal::INT)),
                WaitStatus::Signaled(_, by, core) => assert_eq!((by as i32, core), (signal.as_raw(), false)),
                other => panic!("{other:?}"),
            }
        }
    }
    // No core file is left, which would hold a password.
    let left: Vec<_> = fs::read_dir(desk.home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("core")), "{left:?}");
}

#[test]
fn a_question_is_answered_in_a_window_of_another_size() {
    let desk = Desk::with_alice();
    let mut pty = Pty::start(&desk.command(&["users", "reset", "alice"]));
    pty.until(QUESTION);
    pty.signal(Signal::WINCH);
    pty.send("y\r");
    pty.end().exits(0);
}

#[test]
fn ctrl_z_lends_the_terminal_to_the_shell_until_fg() {
    let desk = Desk::with_alice();
    let mut pty = job_shell(&desk);
    pty.send("$program me sign-in --as alice\n");
    pty.until(CURRENT);
    pty.is_hushed();
    pty.send(CTRL_Z);
    pty.until("shell> ");
    pty.until_as_it_was();
    pty.send("fg\n");
    signs_in_and_leaves(pty);
    signed_in_as_alice(&desk);
}

#[test]
fn a_stopped_prompt_lends_the_terminal_to_the_shell_until_fg() {
    let desk = Desk::with_alice();
    let mut pty = job_shell(&desk);
    let ways: [fn(&mut Pty); 2] = [|pty| pty.stop_job(), |pty| pty.send(CTRL_Z)];
    for (prompt, stop) in PROMPTS.iter().flat_map(|prompt| ways.map(|stop| (prompt, stop))) {
        prompt.begins_in_a_shell(&mut pty);
        stop(&mut pty);
        pty.until("shell> ");
        pty.until_as_it_was();
        pty.send("fg\n");
        prompt.is_there(&mut pty);
        is_cancelled_in_its_shell(&mut pty);
    }
    leaves_its_shell(pty);
}

#[test]
fn a_prompt_that_is_continued_in_the_background_waits_for_the_foreground() {
    let desk = Desk::with_alice();
    let mut pty = job_shell(&desk);
    for prompt in &PROMPTS {
        prompt.begins_in_a_shell(&mut pty);
        pty.stop_job();
        pty.until("shell> ");
        pty.send("bg; until jobs >jobs; grep -q Stopped jobs; do sleep 0.05; done; echo it 'waits'\n");
        pty.until("it waits");
        pty.until("shell> ");
        pty.until_as_it_was();
        pty.send("fg\n");
        prompt.is_there(&mut pty);
        is_cancelled_in_its_shell(&mut pty);
    }
    leaves_its_shell(pty);
}

#[test]
fn a_prompt_in_the_background_fails_where_nothing_can_stop_it() {
    let desk = Desk::with_alice();
    let mut pty = job_shell(&desk);
    pty.send("(trap '' TTIN; exec $program verify alice) & wait $!; echo it ends with $?.\n");
    pty.until("the terminal failed");
    pty.until("it ends with 1.");
    pty.until("shell> ");
    pty.until_as_it_was();
    leaves_its_shell(pty);
}

#[test]
fn a_progress_bar_is_drawn_in_the_foreground_alone() {
    let desk = settled_crowd(8_000);
    let mut pty = job_shell(&desk);
    pty.send("$program users disable --search example.org --yes\n");
    pty.until("disabling ");
    pty.stop_job();
    pty.until("Stopped");
    pty.until("shell> ");
    pty.send("bg; wait %%; echo it 'ends'\n");
    pty.until("it ends");
    pty.until("shell> ");
    pty.send("exit 7\n");
    let ended = pty.end().exits(7);
    let (_, meanwhile) = ended.transcript.split_once("it 'ends'").unwrap();
    assert!(meanwhile.contains("8,000 accounts are disabled"), "{meanwhile:?}");
    assert!(!meanwhile.contains("disabling") && !meanwhile.contains("\x1b["), "{meanwhile:?}");
}

#[test]
fn a_stopped_prompt_is_ended_by_its_shell() {
    let desk = Desk::with_alice();
    let mut pty = job_shell(&desk);
    for prompt in &PROMPTS {
        prompt.begins_in_a_shell(&mut pty);
        pty.stop_job();
        pty.until("shell> ");
        let ends = "kill %%; kill -CONT %%; until jobs >jobs; grep -q Terminated jobs; do sleep 0.05; done";
        pty.send(&format!("{ends}; echo it 'ends'\n"));
        pty.until("it ends");
        pty.until("shell> ");
        pty.until_as_it_was();
    }
    leaves_its_shell(pty);
}

#[test]
fn half_a_password_is_gone_when_a_stopped_prompt_is_there_again() {
    let desk = Desk::with_alice();
    let mut pty = job_shell(&desk);
    pty.send("$program me sign-in --as alice\n");
    pty.until(CURRENT);
    pty.is_hushed();
    pty.send("half");
    // Until it has been read. Ctrl-Z throws away what has not.
    sleep(Duration::from_millis(500));
    pty.send(CTRL_Z);
    pty.until("shell> ");
    pty.send("fg\n");
    signs_in_and_leaves(pty);
}

#[test]
fn half_an_answer_is_not_for_the_shell() {
    let desk = Desk::with_alice();
    let mut pty = job_shell(&desk);
    for prompt in PROMPTS.iter().filter(|prompt| !prompt.secret) {
        prompt.begins_in_a_shell(&mut pty);
        pty.send("touch given");
        pty.until("touch given");
        pty.stop_job();
        pty.until("shell> ");
        pty.send("\nfg\n");
        prompt.is_there(&mut pty);
        pty.send(CTRL_C);
        pty.until(CANCELLED);
        pty.until("shell> ");
    }
    leaves_its_shell(pty);
    assert!(!desk.home.path().join("given").exists());
}

#[test]
fn a_long_text_that_is_pasted_at_a_password_is_not_for_the_shell() {
    let desk = Desk::with_alice();
    let mut pty = job_shell(&desk);
    pty.send("$program me profile --as alice\n");
    pty.until(CURRENT);
    pty.is_hushed();
    // More than a terminal and its queue hold, and more than three tries.
    pty.send(&"touch given\n".repeat(2_000));
    pty.until("the sign-in failed");
    pty.until("shell> ");
    leaves_its_shell(pty);
    assert!(!desk.home.path().join("given").exists());
}

#[test]
fn a_password_is_not_shown_after_a_stop_by_force() {
    let desk = Desk::with_alice();
    let mut pty = job_shell(&desk);
    pty.send("$program me sign-in --as alice\n");
    pty.until(CURRENT);
    pty.stop_job_by_force();
    pty.until("shell> ");
    // Like a shell that edits its lines.
    pty.send("stty echo icanon; fg\n");
    pty.until("me sign-in");
    signs_in_and_leaves(pty);
}

#[test]
fn ctrl_z_is_nothing_where_no_shell_would_ever_continue_the_program() {
    let desk = Desk::with_alice();
    let mut pty = Pty::start(&desk.command(&["me", "sign-in", "--as", "alice"]));
    pty.until(CURRENT);
    pty.send(CTRL_Z);
    pty.secret(GOOD);
    pty.send("\r");
    pty.until("Signed in as alice");
    pty.end().exits(0);
}

#[test]
fn a_reset_that_was_stopped_at_its_question_happens_on_yes() {
    let desk = Desk::with_alice();
    let mut pty = job_shell(&desk);
    pty.send("$program users reset alice\n");
    pty.until(QUESTION);
    pty.stop_job();
    pty.until("shell> ");
    pty.send("fg\n");
    pty.until(QUESTION);
    pty.send("y\r");
    pty.until("Temporary password for alice");
    pty.until("shell> ");
    pty.send("exit\n");
    let text = pty.end().exits(0).text();
    desk.profile("alice", &temporary_in(&text).unwrap()).exits(6);
}

#[test]
fn a_password_is_changed_at_a_terminal() {
    let desk = Desk::with_alice();
    let mut pty = Pty::start(&desk.command(&["me", "passwd"]));
    pty.until(USERNAME);
    pty.send("alice\r");
    pty.answer(CURRENT, GOOD);
    pty.answer(NEW, OTHER);
    pty.answer(AGAIN, OTHER);
    pty.until("The password of alice (Alice Example) is changed");
    pty.end().exits(0);
    desk.profile("alice", GOOD).exits(5);
    desk.profile("alice", OTHER).succeeds();
}

#[test]
fn a_saved_sign_in_says_whose_password_is_changed_and_survives_it() {
    let desk = Desk::with_alice();
    desk.run_with(format!("{GOOD}\n"), &["me", "sign-in", "--as", "alice", "--password-stdin"]).succeeds();
    let mut pty = Pty::start(&desk.command(&["me", "passwd"]));
    pty.answer(CURRENT, GOOD);
    pty.answer(NEW, OTHER);
    pty.answer(AGAIN, OTHER);
    let transcript = pty.end().exits(0).transcript;
    assert!(!transcript.contains(USERNAME), "{transcript:?}");
    signed_in_as_alice(&desk);
}

#[test]
fn a_saved_sign_in_is_no_password() {
    let desk = Desk::with_alice();
    desk.run_with(format!("{GOOD}\n"), &["me", "sign-in", "--as", "alice", "--password-stdin"]).succeeds();
    let before = desk.state();
    let mut pty = Pty::start(&desk.command(&["me", "passwd"]));
    for left in ["2 tries left.", "1 try left."] {
        pty.answer(CURRENT, OTHER);
        pty.until(left);
    }
    pty.answer(CURRENT, OTHER);
    pty.end().exits(5);
    assert_eq!(desk.state(), before);
}

#[test]
fn a_wrong_password_is_asked_for_again_and_a_right_one_is_taken() {
    let desk = Desk::with_alice();
    let mut pty = Pty::start(&desk.command(&["me", "profile", "--as", "alice"]));
    pty.answer(CURRENT, OTHER);
    pty.until("The sign-in failed. 2 tries left.");
    pty.answer(CURRENT, GOOD);
    pty.end().exits(0);
}

#[test]
fn what_is_typed_in_latin_1_is_no_try_to_sign_in() {
    let desk = Desk::with_alice();
    let before = desk.state();
    for typed in [&b"gr\xfcn\r"[..], "gr\u{fffd}n\r".as_bytes()] {
        let mut pty = Pty::start(&desk.command(&["me", "sign-in", "--as", "alice"]));
        pty.until(CURRENT);
        pty.send(typed);
        let ended = pty.end().exits(2);
        assert!(ended.transcript.contains("what was typed is not UTF-8"), "{}", ended.transcript);
    }
    assert_eq!(desk.state(), before);
}

const NAME_IT: &str = "hint: name the account with --as USERNAME, and pass its password on standard";
const PASS_BOTH: &str = "hint: pass the current password and the new one on standard input";

/// The commands that would ask, and their messages instead.
const WOULD_ASK: [(&[&str], &str); 7] = [
    (&["users", "reset", "alice"], "hint: add --yes"),
    (&["me", "sign-in"], NAME_IT),
    (&["me", "sign-in", "--as", "alice"], "hint: pass the password on standard input, with --password-stdin"),
    (&["me", "passwd"], PASS_BOTH),
    (&["me", "passwd", "--as", "alice"], PASS_BOTH),
    (&["me", "profile"], NAME_IT),
    (&["users", "list", "--as", "alice"], "hint: pass the password on standard input, with --password-stdin"),
];

#[test]
fn nobody_is_asked_where_there_is_no_terminal() {
    let desk = Desk::with_alice();
    let before = desk.state();
    for (args, hint) in WOULD_ASK {
        let run = desk.run(args).exits(2);
        assert!(run.stderr.contains(hint), "{}", run.stderr);
        assert_eq!(run.stdout, "");
    }
    assert_eq!(desk.state(), before);
}

#[test]
fn nobody_is_asked_on_a_terminal_that_is_not_standard_input() {
    let desk = Desk::with_alice();
    let before = desk.state();
    for (args, hint) in WOULD_ASK {
        let pty = Pty::script(r#"exec "$@" </dev/null"#, &desk.command(args));
        let hint = hint.strip_prefix("hint: ").unwrap();
        pty.end().exits(2).shows("this needs an answer, and there is no terminal").shows(hint);
    }
    assert_eq!(desk.state(), before);
}

#[test]
fn nobody_is_asked_on_a_terminal_that_is_not_standard_error() {
    let desk = Desk::with_alice();
    let before = desk.state();
    for (args, hint) in WOULD_ASK {
        let ended = Pty::script(r#"exec "$@" 2>errors"#, &desk.command(args)).end().exits(2);
        assert_eq!(ended.transcript, "");
        let errors = fs::read_to_string(desk.home.path().join("errors")).unwrap();
        assert!(errors.contains(hint), "{errors}");
    }
    assert_eq!(desk.state(), before);
}
