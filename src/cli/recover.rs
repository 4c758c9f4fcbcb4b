//! `passdesk recover`.

use super::ways;

/// Whom to let in again.
#[derive(Debug, clap::Args)]
pub struct Recover {
    /// The username of a global-admin
    pub username: String,
    /// Do not ask; required without a terminal
    #[arg(short, long)]
    pub yes: bool,
    /// How the temporary password is handed over.
    #[command(flatten)]
    pub handover: ways::TemporaryFlags,
}
