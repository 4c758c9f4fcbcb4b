//! Failures, all in one shape: a kind, a message and a hint. Only this module prints failures and knows exit codes.

mod report;

pub use self::report::Look;
use serde::{Deserialize, Serialize};

use crate::domain::Invalid;
use crate::domain::authority::Refusal;
use crate::domain::hash::Overload;
use crate::domain::table::table;
use crate::domain::text::quoted;
use crate::store::{StoreError, Writer};

table! {
    /// The kinds of failure that a script can tell apart.
    #[derive(Serialize, Deserialize)]
    #[serde(into = "u8", try_from = "u8")]
    Kind;
    /// The exit code. Part of the contract.
    exit_code: u8;
    /// The name in JSON. Part of the contract.
    code: &'static str;
    /// An unexpected failure, or a failure of input or output.
    Failed => 1, "failed";
    /// Wrong flags or arguments, or a prompt without a terminal.
    Usage => 2, "usage";
    /// No such account.
    NotFound => 3, "not_found";
    /// The actor may not do it.
    NotAllowed => 4, "not_allowed";
    /// The account is unknown, disabled, locked or tried too often, or the password was wrong. The cases are not told
    /// apart. Or nobody is signed in.
    SignInFailed => 5, "sign_in_failed";
    /// The actor must choose a new password first.
    ChangeRequired => 6, "change_required";
    /// It exists already, or somebody else changed it first.
    Conflict => 7, "conflict";
    /// A weak or reused password.
    RefusedByPolicy => 8, "refused_by_policy";
    /// Other processes keep the store locked.
    Busy => 9, "busy";
    /// The store is missing, damaged, too new or open to others.
    StoreUnusable => 10, "store_unusable";
    /// Some items of several failed.
    PartlyDone => 11, "partly_done";
    /// The temporary password or the token could not be delivered. Nothing changed.
    NotDelivered => 12, "not_delivered";
    /// The store failed while it put something in force. Nobody knows whether it did.
    OutcomeUnknown => 13, "outcome_unknown";
    /// The person cancelled at a prompt or by Ctrl-C.
    Cancelled => 130, "cancelled";
}

impl From<Kind> for u8 {
    fn from(kind: Kind) -> Self {
        kind.exit_code()
    }
}

impl TryFrom<u8> for Kind {
    type Error = String;

    fn try_from(code: u8) -> std::result::Result<Self, String> {
        Self::ALL.into_iter().find(|kind| kind.exit_code() == code).ok_or_else(|| format!("no failure has code {code}"))
    }
}

/// One item of several that failed.
#[derive(Debug, Serialize, Deserialize)]
pub struct FailedItem {
    /// The item as it was typed.
    pub target: String,
    /// Why it failed.
    pub failure: Failure,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    /// The hint in words, on one line.
    pub words: String,
    /// The command to run, in the syntax of a shell. It has a line of its own, which is never broken, so that it can be
    /// pasted.
    pub command: Option<String>,
}

impl From<&str> for Hint {
    fn from(words: &str) -> Self {
        words.to_owned().into()
    }
}

impl From<String> for Hint {
    fn from(words: String) -> Self {
        Self { words, command: None }
    }
}

/// A failure: what happened, and what to do next.
#[derive(Debug, Serialize, Deserialize)]
pub struct Failure {
    /// The kind, for scripts.
    pub kind: Kind,
    /// What happened, in one line. A line end in it comes from input, and is shown as such.
    pub message: String,
    /// More about it, one line each.
    pub lines: Box<[String]>,
    /// What to do next.
    pub hint: Option<Hint>,
    /// The failed items, if there were several.
    pub items: Vec<FailedItem>,
}

/// The result of a command.
pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// A failure without a hint.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), lines: Box::default(), hint: None, items: Vec::new() }
    }

    /// The same failure for another item.
    #[must_use]
    pub fn again(&self) -> Self {
        let (message, lines) = (self.message.clone(), self.lines.clone());
        Self { kind: self.kind, message, lines, hint: self.hint.clone(), items: Vec::new() }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Hint>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The only answer to a failed sign-in, whatever the reason.
    #[must_use]
    pub fn sign_in_failed() -> Self {
        Self::new(Kind::SignInFailed, "the sign-in failed")
            .hint("check the username and the password, wait a moment, and try again; an admin can reset the password")
    }

    /// Names the process that keeps the store busy, if that is the failure.
    #[must_use]
    pub fn because_of(mut self, writer: impl FnOnce() -> Option<Writer>) -> Self {
        if self.kind == Kind::Busy
            && let Some(writer) = writer()
        {
            self.message = format!("{}; {writer}", self.message);
            self.hint = writer.remedy().map(Hint::from).or(self.hint);
        }
        self
    }

    /// Somebody answered no, or left.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::new(Kind::Cancelled, "cancelled; nothing has changed")
    }

    /// No account has this username or address.
    pub fn no_such_account(target: impl std::fmt::Display) -> Self {
        Self::new(Kind::NotFound, format!("there is no account {}", quoted(&target.to_string())))
            .hint("'passdesk users list --search TEXT' finds accounts")
    }
}

