//! `passdesk me …`.

/// One's own account.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Sign in; with a temporary password, choose a new one
    #[command(after_help = "\
Example:
  passdesk me sign-in --as alice")]
    SignIn,
    /// Sign out
    #[command(after_help = "\
Example:
  passdesk me sign-out")]
    SignOut(SignOut),
    /// Show your roles, your password, and how to change it
    #[command(after_help = "\
Example:
  passdesk me profile")]
    Profile,
    /// Change your password
    #[command(after_help = "\
With --password-stdin, line 1 is the current password and line 2 the new one.

Example:
  passdesk me passwd")]
    Passwd(Passwd),
}

/// Who asks for a new password.
#[derive(Debug, Default, clap::Args)]
pub struct Passwd {
    /// Be run by PAM, which names the account; ask at its terminal
    #[arg(long)]
    pub pam: bool,
}

/// How far to sign out.
#[derive(Debug, Default, clap::Args)]
pub struct SignOut {
    /// End all your sign-ins and tokens
    #[arg(long)]
    pub everywhere: bool,
}
