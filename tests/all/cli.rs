//! The command line as scripts and people see it. `tests/cmd/` has one file per behaviour, and each is run as it
//! stands.
//!
//! A case named `help…` runs without naming a store. A case named `no-store…` runs where no store exists. Every other
//! case has its own store with five accounts. After an intended change, run `TRYCMD=overwrite cargo test --test all
//! cli::`. It writes the files again; read the difference.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{Desk, Run};
use trycmd::TestCases;
use trycmd::schema::Bin;

/// A store whose accounts are the same every time: root, alice, bob, carol and dave.
pub fn sample() -> Desk {
    let desk = Desk::new();
    for (name, display_name, role) in [
        ("alice", "Alice Example", None),
        ("bob", "Bob Example", Some("helpdesk")),
        ("carol", "Carol Example", Some("auditor")),
        ("dave", "Dave Example", Some("user-admin")),
    ] {
        let email = format!("{name}@example.org");
        let mut add = desk.command(&["users", "add", name, "--name", display_name, "--email", &email, "-q"]);
        Run::from(add.args(role.map(|role| format!("--role={role}"))).output().unwrap()).succeeds();
    }
    desk.run(&["users", "disable", "dave"]).succeeds();
    desk.sql(
        "UPDATE accounts SET created_at = 1750000000, reset_at = 1760000000, reset_by = 'operator root';
         UPDATE accounts SET must_change = FALSE, temporary_until = NULL, password_changed_at = 1770000000
          WHERE username NOT IN ('bob', 'carol');
         UPDATE accounts SET temporary_until = 4102444800 WHERE username = 'bob';
         UPDATE accounts SET temporary_until = 1760086400 WHERE username = 'carol';",
    );
    desk
}

/// Runs one file of `tests/cmd/`. Its environment is added to that of the tests, which may hold a developer's own
/// variables.
fn run_as_it_stands(case: &Path, desk: &Desk, store: &str) {
    let home = desk.home.path().to_str().unwrap().to_owned();
    let cases = TestCases::new();
    cases.case(case).register_bin("passdesk", Bin::Path(env!("CARGO_BIN_EXE_passdesk").into()));
    for (name, value) in [
        ("HOME", home.as_str()),
        ("XDG_DATA_HOME", &home),
        ("XDG_STATE_HOME", &home),
        ("PASSDESK_STORE", store),
        // Help is as wide as a terminal. This is the width without one.
        ("COLUMNS", "100"),
        ("SUDO_USER", ""),
        ("TZ", "UTC"),
    ] {
        cases.env(name, value);
    }
    cases.insert_var("[STORE]", desk.store().to_str().unwrap().to_owned()).unwrap();
    cases.insert_var("[HOME]", home).unwrap();
    cases.run();
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd");
    let mut cases: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(!cases.is_empty());
    cases
}

fn name(case: &Path) -> &str {
    case.file_stem().unwrap().to_str().unwrap()
}

#[test]
fn every_case_without_a_store_is_as_it_stands() {
    for case in cases() {
        let desk = Desk::empty();
        if name(&case).starts_with("help") {
            // A store's path in the help would be as long as the name of some temporary folder.
            run_as_it_stands(&case, &desk, "");
        } else if name(&case).starts_with("no-store") {
            run_as_it_stands(&case, &desk, desk.store().to_str().unwrap());
        }
        let made = fs::read_dir(desk.home.path()).unwrap().count();
        assert_eq!(made, usize::from(name(&case) == "no-store-init"), "{}", case.display());
    }
}

/// The cases that change the store. All others only read, or are refused.
const CHANGES: [&str; 10] = [
    "add",
    "disable-and-enable",
    "edit",
    "edit-for-a-script",
    "require-change",
    "reset",
    "reset-for-a-script",
    "reset-of-the-disabled",
    "reset-partly",
    "reset-quietly",
];

