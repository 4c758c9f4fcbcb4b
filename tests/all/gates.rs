//! While a change is required, every way in allows only two things: choosing a new password, and signing out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_types, reason = "a test looks behind the store, as others can")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use crate::common::{Desk, GLOBAL_ADMIN, GOOD, OTHER, Run, fed};
use clap::CommandFactory as _;
use passdesk::cli::Cli;
use rusqlite::Connection;

/// The commands that need no sign-in, and the one that asks for none and is silent instead.
const SIGN_NOBODY_IN: [&str; 10] = [
    "init",
    "store path",
    "store grants",
    "store restore",
    "demo",
    "completions",
    "complete-usernames",
    "help",
    "man",
    "recover",
];
/// The commands that such an account may still use, and `verify`, which is a way in itself.
const OF_THEIR_OWN: [&str; 4] = ["me passwd", "me sign-in", "me sign-out", "verify"];

/// How an account proves its identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    As,
    SavedSignIn,
    TokenFile,
    TokenVariable,
}

use Way::{As, SavedSignIn, TokenFile, TokenVariable};

const WAYS: [Way; 4] = [As, SavedSignIn, TokenFile, TokenVariable];

/// A store in which `boss` may do everything, as may `root`. `boss` is signed in and has a token `nightly`, number 1.
/// `bob` may do nothing, and has the token number 2.
struct Gate {
    desk: Desk,
    token: String,
}

impl Gate {
    fn open() -> Self {
        let desk = Desk::settled();
        desk.like_root("boss", GLOBAL_ADMIN);
        for username in ["bob", "cora", "gone"] {
            desk.like_root(username, 0);
        }
        desk.run(&["users", "remove", "gone"]).succeeds();
        fs::write(desk.home.path().join("people.csv"), "username\nfrank\n").unwrap();
        let [token, _] = [("nightly", "boss"), ("bobs", "bob")].map(|(label, username)| {
            let create = ["tokens", "create", label, "--account", username, "--expires-in", "1d", "-q"];
            desk.run(&create).succeeds().stdout
        });
        fs::write(desk.home.path().join("token"), &token).unwrap();
        fs::set_permissions(desk.home.path().join("token"), Permissions::from_mode(0o600)).unwrap();
        desk.run_as("boss", &["me", "sign-in"]).succeeds();
        Self { desk, token: token.trim_end().to_owned() }
    }

    /// The same, but `boss` must choose a new password. The sign-in and the token still exist.
    fn flagged() -> Self {
        let gate = Self::open();
        gate.desk.run_as("root", &["users", "require-change", "boss"]).succeeds();
        assert_eq!(gate.sign_ins(), 2);
        gate
    }

    /// The same after a reset, and the temporary password.
    fn reset() -> (Self, String) {
        let gate = Self::open();
        let temporary = gate.desk.run_as("root", &["users", "reset", "boss", "--yes", "-q"]).succeeds().password();
        (gate, temporary)
    }

    /// How many sign-ins and tokens `boss` has.
    fn sign_ins(&self) -> i64 {
        self.desk
            .value("SELECT count(*) FROM sign_ins JOIN accounts ON account_id = accounts.id WHERE username = 'boss'")
    }

    fn must_change(&self) -> bool {
        self.desk.account("must_change", "boss")
    }

    /// Runs the program as `boss`; `lines` are on standard input.
    fn run(&self, way: Way, lines: &[&str], args: &[&str]) -> Run {
        let by_password = [args, &["--as", "boss", "--password-stdin"]].concat();
        let mut command = self.desk.command(if way == As { &by_password } else { args });
        match way {
            As | SavedSignIn => {}
            TokenFile => _ = command.env("PASSDESK_TOKEN_FILE", self.desk.home.path().join("token")),
            TokenVariable => _ = command.env("PASSDESK_TOKEN", &self.token),
        }
        fed(command, lines.iter().flat_map(|line| [line, "\n"]).collect::<String>())
    }

