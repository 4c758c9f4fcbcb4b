//! The clipboard of macOS. The system itself keeps what is on it, whatever becomes of the program that put it there: so a
//! holder has to clear it before it leaves.

use std::ffi::OsString;
use std::process::Command;

use arboard::{Clipboard, SetExtApple as _};

use super::words;
use crate::failure::{Failure, Kind};

/// Whether the system forgets what is on the clipboard when its holder ends.
pub const GOES_WITH_ITS_HOLDER: bool = false;

/// What the environment says of the clipboard.
#[derive(Debug, Clone, Default)]
pub struct Display {
    /// Whether this is an ssh session: the clipboard is then at a desk where nobody sits.
    pub over_ssh: bool,
    /// Where whoever is started is at home.
    home: Option<OsString>,
}

impl Display {
    /// What `set` says of the environment.
    pub fn from_environment(set: impl Fn(&str) -> Option<OsString>) -> Self {
        let over_ssh = set("SSH_CONNECTION").is_some() || set("SSH_TTY").is_some();
        Self { over_ssh, home: set("HOME") }
    }

    /// There is one.
    #[must_use]
    pub fn each(&self) -> Vec<Self> {
        vec![self.clone()]
    }

    /// Has a holder start with nothing of the environment that it does not need: it lives longer than a token that may be
    /// there.
    pub fn prepare(&self, holder: &mut Command) {
        holder.env_clear().envs(self.home.iter().map(|home| ("HOME", home)));
    }

    /// Refuses, and says why, where there is no clipboard.
    pub fn check(&self) -> Result<(), Failure> {
        let (message, hint) = if self.over_ssh {
            (
                "this is an ssh session, so the clipboard here is not yours",
                "let your terminal copy it with --copy=osc52, or leave --copy out",
            )
        } else if self.answers() {
            return Ok(());
        } else {
            ("there is no clipboard", "leave --copy out, or run this where you are signed in at the screen")
        };
        Err(Failure::new(Kind::NotDelivered, message).hint(hint))
    }

    /// Says why nobody may use it.
    #[must_use]
    pub fn closed(&self) -> Failure {
        Failure::new(Kind::NotDelivered, "there is no clipboard").hint("leave --copy out")
    }

    /// Whether there is a clipboard.
    #[must_use]
    pub fn answers(&self) -> bool {
        Clipboard::new().is_ok()
    }
}

/// Puts the secret on the clipboard.
pub fn serve(secret: &str) -> Result<(), String> {
    let mut clipboard = Clipboard::new().map_err(|_| words::CLOSED.to_owned())?;
    clipboard.set().exclude_from_history().text(secret).map_err(|error| error.to_string())
}
