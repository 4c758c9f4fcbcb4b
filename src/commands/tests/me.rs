//! `me …`: the user's own account.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::PathBuf;

use super::*;
use crate::cli::me::SignOut;
use crate::commands::me::{passwd, profile, sign_in, sign_out};

const CURRENT: &str = "Password of alice";
const NEW: &str = "New password";
const AGAIN: &str = "New password again";

/// Standard input instead of a terminal.
fn piped(username: &str, lines: &[&str]) -> Call {
    let mut call = as_user(username, lines.iter().map(|&line| Step::Piped(line.into())).collect());
    call.global.password_stdin = true;
    call.absent = true;
    call
}

#[test]
fn a_sign_in_with_a_temporary_password_goes_straight_into_choosing_a_new_one() {
    let mut site = Site::new();
    let temporary = site.add("alice", &[]);
    let script = vec![secret(CURRENT, &temporary), secret(NEW, GOOD), secret(AGAIN, GOOD)];
    let ran = site.call(as_user("alice", script), sign_in::run).succeeds();
    assert!(ran.notes.contains("Your account was made today at 08:00 UTC by operator opal"), "{}", ran.notes);
    assert!(site.lets_in("alice", GOOD));
    assert!(!site.account("alice").must_change);
    site.call(Call::default(), profile::run).succeeds();
}

#[test]
fn whoever_signs_in_is_told_once_how_many_sign_ins_failed() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    for told in ["1 sign-in to your account failed", "2 sign-ins to your account failed"] {
        for _ in 0..usize::from(told.as_bytes()[0] - b'0') {
            site.call(piped("alice", &["not that one"]), sign_in::run).fails(Kind::SignInFailed);
        }
        let ran = site.call(as_user("alice", vec![secret(CURRENT, GOOD)]), sign_in::run).succeeds();
        assert!(ran.notes.contains(told), "{}", ran.notes);
        let again = site.call(as_user("alice", vec![secret(CURRENT, GOOD)]), sign_in::run).succeeds();
        assert!(!again.notes.contains("failed"), "{}", again.notes);
    }
}

#[test]
fn a_flagged_account_signs_in_without_a_terminal_to_nothing() {
    let mut site = Site::new();
    let temporary = site.add("alice", &[]);
    let before = site.state("alice");
    site.call(piped("alice", &[&temporary]), sign_in::run).fails(Kind::ChangeRequired);
    assert_eq!(site.state("alice"), before);
    site.call(Call { absent: true, ..Call::default() }, profile::run).fails(Kind::Usage);
}

#[test]
fn a_flagged_account_is_refused_everything_but_the_change() {
    let mut site = Site::new();
    let temporary = site.add("alice", &[Role::GlobalAdmin]);
    let ask = || as_user("alice", vec![secret(CURRENT, &temporary)]);
    site.call(ask(), profile::run).fails(Kind::ChangeRequired);
    site.call(ask(), |desk| crate::commands::users::list::run(desk, &crate::cli::users::List::default()))
        .fails(Kind::ChangeRequired);
    let args = Reset { yes: true, ..reset(&["root"]) };
    site.call(ask(), |desk| crate::commands::users::reset::run(desk, &args)).fails(Kind::ChangeRequired);
}

#[test]
fn three_tries_then_refused_and_nothing_changed() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let before = site.state("alice");
    let script = vec![
        secret(CURRENT, GOOD),
        secret(NEW, "short"),
        secret(NEW, GOOD),
        secret(NEW, OTHER),
        secret(AGAIN, "something else"),
        secret("That was the last try. Press Enter to leave", ""),
    ];
    let ran = site.call(as_user("alice", script), passwd::run);
    for said in ["at least 15", "easy to guess", "it is the current password"] {
        assert!(ran.notes.contains(said), "{said}: {}", ran.notes);
    }
    ran.fails(Kind::RefusedByPolicy);
    assert_eq!(site.state("alice"), before);
}

#[test]
fn the_third_try_counts_when_it_is_good() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let script = vec![
        secret(CURRENT, GOOD),
        secret(NEW, "short"),
        secret(NEW, "alsoshort"),
        secret(NEW, OTHER),
        secret(AGAIN, OTHER),
    ];
    site.call(as_user("alice", script), passwd::run).succeeds();
    assert!(site.lets_in("alice", OTHER));
}

#[test]
fn leaving_a_prompt_changes_nothing() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let before = site.state("alice");
    for script in [
        vec![Step::Leave(CURRENT)],
        vec![secret(CURRENT, GOOD), Step::Leave(NEW)],
        vec![secret(CURRENT, GOOD), secret(NEW, OTHER), Step::Leave(AGAIN)],
    ] {
        site.call(as_user("alice", script), passwd::run).fails(Kind::Cancelled);
        assert_eq!(site.state("alice"), before);
    }
}

