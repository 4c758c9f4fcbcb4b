//! What is in the file: pages, references, schema. The rows have a room of their own.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use rusqlite::Connection;

use super::{few_of, rows, told};
use crate::domain::finding::Finding;
use crate::store::sqlite::errors::{RESTORE, failed};
use crate::store::sqlite::open::{self, unusable};
use crate::store::sqlite::pages::{self, Depth};
use crate::store::sqlite::schema;
use crate::store::{Result, Watch};

/// Looks at all of it as it is at one moment, whatever others write meanwhile.
pub fn look(path: &Path, now: Timestamp, watch: &mut dyn Watch, findings: &mut Vec<Finding>) -> Result<()> {
    let opened = open::to_look_at(path).and_then(|connection| {
        connection.execute_batch("PRAGMA query_only = ON; BEGIN").map_err(failed)?;
        let version = schema::version(&connection)?;
        Ok((connection, version))
    });
    let (mut connection, version) = match opened {
        Ok(opened) => opened,
        Err(refused) => {
            findings.push(told("pages", "", Err(refused))?);
            return Ok(());
        }
    };
    findings.push(of_version(version));
    findings.push(journal(&connection)?);
    findings.push(told("pages", "each is whole, and each index fits its table", whole(&mut connection, watch))?);
    findings.push(told("references", "each row that another names is there", references(&connection))?);
    if version <= schema::NEWEST {
        findings.push(told("schema", "each table is as passdesk makes it", as_made(&connection, version))?);
    }
    if version == schema::NEWEST {
        rows::look(&connection, now, watch, findings)?;
    }
    Ok(())
}

fn of_version(version: u32) -> Finding {
    let newest = schema::NEWEST;
    if version > newest {
        let message = format!("schema {version}, and this passdesk knows none newer than {newest}");
        return Finding::faulty("version", message, "use the passdesk that wrote it, or a later one");
    }
    if version < newest {
        let message = format!("schema {version}; the newest is {newest}, and what is new in it could not be looked at");
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
            format!("of the kind '{mode}': whoever reads and whoever writes wait for each other"),
            "any other command makes it a write-ahead log again",
        )),
        Err(error) => told("journal", "", Err(error)),
    }
}

fn whole(connection: &mut Connection, watch: &mut dyn Watch) -> Result<()> {
    let faults = pages::faults(connection, Depth::Whole, watch)?;
    if faults.is_empty() { Ok(()) } else { Err(unusable(few_of(&faults), RESTORE)) }
}

fn references(connection: &Connection) -> Result<()> {
    let mut statement = connection.prepare("PRAGMA foreign_key_check").map_err(failed)?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Option<i64>>(1)?)));
    let faults: Vec<String> = rows
        .and_then(Iterator::collect::<rusqlite::Result<Vec<_>>>)
        .map_err(failed)?
        .into_iter()
        .map(|(table, row)| format!("row {} of {table} names a row that is not there", row.unwrap_or_default()))
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(unusable(few_of(&faults), RESTORE)) }
}

/// The tables, indexes, triggers and views, and how each was made. What ANALYZE leaves is nobody's.
fn objects(connection: &Connection) -> rusqlite::Result<BTreeMap<(String, String), String>> {
    let sql = "SELECT type, name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite~_stat%' ESCAPE '~'";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
    rows.collect()
}

/// Compares with what comes of the program's own steps.
fn as_made(connection: &Connection, version: u32) -> Result<()> {
    let fresh = Connection::open_in_memory().map_err(failed)?;
    schema::taken_to(&fresh, version).map_err(failed)?;
    let (there, made) = (objects(connection).map_err(failed)?, objects(&fresh).map_err(failed)?);
    let mut faults = Vec::new();
    for ((kind, name), sql) in &made {
        match there.get(&(kind.clone(), name.clone())) {
            None => faults.push(format!("the {kind} {name} is missing")),
            Some(other) if other != sql => faults.push(format!("the {kind} {name} is not as passdesk makes it")),
            Some(_) => {}
        }
    }
    let strange = there.keys().filter(|object| !made.contains_key(object));
    faults.extend(strange.map(|(kind, name)| format!("the {kind} {name} is none of passdesk's")));
    if faults.is_empty() {
        return Ok(());
    }
    Err(unusable(
        few_of(&faults),
        format!("find out who has changed it; drop what is none of passdesk's, otherwise {RESTORE}"),
    ))
}
