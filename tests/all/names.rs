//! The names of accounts: signing in by an address, renames, and what becomes of the names of removed accounts.

use crate::common::{Desk, GOOD, Run};

/// A store with `alice`, who has an address and the password [`GOOD`].
fn with_address() -> Desk {
    let desk = Desk::with_alice();
    desk.run(&["users", "edit", "alice", "--email", "Alice@Bücher.example"]).succeeds();
    desk
}

fn verify(desk: &Desk, name: &str, more: &[&str]) -> Run {
    desk.run_with(format!("{GOOD}\n"), &[&["verify", name], more].concat())
}

#[test]
fn who_signs_in_gives_a_username_or_an_address() {
    let desk = with_address();
    for name in ["alice", "ALICE", "alice@bücher.example", "alice@xn--bcher-kva.example"] {
        desk.profile(name, GOOD).succeeds();
        verify(&desk, name, &[]).succeeds();
        let sign_in = ["me", "sign-in", "--as", name, "--password-stdin"];
        let said = desk.run_with(format!("{GOOD}\n"), &sign_in).succeeds().stderr;
        assert!(said.starts_with("Signed in as alice (Alice Example) for"), "{said}");
        desk.change_password(name, GOOD, crate::common::OTHER).succeeds();
        desk.change_password(name, crate::common::OTHER, GOOD).succeeds();
    }
}

#[test]
fn an_address_that_nobody_has_is_answered_as_any_failed_sign_in() {
    let desk = with_address();
    let tries = || desk.account::<i64>("tries_failed", "alice");
    let [unknown, wrong] = ["nobody@bücher.example", "alice@bücher.example"].map(|name| {
        let run = desk.run_with("not her password\n", &["verify", name]).exits(5);
        (run.stdout, run.stderr)
    });
    assert_eq!(unknown, wrong);
    assert_eq!(tries(), 1);
}

#[test]
fn nobody_signs_in_by_the_id_of_an_account() {
    let desk = with_address();
    desk.refuses(2, || desk.profile("2", GOOD));
    verify(&desk, "2", &[]).exits(5);
    assert_eq!(desk.account::<i64>("tries_failed", "alice"), 0);
}

#[test]
fn verify_says_whose_password_it_was() {
    let desk = with_address();
    let name = "alice@bücher.example";
    let plain = verify(&desk, name, &[]).succeeds();
    assert_eq!((plain.stdout, plain.stderr), (String::new(), String::new()));
    let verbose = verify(&desk, name, &["-v"]).succeeds();
    assert_eq!(verbose.stderr, "This is the password of alice (Alice Example).\n");
    assert_eq!(verbose.stdout, "");
    let json: serde_json::Value = serde_json::from_str(&verify(&desk, name, &["--format", "json"]).stdout).unwrap();
    assert_eq!((&json["id"], &json["username"]), (&2.into(), &"alice".into()));
}

#[test]
fn a_renamed_account_signs_in_by_its_new_name_alone() {
    let desk = with_address();
    let run = desk.run(&["users", "edit", "alice", "--username", "Alice.Smith"]).succeeds();
    let said = "alice.smith (Alice Example) is changed.\nUsername: alice.smith; nobody else gets alice for 30 days.\n";
    assert_eq!(run.stderr, said);
    desk.profile("alice.smith", GOOD).succeeds();
    desk.profile("alice", GOOD).exits(5);
    assert_eq!(desk.value::<i64>("SELECT id FROM accounts WHERE username = 'alice.smith'"), 2);
}

#[test]
fn a_former_username_names_the_account_that_had_it() {
    let desk = with_address();
    desk.run(&["users", "edit", "alice", "--username", "alice.smith"]).succeeds();
    let run = desk.refuses(3, || desk.run(&["users", "show", "alice"]));
    assert!(run.stderr.ends_with("hint: the account of that name is now alice.smith\n"), "{}", run.stderr);
    for deed in [&["users", "add", "alice", "-q"][..], &["users", "edit", "root", "--username", "alice"]] {
        let run = desk.refuses(7, || desk.run(deed));
        assert!(run.stderr.starts_with("error: 'alice' is kept for alice.smith, id 2"), "{}", run.stderr);
    }
    let imported = desk.refuses(7, || desk.run_with("username\nalice\n", &["users", "import", "-"]));
    assert!(imported.stderr.contains("'alice' is kept for alice.smith"), "{}", imported.stderr);
    let list = ["audit", "list", "--account", "alice", "--format", "csv", "--action", "edit"];
    let events = desk.run(&list).succeeds().stdout;
    assert_eq!(events.lines().count(), 3, "{events}");
    assert!(events.lines().last().unwrap().contains("alice.smith"), "{events}");
}