#[test]
fn a_wrong_current_password_ends_it_before_a_new_one_is_asked_for() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let before = site.state("alice");
    site.call(as_user("alice", thrice(CURRENT, OTHER)), passwd::run).fails(Kind::SignInFailed);
    assert_eq!(site.state("alice"), before);
}

/// The same wrong password as often as it is asked for.
fn thrice(prompt: &'static str, wrong: &str) -> Vec<Step> {
    (0..3).map(|_| secret(prompt, wrong)).collect()
}

#[test]
fn a_password_is_asked_for_three_times_and_each_wrong_one_counts() {
    for run in [sign_in::run, passwd::run, profile::run] {
        let mut site = Site::new();
        site.settled("alice", &[]);
        let before = site.state("alice");
        let ran = site.call(as_user("alice", thrice(CURRENT, OTHER)), run);
        assert_eq!(ran.notes, "The sign-in failed. 2 tries left.\nThe sign-in failed. 1 try left.");
        assert_eq!(ran.fails(Kind::SignInFailed), "the sign-in failed");
        assert_eq!((site.state("alice"), site.account("alice").untold_failures), (before, 3));
    }
}

#[test]
fn a_password_that_is_right_at_the_third_time_lets_in() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let script = vec![secret(CURRENT, OTHER), secret(CURRENT, OTHER), secret(CURRENT, GOOD)];
    let ran = site.call(as_user("alice", script), sign_in::run).succeeds();
    assert!(ran.notes.contains("2 sign-ins to your account failed"), "{}", ran.notes);
}

#[test]
fn an_account_that_lets_nobody_in_is_asked_about_in_the_same_words() {
    let mut site = Site::new();
    for username in ["alice", "dora"] {
        site.settled(username, &[]);
    }
    let disable = crate::cli::users::Command::Disable(many(&["dora"]));
    site.call(Call::default(), |desk| crate::commands::users::run(desk, &disable)).succeeds();
    let ask = |site: &mut Site, username: &str, prompt| {
        let ran = site.call(as_user(username, thrice(prompt, OTHER)), sign_in::run);
        (ran.notes.clone(), ran.fails(Kind::SignInFailed))
    };
    let wrong = ask(&mut site, "alice", CURRENT);
    let throttled = ("alice", CURRENT);
    for (username, prompt) in [("dora", "Password of dora"), ("nobody", "Password of nobody"), throttled, throttled] {
        assert_eq!(ask(&mut site, username, prompt), wrong, "{username}");
    }
}

#[test]
fn a_temporary_password_that_has_expired_is_not_asked_for_again() {
    let mut site = Site::new();
    let temporary = site.add("alice", &[]);
    site.pass(25);
    site.call(as_user("alice", vec![secret(CURRENT, &temporary)]), sign_in::run).fails(Kind::SignInFailed);
}

#[test]
fn a_change_from_standard_input_takes_two_lines() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    site.call(piped("alice", &[GOOD, OTHER]), passwd::run).succeeds();
    assert!(site.lets_in("alice", OTHER));
}

#[test]
fn a_saved_sign_in_says_whose_password_it_is_and_survives_the_change() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    site.call(as_user("alice", vec![secret(CURRENT, GOOD)]), sign_in::run).succeeds();
    let script = vec![secret(CURRENT, GOOD), secret(NEW, OTHER), secret(AGAIN, OTHER)];
    site.call(Call { script, ..Call::default() }, passwd::run).succeeds();
    site.call(Call::default(), profile::run).succeeds();
}

#[test]
fn an_operator_is_asked_whose_account_it_is_and_offered_their_own_name() {
    let mut site = Site::new();
    site.settled("opal", &[]);
    let script = vec![Step::Text("Username", ""), secret("Password of opal", GOOD)];
    site.call(Call { script, ..Call::default() }, sign_in::run).succeeds();
}

#[test]
fn a_sign_in_ends_after_eight_hours() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    site.call(as_user("alice", vec![secret(CURRENT, GOOD)]), sign_in::run).succeeds();
    site.pass(8);
    let ran = site.call(Call { absent: true, ..Call::default() }, profile::run);
    assert_eq!(ran.fails(Kind::SignInFailed), "your sign-in has ended");
    let ran =
        site.call(Call::default(), |desk| crate::commands::users::list::run(desk, &crate::cli::users::List::default()));
    assert_eq!(ran.stdout, "");
    ran.fails(Kind::SignInFailed);
    site.call(Call::default(), |desk| sign_out::run(desk, &SignOut::default())).succeeds();
    site.call(Call::default(), |desk| crate::commands::users::list::run(desk, &crate::cli::users::List::default()))
        .succeeds();
}

#[test]
fn a_chosen_password_is_good_until_somebody_changes_it() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    site.pass(24 * 365 * 50);
    site.call(as_user("alice", vec![secret(CURRENT, GOOD)]), sign_in::run).succeeds();
}

