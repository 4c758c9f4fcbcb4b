//! The rules for sign-ins: which password begins one, and what ends it.

use super::tries::THROTTLE;
use super::{
    HOUR, acting, added, all_is_refused, get, hash, hash_of, new, new_sign_in, operator, proof, proves_nothing,
    settled, signed_in, temporary, through, token_of, when,
};
use crate::domain::account::{Account, Lifecycle};
use crate::domain::actor::Actor;
use crate::domain::authority::Refusal;
use crate::domain::change::{Change, Changed};
use crate::domain::role::Role;
use crate::domain::target::Target;
use crate::store::{EventFilter, Occasion, PassedTry, Store, StoreError};

pub fn a_password_change_ends_all_sign_ins_but_its_own(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let bob = settled(store, "bob", &[]);
    let [own, other] = [1, 2].map(|digest| signed_in(store, &alice, digest));
    let bobs = signed_in(store, &bob, 3);
    let keep = when(1, || store.sign_in(own)).unwrap().unwrap().id;
    let proved = proof(store, &alice);
    when(1, || store.replace_password(alice.id, proved, &hash("new"), Some(keep))).unwrap();
    assert!(when(1, || store.sign_in(own)).unwrap().is_some());
    assert!(when(1, || store.sign_in(other)).unwrap().is_none());
    assert!(when(1, || store.sign_in(bobs)).unwrap().is_some());
    let changed = get(store, alice.id);
    assert_eq!((changed.must_change, changed.temporary_until), (false, None));
    assert_eq!(hash_of(store, &changed), "$argon2id$new");
}

pub fn a_disabled_account_loses_its_sign_ins(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let digest = signed_in(store, &alice, 1);
    store.change_account(&operator(), Change::Disable, alice.id, alice.revision).unwrap();
    assert_eq!(get(store, alice.id).lifecycle, Lifecycle::Disabled);
    let alice = get(store, alice.id);
    store.change_account(&operator(), Change::Enable, alice.id, alice.revision).unwrap();
    assert!(when(1, || store.sign_in(digest)).unwrap().is_none());
}

pub fn a_password_that_was_replaced_meanwhile_proves_nothing(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let known = proof(store, &alice);
    store.reset_password(&operator(), alice.id, alice.revision, &temporary("second")).unwrap();
    proves_nothing(store, &alice, known);
}

pub fn the_password_of_a_disabled_account_proves_nothing(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let known = proof(store, &alice);
    store.change_account(&operator(), Change::Disable, alice.id, alice.revision).unwrap();
    proves_nothing(store, &alice, known);
}

pub fn a_temporary_password_that_has_expired_meanwhile_proves_nothing(store: &mut Store) {
    let alice = added(store, "alice", &[]);
    let (known, end) = (proof(store, &alice), 24 * HOUR);
    let begun = store.begin_try(Some(&Target::from(&alice)), THROTTLE).unwrap().unwrap();
    let passed = PassedTry {
        account: alice.id,
        begun,
        proved: known,
        renewed: None,
        occasion: Occasion::PasswordChange,
        pam: None,
    };
    assert!(matches!(when(end, || store.pass_try(&passed)), Err(StoreError::Conflict(_))));
    let replaced = when(end, || store.replace_password(alice.id, known, &hash("late"), None));
    assert!(matches!(replaced, Err(StoreError::Conflict(_))));
    assert_eq!(hash_of(store, &alice), "$argon2id$alice");
    assert_eq!(get(store, alice.id), alice);
}

pub fn no_sign_in_begins_once_a_change_is_required(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    store.change_account(&operator(), Change::RequireChange, alice.id, alice.revision).unwrap();
    let known = proof(store, &alice);
    let begun = store.begin_sign_in(alice.id, known, &new_sign_in(1));
    assert!(matches!(begun, Err(StoreError::Conflict(_))));
    assert!(store.sign_in(new_sign_in(1).digest).unwrap().is_none());
}

pub fn a_sign_in_ends_at_its_expiry(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let digest = signed_in(store, &alice, 1);
    assert!(when(8 * HOUR - 1, || store.sign_in(digest)).unwrap().is_some());
    assert!(when(8 * HOUR, || store.sign_in(digest)).unwrap().is_none());
}

pub fn a_sign_in_ended_is_gone(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let digest = signed_in(store, &alice, 1);
    assert!(when(1, || store.end_sign_in(digest)).unwrap());
    assert!(when(1, || store.sign_in(digest)).unwrap().is_none());
    assert!(!when(1, || store.end_sign_in(digest)).unwrap());
}

