//! Simultaneous writers: their transactions have the same effect as if they ran one after the other.

use std::sync::Barrier;
use std::thread;

use jiff::SignedDuration;

use super::{acting, added, get, hash, new, operator, proof, settled, when};
use crate::domain::account::{Account, Lifecycle};
use crate::domain::audit::{Detail, DetailKey, Entry, Head};
use crate::domain::change::Change;
use crate::domain::delivery::made_up::{delivered, undelivered};
use crate::domain::role::Role;
use crate::domain::target::Target;
use crate::domain::throttle::Throttle;
use crate::store::{
    Edit, EventFilter, NewAccount, NewTemporary, Occasion, PassedTry, PreparedStore, Rename, Result, Store, StoreError,
    Stores,
};

/// Enough rounds to make two writers meet.
const ROUNDS: i64 = 20;

/// How often a busy store is tried again. Each try waits a few seconds itself.
const PATIENCE: u32 = 20;

/// An open store with one account.
pub fn opened(stores: &dyn Stores) -> Store {
    prepared(stores).put_in_place(&delivered(hash("first"))).unwrap();
    stores.open().unwrap()
}

/// A store with one account that is not in its place yet.
fn prepared(stores: &dyn Stores) -> Box<dyn PreparedStore> {
    let NewAccount { username, display_name, email, roles, public_key, temporary } = new("first", &[]);
    let temporary = NewTemporary { hash: undelivered(hash("first")), until: temporary.until };
    let first = NewAccount { username, display_name, email, roles, public_key, temporary };
    stores.prepare(&operator(), &first, &mut |_| ()).unwrap()
}

pub fn a_store_is_placed_with_its_own_first_password_and_no_other(stores: &(impl Stores + Sync)) {
    assert!(prepared(stores).put_in_place(&delivered(hash("another"))).is_err());
    assert!(stores.open().is_err());
    opened(stores);
}

/// Runs this many deeds at once, each on its own open store. Returns the outcome of each.
fn all_at_once<T: Send>(
    stores: &(impl Stores + Sync),
    count: usize,
    deed: impl Fn(usize, &mut Store) -> T + Sync,
) -> Vec<T> {
    let start = Barrier::new(count);
    thread::scope(|scope| {
        let (deed, start) = (&deed, &start);
        let begun: Vec<_> = (0..count)
            .map(|number| {
                scope.spawn(move || {
                    let mut store = stores.open().unwrap();
                    start.wait();
                    deed(number, &mut store)
                })
            })
            .collect();
        begun.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

/// Whether the caller came first. A caller that came second must get a conflict or a refusal, and no other error.
fn is_done(outcome: &Result<()>) -> bool {
    match outcome {
        Ok(()) => true,
        Err(StoreError::Conflict(_) | StoreError::Refused(_)) => false,
        Err(other) => panic!("{other}"),
    }
}

pub fn two_admins_who_disable_each_other_at_once_leave_one(stores: &(impl Stores + Sync)) {
    let mut store = opened(stores);
    let admins = ["ada", "ben"].map(|username| settled(&mut store, username, &[Role::GlobalAdmin]).id);
    for _ in 0..ROUNDS {
        let seen = admins.map(|id| get(&store, id));
        let by = [0, 1].map(|number| acting(&store, &seen[number]));
        let outcomes = all_at_once(stores, 2, |number, store| {
            let other = &seen[1 - number];
            is_done(&store.change_account(&by[number], Change::Disable, other.id, other.revision).map(drop))
        });
        assert_eq!(outcomes.iter().filter(|done| **done).count(), 1);
        let left = admins.map(|id| get(&store, id));
        let out: Vec<_> = left.iter().filter(|admin| admin.lifecycle == Lifecycle::Disabled).collect();
        assert_eq!(out.len(), 1);
        store.change_account(&operator(), Change::Enable, out[0].id, out[0].revision).unwrap();
    }
}

pub fn a_name_that_many_want_at_once_is_one_accounts(stores: &(impl Stores + Sync)) {
    let store = opened(stores);
    for round in 0..ROUNDS {
        let wanted = new(&format!("alice{round}"), &[]);
        let outcomes = all_at_once(stores, 4, |_, store| store.add_account(&operator(), &wanted));
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(StoreError::Conflict(_)))));
    }
    drop(store);
}

