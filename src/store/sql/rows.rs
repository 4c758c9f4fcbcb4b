//! The rows of a store, inside one transaction.

use std::collections::BTreeMap;

use super::accounts::scheme;
use super::{Cell, Cells, Sql, accounts, lists, pieces, record, sign_ins};
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
use crate::store::engine::{
    FormerName, Kept, NewRow, Piece, Reads, RepeatRow, Rows, SignInRow, Taken, TryRow, WrittenAccount,
};
use crate::store::{EventFilter, Filter, Page, Result, StoreError};

/// The rows, in an open transaction of an engine.
pub struct SqlRows<S> {
    /// The transaction.
    pub sql: S,
    /// The time of the transaction.
    pub now: Timestamp,
}

/// How many rows are looked up with one query.
const TOGETHER: usize = 1_000;

/// What stands for so many values in a statement.
fn marks(count: usize) -> String {
    (1..=count).map(|number| format!("?{number}")).collect::<Vec<_>>().join(", ")
}

/// Finds each scheme, one index step at a time. The number of accounts does not matter.
pub const HASH_SCHEMES: &str = "
    WITH RECURSIVE schemes (scheme) AS (
        SELECT min(hash_scheme) FROM accounts WHERE hash_scheme > ''
        UNION ALL
        SELECT (SELECT min(hash_scheme) FROM accounts WHERE hash_scheme > scheme)
        FROM schemes WHERE scheme IS NOT NULL
    )
    SELECT scheme FROM schemes WHERE scheme IS NOT NULL LIMIT ?1";

impl<S: Sql> Reads for SqlRows<S> {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn settings(&mut self) -> Result<BTreeMap<String, String>> {
        let read = |row: &dyn Cells| Ok((row.string(0)?.to_owned(), row.string(1)?.to_owned()));
        self.sql.all("SELECT key, value FROM settings", &[], read).map(BTreeMap::from_iter)
    }

    fn setting(&mut self, key: &str) -> Result<Option<String>> {
        let query = "SELECT value FROM settings WHERE key = ?1";
        self.sql.one(query, &[key.into()], |row| row.string(0).map(str::to_owned))
    }

    fn block(&mut self, number: u64) -> Result<Option<Vec<u8>>> {
        let query = "SELECT block FROM blocklist WHERE number = ?1";
        let number = i64::try_from(number).unwrap_or(-1);
        self.sql.one(query, &[number.into()], |row| Ok(row.bytes(0).unwrap_or_default().to_vec()))
    }

    fn count_blocks(&mut self) -> Result<u64> {
        let count = self.sql.one("SELECT count(*) FROM blocklist", &[], |row| row.number(0))?;
        Ok(count.map_or(0, i64::unsigned_abs))
    }

    fn account(&mut self, target: &Target) -> Result<Option<Account>> {
        let (column, key) = match target {
            Target::Id(id) => ("id", id.0.into()),
            Target::Username(username) => ("username", username.as_str().into()),
            Target::Email(email) => ("email_key", Cell::Text(Some(email.key()))),
        };
        self.sql.one(&accounts::select(&format!("accounts WHERE {column} = ?1")), &[key], accounts::read)
    }

    fn removed_with(&mut self, email: &Email) -> Result<Vec<Account>> {
        let query = accounts::select("accounts WHERE email_key > ?1 || ' ' AND email_key < ?1 || '!' ORDER BY id");
        self.sql.all(&query, &[Cell::Text(Some(email.key()))], accounts::read)
    }

