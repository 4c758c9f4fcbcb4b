//! Who may change whom, decided again inside the transaction: rank, removal, and the last admin.

use jiff::SignedDuration;

use super::{
    acting, added, all_is_refused, at, every_change, get, hash_of, list, new, operator, proof, proves_nothing, settled,
    signed_in, temporary, when,
};
use crate::domain::account::{Account, Lifecycle, State};
use crate::domain::actor::Actor;
use crate::domain::authority::Refusal;
use crate::domain::change::Change;
use crate::domain::role::{Role, Roles};
use crate::domain::target::Target;
use crate::store::{self, Edit, Filter, Sort, Store, StoreError};

pub fn an_actor_demoted_meanwhile_is_refused(store: &mut Store) {
    settled(store, "other", &[Role::GlobalAdmin]);
    let admin = settled(store, "admin", &[Role::GlobalAdmin]);
    let alice = settled(store, "alice", &[]);
    let mandate = acting(store, &admin);
    let none = Edit { roles: Some(Roles::NONE), ..Edit::default() };
    store.edit_account(&operator(), admin.id, admin.revision, &none).unwrap();
    all_is_refused(store, &mandate, &alice, |_| true);
}

pub fn whoever_may_give_no_roles_adds_accounts_without(store: &mut Store) {
    let dan = settled(store, "dan", &[Role::UserAdmin]);
    let by = acting(store, &dan);
    store.add_account(&by, &new("alice", &[])).unwrap();
    let refused = store.add_account(&by, &new("bob", &[Role::Auditor]));
    assert!(matches!(refused, Err(StoreError::Refused(Refusal::NotAllowed { .. }))));
    assert_eq!(store.account(&"bob".parse().unwrap()).unwrap(), None);
}

pub fn an_actor_of_no_higher_rank_is_refused_everything(store: &mut Store) {
    let admin = settled(store, "admin", &[Role::UserAdmin]);
    let peer = settled(store, "peer", &[Role::UserAdmin]);
    let by = acting(store, &admin);
    for (change, outcome) in every_change(store, &by, &peer) {
        assert!(matches!(outcome, Err(StoreError::Refused(_))), "{change}");
    }
    let added = store.add_account(&acting(store, &admin), &new("another", &[Role::UserAdmin]));
    assert!(matches!(added, Err(StoreError::Refused(_))));
    assert_eq!(list(store, &Filter::default(), Sort::Id, false, 10), [admin, peer]);
}

pub fn a_removed_account_is_out_of_the_list_and_comes_back_as_it_was(store: &mut Store) {
    let alice = settled(store, "alice", &[Role::Helpdesk]);
    store.change_account(&operator(), Change::Remove, alice.id, alice.revision).unwrap();
    assert_eq!(list(store, &Filter::default(), Sort::Id, false, 10), []);
    let removed = Filter { state: Some(State::Removed), ..Filter::default() };
    assert_eq!(store.count(&removed).unwrap(), 1);
    let seen = get(store, alice.id);
    assert_eq!(seen.state(at(0)), State::Removed);
    store.change_account(&operator(), Change::Restore, alice.id, seen.revision).unwrap();
    let restored = get(store, alice.id);
    assert_eq!(Account { revision: alice.revision, ..restored }, alice);
    let again = store.change_account(&operator(), Change::Restore, alice.id, get(store, alice.id).revision);
    assert!(matches!(again, Err(StoreError::Conflict(_))));
}

pub fn a_removed_account_is_only_restored(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    store.change_account(&operator(), Change::Remove, alice.id, alice.revision).unwrap();
    let before = get(store, alice.id);
    for (change, outcome) in every_change(store, &operator(), &before) {
        assert_eq!(outcome.is_ok(), change == "restore", "{change}");
    }
    assert_eq!(get(store, alice.id).removed_at, None);
}

pub fn a_removed_account_loses_its_sign_ins_and_keeps_its_names_taken(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let digest = signed_in(store, &alice, 1);
    let known = proof(store, &alice);
    store.change_account(&operator(), Change::Remove, alice.id, alice.revision).unwrap();
    assert!(when(1, || store.sign_in(digest)).unwrap().is_none());
    proves_nothing(store, &alice, known);
    assert!(matches!(store.add_account(&operator(), &new("alice", &[])), Err(StoreError::Conflict(_))));
}

