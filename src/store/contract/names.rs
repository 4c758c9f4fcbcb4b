//! Laws of the names of accounts.

use jiff::SignedDuration;

use super::imports::newcomer;
use super::{HOUR, added, get, hash_of, list, new, operator, settled, signed_in, temporary, token_of, when, words};
use crate::domain::account::Account;
use crate::domain::audit::Event;
use crate::domain::change::Change;
use crate::domain::digest::FileDigest;
use crate::domain::role::Role;
use crate::domain::target::Target;
use crate::store::{Edit, EventFilter, Filter, Import, NewAccount, Page, Rename, Result, Sort, Store, StoreError};

/// Adds an account with this name.
fn named(store: &mut Store, username: &str, name: &str) -> Account {
    let account = NewAccount { display_name: name.parse().unwrap(), ..new(username, &[]) };
    let id = store.add_account(&operator(), &account).unwrap();
    get(store, id)
}

fn usernames(accounts: &[Account]) -> Vec<&str> {
    accounts.iter().map(|account| account.username.as_str()).collect()
}

pub fn a_search_sees_neither_case_nor_accents(store: &mut Store) {
    named(store, "a", "İpek José");
    named(store, "b", "Øyvind Łuczak");
    for (text, expected) in
        [("ipek", ["a"]), ("JOSE", ["a"]), ("İPEK", ["a"]), ("oyvind luczak", ["b"]), ("jos\u{e9}", ["a"])]
    {
        let filter = Filter { search: Some(text.into()), ..Filter::default() };
        assert_eq!(usernames(&list(store, &filter, Sort::Id, false, 10)), expected, "{text}");
        assert_eq!(store.count(&filter).unwrap(), 1, "{text}");
        assert_eq!(usernames(&store.suggestions(text, 10).unwrap()), expected, "{text}");
    }
}

pub fn names_sort_as_people_sort_them(store: &mut Store) {
    for (username, name) in [("d", "Zoe"), ("c", "Émile"), ("b", "adam"), ("a", ""), ("f", "李"), ("e", "zoe")] {
        named(store, username, name);
    }
    let sorted = ["a", "b", "c", "e", "d", "f"];
    for limit in [1, 2, 10] {
        assert_eq!(usernames(&list(store, &Filter::default(), Sort::Name, false, limit)), sorted);
        let reversed = list(store, &Filter::default(), Sort::Name, true, limit);
        assert_eq!(usernames(&reversed), sorted.iter().rev().copied().collect::<Vec<_>>());
    }
}

pub fn usernames_that_begin_with_a_text_come_in_their_order_and_the_last_is_never_left_out(store: &mut Store) {
    for username in ["al", "alice", "albert", "a_l", "bob", "alfred", "al-b", "al.b"] {
        named(store, username, "");
    }
    let alfred = store.account(&Target::Username("alfred".parse().unwrap())).unwrap().unwrap();
    store.change_account(&operator(), Change::Remove, alfred.id, alfred.revision).unwrap();
    let begun = |text, removed, most| store.usernames(text, removed, most).unwrap();
    assert_eq!(begun("al", false, 10), ["al", "al-b", "al.b", "albert", "alice"]);
    assert_eq!(begun("al", false, 5), ["al", "al-b", "al.b", "albert", "alice"]);
    assert_eq!(begun("al", false, 3), ["al", "al-b", "alice"]);
    assert_eq!(begun("al", true, 3), ["alfred"]);
    assert_eq!(begun("a_", false, 3), ["a_l"]);
    assert_eq!(begun("c", false, 3), [""; 0]);
    assert_eq!(begun("", true, 1), ["alfred"]);
}

pub fn a_page_of_names_begins_after_the_last_one_whatever_was_renamed(store: &mut Store) {
    let [_, seen, _] = ["adam", "Émile", "Zoe"].map(|name| named(store, &name.to_lowercase().replace('é', "e"), name));
    let edit = Edit { display_name: Some("Zorro".parse().unwrap()), ..Edit::default() };
    store.edit_account(&operator(), seen.id, seen.revision, &edit).unwrap();
    let filter = Filter::default();
    let page = Page { filter: &filter, sort: Sort::Name, reverse: false, after: Some(&seen), limit: 10 };
    assert_eq!(usernames(&store.page(&page).unwrap()), ["zoe", "emile"]);
}

pub fn one_mailbox_is_one_address(store: &mut Store) {
    let with = |username: &str, email: &str| NewAccount { email: Some(email.parse().unwrap()), ..new(username, &[]) };
    let id = store.add_account(&operator(), &with("a", "a@bücher.example")).unwrap();
    let before = list(store, &Filter::default(), Sort::Id, false, 10);
    for same in ["A@xn--bcher-kva.example", "a@BU\u{308}CHER.example"] {
        assert!(matches!(store.add_account(&operator(), &with("b", same)), Err(StoreError::Conflict(_))), "{same}");
        let found = store.account(&Target::Email(same.parse().unwrap())).unwrap();
        assert_eq!(found.map(|account| account.id), Some(id), "{same}");
    }
    assert_eq!(list(store, &Filter::default(), Sort::Id, false, 10), before);
    // It is shown as it was written.
    assert_eq!(get(store, id).email.unwrap().as_str(), "a@bücher.example");
}

