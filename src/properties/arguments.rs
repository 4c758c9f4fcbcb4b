//! Any command line.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::sync::LazyLock;

use clap::CommandFactory as _;

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

/// All names of commands, flags and values, and [`WORDS`].
static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    fn add(command: &clap::Command, names: &mut BTreeSet<String>) {
        names.extend(
            command.get_name_and_visible_aliases().into_iter().chain(command.get_all_aliases()).map(Into::into),
        );
        for arg in command.get_arguments() {
            names.extend(arg.get_long().map(|long| format!("--{long}")));
            names.extend(arg.get_short().map(|short| format!("-{short}")));
            names.extend(arg.get_possible_values().iter().map(|value| value.get_name().to_owned()));
        }
        command.get_subcommands().for_each(|below| add(below, names));
    }
    let mut names = WORDS.map(str::to_owned).into();
    let mut all = Cli::command();
    all.build();
    add(&all, &mut names);
    names.into_iter().collect()
});

/// A command line is understood in one way, or it is refused in words that a terminal can show. A failure never repeats a
/// password that stands behind a flag for passwords.
pub fn arguments(bytes: &[u8]) {
    let mut choices = Choices::of(bytes);
    let (mut args, mut has_secret) = (vec![OsString::from("passdesk")], false);
    while choices.are_left() {
        match choices.below(16) {
            0 => args.push(OsString::from_vec(choices.changed(b"caf\xe9\x1b[2J"))),
            1 => args.push(choices.text(12).replace('\0', "").into()),
            2 => args.push(format!("{}={}", choices.one_of(&NAMES), choices.text(12).replace('\0', "")).into()),
            3 => args.push(format!("{}={}", choices.one_of(&NAMES), choices.one_of(&NAMES)).into()),
            4 if !args.contains(&"--".into()) => {
                has_secret = true;
                args.push(format!("{}={SECRET}", choices.one_of(&["--password-stdin", "--password", "-p"])).into());
            }
            _ => args.push(choices.one_of(&NAMES).into()),
        }
    }
    let (json, color) = cli::early(&args);
    // The clipboard and the shell ask in their own words.
    let _ = (Task::of(&args).is_some(), Asked::of(&args).is_some());
    let (error, neutral) = match crate::understood(&args) {
        Ok(mut cli) => {
            assert_eq!(json, matches!(cli.global.format, Format::Json | Format::Jsonl), "{args:?}");
            assert_eq!(color, cli.global.color, "{args:?}");
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
