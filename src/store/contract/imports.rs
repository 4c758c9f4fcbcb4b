//! Imports: many accounts at once as one event, or nothing.

use super::{acting, added, at, get, list, operator, proof, settled, when, words};
use crate::domain::account::{Account, State};
use crate::domain::actor::{Actor, Proof};
use crate::domain::authority::Refusal;
use crate::domain::change::Change;
use crate::domain::digest::FileDigest;
use crate::domain::email::Email;
use crate::domain::hash::{Scheme, StoredHash};
use crate::domain::policy::Policy;
use crate::domain::public_key::PublicKey;
use crate::domain::public_key::made_up::AGE;
use crate::domain::role::{Role, Roles};
use crate::domain::target::Target;
use crate::store::{
    self, Edit, EventFilter, Filter, Import, Imported, Namesakes, Newcomer, SeenEdit, Sort, Store, StoreError,
};

pub fn newcomer(username: &str, roles: &[Role]) -> Newcomer {
    Newcomer {
        username: username.parse().unwrap(),
        display_name: format!("Name of {username}").parse().unwrap(),
        email: Some(format!("{username}@example.org").parse().unwrap()),
        roles: roles.iter().copied().collect(),
        public_key: None,
        expires_at: None,
        hash: None,
    }
}

/// This many newcomers, without roles.
pub fn newcomers(count: usize) -> Vec<Newcomer> {
    (0..count).map(|number| newcomer(&format!("u{number}"), &[])).collect()
}

fn edit(account: &Account, edit: Edit) -> SeenEdit {
    SeenEdit { id: account.id, seen: account.revision, edit }
}

fn renamed(account: &Account) -> SeenEdit {
    edit(account, Edit { display_name: Some("Another".parse().unwrap()), ..Edit::default() })
}

fn with_roles(account: &Account, roles: &[Role]) -> SeenEdit {
    edit(account, Edit { roles: Some(roles.iter().copied().collect()), ..Edit::default() })
}

pub fn import(store: &mut Store, by: &Actor, new: &[Newcomer], edits: &[SeenEdit]) -> store::Result<Imported> {
    store.import(by, Import { new, edits, skipped: 3, file: FileDigest::of(b"abc") }, &mut |_| true)
}

fn all(store: &Store) -> Vec<Account> {
    list(store, &Filter::default(), Sort::Id, false, 100)
}

#[track_caller]
pub fn refuses(store: &mut Store, by: &Actor, new: &[Newcomer], edits: &[SeenEdit]) -> Refusal {
    let before = all(store);
    let Err(StoreError::Refused(refusal)) = import(store, by, new, edits) else { panic!("it was not refused") };
    assert_eq!(all(store), before);
    refusal
}

pub fn an_import_makes_accounts_without_a_password(store: &mut Store) {
    let root = settled(store, "root", &[Role::GlobalAdmin]);
    let key: PublicKey = AGE[0].parse().unwrap();
    let new = Newcomer { public_key: Some(key.clone()), ..newcomer("alice", &[Role::GlobalAdmin]) };
    import(store, &operator(), &[new], &[]).unwrap();
    let (alice, credential) = store.credential(&"alice".parse().unwrap()).unwrap().unwrap();
    assert!(credential.is_none());
    assert_eq!((alice.state(at(0)), alice.must_change, alice.temporary_until), (State::MustChange, true, None));
    assert_eq!((&alice.last_reset, alice.created_at, alice.revision.0), (&None, at(0), 1));
    assert_eq!(alice.email.as_ref().map(Email::as_str), Some("alice@example.org"));
    assert_eq!(alice.public_key, Some(key));
    let found = Filter { search: Some("name of alice".into()), ..Filter::default() };
    assert_eq!(store.count(&found).unwrap(), 1);
    assert!(store.is_last_admin(root.id).unwrap(), "nobody counts on somebody who cannot sign in");
    let known = proof(store, &root);
    let replaced = when(1, || store.replace_password(alice.id, known, &super::hash("x"), None));
    assert!(matches!(replaced, Err(StoreError::Conflict(_))));
}