pub fn an_account_is_found_by_its_new_address_and_not_by_the_old_one(store: &mut Store) {
    let alice = added(store, "alice", &[]);
    for email in [Some("other@example.org"), None] {
        let seen = get(store, alice.id).revision;
        let edit = Edit { email: Some(email.map(|email| email.parse().unwrap())), ..Edit::default() };
        store.edit_account(&operator(), alice.id, seen, &edit).unwrap();
        assert_eq!(get(store, alice.id).email.as_ref().map(crate::domain::email::Email::as_str), email);
        let named = |email: &str| store.account(&email.parse().unwrap()).unwrap().map(|account| account.id);
        assert_eq!(named("alice@example.org"), None);
        assert_eq!(named("other@example.org"), email.map(|_| alice.id));
    }
}

/// Renames an account. The old name is kept for an hour.
fn rename(store: &mut Store, account: &Account, to: &str) -> Result<()> {
    let rename = Rename { to: to.parse().unwrap(), kept_for: SignedDuration::from_hours(1) };
    let edit = Edit { username: Some(rename), ..Edit::default() };
    store.edit_account(&operator(), account.id, account.revision, &edit)
}

fn everybody(store: &Store) -> Vec<Account> {
    list(store, &Filter::default(), Sort::Id, false, 10)
}

#[track_caller]
fn is_a_conflict(store: &mut Store, change: impl FnOnce(&mut Store) -> Result<()>) {
    let stands = |store: &Store| {
        let former = ["carol", "dora"].map(|name| store.formerly(&name.parse().unwrap()).unwrap());
        (everybody(store), former, store.events(&EventFilter::default(), None, 100).unwrap())
    };
    let before = stands(store);
    assert!(matches!(change(store), Err(StoreError::Conflict(_))));
    assert_eq!(stands(store), before);
}

pub fn a_rename_changes_the_username_and_nothing_else(store: &mut Store) {
    let carol = settled(store, "carol", &[Role::Helpdesk]);
    let hash = hash_of(store, &carol);
    let digests = [signed_in(store, &carol, 1), token_of(store, &carol, "nightly", 2, &[Role::Helpdesk])];
    let carol = get(store, carol.id);
    rename(store, &carol, "carol.smith").unwrap();
    let renamed = get(store, carol.id);
    let expected = Account { username: "carol.smith".parse().unwrap(), revision: renamed.revision, ..carol };
    assert_eq!(renamed, expected);
    assert_eq!(hash_of(store, &renamed), hash);
    for digest in digests {
        assert_eq!(store.sign_in(digest).unwrap().unwrap().account.username.as_str(), "carol.smith");
    }
    assert_eq!(store.account(&"carol".parse().unwrap()).unwrap(), None);
    assert_eq!(store.formerly(&"carol".parse().unwrap()).unwrap(), Some(renamed));
}

pub fn a_former_username_is_given_to_nobody_else_while_it_is_kept(store: &mut Store) {
    let [carol, dora] = ["carol", "dora"].map(|username| added(store, username, &[]));
    rename(store, &carol, "carol.smith").unwrap();
    let other = |store: &mut Store| {
        let email = Some("other@example.org".parse().unwrap());
        store.add_account(&operator(), &NewAccount { email, ..new("carol", &[]) }).map(drop)
    };
    let imported = |store: &mut Store| {
        let new = [newcomer("carol", &[])];
        let import = Import { new: &new, edits: &[], skipped: 0, file: FileDigest::of(b"") };
        store.import(&operator(), import, &mut |_| true).map(drop)
    };
    is_a_conflict(store, other);
    is_a_conflict(store, imported);
    is_a_conflict(store, |store| rename(store, &dora, "carol"));
    when(HOUR - 1, || is_a_conflict(store, other));
    when(HOUR, || rename(store, &dora, "carol")).unwrap();
}

pub fn an_account_is_found_by_the_username_it_has_and_by_those_it_had(store: &mut Store) {
    let carol = added(store, "carol", &[]);
    rename(store, &carol, "caro").unwrap();
    let [carol, caro, nobody] = ["carol", "caro", "nobody"].map(|username| username.parse().unwrap());
    let found = store.ever_named(&[&carol, &caro, &nobody]).unwrap();
    let mut found: Vec<_> = found.iter().map(|(name, account)| (name.as_str(), account.username.as_str())).collect();
    found.sort_unstable();
    assert_eq!(found, [("caro", "caro"), ("carol", "caro")]);
}

