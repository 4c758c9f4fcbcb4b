//! Many accounts in one transaction.

use super::{EACH, OPERATION, acting, added, get, hash_of, list, operator, settled, signed_in, temporary, when};
use crate::domain::account::{Account, AccountId, Lifecycle};
use crate::domain::audit::{Head, Outcome};
use crate::domain::authority::Action;
use crate::domain::change::{Change, Changed};
use crate::domain::operation::OperationId;
use crate::domain::role::Role;
use crate::domain::target::Target;
use crate::store::{Edit, EventFilter, Filter, Result, Sort, Store, StoreError};

pub fn a_batch_resets_each_as_a_reset_does(store: &mut Store) {
    let (alone, one, other) =
        (settled(store, "alone", &[]), settled(store, "one", &[]), settled(store, "other", &[Role::Auditor]));
    let digest = signed_in(store, &one, 1);
    store.reset_password(&operator(), alone.id, alone.revision, &temporary("new")).unwrap();
    let outcomes = store.reset_passwords(&operator(), &[(one.id, temporary("new")), (other.id, temporary("newer"))]);
    assert!(outcomes.unwrap().iter().all(Result::is_ok));
    let alone = get(store, alone.id);
    for (before, hash) in [(one, "$argon2id$new"), (other, "$argon2id$newer")] {
        let reset = get(store, before.id);
        assert_eq!(
            (reset.must_change, reset.temporary_until, &reset.last_reset, reset.revision),
            (alone.must_change, alone.temporary_until, &alone.last_reset, alone.revision)
        );
        assert_eq!(hash_of(store, &reset), hash);
        let filter = EventFilter { account: Some(reset.id), action: Some("reset".into()), ..EventFilter::default() };
        assert_eq!(store.events(&filter, None, 10).unwrap().len(), 1);
    }
    assert!(when(1, || store.sign_in(digest)).unwrap().is_none());
}

pub fn what_is_refused_of_a_batch_changes_nothing_and_leaves_the_others(store: &mut Store) {
    let helper = settled(store, "helper", &[Role::Helpdesk]);
    let (peer, alice, bob) =
        (settled(store, "peer", &[Role::Helpdesk]), settled(store, "alice", &[]), settled(store, "bob", &[]));
    let batch = [&alice, &peer, &bob].map(|account| (account.id, temporary("new")));
    let outcomes = store.reset_passwords(&acting(store, &helper), &batch).unwrap();
    assert!(matches!(outcomes.as_slice(), [Ok(()), Err(StoreError::Refused(_)), Ok(())]));
    assert_eq!(get(store, peer.id), peer);
    assert!(get(store, alice.id).must_change && get(store, bob.id).must_change);
    let refused = EventFilter { outcome: Some(Outcome::Refused), ..EventFilter::default() };
    let refused = store.events(&refused, None, 10).unwrap();
    assert!(matches!(refused.as_slice(), [event] if event.target_id == Some(peer.id.0) && event.actor == "helper"));
}

pub fn a_batch_leaves_the_last_admin_to_count_on(store: &mut Store) {
    let (first, last) = (settled(store, "first", &[Role::GlobalAdmin]), settled(store, "last", &[Role::GlobalAdmin]));
    let outcomes = store.reset_passwords(&operator(), &[(first.id, temporary("new")), (last.id, temporary("new"))]);
    assert!(matches!(outcomes.unwrap().as_slice(), [Ok(()), Err(StoreError::Refused(_))]));
    assert_eq!(get(store, last.id), last);
}

pub fn a_batch_is_about_accounts_as_they_are_by_then(store: &mut Store) {
    let (alice, removed) = (settled(store, "alice", &[]), settled(store, "removed", &[]));
    let edit = Edit { display_name: Some("Another".parse().unwrap()), ..Edit::default() };
    store.edit_account(&operator(), alice.id, alice.revision, &edit).unwrap();
    store.change_account(&operator(), Change::Remove, removed.id, removed.revision).unwrap();
    let removed = get(store, removed.id);
    let outcomes = store.reset_passwords(&operator(), &[(alice.id, temporary("new")), (removed.id, temporary("new"))]);
    assert!(matches!(outcomes.unwrap().as_slice(), [Ok(()), Err(StoreError::Conflict(_))]));
    assert_eq!(get(store, alice.id).display_name.as_str(), "Another");
    assert_eq!(get(store, removed.id), removed);
}

pub fn an_empty_batch_changes_nothing(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    assert!(store.reset_passwords(&operator(), &[]).unwrap().is_empty());
    assert_eq!(list(store, &Filter::default(), Sort::Id, false, 10), [alice]);
}

