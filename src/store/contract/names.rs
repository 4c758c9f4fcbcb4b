//! Laws of the names of accounts.

use super::{get, list, new, operator};
use crate::domain::account::Account;
use crate::domain::target::Target;
use crate::store::{Edit, Filter, NewAccount, Page, Sort, Store, StoreError};

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
