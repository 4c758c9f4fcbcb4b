//! `--copy` and `--screen`: what is copied or shown, when it stays, and when it goes.

use super::*;
use crate::cli::recover::Recover;
use crate::cli::tokens::{Command, Create};
use crate::cli::ways::Copier;
use crate::commands::users::{self, reset::run};
use crate::commands::{me, recover, tokens};
use crate::domain::audit::Event;
use crate::store::{EventFilter, Filter};

const SENT: &str =
    "The terminal was asked to copy it. It does not say whether it did.\nPaste it where it belongs: has it arrived?";

fn copy(copy: Copier) -> Reset {
    let way_out = WayFlags { copy: Some(copy), ..WayFlags::default() };
    Reset { yes: true, handover: TemporaryFlags { way_out, expires_in: None }, ..reset(&["alice"]) }
}

fn site() -> Site {
    let mut site = Site::new();
    site.settled("alice", &[]);
    site
}

/// From here on the store takes no new password. The existing ones get the last possible revision.
#[expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]
fn refuse_hashes(site: &Site) {
    let sql = "UPDATE accounts SET password_revision = 9223372036854775807";
    rusqlite::Connection::open(site.stores.path()).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn what_is_copied_is_the_bare_password_and_is_in_force() {
    let mut site = site();
    let ran = site.call(Call::default(), |desk| run(desk, &copy(Copier::Clipboard))).succeeds();
    assert_eq!(ran.stdout, "");
    assert!(ran.notes.contains("is on the clipboard for 45 seconds, and in force."), "{}", ran.notes);
    let copied = site.clipboard.text.clone().unwrap();
    assert_eq!(copied.len(), 24);
    assert!(site.lets_in("alice", &copied));
    assert!(site.clipboard.stays);
    assert!(!ran.notes.contains(&copied));
}

#[test]
fn it_stays_as_long_as_is_asked_or_as_the_policy_says() {
    for (asked, seconds) in [(None, Some(45)), (Some("2m"), Some(120)), (Some("0"), None)] {
        let mut site = site();
        let mut args = copy(Copier::Clipboard);
        args.handover.way_out.clear_after = asked.map(Into::into);
        site.call(Call::default(), |desk| run(desk, &args)).succeeds();
        assert_eq!(site.clipboard.clear_after.map(|span| span.as_secs()), seconds, "{asked:?}");
    }
}

#[test]
fn without_a_clipboard_nothing_changes_and_nobody_is_asked() {
    let mut site = site();
    let before = site.state("alice");
    site.clipboard.is_gone = true;
    let args = Reset { yes: false, ..copy(Copier::Clipboard) };
    site.call(Call::default(), |desk| run(desk, &args)).fails(Kind::NotDelivered);
    assert_eq!(site.state("alice"), before);
}

#[test]
fn a_copy_that_is_not_in_force_is_cleared() {
    let mut site = site();
    refuse_hashes(&site);
    let before = site.state("alice");
    let message = site.call(Call::default(), |desk| run(desk, &copy(Copier::Clipboard))).fails(Kind::Failed);
    assert!(message.contains("copied for alice is NOT in force"), "{message}");
    assert_eq!(site.clipboard.text, None);
    assert_eq!(site.state("alice"), before);
}

#[test]
fn what_was_replaced_before_the_commit_is_not_put_in_force() {
    let mut site = site();
    site.clipboard.replaced = Some(Replaced::BeforeTheCommit);
    let before = site.state("alice");
    let message = site.call(Call::default(), |desk| run(desk, &copy(Copier::Clipboard))).fails(Kind::NotDelivered);
    assert!(message.contains("copied for alice is NOT in force, and nothing has changed: something else"), "{message}");
    assert_eq!(site.clipboard.text, None);
    assert_eq!(site.state("alice"), before);
}

#[test]
fn what_was_replaced_during_the_commit_is_said_to_be_in_force_and_gone() {
    let mut site = site();
    site.clipboard.replaced = Some(Replaced::DuringTheCommit);
    let ran = site.call(Call::default(), |desk| run(desk, &copy(Copier::Clipboard))).succeeds();
    assert_eq!(
        ran.notes,
        "The temporary password of alice is in force, but no longer on the clipboard; if you do not have it, reset again."
    );
}

#[test]
fn the_terminal_is_asked_to_copy_and_the_person_whether_it_has() {
    let mut site = site();
    let call = Call { script: vec![Step::Confirm(SENT)], ..Call::default() };
    let ran = site.call(call, |desk| run(desk, &copy(Copier::Osc52))).succeeds();
    let encoded = ran.passed_on.strip_prefix("\x1b]52;c;").and_then(|text| text.strip_suffix('\x07')).unwrap();
    let secret = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, encoded).unwrap();
    assert!(site.lets_in("alice", std::str::from_utf8(&secret).unwrap()));
    assert_eq!(ran.stdout, "");
}