#[test]
fn a_second_sign_in_replaces_the_first() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    site.settled("bob", &[]);
    site.call(as_user("alice", vec![secret(CURRENT, GOOD)]), sign_in::run).succeeds();
    let name = site.stores.open().unwrap().name().unwrap();
    let first = site.sign_ins.load(&name).unwrap().unwrap().digest();
    site.call(as_user("bob", vec![secret("Password of bob", GOOD)]), sign_in::run).succeeds();
    assert!(site.stores.open().unwrap().sign_in(first).unwrap().is_none());
}

#[test]
fn signing_out_twice_is_no_failure() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    site.call(as_user("alice", vec![secret(CURRENT, GOOD)]), sign_in::run).succeeds();
    for said in ["Signed out.", "Nobody is signed in."] {
        assert_eq!(site.call(Call::default(), |desk| sign_out::run(desk, &SignOut::default())).succeeds().notes, said);
    }
}

/// Signs `alice` in. Returns the file of her sign-in, and a check whether the sign-in is still valid.
fn signed_in_file(site: &mut Site) -> (PathBuf, impl Fn(&Site) -> bool + use<>) {
    site.settled("alice", &[]);
    site.call(as_user("alice", vec![secret(CURRENT, GOOD)]), sign_in::run).succeeds();
    let name = site.stores.open().unwrap().name().unwrap();
    let digest = site.sign_ins.load(&name).unwrap().unwrap().digest();
    let file = site.folder.path().join("state").join(format!("{name}.sign-in"));
    let lives = move |site: &Site| site.stores.open().unwrap().sign_in(digest).unwrap().is_some();
    (file, lives)
}

#[test]
fn signing_out_ends_a_sign_in_whatever_the_mode_of_its_file() {
    for mode in [0o600, 0o644, 0o666, 0o200, 0o044, 0] {
        let mut site = Site::new();
        let (file, lives) = signed_in_file(&mut site);
        fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
        let ran = site.call(Call::default(), |desk| sign_out::run(desk, &SignOut::default())).succeeds();
        assert_eq!((ran.notes.as_str(), lives(&site), file.exists()), ("Signed out.", false, false), "{mode:o}");
    }
}

#[test]
fn signing_out_everywhere_ends_what_others_could_read() {
    let mut site = Site::new();
    let (file, lives) = signed_in_file(&mut site);
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    let everywhere = SignOut { everywhere: true };
    site.call(as_user("alice", vec![secret(CURRENT, GOOD)]), |desk| sign_out::run(desk, &everywhere)).succeeds();
    assert_eq!((lives(&site), file.exists()), (false, false));
}

#[test]
fn signing_out_everywhere_leaves_the_sign_in_of_somebody_else_where_it_can_be_ended() {
    let mut site = Site::new();
    site.settled("bob", &[]);
    let (file, lives) = signed_in_file(&mut site);
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    let everywhere = SignOut { everywhere: true };
    let call = as_user("bob", vec![secret("Password of bob", GOOD)]);
    site.call(call, |desk| sign_out::run(desk, &everywhere)).succeeds();
    assert_eq!((lives(&site), fs::metadata(&file).unwrap().mode() & 0o777), (true, 0o644));
}

#[test]
fn whoever_cannot_be_signed_out_is_told_so() {
    let mut site = Site::new();
    let (file, lives) = signed_in_file(&mut site);
    fs::write(&file, "abc").unwrap();
    let message = site.call(Call::default(), |desk| sign_out::run(desk, &SignOut::default())).fails(Kind::Failed);
    assert!(message.contains("may be valid until it expires"), "{message}");
    assert_eq!((lives(&site), file.exists()), (true, false));
}

#[test]
fn a_temporary_password_expires_at_the_hour() {
    let mut site = Site::new();
    let temporary = site.add("alice", &[]);
    site.pass(23);
    site.call(piped("alice", &[&temporary]), sign_in::run).fails(Kind::ChangeRequired);
    site.pass(1);
    let message = site.call(piped("alice", &[&temporary]), sign_in::run).fails(Kind::SignInFailed);
    assert!(message.contains("expired today at 08:00 UTC"), "{message}");
}

#[test]
fn an_over_long_password_fails_as_a_wrong_one_does() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let wrong = site.call(piped("alice", &["wrong"]), sign_in::run).fails(Kind::SignInFailed);
    let long = site.call(piped("alice", &[&"x".repeat(5_000)]), sign_in::run).fails(Kind::SignInFailed);
    assert_eq!(long, wrong);
}

#[test]
fn a_profile_shows_what_the_roles_allow_and_how_to_change_the_password() {
    let mut site = Site::new();
    site.settled("alice", &[Role::Helpdesk]);
    let ran = site.call(as_user("alice", vec![secret(CURRENT, GOOD)]), profile::run).succeeds();
    for said in ["helpdesk: see accounts", "chosen today at ", "by operator opal", "passdesk me passwd"] {
        assert!(ran.stdout.contains(said), "{said}: {}", ran.stdout);
    }
}
