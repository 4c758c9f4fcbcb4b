//! The engine's own look at its pages.

use std::sync::mpsc;
use std::thread;

use rusqlite::{Connection, ErrorCode};

use super::bound::Bounded;
use super::errors::failed;
use crate::store::{Result, StoreError, Watch};

/// How far the engine looks.
#[derive(Debug, Clone, Copy)]
pub enum Depth {
    /// At each page and each row.
    Quick,
    /// And at each index for each row.
    Whole,
}

/// How often the engine says that it is still at it, in its own steps.
const STEPS_A_TICK: i32 = 20_000;
/// About how many of its steps a row takes it. What comes of it is shown, and nothing depends on it.
const STEPS_A_ROW: u64 = 110;

/// What the engine finds wrong with the pages of a store, in its own words.
pub fn faults(connection: &mut Bounded, depth: Depth, watch: &mut dyn Watch) -> Result<Vec<String>> {
    let pragma = match depth {
        Depth::Quick => "quick_check",
        Depth::Whole => "integrity_check",
    };
    let rows = rows(connection);
    let (ticks, ticking) = mpsc::channel();
    thread::scope(|scope| {
        let looking = scope.spawn(move || {
            // If nobody listens any more, it stops.
            connection.tell(STEPS_A_TICK, move || ticks.send(()).is_err())?;
            let found = said(connection, pragma);
            // The last sender goes then, and the waiting ends.
            connection.keep_quiet()?;
            found
        });
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

/// How many rows there are, as far as that can be found out.
fn rows(connection: &Connection) -> u64 {
    ["accounts", "sign_ins", "audit_events"].into_iter().map(|table| rows_of(connection, table)).sum()
}

/// How many rows a table has; 0 if that cannot be found out. It is shown, and nothing depends on it.
pub fn rows_of(connection: &Connection, table: &str) -> u64 {
    let counted = connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0));
    counted.ok().and_then(|count| u64::try_from(count).ok()).unwrap_or(0)
}

fn said(connection: &Connection, pragma: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare(&format!("PRAGMA {pragma}")).map_err(failed)?;
    let mut lines = Vec::new();
    for line in statement.query_map([], |row| row.get::<_, String>(0)).map_err(failed)? {
        match line.map_err(|error| (error.sqlite_error_code(), error)) {
            Ok(line) => lines.push(line),
            // It goes no further then.
            Err((Some(ErrorCode::DatabaseCorrupt), error)) => lines.push(error.to_string()),
            Err((_, error)) => return Err(failed(error)),
        }
    }
    Ok(if lines == ["ok"] { Vec::new() } else { lines })
}
