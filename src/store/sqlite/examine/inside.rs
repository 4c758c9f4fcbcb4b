//! Checks the inside of the file: pages, references, schema. The rows are checked elsewhere.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use crate::domain::finding::{Finding, Verdict};
use crate::domain::text::neutral;
use crate::gate::Gate;
use crate::store::examine::{self, few_of, told};
use crate::store::sql::SqlRows;
use crate::store::sqlite::bound::Bounded;
use crate::store::sqlite::errors::{RESTORE, failed, in_two_words, on_one_line, unusable};
use crate::store::sqlite::open;
use crate::store::sqlite::pages;
use crate::store::sqlite::schema;
use crate::store::sqlite::statement::Statements;
use crate::store::{Result, Watch};

/// Checks everything as it is at one moment, whatever others write meanwhile. No signal is acted on while the store is
/// opened or closed. The engine may then have to repair what a killed process left, and everybody waits for that.
pub fn look(
    path: &Path,
    gate: &Gate,
    now: Timestamp,
    watch: &mut dyn Watch,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let pass = gate.pass();
    let opened = open::to_look_at(path).and_then(|connection| {
        connection.execute_batch("PRAGMA query_only = ON; BEGIN").map_err(failed)?;
        let version = schema::version(&connection)?;
        Ok((connection, version))
    });
    drop(pass);
    let (mut connection, version) = match opened {
        Ok(opened) => opened,
        Err(refused) => {
            findings.push(told("pages", "", Err(refused))?);
            return Ok(());
        }
    };
    let looked = look_into(&mut connection, version, now, watch, findings);
    let _pass = gate.pass();
    drop(connection);
    looked
}

fn look_into(
    connection: &mut Bounded,
    version: u32,
    now: Timestamp,
    watch: &mut dyn Watch,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    // The tables are compared before any row is read.
    let as_made = if version <= schema::NEWEST { Some(as_made(connection, version)?) } else { None };
    let is_as_made = as_made.as_ref().is_none_or(|finding| finding.verdict != Verdict::Faulty);
    findings.push(of_version(version));
    findings.push(journal(connection)?);
    let is_known = version == schema::NEWEST && is_as_made;
    let pages = whole(connection, watch).and_then(|()| if is_known { begun(connection) } else { Ok(()) });
    findings.push(told("pages", "each is whole, and each index fits its table", pages)?);
    findings.push(told("references", "each row that another names is there", references(connection))?);
    if let Some(as_made) = as_made {
        findings.push(as_made);
    }
    if is_known {
        let bound = connection.bound();
        let sql = Statements { connection, bound };
        examine::rows(&mut SqlRows { sql, now }, watch, findings)?;
    }
    Ok(())
}

fn of_version(version: u32) -> Finding {
    let newest = schema::NEWEST;
    if version > newest {
        let message = format!("schema {version}, and this passdesk knows schema {newest} at most");
        return Finding::faulty("version", message, "use the passdesk that wrote it, or a later one");
    }
    if version < newest {
        let message = format!("schema {version}; the newest is {newest}, so parts could not be checked");
        return Finding::notable("version", message, "any other command brings it up to date; then check again");
    }
    Finding::sound("version", format!("schema {version}"))
}

fn journal(connection: &Connection) -> Result<Finding> {
    let mode = connection.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0));
    match mode.map_err(failed) {
        Ok(mode) if mode == "wal" => Ok(Finding::sound("journal", "a write-ahead log")),
        Ok(mode) => Ok(Finding::notable(
            "journal",
            format!("of the kind '{mode}': readers and writers wait for each other"),
            "any other command makes it a write-ahead log again",
        )),
        Err(error) => told("journal", "", Err(error)),
    }
}

fn whole(connection: &mut Bounded, watch: &mut dyn Watch) -> Result<()> {
    let faults = pages::faults(connection, "integrity_check", watch)?;
    let faults: Vec<_> = faults.iter().map(|fault| on_one_line(fault)).collect();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(unusable(in_two_words("parts of the file are not as they were written", &few_of(&faults)), RESTORE))
    }
}

/// Begins to read each table and each index. The engine's own check does not notice an empty one that is of another kind.
fn begun(connection: &Connection) -> Result<()> {
    let mut statement = connection.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema").map_err(failed)?;
    let all = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
    let all: Vec<(String, String, String, Option<String>)> =
        all.and_then(Iterator::collect::<rusqlite::Result<Vec<_>>>).map_err(failed)?;
    for (kind, name, table, sql) in all.iter().filter(|(_, _, table, _)| schema::is_own(table)) {
        let how = match kind.as_str() {
            "table" => "NOT INDEXED".to_owned(),
            // An index of some rows only serves a search for those.
            "index" => {
                let some = sql.as_deref().and_then(|sql| sql.split_once(" WHERE ")).map_or("TRUE", |(_, some)| some);
                format!("INDEXED BY \"{}\" WHERE {some}", name.replace('"', "\"\""))
            }
            _ => continue,
        };
        let first = connection.query_row(&format!("SELECT 1 FROM {table} {how} LIMIT 1"), [], |_| Ok(()));
        first.optional().map_err(failed)?;
    }
    Ok(())
}

fn references(connection: &Connection) -> Result<()> {
    let mut statement = connection.prepare("PRAGMA foreign_key_check").map_err(failed)?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Option<i64>>(1)?)));
    let faults: Vec<String> = rows
        .and_then(Iterator::collect::<rusqlite::Result<Vec<_>>>)
        .map_err(failed)?
        .into_iter()
        .map(|(table, row)| {
            format!("row {} of {} names a row that does not exist", row.unwrap_or_default(), neutral(&table))
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(unusable(few_of(&faults), RESTORE)) }
}

/// Whether the tables are as passdesk makes them. Other tables of a site are only worth knowing.
fn as_made(connection: &Connection, version: u32) -> Result<Finding> {
    let found = match schema::compare(connection, version) {
        Ok(found) => found,
        Err(error) => return told("schema", "", Err(error)),
    };
    if let Some(refusal) = found.refusal() {
        return told("schema", "", Err(refusal));
    }
    let sound = "each table is as passdesk makes it";
    if found.foreign.is_empty() {
        return Ok(Finding::sound("schema", sound));
    }
    let message = format!("{sound}; beside them there is {}, which is not passdesk's", few_of(&found.foreign));
    Ok(Finding::notable("schema", message, "find out who made it; passdesk leaves it alone"))
}
