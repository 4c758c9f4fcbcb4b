//! The time is the server's, and a question may wait while the servers change.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::process::{Command, Stdio};

use crate::common::pty::Pty;
use crate::common::{Run, fed};
use crate::tools::home::{Home, hashes, rows};
use crate::tools::server::{Pair, Server};

const DAY: i64 = 24 * 60 * 60;

/// Runs the program on a machine whose clock is this far off.
fn off(home: &Home, offset: &str, input: &str, args: &[&str]) -> Run {
    let plain = home.command(args);
    let mut command = Command::new("faketime");
    command.args(["--exclude-monotonic", "-f", offset]).arg(plain.get_program()).args(plain.get_args());
    command.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("NO_FAKE_STAT", "1").current_dir(home.folder.path()).stdin(Stdio::null());
    fed(command, input)
}

/// The moment at the server.
fn now(server: &Server) -> i64 {
    server.sql("SELECT extract(epoch FROM now())::bigint").parse().unwrap()
}

#[test]
fn a_client_whose_clock_is_two_days_off_gives_a_password_its_day() {
    let server = Server::new();
    let home = Home::of(&server);
    home.crowd(1);
    for offset in ["+2d", "-2d"] {
        let run = off(&home, offset, "", &["users", "reset", "u0001", "--yes", "--format", "json"]).succeeds();
        let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let expires: jiff::Timestamp = answer["expires_at"].as_str().unwrap().parse().unwrap();
        let left = expires.as_second() - now(&server);
        assert!((DAY - 60..=DAY).contains(&left), "{offset}: {left} seconds are left");
        let stored = server.sql("SELECT temporary_until FROM passdesk.accounts WHERE username = 'u0001'");
        assert_eq!(stored, expires.as_second().to_string(), "{offset}");
    }
}

#[test]
fn a_client_whose_clock_is_two_days_off_takes_a_password_for_its_day_and_no_longer() {
    let server = Server::new();
    let home = Home::of(&server);
    home.crowd(1);
    let password = home.run(&["users", "reset", "u0001", "--yes", "-q"]).succeeds().password();
    for offset in ["+2d", "-2d"] {
        off(&home, offset, &format!("{password}\n"), &["verify", "u0001"]).exits(6);
    }
    server.sql("UPDATE passdesk.accounts SET temporary_until = temporary_until - 86401 WHERE username = 'u0001'");
    for offset in ["-2d", "+2d"] {
        off(&home, offset, &format!("{password}\n"), &["verify", "u0001"]).exits(5);
    }
}

#[test]
fn an_answer_to_a_question_from_before_a_failover_is_carried_out() {
    let mut pair = Pair::new();
    let home = Home::with_store(&pair.primary().ground, pair.url());
    home.crowd(1);
    let reset = ["users", "reset", "u0001", "--format", "csv", "--output", "out"];
    let mut pty = Pty::start(&home.command(&reset));
    pty.until("[y/N] ");
    let before = hashes(pair.primary());
    pair.primary().kill();
    pair.promote();
    pair.complete();
    pty.send("y\r");
    let ended = pty.end();
    let now = hashes(pair.primary());
    if ended.code == 0 {
        let rows = rows(&home.read("out"));
        assert!(home.takes("u0001", &rows["u0001"]));
    } else {
        ended.exits(9);
        assert_eq!(now, before);
        assert!(!home.path("out").exists());
    }
}
