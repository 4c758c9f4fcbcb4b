//! Limits on guessing: tries are counted before they are checked, have to wait, and lead to a lock.

use super::{
    HOUR, added, at, get, hash, hash_of, list, new, new_sign_in, operator, proof, said_at, settled, temporary, when,
    words,
};
use crate::domain::account::{Account, AccountId, State};
use crate::domain::actor::Actor;
use crate::domain::audit::Reason;
use crate::domain::authority::Refusal;
use crate::domain::change::Change;
use crate::domain::credential::PasswordRevision;
use crate::domain::delivery::made_up::delivered;
use crate::domain::hash::StoredHash;
use crate::domain::role::Role;
use crate::domain::target::Target;
use crate::domain::throttle::{Throttle, Tries, TriesNow, TryId};
use crate::store::{
    EventFilter, FailedTry, Filter, NewAccount, NewTemporary, Occasion, PassedTry, Result, Sort, Store, StoreError,
};

pub const THROTTLE: Throttle = Throttle { after: 5, lock_after: 100 };
/// Longer than the longest wait between two tries.
const LONG: i64 = 1_000;

fn begins(store: &mut Store, account: &Account, second: i64) -> Option<TryId> {
    when(second, || store.begin_try(Some(&Target::from(account)), THROTTLE)).unwrap()
}

fn fails(store: &mut Store, account: &Account, begun: TryId, second: i64) {
    let tried = FailedTry {
        account: Some(account.id),
        begun: Some(begun),
        why: Reason::WrongPassword,
        typed_by: "bob",
        pam: None,
    };
    when(second, || store.fail_try(&tried, THROTTLE)).unwrap();
}

/// Makes this many tries that are checked and fail, each after the longest wait.
fn failures(store: &mut Store, account: &Account, count: i64) {
    for number in 0..count {
        let begun = begins(store, account, number * LONG).expect("it is to be let through");
        fails(store, account, begun, number * LONG);
    }
}

fn passes(store: &mut Store, account: &Account, proved: PasswordRevision, second: i64) -> Result<Account> {
    succeeds(store, account, proved, Occasion::OneCommand, second)
}

/// Makes a try that succeeds.
fn succeeds(
    store: &mut Store,
    account: &Account,
    proved: PasswordRevision,
    occasion: Occasion,
    second: i64,
) -> Result<Account> {
    let begun = begins(store, account, second).expect("it is to be let through");
    when(second, || {
        store.pass_try(&PassedTry { account: account.id, begun, proved, renewed: None, occasion, pam: None })
    })
}

fn renews(store: &mut Store, account: &Account, proved: PasswordRevision, hash: &StoredHash) -> Result<Account> {
    let begun = begins(store, account, 0).expect("it is to be let through");
    let passed = PassedTry {
        account: account.id,
        begun,
        proved,
        renewed: Some(hash),
        occasion: Occasion::OneCommand,
        pam: None,
    };
    store.pass_try(&passed)
}

/// The details of the events after the first `before`.
fn said_since(store: &Store, before: usize) -> Vec<String> {
    let events = store.events(&EventFilter::default(), None, 100).unwrap();
    events[before..].iter().map(|event| format!("{} {}: {}", event.action, event.outcome, words(event))).collect()
}

fn recorded(store: &Store) -> usize {
    store.events(&EventFilter::default(), None, 100).unwrap().len()
}

pub fn a_name_that_is_nobodys_is_not_looked_up(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    store.change_account(&operator(), Change::Disable, alice.id, alice.revision).unwrap();
    for target in [Some("nobody".parse().unwrap()), Some("no@body".parse().unwrap()), Some(Target::from(&alice)), None]
    {
        assert_eq!(store.begin_try(target.as_ref(), THROTTLE).unwrap(), None);
    }
}

pub fn a_try_counts_on_its_account_by_whatever_name(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    for (failed, name) in [(1, "alice"), (2, "ALICE@example.org")] {
        let begun = store.begin_try(Some(&name.parse().unwrap()), THROTTLE).unwrap().unwrap();
        fails(store, &alice, begun, 0);
        assert_eq!(get(store, alice.id).tries.failed, failed, "{name}");
    }
}

pub fn a_try_is_counted_before_it_is_looked_at(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    for second in 0..20 {
        assert!(begins(store, &alice, second).is_some(), "{second}");
    }
    assert_eq!(begins(store, &alice, 20), None, "none has come to its end");
}

