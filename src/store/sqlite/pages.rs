//! The engine's own check of its pages.

use std::sync::mpsc;
use std::thread;

use anyhow::Context as _;
use rusqlite::{Connection, ErrorCode};

use super::bound::Bounded;
use super::errors::failed;
use crate::store::{Result, StoreError, Watch};

/// How many steps of the engine lie between two progress reports.
const STEPS_A_TICK: i32 = 20_000;
/// About how many steps a row takes. This is only used for the display.
const STEPS_A_ROW: u64 = 110;

/// The faults that the engine finds in the pages of a store, in its own words. `quick_check` checks each page and each
/// row. `integrity_check` also checks each index for each row.
pub fn faults(connection: &mut Bounded, pragma: &str, watch: &mut dyn Watch) -> Result<Vec<String>> {
    let rows = rows(connection);
    let (ticks, ticking) = mpsc::channel();
    thread::scope(|scope| {
        let look = move || {
            // The check stops when nobody listens any more.
            connection.tell(STEPS_A_TICK, move || ticks.send(()).is_err())?;
            let found = said(connection, pragma);
            // This drops the last sender, and ends the waiting.
            connection.keep_quiet()?;
            found
        };
        let looking = thread::Builder::new().spawn_scoped(scope, look).context("a thread cannot be started")?;
        let (mut steps, mut wanted) = (0, Ok(()));
        for () in ticking {
            steps += u64::from(STEPS_A_TICK.unsigned_abs());
            wanted = watch.progress("Looking at the pages", rows.min(steps / STEPS_A_ROW), rows);
            if wanted.is_err() {
                break;
            }
        }
        let found = looking.join();
        wanted?;
        found.unwrap_or_else(|_| Err(StoreError::Failed(anyhow::anyhow!("the look at the pages ended"))))
    })
}

/// How many rows there are, or 0 if that is unknown. This is only used for the display.
fn rows(connection: &Connection) -> u64 {
    let count = |table| format!("(SELECT count(*) FROM {table})");
    let sql = format!("SELECT {}", ["accounts", "sign_ins", "audit_events"].map(count).join(" + "));
    connection.query_row(&sql, [], |row| row.get(0)).map_or(0, i64::unsigned_abs)
}

fn said(connection: &Connection, pragma: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare(&format!("PRAGMA {pragma}")).map_err(failed)?;
    let mut lines = Vec::new();
    for line in statement.query_map([], |row| row.get::<_, String>(0)).map_err(failed)? {
        match line.map_err(|error| (error.sqlite_error_code(), error)) {
            Ok(line) => lines.push(line),
            // The engine cannot go on after this error.
            Err((Some(ErrorCode::DatabaseCorrupt), error)) => lines.push(error.to_string()),
            Err((_, error)) => return Err(failed(error)),
        }
    }
    Ok(if lines == ["ok"] { Vec::new() } else { lines })
}
