//! `passdesk audit …`.

use std::path::PathBuf;

use clap::ValueHint;

use super::users::one_of;
use super::ways::new_file;
use super::whole_number;
use crate::domain::audit::{ACTIONS, Outcome};

/// The record.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List who did what to whom, when, and how it ended
    #[command(
        alias = "ls",
        after_help = "\
Examples:
  passdesk audit list --reverse --limit 20
  passdesk audit list --account alice
  passdesk audit list --outcome refused --since 7d --format csv

On a terminal, a list that is longer than the screen opens in 'less -R', or in PAGER."
    )]
    List(List),
    /// Check that nobody changed the record, and print its head
    #[command(after_help = "\
Example:
  passdesk audit verify --format csv")]
    Verify(Verify),
    /// Take old events out of the record, into a file that still verifies
    #[command(after_help = "\
The file has an event in JSON on each line. It is on the disk before anything is deleted. The
record keeps the link to it. Keep the file: it is the only copy of these events.

Example:
  passdesk audit archive 2025.jsonl --before 2026-01-01
  passdesk audit verify --archive 2025.jsonl")]
    Archive(Archive),
}

/// Which events to list.
#[derive(Debug, Default, clap::Args)]
pub struct List {
    /// What was done to this account
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// What somebody did: alice, 'token nightly'
    #[arg(long, value_name = "TEXT")]
    pub actor: Option<String>,
    /// This action: reset, sign-in, change-password
    #[arg(long, hide_possible_values = true, value_parser = one_of(&ACTIONS, |action| action))]
    pub action: Option<&'static str>,
    /// What one run of passdesk did, by the id that it printed
    #[arg(long, value_name = "ID")]
    pub operation: Option<String>,
    /// What ended like this
    #[arg(long, value_parser = one_of(&Outcome::ALL, Outcome::name))]
    pub outcome: Option<Outcome>,
    /// From this day, moment or span on: 2026-11-22, 2026-11-22T09:00:00Z, 7d
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Up to and including this day, or up to this moment
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Newest first
    #[arg(long)]
    pub reverse: bool,
    /// At most this many [default: 1000 on a terminal, otherwise all]
    #[arg(long, value_name = "COUNT", allow_negative_numbers = true, value_parser = whole_number::<u64>(1..=u64::MAX))]
    pub limit: Option<u64>,
    /// Start after the event with this number
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, value_parser = whole_number::<u64>(0..=u64::MAX))]
    pub after: Option<u64>,
}

/// What to hold the record against.
#[derive(Debug, clap::Args)]
pub struct Verify {
    /// A head that you noted earlier; it must still be in the record
    #[arg(long, value_name = "HEAD")]
    pub expect_head: Option<String>,
    /// A file of archived events, checked with the record; repeat it, the oldest first
    #[arg(long = "archive", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub archives: Vec<PathBuf>,
    /// Check the archives alone, without a store
    #[arg(long, requires = "archives")]
    pub no_store: bool,
}

/// What to take out of the record.
#[derive(Debug, clap::Args)]
pub struct Archive {
    /// The new file
    #[arg(value_hint = ValueHint::FilePath, value_parser = new_file())]
    pub file: PathBuf,
    /// The events before this day, moment or span: 2026-01-01, 2026-01-01T09:00:00Z, 90d
    #[arg(long, value_name = "TIME")]
    pub before: String,
}