pub fn a_reset_is_known_by_its_operation_for_good(store: &mut Store) {
    let (alice, bob) = (added(store, "alice", &[]), settled(store, "bob", &[]));
    assert!(!store.done_by(OPERATION, Action::Reset).unwrap().contains(&bob.id));
    // An account that the operation added was not reset by it.
    assert!(!store.done_by(OPERATION, Action::Reset).unwrap().contains(&alice.id));
    let nobody = acting(store, &bob);
    store.reset_password(&nobody, alice.id, alice.revision, &temporary("new")).unwrap_err();
    assert!(!store.done_by(OPERATION, Action::Reset).unwrap().contains(&alice.id), "it was refused");
    store.reset_password(&operator(), bob.id, bob.revision, &temporary("new")).unwrap();
    let (_, credential) = store.credential(&Target::from(&bob)).unwrap().unwrap();
    let proved = credential.unwrap().revision;
    when(1, || store.replace_password(bob.id, proved, &super::hash("own"), None)).unwrap();
    assert!(store.done_by(OPERATION, Action::Reset).unwrap().contains(&bob.id));
    assert!(!store.done_by(OperationId([8; 16]), Action::Reset).unwrap().contains(&bob.id));
    assert!(!store.done_by(OPERATION, Action::Reset).unwrap().contains(&alice.id));
}

/// Accounts in every state, with this number in their usernames. The first is one whom a helpdesk cannot change.
fn of_every_kind(store: &mut Store, number: u8) -> Vec<Account> {
    let mut named = |name: &str, roles: &[Role]| settled(store, &format!("{name}{number}"), roles);
    let peer = named("peer", &[Role::Auditor, Role::Helpdesk]);
    let [fresh, flagged, off, gone] = ["fresh", "flagged", "off", "gone"].map(|name| named(name, &[]));
    for (change, account) in [(Change::RequireChange, &flagged), (Change::Disable, &off), (Change::Remove, &gone)] {
        store.change_account(&operator(), change, account.id, account.revision).unwrap();
    }
    signed_in(store, &fresh, number);
    [peer, fresh, flagged, off, gone].iter().map(|account| get(store, account.id)).collect()
}

/// What the changes of some accounts left: the outcomes, the accounts and their events, without their names.
fn left(store: &Store, accounts: &[Account], outcomes: &[Result<Changed>]) -> Vec<String> {
    let one = |(account, outcome): (&Account, &Result<Changed>)| {
        let now = get(store, account.id);
        let filter = EventFilter { account: Some(account.id), ..EventFilter::default() };
        let events = store.events(&filter, None, 100).unwrap();
        let events: Vec<_> = events.iter().map(|event| (&event.action, &event.outcome, &event.detail)).collect();
        let same = Account { id: AccountId(0), username: "same".parse().unwrap(), email: None, ..now };
        let same = Account { display_name: "Same".parse().unwrap(), ..same };
        format!("{outcome:?} {same:?} {events:?}").replace(&account.username.to_string(), "same")
    };
    accounts.iter().zip(outcomes).map(one).collect()
}

pub fn a_batch_is_each_change_after_the_other(store: &mut Store) {
    let helper = settled(store, "helper", &[Role::Helpdesk]);
    let mut numbers = 1..;
    for change in EACH {
        for by in [operator(), acting(store, &helper)] {
            let [alone, together] = [(); 2].map(|()| of_every_kind(store, numbers.next().unwrap()));
            let one_by_one: Vec<_> =
                alone.iter().map(|account| store.change_account(&by, change, account.id, account.revision)).collect();
            let batch: Vec<_> = together.iter().map(|account| (account.id, account.revision)).collect();
            let at_once = store.change_accounts(&by, change, &batch).unwrap();
            assert_eq!(left(store, &together, &at_once), left(store, &alone, &one_by_one), "{change:?}");
        }
    }
}

pub fn what_is_so_already_is_neither_written_nor_recorded(store: &mut Store) {
    for (number, change) in EACH.into_iter().enumerate() {
        let alice = settled(store, &format!("alice{number}"), &[]);
        let batch = |account: &Account| [(account.id, account.revision)];
        store.change_accounts(&operator(), change, &batch(&alice)).unwrap();
        let before = (get(store, alice.id), store.events(&EventFilter::default(), None, 1_000).unwrap().len());
        let again = store.change_accounts(&operator(), change, &batch(&before.0)).unwrap();
        // A removed account is removed once, and one in use is not restored.
        let is_a_conflict = matches!(change, Change::Remove | Change::Restore);
        assert_eq!(matches!(again.as_slice(), [Err(StoreError::Conflict(_))]), is_a_conflict, "{change:?}");
        assert_eq!(matches!(again.as_slice(), [Ok(Changed::Already)]), !is_a_conflict, "{change:?}");
        let after = (get(store, alice.id), store.events(&EventFilter::default(), None, 1_000).unwrap().len());
        assert_eq!(after, before, "{change:?}");
    }
}