impl From<Invalid> for Failure {
    fn from(invalid: Invalid) -> Self {
        Self::new(Kind::Usage, invalid.message).hint(invalid.hint)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let message = refusal.to_string();
        match refusal {
            Refusal::NotAllowed { hint, .. } => Self::new(Kind::NotAllowed, message).hint(hint),
            Refusal::LastAdmin { username } => Self::new(Kind::RefusedByPolicy, message).hint(format!(
                "make another global-admin first, and have them choose a password; if {username} is locked out, an operator runs 'passdesk recover {username}'"
            )),
            Refusal::Overload(_) => Self::new(Kind::RefusedByPolicy, message).hint(format!(
                "allowed are {}; leave password_hash empty for the rarest or dearest hashes, and reset those accounts; old hashes in the store go when their owners sign in or are reset",
                Overload::bounds()
            )),
            Refusal::ChangeRequired { username } => Self::new(Kind::ChangeRequired, message).hint(format!(
                "choose one with 'passdesk me passwd --as {username}'; without a terminal, add --password-stdin"
            )),
            Refusal::NoAdmin => Self::new(Kind::RefusedByPolicy, message)
                .hint("first let a global-admin sign in and choose a password, who can turn it on again"),
            Refusal::OperatorAccessOff | Refusal::Guest => Self::new(Kind::SignInFailed, message).hint(
                "sign in with 'passdesk me sign-in', name an account with --as, or a token with PASSDESK_TOKEN_FILE",
            ),
            Refusal::NoOperator { role } => Self::new(Kind::SignInFailed, message).hint(format!(
                "sign in with 'passdesk me sign-in', or name an account with --as; or have {role} made an operator: 'passdesk store grants' says how"
            )),
            Refusal::PasswordChanged { .. } => {
                Self::new(Kind::SignInFailed, message).hint("if you changed it, run the command again")
            }
            Refusal::SignInEnded { what: "token" } => {
                Self::new(Kind::SignInFailed, message).hint("make another one with 'passdesk tokens create'")
            }
            Refusal::SignInEnded { .. } => Self::new(Kind::SignInFailed, message)
                .hint("sign in again with 'passdesk me sign-in', or sign out with 'passdesk me sign-out'"),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(message) => Self::new(Kind::Conflict, message).hint("look at it again, and try again"),
            StoreError::Refused(refusal) => refusal.into(),
            StoreError::Stopped => Self::cancelled(),
            StoreError::Away(why) => Self::new(Kind::Busy, why)
                .hint("nothing has changed; try again in a moment; 'passdesk store check' looks at the server"),
            StoreError::Busy => {
                Self::new(Kind::Busy, error.to_string()).hint("another process is writing; try again in a moment")
            }
            StoreError::Unknown(operation) => {
                let operation = operation.map_or_else(|| "ID".into(), |operation| operation.to_string());
                Self::new(Kind::OutcomeUnknown, error.to_string()).hint(format!(
                    "once changes go through again, see what this run did: passdesk audit list --operation {operation}"
                ))
            }
            StoreError::Unusable { message, hint } => Self::new(Kind::StoreUnusable, message).hint(hint),
            StoreError::Full { message, hint } => Self::new(Kind::Failed, message).hint(hint),
            StoreError::Failed(error) => error.into(),
        }
    }
}

impl From<&clap::Error> for Failure {
    /// clap names the fault in a first paragraph. Tips and the usage follow in others. A hint replaces those. The text
    /// from the command line is neutral by then. Otherwise it could pass for a paragraph.
    fn from(error: &clap::Error) -> Self {
        let rendered = error.render().to_string();
        let said = rendered.split("\n\n").next().unwrap_or_default();
        let mut lines = said.strip_prefix("error: ").unwrap_or(said).lines().map(|line| line.trim().to_owned());
        let message = lines.next().unwrap_or_default();
        Self { lines: lines.collect(), ..Self::new(Kind::Usage, message) }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::new(Kind::Failed, format!("{error:#}"))
    }
}
