//! Lists of accounts, a page at a time, and their counts. Every page costs the same. It is found by an index in the
//! wanted order, and never sorted.

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::accounts::{read, select};
use super::errors::failed;
use super::statement::{Conditions, all};
use crate::domain::account::{Account, State};
use crate::domain::folding::{searched, sort_key};
use crate::domain::role::Roles;
use crate::store::{Filter, Page, Result, Sort};

impl Conditions {
    fn of(filter: &Filter, now: Timestamp) -> Self {
        let mut all = Self::default();
        if let Some(search) = &filter.search {
            all.and("instr(search_text, ?) > 0", [searched(search).into()]);
        }
        if let Some(role) = filter.role {
            all.and("roles & ? <> 0", [i64::from(Roles::from_iter([role]).bits()).into()]);
        }
        if filter.must_change {
            all.and("must_change", []);
        }
        let now = Value::from(now.as_second());
        if filter.state != Some(State::Removed) {
            all.and("removed_at IS NULL", []);
        }
        match filter.state {
            None => {}
            Some(State::Removed) => all.and("removed_at IS NOT NULL", []),
            Some(State::Disabled) => all.and("state = 'disabled'", []),
            Some(State::Locked) => all.and("state = 'active' AND locked_at IS NOT NULL", []),
            Some(State::Active) => all.and("state = 'active' AND locked_at IS NULL AND NOT must_change", []),
            Some(State::MustChange) => {
                all.and("state = 'active' AND locked_at IS NULL AND must_change", []);
                all.and("(temporary_until IS NULL OR (temporary_until > ? AND NOT temporary_lapsed))", [now]);
            }
            Some(State::TemporaryExpired) => {
                all.and("state = 'active' AND locked_at IS NULL", []);
                all.and("(temporary_until <= ? OR temporary_lapsed)", [now]);
            }
        }
        all
    }

    fn with<const N: usize>(mut self, condition: &str, values: [Value; N]) -> Self {
        self.and(condition, values);
        self
    }

    /// A query of the accounts that meet the conditions, in an order. It uses the table or one of its indexes.
    fn accounts(self, table: &str, order: &str, limit: usize) -> Query {
        let Self { sql, mut values } = self;
        values.push(i64::try_from(limit).unwrap_or(i64::MAX).into());
        Query { sql: select(&format!("{table} WHERE {sql} ORDER BY {order} LIMIT ?")), values }
    }
}

struct Query {
    sql: String,
    values: Vec<Value>,
}

impl Query {
    fn read(self, connection: &Connection) -> Result<Vec<Account>> {
        all(connection, &self.sql, params_from_iter(self.values), read)
    }
}

/// Queries that are read one after the other until the page is full.
fn parts(page: &Page<'_>, now: Timestamp) -> Vec<Conditions> {
    let all = Conditions::of(page.filter, now);
    let Some(last) = page.after else { return vec![all] };
    let than = if page.reverse { "<" } else { ">" };
    let id = || Value::from(last.id.0);
    match page.sort {
        Sort::Id => vec![all.with(&format!("id {than} ?"), [id()])],
        Sort::Username => vec![all.with(&format!("username {than} ?"), [last.username.as_str().to_owned().into()])],
        // `(name_key, id) > (?, ?)` would be one query. But it would read all accounts of that name again. If no account
        // has a name, these are all accounts.
        Sort::Name => {
            // Another program may have written the row, without a key.
            let key = "coalesce((SELECT name_key FROM accounts WHERE id = ? AND display_name = ?), ?)";
            let name = last.display_name.as_str();
            let of_last = || [id(), name.to_owned().into(), sort_key(name).into()];
            let [own, seen, computed] = of_last();
            vec![
                all.clone().with(&format!("name_key = {key} AND id {than} ?"), [own, seen, computed, id()]),
                all.with(&format!("name_key {than} {key}"), of_last()),
            ]
        }
    }
}

/// A part of a page. The index is named. Otherwise the engine may choose the index of states or roles, and sort its
/// results again for every page.
fn query(page: &Page<'_>, part: Conditions, limit: usize) -> Query {
    let direction = if page.reverse { "DESC" } else { "ASC" };
    let (table, order) = match page.sort {
        Sort::Id => ("accounts", format!("id {direction}")),
        // This is the index that UNIQUE makes.
        Sort::Username => ("accounts INDEXED BY sqlite_autoindex_accounts_1", format!("username {direction}")),
        Sort::Name => ("accounts INDEXED BY accounts_by_name", format!("name_key {direction}, id {direction}")),
    };
    part.accounts(table, &order, limit)
}

