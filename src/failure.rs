//! What went wrong, in one shape: a kind, a message, a hint. The only place that prints a failure and knows exit codes.

use std::fmt::Write as _;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::domain::Invalid;
use crate::domain::authority::Refusal;
use crate::domain::text::{neutral, neutral_lines, wrapped};
use crate::store::StoreError;

/// The kinds of failure that a script can tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Unexpected, or input and output.
    Failed,
    /// Flags or arguments, or a prompt needed where there is no terminal.
    Usage,
    /// No such account.
    NotFound,
    /// Not for this actor.
    NotAllowed,
    /// Unknown, wrong, disabled, locked, tried too often: not told apart. Or nobody is signed in.
    SignInFailed,
    /// The actor has to choose a new password first.
    ChangeRequired,
    /// It exists already, or somebody else changed it meanwhile.
    Conflict,
    /// A weak or reused password.
    RefusedByPolicy,
    /// Other processes keep the store locked.
    Busy,
    /// Missing, damaged, too new or open to others.
    StoreUnusable,
    /// Some items of several failed.
    PartlyDone,
    /// The temporary password or the token did not get out; nothing changed.
    NotDelivered,
    /// At a prompt or by Ctrl-C.
    Cancelled,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Failed,
        Self::Usage,
        Self::NotFound,
        Self::NotAllowed,
        Self::SignInFailed,
        Self::ChangeRequired,
        Self::Conflict,
        Self::RefusedByPolicy,
        Self::Busy,
        Self::StoreUnusable,
        Self::PartlyDone,
        Self::NotDelivered,
        Self::Cancelled,
    ];

    /// The exit code. Part of the contract.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::NotAllowed => 4,
            Self::SignInFailed => 5,
            Self::ChangeRequired => 6,
            Self::Conflict => 7,
            Self::RefusedByPolicy => 8,
            Self::Busy => 9,
            Self::StoreUnusable => 10,
            Self::PartlyDone => 11,
            Self::NotDelivered => 12,
            Self::Cancelled => 130,
        }
    }

    /// The name in JSON. Part of the contract.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::NotFound => "not_found",
            Self::NotAllowed => "not_allowed",
            Self::SignInFailed => "sign_in_failed",
            Self::ChangeRequired => "change_required",
            Self::Conflict => "conflict",
            Self::RefusedByPolicy => "refused_by_policy",
            Self::Busy => "busy",
            Self::StoreUnusable => "store_unusable",
            Self::PartlyDone => "partly_done",
            Self::NotDelivered => "not_delivered",
            Self::Cancelled => "cancelled",
        }
    }
}

/// How many items are named to people; programs are told each.
const NAMED: usize = 50;
/// How many in a row that failed alike are named to people one by one.
const ALIKE: usize = 10;

/// One item of several that failed.
#[derive(Debug)]
pub struct FailedItem {
    /// What was pointed at, as it was written.
    pub target: String,
    /// Why it failed.
    pub failure: Failure,
}

/// A failure: what happened, and what to do next.
#[derive(Debug)]
pub struct Failure {
    /// What a script tells it by.
    pub kind: Kind,
    /// What happened. May have several lines.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    /// The items that failed, where there were several.
    pub items: Vec<FailedItem>,
}

