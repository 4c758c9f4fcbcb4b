//! Whether passdesk's own tables, indexes, views and triggers are as it makes them, and carry nothing foreign. Anything
//! else that a site keeps in the file is left alone.

use std::borrow::Cow;

use rusqlite::{Connection, Row};

use super::errors::{LOOK, RESTORE, failed, unusable};
use crate::domain::text::{neutral, quoted};
use crate::store::examine::few_of;
use crate::store::{Result, StoreError};

/// The result of a comparison of the tables of a store, and of all that belongs to them.
#[derive(Debug, Default)]
pub struct Found {
    /// What is not as passdesk makes it.
    pub faults: Vec<String>,
    /// What does not belong to passdesk, but does no harm.
    pub foreign: Vec<String>,
}

impl Found {
    /// The error, if something is not as passdesk makes it. Its hint says what to do.
    pub fn refusal(&self) -> Option<StoreError> {
        (!self.faults.is_empty()).then(|| {
            unusable(
                format!("the tables of the store are not as passdesk makes them: {}", few_of(&self.faults)),
                format!("find out who changed it; drop what is not passdesk's, otherwise {RESTORE}{LOOK}"),
            )
        })
    }
}

/// Compares the engine's own list of objects. No table is read. The engine guarantees that each statement in the list
/// makes the object beside it. It also guarantees that no two objects have the same name.
pub fn compare(connection: &Connection, made: &[Cow<'_, str>]) -> Result<Found> {
    let mut missing: Vec<Option<&str>> = made.iter().map(|sql| Some(&**sql)).collect();
    let mut others = Vec::new();
    let mut statement = connection.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema").map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let sql = bytes(row, 3);
        match missing.iter_mut().find(|one| one.is_some_and(|made| made.as_bytes() == sql)) {
            Some(one) => *one = None,
            // An index that comes with a table has no statement. The engine keeps its name for itself.
            None if sql.is_empty() && bytes(row, 1).starts_with(b"sqlite_autoindex_") => {}
            None => others.push([0, 1, 2].map(|column| String::from_utf8_lossy(bytes(row, column)).into_owned())),
        }
    }
    let missing: Vec<_> = missing.into_iter().flatten().map(name_in).collect();
    Ok(found(made, &missing, &others))
}

/// Separates faults from foreign objects that are left alone.
fn found(made: &[Cow<'_, str>], missing: &[&str], others: &[[String; 3]]) -> Found {
    let mut found = Found::default();
    for name in missing {
        let is_there = others.iter().any(|[_, other, _]| other.eq_ignore_ascii_case(name));
        found.faults.push(format!("{name} is {}", if is_there { "not as passdesk makes it" } else { "missing" }));
    }
    let is_own = |name: &str| made.iter().any(|sql| name_in(sql).eq_ignore_ascii_case(name));
    for [kind, name, table] in others {
        let (kind, shown) = (neutral(kind), quoted(name));
        if is_own(name) {
            // If the name is among the missing ones, it has been reported. Otherwise the object is there twice.
            if !missing.iter().any(|missing| missing.eq_ignore_ascii_case(name)) {
                found.faults.push(format!("{name} is there twice"));
            }
        } else if kind != "table" && kind != "view" && is_own(table) {
            found.faults.push(format!("the {kind} {shown} on {} is not passdesk's", table.to_ascii_lowercase()));
        } else if !name.starts_with("sqlite_stat") {
            // The tables of ANALYZE belong to nobody.
            found.foreign.push(format!("the {kind} {shown}"));
        }
    }
    found
}

/// The name of the object in a statement of passdesk.
pub fn name_in(sql: &str) -> &str {
    let mut words = sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.find(|word| !["CREATE", "UNIQUE", "TABLE", "VIEW", "INDEX", "TRIGGER"].contains(word)).unwrap_or_default()
}

/// Text from the engine, whatever its type.
fn bytes<'r>(row: &'r Row<'_>, column: usize) -> &'r [u8] {
    row.get_ref(column).ok().and_then(|value| value.as_bytes().ok()).unwrap_or_default()
}
