//! The laws of every engine, on a real server: directly, and through a pool.

use std::cell::Cell as Slot;
use std::process::Child;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier, LazyLock, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::address::Address;
use super::session::{PATIENCE, STATEMENT, Session};
use super::{PostgresEngine, PostgresStores, schema};
use crate::gate::Gate;
use crate::store::contract::{OPERATION, SetClock};
use crate::store::engine::{Engine as _, Rows, Writing};
use crate::store::{Purpose, Result, Store, StoreError, Stores};

use super::server::{Bouncer, Server};

/// One server for all tests. Each has a database of its own there.
static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let server = Server::with("fsync = off\nmax_connections = 400\n");
    server.sql_in("postgres", "ALTER ROLE desk CREATEDB");
    server.sql_in("postgres", "CREATE DATABASE template_of_stores OWNER desk");
    let stores = at(&url(&server.place(), "template_of_stores"));
    stores.begin(Purpose::Store).unwrap().make(&mut |_| Ok(())).unwrap();
    server
});

static POOL: LazyLock<Bouncer> = LazyLock::new(|| Bouncer::before(&SERVER));

fn url(place: &str, database: &str) -> String {
    format!("postgres://desk@{place}/{database}")
}

fn at(url: &str) -> PostgresStores {
    let address = Address::read(url, &|_| None, None, "desk").unwrap();
    PostgresStores::at(address, OPERATION).with_clock(SetClock)
}

impl PostgresStores {
    /// The engine, without the operations.
    fn engine(&self) -> Result<PostgresEngine> {
        Ok(PostgresEngine::new(Arc::clone(&self.shared), self.shared.connect(PATIENCE)?))
    }
}

