//! `passdesk tokens …`.

use super::users::role;
use super::ways::WayFlags;
use crate::domain::role::Role;

/// Tokens: sign-ins for scripts.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Make a token; it is shown once
    #[command(after_help = "\
A script names the file of its token in PASSDESK_TOKEN_FILE.

Examples:
  passdesk tokens create nightly --expires-in 90d --role helpdesk --output token
  PASSDESK_TOKEN_FILE=token passdesk users reset alice --yes --quiet")]
    Create(Create),
    /// List tokens, without their secrets
    #[command(
        alias = "ls",
        after_help = "\
Example:
  passdesk tokens list --all"
    )]
    List(List),
    /// End a token
    #[command(after_help = "\
Example:
  passdesk tokens revoke nightly")]
    Revoke(Revoke),
}

/// A new token.
#[derive(Debug, clap::Args)]
pub struct Create {
    /// Its label: letters, digits, '.', '_' and '-'
    pub label: String,
    /// How long it lives: 8h, 90d; a year at most
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true)]
    pub expires_in: String,
    /// A role of its account that it gets; repeat it for several [default: all of them]
    #[arg(long, value_name = "ROLE", value_parser = role())]
    pub role: Vec<Role>,
    /// Its account [default: your own]
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// How it is handed over.
    #[command(flatten)]
    pub way_out: WayFlags,
}

/// Which tokens to list.
#[derive(Debug, Default, clap::Args)]
pub struct List {
    /// The account [default: your own]
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// The tokens of all accounts
    #[arg(long, conflicts_with = "account")]
    pub all: bool,
}

/// Which token to end.
#[derive(Debug, clap::Args)]
pub struct Revoke {
    /// Its number or its label
    pub token: String,
}
