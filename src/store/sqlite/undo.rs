//! What may be undone inside a transaction.

use rusqlite::Transaction;

use super::errors::failed;
use crate::store::Result;

/// Begins what may be undone inside a transaction, undoes it or ends it, by the words of SQL for that. What is not ended
/// ends with the transaction.
pub fn savepoint(transaction: &Transaction<'_>, what: &str) -> Result<()> {
    transaction
        .prepare_cached(&format!("{what} undoable"))
        .and_then(|mut statement| statement.execute([]))
        .map_err(failed)
        .map(drop)
}
