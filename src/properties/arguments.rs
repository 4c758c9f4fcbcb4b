//! Any command line.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::sync::LazyLock;

use clap::{ArgAction, CommandFactory as _};

use super::{Choices, is_harmless, is_told};
use crate::cli::{self, Cli, Command};
use crate::completing::Asked;
use crate::failure::{Failure, Kind};
use crate::terminal::clipboard::Task;
use crate::terminal::format::Format;

/// A password that somebody typed into a command line. No message repeats it.
const SECRET: &str = "Tr0ub4dor&3";

/// Words that something may read in its own way.
const WORDS: [&str; 24] = [
    "alice",
    "7",
    "0",
    "-7",
    "a@example.org",
    "",
    "-",
    "--",
    "--help",
    "-h",
    "--version",
    "help",
    "24h",
    "2030-01-31",
    "json",
    "jsonl",
    "csv",
    "excel",
    "never",
    "postgres://h/d",
    "--passwd",
    "--user",
    "undisable",
    "--no-yes",
];

/// A command.
#[derive(Default)]
struct Known {
    /// The words that name it.
    path: Vec<String>,
    /// Its flags, each with the values that it takes.
    flags: Vec<(String, Vec<String>)>,
}

/// The flags whose value may begin with a hyphen.
static GREEDY: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    fn add(command: &clap::Command, all: &mut BTreeSet<String>) {
        let greedy = command.get_arguments().filter(|arg| arg.is_allow_hyphen_values_set());
        all.extend(greedy.filter_map(clap::Arg::get_long).map(|long| format!("--{long}")));
        command.get_subcommands().for_each(|below| add(below, all));
    }
    let mut all = BTreeSet::new();
    add(&Cli::command(), &mut all);
    all
});

/// All commands.
static COMMANDS: LazyLock<Vec<Known>> = LazyLock::new(|| {
    fn add(command: &clap::Command, path: &[String], all: &mut Vec<Known>) {
        let mut known = Known { path: path.to_vec(), flags: Vec::new() };
        for arg in command.get_arguments().filter(|arg| arg.get_id() != "help") {
            let values: Vec<_> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
            let values = match arg.get_action() {
                ArgAction::Set | ArgAction::Append if values.is_empty() => WORDS.map(str::to_owned).into(),
                ArgAction::Set | ArgAction::Append => values,
                _ => Vec::new(),
            };
            let names =
                [arg.get_long().map(|long| format!("--{long}")), arg.get_short().map(|short| format!("-{short}"))];
            known.flags.extend(names.into_iter().flatten().map(|name| (name, values.clone())));
        }
        all.push(known);
        for below in command.get_subcommands() {
            add(below, &[path, &[below.get_name().to_owned()]].concat(), all);
        }
    }
    let (mut command, mut all) = (Cli::command(), Vec::new());
    command.build();
    add(&command, &[], &mut all);
    all
});

/// A command line is understood in one way, or it is refused in words that a terminal can show. A failure never repeats a
/// password that stands behind a flag for passwords.
pub fn arguments(bytes: &[u8]) {
    let mut choices = Choices::of(bytes);
    let (mut args, mut has_secret) = (vec![OsString::from("passdesk")], false);
    let mut command = choices.one_of(&COMMANDS);
    args.extend(command.path.iter().map(Into::into));
    while choices.are_left() {
        if choices.below(32) == 1 {
            command = choices.one_of(&COMMANDS);
            args.extend(command.path.iter().map(Into::into));
        }
        let (flag, values) = choices.one_of(&command.flags);
        let text = choices.one_of(&WORDS);
        match choices.below(24) {
            1 => args.push(OsString::from_vec(choices.changed(b"caf\xe9\x1b[2J"))),
            2 => args.push(choices.text(12).replace('\0', "").into()),
            3 => args.push(format!("{flag}={}", choices.text(12).replace('\0', "")).into()),
            4 => args.push(format!("{flag}={text}").into()),
            5 if !args.contains(&"--".into()) => {
                has_secret = true;
                args.push(format!("{}={SECRET}", choices.one_of(&["--password-stdin", "--password", "-p"])).into());
            }
            6 => args.push(text.into()),
            7..12 => args.push("alice".into()),
            // Most flags are given once at most.
            12.. if !args.contains(&flag.into()) => {
                args.push(flag.into());
                args.extend((!values.is_empty()).then(|| choices.one_of(values).into()));
            }
            _ => {}
        }
    }
    let (json, color) = cli::early(&args);
    // The clipboard and the shell ask in their own words.
    let _ = (Task::of(&args).is_some(), Asked::of(&args).is_some());
    let (error, neutral) = match crate::understood(&args) {
        Ok(mut cli) => {
            // The value of such a flag may look like a flag. The raw line does not tell the two apart.
            let is_taken = |two: &[OsString]| {
                GREEDY.contains(&*two[0].to_string_lossy()) && two[1].as_encoded_bytes().starts_with(b"-")
            };
            if !args.windows(2).any(is_taken) {
                assert_eq!(json, matches!(cli.global.format, Format::Json | Format::Jsonl), "{args:?}");
                assert_eq!(color, cli.global.color, "{args:?}");
            }
            crate::take_dialect(&mut cli).unwrap_or_else(|failure| is_told(&failure));
            let Command::Help { command } = &cli.command else { return };
            match cli::explained(command) {
                Ok(mut command) => return is_harmless(&command.render_help().to_string()),
                Err(error) => (error, args),
            }
        }
        Err(refused) => refused,
    };
    if !error.use_stderr() {
        return is_harmless(&error.render().to_string());
    }
    let failure: Failure = cli::guesses::failure(&error, &neutral);
    is_told(&failure);
    assert_eq!(failure.kind, Kind::Usage);
    assert!(!has_secret || !format!("{failure:?}").contains(SECRET), "{neutral:?}: {failure:?}");
}
