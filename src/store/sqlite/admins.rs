//! Whether an admin who can be counted on is left, looked up inside the transaction that writes.

use jiff::Timestamp;
use rusqlite::Connection;

use super::errors::failed;
use crate::domain::account::AccountId;
use crate::store::Result;

/// Whether there is a global-admin who can do something.
pub struct Admins {
    /// One with a way in now.
    usable: bool,
    /// One whose way in does not expire.
    pub lasting: bool,
}

/// Which accounts are global-admins who can do something at the moment `?1`.
pub const USABLE_ADMINS: &str = "roles & 8 AND state = 'active' AND removed_at IS NULL AND locked_at IS NULL
                                 AND password_hash IS NOT NULL
                                 AND (temporary_until IS NULL OR (temporary_until > ?1 AND NOT temporary_lapsed))";

impl Admins {
    pub fn there(connection: &Connection, now: Timestamp) -> Result<Self> {
        Self::but(connection, AccountId(0), now)
    }

    /// The same, were it not for one account. No account has the number 0.
    pub fn but(connection: &Connection, id: AccountId, now: Timestamp) -> Result<Self> {
        connection
            .prepare_cached(&format!(
                "SELECT count(*) > 0, coalesce(sum(temporary_until IS NULL), 0) > 0 FROM accounts
                 WHERE {USABLE_ADMINS} AND id <> ?2"
            ))
            .and_then(|mut statement| {
                statement
                    .query_row([now.as_second(), id.0], |row| Ok(Self { usable: row.get(0)?, lasting: row.get(1)? }))
            })
            .map_err(failed)
    }

    /// Whether a kind of admin that there was is there no longer.
    pub fn are_missed_in(&self, after: &Self) -> bool {
        (self.usable && !after.usable) || (self.lasting && !after.lasting)
    }
}

/// Whether one account is all the lasting admins there are.
pub fn is_last_admin(connection: &Connection, id: AccountId) -> Result<bool> {
    // Whose way in does not expire has it at any time.
    let ever = Timestamp::UNIX_EPOCH;
    Ok(Admins::there(connection, ever)?.lasting && !Admins::but(connection, id, ever)?.lasting)
}
