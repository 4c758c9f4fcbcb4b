//! Runs the statements of a transaction. They are prepared once.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, Row, ToSql, params_from_iter};

use super::bound::Bound;
use super::errors::failed;
use crate::domain::account::AccountId;
use crate::store::Result;
use crate::store::engine::{Kept, NewRow, Taken};
use crate::store::sql::{Cell, Cells, Dialect, HASH, Sql, cells, hash_cells, written, wrong};

/// A connection inside its transaction. Each statement may take as long as any operation may.
pub struct Statements<'a> {
    pub connection: &'a Connection,
    pub bound: Bound,
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Integer(None) | Self::Text(None) => ValueRef::Null,
            Self::Integer(Some(number)) => ValueRef::Integer(*number),
            Self::Flag(flag) => ValueRef::Integer((*flag).into()),
            Self::Text(Some(text)) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl Cells for Row<'_> {
    fn integer(&self, column: usize) -> Result<Option<i64>> {
        self.get(column).map_err(failed)
    }

    fn flag(&self, column: usize) -> Result<bool> {
        self.get(column).map_err(failed)
    }

    fn text(&self, column: usize) -> Result<Option<&str>> {
        self.get_ref(column).map_err(failed)?.as_str_or_null().map_err(|error| wrong(column, error))
    }

    fn bytes(&self, column: usize) -> Option<&[u8]> {
        self.get_ref(column).ok()?.as_bytes().ok()
    }
}

impl Sql for Statements<'_> {
    const DIALECT: Dialect = Dialect {
        place_in: "instr",
        // This is the index that UNIQUE makes.
        by_username: "accounts INDEXED BY sqlite_autoindex_accounts_1",
        by_name: "accounts INDEXED BY accounts_by_name",
        together: 1,
        // The number is written into the statement, so that the index of this role is used. A parameter would prevent
        // that.
        has_role: |bits| format!("roles & {bits}"),
    };

    fn each(&self, sql: &str, values: &[Cell<'_>], seen: &mut dyn FnMut(&dyn Cells) -> Result<bool>) -> Result<()> {
        self.bound.renew();
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        let mut rows = statement.query(params_from_iter(values)).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            if seen(row)? {
                break;
            }
        }
        Ok(())
    }

    fn execute(&self, sql: &str, values: &[Cell<'_>]) -> Result<usize> {
        self.bound.renew();
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        statement.execute(params_from_iter(values)).map_err(failed)
    }

    fn insert_rows(&self, table: &str, columns: &str, rows: &[Vec<Cell<'_>>]) -> Result<()> {
        let mut statement = self.connection.prepare_cached(&insertion(table, columns)).map_err(failed)?;
        for row in rows {
            self.bound.renew();
            statement.execute(params_from_iter(row)).map_err(failed)?;
        }
        Ok(())
    }

    fn given(&self, table: &str) -> Result<i64> {
        let query = format!(
            "SELECT max(coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = '{table}'), 0),
                        coalesce((SELECT max(id) FROM {table}), 0))"
        );
        self.one(&query, &[], |row| row.number(0)).map(Option::unwrap_or_default)
    }

    fn give(&self, table: &str, number: i64) -> Result<()> {
        if number == 0 {
            return Ok(());
        }
        let values = [table.into(), number.into()];
        if self.execute("UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1", &values)? == 0 {
            self.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)", &values)?;
        }
        Ok(())
    }

    fn insert_accounts(
        &self,
        new: &mut dyn Iterator<Item = NewRow>,
        made: &mut dyn FnMut(Kept<AccountId>) -> Result<()>,
    ) -> Result<()> {
        let columns = format!("{HASH}, {}", written());
        let mut statement = self.connection.prepare_cached(&insertion("accounts", &columns)).map_err(failed)?;
        for (account, hash) in new {
            self.bound.renew();
            let cells = hash_cells(hash.as_ref()).into_iter().chain(cells(&account));
            made(kept(statement.insert(params_from_iter(cells)).map(AccountId))?)?;
        }
        Ok(())
    }
}

fn insertion(table: &str, columns: &str) -> String {
    let marks = columns.split(", ").map(|_| "?").collect::<Vec<_>>().join(", ");
    format!("INSERT INTO {table} ({columns}) VALUES ({marks})")
}

