//! `passdesk complete-usernames`, which the completions of a shell ask.

/// Which usernames to print.
#[derive(Debug, clap::Args)]
pub struct Usernames {
    /// How they begin
    pub begun: String,
    /// Those of removed accounts
    #[arg(long)]
    pub removed: bool,
}