#[test]
fn every_case_on_a_store_is_as_it_stands_and_changes_what_it_is_to_change() {
    let sample = sample();
    for case in cases().iter().filter(|case| !["help", "no-store"].iter().any(|kind| name(case).starts_with(kind))) {
        let desk = Desk::empty();
        // The copy has the same mode.
        fs::copy(sample.store(), desk.store()).unwrap();
        let before = desk.state();
        run_as_it_stands(case, &desk, desk.store().to_str().unwrap());
        assert_eq!(desk.state() != before, CHANGES.contains(&name(case)), "{}", case.display());
    }
}

// ---- Behaviour that a case cannot show.

#[test]
fn a_suggestion_reaches_a_script_too() {
    let desk = Desk::new();
    let before = desk.state();
    let run = desk.run(&["users", "lits", "alice", "--format", "json"]).exits(2);
    assert!(run.error()["hint"].as_str().unwrap().starts_with("try 'list'; "));
    assert_eq!((run.stdout.as_str(), run.stderr.lines().count()), ("", 1));
    assert_eq!(desk.state(), before);
}

#[test]
fn an_edit_without_a_change_is_wrong_use() {
    let desk = Desk::with_alice();
    let before = desk.state();
    let run = desk.run(&["users", "edit", "alice"]).exits(2);
    assert!(
        run.stderr.contains("hint: add --username, --name, --email, --role, --no-roles, --key or --expires-on\n"),
        "{}",
        run.stderr
    );
    assert_eq!(desk.state(), before);
}

const ESCAPE: char = '\u{1b}';

#[test]
fn there_are_no_colours_where_there_is_no_terminal() {
    let desk = Desk::with_alice();
    for command in [&["users", "list"][..], &["users", "show", "alice"], &["users", "show", "nobody"], &["--help"]] {
        for how in [&[][..], &["--color", "auto"], &["--color=never"]] {
            let run = desk.run(&[command, how].concat());
            assert!(!run.stdout.contains(ESCAPE) && !run.stderr.contains(ESCAPE), "{command:?} {how:?}");
        }
    }
}

#[test]
fn there_are_colours_where_they_are_asked_for_in_spite_of_no_color() {
    let desk = Desk::with_alice();
    for no_color in ["", "1"] {
        let coloured = |args: &[&str]| {
            let mut command = desk.command(args);
            Run::from(command.args(["--color", "always"]).env("NO_COLOR", no_color).output().unwrap())
        };
        for command in [&["users", "list"][..], &["users", "show", "alice"], &["users", "reset", "alice", "--yes"]] {
            assert!(coloured(command).succeeds().stdout.contains(ESCAPE), "{command:?}");
        }
        assert!(coloured(&["users", "show", "nobody"]).exits(3).stderr.starts_with("\u{1b}["));
    }
}

#[test]
fn what_a_script_reads_is_never_coloured() {
    let desk = Desk::with_alice();
    for command in [
        &["users", "list", "--format", "json"][..],
        &["users", "list", "--format", "csv"],
        &["users", "list", "--count"],
        &["users", "show", "nobody", "--format", "json"],
        &["users", "reset", "alice", "--yes", "--format", "json"],
        &["users", "reset", "alice", "--yes", "-q"],
        &["users", "reset", "alice", "--yes", "--output", "file"],
        &["store", "path"],
    ] {
        let run = desk.run(&[command, &["--color", "always"]].concat());
        assert!(!run.stdout.contains(ESCAPE) && !run.stderr.contains(ESCAPE), "{command:?}: {}", run.stdout);
    }
    assert!(!fs::read_to_string(desk.home.path().join("file")).unwrap().contains(ESCAPE));
}

