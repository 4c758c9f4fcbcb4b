//! The rows of sign-ins and tokens.

use super::{Cells, wrong};
use crate::domain::account::AccountId;
use crate::domain::role::Roles;
use crate::domain::sign_in::{SignInDigest, SignInId};
use crate::domain::token::Label;
use crate::store::Result;
use crate::store::engine::SignInRow;

/// The columns of a sign-in, as it is moved.
pub const WRITTEN: &str = "id, account_id, secret_sha256, created_at, expires_at, label, roles, last_used_at";

/// A query of the sign-ins and tokens that meet a condition. [`read`] reads each row.
pub fn select(condition: &str) -> String {
    format!(
        "SELECT id, account_id, created_at, expires_at, label, roles, last_used_at, secret_sha256 FROM sign_ins
         WHERE {condition} ORDER BY id"
    )
}

pub fn read(row: &dyn Cells) -> Result<SignInRow> {
    Ok(SignInRow {
        id: SignInId(row.number(0)?),
        account: AccountId(row.number(1)?),
        created_at: row.moment_or_long_ago(2),
        expires_at: row.moment_or_long_ago(3),
        label: row.text(4)?.map(|label| Label::from_store(label.into())),
        roles: row.bits(5)?.map(Roles::from_bits),
        last_used_at: row.moment(6).ok().flatten(),
    })
}

/// The digest by which a row of [`select`] is found.
pub fn digest(row: &dyn Cells) -> Result<SignInDigest> {
    let digest = row.bytes(7).and_then(|bytes| bytes.try_into().ok());
    digest.map(SignInDigest).ok_or_else(|| wrong(7, "it is no digest"))
}
