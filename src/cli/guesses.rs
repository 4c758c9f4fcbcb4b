//! Words that people know from other programs, and what they are called here.

use std::borrow::Cow;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, CommandFactory as _, ValueEnum as _};
use strsim::damerau_levenshtein;

use super::{Cli, found, value_of};
use crate::domain::text::shell_word;
use crate::failure::{Failure, Kind};
use crate::terminal::format::Format;

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
    ("", &["enable", "undisable"], "users enable ID"),
    ("", &["restore", "unremove", "undelete"], "users restore ID"),
    ("", &["unlock"], "users unlock ID"),
    ("", &["import"], "users import FILE"),
    ("", &["log", "logs", "record", "events", "history"], "audit list"),
    ("", &["backup"], "store backup FILE"),
    ("", &["copy", "migrate"], "store copy --to LOCATION"),
    ("", &["check"], "store check"),
    ("", &["config", "settings"], "policy show"),
    ("users", &["find", "search"], "users list --search TEXT"),
    ("users", &["export"], "users list --format csv"),
    ("users", &["create", "new"], "users add USERNAME"),
    ("users", &["get", "info", "view"], "users show ID"),
    ("users", &["modify", "update", "change", "set"], "users edit ID"),
    ("users", &["rename", "mv"], "users edit ID --username USERNAME"),
    ("users", &["lock", "suspend", "block", "deactivate"], "users disable ID"),
    ("users", &["activate", "reactivate", "undisable", "unsuspend"], "users enable ID"),
    ("users", &["unenable"], "users disable ID"),
    ("users", &["unblock"], "users unlock ID"),
    ("users", &["rm", "del"], "users remove ID"),
    ("users", &["logout", "signout", "kick"], "users sign-out ID"),
    ("users", &["unremove", "undelete"], "users restore ID"),
    ("users", &["passwd", "password", "set-password"], "users reset ID"),
    ("users", &["expire", "force-change"], "users require-change ID"),
    ("users", &["role", "roles"], "users show ID"),
    ("users", &["ungrant"], "users revoke ID ROLE"),
    ("users", &["unrevoke"], "users grant ID ROLE"),
    ("me", &["login", "signin"], "me sign-in"),
    ("me", &["logout", "signout"], "me sign-out"),
    ("me", &["show", "whoami", "roles"], "me profile"),
    ("me", &["password", "change-password", "reset"], "me passwd"),
    ("tokens", &["add", "new"], "tokens create LABEL --expires-in 90d"),
    ("tokens", &["rm", "remove", "delete"], "tokens revoke LABEL"),
    ("audit", &["log", "show"], "audit list"),
    ("audit", &["check"], "audit verify"),
    ("policy", &["list", "get"], "policy show"),
    ("store", &["move", "migrate"], "store copy --to LOCATION"),
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
    (&["--file", "--list", "-i", "-f"], &["--from FILE"]),
    (&["--filter", "--query", "-s"], &["--search TEXT"]),
    (&["--db", "--database", "--file"], &["--store PATH"]),
    (&["-l", "--login", "--rename", "--new-username"], &["--username USERNAME"]),
];

/// Flags that name an account in other programs.
const NAMES: [&str; 5] = ["--user", "--username", "--account", "--id", "-u"];

/// Flags that name an account here, in commands that do not take one as an argument.
const NAMED_BY: [&str; 4] = ["account", "actor", "search", "admin"];

/// Flags that name a file in other programs.
const FILES: [&str; 6] = ["-o", "--output", "--to", "-f", "--file", "--from"];

/// Whether a group was named, and no command of it. Clap says so in the first way if anything else was given, such as a
/// store in the environment.
#[must_use]
pub fn is_bare(error: &clap::Error) -> bool {
    matches!(error.kind(), ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand)
}

/// What was wrong with a command line that clap refused, and what to do.
#[must_use]
pub fn failure(error: &clap::Error, args: &[OsString]) -> Failure {
    let (command, path) = addressed(args);
    let see = format!("see '{path} --help'");
    let path = path.strip_prefix("passdesk ").unwrap_or_default();
    if is_secret(error, path, args) {
        let hint = format!("type a password when you are asked; for scripts, use '--password-stdin'; {see}");
        return Failure::new(Kind::Usage, "unexpected argument found; it is not shown, as it may be a password")
            .hint(hint);
    }
    if is_bare(error) {
        return Failure::new(Kind::Usage, "a command is missing").hint(see);
    }
    let hint = instead(error, &command, path, args).map_or_else(|| see.clone(), |instead| format!("{instead}; {see}"));
    Failure::from(error).hint(hint)
}

