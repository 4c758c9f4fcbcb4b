//! The rows of a store, inside one transaction of SQLite.

use rusqlite::{Connection, Params, Row, ToSql, params, params_from_iter};

use super::bound::Bound;
use super::errors::failed;
use super::statement::{all, each, execute, kept, moment_or_long_ago, one};
use super::{accounts, lists, record, sign_ins};
use crate::domain::account::{Account, AccountId};
use crate::domain::audit::{Event, Repeat};
use crate::domain::clock::Timestamp;
use crate::domain::email::Email;
use crate::domain::hash::StoredHash;
use crate::domain::name::Username;
use crate::domain::role::{Role, Roles};
use crate::domain::sign_in::{SignInDigest, SignInId};
use crate::domain::target::Target;
use crate::domain::throttle::TryId;
use crate::domain::token::Label;
use crate::store::engine::{FormerName, Kept, Reads, RepeatRow, Rows, SignInRow, TryRow, WrittenAccount};
use crate::store::{EventFilter, Filter, Page, Result, StoreError};

/// A connection inside its transaction. The whole transaction has one limit. A caller that does much renews the limit
/// with each part.
pub struct SqliteRows<'a> {
    pub connection: &'a Connection,
    pub bound: Bound,
    /// The time of the transaction.
    pub now: Timestamp,
}

/// Finds each cost from `m=` on, one index step at a time. The number of accounts does not matter.
const HASH_COSTS: &str = "
    WITH RECURSIVE costs (cost) AS (
        SELECT 'm='
        UNION ALL
        SELECT (SELECT min(hash_cost) FROM accounts WHERE hash_cost > cost AND hash_cost < 'm>')
        FROM costs WHERE cost IS NOT NULL
    )
    SELECT cost FROM costs WHERE cost > 'm=' LIMIT ?1";

