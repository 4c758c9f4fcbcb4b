//! A whole store, piece by piece, as it is moved to another place.

use super::{Cell, Cells, Sql, accounts, record, sign_ins};
use crate::domain::account::AccountId;
use crate::domain::sign_in::SignInId;
use crate::domain::throttle::TryId;
use crate::domain::token::Label;
use crate::store::engine::{FormerName, PIECES, Piece, Rows as _, TryRow, WholeAccount};
use crate::store::sql::SqlRows;
use crate::store::{Result, StoreError};

/// What to do about a row that cannot be moved.
const LOOK: &str = "'passdesk store check' finds the fault";
const ACCOUNT: &str = "account";

/// Calls `seen` for everything that the store holds.
pub fn read(sql: &impl Sql, seen: &mut dyn FnMut(&[Piece]) -> Result<()>) -> Result<()> {
    let mut batches = |what: &str, query: &str, read: fn(&dyn Cells) -> Result<Piece>| {
        let mut batch = Vec::with_capacity(PIECES);
        sql.each(query, &[], &mut |row| {
            batch.push(read(row).map_err(|why| unread(what, row, why))?);
            if batch.len() == PIECES {
                seen(&batch)?;
                batch.clear();
            }
            Ok(false)
        })?;
        if batch.is_empty() { Ok(()) } else { seen(&batch) }
    };
    batches("setting", "SELECT key, value FROM settings ORDER BY key", |row| {
        Ok(Piece::Setting(row.string(0)?.into(), row.string(1)?.into()))
    })?;
    batches("block", "SELECT number, block FROM blocklist ORDER BY number", |row| {
        Ok(Piece::Block(row.number(0)?.unsigned_abs(), row.bytes(1).unwrap_or_default().to_vec()))
    })?;
    batches(ACCOUNT, &accounts::select_written(), |row| {
        accounts::read_whole(row).map(|account| Piece::Account(Box::new(account)))
    })?;
    batches("former name", "SELECT username, account_id, kept_until FROM former_names ORDER BY username", |row| {
        let (username, account) = (row.username(0)?, AccountId(row.number(1)?));
        Ok(Piece::FormerName(FormerName { username, account, kept_until: row.moment_or_long_ago(2) }))
    })?;
    batches("sign-in", &sign_ins::select("TRUE"), |row| {
        Ok(Piece::SignIn(sign_ins::digest(row)?, sign_ins::read(row)?))
    })?;
    batches("try", "SELECT id, account_id, began_at FROM tries ORDER BY account_id, id", |row| {
        let begun = TryRow { id: TryId(row.number(0)?), began_at: row.moment_or_long_ago(2) };
        Ok(Piece::Try(AccountId(row.number(1)?), begun))
    })?;
    let events = format!("SELECT {} FROM audit_events ORDER BY sequence", record::COLUMNS);
    batches("event", &events, |row| record::event(row).map(|event| Piece::Event(Box::new(event))))?;
    batches("repeat", &record::select_repeats(""), |row| record::repeat(row).map(Piece::Repeat))?;
    seen(&[Piece::Given(AccountId(sql.given("accounts")?), SignInId(sql.given("sign_ins")?))])
}

/// The error for a row that cannot be read.
fn unread(what: &str, row: &dyn Cells, why: StoreError) -> StoreError {
    let number = if what == ACCOUNT { accounts::id(row).map(|id| id.0) } else { row.number(0) };
    let which = number.map_or_else(|_| format!("a {what}"), |number| format!("{what} {number}"));
    match why {
        StoreError::Unusable { .. } => damaged(format!("{which} is damaged, and cannot be copied")),
        other => other,
    }
}

fn damaged(message: String) -> StoreError {
    StoreError::Unusable { message, hint: LOOK.into() }
}

/// Writes pieces into an empty store.
pub fn write<S: Sql>(rows: &mut SqlRows<S>, pieces: &[Piece]) -> Result<()> {
    let (mut accounts, mut sign_ins, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for piece in pieces {
        match piece {
            Piece::Setting(key, value) => rows.set(key, value)?,
            Piece::Block(number, block) => rows.insert_block(*number, block)?,
            Piece::Account(whole) => accounts.push(account(whole)),
            Piece::FormerName(name) => rows.save_former_name(name)?,
            Piece::SignIn(digest, row) => sign_ins.push(vec![
                row.id.0.into(),
                row.account.0.into(),
                digest.0.as_slice().into(),
                row.created_at.into(),
                row.expires_at.into(),
                row.label.as_ref().map(Label::as_str).into(),
                row.roles.map(|roles| i64::from(roles.bits())).into(),
                row.last_used_at.into(),
            ]),
            Piece::Try(account, begun) => rows.insert_try(*account, *begun)?,
            Piece::Event(event) => events.push(Vec::from(record::cells(event))),
            Piece::Repeat(row) => rows.save_repeat(row)?,
            Piece::Given(account, sign_in) => {
                rows.sql.give("accounts", account.0)?;
                rows.sql.give("sign_ins", sign_in.0)?;
            }
        }
    }
    let columns = format!("id, {}, {}", accounts::HASH, accounts::written());
    insert(&rows.sql, ACCOUNT, "accounts", &columns, &accounts)?;
    insert(&rows.sql, "sign-in", "sign_ins", sign_ins::WRITTEN, &sign_ins)?;
    insert(&rows.sql, "event", record::EVENTS, record::COLUMNS, &events)
}

fn account(whole: &WholeAccount) -> Vec<Cell<'_>> {
    let WholeAccount { account, email_key, hash } = whole;
    let mut cells = accounts::cells(account);
    cells[accounts::EMAIL_KEY] = email_key.as_deref().into();
    [account.id.0.into()].into_iter().chain(accounts::hash_cells(hash.as_ref())).chain(cells).collect()
}

/// The rules of the tables stand in both stores. A row that breaks one was not written by passdesk.
fn insert<S: Sql>(sql: &S, what: &str, table: &str, columns: &str, rows: &[Vec<Cell<'_>>]) -> Result<()> {
    let number = |row: Option<&Vec<Cell<'_>>>| match row.and_then(|row| row.first()) {
        Some(Cell::Integer(Some(number))) => *number,
        _ => 0,
    };
    rows.chunks(S::DIALECT.together).try_for_each(|some| {
        sql.insert_rows(table, columns, some).map_err(|error| {
            match (error, number(some.first()), number(some.last())) {
                (StoreError::Failed(why), first, last) if first == last => {
                    damaged(format!("{what} {first} is damaged, and cannot be copied: {why:#}"))
                }
                (StoreError::Failed(why), first, last) => {
                    damaged(format!("one {what} from {first} to {last} is damaged, and cannot be copied: {why:#}"))
                }
                (other, ..) => other,
            }
        })
    })
}