pub fn after_five_failures_the_next_try_waits(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    for _ in 0..5 {
        let begun = begins(store, &alice, 0).unwrap();
        fails(store, &alice, begun, 0);
    }
    assert_eq!(begins(store, &alice, 1), None);
    assert!(begins(store, &alice, 2).is_some());
}

pub fn after_a_hundred_failures_an_account_is_locked(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    failures(store, &alice, 99);
    assert_eq!(get(store, alice.id).locked_at, None);
    let begun = begins(store, &alice, 99 * LONG).unwrap();
    fails(store, &alice, begun, 99 * LONG);
    assert_eq!(get(store, alice.id).locked_at, Some(at(99 * LONG)));
    assert_eq!(begins(store, &alice, 1_000 * LONG), None);
}

pub fn a_success_forgets_the_failures(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    failures(store, &alice, 20);
    let proved = proof(store, &alice);
    passes(store, &alice, proved, 20 * LONG).unwrap();
    let last_sign_in_at = Some(at(20 * LONG));
    assert_eq!(get(store, alice.id), Account { untold_failures: 20, last_sign_in_at, ..alice });
}

pub fn a_reset_and_an_unlock_forget_the_failures_and_unlock(store: &mut Store) {
    for (username, reset) in [("alice", true), ("bob", false)] {
        let alice = settled(store, username, &[]);
        failures(store, &alice, 100);
        let locked = get(store, alice.id);
        if reset {
            store.reset_password(&operator(), alice.id, locked.revision, &temporary("second")).unwrap();
        } else {
            store.change_account(&operator(), Change::Unlock, alice.id, locked.revision).unwrap();
        }
        let unlocked = get(store, alice.id);
        assert_eq!((unlocked.tries, unlocked.locked_at), (Tries::default(), None), "reset: {reset}");
        let proved = proof(store, &alice);
        passes(store, &alice, proved, 0).unwrap();
    }
}

pub fn a_new_temporary_password_lives_whatever_has_expired_and_was_killed_before(store: &mut Store) {
    for (username, recovers) in [("alice", false), ("bob", true)] {
        let account = added(store, username, &[Role::GlobalAdmin]);
        begins(store, &account, 1).expect("it is to be let through");
        let new = NewTemporary { hash: delivered(hash("second")), until: at(26 * HOUR) };
        if recovers {
            when(25 * HOUR, || store.recover(&operator(), account.id, account.revision, &new)).unwrap();
        } else {
            when(25 * HOUR, || store.reset_password(&operator(), account.id, account.revision, &new)).unwrap();
        }
        let account = get(store, account.id);
        assert_eq!(
            (account.temporary_until, account.temporary_has_expired(at(25 * HOUR))),
            (Some(new.until), false),
            "{username}"
        );
    }
}

pub fn a_locked_account_is_listed_as_locked(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    failures(store, &alice, 100);
    for state in State::ALL {
        let filter = Filter { state: Some(state), ..Filter::default() };
        let listed = list(store, &filter, Sort::Id, false, 10);
        assert_eq!(!listed.is_empty(), state == State::Locked, "{state:?}");
    }
}

pub fn what_was_killed_before_a_reset_or_an_unlock_is_recorded_and_told(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    for (reset, second, done) in
        [(true, 0, "reset done: expires 2023-11-15 22:13 UTC"), (false, 120, "unlock done: failed before: 1")]
    {
        begins(store, &alice, second).unwrap();
        let (seen, before) = (get(store, alice.id), recorded(store));
        let under_way = begins(store, &alice, second + 59).unwrap();
        if reset {
            when(second + 60, || store.reset_password(&operator(), alice.id, seen.revision, &temporary("second")))
                .unwrap();
        } else {
            when(second + 60, || store.change_account(&operator(), Change::Unlock, alice.id, seen.revision)).unwrap();
        }
        let killed = format!("sign-in refused: not finished; tries: 1; begun at {}", said_at(second));
        // The second one of its kind within the hour is only counted.
        let said = if reset { vec![&*killed, done] } else { vec![done] };
        assert_eq!(said_since(store, before), said);
        let stands = get(store, alice.id);
        assert_eq!((stands.tries, stands.untold_failures), (Tries::default(), seen.untold_failures + 1));
        fails(store, &alice, under_way, second + 61);
        assert_eq!(get(store, alice.id), stands, "one that was under way has been ended");
    }
}