#[test]
fn a_word_of_another_program_leads_to_the_command_that_does_it_here() {
    let desk = Desk::new();
    let before = desk.state();
    for (typed, hint) in [
        ("login", "use 'passdesk me sign-in'; see 'passdesk --help'"),
        ("logout", "use 'passdesk me sign-out'; see 'passdesk --help'"),
        ("passwd", "use 'passdesk me passwd'; see 'passdesk --help'"),
        ("whoami", "use 'passdesk me profile'; see 'passdesk --help'"),
        ("users find muller", "use 'passdesk users list --search TEXT'; see 'passdesk users --help'"),
        ("users list muller", "use '--search muller'; see 'passdesk users list --help'"),
        ("users list --json", "use '--format json'; see 'passdesk users list --help'"),
        ("users list -o json", "use '--format json'; see 'passdesk users list --help'"),
        ("users reset -o json", "use '--format json' or '--output FILE'; see 'passdesk users reset --help'"),
        ("users reset -o file", "use '--output file'; see 'passdesk users reset --help'"),
        ("users list -o file", "use '>file'; see 'passdesk users list --help'"),
        ("users reset -f", "use '--yes' or '--from FILE'; see 'passdesk users reset --help'"),
        ("store backup -o file", "use 'passdesk store backup file'; see 'passdesk store backup --help'"),
        ("users reset --user bob", "use 'passdesk users reset bob'; see 'passdesk users reset --help'"),
        ("users reset --user=b*", "use passdesk users reset 'b*'; see 'passdesk users reset --help'"),
        ("users reset --user", "use 'passdesk users reset ID'; see 'passdesk users reset --help'"),
        ("users grant --user bob", "use 'passdesk users grant bob ROLE'; see 'passdesk users grant --help'"),
        (
            "users reset bob --password hunter2",
            "passdesk makes the secret itself; '--password-stdin' reads the password of '--as'; see 'passdesk users reset --help'",
        ),
        ("users list --user bob", "use '--search bob'; see 'passdesk users list --help'"),
        ("audit list --user bob", "use '--account bob' or '--actor bob'; see 'passdesk audit list --help'"),
        ("tokens list --user bob", "use '--account bob'; see 'passdesk tokens list --help'"),
        ("store check --user bob", "see 'passdesk store check --help'"),
        ("me sign-in --user bob", "use '--as bob'; see 'passdesk me sign-in --help'"),
        // There is nothing to sign out of with --as.
        ("me sign-out alice", "see 'passdesk me sign-out --help'"),
        ("me sign-in alice", "use '--as alice'; see 'passdesk me sign-in --help'"),
        ("users rename alice", "use 'passdesk users edit ID --username USERNAME'; see 'passdesk users --help'"),
        ("users roles alice", "use 'passdesk users show ID'; see 'passdesk users --help'"),
        ("users export", "use 'passdesk users list --format csv'; see 'passdesk users --help'"),
        ("users lock alice", "use 'passdesk users disable ID'; see 'passdesk users --help'"),
        ("users create zoe", "use 'passdesk users add USERNAME'; see 'passdesk users --help'"),
        ("users undisable alice", "use 'passdesk users enable ID'; see 'passdesk users --help'"),
        ("users unenable alice", "use 'passdesk users disable ID'; see 'passdesk users --help'"),
        ("users undelete alice", "use 'passdesk users restore ID'; see 'passdesk users --help'"),
        ("users unrequire-change alice", "see 'passdesk users --help'"),
        // The name of a command is suggested, never another word for it.
        ("usrs", "try 'users'; see 'passdesk --help'"),
        ("toke list", "try 'tokens'; see 'passdesk --help'"),
        ("users delet alice", "try 'remove'; see 'passdesk users --help'"),
        // The closest one is suggested. Another one is close, too.
        ("users removke alice", "try 'remove'; see 'passdesk users --help'"),
        // A word with close spelling is not suggested if it does the opposite, or more.
        ("users grunt alice", "try 'grant'; see 'passdesk users --help'"),
        ("users reset --someone", "see 'passdesk users reset --help'"),
    ] {
        let words: Vec<&str> = typed.split(' ').collect();
        let run = desk.run(&words).exits(2);
        assert_eq!(run.stderr.lines().last(), Some(&*format!("hint: {hint}")), "{typed}: {}", run.stderr);
    }
    assert_eq!(desk.state(), before);
}

