//! `--encrypt-to`: a message in the place of the password.

use super::*;
use crate::cli::users::EditArgs;
use crate::commands::users;
use crate::commands::users::reset::run;
use crate::domain::actor::Actor;
use crate::domain::public_key::PublicKey;
use crate::domain::public_key::made_up::{AGE, ED25519};
use crate::domain::sealing::made_up::opened;
use crate::store::{Edit, Store};

/// A reset that is encrypted, without words.
fn sealed(ids: &[&str], to: &[&str]) -> Reset {
    let encrypt_to = to.iter().map(|&key| key.into()).collect();
    let way_out = WayFlags { quiet: ids.len() == 1, encrypt_to, ..WayFlags::default() };
    Reset { handover: TemporaryFlags { way_out, expires_in: None }, ..reset(ids) }
}

fn give(store: &mut Store, by: &Actor, whom: &Account, key: &str) {
    let key: PublicKey = key.parse().unwrap();
    let edit = Edit { public_key: Some(Some(key)), ..Edit::default() };
    store.edit_account(by, whom.id, whom.revision, &edit).unwrap();
}

fn keep(site: &mut Site, username: &str, key: &str) {
    let edit = EditArgs {
        id: username.into(),
        username: None,
        name: None,
        email: None,
        role: vec![],
        no_roles: false,
        key: Some(key.into()),
        expires_on: None,
    };
    site.call(Call::default(), |desk| users::edit::run(desk, &edit)).succeeds();
}

#[test]
fn the_question_names_the_key_that_an_account_keeps() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    keep(&mut site, "alice", ED25519[0]);
    let question = "Reset the password of alice (Name of alice), id 2, and encrypt it to ssh-ed25519 \
                    SHA256:PYX4o9UfGwCwG76hFcLAEkmMS0PtIBtV9MNmVgW16Oc?";
    let call = Call { script: vec![Step::Confirm(question)], ..Call::default() };
    let ran = site.call(call, |desk| run(desk, &sealed(&["alice"], &["account"]))).succeeds();
    assert!(site.lets_in("alice", opened(&ran.stdout, ED25519[1]).unwrap().trim_end()));
}

#[test]
fn wherever_the_output_of_a_message_fails_the_old_password_stays() {
    let mut site = Site::new();
    site.settled("alice", &[]);
    let before = site.state("alice");
    for room in (0..300).step_by(13) {
        let call = Call { room: Some(room), ..Call::default() };
        let args = Reset { yes: true, ..sealed(&["alice"], &[AGE[0]]) };
        site.call(call, |desk| run(desk, &args)).fails(Kind::NotDelivered);
        assert_eq!(site.state("alice"), before);
    }
}

#[test]
fn an_account_whose_key_was_changed_meanwhile_keeps_its_password() {
    let mut site = Site::new();
    for username in ["alice", "bob"] {
        site.settled(username, &[]);
        keep(&mut site, username, ED25519[0]);
    }
    let (bob, stores) =
        (site.account("bob"), SqliteStores::at(site.stores.path(), site.clock.clone(), OPERATION).unwrap());
    let by =
        Actor::Operator(Operator { uid: 0, os_user: "other".into(), sudo_caller: None, role: None, is_guest: false });
    // The password of bob is sealed already while that of alice is handed over.
    let meanwhile = move || give(&mut stores.open().unwrap(), &by, &bob, AGE[0]);
    let call = Call { meanwhile: Some(Box::new(meanwhile)), ..format(Format::Jsonl) };
    let args = Reset { yes: true, ..sealed(&["alice", "bob"], &["account"]) };
    let ran = site.call(call, |desk| run(desk, &args));
    let Err(failure) = ran.outcome else { panic!("bob has another key") };
    let failed: Vec<_> = failure.items.iter().map(|item| (item.target.as_str(), item.failure.kind)).collect();
    assert_eq!(failed, [("bob", Kind::Conflict)]);
    assert!(site.lets_in("bob", GOOD) && !site.lets_in("alice", GOOD));
}
