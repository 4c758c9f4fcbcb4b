//! Lists of accounts, a page at a time, and their counts. Every page costs the same. It is found by an index in the
//! wanted order, and never sorted.

use jiff::Timestamp;

use super::accounts::{read, select};
use super::{Cell, Conditions, Sql};
use crate::domain::account::{Account, State};
use crate::domain::clock::before;
use crate::domain::folding::{searched, sort_key};
use crate::domain::role::Roles;
use crate::store::{Filter, Page, Result, Sort};

/// How many accounts a page has room for at first.
const ROOM: usize = 1_000;

impl<'a> Conditions<'a> {
    fn of<S: Sql>(filter: &Filter, now: Timestamp) -> Self {
        let mut all = Self::default();
        if let Some(search) = &filter.search {
            all.and(&format!("{}(search_text, ?) > 0", S::DIALECT.place_in), [searched(search).into()]);
        }
        if let Some(role) = filter.role {
            all.and("roles & ? <> 0", [i64::from(Roles::from_iter([role]).bits()).into()]);
        }
        if filter.must_change {
            all.and("must_change", []);
        }
        if let Some(span) = filter.inactive_for {
            all.and("coalesce(last_sign_in_at, created_at) <= ?", [before(now, span).into()]);
        }
        if filter.never_signed_in {
            all.and("last_sign_in_at IS NULL", []);
        }
        if filter.state != Some(State::Removed) {
            all.and("removed_at IS NULL", []);
        }
        match filter.state {
            None => {}
            Some(State::Removed) => all.and("removed_at IS NOT NULL", []),
            Some(State::Disabled) => all.and("state = 'disabled'", []),
            Some(State::Expired) => all.and("state = 'active' AND expires_at <= ?", [now.into()]),
            Some(State::Locked | State::Active | State::MustChange | State::TemporaryExpired) => {
                all.and("state = 'active' AND (expires_at IS NULL OR expires_at > ?)", [now.into()]);
            }
        }
        match filter.state {
            None | Some(State::Removed | State::Disabled | State::Expired) => {}
            Some(State::Locked) => all.and("locked_at IS NOT NULL", []),
            Some(State::Active) => all.and("locked_at IS NULL AND NOT must_change", []),
            Some(State::MustChange) => {
                all.and("locked_at IS NULL AND must_change", []);
                all.and("(temporary_until IS NULL OR (temporary_until > ? AND NOT temporary_lapsed))", [now.into()]);
            }
            Some(State::TemporaryExpired) => {
                all.and("locked_at IS NULL", []);
                all.and("(temporary_until <= ? OR temporary_lapsed)", [now.into()]);
            }
        }
        all
    }

    fn with<const N: usize>(mut self, condition: &str, values: [Cell<'a>; N]) -> Self {
        self.and(condition, values);
        self
    }

    /// A query of the accounts that meet the conditions, in an order. It uses the table or one of its indexes.
    fn accounts(mut self, table: &str, order: &str, limit: usize) -> Query<'a> {
        let limit = self.parameter(i64::try_from(limit).unwrap_or(i64::MAX).into());
        let sql = select(&format!("{table} WHERE {} ORDER BY {order} LIMIT {limit}", self.sql()));
        Query { sql, values: self.values }
    }
}

/// A query, and the values of its parameters.
pub struct Query<'a> {
    /// The statement.
    pub sql: String,
    /// The values.
    pub values: Vec<Cell<'a>>,
}

impl Query<'_> {
    /// Appends the accounts to others. They are large, and are not moved again.
    fn read(&self, sql: &impl Sql, accounts: &mut Vec<Account>) -> Result<()> {
        sql.each(&self.sql, &self.values, &mut |row| {
            accounts.push(read(row)?);
            Ok(false)
        })
    }
}

