//! `init`, `users add`, `edit`, `disable`, `enable`, `require-change`, `list`.

use super::*;
use crate::cli::init::Init;
use crate::cli::users::{Command, EditArgs, List};
use crate::commands::{init, users};

fn adding(username: &str) -> Add {
    Add { username: username.into(), name: String::new(), email: None, role: vec![], key: None, handover: quiet() }
}

fn editing(id: &str) -> EditArgs {
    EditArgs {
        id: id.into(),
        username: None,
        name: None,
        email: None,
        role: vec![],
        no_roles: false,
        key: None,
        expires_on: None,
    }
}

#[test]
fn init_over_a_store_changes_nothing_and_shows_nothing() {
    let mut site = Site::new();
    let before = site.state("root");
    let args = Init { admin: Some("other".into()), name: String::new(), email: None, handover: quiet() };
    let ran = site.call(Call::default(), |desk| init::run(desk, &args));
    assert_eq!(ran.stdout, "");
    ran.fails(Kind::Conflict);
    assert_eq!(site.state("root"), before);
}

#[test]
fn init_that_cannot_be_delivered_leaves_nothing() {
    let mut site = Site::new();
    let folder = site.folder.path().join("other");
    site.stores = SqliteStores::at(&folder.join("store.db"), site.clock.clone(), OPERATION).unwrap();
    let args = Init { admin: Some("root".into()), name: String::new(), email: None, handover: quiet() };
    let call = Call { room: Some(3), ..Call::default() };
    site.call(call, |desk| init::run(desk, &args)).fails(Kind::NotDelivered);
    assert!(!folder.exists());
}

#[test]
fn the_first_admin_is_the_os_user_unless_named() {
    let mut site = Site::new();
    site.stores = SqliteStores::at(&site.folder.path().join("other.db"), site.clock.clone(), OPERATION).unwrap();
    let args = Init { admin: None, name: String::new(), email: None, handover: quiet() };
    site.call(Call::default(), |desk| init::run(desk, &args)).succeeds();
    assert_eq!(site.account("opal").roles.join(" "), "global-admin");
}

#[test]
fn a_username_or_an_address_that_is_taken_is_a_conflict_and_nothing_is_shown() {
    let mut site = Site::new();
    let first = Add { email: Some("a@example.org".into()), ..adding("alice") };
    site.call(Call::default(), |desk| users::add::run(desk, &first)).succeeds();
    for args in [adding("ALICE"), Add { email: Some("A@example.org".into()), ..adding("bob") }] {
        let ran = site.call(Call::default(), |desk| users::add::run(desk, &args));
        assert_eq!(ran.stdout, "");
        ran.fails(Kind::Conflict);
    }
    let counted = site.call(Call::default(), |desk| users::list::run(desk, &List { count: true, ..List::default() }));
    assert_eq!(counted.succeeds().stdout, "2\n");
}

#[test]
fn only_a_global_admin_gives_roles() {
    let mut site = Site::new();
    site.settled("ulla", &[Role::UserAdmin]);
    site.settled("alice", &[]);
    let before = site.state("alice");
    let as_ulla = || as_user("ulla", vec![secret("Password of ulla", GOOD)]);
    let args = EditArgs { role: vec![Role::Auditor], ..editing("alice") };
    site.call(as_ulla(), |desk| users::edit::run(desk, &args)).fails(Kind::NotAllowed);
    assert_eq!(site.state("alice"), before);
    let args = Add { role: vec![Role::Auditor], ..adding("bob") };
    site.call(as_ulla(), |desk| users::add::run(desk, &args)).fails(Kind::NotAllowed);
    let renamed = EditArgs { name: Some("Alice Renamed".into()), ..editing("alice") };
    site.call(as_ulla(), |desk| users::edit::run(desk, &renamed)).succeeds();
    assert_eq!(site.account("alice").display_name.as_str(), "Alice Renamed");
}

#[test]
fn an_edit_replaces_roles_and_takes_an_address_away() {
    let mut site = Site::new();
    site.settled("alice", &[Role::Helpdesk]);
    let args = EditArgs { role: vec![Role::Auditor], email: Some("a@example.org".into()), ..editing("alice") };
    site.call(Call::default(), |desk| users::edit::run(desk, &args)).succeeds();
    assert_eq!(site.account("alice").roles.join(" "), "auditor");
    let args = EditArgs { no_roles: true, email: Some(String::new()), ..editing("a@example.org") };
    site.call(Call::default(), |desk| users::edit::run(desk, &args)).succeeds();
    let alice = site.account("alice");
    assert!(alice.roles.is_empty() && alice.email.is_none());
}

#[test]
fn disable_enable_and_require_change_answer_with_the_accounts_as_they_are_then() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let alice = || many(&["alice"]);
    for (command, state) in [
        (Command::Disable(alice()), "disabled"),
        (Command::Enable(alice()), "active"),
        (Command::RequireChange(alice()), "must-change"),
    ] {
        let ran = site.call(format(Format::Json), |desk| users::run(desk, &command)).succeeds();
        let account: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(account["state"], state);
    }
}

#[test]
fn nobody_disables_themselves() {
    let mut site = Site::new();
    site.settled("ada", &[Role::GlobalAdmin]);
    let before = site.state("ada");
    let call = as_user("ada", vec![secret("Password of ada", GOOD)]);
    site.call(call, |desk| users::run(desk, &Command::Disable(many(&["ada"])))).fails(Kind::NotAllowed);
    assert_eq!(site.state("ada"), before);
}

#[test]
fn a_list_is_paged_by_its_last_account() {
    let mut site = Site::new();
    for username in ["dora", "alice", "carol"] {
        site.add(username, &[]);
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let args = List { limit: Some(1), after: after.clone(), sort: crate::store::Sort::Username, ..List::default() };
        let ran = site.call(format(Format::Jsonl), |desk| users::list::run(desk, &args)).succeeds();
        let Some(line) = ran.stdout.lines().next() else { break };
        let account: serde_json::Value = serde_json::from_str(line).unwrap();
        seen.push(account["username"].as_str().unwrap().to_owned());
        after = Some(account["id"].to_string());
    }
    assert_eq!(seen, ["alice", "carol", "dora", "root"]);
}

#[test]
fn somebody_without_a_role_lists_nobody() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let call = as_user("alice", vec![secret("Password of alice", GOOD)]);
    let ran = site.call(call, |desk| users::list::run(desk, &List::default()));
    assert_eq!(ran.stdout, "");
    ran.fails(Kind::NotAllowed);
}
