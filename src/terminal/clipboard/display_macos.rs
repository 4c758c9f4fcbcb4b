//! The clipboard of macOS. The system keeps the text even after the program that copied it has ended. So a holder must
//! clear it before it leaves.

use std::ffi::OsString;
use std::process::Command;

use arboard::{Clipboard, SetExtApple as _};

use super::words;
use crate::failure::{Failure, Kind};

/// Whether the clipboard loses its text when the holder ends.
pub const GOES_WITH_ITS_HOLDER: bool = false;

/// The clipboard as the environment describes it.
#[derive(Debug, Clone, Default)]
pub struct Display {
    /// Whether this is an ssh session. Then the clipboard belongs to a desk where nobody sits.
    pub over_ssh: bool,
    /// The home folder for a process started here.
    home: Option<OsString>,
}

impl Display {
    /// The clipboard that `set`, a lookup in the environment, describes.
    pub fn from_environment(set: impl Fn(&str) -> Option<OsString>) -> Self {
        let over_ssh = set("SSH_CONNECTION").is_some() || set("SSH_TTY").is_some();
        Self { over_ssh, home: set("HOME") }
    }

    /// The one clipboard there is.
    #[must_use]
    pub fn each(&self) -> Vec<Self> {
        vec![self.clone()]
    }

    /// Starts a holder without the variables that it does not need. It lives longer than a token that may be among
    /// them.
    pub fn prepare(&self, holder: &mut Command) {
        holder.env_clear().envs(self.home.iter().map(|home| ("HOME", home)));
    }

    /// Refuses with a reason if there is no clipboard.
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

    /// The failure for a clipboard that nobody may use.
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
