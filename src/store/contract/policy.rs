//! What the policy decides, and whom it shuts out.

use zeroize::Zeroizing;

use super::{SetClock, acting, added, all_is_refused, get, operator, settled, temporary, words};
use crate::domain::actor::Actor;
use crate::domain::authority::Refusal;
use crate::domain::blocklist::{BLOCK_BYTES, Place};
use crate::domain::clock::Clock as _;
use crate::domain::digest::FileDigest;
use crate::domain::hash::{Cost, Scheme};
use crate::domain::policy::{Policy, Setting};
use crate::domain::role::Role;
use crate::domain::secret::TypedPassword;
use crate::store::engine::Writing;
use crate::store::operations::Whom;
use crate::store::tx::Tx;
use crate::store::{EventFilter, Result, Store, StoreError};

fn decide(store: &mut Store, by: &Actor, setting: Setting, value: &str) -> Result<String> {
    store.set_policy(by, &Policy::default(), setting, value)
}

pub fn what_has_not_been_decided_is_as_it_is_otherwise(store: &mut Store) {
    let otherwise = Policy { min_length: 33, ..Policy::default() };
    assert_eq!(store.policy(&otherwise).unwrap(), otherwise);
}

pub fn what_has_been_decided_holds_and_is_recorded(store: &mut Store) {
    for (setting, value) in
        Setting::ALL.into_iter().zip(["20", "8h", "1h", "90d", "0", "3", "50", "m=65536,t=3,p=1", "on", "none"])
    {
        let was = decide(store, &operator(), setting, value).unwrap();
        assert_eq!(was, Policy::default().value(setting));
        assert_eq!(store.policy(&Policy::default()).unwrap().value(setting), value);
        let events = store.events(&EventFilter::default(), None, 100).unwrap();
        let last = events.last().unwrap();
        assert_eq!(
            (&*last.action, words(last)),
            ("set-policy", format!("setting: {}; now {value}; was {was}", setting.name()))
        );
    }
    let decided = Cost { memory_kib: 65_536, passes: 3, lanes: 1 };
    assert!(store.policy(&Policy::default()).unwrap().schemes.contains(&Scheme::own(decided)));
    assert_eq!(store.meet(&Policy::default()).unwrap(), store.policy(&Policy::default()).unwrap());
}

pub fn a_store_has_a_name_and_one_that_passdesk_never_gives_is_damage(store: &mut Store) {
    let name = store.name().unwrap();
    for other in [&name[1..], &format!("../{}", &name[3..]), &name.to_uppercase().replace(char::is_numeric, "A")] {
        store.change(Writing::Few, &operator(), "test", &Whom::Nobody, |tx| tx.set("store_name", other)).unwrap();
        assert!(matches!(store.name(), Err(StoreError::Unusable { .. })), "{other}");
    }
    store.change(Writing::Few, &operator(), "test", &Whom::Nobody, |tx| tx.set("store_name", &name)).unwrap();
    assert_eq!(store.name().unwrap(), name);
}

pub fn only_a_global_admin_or_an_operator_decides(store: &mut Store) {
    let dan = settled(store, "dan", &[Role::UserAdmin, Role::Helpdesk, Role::Auditor]);
    let by = acting(store, &dan);
    let decided = decide(store, &by, Setting::MinLength, "20");
    assert!(matches!(decided, Err(StoreError::Refused(Refusal::NotAllowed { .. }))));
    assert_eq!(store.policy(&Policy::default()).unwrap(), Policy::default());
    let ada = settled(store, "ada", &[Role::GlobalAdmin]);
    let by = acting(store, &ada);
    decide(store, &by, Setting::MinLength, "20").unwrap();
}

