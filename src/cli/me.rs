//! `passdesk me …`.

/// One's own account.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Sign in; with a temporary password, choose a new one
    SignIn,
    /// Sign out
    SignOut(SignOut),
    /// Show your roles, your password's state and how to change it
    Profile,
    /// Change your password
    #[command(after_help = "With --password-stdin, line 1 is the current password and line 2 the new one.")]
    Passwd,
}

/// How far to sign out.
#[derive(Debug, Default, clap::Args)]
pub struct SignOut {
    /// End every sign-in and every token of yours, wherever they are
    #[arg(long)]
    pub everywhere: bool,
}
