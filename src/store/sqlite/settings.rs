//! The rows of the settings in which a decision of the site stands.

use rusqlite::{Connection, OptionalExtension as _, Transaction};

use super::errors::failed;
use crate::domain::policy::Setting;
use crate::store::Result;

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
