//! `passdesk init`.

use super::ways;

/// Creates the store and its first global-admin.
#[derive(Debug, clap::Args)]
pub struct Init {
    /// The first global-admin [default: your user name]
    #[arg(long, value_name = "USERNAME")]
    pub admin: Option<String>,
    /// The name of its owner
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub name: String,
    /// The e-mail address of its owner
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// How their temporary password is handed over.
    #[command(flatten)]
    pub handover: ways::TemporaryFlags,
}
