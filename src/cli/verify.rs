//! `passdesk verify`.

/// Whose password to check.
#[derive(Debug, clap::Args)]
pub struct Verify {
    /// Its username or e-mail address
    pub username: String,
}