#[test]
fn what_has_not_arrived_is_not_in_force() {
    let mut site = site();
    let before = site.state("alice");
    let call = Call { script: vec![Step::Decline(SENT)], ..Call::default() };
    site.call(call, |desk| run(desk, &copy(Copier::Osc52))).fails(Kind::NotDelivered);
    assert_eq!(site.state("alice"), before);
}

#[test]
fn without_a_terminal_none_is_asked_to_copy() {
    let mut site = site();
    let before = site.state("alice");
    let call = Call { absent: true, ..Call::default() };
    let message = site.call(call, |desk| run(desk, &copy(Copier::Osc52))).fails(Kind::NotDelivered);
    assert!(message.contains("no terminal that could copy it"), "{message}");
    assert_eq!(site.state("alice"), before);
}

#[test]
fn a_terminal_is_not_asked_to_clear_what_it_has_copied() {
    let mut site = site();
    let before = site.state("alice");
    let mut args = copy(Copier::Osc52);
    args.handover.way_out.clear_after = Some("5s".into());
    site.call(Call::default(), |desk| run(desk, &args)).fails(Kind::Usage);
    assert_eq!(site.state("alice"), before);
}

#[test]
fn at_the_question_whether_it_has_arrived_a_signal_ends_the_program() {
    let mut site = site();
    let call = Call { script: vec![Step::Confirm(SENT)], ..Call::default() };
    let ran = site.call(call, |desk| run(desk, &copy(Copier::Osc52))).succeeds();
    let delivered = [Phase::Delivering, Phase::Asking, Phase::Delivering];
    assert_eq!(ran.phases, [&delivered[..], &PUT_IN_FORCE].concat());
}

/// A command that asks whether its secret has arrived, run by `ada`, who is signed in.
type Issuing = (&'static str, fn(&mut Desk<'_>) -> Result<()>);

const ISSUING: [Issuing; 3] = [
    ("reset", |desk| run(desk, &copy(Copier::Osc52))),
    ("add", |desk| users::add::run(desk, &carol())),
    ("create-token", |desk| tokens::run(desk, &token())),
];

fn carol() -> Add {
    Add { username: "carol".into(), name: String::new(), email: None, role: Vec::new(), key: None, handover: sent() }
}

fn sent() -> TemporaryFlags {
    copy(Copier::Osc52).handover
}

fn token() -> Command {
    let (label, expires_in, account) = ("nightly".into(), "1d".into(), Some("alice".into()));
    Command::Create(Create { label, expires_in, role: Vec::new(), account, way_out: sent().way_out })
}

/// `alice`, and the global-admin `ada`, who is signed in for eight hours.
fn signed_in() -> Site {
    let mut site = site();
    site.settled("ada", &[Role::GlobalAdmin]);
    site.call(as_user("ada", vec![secret("Password of ada", GOOD)]), me::sign_in::run).succeeds();
    site
}

/// Runs the command. Its question waits for this many hours.
fn issue(site: &mut Site, (action, issue): Issuing, hours: i64) -> Ran {
    let clock = site.clock.clone();
    let mut script = vec![Step::Confirm(SENT)];
    if action == "create-token" {
        script.insert(0, secret("Password of ada", GOOD));
    }
    let call = Call { script, at_question: Some(Box::new(move || clock.pass(hours))), ..Call::default() };
    site.call(call, issue)
}

/// Everything that a refusal must not change: `alice`, and the number of accounts and tokens.
fn all(site: &Site) -> ((Account, String), u64, usize) {
    let store = site.stores.open().unwrap();
    let accounts = store.count(&Filter::default()).unwrap();
    (site.state("alice"), accounts, store.tokens(None).unwrap().len())
}