pub fn operators_are_shut_out_only_where_an_admin_can_be_counted_on(store: &mut Store) {
    added(store, "new", &[Role::GlobalAdmin]);
    let shut = decide(store, &operator(), Setting::OperatorAccess, "off");
    assert!(matches!(shut, Err(StoreError::Refused(Refusal::NoAdmin))));
    let last = store.events(&EventFilter::default(), None, 100).unwrap().pop().unwrap();
    assert_eq!((&*last.action, &*last.outcome), ("set-policy", "refused"));
    assert!(store.policy(&Policy::default()).unwrap().operator_access);
    settled(store, "ada", &[Role::GlobalAdmin]);
    decide(store, &operator(), Setting::OperatorAccess, "off").unwrap();
    assert!(!store.policy(&Policy::default()).unwrap().operator_access);
}

pub fn an_operator_who_is_shut_out_is_refused_every_change_but_a_recovery(store: &mut Store) {
    let ada = settled(store, "ada", &[Role::GlobalAdmin]);
    let alice = settled(store, "alice", &[]);
    decide(store, &operator(), Setting::OperatorAccess, "off").unwrap();
    all_is_refused(store, &operator(), &alice, |why| matches!(why, Refusal::OperatorAccessOff));
    let opened = decide(store, &operator(), Setting::OperatorAccess, "on");
    assert!(matches!(opened, Err(StoreError::Refused(Refusal::OperatorAccessOff))));
    assert_eq!(get(store, alice.id), alice);
    store.recover(&operator(), ada.id, ada.revision, &temporary("second")).unwrap();
}

/// Sets a blocklist of one word.
pub fn block(store: &mut Store, word: &str) -> Result<String> {
    let mut filter = [0; BLOCK_BYTES];
    Place::of(word, &store.name().unwrap(), 1).mark(&mut filter);
    store.set_blocklist(&operator(), &Policy::default(), 1, FileDigest::of(word.as_bytes()), &mut &filter[..])
}

fn blocks(store: &Store, text: &str) -> bool {
    store.is_blocked(&TypedPassword::new(Zeroizing::new(text.into()))).unwrap()
}

pub fn a_blocklist_is_asked_until_it_is_taken_out(store: &mut Store) {
    assert!(!blocks(store, "dragon"));
    assert_eq!(block(store, "dragon").unwrap(), "none");
    assert_eq!(store.policy(&Policy::default()).unwrap().blocklist.unwrap().set_at, SetClock.now());
    assert!(blocks(store, "Dragon2026!") && !blocks(store, "dragoness"));
    let was = block(store, "unicorn").unwrap();
    assert!(was.starts_with("entries=1,"), "{was}");
    assert!(blocks(store, "unicorn") && !blocks(store, "dragon"), "another one takes its place");
    decide(store, &operator(), Setting::Blocklist, "none").unwrap();
    assert!(!blocks(store, "unicorn"));
}

pub fn a_blocklist_that_ends_too_early_leaves_the_one_before(store: &mut Store) {
    block(store, "dragon").unwrap();
    let before = store.policy(&Policy::default()).unwrap();
    let short = &mut &[0; BLOCK_BYTES + 1][..];
    store.set_blocklist(&operator(), &Policy::default(), 1_025, FileDigest::of(b""), short).unwrap_err();
    assert_eq!(store.policy(&Policy::default()).unwrap(), before);
    assert!(blocks(store, "dragon"));
}

pub fn a_block_that_is_not_as_it_was_written_is_damage(store: &mut Store) {
    block(store, "dragon").unwrap();
    let look = |tx: &mut Tx<'_>| tx.block(0);
    let whole = store.change(Writing::Few, &operator(), "test", &Whom::Nobody, look).unwrap().unwrap();
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    for (bits, is_damage) in [(flipped, true), (whole, false)] {
        let put = |tx: &mut Tx<'_>| tx.delete_blocks().and_then(|()| tx.insert_block(0, &bits));
        store.change(Writing::Few, &operator(), "test", &Whom::Nobody, put).unwrap();
        let asked = store.is_blocked(&TypedPassword::new(Zeroizing::new("dragon".into())));
        assert_eq!(matches!(asked, Err(StoreError::Unusable { .. })), is_damage);
    }
}
