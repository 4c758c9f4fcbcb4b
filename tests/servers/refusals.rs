//! What keeps a command from its server, and what it says about it: each its own message.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs::{self, File, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use crate::common::Run;
use crate::tools::ground::{Ground, wait_for};
use crate::tools::home::{Home, hashes};
use crate::tools::note;
use crate::tools::server::{PASSWORD, Pair, Server};

/// Fails the test unless the run is refused with these words, and repeats no password.
#[track_caller]
fn says(run: Run, code: i32, words: &[&str]) -> String {
    note(&format!("exit {}: {}", run.code, run.stderr.trim_end()));
    assert!(!run.stderr.contains(PASSWORD) && !run.stdout.contains(PASSWORD), "it repeats a password");
    for word in words {
        assert!(run.stderr.contains(word), "{word:?} is not in {}", run.stderr);
    }
    let run = run.exits(code);
    run.stderr.lines().next().unwrap().to_owned()
}

const LIST: [&str; 2] = ["users", "list"];

#[test]
fn each_mistake_of_a_connection_has_a_message_of_its_own() {
    let server = Server::new();
    let home = Home::of(&server).but_at(server.tcp_url()).may_use_tcp();
    home.run(&LIST).succeeds();
    let root = home.path(".postgresql/root.crt");
    let mut messages = Vec::new();

    fs::copy(server.ground.folder().join("other.crt"), &root).unwrap();
    messages.push(says(home.run(&LIST), 10, &["certificate"]));
    fs::remove_file(&root).unwrap();
    messages.push(says(home.run(&LIST), 10, &["root.crt"]));
    fs::write(&root, "nothing\n").unwrap();
    messages.push(says(home.run(&LIST), 10, &["root.crt"]));
    fs::copy(server.ground.folder().join("root.crt"), &root).unwrap();

    let by_number = home.but_at(format!("postgres://desk@127.0.0.1:{}/desk", server.port)).may_use_tcp();
    messages.push(says(by_number.run(&LIST), 10, &["127.0.0.1"]));

    fs::set_permissions(home.path(".pgpass"), Permissions::from_mode(0o644)).unwrap();
    messages.push(says(home.run(&LIST), 10, &[".pgpass"]));
    fs::remove_file(home.path(".pgpass")).unwrap();
    messages.push(says(home.run(&LIST), 10, &["password file"]));
    home.put(".pgpass", "elsewhere:*:*:desk:something\n");
    messages.push(says(home.run(&LIST), 10, &[".pgpass"]));
    home.put(".pgpass", "*:*:*:desk:not-the-password\n");
    messages.push(says(home.run(&LIST), 10, &["password"]));
    home.put(".pgpass", &format!("*:*:*:desk:{PASSWORD}\n"));

    for mode in ["disable", "prefer", "require", "verify-ca"] {
        let weak = home.but_at(format!("{}?sslmode={mode}", server.tcp_url())).may_use_tcp();
        says(weak.run(&LIST), 2, &["verify-full"]);
    }
    let with_password = home.but_at(server.tcp_url().replace("desk@", &format!("desk:{PASSWORD}@")));
    messages.push(says(with_password.run(&LIST), 2, &["password"]));
    let nowhere =
        home.but_at(server.tcp_url().replace("/desk", "/nowhere").replace("//nowhere", "//desk")).may_use_tcp();
    messages.push(says(nowhere.run(&LIST), 10, &["nowhere"]));

    let count = messages.len();
    messages.sort();
    messages.dedup();
    assert_eq!(messages.len(), count, "two mistakes have one message: {messages:#?}");
    home.run(&LIST).succeeds();
}

#[test]
fn a_server_without_tls_is_refused_over_tcp() {
    let server = Server::with("ssl = off");
    let home = Home::of(&server).but_at(server.tcp_url()).may_use_tcp();
    says(home.run(&LIST), 10, &["TLS"]);
}

#[test]
fn a_store_of_a_database_that_holds_none_is_named_as_missing() {
    let server = Server::new();
    let home = Home::at(&server.ground, server.url());
    says(home.run(&LIST), 10, &["init"]);
}

#[test]
fn a_server_that_is_not_there_is_busy() {
    let server = Server::new();
    let home = Home::of(&server);
    server.stop();
    says(home.run(&LIST), 9, &[]);
}