pub fn an_import_says_the_numbers_that_it_gave_in_its_order(store: &mut Store) {
    let root = settled(store, "root", &[Role::GlobalAdmin]);
    let gone = added(store, "gone", &[]);
    store.change_account(&operator(), Change::Remove, gone.id, gone.revision).unwrap();
    store.purge(&operator(), jiff::SignedDuration::ZERO).unwrap();
    let new = ["dora", "alice", "carol"].map(|username| newcomer(username, &[]));
    let imported = import(store, &operator(), &new, &[]).unwrap();
    let found = imported.ids.iter().map(|id| store.account(&Target::Id(*id)).unwrap().unwrap().username.to_string());
    assert_eq!(found.collect::<Vec<_>>(), ["dora", "alice", "carol"]);
    assert!(imported.ids.is_sorted() && imported.ids.iter().all(|id| id.0 > gone.id.0), "none is used again");
    assert_eq!(import(store, &operator(), &[], &[renamed(&root)]).unwrap().ids, []);
}

pub fn an_import_is_all_or_nothing(store: &mut Store) {
    let root = settled(store, "root", &[Role::GlobalAdmin]);
    let (before, events) = (all(store), store.events(&EventFilter::default(), None, 100).unwrap());
    let taken = [newcomer("alice", &[]), newcomer("root", &[])];
    let address = [newcomer("alice", &[]), Newcomer { email: root.email.clone(), ..newcomer("bob", &[]) }];
    let late = SeenEdit { seen: crate::domain::account::Revision(root.revision.0 + 1), ..renamed(&root) };
    for (new, edits) in
        [(taken.as_slice(), &[renamed(&root)][..]), (&address, &[]), (&[newcomer("alice", &[])], &[late])]
    {
        assert!(matches!(import(store, &operator(), new, edits), Err(StoreError::Conflict(_))));
        assert_eq!(all(store), before);
    }
    assert_eq!(store.events(&EventFilter::default(), None, 100).unwrap(), events);
}

pub fn an_import_that_is_stopped_changes_nothing(store: &mut Store) {
    let root = settled(store, "root", &[Role::GlobalAdmin]);
    let new = newcomers(2_500);
    let mut told = Vec::new();
    let wanted = Import { new: &new, edits: &[], skipped: 0, file: FileDigest::of(b"") };
    let stopped = store.import(&operator(), wanted, &mut |written| {
        told.push(written);
        told.len() < 2
    });
    assert!(matches!(stopped, Err(StoreError::Stopped)));
    assert_eq!(told, [1_000, 2_000]);
    assert_eq!(all(store), [root]);
}

pub fn an_import_is_one_event(store: &mut Store) {
    let root = settled(store, "root", &[Role::GlobalAdmin]);
    let before = store.events(&EventFilter::default(), None, 100).unwrap().len();
    let new = ["alice", "bob"].map(|username| newcomer(username, &[]));
    let ids = import(store, &operator(), &new, &[renamed(&root)]).unwrap().ids;
    let (first, last) = (ids[0], ids[1]);
    let events = store.events(&EventFilter::default(), None, 100).unwrap();
    assert_eq!(events.len(), before + 1);
    let event = events.last().unwrap();
    assert_eq!((event.action.as_str(), event.target.as_str(), event.target_id), ("import", "", None));
    assert_eq!((event.outcome.as_str(), event.actor.as_str()), ("done", "operator root (uid 0)"));
    // https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values: SHA-256 of "abc".
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let detail = format!("new: 2; first id: {first}; last id: {last}; updated: 1; skipped: 3; sha256: {sha256}");
    assert_eq!(words(event), detail);
}