impl Reads for SqliteRows<'_> {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn setting(&mut self, key: &str) -> Result<Option<String>> {
        one(self.connection, "SELECT value FROM settings WHERE key = ?1", [key], |row| row.get(0))
    }

    fn block(&mut self, number: u64) -> Result<Option<Vec<u8>>> {
        self.bound.renew();
        let sql = "SELECT block FROM blocklist WHERE number = ?1";
        one(self.connection, sql, [i64::try_from(number).unwrap_or(-1)], |row| row.get(0))
    }

    fn count_blocks(&mut self) -> Result<u64> {
        let count = one(self.connection, "SELECT count(*) FROM blocklist", [], |row| row.get::<_, i64>(0))?;
        Ok(count.map_or(0, i64::unsigned_abs))
    }

    fn account(&mut self, target: &Target) -> Result<Option<Account>> {
        // An import looks up many accounts.
        self.bound.renew();
        let (column, key): (_, &dyn ToSql) = match target {
            Target::Id(id) => ("id", &id.0),
            Target::Username(username) => ("username", &username.as_str()),
            Target::Email(email) => ("email_key", &email.key()),
        };
        let sql = accounts::select(&format!("accounts WHERE {column} = ?1"));
        one(self.connection, &sql, [key], accounts::read)
    }

    fn removed_with(&mut self, email: &Email) -> Result<Vec<Account>> {
        let sql = accounts::select("accounts WHERE email_key > ?1 || ' ' AND email_key < ?1 || '!' ORDER BY id");
        all(self.connection, &sql, [email.key()], accounts::read)
    }

    fn former_name(&mut self, username: &Username) -> Result<Option<FormerName>> {
        let sql = "SELECT account_id, kept_until FROM former_names WHERE username = ?1";
        one(self.connection, sql, [username.as_str()], |row| {
            let (account, kept_until) = (AccountId(row.get(0)?), moment_or_long_ago(row, 1));
            Ok(FormerName { username: username.clone(), account, kept_until })
        })
    }

    fn has_former_names(&mut self) -> Result<bool> {
        one(self.connection, "SELECT 1 FROM former_names LIMIT 1", [], |_| Ok(())).map(|found| found.is_some())
    }

    fn hash(&mut self, id: AccountId) -> Result<Option<StoredHash>> {
        let sql = "SELECT password_hash FROM accounts WHERE id = ?1";
        let found: Option<Option<String>> = one(self.connection, sql, [id.0], |row| row.get(0))?;
        Ok(found.flatten().map(StoredHash::from_store))
    }

    fn hash_costs(&mut self, most: u32) -> Result<Vec<String>> {
        // A damaged cost need not be text.
        let read = |row: &Row<'_>| Ok(String::from_utf8_lossy(row.get_ref(0)?.as_bytes()?).into_owned());
        all(self.connection, HASH_COSTS, [most], read)
    }

    fn holders(&mut self, role: Role, seen: &mut dyn FnMut(&Account) -> bool) -> Result<()> {
        // The number is written into the statement, so that the index of this role is used. A parameter would prevent
        // that.
        let bits = Roles::from_iter([role]).bits();
        let sql = accounts::select(&format!("accounts WHERE roles & {bits} ORDER BY id"));
        each(self.connection, &sql, |row| Ok(accounts::read(row).is_ok_and(|holder| seen(&holder))))
    }

    fn written(&mut self, seen: &mut dyn FnMut(&WrittenAccount) -> Result<()>) -> Result<()> {
        each(self.connection, &accounts::select_written(), |row| {
            seen(&accounts::read_written(row).map_err(failed)?)?;
            Ok(false)
        })
    }

    fn page(&mut self, page: &Page<'_>) -> Result<Vec<Account>> {
        lists::page(self.connection, page, self.now)
    }

    fn suggestions(&mut self, text: &str, limit: usize) -> Result<Vec<Account>> {
        lists::suggestions(self.connection, text, limit, self.now)
    }

    fn count(&mut self, filter: &Filter) -> Result<u64> {
        lists::count(self.connection, filter, self.now)
    }

    fn tries(&mut self, id: AccountId) -> Result<Vec<TryRow>> {
        let sql = "SELECT id, began_at FROM tries WHERE account_id = ?1 ORDER BY id";
        all(self.connection, sql, [id.0], |row| {
            Ok(TryRow { id: TryId(row.get(0)?), began_at: moment_or_long_ago(row, 1) })
        })
    }

    fn sign_in(&mut self, digest: SignInDigest) -> Result<Option<SignInRow>> {
        one(self.connection, &sign_ins::select("secret_sha256 = ?1"), [digest.0], sign_ins::read)
    }

    fn sign_in_of(&mut self, id: SignInId) -> Result<Option<SignInRow>> {
        one(self.connection, &sign_ins::select("id = ?1"), [id.0], sign_ins::read)
    }

    fn tokens(&mut self, owner: Option<AccountId>) -> Result<Vec<SignInRow>> {
        match owner {
            Some(id) => {
                let sql = sign_ins::select("label IS NOT NULL AND account_id = ?1");
                all(self.connection, &sql, [id.0], sign_ins::read)
            }
            None => all(self.connection, &sign_ins::select("label IS NOT NULL"), [], sign_ins::read),
        }
    }

    fn events(&mut self, filter: &EventFilter, after: Option<u64>, limit: usize) -> Result<Vec<Event>> {
        record::page(self.connection, filter, after, limit)
    }

    fn repeats(&mut self, most: u32) -> Result<Vec<RepeatRow>> {
        let sql =
            "SELECT target_id, target, kind, count, last_at, began_at FROM repeats ORDER BY target_id, kind LIMIT ?1";
        all(self.connection, sql, [most], record::repeat)
    }
}

impl SqliteRows<'_> {
    fn execute(&self, sql: &str, values: impl Params) -> Result<usize> {
        execute(self.connection, sql, values)
    }
}

