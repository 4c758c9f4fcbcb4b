//! The laws that every engine keeps. An engine's tests say `laws!(…)` with an expression that opens an empty store.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Edit, EventFilter, Filter, Mandate, NewAccount, NewTemporary, Page, Sort, Store, StoreError};
use crate::domain::account::{Account, AccountId, Lifecycle, State};
use crate::domain::audit::{Event, Outcome};
use crate::domain::authority::{Actor, Operator, Refusal};
use crate::domain::credential::StoredHash;
use crate::domain::role::{Role, Roles};
use crate::domain::sign_in::SignInDigest;
use crate::domain::target::Target;

macro_rules! laws {
    ($open:expr) => {
        $crate::store::contract::laws!($open;
            an_account_is_found_by_id_username_and_address,
            nobody_is_found_under_a_name_that_is_not_there,
            a_new_account_must_change_its_temporary_password,
            a_username_is_taken_once,
            an_address_is_taken_once_whatever_its_case,
            an_edit_changes_what_it_names_and_nothing_else,
            a_reset_replaces_the_hash_flag_and_expiry_and_ends_all_sign_ins,
            a_reset_of_a_disabled_account_leaves_it_disabled,
            a_password_change_ends_all_sign_ins_but_its_own,
            require_change_keeps_the_password,
            a_disabled_account_loses_its_sign_ins,
            an_enabled_account_is_active_again,
            every_change_of_an_account_refuses_a_revision_that_has_passed,
            a_password_that_was_replaced_meanwhile_proves_nothing,
            the_password_of_a_disabled_account_proves_nothing,
            an_edit_meanwhile_does_not_hinder_a_password_change,
            no_sign_in_begins_once_a_change_is_required,
            an_actor_demoted_meanwhile_is_refused,
            an_actor_of_no_higher_rank_is_refused_everything,
            a_removed_account_is_out_of_the_list_and_comes_back_as_it_was,
            a_removed_account_is_only_restored,
            a_removed_account_loses_its_sign_ins_and_keeps_its_names_taken,
            a_purge_forgets_what_was_removed_until_then,
            the_last_admin_to_count_on_stays,
            the_last_admin_is_known,
            with_another_admin_to_count_on_one_may_go,
            an_admin_with_a_temporary_password_is_no_replacement,
            the_first_admin_may_be_reset_before_they_have_signed_in,
            two_admins_who_disable_each_other_leave_one,
            a_recovered_admin_is_switched_on_with_a_temporary_password,
            every_change_is_recorded_with_what_it_changed,
            a_sign_in_and_its_end_are_recorded,
            every_refusal_is_recorded_and_changes_nothing_else,
            the_record_is_a_chain,
            the_record_is_read_by_what_it_says,
            a_sign_in_ends_at_its_expiry,
            a_sign_in_ended_is_gone,
            pages_joined_are_the_whole_list_in_every_order,
            a_filter_lists_what_it_counts,
            the_states_of_a_list_are_those_of_its_accounts,
        );
    };
    ($open:expr; $($law:ident),* $(,)?) => {
        $(#[test] fn $law() { $crate::store::contract::$law(&mut $open); })*
    };
}
pub(crate) use laws;

const HOUR: i64 = 3_600;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

fn operator() -> Mandate {
    let operator = Operator { uid: 0, os_user: "root".into(), sudo_caller: None };
    Mandate { actor: Actor::Operator(operator), at: at(0) }
}

fn hash(text: &str) -> StoredHash {
    StoredHash::from_store(format!("$argon2id${text}"))
}

fn temporary(text: &str) -> NewTemporary {
    NewTemporary { hash: hash(text), until: at(24 * HOUR) }
}

fn new(username: &str, roles: &[Role]) -> NewAccount {
    NewAccount {
        username: username.parse().unwrap(),
        display_name: format!("Name of {username}").parse().unwrap(),
        email: Some(format!("{username}@example.org").parse().unwrap()),
        roles: roles.iter().copied().collect(),
        temporary: temporary(username),
    }
}

fn added(store: &mut dyn Store, username: &str, roles: &[Role]) -> Account {
    let id = store.add_account(&operator(), &new(username, roles)).unwrap();
    get(store, id)
}

/// An account that has chosen its own password.
fn settled(store: &mut dyn Store, username: &str, roles: &[Role]) -> Account {
    let account = added(store, username, roles);
    store.replace_password(account.id, &hash(username), &hash("own"), at(1), None).unwrap();
    get(store, account.id)
}

fn get(store: &dyn Store, id: AccountId) -> Account {
    store.account(&Target::Id(id)).unwrap().unwrap()
}

fn hash_of(store: &dyn Store, account: &Account) -> String {
    store.credential(&account.username).unwrap().unwrap().1.unwrap().hash.as_str().to_owned()
}

fn acting(account: &Account) -> Mandate {
    Mandate { actor: Actor::Account { id: account.id, username: account.username.clone() }, at: at(2) }
}

fn signed_in(store: &mut dyn Store, account: &Account, digest: u8) -> SignInDigest {
    let digest = SignInDigest([digest; 32]);
    store.begin_sign_in(account.id, &hash("own"), digest, at(0), at(8 * HOUR)).unwrap();
    digest
}

fn list(store: &dyn Store, filter: &Filter, sort: Sort, reverse: bool, limit: usize) -> Vec<Account> {
    let mut all: Vec<Account> = Vec::new();
    loop {
        let page = Page { filter, sort, reverse, after: all.last(), limit, now: at(0) };
        let found = store.page(&page).unwrap();
        if found.is_empty() {
            return all;
        }
        assert!(found.len() <= limit);
        all.extend(found);
    }
}

pub fn an_account_is_found_by_id_username_and_address(store: &mut dyn Store) {
    let alice = added(store, "alice", &[Role::Helpdesk]);
    for target in [alice.id.to_string(), "Alice".into(), "ALICE@example.org".into()] {
        assert_eq!(store.account(&target.parse().unwrap()).unwrap().as_ref(), Some(&alice), "{target}");
    }
}

pub fn nobody_is_found_under_a_name_that_is_not_there(store: &mut dyn Store) {
    added(store, "alice", &[]);
    for target in ["2", "alic", "alice_", "alice@example.com"] {
        assert_eq!(store.account(&target.parse().unwrap()).unwrap(), None, "{target}");
    }
}

pub fn a_new_account_must_change_its_temporary_password(store: &mut dyn Store) {
    let alice = added(store, "alice", &[]);
    assert!(alice.must_change);
    assert_eq!(alice.temporary_until, Some(at(24 * HOUR)));
    assert_eq!(alice.last_reset.unwrap().by, "operator root (uid 0)");
}

pub fn a_username_is_taken_once(store: &mut dyn Store) {
    let alice = added(store, "alice", &[]);
    let other = NewAccount { email: None, ..new("alice", &[Role::GlobalAdmin]) };
    assert!(matches!(store.add_account(&operator(), &other), Err(StoreError::Conflict(_))));
    assert_eq!(list(store, &Filter::default(), Sort::Id, false, 10), [alice]);
}

pub fn an_address_is_taken_once_whatever_its_case(store: &mut dyn Store) {
    let alice = added(store, "alice", &[]);
    let other = NewAccount { email: Some("ALICE@Example.org".parse().unwrap()), ..new("bob", &[]) };
    assert!(matches!(store.add_account(&operator(), &other), Err(StoreError::Conflict(_))));
    assert_eq!(list(store, &Filter::default(), Sort::Id, false, 10), [alice]);
}

pub fn an_edit_changes_what_it_names_and_nothing_else(store: &mut dyn Store) {
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

pub fn a_reset_replaces_the_hash_flag_and_expiry_and_ends_all_sign_ins(store: &mut dyn Store) {
    let alice = settled(store, "alice", &[]);
    let digest = signed_in(store, &alice, 1);
    store.reset_password(&operator(), alice.id, alice.revision, &temporary("second")).unwrap();
    let reset = get(store, alice.id);
    assert!(reset.must_change);
    assert_eq!(reset.temporary_until, Some(at(24 * HOUR)));
    assert_eq!(hash_of(store, &reset), "$argon2id$second");
    assert!(store.sign_in(digest, at(1)).unwrap().is_none());
}

pub fn a_reset_of_a_disabled_account_leaves_it_disabled(store: &mut dyn Store) {
    let alice = settled(store, "alice", &[]);
    store.disable(&operator(), alice.id, alice.revision).unwrap();
    let alice = get(store, alice.id);
    store.reset_password(&operator(), alice.id, alice.revision, &temporary("second")).unwrap();
    assert_eq!(get(store, alice.id).lifecycle, Lifecycle::Disabled);
}

pub fn a_password_change_ends_all_sign_ins_but_its_own(store: &mut dyn Store) {
    let alice = settled(store, "alice", &[]);
    let bob = settled(store, "bob", &[]);
    let [own, other] = [1, 2].map(|digest| signed_in(store, &alice, digest));
    let bobs = signed_in(store, &bob, 3);
    let keep = store.sign_in(own, at(1)).unwrap().unwrap().id;
    store.replace_password(alice.id, &hash("own"), &hash("new"), at(1), Some(keep)).unwrap();
    assert!(store.sign_in(own, at(1)).unwrap().is_some());
    assert!(store.sign_in(other, at(1)).unwrap().is_none());
    assert!(store.sign_in(bobs, at(1)).unwrap().is_some());
    let changed = get(store, alice.id);
    assert_eq!((changed.must_change, changed.temporary_until), (false, None));
    assert_eq!(hash_of(store, &changed), "$argon2id$new");
}

pub fn require_change_keeps_the_password(store: &mut dyn Store) {
    let alice = settled(store, "alice", &[]);
    store.require_change(&operator(), alice.id, alice.revision).unwrap();
    let flagged = get(store, alice.id);
    assert_eq!((flagged.must_change, flagged.temporary_until), (true, None));
    assert_eq!(hash_of(store, &flagged), "$argon2id$own");
}

pub fn a_disabled_account_loses_its_sign_ins(store: &mut dyn Store) {
    let alice = settled(store, "alice", &[]);
    let digest = signed_in(store, &alice, 1);
    store.disable(&operator(), alice.id, alice.revision).unwrap();
    assert_eq!(get(store, alice.id).lifecycle, Lifecycle::Disabled);
    let alice = get(store, alice.id);
    store.enable(&operator(), alice.id, alice.revision).unwrap();
    assert!(store.sign_in(digest, at(1)).unwrap().is_none());
}

pub fn an_enabled_account_is_active_again(store: &mut dyn Store) {
    let alice = settled(store, "alice", &[]);
    store.disable(&operator(), alice.id, alice.revision).unwrap();
    store.enable(&operator(), alice.id, get(store, alice.id).revision).unwrap();
    assert_eq!(get(store, alice.id).lifecycle, Lifecycle::Active);
}

/// Runs every change of an account and returns what came of each.
fn every_change(store: &mut dyn Store, by: &Mandate, target: &Account) -> BTreeMap<&'static str, super::Result<()>> {
    let (id, seen) = (target.id, target.revision);
    let roles = Edit { roles: Some(Roles::from_iter([Role::GlobalAdmin])), ..Edit::default() };
    BTreeMap::from([
        ("edit", store.edit_account(by, id, seen, &Edit::default())),
        ("grant", store.edit_account(by, id, seen, &roles)),
        ("reset", store.reset_password(by, id, seen, &temporary("x"))),
        ("require-change", store.require_change(by, id, seen)),
        ("disable", store.disable(by, id, seen)),
        ("enable", store.enable(by, id, seen)),
        ("remove", store.remove(by, id, seen)),
        ("restore", store.restore(by, id, seen)),
    ])
}

pub fn every_change_of_an_account_refuses_a_revision_that_has_passed(store: &mut dyn Store) {
    let seen = settled(store, "alice", &[]);
    store.require_change(&operator(), seen.id, seen.revision).unwrap();
    let before = get(store, seen.id);
    for (change, outcome) in every_change(store, &operator(), &seen) {
        assert!(matches!(outcome, Err(StoreError::Conflict(_))), "{change}");
    }
    assert_eq!(get(store, seen.id), before);
    assert_eq!(hash_of(store, &before), "$argon2id$own");
}

pub fn a_password_that_was_replaced_meanwhile_proves_nothing(store: &mut dyn Store) {
    let alice = settled(store, "alice", &[]);
    store.reset_password(&operator(), alice.id, alice.revision, &temporary("second")).unwrap();
    proves_nothing(store, &alice, "own");
}

pub fn the_password_of_a_disabled_account_proves_nothing(store: &mut dyn Store) {
    let alice = settled(store, "alice", &[]);
    store.disable(&operator(), alice.id, alice.revision).unwrap();
    proves_nothing(store, &alice, "own");
}

fn proves_nothing(store: &mut dyn Store, account: &Account, proved: &str) {
    let before = (get(store, account.id), hash_of(store, account));
    let replaced = store.replace_password(account.id, &hash(proved), &hash("late"), at(1), None);
    assert!(matches!(replaced, Err(StoreError::Conflict(_))));
    let begun = store.begin_sign_in(account.id, &hash(proved), SignInDigest([1; 32]), at(0), at(HOUR));
    assert!(matches!(begun, Err(StoreError::Conflict(_))));
    assert_eq!((get(store, account.id), hash_of(store, account)), before);
}

pub fn an_edit_meanwhile_does_not_hinder_a_password_change(store: &mut dyn Store) {
    let alice = settled(store, "alice", &[]);
    let edit = Edit { display_name: Some("Another".parse().unwrap()), ..Edit::default() };
    store.edit_account(&operator(), alice.id, alice.revision, &edit).unwrap();
    store.replace_password(alice.id, &hash("own"), &hash("new"), at(1), None).unwrap();
    assert_eq!(hash_of(store, &alice), "$argon2id$new");
}

pub fn no_sign_in_begins_once_a_change_is_required(store: &mut dyn Store) {
    let alice = settled(store, "alice", &[]);
    store.require_change(&operator(), alice.id, alice.revision).unwrap();
    let digest = SignInDigest([1; 32]);
    let begun = store.begin_sign_in(alice.id, &hash("own"), digest, at(0), at(HOUR));
    assert!(matches!(begun, Err(StoreError::Conflict(_))));
    assert!(store.sign_in(digest, at(0)).unwrap().is_none());
}

pub fn an_actor_demoted_meanwhile_is_refused(store: &mut dyn Store) {
    settled(store, "other", &[Role::GlobalAdmin]);
    let admin = settled(store, "admin", &[Role::GlobalAdmin]);
    let alice = settled(store, "alice", &[]);
    let mandate = acting(&admin);
    let none = Edit { roles: Some(Roles::NONE), ..Edit::default() };
    store.edit_account(&operator(), admin.id, admin.revision, &none).unwrap();
    for (change, outcome) in every_change(store, &mandate, &alice) {
        assert!(matches!(outcome, Err(StoreError::Refused(_))), "{change}");
    }
    assert_eq!(get(store, alice.id), alice);
}

pub fn an_actor_of_no_higher_rank_is_refused_everything(store: &mut dyn Store) {
    let admin = settled(store, "admin", &[Role::UserAdmin]);
    let peer = settled(store, "peer", &[Role::UserAdmin]);
    for (change, outcome) in every_change(store, &acting(&admin), &peer) {
        assert!(matches!(outcome, Err(StoreError::Refused(_))), "{change}");
    }
    let added = store.add_account(&acting(&admin), &new("another", &[Role::UserAdmin]));
    assert!(matches!(added, Err(StoreError::Refused(_))));
    assert_eq!(list(store, &Filter::default(), Sort::Id, false, 10), [admin, peer]);
}

pub fn a_removed_account_is_out_of_the_list_and_comes_back_as_it_was(store: &mut dyn Store) {
    let alice = settled(store, "alice", &[Role::Helpdesk]);
    store.remove(&operator(), alice.id, alice.revision).unwrap();
    assert_eq!(list(store, &Filter::default(), Sort::Id, false, 10), []);
    let removed = Filter { state: Some(State::Removed), ..Filter::default() };
    assert_eq!(store.count(&removed, at(0)).unwrap(), 1);
    let seen = get(store, alice.id);
    assert_eq!(seen.state(at(0)), State::Removed);
    store.restore(&operator(), alice.id, seen.revision).unwrap();
    let restored = get(store, alice.id);
    assert_eq!(Account { revision: alice.revision, ..restored }, alice);
}

pub fn a_removed_account_is_only_restored(store: &mut dyn Store) {
    let alice = settled(store, "alice", &[]);
    store.remove(&operator(), alice.id, alice.revision).unwrap();
    let before = get(store, alice.id);
    for (change, outcome) in every_change(store, &operator(), &before) {
        assert_eq!(outcome.is_ok(), change == "restore", "{change}");
    }
    assert_eq!(get(store, alice.id).removed_at, None);
}

pub fn a_removed_account_loses_its_sign_ins_and_keeps_its_names_taken(store: &mut dyn Store) {
    let alice = settled(store, "alice", &[]);
    let digest = signed_in(store, &alice, 1);
    store.remove(&operator(), alice.id, alice.revision).unwrap();
    assert!(store.sign_in(digest, at(1)).unwrap().is_none());
    proves_nothing(store, &alice, "own");
    assert!(matches!(store.add_account(&operator(), &new("alice", &[])), Err(StoreError::Conflict(_))));
}

pub fn a_purge_forgets_what_was_removed_until_then(store: &mut dyn Store) {
    let alice = settled(store, "alice", &[]);
    let bob = settled(store, "bob", &[]);
    store.remove(&operator(), alice.id, alice.revision).unwrap();
    assert_eq!(store.purge(&operator(), at(-1)).unwrap(), 0);
    assert_eq!(store.purge(&operator(), at(0)).unwrap(), 1);
    assert_eq!(store.account(&Target::Id(alice.id)).unwrap(), None);
    assert_eq!(get(store, bob.id), bob);
}

/// The changes that could leave nobody, and what came of each.
fn every_loss(store: &mut dyn Store, by: &Mandate, admin: &Account) -> Vec<(&'static str, super::Result<()>)> {
    let (id, seen) = (admin.id, admin.revision);
    let none = Edit { roles: Some(Roles::NONE), ..Edit::default() };
    vec![
        ("demote", store.edit_account(by, id, seen, &none)),
        ("reset", store.reset_password(by, id, seen, &temporary("x"))),
        ("disable", store.disable(by, id, seen)),
        ("remove", store.remove(by, id, seen)),
    ]
}

pub fn the_last_admin_to_count_on_stays(store: &mut dyn Store) {
    let admin = settled(store, "admin", &[Role::GlobalAdmin]);
    for (loss, outcome) in every_loss(store, &operator(), &admin) {
        assert!(matches!(outcome, Err(StoreError::Refused(Refusal::LastAdmin { .. }))), "{loss}");
    }
    assert_eq!(get(store, admin.id), admin);
    assert_eq!(hash_of(store, &admin), "$argon2id$own");
}

pub fn the_last_admin_is_known(store: &mut dyn Store) {
    let admin = settled(store, "admin", &[Role::GlobalAdmin]);
    let alice = settled(store, "alice", &[]);
    added(store, "new", &[Role::GlobalAdmin]);
    assert!(store.is_last_admin(admin.id).unwrap());
    assert!(!store.is_last_admin(alice.id).unwrap());
    settled(store, "other", &[Role::GlobalAdmin]);
    assert!(!store.is_last_admin(admin.id).unwrap());
}

pub fn with_another_admin_to_count_on_one_may_go(store: &mut dyn Store) {
    settled(store, "other", &[Role::GlobalAdmin]);
    let admin = settled(store, "admin", &[Role::GlobalAdmin]);
    store.remove(&operator(), admin.id, admin.revision).unwrap();
}

pub fn an_admin_with_a_temporary_password_is_no_replacement(store: &mut dyn Store) {
    added(store, "new", &[Role::GlobalAdmin]);
    let admin = settled(store, "admin", &[Role::GlobalAdmin]);
    for (loss, outcome) in every_loss(store, &operator(), &admin) {
        assert!(matches!(outcome, Err(StoreError::Refused(Refusal::LastAdmin { .. }))), "{loss}");
    }
    assert_eq!(get(store, admin.id), admin);
}

pub fn the_first_admin_may_be_reset_before_they_have_signed_in(store: &mut dyn Store) {
    let first = added(store, "first", &[Role::GlobalAdmin]);
    store.reset_password(&operator(), first.id, first.revision, &temporary("second")).unwrap();
    let first = get(store, first.id);
    let disabled = store.disable(&operator(), first.id, first.revision);
    assert!(matches!(disabled, Err(StoreError::Refused(Refusal::LastAdmin { .. }))));
}

pub fn two_admins_who_disable_each_other_leave_one(store: &mut dyn Store) {
    let [ada, ben] = ["ada", "ben"].map(|username| settled(store, username, &[Role::GlobalAdmin]));
    store.disable(&acting(&ada), ben.id, ben.revision).unwrap();
    let second = store.disable(&acting(&ben), ada.id, ada.revision);
    assert!(matches!(second, Err(StoreError::Refused(_))));
    assert_eq!(get(store, ada.id).lifecycle, Lifecycle::Active);
}

pub fn a_recovered_admin_is_switched_on_with_a_temporary_password(store: &mut dyn Store) {
    settled(store, "other", &[Role::GlobalAdmin]);
    let admin = settled(store, "admin", &[Role::GlobalAdmin]);
    store.disable(&operator(), admin.id, admin.revision).unwrap();
    let seen = get(store, admin.id);
    store.recover(&operator(), admin.id, seen.revision, &temporary("second")).unwrap();
    assert_eq!(get(store, admin.id).state(at(0)), State::MustChange);
    assert_eq!(hash_of(store, &admin), "$argon2id$second");
}

fn events(store: &dyn Store, filter: &EventFilter) -> Vec<Event> {
    store.events(filter, 0, 1_000).unwrap()
}

pub fn every_change_is_recorded_with_what_it_changed(store: &mut dyn Store) {
    let alice = settled(store, "alice", &[]);
    store.require_change(&operator(), alice.id, alice.revision).unwrap();
    let said: Vec<_> = events(store, &EventFilter::default())
        .into_iter()
        .map(|event| (event.actor, event.action, event.target, event.target_id, event.outcome))
        .collect();
    let event = |actor: &str, action: &str| {
        (actor.to_owned(), action.to_owned(), "alice".to_owned(), Some(alice.id.0), "done".to_owned())
    };
    let root = "operator root (uid 0)";
    assert_eq!(said, [event(root, "add"), event("alice", "change-password"), event(root, "require-change")]);
}

pub fn a_sign_in_and_its_end_are_recorded(store: &mut dyn Store) {
    let alice = settled(store, "alice", &[]);
    let digest = signed_in(store, &alice, 1);
    store.end_sign_in(digest, at(1)).unwrap();
    store.end_sign_in(digest, at(1)).unwrap();
    let actions: Vec<_> = events(store, &EventFilter::default()).into_iter().map(|event| event.action).collect();
    assert_eq!(actions, ["add", "change-password", "sign-in", "sign-out"]);
}

pub fn every_refusal_is_recorded_and_changes_nothing_else(store: &mut dyn Store) {
    let helper = settled(store, "helper", &[Role::Helpdesk]);
    let peer = settled(store, "peer", &[Role::Helpdesk]);
    let before = events(store, &EventFilter::default()).len();
    let refused: Vec<_> =
        every_change(store, &acting(&helper), &peer).into_values().filter(super::Result::is_err).collect();
    let recorded = events(store, &EventFilter { outcome: Some(Outcome::Refused), ..EventFilter::default() });
    assert_eq!(recorded.len(), refused.len());
    assert_eq!(events(store, &EventFilter::default()).len(), before + refused.len());
    assert!(recorded.iter().all(|event| event.actor == "helper" && event.target_id == Some(peer.id.0)));
    assert_eq!(get(store, peer.id), peer);
}

pub fn the_record_is_a_chain(store: &mut dyn Store) {
    settled(store, "alice", &[]);
    settled(store, "bob", &[]);
    let events = events(store, &EventFilter::default());
    assert_eq!(events.len(), 4);
    for (at, event) in events.iter().enumerate() {
        assert_eq!(event.fault(at.checked_sub(1).map(|before| &events[before])), None);
    }
}

pub fn the_record_is_read_by_what_it_says(store: &mut dyn Store) {
    let alice = settled(store, "alice", &[]);
    settled(store, "bob", &[]);
    let all = EventFilter::default;
    for (filter, expected) in [
        (all(), 4),
        (EventFilter { account: Some(alice.id), ..all() }, 2),
        (EventFilter { actor: Some("root".into()), ..all() }, 2),
        (EventFilter { action: Some("add".into()), ..all() }, 2),
        (EventFilter { outcome: Some(Outcome::Refused), ..all() }, 0),
        (EventFilter { since: Some(at(1)), ..all() }, 2),
        (EventFilter { until: Some(at(1)), ..all() }, 2),
    ] {
        assert_eq!(events(store, &filter).len(), expected, "{filter:?}");
    }
    assert_eq!(store.events(&all(), 1, 2).unwrap().iter().map(|event| event.sequence).collect::<Vec<_>>(), [2, 3]);
}

pub fn a_sign_in_ends_at_its_expiry(store: &mut dyn Store) {
    let alice = settled(store, "alice", &[]);
    let digest = signed_in(store, &alice, 1);
    assert!(store.sign_in(digest, at(8 * HOUR - 1)).unwrap().is_some());
    assert!(store.sign_in(digest, at(8 * HOUR)).unwrap().is_none());
}

pub fn a_sign_in_ended_is_gone(store: &mut dyn Store) {
    let alice = settled(store, "alice", &[]);
    let digest = signed_in(store, &alice, 1);
    assert!(store.end_sign_in(digest, at(1)).unwrap());
    assert!(store.sign_in(digest, at(1)).unwrap().is_none());
    assert!(!store.end_sign_in(digest, at(1)).unwrap());
}

pub fn pages_joined_are_the_whole_list_in_every_order(store: &mut dyn Store) {
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

pub fn a_filter_lists_what_it_counts(store: &mut dyn Store) {
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
        assert_eq!(store.count(&filter, at(0)).unwrap(), expected as u64, "{filter:?}");
    }
}

pub fn the_states_of_a_list_are_those_of_its_accounts(store: &mut dyn Store) {
    added(store, "flagged", &[]);
    settled(store, "active", &[]);
    let disabled = added(store, "disabled", &[]);
    store.disable(&operator(), disabled.id, disabled.revision).unwrap();
    let expired = added(store, "expired", &[]);
    let old = NewTemporary { until: at(0), ..temporary("old") };
    store.reset_password(&operator(), expired.id, expired.revision, &old).unwrap();
    for state in [State::Active, State::MustChange, State::TemporaryExpired, State::Disabled] {
        let filter = Filter { state: Some(state), ..Filter::default() };
        let found = list(store, &filter, Sort::Id, false, 10);
        assert_eq!(found.len(), 1, "{state:?}");
        assert_eq!(found[0].state(at(0)), state);
    }
}
