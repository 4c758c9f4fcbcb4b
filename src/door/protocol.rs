//! What the halves say to each other. A body is named where a message has one.

use std::ops::Range;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::answers::Trouble;
use crate::domain::pam::PamFacts;
use crate::failure::{Failure, Hint};
use crate::terminal::Phase;
use crate::terminal::output::Layout;
use crate::terminal::screen::ScreenKey;

/// The first message: the front half says what is wanted. Its body is the command line, each argument ended by a NUL.
#[derive(Serialize, Deserialize)]
pub struct Hello {
    /// The version of the front half.
    pub version: String,
    /// What it says of its caller.
    pub caller: Caller,
}

/// What the front half says of its caller. Who they are is known by sudo alone.
#[derive(Clone, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "sudo names its caller so")]
pub struct Caller {
    /// The zone in which they read times, as `TZ` names it. `None` is the system's.
    pub zone: Option<String>,
    /// Who called sudo, if root runs the front half through it. Only root is believed.
    pub sudo_caller: Option<String>,
    /// Whether they run the front half with the rights of another user.
    pub through_sudo: bool,
    /// What PAM says, if PAM runs the front half. Only root is believed.
    pub pam: Option<PamFacts>,
}

/// A file that the front half has open for the back half.
pub type Handle = u32;

/// What the back half asks.
#[derive(Serialize, Deserialize)]
pub enum Question {
    /// It is ready. The operation has this id.
    Ready {
        operation: String,
    },
    /// The command has ended.
    Done(Result<(), Failure>),

    IsInteractive,
    Instead(String),
    Secret {
        prompt: String,
        instead: String,
    },
    Text {
        prompt: String,
        offer: Option<String>,
        instead: String,
    },
    Confirm {
        question: String,
        instead: String,
    },
    ConfirmByTyping {
        question: String,
        text: String,
        instead: String,
    },
    PipedSecret,

    Pick {
        question: String,
        instead: String,
    },
    /// What was found for the text of [`Reply::Search`].
    Found(Vec<String>),
    /// The search failed, and the picking is over.
    NotFound,

    CanDraw(String),
    /// The body is the secret.
    Paint {
        title: String,
        rest: String,
        status: String,
    },
    ForgetTyped,
    Key,
    LeaveScreen,
    /// The body goes to the terminal.
    PassOn,

    /// Has no answer.
    Note(String),
    /// Has no answer.
    BeginProgress {
        what: String,
        total: u64,
    },
    /// Has no answer, and may be left out.
    Advance(u64),
    /// Has no answer.
    EndProgress,

    Enter(Phase),
    HintIfCutOff(Hint),

    Layout,
    DeadEnd,
    IsOpenToOthers,
    /// The body goes to standard output.
    Write,
    Flush,
    Finish,

    CheckClipboard,
    /// The body is the secret.
    Copy {
        clear_after: Option<Duration>,
    },
    Committing,
    Committed,
    ClearClipboard,

    /// The body is the path, as in all questions about a new name.
    Read,
    Stream,
    CheckOutput,
    Create,
    Reopen,
    NewPlace,
    Begin,
    HasLog,
    Absolute,
    /// The body is the part.
    Append(Handle),
    TakeBack(Handle),
    Retain {
        file: Handle,
        end: u64,
        gone: Vec<Range<u64>>,
    },
    Keep(Handle),
    /// Has a failure for an answer if a kept file is no longer as it was written.
    Stays(Handle),
    /// The body is written to a new file.
    WriteNew(Handle),
    Place(Handle),
    RemovePlaced(Handle),
    /// Has no answer.
    Close(Handle),

    HasToken,
    Token,
    LoadSignIn {
        store: String,
        to_end: bool,
    },
    /// The body is the secret.
    SaveSignIn {
        store: String,
    },
    RemoveSignIn {
        store: String,
    },
}

/// What the front half answers.
#[derive(Serialize, Deserialize)]
pub enum Reply {
    /// It is done. A body is what was asked for.
    Done,
    Yes(bool),
    Words(Option<String>),
    Number(u64),
    Layout(Layout),
    Key(ScreenKey),
    /// The body is an input.
    Input {
        has_grown: bool,
    },
    /// The body is the next part of a stream. An empty one is its end.
    Part,
    /// A file is open. The body is what is in it.
    Open(Handle),
    /// What to search for while somebody picks.
    Search(String),
    /// There is none.
    Nothing,
    /// There is a token, and it is none.
    Malformed,
    /// It failed.
    Failed(Trouble),
    /// A signal was put off. This is no answer, and comes at any time.
    PutOff,
}
