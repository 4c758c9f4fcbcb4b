//! What each account must be by now, and what the next command must answer.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;

use What::{
    Add, CreateToken, Disable, Edit, Enable, EndSignIns, Flag, Grant, Guess, Passwd, Purge, Remove, Reset, Restore,
    Revoke, RevokeToken, SignIn, SignOut, Unlock, UseToken, Verify,
};

use crate::common::is_temporary;
use crate::scene;

/// What a command must answer: its exit code, and the actions that it records.
pub type Answer = (i32, &'static [&'static str]);

/// What a command does to an account.
#[derive(Clone, Debug)]
pub enum What {
    Add,
    Reset,
    /// The owner chooses this password.
    Passwd(String),
    Verify,
    /// A wrong password.
    Guess,
    /// With a home of its own for what it saves.
    SignIn(PathBuf),
    SignOut,
    Flag,
    Edit(String),
    Grant(&'static str),
    Revoke(&'static str),
    Disable,
    Enable,
    Unlock,
    EndSignIns,
    Remove,
    Restore,
    Purge,
    CreateToken(String),
    UseToken,
    RevokeToken,
}

/// What an account must be by now.
#[derive(Clone, Debug, Default)]
pub struct Account {
    pub display: String,
    pub password: Option<String>,
    pub must_change: bool,
    pub disabled: bool,
    pub removed: bool,
    pub roles: BTreeSet<&'static str>,
    pub sign_ins: usize,
    /// The homes where sign-ins are saved.
    pub homes: Vec<PathBuf>,
    pub tokens: Vec<(String, String)>,
    /// At most so many tries have failed, or never ended.
    pub tries: u32,
}

impl Account {
    fn state(&self) -> &'static str {
        match self {
            Self { removed: true, .. } => "removed",
            Self { disabled: true, .. } => "disabled",
            Self { must_change: true, .. } => "must-change",
            _ => "active",
        }
    }

    /// What a command must answer now.
    pub fn answer(&self, what: &What) -> Answer {
        let lets_in = !self.removed && !self.disabled && self.password.is_some();
        let unless = |so: bool, action: &'static [&'static str]| match (self.removed, so) {
            (true, _) => (7, &[][..]),
            (_, true) => (0, &[][..]),
            _ => (0, action),
        };
        match what {
            Add => (0, &["add"]),
            UseToken => (if self.must_change { 6 } else { 0 }, &[]),
            RevokeToken => (0, &["revoke-token"]),
            Guess => (5, &[]),
            Passwd(_) | Verify | SignIn(_) | CreateToken(_) if !lets_in => (5, &[]),
            Passwd(_) => (0, &["sign-in", "change-password"]),
            Verify if self.must_change => (6, &[]),
            Verify => (0, &["verify"]),
            SignIn(_) | CreateToken(_) if self.must_change => (6, &["sign-in"]),
            SignIn(_) => (0, &["sign-in"]),
            CreateToken(_) => (0, &["sign-in", "create-token"]),
            SignOut => (0, &["sign-out"]),
            Restore | Purge if !self.removed => (7, &[]),
            Restore => (0, &["restore"]),
            Purge => (0, &["purge"]),
            Reset => unless(false, &["reset"]),
            Edit(_) => unless(false, &["edit"]),
            Flag => unless(self.must_change, &["require-change"]),
            Grant(role) => unless(self.roles.contains(role), &["grant"]),
            Revoke(role) => unless(!self.roles.contains(role), &["revoke"]),
            Disable => unless(self.disabled, &["disable"]),
            Enable => unless(!self.disabled, &["enable"]),
            Unlock => unless(self.tries == 0, &["unlock"]),
            EndSignIns => unless(self.sign_ins == 0, &["sign-out"]),
            Remove => unless(false, &["remove"]),
        }
    }

