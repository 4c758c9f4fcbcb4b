//! Tokens have at most the roles of their owner, and end with every other sign-in.

use super::{
    HOUR, acting, all_is_refused, at, get, hash, operator, proof, said_at, settled, signed_in, temporary, through,
    token_of, when, words,
};
use crate::domain::account::Account;
use crate::domain::authority::Refusal;
use crate::domain::change::Change;
use crate::domain::delivery::made_up::delivered;
use crate::domain::role::{Role, Roles};
use crate::domain::sign_in::SignInDigest;
use crate::domain::token::{Token, TokenTarget};
use crate::store::{Edit, EventFilter, NewToken, Store, StoreError};

fn roles_of(store: &Store, digest: SignInDigest) -> Roles {
    when(2, || store.sign_in(digest)).unwrap().unwrap().account.roles
}

fn set_roles(store: &mut Store, account: &Account, roles: &[Role]) {
    let edit = Edit { roles: Some(roles.iter().copied().collect()), ..Edit::default() };
    let seen = get(store, account.id).revision;
    store.edit_account(&operator(), account.id, seen, &edit).unwrap();
}

fn tokens(store: &Store) -> Vec<Token> {
    when(2, || store.tokens(None)).unwrap()
}

fn new(label: &str) -> NewToken {
    let label = label.parse().unwrap();
    NewToken { label, roles: Roles::NONE, digest: delivered(SignInDigest([9; 32])), until: at(HOUR), proved: None }
}

pub fn a_token_is_a_sign_in_with_the_roles_that_both_have(store: &mut Store) {
    let ada = settled(store, "ada", &[Role::GlobalAdmin]);
    let bob = settled(store, "bob", &[Role::Helpdesk]);
    let helpdesk = token_of(store, &ada, "desk", 1, &[Role::Helpdesk]);
    assert_eq!(roles_of(store, helpdesk), Roles::from_iter([Role::Helpdesk]));
    let more = NewToken { roles: Roles::from_iter([Role::UserAdmin, Role::Helpdesk]), ..new("more") };
    let more = store.create_token(&acting(store, &bob), bob.id, &more);
    assert!(matches!(more, Err(StoreError::Conflict(_))), "what was handed over would not be what it is");
    assert_eq!(when(2, || store.sign_in(helpdesk)).unwrap().unwrap().token, Some("desk".parse().unwrap()));
}

pub fn a_role_taken_from_the_owner_is_taken_from_the_token_for_good(store: &mut Store) {
    settled(store, "keeper", &[Role::GlobalAdmin]);
    let ada = settled(store, "ada", &[Role::GlobalAdmin]);
    let token = token_of(store, &ada, "nightly", 1, &[Role::GlobalAdmin, Role::Helpdesk]);
    set_roles(store, &ada, &[Role::UserAdmin]);
    assert_eq!(roles_of(store, token), Roles::from_iter([Role::Helpdesk]));
    set_roles(store, &ada, &[Role::GlobalAdmin]);
    assert_eq!(roles_of(store, token), Roles::from_iter([Role::Helpdesk]));
    assert_eq!(tokens(store)[0].roles, Roles::from_iter([Role::Helpdesk]));
}

pub fn a_label_is_taken_once_by_each_owner(store: &mut Store) {
    let [alice, bob] = ["alice", "bob"].map(|username| settled(store, username, &[]));
    token_of(store, &alice, "nightly", 1, &[]);
    let again = store.create_token(&acting(store, &alice), alice.id, &new("nightly"));
    assert!(matches!(again, Err(StoreError::Conflict(_))));
    token_of(store, &bob, "nightly", 2, &[]);
    assert_eq!(tokens(store).len(), 2);
}

pub fn a_token_is_found_by_its_number_or_by_a_label_of_its_owner_until_it_ends(store: &mut Store) {
    let [alice, bob] = ["alice", "bob"].map(|username| settled(store, username, &[]));
    let (end, session) = (90 * 24 * HOUR, signed_in(store, &alice, 2));
    token_of(store, &alice, "nightly", 1, &[]);
    let id = tokens(store)[0].id;
    let session = when(2, || store.sign_in(session)).unwrap().unwrap().id;
    let find = |second, target: &TokenTarget, own: Option<&Account>| {
        when(second, || store.token(target, own.map(|own| own.id))).unwrap().map(|token| token.id)
    };
    let [number, label] = [TokenTarget::Id(id), TokenTarget::Label("nightly".parse().unwrap())];
    assert_eq!([find(2, &number, None), find(2, &number, Some(&bob))], [Some(id); 2]);
    assert_eq!(find(2, &label, Some(&alice)), Some(id));
    assert_eq!([find(2, &label, Some(&bob)), find(2, &label, None)], [None; 2]);
    assert_eq!(find(2, &TokenTarget::Id(session), None), None, "a sign-in is no token");
    assert_eq!((find(end - 1, &number, None), find(end, &number, None)), (Some(id), None));
    assert!(when(end, || store.tokens(None)).unwrap().is_empty());
}

pub fn a_token_is_revoked_once(store: &mut Store) {
    let [alice, bob] = ["alice", "bob"].map(|username| settled(store, username, &[]));
    let digest = token_of(store, &alice, "nightly", 1, &[]);
    let id = tokens(store)[0].id;
    assert!(!store.revoke_token(&acting(store, &bob), bob.id, id).unwrap(), "it is not bob's");
    assert!(store.revoke_token(&acting(store, &alice), alice.id, id).unwrap());
    assert!(when(2, || store.sign_in(digest)).unwrap().is_none());
    assert!(!store.revoke_token(&acting(store, &alice), alice.id, id).unwrap());
}

