//! A reset of many while others change the store. The right to reset is checked to the end, and several runs may
//! overlap.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::thread;

use crate::common::crowd::{BATCH, CSV, Stream, all_in_force, crowd, hashes, names, reset_since, rows, whose};
use crate::common::record::{VERIFY, events};
use crate::common::{AUDITOR, Desk, GLOBAL_ADMIN, GOOD, HELPDESK, Run, USER_ADMIN, fed};
use serde_json::Value;

const ALL: [&str; 5] = ["users", "reset", "--all", "--yes", "--format"];

/// The items that failed, and why.
fn failed(run: &Run) -> BTreeMap<String, String> {
    let error = run.error();
    let items = error["failed"].as_array().unwrap().iter();
    items.map(|item| (item["target"].as_str().unwrap().into(), item["code"].as_str().unwrap().into())).collect()
}

fn whose_jsonl(text: &str) -> BTreeSet<String> {
    let row = |line| serde_json::from_str::<Value>(line).unwrap()["username"].as_str().unwrap().to_owned();
    text.lines().map(row).collect()
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(name, code)| (name.to_owned(), code.to_owned())).collect()
}

fn desk_of(roles: &[(&str, u8)]) -> Desk {
    let desk = Desk::settled();
    for (name, roles) in roles {
        desk.like_root(name, *roles);
    }
    desk
}

#[test]
fn helpdesk_resets_all_of_lower_rank_and_peers_are_named() {
    let desk = desk_of(&[("helen", HELPDESK), ("hugo", HELPDESK), ("uma", USER_ADMIN), ("audrey", AUDITOR)]);
    crowd(&desk, 3);
    let before = hashes(&desk);
    let run = desk.run_as("helen", &[&ALL[..], &["jsonl"]].concat()).exits(11);
    let mut lower = names(1..=3);
    lower.insert("audrey".into());
    assert_eq!(reset_since(&desk, &before), lower);
    assert_eq!(whose_jsonl(&run.stdout), lower);
    let not_allowed = [("root", "not_allowed"), ("hugo", "not_allowed"), ("uma", "not_allowed")];
    assert_eq!(failed(&run), pairs(not_allowed));
}

