//! `passdesk policy …`.

use super::users::one_of;
use crate::domain::policy::Setting;

/// What the site decides.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Show what has been decided, and the defaults
    Show,
    /// Decide one thing
    #[command(after_help = "\
Examples:
  passdesk policy set temporary-lifetime 8h
  passdesk policy set operator-access off")]
    Set(Set),
}

/// What to decide.
#[derive(Debug, clap::Args)]
pub struct Set {
    /// The name of the setting
    #[arg(value_parser = one_of(&Setting::ALL, Setting::name))]
    pub setting: Setting,
    /// Its value
    #[arg(allow_hyphen_values = true)]
    pub value: String,
}
