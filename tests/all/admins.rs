//! The admins. Somebody can always administer the store. A locked-out admin can be let in again. A removed admin stays
//! removed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::io::Write as _;
use std::process::{Child, Stdio};

use crate::common::{AUDITOR, Desk, GLOBAL_ADMIN, GOOD, OTHER, Run, USER_ADMIN};
use rusqlite::Connection;

// The last global-admin.

/// The changes that could leave a store without an admin.
const LOSSES: [&[&str]; 5] = [
    &["users", "disable", "root"],
    &["users", "remove", "root"],
    &["users", "reset", "root", "--yes", "-q"],
    &["users", "edit", "root", "--no-roles"],
    &["users", "revoke", "root", "global-admin"],
];

#[test]
fn the_last_admin_stays_whatever_an_operator_does() {
    let desk = Desk::settled();
    for loss in LOSSES {
        desk.refuses(8, || desk.run(loss));
    }
    desk.profile("root", GOOD).succeeds();
}

#[test]
fn the_last_admin_stays_whatever_they_do_themselves() {
    let desk = Desk::settled();
    for (loss, code) in LOSSES.into_iter().zip([4, 4, 4, 8, 8]) {
        desk.refuses(code, || desk.run_as("root", loss));
    }
}

#[test]
fn the_last_admin_stays_whatever_an_account_of_lower_rank_does() {
    let desk = Desk::settled();
    desk.like_root("manager", USER_ADMIN);
    for loss in LOSSES {
        desk.refuses(4, || desk.run_as("manager", loss));
    }
}

#[test]
fn the_last_admin_stays_where_the_others_cannot_be_counted_on() {
    for state in [
        "state = 'disabled'",
        "removed_at = 1",
        "password_hash = NULL",
        "must_change = TRUE, temporary_until = 1",
        "must_change = TRUE, temporary_until = 99999999999",
        "roles = 7",
    ] {
        let desk = Desk::settled();
        desk.like_root("other", GLOBAL_ADMIN);
        desk.sql(&format!("UPDATE accounts SET {state} WHERE username = 'other'"));
        for loss in LOSSES {
            desk.refuses(8, || desk.run(loss));
        }
    }
}

#[test]
fn the_last_admin_is_refused_with_a_hint_that_leads_to_recover() {
    let desk = Desk::settled();
    for loss in LOSSES {
        let text = desk.refuses(8, || desk.run(loss)).stderr;
        assert!(text.contains("without root, no usable global-admin has a lasting password"), "{text}");
        assert!(text.contains("make another global-admin first, and have them choose a password"), "{text}");
        assert!(text.contains("'passdesk recover root'"), "{text}");
    }
}

#[test]
fn nothing_is_handed_over_for_the_last_admin() {
    let desk = Desk::settled();
    let reset = desk.refuses(8, || desk.run(&["users", "reset", "root", "--yes", "-q"]));
    assert_eq!(reset.stdout, "");
}

#[test]
fn the_last_admin_may_be_renamed_and_flagged() {
    let desk = Desk::settled();
    desk.run(&["users", "edit", "root", "--name", "Root"]).succeeds();
    desk.run(&["users", "grant", "root", "auditor"]).succeeds();
    desk.run(&["users", "revoke", "root", "auditor"]).succeeds();
    desk.run(&["users", "require-change", "root"]).succeeds();
    desk.change_password("root", GOOD, OTHER).succeeds();
}

#[test]
fn with_another_admin_to_count_on_one_may_go() {
    for loss in LOSSES {
        let desk = Desk::settled();
        desk.like_root("other", GLOBAL_ADMIN);
        desk.run_as("other", loss).succeeds();
        assert_ne!(desk.run_as("root", &["users", "list"]).code, 0, "{loss:?}");
    }
}

#[test]
fn of_several_admins_a_bulk_change_leaves_one() {
    let desk = Desk::settled();
    desk.like_root("other", GLOBAL_ADMIN);
    let run = desk.run(&["users", "disable", "root", "other"]).exits(11);
    assert!(run.stderr.contains("without other, no usable global-admin has a lasting password"), "{}", run.stderr);
    assert_eq!(desk.run(&["users", "list", "--role", "global-admin", "--state", "active", "--count"]).stdout, "1\n");
}

