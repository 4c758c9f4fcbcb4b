//! The clipboard of macOS and of Windows. The system itself keeps what is on it, whatever becomes of the program that put
//! it there: so a holder has to clear it before it leaves.

use std::ffi::OsString;
use std::process::Command;

#[cfg(target_os = "macos")]
use arboard::SetExtApple as _;
#[cfg(windows)]
use arboard::SetExtWindows as _;
use arboard::{Clipboard, Error};

use crate::failure::{Failure, Kind};

/// Whether the system forgets what is on the clipboard when its holder ends.
pub const GOES_WITH_ITS_HOLDER: bool = false;

/// What the environment says of the clipboard.
#[derive(Debug, Clone, Default)]
pub struct Display {
    /// Whether this is an ssh session: the clipboard is then at a desk where nobody sits.
    pub over_ssh: bool,
}

impl Display {
    /// What `set` says of the environment.
    pub fn from_environment(set: impl Fn(&str) -> Option<OsString>) -> Self {
        Self { over_ssh: set("SSH_CONNECTION").is_some() || set("SSH_TTY").is_some() }
    }

    /// Has a holder start without a console.
    pub fn prepare(&self, holder: &mut Command) {
        #[cfg(windows)]
        {
            use std::os::windows::process::CommandExt as _;
            // https://learn.microsoft.com/windows/win32/procthread/process-creation-flags
            const DETACHED_PROCESS: u32 = 0x8;
            holder.creation_flags(DETACHED_PROCESS);
        }
        #[cfg(target_os = "macos")]
        let _ = holder;
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

    /// Whether there is a clipboard.
    #[must_use]
    pub fn answers(&self) -> bool {
        Clipboard::new().is_ok()
    }
}

/// Puts the secret on the clipboard.
pub fn serve(secret: &str) -> Result<(), Error> {
    let mut clipboard = Clipboard::new()?;
    #[cfg(target_os = "macos")]
    return clipboard.set().exclude_from_history().text(secret);
    #[cfg(windows)]
    return clipboard.set().exclude_from_monitoring().text(secret);
}