pub fn an_account_may_take_its_former_username_back(store: &mut Store) {
    let carol = added(store, "carol", &[]);
    rename(store, &carol, "caro").unwrap();
    let renamed = get(store, carol.id);
    rename(store, &renamed, "carol").unwrap();
    let carol = get(store, carol.id);
    assert_eq!(store.account(&"carol".parse().unwrap()).unwrap(), Some(carol.clone()));
    // The name in between is kept as well.
    assert_eq!(store.holder(&"caro".parse().unwrap()).unwrap(), Some(carol.clone()));
    // To be called as before is no rename.
    rename(store, &carol, "carol").unwrap();
    assert_eq!(store.formerly(&"carol".parse().unwrap()).unwrap(), None);
}

pub fn the_record_says_what_an_account_was_called(store: &mut Store) {
    let carol = added(store, "carol", &[]);
    rename(store, &carol, "carol.smith").unwrap();
    let of_carol = EventFilter { account: Some(carol.id), ..EventFilter::default() };
    let events = store.events(&of_carol, None, 10).unwrap();
    assert_eq!((events.len(), &*events[1].target), (2, "carol"));
    assert_eq!(words(&events[1]), "changed: username; username: carol.smith");
}

pub fn the_address_of_a_removed_account_is_free_at_once(store: &mut Store) {
    let carol = added(store, "carol", &[]);
    let email = carol.email.clone().unwrap();
    store.change_account(&operator(), Change::Remove, carol.id, carol.revision).unwrap();
    let address: Target = "carol@example.org".parse().unwrap();
    assert_eq!(store.account(&address).unwrap(), None);
    let removed = get(store, carol.id);
    assert_eq!(removed.email, carol.email);
    assert_eq!(store.removed_with(&email).unwrap(), [removed]);
    let dora = NewAccount { email: carol.email, ..new("dora", &[]) };
    let dora = store.add_account(&operator(), &dora).unwrap();
    assert_eq!(store.account(&address).unwrap().map(|account| account.id), Some(dora));
    // Both may have had it.
    store.change_account(&operator(), Change::Remove, dora, get(store, dora).revision).unwrap();
    assert_eq!(store.removed_with(&email).unwrap().len(), 2);
}

pub fn an_account_comes_back_without_an_address_that_another_has(store: &mut Store) {
    let [carol, dora] = ["carol", "dora"].map(|username| added(store, username, &[]));
    for account in [&carol, &dora] {
        store.change_account(&operator(), Change::Remove, account.id, account.revision).unwrap();
    }
    let erin = NewAccount { email: carol.email.clone(), ..new("erin", &[]) };
    store.add_account(&operator(), &erin).unwrap();
    for (account, email) in [(&carol, None), (&dora, dora.email.clone())] {
        let removed = get(store, account.id);
        store.change_account(&operator(), Change::Restore, account.id, removed.revision).unwrap();
        assert_eq!(get(store, account.id).email, email);
    }
    assert_eq!(words(&last_of(store, &carol)), "changed: email");
}

pub fn an_admin_is_recovered_without_an_address_that_another_has(store: &mut Store) {
    let [admin, _] = ["ada", "ben"].map(|username| settled(store, username, &[Role::GlobalAdmin]));
    store.change_account(&operator(), Change::Remove, admin.id, admin.revision).unwrap();
    let erin = NewAccount { email: admin.email.clone(), ..new("erin", &[]) };
    store.add_account(&operator(), &erin).unwrap();
    store.recover(&operator(), admin.id, get(store, admin.id).revision, &temporary("second")).unwrap();
    let recovered = get(store, admin.id);
    assert_eq!((recovered.removed_at, recovered.email), (None, None));
    assert!(words(&last_of(store, &admin)).starts_with("state before: removed; changed: email; expires "));
}

/// The last event of an account.
fn last_of(store: &Store, account: &Account) -> Event {
    let filter = EventFilter { account: Some(account.id), reverse: true, ..EventFilter::default() };
    store.events(&filter, None, 1).unwrap().remove(0)
}

pub fn a_removed_account_is_deleted_for_good_by_its_number_and_one_in_use_is_not(store: &mut Store) {
    let carol = added(store, "carol", &[]);
    is_a_conflict(store, |store| store.purge_account(&operator(), carol.id, carol.revision));
    store.change_account(&operator(), Change::Remove, carol.id, carol.revision).unwrap();
    let removed = get(store, carol.id);
    is_a_conflict(store, |store| store.purge_account(&operator(), carol.id, carol.revision));
    store.purge_account(&operator(), carol.id, removed.revision).unwrap();
    assert_eq!(store.account(&Target::Id(carol.id)).unwrap(), None);
    let last = store.events(&EventFilter { reverse: true, ..EventFilter::default() }, None, 1).unwrap();
    assert_eq!((&*last[0].action, &*last[0].target, last[0].target_id), ("purge", "carol", Some(carol.id.0)));
    // Its username is free.
    added(store, "carol", &[]);
}
