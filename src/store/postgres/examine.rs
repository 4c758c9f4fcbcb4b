//! Checks a store on a server: the server itself, and the rows.

use super::errors::{Trouble, missing, restored_on_a_server};
use super::session::{PATIENCE, STATEMENT, Session};
use super::statements::Statements;
use super::stores::Shared;
use super::{begin_to_read, schema};
use crate::domain::clock::Timestamp;
use crate::domain::finding::Finding;
use crate::domain::text::counted;
use crate::store::examine::rows;
use crate::store::sql::SqlRows;
use crate::store::{Result, StoreError, Watch};

/// The oldest version whose errors and settings are as this engine expects.
const OLDEST: i64 = 140_000;
/// How far the clock of this host may be from the server's, in seconds.
const APART: i64 = 5;
/// How old a transaction may be, in seconds. The server keeps replaced rows until it ends, hashes among them.
const AGE: i64 = 3_600;
/// How many connections should be left.
const LEFT: i64 = 5;

/// Checks everything. What cannot be connected to has one finding.
pub fn examine(shared: &Shared, watch: &mut dyn Watch) -> Result<Vec<Finding>> {
    let session = match shared.connect(PATIENCE) {
        Ok(session) => session,
        Err(StoreError::Unusable { message, hint }) => return Ok(vec![Finding::faulty("server", message, hint)]),
        Err(StoreError::Away(why)) => {
            let remedy = "start the server that takes writes, or name it in the address";
            return Ok(vec![Finding::faulty("server", why, remedy)]);
        }
        Err(other) => return Err(other),
    };
    let mut findings = vec![version(&session)?, replication(&session)?, durability(&session)?, network(&session)?];
    findings.extend([grants(&session)?, clock(&session), transactions(&session)?, room(&session)?]);
    let found = schema::version(&session).and_then(|found| found.ok_or_else(missing));
    match found.and_then(|found| schema::is_known(&found.to_string())) {
        Ok(()) => findings.push(Finding::sound("schema", format!("version {}", schema::newest()))),
        Err(StoreError::Unusable { message, hint }) => {
            findings.push(Finding::faulty("schema", message, hint));
            return Ok(findings);
        }
        Err(other) => return Err(other),
    }
    let [_, now] = session.batch(&begin_to_read(), STATEMENT)?.unwrap_or_default();
    let sql = Statements::new(&session, STATEMENT);
    rows(&mut SqlRows { sql, now: shared.time_of(&now)? }, watch, &mut findings)?;
    session.batch("ROLLBACK", STATEMENT)?;
    for remedy in findings.iter_mut().filter_map(|finding| finding.remedy.as_mut()) {
        *remedy = restored_on_a_server(remedy);
    }
    Ok(findings)
}

/// One text of the server.
fn text(session: &Session, sql: &str) -> std::result::Result<String, Trouble> {
    let [first, _] = session.batch(&format!("SELECT ({sql})::text, ''"), STATEMENT)?.unwrap_or_default();
    Ok(first)
}

fn setting(session: &Session, name: &str) -> std::result::Result<String, Trouble> {
    text(session, &format!("current_setting('{name}')"))
}

fn number(session: &Session, sql: &str) -> std::result::Result<i64, Trouble> {
    Ok(text(session, sql)?.parse().unwrap_or_default())
}

fn version(session: &Session) -> Result<Finding> {
    let (number, name) =
        (number(session, "current_setting('server_version_num')")?, setting(session, "server_version")?);
    if number < OLDEST {
        let message = format!("PostgreSQL {name} is older than passdesk knows");
        return Ok(Finding::faulty("server", message, "upgrade it to PostgreSQL 14 or later"));
    }
    Ok(Finding::sound("server", format!("PostgreSQL {name}, as {}", session.facts.role)))
}

/// Whether a commit is on two machines before it is acknowledged.
fn replication(session: &Session) -> Result<Finding> {
    let (names, commit) = (setting(session, "synchronous_standby_names")?, setting(session, "synchronous_commit")?);
    let remedy = "set synchronous_standby_names, and let a standby follow";
    if names.is_empty() {
        let message = "a commit is on this server alone: if it is lost, the last changes are";
        return Ok(Finding::notable("replication", message, remedy));
    }
    if !matches!(commit.as_str(), "on" | "remote_apply") {
        let message = format!("synchronous_commit is {commit}: a commit may be acknowledged before a standby has it");
        return Ok(Finding::notable("replication", message, "set synchronous_commit = on"));
    }
    // Who may not see the standbys learns nothing about them.
    let may_see = text(session, "pg_has_role(session_user, 'pg_monitor', 'USAGE')")? == "true";
    if !may_see {
        let message = format!("commits wait for a standby ({names}); whether one follows, this role may not see");
        return Ok(Finding::notable("replication", message, "have the role made a member of pg_monitor"));
    }
    let standbys = number(session, "SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')")?;
    if standbys == 0 {
        let message = format!("commits wait for a standby ({names}), and none follows: every change hangs");
        return Ok(Finding::faulty("replication", message, "start the standby, or let another one follow"));
    }
    let standbys = counted(standbys.unsigned_abs(), "standby follows").replace("standby followss", "standbys follow");
    Ok(Finding::sound("replication", format!("commits wait for a standby ({names}), and {standbys}")))
}

