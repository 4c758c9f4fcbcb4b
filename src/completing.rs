//! Which usernames fit where the cursor is, for the completions of a shell.
//!
//! A shell asks by `passdesk complete-at`. Whether a username fits there is known from the command line alone. Which
//! ones there are is known to the store. So another passdesk is asked for them, and it has a second to answer: it may
//! have to go through sudo, or to a server.

use std::ffi::{OsStr, OsString};
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use clap::CommandFactory as _;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, complete};

use crate::cli::Cli;
use crate::system;

/// The word that asks. No user types it.
pub const ASKS: &str = "complete-at";
/// How long the names may take. Whoever pressed the key is waiting.
const DEADLINE: Duration = Duration::from_secs(1);
/// Where an account is named: the words of the command, the argument, and whether it names a removed account.
const NAMED: [(&[&str], &str, bool); 19] = [
    (&[], "as_username", false),
    (&["users", "show"], "id", false),
    (&["users", "edit"], "id", false),
    (&["users", "reset"], "ids", false),
    (&["users", "require-change"], "ids", false),
    (&["users", "unlock"], "ids", false),
    (&["users", "disable"], "ids", false),
    (&["users", "enable"], "ids", false),
    (&["users", "sign-out"], "ids", false),
    (&["users", "grant"], "ids", false),
    (&["users", "revoke"], "ids", false),
    (&["users", "remove"], "ids", false),
    (&["users", "restore"], "ids", true),
    (&["users", "purge"], "ids", true),
    (&["tokens", "create"], "account", false),
    (&["tokens", "list"], "account", false),
    (&["audit", "list"], "account", false),
    (&["verify"], "username", false),
    (&["recover"], "username", false),
];
/// What marks a candidate that is a username.
const USERNAME: &str = "username";

/// A shell's question: the words of a command line, and which of them the cursor is in.
pub struct Asked {
    words: Vec<OsString>,
    at: usize,
}

impl Asked {
    /// The question on this command line, if it is one: `passdesk complete-at NUMBER WORD…`.
    #[must_use]
    pub fn of(args: &[OsString]) -> Option<Self> {
        let [_, asks, at, words @ ..] = args else { return None };
        let at = at.to_str()?.parse().ok().filter(|at| *at < words.len() && *at > 0)?;
        (asks == ASKS).then(|| Self { words: words.to_vec(), at }.apart())
    }

    /// The same, without the words that bash makes of an equals sign: `--as`, `=`, `al`.
    fn apart(mut self) -> Self {
        let is_flag = |word: &OsString| word.as_encoded_bytes().starts_with(b"--");
        for at in (1..self.words.len()).rev() {
            if self.words[at] != "=" || !is_flag(&self.words[at - 1]) {
                continue;
            }
            if at == self.at {
                self.words[at].clear();
                continue;
            }
            self.words.remove(at);
            self.at -= usize::from(at < self.at);
        }
        self
    }

    /// The usernames that fit, a line each. There are none where no username fits.
    #[must_use]
    pub fn answer(self) -> Vec<u8> {
        let store = self.store().map(OsStr::to_owned);
        let mut command = Cli::command();
        for (path, argument, removed) in NAMED {
            let store = store.clone();
            let completer = ArgValueCompleter::new(move |begun: &OsStr| candidates(begun, removed, store.as_deref()));
            command = with(command, path, argument, completer);
        }
        // Nobody is told what fails here.
        let found = complete(&mut command, self.words, self.at, None).unwrap_or_default();
        let is_username = |found: &&CompletionCandidate| found.get_tag().is_some_and(|tag| tag.to_string() == USERNAME);
        let names = found.iter().filter(is_username).map(|found| found.get_value().to_string_lossy() + "\n");
        names.collect::<String>().into_bytes()
    }

    /// The store that the words name.
    fn store(&self) -> Option<&OsStr> {
        let before = &self.words[..self.at];
        before.iter().enumerate().rev().find_map(|(at, word)| match word.to_str()?.strip_prefix("--store")? {
            "" => before.get(at + 1).map(OsString::as_os_str),
            rest => rest.strip_prefix('=').map(OsStr::new),
        })
    }
}

/// The command with this completer at an argument below it.
fn with(command: clap::Command, path: &[&str], argument: &str, completer: ArgValueCompleter) -> clap::Command {
    match path {
        [] => command.mut_args(|arg| if arg.get_id() == argument { arg.add(completer.clone()) } else { arg }),
        [first, rest @ ..] => command.mut_subcommand(*first, |below| with(below, rest, argument, completer)),
    }
}

