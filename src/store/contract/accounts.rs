//! What an account is, and what a change of it does: its names, its password, and how it is found and listed.

use super::{
    HOUR, added, at, every_change, get, hash, hash_of, list, new, operator, proof, settled, signed_in, temporary, when,
    words,
};
use crate::domain::account::{Account, Lifecycle, State};
use crate::domain::change::Change;
use crate::domain::public_key::PublicKey;
use crate::domain::public_key::made_up::AGE;
use crate::domain::role::Role;
use crate::store::{Edit, EventFilter, Filter, NewAccount, NewTemporary, Sort, Store, StoreError};

pub fn an_account_is_found_by_id_username_and_address(store: &mut Store) {
    let alice = added(store, "alice", &[Role::Helpdesk]);
    for target in [alice.id.to_string(), "Alice".into(), "ALICE@example.org".into()] {
        assert_eq!(store.account(&target.parse().unwrap()).unwrap().as_ref(), Some(&alice), "{target}");
    }
}

pub fn of_many_targets_each_is_found_in_its_place(store: &mut Store) {
    let [alice, bob] = ["alice", "bob"].map(|username| added(store, username, &[]));
    let targets = [bob.id.to_string(), "nobody".into(), "ALICE@example.org".into(), "bob".into(), "9".into()];
    let found = store.accounts(&targets.map(|target| target.parse().unwrap())).unwrap();
    assert_eq!(found, [Some(bob.clone()), None, Some(alice), Some(bob), None]);
}

pub fn nobody_is_found_under_a_name_that_is_not_there(store: &mut Store) {
    added(store, "alice", &[]);
    for target in ["2", "alic", "alice_", "alice@example.com"] {
        assert_eq!(store.account(&target.parse().unwrap()).unwrap(), None, "{target}");
    }
}

pub fn a_new_account_must_change_its_temporary_password(store: &mut Store) {
    let alice = added(store, "alice", &[]);
    assert!(alice.must_change);
    assert_eq!(alice.temporary_until, Some(at(24 * HOUR)));
    assert_eq!(alice.last_reset.unwrap().by, "operator root (uid 0)");
}

pub fn a_username_is_taken_once(store: &mut Store) {
    let alice = added(store, "alice", &[]);
    let other = NewAccount { email: None, ..new("alice", &[Role::GlobalAdmin]) };
    assert!(matches!(store.add_account(&operator(), &other), Err(StoreError::Conflict(_))));
    assert_eq!(list(store, &Filter::default(), Sort::Id, false, 10), [alice]);
}

pub fn an_address_is_taken_once_whatever_its_case(store: &mut Store) {
    let alice = added(store, "alice", &[]);
    let other = NewAccount { email: Some("ALICE@Example.org".parse().unwrap()), ..new("bob", &[]) };
    assert!(matches!(store.add_account(&operator(), &other), Err(StoreError::Conflict(_))));
    assert_eq!(list(store, &Filter::default(), Sort::Id, false, 10), [alice]);
}

pub fn an_edit_changes_what_it_names_and_nothing_else(store: &mut Store) {
    let alice = added(store, "alice", &[Role::Auditor]);
    let name = "Alice Other".parse().unwrap();
    let edit = Edit { display_name: Some(name), ..Edit::default() };
    store.edit_account(&operator(), alice.id, alice.revision, &edit).unwrap();
    let edited = get(store, alice.id);
    assert_eq!(edited.display_name.as_str(), "Alice Other");
    let unedited = Account { display_name: alice.display_name.clone(), revision: alice.revision, ..edited.clone() };
    assert_eq!(unedited, alice);
    let searched = Filter { search: Some("other".into()), ..Filter::default() };
    assert_eq!(list(store, &searched, Sort::Id, false, 10), [edited]);
}

pub fn an_edit_that_leaves_the_roles_as_they_are_records_none(store: &mut Store) {
    let alice = added(store, "alice", &[Role::Auditor]);
    let edit = Edit { display_name: Some("".parse().unwrap()), roles: Some(alice.roles), ..Edit::default() };
    store.edit_account(&operator(), alice.id, alice.revision, &edit).unwrap();
    let last = store.events(&EventFilter::default(), None, 10).unwrap().pop().unwrap();
    assert_eq!(words(&last), "changed: name");
}

