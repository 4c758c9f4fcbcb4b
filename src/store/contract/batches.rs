//! Many accounts in one transaction.

use super::{OPERATION, acting, added, get, hash_of, list, operator, settled, signed_in, temporary, when};
use crate::domain::audit::Outcome;
use crate::domain::operation::OperationId;
use crate::domain::role::Role;
use crate::domain::target::Target;
use crate::store::{Edit, EventFilter, Filter, Sort, Store, StoreError};

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
    store.remove(&operator(), removed.id, removed.revision).unwrap();
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
    assert!(!store.reset_by(OPERATION).unwrap().contains(&bob.id));
    // An account that the operation added was not reset by it.
    assert!(!store.reset_by(OPERATION).unwrap().contains(&alice.id));
    store.reset_password(&operator(), bob.id, bob.revision, &temporary("new")).unwrap();
    let (_, credential) = store.credential(&Target::from(&bob)).unwrap().unwrap();
    let proved = credential.unwrap().revision;
    when(1, || store.replace_password(bob.id, proved, &super::hash("own"), None)).unwrap();
    assert!(store.reset_by(OPERATION).unwrap().contains(&bob.id));
    assert!(!store.reset_by(OperationId([8; 16])).unwrap().contains(&bob.id));
    assert!(!store.reset_by(OPERATION).unwrap().contains(&alice.id));
}
