//! Words that people know from other programs, and what they are called here.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory as _};

use super::Cli;
use crate::domain::text::shell_word;

/// The command that was used, the words that people type there, and the command that does it here.
const GUESSES: &[(&str, &[&str], &str)] = &[
    ("", &["login", "signin", "sign-in"], "me sign-in"),
    ("", &["logout", "signout", "sign-out"], "me sign-out"),
    ("", &["passwd", "password", "change-password"], "me passwd"),
    ("", &["whoami", "profile"], "me profile"),
    ("", &["list", "ls"], "users list"),
    ("", &["search", "find"], "users list --search TEXT"),
    ("", &["export"], "users list --format csv"),
    ("", &["show"], "users show ID"),
    ("", &["reset"], "users reset ID"),
    ("", &["add", "create", "useradd"], "users add USERNAME"),
    ("", &["edit", "usermod"], "users edit ID"),
    ("", &["remove", "delete", "userdel"], "users remove ID"),
    ("", &["disable", "lock"], "users disable ID"),
    ("", &["enable"], "users enable ID"),
    ("", &["unlock"], "users unlock ID"),
    ("", &["import"], "users import FILE"),
    ("", &["log", "logs", "record", "events", "history"], "audit list"),
    ("", &["backup"], "store backup FILE"),
    ("", &["check"], "store check"),
    ("", &["config", "settings"], "policy show"),
    ("users", &["find", "search"], "users list --search TEXT"),
    ("users", &["export"], "users list --format csv"),
    ("users", &["create", "new"], "users add USERNAME"),
    ("users", &["get", "info", "view"], "users show ID"),
    ("users", &["rename", "modify", "update", "change", "set"], "users edit ID"),
    ("users", &["lock", "suspend", "block", "deactivate"], "users disable ID"),
    ("users", &["activate"], "users enable ID"),
    ("users", &["unblock"], "users unlock ID"),
    ("users", &["rm", "del"], "users remove ID"),
    ("users", &["passwd", "password", "set-password"], "users reset ID"),
    ("users", &["expire", "force-change"], "users require-change ID"),
    ("users", &["role", "roles"], "users grant ID ROLE"),
    ("me", &["login", "signin"], "me sign-in"),
    ("me", &["logout", "signout"], "me sign-out"),
    ("me", &["show", "whoami", "roles"], "me profile"),
    ("me", &["password", "change-password", "reset"], "me passwd"),
    ("tokens", &["add", "new"], "tokens create LABEL --expires-in 90d"),
    ("tokens", &["rm", "remove", "delete"], "tokens revoke LABEL"),
    ("audit", &["log", "show"], "audit list"),
    ("audit", &["check"], "audit verify"),
    ("policy", &["list", "get"], "policy show"),
    ("store", &["create", "init"], "init"),
    ("store", &["verify", "status", "info"], "store check"),
];

/// The same for flags, under any command that has the flag named here.
const FLAGS: &[(&[&str], &[&str])] = &[
    (&["--json"], &["--format json"]),
    (&["--csv"], &["--format csv"]),
    (&["-o"], &["--format json", "--output FILE"]),
    (&["-f", "--force", "--no-confirm", "--assume-yes"], &["--yes"]),
    (&["--password", "-p"], &["--password-stdin"]),
    (&["--clipboard", "-c"], &["--copy"]),
    (&["--file", "--list", "-i"], &["--from FILE"]),
    (&["--filter", "--query", "-s"], &["--search TEXT"]),
    (&["--db", "--database", "--file"], &["--store PATH"]),
];

/// Flags that name an account in other programs.
const NAMES: [&str; 5] = ["--user", "--username", "--account", "--id", "-u"];

/// What to do about a command line that clap refused.
#[must_use]
pub fn hint(error: &clap::Error) -> String {
    let (command, path) = addressed(error);
    let path = path.join(" ");
    let space = if path.is_empty() { "" } else { " " };
    let see = format!("see 'passdesk {path}{space}--help'");
    instead(error, &command, &path).map_or_else(|| see.clone(), |instead| format!("{instead}; {see}"))
}

/// The command that an error is about, taken from the usage in it, and the path of that command.
#[must_use]
pub fn addressed(error: &clap::Error) -> (Command, Vec<String>) {
    let mut command = Cli::command();
    command.build();
    let usage = error.get(ContextKind::Usage).map(ToString::to_string).unwrap_or_default();
    let mut path = Vec::new();
    for word in usage.split_whitespace().skip_while(|word| *word != "passdesk").skip(1) {
        let Some(below) = command.find_subcommand(word).cloned() else { break };
        path.push(word.to_owned());
        command = below;
    }
    (command, path)
}

fn instead(error: &clap::Error, command: &Command, path: &str) -> Option<String> {
    let (wrong, suggested) = match error.kind() {
        ErrorKind::InvalidSubcommand => (ContextKind::InvalidSubcommand, ContextKind::SuggestedSubcommand),
        ErrorKind::UnknownArgument => (ContextKind::InvalidArg, ContextKind::SuggestedArg),
        ErrorKind::InvalidValue => (ContextKind::InvalidValue, ContextKind::SuggestedValue),
        _ => return None,
    };
    let typed = texts(error, wrong).next()?;
    let known = match error.kind() {
        ErrorKind::InvalidSubcommand => GUESSES
            .iter()
            .find(|(under, words, _)| *under == path && words.contains(&typed))
            .map(|(_, _, here)| format!("use 'passdesk {here}'")),
        ErrorKind::UnknownArgument if typed.starts_with('-') => of_flag(command, path, typed),
        ErrorKind::UnknownArgument if path == "users list" => Some(format!("use '--search {}'", shell_word(typed))),
        ErrorKind::UnknownArgument if path.starts_with("me ") => Some(format!("use '--as {}'", shell_word(typed))),
        _ => None,
    };
    // A word that is not close to the typed one may do the opposite, or more.
    let is_close = |word: &&str| strsim::damerau_levenshtein(word, typed) <= 2 && *word != format!("un{typed}");
    known.or_else(|| texts(error, suggested).find(is_close).map(|word| format!("try '{word}'")))
}

fn of_flag(command: &Command, path: &str, typed: &str) -> Option<String> {
    let typed = typed.split('=').next().unwrap_or(typed);
    if NAMES.contains(&typed) {
        let is_named = command.get_positionals().any(|arg| matches!(arg.get_id().as_str(), "id" | "ids" | "username"));
        let how = if is_named { format!("passdesk {path} alice") } else { "--as USERNAME".into() };
        return Some(format!("use '{how}'"));
    }
    let has = |flag: &&&str| {
        let long = flag.trim_start_matches('-').split(' ').next();
        command.get_arguments().any(|arg| arg.get_long().is_some() && arg.get_long() == long)
    };
    let here: Vec<_> =
        FLAGS.iter().filter(|(words, _)| words.contains(&typed)).flat_map(|(_, here)| *here).filter(has).collect();
    (!here.is_empty())
        .then(|| format!("use {}", here.iter().map(|flag| format!("'{flag}'")).collect::<Vec<_>>().join(" or ")))
}

fn texts(error: &clap::Error, kind: ContextKind) -> impl Iterator<Item = &str> {
    let (one, many) = match error.get(kind) {
        Some(ContextValue::String(text)) => (Some(text), None),
        Some(ContextValue::Strings(texts)) => (None, Some(texts)),
        _ => (None, None),
    };
    one.into_iter().chain(many.into_iter().flatten()).map(String::as_str)
}