/// Whether an acknowledged commit survives a power cut.
fn durability(session: &Session) -> Result<Finding> {
    for (name, loses) in
        [("fsync", "a power cut may destroy the store"), ("full_page_writes", "a power cut may damage pages")]
    {
        if setting(session, name)? != "on" {
            return Ok(Finding::faulty("durability", format!("{name} is off: {loses}"), format!("set {name} = on")));
        }
    }
    let commit = setting(session, "synchronous_commit")?;
    if matches!(commit.as_str(), "off" | "local") {
        let message = format!("synchronous_commit is {commit}; passdesk switches it on for itself");
        return Ok(Finding::notable("durability", message, "set synchronous_commit = on"));
    }
    Ok(Finding::sound("durability", "commits are on the disk"))
}

fn network(session: &Session) -> Result<Finding> {
    let Some(from) = &session.facts.from else {
        return Ok(Finding::sound("connection", "a unix socket"));
    };
    let version = text(session, "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")?;
    let how = if version.is_empty() { "TLS, through a pool".into() } else { version };
    Ok(Finding::sound("connection", format!("{how}, from {from}")))
}

/// Whether this role may do what passdesk needs, and no more.
fn grants(session: &Session) -> Result<Finding> {
    let remedy = "run what 'passdesk store grants' prints, and grant passdesk_writer to the role";
    let role = &session.facts.role;
    if text(session, "to_regnamespace('passdesk')")?.is_empty() {
        return Ok(Finding::sound("grants", "there is no store yet"));
    }
    let lacks = text(
        session,
        "SELECT string_agg(class || ' (' || may || ')', ', ')
         FROM (VALUES ('passdesk.accounts', 'UPDATE'), ('passdesk.audit_events', 'INSERT'), ('passdesk.writer', 'UPDATE'),
                      ('passdesk.settings', 'UPDATE'), ('passdesk.sign_ins', 'DELETE')) AS needed (class, may)
         WHERE to_regclass(class) IS NULL OR NOT has_table_privilege(session_user, class, may)",
    )?;
    if !lacks.is_empty() {
        return Ok(Finding::faulty("grants", format!("{role} may not do what passdesk needs: {lacks}"), remedy));
    }
    let rewrites = text(session, "has_table_privilege(session_user, 'passdesk.audit_events', 'UPDATE')")?;
    if rewrites == "true" {
        let message = format!("{role} owns the store, and could change the record");
        return Ok(Finding::notable("grants", message, "connect as a role that has passdesk_writer only"));
    }
    let what = if session.facts.is_operator { "an operator" } else { "a writer" };
    Ok(Finding::sound("grants", format!("{role} is {what}")))
}

fn clock(session: &Session) -> Finding {
    #[expect(clippy::disallowed_methods, reason = "this is the check of this host's clock")]
    let here = Timestamp::now();
    let apart = here.as_second() - session.facts.now.as_second();
    if apart.abs() > APART {
        let (seconds, side) = (apart.unsigned_abs(), if apart > 0 { "ahead of" } else { "behind" });
        let message = format!("the clock here is {} {side} the server's", counted(seconds, "second"));
        return Finding::notable("clock", message, "set it right; passdesk goes by the server's");
    }
    Finding::sound("clock", "the server's, and this host agrees")
}

fn transactions(session: &Session) -> Result<Finding> {
    let sql = "SELECT coalesce(extract(epoch FROM max(clock_timestamp() - xact_start))::bigint, 0)
               FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
    let oldest = number(session, sql)?;
    if oldest > AGE {
        let message = format!("a transaction has been open for {}", counted(oldest.unsigned_abs(), "second"));
        let remedy = "end it: pg_terminate_backend; the server keeps replaced rows for it";
        return Ok(Finding::notable("age", message, remedy));
    }
    Ok(Finding::sound("age", "no transaction has been open for long"))
}

/// What of the server is used up, as far as SQL tells.
fn room(session: &Session) -> Result<Finding> {
    let left = number(
        session,
        "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')",
    )?;
    let size = text(session, "pg_size_pretty(pg_database_size(current_database()))")?;
    if left < LEFT {
        let message = format!("the database has {size}, and {} left", counted(left.unsigned_abs(), "connection"));
        return Ok(Finding::notable("room", message, "raise max_connections, or put a pool before the server"));
    }
    Ok(Finding::sound("room", format!("the database has {size}; {} left", counted(left.unsigned_abs(), "connection"))))
}