/// What a command returns.
pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// A failure without a hint.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, items: Vec::new() }
    }

    /// The same once more, of another item.
    #[must_use]
    pub fn again(&self) -> Self {
        Self { kind: self.kind, message: self.message.clone(), hint: self.hint.clone(), items: Vec::new() }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The one answer to every sign-in that failed.
    #[must_use]
    pub fn sign_in_failed() -> Self {
        Self::new(Kind::SignInFailed, "the sign-in failed").hint(
            "check the username and the password, wait a moment, try again; if it goes on, ask an admin for a reset",
        )
    }

    /// Somebody answered no, or left.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::new(Kind::Cancelled, "cancelled; nothing has changed")
    }

    /// A username or an address under which nobody is found.
    pub fn no_such_account(target: impl std::fmt::Display) -> Self {
        Self::new(Kind::NotFound, format!("there is no account '{target}'"))
            .hint("'passdesk users list --search TEXT' finds accounts")
    }

    /// Writes the failure to standard error: as one JSON object on a line, or for people.
    pub fn report(&self, look: Look) {
        let mut text = self.render(look);
        text.push('\n');
        // There is nowhere left to say that this failed.
        let _ = std::io::stderr().write_all(text.as_bytes());
    }

    /// The failure as [`Self::report`] writes it, without the last line end.
    #[must_use]
    pub fn render(&self, look: Look) -> String {
        if look.json {
            return self.json();
        }
        let [error, hint] = [AnsiColor::Red, AnsiColor::Cyan].map(|color| color.on_default().bold());
        let text = if look.coloured { self.text(error, hint) } else { self.text(Style::new(), Style::new()) };
        wrapped(&text, look.width)
    }

    fn text(&self, error: Style, hint: Style) -> String {
        let mut text = format!("{error}error:{error:#} {}", neutral_lines(&self.message));
        let mut hints: Vec<&str> = self.hint.as_deref().into_iter().collect();
        // Writing to a String cannot fail.
        let mut left = self.items.as_slice();
        for _ in 0..NAMED {
            let Some(FailedItem { target, failure }) = left.first() else { break };
            let alike = left.iter().take_while(|item| item.failure.message == failure.message).count();
            let more = if alike > ALIKE { format!(" and the next {}", alike - 1) } else { String::new() };
            let _ = write!(text, "\n  {}{more}: {}", neutral(target), neutral_lines(&failure.message));
            hints.extend(failure.hint.as_deref().filter(|hint| !hints.contains(hint)));
            left = &left[if more.is_empty() { 1 } else { alike }..];
        }
        if !left.is_empty() {
            let _ = write!(text, "\n  and {} more; --format jsonl names each", left.len());
        }
        for advice in hints {
            let _ = write!(text, "\n{hint}hint:{hint:#} {}", neutral_lines(advice));
        }
        text
    }

    fn json(&self) -> String {
        let mut out = Vec::new();
        // Strings only: this cannot fail.
        let _ = crate::json::write(&Json { error: self.into() }, &mut out);
        String::from_utf8(out).unwrap_or_default()
    }
}

/// How a failure is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// As one JSON object; the rest is for people.
    pub json: bool,
    /// In colour.
    pub coloured: bool,
    /// The columns of the terminal; `None` where standard error is no terminal.
    pub width: Option<u16>,
}

#[derive(Serialize)]
struct Json<'a> {
    error: JsonFailure<'a>,
}

#[derive(Serialize)]
struct JsonFailure<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'a str>,
    code: &'static str,
    message: &'a str,
    hint: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed: Vec<JsonFailure<'a>>,
}

impl<'a> From<&'a Failure> for JsonFailure<'a> {
    fn from(failure: &'a Failure) -> Self {
        let failed = failure.items.iter().map(|item| Self { target: Some(&item.target), ..(&item.failure).into() });
        Self {
            target: None,
            code: failure.kind.code(),
            message: &failure.message,
            hint: failure.hint.as_deref(),
            failed: failed.collect(),
        }
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
                "make another global-admin first; if {username} is locked out, an operator runs 'passdesk recover {username}'"
            )),
            Refusal::ChangeRequired { username } => Self::new(Kind::ChangeRequired, message).hint(format!(
                "choose one with 'passdesk me passwd --as {username}'; where there is no terminal, add --password-stdin"
            )),
            Refusal::NoAdmin => Self::new(Kind::RefusedByPolicy, message)
                .hint("first let a global-admin sign in and choose a password; nobody else could turn it on again"),
            Refusal::OperatorAccessOff => Self::new(Kind::SignInFailed, message).hint(
                "sign in with 'passdesk me sign-in', name an account with --as, or a token with PASSDESK_TOKEN_FILE",
            ),
            Refusal::SignInEnded { what: "token" } => {
                Self::new(Kind::SignInFailed, message).hint("have another one made with 'passdesk tokens create'")
            }
            Refusal::SignInEnded { .. } => Self::new(Kind::SignInFailed, message)
                .hint("sign in again with 'passdesk me sign-in', or leave it with 'passdesk me sign-out'"),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(message) => Self::new(Kind::Conflict, message).hint("look again, and try again"),
            StoreError::Refused(refusal) => refusal.into(),
            StoreError::Stopped => Self::cancelled(),
            StoreError::Busy => {
                Self::new(Kind::Busy, error.to_string()).hint("another passdesk is writing; try again in a moment")
            }
            StoreError::Unusable { message, hint } => Self::new(Kind::StoreUnusable, message).hint(hint),
            StoreError::Failed(error) => error.into(),
        }
    }
}

