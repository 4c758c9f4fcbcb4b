//! `verify` and `me passwd` as PAM runs them.

use super::*;
use crate::cli::users::EditArgs;
use crate::cli::verify::Verify;
use crate::commands::me::passwd;
use crate::commands::verify;
use crate::domain::actor::{Actor, DatabaseRole};
use crate::domain::audit::Detail;
use crate::domain::change::Change;
use crate::store::EventFilter;

/// What PAM says of a login over the network.
fn facts(user: &str) -> PamFacts {
    PamFacts::new(Some(user.into()), Some("192.0.2.7"), Some("sshd"))
}

/// An `auth` line.
fn auth(site: &mut Site, user: &str, password: &str, change_follows: bool) -> Ran {
    let args = Verify { username: None, account: false, pam: true, change_follows };
    let call =
        Call { pam: Some(facts(user)), script: vec![Step::Piped(password.into())], absent: true, ..Call::default() };
    site.call(call, |desk| verify::run(desk, &args))
}

/// An `account` line.
fn account(site: &mut Site, user: &str, change_follows: bool) -> Ran {
    let args = Verify { username: None, account: true, pam: true, change_follows };
    let call = Call { pam: Some(facts(user)), absent: true, ..Call::default() };
    site.call(call, |desk| verify::run(desk, &args))
}

fn named(username: &str) -> Verify {
    Verify { username: Some(username.into()), account: true, pam: false, change_follows: false }
}

/// How an account goes out of use.
type End = fn(&mut Site);

fn change(site: &mut Site, change: Change) {
    let account = site.account("alice");
    let by = Actor::Operator(opal());
    site.stores.open().unwrap().change_account(&by, change, account.id, account.revision).unwrap();
}

fn opal() -> Operator {
    Operator { uid: 0, os_user: "opal".into(), sudo_caller: None, role: None, is_guest: false }
}

/// What the last event says, and how many there are. Refusals that were only counted are not among them.
fn last(site: &Site) -> (String, usize) {
    let events = site.stores.open().unwrap().events(&EventFilter::default(), None, 1_000).unwrap();
    let last = events.last().unwrap();
    let detail = Detail::read(&last.detail).words(&UTC);
    (format!("{} {} {}: {detail}", last.action, last.target, last.outcome), events.len())
}

#[test]
fn the_host_and_the_service_are_recorded_with_a_try() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    auth(&mut site, "alice", OTHER, false).fails(Kind::SignInFailed);
    let typed = "typed by opal (uid 0); from 192.0.2.7; through sshd";
    assert_eq!(last(&site).0, format!("sign-in alice refused: wrong password; {typed}"));
    auth(&mut site, "alice", GOOD, false).succeeds();
    assert_eq!(last(&site).0, "verify alice done: from 192.0.2.7; through sshd; failed before: 1");
}

#[test]
fn a_flagged_account_passes_only_where_a_change_follows() {
    let mut site = Site::new();
    let temporary = site.add("alice", &[]);
    let before = site.state("alice");
    auth(&mut site, "alice", &temporary, false).fails(Kind::ChangeRequired);
    account(&mut site, "alice", false).fails(Kind::ChangeRequired);
    auth(&mut site, "alice", OTHER, true).fails(Kind::SignInFailed);
    auth(&mut site, "alice", &temporary, true).succeeds();
    assert_eq!(last(&site).0, "verify alice done: from 192.0.2.7; through sshd; for new password; failed before: 1");
    account(&mut site, "alice", true).succeeds();
    assert_eq!(site.state("alice"), before, "it is still flagged");
}

#[test]
fn an_account_in_use_is_let_through_and_nothing_is_recorded() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let before = last(&site);
    account(&mut site, "alice", false).succeeds();
    site.call(Call::default(), |desk| verify::run(desk, &named("alice"))).succeeds();
    assert_eq!(last(&site), before);
}

#[test]
fn an_account_that_is_not_in_use_is_refused_whatever_follows() {
    let ends: [(&str, End); 6] = [
        ("disabled", |site| change(site, Change::Disable)),
        ("removed", |site| change(site, Change::Remove)),
        ("the account has expired", |site| {
            let edit = EditArgs { id: "alice".into(), expires_on: Some("2026-11-24".into()), ..EditArgs::default() };
            site.call(Call::default(), |desk| crate::commands::users::edit::run(desk, &edit)).succeeds();
            site.pass(24 * 400);
        }),
        ("locked", |site| {
            for _ in 0..100 {
                auth(site, "alice", OTHER, false).fails(Kind::SignInFailed);
                site.pass(1);
            }
        }),
        ("the temporary password has expired", |site| {
            let reset = Reset { yes: true, ..reset(&["alice"]) };
            site.call(Call::default(), |desk| crate::commands::users::reset::run(desk, &reset)).succeeds();
            site.pass(24);
        }),
        ("no such account", |_| {}),
    ];
    for (why, end) in ends {
        let mut site = Site::new();
        let user = if why.starts_with("no such") { "mallory" } else { "alice" };
        site.settled("alice", &[]);
        end(&mut site);
        site.pass(2);
        let before = (site.account("alice").must_change, site.account("alice").lifecycle, site.state("alice").1);
        account(&mut site, user, false).fails(Kind::SignInFailed);
        let said = last(&site).0;
        assert!(
            said.ends_with(&format!("refused: {why}; typed by opal (uid 0); from 192.0.2.7; through sshd")),
            "{said}"
        );
        account(&mut site, user, true).fails(Kind::SignInFailed);
        site.call(Call::default(), |desk| verify::run(desk, &named(user))).fails(Kind::SignInFailed);
        let after = (site.account("alice").must_change, site.account("alice").lifecycle, site.state("alice").1);
        assert_eq!(after, before);
    }
}