    fn accounts(&mut self, targets: &[Target]) -> Result<Vec<Account>> {
        let mut keys: [(&str, Vec<Cell<'_>>); 3] = ["id", "username", "email_key"].map(|column| (column, Vec::new()));
        for target in targets {
            match target {
                Target::Id(id) => keys[0].1.push(id.0.into()),
                Target::Username(username) => keys[1].1.push(username.as_str().into()),
                Target::Email(email) => keys[2].1.push(Cell::Text(Some(email.key()))),
            }
        }
        let mut found = Vec::new();
        for (column, keys) in &keys {
            for some in keys.chunks(TOGETHER) {
                let query = accounts::select(&format!("accounts WHERE {column} IN ({})", marks(some.len())));
                found.extend(self.sql.all(&query, some, accounts::read)?);
            }
        }
        Ok(found)
    }

    fn former_names(&mut self, usernames: &[&Username]) -> Result<Vec<FormerName>> {
        let keys: Vec<Cell<'_>> = usernames.iter().map(|username| username.as_str().into()).collect();
        let mut found = Vec::new();
        for some in keys.chunks(TOGETHER) {
            let query = format!(
                "SELECT username, account_id, kept_until FROM former_names WHERE username IN ({})",
                marks(some.len())
            );
            found.extend(self.sql.all(&query, some, |row| {
                let (username, account) = (row.username(0)?, AccountId(row.number(1)?));
                Ok(FormerName { username, account, kept_until: row.moment_or_long_ago(2) })
            })?);
        }
        Ok(found)
    }

    fn hash(&mut self, id: AccountId) -> Result<Option<StoredHash>> {
        let query = "SELECT password_hash FROM accounts WHERE id = ?1";
        let found = self.sql.one(query, &[id.0.into()], |row| Ok(row.text(0)?.map(str::to_owned)))?;
        Ok(found.flatten().map(StoredHash::from_store))
    }

    fn hashes(&mut self, ids: &[AccountId]) -> Result<Vec<(AccountId, StoredHash)>> {
        let mut found = Vec::new();
        for some in ids.chunks(TOGETHER) {
            let values: Vec<Cell<'_>> = some.iter().map(|id| id.0.into()).collect();
            let query = format!(
                "SELECT id, password_hash FROM accounts WHERE password_hash IS NOT NULL AND id IN ({})",
                marks(some.len())
            );
            found.extend(self.sql.all(&query, &values, |row| {
                Ok((AccountId(row.number(0)?), StoredHash::from_store(row.string(1)?.to_owned())))
            })?);
        }
        Ok(found)
    }

    fn hash_schemes(&mut self, most: u32) -> Result<Vec<String>> {
        // A damaged scheme need not be text.
        self.sql.all(HASH_SCHEMES, &[i64::from(most).into()], |row| Ok(row.lossy(0).unwrap_or_default()))
    }

    fn holders(&mut self, role: Role, seen: &mut dyn FnMut(&Account) -> bool) -> Result<()> {
        let has_role = (S::DIALECT.has_role)(Roles::from_iter([role]).bits());
        let query = accounts::select(&format!("accounts WHERE {has_role} ORDER BY id"));
        self.sql.each(&query, &[], &mut |row| Ok(accounts::read(row).is_ok_and(|holder| seen(&holder))))
    }

    fn written(&mut self, seen: &mut dyn FnMut(&WrittenAccount) -> Result<()>) -> Result<()> {
        self.sql.each(&accounts::select_written(), &[], &mut |row| {
            seen(&accounts::read_written(row)?)?;
            Ok(false)
        })
    }

    fn page(&mut self, page: &Page<'_>) -> Result<Vec<Account>> {
        lists::page(&self.sql, page, self.now)
    }

    fn suggestions(&mut self, text: &str, limit: usize) -> Result<Vec<Account>> {
        lists::suggestions(&self.sql, text, limit, self.now)
    }

    fn usernames(&mut self, begun: &str, removed: bool, reverse: bool, limit: usize) -> Result<Vec<String>> {
        lists::usernames(&self.sql, begun, removed, reverse, limit)
    }

    fn count(&mut self, filter: &Filter) -> Result<u64> {
        lists::count(&self.sql, filter, self.now)
    }

    fn tries(&mut self, id: AccountId) -> Result<Vec<TryRow>> {
        let query = "SELECT id, began_at FROM tries WHERE account_id = ?1 ORDER BY id";
        self.sql.all(query, &[id.0.into()], |row| {
            Ok(TryRow { id: TryId(row.number(0)?), began_at: row.moment_or_long_ago(1) })
        })
    }

    fn sign_in(&mut self, digest: SignInDigest) -> Result<Option<SignInRow>> {
        self.sql.one(&sign_ins::select("secret_sha256 = ?1"), &[digest.0.as_slice().into()], sign_ins::read)
    }

    fn sign_in_of(&mut self, id: SignInId) -> Result<Option<SignInRow>> {
        self.sql.one(&sign_ins::select("id = ?1"), &[id.0.into()], sign_ins::read)
    }

    fn tokens(&mut self, owner: Option<AccountId>) -> Result<Vec<SignInRow>> {
        match owner {
            Some(id) => {
                let query = sign_ins::select("label IS NOT NULL AND account_id = ?1");
                self.sql.all(&query, &[id.0.into()], sign_ins::read)
            }
            None => self.sql.all(&sign_ins::select("label IS NOT NULL"), &[], sign_ins::read),
        }
    }

    fn events(&mut self, filter: &EventFilter, after: Option<u64>, limit: usize) -> Result<Vec<Event>> {
        record::page(&self.sql, filter, after, limit)
    }

    fn repeats(&mut self, most: u32) -> Result<Vec<RepeatRow>> {
        self.sql.all(&record::select_repeats("LIMIT ?1"), &[i64::from(most).into()], record::repeat)
    }

    fn pieces(&mut self, seen: &mut dyn FnMut(&[Piece]) -> Result<()>) -> Result<()> {
        pieces::read(&self.sql, seen)
    }
}

impl<S: Sql> SqlRows<S> {
    /// Whether a value of a unique column belongs to an account already.
    fn is_taken(&self, column: &str, value: Cell<'_>) -> Result<bool> {
        let query = format!("SELECT id FROM accounts WHERE {column} = ?1");
        self.sql.one(&query, &[value], |_| Ok(())).map(|found| found.is_some())
    }
}

impl<S: Sql> Rows for SqlRows<S> {
    fn mark(&mut self) -> Result<()> {
        self.sql.execute("SAVEPOINT mark", &[]).map(drop)
    }

    fn back_to_mark(&mut self) -> Result<()> {
        // The engine may have undone the whole transaction, as SQLite does when the disk is full. Then this fails, since
        // the mark is gone.
        self.sql.execute("ROLLBACK TO mark", &[])?;
        self.drop_mark()
    }

    fn drop_mark(&mut self) -> Result<()> {
        self.sql.execute("RELEASE mark", &[]).map(drop)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<()> {
        let statement = "INSERT INTO settings (key, value) VALUES (?1, ?2)
                         ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        self.sql.execute(statement, &[key.into(), value.into()]).map(drop)
    }

    fn insert_block(&mut self, number: u64, block: &[u8]) -> Result<()> {
        let number = i64::try_from(number).unwrap_or(-1);
        let statement = "INSERT INTO blocklist (number, block) VALUES (?1, ?2)";
        self.sql.execute(statement, &[number.into(), block.into()]).map(drop)
    }

    fn delete_blocks(&mut self) -> Result<()> {
        self.sql.execute("DELETE FROM blocklist", &[]).map(drop)
    }

    fn next_try(&mut self) -> Result<TryId> {
        let statement =
            "UPDATE settings SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE key = 'sign_in_tries'
                         RETURNING CAST(value AS BIGINT)";
        let next = self.sql.one(statement, &[], |row| row.number(0))?;
        next.map(TryId).ok_or_else(|| StoreError::damaged("the store is damaged: it no longer counts sign-ins"))
    }

    fn insert(
        &mut self,
        new: &mut dyn Iterator<Item = NewRow>,
        made: &mut dyn FnMut(Kept<AccountId>) -> Result<()>,
    ) -> Result<()> {
        self.sql.insert_accounts(new, made)
    }

    fn save(&mut self, account: &Account) -> Result<Kept<()>> {
        let gone = || StoreError::Failed(anyhow::anyhow!("the store failed: the account is gone"));
        let was = self.account(&Target::Id(account.id))?.ok_or_else(gone)?;
        if was.username != account.username && self.is_taken("username", account.username.as_str().into())? {
            return Ok(Err(Taken::Username));
        }
        let key = account.email_key();
        if key.is_some() && was.email_key() != key && self.is_taken("email_key", Cell::Text(key))? {
            return Ok(Err(Taken::Email));
        }
        let written = accounts::written();
        let cells = accounts::cells(&was).into_iter().zip(accounts::cells(account));
        // Each index of a written column costs a page. So only changed columns are written.
        let changed = written.split(", ").zip(cells).filter(|(_, (was, is))| was != is);
        let (columns, mut values): (Vec<_>, Vec<_>) =
            changed.enumerate().map(|(at, (column, (_, is)))| (format!("{column} = ?{}", at + 1), is)).unzip();
        if columns.is_empty() {
            return Ok(Ok(()));
        }
        values.push(account.id.0.into());
        let statement = format!("UPDATE accounts SET {} WHERE id = ?{}", columns.join(", "), values.len());
        self.sql.execute(&statement, &values).map(|_| Ok(()))
    }

    fn save_hash(&mut self, id: AccountId, hash: &StoredHash) -> Result<()> {
        let statement = "UPDATE accounts SET password_hash = ?2, hash_scheme = ?3 WHERE id = ?1";
        self.sql.execute(statement, &[id.0.into(), hash.as_str().into(), Cell::Text(scheme(hash))]).map(drop)
    }

    fn save_former_name(&mut self, name: &FormerName) -> Result<()> {
        let statement = "INSERT INTO former_names (username, account_id, kept_until) VALUES (?1, ?2, ?3)
                         ON CONFLICT (username)
                         DO UPDATE SET account_id = excluded.account_id, kept_until = excluded.kept_until";
        let values = [name.username.as_str().into(), name.account.0.into(), name.kept_until.into()];
        self.sql.execute(statement, &values).map(drop)
    }

    fn delete_former_name(&mut self, username: &Username) -> Result<()> {
        self.sql.execute("DELETE FROM former_names WHERE username = ?1", &[username.as_str().into()]).map(drop)
    }

    fn delete(&mut self, id: AccountId) -> Result<()> {
        self.sql.execute("DELETE FROM accounts WHERE id = ?1", &[id.0.into()]).map(drop)
    }

    fn delete_removed(&mut self, until: Timestamp) -> Result<Vec<(AccountId, Username)>> {
        let statement = "DELETE FROM accounts WHERE removed_at <= ?1 RETURNING id, username";
        let read = |row: &dyn Cells| Ok((AccountId(row.number(0)?), row.username(1)?));
        let mut deleted = self.sql.all(statement, &[until.into()], read)?;
        deleted.sort_unstable_by_key(|(id, _)| *id);
        Ok(deleted)
    }

    fn lapse(&mut self, until: Timestamp, most: usize) -> Result<usize> {
        let statement = "UPDATE accounts SET temporary_lapsed = TRUE
                         WHERE id IN (SELECT id FROM accounts
                                      WHERE temporary_until <= ?1 AND temporary_until IS NOT NULL AND NOT temporary_lapsed
                                      ORDER BY temporary_until LIMIT ?2)";
        self.sql.execute(statement, &[until.into(), i64::try_from(most).unwrap_or(i64::MAX).into()])
    }

    fn insert_try(&mut self, id: AccountId, begun: TryRow) -> Result<()> {
        let statement = "INSERT INTO tries (account_id, id, began_at) VALUES (?1, ?2, ?3)";
        self.sql.execute(statement, &[id.0.into(), begun.id.0.into(), begun.began_at.into()]).map(drop)
    }

    fn delete_try(&mut self, id: AccountId, begun: TryId) -> Result<bool> {
        let statement = "DELETE FROM tries WHERE account_id = ?1 AND id = ?2";
        self.sql.execute(statement, &[id.0.into(), begun.0.into()]).map(|ended| ended > 0)
    }

    fn delete_tries(&mut self, id: AccountId) -> Result<()> {
        self.sql.execute("DELETE FROM tries WHERE account_id = ?1", &[id.0.into()]).map(drop)
    }

    fn insert_sign_in(&mut self, digest: SignInDigest, row: &SignInRow) -> Result<Kept<()>> {
        if let Some(label) = &row.label {
            let query = "SELECT id FROM sign_ins WHERE account_id = ?1 AND label = ?2";
            let values = [row.account.0.into(), label.as_str().into()];
            if self.sql.one(query, &values, |_| Ok(()))?.is_some() {
                return Ok(Err(Taken::Label));
            }
        }
        let statement = "INSERT INTO sign_ins (account_id, secret_sha256, created_at, expires_at, label, roles)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let values = [
            row.account.0.into(),
            digest.0.as_slice().into(),
            row.created_at.into(),
            row.expires_at.into(),
            row.label.as_ref().map(Label::as_str).into(),
            row.roles.map(|roles| i64::from(roles.bits())).into(),
        ];
        self.sql.execute(statement, &values).map(|_| Ok(()))
    }

    fn save_sign_in(&mut self, row: &SignInRow) -> Result<()> {
        let statement = "UPDATE sign_ins SET roles = ?2, last_used_at = ?3 WHERE id = ?1";
        let roles = row.roles.map(|roles| i64::from(roles.bits()));
        self.sql.execute(statement, &[row.id.0.into(), roles.into(), row.last_used_at.into()]).map(drop)
    }

    fn delete_sign_in(&mut self, id: SignInId) -> Result<()> {
        self.sql.execute("DELETE FROM sign_ins WHERE id = ?1", &[id.0.into()]).map(drop)
    }

    fn delete_sign_ins(&mut self, account: AccountId, keep: Option<SignInId>) -> Result<usize> {
        let statement = "DELETE FROM sign_ins WHERE account_id = ?1 AND (?2 IS NULL OR id <> ?2)";
        self.sql.execute(statement, &[account.0.into(), keep.map(|keep| keep.0).into()])
    }

    fn delete_sign_ins_until(&mut self, until: Timestamp) -> Result<()> {
        self.sql.execute("DELETE FROM sign_ins WHERE expires_at <= ?1", &[until.into()]).map(drop)
    }

    fn append(&mut self, events: &[Event]) -> Result<()> {
        let rows: Vec<_> = events.iter().map(|event| record::cells(event).into()).collect();
        self.sql.insert_rows(record::EVENTS, record::COLUMNS, &rows)
    }

    fn delete_events(&mut self, from: u64, until: u64) -> Result<()> {
        let [from, until] = [from, until].map(|number| i64::try_from(number).unwrap_or(i64::MAX).into());
        self.sql.execute("DELETE FROM audit_events WHERE sequence BETWEEN ?1 AND ?2", &[from, until]).map(drop)
    }

    fn save_repeat(&mut self, row: &RepeatRow) -> Result<()> {
        let Repeat { target, kind, count, last_at } = &row.repeat;
        let name = target.as_ref().map(|target| target.username.as_str()).unwrap_or_default();
        let statement =
            "INSERT INTO repeats (target_id, kind, target, began_at, last_at, count) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (target_id, kind) DO UPDATE SET count = excluded.count, last_at = excluded.last_at";
        let count = i64::try_from(*count).unwrap_or(i64::MAX);
        let values = [
            row.target.into(),
            kind.as_str().into(),
            name.into(),
            row.began_at.into(),
            (*last_at).into(),
            count.into(),
        ];
        self.sql.execute(statement, &values).map(drop)
    }

    fn delete_repeat(&mut self, row: &RepeatRow) -> Result<()> {
        let statement = "DELETE FROM repeats WHERE target_id = ?1 AND kind = ?2";
        self.sql.execute(statement, &[row.target.into(), row.repeat.kind.as_str().into()]).map(drop)
    }

    fn insert_pieces(&mut self, pieces: &[Piece]) -> Result<()> {
        pieces::write(self, pieces)
    }
}