#[test]
fn whoever_may_reset_nobody_is_refused_and_nothing_changes() {
    let desk = desk_of(&[("audrey", AUDITOR)]);
    crowd(&desk, 2);
    for which in [&["--all"][..], &["--search", "u00"], &["--search", "nowhere"]] {
        let args = [&["users", "reset", "--yes", "--format", "csv"][..], which].concat();
        let run = desk.refuses(4, || desk.run_as("audrey", &args));
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn the_last_usable_admin_is_named_and_not_reset() {
    let desk = desk_of(&[]);
    crowd(&desk, 2);
    let before = hashes(&desk);
    let run = desk.run(&[&ALL[..], &["jsonl"]].concat()).exits(11);
    assert_eq!(reset_since(&desk, &before), names(1..=2));
    assert_eq!(whose_jsonl(&run.stdout), names(1..=2));
    assert_eq!(failed(&run), pairs([("root", "refused_by_policy")]));
    desk.profile("root", GOOD).succeeds();
}

#[test]
fn of_several_admins_the_last_one_stays_and_no_row_is_written_for_them() {
    let desk = desk_of(&[("second", GLOBAL_ADMIN), ("third", GLOBAL_ADMIN)]);
    crowd(&desk, BATCH + 1);
    let before = hashes(&desk);
    let run = desk.run(&[&ALL[..], &["jsonl"]].concat()).exits(11);
    let mut expected = names(1..=BATCH + 1);
    expected.extend(["root".into(), "second".into()]);
    assert_eq!(reset_since(&desk, &before), expected);
    assert_eq!(whose_jsonl(&run.stdout), expected, "a row is not in force");
    assert_eq!(failed(&run), pairs([("third", "refused_by_policy")]));
}

#[test]
#[ignore = "takes long"]
fn whoever_loses_the_role_in_the_middle_resets_nobody_from_then_on() {
    const COUNT: usize = 4 * BATCH;
    let desk = desk_of(&[("helen", HELPDESK)]);
    crowd(&desk, COUNT);
    let before = hashes(&desk);
    let args = ["users", "reset", "--search", "example.org", "--yes", "--format", "jsonl", "--as", "helen"];
    let mut command = desk.command(&[&args[..], &["--password-stdin"]].concat());
    fs::write(desk.home.path().join("password"), format!("{GOOD}\n")).unwrap();
    command.stdin(fs::File::open(desk.home.path().join("password")).unwrap());
    let mut stream = Stream::narrow(command);
    stream.until_row(BATCH);
    desk.run(&["users", "revoke", "helen", "helpdesk"]).succeeds();
    let lost = hashes(&desk);
    let (_, code, stderr) = stream.end();
    assert_eq!(code, 11, "{stderr}");
    let reset = reset_since(&desk, &before);
    assert_eq!(reset, names(1..=reset.len()));
    assert!(reset.len() < COUNT, "it came too late");
    assert_eq!(hashes(&desk), lost, "somebody was reset without the right");
    let run = Run { code, stdout: String::new(), stderr };
    let others = failed(&run);
    assert!(others.values().all(|code| code == "not_allowed"), "{others:?}");
    assert!(others.len() < COUNT - reset.len(), "it went on for nothing");
    assert!(run.stderr.contains("NOT in force"));
}

#[test]
#[ignore = "takes long"]
fn several_at_once_lose_no_reset_and_nobody_finds_the_store_locked() {
    const CROWD: usize = 80;
    let desks: Vec<String> = (1..=8).map(|number| format!("desk{number}")).collect();
    let roles: Vec<_> = desks.iter().map(|name| (name.as_str(), HELPDESK)).collect();
    let desk = desk_of(&roles);
    crowd(&desk, CROWD);
    // Half of the runs commit one account at a time, the others in batches.
    let sets: Vec<BTreeSet<String>> = (0..8)
        .map(|number| {
            let length = if number % 2 == 0 { 40 } else { BATCH + 2 };
            names((0..length).map(|index| 1 + (index + number * 10) % CROWD))
        })
        .collect();
    let reset = |number: usize| {
        let list = format!("list{number}");
        let lines: String = sets[number].iter().map(|name| name.clone() + "\n").collect();
        fs::write(desk.home.path().join(&list), lines).unwrap();
        let args = ["users", "reset", "--from", &list, "--as", &desks[number], "--password-stdin"];
        fed(desk.command(&[&args[..], &CSV].concat()), format!("{GOOD}\n"))
    };
    let listing = || (0..5).map(|_| desk.run(&["users", "list", "--format", "csv"])).collect::<Vec<_>>();
    let (resets, lists) = thread::scope(|scope| {
        let resets: Vec<_> = (0..8).map(|number| scope.spawn(move || reset(number))).collect();
        let lists: Vec<_> = (0..8).map(|_| scope.spawn(listing)).collect();
        let resets: Vec<_> = resets.into_iter().map(|run| run.join().unwrap()).collect();
        (resets, lists.into_iter().flat_map(|run| run.join().unwrap()).collect::<Vec<_>>())
    });
    for run in lists {
        // The header, `root`, and all others.
        assert_eq!(run.succeeds().stdout.lines().count(), 2 + 8 + CROWD);
    }
    let mut handed_out = BTreeMap::new();
    for ((run, desk_name), set) in resets.into_iter().zip(&desks).zip(&sets) {
        let rows = rows(&run.succeeds().stdout);
        assert_eq!((&whose(&rows), rows.len()), (set, set.len()));
        handed_out.extend(rows.into_iter().map(|(name, password)| ((desk_name.clone(), name), password)));
    }
    // Every row has its event. The row of an account's last event is the one in force.
    let events = events(&desk).into_iter().filter(|event| event["action"] == "reset" && event["outcome"] == "done");
    let cell = |event: &Value, name: &str| event[name].as_str().unwrap().to_owned();
    let events: Vec<_> = events.map(|event| (cell(&event, "actor"), cell(&event, "target"))).collect();
    assert_eq!(events.len(), handed_out.len());
    let of =
        |actor: &str| desks.iter().find(|desk| actor.split_whitespace().any(|word| word == *desk)).unwrap().clone();
    let by: BTreeSet<_> = events.iter().map(|(actor, target)| (of(actor), target.clone())).collect();
    assert_eq!(by, handed_out.keys().cloned().collect());
    let last: BTreeMap<_, _> = events.into_iter().map(|(actor, target)| (target, actor)).collect();
    let last: Vec<_> =
        last.into_iter().map(|(name, actor)| (name.clone(), handed_out[&(of(&actor), name)].clone())).collect();
    all_in_force(&desk, &last, &names(1..=CROWD));
    desk.run(&VERIFY).succeeds();
}
