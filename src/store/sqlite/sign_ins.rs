//! The rows of sign-ins and tokens.

use rusqlite::{Connection, ErrorCode, Row, ToSql, params};

use super::accounts::moment;
use super::errors::failed;
use super::rows::execute;
use crate::domain::account::AccountId;
use crate::domain::clock::Timestamp;
use crate::domain::role::Roles;
use crate::domain::sign_in::{SignInDigest, SignInId};
use crate::domain::token::Label;
use crate::store::Result;
use crate::store::engine::{Kept, SignInRow, Taken};

pub fn one(connection: &Connection, condition: &str, values: &[&dyn ToSql]) -> Result<Option<SignInRow>> {
    all(connection, condition, values).map(|found| found.into_iter().next())
}

pub fn all(connection: &Connection, condition: &str, values: &[&dyn ToSql]) -> Result<Vec<SignInRow>> {
    let sql = format!(
        "SELECT id, account_id, created_at, expires_at, label, roles, last_used_at FROM sign_ins
         WHERE {condition} ORDER BY id"
    );
    connection
        .prepare_cached(&sql)
        .and_then(|mut statement| statement.query_map(values, read)?.collect())
        .map_err(failed)
}

fn read(row: &Row<'_>) -> rusqlite::Result<SignInRow> {
    Ok(SignInRow {
        id: SignInId(row.get(0)?),
        account: AccountId(row.get(1)?),
        // What is no moment is long ago.
        created_at: moment(row, 2).ok().flatten().unwrap_or_default(),
        expires_at: moment(row, 3).ok().flatten().unwrap_or_default(),
        label: row.get::<_, Option<String>>(4)?.map(Label::from_store),
        roles: row.get::<_, Option<u8>>(5)?.map(Roles::from_bits),
        last_used_at: moment(row, 6).ok().flatten(),
    })
}

pub fn insert(connection: &Connection, digest: SignInDigest, row: &SignInRow) -> Result<Kept<()>> {
    let sql = "INSERT INTO sign_ins (account_id, secret_sha256, created_at, expires_at, label, roles)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let inserted = connection.execute(
        sql,
        params![
            row.account.0,
            digest.0,
            row.created_at.as_second(),
            row.expires_at.as_second(),
            row.label.as_ref().map(Label::as_str),
            row.roles.map(Roles::bits),
        ],
    );
    match inserted {
        Ok(_) => Ok(Ok(())),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) && row.label.is_some() => {
            Ok(Err(Taken::Label))
        }
        Err(error) => Err(failed(error)),
    }
}

pub fn delete(connection: &Connection, account: AccountId, keep: Option<SignInId>, after: Timestamp) -> Result<usize> {
    let keep = keep.map(|keep| keep.0);
    let of = "account_id = ?1 AND id IS NOT ?2 AND";
    let ended = execute(
        connection,
        &format!("DELETE FROM sign_ins WHERE {of} expires_at > ?3"),
        params![account.0, keep, after.as_second()],
    )?;
    execute(
        connection,
        &format!("DELETE FROM sign_ins WHERE {of} expires_at <= ?3"),
        params![account.0, keep, after.as_second()],
    )?;
    Ok(ended)
}
