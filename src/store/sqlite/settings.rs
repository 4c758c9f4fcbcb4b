//! The rows of the settings: the name of the store, and the decisions of the site.

use rusqlite::{Connection, OptionalExtension as _, Transaction};

use super::errors::{LOOK, RESTORE, failed};
use super::open::unusable;
use crate::domain::policy::Setting;
use crate::store::Result;

/// The random name that tells this store from others: 32 hexadecimal digits, lower case. Anything else is none, since it
/// becomes the name of a file.
pub fn store_name(connection: &Connection) -> Result<String> {
    let name: Option<String> = connection
        .query_row("SELECT value FROM settings WHERE key = 'store_name'", [], |row| row.get(0))
        .optional()
        .map_err(failed)?;
    let is_name = |name: &String| name.len() == 32 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    name.filter(is_name).ok_or_else(|| {
        unusable("the store has lost its name, by which sign-ins are told apart".into(), format!("{RESTORE}{LOOK}"))
    })
}

/// What has been decided; `None` if nothing has.
pub fn value(connection: &Connection, setting: Setting) -> Result<Option<String>> {
    connection
        .prepare_cached("SELECT value FROM settings WHERE key = ?1")
        .and_then(|mut statement| statement.query_row([key(setting)], |row| row.get(0)).optional())
        .map_err(failed)
}

pub fn decide(transaction: &Transaction<'_>, setting: Setting, value: &str) -> Result<()> {
    transaction
        .execute("INSERT OR REPLACE INTO settings (key, value) VALUES (?1, ?2)", [&*key(setting), value])
        .map_err(failed)
        .map(drop)
}

fn key(setting: Setting) -> String {
    format!("policy.{}", setting.name())
}
