//! Accounts that end by themselves, and accounts that nobody uses.

use jiff::SignedDuration;

use super::imports::{import, newcomer, refuses};
use super::tries::THROTTLE;
use super::{
    HOUR, acting, added, at, get, hash, list, new_sign_in, operator, proof, settled, signed_in, temporary, token_of,
    when, words,
};
use crate::domain::account::{Account, State};
use crate::domain::authority::Refusal;
use crate::domain::change::Change;
use crate::domain::clock::Timestamp;
use crate::domain::public_key::PublicKey;
use crate::domain::public_key::made_up::AGE;
use crate::domain::role::Role;
use crate::domain::target::Target;
use crate::store::{Edit, EventFilter, Filter, Newcomer, Occasion, PassedTry, SeenEdit, Sort, Store, StoreError};

/// Lets an account end an hour from now.
fn end_in_an_hour(store: &mut Store, account: &Account) -> Account {
    let edit = Edit { expires_at: Some(Some(at(HOUR))), ..Edit::default() };
    store.edit_account(&operator(), account.id, account.revision, &edit).unwrap();
    get(store, account.id)
}

/// The owner of an account gives its password.
fn let_in(store: &mut Store, account: &Account, occasion: Occasion) {
    let begun = store.begin_try(Some(&Target::from(account)), THROTTLE).unwrap().unwrap();
    let proved = proof(store, account);
    store.pass_try(&PassedTry { account: account.id, begun, proved, renewed: None, occasion, pam: None }).unwrap();
}

pub fn an_account_ends_by_itself(store: &mut Store) {
    let alice = settled(store, "alice", &[Role::Helpdesk]);
    let (known, by) = (proof(store, &alice), acting(store, &alice));
    let (sign_in, token) = (signed_in(store, &alice, 1), token_of(store, &alice, "nightly", 2, &[]));
    let alice = end_in_an_hour(store, &alice);
    let begins = |store: &mut Store| store.begin_try(Some(&Target::from(&alice)), THROTTLE).unwrap();
    when(HOUR - 1, || {
        assert!(begins(store).is_some());
        assert!(store.sign_in(sign_in).unwrap().is_some());
    });
    when(HOUR, || {
        let alice = get(store, alice.id);
        assert_eq!(alice.state(at(HOUR)), State::Expired);
        assert_eq!(begins(store), None);
        for digest in [sign_in, token] {
            assert!(store.sign_in(digest).unwrap().is_none());
        }
        let replaced = store.replace_password(alice.id, known, &hash("late"), None);
        assert!(matches!(replaced, Err(StoreError::Conflict(_))));
        assert_eq!(get(store, alice.id), alice);
        let bob = settled(store, "bob", &[]);
        let unlocked = store.change_account(&by, Change::Unlock, bob.id, bob.revision);
        assert!(matches!(unlocked, Err(StoreError::Refused(Refusal::NotAllowed { .. }))));
    });
}

pub fn the_first_admin_has_no_end_before_they_have_signed_in(store: &mut Store) {
    let ada = added(store, "ada", &[Role::GlobalAdmin]);
    let edit = Edit { expires_at: Some(Some(at(HOUR))), ..Edit::default() };
    let ended = store.edit_account(&operator(), ada.id, ada.revision, &edit);
    assert!(matches!(ended, Err(StoreError::Refused(Refusal::LastAdmin { .. }))));
    assert_eq!(get(store, ada.id), ada);
}

pub fn an_account_that_is_given_more_time_signs_in_anew(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let digest = signed_in(store, &alice, 1);
    let alice = end_in_an_hour(store, &alice);
    let edit = Edit { expires_at: Some(None), ..Edit::default() };
    when(2 * HOUR, || {
        store.edit_account(&operator(), alice.id, alice.revision, &edit).unwrap();
        assert_eq!(get(store, alice.id).state(at(2 * HOUR)), State::Active);
        assert!(store.sign_in(digest).unwrap().is_none());
    });
}

/// The change of an end in an import.
fn in_an_import(account: &Account, expires_at: Option<Timestamp>) -> SeenEdit {
    let edit = Edit { expires_at: Some(expires_at), ..Edit::default() };
    SeenEdit { id: account.id, seen: account.revision, edit }
}

pub fn an_import_brings_ends_and_changes_them(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    let digest = signed_in(store, &alice, 1);
    let bob = Newcomer { expires_at: Some(at(HOUR)), ..newcomer("bob", &[]) };
    let edits = [in_an_import(&alice, Some(at(HOUR)))];
    let made = import(store, &operator(), &[bob], &edits).unwrap();
    let alice = get(store, alice.id);
    assert_eq!([alice.expires_at, get(store, made.ids[0]).expires_at], [Some(at(HOUR)); 2]);
    when(2 * HOUR, || {
        import(store, &operator(), &[], &[in_an_import(&alice, None)]).unwrap();
        assert_eq!(get(store, alice.id).state(at(2 * HOUR)), State::Active);
        // What had begun before the account ended does not go on.
        assert!(store.sign_in(digest).unwrap().is_none());
    });
}