/// A violated UNIQUE constraint means that a value is taken.
fn kept<T>(written: rusqlite::Result<T>) -> Result<Kept<T>> {
    let uniques = [("accounts.username", Taken::Username), ("accounts.email_key", Taken::Email)];
    written.map(Ok).or_else(|error| {
        let text = error.to_string();
        let broken = |(unique, _): &(&str, Taken)| text.contains(unique);
        match uniques.into_iter().find(broken) {
            Some((_, taken)) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => Ok(Err(taken)),
            _ => Err(failed(error)),
        }
    })
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
    use crate::domain::clock::Timestamp;
    use crate::domain::delivery::made_up::delivered;
    use crate::domain::hash::{Cost, Scheme, StoredHash};
    use crate::domain::policy::Policy;
    use crate::store::contract::OPERATION;
    use crate::store::sql::{HASH_SCHEMES, SqlRows};
    use crate::store::tx::Tx;
    use crate::store::{NewTemporary, StoreError, batches, events, policy, record};

    fn rows(connection: &Bounded, now: Timestamp) -> SqlRows<Statements<'_>> {
        SqlRows { sql: Statements { connection, bound: connection.bound() }, now }
    }

    fn with_scheme(scheme: &str) -> Bounded {
        let connection = open::in_memory().unwrap();
        let sql = "INSERT INTO accounts (username, display_name, search_text, roles, state, must_change, hash_scheme,
                                         created_at)
                   VALUES ('alice', '', '', 0, 'active', FALSE, ?1, 0)";
        connection.execute(sql, [scheme]).unwrap();
        connection
    }

    fn schemes(connection: &Bounded) -> Vec<Scheme> {
        policy::read(&mut rows(connection, Timestamp::UNIX_EPOCH), Policy::default()).unwrap().schemes
    }

    #[test]
    fn a_sign_in_evaluates_what_is_stored_and_what_is_decided_each_once() {
        let other = Cost { memory_kib: 65_536, passes: 1, lanes: 1 };
        for (stored, all) in [(Cost::DEFAULT, vec![Cost::DEFAULT]), (other, vec![other, Cost::DEFAULT])] {
            let all: Vec<_> = all.into_iter().map(Scheme::own).collect();
            assert_eq!(schemes(&with_scheme(&stored.to_string())), all);
        }
    }

    #[test]
    fn no_row_has_a_sign_in_evaluate_what_is_no_hash_or_immoderate() {
        for scheme in ["", "x", "m=", "m=4194304,t=2,p=1", "m=8,t=0,p=1"] {
            assert_eq!(schemes(&with_scheme(scheme)), [Scheme::own(Cost::DEFAULT)], "{scheme}");
        }
    }

    #[test]
    fn a_scheme_that_is_not_even_text_keeps_nobody_else_out() {
        let connection = with_scheme("");
        for damaged in ["x'6dff'", "x'246172676f6e32696424763d313924ff24'", "x'246172676f6e32696424763d3139246d3dff24'"]
        {
            connection.execute(&format!("UPDATE accounts SET hash_scheme = CAST({damaged} AS TEXT)"), []).unwrap();
            assert_eq!(schemes(&connection), [Scheme::own(Cost::DEFAULT)], "{damaged}");
        }
    }

    #[test]
    fn the_schemes_are_found_by_an_index() {
        let connection = open::in_memory().unwrap();
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {HASH_SCHEMES}")).unwrap();
        let lines = statement.query_map([1], |row| row.get(3)).unwrap();
        let plan = lines.collect::<rusqlite::Result<Vec<String>>>().unwrap().join("\n");
        assert!(plan.contains("accounts_by_hash_scheme (hash_scheme>?)"), "{plan}");
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
        let operator = Operator { uid: 0, os_user: "root".into(), sudo_caller: None, role: None, is_guest: false };
        let by = Actor::Operator(operator);
        let new = || NewTemporary {
            hash: delivered(StoredHash::from_store("$argon2id$x".into())),
            until: at + SignedDuration::from_hours(1),
        };
        let batch = [(AccountId(1), new()), (AccountId(2), new())];
        let bound = connection.bound();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        let mut rows = SqlRows { sql: Statements { connection: &transaction, bound }, now: at };
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
        let operator = Operator {
            uid: u32::MAX,
            os_user: "u".repeat(64),
            sudo_caller: Some("s".repeat(64)),
            role: None,
            is_guest: false,
        };
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
        let mut rows = SqlRows { sql: Statements { connection: &transaction, bound }, now };
        for _ in 0..1_000 {
            let repeat = Repeat {
                target: longest().target,
                kind: longest().detail.to_json(),
                count: u64::MAX >> 1,
                last_at: Timestamp::from_second(1_800_000_000).unwrap(),
            };
            record::insert(&mut Tx::new(&mut rows, OPERATION), &[events::repeated(&repeat)]).unwrap();
        }
        transaction.commit().unwrap();
        let each = (bytes(&connection) - before) / 1_000;
        assert!(u64::try_from(each).unwrap() <= BYTES_AN_EVENT, "{each}");
    }
}