pub fn an_account_keeps_a_key_until_another_edit_takes_it(store: &mut Store) {
    let alice = added(store, "alice", &[]);
    let key: PublicKey = AGE[0].parse().unwrap();
    for key in [Some(key), None] {
        let edit = Edit { public_key: Some(key.clone()), ..Edit::default() };
        let seen = get(store, alice.id).revision;
        store.edit_account(&operator(), alice.id, seen, &edit).unwrap();
        let edited = get(store, alice.id);
        assert_eq!(edited.public_key, key);
        assert_eq!(Account { public_key: None, revision: alice.revision, ..edited }, alice);
    }
}

pub fn a_reset_replaces_the_hash_flag_and_expiry_and_ends_all_sign_ins(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let digest = signed_in(store, &alice, 1);
    store.reset_password(&operator(), alice.id, alice.revision, &temporary("second")).unwrap();
    let reset = get(store, alice.id);
    assert!(reset.must_change);
    assert_eq!(reset.temporary_until, Some(at(24 * HOUR)));
    assert_eq!(hash_of(store, &reset), "$argon2id$second");
    assert!(when(1, || store.sign_in(digest)).unwrap().is_none());
}

pub fn a_reset_of_a_disabled_account_leaves_it_disabled(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    store.change_account(&operator(), Change::Disable, alice.id, alice.revision).unwrap();
    let alice = get(store, alice.id);
    store.reset_password(&operator(), alice.id, alice.revision, &temporary("second")).unwrap();
    assert_eq!(get(store, alice.id).lifecycle, Lifecycle::Disabled);
}

pub fn require_change_keeps_the_password(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    store.change_account(&operator(), Change::RequireChange, alice.id, alice.revision).unwrap();
    let flagged = get(store, alice.id);
    assert_eq!((flagged.must_change, flagged.temporary_until), (true, None));
    assert_eq!(hash_of(store, &flagged), "$argon2id$own");
}

pub fn an_enabled_account_is_active_again(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    store.change_account(&operator(), Change::Disable, alice.id, alice.revision).unwrap();
    store.change_account(&operator(), Change::Enable, alice.id, get(store, alice.id).revision).unwrap();
    assert_eq!(get(store, alice.id).lifecycle, Lifecycle::Active);
}

pub fn every_change_of_an_account_refuses_a_revision_that_has_passed(store: &mut Store) {
    let seen = settled(store, "alice", &[]);
    store.change_account(&operator(), Change::RequireChange, seen.id, seen.revision).unwrap();
    let before = get(store, seen.id);
    for (change, outcome) in every_change(store, &operator(), &seen) {
        assert!(matches!(outcome, Err(StoreError::Conflict(_))), "{change}");
    }
    assert_eq!(get(store, seen.id), before);
    assert_eq!(hash_of(store, &before), "$argon2id$own");
}

pub fn an_edit_meanwhile_does_not_hinder_a_password_change(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let edit = Edit { display_name: Some("Another".parse().unwrap()), ..Edit::default() };
    store.edit_account(&operator(), alice.id, alice.revision, &edit).unwrap();
    let proved = proof(store, &alice);
    when(1, || store.replace_password(alice.id, proved, &hash("new"), None)).unwrap();
    assert_eq!(hash_of(store, &alice), "$argon2id$new");
}

pub fn pages_joined_are_the_whole_list_in_every_order(store: &mut Store) {
    for username in ["dora", "alice", "carol", "bob", "erin"] {
        let id = store.add_account(&operator(), &new(username, &[])).unwrap();
        let same = Edit { display_name: Some("The Same".parse().unwrap()), ..Edit::default() };
        store.edit_account(&operator(), id, get(store, id).revision, &same).unwrap();
    }
    for sort in [Sort::Id, Sort::Username, Sort::Name] {
        for reverse in [false, true] {
            let whole = list(store, &Filter::default(), sort, reverse, 100);
            assert_eq!(whole.len(), 5);
            assert_eq!(list(store, &Filter::default(), sort, reverse, 2), whole, "{sort:?}");
        }
    }
    let first = &list(store, &Filter::default(), Sort::Username, false, 1)[0];
    assert_eq!(first.username.as_str(), "alice");
}