impl Rows for SqliteRows<'_> {
    fn mark(&mut self) -> Result<()> {
        self.execute("SAVEPOINT mark", []).map(drop)
    }

    fn back_to_mark(&mut self) -> Result<()> {
        // SQLite may have undone the whole transaction, as it does when the disk is full. Then this fails, since the
        // mark is gone.
        self.execute("ROLLBACK TO mark", [])?;
        self.drop_mark()
    }

    fn drop_mark(&mut self) -> Result<()> {
        self.execute("RELEASE mark", []).map(drop)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<()> {
        self.execute("INSERT OR REPLACE INTO settings (key, value) VALUES (?1, ?2)", [key, value]).map(drop)
    }

    fn insert_block(&mut self, number: u64, block: &[u8]) -> Result<()> {
        self.bound.renew();
        let number = i64::try_from(number).unwrap_or(-1);
        self.execute("INSERT INTO blocklist (number, block) VALUES (?1, ?2)", params![number, block]).map(drop)
    }

    fn delete_blocks(&mut self) -> Result<()> {
        self.execute("DELETE FROM blocklist", []).map(drop)
    }

    fn next_try(&mut self) -> Result<TryId> {
        let sql = "UPDATE settings SET value = CAST(value AS INTEGER) + 1 WHERE key = 'sign_in_tries'
                   RETURNING CAST(value AS INTEGER)";
        self.connection.query_row(sql, [], |row| row.get(0)).map(TryId).map_err(failed)
    }

    fn insert(
        &mut self,
        new: &mut dyn Iterator<Item = Account>,
        made: &mut dyn FnMut(Kept<AccountId>) -> Result<()>,
    ) -> Result<()> {
        let marks = accounts::WRITTEN.split(", ").map(|_| "?").collect::<Vec<_>>().join(", ");
        let sql = format!("INSERT INTO accounts ({}) VALUES ({marks})", accounts::WRITTEN);
        let mut statement = self.connection.prepare_cached(&sql).map_err(failed)?;
        for account in new {
            self.bound.renew();
            made(kept(statement.insert(params_from_iter(accounts::cells(&account))).map(AccountId))?)?;
        }
        Ok(())
    }

    fn save(&mut self, account: &Account) -> Result<Kept<()>> {
        let gone = || StoreError::Failed(anyhow::anyhow!("the store failed: the account is gone"));
        let was = self.account(&Target::Id(account.id))?.ok_or_else(gone)?;
        let cells = accounts::cells(&was).into_iter().zip(accounts::cells(account));
        // Each index of a written column costs a page. So only changed columns are written.
        let changed = accounts::WRITTEN.split(", ").zip(cells).filter(|(_, (was, is))| was != is);
        let (columns, mut values): (Vec<_>, Vec<_>) =
            changed.map(|(column, (_, is))| (format!("{column} = ?"), is)).unzip();
        if columns.is_empty() {
            return Ok(Ok(()));
        }
        values.push(account.id.0.into());
        let sql = format!("UPDATE accounts SET {} WHERE id = ?", columns.join(", "));
        let mut statement = self.connection.prepare_cached(&sql).map_err(failed)?;
        kept(statement.execute(params_from_iter(values)).map(drop))
    }

    fn save_hash(&mut self, id: AccountId, hash: &StoredHash) -> Result<()> {
        let sql = "UPDATE accounts SET password_hash = ?2 WHERE id = ?1";
        self.execute(sql, params![id.0, hash.as_str()]).map(drop)
    }

    fn save_former_name(&mut self, name: &FormerName) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO former_names (username, account_id, kept_until) VALUES (?1, ?2, ?3)";
        self.execute(sql, params![name.username.as_str(), name.account.0, name.kept_until.as_second()]).map(drop)
    }

    fn delete_former_name(&mut self, username: &Username) -> Result<()> {
        self.execute("DELETE FROM former_names WHERE username = ?1", [username.as_str()]).map(drop)
    }

    fn delete(&mut self, id: AccountId) -> Result<()> {
        self.execute("DELETE FROM accounts WHERE id = ?1", [id.0]).map(drop)
    }

    fn delete_removed(&mut self, until: Timestamp) -> Result<Vec<(AccountId, Username)>> {
        let sql = "DELETE FROM accounts WHERE removed_at <= ?1 RETURNING id, username";
        let read = |row: &Row<'_>| Ok((AccountId(row.get(0)?), accounts::username(row, 1)?));
        let mut deleted = all(self.connection, sql, [until.as_second()], read)?;
        deleted.sort_unstable_by_key(|(id, _)| *id);
        Ok(deleted)
    }

    fn lapse(&mut self, until: Timestamp, most: usize) -> Result<usize> {
        let sql = "UPDATE accounts SET temporary_lapsed = TRUE
                   WHERE id IN (SELECT id FROM accounts
                                WHERE temporary_until <= ?1 AND temporary_until IS NOT NULL AND NOT temporary_lapsed
                                ORDER BY temporary_until LIMIT ?2)";
        self.execute(sql, [until.as_second(), i64::try_from(most).unwrap_or(i64::MAX)])
    }

    fn insert_try(&mut self, id: AccountId, begun: TryRow) -> Result<()> {
        let sql = "INSERT INTO tries (account_id, id, began_at) VALUES (?1, ?2, ?3)";
        self.execute(sql, params![id.0, begun.id.0, begun.began_at.as_second()]).map(drop)
    }

    fn delete_try(&mut self, id: AccountId, begun: TryId) -> Result<bool> {
        self.execute("DELETE FROM tries WHERE account_id = ?1 AND id = ?2", [id.0, begun.0]).map(|ended| ended > 0)
    }

    fn delete_tries(&mut self, id: AccountId) -> Result<()> {
        self.execute("DELETE FROM tries WHERE account_id = ?1", [id.0]).map(drop)
    }

    fn insert_sign_in(&mut self, digest: SignInDigest, row: &SignInRow) -> Result<Kept<()>> {
        let sql = "INSERT INTO sign_ins (account_id, secret_sha256, created_at, expires_at, label, roles)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let (began, ends) = (row.created_at.as_second(), row.expires_at.as_second());
        let (label, roles) = (row.label.as_ref().map(Label::as_str), row.roles.map(Roles::bits));
        kept(self.connection.execute(sql, params![row.account.0, digest.0, began, ends, label, roles]).map(drop))
    }

    fn save_sign_in(&mut self, row: &SignInRow) -> Result<()> {
        let sql = "UPDATE sign_ins SET roles = ?2, last_used_at = ?3 WHERE id = ?1";
        let (roles, used) = (row.roles.map(Roles::bits), row.last_used_at.map(Timestamp::as_second));
        self.execute(sql, params![row.id.0, roles, used]).map(drop)
    }

    fn delete_sign_in(&mut self, id: SignInId) -> Result<()> {
        self.execute("DELETE FROM sign_ins WHERE id = ?1", [id.0]).map(drop)
    }

    fn delete_sign_ins(&mut self, account: AccountId, keep: Option<SignInId>) -> Result<usize> {
        let sql = "DELETE FROM sign_ins WHERE account_id = ?1 AND id IS NOT ?2";
        self.execute(sql, params![account.0, keep.map(|keep| keep.0)])
    }

    fn delete_sign_ins_until(&mut self, until: Timestamp) -> Result<()> {
        self.execute("DELETE FROM sign_ins WHERE expires_at <= ?1", [until.as_second()]).map(drop)
    }

    fn append(&mut self, event: &Event) -> Result<()> {
        record::append(self.connection, event)
    }

    fn save_repeat(&mut self, row: &RepeatRow) -> Result<()> {
        let Repeat { target, kind, count, last_at } = &row.repeat;
        let name = target.as_ref().map(|target| target.username.as_str()).unwrap_or_default();
        let sql =
            "INSERT INTO repeats (target_id, kind, target, began_at, last_at, count) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO UPDATE SET count = ?6, last_at = ?5";
        let count = i64::try_from(*count).unwrap_or(i64::MAX);
        let values = params![row.target, kind, name, row.began_at.as_second(), last_at.as_second(), count];
        self.execute(sql, values).map(drop)
    }

    fn delete_repeat(&mut self, row: &RepeatRow) -> Result<()> {
        let sql = "DELETE FROM repeats WHERE target_id = ?1 AND kind = ?2";
        self.execute(sql, params![row.target, row.repeat.kind]).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use rusqlite::TransactionBehavior;

    use super::super::bound::Bounded;
    use super::super::open;
    use super::*;
    use crate::domain::actor::{Actor, Operator};
    use crate::domain::audit::{BYTES_AN_EVENT, Detail, DetailKey, Entry, Outcome, Reason, RecordedTarget, Repeat};
    use crate::domain::delivery::made_up::delivered;
    use crate::domain::hash::Cost;
    use crate::domain::policy::Policy;
    use crate::store::contract::OPERATION;
    use crate::store::tx::Tx;
    use crate::store::{NewTemporary, StoreError, batches, events, policy, record};

    fn rows(connection: &Bounded, now: Timestamp) -> SqliteRows<'_> {
        SqliteRows { connection, bound: connection.bound(), now }
    }

    fn with_hash(phc: &str) -> Bounded {
        let connection = open::in_memory().unwrap();
        let sql = "INSERT INTO accounts (username, display_name, search_text, roles, state, must_change, password_hash,
                                         created_at)
                   VALUES ('alice', '', '', 0, 'active', FALSE, ?1, 0)";
        connection.execute(sql, [phc]).unwrap();
        connection
    }

    fn costs(connection: &Bounded) -> Vec<Cost> {
        policy::read(&mut rows(connection, Timestamp::UNIX_EPOCH), Policy::default()).unwrap().costs
    }

    #[test]
    fn a_sign_in_evaluates_what_is_stored_and_what_is_decided_each_once() {
        let other = Cost { memory_kib: 65_536, passes: 1, lanes: 1 };
        for (stored, all) in [(Cost::DEFAULT, vec![Cost::DEFAULT]), (other, vec![other, Cost::DEFAULT])] {
            assert_eq!(costs(&with_hash(&format!("$argon2id$v=19${stored}$c2FsdHNhbHRzYWx0$0000"))), all);
        }
    }

    #[test]
    fn no_row_has_a_sign_in_evaluate_what_is_no_hash_or_immoderate() {
        for phc in
            ["", "x", "$argon2id$v=19$", "$argon2id$v=19$m=4194304,t=2,p=1$x$y", "$argon2id$v=19$m=8,t=0,p=1$x$y"]
        {
            assert_eq!(costs(&with_hash(phc)), [Cost::DEFAULT], "{phc}");
        }
    }

    #[test]
    fn a_hash_that_is_not_even_text_keeps_nobody_else_out() {
        let connection = with_hash("");
        for damaged in ["x'6dff'", "x'246172676f6e32696424763d313924ff24'", "x'246172676f6e32696424763d3139246d3dff24'"]
        {
            connection.execute(&format!("UPDATE accounts SET password_hash = CAST({damaged} AS TEXT)"), []).unwrap();
            assert_eq!(costs(&connection), [Cost::DEFAULT], "{damaged}");
        }
    }

    #[test]
    fn the_costs_are_found_by_an_index() {
        let connection = open::in_memory().unwrap();
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {HASH_COSTS}")).unwrap();
        let lines = statement.query_map([1], |row| row.get(3)).unwrap();
        let plan = lines.collect::<rusqlite::Result<Vec<String>>>().unwrap().join("\n");
        assert!(plan.contains("accounts_by_hash_cost (hash_cost>? AND hash_cost<?)"), "{plan}");
        assert!(!plan.contains("SCAN accounts"), "{plan}");
    }

    #[test]
    fn what_has_the_engine_undo_all_of_a_batch_is_what_is_said() {
        let mut connection = open::in_memory().unwrap();
        connection
            .execute_batch(
                "INSERT INTO accounts (username, display_name, search_text, roles, state, must_change, created_at)
                 VALUES ('alice', '', '', 0, 'active', TRUE, 0), ('bob', '', '', 0, 'active', TRUE, 0);
                 CREATE TEMP TRIGGER full BEFORE UPDATE OF password_hash ON accounts WHEN old.username = 'bob'
                 BEGIN SELECT RAISE(ROLLBACK, 'there is no room'); END",
            )
            .unwrap();
        let at = Timestamp::from_second(1_700_000_000).unwrap();
        let operator = Operator { uid: 0, os_user: "root".into(), sudo_caller: None };
        let by = Actor::Operator(operator);
        let new = || NewTemporary {
            hash: delivered(StoredHash::from_store("$argon2id$x".into())),
            until: at + SignedDuration::from_hours(1),
        };
        let batch = [(AccountId(1), new()), (AccountId(2), new())];
        let bound = connection.bound();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        let mut rows = SqliteRows { connection: &transaction, bound, now: at };
        let undone = batches::reset_passwords(&mut Tx::new(&mut rows, OPERATION), &by, &batch);
        assert!(matches!(&undone, Err(StoreError::Failed(why)) if format!("{why:#}").contains("there is no room")));
        drop(transaction);
        for what in ["accounts WHERE password_hash IS NOT NULL", "audit_events"] {
            let count = connection.query_row(&format!("SELECT count(*) FROM {what}"), [], |row| row.get::<_, i64>(0));
            assert_eq!(count.unwrap(), 0, "{what}");
        }
    }

    #[test]
    fn however_many_temporary_passwords_have_expired_all_lapse_with_the_next_event() {
        const LAPSING: i64 = 1_000;
        let connection = open::in_memory().unwrap();
        for count in [1, LAPSING - 1, LAPSING, 2 * LAPSING, 2 * LAPSING + 1] {
            let sql = format!(
                "DELETE FROM accounts;
                 WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n <= {count})
                 INSERT INTO accounts (username, display_name, search_text, roles, state, must_change, temporary_until,
                                       created_at)
                 SELECT 'u' || n, '', '', 0, 'active', TRUE, iif(n > {count}, 8, 7), 0 FROM number"
            );
            connection.execute_batch(&sql).unwrap();
            let seven = Timestamp::from_second(7).unwrap();
            record::end_what_has_ended(&mut Tx::new(&mut rows(&connection, seven), OPERATION)).unwrap();
            let lapsed = "SELECT count(*) FROM accounts WHERE temporary_lapsed AND temporary_until = 7";
            let others = "SELECT count(*) FROM accounts WHERE temporary_lapsed AND temporary_until = 8";
            let counted =
                [lapsed, others].map(|sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap());
            assert_eq!(counted, [count, 0]);
        }
    }

    /// The refusal with the longest possible names.
    fn longest() -> Entry {
        let operator = Operator { uid: u32::MAX, os_user: "u".repeat(64), sudo_caller: Some("s".repeat(64)) };
        Entry {
            actor: None,
            action: "sign-in",
            target: Some(RecordedTarget { id: Some(AccountId(1_000_000)), username: "a".repeat(64).parse().unwrap() }),
            outcome: Outcome::Refused,
            detail: Detail::of(Reason::TemporaryExpired).with(DetailKey::TypedBy, operator.said()),
        }
    }

    #[test]
    fn the_longest_event_of_a_stranger_fills_no_more_bytes_than_it_is_said_to() {
        let mut connection = open::in_memory().unwrap();
        let bytes = |connection: &Connection| {
            let sql = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
            connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap()
        };
        let before = bytes(&connection);
        let bound = connection.bound();
        let transaction = connection.transaction().unwrap();
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let mut rows = SqliteRows { connection: &transaction, bound, now };
        for _ in 0..1_000 {
            let repeat = Repeat {
                target: longest().target,
                kind: longest().detail.to_json(),
                count: u64::MAX >> 1,
                last_at: Timestamp::from_second(1_800_000_000).unwrap(),
            };
            record::insert(&mut Tx::new(&mut rows, OPERATION), &events::repeated(&repeat)).unwrap();
        }
        transaction.commit().unwrap();
        let each = (bytes(&connection) - before) / 1_000;
        assert!(u64::try_from(each).unwrap() <= BYTES_AN_EVENT, "{each}");
    }
}