/// The command that a command line is about, as far as clap can read it, and how it is called in full.
#[must_use]
pub fn addressed(args: &[OsString]) -> (Command, String) {
    let matches = Cli::command().ignore_errors(true).try_get_matches_from(args).unwrap_or_default();
    let (mut names, mut below) = (Vec::new(), &matches);
    while let Some((name, matches)) = below.subcommand() {
        names.push(name);
        below = matches;
    }
    if names == ["help"] {
        names = below.get_many::<String>("command").into_iter().flatten().map(String::as_str).collect();
    }
    let command = found(names).0;
    let path = command.get_bin_name().unwrap_or("passdesk").to_owned();
    (command, path)
}

/// Whether clap refused a word that may be a password.
fn is_secret(error: &clap::Error, path: &str, args: &[OsString]) -> bool {
    let refused = texts(error, ContextKind::InvalidArg).next().unwrap_or_default();
    match error.kind() {
        ErrorKind::UnknownArgument if refused.starts_with('-') && !args.iter().any(|arg| arg == "--") => false,
        ErrorKind::UnknownArgument => match path {
            "me passwd" | "verify" => true,
            "me sign-in" => value_of(args, "--as").is_some(),
            _ => false,
        },
        ErrorKind::TooManyValues => refused.starts_with("--password-stdin"),
        _ => false,
    }
}

fn instead(error: &clap::Error, command: &Command, path: &str, args: &[OsString]) -> Option<String> {
    let has = |long: &str| command.get_arguments().any(|arg| arg.get_long() == Some(long));
    if error.kind() == ErrorKind::MissingRequiredArgument && has("from") && has("all") {
        return Some("name accounts, or choose them with --from FILE, a filter or --all".into());
    }
    let (wrong, suggested) = match error.kind() {
        ErrorKind::InvalidSubcommand => (ContextKind::InvalidSubcommand, ContextKind::SuggestedSubcommand),
        ErrorKind::UnknownArgument => (ContextKind::InvalidArg, ContextKind::SuggestedArg),
        ErrorKind::InvalidValue => (ContextKind::InvalidValue, ContextKind::SuggestedValue),
        _ => return None,
    };
    let typed = texts(error, wrong).next()?;
    let flag = |flag: &str| Some(format!("use {}", as_code(&format!("{flag} {}", shell_word(typed)))));
    let known = match (error.kind(), path) {
        (ErrorKind::InvalidSubcommand, _) => GUESSES
            .iter()
            .find(|(under, words, _)| *under == path && words.contains(&typed))
            .map(|(_, _, here)| format!("use 'passdesk {here}'")),
        (ErrorKind::UnknownArgument, _) if typed.starts_with('-') => of_flag(command, path, typed, args),
        (ErrorKind::UnknownArgument, "users list") => flag("--search"),
        (ErrorKind::UnknownArgument, "me sign-in" | "me profile") => flag("--as"),
        _ => None,
    };
    let close = || match error.kind() {
        ErrorKind::InvalidSubcommand => command
            .get_subcommands()
            .flat_map(|one| one.get_all_aliases().chain([one.get_name()]).map(|name| (name, one.get_name())))
            .filter(|(name, _)| is_close(typed, name))
            .min_by_key(|(name, _)| damerau_levenshtein(name, typed))
            .map(|(_, real)| real),
        _ => texts(error, suggested).find(|word| is_close(typed, word)),
    };
    known.or_else(|| close().map(|word| format!("try '{word}'")))
}

/// Whether one word is likely to be the other, misspelt. A word that is not close may do the opposite, or more. So may
/// one that has a prefix: `undisable`, `inactive`.
fn is_close(typed: &str, word: &str) -> bool {
    let letters = |word: &str| word.trim_start_matches('-').chars().count();
    let is_negated = |one: &str, other: &str| one.strip_suffix(other).is_some_and(|prefix| letters(prefix) > 1);
    damerau_levenshtein(word, typed) <= if letters(typed) < 6 { 1 } else { 2 }
        && typed.starts_with("un") == word.starts_with("un")
        && !is_negated(typed, word)
        && !is_negated(word, typed)
}