#[test]
fn pam_names_an_account_by_its_username_letter_by_letter() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let edit = EditArgs { id: "alice".into(), email: Some("bob@corp".into()), ..EditArgs::default() };
    site.call(Call::default(), |desk| crate::commands::users::edit::run(desk, &edit)).succeeds();
    for user in ["bob@corp", "Alice", "alice ", "2"] {
        auth(&mut site, user, GOOD, true).fails(Kind::SignInFailed);
        account(&mut site, user, true).fails(Kind::SignInFailed);
    }
    auth(&mut site, "alice", GOOD, true).succeeds();
}

#[test]
fn pam_that_names_nobody_is_wrong_use() {
    let mut site = Site::new();
    let args = Verify { username: None, account: true, pam: true, change_follows: false };
    let nobody = || Call { pam: Some(PamFacts::default()), ..Call::default() };
    site.call(nobody(), |desk| verify::run(desk, &args)).fails(Kind::Usage);
    site.call(nobody(), passwd::run).fails(Kind::Usage);
}

/// Whom the operating system calls alice, and no operator. If the store is on a server, that is only claimed.
fn no_operator(desk: &mut Desk<'_>) {
    let role = DatabaseRole { name: "stranger".into(), from: None, is_operator: false };
    desk.operator = Operator { os_user: "alice".into(), role: Some(role), ..opal() };
}

#[test]
fn nobody_but_an_operator_is_believed_or_told_of_an_account() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let before = site.state("alice");
    for (script, args) in [
        (vec![], named("alice")),
        (vec![], Verify { username: None, pam: true, ..named("") }),
        (vec![], Verify { username: None, pam: true, account: false, ..named("") }),
    ] {
        let pam = args.pam.then(|| facts("alice"));
        let ran = site.call(Call { script, pam, ..Call::default() }, |desk| {
            no_operator(desk);
            verify::run(desk, &args)
        });
        let said = ran.fails(Kind::SignInFailed);
        assert!(said.contains("stranger is no operator"), "{said}");
    }
    site.call(Call { pam: Some(facts("alice")), ..Call::default() }, |desk| {
        no_operator(desk);
        passwd::run(desk)
    })
    .fails(Kind::SignInFailed);
    assert_eq!(site.state("alice"), before);
    assert!(last(&site).0.starts_with("verify  refused: "), "{}", last(&site).0);
}

#[test]
fn whoever_the_operating_system_calls_so_may_ask_for_their_own_account_and_for_no_other() {
    let mut site = Site::new();
    for username in ["alice", "bob"] {
        site.settled(username, &[]);
    }
    let guest = |desk: &mut Desk<'_>| desk.operator = Operator { os_user: "alice".into(), is_guest: true, ..opal() };
    site.call(Call::default(), |desk| {
        guest(desk);
        verify::run(desk, &named("alice"))
    })
    .succeeds();
    for (args, pam) in [
        (named("bob"), None),
        (named("nobody"), None),
        (Verify { username: None, pam: true, ..named("") }, Some(facts("alice"))),
    ] {
        let ran = site.call(Call { pam, ..Call::default() }, |desk| {
            guest(desk);
            verify::run(desk, &args)
        });
        let said = ran.fails(Kind::SignInFailed);
        assert!(!said.contains("bob"), "{said}");
    }
}

#[test]
fn pam_leads_to_a_new_password_at_the_terminal() {
    let mut site = Site::new();
    let temporary = site.add("alice", &[]);
    let script = vec![
        secret("Password of alice", &temporary),
        secret("New password", &temporary),
        secret("New password", GOOD),
        secret("New password again", GOOD),
    ];
    let ran = site.call(Call { pam: Some(facts("alice")), script, ..Call::default() }, passwd::run).succeeds();
    assert!(ran.notes.contains("Your account was made") && ran.notes.contains("temporary"), "{}", ran.notes);
    assert!(site.lets_in("alice", GOOD) && !site.account("alice").must_change);
    account(&mut site, "alice", false).succeeds();
}

#[test]
fn pam_changes_no_password_without_the_current_one_or_a_terminal() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let before = site.state("alice");
    let wrong = (0..3).map(|_| secret("Password of alice", OTHER)).collect();
    site.call(Call { pam: Some(facts("alice")), script: wrong, ..Call::default() }, passwd::run)
        .fails(Kind::SignInFailed);
    site.call(Call { pam: Some(facts("alice")), absent: true, ..Call::default() }, passwd::run).fails(Kind::Usage);
    change(&mut site, Change::Disable);
    let right = (0..3).map(|_| secret("Password of alice", GOOD)).collect();
    site.call(Call { pam: Some(facts("alice")), script: right, ..Call::default() }, passwd::run)
        .fails(Kind::SignInFailed);
    assert_eq!(site.state("alice").1, before.1);
}