pub fn an_imported_hash_is_the_password_of_its_owner(store: &mut Store) {
    settled(store, "root", &[Role::GlobalAdmin]);
    let bcrypt = "$2y$05$Wx6rZc6nvkzYOnALHub7beM9ziWkPSjPbyUeE2hwF/.0xNFgD3Qfm";
    let hash = Some(StoredHash::from_store(bcrypt.into()));
    let new = [newcomer("alice", &[]), Newcomer { hash, ..newcomer("bob", &[]) }, newcomer("carol", &[])];
    import(store, &operator(), &new, &[]).unwrap();
    let (bob, credential) = store.credential(&"bob".parse().unwrap()).unwrap().unwrap();
    assert_eq!(credential.unwrap().hash.as_str(), bcrypt);
    assert_eq!((bob.state(at(0)), bob.has_password, bob.password_changed_at), (State::Active, true, None));
    for username in ["alice", "carol"] {
        assert!(store.credential(&username.parse().unwrap()).unwrap().unwrap().1.is_none(), "{username}");
    }
    assert!(store.policy(&Policy::default()).unwrap().schemes.contains(&Scheme::Bcrypt { cost: 5 }));
    let events = store.events(&EventFilter::default(), None, 100).unwrap();
    assert!(words(events.last().unwrap()).contains("with their password: 1"));
}

pub fn an_import_that_would_make_sign_ins_slow_is_refused(store: &mut Store) {
    settled(store, "root", &[Role::GlobalAdmin]);
    let of = |cost: String, username: &str| {
        let hash = format!("$argon2id$v=19${cost}$c2FsdHNhbHRzYWx0c2FsdA$KSdKNRArWNdXImsbGEx03gQNKlhLfiJCwEoj/0aIRAk");
        Newcomer { hash: Some(StoredHash::from_store(hash)), ..newcomer(username, &[]) }
    };
    for number in 0..14 {
        let new = [of(format!("m={},t=1,p=1", 8_192 + number), &format!("u{number}"))];
        import(store, &operator(), &new, &[]).unwrap();
    }
    // With that of 'root' and with the policy's.
    let there = store.policy(&Policy::default()).unwrap().schemes.len();
    let more: Vec<_> =
        (0..17 - there).map(|number| of(format!("m={},t=2,p=1", 8_192 + number), &format!("v{number}"))).collect();
    let refusal = refuses(store, &operator(), &more, &[]);
    assert!(matches!(refusal, Refusal::Overload(_)), "{refusal}");
    import(store, &operator(), &more[1..], &[]).unwrap();
    let old = [of("m=8192,t=1,p=1".into(), "w1"), newcomer("w2", &[])];
    import(store, &operator(), &old, &[]).unwrap();
}

pub fn hashes_are_read_once_that_is_recorded(store: &mut Store) {
    let root = settled(store, "root", &[Role::GlobalAdmin]);
    import(store, &operator(), &[newcomer("alice", &[])], &[]).unwrap();
    let exported = store.export_hashes(&operator()).unwrap();
    let events = store.events(&EventFilter::default(), None, 100).unwrap();
    assert_eq!(events.last().map(|event| event.action.as_str()), Some("export-hashes"));
    let ids: Vec<_> = all(store).iter().map(|account| account.id).collect();
    let read = store.hashes(&exported, &ids).unwrap();
    assert_eq!(read.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [root.id]);
    let admin = settled(store, "bob", &[Role::UserAdmin]);
    let bob =
        Actor::Account { id: admin.id, username: admin.username, proof: Proof::Password(admin.password_revision) };
    assert!(matches!(store.export_hashes(&bob), Err(StoreError::Refused(_))));
}

pub fn an_import_changes_what_its_edits_name_and_nothing_else(store: &mut Store) {
    settled(store, "root", &[Role::GlobalAdmin]);
    let alice = settled(store, "alice", &[Role::Auditor]);
    import(store, &operator(), &[], &[renamed(&alice)]).unwrap();
    let edited = get(store, alice.id);
    assert_eq!(edited.display_name.as_str(), "Another");
    assert_eq!(edited.revision.0, alice.revision.0 + 1);
    let unedited = Account { display_name: alice.display_name.clone(), revision: alice.revision, ..edited };
    assert_eq!(unedited, alice);
}