pub fn an_import_lets_no_last_lasting_admin_end(store: &mut Store) {
    let ada = settled(store, "ada", &[Role::GlobalAdmin]);
    let edits = [in_an_import(&ada, Some(at(HOUR)))];
    let refusal = refuses(store, &operator(), &[], &edits);
    assert_eq!(refusal, Refusal::LastAdmin { username: ada.username });
    settled(store, "ben", &[Role::GlobalAdmin]);
    import(store, &operator(), &[], &edits).unwrap();
}

pub fn an_admin_who_ends_is_no_admin_to_count_on(store: &mut Store) {
    let ada = settled(store, "ada", &[Role::GlobalAdmin]);
    let edit = Edit { expires_at: Some(Some(at(HOUR))), ..Edit::default() };
    let ended = store.edit_account(&operator(), ada.id, ada.revision, &edit);
    assert!(matches!(ended, Err(StoreError::Refused(Refusal::LastAdmin { .. }))));
    assert_eq!(get(store, ada.id), ada);
    settled(store, "ben", &[Role::GlobalAdmin]);
    store.edit_account(&operator(), ada.id, ada.revision, &edit).unwrap();
}

pub fn a_recovered_admin_has_no_end_that_is_over(store: &mut Store) {
    let ada = settled(store, "ada", &[Role::GlobalAdmin]);
    settled(store, "ben", &[Role::GlobalAdmin]);
    let ada = end_in_an_hour(store, &ada);
    when(HOUR, || {
        store.recover(&operator(), ada.id, ada.revision, &temporary("second")).unwrap();
        let recovered = get(store, ada.id);
        assert_eq!((recovered.expires_at, recovered.state(at(HOUR))), (None, State::MustChange));
    });
    let ada = get(store, ada.id);
    let ada = end_in_an_hour(store, &ada);
    store.recover(&operator(), ada.id, ada.revision, &temporary("third")).unwrap();
    assert_eq!(get(store, ada.id).expires_at, Some(at(HOUR)), "an end to come stays");
}

pub fn a_key_does_not_outlast_a_promotion_out_of_reach(store: &mut Store) {
    let key: PublicKey = AGE[0].parse().unwrap();
    for (username, before, role, stays) in [
        ("a", vec![], Role::Helpdesk, true),
        ("b", vec![], Role::UserAdmin, false),
        ("c", vec![Role::Auditor], Role::GlobalAdmin, false),
        ("d", vec![], Role::Backup, false),
        ("e", vec![Role::UserAdmin], Role::GlobalAdmin, true),
    ] {
        let account = settled(store, username, &before);
        let edit = Edit { public_key: Some(Some(key.clone())), ..Edit::default() };
        store.edit_account(&operator(), account.id, account.revision, &edit).unwrap();
        let account = get(store, account.id);
        store.change_account(&operator(), Change::Grant(role), account.id, account.revision).unwrap();
        assert_eq!(get(store, account.id).public_key.is_some(), stays, "{username}");
        let newest = EventFilter { reverse: true, ..EventFilter::default() };
        let said = words(&store.events(&newest, None, 1).unwrap()[0]);
        assert_eq!(said.contains("public key: none"), !stays, "{said}");
    }
}

pub fn whoever_was_let_in_signed_in_last_then(store: &mut Store) {
    let alice = settled(store, "alice", &[]);
    for (occasion, second) in [(Occasion::OneCommand, 1), (Occasion::Verify, 2), (Occasion::SignIn(new_sign_in(3)), 3)]
    {
        when(second, || let_in(store, &alice, occasion));
        assert_eq!(get(store, alice.id).last_sign_in_at, Some(at(second)));
    }
    let alice = get(store, alice.id);
    store.change_account(&operator(), Change::RequireChange, alice.id, alice.revision).unwrap();
    when(4, || let_in(store, &alice, Occasion::Verify));
    assert_eq!(get(store, alice.id).last_sign_in_at, Some(at(3)), "who must choose a password first is not let in");
}

pub fn whom_nobody_has_seen_for_long_is_listed(store: &mut Store) {
    added(store, "never", &[]);
    settled(store, "long-ago", &[]);
    let lately = settled(store, "lately", &[]);
    when(2 * HOUR, || let_in(store, &lately, Occasion::OneCommand));
    let names = |filter: &Filter| -> Vec<String> {
        list(store, filter, Sort::Id, false, 10).iter().map(|account| account.username.to_string()).collect()
    };
    when(3 * HOUR, || {
        let inactive = Filter { inactive_for: Some(SignedDuration::from_hours(2)), ..Filter::default() };
        assert_eq!(names(&inactive), ["never", "long-ago"]);
        assert_eq!(store.count(&inactive).unwrap(), 2);
        let never = Filter { never_signed_in: true, ..Filter::default() };
        assert_eq!(names(&never), ["never"]);
        assert_eq!(store.count(&never).unwrap(), 1);
    });
}