#[test]
fn a_server_that_is_full_is_busy() {
    let server = Server::with("max_connections = 5\nsuperuser_reserved_connections = 0");
    let home = Home::of(&server);
    let mut held: Vec<_> = (0..5).map(|_| server.psql("desk", "SELECT pg_sleep(60)").spawn().unwrap()).collect();
    // To ask the server would take one of its connections.
    wait_for("a full server", || {
        let title = |process: i32| fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
        let all = server.ground.processes_in("a").into_iter();
        (all.filter(|&process| title(process).contains("[local] SELECT")).count() == 5).then_some(())
    });
    says(home.run(&LIST), 9, &[]);
    for psql in &mut held {
        psql.kill().unwrap();
        psql.wait().unwrap();
    }
}

#[test]
fn a_standby_that_is_named_first_is_passed_over() {
    let pair = Pair::new();
    let home = Home::with_store(&pair.primary().ground, pair.url());
    let turned = format!("postgres://desk@{},{}/desk", pair.standby().place(), pair.primary().place());
    home.but_at(turned).run(&["users", "add", "alice", "-q"]).succeeds();
}

#[test]
fn a_server_that_takes_no_writes_is_busy_and_changes_nothing() {
    let pair = Pair::new();
    let home = Home::with_store(&pair.primary().ground, pair.url());
    let standby = home.but_at(pair.standby().url());
    let before = hashes(pair.primary());
    says(standby.run(&["users", "reset", "root", "--yes", "-q"]), 9, &["read-only"]);
    pair.primary().sql_in("postgres", "ALTER DATABASE desk SET default_transaction_read_only = on");
    says(home.run(&["recover", "root", "--yes", "-q"]), 9, &["read-only"]);
    assert_eq!(hashes(pair.primary()), before);
}

#[test]
fn a_schema_from_the_future_is_refused_and_stays() {
    let server = Server::new();
    let home = Home::of(&server);
    server.sql("UPDATE passdesk.schema_version SET version = 9999");
    let before = (hashes(&server), server.sql("SELECT count(*) FROM passdesk.audit_events"));
    says(home.run(&LIST), 10, &["9999"]);
    says(home.run(&["users", "add", "alice", "-q"]), 10, &["9999"]);
    says(home.run(&["recover", "root", "--yes", "-q"]), 10, &["9999"]);
    assert_eq!(server.sql("SELECT version FROM passdesk.schema_version"), "9999");
    assert_eq!((hashes(&server), server.sql("SELECT count(*) FROM passdesk.audit_events")), before);
}

/// The data folder is a small file system in memory. To mount it takes root.
#[test]
fn a_full_disk_of_the_server_is_named_and_loses_nothing() {
    let ground = Ground::new();
    let disk = ground.make_small_disk("small", "150m");
    let server = Server::on(&ground, "small/a", "wal_keep_size = 0\nmax_wal_size = 32MB\nmin_wal_size = 32MB");
    server.start();
    server.prepare();
    let home = Home::of(&server);
    home.crowd(50);
    let old = home.reset_all();
    // It takes all the room that is left.
    let mut filler = File::create(disk.join("filler")).unwrap();
    while filler.write_all(&[0; 4096]).is_ok() {}
    drop(filler);
    let before = hashes(&server);
    home.list("many.csv", (0..20_000).map(|number| format!("v{number}")));
    let run = home.run(&["users", "import", "many.csv"]);
    let code = run.code;
    note(&format!("exit {code}: {}", run.stderr));
    assert!([1, 9, 10, 13].contains(&code), "{code}: {}", run.stderr);
    assert!(run.stderr.contains("full") || run.stderr.contains("space"), "{}", run.stderr);
    fs::remove_file(disk.join("filler")).unwrap();
    // A full disk may stop the server. It starts again by itself, or an admin starts it.
    if !server.psql("postgres", "SELECT 1").output().unwrap().status.success() {
        server.kill();
        server.start();
    }
    assert_eq!(hashes(&server), before, "the import is there in part");
    let (name, password) = old.first_key_value().unwrap();
    assert!(home.takes(name, password));
    home.run(&["audit", "verify"]).succeeds();
}