pub fn a_filter_lists_what_it_counts(store: &mut Store) {
    added(store, "alice", &[Role::Helpdesk]);
    settled(store, "bob", &[Role::Helpdesk, Role::Auditor]);
    settled(store, "carol", &[]);
    let search = |text: &str| Filter { search: Some(text.into()), ..Filter::default() };
    for (filter, expected) in [
        (Filter::default(), 3),
        (search("NAME OF b"), 1),
        (search("example.org"), 3),
        (search("%"), 0),
        (search("_"), 0),
        (search(""), 3),
        (Filter { role: Some(Role::Helpdesk), ..Filter::default() }, 2),
        (Filter { role: Some(Role::Auditor), ..search("bob") }, 1),
        (Filter { must_change: true, ..Filter::default() }, 1),
        (Filter { state: Some(State::Active), ..Filter::default() }, 2),
    ] {
        assert_eq!(list(store, &filter, Sort::Id, false, 2).len(), expected, "{filter:?}");
        assert_eq!(store.count(&filter).unwrap(), expected as u64, "{filter:?}");
    }
}

pub fn the_states_of_a_list_are_those_of_its_accounts(store: &mut Store) {
    added(store, "flagged", &[]);
    settled(store, "active", &[]);
    let disabled = added(store, "disabled", &[]);
    store.change_account(&operator(), Change::Disable, disabled.id, disabled.revision).unwrap();
    let expired = added(store, "expired", &[]);
    let old = NewTemporary { until: at(0), ..temporary("old") };
    when(-1, || store.reset_password(&operator(), expired.id, expired.revision, &old)).unwrap();
    let ended = settled(store, "ended", &[]);
    let edit = Edit { expires_at: Some(Some(at(0))), ..Edit::default() };
    store.edit_account(&operator(), ended.id, ended.revision, &edit).unwrap();
    for state in [State::Active, State::MustChange, State::TemporaryExpired, State::Disabled, State::Expired] {
        let filter = Filter { state: Some(state), ..Filter::default() };
        let found = list(store, &filter, Sort::Id, false, 10);
        assert_eq!(found.len(), 1, "{state:?}");
        assert_eq!(found[0].state(at(0)), state);
        assert_eq!(store.count(&filter).unwrap(), 1, "{state:?}");
    }
}

pub fn everybody_but_the_removed_is_counted(store: &mut Store) {
    for username in ["alice", "bob", "carol"] {
        let account = added(store, username, &[]);
        if username == "bob" {
            store.change_account(&operator(), Change::Remove, account.id, account.revision).unwrap();
        }
    }
    assert_eq!(store.count(&Filter::default()).unwrap(), 2);
}

fn suggested(store: &Store, text: &str, limit: usize) -> Vec<String> {
    let found = store.suggestions(text, limit).unwrap();
    found.into_iter().map(|account| account.username.to_string()).collect()
}

pub fn suggestions_are_led_by_usernames_that_begin_so(store: &mut Store) {
    for username in ["dan", "anna", "ann", "bob", "al"] {
        added(store, username, &[]);
    }
    let gone = added(store, "anton", &[]);
    store.change_account(&operator(), Change::Remove, gone.id, gone.revision).unwrap();
    for (text, expected) in [
        ("an", &["ann", "anna", "dan"][..]),
        ("AN", &["ann", "anna", "dan"]),
        ("anna", &["anna"]),
        ("name of b", &["bob"]),
        ("", &["al", "ann", "anna", "bob", "dan"]),
        ("%", &[]),
        ("bÖb", &["bob"]),
    ] {
        assert_eq!(suggested(store, text, 10), expected, "{text:?}");
    }
}

pub fn as_many_are_suggested_as_are_asked_for(store: &mut Store) {
    for username in ["dan", "anna", "ann"] {
        added(store, username, &[]);
    }
    for (limit, expected) in [(1, &["ann"][..]), (2, &["ann", "anna"]), (3, &["ann", "anna", "dan"])] {
        assert_eq!(suggested(store, "an", limit), expected);
    }
}

pub fn what_has_expired_is_not_put_in_force(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let before = (get(store, alice.id), hash_of(store, &alice));
    let reset = when(24 * HOUR, || store.reset_password(&operator(), alice.id, alice.revision, &temporary("late")));
    assert!(matches!(reset, Err(StoreError::Conflict(_))));
    let batch = when(24 * HOUR, || store.reset_passwords(&operator(), &[(alice.id, temporary("late"))])).unwrap();
    assert!(matches!(batch[..], [Err(StoreError::Conflict(_))]));
    let added = when(24 * HOUR, || store.add_account(&operator(), &new("bob", &[])));
    assert!(matches!(added, Err(StoreError::Conflict(_))));
    assert_eq!((get(store, alice.id), hash_of(store, &alice)), before);
}
