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
  passdesk policy set operator-access off")]
    Set(Set),
}

/// What to decide.
#[derive(Debug, clap::Args)]
pub struct Set {
    /// The setting
    #[arg(value_parser = one_of(&Setting::ALL, Setting::name))]
    pub setting: Setting,
    /// Its value
    #[arg(allow_hyphen_values = true)]
    pub value: String,
}