pub fn page(connection: &Connection, page: &Page<'_>, now: Timestamp) -> Result<Vec<Account>> {
    let mut accounts = Vec::new();
    for part in parts(page, now) {
        if accounts.len() < page.limit {
            accounts.extend(query(page, part, page.limit - accounts.len()).read(connection)?);
        }
    }
    Ok(accounts)
}

/// Accounts whose username begins with a text come first. An index finds them. If there is room, accounts that contain
/// the text elsewhere follow. If those are few, this reads every account.
pub fn suggestions(connection: &Connection, text: &str, limit: usize, now: Timestamp) -> Result<Vec<Account>> {
    let text = searched(text);
    // A username is ASCII. This character comes after all characters of a username.
    let range = || [Value::from(text.clone()), Value::from(format!("{text}\u{7f}"))];
    let beginning = Conditions::of(&Filter::default(), now).with("username >= ? AND username < ?", range());
    let mut accounts = beginning.accounts("accounts", "username", limit).read(connection)?;
    if accounts.len() < limit {
        let found = Filter { search: Some(text.clone()), ..Filter::default() };
        let elsewhere = Conditions::of(&found, now).with("NOT (username >= ? AND username < ?)", range());
        accounts.extend(elsewhere.accounts("accounts", "id", limit - accounts.len()).read(connection)?);
    }
    Ok(accounts)
}

pub fn count(connection: &Connection, filter: &Filter, now: Timestamp) -> Result<u64> {
    let Query { sql, values } = counted(filter, now);
    connection
        .query_row(&sql, params_from_iter(values), |row| row.get::<_, i64>(0))
        .map(|count| u64::try_from(count).unwrap_or(0))
        .map_err(failed)
}

fn counted(filter: &Filter, now: Timestamp) -> Query {
    let Conditions { mut sql, values } = Conditions::of(filter, now);
    if let Filter { search: None, role: None, state: None, must_change: false } = filter {
        // This counts the entries of two indexes. A single count would read every account.
        let all = "SELECT (SELECT count(*) FROM accounts)
                        - (SELECT count(*) FROM accounts WHERE removed_at IS NOT NULL)";
        return Query { sql: all.into(), values };
    }
    if filter.role.is_some() {
        // This condition selects the index of accounts with any role. A page of that index would have to be sorted.
        sql.push_str(" AND roles <> 0");
    }
    Query { sql: format!("SELECT count(*) FROM accounts WHERE {sql}"), values }
}

#[cfg(test)]
mod tests {
    use super::super::open;
    use super::*;
    use crate::domain::role::Role;

    /// How the engine runs a query, one line per step.
    fn plan(connection: &Connection, query: Query) -> String {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", query.sql)).unwrap();
        let steps = statement.query_map(params_from_iter(query.values), |row| row.get::<_, String>(3)).unwrap();
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
        let connection = open::in_memory().unwrap();
        let last = Account::example(7, "alice");
        for filter in filters() {
            for (sort, reverse) in Sort::ALL.into_iter().flat_map(|sort| [(sort, false), (sort, true)]) {
                for after in [None, Some(&last)] {
                    let page = Page { filter: &filter, sort, reverse, after, limit: 10 };
                    for part in parts(&page, Timestamp::UNIX_EPOCH) {
                        let plan = plan(&connection, query(&page, part, 10));
                        assert!(!plan.contains("TEMP B-TREE"), "{page:?}: {plan}");
                        assert!(after.is_none() || plan.starts_with("SEARCH"), "{page:?}: {plan}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_rare_is_counted_by_an_index() {
        let connection = open::in_memory().unwrap();
        let state = |state| Filter { state: Some(state), ..Filter::default() };
        for (filter, index) in [
            (Filter::default(), "accounts_removed"),
            (state(State::Removed), "accounts_removed"),
            (state(State::Disabled), "accounts_disabled"),
            (state(State::Locked), "accounts_locked"),
            (Filter { role: Some(Role::Helpdesk), ..Filter::default() }, "accounts_with_roles"),
        ] {
            let plan = plan(&connection, counted(&filter, Timestamp::UNIX_EPOCH));
            assert!(plan.contains(index), "{filter:?}: {plan}");
            assert!(!plan.lines().any(|step| step.ends_with("SCAN accounts")), "{filter:?}: {plan}");
        }
    }
}