pub fn what_is_refused_of_many_changes_changes_nothing_and_leaves_the_others(store: &mut Store) {
    let admin = settled(store, "admin", &[Role::UserAdmin]);
    let [alice, peer, bob] = [("alice", &[][..]), ("peer", &[Role::UserAdmin]), ("bob", &[])]
        .map(|(name, roles)| settled(store, name, roles));
    let batch = [&alice, &peer, &bob].map(|account| (account.id, account.revision));
    let outcomes = store.change_accounts(&acting(store, &admin), Change::Disable, &batch).unwrap();
    assert!(matches!(outcomes.as_slice(), [Ok(_), Err(StoreError::Refused(_)), Ok(_)]));
    assert_eq!(get(store, peer.id), peer);
    let refused = EventFilter { outcome: Some(Outcome::Refused), ..EventFilter::default() };
    let refused = store.events(&refused, None, 10).unwrap();
    assert!(matches!(refused.as_slice(), [event] if event.target_id == Some(peer.id.0) && event.actor == "admin"));
    assert!([alice, bob].iter().all(|account| get(store, account.id).lifecycle == Lifecycle::Disabled));
}

pub fn many_changes_leave_the_last_admin_to_count_on(store: &mut Store) {
    let mut admins = [settled(store, "first", &[Role::GlobalAdmin]), settled(store, "last", &[Role::GlobalAdmin])];
    for (change, back) in [
        (Change::Disable, Change::Enable),
        (Change::Remove, Change::Restore),
        (Change::Revoke(Role::GlobalAdmin), Change::Grant(Role::GlobalAdmin)),
    ] {
        let batch = admins.each_ref().map(|admin| (admin.id, admin.revision));
        let outcomes = store.change_accounts(&operator(), change, &batch).unwrap();
        assert!(matches!(outcomes.as_slice(), [Ok(_), Err(StoreError::Refused(_))]), "{change:?}: {outcomes:?}");
        assert_eq!(get(store, admins[1].id), admins[1]);
        let first = get(store, admins[0].id);
        store.change_account(&operator(), back, first.id, first.revision).unwrap();
        admins[0] = get(store, first.id);
    }
}

pub fn an_actor_who_takes_their_own_role_is_refused_the_rest_of_a_batch(store: &mut Store) {
    settled(store, "other", &[Role::GlobalAdmin]);
    let [own, alice] = ["own", "alice"].map(|name| settled(store, name, &[Role::GlobalAdmin]));
    let batch = [&own, &alice].map(|account| (account.id, account.revision));
    let outcomes = store.change_accounts(&acting(store, &own), Change::Revoke(Role::GlobalAdmin), &batch).unwrap();
    assert!(matches!(outcomes.as_slice(), [Ok(_), Err(StoreError::Refused(_))]), "{outcomes:?}");
    assert_eq!(get(store, alice.id), alice);
}

pub fn what_a_batch_records_is_a_chain(store: &mut Store) {
    let accounts = ["alice", "bob", "carol"].map(|name| settled(store, name, &[]));
    store
        .change_accounts(&operator(), Change::Disable, &accounts.map(|account| (account.id, account.revision)))
        .unwrap();
    let events = store.events(&EventFilter::default(), None, 100).unwrap();
    assert_eq!(events.iter().filter(|event| event.action == "disable").count(), 3);
    for (at, event) in events.iter().enumerate() {
        let before = at.checked_sub(1).map_or(Head::START, |before| events[before].head());
        assert_eq!(event.fault(before), None);
    }
}

pub fn an_account_that_a_batch_names_twice_is_changed_once(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let outcomes = store.change_accounts(&operator(), Change::RequireChange, &[(alice.id, alice.revision); 2]).unwrap();
    assert!(matches!(outcomes.as_slice(), [Ok(Changed::Done { .. }), Err(StoreError::Conflict(_))]), "{outcomes:?}");
    assert_eq!(get(store, alice.id).revision.0, alice.revision.0 + 1);
}