#[test]
fn a_restored_account_whose_address_was_given_away_says_so() {
    let desk = with_address();
    desk.run(&["users", "remove", "alice@bücher.example"]).succeeds();
    desk.run(&["users", "add", "bob", "--email", "alice@bücher.example", "-q"]).succeeds();
    let run = desk.run(&["users", "restore", "alice"]).succeeds();
    let said = "is restored without its address Alice@Bücher.example: another account has it by now.\n";
    assert!(run.stderr.ends_with(said), "{}", run.stderr);
    assert_eq!(desk.account::<Option<String>>("email", "alice"), None);
}

#[test]
fn an_address_names_the_removed_account_that_had_it_if_nobody_has_it() {
    let desk = with_address();
    desk.run(&["users", "remove", "alice@bücher.example"]).succeeds();
    desk.run(&["users", "restore", "alice@bücher.example"]).succeeds();
    desk.run(&["users", "remove", "alice"]).succeeds();
    desk.run(&["users", "add", "bob", "--email", "alice@bücher.example", "-q"]).succeeds();
    desk.run(&["users", "remove", "bob"]).succeeds();
    let run = desk.refuses(7, || desk.run(&["users", "restore", "alice@bücher.example"]));
    assert!(run.stderr.ends_with("hint: name one by its id: 2, 3\n"), "{}", run.stderr);
}

#[test]
fn removed_accounts_are_deleted_for_good_by_name() {
    let desk = Desk::with_alice();
    desk.run(&["users", "add", "bob", "-q"]).succeeds();
    let run = desk.refuses(7, || desk.run(&["users", "purge", "alice", "--yes"]));
    assert_eq!(run.stderr, "error: alice is not removed\nhint: remove it first: passdesk users remove alice\n");
    desk.run(&["users", "remove", "alice"]).succeeds();
    let run = desk.refuses(2, || desk.run(&["users", "purge", "alice"]));
    assert!(run.stderr.contains("hint: add --yes"), "{}", run.stderr);
    let run = desk.run(&["users", "purge", "alice", "bob", "--yes", "--format", "json"]).exits(11);
    assert_eq!(run.stdout, "{\"count\":1}\n");
    desk.run(&["users", "show", "alice"]).exits(3);
    desk.run(&["users", "show", "bob"]).succeeds();
    desk.run(&["users", "add", "alice", "-q"]).succeeds();
}

#[test]
fn whoever_looks_for_a_name_that_two_have_had_is_told_of_the_other() {
    let desk = Desk::with_alice();
    desk.run(&["users", "edit", "alice", "--username", "alice.smith"]).succeeds();
    desk.sql("UPDATE former_names SET kept_until = 0");
    desk.run(&["users", "add", "alice", "-q"]).succeeds();
    let run = desk.run(&["audit", "list", "--account", "alice", "--format", "csv"]).succeeds();
    assert!(run.stderr.ends_with("alice.smith had this username, too: --account 2\n"), "{}", run.stderr);
    assert_eq!(run.stdout.lines().count(), 2, "{}", run.stdout);
}

#[test]
fn a_search_for_accents_alone_finds_nobody() {
    let desk = Desk::with_alice();
    for mark in ["\u{301}", "\u{64b}", "\u{5b0}\u{301}"] {
        assert_eq!(desk.run(&["users", "list", "--search", mark, "--count"]).succeeds().stdout, "0\n");
        let reset = ["users", "reset", "--search", mark, "--yes", "--format", "csv"];
        let run = desk.refuses(0, || desk.run(&reset));
        assert_eq!(run.stdout, "username,temporary_password,expires_at,operation\n");
    }
}