#[test]
fn what_may_be_a_password_is_not_repeated() {
    let desk = Desk::new();
    let before = desk.state();
    for typed in [
        "me passwd hunter2",
        "me passwd -- -hunter2",
        "me passwd --password-stdin=hunter2",
        "me passwd --password=hunter2",
        "me passwd -phunter2",
        "me sign-in --as alice hunter2",
        "verify alice hunter2",
    ] {
        for format in ["text", "json"] {
            let words: Vec<&str> = ["--format", format].into_iter().chain(typed.split(' ')).collect();
            let run = desk.run(&words).exits(2);
            assert!(!(run.stdout + &run.stderr).contains("hunter2"), "{typed}: {}", run.stderr);
            assert!(run.stderr.contains("use '--password-stdin'; see '"), "{typed}: {}", run.stderr);
        }
    }
    assert_eq!(desk.state(), before);
}

#[test]
fn a_harmless_other_word_works() {
    let desk = Desk::with_alice();
    let list = desk.run(&["users", "list"]).exits(0).stdout;
    for other in [["users", "ls"], ["user", "list"]] {
        assert_eq!(desk.run(&other).exits(0).stdout, list);
    }
    assert_eq!(desk.run(&["version"]).exits(0).stdout, desk.run(&["--version"]).exits(0).stdout);
}

#[test]
fn the_help_of_a_command_is_found_in_either_way() {
    let desk = Desk::new();
    let help = desk.run(&["users", "reset", "--help"]).exits(0).stdout;
    for words in [&["help", "users", "reset"][..], &["help", "--", "user", "reset"]] {
        assert_eq!(desk.run(words).exits(0).stdout, help);
    }
    assert_eq!(desk.run(&["help"]).exits(0).stdout, desk.run(&["--help"]).exits(0).stdout);
}

#[test]
fn a_group_alone_prints_its_help_whatever_the_environment_says() {
    let desk = Desk::empty();
    for group in [&[][..], &["me"], &["users"], &["store"]] {
        let with = desk.run(group).exits(2);
        let without = Run::from(desk.command(group).env_remove("PASSDESK_STORE").output().unwrap()).exits(2);
        assert!(with.stderr.contains("\nCommands:\n"), "{}", with.stderr);
        assert_eq!((with.stderr, with.stdout), (without.stderr, without.stdout), "{group:?}");
    }
}

#[test]
fn help_runs_no_command() {
    let desk = Desk::with_alice();
    let before = desk.state();
    for (typed, hint) in [
        ("store backup -- file", "see 'passdesk store backup --help'"),
        ("-- store backup --", "see 'passdesk store backup --help'"),
        ("-- store backup -- file", "see 'passdesk store backup --help'"),
        ("-- users reset alice --yes --", "see 'passdesk users reset --help'"),
        ("-- users rest", "try 'reset'; see 'passdesk users --help'"),
        ("usrs", "try 'users'; see 'passdesk --help'"),
        ("login", "use 'passdesk me sign-in'; see 'passdesk --help'"),
    ] {
        let words: Vec<&str> = ["help"].into_iter().chain(typed.split(' ')).collect();
        let run = desk.run(&words).exits(2);
        assert_eq!((run.stdout.as_str(), run.stderr.lines().last()), ("", Some(&*format!("hint: {hint}"))), "{typed}");
    }
    let here: Vec<_> = fs::read_dir(desk.home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!here.iter().any(|name| name == "--help" || name == "file"), "{here:?}");
    assert_eq!(desk.state(), before);
}