    /// Fails the test unless the only effect is that the refusal is recorded. A dry run does not even record it.
    #[track_caller]
    fn refuses(&self, way: Way, password: &str, args: &[&str]) -> Run {
        let before = self.last_event().0;
        let run = self.desk.refuses(6, || self.run(way, &[password], args));
        assert_eq!(run.stdout, "", "{args:?}");
        let (sequence, actor, outcome) = self.last_event();
        let expected = if matches!(way, As | SavedSignIn) { "boss" } else { "boss (token nightly)" };
        if args.contains(&"--dry-run") {
            assert!(sequence == before || outcome != "refused", "{way:?} {args:?} is in the record");
            return run;
        }
        assert!(sequence > before, "{args:?} is not in the record");
        assert_eq!((actor.as_str(), outcome.as_str()), (expected, "refused"), "{way:?} {args:?}");
        run
    }

    fn last_event(&self) -> (i64, String, String) {
        let store = Connection::open(self.desk.store()).unwrap();
        let sql = "SELECT sequence, actor, outcome FROM audit_events ORDER BY sequence DESC LIMIT 1";
        store.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap()
    }
}

fn words<'a>(command: &'a str, rest: &'a str) -> Vec<&'a str> {
    command.split(' ').chain(rest.split_whitespace()).collect()
}

/// Every way in refuses a command. Where no change is required, the command is let through: this shows that the refusal
/// matters.
#[track_caller]
fn is_refused(command: &str, cases: &[(&str, i32)]) {
    let gate = Gate::flagged();
    for (rest, _) in cases {
        let args = words(command, rest);
        for way in WAYS {
            gate.refuses(way, GOOD, &args);
        }
        let json = gate.refuses(TokenVariable, "", &[&args[..], &["--format", "json"]].concat());
        assert_eq!(json.error()["code"], "change_required", "{args:?}");
    }
    gate.desk.sql("UPDATE accounts SET must_change = FALSE");
    for (rest, code) in cases {
        gate.run(As, &[GOOD], &words(command, rest)).exits(*code);
    }
}

/// One test per command, with its arguments. Each has its exit code where no change is required.
macro_rules! gates {
    ($($name:ident: $command:literal { $($rest:literal => $code:literal),+ })+) => {
        const GATED: &[(&str, &[(&str, i32)])] = &[$(($command, &[$(($rest, $code)),+])),+];

        mod whoever_must_choose_a_password_is_refused {
            $(#[test]
            fn $name() {
                super::is_refused($command, &[$(($rest, $code)),+]);
            })+
        }
    };
}