pub fn a_name_that_is_wanted_at_once_by_a_rename_and_others_is_one_accounts(stores: &(impl Stores + Sync)) {
    let mut store = opened(stores);
    let renamed = ["bob", "cora"].map(|username| added(&mut store, username, &[]));
    for round in 0..ROUNDS {
        let wanted = format!("alice{round}");
        let seen = renamed.each_ref().map(|account| get(&store, account.id));
        let outcomes = all_at_once(stores, 4, |number, store| match seen.get(number) {
            Some(account) => {
                let to = wanted.parse().unwrap();
                let rename = Rename { to, kept_for: SignedDuration::from_hours(1) };
                let edit = Edit { username: Some(rename), ..Edit::default() };
                store.edit_account(&operator(), account.id, account.revision, &edit)
            }
            // This is the former name of one that is being renamed.
            None if number == 2 => store.add_account(&operator(), &new(seen[0].username.as_str(), &[])).map(drop),
            None => store.add_account(&operator(), &new(&wanted, &[])).map(drop),
        });
        assert_eq!([0, 1, 3].iter().filter(|number| outcomes[**number].is_ok()).count(), 1);
        assert!(matches!(outcomes[2], Err(StoreError::Conflict(_))), "{:?}", outcomes[2]);
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(()) | Err(StoreError::Conflict(_)))));
    }
}

pub fn of_many_who_change_an_account_as_they_saw_it_one_does(stores: &(impl Stores + Sync)) {
    let mut store = opened(stores);
    let alice = settled(&mut store, "alice", &[]).id;
    for round in 0..ROUNDS {
        let seen = get(&store, alice).revision;
        let change = if round % 2 == 0 { Change::Disable } else { Change::Enable };
        let outcomes = all_at_once(stores, 4, |_, store| {
            is_done(&store.change_account(&operator(), change, alice, seen).map(drop))
        });
        assert_eq!(outcomes.iter().filter(|done| **done).count(), 1);
    }
}

pub fn no_more_guesses_are_let_through_at_once_than_may_fail(stores: &(impl Stores + Sync)) {
    let mut store = opened(stores);
    let alice = settled(&mut store, "alice", &[]);
    let throttle = Throttle { after: 100, lock_after: 12 };
    let let_through = all_at_once(stores, 8, |_, store| {
        let begun = (0..4).map(|_| store.begin_try(Some(&Target::from(&alice)), throttle).unwrap());
        begun.flatten().map(|begun| begun.0).collect::<Vec<_>>()
    });
    let mut numbers = let_through.concat();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 12, "each has a number of its own");
    assert_eq!(when(1, || store.begin_try(Some(&Target::from(&alice)), throttle)).unwrap(), None);
}

pub fn successes_at_once_are_each_taken_off_once(stores: &(impl Stores + Sync)) {
    let mut store = opened(stores);
    let alice = settled(&mut store, "alice", &[]);
    let (proved, throttle) = (proof(&store, &alice), Throttle { after: 5, lock_after: 100 });
    let occasion = Occasion::OneCommand;
    all_at_once(stores, 8, |_, store| {
        let begun = store.begin_try(Some(&Target::from(&alice)), throttle).unwrap().unwrap();
        store.pass_try(&PassedTry { account: alice.id, begun, proved, renewed: None, occasion, pam: None }).unwrap();
    });
    when(60, || store.begin_try(Some(&Target::from(&alice)), throttle)).unwrap();
    let now = get(&store, alice.id);
    assert_eq!(now, Account { last_sign_in_at: now.last_sign_in_at, ..alice }, "none is left to be given up");
}

pub fn events_written_at_once_are_one_chain(stores: &(impl Stores + Sync)) {
    let store = opened(stores);
    let before = store.events(&EventFilter::default(), None, 1_000).unwrap().len();
    all_at_once(stores, 8, |number, store| {
        for _ in 0..ROUNDS {
            let entry = Entry::done(&operator(), "profile", None, Detail::default().with(DetailKey::Count, number));
            // No writer must give way forever, but it may have to for a while.
            let mut tries = (0..PATIENCE).map(|_| store.record(&entry));
            tries.find(|tried| !matches!(tried, Err(StoreError::Busy))).unwrap().unwrap();
        }
    });
    let events = store.events(&EventFilter::default(), None, 1_000).unwrap();
    assert_eq!(events.len(), before + 8 * usize::try_from(ROUNDS).unwrap());
    let mut last = Head::START;
    for event in &events {
        assert_eq!(event.fault(last), None);
        last = event.head();
    }
    assert_ne!(last, Head::START);
}