/// A new database. Returns its name.
fn database(template: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("store_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    SERVER.sql_in("postgres", &format!("CREATE DATABASE {name} OWNER desk TEMPLATE {template}"));
    name
}

fn opened(place: &str) -> Store {
    at(&url(place, &database("template_of_stores"))).open().unwrap()
}

/// A place without a store.
fn place(place: &str) -> ((), PostgresStores) {
    ((), at(&url(place, &database("template0"))))
}

mod directly {
    use super::*;

    crate::store::contract::laws!(opened(&SERVER.place()));
    crate::store::contract::laws_at_once!(place(&SERVER.place()));
    crate::store::contract::laws_of_copies!(place(&SERVER.place()));
}

mod through_a_pool {
    use super::*;

    crate::store::contract::laws!(opened(POOL.place()));
    crate::store::contract::laws_at_once!(place(POOL.place()));
    crate::store::contract::laws_of_copies!(place(POOL.place()));
}

/// What is refused, as the server says it.
fn refusal(database: &str, role: &str, sql: &str) -> String {
    let sql = format!("SET ROLE {role}; SET search_path TO passdesk; {sql}");
    let output = SERVER.psql(database, &sql).output().unwrap();
    assert!(!output.status.success(), "{role} may do it: {sql}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A database with a store of one account, and the roles that it grants.
fn granted() -> String {
    let name = database("template_of_stores");
    let stores = at(&url(&SERVER.place(), &name));
    // Roles belong to the whole server. Two tests at once would both make them.
    let _alone = ROLES.lock().unwrap_or_else(PoisonError::into_inner);
    SERVER.sql_in(&name, stores.grants().unwrap());
    name
}

static ROLES: Mutex<()> = Mutex::new(());

#[test]
fn a_writer_changes_everything_but_the_record() {
    let name = granted();
    let may =
        |sql: &str| SERVER.sql_in(&name, &format!("SET ROLE passdesk_writer; SET search_path TO passdesk; {sql}"));
    may("LOCK TABLE writer IN EXCLUSIVE MODE");
    may(
        "UPDATE settings SET value = value; DELETE FROM tries; SELECT nextval('account_ids'); SELECT * FROM audit_events",
    );
    for sql in ["UPDATE audit_events SET at = 0", "DELETE FROM audit_events", "TRUNCATE audit_events"] {
        assert!(refusal(&name, "passdesk_writer", sql).contains("permission denied"), "{sql}");
    }
}

#[test]
fn an_operator_deletes_what_was_archived() {
    let name = granted();
    let by_operator =
        "SET ROLE passdesk_operator; SET search_path TO passdesk; DELETE FROM audit_events WHERE sequence = 0";
    SERVER.sql_in(&name, by_operator);
}

#[test]
fn a_reader_reads_credentials_and_nothing_else() {
    let name = granted();
    SERVER.sql_in(&name, "SET ROLE passdesk_reader; SELECT * FROM passdesk.credentials");
    for sql in ["SELECT * FROM accounts", "SELECT * FROM audit_events", "LOCK TABLE writer IN EXCLUSIVE MODE"] {
        assert!(refusal(&name, "passdesk_reader", sql).contains("permission denied"), "{sql}");
    }
}

#[test]
fn not_even_the_owner_changes_the_record_by_accident() {
    let name = database("template_of_stores");
    let event = "INSERT INTO audit_events (sequence, at, actor, action, target, outcome, detail, previous, link)
                 VALUES (1, 0, '', 'add', '', 'done', '', sha256(''), sha256(''))";
    SERVER.sql_in(&name, &format!("SET search_path TO passdesk; {event}"));
    for (sql, why) in [
        ("UPDATE audit_events SET at = 0", "never changed or deleted"),
        ("DELETE FROM audit_events", "deleted only after they were archived"),
        ("TRUNCATE audit_events", "never changed or deleted"),
    ] {
        assert!(refusal(&name, "desk", sql).contains(why), "{sql}");
    }
}

#[test]
fn of_many_who_migrate_at_once_one_does_and_nobody_fails() {
    let address =
        Address::read(&url(&SERVER.place(), &database("template_of_stores")), &|_| None, None, "desk").unwrap();
    let steps = [schema::STEPS, &["CREATE TABLE added (once bigint)"]].concat();
    let start = Barrier::new(8);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let session = Session::connect(&address, PATIENCE).unwrap();
                start.wait();
                schema::migrate(&session, &steps).unwrap();
            });
        }
    });
    let session = Session::connect(&address, PATIENCE).unwrap();
    assert_eq!(schema::version(&session).unwrap(), Some(steps.len()));
}

#[test]
fn a_migration_that_fails_leaves_the_tables_as_they_were() {
    let address =
        Address::read(&url(&SERVER.place(), &database("template_of_stores")), &|_| None, None, "desk").unwrap();
    let session = Session::connect(&address, PATIENCE).unwrap();
    let steps = [schema::STEPS, &["CREATE TABLE added (once bigint)", "SELECT nonsense"]].concat();
    assert!(schema::migrate(&session, &steps).is_err());
    session.batch("ROLLBACK", STATEMENT).unwrap();
    assert_eq!(schema::version(&session).unwrap(), Some(schema::STEPS.len()));
    assert!(session.batch("SELECT * FROM passdesk.added", STATEMENT).is_err());
}

