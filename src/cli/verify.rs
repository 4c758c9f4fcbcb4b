//! `passdesk verify`.

/// Whose password to check.
#[derive(Debug, clap::Args)]
pub struct Verify {
    /// Its username or e-mail address
    #[arg(required_unless_present = "pam", conflicts_with = "pam")]
    pub username: Option<String>,
    /// Say whether the account may be used now; ask for no password
    #[arg(long)]
    pub account: bool,
    /// Be run by PAM, which names the account and the host
    #[arg(long)]
    pub pam: bool,
    /// Let a flagged account pass: PAM makes it choose a password next
    #[arg(long, requires = "pam")]
    pub change_follows: bool,
}