pub fn a_token_ends_with_a_reset_a_disablement_and_a_password_change(store: &mut Store) {
    let [ann, ben, cid] = ["ann", "ben", "cid"].map(|username| settled(store, username, &[]));
    for (number, account) in (1..).zip([&ann, &ben, &cid]) {
        token_of(store, account, "nightly", number, &[]);
    }
    store.reset_password(&operator(), ann.id, ann.revision, &temporary("second")).unwrap();
    store.change_account(&operator(), Change::Disable, ben.id, ben.revision).unwrap();
    let proved = proof(store, &cid);
    when(1, || store.replace_password(cid.id, proved, &hash("new"), None)).unwrap();
    assert_eq!(tokens(store), []);
}

pub fn the_use_of_a_token_is_noted_to_the_minute(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    token_of(store, &alice, "nightly", 1, &[]);
    let id = tokens(store)[0].id;
    assert_eq!(tokens(store)[0].last_used_at, None);
    for (second, noted) in [(5, 5), (64, 5), (65, 65)] {
        when(second, || store.note_use(id)).unwrap();
        assert_eq!(tokens(store)[0].last_used_at, Some(at(noted)), "{second}");
    }
}

pub fn a_token_makes_no_token(store: &mut Store) {
    let ada = settled(store, "ada", &[Role::GlobalAdmin]);
    let digest = token_of(store, &ada, "nightly", 1, &[Role::GlobalAdmin]);
    let by = through(store, digest);
    let made = store.create_token(&by, ada.id, &new("another"));
    assert!(matches!(made, Err(StoreError::Refused(Refusal::NotAllowed { .. }))));
    assert_eq!(tokens(store).len(), 1);
}

pub fn tokens_of_others_are_a_global_admins(store: &mut Store) {
    let ada = settled(store, "ada", &[Role::GlobalAdmin]);
    let dan = settled(store, "dan", &[Role::UserAdmin]);
    let alice = settled(store, "alice", &[]);
    token_of(store, &alice, "nightly", 1, &[]);
    let id = tokens(store)[0].id;
    let made = store.create_token(&acting(store, &dan), alice.id, &new("another"));
    assert!(matches!(made, Err(StoreError::Refused(Refusal::NotAllowed { .. }))));
    let ended = store.revoke_token(&acting(store, &dan), alice.id, id);
    assert!(matches!(ended, Err(StoreError::Refused(Refusal::NotAllowed { .. }))));
    assert_eq!(tokens(store).len(), 1);
    store.create_token(&acting(store, &ada), alice.id, &new("another")).unwrap();
    assert!(store.revoke_token(&acting(store, &ada), alice.id, id).unwrap());
}

pub fn a_revoked_token_is_refused_what_it_began(store: &mut Store) {
    let ada = settled(store, "ada", &[Role::GlobalAdmin]);
    let alice = settled(store, "alice", &[]);
    let digest = token_of(store, &ada, "nightly", 1, &[Role::GlobalAdmin]);
    let by = through(store, digest);
    let id = tokens(store)[0].id;
    store.revoke_token(&acting(store, &ada), ada.id, id).unwrap();
    all_is_refused(store, &by, &alice, |why| matches!(why, Refusal::SignInEnded { what: "token" }));
}

pub fn what_happens_to_tokens_is_recorded_with_their_label(store: &mut Store) {
    let ada = settled(store, "ada", &[Role::GlobalAdmin]);
    let alice = settled(store, "alice", &[]);
    let digest = token_of(store, &ada, "nightly", 1, &[Role::GlobalAdmin]);
    let by = through(store, digest);
    store.change_account(&by, Change::Disable, alice.id, alice.revision).unwrap();
    let id = tokens(store)[0].id;
    store.revoke_token(&acting(store, &ada), ada.id, id).unwrap();
    let events = store.events(&EventFilter::default(), None, 100).unwrap();
    let said: Vec<_> =
        events.iter().rev().take(3).map(|it| (&*it.action, &*it.actor, &*it.target, words(it))).collect();
    let detail = format!("nightly; roles: global-admin; expires {}", said_at(90 * 24 * HOUR));
    assert_eq!(
        said,
        [
            ("revoke-token", "ada", "ada", "nightly".to_owned()),
            ("disable", "ada (token nightly)", "alice", String::new()),
            ("create-token", "ada", "ada", detail),
        ]
    );
}

pub fn a_token_made_by_a_password_that_was_changed_meanwhile_is_refused(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let digest = signed_in(store, &alice, 1);
    let (by, known) = (through(store, digest), proof(store, &alice));
    let keep = when(1, || store.sign_in(digest)).unwrap().unwrap().id;
    when(1, || store.replace_password(alice.id, known, &hash("another"), Some(keep))).unwrap();
    let made = store.create_token(&by, alice.id, &NewToken { proved: Some(known), ..new("nightly") });
    assert!(matches!(made, Err(StoreError::Refused(Refusal::PasswordChanged { .. }))));
    assert_eq!(when(2, || store.tokens(None)).unwrap().len(), 0);
    let now = Some(proof(store, &alice));
    store.create_token(&by, alice.id, &NewToken { proved: now, ..new("nightly") }).unwrap();
}
