//! `passdesk tokens …`.

use super::users::role;
use super::ways::WayFlags;
use crate::domain::role::Role;

/// Tokens: sign-ins for scripts.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Make a token, and hand it over once
    #[command(after_help = "\
A script says where its token is with PASSDESK_TOKEN_FILE.

Examples:
  passdesk tokens create nightly --expires-in 90d --role helpdesk --output token
  PASSDESK_TOKEN_FILE=token passdesk users reset alice --yes --quiet")]
    Create(Create),
    /// List tokens, without their secrets
    List(List),
    /// End a token
    Revoke(Revoke),
}

/// A new token.
#[derive(Debug, clap::Args)]
pub struct Create {
    /// What to call it: letters, digits, '.', '_' and '-'; not all digits
    pub label: String,
    /// How long it lives, as 8h or 90d; a year at most
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true)]
    pub expires_in: String,
    /// A role it has, at most those you and its account have; may be given more than once [default: all of these]
    #[arg(long, value_name = "ROLE", value_parser = role())]
    pub role: Vec<Role>,
    /// The account it stands for, if not your own
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// How it is handed over.
    #[command(flatten)]
    pub way_out: WayFlags,
}

/// Which tokens to list.
#[derive(Debug, Default, clap::Args)]
pub struct List {
    /// Those of this account, if not your own
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// Those of all accounts
    #[arg(long, conflicts_with = "account")]
    pub all: bool,
}

/// Which token to end.
#[derive(Debug, clap::Args)]
pub struct Revoke {
    /// Its number or, of your own, its label
    pub token: String,
}
