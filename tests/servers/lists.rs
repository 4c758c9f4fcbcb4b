//! Lists and imports of many accounts. `benches/server.sh` does the same with a million.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::process::Command;

use crate::common::fed;
use crate::tools::home::Home;
use crate::tools::note;
use crate::tools::server::Server;

const MANY: usize = 20_000;

/// The greatest memory of a command, in KiB, and what it wrote.
fn peak(home: &Home, args: &[&str]) -> (u64, String) {
    let plain = home.command(args);
    let mut timed = Command::new("/usr/bin/time");
    timed.args(["-f", "%M", "-o"]).arg(home.path("peak")).arg(plain.get_program()).args(plain.get_args());
    timed.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    timed.current_dir(home.folder.path());
    let run = fed(timed, "").succeeds();
    (home.read("peak").trim().parse().unwrap(), run.stdout)
}

#[test]
fn a_list_of_many_is_whole_and_takes_no_more_memory_than_one_of_few() {
    let (few, many) = (Server::new(), Server::new());
    let [few, many] = [(few, 10), (many, MANY)].map(|(server, count)| {
        let home = Home::of(&server);
        home.crowd(count);
        (server, home)
    });
    let list = ["users", "list", "--format", "csv"];
    let (small, _) = peak(&few.1, &list);
    let (large, text) = peak(&many.1, &list);
    let sql = "SELECT string_agg(id || ',' || username, E'\\n' ORDER BY id) FROM passdesk.accounts";
    let listed: Vec<_> =
        text.lines().skip(1).map(|line| line.splitn(3, ',').take(2).collect::<Vec<_>>().join(",")).collect();
    assert_eq!(listed.join("\n"), many.0.sql(sql));
    assert!(large < small + 3 * 1024, "{large} KiB for many, {small} KiB for few");
}

#[test]
fn an_import_of_many_takes_no_more_memory_than_its_file_is_long() {
    let server = Server::new();
    let home = Home::of(&server);
    home.crowd(10);
    let (small, _) = peak(&home, &["users", "list", "--count"]);
    home.list("many.csv", (0..MANY).map(|number| format!("v{number}")));
    let (large, _) = peak(&home, &["users", "import", "many.csv"]);
    note(&format!("{large} KiB, {small} KiB for a count"));
    assert_eq!(home.run(&["users", "list", "--count"]).succeeds().stdout.trim(), (MANY + 11).to_string());
    assert!(large < small + 32 * 1024, "{large} KiB, {small} KiB for a count");
}