/// Each command with its name, including the groups, and without those that nobody types.
fn commands() -> Vec<(String, clap::Command)> {
    fn below(path: &str, command: &clap::Command, all: &mut Vec<(String, clap::Command)>) {
        for one in command.get_subcommands().filter(|one| one.get_name() != "help" && !one.is_hide_set()) {
            let path = format!("{path} {}", one.get_name());
            below(&path, one, all);
            all.push((path.trim().to_owned(), one.clone()));
        }
    }
    let mut all = Vec::new();
    let mut passdesk = <passdesk::cli::Cli as clap::CommandFactory>::command();
    passdesk.build();
    below("", &passdesk, &mut all);
    all
}

#[test]
fn the_help_of_each_command_has_an_example_and_fits_on_two_screens() {
    let desk = Desk::new();
    for (path, command) in commands().iter().filter(|(_, command)| !command.has_subcommands()) {
        let words: Vec<&str> = path.split(' ').chain(["--help"]).collect();
        let help = desk.run(&words).exits(0).stdout;
        assert!(help.lines().count() <= 60, "{path}: {}", help.lines().count());
        assert!(help.contains(&format!("  passdesk {path}")), "{path} has no example");
        assert!(command.get_about().is_some(), "{path}");
    }
}

#[test]
fn wrong_use_of_a_command_points_at_the_help_of_that_command() {
    let desk = Desk::new();
    let before = desk.state();
    for (path, _) in commands() {
        for wrong in [&["--format", "none"][..], &["--as"], &["--color=never", "--no-such-flag"]] {
            let words: Vec<&str> = path.split(' ').chain(wrong.iter().copied()).collect();
            let run = desk.run(&words).exits(2);
            let (_, see) = run.stderr.rsplit_once("see ").unwrap();
            assert_eq!(see, format!("'passdesk {path} --help'\n"), "{wrong:?}");
        }
    }
    assert_eq!(desk.state(), before);
}

#[test]
fn every_flag_is_documented_and_every_flag_of_the_docs_is_there() {
    use std::collections::BTreeSet;
    let there: BTreeSet<String> = commands()
        .iter()
        .flat_map(|(_, command)| {
            command.get_arguments().filter_map(clap::Arg::get_long).map(str::to_owned).collect::<Vec<_>>()
        })
        .chain(["version".to_owned()])
        .collect();
    let text: String = crate::docs::PAGES.iter().map(|(_, text)| *text).collect();
    // Flags of other programs appear on the lines of those programs.
    let others = regex::Regex::new(
        r"\b(useradd|adduser|pam-auth-update|cargo|setpriv|git|createuser|createdb|pg_dropcluster|systemctl|kc.sh) ",
    )
    .unwrap();
    let flag = regex::Regex::new(r"(?:^|[\s`(=\[])--([a-z][a-z-]*)").unwrap();
    let named: BTreeSet<String> = text
        .lines()
        .filter(|line| !others.is_match(line))
        .flat_map(|line| flag.captures_iter(line).map(|found| found[1].to_owned()).collect::<Vec<_>>())
        .collect();
    assert_eq!(named.difference(&there).collect::<Vec<_>>(), Vec::<&String>::new(), "no such flags");
    assert_eq!(there.difference(&named).collect::<Vec<_>>(), Vec::<&String>::new(), "not documented");
}

#[test]
fn every_flag_is_in_the_manual_page_of_its_command() {
    let desk = Desk::new();
    desk.run(&["man", desk.home.path().join("man").to_str().unwrap()]).exits(0);
    for (path, command) in commands() {
        let page = desk.home.path().join("man").join(format!("passdesk-{}.1", path.replace(' ', "-")));
        let page = fs::read_to_string(page).unwrap().replace("\\-", "-");
        for long in command.get_arguments().filter(|arg| !arg.is_hide_set()).filter_map(clap::Arg::get_long) {
            assert!(page.contains(&format!("--{long}")), "{path}: --{long}");
        }
    }
}
