//! `passdesk verify`.

/// Whose password to check.
#[derive(Debug, clap::Args)]
pub struct Verify {
    /// The username
    pub username: String,
}
