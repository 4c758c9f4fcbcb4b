//! How the engine runs the queries of lists: by which index.

use rusqlite::{Connection, params_from_iter};

use super::open::in_memory;
use super::statement::Statements;
use crate::domain::account::{Account, State};
use crate::domain::clock::Timestamp;
use crate::domain::role::Role;
use crate::store::sql::lists::{Query, counted, parts, query};
use crate::store::{Filter, Page, Sort};

/// How the engine runs a query, one line per step.
fn plan(connection: &Connection, query: &Query<'_>) -> String {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", query.sql)).unwrap();
    let steps = statement.query_map(params_from_iter(&query.values), |row| row.get::<_, String>(3)).unwrap();
    steps.map(rusqlite::Result::unwrap).collect::<Vec<_>>().join("\n")
}

fn filters() -> Vec<Filter> {
    let states = [None].into_iter().chain(State::ALL.map(Some));
    let roles = states.flat_map(|state| [None, Some(Role::Helpdesk)].map(|role| (state, role)));
    roles
        .flat_map(|(state, role)| {
            let plain = Filter { role, state, ..Filter::default() };
            let narrowed = Filter { search: Some("a".into()), must_change: true, ..plain.clone() };
            [plain, narrowed]
        })
        .collect()
}

#[test]
fn no_page_is_sorted_and_a_later_one_begins_where_the_one_before_ended() {
    let connection = in_memory().unwrap();
    let last = Account::example(7, "alice");
    for filter in filters() {
        for (sort, reverse) in Sort::ALL.into_iter().flat_map(|sort| [(sort, false), (sort, true)]) {
            for after in [None, Some(&last)] {
                let page = Page { filter: &filter, sort, reverse, after, limit: 10 };
                for part in parts::<Statements<'_>>(&page, Timestamp::UNIX_EPOCH) {
                    let plan = plan(&connection, &query::<Statements<'_>>(&page, part, 10));
                    assert!(!plan.contains("TEMP B-TREE"), "{page:?}: {plan}");
                    assert!(after.is_none() || plan.starts_with("SEARCH"), "{page:?}: {plan}");
                }
            }
        }
    }
}

#[test]
fn what_is_rare_is_counted_by_an_index() {
    let connection = in_memory().unwrap();
    let state = |state| Filter { state: Some(state), ..Filter::default() };
    for (filter, index) in [
        (Filter::default(), "accounts_removed"),
        (state(State::Removed), "accounts_removed"),
        (state(State::Disabled), "accounts_disabled"),
        (state(State::Locked), "accounts_locked"),
        (Filter { role: Some(Role::Helpdesk), ..Filter::default() }, "accounts_with_roles"),
    ] {
        let plan = plan(&connection, &counted::<Statements<'_>>(&filter, Timestamp::UNIX_EPOCH));
        assert!(plan.contains(index), "{filter:?}: {plan}");
        assert!(!plan.lines().any(|step| step.ends_with("SCAN accounts")), "{filter:?}: {plan}");
    }
}