pub fn an_actor_whose_sign_in_has_ended_meanwhile_is_refused(store: &mut Store) {
    settled(store, "keeper", &[Role::GlobalAdmin]);
    let admin = settled(store, "admin", &[Role::GlobalAdmin]);
    let alice = settled(store, "alice", &[]);
    let digest = signed_in(store, &admin, 1);
    let by = through(store, digest);
    when(1, || store.end_sign_in(digest)).unwrap();
    all_is_refused(store, &by, &alice, |why| matches!(why, Refusal::SignInEnded { .. }));
}

pub fn an_actor_by_a_sign_in_that_is_over_or_anothers_is_refused(store: &mut Store) {
    settled(store, "keeper", &[Role::GlobalAdmin]);
    let admin = settled(store, "admin", &[Role::GlobalAdmin]);
    let alice = settled(store, "alice", &[]);
    let (own, anothers) = (signed_in(store, &admin, 1), signed_in(store, &alice, 2));
    let Actor::Account { proof, .. } = through(store, anothers) else { panic!() };
    let by = Actor::Account { id: admin.id, username: admin.username.clone(), proof };
    all_is_refused(store, &by, &alice, |why| matches!(why, Refusal::SignInEnded { .. }));
    let by = through(store, own);
    when(8 * HOUR, || all_is_refused(store, &by, &alice, |why| matches!(why, Refusal::SignInEnded { .. })));
}

pub fn an_actor_whose_password_has_been_changed_meanwhile_is_refused(store: &mut Store) {
    settled(store, "keeper", &[Role::GlobalAdmin]);
    let admin = settled(store, "admin", &[Role::GlobalAdmin]);
    let alice = settled(store, "alice", &[]);
    let by = acting(store, &admin);
    let proved = proof(store, &admin);
    when(1, || store.replace_password(admin.id, proved, &hash("another"), None)).unwrap();
    all_is_refused(store, &by, &alice, |why| matches!(why, Refusal::PasswordChanged { .. }));
    let out = store.end_all_sign_ins(&by, &admin);
    assert!(matches!(out, Err(StoreError::Refused(Refusal::PasswordChanged { .. }))));
    let by = acting(store, &get(store, admin.id));
    store.change_account(&by, Change::Disable, alice.id, alice.revision).unwrap();
}

pub fn a_sign_in_that_has_ended_is_not_revived_by_a_clock_set_back(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let digest = signed_in(store, &alice, 1);
    when(8 * HOUR, || store.add_account(&operator(), &new("bob", &[]))).unwrap();
    assert!(when(1, || store.sign_in(digest)).unwrap().is_none());
}

pub fn signing_out_everywhere_ends_every_sign_in_and_token_of_ones_own(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let bob = settled(store, "bob", &[]);
    let [first, second] = [1, 2].map(|digest| signed_in(store, &alice, digest));
    let token = token_of(store, &alice, "nightly", 3, &[]);
    let bobs = signed_in(store, &bob, 4);
    assert_eq!(store.end_all_sign_ins(&acting(store, &alice), &alice).unwrap(), 3);
    for digest in [first, second, token] {
        assert!(when(1, || store.sign_in(digest)).unwrap().is_none());
    }
    assert!(when(1, || store.sign_in(bobs)).unwrap().is_some());
}

pub fn signing_somebody_out_ends_their_sign_ins_and_tokens_and_nothing_else(store: &mut Store) {
    let helper = settled(store, "helper", &[Role::Helpdesk]);
    let [alice, bob] = ["alice", "bob"].map(|name| settled(store, name, &[]));
    let [first, token] = [signed_in(store, &alice, 1), token_of(store, &alice, "nightly", 2, &[])];
    let others = signed_in(store, &bob, 3);
    let hash = hash_of(store, &alice);
    let outcome = store.change_account(&acting(store, &helper), Change::SignOut, alice.id, alice.revision).unwrap();
    assert_eq!(outcome, Changed::Done { ended: 2 });
    for ended in [first, token] {
        assert!(when(2, || store.sign_in(ended)).unwrap().is_none());
    }
    assert!(when(2, || store.sign_in(others)).unwrap().is_some());
    assert_eq!(Account { revision: alice.revision, ..get(store, alice.id) }, alice);
    assert_eq!(hash_of(store, &alice), hash);
    let filter = EventFilter { action: Some("sign-out".into()), ..EventFilter::default() };
    let events = store.events(&filter, None, 10).unwrap();
    assert!(matches!(events.as_slice(), [event] if event.actor == "helper" && event.detail == r#"{"ended":2}"#));
}