pub fn a_purge_forgets_what_was_removed_until_then(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let bob = settled(store, "bob", &[]);
    store.change_account(&operator(), Change::Remove, alice.id, alice.revision).unwrap();
    assert_eq!(store.purge(&operator(), SignedDuration::from_secs(1)).unwrap(), 0);
    assert_eq!(store.purge(&operator(), SignedDuration::ZERO).unwrap(), 1);
    assert_eq!(store.account(&Target::Id(alice.id)).unwrap(), None);
    assert_eq!(get(store, bob.id), bob);
}

/// Runs the changes that could leave no admin. Returns the outcome of each.
fn every_loss(store: &mut Store, by: &Actor, admin: &Account) -> Vec<(&'static str, store::Result<()>)> {
    let (id, seen) = (admin.id, admin.revision);
    let none = Edit { roles: Some(Roles::NONE), ..Edit::default() };
    vec![
        ("demote", store.edit_account(by, id, seen, &none)),
        ("reset", store.reset_password(by, id, seen, &temporary("x"))),
        ("disable", store.change_account(by, Change::Disable, id, seen).map(drop)),
        ("remove", store.change_account(by, Change::Remove, id, seen).map(drop)),
    ]
}

pub fn the_last_admin_to_count_on_stays(store: &mut Store) {
    let admin = settled(store, "admin", &[Role::GlobalAdmin]);
    for (loss, outcome) in every_loss(store, &operator(), &admin) {
        assert!(matches!(outcome, Err(StoreError::Refused(Refusal::LastAdmin { .. }))), "{loss}");
    }
    assert_eq!(get(store, admin.id), admin);
    assert_eq!(hash_of(store, &admin), "$argon2id$own");
}

pub fn the_last_admin_is_known(store: &mut Store) {
    let admin = settled(store, "admin", &[Role::GlobalAdmin]);
    let alice = settled(store, "alice", &[]);
    added(store, "new", &[Role::GlobalAdmin]);
    assert!(store.is_last_admin(admin.id).unwrap());
    assert!(!store.is_last_admin(alice.id).unwrap());
    settled(store, "other", &[Role::GlobalAdmin]);
    assert!(!store.is_last_admin(admin.id).unwrap());
}

pub fn with_another_admin_to_count_on_one_may_go(store: &mut Store) {
    settled(store, "other", &[Role::GlobalAdmin]);
    let admin = settled(store, "admin", &[Role::GlobalAdmin]);
    store.change_account(&operator(), Change::Remove, admin.id, admin.revision).unwrap();
}

pub fn an_admin_with_a_temporary_password_is_no_replacement(store: &mut Store) {
    added(store, "new", &[Role::GlobalAdmin]);
    let admin = settled(store, "admin", &[Role::GlobalAdmin]);
    for (loss, outcome) in every_loss(store, &operator(), &admin) {
        assert!(matches!(outcome, Err(StoreError::Refused(Refusal::LastAdmin { .. }))), "{loss}");
    }
    assert_eq!(get(store, admin.id), admin);
}

pub fn the_first_admin_may_be_reset_before_they_have_signed_in(store: &mut Store) {
    let first = added(store, "first", &[Role::GlobalAdmin]);
    store.reset_password(&operator(), first.id, first.revision, &temporary("second")).unwrap();
    let first = get(store, first.id);
    let disabled = store.change_account(&operator(), Change::Disable, first.id, first.revision);
    assert!(matches!(disabled, Err(StoreError::Refused(Refusal::LastAdmin { .. }))));
}

pub fn two_admins_who_disable_each_other_leave_one(store: &mut Store) {
    let [ada, ben] = ["ada", "ben"].map(|username| settled(store, username, &[Role::GlobalAdmin]));
    store.change_account(&acting(store, &ada), Change::Disable, ben.id, ben.revision).unwrap();
    let second = store.change_account(&acting(store, &ben), Change::Disable, ada.id, ada.revision);
    assert!(matches!(second, Err(StoreError::Refused(_))));
    assert_eq!(get(store, ada.id).lifecycle, Lifecycle::Active);
}

pub fn a_recovered_admin_is_switched_on_with_a_temporary_password(store: &mut Store) {
    settled(store, "other", &[Role::GlobalAdmin]);
    let admin = settled(store, "admin", &[Role::GlobalAdmin]);
    store.change_account(&operator(), Change::Disable, admin.id, admin.revision).unwrap();
    let seen = get(store, admin.id);
    store.recover(&operator(), admin.id, seen.revision, &temporary("second")).unwrap();
    assert_eq!(get(store, admin.id).state(at(0)), State::MustChange);
    assert_eq!(hash_of(store, &admin), "$argon2id$second");
}
