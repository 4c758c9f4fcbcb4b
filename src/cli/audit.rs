//! `passdesk audit …`.

use super::users::one_of;
use crate::domain::audit::{ACTIONS, Outcome};

/// The record.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List who did what to whom, when, and with what outcome
    #[command(after_help = "\
Examples:
  passdesk audit list --reverse --limit 20
  passdesk audit list --account alice
  passdesk audit list --outcome refused --since 2026-11-01 --format csv")]
    List(List),
    /// Check that no event was changed, taken out, put in or moved, and print the head
    Verify(Verify),
}

/// Which events to list.
#[derive(Debug, Default, clap::Args)]
pub struct List {
    /// Only what was done to this account
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// Only what an actor with these words in their name did, as alice or 'token nightly'
    #[arg(long, value_name = "TEXT")]
    pub actor: Option<String>,
    /// Only this action, as reset, sign-in or change-password
    #[arg(long, hide_possible_values = true, value_parser = one_of(&ACTIONS, |action| action))]
    pub action: Option<&'static str>,
    /// Only what one run of passdesk has written, by the id that its failure or its output names
    #[arg(long, value_name = "ID")]
    pub operation: Option<String>,
    /// Only what had this outcome
    #[arg(long, value_parser = one_of(&Outcome::ALL, Outcome::name))]
    pub outcome: Option<Outcome>,
    /// Only from this day or moment (UTC) on, as 2026-11-22 or 2026-11-22T09:00:00Z
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only before this day or moment (UTC)
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Newest first
    #[arg(long)]
    pub reverse: bool,
    /// At most so many [default: 1000 on a terminal, otherwise all]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
    /// Only those that come after the event of this number in the list
    #[arg(long, value_name = "NUMBER")]
    pub after: Option<u64>,
}

/// What to hold the record against.
#[derive(Debug, clap::Args)]
pub struct Verify {
    /// A head that was noted down earlier: it must still be in the record
    #[arg(long, value_name = "HEAD")]
    pub expect_head: Option<String>,
}