/// Queries that are read one after the other until the page is full.
pub fn parts<'a, S: Sql>(page: &Page<'a>, now: Timestamp) -> Vec<Conditions<'a>> {
    let all = Conditions::of::<S>(page.filter, now);
    let Some(last) = page.after else { return vec![all] };
    let than = if page.reverse { "<" } else { ">" };
    let id = || Cell::from(last.id.0);
    match page.sort {
        Sort::Id => vec![all.with(&format!("id {than} ?"), [id()])],
        Sort::Username => vec![all.with(&format!("username {than} ?"), [last.username.as_str().into()])],
        // `(name_key, id) > (?, ?)` would be one query. But it would read all accounts of that name again. If no account
        // has a name, these are all accounts.
        Sort::Name => {
            // Another program may have written the row, without a key.
            let key = "coalesce((SELECT name_key FROM accounts WHERE id = ? AND display_name = ?), ?)";
            let name = last.display_name.as_str();
            let of_last = || [id(), name.into(), sort_key(name).into()];
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
pub fn query<'a, S: Sql>(page: &Page<'a>, part: Conditions<'a>, limit: usize) -> Query<'a> {
    let direction = if page.reverse { "DESC" } else { "ASC" };
    let (table, order) = match page.sort {
        Sort::Id => ("accounts", format!("id {direction}")),
        Sort::Username => (S::DIALECT.by_username, format!("username {direction}")),
        Sort::Name => (S::DIALECT.by_name, format!("name_key {direction}, id {direction}")),
    };
    part.accounts(table, &order, limit)
}

pub fn page<S: Sql>(sql: &S, page: &Page<'_>, now: Timestamp) -> Result<Vec<Account>> {
    let mut accounts = Vec::with_capacity(page.limit.min(ROOM));
    for part in parts::<S>(page, now) {
        if accounts.len() < page.limit {
            query::<S>(page, part, page.limit - accounts.len()).read(sql, &mut accounts)?;
        }
    }
    Ok(accounts)
}

/// Accounts whose username begins with a text come first. An index finds them. If there is room, accounts that contain
/// the text elsewhere follow. If those are few, this reads every account.
pub fn suggestions<S: Sql>(sql: &S, text: &str, limit: usize, now: Timestamp) -> Result<Vec<Account>> {
    let text = searched(text);
    // A username is ASCII. This character comes after all characters of a username.
    let range = || [Cell::from(text.clone()), Cell::from(format!("{text}\u{7f}"))];
    let beginning = Conditions::of::<S>(&Filter::default(), now).with("username >= ? AND username < ?", range());
    let mut accounts = Vec::new();
    beginning.accounts("accounts", "username", limit).read(sql, &mut accounts)?;
    if accounts.len() < limit {
        let found = Filter { search: Some(text.clone()), ..Filter::default() };
        let elsewhere = Conditions::of::<S>(&found, now).with("NOT (username >= ? AND username < ?)", range());
        elsewhere.accounts("accounts", "id", limit - accounts.len()).read(sql, &mut accounts)?;
    }
    Ok(accounts)
}

/// The usernames that begin with a text. An index finds them in their order. Removed accounts are few. They have an index
/// of their own, which the engine takes if the condition does not name the column itself.
pub fn usernames<S: Sql>(sql: &S, begun: &str, removed: bool, reverse: bool, limit: usize) -> Result<Vec<String>> {
    let (is_removed, name) = if removed { ("IS NOT NULL", "username || ''") } else { ("IS NULL", "username") };
    let order = if reverse { "DESC" } else { "ASC" };
    let query = format!(
        "SELECT username FROM accounts WHERE {name} >= ?1 AND {name} < ?2 AND removed_at {is_removed}
         ORDER BY {name} {order} LIMIT ?3"
    );
    // A username is ASCII. This character comes after all characters of a username.
    let values = [begun.into(), Cell::from(format!("{begun}\u{7f}")), i64::try_from(limit).unwrap_or(i64::MAX).into()];
    sql.all(&query, &values, |row| Ok(row.text(0)?.unwrap_or_default().to_owned()))
}

pub fn count<S: Sql>(sql: &S, filter: &Filter, now: Timestamp) -> Result<u64> {
    let Query { sql: query, values } = counted::<S>(filter, now);
    let count = sql.one(&query, &values, |row| row.number(0))?;
    Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
}

pub fn counted<S: Sql>(filter: &Filter, now: Timestamp) -> Query<'static> {
    if !filter.is_some() {
        // This counts the entries of two indexes. A single count would read every account.
        let all = "SELECT (SELECT count(*) FROM accounts)
                        - (SELECT count(*) FROM accounts WHERE removed_at IS NOT NULL)";
        return Query { sql: all.into(), values: Vec::new() };
    }
    let mut conditions = Conditions::of::<S>(filter, now);
    if filter.role.is_some() {
        // This condition selects the index of accounts with any role. A page of that index would have to be sorted.
        conditions.and("roles <> 0", []);
    }
    Query { sql: format!("SELECT count(*) FROM accounts WHERE {}", conditions.sql()), values: conditions.values }
}
