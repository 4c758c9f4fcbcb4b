//! Copies the whole store to another file, page by page, while other processes go on.

use std::fs::File;
use std::path::Path;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::errors::{disk, failed, on_one_line, unusable};
use super::open::{self, PATIENCE};
use super::pages;
use super::schema;
use crate::store::{Result, StoreError, Watch};

/// How many pages are copied between two progress reports: one MiB.
pub const PAGES_A_STEP: i32 = 256;

/// Fills the file, and checks the result.
pub fn fill(source: &Connection, file: &Path, watch: &mut dyn Watch) -> Result<()> {
    // The copy is made in one transaction that reads. Without it, the copying would start again whenever another
    // process writes. It might never end. With a write-ahead log, the transaction keeps nobody from writing.
    let reading = source.unchecked_transaction().map_err(failed)?;
    let is = Shape::of(source)?;
    copy(source, file, watch)?;
    reading.finish().map_err(failed)?;
    File::open(file).and_then(|file| file.sync_all()).map_err(anyhow::Error::from)?;

    let mut copied = open::immutable(file)?;
    let faults = pages::faults(&mut copied, "quick_check", watch)?;
    match faults.first() {
        Some(fault) => Err(unsound(fault)),
        None if Shape::of(&copied)? != is => Err(unsound("it is not all there")),
        None => Ok(()),
    }
}

/// Copies each page into an empty file.
pub fn copy(source: &Connection, file: &Path, watch: &mut dyn Watch) -> Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let mut target = Connection::open_with_flags(file, flags).map_err(untaken)?;
    target.busy_timeout(PATIENCE).map_err(untaken)?;
    // The copy is never rolled back. It is synced to the disk once, when it is complete.
    for (pragma, value) in [("journal_mode", "MEMORY"), ("synchronous", "OFF")] {
        target.pragma_update(None, pragma, value).map_err(untaken)?;
    }
    let copying = Backup::new(source, &mut target).map_err(untaken)?;
    loop {
        match copying.step(PAGES_A_STEP).map_err(untaken)? {
            StepResult::Done => break,
            StepResult::Busy | StepResult::Locked => return Err(StoreError::Busy),
            _ => {
                let (total, left) = (copying.progress().pagecount, copying.progress().remaining);
                watch.progress("Copying pages", (total - left).unsigned_abs().into(), total.unsigned_abs().into())?;
            }
        }
    }
    drop(copying);
    target.close().map_err(|(_, error)| untaken(error))
}

/// An error while writing the copy. A full disk is the copy's disk, not the store's.
fn untaken(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure) => StoreError::Failed(anyhow::anyhow!(disk(&error))),
        _ => failed(error),
    }
}

/// What a copy must have in common with its source.
#[derive(PartialEq, Eq)]
struct Shape {
    application: i32,
    version: u32,
    pages: i64,
}

impl Shape {
    /// Must be called first in the transaction that copies. It begins the reading.
    fn of(connection: &Connection) -> Result<Self> {
        let value = |pragma| connection.pragma_query_value(None, pragma, |row| row.get(0)).map_err(failed);
        let pages = connection.pragma_query_value(None, "page_count", |row| row.get(0)).map_err(failed)?;
        Ok(Self { application: value("application_id")?, version: schema::version(connection)?, pages })
    }
}

fn unsound(fault: &str) -> StoreError {
    unusable(format!("the copy is not sound: {}", on_one_line(fault)), "'passdesk store check' finds the fault")
}