gates! {
    users_list: "users list" { "" => 0, "--count" => 0, "--search bob" => 0 }
    users_show: "users show" { "bob" => 0, "boss" => 0, "nobody" => 3 }
    users_add: "users add" { "newcomer" => 0 }
    users_import: "users import" { "people.csv --dry-run" => 0, "people.csv" => 0 }
    users_edit: "users edit" { "bob --name Robert" => 0, "bob --role auditor" => 0, "boss --name Boss" => 0 }
    users_reset: "users reset" {
        "bob" => 2, "--from people.csv --dry-run" => 3, "--role helpdesk --yes" => 0, "bob --dry-run" => 0, "bob --yes" => 0, "bob cora --yes" => 0, "cora --yes --output cora" => 0,
        "boss --yes" => 4
    }
    users_require_change: "users require-change" { "bob" => 0, "bob cora" => 0, "--all" => 2, "--all --dry-run" => 0 }
    users_unlock: "users unlock" { "bob" => 0, "boss" => 4, "--from people.csv --yes" => 3 }
    users_disable: "users disable" { "bob" => 0, "bob cora" => 0, "--from people.csv --dry-run" => 3, "--search cora --yes" => 0 }
    users_enable: "users enable" { "bob" => 0, "--all --yes" => 0 }
    users_sign_out: "users sign-out" { "bob" => 0, "boss" => 4, "--search cora --yes" => 0 }
    users_grant: "users grant" { "bob helpdesk" => 0, "boss auditor" => 0, "helpdesk --all --dry-run" => 0 }
    users_revoke: "users revoke" { "bob auditor" => 0, "auditor --all --yes" => 0, "boss global-admin" => 0 }
    users_remove: "users remove" { "bob" => 0, "--search cora --yes" => 0 }
    users_restore: "users restore" { "gone" => 0, "--all --yes" => 0 }
    users_purge: "users purge" { "" => 2, "--yes" => 0, "gone --yes" => 0 }
    me_profile: "me profile" { "" => 0 }
    tokens_create: "tokens create" { "weekly --expires-in 1d" => 0, "weekly --expires-in 1d --account bob" => 0 }
    tokens_list: "tokens list" { "" => 0, "--all" => 0, "--account boss" => 0, "--account bob" => 0 }
    tokens_revoke: "tokens revoke" { "nightly" => 0, "2" => 0, "99" => 3 }
    policy_show: "policy show" { "" => 0 }
    policy_set: "policy set" { "min-length 16" => 0, "operator-access off" => 0, "blocklist people.csv" => 0 }
    policy_unset: "policy unset" { "min-length" => 0, "blocklist" => 0 }
    audit_list: "audit list" { "" => 0, "--account boss" => 0 }
    audit_verify: "audit verify" { "" => 0 }
    audit_archive: "audit archive" { "old.jsonl --before 2000-01-01" => 0 }
    store_backup: "store backup" { "copy.db" => 0 }
    store_copy: "store copy" { "--to new.db" => 0 }
    store_check: "store check" { "" => 0 }
}

#[test]
fn no_command_is_forgotten_here() {
    fn leaves(command: &clap::Command, path: &str, all: &mut Vec<String>) {
        if !command.has_subcommands() {
            all.push(path.trim_start().to_owned());
        }
        for sub in command.get_subcommands() {
            leaves(sub, &format!("{path} {}", sub.get_name()), all);
        }
    }
    let mut there = Vec::new();
    leaves(&Cli::command(), "", &mut there);
    let mut listed: Vec<&str> = GATED.iter().map(|(command, _)| *command).collect();
    listed.extend(SIGN_NOBODY_IN.into_iter().chain(OF_THEIR_OWN));
    there.sort_unstable();
    listed.sort_unstable();
    assert_eq!(listed, there);
}