#[test]
fn the_work_of_a_lost_connection_is_done_again_on_a_new_one() {
    let (name, times) = (database("template_of_stores"), Slot::new(0));
    let stores = at(&url(&SERVER.place(), &name));
    let mut engine = stores.engine().unwrap();
    let work = &mut |rows: &mut dyn Rows| {
        times.set(times.get() + 1);
        rows.set("a", &times.get().to_string())?;
        if times.get() == 1 {
            let others = "datname = current_database() AND pid <> pg_backend_pid()";
            SERVER.sql_in(&name, &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"));
        }
        rows.set("b", "b")
    };
    engine.write(Writing::Few, work).unwrap();
    assert_eq!(times.get(), 2);
    assert_eq!(SERVER.sql_in(&name, "SELECT value FROM passdesk.settings WHERE key = 'a'"), "2");
}

#[test]
fn the_connection_of_a_client_that_was_stopped_in_a_transaction_is_ended() {
    let name = database("template_of_stores");
    let [one, other] = [(); 2].map(|()| at(&url(&SERVER.place(), &name)).engine().unwrap());
    let [mut one, mut other] = [one, other];
    let began = AtomicU32::new(0);
    thread::scope(|scope| {
        let stopped = scope.spawn(|| {
            one.write(Writing::Few, &mut |rows| {
                if began.fetch_add(1, Ordering::SeqCst) == 0 {
                    // Longer than the server waits for a client, and less than others wait for the lock.
                    thread::sleep(Duration::from_secs(7));
                }
                rows.set("who", "one")
            })
        });
        while began.load(Ordering::SeqCst) == 0 {
            thread::yield_now();
        }
        other.write(Writing::Few, &mut |rows| rows.set("who", "other")).unwrap();
        stopped.join().unwrap().unwrap();
    });
    assert_eq!(began.load(Ordering::SeqCst), 2, "the first one did its work again");
    assert_eq!(SERVER.sql_in(&name, "SELECT value FROM passdesk.settings WHERE key = 'who'"), "one");
}

#[test]
fn a_database_in_another_encoding_is_refused_before_anything_is_made() {
    let name = "in_latin1";
    SERVER.sql_in("postgres", "CREATE DATABASE in_latin1 OWNER desk TEMPLATE template0 ENCODING LATIN1 LOCALE 'C'");
    let Err(StoreError::Unusable { message, .. }) = at(&url(&SERVER.place(), name)).begin(Purpose::Store) else {
        panic!("it is taken")
    };
    assert!(message.contains("LATIN1"), "{message}");
    assert_eq!(SERVER.sql_in(name, "SELECT count(*) FROM pg_namespace WHERE nspname = 'passdesk'"), "0");
}

#[test]
fn a_writer_in_line_for_too_long_is_told_of_the_one_before() {
    let (mut holds, stores) = held_up();
    let mut engine = stores.engine().unwrap();
    assert!(matches!(engine.write(Writing::IfIdle, &mut |_| Ok(())), Err(StoreError::Busy)));
    let told = engine.write(Writing::Few, &mut |_| Ok(()));
    assert!(matches!(&told, Err(StoreError::Away(why)) if why.contains("standby")), "{told:?}");
    holds.kill().unwrap();
    holds.wait().unwrap();
}

#[test]
fn a_signal_that_ends_the_program_ends_the_wait_of_a_writer() {
    let (mut holds, stores) = held_up();
    let gate = Gate::default();
    let mut engine = stores.behind(&gate).engine().unwrap();
    let signal = thread::spawn(move || {
        thread::sleep(Duration::from_secs(1));
        gate.put_off();
    });
    #[expect(clippy::disallowed_methods, reason = "how long somebody waits is no time that is stored")]
    let began = Instant::now();
    assert!(matches!(engine.write(Writing::Few, &mut |_| Ok(())), Err(StoreError::Stopped)));
    assert!(began.elapsed() < Duration::from_secs(4));
    signal.join().unwrap();
    holds.kill().unwrap();
    holds.wait().unwrap();
}

/// A store that somebody else writes to for a minute.
fn held_up() -> (Child, PostgresStores) {
    let name = database("template_of_stores");
    let holds = SERVER.psql(&name, "BEGIN; LOCK TABLE passdesk.writer; SELECT pg_sleep(60)").spawn().unwrap();
    let busy = "SELECT count(*) > 0 FROM pg_locks WHERE relation = 'passdesk.writer'::regclass";
    while SERVER.sql_in(&name, busy) != "t" {
        thread::yield_now();
    }
    (holds, at(&url(&SERVER.place(), &name)))
}