    /// It is done. `shown` is what the command has shown.
    pub fn apply(&mut self, what: &What, shown: &str) {
        let handed = || {
            let shown = shown.strip_suffix('\n').filter(|shown| is_temporary(shown) || shown.starts_with("pdsk_"));
            shown.expect("it is in force, and nobody was handed it").to_owned()
        };
        match what {
            Add | Reset => {
                self.password = Some(handed());
                self.must_change = true;
                self.is_signed_out();
                self.tries = 0;
            }
            Passwd(new) => {
                self.password = Some(new.clone());
                self.must_change = false;
                self.is_signed_out();
                self.tries = 0;
            }
            SignIn(home) if !self.must_change => {
                self.sign_ins += 1;
                // A killed command may have saved nothing.
                if home.join(".local/state/passdesk").read_dir().is_ok_and(|mut saved| saved.next().is_some()) {
                    self.homes.push(home.clone());
                }
            }
            CreateToken(label) => {
                self.sign_ins += 1;
                self.tokens.push((label.clone(), handed()));
            }
            SignOut => {
                self.sign_ins -= 1;
                self.homes.pop();
            }
            RevokeToken => {
                self.sign_ins -= 1;
                self.tokens.pop();
            }
            Flag => self.must_change = true,
            Edit(name) => self.display.clone_from(name),
            Grant(role) => drop(self.roles.insert(role)),
            Revoke(role) => drop(self.roles.remove(role)),
            Disable => {
                self.disabled = true;
                self.is_signed_out();
            }
            Enable => self.disabled = false,
            Unlock => self.tries = 0,
            EndSignIns => self.is_signed_out(),
            Remove => {
                self.removed = true;
                self.is_signed_out();
            }
            Restore => self.removed = false,
            SignIn(_) | Verify | Guess | Purge | UseToken => {}
        }
    }

    fn is_signed_out(&mut self) {
        self.sign_ins = 0;
        self.homes.clear();
        self.tokens.clear();
    }

    /// Fails the trial unless the store has the account as it must be.
    pub fn is_as(&self, name: &str, seen: &Value, hash: Option<&str>) {
        let text = |field: &str| seen[field].as_str().unwrap_or_default().to_owned();
        let roles: BTreeSet<_> = seen["roles"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(
            (text("display_name"), text("state"), seen["must_change"].as_bool(), roles),
            (self.display.clone(), self.state().to_owned(), Some(self.must_change), self.roles.clone()),
            "{name} is not as it must be"
        );
        match (&self.password, hash) {
            (None, None) => {}
            (Some(password), Some(hash)) => assert!(scene::takes(hash, password), "{name} has another password"),
            (_, hash) => panic!("{name} has the hash {hash:?}"),
        }
    }
}

/// The command, by which the time that it takes is known.
pub fn kind(what: &What) -> &'static str {
    match what {
        Add => "add",
        Reset => "reset",
        Passwd(_) => "passwd",
        Verify | Guess => "verify",
        SignIn(_) => "sign-in",
        SignOut => "me-sign-out",
        Flag => "require-change",
        Edit(_) => "edit",
        Grant(_) => "grant",
        Revoke(_) => "revoke",
        Disable => "disable",
        Enable => "enable",
        Unlock => "unlock",
        EndSignIns => "sign-out",
        Remove => "remove",
        Restore => "restore",
        Purge => "purge",
        CreateToken(_) => "create-token",
        UseToken => "use-token",
        RevokeToken => "revoke-token",
    }
}

/// Whether what is so already stays as it is.
pub fn is_change(kind: &str) -> bool {
    ["require-change", "grant", "revoke", "disable", "enable", "unlock", "sign-out"].contains(&kind)
}

/// The words of the command line.
pub fn arguments(what: &What, name: &str) -> Vec<String> {
    let own: &[&str] = &["--as", name, "--password-stdin"];
    let args: Vec<&str> = match what {
        Add => vec!["users", "add", name, "-q"],
        Reset => vec!["users", "reset", name, "--yes", "-q"],
        Passwd(_) => [&["me", "passwd"], own].concat(),
        Verify | Guess => vec!["verify", name],
        SignIn(_) => [&["me", "sign-in"], own].concat(),
        SignOut => vec!["me", "sign-out"],
        Edit(new) => vec!["users", "edit", name, "--name", new],
        Grant(role) => vec!["users", "grant", name, role],
        Revoke(role) => vec!["users", "revoke", name, role],
        Purge => vec!["users", "purge", name, "--yes"],
        CreateToken(label) => [&["tokens", "create", label, "--expires-in", "9d", "-q"], own].concat(),
        UseToken => vec!["me", "profile"],
        RevokeToken => vec!["tokens", "revoke"],
        _ => vec!["users", kind(what), name],
    };
    args.into_iter().map(str::to_owned).collect()
}
