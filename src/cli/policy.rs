//! `passdesk policy …`.

use super::users::one_of;
use crate::domain::policy::Setting;

/// What the site decides.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Show the settings and their defaults
    #[command(after_help = "\
Example:
  passdesk policy show")]
    Show,
    /// Change a setting
    #[command(after_help = "\
Examples:
  passdesk policy set temporary-lifetime 8h
  passdesk policy set operator-access off
  passdesk policy set blocklist words.txt")]
    Set(Set),
    /// Give a setting its default again
    #[command(after_help = "\
Example:
  passdesk policy unset blocklist")]
    Unset(Unset),
}

/// What to decide.
#[derive(Debug, clap::Args)]
pub struct Set {
    /// The setting
    #[arg(value_parser = one_of(&Setting::ALL, Setting::name))]
    pub setting: Setting,
    /// Its value; for blocklist, a file with one password on each line
    #[arg(allow_hyphen_values = true)]
    pub value: String,
    /// Leave out the lines of a blocklist that are wrong
    #[arg(long)]
    pub skip_invalid: bool,
}

/// What to give its default.
#[derive(Debug, clap::Args)]
pub struct Unset {
    /// The setting
    #[arg(value_parser = one_of(&Setting::ALL, Setting::name))]
    pub setting: Setting,
}