fn started(desk: &Desk, username: &str, args: &[&str]) -> Child {
    let mut child = desk
        .command(&[args, &["--as", username, "--password-stdin"]].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{GOOD}").unwrap();
    child
}

/// Two admins act against each other at the same moment, again and again.
fn duel(deed: &str, rest: &[&str]) {
    let desk = Desk::settled();
    desk.like_root("other", GLOBAL_ADMIN);
    let before = desk.account::<i64>("roles", "root");
    for round in 0..20 {
        let against = |target: &'static str| [&["users", deed, target], rest].concat();
        let duel = [started(&desk, "root", &against("other")), started(&desk, "other", &against("root"))];
        let mut codes: Vec<i32> =
            duel.into_iter().map(|child| Run::from(child.wait_with_output().unwrap()).code).collect();
        codes.sort_unstable();
        // The slower one has lost the right, or cannot even sign in.
        assert!(matches!(codes[..], [0, 4 | 5]), "round {round}: {codes:?}");
        let left = ["root", "other"].into_iter().filter(|username| {
            let stands = "state = 'active' AND removed_at IS NULL AND temporary_until IS NULL AND roles & 8 != 0";
            desk.account::<i64>(stands, username) == 1
        });
        assert_eq!(left.count(), 1, "round {round}");
        desk.sql(&format!("UPDATE accounts SET state = 'active', removed_at = NULL, roles = {before}"));
    }
    desk.run(&["audit", "verify"]).succeeds();
}

#[test]
fn two_admins_who_disable_each_other_at_the_same_moment_leave_one() {
    duel("disable", &[]);
}

#[test]
fn two_admins_who_remove_each_other_at_the_same_moment_leave_one() {
    duel("remove", &[]);
}

#[test]
fn two_admins_who_demote_each_other_at_the_same_moment_leave_one() {
    duel("revoke", &["global-admin"]);
}

// Recovery.

#[test]
fn a_recovered_admin_signs_in_with_a_temporary_password() {
    let desk = Desk::settled();
    let temporary = desk.run(&["recover", "root", "--yes", "-q"]).succeeds().password();
    desk.profile("root", GOOD).exits(5);
    desk.profile("root", &temporary).exits(6);
    desk.change_password("root", &temporary, OTHER).succeeds();
    desk.profile("root", OTHER).succeeds();
}

#[test]
fn a_disabled_or_removed_admin_is_recovered() {
    for state in ["state = 'disabled'", "removed_at = 1", "state = 'disabled', removed_at = 1", "password_hash = NULL"]
    {
        let desk = Desk::settled();
        desk.sql(&format!("UPDATE accounts SET {state} WHERE username = 'root'"));
        let temporary = desk.run(&["recover", "root", "--yes", "-q"]).succeeds().password();
        desk.profile("root", &temporary).exits(6);
        desk.change_password("root", &temporary, OTHER).succeeds();
        desk.run_as("root", &["users", "list"]).exits(5);
        desk.run_with(format!("{OTHER}\n"), &["users", "list", "--as", "root", "--password-stdin"]).succeeds();
    }
}

#[test]
fn a_recovery_ends_every_sign_in() {
    let desk = Desk::settled();
    desk.run_as("root", &["me", "sign-in"]).succeeds();
    desk.run(&["recover", "root", "--yes", "-q"]).succeeds();
    desk.run(&["me", "profile"]).exits(5);
}

#[test]
fn a_recovery_is_the_operators_whoever_is_signed_in() {
    let desk = Desk::settled();
    desk.like_root("alice", 0);
    desk.run_as("alice", &["me", "sign-in"]).succeeds();
    desk.run(&["recover", "root", "--yes", "-q"]).succeeds();
}

#[test]
fn only_a_global_admin_is_recovered() {
    let desk = Desk::settled();
    desk.like_root("manager", USER_ADMIN);
    let run = desk.refuses(4, || desk.run(&["recover", "manager", "--yes", "-q"]));
    assert!(run.stderr.contains("passdesk users reset manager"), "{}", run.stderr);
    assert_eq!(run.stdout, "");
}

#[test]
fn nobody_is_recovered_under_a_name_that_is_not_there() {
    let desk = Desk::settled();
    desk.refuses(3, || desk.run(&["recover", "nobody", "--yes", "-q"]));
}

#[test]
fn a_recovery_takes_no_sign_in() {
    let desk = Desk::settled();
    desk.refuses(2, || desk.run_as("root", &["recover", "root", "--yes", "-q"]));
}

#[test]
fn a_recovery_without_a_terminal_needs_yes() {
    let desk = Desk::settled();
    let run = desk.refuses(2, || desk.run(&["recover", "root", "-q"]));
    assert!(run.stderr.contains("--yes"), "{}", run.stderr);
    assert_eq!(run.stdout, "");
}

#[test]
fn a_recovery_that_is_not_delivered_changes_nothing() {
    let desk = Desk::settled();
    desk.refuses(12, || {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        desk.command(&["recover", "root", "--yes", "-q"]).stdout(full).output().unwrap().into()
    });
}

// Removal.

/// The store with an account `alice` of two roles, whose password is [`GOOD`].
fn with_alice() -> Desk {
    let desk = Desk::settled();
    desk.like_root("alice", AUDITOR | USER_ADMIN);
    desk.sql("UPDATE accounts SET email = 'a@example.org', email_key = 'a@example.org' WHERE username = 'alice'");
    desk
}

#[test]
fn a_removed_account_is_listed_only_among_the_removed() {
    let desk = with_alice();
    desk.run(&["users", "remove", "alice"]).succeeds();
    let count = |args: &[&str]| desk.run(&[&["users", "list", "--count"], args].concat()).succeeds().stdout;
    assert_eq!(count(&[]), "1\n");
    assert_eq!(count(&["--search", "alice"]), "0\n");
    assert_eq!(count(&["--role", "user-admin"]), "0\n");
    for state in ["active", "must-change", "temporary-expired", "disabled"] {
        assert_eq!(count(&["--state", state, "--search", "alice"]), "0\n", "{state}");
    }
    assert_eq!(count(&["--state", "removed"]), "1\n");
    let listed = desk.run(&["users", "list", "--state", "removed", "--format", "csv"]).succeeds().stdout;
    assert!(listed.contains(",alice,"), "{listed}");
}

#[test]
fn a_removed_account_is_not_let_in_and_not_told_why() {
    let desk = with_alice();
    desk.run(&["users", "remove", "alice"]).succeeds();
    let unknown = desk.profile("nobody", GOOD).exits(5);
    let removed = desk.refuses(5, || desk.profile("alice", GOOD));
    assert_eq!(removed.stderr, unknown.stderr);
}

#[test]
fn a_removal_ends_every_sign_in() {
    let desk = with_alice();
    desk.run_as("alice", &["me", "sign-in"]).succeeds();
    desk.run_as("root", &["users", "remove", "alice"]).succeeds();
    desk.run(&["me", "profile"]).exits(5);
    desk.run_as("root", &["users", "restore", "alice"]).succeeds();
    desk.run(&["me", "profile"]).exits(5);
}

#[test]
fn a_removed_account_keeps_its_username_taken() {
    let desk = with_alice();
    desk.run(&["users", "remove", "alice"]).succeeds();
    desk.refuses(7, || desk.run(&["users", "add", "alice", "-q"]));
    desk.refuses(7, || desk.run(&["users", "edit", "root", "--username", "alice"]));
}

#[test]
fn a_restored_account_is_as_it_was() {
    for disabled in [false, true] {
        let desk = with_alice();
        if disabled {
            desk.run(&["users", "disable", "alice"]).succeeds();
        }
        let before = (desk.accounts(), desk.hash_of("alice"));
        desk.run(&["users", "remove", "alice"]).succeeds();
        desk.run(&["users", "restore", "alice"]).succeeds();
        assert_eq!((desk.accounts(), desk.hash_of("alice")), before, "disabled: {disabled}");
        desk.profile("alice", GOOD).exits(if disabled { 5 } else { 0 });
    }
}

#[test]
fn a_removed_account_is_left_alone_until_it_is_restored() {
    let desk = with_alice();
    desk.run(&["users", "remove", "alice"]).succeeds();
    for args in [
        &["users", "reset", "alice", "--yes", "-q"][..],
        &["users", "edit", "alice", "--name", "Other"],
        &["users", "grant", "alice", "helpdesk"],
        &["users", "revoke", "alice", "auditor"],
        &["users", "require-change", "alice"],
        &["users", "disable", "alice"],
        &["users", "enable", "alice"],
        &["users", "remove", "alice"],
    ] {
        let run = desk.refuses(7, || desk.run(args));
        let said = "error: alice is removed\nhint: to bring it back: passdesk users restore alice\n";
        assert_eq!(run.stderr, said, "{args:?}");
    }
}

#[test]
fn nobody_is_restored_who_is_not_removed() {
    let desk = with_alice();
    let run = desk.refuses(7, || desk.run(&["users", "restore", "alice"]));
    assert_eq!(run.stderr, "error: alice is not removed\nhint: see how it stands: passdesk users show alice\n");
}

#[test]
fn nothing_is_handed_over_for_a_removed_account() {
    let desk = with_alice();
    desk.run(&["users", "remove", "alice"]).succeeds();
    let reset = desk.refuses(7, || desk.run(&["users", "reset", "alice", "--yes", "-q"]));
    assert_eq!(reset.stdout, "");
}

#[test]
fn delete_is_remove() {
    let desk = with_alice();
    desk.run(&["users", "delete", "alice"]).succeeds();
    assert_eq!(desk.run(&["users", "list", "--state", "removed", "--count"]).succeeds().stdout, "1\n");
    desk.run(&["users", "restore", "alice"]).succeeds();
}

const DAY: i64 = 86_400;

#[test]
fn a_purge_forgets_what_was_removed_thirty_days_ago_and_nothing_else() {
    let desk = with_alice();
    for username in ["bob", "cora", "dora"] {
        desk.like_root(username, 0);
    }
    desk.run(&["users", "remove", "alice", "bob", "cora"]).succeeds();
    // The purge may run some seconds later. A minute of margin keeps cora from being purged.
    for (username, ago) in [("alice", 31 * DAY), ("bob", 30 * DAY + 1), ("cora", 30 * DAY - 60)] {
        desk.sql(&format!("UPDATE accounts SET removed_at = removed_at - {ago} WHERE username = '{username}'"));
    }
    let gone =
        [desk.account::<i64>("id", "alice"), desk.account::<i64>("id", "bob")].map(|id| format!("Integer({id}) "));
    let others = |desk: &Desk| -> Vec<_> {
        desk.state().into_iter().filter(|row| !gone.iter().any(|id| row.starts_with(id))).collect()
    };
    let before = desk.state().len();
    let kept = others(&desk);
    let run = desk.run(&["users", "purge", "--yes"]).succeeds();
    assert!(run.stderr.contains("2 accounts were deleted for good."), "{}", run.stderr);
    assert_eq!(others(&desk), kept);
    assert_eq!(desk.state().len(), before - 2);
    desk.run(&["users", "show", "alice"]).exits(3);
    desk.run(&["users", "restore", "cora"]).succeeds();
    desk.profile("cora", GOOD).succeeds();
}

#[test]
fn a_script_is_told_how_many_a_purge_has_forgotten() {
    let desk = with_alice();
    desk.run(&["users", "remove", "alice"]).succeeds();
    desk.sql("UPDATE accounts SET removed_at = 1 WHERE username = 'alice'");
    let purge = || desk.run(&["users", "purge", "--yes", "--format", "json"]).succeeds().stdout;
    assert_eq!(purge(), "{\"count\":1}\n");
    assert_eq!(purge(), "{\"count\":0}\n");
}

#[test]
fn a_purged_name_is_free_and_its_number_is_not() {
    let desk = with_alice();
    let id = desk.account::<i64>("id", "alice");
    desk.run(&["users", "remove", "alice"]).succeeds();
    desk.sql("UPDATE accounts SET removed_at = 1 WHERE username = 'alice'");
    desk.run(&["users", "purge", "--yes"]).succeeds();
    desk.run(&["users", "add", "alice", "--email", "a@example.org", "-q"]).succeeds();
    assert!(desk.account::<i64>("id", "alice") > id);
}

#[test]
fn a_purge_leaves_no_password_hash_in_the_file() {
    let desk = with_alice();
    desk.sql("UPDATE accounts SET password_hash = '$argon2id$of-nobody-else$' WHERE username = 'alice'");
    desk.run(&["users", "remove", "alice"]).succeeds();
    desk.sql("UPDATE accounts SET removed_at = 1 WHERE username = 'alice'");
    desk.run(&["users", "purge", "--yes"]).succeeds();
    let needle = b"of-nobody-else";
    assert!(!desk.store_bytes().windows(needle.len()).any(|bytes| bytes == needle));
}

#[test]
fn a_purge_without_a_terminal_needs_yes() {
    let desk = with_alice();
    desk.sql("UPDATE accounts SET removed_at = 1 WHERE username = 'alice'");
    let run = desk.refuses(2, || desk.run(&["users", "purge"]));
    assert!(run.stderr.contains("--yes"), "{}", run.stderr);
}

#[test]
fn a_purge_takes_a_global_admin() {
    let desk = with_alice();
    desk.like_root("gone", 0);
    desk.sql("UPDATE accounts SET removed_at = 1 WHERE username = 'gone'");
    desk.refuses(4, || desk.run_as("alice", &["users", "purge", "--yes"]));
}

// Roles.

#[test]
fn a_role_is_given_and_taken_beside_the_others() {
    let desk = with_alice();
    let roles = |args: &[&str]| {
        desk.run(args).succeeds();
        desk.account::<i64>("roles", "alice")
    };
    assert_eq!(roles(&["users", "grant", "alice", "helpdesk"]), 7);
    assert_eq!(roles(&["users", "grant", "alice", "helpdesk"]), 7);
    assert_eq!(roles(&["users", "revoke", "alice", "auditor"]), 6);
    assert_eq!(roles(&["users", "revoke", "alice", "auditor"]), 6);
    assert_eq!(roles(&["users", "grant", "a@example.org", "global-admin"]), 14);
}

#[test]
fn a_role_changes_nothing_but_the_roles() {
    let desk = with_alice();
    let rest = || {
        let store = Connection::open(desk.store()).unwrap();
        let sql = "SELECT username || display_name || email || state || password_hash || must_change || created_at
                   FROM accounts WHERE username = 'alice'";
        store.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap()
    };
    let before = rest();
    desk.run(&["users", "grant", "alice", "helpdesk"]).succeeds();
    desk.run(&["users", "revoke", "alice", "auditor"]).succeeds();
    assert_eq!(rest(), before);
}

#[test]
fn roles_are_a_global_admins_to_give_and_take() {
    let desk = with_alice();
    desk.like_root("bob", AUDITOR);
    for args in [
        &["users", "grant", "bob", "helpdesk"][..],
        &["users", "revoke", "bob", "auditor"],
        &["users", "edit", "bob", "--no-roles"],
        &["users", "grant", "alice", "global-admin"],
    ] {
        desk.refuses(4, || desk.run_as("alice", args));
    }
}

#[test]
fn what_is_no_role_is_not_given() {
    let desk = with_alice();
    desk.refuses(2, || desk.run(&["users", "grant", "alice", "emperor"]));
}

#[test]
fn an_unlock_says_what_it_did_and_no_more() {
    let desk = Desk::with_alice();
    let said = |desk: &Desk| desk.run(&["users", "unlock", "alice"]).succeeds().stderr;
    assert_eq!(said(&desk), "alice (Alice Example) was not locked.\n");
    desk.sql("UPDATE accounts SET tries_failed = 7, tried_at = 1 WHERE username = 'alice'");
    assert_eq!(said(&desk), "alice (Alice Example) may try to sign in again at once.\n");
    desk.run(&["users", "disable", "alice"]).succeeds();
    assert_eq!(said(&desk), "alice (Alice Example) was not locked. It is disabled.\n");
    desk.sql("UPDATE accounts SET locked_at = 1 WHERE username = 'alice'");
    assert_eq!(said(&desk), "alice (Alice Example) is unlocked, and still disabled.\n");
}

#[test]
fn a_name_that_is_taken_by_a_removed_account_is_told_with_the_way_back() {
    let desk = Desk::with_alice();
    desk.run(&["users", "remove", "alice"]).succeeds();
    let run = desk.refuses(7, || desk.run(&["users", "add", "alice"]));
    assert!(run.stderr.contains("'alice' is taken by alice, id 2, which is removed\n"), "{}", run.stderr);
    assert!(run.stderr.contains("hint: 'passdesk users restore 2' brings it back"), "{}", run.stderr);
}

#[test]
fn whoever_may_not_is_told_as_whom_they_are_signed_in() {
    let desk = Desk::with_alice();
    desk.run_with(format!("{GOOD}\n"), &["me", "sign-in", "--as", "alice", "--password-stdin"]).succeeds();
    let run = desk.refuses(4, || desk.run(&["users", "list"]));
    assert!(run.stderr.contains("you are signed in as alice, and 'passdesk me sign-out' ends that"), "{}", run.stderr);
}

#[test]
fn roles_that_an_edit_replaces_are_named() {
    let desk = Desk::with_alice();
    desk.run(&["users", "grant", "alice", "helpdesk"]).succeeds();
    let run = desk.run(&["users", "edit", "alice", "--role", "auditor"]).succeeds();
    assert_eq!(run.stderr, "alice (Alice Example) is changed.\nRoles: auditor; before: helpdesk.\n");
}