impl From<&clap::Error> for Failure {
    /// clap says what is wrong in a first paragraph, tips in others, and the usage last.
    fn from(error: &clap::Error) -> Self {
        let rendered = error.render().to_string();
        let mut message = Vec::new();
        let mut hints = Vec::new();
        for paragraph in rendered.split("\n\n").map(str::trim) {
            if let Some(tip) = paragraph.strip_prefix("tip: ") {
                hints.push(tip.to_owned());
            } else if let Some(usage) = paragraph.strip_prefix("Usage: ") {
                hints.push(format!("usage: {usage}"));
            } else if !paragraph.is_empty() && !paragraph.starts_with("For more information") {
                message.push(paragraph.strip_prefix("error: ").unwrap_or(paragraph).to_owned());
            }
        }
        if hints.is_empty() {
            hints.push("see 'passdesk --help'".into());
        }
        Self::new(Kind::Usage, message.join("\n")).hint(hints.join("\n"))
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::new(Kind::Failed, format!("{error:#}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: Look = Look { json: true, coloured: false, width: None };

    #[test]
    fn a_failure_in_json_is_one_object_on_one_line() {
        let failure = Failure::new(Kind::NotFound, "there is no\naccount").hint("look");
        assert_eq!(
            failure.render(JSON),
            r#"{"error":{"code":"not_found","message":"there is no\naccount","hint":"look"}}"#
        );
    }

    #[test]
    fn each_item_that_failed_is_named() {
        let item = FailedItem { target: "bob".into(), failure: Failure::new(Kind::NotFound, "gone") };
        let failure = Failure { items: vec![item], ..Failure::new(Kind::PartlyDone, "1 of 2 failed") };
        assert_eq!(failure.render(Look::default()), "error: 1 of 2 failed\n  bob: gone");
        assert!(failure.render(JSON).contains(r#""failed":[{"target":"bob","code":"not_found","#));
    }

    #[test]
    fn people_are_not_told_more_names_than_they_can_read() {
        let item = |number| FailedItem {
            target: format!("u{number}"),
            failure: Failure::new(Kind::NotFound, format!("gone {number}")),
        };
        let failure =
            Failure { items: (0..60).map(item).collect(), ..Failure::new(Kind::PartlyDone, "60 of 70 failed") };
        let text = failure.render(Look::default());
        assert!(text.ends_with("\n  u49: gone 49\n  and 10 more; --format jsonl names each"), "{text}");
        assert!(failure.render(JSON).contains(r#""target":"u59""#));
    }

    #[test]
    fn a_message_cannot_rewrite_the_terminal() {
        let failure = Failure::new(Kind::Failed, "a\u{1b}[2J\u{9b}\u{202e}b");
        assert_eq!(failure.render(Look::default()), "error: a<U+001B>[2J<U+009B><U+202E>b");
        assert!(!failure.render(JSON).contains(['\u{1b}', '\u{9b}', '\u{202e}']));
    }

    #[test]
    fn many_in_a_row_that_failed_alike_are_said_once() {
        let items = |count: usize, why: &'static str| {
            (0..count).map(move |at| FailedItem { target: format!("u{at}"), failure: Failure::new(Kind::Busy, why) })
        };
        let all = |items: Vec<FailedItem>| Failure { items, ..Failure::new(Kind::PartlyDone, "some failed") };
        let text = all(items(64, "busy").chain(items(2, "gone")).collect()).render(Look::default());
        assert_eq!(text, "error: some failed\n  u0 and the next 63: busy\n  u0: gone\n  u1: gone");
        assert_eq!(all(items(ALIKE, "busy").collect()).render(Look::default()).lines().count(), 1 + ALIKE);
    }
}