/// What is to be typed in the place of a flag that the command does not have.
fn of_flag(command: &Command, path: &str, typed: &str, args: &[OsString]) -> Option<String> {
    let typed = typed.split('=').next().unwrap_or(typed);
    let value = value_of(args, typed).filter(|value| !value.is_empty() && !value.starts_with('-'));
    let has = |long: &str| command.get_arguments().any(|arg| arg.get_long() == Some(long));
    // The command with the value as its first argument, if that is one of these.
    let as_argument = |ids: &[&str]| {
        let mut names = command.get_positionals().map(|arg| (arg.get_id().as_str(), name(arg)));
        let (_, first) = names.next().filter(|(id, _)| ids.contains(id))?;
        // The role stands behind the names, as the last word of the same argument.
        let role = ["users grant", "users revoke"].contains(&path).then_some("ROLE".into());
        let words = [value.map_or(first, shell_word)].into_iter().chain(names.map(|(_, name)| name)).chain(role);
        Some(format!("use {}", as_code(&format!("passdesk {path} {}", words.collect::<Vec<_>>().join(" ")))))
    };
    let any_of = |flags: &[String]| {
        let flags: Vec<_> = flags.iter().map(|flag| as_code(flag)).collect();
        (!flags.is_empty()).then(|| format!("use {}", flags.join(" or ")))
    };
    if NAMES.contains(&typed) {
        let flags: &[&str] =
            if ["me sign-in", "me profile", "me passwd"].contains(&path) { &["as"] } else { &NAMED_BY };
        let value = value.map_or("USERNAME".into(), shell_word);
        let flags: Vec<_> = flags.iter().filter(|flag| has(flag)).map(|flag| format!("--{flag} {value}")).collect();
        return as_argument(&["id", "ids", "username"]).or_else(|| any_of(&flags));
    }
    if ["--password", "-p"].contains(&typed) && has("screen") {
        return Some("passdesk makes the secret itself; '--password-stdin' reads the password of '--as'".into());
    }
    if FILES.contains(&typed)
        && !(typed == "-o" && has("output"))
        && let Some(argument) = as_argument(&["file", "dir"])
    {
        return Some(argument);
    }
    if typed == "-o"
        && let Some(file) = value.filter(|value| Format::from_str(value, false).is_err())
    {
        let before = if has("output") { "--output " } else { ">" };
        return any_of(&[format!("{before}{}", shell_word(file))]);
    }
    let flags: Vec<_> = FLAGS
        .iter()
        .filter(|(words, _)| words.contains(&typed))
        .flat_map(|(_, here)| *here)
        .filter(|flag| has(flag.trim_start_matches('-').split(' ').next().unwrap_or_default()))
        .map(|flag| (*flag).to_owned())
        .collect();
    any_of(&flags)
}

/// What is to be typed, in quotes. Quotes around quotes could not be told apart.
fn as_code(text: &str) -> String {
    if text.contains('\'') { text.to_owned() } else { format!("'{text}'") }
}

/// What stands for an argument in the help.
fn name(arg: &Arg) -> Cow<'_, str> {
    arg.get_value_names().and_then(|names| names.first()).map_or("ID", |name| name.as_str()).into()
}

fn texts(error: &clap::Error, kind: ContextKind) -> impl Iterator<Item = &str> {
    let (one, many) = match error.get(kind) {
        Some(ContextValue::String(text)) => (Some(text), None),
        Some(ContextValue::Strings(texts)) => (None, Some(texts)),
        _ => (None, None),
    };
    one.into_iter().chain(many.into_iter().flatten()).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether words name a command by its own name, with the flags in them.
    fn is_there(words: &str) -> bool {
        let names = words.split(' ').take_while(|word| word.starts_with(|letter: char| letter.is_ascii_lowercase()));
        let (command, unknown) = found(names.clone());
        let has = |flag: &str| command.get_arguments().any(|arg| arg.get_long() == Some(flag));
        unknown.is_none()
            && command.get_bin_name() == Some(&format!("passdesk {}", names.collect::<Vec<_>>().join(" ")))
            && words.split(' ').filter_map(|word| word.strip_prefix("--")).all(has)
    }

    #[test]
    fn every_guess_leads_from_a_word_that_is_no_command_to_one_that_is() {
        for (under, words, here) in GUESSES {
            assert!(is_there(here), "{here}");
            for word in *words {
                assert!(!is_there(format!("{under} {word}").trim_start()), "{under} {word}");
            }
        }
    }

    #[test]
    fn a_word_with_a_prefix_is_never_close_to_the_word_without_it() {
        for (one, other) in [
            ("undisable", "disable"),
            ("unlock", "lock"),
            ("unlocked", "locked"),
            ("inactive", "active"),
            ("unable", "enable"),
            ("relock", "unlock"),
            ("--no-yes", "--yes"),
        ] {
            assert!(!is_close(one, other) && !is_close(other, one), "{one} {other}");
        }
    }
}
