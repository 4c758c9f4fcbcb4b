//! The rows of sign-ins and tokens.

use rusqlite::Row;

use super::statement::{moment, moment_or_long_ago};
use crate::domain::account::AccountId;
use crate::domain::role::Roles;
use crate::domain::sign_in::SignInId;
use crate::domain::token::Label;
use crate::store::engine::SignInRow;

/// A query of the sign-ins and tokens that meet a condition. [`read`] reads each row.
pub fn select(condition: &str) -> String {
    format!(
        "SELECT id, account_id, created_at, expires_at, label, roles, last_used_at FROM sign_ins
         WHERE {condition} ORDER BY id"
    )
}

pub fn read(row: &Row<'_>) -> rusqlite::Result<SignInRow> {
    Ok(SignInRow {
        id: SignInId(row.get(0)?),
        account: AccountId(row.get(1)?),
        created_at: moment_or_long_ago(row, 2),
        expires_at: moment_or_long_ago(row, 3),
        label: row.get::<_, Option<String>>(4)?.map(Label::from_store),
        roles: row.get::<_, Option<u8>>(5)?.map(Roles::from_bits),
        last_used_at: moment(row, 6).ok().flatten(),
    })
}