/// The changes that replace a password or forgive failures. Each of them ends the unfinished tries.
fn what_ends_tries() -> [(&'static str, Deed); 4] {
    [
        ("unlock", |store, by, id| store.change_account(by, Change::Unlock, id, get(store, id).revision).map(drop)),
        ("reset", |store, by, id| store.reset_password(by, id, get(store, id).revision, &temporary("second"))),
        ("recover", |store, by, id| store.recover(by, id, get(store, id).revision, &temporary("third"))),
        ("own change", |store, _, id| {
            let proved = proof(store, &get(store, id));
            store.replace_password(id, proved, &hash("own"), None).map(drop)
        }),
    ]
}

type Deed = fn(&mut Store, &Actor, AccountId) -> Result<()>;

pub fn a_replaced_password_and_an_unlock_end_all_tries_under_way(store: &mut Store) {
    let admin = settled(store, "admin", &[Role::GlobalAdmin]);
    settled(store, "other", &[Role::GlobalAdmin]);
    for (at_hour, (name, deed)) in what_ends_tries().into_iter().enumerate() {
        let now = i64::try_from(at_hour + 1).unwrap() * HOUR;
        let under_way: Vec<_> = (0..20).map(|_| begins(store, &admin, now).unwrap()).collect();
        assert_eq!(begins(store, &admin, now), None, "{name}: no more are let through at once");
        assert_eq!(when(now, || store.tries(&get(store, admin.id))).unwrap().under_way, 20);
        when(now, || deed(store, &operator(), admin.id)).unwrap();
        let stands = get(store, admin.id);
        let none = TriesNow { tries: Tries::default(), under_way: 0 };
        for second in [0, 30, 90] {
            assert_eq!(when(now + second, || store.tries(&stands)).unwrap(), none, "{name}");
        }
        for begun in under_way {
            fails(store, &admin, begun, now + 1);
        }
        assert_eq!(get(store, admin.id), stands, "{name}: what was ended is not counted when it fails");
        let proved = proof(store, &admin);
        let passed = passes(store, &admin, proved, now + 90).unwrap();
        assert_eq!(passed.untold_failures, stands.untold_failures, "{name}: nor does it fail a minute later");
    }
}

pub fn tries_stand_as_the_next_one_will_find_them(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    for second in [0, 5, 50] {
        begins(store, &alice, second).unwrap();
    }
    let standing = when(65, || store.tries(&alice)).unwrap();
    assert_eq!(standing, TriesNow { tries: Tries { failed: 2, last_at: Some(at(5)) }, under_way: 1 });
    begins(store, &alice, 65).unwrap();
    assert_eq!(get(store, alice.id).tries, standing.tries);
}

pub fn the_last_admin_is_never_locked(store: &mut Store) {
    let first = added(store, "first", &[Role::GlobalAdmin]);
    failures(store, &first, 50);
    assert_eq!(get(store, first.id).locked_at, None, "nobody else has any way in");
    let admin = settled(store, "admin", &[Role::GlobalAdmin]);
    failures(store, &admin, 150);
    let stands = get(store, admin.id);
    assert_eq!((stands.locked_at, stands.tries.failed), (None, 150));
    assert_eq!(begins(store, &admin, 149 * LONG + 899), None, "and waits as long as anybody");
}

pub fn a_locked_admin_is_not_counted_on(store: &mut Store) {
    let ada = settled(store, "ada", &[Role::GlobalAdmin]);
    let ben = settled(store, "ben", &[Role::GlobalAdmin]);
    failures(store, &ada, 100);
    assert!(get(store, ada.id).locked_at.is_some());
    assert!(store.is_last_admin(ben.id).unwrap());
    let disabled = store.change_account(&operator(), Change::Disable, ben.id, ben.revision);
    assert!(matches!(disabled, Err(StoreError::Refused(Refusal::LastAdmin { .. }))));
    assert_eq!(get(store, ben.id), ben);
    failures(store, &ben, 100);
    assert_eq!(get(store, ben.id).locked_at, None);
}

pub fn a_new_hash_of_the_same_password_takes_the_place_of_the_old_one(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let proved = proof(store, &alice);
    renews(store, &alice, proved, &hash("renewed")).unwrap();
    assert_eq!(hash_of(store, &alice), "$argon2id$renewed");
    let now = get(store, alice.id);
    assert_eq!(now, Account { last_sign_in_at: now.last_sign_in_at, ..alice.clone() }, "nothing else is different");
    store.reset_password(&operator(), alice.id, alice.revision, &temporary("second")).unwrap();
    let late = renews(store, &alice, proved, &hash("late"));
    assert!(matches!(late, Err(StoreError::Conflict(_))));
    assert_eq!(hash_of(store, &alice), "$argon2id$second");
}

pub fn a_password_is_proved_whatever_has_become_of_its_hash(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let proved = proof(store, &alice);
    for renewed in ["first", "second"] {
        renews(store, &alice, proved, &hash(renewed)).unwrap();
    }
    store.begin_sign_in(alice.id, proved, &new_sign_in(1)).unwrap();
    when(1, || store.replace_password(alice.id, proved, &hash("new"), None)).unwrap();
}

pub fn a_success_is_recorded_with_the_failures_before_it(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let proved = proof(store, &alice);
    for (failed, said) in [(0, "sign-in done: for one command"), (3, "sign-in done: for one command; failed before: 3")]
    {
        failures(store, &alice, failed);
        let before = recorded(store);
        passes(store, &alice, proved, 3 * LONG).unwrap();
        assert_eq!(said_since(store, before), [said]);
    }
}

pub fn a_success_begins_the_sign_in_that_it_is_for(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let proved = proof(store, &alice);
    succeeds(store, &alice, proved, Occasion::SignIn(new_sign_in(1)), 0).unwrap();
    assert!(when(HOUR - 1, || store.sign_in(new_sign_in(1).digest)).unwrap().is_some());
    store.change_account(&operator(), Change::RequireChange, alice.id, get(store, alice.id).revision).unwrap();
    succeeds(store, &alice, proved, Occasion::SignIn(new_sign_in(2)), 0).unwrap();
    assert!(store.sign_in(new_sign_in(2).digest).unwrap().is_none(), "a new password comes first");
}

pub fn whoever_is_locked_meanwhile_is_not_let_in(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let proved = proof(store, &alice);
    failures(store, &alice, 99);
    let begun = begins(store, &alice, 99 * LONG).unwrap();
    // The try takes so long that it counts as failed when another one begins.
    let other = begins(store, &alice, 99 * LONG + 60);
    let locked = get(store, alice.id);
    assert_eq!((other, locked.tries.failed, locked.locked_at), (None, 100, Some(at(99 * LONG + 60))));
    let passed =
        PassedTry { account: alice.id, begun, proved, renewed: None, occasion: Occasion::OneCommand, pam: None };
    assert!(matches!(when(99 * LONG + 61, || store.pass_try(&passed)), Err(StoreError::Conflict(_))));
    assert_eq!(get(store, alice.id), locked);
}

pub fn failures_are_told_once(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let proved = proof(store, &alice);
    failures(store, &alice, 2);
    passes(store, &alice, proved, 3 * LONG).unwrap();
    assert_eq!(get(store, alice.id).untold_failures, 2, "a success by itself tells nobody");
    let begun = begins(store, &alice, 3 * LONG).unwrap();
    fails(store, &alice, begun, 3 * LONG);
    store.note_told(alice.id, 2).unwrap();
    assert_eq!(get(store, alice.id).untold_failures, 1, "another one has failed since they were told");
}

pub fn a_success_takes_no_other_try_off(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let proved = proof(store, &alice);
    let killed: Vec<_> = (0..3).map(|second| begins(store, &alice, second)).collect();
    assert!(killed.iter().all(Option::is_some));
    for second in 3..59 {
        assert_eq!(passes(store, &alice, proved, second).unwrap().tries, Tries::default(), "{second}");
    }
    let before = recorded(store);
    begins(store, &alice, 62).unwrap();
    assert_eq!(
        said_since(store, before),
        [
            "sign-in refused: not finished; tries: 3; begun at 2023-11-14 22:13 UTC; the last begun at 2023-11-14 22:13 UTC"
        ]
    );
    assert_eq!(get(store, alice.id).tries, Tries { failed: 3, last_at: Some(at(2)) });
}

pub fn a_try_that_is_not_brought_to_its_end_in_a_minute_has_failed_and_is_told(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let proved = proof(store, &alice);
    let begun = begins(store, &alice, 0).unwrap();
    assert_eq!(passes(store, &alice, proved, 59).unwrap().untold_failures, 0);
    let before = recorded(store);
    let untold = passes(store, &alice, proved, 60).unwrap().untold_failures;
    assert_eq!(untold, 1);
    let said = [
        "sign-in refused: not finished; tries: 1; begun at 2023-11-14 22:13 UTC",
        "sign-in done: for one command; failed before: 1",
    ];
    assert_eq!(said_since(store, before), said);
    fails(store, &alice, begun, 61);
    assert_eq!(get(store, alice.id).tries, Tries::default(), "it is not counted twice");
}

pub fn a_try_that_is_given_up_is_told_once_with_those_that_failed_before(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let proved = proof(store, &alice);
    let begun = begins(store, &alice, 0).unwrap();
    fails(store, &alice, begun, 0);
    begins(store, &alice, 1).unwrap();
    assert_eq!(passes(store, &alice, proved, 61).unwrap().untold_failures, 2);
}

pub fn a_success_is_recorded_with_its_occasion(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let proved = proof(store, &alice);
    for (occasion, flagged, said) in [
        (Occasion::SignIn(new_sign_in(1)), false, "sign-in done: expires 2023-11-14 23:13 UTC"),
        (Occasion::OneCommand, false, "sign-in done: for one command"),
        (Occasion::PasswordChange, false, "sign-in done: for password change"),
        (Occasion::Verify, false, "verify done: "),
        (Occasion::VerifyThenChange, false, "verify done: "),
        (Occasion::SignIn(new_sign_in(2)), true, "sign-in done: for new password"),
        (Occasion::Verify, true, "verify refused: a new password must be chosen first"),
        (Occasion::VerifyThenChange, true, "verify done: for new password"),
    ] {
        let seen = get(store, alice.id);
        if flagged && !seen.must_change {
            store.change_account(&operator(), Change::RequireChange, alice.id, seen.revision).unwrap();
        }
        let before = recorded(store);
        let now = succeeds(store, &alice, proved, occasion, 0).unwrap();
        assert_eq!(now.must_change, flagged, "it is what it is by then");
        assert_eq!(said_since(store, before), [said], "{occasion:?}");
    }
}

pub fn a_temporary_password_that_has_expired_is_not_revived_by_a_clock_set_back(store: &mut Store) {
    let alice = added(store, "alice", &[]);
    assert_eq!(alice.state(at(1)), State::MustChange);
    let bob = settled(store, "bob", &[]);
    when(24 * HOUR, || store.change_account(&operator(), Change::Disable, bob.id, bob.revision)).unwrap();
    assert_eq!(get(store, alice.id).state(at(1)), State::TemporaryExpired);
    let expired = Filter { state: Some(State::TemporaryExpired), ..Filter::default() };
    assert_eq!(when(1, || store.count(&expired)).unwrap(), 1);
    let flagged = Filter { state: Some(State::MustChange), ..Filter::default() };
    assert_eq!(list(store, &flagged, Sort::Id, false, 10), []);
}

pub fn a_temporary_password_that_lapses_with_a_failure_of_its_own_is_not_revived_by_a_clock_set_back(
    store: &mut Store,
) {
    let alice = added(store, "alice", &[]);
    let begun = begins(store, &alice, 24 * HOUR).expect("it is to be let through");
    fails(store, &alice, begun, 24 * HOUR);
    assert_eq!(get(store, alice.id).state(at(1)), State::TemporaryExpired);
}

pub fn a_clock_that_was_ahead_before_a_reset_does_not_end_the_new_password(store: &mut Store) {
    let far = NewTemporary { until: at(2_000_000 * HOUR), ..temporary("first") };
    let new = NewAccount { temporary: far, ..new("alice", &[]) };
    let alice = when(1_000_000 * HOUR, || store.add_account(&operator(), &new)).unwrap();
    let seen = get(store, alice).revision;
    store.reset_password(&operator(), alice, seen, &temporary("second")).unwrap();
    assert_eq!(get(store, alice).state(at(1)), State::MustChange);
}