fn candidates(begun: &OsStr, removed: bool, store: Option<&OsStr>) -> Vec<CompletionCandidate> {
    let names = names(begun, removed, store).unwrap_or_default();
    names.lines().map(|name| CompletionCandidate::new(name).tag(Some(USERNAME.into()))).collect()
}

/// What another passdesk answers. `None` if it does not.
fn names(begun: &OsStr, removed: bool, store: Option<&OsStr>) -> Option<String> {
    let mut command = Command::new(system::program().ok()?);
    command.arg("complete-usernames").args(removed.then_some("--removed"));
    if let Some(store) = store {
        command.arg("--store").arg(Path::new(store));
    }
    command.arg("--").arg(begun);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut asked = command.spawn().ok()?;
    let mut output = asked.stdout.take()?;
    let (tell, told) = mpsc::channel();
    // Without a thread, no name comes.
    let _ = thread::Builder::new().spawn(move || {
        let mut names = String::new();
        let _ = tell.send(output.read_to_string(&mut names).ok().map(|_| names));
    });
    let answer = told.recv_timeout(DEADLINE).ok().flatten();
    // It has answered, or takes too long.
    let _ = asked.kill();
    let _ = asked.wait();
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(at: &str, words: &[&str]) -> Option<Asked> {
        Asked::of(&["passdesk", ASKS, at].iter().chain(words).map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn each_argument_that_names_an_account_is_there() {
        for (path, argument, _) in NAMED {
            let mut command = Cli::command();
            let found = path.iter().fold(&mut command, |command, word| command.find_subcommand_mut(word).unwrap());
            assert!(found.get_arguments().any(|arg| arg.get_id() == argument), "{path:?} {argument}");
        }
    }

    #[test]
    fn each_argument_whose_value_is_called_an_id_or_a_username_is_completed() {
        fn all(command: &clap::Command, path: &[&str], missed: &mut Vec<String>) {
            for arg in command.get_arguments() {
                let names: Vec<_> = arg.get_value_names().unwrap_or_default().iter().map(ToString::to_string).collect();
                let is_account = names == ["ID"] || (names == ["USERNAME"] && arg.get_id() != "as_username");
                let is_new = arg.get_long() == Some("username") || path == ["users", "add"] || path == ["init"];
                // A place in a list, and a run of passdesk.
                let is_other = ["after", "operation"].contains(&arg.get_id().as_str());
                let is_known = NAMED.iter().any(|(known, id, _)| *known == path && arg.get_id() == *id);
                if is_account && !is_new && !is_other && !is_known {
                    missed.push(format!("{path:?} {}", arg.get_id()));
                }
            }
            for below in command.get_subcommands() {
                all(below, &[path, &[below.get_name()]].concat(), missed);
            }
        }
        let (mut missed, mut command) = (Vec::new(), Cli::command());
        command.build();
        all(&command, &[], &mut missed);
        assert_eq!(missed, [""; 0]);
    }

    #[test]
    fn the_store_that_the_words_name_is_asked() {
        let of = |words: &[&str]| asked(&(words.len() - 1).to_string(), words).unwrap().store().map(OsStr::to_owned);
        assert_eq!(of(&["passdesk", "--store", "a.db", "users", "show", "al"]), Some("a.db".into()));
        assert_eq!(of(&["passdesk", "users", "show", "--store=a.db", "al"]), Some("a.db".into()));
        assert_eq!(of(&["passdesk", "--store", "=", "a.db", "users", "show", "al"]), Some("a.db".into()));
        assert_eq!(of(&["passdesk", "users", "show", "al"]), None);
    }

    #[test]
    fn an_equals_sign_is_no_word_of_its_own() {
        let apart = asked("4", &["passdesk", "me", "--as", "=", "al"]).unwrap();
        assert_eq!((apart.words, apart.at), (["passdesk", "me", "--as", "al"].map(OsString::from).to_vec(), 3));
        let apart = asked("3", &["passdesk", "me", "--as", "="]).unwrap();
        assert_eq!((apart.words, apart.at), (["passdesk", "me", "--as", ""].map(OsString::from).to_vec(), 3));
    }

    #[test]
    fn a_question_that_cannot_be_one_is_none() {
        for at in ["3", "0", "-1", "x"] {
            assert!(asked(at, &["passdesk", "users", "show"]).is_none(), "{at}");
        }
    }
}