#[test]
fn verify_lets_nobody_in_who_must_choose_a_password() {
    let gate = Gate::flagged();
    for format in ["text", "json", "jsonl", "csv"] {
        let verify = || gate.desk.run_with(format!("{GOOD}\n"), &["verify", "boss", "--format", format]);
        let run = gate.desk.refuses(6, verify);
        assert_eq!(run.stdout, "", "{format}");
        assert_eq!(run.stderr.contains(r#""code":"change_required""#), format.starts_with("json"), "{}", run.stderr);
        assert_eq!(gate.last_event().2, "refused");
    }
}

// After a reset.

#[test]
fn after_a_reset_no_sign_in_and_no_token_is_left() {
    let (gate, _) = Gate::reset();
    assert_eq!(gate.sign_ins(), 0);
    for (command, cases) in GATED {
        for way in [SavedSignIn, TokenFile, TokenVariable] {
            let run = gate.desk.refuses(5, || gate.run(way, &[GOOD], &words(command, cases[0].0)));
            assert_eq!(run.stdout, "", "{command}");
        }
    }
}

#[test]
fn a_temporary_password_opens_nothing() {
    let (gate, temporary) = Gate::reset();
    for (command, cases) in GATED {
        gate.refuses(As, &temporary, &words(command, cases[0].0));
    }
    let run = gate.desk.refuses(6, || gate.desk.run_with(format!("{temporary}\n"), &["verify", "boss"]));
    assert_eq!(run.stdout, "");
}

#[test]
fn a_temporary_password_is_good_for_choosing_a_new_one_and_for_signing_out() {
    let (gate, temporary) = Gate::reset();
    gate.run(As, &[&temporary], &["me", "sign-out", "--everywhere"]).succeeds();
    gate.run(SavedSignIn, &[], &["me", "sign-out"]).succeeds();
    gate.refuses(As, &temporary, &["me", "sign-in"]);
    gate.run(As, &[&temporary, OTHER], &["me", "passwd"]).succeeds();
    gate.run(As, &[OTHER], &["users", "list"]).succeeds();
}

// What is still allowed.

#[test]
fn choosing_a_new_password_opens_the_gate_again_by_every_way() {
    for way in WAYS {
        let gate = Gate::flagged();
        let args = if way == As { &["me", "passwd"][..] } else { &["me", "passwd", "--password-stdin"] };
        gate.run(way, &[GOOD, OTHER], args).succeeds();
        assert!(!gate.must_change(), "{way:?}");
        // A token may be stolen. So it has ended with the old password.
        let is_token = matches!(way, TokenFile | TokenVariable);
        gate.run(way, &[OTHER], &["users", "list"]).exits(if is_token { 5 } else { 0 });
        gate.run(As, &[OTHER], &["users", "list"]).succeeds();
    }
}

#[test]
fn no_way_in_stands_for_the_current_password() {
    for way in [SavedSignIn, TokenFile, TokenVariable] {
        let gate = Gate::flagged();
        gate.desk.refuses(5, || gate.run(way, &[OTHER, OTHER], &["me", "passwd", "--password-stdin"]));
        gate.desk.refuses(2, || gate.run(way, &[OTHER], &["me", "passwd"]));
    }
}

#[test]
fn the_current_password_is_not_a_new_one() {
    let gate = Gate::flagged();
    gate.desk.refuses(8, || gate.run(As, &[GOOD, GOOD], &["me", "passwd"]));
    gate.refuses(As, GOOD, &["users", "list"]);
}

#[test]
fn a_sign_in_without_a_terminal_is_refused_and_not_begun() {
    let gate = Gate::flagged();
    gate.refuses(As, GOOD, &["me", "sign-in"]);
    // The next line has a new password, but nobody asks for it.
    gate.desk.refuses(6, || gate.run(As, &[GOOD, OTHER], &["me", "sign-in"]));
}

#[test]
fn no_way_in_stands_for_another_sign_in() {
    let gate = Gate::flagged();
    for way in [SavedSignIn, TokenFile, TokenVariable] {
        gate.desk.refuses(2, || gate.run(way, &[GOOD], &["me", "sign-in"]));
    }
}

#[test]
fn signing_out_ends_the_saved_sign_in_and_requires_the_change_still() {
    let gate = Gate::flagged();
    gate.run(SavedSignIn, &[], &["me", "sign-out"]).succeeds();
    assert_eq!((gate.sign_ins(), gate.must_change()), (1, true));
    gate.refuses(TokenFile, "", &["users", "list"]);
}

#[test]
fn signing_out_everywhere_is_open_and_requires_the_change_still() {
    for way in [As, SavedSignIn] {
        let gate = Gate::flagged();
        gate.run(way, &[GOOD], &["me", "sign-out", "--everywhere"]).succeeds();
        assert_eq!((gate.sign_ins(), gate.must_change()), (0, true), "{way:?}");
        gate.refuses(As, GOOD, &["users", "list"]);
    }
}

#[test]
fn a_token_signs_nobody_out_everywhere() {
    let gate = Gate::flagged();
    for way in [TokenFile, TokenVariable] {
        gate.desk.refuses(4, || gate.run(way, &[], &["me", "sign-out", "--everywhere"]));
    }
}