pub fn an_import_gives_no_more_than_its_actor_may(store: &mut Store) {
    let ulla = settled(store, "ulla", &[Role::UserAdmin]);
    let helper = settled(store, "helper", &[Role::Helpdesk]);
    let alice = settled(store, "alice", &[]);
    let by = acting(store, &helper);
    refuses(store, &by, &[newcomer("bob", &[])], &[]);
    let by = acting(store, &ulla);
    refuses(store, &by, &[newcomer("bob", &[]), newcomer("carol", &[Role::Auditor])], &[]);
    let by = acting(store, &ulla);
    refuses(store, &by, &[newcomer("bob", &[])], &[with_roles(&alice, &[Role::Auditor])]);
    let by = acting(store, &ulla);
    import(store, &by, &[newcomer("bob", &[])], &[renamed(&alice)]).unwrap();
    let refused =
        store.events(&EventFilter { action: Some("import".into()), ..EventFilter::default() }, None, 9).unwrap();
    let outcomes: Vec<_> = refused.iter().map(|event| event.outcome.as_str()).collect();
    assert_eq!(outcomes, ["refused", "refused", "refused", "done"]);
}

pub fn an_import_changes_nobody_of_no_lower_rank(store: &mut Store) {
    let ulla = settled(store, "ulla", &[Role::UserAdmin]);
    let peer = settled(store, "peer", &[Role::UserAdmin]);
    for account in [&peer, &ulla] {
        let by = acting(store, &ulla);
        refuses(store, &by, &[newcomer("bob", &[])], &[renamed(account)]);
    }
}

pub fn an_actor_demoted_before_an_import_is_refused(store: &mut Store) {
    settled(store, "root", &[Role::GlobalAdmin]);
    let admin = settled(store, "admin", &[Role::GlobalAdmin]);
    let none = Edit { roles: Some(Roles::NONE), ..Edit::default() };
    store.edit_account(&operator(), admin.id, admin.revision, &none).unwrap();
    let by = acting(store, &admin);
    refuses(store, &by, &[newcomer("alice", &[])], &[]);
}

pub fn an_import_leaves_an_admin_to_count_on(store: &mut Store) {
    let [ada, ben] = ["ada", "ben"].map(|username| settled(store, username, &[Role::GlobalAdmin]));
    let both = [with_roles(&ada, &[]), with_roles(&ben, &[])];
    let refusal = refuses(store, &operator(), &[newcomer("carol", &[Role::GlobalAdmin])], &both);
    assert_eq!(refusal, Refusal::LastAdmin { username: ben.username });
    import(store, &operator(), &[], &both[..1]).unwrap();
}

pub fn newcomers_meet_their_namesakes(store: &mut Store) {
    let [alice, bob] = ["alice", "bob"].map(|username| settled(store, username, &[]));
    store.change_account(&operator(), Change::Remove, bob.id, bob.revision).unwrap();
    let bob = get(store, bob.id);
    let of = [
        newcomer("carol", &[]),
        newcomer("alice", &[]),
        Newcomer { email: Some("ALICE@Example.org".parse().unwrap()), ..newcomer("bob", &[]) },
        Newcomer { email: None, ..newcomer("bob", &[]) },
        Newcomer { email: bob.email.clone(), ..newcomer("dora", &[]) },
    ];
    let met = |place, by_username: Option<&Account>, by_email: Option<&Account>| Namesakes {
        place,
        by_username: by_username.cloned(),
        by_email: by_email.cloned(),
    };
    assert_eq!(
        store.namesakes(&of).unwrap(),
        [
            met(1, Some(&alice), Some(&alice)),
            met(2, Some(&bob), Some(&alice)),
            // The address of a removed account is free.
            met(3, Some(&bob), None),
        ]
    );
}