fn events(site: &Site) -> Vec<Event> {
    site.stores.open().unwrap().events(&EventFilter::default(), None, 1_000).unwrap()
}

#[test]
fn a_sign_in_that_ends_while_the_question_stands_puts_nothing_in_force() {
    for issuing in ISSUING {
        let mut site = signed_in();
        let before = all(&site);
        let message = issue(&mut site, issuing, 9).fails(Kind::SignInFailed);
        assert!(message.contains("is NOT in force, and nothing has changed"), "{message}");
        assert_eq!(all(&site), before, "{}", issuing.0);
    }
}

#[test]
fn what_is_put_in_force_is_recorded_with_the_time_of_that() {
    for issuing in ISSUING {
        let mut site = signed_in();
        issue(&mut site, issuing, 2).succeeds();
        let last = events(&site).pop().unwrap();
        assert_eq!((last.action.as_str(), last.at), (issuing.0, site.clock.now().as_second()));
    }
}

#[test]
fn a_recovery_is_recorded_with_the_time_at_which_it_came_into_force() {
    let mut site = signed_in();
    let recover =
        |desk: &mut Desk<'_>| recover::run(desk, &Recover { username: "ada".into(), yes: true, handover: sent() });
    issue(&mut site, ("recover", recover), 2).succeeds();
    let last = events(&site).pop().unwrap();
    assert_eq!((last.action.as_str(), last.at), ("recover", site.clock.now().as_second()));
}

fn screen() -> Reset {
    let way_out = WayFlags { screen: true, ..WayFlags::default() };
    Reset { yes: true, handover: TemporaryFlags { way_out, expires_in: None }, ..reset(&["alice"]) }
}

#[test]
fn what_stands_on_the_screen_is_in_force_before_it_is_left() {
    let mut site = site();
    let call = Call { script: vec![Step::Key(ScreenKey::Leave)], ..Call::default() };
    let ran = site.call(call, |desk| run(desk, &screen())).succeeds();
    let said: Vec<_> = ran.pages.iter().map(|(_, status)| status.as_str()).collect();
    assert_eq!(said, ["It is not in force yet.", "It is in force."]);
    assert!(site.lets_in("alice", &ran.pages[0].0));
    assert!(ran.has_left && ran.stdout.is_empty() && site.clipboard.text.is_none());
    assert!(!ran.notes.contains(&ran.pages[0].0), "{}", ran.notes);
}

#[test]
fn a_key_copies_what_stands_on_the_screen() {
    let mut site = site();
    let call = Call { script: vec![Step::Key(ScreenKey::Copy), Step::Key(ScreenKey::Leave)], ..Call::default() };
    let ran = site.call(call, |desk| run(desk, &screen())).succeeds();
    assert_eq!(ran.pages[2].1, "It is in force, and on the clipboard for 45 seconds.");
    assert_eq!(site.clipboard.text.as_ref(), Some(&ran.pages[0].0));
    assert!(site.clipboard.stays);
}

#[test]
fn where_there_is_no_clipboard_the_screen_says_so_and_stays() {
    let mut site = site();
    site.clipboard.is_gone = true;
    let call = Call { script: vec![Step::Key(ScreenKey::Copy), Step::Key(ScreenKey::Leave)], ..Call::default() };
    let ran = site.call(call, |desk| run(desk, &screen())).succeeds();
    assert_eq!(ran.pages[2].1, "It is in force, and not copied: there is no display.");
}

#[test]
fn a_screen_whose_password_is_not_in_force_is_left_at_once() {
    let mut site = site();
    refuse_hashes(&site);
    let before = site.state("alice");
    let ran = site.call(Call::default(), |desk| run(desk, &screen()));
    assert!(ran.has_left);
    let message = ran.fails(Kind::Failed);
    assert!(message.contains("shown for alice is NOT in force"), "{message}");
    assert_eq!(site.state("alice"), before);
}

#[test]
fn without_a_terminal_there_is_no_screen_and_nothing_changes() {
    let mut site = site();
    let before = site.state("alice");
    let call = Call { absent: true, ..Call::default() };
    site.call(call, |desk| run(desk, &screen())).fails(Kind::NotDelivered);
    assert_eq!(site.state("alice"), before);
}
